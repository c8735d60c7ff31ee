/* _asyncio: what of asyncio is written in C, as a module. */
#include "loop/asyncio.h"

#include <math.h>
#include <stdlib.h>

#include "loop/context.h"
#include "loop/future.h"
#include "loop/gather.h"
#include "loop/sleep.h"
#include "loop/state.h"
#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/float.h"
#include "objects/frame.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/weakref.h"
#include "vm/import.h"
#include "vm/threads.h"

MODULE(_asyncio, "Accelerator module for asyncio")

/* ---- state ---- */

static void free_state(VM *vm, void *memory) {
    AsyncState *state = memory;
    decref(state->runner);
    decref(state->turn);
    decref(state->current_tasks);
    decref(state->other_tasks);
    for (u32 i = 0; i < state->set_count; i++) decref(state->set_loops[i].loop);
    free(state->set_loops);
    free(state);
    vm->module_state[MODULE__asyncio].state = NULL;
}

AsyncState *async_state(VM *vm) {
    AsyncState *state = vm->module_state[MODULE__asyncio].state;
    if (LIKELY(state != NULL)) return state;
    state = calloc(1, sizeof *state);
    if (!state) return raise_memory(vm), NULL;
    state->runner = state->turn = state->current_tasks = state->other_tasks = EMPTY;
    vm->module_state[MODULE__asyncio].state = state;
    vm->module_state[MODULE__asyncio].free_state = free_state;
    return state;
}

Value asyncio_helper(VM *vm, const char *module, const char *name) {
    OWNED Value text = TRY(str_intern_text(vm, module));
    OWNED Value list = TRY(tuple_of(vm, 1, text));
    OWNED Value found = TRY(vm->hooks.import(vm, text, EMPTY, list, 0));
    return object_getattr_text(vm, found, name);
}

/* ---- the running loop ---- */

Value loop_running(VM *vm) {
    if (UNLIKELY(vm->loop == EMPTY)) return raise_runtime(vm, "no running event loop");
    return incref(vm->loop);
}

Value loop_current_or_policy(VM *vm) {
    if (LIKELY(vm->loop != EMPTY)) return incref(vm->loop);
    OWNED Value get = TRY(asyncio_helper(vm, "asyncio.events", "_get_policy_loop"));
    return call_0(vm, get);
}

/* Return the running event loop.  Raise a RuntimeError if there is none.
 *
 * This function is thread-specific. */
FUNCTION(_asyncio, get_running_loop, "()") {
    return loop_running(vm);
}

/* Return the running event loop or None.
 *
 * This is a low-level function intended to be used by event loops.
 * This function is thread-specific. */
FUNCTION(_asyncio, _get_running_loop, "()") {
    return vm->loop == EMPTY ? NONE : incref(vm->loop);
}

/* Set the running event loop.
 *
 * This is a low-level function intended to be used by event loops.
 * This function is thread-specific. */
FUNCTION(_asyncio, _set_running_loop, "(loop, /)") {
    replace(&vm->loop, args[0] == NONE ? EMPTY : incref(args[0]));
    return NONE;
}

/* Return an asyncio event loop.
 *
 * When called from a coroutine or a callback (e.g. scheduled with
 * call_soon or similar API), this function will always return the
 * running event loop.
 *
 * If there is no running event loop set, the function will return
 * the result of `get_event_loop_policy().get_event_loop()` call. */
FUNCTION(_asyncio, get_event_loop, "()") {
    return loop_current_or_policy(vm);
}

/* The main thread goes by NULL, as before there was a second one. */
static ThreadLoop *thread_loop(VM *vm, bool makes_one) {
    AsyncState *state = async_state(vm);
    if (!state) return NULL;
    Thread *thread = vm->thread && !vm->thread->is_main ? vm->thread : NULL;
    for (u32 i = 0; i < state->set_count; i++)
        if (state->set_loops[i].thread == thread) return &state->set_loops[i];
    if (!makes_one) return NULL;
    ThreadLoop *grown = realloc(state->set_loops, (state->set_count + 1) * sizeof *grown);
    if (!grown) return raise_memory(vm), NULL;
    state->set_loops = grown;
    grown[state->set_count] = (ThreadLoop){.thread = thread, .loop = EMPTY};
    return &grown[state->set_count++];
}

