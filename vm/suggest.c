#include "vm/suggest.h"

#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/frame.h"
#include "objects/list.h"
#include "objects/str.h"

/* CPython's weights and limits, so that the same names are suggested. */
enum { MAX_CANDIDATES = 750, MAX_LENGTH = 40, MOVE_COST = 2, CASE_COST = 1 };

/* ---- distance ---- */

static u8 fold_case(u8 c) {
    return c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c;
}

static u32 substitution_cost(u8 a, u8 b) {
    if ((a & 31) != (b & 31)) return MOVE_COST;
    if (a == b) return 0;
    return fold_case(a) == fold_case(b) ? CASE_COST : MOVE_COST;
}

static void trim_common(Span *a, Span *b) {
    while (a->length && b->length && *a->data == *b->data) {
        a->data++, a->length--;
        b->data++, b->length--;
    }
    while (a->length && b->length && a->data[a->length - 1] == b->data[b->length - 1])
        a->length--, b->length--;
}

static u32 least(u32 a, u32 b) {
    return a < b ? a : b;
}

/* Levenshtein's matrix, one row at a time; a is the shorter. Gives more than `limit`
 * early. */
static u32 fill_rows(Span a, Span b, u32 limit) {
    u32 row[MAX_LENGTH], result = 0;
    for (u32 i = 0; i < a.length; i++) row[i] = (i + 1) * MOVE_COST;
    for (u32 j = 0; j < b.length; j++) {
        u32 distance = j * MOVE_COST, smallest = UINT32_MAX;
        result = distance;
        for (u32 i = 0; i < a.length; i++) {
            u32 substitute = distance + substitution_cost((u8)b.data[j], (u8)a.data[i]);
            distance = row[i];
            row[i] = result = least(least(result, distance) + MOVE_COST, substitute);
            smallest = least(smallest, result);
        }
        if (smallest > limit) return limit + 1;
    }
    return result;
}

static u32 distance_of(Span a, Span b, u32 limit) {
    trim_common(&a, &b);
    if (!a.length || !b.length) return (u32)(a.length + b.length) * MOVE_COST;
    if (a.length > MAX_LENGTH || b.length > MAX_LENGTH) return limit + 1;
    Span shorter = a.length <= b.length ? a : b, longer = a.length <= b.length ? b : a;
    if ((longer.length - shorter.length) * MOVE_COST > limit) return limit + 1;
    return fill_rows(shorter, longer, limit);
}

Value suggest_among(Value candidates, Value wrong) {
    List *list = to_list(candidates);
    Value best = EMPTY;
    u32 best_distance = UINT32_MAX;
    Span name = str_span(wrong);
    if (list->count >= MAX_CANDIDATES) return EMPTY;
    for (usize i = 0; i < list->count; i++) {
        Value candidate = list->items[i];
        if (!is_str(candidate) || str_equal(candidate, wrong)) continue;
        Span other = str_span(candidate);
        u32 limit = (u32)(name.length + other.length + 3) * MOVE_COST / 6;
        limit =
            least(limit, best_distance - 1); /* a third may differ; must beat the best */
        u32 distance = distance_of(name, other, limit);
        if (distance > limit || (best != EMPTY && distance >= best_distance)) continue;
        best = candidate;
        best_distance = distance;
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
static Traceback *innermost(Value exception) {
    Value at = to_exception(exception)->traceback;
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
    Traceback *entry = innermost(exception);
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
    Traceback *entry = innermost(exception);
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
