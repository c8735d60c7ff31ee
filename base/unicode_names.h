/* The names of code points, as in \N{GREEK SMALL LETTER ALPHA}. */
#ifndef APY_BASE_UNICODE_NAMES_H
#define APY_BASE_UNICODE_NAMES_H

#include "base/buffer.h"

/* Append the name; false: it has none. */
bool unicode_name(u32 c, Buffer *out);
/* Find by name or alias, in any case of letters. */
bool unicode_find_name(Span name, u32 *out);

#endif
