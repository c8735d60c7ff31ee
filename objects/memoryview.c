/* memoryview: making views, and walking through the memory they show. */
#include "objects/memoryview.h"

#include "objects/item.h"
#include "objects/type.h"

bool memoryview_check(VM *vm, Value view) {
    if (to_memoryview(view)->base != EMPTY) return true;
    raise_value(vm, "operation forbidden on released memoryview object");
    return false;
}

static bool make_room(VM *vm, MemoryView *view, u32 dimensions) {
    view->dimensions = dimensions;
    view->shape = view->small;
    view->strides = view->small + 1;
    if (dimensions < 2) return true;
    view->shape = heap_raw_alloc(&vm->heap, 2 * dimensions * sizeof(i64));
    if (!view->shape) {
        view->dimensions = 0;
        return raise_memory(vm) != FAIL;
    }
    view->strides = view->shape + dimensions;
    return true;
}

static MemoryView *make_view(VM *vm, u32 dimensions) {
    MemoryView *view = (MemoryView *)object_new(vm, vm->types[TYPE_memoryview]);
    if (!view) return NULL;
    view->base = EMPTY;
    if (make_room(vm, view, dimensions)) return view;
    decref(from_object(view));
    return NULL;
}

MemoryView *memoryview_derive(VM *vm, const MemoryView *view, u32 dimensions) {
    MemoryView *derived = make_view(vm, dimensions);
    if (!derived) return NULL;
    derived->base = incref(view->base);
    derived->base_exports = view->base_exports;
    if (derived->base_exports) ++*derived->base_exports;
    derived->data = view->data;
    derived->format = view->format;
    derived->item_size = view->item_size;
    derived->read_only = view->read_only;
    return derived;
}

static Value view_of_view(VM *vm, const MemoryView *view) {
    MemoryView *copy = memoryview_derive(vm, view, view->dimensions);
    if (!copy) return FAIL;
    memcpy(copy->shape, view->shape, view->dimensions * sizeof(i64));
    memcpy(copy->strides, view->strides, view->dimensions * sizeof(i64));
    return from_object(copy);
}

Value memoryview_new(VM *vm, Value object) {
    if (has_kind(object, KIND_MEMORYVIEW)) {
        CHECK(memoryview_check(vm, object));
        return view_of_view(vm, to_memoryview(object));
    }
    return memoryview_new_by(vm, object, type_of(vm, object)->slots.buffer);
}

Value memoryview_new_by(VM *vm, Value object, BufferSlot *borrow) {
    if (!borrow)
        return raise_type(vm, "memoryview: a bytes-like object is required, not '%T'",
                          object);
    OWNED Value owner = FAIL;
    MemoryView *view = make_view(vm, 1);
    if (!view) return FAIL;
    owner = from_object(view);
    Buffered lent;
    CHECK(buffered_get_by(vm, object, borrow, &lent, false));
    view->base = lent.owner; /* the view is now the borrower */
    view->base_exports = lent.exports;
    view->data = lent.data;
    view->format = lent.format;
    view->item_size = lent.item_size;
    view->read_only = lent.read_only;
    view->shape[0] = (i64)(lent.size / lent.item_size);
    view->strides[0] = (i64)lent.item_size;
    return TAKE(owner);
}

void memoryview_let_go(VM *vm, MemoryView *view) {
    if (view->base == EMPTY) return;
    if (view->base_exports) --*view->base_exports;
    decref(take(&view->base));
}

/* ---- shape ---- */

i64 memoryview_item_count(const MemoryView *view) {
    i64 count = 1;
    for (u32 i = 0; i < view->dimensions; i++) count *= view->shape[i];
    return count;
}

bool memoryview_is_contiguous(const MemoryView *view, char order) {
    i64 expected = (i64)view->item_size;
    if (!memoryview_item_count(view)) return true;
    for (u32 i = 0; i < view->dimensions; i++) {
        u32 d = order == 'F' ? i : view->dimensions - 1 - i;
        if (view->shape[d] > 1 && view->strides[d] != expected) return false;
        expected *= view->shape[d];
    }
    return true;
}

char memoryview_code(const MemoryView *view) {
    const char *format = view->format + (view->format[0] == '@');
    return format[0] && !format[1] && item_size(format[0]) ? format[0] : 0;
}

