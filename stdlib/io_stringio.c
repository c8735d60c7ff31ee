/* StringIO: a text file in memory.
 *
 * While the text is ASCII, or is only ever added to, it is kept as UTF-8, where positions are bytes. Anything
 * else makes it wide for good: an array of code points.
 */
#include <stdlib.h>

#include "base/utf8.h"
#include "objects/dict.h"
#include "objects/int.h"
#include "objects/tuple.h"
#include "stdlib/io_newline.h"

typedef struct StringIO {
    Obj h;
    Buffer text; /* while it is narrow */
    u32 *wide;   /* NULL: it is narrow */
    usize capacity;
    usize length, position; /* code points; the position may be behind the end */
    NewlineSort newline;
    NewlineState state;
    bool is_ready, is_closed;
} StringIO;

static StringIO *to_file(Value v) {
    return (StringIO *)v;
}

static bool check_open(VM *vm, StringIO *file) {
    if (LIKELY(file->is_ready && !file->is_closed)) return true;
    raise_value(vm, file->is_ready ? "I/O operation on closed file"
                                   : "I/O operation on uninitialized object");
    return false;
}

static bool is_ascii(const StringIO *file) {
    return file->length == file->text.length;
}

/* ---- the wide form ---- */

static bool reserve(VM *vm, StringIO *file, usize length) {
    if (length <= file->capacity) return true;
    usize capacity = length + (length >> 3) + 64;
    u32 *larger = realloc(file->wide, capacity * sizeof(u32));
    if (!larger) {
        raise_memory(vm);
        return false;
    }
    file->wide = larger;
    file->capacity = capacity;
    return true;
}

static void decode_to(u32 *to, Span text) {
    for (const char *at = text.data, *end = at + text.length; at < end;) *to++ = utf8_next(&at);
}

static bool widen(VM *vm, StringIO *file) {
    if (file->wide) return true;
    if (!reserve(vm, file, file->length + 1)) return false;
    decode_to(file->wide, buffer_span(&file->text));
    buffer_free(&file->text);
    return true;
}

/* ---- writing ---- */

static bool write_wide(VM *vm, StringIO *file, Value text) {
    usize count = str_length(text), end = file->position + count;
    if (!widen(vm, file) || !reserve(vm, file, end)) return false;
    while (file->length < file->position) file->wide[file->length++] = 0;
    decode_to(file->wide + file->position, str_span(text));
    file->position = end;
    if (end > file->length) file->length = end;
    return true;
}

static bool overwrite_ascii(VM *vm, StringIO *file, Span text) {
    usize end = file->position + text.length;
    if (file->position > file->length)
        buffer_add_repeated(&file->text, '\0', file->position - file->length);
    usize inside = file->text.length - file->position;
    if (inside > text.length) inside = text.length;
    if (inside) memcpy(file->text.data + file->position, text.data, inside);
    buffer_add(&file->text, text.data + inside, text.length - inside);
    file->position = end;
    file->length = file->text.length;
    if (file->text.failed) raise_memory(vm);
    return !file->text.failed;
}

static bool write_plain(VM *vm, StringIO *file, Value text) {
    if (!to_str(text)->size) return true;
    if (file->wide) return write_wide(vm, file, text);
    if (file->position == file->length) {
        buffer_add_span(&file->text, str_span(text));
        file->position = file->length += str_length(text);
        if (file->text.failed) raise_memory(vm);
        return !file->text.failed;
    }
    if (!is_ascii(file) || !str_is_ascii(text)) return write_wide(vm, file, text);
    return overwrite_ascii(vm, file, str_span(text));
}

/* "\n" as this file writes it. */
static Value with_newlines(VM *vm, StringIO *file, Value text) {
    bool differs = file->newline == NEWLINE_CR || file->newline == NEWLINE_CRLF;
    if (!differs || !memchr(to_str(text)->data, '\n', to_str(text)->size)) return incref(text);
    Buffer out = {0};
    Span span = str_span(text);
    for (usize i = 0; i < span.length; i++) {
        if (span.data[i] == '\n') buffer_add_text(&out, file->newline == NEWLINE_CR ? "\r" : "\r\n");
        else buffer_add_char(&out, span.data[i]);
    }
    return str_from_buffer(vm, &out);
}

