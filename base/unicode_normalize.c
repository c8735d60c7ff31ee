#include "base/unicode_normalize.h"

#include <stdlib.h>
#include <utf8proc.h>

#include "base/utf8.h"

typedef struct Points {
    i32 *data;
    usize count, capacity;
    bool failed;
} Points;

enum { LONGEST_DECOMPOSITION = 32 };

static bool make_room(Points *points) {
    if (points->count + LONGEST_DECOMPOSITION <= points->capacity) return true;
    usize capacity = points->capacity * 2 + LONGEST_DECOMPOSITION;
    i32 *data = realloc(points->data, capacity * sizeof *data);
    if (!data) return false;
    points->data = data;
    points->capacity = capacity;
    return true;
}

static void decompose(Span text, utf8proc_option_t options, Points *points) {
    const char *at = text.data, *end = at + text.length;
    int boundary = 0;
    while (at < end) {
        i32 c = (i32)utf8_next(&at);
        if (!make_room(points)) {
            points->failed = true;
            return;
        }
        i32 *to = points->data + points->count;
        ssize_t count =
            utf8proc_decompose_char(c, to, LONGEST_DECOMPOSITION, options, &boundary);
        if (count < 0) {
            *to = c;
            count = 1;
        }
        points->count += (usize)count;
    }
}

static int combining_class(i32 c) {
    return utf8proc_get_property(c)->combining_class;
}

/* Marks that follow one base character stand in the order of their classes. */
static void put_in_order(Points *points) {
    for (usize i = 1; i < points->count; i++) {
        i32 c = points->data[i];
        int class = combining_class(c);
        usize to = i;
        if (!class) continue;
        while (to && combining_class(points->data[to - 1]) > class) {
            points->data[to] = points->data[to - 1];
            to--;
        }
        points->data[to] = c;
    }
}

enum { BEFORE_TAILS = 0x11A7 }; /* no Hangul tail, though libutf8proc joins it like one */

/* Compose the stretches between those. */
static void compose(Points *points) {
    usize start = 0, out = 0;
    while (start < points->count) {
        usize end = start;
        while (end < points->count && points->data[end] != BEFORE_TAILS) end++;
        i32 *stretch = points->data + start;
        ssize_t count = end > start
                            ? utf8proc_normalize_utf32(stretch, (ssize_t)(end - start),
                                                       UTF8PROC_STABLE | UTF8PROC_COMPOSE)
                            : 0;
        if (count < 0) count = (ssize_t)(end - start);
        memmove(points->data + out, stretch, (usize)count * sizeof *stretch);
        out += (usize)count;
        if (end < points->count) points->data[out++] = BEFORE_TAILS;
        start = end + 1;
    }
    points->count = out;
}

void unicode_normalize(Span text, bool composed, bool compatible, Buffer *out) {
    utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_DECOMPOSE;
    if (compatible) options |= UTF8PROC_COMPAT;
    Points points = {0};
    decompose(text, options, &points);
    put_in_order(&points);
    if (composed && !points.failed) compose(&points);
    for (usize i = 0; i < points.count; i++)
        buffer_add_code_point(out, (u32)points.data[i]);
    out->failed |= points.failed;
    free(points.data);
}
