/* The type bytes: slots, constructor, what bytearray has not. */
#include "base/hash.h"
#include "objects/byte_text.h"
#include "objects/iterator.h"
#include "objects/memoryview.h"
#include "objects/native.h"
#include "objects/sequence.h"
#include "objects/str.h"
#include "objects/tuple.h"

static Value make(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    static const ByteMake how = {"bytes", true, "bytes must be in range(0, 256)"};
    OWNED Value bytes = TRY(byte_make(vm, &how, args, nargs, kwnames));
    if (type == vm->types[TYPE_bytes])
        return TAKE(bytes); /* __bytes__ may give a subclass */
    Span span = bytes_span(bytes);
    return bytes_new_as(vm, type, span.data, span.length);
}

static Value repr(VM *vm, Value self) {
    Buffer out = {0};
    buffer_add_char(&out, 'b');
    byte_write_repr(&out, bytes_span(self), false);
    return str_from_buffer(vm, &out);
}

static bool hash(VM *vm, Value self, u64 *out) {
    Bytes *bytes = (Bytes *)self;
    if (!bytes->hash && bytes->size) {
        u64 hash = hash_bytes(bytes->data, bytes->size, vm->hash_key);
        if (!vm->hash_key.is_chosen) hash = (u64)((i64)hash >> 1); /* fits an inline int */
        bytes->hash = hash ? hash : 1;
    }
    *out = bytes->hash;
    return true;
}

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    if (!is_bytes(other)) return NOT_IMPLEMENTED;
    return span_compare(bytes_span(self), bytes_span(other), op);
}

static int truth(VM *vm, Value self) {
    return bytes_span(self).length != 0;
}

static i64 length(VM *vm, Value self) {
    return (i64)bytes_span(self).length;
}

static Value getitem(VM *vm, Value self, Value key) {
    return byte_getitem(vm, self, key, "index out of range", "byte");
}

static Value binary(VM *vm, BinaryOp op, Value a, Value b) {
    return op == BINARY_MOD && is_bytes(a) ? byte_percent(vm, a, b) : NOT_IMPLEMENTED;
}

static bool lend(VM *vm, Value self, Buffered *out, bool writable) {
    Bytes *bytes = (Bytes *)self;
    out->data = bytes->data;
    out->size = bytes->size;
    out->read_only = true;
    return true;
}

/* ---- iteration ---- */

typedef struct BytesIterator {
    Obj h;
    Value bytes; /* EMPTY when exhausted */
    usize index;
} BytesIterator;

static Value iter(VM *vm, Value self) {
    BytesIterator *iterator =
        (BytesIterator *)object_new(vm, vm->types[TYPE_bytes_iterator]);
    if (!iterator) return FAIL;
    iterator->bytes = incref(self);
    return from_object(iterator);
}

static Value next(VM *vm, Value self) {
    BytesIterator *iterator = (BytesIterator *)self;
    if (iterator->bytes == EMPTY) return EMPTY;
    Span bytes = bytes_span(iterator->bytes);
    if (iterator->index < bytes.length)
        return from_small((u8)bytes.data[iterator->index++]);
    replace(&iterator->bytes, EMPTY);
    return EMPTY;
}

static void drop_iterator(VM *vm, Obj *self) {
    decref(((BytesIterator *)self)->bytes);
}

TYPE(bytes_iterator, .name = "bytes_iterator", .size = sizeof(BytesIterator),
     .kind = KIND_ITERATOR, .flags = TYPE_ATOM | TYPE_NO_NEW,
     .slots = {.free = drop_iterator, .iter = iterator_self, .next = next})

/* Private method returning an estimate of len(list(it)). */
METHOD(bytes_iterator, __length_hint__, "($self, /)") {
    BytesIterator *iterator = (BytesIterator *)args[0];
    if (iterator->bytes == EMPTY) return from_small(0);
    return from_small((i64)(bytes_span(iterator->bytes).length - iterator->index));
}

/* Return state information for pickling. */
METHOD(bytes_iterator, __reduce__, "($self, /)") {
    BytesIterator *iterator = (BytesIterator *)args[0];
    if (iterator->bytes == EMPTY)
        return iterator_reduce(vm, "iter", vm->empty_tuple, EMPTY);
    return iterator_reduce(vm, "iter", iterator->bytes, from_small((i64)iterator->index));
}

/* Set state information for unpickling. */
METHOD(bytes_iterator, __setstate__, "($self, state, /) shown ($self, object, /)") {
    BytesIterator *iterator = (BytesIterator *)args[0];
    i64 index;
    CHECK(index_from_state(vm, args[1], &index));
    if (iterator->bytes == EMPTY) return NONE;
    i64 limit = (i64)bytes_span(iterator->bytes).length;
    iterator->index = (usize)(index < 0 ? 0 : index > limit ? limit : index);
    return NONE;
}

TYPE(
    bytes, .name = "bytes", .size = sizeof(Bytes), .kind = KIND_BYTES,
    .flags = TYPE_ATOM | TYPE_MATCH_SELF, .binary_ops = CAN(BINARY_MOD),
    .reflected_ops = CAN(BINARY_MOD),
    .slots =
        {
            .new = make,
            .repr = repr,
            .str = repr,
            .hash = hash,
            .compare = compare,
            .truth = truth,
            .iter = iter,
            .length = length,
            .getitem = getitem,
            .contains = byte_contains,
            .concat = byte_concat,
            .repeat = byte_repeat,
            .binary = binary,
            .buffer = lend,
        },
    .doc =
        "bytes(iterable_of_ints) -> bytes\nbytes(string, encoding[, errors]) -> bytes\n"
        "bytes(bytes_or_buffer) -> immutable copy of bytes_or_buffer\n"
        "bytes(int) -> bytes object of size given by the parameter initialized with null "
        "bytes\nbytes() -> empty bytes object\n\n"
        "Construct an immutable array of bytes from:\n"
        "  - an iterable yielding integers in range(256)\n"
        "  - a text string encoded using the specified encoding\n"
        "  - any object implementing the buffer API.\n  - an integer")

/* Create a bytes object from a string of hexadecimal numbers.
 *
 * Spaces between two numbers are accepted.
 * Example: bytes.fromhex('B9 01EF') -> b'\\xb9\\x01\\xef'. */
CLASS_METHOD(bytes, fromhex, "($type, string, /)") {
    OWNED Value bytes = TRY(byte_fromhex(vm, args[1]));
    if (args[0] == from_object(vm->types[TYPE_bytes])) return TAKE(bytes);
    return call_1(vm, args[0], bytes);
}

/* Return a table for translate that maps each byte in frm to the byte at the same place
 * in to. */
STATIC_METHOD(bytes, maketrans, "(frm, to, /)") {
    return byte_maketrans(vm, args);
}

/* Convert this value to exact type bytes. */
METHOD(bytes, __bytes__, "($self, /)") {
    return byte_same(vm, args[0]);
}

METHOD(bytes, __getnewargs__, "($self, /)") {
    OWNED Value bytes = TRY(byte_same(vm, args[0]));
    return tuple_of(vm, 1, bytes);
}

/* Return the size of the object in memory, in bytes. */
METHOD(bytes, __sizeof__, "($self, /)") {
    return from_small((i64)(offsetof(Bytes, data) + bytes_span(args[0]).length + 1));
}
