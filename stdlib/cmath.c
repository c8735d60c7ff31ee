/* cmath: functions of complex numbers.
 *
 * Finite arguments go by formulas that lose few digits near the branch cuts and overflow
 * no earlier than the result (W. Kahan, "Branch cuts for complex elementary functions",
 * 1987). Infinities and nans are left to the C library, which follows annex G of C99.
 */
#include <complex.h>
#include <float.h>
#include <math.h>

#include "objects/float.h"
#include "objects/frame.h"
#include "objects/native.h"
#include "objects/tuple.h"
#include "stdlib/math_shared.h"

MODULE(cmath, "This module provides access to mathematical functions for complex\n"
              "numbers.")

#define LARGE (DBL_MAX / 4) /* squares of sums do not overflow below its root */
#define LN_10 2.302585092994045684

static double root_of_large(void) {
    return sqrt(LARGE);
}
static double log_of_large(void) {
    return log(LARGE);
}

typedef enum Problem { NO_PROBLEM, DOMAIN, RANGE } Problem;

static bool is_finite(Parts z) {
    return isfinite(z.real) && isfinite(z.imaginary);
}

/* i * z and its inverse: the circular functions are the hyperbolic ones, turned. */
static Parts turn(Parts z) {
    return (Parts){-z.imaginary, z.real};
}
static Parts turn_back(Parts z) {
    return (Parts){z.imaginary, -z.real};
}

static Parts by_library(Parts z, double complex (*function)(double complex)) {
    double complex result = function(__builtin_complex(z.real, z.imaginary));
    return (Parts){creal(result), cimag(result)};
}

static bool is_large(Parts z) {
    return fabs(z.real) > LARGE || fabs(z.imaginary) > LARGE;
}
/* log of the size of a large z, doubled as the formulas need it */
static double log_of_double(Parts z) {
    return log(hypot(z.real / 2, z.imaginary / 2)) + M_LN2 * 2;
}

/* ---- root and logarithm ---- */

static Parts square_root(Parts z) {
    if (!is_finite(z)) return by_library(z, csqrt);
    if (z.real == 0 && z.imaginary == 0) return (Parts){0, z.imaginary};
    double x = fabs(z.real), y = fabs(z.imaginary), s;
    if (x < DBL_MIN &&
        y < DBL_MIN) { /* subnormal: scaled up by 2 ** 53, the root by half of it */
        x = ldexp(x, 53);
        s = ldexp(sqrt(x + hypot(x, ldexp(y, 53))), -27);
    } else {
        x /= 8;
        s = 2 * sqrt(x + hypot(x, y / 8));
    }
    double d = y / (2 * s);
    if (z.real >= 0) return (Parts){s, copysign(d, z.imaginary)};
    return (Parts){d, copysign(s, z.imaginary)};
}

static double log_of_size(double x, double y, Problem *problem) {
    if (x > LARGE || y > LARGE) return log(hypot(x / 2, y / 2)) + M_LN2;
    if (x < DBL_MIN && y < DBL_MIN) {
        if (x == 0 && y == 0) {
            *problem = DOMAIN;
            return -HUGE_VAL;
        }
        return log(hypot(ldexp(x, DBL_MANT_DIG), ldexp(y, DBL_MANT_DIG))) -
               DBL_MANT_DIG * M_LN2;
    }
    double size = hypot(x, y);
    if (size < 0.71 || size > 1.73) return log(size);
    double more = x > y ? x : y,
           less = x > y ? y : x; /* near 1: the difference from it counts */
    return log1p((more - 1) * (more + 1) + less * less) / 2;
}

static Parts logarithm(Parts z, Problem *problem) {
    if (!is_finite(z)) return by_library(z, clog);
    return (Parts){log_of_size(fabs(z.real), fabs(z.imaginary), problem),
                   atan2(z.imaginary, z.real)};
}

/* ---- hyperbolic functions ---- */

static Parts check_range(Parts z, Problem *problem) {
    if (isinf(z.real) || isinf(z.imaginary)) *problem = RANGE;
    return z;
}

/* Where annex G leaves a sign or a choice open, this is what CPython's tables say. */

static Parts special_exponential(Parts z) {
    if (isinf(z.real) && z.real < 0 && isinf(z.imaginary)) return (Parts){0, 0};
    return by_library(z, cexp);
}

static Parts special_cosine(Parts z) {
    if (isnan(z.real) && z.imaginary == 0) return (Parts){z.real, 0};
    return by_library(z, ccosh);
}

