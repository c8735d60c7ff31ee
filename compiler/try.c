/* try: except, else, finally, except*.
 *
 * The handlers begin with the exception in a temporary and the one that was being handled
 * before above it. A `finally` body is compiled once for each way it is reached.
 */
#include "compiler/compile.h"

static Operand on_top(Unit *u) {
    return (Operand){temporary(u->depth - 1), true};
}

/* ---- handlers ---- */

/* A handler's body with the exception pair on top of the stack. */
static void enter_handler(Unit *u, Block *block, Label cleanup, Name *name) {
    u32 depth = u->depth - 2;
    block_enter(u, block, BLOCK_HANDLER, cleanup);
    block->depth = (u16)depth;
    block->name = name;
    if (!u->handler_depth) u->handler_depth = depth + 1;
}

static void store_exception(Unit *u, const ExceptHandlerNode *node, u32 depth) {
    u->at = node->node.at;
    if (!check_name(u, node->name, node->node.at, CONTEXT_STORE)) return;
    store_name(u, node->name, (Operand){temporary(depth), false});
}

static Name *handler_name(Unit *u, const ExceptHandlerNode *node) {
    return node->name.data ? name_meant(u, node->name) : NULL;
}

/* One except clause. The next one begins at the label it gives, with the pair on top. */
static void compile_clause(Unit *u, const ExceptHandlerNode *node, Label end) {
    u32 depth = u->depth - 2;
    Label next = label_new(u), cleanup = label_new(u), type_cleanup = label_new(u);
    Block test = {0}, body = {0};
    u->at = node->node.at;
    enter_handler(u, &test, type_cleanup, NULL);
    if (node->type) {
        Operand type = compile_operand(u, node->type, NULL, NULL);
        u->at = node->node.at;
        consume(u, type);
        emit_jump(u, OP_JNOMATCH, first(type), temporary(depth), type.reg, next);
    }
    block_leave(u, &test);
    Name *name = handler_name(u, node);
    if (name) store_exception(u, node, depth);
    enter_handler(u, &body, cleanup, name);
    u->block_count++;
    compile_statements(u, node->body);
    u->block_count--;
    block_leave(u, &body);
    pop(u, 2);
    u->at.end_line = 0; /* the rest belongs to the line that ran before */
    emit(u, OP_POPEXC, F_FIRST, temporary(depth), 0, 0);
    if (name) clear_name(u, name);
    emit_jump(u, OP_JUMP, 0, 0, 0, end);
    emit_leave_handler(u, type_cleanup, depth, NULL);
    emit_leave_handler(u, cleanup, depth, name);
    u->depth = depth + 2;
    label_bind(u, next);
}

static void compile_clauses(Unit *u, NodeList handlers, Label end) {
    for (u32 i = 0; i < handlers.count && !u->c->failed; i++) {
        const ExceptHandlerNode *node = as_ExceptHandler(handlers.items[i]);
        if (!node->type && i + 1 < handlers.count)
            compiler_fail(u->c, node->node.at, "default 'except:' must be last");
        compile_clause(u, node, end);
    }
    if (u->c->failed) return;
    pop(u, 2);
    u->at.line = 0;
    emit(u, OP_RERAISE, F_FIRST, next_temporary(u), 0, 0);
}

static void compile_try_except(Unit *u, const TryNode *node) {
    Label handler = label_new(u), end = label_new(u);
    u64 *bound = unit_save_bound(u);
    Block block = {0};
    block_enter(u, &block, BLOCK_TRY, handler);
    compile_statements(u, node->body);
    if (u->c->failed) return;
    block_leave(u, &block);
    compile_statements(u, node->orelse);
    u->at.end_line = 0;
    emit_jump(u, OP_JUMP, 0, 0, 0, end);
    label_bind_loop(u, handler, label_is_used(u, handler), bound);
    push_exception(u);
    compile_clauses(u, node->handlers, end);
    if (u->c->failed) return;
    label_bind(u, end);
}

/* ---- finally ---- */

