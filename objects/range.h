/* range and slice */
#ifndef APY_OBJECTS_RANGE_H
#define APY_OBJECTS_RANGE_H

#include "objects/vm.h"

typedef struct Range {
    Obj h;
    Value start, stop, step, length; /* ints of any size */
} Range;

/* Of ranges whose numbers are all inline ints; others use a general iterator. */
typedef struct RangeIterator {
    Obj h;
    i64 next, step;
    i64 left; /* items to come */
} RangeIterator;

typedef struct Slice {
    Obj h;
    Value start, stop, step;
} Slice;

Value range_new(VM *vm, Value start, Value stop, Value step);
Value slice_new(VM *vm, Value start, Value stop, Value step);
/* Resolve against a length, as slice.indices does; *count items from *start by *step. */
bool slice_resolve(VM *vm, Value slice, i64 length, i64 *start, i64 *step, i64 *count);

#endif