static Parts special_sine(Parts z) {
    if (z.real == 0 && isnan(z.imaginary)) return (Parts){0, z.imaginary};
    return by_library(z, csinh);
}

static Parts special_tangent(Parts z) {
    if (z.real == 0 && isnan(z.imaginary)) return (Parts){NAN, NAN};
    if (isinf(z.real) && isinf(z.imaginary)) return (Parts){copysign(1, z.real), 0};
    return by_library(z, ctanh);
}

static Parts special_arc_cosine(Parts z) {
    if (isinf(z.real) && isnan(z.imaginary)) return (Parts){NAN, HUGE_VAL};
    return by_library(z, cacos);
}

static Parts special_area_cosine(Parts z) {
    if (z.real == 0 && isnan(z.imaginary)) return (Parts){NAN, NAN};
    return by_library(z, cacosh);
}

static Parts special_area_sine(Parts z) {
    if (isnan(z.real) && isinf(z.imaginary)) return (Parts){HUGE_VAL, NAN};
    return by_library(z, casinh);
}

static Parts special_area_tangent(Parts z) {
    Parts w = by_library(z, catanh);
    return isnan(z.real) && w.real == 0 ? (Parts){0, w.imaginary} : w;
}

static Parts exponential(Parts z, Problem *problem) {
    if (!is_finite(z)) {
        if (isinf(z.imaginary) && !isnan(z.real) && !(isinf(z.real) && z.real < 0)) {
            *problem = DOMAIN;
        }
        return special_exponential(z);
    }
    bool is_close = z.real > log_of_large(); /* to overflow: the sine may still save it */
    double size = exp(is_close ? z.real - 1 : z.real), factor = is_close ? M_E : 1;
    return check_range(
        (Parts){size * cos(z.imaginary) * factor, size * sin(z.imaginary) * factor},
        problem);
}

static Parts hyperbolic_cosine(Parts z, Problem *problem) {
    if (!is_finite(z)) {
        if (isinf(z.imaginary) && !isnan(z.real)) *problem = DOMAIN;
        return special_cosine(z);
    }
    bool is_close = fabs(z.real) > log_of_large();
    double x = is_close ? z.real - copysign(1, z.real) : z.real,
           factor = is_close ? M_E : 1;
    return check_range(
        (Parts){cos(z.imaginary) * cosh(x) * factor, sin(z.imaginary) * sinh(x) * factor},
        problem);
}

static Parts hyperbolic_sine(Parts z, Problem *problem) {
    if (!is_finite(z)) {
        if (isinf(z.imaginary) && !isnan(z.real)) *problem = DOMAIN;
        return special_sine(z);
    }
    bool is_close = fabs(z.real) > log_of_large();
    double x = is_close ? z.real - copysign(1, z.real) : z.real,
           factor = is_close ? M_E : 1;
    return check_range(
        (Parts){cos(z.imaginary) * sinh(x) * factor, sin(z.imaginary) * cosh(x) * factor},
        problem);
}

static Parts hyperbolic_tangent(Parts z, Problem *problem) {
    if (!is_finite(z)) {
        if (isinf(z.imaginary) && isfinite(z.real)) *problem = DOMAIN;
        return special_tangent(z);
    }
    if (fabs(z.real) > log_of_large()) {
        return (Parts){copysign(1, z.real),
                       4 * sin(z.imaginary) * cos(z.imaginary) * exp(-2 * fabs(z.real))};
    }
    double x = tanh(z.real), y = tan(z.imaginary), c = 1 / cosh(z.real);
    double product = x * y, below = 1 + product * product;
    return (Parts){x * (1 + y * y) / below, y / below * c * c};
}

/* ---- inverse functions ---- */

static Parts arc_cosine(Parts z) {
    if (!is_finite(z)) return special_arc_cosine(z);
    if (is_large(z)) {
        double size = log_of_double(z);
        return (Parts){atan2(fabs(z.imaginary), z.real),
                       z.real < 0 ? -copysign(size, z.imaginary)
                                  : copysign(size, -z.imaginary)};
    }
    Parts s = square_root((Parts){1 - z.real, -z.imaginary});
    Parts t = square_root((Parts){1 + z.real, z.imaginary});
    return (Parts){2 * atan2(s.real, t.real),
                   asinh(t.real * s.imaginary - t.imaginary * s.real)};
}

static Parts area_cosine(Parts z) {
    if (!is_finite(z)) return special_area_cosine(z);
    if (is_large(z)) return (Parts){log_of_double(z), atan2(z.imaginary, z.real)};
    Parts s = square_root((Parts){z.real - 1, z.imaginary});
    Parts t = square_root((Parts){z.real + 1, z.imaginary});
    return (Parts){asinh(s.real * t.real + s.imaginary * t.imaginary),
                   2 * atan2(s.imaginary, t.real)};
}

