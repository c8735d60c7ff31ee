/* What the driver (parser.c) and the search for an error's text (syntaxerror.c) share. */
#ifndef APY_PARSER_STATE_H
#define APY_PARSER_STATE_H

#include "lexer/softwords.h"
#include "parser/build.h"
#include "parser/parser.h"

#define PARSER_TOO_COMPLEX \
    SPAN("Parser stack overflowed - Python source too complex to parse")

struct Parser {
    Arena *arena;
    ParseOptions options;
    Lexer lexer;
    Softwords softwords;
    void *machine; /* lemon's */
    Builder builder;
    /* All tokens so far; owned (malloc). The first one is the START_ marker. */
    Token *tokens;
    u32 count, capacity;
    u32 depth;          /* indentation now */
    u32 statement;      /* first token of the top-level statement being read */
    u32 type_statement; /* that of the first one with a `type` statement in it */
    bool is_compound;   /* it is one that an empty line ends at a prompt */
    bool is_decorated;
    bool is_too_deep;
    bool has_literal_error; /* the lexer's, which has read to the end then */
    u32 made_newline;       /* the token that was made of the end of the text */
    bool has_begun, has_ended;
    bool lacks_newline; /* the last line, where nobody supplies it: not in files */
};

/* The next token behind the last one, into parser->tokens. LEX_ERROR as the lexer's. */
LexStatus parser_read(Parser *parser);

/* Why the tokens up to the last one are no program: fills result->problem. */
void syntaxerror_find(Parser *parser, ParseResult *result);
/* The message, at a token. */
void syntaxerror_at_token(Parser *parser, u32 token, const char *message,
                          ParseResult *result);
/* The lexer's own error as a problem. */
void syntaxerror_from_lexer(Parser *parser, const LexError *error,
                            SyntaxProblem *problem);

#endif
