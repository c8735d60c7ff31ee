#include "stdlib/re_ranges.h"

#include <stdlib.h>

#include "base/unicode.h"

void re_ranges_add(ReRanges *ranges, u32 low, u32 high) {
    ReRange range = {low, high};
    buffer_add(&ranges->bytes, (const char *)&range, sizeof range);
}

static int compare_ranges(const void *a, const void *b) {
    const ReRange *left = a, *right = b;
    return left->low < right->low ? -1 : left->low > right->low;
}

void re_ranges_normalize(ReRanges *ranges, u32 limit) {
    usize count = re_range_count(ranges), kept = 0;
    if (!count || ranges->bytes.failed) return;
    qsort(re_range_at(ranges, 0), count, sizeof(ReRange), compare_ranges);
    for (usize i = 0; i < count; i++) {
        ReRange range = *re_range_at(ranges, i);
        if (range.low > limit) break;
        if (range.high > limit) range.high = limit;
        ReRange *last = kept ? re_range_at(ranges, kept - 1) : NULL;
        if (last && range.low <= last->high + 1) {
            if (range.high > last->high) last->high = range.high;
        } else {
            *re_range_at(ranges, kept++) = range;
        }
    }
    ranges->bytes.length = kept * sizeof(ReRange);
}

void re_ranges_add_others(ReRanges *ranges, const ReRange *given, usize count) {
    u32 next = 0;
    for (usize i = 0; i < count; i++) {
        if (given[i].low > next) re_ranges_add(ranges, next, given[i].low - 1);
        next = given[i].high + 1;
    }
    if (next <= 0x10FFFF) re_ranges_add(ranges, next, 0x10FFFF);
}

/* ---- case ---- */

/* Families of characters that are not just a small letter and its capital. */
static const u32 families[][RE_MAX_CASES] = {
    {0x49, 0x69, 0x130, 0x131},
    {0x4B, 0x6B, 0x212A},
    {0x53, 0x73, 0x17F},
    {0xB5, 0x39C, 0x3BC},
    {0xC5, 0xE5, 0x212B},
    {0xDF, 0x1E9E},
    {0x1C4, 0x1C5, 0x1C6},
    {0x1C7, 0x1C8, 0x1C9},
    {0x1CA, 0x1CB, 0x1CC},
    {0x1F1, 0x1F2, 0x1F3},
    {0x345, 0x399, 0x3B9, 0x1FBE},
    {0x390, 0x1FD3},
    {0x392, 0x3B2, 0x3D0},
    {0x395, 0x3B5, 0x3F5},
    {0x398, 0x3B8, 0x3D1, 0x3F4},
    {0x39A, 0x3BA, 0x3F0},
    {0x3A0, 0x3C0, 0x3D6},
    {0x3A1, 0x3C1, 0x3F1},
    {0x3A3, 0x3C2, 0x3C3},
    {0x3A6, 0x3C6, 0x3D5},
    {0x3A9, 0x3C9, 0x2126},
    {0x3B0, 0x1FE3},
    {0x412, 0x432, 0x1C80},
    {0x414, 0x434, 0x1C81},
    {0x41E, 0x43E, 0x1C82},
    {0x421, 0x441, 0x1C83},
    {0x422, 0x442, 0x1C84, 0x1C85},
    {0x42A, 0x44A, 0x1C86},
    {0x462, 0x463, 0x1C87},
    {0x1C88, 0xA64A, 0xA64B},
    {0x1E60, 0x1E61, 0x1E9B},
    {0x1F80, 0x1F88},
    {0x1F81, 0x1F89},
    {0x1F82, 0x1F8A},
    {0x1F83, 0x1F8B},
    {0x1F84, 0x1F8C},
    {0x1F85, 0x1F8D},
    {0x1F86, 0x1F8E},
    {0x1F87, 0x1F8F},
    {0x1F90, 0x1F98},
    {0x1F91, 0x1F99},
    {0x1F92, 0x1F9A},
    {0x1F93, 0x1F9B},
    {0x1F94, 0x1F9C},
    {0x1F95, 0x1F9D},
    {0x1F96, 0x1F9E},
    {0x1F97, 0x1F9F},
    {0x1FA0, 0x1FA8},
    {0x1FA1, 0x1FA9},
    {0x1FA2, 0x1FAA},
    {0x1FA3, 0x1FAB},
    {0x1FA4, 0x1FAC},
    {0x1FA5, 0x1FAD},
    {0x1FA6, 0x1FAE},
    {0x1FA7, 0x1FAF},
    {0x1FB3, 0x1FBC},
    {0x1FC3, 0x1FCC},
    {0x1FF3, 0x1FFC},
    {0xFB05, 0xFB06},
};

/* The last letter that has cases, and the start of the first unused stretch below it. */
enum { LAST_CASED = 0x1E943, PLAIN_FROM = 0x2D2E, PLAIN_TO = 0xA63F };

static u32 copy_family(const u32 *family, u32 *out) {
    u32 count = 0;
    while (count < RE_MAX_CASES && family[count]) {
        out[count] = family[count];
        count++;
    }
    return count;
}

static u32 find_family(u32 c, u32 *out) {
    for (usize i = 0; i < COUNT_OF(families); i++)
        for (u32 at = 0; at < RE_MAX_CASES && families[i][at]; at++)
            if (families[i][at] == c) return copy_family(families[i], out);
    return 0;
}

static u32 ascii_cases(u32 c, u32 *out) {
    bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    out[0] = c;
    out[1] = c ^ 32;
    return 1 + is_letter;
}

u32 re_cases(u32 c, bool is_ascii, u32 out[RE_MAX_CASES]) {
    if (is_ascii) return ascii_cases(c, out);
    u32 lower = unicode_lower(c), upper = unicode_upper(lower);
    if (lower == c && upper == c && c < 0x80) {
        out[0] = c;
        return 1;
    }
    u32 count = find_family(c, out);
    if (count) return count;
    out[0] = lower;
    out[1] = upper;
    return 1 + (upper != lower && unicode_lower(upper) == lower);
}

void re_ranges_add_cases(ReRanges *ranges, u32 low, u32 high, bool is_ascii) {
    u32 last = is_ascii ? 'z' : LAST_CASED, cases[RE_MAX_CASES];
    if (high > last) high = last;
    for (u32 c = low; c <= high; c++) {
        if (c == PLAIN_FROM && high >= PLAIN_TO) c = PLAIN_TO;
        u32 count = re_cases(c, is_ascii, cases);
        for (u32 i = 0; i < count; i++) {
            if (cases[i] < low || cases[i] > high) re_ranges_add(ranges, cases[i], cases[i]);
        }
    }
}
