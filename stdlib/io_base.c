/* _io._IOBase and the abstract classes below it: what a file can do when its class says nothing more. */
#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/tuple.h"
#include "objects/type_cache.h"
#include "objects/want.h"
#include "stdlib/io.h"

/* ---- what all files share ---- */

static Value get_closed(VM *vm, Value file) {
    const GetterSpec *getter = type_untouched_getter(type_of(vm, file), NAME(closed));
    return getter ? getter->get(vm, file) : object_getattr(vm, file, NAME(closed));
}

int io_is_closed(VM *vm, Value file) {
    OWNED Value closed = get_closed(vm, file);
    return closed == FAIL ? -1 : object_truth(vm, closed);
}

bool io_check_open(VM *vm, Value file) {
    int closed = io_is_closed(vm, file);
    if (closed > 0) raise_value(vm, "I/O operation on closed file.");
    return closed == 0;
}

int io_ask(VM *vm, Value file, Value method) {
    OWNED Value answer = call_method_0(vm, file, method);
    return answer == FAIL ? -1 : object_truth(vm, answer);
}

bool io_take_size(VM *vm, Value v, i64 *size) {
    *size = -1;
    if (v == EMPTY || v == NONE) return true;
    if (is_small(v)) {
        *size = to_small(v);
        return true;
    }
    OWNED Value index = object_index(vm, v);
    if (index == FAIL) {
        if (!exception_matches(vm, EXC(TypeError))) return false;
        exception_clear(vm);
        raise_type(vm, "argument should be integer or None, not '%T'", v);
        return false;
    }
    if (int_fits_i64(index, size)) return true;
    raise_overflow(vm, "cannot fit '%T' into an index-sized integer", v);
    return false;
}

bool io_take_whence(VM *vm, Value v, int *whence) {
    *whence = 0;
    return v == EMPTY || want_int(vm, v, whence);
}

i64 io_take_position(VM *vm, Value v) {
    i64 position;
    if (v == FAIL) return -1;
    if (!object_to_i64(vm, v, &position)) return -1;
    if (position >= 0) return position;
    raise_format(vm, EXC(OSError), "Raw stream returned invalid position %ld", position);
    return -1;
}

Value io_refuse_pickle(VM *vm, Value self) {
    Value name = TRY(type_name_value(vm, type_of(vm, self)));
    return raise_type(vm, "cannot pickle '%S' instances", name);
}

static bool append_attribute(VM *vm, Buffer *out, Value self, const char *name) {
    OWNED Value v = object_getattr_text(vm, self, name);
    if (v == FAIL) {
        bool is_missing = exception_matches(vm, EXC(AttributeError)) ||
                          exception_matches(vm, EXC(ValueError));
        if (is_missing) exception_clear(vm);
        return is_missing;
    }
    OWNED Value shown = object_repr(vm, v);
    if (shown == FAIL) return false;
    buffer_printf(out, " %s=%s", name, to_str(shown)->data);
    return true;
}

Value io_repr(VM *vm, Value self, Value mode, const char *more) {
    int entered = repr_enter(vm, self);
    if (entered < 0) return FAIL;
    if (entered) {
        return raise_runtime(vm, "reentrant call inside %s.__repr__",
                             type_name_of(vm, self));
    }
    Buffer out = {0};
    buffer_printf(&out, "<%s", type_name_of(vm, self));
    bool done = append_attribute(vm, &out, self, "name") &&
                (mode == EMPTY || append_attribute(vm, &out, self, "mode"));
    repr_leave(vm, self);
    if (!done) {
        buffer_free(&out);
        return FAIL;
    }
    buffer_printf(&out, "%s>", more);
    return str_from_buffer(vm, &out);
}

/* ---- UnsupportedOperation ---- */

static void free_state(VM *vm, void *state) {
    (void)vm;
    decref(from_object(state));
}

