/* A token: a kind, where it stands in the source, its text, and its decoded value.
 *
 * Lines count from 1, columns are byte offsets in the line's UTF-8 from 0; lexer_column
 * turns them into code points for messages. All spans live as long as the lexer's arena.
 */
#ifndef APY_LEXER_TOKEN_H
#define APY_LEXER_TOKEN_H

#include "base/base.h"

enum TokenKind {
    TOKEN_NOTHING,
#define TOKEN(name, text) TOKEN_##name,
#include "lexer/token.def"
#undef TOKEN
    TOKEN_KIND_COUNT
};

typedef struct Position {
    u32 line;   /* from 1; 0 means "nowhere" */
    u32 column; /* bytes from the start of the line */
} Position;

enum {
    TOKEN_HAS_U_PREFIX = 1, /* STRING written u"..." */
    TOKEN_IS_RAW = 2,       /* STRING, BYTES, FSTRING_*: written with an r */
    TOKEN_HAS_DEBUG =
        4, /* COLON, EXCLAMATION, RBRACE behind the `=` of an f-string field */
};

typedef struct Token {
    u16 kind;
    u8 base;             /* INTEGER: 2, 8, 10 or 16 */
    u8 flags;            /* TOKEN_... bits */
    Position start, end; /* a NEWLINE begins at the comment before it, if there is one */
    Span text; /* as written; for NEWLINE, INDENT, DEDENT and END whatever is there */
    /* NAME: the name in NFKC. STRING, FSTRING_MIDDLE: the decoded text in generalised
     * UTF-8. BYTES: the bytes. INTEGER: the digits without prefix and underscores. FLOAT,
     * IMAGINARY: the text without underscores. With TOKEN_HAS_DEBUG: what `f"{x = }"`
     * prints before the value ("x = "). */
    Span value;
    double number; /* FLOAT, IMAGINARY */
} Token;

/* "(", "if", "newline", ...: the second column of token.def. */
const char *token_text(u16 kind);

/* The kind of a hard keyword, or TOKEN_NAME. */
u16 token_find_keyword(Span word);

#endif
