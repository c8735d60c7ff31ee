/* Types as such: looking attributes up, names, ancestry, and what follows from a change.
 * Builtin types are made in type_start.c, classes in class.c.
 */
#include "objects/type.h"

#include <stdlib.h>

#include "objects/class.h"
#include "objects/dict.h"
#include "objects/slots.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type_cache.h"

/* ---- looking up ---- */

Dict *type_dict(VM *vm, Type *type) {
    if (UNLIKELY(!(type->flags & TYPE_READY)) && !type_fill(vm, type)) return NULL;
    return type->dict;
}

static const Value *find_in(VM *vm, Type *type, Value name) {
    Dict *dict = type_dict(vm, type);
    i64 index = dict ? dict_find(vm, dict, name) : -1;
    return index < 0 ? NULL : &dict->entries[index].value;
}

static const Value *find(VM *vm, Type *type, Value name) {
    const Value *found = NULL;
    if (type->mro == EMPTY) {
        for (; type && !found; type = type->base) found = find_in(vm, type, name);
        return found;
    }
    OWNED Value held = incref(type->mro); /* a key's __eq__ may give the class other bases */
    Tuple *mro = to_tuple(held);
    for (usize i = 0; i < mro->count && !found; i++) found = find_in(vm, to_type(mro->items[i]), name);
    return found;
}

/* Without memory it stays as small as it is. */
static void widen(TypeCache *cache) {
    TypeCacheEntry *wide = calloc(TYPE_CACHE_SIZE, sizeof *wide), *old = cache->entries;
    if (!wide) return;
    cache->entries = wide;
    cache->mask = TYPE_CACHE_SIZE - 1;
    for (u32 i = 0; i < TYPE_CACHE_FIRST; i++)
        if (old[i].name) *type_cache_entry(cache, old[i].version, old[i].name) = old[i];
    free(old);
}

static NOINLINE const Value *find_and_remember(VM *vm, Type *type, Value name) {
    TypeCache *cache = vm->type_cache;
    u32 version = type->version;
    const Value *found = find(vm, type, name);
    if (!str_is_interned(name) || version != type->version) return found;
    if (++cache->remembered == TYPE_CACHE_FIRST / 2) widen(cache);
    TypeCacheEntry *entry = type_cache_entry(cache, version, name);
    Value old = entry->name;
    *entry = (TypeCacheEntry){version, incref(name), found};
    if (old) decref(old);
    return found;
}

const Value *type_find_place(VM *vm, Type *type, Value name) {
    const TypeCacheEntry *entry = type_cache_entry(vm->type_cache, type->version, name);
    if (LIKELY(entry->name == name && entry->version == type->version))
        return entry->place;
    return find_and_remember(vm, type, name);
}

Value type_lookup(VM *vm, Type *type, Value name) {
    const Value *place = type_find_place(vm, type, name);
    return place ? *place : EMPTY;
}

bool type_is_subtype(Type *type, Type *of) {
    if (type == of) return true;
    if (type->mro == EMPTY) {
        while ((type = type->base))
            if (type == of) return true;
        return false;
    }
    Tuple *mro = to_tuple(type->mro);
    for (usize i = 0; i < mro->count; i++)
        if (mro->items[i] == from_object(of)) return true;
    return false;
}

Value type_init_function(VM *vm, Type *type) {
    if (LIKELY(type->init_version == type->version)) return type->init_function;
    bool is_plain = type->slots.new == object_new_slot &&
                    !(type->flags & TYPE_ABSTRACT) &&
                    type->h.shape->type->slots.call == type_call;
    Value init = is_plain ? type_lookup(vm, type, NAME(__init__)) : EMPTY;
    type->init_function = has_exact_kind(init, KIND_FUNCTION)                           ? init
                          : is_plain && type->slots.init == object_init_slot ? NONE
                                                                             : EMPTY;
    type->init_version = type->version;
    return type->init_function;
}

/* ---- names ---- */

static const char *last_part(const char *name) {
    const char *dot = strrchr(name, '.');
    return dot ? dot + 1 : name;
}

const char *type_name(Type *type) {
    if (type->full_name != EMPTY) return to_str(type->full_name)->data;
    if (type->flags & TYPE_HEAP) return to_str(type->name)->data;
    return type->table->spec->name;
}

