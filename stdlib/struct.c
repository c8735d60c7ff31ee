/* struct: C data as bytes. Formats are parsed by struct_layout.c. */
#include "objects/bytes.h"
#include "objects/frame.h"
#include "objects/int.h"
#include "objects/iterator.h"
#include "objects/native.h"
#include "objects/sequence.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "stdlib/struct_layout.h"

MODULE(struct,
       "Functions to convert between Python values and C structs.\n"
       "Python bytes objects are used to hold the data representing the C struct\n"
       "and also as format strings (explained below) to describe the layout of data\n"
       "in the C struct.\n"
       "\n"
       "The optional first format char indicates byte order, size and alignment:\n"
       "  @: native order, size & alignment (default)\n"
       "  =: native order, std. size & alignment\n"
       "  <: little-endian, std. size & alignment\n"
       "  >: big-endian, std. size & alignment\n"
       "  !: same as >\n")

TYPE(struct_error, .name = "struct.error", .base = TYPE_Exception)

/* ---- packing and unpacking ---- */

static bool pack_values(VM *vm, const StructLayout *layout, char *data, Value *values) {
    for (usize i = 0; i < layout->field_count; i++) {
        const StructField *field = &layout->fields[i];
        char *at = data + field->offset;
        for (i64 turn = 0; turn < field->count; turn++, at += field->size) {
            if (!struct_write(vm, layout, field, at, *values++)) return false;
        }
    }
    return true;
}

static Value unpack_values(VM *vm, const StructLayout *layout, const char *data) {
    OWNED Value tuple = TRY(tuple_new(vm, (usize)layout->values));
    Value *out = to_tuple(tuple)->items;
    for (usize i = 0; i < layout->field_count; i++) {
        const StructField *field = &layout->fields[i];
        const char *at = data + field->offset;
        for (i64 turn = 0; turn < field->count; turn++, at += field->size) {
            *out++ = TRY(struct_read(vm, layout, field, at));
        }
    }
    return TAKE(tuple);
}

static bool check_count(VM *vm, const char *function, const StructLayout *layout,
                        i64 given) {
    if (given == layout->values) return true;
    raise_struct(vm, "%s expected %ld items for packing (got %ld)", function,
                 layout->values, given);
    return false;
}

static Value pack(VM *vm, const StructLayout *layout, Value *values, u32 count) {
    CHECK(check_count(vm, "pack", layout, count));
    OWNED Value bytes = TRY(bytes_new(vm, NULL, (usize)layout->size));
    char *data = ((Bytes *)bytes)->data;
    if (layout->size) memset(data, 0, (usize)layout->size);
    CHECK(pack_values(vm, layout, data, values));
    return TAKE(bytes);
}

/* Does [offset, offset + size of the struct) lie in the memory? A negative offset counts
 * from the end and is made positive. */
static bool check_place(VM *vm, const StructLayout *layout, usize room, i64 *offset,
                        bool is_pack) {
    i64 size = layout->size, length = (i64)room;
    if (*offset < 0) {
        if (*offset + size > 0) {
            raise_struct(vm,
                         is_pack ? "no space to pack %ld bytes at offset %ld"
                                 : "not enough data to unpack %ld bytes at offset %ld",
                         size, *offset);
            return false;
        }
        if (*offset + length < 0) {
            raise_struct(vm, "offset %ld out of range for %ld-byte buffer", *offset,
                         length);
            return false;
        }
        *offset += length;
    }
    if (length - *offset >= size) return true;
    raise_struct(
        vm,
        "%s requires a buffer of at least %lu bytes for %s %ld bytes at offset %ld "
        "(actual buffer size is %ld)",
        is_pack ? "pack_into" : "unpack_from", (u64)size + (u64)*offset,
        is_pack ? "packing" : "unpacking", size, *offset, length);
    return false;
}

static bool borrow_writable(VM *vm, Value v, Buffered *memory) {
    if (buffered_get(vm, v, memory, true)) return true;
    if (exception_matches(vm, EXC(TypeError)) ||
        exception_matches(vm, EXC(BufferError))) {
        exception_clear(vm);
        raise_type(vm, "argument must be read-write bytes-like object, not %T", v);
    }
    return false;
}

