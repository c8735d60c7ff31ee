/* Writing to BufferedWriter and BufferedRandom; BufferedRWPair. */
#include "objects/exc.h"
#include "stdlib/blocking.h"
#include "stdlib/io_buffered.h"

/* The memory is full and cannot be written: as much as fits is kept, the rest is refused. */
static bool keep_what_fits(VM *vm, BufferedFile *file, Span data) {
    if (!exception_matches(vm, EXC(BlockingIOError))) return false;
    usize room = file->size - file->dirty;
    usize count = data.length < room ? data.length : room;
    exception_clear(vm);
    memcpy(file->data + file->dirty, data.data, count);
    file->dirty += count;
    return count == data.length || buffered_would_block(vm, (i64)count);
}

/* What is larger than the memory goes past it. *done counts it. */
static bool write_large(VM *vm, Value self, Span data, usize *done) {
    BufferedFile *file = to_buffered(self);
    while (data.length - *done > file->size) {
        i64 n = buffered_raw_write(vm, self, data.data + *done, data.length - *done);
        if (n == -1) return false;
        if (n == -2) {
            memcpy(file->data, data.data + *done, file->size);
            file->dirty = file->size;
            return buffered_would_block(vm, (i64)(*done + file->size));
        }
        *done += (usize)n;
        if (!blocking_signals(vm)) return false;
    }
    return true;
}

static bool write_data(VM *vm, Value self, Span data) {
    BufferedFile *file = to_buffered(self);
    if (buffered_have(file) || file->at) {
        if (!buffered_settle(vm, self)) return false;
    }
    usize done = 0;
    if (data.length > file->size - file->dirty) {
        if (!buffered_write_dirty(vm, self)) return keep_what_fits(vm, file, data);
        if (!write_large(vm, self, data, &done)) return false;
    }
    if (data.length > done) memcpy(file->data + file->dirty, data.data + done, data.length - done);
    file->dirty += data.length - done;
    return true;
}

bool buffered_write(VM *vm, Value self, Span data) {
    if (!to_buffered(self)->is_writable) {
        raise_unsupported(vm, "write");
        return false;
    }
    if (!buffered_check_ready(vm, self) || !buffered_enter(vm, self)) return false;
    bool done = buffered_check_open(vm, self, "write to closed file") &&
                write_data(vm, self, data);
    buffered_leave(self);
    return done;
}

/* Write buffer b to the IO stream. */
METHOD(_Buffered, write, "($self, buffer, /)") {
    CHECK(buffered_check_ready(vm, args[0]));
    if (!to_buffered(args[0])->is_writable) return raise_unsupported(vm, "write");
    Buffered lent;
    CHECK(buffered_get(vm, args[1], &lent, false));
    bool done = buffered_write(vm, args[0], (Span){lent.data, lent.size});
    i64 size = (i64)lent.size;
    buffered_release(vm, &lent);
    return done ? from_small(size) : FAIL;
}

/* ---- BufferedRWPair ---- */

typedef struct Pair {
    Obj h;
    Value reader, writer; /* EMPTY: not initialised */
} Pair;

static Pair *to_pair(Value v) {
    return (Pair *)v;
}

static Value make(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    Pair *pair = (Pair *)object_new(vm, type);
    if (!pair) return FAIL;
    pair->reader = pair->writer = EMPTY;
    return from_object(pair);
}

static bool require(VM *vm, Value raw, Value method, const char *message) {
    int able = io_ask(vm, raw, method);
    if (able == 0) raise_unsupported(vm, message);
    return able > 0;
}

static bool init(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"reader", "writer", "buffer_size", NULL};
    static const Arguments arguments = {"BufferedRWPair", names, 3, 3, 2};
    Value given[3];
    i64 size = IO_BUFFER_SIZE;
    if (!arguments_bind(vm, &arguments, args, nargs, kwnames, given)) return false;
    if (given[2] != EMPTY && !object_to_i64(vm, given[2], &size)) return false;
    if (!require(vm, given[0], NAME(readable), "File or stream is not readable.") ||
        !require(vm, given[1], NAME(writable), "File or stream is not writable."))
        return false;
    Pair *pair = to_pair(self);
    replace(&pair->reader,
            TRY_OR_FALSE(buffered_wrap(vm, TYPE_BufferedReader, given[0], size)));
    replace(&pair->writer,
            TRY_OR_FALSE(buffered_wrap(vm, TYPE_BufferedWriter, given[1], size)));
    return true;
}

