/* The inside of sets, for the files that implement them. */
#ifndef APY_OBJECTS_SET_TABLE_H
#define APY_OBJECTS_SET_TABLE_H

#include "objects/set.h"
#include "objects/type.h"

void set_make_empty(Set *set); /* of a new object: what it held is forgotten */
/* A new set of a type, which may be a subclass. */
Value set_make(VM *vm, Type *type, Value iterable_or_empty);
/* The same, of set or frozenset as `like` is: what operators and methods return. */
Value set_make_like(VM *vm, Value like, Value iterable_or_empty);
/* Grow at once for so many additions. */
bool set_make_room(VM *vm, Set *set, usize more);
/* Rebuild the table if many entries are deleted ones. */
bool set_tidy(VM *vm, Set *set);
/* Take any key out: owned; EMPTY if there is none. */
Value set_pop(VM *vm, Set *set);

/* The operations: `other` is any iterable; results are new sets like `self`. */
Value set_union(VM *vm, Value self, Value other);
Value set_intersection(VM *vm, Value self, Value other);
Value set_difference(VM *vm, Value self, Value other);
Value set_symmetric_difference(VM *vm, Value self, Value other);
int set_is_subset(VM *vm, Value self, Value other); /* 1, 0, -1; both are sets */
/* set &= anything iterable. */
bool set_intersect(VM *vm, Set *set, Value other);
/* `key in set`, where a set counts as the frozenset of its items. */
int set_contains_frozen(VM *vm, Value self, Value key);
/* Exchange what two sets hold. */
void set_swap(Set *a, Set *b);

Value set_iterator_new(VM *vm, Value set);

#endif
