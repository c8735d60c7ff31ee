/* itertools: product, permutations, combinations, combinations_with_replacement.
 *
 * Each keeps indices into its pools and steps from one arrangement to the next in
 * lexicographic order. The indices live in a bytes object, so that they are released like
 * the other fields.
 */
#include "objects/bytes.h"
#include "objects/int.h"
#include "objects/iterator.h"
#include "objects/tuple.h"
#include "stdlib/fields.h"
#include "stdlib/itertools_state.h"

typedef struct Arranging {
    Obj h;
    Value pool;    /* tuple of items; of product: tuple of such tuples */
    Value indices; /* bytes holding usize; EMPTY at the end */
    Value cycles;  /* of permutations: the same */
    usize length;  /* of a result */
    bool has_begun;
} Arranging;

static usize *numbers_in(Value bytes) {
    return (usize *)(void *)((Bytes *)bytes)->data;
}

static Value make_numbers(VM *vm, usize count) {
    if (count > SIZE_MAX / 16) return raise_memory(vm);
    return bytes_new(vm, NULL, count * sizeof(usize));
}

static Value finish(Arranging *self) {
    replace(&self->indices, EMPTY);
    return EMPTY;
}

/* Takes over pool and indices. */
static Value make(VM *vm, Type *type, Value pool, Value indices, usize length) {
    Arranging *self = FIELDS_NEW(vm, type, Arranging, 3);
    if (!self) {
        decref(pool);
        decref(indices);
        return FAIL;
    }
    self->pool = pool;
    self->indices = indices;
    self->length = length;
    return from_object(self);
}

/* The items at the indices. */
static Value arrange(VM *vm, Arranging *self) {
    Value result = TRY(tuple_new(vm, self->length));
    const usize *indices = numbers_in(self->indices);
    Tuple *pool = to_tuple(self->pool);
    for (usize i = 0; i < self->length; i++) {
        to_tuple(result)->items[i] = incref(pool->items[indices[i]]);
    }
    return result;
}

/* ---- their states ---- */

static Value tuple_of_numbers(VM *vm, Value numbers, usize count) {
    Value result = TRY(tuple_new(vm, count));
    for (usize i = 0; i < count; i++) {
        to_tuple(result)->items[i] = from_small((i64)numbers_in(numbers)[i]);
    }
    return result;
}

/* (pool, length): what makes it anew; at the end of all an empty pool. */
static Value pool_and_length(VM *vm, Arranging *self) {
    bool is_over = self->pool == EMPTY || (self->has_begun && self->indices == EMPTY);
    OWNED Value pool = TRY(is_over ? tuple_new(vm, 0) : incref(self->pool));
    OWNED Value length = TRY(int_from_i64(vm, (i64)self->length));
    return tuple_of(vm, 2, pool, length);
}

/* __reduce__ of both sorts of combinations. */
static Value reduce_combining(VM *vm, Value v) {
    Arranging *self = (Arranging *)v;
    CHECK(warn_pickle(vm));
    OWNED Value arguments = TRY(pool_and_length(vm, self));
    bool is_inside = self->has_begun && self->indices != EMPTY;
    OWNED Value state =
        TRY(is_inside ? tuple_of_numbers(vm, self->indices, self->length) : EMPTY);
    return reduced(vm, v, TAKE(arguments), TAKE(state));
}

static bool check_count(VM *vm, Value state, usize count) {
    if (has_kind(state, KIND_TUPLE) && to_tuple(state)->count == count) return true;
    raise_value(vm, "invalid arguments");
    return false;
}

/* The items of state into numbers (or, EMPTY, only checked), each in its bounds: low, and
 * high + i * slope. */
static bool fill_numbers(VM *vm, Value numbers, Value state, i64 low, i64 high, i64 slope) {
    Tuple *items = to_tuple(state);
    for (usize i = 0; i < items->count; i++) {
        usize index;
        i64 bound = high + (i64)i * slope;
        if (!state_index(vm, items->items[i], low, bound, &index)) return false;
        if (numbers != EMPTY) numbers_in(numbers)[i] = index;
    }
    return true;
}

