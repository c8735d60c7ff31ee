#include "vm/warnings.h"

#include "objects/dict.h"
#include "objects/frameobject.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/sources.h"
#include "vm/unraisable.h"

/* ---- state ---- */

static bool add_filter(VM *vm, Value filters, const char *action, Type *category,
                       const char *module) {
    OWNED Value name = TRY_OR_FALSE(str_intern_text(vm, action));
    OWNED Value in = module ? TRY_OR_FALSE(str_intern_text(vm, module)) : NONE;
    Value filter = TRY_OR_FALSE(
        tuple_of(vm, 5, name, NONE, from_object(category), in, from_small(0)));
    return list_push_owned(vm, to_list(filters), filter);
}

static bool fill_state(VM *vm, Warnings *state) {
    state->filters = TRY_OR_FALSE(list_new(vm, 5));
    state->once = TRY_OR_FALSE(dict_new(vm));
    state->default_action = TRY_OR_FALSE(str_intern_text(vm, "default"));
    return add_filter(vm, state->filters, "default", EXC(DeprecationWarning),
                      "__main__") &&
           add_filter(vm, state->filters, "ignore", EXC(DeprecationWarning), NULL) &&
           add_filter(vm, state->filters, "ignore", EXC(PendingDeprecationWarning),
                      NULL) &&
           add_filter(vm, state->filters, "ignore", EXC(ImportWarning), NULL) &&
           add_filter(vm, state->filters, "ignore", EXC(ResourceWarning), NULL);
}

static void free_state(VM *vm, void *memory) {
    Warnings *state = memory;
    decref(state->filters);
    decref(state->once);
    decref(state->default_action);
    heap_raw_free(&vm->heap, state, sizeof *state);
}

Warnings *warnings_state(VM *vm) {
    Warnings *state = vm->module_state[MODULE__warnings].state;
    if (state) return state;
    state = heap_raw_alloc(&vm->heap, sizeof *state);
    if (!state) {
        raise_memory(vm);
        return NULL;
    }
    *state = (Warnings){EMPTY, EMPTY, EMPTY, 1};
    if (!fill_state(vm, state)) {
        free_state(vm, state);
        return NULL;
    }
    vm->module_state[MODULE__warnings].state = state;
    vm->module_state[MODULE__warnings].free_state = free_state;
    return state;
}

/* An attribute of the module `warnings` if a program has imported it: owned or EMPTY,
 * FAIL. */
static Value attribute(VM *vm, Value name) {
    if (!has_kind(vm->modules, KIND_DICT)) return EMPTY;
    Value module = dict_get_text(vm, to_dict(vm->modules), "warnings");
    return module == EMPTY ? EMPTY : object_find_attr(vm, module, name);
}

/* ---- filters ---- */

/* A pattern: None fits all, a str what is equal, else its method `match` decides. */
static int fits(VM *vm, Value pattern, Value text) {
    if (pattern == NONE) return 1;
    if (has_exact_kind(pattern, KIND_STR))
        return is_str(text) && str_equal(pattern, text);
    OWNED Value found = call_method_1(vm, pattern, NAME(match), text);
    return found == FAIL ? -1 : object_truth(vm, found);
}

static int filter_fits(VM *vm, Tuple *filter, Value category, Value text,
                       const WarningPlace *place) {
    i64 line;
    int result = fits(vm, filter->items[1], text);
    if (result == 1) result = fits(vm, filter->items[3], place->module);
    if (result == 1) result = object_is_subclass(vm, category, filter->items[2]);
    if (result != 1) return result;
    if (!object_to_i64(vm, filter->items[4], &line)) return -1;
    return line == 0 || line == place->line;
}

static Value filters_of(VM *vm) {
    Value filters = attribute(vm, NAME(filters));
    if (filters == EMPTY) {
        Warnings *state = warnings_state(vm);
        filters = state ? incref(state->filters) : FAIL;
    }
    if (filters == FAIL || has_kind(filters, KIND_LIST)) return filters;
    decref(filters);
    return raise_value(vm, "_warnings.filters must be a list");
}

