#include "vm/import.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/compiler.h"
#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/frame.h"
#include "objects/list.h"
#include "objects/module.h"
#include "objects/native.h"
#include "objects/sequence.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/interpreter.h"
#include "vm/library.h"

/* ---- finding ---- */

static const ModuleSpec *find_native(const char *name) {
    for (u32 i = 0; i < MODULE_COUNT; i++)
        if (!strcmp(module_specs[i].name, name)) return &module_specs[i];
    return NULL;
}

static bool is_file(const char *path) {
    struct stat status;
    return !stat(path, &status) && S_ISREG(status.st_mode);
}

/* Modules know their files by names that hold wherever the program goes later; but for that, the folder
 * stays as it was written. */
static void add_folder(Buffer *path, Span folder) {
    if (!folder.length || folder.data[0] != '/') {
        char *here = getcwd(NULL, 0);
        buffer_add_text(path, here && strcmp(here, "/") ? here : "");
        free(here);
        buffer_add_char(path, '/');
        if (folder.length == 1 && folder.data[0] == '.') return;
        if (folder.length > 1 && !memcmp(folder.data, "./", 2)) {
            folder.data += 2;
            folder.length -= 2;
        }
    }
    buffer_add_span(path, folder);
    while (path->length && path->data[path->length - 1] == '/') path->length--;
    buffer_add_char(path, '/');
}

/* Look for the module in a folder: its path goes to `path`. */
static bool find_in_folder(Span folder, const char *tail, Buffer *path, bool *is_package) {
    static const char *const endings[] = {"/__init__.apy", "/__init__.py", ".apy", ".py"};
    for (u32 i = 0; i < COUNT_OF(endings); i++) {
        buffer_clear(path);
        add_folder(path, folder);
        buffer_printf(path, "%s%s", tail, endings[i]);
        *is_package = i < 2;
        if (!path->failed && is_file(path->data)) return true;
    }
    return false;
}

static bool is_folder(const char *path) {
    struct stat status;
    return !stat(path, &status) && S_ISDIR(status.st_mode);
}

/* The folders of that name, for a package that is in several places and has no body. */
static Value find_portions(VM *vm, Value folders, const char *tail) {
    OWNED Value portions = TRY(list_new(vm, 0));
    for (usize i = 0; has_kind(folders, KIND_LIST) && i < to_list(folders)->count; i++) {
        Value folder = to_list(folders)->items[i];
        if (!is_str(folder)) continue;
        Buffer path = {0};
        add_folder(&path, str_span(folder));
        buffer_add_text(&path, tail);
        Value found = !path.failed && is_folder(path.data) ? str_from_os(vm, path.data, path.length) : EMPTY;
        buffer_free(&path);
        if (found != EMPTY && (found == FAIL || !list_push_owned(vm, to_list(portions), found))) return FAIL;
    }
    return TAKE(portions);
}

static bool find_on_path(VM *vm, Value folders, const char *tail, Buffer *path, bool *is_package) {
    if (!has_kind(folders, KIND_LIST)) return false;
    for (usize i = 0; i < to_list(folders)->count; i++) {
        Value folder = to_list(folders)->items[i];
        if (is_str(folder) && find_in_folder(str_span(folder), tail, path, is_package)) return true;
    }
    return false;
}

/* To the end of the file: if its size is known, that is where less comes than was asked for. */
static bool read_open(int file, Buffer *out) {
    struct stat status;
    bool is_known = !fstat(file, &status) && status.st_size > 0;
    usize step = is_known ? (usize)status.st_size + 1 : 4096;
    ssize_t got = 0;
    for (char *at; (at = buffer_reserve(out, step)) && (got = read(file, at, step)) > 0;) {
        out->length += (usize)got;
        out->data[out->length] = '\0';
        if (is_known && (usize)got < step) break;
        if (step < out->length) step = out->length;
    }
    return got >= 0;
}

