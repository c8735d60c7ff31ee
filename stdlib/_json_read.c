/* _json: reading JSON. Works on the bytes of the str; indices that programs see are
 * counted in characters. */
#include <stdlib.h>

#include "base/number.h"
#include "base/utf8.h"
#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "stdlib/fields.h"
#include "vm/import.h"

/* Whether parse_int is int, and so on: then it need not be called. */
typedef struct Scanner {
    Obj h;
    Value strict, object_hook, pairs_hook, parse_float, parse_int, parse_constant;
    bool is_strict;
} Scanner;
enum { SCANNER_FIELDS = 6 };

typedef struct Reader {
    Scanner *rules;
    Value string;         /* borrowed */
    const char *at, *end; /* at: the next byte */
    Value keys;           /* dict: every key once; EMPTY before the first */
} Reader;

static Value read_value(VM *vm, Reader *reader);

/* ---- places and errors ---- */

static i64 index_of(const Reader *reader, const char *at) {
    const char *start = to_str(reader->string)->data;
    if (at < start) return -1;
    usize offset = (usize)(at - start);
    return (i64)(str_is_ascii(reader->string) ? offset : utf8_count(start, offset));
}

static Value raise_at(VM *vm, Value string, i64 index, const char *text) {
    OWNED Value module = TRY(import_text(vm, "json.decoder"));
    OWNED Value type = TRY(object_getattr_text(vm, module, "JSONDecodeError"));
    OWNED Value message = TRY(str_from_text(vm, text));
    OWNED Value e = TRY(call_3(vm, type, message, string, from_small(index)));
    return raise_instance(vm, e);
}

static Value fail(VM *vm, const Reader *reader, const char *at, const char *text) {
    return raise_at(vm, reader->string, index_of(reader, at), text);
}

/* No value begins here: told by StopIteration with the index. */
static Value refuse(VM *vm, const Reader *reader, const char *at) {
    return raise_stop_iteration(vm, from_small(index_of(reader, at)));
}

