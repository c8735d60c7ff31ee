/* Dates and times as text: ISO 8601 and strftime. */
#include "objects/bytes.h"
#include "objects/native.h"
#include "objects/object.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "stdlib/datetime.h"

Value import_attribute(VM *vm, const char *module, const char *name) {
    OWNED Value module_name = TRY(str_intern_text(vm, module));
    OWNED Value found = TRY(vm->hooks.import(vm, module_name, EMPTY, EMPTY, 0));
    return object_getattr_text(vm, found, name);
}

/* (type(self), (bytes,)) or with the zone */
Value clock_reduce_state(VM *vm, const char *data, usize size, Value self, Value zone) {
    OWNED Value bytes = TRY(bytes_new(vm, data, size));
    OWNED Value state =
        TRY(zone == NONE ? tuple_of(vm, 1, bytes) : tuple_of(vm, 2, bytes, zone));
    return tuple_of(vm, 2, from_object(type_of(vm, self)), state);
}

/* ---- writing ---- */

void write_padded(Buffer *out, int number, int digits) {
    char text[8];
    for (int i = digits; i--; number /= 10) text[i] = (char)('0' + number % 10);
    buffer_add(out, text, (usize)digits);
}

void write_iso_date(Buffer *out, int year, int month, int day) {
    write_padded(out, year, 4);
    buffer_add_char(out, '-');
    write_padded(out, month, 2);
    buffer_add_char(out, '-');
    write_padded(out, day, 2);
}

static void write_part(Buffer *out, char before, int number, int digits) {
    buffer_add_char(out, before);
    write_padded(out, number, digits);
}

void write_offset(Buffer *out, Microseconds shift, const char *separator) {
    i64 total = (i64)(shift < 0 ? -shift : shift);
    i64 seconds = total / SECOND_MICROSECONDS, rest = total % SECOND_MICROSECONDS;
    buffer_printf(out, "%c%02d%s%02d", shift < 0 ? '-' : '+', (int)(seconds / 3600),
                  separator, (int)(seconds / 60 % 60));
    if (seconds % 60 || rest)
        buffer_printf(out, "%s%02d", separator, (int)(seconds % 60));
    if (rest) buffer_printf(out, ".%06d", (int)rest);
}

static const char *const specs[] = {"auto",    "hours",        "minutes",
                                    "seconds", "milliseconds", "microseconds"};

bool write_clock(VM *vm, Buffer *out, const Clock *clock, Value timespec, u32 number) {
    usize detail = 0;
    if (timespec != EMPTY && !is_str(timespec)) {
        raise_type(vm, "isoformat() argument %u must be str, not %N", number,
                   timespec);
        return false;
    }
    if (timespec != EMPTY)
        while (detail < COUNT_OF(specs) && !str_equals_text(timespec, specs[detail]))
            detail++;
    if (detail == COUNT_OF(specs)) {
        raise_value(vm, "Unknown timespec value");
        return false;
    }
    if (!detail) detail = clock->microsecond ? 5 : 3;
    write_padded(out, clock->hour, 2);
    if (detail >= 2) write_part(out, ':', clock->minute, 2);
    if (detail >= 3) write_part(out, ':', clock->second, 2);
    if (detail == 4) write_part(out, '.', clock->microsecond / 1000, 3);
    if (detail == 5) write_part(out, '.', clock->microsecond, 6);
    return true;
}

static bool add_offset(VM *vm, Buffer *out, Value object, const char *separator) {
    OWNED Value ask = object_find_attr(vm, object, NAME(utcoffset));
    if (ask == EMPTY) return true;
    OWNED Value offset = ask == FAIL ? FAIL : call_0(vm, ask);
    if (offset == FAIL) return false;
    if (offset != NONE) write_offset(out, delta_total(to_delta(offset)), separator);
    return true;
}

