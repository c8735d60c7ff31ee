/* What iterators of containers share. */
#ifndef APY_OBJECTS_ITERATOR_H
#define APY_OBJECTS_ITERATOR_H

#include "objects/list.h"
#include "objects/range.h"

/* The answer of an iterator's __reduce__: (builtin function, (argument,)) or, with a
 * state, (builtin function, (argument,), state). */
Value iterator_reduce(VM *vm, const char *builtin, Value argument, Value state_or_empty);
/* The `iter` slot of iterators: the iterator itself. */
Value iterator_self(VM *vm, Value self);

/* iter_next, at once for the commonest iterators. For loops in C. */
static inline Value iter_next_quick(VM *vm, Value iterator) {
    u8 kind = to_object(iterator)->kind;
    if (kind == KIND_LIST_ITERATOR) {
        ListIterator *at = (ListIterator *)to_object(iterator);
        if (LIKELY(at->list != EMPTY && at->index < to_list(at->list)->count))
            return incref(to_list(at->list)->items[at->index++]);
    } else if (kind == KIND_RANGE_ITERATOR) {
        RangeIterator *range = (RangeIterator *)to_object(iterator);
        if (LIKELY(range->left > 0)) {
            Value item = from_small(range->next);
            range->next += range->step;
            range->left--;
            return item;
        }
    }
    return iter_next(vm, iterator);
}

#endif
