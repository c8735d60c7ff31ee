/* _dis: the instructions of code objects, for the module dis. */
#include "compiler/compiler.h"
#include "compiler/format.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

MODULE(_dis, "Instructions of code objects.")

enum { BYTES_A_WORD = 2 }; /* as co_lines() and tb_lasti count */

static Value line_of(const Code *code, u32 word) {
    const PositionRow *row = code_position_at(code, word);
    return row && row->line > 0 ? from_small(row->line) : NONE;
}

/* (offset, opcode, operands, line, target or None) */
static Value describe(VM *vm, const Code *code, u32 *word) {
    Buffer text = {0};
    i64 target;
    u32 at = *word;
    *word = disasm_operands(vm, code, at, &text, &target);
    OWNED Value operands = TRY(str_from_buffer(vm, &text));
    Value jump = target < 0 ? NONE : from_small(target * BYTES_A_WORD);
    return tuple_of(vm, 5, from_small((i64)at * BYTES_A_WORD), from_small(INSN_OP(code->insns[at])),
                    operands, line_of(code, at), jump);
}

/* Return (offset, opcode, operands, line, target of a jump or None) of every instruction. */
FUNCTION(_dis, instructions, "(code, /)") {
    if (!has_exact_kind(args[0], KIND_CODE)) return raise_type(vm, "expected a code object");
    const Code *code = (const Code *)to_object(args[0]);
    OWNED Value all = TRY(list_new(vm, code->insn_count));
    for (u32 word = 0; word < code->insn_count;) {
        OWNED Value one = TRY(describe(vm, code, &word));
        CHECK(list_push(vm, to_list(all), one));
    }
    return TAKE(all);
}

/* Return (start, end, handler) of every row of the exception table, as offsets. */
FUNCTION(_dis, exceptions, "(code, /)") {
    if (!has_exact_kind(args[0], KIND_CODE)) return raise_type(vm, "expected a code object");
    const Code *code = (const Code *)to_object(args[0]);
    OWNED Value all = TRY(list_new(vm, code->exception_count));
    for (u32 i = 0; i < code->exception_count; i++) {
        const ExceptionRow *row = &code->exceptions[i];
        OWNED Value one = TRY(tuple_of(vm, 3, from_small((i64)row->start * BYTES_A_WORD),
                                       from_small((i64)row->end * BYTES_A_WORD),
                                       from_small((i64)row->handler * BYTES_A_WORD)));
        CHECK(list_push(vm, to_list(all), one));
    }
    return TAKE(all);
}

/* Return the names of all opcodes, by number. */
FUNCTION(_dis, opnames, "()") {
    OWNED Value all = TRY(list_new(vm, OP_COUNT));
    for (u32 op = 0; op < OP_COUNT; op++) {
        OWNED Value name = TRY(str_intern_text(vm, op_names[op]));
        CHECK(list_push(vm, to_list(all), name));
    }
    return TAKE(all);
}
