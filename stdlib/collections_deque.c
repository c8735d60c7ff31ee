#include "stdlib/collections_deque.h"

#include "objects/list.h"
#include "objects/native.h"
#include "objects/sequence.h"
#include "objects/show.h"
#include "objects/str.h"

bool is_deque(VM *vm, Value v) {
    return is_instance(vm, v, vm->types[TYPE_deque]);
}

/* ---- memory ---- */

/* Move the items to a ring of another size; it must hold them. */
static bool set_capacity(VM *vm, Deque *deque, usize capacity) {
    Value *items = NULL;
    if (capacity && !(items = heap_raw_alloc(&vm->heap, capacity * sizeof(Value)))) {
        return raise_memory(vm), false;
    }
    for (usize i = 0; i < deque->count; i++) items[i] = *deque_at(deque, i);
    if (deque->items) {
        heap_raw_free(&vm->heap, deque->items, deque->capacity * sizeof(Value));
    }
    deque->items = items;
    deque->capacity = capacity;
    deque->first = 0;
    return true;
}

static bool make_room(VM *vm, Deque *deque) {
    if (deque->count < deque->capacity) return true;
    return set_capacity(vm, deque, deque->capacity ? deque->capacity * 2 : 8);
}

/* Give memory back when seven eighths are unused. */
static void shrink(VM *vm, Deque *deque) {
    if (deque->capacity > 64 && deque->count < deque->capacity / 8) {
        if (!set_capacity(vm, deque, deque->capacity / 4)) exception_clear(vm);
    }
}

/* ---- the ends ---- */

bool deque_push(VM *vm, Deque *deque, Value item) {
    OWNED Value held = incref(item);
    if (deque->limit >= 0 && deque->count >= (usize)deque->limit) {
        if (!deque->limit) return true;
        OWNED Value gone = deque_pop_front(vm, deque);
        return deque_push(vm, deque, held);
    }
    if (!make_room(vm, deque)) return false;
    deque->count++;
    deque->changes++;
    *deque_at(deque, deque->count - 1) = TAKE(held);
    return true;
}

bool deque_push_front(VM *vm, Deque *deque, Value item) {
    OWNED Value held = incref(item);
    if (deque->limit >= 0 && deque->count >= (usize)deque->limit) {
        if (!deque->limit) return true;
        OWNED Value gone = deque_pop(vm, deque);
        return deque_push_front(vm, deque, held);
    }
    if (!make_room(vm, deque)) return false;
    deque->count++;
    deque->changes++;
    deque->first = (deque->first - 1) & (deque->capacity - 1);
    *deque_at(deque, 0) = TAKE(held);
    return true;
}

Value deque_pop(VM *vm, Deque *deque) {
    Value item = *deque_at(deque, deque->count - 1);
    deque->count--;
    deque->changes++;
    shrink(vm, deque);
    return item;
}

Value deque_pop_front(VM *vm, Deque *deque) {
    Value item = *deque_at(deque, 0);
    deque->first = (deque->first + 1) & (deque->capacity - 1);
    deque->count--;
    deque->changes++;
    shrink(vm, deque);
    return item;
}

/* ---- the whole ---- */

void deque_clear(VM *vm, Deque *deque) {
    Deque old = *deque;
    deque->items = NULL;
    deque->capacity = deque->first = deque->count = 0;
    deque->changes++;
    for (usize i = 0; i < old.count; i++) decref(*deque_at(&old, i));
    if (old.items) heap_raw_free(&vm->heap, old.items, old.capacity * sizeof(Value));
}

void deque_rotate(Deque *deque, i64 turns) {
    i64 count = (i64)deque->count;
    if (count < 2) return;
    turns %= count;
    if (turns > count / 2) turns -= count;
    if (turns < -(count / 2)) turns += count;
    usize mask = deque->capacity - 1;
    if (turns) deque->changes++;
    for (; turns > 0; turns--) {
        Value item = *deque_at(deque, (usize)count - 1);
        deque->first = (deque->first - 1) & mask;
        *deque_at(deque, 0) = item;
    }
    for (; turns < 0; turns++) {
        Value item = *deque_at(deque, 0);
        deque->first = (deque->first + 1) & mask;
        *deque_at(deque, (usize)count - 1) = item;
    }
}

