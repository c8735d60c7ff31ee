/* posix: what files are, and changing that. */
#include <fcntl.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/float.h"
#include "objects/frame.h"
#include "objects/int.h"
#include "objects/record.h"
#include "objects/str.h"
#include "objects/want.h"
#include "stdlib/posix.h"

enum { NANOSECONDS = 1000000000, STAT_TIMES = 7, STAT_FLOATS = 10 };

/* ---- stat_result ---- */

static const RecordField stat_fields[] = {
    {"st_mode", "protection bits"},
    {"st_ino", "inode"},
    {"st_dev", "device"},
    {"st_nlink", "number of hard links"},
    {"st_uid", "user ID of owner"},
    {"st_gid", "group ID of owner"},
    {"st_size", "total size, in bytes"},
    {RECORD_UNNAMED, "integer time of last access"},
    {RECORD_UNNAMED, "integer time of last modification"},
    {RECORD_UNNAMED, "integer time of last change"},
    {"st_atime", "time of last access"},
    {"st_mtime", "time of last modification"},
    {"st_ctime", "time of last change"},
    {"st_atime_ns", "time of last access in nanoseconds"},
    {"st_mtime_ns", "time of last modification in nanoseconds"},
    {"st_ctime_ns", "time of last change in nanoseconds"},
    {"st_blksize", "blocksize for filesystem I/O"},
    {"st_blocks", "number of blocks allocated"},
    {"st_rdev", "device type (if inode device)"},
    {NULL, NULL},
};
#define STAT_DOC                                                                         \
    "stat_result: Result from stat, fstat, or lstat.\n\n"                                \
    "This object may be accessed either as a tuple of\n"                                 \
    "  (mode, ino, dev, nlink, uid, gid, size, atime, mtime, ctime)\n"                   \
    "or via the attributes st_mode, st_ino, st_dev, st_nlink, st_uid, and so on.\n\n"    \
    "Posix/windows: If your platform supports st_blksize, st_blocks, st_rdev,\n"         \
    "or st_flags, they are available as attributes only.\n\n"                            \
    "See os.stat for more information."
RECORD(stat_result, "os.stat_result", stat_fields, 10, STAT_DOC)

/* Made by a program from ten items, the times as floats are the items themselves. */
static Value make_stat(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    Value made = TRY(stat_result_construct(vm, type, args, nargs, kwnames));
    Value *items = to_tuple(made)->items;
    for (u32 i = 0; i < 3; i++)
        if (items[STAT_FLOATS + i] == NONE)
            replace(&items[STAT_FLOATS + i], incref(items[STAT_TIMES + i]));
    return made;
}

TYPE(stat_result, .name = "os.stat_result", .base = TYPE_tuple, .size = sizeof(Tuple),
     .kind = KIND_TUPLE, .flags = TYPE_FINAL,
     .slots = {.new = make_stat,
               .free = record_free,
               .visit = record_visit,
               .repr = stat_result_show},
     .doc = STAT_DOC)

static void set_time(VM *vm, Value *values, u32 index, const struct timespec *time) {
    values[STAT_TIMES + index] = from_small(time->tv_sec);
    values[STAT_FLOATS + index] = float_new(vm, (double)time->tv_sec + 1e-9 * (double)time->tv_nsec);
    values[STAT_FLOATS + 3 + index] =
        int_from_i64(vm, (i64)time->tv_sec * NANOSECONDS + time->tv_nsec);
}

Value stat_result_new(VM *vm, const struct stat *status) {
    Value values[19] = {
        from_small(status->st_mode),        int_from_u64(vm, status->st_ino),
        int_from_u64(vm, status->st_dev),   int_from_u64(vm, status->st_nlink),
        from_small(status->st_uid),         from_small(status->st_gid),
        int_from_i64(vm, status->st_size),
    };
    set_time(vm, values, 0, &status->st_atim);
    set_time(vm, values, 1, &status->st_mtim);
    set_time(vm, values, 2, &status->st_ctim);
    values[16] = from_small(status->st_blksize);
    values[17] = int_from_i64(vm, status->st_blocks);
    values[18] = int_from_u64(vm, status->st_rdev);
    return record_new(vm, &stat_result_record, values);
}

/* ---- stat ---- */

