/* wrapper_descriptor and method-wrapper: the special methods of builtin types as objects.
 */
#include "objects/descriptor.h"
#include "objects/dict.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/sequence.h"
#include "objects/slots.h"
#include "objects/str.h"
#include "objects/tuple.h"

Value slot_wrapper_new(VM *vm, Type *owner, const Special *special, Value self) {
    Type *type = vm->types[self == EMPTY ? TYPE_wrapper_descriptor : TYPE_method_wrapper];
    SlotWrapper *wrapper = (SlotWrapper *)object_new(vm, type);
    if (!wrapper) return FAIL;
    wrapper->special = special;
    wrapper->owner = owner;
    wrapper->self = incref(self);
    return from_object(wrapper);
}

static Value name_of(VM *vm, const SlotWrapper *wrapper) {
    return vm->names[wrapper->special->name];
}

/* ---- calling, by the sort of the slot ---- */

static bool raise_count(VM *vm, u32 nargs, u32 wanted, const char *before) {
    raise_type(vm, "%sexpected %u argument%s, got %u", before, wanted,
               wanted == 1 ? "" : "s", nargs);
    return false;
}

static bool check_count(VM *vm, u32 nargs, u32 wanted) {
    /* CPython checks two arguments by another way, which begins with a space */
    return nargs == wanted || raise_count(vm, nargs, wanted, wanted == 2 ? " " : "");
}

static bool is_counted_otherwise(const SlotWrapper *wrapper) {
    const Slots *slots = &wrapper->owner->slots;
    const Special *special = wrapper->special;
    if (special->sort == SPECIAL_BUFFER) return true;
    if (special->op != BINARY_MUL) return false;
    if (special->sort == SPECIAL_INPLACE) return slots->inplace_repeat;
    return (special->sort == SPECIAL_BINARY || special->sort == SPECIAL_REFLECTED) &&
           slots->repeat;
}

/* The count of a repetition and the flags of a buffer are checked by that other way too. */
static bool check_other(VM *vm, const SlotWrapper *wrapper, u32 nargs) {
    return nargs == 1 || raise_count(vm, nargs, 1, is_counted_otherwise(wrapper) ? " " : "");
}

static bool check_range(VM *vm, u32 nargs, u32 least, u32 most) {
    if (nargs >= least && nargs <= most) return true;
    bool is_few = nargs < least;
    u32 wanted = is_few ? least : most;
    raise_type(vm, " expected at %s %u argument%s, got %u", is_few ? "least" : "most",
               wanted, wanted == 1 ? "" : "s", nargs);
    return false;
}

static Value done(bool ok) {
    return ok ? NONE : FAIL;
}

static Value binary(VM *vm, const SlotWrapper *wrapper, Value a, Value b) {
    const Type *owner = wrapper->owner;
    BinaryOp op = wrapper->special->op;
    u32 mask = wrapper->special->sort == SPECIAL_BINARY ? owner->binary_ops
                                                        : owner->reflected_ops;
    if (owner->slots.binary && mask & CAN(op)) return owner->slots.binary(vm, op, a, b);
    if (op == BINARY_ADD) return owner->slots.concat(vm, a, b);
    i64 count;
    if (wrapper->special->sort == SPECIAL_REFLECTED) {
        Value swap = a;
        a = b;
        b = swap;
    }
    CHECK(index_to_i64(vm, b, EXC(OverflowError), &count));
    return owner->slots.repeat(vm, a, count);
}

static Value inplace(VM *vm, const SlotWrapper *wrapper, Value self, Value other) {
    const Type *owner = wrapper->owner;
    BinaryOp op = wrapper->special->op;
    if (owner->slots.inplace && owner->inplace_ops & CAN(op))
        return owner->slots.inplace(vm, op, self, other);
    if (op == BINARY_ADD) return owner->slots.inplace_concat(vm, self, other);
    i64 count;
    CHECK(index_to_i64(vm, other, EXC(OverflowError), &count));
    return owner->slots.inplace_repeat(vm, self, count);
}

static Value power(VM *vm, const Type *owner, Value base, Value exponent, Value modulus) {
    if (modulus == NONE) return owner->slots.binary(vm, BINARY_POW, base, exponent);
    return owner->slots.power ? owner->slots.power(vm, base, exponent, modulus)
                              : NOT_IMPLEMENTED;
}

static Value get(VM *vm, const Type *owner, Value self, Value instance, Value type) {
    if (instance == NONE) instance = EMPTY;
    if (type == NONE) type = EMPTY;
    if (instance == EMPTY && type == EMPTY)
        return raise_type(vm, "__get__(None, None) is invalid");
    return owner->slots.get(vm, self, instance, type);
}

