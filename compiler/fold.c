/* Constant expressions, folded as CPython folds them: numbers within bounds, tuples of
 * constants, items of constants. What would raise is left to the program. */
#include "compiler/compile.h"

#include "objects/bytes.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/str.h"
#include "objects/tuple.h"

enum { MOST_BITS = 128, MOST_ITEMS = 256, LONGEST_TEXT = 4096 };

/* ---- constants of the tree ---- */

/* CPython interns the strings that look like names. */
static bool is_name_text(Span text) {
    for (usize i = 0; i < text.length; i++) {
        char x = text.data[i];
        bool is_letter = (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z') || x == '_';
        if (!is_letter && (x < '0' || x > '9')) return false;
    }
    return true;
}

static Value text_value(VM *vm, Span text) {
    Value value = str_from_span(vm, text);
    return value != FAIL && is_name_text(text) ? str_intern(vm, value) : value;
}

/* CPython makes a syntax error of a literal with too many digits. */
static Value refuse_digits(VM *vm) {
    if (!exception_matches(vm, EXC(ValueError))) return FAIL;
    OWNED Value error = exception_take(vm);
    OWNED Value text = TRY(object_str(vm, error));
    return raise_format(vm, EXC(SyntaxError),
                        "%S - Consider hexadecimal for huge integer literals to avoid decimal conversion limits.", text);
}

static Value int_value(VM *vm, const Constant *constant) {
    Value value = int_from_digits(vm, constant->text, constant->base);
    return value == FAIL ? refuse_digits(vm) : value;
}

Value constant_value(Compiler *c, const Constant *constant) {
    VM *vm = c->vm;
    switch (constant->kind) {
    case CONSTANT_NONE: return NONE;
    case CONSTANT_TRUE: return TRUE;
    case CONSTANT_FALSE: return FALSE;
    case CONSTANT_ELLIPSIS: return ELLIPSIS;
    case CONSTANT_INT:
        return compiler_keep(c, int_value(vm, constant));
    case CONSTANT_FLOAT: return compiler_keep(c, float_new(vm, constant->number));
    case CONSTANT_IMAGINARY:
        return compiler_keep(c, complex_new(vm, 0, constant->number));
    case CONSTANT_STR: return compiler_keep(c, text_value(vm, constant->text));
    default:
        return compiler_keep(c,
                             bytes_new(vm, constant->text.data, constant->text.length));
    }
}

/* ---- bounds ---- */

static u64 bits_of(Value v) {
    if (is_bool(v)) return 1;
    if (is_small(v)) {
        i64 number = to_small(v);
        u64 size = number < 0 ? (u64)-number : (u64)number;
        return size ? 64 - (u64)__builtin_clzll(size) : 0;
    }
    i64 limbs = ((BigInt *)v)->size;
    return (u64)(limbs < 0 ? -limbs : limbs) * 64;
}

static bool is_number_at_most(Value v, i64 limit) {
    return (is_small(v) || is_bool(v)) && small_or_bool(v) >= 0 &&
           small_or_bool(v) <= limit;
}

/* How many items a repeated constant has; more than is allowed: false. */
static bool can_repeat(Value sequence, Value times) {
    usize size, most = LONGEST_TEXT;
    switch (object_kind(sequence)) {
    case KIND_TUPLE:
        size = to_tuple(sequence)->count;
        most = MOST_ITEMS;
        break;
    case KIND_STR: size = str_length(sequence); break;
    case KIND_BYTES: size = bytes_span(sequence).length; break;
    default: return true;
    }
    return is_number_at_most(times, size ? (i64)(most / size) : SMALL_MAX);
}

static bool can_multiply(Value a, Value b) {
    if (is_int(a) && is_int(b)) return bits_of(a) + bits_of(b) <= MOST_BITS;
    return is_int(a) ? can_repeat(b, a) : is_int(b) ? can_repeat(a, b) : true;
}

static bool is_foldable(u8 op, Value a, Value b) {
    bool are_ints = is_int(a) && is_int(b);
    switch (op) {
    case OPERATOR_MAT_MULT: return false;
    case OPERATOR_MULT: return can_multiply(a, b);
    case OPERATOR_POW:
        if (!are_ints) return true;
        if (int_is_negative(b)) return true;
        return is_number_at_most(b, MOST_BITS) &&
               bits_of(a) * (u64)small_or_bool(b) <= MOST_BITS;
    case OPERATOR_L_SHIFT:
        return !are_ints || (is_number_at_most(b, MOST_BITS) &&
                             bits_of(a) + (u64)small_or_bool(b) <= MOST_BITS);
    case OPERATOR_MOD: return !is_str(a) && !has_kind(a, KIND_BYTES);
    default: return true;
    }
}

/* ---- operators ---- */

static const u8 binary_ops[] = {
    [OPERATOR_ADD] = BINARY_ADD,         [OPERATOR_SUB] = BINARY_SUB,
    [OPERATOR_MULT] = BINARY_MUL,        [OPERATOR_MAT_MULT] = BINARY_MATMUL,
    [OPERATOR_DIV] = BINARY_TRUEDIV,     [OPERATOR_MOD] = BINARY_MOD,
    [OPERATOR_POW] = BINARY_POW,         [OPERATOR_L_SHIFT] = BINARY_LSHIFT,
    [OPERATOR_R_SHIFT] = BINARY_RSHIFT,  [OPERATOR_BIT_OR] = BINARY_OR,
    [OPERATOR_BIT_XOR] = BINARY_XOR,     [OPERATOR_BIT_AND] = BINARY_AND,
    [OPERATOR_FLOOR_DIV] = BINARY_FLOORDIV,
};

/* What raises is no constant: the program will meet it. */
static Value keep_or_give_up(Compiler *c, Value owned) {
    if (owned != FAIL) return compiler_keep(c, owned);
    VM *vm = c->vm;
    if (exception_matches(vm, EXC(MemoryError)))
        compiler_fail_raised(c);
    else
        exception_clear(vm);
    return EMPTY;
}

Value fold_binary(Unit *u, u8 op, Value left, Value right) {
    if (u->c->failed || !is_foldable(op, left, right)) return EMPTY;
    return keep_or_give_up(u->c, object_binary(u->c->vm, binary_ops[op], left, right));
}

static Value fold_unary(Unit *u, const UnaryOpNode *node) {
    Value operand = fold(u, node->operand);
    if (operand == EMPTY || u->c->failed) return EMPTY;
    VM *vm = u->c->vm;
    if (node->op == UNARY_OP_NOT) return from_bool(!object_truth(vm, operand));
    if (node->op == UNARY_OP_INVERT && is_bool(operand)) return EMPTY;
    UnaryOp op = node->op == UNARY_OP_SUB   ? UNARY_NEG
                 : node->op == UNARY_OP_ADD ? UNARY_POS
                                         : UNARY_INVERT;
    return keep_or_give_up(u->c, object_unary(vm, op, operand));
}

/* The chain of operators is followed to its left end first, without recursion. */
static Value fold_chain(Unit *u, const Node *node) {
    u32 count = 0;
    const Node *bottom = node;
    for (; bottom->kind == NODE_BinOp; bottom = as_BinOp(bottom)->left) count++;
    Value value = fold(u, bottom);
    if (value == EMPTY) return EMPTY;
    const Node **chain = compiler_alloc(u->c, count * sizeof *chain);
    if (!chain) return EMPTY;
    for (u32 i = 0; i < count; i++, node = as_BinOp(node)->left) chain[i] = node;
    for (u32 i = count; i-- > 0 && value != EMPTY;) {
        Value right = fold(u, as_BinOp(chain[i])->right);
        if (right == EMPTY) return EMPTY;
        value = fold_binary(u, as_BinOp(chain[i])->op, value, right);
    }
    return value;
}

static Value fold_tuple(Unit *u, NodeList elements) {
    for (u32 i = 0; i < elements.count; i++) { /* the cheap test first */
        u8 kind = elements.items[i]->kind;
        if (kind != NODE_Constant && kind != NODE_Tuple && kind != NODE_UnaryOp &&
            kind != NODE_BinOp && kind != NODE_Subscript && kind != NODE_Name)
            return EMPTY;
    }
    VM *vm = u->c->vm;
    Value *items = compiler_alloc(u->c, (elements.count + 1) * sizeof *items);
    if (!items) return EMPTY;
    for (u32 i = 0; i < elements.count; i++)
        if ((items[i] = fold(u, elements.items[i])) == EMPTY) return EMPTY;
    return compiler_keep(u->c, tuple_from(vm, items, elements.count));
}

static Value fold_subscript(Unit *u, const SubscriptNode *node) {
    if (node->ctx != CONTEXT_LOAD || node->value->kind == NODE_Subscript) return EMPTY;
    Value value = fold(u, node->value);
    Value index = value == EMPTY ? EMPTY : fold(u, node->slice);
    if (index == EMPTY || u->c->failed) return EMPTY;
    return keep_or_give_up(u->c, object_getitem(u->c->vm, value, index));
}

static Value fold_of(Unit *u, const Node *node) {
    switch (node->kind) {
    case NODE_UnaryOp: return fold_unary(u, as_UnaryOp(node));
    case NODE_BinOp: return fold_chain(u, node);
    case NODE_Tuple:
        if (as_Tuple(node)->ctx != CONTEXT_LOAD) return EMPTY;
        return fold_tuple(u, as_Tuple(node)->elts);
    default: return fold_subscript(u, as_Subscript(node));
    }
}

Value fold(Unit *u, const Node *node) {
    switch (node->kind) {
    case NODE_Constant: return constant_value(u->c, &as_Constant(node)->value);
    case NODE_Name:
        if (!span_equal(as_Name(node)->id, SPAN("__debug__"))) return EMPTY;
        return from_bool(!(u->c->flags & COMPILE_OPTIMIZE));
    case NODE_UnaryOp:
    case NODE_BinOp:
    case NODE_Tuple:
    case NODE_Subscript: break;
    default: return EMPTY;
    }
    if (!compiler_enter(u->c)) return EMPTY;
    Value value = fold_of(u, node);
    compiler_leave(u->c);
    return value;
}

int constant_truth(Unit *u, const Node *node) {
    if (node->kind != NODE_Constant && node->kind != NODE_UnaryOp &&
        node->kind != NODE_Name && node->kind != NODE_Tuple)
        return -1;
    Value value = fold(u, node);
    if (value == EMPTY || u->c->failed) return -1;
    return object_truth(u->c->vm, value);
}
