/* _socket: sending and receiving. */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "objects/exc.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/want.h"
#include "stdlib/blocking.h"
#include "stdlib/socket.h"

enum { SMALL = 4096, MOST_BUFFERS = 1024 /* of one message: IOV_MAX */ };

static ssize_t recv_once(int fd, Operation *operation) {
    return recv(fd, operation->data, operation->size, operation->flags | MSG_DONTWAIT);
}

static ssize_t recvfrom_once(int fd, Operation *operation) {
    Address *address = operation->address;
    address->size = sizeof address->at;
    return recvfrom(fd, operation->data, operation->size, operation->flags | MSG_DONTWAIT,
                    (struct sockaddr *)&address->at, &address->size);
}

static ssize_t send_once(int fd, Operation *operation) {
    return send(fd, operation->data, operation->size,
                operation->flags | MSG_DONTWAIT | MSG_NOSIGNAL);
}

static ssize_t sendto_once(int fd, Operation *operation) {
    return sendto(fd, operation->data, operation->size,
                  operation->flags | MSG_DONTWAIT | MSG_NOSIGNAL,
                  (struct sockaddr *)&operation->address->at, operation->address->size);
}

static ssize_t sendmsg_once(int fd, Operation *operation) {
    return sendmsg(fd, operation->message,
                   operation->flags | MSG_DONTWAIT | MSG_NOSIGNAL);
}

static ssize_t recvmsg_once(int fd, Operation *operation) {
    Address *address = operation->address;
    operation->message->msg_namelen = sizeof address->at;
    ssize_t size = recvmsg(fd, operation->message, operation->flags | MSG_DONTWAIT);
    address->size = size < 0 ? 0 : operation->message->msg_namelen;
    return size;
}

static bool take_flags(VM *vm, Value v, int *flags) {
    *flags = 0;
    return v == EMPTY || want_int(vm, v, flags);
}

/* ---- receiving into new bytes ---- */

static bool take_size(VM *vm, Value v, const char *function, i64 *size) {
    if (!object_to_i64(vm, v, size)) return false;
    if (*size >= 0) return true;
    raise_value(vm, "negative buffersize in %s", function);
    return false;
}

/* Receive at most `size` bytes as bytes. */
static Value receive(VM *vm, Socket *self, Operation *operation, usize size) {
    char small[SMALL];
    operation->size = size;
    operation->data = small;
    if (size > SMALL && !(operation->data = heap_raw_alloc(&vm->heap, size)))
        return raise_memory(vm);
    ssize_t got = socket_attempt(vm, self, POLLIN, operation);
    Value result = got < 0 ? FAIL : bytes_new(vm, operation->data, (usize)got);
    if (size > SMALL) heap_raw_free(&vm->heap, operation->data, size);
    return result;
}

/* recv(buffersize[, flags]) -> data
 *
 * Receive up to buffersize bytes from the socket.  For the optional flags
 * argument, see the Unix manual.  When no data is available, block until
 * at least one byte is available or until the remote end is closed.  When
 * the remote end is closed and all data is read, return the empty string. */
METHOD(Socket, recv, "($self, buffersize, flags=0, /)") {
    i64 size;
    Operation operation = {.run = recv_once};
    CHECK(take_size(vm, args[1], "recv", &size));
    CHECK(take_flags(vm, args[2], &operation.flags));
    return receive(vm, to_socket(args[0]), &operation, (usize)size);
}

/* recvfrom(buffersize[, flags]) -> (data, address info)
 *
 * Like recv(buffersize, flags) but also return the sender's address info. */
METHOD(Socket, recvfrom, "($self, buffersize, flags=0, /)") {
    i64 size;
    Address address = {0};
    Operation operation = {.run = recvfrom_once, .address = &address};
    CHECK(take_size(vm, args[1], "recvfrom", &size));
    CHECK(take_flags(vm, args[2], &operation.flags));
    OWNED Value data = TRY(receive(vm, to_socket(args[0]), &operation, (usize)size));
    OWNED Value shown = TRY(address_show(vm, &address));
    return tuple_of(vm, 2, data, shown);
}

/* ---- receiving into a buffer ---- */

