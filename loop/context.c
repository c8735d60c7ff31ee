#include "loop/context.h"

#include "objects/dict.h"
#include "objects/frame.h"
#include "objects/generic_alias.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

bool is_context(VM *vm, Value v) {
    return is_object(v) && to_object(v)->shape == vm->types[TYPE_Context]->shape;
}

static Context *to_context(Value v) {
    return (Context *)to_object(v);
}

/* ---- words that mean a context ---- */

static Value map_of(VM *vm, Value word) {
    return is_context(vm, word) ? to_context(word)->map : word;
}

Value context_copy(VM *vm) {
    return incref(map_of(vm, vm->context));
}

static Value make_context(VM *vm, Value owned_map) {
    Context *context = (Context *)object_new(vm, vm->types[TYPE_Context]);
    if (!context) {
        decref(owned_map);
        return FAIL;
    }
    context->map = owned_map;
    context->outside = EMPTY;
    context->is_entered = false;
    return from_object(context);
}

Value context_object(VM *vm, Value *word) {
    if (is_context(vm, *word)) return *word;
    Value made = make_context(vm, *word);
    if (made == FAIL) {
        *word = EMPTY;
        return FAIL;
    }
    *word = made;
    return made;
}

/* The current one, to be seen or changed: it is entered. */
static Context *current(VM *vm) {
    bool is_new = !is_context(vm, vm->context);
    if (context_object(vm, &vm->context) == FAIL) return NULL;
    Context *context = to_context(vm->context);
    if (is_new) context->is_entered = true;
    return context;
}

static bool raise_entered(VM *vm, Value context) {
    raise_runtime(vm, "cannot enter context: %R is already entered", context);
    return false;
}

Value context_given(VM *vm, Value given) {
    if (given == EMPTY || given == NONE) return context_copy(vm);
    if (is_context(vm, given)) return incref(given);
    raise_format(vm, EXC(AttributeError), "'%T' object has no attribute 'run'", given);
    return FAIL;
}

bool context_enter(VM *vm, Value *word) {
    Value entered = *word;
    if (is_context(vm, entered)) {
        if (to_context(entered)->is_entered) return raise_entered(vm, entered);
        to_context(entered)->is_entered = true;
    }
    *word = vm->context;
    vm->context = entered;
    return true;
}

void context_leave(VM *vm, Value *word) {
    Value left = vm->context;
    if (is_context(vm, left)) to_context(left)->is_entered = false;
    vm->context = *word;
    *word = left;
}

/* ---- Context ---- */

static void free_context(VM *vm, Obj *self) {
    decref(((Context *)self)->map);
    decref(((Context *)self)->outside);
}

static void visit_context(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((Context *)self)->map);
    visitor->visit(visitor, ((Context *)self)->outside);
}

static Value new_context(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    if (nargs || kwnames != EMPTY) return raise_type(vm, "Context() does not accept any arguments");
    return make_context(vm, EMPTY);
}

static bool need_variable(VM *vm, Value v) {
    if (is_instance(vm, v, vm->types[TYPE_ContextVar])) return true;
    raise_type(vm, "a ContextVar key was expected, got %R", v);
    return false;
}

/* Borrowed; EMPTY: it has no value. */
static Value find(VM *vm, Value map, Value variable) {
    return map == EMPTY ? EMPTY : dict_get(vm, to_dict(map), variable);
}

static i64 context_length(VM *vm, Value self) {
    Value map = to_context(self)->map;
    return map == EMPTY ? 0 : to_dict(map)->count;
}

static Value context_getitem(VM *vm, Value self, Value key) {
    CHECK(need_variable(vm, key));
    Value found = TRY(find(vm, to_context(self)->map, key));
    return found == EMPTY ? raise_key(vm, key) : incref(found);
}

static int context_contains(VM *vm, Value self, Value key) {
    if (!need_variable(vm, key)) return -1;
    return find(vm, to_context(self)->map, key) != EMPTY;
}

