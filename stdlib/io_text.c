#include "stdlib/io_text.h"

#include "objects/exc.h"
#include "objects/want.h"

/* ---- states ---- */

bool text_check_ready(VM *vm, TextFile *file) {
    if (LIKELY(file->ready)) return true;
    raise_value(vm, file->detached ? "underlying buffer has been detached"
                                   : "I/O operation on uninitialized object");
    return false;
}

/* The buffer is exactly a builtin one around a FileIO that is open. */
static bool is_plain_open(VM *vm, TextFile *file) {
    Value buffer = file->buffer;
    bool is_plain = io_is_plain(vm, buffer, TYPE_BufferedWriter) ||
                    io_is_plain(vm, buffer, TYPE_BufferedReader) ||
                    io_is_plain(vm, buffer, TYPE_BufferedRandom);
    return is_plain && buffered_is_plain_open(vm, buffer);
}

bool text_check_open(VM *vm, Value self) {
    TextFile *file = to_text(self);
    if (!text_check_ready(vm, file)) return false;
    if (LIKELY(is_plain_open(vm, file))) return true;
    return io_check_open(vm, self);
}

bool text_is_direct(VM *vm, Value self) {
    if (!is_object(self) || to_object(self)->shape->type != vm->types[TYPE_TextIOWrapper])
        return false;
    TextFile *file = to_text(self);
    bool is_simple = file->ready && file->encoder.is_utf8 && file->newline != NEWLINE_CR &&
                     file->newline != NEWLINE_CRLF;
    return is_simple && *instance_dict_word(to_object(self)) == EMPTY &&
           is_plain_open(vm, file);
}

void text_forget_decoded(TextFile *file) {
    replace(&file->decoded, EMPTY);
    file->decoded_at = 0;
}

static void forget_snapshot(TextFile *file) {
    replace(&file->snapshot, EMPTY);
}

/* ---- making ---- */

static Value make(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    TextFile *file = (TextFile *)object_new(vm, type);
    if (!file) return FAIL;
    Value *values[] = {&file->buffer, &file->encoding, &file->errors, &file->mode,
                       &file->decoded, &file->snapshot, &file->encoder.object,
                       &file->decoder.object};
    for (u32 i = 0; i < COUNT_OF(values); i++) *values[i] = EMPTY;
    file->chunk_size = IO_BUFFER_SIZE;
    return from_object(file);
}

static bool take_name(VM *vm, const char *argument, Value given, const char *otherwise,
                      Value *out) {
    if (given == EMPTY || given == NONE)
        return (*out = str_from_text(vm, otherwise)) != FAIL;
    if (!is_str(given))
        return want_refuse(vm, "TextIOWrapper", argument, "str or None", given);
    if (!want_c_text(vm, given)) return false;
    *out = incref(given);
    return true;
}

static bool take_encoding(VM *vm, Value given, Value *out) {
    if (given != EMPTY && is_str(given) && str_equals_text(given, "locale")) given = EMPTY;
    return take_name(vm, "argument 'encoding'", given, io_default_encoding(), out);
}

static bool take_newline(VM *vm, Value given, NewlineSort *out) {
    if (given != EMPTY && given != NONE && !is_str(given))
        return want_refuse(vm, "TextIOWrapper", "argument 'newline'", "str or None", given);
    return io_take_newline(vm, given, false, out);
}

static void forget_all(TextFile *file) {
    file->ready = file->detached = false;
    text_close_codecs(file);
    buffer_clear(&file->pending);
    text_forget_decoded(file);
    forget_snapshot(file);
}

/* The builtin ones are known. */
static bool find_read1(VM *vm, TextFile *file) {
    Value buffer = file->buffer;
    file->has_read1 = io_is_plain(vm, buffer, TYPE_BufferedReader) ||
                      io_is_plain(vm, buffer, TYPE_BufferedWriter);
    if (file->has_read1 || io_is_plain(vm, buffer, TYPE_FileIO)) return true;
    OWNED Value method = TRY_OR_FALSE(object_find_attr(vm, buffer, NAME(read1)));
    file->has_read1 = method != EMPTY;
    return true;
}

static bool attach(VM *vm, TextFile *file, Value buffer) {
    replace(&file->buffer, incref(buffer));
    if (!text_open_codecs(vm, file)) return false;
    int seekable = io_ask(vm, buffer, NAME(seekable));
    if (seekable < 0) return false;
    file->seekable = file->telling = seekable;
    return find_read1(vm, file) && text_find_start(vm, file);
}

