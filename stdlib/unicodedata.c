/* unicodedata: names, categories, normal forms of characters. */
#include <utf8proc.h>

#include "base/unicode.h"
#include "base/unicode_names.h"
#include "base/unicode_normalize.h"
#include "base/utf8.h"
#include "objects/bytes.h"
#include "objects/float.h"
#include "objects/module.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/want.h"
#include "stdlib/unicodedata_tables.h"

MODULE(unicodedata,
       "This module provides access to the Unicode Character Database which\n"
       "defines character properties for all Unicode characters. The data in\n"
       "this database is based on the UnicodeData.txt file version\n"
       "15.1.0 which is publicly available from the Unicode Consortium\n"
       "at https://www.unicode.org/Public/15.1.0/ucd/.")

MODULE_INIT(unicodedata) {
    return module_add(vm, module, "unidata_version", str_from_text(vm, "15.1.0"));
}

/* The one character of the argument. */
static bool take_character(VM *vm, const char *function, const char *argument, Value v,
                           u32 *out) {
    if (!is_str(v) || str_length(v) != 1)
        return want_refuse(vm, function, argument, "a unicode character", v);
    *out = str_code_point(v, 0);
    return true;
}

/* The default, or ValueError. */
static Value or_default(VM *vm, Value otherwise, const char *message) {
    return otherwise == EMPTY ? raise_value(vm, "%s", message) : incref(otherwise);
}

/* ---- names ---- */

/* Returns the name assigned to the character chr as a string.
 *
 * If no name is defined, default is returned, or, if not given,
 * ValueError is raised. */
FUNCTION(unicodedata, name,
       "(chr, default=None, /) shown ($self, chr, default=<unrepresentable>, /)") {
    u32 c;
    CHECK(take_character(vm, "name", "argument 1", args[0], &c));
    Buffer name = {0};
    if (unicode_name(c, &name)) return str_from_buffer(vm, &name);
    return or_default(vm, args[1], "no such name");
}

enum { LONGEST_NAME = 256 };

static Value raise_key_text(VM *vm, const char *format, Value name) {
    OWNED Value text = TRY(str_format(vm, format, name));
    return raise_key(vm, text);
}

/* Look up character by name.
 *
 * If a character with the given name is found, return the
 * corresponding character.  If not found, KeyError is raised. */
FUNCTION(unicodedata, lookup, "(name, /) shown ($self, name, /)") {
    bool is_bytes = has_kind(args[0], KIND_BYTES);
    if (!is_str(args[0]) && !is_bytes)
        return raise_type(vm, "a bytes-like object is required, not '%T'", args[0]);
    u32 c;
    Span name = is_bytes ? bytes_span(args[0]) : str_span(args[0]);
    if (name.length > LONGEST_NAME) return raise_key_text(vm, "name too long", args[0]);
    if (unicode_find_name(name, &c)) return str_from_code_point(vm, c);
    return raise_key_text(vm, "undefined character name '%S'", args[0]);
}

/* ---- properties ---- */

/* Returns the general category assigned to the character chr as string. */
FUNCTION(unicodedata, category, "(chr, /) shown ($self, chr, /)") {
    static const char names[][3] = {"Cn", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc",
                                    "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe",
                                    "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs",
                                    "Zl", "Zp", "Cc", "Cf", "Cs", "Co"};
    u32 c;
    CHECK(take_character(vm, "category", "argument", args[0], &c));
    return str_from_text(vm, names[unicode_category(c)]);
}

/* Returns the bidirectional class assigned to the character chr as string.
 *
 * If no such value is defined, an empty string is returned. */
FUNCTION(unicodedata, bidirectional, "(chr, /) shown ($self, chr, /)") {
    static const char names[][4] = {
        "",   "L",  "LRE", "LRO", "R", "AL", "RLE", "RLO", "PDF", "EN",  "ES",  "ET",
        "AN", "CS", "NSM", "BN",  "B", "S",  "WS",  "ON",  "LRI", "RLI", "FSI", "PDI"};
    u32 c;
    CHECK(take_character(vm, "bidirectional", "argument", args[0], &c));
    return str_from_text(vm, names[unicode_bidi(c)]);
}

/* Returns the canonical combining class assigned to the character chr as integer.
 *
 * Returns 0 if no combining class is defined. */
FUNCTION(unicodedata, combining, "(chr, /) shown ($self, chr, /)") {
    u32 c;
    CHECK(take_character(vm, "combining", "argument", args[0], &c));
    return from_small(utf8proc_get_property((i32)c)->combining_class);
}

/* Returns the mirrored property assigned to the character chr as integer.
 *
 * Returns 1 if the character has been identified as a "mirrored"
 * character in bidirectional text, 0 otherwise. */
FUNCTION(unicodedata, mirrored, "(chr, /) shown ($self, chr, /)") {
    u32 c;
    CHECK(take_character(vm, "mirrored", "argument", args[0], &c));
    return from_small(utf8proc_get_property((i32)c)->bidi_mirrored);
}

