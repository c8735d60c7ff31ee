/* Source text in, tokens out: all tokens of Python 3.13.
 *
 * Text is fed in pieces of any size (cut anywhere); tokens are asked for one at a time. A
 * token comes as soon as the lines it needs are complete. LEX_NEED_MORE loses nothing:
 * feed and ask again. Whoever has the whole text feeds it, calls lexer_finish and never
 * sees LEX_NEED_MORE.
 *
 *     lexer_init(&lexer, &arena, SPAN("prog.apy"));
 *     lexer_feed(&lexer, text);
 *     lexer_finish(&lexer);
 *     while (lexer_next(&lexer, &token) == LEX_TOKEN && token.kind != TOKEN_END) ...
 *
 * The parser does not call lexer_next but softwords_next (softwords.h), which also
 * decides where `match`, `case` and `type` are keywords. Files go through source_decode
 * (source.h) first: the lexer wants UTF-8. Line ends CR LF and CR are read as LF.
 *
 * Ownership: everything lives in the arena, the source text too, so lexer_line can show
 * any line later. A Lexer owns nothing else and needs no freeing. When memory is out, the
 * arena says so and lexer_next answers LEX_ERROR.
 *
 * Errors: after LEX_ERROR `lexer->error` holds what CPython 3.13 would say, and every
 * further call returns LEX_ERROR again.
 */
#ifndef APY_LEXER_LEXER_H
#define APY_LEXER_LEXER_H

#include "base/arena.h"
#include "base/base.h"
#include "lexer/token.h"

typedef enum LexStatus { LEX_TOKEN, LEX_NEED_MORE, LEX_ERROR } LexStatus;

typedef enum LexErrorKind {
    LEX_SYNTAX_ERROR,
    LEX_INDENTATION_ERROR,
    LEX_TAB_ERROR,
} LexErrorKind;

/* How an error competes with a syntax error that the parser already has
 * (lexer_check_rest). */
typedef enum LexErrorRank {
    LEX_WINS,     /* CPython meets it while it reads: it replaces the parser's error */
    LEX_UNCLOSED, /* an open bracket at the end: replaces an error in a later line only */
    LEX_YIELDS,   /* found when the parser gets there: never replaces another */
} LexErrorRank;

typedef struct LexError {
    LexErrorKind kind;
    LexErrorRank rank;
    bool is_incomplete; /* only because the input ended: open bracket or triple quote */
    bool is_literal; /* in the body of a literal, which CPython decodes while it parses */
    bool is_memory;  /* MemoryError: nothing else is set */
    i8 missing_end;  /* when end.line is 0: what CPython's end_offset shows, 0 or -1 */
    Span message;
    Position start, end; /* offsets to show are lexer_column + 1; end.line 0: no end */
} LexError;

/* A SyntaxWarning to show, e.g. "invalid escape sequence '\d'". Should the caller turn it
 * into an error, that is a SyntaxError with this text and range. */
typedef struct LexWarning {
    Span message;
    Position start, end;
} LexWarning;

typedef struct LexBracket {
    char character; /* '(', '[' or '{' */
    Position at;
} LexBracket;

/* The code point called `name` (of \N{name}); false when there is none. */
typedef bool LexNameLookup(void *context, Span name, u32 *code_point);

enum {
    LEXER_MAX_BRACKETS = 200,
    LEXER_MAX_INDENTS = 99,
    LEXER_MAX_FSTRINGS = 149,
    LEXER_MAX_FIELDS = 3, /* replacement fields in one another, in one f-string */
};

typedef struct Lexer {
    Arena *arena;
    Span filename;
    LexError error;
    LexWarning *warnings; /* in source order */
    usize warning_count;

    /* Settings, to be changed right after lexer_init. */
    bool is_interactive; /* an empty line ends a block, as at CPython's prompt */
    LexNameLookup *find_name;
    void *find_name_context;

    LexBracket brackets[LEXER_MAX_BRACKETS];
    u32 bracket_count;

    struct LexerState *state; /* lexer/state.h */
} Lexer;

void lexer_init(Lexer *lexer, Arena *arena, Span filename);
/* Copies the text; it may end in the middle of anything, even of a character. */
void lexer_feed(Lexer *lexer, Span text);
/* There will be no more text. A missing newline at the end is supplied. */
void lexer_finish(Lexer *lexer);
/* The next token; after TOKEN_END always TOKEN_END. */
LexStatus lexer_next(Lexer *lexer, Token *token);

/* Read on to the end, for a parser that has a generic syntax error in `error_line`. True
 * when lexer->error now holds an error that CPython reports in its place. Does nothing in
 * interactive input. */
bool lexer_check_rest(Lexer *lexer, u32 error_line);

/* A line that was fed, without its line end; empty when there is no such line. */
Span lexer_line(const Lexer *lexer, u32 line);
u32 lexer_line_count(const Lexer *lexer);
/* The position's column in code points from 0. */
u32 lexer_column(const Lexer *lexer, Position position);

#endif
