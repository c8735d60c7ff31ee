/* The hash of bytes by a chosen key: base/hash.h. */
#ifndef APY_BASE_SIPHASH_H
#define APY_BASE_SIPHASH_H

#include "base/hash.h"

u64 siphash_bytes(const void *data, usize size, HashKey key);

#endif
