/* Bound methods: a function and the object that it is called on. */
#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/frame.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

static BoundMethod *to_method(Value v) {
    return (BoundMethod *)to_object(v);
}

Value method_new(VM *vm, Value function, Value self) {
    BoundMethod *method = (BoundMethod *)object_new(vm, vm->types[TYPE_method]);
    if (!method) return FAIL;
    method->function = incref(function);
    method->self = incref(self);
    return from_object(method);
}

static Value method_make(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    CHECK(arguments_no_keywords(vm, "method", kwnames));
    if (nargs != 2) return raise_type(vm, "method expected 2 arguments, got %d", nargs);
    if (!is_callable(vm, args[0])) return raise_type(vm, "first argument must be callable");
    if (args[1] == NONE) return raise_type(vm, "instance must not be None");
    return method_new(vm, args[0], args[1]);
}

static void method_free(VM *vm, Obj *self) {
    decref(((BoundMethod *)self)->function);
    decref(((BoundMethod *)self)->self);
}

static void method_visit(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((BoundMethod *)self)->function);
    visitor->visit(visitor, ((BoundMethod *)self)->self);
}

static Value method_call(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    return call_with_self(vm, to_method(self)->function, to_method(self)->self, args, nargs, kwnames);
}

static Value method_repr(VM *vm, Value self) {
    BoundMethod *method = to_method(self);
    OWNED Value name = TRY(object_find_attr(vm, method->function, NAME(__qualname__)));
    if (name == EMPTY) name = TRY(object_find_attr(vm, method->function, NAME(__name__)));
    if (name == EMPTY || !is_str(name)) return str_format(vm, "<bound method ? of %R>", method->self);
    return str_format(vm, "<bound method %S of %R>", name, method->self);
}

static Value method_compare(VM *vm, Value self, Value other, CompareOp op) {
    if ((op != EQ && op != NE) || !has_exact_kind(other, KIND_BOUND_METHOD)) return NOT_IMPLEMENTED;
    int same = to_method(self)->self == to_method(other)->self
                   ? object_equal(vm, to_method(self)->function, to_method(other)->function)
                   : 0;
    return same < 0 ? FAIL : from_bool(same == (op == EQ));
}

static bool method_hash(VM *vm, Value self, u64 *hash) {
    if (!object_hash(vm, to_method(self)->function, hash)) return false;
    *hash ^= (u64)to_method(self)->self >> 4;
    return true;
}

/* What a bound method does not have itself, its function has. */
static Value method_getattr(VM *vm, Value self, Value name) {
    Value found = generic_find(vm, self, name);
    return found == EMPTY ? object_getattr(vm, to_method(self)->function, name) : found;
}

/* It is bound already. */
static Value method_get(VM *vm, Value self, Value instance, Value type) {
    return incref(self);
}

TYPE(method, .name = "method", .size = sizeof(BoundMethod), .kind = KIND_BOUND_METHOD,
     .flags = TYPE_FINAL | TYPE_WEAKREFS,
     .slots = {.new = method_make, .free = method_free, .visit = method_visit, .call = method_call,
               .repr = method_repr, .compare = method_compare, .hash = method_hash,
               .getattr = method_getattr, .get = method_get},
     .doc = "Create a bound instance method object.")

/* the function (or other callable) implementing a method */
MEMBER(method, __func__) {
    return incref(to_method(self)->function);
}
/* the instance to which a method is bound */
MEMBER(method, __self__) {
    return incref(to_method(self)->self);
}
GETTER(method, __doc__) {
    return object_getattr(vm, to_method(self)->function, NAME(__doc__));
}

/* (getattr, (self, name)) */
METHOD(method, __reduce__, "($self, /)") {
    BoundMethod *method = to_method(args[0]);
    Value getattr = dict_get_str(vm, to_dict(vm->builtins), NAME(getattr));
    OWNED Value name = TRY(object_getattr(vm, method->function, NAME(__name__)));
    OWNED Value arguments = TRY(tuple_of(vm, 2, method->self, name));
    return tuple_of(vm, 2, getattr == EMPTY ? NONE : getattr, arguments);
}
