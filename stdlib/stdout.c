#include "stdlib/stdout.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { FLUSH_SIZE = 64 * 1024, READ_SIZE = 8 * 1024 };

typedef struct Streams {
    Buffer out;
    bool is_terminal;
    char in[READ_SIZE];
    usize in_at, in_end;
} Streams;

static bool write_out(VM *vm, Streams *streams) {
    Buffer *out = &streams->out;
    for (usize done = 0; done < out->length;) {
        ssize_t written = write(STDOUT_FILENO, out->data + done, out->length - done);
        if (written < 0 && errno != EINTR) {
            int error = errno;
            buffer_clear(out);
            raise_os(vm, error, EMPTY);
            return false;
        }
        if (written > 0) done += (usize)written;
    }
    buffer_clear(out);
    return true;
}

static void close_streams(VM *vm, void *state) {
    Streams *streams = state;
    if (!write_out(vm, streams)) exception_clear(vm);
    buffer_free(&streams->out);
    free(streams);
}

static Streams *streams_of(VM *vm) {
    Streams *streams = vm->module_state[MODULE_builtins].state;
    if (streams) return streams;
    streams = calloc(1, sizeof *streams);
    if (!streams) {
        raise_memory(vm);
        return NULL;
    }
    streams->is_terminal = isatty(STDOUT_FILENO);
    vm->module_state[MODULE_builtins].state = streams;
    vm->module_state[MODULE_builtins].free_state = close_streams;
    return streams;
}

bool stdout_flush(VM *vm) {
    Streams *streams = streams_of(vm);
    return streams && write_out(vm, streams);
}

bool stdout_write(VM *vm, Span text) {
    Streams *streams = streams_of(vm);
    if (!streams) return false;
    buffer_add_span(&streams->out, text);
    bool is_line = streams->is_terminal && memchr(text.data, '\n', text.length);
    if (!is_line && streams->out.length < FLUSH_SIZE) return true;
    return write_out(vm, streams);
}

/* False at the end of the input, or with OSError. */
static bool fill(VM *vm, Streams *streams) {
    ssize_t got;
    do {
        got = read(STDIN_FILENO, streams->in, READ_SIZE);
    } while (got < 0 && errno == EINTR);
    if (got < 0) raise_os(vm, errno, EMPTY);
    streams->in_at = 0;
    streams->in_end = got > 0 ? (usize)got : 0;
    return got > 0;
}

bool stdin_read_line(VM *vm, Buffer *out) {
    Streams *streams = streams_of(vm);
    if (!streams) return false;
    for (;;) {
        if (streams->in_at == streams->in_end && !fill(vm, streams)) {
            return vm->exception == EMPTY;
        }
        const char *start = streams->in + streams->in_at;
        usize available = streams->in_end - streams->in_at;
        const char *newline = memchr(start, '\n', available);
        usize count = newline ? (usize)(newline - start) + 1 : available;
        buffer_add(out, start, count);
        streams->in_at += count;
        if (newline) return true;
    }
}
