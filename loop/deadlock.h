/* Waiting that nothing can end. */
#ifndef APY_LOOP_DEADLOCK_H
#define APY_LOOP_DEADLOCK_H

#include "loop/loop.h"

/* The loop is about to wait without end. True if nothing in or outside of the program can wake it: no timer, no
 * descriptor, no thread, no handler of a signal. */
bool deadlock_is_certain(VM *vm, Loop *loop);
/* Tell on stderr which tasks wait for what, and raise RuntimeError. */
void deadlock_raise(VM *vm, Loop *loop);

#endif
