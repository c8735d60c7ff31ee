/* math: sums and norms that lose nothing on the way: fsum, sumprod, hypot, dist, prod. */
#include <float.h>
#include <math.h>

#include "objects/float.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/tuple.h"
#include "stdlib/math_shared.h"

/* An exact sum or product: high is the rounded one, low what rounding took away. */
typedef struct Exact {
    double high, low;
} Exact;

static Exact add_exactly(double a, double b) {
    double sum = a + b, shadow = sum - a;
    return (Exact){sum, (a - (sum - shadow)) + (b - shadow)};
}

/* The same for |a| >= |b|. */
static Exact add_smaller(double a, double b) {
    double sum = a + b;
    return (Exact){sum, b - (sum - a)};
}

static Exact multiply_exactly(double a, double b) {
    double product = a * b;
    return (Exact){product, fma(a, b, -product)};
}

/* ---- norms ---- */

/* For values scaled below 1, then corrected by the error of the square root. The sum
 * starts from 1 so that adding keeps the larger first. */
static double norm_of_scaled(const double *values, usize count, double scale) {
    double sum = 1, products_lost = 0, sums_lost = 0;
    for (usize i = 0; i < count; i++) {
        double x = values[i] * scale;
        Exact square = multiply_exactly(x, x);
        Exact next = add_smaller(sum, square.high);
        sum = next.high;
        products_lost += square.low;
        sums_lost += next.low;
    }
    double root = sqrt(sum - 1 + (products_lost + sums_lost));
    Exact square = multiply_exactly(-root, root);
    Exact rest = add_smaller(sum, square.high);
    products_lost += square.low;
    sums_lost += rest.low;
    double error = rest.high - 1 + (products_lost + sums_lost);
    return (root + error / (2 * root)) / scale;
}

double math_norm(double *values, usize count) {
    double largest = 0;
    bool has_nan = false;
    for (usize i = 0; i < count; i++) {
        values[i] = fabs(values[i]);
        has_nan |= isnan(values[i]);
        if (values[i] > largest) largest = values[i];
    }
    if (isinf(largest)) return largest;
    if (has_nan) return NAN;
    if (largest == 0 || count <= 1) return largest;
    int exponent;
    frexp(largest, &exponent);
    if (exponent < -1023) { /* subnormal: its scale would overflow */
        for (usize i = 0; i < count; i++) values[i] /= DBL_MIN;
        return DBL_MIN * math_norm(values, count);
    }
    return norm_of_scaled(values, count, ldexp(1.0, -exponent));
}

/* Room for so many doubles on the C stack, else from the heap. */
enum { FEW = 16 };

static Value norm_of_values(VM *vm, Value *values, u32 count, double *room) {
    for (u32 i = 0; i < count; i++) CHECK(object_to_double(vm, values[i], &room[i]));
    return float_new(vm, math_norm(room, count));
}

/* hypot(*coordinates) -> value
 *
 * Multidimensional Euclidean distance from the origin to a point.
 *
 * Roughly equivalent to:
 *     sqrt(sum(x**2 for x in coordinates))
 *
 * For a two dimensional point (x, y), gives the hypotenuse
 * using the Pythagorean theorem:  sqrt(x*x + y*y).
 *
 * For example, the hypotenuse of a 3/4/5 right triangle is:
 *
 *     >>> hypot(3.0, 4.0)
 *     5.0
 */
FUNCTION(math, hypot, "(*coordinates) hidden") {
    double few[FEW];
    if (nargs <= FEW) return norm_of_values(vm, args, nargs, few);
    usize size = nargs * sizeof(double);
    double *room = heap_raw_alloc(&vm->heap, size);
    if (!room) return raise_memory(vm);
    Value result = norm_of_values(vm, args, nargs, room);
    heap_raw_free(&vm->heap, room, size);
    return result;
}

static Value distance(VM *vm, Tuple *p, Tuple *q, double *room) {
    for (usize i = 0; i < p->count; i++) {
        double x, y;
        CHECK(object_to_double(vm, p->items[i], &x) &&
              object_to_double(vm, q->items[i], &y));
        room[i] = x - y;
    }
    return float_new(vm, math_norm(room, p->count));
}

/* Return the Euclidean distance between two points p and q.
 *
 * The points should be specified as sequences (or iterables) of
 * coordinates.  Both inputs must have the same dimension.
 *
 * Roughly equivalent to:
 *     sqrt(sum((px - qx) ** 2.0 for px, qx in zip(p, q)))
 */