/* args: self, buffer, nbytes, flags. How many bytes; -1 with an exception. */
static ssize_t receive_into(VM *vm, Value *args, const char *function,
                            Operation *operation) {
    i64 size = 0;
    Buffered buffer;
    if (!take_flags(vm, args[3], &operation->flags)) return -1;
    if (args[2] != EMPTY && !take_size(vm, args[2], function, &size)) return -1;
    const char *argument =
        !strcmp(function, "recv_into") ? "recv_into() argument 1" : "recvfrom_into() argument 1";
    if (!buffered_get_writable(vm, argument, args[1], &buffer)) return -1;
    ssize_t got = -1;
    if ((u64)size > buffer.size)
        raise_value(vm, !strcmp(function, "recv_into")
                            ? "buffer too small for requested bytes"
                            : "nbytes is greater than the length of the buffer");
    else {
        operation->data = buffer.data;
        operation->size = size ? (usize)size : buffer.size;
        bool is_nothing = !operation->size && operation->run == recv_once;
        got = is_nothing ? 0 : socket_attempt(vm, to_socket(args[0]), POLLIN, operation);
    }
    buffered_release(vm, &buffer);
    return got;
}

/* recv_into(buffer, [nbytes[, flags]]) -> nbytes_read
 *
 * A version of recv() that stores its data into a buffer rather than creating
 * a new string.  Receive up to buffersize bytes from the socket.  If buffersize
 * is not specified (or 0), receive up to the size available in the given buffer.
 *
 * See recv() for documentation about the flags. */
METHOD(Socket, recv_into, "($self, /, buffer, nbytes=0, flags=0)") {
    Operation operation = {.run = recv_once};
    ssize_t got = receive_into(vm, args, "recv_into", &operation);
    return got < 0 ? FAIL : from_small(got);
}

/* recvfrom_into(buffer[, nbytes[, flags]]) -> (nbytes, address info)
 *
 * Like recv_into(buffer[, nbytes[, flags]]) but also return the sender's address info. */
METHOD(Socket, recvfrom_into, "($self, /, buffer, nbytes=0, flags=0)") {
    Address address = {0};
    Operation operation = {.run = recvfrom_once, .address = &address};
    ssize_t got = receive_into(vm, args, "recvfrom_into", &operation);
    if (got < 0) return FAIL;
    OWNED Value shown = TRY(address_show(vm, &address));
    return tuple_of(vm, 2, from_small(got), shown);
}

/* ---- sending ---- */

/* send(data[, flags]) -> count
 *
 * Send a data string to the socket.  For the optional flags
 * argument, see the Unix manual.  Return the number of bytes
 * sent; this may be less than len(data) if the network is busy. */
METHOD(Socket, send, "($self, data, flags=0, /)") {
    Buffered buffer;
    Operation operation = {.run = send_once};
    CHECK(take_flags(vm, args[2], &operation.flags));
    CHECK(buffered_get(vm, args[1], &buffer, false));
    operation.data = buffer.data;
    operation.size = buffer.size;
    ssize_t sent = socket_attempt(vm, to_socket(args[0]), POLLOUT, &operation);
    buffered_release(vm, &buffer);
    return sent < 0 ? FAIL : from_small(sent);
}

static bool send_whole(VM *vm, Socket *self, Operation *operation) {
    i64 end = socket_end(vm, self);
    do {
        ssize_t sent = socket_attempt_until(vm, self, POLLOUT, operation, end);
        if (sent < 0 || !blocking_signals(vm)) return false;
        operation->data = (char *)operation->data + sent;
        operation->size -= (usize)sent;
    } while (operation->size);
    return true;
}

/* sendall(data[, flags])
 *
 * Send a data string to the socket.  For the optional flags
 * argument, see the Unix manual.  This calls send() repeatedly
 * until all data is sent.  If an error occurs, it's impossible
 * to tell how much data has been sent. */
METHOD(Socket, sendall, "($self, data, flags=0, /)") {
    Buffered buffer;
    Operation operation = {.run = send_once};
    CHECK(take_flags(vm, args[2], &operation.flags));
    CHECK(buffered_get(vm, args[1], &buffer, false));
    operation.data = buffer.data;
    operation.size = buffer.size;
    bool ok = send_whole(vm, to_socket(args[0]), &operation);
    buffered_release(vm, &buffer);
    return ok ? NONE : FAIL;
}

