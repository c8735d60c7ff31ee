/* contextvars: what current code sees of variables that each task has for itself.
 *
 * A Context holds a map (a dict from ContextVar to value) that it shares with its copies until one of them
 * changes it: copying costs one word. A context that nobody has asked for is not even made: wherever one is
 * kept (vm->context, tasks, handles) there may be instead
 *     EMPTY   a context without variables
 *     a dict  a context that begins with this map
 *     Context the context itself
 * and context_object makes the object of such a word when a program wants to see it.
 */
#ifndef APY_LOOP_CONTEXT_H
#define APY_LOOP_CONTEXT_H

#include "objects/vm.h"

typedef struct Context {
    Obj h;
    Value map;     /* dict or EMPTY; shared: never changed while somebody else holds it */
    Value outside; /* while it is entered: the vm->context before */
    bool is_entered;
} Context;

typedef struct ContextVar {
    Obj h;
    Value name, preset; /* preset: the default, or EMPTY */
} ContextVar;

/* A copy of the current context, as one of the words above; owned. */
Value context_copy(VM *vm);
/* The Context that a word means, which becomes the word. Borrowed, or FAIL. */
Value context_object(VM *vm, Value *word);
/* Make the context in *word the current one; *word then holds what is to be given to context_leave. False: it
 * is entered already. */
bool context_enter(VM *vm, Value *word);
/* Back: *word, which context_enter has filled, holds the context again. */
void context_leave(VM *vm, Value *word);
bool is_context(VM *vm, Value v);
/* What an argument `context` means: a copy of the current one for None and EMPTY; owned. AttributeError for
 * what is no context. */
Value context_given(VM *vm, Value given);

#endif
