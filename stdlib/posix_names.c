/* posix: names in folders: making, removing, renaming, listing. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "objects/bytes.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/want.h"
#include "stdlib/path.h"
#include "stdlib/posix.h"

static bool take_mode(VM *vm, Value given, int otherwise, int *mode) {
    *mode = otherwise;
    return given == EMPTY || want_int(vm, given, mode);
}

/* Create a directory.
 *
 * If dir_fd is not None, it should be a file descriptor open to a directory,
 *   and path should be relative; path will then be relative to that directory.
 * dir_fd may not be implemented on your platform.
 *   If it is unavailable, using it will raise a NotImplementedError.
 *
 * The mode argument is ignored on Windows. Where it is used, the current umask
 * value is first masked out. */
FUNCTION(posix, mkdir, "(path, mode=511, *, dir_fd=None)") {
    PATH(path);
    int mode, dir_fd;
    CHECK(path_take(vm, args[0], "mkdir", "path", 0, &path));
    CHECK(take_mode(vm, args[1], 0777, &mode) && dir_fd_take(vm, args[2], &dir_fd));
    if (BLOCKING_ONCE(vm, mkdirat(dir_fd, path.text, (mode_t)mode)) < 0) return path_raise(vm, &path);
    return NONE;
}

static Value remove_name(VM *vm, const char *function, Value *args, int flags) {
    PATH(path);
    int dir_fd;
    CHECK(path_take(vm, args[0], function, "path", 0, &path));
    CHECK(dir_fd_take(vm, args[1], &dir_fd));
    if (BLOCKING_ONCE(vm, unlinkat(dir_fd, path.text, flags)) < 0) return path_raise(vm, &path);
    return NONE;
}

/* Remove a directory. */
FUNCTION(posix, rmdir, "(path, *, dir_fd=None)") {
    return remove_name(vm, "rmdir", args, AT_REMOVEDIR);
}

/* Remove a file (same as remove()). */
FUNCTION(posix, unlink, "(path, *, dir_fd=None)") {
    return remove_name(vm, "unlink", args, 0);
}

/* Remove a file (same as unlink()). */
FUNCTION(posix, remove, "(path, *, dir_fd=None)") {
    return remove_name(vm, "remove", args, 0);
}

static Value rename_name(VM *vm, const char *function, Value *args) {
    PATH(from);
    PATH(to);
    int from_fd, to_fd;
    CHECK(path_take(vm, args[0], function, "src", 0, &from));
    CHECK(path_take(vm, args[1], function, "dst", 0, &to));
    CHECK(dir_fd_take(vm, args[2], &from_fd) && dir_fd_take(vm, args[3], &to_fd));
    int outcome = BLOCKING_ONCE(vm, renameat(from_fd, from.text, to_fd, to.text));
    return outcome < 0 ? path_raise_two(vm, &from, &to) : NONE;
}

/* Rename a file or directory.
 *
 * If either src_dir_fd or dst_dir_fd is not None, it should be a file
 *   descriptor open to a directory, and the respective path string (src or dst)
 *   should be relative; the path will then be relative to that directory.
 * src_dir_fd and dst_dir_fd, may not be implemented on your platform.
 *   If they are unavailable, using them will raise a NotImplementedError. */
FUNCTION(posix, rename, "(src, dst, *, src_dir_fd=None, dst_dir_fd=None)") {
    return rename_name(vm, "rename", args);
}

/* Rename a file or directory, overwriting the destination.
 *
 * If either src_dir_fd or dst_dir_fd is not None, it should be a file
 *   descriptor open to a directory, and the respective path string (src or dst)
 *   should be relative; the path will then be relative to that directory.
 * src_dir_fd and dst_dir_fd, may not be implemented on your platform.
 *   If they are unavailable, using them will raise a NotImplementedError. */
FUNCTION(posix, replace, "(src, dst, *, src_dir_fd=None, dst_dir_fd=None)") {
    return rename_name(vm, "replace", args);
}

/* Create a hard link to a file. */
FUNCTION(posix, link, "(src, dst, *, src_dir_fd=None, dst_dir_fd=None, follow_symlinks=True)") {
    PATH(from);
    PATH(to);
    int from_fd, to_fd, follows = flag_take(vm, args[4], true);
    if (follows < 0) return FAIL;
    CHECK(path_take(vm, args[0], "link", "src", 0, &from));
    CHECK(path_take(vm, args[1], "link", "dst", 0, &to));
    CHECK(dir_fd_take(vm, args[2], &from_fd) && dir_fd_take(vm, args[3], &to_fd));
    int flags = follows && args[4] != EMPTY ? AT_SYMLINK_FOLLOW : 0;
    int outcome = BLOCKING_ONCE(vm, linkat(from_fd, from.text, to_fd, to.text, flags));
    return outcome < 0 ? path_raise_two(vm, &from, &to) : NONE;
}

