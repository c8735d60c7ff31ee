/* print and input. */
#include "objects/dict.h"
#include "objects/native.h"
#include "objects/str.h"
#include "stdlib/stdout.h"

/* ---- print ---- */

/* sep or end: EMPTY for the default. */
static bool check_text(VM *vm, const char *name, Value *text) {
    if (*text == NONE) *text = EMPTY;
    if (*text == EMPTY || is_str(*text)) return true;
    raise_type(vm, "%s must be None or a string, not %T", name, *text);
    return false;
}

static bool write_text(VM *vm, Value file, Value text) {
    if (file == EMPTY) return stdout_write(vm, str_span(text));
    OWNED Value done = call_method_1(vm, file, NAME(write), text);
    return done != FAIL;
}

/* The writer is looked up before the object is asked for its text. */
static bool write_object(VM *vm, Value file, Value object) {
    if (file == EMPTY) {
        OWNED Value text = object_str(vm, object);
        return text != FAIL && stdout_write(vm, str_span(text));
    }
    OWNED Value write = object_getattr(vm, file, NAME(write));
    if (write == FAIL) return false;
    OWNED Value text = object_str(vm, object);
    if (text == FAIL) return false;
    OWNED Value done = call_1(vm, write, text);
    return done != FAIL;
}

static bool write_default(VM *vm, Value file, Value given, const char *text) {
    if (given != EMPTY) return write_text(vm, file, given);
    OWNED Value s = str_from_text(vm, text);
    return s != FAIL && write_text(vm, file, s);
}

static bool flush(VM *vm, Value file) {
    if (file == EMPTY) return stdout_flush(vm);
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
        args[2] = dict_get_text(vm, to_dict(vm->sys), "stdout");
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

/* ---- input ---- */

/* One of sys's streams: EMPTY if it was never made, FAIL with RuntimeError if it was
 * lost. */
static Value find_stream(VM *vm, const char *name) {
    Value stream = dict_get_text(vm, to_dict(vm->sys), name);
    if (stream == NONE) return raise_runtime(vm, "input(): lost sys.%s", name);
    return incref(stream);
}

static Value strip_newline(VM *vm, Span line) {
    if (line.length == 0) {
        return raise_format(vm, EXC(EOFError), "EOF when reading a line");
    }
    if (line.data[line.length - 1] == '\n') line.length--;
    return str_from_span(vm, line);
}

static Value read_line(VM *vm, Value stdin_stream) {
    if (stdin_stream == EMPTY) {
        Buffer line = {0};
        bool ok = stdin_read_line(vm, &line);
        Value result = ok ? strip_newline(vm, buffer_span(&line)) : FAIL;
        buffer_free(&line);
        return result;
    }
    OWNED Value line = TRY(call_method_0(vm, stdin_stream, NAME(readline)));
    if (!is_str(line)) return raise_type(vm, "object.readline() returned non-string");
    return strip_newline(vm, str_span(line));
}

/* Read a string from standard input.  The trailing newline is stripped.
 *
 * The prompt string, if given, is printed to standard output without a
 * trailing newline before reading input.
 *
 * If the user hits EOF (*nix: Ctrl-D, Windows: Ctrl-Z+Return), raise EOFError.
 * On *nix systems, readline is used if available.
 */
FUNCTION(builtins, input, "(prompt='', /)") {
    OWNED Value in = TRY(find_stream(vm, "stdin"));
    OWNED Value out = TRY(find_stream(vm, "stdout"));
    OWNED Value errors = TRY(find_stream(vm, "stderr"));
    if (errors != EMPTY && !flush(vm, errors)) exception_clear(vm);
    if (args[0] != EMPTY) CHECK(write_object(vm, out, args[0]));
    CHECK(flush(vm, out));
    return read_line(vm, in);
}
