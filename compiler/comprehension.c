/* Comprehensions and generator expressions.
 *
 * List, set and dict comprehensions run in the code around them: the collection and the
 * iterators are temporaries, the variables are registers of that code, unbound again behind
 * the comprehension, also when it fails (a cold path at the end of the code).
 */
#include "compiler/compile.h"

typedef struct Comprehension {
    const Node *node;
    NodeList generators;
    const Node *key, *element; /* key: of a dict */
    u16 collection;            /* the temporary; unused by generators */
} Comprehension;

static Operand on_top(Unit *u) {
    return (Operand){temporary(u->depth - 1), true};
}

static Comprehension describe(const Node *node) {
    switch (node->kind) {
    case NODE_ListComp:
        return (Comprehension){node, as_ListComp(node)->generators, NULL,
                               as_ListComp(node)->elt, 0};
    case NODE_SetComp:
        return (Comprehension){node, as_SetComp(node)->generators, NULL,
                               as_SetComp(node)->elt, 0};
    case NODE_DictComp:
        return (Comprehension){node, as_DictComp(node)->generators,
                               as_DictComp(node)->key, as_DictComp(node)->value, 0};
    default:
        return (Comprehension){node, as_GeneratorExp(node)->generators, NULL,
                               as_GeneratorExp(node)->elt, 0};
    }
}

/* ---- elements ---- */

static void yield_element(Unit *u, const Node *element) {
    Operand value = compile_operand(u, element, NULL, NULL);
    u->at = element->at;
    consume(u, value);
    OpCode op = u->flags & CODE_ASYNC_GENERATOR ? OP_AGYIELD : OP_YIELD;
    emit(u, op, first(value), next_temporary(u), value.reg, 0);
    push(u);
    emit_drop(u);
}

static void add_pair(Unit *u, const Comprehension *self) {
    Operand key = compile_operand(u, self->key, self->element, NULL);
    Operand value = compile_operand(u, self->element, NULL, NULL);
    u->at = self->node->at;
    u->at.line = self->key->at.line;
    u->at.column = self->key->at.column;
    u->at.end_line = self->element->at.end_line;
    u->at.end_column = self->element->at.end_column;
    consume(u, value);
    consume(u, key);
    emit(u, OP_DICTSET, first(key) | second(value), self->collection, key.reg, value.reg);
}

static void add_element(Unit *u, const Comprehension *self) {
    SourceRange at = u->at;
    if (self->node->kind == NODE_GeneratorExp) {
        yield_element(u, self->element);
    } else if (self->key) {
        add_pair(u, self);
    } else {
        Operand value = compile_operand(u, self->element, NULL, NULL);
        u->at = self->element->at;
        consume(u, value);
        OpCode op = self->node->kind == NODE_SetComp ? OP_SETADD : OP_LISTAPPEND;
        emit(u, op, first(value), self->collection, value.reg, 0);
    }
    u->at = at;
}

/* ---- loops ---- */

static void compile_level(Unit *u, const Comprehension *self, u32 level);

static void push_iterator(Unit *u, const ComprehensionNode *generator) {
    SourceRange at = u->at;
    Operand iterable;
    bool is_display = generator->iter->kind == NODE_List || generator->iter->kind == NODE_Set;
    if (is_display) {
        compile_iterable(u, generator->iter, TEMPORARY);
        iterable = on_top(u);
    } else {
        iterable = compile_operand(u, generator->iter, NULL, NULL);
    }
    u->at = generator->iter->at;
    consume(u, iterable);
    emit_result(u, generator->is_async ? OP_AITER : OP_ITER, first(iterable), TEMPORARY,
                iterable.reg, 0);
    u->at = at;
}

static void compile_inside(Unit *u, const Comprehension *self, u32 level, Label next) {
    NodeList filters = as_comprehension(self->generators.items[level])->ifs;
    for (u32 i = 0; i < filters.count; i++) compile_jump(u, filters.items[i], next, false);
    if (level + 1 == self->generators.count)
        add_element(u, self);
    else
        compile_level(u, self, level + 1);
}

