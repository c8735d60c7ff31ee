/* The types int and bool, and the methods of int. */
#include "objects/bytes.h"
#include "objects/float.h"
#include "objects/int_inner.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* ---- making ---- */

Value int_of_type(VM *vm, Type *type, Value owned) {
    if (owned == FAIL || type == vm->types[TYPE_int]) return owned;
    IntInstance *instance = (IntInstance *)object_new(vm, type);
    if (!instance) {
        decref(owned);
        return FAIL;
    }
    instance->value = owned;
    return from_object(instance);
}

static Value construct(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"", "base", NULL};
    static const Arguments spec = {
        .function = "int", .names = names, .positional_only = 1, .positional = 2};
    Value bound[2];
    if (kwnames == EMPTY && nargs > 2) {
        return raise_type(vm, "int expected at most 2 arguments, got %u", nargs);
    }
    CHECK(arguments_bind(vm, &spec, args, nargs, kwnames, bound));
    if (bound[1] != EMPTY) {
        if (bound[0] == EMPTY) return raise_type(vm, "int() missing string argument");
        return int_of_type(vm, type, TRY(int_convert_base(vm, bound[0], bound[1])));
    }
    if (bound[0] == EMPTY) return int_of_type(vm, type, from_small(0));
    return int_of_type(vm, type, TRY(int_convert(vm, bound[0])));
}

static void free_fields(VM *vm, Obj *self) {
    (void)vm;
    if (self->kind & KIND_SUBCLASS) decref(((IntInstance *)self)->value);
}

static Value show(VM *vm, Value self) {
    char room[120];
    Buffer out = BUFFER_ON(room);
    if (int_write(vm, self, 10, &out)) return str_from_ascii(vm, &out);
    buffer_free(&out);
    return FAIL;
}

static bool hash(VM *vm, Value self, u64 *hash) {
    (void)vm;
    *hash = int_hash(self);
    return true;
}

static int truth(VM *vm, Value self) {
    (void)vm;
    return !int_is_zero(self);
}

#define INT_BINARY_OPS                                                               \
    (CAN(BINARY_ADD) | CAN(BINARY_SUB) | CAN(BINARY_MUL) | CAN(BINARY_TRUEDIV) |     \
     CAN(BINARY_FLOORDIV) | CAN(BINARY_MOD) | CAN(BINARY_POW) | CAN(BINARY_LSHIFT) | \
     CAN(BINARY_RSHIFT) | CAN(BINARY_AND) | CAN(BINARY_OR) | CAN(BINARY_XOR) |       \
     CAN(BINARY_DIVMOD))
#define INT_UNARY_OPS                                                       \
    (CAN(UNARY_NEG) | CAN(UNARY_POS) | CAN(UNARY_INVERT) | CAN(UNARY_ABS) | \
     CAN(UNARY_INT) | CAN(UNARY_FLOAT) | CAN(UNARY_INDEX))

TYPE(int, .name = "int", .size = sizeof(BigInt), .kind = KIND_INT,
     .flags = TYPE_ATOM | TYPE_MATCH_SELF, .binary_ops = INT_BINARY_OPS,
     .reflected_ops = INT_BINARY_OPS, .unary_ops = INT_UNARY_OPS,
     .slots = {.new = construct,
               .free = free_fields,
               .repr = show,
               .hash = hash,
               .compare = int_compare,
               .truth = truth,
               .binary = int_binary,
               .power = int_power,
               .unary = int_unary},
     .doc = "int([x]) -> integer\n"
            "int(x, base=10) -> integer\n"
            "\n"
            "Convert a number or string to an integer, or return 0 if no arguments\n"
            "are given.  If x is a number, return x.__int__().  For floating-point\n"
            "numbers, this truncates towards zero.\n"
            "\n"
            "If x is not a number or if base is given, then x must be a string,\n"
            "bytes, or bytearray instance representing an integer literal in the\n"
            "given base.  The literal can be preceded by '+' or '-' and be surrounded\n"
            "by whitespace.  The base defaults to 10.  Valid bases are 0 and 2-36.\n"
            "Base 0 means to interpret the base from the string as an integer literal.\n"
            ">>> int('0b100', base=0)\n"
            "4")

/* ---- bool ---- */

static Value construct_bool(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    (void)type;
    CHECK(arguments_no_keywords(vm, "bool", kwnames));
    if (nargs > 1)
        return raise_type(vm, "bool expected at most 1 argument, got %u", nargs);
    if (nargs == 0) return FALSE;
    int is_true = object_truth(vm, args[0]);
    return is_true < 0 ? FAIL : from_bool(is_true);
}

static Value show_bool(VM *vm, Value self) {
    return str_from_text(vm, self == TRUE ? "True" : "False");
}

static Value unary_bool(VM *vm, UnaryOp op, Value self) {
    if (op == UNARY_INVERT) {
        CHECK(warn(
            vm, EXC(DeprecationWarning), 1,
            "Bitwise inversion '~' on bool is deprecated and will be removed in Python "
            "3.16. This returns the bitwise inversion of the underlying int object and "
            "is usually not what you expect from negating a bool. Use the 'not' operator "
            "for boolean negation or ~int(x) if you really want the bitwise inversion of "
            "the underlying int."));
    }
    return int_unary(vm, op, self);
}

