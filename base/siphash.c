/* SipHash-1-3 (Aumasson and Bernstein), fed in units of any width, and the keys and the
 * two special results (0 for nothing, never -1) that CPython has.
 */
#include "base/siphash.h"
#include "base/utf8.h"

typedef struct Sip {
    u64 v0, v1, v2, v3;
    u64 tail;   /* the bytes that do not make a word yet */
    u64 length; /* of all so far */
} Sip;

static inline u64 rotate(u64 word, int by) {
    return word << by | word >> (64 - by);
}

static inline void stir(Sip *sip) {
    sip->v0 += sip->v1, sip->v2 += sip->v3;
    sip->v1 = rotate(sip->v1, 13) ^ sip->v0;
    sip->v3 = rotate(sip->v3, 16) ^ sip->v2;
    sip->v0 = rotate(sip->v0, 32);
    sip->v2 += sip->v1, sip->v0 += sip->v3;
    sip->v1 = rotate(sip->v1, 17) ^ sip->v2;
    sip->v3 = rotate(sip->v3, 21) ^ sip->v0;
    sip->v2 = rotate(sip->v2, 32);
}

static Sip start(HashKey key) {
    return (Sip){
        .v0 = key.first ^ 0x736f6d6570736575u,
        .v1 = key.second ^ 0x646f72616e646f6du,
        .v2 = key.first ^ 0x6c7967656e657261u,
        .v3 = key.second ^ 0x7465646279746573u,
    };
}

static inline void add_word(Sip *sip, u64 word) {
    sip->v3 ^= word;
    stir(sip);
    sip->v0 ^= word;
}

/* A unit never straddles two words: its width divides eight. */
static inline void add_unit(Sip *sip, u64 unit, u32 width) {
    sip->tail |= unit << 8 * (sip->length & 7);
    sip->length += width;
    if (sip->length & 7) return;
    add_word(sip, sip->tail);
    sip->tail = 0;
}

static u64 finish(Sip *sip) {
    add_word(sip, sip->tail | sip->length << 56);
    sip->v2 ^= 0xff;
    for (int i = 0; i < 3; i++) stir(sip);
    u64 hash = sip->v0 ^ sip->v1 ^ sip->v2 ^ sip->v3;
    return hash == (u64)-1 ? (u64)-2 : hash;
}

u64 siphash_bytes(const void *data, usize size, HashKey key) {
    if (!size) return 0;
    Sip sip = start(key);
    const u8 *at = data, *end = at + size;
    for (; end - at >= 8; at += 8, sip.length += 8) {
        u64 word;
        memcpy(&word, at, 8);
        add_word(&sip, word);
    }
    while (at < end) add_unit(&sip, *at++, 1);
    return finish(&sip);
}

static u32 widest(const char *at, const char *end) {
    u32 widest = 0;
    while (at < end) {
        u32 code_point = utf8_next(&at);
        if (code_point > widest) widest = code_point;
    }
    return widest;
}

u64 hash_text(const char *utf8, usize size, HashKey key) {
    if (utf8_is_ascii(utf8, size)) return siphash_bytes(utf8, size, key);
    const char *at = utf8, *end = utf8 + size;
    u32 largest = widest(at, end);
    u32 width = largest < 0x100 ? 1 : largest < 0x10000 ? 2 : 4;
    Sip sip = start(key);
    while (at < end) add_unit(&sip, utf8_next(&at), width);
    return finish(&sip);
}

HashKey hash_key_random(u64 seed) {
    return (HashKey){.first = seed};
}

/* The bytes of CPython's little generator; seed 0 stands for a key of zeros. */
HashKey hash_key_chosen(u32 seed) {
    u64 words[2] = {0};
    u32 state = seed;
    for (int i = 0; seed && i < 16; i++) {
        state = state * 214013u + 2531011u;
        words[i / 8] |= (u64)(state >> 16 & 0xff) << 8 * (i % 8);
    }
    return (HashKey){words[0], words[1], true};
}
