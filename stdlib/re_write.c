/* Write a regular expression in the syntax of PCRE2.
 *
 * Nothing is left to PCRE2 that the two might understand differently: which characters are
 * equal without case, what \s or $ is, is written out. Every group of Python becomes one of
 * PCRE2 with the same number. In the narrow form, which sees bytes or ASCII, characters
 * above 255 can never match and are left out.
 *
 * The options it is written for: DOTALL, ALT_CIRCUMFLEX; wide: UTF, UCP.
 */
#include "stdlib/re_ranges.h"
#include "stdlib/re_tree.h"

typedef struct Writer {
    const ReTree *tree;
    ReForm form;
    Buffer *out;
} Writer;

enum { MOST_TIMES = 65535 }; /* what PCRE2 can count */
enum { MOST_PIECES = 64 };   /* beyond so many times that, "at most" is no limit */

static void write_sequence(Writer *writer, const ReSequence *sequence);

static void write_text(Writer *writer, const char *text) {
    buffer_add_text(writer->out, text);
}

/* Do \w and the cases of letters mean those of ASCII only? */
static bool is_ascii(const Writer *writer, u32 flags) {
    return !writer->tree->is_text || flags & RE_ASCII;
}

static u32 limit_of(const Writer *writer) {
    return writer->form == RE_WIDE ? 0x10FFFF : 0xFF;
}

/* ---- characters ---- */

static bool is_plain(u32 c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           c == '_' || c == ' ' || c == ',' || c == '"' || c == '\'' || c == '=' ||
           c == ':' || c == ';' || c == '<' || c == '>' || c == '/' || c == '@';
}

static void write_character(Writer *writer, u32 c) {
    if (is_plain(c))
        buffer_add_char(writer->out, (char)c);
    else
        buffer_printf(writer->out, "\\x{%x}", c);
}

static void write_range(Writer *writer, ReRange range) {
    write_character(writer, range.low);
    if (range.high == range.low) return;
    if (range.high > range.low + 1) buffer_add_char(writer->out, '-');
    write_character(writer, range.high);
}

/* `extra`: categories that PCRE2 knows as Python does. */
static void write_ranges(Writer *writer, ReRanges *ranges, bool negated,
                         const char *extra) {
    re_ranges_normalize(ranges, limit_of(writer));
    usize count = re_range_count(ranges);
    if (!count && !*extra) return write_text(writer, negated ? "." : "(?!)");
    write_text(writer, negated ? "[^" : "[");
    for (usize i = 0; i < count; i++) write_range(writer, *re_range_at(ranges, i));
    write_text(writer, extra);
    write_text(writer, "]");
}

static void write_literal(Writer *writer, const ReNode *node) {
    u32 cases[RE_MAX_CASES], count = 1;
    if (node->flags & RE_IGNORECASE)
        count = re_cases(node->value, is_ascii(writer, node->flags), cases);
    if (count == 1) {
        if (node->value > limit_of(writer)) return write_text(writer, "(?!)");
        return write_character(writer, node->value);
    }
    ReRanges ranges = {0};
    for (u32 i = 0; i < count; i++) re_ranges_add(&ranges, cases[i], cases[i]);
    write_ranges(writer, &ranges, false, "");
    if (ranges.bytes.failed) writer->out->failed = true;
    buffer_free(&ranges.bytes);
}

/* ---- sets ---- */

