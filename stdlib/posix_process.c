/* posix: making processes, waiting for them, sending them signals. */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/times.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loop/asyncio.h"
#include "loop/chance.h"
#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/float.h"
#include "objects/frame.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/record.h"
#include "objects/str.h"
#include "objects/want.h"
#include "stdlib/fork.h"
#include "stdlib/posix.h"

/* ---- lists of strings ---- */

void texts_free(Texts *texts) {
    for (usize i = 0; texts->items && i < texts->count; i++) free(texts->items[i]);
    free(texts->items);
}

static bool reserve(VM *vm, Texts *texts, usize count) {
    texts->items = calloc(count + 1, sizeof(char *));
    return texts->items || (raise_memory(vm), false);
}

static bool add_text(VM *vm, Texts *texts, const char *text) {
    char *copy = strdup(text);
    if (!copy) return raise_memory(vm), false;
    texts->items[texts->count++] = copy;
    return true;
}

/* str, bytes or a path, as the system wants it. */
static bool take_word(VM *vm, Value given, Path *path) {
    if (!path_take(vm, given, "execv", "argument", 0, path)) {
        if (exception_matches(vm, EXC(ValueError))) {
            exception_clear(vm);
            raise_value(vm, "embedded null byte");
        } else if (exception_matches(vm, EXC(TypeError))) {
            exception_clear(vm);
            raise_type(vm, "expected str, bytes or os.PathLike object, not %T", given);
        }
        return false;
    }
    return true;
}

bool texts_take(VM *vm, Value sequence, Texts *texts) {
    OWNED Value list = object_to_list(vm, sequence);
    if (list == FAIL || !reserve(vm, texts, to_list(list)->count)) return false;
    for (usize i = 0; i < to_list(list)->count; i++) {
        PATH(word);
        if (!take_word(vm, to_list(list)->items[i], &word) || !add_text(vm, texts, word.text)) return false;
    }
    return true;
}

static bool add_variable(VM *vm, Texts *texts, Value pair) {
    PATH(name);
    PATH(value);
    if (!take_word(vm, to_tuple(pair)->items[0], &name)) return false;
    if (!take_word(vm, to_tuple(pair)->items[1], &value)) return false;
    if (!*name.text || strchr(name.text, '='))
        return raise_value(vm, "illegal environment variable name"), false;
    Buffer line = {0};
    buffer_printf(&line, "%s=%s", name.text, value.text);
    bool done = !line.failed && add_text(vm, texts, line.data);
    buffer_free(&line);
    return done;
}

bool texts_take_environ(VM *vm, Value mapping, Texts *texts) {
    OWNED Value method = object_find_attr(vm, mapping, NAME(items));
    if (method == FAIL) return false;
    OWNED Value items = call_0(vm, method);
    OWNED Value list = items == FAIL ? FAIL : object_to_list(vm, items);
    if (list == FAIL || !reserve(vm, texts, to_list(list)->count)) return false;
    for (usize i = 0; i < to_list(list)->count; i++) {
        OWNED Value pair = object_to_tuple(vm, to_list(list)->items[i]);
        if (pair == FAIL) return false;
        if (to_tuple(pair)->count != 2) return raise_value(vm, "items() did not give pairs"), false;
        if (!add_variable(vm, texts, pair)) return false;
    }
    return true;
}

/* ---- exec ---- */

static bool take_arguments(VM *vm, const char *function, Value given, Texts *arguments) {
    if (!has_kind(given, KIND_LIST) && !has_kind(given, KIND_TUPLE))
        return raise_type(vm, "%s arg 2 must be a tuple or list", function), false;
    if (!object_length(vm, given)) return raise_value(vm, "%s arg 2 must not be empty", function), false;
    if (!texts_take(vm, given, arguments)) return false;
    if (*arguments->items[0]) return true;
    raise_value(vm, "%s arg 2 first element cannot be empty", function);
    return false;
}

/* Execute an executable path with arguments, replacing current process.
 *
 *   path
 *     Path of executable file.
 *   argv
 *     Tuple or list of strings. */
FUNCTION(posix, execv, "(path, argv, /)") {
    PATH(path);
    TEXTS(arguments);
    CHECK(path_take(vm, args[0], "execv", "path", 0, &path));
    CHECK(take_arguments(vm, "execv()", args[1], &arguments));
    execv(path.text, arguments.items);
    return posix_raise(vm);
}

/* Execute an executable path with arguments, replacing current process.
 *
 *   path
 *     Path of executable file.
 *   argv
 *     Tuple or list of strings.
 *   env
 *     Dictionary of strings mapping to strings. */
