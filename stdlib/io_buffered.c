#include "stdlib/io_buffered.h"

#include <stdlib.h>
#include <unistd.h>

#include "objects/exc.h"
#include "objects/int.h"
#include "objects/memoryview.h"
#include "objects/tuple.h"
#include "stdlib/blocking.h"

/* ---- states ---- */

bool buffered_check_ready(VM *vm, Value self) {
    BufferedFile *file = to_buffered(self);
    if (LIKELY(file->ready)) return true;
    raise_value(vm, file->detached ? "raw stream has been detached"
                                   : "I/O operation on uninitialized object");
    return false;
}

static int is_closed(VM *vm, Value self) {
    BufferedFile *file = to_buffered(self);
    if (!file->data) return 1;
    if (file->raw_is_plain && *instance_dict_word(to_object(file->raw)) == EMPTY)
        return ((FileIO *)file->raw)->fd < 0;
    return io_is_closed(vm, file->raw);
}

bool buffered_is_plain_open(VM *vm, Value self) {
    BufferedFile *file = to_buffered(self);
    return file->ready && file->raw_is_plain && is_closed(vm, self) == 0;
}

bool buffered_check_open(VM *vm, Value self, const char *message) {
    if (!buffered_check_ready(vm, self)) return false;
    int closed = is_closed(vm, self);
    if (closed > 0) raise_value(vm, "%s", message);
    return closed == 0;
}

bool buffered_enter(VM *vm, Value self) {
    BufferedFile *file = to_buffered(self);
    while (UNLIKELY(file->is_busy)) {
        if (file->owner == thread_ident(vm)) {
            raise_runtime(vm, "reentrant call inside %R", self);
            return false;
        }
        (void)BLOCKING_ONCE(vm, usleep(500));
    }
    file->is_busy = true;
    file->owner = thread_ident(vm);
    return true;
}

void buffered_leave(Value self) {
    to_buffered(self)->is_busy = false;
}

bool buffered_would_block(VM *vm, i64 written) {
    OWNED Value text = str_from_text(vm, "write could not complete without blocking");
    if (text == FAIL) return false;
    Value args[3] = {from_small(EAGAIN), text, from_small(written)};
    OWNED Value exception =
        object_call(vm, from_object(EXC(BlockingIOError)), args, 3, EMPTY);
    if (exception != FAIL) raise_instance(vm, exception);
    return false;
}

/* ---- the raw file ---- */

static FileIO *plain_raw(VM *vm, BufferedFile *file) {
    if (UNLIKELY(!file->raw_is_plain)) return NULL;
    return io_is_plain(vm, file->raw, TYPE_FileIO) ? (FileIO *)file->raw : NULL;
}

static bool raw_is_open(VM *vm, FileIO *raw) {
    if (LIKELY(raw->fd >= 0)) return true;
    raise_value(vm, "I/O operation on closed file");
    return false;
}

/* What readinto or write of a raw file gave. */
static i64 take_count(VM *vm, Value count, usize size, const char *action) {
    i64 n;
    if (count == FAIL) return -1;
    if (count == NONE) return -2;
    if (!object_to_i64(vm, count, &n)) {
        raise_from(vm, EXC(OSError), "raw %s failed", action);
        return -1;
    }
    if (n >= 0 && (usize)n <= size) return n;
    raise_format(vm, EXC(OSError),
                 "raw %s returned invalid length %ld (should have been between 0 and %ld)",
                 action, n, (i64)size);
    return -1;
}

static i64 read_by_call(VM *vm, Value raw, char *to, usize size) {
    OWNED Value room = bytearray_new(vm, NULL, size);
    OWNED Value view = room == FAIL ? FAIL : memoryview_new(vm, room);
    if (view == FAIL) return -1;
    OWNED Value count = call_method_1(vm, raw, NAME(readinto), view);
    i64 n = take_count(vm, count, size, "readinto()");
    if (n > 0) memcpy(to, ((ByteArray *)room)->data, (usize)n);
    return n;
}

