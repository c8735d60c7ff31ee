#include "base/hash.h"
#include "base/siphash.h"

/* Odd numbers with about half of their bits set. */
#define FACTOR_A 0x9E3779B97F4A7C15u
#define FACTOR_B 0xC2B2AE3D27D4EB4Fu
#define FACTOR_C 0x165667B19E3779F9u

static inline u64 read_word(const u8 *at) {
    u64 word;
    memcpy(&word, at, 8);
    return word;
}

static inline u64 read_half(const u8 *at) {
    u32 half;
    memcpy(&half, at, 4);
    return half;
}

/* Fold the 128-bit product: each bit of the result depends on all bits of both. */
static inline u64 mix(u64 a, u64 b) {
    unsigned __int128 product = (unsigned __int128)a * b;
    return (u64)product ^ (u64)(product >> 64);
}

/* Up to 16 bytes as two words; those of 4 and more bytes overlap in the middle. */
static inline u64 hash_short(const u8 *at, usize size, u64 state) {
    u64 a = 0, b = 0;
    if (size > 8) {
        a = read_word(at);
        b = read_word(at + size - 8);
    } else if (size >= 4) {
        a = read_half(at);
        b = read_half(at + size - 4);
    } else if (size) {
        a = (u64)at[0] << 16 | (u64)at[size / 2] << 8 | at[size - 1];
    }
    return mix(a ^ FACTOR_A, b ^ state);
}

u64 hash_bytes(const void *data, usize size, HashKey key) {
    if (UNLIKELY(key.is_chosen)) return siphash_bytes(data, size, key);
    const u8 *at = data;
    u64 state = mix(key.first ^ FACTOR_B, size ^ FACTOR_C);
    usize left = size;
    for (; left > 16; at += 16, left -= 16)
        state = mix(read_word(at) ^ FACTOR_B, read_word(at + 8) ^ state);
    return mix(hash_short(at, left, state) ^ FACTOR_C, state ^ FACTOR_B);
}
