/* zlib: compressing and decompressing, by the library of that name. */
#include <limits.h>
#include <zlib.h>

#include "objects/bytes.h"
#include "objects/exc.h"
#include "objects/frame.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/want.h"
#include "stdlib/waiting.h"

MODULE(zlib,
       "The functions in this module allow compression and decompression using the\n"
       "zlib library, which is based on GNU zip.\n"
       "\n"
       "adler32(string[, start]) -- Compute an Adler-32 checksum.\n"
       "compress(data[, level]) -- Compress data, with compression level 0-9 or -1.\n"
       "compressobj([level[, ...]]) -- Return a compressor object.\n"
       "crc32(string[, start]) -- Compute a CRC-32 checksum.\n"
       "decompress(string,[wbits],[bufsize]) -- Decompresses a compressed string.\n"
       "decompressobj([wbits[, zdict]]) -- Return a decompressor object.\n"
       "\n"
       "'wbits' is window buffer size and container format.\n"
       "Compressor objects support compress() and flush() methods; decompressor\n"
       "objects support decompress() and flush().")

TYPE(zlib_error, .name = "zlib.error", .base = TYPE_Exception)

enum { STEP = 16384, MEMORY_LEVEL = 8 };

static Value raise_error(VM *vm, const z_stream *stream, int error, const char *doing) {
    const char *text = error == Z_VERSION_ERROR  ? "library version mismatch"
                       : stream->msg             ? stream->msg
                       : error == Z_BUF_ERROR    ? "incomplete or truncated stream"
                       : error == Z_STREAM_ERROR ? "inconsistent stream state"
                       : error == Z_DATA_ERROR   ? "invalid input data"
                                                 : NULL;
    Type *type = vm->types[TYPE_zlib_error];
    if (error == Z_MEM_ERROR) return raise_memory(vm);
    return text ? raise_format(vm, type, "Error %d %s: %s", error, doing, text)
                : raise_format(vm, type, "Error %d %s", error, doing);
}

/* Give the stream all of its input and collect what comes out, at most `most` bytes (0:
 * no limit). What the last call said. */
typedef int (*Step)(z_stream *stream, int flush);
static int run(z_stream *stream, Step step, Span in, int flush, usize most, Buffer *out) {
    const char *end = in.data + in.length;
    int status = Z_OK;
    stream->next_in = (Bytef *)in.data;
    do {
        usize left = (usize)(end - (const char *)stream->next_in);
        stream->avail_in = left > UINT_MAX ? UINT_MAX : (uInt)left;
        bool is_last = left == stream->avail_in;
        usize size = most && most - out->length < STEP ? most - out->length : STEP;
        char *room = size ? buffer_reserve(out, size) : NULL;
        if (!room) break;
        stream->next_out = (Bytef *)room;
        stream->avail_out = (uInt)size;
        status = step(stream, is_last ? flush : Z_NO_FLUSH);
        out->length += size - stream->avail_out;
        if (status != Z_OK && status != Z_BUF_ERROR) break;
        if (stream->avail_out && is_last) break;
    } while (!most || out->length < most);
    return status;
}

static Span span_of_buffer(const Buffered *in) {
    return (Span){in->data, in->size};
}

static bool take_int(VM *vm, Value v, int otherwise, int *out) {
    *out = otherwise;
    return v == EMPTY || want_int(vm, v, out);
}

/* ---- all at once ---- */

/* Returns a bytes object containing compressed data.
 *
 *   data
 *     Binary data to be compressed.
 *   level
 *     Compression level, in 0-9 or -1.
 *   wbits
 *     The window buffer size and container format. */
