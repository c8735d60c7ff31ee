/* Reading from BufferedReader and BufferedRandom. */
#include "objects/exc.h"
#include "objects/list.h"
#include "stdlib/blocking.h"
#include "stdlib/io_buffered.h"

static bool check_readable(VM *vm, Value self, const char *method) {
    if (LIKELY(to_buffered(self)->is_readable)) return true;
    raise_unsupported(vm, method);
    return false;
}

/* Before reading: what was written must be in the file. */
static bool begin(VM *vm, Value self, const char *method, const char *closed) {
    if (!buffered_check_ready(vm, self) || !check_readable(vm, self, method) ||
        !buffered_check_open(vm, self, closed) || !buffered_enter(vm, self))
        return false;
    if (!to_buffered(self)->dirty || buffered_settle(vm, self)) return true;
    buffered_leave(self);
    return false;
}

/* Up to n bytes from the memory. */
static usize take_some(BufferedFile *file, char *to, usize size) {
    usize have = buffered_have(file);
    if (size > have) size = have;
    if (size) memcpy(to, file->data + file->at, size);
    file->at += size;
    return size;
}

static Value take_bytes(VM *vm, BufferedFile *file, usize size) {
    OWNED Value data = TRY(bytes_new(vm, file->data + file->at, size));
    file->at += size;
    return TAKE(data);
}

/* Whole blocks go past the memory. As raw_read; *got counts what arrived. */
static i64 read_blocks(VM *vm, Value self, char *to, usize size, usize *got) {
    usize block = to_buffered(self)->size;
    i64 n = 1;
    while (n > 0 && size - *got >= block) {
        n = buffered_raw_read(vm, self, to + *got, size - *got - (size - *got) % block);
        if (n > 0) *got += (usize)n;
    }
    return n;
}

/* Read until there are `size` bytes, the end, or nothing more for now. As raw_read. */
static i64 read_fully(VM *vm, Value self, char *to, usize size, usize *got) {
    BufferedFile *file = to_buffered(self);
    *got = take_some(file, to, size);
    if (*got == size) return 1;
    file->at = file->end = 0;
    i64 n = read_blocks(vm, self, to, size, got);
    while (n > 0 && *got < size && file->end < file->size) {
        n = buffered_raw_read(vm, self, file->data + file->end, file->size - file->end);
        if (n > 0) file->end += (usize)n;
        if (n > 0) *got += take_some(file, to + *got, size - *got);
    }
    return n;
}

static Value read_size(VM *vm, Value self, usize size) {
    BufferedFile *file = to_buffered(self);
    if (size <= buffered_have(file)) return take_bytes(vm, file, size);
    OWNED Value data = TRY(bytes_new(vm, NULL, size));
    usize got;
    i64 n = read_fully(vm, self, ((Bytes *)data)->data, size, &got);
    if (n == -1) return FAIL;
    if (n == -2 && !got) return NONE;
    return got == size ? TAKE(data) : bytes_new(vm, ((Bytes *)data)->data, got);
}

/* ---- everything ---- */

/* What the raw file's readall gives: bytes, None, or EMPTY when it has no such method. */
static Value raw_read_all(VM *vm, Value self) {
    BufferedFile *file = to_buffered(self);
    if (file->raw_is_plain && io_is_plain(vm, file->raw, TYPE_FileIO)) {
        FileIO *raw = (FileIO *)file->raw;
        if (raw->fd < 0) return raise_value(vm, "I/O operation on closed file");
        return fileio_read_all(vm, raw);
    }
    OWNED Value method = TRY(object_find_attr(vm, file->raw, NAME(readall)));
    if (method == EMPTY) return EMPTY;
    OWNED Value data = TRY(call_0(vm, method));
    if (data == NONE || has_kind(data, KIND_BYTES)) return TAKE(data);
    return raise_type(vm, "readall() should return bytes");
}

static Value join(VM *vm, Span first, Value rest) {
    Buffer all = {0};
    buffer_add_span(&all, first);
    buffer_add_span(&all, bytes_span(rest));
    return bytes_from_buffer(vm, &all);
}

