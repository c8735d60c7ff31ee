/* Functions, lambdas, decorators. */
#include "compiler/compile.h"

#include "objects/tuple.h"

static Operand on_top(Unit *u) {
    return (Operand){temporary(u->depth - 1), true};
}

/* ---- decorators ---- */

Decorators push_decorators(Unit *u, NodeList nodes) {
    u16 *windows = compiler_alloc(u->c, (nodes.count + 1) * sizeof *windows);
    if (!windows) return (Decorators){0};
    for (u32 i = 0; i < nodes.count; i++) {
        compile_expr(u, nodes.items[i], TEMPORARY);
        windows[i] = window_open(u);
    }
    return (Decorators){nodes, windows};
}

void apply_decorators(Unit *u, const Decorators *decorators) {
    SourceRange at = u->at;
    for (u32 i = decorators->nodes.count; i-- > 0;) {
        u->at = decorators->nodes.items[i]->at;
        window_close(u, decorators->windows[i]);
        emit(u, OP_CALL, window_flags(u), decorators->windows[i], 1, 0);
        window_result(u, decorators->windows[i], TEMPORARY);
    }
    u->at = at;
}

i32 first_line_of(const Node *node, NodeList decorators) {
    return (i32)(decorators.count ? decorators.items[0] : node)->at.line;
}

/* ---- the parts of a function object ---- */

static u32 push_defaults(Unit *u, const ArgumentsNode *arguments) {
    if (!arguments->defaults.count) return 0;
    compile_tuple(u, arguments->defaults, TEMPORARY);
    return 1;
}

static void check_argument(Unit *u, const Node *node) {
    if (node) check_name(u, as_arg(node)->arg, node->at, CONTEXT_STORE);
}

static void check_arguments(Unit *u, const ArgumentsNode *arguments) {
    NodeList lists[] = {arguments->posonlyargs, arguments->args, arguments->kwonlyargs};
    for (u32 i = 0; i < COUNT_OF(lists); i++)
        for (u32 j = 0; j < lists[i].count; j++) check_argument(u, lists[i].items[j]);
    check_argument(u, (const Node *)arguments->vararg);
    check_argument(u, (const Node *)arguments->kwarg);
}

static u32 push_keyword_defaults(Unit *u, const ArgumentsNode *arguments) {
    NodeList names = arguments->kwonlyargs, values = arguments->kw_defaults;
    u16 start = next_temporary(u);
    u32 count = 0;
    for (u32 i = 0; i < values.count && !u->c->failed; i++) {
        if (!values.items[i]) continue;
        Value name = name_value(u->c, name_meant(u, as_arg(names.items[i])->arg));
        if (name == EMPTY) return 0;
        emit_load(u, name, TEMPORARY);
        compile_expr(u, values.items[i], TEMPORARY);
        count++;
    }
    if (!count || u->c->failed) return 0;
    pop(u, count * 2);
    emit_result(u, OP_DICT, 0, TEMPORARY, start, count);
    return 2;
}

void make_function(Unit *u, Value code, const Scope *scope, u32 parts, Place place) {
    if (u->c->failed || code == EMPTY) {
        push(u);
        return;
    }
    parts |= push_closure(u, &scope->frees);
    pop(u, (u32)__builtin_popcount(parts));
    emit_constant(u, OP_FUNCTION, 0, next_temporary(u), 0, parts, code);
    emit_move(u, push(u), place);
}

void call_made_function(Unit *u, u16 window, u32 given, Place place) {
    window_close(u, window);
    emit(u, OP_CALL, window_flags(u), window, given, 0);
    window_result(u, window, place);
}

/* ---- bodies ---- */

void emit_return_top(Unit *u) {
    pop(u, 1);
    emit(u, OP_RETURN, F_FIRST, next_temporary(u), 0, 0);
}

void finish_unit(Unit *u) {
    if (u->reachable && u->count) u->at = u->items[u->count - 1].at;
    u->at.end_line = 0; /* it belongs to whatever ran before */
    emit_wide(u, OP_RETURNV, 0, (i32)NONE);
    emit_cold_paths(u);
}

/* It is the first of those constants that get the first numbers: number 0. */
static void add_docstring(Unit *u, Value doc) {
    if (doc == EMPTY) return;
    u32 number = constant_number(u, doc);
    if (u->c->failed) return;
    ConstantRow *row = &u->constants.rows[number];
    row->is_used = row->is_narrow = row->is_narrowest = true;
    u->has_docstring = true;
}

