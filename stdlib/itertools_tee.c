/* itertools.tee: iterators that walk along a chain of links, each with some items. The
 * one ahead takes items from the source and adds links; links that all have passed are
 * released. */
#include "objects/iterator.h"
#include "objects/list.h"
#include "objects/tuple.h"
#include "stdlib/fields.h"
#include "stdlib/itertools_state.h"

enum { LINK_ITEMS = 57 };

typedef struct Link {
    Obj h;
    Value source;
    Value next; /* Link; EMPTY before it is needed */
    Value items[LINK_ITEMS];
    u32 count;
    bool is_running;
} Link;

typedef struct Tee {
    Obj h;
    Value link;
    u32 index;
} Tee;

static Value make_link(VM *vm, Value source) {
    Link *link =
        FIELDS_NEW(vm, vm->types[TYPE_itertools__tee_dataobject], Link, 2 + LINK_ITEMS);
    if (!link) return FAIL;
    link->source = incref(source);
    return from_object(link);
}

static Value refuse_link(VM *vm) {
    return raise_value(vm, "Invalid arguments");
}

/* For unpickling: (source, items so far, next link or None). */
static Value construct_link(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    CHECK(arguments_no_keywords(vm, "teedataobject", kwnames));
    CHECK(arguments_plain(vm, "teedataobject", nargs, EMPTY, 3, 3));
    if (!has_kind(args[1], KIND_LIST)) {
        return raise_type(vm, "teedataobject() argument 2 must be list, not %N", args[1]);
    }
    List *items = to_list(args[1]);
    bool is_full = items->count == LINK_ITEMS, is_last = args[2] == NONE;
    if (items->count > LINK_ITEMS || (!is_full && !is_last)) return refuse_link(vm);
    if (!is_last && !is_instance(vm, args[2], type)) return refuse_link(vm);
    OWNED Value link = TRY(make_link(vm, args[0]));
    Link *self = (Link *)link;
    for (usize i = 0; i < items->count; i++) self->items[i] = incref(items->items[i]);
    self->count = (u32)items->count;
    if (!is_last) self->next = incref(args[2]);
    return TAKE(link);
}

TYPE(itertools__tee_dataobject, .name = "itertools._tee_dataobject", .size = sizeof(Link),
     .kind = KIND_OTHER, .flags = TYPE_FINAL,
     .slots = {.new = construct_link, FIELDS_SLOTS},
     .doc = "Data container common to multiple tee objects.",
     .signature = "(it, values, next, /)")

/* Return state information for pickling. */
METHOD(itertools__tee_dataobject, __reduce__, "($self, /)") {
    Link *self = (Link *)args[0];
    CHECK(warn_pickle(vm));
    OWNED Value items = TRY(list_new(vm, self->count));
    for (u32 i = 0; i < self->count && self->items[i] != EMPTY; i++) {
        CHECK(list_push(vm, to_list(items), self->items[i]));
    }
    OWNED Value source = state_field(self->source), next = state_field(self->next);
    return reduced(vm, args[0], tuple_of(vm, 3, source, items, next), EMPTY);
}

static Value make_tee(VM *vm, Type *type, Value link, u32 index) {
    Tee *tee = FIELDS_NEW(vm, type, Tee, 1);
    if (!tee) return FAIL;
    tee->link = incref(link);
    tee->index = index;
    return from_object(tee);
}

/* A first walker over an iterable: a walker itself is already one. */
static Value tee_from(VM *vm, Value iterable) {
    Type *type = vm->types[TYPE_itertools__tee];
    OWNED Value iterator = TRY(object_iter(vm, iterable));
    if (is_instance(vm, iterator, type)) return TAKE(iterator);
    OWNED Value link = TRY(make_link(vm, iterator));
    return make_tee(vm, type, link, 0);
}

static Value copy_tee(VM *vm, Value v) {
    Tee *tee = (Tee *)to_object(v);
    return make_tee(vm, vm->types[TYPE_itertools__tee], tee->link, tee->index);
}

