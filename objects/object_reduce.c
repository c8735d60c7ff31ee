/* object.__reduce_ex__ and __getstate__: how copy and pickle take an object apart. */
#include "objects/dict.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"
#include "objects/want.h"

static Value from_copyreg(VM *vm, const char *function) {
    OWNED Value name = TRY(str_intern_text(vm, "copyreg"));
    OWNED Value module = TRY(vm->hooks.import(vm, name, EMPTY, EMPTY, 0));
    return object_getattr_text(vm, module, function);
}

/* ---- state ---- */

/* {name: value} of those __slots__ that are set; owned. */
static Value slots_state(VM *vm, Value self, Value names) {
    OWNED Value dict = TRY(dict_new(vm));
    List *list = to_list(names);
    for (usize i = 0; i < list->count; i++) {
        OWNED Value value = TRY(object_find_attr(vm, self, list->items[i]));
        if (value != EMPTY) CHECK(dict_set(vm, to_dict(dict), list->items[i], value));
    }
    return TAKE(dict);
}

static bool needs_slots_of(const Type *type) {
    return type->flags & TYPE_HEAP &&
           (type->instance_size > type->struct_size + 7 || type->tail_words > 1);
}

static Value default_state(VM *vm, Value self) {
    OWNED Value dict = TRY(object_find_attr(vm, self, NAME(__dict__)));
    OWNED Value state =
        dict == EMPTY || !has_kind(dict, KIND_DICT) || !to_dict(dict)->count
            ? NONE
            : incref(dict);
    if (!needs_slots_of(type_of(vm, self))) return TAKE(state);
    OWNED Value slotnames = TRY(from_copyreg(vm, "_slotnames"));
    OWNED Value names = TRY(call_1(vm, slotnames, from_object(type_of(vm, self))));
    if (!has_kind(names, KIND_LIST)) return TAKE(state);
    OWNED Value slots = TRY(slots_state(vm, self, names));
    return to_dict(slots)->count ? tuple_of(vm, 2, state, slots) : TAKE(state);
}

/* Helper for pickle. */
METHOD(object, __getstate__, "($self, /)") {
    return default_state(vm, args[0]);
}

/* ---- arguments for __new__ ---- */

/* (class, *__getnewargs__()) or, with keywords, (class, args, kwargs); owned. */
static Value new_arguments(VM *vm, Value self, bool *with_keywords, bool *given) {
    OWNED Value ex = TRY(object_find_attr(vm, self, NAME(__getnewargs_ex__)));
    Value class = from_object(type_of(vm, self));
    *with_keywords = false;
    *given = true;
    if (ex != EMPTY) {
        OWNED Value pair = TRY(call_0(vm, ex));
        if (!has_kind(pair, KIND_TUPLE) || to_tuple(pair)->count != 2)
            return raise_type(vm, "__getnewargs_ex__ should return a tuple, not '%T'",
                              pair);
        Value *items = to_tuple(pair)->items;
        *with_keywords = has_kind(items[1], KIND_DICT) && to_dict(items[1])->count;
        if (*with_keywords) return tuple_of(vm, 3, class, items[0], items[1]);
        OWNED Value first = TRY(tuple_of(vm, 1, class));
        return object_binary(vm, BINARY_ADD, first, items[0]);
    }
    OWNED Value plain = TRY(object_find_attr(vm, self, NAME(__getnewargs__)));
    OWNED Value first = TRY(tuple_of(vm, 1, class));
    *given = plain != EMPTY;
    if (plain == EMPTY) return TAKE(first);
    OWNED Value arguments = TRY(call_0(vm, plain));
    if (!has_kind(arguments, KIND_TUPLE))
        return raise_type(vm, "__getnewargs__ should return a tuple, not '%T'",
                          arguments);
    return object_binary(vm, BINARY_ADD, first, arguments);
}

/* ---- the whole ---- */

static Value items_of(VM *vm, Value self) {
    if (!has_kind(self, KIND_DICT)) return NONE;
    OWNED Value items = TRY(call_method_0(vm, self, NAME(items)));
    return object_iter(vm, items);
}

/* C structs hold what nobody can see from outside. */
static bool is_opaque(const Type *type, bool arguments_given) {
    switch (type->kind & KIND_MASK) {
    case KIND_INSTANCE:
    case KIND_LIST:
    case KIND_DICT: return false;
    case KIND_EXCEPTION: return false;
    default: return !arguments_given;
    }
}

static Value reduce_by_new(VM *vm, Value self) {
    Type *type = type_of(vm, self);
    bool with_keywords, given;
    if (!type->slots.new || type->flags & TYPE_NO_NEW)
        return raise_type(vm, "cannot pickle '%T' object", self);
    OWNED Value arguments = TRY(new_arguments(vm, self, &with_keywords, &given));
    OWNED Value getstate = TRY(object_getattr(vm, self, NAME(__getstate__)));
    bool is_usual = has_exact_kind(getstate, KIND_NATIVE) &&
                    ((Native *)to_object(getstate))->spec->owner == TYPE_object;
    u8 kind = type->kind & KIND_MASK;
    if (is_usual && (kind == KIND_CODE || kind == KIND_MEMORYVIEW))
        return raise_type(vm, "cannot pickle %T objects", self);
    if (is_opaque(type, given) && is_usual)
        return has_kind(self, KIND_CODE) || has_kind(self, KIND_MEMORYVIEW)
                   ? raise_type(vm, "cannot pickle %T objects", self)
                   : raise_type(vm, "cannot pickle '%T' object", self);
    OWNED Value function =
        TRY(from_copyreg(vm, with_keywords ? "__newobj_ex__" : "__newobj__"));
    OWNED Value state = TRY(call_0(vm, getstate));
    OWNED Value list = has_kind(self, KIND_LIST) ? TRY(object_iter(vm, self)) : NONE;
    OWNED Value dict = TRY(items_of(vm, self));
    return tuple_of(vm, 5, function, arguments, state, list, dict);
}

static Value reduce(VM *vm, Value self, i64 protocol) {
    if (protocol >= 2) return reduce_by_new(vm, self);
    OWNED Value function = TRY(from_copyreg(vm, "_reduce_ex"));
    return call_2(vm, function, self, from_small(protocol));
}

/* Helper for pickle. */
METHOD(object, __reduce__, "($self, /)") {
    return reduce(vm, args[0], 0);
}

static bool is_own_reduce(Value found) {
    return has_exact_kind(found, KIND_NATIVE) &&
           ((Native *)found)->spec->owner == TYPE_object;
}

/* Helper for pickle. */
METHOD(object, __reduce_ex__, "($self, protocol, /)") {
    int protocol;
    CHECK(want_int(vm, args[1], &protocol));
    if (!is_own_reduce(type_lookup(vm, type_of(vm, args[0]), NAME(__reduce__))))
        return call_method_0(vm, args[0], NAME(__reduce__));
    return reduce(vm, args[0], protocol);
}
