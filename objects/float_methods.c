/* The type float and its methods. */
#include <math.h>

#include "base/number.h"
#include "objects/bytes.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/want.h"

/* ---- making ---- */

/* A new instance of a subclass, or a float. */
static Value make(VM *vm, Type *type, double d) {
    if (type == vm->types[TYPE_float]) return float_new(vm, d);
    Float *object = (Float *)object_new(vm, type);
    if (!object) return FAIL;
    object->value = d;
    return from_object(object);
}

static Value raise_unreadable(VM *vm, Value shown) {
    return raise_value(vm, "could not convert string to float: %R", shown);
}

static Value read_span(VM *vm, Span text, Value shown) {
    double d;
    if (!number_read(number_strip(text), &d)) return raise_unreadable(vm, shown);
    return float_new(vm, d);
}

static Value read_str(VM *vm, Value str) {
    if (str_is_ascii(str)) return read_span(vm, str_span(str), str);
    Buffer text = {0};
    number_text(str, &text);
    Value v = text.failed ? raise_memory(vm) : read_span(vm, buffer_span(&text), str);
    buffer_free(&text);
    return v;
}

static Value read_buffer(VM *vm, Value v) {
    Buffered buffered;
    CHECK(buffered_get(vm, v, &buffered, false));
    Value result = read_span(vm, (Span){buffered.data, buffered.size}, v);
    buffered_release(vm, &buffered);
    return result;
}

Value float_convert(VM *vm, Value v) {
    if (is_float(v)) {
        if (!is_object(v) || has_exact_kind(v, KIND_FLOAT)) return incref(v);
    } else if (is_str(v)) {
        if (!(type_of(vm, v)->unary_ops & CAN(UNARY_FLOAT))) return read_str(vm, v);
    }
    Type *type = type_of(vm, v);
    if (is_float(v) && type->slots.unary != vm->types[TYPE_float]->slots.unary) {
        /* a subclass with a __float__ of its own */
        OWNED Value number = TRY(object_unary(vm, UNARY_FLOAT, v));
        return float_new(vm, to_double(number));
    }
    if (type->unary_ops & (CAN(UNARY_FLOAT) | CAN(UNARY_INDEX))) {
        double d;
        CHECK(object_to_double(vm, v, &d));
        return float_new(vm, d);
    }
    if (type->slots.buffer) return read_buffer(vm, v);
    return raise_type(vm, "float() argument must be a string or a real number, not '%T'",
                      v);
}

static Value construct(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    if (type->slots.init == vm->types[TYPE_float]->slots.init)
        CHECK(arguments_no_keywords(vm, "float", kwnames));
    if (nargs > 1)
        return raise_type(vm, "float expected at most 1 argument, got %u", nargs);
    if (nargs == 0) return make(vm, type, 0);
    OWNED Value v = TRY(float_convert(vm, args[0]));
    return type == vm->types[TYPE_float] ? TAKE(v) : make(vm, type, to_double(v));
}

static Value show(VM *vm, Value self) {
    char room[40];
    Buffer out = BUFFER_ON(room);
    float_write_repr(to_double(self), &out);
    return str_from_ascii(vm, &out);
}

static bool hash(VM *vm, Value self, u64 *hash) {
    (void)vm;
    *hash = float_hash(to_double(self), self);
    return true;
}

static int truth(VM *vm, Value self) {
    (void)vm;
    return to_double(self) != 0;
}

static Value power(VM *vm, Value base, Value exponent, Value modulus) {
    if (modulus != NONE) {
        return raise_type(
            vm, "pow() 3rd argument not allowed unless all arguments are integers");
    }
    return float_binary(vm, BINARY_POW, base, exponent);
}

static Value unary(VM *vm, UnaryOp op, Value self) {
    double d = to_double(self);
    switch (op) {
    case UNARY_NEG: return float_new(vm, -d);
    case UNARY_ABS: return float_new(vm, fabs(d));
    case UNARY_INT: return int_from_double(vm, d);
    default: return float_new(vm, d);
    }
}

#define FLOAT_BINARY_OPS                                                         \
    (CAN(BINARY_ADD) | CAN(BINARY_SUB) | CAN(BINARY_MUL) | CAN(BINARY_TRUEDIV) | \
     CAN(BINARY_FLOORDIV) | CAN(BINARY_MOD) | CAN(BINARY_POW) | CAN(BINARY_DIVMOD))

