/* The types set and frozenset: what operators do; the iterator. */
#include "objects/int.h"
#include "objects/iterator.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/sequence.h"
#include "objects/set_table.h"
#include "objects/show.h"
#include "objects/str.h"

/* ---- life ---- */

static Value make_set(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    return set_make(vm, type, EMPTY);
}

static bool init_set(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    Value iterable;
    if (!sequence_argument(vm, "set", true, args, nargs, kwnames, &iterable))
        return false;
    set_clear(vm, to_set(self));
    to_set(self)->hash = 0;
    return iterable == EMPTY || set_update(vm, to_set(self), iterable);
}

static Value make_frozenset(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    Type *plain = vm->types[TYPE_frozenset];
    bool is_plain = type == plain || type->slots.init == plain->slots.init;
    Value iterable;
    CHECK(sequence_argument(vm, "frozenset", is_plain, args, nargs, kwnames, &iterable));
    if (type == plain && has_exact_kind(iterable, KIND_FROZENSET))
        return incref(iterable);
    return set_make(vm, type, iterable);
}

static void free_set(VM *vm, Obj *self) {
    set_clear(vm, (Set *)self);
}

static void visit(Obj *self, Visitor *visitor) {
    SetEntry *entry;
    for (usize at = 0; (entry = set_next((Set *)self, &at));)
        visitor->visit(visitor, entry->key);
}

/* ---- what operators do ---- */

static Value show(VM *vm, Value self, Value items) {
    bool is_plain = to_object(self)->kind == KIND_SET;
    Buffer out = {0};
    if (!is_plain) buffer_printf(&out, "%s(", type_name_of(vm, self));
    buffer_add_char(&out, '{');
    bool ok = sequence_show(vm, items, &out);
    buffer_add_text(&out, is_plain ? "}" : "})");
    return show_finish(vm, &out, ok);
}

static Value repr(VM *vm, Value self) {
    int shown = repr_enter(vm, self);
    if (shown < 0) return FAIL;
    if (shown) return str_format(vm, "%s(...)", type_name_of(vm, self));
    Value text;
    if (!to_set(self)->used) {
        text = str_format(vm, "%s()", type_name_of(vm, self));
    } else {
        OWNED Value items = object_to_list(vm, self);
        text = items == FAIL ? FAIL : show(vm, self, items);
    }
    repr_leave(vm, self);
    return text;
}

static u64 shuffle_bits(u64 hash) {
    return (hash ^ 89869747 ^ hash << 16) * 3644798167;
}

/* Independent of the order of the items. */
static bool hash_frozenset(VM *vm, Value self, u64 *out) {
    Set *set = to_set(self);
    if (!set->hash) {
        u64 hash = 0;
        SetEntry *entry;
        for (usize at = 0; (entry = set_next(set, &at));)
            hash ^= shuffle_bits(entry->hash);
        hash ^= (set->used + 1) * 1927868237;
        hash ^= hash >> 11 ^ hash >> 25;
        hash = hash * 69069 + 907133923;
        set->hash = hash == (u64)-1 ? 590923713 : hash;
    }
    *out = set->hash;
    return true;
}

static int equal_sets(VM *vm, Value self, Value other) {
    if (to_set(self)->used != to_set(other)->used) return 0;
    u64 a = to_set(self)->hash, b = to_set(other)->hash;
    if (a && b && a != b) return 0;
    return set_is_subset(vm, self, other);
}

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    if (!is_set(other)) return NOT_IMPLEMENTED;
    usize mine = to_set(self)->used, theirs = to_set(other)->used;
    int holds = 0;
    switch (op) {
    case EQ:
    case NE: holds = equal_sets(vm, self, other); break;
    case LE: holds = set_is_subset(vm, self, other); break;
    case GE: holds = set_is_subset(vm, other, self); break;
    case LT: holds = mine < theirs ? set_is_subset(vm, self, other) : 0; break;
    case GT: holds = mine > theirs ? set_is_subset(vm, other, self) : 0; break;
    }
    return holds < 0 ? FAIL : from_bool(holds != (op == NE));
}

static i64 length(VM *vm, Value self) {
    return (i64)to_set(self)->used;
}

static int contains(VM *vm, Value self, Value key) {
    return set_contains_frozen(vm, self, key);
}

static Value operate(VM *vm, BinaryOp op, Value a, Value b) {
    if (!is_set(a) || !is_set(b)) return NOT_IMPLEMENTED;
    switch (op) {
    case BINARY_OR: return set_union(vm, a, b);
    case BINARY_AND: return set_intersection(vm, a, b);
    case BINARY_SUB: return set_difference(vm, a, b);
    case BINARY_XOR: return set_symmetric_difference(vm, a, b);
    default: return NOT_IMPLEMENTED;
    }
}

