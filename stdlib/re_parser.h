/* What the files that parse regular expressions share. */
#ifndef APY_STDLIB_RE_PARSER_H
#define APY_STDLIB_RE_PARSER_H

#include "stdlib/re_source.h"
#include "stdlib/re_tree.h"

typedef struct ReGroup {
    u64 low, high; /* width */
    bool is_closed;
    u32 order; /* of its closing bracket */
} ReGroup;

typedef struct ReParser {
    VM *vm;
    ReSource source;
    ReTree *tree;
    Arena *arena;
    u32 flags;       /* global ones, as far as known */
    u32 group_count; /* group 0 included */
    ReGroup *groups; /* by number; in the arena */
    u32 group_capacity;
    u32 behind;      /* groups that stood before the outermost lookbehind; 0: outside */
    u32 look_depth;
    u32 closed; /* groups so far */
    struct ReUse *uses; /* groups named by conditions */
    u32 warn_level;
} ReParser;

typedef struct ReUse {
    u64 group;
    usize at;
    struct ReUse *next;
} ReUse;

/* An escape outside of sets; the node is added to the sequence. */
bool re_parse_escape(ReParser *parser, const ReToken *token, u32 flags,
                     ReSequence *sequence);
/* The set behind '['. */
bool re_parse_set(ReParser *parser, u32 flags, u32 nested, ReSequence *sequence);
/* The letters of (?flags) or (?flags:, `token` being the first. */
bool re_parse_flags(ReParser *parser, ReToken token, u32 *add, u32 *remove,
                    bool *is_global);

ReNode *re_add(ReParser *parser, ReSequence *sequence, ReKind kind, u32 flags);
bool re_check_group(const ReParser *parser, u64 group);
bool re_check_behind(ReParser *parser, u64 group);
/* Widths in characters. */
void re_measure(const ReParser *parser, ReSequence *sequence);

/* The character of an escape that is the same in sets and outside: \x41 \u0041 \N{...} and
 * letters without meaning, which are errors. */
bool re_parse_character(ReParser *parser, const ReToken *token, u32 *out);
bool re_too_large_octal(ReParser *parser, usize start);

#endif
