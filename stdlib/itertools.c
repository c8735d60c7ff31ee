/* itertools: the module, and the endless iterators count, cycle, repeat. The others are
 * in itertools_*.c, by what they do. */
#include "objects/frame.h"
#include "objects/int.h"
#include "objects/iterator.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "stdlib/fields.h"
#include "stdlib/itertools_state.h"

MODULE(itertools,
       "Functional tools for creating and using iterators.\n\n"
       "Infinite iterators:\n"
       "count(start=0, step=1) --> start, start+step, start+2*step, ...\n"
       "cycle(p) --> p0, p1, ... plast, p0, p1, ...\n"
       "repeat(elem [,n]) --> elem, elem, elem, ... endlessly or up to n times\n\n"
       "Iterators terminating on the shortest input sequence:\n"
       "accumulate(p[, func]) --> p0, p0+p1, p0+p1+p2\n"
       "batched(p, n) --> [p0, p1, ..., p_n-1], [p_n, p_n+1, ..., p_2n-1], ...\n"
       "chain(p, q, ...) --> p0, p1, ... plast, q0, q1, ...\n"
       "chain.from_iterable([p, q, ...]) --> p0, p1, ... plast, q0, q1, ...\n"
       "compress(data, selectors) --> (d[0] if s[0]), (d[1] if s[1]), ...\n"
       "dropwhile(predicate, seq) --> seq[n], seq[n+1], starting when predicate fails\n"
       "groupby(iterable[, keyfunc]) --> sub-iterators grouped by value of keyfunc(v)\n"
       "filterfalse(predicate, seq) --> elements of seq where predicate(elem) is False\n"
       "islice(seq, [start,] stop [, step]) --> elements from\n"
       "       seq[start:stop:step]\n"
       "pairwise(s) --> (s[0],s[1]), (s[1],s[2]), (s[2], s[3]), ...\n"
       "starmap(fun, seq) --> fun(*seq[0]), fun(*seq[1]), ...\n"
       "tee(it, n=2) --> (it1, it2 , ... itn) splits one iterator into n\n"
       "takewhile(predicate, seq) --> seq[0], seq[1], until predicate fails\n"
       "zip_longest(p, q, ...) --> (p[0], q[0]), (p[1], q[1]), ...\n\n"
       "Combinatoric generators:\n"
       "product(p, q, ... [repeat=1]) --> cartesian product\n"
       "permutations(p[, r])\n"
       "combinations(p, r)\n"
       "combinations_with_replacement(p, r)\n")

static const TypeId shown_types[] = {
    TYPE_itertools_accumulate,
    TYPE_itertools_batched,
    TYPE_itertools_chain,
    TYPE_itertools_combinations,
    TYPE_itertools_combinations_with_replacement,
    TYPE_itertools_compress,
    TYPE_itertools_count,
    TYPE_itertools_cycle,
    TYPE_itertools_dropwhile,
    TYPE_itertools_filterfalse,
    TYPE_itertools_groupby,
    TYPE_itertools_islice,
    TYPE_itertools_pairwise,
    TYPE_itertools_permutations,
    TYPE_itertools_product,
    TYPE_itertools_repeat,
    TYPE_itertools_starmap,
    TYPE_itertools_takewhile,
    TYPE_itertools_zip_longest,
    TYPE_itertools__grouper,
    TYPE_itertools__tee,
    TYPE_itertools__tee_dataobject,
};

MODULE_INIT(itertools) {
    for (u32 i = 0; i < COUNT_OF(shown_types); i++) {
        Type *type = vm->types[shown_types[i]];
        const char *name = strchr(type_tables[shown_types[i]].spec->name, '.') + 1;
        if (!module_add(vm, module, name, incref(from_object(type)))) return false;
    }
    return true;
}

/* ---- count ---- */

typedef struct Count {
    Obj h;
    Value next, step;
} Count;

static bool is_number(VM *vm, Value v) {
    u32 ops = CAN(UNARY_INT) | CAN(UNARY_FLOAT) | CAN(UNARY_INDEX);
    return has_kind(v, KIND_COMPLEX) || type_of(vm, v)->unary_ops & ops;
}

static bool counts_by_one(Count *self) {
    return is_int(self->step) && int_plain(self->step) == from_small(1);
}