FUNCTION(zlib, compress,
       "(data, /, level=-1, wbits=15) shown (data, /, level=Z_DEFAULT_COMPRESSION, "
       "wbits=MAX_WBITS)") {
    int level, bits;
    Buffered in;
    Buffer out = {0};
    z_stream stream = {0};
    CHECK(take_int(vm, args[1], -1, &level) && take_int(vm, args[2], MAX_WBITS, &bits));
    CHECK(buffered_get(vm, args[0], &in, false));
    int status =
        deflateInit2(&stream, level, Z_DEFLATED, bits, MEMORY_LEVEL, Z_DEFAULT_STRATEGY);
    bool is_started = status == Z_OK;
    if (is_started)
        status = run(&stream, deflate, span_of_buffer(&in), Z_FINISH, 0, &out);
    buffered_release(vm, &in);
    if (is_started) deflateEnd(&stream);
    if (status == Z_STREAM_END) return bytes_from_buffer(vm, &out);
    buffer_free(&out);
    if (status == Z_STREAM_ERROR)
        return raise_format(vm, vm->types[TYPE_zlib_error], "Bad compression level");
    return raise_error(vm, &stream, status, "while compressing data");
}

/* Returns a bytes object containing the uncompressed data.
 *
 *   data
 *     Compressed data.
 *   wbits
 *     The window buffer size and container format.
 *   bufsize
 *     The initial output buffer size. */
FUNCTION(zlib, decompress,
       "(data, /, wbits=15, bufsize=16384) shown (data, /, wbits=MAX_WBITS, "
       "bufsize=DEF_BUF_SIZE)") {
    int bits;
    i64 size = 0;
    Buffered in;
    Buffer out = {0};
    z_stream stream = {0};
    CHECK(take_int(vm, args[1], MAX_WBITS, &bits));
    if (args[2] != EMPTY) CHECK(object_to_i64(vm, args[2], &size));
    if (size < 0) return raise_value(vm, "bufsize must be non-negative");
    CHECK(buffered_get(vm, args[0], &in, false));
    int status = inflateInit2(&stream, bits);
    bool is_started = status == Z_OK;
    if (is_started)
        status = run(&stream, inflate, span_of_buffer(&in), Z_SYNC_FLUSH, 0, &out);
    buffered_release(vm, &in);
    OWNED Value result = EMPTY;
    if (status == Z_STREAM_END)
        result = bytes_from_buffer(vm, &out);
    else {
        buffer_free(&out);
        bool is_cut = status == Z_OK || status == Z_BUF_ERROR;
        if (is_cut) stream.msg = NULL;
        result = raise_error(vm, &stream, is_cut ? Z_BUF_ERROR : status,
                             is_started ? "while decompressing data"
                                        : "while preparing to decompress data");
    }
    if (is_started) inflateEnd(&stream);
    return TAKE(result);
}

/* ---- compressing piece by piece ---- */

typedef struct Stream {
    Obj h;
    z_stream z;
    bool is_open, is_at_end;
    Value dictionary, unused, unconsumed; /* bytes or EMPTY */
} Stream;

static Stream *to_stream(Value v) {
    return (Stream *)to_object(v);
}

static void drop_values(Stream *self) {
    decref(take(&self->dictionary));
    decref(take(&self->unused));
    decref(take(&self->unconsumed));
}

static void free_compressor(VM *vm, Obj *self) {
    if (((Stream *)self)->is_open) deflateEnd(&((Stream *)self)->z);
    drop_values((Stream *)self);
}

static void free_decompressor(VM *vm, Obj *self) {
    if (((Stream *)self)->is_open) inflateEnd(&((Stream *)self)->z);
    drop_values((Stream *)self);
}

TYPE(zlib_Compress, .name = "zlib.Compress", .size = sizeof(Stream), .kind = KIND_OTHER,
     .flags = TYPE_NO_NEW | TYPE_FINAL | TYPE_ATOM, .slots = {.free = free_compressor})
TYPE(zlib_Decompress, .name = "zlib.Decompress", .size = sizeof(Stream),
     .kind = KIND_OTHER, .flags = TYPE_NO_NEW | TYPE_FINAL | TYPE_ATOM,
     .slots = {.free = free_decompressor})

