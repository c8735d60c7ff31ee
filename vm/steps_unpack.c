/* Unpacking and filling displays. */
#include "vm/interpreter.h"

#include "objects/dict.h"
#include "objects/list.h"
#include "objects/sequence.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

static void release_items(Value *items, u32 count) {
    for (u32 i = 0; i < count; i++) decref(items[i]);
}

static Value unpack_iterator(VM *vm, Value source) {
    Value iterator = object_iter(vm, source);
    if (iterator != FAIL || !exception_matches(vm, EXC(TypeError))) return iterator;
    if (type_of(vm, source)->slots.iter || is_sequence(vm, source))
        return FAIL;
    exception_clear(vm);
    return raise_type(vm, "cannot unpack non-iterable %T object", source);
}

static bool take_items(VM *vm, Value iterator, Value *out, u32 count, u32 expected, bool at_least) {
    for (u32 i = 0; i < count; i++) {
        out[i] = iter_next(vm, iterator);
        if (out[i] != FAIL && out[i] != EMPTY) continue;
        if (out[i] == EMPTY)
            raise_value(vm, "not enough values to unpack (expected %s%d, got %d)",
                        at_least ? "at least " : "", expected, i);
        release_items(out, i);
        return false;
    }
    return true;
}

static bool raise_too_many(VM *vm, u32 count) {
    raise_value(vm, "too many values to unpack (expected %d)", count);
    return false;
}

bool step_unpack(VM *vm, Value source, Value *out, u32 count) {
    /* `out` may be the register of the source: work on copies */
    Value room[64];
    Value *items = count <= COUNT_OF(room) ? room : heap_raw_alloc(&vm->heap, count * sizeof(Value));
    if (!items) return raise_memory(vm), false;
    OWNED Value held = incref(source);
    OWNED Value iterator = unpack_iterator(vm, source);
    bool done = iterator != FAIL && take_items(vm, iterator, items, count, count, false);
    if (done) {
        OWNED Value more = iter_next(vm, iterator);
        if (more != EMPTY) {
            if (more != FAIL) raise_too_many(vm, count);
            release_items(items, count);
            done = false;
        }
    }
    for (u32 i = 0; done && i < count; i++) out[count - 1 - i] = items[i];
    if (items != room) heap_raw_free(&vm->heap, items, count * sizeof(Value));
    return done;
}

bool step_unpack_ex(VM *vm, Value source, Value *out, u32 before, u32 after) {
    OWNED Value held = incref(source);
    OWNED Value iterator = unpack_iterator(vm, source);
    if (iterator == FAIL) return false;
    Value items[256];
    if (!take_items(vm, iterator, items, before, before + after, true)) return false;
    OWNED Value rest = list_new(vm, 0);
    if (rest == FAIL || !object_extend(vm, to_list(rest), iterator)) {
        release_items(items, before);
        return false;
    }
    List *list = to_list(rest);
    if (list->count < after) {
        raise_value(vm, "not enough values to unpack (expected at least %d, got %d)", before + after,
                    before + (u32)list->count);
        release_items(items, before);
        return false;
    }
    Value *top = out + before + after;
    for (u32 i = 0; i < before; i++) *top-- = items[i];
    Value *last = list->items + list->count - after;
    list->count -= after;
    *top-- = TAKE(rest);
    for (u32 i = 0; i < after; i++) *top-- = last[i];
    return true;
}

bool step_list_extend(VM *vm, Value list, Value iterable) {
    if (object_extend(vm, to_list(list), iterable)) return true;
    if (exception_matches(vm, EXC(TypeError)) && !type_of(vm, iterable)->slots.iter && !is_sequence(vm, iterable)) {
        exception_clear(vm);
        raise_type(vm, "Value after * must be an iterable, not %T", iterable);
    }
    return false;
}

bool step_set_update(VM *vm, Value set, Value iterable) {
    return set_update(vm, to_set(set), iterable);
}

bool step_dict_update(VM *vm, Value dict, Value other) {
    if (object_kind(other) != KIND_DICT) {
        OWNED Value keys = object_find_attr(vm, other, NAME(keys));
        if (keys == FAIL) return false;
        if (keys == EMPTY) return raise_type(vm, "'%T' object is not a mapping", other), false;
    }
    return dict_update(vm, to_dict(dict), other);
}

Value step_callee_name(VM *vm, Value callee) {
    if (callee == EMPTY) return incref(vm->empty_str);
    OWNED Value name = object_find_attr(vm, callee, NAME(__qualname__));
    if (name == EMPTY || name == FAIL || !is_str(name)) {
        exception_clear(vm);
        return object_str(vm, callee);
    }
    OWNED Value module = object_find_attr(vm, callee, NAME(__module__));
    if (module == FAIL) exception_clear(vm);
    if (is_str(module) && !str_equals_text(module, "builtins"))
        return str_format(vm, "%S.%S()", module, name);
    return str_format(vm, "%S()", name);
}

static bool merge_one(VM *vm, Value dict, Value key, Value value, Value callee) {
    Value found = dict_get(vm, to_dict(dict), key);
    if (found == FAIL) return false;
    if (found == EMPTY) return dict_set(vm, to_dict(dict), key, value);
    OWNED Value name = step_callee_name(vm, callee);
    if (name == FAIL) return false;
    OWNED Value shown = TRY_OR_FALSE(object_str(vm, key));
    raise_type(vm, "%S got multiple values for keyword argument '%S'", name, shown);
    return false;
}

static bool merge_mapping(VM *vm, Value dict, Value other, Value callee) {
    OWNED Value keys = TRY_OR_FALSE(mapping_keys_list(vm, other));
    for (usize i = 0; i < to_list(keys)->count; i++) {
        OWNED Value key = incref(to_list(keys)->items[i]);
        OWNED Value value = TRY_OR_FALSE(object_getitem(vm, other, key));
        if (!merge_one(vm, dict, key, value, callee)) return false;
    }
    return true;
}

bool step_dict_merge(VM *vm, Value dict, Value other, Value callee) {
    bool is_plain = has_kind(other, KIND_DICT) &&
                    type_of(vm, other)->slots.iter == vm->types[TYPE_dict]->slots.iter;
    if (is_plain) { /* whatever keys() a subclass may have */
        Value key, value;
        for (u32 at = 0; dict_next(to_dict(other), &at, &key, &value);)
            if (!merge_one(vm, dict, key, value, callee)) return false;
        return true;
    }
    OWNED Value keys = object_find_attr(vm, other, NAME(keys));
    if (keys == FAIL) return false;
    if (keys != EMPTY) return merge_mapping(vm, dict, other, callee);
    OWNED Value name = step_callee_name(vm, callee);
    if (name != FAIL) raise_type(vm, "%S argument after ** must be a mapping, not %T", name, other);
    return false;
}
