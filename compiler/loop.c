/* Loops: the body comes first, the test or FOR at the end jumps back to it. */
#include "compiler/compile.h"

static Operand on_top(Unit *u) {
    return (Operand){temporary(u->depth - 1), true};
}

static void push_iterator(Unit *u, const Node *iter, OpCode op) {
    Operand iterable;
    bool is_display = iter->kind == NODE_List || iter->kind == NODE_Set;
    if (is_display && op == OP_ITER) {
        compile_iterable(u, iter, TEMPORARY);
        iterable = on_top(u);
    } else {
        iterable = compile_operand(u, iter, NULL, NULL);
    }
    u->at = iter->at;
    consume(u, iterable);
    emit_result(u, op, first(iterable), TEMPORARY, iterable.reg, 0);
}

/* ---- for ---- */

/* The block begins below the iterator, which is its own. */
static void enter_loop(Unit *u, Block *block, BlockKind kind) {
    block->break_ = label_new(u);
    block->continue_ = label_new(u);
    block_enter(u, block, kind, 0);
    if (kind == BLOCK_FOR) block->depth--;
}

static void finish_loop(Unit *u, const Block *block, NodeList orelse) {
    compile_statements(u, orelse);
    label_bind(u, block->break_);
}

void compile_for(Unit *u, const ForNode *node) {
    push_iterator(u, node->iter, OP_ITER);
    u16 iterator = on_top(u).reg;
    Block block = {0};
    u->at = node->node.at;
    enter_loop(u, &block, BLOCK_FOR);
    u->at = node->iter->at;
    Label body = label_new(u);
    bool is_reached = u->reachable;
    u64 *bound = unit_save_bound(u);
    emit_jump(u, OP_JUMP, 0, 0, 0, block.continue_);
    label_bind_loop(u, body, is_reached, bound);
    Place place = place_of_target(u, node->target);
    if (place.is_local) {
        unit_set_bound(u, place.reg);
    } else {
        push(u);
        store_target(u, node->target, on_top(u));
    }
    compile_statements(u, node->body);
    label_bind(u, block.continue_);
    u->at = node->iter->at;
    u16 item = place.is_local ? place.reg : next_temporary(u);
    emit_jump(u, OP_FOR, place.is_local ? F_LOCAL : 0, iterator, item, body);
    block_leave(u, &block);
    pop(u, 1);
    finish_loop(u, &block, node->orelse);
}

/* ---- async for ---- */

static bool allows_async(Unit *u, const Node *node, const char *what) {
    bool is_top = u->scope->kind == SCOPE_MODULE && u->c->flags & COMPILE_TOP_LEVEL_AWAIT;
    if (is_top || u->scope->node->kind == NODE_AsyncFunctionDef) return true;
    compiler_fail(u->c, node->at, "'%s' outside async function", what);
    return false;
}

/* The next item is awaited; the end of the iteration leads to `end`. */
static void await_next(Unit *u, u16 iterator, Label end) {
    Block cover = {.kind = BLOCK_COVER, .depth = (u16)u->depth, .handler = end};
    cover.outer = u->block;
    u->block = &cover;
    region_open(u, &cover);
    compile_await_next(u, iterator);
    region_close(u, &cover);
    u->block = cover.outer;
}

void compile_async_for(Unit *u, const AsyncForNode *node) {
    if (!allows_async(u, &node->node, "async for")) return;
    push_iterator(u, node->iter, OP_AITER);
    u16 iterator = on_top(u).reg;
    Block block = {0};
    Label end = label_new(u);
    u->at = node->node.at;
    enter_loop(u, &block, BLOCK_FOR);
    u->at = node->iter->at;
    u64 *bound = unit_save_bound(u);
    label_bind_loop(u, block.continue_, u->reachable, bound);
    await_next(u, iterator, end);
    store_target(u, node->target, on_top(u));
    compile_statements(u, node->body);
    u->at.end_line = 0; /* it belongs to the line that ran last */
    emit_jump(u, OP_JUMP, 0, 0, 0, block.continue_);
    block_leave(u, &block);
    label_bind_loop(u, end, label_is_used(u, end), bound);
    push_exception(u);
    pop(u, 2);
    emit(u, OP_ENDASYNC, F_FIRST, next_temporary(u), 0, 0);
    emit_drop(u);
    finish_loop(u, &block, node->orelse);
}

/* ---- while ---- */

static void compile_endless(Unit *u, const WhileNode *node, Block *block) {
    u64 *bound = unit_save_bound(u);
    label_bind_loop(u, block->continue_, u->reachable, bound);
    compile_statements(u, node->body);
    u->at = node->test->at;
    emit_jump(u, OP_JUMP, 0, 0, 0, block->continue_);
}

static void compile_tested(Unit *u, const WhileNode *node, Block *block, bool is_never) {
    Label body = label_new(u);
    bool is_reached = u->reachable && !is_never;
    u64 *bound = unit_save_bound(u);
    u->at = node->test->at;
    emit_jump(u, OP_JUMP, 0, 0, 0, block->continue_);
    label_bind_loop(u, body, is_reached, bound);
    assume_test(u, node->test);
    compile_statements(u, node->body);
    label_bind(u, block->continue_);
    compile_jump(u, node->test, body, true);
}

void compile_while(Unit *u, const WhileNode *node) {
    Block block = {0};
    enter_loop(u, &block, BLOCK_WHILE);
    int truth = constant_truth(u, node->test);
    if (truth == 1) {
        mark_line(u, node->test->at, true);
        compile_endless(u, node, &block);
    } else {
        compile_tested(u, node, &block, truth == 0);
    }
    block_leave(u, &block);
    finish_loop(u, &block, node->orelse);
}
