/* Attributes: object.__getattribute__ and __setattr__, those of types, and getattr()
 * itself. */
#include "objects/descriptor.h"
#include "objects/dict.h"
#include "objects/frame.h"
#include "objects/module.h"
#include "objects/slots.h"
#include "objects/str.h"
#include "objects/type.h"

typedef Value (*Getter)(VM *vm, Value self, Value instance, Value type);

static Type *descriptor_type(Value v) {
    return is_object(v) ? to_object(v)->shape->type : NULL;
}

static Getter getter_of(Value v) {
    Type *type = descriptor_type(v);
    return type ? type->slots.get : NULL;
}

static bool is_data_descriptor(Value v) {
    Type *type = descriptor_type(v);
    return type && type->slots.set;
}

/* The descriptor is held while it runs: the class may change meanwhile. */
static Value bind(VM *vm, Getter get, Value descriptor, Value instance, Type *type) {
    OWNED Value held = incref(descriptor);
    return get(vm, held, instance, from_object(type));
}

/* ---- instances ---- */

static Value own_attribute(VM *vm, Type *type, Value self, Value name) {
    if (!(type->flags & TYPE_HAS_DICT) || !is_object(self)) return EMPTY;
    return instance_get(vm, to_object(self), name);
}

Value generic_find(VM *vm, Value self, Value name) {
    Type *type = type_of(vm, self);
    Value found = type_lookup(vm, type, name);
    Getter get = getter_of(found);
    if (get && is_data_descriptor(found)) return bind(vm, get, found, self, type);
    Value own = own_attribute(vm, type, self, name);
    if (own != EMPTY) return incref(own);
    if (get) return bind(vm, get, found, self, type);
    return incref(found);
}

Value generic_getattr(VM *vm, Value self, Value name) {
    Value found = generic_find(vm, self, name);
    return found == EMPTY ? raise_attribute(vm, self, name) : found;
}

static bool refuse_set(VM *vm, Value self, Value name, Value found) {
    if (found == EMPTY)
        raise_attribute_text(vm, self, name,
                             "'%T' object has no attribute '%S' and no __dict__ for "
                             "setting new attributes",
                             self, name);
    else
        raise_format(vm, EXC(AttributeError), "'%T' object attribute '%S' is read-only",
                     self, name);
    return false;
}

bool generic_setattr(VM *vm, Value self, Value name, Value value) {
    Type *type = type_of(vm, self);
    Value found = type_lookup(vm, type, name);
    if (found != EMPTY && is_data_descriptor(found)) {
        OWNED Value held = incref(found);
        return descriptor_type(held)->slots.set(vm, held, self, value);
    }
    if (!(type->flags & TYPE_HAS_DICT) || !is_object(self))
        return refuse_set(vm, self, name, found);
    int done = instance_set(vm, to_object(self), name, value);
    if (done == 0) raise_attribute(vm, self, name);
    return done > 0;
}

/* ---- types ---- */

Value type_find(VM *vm, Value self, Value name) {
    Type *type = to_type(self), *metatype = type_of(vm, self);
    Value meta = type_lookup(vm, metatype, name);
    Getter get_meta = getter_of(meta);
    if (get_meta && is_data_descriptor(meta))
        return bind(vm, get_meta, meta, self, metatype);
    Value found = type_lookup(vm, type, name);
    Getter get = getter_of(found);
    if (get) return bind(vm, get, found, EMPTY, type);
    if (found != EMPTY) return incref(found);
    if (get_meta) return bind(vm, get_meta, meta, self, metatype);
    return incref(meta);
}

static Value raise_no_type_attribute(VM *vm, Value type, Value name) {
    return raise_attribute_text(vm, type, name, "type object '%s' has no attribute '%S'",
                                type_name(to_type(type)), name);
}

Value type_getattr(VM *vm, Value self, Value name) {
    Value found = type_find(vm, self, name);
    return found == EMPTY ? raise_no_type_attribute(vm, self, name) : found;
}

/* No descriptor: caches know only the place where it stands in the class. */
static bool is_plain(Value v) {
    Type *type = descriptor_type(v);
    return v != EMPTY && !(type && (type->slots.get || type->slots.set));
}

/* The old value is released after the caches know of the change. */
static bool set_in_type(VM *vm, Type *type, Value name, Value value) {
    Dict *dict = type_dict(vm, type);
    if (!dict) return false;
    OWNED Value old = incref(dict_get_str(vm, dict, name));
    if (old == EMPTY && value == EMPTY) {
        raise_no_type_attribute(vm, from_object(type), name);
        return false;
    }
    bool done = value == EMPTY ? dict_delete(vm, dict, name) > 0
                               : dict_set(vm, dict, name, value);
    bool is_same_to_caches = is_plain(old) && is_plain(value) && !special_find(vm, name);
    if (done && !is_same_to_caches) type_changed_name(vm, type, name);
    return done;
}

/* The slots of builtin types are fixed. */
static bool may_be_set(VM *vm, Type *type, Value name) {
    return type->flags & TYPE_HEAP || (type->flags & TYPE_OPEN && !special_find(vm, name));
}

bool type_setattr(VM *vm, Value self, Value name, Value value) {
    Type *type = to_type(self);
    if (!may_be_set(vm, type, name)) {
        raise_type(vm, "cannot set '%S' attribute of immutable type '%s'", name,
                   type->table->spec->name);
        return false;
    }
    Value meta = type_lookup(vm, type_of(vm, self), name);
    if (meta != EMPTY && is_data_descriptor(meta)) {
        OWNED Value held = incref(meta);
        return descriptor_type(held)->slots.set(vm, held, self, value);
    }
    return set_in_type(vm, type, name, value);
}

