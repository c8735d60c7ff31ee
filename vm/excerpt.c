#include "vm/excerpt.h"

#include <utf8proc.h>

#include "base/unicode.h"
#include "base/utf8.h"
#include "vm/anchors.h"

static u32 char_width(u32 c) {
    return c >= 0x300 && utf8proc_charwidth((utf8proc_int32_t)c) == 2 ? 2 : 1;
}

u32 display_width(const u32 *text, u32 count) {
    u32 width = 0;
    for (u32 i = 0; i < count; i++) width += char_width(text[i]);
    return width;
}

/* As above; columns behind the end of the line count one each if the line is ASCII, else
 * none. */
static u32 width_to(const Line *line, u32 offset) {
    u32 count = offset < line->length ? offset : line->length;
    u32 width = display_width(line->chars, count);
    for (u32 i = 0; i < line->length; i++)
        if (line->chars[i] >= 0x80) return width;
    return width + (offset - count);
}

/* ---- lines ---- */

static Line decode_line(Arena *arena, const char *from, const char *end) {
    u32 *chars = ARENA_ARRAY(arena, u32, (usize)(end - from) + 1);
    Line line = {chars, 0};
    while (chars && from < end) chars[line.length++] = utf8_next(&from);
    return line;
}

static Lines decode_lines(Arena *arena, Span text, u32 count) {
    Lines lines = {ARENA_ARRAY(arena, Line, count), 0};
    const char *at = text.data, *end = at + text.length;
    while (lines.items && at < end && lines.count < count) {
        const char *newline = memchr(at, '\n', (usize)(end - at));
        if (!newline) newline = end;
        lines.items[lines.count++] = decode_line(arena, at, newline);
        at = newline < end ? newline + 1 : end;
    }
    return lines;
}

static bool is_blank_char(u32 c) {
    return c == ' ' || c == '\t';
}

static u32 indentation(const Line *line) {
    u32 count = 0;
    while (count < line->length && is_blank_char(line->chars[count])) count++;
    return count;
}

static u32 common_prefix(const u32 *a, const u32 *b, u32 limit) {
    u32 count = 0;
    while (count < limit && a[count] == b[count]) count++;
    return count;
}

/* Take off the indentation that all lines share. Lines of blanks become empty. */
static Lines dedent(Arena *arena, const Lines *from) {
    const u32 *margin = NULL;
    u32 width = 0;
    for (u32 i = 0; i < from->count; i++) {
        const Line *line = &from->items[i];
        u32 own = indentation(line);
        if (own == line->length) continue;
        if (!margin)
            width = own;
        else
            width = common_prefix(margin, line->chars, own < width ? own : width);
        margin = line->chars;
    }
    Lines to = {ARENA_ARRAY(arena, Line, from->count), from->count};
    for (u32 i = 0; to.items && i < from->count; i++) {
        const Line *line = &from->items[i];
        bool is_blank = indentation(line) == line->length;
        to.items[i] = is_blank ? (Line){line->chars, 0}
                               : (Line){line->chars + width, line->length - width};
    }
    if (!to.items) to.count = 0;
    return to;
}

/* ---- what is marked ---- */

typedef struct Marks {
    Arena *arena;
    Lines lines;                /* dedented */
    u32 start, end;             /* characters, in the first and the last line */
    u32 width_start, width_end; /* the same as columns on a terminal */
    bool are_shown, has_anchors;
    Anchors anchors; /* in columns */
    Buffer result;   /* what is to be shown, before it is indented */
    bool color;
} Marks;

static u32 minus(u32 a, u32 b) {
    return a > b ? a - b : 0;
}

static Line *last_line(Lines *lines) {
    return &lines->items[lines->count - 1];
}

