/* Builtin functions of numbers: abs, divmod, pow, round, sum. */
#include <math.h>

#include "objects/bytes.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/str.h"

/* Return the absolute value of the argument. */
FUNCTION(builtins, abs, "(x, /)") {
    return object_unary(vm, UNARY_ABS, args[0]);
}

/* Return the tuple (x//y, x%y).  Invariant: div*y + mod == x. */
FUNCTION(builtins, divmod, "(x, y, /)") {
    return object_binary(vm, BINARY_DIVMOD, args[0], args[1]);
}

/* Equivalent to base**exp with 2 arguments or base**exp % mod with 3 arguments
 *
 * Some types, such as ints, are able to use a more efficient algorithm when
 * invoked using the three argument form.
 */
FUNCTION(builtins, pow, "(base, exp, mod=None)") {
    return object_power(vm, args[0], args[1], args[2] == EMPTY ? NONE : args[2]);
}

/* Round a number to a given precision in decimal digits.
 *
 * The return value is an integer if ndigits is omitted or None.  Otherwise
 * the return value has the same type as the number.  ndigits may be negative.
 */
FUNCTION(builtins, round, "(number, ndigits=None)") {
    Value number = args[0], places = args[1] == EMPTY ? NONE : args[1];
    if (is_flonum(number)) {
        double d = to_flonum(number);
        if (places == NONE) return int_from_double(vm, nearbyint(d));
        if (is_small(places)) return float_round(vm, d, to_small(places));
    }
    OWNED Value method = TRY(object_find_special(vm, number, NAME(__round__)));
    if (method == EMPTY) {
        return raise_type(vm, "type %T doesn't define __round__ method", number);
    }
    return places == NONE ? call_0(vm, method) : call_1(vm, method, places);
}

/* ---- sum ---- */

/* A sum of doubles with what rounding lost so far (Neumaier). */
typedef struct Compensated {
    double sum, lost;
} Compensated;

static void add_compensated(Compensated *total, double x) {
    double sum = total->sum + x;
    if (fabs(total->sum) >= fabs(x)) {
        total->lost += (total->sum - sum) + x;
    } else {
        total->lost += (x - sum) + total->sum;
    }
    total->sum = sum;
}

static double compensated_value(Compensated total) {
    return total.lost != 0 && isfinite(total.lost) ? total.sum + total.lost : total.sum;
}

static bool is_exact_float(Value v) {
    return is_flonum(v) || has_exact_kind(v, KIND_FLOAT);
}

/* total += item, in general. `total` is owned and replaced. */
static bool add_item(VM *vm, Value *total, Value item) {
    Value sum = object_binary(vm, BINARY_ADD, *total, item);
    if (sum == FAIL) return false;
    replace(total, sum);
    return true;
}

/* What an item is to a running sum of floats. */
static bool as_float_item(Value item, Compensated *total) {
    i64 i;
    if (is_exact_float(item)) {
        add_compensated(total, to_double(item));
    } else if (is_int(item) && int_fits_i64(item, &i)) {
        total->sum += (double)i;
    } else {
        return false;
    }
    return true;
}

/* Each way of adding lasts while the items suit it; a way that was left is not taken again. Both give
 * the first item that did not suit (owned), EMPTY at the end. */

static Value sum_floats(VM *vm, Value iterator, Value *total) {
    Compensated running = {to_double(*total), 0};
    Value item;
    for (;;) {
        item = TRY(iter_next(vm, iterator));
        if (item == EMPTY || !as_float_item(item, &running)) break;
        decref(item);
    }
    Value sum = float_new(vm, compensated_value(running));
    if (sum == FAIL) decref(item);
    replace(total, sum);
    return sum == FAIL ? FAIL : item;
}

static bool as_int_item(Value item, i64 *sum) {
    i64 i;
    if (!is_exact_int(item) && !is_bool(item)) return false;
    return int_fits_i64(item, &i) && !__builtin_add_overflow(*sum, i, sum);
}

static Value sum_ints(VM *vm, Value iterator, Value *total) {
    i64 sum;
    Value item;
    int_fits_i64(*total, &sum);
    for (;;) {
        item = TRY(iter_next(vm, iterator));
        i64 before = sum;
        if (item == EMPTY || !as_int_item(item, &sum)) {
            sum = before;
            break;
        }
        decref(item);
    }
    Value result = int_from_i64(vm, sum);
    if (result == FAIL) decref(item);
    replace(total, result);
    return result == FAIL ? FAIL : item;
}

/* The result so far is left in *total; true if there is nothing more to add. */
static bool add_left_over(VM *vm, Value item, Value *total, bool *ok) {
    OWNED Value held = item;
    *ok = item != FAIL && (item == EMPTY || add_item(vm, total, item));
    return item == EMPTY || !*ok;
}

static Value sum_items(VM *vm, Value iterator, Value start) {
    OWNED Value total = incref(start);
    bool ok = true;
    i64 i;
    if (is_exact_int(total) && int_fits_i64(total, &i)) {
        if (add_left_over(vm, sum_ints(vm, iterator, &total), &total, &ok)) goto done;
    }
    if (is_exact_float(total)) {
        if (add_left_over(vm, sum_floats(vm, iterator, &total), &total, &ok)) goto done;
    }
    while (!add_left_over(vm, iter_next(vm, iterator), &total, &ok)) continue;
done:
    return ok ? TAKE(total) : FAIL;
}

/* Return the sum of a 'start' value (default: 0) plus an iterable of numbers
 *
 * When the iterable is empty, return the start value.
 * This function is intended specifically for use with numeric values and may
 * reject non-numeric types.
 */
FUNCTION(builtins, sum, "(iterable, /, start=0)") {
    Value start = args[1] == EMPTY ? from_small(0) : args[1];
    OWNED Value iterator = TRY(object_iter(vm, args[0]));
    if (is_str(start)) {
        return raise_type(vm, "sum() can't sum strings [use ''.join(seq) instead]");
    }
    if (has_kind(start, KIND_BYTES)) {
        return raise_type(vm, "sum() can't sum bytes [use b''.join(seq) instead]");
    }
    if (has_kind(start, KIND_BYTEARRAY)) {
        return raise_type(vm, "sum() can't sum bytearray [use b''.join(seq) instead]");
    }
    return sum_items(vm, iterator, start);
}
