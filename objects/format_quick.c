/* The formatting that programs do most, in one go: a short spec, a number that fits a word. Whatever is
 * unusual is left to the full reader in format.c, which also knows the errors. */
#include <math.h>

#include "base/digits.h"
#include "base/number.h"
#include "objects/float.h"
#include "objects/format.h"

enum { MOST_DIGITS = 80 }; /* of a number written here, and what a width may be */

/* ---- reading ---- */

static u32 read_number(const char **at, const char *end) {
    u32 number = 0;
    for (; *at < end && (u8)(**at - '0') < 10 && number < 1000; ++*at) number = number * 10 + (u32)(**at - '0');
    return number;
}

static bool accept(const char **at, const char *end, char c) {
    if (*at == end || **at != c) return false;
    ++*at;
    return true;
}

static bool read_spec(Span spec, FormatQuick *out) {
    const char *at = spec.data, *end = at + spec.length;
    *out = (FormatQuick){.precision = -1};
    if (at < end && (*at == '<' || *at == '>' || *at == '^')) out->align = *at++;
    out->plus = accept(&at, end, '+');
    out->alternate = accept(&at, end, '#');
    out->zero = accept(&at, end, '0');
    out->width = read_number(&at, end);
    out->comma = accept(&at, end, ',');
    if (accept(&at, end, '.')) {
        if (at == end || (u8)(*at - '0') >= 10) return false;
        out->precision = (i32)read_number(&at, end);
    }
    if (at < end) out->type = *at++;
    return at == end && out->width <= MOST_DIGITS && out->precision <= MOST_DIGITS && (u8)out->type < 0x80;
}

/* ---- laying out ---- */

/* [sign and prefix][zeros][text], in the width. */
static void add_padded(const FormatQuick *quick, Span head, Span text, char align, Buffer *out) {
    usize length = head.length + text.length;
    usize padding = quick->width > length ? quick->width - length : 0;
    usize zeros = quick->zero ? padding : 0, blanks = padding - zeros;
    usize left = align == '>' ? blanks : align == '^' ? blanks / 2 : 0;
    char *at = buffer_reserve(out, length + padding);
    if (!at) return;
    out->length += length + padding;
    for (usize i = left; i; i--) *at++ = ' ';
    for (usize i = 0; i < head.length; i++) *at++ = head.data[i];
    for (; zeros; zeros--) *at++ = '0';
    memcpy(at, text.data, text.length);
    at += text.length;
    for (usize i = blanks - left; i; i--) *at++ = ' ';
    *at = '\0';
}

/* Copy `count` digits to the end of the room with a comma before each three; returns where they begin. */
static char *add_commas(char *end, const char *digits, usize count) {
    for (usize i = 0; i < count; i++) {
        if (i && i % 3 == 0) *--end = ',';
        *--end = digits[count - 1 - i];
    }
    return end;
}

static usize set_sign(char head[4], bool is_negative, bool plus) {
    head[0] = is_negative ? '-' : '+';
    return is_negative || plus;
}

static bool format_small(i64 i, const FormatQuick *quick, Buffer *out) {
    if (quick->precision >= 0) return false;
    u64 magnitude = i < 0 ? -(u64)i : (u64)i;
    char head[4], room[72], grouped[32], *end = room + sizeof room, *at = end;
    usize head_length = set_sign(head, i < 0, quick->plus);
    char type = quick->type ? quick->type : 'd';
    if (type == 'd') {
        at = digits_before(end, magnitude);
        if (quick->comma) {
            usize count = (usize)(end - at);
            end = grouped + sizeof grouped;
            at = add_commas(end, room + sizeof room - count, count);
        }
    } else if (!quick->comma && (type == 'x' || type == 'X' || type == 'o' || type == 'b')) {
        u32 shift = type == 'o' ? 3 : type == 'b' ? 1 : 4, mask = (1u << shift) - 1;
        const char *digits = type == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
        do *--at = digits[magnitude & mask];
        while (magnitude >>= shift);
        if (quick->alternate) {
            head[head_length++] = '0';
            head[head_length++] = type;
        }
    } else {
        return false;
    }
    char align = quick->align ? quick->align : '>';
    add_padded(quick, (Span){head, head_length}, (Span){at, (usize)(end - at)}, align, out);
    return true;
}

static bool format_double(double d, const FormatQuick *quick, Buffer *out) {
    char type = quick->type ? quick->type : quick->precision < 0 ? 'r' : 'g';
    if (quick->alternate || !isfinite(d) || (type != 'r' && type != 'f' && type != 'g' && type != 'e'))
        return false;
    if (quick->type == 'r' || fabs(d) >= 1e16) return false;
    char room[MOST_DIGITS * 2], grouped[32], head[4];
    Buffer text = BUFFER_ON(room);
    number_write(&text, fabs(d), type, quick->precision < 0 ? 6 : quick->precision,
                 quick->type ? 0 : NUMBER_POINT_ZERO);
    Span digits = buffer_span(&text);
    usize head_length = set_sign(head, signbit(d), quick->plus);
    if (!quick->comma) {
        char align = quick->align ? quick->align : '>';
        add_padded(quick, (Span){head, head_length}, digits, align, out);
        return true;
    }
    usize whole = 0;
    while (whole < digits.length && (u8)(digits.data[whole] - '0') < 10) whole++;
    const char *from = add_commas(grouped + sizeof grouped, digits.data, whole);
    usize size = (usize)(grouped + sizeof grouped - from);
    char joined[MOST_DIGITS * 3];
    memcpy(joined, from, size);
    memcpy(joined + size, digits.data + whole, digits.length - whole);
    size += digits.length - whole;
    add_padded(quick, (Span){head, head_length}, (Span){joined, size}, quick->align ? quick->align : '>', out);
    return true;
}

static bool format_ascii(Value s, const FormatQuick *quick, Buffer *out) {
    if (quick->plus || quick->alternate || quick->zero || quick->comma) return false;
    if ((quick->type && quick->type != 's') || !str_is_ascii(s)) return false;
    Span text = str_span(s);
    if (quick->precision >= 0 && text.length > (usize)quick->precision) text.length = (usize)quick->precision;
    add_padded(quick, (Span){"", 0}, text, quick->align ? quick->align : '<', out);
    return true;
}

static bool format_number_quickly(Value v, const FormatQuick *quick, Buffer *out) {
    /* zeros behind an alignment are its fill, and grouped zeros are another matter */
    if (quick->zero && (quick->align || quick->comma)) return false;
    if (is_flonum(v)) return format_double(to_flonum(v), quick, out);
    bool as_float = quick->type == 'f' || quick->type == 'g' || quick->type == 'e';
    if (as_float) return format_double((double)to_small(v), quick, out);
    return format_small(to_small(v), quick, out);
}

bool format_quick_value(Value v, const FormatQuick *quick, Buffer *out) {
    if (is_small(v) || is_flonum(v)) return format_number_quickly(v, quick, out);
    return has_exact_kind(v, KIND_STR) && format_ascii(v, quick, out);
}

bool format_quickly(Value v, Span spec, Buffer *out) {
    FormatQuick quick;
    if (is_object(v) && to_object(v)->kind != KIND_STR) return false;
    if (is_small(v) && !spec.length) {
        char room[DIGITS_ROOM + 1], *end = room + sizeof room;
        i64 i = to_small(v);
        char *at = digits_before(end, i < 0 ? -(u64)i : (u64)i);
        if (i < 0) *--at = '-';
        buffer_add(out, at, (usize)(end - at));
        return true;
    }
    return read_spec(spec, &quick) && format_quick_value(v, &quick, out);
}
