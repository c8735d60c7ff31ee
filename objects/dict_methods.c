/* The type dict. */
#include "objects/dict.h"
#include "objects/generic_alias.h"
#include "objects/native.h"
#include "objects/show.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* ---- making ---- */

static Value make(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    Obj *dict = object_new(vm, type);
    return dict ? from_object(dict) : FAIL;
}

static bool init(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    if (nargs > 1) {
        raise_type(vm, "dict expected at most 1 argument, got %u", nargs);
        return false;
    }
    if (nargs == 1 && !dict_update(vm, to_dict(self), args[0])) return false;
    if (kwnames == EMPTY) return true;
    Tuple *names = to_tuple(kwnames);
    for (usize i = 0; i < names->count; i++) {
        if (!dict_set(vm, to_dict(self), names->items[i], args[nargs + i])) return false;
    }
    return true;
}

/* Create a new dictionary with keys from iterable and values set to value. */
CLASS_METHOD(dict, fromkeys, "($type, iterable, value=None, /)") {
    Value value = args[2] == EMPTY ? NONE : args[2];
    OWNED Value dict = TRY(call_0(vm, args[0]));
    OWNED Value iterator = TRY(object_iter(vm, args[1]));
    for (;;) {
        OWNED Value key = TRY(iter_next(vm, iterator));
        if (key == EMPTY) return TAKE(dict);
        if (has_exact_kind(dict, KIND_DICT))
            CHECK(dict_set(vm, to_dict(dict), key, value));
        else
            CHECK(object_setitem(vm, dict, key, value));
    }
}

/* ---- life ---- */

static void free_dict(VM *vm, Obj *self) {
    dict_clear(vm, (Dict *)self);
}

static void visit(Obj *self, Visitor *visitor) {
    Value key, value;
    for (u32 at = 0; dict_next((Dict *)self, &at, &key, &value);) {
        visitor->visit(visitor, key);
        visitor->visit(visitor, value);
    }
}

/* ---- what operators do ---- */

static bool show_entries(VM *vm, Dict *dict, Buffer *out) {
    Value key, value;
    bool is_first = true;
    for (u32 at = 0; dict_next(dict, &at, &key, &value); is_first = false) {
        OWNED Value held_key = incref(key);
        OWNED Value held_value = incref(value);
        if (!is_first) buffer_add_text(out, ", ");
        if (!show_repr(vm, out, held_key)) return false;
        buffer_add_text(out, ": ");
        if (!show_repr(vm, out, held_value)) return false;
    }
    return true;
}

static Value repr(VM *vm, Value self) {
    int shown = repr_enter(vm, self);
    if (shown) return shown < 0 ? FAIL : str_from_text(vm, "{...}");
    Buffer out = {0};
    buffer_add_char(&out, '{');
    bool ok = show_entries(vm, to_dict(self), &out);
    buffer_add_char(&out, '}');
    repr_leave(vm, self);
    return show_finish(vm, &out, ok);
}

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    if ((op != EQ && op != NE) || !has_kind(other, KIND_DICT)) return NOT_IMPLEMENTED;
    int equal = dict_equal(vm, to_dict(self), to_dict(other));
    return equal < 0 ? FAIL : from_bool(equal == (op == EQ));
}

static i64 length(VM *vm, Value self) {
    return to_dict(self)->count;
}

static Value iterate(VM *vm, Value self) {
    return dict_iterator_new(vm, to_dict(self), 'k', false);
}

static Value get_missing(VM *vm, Value self, Value key) {
    if (to_object(self)->kind != KIND_DICT) {
        OWNED Value missing = TRY(object_find_special(vm, self, NAME(__missing__)));
        if (missing != EMPTY) return call_1(vm, missing, key);
    }
    return raise_key(vm, key);
}

static Value get_item(VM *vm, Value self, Value key) {
    Value value = TRY(dict_get(vm, to_dict(self), key));
    return LIKELY(value != EMPTY) ? incref(value) : get_missing(vm, self, key);
}

static bool set_item(VM *vm, Value self, Value key, Value value) {
    if (value != EMPTY) return dict_set(vm, to_dict(self), key, value);
    int deleted = dict_delete(vm, to_dict(self), key);
    if (deleted == 0) raise_key(vm, key);
    return deleted > 0;
}

static int contains(VM *vm, Value self, Value key) {
    i64 found = dict_find(vm, to_dict(self), key);
    return found >= 0 ? 1 : found == -1 ? 0 : -1;
}

static Value merge(VM *vm, BinaryOp op, Value a, Value b) {
    if (!has_kind(a, KIND_DICT) || !has_kind(b, KIND_DICT)) return NOT_IMPLEMENTED;
    OWNED Value result = TRY(dict_copy(vm, to_dict(a)));
    CHECK(dict_update(vm, to_dict(result), b));
    return TAKE(result);
}

static Value merge_into(VM *vm, BinaryOp op, Value self, Value other) {
    CHECK(dict_update(vm, to_dict(self), other));
    return incref(self);
}