static Value read_in_pieces(VM *vm, Value self, Buffer *all) {
    for (;;) {
        OWNED Value part = TRY(call_method_0(vm, to_buffered(self)->raw, NAME(read)));
        if (part != NONE && !has_kind(part, KIND_BYTES))
            return raise_type(vm, "read() should return bytes");
        if (part == NONE && !all->length) return NONE;
        if (part == NONE || !bytes_span(part).length) return bytes_from_buffer(vm, all);
        buffer_add_span(all, bytes_span(part));
    }
}

static Value read_all(VM *vm, Value self) {
    BufferedFile *file = to_buffered(self);
    OWNED Value first = TRY(take_bytes(vm, file, buffered_have(file)));
    file->at = file->end = 0;
    file->position = -1;
    OWNED Value rest = TRY(raw_read_all(vm, self));
    bool has_first = bytes_span(first).length > 0;
    if (rest == EMPTY) {
        Buffer all = {0};
        buffer_add_span(&all, bytes_span(first));
        Value data = read_in_pieces(vm, self, &all);
        buffer_free(&all);
        return data;
    }
    if (rest == NONE) return has_first ? TAKE(first) : NONE;
    return has_first ? join(vm, bytes_span(first), rest) : TAKE(rest);
}

Value buffered_read_all(VM *vm, Value self) {
    CHECK(begin(vm, self, "read", "read of closed file"));
    Value data = read_all(vm, self);
    buffered_leave(self);
    return data;
}

/* Read and return up to n bytes. */
METHOD(_Buffered, read, "($self, size=-1, /)") {
    i64 size;
    CHECK(io_take_size(vm, args[1], &size));
    if (size < -1) return raise_value(vm, "read length must be non-negative or -1");
    if (size < 0) return buffered_read_all(vm, args[0]);
    CHECK(begin(vm, args[0], "read", "read of closed file"));
    Value data = read_size(vm, args[0], (usize)size);
    buffered_leave(args[0]);
    return data;
}

/* ---- at most one read of the raw file ---- */

static Value read_once(VM *vm, Value self, usize size) {
    BufferedFile *file = to_buffered(self);
    usize have = buffered_have(file);
    if (have) return take_bytes(vm, file, size < have ? size : have);
    if (!size) return incref(vm->empty_bytes);
    file->at = file->end = 0;
    OWNED Value data = TRY(bytes_new(vm, NULL, size));
    i64 n = buffered_raw_read(vm, self, ((Bytes *)data)->data, size);
    if (n == -1) return FAIL;
    if ((usize)n == size) return TAKE(data);
    return bytes_new(vm, ((Bytes *)data)->data, n > 0 ? (usize)n : 0);
}

Value buffered_read1(VM *vm, Value self, i64 size) {
    CHECK(begin(vm, self, "read1", "read of closed file"));
    Value data = read_once(vm, self, size < 0 ? to_buffered(self)->size : (usize)size);
    buffered_leave(self);
    return data;
}

/* Read and return up to n bytes, with at most one read() call. */
METHOD(_Buffered, read1, "($self, size=-1, /)") {
    i64 size;
    CHECK(io_take_size(vm, args[1], &size));
    return buffered_read1(vm, args[0], size);
}

static Value peek(VM *vm, Value self) {
    BufferedFile *file = to_buffered(self);
    if (!buffered_have(file) && buffered_fill(vm, self) == -1) return FAIL;
    return bytes_new(vm, file->data + file->at, buffered_have(file));
}

METHOD(_Buffered, peek, "($self, size=0, /)") {
    CHECK(begin(vm, args[0], "peek", "peek of closed file"));
    Value data = peek(vm, args[0]);
    buffered_leave(args[0]);
    return data;
}

/* ---- into memory of others ---- */

