#include "objects/dict.h"

#include "objects/int.h"
#include "objects/native.h"
#include "objects/str.h"

/* A table is one block of memory: the entries, then the indices. Probing starts at the
 * top bits of the hash times an odd number and goes on by triangular numbers, which meet
 * every slot once. When and how far a table grows is as in CPython, so that a dict that
 * is changed while it is walked shows the same entries. Comparing keys may run script
 * code that changes the dict: after each such call the search looks whether the entry
 * still stands, and starts again if not. */

enum { MIN_LOG2 = 3, MAX_LOG2 = 31, LOG2_OF_U8 = 8, LOG2_OF_U16 = 16 };
enum { ABSENT = -1, FAILED = -2, OTHER = -3 };

static inline u32 capacity_of(u8 log2_size) {
    return (u32)(((u64)2 << log2_size) / 3);
}

static usize block_size(u8 log2_size) {
    usize width = log2_size <= LOG2_OF_U8 ? 1 : log2_size <= LOG2_OF_U16 ? 2 : 4;
    return capacity_of(log2_size) * sizeof(DictEntry) + (width << log2_size);
}

static usize hashes_size(const Dict *dict) {
    return capacity_of(dict->log2_size) * sizeof(u64);
}

/* A slot holds the index of an entry in its low bits, as many as the size of the table has, and above them as much of
 * the entry's hash as its width leaves: most entries that are not meant are passed by without a look at them. The two
 * highest indices, which no entry has, stand for FREE and DELETED. */
static ALWAYS_INLINE u32 slot_read(const Dict *dict, u32 width, usize slot) {
    if (width == 1) return ((const u8 *)dict->indices)[slot];
    if (width == 2) return ((const u16 *)dict->indices)[slot];
    return ((const u32 *)dict->indices)[slot];
}

static inline u32 width_of(const Dict *dict) {
    return dict->log2_size <= LOG2_OF_U8 ? 1 : dict->log2_size <= LOG2_OF_U16 ? 2 : 4;
}

static inline u32 slot_get(const Dict *dict, usize slot) {
    return slot_read(dict, width_of(dict), slot);
}

static inline void slot_set(Dict *dict, usize slot, u32 word) {
    if (dict->log2_size <= LOG2_OF_U8)
        ((u8 *)dict->indices)[slot] = (u8)word;
    else if (dict->log2_size <= LOG2_OF_U16)
        ((u16 *)dict->indices)[slot] = (u16)word;
    else
        ((u32 *)dict->indices)[slot] = word;
}

static inline u32 mask_of(const Dict *dict) {
    return (u32)(((u64)1 << dict->log2_size) - 1);
}

/* What the slot of an entry holds. */
static inline u32 slot_word(u32 mask, u32 index, u64 hash) {
    return ((u32)hash & ~mask) | index;
}

/* ---- hashes ---- */

/* Keys of tables without stored hashes: comparing and hashing them never runs script
 * code. */
static inline bool is_simple(Value key) {
    return is_small(key) || has_exact_kind(key, KIND_STR);
}

static inline bool hash_key(VM *vm, Value key, u64 *hash) {
    if (has_exact_kind(key, KIND_STR)) return *hash = str_hash(vm, key), true;
    if (is_small(key)) return *hash = int_hash_small(to_small(key)), true;
    return object_hash(vm, key, hash);
}

static inline u64 hash_of_entry(const Dict *dict, u32 index) {
    if (dict->hashes) return dict->hashes[index];
    Value key = dict->entries[index].key;
    return is_small(key) ? int_hash_small(to_small(key)) : to_str(key)->hash;
}

u64 dict_entry_hash(Dict *dict, u32 index) {
    return hash_of_entry(dict, index);
}

/* The low bits are taken as they are, so that ints that follow each other lie side by side; what is above them is
 * scattered over the table, so that multiples of whatever number meet as seldom as others. */
static inline usize first_slot(const Dict *dict, u64 hash) {
    u32 bits = dict->log2_size;
    usize mask = ((usize)1 << bits) - 1;
    return (hash ^ (hash >> bits) * 0x9E3779B97F4A7C15 >> (64 - bits)) & mask;
}

/* The first slot of the hash's way that holds no entry. */
static usize free_slot(const Dict *dict, u64 hash) {
    u32 mask = mask_of(dict);
    usize slot = first_slot(dict, hash);
    for (usize step = 1; (slot_get(dict, slot) & mask) < mask - 1; step++) {
        slot = (slot + step) & mask;
    }
    return slot;
}

