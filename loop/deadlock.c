#include "loop/deadlock.h"

#include "loop/chance.h"
#include "loop/gather.h"
#include "loop/sleep.h"
#include "loop/handle.h"
#include "loop/poll.h"
#include "loop/show.h"
#include "loop/state.h"
#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/frameobject.h"
#include "objects/list.h"
#include "objects/str.h"
#include "vm/interpreter.h"
#include "vm/threads.h"
#include "vm/unraisable.h"

enum { SIGINT_BIT = 1 << 2 };

bool deadlock_is_certain(VM *vm, Loop *loop) {
    bool has_handlers = loop->signal_handlers != EMPTY && to_dict(loop->signal_handlers)->count;
    bool watches_signals = vm->chance->watched & ~(u64)SIGINT_BIT;
    return loop->main_task != EMPTY && poll_is_idle(loop) && !has_handlers && !watches_signals &&
           !(vm->threads && vm->threads->count > 1);
}

/* ---- who waits for whom ---- */

static bool is_library(const Code *code) {
    return !strncmp(to_str(code->filename)->data, "<library ", 9);
}

/* Where the task waits: its innermost coroutine that is not the library's, and what that waits in. */
static void show_place(Buffer *out, Task *task) {
    if (object_kind(task->coroutine) != KIND_COROUTINE) return;
    Coro *root = (Coro *)to_object(task->coroutine), *place = root->leaf, *inner = NULL;
    while (place != root && is_library(place->f.code)) {
        inner = place;
        place = frame_coro(place->f.prev);
    }
    buffer_printf(out, " (%s() at %s:%d", to_str(place->f.code->qualname)->data,
                  to_str(place->f.code->filename)->data, frame_line(&place->f));
    if (inner) buffer_printf(out, ", in %s()", to_str(inner->f.code->qualname)->data);
    buffer_add_char(out, ')');
}

static bool show_name(VM *vm, Buffer *out, Value task) {
    OWNED Value name = task_name(vm, to_task(task));
    if (name == FAIL) return false;
    buffer_add_span(out, str_span(name));
    return true;
}

static bool show_children(VM *vm, Buffer *out, Value gather) {
    OWNED Value children = object_getattr_text(vm, gather, "_children");
    if (children == FAIL || !has_kind(children, KIND_LIST)) return children != FAIL;
    const char *before = "";
    for (usize i = 0; i < to_list(children)->count; i++) {
        Value child = to_list(children)->items[i];
        if (!is_task(child) || future_state(to_future(child)) != FUTURE_PENDING) continue;
        buffer_add_text(out, before);
        if (!show_name(vm, out, child)) return false;
        before = ", ";
    }
    return true;
}

static bool show_waiter(VM *vm, Buffer *out, Value waiter) {
    buffer_add_text(out, " waits for ");
    if (is_task(waiter)) return show_name(vm, out, waiter);
    if (is_gather(vm, waiter)) return show_children(vm, out, waiter);
    buffer_add_text(out, "a future that nobody completes");
    return true;
}

static bool show_task(VM *vm, Task *task, Buffer *out) {
    buffer_add_text(out, "  ");
    if (!show_name(vm, out, from_object(task))) return false;
    show_place(out, task);
    if (task->waiter != EMPTY && !task_sleeps(task) && !show_waiter(vm, out, task->waiter)) return false;
    buffer_add_char(out, '\n');
    return true;
}

static bool show_all(VM *vm, Loop *loop, Buffer *out) {
    PendingTasks tasks;
    if (!tasks_pending(vm, from_object(loop), &tasks)) return false;
    bool done = true;
    for (u32 i = 0; done && i < tasks.count; i++) done = show_task(vm, tasks.items[i], out);
    tasks_release(&tasks);
    return done;
}

void deadlock_raise(VM *vm, Loop *loop) {
    Buffer out = {0};
    buffer_add_text(&out, "deadlock: every task waits, and nothing is left that could wake one\n");
    bool done = show_all(vm, loop, &out) && stderr_write(vm, buffer_span(&out));
    buffer_free(&out);
    if (done) raise_runtime(vm, "deadlock: every task waits, and nothing is left that could wake one");
}
