#include <stdarg.h>
#include <stdio.h>

#include "lexer/state.h"

static Span format_message(Lexer *lexer, const char *format, va_list arguments) {
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = length < 0 ? NULL : arena_alloc(lexer->arena, (usize)length + 1);
    if (!text) return (Span){0};
    vsnprintf(text, (usize)length + 1, format, arguments);
    return (Span){text, (usize)length};
}

Span lexer_format(Lexer *lexer, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    Span message = format_message(lexer, format, arguments);
    va_end(arguments);
    return message;
}

LexStatus lexer_fail_memory(Lexer *lexer) {
    lexer->error = (LexError){.is_memory = true, .rank = LEX_WINS};
    lexer->state = NULL;
    return LEX_ERROR;
}

static LexStatus set_error(Lexer *lexer, LexErrorRank rank, Position start, Position end,
                           Span message) {
    if (!message.data) return lexer_fail_memory(lexer);
    lexer->error = (LexError){.kind = LEX_SYNTAX_ERROR,
                              .rank = rank,
                              .message = message,
                              .start = start,
                              .end = end};
    return LEX_ERROR;
}

LexStatus lexer_fail(Lexer *lexer, LexErrorRank rank, Position start, Position end,
                     const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    Span message = format_message(lexer, format, arguments);
    va_end(arguments);
    return set_error(lexer, rank, start, end, message);
}

LexStatus lexer_fail_open(Lexer *lexer, LexErrorKind kind, Position at, i8 missing_end,
                          const char *message) {
    lexer_fail(lexer, LEX_YIELDS, at, (Position){0}, "%s", message);
    lexer->error.kind = kind;
    lexer->error.missing_end = missing_end;
    return LEX_ERROR;
}

void *lexer_grow(Lexer *lexer, const void *array, usize used, usize wanted, usize size) {
    void *larger = arena_alloc(lexer->arena, wanted * size);
    if (larger && used) memcpy(larger, array, used * size);
    return larger;
}

void lexer_warn(Lexer *lexer, Position start, Position end, Span message) {
    usize count = lexer->warning_count, *capacity = &lexer->state->warning_capacity;
    if (count == *capacity) {
        usize wanted = count ? count * 2 : 8;
        LexWarning *larger =
            lexer_grow(lexer, lexer->warnings, count, wanted, sizeof(LexWarning));
        if (!larger) return;
        lexer->warnings = larger;
        *capacity = wanted;
    }
    lexer->warnings[lexer->warning_count++] = (LexWarning){message, start, end};
}

LexStatus lexer_fail_unclosed(Lexer *lexer) {
    LexBracket bracket = lexer->brackets[lexer->bracket_count - 1];
    lexer_fail(lexer, LEX_UNCLOSED, bracket.at, (Position){0}, "'%c' was never closed",
               bracket.character);
    lexer->error.is_incomplete = true;
    return LEX_ERROR;
}

LexStatus lexer_fail_eof(Lexer *lexer) {
    u32 line = lexer->state->line - 1;
    Position end = {line, (u32)lexer_line(lexer, line).length};
    lexer_fail_open(lexer, LEX_SYNTAX_ERROR, end, -1, "unexpected EOF while parsing");
    lexer->error.is_incomplete = true;
    return LEX_ERROR;
}

LexStatus lexer_fail_continuation(Lexer *lexer, const char *at) {
    Position position = lexer_position(lexer->state, at);
    position.column += lexer->state->joined_bytes; /* as CPython counts */
    return lexer_fail_open(lexer, LEX_SYNTAX_ERROR, position, 0,
                           "unexpected character after line continuation character");
}

LexStatus lexer_fail_literal(Lexer *lexer, const Token *token, Span message) {
    set_error(lexer, LEX_YIELDS, token->start, token->end, message);
    lexer->error.is_literal = true;
    return LEX_ERROR;
}
