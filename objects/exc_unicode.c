/* UnicodeEncodeError, UnicodeDecodeError, UnicodeTranslateError: what could not be
 * converted, and from where to where. */
#include "objects/bytes.h"
#include "objects/exc.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

static Value new_unicode(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    return exception_allocate(vm, type, args, nargs, EXTRA_VALUES(UnicodeException));
}

/* ---- arguments ---- */

static bool need_count(VM *vm, u32 nargs, u32 needed) {
    if (nargs == needed) return true;
    raise_type(vm, "function takes exactly %u arguments (%u given)", needed, nargs);
    return false;
}

static bool need_str(VM *vm, Value *args, u32 index) {
    if (is_str(args[index])) return true;
    raise_type(vm, "argument %u must be str, not %T", index + 1, args[index]);
    return false;
}

static bool take_position(VM *vm, Value v, Value *field) {
    OWNED Value index = TRY_OR_FALSE(object_index(vm, v));
    if (is_small(index)) return field_set(field, index);
    raise_overflow(vm, "Python int too large to convert to C ssize_t");
    return false;
}

/* The last three arguments: start, end, reason. */
static bool take_tail(VM *vm, UnicodeException *e, Value *args, u32 at) {
    return take_position(vm, args[at], &e->start) &&
           take_position(vm, args[at + 1], &e->end) && need_str(vm, args, at + 2) &&
           field_set(&e->reason, args[at + 2]);
}

static bool init_encode(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    UnicodeException *e = (UnicodeException *)self;
    if (!exception_init(vm, self, args, nargs, kwnames)) return false;
    if (!need_count(vm, nargs, 5) || !need_str(vm, args, 0) || !need_str(vm, args, 1))
        return false;
    if (!take_tail(vm, e, args, 2)) return false;
    field_set(&e->encoding, args[0]);
    return field_set(&e->object, args[1]);
}

/* The object as bytes; a bytes-like one is copied. */
static bool take_bytes(VM *vm, Value v, Value *field) {
    if (has_kind(v, KIND_BYTES)) return field_set(field, v);
    Buffered buffered;
    if (!buffered_get(vm, v, &buffered, false)) return false;
    Value bytes = bytes_new(vm, buffered.data, buffered.size);
    buffered_release(vm, &buffered);
    if (bytes == FAIL) return false;
    replace(field, bytes);
    return true;
}

static bool init_decode(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    UnicodeException *e = (UnicodeException *)self;
    if (!exception_init(vm, self, args, nargs, kwnames)) return false;
    if (!need_count(vm, nargs, 5) || !need_str(vm, args, 0)) return false;
    if (!take_tail(vm, e, args, 2) || !take_bytes(vm, args[1], &e->object)) return false;
    return field_set(&e->encoding, args[0]);
}

static bool init_translate(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    UnicodeException *e = (UnicodeException *)self;
    if (!exception_init(vm, self, args, nargs, kwnames)) return false;
    if (!need_count(vm, nargs, 4) || !need_str(vm, args, 0)) return false;
    return take_tail(vm, e, args, 1) && field_set(&e->object, args[0]);
}

/* ---- text ---- */

static i64 position(Value field) {
    return field == EMPTY ? 0 : to_small(field);
}

static const char *escape_for(u32 code_point) {
    return code_point <= 0xFF ? "\\x%02x" : code_point <= 0xFFFF ? "\\u%04x" : "\\U%08x";
}

/* "character '\x62' in position 1" or "characters in position 0-1" */
static Value say_characters(VM *vm, UnicodeException *e) {
    i64 start = position(e->start), end = position(e->end);
    bool is_one = is_str(e->object) && start >= 0 && end == start + 1 &&
                  start < (i64)str_length(e->object);
    if (!is_one) return str_format(vm, "characters in position %ld-%ld", start, end - 1);
    u32 character = str_code_point(e->object, (usize)start);
    OWNED Value escape = TRY(str_format(vm, escape_for(character), character));
    return str_format(vm, "character '%S' in position %ld", escape, start);
}

static Value say_bytes(VM *vm, UnicodeException *e) {
    i64 start = position(e->start), end = position(e->end);
    bool is_one = has_kind(e->object, KIND_BYTES) && start >= 0 && end == start + 1 &&
                  start < (i64)bytes_span(e->object).length;
    if (!is_one) return str_format(vm, "bytes in position %ld-%ld", start, end - 1);
    return str_format(vm, "byte 0x%02x in position %ld",
                      (u8)bytes_span(e->object).data[start], start);
}

static Value or_null(VM *vm, Value field) {
    return field == EMPTY ? str_from_text(vm, "<NULL>") : object_str(vm, field);
}

static Value str_codec(VM *vm, UnicodeException *e, const char *verb, Value what) {
    OWNED Value held = what; /* taken over */
    OWNED Value encoding = TRY(or_null(vm, e->encoding));
    OWNED Value reason = TRY(or_null(vm, e->reason));
    return str_format(vm, "'%S' codec can't %s %S: %S", encoding, verb, held, reason);
}

static Value str_encode(VM *vm, Value self) {
    UnicodeException *e = (UnicodeException *)self;
    if (e->object == EMPTY) return incref(vm->empty_str);
    return str_codec(vm, e, "encode", TRY(say_characters(vm, e)));
}

static Value str_decode(VM *vm, Value self) {
    UnicodeException *e = (UnicodeException *)self;
    if (e->object == EMPTY) return incref(vm->empty_str);
    return str_codec(vm, e, "decode", TRY(say_bytes(vm, e)));
}

