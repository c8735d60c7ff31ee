/* What asyncio keeps for the whole VM. */
#ifndef APY_LOOP_STATE_H
#define APY_LOOP_STATE_H

#include "loop/task.h"

typedef struct ThreadLoop {
    Thread *thread;
    Value loop;
    bool was_set;
} ThreadLoop;

typedef struct AsyncState {
    u32 pending_tasks;    /* how many tasks are not done */
    u32 last_number, last_name; /* of tasks: all, and those called Task-n */
    Value runner;         /* the built-in code of loops, as a function */
    Value turn;           /* awaiting it yields None */
    ThreadLoop *set_loops; /* asyncio.set_event_loop, by thread */
    u32 set_count;
    Value current_tasks;  /* of loops of other sorts: dict, or EMPTY */
    Value other_tasks;    /* registered by hand: list of weak references, or EMPTY */
} AsyncState;

/* NULL: no memory, MemoryError is set. */
AsyncState *async_state(VM *vm);

#endif
