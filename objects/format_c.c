/* Text made in C from a format that also knows values: %T type name, %R repr, %S str, %A
 * ascii. The one implementation behind raise_format, warn and str_format. */
#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"
#include "objects/str.h"

typedef struct Directive { /* one %... of a format */
    char conversion;
    bool left, zero;
    int width, precision; /* precision -1: none */
    int longs;            /* count of l; z and j count as one */
} Directive;

static int read_number(const char **at, va_list *arguments) {
    if (**at == '*') {
        (*at)++;
        return va_arg(*arguments, int);
    }
    int number = 0;
    while (**at >= '0' && **at <= '9') number = number * 10 + *(*at)++ - '0';
    return number;
}

static Directive read_directive(const char **at, va_list *arguments) {
    Directive d = {.precision = -1};
    for (;; (*at)++) {
        if (**at == '-')
            d.left = true;
        else if (**at == '0')
            d.zero = true;
        else
            break;
    }
    d.width = read_number(at, arguments);
    if (**at == '.') {
        (*at)++;
        d.precision = read_number(at, arguments);
    }
    for (; **at == 'l' || **at == 'z' || **at == 'j'; (*at)++) d.longs++;
    d.conversion = **at;
    if (d.conversion) (*at)++;
    return d;
}

static void pad(Buffer *out, const Directive *d, Span text) {
    usize count = utf8_count(text.data, text.length);
    usize missing = d->width > 0 && count < (usize)d->width ? (usize)d->width - count : 0;
    if (!d->left)
        buffer_add_repeated(out, d->zero && d->conversion != 's' ? '0' : ' ', missing);
    buffer_add_span(out, text);
    if (d->left) buffer_add_repeated(out, ' ', missing);
}

static void write_signed(Buffer *out, const Directive *d, va_list *arguments) {
    char digits[32];
    long long number = d->longs ? va_arg(*arguments, long) : va_arg(*arguments, int);
    int length = snprintf(digits, sizeof digits, "%lld", number);
    pad(out, d, (Span){digits, (usize)length});
}

static void write_unsigned(Buffer *out, const Directive *d, va_list *arguments) {
    char digits[32];
    unsigned long long number =
        d->longs ? va_arg(*arguments, unsigned long) : va_arg(*arguments, unsigned);
    const char *format = d->conversion == 'u'   ? "%llu"
                         : d->conversion == 'x' ? "%llx"
                                                : "%llX";
    int length = snprintf(digits, sizeof digits, format, number);
    pad(out, d, (Span){digits, (usize)length});
}

static void write_pointer(Buffer *out, va_list *arguments) {
    buffer_printf(out, "%p", va_arg(*arguments, void *));
}

/* A precision counts bytes; a character that it would cut is left out. */
static void write_text(Buffer *out, const Directive *d, va_list *arguments) {
    const char *text = va_arg(*arguments, const char *);
    if (!text) text = "(null)";
    usize length = d->precision >= 0 ? strnlen(text, (usize)d->precision) : strlen(text);
    while (length && text[length] && ((u8)text[length] & 0xC0) == 0x80) length--;
    pad(out, d, (Span){text, length});
}

static bool write_value(VM *vm, Buffer *out, const Directive *d, va_list *arguments) {
    Value value = va_arg(*arguments, Value);
    if (d->conversion == 'T' || d->conversion == 'N') {
        bool is_none = d->conversion == 'N' && value == NONE;
        buffer_add_text(out, is_none ? "None" : type_name_of(vm, value));
        return true;
    }
    OWNED Value text = TRY_OR_FALSE(d->conversion == 'R'   ? object_repr(vm, value)
                                    : d->conversion == 'A' ? object_ascii(vm, value)
                                                           : object_str(vm, value));
    pad(out, d, str_span(text));
    return true;
}

static bool write_directive(VM *vm, Buffer *out, const Directive *d, va_list *arguments) {
    switch (d->conversion) {
    case 'd':
    case 'i': write_signed(out, d, arguments); return true;
    case 'u':
    case 'x':
    case 'X': write_unsigned(out, d, arguments); return true;
    case 'c': buffer_add_code_point(out, va_arg(*arguments, u32)); return true;
    case 'p': write_pointer(out, arguments); return true;
    case 's': write_text(out, d, arguments); return true;
    case 'T':
    case 'N':
    case 'R':
    case 'S':
    case 'A': return write_value(vm, out, d, arguments);
    default: buffer_add_char(out, d->conversion); return true; /* %% */
    }
}

static bool write_format(VM *vm, Buffer *out, const char *format, va_list *arguments) {
    for (;;) {
        const char *percent = strchrnul(format, '%');
        buffer_add(out, format, (usize)(percent - format));
        if (!*percent) return true;
        format = percent + 1;
        Directive d = read_directive(&format, arguments);
        if (!write_directive(vm, out, &d, arguments)) return false;
    }
}

Value str_format_list(VM *vm, const char *format, va_list arguments) {
    if (!strchr(format, '%')) return str_from_text(vm, format);
    char out_room[120];
    Buffer out = BUFFER_ON(out_room);
    va_list copy;
    va_copy(copy, arguments);
    bool is_done = write_format(vm, &out, format, &copy);
    va_end(copy);
    if (is_done) return str_from_buffer(vm, &out);
    buffer_free(&out);
    return FAIL;
}

Value str_format(VM *vm, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    Value text = str_format_list(vm, format, arguments);
    va_end(arguments);
    return text;
}
