/* Reading what freeze.c wrote. */
#include <stdlib.h>

#include "base/varint.h"
#include "objects/bytes.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "tables.gen.h"
#include "vm/freeze.h"

typedef struct Reader {
    VM *vm;
    const u8 *columns[COLUMN_COUNT]; /* where to read on */
    PositionBlock *positions;
    Value *seen; /* the interned strings so far, borrowed from the code that has them */
    usize seen_count, seen_room;
} Reader;

static Value take_value(Reader *in);
static Value take_code(Reader *in);

/* ---- values ---- */

static Value take_items(Reader *in, usize count, bool is_set) {
    OWNED Value items = TRY(tuple_new(in->vm, count));
    for (usize i = 0; i < count; i++) to_tuple(items)->items[i] = TRY(take_value(in));
    return is_set ? frozenset_new(in->vm, items) : TAKE(items);
}

static u64 take_number(Reader *in) {
    return varint_take(&in->columns[COLUMN_NUMBERS]);
}

static Span take_span(Reader *in, usize length) {
    Span span = {(const char *)in->columns[COLUMN_TEXT], length};
    in->columns[COLUMN_TEXT] += length;
    return span;
}

static Value take_name(Reader *in, Span text) {
    if (in->seen_count == in->seen_room) {
        usize room = in->seen_room ? in->seen_room * 2 : 256;
        Value *grown = realloc(in->seen, room * sizeof(Value));
        if (!grown) return raise_memory(in->vm);
        in->seen = grown;
        in->seen_room = room;
    }
    Value name = TRY(str_intern_span(in->vm, text));
    return in->seen[in->seen_count++] = name;
}

static Value take_doubles(Reader *in, usize count) {
    double parts[2];
    memcpy(parts, take_span(in, count * sizeof(double)).data, count * sizeof(double));
    return count == 1 ? float_new(in->vm, parts[0]) : complex_new(in->vm, parts[0], parts[1]);
}

static Value take_bytes(Reader *in, usize count) {
    Span bytes = take_span(in, count);
    return bytes_new(in->vm, bytes.data, bytes.length);
}

static Value take_big(VM *vm, Span digits) {
    if (*digits.data != '-') return int_from_digits(vm, digits, 16);
    OWNED Value number =
        TRY(int_from_digits(vm, (Span){digits.data + 1, digits.length - 1}, 16));
    return int_unary(vm, UNARY_NEG, number);
}

static Value take_value(Reader *in) {
    VM *vm = in->vm;
    u64 head = take_number(in), number = head >> FROZEN_TAG_BITS;
    switch ((enum FrozenTag)(head & ((1 << FROZEN_TAG_BITS) - 1))) {
    case FROZEN_WORD: return (Value)take_number(in);
    case FROZEN_STR: return str_from_span(vm, take_span(in, number));
    case FROZEN_NAME: return take_name(in, take_span(in, number));
    case FROZEN_SEEN: return incref(in->seen[number]);
    case FROZEN_BYTES: return take_bytes(in, number);
    case FROZEN_BIG: return take_big(vm, take_span(in, number));
    case FROZEN_FLOAT:
    case FROZEN_COMPLEX: return take_doubles(in, number);
    case FROZEN_TUPLE: return take_items(in, number, false);
    case FROZEN_FROZENSET: return take_items(in, number, true);
    case FROZEN_CODE: return take_code(in);
    default: return raise_system(vm, "frozen code is damaged");
    }
}

/* ---- code ---- */

static bool make_array(VM *vm, void *slot, u32 count, usize item_size) {
    void *array = code_array(vm, count, item_size);
    memcpy(slot, &array, sizeof array);
    return array || !count;
}

/* The counts are set as the arrays are made: a Code that is given up is freed as it is. */
static bool make_arrays(VM *vm, Code *code, const Code *counts) {
#define MAKE(array, field)                                                                       \
    if (!make_array(vm, &code->array, counts->field, sizeof *code->array)) return false;         \
    code->field = counts->field
    MAKE(insns, insn_count);
    MAKE(exceptions, exception_count);
    MAKE(windows, window_count);
    MAKE(names, name_count);
    MAKE(constants, constant_count);
#undef MAKE
    for (u32 i = 0; i < code->name_count; i++) code->names[i] = EMPTY;
    for (u32 i = 0; i < code->constant_count; i++) code->constants[i] = EMPTY;
    return true;
}

