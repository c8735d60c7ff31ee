#include "stdlib/duration.h"

#include <math.h>

#include "objects/float.h"
#include "objects/int.h"

enum { NANOSECONDS = 1000000000 };

static bool from_float(VM *vm, double seconds, i64 *nanoseconds) {
    if (isnan(seconds)) return raise_value(vm, "Invalid value NaN (not a number)"), false;
    double scaled = seconds * NANOSECONDS;
    scaled = scaled < 0 ? floor(scaled) : ceil(scaled);
    if (fabs(scaled) >= 9.223372036854775e18) {
        raise_overflow(vm, "timestamp out of range for platform time_t");
        return false;
    }
    *nanoseconds = (i64)scaled;
    return true;
}

bool duration_take(VM *vm, Value seconds, i64 *nanoseconds) {
    if (is_float(seconds)) return from_float(vm, to_double(seconds), nanoseconds);
    OWNED Value whole = object_index(vm, seconds);
    i64 count;
    if (whole == FAIL) return false;
    if (int_fits_i64(whole, &count) &&
        !__builtin_mul_overflow(count, (i64)NANOSECONDS, nanoseconds))
        return true;
    raise_overflow(vm, "timestamp too large to convert to C PyTime_t");
    return false;
}