static bool check_fd_alone(VM *vm, const char *function, const Path *path, int dir_fd, bool follows) {
    if (path->fd == -1 || path->object == EMPTY) return true;
    if (dir_fd != AT_FDCWD) raise_value(vm, "%s: can't specify dir_fd without matching path", function);
    else if (!follows && path->fd > 0) raise_value(vm, "%s: cannot use fd and follow_symlinks together", function);
    else return true;
    return false;
}

static bool is_fd(const Path *path) {
    return !path->text && path->object != EMPTY;
}

static Value stat_path(VM *vm, const char *function, Path *path, int dir_fd, bool follows) {
    struct stat status;
    CHECK(check_fd_alone(vm, function, path, dir_fd, follows));
    int flags = follows ? 0 : AT_SYMLINK_NOFOLLOW;
    int outcome = !is_fd(path)     ? BLOCKING_ONCE(vm, fstatat(dir_fd, path->text, &status, flags))
                  : path->fd == -1 ? (errno = EFAULT, -1)
                                   : BLOCKING_ONCE(vm, fstat(path->fd, &status));
    return outcome < 0 ? path_raise(vm, path) : stat_result_new(vm, &status);
}

/* Perform a stat system call on the given path.
 *
 *   path
 *     Path to be examined; can be string, bytes, a path-like object or
 *     open-file-descriptor int.
 *   dir_fd
 *     If not None, it should be a file descriptor open to a directory,
 *     and path should be a relative string; path will then be relative to
 *     that directory.
 *   follow_symlinks
 *     If False, and the last element of the path is a symbolic link,
 *     stat will examine the symbolic link itself instead of the file
 *     the link points to.
 *
 * dir_fd and follow_symlinks may not be implemented
 *   on your platform.  If they are unavailable, using them will raise a
 *   NotImplementedError.
 *
 * It's an error to use dir_fd or follow_symlinks when specifying path as
 *   an open file descriptor. */
FUNCTION(posix, stat, "(path, *, dir_fd=None, follow_symlinks=True)") {
    PATH(path);
    int dir_fd, follows = flag_take(vm, args[2], true);
    if (follows < 0) return FAIL;
    CHECK(path_take(vm, args[0], "stat", "path", PATH_FD, &path));
    CHECK(dir_fd_take(vm, args[1], &dir_fd));
    return stat_path(vm, "stat", &path, dir_fd, follows);
}

/* Perform a stat system call on the given path, without following symbolic links.
 *
 * Like stat(), but do not follow symbolic links.
 * Equivalent to stat(path, follow_symlinks=False). */
FUNCTION(posix, lstat, "(path, *, dir_fd=None)") {
    PATH(path);
    int dir_fd;
    CHECK(path_take(vm, args[0], "lstat", "path", 0, &path));
    CHECK(dir_fd_take(vm, args[1], &dir_fd));
    return stat_path(vm, "lstat", &path, dir_fd, false);
}

/* Perform a stat system call on the given file descriptor.
 *
 * Like stat(), but for an open file descriptor.
 * Equivalent to os.stat(fd). */
FUNCTION(posix, fstat, "(fd)") {
    struct stat status;
    int fd;
    CHECK(want_int(vm, args[0], &fd));
    if (BLOCKING(vm, fstat(fd, &status)) < 0) return posix_raise(vm);
    return stat_result_new(vm, &status);
}

/* Use the real uid/gid to test for access to a path.
 *
 *   path
 *     Path to be tested; can be string, bytes, or a path-like object.
 *   mode
 *     Operating-system mode bitfield.  Can be F_OK to test existence,
 *     or the inclusive-OR of R_OK, W_OK, and X_OK. */
FUNCTION(posix, access, "(path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True)") {
    PATH(path);
    int mode, dir_fd, effective = flag_take(vm, args[3], false), follows = flag_take(vm, args[4], true);
    if (effective < 0 || follows < 0) return FAIL;
    CHECK(path_take(vm, args[0], "access", "path", 0, &path));
    CHECK(want_int(vm, args[1], &mode) && dir_fd_take(vm, args[2], &dir_fd));
    int flags = (effective ? AT_EACCESS : 0) | (follows ? 0 : AT_SYMLINK_NOFOLLOW);
    return from_bool(BLOCKING_ONCE(vm, faccessat(dir_fd, path.text, mode, flags)) == 0);
}

