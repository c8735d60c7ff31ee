/* Numbers as bytes, in either order, whatever the machine's; short floats. For struct and
 * array. */
#ifndef APY_STDLIB_PACK_H
#define APY_STDLIB_PACK_H

#include "base/base.h"

void pack_bytes(char *data, u64 bits, usize size, bool is_big_endian);
u64 unpack_bytes(const char *data, usize size, bool is_big_endian);
i64 unpack_signed(const char *data, usize size, bool is_big_endian);

/* IEEE 754 numbers of 32 and 16 bits, rounded to even; what is too large becomes
 * infinite. */
u64 pack_single(double number);
u64 pack_half(double number);
double unpack_single(u64 bits);
double unpack_half(u64 bits);
/* Are these the bits of an infinity? size 4 or 2. */
bool pack_is_infinite(u64 bits, usize size);

#endif
