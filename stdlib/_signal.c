/* _signal: signals as programs see them; the numbers become enums in signal.apy. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

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
#include "stdlib/duration.h"
#include "stdlib/posix.h"
#include "stdlib/signals.h"
#include "vm/import.h"
#include "vm/threads.h"

MODULE(_signal, "This module provides mechanisms to use signal handlers in Python.\n\n"
                "Functions:\n\n"
                "alarm() -- cause SIGALRM after a specified time [Unix only]\n"
                "setitimer() -- cause a signal (described below) after a specified\n"
                "               float time and the timer may restart then [Unix only]\n"
                "getitimer() -- get current value of timer [Unix only]\n"
                "signal() -- set the action for a given signal\n"
                "getsignal() -- get the signal action for a given signal\n"
                "pause() -- wait until a signal arrives [Unix only]\n"
                "default_int_handler() -- default SIGINT handler")

enum { DEFAULT = 0, IGNORE = 1, MICROSECONDS = 1000000 };

/* ---- handlers ---- */

static bool take_number(VM *vm, Value given, int *number) {
    if (!want_int(vm, given, number)) return false;
    if (*number >= 1 && *number < SIGNAL_COUNT) return true;
    raise_value(vm, "signal number out of range");
    return false;
}

static Value default_handler(VM *vm) {
    OWNED Value module = TRY(import_text(vm, "_signal"));
    return object_getattr_text(vm, module, "default_int_handler");
}

/* What happens when the signal arrives: owned. */
static Value current(VM *vm, int number) {
    Signals *signals = signals_of(vm);
    struct sigaction now;
    if (!signals) return FAIL;
    if (signals->handlers[number] != EMPTY) return incref(signals->handlers[number]);
    if (number == SIGINT && vm->chance->watched >> SIGINT & 1) return default_handler(vm);
    if (sigaction(number, NULL, &now)) return NONE;
    return now.sa_handler == SIG_DFL   ? from_small(DEFAULT)
           : now.sa_handler == SIG_IGN ? from_small(IGNORE)
                                       : NONE;
}

/* The default handler for SIGINT installed by Python.
 *
 * It raises KeyboardInterrupt. */
FUNCTION(_signal, default_int_handler, "(signalnum, frame, /)") {
    int number;
    CHECK(want_int(vm, args[0], &number));
    return raise_bare(vm, EXC(KeyboardInterrupt));
}

/* -1: a callable; -2: not a handler. */
static int action_of(VM *vm, Value handler) {
    if (is_callable(vm, handler)) return -1;
    i64 number;
    if (!is_int(handler) || !int_fits_i64(handler, &number)) return -2;
    return number == DEFAULT || number == IGNORE ? (int)number : -2;
}

/* Set the action for the given signal.
 *
 * The action can be SIG_DFL, SIG_IGN, or a callable Python object.
 * The previous action is returned.  See getsignal() for possible return values.
 *
 * *** IMPORTANT NOTICE ***
 * A signal handler function is called with two arguments:
 * the first is the signal number, the second is the interrupted stack frame. */
FUNCTION(_signal, signal, "(signalnum, handler, /)") {
    int number;
    CHECK(want_int(vm, args[0], &number));
    if (!thread_is_main(vm))
        return raise_value(vm, "signal only works in main thread of the main interpreter");
    CHECK(take_number(vm, args[0], &number));
    int action = action_of(vm, args[1]);
    if (action == -2)
        return raise_type(vm, "signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object");
    CHECK(blocking_signals(vm));
    OWNED Value before = TRY(current(vm, number));
    SignalAction wanted = action == DEFAULT ? SIGNAL_DEFAULT : action == IGNORE ? SIGNAL_IGNORE : SIGNAL_WATCH;
    if (!chance_set_signal(vm, number, wanted)) return raise_os(vm, errno, EMPTY);
    replace(&signals_of(vm)->handlers[number], action == -1 ? incref(args[1]) : EMPTY);
    return TAKE(before);
}

/* Return the current action for the given signal.
 *
 * The return value can be:
 *   SIG_IGN -- if the signal is being ignored
 *   SIG_DFL -- if the default action for the signal is in effect
 *   None    -- if an unknown handler is in effect
 *   anything else -- the callable Python object used as a handler */
FUNCTION(_signal, getsignal, "(signalnum, /)") {
    int number;
    return take_number(vm, args[0], &number) ? current(vm, number) : FAIL;
}

/* Change system call restart behaviour.
 *
 * If flag is False, system calls will be restarted when interrupted by
 * signal sig, else system calls will be interrupted. */