FUNCTION(posix, execve, "(path, argv, env)") {
    PATH(path);
    TEXTS(arguments);
    TEXTS(environment);
    CHECK(path_take(vm, args[0], "execve", "path", PATH_FD, &path));
    CHECK(take_arguments(vm, "execve:", args[1], &arguments));
    OWNED Value keys = TRY(object_find_attr(vm, args[2], NAME(keys)));
    if (keys == EMPTY) return raise_type(vm, "execve: environment must be a mapping object");
    CHECK(texts_take_environ(vm, args[2], &environment));
    if (path.text) execve(path.text, arguments.items, environment.items);
    else fexecve(path.fd, arguments.items, environment.items);
    return path_raise(vm, &path);
}

/* Exit to the system with specified status, without normal exit processing. */
FUNCTION(posix, _exit, "(status)") {
    int status;
    CHECK(want_int(vm, args[0], &status));
    _exit(status);
}

/* Abort the interpreter immediately.
 *
 * This function 'dumps core' or otherwise fails in the hardest way possible
 * on the hosting operating system.  This function never returns. */
FUNCTION(posix, abort, "()") {
    abort();
}

/* Execute the command in a subshell. */
FUNCTION(posix, system, "(command)") {
    PATH(command);
    CHECK(take_word(vm, args[0], &command));
    int status = BLOCKING_ONCE(vm, system(command.text));
    return from_small(status);
}

/* ---- fork ---- */

enum { BEFORE, AFTER_IN_CHILD, AFTER_IN_PARENT, MOMENTS };

typedef struct ForkCalls {
    Value calls[MOMENTS]; /* lists, or EMPTY */
} ForkCalls;

static void free_calls(VM *vm, void *state) {
    ForkCalls *calls = state;
    for (u32 i = 0; i < MOMENTS; i++) decref(calls->calls[i]);
    free(calls);
}

static ForkCalls *fork_calls(VM *vm) {
    void **state = &vm->module_state[MODULE_posix].state;
    if (*state) return *state;
    ForkCalls *calls = calloc(1, sizeof *calls);
    if (!calls) return raise_memory(vm), NULL;
    for (u32 i = 0; i < MOMENTS; i++) calls->calls[i] = EMPTY;
    vm->module_state[MODULE_posix].free_state = free_calls;
    return *state = calls;
}

/* Register callables to be called when forking a new process.
 *
 *   before
 *     A callable to be called in the parent before the fork() syscall.
 *   after_in_child
 *     A callable to be called in the child after fork().
 *   after_in_parent
 *     A callable to be called in the parent after fork().
 *
 * 'before' callbacks are called in reverse order.
 * 'after_in_child' and 'after_in_parent' callbacks are called in order. */
FUNCTION(posix, register_at_fork, "(*, before=<unrepresentable>, after_in_child=<unrepresentable>, after_in_parent=<unrepresentable>)") {
    static const char *const names[] = {"before", "after_in_child", "after_in_parent"};
    if (args[0] == EMPTY && args[1] == EMPTY && args[2] == EMPTY)
        return raise_type(vm, "At least one argument is required.");
    for (u32 i = 0; i < MOMENTS; i++)
        if (args[i] != EMPTY && !is_callable(vm, args[i]))
            return raise_type(vm, "'%s' must be callable, not %T", names[i], args[i]);
    ForkCalls *calls = fork_calls(vm);
    if (!calls) return FAIL;
    for (u32 i = 0; i < MOMENTS; i++) {
        if (args[i] == EMPTY) continue;
        if (calls->calls[i] == EMPTY) calls->calls[i] = TRY(list_new(vm, 4));
        CHECK(list_push(vm, to_list(calls->calls[i]), args[i]));
    }
    return NONE;
}

static void call_registered(VM *vm, u32 moment) {
    ForkCalls *calls = vm->module_state[MODULE_posix].state;
    if (!calls || calls->calls[moment] == EMPTY) return;
    List *list = to_list(calls->calls[moment]);
    for (usize i = 0; i < list->count; i++) {
        OWNED Value call = incref(list->items[moment == BEFORE ? list->count - 1 - i : i]);
        OWNED Value done = call_0(vm, call);
        if (done == FAIL) vm->hooks.unraisable(vm, NULL, call);
    }
}

void fork_begins(VM *vm) {
    call_registered(vm, BEFORE);
}

