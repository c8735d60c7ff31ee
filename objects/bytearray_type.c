/* The type bytearray: slots and constructor. */
#include "objects/byte_text.h"
#include "objects/bytearray.h"
#include "objects/int.h"
#include "objects/iterator.h"
#include "objects/native.h"
#include "objects/range.h"
#include "objects/str.h"
#include "objects/want.h"

static const ByteMake how = {"bytearray", false, "byte must be in range(0, 256)"};

static Value make(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    Obj *array = object_new(vm, type);
    return array ? from_object(array) : FAIL;
}

static bool init(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    ByteArray *array = to_bytearray(self);
    if (!bytearray_resize(vm, array, 0)) return false;
    OWNED Value bytes = TRY_OR_FALSE(byte_make(vm, &how, args, nargs, kwnames));
    return bytearray_splice(vm, array, 0, array->size, bytes_span(bytes));
}

static void drop(VM *vm, Obj *self) {
    ByteArray *array = (ByteArray *)self;
    if (array->data) heap_raw_free(&vm->heap, array->data, array->capacity);
}

static Value repr(VM *vm, Value self) {
    Buffer out = {0};
    buffer_add_text(&out, type_name_of(vm, self));
    buffer_add_text(&out, "(b");
    byte_write_repr(&out, byte_span(self), true);
    buffer_add_char(&out, ')');
    return str_from_buffer(vm, &out);
}

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    if (is_str(other) || !type_of(vm, other)->slots.buffer) return NOT_IMPLEMENTED;
    Buffered lent;
    CHECK(buffered_get(vm, other, &lent, false));
    Value result = span_compare(byte_span(self), (Span){lent.data, lent.size}, op);
    buffered_release(vm, &lent);
    return result;
}

static int truth(VM *vm, Value self) {
    return to_bytearray(self)->size != 0;
}

static i64 length(VM *vm, Value self) {
    return (i64)to_bytearray(self)->size;
}

static Value getitem(VM *vm, Value self, Value key) {
    return byte_getitem(vm, self, key, "bytearray index out of range", "bytearray");
}

static bool lend(VM *vm, Value self, Buffered *out, bool writable) {
    ByteArray *array = to_bytearray(self);
    out->data = array->data ? array->data : (char *)"";
    out->size = array->size;
    out->exports = &array->exports;
    return true;
}

/* ---- changing items ---- */

static bool set_index(VM *vm, Value self, Value key, Value value) {
    ByteArray *array = to_bytearray(self);
    i64 index;
    if (!want_index(vm, key, &index)) return false;
    u8 byte = 0;
    if (index < 0) index += (i64)array->size;
    if (value != EMPTY && !want_byte(vm, value, &byte)) return false;
    if (index < 0 || index >= (i64)array->size)
        return raise_index(vm, "bytearray index out of range") != FAIL;
    if (value == EMPTY)
        return bytearray_splice(vm, array, (usize)index, (usize)index + 1, (Span){0});
    array->data[index] = (char)byte;
    return true;
}

/* Take out every step-th byte, `count` of them. */
static bool delete_stepped(VM *vm, ByteArray *array, i64 start, i64 step, i64 count) {
    if (step < 0) {
        start += (count - 1) * step;
        step = -step;
    }
    if (array->exports && count)
        return bytearray_resize(vm, array, array->size - (usize)count);
    char *to = array->data + start;
    for (i64 i = start, left = count, due = start; i < (i64)array->size; i++) {
        if (left && i == due) {
            left--;
            due += step;
        } else {
            *to++ = array->data[i];
        }
    }
    return bytearray_resize(vm, array, array->size - (usize)count);
}

static bool set_stepped(VM *vm, ByteArray *array, i64 start, i64 step, i64 count,
                        Span bytes) {
    if ((usize)count != bytes.length) {
        raise_value(vm,
                    "attempt to assign bytes of size %ld to extended slice of size %ld",
                    (long)bytes.length, (long)count);
        return false;
    }
    for (i64 i = 0; i < count; i++) array->data[start + i * step] = bytes.data[i];
    return true;
}

/* What is assigned to a slice, as bytes. */
static Value take_values(VM *vm, Value value) {
    u32 numeric = CAN(UNARY_INDEX) | CAN(UNARY_INT) | CAN(UNARY_FLOAT);
    if (type_of(vm, value)->unary_ops & numeric || is_str(value))
        return raise_type(
            vm, "can assign only bytes, buffers, or iterables of ints in range(0, 256)");
    if (has_exact_kind(value, KIND_BYTES)) return incref(value);
    return byte_from_object(vm, &how, value);
}

static bool set_slice(VM *vm, Value self, Value key, Value value) {
    ByteArray *array = to_bytearray(self);
    i64 start, step, count;
    OWNED Value bytes = TRY_OR_FALSE(value == EMPTY ? EMPTY : take_values(vm, value));
    if (!slice_resolve(vm, key, (i64)array->size, &start, &step, &count)) return false;
    Span span = bytes == EMPTY ? (Span){0} : bytes_span(bytes);
    if (step == 1)
        return bytearray_splice(vm, array, (usize)start, (usize)(start + count), span);
    if (value == EMPTY || !span.length)
        return delete_stepped(vm, array, start, step, count);
    return set_stepped(vm, array, start, step, count, span);
}

