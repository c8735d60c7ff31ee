/* print */
#include "objects/dict.h"
#include "objects/native.h"
#include "objects/str.h"
#include "stdlib/io.h"

/* ---- print ---- */

/* sep or end: EMPTY for the default. */
static bool check_text(VM *vm, const char *name, Value *text) {
    if (*text == NONE) *text = EMPTY;
    if (*text == EMPTY || is_str(*text)) return true;
    raise_type(vm, "%s must be None or a string, not %T", name, *text);
    return false;
}

/* The writer is looked up before the object is asked for its text. */
static bool write_slowly(VM *vm, Value file, Value object) {
    OWNED Value write = object_getattr(vm, file, NAME(write));
    if (write == FAIL) return false;
    OWNED Value text = object_str(vm, object);
    if (text == FAIL) return false;
    OWNED Value done = call_1(vm, write, text);
    return done != FAIL;
}

static bool write_small(VM *vm, Value file, i64 number) {
    char digits[24], *at = digits + sizeof digits;
    u64 rest = number < 0 ? -(u64)number : (u64)number;
    do *--at = (char)('0' + rest % 10);
    while (rest /= 10);
    if (number < 0) *--at = '-';
    return text_write_ascii(vm, file, (Span){at, (usize)(digits + sizeof digits - at)});
}

static bool write_object(VM *vm, Value file, Value object) {
    if (!text_is_direct(vm, file)) return write_slowly(vm, file, object);
    if (has_exact_kind(object, KIND_STR)) return text_write_str(vm, file, object);
    if (is_small(object)) return write_small(vm, file, to_small(object));
    OWNED Value text = object_str(vm, object);
    if (text == FAIL) return false;
    if (text_is_direct(vm, file)) return text_write_str(vm, file, text);
    OWNED Value done = call_method_1(vm, file, NAME(write), text);
    return done != FAIL;
}

static bool write_default(VM *vm, Value file, Value given, const char *text) {
    if (given != EMPTY) return write_object(vm, file, given);
    if (text_is_direct(vm, file)) return text_write_ascii(vm, file, span_of(text));
    OWNED Value s = str_from_text(vm, text);
    return s != FAIL && write_slowly(vm, file, s);
}

static bool flush(VM *vm, Value file) {
    OWNED Value done = call_method_0(vm, file, NAME(flush));
    return done != FAIL;
}

/* Prints the values to a stream, or to sys.stdout by default.
 *
 *   sep
 *     string inserted between values, default a space.
 *   end
 *     string appended after the last value, default a newline.
 *   file
 *     a file-like object (stream); defaults to the current sys.stdout.
 *   flush
 *     whether to forcibly flush the stream.
 */
FUNCTION(builtins, print, "(*args, sep=' ', end='\\n', file=None, flush=False)") {
    Value separator = args[0], end = args[1];
    if (args[2] == EMPTY || args[2] == NONE) {
        args[2] = dict_get_str(vm, to_dict(vm->sys), NAME(stdout));
        if (args[2] == EMPTY) return raise_runtime(vm, "lost sys.stdout");
    }
    if (args[2] == NONE) return NONE;
    OWNED Value file = incref(args[2]);
    CHECK(check_text(vm, "sep", &separator));
    CHECK(check_text(vm, "end", &end));
    for (u32 i = 4; i < nargs; i++) {
        if (i > 4) CHECK(write_default(vm, file, separator, " "));
        CHECK(write_object(vm, file, args[i]));
    }
    CHECK(write_default(vm, file, end, "\n"));
    int wants_flush = args[3] == EMPTY ? 0 : object_truth(vm, args[3]);
    if (wants_flush < 0) return FAIL;
    if (wants_flush) CHECK(flush(vm, file));
    return NONE;
}

