/* Single values of struct: numbers, characters, texts. */
#include <math.h>

#include "objects/bytes.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/item.h"
#include "objects/sequence.h"
#include "stdlib/pack.h"
#include "stdlib/struct_layout.h"

/* ---- whole numbers ---- */

static bool refuse_range(VM *vm, const StructField *field, bool is_signed) {
    int bits = (int)field->size * 8;
    if (is_signed) {
        i64 high = (i64)(((u64)1 << (bits - 1)) - 1);
        raise_struct(vm, "'%c' format requires %ld <= number <= %ld", field->code,
                     -high - 1, high);
    } else {
        u64 high = bits == 64 ? UINT64_MAX : ((u64)1 << bits) - 1;
        raise_struct(vm, "'%c' format requires 0 <= number <= %lu", field->code, high);
    }
    return false;
}

static bool fits(u64 bits, i64 size, bool is_signed) {
    if (size == 8) return true;
    int width = (int)size * 8;
    i64 number = (i64)bits;
    if (is_signed)
        return number >= -((i64)1 << (width - 1)) && number < (i64)1 << (width - 1);
    return bits < (u64)1 << width;
}

static bool read_number(VM *vm, const StructField *field, Value value, u64 *bits) {
    if (!has_index(vm, value)) {
        return raise_struct(vm, "required argument is not an integer"), false;
    }
    OWNED Value number = TRY_OR_FALSE(object_index(vm, value));
    bool is_signed = strchr("bhilqn", field->code) != NULL;
    if (field->code == 'P') {
        if (int_fits_i64(number, (i64 *)bits) || int_fits_u64(number, bits)) return true;
        return raise_struct(vm, "int too large to convert"), false;
    }
    bool ok = is_signed ? int_fits_i64(number, (i64 *)bits) : int_fits_u64(number, bits);
    if (ok && fits(*bits, field->size, is_signed)) return true;
    return refuse_range(vm, field, is_signed);
}

/* ---- floats ---- */

static bool read_float(VM *vm, Value value, double *out) {
    if (is_float(value)) return *out = to_double(value), true;
    if (object_to_double(vm, value, out)) return true;
    exception_clear(vm);
    raise_struct(vm, "required argument is not a float");
    return false;
}

static bool refuse_large(VM *vm, char code) {
    raise_overflow(vm, "float too large to pack with %c format", code);
    return false;
}

static bool write_number(VM *vm, const StructLayout *layout, char code, char *data,
                        Value value) {
    double number;
    u16 half;
    if (!read_float(vm, value, &number)) return false;
    if (code == 'd') {
        pack_bytes(data, double_bits(number), 8, layout->is_big_endian);
    } else if (code == 'e') {
        if (!half_from_double(number, &half)) return refuse_large(vm, code);
        pack_bytes(data, half, 2, layout->is_big_endian);
    } else {
        if (!layout->is_native && isfinite(number) && isinf((float)number)) {
            return refuse_large(vm, code);
        }
        pack_bytes(data, pack_single(number), 4, layout->is_big_endian);
    }
    return true;
}

/* An int that no such float can hold is an error of the module. */
static bool write_float(VM *vm, const StructLayout *layout, char code, char *data,
                        Value value) {
    if (write_number(vm, layout, code, data, value)) return true;
    if (is_int(value) && exception_matches(vm, EXC(OverflowError))) {
        exception_clear(vm);
        raise_struct(vm, "int too large to convert");
    }
    return false;
}

/* ---- texts ---- */

static bool write_text(VM *vm, const StructField *field, char *data, Value value) {
    Buffered bytes;
    if (!has_kind(value, KIND_BYTES) && !has_kind(value, KIND_BYTEARRAY)) {
        raise_struct(vm, "argument for '%c' must be a bytes object", field->code);
        return false;
    }
    if (!field->size) return true;
    if (!buffered_get(vm, value, &bytes, false)) return false;
    usize room = (usize)field->size, head = field->code == 'p';
    usize length = bytes.size < room - head ? bytes.size : room - head;
    memset(data, 0, room);
    memcpy(data + head, bytes.data, length);
    if (head) *data = (char)(length > 255 ? 255 : length);
    buffered_release(vm, &bytes);
    return true;
}

static bool write_char(VM *vm, char *data, Value value) {
    if (!has_kind(value, KIND_BYTES) || bytes_span(value).length != 1) {
        return raise_struct(vm, "char format requires a bytes object of length 1"), false;
    }
    *data = bytes_span(value).data[0];
    return true;
}

static Value read_pascal(VM *vm, const StructField *field, const char *data) {
    usize length = (u8)data[0];
    if (length >= (usize)field->size) length = (usize)field->size - 1;
    return bytes_new(vm, data + 1, length);
}

/* ---- any ---- */

bool struct_write(VM *vm, const StructLayout *layout, const StructField *field,
                  char *data, Value value) {
    u64 bits;
    int truth;
    switch (field->code) {
    case 'c': return write_char(vm, data, value);
    case 's':
    case 'p': return write_text(vm, field, data, value);
    case '?':
        truth = object_truth(vm, value);
        *data = truth > 0;
        return truth >= 0;
    case 'e':
    case 'f':
    case 'd': return write_float(vm, layout, field->code, data, value);
    default:
        if (!read_number(vm, field, value, &bits)) return false;
        pack_bytes(data, bits, (usize)field->size, layout->is_big_endian);
        return true;
    }
}

Value struct_read(VM *vm, const StructLayout *layout, const StructField *field,
                  const char *data) {
    usize size = (usize)field->size;
    switch (field->code) {
    case 'c': return bytes_new(vm, data, 1);
    case 's': return bytes_new(vm, data, size);
    case 'p': return size ? read_pascal(vm, field, data) : bytes_new(vm, "", 0);
    case '?': return from_bool(*data != 0);
    case 'e':
        return float_new(
            vm, half_to_double((u16)unpack_bytes(data, 2, layout->is_big_endian)));
    case 'f':
        return float_new(vm, unpack_single(unpack_bytes(data, 4, layout->is_big_endian)));
    case 'd':
        return float_new(vm,
                         double_from_bits(unpack_bytes(data, 8, layout->is_big_endian)));
    case 'b':
    case 'h':
    case 'i':
    case 'l':
    case 'q':
    case 'n': return int_from_i64(vm, unpack_signed(data, size, layout->is_big_endian));
    default: return int_from_u64(vm, unpack_bytes(data, size, layout->is_big_endian));
    }
}
