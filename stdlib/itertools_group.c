/* itertools.groupby: groups share the iterator; only the newest group may take items from
 * it. */
#include "objects/iterator.h"
#include "objects/tuple.h"
#include "stdlib/fields.h"
#include "stdlib/itertools_state.h"

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

static Value make_group(VM *vm, GroupBy *parent, Value key) {
    Group *group = FIELDS_NEW(vm, vm->types[TYPE_itertools__grouper], Group, 2);
    if (!group) return FAIL;
    group->parent = incref(from_object(parent));
    group->key = incref(key);
    parent->newest = &group->h;
    return from_object(group);
}

static Value next(VM *vm, Value v) {
    GroupBy *self = (GroupBy *)v;
    self->newest = NULL;
    int found = find_group(vm, self);
    if (found <= 0) return found ? FAIL : EMPTY;
    replace(&self->group_key, incref(self->key));
    OWNED Value group = TRY(make_group(vm, self, self->group_key));
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

/* Return state information for pickling. */
METHOD(itertools_groupby, __reduce__, "($self, /)") {
    GroupBy *self = (GroupBy *)args[0];
    CHECK(warn_pickle(vm));
    OWNED Value iterator = state_field(self->iterator);
    OWNED Value function = state_field(self->function);
    OWNED Value state = EMPTY;
    if (self->key != EMPTY && self->item != EMPTY && self->group_key != EMPTY) {
        state = TRY(tuple_of(vm, 3, self->key, self->item, self->group_key));
    }
    return reduced(vm, args[0], tuple_of(vm, 2, iterator, function), TAKE(state));
}

/* Set state information for unpickling. */
METHOD(itertools_groupby, __setstate__, "($self, state, /) shown ($self, object, /)") {
    GroupBy *self = (GroupBy *)args[0];
    CHECK(warn_pickle(vm));
    Value parts[3];
    CHECK(state_unpack(vm, args[1], 3, 3, parts));
    replace(&self->key, incref(parts[0]));
    replace(&self->item, incref(parts[1]));
    replace(&self->group_key, incref(parts[2]));
    return NONE;
}

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

/* For unpickling: the newest group of a groupby. */
static Value construct_group(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    (void)type;
    CHECK(arguments_plain(vm, "_grouper", nargs, kwnames, 2, 2));
    Type *parent = vm->types[TYPE_itertools_groupby];
    if (is_instance(vm, args[0], parent)) return make_group(vm, (GroupBy *)args[0], args[1]);
    return raise_type(vm, "_grouper() argument 1 must be itertools.groupby, not %N", args[0]);
}

TYPE(itertools__grouper, .name = "itertools._grouper", .size = sizeof(Group),
     .kind = KIND_ITERATOR, .flags = TYPE_FINAL,
     .slots = {.new = construct_group,
               FIELDS_SLOTS,
               .iter = iterator_self,
               .next = next_in_group},
     .signature = "(parent, tgtkey, /)")

/* Return state information for pickling. */
METHOD(itertools__grouper, __reduce__, "($self, /)") {
    Group *group = (Group *)args[0];
    CHECK(warn_pickle(vm));
    if (group->parent == EMPTY || ((GroupBy *)group->parent)->newest != &group->h) {
        OWNED Value nothing = TRY(tuple_new(vm, 0));
        return iterator_reduce(vm, "iter", nothing, EMPTY);
    }
    return reduced(vm, args[0], tuple_of(vm, 2, group->parent, group->key), EMPTY);
}