/* Create a symbolic link pointing to src named dst. */
FUNCTION(posix, symlink, "(src, dst, target_is_directory=False, *, dir_fd=None)") {
    PATH(from);
    PATH(to);
    int dir_fd;
    CHECK(path_take(vm, args[0], "symlink", "src", 0, &from));
    CHECK(path_take(vm, args[1], "symlink", "dst", 0, &to));
    CHECK(dir_fd_take(vm, args[3], &dir_fd));
    int outcome = BLOCKING_ONCE(vm, symlinkat(from.text, dir_fd, to.text));
    return outcome < 0 ? path_raise_two(vm, &from, &to) : NONE;
}

/* Return a string representing the path to which the symbolic link points.
 *
 * If dir_fd is not None, it should be a file descriptor open to a directory,
 * and path should be relative; path will then be relative to that directory.
 *
 * dir_fd may not be implemented on your platform.  If it is unavailable,
 * using it will raise a NotImplementedError. */
FUNCTION(posix, readlink, "(path, *, dir_fd=None)") {
    PATH(path);
    int dir_fd;
    char target[PATH_MAX + 1];
    CHECK(path_take(vm, args[0], "readlink", "path", 0, &path));
    CHECK(dir_fd_take(vm, args[1], &dir_fd));
    ssize_t size = BLOCKING_ONCE(vm, readlinkat(dir_fd, path.text, target, PATH_MAX));
    return size < 0 ? path_raise(vm, &path) : path_name(vm, &path, target, (usize)size);
}

/* Create a "fifo" (a POSIX named pipe). */
FUNCTION(posix, mkfifo, "(path, mode=438, *, dir_fd=None)") {
    PATH(path);
    int mode, dir_fd;
    CHECK(path_take(vm, args[0], "mkfifo", "path", 0, &path));
    CHECK(take_mode(vm, args[1], 0666, &mode) && dir_fd_take(vm, args[2], &dir_fd));
    POSIX_DONE(BLOCKING_ONCE(vm, mkfifoat(dir_fd, path.text, (mode_t)mode)));
}

/* Create a node in the file system. */
FUNCTION(posix, mknod, "(path, mode=384, device=0, *, dir_fd=None)") {
    PATH(path);
    int mode, dir_fd;
    i64 device = 0;
    CHECK(path_take(vm, args[0], "mknod", "path", 0, &path));
    CHECK(take_mode(vm, args[1], 0600, &mode) && dir_fd_take(vm, args[3], &dir_fd));
    if (args[2] != EMPTY) CHECK(object_to_i64(vm, args[2], &device));
    int outcome = BLOCKING_ONCE(vm, mknodat(dir_fd, path.text, (mode_t)mode, (dev_t)device));
    return outcome < 0 ? path_raise(vm, &path) : NONE;
}

/* Set the current numeric umask and return the previous umask. */
FUNCTION(posix, umask, "(mask, /)") {
    int mask;
    CHECK(want_int(vm, args[0], &mask));
    return from_small(umask((mode_t)mask));
}

/* ---- the current folder ---- */

static Value current_folder(VM *vm, bool is_bytes) {
    char *folder = getcwd(NULL, 0);
    if (!folder) return posix_raise(vm);
    Value name = is_bytes ? bytes_new(vm, folder, strlen(folder)) : str_from_os(vm, folder, strlen(folder));
    free(folder);
    return name;
}

/* Return a unicode string representing the current working directory. */
FUNCTION(posix, getcwd, "()") {
    return current_folder(vm, false);
}

/* Return a bytes string representing the current working directory. */
FUNCTION(posix, getcwdb, "()") {
    return current_folder(vm, true);
}

/* Change the current working directory to the specified path.
 *
 * path may always be specified as a string.
 * On some platforms, path may also be specified as an open file descriptor.
 * If this functionality is unavailable, using it raises an exception. */
FUNCTION(posix, chdir, "(path)") {
    PATH(path);
    CHECK(path_take(vm, args[0], "chdir", "path", PATH_FD, &path));
    int outcome = path.text       ? BLOCKING_ONCE(vm, chdir(path.text))
                  : path.fd == -1 ? (errno = EFAULT, -1)
                                  : BLOCKING_ONCE(vm, fchdir(path.fd));
    return outcome < 0 ? path_raise(vm, &path) : NONE;
}

/* Change to the directory of the given file descriptor.
 *
 * fd must be opened on a directory, not a file.
 * Equivalent to os.chdir(fd). */
