/* posix: timers that are descriptors. */
#include <math.h>
#include <sys/timerfd.h>

#include "objects/float.h"
#include "objects/int.h"
#include "objects/tuple.h"
#include "objects/want.h"
#include "stdlib/posix.h"

enum { NANOSECONDS = 1000000000 };

static struct timespec from_nanoseconds(i64 nanoseconds) {
    return (struct timespec){nanoseconds / NANOSECONDS, nanoseconds % NANOSECONDS};
}

static i64 nanoseconds_of(struct timespec time) {
    return (i64)time.tv_sec * NANOSECONDS + time.tv_nsec;
}

/* (next expiration, interval): as seconds, or whole nanoseconds. */
static Value timer_pair(VM *vm, const struct itimerspec *timer, bool is_whole) {
    i64 next = nanoseconds_of(timer->it_value), interval = nanoseconds_of(timer->it_interval);
    OWNED Value first = TRY(is_whole ? int_from_i64(vm, next) : float_new(vm, (double)next * 1e-9));
    OWNED Value second = TRY(is_whole ? int_from_i64(vm, interval) : float_new(vm, (double)interval * 1e-9));
    return tuple_of(vm, 2, first, second);
}

static bool take_time(VM *vm, Value given, bool is_whole, struct timespec *time) {
    i64 nanoseconds = 0;
    double seconds;
    if (given == EMPTY) {
        *time = from_nanoseconds(0);
        return true;
    }
    if (is_whole) {
        if (!object_to_i64(vm, given, &nanoseconds)) return false;
    } else {
        if (!object_to_double(vm, given, &seconds)) return false;
        if (!(fabs(seconds) < 9.2e9))
            return raise_overflow(vm, "timestamp out of range for platform time_t"), false;
        nanoseconds = (i64)floor(seconds * 1e9);
    }
    *time = from_nanoseconds(nanoseconds);
    return true;
}

/* Create and return a timer file descriptor. */
FUNCTION(posix, timerfd_create, "(clockid, /, *, flags=TFD_CLOEXEC)") {
    int clock, flags = TFD_CLOEXEC;
    CHECK(want_int(vm, args[0], &clock));
    if (args[1] != EMPTY) CHECK(want_int(vm, args[1], &flags));
    int fd = timerfd_create(clock, flags);
    return fd < 0 ? posix_raise(vm) : from_small(fd);
}

static Value set_timer(VM *vm, Value *args, bool is_whole) {
    int fd, flags = 0;
    struct itimerspec timer, before;
    CHECK(descriptor_take(vm, args[0], &fd));
    if (args[1] != EMPTY) CHECK(want_int(vm, args[1], &flags));
    CHECK(take_time(vm, args[2], is_whole, &timer.it_value));
    CHECK(take_time(vm, args[3], is_whole, &timer.it_interval));
    if (timerfd_settime(fd, flags, &timer, &before) < 0) return posix_raise(vm);
    return timer_pair(vm, &before, is_whole);
}

/* Alter a timer file descriptor's internal timer in seconds. */
FUNCTION(posix, timerfd_settime, "(fd, /, *, flags=0, initial=0.0, interval=0.0)") {
    return set_timer(vm, args, false);
}

/* Alter a timer file descriptor's internal timer in nanoseconds. */
FUNCTION(posix, timerfd_settime_ns, "(fd, /, *, flags=0, initial=0, interval=0)") {
    return set_timer(vm, args, true);
}

static Value get_timer(VM *vm, Value given, bool is_whole) {
    int fd;
    struct itimerspec timer;
    CHECK(descriptor_take(vm, given, &fd));
    return timerfd_gettime(fd, &timer) < 0 ? posix_raise(vm) : timer_pair(vm, &timer, is_whole);
}

/* Return a tuple of a timer file descriptor's (interval, next expiration) in float seconds. */
FUNCTION(posix, timerfd_gettime, "(fd, /)") {
    return get_timer(vm, args[0], false);
}

/* Return a tuple of a timer file descriptor's (interval, next expiration) in nanoseconds. */
FUNCTION(posix, timerfd_gettime_ns, "(fd, /)") {
    return get_timer(vm, args[0], true);
}
