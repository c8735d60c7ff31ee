/* itertools: iterators that join others or take pieces of them: chain, zip_longest,
 * islice, pairwise, batched. */
#include "objects/generic_alias.h"
#include "objects/int.h"
#include "objects/iterator.h"
#include "objects/list.h"
#include "objects/sequence.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "stdlib/fields.h"
#include "stdlib/itertools_state.h"

/* ---- chain ---- */

typedef struct Chain {
    Obj h;
    Value sources; /* iterator of iterables; EMPTY at the end */
    Value active;  /* iterator of one of them */
} Chain;

/* Takes over the iterator. */
static Value make_chain(VM *vm, Type *type, Value sources) {
    Chain *self = FIELDS_NEW(vm, type, Chain, 2);
    if (!self) {
        decref(sources);
        return FAIL;
    }
    self->sources = sources;
    return from_object(self);
}

static Value construct_chain(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    CHECK(arguments_no_keywords(vm, "chain", keywords_of_new(vm, type, kwnames)));
    OWNED Value iterables = TRY(tuple_from(vm, args, nargs));
    return make_chain(vm, type, TRY(object_iter(vm, iterables)));
}

/* 1: there is a next source, now active; 0: the end; -1: failed. */
static int open_source(VM *vm, Chain *self) {
    if (self->sources == EMPTY) return 0;
    OWNED Value iterable = iter_next(vm, self->sources);
    Value active =
        iterable == FAIL || iterable == EMPTY ? iterable : object_iter(vm, iterable);
    if (active == FAIL || active == EMPTY) {
        replace(&self->sources, EMPTY);
        return active == FAIL ? -1 : 0;
    }
    replace(&self->active, active);
    return 1;
}

static Value next_chain(VM *vm, Value v) {
    Chain *self = (Chain *)v;
    for (;;) {
        if (self->active == EMPTY) {
            int opened = open_source(vm, self);
            if (opened <= 0) return opened ? FAIL : EMPTY;
        }
        OWNED Value active = incref(self->active);
        Value item = iter_next(vm, active);
        if (item != EMPTY) return item;
        replace(&self->active, EMPTY);
    }
}

TYPE(itertools_chain, .name = "itertools.chain", .size = sizeof(Chain),
     .kind = KIND_ITERATOR,
     .slots = {.new = construct_chain,
               FIELDS_SLOTS,
               .iter = iterator_self,
               .next = next_chain},
     .doc = "Return a chain object whose .__next__() method returns elements from the\n"
            "first iterable until it is exhausted, then elements from the next\n"
            "iterable, until all of the iterables are exhausted.",
     .signature = "(*iterables)")

/* Return state information for pickling. */
METHOD(itertools_chain, __reduce__, "($self, /)") {
    Chain *self = (Chain *)args[0];
    CHECK(warn_pickle(vm));
    OWNED Value state = EMPTY;
    if (self->sources != EMPTY) {
        state = TRY(self->active == EMPTY ? tuple_of(vm, 1, self->sources)
                                          : tuple_of(vm, 2, self->sources, self->active));
    }
    return reduced(vm, args[0], tuple_new(vm, 0), TAKE(state));
}

/* Set state information for unpickling. */
METHOD(itertools_chain, __setstate__, "($self, state, /) shown ($self, object, /)") {
    Chain *self = (Chain *)args[0];
    CHECK(warn_pickle(vm));
    Value parts[2];
    CHECK(state_unpack(vm, args[1], 1, 2, parts));
    for (u32 i = 0; i < 2; i++) {
        if (parts[i] == EMPTY || type_of(vm, parts[i])->slots.next) continue;
        return raise_type(vm, "Arguments must be iterators.");
    }
    replace(&self->sources, incref(parts[0]));
    replace(&self->active, parts[1] == EMPTY ? EMPTY : incref(parts[1]));
    return NONE;
}

