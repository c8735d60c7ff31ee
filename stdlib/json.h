/* _json among itself: strings as JSON writes them. */
#ifndef APY_STDLIB_JSON_H
#define APY_STDLIB_JSON_H

#include "objects/vm.h"

/* Append the str in double quotes; with `is_ascii` all else is escaped as \uXXXX. */
void json_quote(Buffer *out, Value text, bool is_ascii);

#endif
