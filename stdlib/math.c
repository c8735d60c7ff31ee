/* math: the functions of C's libm with Python's errors, and what is built from them. The
 * others are in math_whole.c (integers), math_sum.c (sums and norms) and math_gamma.c. */
#include <errno.h>
#include <math.h>

#include "objects/float.h"
#include "objects/frame.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/tuple.h"
#include "stdlib/math_shared.h"

MODULE(math, "This module provides access to the mathematical functions\n"
             "defined by the C standard.")

Value math_raise_domain(VM *vm) {
    return raise_value(vm, "math domain error");
}

Value math_raise_range(VM *vm) {
    return raise_overflow(vm, "math range error");
}

/* ---- functions of one number ---- */

typedef double (*Function1)(double);

/* A nan out of a number is outside the domain, an infinity too, or a result too large. */
static Value apply(VM *vm, Value v, Function1 function, bool can_overflow) {
    double x;
    CHECK(object_to_double(vm, v, &x));
    double result = function(x);
    if (isnan(result) && !isnan(x)) return math_raise_domain(vm);
    if (isinf(result) && isfinite(x)) {
        return can_overflow ? math_raise_range(vm) : math_raise_domain(vm);
    }
    return float_new(vm, result);
}

/* Return the arc cosine (measured in radians) of x.
 *
 * The result is between 0 and pi. */
FUNCTION(math, acos, "(x, /)") {
    return apply(vm, args[0], acos, false);
}

/* Return the inverse hyperbolic cosine of x. */
FUNCTION(math, acosh, "(x, /)") {
    return apply(vm, args[0], acosh, false);
}

/* Return the arc sine (measured in radians) of x.
 *
 * The result is between -pi/2 and pi/2. */
FUNCTION(math, asin, "(x, /)") {
    return apply(vm, args[0], asin, false);
}

/* Return the inverse hyperbolic sine of x. */
FUNCTION(math, asinh, "(x, /)") {
    return apply(vm, args[0], asinh, false);
}

/* Return the arc tangent (measured in radians) of x.
 *
 * The result is between -pi/2 and pi/2. */
FUNCTION(math, atan, "(x, /)") {
    return apply(vm, args[0], atan, false);
}

/* Return the inverse hyperbolic tangent of x. */
FUNCTION(math, atanh, "(x, /)") {
    return apply(vm, args[0], atanh, false);
}

/* Return the cube root of x. */
FUNCTION(math, cbrt, "(x, /)") {
    return apply(vm, args[0], cbrt, false);
}

/* Return the cosine of x (measured in radians). */
FUNCTION(math, cos, "(x, /)") {
    return apply(vm, args[0], cos, false);
}

/* Return the hyperbolic cosine of x. */
FUNCTION(math, cosh, "(x, /)") {
    return apply(vm, args[0], cosh, true);
}

/* Error function at x. */
FUNCTION(math, erf, "(x, /)") {
    return apply(vm, args[0], erf, false);
}

/* Complementary error function at x. */
FUNCTION(math, erfc, "(x, /)") {
    return apply(vm, args[0], erfc, false);
}

/* Return e raised to the power of x. */
FUNCTION(math, exp, "(x, /)") {
    return apply(vm, args[0], exp, true);
}

/* Return 2 raised to the power of x. */
FUNCTION(math, exp2, "(x, /)") {
    return apply(vm, args[0], exp2, true);
}

/* Return exp(x)-1.
 *
 * This function avoids the loss of precision involved in the direct evaluation of
 * exp(x)-1 for small x. */
FUNCTION(math, expm1, "(x, /)") {
    return apply(vm, args[0], expm1, true);
}

/* Return the absolute value of the float x. */
FUNCTION(math, fabs, "(x, /)") {
    return apply(vm, args[0], fabs, false);
}

/* Gamma function at x. */
FUNCTION(math, gamma, "(x, /)") {
    double x;
    CHECK(object_to_double(vm, args[0], &x));
    bool is_pole =
        x == 0 || (isfinite(x) && x < 0 && x == floor(x)) || (isinf(x) && x < 0);
    if (is_pole) return math_raise_domain(vm);
    double result = math_gamma(x);
    return isinf(result) && isfinite(x) ? math_raise_range(vm) : float_new(vm, result);
}

/* Natural logarithm of absolute value of Gamma function at x. */
FUNCTION(math, lgamma, "(x, /)") {
    double x;
    CHECK(object_to_double(vm, args[0], &x));
    if (isfinite(x) && x <= 0 && x == floor(x)) return math_raise_domain(vm);
    double result = math_log_gamma(x);
    return isinf(result) && isfinite(x) ? math_raise_range(vm) : float_new(vm, result);
}

