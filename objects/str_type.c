/* The type str: its slots and constructor. */
#include "objects/bytes.h"
#include "objects/codecs.h"
#include "objects/format.h"
#include "objects/native.h"
#include "objects/search.h"
#include "objects/str_make.h"
#include "objects/tuple.h"
#include "objects/want.h"

static i64 length(VM *vm, Value self) {
    return (i64)str_length(self);
}

static bool hash(VM *vm, Value self, u64 *out) {
    *out = str_hash(vm, self);
    return true;
}

static int truth(VM *vm, Value self) {
    return to_str(self)->size != 0;
}

static Value str_of(VM *vm, Value self) {
    return str_exact(vm, self);
}

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    if (!is_str(other)) return NOT_IMPLEMENTED;
    if (op == EQ || op == NE) return from_bool(str_equal(self, other) == (op == EQ));
    int order = str_order(self, other);
    switch (op) {
    case LT: return from_bool(order < 0);
    case LE: return from_bool(order <= 0);
    case GT: return from_bool(order > 0);
    default: return from_bool(order >= 0);
    }
}

static int contains(VM *vm, Value self, Value item) {
    if (is_str(item)) return span_find(str_span(self), str_span(item)) >= 0;
    raise_type(vm, "'in <string>' requires string as left operand, not %T", item);
    return -1;
}

/* ---- operators ---- */

static Value concat(VM *vm, Value self, Value other) {
    if (is_str(other)) return str_concat(vm, self, other);
    return raise_type(vm, "can only concatenate str (not \"%T\") to str", other);
}

static Value binary(VM *vm, BinaryOp op, Value a, Value b) {
    return op == BINARY_MOD && is_str(a) ? str_percent(vm, a, b) : NOT_IMPLEMENTED;
}

/* ---- str(object, encoding, errors) ---- */

static Value decode(VM *vm, Value object, Value encoding, Value errors) {
    if (is_str(object)) return raise_type(vm, "decoding str is not supported");
    Buffered source;
    if (!type_of(vm, object)->slots.buffer || !buffered_get(vm, object, &source, false)) {
        if (vm->exception != EMPTY) exception_clear(vm);
        return raise_type(vm, "decoding to str: need a bytes-like object, %T found",
                          object);
    }
    Value text =
        codec_decode_values(vm, (Span){source.data, source.size}, encoding, errors);
    buffered_release(vm, &source);
    return text;
}

static Value make_exact(VM *vm, Value *bound) {
    if (bound[0] == EMPTY) return incref(vm->empty_str);
    if (bound[1] == EMPTY && bound[2] == EMPTY) return object_str(vm, bound[0]);
    return decode(vm, bound[0], bound[1], bound[2]);
}

static Value as_subclass(VM *vm, Type *type, Value s) {
    Str *copy = str_allocate_as(vm, type, to_str(s)->size, str_is_ascii(s));
    if (!copy) return FAIL;
    memcpy(copy->data, to_str(s)->data, copy->size);
    return str_finish(copy, str_length(s));
}

static Value make(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"object", "encoding", "errors", NULL};
    static const Arguments spec = {"str", names, .positional = 3, .counts_plainly = true};
    Value bound[3];
    if (nargs > 3 && kwnames == EMPTY)
        return raise_type(vm, "str expected at most 3 arguments, got %d", (int)nargs);
    CHECK(arguments_bind(vm, &spec, args, nargs, kwnames, bound));
    for (int i = 1; i <= 2; i++)
        if (bound[i] != EMPTY)
            CHECK(want_str(vm, "str",
                           i == 1 ? "argument 'encoding'" : "argument 'errors'",
                           bound[i]));
    OWNED Value s = TRY(make_exact(vm, bound));
    return type == vm->types[TYPE_str] ? TAKE(s) : as_subclass(vm, type, s);
}

TYPE(str, .name = "str", .size = sizeof(Str), .kind = KIND_STR,
     .flags = TYPE_ATOM | TYPE_MATCH_SELF, .binary_ops = CAN(BINARY_MOD),
     .reflected_ops = CAN(BINARY_MOD),
     .slots =
         {
             .new = make,
             .free = str_free,
             .repr = str_repr,
             .str = str_of,
             .hash = hash,
             .compare = compare,
             .truth = truth,
             .iter = str_iter,
             .length = length,
             .getitem = str_getitem,
             .contains = contains,
             .concat = concat,
             .repeat = str_repeat,
             .binary = binary,
         },
     .doc = "str(object='') -> str\nstr(bytes_or_buffer[, encoding[, errors]]) -> str\n\n"
            "Create a new string object from the given object. If encoding or\n"
            "errors is specified, then the object must expose a data buffer\n"
            "that will be decoded using the given encoding and error handler.\n"
            "Otherwise, returns the result of object.__str__() (if defined)\n"
            "or repr(object).\nencoding defaults to sys.getdefaultencoding().\n"
            "errors defaults to 'strict'.")

/* Return a formatted version of the string as described by format_spec. */
METHOD(str, __format__, "($self, format_spec, /)") {
    CHECK(want_str(vm, "__format__", "argument", args[1]));
    return str_format_value(vm, args[0], args[1]);
}

METHOD(str, __getnewargs__, "($self, /)") {
    Span span = str_span(args[0]);
    OWNED Value text =
        TRY(span.length ? str_new_counted(vm, span.data, span.length, str_length(args[0]))
                        : incref(vm->empty_str));
    return tuple_of(vm, 1, text);
}

/* Return the size of the string in memory, in bytes. */
METHOD(str, __sizeof__, "($self, /)") {
    usize size = str_struct_size(to_str(args[0])->size, str_is_ascii(args[0]));
    return from_small((i64)size);
}
