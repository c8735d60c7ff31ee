/* _json: writing JSON. Reading is in _json_read.c, the classes are in json/. */
#include <math.h>

#include "base/utf8.h"
#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/float.h"
#include "objects/frame.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/sequence.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "stdlib/fields.h"
#include "stdlib/json.h"

MODULE(_json, "json speedups\n")

/* ---- strings ---- */

static void escape_unit(Buffer *out, u32 unit) {
    static const char digits[] = "0123456789abcdef";
    char text[6] = {'\\',
                    'u',
                    digits[unit >> 12 & 15],
                    digits[unit >> 8 & 15],
                    digits[unit >> 4 & 15],
                    digits[unit & 15]};
    buffer_add(out, text, 6);
}

static void escape(Buffer *out, u32 c) {
    static const char names[] = "\bb\tt\nn\ff\rr\"\"\\\\";
    for (const char *at = names; c < 128 && *at; at += 2) {
        if ((u32)*at != c) continue;
        buffer_add_char(out, '\\');
        buffer_add_char(out, at[1]);
        return;
    }
    if (c < 0x10000) return escape_unit(out, c);
    escape_unit(out, 0xD800 + ((c - 0x10000) >> 10));
    escape_unit(out, 0xDC00 + ((c - 0x10000) & 0x3FF));
}

void json_quote(Buffer *out, Value text, bool is_ascii) {
    Span span = str_span(text);
    const char *at = span.data, *end = at + span.length, *plain = at;
    buffer_add_char(out, '"');
    while (at < end) {
        u8 c = (u8)*at;
        if (c >= ' ' && c != '"' && c != '\\' && (c < 0x7F || !is_ascii)) {
            at++;
            continue;
        }
        buffer_add(out, plain, (usize)(at - plain));
        escape(out, utf8_next(&at));
        plain = at;
    }
    buffer_add(out, plain, (usize)(at - plain));
    buffer_add_char(out, '"');
}

static Value quote(VM *vm, Value v, bool is_ascii) {
    if (!is_str(v)) return raise_type(vm, "first argument must be a string, not %T", v);
    Buffer out = {0};
    json_quote(&out, v, is_ascii);
    return str_from_buffer(vm, &out);
}

/* encode_basestring(string) -> string
 *
 * Return a JSON representation of a Python string */
FUNCTION(_json, encode_basestring, "(string, /) shown ($self, object, /)") {
    return quote(vm, args[0], false);
}

/* encode_basestring_ascii(string) -> string
 *
 * Return an ASCII-only JSON representation of a Python string */
FUNCTION(_json, encode_basestring_ascii, "(string, /) shown ($self, object, /)") {
    return quote(vm, args[0], true);
}

/* ---- the encoder ---- */

enum { QUOTE_BY_CALL, QUOTE_PLAIN, QUOTE_ASCII };

typedef struct Encoder {
    Obj h;
    Value markers, fallback, encoder, indent, key_separator, item_separator;
    bool sorts, skips, allows_nan;
    u8 quoting;
} Encoder;
enum { ENCODER_FIELDS = 6 };

/* A container (or what default() was asked about) that is being written, within others.
 */
typedef struct Level {
    struct Level *outer;
    Value v;
    i64 depth;
    const struct Level *anchor; /* the last one outside whose depth is a power of two */
} Level;
enum { DEPTH_SEARCHED = 64 };

static bool write_value(VM *vm, Encoder *self, Buffer *out, Value v, Level *outer);

static Encoder *to_encoder(Value v) {
    return (Encoder *)to_object(v);
}

static Level level_inside(Level *outer, Value v) {
    if (!outer) return (Level){NULL, v, 1, NULL};
    bool is_power = !(outer->depth & (outer->depth - 1));
    return (Level){outer, v, outer->depth + 1, is_power ? outer : outer->anchor};
}

/* Deep down only the anchor is looked at: a ring meets it in the end, and the whole stays
 * linear. */
static bool is_inside_itself(const Level *level) {
    if (level->depth > DEPTH_SEARCHED) return level->anchor->v == level->v;
    const Level *at = level->outer;
    while (at && at->v != level->v) at = at->outer;
    return at;
}

static bool enter(VM *vm, Encoder *self, Level *level) {
    if (self->markers != NONE && is_inside_itself(level)) {
        raise_value(vm, "Circular reference detected");
        return false;
    }
    return enter_recursion(vm, " while encoding a JSON object");
}

static bool write_str(VM *vm, Encoder *self, Buffer *out, Value v) {
    if (self->quoting != QUOTE_BY_CALL) {
        json_quote(out, v, self->quoting == QUOTE_ASCII);
        return true;
    }
    OWNED Value text = TRY_OR_FALSE(call_1(vm, self->encoder, v));
    if (!is_str(text)) {
        raise_type(vm, "encoder() must return a string, not %T", text);
        return false;
    }
    buffer_add_span(out, str_span(text));
    return true;
}

