/* Hashing bytes, for strings, bytes and tables: 64 bits, fast for short keys. The same
 * seed gives the same hashes in every run.
 */
#ifndef APY_BASE_HASH_H
#define APY_BASE_HASH_H

#include "base/base.h"

u64 hash_bytes(const void *data, usize size, u64 seed);

/* Scatter one word. */
static inline u64 hash_word(u64 word) {
    word ^= word >> 32;
    word *= 0xD6E8FEB86659FD93u;
    word ^= word >> 29;
    word *= 0xA0761D6478BD642Fu;
    return word ^ word >> 32;
}

#endif