bool read_file(VM *vm, const char *path, Buffer *out) {
    int file = open(path, O_RDONLY | O_CLOEXEC), error = errno;
    if (file >= 0) {
        error = read_open(file, out) ? 0 : errno;
        close(file);
    }
    if (out->failed) raise_memory(vm);
    else if (error) {
        OWNED Value name = str_from_os(vm, path, strlen(path));
        raise_os(vm, error, name == FAIL ? EMPTY : name);
    }
    return !out->failed && !error;
}

/* ---- making modules ---- */

static Dict *module_dict(Value module) {
    return ((Module *)to_object(module))->dict;
}

Value import_add_module(VM *vm, Value name) {
    OWNED Value module = TRY(module_new(vm, name));
    CHECK(dict_set(vm, to_dict(vm->modules), name, module));
    return TAKE(module);
}

/* __builtins__: the dict of the module; the main program has the module itself (cli/run.c). */
static bool add_builtins(VM *vm, Value module) {
    Dict *dict = module_dict(module);
    return dict_get_text(vm, dict, "__builtins__") != EMPTY || dict_set_text(vm, dict, "__builtins__", vm->builtins);
}

/* A module that is imported gets its __spec__ and __loader__ when somebody asks for them (objects/module.c). */
static Value add_imported(VM *vm, Value name) {
    OWNED Value module = TRY(import_add_module(vm, name));
    if (dict_delete(vm, module_dict(module), NAME(__loader__)) < 0) return FAIL;
    if (dict_delete(vm, module_dict(module), NAME(__spec__)) < 0) return FAIL;
    return TAKE(module);
}

static bool run_body(VM *vm, Value module, Value code) {
    Value namespace = from_object(module_dict(module));
    if (!add_builtins(vm, module)) return false;
    if (module != vm->main_module) to_object(module)->flags |= MODULE_INITIALIZING;
    OWNED Value done = vm->hooks.run_code(vm, (Code *)to_object(code), to_dict(namespace), namespace);
    to_object(module)->flags &= (u8)~MODULE_INITIALIZING;
    return done != FAIL;
}

bool import_run_source(VM *vm, Value module, Span source, Span filename, u32 flags) {
    OWNED Value code = compile_source(vm, source, filename, 'e', flags);
    return code != FAIL && run_body(vm, module, code);
}

static bool set_text(VM *vm, Value module, const char *name, const char *text) {
    OWNED Value value = str_from_text(vm, text);
    return value != FAIL && dict_set_text(vm, module_dict(module), name, value);
}

/* __package__ is the name itself for packages, else what is before the last dot. */
static bool set_package(VM *vm, Value module, const char *name, bool is_package, Span folder) {
    const char *dot = strrchr(name, '.');
    usize length = is_package ? strlen(name) : dot ? (usize)(dot - name) : 0;
    OWNED Value package = str_new(vm, name, length);
    if (package == FAIL || !dict_set(vm, module_dict(module), NAME(__package__), package)) return false;
    if (!is_package) return true;
    OWNED Value path = list_new(vm, 1);
    OWNED Value text = str_from_span(vm, folder);
    return path != FAIL && text != FAIL && list_push(vm, to_list(path), text) &&
           dict_set(vm, module_dict(module), NAME(__path__), path);
}

/* Take a module whose body failed out of sys.modules again. */
static Value drop_failed(VM *vm, Value name) {
    OWNED Value exception = exception_take(vm);
    dict_delete(vm, to_dict(vm->modules), name);
    exception_clear(vm);
    exception_restore(vm, TAKE(exception));
    return FAIL;
}

/* What is in sys.modules when the body has run: it may have put another object there. */
static Value loaded(VM *vm, Value name) {
    Value found = TRY(dict_get(vm, to_dict(vm->modules), name));
    return found == EMPTY ? raise_with(vm, EXC(KeyError), name) : incref(found);
}

