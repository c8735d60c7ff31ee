/* tuple_iterator */
#include "objects/int.h"
#include "objects/iterator.h"
#include "objects/native.h"
#include "objects/sequence.h"
#include "objects/tuple.h"

Value tuple_iterator_new(VM *vm, Value tuple) {
    Type *type = vm->types[TYPE_tuple_iterator];
    TupleIterator *it =
        (TupleIterator *)object_new_sized(vm, type, sizeof(TupleIterator));
    if (!it) return FAIL;
    it->tuple = incref(tuple);
    it->index = 0;
    return from_object(it);
}

Value tuple_iterator_next(VM *vm, Value self) {
    TupleIterator *it = (TupleIterator *)self;
    if (it->tuple == EMPTY) return EMPTY;
    Tuple *tuple = to_tuple(it->tuple);
    if (it->index < tuple->count) return incref(tuple->items[it->index++]);
    decref(take(&it->tuple));
    return EMPTY;
}

static void free_iterator(VM *vm, Obj *self) {
    decref(take(&((TupleIterator *)self)->tuple));
}

static void visit(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((TupleIterator *)self)->tuple);
}

TYPE(tuple_iterator, .name = "tuple_iterator", .size = sizeof(TupleIterator),
     .kind = KIND_TUPLE_ITERATOR, .flags = TYPE_FINAL | TYPE_NO_NEW,
     .slots = {
         .free = free_iterator,
         .visit = visit,
         .clear = free_iterator,
         .iter = iterator_self,
         .next = tuple_iterator_next,
     })

/* Private method returning an estimate of len(list(it)). */
METHOD(tuple_iterator, __length_hint__, "($self, /)") {
    TupleIterator *it = (TupleIterator *)args[0];
    if (it->tuple == EMPTY) return from_small(0);
    return from_small((i64)(to_tuple(it->tuple)->count - it->index));
}

/* Return state information for pickling. */
METHOD(tuple_iterator, __reduce__, "($self, /)") {
    TupleIterator *it = (TupleIterator *)args[0];
    if (it->tuple == EMPTY) return iterator_reduce(vm, "iter", vm->empty_tuple, EMPTY);
    return iterator_reduce(vm, "iter", it->tuple, from_small((i64)it->index));
}

/* Set state information for unpickling. */
METHOD(tuple_iterator, __setstate__, "($self, state, /) shown ($self, object, /)") {
    TupleIterator *it = (TupleIterator *)args[0];
    i64 index;
    CHECK(index_from_state(vm, args[1], &index));
    if (it->tuple == EMPTY) return NONE;
    usize count = to_tuple(it->tuple)->count;
    it->index = index < 0 ? 0 : (usize)index > count ? count : (usize)index;
    return NONE;
}