bool deque_extend(VM *vm, Deque *deque, Value iterable) {
    bool is_self = iterable == from_object(deque);
    OWNED Value items =
        TRY_OR_FALSE(is_self ? object_to_list(vm, iterable) : incref(iterable));
    OWNED Value iterator = TRY_OR_FALSE(object_iter(vm, items));
    for (;;) {
        OWNED Value item = TRY_OR_FALSE(iter_next(vm, iterator));
        if (item == EMPTY) return true;
        if (!deque_push(vm, deque, item)) return false;
    }
}

Value deque_remove_at(VM *vm, Deque *deque, usize index) {
    deque_rotate(deque, -(i64)index);
    Value item = deque_pop_front(vm, deque);
    deque_rotate(deque, (i64)index);
    return item;
}

/* type(d)(d) or type(d)(d, maxlen) */
Value deque_copy(VM *vm, Value self) {
    Value type = from_object(type_of(vm, self));
    i64 limit = to_deque(self)->limit;
    return limit < 0 ? call_1(vm, type, self) : call_2(vm, type, self, from_small(limit));
}

/* ---- making ---- */

static Value make(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    Deque *deque = (Deque *)object_new(vm, type);
    if (!deque) return FAIL;
    deque->limit = -1;
    return from_object(deque);
}

static bool read_limit(VM *vm, Value v, i64 *limit) {
    *limit = -1;
    if (v == EMPTY || v == NONE) return true;
    if (!has_kind(v, KIND_INT) && !is_small(v) && !is_bool(v)) {
        raise_type(vm, "an integer is required");
        return false;
    }
    if (!object_to_i64(vm, v, limit)) return false;
    if (*limit < 0) raise_value(vm, "maxlen must be non-negative");
    return *limit >= 0;
}

static bool init(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"iterable", "maxlen", NULL};
    static const Arguments arguments = {"deque", names, 0, 2, 0};
    Value given[2];
    i64 limit;
    if (!arguments_bind(vm, &arguments, args, nargs, kwnames, given)) return false;
    if (!read_limit(vm, given[1], &limit)) return false;
    Deque *deque = to_deque(self);
    deque->limit = limit;
    if (deque->count) deque_clear(vm, deque);
    return given[0] == EMPTY || deque_extend(vm, deque, given[0]);
}

static void free_deque(VM *vm, Obj *self) {
    deque_clear(vm, (Deque *)self);
}

static void visit(Obj *self, Visitor *visitor) {
    Deque *deque = (Deque *)self;
    for (usize i = 0; i < deque->count; i++) visitor->visit(visitor, *deque_at(deque, i));
}

/* ---- what operators do ---- */

static Value repr(VM *vm, Value self) {
    int shown = repr_enter(vm, self);
    if (shown) return shown < 0 ? FAIL : str_from_text(vm, "[...]");
    OWNED Value items = object_to_list(vm, self);
    Buffer out = {0};
    const char *name = type_short_name(type_of(vm, self));
    buffer_printf(&out, "%s(", name);
    bool ok = items != FAIL && show_repr(vm, &out, items);
    i64 limit = to_deque(self)->limit;
    if (limit >= 0) buffer_printf(&out, ", maxlen=%lld", (long long)limit);
    buffer_add_char(&out, ')');
    repr_leave(vm, self);
    return show_finish(vm, &out, ok);
}

/* One of the two has ended: which is longer? */
static bool decide_by_end(bool a_ended, bool b_ended, CompareOp op) {
    switch (op) {
    case LT: return !b_ended;
    case LE: return a_ended;
    case EQ: return a_ended && b_ended;
    case NE: return !(a_ended && b_ended);
    case GT: return !a_ended;
    default: return b_ended;
    }
}

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    if (!is_deque(vm, other)) return NOT_IMPLEMENTED;
    if (self == other) return from_bool(op == EQ || op == LE || op == GE);
    bool same = to_deque(self)->count == to_deque(other)->count;
    if (!same && (op == EQ || op == NE)) return from_bool(op == NE);
    OWNED Value mine = TRY(object_iter(vm, self));
    OWNED Value theirs = TRY(object_iter(vm, other));
    for (;;) {
        OWNED Value a = TRY(iter_next(vm, mine));
        OWNED Value b = TRY(iter_next(vm, theirs));
        if (a == EMPTY || b == EMPTY)
            return from_bool(decide_by_end(a == EMPTY, b == EMPTY, op));
        int equal = object_equal(vm, a, b);
        if (equal < 0) return FAIL;
        if (equal) continue;
        if (op == EQ || op == NE) return from_bool(op == NE);
        OWNED Value answer = TRY(object_compare(vm, a, b, op));
        int holds = object_truth(vm, answer);
        return holds < 0 ? FAIL : from_bool(holds);
    }
}

