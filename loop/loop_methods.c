/* What programs can do with an event loop. */
#include <math.h>

#include "loop/asyncio.h"
#include "loop/chance.h"
#include "loop/context.h"
#include "loop/deadlock.h"
#include "loop/debug.h"
#include "loop/future.h"
#include "loop/handle.h"
#include "loop/poll.h"
#include "loop/report.h"
#include "loop/sleep.h"
#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/float.h"
#include "objects/frame.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/weakref.h"

static Loop *self_loop(Value *args) {
    return to_loop(args[0]);
}

/* ---- callbacks ---- */

/* In debug mode: call_soon(f()) is a common mistake. */
static bool check_callback(VM *vm, Loop *loop, Value callback, const char *method) {
    if (LIKELY(!loop->is_debug)) return true;
    bool is_coroutine_function = has_kind(callback, KIND_FUNCTION) &&
                                 ((Function *)to_object(callback))->code->flags & CODE_COROUTINE;
    if (is_coroutine(vm, callback) || is_coroutine_function) {
        raise_type(vm, "coroutines cannot be used with %s()", method);
        return false;
    }
    if (is_callable(vm, callback)) return true;
    raise_type(vm, "a callable object was expected by %s(), got %R", method, callback);
    return false;
}

static Value push_handle(VM *vm, Loop *loop, Value owned_handle) {
    OWNED Value handle = TRY(owned_handle);
    Entry entry = {.what = incref(handle), .argument = EMPTY, .context = EMPTY, .sort = ENTRY_HANDLE};
    return loop_push(vm, loop, entry) ? TAKE(handle) : FAIL;
}

/* args: self, callback, context, *args */
static Value call_soon(VM *vm, Value *args, u32 nargs, const char *method) {
    Loop *loop = self_loop(args);
    bool is_threadsafe = !strcmp(method, "call_soon_threadsafe");
    CHECK(is_threadsafe || debug_check_thread(vm, loop));
    CHECK(loop_check_open(vm, loop) && check_callback(vm, loop, args[1], method));
    OWNED Value rest = TRY(tuple_from(vm, args + 3, nargs - 3));
    Value context = TRY(context_given(vm, args[2]));
    return push_handle(vm, loop, handle_new(vm, args[0], args[1], rest, context));
}

/* Arrange for a callback to be called as soon as possible.
 *
 * This operates as a FIFO queue: callbacks are called in the
 * order in which they are registered.  Each callback will be
 * called exactly once.
 *
 * Any positional arguments after the callback will be passed to
 * the callback when it is called. */
METHOD(BaseEventLoop, call_soon, "($self, callback, *args, context=None)") {
    return call_soon(vm, args, nargs, "call_soon");
}

/* Like call_soon(), but thread-safe. */
METHOD(BaseEventLoop, call_soon_threadsafe, "($self, callback, *args, context=None)") {
    OWNED Value handle = TRY(call_soon(vm, args, nargs, "call_soon_threadsafe"));
    if (vm->chance) chance_wake(vm);
    return TAKE(handle);
}

static Value add_timer(VM *vm, Value *args, u32 nargs, double when) {
    Loop *loop = self_loop(args);
    CHECK(debug_check_thread(vm, loop));
    OWNED Value rest = TRY(tuple_from(vm, args + 4, nargs - 4));
    Value context = TRY(context_given(vm, args[3]));
    OWNED Value handle = TRY(handle_new_timer(vm, args[0], when, args[2], rest, context));
    CHECK(loop_add_timer(vm, loop, when, handle));
    to_handle(handle)->h.aux |= HANDLE_SCHEDULED;
    return TAKE(handle);
}

