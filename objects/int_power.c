#include <math.h>
#include <stdlib.h>

#include "objects/float.h"
#include "objects/int_inner.h"

/* GMP ends the process when it gets no memory: ask beforehand for what it will need. */
static bool has_room(u64 bits) {
    enum { SMALL = 1 << 23, SHARE = 3 /* operand, square and result */ };
    if (bits < SMALL) return true;
    void *probe = malloc(bits / 8 * SHARE);
    free(probe);
    return probe != NULL;
}

/* base ** exponent for an exponent of at least 0. Bases -1, 0 and 1 have powers of any
 * exponent; for others the size of the result is known well enough beforehand. */
static Value raise_to(VM *vm, Value base, Value exponent) {
    if (exponent == from_small(0)) return from_small(1);
    if (base == from_small(0) || base == from_small(1)) return base;
    mpz_t z;
    mp_limb_t room[1];
    if (base == from_small(-1)) {
        int_view(exponent, z, room);
        return from_small(mpz_odd_p(z) ? -1 : 1);
    }
    i64 count;
    u64 bits = int_bit_length(base) - 1, limit = (u64)INT_LIMBS_MAX * 64;
    if (!int_fits_i64(exponent, &count) || (u64)count > limit ||
        (bits && bits > limit / (u64)count) || !has_room((bits + 1) * (u64)count)) {
        return raise_memory(vm);
    }
    int_view(base, z, room);
    mpz_t power;
    mpz_init(power);
    mpz_pow_ui(power, z, (unsigned long)count);
    Value result = int_from_mpz(vm, power);
    mpz_clear(power);
    return result;
}

static Value raise_to_negative(VM *vm, Value base, Value exponent) {
    bool ok;
    double x = int_to_double(vm, base, &ok);
    if (!ok) return FAIL;
    double y = int_to_double(vm, exponent, &ok);
    if (!ok) return FAIL;
    return float_power(vm, x, y);
}

/* base ** exponent % modulus in mpz, the modulus positive; false: no inverse. */
static bool raise_modulo(mpz_t out, const mpz_t base, const mpz_t exponent,
                         const mpz_t modulus) {
    if (mpz_sgn(exponent) < 0) {
        mpz_t positive;
        mpz_init(positive);
        mpz_neg(positive, exponent);
        bool has_inverse = mpz_invert(out, base, modulus);
        if (has_inverse) mpz_powm(out, out, positive, modulus);
        mpz_clear(positive);
        return has_inverse;
    }
    mpz_powm(out, base, exponent, modulus);
    return true;
}

static Value power_modulo(VM *vm, Value base, Value exponent, Value modulus) {
    if (modulus == from_small(0))
        return raise_value(vm, "pow() 3rd argument cannot be 0");
    if (modulus == from_small(1) || modulus == from_small(-1)) return from_small(0);
    mpz_t b, e, m, positive, out;
    mp_limb_t room_b[1], room_e[1], room_m[1];
    int_view(base, b, room_b);
    int_view(exponent, e, room_e);
    int_view(modulus, m, room_m);
    mpz_init(out);
    mpz_init(positive);
    mpz_abs(positive, m);
    Value result;
    if (raise_modulo(out, b, e, positive)) {
        if (mpz_sgn(m) < 0 && mpz_sgn(out) != 0) mpz_sub(out, out, positive);
        result = int_from_mpz(vm, out);
    } else {
        result = raise_value(vm, "base is not invertible for the given modulus");
    }
    mpz_clear(positive);
    mpz_clear(out);
    return result;
}

Value int_power(VM *vm, Value base, Value exponent, Value modulus) {
    if (!is_int(base) || !is_int(exponent)) return NOT_IMPLEMENTED;
    base = int_plain(base), exponent = int_plain(exponent);
    if (modulus != NONE) {
        if (!is_int(modulus)) return NOT_IMPLEMENTED;
        return power_modulo(vm, base, exponent, int_plain(modulus));
    }
    if (int_is_negative(exponent)) return raise_to_negative(vm, base, exponent);
    return raise_to(vm, base, exponent);
}