/* The characters from start in the first line to end in the last. */
static Lines cut_segment(Marks *m) {
    Lines segment = {ARENA_ARRAY(m->arena, Line, m->lines.count), m->lines.count};
    if (!segment.items) return (Lines){0};
    memcpy(segment.items, m->lines.items, m->lines.count * sizeof(Line));
    Line *last = last_line(&segment), *first = segment.items;
    last->length = m->end < last->length ? m->end : last->length;
    u32 skipped = m->start < first->length ? m->start : first->length;
    first->chars += skipped;
    first->length -= skipped;
    return segment;
}

static void find_anchors(Marks *m) {
    Lines segment = cut_segment(m);
    Anchors *a = &m->anchors;
    m->has_anchors = segment.count && anchors_find(m->arena, &segment, a);
    if (!m->has_anchors) return;
    if (a->left_line == 0) a->left += m->start;
    if (a->right_line == 0) a->right += m->start;
    a->left = width_to(&m->lines.items[a->left_line], a->left);
    a->right = width_to(&m->lines.items[a->right_line], a->right);
}

static bool has_text(const Line *line, u32 from, u32 to) {
    for (u32 i = from; i < to && i < line->length; i++)
        if (!unicode_is_space(line->chars[i])) return true;
    return false;
}

/* Markers are left out when they would cover all that is shown. */
static bool should_show(Marks *m) {
    StatementSort sort = lines_statement(m->arena, &m->lines, m->start, m->end);
    if (sort != STATEMENT_PLAIN) return false;
    if (m->has_anchors) return true;
    Line *last = last_line(&m->lines);
    return has_text(m->lines.items, 0, m->start) || has_text(last, m->end, last->length);
}

static bool set_marks(Marks *m, const Excerpt *excerpt) {
    Lines original = decode_lines(m->arena, excerpt->text, excerpt->line_count);
    m->lines = dedent(m->arena, &original);
    if (m->lines.count != excerpt->line_count) return false;
    u32 shift = original.items[0].length - m->lines.items[0].length;
    m->start = minus(line_chars_at(original.items, (u32)excerpt->column), shift);
    m->end = minus(line_chars_at(last_line(&original), (u32)excerpt->end_column), shift);
    m->width_start = width_to(m->lines.items, m->start);
    m->width_end = width_to(last_line(&m->lines), m->end);
    find_anchors(m);
    m->are_shown = should_show(m);
    return true;
}

/* ---- writing ---- */

static void add_chars(Buffer *out, const Line *line, u32 from, u32 to) {
    for (u32 i = from; i < to && i < line->length; i++)
        buffer_add_code_point(out, line->chars[i]);
}

static void add_line(Buffer *out, const Line *line) {
    add_chars(out, line, 0, line->length);
    buffer_add_char(out, '\n');
}

static bool is_between_anchors(const Marks *m, u32 line, u32 column) {
    const Anchors *a = &m->anchors;
    if (!m->has_anchors) return false;
    bool is_behind_left =
        line > a->left_line || (line == a->left_line && column >= a->left);
    bool is_before_right =
        line < a->right_line || (line == a->right_line && column < a->right);
    return is_behind_left && is_before_right;
}

static u32 leading_spaces(const Line *line) {
    u32 count = 0;
    while (count < line->length && unicode_is_space(line->chars[count])) count++;
    return count;
}

static Line make_carets(Marks *m, u32 index) {
    const Line *line = &m->lines.items[index];
    bool is_last = index == m->lines.count - 1;
    u32 spaces = leading_spaces(line);
    u32 count = is_last ? m->width_end : width_to(line, line->length);
    u32 *chars = ARENA_ARRAY(m->arena, u32, count + 1);
    for (u32 i = 0; chars && i < count; i++) {
        bool is_before = i < spaces || (index == 0 && i < m->width_start);
        chars[i] = is_before                         ? ' '
                   : is_between_anchors(m, index, i) ? '^'
                   : m->has_anchors                  ? '~'
                                                     : '^';
    }
    return (Line){chars, chars ? count : 0};
}

static u32 marker_at(const Line *carets, u32 column) {
    return column < carets->length ? carets->chars[column] : 0;
}

/* The characters, coloured in runs by their markers. The line's newline counts as one of
 * them. */
