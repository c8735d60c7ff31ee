/* What expressions, arguments and type parameters do with names. */
#include "compiler/scope.h"

/* ---- where yield, await and := are not allowed ---- */

static const char *type_variable_place(const Scope *scope) {
    bool is_default = scope->role == ROLE_DEFAULT;
    switch (scope->node->kind) {
    case NODE_TypeVar:
        if (is_default) return "a TypeVar default";
        return as_TypeVar(scope->node)->bound->kind == NODE_Tuple ? "a TypeVar constraint"
                                                                  : "a TypeVar bound";
    case NODE_ParamSpec: return "a ParamSpec default";
    default: return "a TypeVarTuple default";
    }
}

static const char *place_name(const Scope *scope) {
    switch (scope->kind) {
    case SCOPE_ANNOTATION: return "an annotation";
    case SCOPE_TYPE_VARIABLE: return type_variable_place(scope);
    case SCOPE_TYPE_ALIAS: return "a type alias";
    case SCOPE_TYPE_PARAMETERS: return "the definition of a generic";
    default: return NULL;
    }
}

static void refuse_in_annotation(Compiler *c, const Node *node, const char *what) {
    const char *place = place_name(c->scope);
    if (place)
        compiler_fail_scope(c, node->at, "%s expression cannot be used within %s", what,
                            place);
}

static const char *comprehension_name(const Scope *scope) {
    switch (scope->comprehension) {
    case NODE_ListComp: return "list comprehension";
    case NODE_SetComp: return "set comprehension";
    case NODE_DictComp: return "dict comprehension";
    default: return "generator expression";
    }
}

static void visit_yield(Compiler *c, const Node *node, const Node *value) {
    refuse_in_annotation(c, node, "yield");
    if (value) scope_visit_expr(c, value);
    c->scope->is_generator = true;
    if (c->scope->kind == SCOPE_COMPREHENSION)
        compiler_fail_scope(c, node->at, "'yield' inside %s",
                            comprehension_name(c->scope));
}

static void visit_await(Compiler *c, const Node *node) {
    refuse_in_annotation(c, node, "await");
    scope_visit_expr(c, as_Await(node)->value);
    c->scope->is_coroutine = true;
}

/* ---- := in comprehensions: the name belongs to the function around them ---- */

static const char *walrus_place(const Scope *scope) {
    switch (scope->kind) {
    case SCOPE_CLASS: return "a class body";
    case SCOPE_TYPE_PARAMETERS: return "the definition of a generic";
    case SCOPE_TYPE_ALIAS: return "a type alias";
    case SCOPE_TYPE_VARIABLE: return "a TypeVar bound";
    default: return NULL;
    }
}

static void bind_outside(Compiler *c, Scope *outside, Name *name, const Node *target) {
    Symbol *known = scope_lookup(outside, scope_mangle(c, outside, name));
    bool is_global = outside->kind == SCOPE_MODULE ||
                     (known && known->flags & SYMBOL_GLOBAL);
    u32 flag = is_global ? SYMBOL_GLOBAL : SYMBOL_NONLOCAL;
    scope_add(c, c->scope, name, flag, target->at);
    u32 bound = SYMBOL_LOCAL | SYMBOL_ASSIGNED;
    u32 outer = outside->kind == SCOPE_MODULE ? SYMBOL_GLOBAL : bound;
    scope_add(c, outside, name, outer | SYMBOL_WALRUS, target->at);
}

