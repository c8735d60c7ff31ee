/* posix: extended attributes of files. */
#include <stdlib.h>
#include <sys/xattr.h>

#include "objects/bytes.h"
#include "objects/list.h"
#include "objects/want.h"
#include "stdlib/posix.h"

enum { LARGEST = 65536 };

/* A call of one of the three forms: for a path, a link itself, a descriptor. */
#define BY_SORT(path, follows, call, ...)                                                \
    (!(path).text ? f##call((path).fd, ##__VA_ARGS__)                                    \
     : (follows)  ? call((path).text, ##__VA_ARGS__)                                     \
                  : l##call((path).text, ##__VA_ARGS__))

static bool check_sort(VM *vm, const char *function, const Path *path, int follows) {
    if (path->text || follows) return true;
    raise_value(vm, "%s: cannot use fd and follow_symlinks together", function);
    return false;
}

static bool take_names(VM *vm, Value *args, const char *function, Value follow, Path *path, Path *name, int *follows) {
    *follows = flag_take(vm, follow, true);
    return *follows >= 0 && path_take(vm, args[0], function, "path", PATH_FD, path) &&
           path_take(vm, args[1], function, "attribute", 0, name) && check_sort(vm, function, path, *follows);
}

/* Return the value of extended attribute attribute on path.
 *
 * path may be either a string, a path-like object, or an open file descriptor.
 * If follow_symlinks is False, and the last element of the path is a symbolic
 *   link, getxattr will examine the symbolic link itself instead of the file
 *   the link points to. */
FUNCTION(posix, getxattr, "(path, attribute, *, follow_symlinks=True)") {
    PATH(path);
    PATH(name);
    int follows;
    CHECK(take_names(vm, args, "getxattr", args[2], &path, &name, &follows));
    char *value = malloc(LARGEST);
    if (!value) return raise_memory(vm);
    ssize_t size = BY_SORT(path, follows, getxattr, name.text, value, LARGEST);
    Value made = size < 0 ? path_raise(vm, &path) : bytes_new(vm, value, (usize)size);
    free(value);
    return made;
}

/* Set extended attribute attribute on path to value.
 *
 * path may be either a string, a path-like object,  or an open file descriptor.
 * If follow_symlinks is False, and the last element of the path is a symbolic
 *   link, setxattr will modify the symbolic link itself instead of the file
 *   the link points to. */
FUNCTION(posix, setxattr, "(path, attribute, value, flags=0, *, follow_symlinks=True)") {
    PATH(path);
    PATH(name);
    int follows, flags = 0;
    Buffered value;
    CHECK(take_names(vm, args, "setxattr", args[4], &path, &name, &follows));
    if (args[3] != EMPTY) CHECK(want_int(vm, args[3], &flags));
    CHECK(buffered_get(vm, args[2], &value, false));
    int outcome = BY_SORT(path, follows, setxattr, name.text, value.data, value.size, flags);
    int error = errno;
    buffered_release(vm, &value);
    errno = error;
    return outcome < 0 ? path_raise(vm, &path) : NONE;
}

/* Remove extended attribute attribute on path.
 *
 * path may be either a string, a path-like object, or an open file descriptor.
 * If follow_symlinks is False, and the last element of the path is a symbolic
 *   link, removexattr will modify the symbolic link itself instead of the file
 *   the link points to. */
FUNCTION(posix, removexattr, "(path, attribute, *, follow_symlinks=True)") {
    PATH(path);
    PATH(name);
    int follows;
    CHECK(take_names(vm, args, "removexattr", args[2], &path, &name, &follows));
    return BY_SORT(path, follows, removexattr, name.text) < 0 ? path_raise(vm, &path) : NONE;
}

static Value names_of(VM *vm, const Path *path, const char *text, usize size) {
    OWNED Value names = TRY(list_new(vm, 0));
    for (usize at = 0; at < size; at += strlen(text + at) + 1)
        CHECK(list_push_owned(vm, to_list(names), TRY(path_name(vm, path, text + at, strlen(text + at)))));
    return TAKE(names);
}

/* Return a list of extended attributes on path.
 *
 * path may be either None, a string, a path-like object, or an open file descriptor.
 * if path is None, listxattr will examine the current directory.
 * If follow_symlinks is False, and the last element of the path is a symbolic
 *   link, listxattr will examine the symbolic link itself instead of the file
 *   the link points to. */
FUNCTION(posix, listxattr, "(path=None, *, follow_symlinks=True)") {
    PATH(path);
    int follows = flag_take(vm, args[1], true);
    if (follows < 0) return FAIL;
    CHECK(path_take(vm, args[0], "listxattr", "path", PATH_FD | PATH_NONE, &path));
    if (!path.text && path.object == EMPTY) path.text = ".";
    CHECK(check_sort(vm, "listxattr", &path, follows));
    char *text = malloc(LARGEST);
    if (!text) return raise_memory(vm);
    ssize_t size = BY_SORT(path, follows, listxattr, text, LARGEST);
    Path like = {.is_bytes = false};
    Value names = size < 0 ? path_raise(vm, &path) : names_of(vm, &like, text, (usize)size);
    free(text);
    return names;
}
