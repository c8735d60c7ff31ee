/* Class and mapping patterns. */
#include "vm/interpreter.h"

#include "objects/dict.h"
#include "objects/list.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

/* The value under a key, EMPTY if the mapping lacks it (asked by get() with a marker, so that defaultdict makes
 * nothing). */
static Value mapping_value(VM *vm, Value subject, Value get, Value key, Value marker) {
    if (has_exact_kind(subject, KIND_DICT)) {
        Value found = dict_get(vm, to_dict(subject), key);
        return found == FAIL ? FAIL : incref(found);
    }
    OWNED Value found = TRY(call_2(vm, get, key, marker));
    return found == marker ? EMPTY : TAKE(found);
}

static bool check_duplicate(VM *vm, Value seen, Value key) {
    int known = set_contains(vm, (Set *)to_object(seen), key);
    if (known > 0) raise_value(vm, "mapping pattern checks duplicate key (%R)", key);
    return known == 0 && set_add(vm, (Set *)to_object(seen), key);
}

Value step_match_keys(VM *vm, Value subject, Value keys) {
    usize count = to_tuple(keys)->count;
    OWNED Value get = TRY(object_getattr(vm, subject, NAME(get)));
    OWNED Value marker = TRY(call_0(vm, from_object(vm->types[TYPE_object])));
    OWNED Value seen = TRY(set_new(vm, EMPTY));
    OWNED Value values = TRY(tuple_new(vm, count));
    for (usize i = 0; i < count; i++) {
        Value key = to_tuple(keys)->items[i];
        CHECK(check_duplicate(vm, seen, key));
        Value found = TRY(mapping_value(vm, subject, get, key, marker));
        if (found == EMPTY) return NONE;
        to_tuple(values)->items[i] = found;
    }
    return TAKE(values);
}

/* Append subject.name: 1; 0: it has no such attribute; -1. */
static int take_attribute(VM *vm, Value subject, Value name, Value seen, Value type, List *out) {
    int known = set_contains(vm, (Set *)to_object(seen), name);
    if (known > 0)
        raise_type(vm, "%s() got multiple sub-patterns for attribute %R", type_name((Type *)to_object(type)),
                   name);
    if (known || !set_add(vm, (Set *)to_object(seen), name)) return -1;
    Value found = object_find_attr(vm, subject, name);
    if (found == FAIL) return -1;
    if (found == EMPTY) return 0;
    return list_push_owned(vm, out, found) ? 1 : -1;
}

static bool check_match_args(VM *vm, Value type, Value match_args, i64 positional, bool match_self) {
    const char *name = type_name((Type *)to_object(type));
    i64 allowed = match_self ? 1 : match_args == EMPTY ? 0 : (i64)to_tuple(match_args)->count;
    if (allowed >= positional) return true;
    raise_type(vm, "%s() accepts %ld positional sub-pattern%s (%ld given)", name, allowed,
               allowed == 1 ? "" : "s", positional);
    return false;
}

static int match_positional(VM *vm, Value subject, Value type, i64 positional, Value seen, List *out) {
    OWNED Value match_args = object_find_attr(vm, type, NAME(__match_args__));
    if (match_args == FAIL) return -1;
    if (match_args != EMPTY && !has_exact_kind(match_args, KIND_TUPLE))
        return raise_type(vm, "%s.__match_args__ must be a tuple (got %T)", type_name((Type *)to_object(type)),
                          match_args),
               -1;
    bool match_self = match_args == EMPTY && ((Type *)to_object(type))->flags & TYPE_MATCH_SELF;
    if (!check_match_args(vm, type, match_args, positional, match_self)) return -1;
    if (match_self) return list_push(vm, out, subject) ? 1 : -1;
    for (i64 i = 0; i < positional; i++) {
        Value name = to_tuple(match_args)->items[i];
        if (!is_str(name))
            return raise_type(vm, "__match_args__ elements must be strings (got %T)", name), -1;
        int taken = take_attribute(vm, subject, name, seen, type, out);
        if (taken <= 0) return taken;
    }
    return 1;
}

Value step_match_class(VM *vm, Value subject, Value type, Value names, i64 positional) {
    if (!has_kind(type, KIND_TYPE)) return raise_type(vm, "called match pattern must be a class");
    int is_instance_of = object_is_instance(vm, subject, type);
    if (is_instance_of < 0) return FAIL;
    if (!is_instance_of) return NONE;
    OWNED Value seen = TRY(set_new(vm, EMPTY));
    OWNED Value found = TRY(list_new(vm, (usize)positional + to_tuple(names)->count));
    if (positional) {
        int matched = match_positional(vm, subject, type, positional, seen, to_list(found));
        if (matched <= 0) return matched ? FAIL : NONE;
    }
    for (usize i = 0; i < to_tuple(names)->count; i++) {
        int taken = take_attribute(vm, subject, to_tuple(names)->items[i], seen, type, to_list(found));
        if (taken <= 0) return taken ? FAIL : NONE;
    }
    return tuple_from(vm, to_list(found)->items, to_list(found)->count);
}