static void take_insns(Reader *in, Code *code) {
    const u8 *heads = in->columns[COLUMN_HEADS], *operands = in->columns[COLUMN_OPERANDS];
    for (u32 i = 0; i < code->insn_count; i++) {
        u64 word = 0;
        for (u32 present = *heads++; present; present &= present - 1) {
            u32 byte = (u32)__builtin_ctz(present);
            word |= (u64)(byte < INSN_HEAD_BYTES ? *heads++ : *operands++) << 8 * byte;
        }
        code->insns[i] = word;
        u32 words = op_cache_words[INSN_OP(word)];
        if (words) code->insns[i + words] = code_last_cache_word(&code->insns[i]);
        i += words;
    }
    in->columns[COLUMN_HEADS] = heads;
    in->columns[COLUMN_OPERANDS] = operands;
}

static void take_exceptions(Reader *in, Code *code) {
    for (u32 i = 0; i < code->exception_count; i++) {
        ExceptionRow *row = &code->exceptions[i];
        row->start = (u32)take_number(in);
        row->end = (u32)take_number(in);
        row->handler = (u32)take_number(in);
        row->depth = (u16)take_number(in);
    }
}

static void take_windows(Reader *in, Code *code) {
    for (u32 i = 0; i < code->window_count; i++) {
        code->windows[i].start = (u32)take_number(in);
        code->windows[i].end = (u32)take_number(in);
        code->windows[i].gap = (u16)take_number(in);
    }
}

static void take_positions(Reader *in, Code *code, u32 count) {
    code->block = in->positions;
    code->block->users++;
    code->block_at = (u32)take_number(in);
    code->position_count = count;
}

static bool take_array(Reader *in, Value *array, u32 count) {
    for (u32 i = 0; i < count; i++) {
        Value v = take_value(in);
        if (v == FAIL) return false;
        array[i] = v;
    }
    return true;
}

/* The fields that are numbers; those that count arrays wait until these are there. */
static Code take_numbers(Reader *in, Code *code) {
    Code counts = {0};
#define TAKE_NUMBER(field) counts.field = varint_take_signed(&in->columns[COLUMN_NUMBERS]);
    FROZEN_EACH_NUMBER(TAKE_NUMBER)
#undef TAKE_NUMBER
#define SET_NUMBER(field) code->field = counts.field;
    FROZEN_EACH_NUMBER(SET_NUMBER)
#undef SET_NUMBER
    code->insn_count = code->exception_count = code->window_count = code->name_count = 0;
    code->constant_count = code->position_count = 0;
    return counts;
}

static Value take_code(Reader *in) {
    VM *vm = in->vm;
    OWNED Value made = TRY(code_new(vm));
    Code *code = (Code *)to_object(made);
    Code counts = take_numbers(in, code);
    CHECK(make_arrays(vm, code, &counts));
    take_insns(in, code);
    take_exceptions(in, code);
    take_windows(in, code);
    take_positions(in, code, counts.position_count);
    Value *single[] = {&code->filename, &code->variables, &code->cells, &code->free_names,
                       &code->name, &code->qualname, &code->attribute_names};
    for (u32 i = 0; i < COUNT_OF(single); i++) replace(single[i], TRY(take_value(in)));
    CHECK(take_array(in, code->names, code->name_count));
    CHECK(take_array(in, code->constants, code->constant_count));
    return TAKE(made);
}

Value thaw_code(VM *vm, Span bytes, PositionBlock *positions) {
    Reader in = {.vm = vm, .positions = positions};
    const u8 *at = (const u8 *)bytes.data;
    u64 lengths[COLUMN_COUNT - 1];
    for (u32 i = 0; i < COUNT_OF(lengths); i++) lengths[i] = varint_take(&at);
    for (u32 i = 0; i < COLUMN_COUNT; i++) {
        in.columns[i] = at;
        if (i < COUNT_OF(lengths)) at += lengths[i];
    }
    Value code = take_code(&in);
    free(in.seen);
    return code;
}
