/* re.Match: what a pattern has found. */
#include "objects/dict.h"
#include "objects/generic_alias.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/want.h"
#include "stdlib/re.h"

Value match_new(VM *vm, Pattern *pattern, const Subject *subject, const usize *spans) {
    Match *match = (Match *)object_new(vm, vm->types[TYPE_re_Match]);
    if (!match) return FAIL;
    match->pattern = match->string = match->regs = EMPTY;
    OWNED Value owned = from_object(match);
    u32 count = match->count = pattern->tree.groups + 1;
    match->spans = match->few;
    if (count * 2 > COUNT_OF(match->few)) {
        match->spans = heap_raw_alloc(&vm->heap, count * 2 * sizeof(usize));
        if (!match->spans) return raise_memory(vm);
    }
    memcpy(match->spans, spans, count * 2 * sizeof(usize));
    match->pattern = incref(from_object(pattern));
    match->string = incref(subject->string);
    match->position = subject->position;
    match->end_position = subject->end_position;
    match->last_index = pattern_last_index(pattern, spans);
    return TAKE(owned);
}

static void free_match(VM *vm, Obj *self) {
    Match *match = (Match *)self;
    decref(take(&match->pattern));
    decref(take(&match->string));
    decref(take(&match->regs));
    if (match->spans && match->spans != match->few)
        heap_raw_free(&vm->heap, match->spans, match->count * 2 * sizeof(usize));
    match->spans = NULL;
}

static void visit(Obj *self, Visitor *visitor) {
    Match *match = (Match *)self;
    visitor->visit(visitor, match->pattern);
    visitor->visit(visitor, match->string);
    visitor->visit(visitor, match->regs);
}

static Pattern *pattern_of(const Match *match) {
    return to_pattern(match->pattern);
}

/* ---- groups ---- */

Value spans_group(VM *vm, const Subject *subject, const usize *spans, u32 group,
                  Value otherwise) {
    usize start = spans[2 * group], end = spans[2 * group + 1];
    if (start == RE_UNSET) return incref(otherwise);
    return subject_slice(vm, subject, start, end < start ? start : end);
}

/* The string again; a bytearray may have become shorter meanwhile. */
static bool reopen(VM *vm, const Match *match, Subject *subject) {
    return subject_open(vm, subject, pattern_of(match), match->string, EMPTY, EMPTY);
}

static Value slice_of(VM *vm, const Match *match, const Subject *subject, u32 group,
                      Value otherwise) {
    usize start = match->spans[2 * group], end = match->spans[2 * group + 1];
    if (start == RE_UNSET) return incref(otherwise);
    if (end > subject->size) end = subject->size;
    if (start > end) start = end;
    return subject_slice(vm, subject, start, end);
}

Value match_group(VM *vm, const Match *match, u32 group, Value otherwise) {
    Subject subject;
    CHECK(reopen(vm, match, &subject));
    Value slice = slice_of(vm, match, &subject, group, otherwise);
    subject_close(vm, &subject);
    return slice;
}

/* The number of the group by number or name; false: IndexError. */
static bool find_group(VM *vm, const Match *match, Value key, u32 *group) {
    i64 index = -1;
    *group = 0;
    if (key == EMPTY) return true;
    if (has_index(vm, key)) {
        if (!object_to_i64_clamped(vm, key, &index)) return false;
    } else {
        Value found = dict_get(vm, to_dict(pattern_of(match)->tree.group_index), key);
        if (found == FAIL) return false;
        if (found != EMPTY) index = to_small(found);
    }
    *group = (u32)index;
    if (index >= 0 && index < match->count) return true;
    raise_index(vm, "no such group");
    return false;
}

static Value group_by_key(VM *vm, const Match *match, Value key) {
    u32 group;
    CHECK(find_group(vm, match, key, &group));
    return match_group(vm, match, group, NONE);
}

/* group([group1, ...]) -> str or tuple.
 * Return subgroup(s) of the match by indices or names.
 * For 0 returns the entire match. */
METHOD(re_Match, group, "($self, /, *args) hidden") {
    Match *match = to_match(args[0]);
    if (nargs == 1) return match_group(vm, match, 0, NONE);
    if (nargs == 2) return group_by_key(vm, match, args[1]);
    OWNED Value tuple = TRY(tuple_new(vm, nargs - 1));
    for (u32 i = 1; i < nargs; i++) to_tuple(tuple)->items[i - 1] = NONE;
    for (u32 i = 1; i < nargs; i++)
        replace(&to_tuple(tuple)->items[i - 1], TRY(group_by_key(vm, match, args[i])));
    return TAKE(tuple);
}

static Value get_item(VM *vm, Value self, Value key) {
    return group_by_key(vm, to_match(self), key);
}

static Value fill_groups(VM *vm, const Match *match, const Subject *subject,
                         Value otherwise) {
    OWNED Value tuple = TRY(tuple_new(vm, match->count - 1));
    for (u32 i = 1; i < match->count; i++) to_tuple(tuple)->items[i - 1] = NONE;
    for (u32 i = 1; i < match->count; i++)
        to_tuple(tuple)->items[i - 1] = TRY(slice_of(vm, match, subject, i, otherwise));
    return TAKE(tuple);
}

/* Return a tuple containing all the subgroups of the match, from 1.
 *
 *   default
 *     Is used for groups that did not participate in the match. */
METHOD(re_Match, groups, "($self, /, default=None)") {
    Subject subject;
    CHECK(reopen(vm, to_match(args[0]), &subject));
    Value groups =
        fill_groups(vm, to_match(args[0]), &subject, args[1] == EMPTY ? NONE : args[1]);
    subject_close(vm, &subject);
    return groups;
}

