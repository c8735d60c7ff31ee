#include "vm/excepthook.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/str.h"
#include "vm/traceback_text.h"
#include "vm/unraisable.h"

/* CPython's rules: PYTHON_COLORS, NO_COLOR, FORCE_COLOR, TERM, then whether stderr is a
 * terminal. */
static bool wants_color(void) {
    const char *own = getenv("PYTHON_COLORS"), *terminal = getenv("TERM");
    const char *none = getenv("NO_COLOR"), *force = getenv("FORCE_COLOR");
    if (own && !strcmp(own, "0")) return false;
    if (own && !strcmp(own, "1")) return true;
    if (none && *none) return false;
    if (force && *force) return true;
    return terminal && strcmp(terminal, "dumb") && isatty(2);
}

bool excepthook_display(VM *vm, Value exception) {
    Buffer text = {0};
    TracebackStyle style = {.color = wants_color()};
    bool is_done =
        exception_print(vm, exception, &style, &text) || raise_memory(vm) != FAIL;
    if (is_done) is_done = stderr_write(vm, buffer_span(&text));
    buffer_free(&text);
    return is_done;
}

/* When there is no memory to tell more. */
static void display(VM *vm, Value exception) {
    if (excepthook_display(vm, exception)) return;
    exception_clear(vm);
    dprintf(STDERR_FILENO, "%s\n", type_short_name(type_of(vm, exception)));
}

static void say(VM *vm, Span text) {
    if (!stderr_write(vm, text)) exception_clear(vm);
}

static Value traceback_of(VM *vm, Value exception) {
    Value traceback = exception_traceback(vm, exception);
    return traceback == EMPTY ? NONE : traceback;
}

static bool set_last(VM *vm, Value exception) {
    Dict *sys = to_dict(vm->sys);
    return dict_set_text(vm, sys, "last_exc", exception) &&
           dict_set_text(vm, sys, "last_type", from_object(type_of(vm, exception))) &&
           dict_set_text(vm, sys, "last_value", exception) &&
           dict_set_text(vm, sys, "last_traceback", traceback_of(vm, exception));
}

static void show_both(VM *vm, Value exception) {
    OWNED Value second = exception_take(vm);
    say(vm, SPAN("Error in sys.excepthook:\n"));
    display(vm, second);
    say(vm, SPAN("\nOriginal exception was:\n"));
    display(vm, exception);
}

void excepthook_call(VM *vm, Value exception) {
    if (!has_kind(vm->sys, KIND_DICT)) {
        display(vm, exception);
        return;
    }
    if (!set_last(vm, exception)) exception_clear(vm);
    OWNED Value hook = incref(dict_get_text(vm, to_dict(vm->sys), "excepthook"));
    if (hook == EMPTY) {
        say(vm, SPAN("sys.excepthook is missing\n"));
        display(vm, exception);
        return;
    }
    OWNED Value type = incref(from_object(type_of(vm, exception)));
    OWNED Value done = call_3(vm, hook, type, exception, traceback_of(vm, exception));
    if (done == FAIL && exception_matches(vm, EXC(MemoryError))) {
        exception_clear(vm);
        display(vm, exception);
    } else if (done == FAIL && !exception_matches(vm, EXC(SystemExit))) {
        show_both(vm, exception);
    }
}
