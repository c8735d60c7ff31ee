/* The awaitable that anext(iterator, default) gives. */
#ifndef APY_STDLIB_ANEXT_H
#define APY_STDLIB_ANEXT_H

#include "objects/vm.h"

Value anext_awaitable_new(VM *vm, Value awaitable, Value otherwise);

#endif
