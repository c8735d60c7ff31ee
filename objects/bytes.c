/* bytes: making and comparing. The type is in bytes_type.c, its methods in
 * bytes_methods.c. */
#include "objects/bytes.h"

#include "objects/type.h"

static Bytes *allocate(VM *vm, Type *type, usize size) {
    if (UNLIKELY(size > PTRDIFF_MAX - 64)) {
        if (size > PTRDIFF_MAX - 33) /* what CPython's bytes have before their data */
            raise_overflow(vm, "byte string is too large");
        else
            raise_memory(vm);
        return NULL;
    }
    usize struct_size = sizeof(Bytes) + size + 1;
    Bytes *bytes = type->flags & TYPE_HEAP
                       ? (Bytes *)object_new_var(vm, type, size + 1)
                       : (Bytes *)object_new_sized(vm, type, struct_size);
    if (!bytes) return NULL;
    bytes->hash = 0;
    bytes->size = size;
    bytes->data[size] = '\0';
    return bytes;
}

Value bytes_make_empty(VM *vm) {
    Bytes *bytes = allocate(vm, vm->types[TYPE_bytes], 0);
    return bytes ? from_object(bytes) : FAIL;
}

Value bytes_new_as(VM *vm, Type *type, const char *data, usize size) {
    Bytes *bytes = allocate(vm, type, size);
    if (!bytes) return FAIL;
    if (data) memcpy(bytes->data, data, size);
    return from_object(bytes);
}

Value bytes_new(VM *vm, const char *data, usize size) {
    if (!size) return incref(vm->empty_bytes);
    return bytes_new_as(vm, vm->types[TYPE_bytes], data, size);
}

Value bytes_from_buffer(VM *vm, Buffer *buffer) {
    Value bytes =
        buffer->failed ? raise_memory(vm) : bytes_new(vm, buffer->data, buffer->length);
    buffer_free(buffer);
    return bytes;
}

Value span_compare(Span a, Span b, CompareOp op) {
    if (op == EQ || op == NE) return from_bool(span_equal(a, b) == (op == EQ));
    int order = memcmp(a.data, b.data, a.length < b.length ? a.length : b.length);
    if (!order) order = (a.length > b.length) - (a.length < b.length);
    switch (op) {
    case LT: return from_bool(order < 0);
    case LE: return from_bool(order <= 0);
    case GT: return from_bool(order > 0);
    default: return from_bool(order >= 0);
    }
}
