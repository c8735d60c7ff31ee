/* The table that tells where each instruction comes from: searching it, and its packed form. */
#include <stdlib.h>

#include "base/varint.h"
#include "objects/code.h"
#include "objects/str.h"

/* ---- packed: the differences to the row before ---- */

/* Each row begins with a byte that tells what else there is. */
enum {
    WORD_STEP = 7, /* how many words on; 7: more, and the rest follows */
    HAS_LINE = 8,
    HAS_END_LINE = 16,
    HAS_COLUMN = 32,
    HAS_END_COLUMN = 64,
    HAS_DEPTH = 128,
};

static void put_if(Buffer *out, usize head, u8 flag, i64 difference) {
    if (!difference) return;
    out->data[head] |= (char)flag;
    varint_add_signed(out, difference);
}

void positions_pack(const PositionRow *rows, u32 count, Buffer *out) {
    PositionRow last = {0};
    for (u32 i = 0; i < count && !out->failed; i++) {
        const PositionRow *row = &rows[i];
        usize head = out->length;
        u32 step = row->word - last.word;
        buffer_add_char(out, (char)(step < WORD_STEP ? step : WORD_STEP));
        if (step >= WORD_STEP) varint_add(out, step - WORD_STEP);
        put_if(out, head, HAS_LINE, row->line - last.line);
        put_if(out, head, HAS_END_LINE, row->end_line - row->line);
        put_if(out, head, HAS_COLUMN, row->column - last.column);
        put_if(out, head, HAS_END_COLUMN, row->end_column - last.end_column);
        put_if(out, head, HAS_DEPTH, row->depth - last.depth);
        last = *row;
    }
}

static i32 take_if(const u8 **at, u8 head, u8 flag) {
    return head & flag ? (i32)varint_take_signed(at) : 0;
}

static void unpack(const u8 *at, u32 count, PositionRow *rows) {
    PositionRow row = {0};
    for (u32 i = 0; i < count; i++) {
        u8 head = *at++;
        row.word += head & WORD_STEP;
        if ((head & WORD_STEP) == WORD_STEP) row.word += (u32)varint_take(&at);
        row.line += take_if(&at, head, HAS_LINE);
        row.end_line = row.line + take_if(&at, head, HAS_END_LINE);
        row.column += take_if(&at, head, HAS_COLUMN);
        row.end_column += take_if(&at, head, HAS_END_COLUMN);
        row.depth = (u16)(row.depth + take_if(&at, head, HAS_DEPTH));
        rows[i] = row;
    }
}

/* ---- blocks ---- */

PositionBlock *position_block_new(Packed packed) {
    PositionBlock *block = malloc(sizeof *block);
    if (block) *block = (PositionBlock){.users = 1, .packed = packed};
    return block;
}

void position_block_leave(PositionBlock *block) {
    if (--block->users) return;
    buffer_free(&block->unpacked);
    free(block);
}

static const u8 *open_block(PositionBlock *block) {
    if (block->unpacked.length) return (const u8 *)block->unpacked.data;
    return (const u8 *)packed_read(block->packed, (Span){0}, &block->unpacked).data;
}

/* Without memory the code has no lines, and what lives in its temporaries is not released. */
const PositionRow *code_positions(const Code *code) {
    static const PositionRow unknown = {0};
    if (code->positions || !code->block) return code->positions;
    const u8 *packed = open_block(code->block);
    PositionRow *rows = packed ? malloc(code->position_count * sizeof(PositionRow)) : NULL;
    if (!rows) return &unknown;
    unpack(packed + code->block_at, code->position_count, rows);
    return ((Code *)code)->positions = rows;
}

/* ---- searching ---- */

const PositionRow *code_position_at(const Code *code, u32 word) {
    const PositionRow *rows = code_positions(code);
    u32 low = 0,
        high = code->position_count; /* rows [0, low) begin at or before the word */
    if (rows != code->positions) return rows;
    while (low < high) {
        u32 middle = (low + high) / 2;
        if (rows[middle].word <= word)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? &rows[low - 1] : NULL;
}

i32 code_entry_line(const Code *code) {
    return span_equal(str_span(code->name), SPAN("<module>")) ? 0 : code->first_line;
}

const PositionRow *code_position(const Code *code, const Insn *pc) {
    u32 word = pc > code->insns ? (u32)(pc - code->insns) - 1 : 0;
    return code_position_at(code, word);
}
