/* open and input */
#include <unistd.h>

#include "objects/dict.h"
#include "objects/native.h"
#include "objects/str.h"
#include "stdlib/io.h"

/* Open file and return a stream.  Raise OSError upon failure.
 *
 * file is either a text or byte string giving the name (and the path
 * if the file isn't in the current working directory) of the file to
 * be opened or an integer file descriptor of the file to be
 * wrapped. (If a file descriptor is given, it is closed when the
 * returned I/O object is closed, unless closefd is set to False.) */
FUNCTION(builtins, open,
       "(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, "
       "closefd=True, opener=None) shown (file, mode='r', buffering=-1, "
       "encoding=None,\n     errors=None, newline=None, closefd=True, opener=None)") {
    return io_open(vm, args);
}

/* ---- input ---- */

static Value find_stream(VM *vm, Value name) {
    Value stream = dict_get_str(vm, to_dict(vm->sys), name);
    if (stream != EMPTY && stream != NONE) return incref(stream);
    return raise_runtime(vm, "input(): lost sys.%S", name);
}

static bool flush(VM *vm, Value file) {
    OWNED Value done = call_method_0(vm, file, NAME(flush));
    return done != FAIL;
}

static Value strip_newline(VM *vm, Value line) {
    if (!is_str(line)) return raise_type(vm, "object.readline() returned non-string");
    Span span = str_span(line);
    if (!span.length) return raise_format(vm, EXC(EOFError), "EOF when reading a line");
    if (span.data[span.length - 1] == '\n') span.length--;
    return str_from_span(vm, span);
}

static bool show_prompt(VM *vm, Value out, Value prompt) {
    if (prompt == EMPTY) return true;
    OWNED Value text = object_str(vm, prompt);
    OWNED Value done = text == FAIL ? FAIL : call_method_1(vm, out, NAME(write), text);
    return done != FAIL;
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
    OWNED Value in = TRY(find_stream(vm, NAME(stdin)));
    OWNED Value out = TRY(find_stream(vm, NAME(stdout)));
    OWNED Value errors = TRY(find_stream(vm, NAME(stderr)));
    if (!flush(vm, errors)) exception_clear(vm);
    CHECK(show_prompt(vm, out, args[0]));
    if (!flush(vm, out)) exception_clear(vm);
    OWNED Value line = TRY(call_method_0(vm, in, NAME(readline)));
    return strip_newline(vm, line);
}