/* ---- changing ---- */

static Value change_mode(VM *vm, Path *path, int mode, int dir_fd, bool follows) {
    if (!follows) return raise_format(vm, EXC(NotImplementedError), "chmod: follow_symlinks unavailable on this platform");
    int outcome = is_fd(path) ? BLOCKING_ONCE(vm, fchmod(path->fd, (mode_t)mode))
                              : BLOCKING_ONCE(vm, fchmodat(dir_fd, path->text, (mode_t)mode, 0));
    return outcome < 0 ? path_raise(vm, path) : NONE;
}

/* Change the access permissions of a file.
 *
 *   path
 *     Path to be modified.  May always be specified as a str, bytes, or a path-like object.
 *     On some platforms, path may also be specified as an open file descriptor.
 *     If this functionality is unavailable, using it raises an exception.
 *   mode
 *     Operating-system mode bitfield. */
FUNCTION(posix, chmod, "(path, mode, *, dir_fd=None, follow_symlinks=(os.name != 'nt'))") {
    PATH(path);
    int mode, dir_fd, follows = flag_take(vm, args[3], true);
    if (follows < 0) return FAIL;
    CHECK(path_take(vm, args[0], "chmod", "path", PATH_FD, &path));
    CHECK(want_int(vm, args[1], &mode) && dir_fd_take(vm, args[2], &dir_fd));
    return change_mode(vm, &path, mode, dir_fd, follows);
}

/* Change the access permissions of the file given by file descriptor fd. */
FUNCTION(posix, fchmod, "(fd, mode)") {
    int fd, mode;
    CHECK(want_int(vm, args[0], &fd) && want_int(vm, args[1], &mode));
    POSIX_DONE(BLOCKING(vm, fchmod(fd, (mode_t)mode)));
}

static bool take_id(VM *vm, Value given, const char *kind, u32 *id) {
    i64 number;
    OWNED Value index = object_find_special(vm, given, NAME(__index__));
    if (index == FAIL) return false;
    if (index == EMPTY && !is_int(given))
        return raise_type(vm, "%s should be integer, not %T", kind, given), false;
    if (!object_to_i64(vm, given, &number)) return false;
    if (number < -1) return raise_overflow(vm, "%s is less than minimum", kind), false;
    if (number > UINT32_MAX) return raise_overflow(vm, "%s is greater than maximum", kind), false;
    *id = (u32)number;
    return true;
}

static Value change_owner(VM *vm, Path *path, Value *ids, int dir_fd, bool follows) {
    u32 user, group;
    CHECK(take_id(vm, ids[0], "uid", &user) && take_id(vm, ids[1], "gid", &group));
    int flags = follows ? 0 : AT_SYMLINK_NOFOLLOW;
    int outcome = is_fd(path)
                      ? BLOCKING_ONCE(vm, fchown(path->fd, user, group))
                      : BLOCKING_ONCE(vm, fchownat(dir_fd, path->text, user, group, flags));
    return outcome < 0 ? path_raise(vm, path) : NONE;
}

/* Change the owner and group id of path to the numeric uid and gid. */
FUNCTION(posix, chown, "(path, uid, gid, *, dir_fd=None, follow_symlinks=True)") {
    PATH(path);
    int dir_fd, follows = flag_take(vm, args[4], true);
    if (follows < 0) return FAIL;
    CHECK(path_take(vm, args[0], "chown", "path", PATH_FD, &path));
    CHECK(dir_fd_take(vm, args[3], &dir_fd));
    return change_owner(vm, &path, args + 1, dir_fd, follows);
}

/* Change the owner and group id of path to the numeric uid and gid.
 *
 * This function will not follow symbolic links.
 * Equivalent to os.chown(path, uid, gid, follow_symlinks=False). */
FUNCTION(posix, lchown, "(path, uid, gid)") {
    PATH(path);
    CHECK(path_take(vm, args[0], "lchown", "path", 0, &path));
    return change_owner(vm, &path, args + 1, AT_FDCWD, false);
}

/* Change the owner and group id of the file specified by file descriptor. */
FUNCTION(posix, fchown, "(fd, uid, gid)") {
    int fd;
    u32 user, group;
    CHECK(want_int(vm, args[0], &fd));
    CHECK(take_id(vm, args[1], "uid", &user) && take_id(vm, args[2], "gid", &group));
    POSIX_DONE(BLOCKING(vm, fchown(fd, user, group)));
}

