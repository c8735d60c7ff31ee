/* + - * // % divmod / and the bit operators. Inline operands (in the VM's absence: bool,
 * mixed) go by C arithmetic; others are views for GMP's mpn functions, which write
 * straight into the result. */
#include <math.h>

#include "objects/float.h"
#include "objects/int_inner.h"
#include "objects/tuple.h"

/* Both operands as GMP sees them. */
typedef struct Operands {
    mpz_t a, b;
    mp_limb_t room_a[1], room_b[1];
} Operands;

static void view(Operands *operands, Value a, Value b) {
    int_view(a, operands->a, operands->room_a);
    int_view(b, operands->b, operands->room_b);
}

/* An operand of + - *: limbs and sign. */
typedef struct Number {
    const mp_limb_t *limbs;
    mp_size_t size; /* none for 0 */
    bool is_negative;
    mp_limb_t room;
} Number;

static inline void look_at(Value v, Number *out) {
    if (is_small(v)) {
        i64 i = to_small(v);
        out->room = i < 0 ? -(mp_limb_t)i : (mp_limb_t)i;
        out->limbs = &out->room;
        out->size = i != 0;
        out->is_negative = i < 0;
    } else {
        const BigInt *big = (BigInt *)v;
        out->limbs = big->limbs;
        out->is_negative = big->size < 0;
        out->size = out->is_negative ? -big->size : big->size;
    }
}

/* ---- addition ---- */

static Value add_magnitudes(VM *vm, const Number *a, const Number *b, bool is_negative) {
    if (a->size < b->size) return add_magnitudes(vm, b, a, is_negative);
    mp_size_t count = a->size;
    BigInt *sum = int_room(vm, (u64)count + 1);
    if (!sum) return FAIL;
    mp_limb_t carry = 0;
    if (!b->size) mpn_copyi(sum->limbs, a->limbs, count);
    else if (b->size == 1) carry = mpn_add_1(sum->limbs, a->limbs, count, b->limbs[0]);
    else carry = mpn_add(sum->limbs, a->limbs, count, b->limbs, b->size);
    sum->limbs[count] = carry;
    return int_finish(sum, (u64)count + 1, is_negative);
}

static int order_magnitudes(const Number *a, const Number *b) {
    if (a->size != b->size) return a->size < b->size ? -1 : 1;
    return a->size ? mpn_cmp(a->limbs, b->limbs, a->size) : 0;
}

/* a - b of the magnitudes; is_negative is the sign when a is the larger. */
static Value subtract_magnitudes(VM *vm, const Number *a, const Number *b, bool is_negative) {
    int order = order_magnitudes(a, b);
    if (order == 0) return from_small(0);
    if (order < 0) return subtract_magnitudes(vm, b, a, !is_negative);
    BigInt *difference = int_room(vm, (u64)a->size);
    if (!difference) return FAIL;
    if (b->size) mpn_sub(difference->limbs, a->limbs, a->size, b->limbs, b->size);
    else mpn_copyi(difference->limbs, a->limbs, a->size);
    return int_finish(difference, (u64)a->size, is_negative);
}

static Value add_big(VM *vm, Value a, Value b, bool subtract) {
    Number x, y;
    look_at(a, &x);
    look_at(b, &y);
    return x.is_negative == (y.is_negative != subtract) ? add_magnitudes(vm, &x, &y, x.is_negative)
                                                        : subtract_magnitudes(vm, &x, &y, x.is_negative);
}

/* ---- multiplication ---- */

static Value multiply_big(VM *vm, Value a, Value b) {
    Number x, y;
    look_at(a, &x);
    look_at(b, &y);
    mp_size_t m = x.size, n = y.size;
    if (m == 0 || n == 0) return from_small(0);
    BigInt *product = int_room(vm, (u64)m + (u64)n);
    if (!product) return FAIL;
    if (n == 1) product->limbs[m] = mpn_mul_1(product->limbs, x.limbs, m, y.limbs[0]);
    else if (m == 1) product->limbs[n] = mpn_mul_1(product->limbs, y.limbs, n, x.limbs[0]);
    else if (a == b) mpn_sqr(product->limbs, x.limbs, m);
    else if (m >= n) mpn_mul(product->limbs, x.limbs, m, y.limbs, n);
    else mpn_mul(product->limbs, y.limbs, n, x.limbs, m);
    return int_finish(product, (u64)m + (u64)n, x.is_negative != y.is_negative);
}

static Value multiply_small(VM *vm, i64 a, i64 b) {
    i64 product;
    if (!__builtin_mul_overflow(a, b, &product)) return int_from_i64(vm, product);
    return multiply_big(vm, from_small(a), from_small(b));
}

/* ---- division: towards minus infinity, the remainder has the divisor's sign ---- */