/* self.call_at(when, callback, *args, context=context): the script's class may have its own. */
static Value call_own_call_at(VM *vm, Value *args, u32 nargs, double when) {
    OWNED Value method = TRY(object_getattr(vm, args[0], NAME(call_at)));
    OWNED Value names = TRY(tuple_of(vm, 1, NAME(context)));
    OWNED Value rest = TRY(tuple_from(vm, args + 4, nargs - 4));
    OWNED Value time = TRY(float_new(vm, when));
    u32 count = nargs - 2; /* when, callback, the rest */
    Value *given = heap_raw_alloc(&vm->heap, (count + 1) * sizeof(Value));
    if (!given) return raise_memory(vm);
    given[0] = time;
    given[1] = args[2];
    memcpy(given + 2, to_tuple(rest)->items, to_tuple(rest)->count * sizeof(Value));
    given[count] = args[3] == EMPTY ? NONE : args[3];
    Value handle = object_call(vm, method, given, count, names);
    heap_raw_free(&vm->heap, given, (count + 1) * sizeof(Value));
    return handle;
}

/* now + delay, added as the script would: a delay that is no number is told as by `+`. */
static bool add_delay(VM *vm, Loop *loop, Value delay, double *when) {
    double seconds;
    if (is_float(delay) || is_int(delay)) {
        if (!object_to_double(vm, delay, &seconds)) return false;
        *when = loop_time(vm, loop) + seconds;
        return true;
    }
    OWNED Value now = float_new(vm, loop_time(vm, loop));
    OWNED Value sum = now == FAIL ? FAIL : object_binary(vm, BINARY_ADD, now, delay);
    return sum != FAIL && object_to_double(vm, sum, when);
}

/* Arrange for a callback to be called at a given time.
 *
 * Return a Handle: an opaque object with a cancel() method that
 * can be used to cancel the call.
 *
 * The delay can be an int or float, expressed in seconds.  It is
 * always relative to the current time.
 *
 * Each callback will be called exactly once.  If two callbacks
 * are scheduled for exactly the same time, it is undefined which
 * will be called first.
 *
 * Any positional arguments after the callback will be passed to
 * the callback when it is called. */
METHOD(BaseEventLoop, call_later, "($self, delay, callback, *args, context=None)") {
    Loop *loop = self_loop(args);
    double when;
    if (args[1] == NONE) return raise_type(vm, "delay must not be None");
    CHECK(add_delay(vm, loop, args[1], &when) && loop_check_open(vm, loop) &&
          check_callback(vm, loop, args[2], "call_at"));
    return loop->is_plain ? add_timer(vm, args, nargs, when) : call_own_call_at(vm, args, nargs, when);
}

/* Like call_later(), but uses an absolute time.
 *
 * Absolute time corresponds to the event loop's time() method. */
METHOD(BaseEventLoop, call_at, "($self, when, callback, *args, context=None)") {
    Loop *loop = self_loop(args);
    double when;
    if (args[1] == NONE) return raise_type(vm, "when cannot be None");
    CHECK(object_to_double(vm, args[1], &when) && loop_check_open(vm, loop) &&
          check_callback(vm, loop, args[2], "call_at"));
    Value handle = TRY(add_timer(vm, args, nargs, when));
    if (is_small(args[1])) to_handle(handle)->h.aux |= HANDLE_WHOLE;
    return handle;
}

/* Return the time according to the event loop's clock.
 *
 * This is a float expressed in seconds since an epoch, but the
 * epoch, precision, accuracy and drift are unspecified and may
 * differ per event loop. */
METHOD(BaseEventLoop, time, "($self)") {
    self_loop(args)->looks++;
    return float_new(vm, (double)chance_monotonic(vm) / 1e9);
}

/* ---- futures and tasks ---- */

/* Create a Future object attached to the loop. */
METHOD(BaseEventLoop, create_future, "($self)") {
    return future_new(vm, args[0]);
}

static Value create_by_factory(VM *vm, Value loop, Value coroutine, Value name, Value context) {
    OWNED Value factory = incref(to_loop(loop)->task_factory);
    Value given[] = {loop, coroutine, context};
    OWNED Value names = TRY(context == NONE ? EMPTY : tuple_of(vm, 1, NAME(context)));
    OWNED Value task = TRY(object_call(vm, factory, given, 2, names));
    OWNED Value named = TRY(call_method_1(vm, task, NAME(set_name), name));
    return TAKE(task);
}

