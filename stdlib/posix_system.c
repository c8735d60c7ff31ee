/* posix: the machine, the environment, randomness. */
#include <sched.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "loop/chance.h"
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/float.h"
#include "objects/frame.h"
#include "objects/int.h"
#include "objects/record.h"
#include "objects/str.h"
#include "objects/want.h"
#include "stdlib/path.h"
#include "stdlib/posix.h"

MODULE(posix, "This module provides access to operating system functionality that is\n"
              "standardized by the C Standard and the POSIX standard (a thinly\n"
              "disguised Unix interface).  Refer to the library manual and\n"
              "corresponding Unix manual entries for more information on calls.")

/* ---- the machine ---- */

static const RecordField uname_fields[] = {
    {"sysname", "operating system name"},
    {"nodename", "name of machine on network (implementation-defined)"},
    {"release", "operating system release"},
    {"version", "operating system version"},
    {"machine", "hardware identifier"},
    {NULL, NULL},
};
#define UNAME_DOC                                                           \
    "uname_result: Result from os.uname().\n\n"                             \
    "This object may be accessed either as a tuple of\n"                    \
    "  (sysname, nodename, release, version, machine),\n"                   \
    "or via the attributes sysname, nodename, release, version, and machine.\n\n" \
    "See os.uname for more information."
RECORD(uname_result, "posix.uname_result", uname_fields, 5, UNAME_DOC)
TYPE(uname_result, RECORD_TYPE(uname_result, "posix.uname_result", UNAME_DOC))

/* Return an object identifying the current operating system.
 *
 * The object behaves like a named tuple with the following fields:
 *   (sysname, nodename, release, version, machine) */
FUNCTION(posix, uname, "()") {
    struct utsname names;
    if (uname(&names) < 0) return posix_raise(vm);
    const char *texts[] = {names.sysname, names.nodename, names.release, names.version, names.machine};
    Value values[COUNT_OF(texts)];
    for (usize i = 0; i < COUNT_OF(texts); i++) values[i] = str_from_os(vm, texts[i], strlen(texts[i]));
    return record_new(vm, &uname_result_record, values);
}

/* Return the number of logical CPUs in the system.
 *
 * Return None if indeterminable. */
FUNCTION(posix, cpu_count, "()") {
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? NONE : from_small(count);
}

/* Return average recent system load information.
 *
 * Return the number of processes in the system run queue averaged over
 * the last 1, 5, and 15 minutes as a tuple of three floats.
 * Raises OSError if the load average was unobtainable. */
FUNCTION(posix, getloadavg, "()") {
    double loads[3];
    if (getloadavg(loads, 3) != 3)
        return raise_format(vm, EXC(OSError), "Load averages are unobtainable");
    OWNED Value made = TRY(tuple_new(vm, 3));
    for (u32 i = 0; i < 3; i++) to_tuple(made)->items[i] = TRY(float_new(vm, loads[i]));
    return TAKE(made);
}

/* Translate an error code to a message string. */
FUNCTION(posix, strerror, "(code, /)") {
    int code;
    CHECK(want_int(vm, args[0], &code));
    return str_from_text(vm, strerror(code));
}

/* ---- randomness ---- */

/* Return a bytes object containing random bytes suitable for cryptographic use. */
FUNCTION(posix, urandom, "(size, /)") {
    i64 size;
    CHECK(object_to_i64(vm, args[0], &size));
    if (size < 0) return raise_value(vm, "negative argument not allowed");
    OWNED Value made = TRY(bytes_new(vm, NULL, (usize)size));
    chance_random(vm, ((Bytes *)made)->data, (usize)size);
    return TAKE(made);
}

/* Obtain a series of random bytes. */
FUNCTION(posix, getrandom, "(size, flags=0)") {
    i64 size;
    CHECK(object_to_i64(vm, args[0], &size));
    if (size < 0) {
        errno = EINVAL;
        return posix_raise(vm);
    }
    OWNED Value made = TRY(bytes_new(vm, NULL, (usize)size));
    chance_random(vm, ((Bytes *)made)->data, (usize)size);
    return TAKE(made);
}

/* ---- the environment ---- */

