/* Blocks, and the ways out of them: return, break, continue.
 *
 * Whoever jumps out of blocks does what each has to do at its end, from the innermost out:
 * iterators are dropped, `finally` bodies compiled once more, `with` exits called. A value
 * that is returned lies on top of the stack meanwhile and sinks as the blocks' own
 * temporaries go. The code made for this is not covered by the blocks already left.
 */
#include "compiler/compile.h"

enum { MOST_BLOCKS = 21 };

/* ---- blocks ---- */

void block_enter(Unit *u, Block *block, BlockKind kind, Label handler) {
    block->kind = (u8)kind;
    block->depth = (u16)u->depth;
    block->handler = handler;
    block->outer = u->block;
    block->at = u->at;
    block->handler_before = u->handler_depth;
    u->block = block;
    if (++u->block_count > MOST_BLOCKS)
        compiler_fail(u->c, u->at, "too many statically nested blocks");
    if (handler) region_open(u, block);
}

void block_leave(Unit *u, Block *block) {
    if (block->handler) region_close(u, block);
    assert(u->block == block || u->c->failed);
    u->block = block->outer;
    u->block_count--;
    u->handler_depth = block->handler_before;
}

void emit_leave_handler(Unit *u, Label cleanup, u32 depth, Name *name) {
    u32 saved = u->depth;
    label_bind_loop(u, cleanup, label_is_used(u, cleanup), u->bound);
    u->depth = depth + 2;
    push_exception(u);
    if (name) clear_name(u, name);
    u->depth = depth;
    emit(u, OP_LEAVERAISE, F_FIRST, temporary(depth), 0, 0);
    u->depth = saved;
}

/* ---- the way out of one block ---- */

/* The value on top sinks to the block's first temporary, whose content is released. */
static void sink(Unit *u, const Block *block) {
    u16 from = temporary(u->depth - 1);
    pop(u, 1);
    emit(u, OP_MOVE, F_FIRST | F_LOCAL, temporary(block->depth), from, 0);
}

static void leave_for(Unit *u, const Block *block, bool has_value) {
    if (has_value)
        sink(u, block);
    else
        emit_drop(u);
}

static void leave_with(Unit *u, const Block *block, bool has_value) {
    emit_with_exit(u, block, has_value);
    if (has_value) sink(u, block);
}

static void leave_handler(Unit *u, const Block *block, bool has_value) {
    u->handler_depth = block->handler_before;
    u->depth = block->depth;
    emit(u, OP_POPEXC, F_FIRST, temporary(block->depth), 0, 0);
    if (has_value) {
        emit(u, OP_MOVE, F_FIRST, temporary(block->depth), temporary(block->depth + 2u), 0);
        push(u);
    }
    if (block->name) clear_name(u, block->name);
}

/* A jump out of the finally body forgets the value that was to be returned. */
static void leave_finally(Unit *u, const Block *block, bool has_value) {
    Block value = {0};
    if (has_value) {
        block_enter(u, &value, BLOCK_VALUE, 0);
        value.depth--;
    }
    compile_statements(u, *block->finalbody);
    if (has_value) block_leave(u, &value);
}

static void leave(Unit *u, const Block *block, bool has_value) {
    switch (block->kind) {
    case BLOCK_VALUE:
    case BLOCK_FOR: leave_for(u, block, has_value); break;
    case BLOCK_WITH:
    case BLOCK_ASYNC_WITH:
        u->at = block->at;
        leave_with(u, block, has_value);
        break;
    case BLOCK_HANDLER: leave_handler(u, block, has_value); break;
    case BLOCK_FINALLY: leave_finally(u, block, has_value); break;
    default: break;
    }
}

/* Where the unit was before it left blocks. */
typedef struct Standpoint {
    Block *block;
    u32 block_count, depth, handler_depth;
} Standpoint;

static Standpoint leave_blocks(Unit *u, const Block *stop, bool has_value) {
    Standpoint before = {u->block, u->block_count, u->depth - has_value, u->handler_depth};
    SourceRange at = u->at;
    u32 start = u->count, marks = u->mark_count;
    mark_line(u, at, false);
    while (u->block != stop && !u->c->failed) {
        Block *block = u->block;
        if (block->handler) region_close(u, block);
        u->block = block->outer;
        u->block_count--;
        leave(u, block, has_value);
    }
    u->at = at;
    if (u->count == start) u->mark_count = marks;
    else u->at.end_line = 0; /* what follows belongs to the line that ran last */
    return before;
}

