/* posix: descriptors of open files. */
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <termios.h>
#include <unistd.h>

#include "objects/bytes.h"
#include "objects/exc.h"
#include "objects/float.h"
#include "objects/frame.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/record.h"
#include "objects/sequence.h"
#include "objects/str.h"
#include "objects/want.h"
#include "stdlib/posix.h"

static bool take_fd(VM *vm, Value given, int *fd) {
    return want_int(vm, given, fd);
}

/* ---- opening and closing ---- */

/* Open a file for low level IO.  Returns a file descriptor (integer).
 *
 * If dir_fd is not None, it should be a file descriptor open to a directory,
 *   and path should be relative; path will then be relative to that directory.
 * dir_fd may not be implemented on your platform.
 *   If it is unavailable, using it will raise a NotImplementedError. */
FUNCTION(posix, open, "(path, flags, mode=511, *, dir_fd=None)") {
    PATH(path);
    int flags, mode = 0777, dir_fd;
    CHECK(path_take(vm, args[0], "open", "path", 0, &path));
    CHECK(want_int(vm, args[1], &flags) && dir_fd_take(vm, args[3], &dir_fd));
    if (args[2] != EMPTY) CHECK(want_int(vm, args[2], &mode));
    int fd = BLOCKING(vm, openat(dir_fd, path.text, flags | O_CLOEXEC, mode));
    if (fd >= 0) return from_small(fd);
    return vm->exception != EMPTY ? FAIL : path_raise(vm, &path);
}

/* Close a file descriptor. */
FUNCTION(posix, close, "(fd)") {
    int fd;
    CHECK(take_fd(vm, args[0], &fd));
    POSIX_DONE(BLOCKING_ONCE(vm, close(fd)));
}

/* Closes all file descriptors in [fd_low, fd_high), ignoring errors. */
FUNCTION(posix, closerange, "(fd_low, fd_high, /)") {
    int low, high;
    CHECK(take_fd(vm, args[0], &low) && take_fd(vm, args[1], &high));
    if (low < 0) low = 0;
    if (high > low) close_range((unsigned)low, (unsigned)high - 1, 0);
    return NONE;
}

/* Return a duplicate of a file descriptor. */
FUNCTION(posix, dup, "(fd, /)") {
    int fd;
    CHECK(take_fd(vm, args[0], &fd));
    int made = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    return made < 0 ? posix_raise(vm) : from_small(made);
}

/* Duplicate file descriptor. */
FUNCTION(posix, dup2, "(fd, fd2, inheritable=True)") {
    int from, to, is_inheritable = flag_take(vm, args[2], true);
    CHECK(take_fd(vm, args[0], &from) && take_fd(vm, args[1], &to));
    if (is_inheritable < 0) return FAIL;
    int made = from == to || is_inheritable ? BLOCKING(vm, dup2(from, to))
                                            : BLOCKING(vm, dup3(from, to, O_CLOEXEC));
    return made < 0 ? posix_raise(vm) : from_small(made);
}

static Value make_pipe(VM *vm, int flags) {
    int ends[2];
    if (BLOCKING_ONCE(vm, pipe2(ends, flags)) < 0) return posix_raise(vm);
    return tuple_of(vm, 2, from_small(ends[0]), from_small(ends[1]));
}

/* Create a pipe.
 *
 * Returns a tuple of two file descriptors:
 *   (read_fd, write_fd) */
FUNCTION(posix, pipe, "()") {
    return make_pipe(vm, O_CLOEXEC);
}

/* Create a pipe with flags set atomically.
 *
 * Returns a tuple of two file descriptors:
 *   (read_fd, write_fd)
 *
 * flags can be constructed by ORing together one or more of these values:
 * O_NONBLOCK, O_CLOEXEC. */
FUNCTION(posix, pipe2, "(flags, /)") {
    int flags;
    CHECK(want_int(vm, args[0], &flags));
    return make_pipe(vm, flags);
}

/* ---- reading and writing ---- */

