/* FileIO: a file of the system, without a buffer. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "objects/exc.h"
#include "objects/int.h"
#include "objects/want.h"
#include "stdlib/blocking.h"
#include "stdlib/io.h"
#include "stdlib/path.h"

enum { READ_ALL_START = 65536, LARGEST_READ = 0x7FFFF000 };

static FileIO *to_file(Value v) {
    return (FileIO *)v;
}

static bool check_open(VM *vm, FileIO *file) {
    if (LIKELY(file->fd >= 0)) return true;
    raise_value(vm, "I/O operation on closed file");
    return false;
}

static bool check_mode(VM *vm, bool is_allowed, const char *action) {
    if (LIKELY(is_allowed)) return true;
    Type *type = io_unsupported_type(vm);
    if (type) raise_format(vm, type, "File not open for %s", action);
    return false;
}

/* ---- opening ---- */

static Value make(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    FileIO *file = (FileIO *)object_new(vm, type);
    if (!file) return FAIL;
    file->fd = -1;
    file->close_fd = true;
    file->seekable = -1;
    file->name = EMPTY;
    return from_object(file);
}

static bool bad_mode(VM *vm) {
    raise_value(vm, "Must have exactly one of create/read/write/append "
                    "mode and at most one plus");
    return false;
}

/* The flags of open(2) for a mode, and what the file can do. */
static bool parse_mode(VM *vm, FileIO *file, const char *mode, int *flags) {
    bool has_kind_letter = false, has_plus = false;
    *flags = O_CLOEXEC;
    for (const char *at = mode; *at; at++) {
        if (*at == 'b') continue;
        if (*at == '+') {
            if (has_plus) return bad_mode(vm);
            has_plus = file->readable = file->writable = true;
            continue;
        }
        if (!strchr("xrwa", *at)) {
            raise_value(vm, "invalid mode: %s", mode);
            return false;
        }
        if (has_kind_letter) return bad_mode(vm);
        has_kind_letter = true;
        file->readable |= *at == 'r';
        file->writable |= *at != 'r';
        file->created = *at == 'x';
        file->appending = *at == 'a';
        if (*at == 'x') *flags |= O_EXCL | O_CREAT;
        if (*at == 'w') *flags |= O_CREAT | O_TRUNC;
        if (*at == 'a') *flags |= O_CREAT | O_APPEND;
    }
    if (!has_kind_letter) return bad_mode(vm);
    *flags |= file->readable ? (file->writable ? O_RDWR : O_RDONLY) : O_WRONLY;
    return true;
}

static bool open_with_opener(VM *vm, FileIO *file, Value opener, Value name, int flags) {
    OWNED Value fd = TRY_OR_FALSE(call_2(vm, opener, name, from_small(flags)));
    if (!is_int(fd)) {
        raise_type(vm, "expected integer from opener");
        return false;
    }
    if (!want_int(vm, fd, &file->fd)) return false;
    if (file->fd >= 0) return true;
    int given = file->fd;
    file->fd = -1;
    raise_value(vm, "opener returned %d", given);
    return false;
}

static bool open_path(VM *vm, FileIO *file, Value name, int flags) {
    Buffer path = {0};
    if (!path_to_os(vm, "", name, &path)) return false;
    file->fd = BLOCKING(vm, open(path.data, flags, 0666));
    buffer_free(&path);
    if (file->fd >= 0) return true;
    blocking_raise(vm, name);
    return false;
}

static bool examine(VM *vm, FileIO *file, Value name) {
    struct stat status;
    file->block_size = IO_BUFFER_SIZE;
    if (fstat(file->fd, &status) < 0) {
        raise_os(vm, errno, EMPTY);
        return false;
    }
    if (S_ISDIR(status.st_mode)) {
        raise_os(vm, EISDIR, name);
        return false;
    }
    if (status.st_blksize > 1) file->block_size = (u32)status.st_blksize;
    return true;
}

static void seek_end(VM *vm, FileIO *file) {
    if (file->appending && fileio_seek(vm, file, 0, SEEK_END) < 0) exception_clear(vm);
}

