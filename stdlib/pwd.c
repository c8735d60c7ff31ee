/* pwd and grp: users and groups. */
#include <grp.h>
#include <pwd.h>

#include "objects/bytes.h"
#include "objects/exc.h"
#include "objects/frame.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/record.h"
#include "objects/str.h"

MODULE(pwd, "This module provides access to the Unix password database.\n"
            "It is available on all Unix versions.\n\n"
            "Password database entries are reported as 7-tuples containing the following\n"
            "items from the password database (see `<pwd.h>'), in order:\n"
            "pw_name, pw_passwd, pw_uid, pw_gid, pw_gecos, pw_dir, pw_shell.\n"
            "The uid and gid items are integers, all others are strings. An\n"
            "exception is raised if the entry asked for cannot be found.")
MODULE(grp, "Access to the Unix group database.\n\n"
            "Group entries are reported as 4-tuples containing the following fields\n"
            "from the group database, in order:\n\n"
            "  name   - name of the group\n"
            "  passwd - group password (encrypted); often empty\n"
            "  gid    - numeric ID of the group\n"
            "  mem    - list of members\n\n"
            "The gid is an integer, name and password are strings.  (Note that most\n"
            "users are not explicitly listed as members of the groups they are in\n"
            "according to the password database.  Check both databases to get\n"
            "complete membership information.)")

static Value text(VM *vm, const char *given) {
    return given ? str_from_os(vm, given, strlen(given)) : NONE;
}

/* An id that is asked for: false when it fits none. */
static bool take_id(VM *vm, Value given, u32 *id, bool *exists) {
    OWNED Value index = object_index(vm, given);
    i64 number;
    if (index == FAIL) return false;
    *exists = int_fits_i64(index, &number) && number >= -1 && number <= UINT32_MAX;
    *id = *exists ? (u32)number : 0;
    return true;
}

/* ---- users ---- */

static const RecordField user_fields[] = {
    {"pw_name", "user name"},      {"pw_passwd", "password"},       {"pw_uid", "user id"},
    {"pw_gid", "group id"},        {"pw_gecos", "real name"},       {"pw_dir", "home directory"},
    {"pw_shell", "shell program"}, {NULL, NULL},
};
#define USER_DOC                                                                        \
    "pwd.struct_passwd: Results from getpw*() routines.\n\n"                            \
    "This object may be accessed either as a tuple of\n"                                \
    "  (pw_name,pw_passwd,pw_uid,pw_gid,pw_gecos,pw_dir,pw_shell)\n"                    \
    "or via the object attributes as named in the above tuple."
RECORD(struct_passwd, "pwd.struct_passwd", user_fields, 7, USER_DOC)
TYPE(struct_passwd, RECORD_TYPE(struct_passwd, "pwd.struct_passwd", USER_DOC))

static Value user(VM *vm, const struct passwd *entry) {
    Value values[] = {text(vm, entry->pw_name), text(vm, entry->pw_passwd), from_small(entry->pw_uid),
                      from_small(entry->pw_gid), text(vm, entry->pw_gecos), text(vm, entry->pw_dir),
                      text(vm, entry->pw_shell)};
    return record_new(vm, &struct_passwd_record, values);
}

static Value raise_missing(VM *vm, const char *format, Value given) {
    OWNED Value message = TRY(str_format(vm, format, given));
    return raise_with(vm, EXC(KeyError), message);
}

/* Return the password database entry for the given numeric user ID.
 *
 * See `help(pwd)` for more on password database entries. */
FUNCTION(pwd, getpwuid, "(uidobj, /)") {
    u32 id;
    bool exists;
    CHECK(take_id(vm, args[0], &id, &exists));
    struct passwd *entry = exists ? getpwuid(id) : NULL;
    return entry ? user(vm, entry) : raise_missing(vm, "getpwuid(): uid not found: %S", args[0]);
}

/* The name as C text; NULL with an exception. */
static const char *take_name(VM *vm, const char *function, Value given, Buffer *out) {
    if (!is_str(given)) {
        raise_type(vm, "%s() argument must be str, not %N", function, given);
        return NULL;
    }
    if (memchr(to_str(given)->data, 0, to_str(given)->size)) {
        raise_value(vm, "embedded null byte");
        return NULL;
    }
    if (!str_to_os(vm, given, out)) return NULL;
    return out->data ? out->data : "";
}

