/* Filling a dict from another mapping or from pairs; comparing two. */
#include "objects/dict.h"
#include "objects/list.h"
#include "objects/tuple.h"
#include "objects/type.h"

/* Is it a dict whose iteration nobody has redefined, so that its table may be read
 * directly? */
static bool is_plain_dict(VM *vm, Value v) {
    return has_kind(v, KIND_DICT) &&
           type_of(vm, v)->slots.iter == vm->types[TYPE_dict]->slots.iter;
}

static bool make_room(VM *vm, Dict *dict, Dict *source) {
    if ((u64)dict->usable * 3 >= (u64)source->count * 2) return true;
    return dict_reserve(vm, dict, (usize)dict->count + source->count);
}

static bool merge_dict(VM *vm, Dict *dict, Dict *source) {
    if (dict == source || !source->count) return true;
    if (!make_room(vm, dict, source)) return false;
    u32 used = source->used;
    Value key, value;
    for (u32 at = 0; dict_next(source, &at, &key, &value);) {
        OWNED Value held_key = incref(key);
        OWNED Value held_value = incref(value);
        u64 hash = dict_entry_hash(source, at - 1);
        if (!dict_set_hashed(vm, dict, held_key, hash, held_value)) return false;
        if (source->used != used) {
            raise_runtime(vm, "dict mutated during update");
            return false;
        }
    }
    return true;
}

Value mapping_keys_list(VM *vm, Value mapping) {
    OWNED Value keys = TRY(call_method_0(vm, mapping, NAME(keys)));
    if (has_exact_kind(keys, KIND_LIST)) return TAKE(keys);
    OWNED Value iterator = object_iter(vm, keys);
    if (iterator == FAIL) {
        if (!exception_matches(vm, EXC(TypeError))) return FAIL;
        exception_clear(vm);
        return raise_type(vm, "%T.keys() returned a non-iterable (type %T)", mapping,
                          keys);
    }
    return object_to_list(vm, iterator);
}

bool dict_merge(VM *vm, Dict *dict, Value mapping) {
    if (is_plain_dict(vm, mapping)) return merge_dict(vm, dict, to_dict(mapping));
    OWNED Value keys = TRY_OR_FALSE(mapping_keys_list(vm, mapping));
    for (usize i = 0; i < to_list(keys)->count; i++) {
        OWNED Value key = incref(to_list(keys)->items[i]);
        OWNED Value value = TRY_OR_FALSE(object_getitem(vm, mapping, key));
        if (!dict_set(vm, dict, key, value)) return false;
    }
    return true;
}

/* Element `index` of a sequence of pairs, as list or tuple. */
static Value pair_of(VM *vm, Value item, i64 index) {
    if (has_kind(item, KIND_LIST) || has_kind(item, KIND_TUPLE)) return incref(item);
    Value pair = object_to_tuple(vm, item);
    if (pair == FAIL && exception_matches(vm, EXC(TypeError))) {
        exception_clear(vm);
        return raise_type(
            vm, "cannot convert dictionary update sequence element #%ld to a sequence",
            index);
    }
    return pair;
}

static bool set_pair(VM *vm, Dict *dict, Value item, i64 index) {
    OWNED Value pair = TRY_OR_FALSE(pair_of(vm, item, index));
    bool is_tuple = has_kind(pair, KIND_TUPLE);
    usize count = is_tuple ? to_tuple(pair)->count : to_list(pair)->count;
    if (count != 2) {
        raise_value(
            vm, "dictionary update sequence element #%ld has length %ld; 2 is required",
            index, (i64)count);
        return false;
    }
    Value *items = is_tuple ? to_tuple(pair)->items : to_list(pair)->items;
    OWNED Value key = incref(items[0]);
    OWNED Value value = incref(items[1]);
    return dict_set(vm, dict, key, value);
}

static bool set_pairs(VM *vm, Dict *dict, Value pairs) {
    OWNED Value iterator = TRY_OR_FALSE(object_iter(vm, pairs));
    for (i64 index = 0;; index++) {
        OWNED Value item = TRY_OR_FALSE(iter_next(vm, iterator));
        if (item == EMPTY) return true;
        if (!set_pair(vm, dict, item, index)) return false;
    }
}

bool dict_update(VM *vm, Dict *dict, Value other) {
    if (has_exact_kind(other, KIND_DICT)) return merge_dict(vm, dict, to_dict(other));
    OWNED Value keys = TRY_OR_FALSE(object_find_attr(vm, other, NAME(keys)));
    return keys != EMPTY ? dict_merge(vm, dict, other) : set_pairs(vm, dict, other);
}

Value dict_keys_list(VM *vm, Dict *dict) {
    OWNED Value list = TRY(list_new(vm, dict->count));
    Value key, value;
    for (u32 at = 0; dict_next(dict, &at, &key, &value);) {
        CHECK(list_push(vm, to_list(list), key));
    }
    return TAKE(list);
}

int dict_equal(VM *vm, Dict *a, Dict *b) {
    if (a->count != b->count) return 0;
    Value key, value;
    for (u32 at = 0; dict_next(a, &at, &key, &value);) {
        OWNED Value held_key = incref(key);
        OWNED Value held_value = incref(value);
        Value found = dict_get_hashed(vm, b, held_key, dict_entry_hash(a, at - 1));
        if (found == FAIL) return -1;
        if (found == EMPTY) return 0;
        OWNED Value other = incref(found);
        int equal = object_equal(vm, held_value, other);
        if (equal <= 0) return equal;
    }
    return 1;
}