/* The loop that was set for this thread: None if it was None, NotImplemented if it was never set. */
FUNCTION(_asyncio, _get_set_loop, "()") {
    ThreadLoop *set = thread_loop(vm, false);
    return !set || !set->was_set ? NOT_IMPLEMENTED : set->loop == EMPTY ? NONE : incref(set->loop);
}
/* NotImplemented: as if it was never set. */
FUNCTION(_asyncio, _set_loop, "(loop, /)") {
    ThreadLoop *set = thread_loop(vm, true);
    if (!set) return FAIL;
    set->was_set = args[0] != NOT_IMPLEMENTED;
    if (!set->was_set) args[0] = NONE;
    replace(&set->loop, args[0] == NONE ? EMPTY : incref(args[0]));
    return NONE;
}

void asyncio_after_fork(VM *vm) {
    replace(&vm->loop, EMPTY);
    AsyncState *state = vm->module_state[MODULE__asyncio].state;
    for (u32 i = 0; state && i < state->set_count; i++) {
        state->set_loops[i].was_set = false;
        replace(&state->set_loops[i].loop, EMPTY);
    }
}

FUNCTION(_asyncio, new_event_loop, "() as def") {
    return loop_new(vm);
}

/* ---- tasks ---- */

Value task_enter(VM *vm, Task *task) {
    Value loop = task->future.loop;
    if (is_loop(loop)) {
        Value before = to_loop(loop)->current;
        if (before != EMPTY && !(task->future.h.aux & TASK_IS_EAGER))
            return raise_runtime(vm, "Cannot enter into task %R while another task %R is being executed.",
                                 from_object(task), before);
        to_loop(loop)->current = incref(from_object(task));
        return before == EMPTY ? NONE : before;
    }
    AsyncState *state = async_state(vm);
    if (!state) return FAIL;
    if (state->current_tasks == EMPTY) state->current_tasks = dict_new(vm);
    if (state->current_tasks == FAIL) return state->current_tasks = EMPTY, FAIL;
    Value before = TRY(dict_get(vm, to_dict(state->current_tasks), loop));
    if (before != EMPTY && !(task->future.h.aux & TASK_IS_EAGER))
        return raise_runtime(vm, "Cannot enter into task %R while another task %R is being executed.",
                             from_object(task), before);
    OWNED Value held = before == EMPTY ? NONE : incref(before);
    CHECK(dict_set(vm, to_dict(state->current_tasks), loop, from_object(task)));
    return TAKE(held);
}

void task_leave(VM *vm, Task *task, Value before) {
    Value loop = task->future.loop;
    if (is_loop(loop)) {
        replace(&to_loop(loop)->current, before == NONE ? EMPTY : incref(before));
        return;
    }
    Dict *tasks = to_dict(async_state(vm)->current_tasks);
    OWNED Value pending = exception_take(vm);
    bool done = before == NONE ? dict_delete(vm, tasks, loop) >= 0 : dict_set(vm, tasks, loop, before);
    if (!done) exception_clear(vm);
    exception_restore(vm, TAKE(pending));
}

/* Borrowed; EMPTY: none. */
static Value current_of(VM *vm, Value loop) {
    if (is_loop(loop)) return to_loop(loop)->current;
    AsyncState *state = async_state(vm);
    if (!state) return FAIL;
    return state->current_tasks == EMPTY ? EMPTY : dict_get(vm, to_dict(state->current_tasks), loop);
}

/* Return a currently executed task. */
FUNCTION(_asyncio, current_task, "(loop=None)") {
    OWNED Value loop = TRY(args[0] == EMPTY || args[0] == NONE ? loop_running(vm) : incref(args[0]));
    u64 hash;
    if (!is_loop(loop)) CHECK(object_hash(vm, loop, &hash));
    Value task = TRY(current_of(vm, loop));
    return task == EMPTY ? NONE : incref(task);
}

static bool set_current(VM *vm, Value loop, Value task) {
    if (is_loop(loop)) {
        replace(&to_loop(loop)->current, task == NONE ? EMPTY : incref(task));
        return true;
    }
    AsyncState *state = async_state(vm);
    if (!state) return false;
    if (state->current_tasks == EMPTY) state->current_tasks = dict_new(vm);
    if (state->current_tasks == FAIL) return state->current_tasks = EMPTY, false;
    Dict *tasks = to_dict(state->current_tasks);
    return task == NONE ? dict_delete(vm, tasks, loop) >= 0 : dict_set(vm, tasks, loop, task);
}

/* Enter into task execution or resume suspended task.
 *
 * Task belongs to loop. */
FUNCTION(_asyncio, _enter_task, "(loop, task)") {
    Value before = TRY(current_of(vm, args[0]));
    if (before != EMPTY)
        return raise_runtime(vm, "Cannot enter into task %R while another task %R is being executed.", args[1],
                             before);
    return set_current(vm, args[0], args[1]) ? NONE : FAIL;
}