static Value load_native(VM *vm, const ModuleSpec *spec, Value name) {
    OWNED Value module = TRY(add_imported(vm, name));
    to_object(module)->flags |= MODULE_NATIVE;
    CHECK(set_package(vm, module, spec->name, false, SPAN("")));
    CHECK(set_text(vm, module, "__doc__", spec->doc));
    CHECK(dict_reserve(vm, module_dict(module), spec->function_count));
    for (u32 i = 0; i < spec->function_count; i++) {
        Value function = TRY(native_new(vm, spec->functions[i], module, name));
        if (!module_add(vm, module, spec->functions[i]->name, function)) return FAIL;
    }
    if (spec->init && !spec->init(vm, module)) return drop_failed(vm, name);
    return TAKE(module);
}

static bool run_library(VM *vm, Value module, const LibraryModule *library) {
    OWNED Value code = library_code(vm, library);
    return code != FAIL && run_body(vm, module, code);
}

static Value load_library(VM *vm, const LibraryModule *library, Value name) {
    OWNED Value module = TRY(add_imported(vm, name));
    bool done = set_package(vm, module, library->name, library->is_package, SPAN("<library>")) &&
                run_library(vm, module, library);
    if (!done) return drop_failed(vm, name);
    return loaded(vm, name);
}

/* A body that names __spec__ or __loader__ finds them in its globals. */
static bool describe_early(VM *vm, Value module, Span source) {
    if (!memmem(source.data, source.length, "__spec__", 8) && !memmem(source.data, source.length, "__loader__", 10))
        return true;
    OWNED Value found = object_find_attr(vm, module, NAME(__spec__));
    return found != FAIL;
}

static Value load_file(VM *vm, const char *path, bool is_package, Value name) {
    OWNED Value module = TRY(add_imported(vm, name));
    const char *slash = strrchr(path, '/');
    Span folder = {path, slash ? (usize)(slash - path) : 0};
    Buffer source = {0};
    bool done = set_package(vm, module, to_str(name)->data, is_package, folder) &&
                set_text(vm, module, "__file__", path) && read_file(vm, path, &source) &&
                describe_early(vm, module, buffer_span(&source)) &&
                import_run_source(vm, module, buffer_span(&source), span_of(path), COMPILE_BYTES);
    buffer_free(&source);
    return done ? loaded(vm, name) : drop_failed(vm, name);
}

/* The ImportError that is set gets the module's name. */
static Value name_exception(VM *vm, Value name) {
    OWNED Value exception = exception_take(vm);
    object_setattr(vm, exception, NAME(name), name);
    exception_restore(vm, TAKE(exception));
    return FAIL;
}

static Value raise_not_found(VM *vm, Value name, Value parent) {
    if (parent != EMPTY)
        raise_format(vm, EXC(ModuleNotFoundError), "No module named %R; %R is not a package", name, parent);
    else raise_format(vm, EXC(ModuleNotFoundError), "No module named %R", name);
    return name_exception(vm, name);
}

Value import_native(VM *vm, Value name) {
    const ModuleSpec *native = find_native(to_str(name)->data);
    return native ? load_native(vm, native, name) : EMPTY;
}

Value import_library(VM *vm, Value name) {
    const LibraryModule *library = library_find(vm, to_str(name)->data);
    return library ? load_library(vm, library, name) : EMPTY;
}

/* A __path__ may be any iterable. */
static Value list_of_folders(VM *vm, Value folders) {
    if (has_kind(folders, KIND_LIST)) return incref(folders);
    return folders == NONE ? list_new(vm, 0) : object_to_list(vm, folders);
}

Value import_file(VM *vm, Value name, Value path_entries) {
    OWNED Value folders = TRY(list_of_folders(vm, path_entries));
    const char *dot = strrchr(to_str(name)->data, '.'), *tail = dot ? dot + 1 : to_str(name)->data;
    Buffer path = {0};
    bool is_package = false;
    Value module = EMPTY;
    if (find_on_path(vm, folders, tail, &path, &is_package)) module = load_file(vm, path.data, is_package, name);
    buffer_free(&path);
    return module;
}

