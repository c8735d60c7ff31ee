/* collections.defaultdict */
#include "objects/dict.h"
#include "objects/native.h"
#include "objects/show.h"
#include "objects/str.h"
#include "objects/tuple.h"

typedef struct DefaultDict {
    Dict dict;
    Value factory; /* callable, or None */
} DefaultDict;

static DefaultDict *to_default(Value v) {
    return (DefaultDict *)v;
}

static bool is_default(VM *vm, Value v) {
    return is_instance(vm, v, vm->types[TYPE_defaultdict]);
}

static Value make(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    DefaultDict *dict = (DefaultDict *)object_new(vm, type);
    if (!dict) return FAIL;
    dict->factory = NONE;
    return from_object(dict);
}

static bool init(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    Value factory = nargs ? args[0] : NONE;
    if (factory != NONE && !is_callable(vm, factory)) {
        raise_type(vm, "first argument must be callable or None");
        return false;
    }
    replace(&to_default(self)->factory, incref(factory));
    u32 taken = nargs ? 1 : 0;
    return vm->types[TYPE_dict]->slots.init(vm, self, args + taken, nargs - taken,
                                            kwnames);
}

static void free_default(VM *vm, Obj *self) {
    dict_clear(vm, (Dict *)self);
    decref(take(&((DefaultDict *)self)->factory));
}

static void clear(VM *vm, Obj *self) {
    dict_clear(vm, (Dict *)self);
    replace(&((DefaultDict *)self)->factory, NONE);
}

static void visit(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((DefaultDict *)self)->factory);
    Value key, value;
    for (u32 at = 0; dict_next((Dict *)self, &at, &key, &value);) {
        visitor->visit(visitor, key);
        visitor->visit(visitor, value);
    }
}

static bool show_factory(VM *vm, Value factory, Buffer *out) {
    int shown = repr_enter(vm, factory);
    if (shown < 0) return false;
    if (shown) return buffer_add_text(out, "..."), true;
    bool ok = show_repr(vm, out, factory);
    repr_leave(vm, factory);
    return ok;
}

static Value repr(VM *vm, Value self) {
    OWNED Value plain = TRY(vm->types[TYPE_dict]->slots.repr(vm, self));
    const char *name = type_short_name(type_of(vm, self));
    Buffer out = {0};
    buffer_printf(&out, "%s(", name);
    OWNED Value factory = incref(to_default(self)->factory);
    bool ok = show_factory(vm, factory, &out);
    buffer_add_text(&out, ", ");
    buffer_add_span(&out, str_span(plain));
    buffer_add_char(&out, ')');
    return show_finish(vm, &out, ok);
}

/* type(d)(d.default_factory, items) */
static Value copy_with(VM *vm, Value self, Value items) {
    Value type = from_object(type_of(vm, self));
    return call_2(vm, type, to_default(self)->factory, items);
}

static Value merge(VM *vm, BinaryOp op, Value a, Value b) {
    if (!has_kind(a, KIND_DICT) || !has_kind(b, KIND_DICT)) return NOT_IMPLEMENTED;
    OWNED Value result = TRY(copy_with(vm, is_default(vm, a) ? a : b, a));
    CHECK(dict_update(vm, to_dict(result), b));
    return TAKE(result);
}

TYPE(defaultdict, .name = "collections.defaultdict", .base = TYPE_dict,
     .size = sizeof(DefaultDict), .kind = KIND_DICT, .binary_ops = CAN(BINARY_OR),
     .reflected_ops = CAN(BINARY_OR), .inplace_ops = CAN(BINARY_OR),
     .doc =
         "defaultdict(default_factory=None, /, [...]) --> dict with default factory\n\n"
         "The default factory is called without arguments to produce\n"
         "a new value when a key is not present, in __getitem__ only.\n"
         "A defaultdict compares equal to a dict with the same items.\n"
         "All remaining arguments are treated the same as if they were\n"
         "passed to the dict constructor, including keyword arguments.",
     .slots = {
         .new = make,
         .init = init,
         .free = free_default,
         .visit = visit,
         .clear = clear,
         .repr = repr,
         .binary = merge,
     })

/* __missing__(key) # Called by __getitem__ for missing key; pseudo-code:
 * if self.default_factory is None: raise KeyError((key,))
 * self[key] = value = self.default_factory()
 * return value */
METHOD(defaultdict, __missing__, "($self, key, /) shown ($self, object, /)") {
    OWNED Value factory = incref(to_default(args[0])->factory);
    if (factory == NONE) return raise_key(vm, args[1]);
    OWNED Value value = TRY(call_0(vm, factory));
    CHECK(object_setitem(vm, args[0], args[1], value));
    return TAKE(value);
}

/* D.copy() -> a shallow copy of D. */
METHOD(defaultdict, copy, "($self, /)") {
    return copy_with(vm, args[0], args[0]);
}

/* D.copy() -> a shallow copy of D. */
METHOD(defaultdict, __copy__, "($self, /)") {
    return copy_with(vm, args[0], args[0]);
}

/* Return state information for pickling. */
METHOD(defaultdict, __reduce__, "($self, /)") {
    Value factory = to_default(args[0])->factory;
    OWNED Value arguments =
        TRY(factory == NONE ? incref(vm->empty_tuple) : tuple_of(vm, 1, factory));
    OWNED Value items = TRY(call_method_0(vm, args[0], NAME(items)));
    OWNED Value iterator = TRY(object_iter(vm, items));
    return tuple_of(vm, 5, from_object(type_of(vm, args[0])), arguments, NONE, NONE,
                    iterator);
}

/* Factory for default value called by __missing__(). */
GETTER(defaultdict, default_factory) {
    return incref(to_default(self)->factory);
}
SETTER(defaultdict, default_factory) {
    replace(&to_default(self)->factory, incref(value == EMPTY ? NONE : value));
    return true;
}
