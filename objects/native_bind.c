/* Arguments of functions written in C: from what the caller gives to one place for each
 * parameter, with CPython's words for what does not fit. CPython words it in three ways,
 * which depend on how it declares the function; the signature tells which:
 *   - no parameter, or exactly one by position only: "list.append() takes exactly one
 * argument";
 *   - more by position only: "insert expected 2 arguments, got 1";
 *   - keywords allowed: "split() takes at most 2 arguments (3 given)", "missing required
 * argument"; so too methods that are told their class (NATIVE_WORDS_CLASS);
 *   - those which it has in Python: as functions of scripts (NATIVE_WORDS_SCRIPT, methods of open types).
 */
#include <stdio.h>

#include "base/similar.h"
#include "objects/argument_words.h"
#include "objects/dict.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/vm.h"

/* What NativeSpec and Arguments have in common. */
typedef struct Signature {
    const char *name;       /* bare */
    const char *keywords_of; /* whose name messages of wrong keywords show; NULL: the same */
    const NativeSpec *spec; /* NULL: a type; messages show its bare name */
    Value bound;            /* self of a bound method, else EMPTY */
    const char *const *names;
    u32 named; /* without **kwargs */
    u32 positional, positional_only, required;
    u32 required_keywords; /* the first keyword-only ones */
    bool has_varargs, has_varkw;
    bool counts_plainly; /* never "takes exactly one argument" */
    bool is_script;      /* the words are those of functions in Python */
} Signature;

/* What the caller gave. */
typedef struct Given {
    Value *args; /* positional, then the values of keywords */
    u32 nargs, keywords;
    const Value *names; /* of the keywords */
} Given;

static u32 count_keywords(Value kwnames) {
    return kwnames == EMPTY ? 0 : (u32)to_tuple(kwnames)->count;
}

static Given given_of(Value *args, u32 nargs, Value kwnames) {
    u32 keywords = count_keywords(kwnames);
    return (Given){args, nargs, keywords, keywords ? to_tuple(kwnames)->items : NULL};
}

static const char *plural(u32 count) {
    return count == 1 ? "" : "s";
}

/* ---- signatures without keywords ---- */

/* "list", "math": the class or module, which some messages show; NULL: none. */
static const char *owner_name(VM *vm, const Signature *signature) {
    const NativeSpec *spec = signature->spec;
    if (!spec) return NULL;
    Value self = signature->bound;
    if (self != EMPTY)
        return type_short_name(is_type(self) ? to_type(self) : type_of(vm, self));
    if (spec->sort) return type_short_name(vm->types[spec->owner]);
    const char *module = module_specs[spec->owner].name;
    return strcmp(module, "builtins") == 0 ? NULL : module;
}

/* "list.append() takes ..." */
static bool raise_full(VM *vm, const Signature *signature, const char *what) {
    const char *owner = owner_name(vm, signature);
    raise_type(vm, "%s%s%s() takes %s", owner ? owner : "", owner ? "." : "",
               signature->name, what);
    return false;
}

static bool raise_no_keywords(VM *vm, const Signature *signature) {
    return raise_full(vm, signature, "no keyword arguments");
}

static bool raise_exact(VM *vm, const Signature *signature, u32 nargs) {
    char what[64];
    snprintf(what, sizeof what, "%s (%u given)",
             signature->named ? "exactly one argument" : "no arguments", nargs);
    return raise_full(vm, signature, what);
}

static bool raise_expected(VM *vm, const Signature *signature, u32 nargs) {
    u32 least = signature->required, most = signature->positional;
    bool is_few = nargs < least;
    bool is_fixed = least == most && !signature->has_varargs;
    u32 wanted = is_few ? least : most;
    raise_type(vm, "%s expected %s%u argument%s, got %u", signature->name,
               is_fixed ? ""
               : is_few ? "at least "
                        : "at most ",
               wanted, plural(wanted), nargs);
    return false;
}

static bool check_positional(VM *vm, const Signature *signature, const Given *given) {
    if (given->keywords) return raise_no_keywords(vm, signature);
    bool too_many = given->nargs > signature->positional && !signature->has_varargs;
    if (given->nargs >= signature->required && !too_many) return true;
    bool is_exact = signature->named == signature->required && signature->named <= 1 &&
                    !signature->has_varargs && !signature->counts_plainly;
    return is_exact ? raise_exact(vm, signature, given->nargs)
                    : raise_expected(vm, signature, given->nargs);
}

/* ---- signatures with keywords ---- */

