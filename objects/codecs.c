#include "objects/codecs.h"

#include "base/utf8.h"
#include "objects/codecs_make.h"
#include "objects/memoryview.h"
#include "objects/tuple.h"
#include "objects/type.h"
#include "objects/want.h"

/* ---- names ---- */

enum { NAME_ROOM = 32 };

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.';
}

/* Lower case, runs of other characters made one underscore: "UTF-8" gives "utf_8". */
static bool normalise(const char *name, char out[NAME_ROOM]) {
    usize length = 0;
    bool gap = false;
    for (; *name; name++) {
        char c = lower(*name);
        if (!is_word(c)) {
            gap = length > 0;
            continue;
        }
        if (length + 2 >= NAME_ROOM) return false;
        if (gap) out[length++] = '_';
        gap = false;
        out[length++] = c;
    }
    out[length] = '\0';
    return true;
}

/* Is `name` one of the words in `list`? */
static bool is_listed(const char *name, const char *list) {
    usize length = strlen(name);
    for (const char *at = list; (at = strstr(at, name)); at += length)
        if ((at == list || at[-1] == ' ') && (!at[length] || at[length] == ' '))
            return true;
    return false;
}

typedef struct CodecName {
    const Codec *codec;
    const char *aliases;
} CodecName;

static const CodecName builtin_codecs[] = {
    {&codec_utf_8, "utf8 u8 utf utf8_ucs2 utf8_ucs4 cp65001"},
    {&codec_ascii,
     "us_ascii us 646 ansi_x3.4_1968 ansi_x3_4_1968 ansi_x3.4_1986 cp367 csascii "
     "ibm367 iso646_us iso_646.irv_1991 iso_ir_6"},
    {&codec_latin_1,
     "latin1 latin l1 iso_8859_1 iso8859_1 iso8859 8859 cp819 csisolatin1 ibm819 "
     "iso_8859_1_1987 iso_ir_100 charmap"},
    {&codec_utf_8_sig, "utf8_sig"},
    {&codec_utf_16, "u16 utf16"},
    {&codec_utf_16_le, "utf_16le unicodelittleunmarked"},
    {&codec_utf_16_be, "utf_16be unicodebigunmarked"},
    {&codec_utf_32, "u32 utf32"},
    {&codec_utf_32_le, "utf_32le"},
    {&codec_utf_32_be, "utf_32be"},
    {&codec_utf_7, "utf7 u7 unicode_1_1_utf_7"},
    {&codec_unicode_escape, "unicodeescape"},
    {&codec_raw_unicode_escape, "rawunicodeescape"},
};

/* Is ASCII text itself, and are its characters nowhere else (as in mac_arabic)? */
static bool keeps_ascii(const Charmap *row) {
    for (int i = 0; i < 128; i++)
        if (row->map[i] < 128) return false;
    return !row->low;
}

static bool find_charmap(const char *name, Codec *out) {
    for (const Charmap *row = codec_charmaps; row->name; row++) {
        if (strcmp(row->name, name) && !is_listed(name, row->aliases)) continue;
        *out = (Codec){row->name,
                       "charmap",
                       charmap_decode,
                       NULL,
                       charmap_can,
                       charmap_put,
                       "character maps to <undefined>",
                       .map = row->map,
                       .low = row->low,
                       .ascii = keeps_ascii(row),
                       .is_aside = true};
        return true;
    }
    return false;
}

/* The spellings that CPython's str.encode and bytes.decode handle without their registry.
 */
static bool is_aside(const char *name) {
    return !is_listed(
        name, "utf_8 utf8 utf_16 utf16 utf_32 utf32 ascii us_ascii latin1 latin_1 "
              "iso_8859_1 iso8859_1");
}

bool codec_find(const char *encoding, Codec *out) {
    char name[NAME_ROOM];
    if (!normalise(encoding, name) || !*name) return false;
    for (usize i = 0; i < COUNT_OF(builtin_codecs); i++) {
        const CodecName *row = &builtin_codecs[i];
        if (strcmp(row->codec->name, name) && !is_listed(name, row->aliases)) continue;
        *out = *row->codec;
        out->is_aside = is_aside(name);
        return true;
    }
    return find_charmap(name, out);
}

/* ---- running a builtin codec ---- */