TYPE(float, .name = "float", .size = sizeof(Float), .kind = KIND_FLOAT,
     .flags = TYPE_ATOM | TYPE_MATCH_SELF, .binary_ops = FLOAT_BINARY_OPS,
     .reflected_ops = FLOAT_BINARY_OPS,
     .unary_ops = CAN(UNARY_NEG) | CAN(UNARY_POS) | CAN(UNARY_ABS) | CAN(UNARY_INT) |
                  CAN(UNARY_FLOAT),
     .slots = {.new = construct,
               .repr = show,
               .hash = hash,
               .compare = float_compare,
               .truth = truth,
               .binary = float_binary,
               .power = power,
               .unary = unary},
     .doc = "Convert a string or number to a floating-point number, if possible.",
     .signature = "(x=0, /)")

/* ---- attributes and conversions ---- */

/* the real part of a complex number */
GETTER(float, real) {
    return float_new(vm, to_double(self));
}

/* the imaginary part of a complex number */
GETTER(float, imag) {
    return float_new(vm, 0);
}

/* Return self, the complex conjugate of any float. */
METHOD(float, conjugate, "($self, /)") {
    return float_new(vm, to_double(args[0]));
}

/* Return the Integral closest to x between 0 and x. */
METHOD(float, __trunc__, "($self, /)") {
    return int_from_double(vm, to_double(args[0]));
}

/* Return the floor as an Integral. */
METHOD(float, __floor__, "($self, /)") {
    return int_from_double(vm, floor(to_double(args[0])));
}

/* Return the ceiling as an Integral. */
METHOD(float, __ceil__, "($self, /)") {
    return int_from_double(vm, ceil(to_double(args[0])));
}

/* Return True if the float is an integer. */
METHOD(float, is_integer, "($self, /)") {
    double d = to_double(args[0]);
    return from_bool(isfinite(d) && floor(d) == d);
}

METHOD(float, __getnewargs__, "($self, /)") {
    OWNED Value plain = TRY(float_new(vm, to_double(args[0])));
    return tuple_of(vm, 1, plain);
}

/* You probably don't want to use this function.
 *
 *   typestr
 *     Must be 'double' or 'float'.
 *
 * It exists mainly to be used in Python's test suite.
 *
 * This function returns whichever of 'unknown', 'IEEE, big-endian' or 'IEEE,
 * little-endian' best describes the format of floating-point numbers used by the
 * C type named by typestr.
 */
CLASS_METHOD(float, __getformat__, "($type, typestr, /)") {
    CHECK(want_str(vm, "__getformat__", "argument", args[1]));
    if (!str_equals_text(args[1], "double") && !str_equals_text(args[1], "float")) {
        return raise_value(vm, "__getformat__() argument 1 must be 'double' or 'float'");
    }
    const u16 probe = 1;
    bool is_little = *(const u8 *)&probe;
    return str_from_text(vm, is_little ? "IEEE, little-endian" : "IEEE, big-endian");
}

/* Return a pair of integers, whose ratio is exactly equal to the original float.
 *
 * The ratio is in lowest terms and has a positive denominator.  Raise
 * OverflowError on infinities and a ValueError on NaNs.
 *
 * >>> (10.0).as_integer_ratio()
 * (10, 1)
 * >>> (0.0).as_integer_ratio()
 * (0, 1)
 * >>> (-.25).as_integer_ratio()
 * (-1, 4)
 */
METHOD(float, as_integer_ratio, "($self, /)") {
    double d = to_double(args[0]);
    if (isinf(d)) return raise_overflow(vm, "cannot convert Infinity to integer ratio");
    if (isnan(d)) return raise_value(vm, "cannot convert NaN to integer ratio");
    int exponent;
    double mantissa = frexp(d, &exponent);
    while (mantissa != floor(mantissa)) {
        mantissa *= 2;
        exponent--;
    }
    OWNED Value whole = TRY(int_from_double(vm, mantissa));
    i64 shift = exponent < 0 ? -exponent : exponent;
    Value scaled = exponent < 0 ? from_small(1) : whole;
    OWNED Value power = TRY(int_binary(vm, BINARY_LSHIFT, scaled, from_small(shift)));
    return exponent < 0 ? tuple_of(vm, 2, whole, power)
                        : tuple_of(vm, 2, power, from_small(1));
}

