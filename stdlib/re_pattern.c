/* re.Pattern: a compiled regular expression. */
#include "objects/dict.h"
#include "objects/generic_alias.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/sequence.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/want.h"
#include "stdlib/re.h"

Value pattern_new(VM *vm, Value text, u32 flags) {
    Pattern *pattern = (Pattern *)object_new(vm, vm->types[TYPE_re_Pattern]);
    if (!pattern) return FAIL;
    pattern->pattern = incref(text);
    pattern->names = EMPTY;
    pattern->tree.group_index = EMPTY;
    OWNED Value owned = from_object(pattern);
    CHECK(re_parse(vm, text, flags, &pattern->tree));
    return TAKE(owned);
}

static void free_pattern(VM *vm, Obj *self) {
    Pattern *pattern = (Pattern *)self;
    decref(take(&pattern->pattern));
    decref(take(&pattern->names));
    re_tree_free(&pattern->tree);
    pattern_free_codes(pattern);
}

static void visit(Obj *self, Visitor *visitor) {
    Pattern *pattern = (Pattern *)self;
    visitor->visit(visitor, pattern->pattern);
    visitor->visit(visitor, pattern->names);
    visitor->visit(visitor, pattern->tree.group_index);
}

static Value make_names(VM *vm, const Pattern *pattern) {
    OWNED Value names = TRY(tuple_new(vm, pattern->tree.groups + 1));
    for (u32 i = 0; i <= pattern->tree.groups; i++) to_tuple(names)->items[i] = NONE;
    Value name, group;
    Dict *index = to_dict(pattern->tree.group_index);
    for (u32 at = 0; dict_next(index, &at, &name, &group);)
        replace(&to_tuple(names)->items[to_small(group)], incref(name));
    return TAKE(names);
}

Value pattern_names(VM *vm, Pattern *pattern) {
    if (pattern->names == EMPTY) pattern->names = TRY(make_names(vm, pattern));
    return pattern->names;
}

/* ---- finding one ---- */

static Value find_one(VM *vm, Value *args, ReMode mode) {
    Pattern *pattern = to_pattern(args[0]);
    Subject subject;
    const usize *spans;
    CHECK(subject_open(vm, &subject, pattern, args[1], args[2], args[3]));
    bool is_empty = has_kind(pattern->pattern, KIND_STR) && !to_str(pattern->pattern)->size;
    if (mode == RE_MATCH && is_empty && subject.size < subject.start)
        subject.size = subject.start; /* nothing is found even behind endpos */
    int found = pattern_run(vm, pattern, &subject, mode, subject.start, false, &spans);
    Value match = found > 0 ? match_new(vm, pattern, &subject, spans)
                  : found   ? FAIL
                            : NONE;
    subject_close(vm, &subject);
    return match;
}

/* Matches zero or more characters at the beginning of the string. */
METHOD(re_Pattern, match, "($self, /, string, pos=0, endpos=sys.maxsize)") {
    return find_one(vm, args, RE_MATCH);
}

/* Matches against all of the string. */
METHOD(re_Pattern, fullmatch, "($self, /, string, pos=0, endpos=sys.maxsize)") {
    return find_one(vm, args, RE_FULLMATCH);
}

/* Scan through string looking for a match, and return a corresponding match object instance.
 *
 * Return None if no position in the string matches. */
METHOD(re_Pattern, search, "($self, /, string, pos=0, endpos=sys.maxsize)") {
    return find_one(vm, args, RE_SEARCH);
}

/* ---- finding all ---- */

/* What findall lists for a match: the whole, the only group, or all groups. */
static Value list_item(VM *vm, const Pattern *pattern, const Subject *subject,
                       const usize *spans) {
    u32 groups = pattern->tree.groups;
    Value nothing = subject->is_text ? vm->empty_str : vm->empty_bytes;
    if (groups <= 1) return spans_group(vm, subject, spans, groups, nothing);
    OWNED Value tuple = TRY(tuple_new(vm, groups));
    for (u32 i = 0; i < groups; i++) to_tuple(tuple)->items[i] = NONE;
    for (u32 i = 0; i < groups; i++)
        to_tuple(tuple)->items[i] = TRY(spans_group(vm, subject, spans, i + 1, nothing));
    return TAKE(tuple);
}