Value codec_run_decode(VM *vm, const Codec *codec, Span data, const char *errors,
                       bool final, usize *consumed) {
    if (codec->ascii && utf8_is_ascii(data.data, data.length)) {
        *consumed = data.length;
        return str_new(vm, data.data, data.length);
    }
    Decoder decoder = {.vm = vm,
                       .codec = codec,
                       .encoding = codec->encoding,
                       .errors = errors,
                       .data = (const u8 *)data.data,
                       .size = data.length,
                       .final = final,
                       .input = EMPTY};
    bool good = codec->decode(&decoder);
    usize skipped = data.length - decoder.size; /* a mark in front */
    *consumed = decoder.at + (decoder.input == EMPTY ? skipped : 0);
    decref(decoder.input);
    if (good) return str_from_buffer(vm, &decoder.out);
    buffer_free(&decoder.out);
    return FAIL;
}

bool encode_rest(Encoder *e) {
    const Codec *codec = e->codec;
    while (e->at < e->end) {
        const char *start = e->at;
        u32 c = utf8_next(&e->at);
        if (codec->can(e, c)) {
            codec->put(e, c);
            e->index++;
            continue;
        }
        usize count = 0;
        for (const char *next = start; next < e->end; count++)
            if (codec->can(e, utf8_next(&next)) || (count && codec->unit > 1)) break;
        if (e->vm->exception != EMPTY)
            return false; /* a mapping of the caller's failed */
        if (!encode_fault(e, e->index, count, codec->reason)) return false;
    }
    return true;
}

static bool has_surrogates(Span text) {
    const char *at = text.data, *end = at + text.length;
    while ((at = memchr(at, 0xED, (usize)(end - at)))) {
        if ((u8)at[1] >= 0xA0) return true;
        at += 3;
    }
    return false;
}

/* Is the UTF-8 inside the str what the codec would make of it? */
static bool is_itself(const Codec *codec, Value text) {
    if (codec->ascii && str_is_ascii(text)) return true;
    return !strcmp(codec->name, "utf_8") && !has_surrogates(str_span(text));
}

Value codec_run_encode(VM *vm, const Codec *codec, Value text, const char *errors) {
    Span span = str_span(text);
    if (is_itself(codec, text)) return bytes_new(vm, span.data, span.length);
    Encoder encoder = {vm,   codec,     codec->encoding,        errors,
                       text, span.data, span.data + span.length};
    if (codec->start_size) buffer_add(&encoder.out, codec->start, codec->start_size);
    if (codec->encode ? codec->encode(&encoder) : encode_rest(&encoder))
        return bytes_from_buffer(vm, &encoder.out);
    buffer_free(&encoder.out);
    return FAIL;
}

/* ---- codecs of scripts ---- */

static Value lookup_info(VM *vm, const char *encoding) {
    char text[NAME_ROOM];
    if (!normalise(encoding, text)) return EMPTY;
    OWNED Value name = TRY(str_from_text(vm, text));
    return codec_lookup_registered(vm, name);
}

static Value refuse_encoding(VM *vm, const char *encoding) {
    return raise_format(vm, EXC(LookupError), "unknown encoding: %s", encoding);
}

Value codec_lookup(VM *vm, const char *encoding) {
    Value info = lookup_info(vm, encoding);
    return info == EMPTY ? refuse_encoding(vm, encoding) : info;
}

/* Codecs of bytes to bytes or str to str are for codecs.encode and codecs.decode only. */
static bool is_for_text(VM *vm, const char *encoding, Value info) {
    static const char others[] =
        "hex hex_codec base64 base_64 base64_codec zlib zip zlib_codec bz2 bz2_codec "
        "rot13 rot_13 "
        "quopri quoted_printable quotedprintable quopri_codec uu uu_codec";
    char name[NAME_ROOM];
    if (!normalise(encoding, name)) return true;
    if (info == EMPTY) return !*name || !is_listed(name, others);
    OWNED Value flag = object_find_attr(vm, info, NAME(_is_text_encoding));
    if (flag == FAIL) exception_clear(vm);
    return flag != FALSE;
}

/* Tell in a note what was being done when the exception came. Returns FAIL. */
static Value add_note(VM *vm, const char *doing, const char *encoding) {
    OWNED Value exception = exception_take(vm);
    OWNED Value note = str_format(vm, "%s with '%s' codec failed", doing, encoding);
    OWNED Value done =
        note == FAIL ? FAIL : call_method_1(vm, exception, NAME(add_note), note);
    if (done == FAIL) exception_clear(vm);
    exception_restore(vm, TAKE(exception));
    return FAIL;
}

