/* Reading through a TextIOWrapper. */
#include "base/utf8.h"
#include "objects/exc.h"
#include "stdlib/io_text.h"

/* ---- chunks ---- */

static Value read_buffer(VM *vm, TextFile *file, i64 size) {
    OWNED Value buffer = incref(file->buffer);
    if (io_is_plain(vm, buffer, TYPE_BufferedReader) ||
        io_is_plain(vm, buffer, TYPE_BufferedRandom))
        return buffered_read1(vm, buffer, size);
    Value method = file->has_read1 ? NAME(read1) : NAME(read);
    return call_method_1(vm, buffer, method, from_small(size));
}

static bool is_bytes_like(VM *vm, Value v) {
    return is_object(v) && to_object(v)->shape->type->slots.buffer;
}

static bool check_bytes(VM *vm, TextFile *file, Value bytes) {
    if (bytes == FAIL) return false;
    if (is_bytes_like(vm, bytes)) return true;
    raise_type(vm, "underlying %s() should have returned a bytes-like object, not '%T'",
               file->has_read1 ? "read1" : "read", bytes);
    return false;
}

/* Bytes that were held back and the new ones: what the decoder is to be fed to come here again. */
static bool keep_snapshot(VM *vm, TextFile *file, Value held, i64 flags, Value input) {
    Buffered lent;
    if (!bytes_span(held).length && has_exact_kind(input, KIND_BYTES)) {
        replace(&file->snapshot, incref(input));
    } else {
        Buffer all = {0};
        if (!buffered_get(vm, input, &lent, false)) return false;
        buffer_add_span(&all, bytes_span(held));
        buffer_add(&all, lent.data, lent.size);
        buffered_release(vm, &lent);
        Value bytes = bytes_from_buffer(vm, &all);
        if (bytes == FAIL) return false;
        replace(&file->snapshot, bytes);
    }
    file->snapshot_flags = flags;
    return true;
}

int text_read_chunk(VM *vm, TextFile *file, i64 size_hint) {
    OWNED Value held = EMPTY;
    i64 flags = 0;
    if (!file->decoder.exists) {
        raise_unsupported(vm, "not readable");
        return -1;
    }
    if (file->telling && !text_decoder_state(vm, file, &held, &flags)) return -1;
    if (size_hint > 0) size_hint = (i64)((file->bytes_per_char > 1 ? file->bytes_per_char : 1) *
                                         (double)size_hint);
    OWNED Value input =
        read_buffer(vm, file, size_hint > file->chunk_size ? size_hint : file->chunk_size);
    if (!check_bytes(vm, file, input)) return -1;
    i64 count = object_length(vm, input);
    if (count < 0) return -1;
    Value text = text_decode(vm, file, input, count == 0);
    if (text == FAIL) return -1;
    text_forget_decoded(file);
    file->decoded = text;
    usize length = to_str(text)->size ? str_length(text) : 0;
    file->bytes_per_char = length ? (double)count / (double)length : 0;
    if (file->telling && !keep_snapshot(vm, file, held, flags, input)) return -1;
    return length || count;
}

/* ---- read ---- */

/* Give out the next `size` bytes of the decoded text. */
static Value take_text(VM *vm, TextFile *file, usize size) {
    Span ahead = text_ahead(file);
    if (!file->decoded_at && size == ahead.length && file->decoded != EMPTY) {
        file->decoded_at = size;
        return incref(file->decoded);
    }
    OWNED Value text = TRY(str_new(vm, ahead.data, size));
    file->decoded_at += size;
    return TAKE(text);
}

/* How many bytes the first `*count` characters have; *count becomes how many there are. */
static usize measure(const TextFile *file, i64 *count) {
    Span ahead = text_ahead(file);
    if (file->decoded == EMPTY || str_is_ascii(file->decoded)) {
        if (*count > (i64)ahead.length) *count = (i64)ahead.length;
        return (usize)*count;
    }
    const char *at = ahead.data, *end = at + ahead.length;
    i64 found = 0;
    for (; found < *count && at < end; found++) at += utf8_sequence_length((u8)*at);
    *count = found;
    return (usize)(at - ahead.data);
}

static Value read_rest(VM *vm, TextFile *file) {
    OWNED Value bytes = io_is_plain(vm, file->buffer, TYPE_BufferedReader)
                            ? buffered_read_all(vm, file->buffer)
                            : call_method_0(vm, file->buffer, NAME(read));
    if (bytes == FAIL) return FAIL;
    if (!is_bytes_like(vm, bytes)) {
        return raise_type(vm,
                          "underlying read() should have returned a bytes-like object, not '%T'",
                          bytes);
    }
    OWNED Value text = TRY(text_decode(vm, file, bytes, true));
    OWNED Value before = TRY(take_text(vm, file, text_ahead(file).length));
    bool had_decoded = file->decoded != EMPTY;
    if (had_decoded) {
        text_forget_decoded(file);
        file->decoded = incref(vm->empty_str);
        replace(&file->snapshot, EMPTY);
    }
    return to_str(before)->size ? str_concat(vm, before, text) : TAKE(text);
}