/* Alternative chain() constructor taking a single iterable argument that evaluates
 * lazily. */
CLASS_METHOD(itertools_chain, from_iterable, "($type, iterable, /)") {
    return make_chain(vm, to_type(args[0]), TRY(object_iter(vm, args[1])));
}

/* See PEP 585 */
CLASS_METHOD(itertools_chain, __class_getitem__, "($type, object, /)") {
    return generic_alias_new(vm, args[0], args[1]);
}

/* ---- zip_longest ---- */

typedef struct ZipLongest {
    Obj h;
    Value iterators; /* tuple; EMPTY where one has ended */
    Value fill;
    usize active;
} ZipLongest;

static bool read_fill(VM *vm, Value *values, Value kwnames, Value *fill) {
    *fill = NONE;
    if (kwnames == EMPTY || to_tuple(kwnames)->count == 0) return true;
    *fill = values[0];
    Value name = to_tuple(kwnames)->items[0];
    if (to_tuple(kwnames)->count == 1 && str_equals_text(name, "fillvalue")) return true;
    raise_type(vm, "zip_longest() got an unexpected keyword argument");
    return false;
}

static Value construct_zip_longest(VM *vm, Type *type, Value *args, u32 nargs,
                                   Value kwnames) {
    Value fill;
    CHECK(read_fill(vm, args + nargs, kwnames, &fill));
    OWNED Value iterators = TRY(tuple_new(vm, nargs));
    for (u32 i = 0; i < nargs; i++) {
        to_tuple(iterators)->items[i] = TRY(object_iter(vm, args[i]));
    }
    ZipLongest *self = FIELDS_NEW(vm, type, ZipLongest, 2);
    if (!self) return FAIL;
    self->iterators = TAKE(iterators);
    self->fill = incref(fill);
    self->active = nargs;
    return from_object(self);
}

/* The next item of one of them: the fill value once it has ended, EMPTY when it was the
 * last. */
static Value next_or_fill(VM *vm, ZipLongest *self, Value *iterator) {
    if (*iterator == EMPTY) return incref(self->fill);
    Value item = iter_next(vm, *iterator);
    if (item == FAIL) self->active = 0;
    if (item != EMPTY) return item;
    if (self->active == 0 || --self->active == 0) return EMPTY;
    replace(iterator, EMPTY);
    return incref(self->fill);
}

static Value next_zip_longest(VM *vm, Value v) {
    ZipLongest *self = (ZipLongest *)v;
    if (self->active == 0 || self->iterators == EMPTY) return EMPTY;
    OWNED Value held = incref(self->iterators);
    Tuple *iterators = to_tuple(held);
    OWNED Value result = TRY(tuple_new(vm, iterators->count));
    for (usize i = 0; i < iterators->count; i++) {
        Value item = TRY(next_or_fill(vm, self, &iterators->items[i]));
        if (item == EMPTY) return EMPTY;
        to_tuple(result)->items[i] = item;
    }
    return TAKE(result);
}

TYPE(itertools_zip_longest, .name = "itertools.zip_longest", .size = sizeof(ZipLongest),
     .kind = KIND_ITERATOR,
     .slots = {.new = construct_zip_longest,
               FIELDS_SLOTS,
               .iter = iterator_self,
               .next = next_zip_longest},
     .doc = "Return a zip_longest object whose .__next__() method returns a tuple where\n"
            "the i-th element comes from the i-th iterable argument.  The .__next__()\n"
            "method continues until the longest iterable in the argument sequence\n"
            "is exhausted and then it raises StopIteration.  When the shorter iterables\n"
            "are exhausted, the fillvalue is substituted in their place.  The fillvalue\n"
            "defaults to None or can be specified by a keyword argument.\n",
     .signature = "(*iterables, fillvalue=None)")