static bool add_zone_name(VM *vm, Buffer *out, Value object) {
    OWNED Value ask = object_find_attr(vm, object, NAME(tzname));
    if (ask == EMPTY) return true;
    OWNED Value name = ask == FAIL ? FAIL : call_0(vm, ask);
    if (name == FAIL) return false;
    if (name == NONE) return true;
    OWNED Value one = str_from_text(vm, "%"), two = str_from_text(vm, "%%");
    if (one == FAIL || two == FAIL) return false;
    OWNED Value text = call_method_2(vm, name, NAME(replace), one, two);
    if (text == FAIL) return false;
    if (is_str(text)) return buffer_add_span(out, str_span(text)), true;
    raise_type(vm, "tzname.replace() did not return a string");
    return false;
}

static int microsecond_of(VM *vm, Value object) {
    if (IS_DATETIME(datetime, object)) return to_moment(object)->clock.microsecond;
    if (IS_DATETIME(time, object)) return to_time(object)->clock.microsecond;
    return 0;
}

/* One sign behind '%'; gives how many bytes it took, 0 failed. */
static usize add_sign(VM *vm, Buffer *out, Value object, Span rest) {
    char sign = *rest.data;
    bool ok = true;
    switch (sign) {
    case 'f': buffer_printf(out, "%06d", microsecond_of(vm, object)); return 1;
    case 'z': ok = add_offset(vm, out, object, ""); return ok;
    case 'Z': ok = add_zone_name(vm, out, object); return ok;
    case ':':
        if (rest.length > 1 && rest.data[1] == 'z')
            return add_offset(vm, out, object, ":") ? 2 : 0;
        break;
    }
    buffer_add_char(out, '%');
    buffer_add_char(out, sign);
    return 1;
}

static bool fill_format(VM *vm, Buffer *out, Value object, Span format) {
    for (usize i = 0; i < format.length; i++) {
        if (format.data[i] != '%' || i + 1 == format.length) {
            buffer_add_char(out, format.data[i]);
            continue;
        }
        Span rest = {format.data + i + 1, format.length - i - 1};
        usize taken = add_sign(vm, out, object, rest);
        if (!taken) return false;
        i += taken;
    }
    return true;
}

Value format_date(VM *vm, Value object, Value format, Value timetuple) {
    Buffer out = {0};
    if (!fill_format(vm, &out, object, str_span(format))) {
        buffer_free(&out);
        return FAIL;
    }
    if (out.length) out.length = strnlen(out.data, out.length); /* CPython's ends at a NUL */
    OWNED Value filled = TRY(str_from_buffer(vm, &out));
    OWNED Value strftime = TRY(import_attribute(vm, "time", "strftime"));
    return call_2(vm, strftime, filled, timetuple);
}

Value parse_by_format(VM *vm, const char *function, Value type, Value string,
                      Value format) {
    OWNED Value parse = TRY(import_attribute(vm, "_strptime", function));
    return call_3(vm, parse, type, string, format);
}

/* ---- reading ISO 8601 ---- */

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* Exactly `count` digits at the front, which are cut off. */
static bool take_digits(Span *text, usize count, int *out) {
    if (text->length < count) return false;
    *out = 0;
    for (usize i = 0; i < count; i++) {
        if (!is_digit(text->data[i])) return false;
        *out = *out * 10 + text->data[i] - '0';
    }
    *text = (Span){text->data + count, text->length - count};
    return true;
}

static bool take_char(Span *text, char c) {
    if (!text->length || *text->data != c) return false;
    *text = (Span){text->data + 1, text->length - 1};
    return true;
}

static bool parse_week(Span text, int year, bool has_dash, Ymd *out) {
    int week, day = 1;
    if (!take_digits(&text, 2, &week)) return false;
    if (text.length) {
        if (has_dash != take_char(&text, '-')) return false;
        if (!take_digits(&text, 1, &day)) return false;
    }
    return !text.length && !ymd_of_iso_week(year, week, day, out);
}

bool parse_iso_date(Span text, Ymd *out) {
    if (!take_digits(&text, 4, &out->year)) return false;
    bool has_dash = take_char(&text, '-');
    if (take_char(&text, 'W')) return parse_week(text, out->year, has_dash, out);
    if (!take_digits(&text, 2, &out->month)) return false;
    if (has_dash != take_char(&text, '-')) return false;
    return take_digits(&text, 2, &out->day) && !text.length;
}