static Parts area_sine(Parts z) {
    if (!is_finite(z)) return special_area_sine(z);
    if (is_large(z)) {
        double size = log_of_double(z);
        return (Parts){z.imaginary >= 0 ? copysign(size, z.real)
                                        : -copysign(size, -z.real),
                       atan2(z.imaginary, fabs(z.real))};
    }
    Parts s = square_root((Parts){1 + z.imaginary, -z.real});
    Parts t = square_root((Parts){1 - z.imaginary, z.real});
    return (Parts){asinh(s.real * t.imaginary - t.real * s.imaginary),
                   atan2(z.imaginary, s.real * t.real - s.imaginary * t.imaginary)};
}

static Parts area_tangent_at_one(Parts z, double y, Problem *problem) {
    if (y == 0) {
        *problem = DOMAIN;
        return (Parts){HUGE_VAL, z.imaginary};
    }
    return (Parts){-log(sqrt(y) / sqrt(hypot(y, 2))),
                   copysign(atan2(2, -y) / 2, z.imaginary)};
}

static Parts area_tangent(Parts z, Problem *problem) {
    if (!is_finite(z)) return special_area_tangent(z);
    if (signbit(z.real)) {
        Parts w = area_tangent((Parts){-z.real, -z.imaginary}, problem);
        return (Parts){-w.real, -w.imaginary};
    }
    double y = fabs(z.imaginary), rest = 1 - z.real;
    if (z.real > root_of_large() || y > root_of_large()) {
        double half = hypot(z.real / 2, z.imaginary / 2);
        return (Parts){z.real / 4 / half / half, -copysign(M_PI / 2, -z.imaginary)};
    }
    if (z.real == 1 && y < sqrt(DBL_MIN)) return area_tangent_at_one(z, y, problem);
    return (Parts){log1p(4 * z.real / (rest * rest + y * y)) / 4,
                   -atan2(-2 * z.imaginary, rest * (1 + z.real) - y * y) / 2};
}

/* ---- the functions of Python ---- */

static Value finish(VM *vm, Parts z, Problem problem) {
    if (problem == DOMAIN) return math_raise_domain(vm);
    if (problem == RANGE) return math_raise_range(vm);
    return complex_new(vm, z.real, z.imaginary);
}

/* Return the arc cosine of z. */
FUNCTION(cmath, acos, "(z, /)") {
    Parts z;
    CHECK(complex_parts(vm, args[0], &z));
    return finish(vm, arc_cosine(z), NO_PROBLEM);
}

/* Return the inverse hyperbolic cosine of z. */
FUNCTION(cmath, acosh, "(z, /)") {
    Parts z;
    CHECK(complex_parts(vm, args[0], &z));
    return finish(vm, area_cosine(z), NO_PROBLEM);
}

/* Return the arc sine of z. */
FUNCTION(cmath, asin, "(z, /)") {
    Parts z;
    CHECK(complex_parts(vm, args[0], &z));
    return finish(vm, turn_back(area_sine(turn(z))), NO_PROBLEM);
}

/* Return the inverse hyperbolic sine of z. */
FUNCTION(cmath, asinh, "(z, /)") {
    Parts z;
    CHECK(complex_parts(vm, args[0], &z));
    return finish(vm, area_sine(z), NO_PROBLEM);
}

/* Return the arc tangent of z. */
FUNCTION(cmath, atan, "(z, /)") {
    Parts z;
    Problem problem = NO_PROBLEM;
    CHECK(complex_parts(vm, args[0], &z));
    z = turn_back(area_tangent(turn(z), &problem));
    return finish(vm, z, problem);
}

/* Return the inverse hyperbolic tangent of z. */
FUNCTION(cmath, atanh, "(z, /)") {
    Parts z;
    Problem problem = NO_PROBLEM;
    CHECK(complex_parts(vm, args[0], &z));
    z = area_tangent(z, &problem);
    return finish(vm, z, problem);
}

/* Return the cosine of z. */
FUNCTION(cmath, cos, "(z, /)") {
    Parts z;
    Problem problem = NO_PROBLEM;
    CHECK(complex_parts(vm, args[0], &z));
    z = hyperbolic_cosine(turn(z), &problem);
    return finish(vm, z, problem);
}

