/* repr of strings: quotes, escapes. */
#include "base/unicode.h"
#include "base/utf8.h"
#include "objects/str.h"

/* Write \xNN, \uNNNN or \UNNNNNNNN. */
void str_escape_code_point(Buffer *out, u32 c) {
    if (c < 0x100)
        buffer_printf(out, "\\x%02x", c);
    else if (c < 0x10000)
        buffer_printf(out, "\\u%04x", c);
    else
        buffer_printf(out, "\\U%08x", c);
}

static void write_ascii(Buffer *out, u8 c, char quote) {
    static const char letters[] = {['\t'] = 't', ['\n'] = 'n', ['\r'] = 'r'};
    if (c == (u8)quote || c == '\\') {
        buffer_add_char(out, '\\');
        buffer_add_char(out, (char)c);
    } else if (c <= '\r' && letters[c]) {
        buffer_add_char(out, '\\');
        buffer_add_char(out, letters[c]);
    } else if (c < ' ' || c == 127) {
        str_escape_code_point(out, c);
    } else {
        buffer_add_char(out, (char)c);
    }
}

/* How many bytes from here on need no escape at all. */
static usize plain_length(const char *at, const char *end, char quote) {
    const char *start = at;
    while (at < end && (u8)*at >= ' ' && (u8)*at < 127 && *at != quote && *at != '\\')
        at++;
    return (usize)(at - start);
}

bool str_repr_to(Buffer *out, Value s) {
    const char *at = to_str(s)->data, *end = at + to_str(s)->size;
    usize size = (usize)(end - at);
    char quote = memchr(at, '\'', size) && !memchr(at, '"', size) ? '"' : '\'';
    buffer_add_char(out, quote);
    while (at < end) {
        usize plain = plain_length(at, end, quote);
        buffer_add(out, at, plain);
        at += plain;
        if (at == end) break;
        const char *start = at;
        u32 c = utf8_next(&at);
        if (c < 128)
            write_ascii(out, (u8)c, quote);
        else if (unicode_is_printable(c))
            buffer_add(out, start, (usize)(at - start));
        else
            str_escape_code_point(out, c);
    }
    buffer_add_char(out, quote);
    return !out->failed;
}

Value str_repr(VM *vm, Value self) {
    Buffer out = {0};
    str_repr_to(&out, self);
    return str_from_buffer(vm, &out);
}

Value str_escape_non_ascii(VM *vm, Value s) {
    if (str_is_ascii(s)) return incref(s);
    Buffer out = {0};
    const char *at = to_str(s)->data, *end = at + to_str(s)->size;
    while (at < end) {
        u32 c = utf8_next(&at);
        if (c < 128)
            buffer_add_char(&out, (char)c);
        else
            str_escape_code_point(&out, c);
    }
    return str_from_buffer(vm, &out);
}
