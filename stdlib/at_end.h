/* What happens when the program is over, before the VM ends: threads are waited for, then the callbacks of
 * atexit run. */
#ifndef APY_STDLIB_AT_END_H
#define APY_STDLIB_AT_END_H

#include "objects/vm.h"

void at_end(VM *vm);

#endif
