#include "loop/poll.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <uv.h>

#include "loop/chance.h"
#include "loop/handle.h"
#include "objects/exc.h"

typedef struct Watch {
    uv_poll_t handle;
    struct Poll *poll;
    struct Watch *next;
    int descriptor;
    int ready;            /* events seen in this turn */
    struct Watch *next_ready;
    Value reader, writer; /* Handles or EMPTY */
} Watch;

struct Poll {
    uv_loop_t uv;
    Watch *watches;
    Watch *first_ready, **last_ready; /* in the order in which they were told */
};

/* ---- life ---- */

static Poll *open_poll(VM *vm, Loop *loop) {
    if (loop->poll) return loop->poll;
    Poll *poll = calloc(1, sizeof *poll);
    if (!poll || uv_loop_init(&poll->uv)) {
        free(poll);
        raise_memory(vm);
        return NULL;
    }
    poll->last_ready = &poll->first_ready;
    loop->poll = poll;
    return poll;
}

static void free_watch(uv_handle_t *handle) {
    free(handle->data);
}

static void release_handles(Watch *watch) {
    decref(take(&watch->reader));
    decref(take(&watch->writer));
}

static void close_watch(Poll *poll, Watch *watch) {
    Watch **link = &poll->watches;
    while (*link != watch) link = &(*link)->next;
    *link = watch->next;
    for (link = &poll->first_ready; *link; link = &(*link)->next_ready)
        if (*link == watch) {
            *link = watch->next_ready;
            if (!*link) poll->last_ready = link;
            break;
        }
    uv_close((uv_handle_t *)&watch->handle, free_watch);
}

void poll_free(VM *vm, Loop *loop) {
    Poll *poll = loop->poll;
    if (!poll) return;
    loop->poll = NULL;
    while (poll->watches) {
        Watch *watch = poll->watches;
        release_handles(watch);
        close_watch(poll, watch);
    }
    uv_run(&poll->uv, UV_RUN_NOWAIT);
    uv_loop_close(&poll->uv);
    free(poll);
}

void poll_visit(Loop *loop, Visitor *visitor) {
    for (Watch *watch = loop->poll ? loop->poll->watches : NULL; watch; watch = watch->next) {
        visitor->visit(visitor, watch->reader);
        visitor->visit(visitor, watch->writer);
    }
}

/* ---- what is watched ---- */

static Watch *find(Poll *poll, int descriptor) {
    Watch *watch = poll ? poll->watches : NULL;
    while (watch && watch->descriptor != descriptor) watch = watch->next;
    return watch;
}

static Watch *raise_uv(VM *vm, int error) {
    raise_os(vm, -error, EMPTY);
    return NULL;
}

/* libuv makes descriptors non-blocking, which is not ours to decide. */
static int init_handle(Poll *poll, Watch *watch, int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    int error = uv_poll_init(&poll->uv, &watch->handle, descriptor);
    if (flags >= 0 && !(flags & O_NONBLOCK)) fcntl(descriptor, F_SETFL, flags);
    return error;
}

static Watch *add_watch(VM *vm, Poll *poll, int descriptor) {
    Watch *watch = calloc(1, sizeof *watch);
    if (!watch) return raise_memory(vm), NULL;
    int error = init_handle(poll, watch, descriptor);
    if (error) {
        free(watch);
        return raise_uv(vm, error);
    }
    watch->handle.data = watch;
    watch->poll = poll;
    watch->descriptor = descriptor;
    watch->reader = watch->writer = EMPTY;
    watch->next = poll->watches;
    poll->watches = watch;
    return watch;
}

static void on_ready(uv_poll_t *handle, int status, int events) {
    Watch *watch = handle->data;
    if (!watch->ready) {
        watch->next_ready = NULL;
        *watch->poll->last_ready = watch;
        watch->poll->last_ready = &watch->next_ready;
    }
    /* a broken descriptor is ready for all: reading and writing will tell what is wrong */
    watch->ready |= status < 0 ? UV_READABLE | UV_WRITABLE | UV_DISCONNECT : events;
}

/* Tell libuv which events are wanted now. */
static int start(Watch *watch) {
    int events = (watch->reader != EMPTY ? UV_READABLE : 0) | (watch->writer != EMPTY ? UV_WRITABLE : 0);
    return uv_poll_start(&watch->handle, events, on_ready);
}

static Value *slot_of(Watch *watch, bool is_writer) {
    return is_writer ? &watch->writer : &watch->reader;
}

bool poll_add(VM *vm, Loop *loop, i64 descriptor, bool is_writer, Value handle) {
    Poll *poll = open_poll(vm, loop);
    if (!poll) return false;
    Watch *watch = find(poll, (int)descriptor);
    if (!watch && !(watch = add_watch(vm, poll, (int)descriptor))) return false;
    Value *slot = slot_of(watch, is_writer);
    Value before = *slot;
    *slot = incref(handle);
    int error = before == EMPTY ? start(watch) : 0;
    if (before != EMPTY) handle_cancel(vm, to_handle(before));
    decref(before);
    if (!error) return true;
    release_handles(watch);
    close_watch(poll, watch);
    raise_uv(vm, error);
    return false;
}

int poll_remove(VM *vm, Loop *loop, i64 descriptor, bool is_writer) {
    Watch *watch = find(loop->poll, (int)descriptor);
    if (!watch || *slot_of(watch, is_writer) == EMPTY) return 0;
    OWNED Value handle = take(slot_of(watch, is_writer));
    if (watch->reader == EMPTY && watch->writer == EMPTY) close_watch(loop->poll, watch);
    else start(watch);
    handle_cancel(vm, to_handle(handle));
    return 1;
}

/* ---- turns ---- */

static bool queue(VM *vm, Loop *loop, Value handle) {
    if (handle == EMPTY || to_handle(handle)->h.aux & HANDLE_CANCELLED) return true;
    return loop_push(vm, loop, (Entry){.what = incref(handle), .argument = EMPTY, .context = EMPTY,
                                       .sort = ENTRY_HANDLE});
}

/* Queue the handles of what libuv has found. */
static bool queue_ready(VM *vm, Loop *loop) {
    Poll *poll = loop->poll;
    while (poll->first_ready) {
        Watch *watch = poll->first_ready;
        poll->first_ready = watch->next_ready;
        if (!poll->first_ready) poll->last_ready = &poll->first_ready;
        int events = watch->ready;
        watch->ready = 0;
        if (events & UV_DISCONNECT) start(watch);
        if (events & UV_READABLE && !queue(vm, loop, watch->reader)) return false;
        if (events & UV_WRITABLE && !queue(vm, loop, watch->writer)) return false;
    }
    return true;
}

/* Wait; what ends it shows afterwards. */
static void wait_idle(VM *vm, Loop *loop, i64 timeout) {
    if (!loop->poll) {
        chance_wait(vm, NULL, 0, timeout);
        return;
    }
    struct pollfd file = {.fd = uv_backend_fd(&loop->poll->uv), .events = POLLIN};
    chance_wait(vm, &file, 1, timeout);
    uv_run(&loop->poll->uv, UV_RUN_NOWAIT);
}

bool poll_turn(VM *vm, Loop *loop, i64 timeout) {
    bool found = false;
    if (loop->poll) {
        uv_run(&loop->poll->uv, UV_RUN_NOWAIT);
        found = loop->poll->first_ready != NULL;
    }
    if (!found && timeout) {
        if (!chance_allow_wake(vm)) return raise_os(vm, errno, EMPTY), false;
        wait_idle(vm, loop, timeout);
    }
    return !loop->poll || queue_ready(vm, loop);
}
