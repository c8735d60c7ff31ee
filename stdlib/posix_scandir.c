/* os.scandir: the entries of a folder, one at a time, with what the system tells of them without being asked
 * again. */
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "objects/bytes.h"
#include "objects/exc.h"
#include "objects/frame.h"
#include "objects/generic_alias.h"
#include "objects/int.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "stdlib/posix.h"

/* ---- entries ---- */

typedef struct DirEntry {
    Obj h;
    Value name, path;
    Value status, link_status; /* stat() and lstat(), once asked for */
    ino_t inode;
    unsigned char sort; /* DT_DIR ... */
    int dir_fd;         /* the names are relative to it; AT_FDCWD */
} DirEntry;

static DirEntry *to_entry(Value v) {
    return (DirEntry *)v;
}

static void free_entry(VM *vm, Obj *self) {
    DirEntry *entry = (DirEntry *)self;
    decref(take(&entry->name));
    decref(take(&entry->path));
    decref(take(&entry->status));
    decref(take(&entry->link_status));
}

static Value repr_entry(VM *vm, Value self) {
    return str_format(vm, "<DirEntry %R>", to_entry(self)->name);
}

TYPE(DirEntry, .name = "posix.DirEntry", .size = sizeof(DirEntry), .kind = KIND_OTHER,
     .flags = TYPE_FINAL | TYPE_ATOM | TYPE_NO_NEW,
     .slots = {.free = free_entry, .repr = repr_entry})

/* the entry's base filename, relative to scandir() "path" argument */
MEMBER(DirEntry, name) {
    return incref(to_entry(self)->name);
}
/* the entry's full path name; equivalent to os.path.join(scandir_path, entry.name) */
MEMBER(DirEntry, path) {
    return incref(to_entry(self)->path);
}

static Value ask(VM *vm, DirEntry *entry, bool follows) {
    PATH(path);
    struct stat status;
    Value name = entry->dir_fd == AT_FDCWD ? entry->path : entry->name;
    CHECK(path_take(vm, name, "stat", "path", 0, &path));
    int flags = follows ? 0 : AT_SYMLINK_NOFOLLOW;
    if (BLOCKING_ONCE(vm, fstatat(entry->dir_fd, path.text, &status, flags)) < 0) {
        path.object = (decref(path.object), incref(entry->path));
        return path_raise(vm, &path);
    }
    return stat_result_new(vm, &status);
}

static Value stat_entry(VM *vm, DirEntry *entry, bool follows) {
    if (follows && entry->sort != DT_LNK && entry->sort != DT_UNKNOWN) follows = false;
    Value *known = follows ? &entry->status : &entry->link_status;
    if (*known == EMPTY) *known = TRY(ask(vm, entry, follows));
    return incref(*known);
}

/* Has the entry this type of file? 1, 0, -1. */
static int has_mode(VM *vm, DirEntry *entry, bool follows, mode_t mode, unsigned char sort) {
    bool is_link = entry->sort == DT_LNK;
    if (entry->sort != DT_UNKNOWN && !(follows && is_link)) return entry->sort == sort;
    OWNED Value status = stat_entry(vm, entry, follows);
    if (status != FAIL)
        return (to_small(to_tuple(status)->items[0]) & S_IFMT) == mode;
    if (!exception_matches(vm, EXC(FileNotFoundError))) return -1;
    exception_clear(vm);
    return 0;
}

static Value is_mode(VM *vm, Value *args, mode_t mode, unsigned char sort) {
    int follows = flag_take(vm, args[1], true);
    int outcome = follows < 0 ? -1 : has_mode(vm, to_entry(args[0]), follows, mode, sort);
    return outcome < 0 ? FAIL : from_bool(outcome);
}

/* Return True if the entry is a directory; cached per entry. */
METHOD(DirEntry, is_dir, "($self, /, *, follow_symlinks=True)") {
    return is_mode(vm, args, S_IFDIR, DT_DIR);
}

/* Return True if the entry is a file; cached per entry. */
METHOD(DirEntry, is_file, "($self, /, *, follow_symlinks=True)") {
    return is_mode(vm, args, S_IFREG, DT_REG);
}

/* Return True if the entry is a symbolic link; cached per entry. */
METHOD(DirEntry, is_symlink, "($self, /)") {
    int outcome = has_mode(vm, to_entry(args[0]), false, S_IFLNK, DT_LNK);
    return outcome < 0 ? FAIL : from_bool(outcome);
}

/* Return True if the entry is a junction; cached per entry. */
METHOD(DirEntry, is_junction, "($self, /)") {
    return FALSE;
}

/* Return stat_result object for the entry; cached per entry. */
METHOD(DirEntry, stat, "($self, /, *, follow_symlinks=True)") {
    int follows = flag_take(vm, args[1], true);
    return follows < 0 ? FAIL : stat_entry(vm, to_entry(args[0]), follows);
}

/* Return inode of the entry; cached per entry. */
METHOD(DirEntry, inode, "($self, /)") {
    return int_from_u64(vm, to_entry(args[0])->inode);
}

/* Returns the path for the entry. */
METHOD(DirEntry, __fspath__, "($self, /)") {
    return incref(to_entry(args[0])->path);
}

/* See PEP 585 */
CLASS_METHOD(DirEntry, __class_getitem__, "($type, item, /)") {
    return generic_alias_new(vm, args[0], args[1]);
}

