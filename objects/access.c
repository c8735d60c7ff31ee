/* Items, lengths, membership and iteration of any values. */
#include "objects/dict.h"
#include "objects/generic_alias.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/sequence.h"
#include "objects/sequence_iterator.h"
#include "objects/slots.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

/* ---- items ---- */

static Value getitem_of_class(VM *vm, Value class, Value key) {
    OWNED Value method = TRY(object_find_attr(vm, class, NAME(__class_getitem__)));
    if (method == NONE) replace(&method, EMPTY);
    if (method != EMPTY) return call_1(vm, method, key);
    if (class == from_object(vm->types[TYPE_type]))
        return generic_alias_new(vm, class, key);
    return raise_type(vm, "type '%s' is not subscriptable", type_name(to_type(class)));
}

Value object_getitem(VM *vm, Value v, Value key) {
    Type *type = type_of(vm, v);
    if (LIKELY(type->slots.getitem)) return type->slots.getitem(vm, v, key);
    if (is_type(v)) return getitem_of_class(vm, v, key);
    return raise_type(vm, "'%T' object is not subscriptable", v);
}

/* As CPython refuses: a type with a table of sequence methods looks at the index first. */
static void refuse_setitem(VM *vm, Value v, Value key, bool is_delete) {
    Type *type = type_of(vm, v);
    bool by_index = (type->flags & TYPE_HEAP || type->slots.length) && has_index(vm, key);
    i64 index;
    if (by_index && !index_to_i64(vm, key, EXC(IndexError), &index)) return;
    if (!is_delete) raise_type(vm, "'%T' object does not support item assignment", v);
    else if (by_index) raise_type(vm, "'%T' object doesn't support item deletion", v);
    else raise_type(vm, "'%T' object does not support item deletion", v);
}

bool object_setitem(VM *vm, Value v, Value key, Value value) {
    Type *type = type_of(vm, v);
    if (LIKELY(type->slots.setitem)) return type->slots.setitem(vm, v, key, value);
    refuse_setitem(vm, v, key, value == EMPTY);
    return false;
}

/* ---- length ---- */

i64 object_length(VM *vm, Value v) {
    Type *type = type_of(vm, v);
    if (LIKELY(type->slots.length)) return type->slots.length(vm, v);
    raise_type(vm, "object of type '%T' has no len()", v);
    return -1;
}

static i64 check_hint(VM *vm, Value hint) {
    i64 number;
    if (!is_int(hint)) {
        raise_type(vm, "__length_hint__ must be an integer, not %T", hint);
        return -1;
    }
    if (!int_fits_i64(hint, &number)) {
        raise_format(vm, EXC(OverflowError), "Python int too large to convert to C ssize_t");
        return -1;
    }
    if (number >= 0) return number;
    raise_value(vm, "__length_hint__() should return >= 0");
    return -1;
}

/* A TypeError while asking means that there is no answer. */
static i64 without_type_error(VM *vm, i64 otherwise) {
    if (!exception_matches(vm, EXC(TypeError))) return -1;
    exception_clear(vm);
    return otherwise;
}

i64 object_length_hint(VM *vm, Value v, i64 otherwise) {
    if (type_of(vm, v)->slots.length) {
        i64 length = object_length(vm, v);
        return length >= 0 ? length : without_type_error(vm, otherwise);
    }
    OWNED Value method = object_find_special(vm, v, NAME(__length_hint__));
    if (method == EMPTY) return otherwise;
    OWNED Value hint = method == FAIL ? FAIL : call_0(vm, method);
    if (hint == FAIL) return without_type_error(vm, otherwise);
    return hint == NOT_IMPLEMENTED ? otherwise : check_hint(vm, hint);
}

/* ---- membership ---- */