/* Return the hyperbolic cosine of z. */
FUNCTION(cmath, cosh, "(z, /)") {
    Parts z;
    Problem problem = NO_PROBLEM;
    CHECK(complex_parts(vm, args[0], &z));
    z = hyperbolic_cosine(z, &problem);
    return finish(vm, z, problem);
}

/* Return the exponential value e**z. */
FUNCTION(cmath, exp, "(z, /)") {
    Parts z;
    Problem problem = NO_PROBLEM;
    CHECK(complex_parts(vm, args[0], &z));
    z = exponential(z, &problem);
    return finish(vm, z, problem);
}

/* log(z[, base]) -> the logarithm of z to the given base.
 *
 * If the base is not specified, returns the natural logarithm (base e) of z. */
FUNCTION(cmath, log, "(z, base=<unrepresentable>, /)") {
    Parts z, base;
    Problem problem = NO_PROBLEM;
    CHECK(complex_parts(vm, args[0], &z));
    if (args[1] == EMPTY) {
        z = logarithm(z, &problem);
        return finish(vm, z, problem);
    }
    CHECK(complex_parts(vm, args[1], &base));
    z = logarithm(z, &problem);
    problem = NO_PROBLEM; /* CPython looks at the last one only */
    base = logarithm(base, &problem);
    if (problem || (base.real == 0 && base.imaginary == 0)) return math_raise_domain(vm);
    OWNED Value above = TRY(complex_new(vm, z.real, z.imaginary));
    OWNED Value below = TRY(complex_new(vm, base.real, base.imaginary));
    return object_binary(vm, BINARY_TRUEDIV, above, below);
}

/* Return the base-10 logarithm of z. */
FUNCTION(cmath, log10, "(z, /)") {
    Parts z;
    Problem problem = NO_PROBLEM;
    CHECK(complex_parts(vm, args[0], &z));
    z = logarithm(z, &problem);
    return finish(vm, (Parts){z.real / LN_10, z.imaginary / LN_10}, problem);
}

/* Return the sine of z. */
FUNCTION(cmath, sin, "(z, /)") {
    Parts z;
    Problem problem = NO_PROBLEM;
    CHECK(complex_parts(vm, args[0], &z));
    z = turn_back(hyperbolic_sine(turn(z), &problem));
    return finish(vm, z, problem);
}

/* Return the hyperbolic sine of z. */
FUNCTION(cmath, sinh, "(z, /)") {
    Parts z;
    Problem problem = NO_PROBLEM;
    CHECK(complex_parts(vm, args[0], &z));
    z = hyperbolic_sine(z, &problem);
    return finish(vm, z, problem);
}

/* Return the square root of z. */
FUNCTION(cmath, sqrt, "(z, /)") {
    Parts z;
    CHECK(complex_parts(vm, args[0], &z));
    return finish(vm, square_root(z), NO_PROBLEM);
}

/* Return the tangent of z. */
FUNCTION(cmath, tan, "(z, /)") {
    Parts z;
    Problem problem = NO_PROBLEM;
    CHECK(complex_parts(vm, args[0], &z));
    z = turn_back(hyperbolic_tangent(turn(z), &problem));
    return finish(vm, z, problem);
}

/* Return the hyperbolic tangent of z. */
FUNCTION(cmath, tanh, "(z, /)") {
    Parts z;
    Problem problem = NO_PROBLEM;
    CHECK(complex_parts(vm, args[0], &z));
    z = hyperbolic_tangent(z, &problem);
    return finish(vm, z, problem);
}

/* ---- polar coordinates ---- */

/* Return argument, also known as the phase angle, of a complex. */
FUNCTION(cmath, phase, "(z, /)") {
    Parts z;
    CHECK(complex_parts(vm, args[0], &z));
    double phi = atan2(z.imaginary, z.real);
    /* too small for a double: libm says so, and CPython passes it on */
    if (phi == 0 && z.imaginary != 0 && isfinite(z.real)) return math_raise_range(vm);
    return float_new(vm, phi);
}

/* Convert a complex from rectangular coordinates to polar coordinates.
 *
 * r is the distance from 0 and phi the phase angle. */
FUNCTION(cmath, polar, "(z, /)") {
    Parts z;
    CHECK(complex_parts(vm, args[0], &z));
    double size = hypot(z.real, z.imaginary);
    if (isinf(size) && is_finite(z)) return math_raise_range(vm);
    OWNED Value r = TRY(float_new(vm, size));
    OWNED Value phi = TRY(float_new(vm, atan2(z.imaginary, z.real)));
    return tuple_of(vm, 2, r, phi);
}