/* ---- any value ---- */

/* Attribute names are interned everywhere below. Owned. */
static Value intern_name(VM *vm, Value name) {
    if (UNLIKELY(!is_str(name)))
        return raise_type(vm, "attribute name must be string, not '%T'", name);
    return str_intern(vm, incref(name));
}

static bool is_interned_name(Value name) {
    return LIKELY(has_exact_kind(name, KIND_STR) && str_is_interned(name));
}

Value object_getattr(VM *vm, Value v, Value name) {
    if (is_interned_name(name)) return type_of(vm, v)->slots.getattr(vm, v, name);
    OWNED Value interned = TRY(intern_name(vm, name));
    return type_of(vm, v)->slots.getattr(vm, v, interned);
}

/* An AttributeError means as much as EMPTY. */
static Value find(VM *vm, Value v, Value name) {
    Value (*getattr)(VM *, Value, Value) = type_of(vm, v)->slots.getattr;
    Value found = getattr == generic_getattr  ? generic_find(vm, v, name)
                  : getattr == type_getattr   ? type_find(vm, v, name)
                  : getattr == module_getattr ? module_find(vm, v, name)
                                              : getattr(vm, v, name);
    if (found == FAIL && exception_matches(vm, EXC(AttributeError))) {
        exception_clear(vm);
        return EMPTY;
    }
    return found;
}

Value object_find_attr(VM *vm, Value v, Value name) {
    if (is_interned_name(name)) return find(vm, v, name);
    OWNED Value interned = TRY(intern_name(vm, name));
    return find(vm, v, interned);
}

Value object_getattr_text(VM *vm, Value v, const char *name) {
    OWNED Value interned = TRY(str_intern_text(vm, name));
    return object_getattr(vm, v, interned);
}

bool object_setattr(VM *vm, Value v, Value name, Value value) {
    if (is_interned_name(name)) return type_of(vm, v)->slots.setattr(vm, v, name, value);
    OWNED Value interned = TRY_OR_FALSE(intern_name(vm, name));
    return type_of(vm, v)->slots.setattr(vm, v, interned, value);
}

Value object_find_special(VM *vm, Value v, Value name) {
    Type *type = type_of(vm, v);
    Value found = type_lookup(vm, type, name);
    Getter get = getter_of(found);
    return get ? bind(vm, get, found, v, type) : incref(found);
}

bool callable_takes_self(Value callable) {
    if (has_kind(callable, KIND_FUNCTION)) return true;
    if (has_kind(callable, KIND_NATIVE)) {
        const Native *native = (Native *)callable;
        return native->self == EMPTY && native->spec->sort == NATIVE_METHOD;
    }
    return has_kind(callable, KIND_SLOT_WRAPPER) &&
           ((SlotWrapper *)callable)->self == EMPTY;
}

/* ---- methods about to be called: no bound method is made where one can do without ---- */

/* Bind `found`, which `type` or its MRO has, to the instance (EMPTY: the class itself). */
static bool bind_method(VM *vm, Value found, Value instance, Type *type, Method *method) {
    if (callable_takes_self(found)) {
        *method = (Method){incref(found), incref(instance)};
        return true;
    }
    if (has_exact_kind(found, KIND_STATICMETHOD)) {
        *method = (Method){incref(((MethodHolder *)found)->function), EMPTY};
        return true;
    }
    if (has_exact_kind(found, KIND_CLASSMETHOD)) {
        Value function = ((MethodHolder *)found)->function;
        *method = (Method){incref(function), incref(from_object(type))};
        return true;
    }
    Getter get = getter_of(found);
    Value bound = get ? bind(vm, get, found, instance, type) : incref(found);
    *method = (Method){bound, EMPTY};
    return bound != FAIL;
}

static bool find_in_instance(VM *vm, Value v, Type *type, Value name, Method *method) {
    Value found = type_lookup(vm, type, name);
    if (found == EMPTY || is_data_descriptor(found)) return false;
    if (own_attribute(vm, type, v, name) != EMPTY) return false;
    return bind_method(vm, found, v, type, method);
}

static bool find_in_class(VM *vm, Value v, Value name, Method *method) {
    if (type_lookup(vm, type_of(vm, v), name) != EMPTY) return false;
    Value found = type_lookup(vm, to_type(v), name);
    return found != EMPTY && bind_method(vm, found, EMPTY, to_type(v), method);
}

static bool find_in_super(VM *vm, Value v, Value name, Method *method) {
    const Super *super = (Super *)v;
    Value found = super_lookup(vm, super, name);
    if (found == EMPTY || found == FAIL) return false;
    bool is_class = super->self == from_object(super->self_type);
    return bind_method(vm, found, is_class ? EMPTY : super->self, super->self_type, method);
}

static bool find_method(VM *vm, Value v, Value name, Method *method) {
    Type *type = type_of(vm, v);
    if (!is_interned_name(name)) return false;
    if (type->slots.getattr == generic_getattr)
        return find_in_instance(vm, v, type, name, method);
    if (type->slots.getattr == type_getattr) return find_in_class(vm, v, name, method);
    return has_exact_kind(v, KIND_SUPER) && find_in_super(vm, v, name, method);
}

bool object_find_method(VM *vm, Value v, Value name, Method *method) {
    if (find_method(vm, v, name, method)) return true;
    if (vm->exception != EMPTY) return false;
    *method = (Method){object_getattr(vm, v, name), EMPTY};
    return method->callee != FAIL;
}