/* The iterator is on top of the stack, and consumed. */
static void compile_loop(Unit *u, const Comprehension *self, u32 level) {
    const ComprehensionNode *generator = as_comprehension(self->generators.items[level]);
    Label body = label_new(u), next = label_new(u);
    SourceRange at = u->at;
    u16 iterator = on_top(u).reg;
    bool is_reached = u->reachable;
    u64 *bound = unit_save_bound(u);
    u->at = generator->iter->at;
    emit_jump(u, OP_JUMP, 0, 0, 0, next);
    label_bind_loop(u, body, is_reached, bound);
    Place place = place_of_target(u, generator->target);
    if (place.is_local) {
        unit_set_bound(u, place.reg);
    } else {
        push(u);
        store_target(u, generator->target, on_top(u));
    }
    u->at = at;
    compile_inside(u, self, level, next);
    label_bind(u, next);
    u->at = generator->iter->at;
    u16 item = place.is_local ? place.reg : next_temporary(u);
    emit_jump(u, OP_FOR, place.is_local ? F_LOCAL : 0, iterator, item, body);
    u->at = at;
    pop(u, 1);
}

static void compile_async_loop(Unit *u, const Comprehension *self, u32 level) {
    const ComprehensionNode *generator = as_comprehension(self->generators.items[level]);
    Label start = label_new(u);
    SourceRange at = u->at;
    u16 iterator = on_top(u).reg;
    u64 *bound = unit_save_bound(u);
    u->at = generator->iter->at;
    label_bind_loop(u, start, u->reachable, bound);
    Block block = {.kind = BLOCK_COVER, .depth = (u16)u->depth, .handler = label_new(u)};
    block.outer = u->block;
    u->block = &block;
    region_open(u, &block);
    compile_await_next(u, iterator);
    region_close(u, &block);
    u->block = block.outer;
    store_target(u, generator->target, on_top(u));
    Label next = label_new(u);
    u->at = at;
    compile_inside(u, self, level, next);
    label_bind(u, next);
    emit_jump(u, OP_JUMP, 0, 0, 0, start);
    label_bind_loop(u, block.handler, label_is_used(u, block.handler), bound);
    u->at = generator->iter->at;
    push_exception(u);
    pop(u, 2);
    emit(u, OP_ENDASYNC, F_FIRST, next_temporary(u), 0, 0);
    emit_drop(u);
    u->at = at;
}

static void compile_loop_of(Unit *u, const Comprehension *self, u32 level) {
    if (as_comprehension(self->generators.items[level])->is_async)
        compile_async_loop(u, self, level);
    else
        compile_loop(u, self, level);
}

static void compile_level(Unit *u, const Comprehension *self, u32 level) {
    if (!compiler_enter(u->c)) return;
    push_iterator(u, as_comprehension(self->generators.items[level]));
    compile_loop_of(u, self, level);
    compiler_leave(u->c);
}

/* ---- in the code around ---- */

static void push_collection(Unit *u, const Node *node) {
    OpCode op = node->kind == NODE_ListComp  ? OP_LIST
                : node->kind == NODE_SetComp ? OP_SET
                                             : OP_DICT;
    emit_result(u, op, 0, TEMPORARY, next_temporary(u), 0);
}

/* Registers of its variables, before anything inside asks for some. Gives their number. */
static u32 take_registers(Unit *u, const Scope *scope, u16 **registers) {
    const SymbolList *symbols = &scope->symbols;
    *registers = compiler_alloc(u->c, (symbols->count + 1) * sizeof(u16));
    if (!*registers) return 0;
    u32 count = 0;
    for (u32 i = 0; i < symbols->count; i++) {
        Symbol *symbol = symbols->items[i];
        if (symbol->meaning != MEANS_LOCAL && symbol->meaning != MEANS_CELL) continue;
        u16 reg = unit_register(u, symbol);
        if (symbol->meaning == MEANS_CELL) emit(u, OP_MAKECELL, 0, reg, 0, 0);
        (*registers)[count++] = reg;
    }
    return count;
}

static void snapshot(Unit *u, ColdPath *cold) {
    for (Block *at = u->block; at; at = at->outer) cold->cover_count += at->handler != 0;
    cold->covers = compiler_alloc(u->c, (cold->cover_count + 1) * sizeof(RegionRow));
    cold->gaps = compiler_alloc(u->c, (u->open_gap_count + 1) * sizeof(u16));
    if (!cold->covers || !cold->gaps) return;
    u32 n = 0;
    for (Block *at = u->block; at; at = at->outer) {
        if (!at->handler) continue;
        cold->covers[n++] =
            (RegionRow){0, 0, at->handler, (u16)region_depth(at)};
    }
    cold->gap_count = u->open_gap_count;
    for (u32 i = 0; i < cold->gap_count; i++) cold->gaps[i] = u->open_gaps[i].gap;
}

static ColdPath *new_cold_path(Unit *u, u32 depth) {
    ColdPath *cold = COMPILER_NEW(u->c, ColdPath);
    if (!cold) return NULL;
    cold->label = label_new(u);
    cold->depth = (u16)depth;
    cold->at = u->at;
    snapshot(u, cold);
    cold->next = u->cold;
    return u->cold = cold;
}