/* `name` is a path, or a descriptor when is_descriptor. */
static bool open_file(VM *vm, FileIO *file, Value name, const char *mode, Value opener) {
    int flags, fd = -1;
    bool is_descriptor = is_int(name) && (is_small(name) || is_bool(name));
    if (is_descriptor) {
        if (is_bool(name) && !warn(vm, EXC(RuntimeWarning), 1, "bool is used as a file descriptor"))
            return false;
        if (!want_int(vm, name, &fd)) return false;
        if (fd < 0) {
            raise_value(vm, "negative file descriptor");
            return false;
        }
    }
    if (!parse_mode(vm, file, mode, &flags)) return false;
    if (is_descriptor) {
        file->fd = fd;
    } else if (!file->close_fd) {
        raise_value(vm, "Cannot use closefd=False with file name");
        return false;
    } else if (opener != EMPTY && opener != NONE) {
        if (!open_with_opener(vm, file, opener, name, flags)) return false;
    } else if (!open_path(vm, file, name, flags)) {
        return false;
    }
    if (examine(vm, file, name)) return true;
    if (!is_descriptor) close(file->fd);
    file->fd = -1;
    return false;
}

static int close_descriptor(VM *vm, FileIO *file) {
    int fd = file->fd;
    file->fd = -1;
    threads_release(vm);
    int outcome = close(fd), error = errno;
    threads_acquire(vm);
    errno = error;
    return outcome;
}

static bool init(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"file", "mode", "closefd", "opener", NULL};
    static const Arguments arguments = {"FileIO", names, 0, 4, 1};
    Value given[4];
    FileIO *file = to_file(self);
    if (!arguments_bind(vm, &arguments, args, nargs, kwnames, given)) return false;
    if (given[1] != EMPTY && !want_str(vm, "FileIO", "argument 'mode'", given[1])) return false;
    const char *mode = given[1] == EMPTY ? "r" : want_c_text(vm, given[1]);
    int closes = given[2] == EMPTY ? 1 : object_truth(vm, given[2]);
    if (!mode || closes < 0) return false;
    if (file->fd >= 0) {
        if (file->close_fd) close_descriptor(vm, file);
        file->fd = -1;
    }
    file->created = file->readable = file->writable = file->appending = false;
    file->seekable = -1;
    file->close_fd = closes;
    OWNED Value name = incref(given[0]);
    if (!open_file(vm, file, name, mode, given[3])) return false;
    replace(&file->name, TAKE(name));
    seek_end(vm, file);
    return true;
}

Value fileio_wrap(VM *vm, int fd, const char *mode, bool close_fd) {
    OWNED Value self = TRY(make(vm, vm->types[TYPE_FileIO], NULL, 0, EMPTY));
    to_file(self)->close_fd = close_fd;
    CHECK(open_file(vm, to_file(self), from_small(fd), mode, EMPTY));
    replace(&to_file(self)->name, from_small(fd));
    return TAKE(self);
}

/* ---- dropping ---- */

/* `source` is the file that the program dropped: self or one that uses it. */
static void warn_unclosed(VM *vm, Value self, Value source) {
    FileIO *file = to_file(self);
    if (file->fd < 0 || !file->close_fd) return;
    OWNED Value exception = exception_take(vm);
    OWNED Value text = str_format(vm, "unclosed file %R", source);
    if (text == FAIL || !vm->hooks.warn(vm, EXC(ResourceWarning), text, 1, source))
        vm->hooks.unraisable(vm, NULL, self);
    exception_restore(vm, TAKE(exception));
}

static void finalize(VM *vm, Value self) {
    FileIO *file = to_file(self);
    bool is_plain = io_is_plain(vm, self, TYPE_FileIO);
    if (is_plain && file->fd < 0) return;
    if (!is_plain || !file->close_fd) {
        file->finalizing = true;
        io_finalize(vm, self);
        return;
    }
    warn_unclosed(vm, self, self);
    if (file->fd >= 0) close_descriptor(vm, file);
}

static void free_file(VM *vm, Obj *self) {
    decref(take(&((FileIO *)self)->name));
}

static void visit(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((FileIO *)self)->name);
}

/* ---- what it is ---- */

static const char *mode_text(const FileIO *file) {
    if (file->created) return file->readable ? "xb+" : "xb";
    if (file->appending) return file->readable ? "ab+" : "ab";
    if (file->readable) return file->writable ? "rb+" : "rb";
    return "wb";
}

