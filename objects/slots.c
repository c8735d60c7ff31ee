/* Slots of script classes, made from what the classes of their MRO define; dicts of
 * builtin types, made from their slots.
 */
#include "objects/slots.h"

#include "objects/descriptor.h"
#include "objects/dict.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type_cache.h"

/* ---- rows by name ---- */

static u32 map_place(Value name) {
    return (u32)(name >> 4) * 0x9E3779B1u >> 24;
}

void specials_start(VM *vm, TypeCache *cache) {
    for (u32 row = 0; row < special_count; row++) {
        u32 at = map_place(vm->names[special_table[row].name]);
        while (cache->special_map[at]) at = (at + 1) % SPECIAL_MAP_SIZE;
        cache->special_map[at] = (u8)(row + 1);
    }
}

const Special *special_find(VM *vm, Value name) {
    const u8 *map = ((TypeCache *)vm->type_cache)->special_map;
    for (u32 at = map_place(name); map[at]; at = (at + 1) % SPECIAL_MAP_SIZE) {
        const Special *special = &special_table[map[at] - 1];
        if (vm->names[special->name] == name) return special;
    }
    return NULL;
}

void specials_scan(VM *vm, Type *type) {
    type->specials[0] = type->specials[1] = 0;
    Value key, value;
    for (u32 at = 0; dict_next(type->dict, &at, &key, &value);) {
        const Special *special = special_find(vm, key);
        if (!special) continue;
        usize row = (usize)(special - special_table);
        type->specials[row / 64] |= (u64)1 << row % 64;
    }
}

/* ---- slots of a script class ---- */

static void **slot_of(Slots *slots, const Special *special) {
    return (void **)((char *)slots + special->offset);
}

static void *own_slot(const TypeSpec *spec, const Special *special) {
    return *(void *const *)((const char *)&spec->slots + special->offset);
}

/* The builtin type whose struct the instances have. */
static Type *native_base(VM *vm, const Type *type) {
    return vm->types[type->table - type_tables];
}

/* What the builtin type itself has comes before what later ones in the MRO gave. When two
 * that know nothing of each other both have operators, only lookup by name can tell. */
static void take_builtin(Type *type, const Type *builtin, const Type **operators) {
    const TypeSpec *spec = builtin->table->spec;
    void **to = (void **)&type->slots;
    void *const *from = (void *const *)&spec->slots;
    for (usize i = 0; i < sizeof(Slots) / sizeof(void *); i++)
        if (from[i]) to[i] = from[i];
    if (spec->slots.compare && !spec->slots.hash) type->slots.hash = hash_refuse;
    type->binary_ops |= spec->binary_ops;
    type->reflected_ops |= spec->reflected_ops;
    type->inplace_ops |= spec->inplace_ops;
    type->unary_ops |= spec->unary_ops;
    if (!spec->slots.binary) return;
    if (*operators && !type_is_subtype((Type *)builtin, (Type *)*operators))
        type->slots.binary = script_binary;
    *operators = builtin;
}

static void take_builtins(VM *vm, Type *type) {
    const Tuple *mro = to_tuple(type->mro);
    const Type *operators = NULL;
    type->slots = (Slots){0};
    type->binary_ops = type->reflected_ops = type->inplace_ops = type->unary_ops = 0;
    for (usize i = mro->count; i-- > 0;) {
        const Type *base = to_type(mro->items[i]);
        if (!(base->flags & TYPE_HEAP)) take_builtin(type, base, &operators);
    }
    const Slots *native = &native_base(vm, type)->slots;
    type->slots.new = native->new;
    type->slots.free = native->free;
    type->slots.visit = native->visit;
    type->slots.clear = native->clear;
    type->slots.finalize = native->finalize;
}

/* `__repr__ = object.__repr__`: the slot of that type. NULL: it is something else. */
static void *wrapped_slot(Type *type, const Special *special, Value found) {
    if (!has_exact_kind(found, KIND_SLOT_WRAPPER)) return NULL;
    const SlotWrapper *wrapper = (SlotWrapper *)found;
    if (wrapper->special != special || !type_is_subtype(type, wrapper->owner))
        return NULL;
    return *slot_of(&wrapper->owner->slots, special);
}

static bool is_native_new(Value found) {
    return has_exact_kind(found, KIND_NATIVE) &&
           ((Native *)found)->spec == &type_new_spec;
}

/* A sequence with __mul__ or __rmul__ of its own: the other of the two is found by lookup too. */
static void leave_repeat(Type *type) {
    if (!type->slots.repeat) return;
    type->slots.repeat = NULL;
    type->binary_ops |= CAN(BINARY_MUL);
    type->reflected_ops |= CAN(BINARY_MUL);
}

/* Slots that several special methods share: one by a script makes it a script slot. */
static void set_shared(Type *type, const Special *special) {
    u32 bit = CAN(special->op);
    switch (special->sort) {
    case SPECIAL_BINARY:
        type->binary_ops |= bit;
        if (special->op == BINARY_ADD) type->slots.concat = NULL;
        if (special->op == BINARY_MUL) leave_repeat(type);
        break;
    case SPECIAL_POWER:
        type->binary_ops |= bit;
        type->slots.binary = script_binary;
        break;
    case SPECIAL_REFLECTED_POWER:
        type->slots.binary = script_binary;
        type->reflected_ops |= bit;
        break;
    case SPECIAL_REFLECTED:
        type->reflected_ops |= bit;
        if (special->op == BINARY_MUL) leave_repeat(type);
        break;
    case SPECIAL_INPLACE:
        type->inplace_ops |= bit;
        if (special->op == BINARY_ADD) type->slots.inplace_concat = NULL;
        if (special->op == BINARY_MUL) type->slots.inplace_repeat = NULL;
        break;
    case SPECIAL_UNARY: type->unary_ops |= bit; break;
    case SPECIAL_LENGTH: /* a container's quick answer no longer holds */
        if (type->slots.length && type->slots.truth != script_truth)
            type->slots.truth = NULL;
        break;
    default: break;
    }
}

