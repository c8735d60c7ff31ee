/* Making a class: what type(name, bases, namespace) does, step by step. */
#include "objects/class.h"

#include <stdlib.h>

#include "objects/descriptor.h"
#include "objects/dict.h"
#include "objects/frame.h"
#include "objects/slots.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type_cache.h"

enum {
    INHERITED = TYPE_HAS_DICT | TYPE_WEAKREFS | TYPE_EXCEPTION | TYPE_PATTERN_FLAGS |
                TYPE_MATCH_SELF | TYPE_SUBCLASS_OF_TYPE,
};

/* ---- bases ---- */

Type *class_metatype(VM *vm, Type *metatype, Value bases) {
    Type *winner = metatype;
    const Tuple *tuple = to_tuple(bases);
    for (usize i = 0; i < tuple->count; i++) {
        Type *other = type_of(vm, tuple->items[i]);
        if (type_is_subtype(winner, other)) continue;
        if (!type_is_subtype(other, winner)) {
            raise_type(vm,
                       "metaclass conflict: the metaclass of a derived class must be a "
                       "(non-strict) subclass of the metaclasses of all its bases");
            return NULL;
        }
        winner = other;
    }
    return winner;
}

static bool check_base(VM *vm, Value base) {
    if (!is_type(base)) {
        raise_type(vm, "bases must be types");
        return false;
    }
    if (!(to_type(base)->flags & TYPE_FINAL)) return true;
    raise_type(vm, "type '%s' is not an acceptable base type",
               to_type(base)->table->spec->name);
    return false;
}

Type *class_best_base(VM *vm, Value bases) {
    const Tuple *tuple = to_tuple(bases);
    Type *best = NULL;
    for (usize i = 0; i < tuple->count; i++) {
        if (!check_base(vm, tuple->items[i])) return NULL;
        Type *base = to_type(tuple->items[i]);
        if (!best)
            best = base;
        else if (type_is_subtype(best->solid, base->solid))
            continue;
        else if (type_is_subtype(base->solid, best->solid))
            best = base;
        else {
            raise_type(vm, "multiple bases have instance lay-out conflict");
            return NULL;
        }
    }
    return best;
}

bool class_add_subclass(VM *vm, Type *base, Type *type) {
    if (base->subclass_count == base->subclass_capacity) {
        u32 capacity = base->subclass_capacity ? base->subclass_capacity * 2 : 4;
        Type **larger = realloc(base->subclasses, capacity * sizeof(Type *));
        if (!larger) {
            raise_memory(vm);
            return false;
        }
        base->subclasses = larger;
        base->subclass_capacity = capacity;
    }
    base->subclasses[base->subclass_count++] = type;
    return true;
}

void class_remove_subclass(Type *base, Type *type) {
    for (u32 i = 0; i < base->subclass_count; i++) {
        if (base->subclasses[i] != type) continue;
        base->subclass_count--;
        memmove(base->subclasses + i, base->subclasses + i + 1,
                (base->subclass_count - i) * sizeof(Type *));
        return;
    }
}

/* ---- the new object ---- */

static Type *allocate(VM *vm, Type *metatype) {
    Type *type = (Type *)object_new(vm, metatype);
    if (!type) return NULL;
    type->vm = vm;
    type->flags = TYPE_HEAP | TYPE_READY;
    type->bases = type->mro = type->name = type->qualname = type->module = EMPTY;
    type->full_name = EMPTY;
    type->init_function = EMPTY;
    type->version = ++vm->next_type_version;
    return type;
}

static bool add_key(VM *vm, Dict *dict, Value key, Value value) {
    if (!is_str(key) || str_is_interned(key)) return dict_set(vm, dict, key, value);
    OWNED Value interned = TRY_OR_FALSE(str_intern(vm, incref(key)));
    return dict_set(vm, dict, interned, value);
}

/* A copy of the namespace in which all names are interned. */
static Value copy_namespace(VM *vm, const Type *type, Dict *namespace) {
    OWNED Value dict = TRY(dict_new_sized(vm, namespace->count));
    Value key, value;
    bool has_others = false;
    for (u32 at = 0; dict_next(namespace, &at, &key, &value);) {
        has_others |= !is_str(key);
        CHECK(add_key(vm, to_dict(dict), key, value));
    }
    if (has_others)
        CHECK(warn(vm, EXC(RuntimeWarning), 1,
                   "non-string key in the __dict__ of class %S", type->name));
    return TAKE(dict);
}

