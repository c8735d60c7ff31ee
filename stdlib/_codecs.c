/* _codecs: what the module codecs has in C. */
#include "objects/codecs_make.h"
#include "objects/native.h"
#include "objects/tuple.h"
#include "objects/want.h"

MODULE(_codecs, "")

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
