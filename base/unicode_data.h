/* Tables of Unicode properties that libutf8proc lacks; unicode_data.c is made by
 * tools/unicode_tables.py. All are sorted by code point. */
#ifndef APY_BASE_UNICODE_DATA_H
#define APY_BASE_UNICODE_DATA_H

#include "base/base.h"

typedef struct UnicodeRange {
    u32 first, last;
} UnicodeRange;

/* `count` code points from `first` on whose values are `value`, value + 1, ... */
typedef struct UnicodeNumber {
    u32 first;
    u16 count;
    bool is_digit;
    double value;
} UnicodeNumber;

/* What one code point becomes, 0 behind the last one. */
typedef struct UnicodeSpecial {
    u32 code_point;
    u32 to[3];
} UnicodeSpecial;

extern const u32 unicode_decimals[]; /* zeros; nine more digits follow each */
extern const u32 unicode_decimals_count;
extern const UnicodeNumber unicode_numbers[]; /* what is numeric but not decimal */
extern const u32 unicode_numbers_count;
extern const UnicodeSpecial unicode_special_upper[], unicode_special_title[];
extern const u32 unicode_special_upper_count, unicode_special_title_count;
extern const UnicodeRange unicode_other_lower[]; /* Lowercase, but not category Ll */
extern const u32 unicode_other_lower_count;
extern const UnicodeRange unicode_other_upper[];
extern const u32 unicode_other_upper_count;
extern const UnicodeRange
    unicode_other_start[]; /* may begin identifiers, but is no letter */
extern const u32 unicode_other_start_count;
extern const UnicodeRange unicode_not_start[]; /* letters that may not */
extern const u32 unicode_not_start_count;
extern const UnicodeRange unicode_other_continue[];
extern const u32 unicode_other_continue_count;

#endif
