/* int <-> digits, and int() itself. */
#include <math.h>

#include "base/digits.h"
#include "base/utf8.h"
#include "objects/bytes.h"
#include "objects/int_inner.h"
#include "objects/str.h"
#include "objects/type.h"

/* ---- writing ---- */

static bool raise_limit(VM *vm, u64 digits) {
    if (digits) {
        raise_value(
            vm,
            "Exceeds the limit (%d digits) for integer string conversion: value has %lu "
            "digits; use sys.set_int_max_str_digits() to increase the limit",
            vm->int_digit_limit, (unsigned long)digits);
    } else {
        raise_value(vm,
                    "Exceeds the limit (%d digits) for integer string conversion; use "
                    "sys.set_int_max_str_digits() to increase the limit",
                    vm->int_digit_limit);
    }
    return false;
}

static bool is_power_of_two(int base) {
    return (base & (base - 1)) == 0;
}

static void write_small(i64 i, u32 base, Buffer *out) {
    char room[65], *end = room + sizeof room, *at = end;
    u64 magnitude = i < 0 ? -(u64)i : (u64)i;
    if (base == 10) {
        at = digits_before(end, magnitude);
    } else if (is_power_of_two((int)base)) {
        u32 shift = (u32)__builtin_ctz(base);
        do *--at = "0123456789abcdefghijklmnopqrstuvwxyz"[magnitude & (base - 1)];
        while (magnitude >>= shift);
    } else {
        do *--at = "0123456789abcdefghijklmnopqrstuvwxyz"[magnitude % base];
        while (magnitude /= base);
    }
    if (i < 0) *--at = '-';
    buffer_add(out, at, (usize)(end - at));
}

bool int_write(VM *vm, Value v, int base, Buffer *out) {
    v = int_plain(v);
    if (is_small(v)) {
        write_small(to_small(v), (u32)base, out);
        return true;
    }
    bool is_limited = vm->int_digit_limit > 0 && !is_power_of_two(base);
    double digits_at_least = (double)(int_bit_length(v) - 1) * log10(2);
    if (is_limited && base == 10 && digits_at_least > vm->int_digit_limit + 1.0) {
        return raise_limit(vm, 0);
    }
    mpz_t z;
    mp_limb_t room[1];
    int_view(v, z, room);
    char *at = buffer_reserve(out, mpz_sizeinbase(z, base) + 2);
    if (!at) {
        raise_memory(vm);
        return false;
    }
    mpz_get_str(at, base, z);
    usize length = strlen(at), digits = length - (mpz_sgn(z) < 0);
    if (is_limited && digits > (usize)vm->int_digit_limit) return raise_limit(vm, 0);
    out->length += length;
    return true;
}

/* ---- reading ---- */

static int digit_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'z' ? c - 'a' + 10 : 99;
}

static Value read_many_digits(VM *vm, Span digits, int base) {
    char values_room[120];
    Buffer values = BUFFER_ON(values_room);
    char *at = buffer_reserve(&values, digits.length);
    double bits = (double)digits.length * log2(base);
    BigInt *big = at ? int_room(vm, (u64)(bits / 64) + 2) : NULL;
    Value result = FAIL;
    if (big) {
        for (usize i = 0; i < digits.length; i++)
            at[i] = (char)digit_value(digits.data[i]);
        mp_size_t count =
            (mp_size_t)mpn_set_str(big->limbs, (unsigned char *)at, digits.length, base);
        result = int_finish(big, (u64)count, false);
    } else if (!at) {
        raise_memory(vm);
    }
    buffer_free(&values);
    return result;
}

Value int_from_digits(VM *vm, Span digits, int base) {
    if (vm->int_digit_limit > 0 && digits.length > (usize)vm->int_digit_limit &&
        !is_power_of_two(base)) {
        raise_limit(vm, digits.length);
        return FAIL;
    }
    while (digits.length && digits.data[0] == '0') digits.data++, digits.length--;
    u64 value = 0;
    for (usize i = 0; i < digits.length; i++) {
        if (value > (UINT64_MAX - 36) / 36) return read_many_digits(vm, digits, base);
        value = value * (u64)base + (u64)digit_value(digits.data[i]);
    }
    return int_from_u64(vm, value);
}

static Value raise_invalid(VM *vm, int base, Value shown) {
    bool is_buffer = !is_str(shown) && !has_kind(shown, KIND_BYTES);
    OWNED Value text = TRY(is_buffer ? call_1(vm, from_object(vm->types[TYPE_bytes]), shown) : incref(shown));
    OWNED Value repr = TRY(object_repr(vm, text));
    if (str_length(repr) > 200) {
        OWNED Value cut = TRY(str_slice(vm, repr, 0, 200));
        return raise_value(vm, "invalid literal for int() with base %d: %S", base, cut);
    }
    return raise_value(vm, "invalid literal for int() with base %d: %S", base, repr);
}

