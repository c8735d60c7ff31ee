/* The methods of set and frozenset. */
#include "objects/generic_alias.h"
#include "objects/native.h"
#include "objects/set_table.h"
#include "objects/tuple.h"

/* ---- asking with a set as key: it is hashed as the frozenset of its items ---- */

/* Run `ask`; if the key is a set and has no hash, once more with a frozenset in its
 * place. */
static int ask_frozen(VM *vm, Set *set, Value key,
                      int (*ask)(VM *vm, Set *set, Value key)) {
    int found = ask(vm, set, key);
    if (found >= 0 || !has_kind(key, KIND_SET)) return found;
    if (!exception_matches(vm, EXC(TypeError))) return -1;
    exception_clear(vm);
    OWNED Value frozen = frozenset_new(vm, key);
    return frozen == FAIL ? -1 : ask(vm, set, frozen);
}

int set_contains_frozen(VM *vm, Value self, Value key) {
    return ask_frozen(vm, to_set(self), key, set_contains);
}

bool set_intersect(VM *vm, Set *set, Value other) {
    OWNED Value common = TRY_OR_FALSE(set_intersection(vm, from_object(set), other));
    set_swap(set, to_set(common));
    return true;
}

/* ---- what both types have ---- */

static Value copy(VM *vm, Value self) {
    return set_make_like(vm, self, self);
}

static Value unite(VM *vm, Value *args, u32 nargs) {
    OWNED Value result = TRY(copy(vm, args[0]));
    for (u32 i = 1; i < nargs; i++) {
        if (args[i] != args[0]) CHECK(set_update(vm, to_set(result), args[i]));
    }
    return TAKE(result);
}

static Value intersect(VM *vm, Value *args, u32 nargs) {
    if (nargs == 1) return copy(vm, args[0]);
    OWNED Value result = incref(args[0]);
    for (u32 i = 1; i < nargs; i++) {
        replace(&result, TRY(set_intersection(vm, result, args[i])));
    }
    return TAKE(result);
}

static Value subtract(VM *vm, Value *args, u32 nargs) {
    if (nargs == 1) return copy(vm, args[0]);
    OWNED Value result = TRY(set_difference(vm, args[0], args[1]));
    for (u32 i = 2; i < nargs; i++) CHECK(set_subtract(vm, to_set(result), args[i]));
    return TAKE(result);
}

static Value share_no_key(VM *vm, Set *walked, Set *asked) {
    SetEntry *entry;
    for (usize at = 0; (entry = set_next(walked, &at));) {
        OWNED Value key = incref(entry->key);
        int found = set_contains_hashed(vm, asked, key, entry->hash);
        if (found) return found < 0 ? FAIL : FALSE;
    }
    return TRUE;
}

static Value is_disjoint(VM *vm, Value self, Value other) {
    Set *set = to_set(self);
    if (self == other) return from_bool(set->used == 0);
    if (has_exact_kind(other, KIND_SET) || has_exact_kind(other, KIND_FROZENSET)) {
        bool walk_self = to_set(other)->used > set->used;
        return walk_self ? share_no_key(vm, set, to_set(other))
                         : share_no_key(vm, to_set(other), set);
    }
    OWNED Value iterator = TRY(object_iter(vm, other));
    for (;;) {
        OWNED Value key = TRY(iter_next(vm, iterator));
        if (key == EMPTY) return TRUE;
        int found = set_contains(vm, set, key);
        if (found) return found < 0 ? FAIL : FALSE;
    }
}

static Value is_subset(VM *vm, Value self, Value other) {
    int holds;
    if (is_set(other)) {
        holds = set_is_subset(vm, self, other);
    } else {
        OWNED Value common = TRY(set_intersection(vm, self, other));
        holds = to_set(common)->used == to_set(self)->used;
    }
    return holds < 0 ? FAIL : from_bool(holds);
}

static Value is_superset(VM *vm, Value self, Value other) {
    if (is_set(other)) return is_subset(vm, other, self);
    OWNED Value iterator = TRY(object_iter(vm, other));
    for (;;) {
        OWNED Value key = TRY(iter_next(vm, iterator));
        if (key == EMPTY) return TRUE;
        int found = set_contains(vm, to_set(self), key);
        if (found <= 0) return found < 0 ? FAIL : FALSE;
    }
}

/* (type, ([items],), attributes) */
static Value reduce(VM *vm, Value self) {
    OWNED Value items = TRY(object_to_list(vm, self));
    OWNED Value arguments = TRY(tuple_of(vm, 1, items));
    OWNED Value state = TRY(call_method_0(vm, self, NAME(__getstate__)));
    Value type = from_object(type_of(vm, self));
    return tuple_of(vm, 3, type, arguments, state);
}

/* ---- set ---- */

/* Add an element to a set.
 *
 * This has no effect if the element is already present. */
METHOD(set, add, "($self, object, /)") {
    CHECK(set_add(vm, to_set(args[0]), args[1]));
    return NONE;
}

/* Remove all elements from this set. */
METHOD(set, clear, "($self, /)") {
    set_clear(vm, to_set(args[0]));
    return NONE;
}