static bool list_matches(VM *vm, Pattern *pattern, const Subject *subject, List *list) {
    usize at = subject->start;
    bool not_empty = false;
    for (;;) {
        const usize *spans;
        int found = pattern_run(vm, pattern, subject, RE_SEARCH, at, not_empty, &spans);
        if (found <= 0) return !found;
        at = spans[1];
        not_empty = spans[0] == spans[1];
        Value item = list_item(vm, pattern, subject, spans);
        if (item == FAIL || !list_push_owned(vm, list, item)) return false;
    }
}

/* Return a list of all non-overlapping matches of pattern in string. */
METHOD(re_Pattern, findall, "($self, /, string, pos=0, endpos=sys.maxsize)") {
    Pattern *pattern = to_pattern(args[0]);
    Subject subject;
    OWNED Value list = TRY(list_new(vm, 0));
    CHECK(subject_open(vm, &subject, pattern, args[1], args[2], args[3]));
    bool ok = list_matches(vm, pattern, &subject, to_list(list));
    subject_close(vm, &subject);
    return ok ? TAKE(list) : FAIL;
}

/* Return an iterator over all non-overlapping matches for the RE pattern in string.
 *
 * For each match, the iterator returns a match object. */
METHOD(re_Pattern, finditer, "($self, /, string, pos=0, endpos=sys.maxsize)") {
    return scanner_new(vm, vm->types[TYPE_re_finditer], args[0], args[1], args[2],
                       args[3]);
}

METHOD(re_Pattern, scanner, "($self, /, string, pos=0, endpos=sys.maxsize)") {
    return scanner_new(vm, vm->types[TYPE_re_Scanner], args[0], args[1], args[2],
                       args[3]);
}

/* ---- splitting ---- */

static bool push_piece(VM *vm, List *list, const Subject *subject, usize start,
                       usize end) {
    Value piece = subject_slice(vm, subject, start, end);
    return piece != FAIL && list_push_owned(vm, list, piece);
}

static bool push_groups(VM *vm, List *list, const Pattern *pattern,
                        const Subject *subject, const usize *spans) {
    for (u32 i = 1; i <= pattern->tree.groups; i++) {
        Value group = spans_group(vm, subject, spans, i, NONE);
        if (group == FAIL || !list_push_owned(vm, list, group)) return false;
    }
    return true;
}

static bool split(VM *vm, Pattern *pattern, const Subject *subject, i64 limit,
                  List *list) {
    usize from = 0;
    bool not_empty = false;
    for (i64 done = 0; !limit || done < limit; done++) {
        const usize *spans;
        int found = pattern_run(vm, pattern, subject, RE_SEARCH, from, not_empty, &spans);
        if (found < 0) return false;
        if (!found) break;
        if (!push_piece(vm, list, subject, from, spans[0])) return false;
        if (!push_groups(vm, list, pattern, subject, spans)) return false;
        from = spans[1];
        not_empty = spans[0] == spans[1];
    }
    return push_piece(vm, list, subject, from, subject->size);
}

/* Split string by the occurrences of pattern. */
METHOD(re_Pattern, split, "($self, /, string, maxsplit=0)") {
    Pattern *pattern = to_pattern(args[0]);
    i64 limit = 0;
    Subject subject;
    if (args[2] != EMPTY)
        CHECK(size_from_argument(vm, args[2], &limit));
    OWNED Value list = TRY(list_new(vm, 0));
    CHECK(subject_open(vm, &subject, pattern, args[1], EMPTY, EMPTY));
    bool ok = limit < 0
                  ? push_piece(vm, to_list(list), &subject, 0, subject.size)
                  : split(vm, pattern, &subject, limit, to_list(list));
    subject_close(vm, &subject);
    return ok ? TAKE(list) : FAIL;
}

/* ---- what it is ---- */

