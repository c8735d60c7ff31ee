/* Functions made by scripts. */
#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/frame.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

static Function *to_function(Value v) {
    return (Function *)to_object(v);
}

/* Globals that do not say which builtins they want get those of the code that runs. */
static Value builtins_of(VM *vm, Value globals) {
    Value found = dict_get_str(vm, to_dict(globals), NAME(__builtins__));
    if (has_exact_kind(found, KIND_MODULE)) return from_object(((Module *)to_object(found))->dict);
    if (found != EMPTY && type_of(vm, found)->slots.getitem) return found;
    Value running = vm->frame ? vm->frame->func : EMPTY;
    return has_kind(running, KIND_FUNCTION) ? to_function(running)->builtins : vm->builtins;
}

Value function_new(VM *vm, Code *code, Value globals) {
    Type *type = vm->types[TYPE_function];
    Function *function = (Function *)object_new_sized(vm, type, type->alloc_size); /* all of it is set here */
    if (!function) return FAIL;
    *(Value *)&function->code = incref(from_object(code));
    function->globals = incref(globals);
    function->builtins = incref(builtins_of(vm, globals));
    function->closure = function->defaults = function->keyword_defaults = EMPTY;
    function->name = incref(code->name);
    function->qualname = incref(code->qualname);
    function->module = incref(dict_get_str(vm, to_dict(globals), NAME(__name__)));
    function->doc = function->annotations = function->type_params = EMPTY;
    function->dict = EMPTY;
    if (code->flags & CODE_HAS_DOCSTRING) function->doc = incref(code->constants[0]);
    return from_object(function);
}

/* Its values lie side by side. */
static ALWAYS_INLINE void each_value(Function *f, void (*act)(void *context, Value *slot), void *context) {
    for (Value *slot = &f->globals; slot <= &f->dict; slot++) act(context, slot);
}

static void release_slot(void *context, Value *slot) {
    replace(slot, EMPTY);
}

static void visit_slot(void *visitor, Value *slot) {
    ((Visitor *)visitor)->visit(visitor, *slot);
}

static void function_free(VM *vm, Obj *self) {
    Function *function = (Function *)self;
    each_value(function, release_slot, NULL);
    decref(from_object(function->code));
}

static void function_visit(Obj *self, Visitor *visitor) {
    each_value((Function *)self, visit_slot, visitor);
    visitor->visit(visitor, from_object(((Function *)self)->code));
}

/* Everything but globals and builtins, which a call under way may still need. */
static void function_clear(VM *vm, Obj *self) {
    Function *f = (Function *)self;
    Value *slots[] = {&f->closure, &f->defaults, &f->keyword_defaults, &f->annotations, &f->type_params,
                      &f->dict};
    for (u32 i = 0; i < COUNT_OF(slots); i++) replace(slots[i], EMPTY);
}

static Value function_repr(VM *vm, Value self) {
    return str_format(vm, "<function %S at 0x%lx>", to_function(self)->qualname, (u64)self);
}

static Value function_call(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    return vm->hooks.call_function(vm, self, args, nargs, kwnames);
}

static Value function_get(VM *vm, Value self, Value instance, Value type) {
    if (instance == EMPTY || instance == NONE) return incref(self);
    return method_new(vm, self, instance);
}

static bool check_cells(VM *vm, const Tuple *closure) {
    for (usize i = 0; i < closure->count; i++) {
        if (has_exact_kind(closure->items[i], KIND_CELL)) continue;
        raise_type(vm, "arg 5 (closure) expected cell, found %T", closure->items[i]);
        return false;
    }
    return true;
}

static bool check_closure(VM *vm, Code *code, Value closure, Value name) {
    bool is_none = closure == EMPTY || closure == NONE;
    if (is_none ? code->free_count != 0 : !has_kind(closure, KIND_TUPLE)) {
        raise_type(vm, is_none ? "arg 5 (closure) must be tuple"
                               : "arg 5 (closure) must be None or tuple");
        return false;
    }
    usize given = is_none ? 0 : to_tuple(closure)->count;
    if (given == code->free_count) return is_none || check_cells(vm, to_tuple(closure));
    raise_value(vm, "%S requires closure of length %d, not %d", name, code->free_count, (u32)given);
    return false;
}