static usize slot_of_entry(const Dict *dict, u32 index) {
    u32 mask = mask_of(dict);
    usize slot = first_slot(dict, hash_of_entry(dict, index));
    for (usize step = 1; (slot_get(dict, slot) & mask) != index; step++)
        slot = (slot + step) & mask;
    return slot;
}

/* A walk over the slots where an entry with some hash can be: what they hold besides its index, in slots of `width`
 * bytes. */
typedef struct Probe {
    usize slot, step;
    u32 width, mask, tag;
} Probe;

static ALWAYS_INLINE Probe probe_start(const Dict *dict, u64 hash, u32 width) {
    u32 mask = mask_of(dict), bits = UINT32_MAX >> (32 - 8 * width);
    return (Probe){first_slot(dict, hash), 1, width, mask, (u32)hash & bits & ~mask};
}

static ALWAYS_INLINE void probe_advance(Probe *probe) {
    probe->slot = (probe->slot + probe->step++) & probe->mask;
}

/* The index of the entry at the slot, if it may have the hash; ABSENT: the walk is at its end; OTHER: go on. */
static ALWAYS_INLINE i64 probe_look(const Dict *dict, const Probe *probe) {
    u32 word = slot_read(dict, probe->width, probe->slot), index = word & probe->mask;
    if ((word ^ index) == probe->tag && LIKELY(index < probe->mask - 1)) return index;
    return index == probe->mask ? ABSENT : OTHER;
}

/* ---- finding ---- */

static inline bool is_same_text(Value a, Value b) {
    if (to_object(a)->aux & to_object(b)->aux & STR_INTERNED) return false;
    return to_str(a)->hash == to_str(b)->hash && str_equal(a, b);
}

static ALWAYS_INLINE i64 find_in_slots(const Dict *dict, Value key, u64 hash, u32 width) {
    bool is_text = !is_small(key);
    for (Probe probe = probe_start(dict, hash, width);; probe_advance(&probe)) {
        i64 index = probe_look(dict, &probe);
        if (index == OTHER) continue;
        if (index == ABSENT) return ABSENT;
        Value other = dict->entries[index].key;
        if (other == key) return index;
        if (is_text && !is_small(other) && is_same_text(other, key)) return index;
    }
}

/* A simple key in a table of simple keys. */
static i64 find_simple(const Dict *dict, Value key, u64 hash) {
    if (!dict->count) return ABSENT;
    if (dict->log2_size <= LOG2_OF_U8) return find_in_slots(dict, key, hash, 1);
    if (dict->log2_size <= LOG2_OF_U16) return find_in_slots(dict, key, hash, 2);
    return find_in_slots(dict, key, hash, 4);
}

/* Does entry `index` still hold `key`, in the table that was there before script code
 * ran? */
static bool still_stands(const Dict *dict, const Dict *before, u32 index, Value key) {
    return dict->entries == before->entries && dict->log2_size == before->log2_size &&
           index < dict->used && dict->entries[index].key == key;
}

static int compare_keys(VM *vm, Value stored, Value key) {
    if (has_exact_kind(stored, KIND_STR) && has_exact_kind(key, KIND_STR)) {
        return str_equal(stored, key);
    }
    return object_equal(vm, stored, key);
}

/* Any key in any table. */
static i64 find_general(VM *vm, Dict *dict, Value key, u64 hash) {
restart:
    if (!dict->count) return ABSENT;
    Dict before = *dict;
    for (Probe probe = probe_start(dict, hash, width_of(dict));; probe_advance(&probe)) {
        i64 index = probe_look(dict, &probe);
        if (index == OTHER) continue;
        if (index == ABSENT) return ABSENT;
        Value stored = dict->entries[index].key;
        if (stored == key) return index;
        if (hash_of_entry(dict, (u32)index) != hash) continue;
        OWNED Value held = incref(stored);
        int equal = compare_keys(vm, held, key);
        if (equal < 0) return FAILED;
        if (!still_stands(dict, &before, (u32)index, stored)) goto restart;
        if (equal) return index;
    }
}

static inline i64 find(VM *vm, Dict *dict, Value key, u64 hash) {
    if (LIKELY(!dict->hashes) && is_simple(key)) return find_simple(dict, key, hash);
    return find_general(vm, dict, key, hash);
}

/* Like find for a str, but compares with other strs only, so that no script code runs. */
static i64 find_str(const Dict *dict, Value str, u64 hash) {
    if (LIKELY(!dict->hashes)) return find_simple(dict, str, hash);
    if (!dict->count) return ABSENT;
    for (Probe probe = probe_start(dict, hash, width_of(dict));; probe_advance(&probe)) {
        i64 index = probe_look(dict, &probe);
        if (index == OTHER) continue;
        if (index == ABSENT) return ABSENT;
        if (dict->hashes[index] != hash) continue;
        Value other = dict->entries[index].key;
        if (other == str || (is_str(other) && str_equal(other, str))) return index;
    }
}