static bool check_total(VM *vm, const Signature *signature, const Given *given) {
    u32 total = given->nargs + given->keywords;
    if (total <= signature->named || signature->has_varkw) return true;
    if (!signature->named) {
        raise_type(vm, "%s() takes no arguments", signature->name);
        return false;
    }
    raise_type(vm, "%s() takes at most %u %sargument%s (%u given)", signature->name,
               signature->named, given->nargs == 0 ? "keyword " : "",
               plural(signature->named), total);
    return false;
}

static bool raise_count(VM *vm, const Signature *signature, const char *how, u32 wanted,
                        u32 nargs) {
    raise_type(vm, "%s() takes %s %u positional argument%s (%u given)", signature->name,
               how, wanted, plural(wanted), nargs);
    return false;
}

static bool check_counts(VM *vm, const Signature *signature, const Given *given) {
    u32 most = signature->positional;
    u32 least = signature->required < signature->positional_only
                    ? signature->required
                    : signature->positional_only;
    if (!signature->has_varargs) {
        if (!check_total(vm, signature, given)) return false;
        if (given->nargs > most && most == 0) {
            raise_type(vm, "%s() takes no positional arguments", signature->name);
            return false;
        }
        if (given->nargs > most)
            return raise_count(vm, signature,
                               least < most && signature->required < most ? "at most"
                                                                          : "exactly",
                               most, given->nargs);
    }
    if (given->nargs >= least) return true;
    return raise_count(vm, signature, least < most ? "at least" : "exactly", least,
                       given->nargs);
}

/* Index among the keywords, or -1. */
static i64 find_keyword(const Given *given, const char *name) {
    for (u32 i = 0; i < given->keywords; i++)
        if (str_equals_text(given->names[i], name)) return i;
    return -1;
}

static bool is_required(const Signature *signature, u32 parameter) {
    if (parameter < signature->positional) return parameter < signature->required;
    return parameter - signature->positional < signature->required_keywords;
}

/* Fill what was not given by position. `*used`: how many keywords found a parameter. */
static bool fill_by_name(VM *vm, const Signature *signature, const Given *given,
                         Value *out, u32 *used) {
    u32 from =
        given->nargs < signature->positional ? given->nargs : signature->positional;
    for (u32 i = from; i < signature->named; i++) {
        i64 at = i < signature->positional_only
                     ? -1
                     : find_keyword(given, signature->names[i]);
        out[i] = at < 0 ? EMPTY : given->args[given->nargs + (u32)at];
        *used += at >= 0;
        if (at >= 0 || !is_required(signature, i)) continue;
        raise_type(vm, "%s() missing required argument '%s' (pos %u)", signature->name,
                   signature->names[i], i + 1);
        return false;
    }
    return true;
}

static bool is_parameter(const Signature *signature, Value name) {
    for (u32 i = signature->positional_only; i < signature->named; i++)
        if (str_equals_text(name, signature->names[i])) return true;
    return false;
}

static bool raise_unexpected(VM *vm, const Signature *signature, const char *function, Value name) {
    const char *meant = NULL;
    u32 distance = UINT32_MAX;
    for (u32 i = signature->positional_only; i < signature->named; i++)
        if (similar_is_nearer(str_span(name), span_of(signature->names[i]), &distance))
            meant = signature->names[i];
    raise_type(vm, "%s() got an unexpected keyword argument '%S'%s%s%s", function, name,
               meant ? ". Did you mean '" : "", meant ? meant : "",
               meant ? "'?" : "");
    return false;
}

/* Some keyword is no parameter, or one that was given by position too. */
static bool raise_surplus(VM *vm, const Signature *signature, const Given *given) {
    for (u32 i = signature->positional_only; i < signature->positional; i++) {
        if (i >= given->nargs || find_keyword(given, signature->names[i]) < 0) continue;
        raise_type(vm, "argument for %s() given by name ('%s') and position (%u)",
                   signature->name, signature->names[i], i + 1);
        return false;
    }
    for (u32 i = 0; i < given->keywords; i++)
        if (!is_parameter(signature, given->names[i]))
            return raise_unexpected(vm, signature,
                                    signature->keywords_of ? signature->keywords_of : signature->name,
                                    given->names[i]);
    return false;
}

/* The dict for **kwargs; owned. */
static Value collect_surplus(VM *vm, const Signature *signature, const Given *given) {
    OWNED Value dict = TRY(dict_new(vm));
    for (u32 i = 0; i < given->keywords; i++) {
        if (is_parameter(signature, given->names[i])) continue;
        Value value = given->args[given->nargs + i];
        CHECK(dict_set(vm, to_dict(dict), given->names[i], value));
    }
    return TAKE(dict);
}

