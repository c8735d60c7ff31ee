#include "objects/int.h"
#include "objects/native.h"
#include "objects/range.h"
#include "objects/sequence.h"
#include "objects/show.h"
#include "objects/tuple.h"

Value slice_new(VM *vm, Value start, Value stop, Value step) {
    Slice *slice = (Slice *)object_new_sized(vm, vm->types[TYPE_slice], sizeof(Slice));
    if (!slice) return FAIL;
    slice->start = incref(start);
    slice->stop = incref(stop);
    slice->step = incref(step);
    return from_object(slice);
}

/* ---- what it means for a sequence ---- */

static bool read_index(VM *vm, Value v, i64 *out) {
    if (LIKELY(is_small(v))) return *out = to_small(v), true;
    if (has_index(vm, v)) return object_to_i64_clamped(vm, v, out);
    raise_type(vm, "slice indices must be integers or None or have an __index__ method");
    return false;
}

bool slice_unpack(VM *vm, Value self, i64 *start, i64 *stop, i64 *step) {
    Slice *slice = to_slice(self);
    OWNED Value held = incref(self);
    *step = 1;
    if (slice->step != NONE) {
        if (!read_index(vm, slice->step, step)) return false;
        if (*step == 0) return raise_value(vm, "slice step cannot be zero"), false;
        if (*step < -INT64_MAX) *step = -INT64_MAX; /* so that it can be negated */
    }
    *start = *step < 0 ? INT64_MAX : 0;
    *stop = *step < 0 ? INT64_MIN : INT64_MAX;
    if (slice->start != NONE && !read_index(vm, slice->start, start)) return false;
    return slice->stop == NONE || read_index(vm, slice->stop, stop);
}

static i64 adjust(i64 index, i64 length, i64 step) {
    if (index < 0) {
        index += length;
        return index >= 0 ? index : step < 0 ? -1 : 0;
    }
    return index < length ? index : step < 0 ? length - 1 : length;
}

i64 slice_adjust(i64 length, i64 *start, i64 *stop, i64 step) {
    *start = adjust(*start, length, step);
    *stop = adjust(*stop, length, step);
    if (step == 1) return *start < *stop ? *stop - *start : 0; /* no division */
    if (step == -1) return *stop < *start ? *start - *stop : 0;
    if (step < 0) return *stop < *start ? (*start - *stop - 1) / -step + 1 : 0;
    return *start < *stop ? (*stop - *start - 1) / step + 1 : 0;
}

bool slice_resolve(VM *vm, Value slice, i64 length, i64 *start, i64 *step, i64 *count) {
    i64 stop;
    if (!slice_unpack(vm, slice, start, &stop, step)) return false;
    *count = slice_adjust(length, start, &stop, *step);
    return true;
}

/* ---- ints of any size ---- */

static Value need_index(VM *vm, Value v) {
    if (has_index(vm, v)) return object_index(vm, v);
    return raise_type(
        vm, "slice indices must be integers or None or have an __index__ method");
}

/* A bound between `low` and `high`, negative ones counted from the length. */
static Value indices_bound(VM *vm, Value v, Value length, Value low, Value high,
                           Value otherwise) {
    if (v == NONE) return incref(otherwise);
    OWNED Value index = TRY(need_index(vm, v));
    if (int_is_negative(index)) {
        replace(&index, TRY(int_binary(vm, BINARY_ADD, index, length)));
        return incref(int_order(index, low) < 0 ? low : index);
    }
    return incref(int_order(index, high) > 0 ? high : index);
}

bool slice_indices(VM *vm, Value self, Value length, Value out[3]) {
    Slice *slice = to_slice(self);
    OWNED Value step =
        TRY_OR_FALSE(slice->step == NONE ? from_small(1) : need_index(vm, slice->step));
    if (int_is_zero(step)) return raise_value(vm, "slice step cannot be zero"), false;
    bool down = int_is_negative(step);
    Value low = from_small(down ? -1 : 0);
    OWNED Value high = TRY_OR_FALSE(int_binary(vm, BINARY_ADD, length, low));
    OWNED Value start = TRY_OR_FALSE(
        indices_bound(vm, slice->start, length, low, high, down ? high : low));
    out[1] = TRY_OR_FALSE(
        indices_bound(vm, slice->stop, length, low, high, down ? low : high));
    out[0] = TAKE(start);
    out[2] = TAKE(step);
    return true;
}

