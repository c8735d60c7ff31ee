/* Case and the is...() questions of bytes and bytearray: ASCII only. */
#include "base/utf8.h"
#include "objects/byte_text.h"

static bool is_letter(u8 c) {
    return byte_is_lower(c) || byte_is_upper(c);
}

static bool is_digit(u8 c) {
    return c >= '0' && c <= '9';
}

static bool is_alnum(u8 c) {
    return is_letter(c) || is_digit(c);
}

static u8 lower(u8 c, bool in_word) {
    return byte_is_upper(c) ? c | 32 : c;
}

static u8 upper(u8 c, bool in_word) {
    return byte_is_lower(c) ? c & ~32 : c;
}

static u8 swapped(u8 c, bool in_word) {
    return is_letter(c) ? c ^ 32 : c;
}

static u8 titled(u8 c, bool in_word) {
    return in_word ? lower(c, true) : upper(c, false);
}

/* Map each byte; `in_word`: a letter stands before it. */
static Value map(VM *vm, Value self, u8 (*change)(u8, bool)) {
    Value result = TRY(byte_new(vm, self, NULL, byte_span(self).length));
    Span text = byte_span(self);
    char *to = byte_data(result);
    bool in_word = false;
    for (usize i = 0; i < text.length; i++) {
        to[i] = (char)change((u8)text.data[i], in_word);
        in_word = is_letter((u8)text.data[i]);
    }
    return result;
}

Value byte_lower(VM *vm, Value self) {
    return map(vm, self, lower);
}

Value byte_upper(VM *vm, Value self) {
    return map(vm, self, upper);
}

Value byte_swapcase(VM *vm, Value self) {
    return map(vm, self, swapped);
}

Value byte_title(VM *vm, Value self) {
    return map(vm, self, titled);
}

Value byte_capitalize(VM *vm, Value self) {
    Value result = TRY(map(vm, self, lower));
    if (byte_span(result).length) {
        char *first = byte_data(result);
        *first = (char)upper((u8)*first, false);
    }
    return result;
}

static Value all_of(Value self, bool (*test)(u8)) {
    Span text = byte_span(self);
    for (usize i = 0; i < text.length; i++)
        if (!test((u8)text.data[i])) return FALSE;
    return from_bool(text.length);
}

Value byte_isalnum(Value self) {
    return all_of(self, is_alnum);
}

Value byte_isalpha(Value self) {
    return all_of(self, is_letter);
}

Value byte_isdigit(Value self) {
    return all_of(self, is_digit);
}

Value byte_isspace(Value self) {
    return all_of(self, byte_is_space);
}

Value byte_isascii(Value self) {
    Span text = byte_span(self);
    return from_bool(utf8_is_ascii(text.data, text.length));
}

static Value all_cased(Value self, bool (*wanted)(u8), bool (*refused)(u8)) {
    Span text = byte_span(self);
    bool found = false;
    for (usize i = 0; i < text.length; i++) {
        if (refused((u8)text.data[i])) return FALSE;
        found |= wanted((u8)text.data[i]);
    }
    return from_bool(found);
}

Value byte_islower(Value self) {
    return all_cased(self, byte_is_lower, byte_is_upper);
}

Value byte_isupper(Value self) {
    return all_cased(self, byte_is_upper, byte_is_lower);
}

Value byte_istitle(Value self) {
    Span text = byte_span(self);
    bool found = false, in_word = false;
    for (usize i = 0; i < text.length; i++) {
        u8 c = (u8)text.data[i];
        if ((byte_is_upper(c) && in_word) || (byte_is_lower(c) && !in_word)) return FALSE;
        in_word = is_letter(c);
        found |= in_word;
    }
    return from_bool(found);
}
