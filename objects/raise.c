/* Raising: every raise_x sets vm->exception and gives FAIL. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "objects/exc.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* ---- the exception in the VM ---- */

bool exception_matches(VM *vm, Type *type) {
    return vm->exception != EMPTY && is_instance(vm, vm->exception, type);
}

void exception_clear(VM *vm) {
    replace(&vm->exception, EMPTY);
}

Value exception_take(VM *vm) {
    return take(&vm->exception);
}

void exception_restore(VM *vm, Value owned) {
    replace(&vm->exception, owned);
}

/* ---- chaining ---- */

/* Cut the chain of contexts that begins at `from` where it leads to `target`. A ring that
 * is already there is found by a second walker at half the speed. */
static void cut_before(Value from, Value target) {
    Value slow = from;
    bool is_slow_turn = false;
    for (;;) {
        Value next = to_exception(from)->context;
        if (next == EMPTY) return;
        if (next == target) {
            replace(&to_exception(from)->context, EMPTY);
            return;
        }
        from = next;
        if (from == slow) return;
        if (is_slow_turn) slow = to_exception(slow)->context;
        is_slow_turn = !is_slow_turn;
    }
}

void exception_chain(Value exception, Value context) {
    if (context == EMPTY || context == NONE || context == exception) return;
    incref(context);
    /* no chain leads to what was never a context: chains of any length grow at the same cost */
    if (to_object(exception)->flags & EXCEPTION_IS_CONTEXT) cut_before(context, exception);
    to_object(context)->flags |= EXCEPTION_IS_CONTEXT;
    replace(&to_exception(exception)->context, context);
}

/* ---- raising instances ---- */

Value raise_owned(VM *vm, Value exception) {
    if (UNLIKELY(vm->handled != EMPTY)) exception_chain(exception, vm->handled);
    replace(&vm->exception, exception);
    return FAIL;
}

Value raise_instance(VM *vm, Value exception) {
    return raise_owned(vm, incref(exception));
}

Value raise_bare(VM *vm, Type *type) {
    return raise_owned(vm, TRY(exception_make(vm, from_object(type), EMPTY)));
}

Value raise_with(VM *vm, Type *type, Value argument) {
    return raise_owned(vm, TRY(exception_make(vm, from_object(type), argument)));
}

static Value raise_list(VM *vm, Type *type, const char *format, va_list arguments) {
    OWNED Value text = TRY(str_format_list(vm, format, arguments));
    return raise_with(vm, type, text);
}

#define RAISE_FORMATTED(type)                  \
    va_list arguments;                         \
    va_start(arguments, format);               \
    raise_list(vm, (type), format, arguments); \
    va_end(arguments);                         \
    return FAIL

Value raise_format(VM *vm, Type *type, const char *format, ...) {
    RAISE_FORMATTED(type);
}

Value raise_type(VM *vm, const char *format, ...) {
    RAISE_FORMATTED(EXC(TypeError));
}

Value raise_value(VM *vm, const char *format, ...) {
    RAISE_FORMATTED(EXC(ValueError));
}

Value raise_index(VM *vm, const char *format, ...) {
    RAISE_FORMATTED(EXC(IndexError));
}

Value raise_runtime(VM *vm, const char *format, ...) {
    RAISE_FORMATTED(EXC(RuntimeError));
}

Value raise_overflow(VM *vm, const char *format, ...) {
    RAISE_FORMATTED(EXC(OverflowError));
}

Value raise_zero_division(VM *vm, const char *format, ...) {
    RAISE_FORMATTED(EXC(ZeroDivisionError));
}

Value raise_system(VM *vm, const char *format, ...) {
    RAISE_FORMATTED(EXC(SystemError));
}

Value raise_key(VM *vm, Value key) {
    return raise_with(vm, EXC(KeyError), key);
}

Value raise_stop_iteration(VM *vm, Value value) {
    return raise_with(vm, EXC(StopIteration), value == NONE ? EMPTY : value);
}

/* The instance made beforehand is used again and again: forget what it went through. */
Value raise_memory(VM *vm) {
    if (vm->memory_error == EMPTY) return raise_bare(vm, EXC(MemoryError));
    Exception *e = to_exception(vm->memory_error);
    if (e->h.rc == 1) {
        exception_set_traceback(vm->memory_error, EMPTY);
        replace(&e->context, EMPTY);
    }
    return raise_instance(vm, vm->memory_error);
}

Value raise_os(VM *vm, int error, Value filename) {
    OWNED Value text = TRY(str_from_text(vm, strerror(error)));
    Value args[3] = {from_small(error), text, filename};
    u32 count = filename == EMPTY ? 2 : 3;
    Value e = TRY(object_call(vm, from_object(EXC(OSError)), args, count, EMPTY));
    return raise_owned(vm, e);
}

Value raise_from(VM *vm, Type *type, const char *format, ...) {
    OWNED Value cause = exception_take(vm);
    va_list arguments;
    va_start(arguments, format);
    raise_list(vm, type, format, arguments);
    va_end(arguments);
    if (cause == EMPTY) return FAIL;
    Exception *e = to_exception(vm->exception);
    exception_chain(vm->exception, cause);
    e->suppress_context = true;
    replace(&e->cause, TAKE(cause));
    return FAIL;
}

/* ---- missing attributes ---- */

static Value raise_attribute_with(VM *vm, Value object, Value name, Value text) {
    Value e = TRY(exception_make(vm, from_object(EXC(AttributeError)), text));
    NameException *error = (NameException *)e;
    field_set(&error->name, name);
    field_set(&error->object, object);
    return raise_owned(vm, e);
}

static Value say_attribute(VM *vm, Value object, Value name) {
    if (has_kind(object, KIND_TYPE))
        return str_format(vm, "type object '%s' has no attribute '%S'",
                          type_name((Type *)object), name);
    return str_format(vm, "'%T' object has no attribute '%S'", object, name);
}

Value raise_attribute(VM *vm, Value object, Value name) {
    OWNED Value text = TRY(say_attribute(vm, object, name));
    return raise_attribute_with(vm, object, name, text);
}

Value raise_attribute_text(VM *vm, Value object, Value name, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    OWNED Value text = str_format_list(vm, format, arguments);
    va_end(arguments);
    return text == FAIL ? FAIL : raise_attribute_with(vm, object, name, text);
}

void attribute_error_complete(VM *vm, Value object, Value name) {
    if (!exception_matches(vm, EXC(AttributeError))) return;
    NameException *error = (NameException *)to_exception(vm->exception);
    if (error->name != EMPTY || error->object != EMPTY) return;
    field_set(&error->name, name);
    field_set(&error->object, object);
}

/* ---- warnings ---- */

bool warn(VM *vm, Type *category, i32 stack_level, const char *format, ...) {
    if (!vm->hooks.warn) return true;
    va_list arguments;
    va_start(arguments, format);
    OWNED Value message = str_format_list(vm, format, arguments);
    va_end(arguments);
    return message != FAIL && vm->hooks.warn(vm, category, message, stack_level, EMPTY);
}