/* Return the natural logarithm of 1+x (base e).
 *
 * The result is computed in a way which is accurate for x near zero. */
FUNCTION(math, log1p, "(x, /)") {
    return apply(vm, args[0], log1p, false);
}

/* Return the sine of x (measured in radians). */
FUNCTION(math, sin, "(x, /)") {
    return apply(vm, args[0], sin, false);
}

/* Return the hyperbolic sine of x. */
FUNCTION(math, sinh, "(x, /)") {
    return apply(vm, args[0], sinh, true);
}

/* Return the square root of x. */
FUNCTION(math, sqrt, "(x, /)") {
    return apply(vm, args[0], sqrt, false);
}

/* Return the tangent of x (measured in radians). */
FUNCTION(math, tan, "(x, /)") {
    return apply(vm, args[0], tan, false);
}

/* Return the hyperbolic tangent of x. */
FUNCTION(math, tanh, "(x, /)") {
    return apply(vm, args[0], tanh, false);
}

/* Convert angle x from radians to degrees. */
FUNCTION(math, degrees, "(x, /)") {
    double x;
    CHECK(object_to_double(vm, args[0], &x));
    return float_new(vm, x * (180.0 / M_PI));
}

/* Convert angle x from degrees to radians. */
FUNCTION(math, radians, "(x, /)") {
    double x;
    CHECK(object_to_double(vm, args[0], &x));
    return float_new(vm, x * (M_PI / 180.0));
}

/* Return True if x is neither an infinity nor a NaN, and False otherwise. */
FUNCTION(math, isfinite, "(x, /)") {
    double x;
    CHECK(object_to_double(vm, args[0], &x));
    return from_bool(isfinite(x));
}

/* Return True if x is a NaN (not a number), and False otherwise. */
FUNCTION(math, isnan, "(x, /)") {
    double x;
    CHECK(object_to_double(vm, args[0], &x));
    return from_bool(isnan(x));
}

/* Return True if x is a positive or negative infinity, and False otherwise. */
FUNCTION(math, isinf, "(x, /)") {
    double x;
    CHECK(object_to_double(vm, args[0], &x));
    return from_bool(isinf(x));
}

/* Return the value of the least significant bit of the float x. */
FUNCTION(math, ulp, "(x, /)") {
    double x;
    CHECK(object_to_double(vm, args[0], &x));
    if (isnan(x)) return float_new(vm, x);
    x = fabs(x);
    if (isinf(x)) return float_new(vm, x);
    double above = nextafter(x, HUGE_VAL);
    return float_new(vm, isinf(above) ? x - nextafter(x, -HUGE_VAL) : above - x);
}

/* ---- logarithms ---- */

/* Ints of any size: the logarithm of the mantissa, and that of 2 for each place. */
static Value log_of_int(VM *vm, Value v, Function1 function) {
    if (int_is_negative(v) || int_is_zero(v)) return math_raise_domain(vm);
    i64 exponent;
    double mantissa = int_frexp(v, &exponent);
    if (exponent <= 1024) return float_new(vm, function(ldexp(mantissa, (int)exponent)));
    return float_new(vm, function(mantissa) + function(2.0) * (double)exponent);
}

static Value logarithm(VM *vm, Value v, Function1 function) {
    if (is_int(v)) return log_of_int(vm, v, function);
    double x;
    CHECK(object_to_double(vm, v, &x));
    if (x <= 0 || (isinf(x) && x < 0)) return math_raise_domain(vm);
    return float_new(vm, function(x));
}

/* log(x, [base=math.e])
 * Return the logarithm of x to the given base.
 *
 * If the base is not specified, returns the natural logarithm (base e) of x. */
FUNCTION(math, log, "(x, base=<unrepresentable>, /) hidden") {
    OWNED Value x = TRY(logarithm(vm, args[0], log));
    if (args[1] == EMPTY) return TAKE(x);
    OWNED Value base = TRY(logarithm(vm, args[1], log));
    return float_binary(vm, BINARY_TRUEDIV, x, base);
}

/* Return the base 2 logarithm of x. */
FUNCTION(math, log2, "(x, /)") {
    return logarithm(vm, args[0], log2);
}

/* Return the base 10 logarithm of x. */
FUNCTION(math, log10, "(x, /)") {
    return logarithm(vm, args[0], log10);
}

/* ---- functions of two numbers ---- */

static bool read_two(VM *vm, Value *args, double *x, double *y) {
    return object_to_double(vm, args[0], x) && object_to_double(vm, args[1], y);
}

/* Return the arc tangent (measured in radians) of y/x.
 *
 * Unlike atan(y/x), the signs of both x and y are considered. */
