/* What type.c and slots.c keep behind vm->type_cache: the cache of class attributes, and
 * which names are special methods. Private to the files that implement types.
 *
 * An entry holds its name, and knows where in a class dict the value is: a key that comes or goes gives the
 * class a new version, which no entry has.
 */
#ifndef APY_OBJECTS_TYPE_CACHE_H
#define APY_OBJECTS_TYPE_CACHE_H

#include "objects/type.h"
#include "objects/vm.h"

enum { TYPE_CACHE_FIRST = 256, TYPE_CACHE_SIZE = 2048, SPECIAL_MAP_SIZE = 256 };

typedef struct TypeCacheEntry {
    u32 version; /* 0: free */
    Value name;
    const Value *place; /* in the dict of a class; NULL: there is no such attribute */
} TypeCacheEntry;

typedef struct TypeCache {
    u8 special_map[SPECIAL_MAP_SIZE]; /* hash of name -> row of special_table + 1; 0: free
                                       */
    void *builtin_types;              /* the block of memory that they all lie in */
    TypeCacheEntry *entries;          /* TYPE_CACHE_FIRST of them, more once a program does more */
    u32 mask;
    u32 remembered; /* how often an entry was written */
} TypeCache;

static inline TypeCacheEntry *type_cache_entry(const TypeCache *cache, u32 version, Value name) {
    return &cache->entries[(version * 0x9E3779B1u ^ (u32)(name >> 4)) & cache->mask];
}

/* Fill special_map: after the names are made. */
void specials_start(VM *vm, TypeCache *cache);
/* Make all builtin types. False: no memory left. */
bool types_start(VM *vm);
/* Drop what builtin types hold (dicts, tuples), then, in types_stop, their memory. */
void types_clear(VM *vm);
/* What scripts have put into open builtin types goes: functions, whose modules the collector can then find. */
void types_close_open(VM *vm);
void types_stop(VM *vm);
/* Fill the dict of a builtin type. */
bool type_fill(VM *vm, Type *type);
/* What a builtin type declares, or its bases, while nobody has looked into them: so that a start can ask
 * its streams without filling the dicts of their types. NULL: look it up, as special methods, which may
 * stand in slots, always are. */
const NativeSpec *type_untouched_method(const Type *type, Value name);
const GetterSpec *type_untouched_getter(const Type *type, Value name);
/* The steps of type_changed for one type: version, shapes. */
void type_renew(VM *vm, Type *type);

#endif
