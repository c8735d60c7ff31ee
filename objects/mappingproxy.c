/* The type mappingproxy: hands every question on to its mapping. */
#include "objects/dict.h"
#include "objects/generic_alias.h"
#include "objects/native.h"
#include "objects/show.h"

Value mappingproxy_new(VM *vm, Value mapping) {
    Type *type = vm->types[TYPE_mappingproxy];
    MappingProxy *proxy =
        (MappingProxy *)object_new_sized(vm, type, sizeof(MappingProxy));
    if (!proxy) return FAIL;
    proxy->mapping = incref(mapping);
    return from_object(proxy);
}

static inline Value mapping_of(Value self) {
    return ((MappingProxy *)self)->mapping;
}

static Value make(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"mapping", NULL};
    static const Arguments arguments = {"mappingproxy", names, 0, 1, 1};
    Value mapping;
    CHECK(arguments_bind(vm, &arguments, args, nargs, kwnames, &mapping));
    Type *of = type_of(vm, mapping);
    if (!of->slots.getitem || has_kind(mapping, KIND_LIST) ||
        has_kind(mapping, KIND_TUPLE)) {
        return raise_type(vm, "mappingproxy() argument must be a mapping, not %T",
                          mapping);
    }
    return mappingproxy_new(vm, mapping);
}

static void free_proxy(VM *vm, Obj *self) {
    decref(take(&((MappingProxy *)self)->mapping));
}

static void visit(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, mapping_of(from_object(self)));
}

static Value repr(VM *vm, Value self) {
    Buffer out = {0};
    buffer_add_text(&out, "mappingproxy(");
    bool ok = show_repr(vm, &out, mapping_of(self));
    buffer_add_char(&out, ')');
    return show_finish(vm, &out, ok);
}

static Value str(VM *vm, Value self) {
    return object_str(vm, mapping_of(self));
}

static bool hash(VM *vm, Value self, u64 *out) {
    return object_hash(vm, mapping_of(self), out);
}

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    return object_compare(vm, mapping_of(self), other, op);
}

static Value iterate(VM *vm, Value self) {
    return object_iter(vm, mapping_of(self));
}

static i64 length(VM *vm, Value self) {
    return object_length(vm, mapping_of(self));
}

static Value get_item(VM *vm, Value self, Value key) {
    return object_getitem(vm, mapping_of(self), key);
}

static int contains(VM *vm, Value self, Value key) {
    return object_contains(vm, mapping_of(self), key);
}

static Value merge(VM *vm, BinaryOp op, Value a, Value b) {
    if (has_exact_kind(a, KIND_OTHER) && type_of(vm, a) == vm->types[TYPE_mappingproxy]) {
        a = mapping_of(a);
    }
    if (has_exact_kind(b, KIND_OTHER) && type_of(vm, b) == vm->types[TYPE_mappingproxy]) {
        b = mapping_of(b);
    }
    return object_binary(vm, BINARY_OR, a, b);
}

static Value refuse_merge(VM *vm, BinaryOp op, Value self, Value other) {
    return raise_type(vm, "'|=' is not supported by %T; use '|' instead", self);
}

TYPE(mappingproxy, .name = "mappingproxy", .size = sizeof(MappingProxy),
     .kind = KIND_OTHER, .flags = TYPE_FINAL | TYPE_MAPPING, .binary_ops = CAN(BINARY_OR),
     .reflected_ops = CAN(BINARY_OR), .inplace_ops = CAN(BINARY_OR),
     .doc = "Read-only proxy of a mapping.",
     .slots = {
         .new = make,
         .free = free_proxy,
         .visit = visit,
         .clear = free_proxy,
         .repr = repr,
         .str = str,
         .hash = hash,
         .compare = compare,
         .iter = iterate,
         .length = length,
         .getitem = get_item,
         .contains = contains,
         .binary = merge,
         .inplace = refuse_merge,
     })

/* Return the value for key if key is in the mapping, else default. */
METHOD(mappingproxy, get, "($self, key, default=None, /)") {
    Value otherwise = args[2] == EMPTY ? NONE : args[2];
    return call_method_2(vm, mapping_of(args[0]), NAME(get), args[1], otherwise);
}

/* D.keys() -> a set-like object providing a view on D's keys */
METHOD(mappingproxy, keys, "($self, /)") {
    return call_method_0(vm, mapping_of(args[0]), NAME(keys));
}

/* D.values() -> an object providing a view on D's values */
METHOD(mappingproxy, values, "($self, /)") {
    return call_method_0(vm, mapping_of(args[0]), NAME(values));
}

/* D.items() -> a set-like object providing a view on D's items */
METHOD(mappingproxy, items, "($self, /)") {
    return call_method_0(vm, mapping_of(args[0]), NAME(items));
}

/* D.copy() -> a shallow copy of D */
METHOD(mappingproxy, copy, "($self, /)") {
    return call_method_0(vm, mapping_of(args[0]), NAME(copy));
}

/* Return a reverse iterator over the mapping. */
METHOD(mappingproxy, __reversed__, "($self, /)") {
    return call_method_0(vm, mapping_of(args[0]), NAME(__reversed__));
}

/* See PEP 585 */
CLASS_METHOD(mappingproxy, __class_getitem__, "($type, object, /)") {
    return generic_alias_new(vm, args[0], args[1]);
}
