/* The methods of deque, and its iterators. */
#include "objects/generic_alias.h"
#include "objects/int.h"
#include "objects/iterator.h"
#include "objects/native.h"
#include "objects/sequence.h"
#include "objects/tuple.h"
#include "stdlib/collections_deque.h"

/* Add an element to the right side of the deque. */
METHOD(deque, append, "($self, item, /)") {
    CHECK(deque_push(vm, to_deque(args[0]), args[1]));
    return NONE;
}

/* Add an element to the left side of the deque. */
METHOD(deque, appendleft, "($self, item, /)") {
    CHECK(deque_push_front(vm, to_deque(args[0]), args[1]));
    return NONE;
}

/* Remove all elements from the deque. */
METHOD(deque, clear, "($self, /)") {
    deque_clear(vm, to_deque(args[0]));
    return NONE;
}

/* Return a shallow copy of a deque. */
METHOD(deque, copy, "($self, /)") {
    return deque_copy(vm, args[0]);
}

/* Return a shallow copy of a deque. */
METHOD(deque, __copy__, "($self, /)") {
    return deque_copy(vm, args[0]);
}

/* Return number of occurrences of value. */
METHOD(deque, count, "($self, value, /)") {
    Deque *deque = to_deque(args[0]);
    u64 changes = deque->changes;
    i64 count = 0;
    for (usize i = 0; i < deque->count; i++) {
        OWNED Value stored = incref(*deque_at(deque, i));
        int equal = object_equal(vm, stored, args[1]);
        if (equal < 0) return FAIL;
        count += equal;
        if (deque->changes != changes) {
            return raise_runtime(vm, "deque mutated during iteration");
        }
    }
    return from_small(count);
}

/* Extend the right side of the deque with elements from the iterable. */
METHOD(deque, extend, "($self, iterable, /)") {
    CHECK(deque_extend(vm, to_deque(args[0]), args[1]));
    return NONE;
}

/* Extend the left side of the deque with elements from the iterable. */
METHOD(deque, extendleft, "($self, iterable, /)") {
    bool is_self = args[1] == args[0];
    OWNED Value items = TRY(is_self ? object_to_list(vm, args[1]) : incref(args[1]));
    OWNED Value iterator = TRY(object_iter(vm, items));
    for (;;) {
        OWNED Value item = TRY(iter_next(vm, iterator));
        if (item == EMPTY) return NONE;
        CHECK(deque_push_front(vm, to_deque(args[0]), item));
    }
}

/* Return first index of value.
 *
 * Raises ValueError if the value is not present. */
METHOD(deque, index,
       "($self, value, start=0, stop=sys.maxsize, /) shown ($self, value, [start, "
       "[stop]])") {
    Deque *deque = to_deque(args[0]);
    i64 start, stop;
    CHECK(sequence_bounds(vm, args[2], args[3], (i64)deque->count, &start, &stop));
    u64 changes = deque->changes;
    for (i64 i = start; i < stop && i < (i64)deque->count; i++) {
        OWNED Value stored = incref(*deque_at(deque, (usize)i));
        int equal = object_equal(vm, stored, args[1]);
        if (equal) return equal < 0 ? FAIL : from_small(i);
        if (deque->changes != changes) {
            return raise_runtime(vm, "deque mutated during iteration");
        }
    }
    return raise_value(vm, "%R is not in deque", args[1]);
}

/* Insert value before index. */
METHOD(deque, insert, "($self, index, value, /)") {
    Deque *deque = to_deque(args[0]);
    i64 index, count = (i64)deque->count;
    CHECK(object_to_i64(vm, args[1], &index));
    if (deque->limit >= 0 && count >= deque->limit) {
        return raise_index(vm, "deque already at its maximum size");
    }
    if (index >= count)
        index = count;
    else if (index < 0 && (index += count) < 0)
        index = 0;
    deque_rotate(deque, -index);
    CHECK(deque_push_front(vm, deque, args[2]));
    deque_rotate(deque, index);
    return NONE;
}

/* Remove and return the rightmost element. */
METHOD(deque, pop, "($self, /)") {
    Deque *deque = to_deque(args[0]);
    return deque->count ? deque_pop(vm, deque)
                        : raise_index(vm, "pop from an empty deque");
}

/* Remove and return the leftmost element. */
METHOD(deque, popleft, "($self, /)") {
    Deque *deque = to_deque(args[0]);
    return deque->count ? deque_pop_front(vm, deque)
                        : raise_index(vm, "pop from an empty deque");
}

/* Remove first occurrence of value. */
METHOD(deque, remove, "($self, value, /)") {
    Deque *deque = to_deque(args[0]);
    u64 changes = deque->changes;
    for (usize i = 0; i < deque->count; i++) {
        OWNED Value stored = incref(*deque_at(deque, i));
        int equal = object_equal(vm, stored, args[1]);
        if (equal < 0) return FAIL;
        if (deque->changes != changes) {
            return raise_index(vm, "deque mutated during iteration");
        }
        if (!equal) continue;
        decref(deque_remove_at(vm, deque, i));
        return NONE;
    }
    return raise_value(vm, "%R is not in deque", args[1]);
}

/* Reverse *IN PLACE*. */
METHOD(deque, reverse, "($self, /)") {
    Deque *deque = to_deque(args[0]);
    for (usize low = 0, high = deque->count; low + 1 < high--; low++) {
        Value item = *deque_at(deque, low);
        *deque_at(deque, low) = *deque_at(deque, high);
        *deque_at(deque, high) = item;
    }
    return NONE;
}