static void extend_walrus(Compiler *c, const Node *target) {
    Name *name = name_get(c, as_Name(target)->id);
    Scope *scope = c->scope;
    for (; scope->kind == SCOPE_COMPREHENSION; scope = scope->parent) {
        Symbol *known = scope_lookup(scope, scope_mangle(c, scope, name));
        if (known && known->flags & SYMBOL_ITERATION && known->flags & SYMBOL_LOCAL)
            compiler_fail_scope(c, target->at,
                                "assignment expression cannot rebind comprehension "
                                "iteration variable '%.*s'",
                                NAME_ARGUMENT(name));
    }
    const char *place = walrus_place(scope);
    if (!place) {
        bind_outside(c, scope, name, target);
        return;
    }
    compiler_fail_scope(c, target->at, scope->kind != SCOPE_TYPE_PARAMETERS
                            ? "assignment expression within a comprehension cannot be "
                              "used in %s"
                            : "assignment expression within a comprehension cannot be "
                              "used within %s",
                        place);
}

static void visit_named(Compiler *c, const NamedExprNode *self) {
    refuse_in_annotation(c, &self->node, "named");
    if (c->scope->iterable_depth)
        compiler_fail_scope(c, self->node.at,
                            "assignment expression cannot be used in a comprehension "
                            "iterable expression");
    bool is_inside = c->scope->kind == SCOPE_COMPREHENSION;
    if (is_inside) extend_walrus(c, self->target);
    scope_visit_expr(c, self->value);
    if (is_inside)
        scope_add(c, c->scope, name_get(c, as_Name(self->target)->id),
                  SYMBOL_LOCAL | SYMBOL_ASSIGNED, self->target->at);
    else
        scope_bind(c, as_Name(self->target)->id, SYMBOL_WALRUS, self->target->at);
}

/* ---- comprehensions ---- */

static void visit_target(Compiler *c, const Node *target) {
    c->scope->in_iteration_target = true;
    scope_visit_expr(c, target);
    c->scope->in_iteration_target = false;
}

static void visit_iterable(Compiler *c, const Node *iterable) {
    c->scope->iterable_depth++;
    scope_visit_expr(c, iterable);
    c->scope->iterable_depth--;
}

static void visit_generators(Compiler *c, NodeList generators) {
    for (u32 i = 0; i < generators.count; i++) {
        ComprehensionNode *generator = as_comprehension(generators.items[i]);
        visit_target(c, generator->target);
        if (i > 0) visit_iterable(c, generator->iter);
        scope_visit_exprs(c, generator->ifs);
        if (generator->is_async) c->scope->is_coroutine = true;
    }
}

/* The first iterable belongs to the scope around. */
static void visit_comprehension(Compiler *c, const Node *node, NodeList generators,
                                const Node *value, const Node *element) {
    static const char *const names[] = {"<listcomp>", "<setcomp>", "<dictcomp>"};
    visit_iterable(c, as_comprehension(generators.items[0])->iter);
    bool is_generator = node->kind == NODE_GeneratorExp;
    const char *name = is_generator ? "<genexpr>" : names[node->kind - NODE_ListComp];
    Scope *scope = scope_enter(c, SCOPE_COMPREHENSION, ROLE_BODY, node,
                               name_text(c, name));
    if (!scope) return;
    if (!scope->is_inlined)
        scope_bind(c, SPAN(".0"), SYMBOL_PARAMETER | SYMBOL_USED, node->at);
    visit_generators(c, generators);
    if (value) scope_visit_expr(c, value);
    scope_visit_expr(c, element);
    scope->is_generator = is_generator;
    bool awaits = scope->is_coroutine && !is_generator;
    scope_leave(c);
    if (awaits) c->scope->is_coroutine = true;
}

/* ---- arguments ---- */

void scope_visit_defaults(Compiler *c, const ArgumentsNode *arguments) {
    scope_visit_exprs(c, arguments->defaults);
    scope_visit_exprs(c, arguments->kw_defaults);
}

static void bind_argument(Compiler *c, const Node *node) {
    if (node) scope_bind(c, as_arg(node)->arg, SYMBOL_PARAMETER, node->at);
}

static void bind_arguments(Compiler *c, NodeList arguments) {
    for (u32 i = 0; i < arguments.count; i++) bind_argument(c, arguments.items[i]);
}

