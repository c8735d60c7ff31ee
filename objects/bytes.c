/* bytes: making, hash and equality. Operators are in bytes_type.c, methods in bytes_*.c. */
#include "objects/bytes.h"

#include "base/hash.h"
#include "objects/type.h"

static Bytes *allocate(VM *vm, usize size) {
    if (UNLIKELY(size > PTRDIFF_MAX - 64)) {
        raise_memory(vm);
        return NULL;
    }
    usize struct_size = offsetof(Bytes, data) + size + 1;
    Bytes *bytes = (Bytes *)object_new_sized(vm, vm->types[TYPE_bytes], struct_size);
    if (!bytes) return NULL;
    bytes->hash = 0;
    bytes->size = size;
    bytes->data[size] = '\0';
    return bytes;
}

Value bytes_make_empty(VM *vm) {
    Bytes *bytes = allocate(vm, 0);
    return bytes ? from_object(bytes) : FAIL;
}

Value bytes_new(VM *vm, const char *data, usize size) {
    if (!size) return incref(vm->empty_bytes);
    Bytes *bytes = allocate(vm, size);
    if (!bytes) return FAIL;
    if (data) memcpy(bytes->data, data, size);
    return from_object(bytes);
}

Value bytes_from_buffer(VM *vm, Buffer *buffer) {
    Value bytes =
        buffer->failed ? raise_memory(vm) : bytes_new(vm, buffer->data, buffer->length);
    buffer_free(buffer);
    return bytes;
}
