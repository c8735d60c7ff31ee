/* sys.excepthook and sys.unraisablehook. */
#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/frame.h"
#include "objects/native.h"
#include "objects/str.h"
#include "vm/excepthook.h"
#include "vm/unraisable.h"

/* Handle an exception by displaying it with a traceback on sys.stderr. */
FUNCTION(sys, excepthook, "(exctype, value, traceback, /)") {
    if (!is_exception(args[1])) {
        OWNED Value text = TRY(str_format(
            vm, "TypeError: print_exception(): Exception expected for value, %T found\n", args[1]));
        return stderr_write(vm, str_span(text)) ? NONE : FAIL;
    }
    if (exception_traceback(vm, args[1]) == EMPTY && has_kind(args[2], KIND_TRACEBACK))
        exception_set_traceback(args[1], args[2]);
    CHECK(excepthook_display(vm, args[1]));
    return NONE;
}

static Value message_of(const UnraisableArgs *unraisable) {
    return is_str(unraisable->message) ? unraisable->message : NONE;
}

/* Handle an unraisable exception. */
FUNCTION(sys, unraisablehook, "(unraisable, /)") {
    if (type_of(vm, args[0]) != EXC(UnraisableHookArgs))
        return raise_type(vm,
                          "sys.unraisablehook argument type must be UnraisableHookArgs");
    UnraisableArgs *unraisable = (UnraisableArgs *)args[0];
    CHECK(unraisable_print(vm, unraisable->exception, message_of(unraisable),
                           unraisable->object));
    return NONE;
}
