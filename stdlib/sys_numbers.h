/* The part of the module sys that speaks of numbers. */
#ifndef APY_STDLIB_SYS_NUMBERS_H
#define APY_STDLIB_SYS_NUMBERS_H

#include "objects/vm.h"

bool sys_add_numbers(VM *vm, Value module);

#endif
