/* The stable adaptive merge sort behind list.sort: natural runs, lengthened by binary
 * insertion, merged in the order of powersort, galloping where one run wins for long.
 * Which pairs are compared, and in what order, is as in CPython, since programs can
 * watch.
 *
 * A row is a key and, in a parallel array, the item that travels with it. Only `<` is
 * asked.
 */
#ifndef APY_OBJECTS_MERGE_SORT_H
#define APY_OBJECTS_MERGE_SORT_H

#include "objects/vm.h"

typedef struct Rows {
    Value *keys;
    Value *items; /* NULL: the keys are the items */
} Rows;

/* 1, 0, or -1 with an exception, which ends the sort (all rows are still there, in some
 * order). */
typedef int (*SortLess)(VM *vm, Value a, Value b);

/* For keys that are all inline ints; the sort knows it, and calls nothing. */
int sort_less_small(VM *vm, Value a, Value b);

bool sort_rows(VM *vm, Rows rows, usize count, SortLess less);
void reverse_values(Value *values, usize count);

#endif
