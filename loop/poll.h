/* File descriptors that the loop watches, by libuv; and waiting.
 *
 * A loop without descriptors has no Poll: then waiting is a sleep that signals and other threads can end.
 */
#ifndef APY_LOOP_POLL_H
#define APY_LOOP_POLL_H

#include "loop/loop.h"

/* The Handle to run when the descriptor can be read (or written); in place of the one before. */
bool poll_add(VM *vm, Loop *loop, i64 descriptor, bool is_writer, Value handle);
/* 1 removed, 0 there was none. */
int poll_remove(VM *vm, Loop *loop, i64 descriptor, bool is_writer);
/* Queue the handles of descriptors that are ready; if there are none, wait up to timeout nanoseconds (-1: without
 * end) for one, a signal or another thread. */
bool poll_turn(VM *vm, Loop *loop, i64 timeout);
void poll_free(VM *vm, Loop *loop);
void poll_visit(Loop *loop, Visitor *visitor);
static inline bool poll_is_idle(const Loop *loop) {
    return !loop->poll;
}

#endif
