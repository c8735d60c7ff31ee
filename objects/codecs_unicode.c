/* UTF-8, UTF-16 and UTF-32. */
#include "base/utf8.h"
#include "objects/codecs_make.h"

static bool is_surrogate(u32 c) {
    return c >= 0xD800 && c <= 0xDFFF;
}

static bool can(const Encoder *encoder, u32 c) {
    return !is_surrogate(c);
}

/* ---- UTF-8 ---- */

static const char *utf8_reason(const Decoder *d, usize at, usize length) {
    u8 lead = d->data[at];
    if (lead < 0xC2 || lead > 0xF4) return "invalid start byte";
    return at + length == d->size ? "unexpected end of data"
                                  : "invalid continuation byte";
}

/* The first two of the three bytes that a surrogate would have: surrogatepass waits for
 * the third. */
static bool is_half_surrogate(const Decoder *d) {
    const u8 *at = d->data + d->at;
    return d->size - d->at == 2 && at[0] == 0xED && at[1] >= 0xA0 && at[1] <= 0xBF;
}

static bool decode_utf8(Decoder *d) {
    while (d->at < d->size) {
        const char *data = (const char *)d->data + d->at;
        usize bad, good = utf8_check(data, d->size - d->at, &bad);
        buffer_add(&d->out, data, good);
        d->at += good;
        if (d->at == d->size) break;
        const char *reason = utf8_reason(d, d->at, bad);
        if (!d->final && (reason[0] == 'u' || is_half_surrogate(d))) break;
        if (!decode_fault(d, d->at, d->at + bad, reason)) return false;
    }
    return true;
}

static bool decode_utf8_sig(Decoder *d) {
    static const char mark[] = "\xEF\xBB\xBF";
    usize size = d->size < 3 ? d->size : 3;
    if (!d->final && size < 3 && !memcmp(d->data, mark, size)) return true;
    if (size == 3 && !memcmp(d->data, mark, 3)) { /* positions count from behind it */
        d->data += 3;
        d->size -= 3;
    }
    return decode_utf8(d);
}

static void put_utf8(Encoder *encoder, u32 c) {
    buffer_add_code_point(&encoder->out, c);
}

#define SURROGATES "surrogates not allowed"

const Codec codec_utf_8 = {"utf_8",  "utf-8",    decode_utf8,   NULL,     can,
                           put_utf8, SURROGATES, .ascii = true, .unit = 1};
const Codec codec_utf_8_sig = {"utf_8_sig", "utf-8",    decode_utf8_sig, NULL, can,
                               put_utf8,    SURROGATES, "\xEF\xBB\xBF",  3,    .unit = 1};

/* ---- UTF-16 ---- */

static u32 unit_16(const Decoder *d, usize at, bool is_big) {
    return is_big ? (u32)d->data[at] << 8 | d->data[at + 1]
                  : (u32)d->data[at + 1] << 8 | d->data[at];
}

/* A surrogate stands at d->at. */
static bool decode_pair(Decoder *d, u32 first, bool is_big) {
    usize at = d->at, left = d->size - at;
    if (first >= 0xDC00) return decode_fault(d, at, at + 2, "illegal encoding");
    if (left < 4) return decode_fault(d, at, d->size, "unexpected end of data");
    u32 second = unit_16(d, at + 2, is_big);
    if (second < 0xDC00 || second > 0xDFFF)
        return decode_fault(d, at, at + 2, "illegal UTF-16 surrogate");
    buffer_add_code_point(&d->out, 0x10000 + ((first & 0x3FF) << 10) + (second & 0x3FF));
    d->at += 4;
    return true;
}

static bool decode_16(Decoder *d, bool is_big) {
    while (d->at < d->size) {
        usize left = d->size - d->at;
        if (left < 2) {
            if (!d->final) return true;
            if (!decode_fault(d, d->at, d->size, "truncated data")) return false;
            continue;
        }
        u32 c = unit_16(d, d->at, is_big);
        if (is_surrogate(c)) {
            if (!d->final && left < 4 && c < 0xDC00) return true;
            if (!decode_pair(d, c, is_big)) return false;
            continue;
        }
        buffer_add_code_point(&d->out, c);
        d->at += 2;
    }
    return true;
}

static bool decode_utf16_le(Decoder *d) {
    return decode_16(d, false);
}

static bool decode_utf16_be(Decoder *d) {
    return decode_16(d, true);
}

