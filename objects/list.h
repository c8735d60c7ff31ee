/* list */
#ifndef APY_OBJECTS_LIST_H
#define APY_OBJECTS_LIST_H

#include "objects/vm.h"

enum {
    LIST_SORTING = OBJECT_OWN_A
}; /* Obj.flags: items are away being sorted; nobody has since
      given the list new memory */

struct List {
    Obj h;
    usize count, capacity;
    Value *items; /* raw memory of the heap; NULL while capacity is 0 */
};

static inline List *to_list(Value v) {
    return (List *)v;
}
Value list_new(VM *vm, usize capacity); /* empty, with room */
/* Takes over the values. */
Value list_from(VM *vm, Value *owned, usize count);
bool list_push(VM *vm, List *list, Value item);       /* borrowed item */
bool list_push_owned(VM *vm, List *list, Value item); /* takes over, also when it fails */
bool list_insert(VM *vm, List *list, i64 index, Value item);
Value list_pop_at(VM *vm, List *list, usize index); /* owned */
/* Room for so many items in all. */
bool list_reserve(VM *vm, List *list, usize count);
bool list_extend(VM *vm, List *list, Value iterable);
bool list_set_slice(VM *vm, List *list, usize start, usize end, Value iterable);
/* Items from `start` on change places with all of another list. */
void list_exchange(List *list, usize start, List *other);
bool list_delete_slice(VM *vm, List *list, usize start, usize end);
/* A new list of `count` items from `start` on, each `step` places behind the one before. */
Value list_slice(VM *vm, const List *list, i64 start, i64 step, i64 count);
void list_clear(VM *vm, List *list);
/* key NONE: none */
bool list_sort(VM *vm, List *list, Value key, bool reverse);

typedef struct ListIterator {
    Obj h;
    Value list; /* EMPTY when exhausted */
    usize index;
} ListIterator;
Value list_iterator_new(VM *vm, Value list);
Value list_iterator_next(VM *vm, Value iterator); /* EMPTY at the end */

#endif
