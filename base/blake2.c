#include "base/blake2.h"

static const u64 initial[8] = {
    0x6A09E667F3BCC908, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0xA54FF53A5F1D36F1,
    0x510E527FADE682D1, 0x9B05688C2B3E6C1F, 0x1F83D9ABFB41BD6B, 0x5BE0CD19137E2179,
};

static const u8 order[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
};

/* Which four words each of the eight steps of a round mixes. */
static const u8 quads[8][4] = {{0, 4, 8, 12},  {1, 5, 9, 13},  {2, 6, 10, 14},
                               {3, 7, 11, 15}, {0, 5, 10, 15}, {1, 6, 11, 12},
                               {2, 7, 8, 13},  {3, 4, 9, 14}};

static u64 turn_64(u64 x, int by) {
    return x >> by | x << (64 - by);
}
static u32 turn_32(u32 x, int by) {
    return x >> by | x << (32 - by);
}

/* The half of the initial words that BLAKE2s uses. */
static u64 start_word(const Blake2 *hash, int i) {
    return hash->is_small ? initial[i] >> 32 : initial[i];
}

static void compress_64(const Blake2 *hash, u64 words[16]) {
    u64 m[16];
    memcpy(m, hash->block, sizeof m);
    for (int round = 0; round < 12; round++) {
        for (int i = 0; i < 8; i++) {
            const u8 *quad = quads[i], *pick = &order[round % 10][2 * i];
            u64 *a = &words[quad[0]], *b = &words[quad[1]];
            u64 *c = &words[quad[2]], *d = &words[quad[3]];
            *a += *b + m[pick[0]];
            *d = turn_64(*d ^ *a, 32);
            *c += *d;
            *b = turn_64(*b ^ *c, 24);
            *a += *b + m[pick[1]];
            *d = turn_64(*d ^ *a, 16);
            *c += *d;
            *b = turn_64(*b ^ *c, 63);
        }
    }
}

static void compress_32(const Blake2 *hash, u64 wide[16]) {
    u32 m[16], words[16];
    memcpy(m, hash->block, sizeof m);
    for (int i = 0; i < 16; i++) words[i] = (u32)wide[i];
    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < 8; i++) {
            const u8 *quad = quads[i], *pick = &order[round][2 * i];
            u32 *a = &words[quad[0]], *b = &words[quad[1]];
            u32 *c = &words[quad[2]], *d = &words[quad[3]];
            *a += *b + m[pick[0]];
            *d = turn_32(*d ^ *a, 16);
            *c += *d;
            *b = turn_32(*b ^ *c, 12);
            *a += *b + m[pick[1]];
            *d = turn_32(*d ^ *a, 8);
            *c += *d;
            *b = turn_32(*b ^ *c, 7);
        }
    }
    for (int i = 0; i < 16; i++) wide[i] = words[i];
}

static void compress(Blake2 *hash, bool is_last) {
    u64 words[16], ones = hash->is_small ? UINT32_MAX : UINT64_MAX;
    for (int i = 0; i < 8; i++) {
        words[i] = hash->state[i];
        words[i + 8] = start_word(hash, i);
    }
    words[12] ^= hash->is_small ? (u32)hash->count : hash->count;
    if (hash->is_small) words[13] ^= hash->count >> 32;
    if (is_last) words[14] ^= ones;
    if (is_last && hash->is_last_node) words[15] ^= ones;
    if (hash->is_small)
        compress_32(hash, words);
    else
        compress_64(hash, words);
    for (int i = 0; i < 8; i++) hash->state[i] ^= words[i] ^ words[i + 8];
}

void blake2_start(Blake2 *hash, bool is_small, const u8 *parameters) {
    *hash = (Blake2){.is_small = is_small};
    usize size = is_small ? 4 : 8;
    for (int i = 0; i < 8; i++) {
        u64 word = 0;
        memcpy(&word, parameters + (usize)i * size, size);
        hash->state[i] = start_word(hash, i) ^ word;
    }
}

void blake2_add(Blake2 *hash, const u8 *data, usize size) {
    usize room = hash->is_small ? 64 : 128;
    while (size) {
        if (hash->used == room) { /* more follows: this block is not the last */
            hash->count += room;
            compress(hash, false);
            hash->used = 0;
        }
        usize step = room - hash->used < size ? room - hash->used : size;
        memcpy(hash->block + hash->used, data, step);
        hash->used += step;
        data += step;
        size -= step;
    }
}

void blake2_end(Blake2 *hash, u8 digest[64]) {
    usize room = hash->is_small ? 64 : 128, size = hash->is_small ? 4 : 8;
    hash->count += hash->used;
    memset(hash->block + hash->used, 0, room - hash->used);
    compress(hash, true);
    for (usize i = 0; i < 8; i++) memcpy(digest + i * size, &hash->state[i], size);
}