static int find_by_iteration(VM *vm, Value container, Value item) {
    OWNED Value iterator = object_iter(vm, container);
    if (iterator == FAIL) {
        if (exception_matches(vm, EXC(TypeError)))
            raise_type(vm, "argument of type '%T' is not iterable", container);
        return -1;
    }
    for (;;) {
        OWNED Value next = iter_next(vm, iterator);
        if (next == FAIL) return -1;
        if (next == EMPTY) return 0;
        int equal = object_equal(vm, next, item);
        if (equal) return equal;
    }
}

int object_contains(VM *vm, Value container, Value item) {
    Type *type = type_of(vm, container);
    if (type->slots.contains) return type->slots.contains(vm, container, item);
    return find_by_iteration(vm, container, item);
}

/* ---- iteration ---- */

Value object_iter(VM *vm, Value v) {
    Type *type = type_of(vm, v);
    if (!type->slots.iter) {
        if (is_sequence(vm, v)) return sequence_iterator_new(vm, v);
        return raise_type(vm, "'%T' object is not iterable", v);
    }
    OWNED Value iterator = TRY(type->slots.iter(vm, v));
    if (LIKELY(type_of(vm, iterator)->slots.next)) return TAKE(iterator);
    return raise_type(vm, "iter() returned non-iterator of type '%T'", iterator);
}

Value iter_next(VM *vm, Value iterator) {
    Type *type = LIKELY(is_object(iterator)) ? to_object(iterator)->shape->type : type_of(vm, iterator);
    if (UNLIKELY(!type->slots.next))
        return raise_type(vm, "'%T' object is not an iterator", iterator);
    Value item = type->slots.next(vm, iterator);
    if (item == EMPTY && vm->return_value != EMPTY) replace(&vm->return_value, EMPTY);
    if (UNLIKELY(item == FAIL) && exception_matches(vm, EXC(StopIteration))) {
        exception_clear(vm);
        return EMPTY;
    }
    return item;
}

static bool extend_from_array(VM *vm, List *list, const Value *items, usize count) {
    usize wanted = list->count + count;
    /* a list that grows again and again needs room to spare */
    if (wanted > list->capacity && list->count) wanted += wanted >> 3;
    if (!list_reserve(vm, list, wanted)) return false;
    Value *to = list->items + list->count;
    for (usize i = 0; i < count; i++) to[i] = incref(items[i]);
    list->count += count;
    return true;
}

static bool extend_from_iterator(VM *vm, List *list, Value iterator) {
    for (;;) {
        Value item = iter_next(vm, iterator);
        if (item == EMPTY) return true;
        if (item == FAIL || !list_push_owned(vm, list, item)) return false;
    }
}

bool object_extend(VM *vm, List *list, Value iterable) {
    if (has_exact_kind(iterable, KIND_TUPLE)) {
        Tuple *tuple = to_tuple(iterable);
        return extend_from_array(vm, list, tuple->items, tuple->count);
    }
    if (has_exact_kind(iterable, KIND_LIST) && to_list(iterable) != list) {
        List *other = to_list(iterable);
        return extend_from_array(vm, list, other->items, other->count);
    }
    OWNED Value iterator = TRY_OR_FALSE(object_iter(vm, iterable));
    /* asked for its effects: CPython calls __length_hint__ here too */
    if (object_length_hint(vm, iterable, 8) < 0) return false;
    return extend_from_iterator(vm, list, iterator);
}

Value object_to_list(VM *vm, Value iterable) {
    OWNED Value list = TRY(list_new(vm, 0));
    CHECK(object_extend(vm, to_list(list), iterable));
    return TAKE(list);
}

Value object_to_tuple(VM *vm, Value iterable) {
    if (has_exact_kind(iterable, KIND_TUPLE)) return incref(iterable);
    if (has_exact_kind(iterable, KIND_LIST)) {
        List *list = to_list(iterable);
        return tuple_from(vm, list->items, list->count);
    }
    OWNED Value list = TRY(object_to_list(vm, iterable));
    return tuple_from(vm, to_list(list)->items, to_list(list)->count);
}
