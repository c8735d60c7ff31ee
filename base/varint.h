/* Numbers as bytes, small ones short: seven bits a byte, lowest first, the top bit says that more follow. Signed
 * numbers have their sign in the lowest bit. Readers trust their input: it was written by this program.
 */
#ifndef APY_BASE_VARINT_H
#define APY_BASE_VARINT_H

#include "base/buffer.h"

static inline void varint_add(Buffer *out, u64 number) {
    for (; number >= 128; number >>= 7) buffer_add_char(out, (char)(number | 128));
    buffer_add_char(out, (char)number);
}

static inline void varint_add_signed(Buffer *out, i64 number) {
    varint_add(out, (u64)number << 1 ^ (u64)(number >> 63));
}

static inline u64 varint_take(const u8 **at) {
    u64 number = *(*at)++;
    if (LIKELY(number < 128)) return number;
    number &= 127;
    for (u32 shift = 7;; shift += 7) {
        u64 byte = *(*at)++;
        number |= (byte & 127) << shift;
        if (byte < 128) return number;
    }
}

static inline i64 varint_take_signed(const u8 **at) {
    u64 number = varint_take(at);
    return (i64)(number >> 1) ^ -(i64)(number & 1);
}

#endif
