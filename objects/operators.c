/* Operators on any values: who is asked, in which order, and what CPython says when
 * nobody can. */
#include "objects/float.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/slots.h"
#include "objects/str.h"
#include "objects/type.h"

/* ---- binary ---- */

static bool has_left(const Type *type, BinaryOp op) {
    return type->slots.binary && type->binary_ops & CAN(op);
}

static bool has_right(const Type *type, BinaryOp op) {
    return type->slots.binary && type->reflected_ops & CAN(op);
}

static Value ask_left(VM *vm, const Type *type, BinaryOp op, Value a, Value b) {
    if (type->slots.binary == script_binary) return script_left(vm, op, a, b);
    return type->slots.binary(vm, op, a, b);
}

static Value ask_right(VM *vm, const Type *type, BinaryOp op, Value a, Value b) {
    if (type->slots.binary == script_binary) return script_right(vm, op, a, b);
    return type->slots.binary(vm, op, a, b);
}

/* Does the subclass on the right have another reflected method than the class on the
 * left? For types in C the same slot is the same method. */
static bool overrides_right(VM *vm, Type *left, Type *right, BinaryOp op) {
    if (right->slots.binary != script_binary)
        return right->slots.binary != left->slots.binary;
    if (left->slots.binary != script_binary) return true;
    Value name = special_name_reflected(vm, op);
    return type_lookup(vm, left, name) != type_lookup(vm, right, name);
}

/* The operator slots: NOT_IMPLEMENTED when nobody can. */
static Value ask_both(VM *vm, BinaryOp op, Value a, Value b) {
    Type *left = type_of(vm, a), *right = type_of(vm, b);
    bool ask_b = left != right && has_right(right, op);
    if (ask_b && right->slots.binary == left->slots.binary &&
        right->slots.binary != script_binary && has_left(left, op))
        ask_b = false; /* the same C function knows both */
    if (ask_b && type_is_subtype(right, left) && overrides_right(vm, left, right, op)) {
        Value result = ask_right(vm, right, op, a, b);
        if (result != NOT_IMPLEMENTED) return result;
        ask_b = false;
    }
    if (has_left(left, op)) {
        Value result = ask_left(vm, left, op, a, b);
        if (result != NOT_IMPLEMENTED) return result;
    }
    return ask_b ? ask_right(vm, right, op, a, b) : NOT_IMPLEMENTED;
}

static Value repeat(VM *vm, Value (*slot)(VM *, Value, i64), Value sequence,
                    Value count) {
    if (!is_int(count) && !(type_of(vm, count)->unary_ops & CAN(UNARY_INDEX)))
        return raise_type(vm, "can't multiply sequence by non-int of type '%T'", count);
    OWNED Value number = TRY(object_index(vm, count));
    i64 times;
    if (!int_fits_i64(is_bool(number) ? from_small(number == TRUE) : number, &times))
        return raise_overflow(vm, "cannot fit '%T' into an index-sized integer", count);
    return slot(vm, sequence, times);
}

/* Does the type stand among sequences for CPython, whether or not it can be repeated? */
static bool is_sequence_like(const Type *type) {
    return type->flags & TYPE_HEAP || type->slots.length || type->slots.contains || type->slots.getitem;
}

/* What + and * of sequences come to in the end. */
static Value ask_sequences(VM *vm, BinaryOp op, Value a, Value b, bool is_inplace) {
    const Slots *left = &type_of(vm, a)->slots, *right = &type_of(vm, b)->slots;
    if (op == BINARY_ADD && left->concat) return left->concat(vm, a, b);
    if (op == BINARY_MUL && left->repeat) return repeat(vm, left->repeat, a, b);
    if (is_inplace && is_sequence_like(type_of(vm, a))) return NOT_IMPLEMENTED;
    if (op == BINARY_MUL && right->repeat) return repeat(vm, right->repeat, b, a);
    return NOT_IMPLEMENTED;
}

static bool is_print(VM *vm, Value v) {
    return has_exact_kind(v, KIND_NATIVE) && ((Native *)v)->self != EMPTY &&
           has_kind(((Native *)v)->self, KIND_MODULE) &&
           strcmp(((Native *)v)->spec->name, "print") == 0;
}

static Value refuse(VM *vm, BinaryOp op, Value a, Value b, bool is_inplace) {
    const char *text = binary_op_texts[op];
    if (is_inplace && op == BINARY_POW) text = "**";
    if (op == BINARY_RSHIFT && !is_inplace && is_print(vm, a))
        return raise_type(
            vm,
            "unsupported operand type(s) for >>: '%T' and '%T'. Did you mean "
            "\"print(<message>, file=<output_stream>)\"?",
            a, b);
    return raise_type(vm, "unsupported operand type(s) for %s%s: '%T' and '%T'", text,
                      is_inplace ? "=" : "", a, b);
}

