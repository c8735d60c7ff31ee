/* _socket: names of hosts, services and interfaces, and numbers in network order. */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <unistd.h>

#include "objects/exc.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/want.h"
#include "stdlib/blocking.h"
#include "stdlib/socket.h"

/* ---- getaddrinfo ---- */

static bool take_service(VM *vm, Value v, Buffer *out) {
    if (is_int(v)) {
        i64 number;
        if (!object_to_i64(vm, v, &number)) return false;
        buffer_printf(out, "%ld", number);
        return true;
    }
    if (is_str(v))
        buffer_add_span(out, str_span(v));
    else if (has_kind(v, KIND_BYTES))
        buffer_add_span(out, bytes_span(v));
    else {
        raise_format(vm, EXC(OSError), "Int or String expected");
        return false;
    }
    return true;
}

static bool take_name(VM *vm, Value v, Buffer *out) {
    if (is_str(v)) return address_host(vm, v, out);
    if (has_kind(v, KIND_BYTES)) return buffer_add_span(out, bytes_span(v)), true;
    raise_type(vm, "getaddrinfo() argument 1 must be string or None");
    return false;
}

static Value show_info(VM *vm, const struct addrinfo *info) {
    Address address = {.size = info->ai_addrlen};
    memcpy(&address.at, info->ai_addr, info->ai_addrlen);
    OWNED Value shown = TRY(address_show(vm, &address));
    OWNED Value name =
        TRY(str_from_text(vm, info->ai_canonname ? info->ai_canonname : ""));
    return tuple_of(vm, 5, from_small(info->ai_family), from_small(info->ai_socktype),
                    from_small(info->ai_protocol), name, shown);
}

static Value show_infos(VM *vm, const struct addrinfo *info) {
    OWNED Value list = TRY(list_new(vm, 0));
    for (; info; info = info->ai_next) {
        Value item = TRY(show_info(vm, info));
        CHECK(list_push_owned(vm, to_list(list), item));
    }
    return TAKE(list);
}

static Value resolve(VM *vm, const char *host, const char *service, Value *args) {
    int given[4] = {0};
    for (int i = 0; i < 4; i++)
        if (args[i + 2] != EMPTY) CHECK(want_int(vm, args[i + 2], &given[i]));
    struct addrinfo *found = NULL, hints = {.ai_family = given[0],
                                            .ai_socktype = given[1],
                                            .ai_protocol = given[2],
                                            .ai_flags = given[3]};
    int error = BLOCKING_ONCE(vm, getaddrinfo(host, service, &hints, &found));
    if (error) return raise_resolution(vm, error);
    Value result = show_infos(vm, found);
    freeaddrinfo(found);
    return result;
}

/* getaddrinfo(host, port [, family, type, proto, flags])
 *     -> list of (family, type, proto, canonname, sockaddr)
 *
 * Resolve host and port into addrinfo struct. */
FUNCTION(_socket, getaddrinfo, "(host, port, family=0, type=0, proto=0, flags=0)") {
    Buffer host = {0}, service = {0};
    bool has_host = args[0] != NONE, has_service = args[1] != NONE;
    bool ok = !has_host || take_name(vm, args[0], &host);
    if (ok && has_service) ok = take_service(vm, args[1], &service);
    Value result = FAIL;
    if (ok)
        result = resolve(vm, has_host ? host.data ? host.data : "" : NULL,
                         has_service ? service.data ? service.data : "" : NULL, args);
    buffer_free(&host);
    buffer_free(&service);
    return result;
}

/* getnameinfo(sockaddr, flags) --> (host, port)
 *
 * Get host and port for a sockaddr. */
