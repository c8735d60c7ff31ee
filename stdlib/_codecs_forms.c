/* _codecs: the builtin codecs as functions: utf_8_encode and so on. */
#include "objects/byte_text.h"
#include "objects/codecs_make.h"
#include "objects/native.h"
#include "objects/search.h"
#include "objects/tuple.h"
#include "objects/want.h"

static bool take_errors(VM *vm, const char *function, Value v, const char **errors) {
    *errors = NULL;
    if (v == EMPTY || v == NONE) return true;
    if (!is_str(v)) return want_refuse(vm, function, "argument 2", "str or None", v);
    return (*errors = want_c_text(vm, v));
}

/* (bytes, count of characters) */
static Value encode(VM *vm, const Codec *codec, const char *function, Value text,
                    Value errors_value) {
    const char *errors;
    CHECK(want_str(vm, function, "argument 1", text) &&
          take_errors(vm, function, errors_value, &errors));
    OWNED Value bytes = TRY(codec_run_encode(vm, codec, text, errors));
    return tuple_of(vm, 2, bytes, from_small((i64)str_length(text)));
}

/* (str, count of bytes) */
static Value decode(VM *vm, const Codec *codec, const char *function, Value data,
                    Value errors_value, bool final) {
    const char *errors;
    CHECK(take_errors(vm, function, errors_value, &errors));
    Buffered lent;
    CHECK(buffered_get(vm, data, &lent, false));
    usize consumed;
    OWNED Value text = codec_run_decode(vm, codec, (Span){lent.data, lent.size}, errors,
                                        final, &consumed);
    buffered_release(vm, &lent);
    TRY(text);
    return tuple_of(vm, 2, text, from_small((i64)consumed));
}

/* args: data, errors, final */
static Value decode_part(VM *vm, const Codec *codec, const char *function, Value *args) {
    int final = args[2] == EMPTY ? 0 : object_truth(vm, args[2]);
    return final < 0 ? FAIL : decode(vm, codec, function, args[0], args[1], final);
}

FUNCTION(_codecs, utf_7_encode, "(str, errors=None, /)") {
    return encode(vm, &codec_utf_7, "utf_7_encode", args[0], args[1]);
}
FUNCTION(_codecs, utf_7_decode, "(data, errors=None, final=False, /)") {
    return decode_part(vm, &codec_utf_7, "utf_7_decode", args);
}
FUNCTION(_codecs, utf_8_encode, "(str, errors=None, /)") {
    return encode(vm, &codec_utf_8, "utf_8_encode", args[0], args[1]);
}
FUNCTION(_codecs, utf_8_decode, "(data, errors=None, final=False, /)") {
    return decode_part(vm, &codec_utf_8, "utf_8_decode", args);
}
FUNCTION(_codecs, utf_16_encode, "(str, errors=None, byteorder=0, /)") {
    i64 order = 0;
    if (args[2] != EMPTY) CHECK(object_to_i64(vm, args[2], &order));
    const Codec *codec = order < 0   ? &codec_utf_16_le
                         : order > 0 ? &codec_utf_16_be
                                     : &codec_utf_16;
    return encode(vm, codec, "utf_16_encode", args[0], args[1]);
}
FUNCTION(_codecs, utf_16_decode, "(data, errors=None, final=False, /)") {
    return decode_part(vm, &codec_utf_16, "utf_16_decode", args);
}
/* The byte order that the data tells (or the given one): -1 little, 1 big, 0 not told. */
static i64 told_order(Span data, i64 order, Span little, Span big) {
    if (order) return order;
    return span_starts(data, little) ? -1 : span_starts(data, big) ? 1 : 0;
}

/* args: data, errors, byteorder, final. Gives (str, count of bytes, byte order). */
static Value decode_order(VM *vm, const Codec *const codecs[3], Value *args, Span little,
                          Span big) {
    i64 order = 0;
    if (args[2] != EMPTY) CHECK(object_to_i64(vm, args[2], &order));
    const Codec *codec = codecs[order < 0 ? 0 : order > 0 ? 2 : 1];
    Value part_args[] = {args[0], args[1], args[3]};
    OWNED Value part = TRY(decode_part(vm, codec, "ex_decode", part_args));
    Buffered lent;
    CHECK(buffered_get(vm, args[0], &lent, false));
    order = told_order((Span){lent.data, lent.size}, order, little, big);
    buffered_release(vm, &lent);
    const Value *items = to_tuple(part)->items;
    return tuple_of(vm, 3, items[0], items[1], from_small(order));
}

