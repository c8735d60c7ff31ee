/* The type memoryview: slots, attributes, methods. */
#include "base/hash.h"
#include "objects/byte_text.h"
#include "objects/int.h"
#include "objects/item.h"
#include "objects/iterator.h"
#include "objects/list.h"
#include "objects/memoryview.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/want.h"

static Value make(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"object", NULL};
    static const Arguments spec = {"memoryview", names, .positional = 1, .required = 1};
    Value object;
    CHECK(arguments_bind(vm, &spec, args, nargs, kwnames, &object));
    return memoryview_new(vm, object);
}

static void drop(VM *vm, Obj *self) {
    MemoryView *view = (MemoryView *)self;
    memoryview_let_go(vm, view);
    if (view->dimensions > 1)
        heap_raw_free(&vm->heap, view->shape, 2 * view->dimensions * sizeof(i64));
}

static void visit(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((MemoryView *)self)->base);
}

static void clear(VM *vm, Obj *self) {
    MemoryView *view = (MemoryView *)self;
    if (!view->exports) memoryview_let_go(vm, view);
}

static Value repr(VM *vm, Value self) {
    return str_format(vm,
                      to_memoryview(self)->base == EMPTY ? "<released memory at %p>"
                                                         : "<memory at %p>",
                      (void *)self);
}

static bool hash(VM *vm, Value self, u64 *out) {
    MemoryView *view = to_memoryview(self);
    if (!view->hash) {
        if (!memoryview_check(vm, self)) return false;
        if (!view->read_only)
            return raise_value(vm, "cannot hash writable memoryview object") != FAIL;
        char code = memoryview_code(view);
        if (code != 'B' && code != 'b' && code != 'c')
            return raise_value(vm,
                               "memoryview: hashing is restricted to formats 'B', 'b' or "
                               "'c'") != FAIL;
        u64 of_base; /* an object that cannot be hashed makes its views so */
        if (!object_hash(vm, view->base, &of_base)) return false;
        OWNED Value bytes = TRY_OR_FALSE(memoryview_to_bytes(vm, self));
        if (!object_hash(vm, bytes, &view->hash)) return false;
    }
    *out = view->hash;
    return true;
}

static i64 length(VM *vm, Value self) {
    if (!memoryview_check(vm, self)) return -1;
    const MemoryView *view = to_memoryview(self);
    if (view->dimensions) return view->shape[0];
    raise_type(vm, "0-dim memory has no length");
    return -1;
}

static bool lend(VM *vm, Value self, Buffered *out, bool writable) {
    MemoryView *view = to_memoryview(self);
    if (!memoryview_check(vm, self)) return false;
    if (!memoryview_is_contiguous(view, 'C')) {
        raise_format(vm, EXC(BufferError),
                     "memoryview: underlying buffer is not C-contiguous");
        return false;
    }
    out->exports = &view->exports;
    out->data = view->data;
    out->size = (usize)memoryview_item_count(view) * view->item_size;
    out->item_size = view->item_size;
    out->format = view->format;
    out->read_only = view->read_only;
    return true;
}

/* ---- iteration ---- */

typedef struct MemoryIterator {
    Obj h;
    Value view; /* EMPTY when exhausted */
    i64 index, length;
} MemoryIterator;

static bool may_iterate(VM *vm, Value self) {
    if (!memoryview_check(vm, self)) return false;
    const MemoryView *view = to_memoryview(self);
    if (!view->dimensions)
        return raise_type(vm, "invalid indexing of 0-dim memory") != FAIL;
    if (view->dimensions == 1) return true;
    raise_format(vm, EXC(NotImplementedError),
                 "multi-dimensional sub-views are not implemented");
    return false;
}

static Value iter(VM *vm, Value self) {
    CHECK(may_iterate(vm, self));
    i64 count = length(vm, self);
    if (count < 0) return FAIL;
    MemoryIterator *it =
        (MemoryIterator *)object_new(vm, vm->types[TYPE_memory_iterator]);
    if (!it) return FAIL;
    it->view = incref(self);
    it->length = count;
    return from_object(it);
}

static Value next(VM *vm, Value self) {
    MemoryIterator *it = (MemoryIterator *)self;
    if (it->view == EMPTY) return EMPTY;
    if (it->index < it->length) {
        Value index = from_small(it->index++);
        return memoryview_getitem(vm, it->view, index);
    }
    replace(&it->view, EMPTY);
    return EMPTY;
}

