/* _codecs: what the module codecs has in C. */
#include "objects/codecs_make.h"
#include "objects/native.h"
#include "objects/tuple.h"
#include "objects/want.h"

MODULE(_codecs, "")

/* ---- the registry ---- */

/* Register a codec search function.
 *
 * Search functions are expected to take one argument, the encoding name in
 * all lower case letters, and either return None, or a tuple of functions
 * (encoder, decoder, stream_reader, stream_writer) (or a CodecInfo object). */
FUNCTION(_codecs, register, "(search_function, /)") {
    if (!is_callable(vm, args[0])) return raise_type(vm, "argument must be callable");
    CHECK(codec_register(vm, args[0]));
    return NONE;
}

/* Unregister a codec search function and clear the registry's cache.
 *
 * If the search function is not registered, do nothing. */
FUNCTION(_codecs, unregister, "(search_function, /)") {
    CHECK(codec_unregister(vm, args[0]));
    return NONE;
}

/* Looks up a codec tuple in the Python codec registry and returns a CodecInfo object. */
FUNCTION(_codecs, lookup, "(encoding, /)") {
    CHECK(want_str(vm, "lookup", "argument", args[0]));
    const char *encoding = want_c_text(vm, args[0]);
    return encoding ? codec_lookup(vm, encoding) : FAIL;
}

/* Register the specified error handler under the name errors.
 *
 * handler must be a callable object, that
 * will be called with an exception instance containing
 * information about the location of the encoding/decoding
 * error and must return a (replacement, new position) tuple. */
FUNCTION(_codecs, register_error, "(errors, handler, /)") {
    CHECK(want_str(vm, "register_error", "argument 1", args[0]));
    if (!is_callable(vm, args[1])) return raise_type(vm, "handler must be callable");
    CHECK(codec_register_error(vm, args[0], args[1]));
    return NONE;
}

/* This module's function that is the builtin handler of the name; EMPTY: there is none.
 */
static Value find_builtin_handler(VM *vm, const char *name) {
    if (!codec_handler_is_builtin(name)) return EMPTY;
    bool is_surrogate = !strncmp(name, "surrogate", 9);
    OWNED Value module = TRY(object_getitem(vm, vm->modules, NAME(_codecs)));
    OWNED Value function =
        TRY(str_format(vm, "%s%s", name, is_surrogate ? "" : "_errors"));
    function = str_intern(vm, TAKE(function));
    return object_getattr(vm, module, function);
}

/* lookup_error(errors) -> handler
 *
 * Return the error handler for the specified error handling name or raise a
 * LookupError, if no handler exists under this name. */
FUNCTION(_codecs, lookup_error, "(name, /)") {
    CHECK(want_str(vm, "lookup_error", "argument", args[0]));
    const char *name = want_c_text(vm, args[0]);
    if (!name) return FAIL;
    Value handler = TRY(find_builtin_handler(vm, name));
    return handler != EMPTY ? handler : codec_lookup_error(vm, name);
}

/* ---- encode and decode of anything ---- */

static bool take_names(VM *vm, const char *function, Value *args, const char *names[2]) {
    names[0] = "utf-8";
    names[1] = "strict";
    if (args[1] != EMPTY) {
        if (!want_str(vm, function, "argument 'encoding'", args[1])) return false;
        names[0] = want_c_text(vm, args[1]);
    }
    if (args[2] != EMPTY) {
        if (!want_str(vm, function, "argument 'errors'", args[2])) return false;
        names[1] = want_c_text(vm, args[2]);
    }
    return names[0] && names[1];
}

/* Encodes obj using the codec registered for encoding.
 *
 * The default encoding is 'utf-8'.  errors may be given to set a
 * different error handling scheme.  Default is 'strict' meaning that encoding
 * errors raise a ValueError.  Other possible values are 'ignore', 'replace'
 * and 'backslashreplace' as well as any other name registered with
 * codecs.register_error that can handle ValueErrors. */
FUNCTION(_codecs, encode, "(obj, encoding='utf-8', errors='strict')") {
    const char *names[2];
    CHECK(take_names(vm, "encode", args, names));
    OWNED Value info = TRY(codec_lookup(vm, names[0]));
    return codec_call(vm, names[0], info, CODEC_ENCODE, args[0], names[1]);
}

/* Decodes obj using the codec registered for encoding.
 *
 * Default encoding is 'utf-8'.  errors may be given to set a
 * different error handling scheme.  Default is 'strict' meaning that encoding
 * errors raise a ValueError.  Other possible values are 'ignore', 'replace'
 * and 'backslashreplace' as well as any other name registered with
 * codecs.register_error that can handle ValueErrors. */
FUNCTION(_codecs, decode, "(obj, encoding='utf-8', errors='strict')") {
    const char *names[2];
    CHECK(take_names(vm, "decode", args, names));
    OWNED Value info = TRY(codec_lookup(vm, names[0]));
    return codec_call(vm, names[0], info, CODEC_DECODE, args[0], names[1]);
}

/* The normalised name of the builtin codec, None if there is none. */
FUNCTION(_codecs, builtin_name, "(encoding, /)") {
    Codec codec;
    CHECK(want_str(vm, "builtin_name", "argument", args[0]));
    return codec_find(to_str(args[0])->data, &codec) ? str_from_text(vm, codec.name)
                                                     : NONE;
}

/* ---- error handlers, called with an exception ---- */

typedef struct FaultObject {
    Fault fault;
    Value object; /* owned: the text or bytes */
    Buffered lent;
    Value encoding; /* owned */
    bool is_translation;
} FaultObject;

