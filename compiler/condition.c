/* Conditions: jumps made directly from comparisons, `and`, `or` and `not`. */
#include "compiler/compile.h"

/* ---- warnings ---- */

static bool is_constant(Unit *u, const Node *node) {
    Value v = fold(u, node);
    return v != EMPTY && v != NONE && !is_bool(v) && v != ELLIPSIS;
}

void check_compare(Unit *u, const CompareNode *node) {
    bool left = is_constant(u, node->left);
    const Node *left_node = node->left;
    for (u32 i = 0; i < node->ops.count && !u->c->failed; i++) {
        const Node *right_node = node->comparators.items[i];
        bool right = false;
        u8 op = node->ops.items[i];
        if (op == COMPARE_IS || op == COMPARE_IS_NOT) {
            right = is_constant(u, right_node);
            const Node *odd = left ? left_node : right ? right_node : NULL;
            if (odd) {
                const char *type = type_name_of(u->c->vm, fold(u, odd));
                compiler_warn(u->c, node->node.at,
                              op == COMPARE_IS
                                  ? "\"is\" with '%s' literal. Did you mean \"==\"?"
                                  : "\"is not\" with '%s' literal. Did you mean \"!=\"?",
                              type);
                return;
            }
        } else if (i + 1 < node->ops.count) {
            right = is_constant(u, right_node);
        }
        left = right;
        left_node = right_node;
    }
}

/* ---- single comparisons ---- */

typedef struct JumpForm {
    u8 op;
    bool negated;
} JumpForm;

static const JumpForm jump_forms[] = {
    [COMPARE_EQ] = {OP_JEQ, false},      [COMPARE_NOT_EQ] = {OP_JNE, false},
    [COMPARE_LT] = {OP_JLT, false},      [COMPARE_LT_E] = {OP_JLE, false},
    [COMPARE_GT] = {OP_JGT, false},      [COMPARE_GT_E] = {OP_JGE, false},
    [COMPARE_IS] = {OP_JIS, false},      [COMPARE_IS_NOT] = {OP_JIS, true},
    [COMPARE_IN] = {OP_JIN, false},      [COMPARE_NOT_IN] = {OP_JIN, true},
};
static const u8 immediate_forms[] = {
    [COMPARE_EQ] = OP_JEQI,   [COMPARE_NOT_EQ] = OP_JNEI, [COMPARE_LT] = OP_JLTI,
    [COMPARE_LT_E] = OP_JLEI, [COMPARE_GT] = OP_JGTI,     [COMPARE_GT_E] = OP_JGEI,
};

static const u8 constant_forms[] = {
    [COMPARE_EQ] = OP_JEQK,
    [COMPARE_NOT_EQ] = OP_JNEK,
    [COMPARE_IN] = OP_JINK,
    [COMPARE_NOT_IN] = OP_JINK,
};
enum { MOST_NARROW = 0x8000 };

static u32 negate_flag(u8 op, bool when) {
    return jump_forms[op].negated == when ? F_NEGATE : 0;
}

static bool is_none(const Node *node) {
    return node->kind == NODE_Constant && as_Constant(node)->value.kind == CONSTANT_NONE;
}

static bool jump_none(Unit *u, const CompareNode *node, Label target, bool when) {
    u8 op = node->ops.items[0];
    if (op != COMPARE_IS && op != COMPARE_IS_NOT) return false;
    if (!is_none(node->comparators.items[0])) return false;
    Operand left = compile_operand(u, node->left, NULL, NULL);
    u->at = node->node.at;
    consume(u, left);
    bool jumps_if_none = (op == COMPARE_IS) == when;
    emit_jump(u, OP_JNONE, first(left) | (jumps_if_none ? 0 : F_NEGATE), left.reg, 0,
              target);
    return true;
}

static bool jump_immediate(Unit *u, const CompareNode *node, Label target, bool when) {
    u8 op = node->ops.items[0];
    if (op >= COMPARE_IS) return false;
    i32 number;
    Value right = fold(u, node->comparators.items[0]);
    if (right == EMPTY || !is_immediate(right, &number)) return false;
    Operand left = compile_operand(u, node->left, NULL, NULL);
    u->at = node->node.at;
    consume(u, left);
    emit_jump(u, immediate_forms[op], first(left) | negate_flag(op, when), left.reg,
              (u32)number, target);
    return true;
}

/* `x == "..."`, `x in (...)` and their negations, the constant being on the same line: a line of its own is told
 * to tracers by an instruction of its own. */