static Value read_at(VM *vm, Value *args, i64 offset) {
    int fd;
    i64 length;
    CHECK(take_fd(vm, args[0], &fd) && object_to_i64(vm, args[1], &length));
    if (length < 0) {
        errno = EINVAL;
        return posix_raise(vm);
    }
    if (length > 0x7FFFF000) length = 0x7FFFF000;
    OWNED Value made = TRY(bytes_new(vm, NULL, (usize)length));
    char *data = ((Bytes *)made)->data;
    ssize_t size = offset < 0 ? BLOCKING(vm, read(fd, data, (usize)length))
                              : BLOCKING(vm, pread(fd, data, (usize)length, offset));
    if (size < 0) return posix_raise(vm);
    return size == length ? TAKE(made) : bytes_new(vm, data, (usize)size);
}

/* Read from a file descriptor.  Returns a bytes object. */
FUNCTION(posix, read, "(fd, length, /)") {
    return read_at(vm, args, -1);
}

/* Read a number of bytes from a file descriptor starting at a particular offset.
 *
 * Read length bytes from file descriptor fd, starting at offset bytes from
 * the beginning of the file.  The file offset remains unchanged. */
FUNCTION(posix, pread, "(fd, length, offset, /)") {
    i64 offset;
    CHECK(object_to_i64(vm, args[2], &offset));
    if (offset >= 0) return read_at(vm, args, offset);
    errno = EINVAL;
    return posix_raise(vm);
}

static Value write_at(VM *vm, Value *args, i64 offset) {
    int fd;
    Buffered data;
    CHECK(take_fd(vm, args[0], &fd) && buffered_get(vm, args[1], &data, false));
    ssize_t size = offset < 0 ? BLOCKING(vm, write(fd, data.data, data.size))
                              : BLOCKING(vm, pwrite(fd, data.data, data.size, offset));
    int error = errno;
    buffered_release(vm, &data);
    errno = error;
    return size < 0 ? posix_raise(vm) : from_small(size);
}

/* Write a bytes object to a file descriptor. */
FUNCTION(posix, write, "(fd, data, /)") {
    return write_at(vm, args, -1);
}

/* Write bytes to a file descriptor starting at a particular offset.
 *
 * Write buffer to fd, starting at offset bytes from the beginning of
 * the file. Returns the number of bytes written.  Does not change the
 * current file offset. */
FUNCTION(posix, pwrite, "(fd, buffer, offset, /)") {
    i64 offset;
    CHECK(object_to_i64(vm, args[2], &offset));
    if (offset >= 0) return write_at(vm, args, offset);
    errno = EINVAL;
    return posix_raise(vm);
}

/* The memory of several bytes-like objects. */
typedef struct Pieces {
    Buffered *items;
    struct iovec *vectors;
    int count;
} Pieces;

static void release_pieces(VM *vm, Pieces *pieces) {
    int error = errno;
    for (int i = 0; i < pieces->count; i++) buffered_release(vm, &pieces->items[i]);
    free(pieces->items);
    free(pieces->vectors);
    errno = error;
}

static bool take_pieces(VM *vm, const char *function, Value sequence, bool writable,
                        Pieces *pieces) {
    if (!is_sequence(vm, sequence)) {
        raise_type(vm, "%s() arg 2 must be a sequence", function);
        return false;
    }
    OWNED Value list = object_to_list(vm, sequence);
    if (list == FAIL) return false;
    usize count = to_list(list)->count;
    *pieces = (Pieces){calloc(count + 1, sizeof *pieces->items),
                       calloc(count + 1, sizeof *pieces->vectors), 0};
    if (!pieces->items || !pieces->vectors) raise_memory(vm);
    bool ok = pieces->items && pieces->vectors;
    for (usize i = 0; ok && i < count; i++) {
        Buffered *item = &pieces->items[i];
        ok = buffered_get(vm, to_list(list)->items[i], item, writable);
        if (!ok) break;
        pieces->vectors[i] = (struct iovec){item->data, item->size};
        pieces->count++;
    }
    if (!ok) release_pieces(vm, pieces);
    return ok;
}

enum { AT_POSITION = -1 }; /* for preadv2 and pwritev2: where the descriptor stands, as readv and writev */

typedef struct Mover {
    const char *name; /* as messages have it */
    bool is_reading;
} Mover;

