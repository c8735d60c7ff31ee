/* What the files of the module posix share: paths as arguments, times, errors.
 *
 * A Path is taken with path_take and released by leaving its scope:
 *
 *     PATH(path);
 *     CHECK(path_take(vm, args[0], "mkdir", "path", 0, &path));
 *     if (BLOCKING_ONCE(vm, mkdirat(dir, path.text, mode)) < 0) return path_raise(vm, &path);
 */
#ifndef APY_STDLIB_POSIX_H
#define APY_STDLIB_POSIX_H

#include <sys/stat.h>

#include "objects/native.h"
#include "stdlib/blocking.h"

enum { PATH_FD = 1, PATH_NONE = 2 }; /* what is allowed besides a path */

typedef struct Path {
    Value object;     /* owned: str, bytes, int; EMPTY for None */
    const char *text; /* NULL when a descriptor or None was given */
    Buffer buffer;
    int fd; /* -1: not given */
    bool is_bytes;
} Path;

/* TypeError and ValueError name the function and the argument. EMPTY counts as None. */
bool path_take(VM *vm, Value given, const char *function, const char *argument, int allowed,
               Path *path);
void path_release(Path *path);
#define PATH(name) __attribute__((cleanup(path_release))) Path name = {.object = EMPTY, .fd = -1}

/* OSError of errno with the path as it was given. */
Value path_raise(VM *vm, Path *path);
Value path_raise_two(VM *vm, Path *first, Path *second);
/* A name from the system, as str or in the form of the path. */
Value path_name(VM *vm, const Path *like, const char *name, usize size);

/* dir_fd=: AT_FDCWD for None and EMPTY. */
bool dir_fd_take(VM *vm, Value given, int *fd);
/* A bool argument that may be left out: 1, 0, -1. */
int flag_take(VM *vm, Value given, bool otherwise);
/* A descriptor: an int, or an object with fileno(). */
bool descriptor_take(VM *vm, Value given, int *fd);

/* OSError of errno; or what a handler of a signal has raised. */
Value posix_raise(VM *vm);
/* None or OSError: for calls that give 0 or -1. */
#define POSIX_DONE(call) return (call) < 0 ? posix_raise(vm) : NONE

/* stat_result of what the system says. */
Value stat_result_new(VM *vm, const struct stat *status);

typedef struct Constant {
    const char *name;
    i64 value;
} Constant;
/* Constants of a module, ended by a NULL name. */
bool module_add_constants(VM *vm, Value module, const Constant *constants);

bool posix_add_constants(VM *vm, Value module);
bool posix_add_environ(VM *vm, Value module);
bool posix_add_descriptors(VM *vm, Value module);
bool posix_add_files(VM *vm, Value module);
bool posix_add_processes(VM *vm, Value module);
bool posix_add_system(VM *vm, Value module);
bool posix_add_names(VM *vm, Value module);
bool posix_add_scheduler(VM *vm, Value module);

/* A list of strings for execve, ended by NULL; free with texts_free. */
typedef struct Texts {
    char **items;
    usize count;
} Texts;
bool texts_take(VM *vm, Value sequence, Texts *texts);
bool texts_take_environ(VM *vm, Value mapping, Texts *texts);
void texts_free(Texts *texts);
#define TEXTS(name) __attribute__((cleanup(texts_free))) Texts name = {0}

#endif
