#include "parser/arguments.h"

Argument keyword_argument(Builder *builder, Piece name, Piece value) {
    if (!is_kind(name.node, NODE_Name) || name.node->parenthesised) {
        build_fail(builder);
        return (Argument){ARGUMENT_PLAIN, value.node};
    }
    Node *node = ast_keyword(builder->arena, range_from(builder, name.first),
                             as_Name(name.node)->id, value.node);
    return (Argument){ARGUMENT_KEYWORD, node};
}

Argument mapping_argument(Builder *builder, u32 first, Piece value) {
    Node *node =
        ast_keyword(builder->arena, range_from(builder, first), (Span){0}, value.node);
    return (Argument){ARGUMENT_MAPPING, node};
}

Argument generator_argument(Builder *builder, Piece element, Vector *generators) {
    Node *node = ast_GeneratorExp(builder->arena, range_from(builder, element.first),
                                  element.node, vector_list(generators));
    return (Argument){ARGUMENT_GENERATOR, node};
}

static void add_positional(Builder *builder, ArgumentList *list, Argument argument) {
    bool is_late = argument.kind == ARGUMENT_STAR
                       ? list->has_mapping
                       : list->has_keyword || list->has_mapping;
    if (is_late) build_fail(builder);
    list->has_generator |= argument.kind == ARGUMENT_GENERATOR;
    list->positional = vector_add(builder, list->positional, argument.node);
}

ArgumentList *arguments_add(Builder *builder, ArgumentList *list, Argument argument) {
    if (!list) list = ARENA_NEW(builder->arena, ArgumentList);
    if (!list) return NULL;
    list->count++;
    list->has_keyword |= argument.kind == ARGUMENT_KEYWORD;
    list->has_mapping |= argument.kind == ARGUMENT_MAPPING;
    if (argument.kind == ARGUMENT_KEYWORD || argument.kind == ARGUMENT_MAPPING) {
        list->keywords = vector_add(builder, list->keywords, argument.node);
    } else {
        add_positional(builder, list, argument);
    }
    return list;
}

ArgumentList *arguments_end_comma(ArgumentList *list) {
    if (list) list->has_end_comma = true;
    return list;
}

/* A bare generator must be alone; the call's parentheses are then its own. */
static void place_generator(Builder *builder, ArgumentList *list, u32 open, u32 close) {
    if (list->count != 1 || list->has_end_comma || !list->positional->items[0]) {
        build_fail(builder);
        return;
    }
    const Token *first = &builder->tokens[open], *last = &builder->tokens[close];
    list->positional->items[0]->at = (SourceRange){first->start.line, first->start.column,
                                                   last->end.line, last->end.column};
}

Piece build_call(Builder *builder, Piece function, u32 open, ArgumentList *list,
                 u32 close) {
    if (list && list->has_generator) place_generator(builder, list, open, close);
    Node *node = ast_Call(builder->arena, range_from(builder, function.first),
                          function.node, vector_list(list ? list->positional : NULL),
                          vector_list(list ? list->keywords : NULL));
    return (Piece){node, function.first};
}
