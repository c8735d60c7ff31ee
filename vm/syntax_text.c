#include "vm/syntax_text.h"

#include "base/unicode.h"
#include "base/utf8.h"
#include "objects/exc.h"
#include "objects/str.h"
#include "vm/excerpt.h"
#include "vm/reports.h"

/* Lengths and columns here count code points. */
typedef struct CaretRange {
    Span text;      /* of the line, from its first character that is no blank */
    i64 start, end; /* in that text, from 0 */
    bool has_carets;
} CaretRange;

static bool is_stripped(char c) {
    return c == ' ' || c == '\n' || c == '\f';
}

static Span strip_newlines(Span text) {
    while (text.length && text.data[text.length - 1] == '\n') text.length--;
    return text;
}

static Span strip_blanks(Span text) {
    while (text.length && is_stripped(*text.data)) text.data++, text.length--;
    return text;
}

static i64 count_of(Span text) {
    return (i64)utf8_count(text.data, text.length);
}

static i64 number_or(Value v, i64 otherwise) {
    return is_small(v) ? to_small(v) : otherwise;
}

static CaretRange find_range(const SyntaxException *e) {
    Span whole = str_span(e->text), line = strip_newlines(whole);
    CaretRange range = {.text = strip_blanks(line)};
    if (!is_small(e->offset)) return range;
    i64 length = count_of(line), spaces = length - count_of(range.text);
    i64 all = count_of(whole), offset = to_small(e->offset);
    i64 end = number_or(e->end_offset, 0);
    if (end == 0) end = offset;
    bool is_one_line = number_or(e->lineno, 0) == number_or(e->end_lineno, 0);
    if (!is_one_line) end = length + 1;
    if (all && offset > all) offset = length + 1;
    if (all && end > all) end = length + 1;
    if (offset >= end || end < 0) end = offset + 1;
    range.start = offset - 1 - spaces;
    range.end = end - 1 - spaces;
    range.has_carets = range.start >= 0;
    return range;
}

/* The characters [from, to) of the text. */
static Span cut(Span text, i64 from, i64 to) {
    i64 count = count_of(text);
    if (from > count) from = count;
    if (to > count) to = count;
    if (to < from) to = from;
    usize start = utf8_offset(text.data, text.length, (usize)from);
    usize end = utf8_offset(text.data, text.length, (usize)to);
    return (Span){text.data + start, end - start};
}

static void add_source(const CaretRange *range, bool color, Buffer *out) {
    buffer_add_text(out, "    ");
    if (!color || !range->has_carets)
        buffer_add_span(out, range->text);
    else {
        buffer_add_span(out, cut(range->text, 0, range->start));
        buffer_add_text(out, COLOR_BOLD_RED);
        buffer_add_span(out, cut(range->text, range->start, range->end));
        buffer_add_text(out, COLOR_RESET);
        buffer_add_span(out, cut(range->text, range->end, INT64_MAX));
    }
    buffer_add_char(out, '\n');
}

/* White space that is no blank, as a tab, stays for the sake of alignment. */
static void add_carets(const CaretRange *range, bool color, Buffer *out) {
    if (!range->has_carets) return;
    Span before = cut(range->text, 0, range->start);
    const char *at = before.data, *end = at + before.length;
    buffer_add_text(out, "    ");
    while (at < end) {
        u32 c = utf8_next(&at);
        buffer_add_code_point(out, unicode_is_space(c) ? c : ' ');
    }
    if (color) buffer_add_text(out, COLOR_BOLD_RED);
    buffer_add_repeated(out, '^', (usize)(range->end - range->start));
    if (color) buffer_add_text(out, COLOR_RESET);
    buffer_add_char(out, '\n');
}

static bool is_given(Value v) {
    return v != EMPTY && v != NONE;
}

static void add_value(VM *vm, Value v, Buffer *out) {
    OWNED Value text = safe_str(vm, v, "exception");
    if (text != EMPTY) buffer_add_span(out, str_span(text));
}

static bool is_empty_str(Value v) {
    return is_str(v) && to_str(v)->size == 0;
}

static void add_place(VM *vm, const SyntaxException *e, bool color, Buffer *out) {
    const char *on = color ? COLOR_MAGENTA : "", *off = color ? COLOR_RESET : "";
    buffer_printf(out, "  File %s\"", on);
    if (is_given(e->filename) && !is_empty_str(e->filename))
        add_value(vm, e->filename, out);
    else
        buffer_add_text(out, "<string>");
    buffer_printf(out, "\"%s, line %s", off, on);
    add_value(vm, e->lineno, out);
    buffer_printf(out, "%s\n", off);
}

static void add_message(VM *vm, const SyntaxException *e, Span type_name, bool color,
                        Buffer *out) {
    if (color) buffer_add_text(out, COLOR_BOLD_MAGENTA);
    buffer_add_span(out, type_name);
    if (color) buffer_add_text(out, COLOR_RESET);
    buffer_add_text(out, ": ");
    if (color) buffer_add_text(out, COLOR_MAGENTA);
    if (is_given(e->msg) && !is_empty_str(e->msg))
        add_value(vm, e->msg, out);
    else
        buffer_add_text(out, "<no detail available>");
    if (color) buffer_add_text(out, COLOR_RESET);
    if (!is_given(e->lineno) && is_given(e->filename)) {
        buffer_add_text(out, " (");
        add_value(vm, e->filename, out);
        buffer_add_char(out, ')');
    }
    buffer_add_char(out, '\n');
}

void syntax_error_print(VM *vm, Value exception, Span type_name, bool color,
                        Buffer *out) {
    const SyntaxException *e = (SyntaxException *)exception;
    if (is_given(e->lineno)) add_place(vm, e, color, out);
    if (is_str(e->text)) {
        CaretRange range = find_range(e);
        add_source(&range, color, out);
        add_carets(&range, color, out);
    }
    add_message(vm, e, type_name, color, out);
}