Value memoryview_item(VM *vm, const MemoryView *view, const char *at) {
    char code = memoryview_code(view);
    if (code) return item_read(vm, code, at);
    return raise_format(vm, EXC(NotImplementedError),
                        "memoryview: format %s not supported", view->format);
}

/* Count an index tuple up by one; the dimension that varies fastest is the last ('C') or
 * first. */
static const char *step(const MemoryView *view, char order, i64 *index, const char *at) {
    for (u32 i = 0; i < view->dimensions; i++) {
        u32 d = order == 'F' ? i : view->dimensions - 1 - i;
        at += view->strides[d];
        if (++index[d] < view->shape[d]) break;
        at -= view->strides[d] * view->shape[d];
        index[d] = 0;
    }
    return at;
}

void memoryview_copy_out(const MemoryView *view, char order, char *to) {
    i64 index[VIEW_MAX_DIMENSIONS] = {0};
    const char *at = view->data;
    for (i64 left = memoryview_item_count(view); left; left--) {
        memcpy(to, at, view->item_size);
        to += view->item_size;
        at = step(view, order, index, at);
    }
}

Value memoryview_to_bytes(VM *vm, Value self) {
    CHECK(memoryview_check(vm, self));
    const MemoryView *view = to_memoryview(self);
    usize size = (usize)memoryview_item_count(view) * view->item_size;
    if (memoryview_is_contiguous(view, 'C')) return bytes_new(vm, view->data, size);
    Value bytes = TRY(bytes_new(vm, NULL, size));
    memoryview_copy_out(view, 'C', ((Bytes *)bytes)->data);
    return bytes;
}

/* ---- comparison ---- */

static bool same_shape(const MemoryView *a, const MemoryView *b) {
    return a->dimensions == b->dimensions &&
           !memcmp(a->shape, b->shape, a->dimensions * sizeof(i64));
}

/* 1 when the items are equal as numbers, 0, -1. */
static int items_equal(VM *vm, const MemoryView *a, const char *at_a, const MemoryView *b,
                       const char *at_b) {
    OWNED Value left = memoryview_item(vm, a, at_a), right = memoryview_item(vm, b, at_b);
    if (left == FAIL || right == FAIL) return -1;
    OWNED Value equal = object_compare(vm, left, right, EQ);
    return equal == FAIL ? -1 : object_truth(vm, equal);
}

/* Integers of one format are equal when their bytes are. */
static bool compares_by_bytes(const MemoryView *a, const MemoryView *b) {
    char code = memoryview_code(a);
    return code && code == memoryview_code(b) && !strchr("efd?", code);
}

static int views_equal(VM *vm, const MemoryView *a, const MemoryView *b) {
    if (!same_shape(a, b)) return 0;
    bool bytes = compares_by_bytes(a, b);
    if (!memoryview_code(a) || !memoryview_code(b)) return 0;
    i64 index_a[VIEW_MAX_DIMENSIONS] = {0}, index_b[VIEW_MAX_DIMENSIONS] = {0};
    const char *at_a = a->data, *at_b = b->data;
    for (i64 left = memoryview_item_count(a); left; left--) {
        int equal =
            bytes ? !memcmp(at_a, at_b, a->item_size) : items_equal(vm, a, at_a, b, at_b);
        if (equal <= 0) return equal;
        at_a = step(a, 'C', index_a, at_a);
        at_b = step(b, 'C', index_b, at_b);
    }
    return 1;
}

Value memoryview_compare(VM *vm, Value self, Value other, CompareOp op) {
    if (op != EQ && op != NE) return NOT_IMPLEMENTED;
    bool other_is_view = has_kind(other, KIND_MEMORYVIEW);
    if (to_memoryview(self)->base == EMPTY ||
        (other_is_view && to_memoryview(other)->base == EMPTY))
        return from_bool((self == other) == (op == EQ));
    if (!type_of(vm, other)->slots.buffer) return NOT_IMPLEMENTED;
    OWNED Value view = TRY(memoryview_new(vm, other));
    int equal = views_equal(vm, to_memoryview(self), to_memoryview(view));
    return equal < 0 ? FAIL : from_bool(equal == (op == EQ));
}