void fork_in_child(VM *vm) {
    threads_after_fork(vm);
    chance_after_fork(vm);
    asyncio_after_fork(vm);
    call_registered(vm, AFTER_IN_CHILD);
}

void fork_in_parent(VM *vm) {
    call_registered(vm, AFTER_IN_PARENT);
}

static bool warn_threads(VM *vm) {
    if (!vm->threads || vm->threads->count < 2) return true;
    return warn(vm, EXC(DeprecationWarning), 1,
                "This process (pid=%d) is multi-threaded, use of fork() may lead to deadlocks in "
                "the child.",
                (int)getpid());
}

/* Fork a child process.
 *
 * Return 0 to child process and PID of child to parent process. */
FUNCTION(posix, fork, "()") {
    fork_begins(vm);
    pid_t child = fork();
    int error = errno;
    if (!child) {
        fork_in_child(vm);
        return from_small(0);
    }
    CHECK(warn_threads(vm));
    fork_in_parent(vm);
    errno = error;
    return child < 0 ? posix_raise(vm) : from_small(child);
}

/* ---- waiting ---- */

static Value wait_pair(VM *vm, pid_t child, int status) {
    return child < 0 ? posix_raise(vm) : tuple_of(vm, 2, from_small(child), from_small(status));
}

/* Wait for completion of a given child process.
 *
 * Returns a tuple of information regarding the child process:
 *     (pid, status)
 *
 * The options argument is ignored on Windows. */
FUNCTION(posix, waitpid, "(pid, options, /)") {
    int child, options, status = 0;
    CHECK(want_int(vm, args[0], &child) && want_int(vm, args[1], &options));
    pid_t ended = BLOCKING(vm, waitpid(child, &status, options));
    return wait_pair(vm, ended, status);
}

/* Wait for completion of a child process.
 *
 * Returns a tuple of information about the child process:
 *     (pid, status) */
FUNCTION(posix, wait, "()") {
    int status = 0;
    pid_t ended = BLOCKING(vm, wait(&status));
    return wait_pair(vm, ended, status);
}

/* The type of the module resource, made by importing it. */
static Value usage_of(VM *vm, const struct rusage *usage) {
    OWNED Value type = TRY(resource_usage_type(vm));
    double user = (double)usage->ru_utime.tv_sec + (double)usage->ru_utime.tv_usec * 1e-6;
    double system = (double)usage->ru_stime.tv_sec + (double)usage->ru_stime.tv_usec * 1e-6;
    i64 numbers[] = {usage->ru_maxrss, usage->ru_ixrss,  usage->ru_idrss,    usage->ru_isrss,
                     usage->ru_minflt, usage->ru_majflt, usage->ru_nswap,    usage->ru_inblock,
                     usage->ru_oublock, usage->ru_msgsnd, usage->ru_msgrcv,  usage->ru_nsignals,
                     usage->ru_nvcsw,  usage->ru_nivcsw};
    OWNED Value items = TRY(tuple_new(vm, 2 + COUNT_OF(numbers)));
    to_tuple(items)->items[0] = float_new(vm, user);
    to_tuple(items)->items[1] = float_new(vm, system);
    for (usize i = 0; i < COUNT_OF(numbers); i++) to_tuple(items)->items[2 + i] = from_small(numbers[i]);
    return call_1(vm, type, items);
}

static Value wait_usage(VM *vm, int child, int options) {
    struct rusage usage = {0};
    int status = 0;
    pid_t ended = BLOCKING(vm, wait4(child, &status, options, &usage));
    if (ended < 0) return posix_raise(vm);
    OWNED Value used = TRY(usage_of(vm, &usage));
    return tuple_of(vm, 3, from_small(ended), from_small(status), used);
}

/* Wait for completion of a child process.
 *
 * Returns a tuple of information about the child process:
 *   (pid, status, rusage) */
FUNCTION(posix, wait3, "(options)") {
    int options;
    CHECK(want_int(vm, args[0], &options));
    return wait_usage(vm, -1, options);
}

/* Wait for completion of a specific child process.
 *
 * Returns a tuple of information about the child process:
 *   (pid, status, rusage) */
FUNCTION(posix, wait4, "(pid, options)") {
    int child, options;
    CHECK(want_int(vm, args[0], &child) && want_int(vm, args[1], &options));
    return wait_usage(vm, child, options);
}

