#include "vm/freeze.h"

#include <stdlib.h>

#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "tables.gen.h"

enum Tag { TAG_WORD = 'w', TAG_BIG = 'I', TAG_FLOAT = 'f', TAG_COMPLEX = 'c', TAG_STR = 's', TAG_NAME = 'n',
           TAG_SEEN = '=', TAG_BYTES = 'b', TAG_TUPLE = '(', TAG_FROZENSET = '<', TAG_CODE = 'C' };

/* What a Code has besides its Values and tables. */
typedef struct Fixed {
    u32 insn_count, signature;
    u16 registers, locals, parameters, positional, positional_only, keyword_only, local_names, free_count;
    u32 flags, constant_count, name_count, exception_count, position_count, window_count;
    i32 first_line;
    u32 spare;
} Fixed;

/* ---- out ---- */

typedef struct Writer {
    VM *vm;
    Buffer *out;
    Dict *seen; /* interned strings that were written: their numbers, in order */
} Writer;

static void put_words(Writer *w, const void *data, usize size) {
    while (w->out->length % 8) buffer_add_char(w->out, 0);
    buffer_add(w->out, data, size);
}

static void put_head(Writer *w, char tag, u64 number) {
    u64 word = (u64)(u8)tag | number << 8;
    put_words(w, &word, sizeof word);
}

static void put_span(Writer *w, char tag, Span span) {
    put_head(w, tag, span.length);
    buffer_add_span(w->out, span);
}

/* A name is written once; from then on its number. */
static bool put_name(Writer *w, Value name) {
    Value known = dict_get_str(w->vm, w->seen, name);
    if (known != EMPTY) {
        put_head(w, TAG_SEEN, (u64)to_small(known));
        return true;
    }
    put_span(w, TAG_NAME, str_span(name));
    return dict_set(w->vm, w->seen, name, from_small(w->seen->count));
}

static bool put_str(Writer *w, Value s) {
    if (str_is_interned(s)) return put_name(w, s);
    put_span(w, TAG_STR, str_span(s));
    return true;
}

static bool put_value(Writer *w, Value v);
static bool put_code(Writer *w, const Code *code);

static bool put_values(Writer *w, const Value *values, usize count) {
    for (usize i = 0; i < count; i++)
        if (!put_value(w, values[i])) return false;
    return true;
}

static bool put_frozenset(Writer *w, Set *set) {
    put_head(w, TAG_FROZENSET, set->used);
    SetEntry *entry;
    for (usize at = 0; (entry = set_next(set, &at));)
        if (!put_value(w, entry->key)) return false;
    return true;
}

static bool put_object(Writer *w, Value v) {
    switch (to_object(v)->kind) {
    case KIND_STR: return put_str(w, v);
    case KIND_BYTES: put_span(w, TAG_BYTES, bytes_span(v)); return true;
    case KIND_TUPLE:
        put_head(w, TAG_TUPLE, to_tuple(v)->count);
        return put_values(w, to_tuple(v)->items, to_tuple(v)->count);
    case KIND_FROZENSET: return put_frozenset(w, (Set *)to_object(v));
    case KIND_FLOAT: {
        put_head(w, TAG_FLOAT, 0);
        put_words(w, &((Float *)to_object(v))->value, sizeof(double));
        return true;
    }
    case KIND_COMPLEX:
        put_head(w, TAG_COMPLEX, 0);
        put_words(w, &((Complex *)to_object(v))->real, 2 * sizeof(double));
        return true;
    case KIND_INT: {
        Buffer digits = {0};
        bool done = int_write(w->vm, v, 16, &digits);
        put_span(w, TAG_BIG, buffer_span(&digits));
        buffer_free(&digits);
        return done;
    }
    case KIND_CODE: put_head(w, TAG_CODE, 0); return put_code(w, (Code *)to_object(v));
    default: raise_system(w->vm, "cannot freeze a %T", v); return false;
    }
}

static bool put_value(Writer *w, Value v) {
    if (is_object(v)) return put_object(w, v);
    put_head(w, TAG_WORD, 0);
    put_words(w, &v, sizeof v);
    return true;
}

static Fixed fixed_of(const Code *c) {
    return (Fixed){c->insn_count, c->signature, c->registers, c->locals, c->parameters, c->positional,
                   c->positional_only, c->keyword_only, c->local_names, c->free_count, c->flags,
                   c->constant_count, c->name_count, c->exception_count, c->position_count, c->window_count,
                   c->first_line, 0};
}

static bool put_code(Writer *w, const Code *code) {
    Fixed fixed = fixed_of(code);
    put_words(w, &fixed, sizeof fixed);
    put_words(w, code->insns, code->insn_count * sizeof(Insn));
    put_words(w, code->exceptions, code->exception_count * sizeof(ExceptionRow));
    put_words(w, code->positions, code->position_count * sizeof(PositionRow));
    put_words(w, code->windows, code->window_count * sizeof(WindowRow));
    Value single[] = {code->variables, code->cells, code->free_names,
                      code->name, code->qualname, code->attribute_names};
    return put_name(w, code->filename) && put_values(w, single, COUNT_OF(single)) &&
           put_values(w, code->names, code->name_count) &&
           put_values(w, code->constants, code->constant_count);
}

