/* asyncio.Future. The struct is in objects/future.h.
 *
 * When a future is done its callbacks go to the ready queue of its loop; nothing runs at once. Functions here
 * work on every future, the methods that a script class overrides aside.
 */
#ifndef APY_LOOP_FUTURE_H
#define APY_LOOP_FUTURE_H

#include "objects/future.h"

/* A pending future of the loop (any object). Owned, or FAIL. */
Value future_new(VM *vm, Value loop);
/* Fields of a new Future of any type; `loop` EMPTY: not initialized. */
void future_open(Future *future, Value loop);
/* What `new` slots of future types do. */
Value future_allocate(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames);
/* __init__(*, loop=None): the running loop if none is given. */
bool future_set_loop(VM *vm, Future *future, Value loop);
void future_free(VM *vm, Obj *self);
void future_visit(Obj *self, Visitor *visitor);
void future_clear(VM *vm, Obj *self);
void future_finalize(VM *vm, Value self);

/* Borrowed values. False: InvalidStateError, or the loop could not take the callbacks. */
bool future_set_result(VM *vm, Future *future, Value result);
/* The exception may be a class. */
bool future_set_exception(VM *vm, Future *future, Value exception);
/* As Future.cancel: 1 cancelled, 0 was done, -1 failed. Not for tasks: future_cancel_any. */
int future_cancel(VM *vm, Future *future, Value message);
/* By the object's own cancel(): of tasks, of gather(), of scripts. */
int future_cancel_any(VM *vm, Value future, Value message);
/* Owned, FAIL: the exception, CancelledError, InvalidStateError. */
Value future_result(VM *vm, Future *future);
/* Put the exception of a failed or cancelled future into vm->exception: FAIL. hooks.future_raise. */
Value future_raise(VM *vm, Value future);
/* The exception that the future failed with (borrowed), marked as seen. */
Value future_exception(Future *future);
/* What waiting for a cancelled future raises: owned. */
Value future_cancelled_error(VM *vm, Future *future);

/* Something of loop/ waits for the future: a Task, a GatherFuture. If it is done already, its turn comes
 * by the ready queue too. */
bool future_add_waiter(VM *vm, Future *future, Value waiter);
/* A callable, with its context as a word of loop/context.h (taken over). */
bool future_add_callback(VM *vm, Future *future, Value callback, Value owned_context);
/* The number of those removed; -1. */
i64 future_remove_callback(VM *vm, Future *future, Value callback);
/* Remove a waiter that was added. */
void future_remove_waiter(VM *vm, Future *future, Value waiter);

Value raise_invalid_state(VM *vm, const char *text);
bool is_cancelled_error(VM *vm, Value exception);
/* <Future pending>: loop/show.c */
Value future_repr(VM *vm, Value self);

#endif
