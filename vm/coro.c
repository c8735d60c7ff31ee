/* Resuming, delegating, suspending, closing: what coroutines do with frames. See objects/frame.h. */
#include "vm/interpreter.h"

#include "objects/exc.h"
#include "objects/frameobject.h"
#include "objects/list.h"
#include "objects/tuple.h"

static const struct {
    u32 flag;
    u16 type;
    u8 kind;
    const char *word;
} sorts[] = {
    {CODE_COROUTINE, TYPE_coroutine, KIND_COROUTINE, "coroutine"},
    {CODE_ASYNC_GENERATOR, TYPE_async_generator, KIND_ASYNC_GENERATOR, "async generator"},
    {CODE_GENERATOR, TYPE_generator, KIND_GENERATOR, "generator"},
};

static u32 sort_of(u32 code_flags) {
    u32 i = 0;
    while (!(code_flags & sorts[i].flag)) i++;
    return i;
}

const char *coro_word(Coro *coro) {
    return sorts[sort_of(coro->f.code->flags)].word;
}

/* cr_origin: the calls that led to the making of a coroutine, innermost first. */
static Value origin_here(VM *vm) {
    OWNED Value rows = TRY(list_new(vm, vm->coroutine_origin_depth));
    Frame *frame = vm->frame;
    for (u32 i = 0; frame && i < vm->coroutine_origin_depth; i++, frame = frame_caller(frame)) {
        Value row = TRY(tuple_of(vm, 3, frame->code->filename, from_small(frame_line(frame)), frame->code->name));
        CHECK(list_push_owned(vm, to_list(rows), row));
    }
    return tuple_from(vm, to_list(rows)->items, to_list(rows)->count);
}

static COLD void note_origin(VM *vm, Coro *coro) {
    Value origin = origin_here(vm);
    if (origin == FAIL) exception_clear(vm);
    else coro->finalizer = origin;
}

/* object_new_sized, for types of which it is known that they are containers and builtin. */
static ALWAYS_INLINE Coro *new_object(VM *vm, Type *type, usize size) {
    Obj *object = heap_take(&vm->heap, size, HEAP_CONTAINER);
    if (UNLIKELY(!object)) return (Coro *)object_new_sized(vm, type, size);
    *object = (Obj){.rc = 1, .kind = type->kind, .shape = type->shape};
    return (Coro *)object;
}

/* The function is taken over; the registers are not set. NULL: nothing is. */
static ALWAYS_INLINE Coro *make(VM *vm, Value function, Code *code, u32 nregisters) {
    u32 type = code->flags & CODE_COROUTINE ? TYPE_coroutine : sorts[sort_of(code->flags)].type;
    Coro *coro = new_object(vm, vm->types[type], sizeof(Coro) + sizeof(Value) * nregisters);
    if (UNLIKELY(!coro)) return NULL;
    coro->awaiting = NULL;
    coro->root = coro->leaf = coro;
    coro->state = CORO_CREATED;
    coro->flags = 0;
    coro->was_thrown_into = false;
    coro->line = 0;
    coro->finalizer = EMPTY;
    coro->f = (Frame){.func = function, .code = code, .pc = code->insns + 1, .flags = FRAME_HEAP, .kind = FRAME_C};
    if (UNLIKELY(vm->coroutine_origin_depth) && coro->h.kind == KIND_COROUTINE) note_origin(vm, coro);
    return coro;
}

Value coro_new(VM *vm, Function *function, u32 nregisters) {
    Coro *coro = make(vm, from_object(function), function->code, nregisters);
    if (!coro) return FAIL;
    incref(coro->f.func);
    for (u32 i = 0; i < function->code->locals; i++) coro->f.r[i] = EMPTY;
    return from_object(coro);
}