static Value new_stream(VM *vm, u32 type) {
    Stream *self = (Stream *)object_new(vm, vm->types[type]);
    if (!self) return FAIL;
    self->dictionary = EMPTY;
    self->unused = incref(vm->empty_bytes);
    self->unconsumed = incref(vm->empty_bytes);
    return from_object(self);
}

static Value finish(VM *vm, Buffer *out, bool ok) {
    if (ok) return bytes_from_buffer(vm, out);
    buffer_free(out);
    return FAIL;
}

/* Return a compressor object.
 *
 *   level
 *     The compression level (an integer in the range 0-9 or -1; default is
 *     currently equivalent to 6).  Higher compression levels are slower,
 *     but produce smaller results.
 *   method
 *     The compression algorithm.  If given, this must be DEFLATED.
 *   wbits
 *     The window buffer size and container format.
 *   memLevel
 *     Controls the amount of memory used for internal compression state.
 *   strategy
 *     Used to tune the compression algorithm.
 *   zdict
 *     The predefined compression dictionary - a sequence of bytes
 *     containing subsequences that are likely to occur in the input data. */
FUNCTION(zlib, compressobj,
       "(level=-1, method=8, wbits=15, memLevel=8, strategy=0, zdict=None) shown "
       "(level=Z_DEFAULT_COMPRESSION, method=DEFLATED,\n            "
       "wbits=MAX_WBITS, memLevel=DEF_MEM_LEVEL,\n            "
       "strategy=Z_DEFAULT_STRATEGY, zdict=None)") {
    static const int defaults[5] = {-1, Z_DEFLATED, MAX_WBITS, MEMORY_LEVEL, 0};
    int given[5];
    for (int i = 0; i < 5; i++) CHECK(take_int(vm, args[i], defaults[i], &given[i]));
    OWNED Value self = TRY(new_stream(vm, TYPE_zlib_Compress));
    Stream *stream = to_stream(self);
    int status =
        deflateInit2(&stream->z, given[0], given[1], given[2], given[3], given[4]);
    if (status == Z_MEM_ERROR) return raise_memory(vm);
    if (status != Z_OK) return raise_value(vm, "Invalid initialization option");
    stream->is_open = true;
    if (args[5] != EMPTY && args[5] != NONE) {
        Buffered words;
        CHECK(buffered_get(vm, args[5], &words, false));
        status = deflateSetDictionary(&stream->z, (Bytef *)words.data, (uInt)words.size);
        buffered_release(vm, &words);
        if (status != Z_OK) return raise_value(vm, "Invalid dictionary");
    }
    return TAKE(self);
}

/* Returns a bytes object containing compressed data.
 *
 *   data
 *     Binary data to be compressed.
 *
 * After calling this function, some of the input data may still
 * be stored in internal buffers for later processing.
 * Call the flush() method to clear these buffers. */
METHOD(zlib_Compress, compress, "($self, data, /)") {
    Stream *self = to_stream(args[0]);
    Buffered in;
    Buffer out = {0};
    CHECK(buffered_get(vm, args[1], &in, false));
    int status = run(&self->z, deflate, span_of_buffer(&in), Z_NO_FLUSH, 0, &out);
    buffered_release(vm, &in);
    if (status == Z_STREAM_ERROR)
        raise_error(vm, &self->z, status, "while compressing data");
    return finish(vm, &out, status != Z_STREAM_ERROR);
}

/* Return a bytes object containing any remaining compressed data.
 *
 *   mode
 *     One of the constants Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_FINISH.
 *     If mode == Z_FINISH, the compressor object can no longer be
 *     used after calling the flush() method.  Otherwise, more data
 *     can still be compressed. */
