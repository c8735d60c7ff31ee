/* Operators on operands whose special methods are script functions: entered instead of called.
 *
 * Such a frame keeps three words below it: the operands and what is being done, for the case that the
 * method gives NotImplemented (finish_operator).
 */
#include "vm/interpreter.h"

#include "objects/dict.h"
#include "objects/list.h"
#include "objects/range.h"
#include "objects/slots.h"
#include "objects/str.h"
#include "objects/tuple.h"

enum { WORD_A = 0, WORD_B = 1, WORD_WHAT = 2, WORDS = 3 };
enum { WHAT_OP = 63, WHAT_INPLACE = 64 /* the in-place method */, WHAT_AUGMENTED = 128 /* a += b */ };

static Type *script_type(Value v) {
    if (!is_object(v)) return NULL;
    Type *type = to_object(v)->shape->type;
    return type->flags & TYPE_HEAP ? type : NULL;
}

/* The script function that type(v) has for a special method, or EMPTY. */
static Value script_method(VM *vm, Value v, Value name) {
    Type *type = script_type(v);
    Value found = type ? type_lookup(vm, type, name) : EMPTY;
    return is_enterable(found) ? found : EMPTY;
}

static Value enter_operator(VM *vm, Value method, Value a, Value b, u32 what, u8 kind) {
    Value args[] = {a, b};
    Frame *frame = enter_function(vm, (Function *)to_object(method), args, 2, EMPTY, kind, WORDS);
    if (!frame) return FAIL;
    Value *words = frame_extra(frame, WORDS);
    words[WORD_A] = incref(a);
    words[WORD_B] = incref(b);
    words[WORD_WHAT] = from_small(what);
    return EMPTY;
}

/* Does the right operand go first, being of a proper subclass? Then the general way decides. */
static bool right_goes_first(VM *vm, Value a, Value b) {
    Type *right = script_type(b), *left = script_type(a);
    return right && right != left && type_is_subtype(right, left);
}

Value step_binary(VM *vm, u8 op, Value a, Value b, bool inplace) {
    if (script_type(a)) {
        Value method = inplace ? script_method(vm, a, special_name_inplace(vm, op)) : EMPTY;
        if (method != EMPTY) return enter_operator(vm, method, a, b, op | WHAT_INPLACE, FRAME_BINARY);
        bool has_inplace =
            inplace && (type_of(vm, a)->inplace_ops & CAN(op) || inherits_inplace(type_of(vm, a), op));
        method = has_inplace ? EMPTY : script_method(vm, a, special_name_binary(vm, op));
        if (method != EMPTY && !right_goes_first(vm, a, b))
            return enter_operator(vm, method, a, b, inplace ? op | WHAT_AUGMENTED : op, FRAME_BINARY);
    }
    return inplace ? object_inplace(vm, op, a, b) : object_binary(vm, op, a, b);
}

Value step_compare(VM *vm, CompareOp op, Value a, Value b, u8 kind) {
    if (script_type(a) && !right_goes_first(vm, a, b)) {
        Value method = script_method(vm, a, special_name_compare(vm, op));
        if (method != EMPTY) return enter_operator(vm, method, a, b, op, kind);
    }
    return object_compare(vm, a, b, op);
}

/* The left operand's method gave NotImplemented: the ways that are left. */
static Value other_ways(VM *vm, u8 kind, u32 what, Value a, Value b) {
    if (kind != FRAME_BINARY) return object_compare_reflected(vm, a, b, (CompareOp)what);
    BinaryOp op = what & WHAT_OP;
    if (what & WHAT_INPLACE) return object_inplace_rest(vm, op, a, b);
    return object_binary_reflected(vm, op, a, b, what & WHAT_AUGMENTED);
}

/* Take the jump that the caller's instruction stands for, by the truth of the value. */
static Value jump_by_truth(VM *vm, Frame *caller, Value owned) {
    int truth = object_truth(vm, owned);
    decref(owned);
    if (truth < 0) return FAIL;
    Insn at = caller->pc[-1];
    if (truth != !!(INSN_FLAGS(at) & F_NEGATE)) caller->pc += INSN_SC(at);
    return NONE;
}

