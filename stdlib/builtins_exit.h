/* What builtins has for the prompt: exit and quit, copyright, credits, license and help. */
#ifndef APY_STDLIB_BUILTINS_EXIT_H
#define APY_STDLIB_BUILTINS_EXIT_H

#include "objects/vm.h"

Value quitter_new(VM *vm, const char *name);
bool site_notices_add(VM *vm, Value module);

#endif
