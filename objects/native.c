/* Functions and methods written in C, as objects: builtin_function_or_method (len,
 * [].append), method_descriptor (list.append) and classmethod_descriptor, one struct for
 * all three.
 */
#include "objects/native.h"

#include "objects/dict.h"
#include "objects/frame.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/vm.h"

static bool is_bound(const Native *native) {
    return native->self != EMPTY || native->spec->sort == 0;
}

static Type *type_for(VM *vm, const NativeSpec *spec, Value self) {
    if (self != EMPTY || spec->sort == 0 || spec->sort == NATIVE_STATIC_METHOD)
        return vm->types[TYPE_builtin_function_or_method];
    return vm->types[spec->sort == NATIVE_METHOD ? TYPE_method_descriptor
                                                 : TYPE_classmethod_descriptor];
}

Value native_new(VM *vm, const NativeSpec *spec, Value self, Value module) {
    Native *native = (Native *)object_new(vm, type_for(vm, spec, self));
    if (!native) return FAIL;
    native->spec = spec;
    native->self = incref(self);
    native->module = incref(module);
    native->owner = spec->sort ? vm->types[spec->owner] : NULL;
    if (spec == &type_new_spec) native->owner = to_type(self);
    return from_object(native);
}

/* ---- calling ---- */

/* object.__new__(cls, ...), int.__new__(cls, ...): cls must be self's subtype, and have
 * its struct. */
static Value call_new(VM *vm, Type *self, Value *args, u32 nargs, Value kwnames) {
    const char *name = type_name(self);
    if (nargs == 0) return raise_type(vm, "%s.__new__(): not enough arguments", name);
    if (!is_type(args[0]))
        return raise_type(vm, "%s.__new__(X): X is not a type object (%T)", name,
                          args[0]);
    Type *type = to_type(args[0]);
    const char *wanted = type_name(type);
    if (!type_is_subtype(type, self))
        return raise_type(vm, "%s.__new__(%s): %s is not a subtype of %s", name, wanted,
                          wanted, name);
    Type *native = vm->types[type->table - type_tables];
    bool is_never_made = native->flags & TYPE_NO_NEW && !(self->flags & TYPE_NO_NEW);
    if (native->slots.new != self->slots.new || is_never_made)
        return raise_type(vm, "%s.__new__(%s) is not safe, use %s.__new__()", name,
                          wanted, type_name(native));
    return self->slots.new(vm, type, args + 1, nargs - 1, kwnames);
}

static bool check_self(VM *vm, const Native *native, Value *args, u32 nargs) {
    const char *name = native->spec->name, *owner = type_name(native->owner);
    if (nargs == 0) {
        raise_type(vm, "unbound method %s.%s() needs an argument",
                   type_short_name(native->owner), name);
        return false;
    }
    if (LIKELY(is_instance(vm, args[0], native->owner))) return true;
    raise_type(vm, "descriptor '%s' for '%s' objects doesn't apply to a '%T' object",
               name, owner, args[0]);
    return false;
}

static bool check_class(VM *vm, const Native *native, Value *args, u32 nargs) {
    const char *name = native->spec->name, *owner = type_name(native->owner);
    if (nargs == 0)
        raise_type(vm, "descriptor '%s' of '%s' object needs an argument", name, owner);
    else if (!is_type(args[0]))
        raise_type(vm, "descriptor '%s' for type '%s' needs a type, not a '%T' as arg 2",
                   name, owner, args[0]);
    else if (!type_is_subtype(to_type(args[0]), native->owner))
        raise_type(vm, "descriptor '%s' requires a subtype of '%s' but received '%s'",
                   name, owner, type_name(to_type(args[0])));
    else
        return true;
    return false;
}

static Value call_unbound(VM *vm, Native *native, Value *args, u32 nargs, Value kwnames) {
    const NativeSpec *spec = native->spec;
    bool is_method = spec->sort == NATIVE_METHOD;
    if (!(is_method ? check_self : check_class)(vm, native, args, nargs)) return FAIL;
    if (kwnames == EMPTY && native_is_plain(spec, nargs - 1))
        return native_call_plain(vm, spec, args, nargs);
    return native_call_spec(vm, spec, args[0], args + 1, nargs - 1, kwnames);
}

enum { PLAIN_ROOM = 8 }; /* tools/collect.py: PLAIN_MOST is less by one for self */

Value native_call_plain(VM *vm, const NativeSpec *spec, Value *args, u32 count) {
    u32 wanted = spec->named + (spec->sort != 0 && spec->sort != NATIVE_STATIC_METHOD);
    if (count == wanted) return spec->function(vm, args, count);
    Value room[PLAIN_ROOM];
    u32 i = 0;
    for (; i < count; i++) room[i] = args[i];
    for (; i < wanted; i++) room[i] = EMPTY;
    return spec->function(vm, room, wanted);
}

