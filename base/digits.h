/* Decimal digits of whole numbers, two for each division. */
#ifndef APY_BASE_DIGITS_H
#define APY_BASE_DIGITS_H

#include <string.h>

#include "base/base.h"

enum { DIGITS_ROOM = 20 }; /* of the largest u64 */

/* "00" to "99" */
extern const char digit_pairs[200];

/* Write the digits so that they end before `end`; returns where they begin. */
static inline char *digits_before(char *end, u64 number) {
    while (number >= 100) {
        memcpy(end -= 2, digit_pairs + number % 100 * 2, 2);
        number /= 100;
    }
    if (number < 10) {
        *--end = (char)('0' + number);
        return end;
    }
    return memcpy(end - 2, digit_pairs + number * 2, 2);
}

#endif
