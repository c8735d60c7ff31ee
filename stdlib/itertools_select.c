/* itertools: iterators that select or transform items: compress, dropwhile, takewhile,
 * filterfalse, starmap, accumulate. */
#include "objects/iterator.h"
#include "objects/list.h"
#include "objects/tuple.h"
#include "stdlib/fields.h"
#include "stdlib/itertools_state.h"

/* What all but accumulate are: an iterator with a function (or selectors). */
typedef struct Selecting {
    Obj h;
    Value iterator, function;
    bool is_open; /* dropwhile: past the dropped ones; takewhile: at the end */
} Selecting;

static Value make(VM *vm, Type *type, Value iterable, Value function) {
    OWNED Value iterator = TRY(object_iter(vm, iterable));
    Selecting *self = FIELDS_NEW(vm, type, Selecting, 2);
    if (!self) return FAIL;
    self->iterator = TAKE(iterator);
    self->function = incref(function);
    return from_object(self);
}

/* new of the types that take (function, iterable), which carry their name as messages
 * show it. */
static Value construct_named(VM *vm, const char *name, Type *type, Value *args, u32 nargs,
                             Value kwnames) {
    CHECK(arguments_plain(vm, name, nargs, keywords_of_new(vm, type, kwnames), 2, 2));
    return make(vm, type, args[1], args[0]);
}

/* truth(function(item)); None stands for bool. */
static int test(VM *vm, Value function, Value item) {
    if (function == NONE || function == from_object(vm->types[TYPE_bool])) {
        return object_truth(vm, item);
    }
    OWNED Value answer = call_1(vm, function, item);
    return answer == FAIL ? -1 : object_truth(vm, answer);
}

static int test_call(VM *vm, Value function, Value item) {
    OWNED Value answer = call_1(vm, function, item);
    return answer == FAIL ? -1 : object_truth(vm, answer);
}

/* __reduce__: the two fields in the order of the constructor's arguments. */
static Value reduce_selecting(VM *vm, Value v, bool function_first, Value state) {
    Selecting *self = (Selecting *)v;
    CHECK(warn_pickle(vm));
    OWNED Value iterator = state_field(self->iterator);
    OWNED Value function = state_field(self->function);
    OWNED Value arguments = TRY(function_first ? tuple_of(vm, 2, function, iterator)
                                               : tuple_of(vm, 2, iterator, function));
    return reduced(vm, v, TAKE(arguments), state);
}

static Value set_open(VM *vm, Value v, Value state) {
    CHECK(warn_pickle(vm));
    int is_open = object_truth(vm, state);
    if (is_open < 0) return FAIL;
    ((Selecting *)v)->is_open = is_open;
    return NONE;
}

/* ---- compress ---- */

static Value construct_compress(VM *vm, Type *type, Value *args, u32 nargs,
                                Value kwnames) {
    static const char *const names[] = {"data", "selectors", NULL};
    static const Arguments spec = {
        .function = "compress", .names = names, .positional = 2, .required = 2};
    Value bound[2];
    CHECK(arguments_bind(vm, &spec, args, nargs, kwnames, bound));
    OWNED Value data = TRY(object_iter(vm, bound[0]));
    OWNED Value selectors = TRY(object_iter(vm, bound[1]));
    Selecting *self = FIELDS_NEW(vm, type, Selecting, 2);
    if (!self) return FAIL;
    self->iterator = TAKE(data);
    self->function = TAKE(selectors);
    return from_object(self);
}

static Value next_compress(VM *vm, Value v) {
    Selecting *self = (Selecting *)v;
    if (self->iterator == EMPTY) return EMPTY;
    OWNED Value data = incref(self->iterator), selectors = incref(self->function);
    for (;;) {
        OWNED Value item = TRY(iter_next(vm, data));
        if (item == EMPTY) return EMPTY;
        OWNED Value selector = TRY(iter_next(vm, selectors));
        if (selector == EMPTY) return EMPTY;
        int is_selected = object_truth(vm, selector);
        if (is_selected < 0) return FAIL;
        if (is_selected) return TAKE(item);
    }
}

TYPE(itertools_compress, .name = "itertools.compress", .size = sizeof(Selecting),
     .kind = KIND_ITERATOR,
     .slots = {.new = construct_compress,
               FIELDS_SLOTS,
               .iter = iterator_self,
               .next = next_compress},
     .doc =
         "Return data elements corresponding to true selector elements.\n\n"
         "Forms a shorter iterator from selected data elements using the selectors to\n"
         "choose the data elements.",
     .signature = "(data, selectors)")

/* Return state information for pickling. */
METHOD(itertools_compress, __reduce__, "($self, /)") {
    return reduce_selecting(vm, args[0], false, EMPTY);
}

/* ---- dropwhile and takewhile ---- */

static Value construct_dropwhile(VM *vm, Type *type, Value *args, u32 nargs,
                                 Value kwnames) {
    return construct_named(vm, "dropwhile", type, args, nargs, kwnames);
}

