#include "vm/traceback_text.h"

#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/frameobject.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/excerpt.h"
#include "vm/reports.h"
#include "vm/sources.h"
#include "vm/syntax_text.h"

/* ---- one entry ---- */

static Span shown_name(Value filename) {
    Span name = str_span(filename);
    bool is_prompt = name.length > 8 && memcmp(name.data, "<stdin>-", 8) == 0;
    return is_prompt ? SPAN("<stdin>") : name;
}

static void add_colored(Buffer *out, Span text, const char *color) {
    if (color) buffer_add_text(out, color);
    buffer_add_span(out, text);
    if (color) buffer_add_text(out, COLOR_RESET);
}

static void add_line_number(Buffer *out, i32 line, const char *color) {
    Buffer number = {0};
    if (line > 0)
        buffer_printf(&number, "%d", line);
    else
        buffer_add_text(&number, "None");
    add_colored(out, buffer_span(&number), color);
    buffer_free(&number);
}

static void print_heading(const Place *place, bool is_colored, Buffer *out) {
    const char *color = is_colored ? COLOR_MAGENTA : NULL;
    buffer_add_text(out, "  File ");
    if (color) buffer_add_text(out, color);
    buffer_add_char(out, '"');
    buffer_add_span(out, shown_name(place->filename));
    buffer_add_char(out, '"');
    if (color) buffer_add_text(out, COLOR_RESET);
    buffer_add_text(out, ", line ");
    add_line_number(out, place->line, color);
    buffer_add_text(out, ", in ");
    add_colored(out, str_span(place->name), color);
    buffer_add_char(out, '\n');
}

static bool is_file_name(Value filename) {
    Span name = str_span(filename);
    return name.length < 2 || name.data[0] != '<' || name.data[name.length - 1] != '>';
}

static const TracebackStyle usual_style;

void place_print(VM *vm, const Place *place, const TracebackStyle *style, Buffer *out) {
    if (!style) style = &usual_style;
    print_heading(place, style->color, out);
    if (place->line <= 0 || (style->is_plain && !is_file_name(place->filename))) return;
    i32 end = place->end_line >= place->line ? place->end_line : place->line;
    Buffer text = {0};
    sources_lines(vm, str_span(place->filename), (u32)place->line, (u32)end, &text);
    Excerpt excerpt = {buffer_span(&text), (u32)(end - place->line) + 1, place->column,
                       place->end_column};
    if (style->is_plain) excerpt.column = -1;
    excerpt_write(out, &excerpt, style->color);
    buffer_free(&text);
}

static Place place_of(const Traceback *entry) {
    const PositionRow *row = code_position_at(entry->code, entry->word);
    Place place = {
        entry->code->filename, entry->code->name, traceback_line(entry), 0, -1, -1};
    if (!row || row->line <= 0) return place;
    place.line = row->line;
    place.end_line = row->end_line;
    place.column = row->column;
    place.end_column = row->end_column;
    return place;
}

/* ---- a traceback ---- */

enum { SHOWN_REPEATS = 3 };

static u64 count_entries(Value traceback) {
    u64 count = 0;
    for (; traceback != EMPTY; traceback = ((Traceback *)traceback)->next) count++;
    return count;
}

static bool is_same_place(const Place *a, const Place *b) {
    return a->line == b->line && str_equal(a->filename, b->filename) &&
           str_equal(a->name, b->name);
}

static void print_repeats(u64 count, Buffer *out) {
    if (count <= SHOWN_REPEATS) return;
    u64 more = count - SHOWN_REPEATS;
    buffer_printf(out, "  [Previous line repeated %lu more time%s]\n",
                  (unsigned long)more, more > 1 ? "s" : "");
}

/* The entries [from, to) of the traceback. */
static void print_entries(VM *vm, Value traceback, u64 from, u64 to,
                          const TracebackStyle *style, Buffer *out) {
    Place last = {0};
    u64 repeats = 0;
    for (u64 i = 0; traceback != EMPTY && i < to; i++) {
        Traceback *entry = (Traceback *)traceback;
        traceback = entry->next;
        if (i < from) continue;
        Place place = place_of(entry);
        if (!last.filename || !is_same_place(&last, &place)) {
            print_repeats(repeats, out);
            repeats = 0;
        }
        last = place;
        if (++repeats <= SHOWN_REPEATS) place_print(vm, &place, style, out);
    }
    print_repeats(repeats, out);
}

/* sys.tracebacklimit keeps the last entries, counted as CPython slices them. */
static void limit_by_sys(VM *vm, u64 count, u64 *from) {
    Value value = has_kind(vm->sys, KIND_DICT)
                      ? dict_get_text(vm, to_dict(vm->sys), "tracebacklimit")
                      : EMPTY;
    if (!is_small(value)) return;
    i64 limit = to_small(value) < 0 ? 0 : to_small(value);
    i64 start = (i64)count - limit;
    if (start < 0) start += (i64)count;
    *from = start < 0 ? 0 : (u64)start;
}

