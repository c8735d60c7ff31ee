#include "objects/iterator.h"
#include "objects/native.h"
#include "objects/tuple.h"

typedef struct Zip {
    Obj h;
    Value iterators; /* tuple */
    Value result;    /* the last one, used again when nobody else holds it */
    bool is_strict;
} Zip;

static bool read_strict(VM *vm, Value *values, Value kwnames, bool *is_strict) {
    *is_strict = false;
    if (kwnames == EMPTY) return true;
    static const char *const names[] = {"strict", NULL};
    static const Arguments spec = {.function = "zip", .names = names};
    Value bound[1];
    if (!arguments_bind(vm, &spec, values, 0, kwnames, bound)) return false;
    if (bound[0] == EMPTY) return true;
    int truth = object_truth(vm, bound[0]);
    *is_strict = truth > 0;
    return truth >= 0;
}

static Value construct(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    bool is_strict;
    CHECK(read_strict(vm, args + nargs, kwnames, &is_strict));
    OWNED Value iterators = TRY(tuple_new(vm, nargs));
    for (u32 i = 0; i < nargs; i++) {
        to_tuple(iterators)->items[i] = TRY(object_iter(vm, args[i]));
    }
    Zip *self = (Zip *)object_new(vm, type);
    if (!self) return FAIL;
    self->iterators = TAKE(iterators);
    self->result = EMPTY;
    self->is_strict = is_strict;
    return from_object(self);
}

static void visit(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((Zip *)self)->iterators);
    visitor->visit(visitor, ((Zip *)self)->result);
}

static void release(VM *vm, Obj *self) {
    (void)vm;
    replace(&((Zip *)self)->iterators, EMPTY);
    replace(&((Zip *)self)->result, EMPTY);
}

static Value raise_length(VM *vm, usize index, const char *word) {
    const char *plural = index == 1 ? " " : "s 1-";
    return raise_value(vm, "zip() argument %lu is %s than argument%s%lu",
                       (unsigned long)index + 1, word, plural, (unsigned long)index);
}

/* The first iterator is at its end: the others must be too. */
static Value check_others(VM *vm, Tuple *iterators) {
    for (usize i = 1; i < iterators->count; i++) {
        OWNED Value item = TRY(iter_next(vm, iterators->items[i]));
        if (item != EMPTY) return raise_length(vm, i, "longer");
    }
    return EMPTY;
}

static Value make_result(VM *vm, Zip *self, usize count) {
    if (self->result != EMPTY && to_object(self->result)->rc == 1)
        return incref(self->result);
    Value result = TRY(tuple_new(vm, count));
    replace(&self->result, incref(result));
    return result;
}

static Value next(VM *vm, Value v) {
    Zip *self = (Zip *)v;
    if (self->iterators == EMPTY) return EMPTY;
    OWNED Value held = incref(self->iterators);
    Tuple *iterators = to_tuple(held);
    if (iterators->count == 0) return EMPTY;
    OWNED Value result = TRY(make_result(vm, self, iterators->count));
    for (usize i = 0; i < iterators->count; i++) {
        Value item = TRY(iter_next_quick(vm, iterators->items[i]));
        if (item == EMPTY) {
            if (!self->is_strict) return EMPTY;
            return i ? raise_length(vm, i, "shorter") : check_others(vm, iterators);
        }
        replace(&to_tuple(result)->items[i], item);
    }
    return TAKE(result);
}

static int next_pair(VM *vm, Value v, Value *pair) {
    Zip *self = (Zip *)v;
    if (self->iterators == EMPTY || self->is_strict || to_tuple(self->iterators)->count != 2) return PAIR_IS_NONE;
    OWNED Value held = incref(self->iterators);
    Value first = iter_next_quick(vm, to_tuple(held)->items[0]);
    if (first == EMPTY) return 0;
    if (first == FAIL) return -1;
    Value second = iter_next_quick(vm, to_tuple(held)->items[1]);
    if (second == EMPTY || second == FAIL) {
        decref(first);
        return second == EMPTY ? 0 : -1;
    }
    pair[0] = first;
    pair[1] = second;
    return 1;
}

TYPE(zip, .name = "zip", .size = sizeof(Zip), .kind = KIND_ITERATOR,
     .slots = {.new = construct,
               .free = release,
               .visit = visit,
               .clear = release,
               .iter = iterator_self,
               .next = next,
               .next_pair = next_pair},
     .doc = "The zip object yields n-length tuples, where n is the number of iterables\n"
            "passed as positional arguments to zip().  The i-th element in every tuple\n"
            "comes from the i-th iterable argument to zip().  This continues until the\n"
            "shortest argument is exhausted.\n"
            "\n"
            "If strict is true and one of the arguments is exhausted before the others,\n"
            "raise a ValueError.\n"
            "\n"
            "   >>> list(zip('abcdefg', range(3), range(4)))\n"
            "   [('a', 0, 0), ('b', 1, 1), ('c', 2, 2)]",
     .signature = "(*iterables, strict=False)")

/* Return state information for pickling. */
METHOD(zip, __reduce__, "($self, /)") {
    Zip *self = (Zip *)args[0];
    Value type = from_object(type_of(vm, args[0]));
    if (self->is_strict) return tuple_of(vm, 3, type, self->iterators, TRUE);
    return tuple_of(vm, 2, type, self->iterators);
}

/* Set state information for unpickling. */
METHOD(zip, __setstate__, "($self, object, /)") {
    int is_strict = object_truth(vm, args[1]);
    if (is_strict < 0) return FAIL;
    ((Zip *)args[0])->is_strict = is_strict;
    return NONE;
}
