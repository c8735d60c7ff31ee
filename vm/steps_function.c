/* Making functions, and the INTRINSIC instruction. */
#include "vm/interpreter.h"

#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/str.h"
#include "objects/tuple.h"

enum { PART_DEFAULTS = 1, PART_KEYWORD_DEFAULTS = 2, PART_ANNOTATIONS = 4, PART_CLOSURE = 8 };

Value step_function(VM *vm, Frame *frame, Value code, Value *parts, u32 which) {
    Function *outer = (Function *)to_object(frame->func);
    Value made = function_new(vm, (Code *)to_object(code), outer->globals);
    Function *function = made == FAIL ? NULL : (Function *)to_object(made);
    Value *slots[] = {&function->defaults, &function->keyword_defaults, &function->annotations,
                      &function->closure};
    for (u32 i = 0; i < COUNT_OF(slots); i++) {
        if (!(which & 1u << i)) continue;
        if (function) replace(slots[i], *parts);
        else decref(*parts);
        parts++;
    }
    return made;
}

static const u8 argument_counts[INTRINSIC_COUNT] = {
    [INTRINSIC_PRINT_EXPRESSION] = 1, [INTRINSIC_IMPORT_STAR] = 1,       [INTRINSIC_TYPEVAR] = 1,
    [INTRINSIC_TYPEVAR_BOUND] = 2,    [INTRINSIC_TYPEVAR_CONSTRAINTS] = 2, [INTRINSIC_TYPEVARTUPLE] = 1,
    [INTRINSIC_PARAMSPEC] = 1,        [INTRINSIC_TYPE_DEFAULT] = 2,      [INTRINSIC_TYPE_ALIAS] = 3,
    [INTRINSIC_GENERIC_BASE] = 1,     [INTRINSIC_SET_TYPE_PARAMS] = 2,   [INTRINSIC_PREPARE_RERAISE] = 2,
    [INTRINSIC_GROUP_WRAP] = 1,
};

u32 intrinsic_arguments(u32 which) {
    return argument_counts[which];
}

static Value print_expression(VM *vm, Value v) {
    OWNED Value hook = incref(dict_get_text(vm, to_dict(vm->sys), "displayhook"));
    if (hook == EMPTY) return raise_runtime(vm, "lost sys.displayhook");
    return call_1(vm, hook, v);
}

static Value builtin(VM *vm, const char *name) {
    OWNED Value key = TRY(str_from_text(vm, name));
    Function *running = (Function *)to_object(vm->frame->func);
    Value found = step_mapping_get(vm, running->builtins, key);
    return found == EMPTY ? raise_format(vm, EXC(NameError), "%s not found", name) : found;
}

/* The type parameter objects are made by the module _type_parameters, in the language's own terms. */
static Value call_typing(VM *vm, const char *function, Value *args, u32 count) {
    OWNED Value name = TRY(str_from_text(vm, "_type_parameters"));
    OWNED Value list = TRY(tuple_of(vm, 1, name));
    OWNED Value module = TRY(vm->hooks.import(vm, name, EMPTY, list, 0));
    OWNED Value maker = TRY(object_getattr_text(vm, module, function));
    return object_call(vm, maker, args, count, EMPTY);
}

static Value setup_annotations(VM *vm, Value namespace) {
    Value known = step_mapping_get(vm, namespace, NAME(__annotations__));
    if (known != EMPTY) {
        if (known != FAIL) decref(known);
        return known == FAIL ? FAIL : NONE;
    }
    OWNED Value dict = TRY(dict_new(vm));
    return object_setitem(vm, namespace, NAME(__annotations__), dict) ? NONE : FAIL;
}

static Value set_type_params(VM *vm, Value function, Value params) {
    if (has_kind(function, KIND_FUNCTION)) {
        replace(&((Function *)to_object(function))->type_params, incref(params));
        return incref(function);
    }
    return object_setattr(vm, function, NAME(__type_params__), params) ? incref(function) : FAIL;
}

static Value group_wrap(VM *vm, Value exception) {
    if (is_instance(vm, exception, EXC(BaseExceptionGroup))) return incref(exception);
    OWNED Value one = TRY(tuple_of(vm, 1, exception));
    return exception_group_new(vm, "", one);
}

Value step_intrinsic(VM *vm, Frame *frame, u32 which, Value *args) {
    switch (which) {
    case INTRINSIC_PRINT_EXPRESSION: return print_expression(vm, args[0]);
    case INTRINSIC_IMPORT_STAR: return import_star(vm, args[0], frame->r[0]) ? NONE : FAIL;
    case INTRINSIC_TYPEVAR: return call_typing(vm, "make_typevar", args, 1);
    case INTRINSIC_TYPEVAR_BOUND: return call_typing(vm, "make_typevar_bound", args, 2);
    case INTRINSIC_TYPEVAR_CONSTRAINTS: return call_typing(vm, "make_typevar_constraints", args, 2);
    case INTRINSIC_TYPEVARTUPLE: return call_typing(vm, "make_typevartuple", args, 1);
    case INTRINSIC_PARAMSPEC: return call_typing(vm, "make_paramspec", args, 1);
    case INTRINSIC_TYPE_DEFAULT: return call_typing(vm, "set_default", args, 2);
    case INTRINSIC_TYPE_ALIAS: return call_typing(vm, "make_type_alias", args, 3);
    case INTRINSIC_GENERIC_BASE: return call_typing(vm, "generic_base", args, 1);
    case INTRINSIC_SET_TYPE_PARAMS: return set_type_params(vm, args[0], args[1]);
    case INTRINSIC_PREPARE_RERAISE: return exception_group_reraise(vm, args[0], args[1]);
    case INTRINSIC_GROUP_WRAP: return group_wrap(vm, args[0]);
    case INTRINSIC_ASSERTION_ERROR: return incref(from_object(EXC(AssertionError)));
    case INTRINSIC_BUILD_CLASS: return builtin(vm, "__build_class__");
    case INTRINSIC_SETUP_ANNOTATIONS: return setup_annotations(vm, frame->r[0]);
    default: return raise_system(vm, "unknown intrinsic %d", which);
    }
}
