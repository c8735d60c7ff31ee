/* array.array: numbers in a row, as C keeps them. */
#ifndef APY_STDLIB_ARRAY_H
#define APY_STDLIB_ARRAY_H

#include "objects/vm.h"

typedef struct ArrayCode {
    char code;
    u8 size;
    bool is_signed;
    const char *high,
        *low; /* what overflows say; NULL where the conversion itself complains */
} ArrayCode;

typedef struct Array {
    Obj h;
    const ArrayCode *code;
    char *data;            /* raw memory of the heap */
    usize count, capacity; /* items */
    u32 exports;           /* memoryviews that look at it: no resizing */
} Array;

static inline Array *to_array(Value v) {
    return (Array *)v;
}
static inline bool is_array(VM *vm, Value v) {
    return is_instance(vm, v, vm->types[TYPE_array]);
}
static inline char *array_at(Array *array, usize index) {
    return array->data + index * array->code->size;
}

const ArrayCode *array_find_code(char code); /* NULL: there is none */
Value array_new(VM *vm, Type *type, const ArrayCode *code,
                usize count); /* items not set */
/* Items change place or number: BufferError while memory is lent. */
bool array_resize(VM *vm, Array *array, usize count);
Value array_read(VM *vm, const ArrayCode *code, const char *at);
bool array_write(VM *vm, const ArrayCode *code, char *at, Value v);
bool array_push(VM *vm, Array *array, Value v);
bool array_extend(VM *vm, Array *array, Value iterable);
/* The bytes are items; ValueError if they are not whole ones. */
bool array_add_bytes(VM *vm, Array *array, const char *data, usize size);
bool array_add_text(VM *vm, Array *array, Value text);
Value array_to_list(VM *vm, Array *array);
Value array_text(VM *vm, Array *array); /* of 'u' and 'w' */
static inline bool array_is_text(const Array *array) {
    return array->code->code == 'u' || array->code->code == 'w';
}
Value array_iterator_new(VM *vm, Value array);

#endif
