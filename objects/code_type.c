/* The attributes of code objects as programs see them, under CPython's names.
 * Instructions are numbered as there: co_lines, co_positions and frames count two for
 * each word. */
#include "objects/bytes.h"
#include "objects/code.h"
#include "objects/dict.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

#define CODE ((Code *)self)

MEMBER(code, co_name) {
    return incref(CODE->name);
}

MEMBER(code, co_qualname) {
    return incref(CODE->qualname == EMPTY ? CODE->name : CODE->qualname);
}

MEMBER(code, co_filename) {
    return incref(CODE->filename);
}

MEMBER(code, co_firstlineno) {
    return from_small(CODE->first_line);
}

MEMBER(code, co_argcount) {
    return from_small(CODE->flags & CODE_OPTIMIZED ? CODE->positional : 0);
}

MEMBER(code, co_posonlyargcount) {
    return from_small(CODE->flags & CODE_OPTIMIZED ? CODE->positional_only : 0);
}

MEMBER(code, co_kwonlyargcount) {
    return from_small(CODE->keyword_only);
}

MEMBER(code, co_flags) {
    return from_small(CODE->flags & ~(u32)(CODE_HAS_DOCSTRING | CODE_HIDDEN));
}

MEMBER(code, co_stacksize) {
    return from_small(CODE->registers - CODE->locals);
}

/* ---- names ---- */

static bool tuple_has(Value tuple, Value name) {
    for (usize i = 0; i < to_tuple(tuple)->count; i++)
        if (str_equal(to_tuple(tuple)->items[i], name)) return true;
    return false;
}

/* Parameters, and the locals that are not cells. */
GETTER(code, co_varnames) {
    OWNED Value names = TRY(list_new(vm, CODE->local_names));
    bool has_namespace = !(CODE->flags & CODE_OPTIMIZED); /* in the first, which nobody is to see */
    for (usize i = has_namespace; i < to_tuple(CODE->variables)->count; i++) {
        Value name = to_tuple(CODE->variables)->items[i];
        if (i >= CODE->parameters && tuple_has(CODE->cells, name)) continue;
        CHECK(list_push(vm, to_list(names), name));
    }
    return object_to_tuple(vm, names);
}

MEMBER(code, co_nlocals) {
    OWNED Value names = TRY(code_co_varnames_getter(vm, self));
    return from_small((i64)to_tuple(names)->count);
}

GETTER(code, co_cellvars) {
    return incref(CODE->cells);
}

GETTER(code, co_freevars) {
    return incref(CODE->free_names);
}

MEMBER(code, co_names) {
    return tuple_from(vm, CODE->names, CODE->name_count);
}

MEMBER(code, co_consts) {
    return tuple_from(vm, CODE->constants, CODE->constant_count);
}

/* The words of the instructions, as bytes. */
GETTER(code, co_code) {
    return bytes_new(vm, (const char *)CODE->insns, CODE->insn_count * sizeof(Insn));
}

MEMBER(code, co_linetable) {
    return bytes_new(vm, (const char *)code_positions(CODE),
                     CODE->position_count * sizeof(PositionRow));
}

MEMBER(code, co_exceptiontable) {
    usize size = CODE->exception_count * sizeof(ExceptionRow);
    return bytes_new(vm, (const char *)CODE->exceptions, size);
}

/* ---- positions ---- */

static Value line_or_none(i32 line) {
    return line > 0 ? from_small(line) : NONE;
}

static bool add_line(VM *vm, List *lines, i64 start, i64 end, i32 line) {
    if (start >= end) return true;
    Value shown = line || !start ? from_small(line) : NONE;
    OWNED Value range = tuple_of(vm, 3, from_small(start), from_small(end), shown);
    return range != FAIL && list_push(vm, lines, range);
}

static bool is_mark(const Code *code, u32 row) {
    const PositionRow *rows = code_positions(code);
    return row + 1 < code->position_count && rows[row + 1].word == rows[row].word;
}

/* The beginning of the function and its marks have offsets of their own: code_offset. */
METHOD(code, co_lines, "($self, /)") {
    Code *code = (Code *)args[0];
    const PositionRow *rows = code_positions(code);
    OWNED Value lines = TRY(list_new(vm, code->position_count));
    CHECK(add_line(vm, to_list(lines), 0, 1, code_entry_line(code)));
    i64 start = 1;
    for (u32 row = 0; row < code->position_count; row++) {
        u32 next = row + 1;
        while (next < code->position_count && is_mark(code, next)) next++;
        bool is_last = next == code->position_count;
        if (is_mark(code, row) || (!is_last && rows[next].line == rows[row].line)) continue;
        i64 end = 2 * (i64)(is_last ? code->insn_count : rows[next].word);
        CHECK(add_line(vm, to_list(lines), start, end, rows[row].line));
        start = end;
    }
    for (u32 row = 0; row < code->position_count; row++) {
        i64 offset = code_mark_offset(code, row);
        if (is_mark(code, row)) CHECK(add_line(vm, to_list(lines), offset, offset + 1, rows[row].line));
    }
    return object_iter(vm, lines);
}

static Value column_or_none(i32 column) {
    return column >= 0 ? from_small(column) : NONE;
}

static Value position_tuple(VM *vm, const PositionRow *row) {
    if (!row || row->line <= 0) return tuple_of(vm, 4, NONE, NONE, NONE, NONE);
    return tuple_of(vm, 4, from_small(row->line), line_or_none(row->end_line),
                    column_or_none(row->column), column_or_none(row->end_column));
}

