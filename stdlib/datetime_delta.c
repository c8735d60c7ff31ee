/* timedelta */
#include <math.h>

#include "objects/float.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "stdlib/datetime.h"

static Value make(VM *vm, Type *type, i64 days, i32 seconds, i32 microseconds) {
    if (days < INT32_MIN || days > INT32_MAX)
        return raise_overflow(vm, "Python int too large to convert to C int");
    if (days < -MAX_DELTA_DAYS || days > MAX_DELTA_DAYS)
        return raise_overflow(vm, "days=%ld; must have magnitude <= %d", (long)days,
                              MAX_DELTA_DAYS);
    Delta *delta = (Delta *)object_new(vm, type);
    if (!delta) return FAIL;
    delta->days = (i32)days;
    delta->seconds = seconds;
    delta->microseconds = microseconds;
    return from_object(delta);
}

static Value make_total(VM *vm, Type *type, Microseconds total) {
    Microseconds days = total / DAY_MICROSECONDS, rest = total % DAY_MICROSECONDS;
    if (rest < 0) {
        rest += DAY_MICROSECONDS;
        days--;
    }
    if (days < INT64_MIN || days > INT64_MAX) days = INT64_MAX;
    i64 left = (i64)rest;
    return make(vm, type, (i64)days, (i32)(left / SECOND_MICROSECONDS),
                (i32)(left % SECOND_MICROSECONDS));
}

Value delta_new(VM *vm, Microseconds total) {
    return make_total(vm, DATETIME_TYPE(timedelta), total);
}

/* ---- making ---- */

typedef struct Sum {
    Microseconds whole;
    double rest; /* fractions of microseconds */
} Sum;

static bool add_float(VM *vm, Sum *sum, double number, i64 unit) {
    double whole, fraction = modf(number, &whole);
    if (!isfinite(whole) || fabs(whole) > 1e20) {
        Value bad = int_from_double(vm, whole); /* nan and infinity are refused there */
        if (bad == FAIL) return false;
        decref(bad);
        raise_overflow(vm, "Python int too large to convert to C int");
        return false;
    }
    sum->whole += (Microseconds)whole * unit;
    if (fraction == 0) return true;
    fraction = modf(fraction * (double)unit, &whole);
    sum->whole += (Microseconds)whole;
    sum->rest += fraction;
    return true;
}

static bool add_unit(VM *vm, Sum *sum, Value number, i64 unit, const char *name) {
    i64 whole;
    if (number == EMPTY) return true;
    if (is_float(number)) return add_float(vm, sum, to_double(number), unit);
    if (!is_int(number)) {
        raise_type(vm, "unsupported type for timedelta %s component: %T", name, number);
        return false;
    }
    if (!int_fits_i64(int_plain(number), &whole)) {
        raise_overflow(vm, "Python int too large to convert to C int");
        return false;
    }
    sum->whole += (Microseconds)whole * unit;
    return true;
}

/* The fractions together are rounded; halves so that the sum becomes even. */
static void round_rest(Sum *sum) {
    if (sum->rest == 0) return;
    double rounded = round(sum->rest);
    if (fabs(rounded - sum->rest) == 0.5) {
        double odd = (double)(i64)(sum->whole & 1);
        rounded = 2.0 * round((sum->rest + odd) * 0.5) - odd;
    }
    sum->whole += (Microseconds)rounded;
}

static Value construct(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"days", "seconds", "microseconds", "milliseconds",
                                        "minutes", "hours", "weeks", NULL};
    static const Arguments arguments = {"__new__", names, 0, 7, 0};
    static const struct {
        u8 argument;
        i64 unit;
    } order[] = {{2, 1},        {3, 1000},       {1, 1000000},     {4, 60000000},
                 {5, 3600000000}, {0, 86400000000}, {6, 604800000000}};
    Value given[7];
    if (nargs + (kwnames == EMPTY ? 0 : to_tuple(kwnames)->count) > 7)
        return raise_type(vm, "__new__() takes at most 7 arguments (%u given)", nargs);
    CHECK(arguments_bind(vm, &arguments, args, nargs, kwnames, given));
    Sum sum = {0, 0};
    for (u32 i = 0; i < COUNT_OF(order); i++) {
        u32 at = order[i].argument;
        CHECK(add_unit(vm, &sum, given[at], order[i].unit, names[at]));
    }
    round_rest(&sum);
    return make_total(vm, type, sum.whole);
}

