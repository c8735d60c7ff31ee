/* Positions in a TextIOWrapper: a number that says where the bytes are and what the decoder needs to go on
 * from there.
 *
 *     bits 0-63 byte position | 64-95 decoder flags | 96-127 bytes to feed | 128-159 characters to skip
 *     160-167 feed the end of the file too
 *
 * Where nothing is to be fed or skipped it is the byte position alone.
 */
#include "base/utf8.h"
#include "objects/exc.h"
#include "objects/int.h"
#include "stdlib/io_text.h"

typedef struct Cookie {
    i64 position;
    i64 flags, feed, skip;
    bool at_end;
} Cookie;

enum { COOKIE_BYTES = 21 };

static Value pack(VM *vm, const Cookie *cookie) {
    if (!cookie->flags && !cookie->feed && !cookie->skip && !cookie->at_end)
        return int_from_i64(vm, cookie->position);
    u8 bytes[COOKIE_BYTES];
    u32 parts[3] = {(u32)cookie->flags, (u32)cookie->feed, (u32)cookie->skip};
    memcpy(bytes, &cookie->position, 8);
    memcpy(bytes + 8, parts, sizeof parts);
    bytes[20] = cookie->at_end;
    mpz_t number;
    mpz_init(number);
    mpz_import(number, sizeof bytes, -1, 1, 0, 0, bytes);
    Value v = int_from_mpz(vm, number);
    mpz_clear(number);
    return v;
}

static bool unpack(VM *vm, Value v, Cookie *cookie) {
    u8 bytes[COOKIE_BYTES] = {0};
    u32 parts[3];
    mp_limb_t room[1];
    mpz_t number;
    *cookie = (Cookie){0};
    if (int_bit_length(v) > 8 * COOKIE_BYTES) {
        raise_overflow(vm, "int too big to convert");
        return false;
    }
    int_view(int_plain(v), number, room);
    mpz_export(bytes, NULL, -1, 1, 0, 0, number);
    memcpy(&cookie->position, bytes, 8);
    memcpy(parts, bytes + 8, sizeof parts);
    cookie->flags = parts[0];
    cookie->feed = parts[1];
    cookie->skip = parts[2];
    cookie->at_end = bytes[20];
    return true;
}

/* ---- tell ---- */

/* The bytes before the place are the text before it, as in ASCII and UTF-8 without faults: then no decoding
 * is needed. */
static bool is_same_text(const TextFile *file) {
    Span input = bytes_span(file->snapshot);
    bool may_be_half = file->decoder.has_newlines && file->decoded_at &&
                       to_str(file->decoded)->data[file->decoded_at - 1] == '\r';
    bool is_plain = !may_be_half && file->decoder.is_native && (file->encoder.is_utf8 || file->decoder.codec.ascii ||
                                                !strcmp(file->decoder.codec.name, "utf_8"));
    return is_plain && !file->snapshot_flags && file->decoded_at <= input.length &&
           !memcmp(input.data, to_str(file->decoded)->data, file->decoded_at);
}

/* Feed the decoder byte by byte until it has given `skip` characters, and keep the last place on the way
 * where it held nothing back. */
static bool find_start(VM *vm, TextFile *file, Cookie *cookie, i64 skip) {
    Span input = bytes_span(file->snapshot);
    i64 found = 0, since = 0, fed = 0;
    Cookie best = *cookie;
    best.skip = skip;
    for (usize i = 0; i < input.length && found < skip; i++) {
        OWNED Value byte = bytes_new(vm, input.data + i, 1);
        OWNED Value text = byte == FAIL ? FAIL : text_decode(vm, file, byte, false);
        OWNED Value held = EMPTY;
        i64 flags;
        if (text == FAIL || !text_decoder_state(vm, file, &held, &flags)) return false;
        found += (i64)str_length(text);
        fed++;
        if (bytes_span(held).length || found > skip) continue;
        best = (Cookie){cookie->position + (i64)i + 1, flags, 0, skip - found, false};
        since = fed;
    }
    if (found < skip) {
        OWNED Value text = text_decode(vm, file, vm->empty_bytes, true);
        if (text == FAIL) return false;
        best.at_end = true;
        if (found + (i64)str_length(text) < skip) {
            raise_format(vm, EXC(OSError), "can't reconstruct logical file position");
            return false;
        }
    }
    *cookie = best;
    cookie->feed = best.skip ? fed - since : 0;
    return true;
}

static bool place_inside(VM *vm, TextFile *file, Cookie *cookie) {
    Span used = {to_str(file->decoded)->data, file->decoded_at};
    cookie->position -= (i64)bytes_span(file->snapshot).length;
    cookie->flags = file->snapshot_flags;
    if (!used.length) return true;
    if (is_same_text(file)) {
        cookie->position += (i64)used.length;
        return true;
    }
    OWNED Value held = EMPTY;
    i64 flags;
    if (!text_decoder_state(vm, file, &held, &flags)) return false;
    NewlineState newlines = file->decoder.newlines;
    bool done = text_decoder_set(vm, file, vm->empty_bytes, file->snapshot_flags) &&
                find_start(vm, file, cookie, (i64)utf8_count(used.data, used.length));
    if (!done) {
        Value exception = exception_take(vm);
        if (!text_decoder_set(vm, file, held, flags)) exception_clear(vm);
        exception_restore(vm, exception);
        return false;
    }
    file->decoder.newlines = newlines;
    return text_decoder_set(vm, file, held, flags);
}