FUNCTION(_signal, siginterrupt, "(signalnum, flag, /)") {
    int number, flag;
    struct sigaction now;
    CHECK(take_number(vm, args[0], &number) && want_int(vm, args[1], &flag));
    if (sigaction(number, NULL, &now) < 0) return posix_raise(vm);
    now.sa_flags = flag ? now.sa_flags & ~SA_RESTART : now.sa_flags | SA_RESTART;
    POSIX_DONE(sigaction(number, &now, NULL));
}

/* Sets the fd to be written to (with the signal number) when a signal comes in.
 *
 * A library can use this to wakeup select or poll.
 * The previous fd or -1 is returned.
 *
 * The fd must be non-blocking. */
FUNCTION(_signal, set_wakeup_fd, "(fd, /, *, warn_on_full_buffer=True)") {
    int fd;
    CHECK(want_int(vm, args[0], &fd));
    if (!thread_is_main(vm))
        return raise_value(vm, "set_wakeup_fd only works in main thread of the main interpreter");
    if (fd != -1) {
        struct stat status;
        if (fstat(fd, &status) < 0) return posix_raise(vm);
        int flags = fcntl(fd, F_GETFL);
        if (flags < 0) return posix_raise(vm);
        if (!(flags & O_NONBLOCK)) return raise_value(vm, "the fd %d must be in non-blocking mode", fd);
    }
    int before = vm->chance->told_file;
    vm->chance->told_file = fd;
    return from_small(before);
}

/* ---- sending ---- */

static Value handled(VM *vm, int outcome) {
    if (outcome < 0) return posix_raise(vm);
    return blocking_signals(vm) ? NONE : FAIL;
}

/* Send a signal to the executing process. */
FUNCTION(_signal, raise_signal, "(signalnum, /)") {
    int number;
    CHECK(want_int(vm, args[0], &number));
    return handled(vm, raise(number) ? -1 : 0);
}

/* Send a signal to a thread. */
FUNCTION(_signal, pthread_kill, "(thread_id, signalnum, /)") {
    i64 thread;
    int number;
    CHECK(object_to_i64(vm, args[0], &thread) && want_int(vm, args[1], &number));
    errno = thread_exists(vm, (u64)thread) ? pthread_kill((pthread_t)thread, number) : ESRCH;
    return handled(vm, errno ? -1 : 0);
}

/* Send a signal to a process referred to by a pid file descriptor. */
FUNCTION(_signal, pidfd_send_signal, "(pidfd, signalnum, siginfo=None, flags=0, /)") {
    int process, number, flags = 0;
    CHECK(want_int(vm, args[0], &process) && want_int(vm, args[1], &number));
    if (args[2] != EMPTY && args[2] != NONE) return raise_type(vm, "siginfo must be None");
    if (args[3] != EMPTY) CHECK(want_int(vm, args[3], &flags));
    POSIX_DONE(syscall(SYS_pidfd_send_signal, process, number, NULL, flags));
}

/* Return the system description of the given signal.
 *
 * Returns the description of signal *signalnum*, such as "Interrupt"
 * for :const:`SIGINT`. Returns :const:`None` if *signalnum* has no
 * description. Raises :exc:`ValueError` if *signalnum* is invalid. */
FUNCTION(_signal, strsignal, "(signalnum, /)") {
    int number;
    CHECK(take_number(vm, args[0], &number));
    const char *text = number < SIGRTMIN || number > SIGRTMAX ? sigdescr_np(number) : strsignal(number);
    return text ? str_from_text(vm, text) : NONE;
}

/* ---- timers ---- */

static Value timer_pair(VM *vm, const struct itimerval *timer) {
    double delay = (double)timer->it_value.tv_sec + (double)timer->it_value.tv_usec / MICROSECONDS;
    double interval = (double)timer->it_interval.tv_sec + (double)timer->it_interval.tv_usec / MICROSECONDS;
    OWNED Value first = TRY(float_new(vm, delay));
    OWNED Value second = TRY(float_new(vm, interval));
    return tuple_of(vm, 2, first, second);
}

static Value raise_timer(VM *vm) {
    OWNED Value module = TRY(import_text(vm, "_signal"));
    OWNED Value type = TRY(object_getattr_text(vm, module, "ItimerError"));
    OWNED Value text = TRY(str_from_text(vm, strerror(errno)));
    OWNED Value exception = TRY(call_2(vm, type, from_small(errno), text));
    return raise_instance(vm, exception);
}

static bool take_timeval(VM *vm, Value given, struct timeval *time) {
    i64 nanoseconds = 0;
    if (given != EMPTY && !duration_take(vm, given, &nanoseconds)) return false;
    i64 micros = nanoseconds / 1000 + (nanoseconds % 1000 > 0);
    time->tv_sec = micros / MICROSECONDS;
    time->tv_usec = micros % MICROSECONDS;
    return true;
}