/* sendto(data[, flags], address) -> count
 *
 * Like send(data, flags) but allows specifying the destination address.
 * For IP sockets, the address is a pair (hostaddr, port). */
METHOD(Socket, sendto, "($self, /, *args)") {
    if (nargs < 3 || nargs > 4)
        return raise_type(vm, "sendto() takes 2 or 3 arguments (%u given)", nargs - 1);
    Buffered buffer;
    Address address;
    Operation operation = {.run = sendto_once, .address = &address};
    if (nargs == 4) CHECK(take_flags(vm, args[2], &operation.flags));
    CHECK(address_take(vm, to_socket(args[0]), args[nargs - 1], "sendto", &address));
    CHECK(buffered_get(vm, args[1], &buffer, false));
    operation.data = buffer.data;
    operation.size = buffer.size;
    ssize_t sent = socket_attempt(vm, to_socket(args[0]), POLLOUT, &operation);
    buffered_release(vm, &buffer);
    return sent < 0 ? FAIL : from_small(sent);
}

/* ---- messages of several buffers, with ancillary data ---- */

typedef struct Message {
    struct msghdr header;
    struct iovec parts[MOST_BUFFERS];
    Buffered buffers[MOST_BUFFERS];
    u32 count;
    char *control;
    usize control_size;
} Message;

static void free_message(VM *vm, Message *message) {
    for (u32 i = 0; i < message->count; i++) buffered_release(vm, &message->buffers[i]);
    if (message->control)
        heap_raw_free(&vm->heap, message->control, message->control_size);
    heap_raw_free(&vm->heap, message, sizeof *message);
}

static Message *new_message(VM *vm) {
    Message *message = heap_raw_alloc(&vm->heap, sizeof *message);
    if (!message) return raise_memory(vm), NULL;
    message->header = (struct msghdr){.msg_iov = message->parts};
    message->count = 0;
    message->control = NULL;
    message->control_size = 0;
    return message;
}

static bool add_buffers(VM *vm, Message *message, Value iterable, const char *function,
                        bool is_writable) {
    OWNED Value list = object_to_list(vm, iterable);
    if (list == FAIL && exception_matches(vm, EXC(TypeError))) {
        exception_clear(vm);
        raise_type(vm, "%s() argument 1 must be an iterable", function);
    }
    if (list == FAIL) return false;
    if (to_list(list)->count > MOST_BUFFERS) {
        raise_format(vm, EXC(OSError), "%s() argument 1 is too long", function);
        return false;
    }
    for (usize i = 0; i < to_list(list)->count; i++) {
        Buffered *buffer = &message->buffers[i];
        if (!buffered_get(vm, to_list(list)->items[i], buffer, is_writable)) {
            if (is_writable)
                raise_type(vm, "%s() argument 1 must be an iterable of single-segment read-write buffers", function);
            return false;
        }
        message->parts[i] = (struct iovec){buffer->data, buffer->size};
        message->header.msg_iovlen = ++message->count;
    }
    return true;
}

static bool make_control(VM *vm, Message *message, usize size) {
    if (!size) return true;
    message->control = heap_raw_alloc(&vm->heap, size);
    if (!message->control) return raise_memory(vm), false;
    memset(message->control, 0, size);
    message->control_size = size;
    message->header.msg_control = message->control;
    message->header.msg_controllen = size;
    return true;
}

/* One (level, type, data) at `at`, which is moved behind it. */
static bool put_control(VM *vm, Message *message, Value item, struct cmsghdr **at) {
    int level, type;
    Tuple *parts = to_tuple(item);
    if (!want_int(vm, parts->items[0], &level) || !want_int(vm, parts->items[1], &type))
        return false;
    Buffered data;
    if (!buffered_get(vm, parts->items[2], &data, false)) return false;
    (*at)->cmsg_level = level;
    (*at)->cmsg_type = type;
    (*at)->cmsg_len = CMSG_LEN(data.size);
    memcpy(CMSG_DATA(*at), data.data, data.size);
    buffered_release(vm, &data);
    *at = CMSG_NXTHDR(&message->header, *at);
    return true;
}

