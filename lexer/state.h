/* What the files of the lexer share and nobody else sees.
 *
 * The text lies in a block of the arena: complete lines only, each with its "\n", and a
 * NUL behind the last. What was fed of a line that is not complete yet waits in `tail`.
 * When the block is full, a larger one takes over what a token in progress still needs,
 * and the pointers into it move along (text.c); the old block stays for the tokens that
 * point there.
 */
#ifndef APY_LEXER_STATE_H
#define APY_LEXER_STATE_H

#include "lexer/lexer.h"

/* One level of nesting: the text of an f-string, a replacement field in it, or the format
 * spec of a field. A field becomes a spec at its `:`, and is a field again at the spec's
 * end. */
typedef enum LexModeKind { MODE_TEXT, MODE_FIELD, MODE_SPEC } LexModeKind;

typedef struct LexMode {
    LexModeKind kind;
    char quote;     /* of the f-string, also in its fields */
    u8 quote_size;  /* 1 or 3 */
    u8 field_depth; /* fields open in this f-string, this one included */
    bool is_raw;
    bool has_debug, gave_debug; /* field: `=` was read; its text was given out */
    u32 bracket;                /* field: the index of its `{` in lexer->brackets */
    Position start;             /* of the f-string */
    const char *expression;     /* field: behind `{` */
    Span decode_error;          /* text: the first faulty escape, reported at the end */
} LexMode;

typedef struct LexLine {
    const char *data;
    usize length; /* without the line end */
} LexLine;

/* Why the text cannot be read beyond some line. */
typedef enum LexFault { FAULT_NONE, FAULT_NULL_BYTE, FAULT_ENCODING } LexFault;

typedef struct LexText {
    char *data;
    usize length, capacity;
} LexText;

/* A string literal that is being read. */
typedef struct LexString {
    char quote; /* 0: none */
    u8 quote_size, flags;
    bool is_bytes, has_escaped_quote, has_backslash;
    u8 prefix_length;
    Position start;
} LexString;

typedef struct LexerState {
    /* Text. */
    LexText block, tail;
    char *cursor, *limit; /* limit: the end of what may be read now */
    char *line_start;     /* of the line the cursor is in */
    char *token_start;    /* of the token in progress */
    u32 line;             /* of the cursor, from 1 */
    bool is_finished, skips_line_feed;
    LexLine *lines;
    u32 line_count, line_capacity;
    LexFault fault; /* met behind `limit`, in line `fault_line` */
    u32 fault_line;
    usize fault_offset, fault_length;

    /* Layout. */
    u32 indents[LEXER_MAX_INDENTS + 1], other_indents[LEXER_MAX_INDENTS + 1];
    u32 indent_count;      /* without the outermost, which is 0 */
    int pending;           /* INDENT (1) or DEDENTs (negative) to give out */
    bool is_at_line_start; /* the next line's indentation counts */
    bool is_blank;         /* the line holds nothing but a comment */
    bool has_ended;

    /* Strings and f-strings. */
    LexString string;
    bool is_in_text;        /* a piece of f-string text is being read */
    bool is_in_name_escape; /* between \N{ and } in it */
    Position text_start;
    LexMode *modes;
    u32 mode_count, mode_capacity, fstring_count;

    usize warning_capacity;
} LexerState;

static inline LexMode *lexer_mode(const LexerState *state) {
    return state->mode_count ? &state->modes[state->mode_count - 1] : NULL;
}

static inline Position lexer_position(const LexerState *state, const char *at) {
    return (Position){state->line, (u32)(at - state->line_start)};
}

/* error.c: set lexer->error and return LEX_ERROR. The format knows what printf knows. */
LexStatus lexer_fail(Lexer *lexer, LexErrorRank rank, Position start, Position end,
                     const char *format, ...) PRINTF_LIKE(5, 6);
/* A SyntaxError that wins, at one place. */
#define FAIL_AT(lexer, at, ...) lexer_fail((lexer), LEX_WINS, (at), (at), __VA_ARGS__)
/* An error without end, reported only when the parser gets there. */
LexStatus lexer_fail_open(Lexer *lexer, LexErrorKind kind, Position at, i8 missing_end,
                          const char *message);
LexStatus lexer_fail_memory(Lexer *lexer);
void lexer_warn(Lexer *lexer, Position start, Position end, const char *format, ...)
    PRINTF_LIKE(4, 5);
/* A larger copy of an array in the arena; NULL when memory is out. */
void *lexer_grow(Lexer *lexer, const void *array, usize used, usize wanted, usize size);

/* text.c */
/* No line is left: ask for more, or report the fault that stopped the reading. The end of
 * the input is LEX_TOKEN. */
LexStatus lexer_reach_limit(Lexer *lexer);

/* indent.c: called at the start of a logical line; sets `pending` and `is_blank`. */
LexStatus lexer_measure_indent(Lexer *lexer);

/* nesting.c: brackets and modes. `at` is the bracket. */
LexStatus lexer_open_bracket(Lexer *lexer, char bracket, const char *at);
LexStatus lexer_close_bracket(Lexer *lexer, char bracket, const char *at);
LexStatus lexer_push_fstring(Lexer *lexer, Position start, char quote, u8 quote_size,
                             bool is_raw);
LexStatus lexer_push_field(Lexer *lexer, const char *at);
void lexer_pop_fstring(Lexer *lexer);
/* Whether a `:`, `!` or `=` here belongs to the innermost replacement field itself. */
bool lexer_is_field_level(const Lexer *lexer);
/* Give the text of `f"{x = }"` to the token that ends its expression at `end`. */
void lexer_set_debug(Lexer *lexer, Token *token, const char *end);

/* number.c: the value of a number the scanner matched, or its error. */
LexStatus lexer_read_number(Lexer *lexer, Token *token);

/* name.c: checks and normalises an identifier that is not ASCII. */
LexStatus lexer_read_name(Lexer *lexer, Token *token);
/* The error for a character that begins no token. */
LexStatus lexer_fail_character(Lexer *lexer, const char *at);

/* literal.c: decode the body of a string. */
LexStatus lexer_decode_string(Lexer *lexer, Token *token, Span body);
LexStatus lexer_decode_bytes(Lexer *lexer, Token *token, Span body);
/* f-string text; a faulty escape is kept in `mode` for the end of the f-string. */
LexStatus lexer_decode_text(Lexer *lexer, Token *token, Span body, LexMode *mode);

/* lexer.re: the next token from the cursor on. */
LexStatus lexer_scan(Lexer *lexer, Token *token);

#endif
