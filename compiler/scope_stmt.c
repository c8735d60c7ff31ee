/* What statements do with names. */
#include "compiler/scope.h"

static void visit_stmt(Compiler *c, const Node *node);

void scope_visit_body(Compiler *c, NodeList statements) {
    for (u32 i = 0; i < statements.count && !c->failed; i++)
        visit_stmt(c, statements.items[i]);
}

static void visit_optional(Compiler *c, const Node *node) {
    if (node) scope_visit_expr(c, node);
}

/* ---- global and nonlocal ---- */

static const char *complaint(u32 flags) {
    if (flags & SYMBOL_PARAMETER) return "name '%.*s' is parameter and %s";
    if (flags & SYMBOL_USED) return "name '%.*s' is used prior to %s declaration";
    if (flags & SYMBOL_ANNOTATED) return "annotated name '%.*s' can't be %s";
    return "name '%.*s' is assigned to before %s declaration";
}

static void declare(Compiler *c, SpanList names, u32 flag, SourceRange at) {
    const char *what = flag == SYMBOL_GLOBAL ? "global" : "nonlocal";
    /* as in CPython, an import before does no harm */
    u32 forbidden = SYMBOL_PARAMETER | SYMBOL_ASSIGNED | SYMBOL_USED | SYMBOL_ANNOTATED;
    for (u32 i = 0; i < names.count; i++) {
        Name *name = name_get(c, names.items[i]);
        Symbol *known = scope_lookup(c->scope, scope_mangle(c, c->scope, name));
        if (known && known->flags & forbidden)
            compiler_fail_scope(c, at, complaint(known->flags), NAME_ARGUMENT(name), what);
        scope_add(c, c->scope, name, flag, at);
    }
}

/* ---- annotations ---- */

static void check_annotated(Compiler *c, const Node *node, Name *name) {
    Symbol *known = scope_lookup(c->scope, scope_mangle(c, c->scope, name));
    u32 declared = known ? known->flags & (SYMBOL_GLOBAL | SYMBOL_NONLOCAL) : 0;
    if (!declared || c->scope->kind == SCOPE_MODULE) return;
    compiler_fail_scope(c, node->at, "annotated name '%.*s' can't be %s",
                        NAME_ARGUMENT(name),
                        declared & SYMBOL_GLOBAL ? "global" : "nonlocal");
}

static void visit_ann_assign(Compiler *c, const AnnAssignNode *self) {
    if (self->target->kind == NODE_Name) {
        Span text = as_Name(self->target)->id;
        if (self->simple) {
            check_annotated(c, &self->node, name_get(c, text));
            scope_bind(c, text, SYMBOL_ANNOTATED, self->target->at);
        } else if (self->value) {
            scope_bind(c, text, 0, self->target->at);
        }
    } else {
        scope_visit_expr(c, self->target);
    }
    scope_visit_annotation(c, self->annotation);
    visit_optional(c, self->value);
}

/* ---- imports ---- */

static Span first_part(Span name) {
    const char *dot = memchr(name.data, '.', name.length);
    return dot ? (Span){name.data, (usize)(dot - name.data)} : name;
}

static void visit_aliases(Compiler *c, NodeList names) {
    for (u32 i = 0; i < names.count; i++) {
        AliasNode *alias = as_alias(names.items[i]);
        Span name = alias->asname.data ? alias->asname : first_part(alias->name);
        if (!span_equal(name, SPAN("*")))
            scope_add(c, c->scope, name_get(c, name), SYMBOL_LOCAL, alias->node.at);
        else if (c->scope->kind != SCOPE_MODULE)
            compiler_fail_scope(c, alias->node.at,
                                "import * only allowed at module level");
    }
}

/* ---- patterns ---- */

static void visit_pattern(Compiler *c, const Node *node);

static void visit_patterns(Compiler *c, NodeList patterns) {
    for (u32 i = 0; i < patterns.count; i++) visit_pattern(c, patterns.items[i]);
}

static void bind_optional(Compiler *c, Span name, SourceRange at) {
    if (name.data) scope_bind(c, name, 0, at);
}

