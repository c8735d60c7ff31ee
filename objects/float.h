/* float: inline when its exponent is common, else an object. */
#ifndef APY_OBJECTS_FLOAT_H
#define APY_OBJECTS_FLOAT_H

#include "objects/vm.h"

typedef struct Float {
    Obj h;
    double value;
} Float;

typedef struct Complex {
    Obj h;
    double real, imaginary;
} Complex;

Value float_box(VM *vm, double d); /* what has no inline form */
/* The zeros, which have none, are made once. */
bool float_start(VM *vm);
void float_stop(VM *vm);
static inline Value float_new(VM *vm, double d) {
    return LIKELY(fits_flonum(d)) ? from_flonum(d) : float_box(vm, d);
}
static inline bool is_float(Value v) {
    return is_flonum(v) || has_kind(v, KIND_FLOAT);
}
static inline double to_double(Value v) { /* of a float */
    return is_flonum(v) ? to_flonum(v) : ((Float *)v)->value;
}
/* A float, an int of any form, or no number (false with no exception, unless an int is
 * too large: then *failed is set). What the right and left operands of a float's
 * operators may be. */
bool number_to_double(VM *vm, Value v, double *out, bool *failed);

Value float_binary(VM *vm, BinaryOp op, Value a, Value b);
Value float_compare(VM *vm, Value a, Value b, CompareOp op);
/* x ** y; a negative x with a fraction in y gives a complex. */
Value float_power(VM *vm, double x, double y);
/* x // y and x % y for y != 0. */
double float_floor_divide(double x, double y, double *remainder);
/* float(v): __float__, __index__, text. */
Value float_convert(VM *vm, Value v);
/* round(d, places) */
Value float_round(VM *vm, double d, i64 places);
u64 float_hash(double d, Value v); /* v: whose nan it is */
/* repr: the shortest digits that read back the same. */
void float_write_repr(double d, Buffer *out);
/* OverflowError(34, 'Numerical result out of range') */
Value float_raise_range(VM *vm);

struct FormatSpec;
/* Format as the spec of a float says (types e f g n % and none); `self` is what messages
 * name. */
bool float_format(VM *vm, Value self, double d, const struct FormatSpec *spec,
                  Buffer *out);

/* ---- complex ---- */

typedef struct Parts {
    double real, imaginary;
} Parts;

Value complex_new(VM *vm, double real, double imaginary);
static inline bool is_complex(Value v) {
    return has_kind(v, KIND_COMPLEX);
}
/* Any number: complex, __complex__, __float__, __index__. False with TypeError. */
bool complex_parts(VM *vm, Value v, Parts *out);
Value complex_power(VM *vm, Parts base, Parts exponent);

#endif