/* given: buffer, encoding, errors, newline */
static bool set_up(VM *vm, Value self, Value *given, bool line_buffering, bool write_through) {
    TextFile *file = to_text(self);
    OWNED Value encoding = EMPTY, errors = EMPTY;
    forget_all(file);
    if (!take_encoding(vm, given[1], &encoding) ||
        !take_name(vm, "argument 'errors'", given[2], "strict", &errors) ||
        !take_newline(vm, given[3], &file->newline))
        return false;
    replace(&file->encoding, TAKE(encoding));
    replace(&file->errors, TAKE(errors));
    file->line_buffering = line_buffering;
    file->write_through = write_through;
    file->chunk_size = IO_BUFFER_SIZE;
    file->bytes_per_char = 0;
    return file->ready = attach(vm, file, given[0]);
}

static bool take_flag(VM *vm, Value v, bool *flag) {
    int truth = v == EMPTY ? *flag : object_truth(vm, v);
    *flag = truth > 0;
    return truth >= 0;
}

static bool init(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"buffer",         "encoding",      "errors", "newline",
                                        "line_buffering", "write_through", NULL};
    static const Arguments arguments = {"TextIOWrapper", names, 0, 6, 1};
    Value given[6];
    bool line_buffering = false, write_through = false;
    return arguments_bind(vm, &arguments, args, nargs, kwnames, given) &&
           take_flag(vm, given[4], &line_buffering) &&
           take_flag(vm, given[5], &write_through) &&
           set_up(vm, self, given, line_buffering, write_through);
}

Value text_wrap(VM *vm, Value buffer, Value encoding, Value errors, Value newline,
                bool line_buffering, bool write_through) {
    OWNED Value self = TRY(make(vm, vm->types[TYPE_TextIOWrapper], NULL, 0, EMPTY));
    Value given[4] = {buffer, encoding, errors, newline};
    CHECK(set_up(vm, self, given, line_buffering, write_through));
    return TAKE(self);
}

void text_set_mode(Value self, Value mode) {
    replace(&to_text(self)->mode, incref(mode));
}

static void finalize(VM *vm, Value self) {
    TextFile *file = to_text(self);
    if (!file->ready) return;
    file->finalizing = true;
    io_finalize(vm, self);
}

static void clear(VM *vm, Obj *self) {
    TextFile *file = (TextFile *)self;
    forget_all(file);
    replace(&file->buffer, EMPTY);
}

static void free_file(VM *vm, Obj *self) {
    TextFile *file = (TextFile *)self;
    clear(vm, self);
    buffer_free(&file->pending);
    decref(take(&file->encoding));
    decref(take(&file->errors));
    decref(take(&file->mode));
}

static void visit(Obj *self, Visitor *visitor) {
    TextFile *file = (TextFile *)self;
    visitor->visit(visitor, file->buffer);
    visitor->visit(visitor, file->encoder.object);
    visitor->visit(visitor, file->decoder.object);
}

static Value repr(VM *vm, Value self) {
    TextFile *file = to_text(self);
    if (file->encoding == EMPTY) CHECK(text_check_ready(vm, file));
    OWNED Value encoding = TRY(str_format(vm, " encoding=%R", file->encoding));
    return io_repr(vm, self, NONE, to_str(encoding)->data);
}

/* Character and line based layer over a BufferedIOBase object, buffer.
 *
 * encoding gives the name of the encoding that the stream will be
 * decoded or encoded with. It defaults to locale.getencoding().
 *
 * errors determines the strictness of encoding and decoding (see
 * help(codecs.Codec) or the documentation for codecs.register) and
 * defaults to "strict".
 *
 * newline controls how line endings are handled. It can be None, '',
 * '\n', '\r', and '\r\n'.  It works as follows:
 *
 * * On input, if newline is None, universal newlines mode is
 *   enabled. Lines in the input can end in '\n', '\r', or '\r\n', and
 *   these are translated into '\n' before being returned to the
 *   caller. If it is '', universal newline mode is enabled, but line
 *   endings are returned to the caller untranslated. If it has any of
 *   the other legal values, input lines are only terminated by the given
 *   string, and the line ending is returned to the caller untranslated.
 *
 * * On output, if newline is None, any '\n' characters written are
 *   translated to the system default line separator, os.linesep. If
 *   newline is '' or '\n', no translation takes place. If newline is any
 *   of the other legal values, any '\n' characters written are translated
 *   to the given string.
 *
 * If line_buffering is True, a call to flush is implied when a call to
 * write contains a newline character. */
