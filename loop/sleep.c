#include "loop/sleep.h"

#include "loop/future.h"
#include "objects/exc.h"
#include "objects/frame.h"
#include "vm/interpreter.h"

Task *sleep_task(Loop *loop, Frame *frame) {
    if (loop->running.sort != ENTRY_TASK || !(frame->flags & FRAME_HEAP) || loop->is_debug) return NULL;
    Coro *root = coro_root(frame_coro(frame));
    Task *task = to_task(loop->running.what);
    bool is_driven = root->f.kind == FRAME_LOOP && task->coroutine == from_object(root) &&
                     task->future.loop == from_object(loop);
    return is_driven ? task : NULL;
}

bool sleep_start(VM *vm, Loop *loop, Task *task, double when) {
    u64 order = loop->looks;
    if (!loop_add_timer(vm, loop, when, from_object(task))) return false;
    replace(&task->waiter, from_small((i64)order));
    return true;
}

bool sleep_begin(VM *vm, Task *task) {
    if (LIKELY(!(task->future.h.aux & TASK_MUST_CANCEL))) return true;
    int done = sleep_cancel(vm, task, task->future.extra);
    if (done > 0) task->future.h.aux &= (u16)~TASK_MUST_CANCEL;
    return done >= 0;
}

bool sleep_end(VM *vm, Loop *loop) {
    Task *task = to_task(loop->running.what);
    if (task->waiter != loop->running.argument) { /* cancelled since it came into the queue */
        if (task->waiter == from_small(SLEEP_LEAVING - to_small(loop->running.argument))) sleep_note_moved(loop, task);
        return true;
    }
    task->waiter = from_small(SLEEP_WOKEN);
    loop->running.sort = ENTRY_TASK;
    return loop_push_running(vm, loop) || loop_push_waiter(vm, from_object(loop), from_object(task), EMPTY);
}

int sleep_cancel(VM *vm, Task *task, Value message) {
    if (to_small(task->waiter) < 0) return 0;
    OWNED Value error = exception_make(vm, from_object(EXC(CancelledError)), message == NONE ? EMPTY : message);
    if (error == FAIL) return -1;
    task->waiter = from_small(SLEEP_LEAVING - to_small(task->waiter));
    to_loop(task->future.loop)->leaving_sleeps++;
    return loop_push_waiter(vm, task->future.loop, from_object(task), error) ? 1 : -1;
}

void sleep_note_moved(Loop *loop, Task *task) {
    task->waiter = from_small(SLEEP_CANCELLED);
    loop->leaving_sleeps--;
}

void sleep_leave(VM *vm, Task *task) {
    if (LIKELY(to_small(task->waiter) > SLEEP_LEAVING)) return;
    to_loop(task->future.loop)->leaving_sleeps--;
    loop_timer_cancelled(vm, task->future.loop);
}

/* ---- the future that a program may look at ---- */

static Value make_future(VM *vm, Task *task, i64 state) {
    OWNED Value made = TRY(future_new(vm, task->future.loop));
    Future *future = to_future(made);
    if (state <= SLEEP_CANCELLED) {
        future->h.aux |= FUTURE_CANCELLED;
        return TAKE(made);
    }
    future->result = NONE;
    if (state == SLEEP_WOKEN) future->h.aux |= FUTURE_FINISHED;
    else CHECK(future_add_waiter(vm, future, from_object(task)));
    return TAKE(made);
}

/* In the heap, or in the queue if it has come there already. */
static void replace_in_timer(Loop *loop, Value task, Value order, Value future) {
    for (u32 i = 0; i < loop->timer_count; i++) {
        Timer *timer = &loop->timers[i];
        if (timer->what != task || from_small((i64)timer->order) != order) continue;
        to_future(future)->h.aux |= FUTURE_IN_TIMER;
        replace(&timer->what, incref(future));
        return;
    }
    for (u32 i = 0; i < loop->count; i++) {
        Entry *entry = &loop->ring[(loop->first + i) & (loop->capacity - 1)];
        if (entry->sort != ENTRY_TIMER || entry->what != task || entry->argument != order) continue;
        replace(&entry->what, incref(future));
        replace(&entry->argument, EMPTY);
        return;
    }
}

Value sleep_future(VM *vm, Task *task) {
    OWNED Value held = incref(from_object(task)); /* the timer may be the last to hold it */
    Loop *loop = to_loop(task->future.loop);
    i64 state = to_small(task->waiter);
    Value future = TRY(make_future(vm, task, state));
    if (state <= SLEEP_LEAVING) {
        loop->leaving_sleeps--;
        replace_in_timer(loop, held, from_small(SLEEP_LEAVING - state), future);
    }
    if (state >= 0) replace_in_timer(loop, held, task->waiter, future);
    return task->waiter = future;
}

static bool is_waiting(const Task *task) {
    return task_sleeps(task) || is_plain_future(task->waiter);
}

/* The task that sleeps with this coroutine at the end of its chain; borrowed, EMPTY: none. */
static Value find_sleeper(VM *vm, Coro *coro) {
    Value root = from_object(coro_root(coro)), found = EMPTY;
    PendingTasks tasks;
    if (((Coro *)to_object(root))->leaf != coro || coro->h.kind != KIND_COROUTINE) return EMPTY;
    if (!tasks_pending(vm, EMPTY, &tasks)) return FAIL;
    for (u32 i = 0; i < tasks.count; i++)
        if (tasks.items[i]->coroutine == root && is_waiting(tasks.items[i])) found = from_object(tasks.items[i]);
    tasks_release(&tasks);
    return found;
}

Value sleep_awaited(VM *vm, Coro *coro) {
    Value task = TRY(find_sleeper(vm, coro));
    if (task == EMPTY) return NONE;
    Value future = to_task(task)->waiter;
    if (is_small(future)) future = TRY(sleep_future(vm, to_task(task)));
    return type_of(vm, future)->slots.await(vm, future);
}

void sleep_forget(VM *vm, const Timer *timer) {
    Task *task = to_task(timer->what);
    if (sleep_is_over(timer) || sleep_is_leaving(timer) || vm->is_closing) return;
    Value future = make_future(vm, task, 0);
    if (future == FAIL) exception_clear(vm);
    task->waiter = future == FAIL ? EMPTY : future;
}
