/* Strings from and to the system, and from a C format; the strings that the VM keeps. */
#include "base/utf8.h"
#include "objects/bytes.h"
#include "objects/str_make.h"
#include "objects/type.h"

bool text_open(VM *vm) {
    for (int i = 0; i < 256; i++) vm->latin1[i] = EMPTY;
    vm->empty_str = vm->empty_bytes = EMPTY;
    if (!intern_open(vm)) return false;
    Str *empty = str_allocate(vm, 0, true);
    if (!empty) return false;
    vm->empty_str = str_intern(vm, str_finish(empty, 0));
    vm->empty_bytes = bytes_make_empty(vm);
    return vm->empty_bytes != FAIL;
}

void text_close(VM *vm) {
    for (int i = 0; i < 256; i++) replace(&vm->latin1[i], EMPTY);
    replace(&vm->empty_str, EMPTY);
    replace(&vm->empty_bytes, EMPTY);
    intern_close(vm);
}

/* ---- the system: bytes that are not UTF-8 become lone surrogates U+DC80 ... U+DCFF ---- */

Value str_from_os(VM *vm, const char *bytes, usize size) {
    usize bad, good = utf8_check(bytes, size, &bad);
    if (good == size) return str_new(vm, bytes, size);
    Buffer out = {0};
    while (size) {
        buffer_add(&out, bytes, good);
        for (usize i = 0; good < size && i < bad; i++)
            buffer_add_code_point(&out, 0xDC00 + (u8)bytes[good + i]);
        usize done = good < size ? good + bad : size;
        bytes += done;
        size -= done;
        good = utf8_check(bytes, size, &bad);
    }
    return str_from_buffer(vm, &out);
}

bool str_to_os(VM *vm, Value s, Buffer *out) {
    Span text = str_span(s);
    if (memchr(text.data, 0, text.length)) {
        raise_value(vm, "embedded null character");
        return false;
    }
    const char *end = text.data + text.length;
    for (const char *at = text.data; at < end;) {
        const char *start = at;
        u32 code_point = utf8_next(&at);
        if (code_point >= 0xDC80 && code_point <= 0xDCFF)
            buffer_add_char(out, (char)(code_point - 0xDC00));
        else
            buffer_add(out, start, (usize)(at - start));
    }
    buffer_add(out, "", 0);
    return !out->failed || raise_memory(vm) != FAIL;
}

/* ---- C formats ---- */

static bool add_value(VM *vm, Buffer *out, char letter, Value v) {
    if (letter == 'T') {
        buffer_add_text(out, type_name_of(vm, v));
        return true;
    }
    OWNED Value text = letter == 'R'   ? object_repr(vm, v)
                       : letter == 'A' ? object_ascii(vm, v)
                                       : object_str(vm, v);
    if (text == FAIL) return false;
    buffer_add_span(out, str_span(text));
    return true;
}

/* `flags` is what stood between % and the letters of length: "-5", ".200". */
static void add_number(Buffer *out, Span flags, bool is_long, char letter, va_list *list) {
    char format[32];
    usize room = sizeof format - 4;
    if (flags.length > room) flags.length = room;
    format[0] = '%';
    memcpy(format + 1, flags.data, flags.length);
    char *end = format + 1 + flags.length;
    if (is_long) *end++ = 'l';
    *end++ = letter;
    *end = '\0';
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    if (letter == 's') {
        buffer_printf(out, format, va_arg(*list, const char *));
    } else if (letter == 'p') {
        buffer_printf(out, format, va_arg(*list, void *));
    } else if (letter == 'f' || letter == 'g') {
        buffer_printf(out, format, va_arg(*list, double));
    } else if (is_long) {
        buffer_printf(out, format, va_arg(*list, long));
    } else {
        buffer_printf(out, format, va_arg(*list, int));
    }
#pragma GCC diagnostic pop
}

/* One conversion; `at` is behind the %. Returns what follows it; NULL: failed. */
static const char *convert(VM *vm, Buffer *out, const char *at, va_list *list) {
    const char *flags = at;
    at += strspn(at, "0123456789-+ #.");
    Span flag_span = {flags, (usize)(at - flags)};
    bool is_long = false;
    for (; *at == 'l' || *at == 'z'; at++) is_long = true;
    char letter = *at++;
    if (letter == '%') {
        buffer_add_char(out, '%');
    } else if (letter == 'c') {
        buffer_add_code_point(out, va_arg(*list, u32));
    } else if (strchr("TRSA", letter)) {
        if (!add_value(vm, out, letter, va_arg(*list, Value))) return NULL;
    } else {
        add_number(out, flag_span, is_long, letter, list);
    }
    return at;
}

Value str_format_list(VM *vm, const char *format, va_list arguments) {
    Buffer out = {0};
    va_list list;
    va_copy(list, arguments);
    for (const char *at = format; at && *at;) {
        usize plain = strcspn(at, "%");
        buffer_add(&out, at, plain);
        at += plain;
        if (*at) at = convert(vm, &out, at + 1, &list);
        if (!at) out.failed = true;
    }
    va_end(list);
    if (out.failed && vm->exception != EMPTY) {
        buffer_free(&out);
        return FAIL;
    }
    return str_from_buffer(vm, &out);
}

Value str_format(VM *vm, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    Value text = str_format_list(vm, format, arguments);
    va_end(arguments);
    return text;
}
