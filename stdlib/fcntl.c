/* fcntl: control of open files. */
#include <fcntl.h>
#include <sys/file.h>
#include <sys/ioctl.h>

#include "objects/bytes.h"
#include "objects/exc.h"
#include "objects/int.h"
#include "objects/str.h"
#include "objects/want.h"
#include "stdlib/posix.h"

MODULE(fcntl, "This module performs file control and I/O control on file\n"
              "descriptors.  It is an interface to the fcntl() and ioctl() Unix\n"
              "routines.  File descriptors can be obtained with the fileno() method of\n"
              "a file or socket object.")

enum { LARGEST_ARGUMENT = 1024 };

/* What fcntl and ioctl get: a number, or memory that they may change. */
typedef struct Argument {
    i64 number;
    bool is_memory;
    usize size;
    char memory[LARGEST_ARGUMENT + 1];
} Argument;

static bool take_argument(VM *vm, const char *function, Value given, Argument *argument) {
    argument->is_memory = false;
    argument->number = 0;
    if (given == EMPTY) return true;
    if (is_int(given)) return object_to_i64(vm, given, &argument->number);
    Buffered bytes = {0};
    OWNED Value encoded = EMPTY;
    if (is_str(given)) {
        argument->size = to_str(given)->size;
        if (argument->size <= LARGEST_ARGUMENT) memcpy(argument->memory, to_str(given)->data, argument->size);
    } else {
        if (!buffered_get(vm, given, &bytes, false)) return false;
        argument->size = bytes.size;
        if (argument->size <= LARGEST_ARGUMENT) memcpy(argument->memory, bytes.data, bytes.size);
        buffered_release(vm, &bytes);
    }
    argument->is_memory = true;
    if (argument->size <= LARGEST_ARGUMENT) return true;
    raise_value(vm, "%s argument 3 is too long", function);
    return false;
}

/* Perform the operation `cmd` on file descriptor fd.
 *
 * The values used for `cmd` are operating system dependent, and are available
 * as constants in the fcntl module, using the same names as used in
 * the relevant C header files.  The argument arg is optional, and
 * defaults to 0; it may be an int or a string.  If arg is given as a string,
 * the return value of fcntl is a string of that length, containing the
 * resulting value put in the arg buffer by the operating system.  The length
 * of the arg string is not allowed to exceed 1024 bytes.  If the arg given
 * is an integer or if none is specified, the result value is an integer
 * corresponding to the return value of the fcntl call in the C code. */
FUNCTION(fcntl, fcntl, "(fd, cmd, arg=0, /)") {
    int fd, command;
    Argument argument;
    CHECK(descriptor_take(vm, args[0], &fd) && want_int(vm, args[1], &command));
    CHECK(take_argument(vm, "fcntl", args[2], &argument));
    int outcome = argument.is_memory ? BLOCKING(vm, fcntl(fd, command, argument.memory))
                                     : BLOCKING(vm, fcntl(fd, command, argument.number));
    if (outcome < 0) return posix_raise(vm);
    return argument.is_memory ? bytes_new(vm, argument.memory, argument.size) : from_small(outcome);
}

/* ioctl on memory that belongs to a bytearray or the like. */
static Value control_in_place(VM *vm, int fd, unsigned long request, Value given) {
    Buffered memory;
    CHECK(buffered_get(vm, given, &memory, true));
    int outcome = BLOCKING_ONCE(vm, ioctl(fd, request, memory.data));
    int error = errno;
    buffered_release(vm, &memory);
    errno = error;
    return outcome < 0 ? posix_raise(vm) : from_small(outcome);
}