/* args: buffer, offset, values */
static Value pack_into(VM *vm, const StructLayout *layout, Value *args, u32 count) {
    if (count < 1) return raise_struct(vm, "pack_into expected buffer argument");
    if (count < 2) return raise_struct(vm, "pack_into expected offset argument");
    CHECK(check_count(vm, "pack_into", layout, (i64)count - 2));
    Buffered memory;
    i64 offset;
    CHECK(borrow_writable(vm, args[0], &memory));
    bool ok = index_to_i64(vm, args[1], EXC(IndexError), &offset) &&
              check_place(vm, layout, memory.size, &offset, true);
    if (ok) {
        memset(memory.data + offset, 0, (usize)layout->size);
        ok = pack_values(vm, layout, memory.data + offset, args + 2);
    }
    buffered_release(vm, &memory);
    return ok ? NONE : FAIL;
}

static Value unpack(VM *vm, const StructLayout *layout, Value buffer) {
    Buffered memory;
    CHECK(buffered_get(vm, buffer, &memory, false));
    Value values =
        (i64)memory.size == layout->size
            ? unpack_values(vm, layout, memory.data)
            : raise_struct(vm, "unpack requires a buffer of %ld bytes", layout->size);
    buffered_release(vm, &memory);
    return values;
}

static Value unpack_from(VM *vm, const StructLayout *layout, Value buffer,
                         Value offset_arg) {
    Buffered memory;
    i64 offset = 0;
    if (offset_arg != EMPTY) CHECK(object_to_i64(vm, offset_arg, &offset));
    CHECK(buffered_get(vm, buffer, &memory, false));
    Value values = check_place(vm, layout, memory.size, &offset, false)
                       ? unpack_values(vm, layout, memory.data + offset)
                       : FAIL;
    buffered_release(vm, &memory);
    return values;
}

/* ---- the type Struct ---- */

typedef struct Struct {
    Obj h;
    Value format; /* str; EMPTY before __init__ */
    StructLayout layout;
} Struct;

static Struct *to_struct(Value v) {
    return (Struct *)v;
}

static Value make(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    Struct *self = (Struct *)object_new(vm, type);
    if (!self) return FAIL;
    self->format = EMPTY;
    return from_object(self);
}

/* The format as a str. */
static Value format_text(VM *vm, Value format) {
    if (is_str(format)) {
        if (str_is_ascii(format)) return incref(format);
        OWNED Value ascii = TRY(str_intern_text(vm, "ascii"));
        return call_method_1(vm, format, NAME(encode), ascii);
    }
    if (!has_kind(format, KIND_BYTES)) {
        return raise_type(vm, "Struct() argument 1 must be a str or bytes object, not %T",
                          format);
    }
    return str_from_span(vm, bytes_span(format));
}

static bool init(VM *vm, Value v, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"format", NULL};
    static const Arguments arguments = {"Struct", names, 0, 1, 1};
    Value given;
    if (!arguments_bind(vm, &arguments, args, nargs, kwnames, &given)) return false;
    OWNED Value format = TRY_OR_FALSE(format_text(vm, given));
    StructLayout layout;
    if (!struct_layout_parse(vm, format, &layout)) return false;
    Struct *self = to_struct(v);
    struct_layout_free(vm, &self->layout);
    self->layout = layout;
    replace(&self->format, TAKE(format));
    return true;
}

static void free_struct(VM *vm, Obj *self) {
    struct_layout_free(vm, &((Struct *)self)->layout);
    decref(take(&((Struct *)self)->format));
}

static Value repr(VM *vm, Value self) {
    return str_format(vm, "%s(%R)", type_short_name(type_of(vm, self)), to_struct(self)->format);
}

TYPE(Struct, .name = "_struct.Struct", .size = sizeof(Struct), .kind = KIND_OTHER,
     .flags = TYPE_WEAKREFS, .doc = "Struct(fmt) --> compiled struct object",
     .slots = {.new = make, .init = init, .free = free_struct, .repr = repr})