static bool read_position(VM *vm, Value exception, const char *name, usize limit,
                          usize *out) {
    i64 position;
    OWNED Value v = TRY_OR_FALSE(object_getattr_text(vm, exception, name));
    if (!object_to_i64(vm, v, &position)) return false;
    *out = position < 0 ? 0 : (usize)position > limit ? limit : (usize)position;
    return true;
}

static bool read_bytes(VM *vm, FaultObject *f) {
    if (!buffered_get(vm, f->object, &f->lent, false)) return false;
    f->fault.bytes = (Span){f->lent.data, f->lent.size};
    return true;
}

static bool read_fault(VM *vm, Value exception, FaultObject *f) {
    Fault *fault = &f->fault;
    f->object = TRY_OR_FALSE(object_getattr_text(vm, exception, "object"));
    fault->encoding = "";
    if (!f->is_translation) {
        f->encoding = TRY_OR_FALSE(object_getattr_text(vm, exception, "encoding"));
        if (!want_str(vm, "error handler", "attribute 'encoding'", f->encoding))
            return false;
        fault->encoding = to_str(f->encoding)->data;
    }
    if (fault->is_decoding) {
        if (!read_bytes(vm, f)) return false;
    } else if (!want_str(vm, "error handler", "attribute 'object'", f->object)) {
        return false;
    } else {
        fault->text = f->object;
    }
    usize length = fault->is_decoding ? fault->bytes.length : str_length(f->object);
    usize last = length ? length - 1 : 0;
    return read_position(vm, exception, "start", last, &fault->start) &&
           read_position(vm, exception, "end", length, &fault->end);
}

static Value answer(VM *vm, const FaultObject *f, const char *errors) {
    Repair repair;
    int repaired = 1;
    if (f->is_translation && !strcmp(errors, "replace")) {
        repair = (Repair){.next = f->fault.end};
        for (usize i = f->fault.start; i < f->fault.end; i++)
            buffer_add_code_point(&repair.out, 0xFFFD);
    } else {
        repaired = codec_repair(vm, errors, &f->fault, &repair);
    }
    if (repaired <= 0) return repaired ? FAIL : EMPTY;
    OWNED Value text = TRY(repair.is_bytes ? bytes_from_buffer(vm, &repair.out)
                                           : str_from_buffer(vm, &repair.out));
    return tuple_of(vm, 2, text, from_small((i64)repair.next));
}

/* Which exceptions a handler takes: encoding, decoding, translation. */
enum { TAKES_ENCODE = 1, TAKES_DECODE = 2, TAKES_TRANSLATE = 4, TAKES_ALL = 7 };

static Value handle(VM *vm, const char *errors, Value exception, int takes) {
    bool encode = is_instance(vm, exception, EXC(UnicodeEncodeError));
    bool decode = is_instance(vm, exception, EXC(UnicodeDecodeError));
    bool translate = is_instance(vm, exception, EXC(UnicodeTranslateError));
    int sort = encode      ? TAKES_ENCODE
               : decode    ? TAKES_DECODE
               : translate ? TAKES_TRANSLATE
                           : 0;
    if (!(sort & takes))
        return raise_type(vm, "don't know how to handle %T in error callback", exception);
    FaultObject f = {.fault.is_decoding = decode,
                     .object = EMPTY,
                     .lent.owner = EMPTY,
                     .encoding = EMPTY,
                     .is_translation = translate};
    Value result = read_fault(vm, exception, &f) ? answer(vm, &f, errors) : FAIL;
    buffered_release(vm, &f.lent);
    decref(f.object);
    decref(f.encoding);
    return result == EMPTY ? raise_instance(vm, exception) : result;
}

/* Implements the 'strict' error handling, which raises a UnicodeError on coding errors.
 */
FUNCTION(_codecs, strict_errors, "(exception, /)") {
    if (is_instance(vm, args[0], EXC(BaseException))) return raise_instance(vm, args[0]);
    return raise_type(vm, "codec must pass exception instance");
}

/* Implements the 'ignore' error handling: malformed data is skipped. */
FUNCTION(_codecs, ignore_errors, "(exception, /)") {
    return handle(vm, "ignore", args[0], TAKES_ALL);
}

/* Implements the 'replace' error handling, which replaces malformed data with a marker.
 */
FUNCTION(_codecs, replace_errors, "(exception, /)") {
    return handle(vm, "replace", args[0], TAKES_ALL);
}

/* Implements the 'xmlcharrefreplace' error handling: an XML character reference for each.
 */
FUNCTION(_codecs, xmlcharrefreplace_errors, "(exception, /)") {
    return handle(vm, "xmlcharrefreplace", args[0], TAKES_ENCODE);
}

/* Implements the 'backslashreplace' error handling: backslashed escape sequences. */
FUNCTION(_codecs, backslashreplace_errors, "(exception, /)") {
    return handle(vm, "backslashreplace", args[0], TAKES_ALL);
}

/* Implements the 'namereplace' error handling: a \N{...} escape sequence for each. */
FUNCTION(_codecs, namereplace_errors, "(exception, /)") {
    return handle(vm, "namereplace", args[0], TAKES_ENCODE);
}

FUNCTION(_codecs, surrogatepass, "(exception, /)") {
    return handle(vm, "surrogatepass", args[0], TAKES_ENCODE | TAKES_DECODE);
}

FUNCTION(_codecs, surrogateescape, "(exception, /)") {
    return handle(vm, "surrogateescape", args[0], TAKES_ENCODE | TAKES_DECODE);
}