Value coro_from_window(VM *vm, Value *window, u32 gap, u32 count) {
    Function *function = (Function *)to_object(*window);
    Code *code = function->code;
    const Value *args = window + 1 + gap;
    Coro *coro = make(vm, *window, code, code->registers);
    if (UNLIKELY(!coro)) {
        for (u32 i = 0; i < count; i++) decref(args[i]);
        decref(*window);
        return FAIL;
    }
    u32 i = 0;
    for (; i < count; i++) coro->f.r[i] = args[i];
    if (i < code->positional) {
        const Tuple *defaults = to_tuple(function->defaults);
        const Value *end = defaults->items + defaults->count;
        for (; i < code->positional; i++) coro->f.r[i] = incref(end[(i64)i - code->positional]);
    }
    for (; i < code->locals; i++) coro->f.r[i] = EMPTY;
    return from_object(coro);
}

Coro *coro_root(Coro *coro) {
    Coro *root = coro->root;
    while (root->root != root) root = root->root;
    coro->root = root;
    return root;
}

bool coro_is_running(Coro *coro) {
    return coro_root(coro)->state == CORO_RUNNING && coro->state != CORO_CLOSED;
}

/* The coroutine was the inner part of a chain and is now driven by itself: the part outside it will execute
 * its AWAIT again when it is resumed. */
static void cut(Coro *coro) {
    Coro *root = coro_root(coro);
    Coro *leaf = root->leaf;
    root->leaf = frame_coro(coro->f.prev);
    for (Coro *c = leaf; c != coro; c = frame_coro(c->f.prev)) c->root = coro;
    coro->root = coro;
    coro->leaf = leaf;
    coro->flags |= root->flags & CORO_HANDLER;
    coro->state = root->leaf->state = CORO_SUSPENDED; /* of members between root and leaf it is not kept */
}

static bool check_can_run(VM *vm, Coro *coro) {
    if (coro_is_running(coro)) {
        raise_value(vm, "%s already executing", coro_word(coro));
        return false;
    }
    if (coro->state == CORO_CLOSED) {
        raise_runtime(vm, "cannot reuse already awaited %s", coro_word(coro));
        return false;
    }
    if (coro->root != coro) cut(coro);
    return true;
}

/* The exceptions being handled in the frames between leaf and root that suspended inside a handler: swapped
 * with what is handled outside, so that each side sees its own. */
static void swap_handled(VM *vm, Frame *frame) {
    Insn at = frame->pc[-1];
    if (!(INSN_FLAGS(at) & F_HANDLER) || INSN_OP(at) == OP_START) return;
    Value *slot = &frame->r[INSN_C(at) + 1];
    Value mine = vm->handled;
    vm->handled = *slot;
    *slot = mine;
}

static void swap_handled_inwards(VM *vm, Coro *coro, Coro *root) {
    if (coro != root) swap_handled_inwards(vm, frame_coro(coro->f.prev), root);
    swap_handled(vm, &coro->f);
}

static void restore_handled(VM *vm, Coro *root, Coro *leaf) {
    if (root->flags & CORO_HANDLER) swap_handled_inwards(vm, leaf, root);
    root->flags &= ~CORO_HANDLER;
}

static bool suspends_in_handler(Coro *coro) {
    return coro->flags & CORO_HANDLER || INSN_FLAGS(coro->f.pc[-1]) & F_HANDLER;
}

static void save_handled(VM *vm, Coro *root, Coro *leaf) {
    if (!suspends_in_handler(leaf)) return;
    for (Coro *c = leaf;; c = frame_coro(c->f.prev)) {
        swap_handled(vm, &c->f);
        c->was_thrown_into = false;
        if (c == root) break;
    }
    root->flags |= CORO_HANDLER;
}

static void end_without_running(VM *vm, Coro *coro, bool with_temporaries);

/* There is no room to run it any deeper. What was never begun counts as awaited all the same. */
static bool refuse_depth(VM *vm, Coro *coro) {
    if (coro->state != CORO_CREATED) return false;
    OWNED Value exception = exception_take(vm);
    end_without_running(vm, coro, false);
    exception_restore(vm, TAKE(exception));
    return false;
}

bool coro_enter(VM *vm, Coro *coro, u8 kind) {
    if (!check_can_run(vm, coro)) return false;
    Frame *resumer = vm->frame;
    vm->generator_top = stack_top(vm);
    Coro *leaf = coro->leaf;
    leaf->root = coro;
    coro->f.prev = resumer;
    coro->f.kind = kind;
    leaf->f.depth = resumer ? resumer->depth + 1 : 1;
    if (!check_depth(vm, &leaf->f)) return refuse_depth(vm, coro);
    coro->state = CORO_RUNNING;
    leaf->state = CORO_RUNNING;
    restore_handled(vm, coro, leaf);
    vm->frame = &leaf->f;
    return true;
}

