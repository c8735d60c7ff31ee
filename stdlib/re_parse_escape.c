/* Escapes in regular expressions. */
#include "base/unicode_names.h"
#include "objects/int.h"
#include "objects/str.h"
#include "stdlib/re_parser.h"

static int hex_value(u32 c) {
    if (re_is_digit(c)) return (int)(c - '0');
    c |= 32;
    return c >= 'a' && c <= 'f' ? (int)(c - 'a' + 10) : -1;
}

static bool fail_escape(ReParser *parser, usize start, const char *what) {
    ReSource *source = &parser->source;
    OWNED Value text = re_source_slice(source, start, source->at);
    if (text == FAIL) return false;
    return re_source_fail(source, source->at - start, "%s %S", what, text);
}

/* Exactly `count` hexadecimal digits. */
static bool parse_hex(ReParser *parser, usize start, u32 count, u32 *out) {
    ReSource *source = &parser->source;
    ReToken token;
    u64 value = 0;
    for (u32 i = 0; i < count; i++) {
        int digit = hex_value(re_source_peek(source));
        if (re_source_peek(source) == RE_NO_CHARACTER || digit < 0)
            return fail_escape(parser, start, "incomplete escape");
        value = value * 16 + (u32)digit;
        if (!re_source_get(source, &token)) return false;
    }
    if (value > 0x10FFFF) return fail_escape(parser, start, "bad escape");
    *out = (u32)value;
    return true;
}

static bool parse_named(ReParser *parser, u32 *out) {
    ReSource *source = &parser->source;
    int opened = re_source_match(source, '{');
    if (opened < 0) return false;
    if (!opened) return re_source_fail(source, 0, "missing {");
    OWNED Value name = re_source_until(source, '}', "character name");
    if (name == FAIL) return false;
    if (unicode_find_name(str_span(name), out)) return true;
    return re_source_fail(source, str_length(name) + 4, "undefined character name %R",
                          name);
}

bool re_parse_character(ReParser *parser, const ReToken *token, u32 *out) {
    u32 c = token->character;
    bool is_text = parser->source.is_text;
    if (c == 'x') return parse_hex(parser, token->start, 2, out);
    if (is_text && c == 'u') return parse_hex(parser, token->start, 4, out);
    if (is_text && c == 'U') return parse_hex(parser, token->start, 8, out);
    if (is_text && c == 'N') return parse_named(parser, out);
    if (re_is_letter(c)) return fail_escape(parser, token->start, "bad escape");
    *out = c;
    return true;
}

bool re_too_large_octal(ReParser *parser, usize start) {
    ReSource *source = &parser->source;
    OWNED Value text = re_source_slice(source, start, source->at);
    if (text == FAIL) return false;
    return re_source_fail(source, source->at - start,
                          "octal escape value %S outside of range 0-0o377", text);
}

static bool add_literal(ReParser *parser, ReSequence *sequence, u32 c, u32 flags) {
    ReNode *node = re_add(parser, sequence, RE_LITERAL, flags);
    if (node) node->value = c;
    return node;
}

static bool add_category(ReParser *parser, ReSequence *sequence, char letter, u32 flags) {
    ReNode *node = re_add(parser, sequence, RE_SET, flags);
    if (!node) return false;
    node->items = ARENA_NEW(parser->arena, ReItem);
    if (!node->items) return raise_memory(parser->vm), false;
    node->items->category = letter;
    return true;
}

/* \0, with up to two octal digits more */
static bool parse_null(ReParser *parser, ReSequence *sequence, u32 flags) {
    u32 value = 0;
    ReToken token;
    for (int i = 0; i < 2 && re_is_octal(re_source_peek(&parser->source)); i++) {
        value = value * 8 + re_source_peek(&parser->source) - '0';
        if (!re_source_get(&parser->source, &token)) return false;
    }
    return add_literal(parser, sequence, value, flags);
}

static bool add_reference(ReParser *parser, ReSequence *sequence, u32 group, usize start,
                          u32 flags) {
    ReSource *source = &parser->source;
    if (group >= parser->group_count)
        return re_source_fail(source, source->at - start - 1,
                              "invalid group reference %d", (int)group);
    if (!re_check_group(parser, group))
        return re_source_fail(source, source->at - start, "cannot refer to an open group");
    if (!re_check_behind(parser, group)) return false;
    ReNode *node = re_add(parser, sequence, RE_BACKREFERENCE, flags);
    if (node) node->value = group;
    return node;
}

/* \1 to \99, or three octal digits */
static bool parse_number(ReParser *parser, const ReToken *first, ReSequence *sequence,
                         u32 flags) {
    ReSource *source = &parser->source;
    u32 a = first->character, value = a - '0', b = re_source_peek(source);
    ReToken token;
    if (!re_is_digit(b))
        return add_reference(parser, sequence, value, first->start, flags);
    if (!re_source_get(source, &token)) return false;
    value = value * 10 + b - '0';
    u32 c = re_source_peek(source);
    if (!re_is_octal(a) || !re_is_octal(b) || !re_is_octal(c))
        return add_reference(parser, sequence, value, first->start, flags);
    if (!re_source_get(source, &token)) return false;
    value = (a - '0') * 64 + (b - '0') * 8 + c - '0';
    if (value > 0377) return re_too_large_octal(parser, first->start);
    return add_literal(parser, sequence, value, flags);
}

static int assertion_of(u32 c) {
    switch (c) {
    case 'A': return RE_START_STRING;
    case 'Z': return RE_END_STRING;
    case 'b': return RE_BOUNDARY;
    case 'B': return RE_NOT_BOUNDARY;
    default: return -1;
    }
}

bool re_parse_escape(ReParser *parser, const ReToken *token, u32 flags,
                     ReSequence *sequence) {
    u32 c = token->character;
    int assertion = assertion_of(c);
    if (assertion >= 0) return re_add(parser, sequence, (ReKind)assertion, flags);
    if (c && c < 128 && strchr("dDsSwW", (int)c))
        return add_category(parser, sequence, (char)c, flags);
    u32 simple = re_simple_escape(c);
    if (simple != RE_NO_CHARACTER) return add_literal(parser, sequence, simple, flags);
    if (c == '0') return parse_null(parser, sequence, flags);
    if (re_is_digit(c)) return parse_number(parser, token, sequence, flags);
    u32 character;
    if (!re_parse_character(parser, token, &character)) return false;
    return add_literal(parser, sequence, character, flags);
}
