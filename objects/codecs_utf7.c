/* UTF-7 (RFC 2152): ASCII, with base64 of UTF-16 between + and - for all else. */
#include "base/utf8.h"
#include "objects/codecs_make.h"

static const char base64[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int base64_value(u8 c) {
    const char *found = c ? strchr(base64, c) : NULL;
    return found ? (int)(found - base64) : -1;
}

/* ---- decoding ---- */

/* A stretch of base64 under way. */
typedef struct Shift {
    bool is_open;
    usize start;     /* of its + */
    usize out_start; /* what was written before it */
    u32 bits, count; /* read but not yet used */
    u32 surrogate;   /* a first half that waits for its second, else 0 */
} Shift;

static void put_unit(Decoder *d, Shift *shift, u32 unit) {
    if (shift->surrogate) {
        u32 first = shift->surrogate;
        shift->surrogate = 0;
        if (unit >= 0xDC00 && unit <= 0xDFFF) {
            u32 c = 0x10000 + ((first & 0x3FF) << 10) + (unit & 0x3FF);
            buffer_add_code_point(&d->out, c);
            return;
        }
        buffer_add_code_point(&d->out, first);
    }
    if (unit >= 0xD800 && unit <= 0xDBFF)
        shift->surrogate = unit;
    else
        buffer_add_code_point(&d->out, unit);
}

static void read_digit(Decoder *d, Shift *shift, int value) {
    shift->bits = shift->bits << 6 | (u32)value;
    shift->count += 6;
    d->at++;
    if (shift->count < 16) return;
    shift->count -= 16;
    u32 unit = shift->bits >> shift->count;
    shift->bits &= (1u << shift->count) - 1;
    put_unit(d, shift, unit & 0xFFFF);
}

/* A character that is no base64 ends the stretch; a - is swallowed. */
static bool close_shift(Decoder *d, Shift *shift, u8 c) {
    const char *fault = shift->count >= 6 ? "partial character in shift sequence"
                        : shift->bits     ? "non-zero padding bits in shift sequence"
                                          : NULL;
    shift->is_open = false;
    if (fault && shift->count) return decode_fault(d, shift->start, d->at + 1, fault);
    if (shift->surrogate && c < 128 && c != '+')
        buffer_add_code_point(&d->out, shift->surrogate);
    shift->surrogate = 0;
    d->at += c == '-';
    return true;
}

static bool open_shift(Decoder *d, Shift *shift) {
    usize start = d->at++;
    bool more = d->at < d->size;
    u8 next = more ? d->data[d->at] : 0;
    if (more && next == '-') {
        d->at++;
        buffer_add_char(&d->out, '+');
        return true;
    }
    if (more && base64_value(next) < 0)
        return decode_fault(d, start, d->at + 1, "ill-formed sequence");
    *shift = (Shift){.is_open = true, .start = start, .out_start = d->out.length};
    return true;
}

static bool decode_step(Decoder *d, Shift *shift) {
    u8 c = d->data[d->at];
    int value = base64_value(c);
    if (shift->is_open) {
        if (value < 0) return close_shift(d, shift, c);
        read_digit(d, shift, value);
        return true;
    }
    if (c == '+') return open_shift(d, shift);
    if (c >= 128)
        return decode_fault(d, d->at, d->at + 1, "unexpected special character");
    buffer_add_char(&d->out, (char)c);
    d->at++;
    return true;
}

static bool decode_utf7(Decoder *d) {
    Shift shift = {0};
    for (;;) {
        while (d->at < d->size)
            if (!decode_step(d, &shift)) return false;
        if (!shift.is_open) return true;
        if (!d->final) { /* the whole stretch has to be read again */
            d->at = shift.start;
            d->out.length = shift.out_start;
            return true;
        }
        shift.is_open = false;
        bool is_odd = shift.surrogate || shift.count >= 6 || (shift.count && shift.bits);
        if (!is_odd) return true;
        if (!decode_fault(d, shift.start, d->size, "unterminated shift sequence"))
            return false;
    }
}

/* ---- encoding ---- */

static bool is_direct(u32 c) {
    return c < 128 && c && c != '+' && c != '\\' && c != '~' && c != 127 &&
           (c >= ' ' || c == '\t' || c == '\n' || c == '\r');
}

static void put_bits(Buffer *out, Shift *shift, u32 unit) {
    shift->bits = shift->bits << 16 | unit;
    shift->count += 16;
    for (; shift->count >= 6; shift->count -= 6)
        buffer_add_char(out, base64[shift->bits >> (shift->count - 6) & 63]);
}

static void put_rest(Buffer *out, Shift *shift) {
    if (shift->count)
        buffer_add_char(out, base64[shift->bits << (6 - shift->count) & 63]);
    shift->bits = shift->count = 0;
}

static void put_coded(Buffer *out, Shift *shift, u32 c) {
    if (!shift->is_open) buffer_add_char(out, '+');
    shift->is_open = true;
    if (c >= 0x10000) {
        put_bits(out, shift, 0xD800 + ((c - 0x10000) >> 10));
        c = 0xDC00 + (c & 0x3FF);
    }
    put_bits(out, shift, c);
}

static void put_direct(Buffer *out, Shift *shift, u32 c) {
    if (shift->is_open) {
        put_rest(out, shift);
        if (base64_value((u8)c) >= 0 || c == '-') buffer_add_char(out, '-');
        shift->is_open = false;
    }
    buffer_add_char(out, (char)c);
}

static bool encode_utf7(Encoder *e) {
    Shift shift = {0};
    while (e->at < e->end) {
        u32 c = utf8_next(&e->at);
        if (c == '+' && !shift.is_open)
            buffer_add_text(&e->out, "+-");
        else if (is_direct(c))
            put_direct(&e->out, &shift, c);
        else
            put_coded(&e->out, &shift, c);
    }
    put_rest(&e->out, &shift);
    if (shift.is_open) buffer_add_char(&e->out, '-');
    return true;
}

const Codec codec_utf_7 = {
    .name = "utf_7", .encoding = "utf7", .decode = decode_utf7, .encode = encode_utf7};