/* ---- arithmetic ---- */

static bool is_delta(VM *vm, Value v) {
    return IS_DATETIME(timedelta, v);
}

static Value total_as_int(VM *vm, Microseconds total) {
    if (total >= INT64_MIN && total <= INT64_MAX) return int_from_i64(vm, (i64)total);
    OWNED Value high = TRY(int_from_i64(vm, (i64)(total / SECOND_MICROSECONDS)));
    OWNED Value scaled =
        TRY(object_binary(vm, BINARY_MUL, high, from_small(SECOND_MICROSECONDS)));
    return object_binary(vm, BINARY_ADD, scaled,
                         from_small((i64)(total % SECOND_MICROSECONDS)));
}

static Value from_total_int(VM *vm, Value total) {
    OWNED Value rest = EMPTY;
    OWNED Value seconds =
        TRY(int_divmod(vm, total, from_small(SECOND_MICROSECONDS), &rest));
    i64 high, low;
    if (!int_fits_i64(seconds, &high) || !int_fits_i64(rest, &low))
        return raise_overflow(vm, "Python int too large to convert to C int");
    return delta_new(vm, (Microseconds)high * SECOND_MICROSECONDS + low);
}

/* a / b as the nearest int, halves to even. */
static Value divide_nearest(VM *vm, Value a, Value b) {
    OWNED Value rest = EMPTY;
    if (int_is_zero(b))
        return raise_zero_division(vm, "integer division or modulo by zero");
    OWNED Value quotient = TRY(int_divmod(vm, a, b, &rest));
    OWNED Value twice = TRY(int_binary(vm, BINARY_ADD, rest, rest));
    int order = int_order(twice, b);
    if (int_is_negative(b)) order = -order;
    OWNED Value bit = TRY(int_binary(vm, BINARY_AND, quotient, from_small(1)));
    bool up = order > 0 || (order == 0 && bit == from_small(1));
    return up ? int_binary(vm, BINARY_ADD, quotient, from_small(1)) : TAKE(quotient);
}

static Value scale(VM *vm, Value delta, Value number, bool divides) {
    OWNED Value total = TRY(total_as_int(vm, delta_total(to_delta(delta))));
    OWNED Value scaled =
        TRY(divides ? divide_nearest(vm, total, int_plain(number))
                    : int_binary(vm, BINARY_MUL, total, int_plain(number)));
    return from_total_int(vm, scaled);
}

/* A subclass of float may answer anything. */
static bool check_ratio(VM *vm, Value ratio) {
    if (!has_kind(ratio, KIND_TUPLE))
        raise_type(vm,
                   "unexpected return type from as_integer_ratio(): expected tuple, not "
                   "'%T'",
                   ratio);
    else if (to_tuple(ratio)->count != 2)
        raise_value(vm, "unexpected return type from as_integer_ratio(): expected a "
                        "2-tuple");
    else if (!is_exact_int(to_tuple(ratio)->items[0]) ||
             !is_exact_int(to_tuple(ratio)->items[1]))
        raise_type(vm, "unexpected return type from as_integer_ratio(): expected ints");
    else
        return true;
    return false;
}

static Value scale_by_float(VM *vm, Value delta, Value number, bool divides) {
    OWNED Value total = TRY(total_as_int(vm, delta_total(to_delta(delta))));
    OWNED Value ratio = TRY(call_method_0(vm, number, NAME(as_integer_ratio)));
    CHECK(check_ratio(vm, ratio));
    Value up = to_tuple(ratio)->items[divides], down = to_tuple(ratio)->items[!divides];
    OWNED Value product = TRY(int_binary(vm, BINARY_MUL, total, up));
    OWNED Value nearest = TRY(divide_nearest(vm, product, down));
    return from_total_int(vm, nearest);
}