i64 buffered_raw_read(VM *vm, Value self, char *to, usize size) {
    BufferedFile *file = to_buffered(self);
    FileIO *plain = plain_raw(vm, file);
    i64 n;
    if (!plain) n = read_by_call(vm, file->raw, to, size);
    else n = raw_is_open(vm, plain) ? fileio_read(vm, plain, to, size) : -1;
    if (n > 0 && file->position >= 0) file->position += n;
    return n;
}

static i64 write_by_call(VM *vm, Value raw, const char *data, usize size) {
    OWNED Value bytes = bytes_new(vm, data, size);
    OWNED Value view = bytes == FAIL ? FAIL : memoryview_new(vm, bytes);
    if (view == FAIL) return -1;
    OWNED Value count = call_method_1(vm, raw, NAME(write), view);
    return take_count(vm, count, size, "write()");
}

i64 buffered_raw_write(VM *vm, Value self, const char *data, usize size) {
    BufferedFile *file = to_buffered(self);
    FileIO *plain = plain_raw(vm, file);
    i64 n;
    if (!plain) n = write_by_call(vm, file->raw, data, size);
    else n = raw_is_open(vm, plain) ? fileio_write(vm, plain, data, size) : -1;
    if (n > 0 && file->position >= 0) file->position += n;
    return n;
}

i64 buffered_raw_seek(VM *vm, Value self, i64 position, int whence) {
    BufferedFile *file = to_buffered(self);
    FileIO *plain = plain_raw(vm, file);
    if (plain) {
        if (!raw_is_open(vm, plain)) return -1;
        return file->position = fileio_seek(vm, plain, position, whence);
    }
    OWNED Value target = int_from_i64(vm, position);
    OWNED Value reached =
        target == FAIL ? FAIL
                       : call_method_2(vm, file->raw, NAME(seek), target, from_small(whence));
    return file->position = io_take_position(vm, reached);
}

i64 buffered_raw_tell(VM *vm, Value self) {
    BufferedFile *file = to_buffered(self);
    if (plain_raw(vm, file)) return buffered_raw_seek(vm, self, 0, 1);
    OWNED Value position = call_method_0(vm, file->raw, NAME(tell));
    return file->position = io_take_position(vm, position);
}

/* ---- the memory ---- */

i64 buffered_fill(VM *vm, Value self) {
    BufferedFile *file = to_buffered(self);
    file->at = file->end = 0;
    i64 n = buffered_raw_read(vm, self, file->data, file->size);
    if (n > 0) file->end = (usize)n;
    return n;
}

bool buffered_write_dirty(VM *vm, Value self) {
    BufferedFile *file = to_buffered(self);
    usize done = 0;
    i64 n = 1;
    while (done < file->dirty && n >= 0) {
        n = buffered_raw_write(vm, self, file->data + done, file->dirty - done);
        if (n >= 0) done += (usize)n;
        if (n >= 0 && !blocking_signals(vm)) n = -1;
    }
    memmove(file->data, file->data + done, file->dirty - done);
    file->dirty -= done;
    if (n == -2) buffered_would_block(vm, 0);
    return n >= 0;
}

bool buffered_settle(VM *vm, Value self) {
    BufferedFile *file = to_buffered(self);
    if (file->dirty && !buffered_write_dirty(vm, self)) return false;
    usize ahead = buffered_have(file);
    file->at = file->end = 0;
    return !ahead || buffered_raw_seek(vm, self, -(i64)ahead, 1) >= 0;
}

/* ---- making ---- */

static Value make(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    BufferedFile *file = (BufferedFile *)object_new(vm, type);
    if (!file) return FAIL;
    file->raw = EMPTY;
    return from_object(file);
}

static bool require(VM *vm, Value raw, Value method, const char *message) {
    int able = io_ask(vm, raw, method);
    if (able == 0) raise_unsupported(vm, message);
    return able > 0;
}

static bool check_raw(VM *vm, BufferedFile *file, Value raw) {
    bool both = file->is_readable && file->is_writable;
    return (!both ||
            require(vm, raw, NAME(seekable), "File or stream is not seekable.")) &&
           (!file->is_readable ||
            require(vm, raw, NAME(readable), "File or stream is not readable.")) &&
           (!file->is_writable ||
            require(vm, raw, NAME(writable), "File or stream is not writable."));
}

