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

void unicode_normalize(Span text, bool compose, bool compatible, Buffer *out) {
    utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_DECOMPOSE;
    if (compatible) options |= UTF8PROC_COMPAT;
    Points points = {0};
    decompose(text, options, &points);
    put_in_order(&points);
    ssize_t count = (ssize_t)points.count;
    if (compose && count && !points.failed)
        count = utf8proc_normalize_utf32(points.data, count,
                                         UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    for (ssize_t i = 0; i < count; i++) buffer_add_code_point(out, (u32)points.data[i]);
    out->failed |= points.failed || count < 0;
    free(points.data);
}
