/* Inside the codecs: one decoding or encoding under way, and what error handlers do.
 *
 * A codec reads `data` or `text` from its position on and appends to `out`. Where it
 * cannot go on, it reports the faulty stretch (decode_fault, encode_fault): the error
 * handler appends its replacement and says where to go on, or an exception is raised.
 */
#ifndef APY_OBJECTS_CODECS_MAKE_H
#define APY_OBJECTS_CODECS_MAKE_H

#include "objects/codecs.h"

typedef struct Codec Codec;

typedef struct Decoder {
    VM *vm;
    const Codec *codec;
    const char *encoding; /* as exceptions name it */
    const char *errors;
    const u8 *data;
    usize size, at;
    bool final; /* more will not come: an incomplete end is a fault, else it is left over
                 */
    Buffer out; /* UTF-8 */
    Value
        input; /* the bytes that an error handler put in place of the input, else EMPTY */
} Decoder;

typedef struct Encoder {
    VM *vm;
    const Codec *codec;
    const char *encoding;
    const char *errors;
    Value text;
    const char *at, *end;
    usize index; /* code points before `at` */
    Buffer out;
} Encoder;

struct Codec {
    const char *name;     /* normalised: utf_8 */
    const char *encoding; /* as exceptions name it */
    bool (*decode)(Decoder *decoder);
    bool (*encode)(Encoder *encoder);           /* the whole, or NULL: by the two below */
    bool (*can)(const Encoder *encoder, u32 c); /* is there a code for it? */
    void (*put)(Encoder *encoder, u32 c);       /* append it */
    const char *reason;                         /* why not: "ordinal not in range(128)" */
    const char *start; /* what encoded text begins with: a byte order mark, or NULL */
    usize start_size;
    const u16 *map, *low; /* charmap, see there. 0xFFFE: undefined */
    bool ascii;           /* ASCII text is itself */
    bool is_aside;        /* known to CPython by its registry only: faults get a note */
    u8 unit; /* UTF-8, 16, 32: bytes of a code unit. What handlers give must be ASCII
                or whole units */
};

extern const Codec codec_utf_7, codec_utf_8, codec_utf_8_sig, codec_ascii, codec_latin_1,
    codec_utf_16, codec_utf_16_le, codec_utf_16_be, codec_utf_32, codec_utf_32_le,
    codec_utf_32_be, codec_unicode_escape, codec_raw_unicode_escape;

/* One row of codecs_charmaps.c. */
typedef struct Charmap {
    const char *name, *aliases; /* normalised; aliases separated by spaces */
    const u16 *map;             /* of the bytes 128 ... 255 */
    const u16 *low;             /* of 0 ... 127; NULL: ASCII */
} Charmap;
extern const Charmap codec_charmaps[]; /* ends with a NULL name */
bool charmap_decode(Decoder *decoder);
bool charmap_can(const Encoder *encoder, u32 c);
void charmap_put(Encoder *encoder, u32 c);

/* The builtin codec of this name; false: none. */
bool codec_find(const char *encoding, Codec *out);

/* Bytes [start, end) make no sense. True: a replacement was appended and `at` moved on.
 */
bool decode_fault(Decoder *decoder, usize start, usize end, const char *reason);
/* The same for `count` code points from `index` on, which begin at `start`. */
bool encode_fault(Encoder *encoder, usize index, usize count, const char *reason);
/* Encode what is left, character by character. */
bool encode_rest(Encoder *encoder);

/* Decode the data; without `final`, *consumed tells how far it got. */
Value codec_run_decode(VM *vm, const Codec *codec, Span data, const char *errors,
                       bool final, usize *consumed);
Value codec_run_encode(VM *vm, const Codec *codec, Value text, const char *errors);

/* ---- error handlers ---- */

typedef struct Fault {
    bool is_decoding;
    const char *encoding;
    Span bytes;       /* decoding: all of the input */
    Value text;       /* encoding: all of it */
    usize start, end; /* bytes, or code points */
    const char *reason;
} Fault;

typedef struct Repair {
    Buffer out;
    bool is_bytes; /* of encoding: append as it is */
    usize next;    /* where to go on */
    Value input; /* of decoding: what to decode instead from there on, owned, or EMPTY */
} Repair;

/* Is this one of the builtin handlers? */
bool codec_handler_is_builtin(const char *errors);
/* Let a builtin handler repair the fault: 1 done; 0 it gives up, raise the fault; -1
 * exception. */
int codec_repair(VM *vm, const char *errors, const Fault *fault, Repair *out);
/* A UnicodeDecodeError or UnicodeEncodeError, not raised. */
Value codec_make_exception(VM *vm, const Fault *fault);

/* ---- what scripts registered: codecs_registry.c ---- */
/* The handler (owned); LookupError if nobody registered one. */
Value codec_lookup_error(VM *vm, const char *name);
bool codec_register_error(VM *vm, Value name, Value handler);
/* The CodecInfo of the name, from the registry alone: LookupError "unknown encoding: x".
 */
Value codec_lookup(VM *vm, const char *encoding);
/* Call a CodecInfo's encoder or decoder: the first item of what it returns. */
enum { CODEC_ENCODE, CODEC_DECODE };
Value codec_call(VM *vm, const char *encoding, Value info, int which, Value input,
                 const char *errors);
/* The CodecInfo that a registered search function has for the name; EMPTY if none has. */
Value codec_lookup_registered(VM *vm, Value name);
bool codec_register(VM *vm, Value search_function);
bool codec_unregister(VM *vm, Value search_function);

#endif