static void release(VM *vm, Obj *self) {
    replace(&((Pair *)self)->reader, EMPTY);
    replace(&((Pair *)self)->writer, EMPTY);
}

static void visit(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((Pair *)self)->reader);
    visitor->visit(visitor, ((Pair *)self)->writer);
}

/* A buffered reader and writer object together.
 *
 * A buffered reader object and buffered writer object put together to
 * form a sequential IO object that can read and write. This is typically
 * used with a socket or two-way pipe.
 *
 * reader and writer are RawIOBase objects that are readable and
 * writeable respectively. If the buffer_size is omitted it defaults to
 * DEFAULT_BUFFER_SIZE. */
TYPE(BufferedRWPair, .name = "_io.BufferedRWPair", .base = TYPE__BufferedIOBase,
     .size = sizeof(Pair), .kind = KIND_OTHER,
     .slots = {.new = make, .init = init, .free = release, .visit = visit, .clear = release})

static Value forward(VM *vm, Value target, Value name, Value argument) {
    if (target == EMPTY) return raise_value(vm, "I/O operation on uninitialized object");
    if (argument == EMPTY) return call_method_0(vm, target, name);
    return call_method_1(vm, target, name, argument);
}

METHOD(BufferedRWPair, read, "($self, size=-1, /) hidden") {
    return forward(vm, to_pair(args[0])->reader, NAME(read), args[1]);
}
METHOD(BufferedRWPair, read1, "($self, size=-1, /) hidden") {
    return forward(vm, to_pair(args[0])->reader, NAME(read1), args[1]);
}
METHOD(BufferedRWPair, peek, "($self, size=0, /) hidden") {
    return forward(vm, to_pair(args[0])->reader, NAME(peek), args[1]);
}
METHOD(BufferedRWPair, readinto, "($self, buffer, /) hidden") {
    return forward(vm, to_pair(args[0])->reader, NAME(readinto), args[1]);
}
METHOD(BufferedRWPair, readinto1, "($self, buffer, /) hidden") {
    return forward(vm, to_pair(args[0])->reader, NAME(readinto1), args[1]);
}
METHOD(BufferedRWPair, write, "($self, buffer, /) hidden") {
    return forward(vm, to_pair(args[0])->writer, NAME(write), args[1]);
}
METHOD(BufferedRWPair, flush, "($self, /)") {
    return forward(vm, to_pair(args[0])->writer, NAME(flush), EMPTY);
}
METHOD(BufferedRWPair, readable, "($self, /)") {
    return forward(vm, to_pair(args[0])->reader, NAME(readable), EMPTY);
}
METHOD(BufferedRWPair, writable, "($self, /)") {
    return forward(vm, to_pair(args[0])->writer, NAME(writable), EMPTY);
}

METHOD(BufferedRWPair, isatty, "($self, /)") {
    OWNED Value first = TRY(forward(vm, to_pair(args[0])->writer, NAME(isatty), EMPTY));
    if (first != FALSE) return TAKE(first);
    return forward(vm, to_pair(args[0])->reader, NAME(isatty), EMPTY);
}

METHOD(BufferedRWPair, close, "($self, /)") {
    OWNED Value first = forward(vm, to_pair(args[0])->writer, NAME(close), EMPTY);
    OWNED Value exception = first == FAIL ? exception_take(vm) : EMPTY;
    OWNED Value second = forward(vm, to_pair(args[0])->reader, NAME(close), EMPTY);
    if (exception == EMPTY) return TAKE(second);
    if (second == FAIL) {
        OWNED Value later = exception_take(vm);
        exception_chain(later, exception);
        exception_restore(vm, TAKE(later));
    } else {
        exception_restore(vm, TAKE(exception));
    }
    return FAIL;
}

GETTER(BufferedRWPair, closed) {
    if (to_pair(self)->writer == EMPTY) {
        return raise_runtime(vm, "the BufferedRWPair object is being garbage-collected");
    }
    return object_getattr(vm, to_pair(self)->writer, NAME(closed));
}