static void drop_iterator(VM *vm, Obj *self) {
    decref(((MemoryIterator *)self)->view);
}

static void visit_iterator(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((MemoryIterator *)self)->view);
}

static void clear_iterator(VM *vm, Obj *self) {
    replace(&((MemoryIterator *)self)->view, EMPTY);
}

TYPE(memory_iterator, .name = "memory_iterator", .size = sizeof(MemoryIterator),
     .kind = KIND_ITERATOR, .flags = TYPE_NO_NEW,
     .slots = {.free = drop_iterator,
               .visit = visit_iterator,
               .clear = clear_iterator,
               .iter = iterator_self,
               .next = next})

TYPE(memoryview, .name = "memoryview",
     .signature = "(object)", .size = sizeof(MemoryView),
     .kind = KIND_MEMORYVIEW, .flags = TYPE_FINAL | TYPE_SEQUENCE | TYPE_WEAKREFS,
     .slots =
         {
             .new = make,
             .free = drop,
             .visit = visit,
             .clear = clear,
             .repr = repr,
             .hash = hash,
             .compare = memoryview_compare,
             .iter = iter,
             .length = length,
             .getitem = memoryview_getitem,
             .setitem = memoryview_setitem,
             .buffer = lend,
         },
     .doc = "Create a new memoryview object which references the given object.")

/* ---- attributes ---- */

/* The underlying object of the memoryview. */
GETTER(memoryview, obj) {
    CHECK(memoryview_check(vm, self));
    return incref(to_memoryview(self)->base);
}

/* The amount of space in bytes that the array would use in a contiguous representation.
 */
GETTER(memoryview, nbytes) {
    CHECK(memoryview_check(vm, self));
    const MemoryView *view = to_memoryview(self);
    return from_small(memoryview_item_count(view) * (i64)view->item_size);
}

/* The size in bytes of each element of the memoryview. */
GETTER(memoryview, itemsize) {
    CHECK(memoryview_check(vm, self));
    return from_small((i64)to_memoryview(self)->item_size);
}

/* A string containing the format (in struct module style) for each element in the view.
 */
GETTER(memoryview, format) {
    CHECK(memoryview_check(vm, self));
    return str_from_text(vm, to_memoryview(self)->format);
}

/* An integer indicating how many dimensions of a multi-dimensional array the memory
 * represents. */
GETTER(memoryview, ndim) {
    CHECK(memoryview_check(vm, self));
    return from_small(to_memoryview(self)->dimensions);
}

/* A bool indicating whether the memory is read only. */
GETTER(memoryview, readonly) {
    CHECK(memoryview_check(vm, self));
    return from_bool(to_memoryview(self)->read_only);
}

static Value tuple_of_sizes(VM *vm, const i64 *sizes, u32 count) {
    Value tuple = TRY(tuple_new(vm, count));
    for (u32 i = 0; i < count; i++) to_tuple(tuple)->items[i] = from_small(sizes[i]);
    return tuple;
}

/* A tuple of ndim integers giving the shape of the memory as an N-dimensional array. */
GETTER(memoryview, shape) {
    CHECK(memoryview_check(vm, self));
    return tuple_of_sizes(vm, to_memoryview(self)->shape,
                          to_memoryview(self)->dimensions);
}

/* A tuple of ndim integers giving the size in bytes to access each element for each
 * dimension. */
GETTER(memoryview, strides) {
    CHECK(memoryview_check(vm, self));
    return tuple_of_sizes(vm, to_memoryview(self)->strides,
                          to_memoryview(self)->dimensions);
}

/* A tuple of integers used internally for PIL-style arrays. */
GETTER(memoryview, suboffsets) {
    CHECK(memoryview_check(vm, self));
    return incref(vm->empty_tuple);
}

/* A bool indicating whether the memory is C contiguous. */
GETTER(memoryview, c_contiguous) {
    CHECK(memoryview_check(vm, self));
    return from_bool(memoryview_is_contiguous(to_memoryview(self), 'C'));
}

/* A bool indicating whether the memory is Fortran contiguous. */
GETTER(memoryview, f_contiguous) {
    CHECK(memoryview_check(vm, self));
    return from_bool(memoryview_is_contiguous(to_memoryview(self), 'F'));
}