i64 dict_find(VM *vm, Dict *dict, Value key) {
    u64 hash;
    return hash_key(vm, key, &hash) ? find(vm, dict, key, hash) : FAILED;
}

static inline Value value_at(const Dict *dict, i64 index) {
    return LIKELY(index >= 0) ? dict->entries[index].value
           : index == ABSENT  ? EMPTY
                              : FAIL;
}

Value dict_get(VM *vm, Dict *dict, Value key) {
    return value_at(dict, dict_find(vm, dict, key));
}

Value dict_get_hashed(VM *vm, Dict *dict, Value key, u64 hash) {
    return value_at(dict, find(vm, dict, key, hash));
}

Value dict_get_str(VM *vm, Dict *dict, Value str) {
    return value_at(dict, find_str(dict, str, str_hash(vm, str)));
}

Value dict_get_text(VM *vm, Dict *dict, const char *text) {
    OWNED Value key = str_intern_text(vm, text);
    if (key == FAIL) return exception_clear(vm), EMPTY;
    return dict_get_str(vm, dict, key);
}

/* ---- memory ---- */

static void set_no_table(Dict *dict) {
    dict->entries = NULL;
    dict->hashes = NULL;
    dict->indices = NULL;
    dict->count = dict->used = dict->first = dict->version = dict->usable = 0;
    dict->log2_size = 0;
}

static void free_table(VM *vm, Dict *table) {
    if (!table->entries) return;
    heap_raw_free(&vm->heap, table->entries, block_size(table->log2_size));
    if (table->hashes) heap_raw_free(&vm->heap, table->hashes, hashes_size(table));
}

/* Give the dict a fresh table; what it had is not freed. */
static bool make_table(VM *vm, Dict *dict, u8 log2_size, bool with_hashes) {
    Dict fresh = *dict;
    fresh.log2_size = log2_size;
    fresh.usable = capacity_of(log2_size);
    usize size = block_size(log2_size);
    fresh.entries = log2_size <= MAX_LOG2 ? heap_raw_alloc(&vm->heap, size) : NULL;
    if (!fresh.entries) return raise_memory(vm), false;
    fresh.hashes = NULL;
    if (with_hashes) {
        fresh.hashes = heap_raw_alloc(&vm->heap, hashes_size(&fresh));
        if (!fresh.hashes) return free_table(vm, &fresh), raise_memory(vm), false;
    }
    fresh.indices = fresh.entries + fresh.usable;
    memset(fresh.indices, 0xFF, size - fresh.usable * sizeof(DictEntry));
    fresh.used = fresh.count = fresh.first = 0;
    fresh.version = 0;
    *dict = fresh;
    return true;
}

/* Append an entry to a table that has room; takes over key and value. */
static inline void append_entry(Dict *dict, Value key, u64 hash, Value value) {
    u32 index = dict->used++;
    slot_set(dict, free_slot(dict, hash), slot_word(mask_of(dict), index, hash));
    dict->entries[index] = (DictEntry){key, value};
    if (dict->hashes) dict->hashes[index] = hash;
    dict->usable--;
    dict->count++;
}

enum { AHEAD = 8 };

/* The key of an entry that will be packed soon: its hash is in it. */
static inline void ask_for_key(const Dict *old, u32 index) {
    if (index < old->used && is_object(old->entries[index].key))
        __builtin_prefetch(to_object(old->entries[index].key));
}

static void pack_entries(Dict *dict, const Dict *old) {
    bool is_large = old->log2_size > 10 && !old->hashes;
    for (u32 i = old->first; i < old->used; i++) {
        DictEntry *entry = &old->entries[i];
        if (is_large) ask_for_key(old, i + AHEAD);
        if (entry->key == EMPTY) continue;
        append_entry(dict, entry->key, hash_of_entry(old, i), entry->value);
    }
}

/* Move the live entries to a table of another size, packed. */
static bool rebuild(VM *vm, Dict *dict, u8 log2_size) {
    Dict old = *dict;
    if (!make_table(vm, dict, log2_size, old.hashes != NULL)) return false;
    pack_entries(dict, &old);
    free_table(vm, &old);
    return true;
}

static u8 log2_for(usize slots) {
    u8 log2_size = MIN_LOG2;
    while (log2_size <= MAX_LOG2 && (usize)1 << log2_size < slots) log2_size++;
    return log2_size;
}

