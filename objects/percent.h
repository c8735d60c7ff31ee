/* format % arguments, for str and bytes: flags, widths, numbers are the same for both. */
#ifndef APY_OBJECTS_PERCENT_H
#define APY_OBJECTS_PERCENT_H

#include "objects/bytes.h"
#include "objects/str.h"

/* Append `format % arguments` to out. `is_bytes`: the format is bytes, and what bytes
 * format
 * (%b, keys, messages) differs from str. */
bool percent_format(VM *vm, Span format, Value arguments, bool is_bytes, Buffer *out);

#endif
