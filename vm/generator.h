/* What generators, coroutines and async generators have in common as objects. */
#ifndef APY_VM_GENERATOR_H
#define APY_VM_GENERATOR_H

#include "vm/interpreter.h"

void coro_visit(Obj *self, Visitor *visitor);
void coro_clear(VM *vm, Obj *self);
void coro_free(VM *vm, Obj *self);
void coro_finalize(VM *vm, Value self);
/* The frame object, or None when it has ended. */
Value coro_frame(VM *vm, Value self);
/* What it waits for, or None. */
Value coro_awaited(VM *vm, Value self);
/* Resume; the end is StopIteration. */
Value coro_send_or_stop(VM *vm, Coro *coro, Value sent);
/* The exception that throw(type, value) means where the type is a class of exceptions: owned. A class that cannot make
 * one throws the error of that. */
Value thrown_of_class(VM *vm, Value type, Value value);
/* The same for all that throw(type, value, traceback) takes: owned. */
Value thrown_exception(VM *vm, Value type, Value value, Value traceback);
/* DeprecationWarning for throw() with more than one argument; false: it is an error. */
bool warn_throw(VM *vm, const char *what, Value value);
/* The setters of __name__ and __qualname__. */
bool coro_rename(VM *vm, Value self, Value value, bool is_qualified);

#endif
