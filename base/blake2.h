/* BLAKE2b and BLAKE2s (RFC 7693) with all their parameters: the block that describes them
 * is given by the caller (64 bytes, of BLAKE2s 32).
 */
#ifndef APY_BASE_BLAKE2_H
#define APY_BASE_BLAKE2_H

#include "base/base.h"

enum { BLAKE2_BLOCK_MAX = 128, BLAKE2_PARAMETERS_MAX = 64 };

typedef struct Blake2 {
    bool is_small; /* BLAKE2s: words of 32 bits, blocks of 64 bytes */
    bool is_last_node;
    u64 state[8];
    u64 count; /* bytes compressed; more than 2^64 are never hashed */
    u8 block[BLAKE2_BLOCK_MAX];
    usize used;
} Blake2;

void blake2_start(Blake2 *hash, bool is_small, const u8 *parameters);
void blake2_add(Blake2 *hash, const u8 *data, usize size);
/* The digest, 64 bytes (32): the parameters say how many of them count. */
void blake2_end(Blake2 *hash, u8 digest[64]);

#endif
