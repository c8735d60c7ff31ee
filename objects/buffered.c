/* Borrowing the memory of bytes-like objects. */
#include "objects/bytes.h"
#include "objects/type.h"

bool buffered_get(VM *vm, Value v, Buffered *out, bool writable) {
    return buffered_get_by(vm, v, type_of(vm, v)->slots.buffer, out, writable);
}

bool buffered_get_by(VM *vm, Value v, BufferSlot *borrow, Buffered *out, bool writable) {
    *out = (Buffered){.owner = EMPTY, .item_size = 1, .format = "B"};
    if (!borrow) {
        raise_type(vm, "a bytes-like object is required, not '%T'", v);
        return false;
    }
    if (!borrow(vm, v, out, writable)) return false;
    if (writable && out->read_only) {
        decref(take(&out->owner));
        raise_format(vm, EXC(BufferError), "Object is not writable.");
        return false;
    }
    if (out->owner == EMPTY) out->owner = incref(v); /* of a script class: its own */
    if (out->exports) ++*out->exports;
    return true;
}

bool buffered_get_writable(VM *vm, const char *argument, Value v, Buffered *out) {
    if (buffered_get(vm, v, out, true)) return true;
    if (exception_matches(vm, EXC(TypeError)) || exception_matches(vm, EXC(BufferError))) {
        exception_clear(vm);
        raise_type(vm, "%s must be read-write bytes-like object, not %T", argument, v);
    }
    return false;
}

void buffered_release(VM *vm, Buffered *buffered) {
    if (buffered->owner == EMPTY) return;
    if (buffered->exports) --*buffered->exports;
    decref(take(&buffered->owner));
}
