#include "cli/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/interactive.h"
#include "cli/library.h"
#include "compiler/compiler.h"
#include "loop/chance.h"
#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/frame.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/str.h"
#include "stdlib/at_end.h"
#include "stdlib/io.h"
#include "stdlib/signals.h"
#include "vm/excepthook.h"
#include "vm/import.h"
#include "vm/sources.h"
#include "vm/state.h"
#include "vm/threads.h"
#include "vm/unraisable.h"
#include "vm/warnings.h"

/* ---- exceptions that nobody caught ---- */

static bool flush_stream(VM *vm, const char *name) {
    Value stream = dict_get_text(vm, to_dict(vm->sys), name);
    if (stream == EMPTY || stream == NONE) return true;
    OWNED Value done = call_method_0(vm, stream, NAME(flush));
    return done != FAIL;
}

static int exit_status(VM *vm, Value code) {
    i64 number;
    if (code == NONE || code == EMPTY) return 0;
    if (is_int(code)) return int_fits_i64(code, &number) ? (int)(number & 0xFF) : 255;
    OWNED Value text = object_str(vm, code);
    if (text == FAIL) exception_clear(vm);
    else {
        stderr_write(vm, str_span(text));
        stderr_write(vm, SPAN("\n"));
    }
    return 1;
}

int report_exception(VM *vm) {
    OWNED Value exception = exception_take(vm);
    if (is_instance(vm, exception, EXC(SystemExit)))
        return exit_status(vm, ((ValueException *)to_object(exception))->value);
    if (!flush_stream(vm, "stdout")) exception_clear(vm);
    excepthook_call(vm, exception);
    if (vm->exception != EMPTY) return report_exception(vm); /* the hook ends the program */
    return is_instance(vm, exception, EXC(KeyboardInterrupt)) ? STATUS_INTERRUPTED : 1;
}

/* Before a prompt even SystemExit is only shown. */
static int report_program(VM *vm, const Options *options) {
    if (!options->is_interactive || !exception_matches(vm, EXC(SystemExit))) return report_exception(vm);
    OWNED Value exception = exception_take(vm);
    if (!flush_stream(vm, "stdout")) exception_clear(vm);
    excepthook_call(vm, exception);
    return 1;
}

/* ---- what to run ---- */

static Value main_dict(VM *vm) {
    return from_object(((Module *)to_object(vm->main_module))->dict);
}

static bool make_main(VM *vm) {
    OWNED Value name = str_intern_text(vm, "__main__");
    OWNED Value module = name == FAIL ? FAIL : import_add_module(vm, name);
    OWNED Value builtins = module == FAIL ? FAIL : import_text(vm, "builtins");
    if (builtins == FAIL) return false;
    vm->main_module = incref(module);
    OWNED Value annotations = TRY_OR_FALSE(dict_new(vm));
    Dict *dict = to_dict(main_dict(vm));
    return dict_set(vm, dict, NAME(__annotations__), annotations) &&
           dict_set(vm, dict, NAME(__builtins__), builtins);
}

static bool append_text(VM *vm, const char *list_name, const char *text, bool in_front) {
    Value list = dict_get_text(vm, to_dict(vm->sys), list_name);
    OWNED Value value = str_from_os(vm, text, strlen(text));
    return value != FAIL && list_insert(vm, to_list(list), in_front ? 0 : (i64)to_list(list)->count, value);
}

static bool set_arguments(VM *vm, const Options *options) {
    const char *first = options->program ? options->program : options->is_dash ? "-" : "";
    if (options->sort == PROGRAM_COMMAND) first = "-c";
    if (options->sort == PROGRAM_MODULE) first = "-m";
    bool done = append_text(vm, "argv", first, false);
    for (int i = 0; done && i < options->argument_count; i++)
        done = append_text(vm, "argv", options->arguments[i], false);
    return done;
}

static void add_component(Buffer *path, Span part) {
    if (!part.length || (part.length == 1 && part.data[0] == '.')) return;
    if (part.length == 2 && !memcmp(part.data, "..", 2)) {
        while (path->length && path->data[path->length - 1] != '/') path->length--;
        if (path->length) path->length--;
        return;
    }
    buffer_add_char(path, '/');
    buffer_add_span(path, part);
}

/* From the root, without "." and "..", but an absolute one as it is. */
static void add_whole_path(Buffer *path, Span folder) {
    if (folder.length && folder.data[0] == '/') {
        buffer_add_span(path, folder);
    } else {
        char *here = getcwd(NULL, 0);
        buffer_add_text(path, here && strcmp(here, "/") ? here : "");
        free(here);
        for (usize start = 0, end; start <= folder.length; start = end + 1) {
            for (end = start; end < folder.length && folder.data[end] != '/';) end++;
            add_component(path, (Span){folder.data + start, end - start});
        }
    }
}

