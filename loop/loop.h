/* The event loop: asyncio's order of events exactly, made of few small pieces.
 *
 * Turns. Everything that is to run stands in the ready queue, a ring of small entries. The loop works in
 * turns (CPython's _run_once): look for what the system has to tell (loop/poll.c), move timers that are due
 * to the queue (loop/timer.c), then run the entries that are there now; what they add belongs to the next
 * turn. So what is ready runs first in, first out; timers by time.
 *
 * Running. run_forever is one nested run of a small piece of built-in code (loop/running.c), whose LOOPSTEP
 * instruction asks loop/step.c to enter the next entry: the coroutine of a task, the frame of a callback.
 * When that yields, returns or raises, the instruction loop is back in the built-in code: changing from
 * task to task never leaves it.
 *
 * Wakers. Each entry knows which task was running when it was queued, and, if somebody wants to know
 * (notes_lines), the line.
 *
 * A loop of another sort (a class of the script that has call_soon and the rest) works too: wherever a loop
 * is a Value it may be one, and is then used by its methods.
 */
#ifndef APY_LOOP_LOOP_H
#define APY_LOOP_LOOP_H

#include "objects/future.h"

typedef enum EntrySort {
    ENTRY_NONE,
    ENTRY_TASK,     /* what: Task; argument: EMPTY, the future that woke it, or an exception to raise in it */
    ENTRY_GATHER,   /* what: GatherFuture; argument: the child that is done */
    ENTRY_TIMER,    /* what: Future whose time has come: it gets its result; or Task that sleeps, loop/sleep.h */
    ENTRY_CALLBACK, /* what: callable; argument: the future that is done */
    ENTRY_HANDLE,   /* what: Handle */
} EntrySort;

typedef struct Entry {
    Value what, argument;
    Value context; /* of a callback: as in loop/context.h; else EMPTY */
    u32 waker;     /* number of the task that queued it; 0: none */
    u32 sort : 4, line : 28;
} Entry;

typedef struct Timer {
    double when; /* of the loop's clock */
    u64 order;   /* Loop.looks when it was made: the same for those whose time comes of one look at the clock */
    Value what;  /* TimerHandle; a Future with FUTURE_IN_TIMER, whose `result` is what it will get; a Task that sleeps,
                  * loop/sleep.h */
} Timer;

typedef struct Task Task;
typedef struct Poll Poll;

typedef struct Loop {
    Obj h;
    Value dict;
    Entry *ring; /* capacity is a power of two */
    u32 first, count, capacity;
    u32 batch;     /* entries that still belong to this turn */
    Entry running; /* what runs now; sort ENTRY_NONE: nothing */
    Value outside; /* while a callback runs: the context to go back to */
    Value current; /* the current task, EMPTY: none */
    Timer *timers; /* a heap */
    u32 timer_count, timer_capacity, cancelled_timers;
    u32 leaving_sleeps; /* cancelled ones that have not had their step: loop/sleep.h */
    u64 looks; /* at its clock */
    Poll *poll; /* NULL: no descriptors */
    Value signal_handlers; /* dict: number -> Handle; or EMPTY */
    Value exception_handler, task_factory, executor; /* EMPTY: the default */
    Value async_generators; /* weak set, or EMPTY */
    Value main_task; /* of run_until_complete: what deadlocks are told about; borrowed */
    Thread *thread; /* where it runs */
    double slow_callback_duration, clock_resolution;
    double step_began; /* debug mode: when what runs began, and what it is */
    Value step_what; /* ... or EMPTY */
    bool is_running, is_stopping, is_closed, has_turned;
    bool is_entered; /* the context of the callback that runs was entered */
    bool has_failed; /* a hook that cannot fail has left an exception for the next step */
    bool is_debug, notes_lines, generators_closed, executor_closed;
    bool has_own_time; /* a script has replaced time() */
    bool has_own_turns; /* ... and _run_once() */
    bool sorts_equal_times; /* by the looks at the clock: loop/timer.c */
    bool is_stepping; /* only one turn is to run */
    bool is_plain; /* no method that matters is replaced by a script */
} Loop;

static inline bool is_loop(Value v) {
    return has_kind(v, KIND_LOOP);
}
static inline Loop *to_loop(Value v) {
    return (Loop *)v;
}
/* Look again which methods a script has replaced: after changes of the loop or its class. */
void loop_note_replaced(VM *vm, Loop *loop);
/* Can it be used without its methods? */
static inline bool is_plain_loop(Value v) {
    return is_loop(v) && to_loop(v)->is_plain;
}

/* ---- the ready queue: values of an entry are taken over, also by a failure ---- */

bool loop_push(VM *vm, Loop *loop, Entry owned);
/* The entry that runs goes to the end of the queue again, without its argument. False: there is no room, nothing
 * was done. */
bool loop_push_running(VM *vm, Loop *loop);
/* What future_add_waiter promised; any loop. */
bool loop_push_waiter(VM *vm, Value loop, Value waiter, Value future);
bool loop_push_callback(VM *vm, Value loop, Value callback, Value future, Value context);
/* The waiter as a callable that gets the future which has become done: what programs see (loop/callable.c). Owned. */
Value loop_waiter_callable(VM *vm, Value waiter);
/* The same for a step of a task, from what its queue entry carries; argument becomes EMPTY if the callable takes none. */
Value loop_task_callable(VM *vm, Value task, Value *argument);
/* RuntimeError('Event loop is closed') */
bool loop_check_open(VM *vm, Loop *loop);

/* ---- timers: loop/timer.c ---- */

double loop_time(VM *vm, Loop *loop);
bool loop_add_timer(VM *vm, Loop *loop, double when, Value what);
/* Something in the heap was cancelled: it is dropped when its time comes, or when there are many. */
void loop_timer_cancelled(VM *vm, Value loop);
void loop_compact_timers(VM *vm, Loop *loop);
/* Move the timers that are due to the ready queue. */
bool loop_move_timers(VM *vm, Loop *loop);
void loop_free_timers(VM *vm, Loop *loop);

/* ---- the running loop of the thread ---- */

/* asyncio.get_running_loop() or get_event_loop(): owned. */
Value loop_running(VM *vm);
Value loop_current_or_policy(VM *vm);
Value loop_new(VM *vm);
/* False: it is closed, or a loop is running already. */
bool loop_check_not_running(VM *vm, Loop *loop);
/* Run until it is told to stop. */
bool loop_run_forever(VM *vm, Loop *loop);

/* The Handle that stands for an entry of the queue in what programs see; owned. */
Value loop_entry_handle(VM *vm, Loop *loop, const Entry *entry);
/* One turn: BaseEventLoop._run_once. */
bool loop_run_turn(VM *vm, Loop *loop);

/* hooks of the VM: loop/step.c */
/* The built-in method for names that the class does not know; owned, EMPTY: none. */
Value loop_late_method(VM *vm, Value self, Value name);
/* close(): what was planned is forgotten. */
void loop_forget_all(VM *vm, Loop *loop);

LoopStep loop_step(VM *vm);
bool loop_caught(VM *vm, Value exception);
void loop_task_returned(VM *vm, Value value);
void loop_task_yielded(VM *vm, Value value);
/* Wait for what the system may tell: the first part of a turn. */
bool loop_begin_turn(VM *vm, Loop *loop);

#endif
