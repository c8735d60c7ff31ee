/* Writing through a TextIOWrapper. */
#include "objects/exc.h"
#include "stdlib/io_buffered.h"
#include "stdlib/io_text.h"

static bool write_bytes(VM *vm, Value buffer, Span data) {
    if (io_is_plain(vm, buffer, TYPE_BufferedWriter) ||
        io_is_plain(vm, buffer, TYPE_BufferedRandom))
        return buffered_write(vm, buffer, data);
    OWNED Value bytes = bytes_new(vm, data.data, data.length);
    OWNED Value done =
        bytes == FAIL ? FAIL : call_method_1(vm, buffer, NAME(write), bytes);
    return done != FAIL;
}

/* The pending bytes are taken out first: what happens below may write again. */
bool text_write_pending(VM *vm, TextFile *file) {
    if (!file->pending.length) return true;
    Buffer pending = file->pending;
    file->pending = (Buffer){0};
    bool failed = pending.failed;
    if (failed) raise_memory(vm);
    OWNED Value buffer = incref(file->buffer);
    bool done = !failed && write_bytes(vm, buffer, buffer_span(&pending));
    if (file->pending.data || failed) {
        buffer_free(&pending);
    } else {
        buffer_clear(&pending);
        file->pending = pending;
    }
    return done;
}

static bool flush_buffer(VM *vm, TextFile *file) {
    OWNED Value buffer = incref(file->buffer);
    if (io_is_plain(vm, buffer, TYPE_BufferedWriter))
        return buffered_flush(vm, buffer) != FAIL;
    OWNED Value done = call_method_0(vm, buffer, NAME(flush));
    return done != FAIL;
}

/* After `added` bytes went behind what was pending. */
static bool write_if_due(VM *vm, TextFile *file, bool flushes) {
    bool is_due = (i64)file->pending.length >= file->chunk_size || flushes || file->write_through;
    if (is_due && !text_write_pending(vm, file)) return false;
    return !flushes || flush_buffer(vm, file);
}

/* What was read ahead is no longer what comes next, but where writing goes elsewhere (a pair of
 * streams has no position, and so no snapshot). */
static bool leave_reading(VM *vm, TextFile *file) {
    if (LIKELY(file->snapshot == EMPTY)) return true;
    text_forget_decoded(file);
    replace(&file->snapshot, EMPTY);
    return text_decoder_reset(vm, file);
}

static bool needs_flush(const TextFile *file, Span text) {
    return file->line_buffering && (memchr(text.data, '\n', text.length) ||
                                    memchr(text.data, '\r', text.length));
}

static bool make_room(VM *vm, TextFile *file, usize added) {
    bool is_too_much = (i64)(file->pending.length + added) > file->chunk_size;
    return !file->pending.length || !is_too_much || text_write_pending(vm, file);
}

bool text_write_ascii(VM *vm, Value self, Span text) {
    TextFile *file = to_text(self);
    if (!make_room(vm, file, text.length)) return false;
    buffer_add_span(&file->pending, text);
    return write_if_due(vm, file, needs_flush(file, text)) && leave_reading(vm, file);
}

bool text_write_str(VM *vm, Value self, Value text) {
    TextFile *file = to_text(self);
    if (!make_room(vm, file, to_str(text)->size)) return false;
    if (!text_encode(vm, file, text, &file->pending)) return false;
    return write_if_due(vm, file, needs_flush(file, str_span(text))) && leave_reading(vm, file);
}

/* "\n" as this file writes it. */
static Value with_newlines(VM *vm, TextFile *file, Value text) {
    bool differs = file->newline == NEWLINE_CR || file->newline == NEWLINE_CRLF;
    Span span = str_span(text);
    if (!differs || !memchr(span.data, '\n', span.length)) return incref(text);
    Buffer out = {0};
    for (usize i = 0; i < span.length; i++) {
        if (span.data[i] == '\n')
            buffer_add_text(&out, file->newline == NEWLINE_CR ? "\r" : "\r\n");
        else
            buffer_add_char(&out, span.data[i]);
    }
    return str_from_buffer(vm, &out);
}

static bool write_encoded(VM *vm, TextFile *file, Value given) {
    OWNED Value text = with_newlines(vm, file, given);
    if (text == FAIL) return false;
    Buffer encoded = {0};
    bool done = text_encode(vm, file, text, &encoded) && make_room(vm, file, encoded.length);
    if (done) buffer_add_span(&file->pending, buffer_span(&encoded));
    buffer_free(&encoded);
    return done && write_if_due(vm, file, needs_flush(file, str_span(given))) &&
           leave_reading(vm, file);
}

METHOD(TextIOWrapper, write, "($self, text, /)") {
    TextFile *file = to_text(args[0]);
    if (!is_str(args[1])) {
        return raise_type(vm, "write() argument must be str, not %s",
                          args[1] == NONE ? "None" : type_name_of(vm, args[1]));
    }
    CHECK(text_check_open(vm, args[0]));
    if (!file->encoder.exists) return raise_unsupported(vm, "not writable");
    bool is_direct = file->encoder.is_utf8 && file->newline != NEWLINE_CR &&
                     file->newline != NEWLINE_CRLF;
    CHECK(is_direct ? text_write_str(vm, args[0], args[1])
                    : write_encoded(vm, file, args[1]));
    return from_small((i64)str_length(args[1]));
}

Value text_flush(VM *vm, Value self) {
    TextFile *file = to_text(self);
    CHECK(text_check_open(vm, self));
    file->telling = file->seekable;
    CHECK(text_write_pending(vm, file) && flush_buffer(vm, file));
    return NONE;
}

METHOD(TextIOWrapper, flush, "($self, /)") {
    return text_flush(vm, args[0]);
}

METHOD(TextIOWrapper, truncate, "($self, pos=None, /)") {
    TextFile *file = to_text(args[0]);
    CHECK(text_check_ready(vm, file));
    OWNED Value done = TRY(call_method_0(vm, args[0], NAME(flush)));
    return call_method_1(vm, file->buffer, NAME(truncate), args[1] == EMPTY ? NONE : args[1]);
}

void text_discard(VM *vm, Value self) {
    if (!is_instance(vm, self, vm->types[TYPE_TextIOWrapper])) return;
    TextFile *file = to_text(self);
    buffer_clear(&file->pending);
    if (file->ready && is_instance(vm, file->buffer, vm->types[TYPE__Buffered]))
        to_buffered(file->buffer)->dirty = 0;
}