static Value move_pieces_at(VM *vm, Mover mover, Value *args, i64 offset, int flags) {
    int fd;
    Pieces pieces;
    CHECK(take_fd(vm, args[0], &fd) && 
          take_pieces(vm, mover.name, args[1], mover.is_reading, &pieces));
    ssize_t size = mover.is_reading
                       ? BLOCKING(vm, preadv2(fd, pieces.vectors, pieces.count, offset, flags))
                       : BLOCKING(vm, pwritev2(fd, pieces.vectors, pieces.count, offset, flags));
    release_pieces(vm, &pieces);
    return size < 0 ? posix_raise(vm) : from_small(size);
}

/* Read from a file descriptor fd into an iterable of buffers. */
FUNCTION(posix, readv, "(fd, buffers, /)") {
    return move_pieces_at(vm, (Mover){"readv", true}, args, AT_POSITION, 0);
}

/* Iterate over buffers, and write the contents of each to a file descriptor. */
FUNCTION(posix, writev, "(fd, buffers, /)") {
    return move_pieces_at(vm, (Mover){"writev", false}, args, AT_POSITION, 0);
}

/* Copy count bytes from file descriptor in_fd to file descriptor out_fd. */
FUNCTION(posix, sendfile, "(out_fd, in_fd, offset, count)") {
    int out, in;
    i64 offset = 0, count;
    CHECK(take_fd(vm, args[0], &out) && take_fd(vm, args[1], &in) && object_to_i64(vm, args[3], &count));
    bool has_offset = args[2] != NONE;
    if (has_offset) CHECK(object_to_i64(vm, args[2], &offset));
    ssize_t size = BLOCKING(vm, sendfile(out, in, has_offset ? &offset : NULL, (usize)count));
    return size < 0 ? posix_raise(vm) : from_small(size);
}

/* Copy count bytes from one file descriptor to another. */
FUNCTION(posix, copy_file_range, "(src, dst, count, offset_src=None, offset_dst=None)") {
    int from, to;
    i64 count, from_offset = 0, to_offset = 0;
    CHECK(take_fd(vm, args[0], &from) && take_fd(vm, args[1], &to) && object_to_i64(vm, args[2], &count));
    if (count < 0) return raise_value(vm, "negative value for 'count' not allowed");
    bool has_from = args[3] != EMPTY && args[3] != NONE, has_to = args[4] != EMPTY && args[4] != NONE;
    if (has_from) CHECK(object_to_i64(vm, args[3], &from_offset));
    if (has_to) CHECK(object_to_i64(vm, args[4], &to_offset));
    ssize_t size = BLOCKING(vm, copy_file_range(from, has_from ? &from_offset : NULL, to,
                                                has_to ? &to_offset : NULL, (usize)count, 0));
    return size < 0 ? posix_raise(vm) : from_small(size);
}

/* Set the position of a file descriptor.  Return the new position.
 *
 *   fd
 *     An open file descriptor, as returned by os.open().
 *   position
 *     Position, interpreted relative to 'whence'.
 *   whence
 *     The relative position to seek from. Valid values are:
 *     - SEEK_SET: seek from the start of the file.
 *     - SEEK_CUR: seek from the current file position.
 *     - SEEK_END: seek from the end of the file.
 *
 * The return value is the number of bytes relative to the beginning of the file. */
FUNCTION(posix, lseek, "(fd, position, whence, /)") {
    int fd, whence;
    i64 position;
    CHECK(take_fd(vm, args[0], &fd) && object_to_i64(vm, args[1], &position));
    CHECK(want_int(vm, args[2], &whence));
    i64 now = BLOCKING_ONCE(vm, lseek(fd, position, whence));
    return now < 0 ? posix_raise(vm) : int_from_i64(vm, now);
}

/* ---- on the disk ---- */

/* Force write of fd to disk. */
FUNCTION(posix, fsync, "(fd)") {
    int fd;
    CHECK(descriptor_take(vm, args[0], &fd));
    POSIX_DONE(BLOCKING(vm, fsync(fd)));
}

/* Force write of fd to disk without forcing update of metadata. */
FUNCTION(posix, fdatasync, "(fd)") {
    int fd;
    CHECK(descriptor_take(vm, args[0], &fd));
    POSIX_DONE(BLOCKING(vm, fdatasync(fd)));
}

/* Force write of everything to disk. */
FUNCTION(posix, sync, "()") {
    threads_release(vm);
    sync();
    threads_acquire(vm);
    return NONE;
}

