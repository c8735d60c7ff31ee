/* set and frozenset: CPython's table (same growth, same probing), so that iteration order
 * agrees. */
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
    usize mask, fill, used; /* fill counts deleted entries too */
    usize finger;           /* where pop() looks first */
    u64 hash;               /* of frozenset; 0: not computed */
    SetEntry small[8];
} Set;

Value set_new(VM *vm, Value iterable_or_empty);
Value frozenset_new(VM *vm, Value iterable_or_empty);
bool set_add(VM *vm, Set *set, Value key);
int set_contains(VM *vm, Set *set, Value key); /* 1, 0, -1 */
int set_discard(VM *vm, Set *set, Value key);  /* 1: was there, 0, -1 */
/* The same with a known hash. */
bool set_add_hashed(VM *vm, Set *set, Value key, u64 hash);
int set_contains_hashed(VM *vm, Set *set, Value key, u64 hash);
int set_discard_hashed(VM *vm, Set *set, Value key, u64 hash);
void set_clear(VM *vm, Set *set);
/* Add all items of the iterable. */
bool set_update(VM *vm, Set *set, Value iterable);
/* set -= and set ^= anything iterable. */
bool set_subtract(VM *vm, Set *set, Value iterable);
bool set_toggle(VM *vm, Set *set, Value iterable);
/* A set or frozenset, or a subclass of one. */
static inline bool is_set(Value v) {
    return has_kind(v, KIND_SET) || has_kind(v, KIND_FROZENSET);
}
static inline Set *to_set(Value v) {
    return (Set *)v;
}
/* Walk: for (usize at = 0; (entry = set_next(set, &at));) */
SetEntry *set_next(Set *set, usize *at);

#endif