static bool write_float(VM *vm, Encoder *self, Buffer *out, Value v) {
    double d = to_double(v);
    if (isfinite(d)) return float_write_repr(d, out), true;
    if (!self->allows_nan) {
        raise_value(vm, "Out of range float values are not JSON compliant: %R", v);
        return false;
    }
    buffer_add_text(out, isnan(d) ? "NaN" : d < 0 ? "-Infinity" : "Infinity");
    return true;
}

static bool begin_line(Encoder *self, Buffer *out, i64 depth) {
    if (self->indent == NONE) return true;
    buffer_add_char(out, '\n');
    for (i64 i = 0; i < depth; i++) buffer_add_span(out, str_span(self->indent));
    return true;
}

/* A subclass is asked to iterate. */
static Value items_of(VM *vm, Value v) {
    bool is_exact = has_exact_kind(v, KIND_LIST) || has_exact_kind(v, KIND_TUPLE);
    return is_exact ? incref(v) : object_to_list(vm, v);
}

static bool write_list(VM *vm, Encoder *self, Buffer *out, Level *level) {
    OWNED Value items = TRY_OR_FALSE(items_of(vm, level->v));
    Run run = sequence_run(items);
    if (!run.count) return buffer_add_text(out, "[]"), true;
    buffer_add_char(out, '[');
    begin_line(self, out, level->depth);
    for (usize i = 0; i < (run = sequence_run(items)).count; i++) {
        if (i) {
            buffer_add_span(out, str_span(self->item_separator));
            begin_line(self, out, level->depth);
        }
        OWNED Value item = incref(run.items[i]);
        if (!write_value(vm, self, out, item, level)) return false;
    }
    begin_line(self, out, level->depth - 1);
    buffer_add_char(out, ']');
    return true;
}

/* 1 written, 0 to be skipped, -1 an exception. */
static int write_key(VM *vm, Encoder *self, Buffer *out, Value key) {
    if (is_str(key)) return write_str(vm, self, out, key) ? 1 : -1;
    Buffer text = {0};
    bool ok = true;
    if (is_float(key))
        ok = write_float(vm, self, &text, key);
    else if (key == TRUE || key == FALSE || key == NONE)
        buffer_add_text(&text, key == TRUE ? "true" : key == NONE ? "null" : "false");
    else if (is_int(key))
        ok = int_write(vm, key, 10, &text);
    else if (self->skips)
        return 0;
    else {
        raise_type(vm, "keys must be str, int, float, bool or None, not %T", key);
        return -1;
    }
    if (!ok) return buffer_free(&text), -1;
    OWNED Value shown = str_from_buffer(vm, &text);
    return shown != FAIL && write_str(vm, self, out, shown) ? 1 : -1;
}

static bool write_item(VM *vm, Encoder *self, Buffer *out, Value key, Value v,
                       Level *level, bool *is_first) {
    OWNED Value held_key = incref(key), held = incref(v);
    usize before = out->length;
    if (!*is_first) {
        buffer_add_span(out, str_span(self->item_separator));
        begin_line(self, out, level->depth);
    }
    int written = write_key(vm, self, out, key);
    if (written < 0) return false;
    if (!written) return out->length = before, true;
    *is_first = false;
    buffer_add_span(out, str_span(self->key_separator));
    return write_value(vm, self, out, v, level);
}

static bool write_items(VM *vm, Encoder *self, Buffer *out, Level *level) {
    bool is_first = true;
    OWNED Value items = TRY_OR_FALSE(call_method_0(vm, level->v, NAME(items)));
    OWNED Value list = TRY_OR_FALSE(object_to_list(vm, items));
    if (self->sorts && !list_sort(vm, to_list(list), NONE, false)) return false;
    for (usize i = 0; i < to_list(list)->count; i++) {
        Value pair = to_list(list)->items[i];
        if (!has_kind(pair, KIND_TUPLE) || to_tuple(pair)->count != 2) {
            raise_value(vm, "items must return 2-tuples");
            return false;
        }
        Value *parts = to_tuple(pair)->items;
        if (!write_item(vm, self, out, parts[0], parts[1], level, &is_first))
            return false;
    }
    return true;
}

static bool write_dict(VM *vm, Encoder *self, Buffer *out, Level *level) {
    Dict *dict = to_dict(level->v);
    if (!dict->count) return buffer_add_text(out, "{}"), true;
    buffer_add_char(out, '{');
    begin_line(self, out, level->depth);
    if (self->sorts || !has_exact_kind(level->v, KIND_DICT)) {
        if (!write_items(vm, self, out, level)) return false;
    } else {
        Value key, v;
        bool is_first = true;
        for (u32 at = 0; dict_next(dict, &at, &key, &v);)
            if (!write_item(vm, self, out, key, v, level, &is_first)) return false;
    }
    begin_line(self, out, level->depth - 1);
    buffer_add_char(out, '}');
    return true;
}