/* Rotate the deque n steps to the right.  If n is negative, rotates left. */
METHOD(deque, rotate, "($self, n=1, /)") {
    i64 turns = 1;
    if (args[1] != EMPTY) CHECK(object_to_i64(vm, args[1], &turns));
    deque_rotate(to_deque(args[0]), turns);
    return NONE;
}

/* maximum size of a deque or None if unbounded */
GETTER(deque, maxlen) {
    i64 limit = to_deque(self)->limit;
    return limit < 0 ? NONE : from_small(limit);
}

/* Return state information for pickling. */
METHOD(deque, __reduce__, "($self, /)") {
    OWNED Value state = TRY(call_method_0(vm, args[0], NAME(__getstate__)));
    OWNED Value iterator = TRY(object_iter(vm, args[0]));
    i64 limit = to_deque(args[0])->limit;
    OWNED Value arguments =
        TRY(limit < 0 ? incref(vm->empty_tuple)
                      : tuple_of(vm, 2, vm->empty_tuple, from_small(limit)));
    return tuple_of(vm, 4, from_object(type_of(vm, args[0])), arguments, state, iterator);
}

/* See PEP 585 */
CLASS_METHOD(deque, __class_getitem__, "($type, object, /)") {
    return generic_alias_new(vm, args[0], args[1]);
}

/* ---- iterators ---- */

typedef struct DequeIterator {
    Obj h;
    Value deque;
    usize index, left; /* of the next item, from the end it began at; items to come */
    u64 changes;
} DequeIterator;

Value deque_iterator_new(VM *vm, Type *type, Value deque, usize index) {
    DequeIterator *it =
        (DequeIterator *)object_new_sized(vm, type, sizeof(DequeIterator));
    if (!it) return FAIL;
    it->deque = incref(deque);
    it->index = index;
    it->left = to_deque(deque)->count - index;
    it->changes = to_deque(deque)->changes;
    return from_object(it);
}

/* Return a reverse iterator over the deque. */
METHOD(deque, __reversed__, "($self, /)") {
    return deque_iterator_new(vm, vm->types[TYPE_deque_reverse_iterator], args[0], 0);
}

static Value make(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"deque", "index", NULL};
    static const Arguments arguments = {"_deque_iterator", names, 2, 2, 1};
    Value given[2];
    i64 index = 0;
    CHECK(arguments_bind(vm, &arguments, args, nargs, kwnames, given));
    if (!is_deque(vm, given[0])) {
        return raise_type(vm, "argument 1 must be collections.deque, not %T", given[0]);
    }
    if (given[1] != EMPTY) CHECK(object_to_i64(vm, given[1], &index));
    i64 count = (i64)to_deque(given[0])->count;
    index = index < 0 ? 0 : index > count ? count : index;
    return deque_iterator_new(vm, type, given[0], (usize)index);
}

static Value next(VM *vm, Value self) {
    DequeIterator *it = (DequeIterator *)self;
    Deque *deque = to_deque(it->deque);
    bool forwards = type_of(vm, self) == vm->types[TYPE_deque_iterator];
    if (!it->left && !forwards) return EMPTY; /* an ended one looks no more, only backwards */
    if (it->changes != deque->changes) {
        it->left = 0;
        return raise_runtime(vm, "deque mutated during iteration");
    }
    if (!it->left) return EMPTY;
    it->left--;
    usize index = it->index++;
    return incref(*deque_at(deque, forwards ? index : deque->count - 1 - index));
}

static void free_iterator(VM *vm, Obj *self) {
    decref(take(&((DequeIterator *)self)->deque));
}

static void visit(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((DequeIterator *)self)->deque);
}

static Value length_hint(Value self) {
    return from_small((i64)((DequeIterator *)self)->left);
}

static Value reduce(VM *vm, Value self) {
    DequeIterator *it = (DequeIterator *)self;
    Value type = from_object(type_of(vm, self)), index = from_small((i64)it->index);
    OWNED Value arguments = TRY(tuple_of(vm, 2, it->deque, index));
    return tuple_of(vm, 2, type, arguments);
}

#define ITERATOR_FIELDS                                                        \
    .size = sizeof(DequeIterator), .kind = KIND_ITERATOR, .flags = TYPE_FINAL, \
    .slots = {                                                                 \
        .new = make,                                                           \
        .free = free_iterator,                                                 \
        .visit = visit,                                                        \
        .iter = iterator_self,                                                 \
        .next = next,                                                          \
    }

TYPE(deque_iterator, .name = "_collections._deque_iterator", ITERATOR_FIELDS)
TYPE(deque_reverse_iterator, .name = "_collections._deque_reverse_iterator",
     ITERATOR_FIELDS)

/* Private method returning an estimate of len(list(it)). */
METHOD(deque_iterator, __length_hint__, "($self, /)") {
    return length_hint(args[0]);
}
/* Private method returning an estimate of len(list(it)). */
METHOD(deque_reverse_iterator, __length_hint__, "($self, /)") {
    return length_hint(args[0]);
}

/* Return state information for pickling. */
METHOD(deque_iterator, __reduce__, "($self, /)") {
    return reduce(vm, args[0]);
}
/* Return state information for pickling. */
METHOD(deque_reverse_iterator, __reduce__, "($self, /)") {
    return reduce(vm, args[0]);
}
