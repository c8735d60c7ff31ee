/* format() of int, float and complex: the digits. Layout is format.c's. */
#include <math.h>

#include "base/number.h"
#include "objects/float.h"
#include "objects/format.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/want.h"

/* What all three begin with: no spec is str(), another argument than a str an error. */
static Value check_spec(VM *vm, Value self, Value spec) {
    CHECK(want_str(vm, "__format__", "argument", spec));
    return to_str(spec)->size == 0 ? object_str(vm, self) : EMPTY;
}

static Value finish(VM *vm, bool ok, Buffer *out) {
    if (ok) return str_from_buffer(vm, out);
    buffer_free(out);
    return FAIL;
}

/* ---- float ---- */

/* Split written digits at the end of the integer part. */
static FormatNumber split(Span text) {
    FormatNumber number = {0};
    if (text.length && (text.data[0] == '-' || text.data[0] == '+')) {
        number.is_negative = text.data[0] == '-';
        text.data++, text.length--;
    }
    usize end = 0;
    while (end < text.length && text.data[end] >= '0' && text.data[end] <= '9') end++;
    number.digits = (Span){text.data, end};
    number.rest = (Span){text.data + end, text.length - end};
    return number;
}

static bool write_digits(VM *vm, double d, const FormatSpec *spec, u32 type,
                         Buffer *digits) {
    u32 flags =
        (spec->alternate ? NUMBER_ALTERNATE : 0) | (spec->z ? NUMBER_NO_MINUS_ZERO : 0);
    i64 precision = spec->precision;
    if (precision > INT32_MAX) {
        raise_value(vm, "precision too big");
        return false;
    }
    if (type == 0) {
        flags |= NUMBER_POINT_ZERO;
        type = precision < 0 ? 'r' : 'g';
    } else if (type == 'n') {
        type = 'g';
    } else if (type == '%') {
        type = 'f';
    }
    number_write(digits, d, (char)type, precision < 0 ? 6 : precision, flags);
    if (spec->type == '%') buffer_add_char(digits, '%');
    return true;
}

static bool is_float_type(u32 type) {
    return type == 0 || (type < 128 && strchr("eEfFgGn%", (int)type));
}

bool float_format(VM *vm, Value self, double d, const FormatSpec *spec, Buffer *out) {
    if (!is_float_type(spec->type)) {
        format_raise_unknown(vm, spec, self);
        return false;
    }
    char digits_room[120];
    Buffer digits = BUFFER_ON(digits_room);
    bool ok =
        write_digits(vm, spec->type == '%' ? d * 100 : d, spec, spec->type, &digits);
    if (ok) {
        FormatNumber number = split(buffer_span(&digits));
        format_number(out, spec, &number);
    }
    out->failed |= digits.failed;
    buffer_free(&digits);
    return ok;
}

/* Formats the float according to format_spec. */
METHOD(float, __format__, "($self, format_spec, /)")
{
    Value plain = TRY(check_spec(vm, args[0], args[1]));
    if (plain != EMPTY) return plain;
    FormatSpec spec;
    CHECK(format_spec_parse(vm, args[0], args[1], 0, '>', &spec));
    char out_room[120];
    Buffer out = BUFFER_ON(out_room);
    return finish(vm, float_format(vm, args[0], to_double(args[0]), &spec, &out), &out);
}

/* ---- int ---- */

static bool check_character(VM *vm, const FormatSpec *spec, Value self, u32 *code_point) {
    i64 c;
    if (spec->sign) {
        raise_value(vm, "Sign not allowed with integer format specifier 'c'");
    } else if (spec->alternate) {
        raise_value(vm,
                    "Alternate form (#) not allowed with integer format specifier 'c'");
    } else if (!int_fits_i64(self, &c)) {
        raise_overflow(vm, "Python int too large to convert to C long");
    } else if (c < 0 || c > 0x10FFFF) {
        raise_overflow(vm, "%%c arg not in range(0x110000)");
    } else {
        *code_point = (u32)c;
        return true;
    }
    return false;
}

static bool format_character(VM *vm, Value self, const FormatSpec *given, Buffer *out) {
    FormatSpec spec = *given;
    u32 code_point;
    if (!check_character(vm, &spec, self, &code_point)) return false;
    char text_room[120];
    Buffer text = BUFFER_ON(text_room);
    buffer_add_code_point(&text, code_point);
    if (spec.align == '=') spec.align = '>'; /* there is no sign to pad behind */
    format_pad(out, &spec, buffer_span(&text), 1);
    buffer_free(&text);
    return true;
}

