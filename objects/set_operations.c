/* Union, intersection and the others. Which set is walked and which is asked is as in
 * CPython: it shows in the order of the result and in which of two equal keys is kept. */
#include "objects/dict.h"
#include "objects/set_table.h"

static usize used(Value set) {
    return to_set(set)->used;
}

Value set_make_like(VM *vm, Value like, Value iterable) {
    return set_make(vm, vm->types[has_kind(like, KIND_SET) ? TYPE_set : TYPE_frozenset],
                    iterable);
}

/* The hash of an item just come from an iterator: 1, 0 at the end, -1. */
static int next_hashed(VM *vm, Value iterator, Value *item, u64 *hash) {
    *item = iter_next(vm, iterator);
    if (*item == EMPTY) return 0;
    if (*item == FAIL) return *item = EMPTY, -1;
    if (object_hash(vm, *item, hash)) return 1;
    decref(take(item));
    return -1;
}

Value set_union(VM *vm, Value self, Value other) {
    OWNED Value result = TRY(set_make_like(vm, self, self));
    if (self != other) CHECK(set_update(vm, to_set(result), other));
    return TAKE(result);
}

/* ---- intersection ---- */

/* Add to `result` the keys of `walked` that are in `asked`, or those that are not. */
static bool select_keys(VM *vm, Set *result, Set *walked, Set *asked, int wanted) {
    SetEntry *entry;
    for (usize at = 0; (entry = set_next(walked, &at));) {
        u64 hash = entry->hash;
        OWNED Value key = incref(entry->key);
        int found = set_contains_hashed(vm, asked, key, hash);
        if (found < 0) return false;
        if (found == wanted && !set_add_hashed(vm, result, key, hash)) return false;
    }
    return true;
}

static bool select_items(VM *vm, Set *result, Value iterable, Set *asked) {
    OWNED Value iterator = TRY_OR_FALSE(object_iter(vm, iterable));
    for (;;) {
        OWNED Value key = EMPTY;
        u64 hash;
        int more = next_hashed(vm, iterator, &key, &hash);
        if (more <= 0) return more == 0;
        int found = set_contains_hashed(vm, asked, key, hash);
        if (found < 0) return false;
        if (!found) continue;
        if (!set_add_hashed(vm, result, key, hash)) return false;
        if (result->used >= asked->used) return true;
    }
}

Value set_intersection(VM *vm, Value self, Value other) {
    if (self == other) return set_make_like(vm, self, self);
    OWNED Value result = TRY(set_make_like(vm, self, EMPTY));
    if (!is_set(other)) {
        CHECK(select_items(vm, to_set(result), other, to_set(self)));
        return TAKE(result);
    }
    bool walk_self = used(other) > used(self);
    Value walked = walk_self ? self : other, asked = walk_self ? other : self;
    CHECK(select_keys(vm, to_set(result), to_set(walked), to_set(asked), 1));
    return TAKE(result);
}

/* ---- difference ---- */

static bool discard_keys(VM *vm, Set *set, Set *other) {
    SetEntry *entry;
    for (usize at = 0; (entry = set_next(other, &at));) {
        OWNED Value key = incref(entry->key);
        if (set_discard_hashed(vm, set, key, entry->hash) < 0) return false;
    }
    return true;
}

static bool discard_items(VM *vm, Set *set, Value iterable) {
    OWNED Value iterator = TRY_OR_FALSE(object_iter(vm, iterable));
    for (;;) {
        OWNED Value key = TRY_OR_FALSE(iter_next(vm, iterator));
        if (key == EMPTY) return true;
        if (set_discard(vm, set, key) < 0) return false;
    }
}

bool set_subtract(VM *vm, Set *set, Value other) {
    Value self = from_object(set);
    if (self == other) return set_clear(vm, set), true;
    if (!is_set(other)) return discard_items(vm, set, other) && set_tidy(vm, set);
    /* Of a much larger set only what is in this one counts. */
    bool is_larger = used(other) >> 3 > set->used;
    OWNED Value walked = is_larger ? set_intersection(vm, self, other) : incref(other);
    return walked != FAIL && discard_keys(vm, set, to_set(walked)) && set_tidy(vm, set);
}

