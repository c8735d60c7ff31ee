/* The types generator and coroutine, and coroutine_wrapper (what coroutine.__await__ gives). */
#include "vm/generator.h"

#include "objects/exc.h"
#include "objects/frameobject.h"
#include "objects/generic_alias.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/intrinsics.h"

static Coro *to_coro(Value v) {
    return (Coro *)to_object(v);
}

static Function *function_of(Value v) {
    return (Function *)to_object(to_coro(v)->f.func);
}

/* ---- life ---- */

/* Registers that hold values while the frame is suspended: locals, then temporaries. */
static u32 live_registers(Coro *coro) {
    if (coro->state == CORO_CLOSED) return 0;
    if (coro->state == CORO_CREATED) return coro->f.code->locals;
    const PositionRow *row = code_position(coro->f.code, coro->f.pc);
    return row ? row->depth : coro->f.code->locals;
}

void coro_visit(Obj *self, Visitor *visitor) {
    Coro *coro = (Coro *)self;
    visitor->visit(visitor, coro->f.func);
    /* one that waits for another in the middle of a chain keeps the state it had when it ran */
    if (coro->state == CORO_RUNNING && coro_is_running(coro)) return;
    for (u32 i = 0, n = live_registers(coro); i < n; i++) visitor->visit(visitor, coro->f.r[i]);
}

void coro_clear(VM *vm, Obj *self) {
    Coro *coro = (Coro *)self;
    coro_close(vm, coro);
    exception_clear(vm);
}

void coro_free(VM *vm, Obj *self) {
    Coro *coro = (Coro *)self;
    if (coro->state != CORO_CLOSED) {
        bool suspended = coro->state != CORO_CREATED;
        coro->state = CORO_CLOSED;
        if (coro->f.flags & FRAME_OBSERVED) frame_object_detach(vm, &coro->f);
        frame_release(vm, &coro->f, suspended);
    }
    decref(coro->f.func);
    coro->f.func = EMPTY;
    replace(&coro->finalizer, EMPTY);
}

/* The calls that led to its making, as warnings shows them. */
static Value add_origin(VM *vm, Value message, Value origin) {
    OWNED Value name = TRY(str_intern_text(vm, "warnings"));
    OWNED Value list = TRY(tuple_of(vm, 1, name));
    OWNED Value module = TRY(vm->hooks.import(vm, name, EMPTY, list, 0));
    OWNED Value show = TRY(object_getattr_text(vm, module, "_with_origin"));
    return call_2(vm, show, message, origin);
}

static void warn_never_awaited(VM *vm, Value self) {
    OWNED Value message = str_format(vm, "coroutine '%S' was never awaited", function_of(self)->qualname);
    if (message != FAIL && to_coro(self)->finalizer != EMPTY) {
        OWNED Value with_origin = add_origin(vm, message, to_coro(self)->finalizer);
        if (with_origin == FAIL) exception_clear(vm);
        else replace(&message, TAKE(with_origin));
    }
    if (message != FAIL) vm->hooks.warn(vm, EXC(RuntimeWarning), message, 1, self);
    if (vm->exception != EMPTY)
        vm->hooks.unraisable(vm, NULL, self);
}

void coro_finalize(VM *vm, Value self) {
    Coro *coro = to_coro(self);
    if (coro->state == CORO_CLOSED) return;
    if (coro->state == CORO_CREATED) {
        if (coro->h.kind == KIND_COROUTINE) warn_never_awaited(vm, self);
        return;
    }
    if (!coro_close(vm, coro)) vm->hooks.unraisable(vm, NULL, self);
}

static Value coro_repr(VM *vm, Value self) {
    return str_format(vm, "<%s object %S at 0x%lx>", type_name(type_of(vm, self)), function_of(self)->qualname,
                      (u64)self);
}

/* ---- resuming from C ---- */

Value coro_send_or_stop(VM *vm, Coro *coro, Value sent) {
    Value given = coro_send(vm, coro, sent);
    if (given != EMPTY) return given;
    OWNED Value result = take(&vm->return_value);
    if (result == NONE) return raise_bare(vm, EXC(StopIteration));
    return raise_stop_iteration(vm, result);
}

/* iter_next: the end is EMPTY, unless it brings a value. */
static Value generator_next(VM *vm, Value self) {
    Value given = coro_next(vm, to_coro(self));
    if (given != EMPTY || vm->return_value == NONE) {
        if (given == EMPTY) vm->return_value = EMPTY;
        return given;
    }
    OWNED Value result = take(&vm->return_value);
    return raise_stop_iteration(vm, result);
}

static Value self_iter(VM *vm, Value self) {
    return incref(self);
}

/* throw() with more than one argument is going away. */
bool warn_throw(VM *vm, const char *what, Value value) {
    if (value == EMPTY) return true;
    return warn(vm, EXC(DeprecationWarning), 1,
                "the (type, exc, tb) signature of %s() is deprecated, use the single-arg signature instead.", what);
}

