/* _socket: the type socket. Addresses are in _socket_address.c, sending and receiving in
 * _socket_data.c, names of hosts in _socket_names.c. */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "loop/chance.h"
#include "objects/exc.h"
#include "objects/float.h"
#include "objects/frame.h"
#include "objects/int.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/want.h"
#include "stdlib/blocking.h"
#include "stdlib/socket.h"
#include "stdlib/waiting.h"

MODULE(_socket, "Implementation module for socket operations.\n\n"
                "See the socket module for documentation.")

/* ---- timeouts ---- */

static void free_state(VM *vm, void *state) {
    heap_raw_free(&vm->heap, state, sizeof(i64));
}

i64 *socket_default_timeout(VM *vm) {
    return vm->module_state[MODULE__socket].state;
}

bool socket_take_timeout(VM *vm, Value v, i64 *timeout) {
    *timeout = -1;
    if (v == NONE) return true;
    if (!wait_duration(vm, v, WAIT_SECOND, timeout)) return false;
    if (*timeout >= 0) return true;
    raise_value(vm, "Timeout value out of range");
    return false;
}

Value socket_show_timeout(VM *vm, i64 timeout) {
    return timeout < 0 ? NONE : float_new(vm, (double)timeout / WAIT_SECOND);
}

static bool set_blocking(VM *vm, int fd, bool is_blocking) {
    int on = !is_blocking;
    if (ioctl(fd, FIONBIO, &on) == 0) return true;
    raise_os(vm, errno, EMPTY);
    return false;
}

static bool change_timeout(VM *vm, Socket *self, i64 timeout) {
    self->timeout = timeout;
    return set_blocking(vm, self->fd, timeout < 0);
}

i64 socket_end(VM *vm, const Socket *socket) {
    return socket->timeout > 0 ? chance_monotonic(vm) + socket->timeout : -1;
}

/* ---- trying and waiting ---- */

/* False with an exception. */
static bool wait_until(VM *vm, Socket *self, short events, i64 end) {
    struct pollfd file = {.fd = self->fd, .events = events};
    i64 left = end < 0 ? -1 : end - chance_monotonic(vm);
    if (end >= 0 && left < 0) left = 0;
    int ready = wait_ready(vm, &file, 1, left);
    if (ready < 0) return false;
    if (ready || end < 0) return true;
    raise_format(vm, EXC(TimeoutError), "timed out");
    return false;
}

ssize_t socket_attempt_until(VM *vm, Socket *socket, short events, Operation *operation,
                             i64 end) {
    for (;;) {
        ssize_t outcome = operation->run(socket->fd, operation);
        if (outcome >= 0) return outcome;
        bool would_block = errno == EAGAIN || errno == EWOULDBLOCK;
        if (errno == EINTR) {
            if (!blocking_signals(vm)) return -1;
        } else if (!would_block || !socket->timeout) {
            raise_os(vm, errno, EMPTY);
            return -1;
        } else if (!wait_until(vm, socket, events, end)) {
            return -1;
        }
    }
}

ssize_t socket_attempt(VM *vm, Socket *socket, short events, Operation *operation) {
    return socket_attempt_until(vm, socket, events, operation, socket_end(vm, socket));
}

/* ---- life ---- */

static Value make(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    Socket *self = (Socket *)object_new(vm, type);
    if (!self) return FAIL;
    self->fd = -1;
    self->timeout = *socket_default_timeout(vm);
    return from_object(self);
}

static int option_of(int fd, int option, int otherwise) {
    int value;
    socklen_t size = sizeof value;
    return getsockopt(fd, SOL_SOCKET, option, &value, &size) < 0 ? otherwise : value;
}

/* A descriptor that is there already: what it is, the system knows. */
static int adopt(VM *vm, Value v, int *family, int *type, int *protocol) {
    int fd;
    if (!want_int(vm, v, &fd)) return -1;
    if (fd < 0) {
        raise_value(vm, "negative file descriptor");
        return -1;
    }
    Address address = {.size = sizeof address.at};
    if (getsockname(fd, (struct sockaddr *)&address.at, &address.size) < 0) {
        bool is_ours = errno == ENOTSOCK || errno == EBADF || *family == -1;
        if (is_ours) raise_os(vm, errno, EMPTY);
        if (is_ours) return -1;
    } else if (*family == -1) {
        *family = address.at.ss_family;
    }
    if (*type == -1) *type = option_of(fd, SO_TYPE, SOCK_STREAM);
    if (*protocol == -1) *protocol = option_of(fd, SO_PROTOCOL, 0);
    return fd;
}