static i64 fill_lent(VM *vm, Value self, Buffered *lent, bool once, usize *got) {
    BufferedFile *file = to_buffered(self);
    if (!once) return read_fully(vm, self, lent->data, lent->size, got);
    *got = take_some(file, lent->data, lent->size);
    usize left = lent->size - *got;
    if (!left) return 1;
    if (left > file->size) { /* what does not fit here goes there at once */
        i64 n = buffered_raw_read(vm, self, lent->data + *got, left);
        *got += n > 0 ? (usize)n : 0;
        return n;
    }
    if (*got) return 1;
    i64 n = buffered_fill(vm, self);
    if (n > 0) *got = take_some(file, lent->data, lent->size);
    return n;
}

static Value read_into(VM *vm, Value *args, bool once) {
    Buffered lent;
    usize got = 0;
    CHECK(check_readable(vm, args[0], once ? "read1" : "read"));
    const char *argument = once ? "readinto1() argument" : "readinto() argument";
    CHECK(buffered_get_writable(vm, argument, args[1], &lent));
    i64 n = -1;
    if (begin(vm, args[0], "readinto", "readinto of closed file")) {
        n = fill_lent(vm, args[0], &lent, once, &got);
        buffered_leave(args[0]);
    }
    buffered_release(vm, &lent);
    if (n == -1) return FAIL;
    return n == -2 && !got ? NONE : from_small((i64)got);
}

METHOD(_Buffered, readinto, "($self, buffer, /)") {
    return read_into(vm, args, false);
}

METHOD(_Buffered, readinto1, "($self, buffer, /)") {
    return read_into(vm, args, true);
}

/* ---- lines ---- */

/* The bytes in the memory up to the line's end (*complete) or all of it, but no more than the limit. */
static usize line_part(BufferedFile *file, i64 limit, usize have, bool *complete) {
    usize length = buffered_have(file);
    if (limit >= 0 && length > (usize)limit - have) length = (usize)limit - have;
    char *start = file->data + file->at;
    char *end = length ? memchr(start, '\n', length) : NULL;
    *complete = end || (limit >= 0 && have + length == (usize)limit);
    return end ? (usize)(end - start) + 1 : length;
}

static Value read_long_line(VM *vm, Value self, i64 limit, usize part) {
    BufferedFile *file = to_buffered(self);
    Buffer line = {0};
    for (bool complete = false;;) {
        buffer_add(&line, file->data + file->at, part);
        file->at += part;
        if (complete) break;
        i64 n = buffered_fill(vm, self);
        if (n == -1) {
            buffer_free(&line);
            return FAIL;
        }
        if (n <= 0) break;
        part = line_part(file, limit, line.length, &complete);
    }
    return bytes_from_buffer(vm, &line);
}

static Value read_line(VM *vm, Value self, i64 limit) {
    bool complete;
    usize part = line_part(to_buffered(self), limit, 0, &complete);
    if (complete) return take_bytes(vm, to_buffered(self), part);
    return read_long_line(vm, self, limit, part);
}

METHOD(_Buffered, readline, "($self, size=-1, /)") {
    i64 limit;
    CHECK(io_take_size(vm, args[1], &limit));
    CHECK(begin(vm, args[0], "read", "readline of closed file"));
    Value line = read_line(vm, args[0], limit);
    buffered_leave(args[0]);
    return line;
}

Value buffered_next(VM *vm, Value self) {
    Type *type = to_object(self)->shape->type;
    bool is_builtin = type == vm->types[TYPE_BufferedReader] ||
                      type == vm->types[TYPE_BufferedRandom];
    OWNED Value line = EMPTY;
    if (is_builtin && *instance_dict_word(to_object(self)) == EMPTY) {
        CHECK(begin(vm, self, "read", "readline of closed file"));
        line = read_line(vm, self, -1);
        buffered_leave(self);
    } else {
        line = call_method_0(vm, self, NAME(readline));
        if (line != FAIL && !has_kind(line, KIND_BYTES)) {
            return raise_format(vm, EXC(OSError),
                                "readline() should have returned a bytes object, not '%T'",
                                line);
        }
    }
    if (line == FAIL) return FAIL;
    return bytes_span(line).length ? TAKE(line) : EMPTY;
}
