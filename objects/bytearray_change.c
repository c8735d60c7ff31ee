/* The methods that change a bytearray, and those that only it has. */
#include "objects/byte_text.h"
#include "objects/bytearray.h"
#include "objects/bytes.h"
#include "objects/memoryview.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/want.h"

static const ByteMake how = {"bytearray", false, "byte must be in range(0, 256)"};

/* Append a single item to the end of the bytearray. */
METHOD(bytearray, append, "($self, item, /)") {
    ByteArray *array = to_bytearray(args[0]);
    u8 byte;
    CHECK(want_byte(vm, args[1], &byte) && bytearray_resize(vm, array, array->size + 1));
    array->data[array->size - 1] = (char)byte;
    return NONE;
}

/* What extend got, as bytes. */
static Value take_items(VM *vm, Value items) {
    Slots *slots = &type_of(vm, items)->slots;
    if (is_str(items) && to_str(items)->size)
        return raise_type(vm, "expected iterable of integers; got: 'str'");
    if (is_str(items)) return incref(vm->empty_bytes);
    if (!slots->buffer && !slots->iter && !slots->getitem)
        return raise_type(vm, "can't extend bytearray with %T", items);
    return byte_from_object(vm, &how, items);
}

/* Append all the items from the iterator or sequence to the bytearray. */
METHOD(bytearray, extend, "($self, iterable_of_ints, /)") {
    ByteArray *array = to_bytearray(args[0]);
    OWNED Value items = TRY(take_items(vm, args[1]));
    CHECK(bytearray_splice(vm, array, array->size, array->size, bytes_span(items)));
    return NONE;
}

/* Insert a single item into the bytearray before the given index. */
METHOD(bytearray, insert, "($self, index, item, /)") {
    ByteArray *array = to_bytearray(args[0]);
    i64 index;
    u8 byte;
    CHECK(object_to_i64(vm, args[1], &index) && want_byte(vm, args[2], &byte));
    i64 size = (i64)array->size;
    if (index < 0 && (index += size) < 0) index = 0;
    if (index > size) index = size;
    Span one = {(char *)&byte, 1};
    CHECK(bytearray_splice(vm, array, (usize)index, (usize)index, one));
    return NONE;
}

/* Remove and return a single item from the bytearray.
 *
 * If no index argument is given, will pop the last item. */
METHOD(bytearray, pop, "($self, index=-1, /)") {
    ByteArray *array = to_bytearray(args[0]);
    i64 index = -1;
    if (args[1] != EMPTY) CHECK(object_to_i64(vm, args[1], &index));
    if (!array->size) return raise_index(vm, "pop from empty bytearray");
    if (index < 0) index += (i64)array->size;
    if (index < 0 || index >= (i64)array->size)
        return raise_index(vm, "pop index out of range");
    u8 byte = (u8)array->data[index];
    CHECK(bytearray_splice(vm, array, (usize)index, (usize)index + 1, (Span){0}));
    return from_small(byte);
}

/* Remove the first occurrence of a value in the bytearray. */
METHOD(bytearray, remove, "($self, value, /)") {
    ByteArray *array = to_bytearray(args[0]);
    u8 byte;
    CHECK(want_byte(vm, args[1], &byte));
    const char *found = array->size ? memchr(array->data, byte, array->size) : NULL;
    if (!found) return raise_value(vm, "value not found in bytearray");
    usize index = (usize)(found - array->data);
    CHECK(bytearray_splice(vm, array, index, index + 1, (Span){0}));
    return NONE;
}

/* Reverse the order of the values in B in place. */
METHOD(bytearray, reverse, "($self, /)") {
    ByteArray *array = to_bytearray(args[0]);
    for (usize i = 0; i < array->size / 2; i++) {
        char *a = &array->data[i], *b = &array->data[array->size - 1 - i], swap = *a;
        *a = *b;
        *b = swap;
    }
    return NONE;
}

/* Remove all items from the bytearray. */
METHOD(bytearray, clear, "($self, /)") {
    CHECK(bytearray_resize(vm, to_bytearray(args[0]), 0));
    return NONE;
}

/* Return a copy of B. */
METHOD(bytearray, copy, "($self, /)") {
    Span bytes = byte_span(args[0]);
    return bytearray_new(vm, bytes.data, bytes.length);
}

/* Create a bytearray object from a string of hexadecimal numbers.
 *
 * Spaces between two numbers are accepted. */
CLASS_METHOD(bytearray, fromhex, "($type, string, /)") {
    OWNED Value bytes = TRY(byte_fromhex(vm, args[1]));
    return call_1(vm, args[0], bytes);
}

/* Return a table for translate that maps each byte in frm to the byte at the same place
 * in to. */
STATIC_METHOD(bytearray, maketrans, "(frm, to, /)") {
    return byte_maketrans(vm, args);
}

/* B.__alloc__() -> int
 *
 * Return the number of bytes actually allocated. */
METHOD(bytearray, __alloc__, "($self, /)") {
    usize capacity = to_bytearray(args[0])->capacity;
    return from_small(capacity ? (i64)capacity + 1
                               : 0); /* CPython's count has a NUL in it */
}

/* Return the size of the object in memory, in bytes. */
METHOD(bytearray, __sizeof__, "($self, /)") {
    return from_small((i64)(sizeof(ByteArray) + to_bytearray(args[0])->capacity));
}

/* The bytes as Latin-1 text, for the protocols of Python 2, which have no bytes. */
static Value latin_arguments(VM *vm, Span bytes) {
    Buffer text = {0};
    for (usize i = 0; i < bytes.length; i++)
        buffer_add_code_point(&text, (u8)bytes.data[i]);
    OWNED Value string = TRY(str_from_buffer(vm, &text));
    OWNED Value encoding = TRY(str_from_text(vm, "latin-1"));
    return tuple_of(vm, 2, string, encoding);
}

static Value bytes_argument(VM *vm, Span bytes) {
    OWNED Value copy = TRY(bytes_new(vm, bytes.data, bytes.length));
    return tuple_of(vm, 1, copy);
}

/* The type, the arguments that make it anew, and its attributes. */
static Value reduce(VM *vm, Value self, i64 protocol) {
    Span bytes = byte_span(self);
    OWNED Value arguments = TRY(!bytes.length    ? incref(vm->empty_tuple)
                                : protocol < 3 ? latin_arguments(vm, bytes)
                                               : bytes_argument(vm, bytes));
    OWNED Value state = TRY(call_method_0(vm, self, NAME(__getstate__)));
    Value type = from_object(type_of(vm, self));
    return tuple_of(vm, 3, type, arguments, state);
}

/* Return state information for pickling. */
METHOD(bytearray, __reduce__, "($self, /)") {
    return reduce(vm, args[0], 2);
}

/* Return state information for pickling. */
METHOD(bytearray, __reduce_ex__, "($self, proto=0, /)") {
    i64 protocol = 0;
    if (args[1] != EMPTY && !object_to_i64(vm, args[1], &protocol)) return FAIL;
    return reduce(vm, args[0], protocol);
}