/* Return a hexadecimal representation of a floating-point number.
 *
 * >>> (-0.1).hex()
 * '-0x1.999999999999ap-4'
 * >>> 3.14159.hex()
 * '0x1.921f9f01b866ep+1'
 */
METHOD(float, hex, "($self, /)") {
    Buffer out = {0};
    number_write_hex(&out, to_double(args[0]));
    return str_from_buffer(vm, &out);
}

/* Create a floating-point number from a hexadecimal string.
 *
 * >>> float.fromhex('0x1.ffffp10')
 * 2047.984375
 * >>> float.fromhex('-0x1p-1074')
 * -5e-324
 */
CLASS_METHOD(float, fromhex, "($type, string, /)") {
    if (!is_str(args[1]))
        return raise_type(vm, "bad argument type for built-in operation");
    double d;
    NumberHex outcome = number_read_hex(number_strip(str_span(args[1])), &d);
    if (outcome == NUMBER_HEX_INVALID) {
        return raise_value(vm, "invalid hexadecimal floating-point string");
    }
    if (outcome == NUMBER_HEX_TOO_LARGE) {
        return raise_overflow(vm, "hexadecimal value too large to represent as a float");
    }
    OWNED Value v = TRY(float_new(vm, d));
    if (args[0] == from_object(vm->types[TYPE_float])) return TAKE(v);
    return call_1(vm, args[0], v);
}

/* ---- rounding ---- */

static double power_of_ten(i64 places) {
    Buffer text = {0};
    buffer_printf(&text, "1e%ld", (long)places);
    double power = HUGE_VAL;
    if (!text.failed) number_read(buffer_span(&text), &power);
    buffer_free(&text);
    return power;
}

/* |d| to a multiple of 10 ** places that has more digits than d, or as many: 0 or that
 * power. */
static double round_to_larger_power(double d, Span digits, i64 places) {
    if ((i64)digits.length < places) return 0;
    bool is_more = d != floor(d);
    for (usize i = 1; i < digits.length; i++) is_more |= digits.data[i] != '0';
    bool is_up = digits.data[0] > '5' || (digits.data[0] == '5' && is_more);
    return is_up ? power_of_ten(places) : 0;
}

/* |d| to a multiple of 10 ** places. */
static double round_whole(double d, i64 places) {
    Buffer text = {0};
    number_write(&text, floor(d), 'f', 0, 0);
    i64 digits = (i64)text.length;
    double rounded;
    if (text.failed || digits <= places) {
        rounded = round_to_larger_power(d, buffer_span(&text), places);
    } else {
        buffer_clear(&text);
        number_write(&text, d, 'e', digits - places - 1, 0);
        number_read(buffer_span(&text), &rounded);
    }
    buffer_free(&text);
    return rounded;
}

static double round_fraction(double d, i64 places) {
    Buffer text = {0};
    number_write(&text, d, 'f', places, 0);
    double rounded = d;
    if (!text.failed) number_read(buffer_span(&text), &rounded);
    buffer_free(&text);
    return rounded;
}

Value float_round(VM *vm, double d, i64 places) {
    double quick;
    if (number_round(d, places, &quick)) return float_new(vm, quick);
    if (!isfinite(d) || places > 323 || d == 0) return float_new(vm, d);
    if (places < -308) return float_new(vm, 0.0 * d);
    double rounded = places >= 0 ? round_fraction(d, places)
                                 : copysign(round_whole(fabs(d), -places), d);
    if (isinf(rounded)) return raise_overflow(vm, "rounded value too large to represent");
    return float_new(vm, rounded);
}

/* Return the Integral closest to x, rounding half toward even.
 *
 * When an argument is passed, work like built-in round(x, ndigits).
 */
METHOD(float, __round__, "($self, ndigits=None, /)") {
    double d = to_double(args[0]);
    if (args[1] == EMPTY || args[1] == NONE) return int_from_double(vm, nearbyint(d));
    i64 places;
    CHECK(object_to_i64_clamped(vm, args[1], &places));
    return float_round(vm, d, places);
}
