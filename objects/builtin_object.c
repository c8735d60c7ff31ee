/* The type `object`: what every value can do. */
#include "objects/class.h"
#include "objects/dict.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/slots.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/want.h"
#include "objects/weakref.h"

/* ---- making ---- */

static bool has_arguments(u32 nargs, Value kwnames) {
    return nargs || (kwnames != EMPTY && to_tuple(kwnames)->count);
}

/* "'a', 'b'" from what __abstractmethods__ holds; owned. */
static Value list_abstract(VM *vm, Value names, usize *count) {
    OWNED Value list = TRY(object_to_list(vm, names));
    CHECK(list_sort(vm, to_list(list), NONE, false));
    *count = to_list(list)->count;
    OWNED Value separator = TRY(str_from_text(vm, "', '"));
    for (usize i = 0; i < *count; i++)
        if (!is_str(to_list(list)->items[i]))
            return raise_type(vm, "sequence item %lu: expected str instance, %T found", i,
                              to_list(list)->items[i]);
    return str_join(vm, separator, to_list(list)->items, *count);
}

static Value refuse_abstract(VM *vm, Type *type) {
    Value names = TRY(dict_get_str(vm, type_dict(vm, type), NAME(__abstractmethods__)));
    usize count;
    OWNED Value text = TRY(list_abstract(vm, names, &count));
    return raise_type(vm,
                      "Can't instantiate abstract class %s without an implementation for "
                      "abstract method%s '%S'",
                      type_name(type), count == 1 ? "" : "s", text);
}

Value object_new_slot(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    if (UNLIKELY(has_arguments(nargs, kwnames))) {
        if (type->slots.new != object_new_slot)
            return raise_type(vm,
                              "object.__new__() takes exactly one argument (the type to "
                              "instantiate)");
        if (type->slots.init == object_init_slot)
            return raise_type(vm, "%s() takes no arguments", type_name(type));
    }
    if (UNLIKELY(type->flags & TYPE_ABSTRACT)) return refuse_abstract(vm, type);
    Obj *object = object_new(vm, type);
    return object ? from_object(object) : FAIL;
}

bool object_init_slot(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    if (LIKELY(!has_arguments(nargs, kwnames))) return true;
    Type *type = type_of(vm, self);
    bool has_new = type->slots.new != object_new_slot || type->flags & TYPE_NO_NEW;
    if (type->slots.init == object_init_slot && has_new) return true;
    const char *name = type->slots.init == object_init_slot ? type_name(type) : "object";
    raise_type(vm,
               "%s.__init__() takes exactly one argument (the instance to initialize)",
               name);
    return false;
}

/* ---- text, identity ---- */

static Value repr(VM *vm, Value self) {
    OWNED Value name = TRY(type_full_name(vm, type_of(vm, self)));
    return str_format(vm, "<%S object at 0x%lx>", name, (u64)self);
}

/* What is wrong with the result, str() says: its own name stands in the message. */
static Value str(VM *vm, Value self) {
    return type_of(vm, self)->slots.repr(vm, self);
}

/* Unequal is what is not equal, also for classes that only say what is equal. */
static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    if (op == EQ) return self == other ? TRUE : NOT_IMPLEMENTED;
    if (op != NE) return NOT_IMPLEMENTED;
    OWNED Value equal = TRY(type_of(vm, self)->slots.compare(vm, self, other, EQ));
    if (equal == NOT_IMPLEMENTED) return NOT_IMPLEMENTED;
    int truth = object_truth(vm, equal);
    return truth < 0 ? FAIL : from_bool(!truth);
}

TYPE(object, .name = "object",
     .signature = "()", .size = sizeof(Obj), .kind = KIND_INSTANCE,
     .slots = {.new = object_new_slot,
               .init = object_init_slot,
               .repr = repr,
               .str = str,
               .hash = hash_by_identity,
               .compare = compare,
               .getattr = generic_getattr,
               .setattr = generic_setattr},
     .doc = "The base class of the class hierarchy.\n\n"
            "When called, it accepts no arguments and returns a new featureless\n"
            "instance that has no instance attributes and cannot be given any.\n")

/* ---- __class__ ---- */

/* the object's class */
GETTER(object, __class__) {
    return incref(from_object(type_of(vm, self)));
}

/* The same attributes in another class. */
static bool move_attributes(VM *vm, Obj *object, Type *type) {
    Type *old = object->shape->type;
    bool has_slots = old->dict_offset && !(object->shape->flags & SHAPE_DICT);
    if (has_slots && !instance_dict(vm, object)) return false;
    object->shape = type->dict_offset ? type->dict_shape : type->shape;
    type->h.rc++;
    decref(from_object(old));
    return true;
}

static bool is_module_type(VM *vm, const Type *type) {
    return type_is_subtype((Type *)type, vm->types[TYPE_module]);
}

SETTER(object, __class__) {
    if (value == EMPTY) {
        raise_type(vm, "can't delete __class__ attribute");
        return false;
    }
    if (!is_type(value)) {
        raise_type(vm, "__class__ must be set to a class, not '%T' object", value);
        return false;
    }
    Type *old = type_of(vm, self), *type = to_type(value);
    bool are_modules = is_module_type(vm, old) && is_module_type(vm, type);
    if (!are_modules && !(old->flags & type->flags & TYPE_HEAP)) {
        raise_type(vm,
                   "__class__ assignment only supported for mutable types or ModuleType "
                   "subclasses");
        return false;
    }
    if (!class_same_layout(vm, old, type)) {
        raise_type(vm, "__class__ assignment: '%s' object layout differs from '%s'",
                   type_name(type), type_name(old));
        return false;
    }
    return move_attributes(vm, to_object(self), type);
}