static Value next_dropwhile(VM *vm, Value v) {
    Selecting *self = (Selecting *)v;
    if (self->iterator == EMPTY) return EMPTY;
    OWNED Value iterator = incref(self->iterator), function = incref(self->function);
    for (;;) {
        OWNED Value item = TRY(iter_next(vm, iterator));
        if (item == EMPTY || self->is_open) return TAKE(item);
        int is_dropped = test_call(vm, function, item);
        if (is_dropped < 0) return FAIL;
        if (!is_dropped) {
            self->is_open = true;
            return TAKE(item);
        }
    }
}

TYPE(itertools_dropwhile, .name = "itertools.dropwhile", .size = sizeof(Selecting),
     .kind = KIND_ITERATOR,
     .slots = {.new = construct_dropwhile,
               FIELDS_SLOTS,
               .iter = iterator_self,
               .next = next_dropwhile},
     .doc = "Drop items from the iterable while predicate(item) is true.\n\n"
            "Afterwards, return every element until the iterable is exhausted.",
     .signature = "(predicate, iterable, /)")

/* Return state information for pickling. */
METHOD(itertools_dropwhile, __reduce__, "($self, /)") {
    return reduce_selecting(vm, args[0], true, from_small(((Selecting *)args[0])->is_open));
}

/* Set state information for unpickling. */
METHOD(itertools_dropwhile, __setstate__, "($self, state, /) shown ($self, object, /)") {
    return set_open(vm, args[0], args[1]);
}

static Value construct_takewhile(VM *vm, Type *type, Value *args, u32 nargs,
                                 Value kwnames) {
    return construct_named(vm, "takewhile", type, args, nargs, kwnames);
}

static Value next_takewhile(VM *vm, Value v) {
    Selecting *self = (Selecting *)v;
    if (self->is_open || self->iterator == EMPTY) return EMPTY;
    OWNED Value iterator = incref(self->iterator), function = incref(self->function);
    OWNED Value item = TRY(iter_next(vm, iterator));
    if (item == EMPTY) return EMPTY;
    int is_taken = test_call(vm, function, item);
    if (is_taken > 0) return TAKE(item);
    self->is_open = is_taken == 0;
    return is_taken < 0 ? FAIL : EMPTY;
}

TYPE(itertools_takewhile, .name = "itertools.takewhile", .size = sizeof(Selecting),
     .kind = KIND_ITERATOR,
     .slots = {.new = construct_takewhile,
               FIELDS_SLOTS,
               .iter = iterator_self,
               .next = next_takewhile},
     .doc = "Return successive entries from an iterable as long as the predicate "
            "evaluates to "
            "true for each entry.",
     .signature = "(predicate, iterable, /)")

/* Return state information for pickling. */
METHOD(itertools_takewhile, __reduce__, "($self, /)") {
    return reduce_selecting(vm, args[0], true, from_small(((Selecting *)args[0])->is_open));
}

/* Set state information for unpickling. */
METHOD(itertools_takewhile, __setstate__, "($self, state, /) shown ($self, object, /)") {
    return set_open(vm, args[0], args[1]);
}

/* ---- filterfalse ---- */

static Value construct_filterfalse(VM *vm, Type *type, Value *args, u32 nargs,
                                   Value kwnames) {
    return construct_named(vm, "filterfalse", type, args, nargs, kwnames);
}

static Value next_filterfalse(VM *vm, Value v) {
    Selecting *self = (Selecting *)v;
    if (self->iterator == EMPTY) return EMPTY;
    OWNED Value iterator = incref(self->iterator), function = incref(self->function);
    for (;;) {
        OWNED Value item = TRY(iter_next(vm, iterator));
        if (item == EMPTY) return EMPTY;
        int truth = test(vm, function, item);
        if (truth < 0) return FAIL;
        if (!truth) return TAKE(item);
    }
}

TYPE(itertools_filterfalse, .name = "itertools.filterfalse", .size = sizeof(Selecting),
     .kind = KIND_ITERATOR,
     .slots = {.new = construct_filterfalse,
               FIELDS_SLOTS,
               .iter = iterator_self,
               .next = next_filterfalse},
     .doc = "Return those items of iterable for which function(item) is false.\n\n"
            "If function is None, return the items that are false.",
     .signature = "(function, iterable, /)")

/* Return state information for pickling. */
METHOD(itertools_filterfalse, __reduce__, "($self, /)") {
    return reduce_selecting(vm, args[0], true, EMPTY);
}

/* ---- starmap ---- */

static Value construct_starmap(VM *vm, Type *type, Value *args, u32 nargs,
                               Value kwnames) {
    return construct_named(vm, "starmap", type, args, nargs, kwnames);
}

static Value next_starmap(VM *vm, Value v) {
    Selecting *self = (Selecting *)v;
    if (self->iterator == EMPTY) return EMPTY;
    OWNED Value iterator = incref(self->iterator), function = incref(self->function);
    OWNED Value item = TRY(iter_next(vm, iterator));
    if (item == EMPTY) return EMPTY;
    OWNED Value arguments = TRY(object_to_tuple(vm, item));
    Tuple *tuple = to_tuple(arguments);
    return object_call(vm, function, tuple->items, (u32)tuple->count, EMPTY);
}

