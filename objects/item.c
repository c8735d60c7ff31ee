#include "objects/item.h"

#include <math.h>

#include "objects/bytes.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/sequence.h"

typedef struct IntCode {
    char code;
    u8 size;
    bool is_signed;
} IntCode;

static const IntCode *find_int(char code) {
    static const IntCode codes[] = {
        {'b', 1, true},  {'B', 1, false}, {'h', 2, true}, {'H', 2, false},
        {'i', 4, true},  {'I', 4, false}, {'l', 8, true}, {'L', 8, false},
        {'q', 8, true},  {'Q', 8, false}, {'n', 8, true}, {'N', 8, false},
        {'P', 8, false},
    };
    for (usize i = 0; i < COUNT_OF(codes); i++)
        if (codes[i].code == code) return &codes[i];
    return NULL;
}

usize item_size(char code) {
    const IntCode *row = find_int(code);
    if (row) return row->size;
    switch (code) {
    case 'c':
    case '?': return 1;
    case 'e': return 2;
    case 'f': return 4;
    case 'd': return 8;
    default: return 0;
    }
}

/* ---- half precision: 1 sign, 5 exponent, 10 fraction ---- */

double half_to_double(u16 half) {
    int exponent = half >> 10 & 31;
    double fraction = half & 1023;
    double d = exponent == 31  ? (fraction ? NAN : INFINITY)
               : exponent == 0 ? ldexp(fraction, -24)
                               : ldexp(fraction + 1024, exponent - 25);
    return half & 0x8000 ? -d : d;
}

bool half_from_double(double d, u16 *half) {
    u16 sign = signbit(d) ? 0x8000 : 0;
    double size = fabs(d);
    if (isnan(d) || isinf(d)) {
        *half = sign | 0x7C00 | (isnan(d) ? 0x200 : 0);
        return true;
    }
    int exponent;
    frexp(size, &exponent);             /* size < 2 ** exponent */
    if (exponent < -13) exponent = -13; /* the smallest numbers share one exponent */
    double fraction = nearbyint(ldexp(size, 11 - exponent));
    if (fraction >= 2048) {
        fraction = 1024;
        exponent++;
    }
    if (exponent > 16) return false;
    u32 bits = (u32)fraction;
    if (bits >= 1024) bits += (u32)(exponent + 13) << 10;
    *half = sign | (u16)bits;
    return true;
}

/* ---- reading ---- */

static Value read_int(VM *vm, const IntCode *row, const char *at) {
    u64 bits = 0;
    memcpy(&bits, at, row->size);
    if (!row->is_signed) return int_from_u64(vm, bits);
    int unused = 64 - 8 * row->size;
    return int_from_i64(vm, (i64)(bits << unused) >> unused);
}

Value item_read(VM *vm, char code, const char *at) {
    const IntCode *row = find_int(code);
    if (row) return read_int(vm, row, at);
    u16 half;
    float single;
    double d = 0;
    switch (code) {
    case 'c': return bytes_new(vm, at, 1);
    case '?': return from_bool(*at);
    case 'e': memcpy(&half, at, 2); return float_new(vm, half_to_double(half));
    case 'f': memcpy(&single, at, 4); return float_new(vm, single);
    default: memcpy(&d, at, 8); return float_new(vm, d);
    }
}

/* ---- writing ---- */

static bool int_bits(Value v, const IntCode *row, u64 *bits) {
    i64 i;
    if (is_bool(v)) v = from_small(v == TRUE);
    if (!int_fits_i64(v, &i)) { /* the upper half of unsigned 64 bits */
        mp_limb_t room[1];
        mpz_t z;
        int_view(v, z, room);
        if (row->is_signed || row->size < 8 || mpz_sgn(z) < 0 ||
            mpz_sizeinbase(z, 2) > 64)
            return false;
        *bits = mpz_get_ui(z);
        return true;
    }
    *bits = (u64)i;
    if (row->code == 'P') return true; /* an address, of any sign */
    if (!row->is_signed) return i >= 0 && (row->size == 8 || i >> 8 * row->size == 0);
    int shift = 8 * row->size - 1;
    return row->size == 8 || (i >> shift == 0 || i >> shift == -1);
}

static ItemResult write_int(VM *vm, const IntCode *row, Value v, char *at) {
    if (!has_index(vm, v)) return ITEM_BAD_TYPE;
    OWNED Value index = object_index(vm, v);
    if (index == FAIL) return ITEM_FAILED;
    u64 bits;
    if (!int_bits(index, row, &bits)) return ITEM_BAD_VALUE;
    memcpy(at, &bits, row->size);
    return ITEM_OK;
}

static ItemResult write_double(char code, double d, char *at) {
    if (code == 'd') {
        memcpy(at, &d, 8);
    } else if (code == 'f') {
        float single = (float)d;
        memcpy(at, &single, 4);
    } else {
        u16 half;
        if (!half_from_double(d, &half)) return ITEM_BAD_VALUE;
        memcpy(at, &half, 2);
    }
    return ITEM_OK;
}

static ItemResult write_float(VM *vm, char code, Value v, char *at) {
    double d;
    if (object_to_double(vm, v, &d)) return write_double(code, d, at);
    if (exception_matches(vm, EXC(TypeError))) {
        exception_clear(vm);
        return ITEM_BAD_TYPE;
    }
    return ITEM_FAILED;
}

ItemResult item_write(VM *vm, char code, Value v, char *at) {
    const IntCode *row = find_int(code);
    if (row) return write_int(vm, row, v, at);
    if (code == 'c') {
        if (!has_kind(v, KIND_BYTES)) return ITEM_BAD_TYPE;
        if (bytes_span(v).length != 1) return ITEM_BAD_VALUE;
        *at = bytes_span(v).data[0];
        return ITEM_OK;
    }
    if (code == '?') {
        int truth = object_truth(vm, v);
        if (truth < 0) return ITEM_FAILED;
        *at = (char)truth;
        return ITEM_OK;
    }
    return write_float(vm, code, v, at);
}
