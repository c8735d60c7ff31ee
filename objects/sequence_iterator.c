#include "objects/sequence.h"
#include "objects/sequence_iterator.h"

#include "objects/dict.h"
#include "objects/int.h"
#include "objects/iterator.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

/* ---- by index ---- */

Value sequence_iterator_new(VM *vm, Value sequence) {
    SequenceIterator *iterator =
        (SequenceIterator *)object_new(vm, vm->types[TYPE_iterator]);
    if (!iterator) return FAIL;
    iterator->sequence = incref(sequence);
    return from_object(iterator);
}

static void visit_sequence(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((SequenceIterator *)self)->sequence);
}

static void clear_sequence(VM *vm, Obj *self) {
    replace(&((SequenceIterator *)self)->sequence, EMPTY);
}

static bool is_end(VM *vm) {
    if (!exception_matches(vm, EXC(IndexError)) &&
        !exception_matches(vm, EXC(StopIteration)))
        return false;
    exception_clear(vm);
    return true;
}

static Value next_item(VM *vm, Value self) {
    SequenceIterator *iterator = (SequenceIterator *)self;
    if (iterator->sequence == EMPTY) return EMPTY;
    OWNED Value sequence = incref(iterator->sequence);
    Value item = object_getitem(vm, sequence, from_small(iterator->index));
    if (item != FAIL) {
        iterator->index++;
        return item;
    }
    if (!is_end(vm)) return FAIL;
    replace(&iterator->sequence, EMPTY);
    return EMPTY;
}

TYPE(iterator, .name = "iterator", .size = sizeof(SequenceIterator),
     .kind = KIND_ITERATOR, .flags = TYPE_FINAL | TYPE_NO_NEW,
     .slots = {.free = clear_sequence,
               .visit = visit_sequence,
               .clear = clear_sequence,
               .iter = iterator_self,
               .next = next_item})

/* Private method returning an estimate of len(list(it)). */
METHOD(iterator, __length_hint__, "($self, /)") {
    SequenceIterator *iterator = (SequenceIterator *)args[0];
    if (iterator->sequence == EMPTY) return from_small(0);
    if (!type_of(vm, iterator->sequence)->slots.length) return NOT_IMPLEMENTED;
    i64 length = object_length(vm, iterator->sequence);
    if (length < 0) return FAIL;
    return from_small(length > iterator->index ? length - iterator->index : 0);
}

/* Return state information for pickling. */
METHOD(iterator, __reduce__, "($self, /)") {
    SequenceIterator *iterator = (SequenceIterator *)args[0];
    if (iterator->sequence == EMPTY)
        return iterator_reduce(vm, "iter", vm->empty_tuple, EMPTY);
    return iterator_reduce(vm, "iter", iterator->sequence, from_small(iterator->index));
}

/* Set state information for unpickling. */
METHOD(iterator, __setstate__, "($self, object, /)") {
    i64 index;
    if (!is_int(args[1])) return raise_type(vm, "an integer is required");
    CHECK(index_from_state(vm, args[1], &index));
    ((SequenceIterator *)args[0])->index = index < 0 ? 0 : index;
    return NONE;
}

/* ---- by calling ---- */

Value callable_iterator_new(VM *vm, Value callable, Value sentinel) {
    CallableIterator *iterator =
        (CallableIterator *)object_new(vm, vm->types[TYPE_callable_iterator]);
    if (!iterator) return FAIL;
    iterator->callable = incref(callable);
    iterator->sentinel = incref(sentinel);
    return from_object(iterator);
}

static void visit_callable(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((CallableIterator *)self)->callable);
    visitor->visit(visitor, ((CallableIterator *)self)->sentinel);
}

static void clear_callable(VM *vm, Obj *self) {
    replace(&((CallableIterator *)self)->callable, EMPTY);
    replace(&((CallableIterator *)self)->sentinel, EMPTY);
}

static Value next_call(VM *vm, Value self) {
    CallableIterator *iterator = (CallableIterator *)self;
    if (iterator->callable == EMPTY) return EMPTY;
    OWNED Value callable = incref(iterator->callable);
    OWNED Value item = call_0(vm, callable);
    if (item == FAIL) {
        if (!exception_matches(vm, EXC(StopIteration))) return FAIL;
        exception_clear(vm);
        clear_callable(vm, to_object(self));
        return EMPTY;
    }
    if (iterator->sentinel == EMPTY) return EMPTY; /* the call used the iterator up */
    OWNED Value sentinel = incref(iterator->sentinel);
    int is_last = object_equal(vm, sentinel, item);
    if (is_last == 0) return TAKE(item);
    if (is_last < 0) return FAIL;
    clear_callable(vm, to_object(self));
    return EMPTY;
}

TYPE(callable_iterator, .name = "callable_iterator", .size = sizeof(CallableIterator),
     .kind = KIND_ITERATOR, .flags = TYPE_FINAL | TYPE_NO_NEW,
     .slots = {.free = clear_callable,
               .visit = visit_callable,
               .clear = clear_callable,
               .iter = iterator_self,
               .next = next_call})

/* Return state information for pickling. */
METHOD(callable_iterator, __reduce__, "($self, /)") {
    CallableIterator *iterator = (CallableIterator *)args[0];
    if (iterator->callable == EMPTY) return iterator_reduce(vm, "iter", vm->empty_tuple, EMPTY);
    OWNED Value found = incref(dict_get_text(vm, to_dict(vm->builtins), "iter"));
    if (found == EMPTY) return raise_format(vm, EXC(AttributeError), "iter");
    OWNED Value arguments = TRY(tuple_of(vm, 2, iterator->callable, iterator->sentinel));
    return tuple_of(vm, 2, found, arguments);
}
