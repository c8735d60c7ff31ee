/* ProxyType and CallableProxyType: everything is done with the referent. */
#include "objects/native.h"
#include "objects/str.h"
#include "objects/type.h"
#include "objects/weakref.h"

static bool is_proxy(VM *vm, Value v) {
    if (!is_object(v)) return false;
    Type *type = type_of(vm, v);
    return type == vm->types[TYPE_ProxyType] || type == vm->types[TYPE_CallableProxyType];
}

/* What a proxy stands for; other values themselves. Owned. */
static Value unwrap(VM *vm, Value v) {
    if (!is_proxy(vm, v)) return incref(v);
    Value referent = weakref_get(v);
    if (referent != EMPTY) return referent;
    return raise_format(vm, EXC(ReferenceError),
                        "weakly-referenced object no longer exists");
}

static void free_proxy(VM *vm, Obj *self) {
    vm->types[TYPE_ReferenceType]->slots.free(vm, self);
}

static void visit_proxy(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((WeakRef *)self)->callback);
}

static void clear_proxy(VM *vm, Obj *self) {
    vm->types[TYPE_ReferenceType]->slots.clear(vm, self);
}

static Value repr(VM *vm, Value self) {
    OWNED Value referent = weakref_get(self);
    if (referent == EMPTY) return str_format(vm, "<weakproxy at 0x%lx; dead>", (u64)self);
    return str_format(vm, "<weakproxy at 0x%lx; to '%T' at 0x%lx>", (u64)self, referent,
                      (u64)referent);
}

static Value str(VM *vm, Value self) {
    OWNED Value referent = TRY(unwrap(vm, self));
    return object_str(vm, referent);
}

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    OWNED Value a = TRY(unwrap(vm, self)), b = TRY(unwrap(vm, other));
    return object_compare(vm, a, b, op);
}

static int truth(VM *vm, Value self) {
    OWNED Value referent = unwrap(vm, self);
    return referent == FAIL ? -1 : object_truth(vm, referent);
}

static Value getattr(VM *vm, Value self, Value name) {
    OWNED Value referent = TRY(unwrap(vm, self));
    return object_getattr(vm, referent, name);
}

static bool setattr(VM *vm, Value self, Value name, Value value) {
    OWNED Value referent = TRY_OR_FALSE(unwrap(vm, self));
    return object_setattr(vm, referent, name, value);
}

static Value call(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    OWNED Value referent = TRY(unwrap(vm, self));
    return object_call(vm, referent, args, nargs, kwnames);
}

static Value iter(VM *vm, Value self) {
    OWNED Value referent = TRY(unwrap(vm, self));
    return object_iter(vm, referent);
}

static Value next(VM *vm, Value self) {
    OWNED Value referent = TRY(unwrap(vm, self));
    if (!type_of(vm, referent)->slots.next)
        return raise_type(vm, "Weakref proxy referenced a non-iterator '%T' object",
                          referent);
    return iter_next(vm, referent);
}

static i64 length(VM *vm, Value self) {
    OWNED Value referent = unwrap(vm, self);
    return referent == FAIL ? -1 : object_length(vm, referent);
}

static Value getitem(VM *vm, Value self, Value key) {
    OWNED Value referent = TRY(unwrap(vm, self));
    return object_getitem(vm, referent, key);
}

static bool setitem(VM *vm, Value self, Value key, Value value) {
    OWNED Value referent = TRY_OR_FALSE(unwrap(vm, self));
    return object_setitem(vm, referent, key, value);
}

static int contains(VM *vm, Value self, Value item) {
    OWNED Value referent = unwrap(vm, self);
    return referent == FAIL ? -1 : object_contains(vm, referent, item);
}

static Value binary(VM *vm, BinaryOp op, Value a, Value b) {
    OWNED Value left = TRY(unwrap(vm, a)), right = TRY(unwrap(vm, b));
    return object_binary(vm, op, left, right);
}

static Value inplace(VM *vm, BinaryOp op, Value self, Value other) {
    OWNED Value left = TRY(unwrap(vm, self)), right = TRY(unwrap(vm, other));
    return object_inplace(vm, op, left, right);
}

static Value power(VM *vm, Value base, Value exponent, Value modulus) {
    OWNED Value a = TRY(unwrap(vm, base)), b = TRY(unwrap(vm, exponent)),
                c = TRY(unwrap(vm, modulus));
    return object_power(vm, a, b, c);
}

/* As int() and float() do it, which may ask for __index__ instead. */
static Value unary(VM *vm, UnaryOp op, Value self) {
    OWNED Value referent = TRY(unwrap(vm, self));
    if (op == UNARY_INT) return call_1(vm, from_object(vm->types[TYPE_int]), referent);
    if (op != UNARY_FLOAT) return object_unary(vm, op, referent);
    return call_1(vm, from_object(vm->types[TYPE_float]), referent);
}

#define ALL(count) ((1u << (count)) - 1)
#define PROXY_SLOTS                                                                 \
    .free = free_proxy, .visit = visit_proxy, .clear = clear_proxy, .repr = repr,   \
    .str = str, .compare = compare, .truth = truth, .getattr = getattr,             \
    .setattr = setattr, .iter = iter, .next = next, .length = length,               \
    .getitem = getitem, .setitem = setitem, .contains = contains, .binary = binary, \
    .inplace = inplace, .power = power, .unary = unary

TYPE(ProxyType, .name = "weakref.ProxyType", .size = sizeof(WeakRef), .kind = KIND_OTHER,
     .flags = TYPE_FINAL | TYPE_NO_NEW, .binary_ops = ALL(BINARY_COUNT),
     .reflected_ops = ALL(BINARY_COUNT), .inplace_ops = ALL(BINARY_DIVMOD),
     .unary_ops = ALL(UNARY_COUNT), .slots = {PROXY_SLOTS})

TYPE(CallableProxyType, .name = "weakref.CallableProxyType", .size = sizeof(WeakRef),
     .kind = KIND_OTHER, .flags = TYPE_FINAL | TYPE_NO_NEW,
     .binary_ops = ALL(BINARY_COUNT), .reflected_ops = ALL(BINARY_COUNT),
     .inplace_ops = ALL(BINARY_DIVMOD), .unary_ops = ALL(UNARY_COUNT),
     .slots = {PROXY_SLOTS, .call = call})

static Value bytes_of(VM *vm, Value self) {
    OWNED Value referent = TRY(unwrap(vm, self));
    return call_method_0(vm, referent, NAME(__bytes__));
}

static Value reversed_of(VM *vm, Value self) {
    OWNED Value referent = TRY(unwrap(vm, self));
    return call_method_0(vm, referent, NAME(__reversed__));
}

METHOD(ProxyType, __bytes__, "($self, /)") {
    return bytes_of(vm, args[0]);
}
METHOD(ProxyType, __reversed__, "($self, /)") {
    return reversed_of(vm, args[0]);
}
METHOD(CallableProxyType, __bytes__, "($self, /)") {
    return bytes_of(vm, args[0]);
}
METHOD(CallableProxyType, __reversed__, "($self, /)") {
    return reversed_of(vm, args[0]);
}