static void compile_finally_handler(Unit *u, NodeList finalbody) {
    u32 depth = u->depth;
    Label cleanup = label_new(u);
    Block block = {0};
    push_exception(u);
    enter_handler(u, &block, cleanup, NULL);
    compile_statements(u, finalbody);
    if (u->c->failed) return;
    block_leave(u, &block);
    pop(u, 2);
    emit(u, OP_RERAISE, F_FIRST, temporary(depth), 0, 0);
    emit_leave_handler(u, cleanup, depth, NULL);
}

static void compile_protected(Unit *u, const TryNode *node, bool is_star);

static void compile_try_finally(Unit *u, const TryNode *node, bool is_star) {
    Label handler = label_new(u), end = label_new(u);
    u64 *bound = unit_save_bound(u);
    Block block = {0};
    block_enter(u, &block, BLOCK_FINALLY, handler);
    block.finalbody = &node->finalbody;
    compile_protected(u, node, is_star);
    if (u->c->failed) return;
    block_leave(u, &block);
    compile_statements(u, node->finalbody);
    u->at.end_line = 0;
    emit_jump(u, OP_JUMP, 0, 0, 0, end);
    label_bind_loop(u, handler, label_is_used(u, handler), bound);
    compile_finally_handler(u, node->finalbody);
    if (u->c->failed) return;
    label_bind(u, end);
}

/* ---- except* ----
 *
 * Temporaries of the handler, from its depth on:
 *   0 exception, 1 handled before, 2 list of what the clauses raised, 3 what is left of the
 *   exception (None when nothing is), and in a clause 4 the part it handles.
 */
enum { STAR_LIST = 2, STAR_REST = 3, STAR_MATCH = 4 };

/* The clause's body has handled its part, or raised: then what it raised goes to the list. */
static void compile_star_body(Unit *u, const ExceptHandlerNode *node, u32 depth,
                              Label end) {
    Label cleanup = label_new(u);
    u16 match = temporary(depth + STAR_MATCH);
    Name *name = handler_name(u, node);
    if (name) {
        u->at = node->node.at;
        if (check_name(u, node->name, node->node.at, CONTEXT_STORE))
            store_name(u, node->name, (Operand){match, false});
    }
    Block body = {0};
    block_enter(u, &body, BLOCK_STAR, cleanup);
    u->block_count++;
    compile_statements(u, node->body);
    u->block_count--;
    if (u->c->failed) return;
    block_leave(u, &body);
    u->at.end_line = 0;
    if (name) clear_name(u, name);
    emit_drop(u);
    emit_jump(u, OP_JUMP, 0, 0, 0, end);
    u->depth = depth + STAR_MATCH + 1;
    label_bind_loop(u, cleanup, label_is_used(u, cleanup), u->bound);
    u16 raised = next_temporary(u);
    push_exception(u);
    if (name) clear_name(u, name);
    emit(u, OP_LISTAPPEND, 0, temporary(depth + STAR_LIST), raised, 0);
    pop(u, 2);
    emit(u, OP_POPEXC, F_FIRST, raised, 0, 0);
    emit_drop(u);
    emit_jump(u, OP_JUMP, 0, 0, 0, end);
}

static void compile_star_clause(Unit *u, const ExceptHandlerNode *node, u32 depth) {
    Label end = label_new(u), none = label_new(u);
    compile_expr(u, node->type, TEMPORARY);
    u->at = node->node.at;
    u16 match = on_top(u).reg;
    pop(u, 1);
    emit(u, OP_GROUPMATCH, F_FIRST, temporary(depth + STAR_REST), match, 0);
    push(u);
    emit_jump(u, OP_JNONE, 0, match, 0, none);
    compile_star_body(u, node, depth, end);
    if (u->c->failed) return;
    u->depth = depth + STAR_MATCH + 1;
    label_bind(u, none);
    emit_drop(u);
    label_bind(u, end);
}