FUNCTION(_codecs, utf_16_ex_decode,
       "(data, errors=None, byteorder=0, final=False, /) shown (data, errors=None, "
       "byteorder=0, final=False,\n                 /)") {
    static const Codec *const codecs[] = {&codec_utf_16_le, &codec_utf_16,
                                          &codec_utf_16_be};
    return decode_order(vm, codecs, args, SPAN("\xFF\xFE"), SPAN("\xFE\xFF"));
}
FUNCTION(_codecs, utf_32_ex_decode,
       "(data, errors=None, byteorder=0, final=False, /) shown (data, errors=None, "
       "byteorder=0, final=False,\n                 /)") {
    static const Codec *const codecs[] = {&codec_utf_32_le, &codec_utf_32,
                                          &codec_utf_32_be};
    return decode_order(vm, codecs, args, SPAN("\xFF\xFE\0\0"), SPAN("\0\0\xFE\xFF"));
}
FUNCTION(_codecs, utf_16_le_encode, "(str, errors=None, /)") {
    return encode(vm, &codec_utf_16_le, "utf_16_le_encode", args[0], args[1]);
}
FUNCTION(_codecs, utf_16_le_decode, "(data, errors=None, final=False, /)") {
    return decode_part(vm, &codec_utf_16_le, "utf_16_le_decode", args);
}
FUNCTION(_codecs, utf_16_be_encode, "(str, errors=None, /)") {
    return encode(vm, &codec_utf_16_be, "utf_16_be_encode", args[0], args[1]);
}
FUNCTION(_codecs, utf_16_be_decode, "(data, errors=None, final=False, /)") {
    return decode_part(vm, &codec_utf_16_be, "utf_16_be_decode", args);
}
FUNCTION(_codecs, utf_32_encode, "(str, errors=None, byteorder=0, /)") {
    i64 order = 0;
    if (args[2] != EMPTY) CHECK(object_to_i64(vm, args[2], &order));
    const Codec *codec = order < 0   ? &codec_utf_32_le
                         : order > 0 ? &codec_utf_32_be
                                     : &codec_utf_32;
    return encode(vm, codec, "utf_32_encode", args[0], args[1]);
}
FUNCTION(_codecs, utf_32_decode, "(data, errors=None, final=False, /)") {
    return decode_part(vm, &codec_utf_32, "utf_32_decode", args);
}
FUNCTION(_codecs, utf_32_le_encode, "(str, errors=None, /)") {
    return encode(vm, &codec_utf_32_le, "utf_32_le_encode", args[0], args[1]);
}
FUNCTION(_codecs, utf_32_le_decode, "(data, errors=None, final=False, /)") {
    return decode_part(vm, &codec_utf_32_le, "utf_32_le_decode", args);
}
FUNCTION(_codecs, utf_32_be_encode, "(str, errors=None, /)") {
    return encode(vm, &codec_utf_32_be, "utf_32_be_encode", args[0], args[1]);
}
FUNCTION(_codecs, utf_32_be_decode, "(data, errors=None, final=False, /)") {
    return decode_part(vm, &codec_utf_32_be, "utf_32_be_decode", args);
}
FUNCTION(_codecs, latin_1_encode, "(str, errors=None, /)") {
    return encode(vm, &codec_latin_1, "latin_1_encode", args[0], args[1]);
}
FUNCTION(_codecs, latin_1_decode, "(data, errors=None, /)") {
    return decode(vm, &codec_latin_1, "latin_1_decode", args[0], args[1], true);
}
FUNCTION(_codecs, ascii_encode, "(str, errors=None, /)") {
    return encode(vm, &codec_ascii, "ascii_encode", args[0], args[1]);
}
FUNCTION(_codecs, ascii_decode, "(data, errors=None, /)") {
    return decode(vm, &codec_ascii, "ascii_decode", args[0], args[1], true);
}
FUNCTION(_codecs, unicode_escape_encode, "(str, errors=None, /)") {
    return encode(vm, &codec_unicode_escape, "unicode_escape_encode", args[0], args[1]);
}
/* A str is taken as its UTF-8. args: data, errors, final */
static Value decode_text(VM *vm, const Codec *codec, const char *function, Value *args) {
    Value data = args[0];
    OWNED Value bytes = is_str(data) ? codec_encode(vm, data, NULL, NULL) : incref(data);
    Value with_bytes[] = {TRY(bytes), args[1], args[2] == EMPTY ? TRUE : args[2]};
    return decode_part(vm, codec, function, with_bytes);
}

