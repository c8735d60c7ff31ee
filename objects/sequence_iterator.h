/* Iterators over what only has __getitem__, and over what a callable gives: iter(f,
 * sentinel). */
#ifndef APY_OBJECTS_SEQUENCE_ITERATOR_H
#define APY_OBJECTS_SEQUENCE_ITERATOR_H

#include "objects/vm.h"

typedef struct SequenceIterator {
    Obj h;
    Value sequence; /* EMPTY at the end */
    i64 index;
} SequenceIterator;

typedef struct CallableIterator {
    Obj h;
    Value callable, sentinel; /* EMPTY at the end */
} CallableIterator;

Value sequence_iterator_new(VM *vm, Value sequence);
Value callable_iterator_new(VM *vm, Value callable, Value sentinel);

#endif
