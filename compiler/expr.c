/* Expressions: the operands they work on, and those kinds that have no file of their own. */
#include "compiler/compile.h"

/* ---- operands ---- */

static bool changes(Unit *u, const Symbol *symbol, const Node *later) {
    if (!later || later->kind == NODE_Name || later->kind == NODE_Constant) return false;
    /* private names: the text in the tree is not the symbol's */
    bool is_mangled = u->here->class_name && symbol->name->text.data[0] == '_';
    return is_mangled || contains_walrus(later, symbol->name, u->c);
}

static Operand on_top(Unit *u) {
    return (Operand){temporary(u->depth - 1), true};
}

/* (x := value) used as an operand: x itself. */
static Operand named_operand(Unit *u, const NamedExprNode *node, const Node *later,
                             const Node *later_too) {
    compile_effect(u, &node->node);
    return compile_operand(u, node->target, later, later_too);
}

Operand compile_operand(Unit *u, const Node *node, const Node *later,
                        const Node *later_too) {
    Symbol *symbol = NULL;
    const Node *name = node;
    if (node->kind == NODE_NamedExpr) name = as_NamedExpr(node)->target;
    u16 reg = local_of_name(u, name, &symbol);
    if (reg != NO_REGISTER && node->kind == NODE_NamedExpr)
        return named_operand(u, as_NamedExpr(node), later, later_too);
    if (reg != NO_REGISTER && unit_is_bound(u, reg)) {
        bool is_stable = !(symbol->flags & SYMBOL_WALRUS) ||
                         (!changes(u, symbol, later) && !changes(u, symbol, later_too));
        if (is_stable) return (Operand){reg, false};
    }
    compile_expr(u, node, TEMPORARY);
    return on_top(u);
}

Operand compile_exprs(Unit *u, NodeList nodes) {
    Operand start = {next_temporary(u), true};
    for (u32 i = 0; i < nodes.count; i++) compile_expr(u, nodes.items[i], TEMPORARY);
    return start;
}

void compile_effect(Unit *u, const Node *node) {
    SourceRange at = u->at;
    u->at = node->at;
    Symbol *symbol;
    u16 reg = local_of_name(u, node, &symbol);
    if (node->kind == NODE_NamedExpr) {
        const NamedExprNode *self = as_NamedExpr(node);
        Place place = place_of_target(u, self->target);
        compile_expr(u, self->value, place);
        if (!place.is_local) store_target(u, self->target, on_top(u));
    } else if (node->kind != NODE_Constant &&
               !(reg != NO_REGISTER && unit_is_bound(u, reg))) {
        compile_expr(u, node, TEMPORARY);
        emit_drop(u);
    }
    u->at = at;
}

/* ---- a.b(c)[d] + e: from the left end ---- */

static const Node *left_end(const Node *node) {
    switch (node->kind) {
    case NODE_BinOp: return as_BinOp(node)->left;
    case NODE_Attribute: return as_Attribute(node)->value;
    case NODE_Call: return as_Call(node)->func;
    case NODE_Subscript: return as_Subscript(node)->value;
    default: return NULL;
    }
}

/* What is evaluated after the node's left end, as far as it may contain a :=. */
static const Node *right_end(const Node *node) {
    switch (node->kind) {
    case NODE_BinOp: return as_BinOp(node)->right;
    case NODE_Subscript: return as_Subscript(node)->slice;
    default: return NULL; /* callees and objects are moved to their window first */
    }
}

/* The range with its beginning at the attribute's name, if that is in a later line. */
static SourceRange range_from_name(SourceRange at, const AttributeNode *node) {
    SourceRange whole = node->node.at;
    if (at.line == whole.end_line) return at;
    usize length = node->attr.length;
    at.line = whole.end_line;
    at.column = whole.end_column >= length ? whole.end_column - (u32)length : 0;
    return at;
}

static void compile_attribute(Unit *u, const AttributeNode *node, Operand object,
                              Place place) {
    u->at = range_from_name(u->at, node);
    Name *name = name_meant(u, node->attr);
    consume(u, object);
    emit_result(u, OP_GETATTR, first(object), place, object.reg, name_number(u, name));
}

static void compile_step(Unit *u, const Node *node, Operand left, Place place) {
    u->at = node->at;
    switch (node->kind) {
    case NODE_BinOp: compile_binary(u, as_BinOp(node), left, place); break;
    case NODE_Attribute: compile_attribute(u, as_Attribute(node), left, place); break;
    case NODE_Subscript: compile_subscript(u, as_Subscript(node), left, place); break;
    default: compile_call(u, as_Call(node), left, place);
    }
}

static Operand load_constant(Unit *u, Value value) {
    emit_load(u, value, TEMPORARY);
    return on_top(u);
}

