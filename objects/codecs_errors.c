/* Error handlers: strict, ignore, replace, backslashreplace, xmlcharrefreplace,
 * namereplace, surrogateescape, surrogatepass; and how a fault gets to them or to a
 * script's handler. */
#include "base/unicode.h"
#include "base/unicode_names.h"
#include "base/utf8.h"
#include "objects/codecs_make.h"
#include "objects/int.h"
#include "objects/tuple.h"
#include "objects/want.h"

typedef enum Repaired { RAISED = -1, GAVE_UP = 0, DONE = 1 } Repaired;
typedef Repaired Handler(VM *vm, const Fault *fault, Repair *out);

static Repaired give_up(VM *vm, const Fault *fault, Repair *out) {
    return GAVE_UP;
}

static Repaired ignore(VM *vm, const Fault *fault, Repair *out) {
    return DONE;
}

static Repaired replace_all(VM *vm, const Fault *fault, Repair *out) {
    if (fault->is_decoding)
        buffer_add_code_point(&out->out, 0xFFFD);
    else
        buffer_add_repeated(&out->out, '?', fault->end - fault->start);
    return DONE;
}

/* Where the faulty code points begin. */
static const char *text_at(const Fault *fault) {
    return to_str(fault->text)->data + str_offset(fault->text, fault->start);
}

static void write_escaped(Buffer *out, u32 c) {
    str_escape_code_point(out, c);
}

static void write_reference(Buffer *out, u32 c) {
    buffer_printf(out, "&#%u;", c);
}

static void write_name(Buffer *out, u32 c) {
    Buffer name = {0};
    if (unicode_name(c, &name)) {
        buffer_add_text(out, "\\N{");
        buffer_add_span(out, buffer_span(&name));
        buffer_add_char(out, '}');
    } else {
        str_escape_code_point(out, c);
    }
    buffer_free(&name);
}

static Repaired write_each(const Fault *fault, Repair *out,
                           void (*write)(Buffer *, u32)) {
    const char *at = text_at(fault);
    for (usize i = fault->start; i < fault->end; i++) write(&out->out, utf8_next(&at));
    return DONE;
}

static Repaired refuse(VM *vm) {
    raise_type(vm, "don't know how to handle UnicodeDecodeError in error callback");
    return RAISED;
}

static Repaired backslash_replace(VM *vm, const Fault *fault, Repair *out) {
    if (!fault->is_decoding) return write_each(fault, out, write_escaped);
    for (usize i = fault->start; i < fault->end; i++)
        buffer_printf(&out->out, "\\x%02x", (u8)fault->bytes.data[i]);
    return DONE;
}

static Repaired xml_replace(VM *vm, const Fault *fault, Repair *out) {
    return fault->is_decoding ? refuse(vm) : write_each(fault, out, write_reference);
}

static Repaired name_replace(VM *vm, const Fault *fault, Repair *out) {
    return fault->is_decoding ? refuse(vm) : write_each(fault, out, write_name);
}

static Repaired escape_surrogates(VM *vm, const Fault *fault, Repair *out) {
    if (!fault->is_decoding) {
        const char *at = text_at(fault);
        out->is_bytes = true;
        for (usize i = fault->start; i < fault->end; i++) {
            u32 c = utf8_next(&at);
            if (c < 0xDC80 || c > 0xDCFF) return GAVE_UP;
            buffer_add_char(&out->out, (char)(c - 0xDC00));
        }
        return DONE;
    }
    usize at = fault->start;
    for (; at < fault->end && at < fault->start + 4; at++) {
        u8 byte = (u8)fault->bytes.data[at];
        if (byte < 128) break;
        buffer_add_code_point(&out->out, 0xDC00 + byte);
    }
    out->next = at;
    return at > fault->start ? DONE : GAVE_UP;
}

/* The code unit of surrogatepass, by the encoding's name: bytes, big-endian or not; 0:
 * another. */
static int surrogate_unit(const char *encoding, bool *is_big) {
    *is_big = false;
    if (strncmp(encoding, "utf", 3) && strncmp(encoding, "UTF", 3)) {
        return !strcmp(encoding, "cp65001") ? 1 : 0;
    }
    const char *at = encoding + 3;
    at += *at == '-' || *at == '_';
    if (!strcmp(at, "8")) return 1;
    int unit = !strncmp(at, "16", 2) ? 2 : !strncmp(at, "32", 2) ? 4 : 0;
    if (!unit) return 0;
    at += 2;
    at += *at == '-' || *at == '_';
    *is_big = !strcasecmp(at, "be");
    return *is_big || !*at || !strcasecmp(at, "le") ? unit : 0;
}

static u32 read_unit(const u8 *at, int unit, bool is_big) {
    u32 c = 0;
    for (int i = 0; i < unit; i++) c |= (u32)at[i] << 8 * (is_big ? unit - 1 - i : i);
    return c;
}

