#include "objects/show.h"

#include "objects/str.h"

bool show_repr(VM *vm, Buffer *out, Value v) {
    OWNED Value text = TRY_OR_FALSE(object_repr(vm, v));
    buffer_add_span(out, str_span(text));
    return true;
}

Value show_finish(VM *vm, Buffer *out, bool ok) {
    if (ok) return str_from_buffer(vm, out);
    buffer_free(out);
    return FAIL;
}