/* Return state information for pickling. */
METHOD(itertools_zip_longest, __reduce__, "($self, /)") {
    ZipLongest *self = (ZipLongest *)args[0];
    CHECK(warn_pickle(vm));
    usize count = self->iterators == EMPTY ? 0 : to_tuple(self->iterators)->count;
    OWNED Value iterators = TRY(tuple_new(vm, count));
    OWNED Value ended = TRY(tuple_new(vm, 0));
    for (usize i = 0; i < count; i++) {
        Value iterator = to_tuple(self->iterators)->items[i];
        to_tuple(iterators)->items[i] = incref(iterator == EMPTY ? ended : iterator);
    }
    return reduced(vm, args[0], TAKE(iterators), state_field(self->fill));
}

/* Set state information for unpickling. */
METHOD(itertools_zip_longest, __setstate__,
       "($self, state, /) shown ($self, object, /)") {
    CHECK(warn_pickle(vm));
    replace(&((ZipLongest *)args[0])->fill, incref(args[1]));
    return NONE;
}

/* ---- islice ---- */

typedef struct Islice {
    Obj h;
    Value iterator; /* EMPTY at the end */
    i64 at;         /* items taken so far */
    i64 next;       /* of the next item to give */
    i64 stop;       /* -1: none */
    i64 step;
} Islice;

/* An index or -1 for what is none. */
static i64 read_index(VM *vm, Value v) {
    i64 index;
    if (object_to_i64(vm, v, &index)) return index;
    exception_clear(vm);
    return -1;
}

static bool read_stop(VM *vm, Value v, i64 *stop) {
    *stop = -1;
    if (v == NONE) return true;
    *stop = read_index(vm, v);
    if (*stop != -1) return true;
    raise_value(vm, "Stop argument for islice() must be None or an integer: 0 <= x <= "
                    "sys.maxsize.");
    return false;
}

static bool read_slice(VM *vm, Value *args, u32 nargs, Islice *out) {
    out->next = 0;
    out->step = 1;
    if (nargs == 2 && !read_stop(vm, args[1], &out->stop)) return false;
    if (nargs > 2) {
        if (args[1] != NONE) out->next = read_index(vm, args[1]);
        if (!read_stop(vm, args[2], &out->stop)) return false;
    }
    if (out->next < 0 || out->stop < -1) {
        raise_value(
            vm,
            "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.");
        return false;
    }
    if (nargs > 3 && args[3] != NONE) out->step = read_index(vm, args[3]);
    if (out->step >= 1) return true;
    raise_value(vm, "Step for islice() must be a positive integer or None.");
    return false;
}

static Value construct_islice(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    CHECK(arguments_plain(vm, "islice", nargs, keywords_of_new(vm, type, kwnames), 2, 4));
    Islice plan = {0};
    CHECK(read_slice(vm, args, nargs, &plan));
    OWNED Value iterator = TRY(object_iter(vm, args[0]));
    Islice *self = FIELDS_NEW(vm, type, Islice, 1);
    if (!self) return FAIL;
    self->iterator = TAKE(iterator);
    self->next = plan.next;
    self->stop = plan.stop;
    self->step = plan.step;
    return from_object(self);
}

/* Take items up to the one that is to be given: that item, EMPTY or FAIL. */
static Value advance(VM *vm, Islice *self, Value iterator) {
    for (; self->at < self->next; self->at++) {
        Value skipped = TRY(iter_next(vm, iterator));
        if (skipped == EMPTY) return EMPTY;
        decref(skipped);
    }
    if (self->stop != -1 && self->at >= self->stop) return EMPTY;
    Value item = iter_next(vm, iterator);
    if (item != EMPTY && item != FAIL) self->at++;
    return item;
}

static Value next_islice(VM *vm, Value v) {
    Islice *self = (Islice *)v;
    if (self->iterator == EMPTY) return EMPTY;
    OWNED Value iterator = incref(self->iterator);
    Value item = advance(vm, self, iterator);
    if (item == EMPTY || item == FAIL) {
        replace(&self->iterator, EMPTY);
        return item;
    }
    bool is_over = __builtin_add_overflow(self->next, self->step, &self->next);
    if (is_over || (self->stop != -1 && self->next > self->stop)) self->next = self->stop;
    return item;
}