static void choose_entries(VM *vm, const TracebackStyle *style, u64 count, u64 *from,
                           u64 *to) {
    *from = 0;
    *to = count;
    if (!style->is_limited) {
        limit_by_sys(vm, count, from);
        return;
    }
    u64 wanted = style->limit < 0 ? (u64)-style->limit : (u64)style->limit;
    if (wanted >= count) return;
    if (style->limit >= 0)
        *to = wanted;
    else
        *from = count - wanted;
}

/* Everything is written as a child of this. */
typedef struct Printer {
    VM *vm;
    const TracebackStyle *style;
    bool color;
    Buffer *out;
    Reports reports;
    u32 depth; /* of exception groups */
    bool needs_close;
} Printer;

bool traceback_print(VM *vm, Value traceback, const TracebackStyle *style, Buffer *out) {
    u64 from, to;
    if (!style) style = &usual_style;
    choose_entries(vm, style, count_entries(traceback), &from, &to);
    print_entries(vm, traceback, from, to, style, out);
    return !out->failed;
}

/* ---- indentation inside groups ---- */

enum { GROUP_WIDTH = 15, GROUP_DEPTH = 10 };

static void indent(Printer *p) {
    buffer_add_repeated(p->out, ' ', 2 * p->depth);
}

/* Each line of the text behind the margin of the group. */
static void emit(Printer *p, Span text, char margin) {
    const char *end = text.data + text.length;
    if (!p->depth) {
        buffer_add_span(p->out, text);
        return;
    }
    for (const char *at = text.data; at < end;) {
        const char *newline = memchr(at, '\n', (usize)(end - at));
        const char *next = newline ? newline + 1 : end;
        indent(p);
        buffer_add_char(p->out, margin);
        buffer_add_char(p->out, ' ');
        buffer_add(p->out, at, (usize)(next - at));
        at = next;
    }
}

static void emit_buffer(Printer *p, Buffer *text) {
    emit(p, buffer_span(text), '|');
    if (text->failed) p->out->failed = true;
    buffer_free(text);
}

static void emit_traceback(Printer *p, const Report *report, Span heading, char margin) {
    Value traceback = exception_traceback(p->vm, report->exception);
    Buffer text = {0};
    u64 from, to;
    choose_entries(p->vm, p->style, count_entries(traceback), &from, &to);
    if (from >= to) return;
    emit(p, heading, margin);
    print_entries(p->vm, traceback, from, to, p->style, &text);
    emit_buffer(p, &text);
}

/* ---- type, message, notes ---- */

void type_name_print(VM *vm, Type *type, Buffer *out) {
    OWNED Value module = object_getattr(vm, from_object(type), NAME(__module__));
    OWNED Value name = object_getattr(vm, from_object(type), NAME(__qualname__));
    if (module == FAIL || name == FAIL) exception_clear(vm);
    if (!is_str(module))
        buffer_add_text(out, "<unknown>.");
    else if (!str_equals_text(module, "builtins") &&
             !str_equals_text(module, "__main__")) {
        buffer_add_span(out, str_span(module));
        buffer_add_char(out, '.');
    }
    if (is_str(name))
        buffer_add_span(out, str_span(name));
    else
        buffer_add_text(out, type_name(type));
}

static void add_last_line(VM *vm, const Report *report, bool color, Buffer *out) {
    if (color) buffer_add_text(out, COLOR_BOLD_MAGENTA);
    type_name_print(vm, type_of(vm, report->exception), out);
    if (color) buffer_add_text(out, COLOR_RESET);
    if (report->text != EMPTY && to_str(report->text)->size) {
        buffer_add_text(out, ": ");
        add_colored(out, str_span(report->text), color ? COLOR_MAGENTA : NULL);
    }
    buffer_add_char(out, '\n');
}

/* Takes over `note`. */
static void add_note(Buffer *out, Value note) {
    if (note == EMPTY) return;
    buffer_add_span(out, str_span(note));
    buffer_add_char(out, '\n');
    decref(note);
}

static void add_notes(VM *vm, Value notes, Buffer *out) {
    if (notes == EMPTY) return;
    bool is_list = has_kind(notes, KIND_LIST);
    if (!is_list && !has_kind(notes, KIND_TUPLE)) {
        add_note(out, safe_repr(vm, notes, "__notes__"));
        return;
    }
    for (usize i = 0; i < (is_list ? to_list(notes)->count : to_tuple(notes)->count);
         i++) {
        OWNED Value note =
            incref(is_list ? to_list(notes)->items[i] : to_tuple(notes)->items[i]);
        add_note(out, safe_str(vm, note, "note"));
    }
}