static Value create_task(VM *vm, Value loop, Value coroutine, Value name, Value context) {
    if (!loop_check_open(vm, to_loop(loop))) return FAIL;
    if (to_loop(loop)->task_factory != EMPTY) return create_by_factory(vm, loop, coroutine, name, context);
    if (!is_coroutine(vm, coroutine)) return raise_type(vm, "a coroutine was expected, got %R", coroutine);
    OWNED Value text = TRY(name == NONE ? EMPTY : object_str(vm, name));
    return task_new(vm, loop, coroutine, text, context == NONE ? EMPTY : context);
}

Value task_create(VM *vm, Value loop, Value coroutine) {
    if (!is_plain_loop(loop)) return call_method_1(vm, loop, NAME(create_task), coroutine);
    return create_task(vm, loop, coroutine, NONE, NONE);
}

/* Schedule or begin executing a coroutine object.
 *
 * Return a task object. */
METHOD(BaseEventLoop, create_task, "($self, coro, *, name=None, context=None)") {
    return create_task(vm, args[0], args[1], args[2] == EMPTY ? NONE : args[2],
                       args[3] == EMPTY ? NONE : args[3]);
}

/* Set a task factory that will be used by loop.create_task().
 *
 * If factory is None the default task factory will be set.
 *
 * If factory is a callable, it should have a signature matching
 * '(loop, coro)', where 'loop' will be a reference to the active
 * event loop, 'coro' will be a coroutine object.  The callable
 * must return a Future. */
METHOD(BaseEventLoop, set_task_factory, "($self, factory)") {
    if (args[1] != NONE && !is_callable(vm, args[1]))
        return raise_type(vm, "task factory must be a callable or None");
    replace(&self_loop(args)->task_factory, args[1] == NONE ? EMPTY : incref(args[1]));
    return NONE;
}
/* Return a task factory, or None if the default one is in use. */
METHOD(BaseEventLoop, get_task_factory, "($self)") {
    return field_get(self_loop(args)->task_factory);
}

/* ---- running ---- */

/* Run until stop() is called. */
METHOD(BaseEventLoop, run_forever, "($self)") {
    return loop_run_forever(vm, self_loop(args)) ? NONE : FAIL;
}

static Value main_callback(VM *vm) {
    return asyncio_helper(vm, "_asyncio", "_run_until_complete_cb");
}

static bool watch_main(VM *vm, Value future, Value callback) {
    if (is_plain_future(future)) return future_add_callback(vm, to_future(future), callback, context_copy(vm));
    OWNED Value done = call_method_1(vm, future, NAME(add_done_callback), callback);
    return done != FAIL;
}

static bool unwatch_main(VM *vm, Value future, Value callback) {
    if (is_plain_future(future)) return future_remove_callback(vm, to_future(future), callback) >= 0;
    OWNED Value done = call_method_1(vm, future, NAME(remove_done_callback), callback);
    return done != FAIL;
}

/* The loop was left by an exception: that of a new task is not told again as one that nobody has asked for. */
static Value leave_by_exception(VM *vm, Value future, Value callback, bool is_new) {
    OWNED Value error = exception_take(vm);
    if (is_new && is_future(future)) to_future(future)->h.aux &= (u16)~FUTURE_LOG_TRACEBACK;
    if (unwatch_main(vm, future, callback)) exception_restore(vm, TAKE(error));
    return FAIL;
}

static Value result_of_main(VM *vm, Value future) {
    if (is_future(future)) {
        if (future_state(to_future(future)) != FUTURE_PENDING) return future_result(vm, to_future(future));
    } else {
        OWNED Value done = TRY(call_method_0(vm, future, NAME(done)));
        if (done == TRUE) return call_method_0(vm, future, NAME(result));
    }
    return raise_runtime(vm, "Event loop stopped before Future completed.");
}

/* Run until the Future is done.
 *
 * If the argument is a coroutine, it is wrapped in a Task.
 *
 * WARNING: It would be disastrous to call run_until_complete()
 * with the same coroutine twice -- it would wrap it in two
 * different Tasks and that can't be good.
 *
 * Return the Future's result, or raise its exception. */
