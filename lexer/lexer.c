#include "lexer/lexer.h"

#include "lexer/state.h"

void lexer_init(Lexer *lexer, Arena *arena, Span filename) {
    *lexer = (Lexer){.arena = arena, .filename = filename};
    LexerState *state = ARENA_NEW(arena, LexerState);
    static const char nothing[1] = "";
    char *empty = arena_copy(arena, nothing, 0);
    if (!state || !empty) {
        lexer_fail_memory(lexer);
        return;
    }
    lexer->state = state;
    state->block = (LexText){empty, 0, 1};
    state->cursor = state->limit = state->line_start = state->token_start = empty;
    state->line = 1;
    state->is_at_line_start = true;
}

static LexStatus end_input(Lexer *lexer) {
    LexerState *state = lexer->state;
    LexStatus status = lexer_reach_limit(lexer);
    if (status != LEX_TOKEN) return status;
    state->line_start = state->token_start = state->cursor;
    state->pending = -(int)state->indent_count;
    state->has_ended = true;
    state->is_at_line_start = false;
    return LEX_TOKEN;
}

static LexStatus start_line(Lexer *lexer) {
    LexerState *state = lexer->state;
    return state->cursor == state->limit ? end_input(lexer) : lexer_measure_indent(lexer);
}

/* INDENT, DEDENT or END, which stand between the lines. */
static void give_layout(LexerState *state, Token *token) {
    int pending = state->pending;
    token->kind = pending > 0 ? TOKEN_INDENT : pending < 0 ? TOKEN_DEDENT : TOKEN_END;
    token->start = token->end = lexer_position(state, state->cursor);
    if (pending > 0) token->start.column = 0;
    const char *text = pending > 0 ? state->line_start : state->cursor;
    token->text = (Span){text, (usize)(state->cursor - text)};
    state->pending -= pending > 0 ? 1 : pending < 0 ? -1 : 0;
}

/* One step; it may yield no token (TOKEN_NOTHING). */
static LexStatus step(Lexer *lexer, Token *token) {
    LexerState *state = lexer->state;
    *token = (Token){0};
    if (state->is_at_line_start) {
        LexStatus status = start_line(lexer);
        if (status != LEX_TOKEN) return status;
    }
    if (!state->pending && !state->has_ended) return lexer_scan(lexer, token);
    give_layout(state, token);
    return LEX_TOKEN;
}

static LexStatus next(Lexer *lexer, Token *token) {
    if (!lexer->state || lexer->state->has_failed) return LEX_ERROR;
    LexStatus status;
    do status = step(lexer, token);
    while (status == LEX_TOKEN && token->kind == TOKEN_NOTHING);
    if (lexer->arena->out_of_memory && lexer->state) lexer_fail_memory(lexer);
    if (!lexer->state) return LEX_ERROR;
    lexer->state->has_failed = status == LEX_ERROR;
    return status;
}

LexStatus lexer_next(Lexer *lexer, Token *token) {
    LexStatus status = next(lexer, token);
    bool is_literal = status == LEX_ERROR && lexer->error.is_literal;
    if (!is_literal || lexer->state->skips_decoding) return status;
    /* The parser decodes literals in CPython: any fault of the scanner goes before. */
    LexError error = lexer->error;
    if (!lexer_check_rest(lexer, error.start.line)) lexer->error = error;
    return LEX_ERROR;
}

/* Whether the error that ended the reading replaces one that a parser has in
 * `error_line`. */
static bool replaces(Lexer *lexer, u32 error_line) {
    if (lexer->error.rank == LEX_WINS) return true;
    if (!lexer->bracket_count) return false;
    if (error_line <= lexer->brackets[lexer->bracket_count - 1].at.line) return false;
    lexer_fail_unclosed(lexer);
    return true;
}

bool lexer_check_rest(Lexer *lexer, u32 error_line) {
    LexerState *state = lexer->state;
    if (lexer->is_interactive || !state) return false;
    bool is_literal = lexer->error.is_literal;
    if (is_literal) state->has_failed = false;
    state->skips_decoding = true;
    u32 fstring_count = state->fstring_count;
    Token token;
    LexStatus status;
    do status = next(lexer, &token);
    while (status == LEX_TOKEN && token.kind != TOKEN_END);
    if (status != LEX_ERROR) return false;
    /* CPython does not see errors in f-strings when it reads on behind the parser's
     * error. An f-string with a faulty literal in it was read to its end before, however.
     */
    u32 seen_count = is_literal ? fstring_count : 0;
    bool is_seen = !lexer->state || lexer->state->fstring_count <= seen_count;
    return is_seen && replaces(lexer, error_line);
}
