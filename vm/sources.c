#include "vm/sources.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/unicode.h"
#include "base/utf8.h"
#include "lexer/source.h"
#include "vm/library.h"

typedef struct Source {
    struct Source *next;
    Span name, text;
    bool is_registered; /* else: read from a file */
    struct timespec modified;
    off_t size;
    u32 *starts; /* byte offset of each line */
    u32 line_count;
} Source;

/* ---- making and freeing ---- */

static char *copy(Span span) {
    char *memory = malloc(span.length + 1);
    if (!memory) return NULL;
    if (span.length) memcpy(memory, span.data, span.length);
    memory[span.length] = 0;
    return memory;
}

static void free_source(Source *source) {
    free((char *)source->name.data);
    free((char *)source->text.data);
    free(source->starts);
    free(source);
}

/* Line ends of the three sorts become \n, as text files are read. */
static Span unify_lines(Span text) {
    char *memory = malloc(text.length + 2), *to = memory;
    if (!memory) return (Span){0};
    for (usize i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (c == '\r' && i + 1 < text.length && text.data[i + 1] == '\n') continue;
        *to++ = c == '\r' ? '\n' : c;
    }
    *to = 0;
    return (Span){memory, (usize)(to - memory)};
}

static bool index_lines(Source *source) {
    u32 count = 1;
    for (usize i = 0; i < source->text.length; i++) count += source->text.data[i] == '\n';
    source->starts = malloc((count + 1) * sizeof(u32));
    if (!source->starts) return false;
    u32 line = 0;
    source->starts[line++] = 0;
    for (usize i = 0; i < source->text.length; i++)
        if (source->text.data[i] == '\n') source->starts[line++] = (u32)i + 1;
    source->line_count = line;
    return true;
}

static Source *new_source(VM *vm, Span name, Span text) {
    Source *source = calloc(1, sizeof *source);
    if (!source) return NULL;
    source->name = (Span){copy(name), name.length};
    source->text = unify_lines(text);
    if (!source->name.data || !source->text.data || !index_lines(source)) {
        free_source(source);
        return NULL;
    }
    source->next = vm->sources;
    vm->sources = source;
    return source;
}

static Source *find(VM *vm, Span name) {
    for (Source *source = vm->sources; source; source = source->next)
        if (span_equal(source->name, name)) return source;
    return NULL;
}

static void forget(VM *vm, Source *source) {
    Source **link = (Source **)&vm->sources;
    while (*link != source) link = &(*link)->next;
    *link = source->next;
    free_source(source);
}

void sources_free(VM *vm) {
    while (vm->sources) forget(vm, vm->sources);
}

bool sources_register(VM *vm, Span name, Span text) {
    Source *old = find(vm, name);
    if (old) forget(vm, old);
    Source *source = new_source(vm, name, text);
    if (source) source->is_registered = true;
    return source != NULL;
}

/* ---- files ---- */

static bool read_all(int file, Buffer *out) {
    for (;;) {
        char *room = buffer_reserve(out, 65536);
        if (!room) return false;
        ssize_t got = read(file, room, 65536);
        if (got <= 0) return got == 0;
        out->length += (usize)got;
    }
}

/* The file's bytes as UTF-8; a file that cannot be decoded has no lines. */
static Source *read_source(VM *vm, Span name, int file) {
    Buffer bytes = {0};
    Arena arena;
    arena_init(&arena);
    Source *source = NULL;
    Span text;
    LexError error;
    if (read_all(file, &bytes) &&
        source_decode(&arena, name, buffer_span(&bytes), SOURCE_FILE, &text, &error))
        source = new_source(vm, name, text);
    arena_free(&arena);
    buffer_free(&bytes);
    return source;
}

static bool has_changed(const Source *source, const struct stat *state) {
    return source->size != state->st_size ||
           source->modified.tv_sec != state->st_mtim.tv_sec ||
           source->modified.tv_nsec != state->st_mtim.tv_nsec;
}

static Source *open_source(VM *vm, Span name) {
    char *path = copy(name);
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    free(path);
    if (file < 0) return NULL;
    struct stat state;
    Source *source = NULL;
    if (fstat(file, &state) == 0 && S_ISREG(state.st_mode)) {
        source = read_source(vm, name, file);
        if (source) {
            source->size = state.st_size;
            source->modified = state.st_mtim;
        }
    }
    close(file);
    return source;
}

static bool is_stale(const Source *source) {
    struct stat state;
    if (source->is_registered || stat(source->name.data, &state) != 0) return false;
    return has_changed(source, &state);
}

/* "<library NAME>": the text of a module inside the binary. */
static Source *open_library(VM *vm, Span name) {
    static const char head[] = "<library ";
    usize skipped = sizeof head - 1;
    if (name.length <= skipped + 1 || memcmp(name.data, head, skipped) != 0) return NULL;
    char *module = copy((Span){name.data + skipped, name.length - skipped - 1});
    const LibraryModule *library = module ? library_find(vm, module) : NULL;
    free(module);
    Buffer room = {0};
    Span text = library ? library_text(library, &room) : (Span){0};
    Source *source = text.data ? new_source(vm, name, text) : NULL;
    buffer_free(&room);
    if (source) source->is_registered = true;
    return source;
}

static Source *get(VM *vm, Span name) {
    Source *source = find(vm, name);
    if (source && is_stale(source)) {
        forget(vm, source);
        source = NULL;
    }
    if (!source) source = open_library(vm, name);
    return source ? source : open_source(vm, name);
}

/* ---- lines ---- */

Span sources_text(VM *vm, Span name) {
    Source *source = get(vm, name);
    return source ? source->text : (Span){0};
}

static Span strip_end(Span line) {
    const char *end = line.data + line.length;
    while (end > line.data) {
        const char *before = end;
        if (!unicode_is_space(utf8_previous(&before))) break;
        end = before;
    }
    return (Span){line.data, (usize)(end - line.data)};
}

static Span line_span(const Source *source, u32 line) {
    if (line < 1 || line > source->line_count) return (Span){"", 0};
    u32 start = source->starts[line - 1];
    u32 end = line < source->line_count ? source->starts[line] : (u32)source->text.length;
    return strip_end((Span){source->text.data + start, end - start});
}

void sources_lines(VM *vm, Span name, u32 first, u32 last, Buffer *out) {
    Source *source = get(vm, name);
    for (u32 line = first; line <= last; line++) {
        if (source) buffer_add_span(out, line_span(source, line));
        buffer_add_char(out, '\n');
    }
}
