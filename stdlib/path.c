#include "stdlib/path.h"

#include "objects/bytes.h"
#include "objects/str.h"

static bool is_text(Value v) {
    return is_str(v) || has_kind(v, KIND_BYTES);
}

Value path_fspath(VM *vm, Value path) {
    if (is_text(path)) return incref(path);
    OWNED Value special = TRY(object_find_special(vm, path, NAME(__fspath__)));
    if (special == EMPTY || special == NONE) { /* None: it says that it is no path */
        return raise_type(vm, "expected str, bytes or os.PathLike object, not %T", path);
    }
    OWNED Value text = TRY(call_0(vm, special));
    if (is_text(text)) return TAKE(text);
    return raise_type(vm, "expected %T.__fspath__() to return str or bytes, not %T", path,
                      text);
}

static bool add_bytes(VM *vm, Span bytes, Buffer *out) {
    buffer_add_span(out, bytes);
    buffer_add_char(out, '\0');
    out->length--;
    return true;
}

bool path_to_os(VM *vm, const char *function, Value path, Buffer *out) {
    OWNED Value text = path_fspath(vm, path);
    if (text == FAIL) return false;
    if (is_str(text)) {
        if (memchr(to_str(text)->data, 0, to_str(text)->size)) {
            raise_value(vm, "%sembedded null %s", function,
                        *function ? "character in path" : "byte");
            return false;
        }
        return str_to_os(vm, text, out);
    }
    Span bytes = bytes_span(text);
    if (!memchr(bytes.data, 0, bytes.length)) return add_bytes(vm, bytes, out);
    raise_value(vm, "%sembedded null %s", function, *function ? "character in path" : "byte");
    return false;
}
