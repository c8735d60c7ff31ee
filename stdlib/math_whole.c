/* math: functions of whole numbers: gcd, lcm, isqrt, factorial, comb, perm. */
#include <math.h>

#include "objects/int.h"
#include "objects/native.h"

/* ---- gcd and lcm ---- */

static u64 gcd_of_words(u64 a, u64 b) {
    while (b) {
        u64 rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static u64 magnitude(Value small) {
    i64 i = to_small(small);
    return i < 0 ? -(u64)i : (u64)i;
}

/* Of exact ints; never negative. */
static Value gcd_of_two(VM *vm, Value a, Value b) {
    if (are_small(a, b))
        return int_from_u64(vm, gcd_of_words(magnitude(a), magnitude(b)));
    mpz_t x, y, out;
    mp_limb_t room_x[1], room_y[1];
    int_view(a, x, room_x);
    int_view(b, y, room_y);
    mpz_init(out);
    mpz_gcd(out, x, y);
    Value result = int_from_mpz(vm, out);
    mpz_clear(out);
    return result;
}

static Value lcm_of_two(VM *vm, Value a, Value b) {
    if (int_is_zero(a) || int_is_zero(b)) return from_small(0);
    OWNED Value gcd = TRY(gcd_of_two(vm, a, b));
    OWNED Value part = TRY(int_binary(vm, BINARY_FLOORDIV, a, gcd));
    OWNED Value product = TRY(int_binary(vm, BINARY_MUL, part, b));
    return int_unary(vm, UNARY_ABS, product);
}

typedef Value (*Combine)(VM *vm, Value a, Value b);

static Value combine_all(VM *vm, Value *args, u32 nargs, Value start, Combine combine) {
    if (nargs == 0) return start;
    OWNED Value first = TRY(object_index(vm, args[0]));
    OWNED Value result = TRY(int_unary(vm, UNARY_ABS, first));
    for (u32 i = 1; i < nargs; i++) {
        OWNED Value next = TRY(object_index(vm, args[i]));
        replace(&result, TRY(combine(vm, result, int_plain(next))));
    }
    return TAKE(result);
}

/* Greatest Common Divisor. */
FUNCTION(math, gcd, "(*integers) shown ($module, *integers)") {
    return combine_all(vm, args, nargs, from_small(0), gcd_of_two);
}

/* Least Common Multiple. */
FUNCTION(math, lcm, "(*integers) shown ($module, *integers)") {
    return combine_all(vm, args, nargs, from_small(1), lcm_of_two);
}

/* Return the integer part of the square root of the input. */
FUNCTION(math, isqrt, "(n, /)") {
    OWNED Value n = TRY(object_index(vm, args[0]));
    if (int_is_negative(n))
        return raise_value(vm, "isqrt() argument must be nonnegative");
    mpz_t z, root;
    mp_limb_t room[1];
    int_view(n, z, room);
    mpz_init(root);
    mpz_sqrt(root, z);
    Value result = int_from_mpz(vm, root);
    mpz_clear(root);
    return result;
}

/* ---- factorials ---- */

/* Would the product of `count` numbers up to `largest` be too large for memory? */
static bool is_too_large(u64 count, double largest) {
    return (double)count * log2(largest + 2) > 64.0 * INT_LIMBS_MAX;
}

static Value take_mpz(VM *vm, mpz_t z) {
    Value result = int_from_mpz(vm, z);
    mpz_clear(z);
    return result;
}

static Value factorial(VM *vm, Value n) {
    if (int_is_negative(n)) {
        return raise_value(vm, "factorial() not defined for negative values");
    }
    i64 count;
    if (!int_fits_i64(n, &count)) {
        return raise_overflow(vm, "factorial() argument should not exceed %ld",
                              (long)INT64_MAX);
    }
    if (is_too_large((u64)count, (double)count / 3)) return raise_memory(vm);
    mpz_t out;
    mpz_init(out);
    mpz_fac_ui(out, (unsigned long)count);
    return take_mpz(vm, out);
}

/* Find n!.
 *
 * Raise a ValueError if x is negative or non-integral. */
FUNCTION(math, factorial, "(n, /)") {
    OWNED Value n = TRY(object_index(vm, args[0]));
    return factorial(vm, n);
}

/* n * (n - 1) * ... (k factors) by halves, so that the factors are of like size. */
static void multiply_falling(mpz_t out, const mpz_t n, u64 from, u64 count) {
    if (count == 0) {
        mpz_set_ui(out, 1);
    } else if (count == 1) {
        mpz_sub_ui(out, n, from);
    } else {
        mpz_t other;
        mpz_init(other);
        multiply_falling(out, n, from, count / 2);
        multiply_falling(other, n, from + count / 2, count - count / 2);
        mpz_mul(out, out, other);
        mpz_clear(other);
    }
}

static Value count_ordered(VM *vm, Value n, u64 k) {
    if ((double)k * (double)int_bit_length(n) > 64.0 * INT_LIMBS_MAX)
        return raise_memory(vm);
    mpz_t z, out;
    mp_limb_t room[1];
    int_view(n, z, room);
    mpz_init(out);
    multiply_falling(out, z, 0, k);
    return take_mpz(vm, out);
}

static Value count_unordered(VM *vm, Value n, u64 k) {
    if ((double)k * (double)int_bit_length(n) > 64.0 * INT_LIMBS_MAX)
        return raise_memory(vm);
    mpz_t z, out;
    mp_limb_t room[1];
    int_view(n, z, room);
    mpz_init(out);
    mpz_bin_ui(out, z, (unsigned long)k);
    return take_mpz(vm, out);
}

static bool check_counts(VM *vm, Value n, Value k) {
    if (int_is_negative(n)) {
        raise_value(vm, "n must be a non-negative integer");
    } else if (int_is_negative(k)) {
        raise_value(vm, "k must be a non-negative integer");
    } else {
        return true;
    }
    return false;
}

/* Number of ways to choose k items from n items without repetition and with order.
 *
 * Evaluates to n! / (n - k)! when k <= n and evaluates
 * to zero when k > n.
 *
 * If k is not specified or is None, then k defaults to n
 * and the function returns n!.
 *
 * Raises TypeError if either of the arguments are not integers.
 * Raises ValueError if either of the arguments are negative. */
FUNCTION(math, perm, "(n, k=None, /)") {
    OWNED Value n = TRY(object_index(vm, args[0]));
    if (args[1] == EMPTY || args[1] == NONE) return factorial(vm, n);
    OWNED Value k = TRY(object_index(vm, args[1]));
    CHECK(check_counts(vm, n, k));
    if (int_order(n, k) < 0) return from_small(0);
    i64 count;
    if (!int_fits_i64(k, &count)) {
        return raise_overflow(vm, "k must not exceed %ld", (long)INT64_MAX);
    }
    return count_ordered(vm, n, (u64)count);
}

/* Number of ways to choose k items from n items without repetition and without order.
 *
 * Evaluates to n! / (k! * (n - k)!) when k <= n and evaluates
 * to zero when k > n.
 *
 * Also called the binomial coefficient because it is equivalent
 * to the coefficient of k-th term in polynomial expansion of the
 * expression (1 + x)**n.
 *
 * Raises TypeError if either of the arguments are not integers.
 * Raises ValueError if either of the arguments are negative. */
FUNCTION(math, comb, "(n, k, /)") {
    OWNED Value n = TRY(object_index(vm, args[0]));
    OWNED Value k = TRY(object_index(vm, args[1]));
    CHECK(check_counts(vm, n, k));
    if (int_order(n, k) < 0) return from_small(0);
    OWNED Value other = TRY(int_binary(vm, BINARY_SUB, n, k));
    Value smaller = int_order(other, k) < 0 ? other : k;
    i64 count;
    if (!int_fits_i64(smaller, &count)) {
        return raise_overflow(vm, "min(n - k, k) must not exceed %ld", (long)INT64_MAX);
    }
    return count_unordered(vm, n, (u64)count);
}
