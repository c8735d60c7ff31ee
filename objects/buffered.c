/* Borrowing the memory of bytes-like objects. */
#include "objects/bytes.h"
#include "objects/type.h"

bool buffered_get(VM *vm, Value v, Buffered *out, bool writable) {
    bool (*borrow)(VM *, Value, Buffered *, bool) = type_of(vm, v)->slots.buffer;
    *out = (Buffered){.owner = EMPTY, .item_size = 1, .format = "B"};
    if (!borrow) {
        raise_type(vm, "a bytes-like object is required, not '%T'", v);
        return false;
    }
    if (!borrow(vm, v, out, writable)) return false;
    if (writable && out->read_only) {
        raise_format(vm, EXC(BufferError), "Object is not writable.");
        return false;
    }
    out->owner = incref(v);
    if (out->exports) ++*out->exports;
    return true;
}

void buffered_release(VM *vm, Buffered *buffered) {
    if (buffered->owner == EMPTY) return;
    if (buffered->exports) --*buffered->exports;
    decref(take(&buffered->owner));
}