static Value read_count(VM *vm, TextFile *file, i64 wanted) {
    Buffer text = {0};
    int more = 1;
    while (more > 0) {
        i64 count = wanted;
        usize size = measure(file, &count);
        buffer_add(&text, text_ahead(file).data, size);
        file->decoded_at += size;
        wanted -= count;
        if (!wanted) break;
        more = text_read_chunk(vm, file, wanted);
    }
    if (more >= 0) return str_from_buffer(vm, &text);
    buffer_free(&text);
    return FAIL;
}

METHOD(TextIOWrapper, read, "($self, size=-1, /)") {
    TextFile *file = to_text(args[0]);
    i64 size;
    CHECK(text_check_ready(vm, file) && io_take_size(vm, args[1], &size));
    CHECK(text_check_open(vm, args[0]));
    if (!file->decoder.exists) return raise_unsupported(vm, "not readable");
    CHECK(text_write_pending(vm, file));
    return size < 0 ? read_rest(vm, file) : read_count(vm, file, size);
}

/* ---- lines ---- */

/* The bytes of what is ahead that belong to the line, of which `line` holds the beginning. *complete: its end
 * is among them, or the limit (characters, -1: none; counted down). */
static usize line_part(TextFile *file, const Buffer *line, i64 *limit, bool *complete) {
    Span ahead = text_ahead(file);
    bool is_second_half = file->newline == NEWLINE_CRLF && line->length && ahead.length &&
                          line->data[line->length - 1] == '\r' && ahead.data[0] == '\n';
    i64 end = is_second_half ? 1
                             : io_line_end(ahead, file->newline, file->newline == NEWLINE_ANY);
    usize size = end < 0 ? ahead.length : (usize)end;
    *complete = end >= 0;
    if (*limit < 0) return size;
    i64 count = *limit;
    usize most = measure(file, &count);
    if (most <= size) {
        size = most;
        *complete = *complete || count == *limit;
    }
    *limit -= count;
    return size;
}

static Value read_long_line(VM *vm, TextFile *file, i64 limit, usize part) {
    Buffer line = {0};
    bool complete = false;
    for (int more = 1;;) {
        buffer_add(&line, text_ahead(file).data, part);
        file->decoded_at += part;
        if (complete) break;
        more = text_read_chunk(vm, file, 0);
        if (more <= 0) {
            text_forget_decoded(file);
            replace(&file->snapshot, EMPTY);
            if (more == 0) break;
            buffer_free(&line);
            return FAIL;
        }
        part = line_part(file, &line, &limit, &complete);
    }
    return str_from_buffer(vm, &line);
}

static Value read_line(VM *vm, TextFile *file, i64 limit) {
    static const Buffer nothing;
    bool complete = false;
    if (limit == 0) return incref(vm->empty_str);
    usize part = line_part(file, &nothing, &limit, &complete);
    return complete ? take_text(vm, file, part) : read_long_line(vm, file, limit, part);
}

METHOD(TextIOWrapper, readline, "($self, size=-1, /)") {
    i64 limit;
    CHECK(text_check_ready(vm, to_text(args[0])));
    if (args[1] == NONE) CHECK(object_to_i64(vm, args[1], &limit));
    CHECK(io_take_size(vm, args[1], &limit) && text_check_open(vm, args[0]));
    CHECK(text_write_pending(vm, to_text(args[0])));
    return read_line(vm, to_text(args[0]), limit);
}

static Value line_of(VM *vm, Value self) {
    if (io_is_plain(vm, self, TYPE_TextIOWrapper)) {
        CHECK(text_check_open(vm, self) && text_write_pending(vm, to_text(self)));
        return read_line(vm, to_text(self), -1);
    }
    OWNED Value line = TRY(call_method_0(vm, self, NAME(readline)));
    if (is_str(line)) return TAKE(line);
    return raise_format(vm, EXC(OSError),
                        "readline() should have returned a str object, not '%T'", line);
}

Value text_next(VM *vm, Value self) {
    TextFile *file = to_text(self);
    CHECK(text_check_ready(vm, file));
    file->telling = false;
    OWNED Value line = TRY(line_of(vm, self));
    if (to_str(line)->size) return TAKE(line);
    replace(&file->snapshot, EMPTY);
    file->telling = file->seekable;
    return EMPTY;
}