TYPE(itertools_starmap, .name = "itertools.starmap", .size = sizeof(Selecting),
     .kind = KIND_ITERATOR,
     .slots = {.new = construct_starmap,
               FIELDS_SLOTS,
               .iter = iterator_self,
               .next = next_starmap},
     .doc = "Return an iterator whose values are returned from the function evaluated "
            "with an "
            "argument tuple taken from the given sequence.",
     .signature = "(function, iterable, /)")

/* Return state information for pickling. */
METHOD(itertools_starmap, __reduce__, "($self, /)") {
    return reduce_selecting(vm, args[0], true, EMPTY);
}

/* ---- accumulate ---- */

typedef struct Accumulate {
    Obj h;
    Value iterator, function; /* function NONE: + */
    Value total;              /* EMPTY before the first item */
    Value initial;            /* EMPTY when there is none (any more) */
} Accumulate;

static Value construct_accumulate(VM *vm, Type *type, Value *args, u32 nargs,
                                  Value kwnames) {
    static const char *const names[] = {"iterable", "func", "initial", NULL};
    static const Arguments spec = {
        .function = "accumulate", .names = names, .positional = 2, .required = 1};
    Value bound[3];
    CHECK(arguments_bind(vm, &spec, args, nargs, kwnames, bound));
    OWNED Value iterator = TRY(object_iter(vm, bound[0]));
    Accumulate *self = FIELDS_NEW(vm, type, Accumulate, 4);
    if (!self) return FAIL;
    self->iterator = TAKE(iterator);
    self->function = bound[1] == EMPTY ? NONE : incref(bound[1]);
    self->initial = bound[2] == NONE ? EMPTY : incref(bound[2]);
    return from_object(self);
}

static Value next_accumulate(VM *vm, Value v) {
    Accumulate *self = (Accumulate *)v;
    if (self->initial != EMPTY) {
        replace(&self->total, take(&self->initial));
        return incref(self->total);
    }
    if (self->iterator == EMPTY) return EMPTY;
    OWNED Value iterator = incref(self->iterator), function = incref(self->function);
    OWNED Value item = TRY(iter_next(vm, iterator));
    if (item == EMPTY) return EMPTY;
    if (self->total == EMPTY) {
        self->total = incref(item);
        return TAKE(item);
    }
    OWNED Value total = incref(self->total);
    Value sum = TRY(function == NONE ? object_binary(vm, BINARY_ADD, total, item)
                                     : call_2(vm, function, total, item));
    replace(&self->total, incref(sum));
    return sum;
}

TYPE(itertools_accumulate, .name = "itertools.accumulate", .size = sizeof(Accumulate),
     .kind = KIND_ITERATOR,
     .slots = {.new = construct_accumulate,
               FIELDS_SLOTS,
               .iter = iterator_self,
               .next = next_accumulate},
     .doc = "Return series of accumulated sums (or other binary function results).",
     .signature = "(iterable, func=None, *, initial=None)")

/* chain([first], rest) */
static Value chain_before(VM *vm, Value first, Value rest) {
    OWNED Value list = TRY(list_new(vm, 1));
    CHECK(list_push(vm, to_list(list), first));
    return call_2(vm, from_object(vm->types[TYPE_itertools_chain]), list, rest);
}

/* A total of None cannot be a state: the copy begins with it and skips it. */
static Value reduce_none_total(VM *vm, Value self, Value iterator, Value function) {
    OWNED Value chained = TRY(chain_before(vm, NONE, iterator));
    OWNED Value again = TRY(call_2(vm, from_object(type_of(vm, self)), chained, function));
    OWNED Value arguments = TRY(tuple_of(vm, 3, again, from_small(1), NONE));
    return tuple_of(vm, 2, from_object(vm->types[TYPE_itertools_islice]), arguments);
}

/* Return state information for pickling. */
METHOD(itertools_accumulate, __reduce__, "($self, /)") {
    Accumulate *self = (Accumulate *)args[0];
    CHECK(warn_pickle(vm));
    OWNED Value iterator = state_field(self->iterator);
    OWNED Value function = state_field(self->function);
    if (self->initial != EMPTY) {
        OWNED Value chained = TRY(chain_before(vm, self->initial, iterator));
        return reduced(vm, args[0], tuple_of(vm, 2, chained, function), NONE);
    }
    if (self->total == NONE) return reduce_none_total(vm, args[0], iterator, function);
    OWNED Value arguments = TRY(tuple_of(vm, 2, iterator, function));
    return reduced(vm, args[0], TAKE(arguments), state_field(self->total));
}

/* Set state information for unpickling. */
METHOD(itertools_accumulate, __setstate__, "($self, state, /) shown ($self, object, /)") {
    CHECK(warn_pickle(vm));
    replace(&((Accumulate *)args[0])->total, incref(args[1]));
    return NONE;
}