/* Without a traceback yet, also if the value is an exception that has one. */
Value thrown_of_class(VM *vm, Value type, Value value) {
    OWNED Value exception = EMPTY;
    if (value != EMPTY && value != NONE && is_instance(vm, value, to_type(type))) exception = incref(value);
    else if (has_kind(value, KIND_TUPLE)) exception = call_with_tuple(vm, type, value, EMPTY);
    else exception = exception_make(vm, type, value == NONE ? EMPTY : value);
    if (exception == FAIL) return exception_take(vm);
    exception_set_traceback(exception, EMPTY);
    return TAKE(exception);
}

/* The exception that throw(type, value, traceback) means: owned. */
Value thrown_exception(VM *vm, Value type, Value value, Value traceback) {
    if (traceback != EMPTY && traceback != NONE && !has_kind(traceback, KIND_TRACEBACK))
        return raise_type(vm, "throw() third argument must be a traceback object");
    OWNED Value exception = EMPTY;
    if (is_exception_class(type)) {
        exception = thrown_of_class(vm, type, value);
    } else if (has_kind(type, KIND_EXCEPTION)) {
        if (value != EMPTY && value != NONE)
            return raise_type(vm, "instance exception may not have a separate value");
        exception = incref(type);
    } else {
        return raise_type(vm,
                          "exceptions must be classes or instances deriving from BaseException, not %T", type);
    }
    if (exception == FAIL) return FAIL;
    if (traceback != EMPTY && traceback != NONE)
        exception_set_traceback(exception, traceback);
    return TAKE(exception);
}

static Value throw_into(VM *vm, Value *args) {
    if (!warn_throw(vm, "throw", args[2])) return FAIL;
    OWNED Value exception = TRY(thrown_exception(vm, args[1], args[2], args[3]));
    Value given = coro_throw(vm, to_coro(args[0]), exception);
    if (given != EMPTY) return given;
    OWNED Value result = take(&vm->return_value);
    if (result == NONE) return raise_bare(vm, EXC(StopIteration));
    return raise_stop_iteration(vm, result);
}

static Value close_now(VM *vm, Value self) {
    return coro_close_value(vm, to_coro(self));
}

/* ---- generator ---- */

TYPE(generator, .name = "generator", .size = sizeof(Coro), .kind = KIND_GENERATOR,
     .flags = TYPE_FINAL | TYPE_NO_NEW | TYPE_WEAKREFS,
     .slots = {.free = coro_free, .visit = coro_visit, .clear = coro_clear, .finalize = coro_finalize,
               .repr = coro_repr, .iter = self_iter, .next = generator_next})

/* send(value) -> send 'value' into generator,
 * return next yielded value or raise StopIteration. */
VM_METHOD(generator, send, "($self, object, /)") {
    return coro_send_or_stop(vm, to_coro(args[0]), args[1]);
}

/* throw(value)
 * throw(type[,value[,tb]])
 *
 * Raise exception in generator, return next yielded value or raise
 * StopIteration. */
METHOD(generator, throw, "($self, type, value=None, traceback=None, /) hidden") {
    return throw_into(vm, args);
}

/* close() -> raise GeneratorExit inside generator. */
METHOD(generator, close, "($self, /)") {
    return close_now(vm, args[0]);
}

static bool is_suspended(Coro *coro) {
    return coro->state != CORO_CLOSED && coro->state != CORO_CREATED && !coro_is_running(coro);
}

Value coro_frame(VM *vm, Value self) {
    if (to_coro(self)->state == CORO_CLOSED) return NONE;
    return frame_object(vm, &to_coro(self)->f);
}

/* A coroutine takes its name from its function: one that is renamed gets a function of its own. */
static bool own_function(VM *vm, Value self) {
    Coro *coro = to_coro(self);
    Function *old = function_of(self);
    Value made = function_new(vm, old->code, old->globals);
    if (made == FAIL) return false;
    Function *function = (Function *)to_object(made);
    replace(&function->name, incref(old->name));
    replace(&function->qualname, incref(old->qualname));
    replace(&function->closure, incref(old->closure));
    replace(&coro->f.func, made);
    return true;
}

bool coro_rename(VM *vm, Value self, Value value, bool is_qualified) {
    if (value == EMPTY || !is_str(value)) {
        raise_type(vm, "%s must be set to a string object", is_qualified ? "__qualname__" : "__name__");
        return false;
    }
    if (!own_function(vm, self)) return false;
    Function *function = function_of(self);
    replace(is_qualified ? &function->qualname : &function->name, incref(value));
    return true;
}

/* name of the generator */
GETTER(generator, __name__) {
    return incref(function_of(self)->name);
}
SETTER(generator, __name__) {
    return coro_rename(vm, self, value, false);
}
/* qualified name of the generator */
GETTER(generator, __qualname__) {
    return incref(function_of(self)->qualname);
}
SETTER(generator, __qualname__) {
    return coro_rename(vm, self, value, true);
}
/* object being iterated by yield from, or None */
GETTER(generator, gi_yieldfrom) {
    return coro_awaited(vm, self);
}
GETTER(generator, gi_running) {
    return from_bool(coro_is_running(to_coro(self)));
}
GETTER(generator, gi_suspended) {
    return from_bool(is_suspended(to_coro(self)));
}
GETTER(generator, gi_frame) {
    return coro_frame(vm, self);
}
GETTER(generator, gi_code) {
    return incref(from_object(to_coro(self)->f.code));
}