static void add_colored(Buffer *out, const Line *line, const Line *carets) {
    u32 longest = line->length > carets->length ? line->length : carets->length;
    for (u32 from = 0, to; from < longest; from = to) {
        u32 marker = marker_at(carets, from);
        for (to = from + 1; to < longest && marker_at(carets, to) == marker;) to++;
        const char *color = marker == '^'   ? COLOR_BOLD_RED
                            : marker == '~' ? COLOR_RED
                                            : NULL;
        if (color) buffer_add_text(out, color);
        add_chars(out, line, from, to);
        if (color) buffer_add_text(out, COLOR_RESET);
    }
}

static Line with_newline(Arena *arena, const Line *line) {
    u32 *chars = ARENA_ARRAY(arena, u32, line->length + 1);
    if (!chars) return *line;
    memcpy(chars, line->chars, line->length * sizeof(u32));
    chars[line->length] = '\n';
    return (Line){chars, line->length + 1};
}

static void add_marked(Marks *m, u32 index) {
    const Line *line = &m->lines.items[index];
    Line carets = {0};
    if (m->are_shown) carets = make_carets(m, index);
    if (m->color && m->are_shown) {
        Line whole = with_newline(m->arena, line);
        add_colored(&m->result, &whole, &carets);
        add_colored(&m->result, &carets, &carets);
        buffer_add_char(&m->result, '\n');
    } else {
        add_line(&m->result, line);
        if (m->are_shown) add_line(&m->result, &carets);
    }
}

static bool is_near(u32 line, u32 anchor) {
    return line + 1 >= anchor && line <= anchor + 1;
}

/* First and last line, and those around the anchors. */
static bool is_significant(const Marks *m, u32 line) {
    if (line == 0 || line == m->lines.count - 1) return true;
    if (!m->has_anchors) return false;
    return is_near(line, m->anchors.left_line) || is_near(line, m->anchors.right_line);
}

static void add_all(Marks *m) {
    u32 previous = 0;
    for (u32 i = 0; i < m->lines.count; i++) {
        if (!is_significant(m, i)) continue;
        if (i - previous == 2)
            add_marked(m, i - 1);
        else if (i - previous > 2)
            buffer_printf(&m->result, "...<%u lines>...\n", i - previous - 1);
        add_marked(m, i);
        previous = i;
    }
}

static void write_line(Buffer *out, const Line *line) {
    buffer_add_text(out, "    ");
    add_line(out, line);
}

static void write_result(Buffer *out, Marks *m) {
    Span text = buffer_span(&m->result);
    u32 count = 0;
    for (usize i = 0; i < text.length; i++) count += text.data[i] == '\n';
    Lines lines = decode_lines(m->arena, text, count);
    lines = dedent(m->arena, &lines);
    for (u32 i = 0; i < lines.count; i++) write_line(out, &lines.items[i]);
}

/* Without columns: the first line alone. */
static void write_first(Buffer *out, Arena *arena, const Excerpt *excerpt) {
    Lines lines = decode_lines(arena, excerpt->text, 1);
    if (!lines.count) return;
    Line *line = lines.items;
    u32 spaces = leading_spaces(line);
    write_line(out, &(Line){line->chars + spaces, line->length - spaces});
}

static bool is_blank(const Excerpt *excerpt) {
    for (const char *at = excerpt->text.data;
         at < excerpt->text.data + excerpt->text.length;)
        if (!unicode_is_space(utf8_next(&at))) return false;
    return true;
}

void excerpt_write(Buffer *out, const Excerpt *excerpt, bool color) {
    if (is_blank(excerpt)) return;
    Arena arena;
    arena_init(&arena);
    Marks marks = {.arena = &arena, .color = color};
    if (excerpt->column < 0 || excerpt->end_column < 0)
        write_first(out, &arena, excerpt);
    else if (set_marks(&marks, excerpt)) {
        add_all(&marks);
        write_result(out, &marks);
    }
    buffer_free(&marks.result);
    arena_free(&arena);
}
