/* freeze OUT.c OUT.s OUT.bin ROOT READY FILE...   compile the library's modules that are written in the language
 *
 * FILE is ROOT/name.apy, ROOT/package/__init__.apy, ...: the module's dotted name follows from its path.
 * OUT.bin has the frozen code and the source of each, packed, OUT.s puts it into the program whole, OUT.c has the
 * table. The code of the modules that READY names (name,name,...) is not packed: they are imported most.
 */
#include <stdio.h>
#include <stdlib.h>

#include "compiler/compiler.h"
#include "objects/exc.h"
#include "objects/str.h"
#include "vm/freeze.h"
#include "vm/import.h"
#include "vm/library.h"
#include "vm/state.h"

typedef struct Part {
    usize at, stored, size;
} Part;

typedef struct Source {
    Buffer name;
    const char *path;
    bool is_package, is_ready;
    Part code, positions, text;
} Source;

static VM *vm;

static void fail(const char *what) {
    fprintf(stderr, "freeze: %s\n", what);
    if (vm && vm->exception != EMPTY) {
        OWNED Value exception = exception_take(vm);
        OWNED Value text = object_repr(vm, exception);
        if (text != FAIL) fprintf(stderr, "%s\n", to_str(text)->data);
    }
    exit(1);
}

/* Whether the list "a,b,c" has the name. */
static bool has_name(const char *list, const char *name) {
    usize length = strlen(name);
    for (const char *at = list; (at = strstr(at, name)); at += length)
        if ((at == list || at[-1] == ',') && (!at[length] || at[length] == ',')) return true;
    return false;
}

/* stdlib/asyncio/tasks.apy is asyncio.tasks, stdlib/asyncio/__init__.apy asyncio. */
static Source module_of(const char *root, const char *path, const char *ready) {
    static const char ending[] = ".apy", package[] = ".__init__";
    Source module = {.path = path};
    char *whole = realpath(path, NULL);
    if (!whole) fail(path);
    const char *tail = whole + strlen(root) + 1;
    buffer_add(&module.name, tail, strlen(tail) - (sizeof ending - 1));
    free(whole);
    for (usize i = 0; i < module.name.length; i++)
        if (module.name.data[i] == '/') module.name.data[i] = '.';
    usize length = module.name.length, more = sizeof package - 1;
    module.is_package = length > more && !strcmp(module.name.data + length - more, package);
    if (module.is_package) module.name.data[module.name.length -= more] = '\0';
    module.is_ready = has_name(ready, module.name.data);
    return module;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const Source *)a)->name.data, ((const Source *)b)->name.data);
}

static Part add_part(Span part, Span dictionary, bool is_plain, Buffer *bytes) {
    usize at = bytes->length;
    if (is_plain) buffer_add_span(bytes, part);
    else if (!packed_write(part, dictionary, bytes)) fail("cannot pack");
    return (Part){at, bytes->length - at, part.length};
}

static void freeze(const Source *module, Span source, Buffer *code, Buffer *positions) {
    Buffer filename = {0};
    buffer_printf(&filename, "<library %s>", module->name.data);
    OWNED Value compiled = compile_source(vm, source, buffer_span(&filename), 'e', 0);
    if (compiled == FAIL || !freeze_code(vm, compiled, code, positions)) fail(module->path);
    buffer_free(&filename);
}

static void add_module(Source *module, Buffer *bytes) {
    Buffer source = {0}, code = {0}, positions = {0};
    if (!read_file(vm, module->path, &source)) fail(module->path);
    freeze(module, buffer_span(&source), &code, &positions);
    Span frozen = buffer_span(&code);
    module->code = add_part(frozen, (Span){0}, module->is_ready, bytes);
    module->positions = add_part(buffer_span(&positions), (Span){0}, false, bytes);
    module->text = add_part(buffer_span(&source), library_dictionary(frozen), false, bytes);
    Buffer *buffers[] = {&source, &code, &positions};
    for (u32 i = 0; i < COUNT_OF(buffers); i++) buffer_free(buffers[i]);
}

static void write_part(Part part, const char *end, Buffer *out) {
    buffer_printf(out, "{library_bytes + %zu, %zu, %zu}%s", part.at, part.stored, part.size, end);
}

static void write_table(const Source *modules, int count, Buffer *out) {
    buffer_add_text(out, "/* Made by tools/freeze.c. */\n#include \"cli/library.h\"\n\n"
                         "extern const char library_bytes[];\n\nstatic const LibraryModule modules[] = {\n");
    for (int i = 0; i < count; i++) {
        const Source *m = &modules[i];
        buffer_printf(out, "    {\"%s\", %s, ", m->name.data, m->is_package ? "true" : "false");
        write_part(m->code, ", ", out);
        write_part(m->positions, ", ", out);
        write_part(m->text, "},\n", out);
    }
    buffer_printf(out, "    {0},\n};\nconst Library library_inside = {modules, %d};\n", count);
}

static void write_assembler(const char *bytes_path, Buffer *out) {
    buffer_printf(out, "    .section .rodata\n    .balign 16\n    .globl library_bytes\n    .hidden library_bytes\n"
                       "library_bytes:\n    .incbin \"%s\"\n    .section .note.GNU-stack,\"\",@progbits\n", bytes_path);
}

static void write_file(const char *path, const Buffer *text) {
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(text->data, 1, text->length, file) != text->length || fclose(file)) fail(path);
}

/* A module that is listed twice is there once. */
static int drop_doubles(Source *modules, int count) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
        if (kept && !by_name(&modules[kept - 1], &modules[i])) buffer_free(&modules[i].name);
        else modules[kept++] = modules[i];
    }
    return kept;
}

static void free_sources(Source *modules, int count) {
    for (int i = 0; i < count; i++) buffer_free(&modules[i].name);
    free(modules);
}

int main(int argc, char **argv) {
    if (argc < 6) return 2;
    const char *table_path = argv[1], *assembler_path = argv[2], *bytes_path = argv[3];
    char *root = realpath(argv[4], NULL);
    int count = argc - 6;
    vm = vm_new(&(VmOptions){.hash_key = hash_key_random(1)});
    Source *modules = calloc((usize)count + 1, sizeof *modules);
    if (!vm || !modules || !root) fail("no memory");
    for (int i = 0; i < count; i++) modules[i] = module_of(root, argv[6 + i], argv[5]);
    qsort(modules, (usize)count, sizeof *modules, by_name);
    count = drop_doubles(modules, count);
    Buffer bytes = {0}, table = {0}, assembler = {0};
    for (int i = 0; i < count; i++) add_module(&modules[i], &bytes);
    write_table(modules, count, &table);
    char *full_path = realpath(".", NULL);
    Buffer where = {0};
    buffer_printf(&where, "%s/%s", full_path, bytes_path);
    write_assembler(where.data, &assembler);
    write_file(bytes_path, &bytes);
    write_file(table_path, &table);
    write_file(assembler_path, &assembler);
    Buffer *buffers[] = {&bytes, &table, &assembler, &where};
    for (u32 i = 0; i < COUNT_OF(buffers); i++) buffer_free(buffers[i]);
    free(full_path);
    free(root);
    free_sources(modules, count);
    vm_free(vm, false);
    return 0;
}
