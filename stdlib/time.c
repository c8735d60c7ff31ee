/* time: clocks and sleeping, through the one door of chance. */
#include "loop/chance.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/native.h"
#include "stdlib/duration.h"
#include "stdlib/time_calendar.h"

MODULE(time, "This module provides various functions to manipulate time values.")

enum { NANOSECONDS = 1000000000 };

static Value seconds(VM *vm, i64 nanoseconds) {
    return float_new(vm, (double)nanoseconds / NANOSECONDS);
}

/* time() -> floating-point number
 *
 * Return the current time in seconds since the Epoch.
 * Fractions of a second may be present if the system clock provides them. */
FUNCTION(time, time, "() shown ($self, /)") {
    return seconds(vm, chance_wall(vm));
}

/* time_ns() -> int
 *
 * Return the current time in nanoseconds since the Epoch. */
FUNCTION(time, time_ns, "() shown ($self, /)") {
    return int_from_i64(vm, chance_wall(vm));
}

/* monotonic() -> float
 *
 * Monotonic clock, cannot go backward. */
FUNCTION(time, monotonic, "() shown ($self, /)") {
    return seconds(vm, chance_monotonic(vm));
}

/* monotonic_ns() -> int
 *
 * Monotonic clock, cannot go backward, as nanoseconds. */
FUNCTION(time, monotonic_ns, "() shown ($self, /)") {
    return int_from_i64(vm, chance_monotonic(vm));
}

/* perf_counter() -> float
 *
 * Performance counter for benchmarking. */
FUNCTION(time, perf_counter, "() shown ($self, /)") {
    return seconds(vm, chance_monotonic(vm));
}

/* perf_counter_ns() -> int
 *
 * Performance counter for benchmarking as nanoseconds. */
FUNCTION(time, perf_counter_ns, "() shown ($self, /)") {
    return int_from_i64(vm, chance_monotonic(vm));
}

/* process_time() -> float
 *
 * Process time for profiling: sum of the kernel and user-space CPU time. */
FUNCTION(time, process_time, "() shown ($self, /)") {
    return seconds(vm, chance_process_time(vm));
}

/* process_time_ns() -> int
 *
 * Process time for profiling as nanoseconds:
 * sum of the kernel and user-space CPU time. */
FUNCTION(time, process_time_ns, "() shown ($self, /)") {
    return int_from_i64(vm, chance_process_time(vm));
}

/* thread_time() -> float
 *
 * Thread time for profiling: sum of the kernel and user-space CPU time. */
FUNCTION(time, thread_time, "() shown ($self, /)") {
    return seconds(vm, chance_thread_time(vm));
}

/* thread_time_ns() -> int
 *
 * Thread time for profiling as nanoseconds:
 * sum of the kernel and user-space CPU time. */
FUNCTION(time, thread_time_ns, "() shown ($self, /)") {
    return int_from_i64(vm, chance_thread_time(vm));
}

/* sleep(seconds)
 *
 * Delay execution for a given number of seconds.  The argument may be
 * a floating-point number for subsecond precision. */
FUNCTION(time, sleep, "(object, /) shown ($self, object, /)") {
    i64 duration;
    CHECK(duration_take(vm, args[0], &duration));
    if (duration < 0) return raise_value(vm, "sleep length must be non-negative");
    return chance_sleep(vm, duration) ? NONE : FAIL;
}

MODULE_INIT(time) {
    return time_add_calendar(vm, module);
}
