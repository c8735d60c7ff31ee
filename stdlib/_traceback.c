/* The C half of the module traceback: source lines with markers, suggestions, whole
 * texts. */
#include <sys/stat.h>

#include "objects/exc.h"
#include "objects/float.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/excerpt.h"
#include "vm/sources.h"
#include "vm/suggest.h"
#include "vm/traceback_text.h"

MODULE(_traceback, "The C half of traceback.")

static bool read_i32(VM *vm, Value v, i32 otherwise, i32 *out) {
    i64 number;
    *out = otherwise;
    if (v == EMPTY || v == NONE) return true;
    if (!object_to_i64_clamped(vm, v, &number)) return false;
    *out = number > INT32_MAX ? INT32_MAX : number < INT32_MIN ? INT32_MIN : (i32)number;
    return true;
}

static bool need_str(VM *vm, Value v) {
    return is_str(v) || raise_type(vm, "expected str, not '%T'", v) != FAIL;
}

static bool need_exception(VM *vm, Value v) {
    return is_exception(v) ||
           raise_type(vm, "expected an exception, not '%T'", v) != FAIL;
}

static u32 count_lines(Span text) {
    u32 count = 0;
    for (usize i = 0; i < text.length; i++) count += text.data[i] == '\n';
    return count;
}

/* The lines first to last of a source file, without white space at their ends. */
FUNCTION(_traceback, lines, "(filename, first, last, /)") {
    i32 first, last;
    CHECK(need_str(vm, args[0]) && read_i32(vm, args[1], 0, &first));
    CHECK(read_i32(vm, args[2], 0, &last));
    Buffer text = {0};
    sources_lines(vm, str_span(args[0]), first < 0 ? 0 : (u32)first,
                  last < 0 ? 0 : (u32)last, &text);
    return str_from_buffer(vm, &text);
}

/* Source lines (each ending in a newline) as a traceback shows them. */
FUNCTION(_traceback, excerpt, "(lines, column, end_column, color, /)") {
    Excerpt excerpt = {0};
    CHECK(need_str(vm, args[0]) && read_i32(vm, args[1], -1, &excerpt.column));
    CHECK(read_i32(vm, args[2], -1, &excerpt.end_column));
    excerpt.text = str_span(args[0]);
    excerpt.line_count = count_lines(excerpt.text);
    if (!excerpt.line_count) return incref(vm->empty_str);
    Buffer out = {0};
    excerpt_write(&out, &excerpt, args[3] == TRUE);
    return str_from_buffer(vm, &out);
}

/* The name that was probably meant by the one that the exception is about, or None. */
FUNCTION(_traceback, suggest, "(exception, /)") {
    CHECK(need_exception(vm, args[0]));
    Value name = suggest_name(vm, args[0]);
    return name == EMPTY ? NONE : name;
}

FUNCTION(_traceback, is_stdlib_module, "(name, /)") {
    return from_bool(is_str(args[0]) && is_stdlib_module(str_span(args[0])));
}

/* (line, end line, column, end column) of the instruction of a traceback entry; None:
 * unknown. */
FUNCTION(_traceback, position, "(traceback, /)") {
    if (!has_kind(args[0], KIND_TRACEBACK))
        return raise_type(vm, "expected a traceback, not '%T'", args[0]);
    Traceback *entry = (Traceback *)args[0];
    const PositionRow *row = code_position_at(entry->code, entry->word);
    if (!row || row->line <= 0) {
        i32 line = traceback_line(entry);
        return tuple_of(vm, 4, line ? from_small(line) : NONE, NONE, NONE, NONE);
    }
    bool has_columns = row->column >= 0 && row->end_column >= 0;
    return tuple_of(vm, 4, from_small(row->line), from_small(row->end_line > 0 ? row->end_line : row->line),
                    has_columns ? from_small(row->column) : NONE,
                    has_columns ? from_small(row->end_column) : NONE);
}

/* The text of an exception: what print_exception prints. */
FUNCTION(_traceback, text, "(exception, limit, chain, color, /)") {
    CHECK(need_exception(vm, args[0]));
    TracebackStyle style = {.color = args[3] == TRUE, .is_unchained = args[2] == FALSE};
    style.is_limited = args[1] != NONE;
    if (style.is_limited) CHECK(object_to_i64_clamped(vm, args[1], &style.limit));
    Buffer out = {0};
    if (exception_print(vm, args[0], &style, &out)) return str_from_buffer(vm, &out);
    buffer_free(&out);
    return raise_memory(vm);
}

/* The whole text of a source file, or None. */
FUNCTION(_traceback, source, "(filename, /)") {
    CHECK(need_str(vm, args[0]));
    Span text = sources_text(vm, str_span(args[0]));
    return text.data ? str_from_span(vm, text) : NONE;
}

/* (size, time of its last change) of a file, or None. */
FUNCTION(_traceback, source_state, "(filename, /)") {
    struct stat state;
    CHECK(need_str(vm, args[0]));
    if (stat(to_str(args[0])->data, &state) != 0) return NONE;
    double time = (double)state.st_mtim.tv_sec + (double)state.st_mtim.tv_nsec / 1e9;
    OWNED Value modified = TRY(float_new(vm, time));
    return tuple_of(vm, 2, from_small(state.st_size), modified);
}