static Value map_or_new(VM *vm, Value self) {
    Value map = to_context(self)->map;
    return map == EMPTY ? dict_new(vm) : incref(map);
}

static Value context_iter(VM *vm, Value self) {
    OWNED Value map = TRY(map_or_new(vm, self));
    return object_iter(vm, map);
}

static Value context_compare(VM *vm, Value a, Value b, CompareOp op) {
    if (!is_context(vm, b) || (op != EQ && op != NE)) return NOT_IMPLEMENTED;
    OWNED Value x = TRY(map_or_new(vm, a));
    OWNED Value y = TRY(map_or_new(vm, b));
    int equal = dict_equal(vm, to_dict(x), to_dict(y));
    return equal < 0 ? FAIL : from_bool(equal == (op == EQ));
}

TYPE(Context, .name = "_contextvars.Context", .size = sizeof(Context), .kind = KIND_OTHER, .flags = TYPE_FINAL | TYPE_WEAKREFS | TYPE_MAPPING,
     .slots = {.new = new_context, .free = free_context, .visit = visit_context, .compare = context_compare,
               .length = context_length, .getitem = context_getitem, .contains = context_contains,
               .iter = context_iter})

/* Run the callable in this context. */
METHOD(Context, run, "($self, *args, **kwargs) hidden") {
    if (nargs < 3) return raise_type(vm, "run() missing 1 required positional argument");
    Context *context = to_context(args[0]);
    if (context->is_entered) return raise_entered(vm, args[0]), FAIL;
    Value word = incref(args[0]);
    CHECK(context_enter(vm, &word));
    OWNED Value positional = tuple_from(vm, args + 3, nargs - 3);
    Value result = positional == FAIL ? FAIL : call_with_tuple(vm, args[2], positional, args[1]);
    context_leave(vm, &word);
    decref(word);
    return result;
}

/* Return a shallow copy of the context object. */
METHOD(Context, copy, "($self, /)") {
    return make_context(vm, incref(to_context(args[0])->map));
}

/* Return the value for `key` if `key` has the value in the context object.
 *
 * If `key` does not exist, return `default`. If `default` is not given,
 * return None. */
METHOD(Context, get, "($self, key, default=None, /)") {
    CHECK(need_variable(vm, args[1]));
    Value found = TRY(find(vm, to_context(args[0])->map, args[1]));
    if (found != EMPTY) return incref(found);
    return args[2] == EMPTY ? NONE : incref(args[2]);
}

/* Return a list of all variables in the context object. */
METHOD(Context, keys, "($self, /)") {
    OWNED Value map = TRY(map_or_new(vm, args[0]));
    return dict_view_new(vm, map, 'k');
}

/* Return a list of all variables' values in the context object. */
METHOD(Context, values, "($self, /)") {
    OWNED Value map = TRY(map_or_new(vm, args[0]));
    return dict_view_new(vm, map, 'v');
}

/* Return all variables and their values in the context object.
 *
 * The result is returned as a list of 2-tuples (variable, value). */
METHOD(Context, items, "($self, /)") {
    OWNED Value map = TRY(map_or_new(vm, args[0]));
    return dict_view_new(vm, map, 'i');
}

/* ---- ContextVar ---- */

typedef struct Token {
    Obj h;
    Value variable, context, old; /* old: EMPTY: it had no value */
    bool is_used;
} Token;

static ContextVar *to_variable(Value v) {
    return (ContextVar *)to_object(v);
}

static void free_variable(VM *vm, Obj *self) {
    decref(((ContextVar *)self)->name);
    decref(((ContextVar *)self)->preset);
}

static void visit_variable(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((ContextVar *)self)->preset);
}

