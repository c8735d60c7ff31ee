/* binascii: bytes as text of base64, hexadecimal, uuencode and quoted-printable, and
 * their checksums. */
#include "objects/bytes.h"
#include "objects/exc.h"
#include "objects/frame.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/want.h"

MODULE(binascii, "Conversion between binary data and ASCII")

TYPE(binascii_Error, .name = "binascii.Error", .base = TYPE_ValueError)
TYPE(binascii_Incomplete, .name = "binascii.Incomplete", .base = TYPE_Exception)

#define ERROR vm->types[TYPE_binascii_Error]

/* Bytes, or a str that is all ASCII. */
static bool take_ascii(VM *vm, Value v, Buffered *out) {
    if (is_str(v)) {
        if (!str_is_ascii(v)) {
            raise_value(vm, "string argument should contain only ASCII characters");
            return false;
        }
        *out = (Buffered){
            .owner = incref(v), .data = to_str(v)->data, .size = to_str(v)->size};
        return true;
    }
    if (buffered_get(vm, v, out, false)) return true;
    if (!exception_matches(vm, EXC(TypeError))) return false;
    exception_clear(vm);
    raise_type(vm, "argument should be bytes, buffer or ASCII string, not '%T'", v);
    return false;
}

/* Whatever a function does with the bytes of its first argument. */
typedef bool (*Conversion)(VM *vm, Span in, Buffer *out, int option);

static Value convert(VM *vm, Value v, bool is_text, Conversion conversion, int option) {
    Buffered in;
    Buffer out = {0};
    CHECK(is_text ? take_ascii(vm, v, &in) : buffered_get(vm, v, &in, false));
    bool ok = conversion(vm, (Span){in.data, in.size}, &out, option);
    buffered_release(vm, &in);
    if (ok) return bytes_from_buffer(vm, &out);
    buffer_free(&out);
    return FAIL;
}

static bool take_flag(VM *vm, Value v, int otherwise, int *flag) {
    *flag = v == EMPTY ? otherwise : object_truth(vm, v);
    return *flag >= 0;
}

static bool refuse(VM *vm, const char *text) {
    raise_format(vm, ERROR, "%s", text);
    return false;
}

