/* collections.deque: a ring of values, so that both ends and every index are O(1). */
#ifndef APY_STDLIB_COLLECTIONS_DEQUE_H
#define APY_STDLIB_COLLECTIONS_DEQUE_H

#include "objects/vm.h"

typedef struct Deque {
    Obj h;
    Value *items;   /* raw memory of the heap; NULL while capacity is 0 */
    usize capacity; /* a power of two, or 0 */
    usize first;    /* place of item 0 */
    usize count;
    i64 limit;   /* maxlen; -1: none */
    u64 changes; /* counts every addition and removal: iterators and searches compare it */
} Deque;

static inline Deque *to_deque(Value v) {
    return (Deque *)v;
}
bool is_deque(VM *vm, Value v); /* or an instance of a subclass */

/* Item `index` of count; its slot stands until the deque changes. */
static inline Value *deque_at(Deque *deque, usize index) {
    return &deque->items[(deque->first + index) & (deque->capacity - 1)];
}
bool deque_push(VM *vm, Deque *deque, Value item); /* borrowed; obeys maxlen */
bool deque_push_front(VM *vm, Deque *deque, Value item);
Value deque_pop(VM *vm, Deque *deque); /* owned; not of an empty one */
Value deque_pop_front(VM *vm, Deque *deque);
void deque_clear(VM *vm, Deque *deque);
/* To the right by `turns`, which may be negative. */
void deque_rotate(Deque *deque, i64 turns);
bool deque_extend(VM *vm, Deque *deque, Value iterable);
Value deque_remove_at(VM *vm, Deque *deque, usize index); /* owned */
Value deque_copy(VM *vm, Value self);
Value deque_iterator_new(VM *vm, Type *type, Value deque, usize index);

#endif
