/* range_iterator, of inline ints, and longrange_iterator. */
#include "objects/int.h"
#include "objects/iterator.h"
#include "objects/native.h"
#include "objects/range.h"
#include "objects/sequence.h"

typedef struct LongRangeIterator {
    Obj h;
    Value next, step, left; /* ints */
} LongRangeIterator;

static Value make_short(VM *vm, i64 next, i64 step, i64 left) {
    Type *type = vm->types[TYPE_range_iterator];
    RangeIterator *it =
        (RangeIterator *)object_new_sized(vm, type, sizeof(RangeIterator));
    if (!it) return FAIL;
    it->next = next;
    it->step = step;
    it->left = left;
    return from_object(it);
}

static Value make_long(VM *vm, Value next, Value step, Value left) {
    Type *type = vm->types[TYPE_longrange_iterator];
    LongRangeIterator *it =
        (LongRangeIterator *)object_new_sized(vm, type, sizeof(LongRangeIterator));
    if (!it) return FAIL;
    it->next = incref(next);
    it->step = incref(step);
    it->left = incref(left);
    return from_object(it);
}

static bool is_short(Range *range) {
    return are_small(range->start, range->stop) && are_small(range->step, range->length);
}

Value range_iterator_new(VM *vm, Value self) {
    Range *range = to_range(self);
    if (!is_short(range)) return make_long(vm, range->start, range->step, range->length);
    return make_short(vm, to_small(range->start), to_small(range->step),
                      to_small(range->length));
}

/* Return a reverse iterator. */
METHOD(range, __reversed__, "($self, /)") {
    Range *range = to_range(args[0]);
    if (is_short(range)) {
        i64 step = to_small(range->step), left = to_small(range->length);
        i64 last = to_small(range->start) + (left ? (left - 1) * step : 0);
        if (fits_small(-step)) return make_short(vm, last, -step, left);
    }
    OWNED Value index = TRY(int_binary(vm, BINARY_SUB, range->length, from_small(1)));
    OWNED Value offset = TRY(int_binary(vm, BINARY_MUL, index, range->step));
    OWNED Value last = TRY(int_binary(vm, BINARY_ADD, range->start, offset));
    OWNED Value step = TRY(int_unary(vm, UNARY_NEG, range->step));
    return make_long(vm, last, step, range->length);
}

/* (iter, (range of what is left,), None) */
static Value reduce(VM *vm, Value next, Value step, Value left) {
    OWNED Value distance = TRY(int_binary(vm, BINARY_MUL, left, step));
    OWNED Value stop = TRY(int_binary(vm, BINARY_ADD, next, distance));
    OWNED Value range = TRY(range_new(vm, next, stop, step));
    return iterator_reduce(vm, "iter", range, NONE);
}

/* ---- inline ints ---- */

static Value next_short(VM *vm, Value self) {
    RangeIterator *it = (RangeIterator *)self;
    if (it->left <= 0) return EMPTY;
    it->left--;
    Value number = from_small(it->next);
    it->next += it->step;
    return number;
}

TYPE(range_iterator, .name = "range_iterator", .size = sizeof(RangeIterator),
     .kind = KIND_RANGE_ITERATOR, .flags = TYPE_FINAL | TYPE_NO_NEW | TYPE_ATOM,
     .slots = {.iter = iterator_self, .next = next_short})

/* Private method returning an estimate of len(list(it)). */
METHOD(range_iterator, __length_hint__, "($self, /)") {
    return from_small(((RangeIterator *)args[0])->left);
}

/* Return state information for pickling. */
METHOD(range_iterator, __reduce__, "($self, /)") {
    RangeIterator *it = (RangeIterator *)args[0];
    OWNED Value next = TRY(int_from_i64(vm, it->next));
    return reduce(vm, next, from_small(it->step), from_small(it->left));
}

/* Set state information for unpickling. */
METHOD(range_iterator, __setstate__, "($self, state, /) shown ($self, object, /)") {
    RangeIterator *it = (RangeIterator *)args[0];
    i64 index;
    CHECK(object_to_i64(vm, args[1], &index));
    if (index < 0) index = 0;
    if (index > it->left) index = it->left;
    it->next += index * it->step;
    it->left -= index;
    return NONE;
}

/* ---- ints of any size ---- */

static Value next_long(VM *vm, Value self) {
    LongRangeIterator *it = (LongRangeIterator *)self;
    if (it->left == from_small(0)) return EMPTY;
    OWNED Value left = TRY(int_binary(vm, BINARY_SUB, it->left, from_small(1)));
    OWNED Value after = TRY(int_binary(vm, BINARY_ADD, it->next, it->step));
    replace(&it->left, TAKE(left));
    Value number = it->next;
    it->next = TAKE(after);
    return number;
}

static void free_long(VM *vm, Obj *self) {
    LongRangeIterator *it = (LongRangeIterator *)self;
    decref(take(&it->next));
    decref(take(&it->step));
    decref(take(&it->left));
}

TYPE(longrange_iterator, .name = "longrange_iterator", .size = sizeof(LongRangeIterator),
     .kind = KIND_ITERATOR, .flags = TYPE_FINAL | TYPE_NO_NEW | TYPE_ATOM,
     .slots = {.free = free_long, .iter = iterator_self, .next = next_long})

/* Private method returning an estimate of len(list(it)). */
METHOD(longrange_iterator, __length_hint__, "($self, /)") {
    return incref(((LongRangeIterator *)args[0])->left);
}

/* Return state information for pickling. */
METHOD(longrange_iterator, __reduce__, "($self, /)") {
    LongRangeIterator *it = (LongRangeIterator *)args[0];
    return reduce(vm, it->next, it->step, it->left);
}

/* Set state information for unpickling. */
METHOD(longrange_iterator, __setstate__, "($self, state, /)") {
    LongRangeIterator *it = (LongRangeIterator *)args[0];
    if (!is_int(args[1])) return object_compare(vm, args[1], from_small(0), LT);
    OWNED Value index = TRY(object_index(vm, args[1]));
    if (int_is_negative(index)) replace(&index, from_small(0));
    if (int_order(index, it->left) > 0) replace(&index, incref(it->left));
    OWNED Value offset = TRY(int_binary(vm, BINARY_MUL, index, it->step));
    OWNED Value next = TRY(int_binary(vm, BINARY_ADD, it->next, offset));
    OWNED Value left = TRY(int_binary(vm, BINARY_SUB, it->left, index));
    replace(&it->next, TAKE(next));
    replace(&it->left, TAKE(left));
    return NONE;
}
