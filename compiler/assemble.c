/* From a unit's instructions to a Code: registers get their numbers, constants too, labels
 * become distances, positions are packed into rows. */
#include "compiler/format.h"
#include "compiler/unit.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* ---- jumps ---- */

/* Where the label leads in the end: past unconditional jumps. */
static u32 final_target(const Unit *u, Label label) {
    u32 target = u->labels[label].target;
    for (u32 hops = 0; hops < 16 && target < u->count; hops++) {
        const Instruction *next = &u->items[target];
        if (next->op != OP_JUMP) break;
        target = u->labels[next->link].target;
    }
    return target;
}

static bool has_short_jump(const Instruction *i) {
    return format_of(i->op)[2] == 'J';
}

/* A long form is: the jump, past the next word; a jump past the one after it; and a jump
 * that goes far. */
enum { LONG_FORM_WORDS = 2 };

/* The number of the constant in a field of 16 bits, or 0: it has none that could be wide. */
static u32 narrow_constant(const Unit *u, const Instruction *i) {
    const char *format = format_of(i->op);
    bool has = format_can_be_wide(i->op) && (format[1] == 'K' || format[2] == 'K');
    return has ? u->constants.rows[i->link].index : 0;
}

static bool is_wide(const Unit *u, const Instruction *i) {
    return i->name > UINT16_MAX || narrow_constant(u, i) > UINT16_MAX;
}

static u32 words_of(const Unit *u, const Instruction *i) {
    u8 op = is_wide(u, i) ? OP_WIDE : i->op;
    return 1u + op_cache_words[op] + (i->is_long ? LONG_FORM_WORDS : 0);
}

static void place_words(Unit *u) {
    u32 word = 0;
    for (u32 i = 0; i < u->count; i++) {
        u->items[i].word = word;
        word += words_of(u, &u->items[i]);
    }
}

static u32 word_of(const Unit *u, u32 index) {
    if (index < u->count) return u->items[index].word;
    if (!u->count) return 0;
    const Instruction *last = &u->items[u->count - 1];
    return last->word + words_of(u, last);
}

static i64 distance(const Unit *u, const Instruction *i) {
    return (i64)word_of(u, final_target(u, i->link)) - (i64)(i->word + 1);
}

static bool lengthen(Unit *u) {
    bool changed = false;
    for (u32 i = 0; i < u->count; i++) {
        Instruction *jump = &u->items[i];
        if (jump->is_long || !has_short_jump(jump)) continue;
        i64 words = distance(u, jump);
        if (words >= INT16_MIN && words <= INT16_MAX) continue;
        jump->is_long = changed = true;
    }
    return changed;
}

static void layout(Unit *u) {
    do place_words(u);
    while (lengthen(u));
}

/* ---- constants: those that 16-bit fields name come first ---- */

static u32 number_those(Unit *u, bool narrow, bool narrowest, u32 next) {
    for (u32 i = 0; i < u->constants.count; i++) {
        ConstantRow *row = &u->constants.rows[i];
        bool is_one = row->is_narrow == narrow && row->is_narrowest == narrowest;
        if (row->is_used && is_one) row->index = next++;
    }
    return next;
}

static bool number_constants(Unit *u) {
    u32 narrowest = number_those(u, true, true, 0);
    u32 narrow = number_those(u, true, false, narrowest);
    number_those(u, false, false, narrow);
    if (narrowest > UINT16_MAX)
        compiler_fail_limit(u->c, "too many constants in one code object");
    return !u->c->failed;
}

static u32 used_constants(const Unit *u) {
    u32 count = 0;
    for (u32 i = 0; i < u->constants.count; i++) count += u->constants.rows[i].is_used;
    return count;
}

/* ---- encoding ---- */

static u16 real_register(const Unit *u, u16 reg) {
    if (reg >= TEMPORARY_BASE)
        return (u16)(u->locals.count + u->cells.count + (reg - TEMPORARY_BASE));
    if (reg >= CELL_BASE) return (u16)(u->locals.count + (reg - CELL_BASE));
    return reg;
}

static u16 real_field(const Unit *u, const Instruction *i, char role, u16 field) {
    if (role == 'K') return (u16)u->constants.rows[has_short_jump(i) ? field : i->link].index;
    if (role == 'H' && !(i->flags & F_HANDLER)) return 0;
    if (role == 'E' && field == 0xFFFF) return field;
    return format_is_register(role) ? real_register(u, field) : field;
}

static u64 encode(const Unit *u, const Instruction *i) {
    const char *format = format_of(i->op);
    u16 a = real_field(u, i, format[0], i->a);
    switch (format[1]) {
    case 'j': return INSN_MAKE_BC(i->op, i->flags, a, (i32)distance(u, i));
    case 'k': return INSN_MAKE_BC(i->op, i->flags, a, u->constants.rows[i->link].index);
    case 'v': return INSN_MAKE_BC(i->op, i->flags, a, i->wide);
    }
    u16 b = real_field(u, i, format[1], i->b);
    u16 c = real_field(u, i, format[2], i->c);
    if (format[2] == 'J') c = i->is_long ? 1 : (u16)distance(u, i);
    return INSN_MAKE(i->op, i->flags, a, b, c);
}