static bool format_digits(VM *vm, Value self, const FormatSpec *spec, int base,
                          Span prefix, Buffer *out) {
    char digits_room[120];
    Buffer digits = BUFFER_ON(digits_room);
    bool ok = int_write(vm, self, base, &digits);
    if (ok) {
        if (spec->type == 'X') {
            for (usize i = 0; i < digits.length; i++) {
                if (digits.data[i] >= 'a') digits.data[i] -= 32;
            }
        }
        FormatNumber number = {.is_negative = digits.data && digits.data[0] == '-'};
        number.digits =
            (Span){digits.data + number.is_negative, digits.length - number.is_negative};
        if (spec->alternate) number.prefix = prefix;
        format_number(out, spec, &number);
    }
    buffer_free(&digits);
    return ok;
}

static bool format_as_float(VM *vm, Value self, const FormatSpec *spec, Buffer *out) {
    bool ok;
    double d = int_to_double(vm, self, &ok);
    return ok && float_format(vm, self, d, spec, out);
}

static bool format_int(VM *vm, Value self, const FormatSpec *spec, Buffer *out) {
    u32 type = spec->type;
    if (type != 'n' && type != 0 && is_float_type(type)) {
        return format_as_float(vm, self, spec, out);
    }
    if (type >= 128 || !strchr("bcdonxX", (int)type)) {
        format_raise_unknown(vm, spec, self);
        return false;
    }
    if (spec->precision >= 0) {
        raise_value(vm, "Precision not allowed in integer format specifier");
        return false;
    }
    if (spec->z) {
        raise_value(vm,
                    "Negative zero coercion (z) not allowed in integer format specifier");
        return false;
    }
    switch (type) {
    case 'c': return format_character(vm, self, spec, out);
    case 'b': return format_digits(vm, self, spec, 2, SPAN("0b"), out);
    case 'o': return format_digits(vm, self, spec, 8, SPAN("0o"), out);
    case 'x': return format_digits(vm, self, spec, 16, SPAN("0x"), out);
    case 'X': return format_digits(vm, self, spec, 16, SPAN("0X"), out);
    default: return format_digits(vm, self, spec, 10, SPAN(""), out);
    }
}

/* Convert to a string according to format_spec. */
METHOD(int, __format__, "($self, format_spec, /)")
{
    Value plain = TRY(check_spec(vm, args[0], args[1]));
    if (plain != EMPTY) return plain;
    FormatSpec spec;
    CHECK(format_spec_parse(vm, args[0], args[1], 'd', '>', &spec));
    char out_room[120];
    Buffer out = BUFFER_ON(out_room);
    return finish(vm, format_int(vm, args[0], &spec, &out), &out);
}

/* ---- complex: two floats in one field ---- */

static bool check_complex_spec(VM *vm, const FormatSpec *spec, Value self) {
    if (!is_float_type(spec->type) || spec->type == '%') {
        format_raise_unknown(vm, spec, self);
    } else if (spec->fill == '0') {
        raise_value(vm, "Zero padding is not allowed in complex format specifier");
    } else if (spec->align == '=') {
        raise_value(vm, "'=' alignment flag is not allowed in complex format specifier");
    } else {
        return true;
    }
    return false;
}

static bool add_part(VM *vm, double d, const FormatSpec *given, char sign, Buffer *out) {
    FormatSpec spec = *given;
    spec.sign = sign;
    spec.width = -1;
    char digits_room[120];
    Buffer digits = BUFFER_ON(digits_room);
    /* without a type a complex shows its parts as repr does: no ".0" */
    u32 type = spec.type ? spec.type : spec.precision < 0 ? 'r' : 'g';
    bool ok = write_digits(vm, d, &spec, type, &digits);
    if (ok) {
        FormatNumber number = split(buffer_span(&digits));
        format_number(out, &spec, &number);
    }
    buffer_free(&digits);
    return ok;
}

static bool format_complex(VM *vm, Value self, const FormatSpec *spec, Buffer *out) {
    Complex *z = (Complex *)self;
    if (!check_complex_spec(vm, spec, self)) return false;
    bool as_repr = spec->type == 0;
    bool skip_real = as_repr && z->real == 0 && !signbit(z->real);
    char text_room[120];
    Buffer text = BUFFER_ON(text_room);
    if (as_repr && !skip_real) buffer_add_char(&text, '(');
    bool ok = skip_real || add_part(vm, z->real, spec, spec->sign, &text);
    ok = ok && add_part(vm, z->imaginary, spec, skip_real ? spec->sign : '+', &text);
    buffer_add_char(&text, 'j');
    if (as_repr && !skip_real) buffer_add_char(&text, ')');
    if (ok) format_pad(out, spec, buffer_span(&text), text.length);
    buffer_free(&text);
    return ok;
}

/* Convert to a string according to format_spec. */
METHOD(complex, __format__, "($self, format_spec, /)")
{
    Value plain = TRY(check_spec(vm, args[0], args[1]));
    if (plain != EMPTY) return plain;
    FormatSpec spec;
    CHECK(format_spec_parse(vm, args[0], args[1], 0, '>', &spec));
    char out_room[120];
    Buffer out = BUFFER_ON(out_room);
    return finish(vm, format_complex(vm, args[0], &spec, &out), &out);
}
