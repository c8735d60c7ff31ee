/* The listing of `apy dis`. */
#include "base/buffer.h"
#include "compiler/compiler.h"
#include "compiler/format.h"
#include "objects/str.h"
#include "objects/tuple.h"

typedef struct Listing {
    VM *vm;
    const Code *code;
    Buffer *out;
    u8 *marks; /* words that are jumped to */
} Listing;

/* ---- names of operands ---- */

static void write_register(Listing *l, u16 reg) {
    const Code *code = l->code;
    Tuple *names = to_tuple(code->variables);
    if (reg >= code->locals)
        buffer_printf(l->out, "t%u", (u32)(reg - code->locals));
    else if (reg < names->count)
        buffer_add_span(l->out, str_span(names->items[reg]));
    else
        buffer_printf(l->out, "r%u", (u32)reg);
}

static void write_constant(Listing *l, u32 index) {
    if (index >= l->code->constant_count) return;
    OWNED Value text = object_repr(l->vm, l->code->constants[index]);
    if (text == FAIL) {
        exception_clear(l->vm);
        return;
    }
    Span span = str_span(text);
    bool is_long = span.length > 60;
    buffer_add(l->out, span.data, is_long ? 57 : span.length);
    if (is_long) buffer_add_text(l->out, "...");
}

static void write_immediate(Listing *l, i32 word) {
    Value value = (Value)(i64)word;
    if (value == EMPTY) {
        buffer_add_text(l->out, "EMPTY");
        return;
    }
    OWNED Value text = object_repr(l->vm, value);
    if (text == FAIL)
        exception_clear(l->vm);
    else
        buffer_add_span(l->out, str_span(text));
}

static void write_name(Listing *l, u32 index) {
    if (index < l->code->name_count)
        buffer_add_span(l->out, str_span(l->code->names[index]));
}

static void write_free(Listing *l, u16 index) {
    Tuple *names = to_tuple(l->code->free_names);
    if (index < names->count) buffer_add_span(l->out, str_span(names->items[index]));
}

/* ---- operands ---- */

static i64 target_of(u32 word, Insn insn) {
    const char *format = format_of(INSN_OP(insn));
    i32 distance = format[1] == 'j' ? INSN_BC(insn) : INSN_SC(insn);
    return (i64)word + 1 + op_cache_words[INSN_OP(insn)] + distance;
}

static bool is_jump(Insn insn) {
    const char *format = format_of(INSN_OP(insn));
    return format && (format[1] == 'j' || format[2] == 'J');
}

/* A source that is consumed is shown with a dot. */
static bool is_consumed(const char *format, u32 field, u8 flags) {
    u32 source = 0;
    for (u32 i = 0; i < field; i++) source += format[i] == 'S';
    return format[field] == 'S' && flags & (F_FIRST << source);
}

/* `value`: what the field holds, or a number that is too large for it. */
static void write_operand(Listing *l, u32 word, Insn insn, u32 field, u32 value) {
    const char *format = format_of(INSN_OP(insn));
    char role = format[field];
    if (role == 'H' && !(INSN_FLAGS(insn) & F_HANDLER)) return;
    buffer_add_char(l->out, ' ');
    if (role == 'E' && value == 0xFFFF)
        buffer_add_char(l->out, '-');
    else if (format_is_register(role))
        write_register(l, (u16)value);
    else if (role == 'I')
        buffer_printf(l->out, "%d", (i16)value);
    else if (role == 'C')
        buffer_printf(l->out, "#%u", value);
    else if (role == 'N')
        write_name(l, value);
    else if (role == 'K')
        write_constant(l, value);
    else if (role == 'F')
        write_free(l, (u16)value);
    else if (role == 'k')
        write_constant(l, (u32)INSN_BC(insn));
    else if (role == 'v')
        write_immediate(l, INSN_BC(insn));
    else
        buffer_printf(l->out, "-> %u", (u32)target_of(word, insn));
    if (is_consumed(format, field, INSN_FLAGS(insn))) buffer_add_char(l->out, '.');
}

static void write_flags(Listing *l, Insn insn) {
    u8 flags = INSN_FLAGS(insn);
    if (flags & F_NEGATE)
        buffer_add_text(l->out, is_jump(insn) ? " not" : " inplace");
    if (flags & F_HANDLER) buffer_add_text(l->out, " handler");
    if (flags & F_METHOD) buffer_add_text(l->out, " method");
}

