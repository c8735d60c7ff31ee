#include "objects/format.h"

#include "base/unicode.h"
#include "base/utf8.h"

typedef struct Reader {
    const char *at, *end;
} Reader;

static u32 peek(const Reader *in) {
    const char *at = in->at;
    return at < in->end ? utf8_next(&at) : 0;
}

static u32 peek_second(const Reader *in) {
    Reader second = *in;
    if (in->at < in->end) utf8_next(&second.at);
    return peek(&second);
}

static bool accept(Reader *in, char c) {
    if (in->at == in->end || *in->at != c) return false;
    in->at++;
    return true;
}

static bool is_alignment(u32 c) {
    return c == '<' || c == '>' || c == '=' || c == '^';
}

/* Digits of any script. -1 stays in *out when there are none. */
static bool read_integer(VM *vm, Reader *in, i64 *out) {
    i64 value = 0;
    const char *start = in->at;
    for (int digit; in->at < in->end && (digit = unicode_decimal(peek(in))) >= 0;) {
        if (value > (INT64_MAX - digit) / 10)
            return raise_value(vm, "Too many decimal digits in format string") != FAIL;
        value = value * 10 + digit;
        utf8_next(&in->at);
    }
    if (in->at > start) *out = value;
    return true;
}

static void read_alignment(Reader *in, FormatSpec *spec, bool *aligned) {
    *aligned = true;
    if (is_alignment(peek_second(in))) {
        spec->fill = utf8_next(&in->at);
        spec->has_fill = true;
        spec->align = *in->at++;
    } else if (is_alignment(peek(in))) {
        spec->align = *in->at++;
    } else {
        *aligned = false;
    }
}

static void read_flags(Reader *in, FormatSpec *spec, char default_align) {
    bool aligned;
    read_alignment(in, spec, &aligned);
    if (in->at < in->end && strchr("+- ", *in->at)) spec->sign = *in->at++;
    spec->z = accept(in, 'z');
    spec->alternate = accept(in, '#');
    if (!spec->has_fill && accept(in, '0')) {
        spec->fill = '0';
        spec->has_fill = true;
        if (!aligned && default_align == '>') spec->align = '=';
    }
}

static bool read_grouping(VM *vm, Reader *in, FormatSpec *spec) {
    if (accept(in, ',')) spec->grouping = ',';
    if (accept(in, '_')) {
        if (spec->grouping)
            return raise_value(vm, "Cannot specify both ',' and '_'.") != FAIL;
        spec->grouping = '_';
    }
    if (spec->grouping == '_' && in->at < in->end && *in->at == ',')
        return raise_value(vm, "Cannot specify both ',' and '_'.") != FAIL;
    return true;
}

static bool read_precision(VM *vm, Reader *in, FormatSpec *spec) {
    if (!accept(in, '.')) return true;
    if (!read_integer(vm, in, &spec->precision)) return false;
    if (spec->precision >= 0) return true;
    return raise_value(vm, "Format specifier missing precision") != FAIL;
}

/* Grouping goes with decimal types, underscores also with those of other bases. */
static bool check_grouping(VM *vm, FormatSpec *spec) {
    if (!spec->grouping) return true;
    u32 type = spec->type;
    spec->group_size = 3;
    if (type < 128 && strchr("deEfFgG%", (int)type)) return true; /* 0 counts as found */
    spec->group_size = 4;
    if (spec->grouping == '_' && type < 128 && strchr("boxX", (int)type)) return true;
    if (type > 32 && type < 128)
        raise_value(vm, "Cannot specify '%c' with '%c'.", spec->grouping, type);
    else
        raise_value(vm, "Cannot specify '%c' with '\\x%x'.", spec->grouping, type);
    return false;
}

static bool read_type(VM *vm, Reader *in, FormatSpec *spec, Value object, Value text) {
    if (in->at < in->end) spec->type = utf8_next(&in->at);
    if (in->at == in->end) return true;
    raise_value(vm, "Invalid format specifier '%S' for object of type '%T'", text,
                object);
    return false;
}

bool format_spec_parse(VM *vm, Value object, Value text, char default_type,
                       char default_align, FormatSpec *out) {
    *out = (FormatSpec){.fill = ' ',
                        .align = default_align,
                        .width = -1,
                        .precision = -1,
                        .type = (u8)default_type};
    Reader in = {to_str(text)->data, to_str(text)->data + to_str(text)->size};
    read_flags(&in, out, default_align);
    return read_integer(vm, &in, &out->width) && read_grouping(vm, &in, out) &&
           read_precision(vm, &in, out) && read_type(vm, &in, out, object, text) &&
           check_grouping(vm, out);
}

Value format_raise_unknown(VM *vm, const FormatSpec *spec, Value object) {
    if (spec->type > 32 && spec->type < 128)
        return raise_value(vm, "Unknown format code '%c' for object of type '%T'",
                           spec->type, object);
    return raise_value(vm, "Unknown format code '\\x%x' for object of type '%T'",
                       spec->type, object);
}

