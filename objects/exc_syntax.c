/* SyntaxError: msg, (filename, lineno, offset, text[, end_lineno, end_offset]). */
#include "objects/exc.h"
#include "objects/str.h"
#include "objects/tuple.h"

static Value new_syntax(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    return exception_allocate(vm, type, args, nargs, EXTRA_VALUES(SyntaxException));
}

static bool check_details(VM *vm, usize count) {
    if (count < 4)
        return raise_type(vm, "function takes at least 4 arguments (%lu given)", count) !=
               FAIL;
    if (count > 6)
        return raise_type(vm, "function takes at most 6 arguments (%lu given)", count) !=
               FAIL;
    if (count == 5)
        return raise_type(
                   vm, "end_offset must be provided when end_lineno is provided") != FAIL;
    return true;
}

static bool set_details(VM *vm, SyntaxException *e, Value details) {
    OWNED Value tuple = TRY_OR_FALSE(object_to_tuple(vm, details));
    usize count = to_tuple(tuple)->count;
    if (!check_details(vm, count)) return false;
    Value *fields[] = {&e->filename, &e->lineno,     &e->offset,
                       &e->text,     &e->end_lineno, &e->end_offset};
    for (usize i = 0; i < COUNT_OF(fields); i++)
        field_set(fields[i], i < count ? to_tuple(tuple)->items[i] : EMPTY);
    return true;
}

static bool init_syntax(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    SyntaxException *e = (SyntaxException *)self;
    if (!exception_init(vm, self, args, nargs, kwnames)) return false;
    if (nargs >= 1) field_set(&e->msg, args[0]);
    return nargs != 2 || set_details(vm, e, args[1]);
}

static Span base_name(Value path) {
    Span span = str_span(path);
    const char *slash = memrchr(span.data, '/', span.length);
    if (!slash) return span;
    usize skipped = (usize)(slash + 1 - span.data);
    return (Span){slash + 1, span.length - skipped};
}

static Value str_syntax(VM *vm, Value self) {
    SyntaxException *e = (SyntaxException *)self;
    Value msg = e->msg == EMPTY ? NONE : e->msg;
    bool has_line = is_small(e->lineno);
    if (!is_str(e->filename))
        return has_line ? str_format(vm, "%S (line %S)", msg, e->lineno)
                        : object_str(vm, msg);
    Span name = base_name(e->filename);
    if (!has_line) return str_format(vm, "%S (%.*s)", msg, (int)name.length, name.data);
    return str_format(vm, "%S (%.*s, line %S)", msg, (int)name.length, name.data,
                      e->lineno);
}

TYPE(SyntaxError, .name = "SyntaxError", .base = TYPE_Exception,
     .size = sizeof(SyntaxException), .kind = KIND_EXCEPTION,
     .flags = TYPE_EXCEPTION | TYPE_HAS_DICT,
     .slots = {.new = new_syntax, .init = init_syntax, .str = str_syntax},
     .doc = "Invalid syntax.")

/* exception msg */
GETTER(SyntaxError, msg) {
    return field_get(((SyntaxException *)self)->msg);
}

SETTER(SyntaxError, msg) {
    return field_set(&((SyntaxException *)self)->msg, value);
}

/* exception filename */
GETTER(SyntaxError, filename) {
    return field_get(((SyntaxException *)self)->filename);
}

SETTER(SyntaxError, filename) {
    return field_set(&((SyntaxException *)self)->filename, value);
}

/* exception lineno */
GETTER(SyntaxError, lineno) {
    return field_get(((SyntaxException *)self)->lineno);
}

SETTER(SyntaxError, lineno) {
    return field_set(&((SyntaxException *)self)->lineno, value);
}

/* exception offset */
GETTER(SyntaxError, offset) {
    return field_get(((SyntaxException *)self)->offset);
}

SETTER(SyntaxError, offset) {
    return field_set(&((SyntaxException *)self)->offset, value);
}

/* exception text */
GETTER(SyntaxError, text) {
    return field_get(((SyntaxException *)self)->text);
}

SETTER(SyntaxError, text) {
    return field_set(&((SyntaxException *)self)->text, value);
}

/* exception end lineno */
GETTER(SyntaxError, end_lineno) {
    return field_get(((SyntaxException *)self)->end_lineno);
}

SETTER(SyntaxError, end_lineno) {
    return field_set(&((SyntaxException *)self)->end_lineno, value);
}

/* exception end offset */
GETTER(SyntaxError, end_offset) {
    return field_get(((SyntaxException *)self)->end_offset);
}

SETTER(SyntaxError, end_offset) {
    return field_set(&((SyntaxException *)self)->end_offset, value);
}

/* exception print_file_and_line */
GETTER(SyntaxError, print_file_and_line) {
    return field_get(((SyntaxException *)self)->print_file_and_line);
}

SETTER(SyntaxError, print_file_and_line) {
    return field_set(&((SyntaxException *)self)->print_file_and_line, value);
}