Value codec_call(VM *vm, const char *encoding, Value info, int which, Value input,
                 const char *errors) {
    OWNED Value errors_value = TRY(str_from_text(vm, errors ? errors : "strict"));
    OWNED Value answer = call_2(vm, to_tuple(info)->items[which], input, errors_value);
    if (answer == FAIL)
        return add_note(vm, which == CODEC_ENCODE ? "encoding" : "decoding", encoding);
    if (!has_kind(answer, KIND_TUPLE) || to_tuple(answer)->count != 2)
        return raise_type(vm, which == CODEC_ENCODE
                                  ? "encoder must return a tuple (object, integer)"
                                  : "decoder must return a tuple (object,integer)");
    return incref(to_tuple(answer)->items[0]);
}

static Value call_registered(VM *vm, const char *encoding, int which, Value input,
                             const char *errors) {
    OWNED Value info = TRY(lookup_info(vm, encoding));
    if (!is_for_text(vm, encoding, info))
        return raise_format(
            vm, EXC(LookupError),
            "'%s' is not a text encoding; use codecs.%s() to handle arbitrary "
            "codecs",
            encoding, which == CODEC_DECODE ? "decode" : "encode");
    if (info == EMPTY) return refuse_encoding(vm, encoding);
    return codec_call(vm, encoding, info, which, input, errors);
}

static Value check_result(VM *vm, Value result, bool good, const char *encoding,
                          const char *verb, const char *expected) {
    if (result == FAIL || good) return result;
    raise_type(vm,
               "'%s' %sr returned '%T' instead of '%s'; use codecs.%s() to %s to "
               "arbitrary types",
               encoding, verb, result, expected, verb, verb);
    decref(result);
    return FAIL;
}

static Value decode_registered(VM *vm, Span data, const char *encoding,
                               const char *errors) {
    OWNED Value bytes = TRY(bytes_new(vm, data.data, data.length));
    OWNED Value input = TRY(memoryview_new(vm, bytes));
    Value result = call_registered(vm, encoding, CODEC_DECODE, input, errors);
    return check_result(vm, result, is_str(result), encoding, "decode", "str");
}

static Value encode_registered(VM *vm, Value text, const char *encoding,
                               const char *errors) {
    Value result = call_registered(vm, encoding, CODEC_ENCODE, text, errors);
    return check_result(vm, result, has_kind(result, KIND_BYTES), encoding, "encode",
                        "bytes");
}

/* ---- entry points ---- */

static bool is_utf8(const char *encoding) {
    return !encoding || !strcmp(encoding, "utf-8") || !strcmp(encoding, "utf8");
}

Value codec_decode(VM *vm, Span bytes, const char *encoding, const char *errors) {
    Codec codec = codec_utf_8;
    usize consumed;
    if (!is_utf8(encoding) && !codec_find(encoding, &codec))
        return decode_registered(vm, bytes, encoding, errors);
    Value text = codec_run_decode(vm, &codec, bytes, errors, true, &consumed);
    return text == FAIL && codec.is_aside ? add_note(vm, "decoding", encoding) : text;
}

Value codec_encode(VM *vm, Value text, const char *encoding, const char *errors) {
    Codec codec = codec_utf_8;
    if (!is_utf8(encoding) && !codec_find(encoding, &codec))
        return encode_registered(vm, text, encoding, errors);
    Value bytes = codec_run_encode(vm, &codec, text, errors);
    return bytes == FAIL && codec.is_aside ? add_note(vm, "encoding", encoding) : bytes;
}

static bool take_texts(VM *vm, Value encoding, Value errors, const char *texts[2]) {
    texts[0] = texts[1] = NULL;
    if (encoding != EMPTY && !(texts[0] = want_c_text(vm, encoding))) return false;
    return errors == EMPTY || (texts[1] = want_c_text(vm, errors));
}

Value codec_decode_values(VM *vm, Span bytes, Value encoding, Value errors) {
    const char *texts[2];
    CHECK(take_texts(vm, encoding, errors, texts));
    return codec_decode(vm, bytes, texts[0], texts[1]);
}

Value codec_encode_values(VM *vm, Value text, Value encoding, Value errors) {
    const char *texts[2];
    CHECK(take_texts(vm, encoding, errors, texts));
    return codec_encode(vm, text, texts[0], texts[1]);
}