TYPE(itertools_islice, .name = "itertools.islice", .size = sizeof(Islice),
     .kind = KIND_ITERATOR,
     .slots = {.new = construct_islice,
               FIELDS_SLOTS,
               .iter = iterator_self,
               .next = next_islice},
     .doc = "islice(iterable, stop) --> islice object\n"
            "islice(iterable, start, stop[, step]) --> islice object\n\n"
            "Return an iterator whose next() method returns selected values from an\n"
            "iterable.  If start is specified, will skip all preceding elements;\n"
            "otherwise, start defaults to zero.  Step defaults to one.  If\n"
            "specified as another value, step determines how many values are\n"
            "skipped between successive calls.  Works like a slice() on a list\n"
            "but returns an iterator.")

static Value reduce_ended_islice(VM *vm, Value self) {
    OWNED Value list = TRY(list_new(vm, 0));
    OWNED Value iterator = TRY(object_iter(vm, list));
    return reduced(vm, self, tuple_of(vm, 2, iterator, from_small(0)), from_small(0));
}

/* Return state information for pickling. */
METHOD(itertools_islice, __reduce__, "($self, /)") {
    Islice *self = (Islice *)args[0];
    CHECK(warn_pickle(vm));
    if (self->iterator == EMPTY) return reduce_ended_islice(vm, args[0]);
    OWNED Value next = TRY(int_from_i64(vm, self->next));
    OWNED Value stop = TRY(self->stop == -1 ? NONE : int_from_i64(vm, self->stop));
    OWNED Value step = TRY(int_from_i64(vm, self->step));
    OWNED Value state = TRY(int_from_i64(vm, self->at));
    return reduced(vm, args[0], tuple_of(vm, 4, self->iterator, next, stop, step),
                   TAKE(state));
}

/* Set state information for unpickling. */
METHOD(itertools_islice, __setstate__, "($self, state, /) shown ($self, object, /)") {
    CHECK(warn_pickle(vm));
    i64 at;
    CHECK(index_from_state(vm, args[1], &at));
    ((Islice *)args[0])->at = at;
    return NONE;
}

/* ---- pairwise ---- */

typedef struct Pairwise {
    Obj h;
    Value iterator; /* EMPTY at the end */
    Value previous;
} Pairwise;

static Value construct_pairwise(VM *vm, Type *type, Value *args, u32 nargs,
                                Value kwnames) {
    CHECK(arguments_plain(vm, "pairwise", nargs, keywords_of_new(vm, type, kwnames), 1, 1));
    OWNED Value iterator = TRY(object_iter(vm, args[0]));
    Pairwise *self = FIELDS_NEW(vm, type, Pairwise, 2);
    if (!self) return FAIL;
    self->iterator = TAKE(iterator);
    return from_object(self);
}

static Value end_pairwise(Pairwise *self, Value outcome) {
    replace(&self->iterator, EMPTY);
    replace(&self->previous, EMPTY);
    return outcome;
}

static Value next_pairwise(VM *vm, Value v) {
    Pairwise *self = (Pairwise *)v;
    if (self->iterator == EMPTY) return EMPTY;
    OWNED Value iterator = incref(self->iterator);
    if (self->previous == EMPTY) {
        Value first = iter_next(vm, iterator);
        if (first == EMPTY || first == FAIL) return end_pairwise(self, first);
        replace(&self->previous, first);
        if (self->iterator == EMPTY)
            return end_pairwise(self, EMPTY); /* used up meanwhile */
    }
    OWNED Value previous = incref(self->previous);
    OWNED Value item = iter_next(vm, iterator);
    if (item == EMPTY || item == FAIL) return end_pairwise(self, item);
    Value pair = TRY(tuple_of(vm, 2, previous, item));
    replace(&self->previous, TAKE(item));
    return pair;
}

