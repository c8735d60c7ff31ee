#include "objects/search.h"

enum { TRIES = 16 }; /* before memmem is worth its preparations */

i64 span_find(Span in, Span needle) {
    if (needle.length > in.length) return -1;
    if (!needle.length) return 0;
    usize last = needle.length - 1;
    const char *at = in.data, *end = in.data + in.length - last;
    for (int i = 0; i < TRIES; i++, at++) {
        at = memchr(at, needle.data[0], (usize)(end - at));
        if (!at) return -1;
        if (at[last] == needle.data[last] && !memcmp(at, needle.data, last))
            return at - in.data;
    }
    usize left = in.length - (usize)(at - in.data);
    const char *found = memmem(at, left, needle.data, needle.length);
    return found ? found - in.data : -1;
}

/* Candidates by the needle's first byte, from the end. So that a needle like "aaaa...b"
 * does not cost its length at each place, its last byte is looked at first. */
i64 span_find_last(Span in, Span needle) {
    if (needle.length > in.length) return -1;
    if (!needle.length) return (i64)in.length;
    usize last = needle.length - 1;
    usize places = in.length - last;
    while (places) {
        const char *found = memrchr(in.data, needle.data[0], places);
        if (!found) return -1;
        if (found[last] == needle.data[last] && !memcmp(found, needle.data, last))
            return found - in.data;
        places = (usize)(found - in.data);
    }
    return -1;
}

usize span_count(Span in, Span needle, usize limit) {
    usize count = 0;
    while (count < limit) {
        i64 at = span_find(in, needle);
        if (at < 0) break;
        count++;
        in.data += (usize)at + needle.length;
        in.length -= (usize)at + needle.length;
    }
    return count;
}

bool span_starts(Span in, Span prefix) {
    return prefix.length <= in.length && !memcmp(in.data, prefix.data, prefix.length);
}

bool span_ends(Span in, Span suffix) {
    return suffix.length <= in.length &&
           !memcmp(in.data + in.length - suffix.length, suffix.data, suffix.length);
}
