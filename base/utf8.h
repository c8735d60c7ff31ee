/* UTF-8, and its generalised form in which a lone surrogate is three bytes (as in CPython's
 * surrogatepass), so that every code point from 0 to 0x10FFFF survives.
 */
#ifndef APY_BASE_UTF8_H
#define APY_BASE_UTF8_H

#include "base/base.h"

/* Write the code point to `out` (4 bytes of room); returns how many bytes it took. */
usize utf8_encode(u32 code_point, char *out);

/* How many bytes the sequence that begins with this lead byte has, by the lead byte alone. */
static inline usize utf8_sequence_length(u8 lead) {
    return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

/* The code point at `*at`, which is moved behind it. The bytes must be valid. */
u32 utf8_next(const char **at);
/* The code point before `*at`, which is moved to its start. The bytes must be valid. */
u32 utf8_previous(const char **at);

/* Count of code points in valid bytes. */
usize utf8_count(const char *data, usize length);
/* Byte offset of the code point with this index. The bytes must be valid and long enough. */
usize utf8_offset(const char *data, usize length, usize index);
bool utf8_is_ascii(const char *data, usize length);

/* Strict check. Returns the offset of the first byte that is not part of valid UTF-8
 * (surrogates are invalid here), or `length` when all is well. `*bad_length` gets the length of
 * the faulty part as CPython's decoder counts it (1 to 3). */
usize utf8_check(const char *data, usize length, usize *bad_length);

#endif
