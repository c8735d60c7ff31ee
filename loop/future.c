#include "loop/future.h"

#include "loop/context.h"
#include "loop/debug.h"
#include "loop/loop.h"
#include "loop/report.h"
#include "loop/task.h"
#include "objects/exc.h"
#include "objects/generic_alias.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/generator.h"

/* ---- exceptions ---- */

TYPE(CancelledError, .name = "asyncio.exceptions.CancelledError", .base = TYPE_BaseException,
     .doc = "The Future or Task was cancelled.")
TYPE(InvalidStateError, .name = "asyncio.exceptions.InvalidStateError", .base = TYPE_Exception,
     .doc = "The operation is not allowed in this state.")

Value raise_invalid_state(VM *vm, const char *text) {
    return raise_format(vm, EXC(InvalidStateError), "%s", text);
}

bool is_cancelled_error(VM *vm, Value exception) {
    return is_instance(vm, exception, EXC(CancelledError));
}

Value future_cancelled_error(VM *vm, Future *future) {
    if (future->result != EMPTY && future_state(future) == FUTURE_CANCELLED) return take(&future->result);
    Value message = future->h.aux & FUTURE_FAILED ? EMPTY : future->extra;
    return exception_make(vm, from_object(EXC(CancelledError)), message == NONE ? EMPTY : message);
}

/* ---- life ---- */

void future_open(Future *future, Value loop) {
    future->h.aux = loop == EMPTY ? FUTURE_PENDING : FUTURE_PENDING | FUTURE_INITIALIZED;
    future->dict = future->callbacks = future->result = future->extra = EMPTY;
    future->loop = incref(loop);
}

Value future_new(VM *vm, Value loop) {
    Obj *made = object_new_sized(vm, vm->types[TYPE_Future], sizeof(Future));
    if (!made) return FAIL;
    future_open((Future *)made, loop);
    OWNED Value held = from_object(made);
    CHECK(debug_note_source(vm, loop, &to_future(held)->dict));
    return TAKE(held);
}

Value future_allocate(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    Future *future = (Future *)object_new(vm, type);
    if (!future) return FAIL;
    future_open(future, EMPTY);
    return from_object(future);
}

bool future_set_loop(VM *vm, Future *future, Value loop) {
    OWNED Value given = loop == EMPTY || loop == NONE ? loop_current_or_policy(vm) : incref(loop);
    if (given == FAIL) return false;
    if (!is_loop(given)) {
        OWNED Value debug = call_method_0(vm, given, NAME(get_debug));
        if (debug == FAIL || object_truth(vm, debug) < 0) return false;
    }
    replace(&future->loop, TAKE(given));
    future->h.aux |= FUTURE_INITIALIZED;
    return debug_note_source(vm, future->loop, &future->dict);
}

static bool init(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"loop", NULL};
    static const Arguments arguments = {"Future", names, 0, 0, 0};
    Value given[1];
    Future *future = to_future(self);
    if (!arguments_bind(vm, &arguments, args, nargs, kwnames, given)) return false;
    replace(&future->callbacks, EMPTY);
    replace(&future->result, EMPTY);
    replace(&future->extra, EMPTY);
    future->h.aux &= FUTURE_INITIALIZED;
    return future_set_loop(vm, future, given[0]);
}

void future_clear(VM *vm, Obj *self) {
    Future *future = (Future *)self;
    replace(&future->dict, EMPTY);
    replace(&future->callbacks, EMPTY);
    replace(&future->result, EMPTY);
    replace(&future->extra, EMPTY);
}

void future_free(VM *vm, Obj *self) {
    Future *future = (Future *)self;
    decref(future->dict);
    decref(future->callbacks);
    decref(future->result);
    decref(future->extra);
    decref(future->loop);
}

void future_visit(Obj *self, Visitor *visitor) {
    Future *future = (Future *)self;
    visitor->visit(visitor, future->dict);
    visitor->visit(visitor, future->loop);
    visitor->visit(visitor, future->callbacks);
    visitor->visit(visitor, future->result);
    visitor->visit(visitor, future->extra);
}

