#include "stdlib/waiting.h"

#include <math.h>

#include "loop/chance.h"
#include "objects/float.h"
#include "objects/frame.h"
#include "objects/int.h"
#include "stdlib/blocking.h"

int wait_ready(VM *vm, struct pollfd *files, u32 count, i64 timeout) {
    i64 end = timeout > 0 ? chance_monotonic(vm) + timeout : 0;
    for (;;) {
        int ready = chance_wait(vm, files, count, timeout);
        if (ready >= 0) return ready;
        if (!blocking_signals(vm)) return -1;
        if (timeout > 0) timeout = end - chance_monotonic(vm);
        if (timeout < 0 && end) timeout = 0;
    }
}

static int check_descriptor(VM *vm, Value number) {
    i64 fd;
    if (!int_fits_i64(number, &fd) || fd > INT32_MAX || fd < INT32_MIN) {
        raise_overflow(vm, "Python int too large to convert to C int");
        return -1;
    }
    if (fd >= 0) return (int)fd;
    raise_value(vm, "file descriptor cannot be a negative integer (%ld)", fd);
    return -1;
}

int wait_descriptor(VM *vm, Value v) {
    if (is_int(v)) return check_descriptor(vm, v);
    OWNED Value method = object_find_attr(vm, v, NAME(fileno));
    if (method == FAIL) return -1;
    if (method == EMPTY) {
        raise_type(vm, "argument must be an int, or have a fileno() method.");
        return -1;
    }
    OWNED Value number = call_0(vm, method);
    if (number == FAIL) return -1;
    if (is_int(number)) return check_descriptor(vm, number);
    raise_type(vm, "fileno() returned a non-integer");
    return -1;
}

static bool refuse_large(VM *vm) {
    raise_overflow(vm, "timestamp too large to convert to C PyTime_t");
    return false;
}

bool wait_duration(VM *vm, Value v, i64 unit, i64 *nanoseconds) {
    if (is_float(v)) {
        double number = to_double(v);
        if (isnan(number)) {
            raise_value(vm, "Invalid value NaN (not a number)");
            return false;
        }
        double scaled = number * (double)unit;
        scaled = scaled < 0 ? floor(scaled) : ceil(scaled);
        if (!(fabs(scaled) < 9.2e18)) return refuse_large(vm);
        *nanoseconds = (i64)scaled;
        return true;
    }
    OWNED Value number = TRY_OR_FALSE(object_index(vm, v));
    i64 whole;
    if (!int_fits_i64(number, &whole) || __builtin_mul_overflow(whole, unit, nanoseconds))
        return refuse_large(vm);
    return true;
}

bool wait_add_constants(VM *vm, Value module, const WaitConstant *constants,
                        usize count) {
    for (usize i = 0; i < count; i++) {
        Value number = int_from_i64(vm, constants[i].number);
        if (!module_add(vm, module, constants[i].name, number)) return false;
    }
    return true;
}