/* Return a shallow copy of a set. */
METHOD(set, copy, "($self, /)") {
    return copy(vm, args[0]);
}

/* Remove an element from a set if it is a member.
 *
 * Unlike set.remove(), the discard() method does not raise
 * an exception when an element is missing from the set. */
METHOD(set, discard, "($self, object, /)") {
    return ask_frozen(vm, to_set(args[0]), args[1], set_discard) < 0 ? FAIL : NONE;
}

/* Remove an element from a set; it must be a member.
 *
 * If the element is not a member, raise a KeyError. */
METHOD(set, remove, "($self, object, /)") {
    int found = ask_frozen(vm, to_set(args[0]), args[1], set_discard);
    if (found == 0) return raise_key(vm, args[1]);
    return found < 0 ? FAIL : NONE;
}

/* Remove and return an arbitrary set element.
 *
 * Raises KeyError if the set is empty. */
METHOD(set, pop, "($self, /)") {
    Value key = set_pop(vm, to_set(args[0]));
    if (key != EMPTY) return key;
    return raise_format(vm, EXC(KeyError), "pop from an empty set");
}

/* Update the set, adding elements from all others. */
METHOD(set, update, "($self, /, *others)") {
    for (u32 i = 1; i < nargs; i++) CHECK(set_update(vm, to_set(args[0]), args[i]));
    return NONE;
}

/* Update the set, keeping only elements found in it and all others. */
METHOD(set, intersection_update, "($self, /, *others)") {
    OWNED Value common = TRY(intersect(vm, args, nargs));
    set_swap(to_set(args[0]), to_set(common));
    return NONE;
}

/* Update the set, removing elements found in others. */
METHOD(set, difference_update, "($self, /, *others)") {
    for (u32 i = 1; i < nargs; i++) CHECK(set_subtract(vm, to_set(args[0]), args[i]));
    return NONE;
}

/* Update the set, keeping only elements found in either set, but not in both. */
METHOD(set, symmetric_difference_update, "($self, other, /)") {
    CHECK(set_toggle(vm, to_set(args[0]), args[1]));
    return NONE;
}

/* Return a new set with elements from the set and all others. */
METHOD(set, union, "($self, /, *others)") {
    return unite(vm, args, nargs);
}

/* Return a new set with elements common to the set and all others. */
METHOD(set, intersection, "($self, /, *others)") {
    return intersect(vm, args, nargs);
}

/* Return a new set with elements in the set that are not in the others. */
METHOD(set, difference, "($self, /, *others)") {
    return subtract(vm, args, nargs);
}

/* Return a new set with elements in either the set or other but not both. */
METHOD(set, symmetric_difference, "($self, other, /)") {
    return set_symmetric_difference(vm, args[0], args[1]);
}

/* Return True if two sets have a null intersection. */
METHOD(set, isdisjoint, "($self, other, /)") {
    return is_disjoint(vm, args[0], args[1]);
}

/* Report whether another set contains this set. */
METHOD(set, issubset, "($self, other, /)") {
    return is_subset(vm, args[0], args[1]);
}

/* Report whether this set contains another set. */
METHOD(set, issuperset, "($self, other, /)") {
    return is_superset(vm, args[0], args[1]);
}

/* Return state information for pickling. */
METHOD(set, __reduce__, "($self, /)") {
    return reduce(vm, args[0]);
}

/* ---- frozenset ---- */

/* Return a shallow copy of a set. */
METHOD(frozenset, copy, "($self, /)") {
    return has_exact_kind(args[0], KIND_FROZENSET) ? incref(args[0]) : copy(vm, args[0]);
}

/* Return a new set with elements from the set and all others. */
METHOD(frozenset, union, "($self, /, *others)") {
    return unite(vm, args, nargs);
}

/* Return a new set with elements common to the set and all others. */
METHOD(frozenset, intersection, "($self, /, *others)") {
    return intersect(vm, args, nargs);
}

/* Return a new set with elements in the set that are not in the others. */
METHOD(frozenset, difference, "($self, /, *others)") {
    return subtract(vm, args, nargs);
}

/* Return a new set with elements in either the set or other but not both. */
METHOD(frozenset, symmetric_difference, "($self, other, /)") {
    return set_symmetric_difference(vm, args[0], args[1]);
}

/* Return True if two sets have a null intersection. */
METHOD(frozenset, isdisjoint, "($self, other, /)") {
    return is_disjoint(vm, args[0], args[1]);
}

/* Report whether another set contains this set. */
METHOD(frozenset, issubset, "($self, other, /)") {
    return is_subset(vm, args[0], args[1]);
}

/* Report whether this set contains another set. */
METHOD(frozenset, issuperset, "($self, other, /)") {
    return is_superset(vm, args[0], args[1]);
}

/* Return state information for pickling. */
METHOD(frozenset, __reduce__, "($self, /)") {
    return reduce(vm, args[0]);
}

/* See PEP 585 */
CLASS_METHOD(set, __class_getitem__, "($type, object, /)") {
    return generic_alias_new(vm, args[0], args[1]);
}

/* See PEP 585 */
CLASS_METHOD(frozenset, __class_getitem__, "($type, object, /)") {
    return generic_alias_new(vm, args[0], args[1]);
}