/* The folders of PYTHONPATH follow the first one. */
static bool add_environment_path(VM *vm) {
    const char *given = getenv("PYTHONPATH");
    char *copy = given && *given ? strdup(given) : NULL, *rest = copy;
    bool done = true;
    for (char *one; done && rest && (one = strsep(&rest, ":"));) {
        Buffer path = {0};
        add_whole_path(&path, (Span){one, strlen(one)});
        done = !path.failed && append_text(vm, "path", path.data, false);
        buffer_free(&path);
    }
    free(copy);
    return done;
}

/* The path from the root, links not followed, as __file__ and tracebacks show it. */
static void absolute_path(const char *path, Buffer *out) {
    char folder[4096];
    if (path[0] != '/' && getcwd(folder, sizeof folder)) {
        buffer_add_text(out, folder);
        buffer_add_char(out, '/');
    }
    buffer_add_text(out, path);
}

static bool is_folder(const char *path) {
    struct stat status;
    return !stat(path, &status) && S_ISDIR(status.st_mode);
}

/* The folder of the script comes first in sys.path; '' (the current one) without a script. */
static bool set_path(VM *vm, const Options *options) {
    char folder[4096] = "";
    if (options->sort == PROGRAM_FILE && is_folder(options->program)) {
        Buffer path = {0};
        absolute_path(options->program, &path);
        if (path.data && path.length < sizeof folder) strcpy(folder, path.data);
        buffer_free(&path);
    } else if (options->sort == PROGRAM_FILE) {
        char *slash = realpath(options->program, folder) ? strrchr(folder, '/') : NULL;
        if (slash) slash[slash == folder] = '\0';
        else folder[0] = '\0';
    } else if (options->sort == PROGRAM_MODULE && !getcwd(folder, sizeof folder)) {
        folder[0] = '\0';
    }
    return append_text(vm, "path", folder, true) && add_environment_path(vm);
}

static bool run_text(VM *vm, Span source, const char *filename, bool is_file) {
    return import_run_source(vm, vm->main_module, source, span_of(filename), is_file ? COMPILE_DECODE : 0);
}

static void tell_unreadable(VM *vm, const char *path) {
    fprintf(stderr, "apy: can't open file '%s': ", path);
    OWNED Value exception = exception_take(vm);
    OsException *error = (OsException *)to_object(exception);
    OWNED Value text = str_format(vm, "[Errno %S] %S\n", error->number, error->text);
    if (text != FAIL) fputs(to_str(text)->data, stderr);
    exception_clear(vm);
}

static void set_file(VM *vm, Span path) {
    OWNED Value name = str_from_os(vm, path.data, path.length);
    dict_set_text(vm, to_dict(main_dict(vm)), "__file__", name);
    dict_set_text(vm, to_dict(main_dict(vm)), "__cached__", NONE);
}

static int run_file(VM *vm, const Options *options, const char *given) {
    Buffer source = {0}, path = {0};
    absolute_path(given, &path);
    if (!read_file(vm, path.data, &source)) {
        tell_unreadable(vm, path.data);
        buffer_free(&source);
        buffer_free(&path);
        return 2;
    }
    set_file(vm, buffer_span(&path));
    bool done = run_text(vm, buffer_span(&source), path.data, true);
    buffer_free(&source);
    buffer_free(&path);
    return done ? 0 : report_program(vm, options);
}

static int run_command(VM *vm, const Options *options, const char *code) {
    Buffer source = {0};
    buffer_printf(&source, "%s\n", code);
    sources_register(vm, SPAN("<string>"), buffer_span(&source));
    bool done = run_text(vm, buffer_span(&source), "<string>", false);
    buffer_free(&source);
    return done ? 0 : report_program(vm, options);
}

static int run_stdin(VM *vm) {
    Buffer source = {0};
    char *at;
    long got;
    while ((at = buffer_reserve(&source, 64 * 1024)) && (got = read(0, at, 64 * 1024)) > 0)
        source.length += (usize)got;
    if (source.data) source.data[source.length] = '\0';
    set_file(vm, SPAN("<stdin>"));
    bool done = run_text(vm, buffer_span(&source), "<stdin>", true);
    buffer_free(&source);
    return done ? 0 : report_exception(vm);
}

/* -m: the module's text as __main__; or the module __main__ of the folder that is the program. */
static int run_module(VM *vm, const char *name, bool is_program) {
    OWNED Value runpy = import_text(vm, "runpy");
    OWNED Value run = runpy == FAIL ? FAIL : object_getattr_text(vm, runpy, "_run_module_as_main");
    OWNED Value text = run == FAIL ? FAIL : str_from_text(vm, name);
    OWNED Value done = text == FAIL ? FAIL : call_2(vm, run, text, from_bool(!is_program));
    return done == FAIL ? report_exception(vm) : 0;
}