/* Truncate a file, specified by file descriptor, to a specific length. */
FUNCTION(posix, ftruncate, "(fd, length, /)") {
    int fd;
    i64 length;
    CHECK(take_fd(vm, args[0], &fd) && object_to_i64(vm, args[1], &length));
    POSIX_DONE(BLOCKING(vm, ftruncate(fd, length)));
}

/* Ensure a file has allocated at least a particular number of bytes on disk. */
FUNCTION(posix, posix_fallocate, "(fd, offset, length, /)") {
    int fd;
    i64 offset, length;
    CHECK(take_fd(vm, args[0], &fd) && object_to_i64(vm, args[1], &offset));
    CHECK(object_to_i64(vm, args[2], &length));
    errno = BLOCKING_ONCE(vm, posix_fallocate(fd, offset, length));
    return errno ? posix_raise(vm) : NONE;
}

/* Announce an intention to access data in a specific pattern. */
FUNCTION(posix, posix_fadvise, "(fd, offset, length, advice, /)") {
    int fd, advice;
    i64 offset, length;
    CHECK(take_fd(vm, args[0], &fd) && object_to_i64(vm, args[1], &offset));
    CHECK(object_to_i64(vm, args[2], &length) && want_int(vm, args[3], &advice));
    errno = BLOCKING_ONCE(vm, posix_fadvise(fd, offset, length, advice));
    return errno ? posix_raise(vm) : NONE;
}

/* Apply, test or remove a POSIX lock on an open file descriptor. */
FUNCTION(posix, lockf, "(fd, command, length, /)") {
    int fd, command;
    i64 length;
    CHECK(take_fd(vm, args[0], &fd) && want_int(vm, args[1], &command));
    CHECK(object_to_i64(vm, args[2], &length));
    POSIX_DONE(BLOCKING(vm, lockf(fd, command, length)));
}

/* ---- flags of descriptors ---- */

/* Return True if the fd is connected to a terminal. */
FUNCTION(posix, isatty, "(fd, /)") {
    int fd;
    CHECK(take_fd(vm, args[0], &fd));
    return from_bool(isatty(fd));
}

/* Return the name of the terminal device connected to 'fd'. */
FUNCTION(posix, ttyname, "(fd, /)") {
    int fd;
    char name[PATH_MAX];
    CHECK(take_fd(vm, args[0], &fd));
    errno = ttyname_r(fd, name, sizeof name);
    return errno ? posix_raise(vm) : str_from_os(vm, name, strlen(name));
}

/* Get the close-on-exe flag of the specified file descriptor. */
FUNCTION(posix, get_inheritable, "(fd, /)") {
    int fd;
    CHECK(take_fd(vm, args[0], &fd));
    int flags = fcntl(fd, F_GETFD);
    return flags < 0 ? posix_raise(vm) : from_bool(!(flags & FD_CLOEXEC));
}

/* Set the inheritable flag of the specified file descriptor. */
FUNCTION(posix, set_inheritable, "(fd, inheritable, /)") {
    int fd, is_inheritable;
    CHECK(take_fd(vm, args[0], &fd) && want_int(vm, args[1], &is_inheritable));
    int flags = fcntl(fd, F_GETFD);
    if (flags >= 0) flags = fcntl(fd, F_SETFD, is_inheritable ? flags & ~FD_CLOEXEC : flags | FD_CLOEXEC);
    POSIX_DONE(flags);
}

/* Get the blocking mode of the file descriptor.
 *
 * Return False if the O_NONBLOCK flag is set, True if the flag is cleared. */
FUNCTION(posix, get_blocking, "(fd, /)") {
    int fd;
    CHECK(take_fd(vm, args[0], &fd));
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 ? posix_raise(vm) : from_bool(!(flags & O_NONBLOCK));
}

/* Set the blocking mode of the specified file descriptor.
 *
 * Set the O_NONBLOCK flag if blocking is False,
 * clear the O_NONBLOCK flag otherwise. */
