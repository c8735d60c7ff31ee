/* complex: arithmetic and the type. Text -> complex is in complex_text.c. */
#include <math.h>

#include "base/number.h"
#include "objects/complex_text.h"
#include "objects/float.h"
#include "objects/int_inner.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

Value complex_new(VM *vm, double real, double imaginary) {
    Complex *z = (Complex *)object_new(vm, vm->types[TYPE_complex]);
    if (!z) return FAIL;
    z->real = real;
    z->imaginary = imaginary;
    return from_object(z);
}

static Value box(VM *vm, Parts z) {
    return complex_new(vm, z.real, z.imaginary);
}

static Parts parts_of(Value v) {
    return (Parts){((Complex *)v)->real, ((Complex *)v)->imaginary};
}

/* ---- arithmetic ---- */

static Parts multiply(Parts a, Parts b) {
    return (Parts){a.real * b.real - a.imaginary * b.imaginary,
                   a.real * b.imaginary + a.imaginary * b.real};
}

/* Smith's method: divide by the larger part, so that nothing overflows on the way. The
 * caller has excluded 0. */
static Parts divide(Parts a, Parts b) {
    double real = fabs(b.real), imaginary = fabs(b.imaginary);
    if (real >= imaginary) {
        double ratio = b.imaginary / b.real, whole = b.real + b.imaginary * ratio;
        return (Parts){(a.real + a.imaginary * ratio) / whole,
                       (a.imaginary - a.real * ratio) / whole};
    }
    if (imaginary >= real) {
        double ratio = b.real / b.imaginary, whole = b.real * ratio + b.imaginary;
        return (Parts){(a.real * ratio + a.imaginary) / whole,
                       (a.imaginary * ratio - a.real) / whole};
    }
    return (Parts){NAN, NAN}; /* a part is a nan */
}

/* base ** count by squaring: more exact than logarithms. */
static Parts power_whole(Parts base, u32 count) {
    Parts result = {1, 0}, square = base;
    for (u32 mask = 1; mask <= count; mask <<= 1) {
        if (count & mask) result = multiply(result, square);
        square = multiply(square, square);
    }
    return result;
}

/* False if the angle is infinite: that counts as a division by zero. */
static bool power_polar(Parts base, Parts exponent, Parts *out) {
    double length = hypot(base.real, base.imaginary);
    double angle = atan2(base.imaginary, base.real);
    double size = pow(length, exponent.real), phase = angle * exponent.real;
    if (exponent.imaginary != 0) {
        size /= exp(angle * exponent.imaginary);
        phase += exponent.imaginary * log(length);
    }
    *out = (Parts){size * cos(phase), size * sin(phase)};
    return !isinf(phase);
}

static bool is_zero(Parts z) {
    return z.real == 0 && z.imaginary == 0;
}

Value complex_power(VM *vm, Parts base, Parts exponent) {
    double whole = exponent.real;
    Parts result;
    if (exponent.imaginary == 0 && whole == floor(whole) && fabs(whole) <= 100) {
        if (is_zero(base) && whole < 0) goto zero;
        result = power_whole(base, (u32)fabs(whole));
        if (whole < 0) {
            if (is_zero(result)) goto zero; /* too small */
            result = divide((Parts){1, 0}, result);
        }
        if (whole == 0) result = (Parts){1, 0};
    } else if (is_zero(base)) {
        if (exponent.imaginary != 0 || exponent.real < 0) goto zero;
        result = (Parts){0, 0};
    } else {
        if (!power_polar(base, exponent, &result)) goto zero;
    }
    if (isinf(result.real) || isinf(result.imaginary)) {
        return raise_overflow(vm, "complex exponentiation");
    }
    return box(vm, result);
zero:
    return raise_zero_division(vm, "0.0 to a negative or complex power");
}

/* An operand of + - * / and ** that is a number; else false. */
static bool convert_operand(VM *vm, Value v, Parts *out, bool *failed) {
    if (is_complex(v)) {
        *out = parts_of(v);
        return true;
    }
    out->imaginary = 0;
    return number_to_double(vm, v, &out->real, failed);
}

static Value binary(VM *vm, BinaryOp op, Value a, Value b) {
    Parts x, y;
    bool failed = false;
    if (op > BINARY_POW || op == BINARY_MOD || op == BINARY_FLOORDIV ||
        op == BINARY_MATMUL || !convert_operand(vm, a, &x, &failed) ||
        !convert_operand(vm, b, &y, &failed)) {
        return failed ? FAIL : NOT_IMPLEMENTED;
    }
    switch (op) {
    case BINARY_ADD: return complex_new(vm, x.real + y.real, x.imaginary + y.imaginary);
    case BINARY_SUB: return complex_new(vm, x.real - y.real, x.imaginary - y.imaginary);
    case BINARY_MUL: return box(vm, multiply(x, y));
    case BINARY_TRUEDIV:
        if (is_zero(y)) return raise_zero_division(vm, "complex division by zero");
        return box(vm, divide(x, y));
    default: return complex_power(vm, x, y);
    }
}

