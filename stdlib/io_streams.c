/* sys.stdin, sys.stdout and sys.stderr. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "objects/dict.h"
#include "stdlib/io_buffered.h"
#include "stdlib/io_text.h"

typedef struct Settings {
    char encoding[64], errors[64]; /* empty: the default */
} Settings;

/* PYTHONIOENCODING is ENCODING:ERRORS, either may be missing. */
static void read_settings(Settings *settings) {
    const char *given = getenv("PYTHONIOENCODING");
    *settings = (Settings){0};
    if (!given) return;
    const char *colon = strchr(given, ':');
    usize length = colon ? (usize)(colon - given) : strlen(given);
    if (length < sizeof settings->encoding) memcpy(settings->encoding, given, length);
    if (colon && strlen(colon + 1) < sizeof settings->errors)
        strcpy(settings->errors, colon + 1);
}

/* In the C locales nobody has said what the bytes are: they go through as they are. */
static bool is_lenient(void) {
    static const char *const variables[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    if (io_is_utf8_mode()) return true;
    for (u32 i = 0; i < COUNT_OF(variables); i++) {
        const char *name = getenv(variables[i]);
        if (name && *name) return !strcmp(name, "C.UTF-8") || !strcmp(name, "C.utf8");
    }
    return true;
}

static const char *errors_for(int fd, const Settings *settings) {
    if (fd == STDERR_FILENO) return "backslashreplace";
    if (settings->errors[0]) return settings->errors;
    return is_lenient() && !settings->encoding[0] ? "surrogateescape" : "strict";
}

static Value make_buffer(VM *vm, int fd, bool is_unbuffered, const char *name) {
    OWNED Value raw = TRY(fileio_wrap(vm, fd, fd ? "wb" : "rb", false));
    replace(&((FileIO *)raw)->name, TRY(str_from_text(vm, name)));
    if (fd && is_unbuffered) return TAKE(raw);
    return buffered_wrap(vm, fd ? TYPE_BufferedWriter : TYPE_BufferedReader, raw, IO_BUFFER_SIZE);
}

static Value make_stream(VM *vm, int fd, bool is_unbuffered, const char *name,
                         const Settings *settings) {
    const char *encoding = settings->encoding[0] ? settings->encoding : "utf-8";
    if (fcntl(fd, F_GETFD) < 0) return NONE;
    OWNED Value buffer = TRY(make_buffer(vm, fd, is_unbuffered, name));
    OWNED Value encoding_text = TRY(str_from_text(vm, encoding));
    OWNED Value errors = TRY(str_from_text(vm, errors_for(fd, settings)));
    OWNED Value newline = TRY(str_from_text(vm, "\n"));
    OWNED Value mode = TRY(str_from_text(vm, fd ? "w" : "r"));
    bool by_lines = fd == STDERR_FILENO || isatty(fd);
    OWNED Value text = TRY(text_wrap(vm, buffer, encoding_text, errors, newline,
                                     by_lines && !is_unbuffered, is_unbuffered && fd));
    text_set_mode(text, mode);
    return TAKE(text);
}

bool io_start_streams(VM *vm, bool is_unbuffered) {
    static const char *const names[][3] = {{"stdin", "__stdin__", "<stdin>"},
                                           {"stdout", "__stdout__", "<stdout>"},
                                           {"stderr", "__stderr__", "<stderr>"}};
    Settings settings;
    read_settings(&settings);
    for (int fd = 0; fd < 3; fd++) {
        OWNED Value stream =
            TRY_OR_FALSE(make_stream(vm, fd, is_unbuffered, names[fd][2], &settings));
        if (!dict_set_text(vm, to_dict(vm->sys), names[fd][0], stream) ||
            !dict_set_text(vm, to_dict(vm->sys), names[fd][1], stream))
            return false;
    }
    return true;
}

/* ---- the end ---- */

static bool end_stream(VM *vm, const char *name, bool tells) {
    OWNED Value stream = incref(dict_get_text(vm, to_dict(vm->sys), name));
    if (stream == EMPTY || stream == NONE) return true;
    int closed = io_is_closed(vm, stream);
    if (closed < 0) exception_clear(vm);
    if (closed > 0) return true;
    OWNED Value done = call_method_0(vm, stream, NAME(flush));
    if (done != FAIL) return true;
    if (tells) vm->hooks.unraisable(vm, NULL, stream);
    else exception_clear(vm);
    text_discard(vm, stream);
    return false;
}

bool io_end_streams(VM *vm) {
    bool out = end_stream(vm, "stdout", true);
    return end_stream(vm, "stderr", false) && out;
}

static bool is_kind(VM *vm, Value v, u32 type) {
    return is_object(v) && to_object(v)->shape->type == vm->types[type];
}

static bool is_buffered(VM *vm, Value v) {
    return is_kind(vm, v, TYPE_BufferedReader) || is_kind(vm, v, TYPE_BufferedWriter);
}

u32 io_stream_objects(VM *vm, Value *out) {
    static const char *const names[] = {"__stdin__", "__stdout__", "__stderr__"};
    u32 count = 0;
    for (u32 i = 0; i < COUNT_OF(names); i++) {
        Value text = dict_get_text(vm, to_dict(vm->sys), names[i]);
        if (!is_kind(vm, text, TYPE_TextIOWrapper)) continue;
        Value buffer = out[count++] = to_text(text)->buffer;
        out[count++] = text;
        if (is_buffered(vm, buffer)) out[count++] = to_buffered(buffer)->raw;
    }
    return count;
}