static void encode_all(const Unit *u, Insn *out) {
    for (u32 n = 0; n < u->count; n++) {
        const Instruction *i = &u->items[n];
        Insn *at = out + i->word;
        at[0] = encode(u, i);
        if (is_wide(u, i)) {
            at[1] = at[0];
            at[0] = INSN_MAKE_BC(OP_WIDE, 0, 0, i->name);
            at[2] = INSN_MAKE_BC(0, 0, INSN_A(at[1]), narrow_constant(u, i));
            continue;
        }
        u32 cache = op_cache_words[i->op];
        for (u32 k = 1; k < cache; k++) at[k] = 0;
        if (cache) at[cache] = code_last_cache_word(at);
        if (!i->is_long) continue;
        i64 far = distance(u, i) - LONG_FORM_WORDS;
        at[1] = INSN_MAKE_BC(OP_JUMP, 0, 0, 1);
        at[2] = INSN_MAKE_BC(OP_JUMP, 0, 0, (i32)far);
    }
}

/* ---- rows ---- */

static PositionRow position_of(const Unit *u, const Instruction *i) {
    SourceRange at = i->at;
    PositionRow row = {.word = i->word,
                       .line = (i32)at.line,
                       .end_line = (i32)at.end_line,
                       .column = (i32)at.column,
                       .end_column = (i32)at.end_column};
    if (!at.line || (at.column == 0 && at.end_column == 0))
        row.column = row.end_column = -1;
    row.depth = (u16)(u->locals.count + u->cells.count + i->depth);
    return row;
}

static bool same_place(const PositionRow *x, const PositionRow *y) {
    return x->line == y->line && x->end_line == y->end_line && x->column == y->column &&
           x->end_column == y->end_column && x->depth == y->depth;
}

typedef struct PositionWriter {
    PositionRow *out; /* NULL: only count */
    u32 count;
    PositionRow last;
} PositionWriter;

static void add_position(PositionWriter *w, PositionRow row) {
    if (w->count && same_place(&row, &w->last)) return;
    w->last = row;
    if (w->out) w->out[w->count] = row;
    w->count++;
}

/* Behind a FOR the iterator is gone, in the word that jumps back to the body it is not. */
static void add_long_for(PositionWriter *w, PositionRow row) {
    row.word++;
    row.depth--;
    add_position(w, row);
    row.word++;
    row.depth++;
    add_position(w, row);
}

/* The row of a line without code, at the word of the instruction that follows. */
static PositionRow mark_of(const MarkRow *mark, PositionRow next) {
    next.line = (i32)mark->line;
    next.end_line = mark->is_loop ? MARK_LOOP : MARK_LINE;
    next.column = next.end_column = -1;
    return next;
}

static u32 write_positions(const Unit *u, PositionRow *out) {
    PositionWriter w = {.out = out};
    for (u32 i = 0, mark = 0; i < u->count; i++) {
        PositionRow row = position_of(u, &u->items[i]);
        for (; mark < u->mark_count && u->marks[mark].start <= i; mark++)
            add_position(&w, mark_of(&u->marks[mark], row));
        add_position(&w, row);
        if (u->items[i].op == OP_FOR && u->items[i].is_long) add_long_for(&w, row);
    }
    return w.count;
}

static u32 write_regions(const Unit *u, ExceptionRow *out) {
    u32 count = 0, locals = u->locals.count + u->cells.count;
    for (u32 i = 0; i < u->region_count; i++) {
        const RegionRow *row = &u->regions[i];
        u32 start = word_of(u, row->start), end = word_of(u, row->end);
        if (start == end) continue;
        u32 handler = word_of(u, u->labels[row->handler].target);
        if (out)
            out[count] = (ExceptionRow){start, end, handler, (u16)(locals + row->depth), 0};
        count++;
    }
    return count;
}

static void write_gaps(const Unit *u, WindowRow *out) {
    for (u32 i = 0; i < u->gap_count; i++) {
        const GapRow *row = &u->gaps[i];
        out[i] = (WindowRow){word_of(u, row->start), word_of(u, row->end),
                             real_register(u, row->gap), 0};
    }
}

/* ---- the Code ---- */

static void empty(Value *values, u32 count) {
    for (u32 i = 0; values && i < count; i++) values[i] = EMPTY;
}

static bool make_array(VM *vm, void *slot, u32 count, usize item_size) {
    void *array = code_array(vm, count, item_size);
    memcpy(slot, &array, sizeof array);
    return array || !count;
}

/* The counts are set as the arrays are made: a Code that is given up is freed as it is. */
static bool fill_arrays(Unit *u, Code *code) {
    VM *vm = u->c->vm;
#define MAKE(array, field, number)                                                       \
    if (!make_array(vm, &code->array, number, sizeof *code->array)) return false;        \
    code->field = number
    MAKE(insns, insn_count, word_of(u, u->count));
    MAKE(constants, constant_count, used_constants(u));
    empty(code->constants, code->constant_count);
    MAKE(names, name_count, u->names.count);
    empty(code->names, code->name_count);
    MAKE(positions, position_count, write_positions(u, NULL));
    MAKE(exceptions, exception_count, write_regions(u, NULL));
    MAKE(windows, window_count, u->gap_count);
#undef MAKE
    return true;
}