METHOD(zlib_Compress, flush, "($self, mode=4, /)") {
    Stream *self = to_stream(args[0]);
    Buffer out = {0};
    int mode;
    CHECK(take_int(vm, args[1], Z_FINISH, &mode));
    if (mode == Z_NO_FLUSH) return incref(vm->empty_bytes);
    int status = run(&self->z, deflate, SPAN(""), mode, 0, &out);
    bool ok = status == Z_OK || status == Z_BUF_ERROR || status == Z_STREAM_END;
    if (!ok) raise_error(vm, &self->z, status, "while flushing");
    if (status == Z_STREAM_END && mode == Z_FINISH) {
        deflateEnd(&self->z);
        self->is_open = false;
    }
    return finish(vm, &out, ok);
}

static Value copy(VM *vm, Value v, u32 type, int (*copy_state)(z_stream *, z_stream *)) {
    Stream *self = to_stream(v);
    OWNED Value result = TRY(new_stream(vm, type));
    Stream *copied = to_stream(result);
    int status = self->is_open ? copy_state(&copied->z, &self->z) : Z_STREAM_ERROR;
    if (status == Z_MEM_ERROR) return raise_memory(vm);
    if (status != Z_OK) return raise_value(vm, "Inconsistent stream state");
    copied->is_open = true;
    copied->is_at_end = self->is_at_end;
    replace(&copied->dictionary, incref(self->dictionary));
    replace(&copied->unused, incref(self->unused));
    replace(&copied->unconsumed, incref(self->unconsumed));
    return TAKE(result);
}

static int copy_deflate(z_stream *to, z_stream *from) {
    return deflateCopy(to, from);
}
static int copy_inflate(z_stream *to, z_stream *from) {
    return inflateCopy(to, from);
}

/* Return a copy of the compression object. */
METHOD(zlib_Compress, copy, "($self, /)") {
    return copy(vm, args[0], TYPE_zlib_Compress, copy_deflate);
}
METHOD(zlib_Compress, __copy__, "($self, /)") {
    return copy(vm, args[0], TYPE_zlib_Compress, copy_deflate);
}
METHOD(zlib_Compress, __deepcopy__, "($self, memo, /)") {
    return copy(vm, args[0], TYPE_zlib_Compress, copy_deflate);
}

/* ---- decompressing piece by piece ---- */

static int set_dictionary(Stream *self) {
    Span words = bytes_span(self->dictionary);
    return inflateSetDictionary(&self->z, (const Bytef *)words.data, (uInt)words.length);
}

/* Return a decompressor object.
 *
 *   wbits
 *     The window buffer size and container format.
 *   zdict
 *     The predefined compression dictionary.  This must be the same
 *     dictionary as used by the compressor that produced the input data. */
FUNCTION(zlib, decompressobj,
       "(wbits=15, zdict=b'') shown (wbits=MAX_WBITS, zdict=b'')") {
    int bits;
    CHECK(take_int(vm, args[0], MAX_WBITS, &bits));
    OWNED Value self = TRY(new_stream(vm, TYPE_zlib_Decompress));
    Stream *stream = to_stream(self);
    if (args[1] != EMPTY) {
        Buffered words;
        if (!type_of(vm, args[1])->slots.buffer)
            return raise_type(vm, "zdict argument must support the buffer protocol");
        CHECK(buffered_get(vm, args[1], &words, false));
        stream->dictionary = bytes_new(vm, words.data, words.size);
        buffered_release(vm, &words);
        if (stream->dictionary == FAIL) return TAKE(stream->dictionary), FAIL;
    }
    int status = inflateInit2(&stream->z, bits);
    if (status == Z_MEM_ERROR) return raise_memory(vm);
    if (status != Z_OK) return raise_value(vm, "Invalid initialization option");
    stream->is_open = true;
    if (stream->dictionary != EMPTY && bits < 0 && set_dictionary(stream) != Z_OK)
        return raise_format(vm, vm->types[TYPE_zlib_error], "while setting zdict");
    return TAKE(self);
}