bool dict_reserve(VM *vm, Dict *dict, usize expected) {
    if (dict->count + (usize)dict->usable >= expected) return true;
    return rebuild(vm, dict, log2_for((expected * 3 + 1) / 2));
}

static bool store_hashes(VM *vm, Dict *dict) {
    u64 *hashes = heap_raw_alloc(&vm->heap, hashes_size(dict));
    if (!hashes) return raise_memory(vm), false;
    for (u32 i = 0; i < dict->used; i++) {
        if (dict->entries[i].key != EMPTY) hashes[i] = hash_of_entry(dict, i);
    }
    dict->hashes = hashes;
    return true;
}

static bool make_room(VM *vm, Dict *dict) {
    return rebuild(vm, dict, log2_for((usize)dict->count * 3));
}

/* The key is known to be absent. */
static bool insert(VM *vm, Dict *dict, Value key, u64 hash, Value value) {
    if (UNLIKELY(!dict->usable) && !make_room(vm, dict)) return false;
    if (UNLIKELY(!dict->hashes) && !is_simple(key) && !store_hashes(vm, dict))
        return false;
    append_entry(dict, incref(key), hash, incref(value));
    dict->version = 0;
    return true;
}

/* ---- making ---- */

Value dict_new(VM *vm) {
    Type *type = vm->types[TYPE_dict];
    Dict *dict = (Dict *)object_new_sized(vm, type, sizeof(Dict));
    if (!dict) return FAIL;
    set_no_table(dict);
    return from_object(dict);
}

Value dict_new_sized(VM *vm, usize expected) {
    OWNED Value dict = TRY(dict_new(vm));
    if (expected) CHECK(dict_reserve(vm, to_dict(dict), expected));
    return TAKE(dict);
}

/* A table of the same size with the same entries: cheaper than inserting each. */
static bool clone_table(VM *vm, Dict *dict, const Dict *source) {
    if (!make_table(vm, dict, source->log2_size, source->hashes != NULL)) return false;
    memcpy(dict->entries, source->entries, block_size(source->log2_size));
    if (source->hashes) memcpy(dict->hashes, source->hashes, source->used * sizeof(u64));
    dict->count = source->count;
    dict->used = source->used;
    dict->usable = source->usable;
    dict->first = source->first;
    for (u32 i = 0; i < dict->used; i++) {
        incref(dict->entries[i].key);
        incref(dict->entries[i].value);
    }
    return true;
}

Value dict_copy(VM *vm, Dict *source) {
    OWNED Value copy = TRY(dict_new(vm));
    Dict *dict = to_dict(copy);
    if (!source->count) return TAKE(copy);
    if (source->count >= source->used / 3 * 2) {
        CHECK(clone_table(vm, dict, source));
        return TAKE(copy);
    }
    CHECK(make_table(vm, dict, log2_for((source->count * (usize)3 + 1) / 2),
                     source->hashes != NULL));
    for (u32 i = 0; i < source->used; i++) {
        DictEntry *entry = &source->entries[i];
        if (entry->key == EMPTY) continue;
        append_entry(dict, incref(entry->key), hash_of_entry(source, i),
                     incref(entry->value));
    }
    return TAKE(copy);
}

/* ---- changing ---- */

bool dict_set_hashed(VM *vm, Dict *dict, Value key, u64 hash, Value value) {
    i64 index = find(vm, dict, key, hash);
    if (index == FAILED) return false;
    if (index == ABSENT) return insert(vm, dict, key, hash, value);
    replace(&dict->entries[index].value, incref(value));
    return true;
}

bool dict_set(VM *vm, Dict *dict, Value key, Value value) {
    u64 hash;
    return hash_key(vm, key, &hash) && dict_set_hashed(vm, dict, key, hash, value);
}

bool dict_set_text(VM *vm, Dict *dict, const char *key, Value value) {
    OWNED Value name = TRY_OR_FALSE(str_intern_text(vm, key));
    return dict_set(vm, dict, name, value);
}

Value dict_set_default(VM *vm, Dict *dict, Value key, Value value) {
    u64 hash;
    CHECK(hash_key(vm, key, &hash));
    i64 index = find(vm, dict, key, hash);
    if (index == ABSENT) return insert(vm, dict, key, hash, value) ? value : FAIL;
    return value_at(dict, index);
}

static void skip_deleted(Dict *dict) {
    while (dict->first < dict->used && dict->entries[dict->first].key == EMPTY)
        dict->first++;
}

