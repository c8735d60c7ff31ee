/* Attributes of classes: __name__, __bases__, __dict__ ... */
#include "objects/class.h"
#include "objects/codecs.h"
#include "objects/dict.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/slots.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type_cache.h"

/* May this attribute be changed? */
static bool check_mutable(VM *vm, Type *type, Value value, const char *name) {
    if (type->flags & TYPE_HEAP && value != EMPTY) return true;
    bool is_delete = type->flags & TYPE_HEAP;
    raise_type(vm, "cannot %s '%s' attribute of immutable type '%s'",
               is_delete ? "delete" : "set", name,
               is_delete ? type_name(type) : type->table->spec->name);
    return false;
}

static bool check_text(VM *vm, Type *type, Value value, const char *name) {
    if (!check_mutable(vm, type, value, name)) return false;
    if (is_str(value)) return true;
    raise_type(vm, "can only assign string to %s.%s, not '%T'", type_name(type), name,
               value);
    return false;
}

/* ---- names ---- */

GETTER(type, __name__) {
    Value name = type_name_value(vm, to_type(self));
    return name == FAIL ? FAIL : incref(name);
}

SETTER(type, __name__) {
    Type *type = to_type(self);
    if (!check_text(vm, type, value, "__name__")) return false;
    if (memchr(to_str(value)->data, 0, to_str(value)->size)) {
        raise_value(vm, "type name must not contain null characters");
        return false;
    }
    OWNED Value encoded = TRY_OR_FALSE(codec_encode(vm, value, "utf-8", "strict"));
    replace(&type->name, incref(value));
    return true;
}

GETTER(type, __qualname__) {
    Value name = type_qualname_value(vm, to_type(self));
    return name == FAIL ? FAIL : incref(name);
}

SETTER(type, __qualname__) {
    Type *type = to_type(self);
    if (!check_text(vm, type, value, "__qualname__")) return false;
    replace(&type->qualname, incref(value));
    return true;
}

GETTER(type, __module__) {
    Value module = TRY(type_module_value(vm, to_type(self)));
    if (module == EMPTY) return raise_with(vm, EXC(AttributeError), NAME(__module__));
    return incref(module);
}

static bool set_entry(VM *vm, Type *type, Value name, Value value) {
    if (!dict_set(vm, type->dict, name, value)) return false;
    type_changed_name(vm, type, name);
    return true;
}

SETTER(type, __module__) {
    if (!check_mutable(vm, to_type(self), value, "__module__")) return false;
    OWNED Value line = TRY_OR_FALSE(dict_pop(vm, to_type(self)->dict, NAME(__firstlineno__)));
    return set_entry(vm, to_type(self), NAME(__module__), value);
}

/* ---- ancestry ---- */

GETTER(type, __bases__) {
    Value bases = type_bases(vm, to_type(self));
    return bases == FAIL ? FAIL : incref(bases);
}

GETTER(type, __mro__) {
    Value mro = type_mro(vm, to_type(self));
    return mro == FAIL ? FAIL : incref(mro);
}

MEMBER(type, __base__) {
    Type *base = to_type(self)->base;
    return base ? incref(from_object(base)) : NONE;
}

/* By its MRO, or by its bases: an mro() method that assigns bases sees MROs that are not yet made anew. */
static bool is_below(Type *type, Type *of) {
    if (type_is_subtype(type, of)) return true;
    while (type && type != of) type = type->base;
    return type;
}

static bool check_bases(VM *vm, Type *type, Value value) {
    if (!has_kind(value, KIND_TUPLE)) {
        raise_type(vm, "can only assign tuple to %s.__bases__, not %T", type_name(type),
                   value);
        return false;
    }
    const Tuple *bases = to_tuple(value);
    if (!bases->count) {
        raise_type(vm, "can only assign non-empty tuple to %s.__bases__, not ()",
                   type_name(type));
        return false;
    }
    for (usize i = 0; i < bases->count; i++) {
        if (!is_type(bases->items[i])) {
            raise_type(vm, "%s.__bases__ must be tuple of classes, not '%T'",
                       type_name(type), bases->items[i]);
            return false;
        }
        if (is_below(to_type(bases->items[i]), type)) {
            raise_type(vm, "a __bases__ item causes an inheritance cycle");
            return false;
        }
    }
    return true;
}

