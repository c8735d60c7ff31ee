#include "parser/patterns.h"

#define MAKE(name, first, ...)                                                      \
    ((Piece){ast_##name(builder->arena, range_from(builder, (first)), __VA_ARGS__), \
             (first)})

Node *match_statement(Builder *builder, u32 first, Piece subject, Vector *cases) {
    return ast_Match(builder->arena, range_from(builder, first), subject.node,
                     vector_list(cases));
}

Node *case_node(Builder *builder, Piece pattern, Node *guard, Vector *body) {
    return ast_match_case(builder->arena, (SourceRange){0}, pattern.node, guard,
                          vector_list(body));
}

static bool is_wildcard(Span name) {
    return name.length == 1 && name.data[0] == '_';
}

Piece pattern_row(Builder *builder, Vector *items, bool has_comma) {
    if (!items) return (Piece){0};
    if (items->count > 1 || has_comma) {
        return MAKE(MatchSequence, items->first, vector_list(items));
    }
    if (is_kind(items->items[0], NODE_MatchStar)) build_fail(builder);
    return (Piece){items->items[0], items->first};
}

Piece pattern_star(Builder *builder, u32 first, u32 name) {
    Span text = name_of(builder, name);
    return MAKE(MatchStar, first, is_wildcard(text) ? (Span){0} : text);
}

Piece pattern_as(Builder *builder, Piece pattern, u32 name) {
    Span text = name_of(builder, name);
    if (is_wildcard(text)) build_fail(builder);
    return MAKE(MatchAs, pattern.first, pattern.node, text);
}

Piece pattern_or(Builder *builder, Vector *items) {
    if (!items) return (Piece){0};
    if (items->count == 1) return (Piece){items->items[0], items->first};
    return MAKE(MatchOr, items->first, vector_list(items));
}

Piece pattern_value(Builder *builder, Piece value) {
    return MAKE(MatchValue, value.first, value.node);
}

static bool is_imaginary(const Node *node) {
    if (is_kind(node, NODE_UnaryOp)) node = as_UnaryOp(node)->operand;
    return is_kind(node, NODE_Constant) &&
           as_Constant(node)->value.kind == CONSTANT_IMAGINARY;
}

Piece pattern_complex(Builder *builder, Piece real, Operator op, Piece imaginary) {
    if (is_imaginary(real.node)) build_fail(builder);
    return MAKE(BinOp, real.first, real.node, op, imaginary.node);
}

Piece pattern_singleton(Builder *builder, u32 token, ConstantKind kind) {
    return MAKE(MatchSingleton, token, (Constant){.kind = kind});
}

Piece pattern_of_name(Builder *builder, Piece name) {
    if (!is_kind(name.node, NODE_Name)) return pattern_value(builder, name);
    Span text = as_Name(name.node)->id;
    return MAKE(MatchAs, name.first, NULL, is_wildcard(text) ? (Span){0} : text);
}

Piece pattern_paren(Builder *builder, u32 first, Vector *items) {
    if (!items) return (Piece){0};
    if (items->count > 1) return pattern_sequence(builder, first, items);
    if (is_kind(items->items[0], NODE_MatchStar)) build_fail(builder);
    return (Piece){items->items[0], first};
}

Piece pattern_sequence(Builder *builder, u32 first, Vector *items) {
    return MAKE(MatchSequence, first, vector_list(items));
}

Piece pattern_key(Builder *builder, Piece name) {
    if (!is_kind(name.node, NODE_Attribute)) build_fail(builder);
    return name;
}

MappingItems *mapping_add(Builder *builder, MappingItems *items, MappingItem item) {
    if (!items) items = ARENA_NEW(builder->arena, MappingItems);
    if (!items) return NULL;
    if (items->rest) build_fail(builder); /* `**rest` comes last */
    if (item.rest) {
        if (is_wildcard(name_of(builder, item.rest))) build_fail(builder);
        items->rest = item.rest;
        return items;
    }
    items->keys = vector_add(builder, items->keys, item.key);
    items->patterns = vector_add(builder, items->patterns, item.pattern);
    return items;
}

Piece pattern_mapping(Builder *builder, u32 first, MappingItems *items) {
    MappingItems none = {0};
    if (!items) items = &none;
    Span rest = items->rest ? name_of(builder, items->rest) : (Span){0};
    return MAKE(MatchMapping, first, vector_list(items->keys),
                vector_list(items->patterns), rest);
}

ClassItems *class_items_add(Builder *builder, ClassItems *items, ClassItem item) {
    if (!items) items = ARENA_NEW(builder->arena, ClassItems);
    if (!items) return NULL;
    if (item.name) {
        items->keywords = names_add(builder, items->keywords, item.name);
        items->keyword_patterns =
            vector_add(builder, items->keyword_patterns, item.pattern);
        return items;
    }
    if (items->keywords.count) build_fail(builder);
    items->patterns = vector_add(builder, items->patterns, item.pattern);
    return items;
}

Piece pattern_class(Builder *builder, Piece name, ClassItems *items) {
    ClassItems none = {0};
    if (!items) items = &none;
    return MAKE(MatchClass, name.first, name.node, vector_list(items->patterns),
                items->keywords, vector_list(items->keyword_patterns));
}
