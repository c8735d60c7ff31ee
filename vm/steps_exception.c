/* raise, except, with. */
#include "vm/interpreter.h"

#include "objects/exc.h"
#include "objects/native.h"
#include "objects/tuple.h"

void step_raise(VM *vm, Value exception, Value cause) {
    raise_by_statement(vm, exception, cause);
}

int step_exception_matches(VM *vm, Value exception, Value type) {
    return exception_caught_by(vm, exception, type);
}

bool step_group_match(VM *vm, Value *rest, Value *type_then_match) {
    OWNED Value type = *type_then_match;
    *type_then_match = NONE;
    Value matched, remaining;
    if (!exception_group_match(vm, *rest, type, &matched, &remaining)) return false;
    replace(rest, remaining);
    *type_then_match = matched;
    if (matched != NONE) replace(&vm->handled, incref(matched));
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
