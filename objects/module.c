/* Module objects. */
#include "objects/module.h"

#include "objects/dict.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/want.h"

static Dict *dict_of(Value module) {
    return ((Module *)module)->dict;
}

static Value allocate(VM *vm, Type *type) {
    OWNED Value dict = TRY(dict_new(vm));
    Module *module = (Module *)object_new(vm, type);
    if (!module) return FAIL;
    module->dict = to_dict(TAKE(dict));
    return from_object(module);
}

static bool fill(VM *vm, Dict *dict, Value name, Value doc) {
    return dict_set(vm, dict, NAME(__name__), name) &&
           dict_set(vm, dict, NAME(__doc__), doc) &&
           dict_set(vm, dict, NAME(__package__), NONE) &&
           dict_set(vm, dict, NAME(__loader__), NONE) &&
           dict_set(vm, dict, NAME(__spec__), NONE);
}

Value module_new(VM *vm, Value name) {
    OWNED Value module = TRY(allocate(vm, vm->types[TYPE_module]));
    CHECK(fill(vm, dict_of(module), name, NONE));
    return TAKE(module);
}

bool module_add(VM *vm, Value module, const char *name, Value owned) {
    OWNED Value value = TRY_OR_FALSE(owned);
    OWNED Value key = TRY_OR_FALSE(str_intern_text(vm, name));
    return dict_set(vm, dict_of(module), key, value);
}

static bool is_private(Value name) {
    const char *text = to_str(name)->data;
    return text[0] == '_' && text[1] != '_';
}

/* The entries stay, so that functions which still run find a None and not nothing. */
void module_clear(VM *vm, Dict *dict) {
    OWNED Value held = incref(from_object(dict));
    for (int pass = 0; pass < 2; pass++) {
        Value name, value;
        for (u32 at = 0; dict_next(dict, &at, &name, &value);) {
            if (value == NONE || !is_str(name) || (pass == 0 && !is_private(name))) continue;
            if (str_equals_text(name, "__builtins__")) continue;
            if (!dict_set(vm, dict, name, NONE)) exception_clear(vm);
        }
    }
}

/* ---- the type ---- */

static Value new_module(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    return allocate(vm, type);
}

static const Arguments init_arguments = {
    "module", (const char *const[]){"name", "doc", NULL}, 0, 2, 1, false};

static bool init_module(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    Value given[2];
    if (!arguments_bind(vm, &init_arguments, args, nargs, kwnames, given)) return false;
    if (!want_str(vm, "module", "argument 'name'", given[0])) return false;
    return fill(vm, dict_of(self), given[0], given[1] == EMPTY ? NONE : given[1]);
}

static void free_module(VM *vm, Obj *self) {
    Dict *dict = ((Module *)self)->dict;
    if (dict) decref(from_object(dict));
}

static void visit_module(Obj *self, Visitor *visitor) {
    Dict *dict = ((Module *)self)->dict;
    if (dict) visitor->visit(visitor, from_object(dict));
}

static void clear_module(VM *vm, Obj *self) {
    dict_clear(vm, ((Module *)self)->dict);
}

static Value ask_importlib(VM *vm, const char *function_name, Value argument) {
    OWNED Value library = TRY(str_intern_text(vm, "_frozen_importlib"));
    OWNED Value module = TRY(vm->hooks.import(vm, library, EMPTY, EMPTY, 0));
    OWNED Value function = TRY(object_getattr_text(vm, module, function_name));
    return call_1(vm, function, argument);
}

/* __spec__, __loader__ and __cached__ of an imported module are made when they are asked for. */
static Value describe(VM *vm, Value self, Value name) {
    OWNED Value done = TRY(ask_importlib(vm, "_describe", self));
    return generic_find(vm, self, name);
}

static Value repr_plain(VM *vm, Value self) {
    Value name = dict_get_str(vm, dict_of(self), NAME(__name__));
    Value file = dict_get_str(vm, dict_of(self), NAME(__file__));
    Value loader = dict_get_str(vm, dict_of(self), NAME(__loader__));
    OWNED Value shown = name == EMPTY ? str_from_text(vm, "'?'") : object_repr(vm, name);
    if (shown == FAIL) return FAIL;
    if (file != EMPTY) return str_format(vm, "<module %S from %R>", shown, file);
    if (loader != EMPTY && loader != NONE) return str_format(vm, "<module %S (%R)>", shown, loader);
    return str_format(vm, "<module %S>", shown);
}

/* By the __spec__, if it has one: the text for what is imported is importlib's. */
static Value repr_module(VM *vm, Value self) {
    if (!vm->hooks.import) return repr_plain(vm, self);
    OWNED Value spec = generic_find(vm, self, NAME(__spec__));
    bool has_name = dict_get_str(vm, dict_of(self), NAME(__name__)) != EMPTY;
    if (spec == EMPTY && has_name) spec = describe(vm, self, NAME(__spec__));
    int has_spec = spec == FAIL ? -1 : spec == EMPTY ? 0 : object_truth(vm, spec);
    if (has_spec < 0) exception_clear(vm);
    return has_spec > 0 ? ask_importlib(vm, "_module_repr_from_spec", spec) : repr_plain(vm, self);
}

/* ---- attributes ---- */

/* The module's own __getattr__; EMPTY: it has none. */
static Value ask_module(VM *vm, Value self, Value name) {
    OWNED Value function = incref(dict_get_str(vm, dict_of(self), NAME(__getattr__)));
    if (function == EMPTY) return EMPTY;
    Value found = call_1(vm, function, name);
    if (found == FAIL) attribute_error_complete(vm, self, name);
    return found;
}