static Value compile_function_code(Unit *outer, const FunctionDefNode *node, i32 line) {
    Compiler *c = outer->c;
    Unit *u = unit_enter(c, scope_find(c, &node->node, ROLE_BODY), line);
    if (!u) return EMPTY;
    u32 skipped;
    add_docstring(u, docstring_of(u, node->body, &skipped));
    unit_begin(u, node->args);
    compile_statements(
        u, (NodeList){node->body.count - skipped, node->body.items + skipped});
    finish_unit(u);
    return unit_leave(u);
}

static void push_function(Unit *u, const FunctionDefNode *node, u32 parts, i32 line) {
    parts |= push_annotations(u, node->args, node->returns);
    Value code = compile_function_code(u, node, line);
    make_function(u, code, scope_find(u->c, &node->node, ROLE_BODY), parts, TEMPORARY);
}

/* ---- generic functions: made by a hidden function that makes the type parameters ---- */

static Value compile_generic_code(Unit *outer, const FunctionDefNode *node, u32 parts,
                                  i32 line) {
    Compiler *c = outer->c;
    Unit *u = unit_enter(c, scope_find(c, &node->node, ROLE_TYPE_PARAMETERS), line);
    if (!u) return EMPTY;
    u->at = node->node.at;
    u16 defaults = NO_REGISTER, keyword_defaults = NO_REGISTER;
    if (parts & 1) defaults = unit_add_hidden_parameter(u, ".defaults");
    if (parts & 2) keyword_defaults = unit_add_hidden_parameter(u, ".kwdefaults");
    u->positional = u->parameters;
    unit_begin(u, NULL);
    define_type_parameters(u, node->type_params);
    if (parts & 1) emit_move(u, (Operand){defaults, false}, TEMPORARY);
    if (parts & 2) emit_move(u, (Operand){keyword_defaults, false}, TEMPORARY);
    push_function(u, node, parts, line);
    push_type_parameters(u, node->type_params);
    emit_intrinsic(u, INTRINSIC_SET_TYPE_PARAMS, 2, TEMPORARY);
    emit_return_top(u);
    emit_cold_paths(u);
    return unit_leave(u);
}

static bool has_keyword_defaults(const ArgumentsNode *arguments) {
    for (u32 i = 0; i < arguments->kw_defaults.count; i++)
        if (arguments->kw_defaults.items[i]) return true;
    return false;
}

static void push_generic_function(Unit *u, const FunctionDefNode *node, i32 line) {
    u32 parts = (node->args->defaults.count > 0) | has_keyword_defaults(node->args) << 1;
    Value code = compile_generic_code(u, node, parts, line);
    make_function(u, code, scope_find(u->c, &node->node, ROLE_TYPE_PARAMETERS), 0,
                  TEMPORARY);
    u16 window = window_open(u);
    push_defaults(u, node->args);
    push_keyword_defaults(u, node->args);
    call_made_function(u, window, (u32)__builtin_popcount(parts), TEMPORARY);
}

/* ---- def and lambda ---- */

void compile_function(Unit *u, const FunctionDefNode *node, bool is_async) {
    i32 line = first_line_of(&node->node, node->decorator_list);
    check_arguments(u, node->args);
    Decorators decorators = push_decorators(u, node->decorator_list);
    if (u->c->failed) return;
    if (node->type_params.count) {
        push_generic_function(u, node, line);
    } else {
        u32 parts = push_defaults(u, node->args);
        parts |= push_keyword_defaults(u, node->args);
        push_function(u, node, parts, line);
    }
    if (u->c->failed) return;
    apply_decorators(u, &decorators);
    if (check_name(u, node->name, node->node.at, CONTEXT_STORE))
        store_name(u, node->name, on_top(u));
}

static Value compile_lambda_code(Unit *outer, const LambdaNode *node) {
    Compiler *c = outer->c;
    Unit *u =
        unit_enter(c, scope_find(c, &node->node, ROLE_BODY), (i32)node->node.at.line);
    if (!u) return EMPTY;
    unit_begin(u, node->args);
    Operand value = compile_operand(u, node->body, NULL, NULL);
    u->at = node->body->at;
    consume(u, value);
    emit(u, OP_RETURN, first(value), value.reg, 0, 0);
    emit_cold_paths(u);
    return unit_leave(u);
}

void compile_lambda(Unit *u, const LambdaNode *node, Place place) {
    check_arguments(u, node->args);
    u32 parts = push_defaults(u, node->args);
    parts |= push_keyword_defaults(u, node->args);
    Value code = compile_lambda_code(u, node);
    make_function(u, code, scope_find(u->c, &node->node, ROLE_BODY), parts, place);
}
