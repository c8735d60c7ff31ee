/* Brackets, and the modes that f-strings put the lexer in. */
#include "lexer/state.h"

LexStatus lexer_open_bracket(Lexer *lexer, char bracket, const char *at) {
    Position position = lexer_position(lexer->state, at);
    if (lexer->bracket_count == LEXER_MAX_BRACKETS)
        return FAIL_AT(lexer, position, "too many nested parentheses");
    lexer->brackets[lexer->bracket_count++] = (LexBracket){bracket, position};
    return LEX_TOKEN;
}

static bool matches(char opening, char closing) {
    return opening == '(' ? closing == ')'
                          : closing == opening + 2; /* [] and {} in ASCII */
}

static LexStatus fail_match(Lexer *lexer, LexBracket opening, char bracket, Position at) {
    if (opening.at.line == at.line)
        return FAIL_AT(lexer, at,
                       "closing parenthesis '%c' does not match opening parenthesis '%c'",
                       bracket, opening.character);
    return FAIL_AT(
        lexer, at,
        "closing parenthesis '%c' does not match opening parenthesis '%c' on line %u",
        bracket, opening.character, opening.at.line);
}

LexStatus lexer_close_bracket(Lexer *lexer, char bracket, const char *at) {
    LexerState *state = lexer->state;
    Position position = lexer_position(state, at);
    if (!lexer->bracket_count) return FAIL_AT(lexer, position, "unmatched '%c'", bracket);
    LexBracket opening = lexer->brackets[--lexer->bracket_count];
    LexMode *mode = lexer_mode(state);
    bool is_field =
        mode && mode->kind == MODE_FIELD && mode->bracket == lexer->bracket_count;
    if (!matches(opening.character, bracket)) {
        if (is_field)
            return FAIL_AT(lexer, position, "f-string: unmatched '%c'", bracket);
        return fail_match(lexer, opening, bracket, position);
    }
    if (is_field) {
        state->mode_count--;
        lexer_mode(state)->had_field = true;
    }
    return LEX_TOKEN;
}

static LexMode *push_mode(Lexer *lexer, LexMode mode) {
    LexerState *state = lexer->state;
    if (state->mode_count == state->mode_capacity) {
        u32 wanted = state->mode_capacity ? state->mode_capacity * 2 : 8;
        LexMode *larger =
            lexer_grow(lexer, state->modes, state->mode_count, wanted, sizeof mode);
        if (!larger) return NULL;
        state->modes = larger;
        state->mode_capacity = wanted;
    }
    state->modes[state->mode_count] = mode;
    return &state->modes[state->mode_count++];
}

LexStatus lexer_push_fstring(Lexer *lexer, Position start, char quote, u8 quote_size,
                             bool is_raw) {
    LexMode mode = {
        .kind = MODE_TEXT,
        .quote = quote,
        .quote_size = quote_size,
        .is_raw = is_raw,
        .start = start,
    };
    if (!push_mode(lexer, mode)) return lexer_fail_memory(lexer);
    lexer->state->fstring_count++;
    return LEX_TOKEN;
}

LexStatus lexer_push_field(Lexer *lexer, const char *at) {
    LexMode mode = *lexer_mode(lexer->state);
    if (mode.field_depth == LEXER_MAX_FIELDS) {
        Position before = lexer_position(lexer->state, at);
        before.column--;
        return FAIL_AT(lexer, before, "f-string: expressions nested too deeply");
    }
    mode.kind = MODE_FIELD;
    mode.field_depth++;
    mode.has_debug = mode.gave_debug = mode.had_field = false;
    mode.bracket = lexer->bracket_count;
    mode.expression = at + 1;
    LexStatus status = lexer_open_bracket(lexer, '{', at);
    if (status != LEX_TOKEN) return status;
    return push_mode(lexer, mode) ? LEX_TOKEN : lexer_fail_memory(lexer);
}

LexMode lexer_pop_fstring(Lexer *lexer) {
    LexerState *state = lexer->state;
    while (state->modes[--state->mode_count].kind != MODE_TEXT) continue;
    state->fstring_count--;
    return state->modes[state->mode_count];
}

bool lexer_is_field_level(const Lexer *lexer) {
    const LexMode *mode = lexer_mode(lexer->state);
    return mode && mode->kind == MODE_FIELD && mode->bracket + 1 == lexer->bracket_count;
}

/* The expression's text; comments are cut out as CPython does it, also at a # in a
 * string. */
static Span copy_expression(Lexer *lexer, const char *start, const char *end) {
    if (!memchr(start, '#', (usize)(end - start)))
        return (Span){start, (usize)(end - start)};
    char *copy = arena_alloc(lexer->arena, (usize)(end - start)), *to = copy;
    if (!copy) return (Span){0};
    for (const char *at = start; at < end; at++) {
        while (at < end && *at == '#') {
            const char *newline = memchr(at, '\n', (usize)(end - at));
            at = newline ? newline : end;
        }
        if (at < end) *to++ = *at;
    }
    return (Span){copy, (usize)(to - copy)};
}

void lexer_set_debug(Lexer *lexer, Token *token, const char *end) {
    LexMode *mode = lexer_mode(lexer->state);
    if (!mode->has_debug || mode->gave_debug) return;
    mode->gave_debug = true;
    token->value = copy_expression(lexer, mode->expression, end);
    token->flags |= TOKEN_HAS_DEBUG;
}
