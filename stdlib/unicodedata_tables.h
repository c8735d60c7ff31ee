/* Tables of the module unicodedata, made by tools/unicodedata_tables.py. Sorted by code
 * point. */
#ifndef APY_STDLIB_UNICODEDATA_TABLES_H
#define APY_STDLIB_UNICODEDATA_TABLES_H

#include "base/base.h"

/* East Asian width; what is in no range is "N". */
typedef struct WidthRange {
    u32 first, last;
    char width[3];
} WidthRange;

/* Decompositions that cannot be told from the full ones. 0 behind the last code point. */
typedef struct OddDecomposition {
    u32 code_point;
    u32 to[6];
} OddDecomposition;

extern const WidthRange unicode_widths[];
extern const u32 unicode_widths_count;
extern const OddDecomposition unicode_odd_decompositions[];
extern const u32 unicode_odd_decompositions_count;

#endif