static bool set_up(VM *vm, Socket *self, int fd, int family, int type, int protocol) {
    self->fd = fd;
    self->family = family;
    self->type = type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
    self->protocol = protocol;
    self->timeout = type & SOCK_NONBLOCK ? 0 : *socket_default_timeout(vm);
    return self->timeout < 0 || type & SOCK_NONBLOCK || set_blocking(vm, fd, false);
}

static bool init(VM *vm, Value v, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"family", "type", "proto", "fileno", NULL};
    static const Arguments arguments = {"socket", names, 0, 4, 0};
    Value given[4];
    int family = -1, type = -1, protocol = -1;
    if (!arguments_bind(vm, &arguments, args, nargs, kwnames, given)) return false;
    if (given[0] != EMPTY && !want_int(vm, given[0], &family)) return false;
    if (given[1] != EMPTY && !want_int(vm, given[1], &type)) return false;
    if (given[2] != EMPTY && !want_int(vm, given[2], &protocol)) return false;
    int fd;
    if (given[3] != EMPTY && given[3] != NONE) {
        fd = adopt(vm, given[3], &family, &type, &protocol);
        return fd >= 0 && set_up(vm, to_socket(v), fd, family, type, protocol);
    }
    if (family == -1) family = AF_INET;
    if (type == -1) type = SOCK_STREAM;
    if (protocol == -1) protocol = 0;
    fd = socket(family, type | SOCK_CLOEXEC, protocol);
    if (fd < 0) return raise_os(vm, errno, EMPTY), false;
    return set_up(vm, to_socket(v), fd, family, type, protocol);
}

static void finalize(VM *vm, Value v) {
    Socket *self = to_socket(v);
    if (self->fd < 0) return;
    OWNED Value before = exception_take(vm);
    OWNED Value text = str_format(vm, "unclosed %R", v);
    if (text == FAIL ||
        (vm->hooks.warn && !vm->hooks.warn(vm, EXC(ResourceWarning), text, 1, v)))
        vm->hooks.unraisable(vm, NULL, v);
    int fd = self->fd;
    self->fd = -1;
    if (fd >= 0) close(fd);
    if (before != EMPTY) exception_restore(vm, TAKE(before));
}

static void free_socket(VM *vm, Obj *self) {
    if (((Socket *)self)->fd >= 0) close(((Socket *)self)->fd);
}

static Value repr(VM *vm, Value self) {
    Socket *socket = to_socket(self);
    return str_format(vm, "<socket object, fd=%d, family=%d, type=%d, proto=%d>",
                      socket->fd, socket->family, socket->type, socket->protocol);
}

TYPE(Socket, .name = "_socket.socket", .size = sizeof(Socket), .kind = KIND_OTHER,
     .doc = "socket(family=AF_INET, type=SOCK_STREAM, proto=0) -> socket object\n"
            "socket(family=-1, type=-1, proto=-1, fileno=None) -> socket object\n\n"
            "Open a socket of the given type.  The family argument specifies the\n"
            "address family; it defaults to AF_INET.  The type argument specifies\n"
            "whether this is a stream (SOCK_STREAM, this is the default)\n"
            "or datagram (SOCK_DGRAM) socket.  The protocol argument defaults to 0,\n"
            "specifying the default protocol.  Keyword arguments are accepted.\n"
            "The socket is created as non-inheritable.",
     .slots = {.new = make,
               .init = init,
               .finalize = finalize,
               .free = free_socket,
               .repr = repr})

Value socket_wrap(VM *vm, int fd, int family, int type, int protocol) {
    Value v = make(vm, vm->types[TYPE_Socket], NULL, 0, EMPTY);
    if (v == FAIL)
        close(fd);
    else if (!set_up(vm, to_socket(v), fd, family, type, protocol)) {
        decref(v);
        return FAIL;
    }
    return v;
}

