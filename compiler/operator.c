/* Operators and comparisons that give a value. */
#include "compiler/compile.h"

/* ---- arithmetic ---- */

static const u8 binary_opcodes[] = {
    [OPERATOR_ADD] = OP_ADD,         [OPERATOR_SUB] = OP_SUB,
    [OPERATOR_MULT] = OP_MUL,        [OPERATOR_MAT_MULT] = OP_MATMUL,
    [OPERATOR_DIV] = OP_TRUEDIV,     [OPERATOR_MOD] = OP_MOD,
    [OPERATOR_POW] = OP_POW,         [OPERATOR_L_SHIFT] = OP_LSHIFT,
    [OPERATOR_R_SHIFT] = OP_RSHIFT,  [OPERATOR_BIT_OR] = OP_OR,
    [OPERATOR_BIT_XOR] = OP_XOR,     [OPERATOR_BIT_AND] = OP_AND,
    [OPERATOR_FLOOR_DIV] = OP_FLOORDIV,
};

/* With the right operand in the instruction. */
static const u8 immediate_opcodes[] = {
    [OPERATOR_ADD] = OP_ADDI,         [OPERATOR_SUB] = OP_SUBI,
    [OPERATOR_MULT] = OP_MULI,        [OPERATOR_MOD] = OP_MODI,
    [OPERATOR_L_SHIFT] = OP_LSHIFTI,  [OPERATOR_R_SHIFT] = OP_RSHIFTI,
    [OPERATOR_BIT_AND] = OP_ANDI,     [OPERATOR_FLOOR_DIV] = OP_FLOORDIVI,
};

static bool has_immediate_form(u8 op) {
    return op < COUNT_OF(immediate_opcodes) && immediate_opcodes[op];
}

void compile_binary_op(Unit *u, u8 op, Operand left, const Node *right, u32 flags,
                       Place place) {
    SourceRange at = u->at;
    i32 number;
    Value constant = fold(u, right);
    if (constant != EMPTY && has_immediate_form(op) && is_immediate(constant, &number)) {
        consume(u, left);
        emit_result(u, immediate_opcodes[op], flags | first(left), place, left.reg,
                    (u32)number);
        return;
    }
    Operand other = compile_operand(u, right, NULL, NULL);
    u->at = at;
    consume(u, other);
    consume(u, left);
    emit_result(u, binary_opcodes[op], flags | first(left) | second(other), place,
                left.reg, other.reg);
}

void compile_binary(Unit *u, const BinOpNode *node, Operand left, Place place) {
    compile_binary_op(u, node->op, left, node->right, 0, place);
}

static const u8 comparison_opcodes[] = {
    [COMPARE_EQ] = OP_EQ,     [COMPARE_NOT_EQ] = OP_NE, [COMPARE_LT] = OP_LT,
    [COMPARE_LT_E] = OP_LE,   [COMPARE_GT] = OP_GT,     [COMPARE_GT_E] = OP_GE,
    [COMPARE_IS] = OP_IS,     [COMPARE_IS_NOT] = OP_ISNOT,
    [COMPARE_IN] = OP_IN,     [COMPARE_NOT_IN] = OP_NOTIN,
};

/* `not a is b` is `a is not b`, `not a in b` is `a not in b`. */
static bool compile_not_compare(Unit *u, const Node *operand, Place place) {
    if (operand->kind != NODE_Compare || as_Compare(operand)->ops.count != 1) return false;
    static const u8 opposite[] = {
        [COMPARE_IS] = COMPARE_IS_NOT, [COMPARE_IS_NOT] = COMPARE_IS,
        [COMPARE_IN] = COMPARE_NOT_IN, [COMPARE_NOT_IN] = COMPARE_IN,
    };
    CompareNode changed = *as_Compare(operand);
    u8 op = changed.ops.items[0];
    if (op < COMPARE_IS) return false;
    u8 other = opposite[op];
    check_compare(u, &changed);
    changed.ops.items = &other;
    changed.node.parenthesised = true;
    compile_compare(u, &changed, place);
    return true;
}

void compile_unary(Unit *u, const UnaryOpNode *node, Place place) {
    static const u8 opcodes[] = {
        [UNARY_OP_INVERT] = OP_INVERT, [UNARY_OP_NOT] = OP_NOT,
        [UNARY_OP_ADD] = OP_POS, [UNARY_OP_SUB] = OP_NEG,
    };
    Value constant = fold(u, &node->node);
    if (constant != EMPTY) {
        emit_load(u, constant, place);
        return;
    }
    if (node->op == UNARY_OP_NOT && compile_not_compare(u, node->operand, place)) return;
    Operand operand = compile_operand(u, node->operand, NULL, NULL);
    consume(u, operand);
    emit_result(u, opcodes[node->op], first(operand), place, operand.reg, 0);
}

