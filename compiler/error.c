/* SyntaxErrors and SyntaxWarnings with their places, and the memory of a compilation. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/utf8.h"
#include "compiler/state.h"
#include "objects/exc.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "parser/parser.h"

/* ---- memory and limits ---- */

void compiler_fail_raised(Compiler *c) {
    if (c->failed) return;
    c->failed = true;
    if (c->vm->exception == EMPTY) raise_memory(c->vm);
}

void compiler_fail_limit(Compiler *c, const char *what) {
    VM *vm = c->vm;
    if (!c->failed) raise_format(vm, EXC(OverflowError), "%s", what);
    c->failed = true;
}

void *compiler_alloc(Compiler *c, usize size) {
    void *memory = arena_alloc(c->arena, size);
    if (!memory) compiler_fail_raised(c);
    return memory;
}

void *compiler_grow(Compiler *c, const void *array, u32 used, u32 wanted, usize size) {
    void *larger = compiler_alloc(c, wanted * size);
    if (larger && array && used) memcpy(larger, array, used * size);
    return larger;
}

Value compiler_keep(Compiler *c, Value owned) {
    if (owned == FAIL) {
        compiler_fail_raised(c);
        return EMPTY;
    }
    if (!is_object(owned)) return owned;
    if (c->pool_count == c->pool_capacity) {
        u32 capacity = c->pool_capacity ? c->pool_capacity * 2 : 256;
        Value *larger = realloc(c->pool, capacity * sizeof *larger);
        if (!larger) {
            decref(owned);
            compiler_fail_raised(c);
            return EMPTY;
        }
        c->pool = larger;
        c->pool_capacity = capacity;
    }
    return c->pool[c->pool_count++] = owned;
}

bool compiler_enter(Compiler *c) {
    if (c->failed) return false;
    if (enter_recursion(c->vm, " during compilation")) return true;
    compiler_fail_raised(c);
    return false;
}

void compiler_leave(Compiler *c) {
    leave_recursion(c->vm);
}

/* ---- places ---- */

static bool is_line_end(char character) {
    return character == '\n' || character == '\r';
}

/* The line with this number, its newline included. */
static Span find_line(Span source, u32 number) {
    const char *at = source.data, *end = at + source.length;
    for (u32 line = 1; line < number && at < end; at++) {
        if (!is_line_end(*at)) continue;
        if (*at == '\r' && at + 1 < end && at[1] == '\n') at++;
        line++;
    }
    const char *stop = at;
    while (stop < end && !is_line_end(*stop)) stop++;
    return (Span){at, (usize)(stop - at) + (stop < end)};
}

static bool is_typed(Span filename) {
    static const char start[] = "<stdin>-";
    usize length = sizeof start - 1;
    return filename.length > length && memcmp(filename.data, start, length) == 0;
}

/* None if the file has no such line. */
static Value line_of_file(VM *vm, FILE *file, u32 number) {
    char *line = NULL;
    usize room = 0;
    ssize_t length = 0;
    for (u32 i = 0; i < number && length >= 0; i++) length = getline(&line, &room, file);
    Span text = {line, length < 0 ? 0 : (usize)length};
    usize bad;
    bool is_utf8 = utf8_check(text.data, text.length, &bad) == text.length;
    Value made = length >= 0 && is_utf8 ? str_from_span(vm, text) : NONE;
    free(line);
    return made;
}

/* CPython reads the line of what it could parse from the file of this name, if there is one. Only
 * what was typed has its text here. */
static Value text_of_line(Compiler *c, u32 line) {
    if (is_typed(c->filename)) return str_from_span(c->vm, find_line(c->source, line));
    char *path = strndup(c->filename.data, c->filename.length);
    FILE *file = path ? fopen(path, "re") : NULL;
    free(path);
    if (!file) return NONE;
    Value text = line_of_file(c->vm, file, line);
    fclose(file);
    return text;
}

static Value message_list(Compiler *c, const char *format, va_list arguments) {
    char *text = NULL;
    int length = vasprintf(&text, format, arguments);
    if (length < 0) return raise_memory(c->vm);
    Value message = str_new(c->vm, text, (usize)length);
    free(text);
    return message;
}

/* ---- errors ---- */

static Value position_tuple(Compiler *c, SourceRange at, bool has_end) {
    OWNED Value line = TRY(text_of_line(c, at.line));
    Value end_line = from_small(has_end ? at.end_line : at.line);
    /* CPython counts bytes here, unlike in its parser */
    Value end = has_end ? from_small((i64)at.end_column + 1) : NONE;
    return tuple_of(c->vm, 6, c->filename_value, from_small(at.line),
                    from_small((i64)at.column + 1), line, end_line, end);
}