/* the socket family */
MEMBER(Socket, family) {
    return from_small(to_socket(self)->family);
}

/* the socket type */
MEMBER(Socket, type) {
    return from_small(to_socket(self)->type);
}

/* the socket protocol */
MEMBER(Socket, proto) {
    return from_small(to_socket(self)->protocol);
}

/* the socket timeout */
GETTER(Socket, timeout) {
    return socket_show_timeout(vm, to_socket(self)->timeout);
}

/* close()
 *
 * Close the socket.  It cannot be used after this call. */
METHOD(Socket, close, "($self, /)") {
    Socket *self = to_socket(args[0]);
    int fd = self->fd;
    self->fd = -1;
    if (fd < 0 || BLOCKING_ONCE(vm, close(fd)) == 0 || errno == ECONNRESET) return NONE;
    return raise_os(vm, errno, EMPTY);
}

/* detach()
 *
 * Close the socket object without closing the underlying file descriptor.
 * The object cannot be used after this call, but the file descriptor
 * can be reused for other purposes.  The file descriptor is returned. */
METHOD(Socket, detach, "($self, /)") {
    int fd = to_socket(args[0])->fd;
    to_socket(args[0])->fd = -1;
    return from_small(fd);
}

/* fileno() -> integer
 *
 * Return the integer file descriptor of the socket. */
METHOD(Socket, fileno, "($self, /)") {
    return from_small(to_socket(args[0])->fd);
}

/* setblocking(flag)
 *
 * Set the socket to blocking (flag is true) or non-blocking (false).
 * setblocking(True) is equivalent to settimeout(None);
 * setblocking(False) is equivalent to settimeout(0.0). */
METHOD(Socket, setblocking, "($self, flag, /)") {
    int flag = object_truth(vm, args[1]);
    if (flag < 0) return FAIL;
    CHECK(change_timeout(vm, to_socket(args[0]), flag ? -1 : 0));
    return NONE;
}

/* getblocking()
 *
 * Returns True if socket is in blocking mode, or False if it
 * is in non-blocking mode. */
METHOD(Socket, getblocking, "($self, /)") {
    return from_bool(to_socket(args[0])->timeout != 0);
}

/* settimeout(timeout)
 *
 * Set a timeout on socket operations.  'timeout' can be a float,
 * giving in seconds, or None.  Setting a timeout of None disables
 * the timeout feature and is equivalent to setblocking(1).
 * Setting a timeout of zero is the same as setblocking(0). */
METHOD(Socket, settimeout, "($self, timeout, /)") {
    i64 timeout;
    CHECK(socket_take_timeout(vm, args[1], &timeout));
    CHECK(change_timeout(vm, to_socket(args[0]), timeout));
    return NONE;
}

/* gettimeout() -> timeout
 *
 * Returns the timeout in seconds (float) associated with socket
 * operations. A timeout of None indicates that timeouts on socket
 * operations are disabled. */
METHOD(Socket, gettimeout, "($self, /)") {
    return socket_show_timeout(vm, to_socket(args[0])->timeout);
}

/* ---- connecting ---- */

/* bind(address)
 *
 * Bind the socket to a local address.  For IP sockets, the address is a
 * pair (host, port); the host must refer to the local host. For raw packet
 * sockets the address is a tuple (ifname, proto [,pkttype [,hatype [,addr]]]) */
METHOD(Socket, bind, "($self, address, /)") {
    Address address;
    CHECK(address_take(vm, to_socket(args[0]), args[1], "bind", &address));
    int outcome = BLOCKING_ONCE(
        vm, bind(to_socket(args[0])->fd, (struct sockaddr *)&address.at, address.size));
    return outcome < 0 ? raise_os(vm, errno, EMPTY) : NONE;
}

/* listen([backlog])
 *
 * Enable a server to accept connections.  If backlog is specified, it must be
 * at least 0 (if it is lower, it is set to 0); it specifies the number of
 * unaccepted connections that the system will allow before refusing new
 * connections. If not specified, a default reasonable value is chosen. */
