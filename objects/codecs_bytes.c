/* Encodings of one byte a character: ASCII, Latin-1, and those with a table (charmap). */
#include "base/utf8.h"
#include "objects/codecs_make.h"

/* Copy ASCII bytes; true: something else stands at d->at. */
static bool skip_ascii(Decoder *d) {
    usize start = d->at;
    while (d->at < d->size && d->data[d->at] < 128) d->at++;
    buffer_add(&d->out, (const char *)d->data + start, d->at - start);
    return d->at < d->size;
}

static bool decode_ascii(Decoder *d) {
    while (skip_ascii(d))
        if (!decode_fault(d, d->at, d->at + 1, "ordinal not in range(128)")) return false;
    return true;
}

static bool can_ascii(const Encoder *encoder, u32 c) {
    return c < 128;
}

static void put_byte(Encoder *encoder, u32 c) {
    buffer_add_char(&encoder->out, (char)c);
}

const Codec codec_ascii = {"ascii",
                           "ascii",
                           decode_ascii,
                           NULL,
                           can_ascii,
                           put_byte,
                           "ordinal not in range(128)",
                           .ascii = true};

static bool decode_latin_1(Decoder *d) {
    while (skip_ascii(d)) buffer_add_code_point(&d->out, d->data[d->at++]);
    return true;
}

static bool can_latin_1(const Encoder *encoder, u32 c) {
    return c < 256;
}

const Codec codec_latin_1 = {"latin_1",
                             "latin-1",
                             decode_latin_1,
                             NULL,
                             can_latin_1,
                             put_byte,
                             "ordinal not in range(256)",
                             .ascii = true};

/* ---- charmap ---- */

enum { UNDEFINED = 0xFFFE };

static u16 decode_byte(const Codec *codec, u8 byte) {
    if (byte >= 128) return codec->map[byte - 128];
    return codec->low ? codec->low[byte] : byte;
}

bool charmap_decode(Decoder *d) {
    while (d->codec->low ? d->at < d->size : skip_ascii(d)) {
        u16 c = decode_byte(d->codec, d->data[d->at]);
        if (c != UNDEFINED) {
            buffer_add_code_point(&d->out, c);
            d->at++;
        } else if (!decode_fault(d, d->at, d->at + 1, "character maps to <undefined>")) {
            return false;
        }
    }
    return true;
}

/* Of several, the last byte. */
static int find_byte(const Codec *codec, u32 c) {
    if (c < 128 && codec->ascii) return (int)c;
    if (c >= UNDEFINED) return -1;
    for (int i = 255; i >= 0; i--)
        if (decode_byte(codec, (u8)i) == c) return i;
    return -1;
}

bool charmap_can(const Encoder *encoder, u32 c) {
    return find_byte(encoder->codec, c) >= 0;
}

void charmap_put(Encoder *encoder, u32 c) {
    buffer_add_char(&encoder->out, (char)find_byte(encoder->codec, c));
}