static bool is_space(char c) {
    return (c >= 9 && c <= 13) || c == ' ';
}

Span number_strip(Span text) {
    while (text.length && is_space(text.data[0])) text.data++, text.length--;
    while (text.length && is_space(text.data[text.length - 1])) text.length--;
    return text;
}

/* What of the prefixes 0x, 0o and 0b the text has; 0 if none. */
static int prefix_base(Span text) {
    if (text.length < 2 || text.data[0] != '0') return 0;
    char letter = text.data[1] | 32;
    return letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 0;
}

typedef struct Literal {
    Span digits; /* with underscores */
    int base;
    bool is_negative, must_be_zero; /* "007" is no literal, "000" is */
} Literal;

static Literal split_literal(Span text, int base) {
    Literal out = {.digits = number_strip(text), .base = base};
    Span *rest = &out.digits;
    if (rest->length && (rest->data[0] == '-' || rest->data[0] == '+')) {
        out.is_negative = rest->data[0] == '-';
        rest->data++, rest->length--;
    }
    int prefixed = prefix_base(*rest);
    if (prefixed && (base == 0 || base == prefixed)) {
        out.base = prefixed;
        rest->data += 2, rest->length -= 2;
        if (rest->length && rest->data[0] == '_') rest->data++, rest->length--;
    } else if (base == 0) {
        out.base = 10;
        out.must_be_zero = rest->length && rest->data[0] == '0';
    }
    return out;
}

/* Copy the digits at the start without underscores; false if an underscore is not between
 * two. */
static bool collect_digits(const Literal *literal, Buffer *out, bool *is_whole) {
    Span text = literal->digits;
    bool after_digit = false;
    usize i = 0;
    for (; i < text.length; i++) {
        if (text.data[i] == '_') {
            if (!after_digit) return false;
            after_digit = false;
        } else if (digit_value(text.data[i]) < literal->base) {
            buffer_add_char(out, text.data[i]);
            after_digit = true;
        } else {
            break;
        }
    }
    *is_whole = i == text.length;
    return after_digit;
}

static Value read_literal(VM *vm, const Literal *literal, Buffer *digits, Value shown,
                          int base) {
    bool is_whole;
    if (!collect_digits(literal, digits, &is_whole))
        return raise_invalid(vm, base, shown);
    if (digits->failed) return raise_memory(vm);
    OWNED Value v = TRY(int_from_digits(vm, buffer_span(digits), literal->base));
    if (!is_whole || (literal->must_be_zero && v != from_small(0))) {
        return raise_invalid(vm, base, shown);
    }
    return literal->is_negative ? int_unary(vm, UNARY_NEG, v) : TAKE(v);
}

Value int_read(VM *vm, Span text, int base, Value shown) {
    Literal literal = split_literal(text, base);
    char digits_room[120];
    Buffer digits = BUFFER_ON(digits_room);
    Value v = read_literal(vm, &literal, &digits, shown, base);
    buffer_free(&digits);
    return v;
}

/* ---- digits and white space of other scripts ---- */

/* The zeros of Unicode's decimal digits; 1 to 9 follow each. */
static const u32 decimal_zeros[] = {
    0x660,   0x6F0,   0x7C0,   0x966,   0x9E6,   0xA66,   0xAE6,   0xB66,   0xBE6,
    0xC66,   0xCE6,   0xD66,   0xDE6,   0xE50,   0xED0,   0xF20,   0x1040,  0x1090,
    0x17E0,  0x1810,  0x1946,  0x19D0,  0x1A80,  0x1A90,  0x1B50,  0x1BB0,  0x1C40,
    0x1C50,  0xA620,  0xA8D0,  0xA900,  0xA9D0,  0xA9F0,  0xAA50,  0xABF0,  0xFF10,
    0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0,
    0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x11F50,
    0x16A60, 0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140,
    0x1E2F0, 0x1E4F0, 0x1E950, 0x1FBF0,
};

static char ascii_digit(u32 c) {
    for (usize i = 0; i < COUNT_OF(decimal_zeros) && decimal_zeros[i] <= c; i++) {
        if (c - decimal_zeros[i] < 10) return (char)('0' + (c - decimal_zeros[i]));
    }
    return '?';
}