static void write_arrays(Unit *u, Code *code) {
    encode_all(u, code->insns);
    write_positions(u, code->positions);
    write_regions(u, code->exceptions);
    write_gaps(u, code->windows);
    for (u32 i = 0; i < u->names.count; i++)
        code->names[i] = incref(name_value(u->c, u->names.items[i]));
    for (u32 i = 0; i < u->constants.count; i++) {
        const ConstantRow *row = &u->constants.rows[i];
        if (row->is_used) code->constants[row->index] = incref(row->value);
    }
}

static Value name_tuple(Compiler *c, Name *const *names, u32 count) {
    Value tuple = TRY(tuple_new(c->vm, count));
    for (u32 i = 0; i < count; i++)
        to_tuple(tuple)->items[i] = incref(name_value(c, names[i]));
    return tuple;
}

/* The names of the symbols in two lists; cells_only: of those that are cells. */
static Value symbol_tuple(Compiler *c, const SymbolList *a, const SymbolList *b,
                          bool cells_only) {
    Name **names = compiler_alloc(c, (a->count + b->count) * sizeof *names);
    if (!names) return FAIL;
    u32 count = 0;
    for (u32 i = 0; i < a->count + b->count; i++) {
        Symbol *symbol = i < a->count ? a->items[i] : b->items[i - a->count];
        if (!cells_only || symbol->meaning == MEANS_CELL) names[count++] = symbol->name;
    }
    return name_tuple(c, names, count);
}

static bool set_text(VM *vm, Value *slot, Span text) {
    Value value = str_from_span(vm, text);
    if (value != FAIL) value = str_intern(vm, value);
    if (value == FAIL) return false;
    replace(slot, value);
    return true;
}

static bool set_tuple(Value *slot, Value tuple) {
    if (tuple == FAIL) return false;
    replace(slot, tuple);
    return true;
}

static Span short_name(const Unit *u) {
    if (u->scope->kind != SCOPE_TYPE_PARAMETERS) return u->scope->name->text;
    const char *at = memchr(u->qualname.data, '<', u->qualname.length);
    while (at) { /* the last part: "f.<locals>.<generic parameters of g>" */
        usize left = u->qualname.length - (usize)(at - u->qualname.data);
        const char *prefix = "<generic parameters of ";
        if (left > strlen(prefix) && memcmp(at, prefix, strlen(prefix)) == 0)
            return (Span){at, left};
        at = memchr(at + 1, '<', left - 1);
    }
    return u->scope->name->text;
}

static bool fill_texts(Unit *u, Code *code) {
    Compiler *c = u->c;
    static const SymbolList none = {0};
    replace(&code->filename, incref(c->filename_value));
    if (u->scope->kind == SCOPE_CLASS &&
        !set_tuple(&code->attribute_names,
                   name_tuple(c, u->attributes, u->attribute_count)))
        return false;
    return set_text(c->vm, &code->name, short_name(u)) &&
           set_text(c->vm, &code->qualname, u->qualname) &&
           set_tuple(&code->variables, symbol_tuple(c, &u->locals, &u->cells, false)) &&
           set_tuple(&code->cells, symbol_tuple(c, &u->locals, &u->cells, true)) &&
           set_tuple(&code->free_names, symbol_tuple(c, &u->scope->frees, &none, false));
}

static u32 signature_of(const Unit *u) {
    bool is_plain =
        !u->keyword_only && !(u->flags & (CODE_VARARGS | CODE_VARKEYWORDS));
    if (!is_plain) return UINT32_MAX;
    return u->suspends ? u->positional | SIGNATURE_SUSPENDS : u->positional;
}

static bool fill_numbers(Unit *u, Code *code) {
    u32 locals = u->locals.count + u->cells.count;
    if (locals + u->deepest > UINT16_MAX - 8) {
        compiler_fail_limit(u->c, "too many registers");
        return false;
    }
    code->signature = signature_of(u);
    code->registers = (u16)(locals + u->deepest);
    code->locals = (u16)locals;
    code->local_names = (u16)locals;
    code->parameters = u->parameters;
    code->positional = u->positional;
    code->positional_only = u->positional_only;
    code->keyword_only = u->keyword_only;
    code->free_count = (u16)u->scope->frees.count;
    code->flags = u->flags | (u->has_docstring ? CODE_HAS_DOCSTRING : 0);
    code->first_line = u->first_line;
    return true;
}

Value assemble(Unit *u) {
    if (!number_constants(u)) return FAIL;
    layout(u);
    OWNED Value code = TRY(code_new(u->c->vm));
    CHECK(fill_numbers(u, (Code *)code));
    CHECK(fill_texts(u, (Code *)code));
    CHECK(fill_arrays(u, (Code *)code));
    write_arrays(u, (Code *)code);
    return u->c->failed ? FAIL : TAKE(code);
}
