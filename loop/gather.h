/* asyncio.gather: a future of the results of many. */
#ifndef APY_LOOP_GATHER_H
#define APY_LOOP_GATHER_H

#include "loop/loop.h"

bool is_gather(VM *vm, Value v);
/* A future for the list of results of coroutines and futures (borrowed). Owned, or FAIL. */
Value gather_new(VM *vm, Value *awaitables, u32 count, bool return_exceptions);
/* A child is done: what its queue entry does. */
bool gather_child_done(VM *vm, Value gather, Value child);
/* Cancel the children: 1, 0, -1 as future_cancel. */
int gather_cancel(VM *vm, Value gather, Value message);

#endif