static int disassemble(VM *vm, const char *path) {
    Buffer source = {0}, listing = {0};
    if (!read_file(vm, path, &source)) return report_exception(vm);
    OWNED Value code = compile_source(vm, buffer_span(&source), span_of(path), 'e', COMPILE_DECODE);
    buffer_free(&source);
    if (code == FAIL) return report_exception(vm);
    disasm_write(vm, (Code *)to_object(code), &listing);
    fwrite(listing.data, 1, listing.length, stdout);
    fflush(stdout);
    buffer_free(&listing);
    return 0;
}

static int run_sort(VM *vm, const Options *options) {
    if (options->disassembles) return disassemble(vm, options->program);
    switch (options->sort) {
    case PROGRAM_FILE:
        if (is_folder(options->program)) return run_module(vm, "__main__", true);
        return run_file(vm, options, options->program);
    case PROGRAM_COMMAND: return run_command(vm, options, options->program);
    case PROGRAM_MODULE: return run_module(vm, options->program, false);
    default:
        if (options->is_interactive || isatty(0)) return 0;
        return run_stdin(vm);
    }
}

/* ---- beginning and end ---- */

static bool add_warning(VM *vm, const char *option) {
    if (!append_text(vm, "warnoptions", option, false)) return false;
    warnings_add_option(vm, span_of(option));
    return true;
}

/* PYTHONWARNINGS has several, between commas; those of -W come later and so win. */
static bool set_warnings(VM *vm, const Options *options) {
    const char *given = getenv("PYTHONWARNINGS");
    char *copy = given && *given ? strdup(given) : NULL, *rest = copy;
    bool done = true;
    for (char *one; done && rest && (one = strsep(&rest, ","));)
        if (*one) done = add_warning(vm, one);
    free(copy);
    for (int i = 0; done && i < options->warning_count; i++)
        done = add_warning(vm, options->warnings[i]);
    return done;
}

static bool prepare(VM *vm, const Options *options) {
    const char *unbuffered = getenv("PYTHONUNBUFFERED");
    bool is_unbuffered = options->is_unbuffered || (unbuffered && *unbuffered);
    return signals_start(vm) && io_start_streams(vm, is_unbuffered) && set_arguments(vm, options) &&
           set_path(vm, options) && make_main(vm) && set_warnings(vm, options);
}

/* Threads, atexit callbacks, streams: what ends before the VM does. */
static int finish(VM *vm, int status) {
    at_end(vm);
    return io_end_streams(vm) ? status : 120;
}

/* Special methods that call each other through C (repr(), getattr(), len()) take about 500 bytes of stack each: let
 * it be enough for 100,000. The system keeps at least 128 MB free below a main thread's stack. */
static void widen_stack(void) {
    enum { WANTED = 64 << 20 };
    struct rlimit limit;
    if (getrlimit(RLIMIT_STACK, &limit) || limit.rlim_cur >= WANTED || limit.rlim_max < WANTED) return;
    limit.rlim_cur = WANTED;
    setrlimit(RLIMIT_STACK, &limit);
}

/* Nothing is taken apart, neither by us nor by the C library: daemon threads may look at everything until the
 * process is gone, and what nobody looks at is not worth the time. */
static int leave_at_once(int status) {
    if (status != STATUS_INTERRUPTED) _exit(status);
    return status;
}

static int run_and_end(const Options *options) {
    widen_stack();
    VM *vm = vm_new(&(VmOptions){.hash_key = chance_hash_key(), .library = &library_inside});
    if (!vm || !chance_start(vm, options->is_virtual_clock)) {
        fputs("apy: no memory to start\n", stderr);
        return 1;
    }
    int status = prepare(vm, options) ? run_sort(vm, options) : report_exception(vm);
    if (options->is_interactive || (options->sort == PROGRAM_STDIN && !options->disassembles && isatty(0)))
        status = run_interactive(vm);
    status = finish(vm, status);
    if (vm->threads && vm->threads->count > 1) return leave_at_once(status);
    const char *check = getenv("APY_CHECK_LEAKS");
    Value streams[IO_STREAM_OBJECTS];
    u32 stream_count = io_stream_objects(vm, streams);
    if (!check && vm_ends_silently(vm, streams, stream_count)) return leave_at_once(status);
    Chance *chance = vm->chance;
    chance_stop(vm);
    usize alive = vm_free(vm, check != NULL);
    chance_free(chance);
    return check && alive && !status ? 99 : status;
}

int run_program(const Options *options) {
    int status = run_and_end(options);
    if (status == STATUS_INTERRUPTED) signals_die_interrupted();
    return status;
}
