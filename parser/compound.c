/* Compound statements. */
#include "parser/statements.h"
#include "parser/targets.h"

static bool is_async(const Builder *builder, u32 first) {
    return builder->tokens[first].kind == TOKEN_ASYNC;
}

Node *if_statement(Builder *builder, u32 first, Piece test, Vector *body, Vector *rest) {
    return ast_If(builder->arena, range_from(builder, first), test.node,
                  vector_list(body), vector_list(rest));
}

Node *while_statement(Builder *builder, u32 first, Piece test, Vector *body,
                      Vector *rest) {
    return ast_While(builder->arena, range_from(builder, first), test.node,
                     vector_list(body), vector_list(rest));
}

Node *for_statement(Builder *builder, u32 first, Piece target, Piece iterable,
                    Vector *body, Vector *rest) {
    SourceRange at = range_from(builder, first);
    return (is_async(builder, first) ? ast_AsyncFor : ast_For)(
        builder->arena, at, target.node, iterable.node, vector_list(body),
        vector_list(rest), (Span){0});
}

Node *with_item_node(Builder *builder, Piece value, Node *target) {
    if (target) targets_store(builder, target);
    return ast_withitem(builder->arena, (SourceRange){0}, value.node, target);
}

/* `with (a, b as c):` The row's elements as items, or NULL where it is a mere tuple. */
static Vector *unwrap_row(Builder *builder, Node *row) {
    NodeList elements = as_Tuple(row)->elts;
    Vector *items = NULL;
    bool has_as = false, is_plain = true;
    for (u32 i = 0; i < elements.count; i++) {
        Node *element = elements.items[i];
        if (!element) return NULL;
        bool is_item = element->kind == NODE_withitem;
        has_as |= is_item;
        if (element->kind == NODE_Starred) is_plain = false;
        if (element->kind == NODE_NamedExpr && !element->parenthesised) is_plain = false;
        if (!is_item) element = with_item_node(builder, (Piece){element, 0}, NULL);
        items = vector_add(builder, items, element);
    }
    if (has_as) builder->as_rows_taken++;
    if (has_as && !is_plain) build_fail(builder);
    return is_plain ? items : NULL;
}

Vector *with_header(Builder *builder, Vector *items) {
    if (items && items->count == 1 && items->items[0]) {
        WithitemNode *item = as_withitem(items->items[0]);
        Node *row = item->context_expr;
        if (is_kind(row, NODE_Tuple) && !row->parenthesised && !item->optional_vars) {
            Vector *inner = unwrap_row(builder, row);
            if (inner) items = inner;
        }
    }
    if (builder->as_rows_taken != builder->as_rows_made) build_fail(builder);
    return items;
}

Node *with_statement(Builder *builder, u32 first, Vector *items, Vector *body) {
    SourceRange at = range_from(builder, first);
    return (is_async(builder, first) ? ast_AsyncWith : ast_With)(
        builder->arena, at, vector_list(items), vector_list(body), (Span){0});
}

Handler handler_make(Builder *builder, u32 first, Node *type, u32 name, Vector *body,
                     bool is_star) {
    Node *node =
        ast_ExceptHandler(builder->arena, range_from(builder, first), type,
                          name ? name_of(builder, name) : (Span){0}, vector_list(body));
    return (Handler){node, is_star};
}

Handlers handlers_add(Builder *builder, Handlers handlers, Handler handler) {
    if (handlers.list && handlers.is_star != handler.is_star) build_fail(builder);
    return (Handlers){vector_add(builder, handlers.list, handler.node), handler.is_star};
}

Node *try_statement(Builder *builder, u32 first, Vector *body, Handlers handlers,
                    Vector *rest, Vector *final) {
    return (handlers.is_star ? ast_TryStar : ast_Try)(
        builder->arena, range_from(builder, first), vector_list(body),
        vector_list(handlers.list), vector_list(rest), vector_list(final));
}

Node *function_node(Builder *builder, u32 first, u32 name, Vector *type_params,
                    ParameterList *parameters, Node *returns, Vector *body) {
    return (is_async(builder, first) ? ast_AsyncFunctionDef : ast_FunctionDef)(
        builder->arena, range_from(builder, first), name_of(builder, name),
        parameters_build(builder, parameters), vector_list(body), (NodeList){0}, returns,
        (Span){0}, vector_list(type_params));
}

Node *class_node(Builder *builder, u32 first, u32 name, Vector *type_params,
                 ArgumentList *arguments, Vector *body) {
    if (arguments && arguments->has_generator) build_fail(builder);
    return ast_ClassDef(builder->arena, range_from(builder, first),
                        name_of(builder, name),
                        vector_list(arguments ? arguments->positional : NULL),
                        vector_list(arguments ? arguments->keywords : NULL),
                        vector_list(body), (NodeList){0}, vector_list(type_params));
}

Node *decorate(Builder *builder, Vector *decorators, Node *node) {
    (void)builder;
    NodeList list = vector_list(decorators);
    if (is_kind(node, NODE_FunctionDef)) as_FunctionDef(node)->decorator_list = list;
    if (is_kind(node, NODE_AsyncFunctionDef))
        as_AsyncFunctionDef(node)->decorator_list = list;
    if (is_kind(node, NODE_ClassDef)) as_ClassDef(node)->decorator_list = list;
    for (u32 i = 0; i < list.count; i++) ast_raise_height(node, list.items[i]);
    return node;
}