/* Sets given itimer (one of ITIMER_REAL, ITIMER_VIRTUAL or ITIMER_PROF).
 *
 * The timer will fire after value seconds and after that every interval seconds.
 * The itimer can be cleared by setting seconds to zero.
 *
 * Returns old values as a tuple: (delay, interval). */
FUNCTION(_signal, setitimer, "(which, seconds, interval=0.0, /)") {
    int which;
    struct itimerval timer = {0}, before;
    CHECK(want_int(vm, args[0], &which));
    CHECK(take_timeval(vm, args[1], &timer.it_value) && take_timeval(vm, args[2], &timer.it_interval));
    if (setitimer((__itimer_which_t)which, &timer, &before) < 0) return raise_timer(vm);
    return timer_pair(vm, &before);
}

/* Returns current value of given itimer. */
FUNCTION(_signal, getitimer, "(which, /)") {
    int which;
    struct itimerval timer;
    CHECK(want_int(vm, args[0], &which));
    if (getitimer((__itimer_which_t)which, &timer) < 0) return raise_timer(vm);
    return timer_pair(vm, &timer);
}

/* Arrange for SIGALRM to arrive after the given number of seconds. */
FUNCTION(_signal, alarm, "(seconds, /)") {
    int seconds;
    CHECK(want_int(vm, args[0], &seconds));
    return from_small(alarm((unsigned)seconds));
}

/* ---- waiting and masks ---- */

/* Wait until a signal arrives. */
FUNCTION(_signal, pause, "()") {
    while (chance_wait(vm, NULL, 0, -1) >= 0) {}
    return blocking_signals(vm) ? NONE : FAIL;
}

static bool take_set(VM *vm, Value given, sigset_t *set) {
    OWNED Value list = object_to_list(vm, given);
    if (list == FAIL) return false;
    sigemptyset(set);
    for (usize i = 0; i < to_list(list)->count; i++) {
        i64 number;
        OWNED Value index = object_index(vm, to_list(list)->items[i]);
        if (index == FAIL) return false;
        if (!int_fits_i64(index, &number)) number = 0;
        if (number < 1 || number >= SIGNAL_COUNT) {
            raise_value(vm, "signal number %ld out of range [1; %d]", number, SIGNAL_COUNT - 1);
            return false;
        }
        sigaddset(set, (int)number);
    }
    return true;
}

static Value from_set(VM *vm, const sigset_t *set) {
    OWNED Value list = TRY(list_new(vm, 0));
    for (int number = 1; number < SIGNAL_COUNT; number++)
        if (sigismember(set, number) == 1) CHECK(list_push(vm, to_list(list), from_small(number)));
    return call_1(vm, from_object(vm->types[TYPE_set]), list);
}

/* Fetch and/or change the signal mask of the calling thread. */
FUNCTION(_signal, pthread_sigmask, "(how, mask, /)") {
    int how;
    sigset_t wanted, before;
    CHECK(want_int(vm, args[0], &how) && take_set(vm, args[1], &wanted));
    errno = pthread_sigmask(how, &wanted, &before);
    if (errno) return posix_raise(vm);
    return blocking_signals(vm) ? from_set(vm, &before) : FAIL;
}

/* Examine pending signals.
 *
 * Returns a set of signal numbers that are pending for delivery to
 * the calling thread. */
FUNCTION(_signal, sigpending, "()") {
    sigset_t pending;
    return sigpending(&pending) < 0 ? posix_raise(vm) : from_set(vm, &pending);
}

/* Return a set of valid signal numbers on this platform.
 *
 * The signal numbers returned by this function can be safely passed to
 * functions like `pthread_sigmask`. */
FUNCTION(_signal, valid_signals, "()") {
    sigset_t all;
    sigfillset(&all);
    return from_set(vm, &all);
}

/* Wait for a signal.
 *
 * Suspend execution of the calling thread until the delivery of one of the
 * signals specified in the signal set sigset.  The function accepts the signal
 * and returns the signal number. */
FUNCTION(_signal, sigwait, "(sigset, /)") {
    sigset_t set;
    int number = 0;
    CHECK(take_set(vm, args[0], &set));
    errno = BLOCKING_ONCE(vm, sigwait(&set, &number));
    return errno ? posix_raise(vm) : from_small(number);
}

