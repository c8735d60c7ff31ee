/* _socket among itself: the socket object, addresses, names.
 *
 * A socket with a timeout is non-blocking for the system. Every call first tries without
 * waiting; if it would block it waits through stdlib/waiting.h and tries again.
 */
#ifndef APY_STDLIB_SOCKET_H
#define APY_STDLIB_SOCKET_H

#include <sys/socket.h>

#include "objects/bytes.h"
#include "objects/native.h"
#include "objects/vm.h"

typedef struct Socket {
    Obj h;
    int fd; /* -1: closed */
    int family, type, protocol;
    i64 timeout; /* nanoseconds; -1: none, 0: non-blocking */
} Socket;

static inline Socket *to_socket(Value v) {
    return (Socket *)to_object(v);
}

typedef struct Address {
    struct sockaddr_storage at;
    socklen_t size;
} Address;

/* The address as the program writes it; `caller` is named in complaints. */
bool address_take(VM *vm, const Socket *socket, Value v, const char *caller,
                  Address *out);
/* As a tuple, str or bytes; None if there is none. */
Value address_show(VM *vm, const Address *address);

/* socket.gaierror: FAIL. With EAI_SYSTEM by errno. */
Value raise_resolution(VM *vm, int error);
/* The first address of a host: '' is any, '<broadcast>' all. */
bool address_resolve(VM *vm, const char *name, int family, Address *out);
/* A host name: str (IDNA when not ASCII), bytes or bytearray; with an exception false. */
bool address_host(VM *vm, Value v, Buffer *out);

/* One call of the system that may be repeated. -1 with errno. */
typedef struct Operation Operation;
struct Operation {
    ssize_t (*run)(int fd, Operation *operation);
    void *data;
    usize size;
    int flags;
    Address *address;
    struct msghdr *message;
};
/* Try until it works or the socket's time is over: -1 with an exception. */
ssize_t socket_attempt(VM *vm, Socket *socket, short events, Operation *operation);
/* The same with an end (chance_monotonic) shared by several calls; -1: none. */
ssize_t socket_attempt_until(VM *vm, Socket *socket, short events, Operation *operation,
                             i64 end);
/* When the time of calls that begin now is over: -1: never or not at all. */
i64 socket_end(VM *vm, const Socket *socket);
/* An object around a descriptor, which it takes over. */
Value socket_wrap(VM *vm, int fd, int family, int type, int protocol);
/* What setdefaulttimeout has set. */
i64 *socket_default_timeout(VM *vm);
bool socket_take_timeout(VM *vm, Value v, i64 *timeout);
Value socket_show_timeout(VM *vm, i64 timeout);

bool socket_add_constants(VM *vm, Value module);
bool socket_add_rare_constants(VM *vm, Value module);

#endif
