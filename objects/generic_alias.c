/* types.GenericAlias: a class with arguments. It behaves as the class, but knows them. */
#include "objects/generic_alias.h"

#include "objects/iterator.h"
#include "objects/list.h"
#include "objects/dict.h"
#include "objects/native.h"
#include "objects/show.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

static GenericAlias *to_alias(Value v) {
    return (GenericAlias *)v;
}

static Value make(VM *vm, Type *type, Value origin, Value item, bool is_starred) {
    OWNED Value args =
        has_kind(item, KIND_TUPLE) ? incref(item) : TRY(tuple_of(vm, 1, item));
    GenericAlias *alias = (GenericAlias *)object_new(vm, type);
    if (!alias) return FAIL;
    alias->origin = incref(origin);
    alias->args = TAKE(args);
    alias->parameters = EMPTY;
    alias->is_starred = is_starred;
    return from_object(alias);
}

Value generic_alias_new(VM *vm, Value origin, Value item) {
    return make(vm, vm->types[TYPE_GenericAlias], origin, item, false);
}

static Value new_alias(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    CHECK(arguments_no_keywords(vm, "GenericAlias", kwnames));
    if (nargs != 2)
        return raise_type(vm, "GenericAlias expected 2 arguments, got %u", nargs);
    return make(vm, type, args[0], args[1], false);
}

static void visit_alias(Obj *self, Visitor *visitor) {
    GenericAlias *alias = (GenericAlias *)self;
    visitor->visit(visitor, alias->origin);
    visitor->visit(visitor, alias->args);
    visitor->visit(visitor, alias->parameters);
}

static void free_alias(VM *vm, Obj *self) {
    GenericAlias *alias = (GenericAlias *)self;
    decref(alias->origin);
    decref(alias->args);
    decref(alias->parameters);
}

static bool write_alias(VM *vm, Buffer *out, const GenericAlias *alias) {
    if (alias->is_starred) buffer_add_char(out, '*');
    if (!generic_write_argument(vm, out, alias->origin)) return false;
    buffer_add_char(out, '[');
    if (!to_tuple(alias->args)->count) buffer_add_text(out, "()");
    if (!generic_write_arguments(vm, out, alias->args, ", ")) return false;
    buffer_add_char(out, ']');
    return true;
}

static Value repr(VM *vm, Value self) {
    Buffer out = {0};
    return show_finish(vm, &out, write_alias(vm, &out, to_alias(self)));
}

static bool hash(VM *vm, Value self, u64 *hash) {
    u64 of_args;
    if (!object_hash(vm, to_alias(self)->origin, hash) ||
        !object_hash(vm, to_alias(self)->args, &of_args))
        return false;
    *hash ^= of_args;
    return true;
}

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    if ((op != EQ && op != NE) || !is_instance(vm, other, vm->types[TYPE_GenericAlias]))
        return NOT_IMPLEMENTED;
    GenericAlias *a = to_alias(self), *b = to_alias(other);
    int equal = a->is_starred == b->is_starred;
    if (equal > 0) equal = object_equal(vm, a->origin, b->origin);
    if (equal > 0) equal = object_equal(vm, a->args, b->args);
    return equal < 0 ? FAIL : from_bool(equal == (op == EQ));
}

/* Names that the alias answers itself; dir() does not list the first. */
static const char *const own_names[] = {"__file__",
                                        "__class__",
                                        "__origin__",
                                        "__args__",
                                        "__unpacked__",
                                        "__parameters__",
                                        "__reduce_ex__",
                                        "__reduce__",
                                        "__copy__",
                                        "__deepcopy__",
                                        "__mro_entries__",
                                        "__bases__",
                                        "__typing_unpacked_tuple_args__"};

static bool is_own(Value name) {
    for (usize i = 0; i < COUNT_OF(own_names); i++)
        if (str_equals_text(name, own_names[i])) return true;
    return false;
}

static Value getattr(VM *vm, Value self, Value name) {
    if (is_own(name)) return generic_getattr(vm, self, name);
    return object_getattr(vm, to_alias(self)->origin, name);
}

/* The instance remembers the arguments, if it can. */
static Value call(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    OWNED Value made = TRY(object_call(vm, to_alias(self)->origin, args, nargs, kwnames));
    if (object_setattr(vm, made, NAME(__orig_class__), self)) return TAKE(made);
    if (!exception_matches(vm, EXC(AttributeError)) &&
        !exception_matches(vm, EXC(TypeError)))
        return FAIL;
    exception_clear(vm);
    return TAKE(made);
}

/* Borrowed. */
static Value parameters_of(VM *vm, GenericAlias *alias) {
    if (alias->parameters == EMPTY)
        alias->parameters = TRY(generic_parameters(vm, alias->args));
    return alias->parameters;
}

static Value getitem(VM *vm, Value self, Value key) {
    GenericAlias *alias = to_alias(self);
    Value parameters = TRY(parameters_of(vm, alias));
    OWNED Value args = TRY(generic_substitute(vm, self, alias->args, parameters, key));
    return make(vm, vm->types[TYPE_GenericAlias], alias->origin, args, alias->is_starred);
}

static Value binary(VM *vm, BinaryOp op, Value a, Value b) {
    return union_new(vm, a, b);
}

