#include "objects/iterator.h"
#include "objects/native.h"
#include "objects/tuple.h"

typedef struct Filter {
    Obj h;
    Value function, iterator;
} Filter;

static Value construct(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    CHECK(arguments_no_keywords(vm, "filter", keywords_of_new(vm, type, kwnames)));
    if (nargs != 2) return raise_type(vm, "filter expected 2 arguments, got %u", nargs);
    OWNED Value iterator = TRY(object_iter(vm, args[1]));
    Filter *self = (Filter *)object_new(vm, type);
    if (!self) return FAIL;
    self->function = incref(args[0]);
    self->iterator = TAKE(iterator);
    return from_object(self);
}

static void visit(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((Filter *)self)->function);
    visitor->visit(visitor, ((Filter *)self)->iterator);
}

static void release(VM *vm, Obj *self) {
    (void)vm;
    replace(&((Filter *)self)->function, EMPTY);
    replace(&((Filter *)self)->iterator, EMPTY);
}

/* 1, 0, -1 */
static int passes(VM *vm, Value function, Value item) {
    if (function == NONE || function == from_object(vm->types[TYPE_bool])) {
        return object_truth(vm, item);
    }
    OWNED Value answer = call_1(vm, function, item);
    return answer == FAIL ? -1 : object_truth(vm, answer);
}

static Value next(VM *vm, Value v) {
    Filter *self = (Filter *)v;
    if (self->iterator == EMPTY) return EMPTY;
    OWNED Value iterator = incref(self->iterator), function = incref(self->function);
    for (;;) {
        OWNED Value item = iter_next(vm, iterator);
        if (item == EMPTY || item == FAIL) return item;
        int passed = passes(vm, function, item);
        if (passed < 0) return FAIL;
        if (passed) return TAKE(item);
    }
}

TYPE(filter, .name = "filter", .size = sizeof(Filter), .kind = KIND_ITERATOR,
     .slots = {.new = construct,
               .free = release,
               .visit = visit,
               .clear = release,
               .iter = iterator_self,
               .next = next},
     .doc =
         "Return an iterator yielding those items of iterable for which function(item)\n"
         "is true. If function is None, return the items that are true.",
     .signature = "(function, iterable, /)")

/* Return state information for pickling. */
METHOD(filter, __reduce__, "($self, /)") {
    Filter *self = (Filter *)args[0];
    OWNED Value state = TRY(tuple_of(vm, 2, self->function, self->iterator));
    return tuple_of(vm, 2, from_object(type_of(vm, args[0])), state);
}