FUNCTION(_socket, getnameinfo, "(sockaddr, flags, /)") {
    int flags;
    CHECK(want_int(vm, args[1], &flags));
    if (!has_kind(args[0], KIND_TUPLE))
        return raise_type(vm, "getnameinfo() argument 1 must be a tuple");
    Tuple *parts = to_tuple(args[0]);
    if (parts->count < 2 || parts->count > 4 || !is_str(parts->items[0]))
        return raise_type(vm, "getnameinfo(): illegal sockaddr argument");
    struct addrinfo *found = NULL,
                    hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_DGRAM};
    int port, flow = 0, scope = 0;
    CHECK(want_int(vm, parts->items[1], &port));
    if (parts->count > 2) CHECK(want_int(vm, parts->items[2], &flow));
    if (parts->count > 3) CHECK(want_int(vm, parts->items[3], &scope));
    if (flow < 0 || flow > 0xFFFFF)
        return raise_overflow(vm, "getnameinfo(): flowinfo must be 0-1048575.");
    char service[16], host[NI_MAXHOST], shown[NI_MAXSERV];
    snprintf(service, sizeof service, "%d", port);
    int error = getaddrinfo(to_str(parts->items[0])->data, service, &hints, &found);
    if (error) return raise_resolution(vm, error);
    if (found->ai_next || (found->ai_family == AF_INET && parts->count != 2)) {
        bool is_many = found->ai_next;
        freeaddrinfo(found);
        return raise_format(vm, EXC(OSError),
                            is_many ? "sockaddr resolved to multiple addresses"
                                    : "IPv4 sockaddr must be 2 tuple");
    }
    if (found->ai_family == AF_INET6) {
        ((struct sockaddr_in6 *)found->ai_addr)->sin6_flowinfo = htonl((u32)flow);
        ((struct sockaddr_in6 *)found->ai_addr)->sin6_scope_id = (u32)scope;
    }
    error = BLOCKING_ONCE(vm, getnameinfo(found->ai_addr, found->ai_addrlen, host,
                                          sizeof host, shown, sizeof shown, flags));
    freeaddrinfo(found);
    if (error) return raise_resolution(vm, error);
    OWNED Value name = TRY(str_from_text(vm, host)),
                port_text = TRY(str_from_text(vm, shown));
    return tuple_of(vm, 2, name, port_text);
}

/* ---- hosts ---- */

static bool take_address(VM *vm, Value v, int family, Address *out) {
    Buffer name = {0};
    bool ok = address_host(vm, v, &name) &&
              address_resolve(vm, name.data ? name.data : "", family, out);
    buffer_free(&name);
    return ok;
}

/* gethostbyname(host) -> address
 *
 * Return the IP address (a string of the form '255.255.255.255') for a host. */
FUNCTION(_socket, gethostbyname, "(host, /)") {
    Address address = {0};
    CHECK(take_address(vm, args[0], AF_INET, &address));
    char text[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &((struct sockaddr_in *)&address.at)->sin_addr, text, sizeof text);
    return str_from_text(vm, text);
}

static Value raise_host(VM *vm, int error) {
    OWNED Value text = TRY(str_from_text(vm, hstrerror(error)));
    Value args[2] = {from_small(error), text};
    OWNED Value exception =
        TRY(object_call(vm, from_object(vm->types[TYPE_socket_herror]), args, 2, EMPTY));
    return raise_instance(vm, exception);
}

static Value texts_of(VM *vm, char **names) {
    OWNED Value list = TRY(list_new(vm, 0));
    for (; *names; names++) {
        Value name = TRY(str_from_text(vm, *names));
        CHECK(list_push_owned(vm, to_list(list), name));
    }
    return TAKE(list);
}

static Value addresses_of(VM *vm, const struct hostent *host) {
    OWNED Value list = TRY(list_new(vm, 0));
    for (char **at = host->h_addr_list; *at; at++) {
        char text[INET6_ADDRSTRLEN];
        inet_ntop(host->h_addrtype, *at, text, sizeof text);
        Value name = TRY(str_from_text(vm, text));
        CHECK(list_push_owned(vm, to_list(list), name));
    }
    return TAKE(list);
}