static bool write_text(VM *vm, StringIO *file, Value given) {
    OWNED Value text = incref(given);
    if (file->newline <= NEWLINE_ANY_KEPT)
        replace(&text, TRY_OR_FALSE(newline_feed(vm, &file->state, given, true)));
    replace(&text, TRY_OR_FALSE(with_newlines(vm, file, text)));
    return write_plain(vm, file, text);
}

/* ---- the type ---- */

static Value make(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    return from_object(object_new(vm, type)) ?: FAIL;
}

static void drop_text(StringIO *file) {
    buffer_free(&file->text);
    free(file->wide);
    file->wide = NULL;
    file->capacity = file->length = file->position = 0;
}

static bool take_newline(VM *vm, Value v, NewlineSort *sort) {
    *sort = NEWLINE_LF;
    if (v == EMPTY) return true;
    if (v == NONE || is_str(v)) return io_take_newline(vm, v, true, sort);
    raise_type(vm, "newline must be str or None, not %T", v);
    return false;
}

static bool init(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"initial_value", "newline", NULL};
    static const Arguments arguments = {"StringIO", names, 0, 2, 0};
    Value given[2];
    StringIO *file = to_file(self);
    NewlineSort newline;
    if (!arguments_bind(vm, &arguments, args, nargs, kwnames, given)) return false;
    if (!take_newline(vm, given[1], &newline)) return false;
    bool has_text = given[0] != EMPTY && given[0] != NONE;
    if (has_text && !is_str(given[0])) {
        raise_type(vm, "initial_value must be str or None, not %T", given[0]);
        return false;
    }
    drop_text(file);
    file->newline = newline;
    file->state = (NewlineState){.translates = newline == NEWLINE_ANY};
    file->is_ready = true;
    file->is_closed = false;
    if (has_text && !write_text(vm, file, given[0])) return false;
    file->position = 0;
    return true;
}

static void free_file(VM *vm, Obj *self) {
    drop_text((StringIO *)self);
}

static void finalize(VM *vm, Value self) {
    if (!io_is_plain(vm, self, TYPE_StringIO)) io_finalize(vm, self);
}

static Value iter(VM *vm, Value self) {
    if (to_file(self)->is_closed) CHECK(io_check_open(vm, self));
    CHECK(check_open(vm, to_file(self)));
    return incref(self);
}

static Value read_line(VM *vm, StringIO *file, i64 limit);

static Value next(VM *vm, Value self) {
    OWNED Value line = EMPTY;
    if (io_is_plain(vm, self, TYPE_StringIO)) {
        CHECK(check_open(vm, to_file(self)));
        line = read_line(vm, to_file(self), -1);
    } else {
        line = call_method_0(vm, self, NAME(readline));
        if (line != FAIL && !is_str(line)) {
            return raise_format(vm, EXC(OSError),
                                "readline() should have returned a str object, not '%T'", line);
        }
    }
    if (line == FAIL) return FAIL;
    return to_str(line)->size ? TAKE(line) : EMPTY;
}

/* Text I/O implementation using an in-memory buffer.
 *
 * The initial_value argument sets the value of object.  The newline
 * argument is like the one of TextIOWrapper's constructor. */
TYPE(StringIO, .name = "_io.StringIO", .base = TYPE__TextIOBase, .size = sizeof(StringIO),
     .kind = KIND_OTHER,
     .slots = {
         .new = make,
         .init = init,
         .free = free_file,
         .finalize = finalize,
         .iter = iter,
         .next = next,
     })

GETTER(StringIO, closed) {
    if (!to_file(self)->is_ready) CHECK(check_open(vm, to_file(self)));
    return from_bool(to_file(self)->is_closed);
}

GETTER(StringIO, line_buffering) {
    CHECK(check_open(vm, to_file(self)));
    return FALSE;
}

GETTER(StringIO, newlines) {
    CHECK(check_open(vm, to_file(self)));
    if (to_file(self)->newline > NEWLINE_ANY_KEPT) return NONE;
    return newline_seen(vm, &to_file(self)->state);
}

static Value answer_true(VM *vm, Value self) {
    CHECK(check_open(vm, to_file(self)));
    return TRUE;
}

/* Returns True if the IO object can be read. */
METHOD(StringIO, readable, "($self, /)") {
    return answer_true(vm, args[0]);
}

/* Returns True if the IO object can be written. */
METHOD(StringIO, writable, "($self, /)") {
    return answer_true(vm, args[0]);
}

