/* select.epoll. An epoll descriptor can itself be waited for, so that the waiting is the
 * same as everywhere and epoll_wait only tells what is ready. */
#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "objects/exc.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/tuple.h"
#include "objects/want.h"
#include "stdlib/waiting.h"

enum { MOST_EVENTS = 1023 /* reported at once, when nothing else is asked */ };

typedef struct Epoll {
    Obj h;
    int fd; /* -1: closed */
} Epoll;

static Epoll *to_epoll(Value v) {
    return (Epoll *)to_object(v);
}

static Value wrap(VM *vm, Type *type, int fd) {
    if (fd < 0) return raise_os(vm, errno, EMPTY);
    Epoll *self = (Epoll *)object_new(vm, type);
    if (self)
        self->fd = fd;
    else
        close(fd);
    return self ? from_object(self) : FAIL;
}

static Value make(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"sizehint", "flags", NULL};
    static const Arguments arguments = {"epoll", names, 0, 2, 0};
    Value given[2];
    int size = -1, flags = 0;
    CHECK(arguments_bind(vm, &arguments, args, nargs, kwnames, given));
    if (given[0] != EMPTY) CHECK(want_int(vm, given[0], &size));
    if (given[1] != EMPTY) CHECK(want_int(vm, given[1], &flags));
    if (size != -1 && size <= 0) return raise_value(vm, "negative sizehint");
    if (flags && flags != EPOLL_CLOEXEC)
        return raise_format(vm, EXC(OSError), "invalid flags");
    return wrap(vm, type, epoll_create1(EPOLL_CLOEXEC));
}

static int close_file(Epoll *self) {
    int fd = self->fd;
    self->fd = -1;
    return fd < 0 ? 0 : close(fd);
}

static void free_epoll(VM *vm, Obj *self) {
    close_file((Epoll *)self);
}

TYPE(epoll, .name = "select.epoll", .size = sizeof(Epoll), .kind = KIND_OTHER,
     .flags = TYPE_ATOM,
     .doc = "select.epoll(sizehint=-1, flags=0)\n\n"
            "Returns an epolling object\n\n"
            "sizehint must be a positive integer or -1 for the default size. The\n"
            "sizehint is used to optimize internal data structures. It doesn't limit\n"
            "the maximum number of monitored events.",
     .slots = {.new = make, .free = free_epoll})

static bool check_open(VM *vm, Value self) {
    if (to_epoll(self)->fd >= 0) return true;
    raise_value(vm, "I/O operation on closed epoll object");
    return false;
}

/* Close the epoll control file descriptor.
 *
 * Further operations on the epoll object will raise an exception. */
METHOD(epoll, close, "($self, /)") {
    return close_file(to_epoll(args[0])) < 0 ? raise_os(vm, errno, EMPTY) : NONE;
}

/* True if the epoll handler is closed */
GETTER(epoll, closed) {
    return from_bool(to_epoll(self)->fd < 0);
}

/* Return the epoll control file descriptor. */
METHOD(epoll, fileno, "($self, /)") {
    CHECK(check_open(vm, args[0]));
    return from_small(to_epoll(args[0])->fd);
}

/* Create an epoll object from a given control fd. */
CLASS_METHOD(epoll, fromfd, "($type, fd, /)") {
    int fd;
    CHECK(want_int(vm, args[1], &fd));
    return wrap(vm, (Type *)args[0], fd);
}

static Value control(VM *vm, Value self, int what, Value file, Value mask, u32 events) {
    CHECK(check_open(vm, self));
    int fd = wait_descriptor(vm, file);
    if (fd < 0) return FAIL;
    if (mask != EMPTY) {
        OWNED Value number = TRY(object_index(vm, mask));
        u64 given;
        if (int_is_negative(number)) return raise_value(vm, "value must be positive");
        if (!int_fits_u64(number, &given) || given > UINT32_MAX)
            return raise_overflow(vm, "Python int too large for C unsigned int");
        events = (u32)given;
    }
    struct epoll_event event = {.events = events, .data.fd = fd};
    return epoll_ctl(to_epoll(self)->fd, what, fd, &event) < 0
               ? raise_os(vm, errno, EMPTY)
               : NONE;
}

