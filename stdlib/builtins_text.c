/* Builtin functions between values and text: repr, ascii, format, chr, ord, bin, oct,
 * hex. */
#include "objects/bytes.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/want.h"

/* Return the canonical string representation of the object.
 *
 * For many object types, including most builtins, eval(repr(obj)) == obj.
 */
FUNCTION(builtins, repr, "(obj, /)") {
    return object_repr(vm, args[0]);
}

/* Return an ASCII-only representation of an object.
 *
 * As repr(), return a string containing a printable representation of an
 * object, but escape the non-ASCII characters in the string returned by
 * repr() using \\x, \\u or \\U escapes. This generates a string similar
 * to that returned by repr() in Python 2.
 */
FUNCTION(builtins, ascii, "(obj, /)") {
    return object_ascii(vm, args[0]);
}

/* Return type(value).__format__(value, format_spec)
 *
 * Many built-in types implement format_spec according to the
 * Format Specification Mini-language. See help('FORMATTING').
 *
 * If type(value) does not supply a method named __format__
 * and format_spec is empty, then str(value) is returned.
 * See also help('SPECIALMETHODS').
 */
FUNCTION(builtins, format, "(value, format_spec='', /)") {
    if (args[1] == EMPTY) return object_format(vm, args[0], vm->empty_str);
    CHECK(want_str(vm, "format", "argument 2", args[1]));
    return object_format(vm, args[0], args[1]);
}

/* Return a Unicode string of one character with ordinal i; 0 <= i <= 0x10ffff. */
FUNCTION(builtins, chr, "(i, /)") {
    if (is_small(args[0]) && (u64)to_small(args[0]) < 0x80) {
        Value character = str_quick_character(vm, (char)to_small(args[0]));
        if (LIKELY(character != EMPTY)) return character;
    }
    OWNED Value number = TRY(object_index(vm, args[0]));
    i64 code_point;
    if (!int_fits_i64(number, &code_point) || code_point < 0 || code_point > 0x10FFFF) {
        return raise_value(vm, "chr() arg not in range(0x110000)");
    }
    return str_from_code_point(vm, (u32)code_point);
}

static Value raise_length(VM *vm, usize length) {
    return raise_type(vm, "ord() expected a character, but string of length %lu found",
                      (unsigned long)length);
}

/* Return the Unicode code point for a one-character string. */
FUNCTION(builtins, ord, "(c, /)") {
    Value c = args[0];
    if (is_str(c)) {
        if (to_str(c)->size == 1) return from_small((u8)to_str(c)->data[0]);
        usize length = str_length(c);
        return length == 1 ? from_small(str_code_point(c, 0)) : raise_length(vm, length);
    }
    bool is_bytes = has_kind(c, KIND_BYTES);
    if (!is_bytes && !has_kind(c, KIND_BYTEARRAY)) {
        return raise_type(vm, "ord() expected string of length 1, but %T found", c);
    }
    Span span =
        is_bytes ? bytes_span(c) : (Span){((ByteArray *)c)->data, ((ByteArray *)c)->size};
    return span.length == 1 ? from_small((u8)span.data[0])
                            : raise_length(vm, span.length);
}

static Value write_prefixed(VM *vm, Value v, int base, const char *prefix) {
    OWNED Value number = TRY(object_index(vm, v));
    Buffer digits = {0}, out = {0};
    bool ok = int_write(vm, number, base, &digits);
    if (ok) {
        Span text = buffer_span(&digits);
        bool is_negative = text.data[0] == '-';
        if (is_negative) buffer_add_char(&out, '-');
        buffer_add_text(&out, prefix);
        buffer_add(&out, text.data + is_negative, text.length - is_negative);
    }
    buffer_free(&digits);
    if (ok) return str_from_buffer(vm, &out);
    buffer_free(&out);
    return FAIL;
}

/* Return the binary representation of an integer.
 *
 *    >>> bin(2796202)
 *    '0b1010101010101010101010'
 */
FUNCTION(builtins, bin, "(number, /)") {
    return write_prefixed(vm, args[0], 2, "0b");
}

/* Return the octal representation of an integer.
 *
 *    >>> oct(342391)
 *    '0o1234567'
 */
FUNCTION(builtins, oct, "(number, /)") {
    return write_prefixed(vm, args[0], 8, "0o");
}

/* Return the hexadecimal representation of an integer.
 *
 *    >>> hex(12648430)
 *    '0xc0ffee'
 */
FUNCTION(builtins, hex, "(number, /)") {
    return write_prefixed(vm, args[0], 16, "0x");
}
