/* sys: what few programs look at. Each is made when it is first asked for, by the module's __getattr__. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/frame.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/record.h"
#include "objects/str.h"
#include "stdlib/sys_numbers.h"
#include "vm/import.h"
#include "vm/suggest.h"

enum { VERSION_MAJOR = 3, VERSION_MINOR = 13, VERSION_HEX = 0x030D00F0 };

/* ---- versions ---- */

static const RecordField version_fields[] = {
    {"major", "Major release number"},
    {"minor", "Minor release number"},
    {"micro", "Patch release number"},
    {"releaselevel", "'alpha', 'beta', 'candidate', or 'final'"},
    {"serial", "Serial release number"},
    {NULL, NULL},
};
#define VERSION_DOC "sys.version_info\n\nVersion information as a named tuple."
RECORD(sys_version_info, "sys.version_info", version_fields, 5, VERSION_DOC)
TYPE(sys_version_info, RECORD_TYPE(sys_version_info, "sys.version_info", VERSION_DOC),
     .flags = TYPE_FINAL | TYPE_NO_NEW)

static Value make_version_info(VM *vm) {
    if (!record_start(vm, &sys_version_info_record)) return FAIL;
    Value values[] = {from_small(VERSION_MAJOR), from_small(VERSION_MINOR), from_small(0),
                      str_intern_text(vm, "final"), from_small(0)};
    return record_new(vm, &sys_version_info_record, values);
}

static Value make_version(VM *vm) {
    return str_from_text(vm, "3.13.0 (main, Oct  7 2024, 00:00:00) [apy 0.1.0]");
}

static Value make_implementation(VM *vm) {
    OWNED Value fields = TRY(dict_new(vm));
    OWNED Value name = TRY(str_from_text(vm, "apy"));
    OWNED Value tag = TRY(str_from_text(vm, "apy-313"));
    OWNED Value machine = TRY(str_from_text(vm, "x86_64-linux-gnu"));
    OWNED Value version = TRY(object_getattr_text(vm, sys_module(vm), "version_info"));
    Dict *dict = to_dict(fields);
    CHECK(dict_set_text(vm, dict, "name", name) && dict_set_text(vm, dict, "cache_tag", tag));
    CHECK(dict_set_text(vm, dict, "version", version));
    CHECK(dict_set_text(vm, dict, "hexversion", from_small(VERSION_HEX)));
    CHECK(dict_set_text(vm, dict, "_multiarch", machine));
    return call_with_tuple(vm, from_object(vm->types[TYPE_SimpleNamespace]), vm->empty_tuple, fields);
}

static Value make_copyright(VM *vm) {
    return str_from_text(vm, "Copyright (c) the authors of apy.\nMIT licence.");
}

/* ---- flags ---- */

static const RecordField flag_fields[] = {
    {"debug", "-d"},
    {"inspect", "-i"},
    {"interactive", "-i"},
    {"optimize", "-O or -OO"},
    {"dont_write_bytecode", "-B"},
    {"no_user_site", "-s"},
    {"no_site", "-S"},
    {"ignore_environment", "-E"},
    {"verbose", "-v"},
    {"bytes_warning", "-b"},
    {"quiet", "-q"},
    {"hash_randomization", "-R"},
    {"isolated", "-I"},
    {"dev_mode", "-X dev"},
    {"utf8_mode", "-X utf8"},
    {"warn_default_encoding", "-X warn_default_encoding"},
    {"safe_path", "-P"},
    {"int_max_str_digits", "-X int_max_str_digits"},
    {"gil", "-X gil"},
    {NULL, NULL},
};
enum { FLAG_ITEMS = 18, FLAG_COUNT = 19 };
#define FLAGS_DOC \
    "sys.flags\n\nFlags provided through command line arguments or environment vars."
RECORD(sys_flags, "sys.flags", flag_fields, FLAG_ITEMS, FLAGS_DOC)
TYPE(sys_flags, RECORD_TYPE(sys_flags, "sys.flags", FLAGS_DOC),
     .flags = TYPE_FINAL | TYPE_NO_NEW)