/* The constant beginning of a chain of operators. Gives how many steps it took. */
static u32 fold_beginning(Unit *u, const Node **chain, u32 count, Value *value) {
    u32 taken = 0;
    while (taken < count && *value != EMPTY) {
        const Node *node = chain[count - 1 - taken];
        Value right = EMPTY, result = EMPTY;
        if (node->kind == NODE_BinOp) right = fold(u, as_BinOp(node)->right);
        if (right != EMPTY) result = fold_binary(u, as_BinOp(node)->op, *value, right);
        if (result == EMPTY) break;
        *value = result;
        taken++;
    }
    return taken;
}

/* A method call takes the attribute and the call in one step. */
static bool is_method_call(const Node *attribute, const Node *call) {
    return attribute->kind == NODE_Attribute && call->kind == NODE_Call;
}

static void compile_steps(Unit *u, const Node **chain, u32 count, Operand left,
                          Place place) {
    while (count && !u->c->failed) {
        const Node *node = chain[--count];
        bool is_method = count && is_method_call(node, chain[count - 1]);
        const Node *call = is_method ? chain[--count] : NULL;
        Place here = count ? TEMPORARY : place;
        if (is_method) {
            u->at = range_from_name(call->at, as_Attribute(node));
            compile_method_call(u, as_Call(call), left, here);
        } else {
            compile_step(u, node, left, here);
        }
        if (count) left = on_top(u);
    }
}

static Operand chain_start(Unit *u, const Node **chain, u32 *count, const Node *bottom) {
    Value value = EMPTY;
    bool is_sum = *count && chain[*count - 1]->kind == NODE_BinOp;
    if (is_sum) value = fold(u, bottom);
    *count -= fold_beginning(u, chain, *count, &value);
    if (value != EMPTY) {
        u->at = *count ? chain[*count - 1]->at : bottom->at;
        return load_constant(u, value);
    }
    return compile_operand(u, bottom, right_end(chain[*count - 1]), NULL);
}

void compile_chain(Unit *u, const Node *node, Place place) {
    u32 count = 0;
    const Node *bottom = node;
    for (; left_end(bottom); bottom = left_end(bottom)) count++;
    const Node **chain = compiler_alloc(u->c, (count + 1) * sizeof *chain);
    if (!chain) return;
    for (u32 i = 0; i < count; i++, node = left_end(node)) chain[i] = node;
    Value whole = chain[0]->kind == NODE_BinOp || chain[0]->kind == NODE_Subscript
                      ? fold(u, chain[0])
                      : EMPTY;
    if (whole != EMPTY) {
        emit_load(u, whole, place);
        return;
    }
    Operand left = chain_start(u, chain, &count, bottom);
    compile_steps(u, chain, count, left, place);
}

/* ---- conditional expression ---- */

static void compile_if_exp(Unit *u, const IfExpNode *node, Place place) {
    Label otherwise = label_new(u), end = label_new(u);
    compile_jump(u, node->test, otherwise, false);
    compile_expr(u, node->body, place);
    emit_jump(u, OP_JUMP, 0, 0, 0, end);
    if (!place.is_local) pop(u, 1);
    label_bind(u, otherwise);
    compile_expr(u, node->orelse, place);
    label_bind(u, end);
}

/* ---- assignment expression ---- */

static void compile_named(Unit *u, const NamedExprNode *node, Place place) {
    Place target = place_of_target(u, node->target);
    if (target.is_local) {
        compile_expr(u, node->value, target);
        emit_move(u, (Operand){target.reg, false}, place);
        return;
    }
    compile_expr(u, node->value, TEMPORARY);
    Operand value = on_top(u);
    store_target(u, node->target, (Operand){value.reg, false});
    emit_move(u, value, place);
}

/* ---- yield and await ---- */

u32 handler_flag(const Unit *u) {
    return u->handler_depth ? F_HANDLER : 0;
}
u16 handler_register(const Unit *u) {
    return u->handler_depth ? temporary(u->handler_depth - 1) : 0;
}

void compile_await_top(Unit *u, u32 sort) {
    u16 reg = temporary(u->depth - 1);
    pop(u, 1);
    emit(u, OP_AWAITABLE, F_FIRST, reg, reg, sort);
    push(u);
    emit(u, OP_AWAIT, handler_flag(u), reg, 0, handler_register(u));
}

void compile_await_next(Unit *u, u16 iterator) {
    emit(u, OP_ANEXT, 0, next_temporary(u), iterator, 0);
    push(u);
    emit(u, OP_AWAIT, handler_flag(u), temporary(u->depth - 1), 0, handler_register(u));
}

static bool allows_await(Unit *u, const Node *node) {
    const Scope *scope = u->scope;
    bool is_top = scope->kind == SCOPE_MODULE && u->c->flags & COMPILE_TOP_LEVEL_AWAIT;
    if (is_top) return true;
    if (!scope_is_function(scope)) {
        compiler_fail(u->c, node->at, "'await' outside function");
        return false;
    }
    bool is_async = u->flags & (CODE_COROUTINE | CODE_ASYNC_GENERATOR) &&
                    (scope->node->kind == NODE_AsyncFunctionDef ||
                     scope->kind == SCOPE_COMPREHENSION);
    if (!is_async) compiler_fail(u->c, node->at, "'await' outside async function");
    return is_async;
}