TYPE(TextIOWrapper, .name = "_io.TextIOWrapper", .base = TYPE__TextIOBase,
     .size = sizeof(TextFile), .kind = KIND_OTHER,
     .slots = {
         .new = make,
         .init = init,
         .free = free_file,
         .visit = visit,
         .clear = clear,
         .finalize = finalize,
         .repr = repr,
         .next = text_next,
     })

/* ---- what it is ---- */

GETTER(TextIOWrapper, buffer) {
    if (to_text(self)->detached) return NONE;
    CHECK(text_check_ready(vm, to_text(self)));
    return incref(to_text(self)->buffer);
}

GETTER(TextIOWrapper, encoding) {
    Value encoding = to_text(self)->encoding;
    return encoding == EMPTY ? raise_attribute(vm, self, NAME(encoding)) : incref(encoding);
}

GETTER(TextIOWrapper, errors) {
    if (!to_text(self)->detached) CHECK(text_check_ready(vm, to_text(self)));
    return incref(to_text(self)->errors);
}

GETTER(TextIOWrapper, line_buffering) {
    return from_bool(to_text(self)->line_buffering);
}

GETTER(TextIOWrapper, write_through) {
    return from_bool(to_text(self)->write_through);
}

GETTER(TextIOWrapper, newlines) {
    TextFile *file = to_text(self);
    CHECK(text_check_ready(vm, file));
    return file->decoder.has_newlines ? newline_seen(vm, &file->decoder.newlines) : NONE;
}

GETTER(TextIOWrapper, closed) {
    CHECK(text_check_ready(vm, to_text(self)));
    return object_getattr(vm, to_text(self)->buffer, NAME(closed));
}

GETTER(TextIOWrapper, name) {
    CHECK(text_check_ready(vm, to_text(self)));
    return object_getattr(vm, to_text(self)->buffer, NAME(name));
}

GETTER(TextIOWrapper, mode) {
    Value mode = to_text(self)->mode;
    return mode == EMPTY ? raise_attribute(vm, self, NAME(mode)) : incref(mode);
}
SETTER(TextIOWrapper, mode) {
    if (value == EMPTY && to_text(self)->mode == EMPTY)
        return raise_attribute(vm, self, NAME(mode)) != FAIL;
    replace(&to_text(self)->mode, incref(value));
    return true;
}

GETTER(TextIOWrapper, _CHUNK_SIZE) {
    CHECK(text_check_ready(vm, to_text(self)));
    return from_small(to_text(self)->chunk_size);
}
SETTER(TextIOWrapper, _CHUNK_SIZE) {
    i64 size;
    if (!text_check_ready(vm, to_text(self)) || !object_to_i64(vm, value, &size)) return false;
    if (size <= 0) {
        raise_value(vm, "a strictly positive integer is required");
        return false;
    }
    to_text(self)->chunk_size = size;
    return true;
}

GETTER(TextIOWrapper, _finalizing) {
    return from_bool(to_text(self)->finalizing);
}
SETTER(TextIOWrapper, _finalizing) {
    to_text(self)->finalizing = object_truth(vm, value) > 0;
    return true;
}

static Value ask_buffer(VM *vm, Value self, Value method) {
    CHECK(text_check_ready(vm, to_text(self)));
    return call_method_0(vm, to_text(self)->buffer, method);
}

METHOD(TextIOWrapper, fileno, "($self, /)") {
    return ask_buffer(vm, args[0], NAME(fileno));
}
METHOD(TextIOWrapper, seekable, "($self, /)") {
    return ask_buffer(vm, args[0], NAME(seekable));
}
METHOD(TextIOWrapper, readable, "($self, /)") {
    return ask_buffer(vm, args[0], NAME(readable));
}
METHOD(TextIOWrapper, writable, "($self, /)") {
    return ask_buffer(vm, args[0], NAME(writable));
}
METHOD(TextIOWrapper, isatty, "($self, /)") {
    return ask_buffer(vm, args[0], NAME(isatty));
}
METHOD(TextIOWrapper, __reduce_ex__, "($self, protocol, /) shown ($self, object, /)") {
    return io_refuse_pickle(vm, args[0]);
}