static void write_operands(Listing *l, u32 word) {
    const Insn *at = &l->code->insns[word];
    bool is_wide = INSN_OP(*at) == OP_WIDE;
    Insn insn = is_wide ? at[1] : *at;
    if (is_wide) buffer_printf(l->out, " %s", op_names[INSN_OP(insn)]);
    const char *format = format_of(INSN_OP(insn));
    u16 values[] = {INSN_A(insn), INSN_B(insn), INSN_C(insn)};
    for (u32 i = 0; format && i < 3; i++) {
        u32 value = !is_wide           ? values[i]
                    : format[i] == 'N' ? (u32)INSN_BC(at[0])
                    : format[i] == 'K' ? (u32)INSN_BC(at[2])
                                       : values[i];
        if (format[i] != '.') write_operand(l, word, insn, i, value);
    }
    write_flags(l, insn);
}

static void write_insn(Listing *l, u32 word) {
    u8 op = INSN_OP(l->code->insns[word]);
    buffer_printf(l->out, "%s %5u  %-13s", l->marks[word] ? ">>" : "  ", word, op_names[op]);
    write_operands(l, word);
    buffer_add_char(l->out, '\n');
}

/* ---- a code object ---- */

static u32 next_word(const Code *code, u32 word) {
    return word + 1 + op_cache_words[INSN_OP(code->insns[word])];
}

static void mark_targets(Listing *l) {
    const Code *code = l->code;
    for (u32 word = 0; word < code->insn_count; word = next_word(code, word)) {
        if (!is_jump(code->insns[word])) continue;
        i64 target = target_of(word, code->insns[word]);
        if (target >= 0 && target < code->insn_count) l->marks[target] = 1;
    }
    for (u32 i = 0; i < code->exception_count; i++)
        if (code->exceptions[i].handler < code->insn_count)
            l->marks[code->exceptions[i].handler] = 1;
}

static void write_line_number(Listing *l, u32 word, i32 *line) {
    const PositionRow *row = code_position_at(l->code, word);
    i32 here = row ? row->line : 0;
    if (here == *line || here == 0) {
        buffer_add_text(l->out, "      ");
        return;
    }
    if (*line) buffer_add_char(l->out, '\n');
    buffer_printf(l->out, "%5d ", here);
    *line = here;
}

static void write_exceptions(Listing *l) {
    const Code *code = l->code;
    if (code->exception_count) buffer_add_text(l->out, "Exceptions:\n");
    for (u32 i = 0; i < code->exception_count; i++) {
        const ExceptionRow *row = &code->exceptions[i];
        buffer_printf(l->out, "  %u to %u -> %u, t%u\n", row->start, row->end, row->handler,
                      (u32)(row->depth - code->locals));
    }
}

static void write_code(VM *vm, const Code *code, Buffer *out) {
    Listing l = {vm, code, out, NULL};
    Buffer marks = {0};
    buffer_add_repeated(&marks, 0, code->insn_count + 1);
    if (marks.failed) {
        out->failed = true;
        return;
    }
    l.marks = (u8 *)marks.data;
    mark_targets(&l);
    i32 line = 0;
    for (u32 word = 0; word < code->insn_count; word = next_word(code, word)) {
        write_line_number(&l, word, &line);
        write_insn(&l, word);
    }
    write_exceptions(&l);
    buffer_free(&marks);
}

u32 disasm_operands(VM *vm, const Code *code, u32 word, Buffer *out, i64 *target) {
    Listing l = {vm, code, out, NULL};
    Insn insn = code->insns[word];
    write_operands(&l, word);
    *target = is_jump(insn) ? target_of(word, insn) : -1;
    return next_word(code, word);
}

void disasm_write(VM *vm, const Code *code, Buffer *out) {
    write_code(vm, code, out);
    for (u32 i = 0; i < code->constant_count; i++) {
        if (!has_exact_kind(code->constants[i], KIND_CODE)) continue;
        const Code *inner = (const Code *)code->constants[i];
        buffer_printf(out, "\n%s, line %d:\n", to_str(inner->qualname)->data,
                      inner->first_line);
        disasm_write(vm, inner, out);
    }
}
