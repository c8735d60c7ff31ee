#include "stdlib/thread_wait.h"

#include "loop/chance.h"
#include "stdlib/blocking.h"
#include "stdlib/duration.h"

enum { SECOND = 1000000000 };

/* ---- one wait ---- */

/* The main thread waits where signals reach it: 1 woken (maybe for nothing), 0 time over, -1 exception. */
static int park_main(VM *vm, i64 timeout) {
    Thread *thread = vm->thread;
    if (!chance_allow_wake(vm)) {
        raise_os(vm, errno, EMPTY);
        return -1;
    }
    if (thread->has_permit) {
        thread->has_permit = false;
        return 1;
    }
    int outcome = chance_wait(vm, NULL, 0, timeout); /* lets go of the lock */
    bool was_woken = thread->has_permit;
    thread->has_permit = false;
    if (outcome < 0 && !blocking_signals(vm)) return -1;
    return was_woken || outcome < 0;
}

static int look_for_permit(VM *vm, void *context, i64 timeout) {
    return threads_park(vm, timeout);
}

static int park(VM *vm, i64 timeout) {
    if (vm->thread->is_main) return park_main(vm, timeout);
    return vm->chance->is_virtual ? chance_wait_virtually(vm, look_for_permit, NULL, timeout)
                                  : threads_park(vm, timeout);
}

static void unpark(VM *vm, Thread *thread) {
    threads_unpark(vm, thread);
    if (thread->is_main) chance_wake(vm);
}

/* ---- queues ---- */

static void enter(WaitQueue *queue, Waiter *waiter) {
    if (queue->last) queue->last->next = waiter;
    else queue->first = waiter;
    queue->last = waiter;
}

static void leave(WaitQueue *queue, Waiter *waiter) {
    Waiter *before = NULL;
    for (Waiter **at = &queue->first; *at; before = *at, at = &(*at)->next) {
        if (*at != waiter) continue;
        *at = waiter->next;
        if (queue->last == waiter) queue->last = before;
        return;
    }
}

void queue_wake(VM *vm, WaitQueue *queue) {
    if (queue->first) unpark(vm, queue->first->thread);
}

void queue_wake_all(VM *vm, WaitQueue *queue) {
    for (Waiter *waiter = queue->first; waiter; waiter = waiter->next) unpark(vm, waiter->thread);
}

int queue_wait(VM *vm, WaitQueue *queue, WaitTest test, void *context, i64 timeout) {
    if (!threads_begin(vm)) return -1;
    Waiter waiter = {vm->thread, NULL};
    i64 end = timeout < 0 ? 0 : chance_monotonic(vm) + timeout;
    int outcome = 1;
    enter(queue, &waiter);
    while (outcome > 0 && !test(vm, context)) {
        i64 left = timeout < 0 ? -1 : end - chance_monotonic(vm);
        outcome = timeout >= 0 && left <= 0 ? 0 : park(vm, left);
        if (!outcome && test(vm, context)) {
            outcome = 1;
            break;
        }
    }
    leave(queue, &waiter);
    /* a wake-up that this one does not use goes on to the next */
    if (outcome <= 0) queue_wake(vm, queue);
    return outcome;
}

bool timeout_take(VM *vm, Value seconds, bool blocking, i64 *nanoseconds) {
    i64 given;
    *nanoseconds = blocking ? -1 : 0;
    if (seconds == EMPTY) return true;
    if (!duration_take(vm, seconds, &given)) return false;
    bool is_endless = given == -SECOND;
    if (!blocking && !is_endless) {
        raise_value(vm, "can't specify a timeout for a non-blocking call");
        return false;
    }
    if (given < 0 && !is_endless) {
        raise_value(vm, "timeout value must be a non-negative number");
        return false;
    }
    if (!is_endless) *nanoseconds = given;
    return true;
}