FUNCTION(posix, fchdir, "(fd)") {
    int fd;
    CHECK(descriptor_take(vm, args[0], &fd));
    POSIX_DONE(BLOCKING(vm, fchdir(fd)));
}

/* Change root directory to path. */
FUNCTION(posix, chroot, "(path)") {
    PATH(path);
    CHECK(path_take(vm, args[0], "chroot", "path", 0, &path));
    return BLOCKING_ONCE(vm, chroot(path.text)) < 0 ? path_raise(vm, &path) : NONE;
}

/* ---- listing ---- */

static DIR *open_folder(Path *path) {
    if (path->text) return opendir(path->text);
    if (path->object == EMPTY) return opendir(".");
    int fd = fcntl(path->fd, F_DUPFD_CLOEXEC, 0);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (folder) rewinddir(folder);
    else if (fd >= 0) close(fd);
    return folder;
}

static bool is_dots(const char *name) {
    return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

static Value read_names(VM *vm, DIR *folder, Path *path) {
    OWNED Value names = TRY(list_new(vm, 0));
    for (struct dirent *entry; errno = 0, (entry = readdir(folder));) {
        if (is_dots(entry->d_name)) continue;
        Value name = TRY(path_name(vm, path, entry->d_name, strlen(entry->d_name)));
        CHECK(list_push_owned(vm, to_list(names), name));
    }
    return errno ? path_raise(vm, path) : TAKE(names);
}

/* Return a list containing the names of the files in the directory.
 *
 * path can be specified as either str, bytes, or a path-like object.  If path is bytes,
 *   the filenames returned will also be bytes; in all other circumstances
 *   the filenames returned will be str.
 * If path is None, uses the path='.'.
 * On some platforms, path may also be specified as an open file descriptor;\
 *   the file descriptor must refer to a directory.
 *   If this functionality is unavailable, using it raises NotImplementedError.
 *
 * The list is in arbitrary order.  It does not include the special
 * entries '.' and '..' even if they are present in the directory. */
FUNCTION(posix, listdir, "(path=None)") {
    PATH(path);
    CHECK(path_take(vm, args[0], "listdir", "path", PATH_FD | PATH_NONE, &path));
    DIR *folder = BLOCKING_ONCE(vm, open_folder(&path));
    if (!folder) return path.fd >= 0 || is_int(path.object) ? posix_raise(vm) : path_raise(vm, &path);
    Value names = read_names(vm, folder, &path);
    closedir(folder);
    return names;
}

/* Return the file system path representation of the object.
 *
 * If the object is str or bytes, then allow it to pass through as-is. If the
 * object defines __fspath__(), then return the result of that method. All other
 * types raise a TypeError. */
FUNCTION(posix, fspath, "(path)") {
    return path_fspath(vm, args[0]);
}

/* ---- normal form ---- */

/* Append the parts of `text` to `out`, folding "." and "..". */
static void normalize(Span text, Buffer *out) {
    usize slashes = 0;
    while (slashes < text.length && text.data[slashes] == '/') slashes++;
    usize root = slashes == 2 ? 2 : slashes > 0;
    buffer_add_repeated(out, '/', root);
    usize kept = 0; /* parts that ".." may take away */
    for (usize at = slashes; at < text.length;) {
        const char *end = memchr(text.data + at, '/', text.length - at);
        usize size = end ? (usize)(end - text.data) - at : text.length - at;
        const char *part = text.data + at;
        at += size + 1;
        if (!size || (size == 1 && part[0] == '.')) continue;
        bool is_up = size == 2 && part[0] == '.' && part[1] == '.';
        if (is_up && !kept && root) continue;
        if (is_up && kept) {
            while (out->length > root && out->data[--out->length] != '/') {}
            kept--;
            continue;
        }
        if (out->length > root) buffer_add_char(out, '/');
        buffer_add(out, part, size);
        kept += !is_up;
    }
    if (!out->length) buffer_add_char(out, '.');
}

/* Normalize path, eliminating double slashes, etc. */
FUNCTION(posix, _path_normpath, "(path)") {
    PATH(path); /* for what it says of other types; a text may have a NUL here */
    if (!is_str(args[0]) && !has_kind(args[0], KIND_BYTES))
        CHECK(path_take(vm, args[0], "_path_normpath", "path", 0, &path));
    OWNED Value text = TRY(path_fspath(vm, args[0]));
    bool is_bytes = has_kind(text, KIND_BYTES);
    Buffer out = {0};
    normalize(is_bytes ? bytes_span(text) : str_span(text), &out);
    return is_bytes ? bytes_from_buffer(vm, &out) : str_from_buffer(vm, &out);
}
