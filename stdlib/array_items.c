/* The items of an array: their codes, reading and writing them, room for them. */
#include "objects/bytes.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/item.h"
#include "objects/list.h"
#include "objects/sequence.h"
#include "objects/str.h"
#include "stdlib/array.h"

enum { CODE_POINT_MAX = 0x10FFFF };

const ArrayCode *array_find_code(char code) {
    static const ArrayCode codes[] = {
        {'b', 1, true, "signed char is greater than maximum",
         "signed char is less than minimum"},
        {'B', 1, false, "unsigned byte integer is greater than maximum",
         "unsigned byte integer is less than minimum"},
        {'u', 4, false, NULL, NULL},
        {'w', 4, false, NULL, NULL},
        {'h', 2, true, "signed short integer is greater than maximum",
         "signed short integer is less than minimum"},
        {'H', 2, false, "unsigned short is greater than maximum",
         "unsigned short is less than minimum"},
        {'i', 4, true, "signed integer is greater than maximum",
         "signed integer is less than minimum"},
        {'I', 4, false, "unsigned int is greater than maximum", NULL},
        {'l', 8, true, NULL, NULL},
        {'L', 8, false, NULL, NULL},
        {'q', 8, true, NULL, NULL},
        {'Q', 8, false, NULL, NULL},
        {'f', 4, true, NULL, NULL},
        {'d', 8, true, NULL, NULL},
    };
    for (usize i = 0; i < COUNT_OF(codes); i++) {
        if (codes[i].code == code) return &codes[i];
    }
    return NULL;
}

/* ---- one item ---- */

Value array_read(VM *vm, const ArrayCode *code, const char *at) {
    u32 point;
    if (code->code != 'u' && code->code != 'w') return item_read(vm, code->code, at);
    memcpy(&point, at, sizeof point);
    if (point <= CODE_POINT_MAX) return str_from_code_point(vm, point);
    return raise_value(vm, "character U+%x is not in range [U+0000; U+10ffff]", point);
}

static bool write_char(VM *vm, char *at, Value v) {
    if (!is_str(v) || str_length(v) != 1) {
        raise_type(vm, "array item must be unicode character");
        return false;
    }
    u32 point = str_code_point(v, 0);
    memcpy(at, &point, sizeof point);
    return true;
}

static bool write_float(VM *vm, const ArrayCode *code, char *at, Value v) {
    double number;
    if (!object_to_double(vm, v, &number)) return false;
    float single = (float)number;
    if (code->code == 'f')
        memcpy(at, &single, sizeof single);
    else
        memcpy(at, &number, sizeof number);
    return true;
}

/* Numbers go through a C long (or unsigned long, for those that may need its range)
 * first. */
static bool refuse_number(VM *vm, const ArrayCode *code, Value number) {
    bool is_negative = int_is_negative(number);
    switch (code->code) {
    case 'Q':
        if (is_negative)
            raise_overflow(vm, "can't convert negative int to unsigned");
        else
            raise_overflow(vm, "int too big to convert");
        break;
    case 'q': raise_overflow(vm, "int too big to convert"); break;
    case 'I':
    case 'L':
        if (is_negative)
            raise_overflow(vm, "can't convert negative value to unsigned int");
        else
            raise_overflow(vm, "Python int too large to convert to C unsigned long");
        break;
    default: raise_overflow(vm, "Python int too large to convert to C long");
    }
    return false;
}

static bool write_int(VM *vm, const ArrayCode *code, char *at, Value v) {
    OWNED Value number = TRY_OR_FALSE(object_index(vm, v));
    bool is_wide = strchr("ILQ", code->code) != NULL;
    u64 bits;
    if (is_wide ? !int_fits_u64(number, &bits) : !int_fits_i64(number, (i64 *)&bits)) {
        return refuse_number(vm, code, number);
    }
    if (code->size < 8) {
        int width = code->size * 8;
        i64 low = code->is_signed ? -((i64)1 << (width - 1)) : 0;
        i64 high = ((i64)1 << (width - code->is_signed)) - 1;
        /* bytes are read as shorts first, unsigned shorts as ints */
        const ArrayCode *words = code;
        if (code->code == 'b' && (i64)bits != (i16)bits) words = array_find_code('h');
        if (code->code == 'H' && (i64)bits != (i32)bits) words = array_find_code('i');
        if ((i64)bits < low && !is_wide)
            return raise_overflow(vm, "%s", words->low), false;
        if (is_wide ? bits > (u64)high : (i64)bits > high) {
            return raise_overflow(vm, "%s", words->high), false;
        }
    }
    memcpy(at, &bits, code->size);
    return true;
}