/* ---- the type ---- */

static Value make(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    CHECK(arguments_no_keywords(vm, "slice", kwnames));
    if (nargs < 1) return raise_type(vm, "slice expected at least 1 argument, got 0");
    if (nargs > 3)
        return raise_type(vm, "slice expected at most 3 arguments, got %u", nargs);
    if (nargs == 1) return slice_new(vm, NONE, args[0], NONE);
    return slice_new(vm, args[0], args[1], nargs == 3 ? args[2] : NONE);
}

static void free_slice(VM *vm, Obj *self) {
    Slice *slice = (Slice *)self;
    decref(take(&slice->start));
    decref(take(&slice->stop));
    decref(take(&slice->step));
}

static void visit(Obj *self, Visitor *visitor) {
    Slice *slice = (Slice *)self;
    visitor->visit(visitor, slice->start);
    visitor->visit(visitor, slice->stop);
    visitor->visit(visitor, slice->step);
}

static Value as_tuple(VM *vm, Value self) {
    Slice *slice = to_slice(self);
    return tuple_of(vm, 3, slice->start, slice->stop, slice->step);
}

static Value repr(VM *vm, Value self) {
    OWNED Value parts = TRY(as_tuple(vm, self));
    Buffer out = {0};
    buffer_add_text(&out, "slice(");
    bool ok = sequence_show(vm, parts, &out);
    buffer_add_char(&out, ')');
    return show_finish(vm, &out, ok);
}

/* As for tuples, but the length does not count. */
static bool hash(VM *vm, Value self, u64 *out) {
    const u64 prime1 = 11400714785074694791u, prime2 = 14029467366897019727u;
    Slice *slice = to_slice(self);
    Value parts[3] = {slice->start, slice->stop, slice->step};
    u64 sum = 2870177450012600261u;
    for (int i = 0; i < 3; i++) {
        u64 part;
        if (!object_hash(vm, parts[i], &part)) return false;
        sum += part * prime2;
        sum = (sum << 31 | sum >> 33) * prime1;
    }
    *out = sum == (u64)-1 ? 1546275796 : sum;
    return true;
}

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    if (!has_exact_kind(other, KIND_SLICE)) return NOT_IMPLEMENTED;
    if (self == other) return from_bool(op == EQ || op == LE || op == GE);
    OWNED Value mine = TRY(as_tuple(vm, self));
    OWNED Value theirs = TRY(as_tuple(vm, other));
    return sequence_compare(vm, mine, theirs, op);
}

TYPE(slice, .name = "slice", .size = sizeof(Slice), .kind = KIND_SLICE,
     .flags = TYPE_FINAL,
     .doc = "slice(stop)\n"
            "slice(start, stop[, step])\n\n"
            "Create a slice object.  This is used for extended slicing (e.g. a[0:10:2]).",
     .slots = {
         .new = make,
         .free = free_slice,
         .visit = visit,
         .repr = repr,
         .hash = hash,
         .compare = compare,
     })

MEMBER(slice, start) {
    return incref(to_slice(self)->start);
}
MEMBER(slice, stop) {
    return incref(to_slice(self)->stop);
}
MEMBER(slice, step) {
    return incref(to_slice(self)->step);
}

/* S.indices(len) -> (start, stop, stride)
 *
 * Assuming a sequence of length len, calculate the start and stop
 * indices, and the stride length of the extended slice described by
 * S. Out of bounds indices are clipped in a manner consistent with the
 * handling of normal slices. */
METHOD(slice, indices, "($self, object, /)") {
    OWNED Value length = TRY(object_index(vm, args[1]));
    if (int_is_negative(length)) return raise_value(vm, "length should not be negative");
    Value parts[3];
    CHECK(slice_indices(vm, args[0], length, parts));
    return tuple_from_owned(vm, parts, 3);
}

/* Return state information for pickling. */
METHOD(slice, __reduce__, "($self, /)") {
    OWNED Value parts = TRY(as_tuple(vm, args[0]));
    return tuple_of(vm, 2, from_object(type_of(vm, args[0])), parts);
}