static Value power(VM *vm, Value base, Value exponent, Value modulus) {
    if (modulus != NONE) {
        Parts parts;
        bool failed = false;
        if (!convert_operand(vm, base, &parts, &failed) ||
            !convert_operand(vm, exponent, &parts, &failed)) {
            return failed ? FAIL : NOT_IMPLEMENTED;
        }
        return raise_value(vm, "complex modulo");
    }
    return binary(vm, BINARY_POW, base, exponent);
}

static Value absolute(VM *vm, Parts z) {
    double size = hypot(z.real, z.imaginary);
    if (isinf(size) && isfinite(z.real) && isfinite(z.imaginary)) {
        return raise_overflow(vm, "absolute value too large");
    }
    return float_new(vm, size);
}

static Value unary(VM *vm, UnaryOp op, Value self) {
    Parts z = parts_of(self);
    if (op == UNARY_NEG) return complex_new(vm, -z.real, -z.imaginary);
    if (op == UNARY_ABS) return absolute(vm, z);
    return has_exact_kind(self, KIND_COMPLEX) ? incref(self) : box(vm, z);
}

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    if (!is_complex(self)) return compare(vm, other, self, op);
    if (op != EQ && op != NE) return NOT_IMPLEMENTED;
    Parts z = parts_of(self);
    bool is_equal;
    if (is_complex(other)) {
        Parts y = parts_of(other);
        is_equal = z.real == y.real && z.imaginary == y.imaginary;
    } else if (is_float(other)) {
        is_equal = z.real == to_double(other) && z.imaginary == 0;
    } else if (is_int(other)) {
        is_equal = z.imaginary == 0 && int_order_double(other, z.real) == 0;
    } else {
        return NOT_IMPLEMENTED;
    }
    return from_bool(is_equal == (op == EQ));
}

static bool hash(VM *vm, Value self, u64 *hash) {
    (void)vm;
    Parts z = parts_of(self);
    *hash = float_hash(z.real, self) + 1000003 * float_hash(z.imaginary, self);
    if (*hash == (u64)-1) *hash = (u64)-2;
    return true;
}

static int truth(VM *vm, Value self) {
    (void)vm;
    return !is_zero(parts_of(self));
}

static Value show(VM *vm, Value self) {
    Parts z = parts_of(self);
    Buffer out = {0};
    bool has_real = z.real != 0 || signbit(z.real);
    if (has_real) {
        buffer_add_char(&out, '(');
        number_write(&out, z.real, 'r', 0, 0);
    }
    number_write(&out, z.imaginary, 'r', 0, has_real ? NUMBER_SIGN : 0);
    buffer_add_text(&out, has_real ? "j)" : "j");
    return str_from_buffer(vm, &out);
}

/* ---- making ---- */

static Value make(VM *vm, Type *type, Parts parts) {
    Complex *z = (Complex *)object_new(vm, type);
    if (!z) return FAIL;
    z->real = parts.real;
    z->imaginary = parts.imaginary;
    return from_object(z);
}

/* What v.__complex__() gives, EMPTY if it has none. */
static Value call_complex(VM *vm, Value v) {
    if (has_exact_kind(v, KIND_COMPLEX) || !is_object(v)) return EMPTY;
    OWNED Value method = TRY(object_find_special(vm, v, NAME(__complex__)));
    if (method == EMPTY) return EMPTY;
    OWNED Value z = TRY(call_0(vm, method));
    if (!is_complex(z)) {
        return raise_type(vm, "__complex__ returned non-complex (type %T)", z);
    }
    if (!has_exact_kind(z, KIND_COMPLEX)) {
        CHECK(warn(
            vm, EXC(DeprecationWarning), 1,
            "__complex__ returned non-complex (type %T).  The ability to return an "
            "instance of a strict subclass of complex is deprecated, and may be removed "
            "in a future version of Python.",
            z));
    }
    return TAKE(z);
}

static bool is_real_number(VM *vm, Value v) {
    return type_of(vm, v)->unary_ops & (CAN(UNARY_FLOAT) | CAN(UNARY_INDEX));
}

static bool real_parts(VM *vm, Value v, Parts *out) {
    out->imaginary = 0;
    bool is_subclass = has_kind(v, KIND_FLOAT) && !has_exact_kind(v, KIND_FLOAT);
    OWNED Value number =
        TRY_OR_FALSE(is_subclass ? object_unary(vm, UNARY_FLOAT, v) : incref(v));
    return object_to_double(vm, number, &out->real);
}