/* __setstate__ of both sorts of combinations. */
static Value set_combining(VM *vm, Value v, Value state, i64 slope) {
    Arranging *self = (Arranging *)v;
    CHECK(warn_pickle(vm));
    CHECK(check_count(vm, state, self->length));
    i64 count = self->pool == EMPTY ? 0 : (i64)to_tuple(self->pool)->count;
    i64 high = slope ? count - (i64)self->length : count - 1;
    CHECK(fill_numbers(vm, self->indices, state, 0, high, slope));
    self->has_begun = true;
    return NONE;
}

/* ---- product ---- */

static bool read_repeat(VM *vm, Value *values, Value kwnames, i64 *repeat) {
    *repeat = 1;
    if (kwnames == EMPTY) return true;
    static const char *const names[] = {"repeat", NULL};
    static const Arguments spec = {.function = "product", .names = names};
    Value bound[1];
    if (!arguments_bind(vm, &spec, values, 0, kwnames, bound)) return false;
    if (bound[0] != EMPTY && !object_to_i64(vm, bound[0], repeat)) return false;
    if (*repeat >= 0) return true;
    raise_value(vm, "repeat argument cannot be negative");
    return false;
}

static Value make_pools(VM *vm, Value *args, u32 nargs, usize repeat) {
    OWNED Value pools = TRY(tuple_new(vm, nargs * repeat));
    Value *items = to_tuple(pools)->items;
    for (u32 i = 0; i < nargs; i++) items[i] = TRY(object_to_tuple(vm, args[i]));
    for (usize i = nargs; i < nargs * repeat; i++) items[i] = incref(items[i - nargs]);
    return TAKE(pools);
}

static Value construct_product(VM *vm, Type *type, Value *args, u32 nargs,
                               Value kwnames) {
    i64 repeat;
    CHECK(read_repeat(vm, args + nargs, kwnames, &repeat));
    if (repeat == 0) nargs = 0;
    if (nargs && (usize)repeat > (SIZE_MAX >> 5) / nargs) {
        return raise_overflow(vm, "repeat argument too large");
    }
    if (nargs == 0) repeat = 1;
    OWNED Value pools = TRY(make_pools(vm, args, nargs, (usize)repeat));
    usize length = to_tuple(pools)->count;
    Value indices = TRY(make_numbers(vm, length));
    memset(numbers_in(indices), 0, length * sizeof(usize));
    return make(vm, type, TAKE(pools), indices, length);
}

/* Count on by one, the last place first; false after the last arrangement. */
static bool step_product(Arranging *self) {
    usize *indices = numbers_in(self->indices);
    Value *pools = to_tuple(self->pool)->items;
    if (!self->has_begun) {
        for (usize i = 0; i < self->length; i++) {
            if (to_tuple(pools[i])->count == 0) return false;
        }
        self->has_begun = true;
        return true;
    }
    for (usize i = self->length; i-- > 0;) {
        if (++indices[i] < to_tuple(pools[i])->count) return true;
        indices[i] = 0;
    }
    return false;
}

static Value next_product(VM *vm, Value v) {
    Arranging *self = (Arranging *)v;
    if (self->indices == EMPTY) return EMPTY;
    if (!step_product(self)) return finish(self);
    Value result = TRY(tuple_new(vm, self->length));
    const usize *indices = numbers_in(self->indices);
    Value *pools = to_tuple(self->pool)->items;
    for (usize i = 0; i < self->length; i++) {
        to_tuple(result)->items[i] = incref(to_tuple(pools[i])->items[indices[i]]);
    }
    return result;
}