/* The folders of a package without a body: they follow the path of its parent. */
static Value namespace_path(VM *vm, Value name, Value portions) {
    OWNED Value module = TRY(import_text(vm, "_frozen_importlib_external"));
    OWNED Value type = TRY(object_getattr_text(vm, module, "_NamespacePath"));
    return call_2(vm, type, name, portions);
}

Value import_namespace(VM *vm, Value name, Value path_entries) {
    OWNED Value folders = TRY(list_of_folders(vm, path_entries));
    const char *dot = strrchr(to_str(name)->data, '.'), *tail = dot ? dot + 1 : to_str(name)->data;
    OWNED Value portions = TRY(find_portions(vm, folders, tail));
    if (!to_list(portions)->count) return EMPTY;
    OWNED Value path = TRY(namespace_path(vm, name, portions));
    OWNED Value module = TRY(add_imported(vm, name));
    CHECK(dict_set(vm, module_dict(module), NAME(__package__), name));
    CHECK(dict_set(vm, module_dict(module), NAME(__path__), path));
    CHECK(dict_set(vm, module_dict(module), NAME(__file__), NONE));
    return TAKE(module);
}

/* A program has looked at sys.meta_path and may have put finders there. */
static Value load_by_finders(VM *vm, Value name, Value folders) {
    OWNED Value module = TRY(import_text(vm, "_frozen_importlib"));
    OWNED Value load = TRY(object_getattr_text(vm, module, "_load_by_finders"));
    OWNED Value found = TRY(call_2(vm, load, name, folders));
    return found == NONE ? raise_not_found(vm, name, EMPTY) : TAKE(found);
}

/* Find and run the module; `folders` is where files are looked for: sys.path or the parent's __path__. */
static Value load(VM *vm, Value name, Value folders) {
    if (strlen(to_str(name)->data) != to_str(name)->size) return raise_not_found(vm, name, EMPTY);
    OWNED Value module = TRY(import_native(vm, name));
    if (module != EMPTY) return TAKE(module);
    if (UNLIKELY(dict_get_text(vm, to_dict(vm->sys), "meta_path") != EMPTY))
        return load_by_finders(vm, name, folders);
    module = TRY(import_file(vm, name, folders));
    if (module == EMPTY) module = TRY(import_library(vm, name));
    if (module == EMPTY) module = TRY(import_namespace(vm, name, folders));
    return module == EMPTY ? raise_not_found(vm, name, EMPTY) : TAKE(module);
}

/* ---- names ---- */

static Value search_path(VM *vm) {
    Value path = dict_get_text(vm, to_dict(vm->sys), "path");
    return path == EMPTY ? NONE : path;
}

/* Import a.b with `parent` the module a: and make it a's attribute b. */
static Value import_child(VM *vm, Value name, Value parent, Value parent_name, Value tail) {
    OWNED Value folders = TRY(object_find_attr(vm, parent, NAME(__path__)));
    if (folders == EMPTY) return raise_not_found(vm, name, parent_name);
    OWNED Value module = TRY(load(vm, name, folders));
    if (!object_setattr(vm, parent, tail, module)) return FAIL;
    return TAKE(module);
}

static Value import_one(VM *vm, Value name, Value parent, Value parent_name, Value tail) {
    Value known = TRY(dict_get(vm, to_dict(vm->modules), name));
    if (known == NONE) {
        raise_format(vm, EXC(ModuleNotFoundError), "import of %S halted; None in sys.modules", name);
        return name_exception(vm, name);
    }
    if (known != EMPTY) return incref(known);
    if (parent == EMPTY) return load(vm, name, search_path(vm));
    return import_child(vm, name, parent, parent_name, tail);
}