METHOD(BaseEventLoop, run_until_complete, "($self, future)") {
    Loop *loop = self_loop(args);
    CHECK(loop_check_not_running(vm, loop));
    loop_note_replaced(vm, loop);
    OWNED Value future = TRY(ensure_future(vm, args[1], args[0]));
    bool is_new = future != args[1];
    if (is_new && is_future(future)) to_future(future)->h.aux |= TASK_IS_QUIET;
    OWNED Value callback = TRY(main_callback(vm));
    CHECK(watch_main(vm, future, callback));
    Value outer_main = loop->main_task;
    loop->main_task = future;
    OWNED Value forever = is_plain_loop(args[0]) ? (loop_run_forever(vm, loop) ? NONE : FAIL)
                                                 : call_method_0(vm, args[0], NAME(run_forever));
    loop->main_task = outer_main;
    if (forever == FAIL) return leave_by_exception(vm, future, callback, is_new);
    CHECK(unwatch_main(vm, future, callback));
    return result_of_main(vm, future);
}

/* Stop running the event loop.
 *
 * Every callback already scheduled will still run.  This simply informs
 * run_forever to stop looping after a complete iteration. */
METHOD(BaseEventLoop, stop, "($self)") {
    self_loop(args)->is_stopping = true;
    return NONE;
}

/* Close the event loop.
 *
 * This clears the queues and shuts down the executor,
 * but does not wait for the executor to finish.
 *
 * The event loop must not be running. */
METHOD(BaseEventLoop, close, "($self)") {
    Loop *loop = self_loop(args);
    if (loop->is_running) return raise_runtime(vm, "Cannot close a running event loop");
    if (loop->is_closed) return NONE;
    if (loop->signal_handlers != EMPTY) {
        OWNED Value helper = TRY(asyncio_helper(vm, "asyncio.base_events", "_remove_all_signal_handlers"));
        OWNED Value removed = TRY(call_1(vm, helper, args[0]));
    }
    loop->is_closed = true;
    loop_forget_all(vm, loop);
    loop->executor_closed = true;
    OWNED Value executor = take(&loop->executor);
    if (executor == EMPTY) return NONE;
    OWNED Value shutdown = TRY(object_getattr_text(vm, executor, "shutdown"));
    OWNED Value done = TRY(call_1(vm, shutdown, FALSE));
    return NONE;
}

/* Returns True if the event loop was closed. */
METHOD(BaseEventLoop, is_closed, "($self)") {
    return from_bool(self_loop(args)->is_closed);
}
/* Returns True if the event loop is running. */
METHOD(BaseEventLoop, is_running, "($self)") {
    return from_bool(self_loop(args)->is_running);
}
METHOD(BaseEventLoop, _check_closed, "($self)") {
    return loop_check_open(vm, self_loop(args)) ? NONE : FAIL;
}
METHOD(BaseEventLoop, _check_running, "($self)") {
    return loop_check_not_running(vm, self_loop(args)) ? NONE : FAIL;
}

/* ---- debug mode, exceptions ---- */

METHOD(BaseEventLoop, get_debug, "($self)") {
    return from_bool(self_loop(args)->is_debug);
}
METHOD(BaseEventLoop, set_debug, "($self, enabled)") {
    int truth = object_truth(vm, args[1]);
    if (truth < 0) return FAIL;
    self_loop(args)->is_debug = truth;
    return NONE;
}

/* Return an exception handler, or None if the default one is in use. */
METHOD(BaseEventLoop, get_exception_handler, "($self)") {
    return field_get(self_loop(args)->exception_handler);
}

/* Set handler as the new event loop exception handler.
 *
 * If handler is None, the default exception handler will
 * be set.
 *
 * If handler is a callable object, it should have a
 * signature matching '(loop, context)', where 'loop'
 * will be a reference to the active event loop, 'context'
 * will be a dict object (see `call_exception_handler()`
 * documentation for details about context). */
METHOD(BaseEventLoop, set_exception_handler, "($self, handler)") {
    if (args[1] != NONE && !is_callable(vm, args[1]))
        return raise_type(vm, "A callable object or None is expected, got %R", args[1]);
    replace(&self_loop(args)->exception_handler, args[1] == NONE ? EMPTY : incref(args[1]));
    return NONE;
}

/* Default exception handler.
 *
 * This is called when an exception occurs and no exception
 * handler is set, and can be called by a custom exception
 * handler that wants to defer to the default behavior.
 *
 * This default handler logs the error message and other
 * context-dependent information. */