static Value make_error(Compiler *c, SourceRange at, bool has_end, Value message) {
    VM *vm = c->vm;
    OWNED Value position = TRY(position_tuple(c, at, has_end));
    Value args[] = {message, position};
    return object_call(vm, from_object(EXC(SyntaxError)), args, 2, EMPTY);
}

enum { WITH_END = 1, LONE_MESSAGE = 2 };

static Value raise_error(Compiler *c, SourceRange at, u32 sort, Value message) {
    OWNED Value error = TRY(make_error(c, at, sort & WITH_END, message));
    if (sort & LONE_MESSAGE) {
        Value args = TRY(tuple_of(c->vm, 1, message));
        replace(&to_exception(error)->args, args);
    }
    return raise_instance(c->vm, error);
}

static void fail_list(Compiler *c, SourceRange at, u32 sort, const char *format,
                      va_list arguments) {
    if (c->failed) return;
    OWNED Value message = message_list(c, format, arguments);
    if (message != FAIL) raise_error(c, at, sort, message);
    c->failed = true;
}

void compiler_fail(Compiler *c, SourceRange at, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fail_list(c, at, WITH_END, format, arguments);
    va_end(arguments);
}

void compiler_fail_scope(Compiler *c, SourceRange at, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fail_list(c, at, WITH_END | LONE_MESSAGE, format, arguments);
    va_end(arguments);
}

void compiler_fail_future(Compiler *c, SourceRange at, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fail_list(c, at, LONE_MESSAGE, format, arguments);
    va_end(arguments);
}

void compiler_warn(Compiler *c, SourceRange at, const char *format, ...) {
    VM *vm = c->vm;
    if (c->failed || !vm->hooks.warn_explicit) return;
    va_list arguments;
    va_start(arguments, format);
    OWNED Value message = message_list(c, format, arguments);
    va_end(arguments);
    if (message == FAIL) {
        c->failed = true;
        return;
    }
    if (vm->hooks.warn_explicit(vm, EXC(SyntaxWarning), message, c->filename_value,
                                (i32)at.line))
        return;
    c->failed = true;
    if (!exception_matches(vm, EXC(SyntaxWarning))) return;
    exception_clear(vm);
    raise_error(c, at, WITH_END, message);
}

/* ---- the parser's errors ---- */

static Type *type_of_problem(VM *vm, ProblemKind kind) {
    switch (kind) {
    case PROBLEM_INDENTATION: return EXC(IndentationError);
    case PROBLEM_TAB: return EXC(TabError);
    case PROBLEM_MEMORY: return EXC(MemoryError);
    default: return EXC(SyntaxError);
    }
}

static Value problem_text(VM *vm, const SyntaxProblem *problem) {
    if (!problem->text.data) return NONE;
    Buffer text = {0};
    buffer_add_span(&text, problem->text);
    if (!problem->is_text_without_end) buffer_add_char(&text, '\n');
    return str_from_buffer(vm, &text);
}

Value compile_raise_problem(VM *vm, Span filename, const SyntaxProblem *problem) {
    bool is_incomplete = problem->is_incomplete;
    Type *type = is_incomplete ? EXC(_IncompleteInputError) : type_of_problem(vm, problem->kind);
    Span text_of_it = is_incomplete ? SPAN("incomplete input") : problem->message;
    OWNED Value message = TRY(str_from_span(vm, text_of_it));
    if (problem->kind == PROBLEM_MEMORY)
        return problem->message.length ? raise_with(vm, type, message)
                                       : raise_memory(vm);
    if (problem->has_no_place) return raise_with(vm, type, message);
    OWNED Value text = TRY(problem_text(vm, problem));
    OWNED Value name = TRY(str_from_os(vm, filename.data, filename.length));
    OWNED Value position = TRY(
        !problem->is_of_bytes
            ? tuple_of(vm, 6, name, from_small(problem->line), from_small(problem->column), text,
                       from_small(problem->end_line), from_small(problem->end_column))
            : tuple_of(vm, 4, name, from_small(0), from_small(-1), NONE));
    Value args[] = {message, position};
    OWNED Value error = TRY(object_call(vm, from_object(type), args, 2, EMPTY));
    return raise_instance(vm, error);
}
