/* String literals and f-strings: where they begin and end, and what is said when they do
 * not. */
#include "lexer/state.h"

/* The letters before the quotes. */
static u8 read_prefix(const char *at, LexString *string) {
    u8 length = 0;
    for (; at[length] != '\'' && at[length] != '"'; length++) {
        char letter = at[length] | 0x20;
        if (letter == 'r')
            string->flags |= TOKEN_IS_RAW;
        else if (letter == 'u')
            string->flags |= TOKEN_HAS_U_PREFIX;
        else if (letter == 'b')
            string->is_bytes = true;
    }
    return length;
}

void lexer_open_string(Lexer *lexer, char *cursor, u8 quote_size) {
    LexerState *state = lexer->state;
    LexString string = {
        .quote = cursor[-1],
        .quote_size = quote_size,
        .start = lexer_position(state, state->token_start),
    };
    string.prefix_length = read_prefix(state->token_start, &string);
    state->string = string;
    state->cursor = cursor;
}

LexStatus lexer_open_fstring(Lexer *lexer, Token *token, char *cursor, u8 quote_size) {
    LexerState *state = lexer->state;
    lexer_take(state, token, cursor, TOKEN_FSTRING_START);
    if (state->fstring_count == LEXER_MAX_FSTRINGS)
        return FAIL_AT(lexer, lexer_position(state, cursor - 1),
                       "too many nested f-strings");
    LexString string = {0};
    read_prefix(token->text.data, &string);
    token->flags = string.flags;
    return lexer_push_fstring(lexer, token->start, cursor[-1], quote_size,
                              string.flags & TOKEN_IS_RAW);
}

LexStatus lexer_take_string(Lexer *lexer, Token *token, char *cursor) {
    LexerState *state = lexer->state;
    LexString string = state->string;
    state->string.quote = 0;
    lexer_take(state, token, cursor, string.is_bytes ? TOKEN_BYTES : TOKEN_STRING);
    token->start = string.start;
    token->flags = string.flags;
    usize before = string.prefix_length + string.quote_size;
    Span body = {token->text.data + before,
                 token->text.length - before - string.quote_size};
    return (string.is_bytes ? lexer_decode_bytes : lexer_decode_string)(lexer, token,
                                                                        body);
}

void lexer_begin_text(LexerState *state) {
    if (state->is_in_text) return;
    state->is_in_text = true;
    state->is_in_name_escape = false;
    state->token_start = state->cursor;
    state->text_start = lexer_position(state, state->cursor);
}

LexStatus lexer_take_text(Lexer *lexer, Token *token, char *stop) {
    LexerState *state = lexer->state;
    LexMode *mode = lexer_mode(state);
    lexer_take(state, token, stop, TOKEN_FSTRING_MIDDLE);
    token->start = state->text_start;
    token->flags = mode->is_raw ? TOKEN_IS_RAW : 0;
    state->is_in_text = false;
    return lexer_decode_text(lexer, token, mode);
}

/* Oldest first. */
static void give_late_warnings(Lexer *lexer, const Token *token, LexLateWarning *late) {
    LexLateWarning *ordered = NULL;
    while (late) {
        LexLateWarning *older = late->older;
        late->older = ordered;
        ordered = late;
        late = older;
    }
    for (; ordered; ordered = ordered->older)
        lexer_warn(lexer, token->start, token->end, ordered->message);
}

LexStatus lexer_take_fstring_end(Lexer *lexer, Token *token, char *cursor) {
    LexerState *state = lexer->state;
    char *quotes = cursor - lexer_mode(state)->quote_size;
    if (state->token_start < quotes) return lexer_take_text(lexer, token, quotes);
    lexer_take(state, token, cursor, TOKEN_FSTRING_END);
    token->flags = lexer_mode(state)->is_raw ? TOKEN_IS_RAW : 0;
    state->is_in_text = false;
    LexMode text = lexer_pop_fstring(lexer);
    if (state->skips_decoding) return LEX_TOKEN;
    give_late_warnings(lexer, token, text.late);
    if (!text.decode_error.data) return LEX_TOKEN;
    return lexer_fail_literal(lexer, token, text.decode_error);
}

LexStatus lexer_fail_string(Lexer *lexer, u32 line) {
    LexString string = lexer->state->string;
    const LexMode *mode = lexer_mode(lexer->state);
    if (mode && mode->quote == string.quote && mode->quote_size == string.quote_size)
        return FAIL_AT(lexer, string.start, "f-string: expecting '}'");
    if (string.quote_size == 3)
        return FAIL_AT(lexer, string.start,
                       "unterminated triple-quoted string literal (detected at line %u)",
                       line);
    return FAIL_AT(
        lexer, string.start, "unterminated string literal (detected at line %u)%s", line,
        string.has_escaped_quote ? "; perhaps you escaped the end quote?" : "");
}

LexStatus lexer_fail_fstring(Lexer *lexer, u32 line) {
    const LexMode *mode = lexer_mode(lexer->state);
    const char *kind = mode->quote_size == 3 ? "triple-quoted f-string" : "f-string";
    return FAIL_AT(lexer, mode->start, "unterminated %s literal (detected at line %u)",
                   kind, line);
}

LexStatus lexer_cut_string(Lexer *lexer, char *cursor,
                           LexStatus fail(Lexer *lexer, u32 line)) {
    lexer->state->cursor = cursor;
    LexStatus status = lexer_reach_limit(lexer);
    if (status != LEX_TOKEN) return status;
    fail(lexer, lexer->state->line - 1);
    lexer->error.is_incomplete = true;
    return LEX_ERROR;
}

LexStatus lexer_fail_brace(Lexer *lexer, char *at) {
    return FAIL_AT(lexer, lexer_position(lexer->state, at),
                   "f-string: single '}' is not allowed");
}
