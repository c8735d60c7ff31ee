/* Arithmetic of floats, their order and hash. */
#include "objects/float.h"

#include <math.h>

#include "base/number.h"
#include "objects/int_inner.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

static Value make(VM *vm, double d) {
    Float *object = (Float *)object_new(vm, vm->types[TYPE_float]);
    if (!object) return FAIL;
    object->value = d;
    return from_object(object);
}

bool float_start(VM *vm) {
    vm->float_zero = make(vm, 0.0);
    vm->float_minus_zero = make(vm, -0.0);
    return vm->float_zero != FAIL && vm->float_minus_zero != FAIL;
}

void float_stop(VM *vm) {
    replace(&vm->float_zero, EMPTY);
    replace(&vm->float_minus_zero, EMPTY);
}

NOINLINE Value float_box(VM *vm, double d) {
    if (fits_flonum(d)) return from_flonum(d);
    if (d == 0) return incref(signbit(d) ? vm->float_minus_zero : vm->float_zero);
    return make(vm, d);
}

bool number_to_double(VM *vm, Value v, double *out, bool *failed) {
    if (is_float(v)) {
        *out = to_double(v);
    } else if (is_small(v)) {
        *out = (double)to_small(v);
    } else if (is_int(v)) {
        bool ok;
        *out = int_to_double(vm, v, &ok);
        *failed |= !ok;
        return ok;
    } else {
        return false;
    }
    return true;
}

Value float_raise_range(VM *vm) {
    OWNED Value text = TRY(str_from_text(vm, "Numerical result out of range"));
    OWNED Value error =
        TRY(call_2(vm, from_object(EXC(OverflowError)), from_small(34), text));
    return raise_instance(vm, error);
}

/* ---- division ---- */

double float_floor_divide(double x, double y, double *remainder) {
    double rest = fmod(x, y), quotient = (x - rest) / y;
    if (rest == 0) {
        rest = copysign(0, y);
    } else if ((y < 0) != (rest < 0)) {
        rest += y;
        quotient -= 1;
    }
    *remainder = rest;
    if (quotient == 0) return copysign(0, x / y);
    double whole = floor(quotient);
    return quotient - whole > 0.5 ? whole + 1 : whole;
}

static Value divide_floor(VM *vm, BinaryOp op, double x, double y) {
    if (y == 0) {
        return raise_zero_division(vm, op == BINARY_MOD ? "float modulo by zero"
                                       : op == BINARY_FLOORDIV
                                           ? "float floor division by zero"
                                           : "float divmod()");
    }
    double remainder, quotient = float_floor_divide(x, y, &remainder);
    if (op == BINARY_MOD) return float_new(vm, remainder);
    if (op == BINARY_FLOORDIV) return float_new(vm, quotient);
    OWNED Value first = TRY(float_new(vm, quotient));
    OWNED Value second = TRY(float_new(vm, remainder));
    return tuple_of(vm, 2, first, second);
}

/* ---- powers ---- */

static bool is_odd(double d) {
    return fmod(fabs(d), 2.0) == 1.0;
}

/* The cases in which an operand is a nan or an infinity, as C99 has them. */
static double power_of_specials(double x, double y) {
    if (isnan(x)) return x;
    if (isnan(y)) return x == 1 ? 1 : y;
    if (isinf(y)) {
        x = fabs(x);
        if (x == 1) return 1;
        return (y > 0) == (x > 1) ? fabs(y) : 0;
    }
    if (y > 0) return is_odd(y) ? x : fabs(x);
    return is_odd(y) ? copysign(0, x) : 0;
}

Value float_power(VM *vm, double x, double y) {
    if (y == 0) return float_new(vm, 1.0);
    if (!isfinite(x) || !isfinite(y)) return float_new(vm, power_of_specials(x, y));
    if (x == 0) {
        if (y < 0) {
            return raise_zero_division(vm, "0.0 cannot be raised to a negative power");
        }
        return float_new(vm, is_odd(y) ? x : 0.0);
    }
    bool negate = false;
    if (x < 0) {
        if (y != floor(y)) return complex_power(vm, (Parts){x, 0}, (Parts){y, 0});
        x = -x;
        negate = is_odd(y);
    }
    double result = x == 1 ? 1 : pow(x, y);
    if (isinf(result)) return float_raise_range(vm);
    return float_new(vm, negate ? -result : result);
}

/* ---- operators ---- */

Value float_binary(VM *vm, BinaryOp op, Value a, Value b) {
    double x, y;
    bool failed = false;
    if (!number_to_double(vm, a, &x, &failed) || !number_to_double(vm, b, &y, &failed)) {
        return failed ? FAIL : NOT_IMPLEMENTED;
    }
    switch (op) {
    case BINARY_ADD: return float_new(vm, x + y);
    case BINARY_SUB: return float_new(vm, x - y);
    case BINARY_MUL: return float_new(vm, x * y);
    case BINARY_TRUEDIV:
        if (y == 0) return raise_zero_division(vm, "float division by zero");
        return float_new(vm, x / y);
    case BINARY_FLOORDIV:
    case BINARY_MOD:
    case BINARY_DIVMOD: return divide_floor(vm, op, x, y);
    case BINARY_POW: return float_power(vm, x, y);
    default: return NOT_IMPLEMENTED;
    }
}

static Value compare_doubles(double x, double y, CompareOp op) {
    switch (op) {
    case LT: return from_bool(x < y);
    case LE: return from_bool(x <= y);
    case EQ: return from_bool(x == y);
    case NE: return from_bool(x != y);
    case GT: return from_bool(x > y);
    default: return from_bool(x >= y);
    }
}

Value float_compare(VM *vm, Value a, Value b, CompareOp op) {
    (void)vm;
    if (is_float(a) && is_float(b))
        return compare_doubles(to_double(a), to_double(b), op);
    bool is_reversed = is_int(a) && is_float(b);
    if (!is_reversed && !(is_float(a) && is_int(b))) return NOT_IMPLEMENTED;
    /* the order of the int against the float, as two doubles that compare alike */
    int order = is_reversed ? int_order_double(a, to_double(b))
                            : int_order_double(b, to_double(a));
    double other = order == 2 ? NAN : 0;
    return is_reversed ? compare_doubles(order, other, op)
                       : compare_doubles(other, order, op);
}

/* ---- hash: the value modulo 2^61 - 1, as for all numbers ---- */

/* x * 2^shift modulo 2^61 - 1, for 0 <= shift < 61 */
static u64 rotate(u64 x, u32 shift) {
    return ((x << shift) & HASH_MODULUS) | x >> (61 - shift);
}

u64 float_hash(double d, Value v) {
    if (isinf(d)) return d > 0 ? 314159 : (u64)-314159;
    if (isnan(d)) return (u64)v >> 4 | (u64)v << 60;
    int exponent;
    double mantissa = frexp(fabs(d), &exponent);
    u64 bits = (u64)ldexp(mantissa, 53); /* below the modulus */
    exponent -= 53;
    u32 shift = exponent >= 0 ? (u32)exponent % 61 : 60 - (u32)(-1 - exponent) % 61;
    i64 hash = (i64)(shift ? rotate(bits, shift) : bits);
    if (d < 0) hash = -hash;
    return hash == -1 ? (u64)-2 : (u64)hash;
}

void float_write_repr(double d, Buffer *out) {
    number_write(out, d, 'r', 0, NUMBER_POINT_ZERO);
}
