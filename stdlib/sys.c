/* sys: the interpreter as programs see it. */
#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/frame.h"
#include "objects/frameobject.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "stdlib/sys_numbers.h"

MODULE(sys, "This module provides access to some objects used or maintained by the\ninterpreter and to "
            "functions that interact strongly with the interpreter.")

/* Return the current value of the recursion limit. */
FUNCTION(sys, getrecursionlimit, "()") {
    return from_small(vm->depth_limit);
}

/* Set the maximum depth of the interpreter stack to n. */
FUNCTION(sys, setrecursionlimit, "(limit, /)") {
    i64 limit;
    CHECK(object_to_i64(vm, args[0], &limit));
    if (limit > INT32_MAX || limit < INT32_MIN)
        return raise_format(vm, EXC(OverflowError), "Python int too large to convert to C int");
    if (limit < 1) return raise_value(vm, "recursion limit must be greater or equal than 1");
    if (vm->frame && vm->frame->depth >= limit)
        return raise_format(vm, EXC(RecursionError),
                            "cannot set the recursion limit to %ld at the recursion depth %d: the limit is too "
                            "low",
                            limit, vm->frame->depth);
    vm->depth_limit = (u32)limit;
    return NONE;
}

/* Exit the interpreter by raising SystemExit(status). */
FUNCTION(sys, exit, "(status=None, /)") {
    if (args[0] == EMPTY || args[0] == NONE) return raise_bare(vm, EXC(SystemExit));
    Value type = from_object(EXC(SystemExit));
    bool has_tuple = has_kind(args[0], KIND_TUPLE);
    OWNED Value exception =
        TRY(has_tuple ? call_with_tuple(vm, type, args[0], EMPTY) : call_1(vm, type, args[0]));
    return raise_instance(vm, exception);
}

/* Return the current exception. */
FUNCTION(sys, exception, "()") {
    return vm->handled == EMPTY ? NONE : incref(vm->handled);
}

/* Return current exception information: (type, value, traceback). */
FUNCTION(sys, exc_info, "()") {
    Value handled = vm->handled;
    if (handled == EMPTY) return tuple_of(vm, 3, NONE, NONE, NONE);
    Value traceback = exception_traceback(vm, handled);
    return tuple_of(vm, 3, from_object(type_of(vm, handled)), handled, traceback == EMPTY ? NONE : traceback);
}

/* Print an object to sys.stdout and also save it in builtins._ */
FUNCTION(sys, displayhook, "(object, /)") {
    if (args[0] == NONE) return NONE;
    CHECK(dict_set_text(vm, to_dict(vm->builtins), "_", NONE));
    OWNED Value text = TRY(object_repr(vm, args[0]));
    Value print = dict_get_text(vm, to_dict(vm->builtins), "print");
    OWNED Value done = TRY(call_1(vm, print, text));
    CHECK(dict_set_text(vm, to_dict(vm->builtins), "_", args[0]));
    return NONE;
}

/* Return the reference count of object. */
FUNCTION(sys, getrefcount, "(object, /)") {
    return from_small(is_object(args[0]) ? to_object(args[0])->rc : UINT32_MAX);
}

/* ``Intern'' the given string. */
FUNCTION(sys, intern, "(string, /)") {
    if (!is_str(args[0])) return raise_type(vm, "intern() argument must be str, not %N", args[0]);
    if (!has_exact_kind(args[0], KIND_STR)) return raise_type(vm, "can't intern %T", args[0]);
    return str_intern(vm, incref(args[0]));
}

/* Return a frame object from the call stack. */
FUNCTION(sys, _getframe, "(depth=0, /)") {
    i64 depth = 0;
    if (args[0] != EMPTY) CHECK(object_to_i64(vm, args[0], &depth));
    Frame *frame = vm->frame;
    while (frame && depth-- > 0) frame = frame_caller(frame);
    if (!frame) return raise_value(vm, "call stack is not deep enough");
    return frame_object(vm, frame);
}

static bool keep_original(VM *vm, Value module, const char *name, const char *original_name) {
    Value original = dict_get_text(vm, ((Module *)to_object(module))->dict, name);
    return module_add(vm, module, original_name, incref(original));
}

static bool keep_originals(VM *vm, Value module) {
    return keep_original(vm, module, "excepthook", "__excepthook__") &&
           keep_original(vm, module, "unraisablehook", "__unraisablehook__") &&
           keep_original(vm, module, "displayhook", "__displayhook__") &&
           keep_original(vm, module, "breakpointhook", "__breakpointhook__");
}

static bool add_text(VM *vm, Value module, const char *name, const char *text) {
    Value value = str_from_text(vm, text);
    return value != FAIL && module_add(vm, module, name, value);
}

static bool add_int(VM *vm, Value module, const char *name, i64 number) {
    Value value = int_from_i64(vm, number);
    return value != FAIL && module_add(vm, module, name, value);
}

MODULE_INIT(sys) {
    OWNED Value path = list_new(vm, 0);
    OWNED Value argv = list_new(vm, 0);
    OWNED Value warnoptions = list_new(vm, 0);
    return path != FAIL && argv != FAIL && warnoptions != FAIL && keep_originals(vm, module) &&
           module_add(vm, module, "warnoptions", TAKE(warnoptions)) &&
           module_add(vm, module, "path", TAKE(path)) &&
           module_add(vm, module, "argv", TAKE(argv)) &&
           add_int(vm, module, "maxsize", INT64_MAX) && add_int(vm, module, "maxunicode", 0x10FFFF) &&
           add_int(vm, module, "hexversion", 0x030D00F0) && add_text(vm, module, "platform", "linux") &&
           add_text(vm, module, "byteorder", "little") &&
           sys_add_numbers(vm, module);
}
