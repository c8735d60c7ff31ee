/* Strings from and to the system; the strings that the VM keeps. C formats: format_c.c.
 */
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

/* ---- the system: bytes that are not UTF-8 become lone surrogates U+DC80 ... U+DCFF ----
 */

Value str_from_os(VM *vm, const char *bytes, usize size) {
    usize bad, good = utf8_check(bytes, size, &bad);
    if (good == size) return str_new(vm, bytes, size);
    char out_room[120];
    Buffer out = BUFFER_ON(out_room);
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