METHOD(BaseEventLoop, default_exception_handler, "($self, context)") {
    return default_exception_handler(vm, args[1]) ? NONE : FAIL;
}

/* Call the current event loop's exception handler. */
METHOD(BaseEventLoop, call_exception_handler, "($self, context)") {
    return call_exception_handler(vm, args[0], args[1]) ? NONE : FAIL;
}

GETTER(BaseEventLoop, slow_callback_duration) {
    return float_new(vm, to_loop(self)->slow_callback_duration);
}
SETTER(BaseEventLoop, slow_callback_duration) {
    return value != EMPTY && object_to_double(vm, value, &to_loop(self)->slow_callback_duration);
}
GETTER(BaseEventLoop, _clock_resolution) {
    return float_new(vm, to_loop(self)->clock_resolution);
}
SETTER(BaseEventLoop, _clock_resolution) {
    return value != EMPTY && object_to_double(vm, value, &to_loop(self)->clock_resolution);
}
GETTER(BaseEventLoop, _debug) {
    return from_bool(to_loop(self)->is_debug);
}
GETTER(BaseEventLoop, _closed) {
    return from_bool(to_loop(self)->is_closed);
}
GETTER(BaseEventLoop, _stopping) {
    return from_bool(to_loop(self)->is_stopping);
}
/* handlers of signals, by number; for asyncio.base_events */
/* What stands in the queue now, as handles: a copy. */
GETTER(BaseEventLoop, _ready) {
    Loop *loop = to_loop(self);
    OWNED Value list = TRY(list_new(vm, loop->count));
    for (u32 i = 0; i < loop->count; i++) {
        const Entry *entry = &loop->ring[(loop->first + i) & (loop->capacity - 1)];
        CHECK(list_push_owned(vm, to_list(list), TRY(loop_entry_handle(vm, loop, entry))));
    }
    return TAKE(list);
}

/* sleep() sets timers without a handle: programs see one all the same. */
static Value timer_handle(VM *vm, Value loop, const Timer *timer) {
    if (!is_future(timer->what)) return incref(timer->what);
    if (is_task(timer->what)) CHECK(sleep_is_over(timer) || sleep_future(vm, to_task(timer->what)));
    OWNED Value callback = TRY(asyncio_helper(vm, "asyncio.futures", "_set_result_unless_cancelled"));
    bool is_over = is_task(timer->what);
    OWNED Value args = TRY(tuple_of(vm, 2, timer->what, is_over ? NONE : to_future(timer->what)->result));
    Value handle = TRY(handle_new_timer(vm, loop, timer->when, callback, args, EMPTY));
    if (is_over) handle_cancel(vm, to_handle(handle));
    to_handle(handle)->h.aux |= HANDLE_SCHEDULED;
    return handle;
}

/* What waits for its time, in the order of the heap: a copy. */
GETTER(BaseEventLoop, _scheduled) {
    Loop *loop = to_loop(self);
    OWNED Value list = TRY(list_new(vm, loop->timer_count));
    for (u32 i = 0; i < loop->timer_count; i++)
        CHECK(list_push_owned(vm, to_list(list), TRY(timer_handle(vm, self, &loop->timers[i]))));
    return TAKE(list);
}

GETTER(BaseEventLoop, _timer_cancelled_count) {
    return from_small(to_loop(self)->cancelled_timers);
}

GETTER(BaseEventLoop, _signal_handlers) {
    Loop *loop = to_loop(self);
    if (loop->signal_handlers == EMPTY) loop->signal_handlers = dict_new(vm);
    if (loop->signal_handlers != FAIL) return incref(loop->signal_handlers);
    loop->signal_handlers = EMPTY;
    return FAIL;
}
GETTER(BaseEventLoop, _has_asyncgens) {
    Loop *loop = to_loop(self);
    return from_bool(loop->async_generators != EMPTY && to_dict(loop->async_generators)->count);
}
GETTER(BaseEventLoop, _default_executor) {
    return field_get(to_loop(self)->executor);
}
SETTER(BaseEventLoop, _default_executor) {
    replace(&to_loop(self)->executor, value == EMPTY || value == NONE ? EMPTY : incref(value));
    return true;
}
GETTER(BaseEventLoop, _executor_shutdown_called) {
    return from_bool(to_loop(self)->executor_closed);
}
SETTER(BaseEventLoop, _executor_shutdown_called) {
    int truth = value == EMPTY ? 0 : object_truth(vm, value);
    to_loop(self)->executor_closed = truth > 0;
    return truth >= 0;
}