static void clear_registers(Unit *u, const u16 *registers, u32 count) {
    for (u32 i = 0; i < count; i++) {
        emit(u, OP_CLEARLOCAL, 0, registers[i], 0, 0);
        unit_set_unbound(u, registers[i]);
    }
}

static void compile_inline(Unit *u, Comprehension *self, Scope *scope, Place place) {
    ColdPath *cold = new_cold_path(u, u->depth);
    push_collection(u, self->node);
    self->collection = on_top(u).reg;
    push_iterator(u, as_comprehension(self->generators.items[0]));
    if (!cold || u->c->failed) return;
    Scope *around = u->here;
    u->here = scope;
    cold->register_count = take_registers(u, scope, &cold->registers);
    Block block = {.kind = BLOCK_COVER, .depth = cold->depth, .handler = cold->label};
    block.outer = u->block;
    u->block = &block;
    region_open(u, &block);
    compile_loop_of(u, self, 0);
    region_close(u, &block);
    u->block = block.outer;
    u->here = around;
    clear_registers(u, cold->registers, cold->register_count);
    emit_move(u, on_top(u), place);
}

static void emit_cold_path(Unit *u, const ColdPath *cold) {
    if (!label_is_used(u, cold->label)) return;
    u->depth = cold->depth + 2u;
    if (u->depth > u->deepest) u->deepest = u->depth;
    u32 start = u->count;
    u->at = cold->at;
    label_bind_loop(u, cold->label, true, u->bound);
    clear_registers(u, cold->registers, cold->register_count);
    u->depth = cold->depth;
    emit(u, OP_RERAISE, F_FIRST, temporary(cold->depth), 0, 0);
    for (u32 i = 0; i < cold->cover_count; i++)
        region_add(u, start, u->count, cold->covers[i].handler, cold->covers[i].depth);
    for (u32 i = 0; i < cold->gap_count; i++) gap_add(u, start, u->count, cold->gaps[i]);
}

void emit_cold_paths(Unit *u) {
    for (ColdPath *cold = u->cold; cold && !u->c->failed; cold = cold->next)
        emit_cold_path(u, cold);
    u->depth = 0;
}

/* ---- in code of its own ---- */

static Value compile_code(Unit *outer, Comprehension *self, Scope *scope) {
    Compiler *c = outer->c;
    Unit *u = unit_enter(c, scope, (i32)self->node->at.line);
    if (!u) return EMPTY;
    unit_begin(u, NULL);
    u->at = self->node->at;
    bool is_generator = self->node->kind == NODE_GeneratorExp;
    if (!is_generator) {
        push_collection(u, self->node);
        self->collection = on_top(u).reg;
    }
    u->at = as_comprehension(self->generators.items[0])->iter->at;
    emit_move(u, (Operand){0, false}, TEMPORARY);
    u->at = self->node->at;
    compile_loop_of(u, self, 0);
    if (is_generator) {
        finish_unit(u);
    } else {
        emit_return_top(u);
        emit_cold_paths(u);
    }
    return unit_leave(u);
}

static void compile_apart(Unit *u, Comprehension *self, Scope *scope, Place place) {
    const ComprehensionNode *generator = as_comprehension(self->generators.items[0]);
    Value code = compile_code(u, self, scope);
    make_function(u, code, scope, 0, TEMPORARY);
    u16 window = window_open(u);
    push_iterator(u, generator);
    bool awaits = scope->is_coroutine && self->node->kind != NODE_GeneratorExp;
    call_made_function(u, window, 1, awaits ? TEMPORARY : place);
    if (!awaits || u->c->failed) return;
    compile_await_top(u, 0);
    emit_move(u, on_top(u), place);
}

static bool may_await(const Unit *u) {
    bool is_top = u->scope->kind == SCOPE_MODULE && u->c->flags & COMPILE_TOP_LEVEL_AWAIT;
    return is_top || u->scope->kind == SCOPE_COMPREHENSION ||
           u->scope->node->kind == NODE_AsyncFunctionDef;
}

void compile_comprehension(Unit *u, const Node *node, Place place) {
    Scope *scope = scope_find(u->c, node, ROLE_BODY);
    if (!scope) return;
    Comprehension self = describe(node);
    if (scope->is_coroutine && node->kind != NODE_GeneratorExp && !may_await(u)) {
        compiler_fail(u->c, node->at,
                      "asynchronous comprehension outside of an asynchronous function");
        return;
    }
    if (scope->is_inlined)
        compile_inline(u, &self, scope, place);
    else
        compile_apart(u, &self, scope, place);
}