static Value construct_count(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"start", "step", NULL};
    static const Arguments spec = {.function = "count", .names = names, .positional = 2};
    Value bound[2];
    CHECK(arguments_bind(vm, &spec, args, nargs, kwnames, bound));
    Value start = bound[0] == EMPTY ? from_small(0) : bound[0];
    Value step = bound[1] == EMPTY ? from_small(1) : bound[1];
    if (!is_number(vm, start) || !is_number(vm, step)) {
        return raise_type(vm, "a number is required");
    }
    Count *self = FIELDS_NEW(vm, type, Count, 2);
    if (!self) return FAIL;
    /* counting by one a bool becomes a plain int at once */
    self->step = incref(step);
    self->next = incref(is_int(start) && counts_by_one(self) ? int_plain(start) : start);
    return from_object(self);
}

static Value next_count(VM *vm, Value v) {
    Count *self = (Count *)v;
    if (self->next == EMPTY) return EMPTY;
    Value following = TRY(object_binary(vm, BINARY_ADD, self->next, self->step));
    Value number = self->next;
    self->next = following;
    return number;
}

static Value show_count(VM *vm, Value v) {
    Count *self = (Count *)v;
    Value name = TRY(type_name_value(vm, type_of(vm, v)));
    if (counts_by_one(self)) return str_format(vm, "%S(%R)", name, self->next);
    return str_format(vm, "%S(%R, %R)", name, self->next, self->step);
}

TYPE(itertools_count, .name = "itertools.count", .size = sizeof(Count),
     .kind = KIND_ITERATOR,
     .slots = {.new = construct_count,
               FIELDS_SLOTS,
               .repr = show_count,
               .iter = iterator_self,
               .next = next_count},
     .doc =
         "Return a count object whose .__next__() method returns consecutive values.\n\n"
         "Equivalent to:\n"
         "    def count(firstval=0, step=1):\n"
         "        x = firstval\n"
         "        while 1:\n"
         "            yield x\n"
         "            x += step",
     .signature = "(start=0, step=1)")

/* Return state information for pickling. */
METHOD(itertools_count, __reduce__, "($self, /)") {
    Count *self = (Count *)args[0];
    CHECK(warn_pickle(vm));
    OWNED Value state =
        TRY(counts_by_one(self) ? tuple_of(vm, 1, self->next)
                                : tuple_of(vm, 2, self->next, self->step));
    return tuple_of(vm, 2, from_object(type_of(vm, args[0])), state);
}

/* ---- cycle ---- */

typedef struct Cycle {
    Obj h;
    Value iterator; /* EMPTY once it has ended */
    Value saved;    /* list */
    usize index;
    bool is_saved; /* the items still in the iterator are in the list already */
} Cycle;

static Value construct_cycle(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    CHECK(arguments_plain(vm, "cycle", nargs, keywords_of_new(vm, type, kwnames), 1, 1));
    OWNED Value iterator = TRY(object_iter(vm, args[0]));
    OWNED Value saved = TRY(list_new(vm, 0));
    Cycle *self = FIELDS_NEW(vm, type, Cycle, 2);
    if (!self) return FAIL;
    self->iterator = TAKE(iterator);
    self->saved = TAKE(saved);
    return from_object(self);
}

static Value next_cycle(VM *vm, Value v) {
    Cycle *self = (Cycle *)v;
    if (self->saved == EMPTY) return EMPTY;
    if (self->iterator != EMPTY) {
        OWNED Value item = TRY(iter_next(vm, self->iterator));
        if (item != EMPTY) {
            if (!self->is_saved) CHECK(list_push(vm, to_list(self->saved), item));
            return TAKE(item);
        }
        replace(&self->iterator, EMPTY);
    }
    List *saved = to_list(self->saved);
    if (saved->count == 0) return EMPTY;
    if (self->index >= saved->count) self->index = 0;
    return incref(saved->items[self->index++]);
}

TYPE(itertools_cycle, .name = "itertools.cycle", .size = sizeof(Cycle),
     .kind = KIND_ITERATOR,
     .slots = {.new = construct_cycle,
               FIELDS_SLOTS,
               .iter = iterator_self,
               .next = next_cycle},
     .doc = "Return elements from the iterable until it is exhausted. Then repeat the "
            "sequence "
            "indefinitely.",
     .signature = "(iterable, /)")