/* By the byte order mark; without one, little-endian. */
static bool decode_utf16(Decoder *d) {
    if (!d->final && d->size < 2) return true;
    bool has_mark = d->size >= 2, is_big = false;
    if (has_mark) is_big = d->data[0] == 0xFE && d->data[1] == 0xFF;
    has_mark = is_big || (has_mark && d->data[0] == 0xFF && d->data[1] == 0xFE);
    if (has_mark) d->at = 2;
    d->encoding = is_big ? "utf-16-be" : "utf-16-le";
    return decode_16(d, is_big);
}

static void put_unit(Buffer *out, u32 c, int bytes, bool is_big) {
    char unit[4];
    for (int i = 0; i < bytes; i++) unit[is_big ? bytes - 1 - i : i] = (char)(c >> 8 * i);
    buffer_add(out, unit, (usize)bytes);
}

static void put_16(Encoder *encoder, u32 c, bool is_big) {
    if (c < 0x10000) {
        put_unit(&encoder->out, c, 2, is_big);
        return;
    }
    put_unit(&encoder->out, 0xD800 + ((c - 0x10000) >> 10), 2, is_big);
    put_unit(&encoder->out, 0xDC00 + (c & 0x3FF), 2, is_big);
}

static void put_utf16_le(Encoder *encoder, u32 c) {
    put_16(encoder, c, false);
}

static void put_utf16_be(Encoder *encoder, u32 c) {
    put_16(encoder, c, true);
}

const Codec codec_utf_16 = {"utf_16",     "utf-16",   decode_utf16, NULL, can,
                            put_utf16_le, SURROGATES, "\xFF\xFE",   2,    .unit = 2};
const Codec codec_utf_16_le = {"utf_16_le", "utf-16-le",  decode_utf16_le, NULL,
                               can,         put_utf16_le, SURROGATES,      .unit = 2};
const Codec codec_utf_16_be = {"utf_16_be", "utf-16-be",  decode_utf16_be, NULL,
                               can,         put_utf16_be, SURROGATES,      .unit = 2};

/* ---- UTF-32 ---- */

static u32 unit_32(const Decoder *d, bool is_big) {
    u32 c = 0;
    for (int i = 0; i < 4; i++)
        c |= (u32)d->data[d->at + (usize)i] << 8 * (is_big ? 3 - i : i);
    return c;
}

static bool decode_32(Decoder *d, bool is_big) {
    while (d->at < d->size) {
        const char *fault = NULL;
        usize end = d->at + 4;
        if (d->size - d->at < 4) {
            if (!d->final) return true;
            fault = "truncated data";
            end = d->size;
        }
        u32 c = fault ? 0 : unit_32(d, is_big);
        if (is_surrogate(c))
            fault = "code point in surrogate code point range(0xd800, 0xe000)";
        if (c > 0x10FFFF) fault = "code point not in range(0x110000)";
        if (fault) {
            if (!decode_fault(d, d->at, end, fault)) return false;
            continue;
        }
        buffer_add_code_point(&d->out, c);
        d->at += 4;
    }
    return true;
}

static bool decode_utf32_le(Decoder *d) {
    return decode_32(d, false);
}

static bool decode_utf32_be(Decoder *d) {
    return decode_32(d, true);
}

static bool decode_utf32(Decoder *d) {
    if (!d->final && d->size < 4) return true;
    bool is_big = d->size >= 4 && !memcmp(d->data, "\0\0\xFE\xFF", 4);
    if (is_big || (d->size >= 4 && !memcmp(d->data, "\xFF\xFE\0\0", 4))) d->at = 4;
    d->encoding = is_big ? "utf-32-be" : "utf-32-le";
    return decode_32(d, is_big);
}

static void put_utf32_le(Encoder *encoder, u32 c) {
    put_unit(&encoder->out, c, 4, false);
}

static void put_utf32_be(Encoder *encoder, u32 c) {
    put_unit(&encoder->out, c, 4, true);
}

const Codec codec_utf_32 = {"utf_32",     "utf-32",   decode_utf32,   NULL, can,
                            put_utf32_le, SURROGATES, "\xFF\xFE\0\0", 4,    .unit = 4};
const Codec codec_utf_32_le = {"utf_32_le", "utf-32-le",  decode_utf32_le, NULL,
                               can,         put_utf32_le, SURROGATES,      .unit = 4};
const Codec codec_utf_32_be = {"utf_32_be", "utf-32-be",  decode_utf32_be, NULL,
                               can,         put_utf32_be, SURROGATES,      .unit = 4};
