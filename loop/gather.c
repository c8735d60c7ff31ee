#include "loop/gather.h"

#include "loop/asyncio.h"
#include "loop/debug.h"
#include "loop/future.h"
#include "loop/task.h"
#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

typedef struct GatherFuture {
    Future future;
    Value children; /* list of futures; EMPTY once it is done */
    u32 waiting;    /* children that are not done yet, each counted once */
    bool is_open;   /* all children are known */
    bool return_exceptions, cancel_requested;
} GatherFuture;

static GatherFuture *to_gather(Value v) {
    return (GatherFuture *)to_object(v);
}

bool is_gather(VM *vm, Value v) {
    return has_exact_kind(v, KIND_FUTURE) && to_object(v)->shape == vm->types[TYPE__GatheringFuture]->shape;
}

/* ---- life ---- */

static void free_gather(VM *vm, Obj *self) {
    decref(((GatherFuture *)self)->children);
    future_free(vm, self);
}

static void visit_gather(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((GatherFuture *)self)->children);
    future_visit(self, visitor);
}

static void clear_gather(VM *vm, Obj *self) {
    replace(&((GatherFuture *)self)->children, EMPTY);
    future_clear(vm, self);
}

TYPE(_GatheringFuture, .name = "asyncio.tasks._GatheringFuture", .base = TYPE_Future,
     .size = sizeof(GatherFuture), .flags = TYPE_NO_NEW,
     .slots = {.free = free_gather, .visit = visit_gather, .clear = clear_gather},
     .doc = "Helper for gather().")

/* ---- the end ---- */

static int is_child_cancelled(VM *vm, Value child) {
    if (is_plain_future(child)) return future_state(to_future(child)) == FUTURE_CANCELLED;
    OWNED Value cancelled = call_method_0(vm, child, NAME(cancelled));
    return cancelled == FAIL ? -1 : object_truth(vm, cancelled);
}

/* The exception that a done child brings (owned), EMPTY: none. Asking marks it as seen. */
static Value child_error(VM *vm, Value child) {
    if (is_plain_future(child)) {
        Future *future = to_future(child);
        if (future_state(future) == FUTURE_CANCELLED) return future_cancelled_error(vm, future);
        return future->h.aux & FUTURE_FAILED ? incref(future_exception(future)) : EMPTY;
    }
    int is_cancelled = is_child_cancelled(vm, child);
    if (is_cancelled < 0) return FAIL;
    if (is_cancelled) return call_method_0(vm, child, NAME(_make_cancelled_error));
    Value error = call_method_0(vm, child, NAME(exception));
    return error == NONE ? EMPTY : error;
}

static Value child_result(VM *vm, Value child) {
    return is_plain_future(child) ? future_result(vm, to_future(child))
                                  : call_method_0(vm, child, NAME(result));
}

/* In a list of results a cancelled child stands as a new CancelledError. */
static Value outcome(VM *vm, Value child) {
    int is_cancelled = is_child_cancelled(vm, child);
    if (is_cancelled < 0) return FAIL;
    if (!is_cancelled) {
        OWNED Value error = TRY(child_error(vm, child));
        return error == EMPTY ? child_result(vm, child) : TAKE(error);
    }
    OWNED Value message = TRY(object_getattr(vm, child, NAME(_cancel_message)));
    return exception_make(vm, from_object(EXC(CancelledError)), message == NONE ? vm->empty_str : message);
}

static Value results(VM *vm, GatherFuture *gather) {
    List *children = to_list(gather->children);
    OWNED Value list = TRY(list_new(vm, children->count));
    for (usize i = 0; i < children->count; i++) {
        Value result = TRY(outcome(vm, children->items[i]));
        CHECK(list_push_owned(vm, to_list(list), result));
    }
    return TAKE(list);
}

static bool is_done(GatherFuture *gather) {
    return future_state(&gather->future) != FUTURE_PENDING;
}

static bool finish(VM *vm, GatherFuture *gather) {
    List *children = to_list(gather->children);
    OWNED Value last_child = incref(children->items[children->count - 1]);
    OWNED Value list = results(vm, gather);
    if (list == FAIL) return false;
    if (!gather->cancel_requested) return future_set_result(vm, &gather->future, list);
    OWNED Value error = call_method_0(vm, last_child, NAME(_make_cancelled_error));
    return error != FAIL && future_set_exception(vm, &gather->future, error);
}

