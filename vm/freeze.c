#include "vm/freeze.h"

#include "base/varint.h"
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "tables.gen.h"

typedef struct Writer {
    VM *vm;
    Buffer columns[COLUMN_COUNT];
    Buffer *positions;
    Dict *seen; /* interned strings that were written: their numbers, in order */
} Writer;

static bool put_value(Writer *w, Value v);
static bool put_code(Writer *w, const Code *code);

/* ---- values ---- */

static void put_head(Writer *w, enum FrozenTag tag, u64 number) {
    varint_add(&w->columns[COLUMN_NUMBERS], number << FROZEN_TAG_BITS | tag);
}

static void put_span(Writer *w, enum FrozenTag tag, Span span) {
    put_head(w, tag, span.length);
    buffer_add_span(&w->columns[COLUMN_TEXT], span);
}

static bool put_doubles(Writer *w, enum FrozenTag tag, const double *parts, usize count) {
    put_head(w, tag, count);
    buffer_add(&w->columns[COLUMN_TEXT], (const char *)parts, count * sizeof(double));
    return true;
}

/* A name is written once; from then on its number. */
static bool put_name(Writer *w, Value name) {
    Value known = dict_get_str(w->vm, w->seen, name);
    if (known != EMPTY) {
        put_head(w, FROZEN_SEEN, (u64)to_small(known));
        return true;
    }
    put_span(w, FROZEN_NAME, str_span(name));
    return dict_set(w->vm, w->seen, name, from_small(w->seen->count));
}

static bool put_str(Writer *w, Value s) {
    if (str_is_interned(s)) return put_name(w, s);
    put_span(w, FROZEN_STR, str_span(s));
    return true;
}

static bool put_values(Writer *w, const Value *values, usize count) {
    for (usize i = 0; i < count; i++)
        if (!put_value(w, values[i])) return false;
    return true;
}

static bool put_frozenset(Writer *w, Set *set) {
    put_head(w, FROZEN_FROZENSET, set->used);
    SetEntry *entry;
    for (usize at = 0; (entry = set_next(set, &at));)
        if (!put_value(w, entry->key)) return false;
    return true;
}

static bool put_big(Writer *w, Value v) {
    Buffer digits = {0};
    bool done = int_write(w->vm, v, 16, &digits);
    put_span(w, FROZEN_BIG, buffer_span(&digits));
    buffer_free(&digits);
    return done;
}

static bool put_object(Writer *w, Value v) {
    switch (to_object(v)->kind) {
    case KIND_STR: return put_str(w, v);
    case KIND_BYTES: put_span(w, FROZEN_BYTES, bytes_span(v)); return true;
    case KIND_TUPLE:
        put_head(w, FROZEN_TUPLE, to_tuple(v)->count);
        return put_values(w, to_tuple(v)->items, to_tuple(v)->count);
    case KIND_FROZENSET: return put_frozenset(w, (Set *)to_object(v));
    case KIND_FLOAT: return put_doubles(w, FROZEN_FLOAT, &((Float *)to_object(v))->value, 1);
    case KIND_COMPLEX: return put_doubles(w, FROZEN_COMPLEX, &((Complex *)to_object(v))->real, 2);
    case KIND_INT: return put_big(w, v);
    case KIND_CODE: put_head(w, FROZEN_CODE, 0); return put_code(w, (Code *)to_object(v));
    default: raise_system(w->vm, "cannot freeze a %T", v); return false;
    }
}

static bool put_value(Writer *w, Value v) {
    if (is_object(v)) return put_object(w, v);
    put_head(w, FROZEN_WORD, 0);
    varint_add(&w->columns[COLUMN_NUMBERS], v);
    return true;
}

/* ---- code ---- */

static bool has_learnt_nothing(const Insn *at, u32 words) {
    for (u32 i = 1; i <= words; i++)
        if (at[i] != (i < words ? 0 : code_last_cache_word(at))) return false;
    return true;
}

/* Most bytes of instructions are 0: a byte tells by its bits which are not, these follow. The words behind, where
 * an instruction learns, have learnt nothing: the reader knows them. */
static bool put_insns(Writer *w, const Insn *insns, u32 count) {
    for (u32 i = 0, words; i < count; i += 1 + words) {
        words = op_cache_words[INSN_OP(insns[i])];
        if (!has_learnt_nothing(&insns[i], words)) return false;
        char head[3] = {0}, operands[6];
        u32 head_length = 1, operand_count = 0;
        for (u32 byte = 0; byte < 8; byte++) {
            char c = (char)(insns[i] >> 8 * byte);
            if (!c) continue;
            head[0] |= (char)(1 << byte);
            if (byte < INSN_HEAD_BYTES) head[head_length++] = c;
            else operands[operand_count++] = c;
        }
        buffer_add(&w->columns[COLUMN_HEADS], head, head_length);
        buffer_add(&w->columns[COLUMN_OPERANDS], operands, operand_count);
    }
    return true;
}

static void put_exceptions(Buffer *out, const Code *code) {
    for (u32 i = 0; i < code->exception_count; i++) {
        const ExceptionRow *row = &code->exceptions[i];
        varint_add(out, row->start);
        varint_add(out, row->end);
        varint_add(out, row->handler);
        varint_add(out, row->depth);
    }
}

static void put_windows(Buffer *out, const Code *code) {
    for (u32 i = 0; i < code->window_count; i++) {
        varint_add(out, code->windows[i].start);
        varint_add(out, code->windows[i].end);
        varint_add(out, code->windows[i].gap);
    }
}

static void put_positions(Writer *w, const Code *code) {
    varint_add(&w->columns[COLUMN_NUMBERS], w->positions->length);
    positions_pack(code_positions(code), code->position_count, w->positions);
}

static bool put_code(Writer *w, const Code *code) {
    Buffer *numbers = &w->columns[COLUMN_NUMBERS];
#define PUT(field) varint_add_signed(numbers, (i64)code->field);
    FROZEN_EACH_NUMBER(PUT)
#undef PUT
    if (!put_insns(w, code->insns, code->insn_count))
        return raise_system(w->vm, "cannot freeze code that has run"), false;
    put_exceptions(numbers, code);
    put_windows(numbers, code);
    put_positions(w, code);
    Value single[] = {code->variables, code->cells, code->free_names,
                      code->name, code->qualname, code->attribute_names};
    return put_name(w, code->filename) && put_values(w, single, COUNT_OF(single)) &&
           put_values(w, code->names, code->name_count) &&
           put_values(w, code->constants, code->constant_count);
}

/* The lengths of all columns but the last, then the columns. */
static bool join(Writer *w, Buffer *out) {
    for (u32 i = 0; i < COLUMN_COUNT - 1; i++) varint_add(out, w->columns[i].length);
    bool done = true;
    for (u32 i = 0; i < COLUMN_COUNT; i++) {
        done = done && !w->columns[i].failed;
        buffer_add_span(out, buffer_span(&w->columns[i]));
        buffer_free(&w->columns[i]);
    }
    return done && !out->failed;
}

bool freeze_code(VM *vm, Value code, Buffer *out, Buffer *positions) {
    OWNED Value seen = dict_new(vm);
    Writer w = {.vm = vm, .positions = positions, .seen = to_dict(seen)};
    bool done = seen != FAIL && put_code(&w, (Code *)to_object(code));
    return join(&w, out) && done;
}
