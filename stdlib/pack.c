#include "stdlib/pack.h"

#include <math.h>

void pack_bytes(char *data, u64 bits, usize size, bool is_big_endian) {
    for (usize i = 0; i < size; i++, bits >>= 8) {
        data[is_big_endian ? size - 1 - i : i] = (char)bits;
    }
}

u64 unpack_bytes(const char *data, usize size, bool is_big_endian) {
    u64 bits = 0;
    for (usize i = 0; i < size; i++) {
        bits = bits << 8 | (u8)data[is_big_endian ? i : size - 1 - i];
    }
    return bits;
}

i64 unpack_signed(const char *data, usize size, bool is_big_endian) {
    u64 unused = 64 - 8 * size;
    return (i64)(unpack_bytes(data, size, is_big_endian) << unused) >> unused;
}

u64 pack_single(double number) {
    float single = (float)number;
    u32 bits;
    memcpy(&bits, &single, sizeof bits);
    return bits;
}

double unpack_single(u64 word) {
    u32 bits = (u32)word;
    float single;
    memcpy(&single, &bits, sizeof single);
    return single;
}

enum { HALF_INFINITY = 0x7C00, HALF_NAN = 0x7E00, HALF_BIAS = 15, HALF_DIGITS = 10 };

u64 pack_half(double number) {
    u64 sign = signbit(number) ? 0x8000 : 0;
    if (isnan(number)) return sign | HALF_NAN;
    if (isinf(number)) return sign | HALF_INFINITY;
    int exponent;
    double fraction = frexp(fabs(number), &exponent); /* 0.5 <= fraction < 1 */
    if (fraction == 0) return sign;
    if (exponent < -13) { /* below the smallest normal number: fewer digits */
        return sign | (u64)nearbyint(ldexp(fabs(number), HALF_BIAS + HALF_DIGITS - 1));
    }
    /* 2^10 <= digits <= 2^11; rounding up to 2^11 carries into the exponent by itself */
    u64 digits = (u64)nearbyint(ldexp(fraction, HALF_DIGITS + 1));
    u64 bits = ((u64)(exponent + HALF_BIAS - 2) << HALF_DIGITS) + digits;
    return sign | (bits > HALF_INFINITY ? HALF_INFINITY : bits);
}

double unpack_half(u64 bits) {
    int exponent = bits >> HALF_DIGITS & 0x1F;
    u64 digits = bits & ((1 << HALF_DIGITS) - 1);
    double number;
    if (exponent == 0x1F)
        number = digits ? NAN : INFINITY;
    else if (exponent)
        number = ldexp((double)(digits | 1 << HALF_DIGITS), exponent - 25);
    else
        number = ldexp((double)digits, -24);
    return bits & 0x8000 ? -number : number;
}

bool pack_is_infinite(u64 bits, usize size) {
    return size == 4 ? (bits & 0x7FFFFFFF) == 0x7F800000
                     : (bits & 0x7FFF) == HALF_INFINITY;
}