/* Import every part of a dotted name; the last module, and the first to *first if wanted. */
static Value import_parts(VM *vm, Value name, Value *first) {
    const char *text = to_str(name)->data;
    usize size = to_str(name)->size, start = 0;
    OWNED Value module = EMPTY;
    OWNED Value parent_name = EMPTY;
    for (usize end = 0; end <= size; end++) {
        if (end < size && text[end] != '.') continue;
        OWNED Value part = TRY(str_intern(vm, TRY(str_new(vm, text, end))));
        OWNED Value tail = TRY(str_intern(vm, TRY(str_new(vm, text + start, end - start))));
        replace(&module, TRY(import_one(vm, part, module, parent_name, tail)));
        if (!start && first) *first = incref(module);
        replace(&parent_name, TAKE(part));
        start = end + 1;
    }
    return TAKE(module);
}

Value import_absolute(VM *vm, Value name) {
    return import_parts(vm, name, NULL);
}

Value import_text(VM *vm, const char *name) {
    OWNED Value text = TRY(str_intern_text(vm, name));
    return import_absolute(vm, text);
}

/* __spec__.parent, or EMPTY if there is no spec. */
static Value parent_of_spec(VM *vm, Dict *globals) {
    OWNED Value spec = EMPTY;
    Value found = dict_get_str(vm, globals, NAME(__spec__));
    if (found == EMPTY || found == NONE) return EMPTY;
    spec = incref(found);
    return object_getattr(vm, spec, NAME(parent));
}

/* __package__ is there: it should be what the spec says. */
static Value package_that_agrees(VM *vm, Dict *globals, Value package) {
    if (!is_str(package)) return raise_type(vm, "package must be a string");
    OWNED Value kept = incref(package);
    OWNED Value parent = TRY(parent_of_spec(vm, globals));
    if (parent == EMPTY) return TAKE(kept);
    int same = object_equal(vm, kept, parent);
    if (same < 0) return FAIL;
    if (!same) CHECK(warn(vm, EXC(DeprecationWarning), 1, "__package__ != __spec__.parent"));
    return TAKE(kept);
}

/* Neither __package__ nor __spec__: it is read off the name. */
static Value package_by_name(VM *vm, Dict *globals) {
    CHECK(warn(vm, EXC(ImportWarning), 1,
               "can't resolve package from __spec__ or __package__, falling back on __name__ and __path__"));
    Value name = dict_get_str(vm, globals, NAME(__name__));
    if (name == EMPTY) return raise_format(vm, EXC(KeyError), "'__name__' not in globals");
    if (!is_str(name)) return raise_type(vm, "__name__ must be a string");
    if (dict_get_str(vm, globals, NAME(__path__)) != EMPTY) return incref(name);
    const char *dot = strrchr(to_str(name)->data, '.');
    return str_new(vm, to_str(name)->data, dot ? (usize)(dot - to_str(name)->data) : 0);
}

/* The package that relative imports start from. */
static Value package_of(VM *vm, Value globals) {
    if (!has_kind(globals, KIND_DICT))
        return globals == EMPTY || globals == NONE ? raise_format(vm, EXC(KeyError), "'__name__' not in globals")
                                : raise_type(vm, "globals must be a dict");
    Value package = dict_get_str(vm, to_dict(globals), NAME(__package__));
    if (package != EMPTY && package != NONE) return package_that_agrees(vm, to_dict(globals), package);
    OWNED Value parent = TRY(parent_of_spec(vm, to_dict(globals)));
    if (parent == EMPTY) return package_by_name(vm, to_dict(globals));
    return is_str(parent) ? TAKE(parent) : raise_type(vm, "__spec__.parent must be a string");
}

static Value resolve(VM *vm, Value name, Value globals, i64 level) {
    OWNED Value package = TRY(package_of(vm, globals));
    if (!to_str(package)->size)
        return raise_format(vm, EXC(ImportError), "attempted relative import with no known parent package");
    usize length = to_str(package)->size;
    for (i64 i = 1; i < level; i++) {
        while (length && to_str(package)->data[length - 1] != '.') length--;
        if (!length)
            return raise_format(vm, EXC(ImportError), "attempted relative import beyond top-level package");
        length--;
    }
    OWNED Value base = TRY(str_new(vm, to_str(package)->data, length));
    return to_str(name)->size ? str_format(vm, "%S.%S", base, name) : TAKE(base);
}

