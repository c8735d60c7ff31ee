/* Source text in, syntax tree out, or the error that CPython 3.13 reports.
 *
 * A whole text:
 *     ParseOptions options = {.filename = SPAN("prog.apy"), .mode = PARSE_FILE};
 *     if (!parse_source(&arena, source, &options, &result)) show(&result.problem);
 *
 * A statement that comes line by line, at a prompt:
 *     Parser *parser = parser_new(&arena, &options);
 *     while ((status = parser_push(parser, line, &result)) == PARSE_NEED_MORE)
 * prompt_again(); parser_free(parser); The statement is complete as at CPython's prompt:
 * a simple one with its line, a compound one with an empty line. Every statement wants a
 * new Parser.
 *
 * Tree, texts and problem live in the arena; warnings too. Nothing is shared between
 * parsers.
 */
#ifndef APY_PARSER_PARSER_H
#define APY_PARSER_PARSER_H

#include "lexer/lexer.h"
#include "parser/ast.h"

typedef enum ParseMode {
    PARSE_FILE,        /* statements: a Module */
    PARSE_INTERACTIVE, /* one statement or line of them: an Interactive */
    PARSE_EXPRESSION,  /* an Expression */
} ParseMode;

enum {
    PARSE_DECODE = 1, /* the source is a file's bytes: honour BOM and coding line */
    PARSE_BYTES = 8,  /* bytes given to compile(): the same, other messages */
    PARSE_ALLOW_INCOMPLETE =
        2, /* an error only because the text ends sets is_incomplete */
    PARSE_DONT_IMPLY_DEDENT =
        4, /* PARSE_INTERACTIVE: the end of the text closes no block */
};

typedef struct ParseOptions {
    Span filename;
    ParseMode mode;
    u32 flags; /* PARSE_... */
} ParseOptions;

typedef enum ProblemKind {
    PROBLEM_SYNTAX,
    PROBLEM_INDENTATION,
    PROBLEM_TAB,
    PROBLEM_MEMORY, /* MemoryError: too deep, or memory is out; only the message is set */
} ProblemKind;

/* The numbers are those of CPython's SyntaxError: columns count code points from 1; an
 * end of 0 or -1 is none. */
typedef struct SyntaxProblem {
    ProblemKind kind;
    bool is_incomplete; /* more text could make it right */
    Span message;
    u32 line;
    i32 column;
    i32 end_line, end_column;
    Span text;              /* the line, without its end */
    bool has_no_place; /* not even a file name */
    bool is_of_bytes;  /* of bytes that cannot be decoded: line 0 of the file */
    bool is_text_without_end; /* CPython's text for it has no line end either */
} SyntaxProblem;

typedef struct ParseResult {
    Node *tree; /* NULL: see problem */
    SyntaxProblem problem;
    const LexWarning *warnings; /* SyntaxWarnings to show, in source order */
    usize warning_count;
} ParseResult;

/* False: result->problem says why. */
bool parse_source(Arena *arena, Span source, const ParseOptions *options,
                  ParseResult *result);

typedef enum ParseStatus { PARSE_NEED_MORE, PARSE_COMPLETE, PARSE_ERROR } ParseStatus;

typedef struct Parser Parser;

/* options->mode is taken to be PARSE_INTERACTIVE. NULL when memory is out. */
Parser *parser_new(Arena *arena, const ParseOptions *options);
void parser_free(Parser *parser);
/* The next line or lines, with their line ends. */
ParseStatus parser_push(Parser *parser, Span text, ParseResult *result);
/* The input ended: what was pushed is all there is. */
ParseStatus parser_finish(Parser *parser, ParseResult *result);

#endif
