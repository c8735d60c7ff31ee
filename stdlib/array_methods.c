/* The methods of array.array, and its iterator. */
#include "objects/bytes.h"
#include "objects/generic_alias.h"
#include "objects/iterator.h"
#include "objects/list.h"
#include "objects/memoryview.h"
#include "objects/native.h"
#include "objects/slots.h"
#include "objects/sequence.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "stdlib/array.h"

/* the typecode character used to create the array */
GETTER(array, typecode) {
    return str_new(vm, &to_array(self)->code->code, 1);
}

/* the size, in bytes, of one array item */
GETTER(array, itemsize) {
    return from_small(to_array(self)->code->size);
}

/* Release the buffer object that exposes the underlying memory of the object. */
METHOD(array, __release_buffer__, "($self, buffer, /)") {
    return buffer_give_back(vm, args[0], args[1]);
}

/* Append new value v to the end of the array. */
METHOD(array, append, "($self, v, /)") {
    CHECK(array_push(vm, to_array(args[0]), args[1]));
    return NONE;
}

/* Return a tuple (address, length) giving the current memory address and the length in
 * items of the buffer used to hold array's contents.
 *
 * The length should be multiplied by the itemsize attribute to calculate
 * the buffer length in bytes. */
METHOD(array, buffer_info, "($self, /)") {
    Array *array = to_array(args[0]);
    Value address = from_small((i64)array->data);
    return tuple_of(vm, 2, address, from_small((i64)array->count));
}

/* Byteswap all items of the array.
 *
 * If the items in the array are not 1, 2, 4, or 8 bytes in size, RuntimeError is
 * raised. */
METHOD(array, byteswap, "($self, /)") {
    Array *array = to_array(args[0]);
    usize size = array->code->size;
    for (usize i = 0; i < array->count; i++) {
        char *item = array_at(array, i);
        for (usize low = 0, high = size - 1; low < high; low++, high--) {
            char byte = item[low];
            item[low] = item[high];
            item[high] = byte;
        }
    }
    return NONE;
}

/* Remove all items from the array. */
METHOD(array, clear, "($self, /)") {
    CHECK(array_resize(vm, to_array(args[0]), 0));
    return NONE;
}

static Value copy(VM *vm, Value self) {
    Array *array = to_array(self);
    OWNED Value result = TRY(array_new(vm, vm->types[TYPE_array], array->code, 0));
    CHECK(array_extend(vm, to_array(result), self));
    return TAKE(result);
}

/* Return a copy of the array. */
METHOD(array, __copy__, "($self, /)") {
    return copy(vm, args[0]);
}

/* Return a copy of the array. */
METHOD(array, __deepcopy__, "($self, unused, /)") {
    return copy(vm, args[0]);
}

/* Index of the first item that equals v, -1: none, -2: failed. */
static i64 find(VM *vm, Array *array, Value v, i64 start, i64 stop) {
    for (i64 i = start; i < stop && i < (i64)array->count; i++) {
        OWNED Value item = array_read(vm, array->code, array_at(array, (usize)i));
        int equal = item == FAIL ? -1 : object_equal(vm, item, v);
        if (equal) return equal < 0 ? -2 : i;
    }
    return -1;
}

/* Return number of occurrences of v in the array. */
METHOD(array, count, "($self, v, /)") {
    i64 count = 0;
    for (i64 at = 0;; at++, count++) {
        at = find(vm, to_array(args[0]), args[1], at, INT64_MAX);
        if (at < 0) return at == -1 ? from_small(count) : FAIL;
    }
}

/* Append items to the end of the array. */
METHOD(array, extend, "($self, bb, /)") {
    CHECK(array_extend(vm, to_array(args[0]), args[1]));
    return NONE;
}

/* Appends items from the string, interpreting it as an array of machine values, as if it
 * had been read from a file using the fromfile() method. */
