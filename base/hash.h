/* Hashing bytes, for strings, bytes and tables: 64 bits, fast for short keys. The same
 * seed gives the same hashes in every run.
 *
 * A run whose seed the user has chosen (PYTHONHASHSEED) hashes as CPython does for that
 * seed, by SipHash-1-3, so that its sets of strings have CPython's order; all other runs
 * take something faster.
 */
#ifndef APY_BASE_HASH_H
#define APY_BASE_HASH_H

#include "base/base.h"

typedef struct HashKey {
    u64 first, second;
    bool is_chosen; /* by the user: hashes are CPython's */
} HashKey;

HashKey hash_key_random(u64 seed);
HashKey hash_key_chosen(u32 seed);

u64 hash_bytes(const void *data, usize size, HashKey key);
/* A chosen key only. The text as CPython stores it, in units of 1, 2 or 4 bytes a code
 * point, is what its hash is of. */
u64 hash_text(const char *utf8, usize size, HashKey key);

/* Scatter one word. */
static inline u64 hash_word(u64 word) {
    word ^= word >> 32;
    word *= 0xD6E8FEB86659FD93u;
    word ^= word >> 29;
    word *= 0xA0761D6478BD642Fu;
    return word ^ word >> 32;
}

#endif