/* What follows the jump is inside the blocks again. */
static void return_to(Unit *u, Standpoint before, const Block *stop) {
    u->block = before.block;
    u->block_count = before.block_count;
    u->depth = before.depth;
    u->handler_depth = before.handler_depth;
    for (Block *block = u->block; block != stop; block = block->outer)
        if (block->handler) region_open(u, block);
}

/* ---- return ---- */

static bool refuse_in_star(Unit *u, const Block *stop) {
    for (const Block *block = u->block; block != stop; block = block->outer) {
        if (block->kind != BLOCK_STAR) continue;
        compiler_fail(u->c, u->at,
                      "'break', 'continue' and 'return' cannot appear in an except* block");
        return true;
    }
    return false;
}

/* May code that runs on the way out change a local? */
static bool may_change_locals(const Unit *u) {
    for (const Block *block = u->block; block; block = block->outer)
        if (block->kind == BLOCK_FINALLY || (block->kind == BLOCK_HANDLER && block->name))
            return true;
    return false;
}

static void return_constant(Unit *u, Value value) {
    u16 reg = next_temporary(u);
    if (is_object(value) || (i64)value != (i32)value) {
        emit_load(u, value, TEMPORARY);
        pop(u, 1);
        emit(u, OP_RETURN, F_FIRST, reg, 0, 0);
    } else {
        emit_wide(u, OP_RETURNV, 0, (i32)value);
    }
}

static void return_value(Unit *u, const Node *node) {
    Value constant = fold(u, node);
    Operand value = {0};
    if (constant == EMPTY) value = compile_operand(u, node, NULL, NULL);
    if (constant == EMPTY && !value.is_temporary && may_change_locals(u)) {
        emit_move(u, value, TEMPORARY);
        value = (Operand){temporary(u->depth - 1), true};
    }
    Standpoint before = leave_blocks(u, NULL, value.is_temporary);
    if (u->c->failed) return;
    if (constant != EMPTY) {
        return_constant(u, constant);
    } else {
        if (value.is_temporary) value.reg = temporary(u->depth - 1);
        consume(u, value);
        emit(u, OP_RETURN, first(value), value.reg, 0, 0);
    }
    return_to(u, before, NULL);
}

/* `return a if test else b`: each side returns by itself. */
static void return_choice(Unit *u, const Node *node) {
    if (node->kind != NODE_IfExp || u->block || fold(u, node) != EMPTY) {
        return_value(u, node);
        return;
    }
    const IfExpNode *choice = as_IfExp(node);
    Label otherwise = label_new(u);
    compile_jump(u, choice->test, otherwise, false);
    return_choice(u, choice->body);
    label_bind(u, otherwise);
    return_choice(u, choice->orelse);
}

void compile_return(Unit *u, const ReturnNode *node) {
    if (u->scope->kind != SCOPE_FUNCTION) {
        compiler_fail(u->c, node->node.at, "'return' outside function");
        return;
    }
    if (node->value && u->flags & CODE_ASYNC_GENERATOR) {
        compiler_fail(u->c, node->node.at, "'return' with value in async generator");
        return;
    }
    if (refuse_in_star(u, NULL)) return;
    if (node->value) {
        return_choice(u, node->value);
        return;
    }
    Standpoint before = leave_blocks(u, NULL, false);
    emit_wide(u, OP_RETURNV, 0, (i32)NONE);
    return_to(u, before, NULL);
}

/* ---- break and continue ---- */

static Block *find_loop(Unit *u) {
    Block *block = u->block;
    for (; block; block = block->outer) {
        if (block->kind == BLOCK_STAR) {
            refuse_in_star(u, NULL);
            return NULL;
        }
        if (block->kind == BLOCK_FOR || block->kind == BLOCK_WHILE) break;
    }
    return block;
}

void compile_break(Unit *u, const Node *node) {
    Block *loop = find_loop(u);
    if (!loop) {
        compiler_fail(u->c, node->at, "'break' outside loop");
        return;
    }
    Standpoint before = leave_blocks(u, loop->outer, false);
    emit_jump(u, OP_JUMP, 0, 0, 0, loop->break_);
    return_to(u, before, loop->outer);
}

void compile_continue(Unit *u, const Node *node) {
    Block *loop = find_loop(u);
    if (!loop) {
        compiler_fail(u->c, node->at, "'continue' not properly in loop");
        return;
    }
    Standpoint before = leave_blocks(u, loop, false);
    emit_jump(u, OP_JUMP, 0, 0, 0, loop->continue_);
    return_to(u, before, loop);
}
