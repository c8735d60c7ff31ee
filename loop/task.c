#include "loop/task.h"

#include <stdlib.h>

#include "loop/context.h"
#include "loop/debug.h"
#include "loop/future.h"
#include "loop/gather.h"
#include "loop/report.h"
#include "loop/show.h"
#include "loop/sleep.h"
#include "loop/state.h"
#include "objects/class.h"
#include "objects/exc.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/interpreter.h"

/* ---- all tasks that are not done ---- */

static void count_in(AsyncState *state, Task *task) {
    state->pending_tasks++;
    task->future.h.aux |= TASK_IS_LISTED;
}

static void count_out(VM *vm, Task *task) {
    if (!(task->future.h.aux & TASK_IS_LISTED)) return;
    task->future.h.aux &= ~TASK_IS_LISTED;
    AsyncState *state = vm->module_state[MODULE__asyncio].state;
    if (state) state->pending_tasks--;
}

static bool is_wanted(const PendingTasks *tasks, const Obj *object) {
    if ((object->kind & KIND_MASK) != KIND_TASK || !object->rc || object->flags & OBJECT_DYING) return false;
    const Future *future = (const Future *)object;
    return object->aux & TASK_IS_LISTED && future_state(future) == FUTURE_PENDING &&
           (tasks->loop == EMPTY || tasks->loop == future->loop);
}

static void note_task(void *piece, void *context) {
    PendingTasks *tasks = context;
    if (!is_wanted(tasks, piece)) return;
    if (tasks->count == tasks->capacity) {
        u32 capacity = tasks->capacity ? tasks->capacity * 2 : 64;
        Task **items = realloc(tasks->items, capacity * sizeof *items);
        if (!items) {
            tasks->failed = true;
            return;
        }
        tasks->items = items;
        tasks->capacity = capacity;
    }
    tasks->items[tasks->count++] = piece;
}

static int compare_age(const void *a, const void *b) {
    u32 first = (*(Task *const *)a)->number, second = (*(Task *const *)b)->number;
    return first < second ? -1 : first > second;
}

bool tasks_pending(VM *vm, Value loop, PendingTasks *tasks) {
    *tasks = (PendingTasks){.loop = loop};
    AsyncState *state = async_state(vm);
    if (!state) return false;
    if (state->pending_tasks) heap_each(&vm->heap, HEAP_CONTAINER, note_task, tasks);
    if (tasks->failed) {
        free(tasks->items);
        return raise_memory(vm), false;
    }
    for (u32 i = 0; i < tasks->count; i++) incref(from_object(tasks->items[i]));
    if (tasks->count) qsort(tasks->items, tasks->count, sizeof *tasks->items, compare_age);
    return true;
}

void tasks_release(PendingTasks *tasks) {
    for (u32 i = 0; i < tasks->count; i++) decref(from_object(tasks->items[i]));
    free(tasks->items);
}

/* ---- life ---- */

static void open_task(Task *task) {
    future_open(&task->future, EMPTY);
    task->coroutine = task->context = task->name = task->waiter = EMPTY;
    task->cancels = task->number = 0;
}

static Value allocate(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    Task *task = (Task *)object_new(vm, type);
    if (!task) return FAIL;
    open_task(task);
    return from_object(task);
}

static void free_task(VM *vm, Obj *self) {
    Task *task = (Task *)self;
    count_out(vm, task);
    decref(task->coroutine);
    decref(task->context);
    decref(task->name);
    decref(task->waiter);
    future_free(vm, self);
}

static void visit_task(Obj *self, Visitor *visitor) {
    Task *task = (Task *)self;
    future_visit(self, visitor);
    visitor->visit(visitor, task->coroutine);
    visitor->visit(visitor, task->context);
    visitor->visit(visitor, task->waiter);
}

static void clear_task(VM *vm, Obj *self) {
    Task *task = (Task *)self;
    future_clear(vm, self);
    replace(&task->waiter, EMPTY);
    replace(&task->context, EMPTY);
    replace(&task->coroutine, EMPTY);
}

static void finalize_task(VM *vm, Value self) {
    Task *task = to_task(self);
    bool is_pending = future_state(&task->future) == FUTURE_PENDING && task->coroutine != EMPTY;
    if (is_pending && !(task->future.h.aux & TASK_IS_QUIET)) {
        task->future.h.aux |= TASK_IS_QUIET;
        count_out(vm, task); /* also if whom it is told to keeps it */
        OWNED Value message = str_from_text(vm, "Task was destroyed but it is pending!");
        report_to_loop(vm, task->future.loop, message, (ReportItem[]){{"task", self}}, 1);
    }
    future_finalize(vm, self);
}

