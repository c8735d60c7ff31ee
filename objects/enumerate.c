#include "objects/generic_alias.h"
#include "objects/int.h"
#include "objects/iterator.h"
#include "objects/native.h"
#include "objects/tuple.h"

typedef struct Enumerate {
    Obj h;
    Value iterator, count; /* count: an exact int */
    Value pair;            /* the last result, used again when nobody else holds it */
} Enumerate;

static bool raise_keyword(VM *vm, Value name) {
    raise_type(vm, "'%S' is an invalid keyword argument for enumerate()", name);
    return false;
}

/* The checks that enumerate itself (no subclass) makes in words of its own. */
static bool check_call(VM *vm, u32 nargs, Value kwnames) {
    u32 keywords = kwnames == EMPTY ? 0 : (u32)to_tuple(kwnames)->count;
    Value *names = keywords ? to_tuple(kwnames)->items : NULL;
    if (nargs + keywords == 0) {
        raise_type(vm, "enumerate() missing required argument 'iterable'");
        return false;
    }
    if (nargs + keywords > 2 || keywords == 0) return true;
    if (nargs == 1) return names[0] == NAME(start) || raise_keyword(vm, names[0]);
    bool is_swapped = keywords == 2 && names[0] == NAME(start);
    if (names[is_swapped] != NAME(iterable)) return raise_keyword(vm, names[is_swapped]);
    if (keywords == 1) return true;
    return names[!is_swapped] == NAME(start) || raise_keyword(vm, names[!is_swapped]);
}

static Value construct(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"iterable", "start", NULL};
    static const Arguments spec = {
        .function = "enumerate", .names = names, .positional = 2, .required = 1};
    Value bound[2];
    if (type == vm->types[TYPE_enumerate]) CHECK(check_call(vm, nargs, kwnames));
    CHECK(arguments_bind(vm, &spec, args, nargs, kwnames, bound));
    OWNED Value count =
        bound[1] == EMPTY ? from_small(0) : TRY(object_index(vm, bound[1]));
    OWNED Value iterator = TRY(object_iter(vm, bound[0]));
    Enumerate *self = (Enumerate *)object_new(vm, type);
    if (!self) return FAIL;
    self->iterator = TAKE(iterator);
    self->count = incref(int_plain(count));
    self->pair = EMPTY;
    return from_object(self);
}

static void visit(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((Enumerate *)self)->iterator);
    visitor->visit(visitor, ((Enumerate *)self)->pair);
}

static void release(VM *vm, Obj *self) {
    replace(&((Enumerate *)self)->iterator, EMPTY);
    replace(&((Enumerate *)self)->count, from_small(0));
    replace(&((Enumerate *)self)->pair, EMPTY);
}

/* The pair to fill: the old one if only we know it. */
static Value make_pair(VM *vm, Enumerate *self) {
    if (self->pair != EMPTY && to_object(self->pair)->rc == 1) return incref(self->pair);
    Value pair = TRY(tuple_new(vm, 2));
    replace(&self->pair, incref(pair));
    return pair;
}

static int next_pair(VM *vm, Value v, Value *pair) {
    Enumerate *self = (Enumerate *)v;
    if (self->iterator == EMPTY) return 0;
    Value item = iter_next_quick(vm, self->iterator);
    if (item == EMPTY) return 0;
    if (item == FAIL) return -1;
    bool is_short = is_small(self->count) && to_small(self->count) < SMALL_MAX;
    Value count = LIKELY(is_short) ? from_small(to_small(self->count) + 1)
                                   : int_binary(vm, BINARY_ADD, self->count, from_small(1));
    if (count == FAIL) {
        decref(item);
        return -1;
    }
    pair[0] = self->count;
    pair[1] = item;
    self->count = count;
    return 1;
}

static Value next(VM *vm, Value v) {
    Value parts[2];
    int found = next_pair(vm, v, parts);
    if (found <= 0) return found ? FAIL : EMPTY;
    Value pair = make_pair(vm, (Enumerate *)v);
    if (pair == FAIL) {
        decref(parts[0]);
        decref(parts[1]);
        return FAIL;
    }
    replace(&to_tuple(pair)->items[0], parts[0]);
    replace(&to_tuple(pair)->items[1], parts[1]);
    return pair;
}

TYPE(enumerate, .name = "enumerate", .size = sizeof(Enumerate), .kind = KIND_ITERATOR,
     .slots = {.new = construct,
               .free = release,
               .visit = visit,
               .clear = release,
               .iter = iterator_self,
               .next = next,
               .next_pair = next_pair},
     .doc = "Return an enumerate object.\n"
            "\n"
            "  iterable\n"
            "    an object supporting iteration\n"
            "\n"
            "The enumerate object yields pairs containing a count (from start, which\n"
            "defaults to zero) and a value yielded by the iterable argument.\n"
            "\n"
            "enumerate is useful for obtaining an indexed list:\n"
            "    (0, seq[0]), (1, seq[1]), (2, seq[2]), ...",
     .signature = "(iterable, start=0)")

/* Return state information for pickling. */
METHOD(enumerate, __reduce__, "($self, /)") {
    Enumerate *self = (Enumerate *)args[0];
    OWNED Value state = TRY(tuple_of(vm, 2, self->iterator, self->count));
    return tuple_of(vm, 2, from_object(type_of(vm, args[0])), state);
}

/* See PEP 585 */
CLASS_METHOD(enumerate, __class_getitem__, "($type, object, /)") {
    return generic_alias_new(vm, args[0], args[1]);
}