static Value make_unsupported(VM *vm) {
    OWNED Value name = TRY(str_intern_text(vm, "UnsupportedOperation"));
    OWNED Value module = TRY(str_intern_text(vm, "io"));
    OWNED Value bases = TRY(tuple_of(vm, 2, from_object(EXC(OSError)), from_object(EXC(ValueError))));
    OWNED Value namespace = TRY(dict_new(vm));
    CHECK(dict_set(vm, to_dict(namespace), NAME(__module__), module));
    Value args[3] = {name, bases, namespace};
    return object_call(vm, from_object(vm->types[TYPE_type]), args, 3, EMPTY);
}

Type *io_unsupported_type(VM *vm) {
    void **state = &vm->module_state[MODULE__io].state;
    if (*state) return *state;
    Value made = make_unsupported(vm);
    if (made == FAIL) return NULL;
    *state = to_object(made);
    vm->module_state[MODULE__io].free_state = free_state;
    return *state;
}

Value raise_unsupported(VM *vm, const char *message) {
    Type *type = io_unsupported_type(vm);
    return type ? raise_format(vm, type, "%s", message) : FAIL;
}

/* ---- _IOBase ---- */

static Value iobase_iter(VM *vm, Value self) {
    CHECK(io_check_open(vm, self));
    return incref(self);
}

static Value iobase_next(VM *vm, Value self) {
    OWNED Value line = TRY(call_method_0(vm, self, NAME(readline)));
    i64 length = object_length(vm, line);
    if (length < 0) return FAIL;
    return length ? TAKE(line) : EMPTY;
}

static void finalize(VM *vm, Value self) {
    io_finalize(vm, self);
}

/* The abstract base class for all I/O classes.
 *
 * This class provides dummy implementations for many methods that
 * derived classes can override selectively; the default implementations
 * represent a file that cannot be read, written or seeked.
 *
 * Even though IOBase does not declare read, readinto, or write because
 * their signatures will vary, implementations and clients should
 * consider those methods part of the interface. Also, implementations
 * may raise UnsupportedOperation when operations they do not support are
 * called.
 *
 * The basic type used for binary data read from or written to a file is
 * bytes. Other bytes-like objects are accepted as method arguments too.
 * In some cases (such as readinto), a writable object is required. Text
 * I/O classes work with str data.
 *
 * Note that calling any method (except additional calls to close(),
 * which are ignored) on a closed stream should raise a ValueError.
 *
 * IOBase (and its subclasses) support the iterator protocol, meaning
 * that an IOBase object can be iterated over yielding the lines in a
 * stream.
 *
 * IOBase also supports the :keyword:`with` statement. In this example,
 * fp is closed after the suite of the with statement is complete:
 *
 * with open('spam.txt', 'r') as fp:
 *     fp.write('Spam and eggs!')
 */
TYPE(_IOBase, .name = "_io._IOBase", .flags = TYPE_HAS_DICT | TYPE_WEAKREFS,
     .slots = {.iter = iobase_iter, .next = iobase_next, .finalize = finalize})

void io_finalize(VM *vm, Value self) {
    int closed = io_is_closed(vm, self);
    if (closed < 0) exception_clear(vm);
    if (closed) return;
    if (!object_setattr(vm, self, NAME(_finalizing), TRUE)) exception_clear(vm);
    OWNED Value done = call_method_0(vm, self, NAME(close));
    if (done == FAIL) vm->hooks.unraisable(vm, NULL, self);
}

/* What classes with a __del__ of their own go on to. */
METHOD(_IOBase, __del__, "($self, /)") {
    io_finalize(vm, args[0]);
    return NONE;
}

static int is_marked_closed(VM *vm, Value self) {
    OWNED Value mark = object_find_attr(vm, self, NAME(__IOBase_closed));
    return mark == FAIL ? -1 : mark != EMPTY;
}

/* The flag that IOBase.close has run. */
GETTER(_IOBase, closed) {
    int closed = is_marked_closed(vm, self);
    return closed < 0 ? FAIL : from_bool(closed);
}