static bool jump_constant(Unit *u, const CompareNode *node, Label target, bool when) {
    const Node *right = node->comparators.items[0];
    u8 op = node->ops.items[0];
    u8 form = constant_forms[op];
    if (!form || right->at.line != node->node.at.line || u->constants.count >= MOST_NARROW) return false;
    Value constant = op >= COMPARE_IN ? fold_iterable(u, right) : fold(u, right);
    if (constant == EMPTY || u->c->failed) return false;
    if (form != OP_JINK && !has_exact_kind(constant, KIND_STR)) return false;
    Operand left = compile_operand(u, node->left, NULL, NULL);
    u->at = node->node.at;
    consume(u, left);
    emit_constant_jump(u, form, first(left) | negate_flag(op, when), left.reg, constant, target);
    return true;
}

static Operand comparand(Unit *u, u8 op, const Node *node, const Node *later) {
    if (op >= COMPARE_IN && (node->kind == NODE_List || node->kind == NODE_Set)) {
        compile_iterable(u, node, TEMPORARY);
        return (Operand){temporary(u->depth - 1), true};
    }
    return compile_operand(u, node, later, NULL);
}

/* Both operands are used up. */
static void jump_on(Unit *u, u8 op, Operand left, Operand right, Label target, bool when) {
    consume(u, right);
    consume(u, left);
    emit_jump(u, jump_forms[op].op, first(left) | second(right) | negate_flag(op, when),
              left.reg, right.reg, target);
}

static void jump_single(Unit *u, const CompareNode *node, Label target, bool when) {
    if (jump_none(u, node, target, when)) return;
    if (jump_immediate(u, node, target, when)) return;
    if (jump_constant(u, node, target, when)) return;
    const Node *right = node->comparators.items[0];
    u8 op = node->ops.items[0];
    Operand left = compile_operand(u, node->left, right, NULL);
    Operand other = comparand(u, op, right, NULL);
    u->at = node->node.at;
    jump_on(u, op, left, other, target, when);
}

/* ---- chained comparisons ---- */

/* Where false leads with 1 or 2 operands still live. */
typedef struct Leftovers {
    Label one, two;
} Leftovers;

static Operand jump_inner(Unit *u, u8 op, Operand left, Operand right, Label is_false,
                          Leftovers *leftovers) {
    u32 negate = negate_flag(op, false);
    OpCode jump = jump_forms[op].op;
    bool both = left.is_temporary && right.is_temporary;
    if (both) {
        if (!leftovers->two) leftovers->two = label_new(u);
        emit_jump(u, jump, negate, left.reg, right.reg, leftovers->two);
        pop(u, 1); /* the right one takes the left one's place */
        emit(u, OP_MOVE, F_FIRST | F_LOCAL, left.reg, right.reg, 0);
        return left;
    }
    consume(u, left);
    if (right.is_temporary && !leftovers->one) leftovers->one = label_new(u);
    emit_jump(u, jump, negate | first(left), left.reg, right.reg,
              right.is_temporary ? leftovers->one : is_false);
    return right;
}

static void drop_leftovers(Unit *u, const Leftovers *leftovers, Label is_false) {
    if (!leftovers->one && !leftovers->two) return;
    u->depth += 2;
    if (leftovers->two) {
        label_bind(u, leftovers->two);
        emit_drop(u);
        u->depth++;
    }
    u->depth--;
    label_bind(u, leftovers->one);
    emit_drop(u);
    emit_jump(u, OP_JUMP, 0, 0, 0, is_false);
}

/* A constant on the left of a temporary goes above it: a constant has no effects. */
static Operand first_comparand(Unit *u, const CompareNode *node, Operand *right) {
    const Node *next = node->comparators.items[0];
    u8 op = node->ops.items[0];
    const Node *later = node->comparators.items[1];
    if (node->left->kind == NODE_Constant) {
        *right = comparand(u, op, next, later);
        u->at = node->left->at;
        emit_load(u, fold(u, node->left), TEMPORARY);
        return (Operand){temporary(u->depth - 1), true};
    }
    Operand left = compile_operand(u, node->left, next, NULL);
    *right = comparand(u, op, next, later);
    return left;
}

