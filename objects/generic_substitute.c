/* Type variables of generic aliases and unions, and how their arguments are shown. */
#include "objects/generic_alias.h"
#include "objects/list.h"
#include "objects/show.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

/* ---- parameters ---- */

static bool add_unique(VM *vm, List *list, Value item) {
    for (usize i = 0; i < list->count; i++) {
        int equal = object_equal(vm, list->items[i], item);
        if (equal) return equal > 0;
    }
    return list_push(vm, list, item);
}

static bool add_all(VM *vm, List *list, Value tuple) {
    if (!has_kind(tuple, KIND_TUPLE)) return true;
    for (usize i = 0; i < to_tuple(tuple)->count; i++)
        if (!add_unique(vm, list, to_tuple(tuple)->items[i])) return false;
    return true;
}

static bool has_attribute(VM *vm, Value v, Value name, bool *failed) {
    OWNED Value found = object_find_attr(vm, v, name);
    *failed = found == FAIL;
    return found != FAIL && found != EMPTY;
}

static bool add_parameters(VM *vm, List *list, Value argument) {
    bool failed;
    if (is_type(argument)) return true;
    if (has_attribute(vm, argument, NAME(__typing_subst__), &failed))
        return add_unique(vm, list, argument);
    if (failed) return false;
    OWNED Value inner =
        TRY_OR_FALSE(object_find_attr(vm, argument, NAME(__parameters__)));
    return add_all(vm, list, inner);
}

Value generic_parameters(VM *vm, Value args) {
    OWNED Value list = TRY(list_new(vm, 0));
    for (usize i = 0; i < to_tuple(args)->count; i++)
        CHECK(add_parameters(vm, to_list(list), to_tuple(args)->items[i]));
    return object_to_tuple(vm, list);
}

/* ---- substitution ---- */

/* What stands for the type variable; borrowed. */
static Value value_of(const Tuple *parameters, const Tuple *values, Value parameter) {
    for (usize i = 0; i < parameters->count; i++)
        if (parameters->items[i] == parameter) return values->items[i];
    return parameter;
}

/* argument[values of its own type variables]; owned. */
static Value substitute_inner(VM *vm, Value argument, Value own, const Tuple *parameters,
                              const Tuple *values) {
    OWNED Value list = TRY(list_new(vm, to_tuple(own)->count));
    for (usize i = 0; i < to_tuple(own)->count; i++) {
        Value parameter = to_tuple(own)->items[i];
        Value value = value_of(parameters, values, parameter);
        bool stands_for_many = type_of(vm, parameter)->slots.iter && has_kind(value, KIND_TUPLE);
        CHECK(stands_for_many ? list_extend(vm, to_list(list), value)
                              : list_push(vm, to_list(list), value));
    }
    OWNED Value item = TRY(object_to_tuple(vm, list));
    return object_getitem(vm, argument, item);
}

static Value substitute_one(VM *vm, Value argument, const Tuple *parameters,
                            const Tuple *values) {
    if (is_type(argument)) return incref(argument);
    OWNED Value method = TRY(object_find_attr(vm, argument, NAME(__typing_subst__)));
    if (method != EMPTY)
        return call_1(vm, method, value_of(parameters, values, argument));
    OWNED Value own = TRY(object_find_attr(vm, argument, NAME(__parameters__)));
    if (!has_kind(own, KIND_TUPLE) || !to_tuple(own)->count) return incref(argument);
    return substitute_inner(vm, argument, own, parameters, values);
}

static Value check_count(VM *vm, Value self, usize given, usize wanted) {
    if (given == wanted) return NONE;
    bool many = given > wanted;
    return raise_type(vm, "Too %s arguments for %R; actual %lu, expected %s%lu",
                      many ? "many" : "few", self, given, many ? "" : "at least ",
                      wanted);
}

/* The argument, or what is in it if it is an unpacked tuple of known length. */
static bool add_unpacked(VM *vm, List *list, Value argument) {
    if (is_type(argument)) return list_push(vm, list, argument);
    OWNED Value inner =
        TRY_OR_FALSE(object_find_attr(vm, argument, NAME(__typing_unpacked_tuple_args__)));
    if (!has_kind(inner, KIND_TUPLE)) return list_push(vm, list, argument);
    Tuple *parts = to_tuple(inner);
    if (parts->count && parts->items[parts->count - 1] == ELLIPSIS)
        return list_push(vm, list, argument);
    return list_extend(vm, list, inner);
}

static Value unpack_given(VM *vm, Value item) {
    OWNED Value given = has_kind(item, KIND_TUPLE) ? incref(item) : TRY(tuple_of(vm, 1, item));
    OWNED Value list = TRY(list_new(vm, to_tuple(given)->count));
    for (usize i = 0; i < to_tuple(given)->count; i++)
        CHECK(add_unpacked(vm, to_list(list), to_tuple(given)->items[i]));
    return object_to_tuple(vm, list);
}