/* Return the password database entry for the given user name.
 *
 * See `help(pwd)` for more on password database entries. */
FUNCTION(pwd, getpwnam, "(name, /)") {
    Buffer buffer = {0};
    const char *name = take_name(vm, "getpwnam", args[0], &buffer);
    struct passwd *entry = name ? getpwnam(name) : NULL;
    buffer_free(&buffer);
    if (!name) return FAIL;
    return entry ? user(vm, entry) : raise_missing(vm, "getpwnam(): name not found: %R", args[0]);
}

/* Return a list of all available password database entries, in arbitrary order.
 *
 * See help(pwd) for more on password database entries. */
FUNCTION(pwd, getpwall, "()") {
    OWNED Value list = TRY(list_new(vm, 0));
    setpwent();
    for (struct passwd *entry; (entry = getpwent());) {
        Value made = user(vm, entry);
        if (made == FAIL || !list_push_owned(vm, to_list(list), made)) {
            endpwent();
            return FAIL;
        }
    }
    endpwent();
    return TAKE(list);
}

MODULE_INIT(pwd) {
    return record_start(vm, &struct_passwd_record) &&
           module_add(vm, module, "struct_passwd", incref(from_object(vm->types[TYPE_struct_passwd])));
}

/* ---- groups ---- */

static const RecordField group_fields[] = {
    {"gr_name", "group name"}, {"gr_passwd", "password"}, {"gr_gid", "group id"}, {"gr_mem", "group members"}, {NULL, NULL},
};
#define GROUP_DOC                                                                        \
    "grp.struct_group: Results from getgr*() routines.\n\n"                              \
    "This object may be accessed either as a tuple of\n"                                 \
    "  (gr_name,gr_passwd,gr_gid,gr_mem)\n"                                              \
    "or via the object attributes as named in the above tuple.\n"
RECORD(struct_group, "grp.struct_group", group_fields, 4, GROUP_DOC)
TYPE(struct_group, RECORD_TYPE(struct_group, "grp.struct_group", GROUP_DOC))

static Value group(VM *vm, const struct group *entry) {
    OWNED Value members = TRY(list_new(vm, 0));
    for (char **at = entry->gr_mem; *at; at++)
        CHECK(list_push_owned(vm, to_list(members), TRY(text(vm, *at))));
    Value values[] = {text(vm, entry->gr_name), text(vm, entry->gr_passwd), from_small(entry->gr_gid), TAKE(members)};
    return record_new(vm, &struct_group_record, values);
}

/* Return the group database entry for the given numeric group ID.
 *
 * If id is not valid, raise KeyError. */
FUNCTION(grp, getgrgid, "(id)") {
    u32 id;
    bool exists;
    CHECK(take_id(vm, args[0], &id, &exists));
    struct group *entry = exists ? getgrgid(id) : NULL;
    return entry ? group(vm, entry) : raise_missing(vm, "getgrgid(): gid not found: %S", args[0]);
}

/* Return the group database entry for the given group name.
 *
 * If name is not valid, raise KeyError. */
FUNCTION(grp, getgrnam, "(name)") {
    Buffer buffer = {0};
    const char *name = take_name(vm, "getgrnam", args[0], &buffer);
    struct group *entry = name ? getgrnam(name) : NULL;
    buffer_free(&buffer);
    if (!name) return FAIL;
    return entry ? group(vm, entry) : raise_missing(vm, "getgrnam(): name not found: %R", args[0]);
}

/* Return a list of all available group entries, in arbitrary order.
 *
 * An entry whose name starts with '+' or '-' represents an instruction
 * to use YP/NIS and may not be accessible via getgrnam or getgrgid. */
FUNCTION(grp, getgrall, "()") {
    OWNED Value list = TRY(list_new(vm, 0));
    setgrent();
    for (struct group *entry; (entry = getgrent());) {
        Value made = group(vm, entry);
        if (made == FAIL || !list_push_owned(vm, to_list(list), made)) {
            endgrent();
            return FAIL;
        }
    }
    endgrent();
    return TAKE(list);
}

MODULE_INIT(grp) {
    return record_start(vm, &struct_group_record) &&
           module_add(vm, module, "struct_group", incref(from_object(vm->types[TYPE_struct_group])));
}