Value iobase_close(VM *vm, Value self) {
    int closed = is_marked_closed(vm, self);
    if (closed) return closed < 0 ? FAIL : NONE;
    OWNED Value flushed = call_method_0(vm, self, NAME(flush));
    Value exception = exception_take(vm);
    bool done = object_setattr(vm, self, NAME(__IOBase_closed), TRUE);
    if (exception == EMPTY) return done ? NONE : FAIL;
    if (!done) exception_clear(vm);
    exception_restore(vm, exception);
    return FAIL;
}

/* Flush and close the IO object.
 *
 * This method has no effect if the file is already closed. */
METHOD(_IOBase, close, "($self, /)") {
    return iobase_close(vm, args[0]);
}

/* Flush write buffers, if applicable.
 *
 * This is not implemented for read-only and non-blocking streams. */
METHOD(_IOBase, flush, "($self, /)") {
    int closed = is_marked_closed(vm, args[0]);
    if (closed > 0) return raise_value(vm, "I/O operation on closed file.");
    return closed ? FAIL : NONE;
}

/* Change the stream position to the given byte offset.
 *
 *   offset
 *     The stream position, relative to 'whence'.
 *   whence
 *     The relative position to seek from.
 *
 * The offset is interpreted relative to the position indicated by whence.
 * Values for whence are:
 *
 * * os.SEEK_SET or 0 -- start of stream (the default); offset should be zero or positive
 * * os.SEEK_CUR or 1 -- current stream position; offset may be negative
 * * os.SEEK_END or 2 -- end of stream; offset is usually negative
 *
 * Return the new absolute position. */
METHOD(_IOBase, seek,
       "($self, offset, whence=0, /) shown ($self, offset, whence=os.SEEK_SET, /)") {
    return raise_unsupported(vm, "seek");
}

/* Return current stream position. */
METHOD(_IOBase, tell, "($self, /)") {
    return call_method_2(vm, args[0], NAME(seek), from_small(0), from_small(1));
}

/* Truncate file to size bytes.
 *
 * File pointer is left unchanged. Size defaults to the current IO position
 * as reported by tell(). Return the new size. */
METHOD(_IOBase, truncate, "($self, size=None, /)") {
    return raise_unsupported(vm, "truncate");
}

/* Return underlying file descriptor if one exists.
 *
 * Raise OSError if the IO object does not use a file descriptor. */
METHOD(_IOBase, fileno, "($self, /)") {
    return raise_unsupported(vm, "fileno");
}

/* Return whether this is an 'interactive' stream.
 *
 * Return False if it can't be determined. */
METHOD(_IOBase, isatty, "($self, /)") {
    CHECK(io_check_open(vm, args[0]));
    return FALSE;
}

/* Return whether object supports random access.
 *
 * If False, seek(), tell() and truncate() will raise OSError.
 * This method may need to do a test seek(). */
METHOD(_IOBase, seekable, "($self, /)") {
    return FALSE;
}

/* Return whether object was opened for reading.
 *
 * If False, read() will raise OSError. */
METHOD(_IOBase, readable, "($self, /)") {
    return FALSE;
}

/* Return whether object was opened for writing.
 *
 * If False, write() will raise OSError. */
METHOD(_IOBase, writable, "($self, /)") {
    return FALSE;
}

static Value require(VM *vm, Value self, Value method, const char *message) {
    OWNED Value answer = TRY(call_method_0(vm, self, method));
    return answer == TRUE ? TAKE(answer) : raise_unsupported(vm, message);
}

METHOD(_IOBase, _checkClosed, "($self, /)") {
    CHECK(io_check_open(vm, args[0]));
    return NONE;
}

METHOD(_IOBase, _checkSeekable, "($self, /)") {
    return require(vm, args[0], NAME(seekable), "File or stream is not seekable.");
}

