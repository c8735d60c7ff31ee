/* select: select() and poll(). epoll is in select_epoll.c. */
#include <errno.h>
#include <limits.h>
#include <sys/epoll.h>
#include <sys/select.h>

#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/float.h"
#include "objects/frame.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/tuple.h"
#include "stdlib/fields.h"
#include "stdlib/waiting.h"

MODULE(select, "This module supports asynchronous I/O on multiple file descriptors.\n"
               "\n"
               "*** IMPORTANT NOTICE ***\n"
               "On Windows, only sockets are supported; on Unix, all file descriptors.")

/* ---- select ---- */

/* Borrowed memory for the descriptors of one call. */
typedef struct Asked {
    struct pollfd *files;
    u32 count, capacity;
} Asked;

static bool ask(VM *vm, Asked *asked, int fd, short events) {
    if (asked->count == asked->capacity) {
        u32 capacity = asked->capacity ? asked->capacity * 2 : 16;
        struct pollfd *files =
            heap_raw_alloc(&vm->heap, capacity * sizeof(struct pollfd));
        if (!files) return raise_memory(vm), false;
        if (asked->count) memcpy(files, asked->files, asked->count * sizeof *files);
        if (asked->files)
            heap_raw_free(&vm->heap, asked->files, asked->capacity * sizeof *files);
        asked->files = files;
        asked->capacity = capacity;
    }
    asked->files[asked->count++] = (struct pollfd){.fd = fd, .events = events};
    return true;
}

static void forget(VM *vm, Asked *asked) {
    if (asked->files)
        heap_raw_free(&vm->heap, asked->files, asked->capacity * sizeof(struct pollfd));
}

static bool ask_all(VM *vm, Asked *asked, List *objects, short events) {
    for (usize i = 0; i < objects->count; i++) {
        OWNED Value object = incref(objects->items[i]);
        int fd = wait_descriptor(vm, object);
        if (fd < 0) return false;
        if (fd >= FD_SETSIZE) {
            raise_value(vm, "filedescriptor out of range in select()");
            return false;
        }
        if (!ask(vm, asked, fd, events)) return false;
    }
    return true;
}

/* The objects whose files are ready, in the order of the question. */
static Value collect(VM *vm, Value objects, struct pollfd *files, short events) {
    OWNED Value ready = TRY(list_new(vm, 0));
    for (usize i = 0; i < to_list(objects)->count; i++) {
        if (files[i].revents & events)
            CHECK(list_push(vm, to_list(ready), to_list(objects)->items[i]));
    }
    return TAKE(ready);
}

static bool has_closed(const Asked *asked) {
    for (u32 i = 0; i < asked->count; i++)
        if (asked->files[i].revents & POLLNVAL) return true;
    return false;
}

static Value select_lists(VM *vm, Asked *asked, Value lists[3], i64 timeout) {
    static const short events[3] = {POLLIN, POLLOUT, POLLPRI};
    static const short shown[3] = {POLLIN | POLLHUP | POLLERR, POLLOUT | POLLERR,
                                   POLLPRI};
    for (int i = 0; i < 3; i++) CHECK(ask_all(vm, asked, to_list(lists[i]), events[i]));
    if (wait_ready(vm, asked->files, asked->count, timeout) < 0) return FAIL;
    if (has_closed(asked)) return raise_os(vm, EBADF, EMPTY);
    OWNED Value result = TRY(tuple_new(vm, 3));
    u32 at = 0;
    for (int i = 0; i < 3; at += (u32)to_list(lists[i])->count, i++)
        to_tuple(result)->items[i] =
            TRY(collect(vm, lists[i], asked->files + at, shown[i]));
    return TAKE(result);
}

static bool take_timeout(VM *vm, Value v, i64 unit, const char *complaint, i64 *timeout) {
    *timeout = -1;
    if (v == EMPTY || v == NONE) return true;
    if (wait_duration(vm, v, unit, timeout)) return true;
    if (exception_matches(vm, EXC(TypeError))) {
        exception_clear(vm);
        raise_type(vm, "%s", complaint);
    }
    return false;
}