static bool set_up(VM *vm, Value self, Value raw, i64 size) {
    BufferedFile *file = to_buffered(self);
    file->ready = file->detached = false;
    if (!check_raw(vm, file, raw)) return false;
    if (size <= 0) {
        raise_value(vm, "buffer size must be strictly positive");
        return false;
    }
    char *data = malloc((usize)size);
    if (!data) {
        raise_memory(vm);
        return false;
    }
    free(file->data);
    replace(&file->raw, incref(raw));
    file->data = data;
    file->size = (usize)size;
    file->at = file->end = file->dirty = 0;
    file->position = -1;
    file->raw_is_plain = type_of(vm, raw) == vm->types[TYPE_FileIO];
    file->ready = true;
    if (buffered_raw_tell(vm, self) < 0) exception_clear(vm);
    return true;
}

static bool init(VM *vm, Value self, Value *args, u32 nargs, Value kwnames, const char *name) {
    static const char *const names[] = {"raw", "buffer_size", NULL};
    Arguments arguments = {name, names, 0, 2, 1};
    Value given[2];
    i64 size = IO_BUFFER_SIZE;
    if (!arguments_bind(vm, &arguments, args, nargs, kwnames, given)) return false;
    if (given[1] != EMPTY && !object_to_i64(vm, given[1], &size)) return false;
    return set_up(vm, self, given[0], size);
}

static bool init_reader(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    to_buffered(self)->is_readable = true;
    return init(vm, self, args, nargs, kwnames, "BufferedReader");
}

static bool init_writer(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    to_buffered(self)->is_writable = true;
    return init(vm, self, args, nargs, kwnames, "BufferedWriter");
}

static bool init_random(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    to_buffered(self)->is_readable = to_buffered(self)->is_writable = true;
    return init(vm, self, args, nargs, kwnames, "BufferedRandom");
}

Value buffered_wrap(VM *vm, u32 type, Value raw, i64 size) {
    OWNED Value self = TRY(make(vm, vm->types[type], NULL, 0, EMPTY));
    to_buffered(self)->is_readable = type != TYPE_BufferedWriter;
    to_buffered(self)->is_writable = type != TYPE_BufferedReader;
    CHECK(set_up(vm, self, raw, size));
    return TAKE(self);
}

static void finalize(VM *vm, Value self) {
    BufferedFile *file = to_buffered(self);
    if (!file->ready || is_closed(vm, self) > 0) return;
    file->finalizing = true;
    io_finalize(vm, self);
}

static void free_file(VM *vm, Obj *self) {
    BufferedFile *file = (BufferedFile *)self;
    free(file->data);
    file->data = NULL;
    decref(take(&file->raw));
}

static void visit(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((BufferedFile *)self)->raw);
}

static void clear(VM *vm, Obj *self) {
    ((BufferedFile *)self)->ready = false;
    replace(&((BufferedFile *)self)->raw, EMPTY);
}

static Value repr(VM *vm, Value self) {
    return io_repr(vm, self, EMPTY, "");
}

/* What the three classes have in common; programs do not see it. */
TYPE(_Buffered, .name = "_io._Buffered", .base = TYPE__BufferedIOBase,
     .size = sizeof(BufferedFile), .kind = KIND_OTHER,
     .slots = {
         .new = make,
         .free = free_file,
         .visit = visit,
         .clear = clear,
         .finalize = finalize,
         .repr = repr,
         .next = buffered_next,
     })

/* Create a new buffered reader using the given readable raw IO object. */
TYPE(BufferedReader, .name = "_io.BufferedReader", .base = TYPE__Buffered,
     .slots = {.init = init_reader})

/* A buffer for a writeable sequential RawIO object.
 *
 * The constructor creates a BufferedWriter for the given writeable raw
 * stream. If the buffer_size is not given, it defaults to
 * DEFAULT_BUFFER_SIZE. */
TYPE(BufferedWriter, .name = "_io.BufferedWriter", .base = TYPE__Buffered,
     .slots = {.init = init_writer})

