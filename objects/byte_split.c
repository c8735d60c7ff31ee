/* split, partition, join of bytes and bytearray. */
#include "objects/byte_text.h"
#include "objects/list.h"
#include "objects/search.h"
#include "objects/tuple.h"
#include "objects/type.h"

typedef struct Parts {
    VM *vm;
    Value self, list;
    usize splits_left;
} Parts;

static bool add_part(Parts *parts, const char *start, const char *end) {
    Value part =
        TRY_OR_FALSE(byte_new(parts->vm, parts->self, start, (usize)(end - start)));
    return list_push_owned(parts->vm, to_list(parts->list), part);
}

static void reverse_list(List *list) {
    for (usize i = 0; i < list->count / 2; i++) {
        Value *a = &list->items[i], *b = &list->items[list->count - 1 - i], swap = *a;
        *a = *b;
        *b = swap;
    }
}

static const char *skip(const char *at, const char *end, bool spaces) {
    while (at < end && byte_is_space((u8)*at) == spaces) at++;
    return at;
}

static const char *skip_back(const char *start, const char *at, bool spaces) {
    while (at > start && byte_is_space((u8)at[-1]) == spaces) at--;
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
    i64 limit = -1;
    if (args[2] != EMPTY) CHECK(object_to_i64(vm, args[2], &limit));
    OWNED Value list = TRY(list_new(vm, limit >= 0 && limit < 11 ? (usize)limit + 1 : 12));
    Parts parts = {vm, args[0], list, limit < 0 ? SIZE_MAX : (usize)limit};
    if (args[1] == EMPTY || args[1] == NONE) {
        CHECK(by_spaces(&parts, byte_span(args[0])));
        return TAKE(list);
    }
    Buffered lent;
    CHECK(buffered_get(vm, args[1], &lent, false));
    Span separator = {lent.data, lent.size};
    bool good = separator.length ? by_separator(&parts, byte_span(args[0]), separator)
                                 : raise_value(vm, "empty separator") != FAIL;
    buffered_release(vm, &lent);
    return good ? TAKE(list) : FAIL;
}

Value byte_split(VM *vm, Value *args) {
    return split(vm, args, split_spaces, split_by);
}

Value byte_rsplit(VM *vm, Value *args) {
    Value list = TRY(split(vm, args, split_spaces_back, split_back_by));
    reverse_list(to_list(list));
    return list;
}

Value byte_splitlines(VM *vm, Value *args) {
    int keep = args[1] == EMPTY ? 0 : object_truth(vm, args[1]);
    if (keep < 0) return FAIL;
    OWNED Value list = TRY(list_new(vm, 0));
    Parts parts = {vm, args[0], list, 0};
    Span text = byte_span(args[0]);
    const char *at = text.data, *end = at + text.length;
    while (at < end) {
        const char *stop = at;
        while (stop < end && *stop != '\n' && *stop != '\r') stop++;
        const char *next = stop < end ? stop + 1 : stop;
        if (next < end && *stop == '\r' && *next == '\n') next++;
        CHECK(add_part(&parts, at, keep ? next : stop));
        at = next;
    }
    return TAKE(list);
}

/* ---- partition ---- */

static Value three(VM *vm, Value self, Value a, Value b, Value c) {
    OWNED Value first = a, second = b, third = c;
    if (a == FAIL || b == FAIL || c == FAIL) return FAIL;
    return tuple_of(vm, 3, first, second, third);
}

/* bytes gives the separator object itself, bytearray a copy. */
static Value middle(VM *vm, Value self, Value separator, Span bytes) {
    return is_bytes(self) ? incref(separator)
                          : byte_new(vm, self, bytes.data, bytes.length);
}

static Value partition(VM *vm, Value *args, i64 (*find)(Span, Span), bool from_end) {
    Value self = args[0];
    Buffered lent;
    CHECK(buffered_get(vm, args[1], &lent, false));
    Span text = byte_span(self), separator = {lent.data, lent.size};
    i64 at = separator.length ? find(text, separator) : -1;
    Value result;
    if (!separator.length) {
        result = raise_value(vm, "empty separator");
    } else if (at >= 0) {
        usize behind = (usize)at + separator.length;
        result = three(vm, self, byte_new(vm, self, text.data, (usize)at),
                       middle(vm, self, args[1], separator),
                       byte_new(vm, self, text.data + behind, text.length - behind));
    } else {
        Value whole = byte_same(vm, self), empty = byte_new(vm, self, "", 0);
        Value other = byte_new(vm, self, "", 0);
        result = from_end ? three(vm, self, empty, other, whole)
                          : three(vm, self, whole, empty, other);
    }
    buffered_release(vm, &lent);
    return result;
}

Value byte_partition(VM *vm, Value *args) {
    return partition(vm, args, span_find, false);
}

Value byte_rpartition(VM *vm, Value *args) {
    return partition(vm, args, span_find_last, true);
}

/* ---- join ---- */

static bool add_item(VM *vm, Buffer *out, Value item, usize index) {
    if (is_bytes(item)) {
        buffer_add_span(out, bytes_span(item));
        return true;
    }
    Buffered lent;
    if (!type_of(vm, item)->slots.buffer || !buffered_get(vm, item, &lent, false)) {
        exception_clear(vm);
        raise_type(vm, "sequence item %ld: expected a bytes-like object, %T found",
                   (long)index, item);
        return false;
    }
    buffer_add(out, lent.data, lent.size);
    buffered_release(vm, &lent);
    return true;
}

static Value join_items(VM *vm, Value self, const Value *items, usize count) {
    if (count == 1 && has_exact_kind(items[0], KIND_BYTES) && is_bytes(self))
        return incref(items[0]);
    Buffer out = {0};
    for (usize i = 0; i < count; i++) {
        if (i) buffer_add_span(&out, byte_span(self));
        if (add_item(vm, &out, items[i], i)) continue;
        buffer_free(&out);
        return FAIL;
    }
    return byte_from_buffer(vm, self, &out);
}

Value byte_join(VM *vm, Value *args) {
    Value v = args[1];
    if (has_exact_kind(v, KIND_TUPLE))
        return join_items(vm, args[0], to_tuple(v)->items, to_tuple(v)->count);
    if (has_exact_kind(v, KIND_LIST))
        return join_items(vm, args[0], to_list(v)->items, to_list(v)->count);
    Slots *slots = &type_of(vm, v)->slots;
    if (!slots->iter && !slots->getitem)
        return raise_type(vm, "can only join an iterable");
    OWNED Value list = TRY(object_to_list(vm, v));
    return join_items(vm, args[0], to_list(list)->items, to_list(list)->count);
}