/* name, argdefs and kwdefaults of types.FunctionType(...) */
static bool check_parts(VM *vm, const Value *given) {
    const char *text = NULL;
    if (given[2] != EMPTY && given[2] != NONE && !is_str(given[2])) text = "arg 3 (name) must be None or string";
    else if (given[3] != EMPTY && given[3] != NONE && !has_kind(given[3], KIND_TUPLE))
        text = "arg 4 (defaults) must be None or tuple";
    else if (given[5] != EMPTY && given[5] != NONE && !has_kind(given[5], KIND_DICT))
        text = "arg 6 (kwdefaults) must be None or dict";
    if (text) raise_type(vm, "%s", text);
    return !text;
}

/* Code of a module has its names in a mapping, its one argument: a function of it uses its globals. */
static bool use_globals(VM *vm, Function *function) {
    bool has_names = !(function->code->flags & CODE_OPTIMIZED) && function->code->positional == 1;
    if (!has_names || function->defaults != EMPTY) return true;
    Value defaults = tuple_of(vm, 1, function->globals);
    if (defaults == FAIL) return false;
    function->defaults = defaults;
    return true;
}

static const Arguments new_arguments = {
    "function",
    (const char *const[]){"code", "globals", "name", "argdefs", "closure", "kwdefaults", NULL},
    0, 6, 2};

static Value function_make(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    Value given[6];
    CHECK(arguments_bind(vm, &new_arguments, args, nargs, kwnames, given));
    if (!has_exact_kind(given[0], KIND_CODE))
        return raise_type(vm, "function() argument 'code' must be code, not %N", given[0]);
    if (!has_kind(given[1], KIND_DICT))
        return raise_type(vm, "function() argument 'globals' must be dict, not %N", given[1]);
    Code *code = (Code *)to_object(given[0]);
    CHECK(check_parts(vm, given));
    CHECK(check_closure(vm, code, given[4], code->name));
    OWNED Value made = TRY(function_new(vm, code, given[1]));
    Function *function = to_function(made);
    if (given[2] != EMPTY && given[2] != NONE) replace(&function->name, incref(given[2]));
    if (given[3] != EMPTY && given[3] != NONE) function->defaults = incref(given[3]);
    if (given[4] != EMPTY && given[4] != NONE && code->free_count) function->closure = incref(given[4]);
    if (given[5] != EMPTY && given[5] != NONE) function->keyword_defaults = incref(given[5]);
    CHECK(use_globals(vm, function));
    return TAKE(made);
}

TYPE(function, .name = "function", .size = sizeof(Function), .kind = KIND_FUNCTION,
     .dict_offset = offsetof(Function, dict), .flags = TYPE_FINAL | TYPE_HAS_DICT | TYPE_WEAKREFS,
     .slots = {.new = function_make, .free = function_free, .visit = function_visit,
               .clear = function_clear, .repr = function_repr, .call = function_call, .get = function_get},
     .doc = "Create a function object.")

/* ---- attributes ---- */

static Value or_none(Value v) {
    return v == EMPTY ? NONE : incref(v);
}