/* ---- and, or ---- */

void compile_bool_op(Unit *u, const BoolOpNode *node, Place place) {
    Label end = label_new(u);
    OpCode op = node->op == BOOL_AND ? OP_JFALSEKEEP : OP_JTRUEKEEP;
    u32 last = node->values.count - 1;
    for (u32 i = 0; i < last && !u->c->failed; i++) {
        compile_expr(u, node->values.items[i], TEMPORARY);
        pop(u, 1);
        emit_jump(u, op, F_FIRST, next_temporary(u), 0, end);
    }
    compile_expr(u, node->values.items[last], TEMPORARY);
    label_bind(u, end);
    emit_move(u, (Operand){temporary(u->depth - 1), true}, place);
}

/* ---- comparisons ---- */

static Operand compile_comparand(Unit *u, u8 op, const Node *node, const Node *later) {
    bool is_membership = op == COMPARE_IN || op == COMPARE_NOT_IN;
    if (is_membership && (node->kind == NODE_List || node->kind == NODE_Set)) {
        compile_iterable(u, node, TEMPORARY);
        return (Operand){temporary(u->depth - 1), true};
    }
    return compile_operand(u, node, later, NULL);
}

static void compile_single(Unit *u, const CompareNode *node, Place place) {
    const Node *right = node->comparators.items[0];
    u8 op = node->ops.items[0];
    Operand left = compile_operand(u, node->left, right, NULL);
    Operand other = compile_comparand(u, op, right, NULL);
    u->at = node->node.at;
    consume(u, other);
    consume(u, left);
    emit_result(u, comparison_opcodes[op], first(left) | second(other), place, left.reg,
                other.reg);
}

/* a < b < c: the result so far is in a temporary of its own, below the operands. At most two
 * operands live above it when a comparison is false: `ends` by their number. */
typedef struct Chain {
    Operand slot;
    Label ends[3];
} Chain;

static Label chain_end(Unit *u, Chain *chain, u32 live) {
    if (!chain->ends[live]) chain->ends[live] = label_new(u);
    return chain->ends[live];
}

/* The comparison before the last: `left` is used up, `right` stays. Gives where it is. */
static Operand compare_inner(Unit *u, Chain *chain, u8 op, Operand left, Operand right) {
    Place slot = {true, chain->slot.reg};
    bool both = left.is_temporary && right.is_temporary;
    if (!both && left.is_temporary) consume(u, left);
    u32 flags = !both ? first(left) : 0;
    emit(u, comparison_opcodes[op], flags | F_LOCAL, slot.reg, left.reg, right.reg);
    u32 live = both ? 2 : right.is_temporary;
    emit_jump(u, OP_JFALSE, 0, slot.reg, 0, chain_end(u, chain, live));
    if (!both) return right;
    pop(u, 1); /* the right one takes the left one's place */
    emit(u, OP_MOVE, F_FIRST | F_LOCAL, left.reg, right.reg, 0);
    return left;
}

static void finish_chain(Unit *u, Chain *chain) {
    Label end = label_new(u);
    if (chain->ends[1] || chain->ends[2]) emit_jump(u, OP_JUMP, 0, 0, 0, end);
    if (chain->ends[2]) {
        u->depth += 2;
        label_bind(u, chain->ends[2]);
        emit_drop(u);
        u->depth--;
    }
    if (chain->ends[1] || chain->ends[2]) {
        u->depth++;
        label_bind(u, chain->ends[1]);
        emit_drop(u);
    }
    label_bind(u, chain->ends[0]);
    label_bind(u, end);
}

static void compile_chained(Unit *u, const CompareNode *node, Place place) {
    emit_none(u, TEMPORARY);
    Chain chain = {.slot = {temporary(u->depth - 1), true}};
    NodeList others = node->comparators;
    u32 last = others.count - 1;
    Operand left = compile_operand(u, node->left, others.items[0], NULL);
    for (u32 i = 0; i < last && !u->c->failed; i++) {
        u8 op = node->ops.items[i];
        Operand right = compile_comparand(u, op, others.items[i], others.items[i + 1]);
        u->at = node->node.at;
        left = compare_inner(u, &chain, op, left, right);
    }
    Operand right = compile_comparand(u, node->ops.items[last], others.items[last], NULL);
    u->at = node->node.at;
    consume(u, right);
    consume(u, left);
    emit(u, comparison_opcodes[node->ops.items[last]],
         first(left) | second(right) | F_LOCAL, chain.slot.reg, left.reg, right.reg);
    finish_chain(u, &chain);
    emit_move(u, chain.slot, place);
}

void compile_compare(Unit *u, const CompareNode *node, Place place) {
    check_compare(u, node);
    if (node->ops.count == 1)
        compile_single(u, node, place);
    else
        compile_chained(u, node, place);
}