static bool randomizes_hashes(void) {
    const char *seed = getenv("PYTHONHASHSEED");
    return !seed || strcmp(seed, "0");
}

static Value make_flags(VM *vm) {
    if (!record_start(vm, &sys_flags_record)) return FAIL;
    Value values[FLAG_COUNT];
    for (u32 i = 0; i < FLAG_COUNT; i++) values[i] = from_small(0);
    values[4] = from_small(1);
    values[11] = from_small(randomizes_hashes());
    values[13] = values[16] = FALSE;
    const char *utf8 = getenv("PYTHONUTF8");
    values[14] = from_small(utf8 && !strcmp(utf8, "1"));
    values[17] = from_small(vm->int_digit_limit);
    values[18] = from_small(1);
    return record_new(vm, &sys_flags_record, values);
}

/* ---- threads ---- */

static const RecordField thread_fields[] = {
    {"name", "name of the thread implementation"},
    {"lock", "name of the lock implementation"},
    {"version", "name and version of the thread library"},
    {NULL, NULL},
};
#define THREAD_DOC \
    "sys.thread_info\n\nA named tuple holding information about the thread implementation."
RECORD(sys_thread_info, "sys.thread_info", thread_fields, 3, THREAD_DOC)
TYPE(sys_thread_info, RECORD_TYPE(sys_thread_info, "sys.thread_info", THREAD_DOC))

static Value make_thread_info(VM *vm) {
    if (!record_start(vm, &sys_thread_info_record)) return FAIL;
    char version[64] = "NPTL";
    confstr(_CS_GNU_LIBPTHREAD_VERSION, version, sizeof version);
    Value values[] = {str_from_text(vm, "pthread"), str_from_text(vm, "semaphore"),
                      str_from_text(vm, version)};
    return record_new(vm, &sys_thread_info_record, values);
}

/* ---- names ---- */

static Value make_stdlib_names(VM *vm) {
    OWNED Value names = TRY(list_new(vm, 0));
    for (const char *const *at = stdlib_module_names; *at; at++) {
        Value name = TRY(str_intern_text(vm, *at));
        CHECK(list_push_owned(vm, to_list(names), name));
    }
    return call_1(vm, from_object(vm->types[TYPE_frozenset]), names);
}

static Value make_builtin_names(VM *vm) {
    OWNED Value names = TRY(list_new(vm, 0));
    for (u32 i = 0; i < MODULE_COUNT; i++) {
        if (!module_specs[i].name) continue;
        Value name = TRY(str_intern_text(vm, module_specs[i].name));
        CHECK(list_push_owned(vm, to_list(names), name));
    }
    CHECK(list_sort(vm, to_list(names), NONE, false));
    return object_to_tuple(vm, names);
}

/* ---- where things are ---- */

static Value make_executable(VM *vm) {
    char path[4096];
    ssize_t size = readlink("/proc/self/exe", path, sizeof path);
    return str_from_os(vm, path, size < 0 ? 0 : (usize)size);
}

/* The folder above the one of the program: /usr for /usr/bin/apy. */
static Value make_prefix(VM *vm) {
    char path[4096];
    ssize_t size = readlink("/proc/self/exe", path, sizeof path);
    for (int up = 0; up < 2 && size > 0; up++)
        while (size > 0 && path[--size] != '/') {}
    return str_from_os(vm, size > 0 ? path : "/", size > 0 ? (usize)size : 1);
}

static Value make_orig_argv(VM *vm) {
    Buffer text = {0};
    char *at;
    ssize_t got;
    FILE *file = fopen("/proc/self/cmdline", "rb");
    while (file && (at = buffer_reserve(&text, 4096)) && (got = (ssize_t)fread(at, 1, 4096, file)) > 0)
        text.length += (usize)got;
    if (file) fclose(file);
    OWNED Value words = list_new(vm, 0);
    bool done = words != FAIL;
    for (usize start = 0; done && start < text.length;) {
        usize size = strnlen(text.data + start, text.length - start);
        Value word = str_from_os(vm, text.data + start, size);
        done = word != FAIL && list_push_owned(vm, to_list(words), word);
        start += size + 1;
    }
    buffer_free(&text);
    return done ? TAKE(words) : FAIL;
}