static Value copy_and_subtract(VM *vm, Value self, Value other) {
    OWNED Value result = TRY(set_make_like(vm, self, self));
    CHECK(set_subtract(vm, to_set(result), other));
    return TAKE(result);
}

static bool select_not_in_dict(VM *vm, Set *result, Set *walked, Dict *dict) {
    SetEntry *entry;
    for (usize at = 0; (entry = set_next(walked, &at));) {
        u64 hash = entry->hash;
        OWNED Value key = incref(entry->key);
        Value found = TRY_OR_FALSE(dict_get_hashed(vm, dict, key, hash));
        if (found == EMPTY && !set_add_hashed(vm, result, key, hash)) return false;
    }
    return true;
}

Value set_difference(VM *vm, Value self, Value other) {
    bool is_dict = has_exact_kind(other, KIND_DICT);
    if (!is_dict && !is_set(other)) return copy_and_subtract(vm, self, other);
    usize others = is_dict ? to_dict(other)->count : used(other);
    if (used(self) >> 2 > others) return copy_and_subtract(vm, self, other);
    OWNED Value result = TRY(set_make_like(vm, self, EMPTY));
    if (is_dict)
        CHECK(select_not_in_dict(vm, to_set(result), to_set(self), to_dict(other)));
    else
        CHECK(select_keys(vm, to_set(result), to_set(self), to_set(other), 0));
    return TAKE(result);
}

/* ---- symmetric difference ---- */

static bool toggle(VM *vm, Set *set, Value key, u64 hash) {
    OWNED Value held = incref(key);
    int found = set_discard_hashed(vm, set, held, hash);
    return found < 0 ? false : found || set_add_hashed(vm, set, held, hash);
}

static bool toggle_dict(VM *vm, Set *set, Dict *dict) {
    Value key, value;
    for (u32 at = 0; dict_next(dict, &at, &key, &value);) {
        if (!toggle(vm, set, key, dict_entry_hash(dict, at - 1))) return false;
    }
    return true;
}

bool set_toggle(VM *vm, Set *set, Value other) {
    Value self = from_object(set);
    if (self == other) return set_clear(vm, set), true;
    if (has_exact_kind(other, KIND_DICT)) return toggle_dict(vm, set, to_dict(other));
    OWNED Value walked = is_set(other) ? incref(other) : set_make_like(vm, self, other);
    if (walked == FAIL) return false;
    SetEntry *entry;
    for (usize at = 0; (entry = set_next(to_set(walked), &at));) {
        if (!toggle(vm, set, entry->key, entry->hash)) return false;
    }
    return true;
}

Value set_symmetric_difference(VM *vm, Value self, Value other) {
    OWNED Value result = TRY(set_make_like(vm, self, other));
    CHECK(set_toggle(vm, to_set(result), self));
    return TAKE(result);
}

/* ---- comparison ---- */

int set_is_subset(VM *vm, Value self, Value other) {
    if (used(self) > used(other)) return 0;
    SetEntry *entry;
    for (usize at = 0; (entry = set_next(to_set(self), &at));) {
        OWNED Value key = incref(entry->key);
        int found = set_contains_hashed(vm, to_set(other), key, entry->hash);
        if (found <= 0) return found;
    }
    return 1;
}

void set_swap(Set *a, Set *b) {
    Set old = *a;
    a->table = b->table == b->small ? a->small : b->table;
    b->table = old.table == a->small ? b->small : old.table;
    memcpy(a->small, b->small, sizeof a->small);
    memcpy(b->small, old.small, sizeof b->small);
    a->mask = b->mask, a->fill = b->fill, a->used = b->used, a->finger = b->finger;
    b->mask = old.mask, b->fill = old.fill, b->used = old.used, b->finger = old.finger;
    a->hash = b->hash = 0;
}