/* ---- descriptors ---- */

static bool to_descriptor(VM *vm, Value v, i64 *descriptor) {
    OWNED Value number = EMPTY;
    if (!is_small(v)) {
        OWNED Value method = object_find_attr(vm, v, NAME(fileno));
        if (method == FAIL) return false;
        number = method == EMPTY ? EMPTY : call_0(vm, method);
        if (number == FAIL) return false;
        if (!is_small(number)) return raise_value(vm, "Invalid file object: %R", v), false;
    }
    *descriptor = to_small(number == EMPTY ? v : number);
    if (*descriptor >= 0 && *descriptor <= INT32_MAX) return true;
    raise_value(vm, "Invalid file descriptor: %ld", *descriptor);
    return false;
}

/* args: self, fd, callback, *args */
static Value add_descriptor(VM *vm, Value *args, u32 nargs, bool is_writer) {
    i64 descriptor;
    CHECK(to_descriptor(vm, args[1], &descriptor) && loop_check_open(vm, self_loop(args)));
    OWNED Value rest = TRY(tuple_from(vm, args + 3, nargs - 3));
    OWNED Value handle = TRY(handle_new(vm, args[0], args[2], rest, context_copy(vm)));
    return poll_add(vm, self_loop(args), descriptor, is_writer, handle) ? TAKE(handle) : FAIL;
}

static Value remove_descriptor(VM *vm, Value *args, bool is_writer) {
    i64 descriptor;
    CHECK(to_descriptor(vm, args[1], &descriptor));
    if (self_loop(args)->is_closed) return FALSE;
    return from_bool(poll_remove(vm, self_loop(args), descriptor, is_writer));
}

static Value drop_result(Value owned) {
    if (owned == FAIL) return FAIL;
    decref(owned);
    return NONE;
}

/* Add a reader callback. */
METHOD(BaseSelectorEventLoop, add_reader, "($self, fd, callback, *args)") {
    return drop_result(add_descriptor(vm, args, nargs, false));
}
/* Remove a reader callback. */
METHOD(BaseSelectorEventLoop, remove_reader, "($self, fd)") {
    return remove_descriptor(vm, args, false);
}
/* Add a writer callback.. */
METHOD(BaseSelectorEventLoop, add_writer, "($self, fd, callback, *args)") {
    return drop_result(add_descriptor(vm, args, nargs, true));
}
/* Remove a writer callback. */
METHOD(BaseSelectorEventLoop, remove_writer, "($self, fd)") {
    return remove_descriptor(vm, args, true);
}
METHOD(BaseSelectorEventLoop, _add_reader, "($self, fd, callback, *args)") {
    return add_descriptor(vm, args, nargs, false);
}
METHOD(BaseSelectorEventLoop, _add_writer, "($self, fd, callback, *args)") {
    return add_descriptor(vm, args, nargs, true);
}
METHOD(BaseSelectorEventLoop, _remove_reader, "($self, fd)") {
    return remove_descriptor(vm, args, false);
}
METHOD(BaseSelectorEventLoop, _remove_writer, "($self, fd)") {
    return remove_descriptor(vm, args, true);
}

/* ---- async generators that are not exhausted ---- */

METHOD(BaseEventLoop, _asyncgen_gone, "($self, reference)") {
    Value known = self_loop(args)->async_generators;
    return known != EMPTY && dict_delete(vm, to_dict(known), args[1]) < 0 ? FAIL : NONE;
}