/* Returns the east asian width assigned to the character chr as string. */
FUNCTION(unicodedata, east_asian_width, "(chr, /) shown ($self, chr, /)") {
    u32 c, low = 0, high = unicode_widths_count;
    CHECK(take_character(vm, "east_asian_width", "argument", args[0], &c));
    while (low < high) {
        u32 middle = (low + high) / 2;
        if (unicode_widths[middle].last < c)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < unicode_widths_count && unicode_widths[low].first <= c;
    return str_from_text(vm, found ? unicode_widths[low].width : "N");
}

/* Converts a Unicode character into its equivalent decimal value.
 *
 * Returns the decimal value assigned to the character chr as integer.
 * If no such value is defined, default is returned, or, if not given,
 * ValueError is raised. */
FUNCTION(unicodedata, decimal,
       "(chr, default=None, /) shown ($self, chr, default=<unrepresentable>, /)") {
    u32 c;
    CHECK(take_character(vm, "decimal", "argument 1", args[0], &c));
    int value = unicode_decimal(c);
    return value < 0 ? or_default(vm, args[1], "not a decimal") : from_small(value);
}

/* Converts a Unicode character into its equivalent digit value.
 *
 * Returns the digit value assigned to the character chr as integer.
 * If no such value is defined, default is returned, or, if not given,
 * ValueError is raised. */
FUNCTION(unicodedata, digit,
       "(chr, default=None, /) shown ($self, chr, default=<unrepresentable>, /)") {
    u32 c;
    CHECK(take_character(vm, "digit", "argument 1", args[0], &c));
    int value = unicode_digit(c);
    return value < 0 ? or_default(vm, args[1], "not a digit") : from_small(value);
}

/* Converts a Unicode character into its equivalent numeric value.
 *
 * Returns the numeric value assigned to the character chr as float.
 * If no such value is defined, default is returned, or, if not given,
 * ValueError is raised. */
FUNCTION(unicodedata, numeric,
       "(chr, default=None, /) shown ($self, chr, default=<unrepresentable>, /)") {
    u32 c;
    double value;
    CHECK(take_character(vm, "numeric", "argument 1", args[0], &c));
    if (unicode_numeric(c, &value)) return float_new(vm, value);
    return or_default(vm, args[1], "not a numeric character");
}

/* ---- decomposition ---- */

static void write_points(Buffer *out, const u32 *points, usize count) {
    for (usize i = 0; i < count && points[i]; i++)
        buffer_printf(out, out->length ? " %04X" : "%04X", points[i]);
}

static const u32 *find_odd(u32 c) {
    for (u32 i = 0; i < unicode_odd_decompositions_count; i++)
        if (unicode_odd_decompositions[i].code_point == c)
            return unicode_odd_decompositions[i].to;
    return NULL;
}

/* What the tables say of a single step is told from the full decomposition: of a
 * canonical one, all but the last character composed again. */
static usize one_step(u32 c, bool canonical, u32 *points, usize room) {
    char bytes[4];
    Buffer full = {0}, head = {0};
    unicode_normalize((Span){bytes, utf8_encode(c, bytes)}, false, !canonical, &full);
    const char *at = full.data, *end = at + full.length;
    const char *last = end;
    utf8_previous(&last);
    if (canonical && last > at) {
        unicode_normalize((Span){at, (usize)(last - at)}, true, false, &head);
        buffer_add(&head, last, (usize)(end - last));
        at = head.data;
        end = at + head.length;
    }
    usize count = 0;
    while (at < end && count < room) points[count++] = utf8_next(&at);
    buffer_free(&full);
    buffer_free(&head);
    return count;
}

/* Returns the character decomposition mapping assigned to the character chr as string.
 *
 * An empty string is returned in case no such mapping is defined. */
FUNCTION(unicodedata, decomposition, "(chr, /) shown ($self, chr, /)") {
    static const char *const tags[] = {
        NULL,         "<font>",   "<noBreak>", "<initial>",  "<medial>",   "<final>",
        "<isolated>", "<circle>", "<super>",   "<sub>",      "<vertical>", "<wide>",
        "<narrow>",   "<small>",  "<square>",  "<fraction>", "<compat>"};
    u32 c;
    CHECK(take_character(vm, "decomposition", "argument", args[0], &c));
    const utf8proc_property_t *property = utf8proc_get_property((i32)c);
    if (property->decomp_seqindex == UINT16_MAX) return incref(vm->empty_str);
    Buffer out = {0};
    if (property->decomp_type) buffer_add_text(&out, tags[property->decomp_type]);
    const u32 *odd = find_odd(c);
    u32 points[32];
    if (odd)
        write_points(&out, odd, 6);
    else
        write_points(&out, points, one_step(c, !property->decomp_type, points, 32));
    return str_from_buffer(vm, &out);
}

/* ---- normal forms ---- */

/* The text in the form; itself when it is ASCII. */
static Value normalize(VM *vm, const char *function, Value form, Value text) {
    CHECK(want_str(vm, function, "argument 1", form) &&
          want_str(vm, function, "argument 2", text));
    bool compatible = str_equals_text(form, "NFKC") || str_equals_text(form, "NFKD");
    bool composed = str_equals_text(form, "NFC") || str_equals_text(form, "NFKC");
    if (!compatible && !composed && !str_equals_text(form, "NFD"))
        return raise_value(vm, "invalid normalization form");
    if (str_is_ascii(text)) return incref(text);
    Buffer out = {0};
    unicode_normalize(str_span(text), composed, compatible, &out);
    return str_from_buffer(vm, &out);
}

/* Return the normal form 'form' for the Unicode string unistr.
 *
 * Valid values for form are 'NFC', 'NFKC', 'NFD', and 'NFKD'. */
FUNCTION(unicodedata, normalize, "(form, unistr, /) shown ($self, form, unistr, /)") {
    return normalize(vm, "normalize", args[0], args[1]);
}

/* Return whether the Unicode string unistr is in the normal form 'form'.
 *
 * Valid values for form are 'NFC', 'NFKC', 'NFD', and 'NFKD'. */
FUNCTION(unicodedata, is_normalized, "(form, unistr, /) shown ($self, form, unistr, /)") {
    OWNED Value normal = TRY(normalize(vm, "is_normalized", args[0], args[1]));
    return from_bool(str_equal(normal, args[1]));
}
