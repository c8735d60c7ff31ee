/* itertools.groupby: groups share the iterator; only the newest group may take items from
 * it. */
#include "objects/iterator.h"
#include "objects/tuple.h"
#include "stdlib/fields.h"

typedef struct GroupBy {
    Obj h;
    Value iterator, function; /* function NONE: the item itself */
    Value group_key;          /* of the group that was given last */
    Value key, item;          /* the newest item, not yet given; EMPTY: none */
    const Obj *newest;        /* group; only compared */
} GroupBy;

typedef struct Group {
    Obj h;
    Value parent, key;
} Group;

static Value construct(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"iterable", "key", NULL};
    static const Arguments spec = {
        .function = "groupby", .names = names, .positional = 2, .required = 1};
    Value bound[2];
    CHECK(arguments_bind(vm, &spec, args, nargs, kwnames, bound));
    OWNED Value iterator = TRY(object_iter(vm, bound[0]));
    GroupBy *self = FIELDS_NEW(vm, type, GroupBy, 5);
    if (!self) return FAIL;
    self->iterator = TAKE(iterator);
    self->function = bound[1] == EMPTY ? NONE : incref(bound[1]);
    return from_object(self);
}

/* Take an item: 1, 0 at the end, -1. */
static int step(VM *vm, GroupBy *self) {
    if (self->iterator == EMPTY) return 0;
    OWNED Value iterator = incref(self->iterator), function = incref(self->function);
    OWNED Value item = iter_next(vm, iterator);
    if (item == EMPTY || item == FAIL) return item == EMPTY ? 0 : -1;
    OWNED Value key = function == NONE ? incref(item) : call_1(vm, function, item);
    if (key == FAIL) return -1;
    replace(&self->item, TAKE(item));
    replace(&self->key, TAKE(key));
    return 1;
}

static int keys_equal(VM *vm, Value a, Value b) {
    OWNED Value first = incref(a), second = incref(b); /* comparing may run a script */
    return object_equal(vm, first, second);
}

/* Skip what is left of the last group: 1 when a new one begins, 0 at the end, -1. */
static int find_group(VM *vm, GroupBy *self) {
    for (;;) {
        if (self->key != EMPTY) {
            if (self->group_key == EMPTY) return 1;
            int is_same = keys_equal(vm, self->group_key, self->key);
            if (is_same <= 0) return is_same < 0 ? -1 : 1;
        }
        int stepped = step(vm, self);
        if (stepped <= 0) return stepped;
    }
}

static Value make_group(VM *vm, GroupBy *parent) {
    Group *group = FIELDS_NEW(vm, vm->types[TYPE_itertools__grouper], Group, 2);
    if (!group) return FAIL;
    group->parent = incref(from_object(parent));
    group->key = incref(parent->group_key);
    parent->newest = &group->h;
    return from_object(group);
}

static Value next(VM *vm, Value v) {
    GroupBy *self = (GroupBy *)v;
    self->newest = NULL;
    int found = find_group(vm, self);
    if (found <= 0) return found ? FAIL : EMPTY;
    replace(&self->group_key, incref(self->key));
    OWNED Value group = TRY(make_group(vm, self));
    return tuple_of(vm, 2, self->key, group);
}

TYPE(itertools_groupby, .name = "itertools.groupby", .size = sizeof(GroupBy),
     .kind = KIND_ITERATOR,
     .slots = {.new = construct, FIELDS_SLOTS, .iter = iterator_self, .next = next},
     .doc =
         "make an iterator that returns consecutive keys and groups from the iterable\n\n"
         "  iterable\n"
         "    Elements to divide into groups according to the key function.\n"
         "  key\n"
         "    A function for computing the group category for each element.\n"
         "    If the key function is not specified or is None, the element itself\n"
         "    is used for grouping.",
     .signature = "(iterable, key=None)")

static Value next_in_group(VM *vm, Value v) {
    Group *group = (Group *)v;
    if (group->parent == EMPTY) return EMPTY;
    OWNED Value held = incref(group->parent);
    GroupBy *parent = (GroupBy *)held;
    if (parent->newest != &group->h) return EMPTY;
    if (parent->item == EMPTY) {
        int stepped = step(vm, parent);
        if (stepped <= 0) return stepped ? FAIL : EMPTY;
    }
    int is_same = keys_equal(vm, group->key, parent->key);
    if (is_same <= 0) return is_same < 0 ? FAIL : EMPTY;
    replace(&parent->key, EMPTY);
    return take(&parent->item);
}

TYPE(itertools__grouper, .name = "itertools._grouper", .size = sizeof(Group),
     .kind = KIND_ITERATOR, .flags = TYPE_FINAL | TYPE_NO_NEW,
     .slots = {FIELDS_SLOTS, .iter = iterator_self, .next = next_in_group})