GETTER(function, __code__) {
    return incref(from_object(to_function(self)->code));
}
SETTER(function, __code__) {
    Function *function = to_function(self);
    if (!has_exact_kind(value, KIND_CODE))
        return raise_type(vm, "__code__ must be set to a code object"), false;
    Code *code = (Code *)to_object(value);
    u32 cells = function->closure == EMPTY ? 0 : (u32)to_tuple(function->closure)->count;
    if (cells != code->free_count) {
        raise_value(vm, "%S() requires a code object with %d free vars, not %d", function->name, cells,
                    code->free_count);
        return false;
    }
    /* calls under way run the old code: the new code keeps it alive as a hidden constant would */
    Value old = from_object(function->code);
    function->code = (Code *)to_object(incref(value));
    return code_keep(vm, code, old);
}
MEMBER(function, __globals__) {
    return incref(to_function(self)->globals);
}
MEMBER(function, __builtins__) {
    return incref(to_function(self)->builtins);
}
MEMBER(function, __closure__) {
    return or_none(to_function(self)->closure);
}
GETTER(function, __defaults__) {
    return or_none(to_function(self)->defaults);
}
SETTER(function, __defaults__) {
    if (value != EMPTY && value != NONE && !has_kind(value, KIND_TUPLE))
        return raise_type(vm, "__defaults__ must be set to a tuple object"), false;
    replace(&to_function(self)->defaults, value == NONE ? EMPTY : incref(value));
    return true;
}
GETTER(function, __kwdefaults__) {
    return or_none(to_function(self)->keyword_defaults);
}
SETTER(function, __kwdefaults__) {
    if (value != EMPTY && value != NONE && !has_kind(value, KIND_DICT))
        return raise_type(vm, "__kwdefaults__ must be set to a dict object"), false;
    replace(&to_function(self)->keyword_defaults, value == NONE ? EMPTY : incref(value));
    return true;
}
GETTER(function, __annotations__) {
    Function *function = to_function(self);
    if (function->annotations == EMPTY) function->annotations = TRY(dict_new(vm));
    return incref(function->annotations);
}
SETTER(function, __annotations__) {
    if (value != EMPTY && value != NONE && !has_kind(value, KIND_DICT))
        return raise_type(vm, "__annotations__ must be set to a dict object"), false;
    replace(&to_function(self)->annotations, value == NONE ? EMPTY : incref(value));
    return true;
}

static bool set_text(VM *vm, Value *slot, Value value, const char *name) {
    if (value == EMPTY || !is_str(value))
        return raise_type(vm, "%s must be set to a string object", name), false;
    replace(slot, incref(value));
    return true;
}

GETTER(function, __name__) {
    return incref(to_function(self)->name);
}
SETTER(function, __name__) {
    return set_text(vm, &to_function(self)->name, value, "__name__");
}
GETTER(function, __qualname__) {
    return incref(to_function(self)->qualname);
}
SETTER(function, __qualname__) {
    return set_text(vm, &to_function(self)->qualname, value, "__qualname__");
}
MEMBER(function, __module__) {
    return or_none(to_function(self)->module);
}
SETTER(function, __module__) {
    replace(&to_function(self)->module, incref(value));
    return true;
}
MEMBER(function, __doc__) {
    return or_none(to_function(self)->doc);
}
SETTER(function, __doc__) {
    replace(&to_function(self)->doc, incref(value));
    return true;
}
/* Get the declared type parameters for a function. */
GETTER(function, __type_params__) {
    Value params = to_function(self)->type_params;
    return incref(params == EMPTY ? vm->empty_tuple : params);
}
SETTER(function, __type_params__) {
    if (value == EMPTY || !has_kind(value, KIND_TUPLE))
        return raise_type(vm, "__type_params__ must be set to a tuple"), false;
    replace(&to_function(self)->type_params, incref(value));
    return true;
}

static Value *function_dict(VM *vm, Value self) {
    Value *dict = &to_function(self)->dict;
    if (*dict == EMPTY) {
        Value made = dict_new(vm);
        if (made == FAIL) return NULL;
        *dict = made;
    }
    return dict;
}

GETTER(function, __dict__) {
    Value *dict = function_dict(vm, self);
    return dict ? incref(*dict) : FAIL;
}
SETTER(function, __dict__) {
    if (value == EMPTY) return raise_type(vm, "cannot delete __dict__"), false;
    if (!has_kind(value, KIND_DICT))
        return raise_type(vm, "__dict__ must be set to a dictionary, not a '%T'", value), false;
    replace(&to_function(self)->dict, incref(value));
    return true;
}
