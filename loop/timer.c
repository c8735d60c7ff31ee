/* Timers: a heap of those that are set, by time. Cancelled ones stay until they are the first, or until they are many:
 * then the heap is made anew without them.
 *
 * Timers of the same time come out in the order that CPython's heapq gives them: every comparison and every move is as
 * there. (Its sift to a leaf and back is also the faster one.) The virtual clock stands still where a real one goes on
 * between two looks at it: of equal times the one that comes of the earlier look is the first there. */
#include <math.h>

#include "loop/chance.h"
#include "loop/handle.h"
#include "loop/sleep.h"

enum { FEW_TIMERS = 100 }; /* below that, cancelled timers just wait for their time */

/* By the script's own time(); what that raises is told and nothing more. */
static double own_time(VM *vm, Loop *loop) {
    double now = 0;
    OWNED Value time = call_method_0(vm, from_object(loop), NAME(time));
    if (time == FAIL || !object_to_double(vm, time, &now)) vm->hooks.unraisable(vm, NULL, from_object(loop));
    return now;
}

double loop_time(VM *vm, Loop *loop) {
    loop->looks++;
    return LIKELY(!loop->has_own_time) ? (double)chance_monotonic_to_plan(vm) / 1e9 : own_time(vm, loop);
}

/* The loop turns until something happens, so it may be waiting for the clock. */
static double time_of_turn(VM *vm, Loop *loop) {
    loop->looks++;
    return LIKELY(!loop->has_own_time) ? (double)chance_monotonic(vm) / 1e9 : own_time(vm, loop);
}

static inline bool is_before(const Loop *loop, const Timer *a, const Timer *b) {
    return a->when < b->when || (UNLIKELY(loop->sorts_equal_times) && a->when == b->when && a->order < b->order);
}

static void rise(const Loop *loop, u32 at) {
    Timer *timers = loop->timers, moved = timers[at];
    while (at) {
        u32 parent = (at - 1) / 2;
        if (!is_before(loop, &moved, &timers[parent])) break;
        timers[at] = timers[parent];
        at = parent;
    }
    timers[at] = moved;
}

/* What was the last of all is moved down: it most often belongs down there again, so the lesser child rises all the way
 * before anything is compared with it. */
static void sink(const Loop *loop, u32 at) {
    Timer *timers = loop->timers, moved = timers[at];
    u32 top = at, count = loop->timer_count, child;
    while ((child = 2 * at + 2) < count) {
        child -= is_before(loop, &timers[child - 1], &timers[child]);
        timers[at] = timers[child];
        at = child;
    }
    if (child == count) { /* an only child, the last of all */
        timers[at] = timers[child - 1];
        at = child - 1;
    }
    while (at != top && is_before(loop, &moved, &timers[(at - 1) / 2])) {
        timers[at] = timers[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    timers[at] = moved;
}

static bool grow(VM *vm, Loop *loop) {
    u32 capacity = loop->timer_capacity ? loop->timer_capacity * 2 : 16;
    Timer *timers = heap_raw_resize(&vm->heap, loop->timers, loop->timer_capacity * sizeof(Timer),
                                    capacity * sizeof(Timer));
    if (!timers) return raise_memory(vm), false;
    loop->timers = timers;
    loop->timer_capacity = capacity;
    return true;
}

bool loop_add_timer(VM *vm, Loop *loop, double when, Value what) {
    if (loop->timer_count == loop->timer_capacity && !grow(vm, loop)) return false;
    loop->timers[loop->timer_count] = (Timer){when, loop->looks, incref(what)};
    rise(loop, loop->timer_count++);
    return true;
}

static bool is_cancelled(const Timer *timer) {
    Value what = timer->what;
    if (is_task(what)) return sleep_is_over(timer);
    if (is_future(what)) return !(to_future(what)->h.aux & FUTURE_IN_TIMER);
    return to_handle(what)->h.aux & HANDLE_CANCELLED;
}

/* The timer leaves the heap. */
static void unmark(Value what) {
    if (is_task(what)) return;
    if (is_future(what)) to_future(what)->h.aux &= ~FUTURE_IN_TIMER;
    else to_handle(what)->h.aux &= ~HANDLE_SCHEDULED;
}

static Value take_first(Loop *loop) {
    Value what = loop->timers[0].what;
    loop->timers[0] = loop->timers[--loop->timer_count];
    if (loop->timer_count) sink(loop, 0);
    unmark(what);
    return what;
}

void loop_timer_cancelled(VM *vm, Value loop) {
    to_loop(loop)->cancelled_timers++;
}

/* Many are cancelled: rebuild the heap of the others. Released last: that may run script code which sets
 * timers. Without memory for that nothing is done. */
static void drop_cancelled(VM *vm, Loop *loop) {
    u32 kept = 0, dropped = 0, count = loop->timer_count;
    Value *gone = heap_raw_alloc(&vm->heap, count * sizeof(Value));
    if (!gone) return;
    for (u32 i = 0; i < count; i++) {
        Value what = loop->timers[i].what;
        if (is_cancelled(&loop->timers[i])) {
            unmark(what);
            gone[dropped++] = what;
        } else loop->timers[kept++] = loop->timers[i];
    }
    loop->timer_count = kept;
    loop->cancelled_timers = 0;
    for (u32 at = kept / 2; at-- > 0;) sink(loop, at);
    for (u32 i = 0; i < dropped; i++) decref(gone[i]);
    heap_raw_free(&vm->heap, gone, count * sizeof(Value));
}

void loop_compact_timers(VM *vm, Loop *loop) {
    if (loop->timer_count > FEW_TIMERS && loop->cancelled_timers > loop->timer_count / 2) {
        drop_cancelled(vm, loop);
        return;
    }
    while (loop->timer_count && is_cancelled(&loop->timers[0])) {
        if (loop->cancelled_timers) loop->cancelled_timers--;
        decref(take_first(loop));
    }
}

static void note_moved_sleep(Loop *loop, const Timer *timer) {
    if (is_task(timer->what) && sleep_is_leaving(timer)) sleep_note_moved(loop, to_task(timer->what));
}

bool loop_move_timers(VM *vm, Loop *loop) {
    if (!loop->timer_count) return true;
    double end = time_of_turn(vm, loop) + loop->clock_resolution;
    while (loop->timer_count && loop->timers[0].when < end) {
        if (UNLIKELY(loop->leaving_sleeps)) note_moved_sleep(loop, &loop->timers[0]);
        Value order = from_small((i64)loop->timers[0].order), what = take_first(loop);
        if (loop->timer_count > FEW_TIMERS) __builtin_prefetch(to_object(loop->timers[0].what));
        Entry entry = {.what = what, .argument = is_task(what) ? order : EMPTY, .context = EMPTY,
                       .sort = is_future(what) ? ENTRY_TIMER : ENTRY_HANDLE};
        if (!loop_push(vm, loop, entry))
            return false;
    }
    return true;
}

void loop_free_timers(VM *vm, Loop *loop) {
    while (loop->timer_count) {
        const Timer *timer = &loop->timers[--loop->timer_count];
        Value what = timer->what;
        if (is_task(what)) sleep_forget(vm, timer);
        unmark(what);
        decref(what);
    }
    heap_raw_free(&vm->heap, loop->timers, loop->timer_capacity * sizeof(Timer));
    loop->timers = NULL;
    loop->timer_capacity = 0;
}