/* ---- writing ---- */

static void add_fill(Buffer *out, const FormatSpec *spec, i64 count) {
    if (count <= 0) return;
    if (spec->fill < 128) {
        buffer_add_repeated(out, (char)spec->fill, (usize)count);
        return;
    }
    char bytes[4];
    usize size = utf8_encode(spec->fill, bytes), total;
    if (__builtin_mul_overflow((usize)count, size, &total)) total = SIZE_MAX;
    if (!buffer_reserve(out, total)) return;
    while (count--) buffer_add(out, bytes, size);
}

/* How much of the padding stands left of the text. */
static i64 left_part(char align, i64 padding) {
    return padding <= 0 ? 0 : align == '>' ? padding : align == '^' ? padding / 2 : 0;
}

void format_pad(Buffer *out, const FormatSpec *spec, Span text, usize length) {
    i64 padding = spec->width - (i64)length, left = left_part(spec->align, padding);
    add_fill(out, spec, left);
    buffer_add_span(out, text);
    add_fill(out, spec, padding - left);
}

/* Digits and zeros needed for a width, when each group costs a separator; there is never
 * a separator in front. */
static usize grouped_digits(usize digits, usize group_size, usize min_width) {
    usize count = digits ? digits : 1;
    while (count + (count - 1) / group_size < min_width) count++;
    return count;
}

void format_group(Buffer *out, Span digits, char separator, usize group_size,
                  usize min_width) {
    usize count = digits.length > min_width ? digits.length : min_width;
    if (separator) {
        count = (min_width / (group_size + 1)) * group_size;
        count = grouped_digits(digits.length > count ? digits.length : count, group_size,
                               min_width);
    }
    usize zeros = count - digits.length;
    if (!separator) {
        buffer_add_repeated(out, '0', zeros);
        buffer_add_span(out, digits);
        return;
    }
    char *at = buffer_reserve(out, count + count / group_size);
    if (!at) return;
    for (usize i = 0; i < count; i++) {
        if (i && (count - i) % group_size == 0) *at++ = separator;
        *at++ = i < zeros ? '0' : digits.data[i - zeros];
    }
    *at = '\0';
    out->length = (usize)(at - out->data);
}

static char sign_of(const FormatSpec *spec, bool is_negative) {
    if (is_negative) return '-';
    return spec->sign == '+' || spec->sign == ' ' ? spec->sign : 0;
}

void format_number(Buffer *out, const FormatSpec *spec, const FormatNumber *number) {
    char sign = sign_of(spec, number->is_negative);
    usize fixed = (sign != 0) + number->prefix.length + number->rest.length;
    bool zeros = spec->fill == '0' && spec->align == '=';
    i64 min_width = zeros && spec->width > (i64)fixed ? spec->width - (i64)fixed : 0;
    char digits_room[120];
    Buffer digits = BUFFER_ON(digits_room);
    if (number->digits.length)
        format_group(&digits, number->digits, spec->grouping, spec->group_size,
                     (usize)min_width);
    out->failed |= digits.failed;
    i64 padding = spec->width - (i64)(fixed + digits.length);
    i64 left = left_part(spec->align, padding);
    add_fill(out, spec, left);
    if (sign) buffer_add_char(out, sign);
    buffer_add_span(out, number->prefix);
    if (spec->align == '=') add_fill(out, spec, padding);
    buffer_add_span(out, buffer_span(&digits));
    buffer_add_span(out, number->rest);
    if (spec->align != '=') add_fill(out, spec, padding - left);
    buffer_free(&digits);
}

/* ---- str ---- */

static Value refuse_in_str(VM *vm, const FormatSpec *spec) {
    static const char *const where = "not allowed in string format specifier";
    if (spec->sign == ' ') return raise_value(vm, "Space %s", where);
    if (spec->sign) return raise_value(vm, "Sign %s", where);
    if (spec->z) return raise_value(vm, "Negative zero coercion (z) %s", where);
    if (spec->alternate) return raise_value(vm, "Alternate form (#) %s", where);
    if (spec->align == '=') return raise_value(vm, "'=' alignment %s", where);
    return NONE;
}

Value str_format_value(VM *vm, Value s, Value text) {
    if (!to_str(text)->size) return object_str(vm, s);
    FormatSpec spec;
    CHECK(format_spec_parse(vm, s, text, 's', '<', &spec));
    if (spec.type != 's') return format_raise_unknown(vm, &spec, s);
    TRY(refuse_in_str(vm, &spec));
    usize length = str_length(s), size = to_str(s)->size;
    if (spec.precision >= 0 && (usize)spec.precision < length) {
        length = (usize)spec.precision;
        size = str_offset(s, length);
    }
    if (spec.width <= (i64)length) return str_new(vm, to_str(s)->data, size);
    char out_room[120];
    Buffer out = BUFFER_ON(out_room);
    format_pad(&out, &spec, (Span){to_str(s)->data, size}, length);
    return str_from_buffer(vm, &out);
}