static Value str_translate(VM *vm, Value self) {
    UnicodeException *e = (UnicodeException *)self;
    if (e->object == EMPTY) return incref(vm->empty_str);
    OWNED Value what = TRY(say_characters(vm, e));
    OWNED Value reason = TRY(or_null(vm, e->reason));
    return str_format(vm, "can't translate %S: %S", what, reason);
}

TYPE(UnicodeEncodeError, .name = "UnicodeEncodeError", .base = TYPE_UnicodeError,
     .size = sizeof(UnicodeException), .kind = KIND_EXCEPTION,
     .flags = TYPE_EXCEPTION | TYPE_HAS_DICT,
     .slots = {.new = new_unicode, .init = init_encode, .str = str_encode},
     .doc = "Unicode encoding error.")

TYPE(UnicodeDecodeError, .name = "UnicodeDecodeError", .base = TYPE_UnicodeError,
     .size = sizeof(UnicodeException), .kind = KIND_EXCEPTION,
     .flags = TYPE_EXCEPTION | TYPE_HAS_DICT,
     .slots = {.new = new_unicode, .init = init_decode, .str = str_decode},
     .doc = "Unicode decoding error.")

TYPE(UnicodeTranslateError, .name = "UnicodeTranslateError", .base = TYPE_UnicodeError,
     .size = sizeof(UnicodeException), .kind = KIND_EXCEPTION,
     .flags = TYPE_EXCEPTION | TYPE_HAS_DICT,
     .slots = {.new = new_unicode, .init = init_translate, .str = str_translate},
     .doc = "Unicode translation error.")

/* ---- attributes, the same for the three ---- */

static bool set_position(VM *vm, Value *field, Value value) {
    if (value == EMPTY)
        return raise_type(vm, "can't delete numeric/char attribute") != FAIL;
    if (is_small(value)) return field_set(field, value);
    return raise_type(vm, "an integer is required") != FAIL;
}

/* exception encoding */
GETTER(UnicodeEncodeError, encoding) {
    return field_get(((UnicodeException *)self)->encoding);
}

SETTER(UnicodeEncodeError, encoding) {
    return field_set(&((UnicodeException *)self)->encoding, value);
}

/* exception object */
GETTER(UnicodeEncodeError, object) {
    return field_get(((UnicodeException *)self)->object);
}

SETTER(UnicodeEncodeError, object) {
    return field_set(&((UnicodeException *)self)->object, value);
}

/* exception start */
GETTER(UnicodeEncodeError, start) {
    return from_small(position(((UnicodeException *)self)->start));
}

SETTER(UnicodeEncodeError, start) {
    return set_position(vm, &((UnicodeException *)self)->start, value);
}

/* exception end */
GETTER(UnicodeEncodeError, end) {
    return from_small(position(((UnicodeException *)self)->end));
}

SETTER(UnicodeEncodeError, end) {
    return set_position(vm, &((UnicodeException *)self)->end, value);
}

/* exception reason */
GETTER(UnicodeEncodeError, reason) {
    return field_get(((UnicodeException *)self)->reason);
}

SETTER(UnicodeEncodeError, reason) {
    return field_set(&((UnicodeException *)self)->reason, value);
}

/* exception encoding */
GETTER(UnicodeDecodeError, encoding) {
    return field_get(((UnicodeException *)self)->encoding);
}

SETTER(UnicodeDecodeError, encoding) {
    return field_set(&((UnicodeException *)self)->encoding, value);
}

/* exception object */
GETTER(UnicodeDecodeError, object) {
    return field_get(((UnicodeException *)self)->object);
}

SETTER(UnicodeDecodeError, object) {
    return field_set(&((UnicodeException *)self)->object, value);
}

/* exception start */
GETTER(UnicodeDecodeError, start) {
    return from_small(position(((UnicodeException *)self)->start));
}

SETTER(UnicodeDecodeError, start) {
    return set_position(vm, &((UnicodeException *)self)->start, value);
}

/* exception end */
GETTER(UnicodeDecodeError, end) {
    return from_small(position(((UnicodeException *)self)->end));
}

SETTER(UnicodeDecodeError, end) {
    return set_position(vm, &((UnicodeException *)self)->end, value);
}

/* exception reason */
GETTER(UnicodeDecodeError, reason) {
    return field_get(((UnicodeException *)self)->reason);
}

SETTER(UnicodeDecodeError, reason) {
    return field_set(&((UnicodeException *)self)->reason, value);
}

/* exception encoding */
GETTER(UnicodeTranslateError, encoding) {
    return field_get(((UnicodeException *)self)->encoding);
}

SETTER(UnicodeTranslateError, encoding) {
    return field_set(&((UnicodeException *)self)->encoding, value);
}

/* exception object */
GETTER(UnicodeTranslateError, object) {
    return field_get(((UnicodeException *)self)->object);
}

SETTER(UnicodeTranslateError, object) {
    return field_set(&((UnicodeException *)self)->object, value);
}

/* exception start */
GETTER(UnicodeTranslateError, start) {
    return from_small(position(((UnicodeException *)self)->start));
}

SETTER(UnicodeTranslateError, start) {
    return set_position(vm, &((UnicodeException *)self)->start, value);
}

/* exception end */
GETTER(UnicodeTranslateError, end) {
    return from_small(position(((UnicodeException *)self)->end));
}

SETTER(UnicodeTranslateError, end) {
    return set_position(vm, &((UnicodeException *)self)->end, value);
}

/* exception reason */
GETTER(UnicodeTranslateError, reason) {
    return field_get(((UnicodeException *)self)->reason);
}

SETTER(UnicodeTranslateError, reason) {
    return field_set(&((UnicodeException *)self)->reason, value);
}
