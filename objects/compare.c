/* Comparison, hash and truth of any values. */
#include "objects/float.h"
#include "objects/int.h"
#include "objects/sequence.h"
#include "objects/slots.h"
#include "objects/str.h"
#include "objects/type.h"

/* ---- comparison ---- */

static Value ask(VM *vm, Value a, Value b, CompareOp op) {
    Type *left = type_of(vm, a), *right = type_of(vm, b);
    bool ask_b = right->slots.compare;
    if (left != right && ask_b && type_is_subtype(right, left)) {
        Value result = right->slots.compare(vm, b, a, compare_swapped(op));
        if (result != NOT_IMPLEMENTED) return result;
        ask_b = false;
    }
    if (left->slots.compare) {
        Value result = left->slots.compare(vm, a, b, op);
        if (result != NOT_IMPLEMENTED) return result;
    }
    return ask_b ? right->slots.compare(vm, b, a, compare_swapped(op)) : NOT_IMPLEMENTED;
}

/* What is said when nobody knows. */
static Value compare_identity(VM *vm, Value a, Value b, CompareOp op) {
    if (op == EQ) return from_bool(a == b);
    if (op == NE) return from_bool(a != b);
    return raise_type(vm, "'%s' not supported between instances of '%T' and '%T'",
                      compare_op_texts[op], a, b);
}

static Value compare(VM *vm, Value a, Value b, CompareOp op) {
    Value result = ask(vm, a, b, op);
    return result == NOT_IMPLEMENTED ? compare_identity(vm, a, b, op) : result;
}

Value object_compare_reflected(VM *vm, Value a, Value b, CompareOp op) {
    Type *right = type_of(vm, b);
    Value result = right->slots.compare
                       ? right->slots.compare(vm, b, a, compare_swapped(op))
                       : NOT_IMPLEMENTED;
    return result == NOT_IMPLEMENTED ? compare_identity(vm, a, b, op) : result;
}

static bool holds(CompareOp op, bool less, bool equal) {
    switch (op) {
    case LT: return less;
    case LE: return less || equal;
    case EQ: return equal;
    case NE: return !equal;
    case GT: return !less && !equal;
    default: return !less;
    }
}

static Value compare_texts(Value a, Value b, CompareOp op) {
    if (op == EQ || op == NE) return from_bool(str_equal(a, b) == (op == EQ));
    int order = str_order(a, b);
    return from_bool(holds(op, order < 0, order == 0));
}

static Value compare_flonums(double a, double b, CompareOp op) {
    return from_bool(holds(op, a < b, a == b));
}

Value object_compare(VM *vm, Value a, Value b, CompareOp op) {
    if (are_small(a, b)) return from_bool(holds(op, (i64)a < (i64)b, a == b));
    if (has_exact_kind(a, KIND_STR) && has_exact_kind(b, KIND_STR)) return compare_texts(a, b, op);
    if (are_flonums(a, b)) return compare_flonums(to_flonum(a), to_flonum(b), op);
    if (!enter_recursion(vm, " in comparison")) return FAIL;
    Value result = compare(vm, a, b, op);
    leave_recursion(vm);
    return result;
}

static int test(VM *vm, Value a, Value b, CompareOp op) {
    Value result = object_compare(vm, a, b, op);
    if (is_bool(result)) return result == TRUE;
    if (result == FAIL) return -1;
    int truth = object_truth(vm, result);
    decref(result);
    return truth;
}

int object_equal(VM *vm, Value a, Value b) {
    if (a == b) return 1;
    if (are_small(a, b)) return 0;
    if (has_exact_kind(a, KIND_STR) && has_exact_kind(b, KIND_STR))
        return str_equal(a, b);
    return test(vm, a, b, EQ);
}

int object_less(VM *vm, Value a, Value b) {
    if (are_small(a, b)) return (i64)a < (i64)b;
    if (has_exact_kind(a, KIND_TUPLE) && has_exact_kind(b, KIND_TUPLE)) {
        int answer = tuple_less_quickly(a, b);
        if (LIKELY(answer >= 0)) return answer;
    }
    return test(vm, a, b, LT);
}

/* ---- hash ---- */

bool object_hash(VM *vm, Value v, u64 *hash) {
    if (has_exact_kind(v, KIND_STR)) {
        *hash = str_hash(vm, v);
        return true;
    }
    if (is_small(v)) {
        *hash = int_hash_small(to_small(v));
        return true;
    }
    if (!is_object(v)) return type_of(vm, v)->slots.hash(vm, v, hash);
    if (!enter_recursion(vm, " while calling a Python object")) return false;
    bool ok = type_of(vm, v)->slots.hash(vm, v, hash);
    leave_recursion(vm);
    return ok;
}

bool hash_refuse(VM *vm, Value self, u64 *hash) {
    raise_type(vm, "unhashable type: '%T'", self);
    return false;
}

bool hash_by_identity(VM *vm, Value self, u64 *hash) {
    *hash = self >> 4 | self << 60;
    return true;
}

/* ---- truth ---- */

int object_truth(VM *vm, Value v) {
    if (is_small(v)) return v != from_small(0);
    if (v == TRUE) return 1;
    if (v == FALSE || v == NONE) return 0;
    const Slots *slots = &type_of(vm, v)->slots;
    if (slots->truth) return slots->truth(vm, v);
    if (!slots->length) return 1;
    i64 length = slots->length(vm, v);
    return length > 0 ? 1 : (int)length;
}