/* A bool indicating whether the memory is contiguous. */
GETTER(memoryview, contiguous) {
    CHECK(memoryview_check(vm, self));
    const MemoryView *view = to_memoryview(self);
    return from_bool(memoryview_is_contiguous(view, 'C') ||
                     memoryview_is_contiguous(view, 'F'));
}

/* ---- methods ---- */

static Value release(VM *vm, Value self) {
    MemoryView *view = to_memoryview(self);
    if (view->exports)
        return raise_format(vm, EXC(BufferError), "memoryview has %d exported buffer%s",
                            (int)view->exports, view->exports == 1 ? "" : "s");
    memoryview_let_go(vm, view);
    return NONE;
}

/* Release the underlying buffer exposed by the memoryview object. */
METHOD(memoryview, release, "($self, /)") {
    return release(vm, args[0]);
}

METHOD(memoryview, __enter__, "($self, /)") {
    CHECK(memoryview_check(vm, args[0]));
    return incref(args[0]);
}

METHOD(memoryview, __exit__, "($self, /, *exc_info)") {
    return release(vm, args[0]);
}

/* Return the data in the buffer as a byte string.
 *
 * Order can be {'C', 'F', 'A'}. When order is 'C' or 'F', the data of the
 * original array is converted to C or Fortran order. For contiguous views,
 * 'A' returns an exact copy of the physical memory. In particular, in-memory
 * Fortran order is preserved. For non-contiguous views, the data is converted
 * to C first. order=None is the same as order='C'. */
METHOD(memoryview, tobytes, "($self, /, order='C')") {
    Value order = args[1];
    char letter = 'C';
    if (order != EMPTY && order != NONE) {
        if (!is_str(order)) {
            want_refuse(vm, "tobytes", "argument 'order'", "str or None", order);
            return FAIL;
        }
        letter = to_str(order)->size == 1 ? to_str(order)->data[0] : 0;
        if (letter != 'C' && letter != 'F' && letter != 'A')
            return raise_value(vm, "order must be 'C', 'F' or 'A'");
    }
    const MemoryView *view = to_memoryview(args[0]);
    if (letter == 'C') return memoryview_to_bytes(vm, args[0]);
    CHECK(memoryview_check(vm, args[0]));
    if (letter == 'A') letter = memoryview_is_contiguous(view, 'F') ? 'F' : 'C';
    usize size = (usize)memoryview_item_count(view) * view->item_size;
    Value bytes = TRY(bytes_new(vm, NULL, size));
    memoryview_copy_out(view, letter, ((Bytes *)bytes)->data);
    return bytes;
}

/* The items from a dimension on, as nested lists. At most VIEW_MAX_DIMENSIONS deep. */
static Value list_items(VM *vm, const MemoryView *view, const char *at, u32 dimension) {
    if (dimension == view->dimensions) return memoryview_item(vm, view, at);
    OWNED Value list = TRY(list_new(vm, (usize)view->shape[dimension]));
    for (i64 i = 0; i < view->shape[dimension]; i++) {
        Value item = TRY(list_items(vm, view, at, dimension + 1));
        CHECK(list_push_owned(vm, to_list(list), item));
        at += view->strides[dimension];
    }
    return TAKE(list);
}

/* Return the data in the buffer as a list of elements. */
METHOD(memoryview, tolist, "($self, /)") {
    CHECK(memoryview_check(vm, args[0]));
    return list_items(vm, to_memoryview(args[0]), to_memoryview(args[0])->data, 0);
}

/* Return a readonly version of the memoryview. */
METHOD(memoryview, toreadonly, "($self, /)") {
    Value view = TRY(memoryview_new(vm, args[0]));
    to_memoryview(view)->read_only = true;
    return view;
}

/* Return the data in the buffer as a str of hexadecimal numbers.
 *
 *   sep
 *     An optional single character or byte to separate hex bytes.
 *   bytes_per_sep
 *     How many bytes between separators.  Positive values count from the
 *     right, negative values count from the left. */
METHOD(memoryview, hex,
       "($self, /, sep=None, bytes_per_sep=1) shown ($self, /, "
       "sep=<unrepresentable>, bytes_per_sep=1)") {
    OWNED Value bytes = TRY(memoryview_to_bytes(vm, args[0]));
    return byte_hex(vm, bytes_span(bytes), args[1], args[2]);
}
