/* BytesIO: a binary file in memory. */
#include <stdlib.h>

#include "objects/byte_text.h"
#include "objects/dict.h"
#include "objects/int.h"
#include "objects/iterator.h"
#include "objects/memoryview.h"
#include "objects/tuple.h"
#include "stdlib/io.h"

typedef struct BytesIO {
    Obj h;
    char *data; /* NULL and size 0 at first */
    usize size, capacity;
    usize position; /* may be behind the end */
    u32 exports;    /* views that look at it: no resizing */
    bool is_closed;
} BytesIO;

static BytesIO *to_file(Value v) {
    return (BytesIO *)v;
}

static bool check_open(VM *vm, BytesIO *file) {
    if (LIKELY(!file->is_closed)) return true;
    raise_value(vm, "I/O operation on closed file.");
    return false;
}

static bool check_exports(VM *vm, BytesIO *file) {
    if (LIKELY(!file->exports)) return true;
    raise_format(vm, EXC(BufferError),
                 "Existing exports of data: object cannot be re-sized");
    return false;
}

/* ---- memory ---- */

static bool reserve(VM *vm, BytesIO *file, usize size) {
    if (size <= file->capacity) return true;
    usize capacity = size + (size >> 3) + 64;
    char *larger = realloc(file->data, capacity);
    if (!larger) {
        raise_memory(vm);
        return false;
    }
    file->data = larger;
    file->capacity = capacity;
    return true;
}

static bool write_span(VM *vm, BytesIO *file, Span data) {
    usize end = file->position + data.length;
    if (!check_exports(vm, file) || !reserve(vm, file, end)) return false;
    if (file->position > file->size)
        memset(file->data + file->size, 0, file->position - file->size);
    if (data.length) memcpy(file->data + file->position, data.data, data.length);
    file->position = end;
    if (end > file->size) file->size = end;
    return true;
}

static i64 write_value(VM *vm, BytesIO *file, Value v) {
    Buffered lent;
    if (!check_open(vm, file) || !check_exports(vm, file)) return -1;
    if (!buffered_get(vm, v, &lent, false)) return -1;
    i64 count = (i64)lent.size;
    bool done = check_open(vm, file) &&
                (!count || write_span(vm, file, (Span){lent.data, lent.size}));
    buffered_release(vm, &lent);
    return done ? count : -1;
}

/* ---- the type ---- */

static Value make(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    return from_object(object_new(vm, type)) ?: FAIL;
}

static bool init(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"initial_bytes", NULL};
    static const Arguments arguments = {"BytesIO", names, 0, 1, 0};
    BytesIO *file = to_file(self);
    Value initial;
    if (!arguments_bind(vm, &arguments, args, nargs, kwnames, &initial)) return false;
    file->size = file->position = 0;
    if (!check_exports(vm, file)) return false;
    if (initial != EMPTY && initial != NONE && write_value(vm, file, initial) < 0) return false;
    file->position = 0;
    return true;
}

static void free_file(VM *vm, Obj *self) {
    free(((BytesIO *)self)->data);
}

static Value read_line(VM *vm, BytesIO *file, i64 limit);

static Value next(VM *vm, Value self) {
    CHECK(check_open(vm, to_file(self)));
    if (to_file(self)->position >= to_file(self)->size) return EMPTY;
    return read_line(vm, to_file(self), -1);
}

static void finalize(VM *vm, Value self) {
    if (!io_is_plain(vm, self, TYPE_BytesIO)) io_finalize(vm, self);
}

/* Buffered I/O implementation using an in-memory bytes buffer. */
TYPE(BytesIO, .name = "_io.BytesIO", .base = TYPE__BufferedIOBase, .size = sizeof(BytesIO),
     .kind = KIND_OTHER,
     .slots = {
         .new = make,
         .init = init,
         .free = free_file,
         .finalize = finalize,
         .iter = iterator_self,
         .next = next,
     })

/* True if the file is closed. */
GETTER(BytesIO, closed) {
    return from_bool(to_file(self)->is_closed);
}

static Value answer_true(VM *vm, Value self) {
    CHECK(check_open(vm, to_file(self)));
    return TRUE;
}

/* Returns True if the IO object can be read. */
METHOD(BytesIO, readable, "($self, /)") {
    return answer_true(vm, args[0]);
}

/* Returns True if the IO object can be written. */
METHOD(BytesIO, writable, "($self, /)") {
    return answer_true(vm, args[0]);
}

/* Returns True if the IO object can be seeked. */
METHOD(BytesIO, seekable, "($self, /)") {
    return answer_true(vm, args[0]);
}

/* Always returns False.
 *
 * BytesIO objects are not connected to a TTY-like device. */
METHOD(BytesIO, isatty, "($self, /)") {
    CHECK(check_open(vm, to_file(args[0])));
    return FALSE;
}

