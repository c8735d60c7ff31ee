/* Statements: those without a file of their own, and the choice among all. */
#include "compiler/compile.h"

static Operand on_top(Unit *u) {
    return (Operand){temporary(u->depth - 1), true};
}

/* ---- expressions ---- */

static void compile_expr_stmt(Unit *u, const ExprNode *node) {
    if (u->c->is_interactive && u->scope->kind == SCOPE_MODULE) {
        compile_expr(u, node->value, TEMPORARY);
        u->at = node->node.at;
        emit_intrinsic(u, INTRINSIC_PRINT_EXPRESSION, 1, TEMPORARY);
        emit_drop(u);
    } else if (node->value->kind == NODE_Constant) {
        emit(u, OP_NOP, 0, 0, 0, 0);
    } else {
        u32 start = u->count;
        compile_effect(u, node->value);
        if (u->count == start) mark_line(u, node->node.at, false);
    }
}

/* ---- if ---- */

/* A chain of elif is a chain of nodes: no recursion along it. */
static void compile_if(Unit *u, const IfNode *node) {
    Label end = label_new(u);
    for (;;) {
        Label otherwise = node->orelse.count ? label_new(u) : end;
        compile_jump(u, node->test, otherwise, false);
        compile_statements(u, node->body);
        if (!node->orelse.count || u->c->failed) break;
        u->at.end_line = 0; /* it belongs to the line that ran last */
        emit_jump(u, OP_JUMP, 0, 0, 0, end);
        label_bind(u, otherwise);
        bool is_elif = node->orelse.count == 1 && node->orelse.items[0]->kind == NODE_If;
        if (!is_elif) {
            compile_statements(u, node->orelse);
            break;
        }
        node = as_If(node->orelse.items[0]);
        u->at = node->node.at;
    }
    if (!u->c->failed) label_bind(u, end);
}

/* ---- raise and assert ---- */

static void compile_raise(Unit *u, const RaiseNode *node) {
    if (!node->exc) {
        emit(u, OP_RAISE, 0, 0, 0, 0);
        return;
    }
    Operand exception = compile_operand(u, node->exc, node->cause, NULL);
    Operand cause = {0};
    if (node->cause) {
        cause = compile_operand(u, node->cause, NULL, NULL);
        consume(u, cause);
    }
    u->at = node->node.at;
    consume(u, exception);
    emit(u, OP_RAISE, first(exception) | second(cause), exception.reg, cause.reg,
         node->cause ? 2 : 1);
}

static void check_assert(Unit *u, const AssertNode *node) {
    if (node->test->kind == NODE_Tuple && as_Tuple(node->test)->elts.count)
        compiler_warn(u->c, node->node.at,
                      "assertion is always true, perhaps remove parentheses?");
}

static void compile_assert(Unit *u, const AssertNode *node) {
    check_assert(u, node);
    if (u->c->flags & COMPILE_OPTIMIZE) return;
    Label end = label_new(u);
    compile_jump(u, node->test, end, true);
    u->at = node->test->at;
    emit_intrinsic(u, INTRINSIC_ASSERTION_ERROR, 0, TEMPORARY);
    if (node->msg) {
        u16 window = window_open(u);
        compile_expr(u, node->msg, TEMPORARY);
        call_made_function(u, window, 1, TEMPORARY);
    }
    Operand exception = on_top(u);
    consume(u, exception);
    emit(u, OP_RAISE, F_FIRST, exception.reg, 0, 1);
    label_bind(u, end);
}

/* ---- all ---- */

static void compile_definition(Unit *u, const Node *node) {
    switch (node->kind) {
    case NODE_FunctionDef: compile_function(u, as_FunctionDef(node), false); break;
    case NODE_AsyncFunctionDef: /* the same fields */
        compile_function(u, (const FunctionDefNode *)node, true);
        break;
    case NODE_ClassDef: compile_class(u, as_ClassDef(node)); break;
    default: compile_type_alias(u, as_TypeAlias(node));
    }
}

static void compile_simple(Unit *u, const Node *node) {
    switch (node->kind) {
    case NODE_Return: compile_return(u, as_Return(node)); break;
    case NODE_Delete: compile_delete(u, as_Delete(node)->targets); break;
    case NODE_Assign: compile_assign(u, as_Assign(node)); break;
    case NODE_AugAssign: compile_aug_assign(u, as_AugAssign(node)); break;
    case NODE_AnnAssign: compile_ann_assign(u, as_AnnAssign(node)); break;
    case NODE_Raise: compile_raise(u, as_Raise(node)); break;
    case NODE_Assert: compile_assert(u, as_Assert(node)); break;
    case NODE_Import: compile_import(u, as_Import(node)); break;
    case NODE_ImportFrom: compile_import_from(u, as_ImportFrom(node)); break;
    case NODE_Expr: compile_expr_stmt(u, as_Expr(node)); break;
    case NODE_Pass: emit(u, OP_NOP, 0, 0, 0, 0); break;
    case NODE_Break: compile_break(u, node); break;
    case NODE_Continue: compile_continue(u, node); break;
    default: break; /* global, nonlocal */
    }
}

static void compile_stmt(Unit *u, const Node *node) {
    switch (node->kind) {
    case NODE_FunctionDef:
    case NODE_AsyncFunctionDef:
    case NODE_ClassDef:
    case NODE_TypeAlias: compile_definition(u, node); break;
    case NODE_If: compile_if(u, as_If(node)); break;
    case NODE_For: compile_for(u, as_For(node)); break;
    case NODE_AsyncFor: compile_async_for(u, as_AsyncFor(node)); break;
    case NODE_While: compile_while(u, as_While(node)); break;
    case NODE_With: compile_with(u, as_With(node), false); break;
    case NODE_AsyncWith: /* the same fields */
        compile_with(u, (const WithNode *)node, true);
        break;
    case NODE_Match: compile_match(u, as_Match(node)); break;
    case NODE_Try: compile_try(u, as_Try(node)); break;
    case NODE_TryStar: compile_try_star(u, as_TryStar(node)); break;
    default: compile_simple(u, node);
    }
}

void compile_statements(Unit *u, NodeList statements) {
    SourceRange at = u->at;
    u32 depth = u->depth;
    if (!compiler_enter(u->c)) return;
    for (u32 i = 0; i < statements.count && !u->c->failed; i++) {
        u->at = statements.items[i]->at;
        compile_stmt(u, statements.items[i]);
        assert(u->depth == depth || u->c->failed);
    }
    compiler_leave(u->c);
    u->depth = depth;
    u->at = at;
}
