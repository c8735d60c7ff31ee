#include "base/utf8.h"

usize utf8_encode(u32 code_point, char *out) {
    if (code_point < 0x80) {
        out[0] = (char)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        out[0] = (char)(0xC0 | code_point >> 6);
        out[1] = (char)(0x80 | (code_point & 0x3F));
        return 2;
    }
    if (code_point < 0x10000) {
        out[0] = (char)(0xE0 | code_point >> 12);
        out[1] = (char)(0x80 | (code_point >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code_point & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code_point >> 18);
    out[1] = (char)(0x80 | (code_point >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code_point >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code_point & 0x3F));
    return 4;
}

u32 utf8_next(const char **at) {
    const u8 *p = (const u8 *)*at;
    usize length = utf8_sequence_length(p[0]);
    *at += length;
    if (length == 1) return p[0];
    if (length == 2) return (u32)(p[0] & 0x1F) << 6 | (p[1] & 0x3F);
    if (length == 3) return (u32)(p[0] & 0x0F) << 12 | (u32)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
    return (u32)(p[0] & 0x07) << 18 | (u32)(p[1] & 0x3F) << 12 | (u32)(p[2] & 0x3F) << 6 |
           (p[3] & 0x3F);
}

u32 utf8_previous(const char **at) {
    const char *p = *at - 1;
    while (((u8)*p & 0xC0) == 0x80) p--;
    *at = p;
    return utf8_next(&p);
}

/* How many of 8 bytes begin a character: all but those that look like 10xxxxxx. */
static usize count_starts(const char *data) {
    u64 word;
    memcpy(&word, data, 8);
    u64 others = word >> 7 & ~word >> 6 & 0x0101010101010101u;
    return 8 - (usize)(others * 0x0101010101010101u >> 56);
}

usize utf8_count(const char *data, usize length) {
    usize count = 0, i = 0;
    for (; i + 8 <= length; i += 8) count += count_starts(data + i);
    for (; i < length; i++) count += ((u8)data[i] & 0xC0) != 0x80;
    return count;
}

usize utf8_offset(const char *data, usize length, usize index) {
    usize at = 0;
    while (index > 8 && at + 8 <= length) { /* whole words; they may end within a character */
        index -= count_starts(data + at);
        at += 8;
    }
    while (at < length && ((u8)data[at] & 0xC0) == 0x80) at++;
    while (index-- && at < length) at += utf8_sequence_length((u8)data[at]);
    return at;
}

bool utf8_is_ascii(const char *data, usize length) {
    u64 word, seen = 0;
    usize i = 0;
    for (; i + 8 <= length; i += 8) {
        memcpy(&word, data + i, 8);
        seen |= word;
    }
    for (; i < length; i++) seen |= (u8)data[i];
    return !(seen & 0x8080808080808080u);
}

/* The lowest and highest second byte that may follow this lead byte (Unicode table 3-7). */
static bool second_is_valid(u8 lead, u8 second) {
    u8 low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    u8 high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    return second >= low && second <= high;
}

/* Length of the valid sequence at p, or 0 with the faulty length in *bad_length. */
static usize sequence_at(const u8 *p, usize left, usize *bad_length) {
    u8 lead = p[0];
    *bad_length = 1;
    if (lead < 0x80) return 1;
    if (lead < 0xC2 || lead > 0xF4) return 0;
    usize length = utf8_sequence_length(lead);
    if (left < 2 || !second_is_valid(lead, p[1])) return 0;
    for (usize i = 2; i < length; i++) {
        *bad_length = i;
        if (i >= left || (p[i] & 0xC0) != 0x80) return 0;
    }
    return length;
}

usize utf8_check(const char *data, usize length, usize *bad_length) {
    usize at = 0;
    while (at < length) {
        while (at + 8 <= length && utf8_is_ascii(data + at, 8)) at += 8;
        if (at == length) break;
        usize step = sequence_at((const u8 *)data + at, length - at, bad_length);
        if (!step) return at;
        at += step;
    }
    return length;
}