static void leave(Type *type, const Tuple *bases) {
    for (usize i = 0; i < bases->count; i++)
        class_remove_subclass(to_type(bases->items[i]), type);
}

static bool enter(VM *vm, Type *type, const Tuple *bases) {
    for (usize i = 0; i < bases->count; i++)
        if (!class_add_subclass(vm, to_type(bases->items[i]), type)) return false;
    return true;
}

/* Compute the MROs of the type and all below it. On failure some have the old one: the
 * caller restores the bases and computes again. */
static bool update_mros(VM *vm, Type *type) {
    Value mro = class_mro(vm, type);
    if (mro == FAIL) return false;
    replace(&type->mro, mro);
    if (!enter_recursion(vm, " in __bases__ assignment")) return false;
    bool ok = true;
    for (u32 i = 0; ok && i < type->subclass_count; i++)
        ok = update_mros(vm, type->subclasses[i]);
    leave_recursion(vm);
    return ok;
}

static void set_base(Type *type, Type *base) {
    Type *old = type->base;
    base->h.rc++;
    type->base = base;
    decref(from_object(old));
}

static void restore_bases(VM *vm, Type *type, Value bases, Type *base) {
    OWNED Value exception = exception_take(vm);
    replace(&type->bases, incref(bases));
    set_base(type, base);
    if (!update_mros(vm, type)) exception_clear(vm);
    type_changed(vm, type);
    exception_restore(vm, TAKE(exception));
}

/* Instances that CPython's collector does not know: they are freed in another way. */
static bool is_atomic(const Type *type) {
    if (type->flags & TYPE_HEAP) return false;
    switch (type->kind & KIND_MASK) {
    case KIND_INT:
    case KIND_FLOAT:
    case KIND_COMPLEX:
    case KIND_STR:
    case KIND_BYTES: return true;
    default: return type->base == NULL;
    }
}

SETTER(type, __bases__) {
    Type *type = to_type(self);
    if (!check_mutable(vm, type, value, "__bases__") || !check_bases(vm, type, value))
        return false;
    Type *base = class_best_base(vm, value), *old_base = type->base;
    if (!base) return false;
    if (is_atomic(base) != is_atomic(old_base)) {
        raise_type(vm, "__bases__ assignment: '%s' deallocator differs from '%s'",
                   type_name(base), type_name(old_base));
        return false;
    }
    if (base->solid != old_base->solid || (base->dict_offset && !type->dict_offset)) {
        raise_type(vm, "__bases__ assignment: '%s' object layout differs from '%s'",
                   type_name(base), type_name(old_base));
        return false;
    }
    OWNED Value old = incref(type->bases), held = incref(from_object(old_base));
    replace(&type->bases, incref(value));
    set_base(type, base);
    if (!update_mros(vm, type)) {
        restore_bases(vm, type, old, old_base);
        return false;
    }
    leave(type, to_tuple(old));
    if (!enter(vm, type, to_tuple(value))) return false;
    type_changed(vm, type);
    return true;
}

/* ---- what is in the dict ---- */

GETTER(type, __dict__) {
    Dict *dict = type_dict(vm, to_type(self));
    return dict ? mappingproxy_new(vm, from_object(dict)) : FAIL;
}

GETTER(type, __doc__) {
    Type *type = to_type(self);
    Dict *dict = type_dict(vm, type);
    if (!dict) return FAIL;
    bool is_builtin = !(type->flags & TYPE_HEAP);
    if (is_builtin && type->table->spec->doc)
        return str_from_text(vm, type->table->spec->doc);
    Value doc = dict_get_str(vm, dict, NAME(__doc__));
    if (doc == EMPTY) return NONE;
    Value (*get)(VM *, Value, Value, Value) = type_of(vm, doc)->slots.get;
    return get ? get(vm, doc, EMPTY, self) : incref(doc);
}

SETTER(type, __doc__) {
    if (!check_mutable(vm, to_type(self), value, "__doc__")) return false;
    return set_entry(vm, to_type(self), NAME(__doc__), value);
}

GETTER(type, __text_signature__) {
    Type *type = to_type(self);
    const char *signature = type->flags & TYPE_HEAP ? NULL : type->table->spec->signature;
    return signature ? str_from_text(vm, signature) : NONE;
}

