/* Everything in brackets: groups, tuples, lists, sets, dicts and comprehensions. */
#include "parser/build.h"
#include "parser/targets.h"

#define MAKE(name, first, ...)                                                      \
    ((Piece){ast_##name(builder->arena, range_from(builder, (first)), __VA_ARGS__), \
             (first)})

Piece build_group(Builder *builder, u32 first, Piece inner) {
    (void)builder;
    if (inner.node) inner.node->parenthesised = true;
    return (Piece){inner.node, first};
}

static bool has_as_item(const Vector *items) {
    for (u32 i = 0; i < items->count; i++) {
        if (is_kind(items->items[i], NODE_withitem)) return true;
    }
    return false;
}

Piece build_paren(Builder *builder, u32 first, Vector *items, bool has_comma) {
    if (!items) return (Piece){0};
    if (has_as_item(items)) {
        builder->as_rows_made++;
        builder->as_row_token = first;
    } else if (items->count == 1 && !has_comma) {
        if (is_kind(items->items[0], NODE_Starred)) build_fail(builder);
        return build_group(builder, first, (Piece){items->items[0], first});
    }
    return build_tuple(builder, first, items);
}

Piece build_as_item(Builder *builder, Piece value, Piece target) {
    targets_store(builder, target.node);
    return MAKE(withitem, value.first, value.node, target.node);
}

Piece build_tuple(Builder *builder, u32 first, Vector *items) {
    return MAKE(Tuple, first, vector_list(items), CONTEXT_LOAD);
}

Piece build_list(Builder *builder, u32 first, Vector *items) {
    return MAKE(List, first, vector_list(items), CONTEXT_LOAD);
}

Piece build_set(Builder *builder, u32 first, Vector *items) {
    return MAKE(Set, first, vector_list(items));
}

Piece build_dict(Builder *builder, u32 first, Vector *pairs) {
    Vector *keys = NULL, *values = NULL;
    for (u32 i = 0; pairs && i + 1 < pairs->count; i += 2) {
        keys = vector_add(builder, keys, pairs->items[i]);
        values = vector_add(builder, values, pairs->items[i + 1]);
    }
    return MAKE(Dict, first, vector_list(keys), vector_list(values));
}

Piece build_comprehension(Builder *builder, u32 first, NodeKind kind, Piece element,
                          Vector *generators) {
    NodeList list = vector_list(generators);
    if (kind == NODE_ListComp) return MAKE(ListComp, first, element.node, list);
    if (kind == NODE_SetComp) return MAKE(SetComp, first, element.node, list);
    return MAKE(GeneratorExp, first, element.node, list);
}

Piece build_dict_comprehension(Builder *builder, u32 first, Piece key, Piece value,
                               Vector *generators) {
    return MAKE(DictComp, first, key.node, value.node, vector_list(generators));
}

Node *comprehension_node(Builder *builder, u32 first, Piece target, Piece iterable,
                         Vector *filters) {
    bool is_async = builder->tokens[first].kind == TOKEN_ASYNC;
    return ast_comprehension(builder->arena, range_from(builder, first), target.node,
                             iterable.node, vector_list(filters), is_async);
}