bool is_coroutine(VM *vm, Value v) {
    if (has_exact_kind(v, KIND_COROUTINE)) return true;
    if (!is_object(v) || has_kind(v, KIND_GENERATOR)) return false;
    /* anything with the methods of collections.abc.Coroutine */
    const Value wanted[] = {NAME(send), NAME(throw), NAME(close), NAME(__await__)};
    for (u32 i = 0; i < COUNT_OF(wanted); i++)
        if (type_lookup(vm, type_of(vm, v), wanted[i]) == EMPTY) return false;
    return true;
}

/* The fields of a task that is made; `context` is taken over. */
static bool begin(VM *vm, Task *task, Value coroutine, Value name, Value context) {
    AsyncState *state = async_state(vm);
    if (!state) {
        decref(context);
        return false;
    }
    replace(&task->coroutine, incref(coroutine));
    replace(&task->context, context);
    task->number = ++state->last_number;
    replace(&task->name, name == EMPTY ? from_small(++state->last_name) : incref(name));
    count_in(state, task);
    return true;
}

static bool queue_first_step(VM *vm, Task *task) {
    Value loop = task->future.loop;
    return loop_push_waiter(vm, loop, from_object(task), EMPTY);
}

Value task_new(VM *vm, Value loop, Value coroutine, Value name, Value context) {
    Value held_context = context == EMPTY ? context_copy(vm) : incref(context);
    Task *task = (Task *)object_new_sized(vm, vm->types[TYPE_Task], sizeof(Task));
    if (!task) return decref(held_context), FAIL;
    open_task(task);
    OWNED Value held = from_object(task);
    task->future.loop = incref(loop);
    task->future.h.aux |= FUTURE_INITIALIZED;
    CHECK(debug_note_source(vm, loop, &task->future.dict));
    CHECK(begin(vm, task, coroutine, name, held_context));
    CHECK(queue_first_step(vm, task));
    return TAKE(held);
}

static bool step_eagerly(VM *vm, Task *task);

static Value refuse_coroutine(VM *vm, Value given) {
    return raise_type(vm, "a coroutine was expected, got %R", given);
}

/* loop.is_running(): -1 if it raised. */
static int is_loop_running(VM *vm, Value loop) {
    if (is_plain_loop(loop)) return to_loop(loop)->is_running;
    OWNED Value runs = call_method_0(vm, loop, NAME(is_running));
    return runs == FAIL ? -1 : object_truth(vm, runs);
}

/* Task(coro, *, loop=None, name=None, context=None, eager_start=False) */
static bool init(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"coro", "loop", "name", "context", "eager_start", NULL};
    static const Arguments arguments = {"Task", names, 0, 1, 1};
    Value given[5];
    Task *task = to_task(self);
    if (!arguments_bind(vm, &arguments, args, nargs, kwnames, given)) return false;
    if (!future_set_loop(vm, &task->future, given[1])) return false;
    if (!is_coroutine(vm, given[0])) {
        task->future.h.aux |= TASK_IS_QUIET;
        return refuse_coroutine(vm, given[0]), false;
    }
    OWNED Value name = given[2] == EMPTY || given[2] == NONE ? EMPTY : object_str(vm, given[2]);
    if (name == FAIL) return false;
    int eager = given[4] == EMPTY ? 0 : object_truth(vm, given[4]);
    if (eager < 0) return false;
    Value context = context_given(vm, given[3]);
    if (context == FAIL) return false;
    if (!begin(vm, task, given[0], name, context)) return false;
    if (!eager) return queue_first_step(vm, task);
    int runs = is_loop_running(vm, task->future.loop);
    if (runs <= 0) return !runs && queue_first_step(vm, task);
    return step_eagerly(vm, task);
}

Value task_name(VM *vm, Task *task) {
    if (is_small(task->name)) {
        Value made = TRY(str_format(vm, "Task-%ld", to_small(task->name)));
        task->name = made;
    }
    return field_get(task->name);
}

/* ---- cancelling ---- */

/* Tasks wait for tasks: cancelling goes down the chain, which may be long, or a circle by way of gather(). */
static int cancel_deeper(VM *vm, Value future, Value message) {
    if (!enter_recursion(vm, "")) return -1;
    int done = has_exact_kind(future, KIND_TASK) ? task_cancel(vm, to_task(future), message)
                                                 : gather_cancel(vm, future, message);
    leave_recursion(vm);
    return done;
}