static void visit_pattern_of(Compiler *c, const Node *node) {
    switch (node->kind) {
    case NODE_MatchValue: scope_visit_expr(c, as_MatchValue(node)->value); break;
    case NODE_MatchSequence: visit_patterns(c, as_MatchSequence(node)->patterns); break;
    case NODE_MatchStar: bind_optional(c, as_MatchStar(node)->name, node->at); break;
    case NODE_MatchMapping:
        scope_visit_exprs(c, as_MatchMapping(node)->keys);
        visit_patterns(c, as_MatchMapping(node)->patterns);
        bind_optional(c, as_MatchMapping(node)->rest, node->at);
        break;
    case NODE_MatchClass:
        scope_visit_expr(c, as_MatchClass(node)->cls);
        visit_patterns(c, as_MatchClass(node)->patterns);
        visit_patterns(c, as_MatchClass(node)->kwd_patterns);
        break;
    case NODE_MatchAs:
        if (as_MatchAs(node)->pattern) visit_pattern(c, as_MatchAs(node)->pattern);
        bind_optional(c, as_MatchAs(node)->name, node->at);
        break;
    case NODE_MatchOr: visit_patterns(c, as_MatchOr(node)->patterns); break;
    default: break;
    }
}

static void visit_pattern(Compiler *c, const Node *node) {
    if (!compiler_enter(c)) return;
    visit_pattern_of(c, node);
    compiler_leave(c);
}

static void visit_match(Compiler *c, const MatchNode *self) {
    scope_visit_expr(c, self->subject);
    for (u32 i = 0; i < self->cases.count; i++) {
        MatchCaseNode *match_case = as_match_case(self->cases.items[i]);
        visit_pattern(c, match_case->pattern);
        visit_optional(c, match_case->guard);
        scope_visit_body(c, match_case->body);
    }
}

/* ---- compound statements ---- */

/* A chain of elif is a chain of nodes: no recursion along it. */
static void visit_if(Compiler *c, const IfNode *self) {
    for (;;) {
        scope_visit_expr(c, self->test);
        scope_visit_body(c, self->body);
        bool is_elif = self->orelse.count == 1 && self->orelse.items[0]->kind == NODE_If;
        if (!is_elif || c->failed) break;
        self = as_If(self->orelse.items[0]);
    }
    scope_visit_body(c, self->orelse);
}

static void visit_for(Compiler *c, const Node *target, const Node *iter, NodeList body,
                      NodeList orelse) {
    scope_visit_expr(c, target);
    scope_visit_expr(c, iter);
    scope_visit_body(c, body);
    scope_visit_body(c, orelse);
}

static void visit_with(Compiler *c, NodeList items, NodeList body) {
    for (u32 i = 0; i < items.count; i++) {
        WithitemNode *item = as_withitem(items.items[i]);
        scope_visit_expr(c, item->context_expr);
        visit_optional(c, item->optional_vars);
    }
    scope_visit_body(c, body);
}

static void visit_try(Compiler *c, NodeList body, NodeList handlers, NodeList orelse,
                      NodeList finalbody) {
    scope_visit_body(c, body);
    for (u32 i = 0; i < handlers.count; i++) {
        ExceptHandlerNode *handler = as_ExceptHandler(handlers.items[i]);
        visit_optional(c, handler->type);
        if (handler->name.data)
            scope_bind(c, handler->name, SYMBOL_DELETED, handler->node.at);
        scope_visit_body(c, handler->body);
    }
    scope_visit_body(c, orelse);
    scope_visit_body(c, finalbody);
}

/* ---- definitions ---- */

