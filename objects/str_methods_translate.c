/* translate, maketrans, encode. */
#include "base/utf8.h"
#include "objects/codecs.h"
#include "objects/dict.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/want.h"

/* table[c]; EMPTY: the table has nothing for it (LookupError). */
static Value look_up(VM *vm, Value table, u32 c) {
    if (has_exact_kind(table, KIND_DICT)) {
        Value found = dict_get(vm, to_dict(table), from_small(c));
        return found == FAIL ? FAIL : incref(found);
    }
    Value found = object_getitem(vm, table, from_small(c));
    if (found != FAIL || !exception_matches(vm, EXC(LookupError))) return found;
    exception_clear(vm);
    return EMPTY;
}

static bool add_translated(VM *vm, Buffer *out, u32 c, Value to) {
    if (to == NONE) return true;
    if (to == EMPTY) {
        buffer_add_code_point(out, c);
    } else if (is_str(to)) {
        buffer_add_span(out, str_span(to));
    } else if (is_int(to)) {
        i64 code;
        if (is_bool(to)) to = from_small(to == TRUE);
        if (!int_fits_i64(to, &code) || code < 0 || code > 0x10FFFF)
            return raise_value(vm, "character mapping must be in range(0x110000)") !=
                   FAIL;
        buffer_add_code_point(out, (u32)code);
    } else {
        raise_type(vm, "character mapping must return integer, None or str");
        return false;
    }
    return true;
}

/* Replace each character in the string using the given translation table.
 *
 *   table
 *     Translation table, which must be a mapping of Unicode ordinals to
 *     Unicode ordinals, strings, or None.
 *
 * The table must implement lookup/indexing via __getitem__, for instance a
 * dictionary or list.  If this operation raises LookupError, the character is
 * left untouched.  Characters mapped to None are deleted. */
METHOD(str, translate, "($self, table, /)") {
    Buffer out = {0};
    const char *at = to_str(args[0])->data, *end = at + to_str(args[0])->size;
    while (at < end) {
        u32 c = utf8_next(&at);
        OWNED Value to = look_up(vm, args[1], c);
        if (to != FAIL && add_translated(vm, &out, c, to)) continue;
        buffer_free(&out);
        return FAIL;
    }
    return str_from_buffer(vm, &out);
}

/* ---- maketrans ---- */

static Value key_of(VM *vm, Value key) {
    if (is_int(key)) return incref(key);
    if (!is_str(key))
        return raise_type(vm, "keys in translate table must be strings or integers");
    if (str_length(key) != 1)
        return raise_value(vm, "string keys in translate table must be of length 1");
    return from_small(str_code_point(key, 0));
}

static Value table_from_dict(VM *vm, Value map) {
    if (!has_exact_kind(map, KIND_DICT))
        return raise_type(vm,
                          "if you give only one argument to maketrans it must be a dict");
    OWNED Value table = TRY(dict_new(vm));
    Value key, value;
    for (u32 at = 0; dict_next(to_dict(map), &at, &key, &value);) {
        OWNED Value number = TRY(key_of(vm, key));
        CHECK(dict_set(vm, to_dict(table), number, value));
    }
    return TAKE(table);
}

static bool set_pairs(VM *vm, Value table, Value from, Value to) {
    const char *at = to_str(from)->data, *end = at + to_str(from)->size;
    const char *other = to == EMPTY ? NULL : to_str(to)->data;
    while (at < end) {
        Value key = from_small(utf8_next(&at));
        Value value = other ? from_small(utf8_next(&other)) : NONE;
        if (!dict_set(vm, to_dict(table), key, value)) return false;
    }
    return true;
}

/* Return a translation table usable for str.translate().
 *
 * If there is only one argument, it must be a dictionary mapping Unicode
 * ordinals (integers) or characters to Unicode ordinals, strings or None.
 * Character keys will be then converted to ordinals.
 * If there are two arguments, they must be strings of equal length, and
 * in the resulting dictionary, each character in x will be mapped to the
 * character at the same position in y. If there is a third argument, it
 * must be a string, whose characters will be mapped to None in the result. */
STATIC_METHOD(str, maketrans,
       "(x, y=None, z=None, /) shown (x, y=<unrepresentable>, z=<unrepresentable>, "
       "/)") {
    Value x = args[0], y = args[1], z = args[2];
    if (y == EMPTY) return table_from_dict(vm, x);
    CHECK(want_str(vm, "maketrans", "argument 2", y));
    if (z != EMPTY) CHECK(want_str(vm, "maketrans", "argument 3", z));
    if (!is_str(x))
        return raise_type(
            vm,
            "first maketrans argument must be a string if there is a second argument");
    if (str_length(x) != str_length(y))
        return raise_value(vm,
                           "the first two maketrans arguments must have equal length");
    OWNED Value table = TRY(dict_new(vm));
    CHECK(set_pairs(vm, table, x, y));
    if (z != EMPTY) CHECK(set_pairs(vm, table, z, EMPTY));
    return TAKE(table);
}

/* Encode the string using the codec registered for encoding.
 *
 *   encoding
 *     The encoding in which to encode the string.
 *   errors
 *     The error handling scheme to use for encoding errors.
 *     The default is 'strict' meaning that encoding errors raise a
 *     UnicodeEncodeError.  Other possible values are 'ignore', 'replace' and
 *     'xmlcharrefreplace' as well as any other name registered with
 *     codecs.register_error that can handle UnicodeEncodeErrors. */
METHOD(str, encode, "($self, /, encoding='utf-8', errors='strict')") {
    if (args[1] != EMPTY) CHECK(want_str(vm, "encode", "argument 'encoding'", args[1]));
    if (args[2] != EMPTY) CHECK(want_str(vm, "encode", "argument 'errors'", args[2]));
    return codec_encode_values(vm, args[0], args[1], args[2]);
}