/* Raise what the clauses left or raised, if anything. The handled exception is on top. */
static void finish_star(Unit *u, Block *block, Label end) {
    u32 depth = block->depth;
    Label raise = label_new(u);
    u->at.line = 0;
    u16 start = next_temporary(u);
    emit_move(u, (Operand){temporary(depth), false}, TEMPORARY);
    emit_move(u, (Operand){temporary(depth + STAR_LIST), false}, TEMPORARY);
    pop(u, 2);
    emit_result(u, OP_INTRINSIC, 0, TEMPORARY, start, INTRINSIC_PREPARE_RERAISE);
    emit_jump(u, OP_JNONE, F_NEGATE, on_top(u).reg, 0, raise);
    emit_drop(u);
    emit_drop(u);
    emit_drop(u);
    region_close(u, block);
    pop(u, 2);
    emit(u, OP_POPEXC, F_FIRST, temporary(depth), 0, 0);
    emit_jump(u, OP_JUMP, 0, 0, 0, end);
    region_open(u, block);
    u->depth = depth + STAR_MATCH + 1;
    label_bind(u, raise);
    /* the new exception takes the place of the old one */
    pop(u, 1);
    emit(u, OP_MOVE, F_FIRST | F_LOCAL, temporary(depth), temporary(depth + STAR_MATCH),
         0);
    emit_drop(u);
    emit_drop(u);
}

static void compile_star_handler(Unit *u, NodeList handlers, Label end) {
    u32 depth = u->depth;
    Label cleanup = label_new(u);
    Block block = {0};
    push_exception(u);
    enter_handler(u, &block, cleanup, NULL);
    u16 list = next_temporary(u);
    emit_result(u, OP_LIST, 0, TEMPORARY, list, 0);
    emit_move(u, (Operand){temporary(depth), false}, TEMPORARY);
    for (u32 i = 0; i < handlers.count && !u->c->failed; i++)
        compile_star_clause(u, as_ExceptHandler(handlers.items[i]), depth);
    if (u->c->failed) return;
    /* what no clause took counts as raised */
    Label nothing = label_new(u);
    emit_jump(u, OP_JNONE, 0, temporary(depth + STAR_REST), 0, nothing);
    emit(u, OP_LISTAPPEND, 0, list, temporary(depth + STAR_REST), 0);
    label_bind(u, nothing);
    finish_star(u, &block, end);
    block_leave(u, &block);
    u->depth = depth;
    emit(u, OP_RERAISE, F_FIRST, temporary(depth), 0, 0);
    emit_leave_handler(u, cleanup, depth, NULL);
}

static void compile_star_except(Unit *u, const TryNode *node) {
    Label handler = label_new(u), end = label_new(u);
    u64 *bound = unit_save_bound(u);
    Block block = {0};
    block_enter(u, &block, BLOCK_TRY, handler);
    compile_statements(u, node->body);
    if (u->c->failed) return;
    block_leave(u, &block);
    compile_statements(u, node->orelse);
    u->at.end_line = 0;
    emit_jump(u, OP_JUMP, 0, 0, 0, end);
    label_bind_loop(u, handler, label_is_used(u, handler), bound);
    compile_star_handler(u, node->handlers, end);
    if (u->c->failed) return;
    label_bind(u, end);
}

/* ---- all ---- */

static void compile_protected(Unit *u, const TryNode *node, bool is_star) {
    if (!node->handlers.count)
        compile_statements(u, node->body);
    else if (is_star)
        compile_star_except(u, node);
    else
        compile_try_except(u, node);
}

void compile_try(Unit *u, const TryNode *node) {
    mark_line(u, node->node.at, false);
    if (node->finalbody.count)
        compile_try_finally(u, node, false);
    else
        compile_try_except(u, node);
}

void compile_try_star(Unit *u, const TryStarNode *node) {
    mark_line(u, node->node.at, false);
    const TryNode *self = (const TryNode *)node; /* the same fields */
    if (node->finalbody.count)
        compile_try_finally(u, self, true);
    else
        compile_star_except(u, self);
}
