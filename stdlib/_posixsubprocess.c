/* _posixsubprocess: fork and exec in one step, for subprocess. */
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "objects/exc.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/want.h"
#include "stdlib/fork.h"
#include "stdlib/posix.h"
#include "stdlib/signals.h"

MODULE(_posixsubprocess, "A POSIX helper for the subprocess module.")

/* The places of the arguments. */
enum {
    ARGUMENTS, EXECUTABLES, CLOSE_FDS, PASS_FDS, CWD, ENVIRONMENT, CHILD_IN, PARENT_IN, PARENT_OUT,
    CHILD_OUT, PARENT_ERR, CHILD_ERR, ERROR_READ, ERROR_WRITE, RESTORE_SIGNALS, NEW_SESSION, GROUP,
    GID, GROUPS, UID, UMASK, PREEXEC, ALLOW_VFORK,
};

enum { MOST_GROUPS = 256 };

/* What the child needs, ready before the fork: it must not touch memory that others may hold. */
typedef struct Child {
    VM *vm;
    Texts arguments, executables, environment;
    bool has_environment;
    int *kept; /* sorted: descriptors that stay open */
    int kept_count;
    Buffer folder; /* "": stay */
    int in, out, err;                       /* the child's ends; -1: inherited */
    int parent_in, parent_out, parent_err;  /* the parent's ends, to be closed */
    int error_read, error_write;
    int umask, group; /* -1: as it is */
    bool closes, restores_signals, makes_session;
    i64 uid, gid; /* -1: as it is */
    gid_t groups[MOST_GROUPS];
    int group_count; /* -1: as it is */
    Value preexec;   /* borrowed, or NONE */
} Child;

static void free_child(Child *child) {
    texts_free(&child->arguments);
    texts_free(&child->executables);
    texts_free(&child->environment);
    buffer_free(&child->folder);
    free(child->kept);
}

/* ---- in the child ---- */

/* "ExceptionName:errno in hex:text", as the parent reads it. */
static _Noreturn void tell_failure(Child *child, const char *exception, int error, const char *text) {
    char line[128];
    int size = snprintf(line, sizeof line, "%s:%x:%s", exception, error, text);
    ssize_t written = write(child->error_write, line, (usize)size);
    _exit(written < 0 ? 254 : 255);
}

static bool move(int from, int to) {
    if (from < 0) return true;
    if (from != to) return dup2(from, to) >= 0;
    return fcntl(from, F_SETFD, 0) >= 0;
}

/* A descriptor out of the way of 0, 1 and 2. */
static bool lift(int *fd) {
    if (*fd < 0 || *fd > 2) return true;
    int moved = fcntl(*fd, F_DUPFD_CLOEXEC, 3);
    *fd = moved;
    return moved >= 0;
}

static bool connect_streams(Child *child) {
    if (child->parent_in >= 0) close(child->parent_in);
    if (child->parent_out >= 0) close(child->parent_out);
    if (child->parent_err >= 0) close(child->parent_err);
    close(child->error_read);
    if (child->out == 0 && !lift(&child->out)) return false;
    while (child->err == 0 || child->err == 1)
        if (!lift(&child->err)) return false;
    return move(child->in, 0) && move(child->out, 1) && move(child->err, 2);
}

static void close_others(Child *child) {
    int from = 3;
    for (int i = 0; i < child->kept_count; i++) {
        if (child->kept[i] < from) continue;
        if (child->kept[i] > from) close_range((unsigned)from, (unsigned)child->kept[i] - 1, 0);
        from = child->kept[i] + 1;
    }
    close_range((unsigned)from, ~0u, 0);
}

static void keep_open(Child *child) {
    for (int i = 0; i < child->kept_count; i++)
        if (child->kept[i] != child->error_write) fcntl(child->kept[i], F_SETFD, 0);
}

static bool become(Child *child) {
    if (child->makes_session && setsid() < 0) return false;
    if (child->group >= 0 && setpgid(0, child->group) < 0) return false;
    if (child->group_count >= 0 && setgroups((usize)child->group_count, child->groups) < 0) return false;
    if (child->gid >= 0 && setregid((gid_t)child->gid, (gid_t)child->gid) < 0) return false;
    return child->uid < 0 || setreuid((uid_t)child->uid, (uid_t)child->uid) >= 0;
}

static void run_preexec(Child *child) {
    if (child->preexec == NONE) return;
    fork_in_child(child->vm);
    OWNED Value done = call_0(child->vm, child->preexec);
    if (done == FAIL) tell_failure(child, "SubprocessError", 0, "Exception occurred in preexec_fn.");
}

static _Noreturn void run_child(Child *child) {
    if (!connect_streams(child)) tell_failure(child, "OSError", errno, "");
    keep_open(child);
    if (child->folder.length && chdir(child->folder.data) < 0) tell_failure(child, "OSError", errno, "noexec:chdir");
    if (child->umask >= 0) umask((mode_t)child->umask);
    if (child->restores_signals) signals_restore();
    if (!become(child)) tell_failure(child, "OSError", errno, "noexec");
    run_preexec(child);
    if (child->closes) close_others(child);
    int kept = 0;
    for (usize i = 0; i < child->executables.count; i++) {
        if (child->has_environment)
            execve(child->executables.items[i], child->arguments.items, child->environment.items);
        else execv(child->executables.items[i], child->arguments.items);
        if (errno != ENOENT && errno != ENOTDIR && !kept) kept = errno;
    }
    tell_failure(child, "OSError", kept ?: errno, "");
}