METHOD(Socket, listen, "($self, backlog=128, /)") {
    int backlog = 128;
    if (args[1] != EMPTY) CHECK(want_int(vm, args[1], &backlog));
    if (backlog < 0) backlog = 0;
    return listen(to_socket(args[0])->fd, backlog) < 0 ? raise_os(vm, errno, EMPTY)
                                                       : NONE;
}

/* errno of a connection that is under way, once the socket is ready; -1: an exception. */
static int finish_connecting(VM *vm, Socket *self) {
    if (!wait_until(vm, self, POLLOUT, socket_end(vm, self))) return -1;
    int error = option_of(self->fd, SO_ERROR, -1);
    return error == EISCONN ? 0 : error < 0 ? errno : error;
}

/* 0, errno, or -1 with an exception. */
static int connect_to(VM *vm, Socket *self, const Address *address) {
    int outcome = BLOCKING_ONCE(
        vm, connect(self->fd, (const struct sockaddr *)&address->at, address->size));
    if (outcome == 0) return 0;
    if (errno == EINTR) {
        if (!blocking_signals(vm)) return -1;
        return self->timeout ? finish_connecting(vm, self) : EINTR;
    }
    return errno == EINPROGRESS && self->timeout > 0 ? finish_connecting(vm, self)
                                                     : errno;
}

/* connect(address)
 *
 * Connect the socket to a remote address.  For IP sockets, the address
 * is a pair (host, port). */
METHOD(Socket, connect, "($self, address, /)") {
    Address address;
    CHECK(address_take(vm, to_socket(args[0]), args[1], "connect", &address));
    int error = connect_to(vm, to_socket(args[0]), &address);
    if (error < 0) return FAIL;
    return error ? raise_os(vm, error, EMPTY) : NONE;
}

/* connect_ex(address) -> errno
 *
 * This is like connect(address), but returns an error code (the errno value)
 * instead of raising an exception when an error occurs. */
METHOD(Socket, connect_ex, "($self, address, /)") {
    Address address;
    CHECK(address_take(vm, to_socket(args[0]), args[1], "connect_ex", &address));
    int error = connect_to(vm, to_socket(args[0]), &address);
    if (error >= 0) return from_small(error);
    if (!exception_matches(vm, EXC(TimeoutError))) return FAIL;
    exception_clear(vm);
    return from_small(EWOULDBLOCK);
}

static ssize_t accept_once(int fd, Operation *operation) {
    Address *address = operation->address;
    address->size = sizeof address->at;
    return accept4(fd, (struct sockaddr *)&address->at, &address->size, SOCK_CLOEXEC);
}

/* Others refuse at once: there is nothing to wait for. */
static bool is_listening(int fd) {
    int listens = 0;
    socklen_t size = sizeof listens;
    return !getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) && listens;
}

/* _accept() -> (integer, address info)
 *
 * Wait for an incoming connection.  Return a new socket file descriptor
 * representing the connection, and the address of the client.
 * For IP sockets, the address info is a pair (hostaddr, port). */
METHOD(Socket, _accept, "($self, /)") {
    Socket *self = to_socket(args[0]);
    Address address = {0};
    Operation operation = {.run = accept_once, .address = &address};
    i64 end = socket_end(vm, self);
    if (self->timeout < 0 && is_listening(self->fd)) CHECK(wait_until(vm, self, POLLIN, -1));
    ssize_t fd = socket_attempt_until(vm, self, POLLIN, &operation, end);
    if (fd < 0) return FAIL;
    OWNED Value shown = address_show(vm, &address);
    if (shown == FAIL) {
        close((int)fd);
        return FAIL;
    }
    return tuple_of(vm, 2, from_small(fd), shown);
}

/* shutdown(flag)
 *
 * Shut down the reading side of the socket (flag == SHUT_RD), the writing side
 * of the socket (flag == SHUT_WR), or both ends (flag == SHUT_RDWR). */
METHOD(Socket, shutdown, "($self, how, /)") {
    int how;
    CHECK(want_int(vm, args[1], &how));
    int outcome = BLOCKING_ONCE(vm, shutdown(to_socket(args[0])->fd, how));
    return outcome < 0 ? raise_os(vm, errno, EMPTY) : NONE;
}