static Value divide_deltas(VM *vm, BinaryOp op, Value a, Value b) {
    OWNED Value left = TRY(total_as_int(vm, delta_total(to_delta(a))));
    OWNED Value right = TRY(total_as_int(vm, delta_total(to_delta(b))));
    if (op == BINARY_TRUEDIV || op == BINARY_FLOORDIV)
        return int_binary(vm, op, left, right);
    OWNED Value rest = EMPTY;
    if (int_is_zero(right) && op == BINARY_MOD)
        return raise_zero_division(vm, "integer modulo by zero");
    if (int_is_zero(right))
        return raise_zero_division(vm, "integer division or modulo by zero");
    OWNED Value quotient = TRY(int_divmod(vm, left, right, &rest));
    OWNED Value left_over = TRY(from_total_int(vm, rest));
    return op == BINARY_MOD ? TAKE(left_over) : tuple_of(vm, 2, quotient, left_over);
}

static Value divide(VM *vm, BinaryOp op, Value a, Value b) {
    if (!is_delta(vm, a)) return NOT_IMPLEMENTED;
    if (is_delta(vm, b)) return divide_deltas(vm, op, a, b);
    if (op == BINARY_TRUEDIV && is_float(b)) return scale_by_float(vm, a, b, true);
    if (!is_int(b)) return NOT_IMPLEMENTED;
    if (op == BINARY_TRUEDIV) return scale(vm, a, b, true);
    if (op != BINARY_FLOORDIV) return NOT_IMPLEMENTED;
    OWNED Value total = TRY(total_as_int(vm, delta_total(to_delta(a))));
    OWNED Value quotient = TRY(int_binary(vm, BINARY_FLOORDIV, total, int_plain(b)));
    return from_total_int(vm, quotient);
}

static Value multiply(VM *vm, Value a, Value b) {
    Value delta = is_delta(vm, a) ? a : b, number = delta == a ? b : a;
    if (is_int(number)) return scale(vm, delta, number, false);
    if (is_float(number)) return scale_by_float(vm, delta, number, false);
    return NOT_IMPLEMENTED;
}

static Value binary(VM *vm, BinaryOp op, Value a, Value b) {
    switch (op) {
    case BINARY_ADD:
    case BINARY_SUB: {
        if (!is_delta(vm, a) || !is_delta(vm, b)) return NOT_IMPLEMENTED;
        Microseconds left = delta_total(to_delta(a)), right = delta_total(to_delta(b));
        return delta_new(vm, op == BINARY_ADD ? left + right : left - right);
    }
    case BINARY_MUL: return multiply(vm, a, b);
    default: return divide(vm, op, a, b);
    }
}

static Value unary(VM *vm, UnaryOp op, Value self) {
    Microseconds total = delta_total(to_delta(self));
    if (op == UNARY_NEG || (op == UNARY_ABS && total < 0)) total = -total;
    return delta_new(vm, total);
}

static int truth(VM *vm, Value self) {
    return delta_total(to_delta(self)) != 0;
}

static Value compare(VM *vm, Value a, Value b, CompareOp op) {
    if (!is_delta(vm, b)) return NOT_IMPLEMENTED;
    Microseconds left = delta_total(to_delta(a)), right = delta_total(to_delta(b));
    switch (op) {
    case LT: return from_bool(left < right);
    case LE: return from_bool(left <= right);
    case EQ: return from_bool(left == right);
    case NE: return from_bool(left != right);
    case GT: return from_bool(left > right);
    default: return from_bool(left >= right);
    }
}

/* That of the tuple (days, seconds, microseconds). */
bool delta_hash(VM *vm, Microseconds total, u64 *out) {
    Microseconds rest = total % DAY_MICROSECONDS;
    if (rest < 0) rest += DAY_MICROSECONDS;
    Value days = from_small((i64)((total - rest) / DAY_MICROSECONDS));
    Value seconds = from_small((i64)(rest / SECOND_MICROSECONDS));
    Value microseconds = from_small((i64)(rest % SECOND_MICROSECONDS));
    OWNED Value parts = tuple_of(vm, 3, days, seconds, microseconds);
    return parts != FAIL && object_hash(vm, parts, out);
}

