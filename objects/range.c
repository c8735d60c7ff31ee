/* range: the object. Its numbers are ints of any size; arithmetic is int_binary's. */
#include "objects/range.h"

#include "objects/int.h"
#include "objects/native.h"
#include "objects/sequence.h"
#include "objects/show.h"
#include "objects/tuple.h"

/* ---- making ---- */

/* How many numbers there are from start to stop by step (owned). */
static Value count_numbers(VM *vm, Value start, Value stop, Value step) {
    bool down = int_is_negative(step);
    Value low = down ? stop : start, high = down ? start : stop;
    if (int_order(low, high) >= 0) return from_small(0);
    if (are_small(low, high) && is_small(step)) {
        u64 distance = (u64)to_small(high) - (u64)to_small(low) - 1;
        u64 width = down ? -(u64)to_small(step) : (u64)to_small(step);
        return int_from_u64(vm, distance / width + 1);
    }
    OWNED Value distance = TRY(int_binary(vm, BINARY_SUB, high, low));
    OWNED Value rest = TRY(int_binary(vm, BINARY_SUB, distance, from_small(1)));
    OWNED Value width = TRY(down ? int_unary(vm, UNARY_NEG, step) : incref(step));
    OWNED Value whole = TRY(int_binary(vm, BINARY_FLOORDIV, rest, width));
    return int_binary(vm, BINARY_ADD, whole, from_small(1));
}

Value range_new(VM *vm, Value start, Value stop, Value step) {
    OWNED Value length = TRY(count_numbers(vm, start, stop, step));
    Range *range = (Range *)object_new_sized(vm, vm->types[TYPE_range], sizeof(Range));
    if (!range) return FAIL;
    range->start = incref(start);
    range->stop = incref(stop);
    range->step = incref(step);
    range->length = TAKE(length);
    return from_object(range);
}

static Value make(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    CHECK(arguments_no_keywords(vm, "range", kwnames));
    if (nargs < 1) return raise_type(vm, "range expected at least 1 argument, got 0");
    if (nargs > 3)
        return raise_type(vm, "range expected at most 3 arguments, got %u", nargs);
    OWNED Value start = TRY(nargs == 1 ? from_small(0) : object_index(vm, args[0]));
    OWNED Value stop = TRY(object_index(vm, args[nargs == 1 ? 0 : 1]));
    OWNED Value step = TRY(nargs == 3 ? object_index(vm, args[2]) : from_small(1));
    if (int_is_zero(step)) return raise_value(vm, "range() arg 3 must not be zero");
    return range_new(vm, start, stop, step);
}

static void free_range(VM *vm, Obj *self) {
    Range *range = (Range *)self;
    decref(take(&range->start));
    decref(take(&range->stop));
    decref(take(&range->step));
    decref(take(&range->length));
}

/* ---- numbers in it ---- */

/* start + index * step */
static Value number_at(VM *vm, Range *range, Value index) {
    OWNED Value offset = TRY(int_binary(vm, BINARY_MUL, index, range->step));
    return int_binary(vm, BINARY_ADD, range->start, offset);
}

static Value get_number(VM *vm, Range *range, Value key) {
    OWNED Value index = TRY(object_index(vm, key));
    if (int_is_negative(index)) {
        replace(&index, TRY(int_binary(vm, BINARY_ADD, index, range->length)));
    }
    if (int_is_negative(index) || int_order(index, range->length) >= 0) {
        return raise_index(vm, "range object index out of range");
    }
    return number_at(vm, range, index);
}

static Value get_slice(VM *vm, Range *range, Value slice) {
    Value parts[3];
    CHECK(slice_indices(vm, slice, range->length, parts));
    OWNED Value first = parts[0];
    OWNED Value last = parts[1];
    OWNED Value by = parts[2];
    OWNED Value step = TRY(int_binary(vm, BINARY_MUL, by, range->step));
    OWNED Value start = TRY(number_at(vm, range, first));
    OWNED Value stop = TRY(number_at(vm, range, last));
    return range_new(vm, start, stop, step);
}

static Value get_item(VM *vm, Value self, Value key) {
    if (has_exact_kind(key, KIND_SLICE)) return get_slice(vm, to_range(self), key);
    if (has_index(vm, key)) return get_number(vm, to_range(self), key);
    return raise_type(vm, "range indices must be integers or slices, not %T", key);
}

/* The index of an int: EMPTY if it is not among the numbers. */
static Value index_of(VM *vm, Range *range, Value v) {
    Value number = int_plain(v);
    bool down = int_is_negative(range->step);
    Value low = down ? range->stop : range->start,
          high = down ? range->start : range->stop;
    int above = int_order(number, low), below = int_order(number, high);
    if (down ? above <= 0 || below > 0 : above < 0 || below >= 0) return EMPTY;
    OWNED Value distance = TRY(int_binary(vm, BINARY_SUB, number, range->start));
    OWNED Value rest = TRY(int_binary(vm, BINARY_MOD, distance, range->step));
    if (!int_is_zero(rest)) return EMPTY;
    return int_binary(vm, BINARY_FLOORDIV, distance, range->step);
}

/* Only of these is it known that they equal no other number of the range than themselves.
 */
static bool is_plain_int(Value v) {
    return is_exact_int(v) || is_bool(v);
}

