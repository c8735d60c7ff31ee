/* isinstance() and issubclass(). */
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

/* The __bases__ of what only looks like a class: tuple, EMPTY: it has none. Owned. */
static Value bases_of(VM *vm, Value v) {
    OWNED Value bases = TRY(object_find_attr(vm, v, NAME(__bases__)));
    return has_kind(bases, KIND_TUPLE) ? TAKE(bases) : EMPTY;
}

/* 1 it is one, 0 TypeError with this text, -1 failed. */
static int check_class(VM *vm, Value v, const char *text) {
    OWNED Value bases = bases_of(vm, v);
    if (bases == FAIL) return -1;
    if (bases != EMPTY) return 1;
    raise_type(vm, "%s", text);
    return -1;
}

/* Is `derived` below `class`, by __bases__ alone? */
static int is_below(VM *vm, Value derived, Value class) {
    if (derived == class) return 1;
    OWNED Value bases = bases_of(vm, derived);
    if (bases == FAIL) return -1;
    if (bases == EMPTY) return 0;
    if (!enter_recursion(vm, " in __issubclass__")) return -1;
    const Tuple *tuple = to_tuple(bases);
    int result = 0;
    for (usize i = 0; !result && i < tuple->count; i++)
        result = is_below(vm, tuple->items[i], class);
    leave_recursion(vm);
    return result;
}

/* ---- the default answers ---- */

/* The __class__ that an object claims counts as well. */
static int is_instance_by_claim(VM *vm, Value v, Value class) {
    OWNED Value claimed = object_find_attr(vm, v, NAME(__class__));
    if (claimed == FAIL) return -1;
    if (is_type(class))
        return claimed != EMPTY && is_type(claimed) &&
               claimed != from_object(type_of(vm, v)) &&
               type_is_subtype(to_type(claimed), to_type(class));
    if (check_class(vm, class,
                    "isinstance() arg 2 must be a type, a tuple of types, or a union") <
        0)
        return -1;
    return claimed == EMPTY ? 0 : is_below(vm, claimed, class);
}

/* Most instances have no __class__ but the one that object gives them. */
static bool claims_no_other(VM *vm, Type *type) {
    if (type->slots.getattr != generic_getattr) return false;
    return !(type->flags & TYPE_HEAP) ||
           type_lookup(vm, type, NAME(__class__)) == type_lookup(vm, vm->types[TYPE_object], NAME(__class__));
}

static int is_instance_by_default(VM *vm, Value v, Value class) {
    if (is_type(class)) {
        if (is_instance(vm, v, to_type(class))) return 1;
        if (claims_no_other(vm, type_of(vm, v))) return 0;
    }
    return is_instance_by_claim(vm, v, class);
}

static int is_subclass_by_default(VM *vm, Value derived, Value class) {
    if (is_type(class) && is_type(derived))
        return type_is_subtype(to_type(derived), to_type(class));
    if (check_class(vm, derived, "issubclass() arg 1 must be a class") < 0 ||
        check_class(
            vm, class,
            "issubclass() arg 2 must be a class, a tuple of classes, or a union") < 0)
        return -1;
    return is_below(vm, derived, class);
}

/* ---- with __instancecheck__ and __subclasscheck__ ---- */

typedef int (*Check)(VM *vm, Value v, Value class_or_tuple);

static int check_each(VM *vm, Value v, const Tuple *classes, Check check,
                      const char *text) {
    if (!enter_recursion(vm, text)) return -1;
    int result = 0;
    for (usize i = 0; !result && i < classes->count; i++)
        result = check(vm, v, classes->items[i]);
    leave_recursion(vm);
    return result;
}

/* Ask the method of type(class); -2: there is none. */
static int ask_method(VM *vm, Value v, Value class, Value name) {
    OWNED Value method = object_find_special(vm, class, name);
    if (method == EMPTY) return -2;
    if (method == FAIL || !enter_recursion(vm, " in __instancecheck__")) return -1;
    OWNED Value answer = call_1(vm, method, v);
    leave_recursion(vm);
    return answer == FAIL ? -1 : object_truth(vm, answer);
}

static bool is_plain_class(VM *vm, Value class) {
    return type_of(vm, class) == vm->types[TYPE_type];
}

int object_is_instance(VM *vm, Value v, Value class) {
    if (from_object(type_of(vm, v)) == class) return 1;
    if (is_plain_class(vm, class)) return is_instance_by_default(vm, v, class);
    if (has_kind(class, KIND_TUPLE))
        return check_each(vm, v, to_tuple(class), object_is_instance,
                          " in __instancecheck__");
    int answer = ask_method(vm, v, class, NAME(__instancecheck__));
    return answer == -2 ? is_instance_by_default(vm, v, class) : answer;
}

int object_is_subclass(VM *vm, Value derived, Value class) {
    if (is_plain_class(vm, class))
        return derived == class ? 1 : is_subclass_by_default(vm, derived, class);
    if (has_kind(class, KIND_TUPLE))
        return check_each(vm, derived, to_tuple(class), object_is_subclass,
                          " in __subclasscheck__");
    int answer = ask_method(vm, derived, class, NAME(__subclasscheck__));
    return answer == -2 ? is_subclass_by_default(vm, derived, class) : answer;
}

/* The methods of type, which decide without asking the metaclass again. */

/* Check if an object is an instance. */
METHOD(type, __instancecheck__, "($self, instance, /)") {
    int answer = is_instance_by_default(vm, args[1], args[0]);
    return answer < 0 ? FAIL : from_bool(answer);
}

/* Check if a class is a subclass. */
METHOD(type, __subclasscheck__, "($self, subclass, /)") {
    int answer = is_subclass_by_default(vm, args[1], args[0]);
    return answer < 0 ? FAIL : from_bool(answer);
}