static i64 length(VM *vm, Value self) {
    return (i64)to_deque(self)->count;
}

static bool find_item(VM *vm, Deque *deque, Value key, usize *at) {
    i64 index;
    if (!has_index(vm, key)) {
        raise_type(vm, "sequence index must be integer, not '%T'", key);
        return false;
    }
    if (!index_to_i64(vm, key, EXC(IndexError), &index)) return false;
    if (index < 0) index += (i64)deque->count;
    *at = (usize)index;
    if (index >= 0 && (usize)index < deque->count) return true;
    raise_index(vm, "deque index out of range");
    return false;
}

static Value get_item(VM *vm, Value self, Value key) {
    usize at;
    CHECK(find_item(vm, to_deque(self), key, &at));
    return incref(*deque_at(to_deque(self), at));
}

static bool set_item(VM *vm, Value self, Value key, Value value) {
    usize at;
    if (!find_item(vm, to_deque(self), key, &at)) return false;
    if (value == EMPTY)
        decref(deque_remove_at(vm, to_deque(self), at));
    else
        replace(deque_at(to_deque(self), at), incref(value));
    return true;
}

static int contains(VM *vm, Value self, Value item) {
    Deque *deque = to_deque(self);
    u64 changes = deque->changes;
    for (usize i = 0; i < deque->count; i++) {
        OWNED Value stored = incref(*deque_at(deque, i));
        int equal = object_equal(vm, stored, item);
        if (equal) return equal;
        if (deque->changes == changes) continue;
        raise_runtime(vm, "deque mutated during iteration");
        return -1;
    }
    return 0;
}

static Value inplace_concat(VM *vm, Value self, Value other) {
    CHECK(deque_extend(vm, to_deque(self), other));
    return incref(self);
}

static Value concat(VM *vm, Value self, Value other) {
    if (!is_deque(vm, other)) {
        return raise_type(vm, "can only concatenate deque (not \"%T\") to deque", other);
    }
    OWNED Value sum = TRY(deque_copy(vm, self));
    CHECK(deque_extend(vm, to_deque(sum), other));
    return TAKE(sum);
}

/* Items that maxlen would push out again are not added at all. */
static Value inplace_repeat(VM *vm, Value self, i64 times) {
    Deque *deque = to_deque(self);
    usize count = deque->count;
    if (!count || times == 1) return incref(self);
    if (times <= 0) {
        deque_clear(vm, deque);
        return incref(self);
    }
    if (deque->limit >= 0 && (u64)times > (u64)deque->limit / count + 2) {
        times = deque->limit / (i64)count + 2;
    }
    if ((u64)times > PTRDIFF_MAX / 16 / count) return raise_memory(vm);
    OWNED Value items = TRY(object_to_list(vm, self));
    for (i64 turn = 1; turn < times; turn++) {
        for (usize i = 0; i < count; i++) {
            CHECK(deque_push(vm, deque, to_list(items)->items[i]));
        }
    }
    return incref(self);
}

static Value repeat(VM *vm, Value self, i64 times) {
    OWNED Value result = TRY(deque_copy(vm, self));
    return inplace_repeat(vm, result, times);
}

static Value iterate(VM *vm, Value self) {
    return deque_iterator_new(vm, vm->types[TYPE_deque_iterator], self, 0);
}

TYPE(deque, .name = "collections.deque", .size = sizeof(Deque), .kind = KIND_OTHER,
     .flags = TYPE_SEQUENCE | TYPE_WEAKREFS,
     .doc = "A list-like sequence optimized for data accesses near its endpoints.",
     .slots = {
         .new = make,
         .init = init,
         .free = free_deque,
         .visit = visit,
         .clear = free_deque,
         .repr = repr,
         .compare = compare,
         .iter = iterate,
         .length = length,
         .getitem = get_item,
         .setitem = set_item,
         .contains = contains,
         .concat = concat,
         .repeat = repeat,
         .inplace_concat = inplace_concat,
         .inplace_repeat = inplace_repeat,
     })
