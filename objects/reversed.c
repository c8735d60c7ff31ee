/* reversed() of what has __len__ and __getitem__. What has __reversed__ gives its own
 * iterator. */
#include "objects/iterator.h"
#include "objects/native.h"
#include "objects/sequence.h"
#include "objects/tuple.h"

typedef struct Reversed {
    Obj h;
    Value sequence; /* EMPTY at the end */
    i64 index;      /* of the next item; -1 at the end */
} Reversed;

static Value raise_not_reversible(VM *vm, Value v) {
    return raise_type(vm, "'%T' object is not reversible", v);
}

static Value construct(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    CHECK(arguments_no_keywords(vm, "reversed", kwnames));
    if (nargs != 1) return raise_type(vm, "reversed expected 1 argument, got %u", nargs);
    Value method = type_lookup(vm, type_of(vm, args[0]), NAME(__reversed__));
    if (method == NONE) return raise_not_reversible(vm, args[0]);
    if (method != EMPTY) {
        OWNED Value bound = TRY(object_find_special(vm, args[0], NAME(__reversed__)));
        return call_0(vm, bound);
    }
    if (!is_sequence(vm, args[0])) return raise_not_reversible(vm, args[0]);
    i64 length = object_length(vm, args[0]);
    if (length < 0) return FAIL;
    Reversed *self = (Reversed *)object_new(vm, type);
    if (!self) return FAIL;
    self->sequence = incref(args[0]);
    self->index = length - 1;
    return from_object(self);
}

static void visit(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((Reversed *)self)->sequence);
}

static void release(VM *vm, Obj *self) {
    (void)vm;
    replace(&((Reversed *)self)->sequence, EMPTY);
}

static void finish(Reversed *self) {
    self->index = -1;
    replace(&self->sequence, EMPTY);
}

static Value next(VM *vm, Value v) {
    Reversed *self = (Reversed *)v;
    if (self->sequence == EMPTY || self->index < 0) return EMPTY;
    OWNED Value sequence = incref(self->sequence);
    Value item = object_getitem(vm, sequence, from_small(self->index));
    if (item != FAIL) {
        self->index--;
        if (self->index < 0) finish(self);
        return item;
    }
    if (!exception_matches(vm, EXC(IndexError)) &&
        !exception_matches(vm, EXC(StopIteration))) {
        finish(self);
        return FAIL;
    }
    exception_clear(vm);
    finish(self);
    return EMPTY;
}

TYPE(reversed, .name = "reversed", .size = sizeof(Reversed), .kind = KIND_ITERATOR,
     .slots = {.new = construct,
               .free = release,
               .visit = visit,
               .clear = release,
               .iter = iterator_self,
               .next = next},
     .doc = "Return a reverse iterator over the values of the given sequence.",
     .signature = "(sequence, /)")

/* Private method returning an estimate of len(list(it)). */
METHOD(reversed, __length_hint__, "($self, /)") {
    Reversed *self = (Reversed *)args[0];
    if (self->sequence == EMPTY) return from_small(0);
    i64 length = object_length(vm, self->sequence);
    if (length < 0) return FAIL;
    return from_small(length < self->index + 1 ? 0 : self->index + 1);
}

/* Return state information for pickling. */
METHOD(reversed, __reduce__, "($self, /)") {
    Reversed *self = (Reversed *)args[0];
    Value type = from_object(type_of(vm, args[0]));
    if (self->sequence == EMPTY) {
        OWNED Value nothing = TRY(tuple_of(vm, 1, vm->empty_tuple));
        return tuple_of(vm, 2, type, nothing);
    }
    OWNED Value state = TRY(tuple_of(vm, 1, self->sequence));
    return tuple_of(vm, 3, type, state, from_small(self->index));
}

/* Set state information for unpickling. */
METHOD(reversed, __setstate__, "($self, object, /)") {
    Reversed *self = (Reversed *)args[0];
    i64 index;
    CHECK(index_from_state(vm, args[1], &index));
    if (self->sequence == EMPTY) return NONE;
    i64 length = object_length(vm, self->sequence);
    if (length < 0) return FAIL;
    self->index = index < -1 ? -1 : index > length - 1 ? length - 1 : index;
    return NONE;
}