bool freeze_code(VM *vm, Value code, Buffer *out) {
    OWNED Value seen = dict_new(vm);
    Writer w = {vm, out, to_dict(seen)};
    return seen != FAIL && put_code(&w, (Code *)to_object(code)) && !out->failed;
}

/* ---- in ---- */

typedef struct Reader {
    VM *vm;
    const char *start, *at;
    Value *seen; /* the interned strings so far, borrowed from the code that has them */
    usize seen_count, seen_room;
} Reader;

static const void *take_words(Reader *in, usize size) {
    in->at = in->start + ((usize)(in->at - in->start) + 7) / 8 * 8;
    const void *words = in->at;
    in->at += size;
    return words;
}

static Value take_value(Reader *in);
static Value take_code(Reader *in);

static Value take_items(Reader *in, usize count, bool is_set) {
    OWNED Value items = TRY(tuple_new(in->vm, count));
    for (usize i = 0; i < count; i++) to_tuple(items)->items[i] = TRY(take_value(in));
    return is_set ? frozenset_new(in->vm, items) : TAKE(items);
}

static Span take_span(Reader *in, usize length) {
    Span span = {in->at, length};
    in->at += length;
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

static Value take_value(Reader *in) {
    VM *vm = in->vm;
    u64 head = *(const u64 *)take_words(in, sizeof(u64));
    usize count = head >> 8;
    switch ((char)head) {
    case TAG_WORD: return *(const Value *)take_words(in, sizeof(Value));
    case TAG_STR: return str_from_span(vm, take_span(in, count));
    case TAG_NAME: return take_name(in, take_span(in, count));
    case TAG_SEEN: return incref(in->seen[count]);
    case TAG_BYTES: {
        Span bytes = take_span(in, count);
        return bytes_new(vm, bytes.data, bytes.length);
    }
    case TAG_BIG: return int_from_digits(vm, take_span(in, count), 16);
    case TAG_FLOAT: return float_new(vm, *(const double *)take_words(in, sizeof(double)));
    case TAG_COMPLEX: {
        const double *parts = take_words(in, 2 * sizeof(double));
        return complex_new(vm, parts[0], parts[1]);
    }
    case TAG_TUPLE: return take_items(in, count, false);
    case TAG_FROZENSET: return take_items(in, count, true);
    case TAG_CODE: return take_code(in);
    default: return raise_system(vm, "frozen code is damaged");
    }
}

static bool take_array(Reader *in, Value **array, u32 *length, u32 count) {
    if (!count) return true;
    Value *items = code_array(in->vm, count, sizeof(Value));
    if (!items) return false;
    for (u32 i = 0; i < count; i++) items[i] = EMPTY;
    *array = items;
    *length = count;
    for (u32 i = 0; i < count; i++) {
        Value v = take_value(in);
        if (v == FAIL) return false;
        items[i] = v;
    }
    return true;
}

static void set_fixed(Code *code, const Fixed *fixed) {
    code->signature = fixed->signature;
    code->registers = fixed->registers;
    code->locals = fixed->locals;
    code->parameters = fixed->parameters;
    code->positional = fixed->positional;
    code->positional_only = fixed->positional_only;
    code->keyword_only = fixed->keyword_only;
    code->local_names = fixed->local_names;
    code->free_count = fixed->free_count;
    code->flags = fixed->flags;
    code->first_line = fixed->first_line;
}

static bool take_insns(Reader *in, Code *code, u32 count) {
    usize size = count * sizeof(Insn);
    code->insns = code_array(in->vm, count, sizeof(Insn));
    if (!code->insns) return false;
    code->insn_count = count;
    memcpy(code->insns, take_words(in, size), size);
    return true;
}

static Value take_code(Reader *in) {
    VM *vm = in->vm;
    OWNED Value made = TRY(code_new(vm));
    Code *code = (Code *)to_object(made);
    const Fixed *fixed = take_words(in, sizeof *fixed);
    code->h.flags |= CODE_TABLES_ARE_CONSTANT;
    set_fixed(code, fixed);
    CHECK(take_insns(in, code, fixed->insn_count));
    code->exceptions = (ExceptionRow *)take_words(in, fixed->exception_count * sizeof(ExceptionRow));
    code->exception_count = fixed->exception_count;
    code->positions = (PositionRow *)take_words(in, fixed->position_count * sizeof(PositionRow));
    code->position_count = fixed->position_count;
    code->windows = (WindowRow *)take_words(in, fixed->window_count * sizeof(WindowRow));
    code->window_count = fixed->window_count;
    Value *single[] = {&code->filename, &code->variables, &code->cells, &code->free_names,
                       &code->name, &code->qualname, &code->attribute_names};
    for (u32 i = 0; i < COUNT_OF(single); i++) replace(single[i], TRY(take_value(in)));
    CHECK(take_array(in, &code->names, &code->name_count, fixed->name_count));
    CHECK(take_array(in, &code->constants, &code->constant_count, fixed->constant_count));
    return TAKE(made);
}

Value thaw_code(VM *vm, Span bytes) {
    Reader in = {.vm = vm, .start = bytes.data, .at = bytes.data};
    Value code = take_code(&in);
    free(in.seen);
    return code;
}
