/* find, index, count, startswith, replace and their kin. */
#include "base/utf8.h"
#include "objects/native.h"
#include "objects/search.h"
#include "objects/str_make.h"
#include "objects/tuple.h"
#include "objects/want.h"

/* The part of a string between bounds that the caller gave. */
typedef struct Window {
    Span span;
    i64 from, to; /* code points */
} Window;

static bool open_window(VM *vm, Value self, Value start, Value end, Window *out) {
    if (!want_bounds(vm, start, end, str_length(self), &out->from, &out->to))
        return false;
    out->span = str_span(self);
    if (out->from > out->to) return true;
    usize last = str_offset(self, (usize)out->to);
    usize first = str_offset(self, (usize)out->from);
    out->span = (Span){to_str(self)->data + first, last - first};
    return true;
}

typedef i64 Search(Span in, Span needle);

/* Index of the needle in code points, -1 absent, -2 failed. */
static i64 search(VM *vm, const char *function, Value *args, Search *find) {
    Window window;
    if (!want_str(vm, function, "argument 1", args[1])) return -2;
    if (!open_window(vm, args[0], args[2], args[3], &window)) return -2;
    if (window.from > window.to) return -1;
    i64 at = find(window.span, str_span(args[1]));
    if (at < 0 || str_is_ascii(args[0])) return at < 0 ? -1 : window.from + at;
    return window.from + (i64)utf8_count(window.span.data, (usize)at);
}

static Value search_or_minus(VM *vm, const char *function, Value *args, Search *find) {
    i64 at = search(vm, function, args, find);
    return at == -2 ? FAIL : from_small(at);
}

static Value search_or_raise(VM *vm, const char *function, Value *args, Search *find) {
    i64 at = search(vm, function, args, find);
    if (at == -1) return raise_value(vm, "substring not found");
    return at == -2 ? FAIL : from_small(at);
}

/* Return the lowest index in S where substring sub is found, such that sub is contained
 * within S[start:end].
 *
 * Optional arguments start and end are interpreted as in slice notation.
 * Return -1 on failure. */
METHOD(str, find,
       "($self, sub, start=None, end=None, /) shown ($self, sub[, start[, end]], /)") {
    return search_or_minus(vm, "find", args, span_find);
}

/* Return the highest index in S where substring sub is found, such that sub is contained
 * within S[start:end].
 *
 * Optional arguments start and end are interpreted as in slice notation.
 * Return -1 on failure. */
METHOD(str, rfind,
       "($self, sub, start=None, end=None, /) shown ($self, sub[, start[, end]], /)") {
    return search_or_minus(vm, "rfind", args, span_find_last);
}

/* Return the lowest index in S where substring sub is found, such that sub is contained
 * within S[start:end].
 *
 * Optional arguments start and end are interpreted as in slice notation.
 * Raises ValueError when the substring is not found. */
METHOD(str, index,
       "($self, sub, start=None, end=None, /) shown ($self, sub[, start[, end]], /)") {
    return search_or_raise(vm, "index", args, span_find);
}

/* Return the highest index in S where substring sub is found, such that sub is contained
 * within S[start:end].
 *
 * Optional arguments start and end are interpreted as in slice notation.
 * Raises ValueError when the substring is not found. */
METHOD(str, rindex,
       "($self, sub, start=None, end=None, /) shown ($self, sub[, start[, end]], /)") {
    return search_or_raise(vm, "rindex", args, span_find_last);
}

/* Return the number of non-overlapping occurrences of substring sub in string
 * S[start:end].
 *
 * Optional arguments start and end are interpreted as in slice notation. */
METHOD(str, count,
       "($self, sub, start=None, end=None, /) shown ($self, sub[, start[, end]], /)") {
    Window window;
    CHECK(want_str(vm, "count", "argument 1", args[1]));
    CHECK(open_window(vm, args[0], args[2], args[3], &window));
    if (window.from > window.to) return from_small(0);
    Span sub = str_span(args[1]);
    if (!sub.length) return from_small(window.to - window.from + 1);
    return from_small((i64)span_count(window.span, sub, SIZE_MAX));
}

/* ---- beginnings and ends ---- */

typedef bool Match(Span in, Span part);

static Value match_any(VM *vm, const char *function, Span in, Value parts, Match *match) {
    for (usize i = 0; i < to_tuple(parts)->count; i++) {
        Value part = to_tuple(parts)->items[i];
        if (!is_str(part))
            return raise_type(vm, "tuple for %s must only contain str, not %T", function,
                              part);
        if (match(in, str_span(part))) return TRUE;
    }
    return FALSE;
}

static bool match_nothing(Span in, Span part) {
    return false;
}

static Value match_affix(VM *vm, const char *function, Value *args, Match *match) {
    Window window;
    CHECK(open_window(vm, args[0], args[2], args[3], &window));
    if (window.from > window.to) match = match_nothing;
    if (is_str(args[1])) return from_bool(match(window.span, str_span(args[1])));
    if (has_kind(args[1], KIND_TUPLE))
        return match_any(vm, function, window.span, args[1], match);
    return raise_type(vm, "%s first arg must be str or a tuple of str, not %T", function,
                      args[1]);
}

