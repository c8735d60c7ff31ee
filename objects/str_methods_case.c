/* upper, lower, title, capitalize, swapcase, casefold. */
#include "base/unicode.h"
#include "base/utf8.h"
#include "objects/native.h"
#include "objects/str_make.h"

/* A character on its way through a mapping. */
typedef struct Place {
    const char *text, *at, *after, *end; /* `at`: its first byte; `after`: behind it */
    bool in_word;                        /* a cased character stands before it */
} Place;

typedef usize CaseMap(const Place *place, u32 c, u32 out[UNICODE_MAX_CASE]);

/* ---- ASCII ---- */

/* In eight bytes below 128 at once: the high bit where a byte is at least `from`. */
static inline u64 at_least(u64 word, char from) {
    return word + 0x0101010101010101u * (u64)(0x80 - from);
}

static Value map_ascii(VM *vm, Value self, char from, char to) {
    const Str *s = to_str(self);
    usize size = s->size;
    if (!size) return incref(vm->empty_str);
    Str *result = str_allocate(vm, size, true);
    if (!result) return FAIL;
    usize i = 0;
    for (; i + 8 <= size; i += 8) {
        u64 word;
        memcpy(&word, s->data + i, 8);
        u64 letters = at_least(word, from) & ~at_least(word, (char)(to + 1)) & 0x8080808080808080u;
        word ^= letters >> 2;
        memcpy(result->data + i, &word, 8);
    }
    for (; i < size; i++) {
        char c = s->data[i];
        result->data[i] = (char)(c ^ ((c >= from && c <= to) << 5));
    }
    return str_finish(result, size);
}

/* ---- all others ---- */

static Value map_each(VM *vm, Value self, CaseMap *map) {
    Buffer out = {0};
    const char *text = to_str(self)->data;
    Place place = {text, text, text, text + to_str(self)->size, false};
    while (place.after < place.end) {
        place.at = place.after;
        u32 c = utf8_next(&place.after), mapped[UNICODE_MAX_CASE];
        usize count = map(&place, c, mapped);
        for (usize i = 0; i < count; i++) buffer_add_code_point(&out, mapped[i]);
        place.in_word = unicode_is_cased(c);
    }
    return str_from_buffer(vm, &out);
}

/* Sigma at the end of a word: a cased letter before it and none behind it, not counting
 * what can be ignored (apostrophes, accents). */
static bool is_final(const Place *place) {
    const char *at = place->at;
    u32 c = 0;
    while (at > place->text && unicode_is_case_ignorable(c = utf8_previous(&at))) c = 0;
    if (!c || !unicode_is_cased(c)) return false;
    for (at = place->after; at < place->end;) {
        c = utf8_next(&at);
        if (!unicode_is_case_ignorable(c)) return !unicode_is_cased(c);
    }
    return true;
}

static usize to_lower(const Place *place, u32 c, u32 out[UNICODE_MAX_CASE]) {
    if (c != 0x3A3) return unicode_lower_full(c, out);
    out[0] = is_final(place) ? 0x3C2 : 0x3C3;
    return 1;
}

static usize to_upper(const Place *place, u32 c, u32 out[UNICODE_MAX_CASE]) {
    return unicode_upper_full(c, out);
}

static usize to_folded(const Place *place, u32 c, u32 out[UNICODE_MAX_CASE]) {
    return unicode_fold_full(c, out);
}

static usize to_title(const Place *place, u32 c, u32 out[UNICODE_MAX_CASE]) {
    return place->in_word ? to_lower(place, c, out) : unicode_title_full(c, out);
}

static usize to_capitalized(const Place *place, u32 c, u32 out[UNICODE_MAX_CASE]) {
    return place->at > place->text ? to_lower(place, c, out) : unicode_title_full(c, out);
}

static usize to_swapped(const Place *place, u32 c, u32 out[UNICODE_MAX_CASE]) {
    if (unicode_is_upper(c)) return to_lower(place, c, out);
    if (unicode_is_lower(c)) return unicode_upper_full(c, out);
    out[0] = c;
    return 1;
}

/* Return a copy of the string converted to lowercase. */
METHOD(str, lower, "($self, /)") {
    return str_is_ascii(args[0]) ? map_ascii(vm, args[0], 'A', 'Z')
                                 : map_each(vm, args[0], to_lower);
}

/* Return a copy of the string converted to uppercase. */
METHOD(str, upper, "($self, /)") {
    return str_is_ascii(args[0]) ? map_ascii(vm, args[0], 'a', 'z')
                                 : map_each(vm, args[0], to_upper);
}

/* Return a version of the string suitable for caseless comparisons. */
METHOD(str, casefold, "($self, /)") {
    return str_is_ascii(args[0]) ? map_ascii(vm, args[0], 'A', 'Z')
                                 : map_each(vm, args[0], to_folded);
}

/* Return a version of the string where each word is titlecased.
 *
 * More specifically, words start with uppercased characters and all remaining
 * cased characters have lower case. */
METHOD(str, title, "($self, /)") {
    return map_each(vm, args[0], to_title);
}

/* Return a capitalized version of the string.
 *
 * More specifically, make the first character have upper case and the rest lower
 * case. */
METHOD(str, capitalize, "($self, /)") {
    return map_each(vm, args[0], to_capitalized);
}

/* Convert uppercase characters to lowercase and lowercase characters to uppercase. */
METHOD(str, swapcase, "($self, /)") {
    return map_each(vm, args[0], to_swapped);
}
