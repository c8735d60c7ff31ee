#include "objects/want.h"

#include "objects/int.h"
#include "objects/str.h"
#include "objects/type.h"

bool want_refuse(VM *vm, const char *function, const char *argument, const char *expected,
                 Value v) {
    raise_type(vm, "%s() %s must be %s, not %s", function, argument, expected,
               v == NONE ? "None" : type_name_of(vm, v));
    return false;
}

bool want_str(VM *vm, const char *function, const char *argument, Value v) {
    return LIKELY(is_str(v)) || want_refuse(vm, function, argument, "str", v);
}

bool want_int(VM *vm, Value v, int *out) {
    i64 wide;
    OWNED Value index = TRY_OR_FALSE(object_index(vm, v));
    if (!int_fits_i64(index, &wide) || wide != (int)wide) {
        raise_overflow(vm, "Python int too large to convert to C int");
        return false;
    }
    *out = (int)wide;
    return true;
}

static bool bound(VM *vm, Value v, i64 otherwise, i64 *out) {
    if (v == EMPTY || v == NONE) {
        *out = otherwise;
        return true;
    }
    if (has_index(vm, v)) return object_to_i64_clamped(vm, v, out);
    raise_type(vm, "slice indices must be integers or None or have an __index__ method");
    return false;
}

bool want_bounds(VM *vm, Value start, Value end, usize length, i64 *from, i64 *to) {
    i64 size = (i64)length;
    if (!bound(vm, start, 0, from) || !bound(vm, end, size, to)) return false;
    if (*to > size) *to = size;
    if (*to < 0 && (*to += size) < 0) *to = 0;
    if (*from < 0 && (*from += size) < 0) *from = 0;
    return true;
}

const char *want_c_text(VM *vm, Value s) {
    if (!memchr(to_str(s)->data, 0, to_str(s)->size)) return to_str(s)->data;
    raise_value(vm, "embedded null character");
    return NULL;
}