TYPE(itertools_product, .name = "itertools.product", .size = sizeof(Arranging),
     .kind = KIND_ITERATOR,
     .slots = {.new = construct_product,
               FIELDS_SLOTS,
               .iter = iterator_self,
               .next = next_product},
     .doc =
         "Cartesian product of input iterables.  Equivalent to nested for-loops.\n\n"
         "For example, product(A, B) returns the same as:  ((x,y) for x in A for y in "
         "B).\n"
         "The leftmost iterators are in the outermost for-loop, so the output tuples\n"
         "cycle in a manner similar to an odometer (with the rightmost element changing\n"
         "on every iteration).\n\n"
         "To compute the product of an iterable with itself, specify the number\n"
         "of repetitions with the optional repeat keyword argument. For example,\n"
         "product(A, repeat=4) means the same as product(A, A, A, A).\n\n"
         "product('ab', range(3)) --> ('a',0) ('a',1) ('a',2) ('b',0) ('b',1) ('b',2)\n"
         "product((0,1), (0,1), (0,1)) --> (0,0,0) (0,0,1) (0,1,0) (0,1,1) (1,0,0) ...",
     .signature = "(*iterables, repeat=1)")

/* Return state information for pickling. */
METHOD(itertools_product, __reduce__, "($self, /)") {
    Arranging *self = (Arranging *)args[0];
    CHECK(warn_pickle(vm));
    if (self->indices == EMPTY) {
        OWNED Value nothing = TRY(tuple_new(vm, 0));
        return reduced(vm, args[0], tuple_of(vm, 1, nothing), EMPTY);
    }
    OWNED Value state =
        TRY(self->has_begun ? tuple_of_numbers(vm, self->indices, self->length) : EMPTY);
    return reduced(vm, args[0], incref(self->pool), TAKE(state));
}

/* Set state information for unpickling. */
METHOD(itertools_product, __setstate__, "($self, state, /) shown ($self, object, /)") {
    Arranging *self = (Arranging *)args[0];
    CHECK(warn_pickle(vm));
    CHECK(check_count(vm, args[1], self->length));
    if (self->pool == EMPTY || self->indices == EMPTY) return NONE;
    for (usize i = 0; i < self->length; i++) {
        i64 count = (i64)to_tuple(to_tuple(self->pool)->items[i])->count;
        usize index;
        CHECK(state_index(vm, to_tuple(args[1])->items[i], 0, count - 1, &index));
        if (count == 0) {
            replace(&self->indices, EMPTY);
            return NONE;
        }
        numbers_in(self->indices)[i] = index;
    }
    self->has_begun = true;
    return NONE;
}

/* ---- combinations ---- */

/* (iterable, r) of both sorts of combinations. */
static bool read_pool(VM *vm, const char *name, Value *args, u32 nargs, Value kwnames,
                      Value *pool, usize *length) {
    static const char *const names[] = {"iterable", "r", NULL};
    const Arguments spec = {
        .function = name, .names = names, .positional = 2, .required = 2};
    Value bound[2];
    i64 r;
    if (!arguments_bind(vm, &spec, args, nargs, kwnames, bound)) return false;
    if (!object_to_i64(vm, bound[1], &r)) return false;
    *pool = object_to_tuple(vm, bound[0]);
    if (*pool == FAIL) return false;
    *length = (usize)r;
    if (r >= 0) return true;
    decref(*pool);
    raise_value(vm, "r must be non-negative");
    return false;
}

static Value construct_combinations(VM *vm, Type *type, Value *args, u32 nargs,
                                    Value kwnames) {
    Value pool;
    usize length;
    CHECK(read_pool(vm, "combinations", args, nargs, kwnames, &pool, &length));
    if (length > to_tuple(pool)->count) return make(vm, type, pool, EMPTY, length);
    OWNED Value held = pool;
    Value indices = TRY(make_numbers(vm, length));
    for (usize i = 0; i < length; i++) numbers_in(indices)[i] = i;
    return make(vm, type, TAKE(held), indices, length);
}

/* Raise the last index that can be raised; those behind it follow it. */
static bool step_combinations(Arranging *self) {
    usize *indices = numbers_in(self->indices), n = to_tuple(self->pool)->count;
    usize i = self->length;
    while (i > 0 && indices[i - 1] == n - self->length + i - 1) i--;
    if (i == 0) return false;
    indices[i - 1]++;
    for (; i < self->length; i++) indices[i] = indices[i - 1] + 1;
    return true;
}

