/* The gamma function by the approximation of Lanczos, with g and the 13 coefficients that
 * Paul Godfrey's method gives for doubles (as in Boost); errors are a few units in the
 * last place. */
#include <math.h>

#include "stdlib/math_shared.h"

enum { TERMS = 13 };
#define LANCZOS_G           6.024680040776729583740234375
#define LANCZOS_G_LESS_HALF 5.524680040776729583740234375
#define LOG_PI              1.144729885849400174143427351353058711647

static const double numerator[TERMS] = {
    23531376880.410759688572007674451636754734846804940,
    42919803642.649098768957899047001988850926355848959,
    35711959237.355668049440185451547166705960488635843,
    17921034426.037209699919755754458931112671403265390,
    6039542586.3520280050642916443072979210699388420708,
    1439720407.3117216736632230727949123939715485786372,
    248874557.86205415651146038641322942321632125127801,
    31426415.585400194380614231628318205362874684987640,
    2876370.6289353724412254090516208496135991145378768,
    186056.26539522349504029498971604569928220784236328,
    8071.6720023658162106380029022722506138218516325024,
    210.82427775157934587250973392071336271166969580291,
    2.5066282746310002701649081771338373386264310793408,
};

/* x * (x + 1) * ... * (x + 11), by powers of x */
static const double denominator[TERMS] = {
    0.0,       39916800.0, 120543840.0, 150917976.0, 105258076.0, 45995730.0, 13339535.0,
    2637558.0, 357423.0,   32670.0,     1925.0,      66.0,        1.0,
};

/* The quotient of the two polynomials; large x by powers of 1/x, so that nothing
 * overflows. */
static double lanczos_sum(double x) {
    double above = 0, below = 0;
    if (x < 5) {
        for (int i = TERMS - 1; i >= 0; i--) {
            above = above * x + numerator[i];
            below = below * x + denominator[i];
        }
    } else {
        for (int i = 0; i < TERMS; i++) {
            above = above / x + numerator[i];
            below = below / x + denominator[i];
        }
    }
    return above / below;
}

/* sin(pi * x), exact in its argument. */
static double sin_of_pi_times(double x) {
    double y = fmod(fabs(x), 2.0);
    double result;
    switch ((int)round(2 * y)) {
    case 0: result = sin(M_PI * y); break;
    case 1: result = cos(M_PI * (y - 0.5)); break;
    case 2: result = sin(M_PI * (1.0 - y)); break; /* so that x = 1 gives 0, not -0 */
    case 3: result = -cos(M_PI * (y - 1.5)); break;
    default: result = sin(M_PI * (y - 2.0)); break;
    }
    return copysign(1.0, x) * result;
}

static double factorial(int n) {
    double product = 1;
    for (int i = 2; i <= n; i++) product *= i;
    return product;
}

/* What x + g - 1/2 lost by rounding, as a share of it. */
static double rounding_correction(double x, double y) {
    double lost = x > LANCZOS_G_LESS_HALF ? (y - x) - LANCZOS_G_LESS_HALF
                                          : (y - LANCZOS_G_LESS_HALF) - x;
    return lost * LANCZOS_G / y;
}

static double gamma_of_negative(double x, double y, double correction) {
    double result = -M_PI / sin_of_pi_times(x) / x * exp(y) / lanczos_sum(x);
    result -= correction * result;
    if (x < 140) return result / pow(y, x - 0.5);
    double root = pow(y, x / 2.0 - 0.25); /* the whole power would overflow */
    return result / root / root;
}

static double gamma_of_positive(double x, double y, double correction) {
    double result = lanczos_sum(x) / exp(y);
    result += correction * result;
    if (x < 140) return result * pow(y, x - 0.5);
    double root = pow(y, x / 2.0 - 0.25);
    return result * root * root;
}

double math_gamma(double x) {
    if (!isfinite(x)) return x;
    if (x == floor(x) && x <= 23) return factorial((int)x - 1);
    double size = fabs(x);
    if (size < 1e-20) return 1 / x;
    if (size > 200) return x < 0 ? 0.0 / sin_of_pi_times(x) : HUGE_VAL;
    double y = size + LANCZOS_G_LESS_HALF;
    double correction = rounding_correction(size, y);
    return x < 0 ? gamma_of_negative(size, y, correction)
                 : gamma_of_positive(size, y, correction);
}

double math_log_gamma(double x) {
    if (!isfinite(x)) return isnan(x) ? x : HUGE_VAL;
    if (x == 1 || x == 2) return 0;
    double size = fabs(x);
    if (size < 1e-20) return -log(size);
    double result = log(lanczos_sum(size)) - LANCZOS_G;
    result += (size - 0.5) * (log(size + LANCZOS_G - 0.5) - 1);
    if (x < 0) {
        result = LOG_PI - log(fabs(sin_of_pi_times(size))) - log(size) - result;
    }
    return result;
}
