/* asyncio.sleep in a task that the loop itself drives: no future is made for it.
 *
 * The timer holds the task, and task->waiter is an inline int: the `order` of that timer, which no other has, so that a
 * timer knows whether its task still sleeps by it. When the sleep is over and the step that follows is queued, the int
 * is one of the two below zero. A program that asks what the task waits for gets a future all the same: sleep_future
 * makes it then, and puts it in the place of the task in the timer.
 */
#ifndef APY_LOOP_SLEEP_H
#define APY_LOOP_SLEEP_H

#include "loop/task.h"

enum { SLEEP_WOKEN = -1, SLEEP_CANCELLED = -2 };

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
/* As future_cancel of what it waits for: 1, 0, -1. */
int sleep_cancel(VM *vm, Task *task, Value message);
/* What task->waiter becomes: a future. Borrowed, or FAIL. */
Value sleep_future(VM *vm, Task *task);
/* The timer is forgotten: from now on the task waits for a future that nobody completes. */
void sleep_forget(VM *vm, const Timer *timer);
static inline bool sleep_is_over(const Timer *timer) {
    return to_task(timer->what)->waiter != from_small((i64)timer->order);
}

#endif
