/* Addresses of sockets: what programs write, what the system takes, and back. */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "objects/exc.h"
#include "objects/int.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/want.h"
#include "stdlib/blocking.h"
#include "stdlib/socket.h"

/* ---- hosts ---- */

TYPE(socket_gaierror, .name = "socket.gaierror", .base = TYPE_OSError)
TYPE(socket_herror, .name = "socket.herror", .base = TYPE_OSError)

Value raise_resolution(VM *vm, int error) {
    if (error == EAI_SYSTEM) return raise_os(vm, errno, EMPTY);
    OWNED Value text = TRY(str_from_text(vm, gai_strerror(error)));
    Value args[2] = {from_small(error), text};
    OWNED Value exception = TRY(
        object_call(vm, from_object(vm->types[TYPE_socket_gaierror]), args, 2, EMPTY));
    return raise_instance(vm, exception);
}

static bool add_checked(VM *vm, Span text, Buffer *out) {
    if (memchr(text.data, 0, text.length)) {
        raise_type(vm, "host name must not contain null character");
        return false;
    }
    buffer_add_span(out, text);
    buffer_add_text(out, "");
    return true;
}

bool address_host(VM *vm, Value v, Buffer *out) {
    if (is_str(v) && str_is_ascii(v)) return add_checked(vm, str_span(v), out);
    if (is_str(v)) {
        OWNED Value codec = TRY_OR_FALSE(str_from_text(vm, "idna"));
        OWNED Value bytes = TRY_OR_FALSE(call_method_1(vm, v, NAME(encode), codec));
        return add_checked(vm, bytes_span(bytes), out);
    }
    if (!has_kind(v, KIND_BYTES) && !has_kind(v, KIND_BYTEARRAY)) {
        raise_type(vm, "str, bytes or bytearray expected, not %s",
                   v == NONE ? "NoneType" : type_name_of(vm, v));
        return false;
    }
    Buffered bytes;
    if (!buffered_get(vm, v, &bytes, false)) return false;
    bool ok = add_checked(vm, (Span){bytes.data, bytes.size}, out);
    buffered_release(vm, &bytes);
    return ok;
}

static bool look_up(VM *vm, const char *name, int family, Address *out) {
    struct addrinfo hints = {.ai_family = family}, *found = NULL;
    if (!name) {
        hints.ai_socktype = SOCK_DGRAM;
        hints.ai_flags = AI_PASSIVE;
    }
    int error = BLOCKING_ONCE(vm, getaddrinfo(name, name ? NULL : "0", &hints, &found));
    if (error) return raise_resolution(vm, error), false;
    usize size = found->ai_addrlen;
    memcpy(&out->at, found->ai_addr, size < sizeof out->at ? size : sizeof out->at);
    out->size = (socklen_t)size;
    freeaddrinfo(found);
    return true;
}

bool address_resolve(VM *vm, const char *name, int family, Address *out) {
    struct sockaddr_in *at = (struct sockaddr_in *)&out->at;
    struct sockaddr_in6 *at6 = (struct sockaddr_in6 *)&out->at;
    memset(&out->at, 0, sizeof out->at);
    if (!*name) return look_up(vm, NULL, family, out);
    bool is_all = !strcmp(name, "<broadcast>") || !strcmp(name, "255.255.255.255");
    if (is_all && family != AF_INET && family != AF_UNSPEC) {
        raise_format(vm, EXC(OSError), "address family mismatched");
        return false;
    }
    if (is_all || (family != AF_INET6 && inet_pton(AF_INET, name, &at->sin_addr) > 0)) {
        if (is_all) at->sin_addr.s_addr = INADDR_BROADCAST;
        at->sin_family = AF_INET;
        out->size = sizeof *at;
        return true;
    }
    if (family != AF_INET && inet_pton(AF_INET6, name, &at6->sin6_addr) > 0) {
        at6->sin6_family = AF_INET6;
        out->size = sizeof *at6;
        return true;
    }
    return look_up(vm, name, family, out);
}

/* ---- what programs write ---- */

static bool take_port(VM *vm, Value v, const char *caller, u16 *port) {
    int number;
    if (!want_int(vm, v, &number)) return false;
    if (number < 0 || number > 0xFFFF) {
        raise_overflow(vm, "%s(): port must be 0-65535.", caller);
        return false;
    }
    *port = htons((u16)number);
    return true;
}

static bool take_host(VM *vm, Value v, int family, Address *out) {
    Buffer name = {0};
    bool ok = address_host(vm, v, &name);
    if (ok) ok = address_resolve(vm, name.data ? name.data : "", family, out);
    buffer_free(&name);
    return ok;
}

static bool want_tuple(VM *vm, Value v, const char *caller, const char *family) {
    if (has_kind(v, KIND_TUPLE)) return true;
    raise_type(vm, "%s(): %s address must be tuple, not %s", caller, family,
               v == NONE ? "NoneType" : type_name_of(vm, v));
    return false;
}

static bool take_inet(VM *vm, Value v, const char *caller, Address *out) {
    u16 port;
    if (!want_tuple(vm, v, caller, "AF_INET")) return false;
    Tuple *pair = to_tuple(v);
    if (pair->count != 2) {
        raise_type(vm, "AF_INET address must be a pair (host, port)");
        return false;
    }
    if (!take_host(vm, pair->items[0], AF_INET, out)) return false;
    if (!take_port(vm, pair->items[1], caller, &port)) return false;
    ((struct sockaddr_in *)&out->at)->sin_port = port;
    return true;
}