/* Return True if the string starts with the specified prefix, False otherwise.
 *
 * prefix
 *   A string or a tuple of strings to try.
 * start
 *   Optional start position. Default: start of the string.
 * end
 *   Optional stop position. Default: end of the string. */
METHOD(str, startswith,
       "($self, prefix, start=None, end=None, /) shown ($self, prefix[, start[, "
       "end]], /)") {
    return match_affix(vm, "startswith", args, span_starts);
}

/* Return True if the string ends with the specified suffix, False otherwise.
 *
 * suffix
 *   A string or a tuple of strings to try.
 * start
 *   Optional start position. Default: start of the string.
 * end
 *   Optional stop position. Default: end of the string. */
METHOD(str, endswith,
       "($self, suffix, start=None, end=None, /) shown ($self, suffix[, start[, "
       "end]], /)") {
    return match_affix(vm, "endswith", args, span_ends);
}

/* Return a str with the given prefix string removed if present.
 *
 * If the string starts with the prefix string, return string[len(prefix):].
 * Otherwise, return a copy of the original string. */
METHOD(str, removeprefix, "($self, prefix, /)") {
    CHECK(want_str(vm, "removeprefix", "argument", args[1]));
    Span text = str_span(args[0]), prefix = str_span(args[1]);
    if (!prefix.length || !span_starts(text, prefix)) return str_exact(vm, args[0]);
    return str_cut(vm, args[0], text.data + prefix.length, text.data + text.length);
}

/* Return a str with the given suffix string removed if present.
 *
 * If the string ends with the suffix string and that suffix is not empty,
 * return string[:-len(suffix)]. Otherwise, return a copy of the original
 * string. */
METHOD(str, removesuffix, "($self, suffix, /)") {
    CHECK(want_str(vm, "removesuffix", "argument", args[1]));
    Span text = str_span(args[0]), suffix = str_span(args[1]);
    if (!suffix.length || !span_ends(text, suffix)) return str_exact(vm, args[0]);
    return str_cut(vm, args[0], text.data, text.data + text.length - suffix.length);
}

/* ---- replace ---- */

/* Put `new` before each character and at the end, `count` times at most. */
static Value interleave(VM *vm, Value self, Span new, usize count) {
    Buffer out = {0};
    const char *at = to_str(self)->data, *end = at + to_str(self)->size;
    for (; count; count--) {
        buffer_add_span(&out, new);
        if (at == end) break;
        usize size = utf8_sequence_length((u8)*at);
        buffer_add(&out, at, size);
        at += size;
    }
    buffer_add(&out, at, (usize)(end - at));
    return str_from_buffer(vm, &out);
}

/* Copy `text` to `to` with `count` replacements. */
static void copy_replaced(char *to, Span text, Span old, Span new, usize count) {
    for (; count; count--) {
        usize at = (usize)span_find(text, old);
        memcpy(to, text.data, at);
        memcpy(to + at, new.data, new.length);
        to += at + new.length;
        text.data += at + old.length;
        text.length -= at + old.length;
    }
    memcpy(to, text.data, text.length);
}

static Value replace_ascii(VM *vm, Span text, Span old, Span new, usize count) {
    usize size = text.length - count * old.length, added;
    if (__builtin_mul_overflow(count, new.length, &added) ||
        __builtin_add_overflow(size, added, &size) || size > PTRDIFF_MAX - 64)
        return raise_overflow(vm, "replace string is too long");
    if (!size) return incref(vm->empty_str);
    Str *result = str_allocate(vm, size, true);
    if (!result) return FAIL;
    copy_replaced(result->data, text, old, new, count);
    return str_finish(result, size);
}

static Value replace_unicode(VM *vm, Span text, Span old, Span new, usize count) {
    Buffer out = {0};
    for (; count; count--) {
        usize at = (usize)span_find(text, old);
        buffer_add(&out, text.data, at);
        buffer_add_span(&out, new);
        text.data += at + old.length;
        text.length -= at + old.length;
    }
    buffer_add_span(&out, text);
    return str_from_buffer(vm, &out);
}

/* Return a copy with all occurrences of substring old replaced by new.
 *
 *   count
 *     Maximum number of occurrences to replace.
 *     -1 (the default value) means replace all occurrences.
 *
 * If the optional argument count is given, only the first count occurrences are
 * replaced. */
METHOD(str, replace, "($self, old, new, /, count=-1)") {
    CHECK(want_str(vm, "replace", "argument 1", args[1]));
    CHECK(want_str(vm, "replace", "argument 2", args[2]));
    i64 limit = -1;
    if (args[3] != EMPTY) CHECK(object_to_i64(vm, args[3], &limit));
    Span text = str_span(args[0]), old = str_span(args[1]), new = str_span(args[2]);
    if (limit == 0 || span_equal(old, new)) return str_exact(vm, args[0]);
    usize count = limit < 0 ? SIZE_MAX : (usize)limit;
    if (!old.length) return interleave(vm, args[0], new, count);
    count = span_count(text, old, count);
    if (!count) return str_exact(vm, args[0]);
    if (str_is_ascii(args[0]) && str_is_ascii(args[2]))
        return replace_ascii(vm, text, old, new, count);
    return replace_unicode(vm, text, old, new, count);
}
