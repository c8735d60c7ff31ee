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
static inline Range *to_range(Value v) {
    return (Range *)v;
}
static inline Slice *to_slice(Value v) {
    return (Slice *)v;
}
Value range_iterator_new(VM *vm, Value range);
/* Start, stop and step as C integers with 0, INT64_MAX, 1 (or the reverse) for None,
 * clamped; ValueError for step 0. May run __index__, so ask for the length afterwards. */
bool slice_unpack(VM *vm, Value slice, i64 *start, i64 *stop, i64 *step);
/* Fit what slice_unpack gave to a length; the count of items. */
i64 slice_adjust(i64 length, i64 *start, i64 *stop, i64 step);
/* slice.indices(length) for ints of any size; the three are owned. */
bool slice_indices(VM *vm, Value slice, Value length, Value out[3]);
/* Resolve against a length, as slice.indices does; *count items from *start by *step. */
bool slice_resolve(VM *vm, Value slice, i64 length, i64 *start, i64 *step, i64 *count);

#endif
