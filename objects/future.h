/* Futures and tasks, as far as the instruction loop must know them: awaiting one allocates nothing.
 *
 * The rest is loop/'s. A future's callbacks are one word: EMPTY (none), a Task that waits for it, a
 * GatherFuture, or a list of (callback, context) pairs, one after the other.
 */
#ifndef APY_OBJECTS_FUTURE_H
#define APY_OBJECTS_FUTURE_H

#include "objects/vm.h"

enum {                          /* Obj.aux of futures */
    FUTURE_PENDING = 0,
    FUTURE_CANCELLED = 1,
    FUTURE_FINISHED = 2,
    FUTURE_STATE = 3,
    FUTURE_FAILED = 4,          /* finished with an exception */
    FUTURE_BLOCKING = 8,        /* _asyncio_future_blocking */
    FUTURE_LOG_TRACEBACK = 16,  /* nobody has asked for the exception yet */
    FUTURE_IN_TIMER = 32,       /* a timer of the loop will set its result */
    FUTURE_HAS_SOURCE = 64,     /* debug mode: where it was made is known */
    FUTURE_INITIALIZED = 128,
    TASK_MUST_CANCEL = 256,     /* its next step gets CancelledError */
    TASK_IS_QUIET = 512,        /* no message when it is destroyed while pending */
    TASK_IS_LISTED = 1024,      /* among all_tasks() */
    TASK_IS_EAGER = 2048,       /* its first step ran inside its making and has not ended */
    TASK_IS_RUNNING = 4096,
};

typedef struct Future {
    Obj h;
    Value dict;      /* __dict__: EMPTY or dict */
    Value loop;      /* EMPTY: not initialized */
    Value callbacks; /* see above */
    Value result;    /* result or exception; of a cancelled task: the CancelledError, if there was one */
    Value extra;     /* failed: the exception's traceback at that time; else the cancel message or EMPTY */
} Future;

static inline Future *to_future(Value v) {
    return (Future *)v;
}
static inline bool is_future(Value v) {
    u8 kind = object_kind(v);
    return kind == KIND_FUTURE || kind == KIND_TASK;
}
/* Neither it nor its class is a script's: no method is overridden. */
static inline bool is_plain_future(Value v) {
    return has_exact_kind(v, KIND_FUTURE) || has_exact_kind(v, KIND_TASK);
}
static inline u32 future_state(const Future *future) {
    return future->h.aux & FUTURE_STATE;
}

#endif
