/* strip, center, ljust, zfill, expandtabs and their kin. */
#include "base/unicode.h"
#include "base/utf8.h"
#include "objects/native.h"
#include "objects/search.h"
#include "objects/str_make.h"
#include "objects/want.h"

/* ---- strip ---- */

/* Is the character [at, at + size) to be stripped? `chars` NULL: white space. */
static bool is_stripped(const char *at, usize size, const Span *chars) {
    if (chars)
        return size == 1 ? memchr(chars->data, *at, chars->length) != NULL
                         : span_find(*chars, (Span){at, size}) >= 0;
    return size == 1 ? ascii_is_space((u8)*at) : unicode_is_space(utf8_next(&at));
}

static const char *strip_left(const char *at, const char *end, const Span *chars) {
    while (at < end) {
        usize size = utf8_sequence_length((u8)*at);
        if (!is_stripped(at, size, chars)) break;
        at += size;
    }
    return at;
}

static const char *strip_right(const char *start, const char *end, const Span *chars) {
    while (end > start) {
        const char *at = end;
        utf8_previous(&at);
        if (!is_stripped(at, (usize)(end - at), chars)) break;
        end = at;
    }
    return end;
}

static Value strip(VM *vm, const char *function, Value *args, bool left, bool right) {
    Value self = args[0], chars = args[1] == EMPTY ? NONE : args[1];
    if (chars != NONE && !is_str(chars))
        return raise_type(vm, "%s arg must be None or str", function);
    Span set = chars == NONE ? (Span){0} : str_span(chars);
    const Span *set_or_null = chars == NONE ? NULL : &set;
    const char *start = to_str(self)->data, *end = start + to_str(self)->size;
    const char *from = left ? strip_left(start, end, set_or_null) : start;
    const char *to = right ? strip_right(from, end, set_or_null) : end;
    return from == start && to == end ? str_exact(vm, self) : str_cut(vm, self, from, to);
}

/* Return a copy of the string with leading and trailing whitespace removed.
 *
 * If chars is given and not None, remove characters in chars instead. */
METHOD(str, strip, "($self, chars=None, /)") {
    return strip(vm, "strip", args, true, true);
}

/* Return a copy of the string with leading whitespace removed.
 *
 * If chars is given and not None, remove characters in chars instead. */
METHOD(str, lstrip, "($self, chars=None, /)") {
    return strip(vm, "lstrip", args, true, false);
}

/* Return a copy of the string with trailing whitespace removed.
 *
 * If chars is given and not None, remove characters in chars instead. */
METHOD(str, rstrip, "($self, chars=None, /)") {
    return strip(vm, "rstrip", args, false, true);
}

/* ---- padding ---- */

static char *fill_with(char *at, Span fill, usize count) {
    if (fill.length == 1) {
        memset(at, fill.data[0], count);
        return at + count;
    }
    for (; count; count--, at += fill.length) memcpy(at, fill.data, fill.length);
    return at;
}

static Value pad(VM *vm, Value self, usize left, usize right, Value fill) {
    Span text = str_span(self), character = fill == EMPTY ? SPAN(" ") : str_span(fill);
    usize total;
    if (__builtin_mul_overflow(left + right, character.length, &total) ||
        __builtin_add_overflow(total, text.length, &total) || total > PTRDIFF_MAX)
        return raise_overflow(vm, "padded string is too long");
    Str *result = str_allocate(vm, total, str_is_ascii(self) && character.length == 1);
    if (!result) return FAIL;
    char *at = fill_with(result->data, character, left);
    memcpy(at, text.data, text.length);
    fill_with(at + text.length, character, right);
    return str_finish(result, left + str_length(self) + right);
}

static bool check_fill(VM *vm, Value fill) {
    if (fill == EMPTY || (is_str(fill) && str_length(fill) == 1)) return true;
    if (!is_str(fill))
        raise_type(vm, "The fill character must be a unicode character, not %T", fill);
    else
        raise_type(vm, "The fill character must be exactly one character long");
    return false;
}

/* How many columns lack; 0 when the string is wide enough. */
static bool measure(VM *vm, Value *args, i64 *width, i64 *missing) {
    if (!object_to_i64(vm, args[1], width) || !check_fill(vm, args[2])) return false;
    i64 length = (i64)str_length(args[0]);
    *missing = *width > length ? *width - length : 0;
    return true;
}

/* Return a left-justified string of length width.
 *
 * Padding is done using the specified fill character (default is a space). */
METHOD(str, ljust, "($self, width, fillchar=' ', /)") {
    i64 width, missing;
    CHECK(measure(vm, args, &width, &missing));
    return missing ? pad(vm, args[0], 0, (usize)missing, args[2])
                   : str_exact(vm, args[0]);
}

/* Return a right-justified string of length width.
 *
 * Padding is done using the specified fill character (default is a space). */
METHOD(str, rjust, "($self, width, fillchar=' ', /)") {
    i64 width, missing;
    CHECK(measure(vm, args, &width, &missing));
    return missing ? pad(vm, args[0], (usize)missing, 0, args[2])
                   : str_exact(vm, args[0]);
}

/* Return a centered string of length width.
 *
 * Padding is done using the specified fill character (default is a space). */
METHOD(str, center, "($self, width, fillchar=' ', /)") {
    i64 width, missing;
    CHECK(measure(vm, args, &width, &missing));
    if (!missing) return str_exact(vm, args[0]);
    i64 left = missing / 2 + (missing & width & 1);
    return pad(vm, args[0], (usize)left, (usize)(missing - left), args[2]);
}

/* Pad a numeric string with zeros on the left, to fill a field of the given width.
 *
 * The string is never truncated. */
METHOD(str, zfill, "($self, width, /)") {
    Value self = args[0];
    i64 width, length = (i64)str_length(self);
    CHECK(object_to_i64(vm, args[1], &width));
    if (width <= length) return str_exact(vm, self);
    usize missing = (usize)(width - length), size = to_str(self)->size;
    if (missing > PTRDIFF_MAX - 64 - size)
        return raise_overflow(vm, "padded string is too long");
    Str *result = str_allocate(vm, size + missing, str_is_ascii(self));
    if (!result) return FAIL;
    const char *text = to_str(self)->data;
    usize sign = size && (*text == '+' || *text == '-');
    memcpy(result->data, text, sign);
    memset(result->data + sign, '0', missing);
    memcpy(result->data + sign + missing, text + sign, size - sign);
    return str_finish(result, (usize)width);
}

/* Return a copy where all tab characters are expanded using spaces.
 *
 * If tabsize is not given, a tab size of 8 characters is assumed. */
METHOD(str, expandtabs, "($self, /, tabsize=8)") {
    int tab = 8;
    if (args[1] != EMPTY) CHECK(want_int(vm, args[1], &tab));
    Buffer out = {0};
    usize column = 0;
    const char *at = to_str(args[0])->data, *end = at + to_str(args[0])->size;
    while (at < end) {
        usize size = utf8_sequence_length((u8)*at);
        if (*at == '\t') {
            usize step = tab > 0 ? (usize)tab - column % (usize)tab : 0;
            buffer_add_repeated(&out, ' ', step);
            column += step;
        } else {
            buffer_add(&out, at, size);
            column = *at == '\n' || *at == '\r' ? 0 : column + 1;
        }
        at += size;
    }
    return str_from_buffer(vm, &out);
}