/* What the stream has not taken of its input. */
static bool keep_rest(VM *vm, Stream *self, Span in, bool is_at_end) {
    const char *at = (const char *)self->z.next_in;
    Span rest = {at, (usize)(in.data + in.length - at)};
    if (is_at_end) {
        Buffer all = {0};
        buffer_add_span(&all, bytes_span(self->unused));
        buffer_add_span(&all, rest);
        Value unused = TRY_OR_FALSE(bytes_from_buffer(vm, &all));
        replace(&self->unused, unused);
    }
    /* at the end it is cleared, or set anew, only if there was one */
    if ((is_at_end || !rest.length) && !bytes_span(self->unconsumed).length) return true;
    Value left = TRY_OR_FALSE(bytes_new(vm, rest.data, rest.length));
    replace(&self->unconsumed, left);
    return true;
}

static Value inflate_span(VM *vm, Stream *self, Span in, int flush, usize most) {
    Buffer out = {0};
    int status = run(&self->z, inflate, in, flush, most, &out);
    if (status == Z_NEED_DICT && self->dictionary != EMPTY) {
        status = set_dictionary(self);
        if (status != Z_OK) {
            raise_error(vm, &self->z, status, "while setting zdict");
            return finish(vm, &out, false);
        }
        const char *at = (const char *)self->z.next_in;
        Span rest = {at, (usize)(in.data + in.length - at)};
        status = run(&self->z, inflate, rest, flush, most, &out);
    }
    bool is_at_end = status == Z_STREAM_END;
    bool ok = is_at_end || status == Z_OK || status == Z_BUF_ERROR;
    if (!ok) raise_error(vm, &self->z, status, "while decompressing data");
    ok = ok && keep_rest(vm, self, in, is_at_end);
    if (is_at_end) self->is_at_end = true;
    return finish(vm, &out, ok);
}

/* Return a bytes object containing the decompressed version of the data.
 *
 *   data
 *     The binary data to decompress.
 *   max_length
 *     The maximum allowable length of the decompressed data.
 *     Unconsumed input data will be stored in
 *     the unconsumed_tail attribute.
 *
 * After calling this function, some of the input data may still be stored in
 * internal buffers for later processing.
 * Call the flush() method to clear these buffers. */
METHOD(zlib_Decompress, decompress, "($self, data, /, max_length=0)") {
    Stream *self = to_stream(args[0]);
    i64 most = 0;
    Buffered in;
    if (args[2] != EMPTY) CHECK(object_to_i64(vm, args[2], &most));
    if (most < 0) return raise_value(vm, "max_length must be non-negative");
    CHECK(buffered_get(vm, args[1], &in, false));
    Value result = inflate_span(vm, self, span_of_buffer(&in), Z_SYNC_FLUSH, (usize)most);
    buffered_release(vm, &in);
    return result;
}

/* Return a bytes object containing any remaining decompressed data.
 *
 *   length
 *     the initial size of the output buffer. */
METHOD(zlib_Decompress, flush, "($self, length=16384, /)") {
    Stream *self = to_stream(args[0]);
    i64 length = 1;
    if (args[1] != EMPTY) CHECK(object_to_i64(vm, args[1], &length));
    if (length <= 0) return raise_value(vm, "length must be greater than zero");
    if (!self->is_open) return incref(vm->empty_bytes);
    OWNED Value rest = incref(self->unconsumed);
    Value result = inflate_span(vm, self, bytes_span(rest), Z_FINISH, 0);
    if (self->is_at_end) {
        inflateEnd(&self->z);
        self->is_open = false;
    }
    return result;
}

