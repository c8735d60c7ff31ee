/* The module _warnings, on which `warnings` is built. */
#include "objects/dict.h"
#include "objects/frame.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/sources.h"
#include "vm/warnings.h"

MODULE(_warnings, "_warnings provides basic warning filtering support.\n"
                  "It is a helper module to speed up interpreter start-up.")

static bool add_state(VM *vm, Value module, const char *name, Value borrowed) {
    return module_add(vm, module, name, incref(borrowed));
}

MODULE_INIT(_warnings) {
    Warnings *state = warnings_state(vm);
    return state && add_state(vm, module, "filters", state->filters) &&
           add_state(vm, module, "_onceregistry", state->once) &&
           add_state(vm, module, "_defaultaction", state->default_action);
}

static bool is_category(VM *vm, Value v) {
    return has_kind(v, KIND_TYPE) && type_is_subtype((Type *)v, EXC(Warning));
}

/* The class of a warning, from the arguments of warn(): borrowed. */
static Value category_of(VM *vm, Value message, Value category) {
    if (is_instance(vm, message, EXC(Warning))) return from_object(type_of(vm, message));
    if (category == EMPTY || category == NONE) return from_object(EXC(UserWarning));
    if (is_category(vm, category)) return category;
    return raise_type(vm, "category must be a Warning subclass, not '%T'", category);
}

static bool check_prefixes(VM *vm, Value *prefixes, i64 *level) {
    if (*prefixes == EMPTY) return true;
    if (!has_kind(*prefixes, KIND_TUPLE)) {
        raise_type(vm, "warn() argument 'skip_file_prefixes' must be tuple, not %N",
                   *prefixes);
        return false;
    }
    for (usize i = 0; i < to_tuple(*prefixes)->count; i++) {
        Value prefix = to_tuple(*prefixes)->items[i];
        if (is_str(prefix)) continue;
        raise_type(vm, "Found non-str '%T' in skip_file_prefixes.", prefix);
        return false;
    }
    if (to_tuple(*prefixes)->count == 0)
        *prefixes = EMPTY;
    else if (*level < 2)
        *level = 2;
    return true;
}

static Value none_to_empty(Value v) {
    return v == NONE ? EMPTY : v;
}

/* Issue a warning, or maybe ignore it or raise an exception. */
FUNCTION(
    _warnings, warn,
    "(message, category=None, stacklevel=1, source=None, *, skip_file_prefixes=())") {
    i64 level = 1;
    if (args[2] != EMPTY) CHECK(object_to_i64(vm, args[2], &level));
    Value category = TRY(category_of(vm, args[0], args[1]));
    CHECK(check_prefixes(vm, &args[4], &level));
    CHECK(warnings_warn_skipping(vm, category, args[0], level, none_to_empty(args[3]),
                                 args[4]));
    return NONE;
}

/* Issue a warning, or maybe ignore it or raise an exception. */
FUNCTION(_warnings, warn_explicit,
         "(message, category, filename, lineno, module=None, registry=None, "
         "module_globals=None, source=None)") {
    i64 line;
    CHECK(object_to_i64(vm, args[3], &line));
    if (!is_str(args[2]))
        return raise_type(vm, "warn_explicit() argument 'filename' must be str, not %N",
                          args[2]);
    if (args[4] == NONE) return NONE; /* as late in the end, when modules are gone */
    OWNED Value message = incref(args[0]);
    if (!is_instance(vm, message, EXC(Warning)) && has_kind(args[1], KIND_TYPE) &&
        !is_category(vm, args[1])) {
        replace(&message, TRY(call_1(vm, args[1], args[0]))); /* it may fail on its own */
    }
    Value category = TRY(category_of(vm, message, args[1]));
    bool has_module = args[4] != EMPTY;
    OWNED Value module =
        TRY(has_module ? incref(args[4]) : warnings_module_of_file(vm, args[2]));
    Value registry = args[5] == EMPTY ? NONE : args[5];
    WarningPlace place = {args[2], module, registry, EMPTY, line};
    CHECK(warnings_issue(vm, category, args[0], &place, none_to_empty(args[7])));
    return NONE;
}

FUNCTION(_warnings, _filters_mutated, "()") {
    Warnings *state = warnings_state(vm);
    if (!state) return FAIL;
    state->version++;
    return NONE;
}

/* The line of a source file without the white space around it; empty if there is none. */
FUNCTION(_warnings, _source_line, "(filename, lineno, /)") {
    i64 line;
    CHECK(object_to_i64(vm, args[1], &line));
    if (!is_str(args[0]) || line < 1 || line > INT32_MAX) return incref(vm->empty_str);
    Buffer text = {0};
    sources_lines(vm, str_span(args[0]), (u32)line, (u32)line, &text);
    Span span = buffer_span(&text);
    while (span.length && strchr(" \t\f\n", span.data[span.length - 1])) span.length--;
    while (span.length && strchr(" \t\f", *span.data)) span.data++, span.length--;
    Value found = str_from_span(vm, span);
    buffer_free(&text);
    return found;
}