static Value next_combinations(VM *vm, Value v) {
    Arranging *self = (Arranging *)v;
    if (self->indices == EMPTY) return EMPTY;
    if (self->has_begun && !step_combinations(self)) return finish(self);
    self->has_begun = true;
    return arrange(vm, self);
}

TYPE(itertools_combinations, .name = "itertools.combinations", .size = sizeof(Arranging),
     .kind = KIND_ITERATOR,
     .slots = {.new = construct_combinations,
               FIELDS_SLOTS,
               .iter = iterator_self,
               .next = next_combinations},
     .doc = "Return successive r-length combinations of elements in the iterable.\n\n"
            "combinations(range(4), 3) --> (0,1,2), (0,1,3), (0,2,3), (1,2,3)",
     .signature = "(iterable, r)")

/* Return state information for pickling. */
METHOD(itertools_combinations, __reduce__, "($self, /)") {
    return reduce_combining(vm, args[0]);
}

/* Set state information for unpickling. */
METHOD(itertools_combinations, __setstate__,
       "($self, state, /) shown ($self, object, /)") {
    return set_combining(vm, args[0], args[1], 1);
}

static Value construct_replacing(VM *vm, Type *type, Value *args, u32 nargs,
                                 Value kwnames) {
    Value pool;
    usize length;
    CHECK(read_pool(vm, "combinations_with_replacement", args, nargs, kwnames, &pool,
                    &length));
    if (length && to_tuple(pool)->count == 0) return make(vm, type, pool, EMPTY, length);
    OWNED Value held = pool;
    Value indices = TRY(make_numbers(vm, length));
    memset(numbers_in(indices), 0, length * sizeof(usize));
    return make(vm, type, TAKE(held), indices, length);
}

static bool step_replacing(Arranging *self) {
    usize *indices = numbers_in(self->indices), n = to_tuple(self->pool)->count;
    usize i = self->length;
    while (i > 0 && indices[i - 1] == n - 1) i--;
    if (i == 0) return false;
    usize index = indices[i - 1] + 1;
    for (i--; i < self->length; i++) indices[i] = index;
    return true;
}

static Value next_replacing(VM *vm, Value v) {
    Arranging *self = (Arranging *)v;
    if (self->indices == EMPTY) return EMPTY;
    if (self->has_begun && !step_replacing(self)) return finish(self);
    self->has_begun = true;
    return arrange(vm, self);
}

TYPE(itertools_combinations_with_replacement,
     .name = "itertools.combinations_with_replacement", .size = sizeof(Arranging),
     .kind = KIND_ITERATOR,
     .slots = {.new = construct_replacing,
               FIELDS_SLOTS,
               .iter = iterator_self,
               .next = next_replacing},
     .doc =
         "Return successive r-length combinations of elements in the iterable allowing "
         "individual elements to have successive repeats.\n\n"
         "combinations_with_replacement('ABC', 2) --> ('A','A'), ('A','B'), ('A','C'), "
         "('B','B'), ('B','C'), ('C','C')",
     .signature = "(iterable, r)")

/* Return state information for pickling. */
METHOD(itertools_combinations_with_replacement, __reduce__, "($self, /)") {
    return reduce_combining(vm, args[0]);
}

/* Set state information for unpickling. */
METHOD(itertools_combinations_with_replacement, __setstate__,
       "($self, state, /) shown ($self, object, /)") {
    return set_combining(vm, args[0], args[1], 0);
}

/* ---- permutations ---- */

static bool read_length(VM *vm, Value v, usize count, usize *length) {
    *length = count;
    if (v == EMPTY || v == NONE) return true;
    if (!is_int(v)) {
        raise_type(vm, "Expected int as r");
        return false;
    }
    i64 r;
    if (!object_to_i64(vm, v, &r)) return false;
    *length = (usize)r;
    if (r >= 0) return true;
    raise_value(vm, "r must be non-negative");
    return false;
}