static bool take_u32(VM *vm, Value v, u32 *out) {
    OWNED Value number = TRY_OR_FALSE(object_index(vm, v));
    u64 wide;
    if (!int_fits_u64(number, &wide)) {
        raise_overflow(vm, "can't convert negative value to unsigned int");
        return false;
    }
    *out = (u32)wide;
    return true;
}

static bool take_inet6(VM *vm, Value v, const char *caller, Address *out) {
    u16 port;
    u32 flow = 0, scope = 0;
    if (!want_tuple(vm, v, caller, "AF_INET6")) return false;
    Tuple *parts = to_tuple(v);
    if (parts->count < 2 || parts->count > 4) {
        raise_type(vm, "AF_INET6 address must be a tuple "
                       "(host, port[, flowinfo[, scopeid]])");
        return false;
    }
    if (!take_host(vm, parts->items[0], AF_INET6, out)) return false;
    if (!take_port(vm, parts->items[1], caller, &port)) return false;
    if (parts->count > 2 && !take_u32(vm, parts->items[2], &flow)) return false;
    if (parts->count > 3 && !take_u32(vm, parts->items[3], &scope)) return false;
    if (flow > 0xFFFFF) {
        raise_overflow(vm, "%s(): flowinfo must be 0-1048575.", caller);
        return false;
    }
    struct sockaddr_in6 *at = (struct sockaddr_in6 *)&out->at;
    at->sin6_port = port;
    at->sin6_flowinfo = htonl(flow);
    at->sin6_scope_id = scope;
    return true;
}

/* A path; names that begin with a NUL are abstract, and end where they end. */
static bool put_path(VM *vm, Span path, Address *out) {
    struct sockaddr_un *at = (struct sockaddr_un *)&out->at;
    bool is_abstract = path.length && !path.data[0];
    usize room = sizeof at->sun_path - !is_abstract;
    if (path.length > room || (!is_abstract && path.length == sizeof at->sun_path)) {
        raise_format(vm, EXC(OSError), "AF_UNIX path too long");
        return false;
    }
    memset(&out->at, 0, sizeof out->at);
    at->sun_family = AF_UNIX;
    memcpy(at->sun_path, path.data, path.length);
    out->size =
        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + path.length + !is_abstract);
    return true;
}

static bool take_unix(VM *vm, Value v, Address *out) {
    if (is_str(v)) {
        OWNED Value bytes = TRY_OR_FALSE(call_method_0(vm, v, NAME(encode)));
        return put_path(vm, bytes_span(bytes), out);
    }
    Buffered bytes;
    if (!buffered_get(vm, v, &bytes, false)) return false;
    bool ok = put_path(vm, (Span){bytes.data, bytes.size}, out);
    buffered_release(vm, &bytes);
    return ok;
}

bool address_take(VM *vm, const Socket *socket, Value v, const char *caller,
                  Address *out) {
    memset(out, 0, sizeof *out);
    switch (socket->family) {
    case AF_INET: return take_inet(vm, v, caller, out);
    case AF_INET6: return take_inet6(vm, v, caller, out);
    case AF_UNIX: return take_unix(vm, v, out);
    default: raise_format(vm, EXC(OSError), "%s(): bad family", caller); return false;
    }
}

/* ---- what the system gives ---- */

static Value show_inet(VM *vm, const struct sockaddr_in *at) {
    char text[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &at->sin_addr, text, sizeof text);
    OWNED Value host = TRY(str_from_text(vm, text));
    return tuple_of(vm, 2, host, from_small(ntohs(at->sin_port)));
}

static Value show_inet6(VM *vm, const struct sockaddr_in6 *at) {
    char text[INET6_ADDRSTRLEN];
    inet_ntop(AF_INET6, &at->sin6_addr, text, sizeof text);
    OWNED Value host = TRY(str_from_text(vm, text));
    return tuple_of(vm, 4, host, from_small(ntohs(at->sin6_port)),
                    from_small(ntohl(at->sin6_flowinfo)), from_small(at->sin6_scope_id));
}

static Value show_unix(VM *vm, const Address *address) {
    const struct sockaddr_un *at = (const struct sockaddr_un *)&address->at;
    usize head = offsetof(struct sockaddr_un, sun_path);
    usize size = address->size > head ? address->size - head : 0;
    if (size && !at->sun_path[0]) return bytes_new(vm, at->sun_path, size);
    return str_from_os(vm, at->sun_path, strnlen(at->sun_path, size));
}

Value address_show(VM *vm, const Address *address) {
    if (!address->size) return NONE;
    int family = address->at.ss_family;
    if (family == AF_INET) return show_inet(vm, (const struct sockaddr_in *)&address->at);
    if (family == AF_INET6)
        return show_inet6(vm, (const struct sockaddr_in6 *)&address->at);
    if (family == AF_UNIX) return show_unix(vm, address);
    OWNED Value bytes =
        TRY(bytes_new(vm, ((const struct sockaddr *)&address->at)->sa_data,
                      address->size - offsetof(struct sockaddr, sa_data)));
    return tuple_of(vm, 2, from_small(family), bytes);
}