/* Nobody has ever asked for the exception. */
void future_finalize(VM *vm, Value self) {
    Future *future = to_future(self);
    if (!(future->h.aux & FUTURE_LOG_TRACEBACK)) return;
    future->h.aux &= ~FUTURE_LOG_TRACEBACK;
    OWNED Value message =
        str_format(vm, "%s exception was never retrieved", type_short_name(type_of(vm, self)));
    report_to_loop(vm, future->loop, message,
                   (ReportItem[]){{"exception", future->result}, {"future", self}}, 2);
}

/* ---- callbacks ---- */

/* In a list of callbacks the context of a waiter of loop/ (Task, GatherFuture). */
#define WAITER ELLIPSIS

static bool push_pair(VM *vm, Value list, Value callback, Value context) {
    return list_push(vm, to_list(list), callback) && list_push(vm, to_list(list), context);
}

/* The callbacks as a list. */
static Value callback_list(VM *vm, Future *future) {
    if (has_exact_kind(future->callbacks, KIND_LIST)) return future->callbacks;
    OWNED Value list = TRY(list_new(vm, 2));
    if (future->callbacks != EMPTY) CHECK(push_pair(vm, list, future->callbacks, WAITER));
    replace(&future->callbacks, TAKE(list));
    return future->callbacks;
}

bool future_add_waiter(VM *vm, Future *future, Value waiter) {
    if (future_state(future) != FUTURE_PENDING)
        return loop_push_waiter(vm, future->loop, waiter, from_object(future));
    if (future->callbacks == EMPTY) {
        future->callbacks = incref(waiter);
        return true;
    }
    Value list = callback_list(vm, future);
    return list != FAIL && push_pair(vm, list, waiter, WAITER);
}

bool future_add_callback(VM *vm, Future *future, Value callback, Value owned_context) {
    OWNED Value context = owned_context;
    if (future_state(future) != FUTURE_PENDING)
        return loop_push_callback(vm, future->loop, callback, from_object(future), context);
    Value list = callback_list(vm, future);
    return list != FAIL && push_pair(vm, list, callback, context);
}

static bool schedule_pair(VM *vm, Future *future, Value callback, Value context) {
    if (context == WAITER) return loop_push_waiter(vm, future->loop, callback, from_object(future));
    return loop_push_callback(vm, future->loop, callback, from_object(future), context);
}

/* It is done: each callback gets its turn. */
static bool schedule(VM *vm, Future *future) {
    OWNED Value callbacks = take(&future->callbacks);
    if (callbacks == EMPTY) return true;
    if (!has_exact_kind(callbacks, KIND_LIST)) return schedule_pair(vm, future, callbacks, WAITER);
    List *list = to_list(callbacks);
    for (usize i = 0; i + 1 < list->count; i += 2)
        if (!schedule_pair(vm, future, list->items[i], list->items[i + 1])) return false;
    return true;
}

/* Where the pair of the callback is; -1: nowhere, -2: failed. */
static i64 find_pair(VM *vm, List *list, usize from, Value callback) {
    for (usize i = from; i + 1 < list->count; i += 2) {
        int equal = object_equal(vm, list->items[i], callback);
        if (equal) return equal < 0 ? -2 : (i64)i;
    }
    return -1;
}

i64 future_remove_callback(VM *vm, Future *future, Value callback) {
    if (future->callbacks == EMPTY) return 0;
    OWNED Value held = incref(callback_list(vm, future));
    if (held == FAIL) return -1;
    List *list = to_list(held);
    i64 removed = 0, at = 0;
    while ((at = find_pair(vm, list, (usize)at, callback)) >= 0) {
        if (!list_delete_slice(vm, list, (usize)at, (usize)at + 2)) return -1;
        removed++;
    }
    if (!list->count && future->callbacks == held) replace(&future->callbacks, EMPTY);
    return at == -2 ? -1 : removed;
}