static void write_unit(Buffer *out, u32 c, int unit, bool is_big) {
    if (unit == 1) {
        buffer_add_code_point(out, c);
        return;
    }
    for (int i = 0; i < unit; i++)
        buffer_add_char(out, (char)(c >> 8 * (is_big ? unit - 1 - i : i)));
}

static Repaired pass_surrogate_bytes(const Fault *fault, Repair *out, int unit,
                                     bool is_big) {
    usize size = unit == 1 ? 3 : (usize)unit;
    const u8 *at = (const u8 *)fault->bytes.data + fault->start;
    if (fault->bytes.length - fault->start < size) return GAVE_UP;
    u32 c;
    if (unit > 1)
        c = read_unit(at, unit, is_big);
    else if ((at[0] & 0xF0) == 0xE0 && (at[1] & 0xC0) == 0x80 && (at[2] & 0xC0) == 0x80)
        c = (u32)(at[0] & 15) << 12 | (u32)(at[1] & 63) << 6 | (at[2] & 63);
    else
        return GAVE_UP;
    if (c < 0xD800 || c > 0xDFFF) return GAVE_UP;
    buffer_add_code_point(&out->out, c);
    out->next = fault->start + size;
    return DONE;
}

static Repaired pass_surrogates(VM *vm, const Fault *fault, Repair *out) {
    bool is_big;
    int unit = surrogate_unit(fault->encoding, &is_big);
    if (!unit) return GAVE_UP;
    if (fault->is_decoding) return pass_surrogate_bytes(fault, out, unit, is_big);
    const char *at = text_at(fault);
    out->is_bytes = true;
    for (usize i = fault->start; i < fault->end; i++) {
        u32 c = utf8_next(&at);
        if (c < 0xD800 || c > 0xDFFF) return GAVE_UP;
        write_unit(&out->out, c, unit, is_big);
    }
    return DONE;
}

static Handler *find_handler(const char *errors) {
    static const struct {
        const char *name;
        Handler *handler;
    } handlers[] = {
        {"strict", give_up},
        {"ignore", ignore},
        {"replace", replace_all},
        {"backslashreplace", backslash_replace},
        {"xmlcharrefreplace", xml_replace},
        {"namereplace", name_replace},
        {"surrogateescape", escape_surrogates},
        {"surrogatepass", pass_surrogates},
    };
    for (usize i = 0; i < COUNT_OF(handlers); i++)
        if (!strcmp(handlers[i].name, errors)) return handlers[i].handler;
    return NULL;
}

bool codec_handler_is_builtin(const char *errors) {
    return find_handler(errors) != NULL;
}

int codec_repair(VM *vm, const char *errors, const Fault *fault, Repair *out) {
    *out = (Repair){.next = fault->end, .input = EMPTY};
    Repaired repaired = find_handler(errors)(vm, fault, out);
    if (repaired != DONE) buffer_free(&out->out);
    return repaired;
}

Value codec_make_exception(VM *vm, const Fault *fault) {
    Type *type = fault->is_decoding ? EXC(UnicodeDecodeError) : EXC(UnicodeEncodeError);
    OWNED Value encoding = TRY(str_from_text(vm, fault->encoding));
    OWNED Value reason = TRY(str_from_text(vm, fault->reason));
    OWNED Value object = fault->is_decoding
                             ? bytes_new(vm, fault->bytes.data, fault->bytes.length)
                             : incref(fault->text);
    TRY(object);
    Value args[] = {encoding, object, from_small((i64)fault->start),
                    from_small((i64)fault->end), reason};
    return object_call(vm, from_object(type), args, 5, EMPTY);
}

static void raise_fault(VM *vm, const Fault *fault) {
    OWNED Value exception = codec_make_exception(vm, fault);
    if (exception != FAIL) raise_instance(vm, exception);
}

/* ---- handlers of scripts ---- */

static bool check_answer(VM *vm, const Fault *fault, Value answer) {
    if (has_kind(answer, KIND_TUPLE) && to_tuple(answer)->count == 2) {
        Value text = to_tuple(answer)->items[0], place = to_tuple(answer)->items[1];
        if (is_str(text) || (!fault->is_decoding && has_kind(text, KIND_BYTES))) {
            if (is_int(place)) return true;
            raise_type(vm, "'%T' object cannot be interpreted as an integer", place);
            return false;
        }
    }
    raise_type(vm, fault->is_decoding
                       ? "decoding error handler must return (str, int) tuple"
                       : "encoding error handler must return (str/bytes, int) tuple");
    return false;
}

/* The handler may have changed the exception's object: that is decoded then. */
static bool take_input(VM *vm, const Fault *fault, Value exception, Repair *out) {
    OWNED Value object = TRY_OR_FALSE(object_getattr_text(vm, exception, "object"));
    if (!has_kind(object, KIND_BYTES))
        return raise_type(vm, "exception attribute 'object' must be bytes") != FAIL;
    if (!span_equal(bytes_span(object), fault->bytes)) out->input = TAKE(object);
    return true;
}