/* `from package import submodule`: import what is no attribute yet. */
static bool import_listed(VM *vm, Value module, Value name, Value listed, bool from_all) {
    if (!is_str(listed)) {
        if (from_all) raise_type(vm, "Item in %S.__all__ must be str, not %T", name, listed);
        else raise_type(vm, "Item in ``from list'' must be str, not %T", listed);
        return false;
    }
    if (str_equals_text(listed, "*")) {
        OWNED Value all = object_find_attr(vm, module, NAME(__all__));
        if (all == EMPTY) return true;
        OWNED Value names = all == FAIL ? FAIL : object_to_list(vm, all);
        if (names == FAIL) return false;
        for (usize i = 0; i < to_list(names)->count; i++)
            if (!str_equals_text(to_list(names)->items[i], "*") &&
                !import_listed(vm, module, name, to_list(names)->items[i], true))
                return false;
        return true;
    }
    OWNED Value known = object_find_attr(vm, module, listed);
    if (known != EMPTY) return known != FAIL;
    OWNED Value full = str_format(vm, "%S.%S", name, listed);
    OWNED Value child = full == FAIL ? FAIL : import_absolute(vm, full);
    if (child != FAIL) return true;
    if (!exception_matches(vm, EXC(ModuleNotFoundError))) return false;
    OWNED Value exception = exception_take(vm);
    OWNED Value missing = object_find_attr(vm, exception, NAME(name));
    if (is_str(missing) && str_equal(missing, full)) return true;
    exception_restore(vm, TAKE(exception));
    return false;
}

Value import_module(VM *vm, Value name, Value globals, Value fromlist, i64 level) {
    if (!is_str(name)) return raise_type(vm, "module name must be a string");
    if (level < 0) return raise_value(vm, "level must be >= 0");
    if (!level && (!to_str(name)->size || to_str(name)->data[0] == '.'))
        return raise_value(vm, "Empty module name");
    OWNED Value absolute = TRY(level ? resolve(vm, name, globals, level) : incref(name));
    OWNED Value first = EMPTY;
    OWNED Value module = TRY(import_parts(vm, absolute, &first));
    int has_list = fromlist == EMPTY || fromlist == NONE ? 0 : object_truth(vm, fromlist);
    if (has_list < 0) return FAIL;
    if (has_list) {
        OWNED Value path = TRY(object_find_attr(vm, module, NAME(__path__)));
        if (path == EMPTY) return TAKE(module);
        OWNED Value names = TRY(object_to_list(vm, fromlist));
        for (usize i = 0; i < to_list(names)->count; i++)
            CHECK(import_listed(vm, module, absolute, to_list(names)->items[i], false));
        return TAKE(module);
    }
    if (!level) return TAKE(first);
    /* `from . import x` always has a list; __import__("a.b", level=1) gives the first part of the name */
    const char *dot = strchr(to_str(name)->data, '.');
    if (!dot) return TAKE(module);
    usize cut = to_str(name)->size - (usize)(dot - to_str(name)->data);
    OWNED Value front = TRY(str_new(vm, to_str(absolute)->data, to_str(absolute)->size - cut));
    return import_absolute(vm, front);
}

/* ---- instructions ---- */

Value step_import(VM *vm, Value name, Value level_and_list) {
    Tuple *pair = to_tuple(level_and_list);
    Function *running = (Function *)to_object(vm->frame->func);
    OWNED Value function = TRY(step_mapping_get(vm, running->builtins, NAME(__import__)));
    if (function == EMPTY) return raise_format(vm, EXC(ImportError), "__import__ not found");
    if (has_exact_kind(function, KIND_NATIVE))
        return import_module(vm, name, running->globals, pair->items[1], to_small(pair->items[0]));
    Value args[] = {name, running->globals, vm->frame->r[0], pair->items[1], pair->items[0]};
    if (vm->frame->code->flags & CODE_OPTIMIZED) args[2] = NONE;
    return object_call(vm, function, args, 5, EMPTY);
}

