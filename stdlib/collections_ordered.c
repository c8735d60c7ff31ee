/* The type OrderedDict. Subclasses that define __setitem__ and the like see every change
 * that goes through the mapping protocol, as in CPython. */
#include "stdlib/collections_ordered.h"

#include "objects/list.h"
#include "objects/native.h"
#include "objects/show.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* ---- filling, by self[key] = value ---- */

static bool set_from_keys(VM *vm, Value self, Value mapping, Value keys) {
    OWNED Value iterator = TRY_OR_FALSE(object_iter(vm, keys));
    for (;;) {
        OWNED Value key = TRY_OR_FALSE(iter_next(vm, iterator));
        if (key == EMPTY) return true;
        OWNED Value value = TRY_OR_FALSE(object_getitem(vm, mapping, key));
        if (!object_setitem(vm, self, key, value)) return false;
    }
}

static bool set_pair(VM *vm, Value self, Value pair) {
    OWNED Value items = TRY_OR_FALSE(object_to_tuple(vm, pair));
    if (to_tuple(items)->count != 2) {
        usize count = to_tuple(items)->count;
        if (count > 2)
            raise_value(vm, "too many values to unpack (expected 2)");
        else
            raise_value(vm, "need more than %ld value%s to unpack", (i64)count,
                        count == 1 ? "" : "s");
        return false;
    }
    return object_setitem(vm, self, to_tuple(items)->items[0], to_tuple(items)->items[1]);
}

static bool set_from_pairs(VM *vm, Value self, Value pairs) {
    OWNED Value iterator = TRY_OR_FALSE(object_iter(vm, pairs));
    for (;;) {
        OWNED Value pair = TRY_OR_FALSE(iter_next(vm, iterator));
        if (pair == EMPTY) return true;
        if (!set_pair(vm, self, pair)) return false;
    }
}

static bool update_from(VM *vm, Value self, Value other) {
    if (has_exact_kind(other, KIND_DICT)) {
        OWNED Value items = TRY_OR_FALSE(dict_view_new(vm, other, 'i'));
        return set_from_pairs(vm, self, items);
    }
    OWNED Value keys_method = TRY_OR_FALSE(object_find_attr(vm, other, NAME(keys)));
    if (keys_method != EMPTY) {
        OWNED Value keys = TRY_OR_FALSE(call_0(vm, keys_method));
        return set_from_keys(vm, self, other, keys);
    }
    OWNED Value items_method = TRY_OR_FALSE(object_find_attr(vm, other, NAME(items)));
    if (items_method == EMPTY) return set_from_pairs(vm, self, other);
    OWNED Value items = TRY_OR_FALSE(call_0(vm, items_method));
    return set_from_pairs(vm, self, items);
}

/* ---- life ---- */

static Value make(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    Obj *dict = object_new(vm, type);
    return dict ? from_object(dict) : FAIL;
}

static bool init(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    if (nargs > 1) {
        raise_type(vm, "expected at most 1 arguments, got %u", nargs);
        return false;
    }
    if (nargs && !update_from(vm, self, args[0])) return false;
    usize count = kwnames == EMPTY ? 0 : to_tuple(kwnames)->count;
    for (usize i = 0; i < count; i++) {
        Value name = to_tuple(kwnames)->items[i];
        if (!object_setitem(vm, self, name, args[nargs + i])) return false;
    }
    return true;
}

/* Create a new ordered dictionary with keys from iterable and values set to value. */
CLASS_METHOD(OrderedDict, fromkeys, "($type, /, iterable, value=None)") {
    Value value = args[2] == EMPTY ? NONE : args[2];
    OWNED Value dict = TRY(call_0(vm, args[0]));
    OWNED Value iterator = TRY(object_iter(vm, args[1]));
    for (;;) {
        OWNED Value key = TRY(iter_next(vm, iterator));
        if (key == EMPTY) return TAKE(dict);
        CHECK(object_setitem(vm, dict, key, value));
    }
}

/* ---- what operators do ---- */

static Value repr(VM *vm, Value self) {
    const char *name = type_short_name(type_of(vm, self));
    if (!to_dict(self)->count) return str_format(vm, "%s()", name);
    int shown = repr_enter(vm, self);
    if (shown) return shown < 0 ? FAIL : str_from_text(vm, "...");
    OWNED Value plain = dict_new(vm);
    bool ok = plain != FAIL && dict_merge(vm, to_dict(plain), self);
    Buffer out = {0};
    buffer_printf(&out, "%s(", name);
    ok = ok && show_repr(vm, &out, plain);
    buffer_add_char(&out, ')');
    repr_leave(vm, self);
    return show_finish(vm, &out, ok);
}

