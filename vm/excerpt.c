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

static Lines decode_lines(Arena *arena, const Excerpt *excerpt) {
    Lines lines = {ARENA_ARRAY(arena, Line, excerpt->line_count), 0};
    const char *at = excerpt->text.data, *end = at + excerpt->text.length;
    while (lines.items && at < end && lines.count < excerpt->line_count) {
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
    Lines result;
    u32 capacity;
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
    Lines original = decode_lines(m->arena, excerpt);
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

static void push(Marks *m, Line line) {
    if (m->result.count == m->capacity) {
        u32 capacity = m->capacity ? m->capacity * 2 : 16;
        Line *items = ARENA_ARRAY(m->arena, Line, capacity);
        if (!items) return;
        if (m->result.count)
            memcpy(items, m->result.items, m->result.count * sizeof(Line));
        m->result.items = items;
        m->capacity = capacity;
    }
    m->result.items[m->result.count++] = line;
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

/* Colour the run of characters [from, to) of both lines by their marker. */
static void color_run(u32 *out, u32 *length, const Line *line, u32 from, u32 to,
                      u32 marker) {
    const char *color = marker == '^' ? COLOR_BOLD_RED : marker == '~' ? COLOR_RED : NULL;
    for (const char *c = color; c && *c; c++) out[(*length)++] = (u8)*c;
    for (u32 i = from; i < to && i < line->length; i++) out[(*length)++] = line->chars[i];
    for (const char *c = COLOR_RESET; color && *c; c++) out[(*length)++] = (u8)*c;
}

static Line color_line(Arena *arena, const Line *line, const Line *carets) {
    u32 longest = line->length > carets->length ? line->length : carets->length;
    u32 *out = ARENA_ARRAY(arena, u32, 12 * longest + 16);
    u32 length = 0;
    if (!out) return *line;
    for (u32 from = 0, to; from < longest; from = to) {
        u32 marker = from < carets->length ? carets->chars[from] : 0;
        for (to = from + 1; to < longest; to++)
            if ((to < carets->length ? carets->chars[to] : 0) != marker) break;
        color_run(out, &length, line, from, to, marker);
    }
    return (Line){out, length};
}

static void push_line(Marks *m, u32 index) {
    Line line = m->lines.items[index];
    if (!m->are_shown) {
        push(m, line);
        return;
    }
    Line carets = make_carets(m, index);
    push(m, m->color ? color_line(m->arena, &line, &carets) : line);
    push(m, m->color ? color_line(m->arena, &carets, &carets) : carets);
}

static void push_abbreviation(Marks *m, u32 count) {
    Buffer text = {0};
    buffer_printf(&text, "...<%u lines>...", count);
    if (!text.failed) push(m, decode_line(m->arena, text.data, text.data + text.length));
    buffer_free(&text);
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

static void push_all(Marks *m) {
    u32 previous = 0;
    for (u32 i = 0; i < m->lines.count; i++) {
        if (!is_significant(m, i)) continue;
        if (i - previous == 2)
            push_line(m, i - 1);
        else if (i - previous > 2)
            push_abbreviation(m, i - previous - 1);
        push_line(m, i);
        previous = i;
    }
}

static void write_lines(Buffer *out, const Lines *lines) {
    for (u32 i = 0; i < lines->count; i++) {
        buffer_add_text(out, "    ");
        for (u32 j = 0; j < lines->items[i].length; j++)
            buffer_add_code_point(out, lines->items[i].chars[j]);
        buffer_add_char(out, '\n');
    }
}

/* Without columns: the first line alone. */
static void write_first(Buffer *out, Arena *arena, const Excerpt *excerpt) {
    Lines lines = decode_lines(arena, excerpt);
    if (!lines.count) return;
    Line *line = lines.items;
    u32 spaces = leading_spaces(line);
    Line stripped = {line->chars + spaces, line->length - spaces};
    write_lines(out, &(Lines){&stripped, 1});
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
        push_all(&marks);
        Lines lines = dedent(&arena, &marks.result);
        write_lines(out, &lines);
    }
    arena_free(&arena);
}