/* Perform the operation request on file descriptor fd. */
FUNCTION(fcntl, ioctl, "(fd, request, arg=0, mutate_flag=True, /)") {
    int fd, changes = flag_take(vm, args[3], true);
    i64 request;
    Argument argument;
    CHECK(descriptor_take(vm, args[0], &fd) && object_to_i64(vm, args[1], &request));
    if (changes < 0) return FAIL;
    bool is_writable = args[2] != EMPTY && (has_kind(args[2], KIND_BYTEARRAY) || has_kind(args[2], KIND_OTHER));
    if (is_writable && changes) return control_in_place(vm, fd, (unsigned long)request, args[2]);
    CHECK(take_argument(vm, "ioctl", args[2], &argument));
    int outcome = argument.is_memory ? BLOCKING(vm, ioctl(fd, (unsigned long)request, argument.memory))
                                     : BLOCKING(vm, ioctl(fd, (unsigned long)request, argument.number));
    if (outcome < 0) return posix_raise(vm);
    return argument.is_memory ? bytes_new(vm, argument.memory, argument.size) : from_small(outcome);
}

/* Perform the lock operation `operation` on file descriptor `fd`.
 *
 * See the Unix manual page for flock(2) for details (On some systems, this
 * function is emulated using fcntl()). */
FUNCTION(fcntl, flock, "(fd, operation, /)") {
    int fd, operation;
    CHECK(descriptor_take(vm, args[0], &fd) && want_int(vm, args[1], &operation));
    POSIX_DONE(BLOCKING(vm, flock(fd, operation)));
}

/* A wrapper around the fcntl() locking calls. */
FUNCTION(fcntl, lockf, "(fd, cmd, len=0, start=0, whence=0, /)") {
    int fd, command, whence = 0;
    i64 size = 0, start = 0;
    CHECK(descriptor_take(vm, args[0], &fd) && want_int(vm, args[1], &command));
    if (args[2] != EMPTY) CHECK(object_to_i64(vm, args[2], &size));
    if (args[3] != EMPTY) CHECK(object_to_i64(vm, args[3], &start));
    if (args[4] != EMPTY) CHECK(want_int(vm, args[4], &whence));
    struct flock lock = {.l_start = start, .l_len = size, .l_whence = (short)whence};
    if (command == LOCK_UN) lock.l_type = F_UNLCK;
    else if (command & LOCK_SH) lock.l_type = F_RDLCK;
    else if (command & LOCK_EX) lock.l_type = F_WRLCK;
    else return raise_value(vm, "unrecognized lockf argument");
    POSIX_DONE(BLOCKING(vm, fcntl(fd, command & LOCK_NB ? F_SETLK : F_SETLKW, &lock)));
}

MODULE_INIT(fcntl) {
    static const Constant constants[] = {
#define C(name) {#name, name},
        C(LOCK_SH) C(LOCK_EX) C(LOCK_NB) C(LOCK_UN) C(LOCK_MAND) C(LOCK_READ) C(LOCK_WRITE) C(LOCK_RW)
        C(F_DUPFD) C(F_DUPFD_CLOEXEC) C(F_GETFD) C(F_SETFD) C(F_GETFL) C(F_SETFL) C(F_GETLK) C(F_SETLK)
        C(F_SETLKW) C(F_GETOWN) C(F_SETOWN) C(F_GETSIG) C(F_SETSIG) C(F_RDLCK) C(F_WRLCK) C(F_UNLCK)
        C(F_EXLCK) C(F_SHLCK) C(F_GETLK64) C(F_SETLK64) C(F_SETLKW64) C(F_OFD_GETLK) C(F_OFD_SETLK)
        C(F_OFD_SETLKW) C(FASYNC) C(FD_CLOEXEC) C(F_SETLEASE) C(F_GETLEASE) C(F_NOTIFY) C(DN_ACCESS)
        C(DN_MODIFY) C(DN_CREATE) C(DN_DELETE) C(DN_RENAME) C(DN_ATTRIB) C(DN_MULTISHOT) C(F_SETPIPE_SZ)
        C(F_GETPIPE_SZ) C(F_ADD_SEALS) C(F_GET_SEALS) C(F_SEAL_SEAL) C(F_SEAL_SHRINK) C(F_SEAL_GROW)
        C(F_SEAL_WRITE)
#undef C
        {NULL, 0},
    };
    return module_add_constants(vm, module, constants);
}
