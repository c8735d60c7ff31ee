/* Arguments to parameters of script functions, with CPython's rules and texts.
 *
 * Registers: positional parameters, keyword-only ones, *args, **kwargs; then the other locals.
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
    Function *function;
    Code *code;
    Value *out;
    u32 named; /* positional + keyword-only */
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

static bool bind_keyword(Binding *b, Value kwnames, Value name, Value value) {
    i32 index = find_parameter(b, name);
    if (index >= 0) {
        if (b->out[index] == EMPTY) {
            b->out[index] = incref(value);
            return true;
        }
        raise_type(b->vm, "%S() got multiple values for argument '%S'", b->function->qualname, name);
        return false;
    }
    if (varkeywords_slot(b)) return dict_set(b->vm, to_dict(*varkeywords_slot(b)), name, value);
    if (!raise_positional_only(b, kwnames)) raise_unexpected(b, name);
    return false;
}

static bool bind_positional(Binding *b, const Value *args, u32 nargs) {
    u32 taken = nargs < b->code->positional ? nargs : b->code->positional;
    for (u32 i = 0; i < taken; i++) b->out[i] = incref(args[i]);
    if (!varargs_slot(b)) return true;
    Value rest = tuple_from(b->vm, args + taken, nargs - taken);
    if (rest == FAIL) return false;
    *varargs_slot(b) = rest;
    return true;
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

static bool bind_all(Binding *b, const Value *args, u32 nargs, Value kwnames) {
    if (varkeywords_slot(b)) {
        Value dict = dict_new(b->vm);
        if (dict == FAIL) return false;
        *varkeywords_slot(b) = dict;
    }
    if (!bind_positional(b, args, nargs)) return false;
    usize keywords = kwnames == EMPTY ? 0 : to_tuple(kwnames)->count;
    for (usize i = 0; i < keywords; i++)
        if (!bind_keyword(b, kwnames, to_tuple(kwnames)->items[i], args[nargs + i])) return false;
    if (nargs > b->code->positional && !varargs_slot(b)) return raise_too_many(b, nargs);
    return fill_defaults(b) && fill_keyword_defaults(b);
}

/* Most calls: only positional parameters, each given or with a default. False: nothing was done. */
static bool bind_plain(const Function *function, const Value *args, u32 nargs, Value *out) {
    const Code *code = function->code;
    u32 positional = code->signature & ~(u32)SIGNATURE_SUSPENDS;
    u32 i = 0, missing = positional - nargs;
    if (nargs > positional || positional > UINT16_MAX) return false;
    const Tuple *defaults = NULL;
    if (missing) {
        defaults = function->defaults == EMPTY ? NULL : to_tuple(function->defaults);
        if (!defaults || defaults->count < missing) return false;
    }
    for (; i < nargs; i++) out[i] = incref(args[i]);
    for (; i < positional; i++) out[i] = incref(defaults->items[i + defaults->count - positional]);
    for (; i < code->locals; i++) out[i] = EMPTY;
    return true;
}

/* Give the keywords to the parameters of those very names. */
static bool place_keywords(const Code *code, const Value *values, const Tuple *names, Value *out) {
    const Value *parameters = to_tuple(code->variables)->items;
    u32 named = (u32)code->positional + code->keyword_only;
    for (usize k = 0; k < names->count; k++) {
        u32 i = code->positional_only;
        while (i < named && parameters[i] != names->items[k]) i++;
        if (i == named || out[i] != EMPTY) return false;
        out[i] = incref(values[k]);
    }
    return true;
}

/* Give defaults to the parameters that are left. */
static bool place_defaults(VM *vm, const Function *function, Value *out) {
    const Code *code = function->code;
    u32 positional = code->positional, named = positional + code->keyword_only;
    const Tuple *defaults = function->defaults == EMPTY ? NULL : to_tuple(function->defaults);
    u32 required = positional - (defaults ? (u32)defaults->count : 0);
    for (u32 i = 0; i < positional; i++) {
        if (out[i] != EMPTY) continue;
        if (i < required) return false;
        out[i] = incref(defaults->items[i - required]);
    }
    for (u32 i = positional; i < named; i++) {
        if (out[i] != EMPTY) continue;
        if (function->keyword_defaults == EMPTY) return false;
        Value found = dict_get_str(vm, to_dict(function->keyword_defaults), to_tuple(code->variables)->items[i]);
        if (found == EMPTY) return false;
        out[i] = incref(found);
    }
    return true;
}

/* Calls with keywords, or of functions with keyword-only parameters, where all is as it should be. False: nothing
 * was done; the general way finds out what is wrong. */
static bool bind_named(VM *vm, const Function *function, const Value *args, u32 nargs, Value kwnames, Value *out) {
    const Code *code = function->code;
    usize defaults = function->defaults == EMPTY ? 0 : to_tuple(function->defaults)->count;
    if (code->flags & (CODE_VARARGS | CODE_VARKEYWORDS) || nargs > code->positional || defaults > code->positional)
        return false;
    for (u32 i = 0; i < nargs; i++) out[i] = incref(args[i]);
    for (u32 i = nargs; i < code->locals; i++) out[i] = EMPTY;
    if ((kwnames == EMPTY || place_keywords(code, args + nargs, to_tuple(kwnames), out)) &&
        place_defaults(vm, function, out))
        return true;
    for (u32 i = 0; i < code->locals; i++) decref(take(&out[i]));
    return false;
}

bool bind_arguments(VM *vm, Function *function, const Value *args, u32 nargs, Value kwnames, Value *out) {
    Code *code = function->code;
    if (LIKELY(kwnames == EMPTY) && bind_plain(function, args, nargs, out)) return true;
    if (bind_named(vm, function, args, nargs, kwnames, out)) return true;
    for (u32 i = 0; i < code->locals; i++) out[i] = EMPTY;
    Binding b = {vm, function, code, out, (u32)code->positional + code->keyword_only};
    if (bind_all(&b, args, nargs, kwnames)) return true;
    for (u32 i = 0; i < code->locals; i++) {
        decref(out[i]);
        out[i] = EMPTY;
    }
    return false;
}
