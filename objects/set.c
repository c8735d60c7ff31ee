/* The table of set and frozenset.
 *
 * Where a key goes, and when and how far the table grows, decide the order in which a set
 * shows its items, so all of it is as in CPython: a short linear search from the hash's
 * place, then a jump; the last deleted place on the way is used again; the table grows
 * fourfold (twofold when large) when three fifths are filled. Comparing keys may run
 * script code that changes the set: then the search starts again. */
#include "objects/set.h"

#include "objects/dict.h"
#include "objects/int.h"
#include "objects/iterator.h"
#include "objects/native.h"
#include "objects/set_table.h"
#include "objects/str.h"

enum { LINEAR_PROBES = 9, PERTURB_SHIFT = 5, MIN_SIZE = COUNT_OF(((Set *)0)->small) };
enum { LARGE = 50000 };

static inline bool is_live(const SetEntry *entry) {
    return entry->key != EMPTY && entry->key != FAIL;
}

static void wipe(SetEntry *table, usize size) {
    for (usize i = 0; i < size; i++) table[i] = (SetEntry){EMPTY, 0};
}

void set_make_empty(Set *set) {
    wipe(set->small, MIN_SIZE);
    set->table = set->small;
    set->mask = MIN_SIZE - 1;
    set->fill = set->used = set->finger = 0;
    set->hash = 0;
}

/* ---- finding ---- */

/* 1: same; 0: other; 2: the comparison must be made by object_equal. */
static inline int compare_quickly(Value stored, Value key) {
    if (stored == key) return 1;
    if (are_small(stored, key)) return 0;
    if (has_exact_kind(stored, KIND_STR) && has_exact_kind(key, KIND_STR)) {
        return str_equal(stored, key);
    }
    return 2;
}

/* The entry of the key, or the free one that ends the search; NULL: failed. `*deleted`
 * becomes the last deleted entry on the way, or NULL. */
static SetEntry *search(VM *vm, Set *set, Value key, u64 hash, SetEntry **deleted) {
restart:
    *deleted = NULL;
    usize mask = set->mask, i = hash & mask;
    u64 perturb = hash;
    for (;;) {
        SetEntry *entry = &set->table[i];
        int probes = i + LINEAR_PROBES <= mask ? LINEAR_PROBES : 0;
        for (; probes >= 0; probes--, entry++) {
            if (entry->key == EMPTY) return entry;
            if (entry->key == FAIL) {
                *deleted = entry;
                continue;
            }
            if (entry->hash != hash) continue;
            int equal = compare_quickly(entry->key, key);
            if (equal == 1) return entry;
            if (equal == 0) continue;
            const SetEntry *table = set->table;
            OWNED Value stored = incref(entry->key);
            equal = object_equal(vm, stored, key);
            if (equal < 0) return NULL;
            if (set->table != table || set->mask != mask || entry->key != stored)
                goto restart;
            if (equal) return entry;
        }
        perturb >>= PERTURB_SHIFT;
        i = (i * 5 + 1 + perturb) & mask;
    }
}

static SetEntry *find(VM *vm, Set *set, Value key, u64 hash) {
    SetEntry *deleted;
    return search(vm, set, key, hash, &deleted);
}

/* Put a key that is not there into a table without deleted entries. */
static void insert_clean(SetEntry *table, usize mask, Value key, u64 hash) {
    usize i = hash & mask;
    u64 perturb = hash;
    for (;;) {
        SetEntry *entry = &table[i];
        int probes = i + LINEAR_PROBES <= mask ? LINEAR_PROBES : 0;
        for (; probes >= 0; probes--, entry++) {
            if (entry->key != EMPTY) continue;
            *entry = (SetEntry){key, hash};
            return;
        }
        perturb >>= PERTURB_SHIFT;
        i = (i * 5 + 1 + perturb) & mask;
    }
}

/* ---- size ---- */

/* Move the live entries to a table of more than `minimum` entries. */
static bool resize(VM *vm, Set *set, usize minimum) {
    usize size = MIN_SIZE;
    while (size <= minimum && size < PTRDIFF_MAX / 64) size <<= 1;
    SetEntry *old = set->table, copy[MIN_SIZE], *table = set->small;
    usize old_size = set->mask + 1;
    if (size == MIN_SIZE) {
        if (old == table && set->fill == set->used) return true;
        if (old == table) old = memcpy(copy, old, sizeof copy);
    } else if (!(table = heap_raw_alloc(&vm->heap, size * sizeof(SetEntry)))) {
        return raise_memory(vm), false;
    }
    wipe(table, size);
    set->table = table;
    set->mask = size - 1;
    set->fill = set->used;
    for (usize i = 0; i < old_size; i++) {
        if (is_live(&old[i])) insert_clean(table, size - 1, old[i].key, old[i].hash);
    }
    if (old != set->small && old != copy) {
        heap_raw_free(&vm->heap, old, old_size * sizeof(SetEntry));
    }
    return true;
}

static bool grow(VM *vm, Set *set) {
    return resize(vm, set, set->used > LARGE ? set->used * 2 : set->used * 4);
}

bool set_make_room(VM *vm, Set *set, usize more) {
    if ((set->fill + more) * 5 < set->mask * 3) return true;
    return resize(vm, set, (set->used + more) * 2);
}

bool set_tidy(VM *vm, Set *set) {
    return set->fill - set->used <= set->mask / 4 || grow(vm, set);
}

/* ---- keys with their hashes ---- */

