#include "stdlib/pack.h"

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