int future_cancel_any(VM *vm, Value future, Value message) {
    if (has_exact_kind(future, KIND_TASK) || is_gather(vm, future)) return cancel_deeper(vm, future, message);
    if (has_exact_kind(future, KIND_FUTURE)) return future_cancel(vm, to_future(future), message);
    OWNED Value cancel = object_getattr(vm, future, NAME(cancel));
    OWNED Value names = cancel == FAIL ? FAIL : tuple_of(vm, 1, NAME(msg));
    if (names == FAIL) return -1;
    Value args[] = {message};
    OWNED Value done = object_call(vm, cancel, args, 0, names);
    return done == FAIL ? -1 : object_truth(vm, done);
}

int task_cancel(VM *vm, Task *task, Value message) {
    task->future.h.aux &= ~FUTURE_LOG_TRACEBACK;
    if (future_state(&task->future) != FUTURE_PENDING) return 0;
    task->cancels++;
    if (task_sleeps(task)) {
        int done = sleep_cancel(vm, task, message);
        if (done) return done;
    } else if (task->waiter != EMPTY) {
        OWNED Value waiter = incref(task->waiter);
        int done = future_cancel_any(vm, waiter, message);
        if (done) return done;
    }
    task->future.h.aux |= TASK_MUST_CANCEL;
    replace(&task->future.extra, incref(message));
    return 1;
}

/* ---- one step ---- */

/* It no longer waits. A timer that was to end that will not be needed: sleep() cancels it on its way out. */
static void leave_waiter(VM *vm, Task *task) {
    if (task_sleeps(task)) {
        sleep_leave(vm, task);
        task->waiter = EMPTY;
        return;
    }
    if (is_future(task->waiter) && UNLIKELY(to_future(task->waiter)->h.aux & FUTURE_IN_TIMER)) {
        to_future(task->waiter)->h.aux &= (u16)~FUTURE_IN_TIMER;
        loop_timer_cancelled(vm, task->future.loop);
    }
    replace(&task->waiter, EMPTY);
}

Value task_begin_step(VM *vm, Task *task, Value argument) {
    OWNED Value error = EMPTY;
    if (argument != EMPTY && is_future(argument)) {
        Future *woken_by = to_future(argument);
        if ((woken_by->h.aux & (FUTURE_STATE | FUTURE_FAILED)) != FUTURE_FINISHED) {
            future_raise(vm, argument);
            error = exception_take(vm);
        }
    } else if (argument != EMPTY && is_exception(argument)) {
        error = incref(argument);
    } else if (argument != EMPTY) { /* a future of another sort */
        OWNED Value result = call_method_0(vm, argument, NAME(result));
        if (result == FAIL) error = exception_take(vm);
    }
    if (UNLIKELY(task->future.h.aux & TASK_MUST_CANCEL)) {
        task->future.h.aux &= ~TASK_MUST_CANCEL;
        if (error == EMPTY || !is_cancelled_error(vm, error))
            replace(&error, TRY(future_cancelled_error(vm, &task->future)));
    }
    leave_waiter(vm, task);
    return TAKE(error);
}

/* At its next step the task gets this RuntimeError. */
static bool queue_error(VM *vm, Task *task, Value text) {
    if (text == FAIL) return false;
    OWNED Value error = exception_make(vm, from_object(EXC(RuntimeError)), text);
    return error != FAIL && loop_push_waiter(vm, task->future.loop, from_object(task), error);
}

static bool complain(VM *vm, Task *task, const char *format, Value v) {
    OWNED Value text = str_format(vm, format, from_object(task), v);
    return queue_error(vm, task, text);
}

/* It now waits for the future; a cancellation that came too early for that is passed on. */
static bool wait_for(VM *vm, Task *task, Value future) {
    replace(&task->waiter, incref(future));
    if (LIKELY(!(task->future.h.aux & TASK_MUST_CANCEL))) return true;
    OWNED Value held = incref(future);
    int done = future_cancel_any(vm, held, task->future.extra);
    if (done > 0) task->future.h.aux &= ~TASK_MUST_CANCEL;
    return done >= 0;
}