static Value new_variable(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"name", "default", NULL};
    static const Arguments arguments = {"ContextVar", names, 1, 1, 1};
    Value given[2];
    if (nargs == 2 && kwnames == EMPTY) /* "exactly" elsewhere */
        return raise_type(vm, "ContextVar() takes at most 1 positional argument (2 given)");
    CHECK(arguments_bind(vm, &arguments, args, nargs, kwnames, given));
    if (!is_str(given[0])) return raise_type(vm, "context variable name must be a str");
    ContextVar *variable = (ContextVar *)object_new(vm, type);
    if (!variable) return FAIL;
    variable->name = incref(given[0]);
    variable->preset = incref(given[1]);
    return from_object(variable);
}

static Value repr_variable(VM *vm, Value self) {
    ContextVar *variable = to_variable(self);
    if (variable->preset == EMPTY)
        return str_format(vm, "<ContextVar name=%R at 0x%lx>", variable->name, (u64)self);
    return str_format(vm, "<ContextVar name=%R default=%R at 0x%lx>", variable->name, variable->preset,
                      (u64)self);
}

TYPE(ContextVar, .name = "_contextvars.ContextVar", .size = sizeof(ContextVar), .kind = KIND_OTHER,
     .flags = TYPE_FINAL,
     .slots = {.new = new_variable, .free = free_variable, .visit = visit_variable, .repr = repr_variable})

MEMBER(ContextVar, name) {
    return incref(to_variable(self)->name);
}

CLASS_METHOD(ContextVar, __class_getitem__, "($type, object, /)") {
    return generic_alias_new(vm, args[0], args[1]);
}

/* Return a value for the context variable for the current context.
 *
 * If there is no value for the variable in the current context, the method will:
 *  * return the value of the default argument of the method, if provided; or
 *  * return the default value for the context variable, if it was created
 *    with one; or
 *  * raise a LookupError. */
METHOD(ContextVar, get, "($self, default=<unrepresentable>, /)") {
    Value found = TRY(find(vm, map_of(vm, vm->context), args[0]));
    if (found != EMPTY) return incref(found);
    if (args[1] != EMPTY) return incref(args[1]);
    Value preset = to_variable(args[0])->preset;
    return preset == EMPTY ? raise_with(vm, EXC(LookupError), args[0]) : incref(preset);
}

/* Nobody else may see the change. */
static bool own_map(VM *vm, Context *context) {
    if (context->map == EMPTY) context->map = dict_new(vm);
    else if (to_object(context->map)->rc > 1) {
        Value copy = dict_copy(vm, to_dict(context->map));
        if (copy != FAIL) replace(&context->map, copy);
        return copy != FAIL;
    }
    if (context->map != FAIL) return true;
    context->map = EMPTY;
    return false;
}

static Value make_token(VM *vm, Value variable, Context *context, Value old) {
    Token *token = (Token *)object_new(vm, vm->types[TYPE_Token]);
    if (!token) return FAIL;
    token->variable = incref(variable);
    token->context = incref(from_object(context));
    token->old = incref(old);
    token->is_used = false;
    return from_object(token);
}

/* Call to set a new value for the context variable in the current context.
 *
 * The required *value* argument is the new value for the context variable.
 *
 * Returns a Token object that can be used to restore the variable to its previous
 * value via the `ContextVar.reset()` method. */
METHOD(ContextVar, set, "($self, value, /)") {
    Context *context = current(vm);
    if (!context) return FAIL;
    OWNED Value token = TRY(make_token(vm, args[0], context, TRY(find(vm, context->map, args[0]))));
    CHECK(own_map(vm, context) && dict_set(vm, to_dict(context->map), args[0], args[1]));
    return TAKE(token);
}

static bool check_token(VM *vm, Value variable, Value v, Context *context) {
    if (!is_instance(vm, v, vm->types[TYPE_Token])) {
        raise_type(vm, "expected an instance of Token, got %R", v);
        return false;
    }
    Token *token = (Token *)to_object(v);
    if (token->is_used) raise_runtime(vm, "%R has already been used once", v);
    else if (token->variable != variable) raise_value(vm, "%R was created by a different ContextVar", v);
    else if (token->context != from_object(context))
        raise_value(vm, "%R was created in a different Context", v);
    else return true;
    return false;
}

