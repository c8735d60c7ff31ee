/* _codecs: charmap_encode and charmap_decode, with a mapping of the caller's. */
#include "base/utf8.h"
#include "objects/codecs_make.h"
#include "objects/dict.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/tuple.h"
#include "objects/want.h"

static const char undefined[] = "character maps to <undefined>";

/* mapping[code]; EMPTY: LookupError. */
static Value look_up(VM *vm, Value mapping, u32 code) {
    Value found = object_getitem(vm, mapping, from_small(code));
    if (found != FAIL || !exception_matches(vm, EXC(LookupError))) return found;
    exception_clear(vm);
    return EMPTY;
}

static bool take_errors(VM *vm, const char *function, Value v, const char **errors) {
    *errors = NULL;
    if (v == EMPTY || v == NONE) return true;
    if (!is_str(v)) return want_refuse(vm, function, "argument 2", "str or None", v);
    return (*errors = want_c_text(vm, v));
}

/* ---- decoding ---- */

/* 1: appended what the byte stands for, 0: nothing does, -1. */
static int decode_byte(VM *vm, Value mapping, u8 byte, Buffer *out) {
    OWNED Value to = FAIL;
    if (is_str(mapping)) {
        to = byte < str_length(mapping) ? from_small(str_code_point(mapping, byte))
                                        : EMPTY;
    } else if ((to = look_up(vm, mapping, byte)) == FAIL) {
        return -1;
    }
    if (to == EMPTY || to == NONE) return 0;
    if (is_str(to)) {
        if (str_equals_text(to, "\xEF\xBF\xBE")) return 0; /* U+FFFE */
        buffer_add_span(out, str_span(to));
        return 1;
    }
    i64 code;
    if (!is_int(to)) {
        raise_type(vm, "character mapping must return integer, None or str");
        return -1;
    }
    if (!int_fits_i64(to, &code) || code < 0 || code > 0x10FFFF) {
        raise_type(vm, "character mapping must be in range(0x110000)");
        return -1;
    }
    if (code == 0xFFFE) return 0;
    buffer_add_code_point(out, (u32)code);
    return 1;
}

static bool decode_all(Decoder *d, Value mapping) {
    while (d->at < d->size) {
        int found = decode_byte(d->vm, mapping, d->data[d->at], &d->out);
        if (found < 0) return false;
        if (found)
            d->at++;
        else if (!decode_fault(d, d->at, d->at + 1, undefined))
            return false;
    }
    return true;
}

/* Decode bytes by a mapping of their values: a dict, or a str indexed by them. */
FUNCTION(_codecs, charmap_decode, "(data, errors=None, mapping=None, /)") {
    const char *errors;
    CHECK(take_errors(vm, "charmap_decode", args[1], &errors));
    Buffered lent;
    CHECK(buffered_get(vm, args[0], &lent, false));
    Decoder decoder = {
        vm,        &codec_latin_1, "charmap",     errors, (const u8 *)lent.data,
        lent.size, .final = true,  .input = EMPTY};
    bool plain = args[2] == EMPTY || args[2] == NONE;
    bool good = plain ? codec_latin_1.decode(&decoder) : decode_all(&decoder, args[2]);
    i64 size = (i64)lent.size;
    buffered_release(vm, &lent);
    decref(decoder.input);
    if (!good) {
        buffer_free(&decoder.out);
        return FAIL;
    }
    OWNED Value text = TRY(decoder.out.length ? str_from_buffer(vm, &decoder.out)
                                              : incref(vm->empty_str));
    return tuple_of(vm, 2, text, from_small(size));
}

/* ---- encoding ---- */

/* 1: appended the code, 0: there is none, -1. */
static int encode_point(VM *vm, Value mapping, u32 c, Buffer *out) {
    OWNED Value to = look_up(vm, mapping, c);
    if (to == FAIL) return -1;
    if (to == EMPTY || to == NONE) return 0;
    if (has_kind(to, KIND_BYTES)) {
        buffer_add_span(out, bytes_span(to));
        return 1;
    }
    i64 code;
    if (!is_int(to)) {
        raise_type(vm, "character mapping must return integer, bytes or None, not %T",
                   to);
        return -1;
    }
    if (!int_fits_i64(to, &code) || code < 0 || code > 255) {
        raise_type(vm, "character mapping must be in range(256)");
        return -1;
    }
    buffer_add_char(out, (char)code);
    return 1;
}

/* An encoder whose codes come from a mapping. */
typedef struct MapEncoder {
    Encoder encoder;
    Value mapping;
    Buffer code; /* of the last character asked for */
} MapEncoder;

static bool can_map(const Encoder *encoder, u32 c) {
    MapEncoder *m = CONTAINER_OF(encoder, MapEncoder, encoder);
    buffer_clear(&m->code);
    if (encoder->vm->exception != EMPTY) return false;
    return encode_point(encoder->vm, m->mapping, c, &m->code) == 1;
}

static void put_mapped(Encoder *encoder, u32 c) {
    MapEncoder *m = CONTAINER_OF(encoder, MapEncoder, encoder);
    buffer_add_span(&encoder->out, buffer_span(&m->code));
}

static const Codec mapped = {.name = "charmap",
                             .encoding = "charmap",
                             .can = can_map,
                             .put = put_mapped,
                             .reason = undefined};

static Value run_map_encoder(VM *vm, MapEncoder *m) {
    bool good = encode_rest(&m->encoder);
    buffer_free(&m->code);
    if (!good) {
        buffer_free(&m->encoder.out);
        return FAIL;
    }
    OWNED Value bytes = TRY(bytes_from_buffer(vm, &m->encoder.out));
    return tuple_of(vm, 2, bytes, from_small((i64)str_length(m->encoder.text)));
}

/* Encode text by a mapping of its code points to bytes or their values. */
FUNCTION(_codecs, charmap_encode, "(str, errors=None, mapping=None, /)") {
    const char *errors;
    CHECK(want_str(vm, "charmap_encode", "argument 1", args[0]) &&
          take_errors(vm, "charmap_encode", args[1], &errors));
    const Codec *codec = args[2] == EMPTY || args[2] == NONE ? &codec_latin_1 : &mapped;
    Span text = str_span(args[0]);
    MapEncoder m = {.mapping = args[2],
                    .encoder = {.vm = vm,
                                .codec = codec,
                                .encoding = codec->encoding,
                                .errors = errors,
                                .text = args[0],
                                .at = text.data,
                                .end = text.data + text.length}};
    return run_map_encoder(vm, &m);
}

/* The mapping for charmap_encode that turns around the str of charmap_decode. */
FUNCTION(_codecs, charmap_build, "(map, /)") {
    CHECK(want_str(vm, "charmap_build", "argument", args[0]));
    OWNED Value table = TRY(dict_new(vm));
    const char *at = to_str(args[0])->data, *end = at + to_str(args[0])->size;
    for (i64 i = 0; at < end; i++)
        CHECK(dict_set(vm, to_dict(table), from_small(utf8_next(&at)), from_small(i)));
    return TAKE(table);
}