bool coro_deliver(VM *vm, Value sent) {
    Frame *frame = vm->frame;
    Coro *leaf = frame_coro(frame);
    if (leaf->flags & CORO_DELEGATING) return false;
    if (INSN_OP(frame->pc[-1]) != OP_START) frame->r[INSN_A(frame->pc[-1])] = incref(sent);
    return true;
}

/* `inner` becomes part of the chain, and its leaf the one that runs. */
static bool join_chain(VM *vm, Coro *self, Coro *inner, u8 kind) {
    Coro *leaf = inner->leaf;
    leaf->f.depth = self->f.depth + 1;
    if (!check_depth(vm, &leaf->f)) return refuse_depth(vm, inner);
    bool in_handler = suspends_in_handler(self);
    self->awaiting = inner;
    self->flags |= CORO_DELEGATING;
    inner->f.prev = &self->f;
    inner->f.kind = kind;
    inner->root = coro_root(self);
    leaf->root = inner->root;
    leaf->state = CORO_RUNNING;
    restore_handled(vm, inner, leaf);
    if (in_handler) leaf->flags |= CORO_HANDLER;
    vm->frame = &leaf->f;
    return true;
}

bool coro_delegate(VM *vm, Coro *self, Coro *inner) {
    if (inner->h.kind == KIND_COROUTINE && inner->root != inner && !coro_is_running(inner)) {
        raise_runtime(vm, "coroutine is being awaited already");
        return false;
    }
    return check_can_run(vm, inner) && join_chain(vm, self, inner, FRAME_AWAIT);
}

/* ---- async generators in a chain ---- */

static bool check_anext(VM *vm, Coro *gen, Value sent) {
    if (gen->flags & CORO_AG_RUNNING)
        raise_runtime(vm, "anext(): asynchronous generator is already running");
    else if (gen->state == CORO_CLOSED)
        raise_bare(vm, EXC(StopAsyncIteration));
    else if (gen->state == CORO_CREATED && sent != NONE)
        raise_type(vm, "can't send non-None value to a just-started async generator");
    return vm->exception == EMPTY;
}

bool coro_delegate_next(VM *vm, Coro *self, Coro *gen, Value sent) {
    if (!check_anext(vm, gen, sent) || !check_can_run(vm, gen)) return false;
    if (!join_chain(vm, self, gen, FRAME_ANEXT)) return false;
    gen->flags |= CORO_AG_RUNNING;
    coro_deliver(vm, sent);
    return true;
}

/* The awaiting of the next item is over. */
static void end_anext(Coro *gen) {
    Frame *outer = gen->f.prev;
    gen->flags &= ~CORO_AG_RUNNING;
    Value awaited = outer->r[INSN_A(outer->pc[-1])];
    if (awaited != from_object(gen)) asend_end(awaited);
}

Coro *coro_suspend(VM *vm, Coro *self) {
    Coro *root = self->root;
    if (root != self) root = coro_root(self);
    save_handled(vm, root, self);
    root->leaf = self;
    self->was_thrown_into = false;
    self->state = CORO_SUSPENDED;
    root->state = CORO_SUSPENDED;
    vm->frame = root->f.prev;
    return root;
}

static void close_state(Coro *coro) {
    coro->state = CORO_CLOSED;
    coro->flags &= ~(CORO_DELEGATING | CORO_HANDLER);
    coro->awaiting = NULL;
    coro->root = coro->leaf = coro;
}

/* Control goes back to the one that was waiting for it. */
static inline void resume_outer(VM *vm, Coro *coro) {
    Frame *outer = coro->f.prev;
    if (coro->f.kind == FRAME_ANEXT) end_anext(coro);
    if (coro->f.kind == FRAME_AWAIT || coro->f.kind == FRAME_ANEXT) {
        Coro *parent = frame_coro(outer);
        parent->awaiting = NULL;
        parent->flags &= ~CORO_DELEGATING;
        parent->state = CORO_RUNNING;
    }
    vm->frame = outer;
}