static bool set_base(VM *vm, Type *type, Value bases, Type *base) {
    type->bases = incref(bases);
    type->base = base;
    base->h.rc++;
    type->flags |= base->flags & INHERITED;
    type->table = base->table;
    type->struct_size = base->struct_size;
    type->solid = base->solid;
    return true;
}

/* ---- the namespace ---- */

/* The function that runs: its globals' __name__ is the module of the class. */
static bool set_module(VM *vm, Dict *dict) {
    if (dict_get_str(vm, dict, NAME(__module__)) != EMPTY || !vm->frame) return true;
    Value function = vm->frame->func;
    if (!has_kind(function, KIND_FUNCTION)) return true;
    Value globals = ((Function *)function)->globals;
    Value name = has_kind(globals, KIND_DICT)
                     ? dict_get_str(vm, to_dict(globals), NAME(__name__))
                     : EMPTY;
    return name == EMPTY || dict_set(vm, dict, NAME(__module__), name);
}

static bool take_qualname(VM *vm, Type *type) {
    OWNED Value qualname = TRY_OR_FALSE(dict_pop(vm, type->dict, NAME(__qualname__)));
    if (qualname != EMPTY && !is_str(qualname)) {
        raise_type(vm, "type __qualname__ must be a str, not %T", qualname);
        return false;
    }
    type->qualname = qualname == EMPTY ? incref(type->name) : TAKE(qualname);
    return true;
}

/* __new__ is static and some others are class methods without being told. */
static bool wrap_function(VM *vm, Dict *dict, Value name,
                          Value (*wrap)(VM *vm, Value function)) {
    Value function = dict_get_str(vm, dict, name);
    if (!has_exact_kind(function, KIND_FUNCTION)) return true;
    OWNED Value wrapped = TRY_OR_FALSE(wrap(vm, function));
    return dict_set(vm, dict, name, wrapped);
}

static bool wrap_functions(VM *vm, Dict *dict) {
    return wrap_function(vm, dict, NAME(__new__), staticmethod_new) &&
           wrap_function(vm, dict, NAME(__init_subclass__), classmethod_new) &&
           wrap_function(vm, dict, NAME(__class_getitem__), classmethod_new);
}

/* The cell that zero-argument super() and `__class__` read. */
static bool fill_cell(VM *vm, Type *type) {
    OWNED Value cell = TRY_OR_FALSE(dict_pop(vm, type->dict, NAME(__classcell__)));
    if (cell == EMPTY) return true;
    if (!has_kind(cell, KIND_CELL)) {
        raise_type(vm, "__classcell__ must be a nonlocal cell, not %R",
                   from_object(type_of(vm, cell)));
        return false;
    }
    replace(&((Cell *)cell)->value, incref(from_object(type)));
    return true;
}

/* What annotation scopes inside the class look names up in: from now on the class's own dict. */
static bool fill_dict_cell(VM *vm, Type *type) {
    OWNED Value cell = TRY_OR_FALSE(dict_pop(vm, type->dict, NAME(__classdictcell__)));
    if (has_kind(cell, KIND_CELL))
        replace(&((Cell *)cell)->value, incref(from_object(type->dict)));
    return true;
}

static bool set_attributes(VM *vm, Type *type) {
    return fill_dict_cell(vm, type) && set_module(vm, type->dict) &&
           take_qualname(vm, type) && wrap_functions(vm, type->dict);
}

static bool set_defaults(VM *vm, Type *type) {
    Dict *dict = type->dict;
    if (dict_get_str(vm, dict, NAME(__doc__)) == EMPTY &&
        !dict_set(vm, dict, NAME(__doc__), NONE))
        return false;
    bool needs_hash = dict_get_str(vm, dict, NAME(__eq__)) != EMPTY &&
                      dict_get_str(vm, dict, NAME(__hash__)) == EMPTY;
    return !needs_hash || dict_set(vm, dict, NAME(__hash__), NONE);
}