static const StructLayout *layout_of(VM *vm, Value self) {
    if (to_struct(self)->format != EMPTY) return &to_struct(self)->layout;
    raise_runtime(vm, "Struct object is not initialized");
    return NULL;
}

/* struct format string */
GETTER(Struct, format) {
    return layout_of(vm, self) ? incref(to_struct(self)->format) : FAIL;
}

/* struct size in bytes */
GETTER(Struct, size) {
    return layout_of(vm, self) ? int_from_i64(vm, to_struct(self)->layout.size) : FAIL;
}

/* S.pack(v1, v2, ...) -> bytes
 *
 * Return a bytes object containing values v1, v2, ... packed according
 * to the format string S.format.  See help(struct) for more on format
 * strings. */
METHOD(Struct, pack, "($self, /, *values)") {
    const StructLayout *layout = layout_of(vm, args[0]);
    return layout ? pack(vm, layout, args + 1, nargs - 1) : FAIL;
}

/* S.pack_into(buffer, offset, v1, v2, ...)
 *
 * Pack the values v1, v2, ... according to the format string S.format
 * and write the packed bytes into the writable buffer buf starting at
 * offset.  Note that the offset is a required argument.  See
 * help(struct) for more on format strings. */
METHOD(Struct, pack_into, "($self, /, *args)") {
    const StructLayout *layout = layout_of(vm, args[0]);
    return layout ? pack_into(vm, layout, args + 1, nargs - 1) : FAIL;
}

/* Return a tuple containing unpacked values.
 *
 * Unpack according to the format string Struct.format. The buffer's size
 * in bytes must be Struct.size.
 *
 * See help(struct) for more on format strings. */
METHOD(Struct, unpack, "($self, buffer, /)") {
    const StructLayout *layout = layout_of(vm, args[0]);
    return layout ? unpack(vm, layout, args[1]) : FAIL;
}

/* Return a tuple containing unpacked values.
 *
 * Values are unpacked according to the format string Struct.format.
 *
 * The buffer's size in bytes, starting at position offset, must be
 * at least Struct.size.
 *
 * See help(struct) for more on format strings. */
METHOD(Struct, unpack_from, "($self, /, buffer, offset=0)") {
    const StructLayout *layout = layout_of(vm, args[0]);
    return layout ? unpack_from(vm, layout, args[1], args[2]) : FAIL;
}

/* ---- unpacking one after another ---- */

typedef struct UnpackIterator {
    Obj h;
    Value format; /* a Struct */
    Buffered memory;
    usize at;
} UnpackIterator;

static void free_iterator(VM *vm, Obj *self) {
    UnpackIterator *it = (UnpackIterator *)self;
    if (it->format == EMPTY) return;
    buffered_release(vm, &it->memory);
    decref(take(&it->format));
}

static void visit_iterator(Obj *self, Visitor *visitor) {
    UnpackIterator *it = (UnpackIterator *)self;
    visitor->visit(visitor, it->format);
    if (it->format != EMPTY) visitor->visit(visitor, it->memory.owner);
}

static Value next(VM *vm, Value self) {
    UnpackIterator *it = (UnpackIterator *)self;
    if (it->format == EMPTY) return EMPTY;
    const StructLayout *layout = &to_struct(it->format)->layout;
    if (it->at >= it->memory.size) {
        free_iterator(vm, &it->h);
        return EMPTY;
    }
    Value values = unpack_values(vm, layout, it->memory.data + it->at);
    it->at += (usize)layout->size;
    return values;
}

TYPE(unpack_iterator, .name = "_struct.unpack_iterator", .size = sizeof(UnpackIterator),
     .kind = KIND_ITERATOR, .flags = TYPE_FINAL | TYPE_NO_NEW,
     .slots = {
         .free = free_iterator,
         .visit = visit_iterator,
         .iter = iterator_self,
         .next = next,
     })

METHOD(unpack_iterator, __length_hint__, "($self, /)") {
    UnpackIterator *it = (UnpackIterator *)args[0];
    if (it->format == EMPTY) return from_small(0);
    i64 left = (i64)(it->memory.size - it->at);
    return from_small(left / to_struct(it->format)->layout.size);
}