/* A method that knows its self. */
static Value call_bound_plain(VM *vm, const Native *native, const Value *args, u32 nargs) {
    Value room[PLAIN_ROOM] = {native->self};
    u32 wanted = native->spec->named + 1, i = 0;
    for (; i < nargs; i++) room[i + 1] = args[i];
    for (i++; i < wanted; i++) room[i] = EMPTY;
    return native->spec->function(vm, room, wanted);
}

Value native_call(VM *vm, Native *native, Value *args, u32 nargs, Value kwnames) {
    const NativeSpec *spec = native->spec;
    if (UNLIKELY(spec == &type_new_spec))
        return call_new(vm, to_type(native->self), args, nargs, kwnames);
    if (!is_bound(native) && spec->sort != NATIVE_STATIC_METHOD)
        return call_unbound(vm, native, args, nargs, kwnames);
    bool takes_self = spec->sort == NATIVE_METHOD || spec->sort == NATIVE_CLASS_METHOD;
    if (kwnames == EMPTY && native_is_plain(spec, nargs))
        return takes_self ? call_bound_plain(vm, native, args, nargs)
                          : native_call_plain(vm, spec, args, nargs);
    if (!takes_self) return native_call_spec(vm, spec, EMPTY, args, nargs, kwnames);
    return native_call_bound(vm, spec, native->self, args, nargs, kwnames);
}

static Value call_slot(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    return native_call(vm, (Native *)self, args, nargs, kwnames);
}

/* Never called: native_call knows the spec. */
static Value refuse_call(VM *vm, Value *args, u32 nargs) {
    (void)args;
    (void)nargs;
    return raise_system(vm, "__new__ called without its type");
}

const NativeSpec type_new_spec = {
    .name = "__new__",
    .function = refuse_call,
    .signature = "($type, *args, **kwargs)",
    .doc = "Create and return a new object.  See help(type) for accurate signature.",
    .sort = NATIVE_STATIC_METHOD,
};

/* ---- the types ---- */

static void visit_native(Obj *self, Visitor *visitor) {
    Native *native = (Native *)self;
    visitor->visit(visitor, native->self);
    visitor->visit(visitor, native->module);
}

static void clear_native(VM *vm, Obj *self) {
    Native *native = (Native *)self;
    replace(&native->self, EMPTY);
    replace(&native->module, EMPTY);
}

static void free_native(VM *vm, Obj *self) {
    Native *native = (Native *)self;
    decref(native->self);
    decref(native->module);
}

static bool is_module(Value v) {
    return has_kind(v, KIND_MODULE);
}

static Value repr_function(VM *vm, Value self) {
    Native *native = (Native *)self;
    if (native->self == EMPTY || is_module(native->self))
        return str_format(vm, "<built-in function %s>", native->spec->name);
    return str_format(vm, "<built-in method %s of %T object at 0x%lx>",
                      native->spec->name, native->self, native->self);
}

static Value compare_function(VM *vm, Value self, Value other, CompareOp op) {
    if ((op != EQ && op != NE) || type_of(vm, self) != type_of(vm, other))
        return NOT_IMPLEMENTED;
    Native *a = (Native *)self, *b = (Native *)other;
    bool equal = a->spec == b->spec && a->self == b->self;
    return from_bool(equal == (op == EQ));
}

static bool hash_function(VM *vm, Value self, u64 *hash) {
    Native *native = (Native *)self;
    u64 of_self = native->self == EMPTY ? 0 : native->self >> 4;
    *hash = of_self ^ (u64)(usize)native->spec >> 4;
    return true;
}

TYPE(builtin_function_or_method, .name = "builtin_function_or_method",
     .size = sizeof(Native), .kind = KIND_NATIVE,
     .flags = TYPE_FINAL | TYPE_NO_NEW | TYPE_WEAKREFS,
     .slots = {.free = free_native,
               .visit = visit_native,
               .clear = clear_native,
               .repr = repr_function,
               .hash = hash_function,
               .compare = compare_function,
               .call = call_slot})

static Value repr_descriptor(VM *vm, Value self) {
    Native *native = (Native *)self;
    return str_format(vm, "<method '%s' of '%s' objects>", native->spec->name,
                      native->owner->table->spec->name);
}

static Value get_method(VM *vm, Value self, Value instance, Value type) {
    Native *native = (Native *)self;
    if (instance == EMPTY) return incref(self);
    if (!check_self(vm, native, &instance, 1)) return FAIL;
    return native_new(vm, native->spec, instance, EMPTY);
}

TYPE(method_descriptor, .name = "method_descriptor", .size = sizeof(Native),
     .kind = KIND_NATIVE, .flags = TYPE_FINAL | TYPE_NO_NEW,
     .slots = {.free = free_native,
               .visit = visit_native,
               .clear = clear_native,
               .repr = repr_descriptor,
               .get = get_method,
               .call = call_slot})