METHOD(_IOBase, _checkReadable, "($self, /)") {
    return require(vm, args[0], NAME(readable), "File or stream is not readable.");
}

METHOD(_IOBase, _checkWritable, "($self, /)") {
    return require(vm, args[0], NAME(writable), "File or stream is not writable.");
}

METHOD(_IOBase, __enter__, "($self, /)") {
    CHECK(io_check_open(vm, args[0]));
    return incref(args[0]);
}

METHOD(_IOBase, __exit__, "($self, *args) hidden") {
    return call_method_0(vm, args[0], NAME(close));
}

/* How many bytes may be read without going beyond the line: those up to a newline in what peek() shows. */
static bool count_peeked(VM *vm, Value self, Value peek, i64 limit, usize have, i64 *count) {
    *count = 1;
    if (peek == EMPTY) return true;
    OWNED Value ahead = TRY_OR_FALSE(call_1(vm, peek, from_small(1)));
    if (!has_kind(ahead, KIND_BYTES)) {
        raise_format(vm, EXC(OSError), "peek() should have returned a bytes object, not '%T'",
                     ahead);
        return false;
    }
    Span span = bytes_span(ahead);
    if (!span.length) return true;
    const char *end = memchr(span.data, '\n', span.length);
    *count = end ? end - span.data + 1 : (i64)span.length;
    if (limit >= 0 && *count > limit - (i64)have) *count = limit - (i64)have;
    return true;
}

/* 1: the line is complete, 0: go on, -1: failed. */
static int read_part(VM *vm, Value self, Value peek, i64 limit, Buffer *line) {
    i64 count;
    if (!count_peeked(vm, self, peek, limit, line->length, &count)) return -1;
    OWNED Value part = call_method_1(vm, self, NAME(read), from_small(count));
    if (part == FAIL) return -1;
    if (!has_kind(part, KIND_BYTES)) {
        raise_format(vm, EXC(OSError), "read() should have returned a bytes object, not '%T'",
                     part);
        return -1;
    }
    Span span = bytes_span(part);
    buffer_add_span(line, span);
    return !span.length || span.data[span.length - 1] == '\n';
}

/* Read and return a line from the stream.
 *
 * If size is specified, at most size bytes will be read.
 *
 * The line terminator is always b'\n' for binary files; for text
 * files, the newlines argument to open can be used to select the line
 * terminator(s) recognized. */
METHOD(_IOBase, readline, "($self, size=-1, /)") {
    i64 limit;
    CHECK(io_take_size(vm, args[1], &limit));
    OWNED Value peek = TRY(object_find_attr(vm, args[0], NAME(peek)));
    Buffer line = {0};
    int end = 0;
    while (!end && (limit < 0 || (i64)line.length < limit))
        end = read_part(vm, args[0], peek, limit, &line);
    if (end >= 0) return bytes_from_buffer(vm, &line);
    buffer_free(&line);
    return FAIL;
}

/* BytesIO stops when the hint is reached, all others when it is exceeded. */
static bool collect_lines(VM *vm, Value self, i64 hint, List *lines) {
    OWNED Value iterator = TRY_OR_FALSE(object_iter(vm, self));
    i64 most = is_instance(vm, self, vm->types[TYPE_BytesIO]) ? hint - 1 : hint;
    for (i64 total = 0;;) {
        Value line = iter_next(vm, iterator);
        if (line == EMPTY) return true;
        if (line == FAIL || !list_push_owned(vm, lines, line)) return false;
        i64 length = object_length(vm, line);
        if (length < 0) return false;
        total += length;
        if (hint > 0 && total > most) return true;
    }
}

/* Return a list of lines from the stream.
 *
 * hint can be specified to control the number of lines read: no more
 * lines will be read if the total size (in bytes/characters) of all
 * lines so far exceeds hint. */
METHOD(_IOBase, readlines, "($self, hint=-1, /)") {
    i64 hint;
    CHECK(io_take_size(vm, args[1], &hint));
    OWNED Value lines = TRY(list_new(vm, 0));
    CHECK(collect_lines(vm, args[0], hint, to_list(lines)));
    return TAKE(lines);
}