static Value repr(VM *vm, Value self) {
    FileIO *file = to_file(self);
    const char *type = type_name_of(vm, self);
    if (file->fd < 0) return str_format(vm, "<%s [closed]>", type);
    const char *closes = file->close_fd ? "True" : "False";
    if (file->name == EMPTY) {
        return str_format(vm, "<%s fd=%d mode='%s' closefd=%s>", type, file->fd,
                          mode_text(file), closes);
    }
    int entered = repr_enter(vm, self);
    if (entered < 0) return FAIL;
    if (entered) return raise_runtime(vm, "reentrant call inside %s.__repr__", type);
    Value text = str_format(vm, "<%s name=%R mode='%s' closefd=%s>", type, file->name,
                            mode_text(file), closes);
    repr_leave(vm, self);
    return text;
}

/* Open a file.
 *
 * The mode can be 'r' (default), 'w', 'x' or 'a' for reading,
 * writing, exclusive creation or appending.  The file will be created if it
 * doesn't exist when opened for writing or appending; it will be truncated
 * when opened for writing.  A FileExistsError will be raised if it already
 * exists when opened for creating. Opening a file for creating implies
 * writing so this mode behaves in a similar way to 'w'.Add a '+' to the mode
 * to allow simultaneous reading and writing. A custom opener can be used by
 * passing a callable as *opener*. The underlying file descriptor for the file
 * object is then obtained by calling opener with (*name*, *flags*).
 * *opener* must return an open file descriptor (passing os.open as *opener*
 * results in functionality similar to passing None). */
TYPE(FileIO, .name = "_io.FileIO", .base = TYPE__RawIOBase, .size = sizeof(FileIO),
     .kind = KIND_OTHER,
     .slots = {
         .new = make,
         .init = init,
         .free = free_file,
         .visit = visit,
         .finalize = finalize,
         .repr = repr,
     })

/* True if the file is closed */
GETTER(FileIO, closed) {
    return from_bool(to_file(self)->fd < 0);
}

/* True if the file descriptor will be closed by close(). */
GETTER(FileIO, closefd) {
    return from_bool(to_file(self)->close_fd);
}

/* String giving the file mode */
GETTER(FileIO, mode) {
    return str_from_text(vm, mode_text(to_file(self)));
}

GETTER(FileIO, name) {
    Value name = to_file(self)->name;
    return name != EMPTY ? incref(name) : raise_attribute(vm, self, NAME(name));
}
SETTER(FileIO, name) {
    if (value == EMPTY && to_file(self)->name == EMPTY)
        return raise_attribute(vm, self, NAME(name)) != FAIL;
    replace(&to_file(self)->name, incref(value));
    return true;
}

GETTER(FileIO, _blksize) {
    return from_small(to_file(self)->block_size);
}
SETTER(FileIO, _blksize) {
    int size;
    if (!want_int(vm, value, &size)) return false;
    to_file(self)->block_size = (u32)size;
    return true;
}

GETTER(FileIO, _finalizing) {
    return from_bool(to_file(self)->finalizing);
}
SETTER(FileIO, _finalizing) {
    to_file(self)->finalizing = object_truth(vm, value) > 0;
    return true;
}

/* Return the underlying file descriptor (an integer). */
METHOD(FileIO, fileno, "($self, /)") {
    CHECK(check_open(vm, to_file(args[0])));
    return from_small(to_file(args[0])->fd);
}

/* True if file was opened in a read mode. */
METHOD(FileIO, readable, "($self, /)") {
    CHECK(check_open(vm, to_file(args[0])));
    return from_bool(to_file(args[0])->readable);
}

/* True if file was opened in a write mode. */
METHOD(FileIO, writable, "($self, /)") {
    CHECK(check_open(vm, to_file(args[0])));
    return from_bool(to_file(args[0])->writable);
}

static bool is_seekable(FileIO *file) {
    if (file->seekable < 0) file->seekable = lseek(file->fd, 0, SEEK_CUR) >= 0;
    return file->seekable;
}

/* True if file supports random-access. */
METHOD(FileIO, seekable, "($self, /)") {
    CHECK(check_open(vm, to_file(args[0])));
    return from_bool(is_seekable(to_file(args[0])));
}

bool fileio_is_terminal(const FileIO *file) {
    struct termios settings;
    return file->fd >= 0 && !ioctl(file->fd, TCGETS, &settings);
}

/* True if the file is connected to a TTY device. */
METHOD(FileIO, isatty, "($self, /)") {
    CHECK(check_open(vm, to_file(args[0])));
    return from_bool(fileio_is_terminal(to_file(args[0])));
}

METHOD(FileIO, _dealloc_warn, "($self, source, /) shown ($self, object, /)") {
    warn_unclosed(vm, args[0], args[1]);
    return NONE;
}