static bool yield_future(VM *vm, Task *task, Value value) {
    Future *future = to_future(value);
    if (UNLIKELY(value == from_object(task))) return complain(vm, task, "Task cannot await on itself: %R", EMPTY);
    if (UNLIKELY(future->loop != task->future.loop))
        return complain(vm, task, "Task %R got Future %R attached to a different loop", value);
    if (UNLIKELY(!(future->h.aux & FUTURE_BLOCKING)))
        return complain(vm, task, "yield was used instead of yield from in task %R with %R", value);
    future->h.aux &= ~FUTURE_BLOCKING;
    return future_add_waiter(vm, future, from_object(task)) && wait_for(vm, task, value);
}

static Value loop_of_future(VM *vm, Value future) {
    OWNED Value method = TRY(object_find_attr(vm, future, NAME(get_loop)));
    if (method != EMPTY) return call_0(vm, method);
    return object_getattr(vm, future, NAME(_loop));
}

/* future.add_done_callback(callback, context=...) */
static bool add_done_callback(VM *vm, Value future, Value callback, Value *context) {
    OWNED Value method = object_getattr(vm, future, NAME(add_done_callback));
    OWNED Value names = method == FAIL ? FAIL : tuple_of(vm, 1, NAME(context));
    if (names == FAIL || context_object(vm, context) == FAIL) return false;
    Value args[] = {callback, *context};
    OWNED Value done = object_call(vm, method, args, 1, names);
    return done != FAIL;
}

/* Is it a Future after all, whose class overrides nothing that matters here? */
static bool adds_callbacks_as_future(VM *vm, Value v) {
    return is_future(v) && type_lookup(vm, type_of(vm, v), NAME(add_done_callback)) ==
                               type_lookup(vm, vm->types[TYPE_Future], NAME(add_done_callback));
}

/* A future that a script has made, known by its _asyncio_future_blocking. */
static bool yield_other_future(VM *vm, Task *task, Value value, Value blocking) {
    OWNED Value loop = loop_of_future(vm, value);
    if (loop == FAIL) return false;
    if (loop != task->future.loop)
        return complain(vm, task, "Task %R got Future %R attached to a different loop", value);
    int is_blocking = object_truth(vm, blocking);
    if (is_blocking < 0) return false;
    if (!is_blocking)
        return complain(vm, task, "yield was used instead of yield from in task %R with %R", value);
    if (value == from_object(task)) return complain(vm, task, "Task cannot await on itself: %R", EMPTY);
    OWNED Value wakeup = loop_waiter_callable(vm, from_object(task));
    /* while a step runs the context is current, not the task's */
    Value *context = task->future.h.aux & TASK_IS_RUNNING ? &vm->context : &task->context;
    return object_setattr(vm, value, NAME(_asyncio_future_blocking), FALSE) && wakeup != FAIL &&
           add_done_callback(vm, value, wakeup, context) && wait_for(vm, task, value);
}

bool task_on_yield(VM *vm, Task *task, Value owned) {
    OWNED Value value = owned;
    if (LIKELY(is_plain_future(value))) return yield_future(vm, task, value);
    if (value == NONE) return loop_push_waiter(vm, task->future.loop, from_object(task), EMPTY);
    if (adds_callbacks_as_future(vm, value)) return yield_future(vm, task, value);
    OWNED Value blocking = object_find_attr(vm, value, NAME(_asyncio_future_blocking));
    if (blocking == FAIL) return false;
    if (blocking != EMPTY && blocking != NONE) return yield_other_future(vm, task, value, blocking);
    if (has_kind(value, KIND_GENERATOR))
        return complain(vm, task, "yield was used instead of yield from for generator in task %R with %R",
                        value);
    OWNED Value text = str_format(vm, "Task got bad yield: %R", value);
    return queue_error(vm, task, text);
}

bool task_on_return(VM *vm, Task *task, Value owned) {
    OWNED Value value = owned;
    count_out(vm, task);
    if (LIKELY(!(task->future.h.aux & TASK_MUST_CANCEL))) return future_set_result(vm, &task->future, value);
    task->future.h.aux &= ~TASK_MUST_CANCEL;
    OWNED Value message = incref(task->future.extra);
    return future_cancel(vm, &task->future, message) >= 0;
}

bool task_on_raise(VM *vm, Task *task) {
    OWNED Value error = exception_take(vm);
    count_out(vm, task);
    if (is_cancelled_error(vm, error)) {
        if (future_cancel(vm, &task->future, EMPTY) < 0) return false;
        replace(&task->future.result, TAKE(error));
        return true;
    }
    if (!future_set_exception(vm, &task->future, error)) return false;
    bool goes_on = is_instance(vm, error, EXC(KeyboardInterrupt)) || is_instance(vm, error, EXC(SystemExit));
    if (goes_on) exception_restore(vm, TAKE(error));
    return !goes_on;
}

