#include "objects/complex_text.h"

#include "base/number.h"
#include "objects/int.h"
#include "objects/str.h"

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* Copy without the underscores, which must stand between digits. */
static bool drop_underscores(Span text, Buffer *out) {
    for (usize i = 0; i < text.length; i++) {
        if (text.data[i] != '_') {
            buffer_add_char(out, text.data[i]);
        } else if (i == 0 || i + 1 == text.length || !is_digit(text.data[i - 1]) ||
                   !is_digit(text.data[i + 1])) {
            return false;
        }
    }
    return true;
}

static Span strip_parentheses(Span text) {
    text = number_strip(text);
    if (text.length < 2 || text.data[0] != '(' || text.data[text.length - 1] != ')')
        return text;
    return number_strip((Span){text.data + 1, text.length - 2});
}

static bool is_sign(char c) {
    return c == '+' || c == '-';
}

/* The imaginary part up to its j, which must end the text: "2j", "-j", "j". */
static bool read_imaginary(Span text, double *out) {
    usize length = number_scan(text, out);
    if (length == 0) {
        *out = text.length && text.data[0] == '-' ? -1 : 1;
        length = text.length && is_sign(text.data[0]);
    }
    return text.length == length + 1 && (text.data[length] | 32) == 'j';
}

static bool read_parts(Span text, Parts *out) {
    *out = (Parts){0, 0};
    if (read_imaginary(text, &out->imaginary)) return true;
    out->imaginary = 0;
    usize length = number_scan(text, &out->real);
    if (length == 0) return false;
    if (length == text.length) return true;
    text.data += length, text.length -= length;
    return is_sign(text.data[0]) && read_imaginary(text, &out->imaginary);
}

bool complex_read(VM *vm, Value str, Parts *out) {
    Buffer text = {0}, plain = {0};
    number_text(str, &text);
    bool ok = drop_underscores(buffer_span(&text), &plain);
    if (!ok) {
        raise_value(vm, "could not convert string to complex: %R", str);
    } else if (!read_parts(strip_parentheses(buffer_span(&plain)), out)) {
        raise_value(vm, "complex() arg is a malformed string");
        ok = false;
    }
    buffer_free(&text);
    buffer_free(&plain);
    return ok;
}