METHOD(array, frombytes, "($self, buffer, /)") {
    Buffered bytes;
    CHECK(buffered_get(vm, args[1], &bytes, false));
    bool ok = bytes.item_size == 1;
    if (!ok) raise_type(vm, "a bytes-like object is required");
    ok = ok && array_add_bytes(vm, to_array(args[0]), bytes.data, bytes.size);
    buffered_release(vm, &bytes);
    return ok ? NONE : FAIL;
}

/* Read n objects from the file object f and append them to the end of the array. */
METHOD(array, fromfile, "($self, f, n, /)") {
    Array *array = to_array(args[0]);
    i64 count;
    CHECK(object_to_i64(vm, args[2], &count));
    if (count < 0) return raise_value(vm, "negative count");
    i64 size;
    if (__builtin_mul_overflow(count, (i64)array->code->size, &size))
        return raise_memory(vm);
    OWNED Value bytes = TRY(call_method_1(vm, args[1], NAME(read), from_small(size)));
    if (!has_kind(bytes, KIND_BYTES)) return raise_type(vm, "read() didn't return bytes");
    Span span = bytes_span(bytes);
    CHECK(array_add_bytes(vm, array, span.data, span.length));
    if ((i64)span.length == size) return NONE;
    return raise_format(vm, EXC(EOFError), "read() didn't return enough bytes");
}

/* Append items to array from list. */
METHOD(array, fromlist, "($self, list, /)") {
    Array *array = to_array(args[0]);
    if (!has_kind(args[1], KIND_LIST)) return raise_type(vm, "arg must be list");
    List *list = to_list(args[1]);
    usize old = array->count, count = list->count;
    for (usize i = 0; i < count; i++) {
        OWNED Value item = incref(list->items[i]);
        bool ok = array_push(vm, array, item);
        bool changed = ok && list->count != count;
        if (changed) raise_runtime(vm, "list changed size during iteration");
        if (ok && !changed) continue;
        Value error = exception_take(vm);
        if (!array_resize(vm, array, old)) exception_clear(vm);
        exception_restore(vm, error);
        return FAIL;
    }
    return NONE;
}

/* Extends this array with data from the unicode string ustr.
 *
 * The array must be a unicode type array; otherwise a ValueError is raised.
 * Use array.frombytes(ustr.encode(...)) to append Unicode data to an array of
 * some other type. */
METHOD(array, fromunicode, "($self, ustr, /)") {
    if (!is_str(args[1])) {
        return raise_type(vm, "fromunicode() argument must be str, not %N", args[1]);
    }
    if (!array_is_text(to_array(args[0]))) {
        return raise_value(
            vm, "fromunicode() may only be called on unicode type arrays ('u' or 'w')");
    }
    CHECK(array_add_text(vm, to_array(args[0]), args[1]));
    return NONE;
}

/* Return index of first occurrence of v in the array.
 *
 * Raise ValueError if the value is not present. */
METHOD(array, index, "($self, v, start=0, stop=sys.maxsize, /)") {
    i64 start, stop, length = (i64)to_array(args[0])->count;
    CHECK(sequence_bounds(vm, args[2], args[3], length, &start, &stop));
    i64 found = find(vm, to_array(args[0]), args[1], start, stop);
    if (found == -1) return raise_value(vm, "array.index(x): x not in array");
    return found < 0 ? FAIL : from_small(found);
}

/* Insert a new item v into the array before position i. */
METHOD(array, insert, "($self, i, v, /)") {
    Array *array = to_array(args[0]);
    usize size = array->code->size;
    i64 index;
    char item[8];
    CHECK(object_to_i64(vm, args[1], &index));
    CHECK(array_write(vm, array->code, item, args[2]));
    i64 count = (i64)array->count;
    if (index < 0 && (index += count) < 0) index = 0;
    if (index > count) index = count;
    CHECK(array_resize(vm, array, array->count + 1));
    char *place = array_at(array, (usize)index);
    memmove(place + size, place, (usize)(count - index) * size);
    memcpy(place, item, size);
    return NONE;
}