bool complex_parts(VM *vm, Value v, Parts *out) {
    OWNED Value z = TRY_OR_FALSE(call_complex(vm, v));
    if (z != EMPTY || is_complex(v)) {
        *out = parts_of(z != EMPTY ? z : v);
        return true;
    }
    if (!is_real_number(vm, v)) {
        raise_type(vm, "must be real number, not %T", v);
        return false;
    }
    return real_parts(vm, v, out);
}

/* The first argument, or the second. */
static bool convert_argument(VM *vm, Value v, bool is_first, Parts *out) {
    if (is_complex(v)) {
        *out = parts_of(v);
    } else if (is_real_number(vm, v)) {
        return real_parts(vm, v, out);
    } else {
        raise_type(vm,
                   is_first
                       ? "complex() first argument must be a string or a number, not '%T'"
                       : "complex() second argument must be a number, not '%T'",
                   v);
        return false;
    }
    return true;
}

static Value construct_from(VM *vm, Type *type, Value first, Value second) {
    OWNED Value converted = TRY(call_complex(vm, first));
    if (converted != EMPTY) first = converted;
    if (!is_complex(first) && !is_real_number(vm, first)) {
        Parts none;
        convert_argument(vm, first, true, &none);
        return FAIL;
    }
    Parts z, y = {0, 0};
    if (second != EMPTY && !is_complex(second) && !is_real_number(vm, second)) {
        convert_argument(vm, second, false, &y);
        return FAIL;
    }
    CHECK(convert_argument(vm, first, true, &z));
    if (second == EMPTY) return make(vm, type, z);
    CHECK(convert_argument(vm, second, false, &y));
    /* z + y * 1j; a part that is not there must not turn a -0 into 0 */
    if (is_complex(second)) z.real -= y.imaginary;
    return make(vm, type,
                (Parts){z.real, is_complex(first) ? y.real + z.imaginary : y.real});
}

static Value construct(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"real", "imag", NULL};
    static const Arguments spec = {
        .function = "complex", .names = names, .positional = 2};
    Value bound[2];
    CHECK(arguments_bind(vm, &spec, args, nargs, kwnames, bound));
    Value first = bound[0] == EMPTY ? from_small(0) : bound[0], second = bound[1];
    bool is_exact = type == vm->types[TYPE_complex];
    if (has_exact_kind(first, KIND_COMPLEX) && second == EMPTY && is_exact)
        return incref(first);
    if (is_str(first)) {
        if (second != EMPTY) {
            return raise_type(vm, "complex() can't take second arg if first is a string");
        }
        Parts z;
        CHECK(complex_read(vm, first, &z));
        return make(vm, type, z);
    }
    if (second != EMPTY && is_str(second)) {
        return raise_type(vm, "complex() second arg can't be a string");
    }
    return construct_from(vm, type, first, second);
}

#define COMPLEX_BINARY_OPS                                                       \
    (CAN(BINARY_ADD) | CAN(BINARY_SUB) | CAN(BINARY_MUL) | CAN(BINARY_TRUEDIV) | \
     CAN(BINARY_POW))

TYPE(complex, .name = "complex", .size = sizeof(Complex), .kind = KIND_COMPLEX,
     .flags = TYPE_ATOM, .binary_ops = COMPLEX_BINARY_OPS,
     .reflected_ops = COMPLEX_BINARY_OPS,
     .unary_ops = CAN(UNARY_NEG) | CAN(UNARY_POS) | CAN(UNARY_ABS),
     .slots = {.new = construct,
               .repr = show,
               .hash = hash,
               .compare = compare,
               .truth = truth,
               .binary = binary,
               .power = power,
               .unary = unary},
     .doc = "Create a complex number from a string or numbers.\n"
            "\n"
            "If a string is given, parse it as a complex number.\n"
            "If a single number is given, convert it to a complex number.\n"
            "If the 'real' or 'imag' arguments are given, create a complex number\n"
            "with the specified real and imaginary components.",
     .signature = "(real=0, imag=0)")

/* the real part of a complex number */
MEMBER(complex, real) {
    return float_new(vm, parts_of(self).real);
}

/* the imaginary part of a complex number */
MEMBER(complex, imag) {
    return float_new(vm, parts_of(self).imaginary);
}

/* Return the complex conjugate of its argument. (3-4j).conjugate() == 3+4j. */
METHOD(complex, conjugate, "($self, /)") {
    Parts z = parts_of(args[0]);
    return complex_new(vm, z.real, -z.imaginary);
}

/* Convert this value to exact type complex. */
METHOD(complex, __complex__, "($self, /)") {
    return has_exact_kind(args[0], KIND_COMPLEX) ? incref(args[0])
                                                 : box(vm, parts_of(args[0]));
}

METHOD(complex, __getnewargs__, "($self, /)") {
    Parts z = parts_of(args[0]);
    OWNED Value real = TRY(float_new(vm, z.real));
    OWNED Value imaginary = TRY(float_new(vm, z.imaginary));
    return tuple_of(vm, 2, real, imaginary);
}
