/* functools.lru_cache: the wrapper around a function that remembers results.
 *
 * Entries are in a dict by key. A bounded cache also links them in the order of use: the
 * wrapper's `newest` and `oldest` are the ends of a list whose links are owned by the
 * dict alone. Calling the function and comparing keys may run scripts that use the same
 * cache, so after each such step the cache is looked at anew.
 */
#include "objects/dict.h"
#include "objects/frame.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/slots.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "stdlib/fields.h"

typedef struct Entry Entry;
struct Entry {
    Obj h;
    Value key, result;
    u64 hash;
    Entry *newer, *older; /* both NULL when not linked */
};

typedef struct Cache {
    Obj h;
    Value function, entries,
        info_type; /* entries: dict of results, or of Entry objects if bounded */
    i64 hits, misses;
    i64 limit; /* -1: none */
    Entry *newest, *oldest;
    bool is_typed;
} Cache;

static Cache *to_cache(Value v) {
    return (Cache *)to_object(v);
}

TYPE(functools__lru_list_elem, .name = "functools._lru_list_elem", .size = sizeof(Entry),
     .kind = KIND_OTHER, .flags = TYPE_FINAL | TYPE_NO_NEW, .slots = {FIELDS_SLOTS})

/* ---- keys ---- */

static bool is_plain_key(Value v) {
    return is_small(v) || has_exact_kind(v, KIND_STR) || has_exact_kind(v, KIND_INT);
}

/* One value that stands for the arguments: they themselves, a mark, the keywords with
 * their names, and the types. The mark is the wrapper's type, which no argument is likely
 * to be. */
static Value make_key(VM *vm, Cache *cache, Value *args, u32 nargs, Value kwnames) {
    u32 keywords = kwnames == EMPTY ? 0 : (u32)to_tuple(kwnames)->count;
    if (nargs == 1 && keywords == 0 && !cache->is_typed && is_plain_key(args[0])) {
        return incref(args[0]);
    }
    u32 values = nargs + keywords;
    u32 size = nargs + (keywords ? 1 + 2 * keywords : 0) + (cache->is_typed ? values : 0),
        at = 0;
    Value key = TRY(tuple_new(vm, size));
    Value *items = to_tuple(key)->items;
    for (u32 i = 0; i < nargs; i++) items[at++] = incref(args[i]);
    if (keywords)
        items[at++] = incref(from_object(vm->types[TYPE_functools__lru_cache_wrapper]));
    for (u32 i = 0; i < keywords; i++) {
        items[at++] = incref(to_tuple(kwnames)->items[i]);
        items[at++] = incref(args[nargs + i]);
    }
    for (u32 i = 0; cache->is_typed && i < values; i++) {
        items[at++] = incref(from_object(type_of(vm, args[i])));
    }
    return key;
}

/* ---- the order of use ---- */

static void unlink_entry(Cache *cache, Entry *entry) {
    if (!entry->newer && !entry->older && cache->newest != entry) return;
    *(entry->newer ? &entry->newer->older : &cache->newest) = entry->older;
    *(entry->older ? &entry->older->newer : &cache->oldest) = entry->newer;
    entry->newer = entry->older = NULL;
}

static void link_newest(Cache *cache, Entry *entry) {
    entry->older = cache->newest;
    entry->newer = NULL;
    *(cache->newest ? &cache->newest->newer : &cache->oldest) = entry;
    cache->newest = entry;
}

/* ---- calling ---- */

static Value call_uncached(VM *vm, Cache *cache, Value *args, u32 nargs, Value kwnames) {
    cache->misses++;
    OWNED Value function = incref(cache->function);
    return object_call(vm, function, args, nargs, kwnames);
}

static Value call_unbounded(VM *vm, Cache *cache, Value *args, u32 nargs, Value kwnames) {
    OWNED Value key = TRY(make_key(vm, cache, args, nargs, kwnames));
    u64 hash;
    CHECK(object_hash(vm, key, &hash));
    OWNED Value entries = incref(cache->entries);
    Value found = TRY(dict_get_hashed(vm, to_dict(entries), key, hash));
    if (found != EMPTY) {
        cache->hits++;
        return incref(found);
    }
    OWNED Value result = TRY(call_uncached(vm, cache, args, nargs, kwnames));
    CHECK(dict_set_hashed(vm, to_dict(entries), key, hash, result));
    return TAKE(result);
}

/* Make room by forgetting what was used longest ago. */
static bool drop_oldest(VM *vm, Cache *cache) {
    Entry *oldest = cache->oldest;
    if (!oldest) return true;
    OWNED Value held = incref(from_object(oldest));
    unlink_entry(cache, oldest);
    return dict_delete_hashed(vm, to_dict(cache->entries), oldest->key, oldest->hash) >= 0;
}

static bool remember(VM *vm, Cache *cache, Value key, u64 hash, Value result) {
    Dict *entries = to_dict(cache->entries);
    if ((i64)entries->count >= cache->limit && !drop_oldest(vm, cache)) return false;
    Entry *entry = FIELDS_NEW(vm, vm->types[TYPE_functools__lru_list_elem], Entry, 2);
    if (!entry) return false;
    OWNED Value held = from_object(entry);
    entry->key = incref(key);
    entry->result = incref(result);
    entry->hash = hash;
    if (!dict_set_hashed(vm, entries, key, hash, held)) return false;
    link_newest(cache, entry);
    return true;
}