/* Where the date ends: by its form, for anything may stand between date and time. */
usize find_iso_separator(Span text) {
    if (text.length == 7) return 7;
    if (text.data[4] == '-') {
        if (text.data[5] != 'W') return 10;
        if (text.length < 8) return 0;
        if (text.length > 8 && text.data[8] == '-') {
            if (text.length == 9) return 0;
            return text.length > 10 && is_digit(text.data[10]) ? 8 : 10;
        }
        return 8;
    }
    if (text.data[4] != 'W') return 8;
    usize at = 7;
    while (at < text.length && is_digit(text.data[at])) at++;
    if (at < 9) return at;
    return at % 2 ? 8 : 7;
}

/* The part behind the seconds; digits after the sixth are passed over. */
static bool parse_fraction(Span text, bool has_zone, int *microsecond) {
    int value = 0;
    usize count = 0;
    if (!text.length) return false;
    for (; count < text.length; count++) {
        if (has_zone && count == 6) break;
        if (!is_digit(text.data[count])) return false;
        if (count < 6) value = value * 10 + text.data[count] - '0';
    }
    for (; count < 6; count++) value *= 10;
    *microsecond = value;
    return true;
}

/* HH[:MM[:SS[.ffffff]]], with or without colons. Before a zone one more character may stand,
 * as in "12:34 +02:00", and behind six digits of a fraction anything: CPython looks away. */
static bool parse_fields(Span text, bool has_zone, int out[4]) {
    bool has_colons = false;
    for (int i = 0; i < 3; i++) {
        if (!take_digits(&text, 2, &out[i])) return false;
        if (has_zone && text.length == 1) return true;
        if (!i) has_colons = text.length && *text.data == ':';
        if (!text.length || i == 2) break;
        if (has_colons && !take_char(&text, ':')) return false;
        if (!has_colons && !is_digit(*text.data)) break;
    }
    if (!text.length) return true;
    if (!take_char(&text, '.') && !take_char(&text, ',')) return false;
    return parse_fraction(text, has_zone, &out[3]);
}

static usize find_zone(Span text) {
    for (const char *sign = "-+Z"; *sign; sign++) {
        const char *at = memchr(text.data, *sign, text.length);
        if (at) return (usize)(at - text.data);
    }
    return text.length;
}

/* 1, 0 malformed, -1. The zone is owned. */
static int parse_zone(VM *vm, char sign, Span text, Value *zone) {
    int fields[4] = {0};
    if (sign == 'Z') {
        *zone = incref(zone_utc(vm));
        return !text.length;
    }
    if (text.length == 0 || text.length == 1 || text.length == 3) return 0;
    if (!parse_fields(text, false, fields)) return 0;
    i64 seconds = fields[0] * 3600 + fields[1] * 60 + fields[2];
    Microseconds total = (Microseconds)seconds * SECOND_MICROSECONDS + fields[3];
    OWNED Value offset = delta_new(vm, sign == '-' ? -total : total);
    *zone = offset == FAIL ? FAIL : zone_new(vm, offset, NONE);
    if (*zone != FAIL) return 1;
    *zone = NONE;
    return -1;
}

int parse_iso_clock(VM *vm, Span text, Clock *out) {
    int fields[4] = {0};
    usize end = find_zone(text);
    out->zone = NONE;
    bool has_zone = end < text.length;
    if (text.length < 2 || !parse_fields((Span){text.data, end}, has_zone, fields)) return 0;
    *out = (Clock){(u8)fields[0], (u8)fields[1], (u8)fields[2], 0, fields[3], NONE};
    if (end == text.length) return 1;
    Span zone = {text.data + end + 1, text.length - end - 1};
    int parsed = parse_zone(vm, text.data[end], zone, &out->zone);
    if (parsed <= 0) {
        decref(out->zone);
        out->zone = NONE;
    }
    return parsed;
}
