/* _io: open() and what else the module has. */
#include <stdlib.h>

#include "objects/exc.h"
#include "objects/frame.h"
#include "objects/int.h"
#include "objects/want.h"
#include "stdlib/io.h"
#include "stdlib/path.h"

MODULE(_io, "The io module provides the Python interfaces to stream handling. The\n"
            "builtin open function is defined in this module.\n")

/* ---- the encoding of files ---- */

static const char *locale_name(void) {
    static const char *const variables[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (u32 i = 0; i < COUNT_OF(variables); i++) {
        const char *name = getenv(variables[i]);
        if (name && *name) return name;
    }
    return "C";
}

bool io_is_utf8_mode(void) {
    const char *wanted = getenv("PYTHONUTF8");
    if (wanted && *wanted) return strcmp(wanted, "0") != 0;
    const char *locale = locale_name();
    return !strcmp(locale, "C") || !strcmp(locale, "POSIX");
}

const char *io_default_encoding(void) {
    return io_is_utf8_mode() ? "utf-8" : "UTF-8";
}

/* A helper function to choose the text encoding.
 *
 * When encoding is not None, this function returns it.
 * Otherwise, this function returns the default text encoding
 * (i.e. "locale" or "utf-8" depends on UTF-8 mode). */
FUNCTION(_io, text_encoding, "(encoding, stacklevel=2, /)") {
    if (args[0] != NONE) return incref(args[0]);
    return str_from_text(vm, io_is_utf8_mode() ? "utf-8" : "locale");
}

/* ---- open ---- */

typedef struct Mode {
    bool creating, reading, writing, appending, updating, text, binary;
    char raw[8]; /* for FileIO */
} Mode;

static bool *mode_flag(Mode *mode, char letter) {
    switch (letter) {
    case 'x': return &mode->creating;
    case 'r': return &mode->reading;
    case 'w': return &mode->writing;
    case 'a': return &mode->appending;
    case '+': return &mode->updating;
    case 't': return &mode->text;
    case 'b': return &mode->binary;
    default: return NULL;
    }
}

static bool read_mode(VM *vm, const char *text, Mode *mode) {
    u32 raw = 0;
    for (const char *at = text; *at; at++) {
        bool *flag = mode_flag(mode, *at);
        if (!flag || *flag) {
            raise_value(vm, "invalid mode: '%s'", text);
            return false;
        }
        *flag = true;
        if (*at != 't' && *at != 'b') mode->raw[raw++] = *at;
    }
    return true;
}

static bool refuse(VM *vm, const char *message) {
    raise_value(vm, "%s", message);
    return false;
}

static bool is_given(Value v) {
    return v != EMPTY && v != NONE;
}

/* args: file, mode, buffering, encoding, errors, newline, closefd, opener */
static bool check_mode(VM *vm, const Mode *mode, Value *args, i64 buffering) {
    int sorts = mode->creating + mode->reading + mode->writing + mode->appending;
    if (mode->text && mode->binary)
        return refuse(vm, "can't have text and binary mode at once");
    if (sorts > 1)
        return refuse(vm, "must have exactly one of create/read/write/append mode");
    if (!mode->binary) return true;
    if (is_given(args[3])) return refuse(vm, "binary mode doesn't take an encoding argument");
    if (is_given(args[4])) return refuse(vm, "binary mode doesn't take an errors argument");
    if (is_given(args[5])) return refuse(vm, "binary mode doesn't take a newline argument");
    if (buffering != 1) return true;
    return warn(vm, EXC(RuntimeWarning), 1,
                "line buffering (buffering=1) isn't supported in binary mode, the default "
                "buffer size will be used");
}

static Value open_raw(VM *vm, const Mode *mode, Value *args) {
    OWNED Value text = TRY(str_from_text(vm, mode->raw));
    Value given[4] = {args[0], text, args[6] == EMPTY ? TRUE : args[6],
                      args[7] == EMPTY ? NONE : args[7]};
    return object_call(vm, from_object(vm->types[TYPE_FileIO]), given, 4, EMPTY);
}

static u32 buffered_type(const Mode *mode) {
    if (mode->updating) return TYPE_BufferedRandom;
    return mode->reading ? TYPE_BufferedReader : TYPE_BufferedWriter;
}

/* What is open already is closed again when a later step fails. */
static Value give_up(VM *vm, Value file) {
    Value exception = exception_take(vm);
    OWNED Value closed = call_method_0(vm, file, NAME(close));
    if (closed == FAIL) {
        Value later = exception_take(vm);
        exception_chain(later, exception);
        decref(exception);
        exception = later;
    }
    exception_restore(vm, exception);
    return FAIL;
}

static Value wrap(VM *vm, const Mode *mode, Value *args, Value raw, i64 buffering, Value mode_text) {
    bool is_terminal = fileio_is_terminal((FileIO *)raw);
    bool line_buffering = buffering == 1 || (buffering < 0 && is_terminal);
    if (buffering < 0 || buffering == 1) buffering = ((FileIO *)raw)->block_size;
    if (!buffering) {
        if (!mode->binary) return raise_value(vm, "can't have unbuffered text I/O");
        return incref(raw);
    }
    OWNED Value buffer = TRY(buffered_wrap(vm, buffered_type(mode), raw, buffering));
    if (mode->binary) return TAKE(buffer);
    OWNED Value text = text_wrap(vm, buffer, args[3], args[4], args[5], line_buffering, false);
    if (text == FAIL) return give_up(vm, buffer);
    text_set_mode(text, mode_text);
    return TAKE(text);
}

static bool take_text(VM *vm, Value v, const char *argument) {
    if (!is_given(v)) return true;
    if (!is_str(v)) return want_refuse(vm, "open", argument, "str or None", v);
    return want_c_text(vm, v) != NULL;
}

static bool take_arguments(VM *vm, Value *args, const char **mode_text, i64 *buffering) {
    int number = -1;
    if (args[1] != EMPTY && !want_str(vm, "open", "argument 'mode'", args[1])) return false;
    *mode_text = args[1] == EMPTY ? "r" : want_c_text(vm, args[1]);
    if (!*mode_text) return false;
    if (args[2] != EMPTY && !want_int(vm, args[2], &number)) return false;
    *buffering = number;
    return take_text(vm, args[3], "argument 'encoding'") &&
           take_text(vm, args[4], "argument 'errors'") &&
           take_text(vm, args[5], "argument 'newline'");
}

Value io_open(VM *vm, Value *args) {
    Mode mode = {0};
    const char *text;
    i64 buffering;
    CHECK(take_arguments(vm, args, &text, &buffering));
    OWNED Value path = is_int(args[0]) ? incref(args[0]) : TRY(path_fspath(vm, args[0]));
    CHECK(read_mode(vm, text, &mode) && check_mode(vm, &mode, args, buffering));
    Value given[8];
    memcpy(given, args, sizeof given);
    given[0] = path;
    OWNED Value mode_text = TRY(str_from_text(vm, text));
    OWNED Value raw = TRY(open_raw(vm, &mode, given));
    Value file = wrap(vm, &mode, given, raw, buffering, mode_text);
    return file == FAIL ? give_up(vm, raw) : file;
}

/* Open file and return a stream.  Raise OSError upon failure.
 *
 * file is either a text or byte string giving the name (and the path
 * if the file isn't in the current working directory) of the file to
 * be opened or an integer file descriptor of the file to be
 * wrapped. (If a file descriptor is given, it is closed when the
 * returned I/O object is closed, unless closefd is set to False.)
 *
 * mode is an optional string that specifies the mode in which the file
 * is opened. It defaults to 'r' which means open for reading in text
 * mode.  Other common values are 'w' for writing (truncating the file if
 * it already exists), 'x' for creating and writing to a new file, and
 * 'a' for appending (which on some Unix systems, means that all writes
 * append to the end of the file regardless of the current seek position).
 * In text mode, if encoding is not specified the encoding used is platform
 * dependent: locale.getencoding() is called to get the current locale encoding.
 * (For reading and writing raw bytes use binary mode and leave encoding
 * unspecified.) */
FUNCTION(_io, open,
       "(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, "
       "closefd=True, opener=None) shown (file, mode='r', buffering=-1, "
       "encoding=None,\n     errors=None, newline=None, closefd=True, opener=None)") {
    return io_open(vm, args);
}

/* Opens the provided file with the intent to import the contents.
 *
 * This may perform extra validation beyond open(), but is otherwise interchangeable
 * with calling open(path, 'rb'). */
FUNCTION(_io, open_code, "(path)") {
    OWNED Value mode = TRY(str_from_text(vm, "rb"));
    Value given[8] = {args[0], mode, EMPTY, EMPTY, EMPTY, EMPTY, EMPTY, EMPTY};
    return io_open(vm, given);
}

MODULE_INIT(_io) {
    static const struct {
        const char *name;
        u16 type;
    } types[] = {
        {"_IOBase", TYPE__IOBase},
        {"_RawIOBase", TYPE__RawIOBase},
        {"_BufferedIOBase", TYPE__BufferedIOBase},
        {"_TextIOBase", TYPE__TextIOBase},
        {"FileIO", TYPE_FileIO},
        {"BytesIO", TYPE_BytesIO},
        {"StringIO", TYPE_StringIO},
        {"BufferedReader", TYPE_BufferedReader},
        {"BufferedWriter", TYPE_BufferedWriter},
        {"BufferedRandom", TYPE_BufferedRandom},
        {"BufferedRWPair", TYPE_BufferedRWPair},
        {"TextIOWrapper", TYPE_TextIOWrapper},
        {"IncrementalNewlineDecoder", TYPE_IncrementalNewlineDecoder},
        {"BlockingIOError", TYPE_BlockingIOError},
    };
    for (u32 i = 0; i < COUNT_OF(types); i++) {
        Value type = incref(from_object(vm->types[types[i].type]));
        if (!module_add(vm, module, types[i].name, type)) return false;
    }
    Type *unsupported = io_unsupported_type(vm);
    return unsupported &&
           module_add(vm, module, "UnsupportedOperation", incref(from_object(unsupported))) &&
           module_add(vm, module, "DEFAULT_BUFFER_SIZE", from_small(IO_BUFFER_SIZE));
}