/* object.__setattr__(a_class, ...) would go around what keeps classes consistent. */
static bool may_set(VM *vm, const SlotWrapper *wrapper, Value self) {
    const Type *type = type_of(vm, self);
    const Type *native = vm->types[type->table - type_tables];
    if (native->slots.setattr == wrapper->owner->slots.setattr) return true;
    raise_type(vm, "can't apply this %S to %s object", name_of(vm, wrapper),
               type_name((Type *)type));
    return false;
}

static Value hash(VM *vm, const Type *owner, Value self) {
    u64 result;
    CHECK(owner->slots.hash(vm, self, &result));
    return int_from_i64(vm, (i64)result);
}

static Value length(VM *vm, const Type *owner, Value self) {
    i64 result = owner->slots.length(vm, self);
    return result < 0 ? FAIL : int_from_i64(vm, result);
}

static Value truth(int result) {
    return result < 0 ? FAIL : from_bool(result);
}

static Value next(VM *vm, const Type *owner, Value self) {
    Value item = owner->slots.next(vm, self);
    if (item != EMPTY) return item;
    OWNED Value value = TAKE(vm->return_value);
    return raise_stop_iteration(vm, value == EMPTY ? NONE : value);
}

static Value self_slot(const Type *owner, const Special *special, VM *vm, Value self) {
    Value (*slot)(VM *, Value) =
        *(Value(*const *)(VM *, Value))((const char *)&owner->slots + special->offset);
    return slot(vm, self);
}

/* Sorts that take self alone. */
static Value call_unary(VM *vm, const SlotWrapper *wrapper, Value self) {
    const Type *owner = wrapper->owner;
    switch (wrapper->special->sort) {
    case SPECIAL_SELF: return self_slot(owner, wrapper->special, vm, self);
    case SPECIAL_NEXT: return next(vm, owner, self);
    case SPECIAL_UNARY: return owner->slots.unary(vm, wrapper->special->op, self);
    case SPECIAL_HASH: return hash(vm, owner, self);
    case SPECIAL_TRUTH: return truth(owner->slots.truth(vm, self));
    default: return length(vm, owner, self);
    }
}

/* Sorts that take one argument more. */
static Value call_binary(VM *vm, const SlotWrapper *wrapper, Value self, Value other) {
    const Special *special = wrapper->special;
    const Slots *slots = &wrapper->owner->slots;
    switch (special->sort) {
    case SPECIAL_BINARY: return binary(vm, wrapper, self, other);
    case SPECIAL_REFLECTED: return binary(vm, wrapper, other, self);
    case SPECIAL_INPLACE: return inplace(vm, wrapper, self, other);
    case SPECIAL_COMPARE: return slots->compare(vm, self, other, special->op);
    case SPECIAL_GETITEM: return slots->getitem(vm, self, other);
    case SPECIAL_DELITEM: return done(slots->setitem(vm, self, other, EMPTY));
    case SPECIAL_BUFFER: return buffer_by_flags(vm, wrapper->owner, self, other);
    case SPECIAL_CONTAINS: return truth(slots->contains(vm, self, other));
    case SPECIAL_GETATTR: return slots->getattr(vm, self, other);
    case SPECIAL_DELATTR:
        if (!may_set(vm, wrapper, self)) return FAIL;
        return done(slots->setattr(vm, self, other, EMPTY));
    default: return done(slots->set(vm, self, other, EMPTY));
    }
}

/* Sorts that take two arguments more. */
static Value call_ternary(VM *vm, const SlotWrapper *wrapper, Value self, Value a,
                          Value b) {
    const Slots *slots = &wrapper->owner->slots;
    switch (wrapper->special->sort) {
    case SPECIAL_SETITEM: return done(slots->setitem(vm, self, a, b));
    case SPECIAL_SETATTR:
        if (!may_set(vm, wrapper, self)) return FAIL;
        return done(slots->setattr(vm, self, a, b));
    default: return done(slots->set(vm, self, a, b));
    }
}

/* Names of attributes reach the slots interned. Owned. */
static Value attribute_name(VM *vm, Value name) {
    if (!is_str(name))
        return raise_type(vm, "attribute name must be string, not '%T'", name);
    return str_intern(vm, incref(name));
}

static Value call_with_name(VM *vm, const SlotWrapper *wrapper, Value *args, u32 nargs) {
    if (!check_count(vm, nargs - 1, wrapper->special->sort == SPECIAL_SETATTR ? 2 : 1))
        return FAIL;
    OWNED Value name = TRY(attribute_name(vm, args[1]));
    if (nargs == 3) return call_ternary(vm, wrapper, args[0], name, args[2]);
    return call_binary(vm, wrapper, args[0], name);
}

