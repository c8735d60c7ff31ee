/* array: the module and the type. */
#include "stdlib/array.h"

#include "objects/bytes.h"
#include "objects/frame.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/range.h"
#include "objects/sequence.h"
#include "objects/show.h"
#include "objects/str.h"
#include "objects/tuple.h"

MODULE(array, "This module defines an object type which can efficiently represent\n"
              "an array of basic values: characters, integers, floating-point\n"
              "numbers.  Arrays are sequence types and behave very much like lists,\n"
              "except that the type of objects stored in them is constrained.\n")

/* ---- making ---- */

static bool read_code(VM *vm, Value v, const ArrayCode **code) {
    if (!is_str(v) || str_length(v) != 1) {
        raise_type(vm, "array() argument 1 must be a unicode character, not %N", v);
        return false;
    }
    u32 point = str_code_point(v, 0);
    *code = point < 128 ? array_find_code((char)point) : NULL;
    if (*code) return true;
    raise_value(vm, "bad typecode (must be b, B, u, h, H, i, I, l, L, q, Q, f or d)");
    return false;
}

static bool fill(VM *vm, Array *array, Value initial) {
    if (is_str(initial) && array_is_text(array))
        return array_add_text(vm, array, initial);
    if (is_str(initial)) {
        raise_type(vm, "cannot use a str to initialize an array with typecode '%c'",
                   array->code->code);
        return false;
    }
    bool is_bytes = has_kind(initial, KIND_BYTES) || has_kind(initial, KIND_BYTEARRAY);
    if (is_bytes) {
        Buffered bytes;
        if (!buffered_get(vm, initial, &bytes, false)) return false;
        bool ok = array_add_bytes(vm, array, bytes.data, bytes.size);
        buffered_release(vm, &bytes);
        return ok;
    }
    bool is_other = is_array(vm, initial) && to_array(initial)->code != array->code;
    if (is_other && array_is_text(to_array(initial)) && !array_is_text(array)) {
        raise_type(vm,
                   "cannot use a unicode array to initialize an array with typecode '%c'",
                   array->code->code);
        return false;
    }
    if (is_other) {
        OWNED Value items = TRY_OR_FALSE(array_to_list(vm, to_array(initial)));
        return array_extend(vm, array, items);
    }
    return array_extend(vm, array, initial);
}

static Value make(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    Type *plain = vm->types[TYPE_array];
    bool is_plain = type == plain || type->slots.init == plain->slots.init;
    if (is_plain) CHECK(arguments_no_keywords(vm, "array.array", kwnames));
    if (nargs < 1) return raise_type(vm, "array() takes at least 1 argument (0 given)");
    if (nargs > 2)
        return raise_type(vm, "array() takes at most 2 arguments (%u given)", nargs);
    const ArrayCode *code;
    CHECK(read_code(vm, args[0], &code));
    if (code->code == 'u')
        CHECK(warn(vm, EXC(DeprecationWarning), 1,
                   "The 'u' type code is deprecated and will be removed in Python 3.16"));
    OWNED Value array = TRY(array_new(vm, type, code, 0));
    if (nargs == 2) CHECK(fill(vm, to_array(array), args[1]));
    return TAKE(array);
}

static void free_array(VM *vm, Obj *self) {
    Array *array = (Array *)self;
    if (array->data)
        heap_raw_free(&vm->heap, array->data, array->capacity * array->code->size);
}

static bool lend(VM *vm, Value self, Buffered *out, bool writable) {
    static const char *const formats = "b\0B\0u\0w\0h\0H\0i\0I\0l\0L\0q\0Q\0f\0d\0";
    Array *array = to_array(self);
    const char *format = formats;
    while (*format != array->code->code) format += 2;
    *out = (Buffered){
        .owner = EMPTY,
        .exports = &array->exports,
        .data = array->data ? array->data : (char *)"",
        .size = array->count * array->code->size,
        .item_size = array->code->size,
        .format = format,
    };
    return true;
}

/* ---- what operators do ---- */

static Value repr(VM *vm, Value self) {
    Array *array = to_array(self);
    const char *name = type_short_name(type_of(vm, self));
    if (!array->count) return str_format(vm, "%s('%c')", name, array->code->code);
    OWNED Value items =
        TRY(array_is_text(array) ? array_text(vm, array) : array_to_list(vm, array));
    return str_format(vm, "%s('%c', %R)", name, array->code->code, items);
}

/* Two arrays of the same sort of whole numbers compare as their items do, without making
 * them. */
static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    if (!is_array(vm, self) || !is_array(vm, other)) return NOT_IMPLEMENTED;
    bool same = to_array(self)->count == to_array(other)->count;
    if (!same && (op == EQ || op == NE)) return from_bool(op == NE);
    OWNED Value mine = TRY(array_to_list(vm, to_array(self)));
    OWNED Value theirs = TRY(array_to_list(vm, to_array(other)));
    return sequence_compare(vm, mine, theirs, op);
}

