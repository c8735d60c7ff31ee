/* freeze OUT.c OUT.s OUT.bin ROOT FILE...   compile the library's modules that are written in the language
 *
 * FILE is ROOT/name.apy, ROOT/package/__init__.apy, ...: the module's dotted name follows from its path.
 * OUT.bin has the source and the frozen code of each, OUT.s puts it into the program whole, OUT.c has the table.
 */
#include <stdio.h>
#include <stdlib.h>

#include "compiler/compiler.h"
#include "objects/exc.h"
#include "objects/str.h"
#include "vm/freeze.h"
#include "vm/import.h"
#include "vm/state.h"

typedef struct Source {
    Buffer name;
    const char *path;
    bool is_package;
    usize text_at, text_length, code_at, code_length;
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

/* stdlib/asyncio/tasks.apy is asyncio.tasks, stdlib/asyncio/__init__.apy asyncio. */
static Source module_of(const char *root, const char *path) {
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
    return module;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const Source *)a)->name.data, ((const Source *)b)->name.data);
}


static void add_code(Source *module, Span source, Buffer *bytes) {
    Buffer filename = {0}, frozen = {0};
    buffer_printf(&filename, "<library %s>", module->name.data);
    OWNED Value code = compile_source(vm, source, buffer_span(&filename), 'e', 0);
    if (code == FAIL || !freeze_code(vm, code, &frozen)) fail(module->path);
    module->code_at = bytes->length;
    module->code_length = frozen.length;
    buffer_add_span(bytes, buffer_span(&frozen));
    buffer_free(&filename);
    buffer_free(&frozen);
}

static void add_module(Source *module, Buffer *bytes) {
    Buffer source = {0};
    if (!read_file(vm, module->path, &source)) fail(module->path);
    module->text_at = bytes->length;
    module->text_length = source.length;
    buffer_add_span(bytes, buffer_span(&source));
    buffer_add_char(bytes, '\0');
    add_code(module, buffer_span(&source), bytes);
    buffer_free(&source);
}

static void write_table(const Source *modules, int count, Buffer *out) {
    buffer_add_text(out, "/* Made by tools/freeze.c. */\n#include \"cli/library.h\"\n\n"
                         "extern const char library_bytes[];\n\nstatic const LibraryModule modules[] = {\n");
    for (int i = 0; i < count; i++) {
        const Source *m = &modules[i];
        buffer_printf(out, "    {\"%s\", %s, {library_bytes + %zu, %zu}, {library_bytes + %zu, %zu}},\n", m->name.data,
                      m->is_package ? "true" : "false", m->text_at, m->text_length, m->code_at, m->code_length);
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
    if (argc < 5) return 2;
    const char *table_path = argv[1], *assembler_path = argv[2], *bytes_path = argv[3];
    char *root = realpath(argv[4], NULL);
    int count = argc - 5;
    vm = vm_new(&(VmOptions){.hash_seed = 1});
    Source *modules = calloc((usize)count + 1, sizeof *modules);
    if (!vm || !modules || !root) fail("no memory");
    for (int i = 0; i < count; i++) modules[i] = module_of(root, argv[5 + i]);
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