static bool hash(VM *vm, Value self, u64 *out) {
    return delta_hash(vm, delta_total(to_delta(self)), out);
}

/* ---- text and the rest ---- */

static Value repr(VM *vm, Value self) {
    Delta *delta = to_delta(self);
    Buffer out = {0};
    const char *before = "";
    buffer_printf(&out, "%s(", type_name(type_of(vm, self)));
    if (delta->days) {
        buffer_printf(&out, "days=%d", delta->days);
        before = ", ";
    }
    if (delta->seconds) {
        buffer_printf(&out, "%sseconds=%d", before, delta->seconds);
        before = ", ";
    }
    if (delta->microseconds)
        buffer_printf(&out, "%smicroseconds=%d", before, delta->microseconds);
    else if (!*before)
        buffer_add_char(&out, '0');
    buffer_add_char(&out, ')');
    return str_from_buffer(vm, &out);
}

static Value str(VM *vm, Value self) {
    Delta *delta = to_delta(self);
    int minutes = delta->seconds / 60;
    Buffer out = {0};
    if (delta->days)
        buffer_printf(&out, "%d day%s, ", delta->days,
                      delta->days == 1 || delta->days == -1 ? "" : "s");
    buffer_printf(&out, "%d:%02d:%02d", minutes / 60, minutes % 60, delta->seconds % 60);
    if (delta->microseconds) buffer_printf(&out, ".%06d", delta->microseconds);
    return str_from_buffer(vm, &out);
}

/* Number of days. */
MEMBER(datetime_timedelta, days) {
    return from_small(to_delta(self)->days);
}

/* Number of seconds (>= 0 and less than 1 day). */
MEMBER(datetime_timedelta, seconds) {
    return from_small(to_delta(self)->seconds);
}

/* Number of microseconds (>= 0 and less than 1 second). */
MEMBER(datetime_timedelta, microseconds) {
    return from_small(to_delta(self)->microseconds);
}

/* Total seconds in the duration. */
METHOD(datetime_timedelta, total_seconds, "($self, /)") {
    OWNED Value total = TRY(total_as_int(vm, delta_total(to_delta(args[0]))));
    return int_binary(vm, BINARY_TRUEDIV, total, from_small(SECOND_MICROSECONDS));
}

/* __reduce__() -> (cls, state) */
METHOD(datetime_timedelta, __reduce__, "($self, /)") {
    Delta *delta = to_delta(args[0]);
    OWNED Value state = TRY(tuple_of(vm, 3, from_small(delta->days),
                                     from_small(delta->seconds),
                                     from_small(delta->microseconds)));
    return tuple_of(vm, 2, from_object(type_of(vm, args[0])), state);
}

enum {
    DIVISIONS = CAN(BINARY_TRUEDIV) | CAN(BINARY_FLOORDIV) | CAN(BINARY_MOD) |
                CAN(BINARY_DIVMOD),
    OPERATORS = CAN(BINARY_ADD) | CAN(BINARY_SUB) | CAN(BINARY_MUL) | DIVISIONS,
};

TYPE(datetime_timedelta, .name = "datetime.timedelta", .size = sizeof(Delta),
     .kind = KIND_OTHER, .flags = TYPE_ATOM,
     .doc = "Difference between two datetime values.\n"
            "\n"
            "timedelta(days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, "
            "hours=0, weeks=0)\n"
            "\n"
            "All arguments are optional and default to 0.\n"
            "Arguments may be integers or floats, and may be positive or negative.",
     .binary_ops = OPERATORS, .reflected_ops = OPERATORS,
     .unary_ops = CAN(UNARY_NEG) | CAN(UNARY_POS) | CAN(UNARY_ABS),
     .slots = {.new = construct,
               .repr = repr,
               .str = str,
               .hash = hash,
               .compare = compare,
               .truth = truth,
               .binary = binary,
               .unary = unary})