FUNCTION(posix, set_blocking, "(fd, blocking, /)") {
    int fd;
    CHECK(take_fd(vm, args[0], &fd));
    int is_blocking = object_truth(vm, args[1]);
    if (is_blocking < 0) return FAIL;
    int flags = fcntl(fd, F_GETFL);
    if (flags >= 0) flags = fcntl(fd, F_SETFL, is_blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
    POSIX_DONE(flags);
}

/* Return a string describing the encoding of a terminal's file descriptor.
 *
 * The file descriptor must be attached to a terminal.
 * If the device is not a terminal, return None. */
FUNCTION(posix, device_encoding, "(fd)") {
    int fd;
    CHECK(take_fd(vm, args[0], &fd));
    return isatty(fd) ? str_from_text(vm, "UTF-8") : NONE;
}

/* ---- terminals ---- */

static const RecordField terminal_fields[] = {
    {"columns", "width of the terminal window in characters"},
    {"lines", "height of the terminal window in characters"},
    {NULL, NULL},
};
#define TERMINAL_DOC "A tuple of (columns, lines) for holding terminal window size"
RECORD(terminal_size, "os.terminal_size", terminal_fields, 2, TERMINAL_DOC)
TYPE(terminal_size, RECORD_TYPE(terminal_size, "os.terminal_size", TERMINAL_DOC))

/* Return the size of the terminal window as (columns, lines).
 *
 * The optional argument fd (default standard output) specifies
 * which file descriptor should be queried.
 *
 * If the file descriptor is not connected to a terminal, an OSError
 * is thrown.
 *
 * This function will only be defined if an implementation is
 * available for this system.
 *
 * shutil.get_terminal_size is the high-level function which should
 * normally be used, os.get_terminal_size is the low-level implementation. */
FUNCTION(posix, get_terminal_size, "(fd=1, /)") {
    int fd = STDOUT_FILENO;
    struct winsize size;
    if (args[0] != EMPTY) CHECK(take_fd(vm, args[0], &fd));
    if (ioctl(fd, TIOCGWINSZ, &size) < 0) return posix_raise(vm);
    Value values[] = {from_small(size.ws_col), from_small(size.ws_row)};
    return record_new(vm, &terminal_size_record, values);
}

/* Return the process group associated with the terminal specified by fd. */
FUNCTION(posix, tcgetpgrp, "(fd, /)") {
    int fd;
    CHECK(take_fd(vm, args[0], &fd));
    pid_t group = tcgetpgrp(fd);
    return group < 0 ? posix_raise(vm) : from_small(group);
}

/* Set the process group associated with the terminal specified by fd. */
FUNCTION(posix, tcsetpgrp, "(fd, pgid, /)") {
    int fd, group;
    CHECK(take_fd(vm, args[0], &fd) && want_int(vm, args[1], &group));
    POSIX_DONE(tcsetpgrp(fd, group));
}

/* Open a pseudo-terminal.
 *
 * Return a tuple of (master_fd, slave_fd) containing open file descriptors
 * for both the master and slave ends. */
FUNCTION(posix, openpty, "()") {
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), slave = -1;
    char name[PATH_MAX];
    if (master >= 0 && !grantpt(master) && !unlockpt(master) && !ptsname_r(master, name, sizeof name))
        slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave >= 0) return tuple_of(vm, 2, from_small(master), from_small(slave));
    int error = errno;
    if (master >= 0) close(master);
    errno = error;
    return posix_raise(vm);
}

/* ---- files without names ---- */

FUNCTION(posix, memfd_create, "(name, flags=MFD_CLOEXEC)") {
    PATH(path);
    int flags = MFD_CLOEXEC;
    CHECK(path_take(vm, args[0], "memfd_create", "name", 0, &path));
    if (args[1] != EMPTY) CHECK(want_int(vm, args[1], &flags));
    int fd = memfd_create(path.text, (unsigned)flags);
    return fd < 0 ? posix_raise(vm) : from_small(fd);
}

/* Creates and returns an event notification file descriptor. */
FUNCTION(posix, eventfd, "(initval, flags=EFD_CLOEXEC)") {
    int initial, flags = EFD_CLOEXEC;
    CHECK(want_int(vm, args[0], &initial));
    if (args[1] != EMPTY) CHECK(want_int(vm, args[1], &flags));
    int fd = eventfd((unsigned)initial, flags);
    return fd < 0 ? posix_raise(vm) : from_small(fd);
}