TYPE(itertools_pairwise, .name = "itertools.pairwise", .size = sizeof(Pairwise),
     .kind = KIND_ITERATOR,
     .slots = {.new = construct_pairwise,
               FIELDS_SLOTS,
               .iter = iterator_self,
               .next = next_pairwise},
     .doc = "Return an iterator of overlapping pairs taken from the input iterator.\n\n"
            "    s -> (s0,s1), (s1,s2), (s2, s3), ...",
     .signature = "(iterable, /)")

/* ---- batched ---- */

typedef struct Batched {
    Obj h;
    Value iterator; /* EMPTY at the end */
    i64 size;
    bool is_strict;
} Batched;

static Value construct_batched(VM *vm, Type *type, Value *args, u32 nargs,
                               Value kwnames) {
    static const char *const names[] = {"iterable", "n", "strict", NULL};
    static const Arguments spec = {
        .function = "batched", .names = names, .positional = 2, .required = 2};
    Value bound[3];
    CHECK(arguments_bind(vm, &spec, args, nargs, kwnames, bound));
    i64 size;
    CHECK(object_to_i64(vm, bound[1], &size));
    int is_strict = bound[2] == EMPTY ? 0 : object_truth(vm, bound[2]);
    if (is_strict < 0) return FAIL;
    if (size < 1) return raise_value(vm, "n must be at least one");
    OWNED Value iterator = TRY(object_iter(vm, bound[0]));
    Batched *self = FIELDS_NEW(vm, type, Batched, 1);
    if (!self) return FAIL;
    self->iterator = TAKE(iterator);
    self->size = size;
    self->is_strict = is_strict;
    return from_object(self);
}

/* Up to `size` items; fewer at the end, which is then noted. */
static bool collect_batch(VM *vm, Batched *self, Value iterator, List *list) {
    for (i64 i = 0; i < self->size; i++) {
        Value item = iter_next(vm, iterator);
        if (item == EMPTY || item == FAIL) {
            replace(&self->iterator, EMPTY);
            return item == EMPTY;
        }
        if (!list_push_owned(vm, list, item)) return false;
    }
    return true;
}

static Value next_batched(VM *vm, Value v) {
    Batched *self = (Batched *)v;
    if (self->iterator == EMPTY) return EMPTY;
    OWNED Value iterator = incref(self->iterator);
    OWNED Value batch = TRY(list_new(vm, 0));
    CHECK(collect_batch(vm, self, iterator, to_list(batch)));
    i64 count = (i64)to_list(batch)->count;
    if (count == 0) return EMPTY;
    if (count < self->size && self->is_strict) {
        return raise_value(vm, "batched(): incomplete batch");
    }
    return tuple_from(vm, to_list(batch)->items, (usize)count);
}

TYPE(itertools_batched, .name = "itertools.batched", .size = sizeof(Batched),
     .kind = KIND_ITERATOR,
     .slots = {.new = construct_batched,
               FIELDS_SLOTS,
               .iter = iterator_self,
               .next = next_batched},
     .doc =
         "Batch data into tuples of length n. The last batch may be shorter than n.\n\n"
         "Loops over the input iterable and accumulates data into tuples\n"
         "up to size n.  The input is consumed lazily, just enough to\n"
         "fill a batch.  The result is yielded as soon as a batch is full\n"
         "or when the input iterable is exhausted.\n\n"
         "    >>> for batch in batched('ABCDEFG', 3):\n"
         "    ...     print(batch)\n"
         "    ...\n"
         "    ('A', 'B', 'C')\n"
         "    ('D', 'E', 'F')\n"
         "    ('G',)\n\n"
         "If \"strict\" is True, raises a ValueError if the final batch is shorter\n"
         "than n.",
     .signature = "(iterable, n, *, strict=False)")