METHOD(BaseEventLoop, _asyncgen_firstiter_hook, "($self, agen)") {
    Loop *loop = self_loop(args);
    if (loop->generators_closed &&
        !warn(vm, EXC(ResourceWarning), 1,
              "asynchronous generator %R was scheduled after loop.shutdown_asyncgens() call", args[1]))
        return FAIL;
    if (loop->async_generators == EMPTY) {
        Value made = TRY(dict_new(vm));
        loop->async_generators = made;
    }
    OWNED Value gone = TRY(object_getattr_text(vm, args[0], "_asyncgen_gone"));
    OWNED Value reference = TRY(weakref_new(vm, args[1], gone));
    return dict_set(vm, to_dict(loop->async_generators), reference, NONE) ? NONE : FAIL;
}

METHOD(BaseEventLoop, _asyncgen_finalizer_hook, "($self, agen)") {
    if (self_loop(args)->is_closed) return NONE;
    OWNED Value closing = TRY(call_method_0(vm, args[1], NAME(aclose)));
    OWNED Value create = TRY(object_getattr(vm, args[0], NAME(create_task)));
    OWNED Value call = TRY(object_getattr_text(vm, args[0], "call_soon_threadsafe"));
    return call_2(vm, call, create, closing);
}

/* Those that live, which from now on are no longer known: for shutdown_asyncgens(). */
METHOD(BaseEventLoop, _take_asyncgens, "($self)") {
    Loop *loop = self_loop(args);
    loop->generators_closed = true;
    OWNED Value known = take(&loop->async_generators);
    OWNED Value list = TRY(list_new(vm, 0));
    Value reference, nothing;
    for (u32 at = 0; known != EMPTY && dict_next(to_dict(known), &at, &reference, &nothing);) {
        Value generator = weakref_get(reference);
        if (generator != EMPTY) CHECK(list_push_owned(vm, to_list(list), generator));
    }
    return TAKE(list);
}

/* ---- methods that are written in the language ---- */

/* Run one full iteration of the event loop.
 *
 * This calls all currently ready callbacks, polls for I/O,
 * schedules the resulting callbacks, and finally schedules
 * 'call_later' callbacks. */
METHOD(BaseEventLoop, _run_once, "($self)") {
    return loop_run_turn(vm, to_loop(args[0])) ? NONE : FAIL;
}

/* Wait for what wakes the loop, at most so long; what comes is queued: what the select of its selector does. */
METHOD(BaseEventLoop, _wait_for_events, "($self, timeout)") {
    double seconds = -1;
    if (args[1] != NONE && !object_to_double(vm, args[1], &seconds)) return FAIL;
    i64 timeout = args[1] == NONE ? -1 : seconds > 0 ? (i64)ceil(fmin(seconds, 86400) * 1e9 - 1e-3) : 0;
    if (timeout < 0 && deadlock_is_certain(vm, to_loop(args[0]))) return deadlock_raise(vm, to_loop(args[0])), FAIL;
    return poll_turn(vm, to_loop(args[0]), timeout) ? NONE : FAIL;
}

METHOD(BaseEventLoop, _process_events, "($self, event_list)") {
    return NONE;
}

/* With the methods that asyncio.base_events gives. */
METHOD(AbstractEventLoop, __dir__, "($self)") {
    OWNED Value loaded = TRY(asyncio_helper(vm, "asyncio.base_events", "BaseEventLoop"));
    OWNED Value plain = TRY(object_getattr(vm, from_object(vm->types[TYPE_object]), NAME(__dir__)));
    return call_1(vm, plain, args[0]);
}

/* A class of the script may ask its base for methods that asyncio.base_events gives. */
CLASS_METHOD(AbstractEventLoop, __init_subclass__, "($type, /)") {
    OWNED Value loaded = TRY(asyncio_helper(vm, "asyncio.base_events", "BaseEventLoop"));
    return NONE;
}

Value loop_late_method(VM *vm, Value self, Value name) {
    const char *text = to_str(name)->data;
    if (vm->is_closing || (text[0] == '_' && text[1] == '_')) return EMPTY;
    if (str_equals_text(name, "_selector")) {
        OWNED Value make = TRY(asyncio_helper(vm, "asyncio.base_events", "_make_selector"));
        return call_1(vm, make, self);
    }
    OWNED Value loaded = TRY(asyncio_helper(vm, "asyncio.base_events", "BaseEventLoop"));
    return generic_find(vm, self, name);
}