static bool measure_control(VM *vm, List *items, usize *size) {
    *size = 0;
    for (usize i = 0; i < items->count; i++) {
        Value item = items->items[i];
        if (!has_kind(item, KIND_TUPLE) || to_tuple(item)->count != 3) {
            raise_type(vm, "[sendmsg() ancillary data items] must be 3-item tuples");
            return false;
        }
        Buffered data;
        if (!buffered_get(vm, to_tuple(item)->items[2], &data, false)) return false;
        *size += CMSG_SPACE(data.size);
        buffered_release(vm, &data);
    }
    return true;
}

static bool add_control(VM *vm, Message *message, Value iterable) {
    OWNED Value list = object_to_list(vm, iterable);
    if (list == FAIL && exception_matches(vm, EXC(TypeError))) {
        exception_clear(vm);
        raise_type(vm, "sendmsg() argument 2 must be an iterable");
    }
    usize size;
    if (list == FAIL || !measure_control(vm, to_list(list), &size)) return false;
    if (!make_control(vm, message, size)) return false;
    struct cmsghdr *at = size ? CMSG_FIRSTHDR(&message->header) : NULL;
    for (usize i = 0; i < to_list(list)->count && at; i++)
        if (!put_control(vm, message, to_list(list)->items[i], &at)) return false;
    return true;
}

static Value send_message(VM *vm, Socket *self, Message *message, Value *args) {
    Address address;
    Operation operation = {.run = sendmsg_once, .message = &message->header};
    CHECK(take_flags(vm, args[3], &operation.flags));
    if (args[4] != EMPTY && args[4] != NONE) {
        CHECK(address_take(vm, self, args[4], "sendmsg", &address));
        message->header.msg_name = &address.at;
        message->header.msg_namelen = address.size;
    }
    CHECK(add_buffers(vm, message, args[1], "sendmsg", false));
    if (args[2] != EMPTY) CHECK(add_control(vm, message, args[2]));
    ssize_t sent = socket_attempt(vm, self, POLLOUT, &operation);
    return sent < 0 ? FAIL : from_small(sent);
}

/* sendmsg(buffers[, ancdata[, flags[, address]]]) -> count
 *
 * Send normal and ancillary data to the socket, gathering the
 * non-ancillary data from a series of buffers and concatenating it into
 * a single message.  The ancdata argument specifies the ancillary data
 * (control messages) as an iterable of zero or more tuples
 * (cmsg_level, cmsg_type, cmsg_data). */
METHOD(Socket, sendmsg, "($self, buffers, ancdata=(), flags=0, address=None, /)") {
    Message *message = new_message(vm);
    if (!message) return FAIL;
    Value result = send_message(vm, to_socket(args[0]), message, args);
    free_message(vm, message);
    return result;
}

static Value show_control(VM *vm, struct msghdr *header) {
    OWNED Value list = TRY(list_new(vm, 0));
    struct cmsghdr *at = header->msg_controllen ? CMSG_FIRSTHDR(header) : NULL;
    for (; at; at = CMSG_NXTHDR(header, at)) {
        if (at->cmsg_len < CMSG_LEN(0)) break;
        OWNED Value data =
            TRY(bytes_new(vm, (char *)CMSG_DATA(at), at->cmsg_len - CMSG_LEN(0)));
        Value item = TRY(
            tuple_of(vm, 3, from_small(at->cmsg_level), from_small(at->cmsg_type), data));
        CHECK(list_push_owned(vm, to_list(list), item));
    }
    return TAKE(list);
}

/* The parts of the answer behind the data. */
static Value show_message(VM *vm, Value data, Message *message, Address *address) {
    OWNED Value control = TRY(show_control(vm, &message->header));
    OWNED Value shown = TRY(address_show(vm, address));
    return tuple_of(vm, 4, data, control, from_small(message->header.msg_flags), shown);
}

