/* Paths and other arguments of the functions of posix. */
#include <fcntl.h>

#include "objects/bytes.h"
#include "objects/exc.h"
#include "objects/frame.h"
#include "objects/int.h"
#include "objects/str.h"
#include "objects/want.h"
#include "stdlib/path.h"
#include "stdlib/posix.h"

static const char *expected(int allowed) {
    switch (allowed) {
    case 0: return "string, bytes or os.PathLike";
    case PATH_FD: return "string, bytes, os.PathLike or integer";
    case PATH_NONE: return "string, bytes, os.PathLike or None";
    default: return "string, bytes, os.PathLike, integer or None";
    }
}

static bool refuse(VM *vm, Value given, const char *function, const char *argument, int allowed) {
    raise_type(vm, "%s: %s should be %s, not %T", function, argument, expected(allowed), given);
    return false;
}

static bool take_fd(VM *vm, Value given, Path *path) {
    OWNED Value index = object_index(vm, given);
    i64 number;
    if (index == FAIL) return false;
    bool fits = int_fits_i64(index, &number);
    if (!fits) number = int_is_negative(index) ? INT64_MIN : INT64_MAX;
    if (number > INT32_MAX || number < INT32_MIN) {
        raise_overflow(vm, "fd is %s than %s", number > 0 ? "greater" : "less",
                       number > 0 ? "maximum" : "minimum");
        return false;
    }
    path->fd = (int)number;
    path->object = TAKE(index);
    return true;
}

static bool take_text(VM *vm, Value text, const char *function, const char *argument, Path *path) {
    path->is_bytes = has_kind(text, KIND_BYTES);
    Span span = path->is_bytes ? bytes_span(text) : str_span(text);
    if (memchr(span.data, 0, span.length)) {
        raise_value(vm, "%s: embedded null character in %s", function, argument);
        return false;
    }
    if (path->is_bytes) {
        buffer_add_span(&path->buffer, span);
        buffer_add_text(&path->buffer, "");
    } else if (!str_to_os(vm, text, &path->buffer)) {
        return false;
    }
    if (path->buffer.failed) return raise_memory(vm), false;
    path->text = path->buffer.data ? path->buffer.data : "";
    return true;
}

bool path_take(VM *vm, Value given, const char *function, const char *argument, int allowed,
               Path *path) {
    if (given == EMPTY || given == NONE)
        return allowed & PATH_NONE ? true : refuse(vm, given == EMPTY ? NONE : given, function, argument, allowed);
    if (is_str(given) || has_kind(given, KIND_BYTES)) {
        path->object = incref(given);
        return take_text(vm, given, function, argument, path);
    }
    if (allowed & PATH_FD) {
        OWNED Value index = object_find_special(vm, given, NAME(__index__));
        if (index == FAIL) return false;
        if (is_bool(given) && !warn(vm, EXC(RuntimeWarning), 1, "bool is used as a file descriptor")) return false;
        if (index != EMPTY || is_int(given)) return take_fd(vm, given, path);
    }
    OWNED Value special = object_find_special(vm, given, NAME(__fspath__));
    if (special == FAIL) return false;
    if (special == EMPTY || special == NONE) return refuse(vm, given, function, argument, allowed);
    OWNED Value text = path_fspath(vm, given);
    if (text == FAIL) return false;
    path->object = incref(text);
    return take_text(vm, text, function, argument, path);
}

void path_release(Path *path) {
    decref(take(&path->object));
    buffer_free(&path->buffer);
}

Value path_raise(VM *vm, Path *path) {
    return raise_os(vm, errno, path->object);
}

Value path_raise_two(VM *vm, Path *first, Path *second) {
    OWNED Value number = from_small(errno);
    OWNED Value text = TRY(str_from_text(vm, strerror(errno)));
    Value args[] = {number, text, first->object, NONE, second->object};
    OWNED Value exception = TRY(object_call(vm, from_object(EXC(OSError)), args, 5, EMPTY));
    return raise_instance(vm, exception);
}

Value path_name(VM *vm, const Path *like, const char *name, usize size) {
    return like->is_bytes ? bytes_new(vm, name, size) : str_from_os(vm, name, size);
}

bool dir_fd_take(VM *vm, Value given, int *fd) {
    *fd = AT_FDCWD;
    if (given == EMPTY || given == NONE) return true;
    OWNED Value special = object_find_special(vm, given, NAME(__index__));
    if (special == FAIL) return false;
    if (special == EMPTY && !is_int(given))
        return raise_type(vm, "argument should be integer or None, not %T", given), false;
    return want_int(vm, given, fd);
}

int flag_take(VM *vm, Value given, bool otherwise) {
    return given == EMPTY ? otherwise : object_truth(vm, given);
}

bool descriptor_take(VM *vm, Value given, int *fd) {
    if (is_int(given)) {
        if (is_bool(given) && !warn(vm, EXC(RuntimeWarning), 1, "bool is used as a file descriptor"))
            return false;
        i64 number;
        if (!object_to_i64(vm, given, &number)) return false;
        if (number != (int)number) return raise_overflow(vm, "Python int too large to convert to C int"), false;
        *fd = (int)number;
    } else {
        OWNED Value method = object_find_attr(vm, given, NAME(fileno));
        if (method == FAIL) return false;
        if (method == EMPTY) {
            raise_type(vm, "argument must be an int, or have a fileno() method.");
            return false;
        }
        OWNED Value number = call_0(vm, method);
        if (number == FAIL) return false;
        if (!is_int(number)) return raise_type(vm, "fileno() returned a non-integer"), false;
        if (!want_int(vm, number, fd)) return false;
    }
    if (*fd >= 0) return true;
    raise_value(vm, "file descriptor cannot be a negative integer (%d)", *fd);
    return false;
}

Value posix_raise(VM *vm) {
    return blocking_raise(vm, EMPTY);
}

bool module_add_constants(VM *vm, Value module, const Constant *constants) {
    for (; constants->name; constants++) {
        Value value = int_from_i64(vm, constants->value);
        if (value == FAIL || !module_add(vm, module, constants->name, value)) return false;
    }
    return true;
}