/* Seconds (int or float) or, if `is_whole`, nanoseconds. */
static bool take_time(VM *vm, Value given, bool is_whole, struct timespec *time) {
    if (!is_whole && is_float(given)) {
        double whole = __builtin_floor(to_double(given));
        if (!(__builtin_fabs(whole) < 9.2e18))
            return raise_overflow(vm, "timestamp out of range for platform time_t"), false;
        time->tv_sec = (time_t)whole;
        time->tv_nsec = (long)((to_double(given) - whole) * 1e9);
        return true;
    }
    OWNED Value index = object_index(vm, given);
    if (index == FAIL) return false;
    time->tv_nsec = 0;
    if (!is_whole) return object_to_i64(vm, index, &time->tv_sec);
    OWNED Value rest = EMPTY;
    OWNED Value seconds = int_divmod(vm, index, from_small(NANOSECONDS), &rest);
    if (seconds == FAIL || !object_to_i64(vm, seconds, &time->tv_sec)) return false;
    time->tv_nsec = to_small(rest);
    return true;
}

static bool take_times(VM *vm, Value times, Value ns, struct timespec *out) {
    bool has_times = times != EMPTY && times != NONE, is_whole = ns != EMPTY;
    if (has_times && is_whole) {
        raise_value(vm, "utime: you may specify either 'times' or 'ns' but not both");
        return false;
    }
    if (!has_times && !is_whole) {
        out[0].tv_nsec = out[1].tv_nsec = UTIME_NOW;
        return true;
    }
    Value given = is_whole ? ns : times;
    if (!has_kind(given, KIND_TUPLE) || to_tuple(given)->count != 2) {
        raise_type(vm, is_whole ? "utime: 'ns' must be a tuple of two ints"
                                : "utime: 'times' must be either a tuple of two ints or None");
        return false;
    }
    Value *items = to_tuple(given)->items;
    return take_time(vm, items[0], is_whole, &out[0]) && take_time(vm, items[1], is_whole, &out[1]);
}

/* Set the access and modified time of path.
 *
 * path may always be specified as a string.
 * On some platforms, path may also be specified as an open file descriptor.
 *   If this functionality is unavailable, using it raises an exception.
 *
 * If times is not None, it must be a tuple (atime, mtime);
 *     atime and mtime should be expressed as float seconds since the epoch.
 * If ns is specified, it must be a tuple (atime_ns, mtime_ns);
 *     atime_ns and mtime_ns should be expressed as integer nanoseconds
 *     since the epoch.
 * If times is None and ns is unspecified, utime uses the current time.
 * Specifying tuples for both times and ns is an error. */
FUNCTION(posix, utime, "(path, times=None, *, ns=<unrepresentable>, dir_fd=None, follow_symlinks=True)") {
    PATH(path);
    struct timespec times[2] = {{0}};
    int dir_fd, follows = flag_take(vm, args[4], true);
    if (follows < 0) return FAIL;
    CHECK(path_take(vm, args[0], "utime", "path", PATH_FD, &path));
    CHECK(take_times(vm, args[1], args[2], times) && dir_fd_take(vm, args[3], &dir_fd));
    CHECK(check_fd_alone(vm, "utime", &path, dir_fd, follows));
    int flags = follows ? 0 : AT_SYMLINK_NOFOLLOW;
    int outcome = is_fd(&path) ? BLOCKING_ONCE(vm, futimens(path.fd, times))
                               : BLOCKING_ONCE(vm, utimensat(dir_fd, path.text, times, flags));
    return outcome < 0 ? path_raise(vm, &path) : NONE;
}

/* Truncate a file, specified by path, to a specific length.
 *
 * On some platforms, path may also be specified as an open file descriptor.
 * If this functionality is unavailable, using it raises an exception. */
FUNCTION(posix, truncate, "(path, length)") {
    PATH(path);
    i64 length;
    CHECK(path_take(vm, args[0], "truncate", "path", PATH_FD, &path));
    CHECK(object_to_i64(vm, args[1], &length));
    int outcome = is_fd(&path) ? BLOCKING_ONCE(vm, ftruncate(path.fd, length))
                               : BLOCKING_ONCE(vm, truncate(path.text, length));
    return outcome < 0 ? path_raise(vm, &path) : NONE;
}

