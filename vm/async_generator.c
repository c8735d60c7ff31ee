/* async_generator and the awaitables of its methods: asend() and __anext__(), athrow() and aclose().
 *
 * An async generator suspends for two reasons: AGYIELD gives a value to its consumer (CORO_AG_YIELDED), which
 * ends the awaiting of asend() with that result; or something inside awaits, which goes out to the event loop.
 */
#include "vm/generator.h"

#include "objects/exc.h"
#include "objects/future.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

static Coro *to_coro(Value v) {
    return (Coro *)to_object(v);
}

/* ---- hooks of the event loop ---- */

/* Called before the first use: sys.set_asyncgen_hooks. */
bool async_generator_begin(VM *vm, Coro *gen) {
    if (gen->flags & CORO_HOOKS_DONE) return true;
    gen->flags |= CORO_HOOKS_DONE;
    if (vm->asyncgen_finalizer != EMPTY) gen->finalizer = incref(vm->asyncgen_finalizer);
    if (vm->asyncgen_firstiter == EMPTY) return true;
    OWNED Value done = call_1(vm, vm->asyncgen_firstiter, from_object(gen));
    return done != FAIL;
}

static void async_generator_finalize(VM *vm, Value self) {
    Coro *gen = to_coro(self);
    if (gen->state == CORO_CLOSED || gen->state == CORO_CREATED) return;
    if (gen->finalizer != EMPTY && !(gen->flags & CORO_AG_CLOSED)) {
        OWNED Value done = call_1(vm, gen->finalizer, self);
        if (done == FAIL) vm->hooks.unraisable(vm, NULL, self);
        return;
    }
    coro_finalize(vm, self);
}

/* ---- the awaitables ---- */

typedef enum AwaitState { AWAIT_INIT, AWAIT_ITERATING, AWAIT_CLOSED } AwaitState;

typedef struct Step {
    Obj h;
    Value generator;
    Value value;  /* asend: what to send, NONE; athrow: the exception's type; EMPTY: aclose */
    Value value2, value3; /* athrow: value and traceback */
    u8 state;
} Step;

static Step *to_step(Value v) {
    return (Step *)to_object(v);
}

static const char *method_of(VM *vm, Step *step) {
    if (step->h.shape->type == vm->types[TYPE_async_generator_asend]) return "asend";
    return step->value == EMPTY ? "aclose" : "athrow";
}

static void step_finalize(VM *vm, Value self) {
    Step *step = to_step(self);
    if (step->state != AWAIT_INIT) return;
    OWNED Value message =
        str_format(vm, "coroutine method '%s' of '%S' was never awaited", method_of(vm, step),
                   ((Function *)to_object(to_coro(step->generator)->f.func))->qualname);
    if (message != FAIL) vm->hooks.warn(vm, EXC(RuntimeWarning), message, 1, self);
    if (vm->exception != EMPTY)
        vm->hooks.unraisable(vm, "Exception ignored while finalizing coroutine", self);
}

static void step_free(VM *vm, Obj *self) {
    Step *step = (Step *)self;
    decref(step->generator);
    decref(step->value);
    decref(step->value2);
    decref(step->value3);
}

static void step_visit(Obj *self, Visitor *visitor) {
    Step *step = (Step *)self;
    visitor->visit(visitor, step->generator);
    visitor->visit(visitor, step->value);
    visitor->visit(visitor, step->value2);
    visitor->visit(visitor, step->value3);
}

static Value step_self(VM *vm, Value self) {
    return incref(self);
}

static Value step_new(VM *vm, Type *type, Value generator, Value value) {
    if (!async_generator_begin(vm, to_coro(generator))) return FAIL;
    Step *step = (Step *)object_new(vm, type);
    if (!step) return FAIL;
    step->generator = incref(generator);
    step->value = incref(value);
    step->value2 = step->value3 = EMPTY;
    step->state = AWAIT_INIT;
    return from_object(step);
}

static void end_step(Step *step) {
    to_coro(step->generator)->flags &= ~CORO_AG_RUNNING;
    step->state = AWAIT_CLOSED;
}

/* What came out of the generator, as the outcome of the awaitable: a value for the event loop, or an
 * exception: StopIteration(result), StopAsyncIteration, ... */
static Value outcome(VM *vm, Step *step, Value given) {
    Coro *gen = to_coro(step->generator);
    if (given == EMPTY) {
        replace(&vm->return_value, EMPTY);
        raise_bare(vm, EXC(StopAsyncIteration));
        given = FAIL;
    }
    if (given == FAIL) {
        if (exception_matches(vm, EXC(StopAsyncIteration)) || exception_matches(vm, EXC(GeneratorExit)))
            gen->flags |= CORO_AG_CLOSED;
        end_step(step);
        return FAIL;
    }
    if (!(gen->flags & CORO_AG_YIELDED)) return given;
    gen->flags &= ~CORO_AG_YIELDED;
    end_step(step);
    raise_stop_iteration(vm, given);
    decref(given);
    return FAIL;
}