static Value construct(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    (void)type;
    CHECK(arguments_plain(vm, "_tee", nargs, kwnames, 1, 1));
    OWNED Value tee = TRY(tee_from(vm, args[0]));
    return tee == args[0] ? copy_tee(vm, tee) : TAKE(tee);
}

/* The item at the index (borrowed), taken from the source if need be. */
static Value item_at(VM *vm, Link *link, u32 index) {
    if (index < link->count) return link->items[index];
    if (link->source == EMPTY) return EMPTY;
    if (link->is_running) return raise_runtime(vm, "cannot re-enter the tee iterator");
    link->is_running = true;
    Value item = iter_next(vm, link->source);
    link->is_running = false;
    if (item != EMPTY && item != FAIL) link->items[link->count++] = item;
    return item;
}

static Value next_link(VM *vm, Link *link) {
    if (link->next == EMPTY) link->next = TRY(make_link(vm, link->source));
    return incref(link->next);
}

static Value next(VM *vm, Value v) {
    Tee *tee = (Tee *)v;
    if (tee->link == EMPTY) return EMPTY;
    if (tee->index == LINK_ITEMS) {
        replace(&tee->link, TRY(next_link(vm, (Link *)tee->link)));
        tee->index = 0;
    }
    OWNED Value link = incref(tee->link);
    Value item = TRY(item_at(vm, (Link *)link, tee->index));
    if (item != EMPTY) tee->index++;
    return incref(item);
}

TYPE(itertools__tee, .name = "itertools._tee", .size = sizeof(Tee), .kind = KIND_ITERATOR,
     .flags = TYPE_FINAL | TYPE_WEAKREFS,
     .slots = {.new = construct, FIELDS_SLOTS, .iter = iterator_self, .next = next},
     .doc = "Iterator wrapped to make it copyable.", .signature = "(iterable, /)")

/* Returns an independent iterator. */
METHOD(itertools__tee, __copy__, "($self, /)") {
    return copy_tee(vm, args[0]);
}

/* Return state information for pickling. */
METHOD(itertools__tee, __reduce__, "($self, /)") {
    Tee *self = (Tee *)args[0];
    CHECK(warn_pickle(vm));
    OWNED Value nothing = TRY(tuple_new(vm, 0)), link = state_field(self->link);
    OWNED Value state = TRY(tuple_of(vm, 2, link, from_small(self->index)));
    return reduced(vm, args[0], tuple_of(vm, 1, nothing), TAKE(state));
}

/* Set state information for unpickling. */
METHOD(itertools__tee, __setstate__, "($self, state, /) shown ($self, object, /)") {
    Tee *self = (Tee *)args[0];
    CHECK(warn_pickle(vm));
    Value parts[2];
    i64 index;
    CHECK(state_unpack(vm, args[1], 2, 2, parts));
    Type *link = vm->types[TYPE_itertools__tee_dataobject];
    if (!is_instance(vm, parts[0], link)) {
        return raise_state_argument(vm, 1, "itertools._tee_dataobject", parts[0]);
    }
    CHECK(object_to_i64(vm, parts[1], &index));
    if (index < 0 || index > LINK_ITEMS) return raise_value(vm, "Index out of range");
    u32 count = ((Link *)parts[0])->count;
    self->index = index > count ? count : (u32)index;
    replace(&self->link, incref(parts[0]));
    return NONE;
}

/* Returns a tuple of n independent iterators. */
FUNCTION(itertools, tee, "(iterable, n=2, /)") {
    i64 count = 2;
    if (args[1] != EMPTY) CHECK(object_to_i64(vm, args[1], &count));
    if (count < 0) return raise_value(vm, "n must be >= 0");
    OWNED Value tees = TRY(tuple_new(vm, (usize)count));
    for (i64 i = 0; i < count; i++) {
        Value first = to_tuple(tees)->items[0];
        to_tuple(tees)->items[i] = TRY(i ? copy_tee(vm, first) : tee_from(vm, args[0]));
    }
    return TAKE(tees);
}
