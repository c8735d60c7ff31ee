/* asyncio.sleep in a task that the loop itself drives: no future is made for it.
 *
 * The timer holds the task, and task->waiter is an inline int: the `order` of that timer, which no other sleep has, so that a
 * timer knows whether its task still sleeps by it. When the sleep is over and the step that follows is queued, the int
 * is below zero. A program that asks what the task waits for gets a future all the same: sleep_future makes it then,
 * and puts it in the place of the task in the timer.
 *
 * The timer of a cancelled sleep counts as cancelled from the step of its task on, as if the coroutine of sleep() had
 * cancelled it on its way out: when cancelled timers leave the heap decides about the order of others.
 */
#ifndef APY_LOOP_SLEEP_H
#define APY_LOOP_SLEEP_H

#include "loop/task.h"

enum {
    SLEEP_WOKEN = -1,
    SLEEP_CANCELLED = -2, /* and the timer is no longer in the heap */
    SLEEP_LEAVING = -3,   /* minus the order of the timer: cancelled, and it is */
};

static inline bool task_sleeps(const Task *task) {
    return is_small(task->waiter);
}
/* The task whose coroutine awaits, down to the frame that runs, with nothing between that could see what is yielded.
 * NULL: none, or debug mode wants a future. */
Task *sleep_task(Loop *loop, Frame *frame);
bool sleep_start(VM *vm, Loop *loop, Task *task, double when);
/* It has yielded: a cancellation that came too early is passed on. */
bool sleep_begin(VM *vm, Task *task);
/* Its time has come: this is its queue entry, with the order of the timer as argument. */
bool sleep_end(VM *vm, Loop *loop);
/* A cancelled sleep, whose timer leaves the heap before the step of its task. */
void sleep_note_moved(Loop *loop, Task *task);
/* As future_cancel of what it waits for: 1, 0, -1. */
int sleep_cancel(VM *vm, Task *task, Value message);
/* What task->waiter becomes: a future. Borrowed, or FAIL. */
Value sleep_future(VM *vm, Task *task);
/* What a coroutine awaits that sleeps without a future: the iterator of one that is made now; None: it does not. Owned. */
Value sleep_awaited(VM *vm, Coro *coro);
/* The timer is forgotten: from now on the task waits for a future that nobody completes. */
void sleep_forget(VM *vm, const Timer *timer);
/* The step of its task has come: the one that sleeps has left. */
void sleep_leave(VM *vm, Task *task);
/* Cancelled, and its step has not come. */
static inline bool sleep_is_leaving(const Timer *timer) {
    return to_task(timer->what)->waiter == from_small(SLEEP_LEAVING - (i64)timer->order);
}
static inline bool sleep_is_over(const Timer *timer) {
    return to_task(timer->what)->waiter != from_small((i64)timer->order) && !sleep_is_leaving(timer);
}

#endif