/* A buffered interface to random access streams.
 *
 * The constructor creates a reader and writer for a seekable stream,
 * raw, given in the first argument. If the buffer_size is omitted it
 * defaults to DEFAULT_BUFFER_SIZE. */
TYPE(BufferedRandom, .name = "_io.BufferedRandom", .base = TYPE__Buffered,
     .slots = {.init = init_random})

/* ---- what it is ---- */

GETTER(_Buffered, raw) {
    Value raw = to_buffered(self)->raw;
    return raw == EMPTY ? NONE : incref(raw);
}

GETTER(_Buffered, closed) {
    CHECK(buffered_check_ready(vm, self));
    return object_getattr(vm, to_buffered(self)->raw, NAME(closed));
}

GETTER(_Buffered, name) {
    CHECK(buffered_check_ready(vm, self));
    return object_getattr(vm, to_buffered(self)->raw, NAME(name));
}

GETTER(_Buffered, mode) {
    CHECK(buffered_check_ready(vm, self));
    return object_getattr_text(vm, to_buffered(self)->raw, "mode");
}

GETTER(_Buffered, _finalizing) {
    return from_bool(to_buffered(self)->finalizing);
}
SETTER(_Buffered, _finalizing) {
    to_buffered(self)->finalizing = object_truth(vm, value) > 0;
    return true;
}

static Value ask_raw(VM *vm, Value self, Value method) {
    CHECK(buffered_check_ready(vm, self));
    return call_method_0(vm, to_buffered(self)->raw, method);
}

METHOD(_Buffered, seekable, "($self, /)") {
    return ask_raw(vm, args[0], NAME(seekable));
}

METHOD(_Buffered, readable, "($self, /)") {
    if (!to_buffered(args[0])->is_readable) return FALSE;
    return ask_raw(vm, args[0], NAME(readable));
}

METHOD(_Buffered, writable, "($self, /)") {
    if (!to_buffered(args[0])->is_writable) return FALSE;
    return ask_raw(vm, args[0], NAME(writable));
}

METHOD(_Buffered, fileno, "($self, /)") {
    return ask_raw(vm, args[0], NAME(fileno));
}

METHOD(_Buffered, isatty, "($self, /)") {
    return ask_raw(vm, args[0], NAME(isatty));
}

METHOD(_Buffered, _dealloc_warn, "($self, source, /)") {
    Value raw = to_buffered(args[0])->raw;
    if (!to_buffered(args[0])->ready || raw == EMPTY) return NONE;
    OWNED Value done = call_method_1(vm, raw, NAME(_dealloc_warn), args[1]);
    if (done == FAIL) exception_clear(vm);
    return NONE;
}

METHOD(_Buffered, __reduce_ex__, "($self, protocol, /)") {
    return io_refuse_pickle(vm, args[0]);
}

/* ---- flushing and closing ---- */

Value buffered_flush(VM *vm, Value self) {
    BufferedFile *file = to_buffered(self);
    if (!file->is_writable) return ask_raw(vm, self, NAME(flush));
    CHECK(buffered_check_open(vm, self, "flush of closed file"));
    CHECK(buffered_enter(vm, self));
    bool done = buffered_settle(vm, self);
    buffered_leave(self);
    return done ? NONE : FAIL;
}

METHOD(_Buffered, flush, "($self, /)") {
    return buffered_flush(vm, args[0]);
}

/* The exception of flush() goes first; that of close() gets it as its context. */
static Value close_raw(VM *vm, Value self, Value flush_exception) {
    BufferedFile *file = to_buffered(self);
    OWNED Value earlier = flush_exception;
    Value closed = call_method_0(vm, file->raw, NAME(close));
    if (earlier == EMPTY) return closed;
    if (closed == FAIL) {
        OWNED Value later = exception_take(vm);
        replace(&to_exception(later)->context, TAKE(earlier));
        exception_restore(vm, TAKE(later));
        return FAIL;
    }
    decref(closed);
    exception_restore(vm, TAKE(earlier));
    return FAIL;
}