/* Is the argument *Ts, for which several may stand? -1: exception. */
static int is_unpacked_many(VM *vm, Value argument) {
    if (is_type(argument)) return 0;
    OWNED Value mark =
        object_find_attr(vm, argument, NAME(__typing_is_unpacked_typevartuple__));
    return mark == FAIL ? -1 : mark == EMPTY ? 0 : object_truth(vm, mark);
}

static bool add_substituted(VM *vm, List *list, Value argument, const Tuple *parameters,
                            const Tuple *values) {
    int many = is_unpacked_many(vm, argument);
    if (many < 0) return false;
    OWNED Value new = TRY_OR_FALSE(substitute_one(vm, argument, parameters, values));
    return many && has_kind(new, KIND_TUPLE) ? list_extend(vm, list, new)
                                             : list_push(vm, list, new);
}

Value generic_substitute(VM *vm, Value self, Value args, Value parameters, Value item) {
    const Tuple *wanted = to_tuple(parameters);
    if (!wanted->count) return raise_type(vm, "%R is not a generic class", self);
    OWNED Value given = TRY(unpack_given(vm, item));
    for (usize i = 0; i < wanted->count; i++) {
        OWNED Value prepare =
            TRY(object_find_attr(vm, wanted->items[i], NAME(__typing_prepare_subst__)));
        if (prepare == EMPTY) continue;
        Value prepared = TRY(call_2(vm, prepare, self, given));
        replace(&given, prepared);
        if (!has_kind(given, KIND_TUPLE))
            return raise_type(vm, "expected a tuple, not %T", given);
    }
    TRY(check_count(vm, self, to_tuple(given)->count, wanted->count));
    OWNED Value list = TRY(list_new(vm, to_tuple(args)->count));
    for (usize i = 0; i < to_tuple(args)->count; i++)
        CHECK(add_substituted(vm, to_list(list), to_tuple(args)->items[i], wanted,
                              to_tuple(given)));
    return object_to_tuple(vm, list);
}

/* ---- text ---- */

static bool write_items(VM *vm, Buffer *out, const List *list) {
    for (usize i = 0; i < list->count; i++) {
        if (i) buffer_add_text(out, ", ");
        OWNED Value item = incref(list->items[i]);
        if (!generic_write_argument(vm, out, item)) return false;
    }
    return true;
}

/* The list may hold itself. */
static bool write_list(VM *vm, Buffer *out, const List *list) {
    if (!enter_recursion(vm, " while getting the repr of an object")) return false;
    buffer_add_char(out, '[');
    bool done = write_items(vm, out, list);
    buffer_add_char(out, ']');
    leave_recursion(vm);
    return done;
}

/* "module.qualname" of what has these names. 1 written, 0 has none, -1 failed. */
static int write_names(VM *vm, Buffer *out, Value v) {
    OWNED Value origin = object_find_attr(vm, v, NAME(__origin__));
    OWNED Value inner = object_find_attr(vm, v, NAME(__args__));
    if (origin == FAIL || inner == FAIL) return -1;
    if (origin != EMPTY && inner != EMPTY) return 0;
    OWNED Value qualname = object_find_attr(vm, v, NAME(__qualname__));
    OWNED Value module = object_find_attr(vm, v, NAME(__module__));
    if (qualname == FAIL || module == FAIL) return -1;
    if (qualname == EMPTY || module == EMPTY || module == NONE || !is_str(qualname))
        return 0;
    if (is_str(module) && !str_equals_text(module, "builtins")) {
        buffer_add_span(out, str_span(module));
        buffer_add_char(out, '.');
    }
    buffer_add_span(out, str_span(qualname));
    return 1;
}

bool generic_write_argument(VM *vm, Buffer *out, Value argument) {
    if (argument == ELLIPSIS) {
        buffer_add_text(out, "...");
        return true;
    }
    if (has_exact_kind(argument, KIND_LIST))
        return write_list(vm, out, to_list(argument));
    int written = write_names(vm, out, argument);
    return written < 0 ? false : written || show_repr(vm, out, argument);
}

bool generic_write_arguments(VM *vm, Buffer *out, Value args, const char *separator) {
    for (usize i = 0; i < to_tuple(args)->count; i++) {
        if (i) buffer_add_text(out, separator);
        Value argument = to_tuple(args)->items[i];
        bool is_none = argument == from_object(vm->types[TYPE_NoneType]);
        if (is_none && *separator == ' ')
            buffer_add_text(out, "None");
        else if (!generic_write_argument(vm, out, argument))
            return false;
    }
    return true;
}
