/* isalpha, isdigit and the other questions about all characters. */
#include "base/unicode.h"
#include "base/utf8.h"
#include "objects/native.h"
#include "objects/str.h"

static bool all_are(Value self, bool (*test)(u32)) {
    const char *at = to_str(self)->data, *end = at + to_str(self)->size;
    while (at < end)
        if (!test(utf8_next(&at))) return false;
    return true;
}

enum { LETTER = 1, DIGIT = 2, SPACE = 4 };

static const u8 ascii_classes[128] = {
    ['a' ... 'z'] = LETTER, ['A' ... 'Z'] = LETTER,      ['0' ... '9'] = DIGIT,
    ['\t' ... '\r'] = SPACE, [0x1C ... 0x1F] = SPACE, [' '] = SPACE,
};

/* Not empty and all: the test says it, and for ASCII the classes. */
static Value all_of(Value self, u8 classes, bool (*test)(u32)) {
    const Str *s = to_str(self);
    if (!str_is_ascii(self)) return from_bool(all_are(self, test));
    for (usize i = 0; i < s->size; i++)
        if (!(ascii_classes[(u8)s->data[i]] & classes)) return FALSE;
    return from_bool(s->size);
}

static bool is_alnum(u32 c) {
    return unicode_is_alpha(c) || unicode_is_numeric(c);
}

/* At least one cased character, and none that is refused. */
static Value all_cased(Value self, bool (*wanted)(u32), bool (*refused)(u32)) {
    const char *at = to_str(self)->data, *end = at + to_str(self)->size;
    bool found = false;
    while (at < end) {
        u32 c = utf8_next(&at);
        if (refused(c) || unicode_is_title(c)) return FALSE;
        found |= wanted(c);
    }
    return from_bool(found);
}

/* Return True if all characters in the string are ASCII, False otherwise.
 *
 * ASCII characters have code points in the range U+0000-U+007F.
 * Empty string is ASCII too. */
METHOD(str, isascii, "($self, /)") {
    return from_bool(str_is_ascii(args[0]));
}

/* Return True if the string is an alphabetic string, False otherwise.
 *
 * A string is alphabetic if all characters in the string are alphabetic and there
 * is at least one character in the string. */
METHOD(str, isalpha, "($self, /)") {
    return all_of(args[0], LETTER, unicode_is_alpha);
}

/* Return True if the string is an alpha-numeric string, False otherwise.
 *
 * A string is alpha-numeric if all characters in the string are alpha-numeric and
 * there is at least one character in the string. */
METHOD(str, isalnum, "($self, /)") {
    return all_of(args[0], LETTER | DIGIT, is_alnum);
}

/* Return True if the string is a decimal string, False otherwise.
 *
 * A string is a decimal string if all characters in the string are decimal and
 * there is at least one character in the string. */
METHOD(str, isdecimal, "($self, /)") {
    return all_of(args[0], DIGIT, unicode_is_decimal);
}

/* Return True if the string is a digit string, False otherwise.
 *
 * A string is a digit string if all characters in the string are digits and there
 * is at least one character in the string. */
METHOD(str, isdigit, "($self, /)") {
    return all_of(args[0], DIGIT, unicode_is_digit);
}

/* Return True if the string is a numeric string, False otherwise.
 *
 * A string is numeric if all characters in the string are numeric and there is at
 * least one character in the string. */
METHOD(str, isnumeric, "($self, /)") {
    return all_of(args[0], DIGIT, unicode_is_numeric);
}

/* Return True if the string is a whitespace string, False otherwise.
 *
 * A string is whitespace if all characters in the string are whitespace and there
 * is at least one character in the string. */
METHOD(str, isspace, "($self, /)") {
    return all_of(args[0], SPACE, unicode_is_space);
}

/* Return True if all characters in the string are printable, False otherwise.
 *
 * A character is printable if repr() may use it in its output. */
METHOD(str, isprintable, "($self, /)") {
    return from_bool(all_are(args[0], unicode_is_printable));
}

/* Return True if the string is a lowercase string, False otherwise.
 *
 * A string is lowercase if all cased characters in the string are lowercase and
 * there is at least one cased character in the string. */
METHOD(str, islower, "($self, /)") {
    return all_cased(args[0], unicode_is_lower, unicode_is_upper);
}

/* Return True if the string is an uppercase string, False otherwise.
 *
 * A string is uppercase if all cased characters in the string are uppercase and
 * there is at least one cased character in the string. */
METHOD(str, isupper, "($self, /)") {
    return all_cased(args[0], unicode_is_upper, unicode_is_lower);
}

/* Return True if the string is a title-cased string, False otherwise.
 *
 * In a title-cased string, upper- and title-case characters may only
 * follow uncased characters and lowercase characters only cased ones. */
METHOD(str, istitle, "($self, /)") {
    const char *at = to_str(args[0])->data, *end = at + to_str(args[0])->size;
    bool found = false, in_word = false;
    while (at < end) {
        u32 c = utf8_next(&at);
        bool starts = unicode_is_upper(c) || unicode_is_title(c),
             goes_on = unicode_is_lower(c);
        if ((starts && in_word) || (goes_on && !in_word)) return FALSE;
        in_word = starts || goes_on;
        found |= in_word;
    }
    return from_bool(found);
}

/* Return True if the string is a valid Python identifier, False otherwise.
 *
 * Call keyword.iskeyword(s) to test whether string s is a reserved identifier,
 * such as "def" or "class". */
METHOD(str, isidentifier, "($self, /)") {
    const char *at = to_str(args[0])->data, *end = at + to_str(args[0])->size;
    if (at == end || !unicode_is_identifier_start(utf8_next(&at))) return FALSE;
    while (at < end)
        if (!unicode_is_identifier_part(utf8_next(&at))) return FALSE;
    return TRUE;
}