/* ---- in the parent ---- */

static int compare_numbers(const void *a, const void *b) {
    return *(const int *)a - *(const int *)b;
}

static bool take_kept(VM *vm, Value given, Child *child) {
    OWNED Value tuple = object_to_tuple(vm, given);
    if (tuple == FAIL) return false;
    usize count = to_tuple(tuple)->count;
    child->kept = calloc(count + 1, sizeof(int));
    if (!child->kept) return raise_memory(vm), false;
    for (usize i = 0; i < count; i++)
        if (!want_int(vm, to_tuple(tuple)->items[i], &child->kept[i]))
            return exception_clear(vm), raise_value(vm, "bad value(s) in fds_to_keep"), false;
    child->kept_count = (int)count;
    qsort(child->kept, count, sizeof(int), compare_numbers);
    return true;
}

static bool take_groups(VM *vm, Value given, Child *child) {
    child->group_count = -1;
    if (given == NONE) return true;
    OWNED Value list = object_to_list(vm, given);
    if (list == FAIL) return false;
    usize count = to_list(list)->count;
    if (count > MOST_GROUPS) return raise_value(vm, "too many extra_groups"), false;
    for (usize i = 0; i < count; i++) {
        i64 number;
        if (!object_to_i64(vm, to_list(list)->items[i], &number)) return false;
        child->groups[i] = (gid_t)number;
    }
    child->group_count = (int)count;
    return true;
}

static bool take_id(VM *vm, Value given, i64 *id) {
    *id = -1;
    return given == NONE || object_to_i64(vm, given, id);
}

static bool take_texts(VM *vm, Value *args, Child *child) {
    if (!texts_take(vm, args[ARGUMENTS], &child->arguments)) return false;
    if (!texts_take(vm, args[EXECUTABLES], &child->executables)) return false;
    if (args[ENVIRONMENT] != NONE) {
        child->has_environment = true;
        if (!texts_take(vm, args[ENVIRONMENT], &child->environment)) return false;
    }
    if (args[CWD] == NONE) return true;
    PATH(folder);
    if (!path_take(vm, args[CWD], "fork_exec", "cwd", 0, &folder)) return false;
    buffer_add_text(&child->folder, folder.text);
    return !child->folder.failed || raise_memory(vm) != FAIL;
}

static bool take_child(VM *vm, Value *args, Child *child) {
    int *const numbers[] = {&child->in, &child->parent_in, &child->parent_out, &child->out,
                            &child->parent_err, &child->err, &child->error_read, &child->error_write};
    *child = (Child){.vm = vm, .preexec = args[PREEXEC]};
    for (u32 i = 0; i < COUNT_OF(numbers); i++)
        if (!want_int(vm, args[CHILD_IN + i], numbers[i])) return false;
    child->closes = object_truth(vm, args[CLOSE_FDS]) > 0;
    child->restores_signals = object_truth(vm, args[RESTORE_SIGNALS]) > 0;
    child->makes_session = object_truth(vm, args[NEW_SESSION]) > 0;
    return take_kept(vm, args[PASS_FDS], child) && take_texts(vm, args, child) &&
           want_int(vm, args[GROUP], &child->group) && take_id(vm, args[GID], &child->gid) &&
           take_groups(vm, args[GROUPS], child) && take_id(vm, args[UID], &child->uid) &&
           want_int(vm, args[UMASK], &child->umask);
}

/* Signals wait until the child has its own handlers again, or none. */
static pid_t start(Child *child) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t process = fork();
    int error = errno;
    if (!process) {
        for (int number = 1; number < SIGNAL_COUNT; number++) {
            struct sigaction now;
            if (!sigaction(number, NULL, &now) && now.sa_handler != SIG_IGN && now.sa_handler != SIG_DFL) {
                now = (struct sigaction){.sa_handler = SIG_DFL};
                if (child->preexec == NONE) sigaction(number, &now, NULL);
            }
        }
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        run_child(child);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return process;
}

/* Spawn a fresh new child process. */
FUNCTION(_posixsubprocess, fork_exec,
         "(args, executable_list, close_fds, pass_fds, cwd, env, p2cread, p2cwrite, c2pread, c2pwrite, "
         "errread, errwrite, errpipe_read, errpipe_write, restore_signals, call_setsid, pgid_to_set, gid, "
         "extra_groups, uid, child_umask, preexec_fn, allow_vfork, /)") {
    Child child;
    Value made = FAIL;
    if (take_child(vm, args, &child)) {
        bool calls = child.preexec != NONE;
        if (calls) fork_begins(vm);
        pid_t process = start(&child);
        made = process < 0 ? posix_raise(vm) : from_small(process);
        if (calls) fork_in_parent(vm);
    }
    free_child(&child);
    return made;
}