static void skip_space(Reader *reader) {
    const char *at = reader->at;
    while (at < reader->end && (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r'))
        at++;
    reader->at = at;
}

static char peek(const Reader *reader) {
    return reader->at < reader->end ? *reader->at : '\0';
}

static bool has(const Reader *reader, char c) {
    return reader->at < reader->end && *reader->at == c;
}

/* ---- strings ---- */

static int hex_unit(const Reader *reader, const char *at) {
    int unit = 0;
    if (reader->end - at < 4) return -1;
    for (int i = 0; i < 4; i++) {
        char c = at[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0) return -1;
        unit = unit << 4 | digit;
    }
    return unit;
}

/* reader->at is behind "\u". */
static bool read_unicode(VM *vm, Reader *reader, Buffer *out) {
    int unit = hex_unit(reader, reader->at);
    if (unit < 0) {
        fail(vm, reader, reader->at - 1, "Invalid \\uXXXX escape");
        return false;
    }
    reader->at += 4;
    bool is_high = unit >= 0xD800 && unit < 0xDC00;
    if (is_high && reader->end - reader->at >= 6 && reader->at[0] == '\\' &&
        reader->at[1] == 'u') {
        int low = hex_unit(reader, reader->at + 2);
        if (low >= 0xDC00 && low < 0xE000) {
            unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
            reader->at += 6;
        }
    }
    buffer_add_code_point(out, (u32)unit);
    return true;
}

/* reader->at is behind the backslash; `begin` is the string's quote. */
static bool read_escape(VM *vm, Reader *reader, const char *begin, Buffer *out) {
    static const char names[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
    if (reader->at >= reader->end) {
        fail(vm, reader, begin, "Unterminated string starting at");
        return false;
    }
    char c = *reader->at++;
    if (c == 'u') return read_unicode(vm, reader, out);
    for (const char *at = names; *at; at += 2) {
        if (*at != c) continue;
        buffer_add_char(out, at[1]);
        return true;
    }
    fail(vm, reader, reader->at - 2, "Invalid \\escape");
    return false;
}

static Value finish_string(VM *vm, Span first, Buffer *out) {
    if (!out->length) return str_from_span(vm, first);
    buffer_add_span(out, first);
    return str_from_buffer(vm, out);
}

/* reader->at is behind the opening quote. */
static Value read_string(VM *vm, Reader *reader, bool is_strict) {
    const char *begin = reader->at - 1, *plain = reader->at;
    Buffer out = {0};
    bool has_escapes = false;
    for (;;) {
        const char *at = reader->at;
        while (at < reader->end && *at != '"' && *at != '\\' && (u8)*at >= ' ') at++;
        reader->at = at;
        if (at >= reader->end) {
            buffer_free(&out);
            return fail(vm, reader, begin, "Unterminated string starting at");
        }
        if (*at == '"') break;
        reader->at++;
        if (*at != '\\') {
            if (!is_strict) continue;
            buffer_free(&out);
            return fail(vm, reader, at, "Invalid control character at");
        }
        buffer_add(&out, plain, (usize)(at - plain));
        has_escapes = true;
        if (!read_escape(vm, reader, begin, &out)) {
            buffer_free(&out);
            return FAIL;
        }
        plain = reader->at;
    }
    Span rest = {plain, (usize)(reader->at++ - plain)};
    return has_escapes ? (buffer_add_span(&out, rest), str_from_buffer(vm, &out))
                       : finish_string(vm, rest, &out);
}

/* ---- numbers and words ---- */

static Value read_constant(VM *vm, Reader *reader, const char *word) {
    reader->at += strlen(word);
    OWNED Value text = TRY(str_from_text(vm, word));
    return call_1(vm, reader->rules->parse_constant, text);
}

static Value read_float(VM *vm, Reader *reader, Span text) {
    double d;
    if (reader->rules->parse_float == from_object(vm->types[TYPE_float])) {
        if (number_read(text, &d)) return float_new(vm, d);
    }
    OWNED Value shown = TRY(str_from_span(vm, text));
    return call_1(vm, reader->rules->parse_float, shown);
}

static Value read_int(VM *vm, Reader *reader, Span text) {
    bool is_plain = reader->rules->parse_int == from_object(vm->types[TYPE_int]);
    if (is_plain && text.length < 18) {
        i64 number = 0;
        bool is_negative = text.data[0] == '-';
        for (usize i = is_negative; i < text.length; i++)
            number = number * 10 + (text.data[i] - '0');
        return from_small(is_negative ? -number : number);
    }
    OWNED Value shown = TRY(str_from_span(vm, text));
    return call_1(vm, reader->rules->parse_int, shown);
}

static const char *skip_digits(const Reader *reader, const char *at) {
    while (at < reader->end && *at >= '0' && *at <= '9') at++;
    return at;
}

static Value read_number(VM *vm, Reader *reader) {
    const char *begin = reader->at, *at = begin + (*begin == '-');
    if (at < reader->end && *at == '0')
        at++;
    else if (at == skip_digits(reader, at))
        return refuse(vm, reader, begin);
    else
        at = skip_digits(reader, at);
    const char *whole = at;
    if (at + 1 < reader->end && *at == '.' && skip_digits(reader, at + 1) > at + 1)
        at = skip_digits(reader, at + 1);
    if (at + 1 < reader->end && (*at == 'e' || *at == 'E')) {
        const char *digits = at + 1;
        if (*digits == '-' || *digits == '+') digits++;
        if (skip_digits(reader, digits) > digits) at = skip_digits(reader, digits);
    }
    reader->at = at;
    Span text = {begin, (usize)(at - begin)};
    return at == whole ? read_int(vm, reader, text) : read_float(vm, reader, text);
}

static bool takes(Reader *reader, const char *word) {
    usize size = strlen(word);
    return (usize)(reader->end - reader->at) >= size && !memcmp(reader->at, word, size);
}

static Value read_word(VM *vm, Reader *reader) {
    static const struct {
        const char *word;
        Value value;
    } words[] = {{"null", NONE}, {"true", TRUE}, {"false", FALSE}};
    for (usize i = 0; i < COUNT_OF(words); i++) {
        if (!takes(reader, words[i].word)) continue;
        reader->at += strlen(words[i].word);
        return words[i].value;
    }
    if (takes(reader, "NaN")) return read_constant(vm, reader, "NaN");
    if (takes(reader, "Infinity")) return read_constant(vm, reader, "Infinity");
    if (takes(reader, "-Infinity")) return read_constant(vm, reader, "-Infinity");
    char c = peek(reader);
    if (c == '-' || (c >= '0' && c <= '9')) return read_number(vm, reader);
    return refuse(vm, reader, reader->at);
}

/* ---- arrays and objects ---- */

/* Behind a value: 1 another one follows (reader->at is before it), 0 this was the last,
 * -1 failed. */
static int read_comma(VM *vm, Reader *reader, char close) {
    skip_space(reader);
    if (has(reader, close)) return reader->at++, 0;
    if (!has(reader, ',')) {
        fail(vm, reader, reader->at, "Expecting ',' delimiter");
        return -1;
    }
    const char *comma = reader->at++;
    skip_space(reader);
    if (!has(reader, close)) return 1;
    fail(vm, reader, comma,
         close == ']' ? "Illegal trailing comma before end of array"
                      : "Illegal trailing comma before end of object");
    return -1;
}

static Value read_array(VM *vm, Reader *reader) {
    OWNED Value list = TRY(list_new(vm, 0));
    skip_space(reader);
    if (has(reader, ']')) return reader->at++, TAKE(list);
    for (int more = 1; more;) {
        Value item = TRY(read_value(vm, reader));
        CHECK(list_push_owned(vm, to_list(list), item));
        if ((more = read_comma(vm, reader, ']')) < 0) return FAIL;
    }
    return TAKE(list);
}

static Value read_key(VM *vm, Reader *reader) {
    if (!has(reader, '"'))
        return fail(vm, reader, reader->at,
                    "Expecting property name enclosed in double quotes");
    reader->at++;
    OWNED Value key = TRY(read_string(vm, reader, reader->rules->is_strict));
    skip_space(reader);
    if (!has(reader, ':')) return fail(vm, reader, reader->at, "Expecting ':' delimiter");
    reader->at++;
    skip_space(reader);
    if (reader->keys == EMPTY) reader->keys = TRY(dict_new(vm));
    return incref(TRY(dict_set_default(vm, to_dict(reader->keys), key, key)));
}

static bool read_item(VM *vm, Reader *reader, Value into) {
    OWNED Value key = TRY_OR_FALSE(read_key(vm, reader));
    OWNED Value value = TRY_OR_FALSE(read_value(vm, reader));
    if (has_kind(into, KIND_DICT)) return dict_set(vm, to_dict(into), key, value);
    Value pair = TRY_OR_FALSE(tuple_of(vm, 2, key, value));
    return list_push_owned(vm, to_list(into), pair);
}

static Value read_object(VM *vm, Reader *reader) {
    Scanner *rules = reader->rules;
    bool makes_pairs = rules->pairs_hook != NONE;
    OWNED Value result = TRY(makes_pairs ? list_new(vm, 0) : dict_new(vm));
    skip_space(reader);
    if (has(reader, '}'))
        reader->at++;
    else {
        for (int more = 1; more;) {
            CHECK(read_item(vm, reader, result));
            if ((more = read_comma(vm, reader, '}')) < 0) return FAIL;
        }
    }
    if (makes_pairs) return call_1(vm, rules->pairs_hook, result);
    return rules->object_hook == NONE ? TAKE(result)
                                      : call_1(vm, rules->object_hook, result);
}

static Value read_value(VM *vm, Reader *reader) {
    char c = peek(reader);
    if (c == '"') {
        reader->at++;
        return read_string(vm, reader, reader->rules->is_strict);
    }
    if (c != '{' && c != '[') return read_word(vm, reader);
    CHECK(enter_recursion(
        vm, c == '{' ? " while decoding a JSON object from a unicode string"
                     : " while decoding a JSON array from a unicode string"));
    reader->at++;
    Value value = c == '{' ? read_object(vm, reader) : read_array(vm, reader);
    leave_recursion(vm);
    return value;
}

/* ---- what programs call ---- */

static bool begin(VM *vm, Reader *reader, Value string, Value start) {
    i64 index;
    if (!is_str(string)) {
        raise_type(vm, "first argument must be a string, not %T", string);
        return false;
    }
    if (!object_to_i64(vm, start, &index)) return false;
    if (index < 0) {
        raise_value(vm, "idx cannot be negative");
        return false;
    }
    if ((usize)index > str_length(string)) {
        raise_stop_iteration(vm, from_small(index));
        return false;
    }
    reader->string = string;
    reader->keys = EMPTY;
    reader->at = to_str(string)->data + str_offset(string, (usize)index);
    reader->end = to_str(string)->data + to_str(string)->size;
    return true;
}

static Value scan(VM *vm, Value v, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"string", "idx", NULL};
    static const Arguments arguments = {"scan_once", names, 0, 2, 2};
    Value given[2];
    Reader reader = {.rules = (Scanner *)to_object(v)};
    CHECK(arguments_bind(vm, &arguments, args, nargs, kwnames, given));
    CHECK(begin(vm, &reader, given[0], given[1]));
    OWNED Value value = read_value(vm, &reader);
    decref(reader.keys);
    if (value == FAIL) return FAIL;
    return tuple_of(vm, 2, value, from_small(index_of(&reader, reader.at)));
}

static Value make(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"context", NULL};
    static const Arguments arguments = {"make_scanner", names, 0, 1, 1};
    static const char *const attributes[SCANNER_FIELDS] = {
        "strict",      "object_hook", "object_pairs_hook",
        "parse_float", "parse_int",   "parse_constant"};
    Value context;
    CHECK(arguments_bind(vm, &arguments, args, nargs, kwnames, &context));
    Scanner *self = FIELDS_NEW(vm, type, Scanner, SCANNER_FIELDS);
    if (!self) return FAIL;
    OWNED Value result = from_object(self);
    Value *fields = &self->strict;
    for (int i = 0; i < SCANNER_FIELDS; i++)
        fields[i] = TRY(object_getattr_text(vm, context, attributes[i]));
    int strict = object_truth(vm, self->strict);
    if (strict < 0) return FAIL;
    self->is_strict = strict;
    return TAKE(result);
}

TYPE(json_scanner, .name = "_json.Scanner", .size = sizeof(Scanner), .kind = KIND_OTHER,
     .doc = "JSON scanner object", .slots = {.new = make, .call = scan, FIELDS_SLOTS})

/* strict */
MEMBER(json_scanner, strict) {
    return from_bool(((Scanner *)to_object(self))->is_strict);
}
MEMBER(json_scanner, object_hook) {
    return incref(((Scanner *)to_object(self))->object_hook);
}
MEMBER(json_scanner, object_pairs_hook) {
    return incref(((Scanner *)to_object(self))->pairs_hook);
}
MEMBER(json_scanner, parse_float) {
    return incref(((Scanner *)to_object(self))->parse_float);
}
MEMBER(json_scanner, parse_int) {
    return incref(((Scanner *)to_object(self))->parse_int);
}
MEMBER(json_scanner, parse_constant) {
    return incref(((Scanner *)to_object(self))->parse_constant);
}

/* scanstring(string, end, strict=True) -> (string, end)
 *
 * Scan the string s for a JSON string. End is the index of the
 * character in s after the quote that started the JSON string.
 * Unescapes all valid JSON string escape sequences and raises ValueError
 * on attempt to decode an invalid string. If strict is False then literal
 * control characters are allowed in the string.
 *
 * Returns a tuple of the decoded string and the index of the character in s
 * after the end quote. */
FUNCTION(_json, scanstring, "(string, end, strict=True, /) hidden") {
    Reader reader = {0};
    i64 index;
    int strict = args[2] == EMPTY ? 1 : object_truth(vm, args[2]);
    if (strict < 0) return FAIL;
    if (!is_str(args[0]))
        return raise_type(vm, "first argument must be a string, not %T", args[0]);
    CHECK(object_to_i64(vm, args[1], &index));
    if (index < 0 || (usize)index > str_length(args[0]))
        return raise_value(vm, "end is out of bounds");
    CHECK(begin(vm, &reader, args[0], args[1]));
    OWNED Value text = TRY(read_string(vm, &reader, strict));
    return tuple_of(vm, 2, text, from_small(index_of(&reader, reader.at)));
}

/* The index of the first character at or behind idx that is no JSON white space. */
FUNCTION(_json, _skip_space, "(string, idx, /)") {
    Reader reader = {0};
    CHECK(begin(vm, &reader, args[0], args[1]));
    skip_space(&reader);
    return from_small(index_of(&reader, reader.at));
}
