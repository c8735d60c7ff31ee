/* Waiting of threads for each other: locks, joins. All of it happens with the VM's lock held, so that the
 * queues need no protection of their own. */
#ifndef APY_STDLIB_THREAD_WAIT_H
#define APY_STDLIB_THREAD_WAIT_H

#include "vm/threads.h"

/* One who waits, on the stack of its thread. */
typedef struct Waiter {
    Thread *thread;
    struct Waiter *next;
} Waiter;

typedef struct WaitQueue {
    Waiter *first, *last;
} WaitQueue;

/* Is what a thread waits for the case? It may take it. */
typedef bool (*WaitTest)(VM *vm, void *context);

/* Wait until the test says yes: 1; 0: the time (nanoseconds, -1: none) is over; -1: a signal handler raised.
 * Whoever changes what the test looks at calls queue_wake. */
int queue_wait(VM *vm, WaitQueue *queue, WaitTest test, void *context, i64 timeout);
void queue_wake(VM *vm, WaitQueue *queue);     /* the first */
void queue_wake_all(VM *vm, WaitQueue *queue);

/* A timeout as the functions of _thread take it: seconds, -1 or None for no end. False with an exception. */
bool timeout_take(VM *vm, Value seconds, bool blocking, i64 *nanoseconds);

#endif