/* ---- as functions in Python ---- */

typedef struct ScriptName {
    char text[128];
} ScriptName;

/* "BaseEventLoop.call_soon": by the class that has it. */
static ScriptName script_name(VM *vm, const Signature *signature) {
    ScriptName name;
    bool is_method = signature->spec && signature->spec->sort;
    snprintf(name.text, sizeof name.text, "%s%s%s",
             is_method ? type_short_name(vm->types[signature->spec->owner]) : "", is_method ? "." : "",
             signature->name);
    return name;
}

static bool place_keyword(VM *vm, const Signature *signature, Value name, Value value, Value *out) {
    for (u32 i = signature->positional_only; i < signature->named; i++) {
        if (!str_equals_text(name, signature->names[i])) continue;
        if (out[i] == EMPTY) {
            out[i] = value;
            return true;
        }
        raise_type(vm, "%s() got multiple values for argument '%S'", script_name(vm, signature).text, name);
        return false;
    }
    return signature->has_varkw || raise_unexpected(vm, signature, script_name(vm, signature).text, name);
}

static bool check_none_missing(VM *vm, const Signature *signature, u32 from, u32 to, const char *sort, Value *out) {
    u32 count = 0, seen = 0;
    for (u32 i = from; i < to; i++) count += out[i] == EMPTY;
    if (!count) return true;
    Buffer names = {0};
    for (u32 i = from; i < to; i++)
        if (out[i] == EMPTY) argument_words_add(&names, span_of(signature->names[i]), seen++, count);
    return raise_missing_arguments(vm, span_of(script_name(vm, signature).text), count, sort, &names);
}

static bool raise_too_many(VM *vm, const Signature *signature, u32 nargs, const Value *out) {
    u32 self = !signature->spec || signature->spec->sort ? 1 : 0, by_keyword = 0;
    for (u32 i = signature->positional; i < signature->named; i++) by_keyword += out[i] != EMPTY;
    return raise_too_many_arguments(vm, span_of(script_name(vm, signature).text), signature->required + self,
                                    signature->positional + self, nargs + self, by_keyword);
}

/* out: the positional ones are there. */
static bool bind_as_script(VM *vm, const Signature *signature, const Given *given, Value *out) {
    for (u32 i = given->nargs; i < signature->named; i++) out[i] = EMPTY;
    for (u32 i = signature->positional; i < signature->named; i++) out[i] = EMPTY;
    for (u32 i = 0; i < given->keywords; i++)
        if (!place_keyword(vm, signature, given->names[i], given->args[given->nargs + i], out)) return false;
    if (given->nargs > signature->positional && !signature->has_varargs)
        return raise_too_many(vm, signature, given->nargs, out);
    return check_none_missing(vm, signature, 0, signature->required, "positional", out) &&
           check_none_missing(vm, signature, signature->positional,
                              signature->positional + signature->required_keywords, "keyword-only", out);
}

/* ---- binding ---- */

static bool takes_keywords(const Signature *signature) {
    if (signature->spec && signature->spec->words == NATIVE_WORDS_CLASS) return true;
    return signature->positional_only < signature->named || signature->has_varkw;
}

/* out[0..named): borrowed, EMPTY where omitted. */
static bool bind(VM *vm, const Signature *signature, const Given *given, Value *out) {
    u32 direct =
        given->nargs < signature->positional ? given->nargs : signature->positional;
    for (u32 i = 0; i < direct; i++) out[i] = given->args[i];
    if (signature->is_script) return bind_as_script(vm, signature, given, out);
    if (!takes_keywords(signature) || (signature->counts_plainly && !given->keywords)) {
        for (u32 i = direct; i < signature->named; i++) out[i] = EMPTY;
        return check_positional(vm, signature, given);
    }
    u32 used = 0;
    if (!check_counts(vm, signature, given) ||
        !fill_by_name(vm, signature, given, out, &used))
        return false;
    if (used == given->keywords) return true;
    return signature->has_varkw || raise_surplus(vm, signature, given);
}

bool arguments_bind(VM *vm, const Arguments *spec, Value *args, u32 nargs, Value kwnames,
                    Value *out) {
    u32 named = 0;
    if (kwnames == EMPTY && nargs >= spec->required && nargs <= spec->positional) {
        for (; spec->names[named]; named++) out[named] = named < nargs ? args[named] : EMPTY;
        return true;
    }
    while (spec->names[named]) named++;
    Signature signature = {.name = spec->function,
                           .bound = EMPTY,
                           .names = spec->names,
                           .named = named,
                           .positional = spec->positional,
                           .positional_only = spec->positional_only,
                           .required = spec->required,
                           .is_script = spec->is_script,
                           .counts_plainly =
                               spec->counts_plainly || spec->positional_only == named};
    Given given = given_of(args, nargs, kwnames);
    return bind(vm, &signature, &given, out);
}