static Value asend_send(VM *vm, Value self, Value sent) {
    Step *step = to_step(self);
    Coro *gen = to_coro(step->generator);
    if (step->state == AWAIT_CLOSED)
        return raise_runtime(vm, "cannot reuse already awaited __anext__()/asend()");
    if (step->state == AWAIT_INIT) {
        if (gen->flags & CORO_AG_RUNNING) {
            step->state = AWAIT_CLOSED;
            return raise_runtime(vm, "anext(): asynchronous generator is already running");
        }
        if (sent == NONE) sent = step->value;
        step->state = AWAIT_ITERATING;
        gen->flags |= CORO_AG_RUNNING;
    }
    OWNED Value held = incref(self);
    OWNED Value sent_held = incref(sent);
    return outcome(vm, step, coro_send(vm, gen, sent));
}

static Value asend_next(VM *vm, Value self) {
    return asend_send(vm, self, NONE);
}

static Value throw_step(VM *vm, Value *args) {
    Step *step = to_step(args[0]);
    Coro *gen = to_coro(step->generator);
    if (step->state == AWAIT_CLOSED)
        return raise_runtime(vm, "cannot reuse already awaited __anext__()/asend()");
    if (step->state == AWAIT_INIT) {
        if (gen->flags & CORO_AG_RUNNING) {
            step->state = AWAIT_CLOSED;
            return raise_runtime(vm, "anext(): asynchronous generator is already running");
        }
        step->state = AWAIT_ITERATING;
        gen->flags |= CORO_AG_RUNNING;
    }
    OWNED Value exception = TRY(thrown_exception(vm, args[1], args[2], args[3]));
    OWNED Value held = incref(args[0]);
    return outcome(vm, step, coro_throw(vm, gen, exception));
}

/* close() of an awaitable: GeneratorExit must not be answered by a value. */
static Value close_step(VM *vm, Value thrown) {
    if (thrown == FAIL) {
        if (!exception_matches(vm, EXC(GeneratorExit)) && !exception_matches(vm, EXC(StopIteration)) &&
            !exception_matches(vm, EXC(StopAsyncIteration)))
            return FAIL;
        exception_clear(vm);
        return NONE;
    }
    decref(thrown);
    return raise_runtime(vm, "coroutine ignored GeneratorExit");
}

TYPE(async_generator_asend, .name = "async_generator_asend", .size = sizeof(Step), .kind = KIND_OTHER,
     .flags = TYPE_FINAL | TYPE_NO_NEW,
     .slots = {.free = step_free, .visit = step_visit, .finalize = step_finalize, .iter = step_self, .await = step_self,
               .next = asend_next})

METHOD(async_generator_asend, send, "($self, object, /)") {
    return asend_send(vm, args[0], args[1]);
}
METHOD(async_generator_asend, throw, "($self, type, value=None, traceback=None, /)") {
    if (!warn_throw(vm, "throw", args[2])) return FAIL;
    return throw_step(vm, args);
}
static Value asend_close(VM *vm, Value self) {
    if (to_step(self)->state == AWAIT_CLOSED) return NONE;
    Value thrown[] = {self, from_object(EXC(GeneratorExit)), EMPTY, EMPTY};
    return close_step(vm, throw_step(vm, thrown));
}

METHOD(async_generator_asend, close, "($self, /)") {
    return asend_close(vm, args[0]);
}

/* ---- as part of a chain of awaits: vm/coro.c ---- */

Coro *asend_begin(VM *vm, Value asend, Value *sent) {
    if (to_object(asend)->shape->type != vm->types[TYPE_async_generator_asend]) return NULL;
    Step *step = to_step(asend);
    Coro *gen = to_coro(step->generator);
    if (step->state != AWAIT_INIT || gen->flags & CORO_AG_RUNNING || gen->state == CORO_CLOSED) return NULL;
    step->state = AWAIT_ITERATING;
    *sent = step->value;
    return gen;
}

void asend_end(Value asend) {
    to_step(asend)->state = AWAIT_CLOSED;
}

/* The asend() that stands for the awaiting of the next item. */
static Value step_under_way(VM *vm, Value gen) {
    Value made = TRY(step_new(vm, vm->types[TYPE_async_generator_asend], gen, NONE));
    to_step(made)->state = AWAIT_ITERATING;
    return made;
}