static void compile_await(Unit *u, const AwaitNode *node, Place place) {
    if (!allows_await(u, &node->node)) return;
    Operand value = compile_operand(u, node->value, NULL, NULL);
    consume(u, value);
    u16 reg = next_temporary(u);
    emit(u, OP_AWAITABLE, first(value), reg, value.reg, 0);
    Operand result = push(u);
    emit(u, OP_AWAIT, handler_flag(u), reg, 0, handler_register(u));
    emit_move(u, result, place);
}

static void compile_yield(Unit *u, const YieldNode *node, Place place) {
    if (!scope_is_function(u->scope)) {
        compiler_fail(u->c, node->node.at, "'yield' outside function");
        return;
    }
    Operand value;
    if (node->value)
        value = compile_operand(u, node->value, NULL, NULL);
    else
        value = load_constant(u, NONE);
    consume(u, value);
    OpCode op = u->flags & CODE_ASYNC_GENERATOR ? OP_AGYIELD : OP_YIELD;
    u16 reg = next_temporary(u);
    emit(u, op, first(value) | handler_flag(u), reg, value.reg, handler_register(u));
    emit_move(u, push(u), place);
}

static void compile_yield_from(Unit *u, const YieldFromNode *node, Place place) {
    if (!scope_is_function(u->scope)) {
        compiler_fail(u->c, node->node.at, "'yield from' outside function");
        return;
    }
    if (u->scope->node->kind == NODE_AsyncFunctionDef) {
        compiler_fail(u->c, node->node.at, "'yield from' inside async function");
        return;
    }
    Operand value = compile_operand(u, node->value, NULL, NULL);
    consume(u, value);
    u16 reg = next_temporary(u);
    emit(u, OP_YIELDITER, first(value), reg, value.reg, 0);
    Operand result = push(u);
    emit(u, OP_YIELDFROM, handler_flag(u), reg, 0, handler_register(u));
    emit_move(u, result, place);
}

/* ---- all ---- */

static void compile_name(Unit *u, const NameNode *node, Place place) {
    Value value = fold(u, &node->node); /* __debug__ */
    if (value != EMPTY)
        emit_load(u, value, place);
    else
        load_name(u, name_meant(u, node->id), place);
}

static void compile_starred(Unit *u, const Node *node) {
    compiler_fail(u->c, node->at, "can't use starred expression here");
}

static void compile_expr_of(Unit *u, const Node *node, Place place) {
    switch (node->kind) {
    case NODE_Name: compile_name(u, as_Name(node), place); break;
    case NODE_Constant:
        emit_load(u, constant_value(u->c, &as_Constant(node)->value), place);
        break;
    case NODE_BinOp:
        if (compile_percent(u, as_BinOp(node), place)) break;
        compile_chain(u, node, place);
        break;
    case NODE_Attribute:
    case NODE_Call:
    case NODE_Subscript: compile_chain(u, node, place); break;
    case NODE_UnaryOp: compile_unary(u, as_UnaryOp(node), place); break;
    case NODE_BoolOp: compile_bool_op(u, as_BoolOp(node), place); break;
    case NODE_Compare: compile_compare(u, as_Compare(node), place); break;
    case NODE_IfExp: compile_if_exp(u, as_IfExp(node), place); break;
    case NODE_NamedExpr: compile_named(u, as_NamedExpr(node), place); break;
    case NODE_Lambda: compile_lambda(u, as_Lambda(node), place); break;
    case NODE_Tuple: compile_tuple(u, as_Tuple(node)->elts, place); break;
    case NODE_List: compile_list(u, as_List(node), place); break;
    case NODE_Set: compile_set(u, as_Set(node), place); break;
    case NODE_Dict: compile_dict(u, as_Dict(node), place); break;
    case NODE_Slice: compile_slice(u, as_Slice(node), place); break;
    case NODE_JoinedStr: compile_joined(u, as_JoinedStr(node), place); break;
    case NODE_FormattedValue:
        compile_formatted(u, as_FormattedValue(node), place);
        break;
    case NODE_ListComp:
    case NODE_SetComp:
    case NODE_DictComp:
    case NODE_GeneratorExp: compile_comprehension(u, node, place); break;
    case NODE_Await: compile_await(u, as_Await(node), place); break;
    case NODE_Yield: compile_yield(u, as_Yield(node), place); break;
    case NODE_YieldFrom: compile_yield_from(u, as_YieldFrom(node), place); break;
    default: compile_starred(u, node);
    }
}

void compile_expr(Unit *u, const Node *node, Place place) {
    u32 depth = u->depth;
    if (compiler_enter(u->c)) {
        SourceRange at = u->at;
        u->at = node->at;
        compile_expr_of(u, node, place);
        u->at = at;
        compiler_leave(u->c);
    }
    if (u->c->failed) { /* keep the count right: the callers go on */
        u->depth = depth;
        if (!place.is_local) push(u);
    }
    assert(u->depth == depth + !place.is_local);
}