/* The pattern string from which the RE object was compiled. */
MEMBER(re_Pattern, pattern) {
    return incref(to_pattern(self)->pattern);
}

/* The regex matching flags. */
MEMBER(re_Pattern, flags) {
    return from_small(to_pattern(self)->tree.flags);
}

/* The number of capturing groups in the pattern. */
MEMBER(re_Pattern, groups) {
    return from_small(to_pattern(self)->tree.groups);
}

/* A dictionary mapping group names to group numbers. */
GETTER(re_Pattern, groupindex) {
    Value names = to_pattern(self)->tree.group_index;
    return to_dict(names)->count ? mappingproxy_new(vm, names) : dict_new(vm);
}

METHOD(re_Pattern, __copy__, "($self, /)") {
    return incref(args[0]);
}

METHOD(re_Pattern, __deepcopy__, "($self, memo, /)") {
    return incref(args[0]);
}

/* See PEP 585 */
CLASS_METHOD(re_Pattern, __class_getitem__, "($type, object, /)") {
    return generic_alias_new(vm, args[0], args[1]);
}

static const struct {
    u32 flag;
    const char *name;
} flag_names[] = {
    {RE_IGNORECASE, "re.IGNORECASE"}, {RE_LOCALE, "re.LOCALE"},
    {RE_MULTILINE, "re.MULTILINE"},   {RE_DOTALL, "re.DOTALL"},
    {RE_UNICODE, "re.UNICODE"},       {RE_VERBOSE, "re.VERBOSE"},
    {RE_DEBUG, "re.DEBUG"},           {RE_ASCII, "re.ASCII"},
};

static void show_flags(const Pattern *pattern, Buffer *out) {
    u32 flags = pattern->tree.flags;
    const char *before = ", ";
    if (pattern->tree.is_text &&
        (flags & (RE_LOCALE | RE_UNICODE | RE_ASCII)) == RE_UNICODE)
        flags &= ~(u32)RE_UNICODE;
    for (usize i = 0; i < COUNT_OF(flag_names); i++) {
        if (!(flags & flag_names[i].flag)) continue;
        buffer_printf(out, "%s%s", before, flag_names[i].name);
        before = "|";
        flags &= ~flag_names[i].flag;
    }
    if (flags) buffer_printf(out, "%s0x%x", before, flags);
}

static Value repr(VM *vm, Value self) {
    enum { SHOWN = 200 };
    Pattern *pattern = to_pattern(self);
    OWNED Value text = TRY(object_repr(vm, pattern->pattern));
    if (str_length(text) > SHOWN) replace(&text, TRY(str_slice(vm, text, 0, SHOWN)));
    Buffer out = {0};
    buffer_add_text(&out, "re.compile(");
    buffer_add_span(&out, str_span(text));
    show_flags(pattern, &out);
    buffer_add_char(&out, ')');
    return str_from_buffer(vm, &out);
}

static bool hash(VM *vm, Value self, u64 *out) {
    Pattern *pattern = to_pattern(self);
    if (!object_hash(vm, pattern->pattern, out)) return false;
    *out = (*out ^ pattern->tree.flags) * 0x9E3779B97F4A7C15u;
    return true;
}

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    if ((op != EQ && op != NE) || !is_pattern(vm, other)) return NOT_IMPLEMENTED;
    Pattern *a = to_pattern(self), *b = to_pattern(other);
    bool equal = a->tree.flags == b->tree.flags && a->tree.is_text == b->tree.is_text;
    int same = equal ? object_equal(vm, a->pattern, b->pattern) : 0;
    return same < 0 ? FAIL : from_bool(same == (op == EQ));
}

TYPE(re_Pattern, .name = "re.Pattern", .size = sizeof(Pattern), .kind = KIND_OTHER,
     .flags = TYPE_FINAL | TYPE_NO_NEW | TYPE_WEAKREFS,
     .doc = "Compiled regular expression object.",
     .slots = {.free = free_pattern,
               .visit = visit,
               .repr = repr,
               .hash = hash,
               .compare = compare})