/* Read eventfd value */
FUNCTION(posix, eventfd_read, "(fd)") {
    int fd;
    u64 number;
    CHECK(descriptor_take(vm, args[0], &fd));
    if (BLOCKING(vm, read(fd, &number, sizeof number)) < 0) return posix_raise(vm);
    return int_from_u64(vm, number);
}

/* Write eventfd value. */
FUNCTION(posix, eventfd_write, "(fd, value)") {
    int fd;
    u64 number;
    CHECK(descriptor_take(vm, args[0], &fd));
    OWNED Value index = TRY(object_index(vm, args[1]));
    if (!int_fits_u64(index, &number)) return raise_overflow(vm, "int too big to convert");
    POSIX_DONE(BLOCKING(vm, write(fd, &number, sizeof number)));
}

/* ---- more of them ---- */

static Value move_pieces_from(VM *vm, Mover mover, Value *args) {
    i64 offset;
    int flags = 0;
    CHECK(object_to_i64(vm, args[2], &offset));
    if (args[3] != EMPTY) CHECK(want_int(vm, args[3], &flags));
    return move_pieces_at(vm, mover, args, offset, flags);
}

/* Reads from a file descriptor into a number of mutable bytes-like objects. */
FUNCTION(posix, preadv, "(fd, buffers, offset, flags=0, /)") {
    return move_pieces_from(vm, (Mover){"preadv2", true}, args);
}

/* Writes the contents of bytes-like objects to a file descriptor at a given offset. */
FUNCTION(posix, pwritev, "(fd, buffers, offset, flags=0, /)") {
    return move_pieces_from(vm, (Mover){"pwritev", false}, args);
}

/* Transfer count bytes from one pipe to a descriptor or vice versa. */
FUNCTION(posix, splice, "(src, dst, count, offset_src=None, offset_dst=None, flags=0)") {
    int from, to, flags = 0;
    i64 count, from_offset = 0, to_offset = 0;
    CHECK(take_fd(vm, args[0], &from) && take_fd(vm, args[1], &to) && object_to_i64(vm, args[2], &count));
    if (count < 0) return raise_value(vm, "negative value for 'count' not allowed");
    bool has_from = args[3] != EMPTY && args[3] != NONE, has_to = args[4] != EMPTY && args[4] != NONE;
    if (has_from) CHECK(object_to_i64(vm, args[3], &from_offset));
    if (has_to) CHECK(object_to_i64(vm, args[4], &to_offset));
    if (args[5] != EMPTY) CHECK(want_int(vm, args[5], &flags));
    ssize_t size = BLOCKING(vm, splice(from, has_from ? &from_offset : NULL, to, has_to ? &to_offset : NULL,
                                       (usize)count, (unsigned)flags));
    return size < 0 ? posix_raise(vm) : from_small(size);
}

/* Open and return a file descriptor for a master pseudo-terminal device. */
FUNCTION(posix, posix_openpt, "(oflag, /)") {
    int flags;
    CHECK(want_int(vm, args[0], &flags));
    int fd = posix_openpt(flags);
    if (fd < 0) return posix_raise(vm);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    return from_small(fd);
}

/* Grant access to the slave pseudo-terminal device. */
FUNCTION(posix, grantpt, "(fd, /)") {
    int fd;
    CHECK(descriptor_take(vm, args[0], &fd));
    POSIX_DONE(grantpt(fd));
}

/* Unlock a pseudo-terminal master/slave pair. */
FUNCTION(posix, unlockpt, "(fd, /)") {
    int fd;
    CHECK(descriptor_take(vm, args[0], &fd));
    POSIX_DONE(unlockpt(fd));
}

/* Return the name of the slave pseudo-terminal device. */
FUNCTION(posix, ptsname, "(fd, /)") {
    int fd;
    char name[PATH_MAX];
    CHECK(descriptor_take(vm, args[0], &fd));
    errno = ptsname_r(fd, name, sizeof name);
    return errno ? posix_raise(vm) : str_from_os(vm, name, strlen(name));
}

bool posix_add_descriptors(VM *vm, Value module) {
    return record_start(vm, &terminal_size_record) &&
           module_add(vm, module, "terminal_size",
                      incref(from_object(vm->types[TYPE_terminal_size])));
}