Value module_find(VM *vm, Value self, Value name) {
    Value found = generic_find(vm, self, name);
    if (found != EMPTY) return found;
    bool is_lazy = name == NAME(__spec__) || name == NAME(__loader__) || name == NAME(__cached__);
    bool is_made = is_lazy && dict_get_str(vm, dict_of(self), NAME(__name__)) != EMPTY;
    if (UNLIKELY(is_made) && vm->hooks.import) {
        found = describe(vm, self, name);
        if (found != EMPTY) return found;
    }
    return ask_module(vm, self, name);
}

/* The path without its last part; empty if there is none. */
static Span folder_of(Span path) {
    while (path.length && path.data[path.length - 1] != '/') path.length--;
    if (path.length) path.length--;
    return path;
}

/* Does the file lie beside the main program, where it hides what is installed under the same name? */
static bool may_shadow(VM *vm, Value file) {
    Value main_file = vm->main_module == EMPTY
                          ? EMPTY
                          : dict_get_str(vm, dict_of(vm->main_module), NAME(__file__));
    if (main_file == EMPTY || !is_str(main_file) || !is_str(file)) return false;
    Span path = str_span(file), folder = folder_of(path);
    Span tail = {path.data + folder.length, path.length - folder.length};
    if (span_equal(tail, SPAN("/__init__.py"))) folder = folder_of(folder);
    return span_equal(folder, folder_of(str_span(main_file)));
}

static int is_standard(VM *vm, Value name) {
    Value sys = dict_get_text(vm, to_dict(vm->modules), "sys");
    OWNED Value names = sys == EMPTY ? EMPTY : object_getattr_text(vm, sys, "stdlib_module_names");
    if (names == FAIL) return -1;
    return names == EMPTY ? 0 : object_contains(vm, names, name);
}

static Value refuse_shadowing(VM *vm, Value self, Value own, Value name, Value file,
                              bool is_known) {
    if (is_known)
        return raise_attribute_text(
            vm, self, name,
            "module '%S' has no attribute '%S' (consider renaming %R since it has the same "
            "name as the standard library module named '%S' and the import system gives it "
            "precedence)",
            own, name, file, own);
    return raise_attribute_text(
        vm, self, name,
        "module '%S' has no attribute '%S' (consider renaming %R if it has the same name as "
        "a third-party module you intended to import)",
        own, name, file);
}

static Value refuse(VM *vm, Value self, Value name) {
    Value own = dict_get_str(vm, dict_of(self), NAME(__name__));
    if (own == EMPTY || !is_str(own))
        return raise_attribute_text(vm, self, name, "module has no attribute '%S'", name);
    Value file = dict_get_str(vm, dict_of(self), NAME(__file__));
    bool is_partial = to_object(self)->flags & MODULE_INITIALIZING;
    if (self != vm->main_module && may_shadow(vm, file)) {
        int is_known = is_standard(vm, own);
        if (is_known < 0) return FAIL;
        if (is_known || is_partial) return refuse_shadowing(vm, self, own, name, file, is_known);
    }
    if (is_partial && file != EMPTY && is_str(file))
        return raise_attribute_text(vm, self, name,
                                    "partially initialized module '%S' from %R has no attribute "
                                    "'%S' (most likely due to a circular import)",
                                    own, file, name);
    if (is_partial)
        return raise_attribute_text(vm, self, name,
                                    "partially initialized module '%S' has no attribute "
                                    "'%S' (most likely due to a circular import)",
                                    own, name);
    return raise_attribute_text(vm, self, name, "module '%S' has no attribute '%S'", own,
                                name);
}

Value module_getattr(VM *vm, Value self, Value name) {
    Value found = module_find(vm, self, name);
    return found == EMPTY ? refuse(vm, self, name) : found;
}

TYPE(module, .name = "module", .size = sizeof(Module), .kind = KIND_MODULE,
     .dict_offset = offsetof(Module, dict), .flags = TYPE_HAS_DICT | TYPE_WEAKREFS,
     .slots = {.new = new_module,
               .init = init_module,
               .free = free_module,
               .visit = visit_module,
               .clear = clear_module,
               .repr = repr_module,
               .getattr = module_getattr},
     .doc = "Create a module object.\n\n"
            "The name must be a string; the optional doc argument can have any type.")

MEMBER(module, __dict__) {
    return incref(from_object(dict_of(self)));
}

GETTER(module, __annotations__) {
    Value found = dict_get_str(vm, dict_of(self), NAME(__annotations__));
    if (found != EMPTY) return incref(found);
    OWNED Value dict = TRY(dict_new(vm));
    CHECK(dict_set(vm, dict_of(self), NAME(__annotations__), dict));
    return TAKE(dict);
}

SETTER(module, __annotations__) {
    if (value != EMPTY) return dict_set(vm, dict_of(self), NAME(__annotations__), value);
    int deleted = dict_delete(vm, dict_of(self), NAME(__annotations__));
    if (deleted == 0) raise_with(vm, EXC(AttributeError), NAME(__annotations__));
    return deleted > 0;
}

/* __dir__() -> list
 * specialized dir() implementation
 */
METHOD(module, __dir__, "($self, /)") {
    Value function = dict_get_str(vm, dict_of(args[0]), NAME(__dir__));
    if (function != EMPTY) return call_0(vm, function);
    OWNED Value spec = object_find_attr(vm, args[0], NAME(__spec__));
    if (spec == FAIL) exception_clear(vm);
    OWNED Value dict = TRY(object_getattr(vm, args[0], NAME(__dict__)));
    if (!has_kind(dict, KIND_DICT))
        return raise_type(vm, "%T.__dict__ is not a dictionary", args[0]);
    return dict_keys_list(vm, to_dict(dict));
}
