/* The encoder and the decoder of a TextIOWrapper. */
#include "objects/tuple.h"
#include "stdlib/io_text.h"
#include "vm/import.h"

/* ---- making ---- */

static const char *errors_of(const TextFile *file) {
    return to_str(file->errors)->data;
}

/* Those with a byte order mark have a state when they decode. */
static bool has_mark(const Codec *codec) {
    return codec->start || !strcmp(codec->name, "utf_16") || !strcmp(codec->name, "utf_32");
}

static bool is_escape(const Codec *codec) {
    return strstr(codec->name, "escape") != NULL;
}

static Value make_object(VM *vm, TextFile *file, Value info, const char *attribute) {
    OWNED Value factory = TRY(object_getattr_text(vm, info, attribute));
    return call_1(vm, factory, file->errors);
}

static bool check_text_encoding(VM *vm, Value info, Value encoding) {
    OWNED Value name = TRY_OR_FALSE(str_from_text(vm, "_is_text_encoding"));
    OWNED Value flag = TRY_OR_FALSE(object_find_attr(vm, info, name));
    if (flag != FALSE) return true;
    raise_format(vm, EXC(LookupError),
                 "%R is not a text encoding; use codecs.open() to handle arbitrary codecs",
                 encoding);
    return false;
}

static bool open_encoder(VM *vm, TextFile *file, bool is_known, const Codec *codec, Value info) {
    TextEncoder *encoder = &file->encoder;
    encoder->exists = true;
    encoder->is_native = is_known && !is_escape(codec);
    encoder->codec = *codec;
    encoder->is_utf8 = encoder->is_native && !strcmp(codec->name, "utf_8");
    if (encoder->is_native) return true;
    replace(&encoder->object, TRY_OR_FALSE(make_object(vm, file, info, "incrementalencoder")));
    return true;
}

static bool open_decoder(VM *vm, TextFile *file, bool is_known, const Codec *codec, Value info) {
    TextDecoder *decoder = &file->decoder;
    decoder->exists = true;
    decoder->is_native = is_known && !has_mark(codec) && !is_escape(codec);
    decoder->codec = *codec;
    decoder->has_newlines = file->newline <= NEWLINE_ANY_KEPT;
    decoder->newlines = (NewlineState){.translates = file->newline == NEWLINE_ANY};
    if (decoder->is_native) return true;
    replace(&decoder->object, TRY_OR_FALSE(make_object(vm, file, info, "incrementaldecoder")));
    return true;
}

void text_close_codecs(TextFile *file) {
    buffer_free(&file->decoder.held);
    replace(&file->encoder.object, EMPTY);
    replace(&file->decoder.object, EMPTY);
    file->encoder = (TextEncoder){.object = EMPTY};
    file->decoder = (TextDecoder){.object = EMPTY};
}

bool text_open_codecs(VM *vm, TextFile *file) {
    Codec codec = codec_utf_8;
    bool is_known = codec_find(to_str(file->encoding)->data, &codec);
    OWNED Value info = EMPTY;
    if (!is_known || has_mark(&codec) || is_escape(&codec)) {
        OWNED Value codecs = TRY_OR_FALSE(import_text(vm, "codecs"));
        info = codec_lookup(vm, to_str(file->encoding)->data);
        if (info == FAIL || !check_text_encoding(vm, info, file->encoding)) return false;
    }
    text_close_codecs(file);
    int reads = io_ask(vm, file->buffer, NAME(readable));
    if (reads < 0 || (reads && !open_decoder(vm, file, is_known, &codec, info))) return false;
    int writes = io_ask(vm, file->buffer, NAME(writable));
    return writes >= 0 && (!writes || open_encoder(vm, file, is_known, &codec, info));
}

bool text_find_start(VM *vm, TextFile *file) {
    if (!file->seekable || !file->encoder.exists) return true;
    if (file->encoder.is_native && !file->encoder.codec.start) return true;
    OWNED Value position = TRY_OR_FALSE(call_method_0(vm, file->buffer, NAME(tell)));
    int is_zero = object_equal(vm, position, from_small(0));
    if (is_zero < 0) return false;
    file->encoder.at_start = is_zero;
    if (is_zero || file->encoder.is_native) return true;
    return text_encoder_reset(vm, file, false);
}

/* ---- encoding ---- */

bool text_encoder_reset(VM *vm, TextFile *file, bool at_start) {
    TextEncoder *encoder = &file->encoder;
    encoder->at_start = at_start;
    if (!encoder->exists || encoder->is_native) return true;
    OWNED Value done = at_start
                           ? call_method_0(vm, encoder->object, NAME(reset))
                           : call_method_1(vm, encoder->object, NAME(setstate), from_small(0));
    return done != FAIL;
}

static bool has_surrogates(Span text) {
    const char *at = text.data, *end = at + text.length;
    while (at < end && (at = memchr(at, 0xED, (usize)(end - at)))) {
        if ((u8)at[1] >= 0xA0) return true;
        at += 3;
    }
    return false;
}

static Value encode_by_object(VM *vm, TextFile *file, Value text) {
    OWNED Value bytes = TRY(call_method_1(vm, file->encoder.object, NAME(encode), text));
    if (has_kind(bytes, KIND_BYTES)) return TAKE(bytes);
    return raise_type(vm, "encoder should return a bytes object, not '%T'", bytes);
}

