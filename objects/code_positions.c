/* The table that tells where each instruction comes from: searching it, and its packed form. */
#include <stdlib.h>

#include "base/varint.h"
#include "objects/code.h"

/* ---- packed: the differences to the row before ---- */

void positions_pack(const PositionRow *rows, u32 count, Buffer *out) {
    PositionRow last = {0};
    for (u32 i = 0; i < count; i++) {
        const PositionRow *row = &rows[i];
        varint_add(out, row->word - last.word);
        varint_add_signed(out, row->line - last.line);
        varint_add_signed(out, row->end_line - row->line);
        varint_add_signed(out, row->column);
        varint_add_signed(out, row->end_column - row->column);
        varint_add(out, row->depth);
        last = *row;
    }
}

static void unpack(const u8 *at, u32 count, PositionRow *rows) {
    PositionRow row = {0};
    for (u32 i = 0; i < count; i++) {
        row.word += (u32)varint_take(&at);
        row.line += (i32)varint_take_signed(&at);
        row.end_line = row.line + (i32)varint_take_signed(&at);
        row.column = (i32)varint_take_signed(&at);
        row.end_column = row.column + (i32)varint_take_signed(&at);
        row.depth = (u16)varint_take(&at);
        rows[i] = row;
    }
}

/* Without memory the code has no lines, and what lives in its temporaries is not released. */
const PositionRow *code_positions(const Code *code) {
    static const PositionRow unknown = {0};
    if (code->positions || !code->packed_positions) return code->positions;
    PositionRow *rows = malloc(code->position_count * sizeof(PositionRow));
    if (!rows) return &unknown;
    unpack(code->packed_positions, code->position_count, rows);
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

const PositionRow *code_position(const Code *code, const Insn *pc) {
    u32 word = pc > code->insns ? (u32)(pc - code->insns) - 1 : 0;
    return code_position_at(code, word);
}
