/* Instructions, labels, temporaries and windows of a unit. */
#include "compiler/unit.h"

#include "compiler/format.h"
#include "objects/frame.h"

/* ---- instructions ---- */

static Instruction *add(Unit *u, OpCode op, u32 flags) {
    if (!u->reachable || u->c->failed) return NULL;
    if (u->count == u->capacity) {
        u32 capacity = u->capacity ? u->capacity * 2 : 32;
        Instruction *items =
            compiler_grow(u->c, u->items, u->count, capacity, sizeof *items);
        if (!items) return NULL;
        u->items = items;
        u->capacity = capacity;
    }
    Instruction *instruction = &u->items[u->count++];
    *instruction = (Instruction){.op = (u8)op, .flags = (u8)flags, .at = u->at};
    instruction->depth = (u16)u->depth;
    if (format_ends((u8)op)) u->reachable = false;
    return instruction;
}

static void set_fields(Instruction *i, u32 a, u32 b, u32 c) {
    const char *format = format_of(i->op);
    i->a = (u16)a;
    i->b = (u16)b;
    i->c = (u16)c;
    if (format[1] == 'N') i->name = b;
    if (format[2] == 'N') i->name = c;
}

void emit(Unit *u, OpCode op, u32 flags, u32 a, u32 b, u32 c) {
    Instruction *instruction = add(u, op, flags);
    if (!instruction) return;
    set_fields(instruction, a, b, c);
}

void emit_wide(Unit *u, OpCode op, u32 a, i32 value) {
    Instruction *instruction = add(u, op, 0);
    if (!instruction) return;
    instruction->a = (u16)a;
    instruction->wide = value;
}

void emit_constant(Unit *u, OpCode op, u32 flags, u32 a, u32 b, u32 c, Value constant) {
    if (!u->reachable || u->c->failed) return;
    u32 number = constant_number(u, constant);
    Instruction *instruction = add(u, op, flags);
    if (!instruction) return;
    set_fields(instruction, a, b, c);
    instruction->link = number;
    ConstantRow *row = &u->constants.rows[number];
    row->is_used = true;
    row->is_narrow |= op != OP_LOADK;
    row->is_narrowest |= op != OP_LOADK && !format_can_be_wide((u8)op);
}

/* ---- labels ---- */

Label label_new(Unit *u) {
    if (u->label_count + 1 >= u->label_capacity) {
        u32 capacity = u->label_capacity ? u->label_capacity * 2 : 16;
        LabelState *labels =
            compiler_grow(u->c, u->labels, u->label_count + 1, capacity, sizeof *labels);
        if (!labels) return 0;
        u->labels = labels;
        u->label_capacity = capacity;
    }
    u->labels[++u->label_count] = (LabelState){.target = UINT32_MAX};
    return u->label_count;
}

static void meet(Unit *u, u64 *into, const u64 *other) {
    for (u32 i = 0; i < u->bound_words; i++) into[i] &= other[i];
}

static void note_jump(Unit *u, Label label) {
    LabelState *state = &u->labels[label];
    if (state->target != UINT32_MAX) return; /* backwards */
    if (state->is_used) {
        assert(state->depth == u->depth);
        if (state->bound) meet(u, state->bound, u->bound);
        return;
    }
    state->is_used = true;
    state->depth = (u16)u->depth;
    state->bound = unit_save_bound(u);
}

void emit_jump(Unit *u, OpCode op, u32 flags, u32 a, u32 b, Label label) {
    if (!label) return;
    bool was_reachable = u->reachable;
    /* a kept value is still there where the jump leads */
    bool keeps = op == OP_JTRUEKEEP || op == OP_JFALSEKEEP;
    if (was_reachable && !u->c->failed) {
        u->depth += keeps;
        note_jump(u, label);
        u->depth -= keeps;
    }
    Instruction *instruction = add(u, op, flags);
    if (!instruction) return;
    instruction->a = (u16)a;
    instruction->b = (u16)b;
    instruction->link = label;
}

void emit_constant_jump(Unit *u, OpCode op, u32 flags, u32 a, Value constant, Label label) {
    if (!u->reachable || u->c->failed) return;
    u32 number = constant_number(u, constant);
    ConstantRow *row = &u->constants.rows[number];
    row->is_used = row->is_narrow = row->is_narrowest = true;
    emit_jump(u, op, flags, a, number, label);
}

void label_bind(Unit *u, Label label) {
    if (!label) return;
    LabelState *state = &u->labels[label];
    state->target = u->count;
    if (!state->is_used) return;
    assert(state->depth == u->depth || u->c->failed);
    if (u->reachable)
        meet(u, u->bound, state->bound);
    else
        memcpy(u->bound, state->bound, u->bound_words * sizeof(u64));
    u->reachable = true;
}

void label_bind_loop(Unit *u, Label label, bool is_reached, const u64 *bound) {
    if (!label) return;
    u->labels[label].target = u->count;
    u->reachable = is_reached;
    unit_assume_bound(u, bound);
}

bool label_is_used(const Unit *u, Label label) {
    return label && u->labels[label].is_used;
}

/* ---- temporaries ---- */

Operand push(Unit *u) {
    u16 reg = next_temporary(u);
    u->depth++;
    if (u->depth > u->deepest) u->deepest = u->depth;
    if (u->depth >= 0x7FF0)
        compiler_fail_limit(u->c, "too many temporaries in an expression");
    return (Operand){reg, true};
}

void pop(Unit *u, u32 count) {
    assert(u->depth >= count || u->c->failed);
    u->depth -= count;
}

void consume(Unit *u, Operand operand) {
    if (!operand.is_temporary) return;
    assert(operand.reg == temporary(u->depth - 1) || u->c->failed);
    u->depth--;
}