static void jump_chain(Unit *u, const CompareNode *node, Label is_false, Label target,
                       bool when) {
    NodeList others = node->comparators;
    u32 last = others.count - 1;
    Leftovers leftovers = {0};
    Operand right, left = first_comparand(u, node, &right);
    bool is_above = left.is_temporary && right.is_temporary && left.reg > right.reg;
    for (u32 i = 0; i < last && !u->c->failed; i++) {
        u8 op = node->ops.items[i];
        if (i > 0)
            right = comparand(u, op, others.items[i], others.items[i + 1]);
        u->at = node->node.at;
        if (i == 0 && is_above) {
            consume(u, left);
            if (!leftovers.one) leftovers.one = label_new(u);
            emit_jump(u, jump_forms[op].op, negate_flag(op, false) | F_FIRST, left.reg,
                      right.reg, leftovers.one);
            left = right;
        } else {
            left = jump_inner(u, op, left, right, is_false, &leftovers);
        }
    }
    u8 op = node->ops.items[last];
    right = comparand(u, op, others.items[last], NULL);
    u->at = node->node.at;
    jump_on(u, op, left, right, target, when);
    if (!leftovers.one && !leftovers.two) return;
    Label end = label_new(u);
    emit_jump(u, OP_JUMP, 0, 0, 0, end);
    drop_leftovers(u, &leftovers, is_false);
    label_bind(u, end);
}

static void jump_compare(Unit *u, const CompareNode *node, Label target, bool when) {
    check_compare(u, node);
    if (node->ops.count == 1) {
        jump_single(u, node, target, when);
        return;
    }
    Label end = when ? label_new(u) : 0;
    jump_chain(u, node, when ? end : target, target, when);
    label_bind(u, end);
}

/* ---- and, or, not, if-else ---- */

static void jump_bool_op(Unit *u, const BoolOpNode *node, Label target, bool when) {
    /* `and` that jumps when false, `or` when true: each value alone decides */
    bool is_direct = (node->op == BOOL_OR) == when;
    u32 last = node->values.count - 1;
    Label end = is_direct ? target : label_new(u);
    for (u32 i = 0; i < last && !u->c->failed; i++)
        compile_jump(u, node->values.items[i], end, node->op == BOOL_OR);
    compile_jump(u, node->values.items[last], target, when);
    if (!is_direct) label_bind(u, end);
}

static void jump_if_exp(Unit *u, const IfExpNode *node, Label target, bool when) {
    Label otherwise = label_new(u), end = label_new(u);
    compile_jump(u, node->test, otherwise, false);
    compile_jump(u, node->body, target, when);
    emit_jump(u, OP_JUMP, 0, 0, 0, end);
    label_bind(u, otherwise);
    compile_jump(u, node->orelse, target, when);
    label_bind(u, end);
}

static void jump_truth(Unit *u, const Node *test, Label target, bool when) {
    int truth = constant_truth(u, test);
    if (truth >= 0) {
        if (truth == when) emit_jump(u, OP_JUMP, 0, 0, 0, target);
        return;
    }
    Operand operand = compile_operand(u, test, NULL, NULL);
    u->at = test->at;
    consume(u, operand);
    emit_jump(u, when ? OP_JTRUE : OP_JFALSE, first(operand), operand.reg, 0, target);
}

static void jump_of(Unit *u, const Node *test, Label target, bool when) {
    switch (test->kind) {
    case NODE_Compare: jump_compare(u, as_Compare(test), target, when); return;
    case NODE_BoolOp: jump_bool_op(u, as_BoolOp(test), target, when); return;
    case NODE_IfExp: jump_if_exp(u, as_IfExp(test), target, when); return;
    case NODE_UnaryOp:
        if (as_UnaryOp(test)->op != UNARY_OP_NOT) break;
        compile_jump(u, as_UnaryOp(test)->operand, target, !when);
        return;
    default: break;
    }
    jump_truth(u, test, target, when);
}

void compile_jump(Unit *u, const Node *test, Label target, bool when) {
    if (!compiler_enter(u->c)) return;
    SourceRange at = u->at;
    u32 depth = u->depth;
    u->at = test->at;
    jump_of(u, test, target, when);
    u->at = at;
    if (u->c->failed) u->depth = depth;
    compiler_leave(u->c);
}

/* ---- what a true test tells ---- */

static void assume_named(Unit *u, const NamedExprNode *node) {
    u16 reg = local_of_name(u, node->target, NULL);
    if (reg != NO_REGISTER) unit_set_bound(u, reg);
}

void assume_test(Unit *u, const Node *test) {
    for (;;) {
        switch (test->kind) {
        case NODE_NamedExpr: assume_named(u, as_NamedExpr(test)); return;
        case NODE_UnaryOp: test = as_UnaryOp(test)->operand; break;
        case NODE_Compare: test = as_Compare(test)->left; break;
        case NODE_Attribute: test = as_Attribute(test)->value; break;
        case NODE_BoolOp:
            for (u32 i = 0; as_BoolOp(test)->op == BOOL_AND &&
                            i < as_BoolOp(test)->values.count; i++)
                if (as_BoolOp(test)->values.items[i]->kind != NODE_BoolOp)
                    assume_test(u, as_BoolOp(test)->values.items[i]);
            test = as_BoolOp(test)->values.items[0];
            break;
        default: return;
        }
    }
}
