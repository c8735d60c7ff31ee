/* The second reading of a faulty input, after errors.peg: finds the mistake to report.
 *
 * The interpreter (peg.c) tries alternatives in order, backtracks, keeps results for the
 * rules that ask for it, and makes Shapes: trees of what was matched, with just enough in
 * them for the messages. Everything lives in an arena of its own that is dropped with the
 * answer.
 *
 * How far the input was looked at (peg->fill) matters: some messages point at the last
 * token anybody asked for.
 */
#ifndef APY_PARSER_PEG_H
#define APY_PARSER_PEG_H

#include "parser/state.h"

/* Kinds of shapes: those of nodes, and these. Lists are spliced into the shape around
 * them. */
enum {
    SHAPE_LIST = NODE_KIND_COUNT,
    SHAPE_TOKEN,
    SHAPE_BytesConstant,
    SHAPE_InPair,    /* `in x` of a comparison */
    SHAPE_OtherPair, /* another operator and its right side */
    SHAPE_Mapping,   /* `**x` among arguments */
};

typedef struct Shape Shape;

struct Shape {
    u8 kind;
    u32 first, last; /* tokens; last < first when empty */
    u32 count;
    Shape **children;
};

typedef struct Memo Memo;

typedef enum PegState {
    PEG_READING,
    PEG_REPORTED, /* the problem is set */
    PEG_STOPPED,  /* no memory */
} PegState;

typedef struct Peg {
    Parser *parser;
    SyntaxProblem *problem;
    Arena arena;
    u32 start; /* the first token read */
    u32 mark;  /* the token to match next */
    u32 fill;  /* one behind the last token looked at */
    u32 depth; /* of rules */
    bool with_invalid;
    bool is_generic; /* nothing is known but where it went wrong */
    bool is_final;   /* what was reported is: nothing further on replaces it */
    PegState state;
    /* By token. */
    Memo **memos;
    Shape **token_shapes;
    u32 capacity;
} Peg;

typedef enum PegOp {
    PEG_TOKEN,
    PEG_WORD,
    PEG_CALL,
    PEG_OPTIONAL,
    PEG_STAR,
    PEG_PLUS,
    PEG_GATHER,
    PEG_AND,
    PEG_NOT,
    PEG_CUT,
    PEG_FORCE,
} PegOp;

typedef struct PegItem {
    u8 op;
    bool captures; /* a content, not punctuation */
    u16 what;      /* a rule, token kind or word */
    u16 other;     /* PEG_GATHER: the separator; PEG_WORD: 1 if its beginning is enough */
} PegItem;

typedef struct PegAlternative {
    u16 items;
    u8 count;
    i8 result; /* the item that is the result, or -1: a shape of `kind` */
    u8 kind;
    bool is_invalid; /* only for the search for mistakes */
    bool checks;     /* the action only checks the result */
    void (*action)(Peg *peg, Shape **parts, Shape *result);
} PegAlternative;

enum { PEG_IS_MEMO = 1, PEG_IS_CACHE = 2, PEG_IS_LEFT = 4, PEG_IS_QUIET = 8 };

typedef struct PegRule {
    u16 alternatives;
    u8 count;
    u8 flags;
} PegRule;

/* Made by tools/peg.py. */
extern const PegRule peg_rules[];
extern const PegAlternative peg_alternatives[];
extern const PegItem peg_items[];
extern const Span peg_words[];
extern const u16 peg_rule_file, peg_rule_interactive, peg_rule_expression_input;

enum { PEG_MAX_DEPTH = 6000, PEG_MAX_ITEMS = 12 };

/* Read from token `start` by the rule. True when it matched. */
bool peg_run(Peg *peg, u16 rule, u32 start);
void peg_free(Peg *peg);
/* Make sure that the token at this index is read; false when the lexer has an error
 * (reported) or memory is out. */
bool peg_fetch(Peg *peg, u32 token);

/* How many brackets are open behind the token before the mark. */
u32 peg_level_before(const Peg *peg);
/* Is the token at the mark text of an f-string's format, or its end? */
bool peg_is_in_format(const Peg *peg);

/* Reports, for the actions in errors.peg. The first report wins. A shape stands for its
 * range; `last` is the last token looked at. */
void error_at(Peg *peg, const Shape *shape, const char *format, ...) PRINTF_LIKE(3, 4);
void error_range(Peg *peg, const Shape *from, const Shape *to, const char *format, ...)
    PRINTF_LIKE(4, 5);
void error_from(Peg *peg, const Shape *from, const char *message); /* up to `last` */
void error_last(Peg *peg, const char *message);                    /* at `last` */
void error_next(Peg *peg, const char *message); /* at the token at the mark */
void error_at_token(Peg *peg, u32 token, const char *message);
void error_behind(Peg *peg, const Shape *shape,
                  const char *message); /* at its last letter */
void error_indent(Peg *peg, const char *message);
/* "expected an indented block after WHAT on line N" */
void error_block(Peg *peg, const char *what, const Shape *keyword);
void error_forced(Peg *peg, u16 token_kind);

typedef enum TargetUse { TARGET_STAR, TARGET_FOR, TARGET_DELETE } TargetUse;
/* "cannot assign to X", if there is such an X in it. */
void error_target(Peg *peg, TargetUse use, const Shape *shape);

void report_bare_generator(Peg *peg, const Shape *args, const Shape *comprehensions);
void report_late_positional(Peg *peg, const Shape *args);
void check_strings(Peg *peg, const Shape *parts, Shape *result);
void check_conversion(Peg *peg, const Shape *mark, const Shape *letter);
void check_conversion_letter(Peg *peg, const Shape *letter); /* NULL: none */

const Token *token_of(const Peg *peg, const Shape *shape);
Shape *shape_first(const Shape *shape);
Shape *shape_last(const Shape *shape);
/* What messages call it: "function call", "list comprehension". */
const char *shape_name(const Peg *peg, const Shape *shape);
bool is_tuple(const Shape *shape);
/* `print` and `exec`, which were statements once. */
bool is_legacy_name(const Peg *peg, const Shape *shape);

#endif
