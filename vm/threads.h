/* Threads: any number of system threads, of which one at a time runs in the VM: the one that holds the lock.
 *
 * What the VM keeps of "the running thread" (frame, value stack, exceptions, ...) is its own while it runs
 * and is put into its Thread when it lets go of the lock. A program without threads never has a lock
 * (vm->threads is NULL) and pays nothing.
 *
 * The lock goes from hand to hand in the order in which threads asked for it. A thread that runs while
 * others wait hands it over after a counted number of safe points (jumps and calls), not after a time: the
 * same program with the same input switches at the same places.
 */
#ifndef APY_VM_THREADS_H
#define APY_VM_THREADS_H

#include <pthread.h>

#include "objects/vm.h"

struct Thread {
    Thread *next; /* of all threads */
    u64 id;       /* threading.get_ident() */
    int native_id;
    bool is_main, is_daemon;
    Value locals; /* dict: what this thread has in each threading.local; EMPTY: nothing */

    /* the VM's fields while it does not run */
    Frame *frame;
    Value *stack, *stack_limit, *generator_top;
    Value exception, handled, return_value, pending_sent;
    Value loop, context;
    Value asyncgen_firstiter, asyncgen_finalizer;
    u32 depth, c_depth, destroy_depth, coroutine_origin_depth;
    char *c_stack_limit;
    Tracer *tracer;
    bool is_traced;
    Value *delayed;
    usize delayed_count, delayed_capacity;
    Value *showing;
    u32 showing_count, showing_capacity;

    /* waiting for the lock */
    Thread *next_waiting;
    pthread_cond_t turn;
    /* parked: see threads_park */
    pthread_cond_t unparked;
    bool has_permit;
    bool is_idle; /* it waits for another thread without end, or for a moment of virtual time */
};

struct Threads {
    pthread_mutex_t mutex;
    Thread *holder; /* NULL: the lock is free */
    Thread *first_waiting, *last_waiting;
    Thread *all;
    Thread *main;
    u32 count;      /* living ones */
    u32 starting; /* made, and not yet among them; atomic */
    u32 turn_size;  /* safe points between hand-overs */
    u64 turns;      /* how often the lock was taken */
    bool is_ending; /* the main thread has left: others stop where they wait for the lock */
};

/* Make the lock, held by the calling (main) thread. Once; false when memory is out. */
bool threads_begin(VM *vm);
/* Forget the other threads: in the child of a fork. */
void threads_after_fork(VM *vm);
/* The main thread leaves: threads that still run stop for ever where they ask for the lock. */
void threads_end(VM *vm);

/* After everything else. */
void threads_free(VM *vm);

/* A new Thread, not running; NULL with MemoryError. It gets its own value stack. */
Thread *thread_new(VM *vm);
/* For one that was never started. */
void thread_drop(VM *vm, Thread *thread);
/* First and last act of the new system thread. After thread_leave the lock is not held. */
void thread_enter(VM *vm, Thread *thread);
void thread_leave(VM *vm, Thread *thread);
/* The calling thread, that holds the lock. */
Thread *thread_current(VM *vm);
u64 thread_ident(VM *vm);
bool thread_is_main(VM *vm);
/* Is this the ident of a thread that lives? (pthread functions crash with others.) */
bool thread_exists(VM *vm, u64 ident);

void threads_hand_over(VM *vm);
Thread *threads_let_go(VM *vm);
void threads_take(VM *vm, Thread *thread);

/* Around C code that waits and does not touch the VM. */
#define threads_release(vm)                                                              \
    Thread *released_ = UNLIKELY((vm)->threads != NULL) ? threads_let_go(vm) : NULL
#define threads_acquire(vm)                                                              \
    do {                                                                                 \
        if (UNLIKELY(released_ != NULL)) threads_take(vm, released_);                    \
    } while (0)

/* Wait until somebody unparks this thread (or did since it last parked) or the time (nanoseconds; -1: none)
 * is over: true if unparked. The lock is released meanwhile. Not for the main thread, which must hear
 * signals. */
bool threads_park(VM *vm, i64 timeout);
/* From a thread that holds the lock. */
void threads_unpark(VM *vm, Thread *thread);

#endif