static const RecordField info_fields[] = {
    {"si_signo", "signal number"}, {"si_code", "signal code"},       {"si_errno", "errno associated with this signal"},
    {"si_pid", "sending process ID"}, {"si_uid", "real user ID of sending process"}, {"si_status", "exit value or signal"},
    {"si_band", "band event for SIGPOLL"}, {NULL, NULL},
};
#define INFO_DOC                                                                         \
    "struct_siginfo: Result from sigwaitinfo or sigtimedwait.\n\n"                       \
    "This object may be accessed either as a tuple of\n"                                 \
    "(si_signo, si_code, si_errno, si_pid, si_uid, si_status, si_band),\n"               \
    "or via the attributes si_signo, si_code, and so on."
RECORD(struct_siginfo, "signal.struct_siginfo", info_fields, 7, INFO_DOC)
TYPE(struct_siginfo, RECORD_TYPE(struct_siginfo, "signal.struct_siginfo", INFO_DOC))

static Value from_info(VM *vm, const siginfo_t *info) {
    Value values[] = {from_small(info->si_signo), from_small(info->si_code), from_small(info->si_errno),
                      from_small(info->si_pid), from_small(info->si_uid), from_small(info->si_status),
                      from_small(info->si_band)};
    return record_new(vm, &struct_siginfo_record, values);
}

/* Wait synchronously until one of the signals in *sigset* is delivered.
 *
 * Returns a struct_siginfo containing information about the signal. */
FUNCTION(_signal, sigwaitinfo, "(sigset, /)") {
    sigset_t set;
    siginfo_t info;
    CHECK(take_set(vm, args[0], &set));
    return BLOCKING(vm, sigwaitinfo(&set, &info)) < 0 ? posix_raise(vm) : from_info(vm, &info);
}

/* Like sigwaitinfo(), but with a timeout.
 *
 * The timeout is specified in seconds, with floating-point numbers allowed. */
FUNCTION(_signal, sigtimedwait, "(sigset, timeout, /)") {
    sigset_t set;
    siginfo_t info;
    i64 timeout;
    CHECK(take_set(vm, args[0], &set) && duration_take(vm, args[1], &timeout));
    if (timeout < 0) return raise_value(vm, "timeout must be non-negative");
    struct timespec limit = {timeout / 1000000000, timeout % 1000000000};
    int number = BLOCKING(vm, sigtimedwait(&set, &info, &limit));
    if (number >= 0) return from_info(vm, &info);
    return errno == EAGAIN ? NONE : posix_raise(vm);
}

/* ---- the module ---- */

static bool add_timer_error(VM *vm, Value module) {
    OWNED Value name = str_from_text(vm, "itimer_error");
    OWNED Value bases = tuple_of(vm, 1, from_object(EXC(OSError)));
    OWNED Value body = dict_new(vm);
    OWNED Value home = str_from_text(vm, "signal");
    if (name == FAIL || bases == FAIL || body == FAIL || home == FAIL) return false;
    if (!dict_set(vm, to_dict(body), NAME(__module__), home)) return false;
    Value type = call_3(vm, from_object(vm->types[TYPE_type]), name, bases, body);
    return type != FAIL && module_add(vm, module, "ItimerError", type);
}

MODULE_INIT(_signal) {
    static const Constant constants[] = {
#define C(name) {#name, name},
        C(SIGABRT) C(SIGALRM) C(SIGBUS) C(SIGCHLD) C(SIGCLD) C(SIGCONT) C(SIGFPE) C(SIGHUP)
        C(SIGILL) C(SIGINT) C(SIGIO) C(SIGIOT) C(SIGKILL) C(SIGPIPE) C(SIGPOLL) C(SIGPROF)
        C(SIGPWR) C(SIGQUIT) C(SIGSEGV) C(SIGSTKFLT) C(SIGSTOP) C(SIGSYS) C(SIGTERM) C(SIGTRAP)
        C(SIGTSTP) C(SIGTTIN) C(SIGTTOU) C(SIGURG) C(SIGUSR1) C(SIGUSR2) C(SIGVTALRM)
        C(SIGWINCH) C(SIGXCPU) C(SIGXFSZ) C(SIG_BLOCK) C(SIG_UNBLOCK) C(SIG_SETMASK)
        C(ITIMER_REAL) C(ITIMER_VIRTUAL) C(ITIMER_PROF)
#undef C
        {"SIG_DFL", DEFAULT},
        {"SIG_IGN", IGNORE},
        {"NSIG", SIGNAL_COUNT},
        {NULL, 0},
    };
    return module_add_constants(vm, module, constants) &&
           module_add(vm, module, "SIGRTMIN", from_small(SIGRTMIN)) &&
           module_add(vm, module, "SIGRTMAX", from_small(SIGRTMAX)) &&
           record_start(vm, &struct_siginfo_record) &&
           module_add(vm, module, "struct_siginfo",
                      incref(from_object(vm->types[TYPE_struct_siginfo]))) &&
           add_timer_error(vm, module);
}