void coro_finish(VM *vm, Coro *coro) {
    resume_outer(vm, coro);
    close_state(coro);
}

void coro_give(VM *vm, Coro *gen, Value item) {
    bool in_handler = INSN_FLAGS(gen->f.pc[-1]) & F_HANDLER;
    gen->flags &= ~CORO_HANDLER;
    if (in_handler) {
        swap_handled(vm, &gen->f);
        gen->flags |= CORO_HANDLER;
    }
    resume_outer(vm, gen);
    gen->state = CORO_SUSPENDED;
    gen->root = gen->leaf = gen;
    replace(&vm->frame->r[INSN_A(vm->frame->pc[-1])], item);
}

/* Nobody else knows it, and it holds nothing any more: its memory can go without ceremony. */
static inline bool is_forgotten(const Coro *coro) {
    return coro->h.rc == 1 && coro->finalizer == EMPTY &&
           !(coro->h.flags & (OBJECT_WEAKLY_REFERENCED | OBJECT_LARGE));
}

void coro_finish_inner(VM *vm, Coro *coro, Value *owner, Value result) {
    resume_outer(vm, coro);
    *owner = result;
    if (LIKELY(is_forgotten(coro))) {
        Value function = coro->f.func;
        heap_free(&vm->heap, coro, HEAP_CONTAINER);
        decref(function);
        return;
    }
    close_state(coro);
    decref(from_object(coro));
}

void coro_convert_stop(VM *vm, Coro *coro) {
    const char *what = NULL;
    if (INSN_OP(coro->f.pc[-1]) == OP_START) return; /* it was thrown in before anything ran */
    if (exception_matches(vm, EXC(StopIteration))) what = "StopIteration";
    if (coro->h.kind == KIND_ASYNC_GENERATOR && exception_matches(vm, EXC(StopAsyncIteration)))
        what = "StopAsyncIteration";
    if (!what) return;
    OWNED Value cause = exception_take(vm);
    raise_runtime(vm, "%s raised %s", coro_word(coro), what);
    Exception *raised = to_exception(vm->exception);
    replace(&raised->cause, incref(cause));
    replace(&raised->context, incref(cause));
    raised->suppress_context = true;
}

/* ---- nested runs ---- */

static Value run_nested(VM *vm, Value sent, Value *generator_top) {
    Value result = vm_run(vm, sent);
    vm->generator_top = generator_top;
    leave_recursion(vm);
    return result;
}

static Value finished_send(VM *vm, Coro *coro) {
    if (coro->h.kind == KIND_COROUTINE) {
        raise_runtime(vm, "cannot reuse already awaited coroutine");
        return FAIL;
    }
    vm->return_value = NONE;
    return EMPTY;
}

/* The generator runs on behalf of vm->frame from now on. False, and nothing is done: it is not at rest, or too deep. */
static inline bool resume_resting(VM *vm, Coro *coro, u8 kind) {
    Frame *resumer = vm->frame;
    bool is_at_rest = coro->state == CORO_SUSPENDED && !coro->flags && coro->root == coro;
    if (UNLIKELY(!is_at_rest || !resumer || resumer->depth >= vm->depth_limit)) return false;
    vm->generator_top = stack_top(vm);
    coro->state = CORO_RUNNING;
    coro->f.prev = resumer;
    coro->f.kind = kind;
    coro->f.depth = resumer->depth + 1;
    vm->frame = &coro->f;
    return true;
}

/* What it gets is the value of its `yield`. */
static inline void give(Coro *coro, Value sent) {
    coro->f.r[INSN_A(coro->f.pc[-1])] = incref(sent);
}

bool coro_resume(VM *vm, Coro *coro, Value sent, u8 kind) {
    if (!resume_resting(vm, coro, kind)) return false;
    give(coro, sent);
    return true;
}