void future_remove_waiter(VM *vm, Future *future, Value waiter) {
    if (future->callbacks == waiter) {
        replace(&future->callbacks, EMPTY);
        return;
    }
    if (!has_exact_kind(future->callbacks, KIND_LIST)) return;
    List *list = to_list(future->callbacks);
    for (usize i = 0; i + 1 < list->count; i += 2)
        if (list->items[i] == waiter && list->items[i + 1] == WAITER) {
            if (!list_delete_slice(vm, list, i, i + 2)) exception_clear(vm);
            return;
        }
}

/* ---- becoming done ---- */

static bool check_pending(VM *vm, Future *future) {
    if (UNLIKELY(!(future->h.aux & FUTURE_INITIALIZED))) {
        raise_runtime(vm, "Future object is not initialized.");
        return false;
    }
    if (LIKELY(future_state(future) == FUTURE_PENDING)) return true;
    raise_invalid_state(vm, "invalid state");
    return false;
}

bool future_set_result(VM *vm, Future *future, Value result) {
    if (!check_pending(vm, future)) return false;
    replace(&future->result, incref(result));
    future->h.aux |= FUTURE_FINISHED;
    return schedule(vm, future);
}

/* StopIteration cannot go through an await. */
static Value wrap_stop(VM *vm, Value stop) {
    raise_runtime(vm, "StopIteration interacts badly with generators and cannot be raised into a Future");
    OWNED Value wrapped = exception_take(vm);
    replace(&to_exception(wrapped)->cause, incref(stop));
    replace(&to_exception(wrapped)->context, incref(stop));
    return TAKE(wrapped);
}

static Value exception_for(VM *vm, Value given) {
    OWNED Value exception = is_exception_class(given) ? call_0(vm, given) : incref(given);
    if (exception == FAIL) return FAIL;
    if (!is_exception(exception)) return raise_type(vm, "invalid exception object");
    if (is_instance(vm, exception, EXC(StopIteration))) return wrap_stop(vm, exception);
    return TAKE(exception);
}

bool future_set_exception(VM *vm, Future *future, Value given) {
    if (!check_pending(vm, future)) return false;
    Value exception = exception_for(vm, given);
    if (exception == FAIL) return false;
    replace(&future->result, exception);
    replace(&future->extra, incref(exception_traceback(vm, exception)));
    future->h.aux |= FUTURE_FINISHED | FUTURE_FAILED | FUTURE_LOG_TRACEBACK;
    return schedule(vm, future);
}

int future_cancel(VM *vm, Future *future, Value message) {
    future->h.aux &= ~FUTURE_LOG_TRACEBACK;
    if (future_state(future) != FUTURE_PENDING) return 0;
    future->h.aux |= FUTURE_CANCELLED;
    replace(&future->extra, incref(message));
    replace(&future->result, EMPTY); /* what a timer would have set */
    return schedule(vm, future) ? 1 : -1;
}

/* ---- outcome ---- */

Value future_exception(Future *future) {
    future->h.aux &= ~FUTURE_LOG_TRACEBACK;
    return future->result;
}

Value future_raise(VM *vm, Value self) {
    Future *future = to_future(self);
    if (future_state(future) == FUTURE_CANCELLED) {
        OWNED Value cancelled = TRY(future_cancelled_error(vm, future));
        return raise_instance(vm, cancelled);
    }
    OWNED Value exception = incref(future_exception(future));
    OWNED Value traceback = take(&future->extra);
    exception_set_traceback(exception, traceback);
    return raise_instance(vm, exception);
}

Value future_result(VM *vm, Future *future) {
    if (!(future->h.aux & FUTURE_INITIALIZED)) return raise_invalid_state(vm, "Future object is not initialized.");
    if (future_state(future) == FUTURE_PENDING) return raise_invalid_state(vm, "Result is not set.");
    if ((future->h.aux & (FUTURE_STATE | FUTURE_FAILED)) == FUTURE_FINISHED) return incref(future->result);
    return future_raise(vm, from_object(future));
}