static i64 length(VM *vm, Value self) {
    return (i64)to_array(self)->count;
}

static bool find_item(VM *vm, Array *array, Value key, const char *text, usize *at) {
    i64 index;
    if (!index_to_i64(vm, key, EXC(IndexError), &index)) return false;
    if (index < 0) index += (i64)array->count;
    *at = (usize)index;
    if (index >= 0 && (usize)index < array->count) return true;
    raise_index(vm, "%s", text);
    return false;
}

static Value get_slice(VM *vm, Array *array, Value key) {
    i64 start, step, count;
    CHECK(slice_resolve(vm, key, (i64)array->count, &start, &step, &count));
    OWNED Value result =
        TRY(array_new(vm, vm->types[TYPE_array], array->code, (usize)count));
    for (i64 i = 0; i < count; i++) {
        memcpy(array_at(to_array(result), (usize)i),
               array_at(array, (usize)(start + i * step)), array->code->size);
    }
    return TAKE(result);
}

static Value get_item(VM *vm, Value self, Value key) {
    Array *array = to_array(self);
    usize at;
    if (has_exact_kind(key, KIND_SLICE)) return get_slice(vm, array, key);
    if (!has_index(vm, key)) return raise_type(vm, "array indices must be integers");
    CHECK(find_item(vm, array, key, "array index out of range", &at));
    return array_read(vm, array->code, array_at(array, at));
}

/* Put `count` items of other memory in place of items[start, end). */
static bool splice(VM *vm, Array *array, usize start, usize end, const char *items,
                   usize count) {
    usize size = array->code->size, tail = array->count - end, removed = end - start;
    usize after = array->count - removed + count;
    if (array->exports && after != array->count) return array_resize(vm, array, after);
    if (count > removed && !array_resize(vm, array, after)) return false;
    if (tail) memmove(array_at(array, start + count), array_at(array, end), tail * size);
    if (count) memcpy(array_at(array, start), items, count * size);
    return count > removed || array_resize(vm, array, after);
}

static bool delete_steps(VM *vm, Array *array, i64 start, i64 step, i64 count) {
    usize size = array->code->size, to = 0;
    if (array->exports && count)
        return array_resize(vm, array, array->count - (usize)count);
    if (step < 0) {
        start += step * (count - 1);
        step = -step;
    }
    for (usize i = 0; i < array->count; i++) {
        i64 offset = (i64)i - start;
        bool is_deleted = offset >= 0 && offset % step == 0 && offset / step < count;
        if (!is_deleted) memmove(array_at(array, to++), array_at(array, i), size);
    }
    return array_resize(vm, array, to);
}

static bool put_steps(VM *vm, Array *array, Array *values, i64 start, i64 step,
                      i64 count) {
    if ((i64)values->count != count) {
        raise_value(vm,
                    "attempt to assign array of size %ld to extended slice of size %ld",
                    (i64)values->count, count);
        return false;
    }
    for (i64 i = 0; i < count; i++) {
        memcpy(array_at(array, (usize)(start + i * step)), array_at(values, (usize)i),
               array->code->size);
    }
    return true;
}

static bool set_slice(VM *vm, Value self, Value key, Value value) {
    Array *array = to_array(self);
    i64 start, stop, step;
    OWNED Value values = incref(value);
    if (value == self) values = TRY_OR_FALSE(call_method_0(vm, self, NAME(__copy__)));
    if (value != EMPTY && !is_array(vm, value)) {
        raise_type(vm, "can only assign array (not \"%T\") to array slice", value);
        return false;
    }
    if (value != EMPTY && to_array(value)->code != array->code) {
        return raise_type(vm, "bad argument type for built-in operation"), false;
    }
    if (!slice_unpack(vm, key, &start, &stop, &step)) return false;
    i64 count = slice_adjust((i64)array->count, &start, &stop, step);
    Array *other = value == EMPTY ? NULL : to_array(values);
    if (step == 1) {
        return splice(vm, array, (usize)start, (usize)(start + count),
                      other ? other->data : NULL, other ? other->count : 0);
    }
    if (other) return put_steps(vm, array, other, start, step, count);
    return !count || delete_steps(vm, array, start, step, count);
}

static bool set_item(VM *vm, Value self, Value key, Value value) {
    Array *array = to_array(self);
    usize at;
    char item[8];
    if (has_exact_kind(key, KIND_SLICE)) return set_slice(vm, self, key, value);
    if (!has_index(vm, key))
        return raise_type(vm, "array indices must be integers"), false;
    if (!find_item(vm, array, key, "array assignment index out of range", &at))
        return false;
    if (value == EMPTY) return splice(vm, array, at, at + 1, NULL, 0);
    if (!array_write(vm, array->code, item, value)) return false;
    if (at < array->count) memcpy(array_at(array, at), item, array->code->size);
    return true;
}