bool gather_child_done(VM *vm, Value self, Value child) {
    GatherFuture *gather = to_gather(self);
    OWNED Value held = incref(self);
    gather->waiting--;
    if (!gather->is_open || is_done(gather) || !gather->return_exceptions) {
        OWNED Value error = child_error(vm, child);
        if (error == FAIL) return false;
        if (!gather->is_open || is_done(gather)) return true;
        if (error != EMPTY) return future_set_exception(vm, &gather->future, error);
    }
    if (gather->waiting) return true;
    bool done = finish(vm, gather);
    replace(&gather->children, EMPTY);
    return done;
}

int gather_cancel(VM *vm, Value self, Value message) {
    GatherFuture *gather = to_gather(self);
    if (is_done(gather)) return 0;
    bool any = false;
    OWNED Value children = incref(gather->children);
    for (usize i = 0; i < to_list(children)->count; i++) {
        OWNED Value child = incref(to_list(children)->items[i]);
        int done = future_cancel_any(vm, child, message);
        if (done < 0) return -1;
        any |= done;
    }
    gather->cancel_requested |= any;
    return any;
}

/* ---- the beginning ---- */

enum { CORO_GATHERED = OBJECT_OWN_A }; /* Obj.flags of a coroutine: it stands among the arguments before */

typedef struct Gathering {
    Value *awaitables;
    u32 count;
    Value known; /* dict: argument -> future, for those that are no coroutines; EMPTY: none yet */
    Value loop;  /* of the first child; EMPTY: not known */
    Value done;  /* list of the children that were done already, or EMPTY */
} Gathering;

/* The child of an argument that stood there before: borrowed; EMPTY: it did not. FAIL: it has no hash. */
static Value find_known(VM *vm, Gathering *gathering, GatherFuture *gather, Value awaitable) {
    if (has_exact_kind(awaitable, KIND_COROUTINE)) {
        if (!(to_object(awaitable)->flags & CORO_GATHERED)) return EMPTY;
        u32 i = 0;
        while (gathering->awaitables[i] != awaitable) i++;
        return to_list(gather->children)->items[i];
    }
    u64 hash;
    if (gathering->known == EMPTY && is_plain_future(awaitable)) return EMPTY;
    if (gathering->known == EMPTY) return object_hash(vm, awaitable, &hash) ? EMPTY : FAIL;
    return dict_get(vm, to_dict(gathering->known), awaitable);
}

static bool remember(VM *vm, Gathering *gathering, Value awaitable, Value child) {
    if (has_exact_kind(awaitable, KIND_COROUTINE)) {
        to_object(awaitable)->flags |= CORO_GATHERED;
        return true;
    }
    if (gathering->known == EMPTY) gathering->known = dict_new(vm);
    if (gathering->known != FAIL) return dict_set(vm, to_dict(gathering->known), awaitable, child);
    gathering->known = EMPTY;
    return false;
}

static bool is_child_done(VM *vm, Value child, bool *done) {
    if (is_plain_future(child)) {
        *done = future_state(to_future(child)) != FUTURE_PENDING;
        return true;
    }
    OWNED Value answer = call_method_0(vm, child, NAME(done));
    int truth = answer == FAIL ? -1 : object_truth(vm, answer);
    *done = truth > 0;
    return truth >= 0;
}

static bool watch(VM *vm, Gathering *gathering, Value self, Value child) {
    bool done;
    if (!is_child_done(vm, child, &done)) return false;
    if (done) {
        if (gathering->done == EMPTY) gathering->done = list_new(vm, 1);
        return gathering->done != FAIL && list_push(vm, to_list(gathering->done), child);
    }
    if (is_plain_future(child)) return future_add_waiter(vm, to_future(child), self);
    OWNED Value callback = loop_waiter_callable(vm, self);
    OWNED Value added = callback == FAIL ? FAIL : call_method_1(vm, child, NAME(add_done_callback), callback);
    return added != FAIL;
}