/* Sequence or mapping: what the first in the MRO says that says something. */
static void set_pattern_flags(Type *type) {
    const Tuple *mro = to_tuple(type->mro);
    type->flags &= ~(u32)TYPE_PATTERN_FLAGS;
    for (usize i = 0; i < mro->count && !(type->flags & TYPE_PATTERN_FLAGS); i++)
        type->flags |= to_type(mro->items[i])->flags & TYPE_PATTERN_FLAGS;
}

static bool set_mro(VM *vm, Type *type) {
    Value mro = class_mro(vm, type);
    if (mro == FAIL) return false;
    type->mro = mro;
    Tuple *bases = to_tuple(type->bases);
    for (usize i = 0; i < bases->count; i++)
        if (!class_add_subclass(vm, to_type(bases->items[i]), type)) return false;
    set_pattern_flags(type);
    return true;
}

/* ---- telling others ---- */

static bool explain_set_name(VM *vm, Value class_name, Value key, Value value) {
    OWNED Value exception = exception_take(vm);
    OWNED Value note =
        str_format(vm, "Error calling __set_name__ on '%T' instance %R in '%S'", value,
                   key, class_name);
    OWNED Value done =
        note == FAIL ? FAIL : call_method_1(vm, exception, NAME(add_note), note);
    if (done == FAIL) exception_clear(vm);
    exception_restore(vm, TAKE(exception));
    return false;
}

static bool call_set_name(VM *vm, Type *type, Value key, Value value) {
    if (type_lookup(vm, type_of(vm, value), NAME(__set_name__)) == EMPTY) return true;
    Value window[] = {value, from_object(type), key};
    OWNED Value result = call_special(vm, NAME(__set_name__), window, 3);
    return result != FAIL || explain_set_name(vm, type->name, key, value);
}

/* Over a copy: they may change the class. */
static bool call_set_names(VM *vm, Type *type) {
    OWNED Value copy = TRY_OR_FALSE(dict_copy(vm, type->dict));
    Value key, value;
    for (u32 at = 0; dict_next(to_dict(copy), &at, &key, &value);)
        if (!call_set_name(vm, type, key, value)) return false;
    return true;
}

static bool call_init_subclass(VM *vm, Type *type, Value *args, u32 nargs,
                               Value kwnames) {
    bool unbound;
    Value self = from_object(type);
    const Tuple *mro = to_tuple(type->mro);
    if (mro->items[mro->count - 1] == self) return true; /* by an mro() of its own */
    OWNED Value method =
        TRY_OR_FALSE(super_find(vm, type, self, NAME(__init_subclass__), &unbound));
    OWNED Value result = TRY_OR_FALSE(
        call_with_self(vm, method, unbound ? self : EMPTY, args + nargs, 0, kwnames));
    return true;
}

/* ---- all of it ---- */

static bool build(VM *vm, Type *type, Value name, Dict *namespace, Value bases) {
    OWNED Value all = to_tuple(bases)->count
                          ? incref(bases)
                          : tuple_of(vm, 1, from_object(vm->types[TYPE_object]));
    if (all == FAIL) return false;
    Type *base = class_best_base(vm, all);
    if (!base) return false;
    type->name = str_intern(vm, incref(name));
    if (type->name == FAIL) {
        type->name = EMPTY;
        return false;
    }
    set_base(vm, type, all, base);
    Value dict = TRY_OR_FALSE(copy_namespace(vm, type, namespace));
    type->dict = to_dict(dict);
    Value slots = dict_get_str(vm, type->dict, NAME(__slots__));
    if (!set_attributes(vm, type) || !class_layout(vm, type, slots) ||
        !set_defaults(vm, type) || !fill_cell(vm, type) || !set_mro(vm, type))
        return false;
    type_renew(vm, type);
    specials_scan(vm, type);
    slots_update(vm, type);
    return true;
}

Value type_make(VM *vm, Type *metatype, Value name, Value bases, Value namespace,
                Value *args, u32 nargs, Value kwnames) {
    OWNED Value made = from_object(allocate(vm, metatype));
    if (!made) {
        made = EMPTY;
        return FAIL;
    }
    Type *type = to_type(made);
    CHECK(build(vm, type, name, to_dict(namespace), bases));
    CHECK(call_set_names(vm, type));
    CHECK(call_init_subclass(vm, type, args, nargs, kwnames));
    return TAKE(made);
}