/* ---- awaiting by hand: what __await__ gives ---- */

typedef struct FutureIter {
    Obj h;
    Value future; /* EMPTY: ended */
} FutureIter;

static Value new_iter(VM *vm, Value future) {
    if (!(to_future(future)->h.aux & FUTURE_INITIALIZED))
        return raise_runtime(vm, "Future object is not initialized.");
    FutureIter *made = (FutureIter *)object_new(vm, vm->types[TYPE_FutureIter]);
    if (!made) return FAIL;
    made->future = incref(future);
    return from_object(made);
}

static void free_iter(VM *vm, Obj *self) {
    decref(((FutureIter *)self)->future);
}

static void visit_iter(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((FutureIter *)self)->future);
}

static Value iter_self(VM *vm, Value self) {
    return incref(self);
}

static Value next_of_iter(VM *vm, Value self) {
    FutureIter *iter = (FutureIter *)to_object(self);
    if (iter->future == EMPTY) return EMPTY;
    Future *future = to_future(iter->future);
    if (future_state(future) == FUTURE_PENDING) {
        if (future->h.aux & FUTURE_BLOCKING) return raise_runtime(vm, "await wasn't used with future");
        future->h.aux |= FUTURE_BLOCKING;
        return incref(iter->future);
    }
    OWNED Value held = take(&iter->future);
    OWNED Value result = TRY(future_result(vm, future));
    return raise_stop_iteration(vm, result);
}

TYPE(FutureIter, .name = "_asyncio.FutureIter", .size = sizeof(FutureIter), .kind = KIND_OTHER,
     .flags = TYPE_FINAL | TYPE_NO_NEW,
     .slots = {.free = free_iter, .visit = visit_iter, .iter = iter_self, .next = next_of_iter})

METHOD(FutureIter, send, "($self, value, /)") {
    Value given = next_of_iter(vm, args[0]);
    return given == EMPTY ? raise_bare(vm, EXC(StopIteration)) : given;
}

METHOD(FutureIter, throw, "($self, type, value=None, traceback=None, /)") {
    if (args[2] != EMPTY || args[3] != EMPTY) {
        OWNED Value text = TRY(str_from_text(vm, "the (type, exc, tb) signature of throw() is deprecated, use the "
                                                 "single-arg signature instead."));
        CHECK(vm->hooks.warn(vm, EXC(DeprecationWarning), text, 1, EMPTY));
    }
    replace(&((FutureIter *)to_object(args[0]))->future, EMPTY);
    if (!is_exception(args[1]) && !is_exception_class(args[1]))
        return raise_type(vm, "exceptions must be classes deriving BaseException or instances of such a class");
    if (is_exception(args[1]) && args[2] != EMPTY && args[2] != NONE)
        return raise_type(vm, "instance exception may not have a separate value");
    OWNED Value exception = TRY(is_exception(args[1]) ? incref(args[1]) : thrown_of_class(vm, args[1], args[2]));
    if (args[3] != EMPTY && args[3] != NONE) {
        if (!has_kind(args[3], KIND_TRACEBACK))
            return raise_type(vm, "throw() third argument must be a traceback");
        exception_set_traceback(exception, args[3]);
    }
    return raise_instance(vm, exception);
}

METHOD(FutureIter, close, "($self, /)") {
    replace(&((FutureIter *)to_object(args[0]))->future, EMPTY);
    return NONE;
}

/* ---- the type ---- */

TYPE(Future, .name = "_asyncio.Future", .size = sizeof(Future), .kind = KIND_FUTURE,
     .dict_offset = offsetof(Future, dict), .flags = TYPE_HAS_DICT | TYPE_WEAKREFS,
     .slots = {.new = future_allocate, .init = init, .free = future_free, .visit = future_visit,
               .clear = future_clear, .finalize = future_finalize, .repr = future_repr, .iter = new_iter,
               .await = new_iter},
     .doc = "This class is *almost* compatible with concurrent.futures.Future.")