/* ---- coroutine ---- */

static Value coroutine_await(VM *vm, Value self);

TYPE(coroutine, .name = "coroutine", .size = sizeof(Coro), .kind = KIND_COROUTINE,
     .flags = TYPE_FINAL | TYPE_NO_NEW | TYPE_WEAKREFS,
     .slots = {.free = coro_free, .visit = coro_visit, .clear = coro_clear, .finalize = coro_finalize,
               .repr = coro_repr, .await = coroutine_await})

/* send(arg) -> send 'arg' into coroutine,
 * return next iterated value or raise StopIteration. */
VM_METHOD(coroutine, send, "($self, object, /)") {
    return coro_send_or_stop(vm, to_coro(args[0]), args[1]);
}

/* throw(value)
 * throw(type[,value[,traceback]])
 *
 * Raise exception in coroutine, return next iterated value or raise
 * StopIteration. */
METHOD(coroutine, throw, "($self, type, value=None, traceback=None, /)") {
    return throw_into(vm, args);
}

/* close() -> raise GeneratorExit inside coroutine. */
METHOD(coroutine, close, "($self, /)") {
    return close_now(vm, args[0]);
}

/* name of the coroutine */
GETTER(coroutine, __name__) {
    return incref(function_of(self)->name);
}
SETTER(coroutine, __name__) {
    return coro_rename(vm, self, value, false);
}
/* qualified name of the coroutine */
GETTER(coroutine, __qualname__) {
    return incref(function_of(self)->qualname);
}
SETTER(coroutine, __qualname__) {
    return coro_rename(vm, self, value, true);
}
/* object being awaited on, or None */
GETTER(coroutine, cr_await) {
    return coro_awaited(vm, self);
}
GETTER(coroutine, cr_running) {
    return from_bool(coro_is_running(to_coro(self)));
}
GETTER(coroutine, cr_suspended) {
    return from_bool(is_suspended(to_coro(self)));
}
GETTER(coroutine, cr_frame) {
    return coro_frame(vm, self);
}
GETTER(coroutine, cr_code) {
    return incref(from_object(to_coro(self)->f.code));
}
GETTER(coroutine, cr_origin) {
    Value origin = to_coro(self)->finalizer;
    return origin == EMPTY ? NONE : incref(origin);
}

/* ---- coroutine_wrapper ---- */

typedef struct Wrapper {
    Obj h;
    Value coroutine;
} Wrapper;

static Coro *wrapped(Value self) {
    return to_coro(((Wrapper *)to_object(self))->coroutine);
}

static Value coroutine_await(VM *vm, Value self) {
    Wrapper *wrapper = (Wrapper *)object_new(vm, vm->types[TYPE_coroutine_wrapper]);
    if (!wrapper) return FAIL;
    wrapper->coroutine = incref(self);
    return from_object(wrapper);
}

static void wrapper_free(VM *vm, Obj *self) {
    decref(((Wrapper *)self)->coroutine);
}

static void wrapper_visit(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((Wrapper *)self)->coroutine);
}

static Value wrapper_next(VM *vm, Value self) {
    return coro_send_or_stop(vm, wrapped(self), NONE);
}

TYPE(coroutine_wrapper, .name = "coroutine_wrapper", .size = sizeof(Wrapper), .kind = KIND_ITERATOR,
     .flags = TYPE_FINAL | TYPE_NO_NEW,
     .slots = {.free = wrapper_free, .visit = wrapper_visit, .iter = self_iter, .next = wrapper_next})

/* send(arg) -> send 'arg' into coroutine. */
METHOD(coroutine_wrapper, send, "($self, object, /)") {
    return coro_send_or_stop(vm, wrapped(args[0]), args[1]);
}

/* throw(value) -> raise exception in coroutine. */
METHOD(coroutine_wrapper, throw, "($self, type, value=None, traceback=None, /)") {
    Value with_coroutine[] = {((Wrapper *)to_object(args[0]))->coroutine, args[1], args[2], args[3]};
    return throw_into(vm, with_coroutine);
}

/* close() -> raise GeneratorExit inside coroutine. */
METHOD(coroutine_wrapper, close, "($self, /)") {
    return close_now(vm, ((Wrapper *)to_object(args[0]))->coroutine);
}

/* ---- generic aliases ---- */

/* See PEP 585 */
CLASS_METHOD(generator, __class_getitem__, "($type, object, /)") {
    return generic_alias_new(vm, args[0], args[1]);
}

/* See PEP 585 */
CLASS_METHOD(coroutine, __class_getitem__, "($type, object, /)") {
    return generic_alias_new(vm, args[0], args[1]);
}

/* See PEP 585 */
CLASS_METHOD(async_generator, __class_getitem__, "($type, object, /)") {
    return generic_alias_new(vm, args[0], args[1]);
}