METHOD(_Buffered, close, "($self, /)") {
    BufferedFile *file = to_buffered(args[0]);
    CHECK(buffered_check_ready(vm, args[0]));
    CHECK(buffered_enter(vm, args[0]));
    int closed = is_closed(vm, args[0]);
    buffered_leave(args[0]);
    if (closed) return closed < 0 ? FAIL : NONE;
    if (file->finalizing) {
        OWNED Value done = call_method_1(vm, file->raw, NAME(_dealloc_warn), args[0]);
        if (done == FAIL) exception_clear(vm);
    }
    OWNED Value flushed = call_method_0(vm, args[0], NAME(flush));
    Value exception = flushed == FAIL ? exception_take(vm) : EMPTY;
    CHECK(buffered_enter(vm, args[0]));
    Value done = close_raw(vm, args[0], exception);
    free(file->data);
    file->data = NULL;
    file->at = file->end = file->dirty = 0;
    buffered_leave(args[0]);
    return done;
}

METHOD(_Buffered, detach, "($self, /)") {
    BufferedFile *file = to_buffered(args[0]);
    CHECK(buffered_check_ready(vm, args[0]));
    OWNED Value flushed = TRY(call_method_0(vm, args[0], NAME(flush)));
    file->detached = true;
    file->ready = false;
    return TAKE(file->raw);
}

/* ---- position ---- */

METHOD(_Buffered, tell, "($self, /)") {
    BufferedFile *file = to_buffered(args[0]);
    CHECK(buffered_check_ready(vm, args[0]));
    i64 position = buffered_raw_tell(vm, args[0]);
    if (position < 0) return FAIL;
    position += (i64)file->dirty - (i64)buffered_have(file);
    return int_from_i64(vm, position < 0 ? 0 : position);
}

/* A target among the bytes that are in the memory already: go there without a system call. */
static bool seek_inside(BufferedFile *file, i64 target, int whence, i64 *reached) {
    if (file->position < 0 || !file->end || whence > 1) return false;
    i64 start = file->position - (i64)file->end;
    i64 wanted = whence == 0 ? target : start + (i64)file->at + target;
    if (wanted < start || wanted > file->position) return false;
    file->at = (usize)(wanted - start);
    *reached = wanted < 0 ? 0 : wanted; /* devices that are always at 0 */
    return true;
}

static i64 seek(VM *vm, Value self, i64 target, int whence) {
    BufferedFile *file = to_buffered(self);
    i64 reached;
    if (file->is_readable && seek_inside(file, target, whence, &reached)) return reached;
    if (file->dirty && !buffered_write_dirty(vm, self)) return -1;
    if (whence == 1) target -= (i64)buffered_have(file);
    reached = buffered_raw_seek(vm, self, target, whence);
    if (reached >= 0) file->at = file->end = 0;
    return reached;
}

METHOD(_Buffered, seek, "($self, target, whence=0, /)") {
    i64 target;
    int whence;
    CHECK(io_take_whence(vm, args[2], &whence));
    if (whence < 0 || whence > 4) return raise_value(vm, "whence value %d unsupported", whence);
    CHECK(buffered_check_open(vm, args[0], "seek of closed file"));
    int able = io_ask(vm, to_buffered(args[0])->raw, NAME(seekable));
    if (able < 0) return FAIL;
    if (!able) return raise_unsupported(vm, "File or stream is not seekable.");
    CHECK(object_to_i64(vm, args[1], &target));
    CHECK(buffered_enter(vm, args[0]));
    i64 reached = seek(vm, args[0], target, whence);
    buffered_leave(args[0]);
    return reached < 0 ? FAIL : int_from_i64(vm, reached);
}

METHOD(_Buffered, truncate, "($self, pos=None, /)") {
    BufferedFile *file = to_buffered(args[0]);
    CHECK(buffered_check_open(vm, args[0], "truncate of closed file"));
    if (!file->is_writable) return raise_unsupported(vm, "truncate");
    CHECK(buffered_enter(vm, args[0]));
    bool done = buffered_settle(vm, args[0]);
    Value size = args[1] == EMPTY ? NONE : args[1];
    Value result = done ? call_method_1(vm, file->raw, NAME(truncate), size) : FAIL;
    if (result != FAIL && buffered_raw_tell(vm, args[0]) < 0) exception_clear(vm);
    buffered_leave(args[0]);
    return result;
}
