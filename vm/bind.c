/* Arguments to parameters of script functions, with CPython's rules and texts.
 *
 * Registers: positional parameters, keyword-only ones, *args, **kwargs; then the other locals. The arguments stand
 * where the registers will be: positional ones most often are in their place already.
 */
#include "vm/interpreter.h"

#include "objects/argument_words.h"
#include "objects/dict.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/suggest.h"

typedef struct Binding {
    VM *vm;
    const Function *function;
    const Code *code;
    Value *out;
    u32 named;  /* positional + keyword-only */
    Value rest; /* owned: positional arguments that nothing takes, until all is told */
    Value *given; /* the values of keywords that are still to be bound, owned */
    u32 keywords;
} Binding;

static Value parameter_name(Binding *b, u32 index) {
    return to_tuple(b->code->variables)->items[index];
}

static Value *varargs_slot(Binding *b) {
    return b->code->flags & CODE_VARARGS ? b->out + b->named : NULL;
}

static Value *varkeywords_slot(Binding *b) {
    if (!(b->code->flags & CODE_VARKEYWORDS)) return NULL;
    return b->out + b->named + (b->code->flags & CODE_VARARGS ? 1 : 0);
}

static bool raise_missing(Binding *b, u32 from, u32 to, const char *sort) {
    u32 count = 0, seen = 0;
    for (u32 i = from; i < to; i++) count += b->out[i] == EMPTY;
    Buffer names = {0};
    for (u32 i = from; i < to; i++)
        if (b->out[i] == EMPTY) argument_words_add(&names, str_span(parameter_name(b, i)), seen++, count);
    return raise_missing_arguments(b->vm, str_span(b->function->qualname), count, sort, &names);
}

static u32 defaults_count(Binding *b) {
    return b->function->defaults == EMPTY ? 0 : (u32)to_tuple(b->function->defaults)->count;
}

static bool raise_too_many(Binding *b, u32 given) {
    u32 positional = b->code->positional, defaults = defaults_count(b), keyword_only = 0;
    for (u32 i = positional; i < b->named; i++) keyword_only += b->out[i] != EMPTY;
    return raise_too_many_arguments(b->vm, str_span(b->function->qualname), positional - defaults, positional, given,
                                    keyword_only);
}

/* Index of the parameter that this keyword names, -1: none. */
static i32 find_parameter(Binding *b, Value name) {
    for (u32 i = b->code->positional_only; i < b->named; i++)
        if (parameter_name(b, i) == name) return (i32)i;
    for (u32 i = b->code->positional_only; i < b->named; i++)
        if (str_equal(parameter_name(b, i), name)) return (i32)i;
    return -1;
}

/* All keywords that name positional-only parameters: "'a, b'". */
static bool raise_positional_only(Binding *b, Value kwnames) {
    Buffer text = {0};
    for (u32 i = 0; i < b->code->positional_only; i++)
        for (usize k = 0; k < to_tuple(kwnames)->count; k++)
            if (str_equal(parameter_name(b, i), to_tuple(kwnames)->items[k])) {
                if (text.length) buffer_add_text(&text, ", ");
                buffer_add_span(&text, str_span(parameter_name(b, i)));
            }
    if (text.length)
        raise_type(b->vm,
                   "%S() got some positional-only arguments passed as keyword arguments: '%s'",
                   b->function->qualname, text.data);
    bool found = text.length > 0;
    buffer_free(&text);
    return found;
}

/* The parameters that can be given by keyword: a list. */
static Value keyword_names(Binding *b) {
    OWNED Value names = TRY(list_new(b->vm, b->named));
    for (u32 i = b->code->positional_only; i < b->named; i++)
        CHECK(list_push(b->vm, to_list(names), parameter_name(b, i)));
    return TAKE(names);
}

static Value raise_unexpected(Binding *b, Value name) {
    OWNED Value names = TRY(keyword_names(b));
    Value meant = suggest_among(names, name);
    if (meant == EMPTY)
        return raise_type(b->vm, "%S() got an unexpected keyword argument '%S'", b->function->qualname, name);
    return raise_type(b->vm, "%S() got an unexpected keyword argument '%S'. Did you mean '%S'?",
                      b->function->qualname, name, meant);
}

/* Give the value to the parameter of that name, which takes it over. */
static bool bind_keyword(Binding *b, Value kwnames, Value name, Value value) {
    i32 index = find_parameter(b, name);
    if (LIKELY(index >= 0 && b->out[index] == EMPTY)) {
        b->out[index] = value;
        return true;
    }
    if (index >= 0) {
        raise_type(b->vm, "%S() got multiple values for argument '%S'", b->function->qualname, name);
        return false;
    }
    if (varkeywords_slot(b)) {
        bool done = dict_set(b->vm, to_dict(*varkeywords_slot(b)), name, value);
        if (done) decref(value);
        return done;
    }
    if (!raise_positional_only(b, kwnames)) raise_unexpected(b, name);
    return false;
}