Value coro_send(VM *vm, Coro *coro, Value sent) {
    if (coro->state == CORO_CLOSED) return finished_send(vm, coro);
    if (coro->state == CORO_CREATED && sent != NONE)
        return raise_type(vm, "can't send non-None value to a just-started %s", coro_word(coro));
    if (!enter_recursion(vm, "")) return FAIL;
    Value *generator_top = vm->generator_top;
    OWNED Value held = incref(from_object(coro));
    if (LIKELY(coro_resume(vm, coro, sent, FRAME_C))) return run_nested(vm, EMPTY, generator_top);
    if (!coro_enter(vm, coro, FRAME_C)) {
        leave_recursion(vm);
        return FAIL;
    }
    bool runs = coro_deliver(vm, sent);
    return run_nested(vm, runs ? EMPTY : sent, generator_top);
}

Value coro_next(VM *vm, Coro *coro) {
    Value *generator_top = vm->generator_top;
    /* the value of `yield` is dropped at once, most often: FOR_GENERATOR skips that too */
    bool drops = coro->state == CORO_SUSPENDED && INSN_OP(*coro->f.pc) == OP_DROP;
    if (UNLIKELY(!drops || !resume_resting(vm, coro, FRAME_C))) return coro_send(vm, coro, NONE);
    if (UNLIKELY(!enter_recursion(vm, ""))) {
        coro->state = CORO_SUSPENDED;
        vm->frame = coro->f.prev;
        vm->generator_top = generator_top;
        return FAIL;
    }
    coro->f.pc++;
    OWNED Value held = incref(from_object(coro));
    return run_nested(vm, EMPTY, generator_top);
}

Value coro_raise(VM *vm, Value exception) {
    frame_coro(vm->frame)->was_thrown_into = true;
    Insn at = vm->frame->pc[-1];
    if (INSN_FLAGS(at) & F_HANDLER && INSN_OP(at) != OP_START) return raise_instance(vm, exception);
    exception_restore(vm, incref(exception));
    return FAIL;
}

/* Raise in the leaf of a coroutine that was entered; it may wait for something that wants the throw. */
static Value throw_into_leaf(VM *vm, Coro *coro, Value exception, Value *generator_top) {
    Coro *leaf = frame_coro(vm->frame);
    Value sent = EMPTY;
    if (leaf->flags & CORO_DELEGATING) {
        Value step = await_throw(vm, leaf->f.r[INSN_A(leaf->f.pc[-1])], exception);
        if (step != EMPTY && step != FAIL) {
            coro_suspend(vm, leaf);
            vm->generator_top = generator_top;
            leave_recursion(vm);
            return step;
        }
        leaf->flags &= ~CORO_DELEGATING;
        if (step == EMPTY) replace(&leaf->f.r[INSN_A(leaf->f.pc[-1])], take(&vm->return_value));
    } else {
        coro_raise(vm, exception);
    }
    return run_nested(vm, sent, generator_top);
}

static Value awaited_by(Coro *coro) {
    return coro->f.r[INSN_A(coro->f.pc[-1])];
}

/* Close every member of the chain inside the coroutine, innermost first. The exception of the last
 * failed close stays set: it goes on in the coroutine. */
static bool close_inner(VM *vm, Coro *coro) {
    while (coro->leaf != coro) {
        Coro *leaf = coro->leaf;
        Coro *outer = frame_coro(leaf->f.prev);
        OWNED Value held = incref(from_object(leaf));
        leaf->root = coro;
        cut(leaf);
        bool closed = leaf->f.kind == FRAME_ANEXT ? anext_close(vm, from_object(leaf), awaited_by(outer))
                                                  : coro_close(vm, leaf);
        outer->awaiting = NULL;
        outer->flags &= ~CORO_DELEGATING;
        if (!closed) {
            Value error = exception_take(vm);
            if (outer == coro) {
                exception_restore(vm, error);
                return false;
            }
            OWNED Value given = coro_throw(vm, outer, error);
            decref(error);
            if (given != FAIL && given != EMPTY)
                raise_runtime(vm, "%s ignored GeneratorExit", coro_word(outer));
            exception_clear(vm);
        }
    }
    return true;
}

/* Does an exception handler cover the place where the frame is suspended? */
static bool has_handler(Frame *frame) {
    u32 word = (u32)(frame->pc - frame->code->insns) - 1;
    for (u32 i = 0; i < frame->code->exception_count; i++) {
        const ExceptionRow *row = &frame->code->exceptions[i];
        if (word >= row->start && word < row->end) return true;
    }
    return false;
}

