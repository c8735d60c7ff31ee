/* SHA-512 (FIPS 180-4), for what needs it without a cryptographic library: seeds from texts. */
#ifndef APY_BASE_SHA512_H
#define APY_BASE_SHA512_H

#include "base/base.h"

enum { SHA512_SIZE = 64 };
void sha512(const u8 *data, usize size, u8 digest[SHA512_SIZE]);

#endif