static bool is_shared(const Special *special) {
    switch (special->sort) {
    case SPECIAL_SELF:
    case SPECIAL_NEXT:
    case SPECIAL_HASH:
    case SPECIAL_TRUTH:
    case SPECIAL_LENGTH:
    case SPECIAL_GETITEM:
    case SPECIAL_CONTAINS:
    case SPECIAL_CALL:
    case SPECIAL_INIT: return false;
    default: return true;
    }
}

static void set_flags(Type *type, const Special *special) {
    void (*script)(void) = special->script;
    if (script == (void (*)(void))script_getattr) type->flags |= TYPE_SCRIPT_GETATTR;
    if (script == (void (*)(void))script_setattr) type->flags |= TYPE_SCRIPT_SETATTR;
    if (script == (void (*)(void))script_finalize) type->flags |= TYPE_SCRIPT_DEL;
}

static void set_special(VM *vm, Type *type, const Special *special) {
    Value found = type_lookup(vm, type, vm->names[special->name]);
    void **slot = slot_of(&type->slots, special);
    if (found == EMPTY) return;
    if (special->sort == SPECIAL_NEW && is_native_new(found)) {
        type->slots.new = to_type(((Native *)found)->self)->slots.new;
        return;
    }
    if (special->sort == SPECIAL_HASH && found == NONE) {
        type->slots.hash = hash_refuse;
        return;
    }
    void *wrapped = is_shared(special) ? NULL : wrapped_slot(type, special, found);
    if (wrapped) {
        *slot = wrapped;
        return;
    }
    set_shared(type, special);
    set_flags(type, special);
    *slot = (void *)special->script;
}

void slots_update(VM *vm, Type *type) {
    const Tuple *mro = to_tuple(type->mro);
    u64 defined[2] = {0};
    take_builtins(vm, type);
    type->flags &= ~(u32)(TYPE_SCRIPT_GETATTR | TYPE_SCRIPT_SETATTR | TYPE_SCRIPT_DEL);
    for (usize i = 0; i < mro->count; i++) {
        const Type *base = to_type(mro->items[i]);
        if (!(base->flags & TYPE_HEAP)) continue;
        defined[0] |= base->specials[0];
        defined[1] |= base->specials[1];
    }
    for (u32 word = 0; word < 2; word++)
        for (u64 left = defined[word]; left; left &= left - 1)
            set_special(vm, type, &special_table[word * 64 + (u32)__builtin_ctzll(left)]);
}

/* ---- the dict of a builtin type ---- */

bool slots_has_binary(const TypeSpec *spec, BinaryOp op, bool reflected) {
    u32 mask = reflected ? spec->reflected_ops : spec->binary_ops;
    if (spec->slots.binary && mask & CAN(op)) return true;
    if (op == BINARY_ADD) return spec->slots.concat && !reflected;
    return op == BINARY_MUL && spec->slots.repeat;
}

static bool has_inplace(const TypeSpec *spec, BinaryOp op) {
    if (spec->slots.inplace && spec->inplace_ops & CAN(op)) return true;
    return (op == BINARY_ADD && spec->slots.inplace_concat) ||
           (op == BINARY_MUL && spec->slots.inplace_repeat);
}

/* Containers that answer quickly whether they are empty have __len__ alone; range has both. */
static bool shows_truth(const TypeSpec *spec) {
    return spec->slots.truth && (!spec->slots.length || spec->kind == KIND_RANGE);
}

static bool has_special(const TypeSpec *spec, const Special *special) {
    switch (special->sort) {
    case SPECIAL_SCRIPT:
    case SPECIAL_NEW: return false;
    case SPECIAL_UNARY: return spec->slots.unary && spec->unary_ops & CAN(special->op);
    case SPECIAL_BINARY: return slots_has_binary(spec, special->op, false);
    case SPECIAL_REFLECTED: return slots_has_binary(spec, special->op, true);
    case SPECIAL_POWER: return slots_has_binary(spec, BINARY_POW, false);
    case SPECIAL_REFLECTED_POWER: return slots_has_binary(spec, BINARY_POW, true);
    case SPECIAL_INPLACE: return has_inplace(spec, special->op);
    case SPECIAL_TRUTH: return shows_truth(spec);
    default: return own_slot(spec, special);
    }
}

static bool add_new(VM *vm, Type *type, Dict *dict) {
    const TypeSpec *spec = type->table->spec;
    if (!spec->slots.new || type->flags & TYPE_NO_NEW) return true;
    OWNED Value function =
        TRY_OR_FALSE(native_new(vm, &type_new_spec, from_object(type), EMPTY));
    return dict_set(vm, dict, NAME(__new__), function);
}

bool slots_fill_dict(VM *vm, Type *type, Dict *dict) {
    const TypeSpec *spec = type->table->spec;
    if (!add_new(vm, type, dict)) return false;
    for (u32 row = 0; row < special_count; row++) {
        const Special *special = &special_table[row];
        if (!has_special(spec, special)) continue;
        OWNED Value wrapper = TRY_OR_FALSE(slot_wrapper_new(vm, type, special, EMPTY));
        if (!dict_set(vm, dict, vm->names[special->name], wrapper)) return false;
    }
    if (spec->slots.compare && !spec->slots.hash)
        return dict_set(vm, dict, NAME(__hash__), NONE);
    return true;
}