static Value call_sort(VM *vm, const SlotWrapper *wrapper, Value *args, u32 nargs) {
    Type *owner = wrapper->owner;
    Value third = nargs > 2 ? args[2] : NONE;
    switch (wrapper->special->sort) {
    case SPECIAL_SELF:
    case SPECIAL_NEXT:
    case SPECIAL_UNARY:
    case SPECIAL_HASH:
    case SPECIAL_TRUTH:
    case SPECIAL_LENGTH:
        return check_count(vm, nargs - 1, 0) ? call_unary(vm, wrapper, args[0]) : FAIL;
    case SPECIAL_SETITEM:
    case SPECIAL_SET:
        if (!check_count(vm, nargs - 1, 2)) return FAIL;
        return call_ternary(vm, wrapper, args[0], args[1], args[2]);
    case SPECIAL_GETATTR:
    case SPECIAL_SETATTR:
    case SPECIAL_DELATTR: return call_with_name(vm, wrapper, args, nargs);
    case SPECIAL_POWER:
        if (!check_range(vm, nargs - 1, 1, 2)) return FAIL;
        return power(vm, owner, args[0], args[1], third);
    case SPECIAL_REFLECTED_POWER:
        if (!check_range(vm, nargs - 1, 1, 2)) return FAIL;
        return power(vm, owner, args[1], args[0], third);
    case SPECIAL_GET:
        if (!check_range(vm, nargs - 1, 1, 2)) return FAIL;
        return get(vm, owner, args[0], args[1], third);
    default:
        if (!check_other(vm, wrapper, nargs - 1)) return FAIL;
        return call_binary(vm, wrapper, args[0], args[1]);
    }
}

/* ---- calling ---- */

static bool check_self(VM *vm, const SlotWrapper *wrapper, Value *args, u32 nargs) {
    if (nargs == 0) {
        raise_type(vm, "descriptor '%S' of '%s' object needs an argument",
                   name_of(vm, wrapper), type_name(wrapper->owner));
        return false;
    }
    if (LIKELY(is_instance(vm, args[0], wrapper->owner))) return true;
    raise_type(vm, "descriptor '%S' requires a '%s' object but received a '%T'",
               name_of(vm, wrapper), type_name(wrapper->owner), args[0]);
    return false;
}

Value slot_wrapper_call(VM *vm, SlotWrapper *wrapper, Value *args, u32 nargs,
                        Value kwnames) {
    if (!check_self(vm, wrapper, args, nargs)) return FAIL;
    const Slots *slots = &wrapper->owner->slots;
    if (wrapper->special->sort == SPECIAL_CALL)
        return slots->call(vm, args[0], args + 1, nargs - 1, kwnames);
    if (wrapper->special->sort == SPECIAL_INIT)
        return done(slots->init(vm, args[0], args + 1, nargs - 1, kwnames));
    if (kwnames != EMPTY && to_tuple(kwnames)->count)
        return raise_type(vm, "wrapper %S() takes no keyword arguments",
                          name_of(vm, wrapper));
    return call_sort(vm, wrapper, args, nargs);
}

static Value call_slot(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    return slot_wrapper_call(vm, (SlotWrapper *)self, args, nargs, kwnames);
}

static Value call_bound(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    Value bound = ((SlotWrapper *)self)->self;
    return call_prepended(vm, call_slot, self, bound, args, nargs, kwnames);
}

/* ---- the two types ---- */

static void visit_wrapper(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((SlotWrapper *)self)->self);
}

static void clear_wrapper(VM *vm, Obj *self) {
    SlotWrapper *wrapper = (SlotWrapper *)self;
    replace(&wrapper->self, EMPTY);
}

static Value get_wrapper(VM *vm, Value self, Value instance, Value type) {
    SlotWrapper *wrapper = (SlotWrapper *)self;
    if (instance == EMPTY) return incref(self);
    if (!is_instance(vm, instance, wrapper->owner))
        return raise_type(
            vm, "descriptor '%S' for '%s' objects doesn't apply to a '%T' object",
            name_of(vm, wrapper), type_name(wrapper->owner), instance);
    return slot_wrapper_new(vm, wrapper->owner, wrapper->special, instance);
}

static Value repr_wrapper(VM *vm, Value self) {
    SlotWrapper *wrapper = (SlotWrapper *)self;
    return str_format(vm, "<slot wrapper '%S' of '%s' objects>", name_of(vm, wrapper),
                      wrapper->owner->table->spec->name);
}