bool array_write(VM *vm, const ArrayCode *code, char *at, Value v) {
    switch (code->code) {
    case 'u':
    case 'w': return write_char(vm, at, v);
    case 'f':
    case 'd': return write_float(vm, code, at, v);
    default: return write_int(vm, code, at, v);
    }
}

/* ---- room ---- */

bool array_resize(VM *vm, Array *array, usize count) {
    usize size = array->code->size;
    if (array->exports && count != array->count) {
        raise_format(vm, EXC(BufferError),
                     "cannot resize an array that is exporting buffers");
        return false;
    }
    if (count <= array->capacity && count >= array->capacity / 2) {
        array->count = count;
        return true;
    }
    usize capacity = count ? count + (count >> 4) + (count < 9 ? 3 : 7) : 0;
    if (capacity > PTRDIFF_MAX / 16) return raise_memory(vm), false;
    char *data = NULL;
    if (capacity) {
        data = heap_raw_resize(&vm->heap, array->data, array->capacity * size,
                               capacity * size);
        if (!data) return raise_memory(vm), false;
    } else if (array->data) {
        heap_raw_free(&vm->heap, array->data, array->capacity * size);
    }
    array->data = data;
    array->capacity = capacity;
    array->count = count;
    return true;
}

Value array_new(VM *vm, Type *type, const ArrayCode *code, usize count) {
    Array *array = (Array *)object_new(vm, type);
    if (!array) return FAIL;
    array->code = code;
    OWNED Value result = from_object(array);
    CHECK(array_resize(vm, array, count));
    return TAKE(result);
}

/* ---- filling ---- */

bool array_push(VM *vm, Array *array, Value v) {
    char item[8];
    if (!array_write(vm, array->code, item, v)) return false;
    if (!array_resize(vm, array, array->count + 1)) return false;
    memcpy(array_at(array, array->count - 1), item, array->code->size);
    return true;
}

static bool add_array(VM *vm, Array *array, Array *other) {
    usize count = other->count, size = array->code->size, old = array->count;
    if (array->code != other->code) {
        return raise_type(vm, "can only extend with array of same kind"), false;
    }
    if (!array_resize(vm, array, old + count)) return false;
    if (count) memcpy(array_at(array, old), other->data, count * size);
    return true;
}

bool array_extend(VM *vm, Array *array, Value iterable) {
    if (is_array(vm, iterable)) return add_array(vm, array, to_array(iterable));
    OWNED Value iterator = TRY_OR_FALSE(object_iter(vm, iterable));
    for (;;) {
        OWNED Value item = TRY_OR_FALSE(iter_next(vm, iterator));
        if (item == EMPTY) return true;
        if (!array_push(vm, array, item)) return false;
    }
}

bool array_add_bytes(VM *vm, Array *array, const char *data, usize length) {
    usize size = array->code->size, old = array->count;
    if (length % size) {
        return raise_value(vm, "bytes length not a multiple of item size"), false;
    }
    if (!array_resize(vm, array, old + length / size)) return false;
    if (length) memcpy(array_at(array, old), data, length);
    return true;
}

bool array_add_text(VM *vm, Array *array, Value text) {
    usize count = str_length(text), old = array->count;
    if (!array_resize(vm, array, old + count)) return false;
    for (usize i = 0; i < count; i++) {
        u32 point = str_code_point(text, i);
        memcpy(array_at(array, old + i), &point, sizeof point);
    }
    return true;
}

/* ---- the whole ---- */

Value array_to_list(VM *vm, Array *array) {
    OWNED Value list = TRY(list_new(vm, array->count));
    for (usize i = 0; i < array->count; i++) {
        Value item = TRY(array_read(vm, array->code, array_at(array, i)));
        CHECK(list_push_owned(vm, to_list(list), item));
    }
    return TAKE(list);
}

Value array_text(VM *vm, Array *array) {
    Buffer out = {0};
    for (usize i = 0; i < array->count; i++) {
        u32 point;
        memcpy(&point, array_at(array, i), sizeof point);
        if (point > CODE_POINT_MAX) {
            buffer_free(&out);
            return raise_value(vm, "character U+%x is not in range [U+0000; U+10ffff]",
                               point);
        }
        buffer_add_code_point(&out, point);
    }
    return str_from_buffer(vm, &out);
}