/* Write a list of lines to stream.
 *
 * Line separators are not added, so it is usual for each of the
 * lines provided to have a line separator at the end. */
METHOD(_IOBase, writelines, "($self, lines, /)") {
    CHECK(io_check_open(vm, args[0]));
    OWNED Value iterator = TRY(object_iter(vm, args[1]));
    for (;;) {
        OWNED Value line = TRY(iter_next(vm, iterator));
        if (line == EMPTY) return NONE;
        OWNED Value done = TRY(call_method_1(vm, args[0], NAME(write), line));
    }
}

/* ---- _RawIOBase ---- */

/* Base class for raw binary I/O. */
TYPE(_RawIOBase, .name = "_io._RawIOBase", .base = TYPE__IOBase)

static Value read_into_new(VM *vm, Value self, i64 size) {
    OWNED Value room = TRY(bytearray_new(vm, NULL, (usize)size));
    OWNED Value got = TRY(call_method_1(vm, self, NAME(readinto), room));
    if (got == NONE) return NONE;
    i64 count;
    CHECK(object_to_i64(vm, got, &count));
    if (count < 0 || count > size) {
        return raise_value(vm, "readinto returned %ld outside buffer size %ld", count, size);
    }
    return bytes_new(vm, ((ByteArray *)room)->data, (usize)count);
}

METHOD(_RawIOBase, read, "($self, size=-1, /)") {
    i64 size;
    CHECK(io_take_size(vm, args[1], &size));
    if (size < 0) return call_method_0(vm, args[0], NAME(readall));
    return read_into_new(vm, args[0], size);
}

/* Read until EOF, using multiple read() call. */
METHOD(_RawIOBase, readall, "($self, /)") {
    Buffer all = {0};
    for (;;) {
        OWNED Value part = call_method_1(vm, args[0], NAME(read), from_small(IO_BUFFER_SIZE));
        if (part == NONE && !all.length) return NONE;
        if (part != FAIL && part != NONE && !has_kind(part, KIND_BYTES))
            raise_type(vm, "read() should return bytes");
        if (vm->exception != EMPTY) {
            buffer_free(&all);
            return FAIL;
        }
        if (part == NONE || !bytes_span(part).length) return bytes_from_buffer(vm, &all);
        buffer_add_span(&all, bytes_span(part));
    }
}

/* ---- _BufferedIOBase ---- */

/* Base class for buffered IO objects.
 *
 * The main difference with RawIOBase is that the read() method
 * supports omitting the size argument, and does not have a default
 * implementation that defers to readinto().
 *
 * In addition, read(), readinto() and write() may raise
 * BlockingIOError if the underlying raw stream is in non-blocking
 * mode and not ready; unlike their raw counterparts, they will never
 * return None.
 *
 * A typical implementation should not inherit from a RawIOBase
 * implementation, but wrap one. */
TYPE(_BufferedIOBase, .name = "_io._BufferedIOBase", .base = TYPE__IOBase)

/* Disconnect this buffer from its underlying raw stream and return it.
 *
 * After the raw stream has been detached, the buffer is in an unusable
 * state. */
METHOD(_BufferedIOBase, detach, "($self, /)") {
    return raise_unsupported(vm, "detach");
}

/* Read and return up to n bytes.
 *
 * If the size argument is omitted, None, or negative, read and
 * return all data until EOF.
 *
 * If the size argument is positive, and the underlying raw stream is
 * not 'interactive', multiple raw reads may be issued to satisfy
 * the byte count (unless EOF is reached first).
 * However, for interactive raw streams (as well as sockets and pipes),
 * at most one raw read will be issued, and a short result does not
 * imply that EOF is imminent.
 *
 * Return an empty bytes object on EOF.
 *
 * Return None if the underlying raw stream was open in non-blocking
 * mode and no data is available at the moment. */