/* Leave task execution or suspend a task.
 *
 * Task belongs to loop. */
FUNCTION(_asyncio, _leave_task, "(loop, task)") {
    Value before = TRY(current_of(vm, args[0]));
    if (before != args[1])
        return raise_runtime(vm, "Leaving task %R does not match the current task %R.", args[1],
                             before == EMPTY ? NONE : before);
    return set_current(vm, args[0], NONE) ? NONE : FAIL;
}

/* Temporarily swap in the supplied task and return the original one (or None). */
FUNCTION(_asyncio, _swap_current_task, "(loop, task)") {
    Value before = TRY(current_of(vm, args[0]));
    OWNED Value held = before == EMPTY ? NONE : incref(before);
    CHECK(set_current(vm, args[0], args[1]));
    return TAKE(held);
}

/* Tasks of scripts' own classes, by weak references. */
static Value other_tasks(VM *vm) {
    AsyncState *state = async_state(vm);
    if (!state) return FAIL;
    if (state->other_tasks == EMPTY) state->other_tasks = TRY(list_new(vm, 0));
    return state->other_tasks;
}

static void drop_other(VM *vm, List *list, Value task) {
    for (usize i = list->count; i-- > 0;) {
        OWNED Value referent = weakref_get(list->items[i]);
        if (referent == EMPTY || referent == task) decref(list_pop_at(vm, list, i));
    }
}

/* Register a new task in asyncio as executed by loop.
 *
 * Returns None. */
FUNCTION(_asyncio, _register_task, "(task)") {
    Value list = TRY(other_tasks(vm));
    OWNED Value reference = TRY(weakref_new(vm, args[0], EMPTY));
    return list_push(vm, to_list(list), reference) ? NONE : FAIL;
}
/* Unregister a task.
 *
 * Returns None. */
FUNCTION(_asyncio, _unregister_task, "(task)") {
    Value list = TRY(other_tasks(vm));
    drop_other(vm, to_list(list), args[0]);
    return NONE;
}

static Value loop_of_other(VM *vm, Value task) {
    OWNED Value method = TRY(object_find_attr(vm, task, NAME(get_loop)));
    return method == EMPTY ? object_getattr(vm, task, NAME(_loop)) : call_0(vm, method);
}

static bool add_others(VM *vm, Value set, Value loop) {
    Value others = async_state(vm)->other_tasks;
    for (usize i = 0; others != EMPTY && i < to_list(others)->count; i++) {
        OWNED Value task = weakref_get(to_list(others)->items[i]);
        if (task == EMPTY) continue;
        OWNED Value done = call_method_0(vm, task, NAME(done));
        OWNED Value its_loop = done == FAIL ? FAIL : loop_of_other(vm, task);
        if (its_loop == FAIL) return false;
        if (done == FALSE && its_loop == loop && !set_add(vm, to_set(set), task)) return false;
    }
    return true;
}

/* Return a set of all tasks for the loop. */
FUNCTION(_asyncio, all_tasks, "(loop=None) as def") {
    OWNED Value loop = TRY(args[0] == EMPTY || args[0] == NONE ? loop_running(vm) : incref(args[0]));
    OWNED Value set = TRY(set_new(vm, EMPTY));
    PendingTasks tasks;
    CHECK(tasks_pending(vm, loop, &tasks));
    bool done = true;
    for (u32 i = 0; done && i < tasks.count; i++) done = set_add(vm, to_set(set), from_object(tasks.items[i]));
    tasks_release(&tasks);
    CHECK(done && add_others(vm, set, loop));
    return TAKE(set);
}

/* The same for asyncio.tools: a list, oldest first. */
FUNCTION(_asyncio, _tasks_by_age, "(loop)") {
    OWNED Value list = TRY(list_new(vm, 0));
    PendingTasks tasks;
    CHECK(tasks_pending(vm, args[0], &tasks));
    bool done = true;
    for (u32 i = 0; done && i < tasks.count; i++)
        done = list_push(vm, to_list(list), from_object(tasks.items[i]));
    tasks_release(&tasks);
    return done ? TAKE(list) : FAIL;
}

/* Schedule the execution of a coroutine object in a spawn task.
 *
 * Return a Task object. */