/* Return a copy of the decompression object. */
METHOD(zlib_Decompress, copy, "($self, /)") {
    return copy(vm, args[0], TYPE_zlib_Decompress, copy_inflate);
}
METHOD(zlib_Decompress, __copy__, "($self, /)") {
    return copy(vm, args[0], TYPE_zlib_Decompress, copy_inflate);
}
METHOD(zlib_Decompress, __deepcopy__, "($self, memo, /)") {
    return copy(vm, args[0], TYPE_zlib_Decompress, copy_inflate);
}

MEMBER(zlib_Decompress, unused_data) {
    return incref(to_stream(self)->unused);
}
MEMBER(zlib_Decompress, unconsumed_tail) {
    return incref(to_stream(self)->unconsumed);
}
MEMBER(zlib_Decompress, eof) {
    return from_bool(to_stream(self)->is_at_end);
}

/* ---- checksums ---- */

typedef uLong (*Checksum)(uLong start, const Bytef *data, z_size_t size);

static Value checksum(VM *vm, Value *args, u32 start, Checksum sum) {
    Buffered in;
    if (args[1] != EMPTY) {
        OWNED Value number = TRY(object_index(vm, args[1]));
        OWNED Value mask = from_small(UINT32_MAX);
        OWNED Value low = TRY(int_binary(vm, BINARY_AND, number, mask));
        start = (u32)to_small(low);
    }
    CHECK(buffered_get(vm, args[0], &in, false));
    uLong result = sum(start, (Bytef *)in.data, in.size);
    buffered_release(vm, &in);
    return from_small((i64)(u32)result);
}

/* Compute a CRC-32 checksum of data.
 *
 *   value
 *     Starting value of the checksum.
 *
 * The returned checksum is an integer. */
FUNCTION(zlib, crc32, "(data, value=0, /)") {
    return checksum(vm, args, 0, crc32_z);
}

/* Compute an Adler-32 checksum of data.
 *
 *   value
 *     Starting value of the checksum.
 *
 * The returned checksum is an integer. */
FUNCTION(zlib, adler32, "(data, value=1, /)") {
    return checksum(vm, args, 1, adler32_z);
}

static const WaitConstant constants[] = {
    {"MAX_WBITS", MAX_WBITS},
    {"DEFLATED", Z_DEFLATED},
    {"DEF_MEM_LEVEL", MEMORY_LEVEL},
    {"DEF_BUF_SIZE", STEP},
    {"Z_NO_COMPRESSION", Z_NO_COMPRESSION},
    {"Z_BEST_SPEED", Z_BEST_SPEED},
    {"Z_BEST_COMPRESSION", Z_BEST_COMPRESSION},
    {"Z_DEFAULT_COMPRESSION", Z_DEFAULT_COMPRESSION},
    {"Z_FILTERED", Z_FILTERED},
    {"Z_HUFFMAN_ONLY", Z_HUFFMAN_ONLY},
    {"Z_RLE", Z_RLE},
    {"Z_FIXED", Z_FIXED},
    {"Z_DEFAULT_STRATEGY", Z_DEFAULT_STRATEGY},
    {"Z_NO_FLUSH", Z_NO_FLUSH},
    {"Z_PARTIAL_FLUSH", Z_PARTIAL_FLUSH},
    {"Z_SYNC_FLUSH", Z_SYNC_FLUSH},
    {"Z_FULL_FLUSH", Z_FULL_FLUSH},
    {"Z_FINISH", Z_FINISH},
    {"Z_BLOCK", Z_BLOCK},
    {"Z_TREES", Z_TREES},
};

MODULE_INIT(zlib) {
    return wait_add_constants(vm, module, constants, COUNT_OF(constants)) &&
           module_add(vm, module, "ZLIB_VERSION", str_from_text(vm, ZLIB_VERSION)) &&
           module_add(vm, module, "ZLIB_RUNTIME_VERSION",
                      str_from_text(vm, zlibVersion())) &&
           module_add(vm, module, "__version__", str_from_text(vm, "1.0")) &&
           module_add(vm, module, "error",
                      incref(from_object(vm->types[TYPE_zlib_error])));
}