static void visit_function_scopes(Compiler *c, const FunctionDefNode *self,
                                  bool is_async) {
    Name *name = name_get(c, self->name);
    if (self->type_params.count) {
        if (!scope_enter(c, SCOPE_TYPE_PARAMETERS, ROLE_TYPE_PARAMETERS, &self->node,
                         name))
            return;
        scope_visit_type_parameters(c, self->type_params);
    }
    scope_visit_argument_annotations(c, self->args, self->returns);
    Scope *scope = scope_enter(c, SCOPE_FUNCTION, ROLE_BODY, &self->node, name);
    if (!scope) return;
    scope->is_coroutine = is_async;
    scope_visit_arguments(c, self->args);
    scope_visit_body(c, self->body);
    scope_leave(c);
    if (self->type_params.count) scope_leave(c);
}

static void visit_function(Compiler *c, const FunctionDefNode *self, bool is_async) {
    scope_bind(c, self->name, 0, self->node.at);
    scope_visit_defaults(c, self->args);
    scope_visit_exprs(c, self->decorator_list);
    visit_function_scopes(c, self, is_async);
}

static void visit_bases(Compiler *c, const ClassDefNode *self) {
    scope_visit_exprs(c, self->bases);
    for (u32 i = 0; i < self->keywords.count; i++)
        scope_visit_expr(c, as_keyword(self->keywords.items[i])->value);
}

/* The scope around a generic class; its names `.x` no program can use. */
static void enter_generic_class(Compiler *c, const ClassDefNode *self, Name *name) {
    Scope *scope = scope_enter(c, SCOPE_TYPE_PARAMETERS, ROLE_TYPE_PARAMETERS,
                               &self->node, name);
    if (!scope) return;
    scope->class_name = name;
    scope->mangled_only = COMPILER_NEW(c, SymbolList);
    scope_bind(c, SPAN(".type_params"), SYMBOL_USED, self->node.at);
    scope_bind(c, SPAN(".generic_base"), SYMBOL_USED, self->node.at);
    scope_visit_type_parameters(c, self->type_params);
}

static void visit_class(Compiler *c, const ClassDefNode *self) {
    Name *name = name_get(c, self->name);
    bool is_generic = self->type_params.count;
    scope_bind(c, self->name, 0, self->node.at);
    scope_visit_exprs(c, self->decorator_list);
    if (is_generic) enter_generic_class(c, self, name);
    visit_bases(c, self);
    Scope *scope = scope_enter(c, SCOPE_CLASS, ROLE_BODY, &self->node, name);
    if (!scope) return;
    scope->class_name = name;
    scope->mangled_only = NULL;
    if (is_generic)
        scope_add(c, scope, name_text(c, ".type_params"), SYMBOL_USED, self->node.at);
    scope_visit_body(c, self->body);
    scope_leave(c);
    if (is_generic) scope_leave(c);
}

static void look_into_class(Compiler *c, Scope *scope, bool is_in_class) {
    if (!scope || !is_in_class) return;
    scope->sees_class = true;
    scope_add(c, scope, name_text(c, "__classdict__"), SYMBOL_USED, scope->node->at);
}

static void visit_type_alias(Compiler *c, const TypeAliasNode *self) {
    Name *name = name_get(c, as_Name(self->name)->id);
    bool is_in_class = c->scope->kind == SCOPE_CLASS;
    scope_visit_expr(c, self->name);
    if (self->type_params.count) {
        if (!scope_enter(c, SCOPE_TYPE_PARAMETERS, ROLE_TYPE_PARAMETERS, &self->node,
                         name))
            return;
        scope_visit_type_parameters(c, self->type_params);
    }
    Scope *scope = scope_enter(c, SCOPE_TYPE_ALIAS, ROLE_BODY, &self->node, name);
    look_into_class(c, scope, is_in_class);
    scope_visit_expr(c, self->value);
    scope_leave(c);
    if (self->type_params.count) scope_leave(c);
}

/* ---- statements ---- */

static void visit_return(Compiler *c, const Node *value) {
    if (!value) return;
    scope_visit_expr(c, value);
    c->scope->returns_value = true;
}

static void visit_delete(Compiler *c, NodeList targets) {
    scope_visit_exprs(c, targets);
}