#define BOOL_BINARY_OPS (CAN(BINARY_AND) | CAN(BINARY_OR) | CAN(BINARY_XOR))

TYPE(bool, .name = "bool", .base = TYPE_int, .size = sizeof(BigInt), .kind = KIND_INT,
     .flags = TYPE_ATOM | TYPE_MATCH_SELF | TYPE_FINAL, .binary_ops = BOOL_BINARY_OPS,
     .reflected_ops = BOOL_BINARY_OPS, .unary_ops = CAN(UNARY_INVERT),
     .slots = {.new = construct_bool,
               .repr = show_bool,
               .binary = int_binary,
               .unary = unary_bool},
     .doc = "Returns True when the argument is true, False otherwise.\n"
            "The builtins True and False are the only two instances of the class bool.\n"
            "The class bool is a subclass of the class int, and cannot be subclassed.",
     .signature = "(object=False, /)")

/* ---- attributes ---- */

/* the real part of a complex number */
GETTER(int, real) {
    return incref(int_plain(self));
}

/* the imaginary part of a complex number */
GETTER(int, imag) {
    return from_small(0);
}

/* the numerator of a rational number in lowest terms */
GETTER(int, numerator) {
    return incref(int_plain(self));
}

/* the denominator of a rational number in lowest terms */
GETTER(int, denominator) {
    return from_small(1);
}

/* ---- methods ---- */

/* Returns self, the complex conjugate of any int. */
METHOD(int, conjugate, "($self, /)") {
    return incref(int_plain(args[0]));
}

/* Truncating an Integral returns itself. */
METHOD(int, __trunc__, "($self, /)") {
    return incref(int_plain(args[0]));
}

/* Flooring an Integral returns itself. */
METHOD(int, __floor__, "($self, /)") {
    return incref(int_plain(args[0]));
}

/* Ceiling of an Integral returns itself. */
METHOD(int, __ceil__, "($self, /)") {
    return incref(int_plain(args[0]));
}

/* Returns True. Exists for duck type compatibility with float.is_integer. */
METHOD(int, is_integer, "($self, /)") {
    return TRUE;
}

METHOD(int, __getnewargs__, "($self, /)") {
    return tuple_of(vm, 1, int_plain(args[0]));
}

/* Returns size in memory, in bytes. */
METHOD(int, __sizeof__, "($self, /)") {
    u64 digits = (int_bit_length(args[0]) + 29) / 30; /* as CPython counts them */
    return from_small((i64)(24 + 4 * (digits ? digits : 1)));
}

/* Return a pair of integers, whose ratio is equal to the original int.
 *
 * The ratio is in lowest terms and has a positive denominator.
 *
 * >>> (10).as_integer_ratio()
 * (10, 1)
 * >>> (-10).as_integer_ratio()
 * (-10, 1)
 * >>> (0).as_integer_ratio()
 * (0, 1)
 */
METHOD(int, as_integer_ratio, "($self, /)") {
    return tuple_of(vm, 2, int_plain(args[0]), from_small(1));
}

/* Number of bits necessary to represent self in binary.
 *
 * >>> bin(37)
 * '0b100101'
 * >>> (37).bit_length()
 * 6
 */
METHOD(int, bit_length, "($self, /)") {
    return from_small((i64)int_bit_length(args[0]));
}

/* Number of ones in the binary representation of the absolute value of self.
 *
 * Also known as the population count.
 *
 * >>> bin(13)
 * '0b1101'
 * >>> (13).bit_count()
 * 3
 */
METHOD(int, bit_count, "($self, /)") {
    mpz_t z;
    mp_limb_t room[1];
    int_view(args[0], z, room);
    mp_size_t count = (mp_size_t)mpz_size(z);
    return from_small(count ? (i64)mpn_popcount(mpz_limbs_read(z), count) : 0);
}

/* The multiple of ten ** -places (places < 0) nearest to v, to the even one if in doubt.
 */
static Value round_to_power_of_ten(VM *vm, Value v, u64 places) {
    if ((double)places > (double)int_bit_length(v) * 0.30103 + 2) return from_small(0);
    OWNED Value unit = TRY(int_power(vm, from_small(10), from_small((i64)places), NONE));
    OWNED Value rest = EMPTY;
    OWNED Value quotient = TRY(int_divmod(vm, v, unit, &rest));
    OWNED Value twice = TRY(int_binary(vm, BINARY_ADD, rest, rest));
    int order = int_order(twice, unit);
    OWNED Value bit = TRY(int_binary(vm, BINARY_AND, quotient, from_small(1)));
    OWNED Value down = TRY(int_binary(vm, BINARY_SUB, v, rest));
    bool round_up = order > 0 || (order == 0 && bit == from_small(1));
    return round_up ? int_binary(vm, BINARY_ADD, down, unit) : TAKE(down);
}

/* Rounding an Integral returns itself.
 *
 * Rounding with an ndigits argument also returns an integer.
 */
METHOD(int, __round__, "($self, ndigits=<unrepresentable>, /)") {
    Value v = int_plain(args[0]);
    if (args[1] == EMPTY) return incref(v);
    OWNED Value digits = TRY(object_index(vm, args[1]));
    if (!int_is_negative(digits)) return incref(v);
    i64 places;
    if (!int_fits_i64(digits, &places) || places == INT64_MIN) return from_small(0);
    return round_to_power_of_ten(vm, v, (u64)-places);
}
