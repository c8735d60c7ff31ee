/* sys: the functions that are told what runs (vm/trace.h). */
#include "objects/native.h"
#include "vm/trace.h"

static Value set_own(VM *vm, bool is_profile, Value function) {
    CHECK(tracer_set(vm, is_profile, function == NONE ? EMPTY : function));
    return NONE;
}

static Value set_all(VM *vm, bool is_profile, Value function) {
    CHECK(tracer_set_everywhere(vm, is_profile, function == NONE ? EMPTY : function));
    return NONE;
}

static Value given(Value function) {
    return function == EMPTY ? NONE : incref(function);
}

/* Set the global debug tracing function: it is called at each call of a function. */
FUNCTION(sys, settrace, "(function, /)") {
    return set_own(vm, false, args[0]);
}

/* Return the global debug tracing function set with sys.settrace. */
FUNCTION(sys, gettrace, "()") {
    return vm->tracer ? given(vm->tracer->trace) : NONE;
}

/* Set the profiling function: it is called at each call and return of a function. */
FUNCTION(sys, setprofile, "(function, /)") {
    return set_own(vm, true, args[0]);
}

/* Return the profiling function set with sys.setprofile. */
FUNCTION(sys, getprofile, "()") {
    return vm->tracer ? given(vm->tracer->profile) : NONE;
}

/* Set the global debug tracing function in all running threads. */
FUNCTION(sys, _settraceallthreads, "(function, /)") {
    return set_all(vm, false, args[0]);
}

/* Set the profiling function in all running threads. */
FUNCTION(sys, _setprofileallthreads, "(function, /)") {
    return set_all(vm, true, args[0]);
}

/* Call func(*args), while tracing is enabled.
 *
 * The tracing state is saved, and restored afterwards: for a debugger that wants to debug something
 * else at a stop. */
FUNCTION(sys, call_tracing, "(func, args, /)") {
    if (!has_kind(args[1], KIND_TUPLE))
        return raise_type(vm, "call_tracing() argument 2 must be tuple, not %N", args[1]);
    return tracer_call(vm, args[0], args[1]);
}