static void end_without_running(VM *vm, Coro *coro, bool with_temporaries) {
    coro->state = CORO_CLOSED;
    coro->flags &= ~(CORO_DELEGATING | CORO_HANDLER);
    coro->awaiting = NULL;
    if (coro->f.flags & FRAME_OBSERVED) frame_object_detach(vm, &coro->f);
    frame_release(vm, &coro->f, with_temporaries);
}

Value coro_throw(VM *vm, Coro *coro, Value exception) {
    if (coro_is_running(coro)) return raise_value(vm, "%s already executing", coro_word(coro));
    if (coro->state == CORO_CLOSED) {
        if (coro->h.kind == KIND_COROUTINE)
            return raise_runtime(vm, "cannot reuse already awaited coroutine");
        exception_restore(vm, incref(exception));
        return FAIL;
    }
    OWNED Value held = incref(from_object(coro));
    OWNED Value exception_held = incref(exception);
    if (coro->root != coro) cut(coro);
    bool inner_closed = true;
    if (is_instance(vm, exception, EXC(GeneratorExit))) inner_closed = close_inner(vm, coro);
    OWNED Value inner_error = inner_closed ? EMPTY : exception_take(vm);
    if (!enter_recursion(vm, "")) return FAIL;
    Value *generator_top = vm->generator_top;
    if (!coro_enter(vm, coro, FRAME_C)) {
        leave_recursion(vm);
        return FAIL;
    }
    return throw_into_leaf(vm, coro, inner_error != EMPTY ? inner_error : exception, generator_top);
}

/* Close what the coroutine itself waits for, if that is not a coroutine. Meanwhile it counts as running. */
static bool close_awaited(VM *vm, Coro *coro) {
    if (!(coro->flags & CORO_DELEGATING)) return true;
    OWNED Value awaited = incref(coro->f.r[INSN_A(coro->f.pc[-1])]);
    coro->flags &= ~CORO_DELEGATING;
    coro->state = CORO_RUNNING;
    coro->f.prev = vm->frame;
    OWNED Value close = object_find_attr(vm, awaited, NAME(close));
    OWNED Value result = close == EMPTY || close == FAIL ? NONE : call_0(vm, close);
    coro->state = CORO_SUSPENDED;
    if (close == FAIL) vm->hooks.unraisable(vm, NULL, awaited);
    return result != FAIL;
}

/* Gives what the coroutine returned in answer. */
static Value close_by_exit(VM *vm, Coro *coro) {
    OWNED Value exit = FAIL;
    if (vm->exception != EMPTY) exit = exception_take(vm);
    else exit = exception_make(vm, from_object(EXC(GeneratorExit)), EMPTY);
    if (exit == FAIL) return FAIL;
    OWNED Value given = coro_throw(vm, coro, exit);
    if (given == EMPTY) return take(&vm->return_value);
    if (given != FAIL) return raise_runtime(vm, "%s ignored GeneratorExit", coro_word(coro));
    if (!exception_matches(vm, EXC(GeneratorExit)) && !exception_matches(vm, EXC(StopIteration)))
        return FAIL;
    exception_clear(vm);
    return NONE;
}

Value coro_close_value(VM *vm, Coro *coro) {
    if (coro_is_running(coro)) return raise_value(vm, "%s already executing", coro_word(coro));
    if (coro->state == CORO_CLOSED) return NONE;
    OWNED Value held = incref(from_object(coro));
    if (coro->root != coro) cut(coro);
    if (coro->state == CORO_CREATED) {
        end_without_running(vm, coro, false);
        return NONE;
    }
    bool inner_closed = close_inner(vm, coro) && close_awaited(vm, coro);
    if (inner_closed && !has_handler(&coro->f)) {
        end_without_running(vm, coro, true);
        return NONE;
    }
    return close_by_exit(vm, coro);
}

bool coro_close(VM *vm, Coro *coro) {
    OWNED Value returned = coro_close_value(vm, coro);
    return returned != FAIL;
}