static Value sequence_of(VM *vm, Value v) {
    OWNED Value list = object_to_list(vm, v);
    if (list == FAIL && exception_matches(vm, EXC(TypeError))) {
        exception_clear(vm);
        return raise_type(vm, "arguments 1-3 must be sequences");
    }
    return TAKE(list);
}

/* Wait until one or more file descriptors are ready for some kind of I/O.
 *
 * The first three arguments are iterables of file descriptors to be waited for:
 * rlist -- wait until ready for reading
 * wlist -- wait until ready for writing
 * xlist -- wait for an "exceptional condition"
 * If only one kind of condition is required, pass [] for the other lists. */
FUNCTION(select, select, "(rlist, wlist, xlist, timeout=None, /)") {
    i64 timeout;
    CHECK(take_timeout(vm, args[3], WAIT_SECOND, "timeout must be a float or None",
                       &timeout));
    if (args[3] != EMPTY && args[3] != NONE && timeout < 0)
        return raise_value(vm, "timeout must be non-negative");
    OWNED Value readers = TRY(sequence_of(vm, args[0]));
    OWNED Value writers = TRY(sequence_of(vm, args[1]));
    OWNED Value others = TRY(sequence_of(vm, args[2]));
    Asked asked = {0};
    Value lists[3] = {readers, writers, others};
    Value result = select_lists(vm, &asked, lists, timeout);
    forget(vm, &asked);
    return result;
}

/* ---- poll ---- */

typedef struct Poller {
    Obj h;
    Value files; /* dict: descriptor -> events */
    bool is_waiting;
} Poller;

TYPE(select_poll, .name = "select.poll", .size = sizeof(Poller), .kind = KIND_OTHER,
     .flags = TYPE_NO_NEW | TYPE_FINAL, .slots = {FIELDS_SLOTS})

static Poller *to_poller(Value v) {
    return (Poller *)to_object(v);
}

static bool take_events(VM *vm, Value v, i64 *events) {
    *events = POLLIN | POLLPRI | POLLOUT;
    if (v == EMPTY) return true;
    OWNED Value number = object_index(vm, v);
    if (number == FAIL) {
        if (exception_matches(vm, EXC(TypeError))) {
            exception_clear(vm);
            raise_type(vm, "an integer is required");
        }
        return false;
    }
    if (int_is_negative(number)) {
        raise_value(vm, "value must be positive");
        return false;
    }
    if (int_fits_i64(number, events) && *events <= USHRT_MAX) return true;
    raise_overflow(vm, "Python int too large for C unsigned short");
    return false;
}

/* Register a file descriptor with the polling object.
 *
 *   fd
 *     either an integer, or an object with a fileno() method returning an int
 *   eventmask
 *     an optional bitmask describing the type of events to check for */
METHOD(select_poll, register, "($self, fd, eventmask=7, /)") {
    i64 events;
    int fd = wait_descriptor(vm, args[1]);
    if (fd < 0 || !take_events(vm, args[2], &events)) return FAIL;
    CHECK(dict_set(vm, to_dict(to_poller(args[0])->files), from_small(fd),
                   from_small(events)));
    return NONE;
}

/* Modify an already registered file descriptor.
 *
 *   fd
 *     either an integer, or an object with a fileno() method returning
 *     an int
 *   eventmask
 *     a bitmask describing the type of events to check for */
METHOD(select_poll, modify, "($self, fd, eventmask, /)") {
    i64 events;
    int fd = wait_descriptor(vm, args[1]);
    if (fd < 0 || !take_events(vm, args[2], &events)) return FAIL;
    Dict *files = to_dict(to_poller(args[0])->files);
    if (dict_get(vm, files, from_small(fd)) == EMPTY) return raise_os(vm, ENOENT, EMPTY);
    CHECK(dict_set(vm, files, from_small(fd), from_small(events)));
    return NONE;
}

/* Remove a file descriptor being tracked by the polling object. */
METHOD(select_poll, unregister, "($self, fd, /)") {
    int fd = wait_descriptor(vm, args[1]);
    if (fd < 0) return FAIL;
    int deleted = dict_delete(vm, to_dict(to_poller(args[0])->files), from_small(fd));
    if (deleted < 0) return FAIL;
    return deleted ? NONE : raise_key(vm, from_small(fd));
}