/* Registers a new fd or raises an OSError if the fd is already registered.
 *
 *   fd
 *     the target file descriptor of the operation
 *   eventmask
 *     a bit set composed of the various EPOLL constants
 *
 * The epoll interface supports all file descriptors that support poll. */
METHOD(epoll, register,
       "($self, /, fd, eventmask=7) shown ($self, /, fd,\n         "
       "eventmask=select.EPOLLIN | select.EPOLLPRI | select.EPOLLOUT)") {
    return control(vm, args[0], EPOLL_CTL_ADD, args[1], args[2],
                   EPOLLIN | EPOLLPRI | EPOLLOUT);
}

/* Modify event mask for a registered file descriptor.
 *
 *   fd
 *     the target file descriptor of the operation
 *   eventmask
 *     a bit set composed of the various EPOLL constants */
METHOD(epoll, modify, "($self, /, fd, eventmask)") {
    return control(vm, args[0], EPOLL_CTL_MOD, args[1], args[2], 0);
}

/* Remove a registered file descriptor from the epoll object.
 *
 *   fd
 *     the target file descriptor of the operation */
METHOD(epoll, unregister, "($self, /, fd)") {
    return control(vm, args[0], EPOLL_CTL_DEL, args[1], EMPTY, 0);
}

static Value show_events(VM *vm, const struct epoll_event *events, int count) {
    OWNED Value result = TRY(list_new(vm, (usize)count));
    for (int i = 0; i < count; i++) {
        Value pair = TRY(
            tuple_of(vm, 2, from_small(events[i].data.fd), from_small(events[i].events)));
        CHECK(list_push_owned(vm, to_list(result), pair));
    }
    return TAKE(result);
}

static Value poll_events(VM *vm, Value self, struct epoll_event *events, int room,
                         i64 timeout) {
    struct pollfd file = {.fd = to_epoll(self)->fd, .events = POLLIN};
    int ready = wait_ready(vm, &file, 1, timeout);
    if (ready < 0) return FAIL;
    if (to_epoll(self)->fd < 0) return raise_os(vm, EBADF, EMPTY);
    int count = epoll_wait(to_epoll(self)->fd, events, room, 0);
    return count < 0 ? raise_os(vm, errno, EMPTY) : show_events(vm, events, count);
}

/* Wait for events on the epoll file descriptor.
 *
 *   timeout
 *     the maximum time to wait in seconds (as float);
 *     a timeout of None or -1 makes poll wait indefinitely
 *   maxevents
 *     the maximum number of events returned; -1 means no limit
 *
 * Returns a list containing any descriptors that have events to report,
 * as a list of (fd, events) 2-tuples. */
METHOD(epoll, poll, "($self, /, timeout=None, maxevents=-1)") {
    i64 timeout = -1;
    int most = -1;
    CHECK(check_open(vm, args[0]));
    if (args[1] != EMPTY && args[1] != NONE &&
        !wait_duration(vm, args[1], WAIT_SECOND, &timeout)) {
        if (!exception_matches(vm, EXC(TypeError))) return FAIL;
        exception_clear(vm);
        return raise_type(vm, "timeout must be an integer or None");
    }
    if (args[2] != EMPTY) CHECK(want_int(vm, args[2], &most));
    if (most == -1) most = MOST_EVENTS;
    if (most < 1)
        return raise_value(vm, "maxevents must be greater than 0, got %d", most);
    usize size = (usize)most * sizeof(struct epoll_event);
    struct epoll_event *events = heap_raw_alloc(&vm->heap, size);
    if (!events) return raise_memory(vm);
    Value result = poll_events(vm, args[0], events, most, timeout < 0 ? -1 : timeout);
    heap_raw_free(&vm->heap, events, size);
    return result;
}

METHOD(epoll, __enter__, "($self, /)") {
    CHECK(check_open(vm, args[0]));
    return incref(args[0]);
}

METHOD(epoll, __exit__, "($self, exc_type=None, exc_value=None, exc_tb=None, /)") {
    close_file(to_epoll(args[0]));
    return NONE;
}