/* Have both the same keys in the same order? 1, 0, -1 */
static int same_order(VM *vm, Dict *a, Dict *b) {
    Value key, other, value;
    for (u32 at = 0, there = 0; dict_next(a, &at, &key, &value);) {
        if (!dict_next(b, &there, &other, &value)) return 0;
        OWNED Value held = incref(key);
        OWNED Value held_other = incref(other);
        int equal = object_equal(vm, held, held_other);
        if (equal <= 0) return equal;
    }
    return 1;
}

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    if ((op != EQ && op != NE) || !has_kind(other, KIND_DICT)) return NOT_IMPLEMENTED;
    int equal = dict_equal(vm, to_dict(self), to_dict(other));
    if (equal > 0 && is_ordered(vm, other)) {
        equal = same_order(vm, to_dict(self), to_dict(other));
    }
    return equal < 0 ? FAIL : from_bool(equal == (op == EQ));
}

static Value iterate(VM *vm, Value self) {
    return ordered_iterator_new(vm, self, 'k', false);
}

static bool set_item(VM *vm, Value self, Value key, Value value) {
    u32 count = to_dict(self)->count;
    bool ok = vm->types[TYPE_dict]->slots.setitem(vm, self, key, value);
    if (to_dict(self)->count != count) to_ordered(self)->changes++;
    return ok;
}

static Value merge(VM *vm, BinaryOp op, Value a, Value b) {
    if (!has_kind(a, KIND_DICT) || !has_kind(b, KIND_DICT)) return NOT_IMPLEMENTED;
    Value like = is_ordered(vm, a) ? a : b;
    OWNED Value result = TRY(call_1(vm, from_object(type_of(vm, like)), a));
    CHECK(update_from(vm, result, b));
    return TAKE(result);
}

static Value merge_into(VM *vm, BinaryOp op, Value self, Value other) {
    CHECK(update_from(vm, self, other));
    return incref(self);
}

TYPE(OrderedDict, .name = "collections.OrderedDict", .base = TYPE_dict,
     .size = sizeof(OrderedDict), .kind = KIND_DICT,
     .flags = TYPE_HAS_DICT | TYPE_WEAKREFS, .binary_ops = CAN(BINARY_OR),
     .reflected_ops = CAN(BINARY_OR), .inplace_ops = CAN(BINARY_OR),
     .doc = "Dictionary that remembers insertion order",
     .slots = {
         .new = make,
         .init = init,
         .repr = repr,
         .compare = compare,
         .iter = iterate,
         .setitem = set_item,
         .binary = merge,
         .inplace = merge_into,
     })

/* ---- methods ---- */

/* Remove all items from ordered dict. */
METHOD(OrderedDict, clear, "($self, /)") {
    dict_clear(vm, to_dict(args[0]));
    to_ordered(args[0])->changes++;
    return NONE;
}

/* A shallow copy of ordered dict. */
METHOD(OrderedDict, copy, "($self, /)") {
    Type *type = type_of(vm, args[0]);
    OWNED Value copy = TRY(call_0(vm, from_object(type)));
    OWNED Value keys = TRY(dict_keys_list(vm, to_dict(args[0])));
    CHECK(set_from_keys(vm, copy, args[0], keys));
    return TAKE(copy);
}

/* Is the entry at its end already? Then moving it there is no change. */
static bool is_at_end(Dict *dict, u32 index, bool at_last) {
    if (at_last) return index == dict->used - 1;
    u32 at = 0;
    Value key, value;
    return dict_next(dict, &at, &key, &value) && at == index + 1;
}

/* Move an existing element to the end (or beginning if last is false).
 *
 * Raise KeyError if the element does not exist. */
METHOD(OrderedDict, move_to_end, "($self, /, key, last=True)") {
    int to_last = args[2] == EMPTY ? 1 : object_truth(vm, args[2]);
    if (to_last < 0) return FAIL;
    Dict *dict = to_dict(args[0]);
    i64 index = dict_find(vm, dict, args[1]);
    if (index < 0) return index == -1 ? raise_key(vm, args[1]) : FAIL;
    if (is_at_end(dict, (u32)index, to_last)) return NONE;
    CHECK(dict_move_entry(vm, dict, (u32)index, to_last));
    to_ordered(args[0])->changes++;
    return NONE;
}