/* One item: the alias with a star. */
static Value iter(VM *vm, Value self) {
    GenericAlias *alias = to_alias(self);
    OWNED Value starred =
        TRY(make(vm, vm->types[TYPE_GenericAlias], alias->origin, alias->args, true));
    GenericAlias *iterator =
        (GenericAlias *)object_new(vm, vm->types[TYPE_generic_alias_iterator]);
    if (!iterator) return FAIL;
    iterator->origin = TAKE(starred);
    iterator->args = iterator->parameters = EMPTY;
    return from_object(iterator);
}

static Value next(VM *vm, Value self) {
    return take(&to_alias(self)->origin);
}

TYPE(generic_alias_iterator, .name = "generic_alias_iterator",
     .size = sizeof(GenericAlias), .kind = KIND_ITERATOR,
     .flags = TYPE_FINAL | TYPE_NO_NEW,
     .slots = {
         .free = free_alias, .visit = visit_alias, .iter = iterator_self, .next = next})

METHOD(generic_alias_iterator, __reduce__, "($self, /)") {
    Value starred = to_alias(args[0])->origin;
    OWNED Value function = incref(dict_get_text(vm, to_dict(vm->builtins), "iter"));
    OWNED Value whole = starred == EMPTY ? incref(vm->empty_tuple)
                                         : TRY(generic_alias_new(vm, to_alias(starred)->origin,
                                                                 to_alias(starred)->args));
    OWNED Value arguments = TRY(tuple_of(vm, 1, whole));
    return tuple_of(vm, 2, function, arguments);
}

TYPE(GenericAlias, .name = "types.GenericAlias", .size = sizeof(GenericAlias),
     .kind = KIND_OTHER, .flags = TYPE_WEAKREFS, .binary_ops = CAN(BINARY_OR),
     .reflected_ops = CAN(BINARY_OR),
     .slots = {.new = new_alias,
               .free = free_alias,
               .visit = visit_alias,
               .repr = repr,
               .hash = hash,
               .compare = compare,
               .getattr = getattr,
               .call = call,
               .iter = iter,
               .getitem = getitem,
               .binary = binary},
     .doc = "Represent a PEP 585 generic type\n\n"
            "E.g. for t = list[int], t.__origin__ is list and t.__args__ is (int,).")

MEMBER(GenericAlias, __origin__) {
    return incref(to_alias(self)->origin);
}

MEMBER(GenericAlias, __args__) {
    return incref(to_alias(self)->args);
}

MEMBER(GenericAlias, __unpacked__) {
    return from_bool(to_alias(self)->is_starred);
}

/* Type variables in the GenericAlias. */
GETTER(GenericAlias, __parameters__) {
    return incref(TRY(parameters_of(vm, to_alias(self))));
}

GETTER(GenericAlias, __typing_unpacked_tuple_args__) {
    GenericAlias *alias = to_alias(self);
    bool is_tuple =
        alias->is_starred && alias->origin == from_object(vm->types[TYPE_tuple]);
    return is_tuple ? incref(alias->args) : NONE;
}

METHOD(GenericAlias, __mro_entries__, "($self, bases, /) shown ($self, object, /)") {
    return tuple_of(vm, 1, to_alias(args[0])->origin);
}

METHOD(GenericAlias, __instancecheck__, "($self, instance, /) shown ($self, object, /)") {
    return raise_type(vm, "isinstance() argument 2 cannot be a parameterized generic");
}

METHOD(GenericAlias, __subclasscheck__, "($self, subclass, /) shown ($self, object, /)") {
    return raise_type(vm, "issubclass() argument 2 cannot be a parameterized generic");
}

/* next(iter(alias)) makes it again. */
static Value reduce_unpacked(VM *vm, Value parts) {
    OWNED Value whole = TRY(generic_alias_new(vm, to_tuple(parts)->items[0], to_tuple(parts)->items[1]));
    OWNED Value iterator = TRY(object_iter(vm, whole));
    OWNED Value next = incref(dict_get_text(vm, to_dict(vm->builtins), "next"));
    OWNED Value arguments = TRY(tuple_of(vm, 1, iterator));
    return tuple_of(vm, 2, next, arguments);
}

METHOD(GenericAlias, __reduce__, "($self, /)") {
    GenericAlias *alias = to_alias(args[0]);
    OWNED Value parts = TRY(tuple_of(vm, 2, alias->origin, alias->args));
    if (alias->is_starred) return reduce_unpacked(vm, parts);
    return tuple_of(vm, 2, from_object(vm->types[TYPE_GenericAlias]), parts);
}

static bool add_name(VM *vm, Value names, const char *text) {
    OWNED Value name = str_from_text(vm, text);
    if (name == FAIL) return false;
    int is_there = object_contains(vm, names, name);
    return is_there < 0 ? false : is_there || list_push(vm, to_list(names), name);
}

METHOD(GenericAlias, __dir__, "($self, /)") {
    OWNED Value method =
        TRY(object_find_special(vm, to_alias(args[0])->origin, NAME(__dir__)));
    if (method == EMPTY) return raise_type(vm, "object does not provide __dir__");
    OWNED Value found = TRY(call_0(vm, method));
    OWNED Value names = TRY(object_to_list(vm, found));
    for (usize i = 1; i < COUNT_OF(own_names); i++)
        CHECK(add_name(vm, names, own_names[i]));
    return TAKE(names);
}