/* Return the result this future represents.
 *
 * If the future has been cancelled, raises CancelledError.  If the
 * future's result isn't yet available, raises InvalidStateError.  If
 * the future is done and has an exception set, this exception is raised. */
METHOD(Future, result, "($self, /)") {
    return future_result(vm, to_future(args[0]));
}

/* Return the exception that was set on this future.
 *
 * The exception (or None if no exception was set) is returned only if
 * the future is done.  If the future has been cancelled, raises
 * CancelledError.  If the future isn't done yet, raises
 * InvalidStateError. */
METHOD(Future, exception, "($self, /) with class") {
    Future *future = to_future(args[0]);
    if (!(future->h.aux & FUTURE_INITIALIZED)) return raise_invalid_state(vm, "Future object is not initialized.");
    if (future_state(future) == FUTURE_CANCELLED) return future_raise(vm, args[0]);
    if (future_state(future) == FUTURE_PENDING) return raise_invalid_state(vm, "Exception is not set.");
    return future->h.aux & FUTURE_FAILED ? incref(future_exception(future)) : NONE;
}

/* Mark the future done and set its result.
 *
 * If the future is already done when this method is called, raises
 * InvalidStateError. */
METHOD(Future, set_result, "($self, result, /) with class") {
    return future_set_result(vm, to_future(args[0]), args[1]) ? NONE : FAIL;
}

/* Mark the future done and set an exception.
 *
 * If the future is already done when this method is called, raises
 * InvalidStateError. */
METHOD(Future, set_exception, "($self, exception, /) with class") {
    return future_set_exception(vm, to_future(args[0]), args[1]) ? NONE : FAIL;
}

/* Add a callback to be run when the future becomes done.
 *
 * The callback is called with a single argument - the future object. If
 * the future is already done when this is called, the callback is
 * scheduled with call_soon. */
METHOD(Future, add_done_callback, "($self, fn, /, *, context=None) with class") {
    Future *future = to_future(args[0]);
    if (!(future->h.aux & FUTURE_INITIALIZED)) return raise_runtime(vm, "Future object is not initialized.");
    Value context = TRY(context_given(vm, args[2]));
    return future_add_callback(vm, future, args[1], context) ? NONE : FAIL;
}

/* Remove all instances of a callback from the "call when done" list.
 *
 * Returns the number of callbacks removed. */
METHOD(Future, remove_done_callback, "($self, fn, /) with class") {
    if (!(to_future(args[0])->h.aux & FUTURE_INITIALIZED))
        return raise_runtime(vm, "Future object is not initialized.");
    i64 removed = future_remove_callback(vm, to_future(args[0]), args[1]);
    return removed < 0 ? FAIL : from_small(removed);
}

/* Cancel the future and schedule callbacks.
 *
 * If the future is already done or cancelled, return False.  Otherwise,
 * change the future's state to cancelled, schedule the callbacks and
 * return True. */
METHOD(Future, cancel, "($self, /, msg=None)") {
    if (!(to_future(args[0])->h.aux & FUTURE_INITIALIZED))
        return raise_runtime(vm, "Future object is not initialized.");
    int done = future_cancel(vm, to_future(args[0]), args[1] == EMPTY ? NONE : args[1]);
    return done < 0 ? FAIL : from_bool(done);
}

/* Return True if the future was cancelled. */
METHOD(Future, cancelled, "($self, /)") {
    return from_bool(future_state(to_future(args[0])) == FUTURE_CANCELLED);
}

/* Return True if the future is done.
 *
 * Done means either that a result / exception are available, or that the
 * future was cancelled. */
METHOD(Future, done, "($self, /)") {
    return from_bool(future_state(to_future(args[0])) != FUTURE_PENDING);
}

/* Return the event loop the Future is bound to. */
METHOD(Future, get_loop, "($self, /) with class") {
    if (!(to_future(args[0])->h.aux & FUTURE_INITIALIZED))
        return raise_runtime(vm, "Future object is not initialized.");
    return incref(to_future(args[0])->loop);
}

