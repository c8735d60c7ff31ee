/* raise, except, with. */
#include "vm/interpreter.h"

#include "objects/exc.h"
#include "objects/native.h"
#include "objects/tuple.h"

static bool is_exception_type(Value v) {
    return has_kind(v, KIND_TYPE) && ((Type *)to_object(v))->flags & TYPE_EXCEPTION;
}

/* The instance that `raise v` raises: owned. */
static Value instance_of(VM *vm, Value v) {
    if (is_exception_type(v)) {
        OWNED Value made = TRY(call_0(vm, v));
        if (has_kind(made, KIND_EXCEPTION)) return TAKE(made);
        return raise_type(vm, "calling %R should have returned an instance of BaseException, not %R", v,
                          from_object(type_of(vm, made)));
    }
    if (has_kind(v, KIND_EXCEPTION)) return incref(v);
    return raise_type(vm, "exceptions must derive from BaseException");
}

static bool set_cause(VM *vm, Value exception, Value cause) {
    Exception *e = to_exception(exception);
    if (cause == EMPTY) return true;
    OWNED Value instance = EMPTY;
    if (cause != NONE) {
        if (!is_exception_type(cause) && !has_kind(cause, KIND_EXCEPTION))
            return raise_type(vm, "exception causes must derive from BaseException"), false;
        instance = instance_of(vm, cause);
        if (instance == FAIL) return false;
    }
    replace(&e->cause, TAKE(instance));
    e->suppress_context = true;
    return true;
}

void step_raise(VM *vm, Value exception, Value cause) {
    if (exception == EMPTY) {
        if (vm->handled == EMPTY) {
            raise_runtime(vm, "No active exception to reraise");
            return;
        }
        exception_restore(vm, incref(vm->handled));
        return;
    }
    OWNED Value instance = instance_of(vm, exception);
    if (instance != FAIL && set_cause(vm, instance, cause)) raise_instance(vm, instance);
}

int step_exception_matches(VM *vm, Value exception, Value type) {
    if (has_kind(type, KIND_TUPLE)) {
        for (usize i = 0; i < to_tuple(type)->count; i++)
            if (!is_exception_type(to_tuple(type)->items[i])) goto refuse;
        for (usize i = 0; i < to_tuple(type)->count; i++)
            if (is_instance(vm, exception, (Type *)to_object(to_tuple(type)->items[i]))) return 1;
        return 0;
    }
    if (is_exception_type(type)) return is_instance(vm, exception, (Type *)to_object(type));
refuse:
    raise_type(vm, "catching classes that do not inherit from BaseException is not allowed");
    return -1;
}

static bool check_group_type(VM *vm, Value type) {
    Value *items = &type;
    usize count = 1;
    if (has_kind(type, KIND_TUPLE)) {
        items = to_tuple(type)->items;
        count = to_tuple(type)->count;
    }
    for (usize i = 0; i < count; i++) {
        if (!is_exception_type(items[i]))
            return raise_type(vm, "catching classes that do not inherit from BaseException is not allowed"),
                   false;
        if (type_is_subtype((Type *)to_object(items[i]), EXC(BaseExceptionGroup)))
            return raise_type(vm, "catching ExceptionGroup with except* is not allowed. Use except instead."),
                   false;
    }
    return true;
}

bool step_group_match(VM *vm, Value *rest, Value *type_then_match) {
    OWNED Value type = *type_then_match;
    *type_then_match = NONE;
    if (!check_group_type(vm, type)) return false;
    if (*rest == NONE) return true;
    Value matched = EMPTY, remaining = EMPTY;
    if (!exception_group_match(vm, *rest, type, &matched, &remaining)) return false;
    replace(rest, remaining);
    *type_then_match = matched;
    if (*type_then_match != NONE) replace(&vm->handled, incref(*type_then_match));
    return true;
}

/* ---- with ---- */

static bool raise_no_protocol(VM *vm, Value manager, bool is_async, const char *missed) {
    raise_type(vm, "'%T' object does not support the %scontext manager protocol%s", manager,
               is_async ? "asynchronous " : "", missed);
    return false;
}

bool step_with_enter(VM *vm, Value manager, bool is_async, Value *exit, Value *enter, Value *self) {
    Value enter_name = is_async ? NAME(__aenter__) : NAME(__enter__);
    Value exit_name = is_async ? NAME(__aexit__) : NAME(__exit__);
    OWNED Value entering = object_find_special(vm, manager, enter_name);
    if (entering == FAIL) return false;
    if (entering == EMPTY) return raise_no_protocol(vm, manager, is_async, "");
    OWNED Value exiting = object_find_special(vm, manager, exit_name);
    if (exiting == FAIL) return false;
    if (exiting == EMPTY)
        return raise_no_protocol(vm, manager, is_async, is_async ? " (missed __aexit__ method)"
                                                                 : " (missed __exit__ method)");
    *exit = TAKE(exiting);
    *enter = EMPTY;
    *self = TAKE(entering);
    return true;
}