static Value show_host(VM *vm, const struct hostent *host) {
    OWNED Value name = TRY(str_from_text(vm, host->h_name));
    OWNED Value aliases = TRY(texts_of(vm, host->h_aliases));
    OWNED Value addresses = TRY(addresses_of(vm, host));
    return tuple_of(vm, 3, name, aliases, addresses);
}

enum { ANSWER_SIZE = 16384 };

/* gethostbyname_ex(host) -> (name, aliaslist, addresslist)
 *
 * Return the true host name, a list of aliases, and a list of IP addresses,
 * for a host.  The host argument is a string giving a host name or IP number. */
FUNCTION(_socket, gethostbyname_ex, "(host, /)") {
    Address address = {0};
    Buffer name = {0};
    char room[ANSWER_SIZE];
    struct hostent answer, *found = NULL;
    int error = 0;
    bool ok = address_host(vm, args[0], &name) &&
              address_resolve(vm, name.data ? name.data : "", AF_INET, &address);
    if (ok)
        BLOCKING_ONCE(vm, gethostbyname_r(name.data ? name.data : "", &answer, room,
                                          sizeof room, &found, &error));
    buffer_free(&name);
    if (!ok) return FAIL;
    return found ? show_host(vm, found) : raise_host(vm, error);
}

/* gethostbyaddr(host) -> (name, aliaslist, addresslist)
 *
 * Return the true host name, a list of aliases, and a list of IP addresses,
 * for a host.  The host argument is a string giving a host name or IP number. */
FUNCTION(_socket, gethostbyaddr, "(host, /)") {
    Address address = {0};
    char room[ANSWER_SIZE];
    struct hostent answer, *found = NULL;
    int error = 0, family;
    CHECK(take_address(vm, args[0], AF_UNSPEC, &address));
    family = address.at.ss_family;
    const void *at = family == AF_INET
                         ? (void *)&((struct sockaddr_in *)&address.at)->sin_addr
                         : (void *)&((struct sockaddr_in6 *)&address.at)->sin6_addr;
    BLOCKING_ONCE(vm, gethostbyaddr_r(at, family == AF_INET ? 4 : 16, family, &answer,
                                      room, sizeof room, &found, &error));
    return found ? show_host(vm, found) : raise_host(vm, error);
}

/* gethostname() -> string
 *
 * Return the current host name. */
FUNCTION(_socket, gethostname, "()") {
    char name[1024] = "";
    if (gethostname(name, sizeof name - 1) < 0) return raise_os(vm, errno, EMPTY);
    return str_from_os(vm, name, strlen(name));
}

/* sethostname(name)
 *
 * Sets the hostname to name. */
FUNCTION(_socket, sethostname, "(name, /)") {
    Buffered bytes;
    if (is_str(args[0])) {
        Span name = str_span(args[0]);
        return sethostname(name.data, name.length) ? raise_os(vm, errno, EMPTY) : NONE;
    }
    CHECK(buffered_get(vm, args[0], &bytes, false));
    int outcome = sethostname(bytes.data, bytes.size);
    buffered_release(vm, &bytes);
    return outcome ? raise_os(vm, errno, EMPTY) : NONE;
}

/* ---- services and protocols ---- */

/* The text of an optional str argument, NULL if it is left out; false: not a str. */
static bool take_text(VM *vm, Value v, const char *function, const char *argument,
                      const char **text) {
    *text = NULL;
    if (v == EMPTY) return true;
    if (!want_str(vm, function, argument, v)) return false;
    *text = want_c_text(vm, v);
    return *text;
}

/* getservbyname(servicename[, protocolname]) -> integer
 *
 * Return a port number from a service name and protocol name.
 * The optional protocol name, if given, should be 'tcp' or 'udp',
 * otherwise any protocol will match. */
FUNCTION(_socket, getservbyname, "(servicename, protocolname=None, /)") {
    const char *name, *protocol;
    CHECK(take_text(vm, args[0], "getservbyname", "argument 1", &name));
    CHECK(take_text(vm, args[1], "getservbyname", "argument 2", &protocol));
    struct servent *found = getservbyname(name, protocol);
    if (!found) return raise_format(vm, EXC(OSError), "service/proto not found");
    return from_small(ntohs((u16)found->s_port));
}