/* getsockname() -> address info
 *
 * Return the address of the local endpoint. The format depends on the
 * address family. For IPv4 sockets, the address info is a pair
 * (hostaddr, port). For IPv6 sockets, the address info is a 4-tuple
 * (hostaddr, port, flowinfo, scope_id). */
METHOD(Socket, getsockname, "($self, /)") {
    Address address = {.size = sizeof address.at};
    int outcome = getsockname(to_socket(args[0])->fd, (struct sockaddr *)&address.at,
                              &address.size);
    return outcome < 0 ? raise_os(vm, errno, EMPTY) : address_show(vm, &address);
}

/* getpeername() -> address info
 *
 * Return the address of the remote endpoint.  For IP sockets, the address
 * info is a pair (hostaddr, port). */
METHOD(Socket, getpeername, "($self, /)") {
    Address address = {.size = sizeof address.at};
    int outcome = getpeername(to_socket(args[0])->fd, (struct sockaddr *)&address.at,
                              &address.size);
    return outcome < 0 ? raise_os(vm, errno, EMPTY) : address_show(vm, &address);
}

/* ---- options ---- */

/* getsockopt(level, option[, buffersize]) -> value
 *
 * Get a socket option.  See the Unix manual for level and option.
 * If a nonzero buffersize argument is given, the return value is a
 * string of that length; otherwise it is an integer. */
METHOD(Socket, getsockopt, "($self, level, option, buffersize=0, /)") {
    int level, option, size = 0, number = 0;
    char data[1024];
    CHECK(want_int(vm, args[1], &level) && want_int(vm, args[2], &option));
    if (args[3] != EMPTY) CHECK(want_int(vm, args[3], &size));
    if (size < 0 || size > 1024)
        return raise_format(vm, EXC(OSError), "getsockopt buflen out of range");
    socklen_t length = size ? (socklen_t)size : sizeof number;
    int outcome = getsockopt(to_socket(args[0])->fd, level, option,
                             size ? (void *)data : &number, &length);
    if (outcome < 0) return raise_os(vm, errno, EMPTY);
    return size ? bytes_new(vm, data, length) : from_small(number);
}

static Value set_option(VM *vm, Value self, int level, int option, Value v, Value size) {
    int fd = to_socket(self)->fd, outcome, number;
    u32 length;
    if (v == NONE && size != EMPTY) {
        CHECK(want_int(vm, size, (int *)&length));
        outcome = setsockopt(fd, level, option, NULL, length);
    } else if (is_int(v)) {
        CHECK(want_int(vm, v, &number));
        outcome = setsockopt(fd, level, option, &number, sizeof number);
    } else {
        Buffered bytes;
        CHECK(buffered_get(vm, v, &bytes, false));
        outcome = setsockopt(fd, level, option, bytes.data, (socklen_t)bytes.size);
        buffered_release(vm, &bytes);
    }
    return outcome < 0 ? raise_os(vm, errno, EMPTY) : NONE;
}

/* setsockopt(level, option, value: int)
 * setsockopt(level, option, value: buffer)
 * setsockopt(level, option, None, optlen: int)
 *
 * Set a socket option.  See the Unix manual for level and option.
 * The value argument can either be an integer, a string buffer, or
 * None, optlen. */
METHOD(Socket, setsockopt, "($self, level, option, value, optlen=0, /)") {
    int level, option;
    CHECK(want_int(vm, args[1], &level) && want_int(vm, args[2], &option));
    return set_option(vm, args[0], level, option, args[3], args[4]);
}

/* ---- functions on descriptors ---- */

/* close(integer) -> None
 *
 * Close an integer socket file descriptor.  This is like os.close(), but for
 * sockets; on some platforms os.close() won't work for socket file descriptors. */
FUNCTION(_socket, close, "(fd, /)") {
    int fd;
    CHECK(want_int(vm, args[0], &fd));
    if (BLOCKING_ONCE(vm, close(fd)) == 0 || errno == ECONNRESET) return NONE;
    return raise_os(vm, errno, EMPTY);
}

/* dup(integer) -> integer
 *
 * Duplicate an integer socket file descriptor.  This is like os.dup(), but for
 * sockets; on some platforms os.dup() won't work for socket file descriptors. */
