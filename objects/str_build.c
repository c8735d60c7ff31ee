/* Strings made of strings: concatenation, growing in place, joining, repeating. */
#include "objects/float.h"
#include "objects/int.h"
#include "objects/str_make.h"

Value str_concat(VM *vm, Value a, Value b) {
    const Str *left = to_str(a), *right = to_str(b);
    if (!right->size) return str_exact(vm, a);
    if (!left->size) return str_exact(vm, b);
    Str *s =
        str_allocate(vm, left->size + right->size, str_is_ascii(a) && str_is_ascii(b));
    if (!s) return FAIL;
    memcpy(s->data, left->data, left->size);
    memcpy(s->data + left->size, right->data, right->size);
    return str_finish(s, str_length(a) + str_length(b));
}

/* The smallest of 4, 5, 6, 7 times a power of two that holds `size` bytes: a string that
 * is grown again and again is copied each time it grew by a fifth or so. */
static usize roomy(usize size) {
    usize step = (usize)1 << (61 - __builtin_clzll(size | 64));
    return (size + step - 1) & ~(step - 1);
}

static usize capacity_of(Str *s) {
    return heap_piece_size(s, s->h.flags & OBJECT_LARGE);
}

/* Copy `a` into a larger struct in which b will follow. Releases a. */
static Str *move_to_larger(VM *vm, Str *a, usize size, bool ascii) {
    usize needed = str_struct_size(size, ascii);
    if (needed > HEAP_SMALL) needed = roomy(needed);
    Str *s = (Str *)object_new_sized(vm, vm->types[TYPE_str], needed);
    if (s) {
        s->h.aux = ascii ? 0 : STR_NOT_ASCII;
        memcpy(s->data, a->data, a->size);
    }
    decref(from_object(a));
    return s;
}

/* Nobody else may look at a string that changes. */
static bool is_ours(Value a) {
    const Obj *object = to_object(a);
    return object->rc == 1 && object->kind == KIND_STR && !(object->aux & STR_INTERNED) &&
           !(object->flags & OBJECT_WEAKLY_REFERENCED);
}

static void copy_short(char *to, const Str *from) {
    if (from->size == 1) *to = from->data[0];
    else memcpy(to, from->data, from->size);
}

Value str_append(VM *vm, Value owned_a, Value b) {
    Str *a = to_str(owned_a);
    const Str *right = to_str(b);
    if (LIKELY(is_ours(owned_a) && str_is_ascii(owned_a) && str_is_ascii(b) && a->size &&
               str_struct_size(a->size + right->size, true) <= capacity_of(a))) {
        copy_short(a->data + a->size, right);
        a->size += right->size;
        a->hash = 0;
        return str_finish(a, a->size);
    }
    usize size = a->size + right->size, length = str_length(owned_a) + str_length(b);
    if (!is_ours(owned_a) || !right->size || !a->size) {
        Value sum = str_concat(vm, owned_a, b);
        decref(owned_a);
        return sum;
    }
    bool was_ascii = str_is_ascii(owned_a), ascii = was_ascii && str_is_ascii(b);
    usize left_size = a->size;
    StrIndex *index = was_ascii ? NULL : str_trailer(a)->index;
    Str *s = a;
    if (str_struct_size(size, ascii) > capacity_of(a)) {
        if (!was_ascii) str_trailer(a)->index = NULL;
        s = move_to_larger(vm, a, size, ascii);
        if (!s) return FAIL;
    }
    memcpy(s->data + left_size, right->data, right->size);
    s->size = size;
    s->hash = 0;
    s->h.aux = ascii ? 0 : STR_NOT_ASCII;
    str_finish(s, length);
    if (index) str_trailer(s)->index = index;
    return from_object(s);
}

typedef struct Total {
    usize size, length;
    bool ascii;
} Total;

static bool add_to_total(VM *vm, Total *total, Value s) {
    total->length += str_length(s);
    total->ascii &= str_is_ascii(s);
    if (!__builtin_add_overflow(total->size, to_str(s)->size, &total->size)) return true;
    return raise_overflow(vm, "join() result is too long for a Python string") != FAIL;
}

static char *put(char *at, Value s) {
    memcpy(at, to_str(s)->data, to_str(s)->size);
    return at + to_str(s)->size;
}

Value str_join(VM *vm, Value separator, Value *items, usize count) {
    if (count == 0) return incref(vm->empty_str);
    if (count == 1) return str_exact(vm, items[0]);
    Total total = {.ascii = true};
    for (usize i = 0; i < count; i++) {
        if (i) CHECK(add_to_total(vm, &total, separator));
        CHECK(add_to_total(vm, &total, items[i]));
    }
    if (!total.size) return incref(vm->empty_str);
    Str *s = str_allocate(vm, total.size, total.ascii);
    if (!s) return FAIL;
    char *at = s->data;
    for (usize i = 0; i < count; i++) {
        if (i && to_str(separator)->size) at = put(at, separator);
        at = put(at, items[i]);
    }
    return str_finish(s, total.length);
}

/* ---- f-strings ---- */

enum { MOST_PIECES = 64, PIECE_ROOM = 32 };

static Value join_some(VM *vm, const Value *pieces, usize count) {
    char room[MOST_PIECES * PIECE_ROOM], *next = room;
    Span texts[MOST_PIECES];
    Total total = {.ascii = true};
    for (usize i = 0; i < count; i++) {
        Value piece = pieces[i];
        if (LIKELY(is_object(piece))) {
            texts[i] = str_span(piece);
            CHECK(add_to_total(vm, &total, piece));
            continue;
        }
        Buffer number = {.data = next, .capacity = PIECE_ROOM, .is_lent = true};
        if (is_small(piece)) int_write(vm, piece, 10, &number);
        else float_write_repr(to_flonum(piece), &number);
        texts[i] = buffer_span(&number);
        next += PIECE_ROOM;
        total.size += number.length;
        total.length += number.length;
    }
    if (!total.size) return incref(vm->empty_str);
    Str *s = str_allocate(vm, total.size, total.ascii);
    if (!s) return FAIL;
    char *at = s->data;
    for (usize i = 0; i < count; i++) at = (char *)memcpy(at, texts[i].data, texts[i].length) + texts[i].length;
    return str_finish(s, total.length);
}

Value str_join_pieces(VM *vm, const Value *pieces, usize count) {
    if (count == 1 && is_object(pieces[0])) return str_exact(vm, pieces[0]);
    assert(count <= MOST_PIECES);
    return join_some(vm, pieces, count);
}

/* Fill data[0..total) with copies of its first `size` bytes, doubling. */
static void spread(char *data, usize size, usize total) {
    for (usize done = size; done < total; done *= 2)
        memcpy(data + done, data, done * 2 <= total ? done : total - done);
}

Value str_repeat(VM *vm, Value s, i64 count) {
    usize size = to_str(s)->size, total;
    if (count <= 0 || !size) return incref(vm->empty_str);
    if (count == 1) return str_exact(vm, s);
    if (__builtin_mul_overflow(size, (usize)count, &total) || total > PTRDIFF_MAX)
        return raise_overflow(vm, "repeated string is too long");
    Str *result = str_allocate(vm, total, str_is_ascii(s));
    if (!result) return FAIL;
    if (size == 1) {
        memset(result->data, to_str(s)->data[0], total);
    } else {
        memcpy(result->data, to_str(s)->data, size);
        spread(result->data, size, total);
    }
    return str_finish(result, str_length(s) * (usize)count);
}
