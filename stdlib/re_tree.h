/* A regular expression as a tree: what the parser makes of Python's syntax, and what is
 * written out again in the syntax of PCRE2.
 *
 * Characters and flags are settled while parsing: every node knows the flags that hold
 * where it stands. The tree lives in an arena, as long as the compiled pattern, because the
 * forms for ASCII subjects and others, for search, match and fullmatch are made from it
 * when they are first wanted.
 */
#ifndef APY_STDLIB_RE_TREE_H
#define APY_STDLIB_RE_TREE_H

#include "base/arena.h"
#include "objects/vm.h"

enum { /* the numbers of re.RegexFlag */
    RE_IGNORECASE = 2,
    RE_LOCALE = 4,
    RE_MULTILINE = 8,
    RE_DOTALL = 16,
    RE_UNICODE = 32,
    RE_VERBOSE = 64,
    RE_DEBUG = 128,
    RE_ASCII = 256,
    RE_TYPE_FLAGS = RE_ASCII | RE_LOCALE | RE_UNICODE,
};

#define RE_MAX_REPEAT 4294967295u /* no upper bound */
#define RE_MAX_GROUPS 1073741823u

typedef enum ReKind {
    RE_LITERAL,
    RE_SET,
    RE_ANY,
    RE_START,        /* ^ */
    RE_END,          /* $ */
    RE_START_STRING, /* \A */
    RE_END_STRING,   /* \Z */
    RE_BOUNDARY,
    RE_NOT_BOUNDARY,
    RE_BRANCH,
    RE_GROUP, /* number 0: does not capture */
    RE_ATOMIC,
    RE_REPEAT,
    RE_BACKREFERENCE,
    RE_CONDITIONAL,
    RE_LOOK,
    RE_FAILURE,
} ReKind;

/* One member of a set: a range of characters, or a category when `category` is one of the
 * letters d D s S w W. */
typedef struct ReItem {
    u32 low, high;
    char category;
    struct ReItem *next;
} ReItem;

typedef struct ReNode ReNode;
typedef struct ReSequence {
    ReNode *first, *last;
    bool is_measured;
    u64 low, high;           /* least and greatest width in characters, saturating */
    struct ReSequence *next; /* the next branch */
} ReSequence;

struct ReNode {
    u8 kind;
    bool negated;  /* sets and looks */
    bool backward; /* looks */
    char mode;     /* repeats: 'g'reedy, 'l'azy, 'p'ossessive */
    u16 flags;
    bool is_scoped; /* groups: (?flags:...), which is no mere bracket */
    u32 value;      /* character or group */
    u32 low, high;  /* repeats */
    ReItem *items;
    ReSequence *body, *other; /* branches: a list of sequences by `next` */
    ReNode *next;
};

typedef struct ReTree {
    Arena arena;
    ReSequence *root;
    u32 flags;
    u32 groups;        /* captures */
    bool is_text;      /* a str pattern */
    bool needs_marks;  /* which group closed last cannot be told from the spans */
    Value group_index; /* dict of name: number, owned */
    u32 *closes;       /* by group: its place in the order of closing brackets */
    bool has_bad_behind; /* a lookbehind whose width varies */
} ReTree;

/* Fill the tree; false with an exception. The tree is freed by re_tree_free in any case. */
bool re_parse(VM *vm, Value pattern, u32 flags, ReTree *tree);
void re_tree_free(ReTree *tree);

/* Which subjects a written form serves. */
typedef enum ReForm {
    RE_NARROW, /* one byte is one character: bytes, and str that are ASCII */
    RE_WIDE,   /* UTF-8 */
} ReForm;
void re_write(const ReTree *tree, ReForm form, Buffer *out);

/* Raise re.PatternError(message, pattern, position); position -1: without pattern. Takes
 * over the message. */
bool raise_pattern_error(VM *vm, Value message, Value pattern, i64 position);

#endif