static bool write_other(VM *vm, Encoder *self, Buffer *out, Level *level) {
    OWNED Value v = TRY_OR_FALSE(call_1(vm, self->fallback, level->v));
    level->depth--;
    return write_value(vm, self, out, v, level);
}

static bool write_container(VM *vm, Encoder *self, Buffer *out, Value v, Level *outer) {
    Level level = level_inside(outer, v);
    if (!enter(vm, self, &level)) return false;
    u8 kind = object_kind(v);
    bool ok = kind == KIND_LIST || kind == KIND_TUPLE ? write_list(vm, self, out, &level)
              : kind == KIND_DICT                     ? write_dict(vm, self, out, &level)
                                  : write_other(vm, self, out, &level);
    leave_recursion(vm);
    return ok;
}

static bool write_value(VM *vm, Encoder *self, Buffer *out, Value v, Level *outer) {
    if (is_str(v)) return write_str(vm, self, out, v);
    if (v == NONE) return buffer_add_text(out, "null"), true;
    if (v == TRUE) return buffer_add_text(out, "true"), true;
    if (v == FALSE) return buffer_add_text(out, "false"), true;
    if (is_int(v)) return int_write(vm, v, 10, out);
    if (is_float(v)) return write_float(vm, self, out, v);
    return write_container(vm, self, out, v, outer);
}

/* ---- the type ---- */

static u8 quoting_of(Value encoder) {
    if (!has_exact_kind(encoder, KIND_NATIVE)) return QUOTE_BY_CALL;
    NativeFunction function = ((Native *)encoder)->spec->function;
    return function == _json_encode_basestring_function         ? QUOTE_PLAIN
           : function == _json_encode_basestring_ascii_function ? QUOTE_ASCII
                                                                : QUOTE_BY_CALL;
}

static bool want_text(VM *vm, Value v, const char *what) {
    if (is_str(v)) return true;
    raise_type(vm, "make_encoder() argument %s must be str, not %N", what, v);
    return false;
}

static Value make(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {
        "markers",        "default",   "encoder",  "indent",    "key_separator",
        "item_separator", "sort_keys", "skipkeys", "allow_nan", NULL};
    static const Arguments arguments = {"make_encoder", names, 0, 9, 9};
    Value given[9];
    CHECK(arguments_bind(vm, &arguments, args, nargs, kwnames, given));
    if (given[0] != NONE && !has_kind(given[0], KIND_DICT))
        return raise_type(vm, "make_encoder() argument 1 must be dict or None, not %N",
                          given[0]);
    CHECK(want_text(vm, given[4], "5") && want_text(vm, given[5], "6"));
    if (given[3] != NONE) CHECK(want_text(vm, given[3], "4"));
    int flags[3];
    for (int i = 0; i < 3; i++)
        if ((flags[i] = object_truth(vm, given[6 + i])) < 0) return FAIL;
    Encoder *self = FIELDS_NEW(vm, type, Encoder, ENCODER_FIELDS);
    if (!self) return FAIL;
    Value *fields = &self->markers;
    for (int i = 0; i < ENCODER_FIELDS; i++) fields[i] = incref(given[i]);
    self->sorts = flags[0];
    self->skips = flags[1];
    self->allows_nan = flags[2];
    self->quoting = quoting_of(given[2]);
    return from_object(self);
}

/* (obj, _current_indent_level) -> tuple of the text */
static Value call(VM *vm, Value v, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"obj", "_current_indent_level", NULL};
    static const Arguments arguments = {"_iterencode", names, 0, 2, 2};
    Value given[2];
    i64 depth;
    CHECK(arguments_bind(vm, &arguments, args, nargs, kwnames, given));
    CHECK(object_to_i64(vm, given[1], &depth));
    Level root = {NULL, EMPTY, depth};
    Buffer out = {0};
    if (!write_value(vm, to_encoder(v), &out, given[0], &root)) {
        buffer_free(&out);
        return FAIL;
    }
    OWNED Value text = TRY(str_from_buffer(vm, &out));
    return tuple_of(vm, 1, text);
}

TYPE(json_encoder, .name = "_json.Encoder", .size = sizeof(Encoder), .kind = KIND_OTHER,
     .doc = "Encoder(markers, default, encoder, indent, key_separator, item_separator, "
            "sort_keys, skipkeys, allow_nan)",
     .slots = {.new = make, .call = call, FIELDS_SLOTS})

MODULE_INIT(_json) {
    return module_add(vm, module, "make_encoder",
                      incref(from_object(vm->types[TYPE_json_encoder]))) &&
           module_add(vm, module, "make_scanner",
                      incref(from_object(vm->types[TYPE_json_scanner])));
}