/* ---- base64 ---- */

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int base64_value(u8 c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static bool to_base64(VM *vm, Span in, Buffer *out, int has_newline) {
    const u8 *data = (const u8 *)in.data;
    char *to = buffer_reserve(out, (in.length + 2) / 3 * 4 + 1);
    if (!to) return true;
    char *begin = to;
    for (usize i = 0; i < in.length; i += 3) {
        usize left = in.length - i;
        u32 bits = (u32)data[i] << 16 | (u32)(left > 1 ? data[i + 1] : 0) << 8 |
                   (left > 2 ? data[i + 2] : 0);
        *to++ = base64_digits[bits >> 18];
        *to++ = base64_digits[bits >> 12 & 63];
        *to++ = left > 1 ? base64_digits[bits >> 6 & 63] : '=';
        *to++ = left > 2 ? base64_digits[bits & 63] : '=';
    }
    out->length += (usize)(to - begin);
    if (has_newline) buffer_add_char(out, '\n');
    return true;
}

static bool end_base64(VM *vm, int place, usize size) {
    if (place != 1) return place ? refuse(vm, "Incorrect padding") : true;
    raise_format(vm, ERROR,
                 "Invalid base64-encoded string: number of data characters (%lu) "
                 "cannot be 1 more than a multiple of 4",
                 (u64)(size / 3 * 4 + 1));
    return false;
}

/* place: how many digits of the present four have been read. */
static bool from_base64(VM *vm, Span in, Buffer *out, int is_strict) {
    int place = 0, pads = 0;
    u32 bits = 0;
    bool has_padding = false;
    if (is_strict && in.length && in.data[0] == '=')
        return refuse(vm, "Leading padding not allowed");
    for (usize i = 0; i < in.length; i++) {
        u8 c = (u8)in.data[i];
        if (c == '=') {
            has_padding = true;
            if (is_strict && !place) return refuse(vm, "Excess padding not allowed");
            if (place >= 2 && place + ++pads >= 4) {
                if (is_strict && i + 1 < in.length)
                    return refuse(vm, "Excess data after padding");
                return true;
            }
            continue;
        }
        int value = base64_value(c);
        if (value < 0) {
            if (is_strict) return refuse(vm, "Only base64 data is allowed");
            continue;
        }
        if (is_strict && has_padding)
            return refuse(vm, "Discontinuous padding not allowed");
        pads = 0;
        bits = bits << 6 | (u32)value;
        if (place) buffer_add_char(out, (char)(bits >> (6 - 2 * place)));
        place = (place + 1) & 3;
    }
    return end_base64(vm, place, out->length);
}

/* Decode a line of base64 data.
 *
 *   strict_mode
 *     When set to True, bytes that are not in the base64 standard are not allowed.
 *     The same applies to excess data after padding (= / ==). */
FUNCTION(binascii, a2b_base64, "(data, /, *, strict_mode=False)") {
    int strict;
    CHECK(take_flag(vm, args[1], 0, &strict));
    return convert(vm, args[0], true, from_base64, strict);
}

/* Base64-code line of data. */
FUNCTION(binascii, b2a_base64, "(data, /, *, newline=True)") {
    int newline;
    CHECK(take_flag(vm, args[1], 1, &newline));
    return convert(vm, args[0], false, to_base64, newline);
}

/* ---- hexadecimal: bytes.hex and bytes.fromhex do the rest ---- */

static const char hex_digits[] = "0123456789abcdef";

static bool take_separator(VM *vm, Value v, char *separator) {
    i64 length = object_length(vm, v);
    if (length < 0) return false;
    if (length != 1) return raise_value(vm, "sep must be length 1."), false;
    if (!is_str(v) && !has_kind(v, KIND_BYTES)) {
        raise_type(vm, "sep must be str or bytes.");
        return false;
    }
    u32 c = is_str(v) ? str_code_point(v, 0) : (u8)bytes_span(v).data[0];
    if (c > 255) return raise_value(vm, "sep must be ASCII."), false;
    *separator = (char)c;
    return true;
}

static Value hexlify(VM *vm, Value *args) {
    char separator = 0;
    int group = 1;
    Buffered in;
    Buffer out = {0};
    if (args[1] != EMPTY) CHECK(take_separator(vm, args[1], &separator));
    if (args[2] != EMPTY) CHECK(want_int(vm, args[2], &group));
    CHECK(buffered_get(vm, args[0], &in, false));
    usize size = (usize)(group < 0 ? -(i64)group : group);
    for (usize i = 0; i < in.size; i++) {
        usize before = group < 0 ? i : in.size - i;
        if (args[1] != EMPTY && size && i && before % size == 0)
            buffer_add_char(&out, separator);
        buffer_add_char(&out, hex_digits[(u8)in.data[i] >> 4]);
        buffer_add_char(&out, hex_digits[in.data[i] & 15]);
    }
    buffered_release(vm, &in);
    return bytes_from_buffer(vm, &out);
}

/* Hexadecimal representation of binary data.
 *
 *   sep
 *     An optional single character or byte to separate hex bytes.
 *   bytes_per_sep
 *     How many bytes between separators.  Positive values count from the
 *     right, negative values count from the left.
 *
 * The return value is a bytes object.  This function is also
 * available as "hexlify()". */
FUNCTION(binascii, b2a_hex, "(data, sep=<unrepresentable>, bytes_per_sep=1)") {
    return hexlify(vm, args);
}

/* Hexadecimal representation of binary data.
 *
 *   sep
 *     An optional single character or byte to separate hex bytes.
 *   bytes_per_sep
 *     How many bytes between separators.  Positive values count from the
 *     right, negative values count from the left.
 *
 * The return value is a bytes object.  This function is also
 * available as "b2a_hex()". */
FUNCTION(binascii, hexlify, "(data, sep=<unrepresentable>, bytes_per_sep=1)") {
    return hexlify(vm, args);
}

static int hex_value(u8 c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool from_hex(VM *vm, Span in, Buffer *out, int option) {
    if (in.length % 2) return refuse(vm, "Odd-length string");
    for (usize i = 0; i < in.length; i += 2) {
        int high = hex_value((u8)in.data[i]), low = hex_value((u8)in.data[i + 1]);
        if (high < 0 || low < 0) return refuse(vm, "Non-hexadecimal digit found");
        buffer_add_char(out, (char)(high << 4 | low));
    }
    return true;
}

/* Binary data of hexadecimal representation.
 *
 * hexstr must contain an even number of hex digits (upper or lower case).
 * This function is also available as "unhexlify()". */
FUNCTION(binascii, a2b_hex, "(hexstr, /)") {
    return convert(vm, args[0], true, from_hex, 0);
}

/* Binary data of hexadecimal representation.
 *
 * hexstr must contain an even number of hex digits (upper or lower case). */
FUNCTION(binascii, unhexlify, "(hexstr, /)") {
    return convert(vm, args[0], true, from_hex, 0);
}

/* ---- uuencode ---- */

static bool to_uu(VM *vm, Span in, Buffer *out, int backtick) {
    if (in.length > 45) return refuse(vm, "At most 45 bytes at once");
    char zero = backtick ? '`' : ' ';
    buffer_add_char(out, in.length ? (char)(' ' + in.length) : zero);
    for (usize i = 0; i < in.length; i += 3) {
        u32 bits = 0;
        for (usize k = 0; k < 3; k++)
            bits = bits << 8 | (i + k < in.length ? (u8)in.data[i + k] : 0);
        for (int shift = 18; shift >= 0; shift -= 6) {
            u32 digit = bits >> shift & 63;
            buffer_add_char(out, digit ? (char)(' ' + digit) : zero);
        }
    }
    buffer_add_char(out, '\n');
    return true;
}

static bool from_uu(VM *vm, Span in, Buffer *out, int option) {
    usize size = in.length ? (usize)((u8)in.data[0] - 32) & 63 : 0, at = 1;
    if (!in.length) size = (usize)-32 & 63;
    u32 bits = 0;
    int count = 0;
    while (out->length < size) {
        u8 c = at < in.length ? (u8)in.data[at] : 0;
        at++;
        u32 digit;
        if (c == '\n' || c == '\r' || at > in.length)
            digit = 0;
        else if (c < ' ' || c > ' ' + 64)
            return refuse(vm, "Illegal char");
        else
            digit = (u32)(c - ' ') & 63;
        bits = bits << 6 | digit;
        count += 6;
        if (count < 8) continue;
        count -= 8;
        buffer_add_char(out, (char)(bits >> count));
    }
    for (; at < in.length; at++) {
        u8 c = (u8)in.data[at];
        if (c != ' ' && c != ' ' + 64 && c != '\n' && c != '\r')
            return refuse(vm, "Trailing garbage");
    }
    return true;
}

/* Decode a line of uuencoded data. */
FUNCTION(binascii, a2b_uu, "(data, /)") {
    return convert(vm, args[0], true, from_uu, 0);
}

/* Uuencode line of data. */
FUNCTION(binascii, b2a_uu, "(data, /, *, backtick=False)") {
    int backtick;
    CHECK(take_flag(vm, args[1], 0, &backtick));
    return convert(vm, args[0], false, to_uu, backtick);
}

/* ---- quoted-printable ---- */

static bool from_quoted(VM *vm, Span in, Buffer *out, int is_header) {
    usize i = 0;
    while (i < in.length) {
        char c = in.data[i];
        if (c == '=' && i + 1 >= in.length) break;
        if (c == '=') {
            char next = in.data[++i];
            int high = hex_value((u8)next);
            int low = i + 1 < in.length ? hex_value((u8)in.data[i + 1]) : -1;
            if (next == '\n' || next == '\r') { /* a line that goes on */
                while (i < in.length && in.data[i] != '\n') i++;
                if (i < in.length) i++;
            } else if (next == '=') {
                buffer_add_char(out, '=');
                i++;
            } else if (high >= 0 && low >= 0) {
                buffer_add_char(out, (char)(high << 4 | low));
                i += 2;
            } else {
                buffer_add_char(out, '=');
            }
        } else {
            buffer_add_char(out, is_header && c == '_' ? ' ' : c);
            i++;
        }
    }
    return true;
}

/* Decode a string of qp-encoded data. */
FUNCTION(binascii, a2b_qp, "(data, header=False)") {
    int header;
    CHECK(take_flag(vm, args[1], 0, &header));
    return convert(vm, args[0], true, from_quoted, header);
}

enum { QUOTED_TABS = 1, QUOTED_TEXT = 2, QUOTED_HEADER = 4, LINE_SIZE = 76 };

typedef struct Quoter {
    Buffer *out;
    Span in;
    usize column;
    bool has_crlf;
    int options;
} Quoter;

static void end_line(Quoter *quoter) {
    if (quoter->has_crlf) buffer_add_char(quoter->out, '\r');
    buffer_add_char(quoter->out, '\n');
    quoter->column = 0;
}

static bool must_quote(const Quoter *quoter, usize i) {
    Span in = quoter->in;
    u8 c = (u8)in.data[i];
    bool is_last = i + 1 == in.length, is_text = quoter->options & QUOTED_TEXT;
    if (c > 126 || c == '=' || (quoter->options & QUOTED_HEADER && c == '_')) return true;
    if (c == '.' && !quoter->column)
        return is_last || in.data[i + 1] == '\n' || in.data[i + 1] == '\r' ||
               in.data[i + 1] == 0;
    if (!is_text && (c == '\r' || c == '\n')) return true;
    if ((c == '\t' || c == ' ') && is_last) return true;
    if (c < 33 && c != '\r' && c != '\n' && c != '\t' && c != ' ') return true;
    return c < 33 && c != '\r' && c != '\n' &&
           (quoter->options & QUOTED_TABS || (c != '\t' && c != ' '));
}

static void put_quoted(Quoter *quoter, u8 c) {
    if (quoter->column + 3 >= LINE_SIZE) {
        buffer_add_char(quoter->out, '=');
        end_line(quoter);
    }
    buffer_add_char(quoter->out, '=');
    buffer_add_char(quoter->out, "0123456789ABCDEF"[c >> 4]);
    buffer_add_char(quoter->out, "0123456789ABCDEF"[c & 15]);
    quoter->column += 3;
}

/* White space at the end of a line is quoted. */
static void put_newline(Quoter *quoter) {
    Buffer *out = quoter->out;
    if (out->length &&
        (out->data[out->length - 1] == ' ' || out->data[out->length - 1] == '\t')) {
        u8 c = (u8)out->data[--out->length];
        buffer_add_char(out, '=');
        buffer_add_char(out, "0123456789ABCDEF"[c >> 4]);
        buffer_add_char(out, "0123456789ABCDEF"[c & 15]);
    }
    end_line(quoter);
}

static bool to_quoted(VM *vm, Span in, Buffer *out, int options) {
    const char *first = memchr(in.data, '\n', in.length);
    Quoter quoter = {.out = out, .in = in, .options = options};
    quoter.has_crlf = first && first > in.data && first[-1] == '\r';
    for (usize i = 0; i < in.length; i++) {
        u8 c = (u8)in.data[i];
        bool is_crlf = c == '\r' && i + 1 < in.length && in.data[i + 1] == '\n';
        if (must_quote(&quoter, i)) {
            put_quoted(&quoter, c);
        } else if (options & QUOTED_TEXT && (c == '\n' || is_crlf)) {
            put_newline(&quoter);
            i += is_crlf;
        } else {
            bool ends = i + 1 == in.length || in.data[i + 1] == '\n';
            if (!ends && quoter.column + 1 >= LINE_SIZE) {
                buffer_add_char(out, '=');
                end_line(&quoter);
            }
            quoter.column++;
            buffer_add_char(out, options & QUOTED_HEADER && c == ' ' ? '_' : (char)c);
        }
    }
    return true;
}

/* Encode a string using quoted-printable encoding.
 *
 * On encoding, when istext is set, newlines are not encoded, and white
 * space at end of lines is.  When istext is not set, \r and \n (CR/LF)
 * are both encoded.  When quotetabs is set, space and tabs are encoded. */
FUNCTION(binascii, b2a_qp, "(data, quotetabs=False, istext=True, header=False)") {
    int tabs, text, header;
    CHECK(take_flag(vm, args[1], 0, &tabs) && take_flag(vm, args[2], 1, &text) &&
          take_flag(vm, args[3], 0, &header));
    return convert(vm, args[0], false, to_quoted,
                   (tabs ? QUOTED_TABS : 0) | (text ? QUOTED_TEXT : 0) |
                       (header ? QUOTED_HEADER : 0));
}

/* ---- checksums ---- */

static bool take_start(VM *vm, Value v, u32 *start) {
    *start = 0;
    if (v == EMPTY) return true;
    OWNED Value number = TRY_OR_FALSE(object_index(vm, v));
    OWNED Value mask = from_small(UINT32_MAX);
    OWNED Value low = TRY_OR_FALSE(int_binary(vm, BINARY_AND, number, mask));
    *start = (u32)to_small(low);
    return true;
}

static u32 crc32_of(Span data, u32 crc) {
    u32 table[16]; /* of half bytes: small enough to be made each time */
    for (u32 i = 0; i < 16; i++) {
        u32 c = i;
        for (int k = 0; k < 4; k++) c = c & 1 ? c >> 1 ^ 0xEDB88320u : c >> 1;
        table[i] = c;
    }
    crc = ~crc;
    for (usize i = 0; i < data.length; i++) {
        crc ^= (u8)data.data[i];
        crc = table[crc & 15] ^ crc >> 4;
        crc = table[crc & 15] ^ crc >> 4;
    }
    return ~crc;
}

/* Compute CRC-32 incrementally. */
FUNCTION(binascii, crc32, "(data, crc=0, /)") {
    Buffered in;
    u32 start;
    CHECK(take_start(vm, args[1], &start));
    CHECK(buffered_get(vm, args[0], &in, false));
    u32 crc = crc32_of((Span){in.data, in.size}, start);
    buffered_release(vm, &in);
    return from_small(crc);
}

/* Compute CRC-CCITT incrementally. */
FUNCTION(binascii, crc_hqx, "(data, crc, /)") {
    Buffered in;
    u32 crc;
    CHECK(take_start(vm, args[1], &crc));
    CHECK(buffered_get(vm, args[0], &in, false));
    crc &= 0xFFFF;
    for (usize i = 0; i < in.size; i++) {
        crc ^= (u32)(u8)in.data[i] << 8;
        for (int k = 0; k < 8; k++)
            crc = (crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1) & 0xFFFF;
    }
    buffered_release(vm, &in);
    return from_small(crc);
}

MODULE_INIT(binascii) {
    return module_add(vm, module, "Error", incref(from_object(ERROR))) &&
           module_add(vm, module, "Incomplete",
                      incref(from_object(vm->types[TYPE_binascii_Incomplete])));
}