FUNCTION(_asyncio, create_task, "(coro, *, name=None, context=None) as def") {
    OWNED Value loop = TRY(loop_running(vm));
    bool is_simple = (args[1] == EMPTY || args[1] == NONE) && (args[2] == EMPTY || args[2] == NONE);
    if (is_simple) return task_create(vm, loop, args[0]);
    OWNED Value method = TRY(object_getattr(vm, loop, NAME(create_task)));
    Value given[3] = {args[0]}, names[2];
    u32 count = 0;
    bool has_name = args[1] != EMPTY, has_context = args[2] != EMPTY && args[2] != NONE;
    if (has_name) names[count] = NAME(name), given[1 + count++] = args[1];
    if (has_context) names[count] = NAME(context), given[1 + count++] = args[2];
    OWNED Value kwnames = TRY(tuple_from(vm, names, count));
    return object_call(vm, method, given, 1, kwnames);
}

/* ---- futures ---- */

/* By what it says is its class: proxies and mocks are what they stand for. */
static bool class_has_blocking(VM *vm, Value v) {
    Value name = NAME(_asyncio_future_blocking);
    if (type_lookup(vm, type_of(vm, v), name) != EMPTY) return true;
    OWNED Value class = object_find_attr(vm, v, NAME(__class__));
    if (class == FAIL) exception_clear(vm);
    return has_kind(class, KIND_TYPE) && type_lookup(vm, (Type *)to_object(class), name) != EMPTY;
}

static bool is_other_future(VM *vm, Value v) {
    if (!is_object(v) || !(type_of(vm, v)->flags & TYPE_HEAP) || !class_has_blocking(vm, v)) return false;
    OWNED Value blocking = object_find_attr(vm, v, NAME(_asyncio_future_blocking));
    if (blocking == FAIL) exception_clear(vm);
    return blocking != EMPTY && blocking != NONE && blocking != FAIL;
}

/* Check for a Future.
 *
 * This returns True when obj is a Future instance or is advertising
 * itself as duck-type compatible by setting _asyncio_future_blocking.
 * See comment in Future for more details. */
FUNCTION(_asyncio, isfuture, "(obj) as def") {
    return from_bool(is_future(args[0]) || is_other_future(vm, args[0]));
}

/* Return True if obj is a coroutine object. */
FUNCTION(_asyncio, iscoroutine, "(obj) as def") {
    return from_bool(is_coroutine(vm, args[0]));
}

static bool check_loop(VM *vm, Value future, Value loop) {
    if (loop == EMPTY) return true;
    OWNED Value own = is_future(future) ? incref(to_future(future)->loop) : call_method_0(vm, future, NAME(get_loop));
    if (own == loop) return true;
    if (own != FAIL)
        raise_value(vm, "The future belongs to a different loop than the one specified as the loop argument");
    return false;
}

static Value wrap_awaitable(VM *vm, Value awaitable) {
    bool is_awaitable = is_object(awaitable) && type_of(vm, awaitable)->slots.await;
    if (!is_awaitable && !is_iterable_coroutine(awaitable))
        return raise_type(vm, "An asyncio.Future, a coroutine or an awaitable is required");
    OWNED Value wrap = TRY(asyncio_helper(vm, "asyncio.tasks", "_wrap_awaitable"));
    return call_1(vm, wrap, awaitable);
}

/* A coroutine that no task could be made for is closed: it was never to be awaited. */
static void close_refused(VM *vm, Value coroutine) {
    if (!exception_matches(vm, EXC(RuntimeError))) return;
    OWNED Value error = exception_take(vm);
    OWNED Value done = call_method_0(vm, coroutine, NAME(close));
    if (done != FAIL) exception_restore(vm, TAKE(error));
}

Value ensure_future(VM *vm, Value awaitable, Value loop) {
    if (is_future(awaitable) || is_other_future(vm, awaitable))
        return check_loop(vm, awaitable, loop) ? incref(awaitable) : FAIL;
    OWNED Value coroutine = TRY(is_coroutine(vm, awaitable) ? incref(awaitable) : wrap_awaitable(vm, awaitable));
    OWNED Value in = TRY(loop == EMPTY ? loop_current_or_policy(vm) : incref(loop));
    Value task = task_create(vm, in, coroutine);
    if (task == FAIL) close_refused(vm, coroutine);
    return task;
}

/* Wrap a coroutine or an awaitable in a future.
 *
 * If the argument is a Future, it is returned directly. */
FUNCTION(_asyncio, ensure_future, "(coro_or_future, *, loop=None) as def") {
    return ensure_future(vm, args[0], args[1] == NONE ? EMPTY : args[1]);
}