/* Close the file.
 *
 * A closed file cannot be used for further I/O operations.  close() may be
 * called more than once without error. */
METHOD(FileIO, close, "($self, /)") {
    FileIO *file = to_file(args[0]);
    Value done = iobase_close(vm, args[0]);
    if (!file->close_fd || file->fd < 0) {
        file->fd = -1;
        return done;
    }
    Value exception = exception_take(vm);
    if (file->finalizing) warn_unclosed(vm, args[0], args[0]);
    if (file->fd >= 0 && close_descriptor(vm, file) < 0 && exception == EMPTY)
        return raise_os(vm, errno, EMPTY);
    exception_restore(vm, exception);
    return exception == EMPTY ? done : FAIL;
}

/* ---- reading ---- */

i64 fileio_read(VM *vm, FileIO *file, char *to, usize size) {
    int fd = file->fd;
    if (size > LARGEST_READ) size = LARGEST_READ;
    ssize_t got = BLOCKING(vm, read(fd, to, size));
    if (LIKELY(got >= 0)) return got;
    if (errno == EAGAIN) return -2;
    blocking_raise(vm, EMPTY);
    return -1;
}

/* Raw memory is read into, because a buffer of the heap may move while others run. */
static Value read_bytes(VM *vm, FileIO *file, usize size) {
    OWNED Value data = TRY(bytes_new(vm, NULL, size));
    i64 got = fileio_read(vm, file, ((Bytes *)data)->data, size);
    if (got == -1) return FAIL;
    if (got == -2) return NONE;
    return (usize)got == size ? TAKE(data) : bytes_new(vm, ((Bytes *)data)->data, (usize)got);
}

/* What is probably left of the file, and one byte more to see its end. */
static usize guess_rest(FileIO *file) {
    struct stat status;
    i64 position = lseek(file->fd, 0, SEEK_CUR);
    if (position < 0 || fstat(file->fd, &status) < 0 || status.st_size < position)
        return IO_BUFFER_SIZE;
    return (usize)(status.st_size - position) + 1;
}

Value fileio_read_all(VM *vm, FileIO *file) {
    Buffer all = {0};
    for (usize wanted = guess_rest(file);; wanted = all.length + READ_ALL_START) {
        char *room = buffer_reserve(&all, wanted);
        if (!room) {
            buffer_free(&all);
            return raise_memory(vm);
        }
        i64 got = 1;
        for (usize left = wanted; left && got > 0; left -= (usize)got) {
            got = fileio_read(vm, file, all.data + all.length, left);
            if (got > 0) all.length += (usize)got;
        }
        if (got > 0) continue;
        bool is_nothing = got == -1 || (got == -2 && !all.length);
        if (!is_nothing) return bytes_from_buffer(vm, &all);
        buffer_free(&all);
        return got == -1 ? FAIL : NONE;
    }
}

/* Read at most size bytes, returned as bytes.
 *
 * If size is less than 0, read all bytes in the file making multiple read calls.
 * See ``FileIO.readall``.
 *
 * Attempts to make only one system call, retrying only per PEP 475 (EINTR). This means
 * less data may be returned than requested.
 *
 * In non-blocking mode, returns None if no data is available. Return an empty bytes
 * object at EOF. */
METHOD(FileIO, read, "($self, size=-1, /)") {
    FileIO *file = to_file(args[0]);
    i64 size;
    CHECK(io_take_size(vm, args[1], &size));
    CHECK(check_open(vm, file) && check_mode(vm, file->readable, "reading"));
    if (size < 0) return fileio_read_all(vm, file);
    return read_bytes(vm, file, size > LARGEST_READ ? LARGEST_READ : (usize)size);
}

/* Read all data from the file, returned as bytes.
 *
 * Reads until either there is an error or read returns size 0 (EOF). If the file is already
 * at EOF, returns an empty bytes object.
 *
 * In non-blocking mode, returns as much data as could be read before EAGAIN. If no data
 * is available (EAGAIN is returned before bytes are read) returns None. */
METHOD(FileIO, readall, "($self, /)") {
    CHECK(check_open(vm, to_file(args[0])));
    return fileio_read_all(vm, to_file(args[0]));
}