/* EMPTY values are 0. */
static ssize_t receive_message(VM *vm, Socket *self, Message *message, Value space,
                               Value flags, const char *function, Address *address) {
    i64 size = 0;
    Operation operation = {
        .run = recvmsg_once, .message = &message->header, .address = address};
    message->header.msg_name = &address->at;
    if (!take_flags(vm, flags, &operation.flags)) return -1;
    if (space != EMPTY && !object_to_i64(vm, space, &size)) return -1;
    if (size < 0 || size > INT32_MAX) {
        raise_value(vm, "invalid ancillary data buffer length");
        return -1;
    }
    if (!make_control(vm, message, (usize)size)) return -1;
    return socket_attempt(vm, self, POLLIN, &operation);
}

static Value receive_new(VM *vm, Value *args, Message *message, usize size) {
    Address address = {0};
    OWNED Value data = TRY(bytearray_new(vm, "", 0));
    char *room = heap_raw_alloc(&vm->heap, size ? size : 1);
    if (!room) return raise_memory(vm);
    message->parts[0] = (struct iovec){room, size};
    message->header.msg_iovlen = 1;
    ssize_t got = receive_message(vm, to_socket(args[0]), message, args[2], args[3],
                                  "recvmsg", &address);
    if (got >= 0) replace(&data, bytes_new(vm, room, (usize)got));
    heap_raw_free(&vm->heap, room, size ? size : 1);
    return got < 0 || data == FAIL ? FAIL : show_message(vm, data, message, &address);
}

/* recvmsg(bufsize[, ancbufsize[, flags]]) -> (data, ancdata, msg_flags, address)
 *
 * Receive normal data (up to bufsize bytes) and ancillary data from the
 * socket.  The ancbufsize argument sets the size in bytes of the
 * internal buffer used to receive the ancillary data; it defaults to 0,
 * meaning that no ancillary data will be received. */
METHOD(Socket, recvmsg, "($self, bufsize, ancbufsize=0, flags=0, /)") {
    i64 size;
    CHECK(object_to_i64(vm, args[1], &size));
    if (size < 0) return raise_value(vm, "negative buffer size in recvmsg()");
    Message *message = new_message(vm);
    if (!message) return FAIL;
    Value result = receive_new(vm, args, message, (usize)size);
    free_message(vm, message);
    return result;
}

static Value receive_message_into(VM *vm, Value *args, Message *message) {
    Address address = {0};
    CHECK(add_buffers(vm, message, args[1], "recvmsg_into", true));
    ssize_t got = receive_message(vm, to_socket(args[0]), message, args[2], args[3],
                                  "recvmsg_into", &address);
    return got < 0 ? FAIL : show_message(vm, from_small(got), message, &address);
}

/* recvmsg_into(buffers[, ancbufsize[, flags]]) -> (nbytes, ancdata, msg_flags, address)
 *
 * Receive normal data and ancillary data from the socket, scattering the
 * non-ancillary data into a series of buffers. */
METHOD(Socket, recvmsg_into, "($self, buffers, ancbufsize=0, flags=0, /)") {
    Message *message = new_message(vm);
    if (!message) return FAIL;
    Value result = receive_message_into(vm, args, message);
    free_message(vm, message);
    return result;
}

static Value measure(VM *vm, Value v, const char *function, bool is_space) {
    i64 size;
    CHECK(object_to_i64(vm, v, &size));
    if (size < 0 || size > INT32_MAX - (i64)(is_space ? CMSG_SPACE(1) : CMSG_LEN(0)))
        return raise_overflow(vm, "%s() argument out of range", function);
    return from_small((i64)(is_space ? CMSG_SPACE((usize)size) : CMSG_LEN((usize)size)));
}

/* CMSG_LEN(length) -> control message length
 *
 * Return the total length, without trailing padding, of an ancillary
 * data item with associated data of the given length. */
FUNCTION(_socket, CMSG_LEN, "(length, /)") {
    return measure(vm, args[0], "CMSG_LEN", false);
}

/* CMSG_SPACE(length) -> buffer size
 *
 * Return the buffer size needed for recvmsg() to receive an ancillary
 * data item with associated data of the given length, along with any
 * trailing padding. */
FUNCTION(_socket, CMSG_SPACE, "(length, /)") {
    return measure(vm, args[0], "CMSG_SPACE", true);
}
