#include "objects/iterator.h"
#include "objects/native.h"
#include "objects/tuple.h"

typedef struct Map {
    Obj h;
    Value function, iterators; /* iterators: tuple */
} Map;

static Value construct(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    CHECK(arguments_no_keywords(vm, "map", keywords_of_new(vm, type, kwnames)));
    if (nargs < 2) return raise_type(vm, "map() must have at least two arguments.");
    OWNED Value iterators = TRY(tuple_new(vm, nargs - 1));
    for (u32 i = 1; i < nargs; i++) {
        to_tuple(iterators)->items[i - 1] = TRY(object_iter(vm, args[i]));
    }
    Map *self = (Map *)object_new(vm, type);
    if (!self) return FAIL;
    self->function = incref(args[0]);
    self->iterators = TAKE(iterators);
    return from_object(self);
}

static void visit(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((Map *)self)->function);
    visitor->visit(visitor, ((Map *)self)->iterators);
}

static void release(VM *vm, Obj *self) {
    (void)vm;
    replace(&((Map *)self)->function, EMPTY);
    replace(&((Map *)self)->iterators, EMPTY);
}

enum { FEW = 4 };

/* The items, then the call; `room` has a place for each. */
static Value call_with_items(VM *vm, Value function, Tuple *iterators, Value *room) {
    u32 count = 0;
    Value result = EMPTY;
    for (; count < iterators->count; count++) {
        room[count] = iter_next(vm, iterators->items[count]);
        if (room[count] == EMPTY || room[count] == FAIL) break;
    }
    if (count < iterators->count) {
        result = room[count];
    } else {
        result = object_call(vm, function, room, count, EMPTY);
    }
    while (count) decref(room[--count]);
    return result;
}

static Value call_with_many(VM *vm, Value function, Tuple *iterators) {
    usize size = iterators->count * sizeof(Value);
    Value *room = heap_raw_alloc(&vm->heap, size);
    if (!room) return raise_memory(vm);
    Value result = call_with_items(vm, function, iterators, room);
    heap_raw_free(&vm->heap, room, size);
    return result;
}

static Value next(VM *vm, Value v) {
    Map *self = (Map *)v;
    if (self->function == EMPTY) return EMPTY;
    OWNED Value function = incref(self->function);
    OWNED Value iterators = incref(self->iterators);
    if (to_tuple(iterators)->count > FEW) {
        return call_with_many(vm, function, to_tuple(iterators));
    }
    Value room[FEW];
    return call_with_items(vm, function, to_tuple(iterators), room);
}

TYPE(map, .name = "map", .size = sizeof(Map), .kind = KIND_ITERATOR,
     .slots = {.new = construct,
               .free = release,
               .visit = visit,
               .clear = release,
               .iter = iterator_self,
               .next = next},
     .doc = "Make an iterator that computes the function using arguments from\n"
            "each of the iterables.  Stops when the shortest iterable is exhausted.",
     .signature = "(function, iterable, /, *iterables)")

/* Return state information for pickling. */
METHOD(map, __reduce__, "($self, /)") {
    Map *self = (Map *)args[0];
    Tuple *iterators = to_tuple(self->iterators);
    OWNED Value state = TRY(tuple_new(vm, iterators->count + 1));
    to_tuple(state)->items[0] = incref(self->function);
    for (usize i = 0; i < iterators->count; i++) {
        to_tuple(state)->items[i + 1] = incref(iterators->items[i]);
    }
    return tuple_of(vm, 2, from_object(type_of(vm, args[0])), state);
}
