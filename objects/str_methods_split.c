/* split, rsplit, splitlines, partition, rpartition, join. */
#include "base/unicode.h"
#include "base/utf8.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/search.h"
#include "objects/str_make.h"
#include "objects/tuple.h"
#include "objects/want.h"

/* A list of parts in the making. */
typedef struct Parts {
    VM *vm;
    Value whole, list;
    usize splits_left;
} Parts;

static bool add_part(Parts *parts, const char *start, const char *end) {
    Value part = TRY_OR_FALSE(str_cut(parts->vm, parts->whole, start, end));
    return list_push_owned(parts->vm, to_list(parts->list), part);
}

static void reverse_list(List *list) {
    for (usize i = 0; i < list->count / 2; i++) {
        Value *a = &list->items[i], *b = &list->items[list->count - 1 - i], swap = *a;
        *a = *b;
        *b = swap;
    }
}

/* ---- by white space ---- */

static const char *skip(const char *at, const char *end, bool spaces) {
    if (spaces)
        while (at < end && *at == ' ') at++;
    else /* 0x21 to 0x7F */
        while (at < end && (u8)(*at - 0x21) < 0x5F) at++;
    while (at < end) {
        const char *next = at + 1;
        u8 c = (u8)*at;
        bool is_space =
            c < 128 ? ascii_is_space(c) : (next = at, unicode_is_space(utf8_next(&next)));
        if (is_space != spaces) break;
        at = next;
    }
    return at;
}

static const char *skip_back(const char *start, const char *at, bool spaces) {
    while (at > start) {
        const char *previous = at - 1;
        u8 c = (u8)*previous;
        bool is_space = c < 128
                            ? ascii_is_space(c)
                            : (previous = at, unicode_is_space(utf8_previous(&previous)));
        if (is_space != spaces) break;
        at = previous;
    }
    return at;
}

static bool split_spaces(Parts *parts, Span text) {
    const char *end = text.data + text.length;
    for (const char *at = skip(text.data, end, true); at < end;
         at = skip(at, end, true)) {
        const char *stop = parts->splits_left-- ? skip(at, end, false) : end;
        if (!add_part(parts, at, stop)) return false;
        at = stop;
    }
    return true;
}

/* The last part, when no splits are left, keeps what stands before it but not behind it.
 */
static bool split_spaces_back(Parts *parts, Span text) {
    const char *at = skip_back(text.data, text.data + text.length, true);
    while (at > text.data) {
        const char *start =
            parts->splits_left-- ? skip_back(text.data, at, false) : text.data;
        if (!add_part(parts, start, at)) return false;
        at = skip_back(text.data, start, true);
    }
    return true;
}

/* ---- by a separator ---- */

static bool split_by(Parts *parts, Span text, Span separator) {
    for (; parts->splits_left; parts->splits_left--) {
        i64 at = span_find(text, separator);
        if (at < 0) break;
        if (!add_part(parts, text.data, text.data + at)) return false;
        text.data += (usize)at + separator.length;
        text.length -= (usize)at + separator.length;
    }
    return add_part(parts, text.data, text.data + text.length);
}

static bool split_back_by(Parts *parts, Span text, Span separator) {
    for (; parts->splits_left; parts->splits_left--) {
        i64 at = span_find_last(text, separator);
        if (at < 0) break;
        const char *start = text.data + at + separator.length;
        if (!add_part(parts, start, text.data + text.length)) return false;
        text.length = (usize)at;
    }
    return add_part(parts, text.data, text.data + text.length);
}

typedef bool BySpaces(Parts *parts, Span text);
typedef bool BySeparator(Parts *parts, Span text, Span separator);

static Value split(VM *vm, Value *args, BySpaces *by_spaces, BySeparator *by_separator) {
    Value separator = args[1] == EMPTY ? NONE : args[1];
    i64 limit = -1;
    if (args[2] != EMPTY) CHECK(object_to_i64(vm, args[2], &limit));
    if (separator != NONE && !is_str(separator))
        return raise_type(vm, "must be str or None, not %T", separator);
    if (separator != NONE && !to_str(separator)->size)
        return raise_value(vm, "empty separator");
    OWNED Value list = TRY(list_new(vm, limit >= 0 && limit < 11 ? (usize)limit + 1 : 12));
    Parts parts = {vm, args[0], list, limit < 0 ? SIZE_MAX : (usize)limit};
    Span text = str_span(args[0]);
    CHECK(separator == NONE ? by_spaces(&parts, text)
                            : by_separator(&parts, text, str_span(separator)));
    return TAKE(list);
}

/* Return a list of the substrings in the string, using sep as the separator string.
 *
 *   sep
 *     The separator used to split the string.
 *
 *     When set to None (the default value), will split on any whitespace
 *     character (including \n \r \t \f and spaces) and will discard
 *     empty strings from the result.
 *   maxsplit
 *     Maximum number of splits.
 *     -1 (the default value) means no limit.
 *
 * Splitting starts at the front of the string and works to the end. */
METHOD(str, split, "($self, /, sep=None, maxsplit=-1)") {
    return split(vm, args, split_spaces, split_by);
}