/* Create the CancelledError to raise if the Future is cancelled.
 *
 * This should only be called once when handling a cancellation since
 * it erases the context exception value. */
METHOD(Future, _make_cancelled_error, "($self, /)") {
    return future_cancelled_error(vm, to_future(args[0]));
}

/* See PEP 585 */
CLASS_METHOD(Future, __class_getitem__, "($type, object, /)") {
    return generic_alias_new(vm, args[0], args[1]);
}

GETTER(Future, _state) {
    static const char *const words[] = {"PENDING", "CANCELLED", "FINISHED"};
    return str_intern_text(vm, words[future_state(to_future(self))]);
}
GETTER(Future, _asyncio_future_blocking) {
    return from_bool(to_future(self)->h.aux & FUTURE_BLOCKING);
}
SETTER(Future, _asyncio_future_blocking) {
    int truth = value == EMPTY ? 0 : object_truth(vm, value);
    if (value == EMPTY) raise_attribute_text(vm, self, EMPTY, "cannot delete attribute");
    if (value == EMPTY || truth < 0) return false;
    if (truth) to_future(self)->h.aux |= FUTURE_BLOCKING;
    else to_future(self)->h.aux &= ~FUTURE_BLOCKING;
    return true;
}
GETTER(Future, _loop) {
    return field_get(to_future(self)->loop);
}
GETTER(Future, _result) {
    Future *future = to_future(self);
    bool has_one = (future->h.aux & (FUTURE_STATE | FUTURE_FAILED)) == FUTURE_FINISHED;
    return has_one ? incref(future->result) : NONE;
}
GETTER(Future, _exception) {
    return to_future(self)->h.aux & FUTURE_FAILED ? incref(to_future(self)->result) : NONE;
}
GETTER(Future, _cancel_message) {
    return to_future(self)->h.aux & FUTURE_FAILED ? NONE : field_get(to_future(self)->extra);
}
SETTER(Future, _cancel_message) {
    if (to_future(self)->h.aux & FUTURE_FAILED) return true;
    return field_set(&to_future(self)->extra, value);
}
GETTER(Future, _log_traceback) {
    return from_bool(to_future(self)->h.aux & FUTURE_LOG_TRACEBACK);
}
SETTER(Future, _log_traceback) {
    if (value == EMPTY) return raise_attribute_text(vm, self, EMPTY, "cannot delete attribute"), false;
    int truth = object_truth(vm, value);
    if (truth > 0) raise_value(vm, "_log_traceback can only be set to False");
    if (truth) return false;
    to_future(self)->h.aux &= ~FUTURE_LOG_TRACEBACK;
    return true;
}
GETTER(Future, _source_traceback) {
    Value source = debug_source(vm, to_future(self)->dict);
    return source == EMPTY ? NONE : source;
}

static bool is_running(Value task) {
    return to_future(task)->h.aux & TASK_IS_RUNNING;
}

static Value show_pair(VM *vm, Value callback, Value *context) {
    bool is_waiter = *context == WAITER;
    OWNED Value shown = TRY(is_waiter ? loop_waiter_callable(vm, callback) : incref(callback));
    if (is_waiter && !is_task(callback)) return tuple_of(vm, 2, shown, NONE);
    if (is_waiter) context = is_running(callback) ? &vm->context : &to_task(callback)->context;
    Value object = TRY(context_object(vm, context));
    return tuple_of(vm, 2, shown, object);
}

GETTER(Future, _callbacks) {
    if (to_future(self)->callbacks == EMPTY) return NONE;
    OWNED Value held = incref(TRY(callback_list(vm, to_future(self))));
    OWNED Value shown = TRY(list_new(vm, 1));
    List *list = to_list(held);
    for (usize i = 0; i + 1 < list->count; i += 2)
        CHECK(list_push_owned(vm, to_list(shown), TRY(show_pair(vm, list->items[i], &list->items[i + 1]))));
    return TAKE(shown);
}
