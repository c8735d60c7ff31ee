/* The builtin types: made at the start of a VM from type_tables, without dicts; a dict is
 * filled when somebody first looks into it. They lie in one block of memory and are never
 * destroyed before the VM is.
 */
#include <stdlib.h>
#include <sys/mman.h>

#include "objects/class.h"
#include "objects/descriptor.h"
#include "objects/dict.h"
#include "objects/native.h"
#include "objects/slots.h"
#include "objects/str.h"
#include "objects/type_cache.h"

typedef struct TypeBlock {
    Type type;
    Shape shape;
} __attribute__((aligned(HEAP_GRAIN))) TypeBlock;

enum {
    INHERITED = TYPE_HAS_DICT | TYPE_WEAKREFS | TYPE_EXCEPTION | TYPE_PATTERN_FLAGS |
                TYPE_MATCH_SELF | TYPE_SUBCLASS_OF_TYPE,
};

/* ---- inheritance ---- */

/* Every slot is one pointer: its own, or the base's. */
static void inherit_slots(Slots *slots, const Slots *own, const Slots *base) {
    void **to = (void **)slots;
    void *const *first = (void *const *)own, *const *second = (void *const *)base;
    for (usize i = 0; i < sizeof(Slots) / sizeof(void *); i++)
        to[i] = first[i] ? first[i] : second[i];
    if (own->compare && !own->hash) slots->hash = hash_refuse;
}

static u8 kind_of(const TypeSpec *spec, const Type *base) {
    if (!base) return KIND_INSTANCE;
    if (!spec->kind) return base->kind;
    bool is_shared = spec->kind == KIND_OTHER || spec->kind == KIND_EXCEPTION ||
                     spec->kind == KIND_ITERATOR || spec->kind == KIND_INSTANCE;
    bool is_same = spec->kind == (base->kind & KIND_MASK);
    return is_same && !is_shared ? spec->kind | KIND_SUBCLASS : spec->kind;
}

static u32 round_up(u32 size, u32 unit) {
    return (size + unit - 1) & ~(unit - 1);
}

static u16 find_dict_offset(const Type *type, const TypeSpec *spec) {
    if (!(type->flags & TYPE_HAS_DICT)) return 0;
    if (spec->dict_offset) return spec->dict_offset;
    const Type *base = type->base;
    bool is_in_struct =
        base && base->dict_offset && base->dict_offset < base->struct_size;
    return is_in_struct ? base->dict_offset : (u16)round_up(type->struct_size, 8);
}

static void set_layout(Type *type, const TypeSpec *spec) {
    Type *base = type->base;
    type->struct_size = spec->size ? spec->size : base->struct_size;
    type->kind = kind_of(spec, base);
    type->dict_offset = find_dict_offset(type, spec);
    type->instance_size = round_up(type->struct_size, 8);
    bool is_behind = type->dict_offset >= type->struct_size;
    type->alloc_size = round_up(type->instance_size + (is_behind ? 8 : 0), HEAP_GRAIN);
    bool is_alike = base && base->struct_size == type->struct_size &&
                    (base->kind & KIND_MASK) == (type->kind & KIND_MASK);
    type->solid = is_alike ? base->solid : type;
}

static void set_slots(Type *type, const TypeSpec *spec) {
    Type *base = type->base;
    inherit_slots(&type->slots, &spec->slots, base ? &base->slots : &spec->slots);
    type->binary_ops = spec->binary_ops;
    type->reflected_ops = spec->reflected_ops;
    type->inplace_ops = spec->inplace_ops;
    type->unary_ops = spec->unary_ops;
    if (!base) return;
    type->binary_ops |= base->binary_ops;
    type->reflected_ops |= base->reflected_ops;
    type->inplace_ops |= base->inplace_ops;
    type->unary_ops |= base->unary_ops;
}

/* ---- making ---- */