/* A child that is not among the children yet. */
static Value add_new(VM *vm, Gathering *gathering, Value self, Value awaitable) {
    OWNED Value child = TRY(ensure_future(vm, awaitable, gathering->loop));
    if (gathering->loop == EMPTY) {
        gathering->loop = is_future(child) ? incref(to_future(child)->loop)
                                           : call_method_0(vm, child, NAME(get_loop));
        if (gathering->loop == FAIL) gathering->loop = EMPTY;
        if (gathering->loop == EMPTY) return FAIL;
    }
    if (child != awaitable) {
        if (is_plain_future(child)) to_future(child)->h.aux |= TASK_IS_QUIET;
        else CHECK(object_setattr(vm, child, NAME(_log_destroy_pending), FALSE));
    }
    to_gather(self)->waiting++;
    CHECK(remember(vm, gathering, awaitable, child) && watch(vm, gathering, self, child));
    return TAKE(child);
}

static bool add_all(VM *vm, Gathering *gathering, Value self) {
    GatherFuture *gather = to_gather(self);
    for (u32 i = 0; i < gathering->count; i++) {
        Value known = find_known(vm, gathering, gather, gathering->awaitables[i]);
        if (known == FAIL) return false;
        Value child = known != EMPTY ? incref(known) : add_new(vm, gathering, self, gathering->awaitables[i]);
        if (child == FAIL || !list_push_owned(vm, to_list(gather->children), child)) return false;
    }
    return true;
}

static void forget_marks(Gathering *gathering) {
    for (u32 i = 0; i < gathering->count; i++)
        if (has_exact_kind(gathering->awaitables[i], KIND_COROUTINE))
            to_object(gathering->awaitables[i])->flags &= (u8)~CORO_GATHERED;
}

static bool finish_done(VM *vm, Gathering *gathering, Value self) {
    if (gathering->done == EMPTY) return true;
    List *done = to_list(gathering->done);
    for (usize i = 0; i < done->count; i++)
        if (!gather_child_done(vm, self, done->items[i])) return false;
    return true;
}

static Value gather_nothing(VM *vm) {
    OWNED Value loop = TRY(loop_current_or_policy(vm));
    OWNED Value future = TRY(future_new(vm, loop));
    OWNED Value list = TRY(list_new(vm, 0));
    CHECK(future_set_result(vm, to_future(future), list));
    return TAKE(future);
}

Value gather_new(VM *vm, Value *awaitables, u32 count, bool return_exceptions) {
    if (!count) return gather_nothing(vm);
    Gathering gathering = {awaitables, count, EMPTY, EMPTY, EMPTY};
    OWNED Value children = TRY(list_new(vm, count));
    Type *type = vm->types[TYPE__GatheringFuture];
    GatherFuture *gather = (GatherFuture *)object_new_sized(vm, type, sizeof(GatherFuture));
    if (!gather) return FAIL;
    OWNED Value self = from_object(gather);
    future_open(&gather->future, EMPTY);
    gather->children = TAKE(children);
    gather->waiting = 0;
    gather->is_open = gather->cancel_requested = false;
    gather->return_exceptions = return_exceptions;
    bool done = add_all(vm, &gathering, self);
    forget_marks(&gathering);
    if (done) {
        gather->future.loop = incref(gathering.loop);
        gather->future.h.aux |= FUTURE_INITIALIZED;
        gather->is_open = true;
        done = debug_note_source(vm, gathering.loop, &gather->future.dict) && finish_done(vm, &gathering, self);
    }
    decref(gathering.known);
    decref(gathering.loop);
    decref(gathering.done);
    return done ? TAKE(self) : FAIL;
}

/* ---- what programs see ---- */

METHOD(_GatheringFuture, cancel, "($self, /, msg=None)") {
    int done = gather_cancel(vm, args[0], args[1] == EMPTY ? NONE : args[1]);
    return done < 0 ? FAIL : from_bool(done);
}

METHOD(_GatheringFuture, _done_callback, "($self, child, /)") {
    return gather_child_done(vm, args[0], args[1]) ? NONE : FAIL;
}

GETTER(_GatheringFuture, _children) {
    return field_get(to_gather(self)->children);
}
