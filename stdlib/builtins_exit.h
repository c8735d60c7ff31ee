/* The objects exit and quit of builtins. */
#ifndef APY_STDLIB_BUILTINS_EXIT_H
#define APY_STDLIB_BUILTINS_EXIT_H

#include "objects/vm.h"

Value quitter_new(VM *vm, const char *name);

#endif