/* getservbyport(port[, protocolname]) -> string
 *
 * Return the service name from a port number and protocol name.
 * The optional protocol name, if given, should be 'tcp' or 'udp',
 * otherwise any protocol will match. */
FUNCTION(_socket, getservbyport, "(port, protocolname=None, /)") {
    int port;
    const char *protocol;
    CHECK(want_int(vm, args[0], &port));
    CHECK(take_text(vm, args[1], "getservbyport", "argument 2", &protocol));
    if (port < 0 || port > 0xFFFF)
        return raise_overflow(vm, "getservbyport: port must be 0-65535.");
    struct servent *found = getservbyport(htons((u16)port), protocol);
    if (!found) return raise_format(vm, EXC(OSError), "port/proto not found");
    return str_from_text(vm, found->s_name);
}

/* getprotobyname(name) -> integer
 *
 * Return the protocol number for the named protocol.  (Rarely used.) */
FUNCTION(_socket, getprotobyname, "(name, /)") {
    const char *name;
    CHECK(take_text(vm, args[0], "getprotobyname", "argument", &name));
    struct protoent *found = getprotobyname(name);
    if (!found) return raise_format(vm, EXC(OSError), "protocol not found");
    return from_small(found->p_proto);
}

/* ---- addresses as numbers ---- */

/* inet_aton(string) -> bytes giving packed 32-bit IP representation
 *
 * Convert an IP address in string format (123.45.67.89) to the 32-bit packed
 * binary format used in low-level network functions. */
FUNCTION(_socket, inet_aton, "(ip_addr, /)") {
    const char *text;
    struct in_addr at;
    CHECK(take_text(vm, args[0], "inet_aton", "argument", &text));
    if (!inet_aton(text, &at))
        return raise_format(vm, EXC(OSError),
                            "illegal IP address string passed to inet_aton");
    return bytes_new(vm, (char *)&at, 4);
}

/* inet_ntoa(packed_ip) -> ip_address_string
 *
 * Convert an IP address from 32-bit packed binary format to string format */
FUNCTION(_socket, inet_ntoa, "(packed_ip, /)") {
    Buffered bytes;
    char text[INET_ADDRSTRLEN] = "";
    CHECK(buffered_get(vm, args[0], &bytes, false));
    bool fits = bytes.size == 4;
    if (fits) inet_ntop(AF_INET, bytes.data, text, sizeof text);
    buffered_release(vm, &bytes);
    if (!fits)
        return raise_format(vm, EXC(OSError), "packed IP wrong length for inet_ntoa");
    return str_from_text(vm, text);
}

/* inet_pton(af, ip) -> packed IP address string
 *
 * Convert an IP address from string format to a packed string suitable
 * for use with low-level network functions. */
FUNCTION(_socket, inet_pton, "(af, ip, /)") {
    int family;
    const char *text;
    char packed[16];
    CHECK(want_int(vm, args[0], &family));
    CHECK(take_text(vm, args[1], "inet_pton", "argument 2", &text));
    int outcome = inet_pton(family, text, packed);
    if (outcome < 0) return raise_os(vm, errno, EMPTY);
    if (!outcome)
        return raise_format(vm, EXC(OSError),
                            "illegal IP address string passed to inet_pton");
    return bytes_new(vm, packed, family == AF_INET ? 4 : 16);
}

/* inet_ntop(af, packed_ip) -> string formatted IP address
 *
 * Convert a packed IP address of the given family to string format. */
FUNCTION(_socket, inet_ntop, "(af, packed_ip, /)") {
    int family;
    Buffered bytes;
    char text[INET6_ADDRSTRLEN] = "";
    CHECK(want_int(vm, args[0], &family));
    if (family != AF_INET && family != AF_INET6)
        return raise_value(vm, "unknown address family %d", family);
    CHECK(buffered_get(vm, args[1], &bytes, false));
    bool fits = bytes.size == (family == AF_INET ? 4 : 16);
    if (fits) inet_ntop(family, bytes.data, text, sizeof text);
    buffered_release(vm, &bytes);
    if (!fits) return raise_value(vm, "invalid length of packed IP address string");
    return str_from_text(vm, text);
}