/* ---- the iterator ---- */

typedef struct ScanDir {
    Obj h;
    DIR *folder; /* NULL: closed */
    Value path;  /* str or bytes that entries' paths begin with, or int */
    int fd;      /* of the folder when one was given, else AT_FDCWD */
} ScanDir;

static ScanDir *to_scan(Value v) {
    return (ScanDir *)v;
}

static void close_folder(ScanDir *scan) {
    if (scan->folder) closedir(scan->folder);
    scan->folder = NULL;
}

static void free_scan(VM *vm, Obj *self) {
    close_folder((ScanDir *)self);
    decref(take(&((ScanDir *)self)->path));
}

static void finalize_scan(VM *vm, Value self) {
    if (!to_scan(self)->folder) return;
    Value exception = exception_take(vm);
    if (!warn(vm, EXC(ResourceWarning), 1, "unclosed scandir iterator %R", self))
        vm->hooks.unraisable(vm, NULL, self);
    exception_restore(vm, exception);
}

static Value join(VM *vm, Value folder, Value name) {
    if (is_int(folder)) return incref(name);
    bool is_bytes = has_kind(folder, KIND_BYTES);
    Span front = is_bytes ? bytes_span(folder) : str_span(folder);
    Span back = is_bytes ? bytes_span(name) : str_span(name);
    Buffer path = {0};
    buffer_add_span(&path, front);
    if (front.length && front.data[front.length - 1] != '/') buffer_add_char(&path, '/');
    buffer_add_span(&path, back);
    return is_bytes ? bytes_from_buffer(vm, &path) : str_from_buffer(vm, &path);
}

static Value entry_new(VM *vm, ScanDir *scan, const struct dirent *found) {
    OWNED Value made = from_object(object_new(vm, vm->types[TYPE_DirEntry]));
    if (!made) return FAIL;
    DirEntry *entry = to_entry(made);
    entry->name = entry->path = entry->status = entry->link_status = EMPTY;
    Path like = {.is_bytes = has_kind(scan->path, KIND_BYTES)};
    entry->name = TRY(path_name(vm, &like, found->d_name, strlen(found->d_name)));
    entry->path = TRY(join(vm, scan->path, entry->name));
    entry->inode = found->d_ino;
    entry->sort = found->d_type;
    entry->dir_fd = scan->fd;
    return TAKE(made);
}

static Value next_entry(VM *vm, Value self) {
    ScanDir *scan = to_scan(self);
    while (scan->folder) {
        errno = 0;
        struct dirent *found = BLOCKING_ONCE(vm, readdir(scan->folder));
        int error = errno;
        if (!found) {
            close_folder(scan);
            errno = error;
            return error ? raise_os(vm, error, scan->path) : EMPTY;
        }
        if (!strcmp(found->d_name, ".") || !strcmp(found->d_name, "..")) continue;
        return entry_new(vm, scan, found);
    }
    return EMPTY;
}

static Value iter_self(VM *vm, Value self) {
    return incref(self);
}

TYPE(ScandirIterator, .name = "posix.ScandirIterator", .size = sizeof(ScanDir),
     .kind = KIND_ITERATOR, .flags = TYPE_FINAL | TYPE_ATOM | TYPE_NO_NEW,
     .slots = {.free = free_scan, .iter = iter_self, .next = next_entry, .finalize = finalize_scan})

/* Close the iterator and free acquired resources. */
METHOD(ScandirIterator, close, "($self, /)") {
    close_folder(to_scan(args[0]));
    return NONE;
}

METHOD(ScandirIterator, __enter__, "($self, /)") {
    return incref(args[0]);
}

METHOD(ScandirIterator, __exit__, "($self, /, *exc_info)") {
    close_folder(to_scan(args[0]));
    return NONE;
}

/* Return an iterator of DirEntry objects for given path.
 *
 * path can be specified as either str, bytes, or a path-like object.  If path
 * is bytes, the names of yielded DirEntry objects will also be bytes; in
 * all other circumstances they will be str.
 *
 * If path is None, uses the path='.'. */
FUNCTION(posix, scandir, "(path=None)") {
    PATH(path);
    CHECK(path_take(vm, args[0], "scandir", "path", PATH_FD | PATH_NONE, &path));
    bool has_fd = !path.text && path.object != EMPTY;
    int fd = has_fd ? fcntl(path.fd, F_DUPFD_CLOEXEC, 0) : -1;
    if (has_fd && fd < 0) return posix_raise(vm);
    DIR *folder = BLOCKING_ONCE(vm, has_fd ? fdopendir(fd) : opendir(path.text ?: "."));
    if (!folder) {
        if (fd >= 0) close(fd);
        return has_fd ? posix_raise(vm) : path_raise(vm, &path);
    }
    if (has_fd) rewinddir(folder);
    ScanDir *scan = (ScanDir *)object_new(vm, vm->types[TYPE_ScandirIterator]);
    if (!scan) {
        closedir(folder);
        return FAIL;
    }
    scan->folder = folder;
    scan->path = path.object == EMPTY ? str_from_text(vm, ".") : take(&path.object);
    scan->fd = has_fd ? path.fd : AT_FDCWD;
    return from_object(scan);
}

bool posix_add_names(VM *vm, Value module) {
    return module_add(vm, module, "DirEntry", incref(from_object(vm->types[TYPE_DirEntry])));
}