static Value default_action(VM *vm) {
    Value action = attribute(vm, NAME(defaultaction));
    if (action == EMPTY) action = incref(warnings_state(vm)->default_action);
    if (action == FAIL || is_str(action)) return action;
    OWNED Value wrong = action;
    return raise_type(vm, "_warnings.defaultaction must be a string, not '%T'", wrong);
}

/* What the first filter that fits wants: owned. *item: the filter, owned, or EMPTY. */
static Value find_action(VM *vm, Value category, Value text, const WarningPlace *place,
                         Value *item) {
    OWNED Value filters = TRY(filters_of(vm));
    for (usize i = 0; i < to_list(filters)->count; i++) {
        OWNED Value filter = incref(to_list(filters)->items[i]);
        if (!has_kind(filter, KIND_TUPLE) || to_tuple(filter)->count != 5)
            return raise_value(vm, "_warnings.filters item %lu isn't a 5-tuple", i);
        Value action = to_tuple(filter)->items[0];
        if (!is_str(action))
            return raise_type(vm, "action must be a string, not '%T'", action);
        int is_fit = filter_fits(vm, to_tuple(filter), category, text, place);
        if (is_fit < 0) return FAIL;
        if (!is_fit) continue;
        *item = TAKE(filter);
        return incref(action);
    }
    return default_action(vm);
}

/* ---- registries ---- */

/* Was the key there? Else put it in if wanted. What filters of another version left is
 * dropped. */
static int already_warned(VM *vm, Dict *registry, Value key, bool is_set) {
    i64 now = warnings_state(vm)->version;
    Value version = dict_get_text(vm, registry, "version");
    if (version != from_small(now)) {
        dict_clear(vm, registry);
        if (!dict_set_text(vm, registry, "version", from_small(now))) return -1;
    } else {
        Value found = dict_get(vm, registry, key);
        if (found == FAIL) return -1;
        if (found != EMPTY) return object_truth(vm, found);
    }
    return is_set && !dict_set(vm, registry, key, TRUE) ? -1 : 0;
}

static int already_anywhere(VM *vm, Dict *registry, Value text, Value category) {
    OWNED Value key = tuple_of(vm, 2, text, category);
    return key == FAIL ? -1 : already_warned(vm, registry, key, true);
}

static int already_once(VM *vm, const WarningPlace *place, Value text, Value category) {
    if (place->registry != NONE)
        return already_anywhere(vm, to_dict(place->registry), text, category);
    OWNED Value once = attribute(vm, NAME(onceregistry));
    if (once == FAIL) return -1;
    if (once == EMPTY) once = incref(warnings_state(vm)->once);
    if (has_kind(once, KIND_DICT))
        return already_anywhere(vm, to_dict(once), text, category);
    raise_type(vm, "_warnings.onceregistry must be a dict, not '%T'", once);
    return -1;
}

/* ---- showing ---- */

static void add_source_line(VM *vm, const WarningPlace *place, Buffer *out) {
    Buffer line = {0};
    if (is_str(place->line_text))
        buffer_add_span(&line, str_span(place->line_text));
    else if (place->line > 0 && *str_span(place->filename).data != '<')
        sources_lines(vm, str_span(place->filename), (u32)place->line, (u32)place->line,
                      &line);
    Span text = buffer_span(&line);
    while (text.length && strchr(" \t\f\n", text.data[text.length - 1])) text.length--;
    while (text.length && strchr(" \t\f", *text.data)) text.data++, text.length--;
    if (text.length) {
        buffer_add_text(out, "  ");
        buffer_add_span(out, text);
        buffer_add_char(out, '\n');
    }
    buffer_free(&line);
}

static Value make_text(VM *vm, Value category, Value text, const WarningPlace *place,
                       Value source) {
    OWNED Value name = TRY(object_getattr(vm, category, NAME(__name__)));
    OWNED Value head = TRY(str_format(vm, "%S:%ld: %S: %S\n", place->filename,
                                      (long)place->line, name, text));
    Buffer out = {0};
    buffer_add_span(&out, str_span(head));
    add_source_line(vm, place, &out);
    if (source != EMPTY && !vm->is_closing) {
        buffer_add_span(&out, str_span(name));
        buffer_add_text(&out,
                        ": Enable tracemalloc to get the object allocation traceback\n");
    }
    return str_from_buffer(vm, &out);
}

