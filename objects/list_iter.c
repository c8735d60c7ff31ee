/* list_iterator and list_reverseiterator */
#include "objects/iterator.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/sequence.h"

/* ---- forwards ---- */

Value list_iterator_new(VM *vm, Value list) {
    Type *type = vm->types[TYPE_list_iterator];
    ListIterator *it = (ListIterator *)object_new_sized(vm, type, sizeof(ListIterator));
    if (!it) return FAIL;
    it->list = incref(list);
    it->index = 0;
    return from_object(it);
}

Value list_iterator_next(VM *vm, Value self) {
    ListIterator *it = (ListIterator *)self;
    if (it->list == EMPTY) return EMPTY;
    List *list = to_list(it->list);
    if (it->index < list->count) return incref(list->items[it->index++]);
    decref(take(&it->list));
    return EMPTY;
}

static void free_iterator(VM *vm, Obj *self) {
    decref(take(&((ListIterator *)self)->list));
}

static void visit(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((ListIterator *)self)->list);
}

TYPE(list_iterator, .name = "list_iterator", .size = sizeof(ListIterator),
     .kind = KIND_LIST_ITERATOR, .flags = TYPE_FINAL | TYPE_NO_NEW,
     .slots = {
         .free = free_iterator,
         .visit = visit,
         .clear = free_iterator,
         .iter = iterator_self,
         .next = list_iterator_next,
     })

/* Private method returning an estimate of len(list(it)). */
METHOD(list_iterator, __length_hint__, "($self, /)") {
    ListIterator *it = (ListIterator *)args[0];
    if (it->list == EMPTY) return from_small(0);
    i64 left = (i64)to_list(it->list)->count - (i64)it->index;
    return from_small(left < 0 ? 0 : left);
}

/* Return state information for pickling. */
METHOD(list_iterator, __reduce__, "($self, /)") {
    ListIterator *it = (ListIterator *)args[0];
    if (it->list != EMPTY) {
        return iterator_reduce(vm, "iter", it->list, from_small((i64)it->index));
    }
    OWNED Value nothing = TRY(list_new(vm, 0));
    return iterator_reduce(vm, "iter", nothing, EMPTY);
}

/* Set state information for unpickling. */
METHOD(list_iterator, __setstate__, "($self, state, /) shown ($self, object, /)") {
    ListIterator *it = (ListIterator *)args[0];
    i64 index;
    CHECK(index_from_state(vm, args[1], &index));
    if (it->list == EMPTY) return NONE;
    usize count = to_list(it->list)->count;
    it->index = index < 0 || (usize)index > count ? count : (usize)index;
    return NONE;
}

/* ---- backwards: `index` is one more than that of the next item ---- */

/* Return a reverse iterator over the list. */
METHOD(list, __reversed__, "($self, /)") {
    Type *type = vm->types[TYPE_list_reverseiterator];
    ListIterator *it = (ListIterator *)object_new_sized(vm, type, sizeof(ListIterator));
    if (!it) return FAIL;
    it->list = incref(args[0]);
    it->index = to_list(args[0])->count;
    return from_object(it);
}

static Value previous(VM *vm, Value self) {
    ListIterator *it = (ListIterator *)self;
    if (it->list == EMPTY) return EMPTY;
    List *list = to_list(it->list);
    if (it->index && it->index <= list->count) return incref(list->items[--it->index]);
    it->index = 0;
    decref(take(&it->list));
    return EMPTY;
}

TYPE(list_reverseiterator, .name = "list_reverseiterator", .size = sizeof(ListIterator),
     .kind = KIND_ITERATOR, .flags = TYPE_FINAL | TYPE_NO_NEW,
     .slots = {
         .free = free_iterator,
         .visit = visit,
         .clear = free_iterator,
         .iter = iterator_self,
         .next = previous,
     })

/* Private method returning an estimate of len(list(it)). */
METHOD(list_reverseiterator, __length_hint__, "($self, /)") {
    ListIterator *it = (ListIterator *)args[0];
    if (it->list == EMPTY || it->index > to_list(it->list)->count) return from_small(0);
    return from_small((i64)it->index);
}

/* Return state information for pickling. */
METHOD(list_reverseiterator, __reduce__, "($self, /)") {
    ListIterator *it = (ListIterator *)args[0];
    if (it->list != EMPTY) {
        return iterator_reduce(vm, "reversed", it->list, from_small((i64)it->index - 1));
    }
    OWNED Value nothing = TRY(list_new(vm, 0));
    return iterator_reduce(vm, "iter", nothing, EMPTY);
}

/* Set state information for unpickling. */
METHOD(list_reverseiterator, __setstate__, "($self, state, /) shown ($self, object, /)") {
    ListIterator *it = (ListIterator *)args[0];
    i64 index;
    CHECK(index_from_state(vm, args[1], &index));
    if (it->list == EMPTY) return NONE;
    i64 last = (i64)to_list(it->list)->count - 1;
    it->index = (usize)((index < -1 ? -1 : index > last ? last : index) + 1);
    return NONE;
}
