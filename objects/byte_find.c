/* find, index, count, startswith, replace of bytes and bytearray. */
#include "objects/byte_text.h"
#include "objects/int.h"
#include "objects/search.h"
#include "objects/tuple.h"
#include "objects/want.h"

bool want_byte(VM *vm, Value v, u8 *out) {
    i64 byte;
    OWNED Value index = TRY_OR_FALSE(object_index(vm, v));
    if (!int_fits_i64(index, &byte) || byte < 0 || byte > 255)
        return raise_value(vm, "byte must be in range(0, 256)") != FAIL;
    *out = (u8)byte;
    return true;
}

bool byte_part_open(VM *vm, Value v, BytePart *out) {
    *out = (BytePart){.lent.owner = EMPTY};
    if (type_of(vm, v)->slots.buffer) {
        if (!buffered_get(vm, v, &out->lent, false)) return false;
        out->span = (Span){out->lent.data, out->lent.size};
        return true;
    }
    if (!has_index(vm, v)) {
        raise_type(vm, "argument should be integer or bytes-like object, not '%T'", v);
        return false;
    }
    if (!want_byte(vm, v, (u8 *)&out->byte)) return false;
    out->span = (Span){&out->byte, 1};
    return true;
}

void byte_part_close(VM *vm, BytePart *part) {
    buffered_release(vm, &part->lent);
}

/* The bounds are read before the part is looked at; false: they are no ints. */
static bool read_bounds(VM *vm, Value *args, i64 *from, i64 *to) {
    return want_bounds(vm, args[2], args[3], byte_span(args[0]).length, from, to);
}

/* The bytes between the bounds. *from > *to: nothing, not even "". */
static void open_window(Value *args, Span *out, i64 *from, i64 *to) {
    *out = byte_span(args[0]);
    if (*to > (i64)out->length) *to = (i64)out->length; /* it shrank meanwhile */
    if (*from <= *to) *out = (Span){out->data + *from, (usize)(*to - *from)};
}

typedef i64 Search(Span in, Span needle);

static Value search(VM *vm, Value *args, Search *find, bool raise) {
    BytePart part;
    Span window;
    i64 from, to, at = -1;
    CHECK(read_bounds(vm, args, &from, &to) && byte_part_open(vm, args[1], &part));
    open_window(args, &window, &from, &to);
    if (from <= to) at = find(window, part.span);
    byte_part_close(vm, &part);
    if (at < 0 && raise) return raise_value(vm, "subsection not found");
    return from_small(at < 0 ? -1 : from + at);
}

Value byte_find(VM *vm, Value *args) {
    return search(vm, args, span_find, false);
}

Value byte_rfind(VM *vm, Value *args) {
    return search(vm, args, span_find_last, false);
}

Value byte_index(VM *vm, Value *args) {
    return search(vm, args, span_find, true);
}

Value byte_rindex(VM *vm, Value *args) {
    return search(vm, args, span_find_last, true);
}

Value byte_count(VM *vm, Value *args) {
    BytePart part;
    Span window;
    i64 from, to, count = 0;
    CHECK(read_bounds(vm, args, &from, &to) && byte_part_open(vm, args[1], &part));
    open_window(args, &window, &from, &to);
    if (from <= to)
        count = part.span.length ? (i64)span_count(window, part.span, SIZE_MAX)
                                 : to - from + 1;
    byte_part_close(vm, &part);
    return from_small(count);
}

/* What fails to be an index is said to be no buffer either. */
static bool may_be_part(VM *vm, Value item) {
    if (type_of(vm, item)->slots.buffer) return true;
    OWNED Value index = has_index(vm, item) ? object_index(vm, item) : FAIL;
    if (index != FAIL) return true;
    if (vm->exception != EMPTY) exception_clear(vm);
    raise_type(vm, "a bytes-like object is required, not '%T'", item);
    return false;
}

int byte_contains(VM *vm, Value self, Value item) {
    BytePart part;
    if (!may_be_part(vm, item)) return -1;
    if (!byte_part_open(vm, item, &part)) return -1;
    bool found = span_find(byte_span(self), part.span) >= 0;
    byte_part_close(vm, &part);
    return found;
}

