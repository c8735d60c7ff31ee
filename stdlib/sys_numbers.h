/* What the files of the module sys share. */
#ifndef APY_STDLIB_SYS_NUMBERS_H
#define APY_STDLIB_SYS_NUMBERS_H

#include "objects/vm.h"

/* The part that speaks of numbers. */
bool sys_add_numbers(VM *vm, Value module);
/* The module itself: borrowed. */
Value sys_module(VM *vm);

#endif
