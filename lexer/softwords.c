#include "lexer/softwords.h"

void softwords_init(Softwords *words, Lexer *lexer) {
    *words = (Softwords){.lexer = lexer, .is_line_start = true, .is_statement_start = true};
}

/* Room for one more token at the end of the buffer, or NULL. */
static Token *make_room(Softwords *words) {
    if (words->first + words->count == words->capacity) {
        usize capacity = words->count * 2 < 16 ? 16 : words->count * 2;
        Token *tokens = ARENA_ARRAY(words->lexer->arena, Token, capacity);
        if (!tokens) return NULL;
        if (words->count)
            memcpy(tokens, words->tokens + words->first, words->count * sizeof(Token));
        words->tokens = tokens;
        words->first = 0;
        words->capacity = capacity;
    }
    return &words->tokens[words->first + words->count];
}

/* The token that comes `index` tokens after the next one. NULL: there is none yet, or the lexer
 * failed before it (`end_status`). */
static const Token *peek(Softwords *words, usize index) {
    while (words->count <= index) {
        Token *room = make_room(words);
        words->end_status = room ? lexer_next(words->lexer, room) : LEX_ERROR;
        if (words->end_status != LEX_TOKEN) return NULL;
        words->count++;
    }
    return &words->tokens[words->first + index];
}

static LexStatus read_token(Softwords *words, Token *token) {
    if (!words->count) return lexer_next(words->lexer, token);
    *token = words->tokens[words->first++];
    if (!--words->count) words->first = 0;
    return LEX_TOKEN;
}

static bool is_word(const Token *token, const char *word) {
    return span_equal(token->text, span_of(word));
}

/* May `match` before this token be a statement? If so, is it certainly one, because no expression
 * goes on with that token behind a name? */
typedef enum Likelihood { NEVER, PERHAPS, CERTAINLY } Likelihood;

static Likelihood judge(u16 next) {
    switch (next) {
    case TOKEN_LPAR:
    case TOKEN_LSQB:
    case TOKEN_MINUS:
    case TOKEN_PLUS:
    case TOKEN_STAR:
    case TOKEN_NOT: return PERHAPS;
    case TOKEN_NAME:
    case TOKEN_INTEGER:
    case TOKEN_FLOAT:
    case TOKEN_IMAGINARY:
    case TOKEN_STRING:
    case TOKEN_BYTES:
    case TOKEN_FSTRING_START:
    case TOKEN_LBRACE:
    case TOKEN_TILDE:
    case TOKEN_ELLIPSIS:
    case TOKEN_NONE:
    case TOKEN_TRUE:
    case TOKEN_FALSE:
    case TOKEN_LAMBDA:
    case TOKEN_AWAIT:
    case TOKEN_YIELD: return CERTAINLY;
    default: return NEVER;
    }
}

/* The depth of brackets behind this token; fields of f-strings count, as they have braces. */
static u32 count_depth(u32 depth, u16 kind) {
    bool opens = kind == TOKEN_LPAR || kind == TOKEN_LSQB || kind == TOKEN_LBRACE;
    bool closes = kind == TOKEN_RPAR || kind == TOKEN_RSQB || kind == TOKEN_RBRACE;
    return depth + opens - (closes && depth);
}

/* Whether the logical line ahead ends with `:`. The brackets are skipped; what the answer is
 * worth is known only when the status is LEX_TOKEN. */
static bool ends_with_colon(Softwords *words) {
    u32 depth = 0;
    for (usize i = 0;; i++) {
        const Token *token = peek(words, i);
        if (!token) return false;
        depth = count_depth(depth, token->kind);
        if (token->kind == TOKEN_NEWLINE || token->kind == TOKEN_END) return false;
        if (depth || token->kind != TOKEN_COLON) continue;
        /* A colon outside of brackets that does not end the line belongs to a lambda, an
         * annotation or a block in one line. */
        const Token *next = peek(words, i + 1);
        if (!next || next->kind == TOKEN_NEWLINE) return next;
    }
}

static LexStatus decide_match(Softwords *words, bool *is_keyword) {
    const Token *next = peek(words, 0);
    if (!next) return words->end_status;
    Likelihood likelihood = judge(next->kind);
    *is_keyword = likelihood == CERTAINLY;
    if (likelihood != PERHAPS) return LEX_TOKEN;
    *is_keyword = ends_with_colon(words);
    return *is_keyword ? LEX_TOKEN : words->end_status;
}