FUNCTION(math, atan2, "(y, x, /)") {
    double y, x;
    CHECK(read_two(vm, args, &y, &x));
    return float_new(vm, atan2(y, x));
}

/* Return a float with the magnitude (absolute value) of x but the sign of y.
 *
 * On platforms that support signed zeros, copysign(1.0, -0.0)
 * returns -1.0.
 */
FUNCTION(math, copysign, "(x, y, /)") {
    double x, y;
    CHECK(read_two(vm, args, &x, &y));
    return float_new(vm, copysign(x, y));
}

/* Return fmod(x, y), according to platform C.
 *
 * x % y may differ. */
FUNCTION(math, fmod, "(x, y, /)") {
    double x, y;
    CHECK(read_two(vm, args, &x, &y));
    double result = fmod(x, y);
    if (isnan(result) && !isnan(x) && !isnan(y)) return math_raise_domain(vm);
    return float_new(vm, result);
}

/* Difference between x and the closest integer multiple of y.
 *
 * Return x - n*y where n*y is the closest integer multiple of y.
 * In the case where x is exactly halfway between two multiples of
 * y, the nearest even value of n is used. The result is always exact. */
FUNCTION(math, remainder, "(x, y, /)") {
    double x, y;
    CHECK(read_two(vm, args, &x, &y));
    double result = remainder(x, y);
    if (isnan(result) && !isnan(x) && !isnan(y)) return math_raise_domain(vm);
    return float_new(vm, result);
}

/* Return x**y (x to the power of y). */
FUNCTION(math, pow, "(x, y, /)") {
    double x, y;
    CHECK(read_two(vm, args, &x, &y));
    double result = pow(x, y);
    if (isfinite(x) && isfinite(y) && !isfinite(result)) {
        return isnan(result) || x == 0 ? math_raise_domain(vm) : math_raise_range(vm);
    }
    return float_new(vm, result);
}

/* Fused multiply-add operation.
 *
 * Compute (x * y) + z with a single round. */
FUNCTION(math, fma, "(x, y, z, /)") {
    double x, y, z;
    CHECK(read_two(vm, args, &x, &y) && object_to_double(vm, args[2], &z));
    double result = fma(x, y, z);
    if (isnan(result) && !isnan(x) && !isnan(y) && !isnan(z)) {
        return raise_value(vm, "invalid operation in fma");
    }
    if (isinf(result) && isfinite(x) && isfinite(y) && isfinite(z)) {
        return raise_overflow(vm, "overflow in fma");
    }
    return float_new(vm, result);
}

static double nth_after(double x, double y, u64 steps) {
    if (steps == 0 || isnan(x)) return x;
    if (isnan(y)) return y;
    if (x == y) return y;
    /* as counters that grow with the number: the sign bit is turned into a direction */
    i64 from = (i64)double_bits(x), to = (i64)double_bits(y);
    if (from < 0) from = INT64_MIN - from;
    if (to < 0) to = INT64_MIN - to;
    u64 distance = from < to ? (u64)to - (u64)from : (u64)from - (u64)to;
    if (steps >= distance) return y;
    i64 at = from < to ? (i64)((u64)from + steps) : (i64)((u64)from - steps);
    if (at == 0) return from < 0 ? -0.0 : 0.0;
    return double_from_bits((u64)(at < 0 ? INT64_MIN - at : at));
}

/* Return the floating-point value the given number of steps after x towards y.
 *
 * If steps is not specified or is None, it defaults to 1.
 *
 * Raises a TypeError, if x or y is not a double, or if steps is not an integer.
 * Raises ValueError if steps is negative. */
FUNCTION(math, nextafter, "(x, y, /, *, steps=None)") {
    double x, y;
    CHECK(read_two(vm, args, &x, &y));
    if (args[2] == EMPTY || args[2] == NONE) return float_new(vm, nextafter(x, y));
    OWNED Value steps = TRY(object_index(vm, args[2]));
    if (int_is_negative(steps))
        return raise_value(vm, "steps must be a non-negative integer");
    u64 count;
    if (!int_fits_u64(steps, &count)) count = UINT64_MAX;
    return float_new(vm, nth_after(x, y, count));
}

static bool are_close(double a, double b, double relative, double absolute) {
    if (a == b) return true;
    if (isinf(a) || isinf(b)) return false;
    double difference = fabs(b - a);
    return difference <= fabs(relative * b) || difference <= fabs(relative * a) ||
           difference <= absolute;
}

/* Determine whether two floating-point numbers are close in value.
 *
 *   rel_tol
 *     maximum difference for being considered "close", relative to the
 *     magnitude of the input values
 *   abs_tol
 *     maximum difference for being considered "close", regardless of the
 *     magnitude of the input values
 *
 * Return True if a is close in value to b, and False otherwise.
 *
 * For the values to be considered close, the difference between them
 * must be smaller than at least one of the tolerances.
 *
 * -inf, inf and NaN behave similarly to the IEEE 754 Standard.  That
 * is, NaN is not close to anything, even itself.  inf and -inf are
 * only close to themselves. */
