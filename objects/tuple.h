/* tuple */
#ifndef APY_OBJECTS_TUPLE_H
#define APY_OBJECTS_TUPLE_H

#include "objects/vm.h"

struct Tuple {
    Obj h;
    usize count;
    Value items[];
};

static inline Tuple *to_tuple(Value v) {
    return (Tuple *)v;
}
/* Items are EMPTY: fill them at once. count 0 gives the shared empty tuple. */
Value tuple_new(VM *vm, usize count);
Value tuple_make_empty(VM *vm); /* for vm->empty_tuple */
Value tuple_from(VM *vm, const Value *borrowed, usize count);
Value tuple_from_owned(VM *vm, Value *owned, usize count); /* takes over the values */
Value tuple_of(VM *vm, u32 count, ...);                    /* borrowed Values */

typedef struct TupleIterator {
    Obj h;
    Value tuple;
    usize index;
} TupleIterator;
Value tuple_iterator_new(VM *vm, Value tuple);
Value tuple_iterator_next(VM *vm, Value iterator); /* EMPTY at the end */

Value tuple_slice(VM *vm, Value tuple, usize start, usize end);

#endif