/* ---- beginnings and ends ---- */

typedef bool Match(Span in, Span part);

/* 1, 0, -1 */
static int match_one(VM *vm, Span in, Value part, Match *match) {
    Buffered lent;
    if (!buffered_get(vm, part, &lent, false)) return -1;
    bool found = match(in, (Span){lent.data, lent.size});
    buffered_release(vm, &lent);
    return found;
}

static bool match_nothing(Span in, Span part) {
    return false;
}

static Value match_affix(VM *vm, const char *function, Value *args, Match *match) {
    Span window;
    i64 from, to;
    CHECK(read_bounds(vm, args, &from, &to));
    open_window(args, &window, &from, &to);
    if (from > to) match = match_nothing;
    if (has_kind(args[1], KIND_TUPLE)) {
        const Tuple *parts = to_tuple(args[1]);
        for (usize i = 0; i < parts->count; i++) {
            int found = match_one(vm, window, parts->items[i], match);
            if (found) return found < 0 ? FAIL : TRUE;
        }
        return FALSE;
    }
    if (!type_of(vm, args[1])->slots.buffer)
        return raise_type(vm, "%s first arg must be bytes or a tuple of bytes, not %T",
                          function, args[1]);
    int found = match_one(vm, window, args[1], match);
    return found < 0 ? FAIL : from_bool(found);
}

Value byte_startswith(VM *vm, Value *args) {
    return match_affix(vm, "startswith", args, span_starts);
}

Value byte_endswith(VM *vm, Value *args) {
    return match_affix(vm, "endswith", args, span_ends);
}

static Value remove_affix(VM *vm, Value *args, Match *match, bool at_end) {
    Buffered lent;
    CHECK(buffered_get(vm, args[1], &lent, false));
    Span text = byte_span(args[0]), part = {lent.data, lent.size};
    bool found = part.length && match(text, part);
    usize removed = found ? part.length : 0;
    buffered_release(vm, &lent);
    if (!found) return byte_same(vm, args[0]);
    return byte_new(vm, args[0], text.data + (at_end ? 0 : removed),
                    text.length - removed);
}

Value byte_removeprefix(VM *vm, Value *args) {
    return remove_affix(vm, args, span_starts, false);
}

Value byte_removesuffix(VM *vm, Value *args) {
    return remove_affix(vm, args, span_ends, true);
}

/* ---- replace ---- */

static void interleave(Buffer *out, Span text, Span new, usize count) {
    usize at = 0;
    for (; count; count--) {
        buffer_add_span(out, new);
        if (at == text.length) break;
        buffer_add_char(out, text.data[at++]);
    }
    buffer_add(out, text.data + at, text.length - at);
}

static void replace_parts(Buffer *out, Span text, Span old, Span new, usize count) {
    for (; count; count--) {
        i64 at = span_find(text, old);
        if (at < 0) break;
        buffer_add(out, text.data, (usize)at);
        buffer_add_span(out, new);
        text.data += (usize)at + old.length;
        text.length -= (usize)at + old.length;
    }
    buffer_add_span(out, text);
}

Value byte_replace(VM *vm, Value *args) {
    i64 limit = -1;
    Buffered old = {.owner = EMPTY}, new = {.owner = EMPTY};
    Buffer out = {0};
    bool good = buffered_get(vm, args[1], &old, false) &&
                buffered_get(vm, args[2], &new, false) &&
                (args[3] == EMPTY || object_to_i64(vm, args[3], &limit));
    if (good) {
        usize count = limit < 0 ? SIZE_MAX : (usize)limit;
        Span from = {old.data, old.size}, to = {new.data, new.size};
        if (from.length)
            replace_parts(&out, byte_span(args[0]), from, to, count);
        else
            interleave(&out, byte_span(args[0]), to, count);
    }
    buffered_release(vm, &old);
    buffered_release(vm, &new);
    return good ? byte_from_buffer(vm, args[0], &out) : FAIL;
}
