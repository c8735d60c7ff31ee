/* The views of a dict: keys(), values(), items(). */
#include "objects/dict.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/set.h"
#include "objects/show.h"
#include "objects/str.h"
#include "objects/tuple.h"

Value dict_view_new(VM *vm, Value dict, u8 sort) {
    Type *type = vm->types[sort == 'k'   ? TYPE_dict_keys
                           : sort == 'v' ? TYPE_dict_values
                                         : TYPE_dict_items];
    DictView *view = (DictView *)object_new_sized(vm, type, sizeof(DictView));
    if (!view) return FAIL;
    view->h.aux = sort;
    view->dict = incref(dict);
    return from_object(view);
}

static Dict *dict_of(Value view) {
    return to_dict(((DictView *)view)->dict);
}

static u8 sort_of(Value view) {
    return (u8)to_object(view)->aux;
}

/* A view that behaves as a set: of keys or items. */
static bool is_set_view(Value v) {
    return has_kind(v, KIND_DICT_VIEW) && sort_of(v) != 'v';
}

static void free_view(VM *vm, Obj *self) {
    decref(take(&((DictView *)self)->dict));
}

static void visit(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((DictView *)self)->dict);
}

static i64 length(VM *vm, Value self) {
    return dict_of(self)->count;
}

static Value iterate(VM *vm, Value self) {
    return dict_iterator_new(vm, dict_of(self), sort_of(self), false);
}

static Value reversed(VM *vm, Value self) {
    return dict_iterator_new(vm, dict_of(self), sort_of(self), true);
}

static Value repr(VM *vm, Value self) {
    int shown = repr_enter(vm, self);
    if (shown) return shown < 0 ? FAIL : str_from_text(vm, "...");
    OWNED Value list = object_to_list(vm, self);
    Buffer out = {0};
    buffer_printf(&out, "%s(", type_name_of(vm, self));
    bool ok = list != FAIL && show_repr(vm, &out, list);
    buffer_add_char(&out, ')');
    repr_leave(vm, self);
    return show_finish(vm, &out, ok);
}

/* ---- membership ---- */

static int contains_key(VM *vm, Value self, Value key) {
    i64 found = dict_find(vm, dict_of(self), key);
    return found >= 0 ? 1 : found == -1 ? 0 : -1;
}

static int contains_item(VM *vm, Value self, Value item) {
    if (!has_kind(item, KIND_TUPLE) || to_tuple(item)->count != 2) return 0;
    Value found = dict_get(vm, dict_of(self), to_tuple(item)->items[0]);
    if (found == FAIL) return -1;
    if (found == EMPTY) return 0;
    OWNED Value value = incref(found);
    return object_equal(vm, value, to_tuple(item)->items[1]);
}

static int contains(VM *vm, Value self, Value item) {
    return sort_of(self) == 'k' ? contains_key(vm, self, item)
                                : contains_item(vm, self, item);
}

static int all_contained(VM *vm, Value items, Value container) {
    OWNED Value iterator = object_iter(vm, items);
    if (iterator == FAIL) return -1;
    for (;;) {
        OWNED Value item = iter_next(vm, iterator);
        if (item == FAIL) return -1;
        if (item == EMPTY) return 1;
        int found = object_contains(vm, container, item);
        if (found <= 0) return found;
    }
}

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    if (!is_set(other) && !is_set_view(other)) return NOT_IMPLEMENTED;
    i64 mine = length(vm, self), theirs = object_length(vm, other);
    if (theirs < 0) return FAIL;
    int holds = 0;
    switch (op) {
    case EQ:
    case NE: holds = mine == theirs ? all_contained(vm, self, other) : 0; break;
    case LT: holds = mine < theirs ? all_contained(vm, self, other) : 0; break;
    case LE: holds = mine <= theirs ? all_contained(vm, self, other) : 0; break;
    case GT: holds = mine > theirs ? all_contained(vm, other, self) : 0; break;
    case GE: holds = mine >= theirs ? all_contained(vm, other, self) : 0; break;
    }
    return holds < 0 ? FAIL : from_bool(holds != (op == NE));
}

/* ---- set operations ---- */

/* `a & b` where one of the two is a view: the smaller one is walked, as in CPython, which
 * shows in the order of the result. */
static Value intersect(VM *vm, Value a, Value b) {
    Value view = is_set_view(a) ? a : b, other = view == a ? b : a;
    if (has_exact_kind(other, KIND_SET) && length(vm, view) <= (i64)to_set(other)->used) {
        return call_method_1(vm, other, NAME(intersection), view);
    }
    if (is_set_view(other) && length(vm, other) > length(vm, view)) {
        Value swapped = view;
        view = other;
        other = swapped;
    }
    OWNED Value result = TRY(set_new(vm, EMPTY));
    OWNED Value iterator = TRY(object_iter(vm, other));
    for (;;) {
        OWNED Value item = TRY(iter_next(vm, iterator));
        if (item == EMPTY) return TAKE(result);
        int found = contains(vm, view, item);
        if (found < 0) return FAIL;
        if (found) CHECK(set_add(vm, to_set(result), item));
    }
}

