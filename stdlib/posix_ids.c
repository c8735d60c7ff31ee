/* posix: who this process is. */
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "objects/int.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/want.h"
#include "stdlib/posix.h"

/* Return the current process id. */
FUNCTION(posix, getpid, "()") {
    return from_small(getpid());
}
/* Return the parent's process id.
 *
 * If the parent process has already exited, Windows machines will still
 * return its id; others systems will return the id of the 'init' process (1). */
FUNCTION(posix, getppid, "()") {
    return from_small(getppid());
}
/* Return the current process's user id. */
FUNCTION(posix, getuid, "()") {
    return from_small(getuid());
}
/* Return the current process's effective user id. */
FUNCTION(posix, geteuid, "()") {
    return from_small(geteuid());
}
/* Return the current process's group id. */
FUNCTION(posix, getgid, "()") {
    return from_small(getgid());
}
/* Return the current process's effective group id. */
FUNCTION(posix, getegid, "()") {
    return from_small(getegid());
}
/* Return the current process group id. */
FUNCTION(posix, getpgrp, "()") {
    return from_small(getpgrp());
}

/* Return a tuple of the current process's real, effective, and saved user ids. */
FUNCTION(posix, getresuid, "()") {
    uid_t real, effective, saved;
    if (getresuid(&real, &effective, &saved) < 0) return posix_raise(vm);
    return tuple_of(vm, 3, from_small(real), from_small(effective), from_small(saved));
}
/* Return a tuple of the current process's real, effective, and saved group ids. */
FUNCTION(posix, getresgid, "()") {
    gid_t real, effective, saved;
    if (getresgid(&real, &effective, &saved) < 0) return posix_raise(vm);
    return tuple_of(vm, 3, from_small(real), from_small(effective), from_small(saved));
}

/* Call the system call getpgid(), and return the result. */
FUNCTION(posix, getpgid, "(pid)") {
    int process;
    CHECK(want_int(vm, args[0], &process));
    pid_t group = getpgid(process);
    return group < 0 ? posix_raise(vm) : from_small(group);
}
/* Call the system call setpgid(pid, pgrp). */
FUNCTION(posix, setpgid, "(pid, pgrp, /)") {
    int process, group;
    CHECK(want_int(vm, args[0], &process) && want_int(vm, args[1], &group));
    POSIX_DONE(setpgid(process, group));
}
/* Make the current process the leader of its process group. */
FUNCTION(posix, setpgrp, "()") {
    POSIX_DONE(setpgrp());
}
/* Call the system call getsid(pid) and return the result. */
FUNCTION(posix, getsid, "(pid, /)") {
    int process;
    CHECK(want_int(vm, args[0], &process));
    pid_t session = getsid(process);
    return session < 0 ? posix_raise(vm) : from_small(session);
}
/* Call the system call setsid(). */
FUNCTION(posix, setsid, "()") {
    POSIX_DONE(setsid());
}

static bool take_id(VM *vm, Value given, u32 *id) {
    i64 number;
    if (!object_to_i64(vm, given, &number)) return false;
    if (number < -1) return raise_overflow(vm, "uid is less than minimum"), false;
    if (number > UINT32_MAX) return raise_overflow(vm, "uid is greater than maximum"), false;
    *id = (u32)number;
    return true;
}

static Value set_ids(VM *vm, Value *args, u32 count, int (*set)(const u32 *ids)) {
    u32 ids[3];
    for (u32 i = 0; i < count; i++) CHECK(take_id(vm, args[i], &ids[i]));
    POSIX_DONE(set(ids));
}

static int set_user(const u32 *ids) {
    return setuid(ids[0]);
}
static int set_effective_user(const u32 *ids) {
    return seteuid(ids[0]);
}
static int set_group(const u32 *ids) {
    return setgid(ids[0]);
}
static int set_effective_group(const u32 *ids) {
    return setegid(ids[0]);
}
static int set_users(const u32 *ids) {
    return setreuid(ids[0], ids[1]);
}
static int set_both_groups(const u32 *ids) {
    return setregid(ids[0], ids[1]);
}
static int set_all_users(const u32 *ids) {
    return setresuid(ids[0], ids[1], ids[2]);
}
static int set_all_groups(const u32 *ids) {
    return setresgid(ids[0], ids[1], ids[2]);
}

/* Set the current process's user id. */
FUNCTION(posix, setuid, "(uid, /)") {
    return set_ids(vm, args, 1, set_user);
}
/* Set the current process's effective user id. */
FUNCTION(posix, seteuid, "(euid, /)") {
    return set_ids(vm, args, 1, set_effective_user);
}
/* Set the current process's group id. */
FUNCTION(posix, setgid, "(gid, /)") {
    return set_ids(vm, args, 1, set_group);
}
/* Set the current process's effective group id. */
FUNCTION(posix, setegid, "(egid, /)") {
    return set_ids(vm, args, 1, set_effective_group);
}
/* Set the current process's real and effective user ids. */
FUNCTION(posix, setreuid, "(ruid, euid, /)") {
    return set_ids(vm, args, 2, set_users);
}
/* Set the current process's real and effective group ids. */
FUNCTION(posix, setregid, "(rgid, egid, /)") {
    return set_ids(vm, args, 2, set_both_groups);
}
/* Set the current process's real, effective, and saved user ids. */
FUNCTION(posix, setresuid, "(ruid, euid, suid, /)") {
    return set_ids(vm, args, 3, set_all_users);
}
/* Set the current process's real, effective, and saved group ids. */
FUNCTION(posix, setresgid, "(rgid, egid, sgid, /)") {
    return set_ids(vm, args, 3, set_all_groups);
}

/* Return list of supplemental group IDs for the process. */
FUNCTION(posix, getgroups, "()") {
    gid_t groups[NGROUPS_MAX];
    int count = getgroups(NGROUPS_MAX, groups);
    if (count < 0) return posix_raise(vm);
    OWNED Value list = TRY(list_new(vm, (usize)count));
    for (int i = 0; i < count; i++) CHECK(list_push(vm, to_list(list), from_small(groups[i])));
    return TAKE(list);
}

/* Set the groups of the current process to list. */
FUNCTION(posix, setgroups, "(groups, /)") {
    gid_t groups[NGROUPS_MAX];
    OWNED Value list = TRY(object_to_list(vm, args[0]));
    usize count = to_list(list)->count;
    if (count > NGROUPS_MAX) return raise_value(vm, "too many groups");
    for (usize i = 0; i < count; i++) CHECK(take_id(vm, to_list(list)->items[i], &groups[i]));
    POSIX_DONE(setgroups(count, groups));
}

/* Return the actual login name. */
FUNCTION(posix, getlogin, "()") {
    char name[256];
    errno = getlogin_r(name, sizeof name);
    return errno ? posix_raise(vm) : str_from_os(vm, name, strlen(name));
}

/* Return the name of the controlling terminal for this process. */
FUNCTION(posix, ctermid, "()") {
    char name[L_ctermid];
    ctermid(name);
    return str_from_os(vm, name, strlen(name));
}
