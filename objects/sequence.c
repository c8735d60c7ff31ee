#include "objects/sequence.h"

#include "objects/int.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/show.h"
#include "objects/tuple.h"

bool has_index(VM *vm, Value v) {
    return is_int(v) || (type_of(vm, v)->unary_ops & CAN(UNARY_INDEX));
}

bool index_to_i64(VM *vm, Value v, Type *overflow, i64 *out) {
    if (LIKELY(is_small(v))) return *out = to_small(v), true;
    OWNED Value number = TRY_OR_FALSE(object_index(vm, v));
    if (int_fits_i64(number, out)) return true;
    raise_format(vm, overflow, "cannot fit '%T' into an index-sized integer", v);
    return false;
}

bool size_from_argument(VM *vm, Value v, i64 *out) {
    OWNED Value number = TRY_OR_FALSE(object_index(vm, v));
    return index_from_state(vm, number, out);
}

bool index_from_state(VM *vm, Value state, i64 *out) {
    if (!is_int(state)) return raise_type(vm, "an integer is required"), false;
    if (int_fits_i64(state, out)) return true;
    raise_overflow(vm, "Python int too large to convert to C ssize_t");
    return false;
}

static bool read_bound(VM *vm, Value v, i64 length, i64 otherwise, i64 *out) {
    if (v == EMPTY) return *out = otherwise, true;
    if (!has_index(vm, v)) {
        raise_type(vm, "slice indices must be integers or have an __index__ method");
        return false;
    }
    if (!object_to_i64_clamped(vm, v, out)) return false;
    if (*out < 0 && (*out += length) < 0) *out = 0;
    return true;
}

bool sequence_bounds(VM *vm, Value start, Value stop, i64 length, i64 *start_out,
                     i64 *stop_out) {
    return read_bound(vm, start, length, 0, start_out) &&
           read_bound(vm, stop, length, INT64_MAX, stop_out);
}

bool is_sequence(VM *vm, Value v) {
    const Type *type = type_of(vm, v);
    if (!type->slots.getitem || has_kind(v, KIND_DICT)) return false;
    return type->flags & TYPE_HEAP || (type->slots.length && !(type->flags & TYPE_MAPPING));
}

Value sequence_item(VM *vm, Value v, i64 index) {
    if (has_kind(v, KIND_DICT)) return raise_type(vm, "%T is not a sequence", v);
    if (!type_of(vm, v)->slots.getitem)
        return raise_type(vm, "'%T' object does not support indexing", v);
    OWNED Value at = TRY(int_from_i64(vm, index));
    return object_getitem(vm, v, at);
}

Run sequence_run(Value v) {
    if (has_kind(v, KIND_TUPLE)) return (Run){to_tuple(v)->items, to_tuple(v)->count};
    return (Run){to_list(v)->items, to_list(v)->count};
}

static Value order_by_size(usize a, usize b, CompareOp op) {
    switch (op) {
    case LT: return from_bool(a < b);
    case LE: return from_bool(a <= b);
    case EQ: return from_bool(a == b);
    case NE: return from_bool(a != b);
    case GT: return from_bool(a > b);
    default: return from_bool(a >= b);
    }
}

/* Are they compared without any code that could change the sequences? */
static inline bool are_quick(Value a, Value b) {
    return are_small(a, b) || (has_exact_kind(a, KIND_STR) && has_exact_kind(b, KIND_STR));
}

Value sequence_compare(VM *vm, Value a, Value b, CompareOp op) {
    for (usize i = 0;; i++) {
        Run left = sequence_run(a), right = sequence_run(b);
        if (i >= left.count || i >= right.count) {
            return order_by_size(left.count, right.count, op);
        }
        if (left.items[i] == right.items[i]) continue;
        if (are_quick(left.items[i], right.items[i])) {
            if (object_equal(vm, left.items[i], right.items[i])) continue;
            if (op == EQ || op == NE) return from_bool(op == NE);
            return object_compare(vm, left.items[i], right.items[i], op);
        }
        OWNED Value item = incref(left.items[i]);
        OWNED Value other = incref(right.items[i]);
        int equal = object_equal(vm, item, other);
        if (equal < 0) return FAIL;
        if (equal) continue;
        left = sequence_run(a), right = sequence_run(b);
        if (i >= left.count || i >= right.count) {
            return order_by_size(left.count, right.count, op);
        }
        if (op == EQ || op == NE) return from_bool(op == NE);
        OWNED Value now = incref(left.items[i]);
        OWNED Value other_now = incref(right.items[i]);
        return object_compare(vm, now, other_now, op);
    }
}

bool sequence_show(VM *vm, Value v, Buffer *out) {
    for (usize i = 0;; i++) {
        Run run = sequence_run(v);
        if (i >= run.count) return true;
        if (i) buffer_add_text(out, ", ");
        OWNED Value item = incref(run.items[i]);
        if (!show_repr(vm, out, item)) return false;
    }
}

i64 sequence_find(VM *vm, Value self, Value v, i64 start, i64 stop) {
    for (i64 i = start; i < stop; i++) {
        Run run = sequence_run(self);
        if ((usize)i >= run.count) return -1;
        if (run.items[i] == v) return i;
        if (are_small(run.items[i], v)) continue;
        OWNED Value item = incref(run.items[i]);
        int equal = object_equal(vm, item, v);
        if (equal) return equal < 0 ? -2 : i;
    }
    return -1;
}

i64 sequence_count(VM *vm, Value self, Value v) {
    i64 count = 0;
    for (i64 at = 0;; at++, count++) {
        at = sequence_find(vm, self, v, at, INT64_MAX);
        if (at < 0) return at == -1 ? count : -1;
    }
}

bool sequence_argument(VM *vm, const char *name, bool is_plain, Value *args, u32 nargs,
                       Value kwnames, Value *iterable) {
    if (is_plain && !arguments_no_keywords(vm, name, kwnames)) return false;
    if (nargs > 1) {
        raise_type(vm, "%s expected at most 1 argument, got %u", name, nargs);
        return false;
    }
    *iterable = nargs ? args[0] : EMPTY;
    return true;
}