METHOD(_BufferedIOBase, read, "($self, size=-1, /)") {
    return raise_unsupported(vm, "read");
}

/* Read and return up to size bytes, with at most one read() call to the underlying raw stream.
 *
 * Return an empty bytes object on EOF.
 * A short result does not imply that EOF is imminent. */
METHOD(_BufferedIOBase, read1, "($self, size=-1, /)") {
    return raise_unsupported(vm, "read1");
}

/* Write buffer b to the IO stream.
 *
 * Return the number of bytes written, which is always
 * the length of b in bytes.
 *
 * Raise BlockingIOError if the buffer is full and the
 * underlying raw stream cannot accept more data at the moment. */
METHOD(_BufferedIOBase, write, "($self, b, /)") {
    return raise_unsupported(vm, "write");
}

static Value copy_read(VM *vm, Buffered *lent, Value data) {
    if (!has_kind(data, KIND_BYTES)) return raise_type(vm, "read() should return bytes");
    Span span = bytes_span(data);
    if (span.length > lent->size) {
        return raise_value(vm, "read() returned too much data: %ld bytes requested, %ld returned",
                           (i64)lent->size, (i64)span.length);
    }
    if (span.length) memcpy(lent->data, span.data, span.length);
    return from_small((i64)span.length);
}

static Value read_into(VM *vm, Value *args, Value method) {
    Buffered lent;
    const char *argument =
        method == NAME(read1) ? "readinto1() argument" : "readinto() argument";
    CHECK(buffered_get_writable(vm, argument, args[1], &lent));
    OWNED Value data = call_method_1(vm, args[0], method, from_small((i64)lent.size));
    Value count = data == FAIL ? FAIL : copy_read(vm, &lent, data);
    buffered_release(vm, &lent);
    return count;
}

METHOD(_BufferedIOBase, readinto, "($self, buffer, /)") {
    return read_into(vm, args, NAME(read));
}

METHOD(_BufferedIOBase, readinto1, "($self, buffer, /)") {
    return read_into(vm, args, NAME(read1));
}

/* ---- _TextIOBase ---- */

/* Base class for text I/O.
 *
 * This class provides a character and line based interface to stream
 * I/O. There is no readinto method because Python's character strings
 * are immutable. */
TYPE(_TextIOBase, .name = "_io._TextIOBase", .base = TYPE__IOBase)

/* Separate the underlying buffer from the TextIOBase and return it.
 *
 * After the underlying buffer has been detached, the TextIO is in an unusable state. */
METHOD(_TextIOBase, detach, "($self, /)") {
    return raise_unsupported(vm, "detach");
}

/* Read at most size characters from stream.
 *
 * Read from underlying buffer until we have size characters or we hit EOF.
 * If size is negative or omitted, read until EOF. */
METHOD(_TextIOBase, read, "($self, size=-1, /)") {
    return raise_unsupported(vm, "read");
}

/* Read until newline or EOF.
 *
 * Return an empty string if EOF is hit immediately.
 * If size is specified, at most size characters will be read. */
METHOD(_TextIOBase, readline, "($self, size=-1, /)") {
    return raise_unsupported(vm, "readline");
}

/* Write string s to stream.
 *
 * Return the number of characters written
 * (which is always equal to the length of the string). */
METHOD(_TextIOBase, write, "($self, s, /)") {
    return raise_unsupported(vm, "write");
}

/* Encoding of the text stream.
 *
 * Subclasses should override. */
GETTER(_TextIOBase, encoding) {
    return NONE;
}

/* Line endings translated so far.
 *
 * Only line endings translated during reading are considered.
 *
 * Subclasses should override. */
GETTER(_TextIOBase, newlines) {
    return NONE;
}

/* The error setting of the decoder or encoder.
 *
 * Subclasses should override. */
GETTER(_TextIOBase, errors) {
    return NONE;
}
