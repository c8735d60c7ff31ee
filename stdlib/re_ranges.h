/* Sets of characters as ranges, and which characters are one when case is ignored. */
#ifndef APY_STDLIB_RE_RANGES_H
#define APY_STDLIB_RE_RANGES_H

#include "base/buffer.h"

typedef struct ReRange {
    u32 low, high;
} ReRange;

/* Ranges in a buffer of bytes: ReRange after ReRange. */
typedef struct ReRanges {
    Buffer bytes;
} ReRanges;

static inline usize re_range_count(const ReRanges *ranges) {
    return ranges->bytes.length / sizeof(ReRange);
}
static inline ReRange *re_range_at(const ReRanges *ranges, usize index) {
    return (ReRange *)ranges->bytes.data + index;
}
void re_ranges_add(ReRanges *ranges, u32 low, u32 high);
/* Sort, join what touches, and cut off what is above `limit`. */
void re_ranges_normalize(ReRanges *ranges, u32 limit);
/* Add all that is in none of the given (sorted, apart) ranges. */
void re_ranges_add_others(ReRanges *ranges, const ReRange *given, usize count);
/* Add the characters that differ only in case from those of low..high. */
void re_ranges_add_cases(ReRanges *ranges, u32 low, u32 high, bool is_ascii);

/* Everything that equals c when case is ignored, c included; returns how many. */
enum { RE_MAX_CASES = 4 };
u32 re_cases(u32 c, bool is_ascii, u32 out[RE_MAX_CASES]);

#endif