/* ---- closing ---- */

METHOD(TextIOWrapper, detach, "($self, /)") {
    TextFile *file = to_text(args[0]);
    CHECK(text_check_ready(vm, file));
    OWNED Value done = TRY(call_method_0(vm, args[0], NAME(flush)));
    file->detached = true;
    file->ready = false;
    return TAKE(file->buffer);
}

/* The exception of flush() goes first; that of close() gets it as its context. */
static Value close_buffer(VM *vm, Value buffer, Value flush_exception) {
    OWNED Value earlier = flush_exception;
    OWNED Value done = call_method_0(vm, buffer, NAME(close));
    if (earlier == EMPTY) return TAKE(done);
    if (done == FAIL) {
        OWNED Value later = exception_take(vm);
        exception_chain(later, earlier);
        exception_restore(vm, TAKE(later));
    } else {
        exception_restore(vm, TAKE(earlier));
    }
    return FAIL;
}

METHOD(TextIOWrapper, close, "($self, /)") {
    TextFile *file = to_text(args[0]);
    CHECK(text_check_ready(vm, file));
    int closed = io_is_closed(vm, args[0]);
    if (closed) return closed < 0 ? FAIL : NONE;
    OWNED Value buffer = incref(file->buffer);
    if (file->finalizing) {
        OWNED Value warned = call_method_1(vm, buffer, NAME(_dealloc_warn), args[0]);
        if (warned == FAIL) exception_clear(vm);
    }
    OWNED Value flushed = call_method_0(vm, args[0], NAME(flush));
    return close_buffer(vm, buffer, flushed == FAIL ? exception_take(vm) : EMPTY);
}

/* ---- reconfigure ---- */

/* EMPTY and None: as it was. */
static bool change_flag(VM *vm, Value v, bool *flag) {
    return v == NONE || take_flag(vm, v, flag);
}

static bool change_codecs(VM *vm, Value self, Value encoding, Value errors, Value newline) {
    TextFile *file = to_text(self);
    bool keeps_encoding = encoding == EMPTY || encoding == NONE;
    bool keeps_errors = errors == EMPTY || errors == NONE;
    if (keeps_encoding && keeps_errors && newline == EMPTY) return true;
    OWNED Value new_encoding = EMPTY, new_errors = EMPTY;
    NewlineSort sort = file->newline;
    if (!take_encoding(vm, keeps_encoding ? file->encoding : encoding, &new_encoding) ||
        (newline != EMPTY && !take_newline(vm, newline, &sort)))
        return false;
    Value wanted = keeps_errors && keeps_encoding ? file->errors : errors;
    if (!take_name(vm, "argument 'errors'", wanted, "strict", &new_errors)) return false;
    file->newline = sort;
    replace(&file->encoding, TAKE(new_encoding));
    replace(&file->errors, TAKE(new_errors));
    return text_open_codecs(vm, file) && text_find_start(vm, file);
}

/* Reconfigure the text stream with new parameters.
 *
 * This also does an implicit stream flush. */
METHOD(TextIOWrapper, reconfigure,
       "($self, /, *, encoding=None, errors=None, newline=<unrepresentable>, "
       "line_buffering=None, write_through=None) shown ($self, /, *, encoding=None, "
       "errors=None, newline=None,\n            line_buffering=None, "
       "write_through=None)") {
    TextFile *file = to_text(args[0]);
    bool changes_text = (args[1] != EMPTY && args[1] != NONE) ||
                        (args[2] != EMPTY && args[2] != NONE) || args[3] != EMPTY;
    bool line_buffering = file->line_buffering, write_through = file->write_through;
    CHECK(text_check_ready(vm, file));
    if (file->decoded != EMPTY && changes_text) {
        return raise_unsupported(vm, "It is not possible to set the encoding or newline of "
                                     "stream after the first read");
    }
    CHECK(change_flag(vm, args[4], &line_buffering) &&
          change_flag(vm, args[5], &write_through));
    OWNED Value flushed = TRY(call_method_0(vm, args[0], NAME(flush)));
    CHECK(change_codecs(vm, args[0], args[1], args[2], args[3]));
    file->line_buffering = line_buffering;
    file->write_through = write_through;
    return NONE;
}