/* ---- __dict__ and __weakref__ of instances ---- */

/* Classes, modules and exceptions may inherit this __dict__ from another base, but have one of their own sort. */
static Type *owner_of_dict(VM *vm, Value self) {
    if (is_type(self)) return vm->types[TYPE_type];
    if (has_kind(self, KIND_EXCEPTION)) return vm->types[TYPE_BaseException];
    return is_module_type(vm, type_of(vm, self)) ? vm->types[TYPE_module] : NULL;
}

static Value get_dict(VM *vm, Value self) {
    Type *owner = owner_of_dict(vm, self);
    if (owner) {
        Value getset = type_lookup(vm, owner, NAME(__dict__));
        return type_of(vm, getset)->slots.get(vm, getset, self, from_object(owner));
    }
    if (!type_of(vm, self)->dict_shape)
        return raise_type(vm, "this __dict__ descriptor does not support '%T' objects", self);
    Dict *dict = instance_dict(vm, to_object(self));
    return dict ? incref(from_object(dict)) : FAIL;
}

static bool set_dict(VM *vm, Value self, Value value) {
    Type *owner = owner_of_dict(vm, self);
    if (owner) {
        Value getset = type_lookup(vm, owner, NAME(__dict__));
        return type_of(vm, getset)->slots.set(vm, getset, self, value);
    }
    if (!type_of(vm, self)->dict_shape) {
        raise_type(vm, "this __dict__ descriptor does not support '%T' objects", self);
        return false;
    }
    if (value != EMPTY && !has_kind(value, KIND_DICT)) {
        raise_type(vm, "__dict__ must be set to a dictionary, not a '%T'", value);
        return false;
    }
    return instance_set_dict(vm, to_object(self), value);
}

const GetterSpec instance_dict_spec = {"__dict__", get_dict, set_dict,
                                       "dictionary for instance variables"};

static Value get_weakref(VM *vm, Value self) {
    if (!(to_object(self)->flags & OBJECT_WEAKLY_REFERENCED)) return NONE;
    OWNED Value list = TRY(weakref_list(vm, self));
    return to_list(list)->count ? incref(to_list(list)->items[0]) : NONE;
}

const GetterSpec instance_weakref_spec = {"__weakref__", get_weakref, NULL,
                                          "list of weak references to the object"};

/* ---- methods ---- */

/* Abstract classes can override this to customize issubclass().
 *
 * This is invoked early on by abc.ABCMeta.__subclasscheck__().
 * It should return True, False or NotImplemented.  If it returns
 * NotImplemented, the normal algorithm is used.  Otherwise, it
 * overrides the normal algorithm (and the outcome is cached).
 */
CLASS_METHOD(object, __subclasshook__, "($type, object, /)") {
    return NOT_IMPLEMENTED;
}

/* This method is called when a class is subclassed.
 *
 * The default implementation does nothing. It may be
 * overridden to extend subclasses.
 */
CLASS_METHOD(object, __init_subclass__, "($type, /)") {
    return NONE;
}

/* Default object formatter.
 *
 * Return str(self) if format_spec is empty. Raise TypeError otherwise.
 */
METHOD(object, __format__, "($self, format_spec, /)") {
    if (!is_str(args[1]))
        return want_refuse(vm, "__format__", "argument", "str", args[1]), FAIL;
    if (to_str(args[1])->size)
        return raise_type(vm, "unsupported format string passed to %T.__format__",
                          args[0]);
    return object_str(vm, args[0]);
}

/* Size of object in memory, in bytes. */
METHOD(object, __sizeof__, "($self, /)") {
    Type *type = type_of(vm, args[0]);
    return from_small(is_object(args[0]) ? type->alloc_size : 0);
}

static bool add_names(VM *vm, Dict *names, Value v, Value attribute) {
    OWNED Value dict = TRY_OR_FALSE(object_find_attr(vm, v, attribute));
    return !has_kind(dict, KIND_DICT) || dict_update(vm, names, dict);
}

static bool add_class_names(VM *vm, Dict *names, Type *type) {
    const Tuple *mro = to_tuple(TRY_OR_FALSE(type_mro(vm, type)));
    for (usize i = mro->count; i-- > 0;) {
        Dict *dict = type_dict(vm, to_type(mro->items[i]));
        if (!dict || !dict_update(vm, names, from_object(dict))) return false;
    }
    return true;
}

/* Default dir() implementation. */
METHOD(object, __dir__, "($self, /)") {
    OWNED Value names = TRY(dict_new(vm));
    CHECK(add_names(vm, to_dict(names), args[0], NAME(__dict__)));
    OWNED Value class = TRY(object_find_attr(vm, args[0], NAME(__class__)));
    if (class != EMPTY && is_type(class))
        CHECK(add_class_names(vm, to_dict(names), to_type(class)));
    return dict_keys_list(vm, to_dict(names));
}