static Value encode_by_codec(VM *vm, TextFile *file, Value text) {
    Codec codec = file->encoder.codec;
    if (!file->encoder.at_start) codec.start = NULL, codec.start_size = 0;
    file->encoder.at_start = false;
    return codec_run_encode(vm, &codec, text, errors_of(file));
}

bool text_encode(VM *vm, TextFile *file, Value text, Buffer *out) {
    bool is_same = file->encoder.is_utf8 || (file->encoder.is_native && file->encoder.codec.ascii &&
                                             str_is_ascii(text));
    if (is_same && (str_is_ascii(text) || !has_surrogates(str_span(text)))) {
        buffer_add_span(out, str_span(text));
        return true;
    }
    OWNED Value bytes = file->encoder.is_native ? encode_by_codec(vm, file, text)
                                                : encode_by_object(vm, file, text);
    if (bytes == FAIL) return false;
    buffer_add_span(out, bytes_span(bytes));
    return true;
}

/* ---- decoding ---- */

static Value decode_by_codec(VM *vm, TextFile *file, Span bytes, bool is_final) {
    TextDecoder *decoder = &file->decoder;
    usize consumed;
    if (!decoder->held.length) {
        OWNED Value text = TRY(codec_run_decode(vm, &decoder->codec, bytes, errors_of(file),
                                                is_final, &consumed));
        buffer_add(&decoder->held, bytes.data + consumed, bytes.length - consumed);
        return TAKE(text);
    }
    Buffer all = decoder->held;
    decoder->held = (Buffer){0};
    buffer_add_span(&all, bytes);
    Value text = codec_run_decode(vm, &decoder->codec, buffer_span(&all), errors_of(file),
                                  is_final, &consumed);
    if (text != FAIL) buffer_add(&decoder->held, all.data + consumed, all.length - consumed);
    buffer_free(&all);
    return text;
}

static Value decode_by_object(VM *vm, TextFile *file, Value bytes, bool is_final) {
    OWNED Value text = TRY(call_method_2(vm, file->decoder.object, NAME(decode), bytes,
                                         from_bool(is_final)));
    if (is_str(text)) return TAKE(text);
    return raise_type(vm, "decoder should return a string result, not '%T'", text);
}

Value text_decode(VM *vm, TextFile *file, Value bytes, bool is_final) {
    OWNED Value text = EMPTY;
    if (file->decoder.is_native) {
        Buffered lent;
        CHECK(buffered_get(vm, bytes, &lent, false));
        text = decode_by_codec(vm, file, (Span){lent.data, lent.size}, is_final);
        buffered_release(vm, &lent);
    } else {
        text = decode_by_object(vm, file, bytes, is_final);
    }
    if (text == FAIL || !file->decoder.has_newlines) return TAKE(text);
    return newline_feed(vm, &file->decoder.newlines, text, is_final);
}

/* ---- the decoder's state ---- */

static bool inner_state(VM *vm, TextFile *file, Value *held, i64 *flags) {
    *flags = 0;
    if (file->decoder.is_native) {
        Span span = buffer_span(&file->decoder.held);
        return (*held = bytes_new(vm, span.data, span.length)) != FAIL;
    }
    OWNED Value state =
        TRY_OR_FALSE(call_method_0(vm, file->decoder.object, NAME(getstate)));
    if (!has_kind(state, KIND_TUPLE) || to_tuple(state)->count != 2) {
        raise_type(vm, "illegal decoder state");
        return false;
    }
    Value *items = to_tuple(state)->items;
    if (!has_kind(items[0], KIND_BYTES)) {
        raise_type(vm, "illegal decoder state: the first item should be a bytes object, not '%T'",
                   items[0]);
        return false;
    }
    if (!object_to_i64(vm, items[1], flags)) return false;
    *held = incref(items[0]);
    return true;
}

bool text_decoder_state(VM *vm, TextFile *file, Value *held, i64 *flags) {
    if (!inner_state(vm, file, held, flags)) return false;
    if (file->decoder.has_newlines)
        *flags = *flags * 2 + file->decoder.newlines.has_pending_cr;
    return true;
}

bool text_decoder_set(VM *vm, TextFile *file, Value held, i64 flags) {
    TextDecoder *decoder = &file->decoder;
    if (decoder->has_newlines) {
        decoder->newlines.has_pending_cr = flags & 1;
        flags >>= 1;
    }
    if (decoder->is_native) {
        buffer_clear(&decoder->held);
        buffer_add_span(&decoder->held, bytes_span(held));
        return true;
    }
    OWNED Value state = tuple_of(vm, 2, held, from_small(flags));
    OWNED Value done =
        state == FAIL ? FAIL : call_method_1(vm, decoder->object, NAME(setstate), state);
    return done != FAIL;
}

bool text_decoder_reset(VM *vm, TextFile *file) {
    TextDecoder *decoder = &file->decoder;
    if (!decoder->exists) return true;
    decoder->newlines.has_pending_cr = false;
    decoder->newlines.seen = 0;
    buffer_clear(&decoder->held);
    if (decoder->is_native) return true;
    OWNED Value done = call_method_0(vm, decoder->object, NAME(reset));
    return done != FAIL;
}