/* Return state information for pickling. */
METHOD(itertools_cycle, __reduce__, "($self, /)") {
    Cycle *self = (Cycle *)args[0];
    CHECK(warn_pickle(vm));
    OWNED Value saved = state_field(self->saved);
    if (self->iterator != EMPTY) {
        OWNED Value state = TRY(tuple_of(vm, 2, saved, FALSE));
        return reduced(vm, args[0], tuple_of(vm, 1, self->iterator), TAKE(state));
    }
    OWNED Value iterator = TRY(object_iter(vm, saved));
    if (self->index && self->index < to_list(saved)->count) {
        OWNED Value index = from_small((i64)self->index);
        decref(TRY(call_method_1(vm, iterator, NAME(__setstate__), index)));
    }
    OWNED Value state = TRY(tuple_of(vm, 2, saved, TRUE));
    return reduced(vm, args[0], tuple_of(vm, 1, iterator), TAKE(state));
}

/* Set state information for unpickling. */
METHOD(itertools_cycle, __setstate__, "($self, state, /) shown ($self, object, /)") {
    Cycle *self = (Cycle *)args[0];
    CHECK(warn_pickle(vm));
    Value parts[2];
    CHECK(state_unpack(vm, args[1], 2, 2, parts));
    if (!has_kind(parts[0], KIND_LIST)) return raise_state_argument(vm, 1, "list", parts[0]);
    i64 is_saved;
    CHECK(object_to_i64(vm, parts[1], &is_saved));
    replace(&self->saved, incref(parts[0]));
    self->is_saved = is_saved != 0;
    self->index = 0;
    return NONE;
}

/* ---- repeat ---- */

typedef struct Repeat {
    Obj h;
    Value element;
    i64 left; /* -1: without end */
} Repeat;

static Value construct_repeat(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"object", "times", NULL};
    static const Arguments spec = {
        .function = "repeat", .names = names, .positional = 2, .required = 1};
    Value bound[2];
    CHECK(arguments_bind(vm, &spec, args, nargs, kwnames, bound));
    i64 left = -1;
    if (bound[1] != EMPTY) {
        CHECK(object_to_i64(vm, bound[1], &left));
        if (left < 0) left = 0;
    }
    Repeat *self = FIELDS_NEW(vm, type, Repeat, 1);
    if (!self) return FAIL;
    self->element = incref(bound[0]);
    self->left = left;
    return from_object(self);
}

static Value next_repeat(VM *vm, Value v) {
    (void)vm;
    Repeat *self = (Repeat *)v;
    if (self->left == 0) return EMPTY;
    if (self->left > 0) self->left--;
    return incref(self->element);
}

static Value show_repeat(VM *vm, Value v) {
    Repeat *self = (Repeat *)v;
    Value name = TRY(type_name_value(vm, type_of(vm, v)));
    if (self->left < 0) return str_format(vm, "%S(%R)", name, self->element);
    return str_format(vm, "%S(%R, %ld)", name, self->element, (long)self->left);
}

TYPE(itertools_repeat, .name = "itertools.repeat", .size = sizeof(Repeat),
     .kind = KIND_ITERATOR,
     .slots = {.new = construct_repeat,
               FIELDS_SLOTS,
               .repr = show_repeat,
               .iter = iterator_self,
               .next = next_repeat},
     .doc = "repeat(object [,times]) -> create an iterator which returns the object\n"
            "for the specified number of times.  If not specified, returns the object\n"
            "endlessly.")

/* Private method returning an estimate of len(list(it)). */
METHOD(itertools_repeat, __length_hint__, "($self, /)") {
    Repeat *self = (Repeat *)args[0];
    if (self->left < 0) return raise_type(vm, "len() of unsized object");
    return from_small(self->left);
}

/* Return state information for pickling. */
METHOD(itertools_repeat, __reduce__, "($self, /)") {
    Repeat *self = (Repeat *)args[0];
    CHECK(warn_pickle(vm));
    OWNED Value state =
        TRY(self->left < 0 ? tuple_of(vm, 1, self->element)
                           : tuple_of(vm, 2, self->element, from_small(self->left)));
    return tuple_of(vm, 2, from_object(type_of(vm, args[0])), state);
}
