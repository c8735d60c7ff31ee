#include "vm/unraisable.h"

#include <unistd.h>

#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/frameobject.h"
#include "objects/str.h"
#include "vm/reports.h"
#include "vm/traceback_text.h"

/* ---- the arguments of the hook ---- */

static void free_args(VM *vm, Obj *self) {
    UnraisableArgs *args = (UnraisableArgs *)self;
    replace(&args->exception, EMPTY);
    replace(&args->message, EMPTY);
    replace(&args->object, EMPTY);
}

static void visit_args(Obj *self, Visitor *visitor) {
    UnraisableArgs *args = (UnraisableArgs *)self;
    visitor->visit(visitor, args->exception);
    visitor->visit(visitor, args->message);
    visitor->visit(visitor, args->object);
}

TYPE(UnraisableHookArgs, .name = "UnraisableHookArgs", .size = sizeof(UnraisableArgs),
     .kind = KIND_OTHER, .flags = TYPE_FINAL | TYPE_NO_NEW,
     .slots = {.free = free_args, .visit = visit_args, .clear = free_args},
     .doc = "Type used to pass arguments to sys.unraisablehook.")

static UnraisableArgs *to_args(Value v) {
    return (UnraisableArgs *)v;
}

/* Exception type */
GETTER(UnraisableHookArgs, exc_type) {
    return incref(from_object(type_of(vm, to_args(self)->exception)));
}

/* Exception value */
GETTER(UnraisableHookArgs, exc_value) {
    return field_get(to_args(self)->exception);
}

/* Exception traceback */
GETTER(UnraisableHookArgs, exc_traceback) {
    return field_get(exception_traceback(vm, to_args(self)->exception));
}

/* Error message */
GETTER(UnraisableHookArgs, err_msg) {
    return field_get(to_args(self)->message);
}

/* Object causing the exception */
GETTER(UnraisableHookArgs, object) {
    return field_get(to_args(self)->object);
}

static Value make_args(VM *vm, Value exception, Value message, Value object) {
    UnraisableArgs *args = (UnraisableArgs *)object_new(vm, EXC(UnraisableHookArgs));
    if (!args) return FAIL;
    args->exception = incref(exception);
    args->message = incref(message);
    args->object = incref(object);
    return from_object(args);
}

/* ---- the text ---- */

static void add_repr(VM *vm, Value object, Buffer *out) {
    OWNED Value text = safe_repr(vm, object, "object");
    if (text != EMPTY) buffer_add_span(out, str_span(text));
}

static void add_heading(VM *vm, Value message, Value object, Buffer *out) {
    if (object == NONE && message == NONE) return;
    if (message != NONE)
        buffer_add_span(out, str_span(message));
    else
        buffer_add_text(out, "Exception ignored in");
    buffer_add_char(out, ':');
    if (object != NONE) {
        buffer_add_char(out, ' ');
        add_repr(vm, object, out);
    }
    buffer_add_char(out, '\n');
}

static void add_exception(VM *vm, Value exception, Buffer *out) {
    Value traceback = exception_traceback(vm, exception);
    TracebackStyle plain = {.is_plain = true};
    if (traceback != EMPTY) {
        buffer_add_text(out, "Traceback (most recent call last):\n");
        traceback_print(vm, traceback, &plain, out);
    }
    type_name_print(vm, type_of(vm, exception), out);
    buffer_add_text(out, ": ");
    OWNED Value text = safe_str(vm, exception, "exception");
    if (text != EMPTY) buffer_add_span(out, str_span(text));
    buffer_add_char(out, '\n');
}

bool stderr_write(VM *vm, Span text) {
    Value stream = has_kind(vm->sys, KIND_DICT)
                       ? dict_get_text(vm, to_dict(vm->sys), "stderr")
                       : EMPTY;
    if (stream == NONE) return true;
    /* sys itself has been emptied: nobody is told any more, as in CPython */
    if (vm->is_closing && has_kind(vm->sys, KIND_DICT) && !to_dict(vm->sys)->count) return true;
    if (stream == EMPTY) return write(2, text.data, text.length) >= 0;
    OWNED Value held = incref(stream);
    OWNED Value shown = TRY_OR_FALSE(str_from_span(vm, text));
    OWNED Value done = TRY_OR_FALSE(call_method_1(vm, held, NAME(write), shown));
    OWNED Value flushed = call_method_0(vm, held, NAME(flush));
    return flushed != FAIL;
}

bool unraisable_print(VM *vm, Value exception, Value message, Value object) {
    Buffer out = {0};
    add_heading(vm, message, object, &out);
    add_exception(vm, exception, &out);
    bool is_done = stderr_write(vm, buffer_span(&out));
    buffer_free(&out);
    return is_done;
}

/* ---- reporting ---- */

static Value find_hook(VM *vm) {
    if (!has_kind(vm->sys, KIND_DICT)) return EMPTY;
    Value hook = dict_get_text(vm, to_dict(vm->sys), "unraisablehook");
    Value builtin = dict_get_text(vm, to_dict(vm->sys), "__unraisablehook__");
    return hook == NONE || hook == builtin ? EMPTY : hook;
}

static bool call_hook(VM *vm, Value hook, Value exception, Value message, Value object) {
    OWNED Value args = TRY_OR_FALSE(make_args(vm, exception, message, object));
    OWNED Value held = incref(hook);
    OWNED Value done = call_1(vm, held, args);
    return done != FAIL;
}

/* The hook itself failed: show its exception instead. */
static void report_hook(VM *vm, Value hook) {
    OWNED Value exception = exception_take(vm);
    OWNED Value message = str_from_text(vm, "Exception ignored in sys.unraisablehook");
    if (message == FAIL || !unraisable_print(vm, exception, message, hook))
        exception_clear(vm);
}

/* What no script code has raised happened where the program is now. */
static void place(VM *vm, Value exception) {
    Frame *frame = frame_current(vm);
    if (!frame || exception_traceback(vm, exception) != EMPTY) return;
    if (!traceback_add(vm, exception, frame->func, frame->code, frame_word(frame)))
        exception_clear(vm);
}

void unraisable_report(VM *vm, const char *text, Value object) {
    OWNED Value exception = exception_take(vm);
    if (exception == EMPTY) return;
    place(vm, exception);
    OWNED Value message = text ? str_from_text(vm, text) : NONE;
    if (message == FAIL) exception_clear(vm);
    Value shown = message == FAIL ? NONE : message;
    object = object == EMPTY ? NONE : object;
    Value hook = find_hook(vm);
    if (hook == EMPTY) {
        if (!unraisable_print(vm, exception, shown, object)) exception_clear(vm);
    } else if (!call_hook(vm, hook, exception, shown, object))
        report_hook(vm, hook);
}
