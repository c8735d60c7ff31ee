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
    bool had_field;             /* spec: a field in it was closed */
    bool has_debug, gave_debug; /* field: `=` was read; its text was given out */
    u32 bracket;                /* field: the index of its `{` in lexer->brackets */
    Position start;             /* of the f-string */
    const char *expression;     /* field: behind `{` */
    struct LexLateWarning
        *late;         /* text: warnings that are given at its end, newest first */
    Span decode_error; /* text: the first faulty escape, reported at the end */
} LexMode;

typedef struct LexLateWarning {
    struct LexLateWarning *older;
    Span message;
} LexLateWarning;

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
    bool is_bytes, has_escaped_quote;
    u8 prefix_length;
    Position start;
} LexString;

typedef struct LexerState {
    /* Text. */
    LexText block, tail;
    char *cursor, *limit; /* limit: the end of what may be read now */
    char at_limit;        /* the byte whose place the end mark has taken */
    char *line_start;     /* of the line the cursor is in */
    char *token_start;    /* of the token in progress */
    u32 line;             /* of the cursor, from 1 */
    u32 joined_bytes;     /* of the lines before, joined to this one by a backslash or a
                             string */
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
    bool has_ended, has_failed;

    /* Strings and f-strings. */
    LexString string;
    bool skips_decoding;    /* only errors of the scanner are wanted */
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

/* The token that goes from token_start to here. */
static inline void lexer_take(LexerState *state, Token *token, char *cursor, u16 kind) {
    state->cursor = cursor;
    token->kind = kind;
    token->start = lexer_position(state, state->token_start);
    token->end = lexer_position(state, cursor);
    token->text = (Span){state->token_start, (usize)(cursor - state->token_start)};
}

/* error.c: set lexer->error and return LEX_ERROR. The format knows what printf knows. */
LexStatus lexer_fail(Lexer *lexer, LexErrorRank rank, Position start, Position end,
                     const char *format, ...) PRINTF_LIKE(5, 6);
/* A SyntaxError that wins, at one place. */
#define FAIL_AT(lexer, at, ...) lexer_fail((lexer), LEX_WINS, (at), (at), __VA_ARGS__)
/* An error without end, reported only when the parser gets there. */
LexStatus lexer_fail_open(Lexer *lexer, LexErrorKind kind, Position at, i8 missing_end,
                          const char *message);
/* A fault in the body of a literal. */
LexStatus lexer_fail_literal(Lexer *lexer, const Token *token, Span message);
LexStatus lexer_fail_unclosed(Lexer *lexer);
/* The input ends behind a backslash. */
LexStatus lexer_fail_eof(Lexer *lexer);
/* Something stands behind a backslash. */
LexStatus lexer_fail_continuation(Lexer *lexer, const char *at);
/* A fault in the body of a literal. */
LexStatus lexer_fail_literal(Lexer *lexer, const Token *token, Span message);
LexStatus lexer_fail_memory(Lexer *lexer);
void lexer_warn(Lexer *lexer, Position start, Position end, Span message);
/* The text of a message, in the arena. */
Span lexer_format(Lexer *lexer, const char *format, ...) PRINTF_LIKE(2, 3);
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
/* Back to what is around the f-string; returns what its text was. */
LexMode lexer_pop_fstring(Lexer *lexer);
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

/* literal.c: decode the body of a string; f-string text is decoded from token->text. */
LexStatus lexer_decode_string(Lexer *lexer, Token *token, Span body);
LexStatus lexer_decode_bytes(Lexer *lexer, Token *token, Span body);
/* A faulty escape is kept in the f-string's mode for its end. */
LexStatus lexer_decode_text(Lexer *lexer, Token *token, LexMode *mode);

/* string.c: string literals and f-strings around what the scanner does. */
/* Behind the prefix and opening quotes, which began at token_start. */
void lexer_open_string(Lexer *lexer, char *cursor, u8 quote_size);
LexStatus lexer_open_fstring(Lexer *lexer, Token *token, char *cursor, u8 quote_size);
/* Behind the closing quotes. */
LexStatus lexer_take_string(Lexer *lexer, Token *token, char *cursor);
LexStatus lexer_take_fstring_end(Lexer *lexer, Token *token, char *cursor);
/* A text begins at the cursor, or goes on there. */
void lexer_begin_text(LexerState *state);
LexStatus lexer_take_text(Lexer *lexer, Token *token, char *stop);
/* A literal is not closed in `line`, or in the whole input. */
LexStatus lexer_fail_string(Lexer *lexer, u32 line);
LexStatus lexer_fail_fstring(Lexer *lexer, u32 line);
LexStatus lexer_cut_string(Lexer *lexer, char *cursor,
                           LexStatus fail(Lexer *lexer, u32 line));
LexStatus lexer_fail_brace(Lexer *lexer, char *at);

/* lexer.re: the next token from the cursor on; TOKEN_NOTHING when there was none yet. */
LexStatus lexer_scan(Lexer *lexer, Token *token);

#endif
