/* Text <-> floating point numbers, exactly rounded both ways and free of the C locale.
 *
 * Writing: `code` is 'e', 'f', 'g' (capitals too: capital output) with a precision, as
 * C's printf has them, or 'r': the fewest digits that read back as the same double.
 * Digits beyond what a double holds are zeros, so any precision is allowed.
 *
 * Reading: the grammar of Python's float() without the white space around it: an optional
 * sign, decimal digits with single underscores between them, an exponent; or inf,
 * infinity, nan in any case. What is too large becomes an infinity.
 */
#ifndef APY_BASE_NUMBER_H
#define APY_BASE_NUMBER_H

#include "base/buffer.h"

enum {
    NUMBER_SIGN = 1,          /* '+' before what is not negative */
    NUMBER_POINT_ZERO = 2,    /* ".0" behind what looks like an integer */
    NUMBER_ALTERNATE = 4,     /* keep the point and the zeros that 'g' drops */
    NUMBER_NO_MINUS_ZERO = 8, /* what is rounded to -0 loses its sign */
};
void number_write(Buffer *out, double d, char code, i64 precision, u32 flags);
/* C99's hexadecimal form, 13 digits behind the point: 0x1.8000000000000p+1 */
void number_write_hex(Buffer *out, double d);

/* The double nearest to d rounded (half to even) to so many decimals, exactly; false for numbers and
 * decimals for which that takes more than a few steps. */
bool number_round(double d, i64 places, double *out);

enum { NUMBER_DIGITS = 17 };
/* The fewest digits (at most 17, no zeros behind) of a positive finite double; returns
 * their count. The value is 0.DIGITS times ten to the power of *point. */
u32 number_shortest(double d, char digits[NUMBER_DIGITS], i32 *point);

/* The whole text. */
bool number_read(Span text, double *out);
/* The longest beginning of the text that is a number without underscores; 0 if none. */
usize number_scan(Span text, double *out);

typedef enum NumberHex {
    NUMBER_HEX_OK,
    NUMBER_HEX_INVALID,
    NUMBER_HEX_TOO_LARGE
} NumberHex;
/* The whole text as float.fromhex takes it: "0x" may lack, so may the exponent. */
NumberHex number_read_hex(Span text, double *out);

/* 10 to the power of `exponent` (-342 to 324) as 128 bits, the topmost one set, rounded
 * up. */
typedef struct PowerOfTen {
    u64 high, low;
} PowerOfTen;
enum { POWER_OF_TEN_MIN = -342, POWER_OF_TEN_MAX = 324 };
extern const PowerOfTen powers_of_ten[POWER_OF_TEN_MAX - POWER_OF_TEN_MIN + 1];

#endif
