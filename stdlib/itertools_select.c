/* itertools: iterators that select or transform items: compress, dropwhile, takewhile,
 * filterfalse, starmap, accumulate. */
#include "objects/iterator.h"
#include "objects/tuple.h"
#include "stdlib/fields.h"

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
    CHECK(arguments_plain(vm, name, nargs, kwnames, 2, 2));
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
