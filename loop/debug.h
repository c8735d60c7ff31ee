/* What debug mode (asyncio.run(debug=True), PYTHONASYNCIODEBUG) adds: where futures and handles were made, slow
 * callbacks, calls from the wrong thread. */
#ifndef APY_LOOP_DEBUG_H
#define APY_LOOP_DEBUG_H

#include "loop/loop.h"

/* Is a new loop in debug mode? -1: an exception. */
int debug_is_wanted(VM *vm);
/* If the loop is in debug mode, keep the stack as _source_traceback in the `dict` word of an object. */
bool debug_note_source(VM *vm, Value loop, Value *dict);
/* That list of frames: owned; EMPTY: none. */
Value debug_source(VM *vm, Value dict);
/* " created at FILE:LINE", if it is known. */
bool debug_show_source(VM *vm, Buffer *out, Value dict);
/* RuntimeError unless the loop runs in this thread, or not at all. */
bool debug_check_thread(VM *vm, Loop *loop);
/* Something is about to run; it has run: a warning if that took long. */
void debug_begin(VM *vm, Loop *loop);
void debug_end(VM *vm, Loop *loop);

#endif
