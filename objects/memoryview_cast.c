/* memoryview.cast: the same memory as items of another format or shape. */
#include "objects/int.h"
#include "objects/item.h"
#include "objects/list.h"
#include "objects/memoryview.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/want.h"

#define NATIVE_FORMAT \
    " format must be a native single character format prefixed with an optional '@'"

/* A format text that lives for ever; NULL: not a native format. */
static const char *lasting_format(Span format) {
    static const char texts[][3] = {"@c", "@b", "@B", "@?", "@h", "@H", "@i", "@I", "@l",
                                    "@L", "@q", "@Q", "@n", "@N", "@P", "@e", "@f", "@d"};
    bool has_prefix = format.length == 2 && format.data[0] == '@';
    if (format.length != 1 && !has_prefix) return NULL;
    for (usize i = 0; i < COUNT_OF(texts); i++)
        if (texts[i][1] == format.data[has_prefix]) return texts[i] + !has_prefix;
    return NULL;
}

static bool is_byte_format(char code) {
    return code == 'B' || code == 'b' || code == 'c';
}

/* One dimension of items of the new format. */
static bool cast_format(VM *vm, MemoryView *view, const char *format) {
    char from = memoryview_code(view), to = format[format[0] == '@'];
    if (!from) return raise_value(vm, "memoryview: source" NATIVE_FORMAT) != FAIL;
    if (!is_byte_format(from) && !is_byte_format(to))
        return raise_type(vm, "memoryview: cannot cast between two non-byte formats") !=
               FAIL;
    i64 size = memoryview_item_count(view) * (i64)view->item_size;
    i64 item = (i64)item_size(to);
    if (size % item)
        return raise_type(vm, "memoryview: length is not a multiple of itemsize") != FAIL;
    view->format = format;
    view->item_size = (usize)item;
    view->shape[0] = size / item;
    view->strides[0] = item;
    return true;
}

static bool take_shape(VM *vm, Value shape, i64 *sizes, u32 *count, i64 *product) {
    bool is_list = has_kind(shape, KIND_LIST);
    if (!is_list && !has_kind(shape, KIND_TUPLE))
        return raise_type(vm, "shape must be a list or a tuple") != FAIL;
    usize length = is_list ? to_list(shape)->count : to_tuple(shape)->count;
    const Value *items = is_list ? to_list(shape)->items : to_tuple(shape)->items;
    if (length > VIEW_MAX_DIMENSIONS) {
        raise_value(vm, "memoryview: number of dimensions must not exceed %d",
                    (int)VIEW_MAX_DIMENSIONS);
        return false;
    }
    *count = (u32)length;
    for (usize i = 0; i < length; i++) {
        if (!is_int(items[i]))
            return raise_type(vm,
                              "memoryview.cast(): elements of shape must be integers") !=
                   FAIL;
        if (is_bool(items[i])) sizes[i] = items[i] == TRUE;
        bool fits = is_bool(items[i]) || int_fits_i64(items[i], &sizes[i]);
        if (!fits || sizes[i] <= 0)
            return raise_value(
                       vm, "memoryview.cast(): elements of shape must be integers > 0") !=
                   FAIL;
        if (__builtin_mul_overflow(*product, sizes[i], product))
            return raise_value(vm, "memoryview.cast(): product(shape) > SSIZE_MAX") !=
                   FAIL;
    }
    return true;
}

static Value with_shape(VM *vm, Value flat, Value shape) {
    i64 sizes[VIEW_MAX_DIMENSIONS], product = (i64)to_memoryview(flat)->item_size;
    u32 count = 0;
    CHECK(take_shape(vm, shape, sizes, &count, &product));
    const MemoryView *view = to_memoryview(flat);
    if (product != view->shape[0] * (i64)view->item_size)
        return raise_type(vm, "memoryview: product(shape) * itemsize != buffer size");
    MemoryView *shaped = memoryview_derive(vm, view, count);
    if (!shaped) return FAIL;
    i64 stride = (i64)view->item_size;
    for (u32 i = count; i--;) {
        shaped->shape[i] = sizes[i];
        shaped->strides[i] = stride;
        stride *= sizes[i];
    }
    return from_object(shaped);
}

/* Cast a memoryview to a new format or shape. */
METHOD(memoryview, cast,
       "($self, /, format, shape=None) shown ($self, /, format, "
       "shape=<unrepresentable>)") {
    const MemoryView *view = to_memoryview(args[0]);
    CHECK(want_str(vm, "cast", "argument 'format'", args[1]) &&
          memoryview_check(vm, args[0]));
    Value shape = args[2];
    if (!memoryview_is_contiguous(view, 'C'))
        return raise_type(vm, "memoryview: casts are restricted to C-contiguous views");
    if (shape != EMPTY && !has_kind(shape, KIND_LIST) && !has_kind(shape, KIND_TUPLE))
        return raise_type(vm, "shape must be a list or a tuple");
    usize count = shape == EMPTY               ? 1
                  : has_kind(shape, KIND_LIST) ? to_list(shape)->count
                                               : to_tuple(shape)->count;
    if ((shape != EMPTY && view->dimensions != 1 && count != 1))
        return raise_type(vm, "memoryview: cast must be 1D -> ND or ND -> 1D");
    const char *format = lasting_format(str_span(args[1]));
    if (!format) return raise_value(vm, "memoryview: destination" NATIVE_FORMAT);
    MemoryView *flat = memoryview_derive(vm, view, 1);
    if (!flat) return FAIL;
    OWNED Value result = from_object(flat);
    flat->shape[0] = memoryview_item_count(view);
    flat->strides[0] = (i64)view->item_size;
    CHECK(cast_format(vm, flat, format));
    return shape == EMPTY ? TAKE(result) : with_shape(vm, result, shape);
}