static bool remove_at(VM *vm, Array *array, usize index) {
    usize size = array->code->size;
    if (array->exports) return array_resize(vm, array, array->count - 1);
    char *place = array_at(array, index);
    memmove(place, place + size, (array->count - index - 1) * size);
    return array_resize(vm, array, array->count - 1);
}

/* Return the i-th element and delete it from the array.
 *
 * i defaults to -1. */
METHOD(array, pop, "($self, i=-1, /)") {
    Array *array = to_array(args[0]);
    i64 index = -1;
    if (args[1] != EMPTY) CHECK(object_to_i64(vm, args[1], &index));
    if (!array->count) return raise_index(vm, "pop from empty array");
    if (index < 0) index += (i64)array->count;
    if (index < 0 || index >= (i64)array->count)
        return raise_index(vm, "pop index out of range");
    OWNED Value item = TRY(array_read(vm, array->code, array_at(array, (usize)index)));
    CHECK(remove_at(vm, array, (usize)index));
    return TAKE(item);
}

/* Remove the first occurrence of v in the array. */
METHOD(array, remove, "($self, v, /)") {
    Array *array = to_array(args[0]);
    i64 found = find(vm, array, args[1], 0, INT64_MAX);
    if (found == -2) return FAIL;
    if (found < 0) return raise_value(vm, "array.remove(x): x not in array");
    if (found < (i64)array->count) CHECK(remove_at(vm, array, (usize)found));
    return NONE;
}

/* Reverse the order of the items in the array. */
METHOD(array, reverse, "($self, /)") {
    Array *array = to_array(args[0]);
    usize size = array->code->size;
    for (usize low = 0, high = array->count; low + 1 < high--; low++) {
        char item[8];
        memcpy(item, array_at(array, low), size);
        memcpy(array_at(array, low), array_at(array, high), size);
        memcpy(array_at(array, high), item, size);
    }
    return NONE;
}

/* Convert the array to an array of machine values and return the bytes representation. */
METHOD(array, tobytes, "($self, /)") {
    Array *array = to_array(args[0]);
    return bytes_new(vm, array->data ? array->data : "",
                     array->count * array->code->size);
}

/* Write all items (as machine values) to the file object f. */
METHOD(array, tofile, "($self, f, /)") {
    enum { BLOCK = 64 * 1024 };
    Array *array = to_array(args[0]);
    for (usize at = 0; at < array->count * array->code->size; at += BLOCK) {
        usize left = array->count * array->code->size - at;
        OWNED Value bytes =
            TRY(bytes_new(vm, array->data + at, left < BLOCK ? left : BLOCK));
        OWNED Value done = TRY(call_method_1(vm, args[1], NAME(write), bytes));
    }
    return NONE;
}

/* Convert array to an ordinary list with the same items. */
METHOD(array, tolist, "($self, /)") {
    return array_to_list(vm, to_array(args[0]));
}

/* Extends this array with data from the unicode string ustr.
 *
 * Convert the array to a unicode string.  The array must be a unicode type array;
 * otherwise a ValueError is raised.  Use array.tobytes().decode() to obtain a
 * unicode string from an array of some other type. */
METHOD(array, tounicode, "($self, /)") {
    if (array_is_text(to_array(args[0]))) return array_text(vm, to_array(args[0]));
    return raise_value(
        vm, "tounicode() may only be called on unicode type arrays ('u' or 'w')");
}

/* How pickle numbers the forms of memory: by sign, size and byte order. */
static i64 machine_format(const ArrayCode *code) {
    switch (code->code) {
    case 'b': return 1;
    case 'B': return 0;
    case 'u':
    case 'w': return 20;
    case 'f': return 14;
    case 'd': return 16;
    default:
        return (code->size == 2 ? 2 : code->size == 4 ? 6 : 10) + 2 * code->is_signed;
    }
}