void scope_visit_arguments(Compiler *c, const ArgumentsNode *arguments) {
    bind_arguments(c, arguments->posonlyargs);
    bind_arguments(c, arguments->args);
    bind_arguments(c, arguments->kwonlyargs);
    bind_argument(c, (const Node *)arguments->vararg);
    bind_argument(c, (const Node *)arguments->kwarg);
}

void scope_visit_annotation(Compiler *c, const Node *annotation) {
    bool is_text = c->flags & COMPILE_FUTURE_ANNOTATIONS;
    if (is_text &&
        !scope_enter(c, SCOPE_ANNOTATION, ROLE_BODY, annotation, c->scope->name))
        return;
    scope_visit_expr(c, annotation);
    if (is_text) scope_leave(c);
}

static void annotate(Compiler *c, const Node *node) {
    if (node && as_arg(node)->annotation)
        scope_visit_annotation(c, as_arg(node)->annotation);
}

static void annotate_all(Compiler *c, NodeList arguments) {
    for (u32 i = 0; i < arguments.count; i++) annotate(c, arguments.items[i]);
}

void scope_visit_argument_annotations(Compiler *c, const ArgumentsNode *arguments,
                                      const Node *returns) {
    annotate_all(c, arguments->posonlyargs);
    annotate_all(c, arguments->args);
    annotate(c, (const Node *)arguments->vararg);
    annotate(c, (const Node *)arguments->kwarg);
    annotate_all(c, arguments->kwonlyargs);
    if (returns) scope_visit_annotation(c, returns);
}

static void visit_lambda(Compiler *c, const LambdaNode *self) {
    scope_visit_defaults(c, self->args);
    if (!scope_enter(c, SCOPE_FUNCTION, ROLE_BODY, &self->node, name_text(c, "<lambda>")))
        return;
    scope_visit_arguments(c, self->args);
    scope_visit_expr(c, self->body);
    scope_leave(c);
}

/* ---- type parameters ---- */

static void visit_lazy(Compiler *c, const Node *parameter, ScopeRole role, Span name,
                       const Node *value) {
    if (!value) return;
    bool is_in_class = c->scope->sees_class;
    Scope *scope = scope_enter(c, SCOPE_TYPE_VARIABLE, role, parameter,
                               name_get(c, name));
    if (!scope) return;
    scope->sees_class = is_in_class;
    if (is_in_class)
        scope_add(c, scope, name_text(c, "__classdict__"), SYMBOL_USED, parameter->at);
    scope_visit_expr(c, value);
    scope_leave(c);
}

static void visit_type_parameter(Compiler *c, const Node *node) {
    TypeVarNode *type_var = NULL;
    Span name;
    const Node *default_value;
    if (node->kind == NODE_TypeVar) {
        type_var = as_TypeVar(node);
        name = type_var->name;
        default_value = type_var->default_value;
    } else if (node->kind == NODE_ParamSpec) {
        name = as_ParamSpec(node)->name;
        default_value = as_ParamSpec(node)->default_value;
    } else {
        name = as_TypeVarTuple(node)->name;
        default_value = as_TypeVarTuple(node)->default_value;
    }
    scope_bind(c, name, SYMBOL_TYPE_PARAMETER, node->at);
    if (type_var) visit_lazy(c, node, ROLE_BOUND, name, type_var->bound);
    visit_lazy(c, node, ROLE_DEFAULT, name, default_value);
}

void scope_visit_type_parameters(Compiler *c, NodeList parameters) {
    if (c->scope->parent->kind == SCOPE_CLASS) {
        c->scope->sees_class = true;
        scope_add(c, c->scope, name_text(c, "__classdict__"), SYMBOL_USED,
                  c->scope->node->at);
    }
    for (u32 i = 0; i < parameters.count && !c->failed; i++)
        visit_type_parameter(c, parameters.items[i]);
}

/* ---- expressions ---- */

