/* TextIOWrapper: text over a buffer of bytes.
 *
 * Writing: text is encoded into `pending`, which goes to the buffer when it is long enough, at a flush, and
 * with line buffering at each newline. Reading: a chunk of bytes is decoded into `decoded`, of which
 * [0, decoded_at) (bytes of its UTF-8) has been given out.
 *
 * tell() must name a place inside a chunk. `snapshot` is the state of the decoder before the chunk and the
 * bytes that it got: by decoding them again up to the place the number of bytes comes out.
 *
 * Codecs that keep nothing between pieces but the bytes of an incomplete character are called directly
 * (`native`); for others there are the incremental encoder and decoder objects of the module codecs.
 */
#ifndef APY_STDLIB_IO_TEXT_H
#define APY_STDLIB_IO_TEXT_H

#include "objects/codecs_make.h"
#include "stdlib/io_newline.h"

typedef struct TextEncoder {
    bool exists, is_native, is_utf8;
    bool at_start; /* what it writes first begins with a byte order mark */
    Codec codec;
    Value object;
} TextEncoder;

typedef struct TextDecoder {
    bool exists, is_native;
    bool has_newlines; /* universal: through `newlines` */
    Codec codec;
    Value object;
    Buffer held; /* native: bytes of an incomplete character */
    NewlineState newlines;
} TextDecoder;

typedef struct TextFile {
    Obj h;
    Value buffer; /* EMPTY: detached, or not initialised */
    Value encoding, errors, mode; /* str; mode EMPTY: none */
    bool ready, detached, finalizing;
    bool line_buffering, write_through, seekable, telling, has_read1;
    NewlineSort newline;
    TextEncoder encoder;
    TextDecoder decoder;
    Buffer pending;
    Value decoded; /* str or EMPTY */
    usize decoded_at;
    Value snapshot; /* bytes or EMPTY */
    i64 snapshot_flags;
    double bytes_per_char;
    i64 chunk_size;
} TextFile;

static inline TextFile *to_text(Value v) {
    return (TextFile *)v;
}
static inline Span text_ahead(const TextFile *file) {
    if (file->decoded == EMPTY) return (Span){"", 0};
    Span all = str_span(file->decoded);
    return (Span){all.data + file->decoded_at, all.length - file->decoded_at};
}

/* ValueError unless it is initialised and attached. */
bool text_check_ready(VM *vm, TextFile *file);
bool text_check_open(VM *vm, Value self);

/* ---- io_text_codec.c ---- */

/* Make encoder and decoder as far as the buffer is writable and readable. */
bool text_open_codecs(VM *vm, TextFile *file);
void text_close_codecs(TextFile *file);
/* Whether a byte order mark is due. */
bool text_find_start(VM *vm, TextFile *file);
bool text_encode(VM *vm, TextFile *file, Value text, Buffer *out);
Value text_decode(VM *vm, TextFile *file, Value bytes, bool is_final);
/* What the decoder holds back (bytes, owned) and its flags. */
bool text_decoder_state(VM *vm, TextFile *file, Value *held, i64 *flags);
bool text_decoder_set(VM *vm, TextFile *file, Value held, i64 flags);
bool text_decoder_reset(VM *vm, TextFile *file);
bool text_encoder_reset(VM *vm, TextFile *file, bool at_start);

/* ---- among io_text*.c ---- */

void text_forget_decoded(TextFile *file);
bool text_write_pending(VM *vm, TextFile *file);
/* 1: more text, 0: the end, -1: failed. */
int text_read_chunk(VM *vm, TextFile *file, i64 size_hint);
Value text_next(VM *vm, Value self);

#endif