static i64 floor_divide(i64 a, i64 b, i64 *remainder) {
    i64 quotient = a / b, rest = a % b;
    if (rest && (rest < 0) != (b < 0)) {
        quotient--;
        rest += b;
    }
    *remainder = rest;
    return quotient;
}

/* |a| < |b|: no division needed. */
static Value divide_by_larger(VM *vm, Value a, Value b, Value *remainder) {
    bool adjust = !int_is_zero(a) && int_is_negative(a) != int_is_negative(b);
    *remainder = adjust ? int_binary(vm, BINARY_ADD, a, b) : incref(a);
    if (*remainder == FAIL) return FAIL;
    return from_small(adjust ? -1 : 0);
}

/* The truncated quotient's limbs and those of the remainder become the floored ones. */
static Value finish_division(BigInt *quotient, BigInt *rest, const Operands *operands,
                             Value *remainder) {
    mp_size_t n = (mp_size_t)mpz_size(operands->b), size = quotient->size;
    bool b_negative = mpz_sgn(operands->b) < 0;
    bool is_negative = (mpz_sgn(operands->a) < 0) != b_negative;
    if (is_negative && !mpn_zero_p(rest->limbs, n)) {
        quotient->limbs[size - 1] =
            mpn_add_1(quotient->limbs, quotient->limbs, size - 1, 1);
        mpn_sub_n(rest->limbs, mpz_limbs_read(operands->b), rest->limbs, n);
    }
    *remainder = int_finish(rest, (u64)n, b_negative);
    return int_finish(quotient, (u64)size, is_negative);
}

static Value divide_big(VM *vm, Value a, Value b, Value *remainder) {
    Operands operands;
    view(&operands, a, b);
    mp_size_t m = (mp_size_t)mpz_size(operands.a), n = (mp_size_t)mpz_size(operands.b);
    if (mpz_cmpabs(operands.a, operands.b) < 0)
        return divide_by_larger(vm, a, b, remainder);
    BigInt *quotient =
        int_room(vm, (u64)(m - n) + 2); /* one more: rounding down may carry */
    if (!quotient) return FAIL;
    BigInt *rest = int_room(vm, (u64)n);
    if (!rest) {
        decref(from_object(quotient));
        return FAIL;
    }
    quotient->limbs[m - n + 1] = 0;
    mpn_tdiv_qr(quotient->limbs, rest->limbs, 0, mpz_limbs_read(operands.a), m,
                mpz_limbs_read(operands.b), n);
    return finish_division(quotient, rest, &operands, remainder);
}

Value int_divmod(VM *vm, Value a, Value b, Value *remainder) {
    a = int_plain(a), b = int_plain(b);
    if (b == from_small(0)) return raise_zero_division(vm, "division by zero");
    if (are_small(a, b)) {
        i64 rest, quotient = floor_divide(to_small(a), to_small(b), &rest);
        *remainder = from_small(rest);
        return int_from_i64(vm, quotient);
    }
    return divide_big(vm, a, b, remainder);
}

static Value divide(VM *vm, BinaryOp op, Value a, Value b) {
    if (b == from_small(0)) {
        return raise_zero_division(vm, op == BINARY_MOD
                                           ? "integer modulo by zero"
                                           : "integer division or modulo by zero");
    }
    OWNED Value remainder = EMPTY;
    OWNED Value quotient = TRY(int_divmod(vm, a, b, &remainder));
    if (op == BINARY_FLOORDIV) return TAKE(quotient);
    if (op == BINARY_MOD) return TAKE(remainder);
    return tuple_of(vm, 2, quotient, remainder);
}

/* ---- true division, correctly rounded ---- */

static Value raise_quotient_too_large(VM *vm) {
    return raise_overflow(vm, "integer division result too large for a float");
}

/* |a| / |b| as a whole number of about 55 bits, the lowest made odd if anything was lost,
 * times 2^shift. */
static u64 divide_scaled(const mpz_t a, const mpz_t b, i64 shift) {
    mpz_t x, y, quotient, rest;
    mpz_inits(x, y, quotient, rest, NULL);
    mpz_abs(x, a);
    mpz_abs(y, b);
    if (shift <= 0) {
        mpz_mul_2exp(x, x, (mp_bitcnt_t)-shift);
    } else {
        mpz_mul_2exp(y, y, (mp_bitcnt_t)shift);
    }
    mpz_tdiv_qr(quotient, rest, x, y);
    u64 bits = mpz_getlimbn(quotient, 0) | (mpz_sgn(rest) != 0);
    mpz_clears(x, y, quotient, rest, NULL);
    return bits;
}

