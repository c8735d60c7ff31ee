/* What the reprs and the slots of containers share. */
#ifndef APY_OBJECTS_SHOW_H
#define APY_OBJECTS_SHOW_H

#include "objects/vm.h"

/* Append repr(v). */
bool show_repr(VM *vm, Buffer *out, Value v);
/* The str made of the buffer, which is freed; FAIL (buffer freed too) unless `ok`. */
Value show_finish(VM *vm, Buffer *out, bool ok);

#endif