static void set_shape(VM *vm, TypeBlock *block) {
    Type *type = &block->type;
    bool has_dict = type->flags & TYPE_HAS_DICT;
    block->shape = (Shape){.id = ++vm->next_shape_id,
                           .type = type,
                           .name = EMPTY,
                           .flags = has_dict ? SHAPE_DICT : 0};
    type->shape = &block->shape;
    if (has_dict) type->dict_shape = &block->shape;
}

/* Bases first; the tables are not in that order. */
static void make(VM *vm, TypeBlock *blocks, u32 id) {
    if (vm->types[id]) return;
    const TypeTable *table = &type_tables[id];
    const TypeSpec *spec = table->spec;
    Type *base = NULL;
    if (id != TYPE_object) {
        u32 base_id = spec->base ? spec->base : TYPE_object;
        make(vm, blocks, base_id);
        base = vm->types[base_id];
    }
    Type *type = vm->types[id] = &blocks[id].type;
    type->h = (Obj){.rc = 1u << 30, /* never destroyed by release */
                    .kind = KIND_TYPE,
                    .flags = OBJECT_ATOM, /* not on a page: nothing for the collector */
                    .shape = &blocks[spec->metatype ? spec->metatype : TYPE_type].shape};
    type->table = table;
    type->base = base;
    type->vm = vm;
    type->flags = spec->flags | (base ? base->flags & INHERITED : 0);
    if (id == TYPE_type) type->flags |= TYPE_SUBCLASS_OF_TYPE;
    type->version = ++vm->next_type_version;
    type->bases = type->mro = type->name = type->qualname = type->module = EMPTY;
    type->full_name = EMPTY;
    type->init_function = EMPTY;
    set_layout(type, spec);
    set_slots(type, spec);
    set_shape(vm, &blocks[id]);
}