static Value make_meta_path(VM *vm) {
    OWNED Value module = TRY(import_text(vm, "_frozen_importlib"));
    OWNED Value make = TRY(object_getattr_text(vm, module, "_default_finders"));
    return call_0(vm, make);
}

static Value make_list(VM *vm) {
    return list_new(vm, 0);
}

static Value make_dict(VM *vm) {
    return dict_new(vm);
}

static Value make_none(VM *vm) {
    return NONE;
}

static Value make_true(VM *vm) {
    return TRUE;
}

static Value make_empty(VM *vm) {
    return incref(vm->empty_str);
}

static Value make_api_version(VM *vm) {
    return from_small(1013);
}

static Value make_repr_style(VM *vm) {
    return str_from_text(vm, "short");
}

static Value make_library_folder(VM *vm) {
    return str_from_text(vm, "lib");
}

static Value make_git(VM *vm) {
    OWNED Value name = TRY(str_from_text(vm, "apy"));
    return tuple_of(vm, 3, name, vm->empty_str, vm->empty_str);
}

/* ---- finding them ---- */

static const struct {
    const char *name;
    Value (*make)(VM *vm);
} facts[] = {
    {"version_info", make_version_info},
    {"version", make_version},
    {"implementation", make_implementation},
    {"copyright", make_copyright},
    {"flags", make_flags},
    {"thread_info", make_thread_info},
    {"stdlib_module_names", make_stdlib_names},
    {"builtin_module_names", make_builtin_names},
    {"executable", make_executable},
    {"_base_executable", make_executable},
    {"prefix", make_prefix},
    {"base_prefix", make_prefix},
    {"exec_prefix", make_prefix},
    {"base_exec_prefix", make_prefix},
    {"orig_argv", make_orig_argv},
    {"meta_path", make_meta_path},
    {"path_hooks", make_list},
    {"path_importer_cache", make_dict},
    {"_xoptions", make_dict},
    {"pycache_prefix", make_none},
    {"_home", make_none},
    {"_framework", make_empty},
    {"abiflags", make_empty},
    {"dont_write_bytecode", make_true},
    {"api_version", make_api_version},
    {"float_repr_style", make_repr_style},
    {"platlibdir", make_library_folder},
    {"_git", make_git},
};

FUNCTION(sys, __getattr__, "(name, /)") {
    for (usize i = 0; is_str(args[0]) && i < COUNT_OF(facts); i++) {
        if (!str_equals_text(args[0], facts[i].name)) continue;
        OWNED Value made = TRY(facts[i].make(vm));
        CHECK(dict_set(vm, to_dict(vm->sys), args[0], made));
        return TAKE(made);
    }
    return raise_attribute_text(vm, sys_module(vm), args[0], "module 'sys' has no attribute %R", args[0]);
}

static bool is_shown(Value name) {
    return is_str(name) && !str_equals_text(name, "__getattr__") && !str_equals_text(name, "__dir__");
}

FUNCTION(sys, __dir__, "()") {
    OWNED Value all = TRY(dict_keys_list(vm, to_dict(vm->sys)));
    OWNED Value names = TRY(list_new(vm, to_list(all)->count));
    for (usize i = 0; i < to_list(all)->count; i++)
        if (is_shown(to_list(all)->items[i])) CHECK(list_push(vm, to_list(names), to_list(all)->items[i]));
    for (usize i = 0; i < COUNT_OF(facts); i++) {
        OWNED Value name = TRY(str_intern_text(vm, facts[i].name));
        if (dict_get_str(vm, to_dict(vm->sys), name) == EMPTY) CHECK(list_push(vm, to_list(names), name));
    }
    return TAKE(names);
}
