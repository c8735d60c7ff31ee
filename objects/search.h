/* Finding bytes in bytes: what str and bytes share. Positions are byte offsets; -1: not
 * there. An empty needle is everywhere.
 */
#ifndef APY_OBJECTS_SEARCH_H
#define APY_OBJECTS_SEARCH_H

#include "base/base.h"

i64 span_find(Span in, Span needle);
i64 span_find_last(Span in, Span needle);
/* Occurrences that do not overlap; the needle is not empty. At most `limit`. */
usize span_count(Span in, Span needle, usize limit);
bool span_starts(Span in, Span prefix);
bool span_ends(Span in, Span suffix);

/* White space of str below 128: tab to carriage return, 0x1C to 0x1F, space. */
static inline bool ascii_is_space(u8 c) {
    return c <= ' ' && 0x1F0003E00u >> c & 1;
}

#endif