/* warnings._showwarnmsg(warnings.WarningMessage(...)) */
static bool show_by_module(VM *vm, Value show, Value category, Value message,
                           const WarningPlace *place, Value source) {
    OWNED Value class = TRY_OR_FALSE(attribute(vm, NAME(WarningMessage)));
    if (class == EMPTY)
        return raise_runtime(vm, "unable to get warnings.WarningMessage") != FAIL;
    Value args[] = {message,
                    category,
                    place->filename,
                    from_small(place->line),
                    NONE,
                    NONE,
                    source == EMPTY ? NONE : source};
    OWNED Value item = TRY_OR_FALSE(object_call(vm, class, args, COUNT_OF(args), EMPTY));
    OWNED Value done = call_1(vm, show, item);
    return done != FAIL;
}

static bool show(VM *vm, Value category, Value message, Value text,
                 const WarningPlace *place, Value source) {
    OWNED Value by_module = TRY_OR_FALSE(attribute(vm, NAME(_showwarnmsg)));
    if (by_module != EMPTY)
        return show_by_module(vm, by_module, category, message, place, source);
    OWNED Value shown = TRY_OR_FALSE(make_text(vm, category, text, place, source));
    return stderr_write(vm, str_span(shown));
}

/* ---- issuing ---- */

typedef struct Issue {
    Value category, message, text; /* owned: a class, an instance, a str */
} Issue;

static bool set_issue(VM *vm, Issue *issue, Value category, Value message) {
    if (is_instance(vm, message, EXC(Warning))) {
        issue->text = TRY_OR_FALSE(object_str(vm, message));
        issue->message = incref(message);
        issue->category = incref(from_object(type_of(vm, message)));
        return true;
    }
    issue->text = incref(message);
    issue->message = TRY_OR_FALSE(call_1(vm, category, message));
    issue->category = incref(category);
    return true;
}

static void release_issue(Issue *issue) {
    decref(issue->category);
    decref(issue->message);
    decref(issue->text);
}

/* Does the action say that this one has been shown? -1: failed. */
static int is_repeated(VM *vm, const Issue *issue, const WarningPlace *place,
                       Value action, Value key, Value filter) {
    bool has_registry = place->registry != NONE;
    if (has_registry && !dict_set(vm, to_dict(place->registry), key, TRUE)) return -1;
    if (str_equals_text(action, "default")) return 0;
    if (str_equals_text(action, "once"))
        return already_once(vm, place, issue->text, issue->category);
    if (str_equals_text(action, "module"))
        return has_registry ? already_anywhere(vm, to_dict(place->registry), issue->text,
                                               issue->category)
                            : 0;
    raise_runtime(vm, "Unrecognized action (%R) in warnings.filters:\n %R", action,
                  filter == EMPTY ? NONE : filter);
    return -1;
}

/* 1: show it; 0: do not; -1: raise (or an error). */
static int decide(VM *vm, const Issue *issue, const WarningPlace *place) {
    OWNED Value key =
        tuple_of(vm, 3, issue->text, issue->category, from_small(place->line));
    if (key == FAIL) return -1;
    int seen = 0;
    if (place->registry != NONE)
        seen = already_warned(vm, to_dict(place->registry), key, false);
    if (seen) return seen < 0 ? -1 : 0;
    OWNED Value filter = EMPTY;
    OWNED Value action = find_action(vm, issue->category, issue->text, place, &filter);
    if (action == FAIL) return -1;
    if (str_equals_text(action, "error")) {
        raise_instance(vm, issue->message);
        return -1;
    }
    if (str_equals_text(action, "ignore")) return 0;
    if (str_equals_text(action, "always")) return 1;
    int repeated = is_repeated(vm, issue, place, action, key, filter);
    return repeated < 0 ? -1 : !repeated;
}