TYPE(dict, .name = "dict", .size = sizeof(Dict), .kind = KIND_DICT,
     .flags = TYPE_MAPPING | TYPE_MATCH_SELF, .binary_ops = CAN(BINARY_OR),
     .reflected_ops = CAN(BINARY_OR), .inplace_ops = CAN(BINARY_OR),
     .doc = "dict() -> new empty dictionary\n"
            "dict(mapping) -> new dictionary initialized from a mapping object's\n"
            "    (key, value) pairs\n"
            "dict(iterable) -> new dictionary initialized as if via:\n"
            "    d = {}\n"
            "    for k, v in iterable:\n"
            "        d[k] = v\n"
            "dict(**kwargs) -> new dictionary initialized with the name=value pairs\n"
            "    in the keyword argument list.  For example:  dict(one=1, two=2)",
     .slots = {
         .new = make,
         .init = init,
         .free = free_dict,
         .visit = visit,
         .clear = free_dict,
         .repr = repr,
         .compare = compare,
         .iter = iterate,
         .length = length,
         .getitem = get_item,
         .setitem = set_item,
         .contains = contains,
         .binary = merge,
         .inplace = merge_into,
     })

/* ---- methods ---- */

/* Remove all items from the dict. */
/* Return self[key]. */
METHOD(dict, __getitem__, "($self, key, /)") {
    return get_item(vm, args[0], args[1]);
}

/* True if the dictionary has the specified key, else False. */
METHOD(dict, __contains__, "($self, key, /)") {
    int found = contains(vm, args[0], args[1]);
    return found < 0 ? FAIL : from_bool(found);
}

METHOD(dict, clear, "($self, /)") {
    dict_clear(vm, to_dict(args[0]));
    return NONE;
}

/* Return a shallow copy of the dict. */
METHOD(dict, copy, "($self, /)") {
    return dict_copy(vm, to_dict(args[0]));
}

/* Return the value for key if key is in the dictionary, else default. */
METHOD(dict, get, "($self, key, default=None, /)") {
    Value value = TRY(dict_get(vm, to_dict(args[0]), args[1]));
    if (value != EMPTY) return incref(value);
    return args[2] == EMPTY ? NONE : incref(args[2]);
}

/* Return a set-like object providing a view on the dict's items. */
METHOD(dict, items, "($self, /)") {
    return dict_view_new(vm, args[0], 'i');
}

/* Return a set-like object providing a view on the dict's keys. */
METHOD(dict, keys, "($self, /)") {
    return dict_view_new(vm, args[0], 'k');
}

/* Return an object providing a view on the dict's values. */
METHOD(dict, values, "($self, /)") {
    return dict_view_new(vm, args[0], 'v');
}

/* D.pop(k[,d]) -> v, remove specified key and return the corresponding value.
 *
 * If the key is not found, return the default if given; otherwise,
 * raise a KeyError. */
METHOD(dict, pop, "($self, key, default=<unrepresentable>, /)") {
    Value value = TRY(dict_pop(vm, to_dict(args[0]), args[1]));
    if (value != EMPTY) return value;
    return args[2] != EMPTY ? incref(args[2]) : raise_key(vm, args[1]);
}

/* Remove and return a (key, value) pair as a 2-tuple.
 *
 * Pairs are returned in LIFO (last-in, first-out) order.
 * Raises KeyError if the dict is empty. */
METHOD(dict, popitem, "($self, /)") {
    Value pair[2];
    if (!dict_pop_last(vm, to_dict(args[0]), &pair[0], &pair[1])) {
        return raise_format(vm, EXC(KeyError), "popitem(): dictionary is empty");
    }
    return tuple_from_owned(vm, pair, 2);
}

/* Insert key with a value of default if key is not in the dictionary.
 *
 * Return the value for key if key is in the dictionary, else default. */
METHOD(dict, setdefault, "($self, key, default=None, /)") {
    Value otherwise = args[2] == EMPTY ? NONE : args[2];
    return incref(TRY(dict_set_default(vm, to_dict(args[0]), args[1], otherwise)));
}

/* D.update([E, ]**F) -> None.  Update D from mapping/iterable E and F.
 * If E is present and has a .keys() method, then does:  for k in E.keys(): D[k] = E[k]
 * If E is present and lacks a .keys() method, then does:  for k, v in E: D[k] = v
 * In either case, this is followed by: for k in F:  D[k] = F[k] */
METHOD(dict, update, "($self, *args, **kwargs) hidden") {
    if (nargs > 3) {
        return raise_type(vm, "update expected at most 1 argument, got %u", nargs - 2);
    }
    if (nargs == 3) CHECK(dict_update(vm, to_dict(args[0]), args[2]));
    CHECK(dict_merge(vm, to_dict(args[0]), args[1]));
    return NONE;
}

/* Return a reverse iterator over the dict keys. */
METHOD(dict, __reversed__, "($self, /)") {
    return dict_iterator_new(vm, to_dict(args[0]), 'k', true);
}

/* See PEP 585 */
CLASS_METHOD(dict, __class_getitem__, "($type, object, /)") {
    return generic_alias_new(vm, args[0], args[1]);
}