/* Return a future aggregating results from the given coroutines/futures. */
FUNCTION(_asyncio, gather, "(*coros_or_futures, return_exceptions=False) as def") {
    int flag = args[0] == EMPTY ? 0 : object_truth(vm, args[0]);
    return flag < 0 ? FAIL : gather_new(vm, args + 1, nargs - 1, flag);
}

/* ---- sleep ---- */

/* What asyncio.sleep waits for: a future that the loop's timer completes; or just its turn, loop/sleep.h. */
FUNCTION(_asyncio, _sleep, "(delay, result, /)") {
    double delay;
    if (is_small(args[0])) delay = (double)to_small(args[0]);
    else CHECK(object_to_double(vm, args[0], &delay));
    if (isnan(delay)) return raise_value(vm, "Invalid delay: NaN (not a number)");
    OWNED Value loop = TRY(loop_running(vm));
    if (!is_plain_loop(loop)) {
        OWNED Value helper = TRY(asyncio_helper(vm, "asyncio.tasks", "_sleep_in_other_loop"));
        return call_3(vm, helper, loop, args[0], args[1]);
    }
    Loop *l = to_loop(loop);
    CHECK(loop_check_open(vm, l));
    Task *task = args[1] == NONE && vm->frame ? sleep_task(l, vm->frame) : NULL;
    if (task) return sleep_start(vm, l, task, loop_time(vm, l) + delay) ? incref(async_state(vm)->turn) : FAIL;
    OWNED Value future = TRY(future_new(vm, loop));
    to_future(future)->result = incref(args[1]);
    to_future(future)->h.aux |= FUTURE_IN_TIMER;
    CHECK(loop_add_timer(vm, l, loop_time(vm, l) + delay, future));
    return TAKE(future);
}

TYPE(Turn, .name = "_asyncio.Turn", .size = sizeof(Obj), .kind = KIND_TURN,
     .flags = TYPE_ATOM | TYPE_FINAL | TYPE_NO_NEW, .doc = "Awaiting it lets all others have their turn.")

/* ---- run_until_complete ---- */

/* Stops the loop when its main future is done, unless the program is to end by that. */
FUNCTION(_asyncio, _run_until_complete_cb, "(fut) as def") {
    Value future = args[0];
    OWNED Value loop = EMPTY;
    if (is_future(future)) {
        Future *f = to_future(future);
        if (f->h.aux & FUTURE_FAILED) {
            Value error = future_exception(f);
            if (is_instance(vm, error, EXC(SystemExit)) || is_instance(vm, error, EXC(KeyboardInterrupt)))
                return NONE;
        }
        loop = incref(f->loop);
    } else {
        loop = TRY(call_method_0(vm, future, NAME(get_loop)));
    }
    OWNED Value done = TRY(call_method_0(vm, loop, NAME(stop)));
    return NONE;
}

/* ---- the module ---- */

void asyncio_install(VM *vm) {
    vm->hooks.loop_step = loop_step;
    vm->hooks.loop_caught = loop_caught;
    vm->hooks.task_returned = loop_task_returned;
    vm->hooks.task_yielded = loop_task_yielded;
    vm->hooks.future_raise = future_raise;
    vm->hooks.sleep_awaited = sleep_awaited;
}

MODULE_INIT(_asyncio) {
    static const struct {
        const char *name;
        u16 type;
    } types[] = {
        {"Future", TYPE_Future},
        {"Task", TYPE_Task},
        {"FutureIter", TYPE_FutureIter},
        {"_GatheringFuture", TYPE__GatheringFuture},
        {"Handle", TYPE_Handle},
        {"TimerHandle", TYPE_TimerHandle},
        {"AbstractEventLoop", TYPE_AbstractEventLoop},
        {"BaseEventLoop", TYPE_BaseEventLoop},
        {"BaseSelectorEventLoop", TYPE_BaseSelectorEventLoop},
        {"SelectorEventLoop", TYPE__UnixSelectorEventLoop},
        {"CancelledError", TYPE_CancelledError},
        {"InvalidStateError", TYPE_InvalidStateError},
    };
    asyncio_install(vm);
    for (usize i = 0; i < COUNT_OF(types); i++)
        if (!module_add(vm, module, types[i].name, incref(from_object(vm->types[types[i].type])))) return false;
    Obj *turn = object_new(vm, vm->types[TYPE_Turn]);
    AsyncState *state = turn ? async_state(vm) : NULL;
    if (!state) return false;
    state->turn = from_object(turn);
    return module_add(vm, module, "_turn", incref(state->turn));
}
