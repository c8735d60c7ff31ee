/* Durations that programs give in seconds. */
#ifndef APY_STDLIB_DURATION_H
#define APY_STDLIB_DURATION_H

#include "objects/vm.h"

/* Seconds, an int or a float, as nanoseconds, rounded up as CPython does for waiting. False with TypeError,
 * ValueError (NaN) or OverflowError. */
bool duration_take(VM *vm, Value seconds, i64 *nanoseconds);

#endif