/* ---- file systems ---- */

static const RecordField statvfs_fields[] = {
    {"f_bsize", NULL}, {"f_frsize", NULL},  {"f_blocks", NULL}, {"f_bfree", NULL},
    {"f_bavail", NULL}, {"f_files", NULL},  {"f_ffree", NULL},  {"f_favail", NULL},
    {"f_flag", NULL},  {"f_namemax", NULL}, {"f_fsid", NULL},   {NULL, NULL},
};
#define STATVFS_DOC                                                             \
    "statvfs_result: Result from statvfs or fstatvfs.\n\n"                      \
    "This object may be accessed either as a tuple of\n"                        \
    "  (bsize, frsize, blocks, bfree, bavail, files, ffree, favail, flag, namemax),\n" \
    "or via the attributes f_bsize, f_frsize, f_blocks, f_bfree, and so on.\n\n" \
    "See os.statvfs for more information."
RECORD(statvfs_result, "os.statvfs_result", statvfs_fields, 10, STATVFS_DOC)
TYPE(statvfs_result, RECORD_TYPE(statvfs_result, "os.statvfs_result", STATVFS_DOC))

static Value statvfs_new(VM *vm, const struct statvfs *status) {
    u64 numbers[] = {status->f_bsize, status->f_frsize, status->f_blocks, status->f_bfree,
                     status->f_bavail, status->f_files, status->f_ffree, status->f_favail,
                     status->f_flag, status->f_namemax, status->f_fsid};
    Value values[COUNT_OF(numbers)];
    for (usize i = 0; i < COUNT_OF(numbers); i++) values[i] = int_from_u64(vm, numbers[i]);
    return record_new(vm, &statvfs_result_record, values);
}

/* Perform a statvfs system call on the given path.
 *
 * path may always be specified as a string.
 * On some platforms, path may also be specified as an open file descriptor.
 *   If this functionality is unavailable, using it raises an exception. */
FUNCTION(posix, statvfs, "(path)") {
    PATH(path);
    struct statvfs status;
    CHECK(path_take(vm, args[0], "statvfs", "path", PATH_FD, &path));
    int outcome = is_fd(&path) ? BLOCKING_ONCE(vm, fstatvfs(path.fd, &status))
                               : BLOCKING_ONCE(vm, statvfs(path.text, &status));
    return outcome < 0 ? path_raise(vm, &path) : statvfs_new(vm, &status);
}

/* Perform an fstatvfs system call on the given fd.
 *
 * Equivalent to statvfs(fd). */
FUNCTION(posix, fstatvfs, "(fd, /)") {
    struct statvfs status;
    int fd;
    CHECK(want_int(vm, args[0], &fd));
    if (BLOCKING(vm, fstatvfs(fd, &status)) < 0) return posix_raise(vm);
    return statvfs_new(vm, &status);
}

static bool take_device(VM *vm, Value given, i64 *device) {
    if (is_int(given)) return object_to_i64(vm, given, device);
    raise_type(vm, "an integer is required");
    return false;
}

/* Extracts a device major number from a raw device number. */
FUNCTION(posix, major, "(device, /)") {
    i64 device;
    CHECK(take_device(vm, args[0], &device));
    return from_small(major((dev_t)device));
}

/* Extracts a device minor number from a raw device number. */
FUNCTION(posix, minor, "(device, /)") {
    i64 device;
    CHECK(take_device(vm, args[0], &device));
    return from_small(minor((dev_t)device));
}

/* Composes a raw device number from the major and minor device numbers. */
FUNCTION(posix, makedev, "(major, minor, /)") {
    i64 first, second;
    CHECK(object_to_i64(vm, args[0], &first) && object_to_i64(vm, args[1], &second));
    return int_from_u64(vm, makedev((u32)first, (u32)second));
}

bool posix_add_files(VM *vm, Value module) {
    return record_start(vm, &stat_result_record) && record_start(vm, &statvfs_result_record) &&
           module_add(vm, module, "stat_result", incref(from_object(vm->types[TYPE_stat_result]))) &&
           module_add(vm, module, "statvfs_result",
                      incref(from_object(vm->types[TYPE_statvfs_result])));
}
