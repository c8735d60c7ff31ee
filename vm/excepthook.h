/* What happens to an exception that nobody caught: sys.excepthook. */
#ifndef APY_VM_EXCEPTHOOK_H
#define APY_VM_EXCEPTHOOK_H

#include "objects/vm.h"

/* Set sys.last_exc and its kin, and call sys.excepthook; if that fails, say so and show
 * both. Afterwards no exception is set. */
void excepthook_call(VM *vm, Value exception);
/* The default hook: the text goes to sys.stderr. False: an exception is set. */
bool excepthook_display(VM *vm, Value exception);

#endif