static bool setitem(VM *vm, Value self, Value key, Value value) {
    if (has_kind(key, KIND_SLICE)) return set_slice(vm, self, key, value);
    if (has_index(vm, key)) return set_index(vm, self, key, value);
    raise_type(vm, "bytearray indices must be integers or slices, not %T", key);
    return false;
}

/* ---- operators ---- */

static Value binary(VM *vm, BinaryOp op, Value a, Value b) {
    return op == BINARY_MOD && is_bytearray(a) ? byte_percent(vm, a, b) : NOT_IMPLEMENTED;
}

static Value append_all(VM *vm, Value self, Value other) {
    if (!type_of(vm, other)->slots.buffer)
        return raise_type(vm, "can't concat %T to %T", other, self);
    Buffered lent;
    CHECK(buffered_get(vm, other, &lent, false));
    ByteArray *array = to_bytearray(self);
    bool good = bytearray_splice(vm, array, array->size, array->size,
                                 (Span){lent.data, lent.size});
    buffered_release(vm, &lent);
    return good ? incref(self) : FAIL;
}

static Value repeat_in_place(VM *vm, Value self, i64 times) {
    OWNED Value repeated = TRY(byte_repeat(vm, self, times));
    ByteArray *array = to_bytearray(self);
    CHECK(bytearray_splice(vm, array, 0, array->size, byte_span(repeated)));
    return incref(self);
}

/* ---- iteration ---- */

typedef struct ByteArrayIterator {
    Obj h;
    Value array; /* EMPTY when exhausted */
    usize index;
} ByteArrayIterator;

static Value iter(VM *vm, Value self) {
    Type *type = vm->types[TYPE_bytearray_iterator];
    ByteArrayIterator *iterator = (ByteArrayIterator *)object_new(vm, type);
    if (!iterator) return FAIL;
    iterator->array = incref(self);
    return from_object(iterator);
}

static Value next(VM *vm, Value self) {
    ByteArrayIterator *iterator = (ByteArrayIterator *)self;
    if (iterator->array == EMPTY) return EMPTY;
    Span bytes = byte_span(iterator->array);
    if (iterator->index < bytes.length)
        return from_small((u8)bytes.data[iterator->index++]);
    replace(&iterator->array, EMPTY);
    return EMPTY;
}

static void drop_iterator(VM *vm, Obj *self) {
    decref(((ByteArrayIterator *)self)->array);
}

TYPE(bytearray_iterator, .name = "bytearray_iterator", .size = sizeof(ByteArrayIterator),
     .kind = KIND_ITERATOR, .flags = TYPE_ATOM | TYPE_NO_NEW,
     .slots = {.free = drop_iterator, .iter = iterator_self, .next = next})

/* Private method returning an estimate of len(list(it)). */
METHOD(bytearray_iterator, __length_hint__, "($self, /)") {
    ByteArrayIterator *iterator = (ByteArrayIterator *)args[0];
    if (iterator->array == EMPTY) return from_small(0);
    usize size = byte_span(iterator->array).length;
    return from_small(size > iterator->index ? (i64)(size - iterator->index) : 0);
}

/* Return state information for pickling. */
METHOD(bytearray_iterator, __reduce__, "($self, /)") {
    ByteArrayIterator *iterator = (ByteArrayIterator *)args[0];
    if (iterator->array == EMPTY)
        return iterator_reduce(vm, "iter", vm->empty_tuple, EMPTY);
    return iterator_reduce(vm, "iter", iterator->array, from_small((i64)iterator->index));
}

/* Set state information for unpickling. */
METHOD(bytearray_iterator, __setstate__, "($self, state, /)") {
    ByteArrayIterator *iterator = (ByteArrayIterator *)args[0];
    i64 index;
    CHECK(index_from_state(vm, args[1], &index));
    if (iterator->array == EMPTY) return NONE;
    i64 limit = (i64)byte_span(iterator->array).length;
    iterator->index = (usize)(index < 0 ? 0 : index > limit ? limit : index);
    return NONE;
}

TYPE(bytearray, .name = "bytearray", .size = sizeof(ByteArray), .kind = KIND_BYTEARRAY,
     .flags = TYPE_ATOM | TYPE_MATCH_SELF, .binary_ops = CAN(BINARY_MOD),
     .reflected_ops = CAN(BINARY_MOD),
     .slots =
         {
             .new = make,
             .init = init,
             .free = drop,
             .repr = repr,
             .str = repr,
             .compare = compare,
             .truth = truth,
             .iter = iter,
             .length = length,
             .getitem = getitem,
             .setitem = setitem,
             .contains = byte_contains,
             .concat = byte_concat,
             .repeat = byte_repeat,
             .inplace_concat = append_all,
             .inplace_repeat = repeat_in_place,
             .binary = binary,
             .buffer = lend,
         },
     .doc =
         "bytearray(iterable_of_ints) -> bytearray\n"
         "bytearray(string, encoding[, errors]) -> bytearray\n"
         "bytearray(bytes_or_buffer) -> mutable copy of bytes_or_buffer\n"
         "bytearray(int) -> bytes array of size given by the parameter initialized with "
         "null "
         "bytes\nbytearray() -> empty bytes array\n\n"
         "Construct a mutable bytearray object from:\n"
         "  - an iterable yielding integers in range(256)\n"
         "  - a text string encoded using the specified encoding\n"
         "  - a bytes or a buffer object\n  - any object implementing the buffer API.\n"
         "  - an integer")
