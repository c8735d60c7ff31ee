/* asyncio.Task: a coroutine that is driven by an event loop, and a future of its result. */
#ifndef APY_LOOP_TASK_H
#define APY_LOOP_TASK_H

#include "loop/loop.h"

struct Task {
    Future future;
    Value coroutine; /* EMPTY: not initialized */
    Value context;   /* as in loop/context.h; while it runs: the one outside */
    Value name;      /* str; inline int n: "Task-n", not made yet */
    Value waiter;    /* the future it waits for, or EMPTY; inline int: loop/sleep.h */
    u32 cancels;     /* requested and not taken back */
    u32 number;      /* unique in the VM, from 1 */
};

static inline Task *to_task(Value v) {
    return (Task *)v;
}
static inline bool is_task(Value v) {
    return has_kind(v, KIND_TASK);
}

/* A task for the coroutine, queued. name EMPTY: by number; context EMPTY: a copy of the current one.
 * Owned, or FAIL. */
Value task_new(VM *vm, Value loop, Value coroutine, Value name, Value context);
/* loop.create_task: by its task factory, if it has one. */
Value task_create(VM *vm, Value loop, Value coroutine);
/* 1, 0, -1 as future_cancel */
int task_cancel(VM *vm, Task *task, Value message);
Value task_name(VM *vm, Task *task); /* owned */
bool is_coroutine(VM *vm, Value v);

/* Tasks that are not done, oldest first. Nothing lists them while they live: the heap is searched, because it is
 * asked for rarely and two words in each task are much. */
typedef struct PendingTasks {
    Task **items; /* owned */
    u32 count, capacity;
    Value loop; /* only of this one, EMPTY: of all */
    bool failed;
} PendingTasks;
/* False: MemoryError; then there is nothing to release. */
bool tasks_pending(VM *vm, Value loop, PendingTasks *tasks);
void tasks_release(PendingTasks *tasks);

/* ---- one step, in parts ---- */

/* What the step must raise in the coroutine (owned; EMPTY: nothing), from what its queue entry carries. Also
 * ends waiting. FAIL. */
Value task_begin_step(VM *vm, Task *task, Value argument);
/* The coroutine has yielded (owned), returned (owned), raised vm->exception. */
bool task_on_yield(VM *vm, Task *task, Value value);
bool task_on_return(VM *vm, Task *task, Value value);
/* False: the exception is to go on, out of the loop (it is set). */
bool task_on_raise(VM *vm, Task *task);
/* Make it the loop's current task; what was it before: task_leave takes it back. FAIL. */
Value task_enter(VM *vm, Task *task);
void task_leave(VM *vm, Task *task, Value before);
/* A whole step in a nested run, for loops of another sort and for eager tasks. Its context is entered. */
bool task_step(VM *vm, Task *task, Value argument);

#endif
