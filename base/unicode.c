#include "base/unicode.h"

#include <utf8proc.h>

#include "base/unicode_data.h"

enum {
    MASK_LETTERS = 1 << UTF8PROC_CATEGORY_LU | 1 << UTF8PROC_CATEGORY_LL |
                   1 << UTF8PROC_CATEGORY_LT | 1 << UTF8PROC_CATEGORY_LM |
                   1 << UTF8PROC_CATEGORY_LO
};

static bool in_ranges(const UnicodeRange *ranges, u32 count, u32 c) {
    u32 low = 0, high = count;
    while (low < high) {
        u32 middle = (low + high) / 2;
        if (ranges[middle].last < c)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && ranges[low].first <= c;
}
#define IN_RANGES(name, c) in_ranges(unicode_##name, unicode_##name##_count, c)

/* Ideographs that came with Unicode 15.1. */
static bool is_new_ideograph(u32 c) {
    return c >= 0x2EBF0 && c <= 0x2EE5D;
}
static bool is_new_symbol(u32 c) {
    return (c >= 0x2FFC && c <= 0x2FFF) || c == 0x31EF;
}

int unicode_category(u32 c) {
    if (UNLIKELY(c >= 0x2FFC)) {
        if (is_new_ideograph(c)) return UTF8PROC_CATEGORY_LO;
        if (is_new_symbol(c)) return UTF8PROC_CATEGORY_SO;
    }
    return utf8proc_get_property((i32)c)->category;
}

int unicode_bidi(u32 c) {
    if (is_new_ideograph(c)) return UTF8PROC_BIDI_CLASS_L;
    if (is_new_symbol(c)) return UTF8PROC_BIDI_CLASS_ON;
    return utf8proc_get_property((i32)c)->bidi_class;
}

static bool has_category(u32 c, u32 mask) {
    return mask >> unicode_category(c) & 1;
}

bool unicode_is_alpha(u32 c) {
    return has_category(c, MASK_LETTERS);
}

bool unicode_is_lower(u32 c) {
    return has_category(c, 1 << UTF8PROC_CATEGORY_LL) || IN_RANGES(other_lower, c);
}

bool unicode_is_upper(u32 c) {
    return has_category(c, 1 << UTF8PROC_CATEGORY_LU) || IN_RANGES(other_upper, c);
}

bool unicode_is_title(u32 c) {
    return has_category(c, 1 << UTF8PROC_CATEGORY_LT);
}

bool unicode_is_space(u32 c) {
    if (c < 128) return c == ' ' || (c >= 9 && c <= 13) || (c >= 0x1C && c <= 0x1F);
    if (has_category(c, 1 << UTF8PROC_CATEGORY_ZS)) return true;
    int bidi = unicode_bidi(c);
    return bidi == UTF8PROC_BIDI_CLASS_WS || bidi == UTF8PROC_BIDI_CLASS_B ||
           bidi == UTF8PROC_BIDI_CLASS_S;
}

bool unicode_is_printable(u32 c) {
    if (c < 128) return c >= 32 && c < 127;
    return !has_category(c, 1 << UTF8PROC_CATEGORY_CC | 1 << UTF8PROC_CATEGORY_CF |
                                1 << UTF8PROC_CATEGORY_CS | 1 << UTF8PROC_CATEGORY_CO |
                                1 << UTF8PROC_CATEGORY_CN | 1 << UTF8PROC_CATEGORY_ZL |
                                1 << UTF8PROC_CATEGORY_ZP | 1 << UTF8PROC_CATEGORY_ZS);
}

bool unicode_is_identifier_start(u32 c) {
    if (c < 128) return c == '_' || ((c | 32) >= 'a' && (c | 32) <= 'z');
    if (has_category(c, MASK_LETTERS | 1 << UTF8PROC_CATEGORY_NL)) {
        return !IN_RANGES(not_start, c);
    }
    return IN_RANGES(other_start, c);
}

bool unicode_is_identifier_part(u32 c) {
    if (c < 128)
        return c == '_' || ((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '0' && c <= '9');
    return has_category(c, 1 << UTF8PROC_CATEGORY_MN | 1 << UTF8PROC_CATEGORY_MC |
                               1 << UTF8PROC_CATEGORY_ND | 1 << UTF8PROC_CATEGORY_PC) ||
           unicode_is_identifier_start(c) || IN_RANGES(other_continue, c);
}

bool unicode_is_cased(u32 c) {
    return unicode_is_lower(c) || unicode_is_upper(c) || unicode_is_title(c);
}

/* Marks, formats, modifiers, and punctuation that stands within words. */
bool unicode_is_case_ignorable(u32 c) {
    switch (c) {
    case '\'':
    case '.':
    case ':':
    case 0xB7:
    case 0x387:
    case 0x55F:
    case 0x5F4:
    case 0x2018:
    case 0x2019:
    case 0x2024:
    case 0x2027:
    case 0xFE13:
    case 0xFE52:
    case 0xFE55:
    case 0xFF07:
    case 0xFF0E:
    case 0xFF1A: return true;
    default:
        return has_category(c, 1 << UTF8PROC_CATEGORY_MN | 1 << UTF8PROC_CATEGORY_ME |
                                   1 << UTF8PROC_CATEGORY_CF | 1 << UTF8PROC_CATEGORY_LM |
                                   1 << UTF8PROC_CATEGORY_SK);
    }
}

/* ---- numbers ---- */

int unicode_decimal(u32 c) {
    if (c < 128) return c >= '0' && c <= '9' ? (int)c - '0' : -1;
    if (unicode_category(c) != UTF8PROC_CATEGORY_ND) return -1;
    u32 low = 0, high = unicode_decimals_count;
    while (high - low > 1) {
        u32 middle = (low + high) / 2;
        if (unicode_decimals[middle] <= c)
            low = middle;
        else
            high = middle;
    }
    return (int)(c - unicode_decimals[low]);
}

static const UnicodeNumber *find_number(u32 c) {
    u32 low = 0, high = unicode_numbers_count;
    while (low < high) {
        u32 middle = (low + high) / 2;
        const UnicodeNumber *row = &unicode_numbers[middle];
        if (c < row->first)
            high = middle;
        else if (c >= row->first + row->count)
            low = middle + 1;
        else
            return row;
    }
    return NULL;
}

int unicode_digit(u32 c) {
    int decimal = unicode_decimal(c);
    if (decimal >= 0) return decimal;
    const UnicodeNumber *row = find_number(c);
    return row && row->is_digit ? (int)row->value + (int)(c - row->first) : -1;
}

bool unicode_numeric(u32 c, double *out) {
    int decimal = unicode_decimal(c);
    const UnicodeNumber *row = decimal < 0 ? find_number(c) : NULL;
    if (decimal < 0 && !row) return false;
    *out = row ? row->value + (c - row->first) : decimal;
    return true;
}

bool unicode_is_decimal(u32 c) {
    return unicode_decimal(c) >= 0;
}

bool unicode_is_digit(u32 c) {
    return unicode_digit(c) >= 0;
}

bool unicode_is_numeric(u32 c) {
    return unicode_is_decimal(c) || find_number(c);
}

/* ---- case ---- */

u32 unicode_lower(u32 c) {
    if (c < 128) return c >= 'A' && c <= 'Z' ? c + 32 : c;
    return (u32)utf8proc_tolower((i32)c);
}

u32 unicode_upper(u32 c) {
    if (c < 128) return c >= 'a' && c <= 'z' ? c - 32 : c;
    return (u32)utf8proc_toupper((i32)c);
}

u32 unicode_title(u32 c) {
    if (c < 128) return unicode_upper(c);
    return (u32)utf8proc_totitle((i32)c);
}

/* How many code points the special row for c gives, 0 if it has none. */
static usize map_special(const UnicodeSpecial *rows, u32 count, u32 c, u32 *out) {
    u32 low = 0, high = count;
    while (low < high) {
        u32 middle = (low + high) / 2;
        if (rows[middle].code_point < c)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == count || rows[low].code_point != c) return 0;
    usize length = 0;
    for (; length < 3 && rows[low].to[length]; length++)
        out[length] = rows[low].to[length];
    return length;
}
#define MAP_SPECIAL(name, c, out) \
    map_special(unicode_special_##name, unicode_special_##name##_count, c, out)

usize unicode_lower_full(u32 c, u32 out[UNICODE_MAX_CASE]) {
    out[0] = c == 0x130 ? 'i' : unicode_lower(c);
    out[1] = 0x307; /* what capital I with a dot keeps */
    return c == 0x130 ? 2 : 1;
}

usize unicode_upper_full(u32 c, u32 out[UNICODE_MAX_CASE]) {
    usize length = c < 128 ? 0 : MAP_SPECIAL(upper, c, out);
    if (!length) out[0] = unicode_upper(c);
    return length ? length : 1;
}

usize unicode_title_full(u32 c, u32 out[UNICODE_MAX_CASE]) {
    usize length = c < 128 ? 0 : MAP_SPECIAL(title, c, out);
    if (!length) out[0] = unicode_title(c);
    return length ? length : 1;
}

usize unicode_fold_full(u32 c, u32 out[UNICODE_MAX_CASE]) {
    if (c < 128 || utf8proc_get_property((i32)c)->casefold_seqindex == UINT16_MAX) {
        out[0] = unicode_lower(c) * (c < 128) + c * (c >= 128);
        return 1;
    }
    i32 folded[UNICODE_MAX_CASE];
    int boundary = 0;
    ssize_t length = utf8proc_decompose_char((i32)c, folded, UNICODE_MAX_CASE,
                                             UTF8PROC_CASEFOLD, &boundary);
    if (length < 1 || length > UNICODE_MAX_CASE) {
        out[0] = c;
        return 1;
    }
    for (ssize_t i = 0; i < length; i++) out[i] = (u32)folded[i];
    return (usize)length;
}