static Value poll_files(VM *vm, Poller *poller, Asked *asked, i64 timeout) {
    Value fd, events;
    for (u32 at = 0; dict_next(to_dict(poller->files), &at, &fd, &events);)
        CHECK(ask(vm, asked, (int)to_small(fd), (short)to_small(events)));
    poller->is_waiting = true;
    int ready = wait_ready(vm, asked->files, asked->count, timeout);
    poller->is_waiting = false;
    if (ready < 0) return FAIL;
    OWNED Value result = TRY(list_new(vm, (usize)ready));
    for (u32 i = 0; i < asked->count; i++) {
        struct pollfd *file = &asked->files[i];
        if (!file->revents) continue;
        Value pair =
            TRY(tuple_of(vm, 2, from_small(file->fd), from_small((u16)file->revents)));
        CHECK(list_push_owned(vm, to_list(result), pair));
    }
    return TAKE(result);
}

/* Polls the set of registered file descriptors.
 *
 *   timeout
 *     The maximum time to wait in milliseconds, or else None (or a negative
 *     value) to wait indefinitely.
 *
 * Returns a list containing any descriptors that have events or errors to
 * report, as a list of (fd, event) 2-tuples. */
METHOD(select_poll, poll, "($self, timeout=None, /)") {
    Poller *poller = to_poller(args[0]);
    i64 timeout;
    CHECK(take_timeout(vm, args[1], WAIT_MILLISECOND,
                       "timeout must be an integer or None", &timeout));
    if (timeout > (i64)INT_MAX * WAIT_MILLISECOND)
        return raise_overflow(vm, "timeout is too large");
    if (poller->is_waiting) return raise_runtime(vm, "concurrent poll() invocation");
    Asked asked = {0};
    Value result = poll_files(vm, poller, &asked, timeout < 0 ? -1 : timeout);
    forget(vm, &asked);
    return result;
}

/* Returns a polling object.
 *
 * This object supports registering and unregistering file descriptors, and then
 * polling them for I/O events. */
FUNCTION(select, poll, "()") {
    Poller *poller = FIELDS_NEW(vm, vm->types[TYPE_select_poll], Poller, 1);
    if (!poller) return FAIL;
    OWNED Value result = from_object(poller);
    poller->files = TRY(dict_new(vm));
    return TAKE(result);
}

static const WaitConstant constants[] = {
    {"PIPE_BUF", PIPE_BUF},         {"POLLIN", POLLIN},
    {"POLLPRI", POLLPRI},           {"POLLOUT", POLLOUT},
    {"POLLERR", POLLERR},           {"POLLHUP", POLLHUP},
    {"POLLNVAL", POLLNVAL},         {"POLLRDNORM", POLLRDNORM},
    {"POLLRDBAND", POLLRDBAND},     {"POLLWRNORM", POLLWRNORM},
    {"POLLWRBAND", POLLWRBAND},     {"POLLMSG", POLLMSG},
    {"POLLRDHUP", POLLRDHUP},       {"EPOLLIN", EPOLLIN},
    {"EPOLLOUT", EPOLLOUT},         {"EPOLLPRI", EPOLLPRI},
    {"EPOLLERR", EPOLLERR},         {"EPOLLHUP", EPOLLHUP},
    {"EPOLLRDHUP", EPOLLRDHUP},     {"EPOLLET", (i64)(u32)EPOLLET},
    {"EPOLLONESHOT", EPOLLONESHOT}, {"EPOLLEXCLUSIVE", EPOLLEXCLUSIVE},
    {"EPOLLRDNORM", EPOLLRDNORM},   {"EPOLLRDBAND", EPOLLRDBAND},
    {"EPOLLWRNORM", EPOLLWRNORM},   {"EPOLLWRBAND", EPOLLWRBAND},
    {"EPOLLMSG", EPOLLMSG},         {"EPOLL_CLOEXEC", EPOLL_CLOEXEC},
};

MODULE_INIT(select) {
    return wait_add_constants(vm, module, constants, COUNT_OF(constants)) &&
           module_add(vm, module, "error", incref(from_object(EXC(OSError)))) &&
           module_add(vm, module, "epoll", incref(from_object(vm->types[TYPE_epoll])));
}