static bool fill_defaults(Binding *b) {
    u32 positional = b->code->positional, defaults = defaults_count(b);
    u32 required = positional > defaults ? positional - defaults : 0;
    for (u32 i = 0; i < required; i++)
        if (b->out[i] == EMPTY) return raise_missing(b, 0, required, "positional");
    for (u32 i = required; i < positional; i++)
        if (b->out[i] == EMPTY)
            b->out[i] = incref(to_tuple(b->function->defaults)->items[i + defaults - positional]);
    return true;
}

static bool fill_keyword_defaults(Binding *b) {
    Value defaults = b->function->keyword_defaults;
    bool is_missing = false;
    for (u32 i = b->code->positional; i < b->named; i++) {
        if (b->out[i] != EMPTY) continue;
        Value found = EMPTY;
        if (defaults != EMPTY) found = dict_get_str(b->vm, to_dict(defaults), parameter_name(b, i));
        if (found == EMPTY) is_missing = true;
        else b->out[i] = incref(found);
    }
    return !is_missing || raise_missing(b, b->code->positional, b->named, "keyword-only");
}

/* The positional arguments that have no parameter of their own. */
static bool bind_rest(Binding *b, u32 nargs) {
    u32 positional = b->code->positional, taken = nargs < positional ? nargs : positional;
    Value *slot = varargs_slot(b);
    if (nargs > positional || slot) b->rest = tuple_from_owned(b->vm, b->out + taken, nargs - taken);
    for (u32 i = taken; i < b->code->locals; i++) b->out[i] = EMPTY;
    if (b->rest == FAIL) {
        b->rest = EMPTY;
        return false;
    }
    if (slot) *slot = take(&b->rest);
    return true;
}

static bool bind_all(Binding *b, u32 nargs, Value kwnames) {
    Value *slot = varkeywords_slot(b);
    if (!bind_rest(b, nargs)) return false;
    if (slot) {
        Value dict = dict_new(b->vm);
        if (dict == FAIL) return false;
        *slot = dict;
    }
    for (; b->keywords; b->keywords--, b->given++) {
        Value name = to_tuple(kwnames)->items[to_tuple(kwnames)->count - b->keywords];
        if (!bind_keyword(b, kwnames, name, *b->given)) return false;
    }
    if (b->rest != EMPTY) return raise_too_many(b, nargs);
    return fill_defaults(b) && fill_keyword_defaults(b);
}

/* Release all. What dies may run script code, whose frames would lie over the values: they get a tuple first. */
static void drop_all(Binding *b) {
    u32 locals = b->code->locals;
    OWNED Value all = tuple_new(b->vm, locals + b->keywords);
    OWNED Value rest = b->rest;
    if (all == FAIL) return;
    Value *items = to_tuple(all)->items;
    memcpy(items, b->out, locals * sizeof(Value));
    memcpy(items + locals, b->given, b->keywords * sizeof(Value));
    replace(&rest, EMPTY);
    for (u32 i = 0; i < locals + b->keywords; i++) replace(&items[i], EMPTY);
}

/* Most calls: only positional parameters, each given or with a default. False: nothing was done. */
static inline bool bind_plain(const Function *function, u32 nargs, Value *out) {
    const Code *code = function->code;
    u32 positional = code->signature & ~(u32)SIGNATURE_SUSPENDS, i = nargs;
    if (nargs > positional || positional > UINT16_MAX) return false;
    if (nargs < positional) {
        const Tuple *defaults = function->defaults == EMPTY ? NULL : to_tuple(function->defaults);
        if (!defaults || defaults->count < positional - nargs) return false;
        for (; i < positional; i++) out[i] = incref(defaults->items[i + defaults->count - positional]);
    }
    for (; i < code->locals; i++) out[i] = EMPTY;
    return true;
}

bool bind_arguments(VM *vm, const Function *function, Value *out, u32 nargs, Value kwnames) {
    if (LIKELY(kwnames == EMPTY) && bind_plain(function, nargs, out)) return true;
    const Code *code = function->code;
    u32 keywords = kwnames == EMPTY ? 0 : (u32)to_tuple(kwnames)->count;
    Value *given = bind_room(code, out, nargs + keywords);
    if (keywords) memcpy(given, out + nargs, keywords * sizeof(Value));
    u32 named = (u32)code->positional + code->keyword_only;
    Binding b = {vm, function, code, out, named, EMPTY, given, keywords};
    if (bind_all(&b, nargs, kwnames)) return true;
    drop_all(&b);
    return false;
}