static Value get_class_method(VM *vm, Value self, Value instance, Value type) {
    Native *native = (Native *)self;
    Value class = type == EMPTY ? from_object(type_of(vm, instance)) : type;
    if (!check_class(vm, native, &class, 1)) return FAIL;
    return native_new(vm, native->spec, class, EMPTY);
}

TYPE(classmethod_descriptor, .name = "classmethod_descriptor", .size = sizeof(Native),
     .kind = KIND_NATIVE, .flags = TYPE_FINAL | TYPE_NO_NEW,
     .slots = {.free = free_native,
               .visit = visit_native,
               .clear = clear_native,
               .repr = repr_descriptor,
               .get = get_class_method,
               .call = call_slot})

/* ---- attributes ---- */

static Value name_of(VM *vm, Value self) {
    return str_from_text(vm, ((Native *)self)->spec->name);
}

/* Bound methods show the class of self, or self when it is a class; those of open types, whose methods CPython has in
 * Python, the class that has them. */
static Value qualname_of(VM *vm, Value self) {
    Native *native = (Native *)self;
    if (!native->owner) return name_of(vm, self);
    Type *type = native->owner;
    if (native->self != EMPTY && !(type->flags & TYPE_OPEN))
        type = is_type(native->self) ? to_type(native->self) : type_of(vm, native->self);
    Value owner = TRY(type_qualname_value(vm, type));
    return str_format(vm, "%S.%s", owner, native->spec->name);
}

static Value doc_of(VM *vm, Value self) {
    const char *doc = ((Native *)self)->spec->doc;
    return doc ? str_from_text(vm, doc) : NONE;
}

/* Functions of modules show their module as the first parameter. */
static Value signature_of(VM *vm, Value self) {
    const NativeSpec *spec = ((Native *)self)->spec;
    if (!spec->signature) return NONE;
    if (spec->sort || spec->signature[1] == '$') return str_from_text(vm, spec->signature);
    if (strstr(spec->signature, "/")) /* marks $module too */
        return str_format(vm, "($module, %s", spec->signature + 1);
    bool is_empty = spec->signature[1] == ')';
    return str_format(vm, "($module, /%s%s", is_empty ? "" : ", ", spec->signature + 1);
}

/* (getattr, (object, name)) */
static Value reduce_to_getattr(VM *vm, Value object, Value self) {
    Value getattr = dict_get_str(vm, to_dict(vm->builtins), NAME(getattr));
    OWNED Value name = TRY(name_of(vm, self));
    OWNED Value args = TRY(tuple_of(vm, 2, object, name));
    return tuple_of(vm, 2, getattr == EMPTY ? NONE : getattr, args);
}

GETTER(builtin_function_or_method, __name__) {
    return name_of(vm, self);
}

GETTER(builtin_function_or_method, __qualname__) {
    return qualname_of(vm, self);
}

GETTER(builtin_function_or_method, __doc__) {
    return doc_of(vm, self);
}

GETTER(builtin_function_or_method, __text_signature__) {
    return signature_of(vm, self);
}

GETTER(builtin_function_or_method, __self__) {
    Value bound = ((Native *)self)->self;
    return bound == EMPTY ? NONE : incref(bound);
}

MEMBER(builtin_function_or_method, __module__) {
    Value module = ((Native *)self)->module;
    return module == EMPTY ? NONE : incref(module);
}

SETTER(builtin_function_or_method, __module__) {
    replace(&((Native *)self)->module, incref(value));
    return true;
}

METHOD(builtin_function_or_method, __reduce__, "($self, /)") {
    Value bound = ((Native *)args[0])->self;
    if (bound == EMPTY || is_module(bound)) return name_of(vm, args[0]);
    return reduce_to_getattr(vm, bound, args[0]);
}

MEMBER(method_descriptor, __name__) {
    return name_of(vm, self);
}

GETTER(method_descriptor, __qualname__) {
    return qualname_of(vm, self);
}

GETTER(method_descriptor, __doc__) {
    return doc_of(vm, self);
}

GETTER(method_descriptor, __text_signature__) {
    return signature_of(vm, self);
}

MEMBER(method_descriptor, __objclass__) {
    return incref(from_object(((Native *)self)->owner));
}

METHOD(method_descriptor, __reduce__, "($self, /)") {
    return reduce_to_getattr(vm, from_object(((Native *)args[0])->owner), args[0]);
}

MEMBER(classmethod_descriptor, __name__) {
    return name_of(vm, self);
}

GETTER(classmethod_descriptor, __qualname__) {
    return qualname_of(vm, self);
}

GETTER(classmethod_descriptor, __doc__) {
    return doc_of(vm, self);
}

GETTER(classmethod_descriptor, __text_signature__) {
    return signature_of(vm, self);
}

MEMBER(classmethod_descriptor, __objclass__) {
    return incref(from_object(((Native *)self)->owner));
}
