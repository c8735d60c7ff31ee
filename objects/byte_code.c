/* translate, hex, fromhex, decode of bytes and bytearray. */
#include "base/utf8.h"
#include "objects/byte_text.h"
#include "objects/codecs.h"
#include "objects/want.h"

/* ---- translate ---- */

/* A copy of the table of 256 bytes; None is the identity. */
static bool take_table(VM *vm, Value v, char table[256]) {
    for (int i = 0; i < 256; i++) table[i] = (char)i;
    if (v == NONE) return true;
    Buffered lent;
    if (!buffered_get(vm, v, &lent, false)) return false;
    bool good = lent.size == 256;
    if (good) memcpy(table, lent.data, 256);
    buffered_release(vm, &lent);
    if (!good) raise_value(vm, "translation table must be 256 characters long");
    return good;
}

static bool take_deleted(VM *vm, Value v, bool deleted[256]) {
    memset(deleted, 0, 256);
    if (v == EMPTY) return true;
    Buffered lent;
    if (!buffered_get(vm, v, &lent, false)) return false;
    for (usize i = 0; i < lent.size; i++) deleted[(u8)lent.data[i]] = true;
    buffered_release(vm, &lent);
    return true;
}

Value byte_translate(VM *vm, Value *args) {
    char table[256];
    bool deleted[256];
    CHECK(take_table(vm, args[1], table) && take_deleted(vm, args[2], deleted));
    Buffer out = {0};
    Span text = byte_span(args[0]);
    for (usize i = 0; i < text.length; i++) {
        u8 c = (u8)text.data[i];
        if (!deleted[c]) buffer_add_char(&out, table[c]);
    }
    return byte_from_buffer(vm, args[0], &out);
}

Value byte_maketrans(VM *vm, Value *args) {
    char table[256];
    Buffered from = {.owner = EMPTY}, to = {.owner = EMPTY};
    CHECK(take_table(vm, NONE, table));
    bool good =
        buffered_get(vm, args[0], &from, false) && buffered_get(vm, args[1], &to, false);
    if (good && from.size != to.size)
        good = raise_value(vm, "maketrans arguments must have same length") != FAIL;
    for (usize i = 0; good && i < from.size; i++) table[(u8)from.data[i]] = to.data[i];
    buffered_release(vm, &from);
    buffered_release(vm, &to);
    return good ? bytes_new(vm, table, 256) : FAIL;
}

/* ---- hex ---- */

static bool take_separator(VM *vm, Value v, int *out) {
    i64 length = object_length(vm, v);
    if (length < 0) return false;
    if (length != 1) return raise_value(vm, "sep must be length 1.") != FAIL;
    if (!is_str(v) && !is_bytes(v))
        return raise_type(vm, "sep must be str or bytes.") != FAIL;
    *out = (u8)(is_str(v) ? str_span(v) : bytes_span(v)).data[0];
    return *out < 128 || raise_value(vm, "sep must be ASCII.") != FAIL;
}

/* Groups of `group` bytes, counted from the right, or from the left when it is negative.
 */
static bool begins_group(usize index, usize size, i64 group) {
    if (!group || !index) return false;
    if (group < 0) return index % (usize)-group == 0;
    return (size - index) % (usize)group == 0;
}

Value byte_hex(VM *vm, Span bytes, Value separator, Value group_value) {
    static const char digits[] = "0123456789abcdef";
    int between = -1, group = 1;
    if (group_value != EMPTY) CHECK(want_int(vm, group_value, &group));
    if (separator != EMPTY) CHECK(take_separator(vm, separator, &between));
    Buffer out = {0};
    for (usize i = 0; i < bytes.length; i++) {
        if (between >= 0 && begins_group(i, bytes.length, group))
            buffer_add_char(&out, (char)between);
        buffer_add_char(&out, digits[(u8)bytes.data[i] >> 4]);
        buffer_add_char(&out, digits[bytes.data[i] & 15]);
    }
    return out.length ? str_from_buffer(vm, &out) : incref(vm->empty_str);
}

static int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Append the bytes; returns the position of what is no pair of digits, or the text's
 * length. */
static usize read_hex(Span text, Buffer *out) {
    usize at = 0;
    while (at < text.length) {
        if (byte_is_space((u8)text.data[at])) {
            at++;
            continue;
        }
        int high = digit_of(text.data[at]);
        if (high < 0) return at;
        int low = at + 1 < text.length ? digit_of(text.data[at + 1]) : -1;
        if (low < 0) return at + 1;
        buffer_add_char(out, (char)(high << 4 | low));
        at += 2;
    }
    return SIZE_MAX;
}

Value byte_fromhex(VM *vm, Value text) {
    CHECK(want_str(vm, "fromhex", "argument", text));
    Span span = str_span(text);
    Buffer out = {0};
    usize fault = SIZE_MAX;
    if (str_is_ascii(text))
        fault = read_hex(span, &out);
    else
        for (fault = 0; (u8)span.data[fault] < 128;) fault++;
    if (fault == SIZE_MAX) return bytes_from_buffer(vm, &out);
    buffer_free(&out);
    return raise_value(
        vm, "non-hexadecimal number found in fromhex() arg at position %ld", (long)fault);
}

/* No bytes are "" in any encoding, even in one that nobody knows. */
Value byte_decode(VM *vm, Value *args) {
    for (int i = 1; i <= 2; i++) {
        const char *name = i == 1 ? "argument 'encoding'" : "argument 'errors'";
        if (args[i] == EMPTY) continue;
        CHECK(want_str(vm, "decode", name, args[i]) && want_c_text(vm, args[i]));
    }
    Buffered lent;
    CHECK(buffered_get(vm, args[0], &lent, false));
    Span bytes = {lent.data, lent.size};
    Value text = lent.size ? codec_decode_values(vm, bytes, args[1], args[2])
                           : incref(vm->empty_str);
    buffered_release(vm, &lent);
    return text;
}
