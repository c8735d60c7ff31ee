#include "vm/suggest.h"

#include "base/similar.h"
#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/frame.h"
#include "objects/list.h"
#include "objects/str.h"

enum { MAX_CANDIDATES = 750 };

Value suggest_among(Value candidates, Value wrong) {
    List *list = to_list(candidates);
    Value best = EMPTY;
    u32 best_distance = UINT32_MAX;
    if (list->count >= MAX_CANDIDATES) return EMPTY;
    for (usize i = 0; i < list->count; i++) {
        Value candidate = list->items[i];
        if (!is_str(candidate) || str_equal(candidate, wrong)) continue;
        if (similar_is_nearer(str_span(wrong), str_span(candidate), &best_distance))
            best = candidate;
    }
    return best;
}

/* ---- candidates ---- */

static bool begins_with_underscore(Value name) {
    return is_str(name) && to_str(name)->size && to_str(name)->data[0] == '_';
}

/* dir(v), as a list. */
static Value names_of(VM *vm, Value v) {
    Value dir = dict_get_text(vm, to_dict(vm->builtins), "dir");
    return dir == EMPTY ? list_new(vm, 0) : call_1(vm, dir, v);
}

static Value without_underscored(VM *vm, Value names) {
    OWNED Value visible = TRY(list_new(vm, 0));
    for (usize i = 0; i < to_list(names)->count; i++)
        if (!begins_with_underscore(to_list(names)->items[i]))
            CHECK(list_push(vm, to_list(visible), to_list(names)->items[i]));
    return TAKE(visible);
}

/* The traceback entry of the frame that raised. */
static Traceback *innermost(VM *vm, Value exception) {
    Value at = exception_traceback(vm, exception);
    if (at == EMPTY) return NULL;
    while (((Traceback *)at)->next != EMPTY) at = ((Traceback *)at)->next;
    return (Traceback *)at;
}

static Value candidates_of(VM *vm, Value object, bool hide_underscored) {
    OWNED Value names = TRY(names_of(vm, object));
    if (!has_kind(names, KIND_LIST)) return list_new(vm, 0);
    return hide_underscored ? without_underscored(vm, names) : TAKE(names);
}

/* Is it about the `self` of the frame that raised? Then private names are suggested too.
 */
static bool is_about_self(VM *vm, Value exception, Value object) {
    Traceback *entry = innermost(vm, exception);
    OWNED Value locals = entry ? traceback_locals(vm, entry) : EMPTY;
    if (locals == FAIL) exception_clear(vm);
    if (!has_kind(locals, KIND_DICT)) return false;
    return dict_get_text(vm, to_dict(locals), "self") == object;
}

static Value suggest_attribute(VM *vm, Value exception, Value wrong) {
    Value object = ((NameException *)exception)->object;
    if (object == EMPTY) object = NONE;
    bool hides = !begins_with_underscore(wrong) && !is_about_self(vm, exception, object);
    OWNED Value names = TRY(candidates_of(vm, object, hides));
    return incref(suggest_among(names, wrong));
}

static Value suggest_import(VM *vm, Value exception, Value wrong) {
    Value name = ((ImportException *)exception)->name;
    if (!is_str(name)) return EMPTY;
    OWNED Value module = TRY(vm->hooks.import(vm, name, EMPTY, EMPTY, 0));
    OWNED Value names = TRY(candidates_of(vm, module, !begins_with_underscore(wrong)));
    return incref(suggest_among(names, wrong));
}

static bool add_keys(VM *vm, List *names, Value mapping) {
    if (!has_kind(mapping, KIND_DICT)) return object_extend(vm, names, mapping);
    Value key, value;
    for (u32 at = 0; dict_next(to_dict(mapping), &at, &key, &value);)
        if (!list_push(vm, names, key)) return false;
    return true;
}

/* Names of locals when their values are gone. */
static bool add_variables(VM *vm, List *names, const Code *code) {
    return object_extend(vm, names, code->variables) &&
           object_extend(vm, names, code->free_names);
}

/* In a method, "self.x" for a bare x that self has. */
static Value suggest_on_self(VM *vm, Value locals, Value wrong) {
    OWNED Value self = TRY(str_from_text(vm, "self"));
    Value object =
        has_kind(locals, KIND_DICT) ? dict_get_str(vm, to_dict(locals), self) : EMPTY;
    if (object == EMPTY) return EMPTY;
    OWNED Value found = TRY(object_find_attr(vm, object, wrong));
    return found == EMPTY ? EMPTY : str_format(vm, "self.%S", wrong);
}

static Value suggest_variable(VM *vm, Value exception, Value wrong) {
    Traceback *entry = innermost(vm, exception);
    if (!entry) return EMPTY;
    OWNED Value locals = TRY(traceback_locals(vm, entry));
    OWNED Value names = TRY(list_new(vm, 0));
    CHECK(locals != EMPTY ? add_keys(vm, to_list(names), locals)
                          : add_variables(vm, to_list(names), entry->code));
    CHECK(add_keys(vm, to_list(names), ((Function *)entry->function)->globals));
    CHECK(add_keys(vm, to_list(names), ((Function *)entry->function)->builtins));
    Value on_self = TRY(suggest_on_self(vm, locals, wrong));
    return on_self != EMPTY ? on_self : incref(suggest_among(names, wrong));
}

static Value suggest(VM *vm, Value exception) {
    if (is_instance(vm, exception, EXC(ImportError))) {
        Value wrong = ((ImportException *)exception)->name_from;
        return is_str(wrong) ? suggest_import(vm, exception, wrong) : EMPTY;
    }
    bool is_attribute = is_instance(vm, exception, EXC(AttributeError));
    if (!is_attribute && !is_instance(vm, exception, EXC(NameError))) return EMPTY;
    Value wrong = ((NameException *)exception)->name;
    if (!is_str(wrong)) return EMPTY;
    return is_attribute ? suggest_attribute(vm, exception, wrong)
                        : suggest_variable(vm, exception, wrong);
}

Value suggest_name(VM *vm, Value exception) {
    Value suggestion = suggest(vm, exception);
    if (suggestion != FAIL) return suggestion;
    exception_clear(vm);
    return EMPTY;
}