FUNCTION(math, isclose, "(a, b, *, rel_tol=1e-09, abs_tol=0.0)") {
    double a, b, relative = 1e-9, absolute = 0;
    CHECK(read_two(vm, args, &a, &b));
    if (args[2] != EMPTY) CHECK(object_to_double(vm, args[2], &relative));
    if (args[3] != EMPTY) CHECK(object_to_double(vm, args[3], &absolute));
    if (relative < 0 || absolute < 0) {
        return raise_value(vm, "tolerances must be non-negative");
    }
    return from_bool(are_close(a, b, relative, absolute));
}

/* ---- parts of a number ---- */

/* Return the mantissa and exponent of x, as pair (m, e).
 *
 * m is a float and e is an int, such that x = m * 2.**e.
 * If x is 0, m and e are both 0.  Else 0.5 <= abs(m) < 1.0. */
FUNCTION(math, frexp, "(x, /)") {
    double x;
    CHECK(object_to_double(vm, args[0], &x));
    int exponent = 0;
    OWNED Value mantissa = TRY(float_new(vm, isfinite(x) ? frexp(x, &exponent) : x));
    return tuple_of(vm, 2, mantissa, from_small(exponent));
}

/* Return x * (2**i).
 *
 * This is essentially the inverse of frexp(). */
FUNCTION(math, ldexp, "(x, i, /)") {
    double x;
    CHECK(object_to_double(vm, args[0], &x));
    if (!is_int(args[1])) {
        return raise_type(vm, "Expected an int as second argument to ldexp.");
    }
    i64 exponent;
    if (!int_fits_i64(args[1], &exponent)) {
        exponent = int_is_negative(args[1]) ? INT64_MIN : INT64_MAX;
    }
    if (x == 0 || !isfinite(x)) return float_new(vm, x);
    i64 clamped = exponent > 5000 ? 5000 : exponent < -5000 ? -5000 : exponent;
    double result = ldexp(x, (int)clamped);
    return isinf(result) ? math_raise_range(vm) : float_new(vm, result);
}

/* Return the fractional and integer parts of x.
 *
 * Both results carry the sign of x and are floats. */
FUNCTION(math, modf, "(x, /)") {
    double x, whole;
    CHECK(object_to_double(vm, args[0], &x));
    double fraction = modf(x, &whole);
    OWNED Value first = TRY(float_new(vm, fraction));
    OWNED Value second = TRY(float_new(vm, whole));
    return tuple_of(vm, 2, first, second);
}

/* The special method, else the function of the number as a float. */
static Value round_by(VM *vm, Value v, Value method_name, Function1 function) {
    if (is_flonum(v)) return int_from_double(vm, function(to_flonum(v)));
    OWNED Value method = TRY(object_find_special(vm, v, method_name));
    if (method != EMPTY) return call_0(vm, method);
    double x;
    CHECK(object_to_double(vm, v, &x));
    return int_from_double(vm, function(x));
}

/* Return the ceiling of x as an Integral.
 *
 * This is the smallest integer >= x. */
FUNCTION(math, ceil, "(x, /)") {
    return round_by(vm, args[0], NAME(__ceil__), ceil);
}

/* Return the floor of x as an Integral.
 *
 * This is the largest integer <= x. */
FUNCTION(math, floor, "(x, /)") {
    return round_by(vm, args[0], NAME(__floor__), floor);
}

/* Truncates the Real x to the nearest Integral toward 0.
 *
 * Uses the __trunc__ magic method. */
FUNCTION(math, trunc, "(x, /)") {
    if (is_flonum(args[0])) return int_from_double(vm, to_flonum(args[0]));
    OWNED Value method = TRY(object_find_special(vm, args[0], NAME(__trunc__)));
    if (method == EMPTY) {
        return raise_type(vm, "type %T doesn't define __trunc__ method", args[0]);
    }
    return call_0(vm, method);
}

static bool add_float(VM *vm, Value module, const char *name, double d) {
    Value v = float_new(vm, d);
    return v != FAIL && module_add(vm, module, name, v);
}

MODULE_INIT(math) {
    return add_float(vm, module, "pi", M_PI) && add_float(vm, module, "e", M_E) &&
           add_float(vm, module, "tau", 2 * M_PI) &&
           add_float(vm, module, "inf", HUGE_VAL) &&
           add_float(vm, module, "nan", double_from_bits((u64)0x7FF8 << 48));
}