/* Take the entry out of the table; the caller owns its key and value. */
static DictEntry remove_entry(Dict *dict, u32 index) {
    slot_set(dict, slot_of_entry(dict, index), UINT32_MAX - 1);
    DictEntry entry = dict->entries[index];
    dict->entries[index] = (DictEntry){EMPTY, EMPTY};
    dict->count--;
    dict->version = 0;
    if (index == dict->first) skip_deleted(dict);
    return entry;
}

static int delete_at(Dict *dict, i64 index) {
    if (index < 0) return index == ABSENT ? 0 : -1;
    DictEntry entry = remove_entry(dict, (u32)index);
    decref(entry.key);
    decref(entry.value);
    return 1;
}

int dict_delete(VM *vm, Dict *dict, Value key) {
    return delete_at(dict, dict_find(vm, dict, key));
}

int dict_delete_hashed(VM *vm, Dict *dict, Value key, u64 hash) {
    return delete_at(dict, find(vm, dict, key, hash));
}

Value dict_pop(VM *vm, Dict *dict, Value key) {
    if (!dict->count) return EMPTY; /* not even hashed, as in CPython */
    i64 index = dict_find(vm, dict, key);
    if (index < 0) return value_at(dict, index);
    DictEntry entry = remove_entry(dict, (u32)index);
    decref(entry.key);
    return entry.value;
}

bool dict_pop_last(VM *vm, Dict *dict, Value *key, Value *value) {
    if (!dict->count) return false;
    u32 last = dict->used - 1;
    while (dict->entries[last].key == EMPTY) last--;
    DictEntry entry = remove_entry(dict, last);
    if (dict->first > last) dict->first = last;
    dict->used = last; /* but not usable: the slot of its index is not free again */
    *key = entry.key;
    *value = entry.value;
    return true;
}

/* Rebuild with room for `gap` entries before the first. */
static bool make_gap(VM *vm, Dict *dict, u32 gap) {
    Dict old = *dict;
    u8 log2_size = log2_for(((usize)dict->count + gap) * 2);
    if (!make_table(vm, dict, log2_size, old.hashes != NULL)) return false;
    for (u32 i = 0; i < gap; i++) dict->entries[i] = (DictEntry){EMPTY, EMPTY};
    dict->first = dict->used = gap;
    dict->usable -= gap;
    pack_entries(dict, &old);
    free_table(vm, &old);
    return true;
}

static bool move_to_first(VM *vm, Dict *dict, u32 index) {
    if (index == dict->first) return true;
    if (!dict->first) {
        u32 gap = dict->count / 2 + 1, rank = 0;
        for (u32 i = 0; i < index; i++) rank += dict->entries[i].key != EMPTY;
        if (!make_gap(vm, dict, gap)) return false;
        index = gap + rank;
    }
    u64 hash = hash_of_entry(dict, index);
    slot_set(dict, slot_of_entry(dict, index), slot_word(mask_of(dict), dict->first - 1, hash));
    DictEntry *first = &dict->entries[--dict->first];
    *first = dict->entries[index];
    if (dict->hashes) dict->hashes[dict->first] = hash;
    dict->entries[index] = (DictEntry){EMPTY, EMPTY};
    dict->version = 0;
    return true;
}

bool dict_move_entry(VM *vm, Dict *dict, u32 index, bool to_last) {
    if (!to_last) return move_to_first(vm, dict, index);
    if (index == dict->used - 1) return true;
    u64 hash = hash_of_entry(dict, index);
    DictEntry entry = remove_entry(dict, index);
    if (!dict->usable && !make_room(vm, dict)) {
        decref(entry.key);
        decref(entry.value);
        return false;
    }
    append_entry(dict, entry.key, hash, entry.value);
    return true;
}

static void release_table(VM *vm, Dict *table) {
    for (u32 i = 0; i < table->used; i++) {
        decref(table->entries[i].key);
        decref(table->entries[i].value);
    }
    free_table(vm, table);
}

void dict_clear(VM *vm, Dict *dict) {
    if (!dict->entries) return;
    Dict old = *dict;
    set_no_table(dict);
    release_table(vm, &old);
}

/* ---- walking ---- */

bool dict_next(Dict *dict, u32 *at, Value *key, Value *value) {
    if (*at < dict->first) *at = dict->first;
    while (*at < dict->used) {
        DictEntry *entry = &dict->entries[(*at)++];
        if (entry->key == EMPTY) continue;
        *key = entry->key;
        *value = entry->value;
        return true;
    }
    return false;
}

u32 dict_version(VM *vm, Dict *dict) {
    if (dict->version) return dict->version;
    if (!++vm->next_dict_version) ++vm->next_dict_version;
    return dict->version = vm->next_dict_version;
}