void emit_result(Unit *u, OpCode op, u32 flags, Place place, u32 b, u32 c) {
    if (place.is_local) {
        emit(u, op, flags | F_LOCAL, place.reg, b, c);
        unit_set_bound(u, place.reg);
    } else {
        emit(u, op, flags, next_temporary(u), b, c);
        push(u);
    }
}

void emit_drop(Unit *u) {
    pop(u, 1);
    emit(u, OP_DROP, F_FIRST, next_temporary(u), 0, 0);
}

void emit_move(Unit *u, Operand operand, Place place) {
    /* x = x still fails if x is unbound */
    if (place.is_local && place.reg == operand.reg && unit_is_bound(u, place.reg)) return;
    consume(u, operand);
    if (!place.is_local && operand.is_temporary && operand.reg == next_temporary(u)) {
        push(u);
        return;
    }
    emit_result(u, OP_MOVE, first(operand), place, operand.reg, 0);
}

/* ---- constants ---- */

static bool fits_wide(Value v, i32 *word) {
    i64 number = (i64)v;
    *word = (i32)number;
    return *word == number && !is_object(v);
}

bool is_immediate(Value v, i32 *number) {
    if (!is_small(v)) return false;
    i64 value = to_small(v);
    *number = (i32)value;
    return value >= INT16_MIN && value <= INT16_MAX;
}

void emit_load(Unit *u, Value constant, Place place) {
    u32 flags = place.is_local ? F_LOCAL : 0;
    u16 reg = place.is_local ? place.reg : next_temporary(u);
    i32 word;
    if (fits_wide(constant, &word)) {
        emit_wide(u, OP_LOADV, reg, word);
        if (u->reachable && !u->c->failed) u->items[u->count - 1].flags = (u8)flags;
    } else {
        emit_constant(u, OP_LOADK, flags, reg, 0, 0, constant);
    }
    if (place.is_local)
        unit_set_bound(u, place.reg);
    else
        push(u);
}

void emit_none(Unit *u, Place place) {
    emit_load(u, NONE, place);
}

void push_exception(Unit *u) {
    push(u);
    push(u);
}

/* ---- windows ---- */

static void open_gap(Unit *u) {
    if (u->open_gap_count == u->open_gap_capacity) {
        u32 capacity = u->open_gap_capacity ? u->open_gap_capacity * 2 : 8;
        OpenGap *gaps = compiler_grow(u->c, u->open_gaps, u->open_gap_count, capacity,
                                      sizeof *gaps);
        if (!gaps) return;
        u->open_gaps = gaps;
        u->open_gap_capacity = capacity;
    }
    u->open_gaps[u->open_gap_count++] = (OpenGap){next_temporary(u), u->count};
    for (u32 i = 0; i < WINDOW_GAP; i++) push(u);
}

u16 window_open(Unit *u) {
    u16 window = temporary(u->depth - 1);
    if (!u->suspends) open_gap(u);
    return window;
}

void gap_add(Unit *u, u32 start, u32 end, u16 gap) {
    if (start == end) return;
    if (u->gap_count == u->gap_capacity) {
        u32 capacity = u->gap_capacity ? u->gap_capacity * 2 : 8;
        GapRow *rows = compiler_grow(u->c, u->gaps, u->gap_count, capacity, sizeof *rows);
        if (!rows) return;
        u->gaps = rows;
        u->gap_capacity = capacity;
    }
    u->gaps[u->gap_count++] = (GapRow){start, end, gap};
}

void window_close(Unit *u, u16 window) {
    if (!u->suspends && u->open_gap_count) {
        OpenGap gap = u->open_gaps[--u->open_gap_count];
        gap_add(u, gap.start, u->count, gap.gap);
    }
    u->depth = window - TEMPORARY_BASE;
}

void window_result(Unit *u, u16 window, Place place) {
    Operand result = push(u);
    assert(result.reg == window || u->c->failed);
    if (place.is_local) emit_move(u, result, place);
}

/* ---- lines without code ---- */

void mark_line(Unit *u, SourceRange at, bool is_loop) {
    if (!u->reachable) return;
    if (u->mark_count == u->mark_capacity) {
        u32 capacity = u->mark_capacity ? u->mark_capacity * 2 : 8;
        MarkRow *rows = compiler_grow(u->c, u->marks, u->mark_count, capacity, sizeof *rows);
        if (!rows) return;
        u->marks = rows;
        u->mark_capacity = capacity;
    }
    u->marks[u->mark_count++] = (MarkRow){u->count, at.line, is_loop};
}

/* ---- covered code ---- */

void region_add(Unit *u, u32 start, u32 end, Label handler, u32 depth) {
    if (start == end || !handler) return;
    if (u->region_count == u->region_capacity) {
        u32 capacity = u->region_capacity ? u->region_capacity * 2 : 8;
        RegionRow *rows =
            compiler_grow(u->c, u->regions, u->region_count, capacity, sizeof *rows);
        if (!rows) return;
        u->regions = rows;
        u->region_capacity = capacity;
    }
    u->regions[u->region_count++] = (RegionRow){start, end, handler, (u16)depth};
    u->labels[handler].is_used = true;
}

void region_open(Unit *u, Block *block) {
    block->start = u->count;
}

u32 region_depth(const Block *block) {
    u32 own = block->kind == BLOCK_HANDLER ? 2 : block->kind >= BLOCK_WITH;
    return block->depth + own;
}

void region_close(Unit *u, Block *block) {
    region_add(u, block->start, u->count, block->handler, region_depth(block));
    block->start = u->count;
}