static int contains(VM *vm, Value self, Value v) {
    Array *array = to_array(self);
    for (usize i = 0; i < array->count; i++) {
        OWNED Value item = array_read(vm, array->code, array_at(array, i));
        int equal = item == FAIL ? -1 : object_equal(vm, item, v);
        if (equal) return equal;
    }
    return 0;
}

static Value concat(VM *vm, Value self, Value other) {
    if (!is_array(vm, other)) {
        return raise_type(vm, "can only append array (not \"%T\") to array", other);
    }
    Array *a = to_array(self), *b = to_array(other);
    if (a->code != b->code)
        return raise_type(vm, "bad argument type for built-in operation");
    OWNED Value sum = TRY(array_new(vm, vm->types[TYPE_array], a->code, 0));
    CHECK(array_extend(vm, to_array(sum), self) &&
          array_extend(vm, to_array(sum), other));
    return TAKE(sum);
}

static Value inplace_concat(VM *vm, Value self, Value other) {
    if (!is_array(vm, other)) {
        return raise_type(vm, "can only extend array with array (not \"%T\")", other);
    }
    CHECK(array_extend(vm, to_array(self), other));
    return incref(self);
}

static bool multiply(VM *vm, Array *array, i64 times) {
    usize count = array->count, size = array->code->size;
    if (times < 0) times = 0;
    if (count && (u64)times > PTRDIFF_MAX / 16 / count) return raise_memory(vm), false;
    if (!array_resize(vm, array, count * (usize)times)) return false;
    for (usize turn = 1; turn < (usize)times; turn++) {
        memcpy(array_at(array, turn * count), array->data, count * size);
    }
    return true;
}

static Value inplace_repeat(VM *vm, Value self, i64 times) {
    CHECK(multiply(vm, to_array(self), times));
    return incref(self);
}

static Value repeat(VM *vm, Value self, i64 times) {
    OWNED Value result =
        TRY(array_new(vm, vm->types[TYPE_array], to_array(self)->code, 0));
    CHECK(array_extend(vm, to_array(result), self));
    CHECK(multiply(vm, to_array(result), times));
    return TAKE(result);
}

TYPE(array, .name = "array.array", .size = sizeof(Array), .kind = KIND_OTHER,
     .flags = TYPE_SEQUENCE | TYPE_WEAKREFS | TYPE_ATOM,
     .doc = "array(typecode [, initializer]) -> array\n\n"
            "Return a new array whose items are restricted by typecode, and\n"
            "initialized from the optional initializer value, which must be a list,\n"
            "string or iterable over elements of the appropriate type.\n",
     .slots = {
         .new = make,
         .free = free_array,
         .repr = repr,
         .compare = compare,
         .iter = array_iterator_new,
         .length = length,
         .getitem = get_item,
         .setitem = set_item,
         .contains = contains,
         .concat = concat,
         .repeat = repeat,
         .inplace_concat = inplace_concat,
         .inplace_repeat = inplace_repeat,
         .buffer = lend,
     })

/* Internal. Used for pickling support. */
FUNCTION(array, _array_reconstructor,
       "(arraytype, typecode, mformat_code, items, /) shown (arraytype, typecode, "
       "mformat_code, items,\n                     /)") {
    OWNED Value array = TRY(call_1(vm, args[0], args[1]));
    if (!is_array(vm, array)) {
        return raise_type(vm, "first argument must be a type object, not %T", args[0]);
    }
    if (!has_kind(args[3], KIND_BYTES)) {
        return raise_type(vm, "fourth argument should be bytes, not %T", args[3]);
    }
    Span bytes = bytes_span(args[3]);
    CHECK(array_add_bytes(vm, to_array(array), bytes.data, bytes.length));
    return TAKE(array);
}

static bool register_sequence(VM *vm, Value type) {
    OWNED Value name = str_intern_text(vm, "_collections_abc");
    OWNED Value module =
        name == FAIL ? FAIL : vm->hooks.import(vm, name, EMPTY, EMPTY, 0);
    if (module == FAIL) return false;
    OWNED Value sequence = object_getattr_text(vm, module, "MutableSequence");
    if (sequence == FAIL) return false;
    OWNED Value done = call_method_1(vm, sequence, NAME(register), type);
    return done != FAIL;
}

MODULE_INIT(array) {
    Value type = from_object(vm->types[TYPE_array]);
    if (!register_sequence(vm, type)) return false;
    OWNED Value codes = TRY_OR_FALSE(str_from_text(vm, "bBuwhHiIlLqQfd"));
    return module_add(vm, module, "array", incref(type)) &&
           module_add(vm, module, "ArrayType", incref(type)) &&
           module_add(vm, module, "typecodes", incref(codes));
}