Value keywords_of_new(VM *vm, Type *type, Value kwnames) {
    return type->slots.init == vm->types[TYPE_object]->slots.init ? kwnames : EMPTY;
}

bool arguments_no_keywords(VM *vm, const char *function, Value kwnames) {
    if (!count_keywords(kwnames)) return true;
    raise_type(vm, "%s() takes no keyword arguments", function);
    return false;
}

static bool is_script(VM *vm, const NativeSpec *spec) {
    return spec->words == NATIVE_WORDS_SCRIPT || (spec->sort && vm->types[spec->owner]->flags & TYPE_OPEN);
}

static Signature signature_of(VM *vm, const NativeSpec *spec, Value bound) {
    bool has_varkw = spec->rest & NATIVE_VARKW;
    return (Signature){.name = spec->name,
                       .keywords_of = spec->keywords_of,
                       .spec = spec,
                       .bound = bound,
                       .names = spec->parameters,
                       .named = spec->named - has_varkw,
                       .positional = spec->positional,
                       .positional_only = spec->positional_only,
                       .required = spec->required,
                       .required_keywords = spec->required_keywords,
                       .has_varargs = spec->rest & NATIVE_VARARGS,
                       .has_varkw = has_varkw,
                       .is_script = is_script(vm, spec)};
}

/* ---- calling ---- */

enum { ROOM = 16 };

typedef struct NativeCall {
    const NativeSpec *spec;
    Value self;    /* EMPTY: takes none */
    bool is_bound; /* self is known from before, not the first argument */
    Given given;
    u32 surplus; /* positional arguments for *args */
} NativeCall;

/* By position alone, and as many as there must be. */
static bool is_direct(const NativeSpec *spec, const Given *given) {
    return !given->keywords && given->nargs >= spec->required && !spec->required_keywords &&
           (given->nargs <= spec->positional || spec->rest & NATIVE_VARARGS);
}

static void place(const Signature *signature, const Given *given, Value *out) {
    u32 direct = given->nargs < signature->positional ? given->nargs : signature->positional;
    for (u32 i = 0; i < signature->named; i++) out[i] = i < direct ? given->args[i] : EMPTY;
}

static Value call_in(VM *vm, const NativeCall *call, Value *out) {
    const NativeSpec *spec = call->spec;
    Value self = call->self;
    u32 before = self == EMPTY ? 0 : 1, total = before + spec->named + call->surplus;
    Signature signature = signature_of(vm, spec, call->is_bound ? self : EMPTY);
    OWNED Value keywords = EMPTY;
    out[0] = self;
    if (is_direct(spec, &call->given))
        place(&signature, &call->given, out + before);
    else
        CHECK(bind(vm, &signature, &call->given, out + before));
    if (signature.has_varkw) {
        keywords = TRY(collect_surplus(vm, &signature, &call->given));
        out[before + signature.named] = keywords;
    }
    Value *rest = out + before + spec->named;
    for (u32 i = 0; i < call->surplus; i++)
        rest[i] = call->given.args[spec->positional + i];
    return spec->function(vm, out, total);
}

static Value call(VM *vm, const NativeSpec *spec, Value self, bool is_bound,
                  Given given) {
    bool has_varargs = spec->rest & NATIVE_VARARGS;
    u32 surplus = has_varargs && given.nargs > spec->positional
                      ? given.nargs - spec->positional
                      : 0;
    NativeCall call = {spec, self, is_bound, given, surplus};
    usize total = 1 + (usize)spec->named + surplus;
    if (LIKELY(total <= ROOM)) {
        Value room[ROOM];
        return call_in(vm, &call, room);
    }
    Value *out = heap_raw_alloc(&vm->heap, total * sizeof(Value));
    if (!out) return raise_memory(vm);
    Value result = call_in(vm, &call, out);
    heap_raw_free(&vm->heap, out, total * sizeof(Value));
    return result;
}

Value native_call_spec(VM *vm, const NativeSpec *spec, Value self, Value *args, u32 nargs,
                       Value kwnames) {
    return call(vm, spec, self, false, given_of(args, nargs, kwnames));
}

Value native_call_bound(VM *vm, const NativeSpec *spec, Value self, Value *args,
                        u32 nargs, Value kwnames) {
    return call(vm, spec, self, true, given_of(args, nargs, kwnames));
}