Value finish_operator(VM *vm, Frame *caller, u8 kind, Value *extra, Value result) {
    Value *words = extra - WORDS;
    OWNED Value a = words[WORD_A];
    OWNED Value b = words[WORD_B];
    u32 what = (u32)to_small(words[WORD_WHAT]);
    if (result == NOT_IMPLEMENTED) result = other_ways(vm, kind, what, a, b);
    if (result == FAIL) return FAIL;
    if (kind == FRAME_TEST) return jump_by_truth(vm, caller, result);
    Insn at = caller->pc[-1];
    Value *slot = &caller->r[INSN_A(at)];
    if (INSN_FLAGS(at) & F_LOCAL) replace(slot, result);
    else *slot = result;
    return NONE;
}

Value step_getitem(VM *vm, Value container, Value key) {
    Value method = script_method(vm, container, NAME(__getitem__));
    if (method == EMPTY) return object_getitem(vm, container, key);
    Value args[] = {container, key};
    return enter_function(vm, (Function *)to_object(method), args, 2, EMPTY, FRAME_STORE, 0) ? EMPTY : FAIL;
}

static i64 length_of(Value container) {
    if (has_exact_kind(container, KIND_LIST)) return (i64)to_list(container)->count;
    if (has_exact_kind(container, KIND_TUPLE)) return (i64)to_tuple(container)->count;
    return has_exact_kind(container, KIND_STR) ? (i64)str_length(container) : -1;
}

/* The part of a sequence that a slice means. */
typedef struct Part {
    i64 start, step, count;
} Part;

/* A bound between 0 and the length, by step 1. */
static bool read_bound(Value v, i64 length, i64 otherwise, i64 *out) {
    if (UNLIKELY(!is_small(v))) return *out = otherwise, v == NONE;
    i64 index = to_small(v);
    if (index < 0) index = index + length < 0 ? 0 : index + length;
    return *out = index < length ? index : length, true;
}

static bool is_plain_bound(Value v) {
    return v == NONE || is_small(v);
}

static bool find_steps(i64 length, Value start, Value stop, Value step, Part *part) {
    if (!is_plain_bound(start) || !is_plain_bound(stop) || !is_plain_bound(step)) return false;
    part->step = step == NONE ? 1 : to_small(step);
    if (!part->step) return false;
    part->start = start != NONE ? to_small(start) : part->step < 0 ? INT64_MAX : 0;
    i64 end = stop != NONE ? to_small(stop) : part->step < 0 ? INT64_MIN : INT64_MAX;
    part->count = slice_adjust(length, &part->start, &end, part->step);
    return true;
}

/* The bounds are given as SLICE has them. False: one is no int and not None, or the step is 0. */
static bool find_part(i64 length, const Value *given, u32 which, Part *part) {
    Value start = which & SLICE_START ? *given++ : NONE;
    Value stop = which & SLICE_STOP ? *given++ : NONE;
    if (which & SLICE_STEP) return find_steps(length, start, stop, *given, part);
    i64 end;
    if (!read_bound(start, length, 0, &part->start) || !read_bound(stop, length, length, &end)) return false;
    part->step = 1;
    part->count = end > part->start ? end - part->start : 0;
    return true;
}

Value step_slice(VM *vm, Value container, const Value *given, u32 which) {
    Part part;
    i64 length = length_of(container);
    if (length < 0 || !find_part(length, given, which, &part)) return NOT_IMPLEMENTED;
    if (has_exact_kind(container, KIND_LIST))
        return list_slice(vm, to_list(container), part.start, part.step, part.count);
    if (part.step != 1) return NOT_IMPLEMENTED;
    usize start = (usize)part.start, end = start + (usize)part.count;
    return has_exact_kind(container, KIND_TUPLE) ? tuple_slice(vm, container, start, end)
                                                 : str_slice(vm, container, start, end);
}

