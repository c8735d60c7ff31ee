#include "base/packed.h"

#include <zlib.h>

enum { NO_HEADER = -15, MOST_MEMORY = 9 };

/* ---- writing ---- */

static bool deflate_all(z_stream *stream, Span bytes, Span dictionary, Buffer *out) {
    if (dictionary.length)
        deflateSetDictionary(stream, (const Bytef *)dictionary.data, (uInt)dictionary.length);
    usize room = deflateBound(stream, bytes.length);
    char *at = buffer_reserve(out, room);
    if (!at) return false;
    stream->next_in = (Bytef *)bytes.data;
    stream->avail_in = (uInt)bytes.length;
    stream->next_out = (Bytef *)at;
    stream->avail_out = (uInt)room;
    if (deflate(stream, Z_FINISH) != Z_STREAM_END) return false;
    out->length += stream->total_out;
    return true;
}

bool packed_write(Span bytes, Span dictionary, Buffer *out) {
    z_stream stream = {0};
    usize before = out->length;
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, NO_HEADER, MOST_MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    bool done = deflate_all(&stream, bytes, dictionary, out);
    deflateEnd(&stream);
    if (!done || out->length - before < bytes.length) return done;
    out->length = before;
    buffer_add_span(out, bytes);
    return !out->failed;
}

/* ---- reading ---- */

static bool inflate_all(z_stream *stream, Packed packed, Span dictionary, char *to) {
    if (dictionary.length)
        inflateSetDictionary(stream, (const Bytef *)dictionary.data, (uInt)dictionary.length);
    stream->next_in = (Bytef *)packed.bytes;
    stream->avail_in = packed.stored;
    stream->next_out = (Bytef *)to;
    stream->avail_out = packed.size;
    return inflate(stream, Z_FINISH) == Z_STREAM_END;
}

Span packed_read(Packed packed, Span dictionary, Buffer *room) {
    if (packed_is_plain(packed)) return (Span){packed.bytes, packed.size};
    z_stream stream = {0};
    char *to = buffer_reserve(room, packed.size);
    if (!to || inflateInit2(&stream, NO_HEADER) != Z_OK) return (Span){0};
    bool done = inflate_all(&stream, packed, dictionary, to);
    inflateEnd(&stream);
    if (!done) return (Span){0};
    room->length += packed.size;
    to[packed.size] = '\0';
    return (Span){to, packed.size};
}