/* ---- a step in a nested run ---- */

static Value send_to_other(VM *vm, Value coroutine) {
    Value given = call_method_1(vm, coroutine, NAME(send), NONE);
    if (given != FAIL || !exception_matches(vm, EXC(StopIteration))) return given;
    OWNED Value stop = exception_take(vm);
    vm->return_value = TRY(object_getattr(vm, stop, NAME(value)));
    return EMPTY;
}

/* What the coroutine gives: a value, EMPTY with vm->return_value, FAIL. */
static Value drive(VM *vm, Value coroutine, Value error) {
    u8 kind = object_kind(coroutine);
    if (kind == KIND_COROUTINE || kind == KIND_GENERATOR) {
        Coro *coro = (Coro *)to_object(coroutine);
        return error == EMPTY ? coro_send(vm, coro, NONE) : coro_throw(vm, coro, error);
    }
    return error == EMPTY ? send_to_other(vm, coroutine) : await_throw(vm, coroutine, error);
}

static bool finish_step(VM *vm, Task *task, Value given) {
    if (given == FAIL) return task_on_raise(vm, task);
    if (given == EMPTY) return task_on_return(vm, task, take(&vm->return_value));
    return task_on_yield(vm, task, given);
}

bool task_step(VM *vm, Task *task, Value argument) {
    OWNED Value held = incref(from_object(task));
    if (future_state(&task->future) != FUTURE_PENDING) {
        raise_format(vm, EXC(InvalidStateError), "__step(): already done: %R %R", held,
                     argument == EMPTY ? NONE : argument);
        return false;
    }
    OWNED Value error = TRY_OR_FALSE(task_begin_step(vm, task, argument));
    OWNED Value before = TRY_OR_FALSE(task_enter(vm, task));
    OWNED Value coroutine = incref(task->coroutine);
    bool done = finish_step(vm, task, drive(vm, coroutine, error));
    task_leave(vm, task, before);
    return done;
}

/* The first step, inside the task's making: nobody else has entered its context. */
static bool step_eagerly(VM *vm, Task *task) {
    if (!context_enter(vm, &task->context)) return false;
    task->future.h.aux |= TASK_IS_EAGER | TASK_IS_RUNNING;
    bool done = task_step(vm, task, EMPTY);
    task->future.h.aux &= ~(TASK_IS_EAGER | TASK_IS_RUNNING);
    context_leave(vm, &task->context);
    if (future_state(&task->future) != FUTURE_PENDING) replace(&task->coroutine, EMPTY);
    return done;
}

/* ---- the type ---- */

TYPE(Task, .name = "_asyncio.Task", .base = TYPE_Future, .size = sizeof(Task), .kind = KIND_TASK,
     .slots = {.new = allocate, .init = init, .free = free_task, .visit = visit_task, .clear = clear_task,
               .finalize = finalize_task, .repr = task_repr},
     .doc = "A coroutine wrapped in a Future.")

/* Request that this task cancel itself.
 *
 * This arranges for a CancelledError to be thrown into the
 * wrapped coroutine on the next cycle through the event loop.
 * The coroutine then has a chance to clean up or even deny
 * the request using try/except/finally.
 *
 * Unlike Future.cancel, this does not guarantee that the
 * task will be cancelled: the exception might be caught and
 * acted upon, delaying cancellation of the task or preventing
 * cancellation completely.  The task may also return a value or
 * raise a different exception.
 *
 * Immediately after this method is called, Task.cancelled() will
 * not return True (unless the task was already cancelled).  A
 * task will be marked as cancelled when the wrapped coroutine
 * terminates with a CancelledError exception (even if cancel()
 * was not called).
 *
 * This also increments the task's count of cancellation requests. */
METHOD(Task, cancel, "($self, /, msg=None)") {
    int done = task_cancel(vm, to_task(args[0]), args[1] == EMPTY ? NONE : args[1]);
    return done < 0 ? FAIL : from_bool(done);
}

/* Return the count of the task's cancellation requests.
 *
 * This count is incremented when .cancel() is called
 * and may be decremented using .uncancel(). */
METHOD(Task, cancelling, "($self, /)") {
    return from_small(to_task(args[0])->cancels);
}