FUNCTION(math, dist, "(p, q, /)") {
    OWNED Value p = TRY(object_to_tuple(vm, args[0]));
    OWNED Value q = TRY(object_to_tuple(vm, args[1]));
    usize count = to_tuple(p)->count;
    if (count != to_tuple(q)->count) {
        return raise_value(vm, "both points must have the same number of dimensions");
    }
    double few[FEW];
    if (count <= FEW) return distance(vm, to_tuple(p), to_tuple(q), few);
    double *room = heap_raw_alloc(&vm->heap, count * sizeof(double));
    if (!room) return raise_memory(vm);
    Value result = distance(vm, to_tuple(p), to_tuple(q), room);
    heap_raw_free(&vm->heap, room, count * sizeof(double));
    return result;
}

/* ---- fsum: partial sums that do not overlap (Shewchuk) ---- */

typedef struct Partials {
    Buffer room; /* doubles, from small to large */
    usize count;
    double specials, infinities; /* sums of what is not finite */
} Partials;

static double *partials_of(Partials *partials) {
    return (double *)(void *)partials->room.data;
}

/* Add x to the partials; `kept` of them remain before the last. */
static bool add_partial(VM *vm, Partials *partials, double original) {
    if (!buffer_reserve(&partials->room, (partials->count + 1) * sizeof(double))) {
        raise_memory(vm);
        return false;
    }
    double *partial = partials_of(partials), x = original;
    usize kept = 0;
    for (usize i = 0; i < partials->count; i++) {
        double y = partial[i];
        Exact sum = fabs(x) < fabs(y) ? add_smaller(y, x) : add_smaller(x, y);
        if (sum.low != 0) partial[kept++] = sum.low;
        x = sum.high;
    }
    partials->count = kept;
    if (x == 0) return true;
    if (isfinite(x)) {
        partial[partials->count++] = x;
        return true;
    }
    if (isfinite(original)) {
        raise_overflow(vm, "intermediate overflow in fsum");
        return false;
    }
    if (isinf(original)) partials->infinities += original;
    partials->specials += original;
    partials->count = 0;
    return true;
}

/* The sum of the partials, rounded once: half way cases look at the next partial. */
static double round_partials(Partials *partials) {
    double *partial = partials_of(partials);
    usize n = partials->count;
    if (n == 0) return 0;
    double high = partial[--n], low = 0;
    while (n > 0) {
        Exact sum = add_smaller(high, partial[--n]);
        high = sum.high;
        low = sum.low;
        if (low != 0) break;
    }
    if (n > 0 && ((low < 0 && partial[n - 1] < 0) || (low > 0 && partial[n - 1] > 0))) {
        double twice = low * 2, up = high + twice;
        if (twice == up - high) high = up;
    }
    return high;
}

static Value sum_exactly(VM *vm, Value iterator, Partials *partials) {
    for (;;) {
        OWNED Value item = TRY(iter_next(vm, iterator));
        if (item == EMPTY) break;
        double x;
        CHECK(object_to_double(vm, item, &x));
        CHECK(add_partial(vm, partials, x));
    }
    if (partials->specials != 0) {
        if (isnan(partials->infinities)) return raise_value(vm, "-inf + inf in fsum");
        return float_new(vm, partials->specials);
    }
    return float_new(vm, round_partials(partials));
}

/* Return an accurate floating-point sum of values in the iterable seq.
 *
 * Assumes IEEE-754 floating-point arithmetic. */
FUNCTION(math, fsum, "(seq, /)") {
    OWNED Value iterator = TRY(object_iter(vm, args[0]));
    Partials partials = {0};
    Value result = sum_exactly(vm, iterator, &partials);
    buffer_free(&partials.room);
    return result;
}

/* ---- sumprod ---- */

/* A sum in three doubles. */
typedef struct Triple {
    double high, low, tiny;
} Triple;

static Triple add_product(Triple total, double x, double y) {
    Exact product = multiply_exactly(x, y);
    Exact sum = add_exactly(total.high, product.high);
    Exact first = add_exactly(total.low, product.low);
    Exact second = add_exactly(first.high, sum.low);
    return (Triple){sum.high, second.high, total.tiny + first.low + second.low};
}

static double triple_value(Triple total) {
    return total.high + add_exactly(total.low, total.tiny).high;
}

/* The sum is kept as a C int while all are ints, then in three doubles while all are
 * floats (with ints among them), then by Python's operators. A way that was left is not
 * taken again. */
typedef struct SumProduct {
    Value total; /* owned */
    i64 whole;
    Triple triple;
    bool by_int, by_float, whole_used, triple_used;
} SumProduct;