static Value construct_permutations(VM *vm, Type *type, Value *args, u32 nargs,
                                    Value kwnames) {
    static const char *const names[] = {"iterable", "r", NULL};
    static const Arguments spec = {
        .function = "permutations", .names = names, .positional = 2, .required = 1};
    Value bound[2];
    CHECK(arguments_bind(vm, &spec, args, nargs, kwnames, bound));
    OWNED Value pool = TRY(object_to_tuple(vm, bound[0]));
    usize count = to_tuple(pool)->count, length;
    CHECK(read_length(vm, bound[1], count, &length));
    if (length > count) return make(vm, type, TAKE(pool), EMPTY, length);
    OWNED Value indices = TRY(make_numbers(vm, count));
    OWNED Value cycles = TRY(make_numbers(vm, length));
    for (usize i = 0; i < count; i++) numbers_in(indices)[i] = i;
    for (usize i = 0; i < length; i++) numbers_in(cycles)[i] = count - i;
    Value self = TRY(make(vm, type, TAKE(pool), TAKE(indices), length));
    ((Arranging *)self)->cycles = TAKE(cycles);
    return self;
}

/* Each place runs through what stands at it and behind it: cycles[i] says how many are
 * left. */
static bool step_permutations(Arranging *self) {
    usize *indices = numbers_in(self->indices), *cycles = numbers_in(self->cycles);
    usize n = to_tuple(self->pool)->count;
    for (usize i = self->length; i-- > 0;) {
        usize index = indices[i];
        if (--cycles[i]) {
            indices[i] = indices[n - cycles[i]];
            indices[n - cycles[i]] = index;
            return true;
        }
        memmove(indices + i, indices + i + 1, (n - 1 - i) * sizeof(usize));
        indices[n - 1] = index;
        cycles[i] = n - i;
    }
    return false;
}

static Value next_permutations(VM *vm, Value v) {
    Arranging *self = (Arranging *)v;
    if (self->indices == EMPTY) return EMPTY;
    if (self->has_begun && !step_permutations(self)) return finish(self);
    self->has_begun = true;
    return arrange(vm, self);
}

TYPE(itertools_permutations, .name = "itertools.permutations", .size = sizeof(Arranging),
     .kind = KIND_ITERATOR,
     .slots = {.new = construct_permutations,
               FIELDS_SLOTS,
               .iter = iterator_self,
               .next = next_permutations},
     .doc = "Return successive r-length permutations of elements in the iterable.\n\n"
            "permutations(range(3), 2) --> (0,1), (0,2), (1,0), (1,2), (2,0), (2,1)",
     .signature = "(iterable, r=None)")

/* Return state information for pickling. */
METHOD(itertools_permutations, __reduce__, "($self, /)") {
    Arranging *self = (Arranging *)args[0];
    CHECK(warn_pickle(vm));
    OWNED Value arguments = TRY(pool_and_length(vm, self));
    if (!self->has_begun || self->indices == EMPTY) {
        return reduced(vm, args[0], TAKE(arguments), EMPTY);
    }
    usize count = to_tuple(self->pool)->count;
    OWNED Value indices = TRY(tuple_of_numbers(vm, self->indices, count));
    OWNED Value cycles = TRY(tuple_of_numbers(vm, self->cycles, self->length));
    return reduced(vm, args[0], TAKE(arguments), tuple_of(vm, 2, indices, cycles));
}

/* Set state information for unpickling. */
METHOD(itertools_permutations, __setstate__,
       "($self, state, /) shown ($self, object, /)") {
    Arranging *self = (Arranging *)args[0];
    CHECK(warn_pickle(vm));
    Value parts[2];
    CHECK(state_unpack(vm, args[1], 2, 2, parts));
    for (u32 i = 0; i < 2; i++) {
        if (!has_kind(parts[i], KIND_TUPLE)) {
            return raise_state_argument(vm, i + 1, "tuple", parts[i]);
        }
    }
    usize count = self->pool == EMPTY ? 0 : to_tuple(self->pool)->count;
    CHECK(check_count(vm, parts[0], count));
    CHECK(check_count(vm, parts[1], self->length));
    CHECK(fill_numbers(vm, self->indices, parts[0], 0, (i64)count - 1, 0));
    CHECK(fill_numbers(vm, self->cycles, parts[1], 1, (i64)count, -1));
    self->has_begun = true;
    return NONE;
}