METHOD(code, co_positions, "($self, /)") {
    Code *code = (Code *)args[0];
    OWNED Value positions = TRY(list_new(vm, code->insn_count));
    for (u32 word = 0; word < code->insn_count; word++) {
        Value position = TRY(position_tuple(vm, code_position_at(code, word)));
        CHECK(list_push_owned(vm, to_list(positions), position));
    }
    return object_iter(vm, positions);
}

/* ---- replace ---- */

static bool copy_array(VM *vm, void *slot, const void *from, usize count,
                       usize item_size) {
    void *memory = from ? code_array(vm, count, item_size) : NULL;
    if (count && !from) raise_memory(vm); /* packed positions, and no room for them */
    if (count && !memory) return false;
    if (count) memcpy(memory, from, count * item_size);
    *(void **)slot = memory;
    return true;
}

static bool copy_values(VM *vm, Value **slot, const Value *from, usize count) {
    if (!copy_array(vm, slot, from, count, sizeof(Value))) return false;
    for (usize i = 0; i < count; i++) incref(from[i]);
    return true;
}

#define COPY_ARRAY(field, counter)                                                    \
    if (!copy_array(vm, &to->field, from->field, from->counter, sizeof *from->field)) \
        return false;                                                                 \
    to->counter = from->counter

static bool copy_arrays(VM *vm, Code *to, const Code *from) {
    COPY_ARRAY(insns, insn_count);
    COPY_ARRAY(exceptions, exception_count);
    COPY_ARRAY(positions, position_count);
    COPY_ARRAY(windows, window_count);
    if (!copy_values(vm, &to->constants, from->constants, from->constant_count))
        return false;
    to->constant_count = from->constant_count;
    if (!copy_values(vm, &to->names, from->names, from->name_count)) return false;
    to->name_count = from->name_count;
    return true;
}

/* Everything of `from` but its arrays. */
static Code without_arrays(const Code *from) {
    Code code = *from;
    code.insns = NULL;
    code.exceptions = NULL;
    code.positions = NULL;
    code.block = NULL;
    code.windows = NULL;
    code.constants = code.names = NULL;
    code.insn_count = code.exception_count = code.position_count = code.window_count = 0;
    code.constant_count = code.name_count = 0;
    return code;
}

static Value copy_code(VM *vm, const Code *from) {
    Code *to = (Code *)object_new(vm, EXC(code));
    if (!to) return FAIL;
    Code fields = without_arrays(from);
    fields.h = to->h;
    *to = fields;
    for (Value *value = &to->variables; value <= &to->filename; value++) incref(*value);
    incref(to->attribute_names);
    OWNED Value copy = from_object(to);
    code_positions(from);
    CHECK(copy_arrays(vm, to, from));
    return TAKE(copy);
}

static bool set_text(VM *vm, Value *slot, Value value, Value name) {
    if (is_str(value)) {
        replace(slot, incref(value));
        return true;
    }
    raise_type(vm, "replace() argument '%S' must be str, not %N", name, value);
    return false;
}

static bool set_constants(VM *vm, Code *code, Value value) {
    if (!has_kind(value, KIND_TUPLE) || to_tuple(value)->count != code->constant_count) {
        raise_value(vm, "code: co_consts must be a tuple of %u values",
                    code->constant_count);
        return false;
    }
    for (u32 i = 0; i < code->constant_count; i++)
        replace(&code->constants[i], incref(to_tuple(value)->items[i]));
    return true;
}

/* Fields of CPython's code objects that cannot be changed here. */
static bool is_field(Value name) {
    static const char *const fields[] = {
        "co_argcount", "co_posonlyargcount", "co_kwonlyargcount",
        "co_nlocals",  "co_stacksize",       "co_code",
        "co_names",    "co_varnames",        "co_freevars",
        "co_cellvars", "co_linetable",       "co_exceptiontable"};
    for (usize i = 0; i < COUNT_OF(fields); i++)
        if (str_equals_text(name, fields[i])) return true;
    return false;
}

static bool change(VM *vm, Code *code, Value name, Value value) {
    i64 number;
    if (str_equals_text(name, "co_name")) return set_text(vm, &code->name, value, name);
    if (str_equals_text(name, "co_qualname"))
        return set_text(vm, &code->qualname, value, name);
    if (str_equals_text(name, "co_filename"))
        return set_text(vm, &code->filename, value, name);
    if (str_equals_text(name, "co_consts")) return set_constants(vm, code, value);
    bool is_line = str_equals_text(name, "co_firstlineno");
    if (is_line || str_equals_text(name, "co_flags")) {
        if (!object_to_i64(vm, value, &number)) return false;
        if (is_line)
            code->first_line = (i32)number;
        else
            code->flags = (u32)number;
        return true;
    }
    if (is_field(name))
        raise_format(vm, EXC(NotImplementedError), "code.replace() cannot change %S",
                     name);
    else
        raise_type(vm, "replace() got an unexpected keyword argument '%S'", name);
    return false;
}

/* Return a copy of the code object with new values for the specified fields. */
METHOD(code, replace, "($self, /, **changes)") {
    OWNED Value copy = TRY(copy_code(vm, (Code *)args[0]));
    Value name, value;
    for (u32 at = 0; dict_next(to_dict(args[1]), &at, &name, &value);)
        CHECK(change(vm, (Code *)copy, name, value));
    return TAKE(copy);
}

METHOD(code, __replace__, "($self, /, **changes)") {
    return code_replace_method(vm, args, nargs);
}
