/* with and async with. */
#include "compiler/compile.h"

#include "objects/frame.h"

static Operand on_top(Unit *u) {
    return (Operand){temporary(u->depth - 1), true};
}

enum { NO_EXCEPTION = 0xFFFF, AWAIT_ENTER = 1, AWAIT_EXIT = 2 };

/* Call the window that WITHENTER or WITHEXIT prepared at the next temporary. */
static void call_prepared(Unit *u, OpCode call, u32 arguments, u32 await_sort) {
    u16 window = next_temporary(u);
    /* the arguments need room; nothing can fail before the call */
    u32 depth = u->depth, room = 1 + arguments + (u->suspends ? 0 : WINDOW_GAP);
    for (u32 i = 0; i < room; i++) push(u);
    u->depth = depth;
    emit(u, call, window_flags(u), window, arguments, 0);
    push(u);
    if (await_sort) compile_await_top(u, await_sort);
}

static bool is_async_block(const Block *block) {
    return block->kind == BLOCK_ASYNC_WITH;
}

void emit_with_exit(Unit *u, const Block *block, bool has_value) {
    SourceRange at = u->at;
    u->at = block->at;
    u16 exit = temporary(block->depth);
    if (!has_value) pop(u, 1);
    emit(u, OP_WITHEXIT, (has_value ? 0 : F_FIRST) | window_flags(u), next_temporary(u),
         exit, NO_EXCEPTION);
    call_prepared(u, OP_CALL, 3, is_async_block(block) ? AWAIT_EXIT : 0);
    emit_drop(u);
    u->at = at;
}

/* The exit may swallow the exception. */
static void emit_handler(Unit *u, const Block *block, Label handler) {
    u32 depth = u->depth; /* just above the bound exit */
    label_bind_loop(u, handler, label_is_used(u, handler), u->bound);
    push_exception(u);
    Label cleanup = label_new(u), swallow = label_new(u);
    Block inner = {0};
    block_enter(u, &inner, BLOCK_HANDLER, cleanup);
    u->block_count--;
    inner.depth = (u16)depth;
    if (!u->handler_depth) u->handler_depth = depth + 1;
    emit(u, OP_WITHEXIT, window_flags(u), next_temporary(u), temporary(block->depth),
         temporary(depth));
    call_prepared(u, OP_CALL, 3, is_async_block(block) ? AWAIT_EXIT : 0);
    pop(u, 1);
    emit_jump(u, OP_JTRUE, F_FIRST, next_temporary(u), 0, swallow);
    u->block_count++;
    block_leave(u, &inner);
    pop(u, 2);
    emit(u, OP_RERAISE, F_FIRST, temporary(depth), 0, 0);
    emit_leave_handler(u, cleanup, depth, NULL);
    u->depth = depth + 2;
    label_bind(u, swallow);
    pop(u, 2);
    emit(u, OP_POPEXC, F_FIRST, temporary(depth), 0, 0);
    emit_drop(u);
}

static void compile_items(Unit *u, const WithNode *node, u32 index, bool is_async);

static void enter_manager(Unit *u, const WithitemNode *item, bool is_async) {
    compile_expr(u, item->context_expr, TEMPORARY);
    u->at = item->context_expr->at;
    pop(u, 1);
    emit(u, OP_WITHENTER, F_FIRST | window_flags(u), next_temporary(u), 0, is_async);
    push(u);
    call_prepared(u, OP_CALLM, 1, is_async ? AWAIT_ENTER : 0);
}

static void compile_item(Unit *u, const WithNode *node, u32 index, bool is_async) {
    const WithitemNode *item = as_withitem(node->items.items[index]);
    Label handler = label_new(u), end = label_new(u);
    enter_manager(u, item, is_async);
    if (u->c->failed) return;
    u64 *bound = unit_save_bound(u);
    Block block = {0};
    block_enter(u, &block, is_async ? BLOCK_ASYNC_WITH : BLOCK_WITH, handler);
    block.depth = (u16)(u->depth - 2);
    if (item->optional_vars)
        store_target(u, item->optional_vars, on_top(u));
    else
        emit_drop(u);
    compile_items(u, node, index + 1, is_async);
    if (u->c->failed) return;
    block_leave(u, &block);
    u32 depth = u->depth;
    emit_with_exit(u, &block, false);
    emit_jump(u, OP_JUMP, 0, 0, 0, end);
    u->depth = depth;
    u->at = item->context_expr->at;
    memcpy(u->bound, bound, u->bound_words * sizeof(u64));
    emit_handler(u, &block, handler);
    label_bind(u, end);
}

static void compile_items(Unit *u, const WithNode *node, u32 index, bool is_async) {
    if (index == node->items.count) {
        compile_statements(u, node->body);
        return;
    }
    if (!compiler_enter(u->c)) return;
    compile_item(u, node, index, is_async);
    compiler_leave(u->c);
}

void compile_with(Unit *u, const WithNode *node, bool is_async) {
    bool is_top = u->scope->kind == SCOPE_MODULE && u->c->flags & COMPILE_TOP_LEVEL_AWAIT;
    if (is_async && !is_top && u->scope->node->kind != NODE_AsyncFunctionDef) {
        compiler_fail(u->c, node->node.at, "'async with' outside async function");
        return;
    }
    compile_items(u, node, 0, is_async);
}