TYPE(wrapper_descriptor, .name = "wrapper_descriptor", .size = sizeof(SlotWrapper),
     .kind = KIND_SLOT_WRAPPER, .flags = TYPE_FINAL | TYPE_NO_NEW,
     .slots = {.free = clear_wrapper,
               .visit = visit_wrapper,
               .clear = clear_wrapper,
               .repr = repr_wrapper,
               .get = get_wrapper,
               .call = call_slot})

static Value repr_bound(VM *vm, Value self) {
    SlotWrapper *wrapper = (SlotWrapper *)self;
    return str_format(vm, "<method-wrapper '%S' of %T object at 0x%lx>",
                      name_of(vm, wrapper), wrapper->self, wrapper->self);
}

static Value compare_bound(VM *vm, Value self, Value other, CompareOp op) {
    if (op != EQ && op != NE) return NOT_IMPLEMENTED;
    if (type_of(vm, other) != type_of(vm, self)) return NOT_IMPLEMENTED;
    SlotWrapper *a = (SlotWrapper *)self, *b = (SlotWrapper *)other;
    bool equal = a->special == b->special && a->self == b->self;
    return from_bool(equal == (op == EQ));
}

static bool hash_bound(VM *vm, Value self, u64 *hash) {
    SlotWrapper *wrapper = (SlotWrapper *)self;
    *hash = wrapper->self >> 4 ^ (u64)(usize)wrapper->special;
    return true;
}

TYPE(method_wrapper, .name = "method-wrapper", .size = sizeof(SlotWrapper),
     .kind = KIND_SLOT_WRAPPER, .flags = TYPE_FINAL | TYPE_NO_NEW,
     .slots = {.free = clear_wrapper,
               .visit = visit_wrapper,
               .clear = clear_wrapper,
               .repr = repr_bound,
               .hash = hash_bound,
               .compare = compare_bound,
               .call = call_bound})

/* ---- attributes of both ---- */

static Value doc_of(VM *vm, Value self) {
    const char *doc = ((SlotWrapper *)self)->special->doc;
    return doc ? str_from_text(vm, doc) : NONE;
}

static Value signature_of(VM *vm, Value self) {
    const char *signature = ((SlotWrapper *)self)->special->signature;
    return signature ? str_from_text(vm, signature) : NONE;
}

static Value qualname_of(VM *vm, Value self) {
    const SlotWrapper *wrapper = (SlotWrapper *)self;
    return str_format(vm, "%s.%S", type_name(wrapper->owner), name_of(vm, wrapper));
}

/* (getattr, (object, name)) */
static Value reduce(VM *vm, Value object, Value name) {
    Value getattr = dict_get_str(vm, to_dict(vm->builtins), NAME(getattr));
    OWNED Value args = TRY(tuple_of(vm, 2, object, name));
    return tuple_of(vm, 2, getattr == EMPTY ? NONE : getattr, args);
}

MEMBER(wrapper_descriptor, __name__) {
    return incref(name_of(vm, (SlotWrapper *)self));
}

GETTER(wrapper_descriptor, __qualname__) {
    return qualname_of(vm, self);
}

GETTER(wrapper_descriptor, __doc__) {
    return doc_of(vm, self);
}

GETTER(wrapper_descriptor, __text_signature__) {
    return signature_of(vm, self);
}

MEMBER(wrapper_descriptor, __objclass__) {
    return incref(from_object(((SlotWrapper *)self)->owner));
}

METHOD(wrapper_descriptor, __reduce__, "($self, /)") {
    SlotWrapper *wrapper = (SlotWrapper *)args[0];
    return reduce(vm, from_object(wrapper->owner), name_of(vm, wrapper));
}

GETTER(method_wrapper, __name__) {
    return incref(name_of(vm, (SlotWrapper *)self));
}

GETTER(method_wrapper, __qualname__) {
    return qualname_of(vm, self);
}

GETTER(method_wrapper, __doc__) {
    return doc_of(vm, self);
}

GETTER(method_wrapper, __text_signature__) {
    return signature_of(vm, self);
}

GETTER(method_wrapper, __objclass__) {
    return incref(from_object(((SlotWrapper *)self)->owner));
}

GETTER(method_wrapper, __self__) {
    return incref(((SlotWrapper *)self)->self);
}

METHOD(method_wrapper, __reduce__, "($self, /)") {
    SlotWrapper *wrapper = (SlotWrapper *)args[0];
    return reduce(vm, wrapper->self, name_of(vm, wrapper));
}
