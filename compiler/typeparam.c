/* Type parameters and type aliases: their bounds, defaults and values are functions that
 * run when somebody asks. */
#include "compiler/compile.h"

static Operand on_top(Unit *u) {
    return (Operand){temporary(u->depth - 1), true};
}

void emit_intrinsic(Unit *u, u32 intrinsic, u32 count, Place place) {
    pop(u, count);
    emit_result(u, OP_INTRINSIC, 0, place, next_temporary(u), intrinsic);
}

static void compile_lazy_value(Unit *u, const Node *value) {
    bool is_starred = value->kind == NODE_Starred;
    compile_expr(u, is_starred ? as_Starred(value)->value : value, TEMPORARY);
    u->at = value->at;
    if (is_starred) { /* *Ts: the one item of iter(Ts) */
        pop(u, 1);
        emit(u, OP_UNPACK, F_FIRST, next_temporary(u), next_temporary(u), 1);
        push(u);
    }
    emit_return_top(u);
}

static void push_lazy(Unit *outer, const Node *node, ScopeRole role, const Node *value) {
    Compiler *c = outer->c;
    Scope *scope = scope_find(c, node, role);
    Unit *u = unit_enter(c, scope, (i32)value->at.line);
    Value code = EMPTY;
    if (u) {
        unit_begin(u, NULL);
        compile_lazy_value(u, value);
        emit_cold_paths(u);
        code = unit_leave(u);
    }
    make_function(outer, code, scope, 0, TEMPORARY);
}

static void push_default(Unit *u, const Node *node, const Node *value) {
    if (!value) return;
    push_lazy(u, node, ROLE_DEFAULT, value);
    emit_intrinsic(u, INTRINSIC_TYPE_DEFAULT, 2, TEMPORARY);
}

static void push_type_var(Unit *u, const TypeVarNode *node) {
    if (!node->bound) {
        emit_intrinsic(u, INTRINSIC_TYPEVAR, 1, TEMPORARY);
        return;
    }
    push_lazy(u, &node->node, ROLE_BOUND, node->bound);
    bool has_constraints = node->bound->kind == NODE_Tuple;
    emit_intrinsic(u, has_constraints ? INTRINSIC_TYPEVAR_CONSTRAINTS
                                      : INTRINSIC_TYPEVAR_BOUND,
                   2, TEMPORARY);
}

static Span name_of_parameter(const Node *node, const Node **default_value) {
    switch (node->kind) {
    case NODE_TypeVar:
        *default_value = as_TypeVar(node)->default_value;
        return as_TypeVar(node)->name;
    case NODE_ParamSpec:
        *default_value = as_ParamSpec(node)->default_value;
        return as_ParamSpec(node)->name;
    default:
        *default_value = as_TypeVarTuple(node)->default_value;
        return as_TypeVarTuple(node)->name;
    }
}

static Name *parameter_name(Unit *u, Span text) {
    return name_mangle(u->c, u->here->class_name, name_get(u->c, text));
}

static void define_parameter(Unit *u, const Node *node) {
    const Node *default_value;
    Span text = name_of_parameter(node, &default_value);
    u->at = node->at;
    emit_load(u, name_value(u->c, name_get(u->c, text)), TEMPORARY);
    if (node->kind == NODE_TypeVar)
        push_type_var(u, as_TypeVar(node));
    else if (node->kind == NODE_ParamSpec)
        emit_intrinsic(u, INTRINSIC_PARAMSPEC, 1, TEMPORARY);
    else
        emit_intrinsic(u, INTRINSIC_TYPEVARTUPLE, 1, TEMPORARY);
    push_default(u, node, default_value);
    if (check_name(u, text, node->at, CONTEXT_STORE))
        store_mangled(u, parameter_name(u, text), on_top(u));
}

void define_type_parameters(Unit *u, NodeList parameters) {
    SourceRange at = u->at;
    bool had_default = false;
    for (u32 i = 0; i < parameters.count && !u->c->failed; i++) {
        const Node *node = parameters.items[i], *default_value;
        Span name = name_of_parameter(node, &default_value);
        if (had_default && !default_value)
            compiler_fail(u->c, node->at,
                          "non-default type parameter '%.*s' follows default type "
                          "parameter",
                          (int)name.length, name.data);
        had_default = default_value;
        define_parameter(u, node);
    }
    u->at = at;
}

void push_type_parameters(Unit *u, NodeList parameters) {
    u16 start = next_temporary(u);
    const Node *unused;
    for (u32 i = 0; i < parameters.count; i++) {
        Span text = name_of_parameter(parameters.items[i], &unused);
        load_name(u, parameter_name(u, text), TEMPORARY);
    }
    pop(u, parameters.count);
    emit_result(u, OP_TUPLE, 0, TEMPORARY, start, parameters.count);
}

/* ---- type X[T] = value ---- */

static void push_alias(Unit *u, const TypeAliasNode *node) {
    Span name = as_Name(node->name)->id;
    u->at = node->node.at;
    emit_load(u, name_value(u->c, name_get(u->c, name)), TEMPORARY);
    if (node->type_params.count)
        push_type_parameters(u, node->type_params);
    else
        emit_none(u, TEMPORARY);
    push_lazy(u, &node->node, ROLE_BODY, node->value);
    emit_intrinsic(u, INTRINSIC_TYPE_ALIAS, 3, TEMPORARY);
}

static void push_generic_alias(Unit *outer, const TypeAliasNode *node) {
    Compiler *c = outer->c;
    Scope *scope = scope_find(c, &node->node, ROLE_TYPE_PARAMETERS);
    Unit *u = unit_enter(c, scope, (i32)node->node.at.line);
    Value code = EMPTY;
    if (u) {
        u->at = node->node.at;
        unit_begin(u, NULL);
        define_type_parameters(u, node->type_params);
        push_alias(u, node);
        emit_return_top(u);
        emit_cold_paths(u);
        code = unit_leave(u);
    }
    make_function(outer, code, scope, 0, TEMPORARY);
    call_made_function(outer, window_open(outer), 0, TEMPORARY);
}

void compile_type_alias(Unit *u, const TypeAliasNode *node) {
    if (node->type_params.count)
        push_generic_alias(u, node);
    else
        push_alias(u, node);
    if (u->c->failed) return;
    Span name = as_Name(node->name)->id;
    if (check_name(u, name, node->node.at, CONTEXT_STORE)) store_name(u, name, on_top(u));
}