/* Return a dictionary containing all the named subgroups of the match, keyed by the subgroup name.
 *
 *   default
 *     Is used for groups that did not participate in the match. */
METHOD(re_Match, groupdict, "($self, /, default=None)") {
    Match *match = to_match(args[0]);
    OWNED Value result = TRY(dict_new(vm));
    Value name, group;
    Dict *index = to_dict(pattern_of(match)->tree.group_index);
    for (u32 at = 0; dict_next(index, &at, &name, &group);) {
        OWNED Value text = TRY(match_group(vm, match, (u32)to_small(group),
                                           args[1] == EMPTY ? NONE : args[1]));
        CHECK(dict_set(vm, to_dict(result), name, text));
    }
    return TAKE(result);
}

/* ---- places ---- */

/* Byte to character; -1 for a group that did not match. */
static Value place(const Match *match, usize offset) {
    if (offset == RE_UNSET) return from_small(-1);
    bool is_wide = is_str(match->string) && !str_is_ascii(match->string);
    return from_small((i64)(is_wide ? str_index_at(match->string, offset) : offset));
}

/* Return index of the start of the substring matched by group. */
METHOD(re_Match, start, "($self, group=0, /)") {
    u32 group;
    CHECK(find_group(vm, to_match(args[0]), args[1], &group));
    return place(to_match(args[0]), to_match(args[0])->spans[2 * group]);
}

/* Return index of the end of the substring matched by group. */
METHOD(re_Match, end, "($self, group=0, /)") {
    u32 group;
    CHECK(find_group(vm, to_match(args[0]), args[1], &group));
    return place(to_match(args[0]), to_match(args[0])->spans[2 * group + 1]);
}

static Value group_span(VM *vm, const Match *match, u32 group) {
    return tuple_of(vm, 2, place(match, match->spans[2 * group]),
                    place(match, match->spans[2 * group + 1]));
}

/* For match object m, return the 2-tuple (m.start(group), m.end(group)). */
METHOD(re_Match, span, "($self, group=0, /)") {
    u32 group;
    CHECK(find_group(vm, to_match(args[0]), args[1], &group));
    return group_span(vm, to_match(args[0]), group);
}

static Value make_regs(VM *vm, const Match *match) {
    OWNED Value tuple = TRY(tuple_new(vm, match->count));
    for (u32 i = 0; i < match->count; i++) to_tuple(tuple)->items[i] = NONE;
    for (u32 i = 0; i < match->count; i++)
        to_tuple(tuple)->items[i] = TRY(group_span(vm, match, i));
    return TAKE(tuple);
}

GETTER(re_Match, regs) {
    Match *match = to_match(self);
    if (match->regs == EMPTY) match->regs = TRY(make_regs(vm, match));
    return incref(match->regs);
}

/* The string passed to match() or search(). */
MEMBER(re_Match, string) {
    return incref(to_match(self)->string);
}

/* The regular expression object. */
MEMBER(re_Match, re) {
    return incref(to_match(self)->pattern);
}

/* The index into the string at which the RE engine started looking for a match. */
MEMBER(re_Match, pos) {
    return from_small((i64)to_match(self)->position);
}

/* The index into the string beyond which the RE engine will not go. */
MEMBER(re_Match, endpos) {
    return from_small((i64)to_match(self)->end_position);
}

/* The integer index of the last matched capturing group. */
GETTER(re_Match, lastindex) {
    u32 last = to_match(self)->last_index;
    return last ? from_small(last) : NONE;
}

/* The name of the last matched capturing group. */
GETTER(re_Match, lastgroup) {
    Match *match = to_match(self);
    if (!match->last_index) return NONE;
    Value names = TRY(pattern_names(vm, pattern_of(match)));
    return incref(to_tuple(names)->items[match->last_index]);
}

/* ---- the rest ---- */

/* Return the string obtained by doing backslash substitution on the string template, as done by the sub() method. */
METHOD(re_Match, expand, "($self, /, template)") {
    Match *match = to_match(args[0]);
    CHECK(template_check(vm, args[1]));
    bool is_bytes = has_kind(args[1], KIND_BYTES);
    if (is_bytes && !span_has_escape(bytes_span(args[1]))) return incref(args[1]);
    OWNED Value template = TRY(template_parse(vm, pattern_of(match), args[1]));
    return template_expand_match(vm, template, match);
}

METHOD(re_Match, __copy__, "($self, /)") {
    return incref(args[0]);
}

METHOD(re_Match, __deepcopy__, "($self, memo, /)") {
    return incref(args[0]);
}

/* See PEP 585 */
CLASS_METHOD(re_Match, __class_getitem__, "($type, object, /)") {
    return generic_alias_new(vm, args[0], args[1]);
}

enum { SHOWN = 50 }; /* characters of the match in its repr */

static Value repr(VM *vm, Value self) {
    Match *match = to_match(self);
    OWNED Value text = TRY(match_group(vm, match, 0, NONE));
    OWNED Value whole = TRY(object_repr(vm, text));
    usize length = str_length(whole);
    OWNED Value shown = TRY(str_slice(vm, whole, 0, length < SHOWN ? length : SHOWN));
    return str_format(vm, "<%s object; span=(%ld, %ld), match=%S>",
                      type_name(type_of(vm, self)),
                      (long)to_small(place(match, match->spans[0])),
                      (long)to_small(place(match, match->spans[1])), shown);
}

TYPE(re_Match, .name = "re.Match", .size = sizeof(Match), .kind = KIND_OTHER,
     .flags = TYPE_FINAL | TYPE_NO_NEW,
     .doc = "The result of re.match() and re.search().\n"
            "Match objects always have a boolean value of True.",
     .slots = {.free = free_match, .visit = visit, .repr = repr, .getitem = get_item})