/* Numbers and texts of exactly those types: nobody else has a say. */
static ALWAYS_INLINE Value binary_quickly(VM *vm, BinaryOp op, Value a, Value b) {
    i64 sum;
    if (op == BINARY_ADD && are_small(a, b) && LIKELY(!__builtin_saddl_overflow((i64)a, (i64)(b - 1), &sum)))
        return (Value)sum;
    if (is_exact_int(a) && is_exact_int(b)) return int_binary(vm, op, a, b);
    if (are_flonums(a, b)) return float_binary(vm, op, a, b);
    if (op == BINARY_ADD && has_exact_kind(a, KIND_STR) && has_exact_kind(b, KIND_STR)) return str_concat(vm, a, b);
    if (op == BINARY_MOD && has_exact_kind(a, KIND_STR) && (!is_object(b) || to_object(b)->kind == KIND_TUPLE))
        return str_percent(vm, a, b);
    return NOT_IMPLEMENTED;
}

Value object_binary(VM *vm, BinaryOp op, Value a, Value b) {
    Value result = binary_quickly(vm, op, a, b);
    if (LIKELY(result != NOT_IMPLEMENTED)) return result;
    result = ask_both(vm, op, a, b);
    if (result == NOT_IMPLEMENTED) result = ask_sequences(vm, op, a, b, false);
    return result == NOT_IMPLEMENTED ? refuse(vm, op, a, b, false) : result;
}

Value object_binary_reflected(VM *vm, BinaryOp op, Value a, Value b, bool is_inplace) {
    Type *left = type_of(vm, a), *right = type_of(vm, b);
    Value result = left != right && has_right(right, op) ? ask_right(vm, right, op, a, b)
                                                         : NOT_IMPLEMENTED;
    if (result == NOT_IMPLEMENTED) result = ask_sequences(vm, op, a, b, is_inplace);
    return result == NOT_IMPLEMENTED ? refuse(vm, op, a, b, is_inplace) : result;
}

/* ---- in place ---- */

static Value ask_inplace_sequences(VM *vm, BinaryOp op, Value a, Value b) {
    const Slots *left = &type_of(vm, a)->slots;
    if (op == BINARY_ADD && left->inplace_concat) return left->inplace_concat(vm, a, b);
    if (op == BINARY_MUL && left->inplace_repeat)
        return repeat(vm, left->inplace_repeat, a, b);
    return ask_sequences(vm, op, a, b, true);
}

bool inherits_inplace(const Type *type, BinaryOp op) {
    if (!(type->flags & TYPE_HEAP)) return false;
    if (op == BINARY_ADD) return type->slots.inplace_concat;
    return op == BINARY_MUL && type->slots.inplace_repeat;
}

Value object_inplace(VM *vm, BinaryOp op, Value a, Value b) {
    Type *type = type_of(vm, a);
    if (type->slots.inplace && type->inplace_ops & CAN(op)) {
        Value result = type->slots.inplace(vm, op, a, b);
        if (result != NOT_IMPLEMENTED) return result;
    }
    return object_inplace_rest(vm, op, a, b);
}

Value object_inplace_rest(VM *vm, BinaryOp op, Value a, Value b) {
    Value result = binary_quickly(vm, op, a, b);
    if (LIKELY(result != NOT_IMPLEMENTED)) return result;
    if (!inherits_inplace(type_of(vm, a), op)) result = ask_both(vm, op, a, b);
    if (result == NOT_IMPLEMENTED) result = ask_inplace_sequences(vm, op, a, b);
    return result == NOT_IMPLEMENTED ? refuse(vm, op, a, b, true) : result;
}

/* ---- power with modulus ---- */

typedef Value (*PowerSlot)(VM *vm, Value base, Value exponent, Value modulus);

Value object_power(VM *vm, Value base, Value exponent, Value modulus) {
    if (modulus == NONE) return object_binary(vm, BINARY_POW, base, exponent);
    PowerSlot asked[3] = {type_of(vm, base)->slots.power,
                          type_of(vm, exponent)->slots.power,
                          type_of(vm, modulus)->slots.power};
    for (int i = 0; i < 3; i++) {
        bool is_again =
            (i > 0 && asked[i] == asked[0]) || (i > 1 && asked[i] == asked[1]);
        if (!asked[i] || is_again) continue;
        Value result = asked[i](vm, base, exponent, modulus);
        if (result != NOT_IMPLEMENTED) return result;
    }
    return raise_type(vm, "unsupported operand type(s) for ** or pow(): '%T', '%T', '%T'",
                      base, exponent, modulus);
}