static bool is_wide_space(u32 c) {
    return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
           c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

void number_text(Value str, Buffer *out) {
    Span text = str_span(str);
    if (str_is_ascii(str)) {
        buffer_add_span(out, text);
        return;
    }
    for (const char *at = text.data, *end = at + text.length; at < end;) {
        u32 c = utf8_next(&at);
        buffer_add_char(out, c < 128 ? (char)c : is_wide_space(c) ? ' ' : ascii_digit(c));
    }
}

/* ---- int() ---- */

static Value read_str(VM *vm, Value str, int base) {
    if (str_is_ascii(str)) return int_read(vm, str_span(str), base, str);
    char text_room[120];
    Buffer text = BUFFER_ON(text_room);
    number_text(str, &text);
    Value v =
        text.failed ? raise_memory(vm) : int_read(vm, buffer_span(&text), base, str);
    buffer_free(&text);
    return v;
}

/* bytes and bytearray are quoted as they are, other buffers as bytes. */
static Value read_buffer(VM *vm, Value v, int base) {
    Buffered buffered;
    CHECK(buffered_get(vm, v, &buffered, false));
    OWNED Value bytes = has_kind(v, KIND_BYTES) || has_kind(v, KIND_BYTEARRAY)
                            ? incref(v)
                            : bytes_new(vm, buffered.data, buffered.size);
    Value result = bytes == FAIL
                       ? FAIL
                       : int_read(vm, (Span){buffered.data, buffered.size}, base, bytes);
    buffered_release(vm, &buffered);
    return result;
}

/* What __trunc__ gave, as an int. */
static Value convert_truncated(VM *vm, Value v) {
    if (is_int(v)) return incref(int_plain(v));
    Type *type = type_of(vm, v);
    if (!(type->unary_ops & CAN(UNARY_INDEX))) {
        return raise_type(vm, "__trunc__ returned non-Integral (type %T)", v);
    }
    return object_index(vm, v);
}

static Value convert_by_trunc(VM *vm, Value v) {
    OWNED Value method = TRY(object_find_special(vm, v, NAME(__trunc__)));
    if (method == EMPTY) return EMPTY;
    CHECK(warn(vm, EXC(DeprecationWarning), 1,
               "The delegation of int() to __trunc__ is deprecated."));
    OWNED Value truncated = TRY(call_0(vm, method));
    return convert_truncated(vm, truncated);
}

/* Takes over an int of any form. */
static Value make_plain(Value owned) {
    OWNED Value v = owned;
    return v == FAIL ? FAIL : incref(int_plain(v));
}

/* A sign or none, and up to 18 digits: most of what is read. */
static bool read_few_digits(Span text, i64 *out) {
    const char *at = text.data, *end = at + text.length;
    bool is_negative = at < end && *at == '-';
    at += is_negative;
    if (at == end || end - at > 18) return false;
    i64 value = 0;
    for (; at < end && (u8)(*at - '0') < 10; at++) value = value * 10 + (*at - '0');
    *out = is_negative ? -value : value;
    return at == end;
}

/* The C types that know how to become an int do so by their slot; a class of a script has
 * a slot that calls its method and checks what that gives. */
Value int_convert(VM *vm, Value v) {
    if (is_exact_int(v)) return incref(v);
    i64 small;
    if (has_exact_kind(v, KIND_STR) && read_few_digits(str_span(v), &small)) return from_small(small);
    Type *type = type_of(vm, v);
    if (type->unary_ops & CAN(UNARY_INT)) return make_plain(object_unary(vm, UNARY_INT, v));
    if (type->unary_ops & CAN(UNARY_INDEX)) return make_plain(object_index(vm, v));
    Value truncated = TRY(convert_by_trunc(vm, v));
    if (truncated != EMPTY) return truncated;
    if (is_str(v)) return read_str(vm, v, 10);
    if (type->slots.buffer) return read_buffer(vm, v, 10);
    return raise_type(
        vm,
        "int() argument must be a string, a bytes-like object or a real number, "
        "not '%T'",
        v);
}

Value int_convert_base(VM *vm, Value text, Value base) {
    OWNED Value number = TRY(object_index(vm, base));
    i64 radix;
    if (!int_fits_i64(number, &radix) || (radix != 0 && radix < 2) || radix > 36) {
        return raise_value(vm, "int() base must be >= 2 and <= 36, or 0");
    }
    if (is_str(text)) return read_str(vm, text, (int)radix);
    if (has_kind(text, KIND_BYTES) || has_kind(text, KIND_BYTEARRAY)) {
        return read_buffer(vm, text, (int)radix);
    }
    return raise_type(vm, "int() can't convert non-string with explicit base");
}
