/* set and frozenset: CPython's table (same growth, same probing), so that iteration order agrees. */
#ifndef APY_OBJECTS_SET_H
#define APY_OBJECTS_SET_H

#include "objects/vm.h"

typedef struct SetEntry {
    Value key; /* EMPTY: never used; FAIL: deleted */
    u64 hash;
} SetEntry;

typedef struct Set {
    Obj h;
    SetEntry *table;
    usize mask, fill, used;
    u64 hash; /* of frozenset; 0: not computed */
    SetEntry small[8];
} Set;

Value set_new(VM *vm, Value iterable_or_empty);
Value frozenset_new(VM *vm, Value iterable_or_empty);
bool set_add(VM *vm, Set *set, Value key);
int set_contains(VM *vm, Set *set, Value key);
int set_discard(VM *vm, Set *set, Value key);
bool set_next(Set *set, usize *at, Value *key); /* borrowed */

#endif