static Value operate_in_place(VM *vm, BinaryOp op, Value self, Value other) {
    if (!is_set(other)) return NOT_IMPLEMENTED;
    Set *set = to_set(self);
    switch (op) {
    case BINARY_OR: CHECK(set_update(vm, set, other)); break;
    case BINARY_SUB: CHECK(set_subtract(vm, set, other)); break;
    case BINARY_XOR: CHECK(set_toggle(vm, set, other)); break;
    case BINARY_AND: CHECK(set_intersect(vm, set, other)); break;
    default: return NOT_IMPLEMENTED;
    }
    return incref(self);
}

enum {
    SET_OPERATORS = CAN(BINARY_SUB) | CAN(BINARY_AND) | CAN(BINARY_OR) | CAN(BINARY_XOR),
};

#define SET_SLOTS                                                                   \
    .free = free_set, .visit = visit, .clear = free_set, .repr = repr,              \
    .compare = compare, .iter = set_iterator_new, .length = length, \
    .contains = contains, .binary = operate

TYPE(set, .name = "set",
     .signature = "(iterable=(), /)", .size = sizeof(Set), .kind = KIND_SET,
     .flags = TYPE_MATCH_SELF | TYPE_WEAKREFS,
     .binary_ops = SET_OPERATORS, .reflected_ops = SET_OPERATORS,
     .inplace_ops = SET_OPERATORS,
     .doc = "Build an unordered collection of unique elements.",
     .slots = {
         .new = make_set,
         .init = init_set,
         .inplace = operate_in_place,
         SET_SLOTS,
     })

TYPE(frozenset, .name = "frozenset",
     .signature = "(iterable=(), /)", .size = sizeof(Set), .kind = KIND_FROZENSET,
     .flags = TYPE_MATCH_SELF | TYPE_WEAKREFS, .binary_ops = SET_OPERATORS,
     .reflected_ops = SET_OPERATORS,
     .doc = "Build an immutable unordered collection of unique elements.",
     .slots = {.new = make_frozenset, .hash = hash_frozenset, SET_SLOTS})

/* ---- the iterator ---- */

typedef struct SetIterator {
    Obj h;
    Value set; /* EMPTY when exhausted */
    usize at, expected, left;
} SetIterator;

Value set_iterator_new(VM *vm, Value set) {
    Type *type = vm->types[TYPE_set_iterator];
    SetIterator *it = (SetIterator *)object_new_sized(vm, type, sizeof(SetIterator));
    if (!it) return FAIL;
    it->set = incref(set);
    it->at = 0;
    it->expected = it->left = to_set(set)->used;
    return from_object(it);
}

static Value next(VM *vm, Value self) {
    SetIterator *it = (SetIterator *)self;
    if (it->set == EMPTY) return EMPTY;
    Set *set = to_set(it->set);
    if (it->expected != set->used) {
        it->expected = SIZE_MAX; /* it will raise again */
        return raise_runtime(vm, "Set changed size during iteration");
    }
    SetEntry *entry = set_next(set, &it->at);
    if (entry) {
        it->left--;
        return incref(entry->key);
    }
    decref(take(&it->set));
    return EMPTY;
}

static void free_iterator(VM *vm, Obj *self) {
    decref(take(&((SetIterator *)self)->set));
}

static void visit_iterator(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((SetIterator *)self)->set);
}

TYPE(set_iterator, .name = "set_iterator", .size = sizeof(SetIterator),
     .kind = KIND_ITERATOR, .flags = TYPE_FINAL | TYPE_NO_NEW,
     .slots = {
         .free = free_iterator,
         .visit = visit_iterator,
         .clear = free_iterator,
         .iter = iterator_self,
         .next = next,
     })

/* Private method returning an estimate of len(list(it)). */
METHOD(set_iterator, __length_hint__, "($self, /)") {
    SetIterator *it = (SetIterator *)args[0];
    bool stands = it->set != EMPTY && it->expected == to_set(it->set)->used;
    return from_small(stands ? (i64)it->left : 0);
}

/* Return state information for pickling. */
METHOD(set_iterator, __reduce__, "($self, /)") {
    SetIterator *it = (SetIterator *)args[0];
    OWNED Value list = TRY(list_new(vm, 0));
    if (it->set != EMPTY) {
        OWNED Value other = TRY(set_iterator_new(vm, it->set));
        ((SetIterator *)other)->at = it->at;
        ((SetIterator *)other)->expected = it->expected;
        CHECK(list_extend(vm, to_list(list), other));
    }
    return iterator_reduce(vm, "iter", list, EMPTY);
}

static Value is_member(VM *vm, Value *args) {
    int found = contains(vm, args[0], args[1]);
    return found < 0 ? FAIL : from_bool(found);
}

/* x.__contains__(y) <==> y in x. */
METHOD(set, __contains__, "($self, object, /)") {
    return is_member(vm, args);
}

/* x.__contains__(y) <==> y in x. */
METHOD(frozenset, __contains__, "($self, object, /)") {
    return is_member(vm, args);
}