static bool add_value(VM *vm, SumProduct *sum, Value owned) {
    OWNED Value item = owned;
    if (item == FAIL) return false;
    Value total = object_binary(vm, BINARY_ADD, sum->total, item);
    if (total == FAIL) return false;
    replace(&sum->total, total);
    return true;
}

static bool leave_int(VM *vm, SumProduct *sum) {
    sum->by_int = false;
    if (!sum->whole_used) return true;
    sum->whole_used = false;
    return add_value(vm, sum, int_from_i64(vm, sum->whole));
}

static bool leave_float(VM *vm, SumProduct *sum) {
    sum->by_float = false;
    if (!sum->triple_used) return true;
    sum->triple_used = false;
    return add_value(vm, sum, float_new(vm, triple_value(sum->triple)));
}

static bool add_whole(SumProduct *sum, Value p, Value q) {
    i64 x, y, product;
    if (!is_exact_int(p) || !is_exact_int(q) || !int_fits_i64(p, &x) ||
        !int_fits_i64(q, &y)) {
        return false;
    }
    if (__builtin_mul_overflow(x, y, &product)) return false;
    if (__builtin_add_overflow(sum->whole, product, &product)) return false;
    sum->whole = product;
    sum->whole_used = true;
    return true;
}

static bool is_exact_float(Value v) {
    return is_flonum(v) || has_exact_kind(v, KIND_FLOAT);
}

static bool as_double(VM *vm, Value v, double *out) {
    if (is_exact_float(v)) {
        *out = to_double(v);
        return true;
    }
    if (!is_exact_int(v) && !is_bool(v)) return false;
    bool ok;
    *out = int_to_double(vm, v, &ok);
    if (!ok) exception_clear(vm);
    return ok;
}

static bool add_triple(VM *vm, SumProduct *sum, Value p, Value q) {
    double x, y;
    if (!is_exact_float(p) && !is_exact_float(q)) return false;
    if (!as_double(vm, p, &x) || !as_double(vm, q, &y)) return false;
    Triple next = add_product(sum->triple, x, y);
    if (!isfinite(next.high)) return false;
    sum->triple = next;
    sum->triple_used = true;
    return true;
}

static bool add_pair(VM *vm, SumProduct *sum, Value p, Value q) {
    if (sum->by_int) {
        if (add_whole(sum, p, q)) return true;
        if (!leave_int(vm, sum)) return false;
    }
    if (sum->by_float) {
        if (add_triple(vm, sum, p, q)) return true;
        if (!leave_float(vm, sum)) return false;
    }
    return add_value(vm, sum, object_binary(vm, BINARY_MUL, p, q));
}

static Value sum_products(VM *vm, SumProduct *sum, Value p_iterator, Value q_iterator) {
    for (;;) {
        OWNED Value p = TRY(iter_next(vm, p_iterator));
        OWNED Value q = TRY(iter_next(vm, q_iterator));
        if ((p == EMPTY) != (q == EMPTY)) {
            return raise_value(vm, "Inputs are not the same length");
        }
        if (p == EMPTY) break;
        CHECK(add_pair(vm, sum, p, q));
    }
    CHECK(leave_int(vm, sum) && leave_float(vm, sum));
    return incref(sum->total);
}

/* Return the sum of products of values from two iterables p and q.
 *
 * Roughly equivalent to:
 *
 *     sum(itertools.starmap(operator.mul, zip(p, q, strict=True)))
 *
 * For float and mixed int/float inputs, the intermediate products
 * and sums are computed with extended precision. */
FUNCTION(math, sumprod, "(p, q, /)") {
    OWNED Value p = TRY(object_iter(vm, args[0]));
    OWNED Value q = TRY(object_iter(vm, args[1]));
    SumProduct sum = {.total = from_small(0), .by_int = true, .by_float = true};
    Value result = sum_products(vm, &sum, p, q);
    decref(sum.total);
    return result;
}

/* Calculate the product of all the elements in the input iterable.
 *
 * The default start value for the product is 1.
 *
 * When the iterable is empty, return the start value.  This function is
 * intended specifically for use with numeric values and may reject
 * non-numeric types. */
FUNCTION(math, prod, "(iterable, /, *, start=1)") {
    OWNED Value iterator = TRY(object_iter(vm, args[0]));
    OWNED Value product = args[1] == EMPTY ? from_small(1) : incref(args[1]);
    for (;;) {
        OWNED Value item = TRY(iter_next(vm, iterator));
        if (item == EMPTY) return TAKE(product);
        replace(&product, TRY(object_binary(vm, BINARY_MUL, product, item)));
    }
}
