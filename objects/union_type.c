/* types.UnionType: int | str. */
#include "objects/generic_alias.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/set.h"
#include "objects/show.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

static UnionType *to_union(Value v) {
    return (UnionType *)v;
}

static bool is_union(VM *vm, Value v) {
    return is_object(v) && type_of(vm, v) == vm->types[TYPE_UnionType];
}

static bool is_alias(VM *vm, Value v) {
    return is_object(v) && is_instance(vm, v, vm->types[TYPE_GenericAlias]);
}

static bool can_be_in_union(VM *vm, Value v) {
    return v == NONE || is_type(v) || is_alias(vm, v) || is_union(vm, v);
}

/* ---- making ---- */

static bool add_member(VM *vm, List *list, Value member) {
    if (member == NONE) member = from_object(vm->types[TYPE_NoneType]);
    for (usize i = 0; i < list->count; i++) {
        bool are_classes = is_type(member) || is_type(list->items[i]);
        int equal = are_classes ? list->items[i] == member
                                : object_equal(vm, list->items[i], member);
        if (equal) return equal > 0;
    }
    return list_push(vm, list, member);
}

static bool add_members(VM *vm, List *list, Value v) {
    if (!is_union(vm, v)) return add_member(vm, list, v);
    const Tuple *args = to_tuple(to_union(v)->args);
    for (usize i = 0; i < args->count; i++)
        if (!add_member(vm, list, args->items[i])) return false;
    return true;
}

static Value from_list(VM *vm, const List *list) {
    if (list->count == 1) return incref(list->items[0]);
    OWNED Value args = TRY(tuple_from(vm, list->items, list->count));
    UnionType *made = (UnionType *)object_new(vm, vm->types[TYPE_UnionType]);
    if (!made) return FAIL;
    made->args = TAKE(args);
    made->parameters = EMPTY;
    return from_object(made);
}

static Value unite(VM *vm, Value a, Value b) {
    OWNED Value list = TRY(list_new(vm, 2));
    CHECK(add_members(vm, to_list(list), a) && add_members(vm, to_list(list), b));
    return from_list(vm, to_list(list));
}

Value union_new(VM *vm, Value a, Value b) {
    bool is_possible = can_be_in_union(vm, a) && can_be_in_union(vm, b);
    return is_possible ? unite(vm, a, b) : NOT_IMPLEMENTED;
}

Value union_with_alias(VM *vm, Value a, Value b) {
    bool is_same = type_of(vm, a) == type_of(vm, b); /* two aliases */
    bool is_possible = is_same || can_be_in_union(vm, a) || can_be_in_union(vm, b);
    return is_possible ? unite(vm, a, b) : NOT_IMPLEMENTED;
}

/* ---- the type ---- */

static void visit_union(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((UnionType *)self)->args);
    visitor->visit(visitor, ((UnionType *)self)->parameters);
}

static void free_union(VM *vm, Obj *self) {
    decref(((UnionType *)self)->args);
    decref(((UnionType *)self)->parameters);
}

static Value repr(VM *vm, Value self) {
    Buffer out = {0};
    bool ok = generic_write_arguments(vm, &out, to_union(self)->args, " | ");
    return show_finish(vm, &out, ok);
}

/* The order of the members does not count. */
static bool hash(VM *vm, Value self, u64 *hash) {
    OWNED Value set = TRY_OR_FALSE(frozenset_new(vm, to_union(self)->args));
    return object_hash(vm, set, hash);
}

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    if ((op != EQ && op != NE) || !is_union(vm, other)) return NOT_IMPLEMENTED;
    OWNED Value a = TRY(frozenset_new(vm, to_union(self)->args));
    OWNED Value b = TRY(frozenset_new(vm, to_union(other)->args));
    return object_compare(vm, a, b, op);
}

static Value binary(VM *vm, BinaryOp op, Value a, Value b) {
    return union_new(vm, a, b);
}

static Value parameters_of(VM *vm, UnionType *u) {
    if (u->parameters == EMPTY) u->parameters = TRY(generic_parameters(vm, u->args));
    return u->parameters;
}

static Value getitem(VM *vm, Value self, Value key) {
    UnionType *u = to_union(self);
    Value parameters = TRY(parameters_of(vm, u));
    OWNED Value args = TRY(generic_substitute(vm, self, u->args, parameters, key));
    OWNED Value all = incref(to_tuple(args)->items[0]);
    for (usize i = 1; i < to_tuple(args)->count; i++) {
        Value more = TRY(object_binary(vm, BINARY_OR, all, to_tuple(args)->items[i]));
        replace(&all, more);
    }
    return TAKE(all);
}

TYPE(UnionType, .name = "types.UnionType", .size = sizeof(UnionType), .kind = KIND_OTHER,
     .flags = TYPE_FINAL | TYPE_NO_NEW, .binary_ops = CAN(BINARY_OR),
     .reflected_ops = CAN(BINARY_OR),
     .slots = {.free = free_union,
               .visit = visit_union,
               .repr = repr,
               .hash = hash,
               .compare = compare,
               .getitem = getitem,
               .binary = binary},
     .doc = "Represent a PEP 604 union type\n\nE.g. for int | str")

MEMBER(UnionType, __args__) {
    return incref(to_union(self)->args);
}

/* Type variables in the types.UnionType. */
GETTER(UnionType, __parameters__) {
    return incref(TRY(parameters_of(vm, to_union(self))));
}

/* ---- isinstance ---- */

/* In order, so that what comes behind the first class that fits is not looked at. */
static Value check_each(VM *vm, const Tuple *classes, Value v, const char *function,
                        int (*check)(VM *vm, Value v, Value class)) {
    int answer = 0;
    for (usize i = 0; !answer && i < classes->count; i++) {
        if (is_alias(vm, classes->items[i]))
            return raise_type(vm, "%s() argument 2 cannot be a parameterized generic",
                              function);
        answer = check(vm, v, classes->items[i]);
    }
    return answer < 0 ? FAIL : from_bool(answer);
}

METHOD(UnionType, __instancecheck__, "($self, instance, /)") {
    return check_each(vm, to_tuple(to_union(args[0])->args), args[1], "isinstance",
                      object_is_instance);
}

METHOD(UnionType, __subclasscheck__, "($self, subclass, /)") {
    if (!is_type(args[1])) return raise_type(vm, "issubclass() arg 1 must be a class");
    return check_each(vm, to_tuple(to_union(args[0])->args), args[1], "issubclass",
                      object_is_subclass);
}
