/* atexit: what to call when the program ends. */
#include "stdlib/at_end.h"

#include <stdlib.h>

#include "objects/dict.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/threads.h"

MODULE(atexit, "allow programmer to define multiple exit functions to be executed\n"
               "upon normal program termination.\n\n"
               "Two public functions, register and unregister, are defined.\n")

typedef struct Callback {
    Value function, args, kwargs; /* function EMPTY: unregistered */
} Callback;

typedef struct Callbacks {
    Callback *items;
    usize count, capacity;
} Callbacks;

static void drop(Callback *callback) {
    Callback gone = *callback;
    *callback = (Callback){EMPTY, EMPTY, EMPTY};
    decref(gone.function);
    decref(gone.args);
    decref(gone.kwargs);
}

static void drop_all(Callbacks *callbacks) {
    while (callbacks->count) drop(&callbacks->items[--callbacks->count]);
}

static void free_state(VM *vm, void *state) {
    (void)vm;
    Callbacks *callbacks = state;
    drop_all(callbacks);
    free(callbacks->items);
    free(callbacks);
}

static Callbacks *callbacks_of(VM *vm) {
    void **state = &vm->module_state[MODULE_atexit].state;
    if (*state) return *state;
    *state = calloc(1, sizeof(Callbacks));
    if (!*state) raise_memory(vm);
    vm->module_state[MODULE_atexit].free_state = free_state;
    return *state;
}

static bool reserve(VM *vm, Callbacks *callbacks) {
    if (callbacks->count < callbacks->capacity) return true;
    usize capacity = callbacks->capacity ? callbacks->capacity * 2 : 16;
    Callback *larger = realloc(callbacks->items, capacity * sizeof *larger);
    if (!larger) {
        raise_memory(vm);
        return false;
    }
    callbacks->items = larger;
    callbacks->capacity = capacity;
    return true;
}

/* Register a function to be executed upon normal program termination.
 *
 *     func - function to be called at exit
 *     args - optional arguments to pass to func
 *     kwargs - optional keyword arguments to pass to func
 *
 *     func is returned to facilitate usage as a decorator. */
FUNCTION(atexit, register, "(*args, **kwargs) shown (func, /, *args, **kwargs)") {
    Callbacks *callbacks = callbacks_of(vm);
    if (nargs < 2) return raise_type(vm, "register() takes at least 1 argument (0 given)");
    if (!is_callable(vm, args[1])) return raise_type(vm, "the first argument must be callable");
    if (!callbacks || !reserve(vm, callbacks)) return FAIL;
    OWNED Value rest = TRY(tuple_from(vm, args + 2, nargs - 2));
    callbacks->items[callbacks->count++] =
        (Callback){incref(args[1]), TAKE(rest), incref(args[0])};
    return incref(args[1]);
}

/* Unregister an exit function which was previously registered using
 * atexit.register
 *
 *     func - function to be unregistered */
FUNCTION(atexit, unregister, "(func, /)") {
    Callbacks *callbacks = callbacks_of(vm);
    for (usize i = 0; callbacks && i < callbacks->count; i++) {
        Value function = callbacks->items[i].function;
        int equal = function == EMPTY ? 0 : object_equal(vm, function, args[0]);
        if (equal < 0) return FAIL;
        if (equal && i < callbacks->count) drop(&callbacks->items[i]);
    }
    return NONE;
}

/* Clear the list of previously registered exit functions. */
FUNCTION(atexit, _clear, "()") {
    Callbacks *callbacks = callbacks_of(vm);
    if (callbacks) drop_all(callbacks);
    return NONE;
}

/* Return the number of registered exit functions. */
FUNCTION(atexit, _ncallbacks, "()") {
    Callbacks *callbacks = callbacks_of(vm);
    i64 count = 0;
    for (usize i = 0; callbacks && i < callbacks->count; i++)
        count += callbacks->items[i].function != EMPTY;
    return from_small(count);
}

static void report(VM *vm, Value function) {
    Value exception = exception_take(vm);
    OWNED Value text = str_format(vm, "Exception ignored in atexit callback %R", function);
    if (text == FAIL) exception_clear(vm);
    exception_restore(vm, exception);
    vm->hooks.unraisable(vm, text == FAIL ? NULL : to_str(text)->data, NONE);
}

static void run_callback(VM *vm, const Callback *callback) {
    OWNED Value function = incref(callback->function), args = incref(callback->args);
    OWNED Value kwargs = incref(callback->kwargs);
    OWNED Value done = call_with_tuple(vm, function, args, kwargs);
    if (done == FAIL) report(vm, function);
}

/* The last registered first. Those that are registered meanwhile are forgotten. */
static void run_callbacks(VM *vm) {
    Callbacks *callbacks = vm->module_state[MODULE_atexit].state;
    if (!callbacks) return;
    for (usize i = callbacks->count; i--;) {
        if (i < callbacks->count && callbacks->items[i].function != EMPTY)
            run_callback(vm, &callbacks->items[i]);
    }
    drop_all(callbacks);
}

/* Run all registered exit functions. */
FUNCTION(atexit, _run_exitfuncs, "()") {
    run_callbacks(vm);
    return NONE;
}

static void join_threads(VM *vm) {
    OWNED Value threading = incref(dict_get_text(vm, to_dict(vm->modules), "threading"));
    if (threading == EMPTY) return;
    OWNED Value shutdown = object_getattr_text(vm, threading, "_shutdown");
    OWNED Value done = shutdown == FAIL ? FAIL : call_0(vm, shutdown);
    if (done == FAIL) vm->hooks.unraisable(vm, NULL, threading);
}

void at_end(VM *vm) {
    join_threads(vm);
    run_callbacks(vm);
}