/* ---- unary ---- */

static Value refuse_unary(VM *vm, UnaryOp op, Value v) {
    static const char *const texts[] = {
        [UNARY_NEG] = "bad operand type for unary -: '%T'",
        [UNARY_POS] = "bad operand type for unary +: '%T'",
        [UNARY_INVERT] = "bad operand type for unary ~: '%T'",
        [UNARY_ABS] = "bad operand type for abs(): '%T'",
        [UNARY_INT] = "int() argument must be a string, a bytes-like object or a real "
                      "number, not '%T'",
        [UNARY_FLOAT] = "must be real number, not %T",
        [UNARY_INDEX] = "'%T' object cannot be interpreted as an integer",
    };
    return raise_type(vm, texts[op], v);
}

/* What __int__, __float__ and __index__ gave; owned, given back or FAIL. */
static Value check_number(VM *vm, UnaryOp op, Value v, Value result) {
    static const char *const names[] = {
        [UNARY_INT] = "__int__", [UNARY_FLOAT] = "__float__", [UNARY_INDEX] = "__index__"};
    bool is_exact = op == UNARY_FLOAT ? is_flonum(result) || has_exact_kind(result, KIND_FLOAT)
                                      : is_exact_int(result);
    if (LIKELY(is_exact)) return result;
    OWNED Value held = result;
    const char *name = names[op], *wanted = op == UNARY_FLOAT ? "float" : "int";
    const char *owner = op == UNARY_FLOAT ? type_name_of(vm, v) : "";
    const char *dot = op == UNARY_FLOAT ? "." : "";
    if (op == UNARY_FLOAT ? !is_float(result) : !is_int(result))
        return raise_type(vm, "%s%s%s returned non-%s (type %T)", owner, dot, name, wanted,
                          result);
    CHECK(warn(vm, EXC(DeprecationWarning), 1,
               "%s%s%s returned non-%s (type %T).  The ability to return an instance of a "
               "strict subclass of %s is deprecated, and may be removed in a future "
               "version of Python.",
               owner, dot, name, wanted, result, wanted));
    return TAKE(held);
}

Value object_unary(VM *vm, UnaryOp op, Value v) {
    const Type *type = type_of(vm, v);
    Value result = type->slots.unary && type->unary_ops & CAN(op)
                       ? type->slots.unary(vm, op, v)
                       : NOT_IMPLEMENTED;
    if (result == NOT_IMPLEMENTED) return refuse_unary(vm, op, v);
    return op < UNARY_INT || result == FAIL ? result : check_number(vm, op, v, result);
}

/* ---- to numbers ---- */

Value object_index(VM *vm, Value v) {
    if (LIKELY(is_exact_int(v))) return incref(v);
    if (is_bool(v)) return from_small(v == TRUE);
    if (has_kind(v, KIND_INT)) return incref(int_plain(v));
    OWNED Value result = TRY(object_unary(vm, UNARY_INDEX, v));
    if (is_exact_int(result)) return TAKE(result);
    return is_bool(result) ? from_small(result == TRUE) : TAKE(result);
}

bool object_to_i64(VM *vm, Value v, i64 *out) {
    if (LIKELY(is_small(v))) {
        *out = to_small(v);
        return true;
    }
    OWNED Value number = TRY_OR_FALSE(object_index(vm, v));
    if (int_fits_i64(number, out)) return true;
    raise_overflow(vm, "Python int too large to convert to C ssize_t");
    return false;
}

bool object_to_i64_clamped(VM *vm, Value v, i64 *out) {
    if (LIKELY(is_small(v))) {
        *out = to_small(v);
        return true;
    }
    OWNED Value number = TRY_OR_FALSE(object_index(vm, v));
    if (!int_fits_i64(number, out))
        *out = int_is_negative(number) ? INT64_MIN : INT64_MAX;
    return true;
}

bool object_to_double(VM *vm, Value v, double *out) {
    if (is_float(v)) {
        *out = to_double(v);
        return true;
    }
    u32 unary_ops = is_int(v) ? CAN(UNARY_INDEX) : type_of(vm, v)->unary_ops;
    if (unary_ops & CAN(UNARY_FLOAT) || !(unary_ops & CAN(UNARY_INDEX))) {
        OWNED Value number = TRY_OR_FALSE(object_unary(vm, UNARY_FLOAT, v));
        *out = to_double(number);
        return true;
    }
    OWNED Value number = TRY_OR_FALSE(object_index(vm, v));
    bool ok = true;
    *out = int_to_double(vm, number, &ok);
    return ok;
}
