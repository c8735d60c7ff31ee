/* A growable run of bytes, owned by whoever declared it.
 *
 * Appending never fails loudly: when memory is out, `failed` is set, later appends do nothing,
 * and the owner asks once at the end (buffer_failed). `{0}` is an empty buffer.
 */
#ifndef APY_BASE_BUFFER_H
#define APY_BASE_BUFFER_H

#include <stdarg.h>
#include <string.h>

#include "base/base.h"

typedef struct Buffer {
    char *data; /* NUL-terminated once anything was added */
    usize length, capacity;
    bool failed;
    bool is_lent; /* data is the owner's own array: see BUFFER_ON */
} Buffer;

/* A buffer that begins in an array of the caller's, so that short texts need no malloc:
 *     char room[200];
 *     Buffer out = BUFFER_ON(room); */
#define BUFFER_ON(array)                                                                 \
    ((Buffer){.data = ((array)[0] = '\0', (array)), .capacity = sizeof(array), .is_lent = true})

void buffer_clear(Buffer *buffer);

void buffer_free_slow(Buffer *buffer);
static inline void buffer_free(Buffer *buffer) {
    if (buffer->data && !buffer->is_lent) buffer_free_slow(buffer);
    *buffer = (Buffer){0};
}

/* Make room for `more` bytes behind the end; returns where they go, or NULL. */
char *buffer_reserve_slow(Buffer *buffer, usize more);
static inline char *buffer_reserve(Buffer *buffer, usize more) {
    if (LIKELY(more < buffer->capacity - buffer->length)) return buffer->data + buffer->length;
    return buffer_reserve_slow(buffer, more);
}
static inline void buffer_add(Buffer *buffer, const char *data, usize length) {
    char *at = buffer_reserve(buffer, length);
    if (UNLIKELY(!at)) return;
    if (length) memcpy(at, data, length);
    buffer->length += length;
    at[length] = '\0';
}
static inline void buffer_add_span(Buffer *buffer, Span span) {
    buffer_add(buffer, span.data, span.length);
}
void buffer_add_text(Buffer *buffer, const char *text);
static inline void buffer_add_char(Buffer *buffer, char c) {
    char *at = buffer_reserve(buffer, 1);
    if (UNLIKELY(!at)) return;
    at[0] = c;
    at[1] = '\0';
    buffer->length++;
}
void buffer_add_repeated(Buffer *buffer, char c, usize count);
/* Append the code point as UTF-8; lone surrogates are written in their three-byte form. */
void buffer_add_code_point(Buffer *buffer, u32 code_point);
void buffer_printf(Buffer *buffer, const char *format, ...) PRINTF_LIKE(2, 3);

static inline Span buffer_span(const Buffer *buffer) {
    return (Span){buffer->data ? buffer->data : "", buffer->length};
}

#endif