/* Returns True if the IO object can be seeked. */
METHOD(StringIO, seekable, "($self, /)") {
    return answer_true(vm, args[0]);
}

/* Close the IO object.
 *
 * Attempting any further operation after the object is closed
 * will raise a ValueError.
 *
 * This method has no effect if the file is already closed. */
METHOD(StringIO, close, "($self, /)") {
    to_file(args[0])->is_closed = true;
    drop_text(to_file(args[0]));
    return NONE;
}

/* ---- reading ---- */

static Value wide_text(VM *vm, const u32 *chars, usize count) {
    Buffer out = {0};
    for (usize i = 0; i < count; i++) buffer_add_code_point(&out, chars[i]);
    return str_from_buffer(vm, &out);
}

/* The next `count` characters, which are there. */
static Value take_text(VM *vm, StringIO *file, usize count) {
    if (!count) return incref(vm->empty_str);
    usize start = file->position;
    file->position += count;
    if (file->wide) return wide_text(vm, file->wide + start, count);
    return str_new(vm, file->text.data + start, count);
}

static bool prepare_reading(VM *vm, StringIO *file) {
    return file->wide || is_ascii(file) || widen(vm, file);
}

/* Retrieve the entire contents of the object. */
METHOD(StringIO, getvalue, "($self, /)") {
    StringIO *file = to_file(args[0]);
    CHECK(check_open(vm, file));
    if (file->wide) return wide_text(vm, file->wide, file->length);
    return str_from_span(vm, buffer_span(&file->text));
}

/* Read at most size characters, returned as a string.
 *
 * If the argument is negative or omitted, read until EOF
 * is reached. Return an empty string at EOF. */
METHOD(StringIO, read, "($self, size=-1, /)") {
    StringIO *file = to_file(args[0]);
    i64 size;
    CHECK(io_take_size(vm, args[1], &size) && check_open(vm, file));
    if (file->position >= file->length) return incref(vm->empty_str);
    CHECK(prepare_reading(vm, file));
    usize have = file->length - file->position;
    return take_text(vm, file, size < 0 || (usize)size > have ? have : (usize)size);
}

/* As io_line_end, among code points. */
static usize wide_line_end(const u32 *text, usize length, NewlineSort sort) {
    for (usize i = 0; i < length; i++) {
        bool is_pair = text[i] == '\r' && i + 1 < length && text[i + 1] == '\n';
        if (sort == NEWLINE_ANY_KEPT && (text[i] == '\n' || text[i] == '\r'))
            return i + 1 + is_pair;
        if (sort == NEWLINE_CR && text[i] == '\r') return i + 1;
        if (sort == NEWLINE_CRLF && is_pair) return i + 2;
        if ((sort == NEWLINE_LF || sort == NEWLINE_ANY) && text[i] == '\n') return i + 1;
    }
    return length;
}

static Value read_line(VM *vm, StringIO *file, i64 limit) {
    if (file->position >= file->length) return incref(vm->empty_str);
    CHECK(prepare_reading(vm, file));
    usize have = file->length - file->position;
    if (limit >= 0 && (usize)limit < have) have = (usize)limit;
    if (file->wide) {
        usize end = wide_line_end(file->wide + file->position, have, file->newline);
        return take_text(vm, file, end);
    }
    i64 end = io_line_end((Span){file->text.data + file->position, have}, file->newline,
                          file->newline == NEWLINE_ANY);
    return take_text(vm, file, end < 0 ? have : (usize)end);
}

/* Read until newline or EOF.
 *
 * Returns an empty string if EOF is hit immediately. */
METHOD(StringIO, readline, "($self, size=-1, /)") {
    i64 limit;
    CHECK(io_take_size(vm, args[1], &limit) && check_open(vm, to_file(args[0])));
    return read_line(vm, to_file(args[0]), limit);
}

/* Write string to file.
 *
 * Returns the number of characters written, which is always equal to
 * the length of the string. */
METHOD(StringIO, write, "($self, s, /)") {
    StringIO *file = to_file(args[0]);
    CHECK(check_open(vm, file));
    if (!is_str(args[1])) return raise_type(vm, "string argument expected, got '%T'", args[1]);
    CHECK(write_text(vm, file, args[1]));
    return from_small((i64)str_length(args[1]));
}

/* ---- position ---- */

/* Tell the current file position. */
METHOD(StringIO, tell, "($self, /)") {
    CHECK(check_open(vm, to_file(args[0])));
    return from_small((i64)to_file(args[0])->position);
}

