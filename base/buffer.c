#include "base/buffer.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"

void buffer_free_slow(Buffer *buffer) {
    free(buffer->data);
}

void buffer_clear(Buffer *buffer) {
    buffer->length = 0;
    if (buffer->data) buffer->data[0] = '\0';
}

static bool grow(Buffer *buffer, usize needed) {
    usize capacity = buffer->capacity ? buffer->capacity * 2 : 64;
    if (capacity < needed) capacity = needed;
    char *before = buffer->is_lent ? NULL : buffer->data;
    char *data = buffer->failed ? NULL : realloc(before, capacity);
    if (data && buffer->is_lent) memcpy(data, buffer->data, buffer->length);
    if (!data) {
        buffer->failed = true;
        return false;
    }
    buffer->is_lent = false;
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

char *buffer_reserve_slow(Buffer *buffer, usize more) {
    usize needed = buffer->length + more + 1;
    if (needed <= more) buffer->failed = true;
    if (needed > buffer->capacity && !grow(buffer, needed)) return NULL;
    return buffer->data + buffer->length;
}

void buffer_add_text(Buffer *buffer, const char *text) {
    buffer_add(buffer, text, strlen(text));
}

void buffer_add_repeated(Buffer *buffer, char c, usize count) {
    char *at = buffer_reserve(buffer, count);
    if (!at) return;
    memset(at, c, count);
    buffer->length += count;
    buffer->data[buffer->length] = '\0';
}

void buffer_add_code_point(Buffer *buffer, u32 code_point) {
    char bytes[4];
    buffer_add(buffer, bytes, utf8_encode(code_point, bytes));
}

void buffer_printf(Buffer *buffer, const char *format, ...) {
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    char *at = length < 0 ? NULL : buffer_reserve(buffer, (usize)length);
    if (at) {
        vsnprintf(at, (usize)length + 1, format, again);
        buffer->length += (usize)length;
    }
    va_end(again);
    va_end(arguments);
}