static const RecordField waitid_fields[] = {
    {"si_pid", NULL}, {"si_uid", NULL}, {"si_signo", NULL}, {"si_status", NULL}, {"si_code", NULL}, {NULL, NULL},
};
#define WAITID_DOC                                                             \
    "waitid_result: Result from waitid.\n\n"                                   \
    "This object may be accessed either as a tuple of\n"                       \
    "  (si_pid, si_uid, si_signo, si_status, si_code),\n"                      \
    "or via the attributes si_pid, si_uid, and so on.\n\n"                     \
    "See os.waitid for more information."
RECORD(waitid_result, "posix.waitid_result", waitid_fields, 5, WAITID_DOC)
TYPE(waitid_result, RECORD_TYPE(waitid_result, "posix.waitid_result", WAITID_DOC))

/* Returns the result of waiting for a process or processes. */
FUNCTION(posix, waitid, "(idtype, id, options, /)") {
    int sort, options;
    i64 id;
    siginfo_t info = {0};
    CHECK(want_int(vm, args[0], &sort) && object_to_i64(vm, args[1], &id));
    CHECK(want_int(vm, args[2], &options));
    if (BLOCKING(vm, waitid((idtype_t)sort, (id_t)id, &info, options)) < 0) return posix_raise(vm);
    if (!info.si_pid) return NONE;
    Value values[] = {from_small(info.si_pid), from_small(info.si_uid), from_small(info.si_signo),
                      from_small(info.si_status), from_small(info.si_code)};
    return record_new(vm, &waitid_result_record, values);
}

/* Convert a wait status to an exit code. */
FUNCTION(posix, waitstatus_to_exitcode, "(status)") {
    int status;
    CHECK(want_int(vm, args[0], &status));
    if (WIFEXITED(status)) return from_small(WEXITSTATUS(status));
    if (WIFSIGNALED(status)) return from_small(-WTERMSIG(status));
    if (WIFSTOPPED(status))
        return raise_value(vm, "process stopped by delivery of signal %d", WSTOPSIG(status));
    return raise_value(vm, "invalid wait status: %d", status);
}

#define STATUS_TEST(word, result)              \
    int status;                                \
    CHECK(want_int(vm, args[0], &status));     \
    return result(word(status))

/* Return True if the process returning status was dumped to a core file. */
FUNCTION(posix, WCOREDUMP, "(status, /)") {
    STATUS_TEST(WCOREDUMP, from_bool);
}
/* Return True if a particular process was continued from a job control stop. */
FUNCTION(posix, WIFCONTINUED, "(status)") {
    STATUS_TEST(WIFCONTINUED, from_bool);
}
/* Return True if the process returning status was stopped. */
FUNCTION(posix, WIFSTOPPED, "(status)") {
    STATUS_TEST(WIFSTOPPED, from_bool);
}
/* Return True if the process returning status was terminated by a signal. */
FUNCTION(posix, WIFSIGNALED, "(status)") {
    STATUS_TEST(WIFSIGNALED, from_bool);
}
/* Return True if the process returning status exited via the exit() system call. */
FUNCTION(posix, WIFEXITED, "(status)") {
    STATUS_TEST(WIFEXITED, from_bool);
}
/* Return the process return code from status. */
FUNCTION(posix, WEXITSTATUS, "(status)") {
    STATUS_TEST(WEXITSTATUS, from_small);
}
/* Return the signal that terminated the process that provided the status value. */
FUNCTION(posix, WTERMSIG, "(status)") {
    STATUS_TEST(WTERMSIG, from_small);
}
/* Return the signal that stopped the process that provided the status value. */
FUNCTION(posix, WSTOPSIG, "(status)") {
    STATUS_TEST(WSTOPSIG, from_small);
}

/* ---- signals ---- */

/* A signal to oneself is handled before the function returns. */
static Value sent(VM *vm, int outcome) {
    if (outcome < 0) return posix_raise(vm);
    return blocking_signals(vm) ? NONE : FAIL;
}

/* Kill a process with a signal. */
FUNCTION(posix, kill, "(pid, signal, /)") {
    int process, number;
    CHECK(want_int(vm, args[0], &process) && want_int(vm, args[1], &number));
    return sent(vm, kill(process, number));
}

/* Kill a process group with a signal. */
FUNCTION(posix, killpg, "(pgid, signal, /)") {
    int group, number;
    CHECK(want_int(vm, args[0], &group) && want_int(vm, args[1], &number));
    return sent(vm, killpg(group, number));
}

/* ---- priorities, processors ---- */