GETTER(type, __annotations__) {
    Type *type = to_type(self);
    if (!(type->flags & TYPE_HEAP))
        return raise_attribute_text(vm, self, NAME(__annotations__),
                                    "type object '%s' has no attribute '__annotations__'",
                                    type->table->spec->name);
    Value found = dict_get_str(vm, type->dict, NAME(__annotations__));
    if (found != EMPTY) {
        Value (*get)(VM *, Value, Value, Value) = type_of(vm, found)->slots.get;
        return get ? get(vm, found, EMPTY, self) : incref(found);
    }
    OWNED Value dict = TRY(dict_new(vm));
    CHECK(set_entry(vm, type, NAME(__annotations__), dict));
    return TAKE(dict);
}

/* Set or delete an entry; deleting what is not there is an AttributeError. */
static bool change_entry(VM *vm, Type *type, Value name, Value value, const char *text) {
    if (!(type->flags & TYPE_HEAP)) return check_mutable(vm, type, value, text);
    if (value != EMPTY) return set_entry(vm, type, name, value);
    int deleted = dict_delete(vm, type->dict, name);
    if (deleted == 0) raise_with(vm, EXC(AttributeError), name);
    if (deleted > 0) type_changed_name(vm, type, name);
    return deleted > 0;
}

SETTER(type, __annotations__) {
    return change_entry(vm, to_type(self), NAME(__annotations__), value,
                        "__annotations__");
}

GETTER(type, __abstractmethods__) {
    Type *type = to_type(self);
    Value found = type == vm->types[TYPE_type]
                      ? EMPTY
                      : dict_get_str(vm, type_dict(vm, type), NAME(__abstractmethods__));
    if (found == EMPTY)
        return raise_with(vm, EXC(AttributeError), NAME(__abstractmethods__));
    return incref(found);
}

SETTER(type, __abstractmethods__) {
    Type *type = to_type(self);
    int is_abstract = value == EMPTY ? 0 : object_truth(vm, value);
    if (is_abstract < 0 ||
        !change_entry(vm, type, NAME(__abstractmethods__), value, "__abstractmethods__"))
        return false;
    type->flags =
        is_abstract ? type->flags | TYPE_ABSTRACT : type->flags & ~(u32)TYPE_ABSTRACT;
    return true;
}

GETTER(type, __type_params__) {
    Type *type = to_type(self);
    Value found = type->flags & TYPE_HEAP
                      ? dict_get_str(vm, type->dict, NAME(__type_params__))
                      : EMPTY;
    return incref(found == EMPTY ? vm->empty_tuple : found);
}

SETTER(type, __type_params__) {
    if (!check_mutable(vm, to_type(self), value, "__type_params__")) return false;
    return set_entry(vm, to_type(self), NAME(__type_params__), value);
}

/* ---- measures ---- */

MEMBER(type, __basicsize__) {
    return from_small(to_type(self)->struct_size);
}

MEMBER(type, __itemsize__) {
    return from_small(0);
}

MEMBER(type, __dictoffset__) {
    u16 offset = to_type(self)->dict_offset;
    return from_small(offset == DICT_AT_END ? -1 : offset);
}

MEMBER(type, __weakrefoffset__) {
    return from_small(to_type(self)->flags & TYPE_WEAKREFS ? -1 : 0);
}

/* CPython's bits, those that programs ask for. */
MEMBER(type, __flags__) {
    enum { IMMUTABLE = 1 << 8, HEAP = 1 << 9, BASE = 1 << 10, ABSTRACT = 1 << 20 };
    static const struct {
        u8 kind;
        u32 bit;
    } kinds[] = {{KIND_INT, 1 << 24},      {KIND_LIST, 1 << 25}, {KIND_TUPLE, 1 << 26},
                 {KIND_BYTES, 1 << 27},    {KIND_STR, 1 << 28},  {KIND_DICT, 1 << 29},
                 {KIND_EXCEPTION, 1 << 30}};
    const Type *type = to_type(self);
    i64 flags = type->flags & TYPE_HEAP ? HEAP : IMMUTABLE;
    if (!(type->flags & TYPE_FINAL)) flags |= BASE;
    if (type->flags & TYPE_ABSTRACT) flags |= ABSTRACT;
    if (type->flags & TYPE_SUBCLASS_OF_TYPE) flags |= (i64)1 << 31;
    for (usize i = 0; i < COUNT_OF(kinds); i++)
        if ((type->kind & KIND_MASK) == kinds[i].kind) flags |= kinds[i].bit;
    return from_small(flags);
}
