/* Which brackets are open at some token, counted from where the reading began.
 */
#include "parser/peg.h"

enum { MAX_OPEN = LEXER_MAX_BRACKETS + LEXER_MAX_FSTRINGS };

typedef enum OpenKind { OPEN_BRACKET, OPEN_FIELD, OPEN_FSTRING } OpenKind;

typedef struct Brackets {
    u8 kinds[MAX_OPEN + 1]; /* OpenKind */
    u32 count, fstrings;
} Brackets;

static void open(Brackets *brackets, OpenKind kind) {
    if (brackets->count == MAX_OPEN) return;
    brackets->kinds[brackets->count++] = (u8)kind;
    brackets->fstrings += kind == OPEN_FSTRING;
}

static void close(Brackets *brackets) {
    if (!brackets->count) return;
    brackets->count--;
    brackets->fstrings -= brackets->kinds[brackets->count] == OPEN_FSTRING;
}

static OpenKind innermost(const Brackets *brackets) {
    return brackets->count ? brackets->kinds[brackets->count - 1] : OPEN_BRACKET;
}

/* A brace is a field's right in an f-string's text, or behind the colon of a field. */
static OpenKind brace_kind(const Brackets *brackets, u16 before) {
    OpenKind inner = innermost(brackets);
    if (inner == OPEN_FSTRING || before == TOKEN_FSTRING_MIDDLE) return OPEN_FIELD;
    bool is_format =
        inner == OPEN_FIELD && (before == TOKEN_COLON || before == TOKEN_RBRACE);
    return is_format ? OPEN_FIELD : OPEN_BRACKET;
}

static void count(const Peg *peg, Brackets *brackets) {
    const Token *tokens = peg->parser->tokens;
    for (u32 i = peg->start; i < peg->mark; i++) {
        switch (tokens[i].kind) {
        case TOKEN_LBRACE:
            open(brackets, brace_kind(brackets, tokens[i - 1].kind));
            break;
        case TOKEN_LPAR:
        case TOKEN_LSQB: open(brackets, OPEN_BRACKET); break;
        case TOKEN_FSTRING_START: open(brackets, OPEN_FSTRING); break;
        case TOKEN_RPAR:
        case TOKEN_RSQB:
        case TOKEN_RBRACE:
        case TOKEN_FSTRING_END: close(brackets); break;
        default: break;
        }
    }
}

u32 peg_level_before(const Peg *peg) {
    Brackets brackets = {.count = 0};
    count(peg, &brackets);
    return brackets.count - brackets.fstrings;
}

bool peg_is_in_format(const Peg *peg) {
    Brackets brackets = {.count = 0};
    count(peg, &brackets);
    return innermost(&brackets) == OPEN_FIELD;
}