static Value tell(VM *vm, Value self) {
    TextFile *file = to_text(self);
    Cookie cookie = {0};
    if (!file->seekable) return raise_unsupported(vm, "underlying stream is not seekable");
    if (!file->telling)
        return raise_format(vm, EXC(OSError), "telling position disabled by next() call");
    CHECK(text_write_pending(vm, file));
    OWNED Value flushed = TRY(call_method_0(vm, self, NAME(flush)));
    OWNED Value position = TRY(call_method_0(vm, file->buffer, NAME(tell)));
    if (!file->decoder.exists || file->snapshot == EMPTY || file->decoded == EMPTY)
        return TAKE(position);
    CHECK(object_to_i64(vm, position, &cookie.position));
    CHECK(place_inside(vm, file, &cookie));
    return pack(vm, &cookie);
}

/* Return the stream position as an opaque number.
 *
 * The return value of tell() can be given as input to seek(), to restore a
 * previous stream position. */
METHOD(TextIOWrapper, tell, "($self, /)") {
    CHECK(text_check_open(vm, args[0]));
    return tell(vm, args[0]);
}

/* ---- seek ---- */

static bool forget(VM *vm, TextFile *file) {
    text_forget_decoded(file);
    replace(&file->snapshot, EMPTY);
    return text_decoder_reset(vm, file);
}

static Value seek_to_end(VM *vm, Value self) {
    TextFile *file = to_text(self);
    OWNED Value flushed = TRY(call_method_0(vm, self, NAME(flush)));
    CHECK(forget(vm, file));
    OWNED Value position =
        TRY(call_method_2(vm, file->buffer, NAME(seek), from_small(0), from_small(2)));
    int is_zero = object_equal(vm, position, from_small(0));
    CHECK(is_zero >= 0 && text_encoder_reset(vm, file, is_zero));
    return TAKE(position);
}

/* Decode again what lies between the start that the cookie names and its place. */
static bool feed(VM *vm, TextFile *file, const Cookie *cookie) {
    OWNED Value input = call_method_1(vm, file->buffer, NAME(read), from_small(cookie->feed));
    if (input == FAIL) return false;
    if (!has_kind(input, KIND_BYTES)) {
        raise_type(vm, "underlying read() should have returned a bytes object, not '%T'", input);
        return false;
    }
    replace(&file->snapshot, incref(input));
    Value text = text_decode(vm, file, input, cookie->at_end);
    if (text == FAIL) return false;
    text_forget_decoded(file);
    file->decoded = text;
    if ((i64)str_length(text) < cookie->skip) {
        raise_format(vm, EXC(OSError), "can't restore logical file position");
        return false;
    }
    file->decoded_at = str_offset(text, (usize)cookie->skip);
    return true;
}

static bool restore_decoder(VM *vm, TextFile *file, const Cookie *cookie) {
    if (!file->decoder.exists) return true;
    if (!cookie->position && !cookie->flags) return text_decoder_reset(vm, file);
    return text_decoder_set(vm, file, vm->empty_bytes, cookie->flags);
}

static Value seek_to(VM *vm, Value self, Value v) {
    TextFile *file = to_text(self);
    Cookie cookie;
    if (int_is_negative(v)) return raise_value(vm, "negative seek position %R", v);
    OWNED Value flushed = TRY(call_method_0(vm, self, NAME(flush)));
    CHECK(unpack(vm, v, &cookie));
    OWNED Value start = TRY(int_from_i64(vm, cookie.position));
    OWNED Value reached = TRY(call_method_1(vm, file->buffer, NAME(seek), start));
    text_forget_decoded(file);
    replace(&file->snapshot, EMPTY);
    CHECK(restore_decoder(vm, file, &cookie));
    if (file->decoder.exists) {
        file->snapshot_flags = cookie.flags;
        replace(&file->snapshot, incref(vm->empty_bytes));
    }
    if (cookie.skip) CHECK(feed(vm, file, &cookie));
    CHECK(text_encoder_reset(vm, file, !cookie.position && !cookie.flags));
    return incref(v);
}

static Value seek(VM *vm, Value self, Value given, int whence) {
    TextFile *file = to_text(self);
    if (!file->seekable) return raise_unsupported(vm, "underlying stream is not seekable");
    OWNED Value position = TRY(object_index(vm, given));
    bool is_zero = int_is_zero(position);
    if (whence == 1) {
        if (!is_zero) return raise_unsupported(vm, "can't do nonzero cur-relative seeks");
        OWNED Value here = TRY(call_method_0(vm, self, NAME(tell)));
        return seek_to(vm, self, here);
    }
    if (whence == 2) {
        if (!is_zero) return raise_unsupported(vm, "can't do nonzero end-relative seeks");
        return seek_to_end(vm, self);
    }
    if (whence) return raise_value(vm, "invalid whence (%d, should be 0, 1 or 2)", whence);
    return seek_to(vm, self, position);
}

/* Set the stream position, and return the new stream position.
 *
 *   cookie
 *     Zero or an opaque number returned by tell().
 *   whence
 *     The relative position to seek from.
 *
 * Four operations are supported, given by the following argument
 * combinations:
 *
 * - seek(0, SEEK_SET): Rewind to the beginning of the stream.
 * - seek(cookie, SEEK_SET): Restore a previous position.
 * - seek(0, SEEK_END): Fast-forward to the end of the stream.
 * - seek(0, SEEK_CUR): Leave the current stream position unchanged.
 *
 * Any other argument combinations are invalid,
 * and may raise exceptions. */
METHOD(TextIOWrapper, seek,
       "($self, cookie, whence=0, /) shown ($self, cookie, whence=os.SEEK_SET, /)") {
    int whence;
    CHECK(text_check_open(vm, args[0]) && io_take_whence(vm, args[2], &whence));
    return seek(vm, args[0], args[1], whence);
}