FUNCTION(_codecs, unicode_escape_decode, "(data, errors=None, final=True, /)") {
    return decode_text(vm, &codec_unicode_escape, "unicode_escape_decode", args);
}
FUNCTION(_codecs, raw_unicode_escape_encode, "(str, errors=None, /)") {
    return encode(vm, &codec_raw_unicode_escape, "raw_unicode_escape_encode", args[0],
                  args[1]);
}
FUNCTION(_codecs, raw_unicode_escape_decode, "(data, errors=None, final=True, /)") {
    return decode_text(vm, &codec_raw_unicode_escape, "raw_unicode_escape_decode", args);
}

/* ---- any builtin codec, by name ---- */

static bool take_codec(VM *vm, Value name, Codec *codec) {
    if (!want_str(vm, "text codec", "argument 1", name)) return false;
    if (codec_find(to_str(name)->data, codec)) return true;
    raise_format(vm, EXC(LookupError), "unknown encoding: %S", name);
    return false;
}

/* Encode with the builtin codec of this name: (bytes, length of str). */
FUNCTION(_codecs, text_encode, "(name, str, errors=None, /)") {
    Codec codec;
    CHECK(take_codec(vm, args[0], &codec));
    OWNED Value label = TRY(str_format(vm, "%S_encode", args[0]));
    return encode(vm, &codec, to_str(label)->data, args[1], args[2]);
}

/* Decode with the builtin codec of this name: (str, count of bytes read). */
FUNCTION(_codecs, text_decode, "(name, data, errors=None, final=True, /)") {
    Codec codec;
    CHECK(take_codec(vm, args[0], &codec));
    if (args[3] == EMPTY) args[3] = TRUE;
    return decode_part(vm, &codec, "decode", args + 1);
}

/* ---- bytes literals ---- */

/* A bytes literal's escapes, as text without quotes. */
FUNCTION(_codecs, escape_encode, "(data, errors=None, /)") {
    if (!is_bytes(args[0])) {
        want_refuse(vm, "escape_encode", "argument 1", "bytes", args[0]);
        return FAIL;
    }
    Buffer out = {0};
    Span bytes = bytes_span(args[0]);
    for (usize i = 0; i < bytes.length; i++) {
        u8 c = (u8)bytes.data[i];
        const char *at = strchr("\t\t\n\n\r\r", c);
        if (c == '\'' || c == '\\') {
            buffer_add_char(&out, '\\');
            buffer_add_char(&out, (char)c);
        } else if (c && at) {
            buffer_add_text(&out, c == '\t' ? "\\t" : c == '\n' ? "\\n" : "\\r");
        } else if (c < ' ' || c > 126) {
            buffer_printf(&out, "\\x%02x", c);
        } else {
            buffer_add_char(&out, (char)c);
        }
    }
    OWNED Value text = TRY(bytes_from_buffer(vm, &out));
    return tuple_of(vm, 2, text, from_small((i64)bytes.length));
}