/* Change stream position.
 *
 * Seek to character offset pos relative to position indicated by whence:
 *     0  Start of stream (the default).  pos should be >= 0;
 *     1  Current position - pos must be 0;
 *     2  End of stream - pos must be 0.
 * Returns the new absolute position. */
METHOD(StringIO, seek, "($self, pos, whence=0, /)") {
    StringIO *file = to_file(args[0]);
    i64 position;
    int whence;
    CHECK(object_to_i64(vm, args[1], &position) && io_take_whence(vm, args[2], &whence));
    CHECK(check_open(vm, file));
    if (whence < 0 || whence > 2)
        return raise_value(vm, "Invalid whence (%d, should be 0, 1 or 2)", whence);
    if (position < 0 && !whence) return raise_value(vm, "Negative seek position %ld", position);
    if (position && whence)
        return raise_format(vm, EXC(OSError), "Can't do nonzero cur-relative seeks");
    if (whence == 1) position = (i64)file->position;
    if (whence == 2) position = (i64)file->length;
    file->position = (usize)position;
    return from_small(position);
}

/* Truncate size to pos.
 *
 * The pos argument defaults to the current file position, as
 * returned by tell().  The current file position is unchanged.
 * Returns the new absolute position. */
METHOD(StringIO, truncate, "($self, pos=None, /)") {
    StringIO *file = to_file(args[0]);
    i64 size = (i64)file->position;
    CHECK(check_open(vm, file));
    bool is_given = args[1] != EMPTY && args[1] != NONE;
    if (is_given) CHECK(io_take_size(vm, args[1], &size));
    if (size < 0) return raise_value(vm, "Negative size value %ld", size);
    if ((usize)size >= file->length) return from_small(size);
    CHECK(prepare_reading(vm, file));
    if (!file->wide) file->text.length = (usize)size;
    file->length = (usize)size;
    return from_small(size);
}

/* ---- copying ---- */

static Value newline_value(VM *vm, NewlineSort newline) {
    static const char *const texts[] = {[NEWLINE_ANY_KEPT] = "", [NEWLINE_LF] = "\n",
                                        [NEWLINE_CR] = "\r", [NEWLINE_CRLF] = "\r\n"};
    return newline == NEWLINE_ANY ? NONE : str_from_text(vm, texts[newline]);
}

METHOD(StringIO, __getstate__, "($self, /)") {
    StringIO *file = to_file(args[0]);
    CHECK(check_open(vm, file));
    OWNED Value text = TRY(call_method_0(vm, args[0], NAME(getvalue)));
    OWNED Value newline = TRY(newline_value(vm, file->newline));
    OWNED Value names = TRY(object_find_attr(vm, args[0], NAME(__dict__)));
    OWNED Value dict = TRY(has_kind(names, KIND_DICT) && to_dict(names)->count ? dict_copy(vm, to_dict(names)) : NONE);
    return tuple_of(vm, 4, text, newline, from_small((i64)file->position), dict);
}

static bool restore_rest(VM *vm, Value self, Value *state) {
    StringIO *file = to_file(self);
    i64 position;
    file->length = file->position = file->text.length = 0;
    if (!write_plain(vm, file, state[0])) return false; /* its newlines are what they were */
    if (!is_int(state[2])) {
        raise_type(vm, "third item of state must be an integer, got %T", state[2]);
        return false;
    }
    if (!object_to_i64(vm, state[2], &position)) return false;
    if (position < 0) {
        raise_value(vm, "position value cannot be negative");
        return false;
    }
    file->position = (usize)position;
    if (state[3] == NONE) return true;
    if (has_kind(state[3], KIND_DICT)) return instance_set_dict(vm, to_object(self), state[3]);
    raise_type(vm, "fourth item of state should be a dict, got a %T", state[3]);
    return false;
}

METHOD(StringIO, __setstate__, "($self, state, /)") {
    if (!has_kind(args[1], KIND_TUPLE) || to_tuple(args[1])->count < 4)
        return raise_type(vm, "%T.__setstate__ argument should be 4-tuple, got %T", args[0], args[1]);
    OWNED Value state = incref(args[1]);
    Value *items = to_tuple(state)->items;
    CHECK(init(vm, args[0], items, 2, EMPTY));
    if (!is_str(items[0])) return NONE;
    return restore_rest(vm, args[0], items) ? NONE : FAIL;
}