/* Reset the context variable.
 *
 * The variable is reset to the value it had before the `ContextVar.set()` that
 * created the token was used. */
METHOD(ContextVar, reset, "($self, token, /)") {
    Context *context = current(vm);
    if (!context || !check_token(vm, args[0], args[1], context)) return FAIL;
    Token *token = (Token *)to_object(args[1]);
    token->is_used = true;
    CHECK(own_map(vm, context));
    if (token->old == EMPTY) return dict_delete(vm, to_dict(context->map), args[0]) < 0 ? FAIL : NONE;
    return dict_set(vm, to_dict(context->map), args[0], token->old) ? NONE : FAIL;
}

/* ---- Token ---- */

static void free_token(VM *vm, Obj *self) {
    Token *token = (Token *)self;
    decref(token->variable);
    decref(token->context);
    decref(token->old);
}

static void visit_token(Obj *self, Visitor *visitor) {
    Token *token = (Token *)self;
    visitor->visit(visitor, token->variable);
    visitor->visit(visitor, token->context);
    visitor->visit(visitor, token->old);
}

static Value new_token(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    return raise_runtime(vm, "Tokens can only be created by ContextVars");
}

static Value repr_token(VM *vm, Value self) {
    Token *token = (Token *)to_object(self);
    return str_format(vm, "<Token%s var=%R at 0x%lx>", token->is_used ? " used" : "", token->variable,
                      (u64)self);
}

TYPE(Token, .name = "_contextvars.Token", .size = sizeof(Token), .kind = KIND_OTHER, .flags = TYPE_FINAL,
     .slots = {.new = new_token, .free = free_token, .visit = visit_token, .repr = repr_token})

CLASS_METHOD(Token, __class_getitem__, "($type, object, /)") {
    return generic_alias_new(vm, args[0], args[1]);
}

static Value repr_missing(VM *vm, Value self) {
    return str_from_text(vm, "<Token.MISSING>");
}

TYPE(token_missing, .name = "Token.MISSING", .kind = KIND_OTHER, .size = sizeof(Obj),
     .flags = TYPE_FINAL | TYPE_NO_NEW | TYPE_ATOM, .slots = {.repr = repr_missing})

GETTER(Token, var) {
    return incref(((Token *)to_object(self))->variable);
}
GETTER(Token, old_value) {
    Value old = ((Token *)to_object(self))->old;
    return old == EMPTY ? object_getattr_text(vm, from_object(vm->types[TYPE_Token]), "MISSING") : incref(old);
}

/* ---- the module ---- */

MODULE(_contextvars, "Context Variables")
MODULE(contextvars, "Context Variables")

/* Return a copy of the current Context. */
FUNCTION(_contextvars, copy_context, "()") {
    return make_context(vm, context_copy(vm));
}

MODULE_INIT(_contextvars) {
    OWNED Value missing = from_object(object_new(vm, vm->types[TYPE_token_missing]));
    Dict *dict = type_dict(vm, vm->types[TYPE_Token]);
    return missing && dict && dict_set_text(vm, dict, "MISSING", missing) &&
           module_add(vm, module, "Context", incref(from_object(vm->types[TYPE_Context]))) &&
           module_add(vm, module, "ContextVar", incref(from_object(vm->types[TYPE_ContextVar]))) &&
           module_add(vm, module, "Token", incref(from_object(vm->types[TYPE_Token])));
}

MODULE_INIT(contextvars) {
    static const char *const names[] = {"Context", "ContextVar", "Token", "copy_context"};
    OWNED Value text = str_from_text(vm, "_contextvars");
    OWNED Value inner = text == FAIL ? FAIL : vm->hooks.import(vm, text, EMPTY, EMPTY, 0);
    if (inner == FAIL) return false;
    for (u32 i = 0; i < COUNT_OF(names); i++) {
        Value thing = object_getattr_text(vm, inner, names[i]);
        if (thing == FAIL || !module_add(vm, module, names[i], thing)) return false;
    }
    return true;
}