/* Items of b that a does not have go to the set; those it has leave the copy of a. */
static bool divide_items(VM *vm, Dict *copy, Dict *b, Set *result) {
    Value key, value;
    for (u32 at = 0; dict_next(b, &at, &key, &value);) {
        OWNED Value held_key = incref(key);
        OWNED Value held_value = incref(value);
        Value found =
            TRY_OR_FALSE(dict_get_hashed(vm, copy, held_key, dict_entry_hash(b, at - 1)));
        OWNED Value other = incref(found);
        int equal = other == EMPTY ? 0 : object_equal(vm, other, held_value);
        if (equal < 0) return false;
        if (equal) {
            if (dict_delete(vm, copy, held_key) < 0) return false;
            continue;
        }
        OWNED Value pair = TRY_OR_FALSE(tuple_of(vm, 2, held_key, held_value));
        if (!set_add(vm, result, pair)) return false;
    }
    return true;
}

static Value items_xor(VM *vm, Dict *a, Dict *b) {
    bool swap = a->count > b->count;
    OWNED Value copy = TRY(dict_copy(vm, swap ? b : a));
    OWNED Value result = TRY(set_new(vm, EMPTY));
    CHECK(divide_items(vm, to_dict(copy), swap ? a : b, to_set(result)));
    OWNED Value rest = TRY(dict_view_new(vm, copy, 'i'));
    CHECK(set_update(vm, to_set(result), rest));
    return TAKE(result);
}

static bool is_items(Value v) {
    return is_set_view(v) && sort_of(v) == 'i';
}

static Value operate(VM *vm, BinaryOp op, Value a, Value b) {
    if (!is_set_view(a) && !is_set_view(b)) return NOT_IMPLEMENTED;
    if (op == BINARY_AND) return intersect(vm, a, b);
    if (op == BINARY_XOR && is_items(a) && is_items(b)) {
        return items_xor(vm, dict_of(a), dict_of(b));
    }
    bool is_keys = is_set_view(a) && sort_of(a) == 'k';
    OWNED Value result = TRY(set_new(vm, is_keys ? ((DictView *)a)->dict : a));
    switch (op) {
    case BINARY_SUB: CHECK(set_subtract(vm, to_set(result), b)); break;
    case BINARY_OR: CHECK(set_update(vm, to_set(result), b)); break;
    default: CHECK(set_toggle(vm, to_set(result), b)); break;
    }
    return TAKE(result);
}

static Value is_disjoint(VM *vm, Value self, Value other) {
    if (self == other) return from_bool(length(vm, self) == 0);
    Value walked = other, asked = self;
    if (has_exact_kind(other, KIND_SET) || has_exact_kind(other, KIND_FROZENSET) ||
        is_set_view(other)) {
        i64 theirs = object_length(vm, other);
        if (theirs < 0) return FAIL;
        if (theirs > length(vm, self)) walked = self, asked = other;
    }
    OWNED Value iterator = TRY(object_iter(vm, walked));
    for (;;) {
        OWNED Value item = TRY(iter_next(vm, iterator));
        if (item == EMPTY) return TRUE;
        int found = object_contains(vm, asked, item);
        if (found) return found < 0 ? FAIL : FALSE;
    }
}

/* ---- the types ---- */

enum {
    SET_OPERATORS = CAN(BINARY_SUB) | CAN(BINARY_AND) | CAN(BINARY_OR) | CAN(BINARY_XOR),
};

#define VIEW_FIELDS \
    .size = sizeof(DictView), .kind = KIND_DICT_VIEW, .flags = TYPE_FINAL | TYPE_NO_NEW
#define VIEW_SLOTS                                                       \
    .free = free_view, .visit = visit, .clear = free_view, .repr = repr, \
    .iter = iterate, .length = length
#define SET_SLOTS \
    .compare = compare, .contains = contains, .binary = operate

TYPE(dict_keys, .name = "dict_keys", VIEW_FIELDS, .binary_ops = SET_OPERATORS,
     .reflected_ops = SET_OPERATORS, .slots = {VIEW_SLOTS, SET_SLOTS})
TYPE(dict_items, .name = "dict_items", VIEW_FIELDS, .binary_ops = SET_OPERATORS,
     .reflected_ops = SET_OPERATORS, .slots = {VIEW_SLOTS, SET_SLOTS})
TYPE(dict_values, .name = "dict_values", VIEW_FIELDS, .slots = {VIEW_SLOTS})

/* Return True if the view and the given iterable have a null intersection. */
METHOD(dict_keys, isdisjoint, "($self, other, /) shown ($self, object, /)") {
    return is_disjoint(vm, args[0], args[1]);
}
/* Return True if the view and the given iterable have a null intersection. */
METHOD(dict_items, isdisjoint, "($self, other, /) shown ($self, object, /)") {
    return is_disjoint(vm, args[0], args[1]);
}

/* Return a reverse iterator over the dict keys. */
METHOD(dict_keys, __reversed__, "($self, /)") {
    return reversed(vm, args[0]);
}
/* Return a reverse iterator over the dict values. */
METHOD(dict_values, __reversed__, "($self, /)") {
    return reversed(vm, args[0]);
}
/* Return a reverse iterator over the dict items. */
METHOD(dict_items, __reversed__, "($self, /)") {
    return reversed(vm, args[0]);
}

/* dictionary that this view refers to */
GETTER(dict_keys, mapping) {
    return mappingproxy_new(vm, ((DictView *)self)->dict);
}
/* dictionary that this view refers to */
GETTER(dict_values, mapping) {
    return mappingproxy_new(vm, ((DictView *)self)->dict);
}
/* dictionary that this view refers to */
GETTER(dict_items, mapping) {
    return mappingproxy_new(vm, ((DictView *)self)->dict);
}