/* Does nothing. */
METHOD(BytesIO, flush, "($self, /)") {
    CHECK(check_open(vm, to_file(args[0])));
    return NONE;
}

/* Disable all I/O operations. */
METHOD(BytesIO, close, "($self, /)") {
    BytesIO *file = to_file(args[0]);
    CHECK(check_exports(vm, file));
    free(file->data);
    file->data = NULL;
    file->size = file->capacity = 0;
    file->is_closed = true;
    return NONE;
}

/* Retrieve the entire contents of the BytesIO object. */
METHOD(BytesIO, getvalue, "($self, /)") {
    BytesIO *file = to_file(args[0]);
    CHECK(check_open(vm, file));
    return bytes_new(vm, file->data ? file->data : "", file->size);
}

/* ---- getbuffer ---- */

typedef struct Lender {
    Obj h;
    Value source; /* the BytesIO */
} Lender;

static bool lend(VM *vm, Value self, Buffered *out, bool writable) {
    BytesIO *file = to_file(((Lender *)self)->source);
    *out = (Buffered){.owner = EMPTY, .exports = &file->exports, .data = file->data,
                      .size = file->size, .item_size = 1, .format = "B"};
    return true;
}

static void free_lender(VM *vm, Obj *self) {
    decref(take(&((Lender *)self)->source));
}

static void visit_lender(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((Lender *)self)->source);
}

TYPE(_BytesIOBuffer, .name = "_io._BytesIOBuffer", .size = sizeof(Lender), .kind = KIND_OTHER,
     .flags = TYPE_NO_NEW | TYPE_FINAL,
     .slots = {.free = free_lender, .visit = visit_lender, .buffer = lend})

/* Get a read-write view over the contents of the BytesIO object. */
METHOD(BytesIO, getbuffer, "($self, /)") {
    CHECK(check_open(vm, to_file(args[0])));
    CHECK(reserve(vm, to_file(args[0]), 1));
    OWNED Value lender = from_object(object_new(vm, vm->types[TYPE__BytesIOBuffer]));
    if (!lender) return FAIL;
    ((Lender *)lender)->source = incref(args[0]);
    return memoryview_new(vm, lender);
}

/* ---- reading ---- */

static usize rest(const BytesIO *file) {
    return file->position < file->size ? file->size - file->position : 0;
}

static Value take_bytes(VM *vm, BytesIO *file, usize size) {
    if (!size) return incref(vm->empty_bytes);
    OWNED Value data = TRY(bytes_new(vm, file->data + file->position, size));
    file->position += size;
    return TAKE(data);
}

static Value read_some(VM *vm, Value *args) {
    BytesIO *file = to_file(args[0]);
    i64 size;
    CHECK(io_take_size(vm, args[1], &size) && check_open(vm, file));
    usize have = rest(file);
    return take_bytes(vm, file, size < 0 || (usize)size > have ? have : (usize)size);
}

/* Read at most size bytes, returned as a bytes object.
 *
 * If the size argument is negative, read until EOF is reached.
 * Return an empty bytes object at EOF. */
METHOD(BytesIO, read, "($self, size=-1, /)") {
    return read_some(vm, args);
}

/* Read at most size bytes, returned as a bytes object.
 *
 * If the size argument is negative or omitted, read until EOF is reached.
 * Return an empty bytes object at EOF. */
METHOD(BytesIO, read1, "($self, size=-1, /)") {
    return read_some(vm, args);
}

static Value read_line(VM *vm, BytesIO *file, i64 limit) {
    usize have = rest(file);
    if (limit >= 0 && (usize)limit < have) have = (usize)limit;
    if (!have) return incref(vm->empty_bytes);
    char *start = file->data + file->position;
    char *end = memchr(start, '\n', have);
    return take_bytes(vm, file, end ? (usize)(end - start) + 1 : have);
}

/* Next line from the file, as a bytes object.
 *
 * Retain newline.  A non-negative size argument limits the maximum
 * number of bytes to return (an incomplete line may be returned then).
 * Return an empty bytes object at EOF. */
METHOD(BytesIO, readline, "($self, size=-1, /)") {
    i64 limit;
    CHECK(io_take_size(vm, args[1], &limit) && check_open(vm, to_file(args[0])));
    return read_line(vm, to_file(args[0]), limit);
}

/* Read bytes into buffer.
 *
 * Returns number of bytes read (0 for EOF), or None if the object
 * is set not to block and has no data to read. */
METHOD(BytesIO, readinto, "($self, buffer, /)") {
    BytesIO *file = to_file(args[0]);
    Buffered lent;
    CHECK(check_open(vm, file) && buffered_get_writable(vm, "readinto() argument", args[1], &lent));
    usize count = rest(file) < lent.size ? rest(file) : lent.size;
    if (count) memcpy(lent.data, file->data + file->position, count);
    file->position += count;
    buffered_release(vm, &lent);
    return from_small((i64)count);
}

