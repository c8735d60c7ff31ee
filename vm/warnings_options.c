/* -W action:message:category:module:line */
#include <stdio.h>

#include "objects/dict.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"
#include "vm/warnings.h"

enum { FIELDS = 5 };

static Span strip(Span s) {
    while (s.length && strchr(" \t\n", *s.data)) s.data++, s.length--;
    while (s.length && strchr(" \t\n", s.data[s.length - 1])) s.length--;
    return s;
}

/* Fields that are not there are empty. False: too many. */
static bool cut_fields(Span option, Span fields[FIELDS]) {
    for (int i = 0; i < FIELDS; i++) {
        const char *colon = memchr(option.data, ':', option.length);
        usize length = colon ? (usize)(colon - option.data) : option.length;
        fields[i] = strip((Span){option.data, length});
        usize used = colon ? length + 1 : length;
        option.data += used;
        option.length -= used;
        if (i == FIELDS - 1 && colon) return false;
    }
    return true;
}

/* Actions may be abbreviated. NULL: there is none of this name. */
static const char *action_of(Span name) {
    static const char *const actions[] = {"default", "always", "ignore",
                                          "module",  "once",   "error"};
    if (span_equal(name, SPAN("all"))) return "always";
    for (usize i = 0; i < COUNT_OF(actions); i++)
        if (name.length <= strlen(actions[i]) &&
            memcmp(actions[i], name.data, name.length) == 0)
            return actions[i];
    return NULL;
}

static bool complain(const char *what, Span about) {
    fprintf(stderr, "Invalid -W option ignored: %s '%.*s'\n", what, (int)about.length,
            about.data);
    return false;
}

/* A number that is too small is shown as one. */
static bool complain_line(Span text) {
    bool is_number = text.length > 1 && text.data[0] == '-';
    for (usize i = 1; i < text.length; i++) is_number &= text.data[i] >= '0' && text.data[i] <= '9';
    if (!is_number) return complain("invalid lineno", text);
    fprintf(stderr, "Invalid -W option ignored: invalid lineno %.*s\n", (int)text.length, text.data);
    return false;
}

/* A class by its name, which may have a module: owned, or EMPTY after a complaint. */
static Value find_category(VM *vm, Span name) {
    if (!name.length) return incref(from_object(EXC(Warning)));
    const char *dot = memrchr(name.data, '.', name.length);
    Span class_name =
        dot ? (Span){dot + 1, name.length - (usize)(dot + 1 - name.data)} : name;
    OWNED Value attribute = TRY(str_from_span(vm, class_name));
    if (!dot) {
        Value found = dict_get_str(vm, to_dict(vm->builtins), attribute);
        return found == EMPTY ? EMPTY : incref(found);
    }
    OWNED Value module_name = TRY(str_new(vm, name.data, (usize)(dot - name.data)));
    OWNED Value from = TRY(tuple_of(vm, 1, attribute));
    OWNED Value module = TRY(vm->hooks.import(vm, module_name, EMPTY, from, 0));
    return object_find_attr(vm, module, attribute);
}

static Value category_of(VM *vm, Span name) {
    Value category = find_category(vm, name);
    bool no_module = category == FAIL && exception_matches(vm, EXC(ImportError));
    if (category == FAIL) exception_clear(vm);
    if (no_module) {
        const char *dot = memrchr(name.data, '.', name.length);
        complain("invalid module name:", (Span){name.data, (usize)(dot - name.data)});
        return EMPTY;
    }
    if (category == FAIL || category == EMPTY) {
        complain("unknown warning category:", name);
        return EMPTY;
    }
    if (has_kind(category, KIND_TYPE) && type_is_subtype((Type *)category, EXC(Warning)))
        return category;
    decref(category);
    complain("invalid warning category:", name);
    return EMPTY;
}

/* "" gives None. The module has to be equal; a message begins with the text in any case
 * of letters, which takes a regular expression. */
static Value message_pattern(VM *vm, Span text) {
    if (!text.length) return NONE;
    OWNED Value name = TRY(str_from_text(vm, "re"));
    OWNED Value re = TRY(vm->hooks.import(vm, name, EMPTY, EMPTY, 0));
    OWNED Value plain = TRY(str_from_span(vm, text));
    OWNED Value escaped = TRY(call_method_1(vm, re, NAME(escape), plain));
    OWNED Value flags = TRY(object_getattr(vm, re, NAME(IGNORECASE)));
    return call_method_2(vm, re, NAME(compile), escaped, flags);
}

static bool read_line(Span text, i64 *line) {
    *line = 0;
    for (usize i = 0; i < text.length; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || *line > INT32_MAX) return false;
        *line = *line * 10 + text.data[i] - '0';
    }
    return true;
}

static bool put_filter(VM *vm, const char *action, Value message, Value category,
                       Span module, i64 line) {
    Warnings *state = warnings_state(vm);
    if (!state || message == FAIL) return false;
    OWNED Value name = TRY_OR_FALSE(str_intern_text(vm, action));
    OWNED Value in = TRY_OR_FALSE(module.length ? str_from_span(vm, module) : NONE);
    OWNED Value filter =
        TRY_OR_FALSE(tuple_of(vm, FIELDS, name, message, category, in, from_small(line)));
    state->version++;
    return list_insert(vm, to_list(state->filters), 0, filter);
}

bool warnings_add_option(VM *vm, Span option) {
    Span fields[FIELDS];
    i64 line;
    if (!cut_fields(option, fields)) return complain("too many fields (max 5):", option);
    const char *action = action_of(fields[0]);
    if (!action) return complain("invalid action:", fields[0]);
    OWNED Value category = category_of(vm, fields[2]);
    if (category == EMPTY) return false;
    if (!read_line(fields[4], &line)) return complain_line(fields[4]);
    OWNED Value message = message_pattern(vm, fields[1]);
    if (put_filter(vm, action, message, category, fields[3], line)) return true;
    exception_clear(vm);
    return complain("failed:", option);
}