bool set_add_hashed(VM *vm, Set *set, Value key, u64 hash) {
    SetEntry *deleted, *entry = search(vm, set, key, hash, &deleted);
    if (!entry) return false;
    if (entry->key != EMPTY) return true;
    set->used++;
    if (deleted) {
        *deleted = (SetEntry){incref(key), hash};
        return true;
    }
    set->fill++;
    *entry = (SetEntry){incref(key), hash};
    return set->fill * 5 < set->mask * 3 || grow(vm, set);
}

int set_contains_hashed(VM *vm, Set *set, Value key, u64 hash) {
    SetEntry *entry = find(vm, set, key, hash);
    return entry ? entry->key != EMPTY : -1;
}

int set_discard_hashed(VM *vm, Set *set, Value key, u64 hash) {
    SetEntry *entry = find(vm, set, key, hash);
    if (!entry || entry->key == EMPTY) return entry ? 0 : -1;
    Value old = entry->key;
    *entry = (SetEntry){FAIL, (u64)-1};
    set->used--;
    decref(old);
    return 1;
}

/* ---- keys ---- */

bool set_add(VM *vm, Set *set, Value key) {
    u64 hash;
    return object_hash(vm, key, &hash) && set_add_hashed(vm, set, key, hash);
}

int set_contains(VM *vm, Set *set, Value key) {
    u64 hash;
    return object_hash(vm, key, &hash) ? set_contains_hashed(vm, set, key, hash) : -1;
}

int set_discard(VM *vm, Set *set, Value key) {
    u64 hash;
    return object_hash(vm, key, &hash) ? set_discard_hashed(vm, set, key, hash) : -1;
}

void set_clear(VM *vm, Set *set) {
    if (!set->fill && set->table == set->small) return;
    Set old = *set;
    if (old.table == set->small) old.table = old.small;
    set_make_empty(set);
    for (usize i = 0; i <= old.mask; i++) {
        if (is_live(&old.table[i])) decref(old.table[i].key);
    }
    if (old.table != old.small) {
        heap_raw_free(&vm->heap, old.table, (old.mask + 1) * sizeof(SetEntry));
    }
}

SetEntry *set_next(Set *set, usize *at) {
    while (*at <= set->mask) {
        SetEntry *entry = &set->table[(*at)++];
        if (is_live(entry)) return entry;
    }
    return NULL;
}

Value set_pop(VM *vm, Set *set) {
    if (!set->used) return EMPTY;
    usize i = set->finger & set->mask;
    while (!is_live(&set->table[i])) i = (i + 1) & set->mask;
    Value key = set->table[i].key;
    set->table[i] = (SetEntry){FAIL, (u64)-1};
    set->used--;
    set->finger = i + 1;
    return key;
}

/* ---- filling ---- */

/* Into a set that has never held anything, from one without deleted entries: the same
 * table. */
static void copy_table(Set *set, const Set *other) {
    for (usize i = 0; i <= other->mask; i++) {
        set->table[i] = other->table[i];
        incref(set->table[i].key);
    }
    set->fill = other->fill;
    set->used = other->used;
}

static void fill_clean(Set *set, Set *other) {
    set->fill = set->used = other->used;
    for (usize at = 0; at <= other->mask; at++) {
        SetEntry *entry = &other->table[at];
        if (is_live(entry))
            insert_clean(set->table, set->mask, incref(entry->key), entry->hash);
    }
}

static bool merge_set(VM *vm, Set *set, Set *other) {
    if (other == set || !other->used) return true;
    if (!set_make_room(vm, set, other->used)) return false;
    if (!set->fill) {
        bool same = set->mask == other->mask && other->fill == other->used;
        if (same)
            copy_table(set, other);
        else
            fill_clean(set, other);
        return true;
    }
    SetEntry *entry;
    for (usize at = 0; (entry = set_next(other, &at));) {
        OWNED Value key = incref(entry->key);
        if (!set_add_hashed(vm, set, key, entry->hash)) return false;
    }
    return true;
}

static bool merge_dict(VM *vm, Set *set, Dict *dict) {
    if (!set_make_room(vm, set, dict->count)) return false;
    Value key, value;
    for (u32 at = 0; dict_next(dict, &at, &key, &value);) {
        OWNED Value held = incref(key);
        if (!set_add_hashed(vm, set, held, dict_entry_hash(dict, at - 1))) return false;
    }
    return true;
}

bool set_update(VM *vm, Set *set, Value iterable) {
    if (is_set(iterable)) return merge_set(vm, set, to_set(iterable));
    if (has_exact_kind(iterable, KIND_DICT))
        return merge_dict(vm, set, to_dict(iterable));
    OWNED Value iterator = TRY_OR_FALSE(object_iter(vm, iterable));
    for (;;) {
        OWNED Value key = TRY_OR_FALSE(iter_next_quick(vm, iterator));
        if (key == EMPTY) return true;
        if (!set_add(vm, set, key)) return false;
    }
}

/* ---- making ---- */

Value set_make(VM *vm, Type *type, Value iterable) {
    Set *set = (Set *)object_new(vm, type);
    if (!set) return FAIL;
    set_make_empty(set);
    OWNED Value result = from_object(set);
    if (iterable != EMPTY) CHECK(set_update(vm, set, iterable));
    return TAKE(result);
}

Value set_new(VM *vm, Value iterable) {
    return set_make(vm, vm->types[TYPE_set], iterable);
}

Value frozenset_new(VM *vm, Value iterable) {
    return set_make(vm, vm->types[TYPE_frozenset], iterable);
}