/* ---- writing ---- */

/* Write bytes to file.
 *
 * Return the number of bytes written. */
METHOD(BytesIO, write, "($self, b, /)") {
    i64 count = write_value(vm, to_file(args[0]), args[1]);
    return count < 0 ? FAIL : from_small(count);
}

/* Write lines to the file.
 *
 * Note that newlines are not added.  lines can be any iterable object
 * producing bytes-like objects. This is equivalent to calling write() for
 * each element. */
METHOD(BytesIO, writelines, "($self, lines, /)") {
    CHECK(check_open(vm, to_file(args[0])));
    OWNED Value iterator = TRY(object_iter(vm, args[1]));
    for (;;) {
        OWNED Value line = TRY(iter_next(vm, iterator));
        if (line == EMPTY) return NONE;
        if (write_value(vm, to_file(args[0]), line) < 0) return FAIL;
    }
}

/* Truncate the file to at most size bytes.
 *
 * Size defaults to the current file position, as returned by tell().
 * The current file position is unchanged.  Returns the new size. */
METHOD(BytesIO, truncate, "($self, size=None, /)") {
    BytesIO *file = to_file(args[0]);
    i64 size = (i64)file->position;
    CHECK(check_open(vm, file) && check_exports(vm, file));
    if (args[1] != EMPTY && args[1] != NONE) CHECK(object_to_i64(vm, args[1], &size));
    if (size < 0) return raise_value(vm, "negative size value %ld", size);
    if ((usize)size < file->size) file->size = (usize)size;
    return from_small(size);
}

/* ---- position ---- */

/* Current file position, an integer. */
METHOD(BytesIO, tell, "($self, /)") {
    CHECK(check_open(vm, to_file(args[0])));
    return from_small((i64)to_file(args[0])->position);
}

/* Change stream position.
 *
 * Seek to byte offset pos relative to position indicated by whence:
 *      0  Start of stream (the default).  pos should be >= 0;
 *      1  Current position - pos may be negative;
 *      2  End of stream - pos usually negative.
 * Returns the new absolute position. */
METHOD(BytesIO, seek, "($self, pos, whence=0, /)") {
    BytesIO *file = to_file(args[0]);
    i64 position;
    int whence;
    CHECK(object_to_i64(vm, args[1], &position) && io_take_whence(vm, args[2], &whence));
    CHECK(check_open(vm, file));
    if (position < 0 && whence == 0) return raise_value(vm, "negative seek value %ld", position);
    i64 base = whence == 1 ? (i64)file->position : whence == 2 ? (i64)file->size : 0;
    if (whence < 0 || whence > 2)
        return raise_value(vm, "invalid whence (%d, should be 0, 1 or 2)", whence);
    if (position > INT64_MAX - base) return raise_overflow(vm, "new position too large");
    position += base;
    file->position = position < 0 ? 0 : (usize)position;
    return from_small((i64)file->position);
}

/* ---- copying ---- */

METHOD(BytesIO, __getstate__, "($self, /)") {
    BytesIO *file = to_file(args[0]);
    CHECK(check_open(vm, file));
    OWNED Value data = TRY(bytes_new(vm, file->data ? file->data : "", file->size));
    OWNED Value names = TRY(object_find_attr(vm, args[0], NAME(__dict__)));
    OWNED Value dict = TRY(has_kind(names, KIND_DICT) && to_dict(names)->count ? dict_copy(vm, to_dict(names)) : NONE);
    return tuple_of(vm, 3, data, from_small((i64)file->position), dict);
}

METHOD(BytesIO, __setstate__, "($self, state, /) shown ($self, object, /)") {
    BytesIO *file = to_file(args[0]);
    if (!has_kind(args[1], KIND_TUPLE) || to_tuple(args[1])->count < 3) {
        return raise_type(vm, "%T.__setstate__ argument should be 3-tuple, got %T", args[0],
                          args[1]);
    }
    Value *state = to_tuple(args[1])->items;
    i64 position;
    CHECK(check_exports(vm, file));
    file->size = file->position = 0;
    if (write_value(vm, file, state[0]) < 0) return FAIL;
    if (!is_int(state[1]))
        return raise_type(vm, "second item of state must be an integer, got %T", state[1]);
    CHECK(object_to_i64(vm, state[1], &position));
    if (position < 0) return raise_value(vm, "position value cannot be negative");
    file->position = (usize)position;
    if (state[2] != NONE && !has_kind(state[2], KIND_DICT))
        return raise_type(vm, "third item of state should be a dict, got a %T", state[2]);
    if (state[2] != NONE) CHECK(instance_set_dict(vm, to_object(args[0]), state[2]));
    return NONE;
}