static int hex_digit(u8 c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* \xNN at position i, whose x it is; returns the position behind, 0 when it is no number.
 */
static usize read_hex(Span text, usize i, Buffer *out) {
    int high = i + 1 < text.length ? hex_digit((u8)text.data[i + 1]) : -1;
    int low = i + 2 < text.length ? hex_digit((u8)text.data[i + 2]) : -1;
    if (high < 0 || low < 0) return 0;
    buffer_add_char(out, (char)(high << 4 | low));
    return i + 3;
}

static usize read_octal(Span text, usize i, Buffer *out) {
    int byte = 0;
    usize end = i + 3 < text.length ? i + 3 : text.length;
    for (; i < end && text.data[i] >= '0' && text.data[i] <= '7'; i++)
        byte = byte * 8 + (text.data[i] - '0');
    buffer_add_char(out, (char)byte);
    return i;
}

/* \x without two digits at position i: the position behind, 0 with an exception. */
static usize mend_hex(VM *vm, Span text, usize i, const char *errors, Buffer *out) {
    bool skip = i + 1 < text.length && hex_digit((u8)text.data[i + 1]) >= 0;
    if (!errors || !strcmp(errors, "strict")) {
        raise_value(vm, "invalid \\x escape at position %ld", (long)i - 1);
        return 0;
    }
    if (!strcmp(errors, "replace")) {
        buffer_add_char(out, '?');
    } else if (strcmp(errors, "ignore")) {
        raise_value(vm, "decoding error; unknown error handling code: %s", errors);
        return 0;
    }
    return i + 1 + skip;
}

/* Read one escape whose letter stands at i: the position behind, 0 with an exception. */
static usize read_escape(VM *vm, Span text, usize i, const char *errors, Buffer *out) {
    static const char simple[] = "\\\\''\"\"b\bf\ft\tn\nr\rv\va\a";
    char c = text.data[i];
    if (c == '\n') return i + 1;
    for (usize k = 0; simple[k]; k += 2)
        if (simple[k] == c) {
            buffer_add_char(out, simple[k + 1]);
            return i + 1;
        }
    if (c >= '0' && c <= '7') return read_octal(text, i, out);
    if (c == 'x') {
        usize end = read_hex(text, i, out);
        return end ? end : mend_hex(vm, text, i, errors, out);
    }
    buffer_add_char(out, '\\');
    buffer_add_char(out, c);
    bool ok =
        warn(vm, EXC(DeprecationWarning), 1, "invalid escape sequence '\\%c'", (u8)c);
    return ok ? i + 1 : 0;
}

static bool read_escapes(VM *vm, Span text, const char *errors, Buffer *out) {
    for (usize i = 0; i < text.length;) {
        if (text.data[i] != '\\')
            buffer_add_char(out, text.data[i++]);
        else if (i + 1 == text.length)
            return raise_value(vm, "Trailing \\ in string") != FAIL;
        else if (!(i = read_escape(vm, text, i + 1, errors, out)))
            return false;
    }
    return true;
}

/* The bytes that the escapes of a bytes literal stand for. */
FUNCTION(_codecs, escape_decode, "(data, errors=None, /)") {
    Value data = args[0];
    const char *errors;
    CHECK(take_errors(vm, "escape_decode", args[1], &errors));
    OWNED Value bytes = is_str(data) ? codec_encode(vm, data, NULL, NULL) : incref(data);
    TRY(bytes);
    Buffered lent;
    CHECK(buffered_get(vm, bytes, &lent, false));
    Buffer out = {0};
    bool good = read_escapes(vm, (Span){lent.data, lent.size}, errors, &out);
    i64 size = (i64)lent.size;
    buffered_release(vm, &lent);
    if (!good) {
        buffer_free(&out);
        return FAIL;
    }
    OWNED Value result = TRY(bytes_from_buffer(vm, &out));
    return tuple_of(vm, 2, result, from_small(size));
}

/* The bytes of an object's memory, or of a str as UTF-8. */
FUNCTION(_codecs, readbuffer_encode, "(data, errors=None, /)") {
    OWNED Value data =
        is_str(args[0]) ? codec_encode(vm, args[0], NULL, NULL) : incref(args[0]);
    TRY(data);
    Buffered lent;
    CHECK(buffered_get(vm, data, &lent, false));
    i64 size = (i64)lent.size;
    OWNED Value bytes = bytes_new(vm, lent.data, lent.size);
    buffered_release(vm, &lent);
    TRY(bytes);
    return tuple_of(vm, 2, bytes, from_small(size));
}