/* Same as RawIOBase.readinto(). */
METHOD(FileIO, readinto, "($self, buffer, /)") {
    FileIO *file = to_file(args[0]);
    CHECK(check_open(vm, file) && check_mode(vm, file->readable, "reading"));
    Buffered lent;
    CHECK(buffered_get_writable(vm, "readinto() argument 1", args[1], &lent));
    i64 got = fileio_read(vm, file, lent.data, lent.size);
    buffered_release(vm, &lent);
    return got >= 0 ? from_small(got) : got == -2 ? NONE : FAIL;
}

/* ---- writing ---- */

i64 fileio_write(VM *vm, FileIO *file, const char *data, usize size) {
    int fd = file->fd;
    if (size > LARGEST_READ) size = LARGEST_READ;
    ssize_t written = BLOCKING(vm, write(fd, data, size));
    if (LIKELY(written >= 0)) return written;
    if (errno == EAGAIN) return -2;
    blocking_raise(vm, EMPTY);
    return -1;
}

/* Write buffer b to file, return number of bytes written.
 *
 * Only makes one system call, so not all of the data may be written.
 * The number of bytes actually written is returned.  In non-blocking mode,
 * returns None if the write would block. */
METHOD(FileIO, write, "($self, b, /)") {
    FileIO *file = to_file(args[0]);
    Buffered lent;
    CHECK(buffered_get(vm, args[1], &lent, false));
    bool can_write = check_open(vm, file) && check_mode(vm, file->writable, "writing");
    i64 written = !can_write ? -1 : fileio_write(vm, file, lent.data, lent.size);
    buffered_release(vm, &lent);
    return written >= 0 ? from_small(written) : written == -2 ? NONE : FAIL;
}

/* ---- position ---- */

i64 fileio_seek(VM *vm, FileIO *file, i64 position, int whence) {
    int fd = file->fd;
    i64 reached = BLOCKING_ONCE(vm, lseek(fd, position, whence));
    if (file->seekable < 0) file->seekable = reached >= 0;
    if (reached < 0) raise_os(vm, errno, EMPTY);
    return reached;
}

static Value seek_to(VM *vm, FileIO *file, i64 position, int whence) {
    i64 reached = fileio_seek(vm, file, position, whence);
    return reached < 0 ? FAIL : int_from_i64(vm, reached);
}

/* Move to new file position and return the file position.
 *
 * Argument offset is a byte count.  Optional argument whence defaults to
 * SEEK_SET or 0 (offset from start of file, offset should be >= 0); other values
 * are SEEK_CUR or 1 (move relative to current position, positive or negative),
 * and SEEK_END or 2 (move relative to end of file, usually negative, although
 * many platforms allow seeking beyond the end of a file).
 *
 * Note that not all file objects are seekable. */
METHOD(FileIO, seek, "($self, pos, whence=0, /)") {
    FileIO *file = to_file(args[0]);
    i64 position;
    int whence;
    CHECK(io_take_whence(vm, args[2], &whence));
    CHECK(check_open(vm, file));
    if (has_kind(args[1], KIND_FLOAT) || is_flonum(args[1])) {
        return raise_type(vm, "'%T' object cannot be interpreted as an integer", args[1]);
    }
    CHECK(object_to_i64(vm, args[1], &position));
    return seek_to(vm, file, position, whence);
}

/* Current file position.
 *
 * Can raise OSError for non seekable files. */
METHOD(FileIO, tell, "($self, /)") {
    CHECK(check_open(vm, to_file(args[0])));
    return seek_to(vm, to_file(args[0]), 0, SEEK_CUR);
}

/* Truncate the file to at most size bytes and return the truncated size.
 *
 * Size defaults to the current file position, as returned by tell().
 * The current file position is changed to the value of size. */
METHOD(FileIO, truncate, "($self, size=None, /)") {
    FileIO *file = to_file(args[0]);
    CHECK(check_open(vm, file) && check_mode(vm, file->writable, "writing"));
    i64 size;
    if (args[1] == EMPTY || args[1] == NONE) {
        size = fileio_seek(vm, file, 0, SEEK_CUR);
        if (size < 0) return FAIL;
    } else {
        CHECK(object_to_i64(vm, args[1], &size));
    }
    int fd = file->fd;
    if (BLOCKING(vm, ftruncate(fd, size)) < 0) return blocking_raise(vm, EMPTY);
    return int_from_i64(vm, size);
}

METHOD(FileIO, __reduce_ex__, "($self, protocol, /) shown ($self, object, /)") {
    return io_refuse_pickle(vm, args[0]);
}