static void visit_name(Compiler *c, const NameNode *self) {
    if (self->ctx != CONTEXT_LOAD) {
        u32 flags = self->ctx == CONTEXT_DEL ? SYMBOL_DELETED : 0;
        scope_bind(c, self->id, flags, self->node.at);
        return;
    }
    scope_add(c, c->scope, name_get(c, self->id), SYMBOL_USED, self->node.at);
    if (scope_is_function(c->scope) && span_equal(self->id, SPAN("super")))
        scope_add(c, c->scope, name_text(c, "__class__"), SYMBOL_USED, self->node.at);
}

void scope_visit_exprs(Compiler *c, NodeList nodes) {
    for (u32 i = 0; i < nodes.count && !c->failed; i++)
        if (nodes.items[i]) scope_visit_expr(c, nodes.items[i]);
}

static void visit_children(Compiler *c, const Node *node, u32 first) {
    const NodeInfo *info = &node_infos[node->kind];
    for (u32 i = first; i < info->field_count; i++) {
        const FieldInfo *field = &info->fields[i];
        const char *place = (const char *)node + field->offset;
        if (field->type == FIELD_NODES) scope_visit_exprs(c, *(const NodeList *)place);
        if (field->type != FIELD_NODE) continue;
        const Node *child = *(Node *const *)place;
        if (child) scope_visit_expr(c, child);
    }
}

/* The first child of expressions that grow to the left: a + b + c, a.b.c, f()[i]. */
static const Node *left_child(const Node *node) {
    switch (node->kind) {
    case NODE_BinOp: return as_BinOp(node)->left;
    case NODE_Attribute: return as_Attribute(node)->value;
    case NODE_Call: return as_Call(node)->func;
    case NODE_Subscript: return as_Subscript(node)->value;
    default: return NULL;
    }
}

static void visit_one(Compiler *c, const Node *node) {
    switch (node->kind) {
    case NODE_Name: visit_name(c, as_Name(node)); break;
    case NODE_Constant: break;
    case NODE_NamedExpr: visit_named(c, as_NamedExpr(node)); break;
    case NODE_Lambda: visit_lambda(c, as_Lambda(node)); break;
    case NODE_Await: visit_await(c, node); break;
    case NODE_Yield: visit_yield(c, node, as_Yield(node)->value); break;
    case NODE_YieldFrom: visit_yield(c, node, as_YieldFrom(node)->value); break;
    case NODE_ListComp:
        visit_comprehension(c, node, as_ListComp(node)->generators, NULL,
                            as_ListComp(node)->elt);
        break;
    case NODE_SetComp:
        visit_comprehension(c, node, as_SetComp(node)->generators, NULL,
                            as_SetComp(node)->elt);
        break;
    case NODE_GeneratorExp:
        visit_comprehension(c, node, as_GeneratorExp(node)->generators, NULL,
                            as_GeneratorExp(node)->elt);
        break;
    case NODE_DictComp:
        visit_comprehension(c, node, as_DictComp(node)->generators,
                            as_DictComp(node)->value, as_DictComp(node)->key);
        break;
    default: visit_children(c, node, 0);
    }
}

/* Chains to the left are walked with a list, not by recursion. */
static void visit_chain(Compiler *c, const Node *node) {
    u32 count = 0;
    const Node *bottom = node;
    while (left_child(bottom)) bottom = left_child(bottom), count++;
    const Node **chain = compiler_alloc(c, count * sizeof *chain);
    if (!chain) return;
    for (u32 i = 0; i < count; i++, node = left_child(node)) chain[i] = node;
    visit_one(c, bottom);
    for (u32 i = count; i-- > 0 && !c->failed;) visit_children(c, chain[i], 1);
}

void scope_visit_expr(Compiler *c, const Node *node) {
    if (!compiler_enter(c)) return;
    const Node *left = left_child(node);
    if (!left)
        visit_one(c, node);
    else if (left_child(left))
        visit_chain(c, node);
    else
        visit_children(c, node, 0);
    compiler_leave(c);
}
