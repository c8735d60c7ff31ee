/* dict: compact and ordered. A table of small indices into an array of entries in
 * insertion order.
 *
 * While every key is a str or an inline int (whose hashes need no call), no hashes are
 * stored; the first other key makes the parallel array of hashes. Deleted entries have
 * key EMPTY until the entries are packed.
 *
 * `version` serves inline caches of globals: 0 = nobody caches. It becomes 0 whenever a
 * key comes, goes or moves; dict_version gives a new one. While the version stands, entry
 * i is the same key.
 */
#ifndef APY_OBJECTS_DICT_H
#define APY_OBJECTS_DICT_H

#include "objects/vm.h"

typedef struct DictEntry {
    Value key, value;
} DictEntry;

struct Dict {
    Obj h;
    DictEntry *entries;
    u64 *hashes;   /* parallel to entries, or NULL */
    void *indices; /* u8, u16 or u32 each, by capacity */
    u32 count;     /* live entries */
    u32 used;      /* entries used, deleted ones included */
    u32 first;     /* entries before it are all deleted */
    u32 version;
    u32 usable;   /* entries that may still be added before the table is rebuilt */
    u8 log2_size; /* of indices; 0: no table yet */
};

static inline Dict *to_dict(Value v) {
    return (Dict *)v;
}
Value dict_new(VM *vm);
Value dict_new_sized(VM *vm, usize expected);
/* Borrowed; EMPTY if absent; FAIL if hashing or comparing raised. */
Value dict_get(VM *vm, Dict *dict, Value key);
Value dict_get_hashed(VM *vm, Dict *dict, Value key, u64 hash);
/* For str keys: no exception is possible. Borrowed or EMPTY. */
Value dict_get_str(VM *vm, Dict *dict, Value str);
Value dict_get_text(VM *vm, Dict *dict, const char *text);
/* Entry index, or -1 absent, -2 failed. */
i64 dict_find(VM *vm, Dict *dict, Value key);
bool dict_set(VM *vm, Dict *dict, Value key, Value value); /* both borrowed */
bool dict_set_hashed(VM *vm, Dict *dict, Value key, u64 hash, Value value);
bool dict_set_text(VM *vm, Dict *dict, const char *key, Value value);
/* The value of the key, which is set to `value` first if it is absent. Borrowed, or FAIL.
 */
Value dict_set_default(VM *vm, Dict *dict, Value key, Value value);
int dict_delete(VM *vm, Dict *dict, Value key); /* 1 deleted, 0 absent, -1 failed */
int dict_delete_hashed(VM *vm, Dict *dict, Value key, u64 hash);
/* Remove and return (owned); EMPTY if absent. */
Value dict_pop(VM *vm, Dict *dict, Value key);
void dict_clear(VM *vm, Dict *dict);
Value dict_copy(VM *vm, Dict *dict);
/* Like dict.update(other): mapping or iterable of pairs. */
bool dict_update(VM *vm, Dict *dict, Value other);
/* The same for anything with keys() and [], without the second choice. */
bool dict_merge(VM *vm, Dict *dict, Value mapping);
/* The keys of any mapping, as a list, before any of its values is asked for. */
Value mapping_keys_list(VM *vm, Value mapping);
/* Drop the last entry: its key and value (owned); false when the dict is empty. */
bool dict_pop_last(VM *vm, Dict *dict, Value *key, Value *value);
/* Make entry `index` the last one, or the first. */
bool dict_move_entry(VM *vm, Dict *dict, u32 index, bool to_last);
/* Room for so many entries without rebuilding. */
bool dict_reserve(VM *vm, Dict *dict, usize expected);
/* 1, 0, -1: as dict1 == dict2 */
int dict_equal(VM *vm, Dict *a, Dict *b);
/* The hash of the key of a live entry. */
u64 dict_entry_hash(Dict *dict, u32 index);
/* Walk: for (u32 at = 0; dict_next(dict, &at, &key, &value);) with borrowed results. */
bool dict_next(Dict *dict, u32 *at, Value *key, Value *value);
u32 dict_version(VM *vm, Dict *dict);
Value dict_keys_list(VM *vm, Dict *dict);

typedef struct DictIterator {
    Obj h;
    Value dict;         /* EMPTY when exhausted */
    u32 at;             /* next entry; reversed: the one above it */
    u32 expected_count; /* UINT32_MAX: has raised, and will again */
    u32 left;           /* entries that should still come */
    u8 sort;            /* 'k', 'v', 'i' */
    bool reversed;
} DictIterator;
Value dict_iterator_new(VM *vm, Dict *dict, u8 sort, bool reversed);
Value dict_iterator_next(VM *vm, Value iterator); /* EMPTY at the end */

/* d.keys(), d.values(), d.items() */
typedef struct DictView {
    Obj h;
    Value dict;
} DictView;
Value dict_view_new(VM *vm, Value dict, u8 sort);

/* A read-only look at a mapping: C.__dict__. */
typedef struct MappingProxy {
    Obj h;
    Value mapping;
} MappingProxy;
Value mappingproxy_new(VM *vm, Value mapping);

#endif
