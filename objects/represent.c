/* repr(), str(), ascii() and format() of any value. */
#include "base/digits.h"
#include "base/utf8.h"
#include "objects/float.h"
#include "objects/format.h"
#include "objects/slots.h"
#include "objects/str.h"
#include "objects/str_make.h"
#include "objects/type.h"

/* Result of a repr or str slot: owned, checked to be a str. */
static Value check_str(VM *vm, Value owned, const char *method) {
    if (owned == FAIL || is_str(owned)) return owned;
    OWNED Value wrong = owned;
    return raise_type(vm, "%s returned non-string (type %T)", method, wrong);
}

static Value small_text(VM *vm, i64 i) {
    char room[DIGITS_ROOM + 1], *end = room + sizeof room;
    if (i >= 0 && i < 10) return str_from_code_point(vm, '0' + (u32)i);
    char *at = digits_before(end, i < 0 ? -(u64)i : (u64)i);
    if (i < 0) *--at = '-';
    usize size = (usize)(end - at);
    return str_new_counted(vm, at, size, size);
}

static Value float_text(VM *vm, double d) {
    char room[40];
    Buffer out = BUFFER_ON(room);
    float_write_repr(d, &out);
    return str_from_ascii(vm, &out);
}

Value object_repr(VM *vm, Value v) {
    if (is_small(v)) return small_text(vm, to_small(v));
    if (is_flonum(v)) return float_text(vm, to_flonum(v));
    if (!enter_recursion(vm, " while getting the repr of an object")) return FAIL;
    Value text = type_of(vm, v)->slots.repr(vm, v);
    leave_recursion(vm);
    return check_str(vm, text, "__repr__");
}

Value object_str(VM *vm, Value v) {
    if (has_exact_kind(v, KIND_STR)) return incref(v);
    if (is_small(v)) return small_text(vm, to_small(v));
    if (is_flonum(v)) return float_text(vm, to_flonum(v));
    Type *type = type_of(vm, v);
    Value (*str)(VM *, Value) = type->slots.str ? type->slots.str : type->slots.repr;
    if (!enter_recursion(vm, " while getting the str of an object")) return FAIL;
    Value text = str(vm, v);
    leave_recursion(vm);
    return check_str(vm, text, "__str__");
}

static void escape(Buffer *out, u32 code_point) {
    const char *format = code_point < 0x100     ? "\\x%02x"
                         : code_point < 0x10000 ? "\\u%04x"
                                                : "\\U%08x";
    buffer_printf(out, format, code_point);
}

Value object_ascii(VM *vm, Value v) {
    OWNED Value text = TRY(object_repr(vm, v));
    if (str_is_ascii(text)) return TAKE(text);
    Buffer out = {0};
    usize length = str_length(text);
    for (usize i = 0; i < length; i++) {
        u32 code_point = str_code_point(text, i);
        if (code_point < 0x80)
            buffer_add_char(&out, (char)code_point);
        else
            escape(&out, code_point);
    }
    return str_from_buffer(vm, &out);
}

static bool is_plain(Value spec) {
    return spec == EMPTY || (has_exact_kind(spec, KIND_STR) && to_str(spec)->size == 0);
}

Value object_format(VM *vm, Value v, Value spec) {
    if (is_plain(spec)) {
        if (has_exact_kind(v, KIND_STR)) return incref(v);
        if (is_small(v)) return object_str(vm, v);
        if (spec == EMPTY) spec = vm->empty_str;
    }
    if (!is_str(spec))
        return raise_type(vm, "format() argument 2 must be str, not %T", spec);
    char room[120];
    Buffer quick = BUFFER_ON(room);
    if (format_quickly(v, str_span(spec), &quick)) return str_from_ascii(vm, &quick);
    Value window[] = {v, spec};
    OWNED Value result = TRY(call_special(vm, NAME(__format__), window, 2));
    if (is_str(result)) return TAKE(result);
    return raise_type(vm, "__format__ must return a str, not %T", result);
}