Value step_set_slice(VM *vm, Value container, const Value *given, u32 which, Value items, bool is_consumed) {
    Part part;
    bool is_list = has_exact_kind(items, KIND_LIST);
    if (!has_exact_kind(container, KIND_LIST) || (!is_list && !has_exact_kind(items, KIND_TUPLE)) ||
        which & SLICE_STEP || !find_part((i64)to_list(container)->count, given, which, &part))
        return NOT_IMPLEMENTED;
    usize start = (usize)part.start, count = (usize)part.count;
    bool is_own = is_consumed && to_object(items)->rc == 1;
    if (is_list && is_own && to_list(items)->count == count) {
        list_exchange(to_list(container), start, to_list(items));
        return NONE;
    }
    return list_set_slice(vm, to_list(container), start, start + count, items) ? NONE : FAIL;
}

/* Enter a method whose result nobody wants: `value` is EMPTY for deletions. */
static bool enter_change(VM *vm, Value method, Value object, Value key, Value value) {
    Value args[] = {object, key, value};
    u32 nargs = value == EMPTY ? 2 : 3;
    return enter_function(vm, (Function *)to_object(method), args, nargs, EMPTY, FRAME_DISCARD, 0) != NULL;
}

bool step_setitem(VM *vm, Value container, Value key, Value value) {
    Value name = value == EMPTY ? NAME(__delitem__) : NAME(__setitem__);
    Value method = script_method(vm, container, name);
    if (method == EMPTY) return object_setitem(vm, container, key, value);
    return enter_change(vm, method, container, key, value);
}

bool step_setattr(VM *vm, Value object, Value name, Value value) {
    Type *type = script_type(object);
    if (type && type->slots.setattr == script_setattr) {
        Value method = script_method(vm, object, value == EMPTY ? NAME(__delattr__) : NAME(__setattr__));
        if (method != EMPTY) return enter_change(vm, method, object, name, value);
    }
    return object_setattr(vm, object, name, value);
}

Value step_unary(VM *vm, u8 op, Value operand) {
    Value method = script_method(vm, operand, special_name_unary(vm, op));
    if (method == EMPTY) return object_unary(vm, op, operand);
    return enter_function(vm, (Function *)to_object(method), &operand, 1, EMPTY, FRAME_STORE, 0) ? EMPTY : FAIL;
}

Value step_contains(VM *vm, Value container, Value item, bool is_inverted) {
    Value method = script_method(vm, container, NAME(__contains__));
    if (method == EMPTY) {
        int found = object_contains(vm, container, item);
        return found < 0 ? FAIL : from_bool(found != is_inverted);
    }
    Value args[] = {container, item};
    Frame *frame = enter_function(vm, (Function *)to_object(method), args, 2, EMPTY, FRAME_STORE, 0);
    if (!frame) return FAIL;
    frame->flags |= is_inverted ? FRAME_TRUTH | FRAME_INVERT : FRAME_TRUTH;
    return EMPTY;
}

Value finish_contains(VM *vm, u8 flags, Value owned) {
    int truth = object_truth(vm, owned);
    decref(owned);
    return truth < 0 ? FAIL : from_bool(truth != !!(flags & FRAME_INVERT));
}

Value step_next(VM *vm, Value iterator) {
    Value method = script_method(vm, iterator, NAME(__next__));
    if (method == EMPTY) return iter_next(vm, iterator);
    return enter_function(vm, (Function *)to_object(method), &iterator, 1, EMPTY, FRAME_ITER, 0) ? EMPTY
                                                                                              : FAIL;
}

enum { LONG_TEXT = 200 };

Value step_append_to_name(VM *vm, Insn next, Value namespace, Value name, Value text, Value more) {
    u8 op = INSN_OP(next);
    if (op == OP_SETGLOBAL || op == OP_SETGLOBAL_MODULE)
        namespace = ((Function *)to_object(vm->frame->func))->globals;
    if (to_str(text)->size < LONG_TEXT || !has_exact_kind(namespace, KIND_DICT)) return EMPTY;
    Dict *dict = to_dict(namespace);
    i64 index = dict_find(vm, dict, name);
    if (index < 0 || dict->entries[index].value != text) return EMPTY;
    dict->entries[index].value = NONE;
    to_object(text)->rc--;
    Value sum = str_append(vm, text, more);
    if (sum != FAIL) dict->entries[index].value = incref(sum);
    return sum;
}