static void print_only(VM *vm, const Report *report, bool color, Buffer *out) {
    if (is_instance(vm, report->exception, EXC(SyntaxError))) {
        Buffer name = {0};
        type_name_print(vm, type_of(vm, report->exception), &name);
        syntax_error_print(vm, report->exception, buffer_span(&name), color, out);
        buffer_free(&name);
    } else
        add_last_line(vm, report, color, out);
    add_notes(vm, report->notes, out);
}

static void emit_only(Printer *p, const Report *report) {
    Buffer text = {0};
    print_only(p->vm, report, p->color, &text);
    emit_buffer(p, &text);
}

/* ---- exceptions with their chains; a group calls itself for its members, GROUP_DEPTH
 * deep ---- */

static void print_chain(Printer *p, i32 index);

static void print_title(Printer *p, u32 number, bool is_truncated) {
    indent(p);
    buffer_add_text(p->out, number == 1 ? "+-" : "  ");
    if (is_truncated)
        buffer_add_text(p->out, "+---------------- ... ----------------\n");
    else
        buffer_printf(p->out, "+---------------- %u ----------------\n", number);
}

static void print_surplus(Printer *p, u32 count) {
    Buffer text = {0};
    buffer_printf(&text, "and %u more exception%s\n", count, count > 1 ? "s" : "");
    emit_buffer(p, &text);
}

static void print_close(Printer *p) {
    if (!p->needs_close) return;
    indent(p);
    buffer_add_text(p->out, "+------------------------------------\n");
    p->needs_close = false;
}

static void print_members(Printer *p, const Report *report) {
    i32 first = report->members;
    u32 count = report->member_count;
    u32 shown = count <= GROUP_WIDTH ? count : GROUP_WIDTH + 1;
    p->needs_close = false;
    for (u32 i = 0; i < shown; i++) {
        bool is_truncated = i >= GROUP_WIDTH, is_last = i == shown - 1;
        if (is_last) p->needs_close = true;
        print_title(p, i + 1, is_truncated);
        p->depth++;
        if (is_truncated)
            print_surplus(p, count - GROUP_WIDTH);
        else
            print_chain(p, first + (i32)i);
        if (is_last) print_close(p);
        p->depth--;
    }
}

static void print_group(Printer *p, const Report *report) {
    bool is_top = p->depth == 0;
    if (p->depth > GROUP_DEPTH) {
        emit(p, SPAN("... (max_group_depth is 10)\n"), '|');
        return;
    }
    if (is_top) p->depth = 1;
    emit_traceback(p, report,
                   SPAN("Exception Group Traceback (most recent call last):\n"),
                   is_top ? '+' : '|');
    emit_only(p, report);
    print_members(p, report);
    if (is_top) p->depth = 0;
}

static void print_one(Printer *p, const Report *report) {
    if (report->members >= 0) {
        print_group(p, report);
        return;
    }
    emit_traceback(p, report, SPAN("Traceback (most recent call last):\n"), '|');
    emit_only(p, report);
}

static i32 next_in_chain(const Report *report) {
    return report->cause >= 0 ? report->cause : report->context;
}

static const Span by_cause =
    SPAN("\nThe above exception was the direct cause of the following exception:\n\n");
static const Span by_context =
    SPAN("\nDuring handling of the above exception, another exception occurred:\n\n");

/* The end of the chain comes first. */
static void print_chain(Printer *p, i32 index) {
    const Report *items = p->reports.items;
    i32 at = index;
    while (next_in_chain(&items[at]) >= 0) at = next_in_chain(&items[at]);
    for (;; at = items[at].before) {
        if (items[at].cause >= 0)
            emit(p, by_cause, '|');
        else if (items[at].context >= 0)
            emit(p, by_context, '|');
        print_one(p, &items[at]);
        if (at == index) return;
    }
}

/* ---- entrances ---- */

bool exception_print(VM *vm, Value exception, const TracebackStyle *style, Buffer *out) {
    Value pending = exception_take(vm);
    if (!style) style = &usual_style;
    Printer printer = {.vm = vm, .style = style, .color = style->color, .out = out};
    reports_gather(vm, &printer.reports, exception, !style->is_unchained);
    bool is_done = printer.reports.count && !printer.reports.failed;
    if (is_done) print_chain(&printer, 0);
    reports_free(vm, &printer.reports);
    exception_clear(vm);
    exception_restore(vm, pending);
    return is_done && !out->failed;
}

bool exception_print_only(VM *vm, Value exception, bool color, Buffer *out) {
    Value pending = exception_take(vm);
    Reports reports = {0};
    reports_gather(vm, &reports, exception, false);
    bool is_done = reports.count && !reports.failed;
    if (is_done) print_only(vm, &reports.items[0], color, out);
    reports_free(vm, &reports);
    exception_clear(vm);
    exception_restore(vm, pending);
    return is_done && !out->failed;
}
