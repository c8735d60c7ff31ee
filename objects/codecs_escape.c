/* unicode_escape and raw_unicode_escape. */
#include "base/unicode_names.h"
#include "objects/codecs_make.h"

static int hex_digit(u8 c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* An escape that ends before its time: a fault, or to be left for later. */
static bool incomplete(Decoder *d, usize start, usize end, const char *reason,
                       bool *stop) {
    *stop = !d->final && end == d->size;
    if (!*stop) return decode_fault(d, start, end, reason);
    d->at = start;
    return true;
}

static bool read_hex(Decoder *d, usize start, int count, const char *truncated,
                     const char *illegal, bool *stop) {
    usize at = start + 2;
    u32 c = 0;
    for (int left = count; left; left--, at++) {
        int digit = at < d->size ? hex_digit(d->data[at]) : -1;
        if (digit < 0) return incomplete(d, start, at, truncated, stop);
        c = c << 4 | (u32)digit;
    }
    if (c > 0x10FFFF) return decode_fault(d, start, at, illegal);
    buffer_add_code_point(&d->out, c);
    d->at = at;
    return true;
}

static bool read_name(Decoder *d, usize start, bool *stop) {
    static const char malformed[] = "malformed \\N character escape";
    usize at = start + 2;
    if (at == d->size) return incomplete(d, start, at, malformed, stop);
    if (d->data[at] != '{') return decode_fault(d, start, at, malformed);
    const u8 *name = d->data + at + 1;
    const u8 *end = memchr(name, '}', d->size - at - 1);
    if (!end) return incomplete(d, start, d->size, malformed, stop);
    at = (usize)(end - d->data) + 1;
    if (end == name) return decode_fault(d, start, at, malformed);
    u32 c;
    if (!unicode_find_name((Span){(const char *)name, (usize)(end - name)}, &c))
        return decode_fault(d, start, at, "unknown Unicode character name");
    buffer_add_code_point(&d->out, c);
    d->at = at;
    return true;
}

static bool read_octal(Decoder *d) {
    VM *vm = d->vm;
    usize start = d->at - 1;
    u32 c = 0;
    for (int i = 0; i < 3 && d->at < d->size; i++, d->at++) {
        u8 digit = d->data[d->at];
        if (digit < '0' || digit > '7') break;
        c = c << 3 | (digit - '0');
    }
    buffer_add_code_point(&d->out, c);
    if (c <= 0377) return true;
    return warn(vm, EXC(DeprecationWarning), 1, "invalid octal escape sequence '%.*s'",
                (int)(d->at - start), (const char *)d->data + start);
}

/* A backslash stands at d->at. */
static bool read_escape(Decoder *d, bool *stop) {
    VM *vm = d->vm;
    static const char simple[] = "\\\\''\"\"b\bf\ft\tn\nr\rv\va\a";
    usize start = d->at;
    if (start + 1 == d->size)
        return incomplete(d, start, d->size, "\\ at end of string", stop);
    u8 c = d->data[start + 1];
    d->at = start + 2;
    for (usize i = 0; simple[i]; i += 2) {
        if ((u8)simple[i] != c) continue;
        buffer_add_char(&d->out, simple[i + 1]);
        return true;
    }
    switch (c) {
    case '\n': return true;
    case 'x':
        return read_hex(d, start, 2, "truncated \\xXX escape",
                        "illegal Unicode character", stop);
    case 'u':
        return read_hex(d, start, 4, "truncated \\uXXXX escape",
                        "illegal Unicode character", stop);
    case 'U':
        return read_hex(d, start, 8, "truncated \\UXXXXXXXX escape",
                        "illegal Unicode character", stop);
    case 'N': return read_name(d, start, stop);
    }
    if (c >= '0' && c <= '7') {
        d->at = start + 1;
        return read_octal(d);
    }
    buffer_add_char(&d->out, '\\');
    buffer_add_code_point(&d->out, c);
    return warn(vm, EXC(DeprecationWarning), 1, "invalid escape sequence '\\%c'", c);
}

static bool decode_escape(Decoder *d) {
    bool stop = false;
    while (d->at < d->size && !stop) {
        u8 c = d->data[d->at];
        if (c == '\\') {
            if (!read_escape(d, &stop)) return false;
        } else {
            buffer_add_code_point(&d->out, c);
            d->at++;
        }
    }
    return true;
}

static bool can(const Encoder *encoder, u32 c) {
    return true;
}

static void put_escape(Encoder *encoder, u32 c) {
    static const char letters[] = {
        ['\t'] = 't', ['\n'] = 'n', ['\r'] = 'r', ['\\'] = '\\'};
    Buffer *out = &encoder->out;
    if (c <= '\\' && letters[c]) {
        buffer_add_char(out, '\\');
        buffer_add_char(out, letters[c]);
    } else if (c >= ' ' && c < 127) {
        buffer_add_char(out, (char)c);
    } else {
        str_escape_code_point(out, c);
    }
}

const Codec codec_unicode_escape = {
    "unicode_escape", "unicodeescape", decode_escape, NULL, can, put_escape};

static bool decode_raw(Decoder *d) {
    static const char range[] = "\\Uxxxxxxxx out of range";
    bool stop = false;
    while (d->at < d->size && !stop) {
        usize start = d->at++;
        u8 c = d->data[start], next = d->at < d->size ? d->data[d->at] : 0;
        bool good = true;
        if (c != '\\') {
            buffer_add_code_point(&d->out, c);
        } else if (d->at == d->size && !d->final) {
            d->at = start;
            break;
        } else if (next == 'u') {
            good = read_hex(d, start, 4, "truncated \\uXXXX escape", range, &stop);
        } else if (next == 'U') {
            good = read_hex(d, start, 8, "truncated \\UXXXXXXXX escape", range, &stop);
        } else {
            buffer_add_char(&d->out, '\\');
            if (d->at < d->size) buffer_add_code_point(&d->out, d->data[d->at++]);
        }
        if (!good) return false;
    }
    return true;
}

static void put_raw(Encoder *encoder, u32 c) {
    if (c < 256)
        buffer_add_char(&encoder->out, (char)c);
    else
        str_escape_code_point(&encoder->out, c);
}

const Codec codec_raw_unicode_escape = {
    "raw_unicode_escape", "rawunicodeescape", decode_raw, NULL, can, put_raw};
