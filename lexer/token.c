#include "lexer/token.h"

static const char *const texts[TOKEN_KIND_COUNT] = {
    "",
#define TOKEN(name, text) text,
#include "lexer/token.def"
#undef TOKEN
};

const char *token_text(u16 kind) {
    return kind < TOKEN_KIND_COUNT ? texts[kind] : "";
}

u16 token_find_keyword(Span word) {
    for (u16 kind = TOKEN_FALSE; kind <= TOKEN_YIELD; kind++)
        if (span_equal(word, span_of(texts[kind]))) return kind;
    return TOKEN_NAME;
}
