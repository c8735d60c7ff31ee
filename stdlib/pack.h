/* Numbers as bytes, in either order, whatever the machine's; short floats. For struct and
 * array. */
#ifndef APY_STDLIB_PACK_H
#define APY_STDLIB_PACK_H

#include "base/base.h"

void pack_bytes(char *data, u64 bits, usize size, bool is_big_endian);
u64 unpack_bytes(const char *data, usize size, bool is_big_endian);
i64 unpack_signed(const char *data, usize size, bool is_big_endian);

/* IEEE 754 numbers of 32 bits; what is too large becomes infinite. */
u64 pack_single(double number);
double unpack_single(u64 bits);

#endif