/* Return a list of the substrings in the string, using sep as the separator string.
 *
 *   sep
 *     The separator used to split the string.
 *   maxsplit
 *     Maximum number of splits.
 *     -1 (the default value) means no limit.
 *
 * Splitting starts at the end of the string and works to the front. */
METHOD(str, rsplit, "($self, /, sep=None, maxsplit=-1)") {
    Value list = TRY(split(vm, args, split_spaces_back, split_back_by));
    reverse_list(to_list(list));
    return list;
}

/* ---- lines ---- */

static bool is_line_break(u32 c) {
    return (c >= '\n' && c <= '\r') || (c >= 0x1C && c <= 0x1E) || c == 0x85 ||
           c == 0x2028 || c == 0x2029;
}

/* Behind the line that begins at `at`; *text_end is where its text ends. */
static const char *find_line_end(const char *at, const char *end, const char **text_end) {
    while (at < end) {
        *text_end = at;
        u32 c = utf8_next(&at);
        if (!is_line_break(c)) continue;
        return c == '\r' && at < end && *at == '\n' ? at + 1 : at;
    }
    *text_end = end;
    return end;
}

/* Return a list of the lines in the string, breaking at line boundaries.
 *
 * Line breaks are not included in the resulting list unless keepends is given and
 * true. */
METHOD(str, splitlines, "($self, /, keepends=False)") {
    int keep = args[1] == EMPTY ? 0 : object_truth(vm, args[1]);
    if (keep < 0) return FAIL;
    OWNED Value list = TRY(list_new(vm, 0));
    Parts parts = {vm, args[0], list, 0};
    const char *at = to_str(args[0])->data, *end = at + to_str(args[0])->size;
    while (at < end) {
        const char *text_end, *next = find_line_end(at, end, &text_end);
        CHECK(add_part(&parts, at, keep ? next : text_end));
        at = next;
    }
    return TAKE(list);
}

/* ---- partition ---- */

static Value three(VM *vm, Value self, usize at, Value separator) {
    const char *data = to_str(self)->data, *end = data + to_str(self)->size;
    OWNED Value head = TRY(str_cut(vm, self, data, data + at));
    OWNED Value tail = TRY(str_cut(vm, self, data + at + to_str(separator)->size, end));
    return tuple_of(vm, 3, head, separator, tail);
}

static Value check_separator(VM *vm, Value separator) {
    if (!is_str(separator)) return raise_type(vm, "must be str, not %T", separator);
    return to_str(separator)->size ? NONE : raise_value(vm, "empty separator");
}

/* Partition the string into three parts using the given separator.
 *
 * This will search for the separator in the string.  If the separator is found,
 * returns a 3-tuple containing the part before the separator, the separator
 * itself, and the part after it.
 *
 * If the separator is not found, returns a 3-tuple containing the original string
 * and two empty strings. */
METHOD(str, partition, "($self, sep, /)") {
    TRY(check_separator(vm, args[1]));
    i64 at = span_find(str_span(args[0]), str_span(args[1]));
    if (at >= 0) return three(vm, args[0], (usize)at, args[1]);
    OWNED Value whole = TRY(str_exact(vm, args[0]));
    return tuple_of(vm, 3, whole, vm->empty_str, vm->empty_str);
}

/* Partition the string into three parts using the given separator.
 *
 * This will search for the separator in the string, starting at the end. If
 * the separator is found, returns a 3-tuple containing the part before the
 * separator, the separator itself, and the part after it.
 *
 * If the separator is not found, returns a 3-tuple containing two empty strings
 * and the original string. */
METHOD(str, rpartition, "($self, sep, /)") {
    TRY(check_separator(vm, args[1]));
    i64 at = span_find_last(str_span(args[0]), str_span(args[1]));
    if (at >= 0) return three(vm, args[0], (usize)at, args[1]);
    OWNED Value whole = TRY(str_exact(vm, args[0]));
    return tuple_of(vm, 3, vm->empty_str, vm->empty_str, whole);
}

/* ---- join ---- */

static Value join_items(VM *vm, Value separator, Value *items, usize count) {
    for (usize i = 0; i < count; i++)
        if (!is_str(items[i]))
            return raise_type(vm, "sequence item %ld: expected str instance, %T found",
                              (long)i, items[i]);
    return str_join(vm, separator, items, count);
}

/* The items as a list; "can only join an iterable" when there are none to be had. */
static Value to_items(VM *vm, Value iterable) {
    Slots *slots = &type_of(vm, iterable)->slots;
    if (!slots->iter && !slots->getitem)
        return raise_type(vm, "can only join an iterable");
    return object_to_list(vm, iterable);
}

/* Concatenate any number of strings.
 *
 * The string whose method is called is inserted in between each given string.
 * The result is returned as a new string.
 *
 * Example: '.'.join(['ab', 'pq', 'rs']) -> 'ab.pq.rs' */
METHOD(str, join, "($self, iterable, /)") {
    Value v = args[1];
    if (has_exact_kind(v, KIND_LIST))
        return join_items(vm, args[0], to_list(v)->items, to_list(v)->count);
    if (has_exact_kind(v, KIND_TUPLE))
        return join_items(vm, args[0], to_tuple(v)->items, to_tuple(v)->count);
    OWNED Value list = TRY(to_items(vm, v));
    return join_items(vm, args[0], to_list(list)->items, to_list(list)->count);
}
