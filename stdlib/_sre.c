/* _sre: what re.apy is built on. */
#include "objects/bytes.h"
#include "objects/exc.h"
#include "objects/frame.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/want.h"
#include "stdlib/re.h"

MODULE(_sre, "")

/* ---- PatternError ---- */

/* "msg at position 3 (line 2, column 1)" */
static Value place_text(VM *vm, Value error, Value msg, Value pattern, Value pos) {
    OWNED Value newline =
        TRY(is_str(pattern) ? str_from_text(vm, "\n") : bytes_new(vm, "\n", 1));
    Value window[] = {newline, from_small(0), pos};
    OWNED Value count_method = TRY(object_getattr(vm, pattern, NAME(count)));
    OWNED Value find_method = TRY(object_getattr(vm, pattern, NAME(rfind)));
    OWNED Value count = TRY(object_call(vm, count_method, window, 3, EMPTY));
    OWNED Value found = TRY(object_call(vm, find_method, window, 3, EMPTY));
    OWNED Value line = TRY(object_binary(vm, BINARY_ADD, count, from_small(1)));
    OWNED Value column = TRY(object_binary(vm, BINARY_SUB, pos, found));
    CHECK(object_setattr(vm, error, NAME(lineno), line));
    CHECK(object_setattr(vm, error, NAME(colno), column));
    int has_lines = object_contains(vm, pattern, newline);
    if (has_lines < 0) return FAIL;
    if (!has_lines) return str_format(vm, "%S at position %S", msg, pos);
    return str_format(vm, "%S at position %S (line %S, column %S)", msg, pos, line,
                      column);
}

static Value error_text(VM *vm, Value error, Value msg, Value pattern, Value pos) {
    if (pattern != NONE && pos != NONE) return place_text(vm, error, msg, pattern, pos);
    CHECK(object_setattr(vm, error, NAME(lineno), NONE));
    CHECK(object_setattr(vm, error, NAME(colno), NONE));
    return incref(msg);
}

static bool init_error(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"msg", "pattern", "pos", NULL};
    static const Arguments arguments = {"PatternError.__init__", names, 0, 3, 1};
    Value given[3];
    if (!arguments_bind(vm, &arguments, args, nargs, kwnames, given)) return false;
    Value pattern = given[1] == EMPTY ? NONE : given[1];
    Value pos = given[2] == EMPTY ? NONE : given[2];
    if (!object_setattr(vm, self, NAME(msg), given[0]) ||
        !object_setattr(vm, self, NAME(pattern), pattern) ||
        !object_setattr(vm, self, NAME(pos), pos))
        return false;
    OWNED Value text = error_text(vm, self, given[0], pattern, pos);
    return text != FAIL && EXC(Exception)->slots.init(vm, self, &text, 1, EMPTY);
}

TYPE(PatternError, .name = "re.PatternError", .base = TYPE_Exception,
     .doc = "Exception raised for invalid regular expressions.\n"
            "\n"
            "Attributes:\n"
            "\n"
            "    msg: The unformatted error message\n"
            "    pattern: The regular expression pattern\n"
            "    pos: The index in the pattern where compilation failed (may be None)\n"
            "    lineno: The line corresponding to pos (may be None)\n"
            "    colno: The column corresponding to pos (may be None)\n",
     .slots = {.init = init_error})

bool raise_pattern_error(VM *vm, Value message, Value pattern, i64 position) {
    OWNED Value owned = message;
    bool has_place = position >= 0 && (is_str(pattern) || has_kind(pattern, KIND_BYTES) ||
                                       has_kind(pattern, KIND_BYTEARRAY));
    OWNED Value error = call_3(vm, from_object(EXC(PatternError)), owned,
                               has_place ? pattern : NONE,
                               has_place ? from_small(position) : NONE);
    if (error != FAIL) raise_instance(vm, error);
    return false;
}

/* ---- functions ---- */

FUNCTION(_sre, compile, "(pattern, flags, /)") {
    int flags;
    CHECK(want_int(vm, args[1], &flags));
    return pattern_new(vm, args[0], (u32)flags);
}

/* The parts of a replacement: str or bytes, and numbers of groups. */
FUNCTION(_sre, template, "(pattern, text, /)") {
    if (!is_pattern(vm, args[0])) return raise_type(vm, "a pattern is wanted");
    return template_parse(vm, to_pattern(args[0]), args[1]);
}

MODULE_INIT(_sre) {
    static const struct {
        const char *name;
        u16 type;
    } types[] = {{"Pattern", TYPE_re_Pattern},
                 {"Match", TYPE_re_Match},
                 {"PatternError", TYPE_PatternError}};
    for (usize i = 0; i < COUNT_OF(types); i++) {
        Value type = incref(from_object(vm->types[types[i].type]));
        if (!module_add(vm, module, types[i].name, type)) return false;
    }
    return module_add(vm, module, "MAXREPEAT", from_small(RE_MAX_REPEAT)) &&
           module_add(vm, module, "MAXGROUPS", from_small(RE_MAX_GROUPS)) &&
           module_add(vm, module, "MAGIC", from_small(20230502)) &&
           module_add(vm, module, "CODESIZE", from_small(4));
}
