/* posix: how the system's scheduler treats processes. */
#include <grp.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "objects/exc.h"
#include "objects/float.h"
#include "objects/frame.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/record.h"
#include "objects/str.h"
#include "objects/want.h"
#include "stdlib/posix.h"

/* ---- sched_param ---- */

static const RecordField param_fields[] = {{"sched_priority", "the scheduling priority"}, {NULL, NULL}};
#define PARAM_DOC                                                                        \
    "Currently has only one field: sched_priority\n\n"                                   \
    "  sched_priority\n    A scheduling parameter."
RECORD(sched_param, "posix.sched_param", param_fields, 1, PARAM_DOC)

static Value make_param(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"sched_priority", NULL};
    static const Arguments arguments = {"sched_param", names, 0, 1, 1};
    Value given;
    CHECK(arguments_bind(vm, &arguments, args, nargs, kwnames, &given));
    Value values[] = {incref(given)};
    return record_new(vm, &sched_param_record, values);
}

TYPE(sched_param, .name = "posix.sched_param", .base = TYPE_tuple, .size = sizeof(Tuple),
     .kind = KIND_TUPLE, .flags = TYPE_FINAL,
     .slots = {.new = make_param,
               .free = record_free,
               .visit = record_visit,
               .repr = sched_param_show},
     .doc = PARAM_DOC)

static bool take_param(VM *vm, Value given, struct sched_param *param) {
    if (type_of(vm, given) != vm->types[TYPE_sched_param])
        return raise_type(vm, "must have a sched_param object"), false;
    return want_int(vm, to_tuple(given)->items[0], &param->sched_priority);
}

/* ---- policies ---- */

/* Get the maximum scheduling priority for policy. */
FUNCTION(posix, sched_get_priority_max, "(policy)") {
    int policy;
    CHECK(want_int(vm, args[0], &policy));
    int priority = sched_get_priority_max(policy);
    return priority < 0 ? posix_raise(vm) : from_small(priority);
}

/* Get the minimum scheduling priority for policy. */
FUNCTION(posix, sched_get_priority_min, "(policy)") {
    int policy;
    CHECK(want_int(vm, args[0], &policy));
    int priority = sched_get_priority_min(policy);
    return priority < 0 ? posix_raise(vm) : from_small(priority);
}

/* Get the scheduling policy for the process identified by pid.
 *
 * Passing 0 for pid returns the scheduling policy for the calling process. */
FUNCTION(posix, sched_getscheduler, "(pid, /)") {
    int process;
    CHECK(want_int(vm, args[0], &process));
    int policy = sched_getscheduler(process);
    return policy < 0 ? posix_raise(vm) : from_small(policy);
}

/* Set the scheduling policy for the process identified by pid.
 *
 * If pid is 0, the calling process is changed.
 * param is an instance of sched_param. */
FUNCTION(posix, sched_setscheduler, "(pid, policy, param, /)") {
    int process, policy;
    struct sched_param param;
    CHECK(want_int(vm, args[0], &process) && want_int(vm, args[1], &policy));
    CHECK(take_param(vm, args[2], &param));
    POSIX_DONE(sched_setscheduler(process, policy, &param));
}

/* Returns scheduling parameters for the process identified by pid.
 *
 * If pid is 0, returns parameters for the calling process.
 * Return value is an instance of sched_param. */
FUNCTION(posix, sched_getparam, "(pid, /)") {
    int process;
    struct sched_param param;
    CHECK(want_int(vm, args[0], &process));
    if (sched_getparam(process, &param) < 0) return posix_raise(vm);
    Value values[] = {from_small(param.sched_priority)};
    return record_new(vm, &sched_param_record, values);
}

/* Set scheduling parameters for the process identified by pid.
 *
 * If pid is 0, sets parameters for the calling process.
 * param should be an instance of sched_param. */
FUNCTION(posix, sched_setparam, "(pid, param, /)") {
    int process;
    struct sched_param param;
    CHECK(want_int(vm, args[0], &process) && take_param(vm, args[1], &param));
    POSIX_DONE(sched_setparam(process, &param));
}

/* Return the round-robin quantum for the process identified by pid, in seconds.
 *
 * Value returned is a float. */
FUNCTION(posix, sched_rr_get_interval, "(pid, /)") {
    int process;
    struct timespec quantum;
    CHECK(want_int(vm, args[0], &process));
    if (sched_rr_get_interval(process, &quantum) < 0) return posix_raise(vm);
    return float_new(vm, (double)quantum.tv_sec + 1e-9 * (double)quantum.tv_nsec);
}

/* ---- namespaces, descriptors of processes ---- */

/* Disassociate parts of a process (or thread) execution context. */
FUNCTION(posix, unshare, "(flags)") {
    int flags;
    CHECK(want_int(vm, args[0], &flags));
    POSIX_DONE(unshare(flags));
}

/* Move the calling thread into different namespaces. */
FUNCTION(posix, setns, "(fd, nstype=0)") {
    int fd, sort = 0;
    CHECK(descriptor_take(vm, args[0], &fd));
    if (args[1] != EMPTY) CHECK(want_int(vm, args[1], &sort));
    POSIX_DONE(setns(fd, sort));
}

/* Return a file descriptor referring to the process *pid*.
 *
 * The descriptor can be used to perform process management without races and
 * signals. */
FUNCTION(posix, pidfd_open, "(pid, flags=0)") {
    int process, flags = 0;
    CHECK(want_int(vm, args[0], &process));
    if (args[1] != EMPTY) CHECK(want_int(vm, args[1], &flags));
    long fd = syscall(SYS_pidfd_open, process, flags);
    return fd < 0 ? posix_raise(vm) : from_small(fd);
}

/* Returns a list of groups to which a user belongs. */
FUNCTION(posix, getgrouplist, "(user, group, /)") {
    PATH(user);
    gid_t groups[1024];
    int group, count = COUNT_OF(groups);
    CHECK(path_take(vm, args[0], "getgrouplist", "user", 0, &user) && want_int(vm, args[1], &group));
    if (getgrouplist(user.text, (gid_t)group, groups, &count) < 0) return posix_raise(vm);
    OWNED Value list = TRY(list_new(vm, (usize)count));
    for (int i = 0; i < count; i++) CHECK(list_push(vm, to_list(list), from_small(groups[i])));
    return TAKE(list);
}

/* Initialize the group access list. */
FUNCTION(posix, initgroups, "(username, gid, /)") {
    PATH(user);
    int group;
    CHECK(path_take(vm, args[0], "initgroups", "username", 0, &user) && want_int(vm, args[1], &group));
    POSIX_DONE(initgroups(user.text, (gid_t)group));
}

bool posix_add_scheduler(VM *vm, Value module) {
    return record_start(vm, &sched_param_record) &&
           module_add(vm, module, "sched_param", incref(from_object(vm->types[TYPE_sched_param])));
}