/* Zeroed. All of it will be written at once: the system makes its pages in one go. */
static TypeBlock *map_blocks(void) {
    void *memory = mmap(NULL, TYPE_COUNT * sizeof(TypeBlock), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

bool types_start(VM *vm) {
    TypeCache *cache = vm->type_cache = calloc(1, sizeof *cache);
    TypeBlock *blocks = cache ? cache->builtin_types = map_blocks() : NULL;
    TypeCacheEntry *entries = blocks ? calloc(TYPE_CACHE_FIRST, sizeof *entries) : NULL;
    if (!entries) return false;
    cache->entries = entries;
    cache->mask = TYPE_CACHE_FIRST - 1;
    for (u32 id = 0; id < TYPE_COUNT; id++) make(vm, blocks, id);
    return true;
}

/* ---- the dict ---- */

static Value make_method(VM *vm, Type *type, const NativeSpec *spec) {
    if (spec->sort != NATIVE_STATIC_METHOD) {
        Value method = native_new(vm, spec, EMPTY, EMPTY);
        if (method != FAIL) ((Native *)method)->owner = type;
        return method;
    }
    OWNED Value function = TRY(native_new(vm, spec, from_object(type), EMPTY));
    return staticmethod_new(vm, function);
}

static bool add(VM *vm, Dict *dict, const char *name, Value owned) {
    OWNED Value value = TRY_OR_FALSE(owned);
    OWNED Value key = TRY_OR_FALSE(str_intern_text(vm, name));
    return dict_set(vm, dict, key, value);
}

static bool add_declared(VM *vm, Type *type, Dict *dict) {
    const TypeTable *table = type->table;
    for (u32 i = 0; i < table->method_count; i++) {
        const NativeSpec *spec = table->methods[i];
        if (!add(vm, dict, spec->name, make_method(vm, type, spec))) return false;
    }
    for (u32 i = 0; i < table->getter_count; i++) {
        const GetterSpec *spec = &table->getters[i];
        if (!add(vm, dict, spec->name, getset_new(vm, type, spec))) return false;
    }
    return true;
}

/* __dict__ of instances, where the type is the first that has it and does not declare it. */
static bool add_dict(VM *vm, Type *type, Dict *dict) {
    bool is_first = type->dict_offset && (!type->base || !type->base->dict_offset);
    if (!is_first || dict_get_str(vm, dict, NAME(__dict__)) != EMPTY) return true;
    return add(vm, dict, "__dict__", getset_new(vm, type, &instance_dict_spec));
}

static bool add_doc(VM *vm, Type *type, Dict *dict) {
    if (dict_get_str(vm, dict, NAME(__doc__)) != EMPTY) return true;
    const char *doc = type->table->spec->doc;
    OWNED Value value = TRY_OR_FALSE(doc ? str_from_text(vm, doc) : NONE);
    return dict_set(vm, dict, NAME(__doc__), value);
}

bool type_fill(VM *vm, Type *type) {
    OWNED Value dict = TRY_OR_FALSE(dict_new(vm));
    if (!slots_fill_dict(vm, type, to_dict(dict)) ||
        !add_declared(vm, type, to_dict(dict)) || !add_dict(vm, type, to_dict(dict)) ||
        !add_doc(vm, type, to_dict(dict)))
        return false;
    type->dict = to_dict(TAKE(dict));
    type->flags |= TYPE_READY;
    return true;
}

/* ---- without the dict ---- */

static bool is_untouched(const Type *type) {
    return type && !(type->flags & (TYPE_READY | TYPE_OPEN | TYPE_HEAP));
}

static bool is_special(Value name) {
    return !strncmp(to_str(name)->data, "__", 2);
}

const NativeSpec *type_untouched_method(const Type *type, Value name) {
    if (!is_untouched(type) || is_special(name)) return NULL;
    for (; is_untouched(type); type = type->base) {
        for (u32 i = 0; i < type->table->method_count; i++) {
            const NativeSpec *spec = type->table->methods[i];
            if (!strcmp(spec->name, to_str(name)->data))
                return spec->sort == NATIVE_METHOD ? spec : NULL;
        }
    }
    return NULL;
}

const GetterSpec *type_untouched_getter(const Type *type, Value name) {
    for (; is_untouched(type); type = type->base) {
        for (u32 i = 0; i < type->table->getter_count; i++) {
            const GetterSpec *spec = &type->table->getters[i];
            if (!strcmp(spec->name, to_str(name)->data)) return spec;
        }
    }
    return NULL;
}

/* ---- the end ---- */

static void release_held(Type *type) {
    Value dict = type->dict ? from_object(type->dict) : EMPTY;
    type->dict = NULL;
    type->flags &= ~(u32)TYPE_READY;
    decref(dict);
    replace(&type->bases, EMPTY);
    replace(&type->mro, EMPTY);
    replace(&type->name, EMPTY);
    replace(&type->module, EMPTY);
}

void types_close_open(VM *vm) {
    for (u32 id = 0; id < TYPE_COUNT; id++) {
        Type *type = vm->types[id];
        if (!(type->flags & TYPE_OPEN) || !type->dict) continue;
        OWNED Value dict = from_object(type->dict);
        type->dict = NULL;
        type->flags &= ~(u32)TYPE_READY;
        type_changed_name(vm, type, NAME(time));
    }
}

void types_clear(VM *vm) {
    TypeCache *cache = vm->type_cache;
    for (u32 i = 0; i <= cache->mask && cache->entries; i++) {
        Value name = cache->entries[i].name;
        cache->entries[i] = (TypeCacheEntry){0};
        if (name) decref(name);
    }
    for (u32 id = 0; id < TYPE_COUNT; id++) release_held(vm->types[id]);
}

static void free_tables(VM *vm, Type *type) {
    free(type->subclasses);
    Shape *root = type->shape;
    for (u32 i = 0; i < root->child_count; i++) shape_free(vm, root->children[i]);
}

void types_stop(VM *vm) {
    TypeCache *cache = vm->type_cache;
    if (!cache) return;
    for (u32 id = 0; id < TYPE_COUNT; id++)
        if (vm->types[id]) free_tables(vm, vm->types[id]);
    if (cache->builtin_types)
        munmap(cache->builtin_types, TYPE_COUNT * sizeof(TypeBlock));
    free(cache->entries);
    free(cache);
    vm->type_cache = NULL;
}