FUNCTION(_socket, dup, "(fd, /)") {
    int fd;
    CHECK(want_int(vm, args[0], &fd));
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    return copy < 0 ? raise_os(vm, errno, EMPTY) : from_small(copy);
}

/* Can child processes see the descriptor? With a second argument: shall they? */
FUNCTION(_socket, _inheritable, "(fd, inheritable=None, /)") {
    int fd, wanted = -1;
    CHECK(want_int(vm, args[0], &fd));
    if (args[1] != EMPTY && (wanted = object_truth(vm, args[1])) < 0) return FAIL;
    int flags = fcntl(fd, F_GETFD);
    if (flags < 0) return raise_os(vm, errno, EMPTY);
    if (wanted < 0) return from_bool(!(flags & FD_CLOEXEC));
    flags = wanted ? flags & ~FD_CLOEXEC : flags | FD_CLOEXEC;
    return fcntl(fd, F_SETFD, flags) < 0 ? raise_os(vm, errno, EMPTY) : NONE;
}

/* socketpair([family[, type [, proto]]]) -> (socket object, socket object)
 *
 * Create a pair of socket objects from the sockets returned by the platform
 * socketpair() function.
 * The arguments are the same as for socket() except the default family is
 * AF_UNIX if defined on the platform; otherwise, the default is AF_INET. */
FUNCTION(_socket, socketpair, "(family=1, type=1, proto=0, /)") {
    int family = AF_UNIX, type = SOCK_STREAM, protocol = 0, fds[2];
    if (args[0] != EMPTY) CHECK(want_int(vm, args[0], &family));
    if (args[1] != EMPTY) CHECK(want_int(vm, args[1], &type));
    if (args[2] != EMPTY) CHECK(want_int(vm, args[2], &protocol));
    if (socketpair(family, type | SOCK_CLOEXEC, protocol, fds) < 0)
        return raise_os(vm, errno, EMPTY);
    OWNED Value a = socket_wrap(vm, fds[0], family, type, protocol);
    if (a == FAIL) {
        close(fds[1]);
        return FAIL;
    }
    OWNED Value b = TRY(socket_wrap(vm, fds[1], family, type, protocol));
    return tuple_of(vm, 2, a, b);
}

/* getdefaulttimeout() -> timeout
 *
 * Returns the default timeout in seconds (float) for new socket objects.
 * A value of None indicates that new socket objects have no timeout.
 * When the socket module is first imported, the default is None. */
FUNCTION(_socket, getdefaulttimeout, "()") {
    return socket_show_timeout(vm, *socket_default_timeout(vm));
}

/* setdefaulttimeout(timeout)
 *
 * Set the default timeout in seconds (float) for new socket objects.
 * A value of None indicates that new socket objects have no timeout.
 * When the socket module is first imported, the default is None. */
FUNCTION(_socket, setdefaulttimeout, "(timeout, /)") {
    i64 timeout;
    CHECK(socket_take_timeout(vm, args[0], &timeout));
    *socket_default_timeout(vm) = timeout;
    return NONE;
}

static bool add_type(VM *vm, Value module, const char *name, u32 type) {
    return module_add(vm, module, name, incref(from_object(vm->types[type])));
}

MODULE_INIT(_socket) {
    i64 *timeout = heap_raw_alloc(&vm->heap, sizeof *timeout);
    if (!timeout) return raise_memory(vm), false;
    *timeout = -1;
    vm->module_state[MODULE__socket].state = timeout;
    vm->module_state[MODULE__socket].free_state = free_state;
    return add_type(vm, module, "socket", TYPE_Socket) &&
           add_type(vm, module, "SocketType", TYPE_Socket) &&
           add_type(vm, module, "error", TYPE_OSError) &&
           add_type(vm, module, "timeout", TYPE_TimeoutError) &&
           add_type(vm, module, "gaierror", TYPE_socket_gaierror) &&
           add_type(vm, module, "herror", TYPE_socket_herror) &&
           module_add(vm, module, "has_ipv6", TRUE) && socket_add_constants(vm, module) &&
           socket_add_rare_constants(vm, module);
}