static const ReRange ascii_digits[] = {{'0', '9'}};
static const ReRange ascii_words[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
static const ReRange ascii_spaces[] = {{'\t', '\r'}, {' ', ' '}};
static const ReRange spaces[] = {
    {0x09, 0x0D},     {0x1C, 0x20},     {0x85, 0x85},     {0xA0, 0xA0},
    {0x1680, 0x1680}, {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F},
    {0x205F, 0x205F}, {0x3000, 0x3000}};

typedef struct Category {
    const ReRange *ranges;
    usize count;
} Category;

static Category find_category(char lower, bool ascii) {
    if (lower == 'd') return (Category){ascii_digits, COUNT_OF(ascii_digits)};
    if (lower == 'w') return (Category){ascii_words, COUNT_OF(ascii_words)};
    if (ascii) return (Category){ascii_spaces, COUNT_OF(ascii_spaces)};
    return (Category){spaces, COUNT_OF(spaces)};
}

/* The category as ranges, or as letters for PCRE2 in `extra`. */
static void add_category(Writer *writer, ReRanges *ranges, char letter, bool ascii,
                         char *extra) {
    char lower = (char)(letter | 32);
    if (writer->form == RE_WIDE && !ascii && lower != 's') {
        char name[3] = {'\\', letter, 0};
        if (!strstr(extra, name)) strcat(extra, name);
        return;
    }
    Category category = find_category(lower, ascii);
    if (letter != lower)
        return re_ranges_add_others(ranges, category.ranges, category.count);
    for (usize i = 0; i < category.count; i++)
        re_ranges_add(ranges, category.ranges[i].low, category.ranges[i].high);
}

static void write_set(Writer *writer, const ReNode *node) {
    ReRanges ranges = {0};
    char extra[16] = "";
    bool ascii = is_ascii(writer, node->flags);
    for (const ReItem *item = node->items; item; item = item->next) {
        if (item->category) {
            add_category(writer, &ranges, item->category, ascii, extra);
            continue;
        }
        re_ranges_add(&ranges, item->low, item->high);
        if (node->flags & RE_IGNORECASE)
            re_ranges_add_cases(&ranges, item->low, item->high, ascii);
    }
    write_ranges(writer, &ranges, node->negated, extra);
    if (ranges.bytes.failed) writer->out->failed = true;
    buffer_free(&ranges.bytes);
}

/* ---- places ---- */

static void write_boundary(Writer *writer, u32 flags) {
    if (writer->form == RE_NARROW || !is_ascii(writer, flags))
        return write_text(writer, "\\b");
    write_text(writer, "(?:(?<=[0-9A-Z_a-z])(?![0-9A-Z_a-z])|"
                       "(?<![0-9A-Z_a-z])(?=[0-9A-Z_a-z]))");
}

/* An empty text has no place that is not a boundary either. */
static void write_no_boundary(Writer *writer, u32 flags) {
    write_text(writer, "(?!\\A\\z)");
    if (writer->form == RE_NARROW || !is_ascii(writer, flags))
        return write_text(writer, "\\B");
    write_text(writer, "(?:(?<=[0-9A-Z_a-z])(?=[0-9A-Z_a-z])|"
                       "(?<![0-9A-Z_a-z])(?![0-9A-Z_a-z]))");
}

/* ---- repeats ---- */

static bool is_one_piece(const ReSequence *body) {
    const ReNode *node = body->first;
    if (!node || node->next) return false;
    return node->kind == RE_SET || node->kind == RE_ANY || node->kind == RE_LITERAL;
}

static void write_times(Writer *writer, u32 low, u32 high, char mode) {
    if (high > MOST_TIMES) high = RE_MAX_REPEAT;
    if (high == RE_MAX_REPEAT && low <= 1)
        write_text(writer, low ? "+" : "*");
    else if (low == 0 && high == 1)
        write_text(writer, "?");
    else if (high == RE_MAX_REPEAT)
        buffer_printf(writer->out, "{%u,}", low);
    else
        buffer_printf(writer->out, "{%u,%u}", low, high);
    if (mode != 'g') write_text(writer, mode == 'l' ? "?" : "+");
}

/* More times than PCRE2 can count are counted in pieces. */
static void write_repeat(Writer *writer, const ReNode *node) {
    u32 low = node->low, high = node->high;
    bool brackets = !is_one_piece(node->body);
    if (high / MOST_TIMES > MOST_PIECES) high = RE_MAX_REPEAT;
    if (low > MOST_TIMES) write_text(writer, "(?:");
    for (; low > MOST_TIMES; low -= MOST_TIMES) {
        if (brackets) write_text(writer, "(?:");
        write_sequence(writer, node->body);
        buffer_printf(writer->out, brackets ? "){%d}" : "{%d}", MOST_TIMES);
        if (high != RE_MAX_REPEAT) high -= MOST_TIMES;
    }
    for (; !brackets && high != RE_MAX_REPEAT && high > MOST_TIMES; high -= MOST_TIMES) {
        write_sequence(writer, node->body);
        write_times(writer, low, MOST_TIMES, node->mode);
        low = 0;
    }
    if (brackets) write_text(writer, "(?:");
    write_sequence(writer, node->body);
    if (brackets) write_text(writer, ")");
    write_times(writer, low, high, node->mode);
    if (node->low > MOST_TIMES) write_text(writer, ")");
}

/* ---- groups ---- */

static void write_group(Writer *writer, const ReNode *node) {
    write_text(writer, node->value ? "(" : "(?:");
    write_sequence(writer, node->body);
    write_text(writer, ")");
    if (node->value && writer->tree->needs_marks)
        buffer_printf(writer->out, "(*MARK:%u)", node->value);
}

static void write_branches(Writer *writer, const ReNode *node) {
    write_text(writer, "(?:");
    for (const ReSequence *at = node->body; at; at = at->next) {
        write_sequence(writer, at);
        if (at->next) write_text(writer, "|");
    }
    write_text(writer, ")");
}

static void write_bracketed(Writer *writer, const char *open, const ReSequence *body) {
    write_text(writer, open);
    write_sequence(writer, body);
    write_text(writer, ")");
}

static void write_look(Writer *writer, const ReNode *node) {
    static const char *const opens[] = {"(?=", "(?!", "(?<=", "(?<!"};
    write_bracketed(writer, opens[node->backward * 2 + node->negated], node->body);
}

static void write_conditional(Writer *writer, const ReNode *node) {
    buffer_printf(writer->out, "(?(%u)", node->value);
    write_sequence(writer, node->body);
    if (node->other) {
        write_text(writer, "|");
        write_sequence(writer, node->other);
    }
    write_text(writer, ")");
}

static void write_node(Writer *writer, const ReNode *node) {
    bool is_multiline = node->flags & RE_MULTILINE;
    switch ((ReKind)node->kind) {
    case RE_LITERAL: return write_literal(writer, node);
    case RE_SET: return write_set(writer, node);
    case RE_ANY: return write_text(writer, node->flags & RE_DOTALL ? "." : "\\N");
    case RE_START: return write_text(writer, is_multiline ? "(?m:^)" : "\\A");
    case RE_END: return write_text(writer, is_multiline ? "(?m:$)" : "$");
    case RE_START_STRING: return write_text(writer, "\\A");
    case RE_END_STRING: return write_text(writer, "\\z");
    case RE_BOUNDARY: return write_boundary(writer, node->flags);
    case RE_NOT_BOUNDARY: return write_no_boundary(writer, node->flags);
    case RE_BRANCH: return write_branches(writer, node);
    case RE_GROUP: return write_group(writer, node);
    case RE_ATOMIC: return write_bracketed(writer, "(?>", node->body);
    case RE_REPEAT: return write_repeat(writer, node);
    case RE_BACKREFERENCE:
        buffer_printf(writer->out, node->flags & RE_IGNORECASE ? "(?i:\\g{%u})" : "\\g{%u}",
                      node->value);
        return;
    case RE_CONDITIONAL: return write_conditional(writer, node);
    case RE_LOOK: return write_look(writer, node);
    case RE_FAILURE: return write_text(writer, "(?!)");
    }
}

static void write_sequence(Writer *writer, const ReSequence *sequence) {
    for (const ReNode *node = sequence->first; node; node = node->next)
        write_node(writer, node);
}

void re_write(const ReTree *tree, ReForm form, Buffer *out) {
    Writer writer = {tree, form, out};
    write_sequence(&writer, tree->root);
}