static Value true_divide_big(VM *vm, Value a, Value b) {
    Operands operands;
    view(&operands, a, b);
    i64 difference = (i64)int_bit_length(a) - (i64)int_bit_length(b);
    bool is_negative = (mpz_sgn(operands.a) < 0) != (mpz_sgn(operands.b) < 0);
    if (mpz_sgn(operands.a) == 0) return float_new(vm, is_negative ? -0.0 : 0.0);
    if (difference > 1024) return raise_quotient_too_large(vm);
    if (difference < -1076) return float_new(vm, is_negative ? -0.0 : 0.0);
    /* 55 or 56 bits, or so few that the lowest is two below the smallest subnormal */
    i64 shift = (difference > -1021 ? difference : -1021) - 55;
    u64 bits = divide_scaled(operands.a, operands.b, shift);
    i32 length = bits ? 64 - __builtin_clzll(bits) : 0;
    i32 extra = length > 55 ? length - 53 : 2;
    u64 rest = bits & (((u64)1 << extra) - 1), half = (u64)1 << (extra - 1);
    bits >>= extra;
    if (rest > half || (rest == half && (bits & 1))) bits++;
    double d = ldexp((double)bits, (int)(shift + extra));
    if (isinf(d)) return raise_quotient_too_large(vm);
    return float_new(vm, is_negative ? -d : d);
}

static Value true_divide(VM *vm, Value a, Value b) {
    if (b == from_small(0)) return raise_zero_division(vm, "division by zero");
    const i64 exact = (i64)1 << 53;
    if (are_small(a, b)) {
        i64 x = to_small(a), y = to_small(b);
        if (x >= -exact && x <= exact && y >= -exact && y <= exact) {
            return float_new(vm, (double)x / (double)y);
        }
    }
    return true_divide_big(vm, a, b);
}

/* ---- shifts ---- */

static Value shift_left_big(VM *vm, Value a, u64 count) {
    u64 whole = count / 64, within = count % 64;
    mpz_t z;
    mp_limb_t room[1];
    int_view(a, z, room);
    mp_size_t size = (mp_size_t)mpz_size(z);
    BigInt *result = int_room(vm, whole + (u64)size + 1);
    if (!result) return FAIL;
    memset(result->limbs, 0, whole * sizeof(mp_limb_t));
    mp_limb_t *top = result->limbs + whole;
    if (within) {
        top[size] = mpn_lshift(top, mpz_limbs_read(z), size, (unsigned)within);
    } else {
        mpn_copyi(top, mpz_limbs_read(z), size);
        top[size] = 0;
    }
    return int_finish(result, whole + (u64)size + 1, mpz_sgn(z) < 0);
}

static Value shift_left(VM *vm, Value a, Value b) {
    if (int_is_negative(b)) return raise_value(vm, "negative shift count");
    if (a == from_small(0)) return a;
    i64 count;
    if (!int_fits_i64(b, &count)) {
        if (int_bit_length(b) > 66)
            return raise_overflow(vm, "too many digits in integer");
        return raise_memory(vm);
    }
    if (is_small(a) && count < 62) {
        i64 i = to_small(a), shifted = (i64)((u64)i << count);
        if (shifted >> count == i) return int_from_i64(vm, shifted);
    }
    return shift_left_big(vm, a, (u64)count);
}

static Value shift_right_big(VM *vm, Value a, u64 count) {
    u64 whole = count / 64, within = count % 64;
    BigInt *big = (BigInt *)a;
    bool is_negative = big->size < 0;
    u64 size = (u64)(is_negative ? -big->size : big->size);
    if (whole >= size) return from_small(is_negative ? -1 : 0);
    bool lost = within && big->limbs[whole] << (64 - within);
    for (u64 i = 0; i < whole && !lost; i++) lost = big->limbs[i];
    size -= whole;
    BigInt *result = int_room(vm, size + 1);
    if (!result) return FAIL;
    if (within) {
        mpn_rshift(result->limbs, big->limbs + whole, (mp_size_t)size, (unsigned)within);
    } else {
        mpn_copyi(result->limbs, big->limbs + whole, (mp_size_t)size);
    }
    result->limbs[size] = 0;
    if (is_negative && lost) {
        mpn_add_1(result->limbs, result->limbs, (mp_size_t)size + 1, 1);
    }
    return int_finish(result, size + 1, is_negative);
}

static Value shift_right(VM *vm, Value a, Value b) {
    if (int_is_negative(b)) return raise_value(vm, "negative shift count");
    i64 count;
    if (!int_fits_i64(b, &count)) count = INT64_MAX;
    if (is_small(a)) return from_small(to_small(a) >> (count > 63 ? 63 : count));
    return shift_right_big(vm, a, (u64)count);
}

/* ---- & | ^ ---- */

static i64 combine_small(BinaryOp op, i64 a, i64 b) {
    return op == BINARY_AND ? a & b : op == BINARY_OR ? a | b : a ^ b;
}