static Value call_bounded(VM *vm, Cache *cache, Value *args, u32 nargs, Value kwnames) {
    OWNED Value key = TRY(make_key(vm, cache, args, nargs, kwnames));
    u64 hash;
    CHECK(object_hash(vm, key, &hash));
    Value found = TRY(dict_get_hashed(vm, to_dict(cache->entries), key, hash));
    if (found != EMPTY) {
        Entry *entry = (Entry *)to_object(found);
        unlink_entry(cache, entry);
        link_newest(cache, entry);
        cache->hits++;
        return incref(entry->result);
    }
    OWNED Value result = TRY(call_uncached(vm, cache, args, nargs, kwnames));
    found = TRY(dict_get_hashed(vm, to_dict(cache->entries), key, hash));
    /* it may be there by now: a call from within has made it */
    if (found == EMPTY) CHECK(remember(vm, cache, key, hash, result));
    return TAKE(result);
}

static Value call(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    OWNED Value held = incref(self);
    Cache *cache = to_cache(self);
    if (cache->entries == EMPTY) return raise_runtime(vm, "cache is gone");
    if (cache->limit == 0) return call_uncached(vm, cache, args, nargs, kwnames);
    if (cache->limit < 0) return call_unbounded(vm, cache, args, nargs, kwnames);
    return call_bounded(vm, cache, args, nargs, kwnames);
}

/* ---- the type ---- */

static bool read_limit(VM *vm, Value v, i64 *limit) {
    *limit = -1;
    if (v == NONE) return true;
    if (!is_int(v)) {
        raise_type(vm, "maxsize should be integer or None");
        return false;
    }
    if (!object_to_i64(vm, v, limit)) return false;
    if (*limit < 0) *limit = 0;
    return true;
}

static Value construct(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"user_function", "maxsize", "typed",
                                        "cache_info_type", NULL};
    static const Arguments spec = {
        .function = "lru_cache", .names = names, .positional = 4, .required = 4};
    Value bound[4];
    CHECK(arguments_bind(vm, &spec, args, nargs, kwnames, bound));
    if (!is_callable(vm, bound[0]))
        return raise_type(vm, "the first argument must be callable");
    i64 limit;
    CHECK(read_limit(vm, bound[1], &limit));
    int is_typed = object_truth(vm, bound[2]);
    if (is_typed < 0) return FAIL;
    OWNED Value entries = TRY(dict_new(vm));
    Cache *cache = FIELDS_NEW(vm, type, Cache, 3);
    if (!cache) return FAIL;
    cache->function = incref(bound[0]);
    cache->entries = TAKE(entries);
    cache->info_type = incref(bound[3]);
    cache->limit = limit;
    cache->is_typed = is_typed;
    return from_object(cache);
}

static void forget(Cache *cache) {
    for (Entry *entry = cache->oldest, *next; entry; entry = next) {
        next = entry->newer;
        entry->newer = entry->older = NULL;
    }
    cache->newest = cache->oldest = NULL;
}

static void release(VM *vm, Obj *self) {
    forget((Cache *)self);
    fields_release(vm, self);
}

static Value bind(VM *vm, Value self, Value instance, Value type) {
    if (instance == EMPTY || instance == NONE) return incref(self);
    return method_new(vm, self, instance);
}

TYPE(functools__lru_cache_wrapper, .name = "functools._lru_cache_wrapper",
     .size = sizeof(Cache), .kind = KIND_OTHER, .flags = TYPE_HAS_DICT | TYPE_WEAKREFS,
     .slots = {.new = construct,
               .free = release,
               .visit = fields_visit,
               .clear = release,
               .call = call,
               .get = bind},
     .doc = "Create a cached callable that wraps another function.\n\n"
            "user_function:      the function being cached\n\n"
            "maxsize:  0         for no caching\n"
            "          None      for unlimited cache size\n"
            "          n         for a bounded cache\n\n"
            "typed:    False     cache f(3) and f(3.0) as identical calls\n"
            "          True      cache f(3) and f(3.0) as distinct calls\n\n"
            "cache_info_type:    namedtuple class with the fields:\n"
            "                        hits misses currsize maxsize\n")

/* Report cache statistics */
METHOD(functools__lru_cache_wrapper, cache_info, "($self, /)") {
    Cache *cache = to_cache(args[0]);
    Value largest = cache->limit < 0 ? NONE : from_small(cache->limit);
    Value fields[] = {from_small(cache->hits), from_small(cache->misses), largest,
                      from_small(to_dict(cache->entries)->count)};
    return object_call(vm, cache->info_type, fields, 4, EMPTY);
}

/* Clear the cache and cache statistics */
METHOD(functools__lru_cache_wrapper, cache_clear, "($self, /)") {
    Cache *cache = to_cache(args[0]);
    forget(cache);
    cache->hits = cache->misses = 0;
    dict_clear(vm, to_dict(cache->entries));
    return NONE;
}

METHOD(functools__lru_cache_wrapper, __reduce__, "($self, /)") {
    return object_getattr_text(vm, args[0], "__qualname__");
}

METHOD(functools__lru_cache_wrapper, __copy__, "($self, /) hidden") {
    return incref(args[0]);
}

METHOD(functools__lru_cache_wrapper, __deepcopy__, "($self, memo, /) hidden") {
    return incref(args[0]);
}
