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
static inline Value float_new(VM *vm, double d) {
    return LIKELY(fits_flonum(d)) ? from_flonum(d) : float_box(vm, d);
}
static inline bool is_float(Value v) {
    return is_flonum(v) || has_kind(v, KIND_FLOAT);
}
static inline double to_double(Value v) { /* of a float */
    return is_flonum(v) ? to_flonum(v) : ((Float *)v)->value;
}
Value complex_new(VM *vm, double real, double imaginary);
u64 float_hash(double d, Value v);
/* repr: the shortest digits that read back the same. */
void float_write_repr(double d, Buffer *out);

#endif
