/* Natives that the CALL instruction runs without C recursion: resuming generators and coroutines by
 * next(), send(), throw(). */
#ifndef APY_VM_INTRINSICS_H
#define APY_VM_INTRINSICS_H

#include "objects/native.h"

/* Do the call of a native with an intrinsic id: as call_window (the window is consumed), or NOT_IMPLEMENTED
 * with nothing done: then call the native as usual. */
Value call_intrinsic(VM *vm, Native *native, Value *window, u32 gap, u32 nargs);

#endif
