/* bytearray: its memory, making and resizing. */
#include "objects/bytearray.h"

#include "objects/type.h"

Value bytearray_new(VM *vm, const char *data, usize size) {
    ByteArray *array = (ByteArray *)object_new(vm, vm->types[TYPE_bytearray]);
    if (!array) return FAIL;
    OWNED Value owner = from_object(array);
    CHECK(bytearray_resize(vm, array, size));
    if (data && size) memcpy(array->data, data, size);
    return TAKE(owner);
}

/* How much to take when it has to grow: an eighth more than needed. */
static usize roomy(const ByteArray *array, usize size) {
    return array->capacity ? size + size / 8 + (size < 9 ? 3 : 6) : size;
}

bool bytearray_resize(VM *vm, ByteArray *array, usize size) {
    if (size == array->size) return true;
    if (array->exports) {
        raise_format(vm, EXC(BufferError),
                     "Existing exports of data: object cannot be re-sized");
        return false;
    }
    if (size > array->capacity || size < array->capacity / 2) {
        if (size > PTRDIFF_MAX - 64) return raise_memory(vm) != FAIL;
        usize capacity = size > array->capacity ? roomy(array, size) : size;
        char *data = NULL;
        if (capacity) {
            data = array->data ? heap_raw_resize(&vm->heap, array->data, array->capacity,
                                                 capacity)
                               : heap_raw_alloc(&vm->heap, capacity);
            if (!data) return raise_memory(vm) != FAIL;
        } else {
            heap_raw_free(&vm->heap, array->data, array->capacity);
        }
        array->data = data;
        array->capacity = capacity;
    }
    array->size = size;
    return true;
}

bool bytearray_splice(VM *vm, ByteArray *array, usize start, usize end, Span bytes) {
    usize old_size = array->size, tail = old_size - end;
    usize size = start + bytes.length + tail;
    if (size < old_size) {
        if (array->exports) return bytearray_resize(vm, array, size);
        memmove(array->data + start + bytes.length, array->data + end, tail);
    }
    if (!bytearray_resize(vm, array, size)) return false;
    if (size > old_size)
        memmove(array->data + start + bytes.length, array->data + end, tail);
    if (bytes.length) memcpy(array->data + start, bytes.data, bytes.length);
    return true;
}