const char *type_short_name(Type *type) {
    if (type->flags & TYPE_HEAP) return to_str(type->name)->data;
    return last_part(type_name(type));
}

Value type_name_value(VM *vm, Type *type) {
    if (type->name == EMPTY) {
        Value name = str_intern_text(vm, type_short_name(type));
        if (name == FAIL) return FAIL;
        type->name = name;
    }
    return type->name;
}

Value type_qualname_value(VM *vm, Type *type) {
    return type->qualname == EMPTY ? type_name_value(vm, type) : type->qualname;
}

Value type_module_value(VM *vm, Type *type) {
    if (type->flags & TYPE_HEAP)
        return dict_get_str(vm, type_dict(vm, type), NAME(__module__));
    if (type->module == EMPTY) {
        const char *name = type->table->spec->name, *last = last_part(name);
        Value module = last == name ? str_intern_text(vm, "builtins")
                                    : str_new(vm, name, (usize)(last - name) - 1);
        if (module == FAIL) return FAIL;
        type->module = module;
    }
    return type->module;
}

Value type_full_name(VM *vm, Type *type) {
    Value module = type_module_value(vm, type), qualname = type_qualname_value(vm, type);
    if (module == FAIL || qualname == FAIL) return FAIL;
    if (module == EMPTY || !is_str(module) || str_equals_text(module, "builtins"))
        return incref(qualname);
    return str_format(vm, "%S.%S", module, qualname);
}

/* ---- ancestry of builtin types, made when asked for ---- */

Value type_bases(VM *vm, Type *type) {
    if (type->bases == EMPTY) {
        Value base = type->base ? from_object(type->base) : EMPTY;
        Value bases = tuple_from(vm, &base, type->base ? 1 : 0);
        if (bases == FAIL) return FAIL;
        type->bases = bases;
    }
    return type->bases;
}

Value type_mro(VM *vm, Type *type) {
    if (type->mro != EMPTY) return type->mro;
    Value chain[16];
    usize count = 0;
    for (Type *at = type; at; at = at->base) chain[count++] = from_object(at);
    Value mro = tuple_from(vm, chain, count);
    if (mro != FAIL) type->mro = mro;
    return mro;
}

/* ---- changes ---- */

void type_renew(VM *vm, Type *type) {
    type->version = ++vm->next_type_version;
    if (type->dict_shape) shape_renew(vm, type->dict_shape);
    if (type->shape && type->shape != type->dict_shape) shape_renew(vm, type->shape);
    for (Shape *old = type->old_shapes; old; old = old->next) shape_renew(vm, old);
}

/* The type and all below it as a list by next_changed, each once: a version of 0 marks
 * those that are in it. */
static Type *list_changed(Type *type) {
    type->version = 0;
    type->next_changed = NULL;
    Type *last = type;
    for (Type *at = type; at; at = at->next_changed)
        for (u32 i = 0; i < at->subclass_count; i++) {
            Type *below = at->subclasses[i];
            if (below->version == 0) continue;
            below->version = 0;
            below->next_changed = NULL;
            last = last->next_changed = below;
        }
    return type;
}

static void renew_all(VM *vm, Type *type) {
    for (Type *at = list_changed(type); at; at = at->next_changed) type_renew(vm, at);
}

/* Builtin types do not know those below them: an open one that was changed looks at all. */
static void renew_builtins_below(VM *vm, const Type *type) {
    for (u32 id = 0; id < TYPE_COUNT; id++) {
        const Type *at = vm->types[id]->base;
        while (at && at != type) at = at->base;
        if (at) renew_all(vm, vm->types[id]);
    }
}

static void change(VM *vm, Type *type, bool with_slots) {
    renew_all(vm, type);
    if (type->flags & TYPE_OPEN) renew_builtins_below(vm, type);
    if (!with_slots) return;
    specials_scan(vm, type);
    for (Type *at = list_changed(type), *next; at; at = next) {
        next = at->next_changed;
        type_renew(vm, at);
        slots_update(vm, at);
    }
}

void type_changed(VM *vm, Type *type) {
    change(vm, type, true);
}

void type_changed_name(VM *vm, Type *type, Value name) {
    change(vm, type, special_find(vm, name) != NULL);
}