static usize length_of_input(const Fault *fault, const Repair *answer) {
    if (answer->input != EMPTY) return bytes_span(answer->input).length;
    return fault->is_decoding ? fault->bytes.length : str_length(fault->text);
}

static bool take_position(VM *vm, const Fault *fault, Value position, Repair *out) {
    i64 limit = (i64)length_of_input(fault, out), at;
    if (!want_index(vm, position, &at)) return false;
    i64 next = at < 0 ? at + limit : at;
    if (next < 0 || next > limit) {
        raise_index(vm, "position %ld from error handler out of bounds", (long)next);
        return false;
    }
    out->next = (usize)next;
    return true;
}

static int ask_script(VM *vm, const char *errors, const Fault *fault, Repair *out) {
    *out = (Repair){.input = EMPTY};
    OWNED Value handler = codec_lookup_error(vm, errors);
    if (handler == FAIL) return RAISED;
    OWNED Value exception = codec_make_exception(vm, fault);
    if (exception == FAIL) return RAISED;
    OWNED Value answer = call_1(vm, handler, exception);
    if (answer == FAIL || !check_answer(vm, fault, answer)) return RAISED;
    Value text = to_tuple(answer)->items[0], position = to_tuple(answer)->items[1];
    if (fault->is_decoding && !take_input(vm, fault, exception, out)) return RAISED;
    if (!take_position(vm, fault, position, out)) {
        decref(out->input);
        return RAISED;
    }
    out->is_bytes = !is_str(text);
    buffer_add_span(&out->out, out->is_bytes ? bytes_span(text) : str_span(text));
    return DONE;
}

/* surrogateescape in UTF-8 and in encodings of one byte complains of what it cannot do
 * only. */
static void skip_escapes(Fault *fault, const char *errors) {
    if (strcmp(errors, "surrogateescape")) return;
    const char *at = text_at(fault);
    for (; fault->start < fault->end; fault->start++) {
        u32 c = utf8_next(&at);
        if (c < 0xDC80 || c > 0xDCFF) return;
    }
}

static bool repair(VM *vm, const char *errors, const Fault *fault, Repair *out) {
    if (!errors) errors = "strict";
    int repaired = codec_handler_is_builtin(errors) ? codec_repair(vm, errors, fault, out)
                                                    : ask_script(vm, errors, fault, out);
    if (repaired == GAVE_UP) raise_fault(vm, fault);
    return repaired == DONE;
}

bool decode_fault(Decoder *decoder, usize start, usize end, const char *reason) {
    Fault fault = {.is_decoding = true,
                   .encoding = decoder->encoding,
                   .bytes = {(const char *)decoder->data, decoder->size},
                   .start = start,
                   .end = end,
                   .reason = reason};
    Repair answer;
    if (!repair(decoder->vm, decoder->errors, &fault, &answer)) return false;
    buffer_add_span(&decoder->out, buffer_span(&answer.out));
    decoder->at = answer.next;
    buffer_free(&answer.out);
    if (answer.input != EMPTY) {
        decoder->data = (const u8 *)bytes_span(answer.input).data;
        decoder->size = bytes_span(answer.input).length;
        replace(&decoder->input, answer.input);
    }
    return true;
}

/* Encode what a handler gave; false: that too has characters without a code. */
static bool put_replacement(Encoder *encoder, const Repair *answer) {
    Span text = buffer_span(&answer->out);
    u8 unit = encoder->codec->unit;
    if (answer->is_bytes) {
        buffer_add_span(&encoder->out, text);
        return !unit || text.length % unit == 0;
    }
    if (unit && !utf8_is_ascii(text.data, text.length)) return false;
    const char *at = text.data, *end = at + text.length;
    while (at < end) {
        u32 c = utf8_next(&at);
        if (!encoder->codec->can(encoder, c)) return false;
        encoder->codec->put(encoder, c);
    }
    return true;
}

bool encode_fault(Encoder *encoder, usize index, usize count, const char *reason) {
    Fault fault = {.encoding = encoder->encoding,
                   .text = encoder->text,
                   .start = index,
                   .end = index + count,
                   .reason = reason};
    const Codec *codec = encoder->codec;
    bool is_simple = codec->unit == 1 || !strncmp(codec->reason, "ordinal", 7);
    if (encoder->errors && is_simple) {
        Fault rest = fault;
        skip_escapes(&rest, encoder->errors);
        if (rest.start < rest.end) fault.start = rest.start;
    }
    Repair answer;
    if (!repair(encoder->vm, encoder->errors, &fault, &answer)) return false;
    bool done = put_replacement(encoder, &answer);
    if (!done && encoder->vm->exception == EMPTY) raise_fault(encoder->vm, &fault);
    encoder->index = answer.next;
    encoder->at = to_str(encoder->text)->data + str_offset(encoder->text, answer.next);
    buffer_free(&answer.out);
    return done;
}
