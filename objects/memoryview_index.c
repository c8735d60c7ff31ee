/* Items and slices of a memoryview. */
#include "objects/item.h"
#include "objects/memoryview.h"
#include "objects/range.h"
#include "objects/tuple.h"
#include "objects/want.h"

/* Move to an index of a dimension. */
static char *enter(VM *vm, const MemoryView *view, char *at, u32 dimension, i64 index) {
    i64 length = view->shape[dimension];
    if (index < 0) index += length;
    if (index >= 0 && index < length) return at + index * view->strides[dimension];
    raise_index(vm, "index out of bounds on dimension %d", (int)dimension + 1);
    return NULL;
}

static bool all_are(VM *vm, Value key, bool (*test)(VM *, Value)) {
    const Tuple *tuple = to_tuple(key);
    for (usize i = 0; i < tuple->count; i++)
        if (!test(vm, tuple->items[i])) return false;
    return true;
}

static bool is_slice(VM *vm, Value v) {
    return has_kind(v, KIND_SLICE);
}

static Value refuse_sub_view(VM *vm, const char *kind) {
    return raise_format(vm, EXC(NotImplementedError), "%ssub-views are not implemented",
                        kind);
}

/* The item at a tuple of indices; NULL with an exception. */
static char *find_by_tuple(VM *vm, Value self, Value key) {
    const MemoryView *view = to_memoryview(self);
    const Tuple *tuple = to_tuple(key);
    if (tuple->count > view->dimensions) {
        raise_type(vm, "cannot index %d-dimension view with %ld-element tuple",
                   (int)view->dimensions, (long)tuple->count);
        return NULL;
    }
    if (tuple->count < view->dimensions) {
        refuse_sub_view(vm, "");
        return NULL;
    }
    char *at = view->data;
    for (u32 i = 0; at && i < tuple->count; i++) {
        i64 index;
        if (!want_index(vm, tuple->items[i], &index) || !memoryview_check(vm, self))
            return NULL;
        at = enter(vm, view, at, i, index);
    }
    return at;
}

/* The part borrows before the bounds are asked: their __index__ may release the view. */
static Value slice(VM *vm, const MemoryView *view, Value key) {
    i64 start, step, count;
    MemoryView *part = memoryview_derive(vm, view, view->dimensions);
    if (!part) return FAIL;
    OWNED Value owner = from_object(part);
    memcpy(part->shape, view->shape, view->dimensions * sizeof(i64));
    memcpy(part->strides, view->strides, view->dimensions * sizeof(i64));
    CHECK(slice_resolve(vm, key, view->shape[0], &start, &step, &count));
    part->data += start * part->strides[0];
    part->shape[0] = count;
    part->strides[0] *= step;
    return TAKE(owner);
}

static Value refuse_key(VM *vm, Value key) {
    if (has_kind(key, KIND_TUPLE) && all_are(vm, key, is_slice))
        return raise_format(vm, EXC(NotImplementedError),
                            "multi-dimensional slicing is not implemented");
    return raise_type(vm, "memoryview: invalid slice key");
}

static Value get_without_dimensions(VM *vm, Value self, Value key) {
    const MemoryView *view = to_memoryview(self);
    if (has_kind(key, KIND_TUPLE) && !to_tuple(key)->count)
        return memoryview_item(vm, view, view->data);
    if (key == ELLIPSIS) return incref(self);
    return raise_type(vm, "invalid indexing of 0-dim memory");
}

Value memoryview_getitem(VM *vm, Value self, Value key) {
    CHECK(memoryview_check(vm, self));
    const MemoryView *view = to_memoryview(self);
    if (!view->dimensions) return get_without_dimensions(vm, self, key);
    if (has_kind(key, KIND_SLICE)) return slice(vm, view, key);
    char *at = NULL;
    if (has_index(vm, key)) {
        i64 index;
        CHECK(want_index(vm, key, &index) && memoryview_check(vm, self));
        if (view->dimensions > 1) return refuse_sub_view(vm, "multi-dimensional ");
        at = enter(vm, view, view->data, 0, index);
    } else if (has_kind(key, KIND_TUPLE) && all_are(vm, key, has_index)) {
        at = find_by_tuple(vm, self, key);
    } else {
        return refuse_key(vm, key);
    }
    return at ? memoryview_item(vm, view, at) : FAIL;
}