/* Add increment to the priority of process and return the new priority. */
FUNCTION(posix, nice, "(increment, /)") {
    int increment;
    CHECK(want_int(vm, args[0], &increment));
    errno = 0;
    int priority = nice(increment);
    return priority == -1 && errno ? posix_raise(vm) : from_small(priority);
}

/* Return program scheduling priority. */
FUNCTION(posix, getpriority, "(which, who)") {
    int which, who;
    CHECK(want_int(vm, args[0], &which) && want_int(vm, args[1], &who));
    errno = 0;
    int priority = getpriority((unsigned)which, (id_t)who);
    return priority == -1 && errno ? posix_raise(vm) : from_small(priority);
}

/* Set program scheduling priority. */
FUNCTION(posix, setpriority, "(which, who, priority)") {
    int which, who, priority;
    CHECK(want_int(vm, args[0], &which) && want_int(vm, args[1], &who));
    CHECK(want_int(vm, args[2], &priority));
    POSIX_DONE(setpriority((unsigned)which, (id_t)who, priority));
}

/* Voluntarily relinquish the CPU. */
FUNCTION(posix, sched_yield, "()") {
    POSIX_DONE(BLOCKING_ONCE(vm, sched_yield()));
}

/* Return the affinity of the process identified by pid (or the current process if zero).
 *
 * The affinity is returned as a set of CPU identifiers. */
FUNCTION(posix, sched_getaffinity, "(pid, /)") {
    int process;
    cpu_set_t processors;
    CHECK(want_int(vm, args[0], &process));
    if (sched_getaffinity(process, sizeof processors, &processors) < 0) return posix_raise(vm);
    OWNED Value list = TRY(list_new(vm, 0));
    for (int i = 0; i < CPU_SETSIZE; i++)
        if (CPU_ISSET(i, &processors)) CHECK(list_push(vm, to_list(list), from_small(i)));
    return call_1(vm, from_object(vm->types[TYPE_set]), list);
}

/* Set the CPU affinity of the process identified by pid to mask. */
FUNCTION(posix, sched_setaffinity, "(pid, mask, /)") {
    int process;
    cpu_set_t processors;
    CHECK(want_int(vm, args[0], &process));
    OWNED Value list = TRY(object_to_list(vm, args[1]));
    CPU_ZERO(&processors);
    for (usize i = 0; i < to_list(list)->count; i++) {
        int number;
        CHECK(want_int(vm, to_list(list)->items[i], &number));
        if (number < 0) return raise_value(vm, "negative CPU number");
        if (number < CPU_SETSIZE) CPU_SET(number, &processors);
    }
    POSIX_DONE(sched_setaffinity(process, sizeof processors, &processors));
}

/* ---- times ---- */

static const RecordField times_fields[] = {
    {"user", "user time"},
    {"system", "system time"},
    {"children_user", "user time of children"},
    {"children_system", "system time of children"},
    {"elapsed", "elapsed time since an arbitrary point in the past"},
    {NULL, NULL},
};
#define TIMES_DOC                                                                  \
    "times_result: Result from os.times().\n\n"                                    \
    "This object may be accessed either as a tuple of\n"                           \
    "  (user, system, children_user, children_system, elapsed),\n"                 \
    "or via the attributes user, system, children_user, children_system,\n"        \
    "and elapsed.\n\n"                                                             \
    "See os.times for more information."
RECORD(times_result, "posix.times_result", times_fields, 5, TIMES_DOC)
TYPE(times_result, RECORD_TYPE(times_result, "posix.times_result", TIMES_DOC))

/* Return a collection containing process timing information.
 *
 * The object returned behaves like a named tuple with these fields:
 *   (utime, stime, cutime, cstime, elapsed_time)
 * All fields are floating-point numbers. */
FUNCTION(posix, times, "()") {
    struct tms used;
    clock_t elapsed = times(&used);
    double tick = (double)sysconf(_SC_CLK_TCK);
    clock_t ticks[] = {used.tms_utime, used.tms_stime, used.tms_cutime, used.tms_cstime, elapsed};
    Value values[COUNT_OF(ticks)];
    for (usize i = 0; i < COUNT_OF(ticks); i++) values[i] = float_new(vm, (double)ticks[i] / tick);
    return record_new(vm, &times_result_record, values);
}

bool posix_add_processes(VM *vm, Value module) {
    return record_start(vm, &times_result_record) && record_start(vm, &waitid_result_record) &&
           module_add(vm, module, "times_result", incref(from_object(vm->types[TYPE_times_result]))) &&
           module_add(vm, module, "waitid_result", incref(from_object(vm->types[TYPE_waitid_result])));
}