/* The value of a key, which is taken out: of a subclass by its own [] and del. EMPTY if
 * absent. */
static Value take_key(VM *vm, Value self, Value key) {
    if (is_exact_ordered(vm, self)) {
        Value value = TRY(dict_pop(vm, to_dict(self), key));
        if (value != EMPTY) to_ordered(self)->changes++;
        return value;
    }
    Value value = TRY(dict_get(vm, to_dict(self), key));
    if (value == EMPTY) return EMPTY;
    value = dict_pop(vm, to_dict(self), key);
    to_ordered(self)->changes++;
    return value;
}

/* od.pop(key[,default]) -> v, remove specified key and return the corresponding value.
 *
 * If the key is not found, return the default if given; otherwise,
 * raise a KeyError. */
METHOD(OrderedDict, pop, "($self, /, key, default=<unrepresentable>)") {
    Value value = TRY(take_key(vm, args[0], args[1]));
    if (value != EMPTY) return value;
    return args[2] != EMPTY ? incref(args[2]) : raise_key(vm, args[1]);
}

/* Remove and return a (key, value) pair from the dictionary.
 *
 * Pairs are returned in LIFO order if last is true or FIFO order if false. */
METHOD(OrderedDict, popitem, "($self, /, last=True)") {
    Dict *dict = to_dict(args[0]);
    int from_last = args[1] == EMPTY ? 1 : object_truth(vm, args[1]);
    if (from_last < 0) return FAIL;
    if (!dict->count) return raise_format(vm, EXC(KeyError), "dictionary is empty");
    to_ordered(args[0])->changes++;
    Value pair[2];
    if (from_last) {
        dict_pop_last(vm, dict, &pair[0], &pair[1]);
    } else {
        pair[0] = incref(dict->entries[dict->first].key);
        pair[1] = dict_pop(vm, dict, pair[0]);
        if (pair[1] == FAIL || pair[1] == EMPTY) return decref(pair[0]), FAIL;
    }
    return tuple_from_owned(vm, pair, 2);
}

/* Insert key with a value of default if key is not in the dictionary.
 *
 * Return the value for key if key is in the dictionary, else default. */
METHOD(OrderedDict, setdefault, "($self, /, key, default=None)") {
    Value otherwise = args[2] == EMPTY ? NONE : args[2];
    int found = object_contains(vm, args[0], args[1]);
    if (found < 0) return FAIL;
    if (found) return object_getitem(vm, args[0], args[1]);
    CHECK(object_setitem(vm, args[0], args[1], otherwise));
    return incref(otherwise);
}

/* D.update([E, ]**F) -> None.  Update D from mapping/iterable E and F. */
METHOD(OrderedDict, update, "($self, *args, **kwargs) hidden") {
    if (nargs > 3) {
        return raise_type(vm, "update() takes at most 1 positional argument (%u given)",
                          nargs - 2);
    }
    if (nargs == 3) CHECK(update_from(vm, args[0], args[2]));
    CHECK(update_from(vm, args[0], args[1]));
    return NONE;
}

METHOD(OrderedDict, keys, "($self, /)") {
    return ordered_view_new(vm, args[0], 'k');
}

METHOD(OrderedDict, values, "($self, /)") {
    return ordered_view_new(vm, args[0], 'v');
}

METHOD(OrderedDict, items, "($self, /)") {
    return ordered_view_new(vm, args[0], 'i');
}

/* od.__reversed__() <==> reversed(od) */
METHOD(OrderedDict, __reversed__, "($self, /)") {
    return ordered_iterator_new(vm, args[0], 'k', true);
}

/* Return state information for pickling */
METHOD(OrderedDict, __reduce__, "($self, /)") {
    OWNED Value state = TRY(call_method_0(vm, args[0], NAME(__getstate__)));
    OWNED Value items = TRY(call_method_0(vm, args[0], NAME(items)));
    OWNED Value iterator = TRY(object_iter(vm, items));
    return tuple_of(vm, 5, from_object(type_of(vm, args[0])), vm->empty_tuple,
                    state, NONE, iterator);
}
