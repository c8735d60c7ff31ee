/* resource: what the process uses and may use. */
#include <sys/resource.h>
#include <unistd.h>

#include "objects/exc.h"
#include "objects/float.h"
#include "objects/frame.h"
#include "objects/int.h"
#include "objects/record.h"
#include "objects/want.h"
#include "stdlib/fork.h"
#include "stdlib/posix.h"
#include "vm/import.h"

MODULE(resource, "")

static const RecordField usage_fields[] = {
    {"ru_utime", "user time used"},
    {"ru_stime", "system time used"},
    {"ru_maxrss", "max. resident set size"},
    {"ru_ixrss", "shared memory size"},
    {"ru_idrss", "unshared data size"},
    {"ru_isrss", "unshared stack size"},
    {"ru_minflt", "page faults not requiring I/O"},
    {"ru_majflt", "page faults requiring I/O"},
    {"ru_nswap", "number of swap outs"},
    {"ru_inblock", "block input operations"},
    {"ru_oublock", "block output operations"},
    {"ru_msgsnd", "IPC messages sent"},
    {"ru_msgrcv", "IPC messages received"},
    {"ru_nsignals", "signals received"},
    {"ru_nvcsw", "voluntary context switches"},
    {"ru_nivcsw", "involuntary context switches"},
    {NULL, NULL},
};
#define USAGE_DOC                                                                      \
    "struct_rusage: Result from getrusage.\n\n"                                        \
    "This object may be accessed either as a tuple of\n"                               \
    "    (utime,stime,maxrss,ixrss,idrss,isrss,minflt,majflt,\n"                       \
    "    nswap,inblock,oublock,msgsnd,msgrcv,nsignals,nvcsw,nivcsw)\n"                 \
    "or via the attributes ru_utime, ru_stime, ru_maxrss, and so on."
RECORD(struct_rusage, "resource.struct_rusage", usage_fields, 16, USAGE_DOC)
TYPE(struct_rusage, RECORD_TYPE(struct_rusage, "resource.struct_rusage", USAGE_DOC))

Value resource_usage_type(VM *vm) {
    OWNED Value module = TRY(import_text(vm, "resource"));
    return object_getattr_text(vm, module, "struct_rusage");
}

static Value time_value(VM *vm, const struct timeval *time) {
    return float_new(vm, (double)time->tv_sec + (double)time->tv_usec * 1e-6);
}

/* getrusage(who) -> struct_rusage */
FUNCTION(resource, getrusage, "(who, /)") {
    struct rusage u;
    int who;
    CHECK(want_int(vm, args[0], &who));
    if (getrusage(who, &u) < 0)
        return errno == EINVAL ? raise_value(vm, "invalid who parameter") : posix_raise(vm);
    i64 numbers[] = {u.ru_maxrss, u.ru_ixrss, u.ru_idrss, u.ru_isrss, u.ru_minflt, u.ru_majflt,
                     u.ru_nswap, u.ru_inblock, u.ru_oublock, u.ru_msgsnd, u.ru_msgrcv,
                     u.ru_nsignals, u.ru_nvcsw, u.ru_nivcsw};
    Value values[16] = {time_value(vm, &u.ru_utime), time_value(vm, &u.ru_stime)};
    for (usize i = 0; i < COUNT_OF(numbers); i++) values[2 + i] = int_from_i64(vm, numbers[i]);
    return record_new(vm, &struct_rusage_record, values);
}

static Value limit_pair(VM *vm, const struct rlimit *limit) {
    OWNED Value soft = int_from_i64(vm, (i64)limit->rlim_cur);
    OWNED Value hard = int_from_i64(vm, (i64)limit->rlim_max);
    return tuple_of(vm, 2, soft, hard);
}

static bool take_resource(VM *vm, Value given, int *resource) {
    if (!want_int(vm, given, resource)) return false;
    if (*resource >= 0 && *resource < (int)RLIM_NLIMITS) return true;
    raise_value(vm, "invalid resource specified");
    return false;
}

/* getrlimit(resource) -> (soft, hard) */
FUNCTION(resource, getrlimit, "(resource, /)") {
    struct rlimit limit;
    int resource;
    CHECK(take_resource(vm, args[0], &resource));
    if (getrlimit((__rlimit_resource_t)resource, &limit) < 0) return posix_raise(vm);
    return limit_pair(vm, &limit);
}

/* setrlimit(resource, (soft, hard)) */
FUNCTION(resource, setrlimit, "(resource, limits, /)") {
    struct rlimit limit;
    int resource;
    i64 soft, hard;
    CHECK(take_resource(vm, args[0], &resource));
    OWNED Value pair = TRY(object_to_tuple(vm, args[1]));
    if (to_tuple(pair)->count != 2) return raise_value(vm, "expected a tuple of 2 integers");
    CHECK(object_to_i64(vm, to_tuple(pair)->items[0], &soft));
    CHECK(object_to_i64(vm, to_tuple(pair)->items[1], &hard));
    limit = (struct rlimit){(rlim_t)soft, (rlim_t)hard};
    if (setrlimit((__rlimit_resource_t)resource, &limit) >= 0) return NONE;
    if (errno == EINVAL) return raise_value(vm, "current limit exceeds maximum limit");
    if (errno == EPERM) return raise_value(vm, "not allowed to raise maximum limit");
    return posix_raise(vm);
}

/* Return the number of bytes in a memory page. */
FUNCTION(resource, getpagesize, "()") {
    return from_small(getpagesize());
}

MODULE_INIT(resource) {
    static const Constant constants[] = {
#define C(name) {#name, (i64)name},
        C(RLIMIT_CPU) C(RLIMIT_FSIZE) C(RLIMIT_DATA) C(RLIMIT_STACK) C(RLIMIT_CORE)
        C(RLIMIT_NOFILE) C(RLIMIT_OFILE) C(RLIMIT_AS) C(RLIMIT_RSS) C(RLIMIT_NPROC)
        C(RLIMIT_MEMLOCK) C(RLIMIT_MSGQUEUE) C(RLIMIT_NICE) C(RLIMIT_RTPRIO)
        C(RLIMIT_RTTIME) C(RLIMIT_SIGPENDING) C(RUSAGE_SELF) C(RUSAGE_CHILDREN)
        C(RUSAGE_THREAD) C(RLIM_INFINITY)
#undef C
        {NULL, 0},
    };
    return record_start(vm, &struct_rusage_record) &&
           module_add(vm, module, "struct_rusage",
                      incref(from_object(vm->types[TYPE_struct_rusage]))) &&
           module_add(vm, module, "error", incref(from_object(EXC(OSError)))) &&
           module_add_constants(vm, module, constants);
}