bool anext_close(VM *vm, Value gen, Value awaited) {
    OWNED Value step = awaited == gen ? step_under_way(vm, gen) : incref(awaited);
    return step != FAIL && asend_close(vm, step) != FAIL;
}

/* What it waits for, or None. A future is awaited without the iterator that programs see. */
Value coro_awaited(VM *vm, Value self) {
    Coro *coro = to_coro(self);
    if (coro->state == CORO_CLOSED || coro_is_running(coro)) return NONE;
    if (!(coro->flags & CORO_DELEGATING)) {
        bool may_sleep = coro_root(coro)->state == CORO_SUSPENDED && vm->hooks.sleep_awaited;
        return may_sleep ? vm->hooks.sleep_awaited(vm, coro) : NONE;
    }
    Value awaited = coro->f.r[INSN_A(coro->f.pc[-1])];
    if (is_plain_future(awaited)) return type_of(vm, awaited)->slots.await(vm, awaited);
    return has_exact_kind(awaited, KIND_ASYNC_GENERATOR) ? step_under_way(vm, awaited) : incref(awaited);
}

/* ---- athrow() and aclose() ---- */

static bool is_close(Step *step) {
    return step->value == EMPTY;
}

static Value athrow_refuse(VM *vm, Step *step) {
    step->state = AWAIT_CLOSED;
    return raise_runtime(vm, is_close(step) ? "aclose(): asynchronous generator is already running"
                                            : "athrow(): asynchronous generator is already running");
}

/* The generator's answer to athrow() or aclose(). */
static Value athrow_outcome(VM *vm, Step *step, Value given) {
    Coro *gen = to_coro(step->generator);
    if (!is_close(step)) return outcome(vm, step, given);
    if (given != EMPTY && given != FAIL) {
        if (!(gen->flags & CORO_AG_YIELDED)) return given;
        gen->flags &= ~CORO_AG_YIELDED;
        end_step(step);
        decref(given);
        return raise_runtime(vm, "async generator ignored GeneratorExit");
    }
    end_step(step);
    if (given == EMPTY) {
        replace(&vm->return_value, EMPTY);
        return raise_bare(vm, EXC(StopIteration));
    }
    if (exception_matches(vm, EXC(StopAsyncIteration)) || exception_matches(vm, EXC(GeneratorExit))) {
        exception_clear(vm);
        return raise_bare(vm, EXC(StopIteration));
    }
    return FAIL;
}

static Value athrow_begin(VM *vm, Step *step) {
    Coro *gen = to_coro(step->generator);
    if (gen->flags & CORO_AG_RUNNING) return athrow_refuse(vm, step);
    if (gen->flags & CORO_AG_CLOSED) {
        step->state = AWAIT_CLOSED;
        /* at its end there is nothing to do: both give None */
        return raise_bare(vm, gen->state == CORO_CLOSED ? EXC(StopIteration) : EXC(StopAsyncIteration));
    }
    step->state = AWAIT_ITERATING;
    gen->flags |= CORO_AG_RUNNING;
    if (is_close(step)) {
        gen->flags |= CORO_AG_CLOSED;
        OWNED Value exit = TRY(exception_make(vm, from_object(EXC(GeneratorExit)), EMPTY));
        return athrow_outcome(vm, step, coro_throw(vm, gen, exit));
    }
    OWNED Value exception = thrown_exception(vm, step->value, step->value2, step->value3);
    if (exception == FAIL) {
        end_step(step);
        return FAIL;
    }
    return athrow_outcome(vm, step, coro_throw(vm, gen, exception));
}

static Value athrow_send(VM *vm, Value self, Value sent) {
    Step *step = to_step(self);
    if (step->state == AWAIT_CLOSED)
        return raise_runtime(vm, "cannot reuse already awaited aclose()/athrow()");
    if (to_coro(step->generator)->state == CORO_CLOSED) { /* it has ended: there is nothing to throw into */
        step->state = AWAIT_CLOSED;
        return raise_bare(vm, EXC(StopIteration));
    }
    OWNED Value held = incref(self);
    if (step->state == AWAIT_INIT) {
        if (sent != NONE)
            return raise_runtime(vm, "can't send non-None value to a just-started coroutine");
        return athrow_begin(vm, step);
    }
    return athrow_outcome(vm, step, coro_send(vm, to_coro(step->generator), sent));
}

static Value athrow_next(VM *vm, Value self) {
    return athrow_send(vm, self, NONE);
}