static Value turn_16(VM *vm, Value v, const char *function) {
    i64 number;
    CHECK(object_to_i64(vm, v, &number));
    if (number < 0)
        return raise_overflow(vm,
                              "%s: can't convert negative Python int to C "
                              "16-bit unsigned integer",
                              function);
    if (number > 0xFFFF)
        return raise_overflow(vm,
                              "%s: Python int too large to convert to C "
                              "16-bit unsigned integer",
                              function);
    return from_small(htons((u16)number));
}

static Value turn_32(VM *vm, Value v) {
    u64 number;
    if (!is_int(v)) return raise_type(vm, "expected int, %T found", v);
    if (!int_fits_u64(v, &number))
        return raise_overflow(vm, int_is_negative(v)
                                      ? "can't convert negative value to unsigned int"
                                      : "Python int too large to convert to C unsigned "
                                        "long");
    if (number > UINT32_MAX) return raise_overflow(vm, "int larger than 32 bits");
    return from_small(htonl((u32)number));
}

/* Convert a 16-bit unsigned integer from network to host byte order. */
FUNCTION(_socket, ntohs, "(x, /)") {
    return turn_16(vm, args[0], "ntohs");
}

/* Convert a 16-bit unsigned integer from host to network byte order. */
FUNCTION(_socket, htons, "(x, /)") {
    return turn_16(vm, args[0], "htons");
}

/* Convert a 32-bit unsigned integer from network to host byte order. */
FUNCTION(_socket, ntohl, "(x, /)") {
    return turn_32(vm, args[0]);
}

/* Convert a 32-bit unsigned integer from host to network byte order. */
FUNCTION(_socket, htonl, "(x, /)") {
    return turn_32(vm, args[0]);
}

/* ---- interfaces ---- */

static Value show_interfaces(VM *vm, const struct if_nameindex *at) {
    OWNED Value list = TRY(list_new(vm, 0));
    for (; at->if_index; at++) {
        OWNED Value name = TRY(str_from_os(vm, at->if_name, strlen(at->if_name)));
        Value pair = TRY(tuple_of(vm, 2, from_small(at->if_index), name));
        CHECK(list_push_owned(vm, to_list(list), pair));
    }
    return TAKE(list);
}

/* if_nameindex()
 *
 * Returns a list of network interface information (index, name) tuples. */
FUNCTION(_socket, if_nameindex, "()") {
    struct if_nameindex *found = if_nameindex();
    if (!found) return raise_os(vm, errno, EMPTY);
    Value result = show_interfaces(vm, found);
    if_freenameindex(found);
    return result;
}

/* Returns the interface index corresponding to the interface name if_name. */
FUNCTION(_socket, if_nametoindex, "(oname, /)") {
    const char *name;
    CHECK(take_text(vm, args[0], "if_nametoindex", "argument", &name));
    u32 index = if_nametoindex(name);
    if (!index) return raise_format(vm, EXC(OSError), "no interface with this name");
    return from_small(index);
}

/* Returns the interface name corresponding to the interface index if_index. */
FUNCTION(_socket, if_indextoname, "(if_index, /)") {
    i64 index;
    char name[IF_NAMESIZE + 1];
    if (!is_int(args[0])) return raise_type(vm, "an integer is required");
    CHECK(object_to_i64(vm, args[0], &index));
    if (index < 0) return raise_overflow(vm, "can't convert negative value to unsigned int");
    if (index > UINT32_MAX) return raise_overflow(vm, "Python int too large to convert to C unsigned long");
    if (!if_indextoname((u32)index, name)) return raise_os(vm, errno, EMPTY);
    return str_from_os(vm, name, strlen(name));
}