static Value read_environment(VM *vm) {
    OWNED Value variables = TRY(dict_new(vm));
    for (char **at = environ; at && *at; at++) {
        const char *sign = strchr(*at, '=');
        if (!sign) continue;
        OWNED Value name = TRY(bytes_new(vm, *at, (usize)(sign - *at)));
        OWNED Value value = TRY(bytes_new(vm, sign + 1, strlen(sign + 1)));
        if (dict_set_default(vm, to_dict(variables), name, value) == FAIL) return FAIL;
    }
    return TAKE(variables);
}

/* A name or value: str or bytes. */
static bool take_part(VM *vm, Value given, Path *path) {
    OWNED Value text = TRY_OR_FALSE(path_fspath(vm, given));
    if (path_take(vm, text, "putenv", "name", 0, path)) return true;
    if (exception_matches(vm, EXC(ValueError))) {
        exception_clear(vm);
        raise_value(vm, "embedded null byte");
    }
    return false;
}

/* Change or add an environment variable. */
FUNCTION(posix, putenv, "(name, value, /)") {
    PATH(name);
    PATH(value);
    CHECK(take_part(vm, args[0], &name) && take_part(vm, args[1], &value));
    if (strchr(name.text, '=')) return raise_value(vm, "illegal environment variable name");
    POSIX_DONE(setenv(name.text, value.text, 1));
}

/* Delete an environment variable. */
FUNCTION(posix, unsetenv, "(name, /)") {
    PATH(name);
    CHECK(take_part(vm, args[0], &name));
    POSIX_DONE(unsetenv(name.text));
}

/* ---- limits by name ---- */

static bool take_name(VM *vm, Value given, const char *table, int *number) {
    if (is_int(given)) return want_int(vm, given, number);
    if (!is_str(given))
        return raise_type(vm, "configuration names must be strings or integers"), false;
    OWNED Value module = incref(dict_get_text(vm, to_dict(vm->modules), "posix"));
    OWNED Value names = module == EMPTY ? EMPTY : object_getattr_text(vm, module, table);
    if (names == FAIL) return false;
    Value found = has_kind(names, KIND_DICT) ? dict_get_str(vm, to_dict(names), given) : EMPTY;
    if (found != EMPTY) return want_int(vm, found, number);
    raise_value(vm, "unrecognized configuration name");
    return false;
}

/* Return an integer-valued system configuration variable. */
FUNCTION(posix, sysconf, "(name, /)") {
    int name;
    CHECK(take_name(vm, args[0], "sysconf_names", &name));
    errno = 0;
    long value = sysconf(name);
    return value == -1 && errno ? posix_raise(vm) : int_from_i64(vm, value);
}

/* Return a string-valued system configuration variable. */
FUNCTION(posix, confstr, "(name, /)") {
    int name;
    char text[4096];
    CHECK(take_name(vm, args[0], "confstr_names", &name));
    errno = 0;
    usize size = confstr(name, text, sizeof text);
    if (!size) return errno ? posix_raise(vm) : NONE;
    return str_from_os(vm, text, size < sizeof text ? size - 1 : sizeof text - 1);
}

/* Return the configuration limit name for the file or directory path.
 *
 * If there is no limit, return -1.
 * On some platforms, path may also be specified as an open file descriptor.
 *   If this functionality is unavailable, using it raises an exception. */
FUNCTION(posix, pathconf, "(path, name)") {
    PATH(path);
    int name;
    CHECK(path_take(vm, args[0], "pathconf", "path", PATH_FD, &path));
    CHECK(take_name(vm, args[1], "pathconf_names", &name));
    errno = 0;
    long value = path.text ? pathconf(path.text, name) : fpathconf(path.fd, name);
    return value == -1 && errno ? path_raise(vm, &path) : int_from_i64(vm, value);
}

/* Return the configuration limit name for the file descriptor fd.
 *
 * If there is no limit, return -1. */
FUNCTION(posix, fpathconf, "(fd, name, /)") {
    int fd, name;
    CHECK(descriptor_take(vm, args[0], &fd));
    CHECK(take_name(vm, args[1], "pathconf_names", &name));
    errno = 0;
    long value = fpathconf(fd, name);
    return value == -1 && errno ? posix_raise(vm) : int_from_i64(vm, value);
}

static Value name_table(VM *vm, const Constant *constants) {
    OWNED Value table = TRY(dict_new(vm));
    for (; constants->name; constants++)
        CHECK(dict_set_text(vm, to_dict(table), constants->name, from_small(constants->value)));
    return TAKE(table);
}