static bool is_initializing(Value module) {
    return has_kind(module, KIND_MODULE) && to_object(module)->flags & MODULE_INITIALIZING;
}

static Value raise_cannot_import(VM *vm, Value module, Value module_name, Value name, bool is_named) {
    OWNED Value file = TRY(object_find_attr(vm, module, NAME(__file__)));
    OWNED Value where = TRY(is_str(file) ? incref(file) : str_from_text(vm, "unknown location"));
    if (is_initializing(module))
        raise_format(vm, EXC(ImportError),
                     "cannot import name %R from partially initialized module %R (most likely due to a circular "
                     "import) (%S)",
                     name, module_name, where);
    else raise_format(vm, EXC(ImportError), "cannot import name %R from %R (%S)", name, module_name, where);
    OWNED Value exception = exception_take(vm);
    ImportException *e = (ImportException *)to_object(exception);
    if (is_named) replace(&e->name, incref(module_name));
    replace(&e->name_from, incref(name));
    if (is_str(file)) replace(&e->path, incref(file));
    exception_restore(vm, TAKE(exception));
    return FAIL;
}

Value step_import_from(VM *vm, Value module, Value name) {
    Value found = TRY(object_find_attr(vm, module, name));
    if (found != EMPTY) return found;
    OWNED Value module_name = TRY(object_find_attr(vm, module, NAME(__name__)));
    bool is_named = module_name != EMPTY && is_str(module_name);
    if (!is_named) replace(&module_name, TRY(str_from_text(vm, "<unknown module name>")));
    OWNED Value full = TRY(str_format(vm, "%S.%S", module_name, name));
    Value known = TRY(dict_get(vm, to_dict(vm->modules), full));
    if (known != EMPTY) return incref(known);
    return raise_cannot_import(vm, module, module_name, name, is_named);
}

static bool copy_name(VM *vm, Value module, Value name, Value namespace, bool from_all) {
    if (!is_str(name)) {
        OWNED Value module_name = TRY_OR_FALSE(object_getattr(vm, module, NAME(__name__)));
        raise_type(vm, from_all ? "Item in %S.__all__ must be str, not %T" : "Key in %S.__dict__ must be str, not %T",
                   module_name, name);
        return false;
    }
    OWNED Value value = object_getattr(vm, module, name);
    return value != FAIL && object_setitem(vm, namespace, name, value);
}

static bool copy_listed(VM *vm, Value module, Value all, Value namespace) {
    for (i64 i = 0;; i++) {
        OWNED Value name = sequence_item(vm, all, i);
        if (name == FAIL) {
            if (!exception_matches(vm, EXC(IndexError))) return false;
            exception_clear(vm);
            return true;
        }
        if (!copy_name(vm, module, name, namespace, true)) return false;
    }
}

static bool copy_public(VM *vm, Value module, Value namespace) {
    OWNED Value dict = TRY_OR_FALSE(object_find_attr(vm, module, NAME(__dict__)));
    if (dict == EMPTY) {
        raise_format(vm, EXC(ImportError), "from-import-* object has no __dict__ and no __all__");
        return false;
    }
    OWNED Value names = TRY_OR_FALSE(object_to_list(vm, dict));
    for (usize i = 0; i < to_list(names)->count; i++) {
        Value name = to_list(names)->items[i];
        if (is_str(name) && to_str(name)->data[0] == '_') continue;
        if (!copy_name(vm, module, name, namespace, false)) return false;
    }
    return true;
}

bool import_star(VM *vm, Value module, Value namespace) {
    OWNED Value all = TRY_OR_FALSE(object_find_attr(vm, module, NAME(__all__)));
    return all == EMPTY ? copy_public(vm, module, namespace) : copy_listed(vm, module, all, namespace);
}