/* ---- assignment ---- */

static bool put(VM *vm, Value self, char *at, Value value) {
    const MemoryView *view = to_memoryview(self);
    char code = memoryview_code(view), item[8];
    if (!at) return false;
    if (!code) return memoryview_item(vm, view, at) != FAIL;
    ItemResult result = item_write(vm, code, value, item);
    if (result == ITEM_BAD_TYPE)
        raise_type(vm, "memoryview: invalid type for format '%s'", view->format);
    if (result == ITEM_BAD_VALUE)
        raise_value(vm, "memoryview: invalid value for format '%s'", view->format);
    if (result != ITEM_OK || !memoryview_check(vm, self)) return false;
    memcpy(at, item, view->item_size);
    return true;
}

static bool same_structure(const MemoryView *a, const MemoryView *b) {
    const char *format_a = a->format + (a->format[0] == '@');
    const char *format_b = b->format + (b->format[0] == '@');
    return a->dimensions == b->dimensions && a->item_size == b->item_size &&
           a->shape[0] == b->shape[0] && !strcmp(format_a, format_b);
}

/* Items may overlap: copy them out first. */
static bool copy_items(VM *vm, const MemoryView *to, const MemoryView *from) {
    usize size = (usize)from->shape[0] * from->item_size;
    char *items = heap_raw_alloc(&vm->heap, size ? size : 1);
    if (!items) return raise_memory(vm) != FAIL;
    memoryview_copy_out(from, 'C', items);
    for (i64 i = 0; i < to->shape[0]; i++)
        memcpy(to->data + i * to->strides[0], items + (usize)i * to->item_size,
               to->item_size);
    heap_raw_free(&vm->heap, items, size ? size : 1);
    return true;
}

static bool set_slice(VM *vm, Value self, Value key, Value value) {
    const MemoryView *view = to_memoryview(self);
    if (view->dimensions > 1) {
        raise_format(vm, EXC(NotImplementedError),
                     "memoryview slice assignments are currently restricted to ndim = 1");
        return false;
    }
    if (!type_of(vm, value)->slots.buffer) {
        raise_type(vm, "a bytes-like object is required, not '%T'", value);
        return false;
    }
    OWNED Value source = TRY_OR_FALSE(memoryview_new(vm, value));
    OWNED Value target = TRY_OR_FALSE(slice(vm, view, key));
    if (!memoryview_check(vm, self)) return false;
    const MemoryView *to = to_memoryview(target), *from = to_memoryview(source);
    if (same_structure(to, from)) return copy_items(vm, to, from);
    raise_value(vm, "memoryview assignment: lvalue and rvalue have different structures");
    return false;
}

static bool set_without_dimensions(VM *vm, Value self, Value key, Value value) {
    bool is_whole =
        key == ELLIPSIS || (has_kind(key, KIND_TUPLE) && !to_tuple(key)->count);
    if (is_whole) return put(vm, self, to_memoryview(self)->data, value);
    raise_type(vm, "invalid indexing of 0-dim memory");
    return false;
}

bool memoryview_setitem(VM *vm, Value self, Value key, Value value) {
    const MemoryView *view = to_memoryview(self);
    if (!memoryview_check(vm, self)) return false;
    if (view->read_only) return raise_type(vm, "cannot modify read-only memory") != FAIL;
    if (value == EMPTY) return raise_type(vm, "cannot delete memory") != FAIL;
    if (!view->dimensions) return set_without_dimensions(vm, self, key, value);
    if (has_kind(key, KIND_SLICE)) return set_slice(vm, self, key, value);
    if (has_index(vm, key)) {
        i64 index;
        if (!want_index(vm, key, &index) || !memoryview_check(vm, self)) return false;
        if (view->dimensions > 1) return refuse_sub_view(vm, "") != FAIL;
        return put(vm, self, enter(vm, view, view->data, 0, index), value);
    }
    if (has_kind(key, KIND_TUPLE) && all_are(vm, key, has_index))
        return put(vm, self, find_by_tuple(vm, self, key), value);
    return refuse_key(vm, key) != FAIL;
}