/* Walk and compare: how many equal v (or, if `first`, the index of the first, -1: none);
 * -2: failed. */
static i64 search(VM *vm, Value self, Value v, bool first) {
    OWNED Value iterator = range_iterator_new(vm, self);
    if (iterator == FAIL) return -2;
    i64 count = 0;
    for (i64 i = 0;; i++) {
        OWNED Value number = iter_next(vm, iterator);
        if (number == FAIL) return -2;
        if (number == EMPTY) return first ? -1 : count;
        int equal = object_equal(vm, number, v);
        if (equal < 0) return -2;
        if (equal && first) return i;
        count += equal;
    }
}

static int contains(VM *vm, Value self, Value v) {
    if (is_plain_int(v)) {
        OWNED Value index = index_of(vm, to_range(self), v);
        return index == FAIL ? -1 : index != EMPTY;
    }
    i64 found = search(vm, self, v, true);
    return found == -2 ? -1 : found >= 0;
}

/* ---- other operators ---- */

static Value repr(VM *vm, Value self) {
    Range *range = to_range(self);
    bool by_one = range->step == from_small(1);
    OWNED Value parts =
        TRY(by_one ? tuple_of(vm, 2, range->start, range->stop)
                   : tuple_of(vm, 3, range->start, range->stop, range->step));
    Buffer out = {0};
    buffer_add_text(&out, "range(");
    bool ok = sequence_show(vm, parts, &out);
    buffer_add_char(&out, ')');
    return show_finish(vm, &out, ok);
}

/* What two equal ranges have in common: (length, start, step), with None for what does
 * not count. */
static Value essence(VM *vm, Value self) {
    Range *range = to_range(self);
    bool is_empty = range->length == from_small(0),
         is_one = range->length == from_small(1);
    return tuple_of(vm, 3, range->length, is_empty ? NONE : range->start,
                    is_empty || is_one ? NONE : range->step);
}

static bool hash(VM *vm, Value self, u64 *out) {
    OWNED Value parts = TRY_OR_FALSE(essence(vm, self));
    return object_hash(vm, parts, out);
}

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    if (!has_exact_kind(other, KIND_RANGE) || (op != EQ && op != NE))
        return NOT_IMPLEMENTED;
    OWNED Value mine = TRY(essence(vm, self));
    OWNED Value theirs = TRY(essence(vm, other));
    return sequence_compare(vm, mine, theirs, op);
}

static int truth(VM *vm, Value self) {
    return to_range(self)->length != from_small(0);
}

static i64 length(VM *vm, Value self) {
    i64 count;
    if (int_fits_i64(to_range(self)->length, &count)) return count;
    raise_overflow(vm, "Python int too large to convert to C ssize_t");
    return -1;
}

TYPE(range, .name = "range", .size = sizeof(Range), .kind = KIND_RANGE,
     .flags = TYPE_FINAL | TYPE_SEQUENCE | TYPE_ATOM,
     .doc =
         "range(stop) -> range object\n"
         "range(start, stop[, step]) -> range object\n\n"
         "Return an object that produces a sequence of integers from start (inclusive)\n"
         "to stop (exclusive) by step.  range(i, j) produces i, i+1, i+2, ..., j-1.\n"
         "start defaults to 0, and stop is omitted!  range(4) produces 0, 1, 2, 3.\n"
         "These are exactly the valid indices for a list of 4 elements.\n"
         "When step is given, it specifies the increment (or decrement).",
     .slots = {
         .new = make,
         .free = free_range,
         .repr = repr,
         .hash = hash,
         .compare = compare,
         .truth = truth,
         .iter = range_iterator_new,
         .length = length,
         .getitem = get_item,
         .contains = contains,
     })

MEMBER(range, start) {
    return incref(to_range(self)->start);
}
MEMBER(range, stop) {
    return incref(to_range(self)->stop);
}
MEMBER(range, step) {
    return incref(to_range(self)->step);
}

/* rangeobject.count(value) -> integer -- return number of occurrences of value */
METHOD(range, count, "($self, value, /) shown ($self, object, /)") {
    if (is_plain_int(args[1])) {
        int found = contains(vm, args[0], args[1]);
        return found < 0 ? FAIL : from_small(found);
    }
    i64 count = search(vm, args[0], args[1], false);
    return count < 0 ? FAIL : from_small(count);
}

/* rangeobject.index(value) -> integer -- return index of value.
 * Raise ValueError if the value is not present. */
METHOD(range, index, "($self, value, /) shown ($self, object, /)") {
    if (is_plain_int(args[1])) {
        Value index = TRY(index_of(vm, to_range(args[0]), args[1]));
        return index != EMPTY ? index : raise_value(vm, "%R is not in range", args[1]);
    }
    i64 found = search(vm, args[0], args[1], true);
    if (found == -1) return raise_value(vm, "sequence.index(x): x not in sequence");
    return found < 0 ? FAIL : from_small(found);
}

/* Return state information for pickling. */
METHOD(range, __reduce__, "($self, /)") {
    Range *range = to_range(args[0]);
    OWNED Value parts = TRY(tuple_of(vm, 3, range->start, range->stop, range->step));
    return tuple_of(vm, 2, from_object(type_of(vm, args[0])), parts);
}