static Value reduce_to_list(VM *vm, Value self, Value state) {
    OWNED Value items = TRY(array_to_list(vm, to_array(self)));
    OWNED Value code = TRY(str_new(vm, &to_array(self)->code->code, 1));
    OWNED Value arguments = TRY(tuple_of(vm, 2, code, items));
    return tuple_of(vm, 3, from_object(type_of(vm, self)), arguments, state);
}

/* Return state information for pickling. */
METHOD(array, __reduce_ex__, "($self, value, /)") {
    Array *array = to_array(args[0]);
    i64 protocol;
    CHECK(object_to_i64(vm, args[1], &protocol));
    OWNED Value state = TRY(object_find_attr(vm, args[0], NAME(__dict__)));
    if (state == EMPTY) state = NONE;
    if (protocol < 3) return reduce_to_list(vm, args[0], state);
    OWNED Value module_name = TRY(str_intern_text(vm, "array"));
    OWNED Value module = TRY(vm->hooks.import(vm, module_name, EMPTY, EMPTY, 0));
    OWNED Value function = TRY(object_getattr_text(vm, module, "_array_reconstructor"));
    OWNED Value code = TRY(str_new(vm, &array->code->code, 1));
    usize size = array->count * array->code->size;
    OWNED Value bytes = TRY(bytes_new(vm, array->data ? array->data : "", size));
    Value type = from_object(type_of(vm, args[0]));
    Value format = from_small(machine_format(array->code));
    OWNED Value arguments = TRY(tuple_of(vm, 4, type, code, format, bytes));
    return tuple_of(vm, 3, function, arguments, state);
}

/* See PEP 585 */
CLASS_METHOD(array, __class_getitem__, "($type, object, /)") {
    return generic_alias_new(vm, args[0], args[1]);
}

/* ---- the iterator ---- */

typedef struct ArrayIterator {
    Obj h;
    Value array; /* EMPTY when exhausted */
    usize index;
} ArrayIterator;

Value array_iterator_new(VM *vm, Value array) {
    Type *type = vm->types[TYPE_arrayiterator];
    ArrayIterator *it =
        (ArrayIterator *)object_new_sized(vm, type, sizeof(ArrayIterator));
    if (!it) return FAIL;
    it->array = incref(array);
    it->index = 0;
    return from_object(it);
}

static Value next(VM *vm, Value self) {
    ArrayIterator *it = (ArrayIterator *)self;
    if (it->array == EMPTY) return EMPTY;
    Array *array = to_array(it->array);
    if (it->index < array->count) {
        return array_read(vm, array->code, array_at(array, it->index++));
    }
    decref(take(&it->array));
    return EMPTY;
}

static void free_iterator(VM *vm, Obj *self) {
    decref(take(&((ArrayIterator *)self)->array));
}

static void visit_iterator(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((ArrayIterator *)self)->array);
}

TYPE(arrayiterator, .name = "array.arrayiterator", .size = sizeof(ArrayIterator),
     .kind = KIND_ITERATOR, .flags = TYPE_FINAL | TYPE_NO_NEW,
     .slots = {
         .free = free_iterator,
         .visit = visit_iterator,
         .clear = free_iterator,
         .iter = iterator_self,
         .next = next,
     })

/* Return state information for pickling. */
METHOD(arrayiterator, __reduce__, "($self, /)") {
    ArrayIterator *it = (ArrayIterator *)args[0];
    if (it->array != EMPTY) {
        return iterator_reduce(vm, "iter", it->array, from_small((i64)it->index));
    }
    return iterator_reduce(vm, "iter", vm->empty_tuple, EMPTY);
}

/* Set state information for unpickling. */
METHOD(arrayiterator, __setstate__, "($self, state, /)") {
    ArrayIterator *it = (ArrayIterator *)args[0];
    i64 index;
    CHECK(object_to_i64(vm, args[1], &index));
    if (it->array == EMPTY) return NONE;
    usize count = to_array(it->array)->count;
    it->index = index < 0 ? 0 : (usize)index > count ? count : (usize)index;
    return NONE;
}