/* r * (cos(phi) + i sin(phi)) where one of them is not finite. */
static Parts rect_of_specials(double r, double phi) {
    double x = cos(phi), y = sin(phi);
    if (isinf(r) && isfinite(phi) && phi != 0) {
        return (Parts){r > 0 ? copysign(r, x) : -copysign(r, x),
                       r > 0 ? copysign(r, y) : -copysign(r, y)};
    }
    if (phi == 0) return (Parts){r, isnan(r) ? 0 : copysign(1, r) * phi};
    if (r == 0) return (Parts){0, 0};
    if (isinf(r)) return (Parts){HUGE_VAL, NAN};
    return (Parts){NAN, NAN};
}

/* Convert from polar coordinates to rectangular coordinates. */
FUNCTION(cmath, rect, "(r, phi, /)") {
    double r, phi;
    CHECK(object_to_double(vm, args[0], &r) && object_to_double(vm, args[1], &phi));
    if (!isfinite(r) || !isfinite(phi)) {
        Problem problem = r != 0 && !isnan(r) && isinf(phi) ? DOMAIN : NO_PROBLEM;
        return finish(vm, rect_of_specials(r, phi), problem);
    }
    if (phi == 0) return complex_new(vm, r, r * phi); /* keeps the sign of 0 */
    return complex_new(vm, r * cos(phi), r * sin(phi));
}

/* ---- tests ---- */

/* Return True if both the real and imaginary parts of z are finite, else False. */
FUNCTION(cmath, isfinite, "(z, /)") {
    Parts z;
    CHECK(complex_parts(vm, args[0], &z));
    return from_bool(is_finite(z));
}

/* Checks if the real or imaginary part of z not a number (NaN). */
FUNCTION(cmath, isnan, "(z, /)") {
    Parts z;
    CHECK(complex_parts(vm, args[0], &z));
    return from_bool(isnan(z.real) || isnan(z.imaginary));
}

/* Checks if the real or imaginary part of z is infinite. */
FUNCTION(cmath, isinf, "(z, /)") {
    Parts z;
    CHECK(complex_parts(vm, args[0], &z));
    return from_bool(isinf(z.real) || isinf(z.imaginary));
}

static bool has_infinity(Parts z) {
    return isinf(z.real) || isinf(z.imaginary);
}

static bool are_close(Parts a, Parts b, double relative, double absolute) {
    if (a.real == b.real && a.imaginary == b.imaginary) return true;
    if (has_infinity(a) || has_infinity(b)) return false;
    double difference = hypot(a.real - b.real, a.imaginary - b.imaginary);
    return difference <= relative * hypot(b.real, b.imaginary) ||
           difference <= relative * hypot(a.real, a.imaginary) || difference <= absolute;
}

/* Determine whether two complex numbers are close in value.
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
 * For the values to be considered close, the difference between them must be
 * smaller than at least one of the tolerances.
 *
 * -inf, inf and NaN behave similarly to the IEEE 754 Standard. That is, NaN is
 * not close to anything, even itself. inf and -inf are only close to themselves. */
FUNCTION(cmath, isclose, "(a, b, *, rel_tol=1e-09, abs_tol=0.0)") {
    Parts a, b;
    double relative = 1e-9, absolute = 0;
    CHECK(complex_parts(vm, args[0], &a) && complex_parts(vm, args[1], &b));
    if (args[2] != EMPTY) CHECK(object_to_double(vm, args[2], &relative));
    if (args[3] != EMPTY) CHECK(object_to_double(vm, args[3], &absolute));
    if (relative < 0 || absolute < 0) {
        return raise_value(vm, "tolerances must be non-negative");
    }
    return from_bool(are_close(a, b, relative, absolute));
}

MODULE_INIT(cmath) {
    const double nan = double_from_bits((u64)0x7FF8 << 48);
    const struct {
        const char *name;
        double real, imaginary;
        bool is_complex;
    } constants[] = {
        {"pi", M_PI, 0, false},      {"e", M_E, 0, false},
        {"tau", 2 * M_PI, 0, false}, {"inf", HUGE_VAL, 0, false},
        {"infj", 0, HUGE_VAL, true}, {"nan", nan, 0, false},
        {"nanj", 0, nan, true},
    };
    for (u32 i = 0; i < COUNT_OF(constants); i++) {
        Value v = constants[i].is_complex
                      ? complex_new(vm, constants[i].real, constants[i].imaginary)
                      : float_new(vm, constants[i].real);
        if (v == FAIL || !module_add(vm, module, constants[i].name, v)) return false;
    }
    return true;
}