/* Neither negative, the first at least as long. */
static Value combine_magnitudes(VM *vm, BinaryOp op, const mpz_t a, const mpz_t b) {
    const mp_limb_t *x = mpz_limbs_read(a), *y = mpz_limbs_read(b);
    u64 m = mpz_size(a), n = mpz_size(b), count = op == BINARY_AND ? n : m;
    BigInt *result = int_room(vm, count);
    if (!result) return FAIL;
    for (u64 i = 0; i < n; i++) {
        result->limbs[i] = op == BINARY_AND  ? x[i] & y[i]
                           : op == BINARY_OR ? x[i] | y[i]
                                             : x[i] ^ y[i];
    }
    for (u64 i = n; i < count; i++) result->limbs[i] = x[i];
    return int_finish(result, count, false);
}

static Value combine_big(VM *vm, BinaryOp op, Value a, Value b) {
    Operands operands;
    view(&operands, a, b);
    if (mpz_sgn(operands.a) >= 0 && mpz_sgn(operands.b) >= 0) {
        return mpz_size(operands.a) >= mpz_size(operands.b)
                   ? combine_magnitudes(vm, op, operands.a, operands.b)
                   : combine_magnitudes(vm, op, operands.b, operands.a);
    }
    mpz_t out;
    mpz_init(out);
    if (op == BINARY_AND) mpz_and(out, operands.a, operands.b);
    if (op == BINARY_OR) mpz_ior(out, operands.a, operands.b);
    if (op == BINARY_XOR) mpz_xor(out, operands.a, operands.b);
    Value result = int_from_mpz(vm, out);
    mpz_clear(out);
    return result;
}

static Value combine(VM *vm, BinaryOp op, Value a, Value b) {
    if (is_bool(a) && is_bool(b))
        return from_bool(combine_small(op, a == TRUE, b == TRUE));
    a = int_plain(a), b = int_plain(b);
    if (are_small(a, b)) return from_small(combine_small(op, to_small(a), to_small(b)));
    return combine_big(vm, op, a, b);
}

/* ---- all of them ---- */

static Value add_or_subtract(VM *vm, BinaryOp op, Value a, Value b) {
    if (are_small(a, b)) {
        i64 x = to_small(a), y = to_small(b);
        return int_from_i64(vm, op == BINARY_ADD ? x + y : x - y);
    }
    return add_big(vm, a, b, op == BINARY_SUB);
}

Value int_binary(VM *vm, BinaryOp op, Value a, Value b) {
    if (are_small(a, b)) {
        if (op == BINARY_ADD) return int_from_i64(vm, to_small(a) + to_small(b));
        if (op == BINARY_SUB) return int_from_i64(vm, to_small(a) - to_small(b));
        if (op == BINARY_MUL) return multiply_small(vm, to_small(a), to_small(b));
    }
    if (!is_int(a) || !is_int(b)) return NOT_IMPLEMENTED;
    if (op == BINARY_AND || op == BINARY_OR || op == BINARY_XOR)
        return combine(vm, op, a, b);
    a = int_plain(a), b = int_plain(b);
    switch (op) {
    case BINARY_ADD:
    case BINARY_SUB: return add_or_subtract(vm, op, a, b);
    case BINARY_MUL:
        return are_small(a, b) ? multiply_small(vm, to_small(a), to_small(b))
                               : multiply_big(vm, a, b);
    case BINARY_FLOORDIV:
    case BINARY_MOD:
    case BINARY_DIVMOD: return divide(vm, op, a, b);
    case BINARY_TRUEDIV: return true_divide(vm, a, b);
    case BINARY_LSHIFT: return shift_left(vm, a, b);
    case BINARY_RSHIFT: return shift_right(vm, a, b);
    case BINARY_POW: return int_power(vm, a, b, NONE);
    default: return NOT_IMPLEMENTED;
    }
}

static Value negate(VM *vm, Value v) {
    if (is_small(v)) return int_from_i64(vm, -to_small(v));
    BigInt *big = (BigInt *)v;
    u64 count = (u64)(big->size < 0 ? -big->size : big->size);
    return int_from_limbs(vm, big->limbs, count, big->size > 0);
}

Value int_unary(VM *vm, UnaryOp op, Value v) {
    v = int_plain(v);
    switch (op) {
    case UNARY_NEG: return negate(vm, v);
    case UNARY_INVERT: {
        if (is_small(v)) return from_small(~to_small(v));
        OWNED Value negative = TRY(negate(vm, v));
        return int_binary(vm, BINARY_SUB, negative, from_small(1));
    }
    case UNARY_ABS: return int_is_negative(v) ? negate(vm, v) : incref(v);
    case UNARY_FLOAT: {
        bool ok;
        double d = int_to_double(vm, v, &ok);
        return ok ? float_new(vm, d) : FAIL;
    }
    default: return incref(v); /* +, int, index */
    }
}