static void visit_simple(Compiler *c, const Node *node) {
    switch (node->kind) {
    case NODE_Return: visit_return(c, as_Return(node)->value); break;
    case NODE_Delete: visit_delete(c, as_Delete(node)->targets); break;
    case NODE_Assign:
        scope_visit_exprs(c, as_Assign(node)->targets);
        scope_visit_expr(c, as_Assign(node)->value);
        break;
    case NODE_AugAssign:
        scope_visit_expr(c, as_AugAssign(node)->target);
        scope_visit_expr(c, as_AugAssign(node)->value);
        break;
    case NODE_AnnAssign: visit_ann_assign(c, as_AnnAssign(node)); break;
    case NODE_Raise:
        visit_optional(c, as_Raise(node)->exc);
        visit_optional(c, as_Raise(node)->cause);
        break;
    case NODE_Assert:
        scope_visit_expr(c, as_Assert(node)->test);
        visit_optional(c, as_Assert(node)->msg);
        break;
    case NODE_Import: visit_aliases(c, as_Import(node)->names); break;
    case NODE_ImportFrom: visit_aliases(c, as_ImportFrom(node)->names); break;
    case NODE_Global: declare(c, as_Global(node)->names, SYMBOL_GLOBAL, node->at); break;
    case NODE_Nonlocal:
        declare(c, as_Nonlocal(node)->names, SYMBOL_NONLOCAL, node->at);
        break;
    case NODE_Expr: scope_visit_expr(c, as_Expr(node)->value); break;
    default: break;
    }
}

static void visit_stmt_of(Compiler *c, const Node *node) {
    switch (node->kind) {
    case NODE_FunctionDef: visit_function(c, as_FunctionDef(node), false); break;
    case NODE_AsyncFunctionDef: /* the same fields */
        visit_function(c, (const FunctionDefNode *)as_AsyncFunctionDef(node), true);
        break;
    case NODE_ClassDef: visit_class(c, as_ClassDef(node)); break;
    case NODE_TypeAlias: visit_type_alias(c, as_TypeAlias(node)); break;
    case NODE_If: visit_if(c, as_If(node)); break;
    case NODE_While:
        scope_visit_expr(c, as_While(node)->test);
        scope_visit_body(c, as_While(node)->body);
        scope_visit_body(c, as_While(node)->orelse);
        break;
    case NODE_For: {
        ForNode *self = as_For(node);
        visit_for(c, self->target, self->iter, self->body, self->orelse);
        break;
    }
    case NODE_AsyncFor: {
        AsyncForNode *self = as_AsyncFor(node);
        visit_for(c, self->target, self->iter, self->body, self->orelse);
        break;
    }
    case NODE_With: visit_with(c, as_With(node)->items, as_With(node)->body); break;
    case NODE_AsyncWith:
        visit_with(c, as_AsyncWith(node)->items, as_AsyncWith(node)->body);
        break;
    case NODE_Match: visit_match(c, as_Match(node)); break;
    case NODE_Try: {
        TryNode *self = as_Try(node);
        visit_try(c, self->body, self->handlers, self->orelse, self->finalbody);
        break;
    }
    case NODE_TryStar: {
        TryStarNode *self = as_TryStar(node);
        visit_try(c, self->body, self->handlers, self->orelse, self->finalbody);
        break;
    }
    default: visit_simple(c, node);
    }
}

static void visit_stmt(Compiler *c, const Node *node) {
    if (!compiler_enter(c)) return;
    visit_stmt_of(c, node);
    compiler_leave(c);
}

static void visit_tree(Compiler *c, const Node *tree) {
    switch (tree->kind) {
    case NODE_Module: scope_visit_body(c, as_Module(tree)->body); break;
    case NODE_Interactive: scope_visit_body(c, as_Interactive(tree)->body); break;
    default: scope_visit_expr(c, as_Expression(tree)->body);
    }
}

Scope *scope_build(Compiler *c, const Node *tree) {
    Scope *top = scope_enter(c, SCOPE_MODULE, ROLE_BODY, tree, name_text(c, "<module>"));
    if (!top) return NULL;
    visit_tree(c, tree);
    c->scope = NULL;
    return c->failed ? NULL : top;
}
