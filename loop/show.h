/* Futures, tasks, handles and callbacks as text. */
#ifndef APY_LOOP_SHOW_H
#define APY_LOOP_SHOW_H

#include "objects/vm.h"

/* "name() at file:line"; the arguments (a tuple) are shown in debug mode only. False: an exception is set. */
bool show_callback(VM *vm, Buffer *out, Value callback, Value args, bool with_arguments);
Value future_repr(VM *vm, Value self);
Value task_repr(VM *vm, Value self);
/* "main() running at file:line" */
bool show_coroutine(VM *vm, Buffer *out, Value coroutine);
bool loop_is_debug(VM *vm, Value loop);

#endif
