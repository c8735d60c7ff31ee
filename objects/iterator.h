/* What iterators of containers share. */
#ifndef APY_OBJECTS_ITERATOR_H
#define APY_OBJECTS_ITERATOR_H

#include "objects/vm.h"

/* The answer of an iterator's __reduce__: (builtin function, (argument,)) or, with a
 * state, (builtin function, (argument,), state). */
Value iterator_reduce(VM *vm, const char *builtin, Value argument, Value state_or_empty);
/* The `iter` slot of iterators: the iterator itself. */
Value iterator_self(VM *vm, Value self);

#endif