/* Decrement the task's count of cancellation requests.
 *
 * This should be used by tasks that catch CancelledError
 * and wish to continue indefinitely until they are cancelled again.
 *
 * Returns the remaining number of cancellation requests. */
METHOD(Task, uncancel, "($self, /)") {
    Task *task = to_task(args[0]);
    if (task->cancels && !--task->cancels) task->future.h.aux &= ~TASK_MUST_CANCEL;
    return from_small(task->cancels);
}

METHOD(Task, get_name, "($self, /)") {
    return task_name(vm, to_task(args[0]));
}
METHOD(Task, set_name, "($self, value, /)") {
    Value name = TRY(object_str(vm, args[1]));
    replace(&to_task(args[0])->name, name);
    return NONE;
}
METHOD(Task, get_coro, "($self, /)") {
    return field_get(to_task(args[0])->coroutine);
}
METHOD(Task, get_context, "($self, /)") {
    Task *task = to_task(args[0]);
    if (task->coroutine == EMPTY) return NONE;
    if (task->future.h.aux & TASK_IS_RUNNING) return incref(TRY(context_object(vm, &vm->context)));
    return incref(TRY(context_object(vm, &task->context)));
}
METHOD(Task, set_result, "($self, result, /)") {
    return raise_runtime(vm, "Task does not support set_result operation");
}
METHOD(Task, set_exception, "($self, exception, /)") {
    return raise_runtime(vm, "Task does not support set_exception operation");
}

static Value call_helper(VM *vm, const char *function, Value *args, u32 count) {
    OWNED Value name = TRY(str_intern_text(vm, "asyncio.base_tasks"));
    OWNED Value list = TRY(tuple_of(vm, 1, name));
    OWNED Value module = TRY(vm->hooks.import(vm, name, EMPTY, list, 0));
    OWNED Value helper = TRY(object_getattr_text(vm, module, function));
    return object_call(vm, helper, args, count, EMPTY);
}

/* Return the list of stack frames for this task's coroutine.
 *
 * If the coroutine is not done, this returns the stack where it is
 * suspended.  If the coroutine has completed successfully or was
 * cancelled, this returns an empty list.  If the coroutine was
 * terminated by an exception, this returns the list of traceback
 * frames.
 *
 * The frames are always ordered from oldest to newest.
 *
 * The optional limit gives the maximum number of frames to
 * return; by default all available frames are returned.  Its
 * meaning differs depending on whether a stack or a traceback is
 * returned: the newest frames of a stack are returned, but the
 * oldest frames of a traceback are returned.  (This matches the
 * behavior of the traceback module.)
 *
 * For reasons beyond our control, only one stack frame is
 * returned for a suspended coroutine. */
METHOD(Task, get_stack, "($self, /, *, limit=None)") {
    Value given[] = {args[0], args[1] == EMPTY ? NONE : args[1]};
    return call_helper(vm, "_task_get_stack", given, 2);
}

/* Print the stack or traceback for this task's coroutine.
 *
 * This produces output similar to that of the traceback module,
 * for the frames retrieved by get_stack().  The limit argument
 * is passed to get_stack().  The file argument is an I/O stream
 * to which the output is written; by default output is written
 * to sys.stderr. */
METHOD(Task, print_stack, "($self, /, *, limit=None, file=None)") {
    Value given[] = {args[0], args[1] == EMPTY ? NONE : args[1], args[2] == EMPTY ? NONE : args[2]};
    return call_helper(vm, "_task_print_stack", given, 3);
}

GETTER(Task, _log_destroy_pending) {
    return from_bool(!(to_future(self)->h.aux & TASK_IS_QUIET));
}
SETTER(Task, _log_destroy_pending) {
    if (value == EMPTY) return raise_attribute_text(vm, self, EMPTY, "cannot delete attribute"), false;
    int truth = object_truth(vm, value);
    if (truth < 0) return false;
    if (truth) to_future(self)->h.aux &= ~TASK_IS_QUIET;
    else to_future(self)->h.aux |= TASK_IS_QUIET;
    return true;
}
GETTER(Task, _must_cancel) {
    return from_bool(to_future(self)->h.aux & TASK_MUST_CANCEL);
}
GETTER(Task, _coro) {
    return field_get(to_task(self)->coroutine);
}
GETTER(Task, _fut_waiter) {
    if (task_sleeps(to_task(self))) CHECK(sleep_future(vm, to_task(self)));
    return field_get(to_task(self)->waiter);
}
