/* re.Pattern and re.Match, and running PCRE2.
 *
 * A pattern keeps its tree and compiles up to six forms when they are wanted: search, match
 * and fullmatch, each for narrow subjects (bytes; str that are ASCII: one byte is one
 * character) and for wide ones. Machine code is made for a form that has run some times or
 * sees a long subject.
 *
 * Spans are kept in bytes and turned into characters when somebody asks.
 */
#ifndef APY_STDLIB_RE_H
#define APY_STDLIB_RE_H

#include "objects/bytes.h"
#include "objects/type.h"
#include "objects/vm.h"
#include "stdlib/re_tree.h"

typedef enum ReMode { RE_SEARCH, RE_MATCH, RE_FULLMATCH, RE_MODES } ReMode;

typedef struct ReCode {  /* one compiled form */
    void *code;          /* pcre2_code; NULL: not yet */
    u32 runs;
    bool has_machine_code;
} ReCode;

typedef struct Pattern {
    Obj h;
    Value pattern;
    Value names; /* tuple by number: None or str; EMPTY until wanted */
    ReTree tree;
    ReCode codes[2][RE_MODES]; /* by form */
    void *match_data;
} Pattern;

typedef struct Subject {
    Value string; /* borrowed */
    Buffered memory;
    bool is_borrowed; /* memory must be given back */
    bool is_text;
    ReForm form;
    const char *data;
    usize size;       /* bytes, up to endpos */
    usize start;      /* byte at pos */
    usize position, end_position; /* pos and endpos as the Match shows them */
} Subject;

#define RE_UNSET SIZE_MAX

typedef struct Match {
    Obj h;
    Value pattern, string;
    Value regs; /* EMPTY until wanted */
    usize position, end_position;
    u32 count;      /* groups, the whole included */
    u32 last_index; /* 0: none */
    usize *spans;   /* start, end of each in bytes; RE_UNSET */
    usize few[8];   /* where they are when there are few */
} Match;

static inline Pattern *to_pattern(Value v) {
    return (Pattern *)v;
}
static inline Match *to_match(Value v) {
    return (Match *)v;
}
static inline bool is_pattern(VM *vm, Value v) {
    return is_object(v) && to_object(v)->shape->type == vm->types[TYPE_re_Pattern];
}

Value pattern_new(VM *vm, Value pattern, u32 flags);
/* Names by number, borrowed. */
Value pattern_names(VM *vm, Pattern *pattern);
void pattern_free_codes(Pattern *pattern);

/* Borrow the text to search; pos and endpos are EMPTY or ints. Close it, if that worked. */
bool subject_open(VM *vm, Subject *subject, const Pattern *pattern, Value string,
                  Value pos, Value endpos);
void subject_close(VM *vm, Subject *subject);
/* The piece between two bytes as str or bytes. */
Value subject_slice(VM *vm, const Subject *subject, usize start, usize end);

/* Run from byte `start`: 1 and the spans in spans[0..2 * (groups + 1)), 0, -1 failed.
 * `not_empty`: an empty match at `start` does not count. The spans live until the pattern
 * runs again. */
int pattern_run(VM *vm, Pattern *pattern, const Subject *subject, ReMode mode,
                usize start, bool not_empty, const usize **spans);
/* The match whose spans these are. */
Value match_new(VM *vm, Pattern *pattern, const Subject *subject, const usize *spans);
/* Group by its number: str, bytes or `otherwise`. */
Value match_group(VM *vm, const Match *match, u32 group, Value otherwise);
/* The same from spans that are not in a match yet. */
Value spans_group(VM *vm, const Subject *subject, const usize *spans, u32 group,
                  Value otherwise);
u32 pattern_last_index(const Pattern *pattern, const usize *spans);

/* "decoding to str: need ..." for what is no text. */
bool template_check(VM *vm, Value text);
bool span_has_escape(Span span);
/* A replacement: text and groups in turn. */
Value template_parse(VM *vm, Pattern *pattern, Value text);
/* Append what the template makes of a match: buffer in UTF-8 or bytes. */
bool template_expand(VM *vm, Value template, const Subject *subject, const usize *spans,
                     Buffer *out);
Value template_expand_match(VM *vm, Value template, Match *match);
Value subject_text(VM *vm, const Subject *subject, Buffer *out);

/* finditer() and scanner() */
Value scanner_new(VM *vm, Type *type, Value pattern, Value string, Value pos,
                  Value endpos);

#endif