static Value athrow_throw(VM *vm, Value *args) {
    Step *step = to_step(args[0]);
    if (step->state == AWAIT_CLOSED)
        return raise_runtime(vm, "cannot reuse already awaited aclose()/athrow()");
    Coro *gen = to_coro(step->generator);
    if (step->state == AWAIT_INIT) {
        if (gen->flags & CORO_AG_RUNNING) return athrow_refuse(vm, step);
        step->state = AWAIT_ITERATING;
        gen->flags |= CORO_AG_RUNNING;
    }
    OWNED Value exception = TRY(thrown_exception(vm, args[1], args[2], args[3]));
    OWNED Value held = incref(args[0]);
    return athrow_outcome(vm, step, coro_throw(vm, gen, exception));
}

TYPE(async_generator_athrow, .name = "async_generator_athrow", .size = sizeof(Step), .kind = KIND_OTHER,
     .flags = TYPE_FINAL | TYPE_NO_NEW,
     .slots = {.free = step_free, .visit = step_visit, .finalize = step_finalize, .iter = step_self, .await = step_self,
               .next = athrow_next})

METHOD(async_generator_athrow, send, "($self, object, /)") {
    return athrow_send(vm, args[0], args[1]);
}
METHOD(async_generator_athrow, throw, "($self, type, value=None, traceback=None, /)") {
    if (!warn_throw(vm, "throw", args[2])) return FAIL;
    return athrow_throw(vm, args);
}
METHOD(async_generator_athrow, close, "($self, /)") {
    if (to_step(args[0])->state == AWAIT_CLOSED) return NONE;
    Value thrown[] = {args[0], from_object(EXC(GeneratorExit)), EMPTY, EMPTY};
    return close_step(vm, athrow_throw(vm, thrown));
}

/* ---- the generator itself ---- */

static Value async_generator_anext(VM *vm, Value self) {
    return step_new(vm, vm->types[TYPE_async_generator_asend], self, NONE);
}

static Value async_generator_repr(VM *vm, Value self) {
    return str_format(vm, "<async_generator object %S at 0x%lx>",
                      ((Function *)to_object(to_coro(self)->f.func))->qualname, (u64)self);
}

TYPE(async_generator, .name = "async_generator", .size = sizeof(Coro), .kind = KIND_ASYNC_GENERATOR,
     .flags = TYPE_FINAL | TYPE_NO_NEW | TYPE_WEAKREFS,
     .slots = {.free = coro_free, .visit = coro_visit, .clear = coro_clear,
               .finalize = async_generator_finalize, .repr = async_generator_repr, .aiter = step_self,
               .anext = async_generator_anext})

/* asend(v) -> send 'v' in generator. */
METHOD(async_generator, asend, "($self, object, /)") {
    return step_new(vm, vm->types[TYPE_async_generator_asend], args[0], args[1]);
}

/* athrow(value)
 * athrow(type[,value[,tb]])
 *
 * raise exception in generator. */
METHOD(async_generator, athrow, "($self, type, value=None, traceback=None, /)") {
    if (!warn_throw(vm, "athrow", args[2])) return FAIL;
    Value made = TRY(step_new(vm, vm->types[TYPE_async_generator_athrow], args[0], args[1]));
    to_step(made)->value2 = incref(args[2]);
    to_step(made)->value3 = incref(args[3]);
    return made;
}

/* aclose() -> raise GeneratorExit inside generator. */
METHOD(async_generator, aclose, "($self, /)") {
    return step_new(vm, vm->types[TYPE_async_generator_athrow], args[0], EMPTY);
}

static Function *function_of(Value self) {
    return (Function *)to_object(to_coro(self)->f.func);
}

/* name of the async generator */
GETTER(async_generator, __name__) {
    return incref(function_of(self)->name);
}
SETTER(async_generator, __name__) {
    return coro_rename(vm, self, value, false);
}
/* qualified name of the async generator */
GETTER(async_generator, __qualname__) {
    return incref(function_of(self)->qualname);
}
SETTER(async_generator, __qualname__) {
    return coro_rename(vm, self, value, true);
}
/* object being awaited on, or None */
GETTER(async_generator, ag_await) {
    return coro_awaited(vm, self);
}
GETTER(async_generator, ag_running) {
    return from_bool(to_coro(self)->flags & CORO_AG_RUNNING);
}
GETTER(async_generator, ag_suspended) {
    Coro *coro = to_coro(self);
    return from_bool(coro->state != CORO_CLOSED && coro->state != CORO_CREATED && !coro_is_running(coro));
}
GETTER(async_generator, ag_frame) {
    return coro_frame(vm, self);
}
GETTER(async_generator, ag_code) {
    return incref(from_object(to_coro(self)->f.code));
}
