/* itertools.tee: iterators that walk along a chain of links, each with some items. The
 * one ahead takes items from the source and adds links; links that all have passed are
 * released. */
#include "objects/iterator.h"
#include "objects/tuple.h"
#include "stdlib/fields.h"

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

TYPE(itertools__tee_dataobject, .name = "itertools._tee_dataobject", .size = sizeof(Link),
     .kind = KIND_OTHER, .flags = TYPE_FINAL | TYPE_NO_NEW, .slots = {FIELDS_SLOTS},
     .doc = "Data container common to multiple tee objects.")

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