static bool add_table(VM *vm, Value module, const char *name, const Constant *constants) {
    Value table = name_table(vm, constants);
    return table != FAIL && module_add(vm, module, name, table);
}

static bool add_tables(VM *vm, Value module) {
    static const Constant system_names[] = {
#define C(name) {"SC_" #name, _SC_##name},
        C(ARG_MAX) C(CHILD_MAX) C(CLK_TCK) C(NGROUPS_MAX) C(OPEN_MAX) C(STREAM_MAX)
        C(TZNAME_MAX) C(JOB_CONTROL) C(SAVED_IDS) C(REALTIME_SIGNALS) C(TIMERS)
        C(ASYNCHRONOUS_IO) C(FSYNC) C(MAPPED_FILES) C(MEMLOCK) C(SEMAPHORES)
        C(SHARED_MEMORY_OBJECTS) C(VERSION) C(PAGESIZE) C(PAGE_SIZE) C(RTSIG_MAX)
        C(SEM_NSEMS_MAX) C(SEM_VALUE_MAX) C(SIGQUEUE_MAX) C(TIMER_MAX) C(BC_BASE_MAX)
        C(BC_DIM_MAX) C(BC_SCALE_MAX) C(BC_STRING_MAX) C(COLL_WEIGHTS_MAX) C(EXPR_NEST_MAX)
        C(LINE_MAX) C(RE_DUP_MAX) C(2_VERSION) C(2_C_BIND) C(2_C_DEV) C(2_LOCALEDEF)
        C(IOV_MAX) C(UIO_MAXIOV) C(THREADS) C(THREAD_SAFE_FUNCTIONS) C(GETGR_R_SIZE_MAX)
        C(GETPW_R_SIZE_MAX) C(LOGIN_NAME_MAX) C(TTY_NAME_MAX) C(THREAD_KEYS_MAX)
        C(THREAD_STACK_MIN) C(THREAD_THREADS_MAX) C(NPROCESSORS_CONF) C(NPROCESSORS_ONLN)
        C(PHYS_PAGES) C(AVPHYS_PAGES) C(ATEXIT_MAX) C(PASS_MAX) C(XOPEN_VERSION)
        C(HOST_NAME_MAX) C(SYMLOOP_MAX) C(MONOTONIC_CLOCK)
#undef C
        {NULL, 0},
    };
    static const Constant path_names[] = {
#define C(name) {"PC_" #name, _PC_##name},
        C(LINK_MAX) C(MAX_CANON) C(MAX_INPUT) C(NAME_MAX) C(PATH_MAX) C(PIPE_BUF)
        C(CHOWN_RESTRICTED) C(NO_TRUNC) C(VDISABLE) C(SYNC_IO) C(ASYNC_IO) C(PRIO_IO)
        C(FILESIZEBITS) C(REC_INCR_XFER_SIZE) C(REC_MAX_XFER_SIZE) C(REC_MIN_XFER_SIZE)
        C(REC_XFER_ALIGN) C(ALLOC_SIZE_MIN) C(SYMLINK_MAX) C(SOCK_MAXBUF)
#undef C
        {NULL, 0},
    };
    static const Constant text_names[] = {
        {"CS_PATH", _CS_PATH},
        {"CS_GNU_LIBC_VERSION", _CS_GNU_LIBC_VERSION},
        {"CS_GNU_LIBPTHREAD_VERSION", _CS_GNU_LIBPTHREAD_VERSION},
        {NULL, 0},
    };
    return add_table(vm, module, "sysconf_names", system_names) &&
           add_table(vm, module, "pathconf_names", path_names) &&
           add_table(vm, module, "confstr_names", text_names);
}

MODULE_INIT(posix) {
    Value variables = read_environment(vm);
    return variables != FAIL && module_add(vm, module, "environ", variables) &&
           record_start(vm, &uname_result_record) &&
           module_add(vm, module, "uname_result",
                      incref(from_object(vm->types[TYPE_uname_result]))) &&
           module_add(vm, module, "error", incref(from_object(EXC(OSError)))) &&
           posix_add_constants(vm, module) && posix_add_files(vm, module) &&
           posix_add_descriptors(vm, module) && posix_add_names(vm, module) &&
           posix_add_processes(vm, module) && posix_add_scheduler(vm, module) &&
           add_tables(vm, module);
}