bool warnings_issue(VM *vm, Value category, Value message, const WarningPlace *place,
                    Value source) {
    if (place->module == NONE) return true;
    if (place->registry != NONE && !has_kind(place->registry, KIND_DICT)) {
        raise_type(vm, "'registry' must be a dict or None");
        return false;
    }
    if (!warnings_state(vm)) return false;
    Issue issue = {EMPTY, EMPTY, EMPTY};
    bool is_done = set_issue(vm, &issue, category, message);
    int answer = is_done ? decide(vm, &issue, place) : -1;
    if (answer > 0)
        is_done = show(vm, issue.category, issue.message, issue.text, place, source);
    else
        is_done = answer == 0;
    release_issue(&issue);
    return is_done;
}

/* ---- where ---- */

static bool is_skipped(const Frame *frame, Value prefixes) {
    if (prefixes == EMPTY) return false;
    Span name = str_span(frame->code->filename);
    for (usize i = 0; i < to_tuple(prefixes)->count; i++) {
        Value prefix = to_tuple(prefixes)->items[i];
        if (!is_str(prefix) || to_str(prefix)->size > name.length) continue;
        if (memcmp(name.data, to_str(prefix)->data, to_str(prefix)->size) == 0)
            return true;
    }
    return false;
}

static Frame *next_frame(Frame *frame, Value prefixes) {
    do frame = frame_caller(frame);
    while (frame && is_skipped(frame, prefixes));
    return frame;
}

static Frame *frame_at(VM *vm, i64 stack_level, Value prefixes) {
    Frame *frame = frame_current(vm);
    for (; stack_level > 1 && frame; stack_level--) frame = next_frame(frame, prefixes);
    return frame;
}

/* The registry of a module, made when it has none. Borrowed. */
static Value registry_of(VM *vm, Dict *globals) {
    Value registry = dict_get_text(vm, globals, "__warningregistry__");
    if (registry != EMPTY) return registry;
    OWNED Value made = TRY(dict_new(vm));
    CHECK(dict_set_text(vm, globals, "__warningregistry__", made));
    return made;
}

static Value module_name(VM *vm, Dict *globals) {
    Value name = dict_get_text(vm, globals, "__name__");
    if (name == NONE || (name != EMPTY && is_str(name))) return incref(name);
    return str_from_text(vm, "<string>");
}

bool warnings_warn_skipping(VM *vm, Value category, Value message, i64 stack_level,
                            Value source, Value prefixes) {
    Frame *frame = frame_at(vm, stack_level, prefixes);
    Value globals = frame ? ((Function *)frame->func)->globals : vm->sys;
    if (!has_kind(globals, KIND_DICT)) return true; /* the VM ends */
    OWNED Value filename =
        TRY_OR_FALSE(frame ? incref(frame->code->filename) : str_from_text(vm, "<sys>"));
    OWNED Value module = TRY_OR_FALSE(module_name(vm, to_dict(globals)));
    Value registry = TRY_OR_FALSE(registry_of(vm, to_dict(globals)));
    WarningPlace place = {filename, module, registry, EMPTY,
                          frame ? frame_line(frame) : 0};
    return warnings_issue(vm, category, message, &place, source);
}

bool warnings_warn(VM *vm, Type *category, Value message, i32 stack_level, Value source) {
    return warnings_warn_skipping(vm, from_object(category), message, stack_level, source,
                                  EMPTY);
}

Value warnings_module_of_file(VM *vm, Value filename) {
    Span name = str_span(filename);
    if (name.length == 0) return str_from_text(vm, "<unknown>");
    if (name.length > 4 && memcmp(name.data + name.length - 4, ".apy", 4) == 0)
        name.length -= 4;
    else if (name.length > 3 && memcmp(name.data + name.length - 3, ".py", 3) == 0)
        name.length -= 3;
    return str_from_span(vm, name);
}

bool warnings_warn_at(VM *vm, Type *category, Value message, Value filename, i32 line) {
    OWNED Value module = TRY_OR_FALSE(warnings_module_of_file(vm, filename));
    WarningPlace place = {filename, module, NONE, EMPTY, line};
    return warnings_issue(vm, from_object(category), message, &place, EMPTY);
}