static Value iter_unpack(VM *vm, Value format, Value buffer) {
    i64 size = to_struct(format)->layout.size;
    if (!size)
        return raise_struct(vm, "cannot iteratively unpack with a struct of length 0");
    Buffered memory;
    CHECK(buffered_get(vm, buffer, &memory, false));
    if ((i64)memory.size % size) {
        buffered_release(vm, &memory);
        return raise_struct(
            vm, "iterative unpacking requires a buffer of a multiple of %ld bytes", size);
    }
    Type *type = vm->types[TYPE_unpack_iterator];
    UnpackIterator *it =
        (UnpackIterator *)object_new_sized(vm, type, sizeof(UnpackIterator));
    if (!it) return buffered_release(vm, &memory), FAIL;
    it->format = incref(format);
    it->memory = memory;
    it->at = 0;
    return from_object(it);
}

/* Return an iterator yielding tuples.
 *
 * Tuples are unpacked from the given bytes source, like a repeated
 * invocation of unpack_from().
 *
 * Requires that the bytes length be a multiple of the struct size. */
METHOD(Struct, iter_unpack, "($self, buffer, /)") {
    return layout_of(vm, args[0]) ? iter_unpack(vm, args[0], args[1]) : FAIL;
}

/* ---- functions ---- */

static Value make_struct(VM *vm, Value format) {
    return call_1(vm, from_object(vm->types[TYPE_Struct]), format);
}

/* Return size in bytes of the struct described by the format string. */
FUNCTION(struct, calcsize, "(format, /)") {
    OWNED Value self = TRY(make_struct(vm, args[0]));
    return int_from_i64(vm, to_struct(self)->layout.size);
}

/* pack(format, v1, v2, ...) -> bytes
 *
 * Return a bytes object containing the values v1, v2, ... packed according
 * to the format string.  See help(struct) for more on format strings. */
FUNCTION(struct, pack, "(*args)") {
    if (!nargs) return raise_type(vm, "missing format argument");
    OWNED Value self = TRY(make_struct(vm, args[0]));
    return pack(vm, &to_struct(self)->layout, args + 1, nargs - 1);
}

/* pack_into(format, buffer, offset, v1, v2, ...)
 *
 * Pack the values v1, v2, ... according to the format string and write
 * the packed bytes into the writable buffer buf starting at offset.  Note
 * that the offset is a required argument.  See help(struct) for more
 * on format strings. */
FUNCTION(struct, pack_into, "(*args)") {
    if (!nargs) return raise_type(vm, "missing format argument");
    OWNED Value self = TRY(make_struct(vm, args[0]));
    return pack_into(vm, &to_struct(self)->layout, args + 1, nargs - 1);
}

/* Return a tuple containing values unpacked according to the format string.
 *
 * The buffer's size in bytes must be calcsize(format).
 *
 * See help(struct) for more on format strings. */
FUNCTION(struct, unpack, "(format, buffer, /)") {
    OWNED Value self = TRY(make_struct(vm, args[0]));
    return unpack(vm, &to_struct(self)->layout, args[1]);
}

/* Return a tuple containing values unpacked according to the format string.
 *
 * The buffer's size, minus offset, must be at least calcsize(format).
 *
 * See help(struct) for more on format strings. */
FUNCTION(struct, unpack_from, "(format, /, buffer, offset=0)") {
    OWNED Value self = TRY(make_struct(vm, args[0]));
    return unpack_from(vm, &to_struct(self)->layout, args[1], args[2]);
}

/* Return an iterator yielding tuples unpacked from the given bytes.
 *
 * The bytes are unpacked according to the format string, like
 * a repeated invocation of unpack_from().
 *
 * Requires that the bytes length be a multiple of the format struct size. */
FUNCTION(struct, iter_unpack, "(format, buffer, /)") {
    OWNED Value self = TRY(make_struct(vm, args[0]));
    return iter_unpack(vm, self, args[1]);
}

MODULE_INIT(struct) {
    return module_add(vm, module, "Struct",
                      incref(from_object(vm->types[TYPE_Struct]))) &&
           module_add(vm, module, "error",
                      incref(from_object(vm->types[TYPE_struct_error])));
}
