/* OSError: two to five arguments become errno, strerror and file names, and the number
 * chooses the subclass: OSError(2, "...") makes a FileNotFoundError. */
#include <errno.h>

#include "objects/exc.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

static const struct {
    int number;
    u16 type;
} types_by_errno[] = {
    {EAGAIN, TYPE_BlockingIOError},
    {EALREADY, TYPE_BlockingIOError},
    {EINPROGRESS, TYPE_BlockingIOError},
    {EPIPE, TYPE_BrokenPipeError},
    {ESHUTDOWN, TYPE_BrokenPipeError},
    {ECHILD, TYPE_ChildProcessError},
    {ECONNABORTED, TYPE_ConnectionAbortedError},
    {ECONNREFUSED, TYPE_ConnectionRefusedError},
    {ECONNRESET, TYPE_ConnectionResetError},
    {EEXIST, TYPE_FileExistsError},
    {ENOENT, TYPE_FileNotFoundError},
    {EISDIR, TYPE_IsADirectoryError},
    {ENOTDIR, TYPE_NotADirectoryError},
    {EINTR, TYPE_InterruptedError},
    {EACCES, TYPE_PermissionError},
    {EPERM, TYPE_PermissionError},
    {ESRCH, TYPE_ProcessLookupError},
    {ETIMEDOUT, TYPE_TimeoutError},
};

static Type *type_for(VM *vm, Value number) {
    i64 wanted;
    if (!is_int(number) || !int_fits_i64(number, &wanted)) return EXC(OSError);
    for (usize i = 0; i < COUNT_OF(types_by_errno); i++)
        if (wanted == types_by_errno[i].number)
            return vm->types[types_by_errno[i].type];
    return EXC(OSError);
}

static Value new_os(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames);
static bool init_os(VM *vm, Value self, Value *args, u32 nargs, Value kwnames);

/* A subclass with an __init__ of its own, but not __new__, may give __new__ anything:
 * then the arguments are looked at in __init__ only. */
static bool fills_in_init(const Type *type) {
    return type->slots.init != init_os && type->slots.new == new_os;
}

static bool set_characters(VM *vm, OsException *e, Value number) {
    OWNED Value index = TRY_OR_FALSE(object_index(vm, number));
    if (!is_small(index)) {
        raise_value(vm, "cannot fit '%T' into an index-sized integer", number);
        return false;
    }
    return field_set(&e->written, index);
}

static bool is_number(VM *vm, Value v) {
    u32 numeric = CAN(UNARY_INDEX) | CAN(UNARY_INT) | CAN(UNARY_FLOAT);
    return type_of(vm, v)->unary_ops & numeric;
}

/* The third argument and the fifth: file names, taken out of args. */
static bool set_filename(VM *vm, OsException *e, Value *args, u32 nargs) {
    Type *type = e->base.h.shape->type;
    if (type == EXC(BlockingIOError) && is_number(vm, args[2]))
        return set_characters(vm, e, args[2]);
    field_set(&e->filename, args[2]);
    if (nargs > 4 && args[4] != NONE) field_set(&e->filename2, args[4]);
    replace(&e->base.args, TRY_OR_FALSE(tuple_from(vm, args, 2)));
    return true;
}

static bool fill(VM *vm, Value self, Value *args, u32 nargs) {
    OsException *e = (OsException *)self;
    if (!exception_init(vm, self, args, nargs, EMPTY)) return false;
    if (nargs < 2 || nargs > 5) return true;
    field_set(&e->number, args[0]);
    field_set(&e->text, args[1]);
    return nargs == 2 || args[2] == NONE || set_filename(vm, e, args, nargs);
}

static Value new_os(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    bool is_late = fills_in_init(type);
    if (!is_late) CHECK(arguments_no_keywords(vm, type_name(type), kwnames));
    if (type == EXC(OSError) && nargs >= 2 && nargs <= 5) type = type_for(vm, args[0]);
    OWNED Value self = TRY(exception_allocate(vm, type, args, is_late ? 0 : nargs,
                                              EXTRA_VALUES(OsException)));
    if (!is_late) CHECK(fill(vm, self, args, nargs));
    return TAKE(self);
}

static bool init_os(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    Type *type = to_object(self)->shape->type;
    if (!fills_in_init(type)) return true; /* __new__ has done it */
    if (!arguments_no_keywords(vm, type_name(type), kwnames)) return false;
    return fill(vm, self, args, nargs);
}

static Value none_if_empty(Value v) {
    return v == EMPTY ? NONE : v;
}

static Value str_os(VM *vm, Value self) {
    OsException *e = (OsException *)self;
    Value number = none_if_empty(e->number), text = none_if_empty(e->text);
    if (e->filename != EMPTY && e->filename2 != EMPTY)
        return str_format(vm, "[Errno %S] %S: %R -> %R", number, text, e->filename,
                          e->filename2);
    if (e->filename != EMPTY)
        return str_format(vm, "[Errno %S] %S: %R", number, text, e->filename);
    if (e->number != EMPTY && e->text != EMPTY)
        return str_format(vm, "[Errno %S] %S", number, text);
    return exception_str(vm, self);
}

TYPE(OSError, .name = "OSError", .base = TYPE_Exception, .size = sizeof(OsException),
     .kind = KIND_EXCEPTION, .flags = TYPE_EXCEPTION | TYPE_HAS_DICT,
     .slots = {.new = new_os, .init = init_os, .str = str_os},
     .doc = "Base class for I/O related errors.")

/* POSIX exception code */
GETTER(OSError, errno) {
    return field_get(((OsException *)self)->number);
}

SETTER(OSError, errno) {
    return field_set(&((OsException *)self)->number, value);
}

/* exception strerror */
GETTER(OSError, strerror) {
    return field_get(((OsException *)self)->text);
}

SETTER(OSError, strerror) {
    return field_set(&((OsException *)self)->text, value);
}

/* exception filename */
GETTER(OSError, filename) {
    return field_get(((OsException *)self)->filename);
}

SETTER(OSError, filename) {
    return field_set(&((OsException *)self)->filename, value);
}

/* second exception filename */
GETTER(OSError, filename2) {
    return field_get(((OsException *)self)->filename2);
}

SETTER(OSError, filename2) {
    return field_set(&((OsException *)self)->filename2, value);
}

GETTER(OSError, characters_written) {
    Value written = ((OsException *)self)->written;
    if (written != EMPTY) return incref(written);
    return raise_format(vm, EXC(AttributeError), "characters_written");
}

SETTER(OSError, characters_written) {
    OsException *e = (OsException *)self;
    if (value != EMPTY) return set_characters(vm, e, value);
    if (e->written == EMPTY)
        return raise_format(vm, EXC(AttributeError), "characters_written") != FAIL;
    return field_set(&e->written, EMPTY);
}

/* args lost the file names when it was made: put them back. */
static Value full_args(VM *vm, OsException *e) {
    Value args = e->base.args;
    if (e->filename == EMPTY || to_tuple(args)->count != 2) return incref(args);
    Value *two = to_tuple(args)->items;
    if (e->filename2 == EMPTY) return tuple_of(vm, 3, two[0], two[1], e->filename);
    return tuple_of(vm, 5, two[0], two[1], e->filename, NONE, e->filename2);
}

METHOD(OSError, __reduce__, "($self, /)") {
    OWNED Value all = TRY(full_args(vm, (OsException *)args[0]));
    return exception_reduce(vm, args[0], all, to_exception(args[0])->dict);
}
