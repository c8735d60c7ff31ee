/* Parameters of functions and lambdas. */
#include "parser/arguments.h"

struct ParameterList {
    Vector *positional_only, *positional, *defaults;
    Vector *keyword_only, *keyword_defaults;
    Node *star, *doublestar;
    bool has_slash, has_star, needs_name;
};

Node *arg_node(Builder *builder, u32 name, Node *annotation) {
    return ast_arg(builder->arena, range_from(builder, name), name_of(builder, name),
                   annotation, (Span){0});
}

static void add_plain(Builder *builder, ParameterList *list, Parameter parameter) {
    list->needs_name = false;
    if (list->has_star) {
        list->keyword_only = vector_add(builder, list->keyword_only, parameter.arg);
        list->keyword_defaults =
            vector_add(builder, list->keyword_defaults, parameter.default_value);
        return;
    }
    list->positional = vector_add(builder, list->positional, parameter.arg);
    if (parameter.default_value) {
        list->defaults = vector_add(builder, list->defaults, parameter.default_value);
    } else if (list->defaults) {
        build_fail(builder); /* one without a default behind one with */
    }
}

static void add_slash(Builder *builder, ParameterList *list) {
    if (list->has_slash || list->has_star || !list->positional) build_fail(builder);
    list->has_slash = true;
    list->positional_only = list->positional;
    list->positional = NULL;
}

static void add_star(Builder *builder, ParameterList *list, Parameter parameter) {
    if (list->has_star) build_fail(builder);
    list->has_star = true;
    list->star = parameter.arg;
    list->needs_name = parameter.kind == PARAMETER_BARE_STAR;
}

static void add_doublestar(Builder *builder, ParameterList *list, Parameter parameter) {
    if (list->needs_name) build_fail(builder);
    list->doublestar = parameter.arg;
}

ParameterList *parameters_add(Builder *builder, ParameterList *list,
                              Parameter parameter) {
    if (!list) list = ARENA_NEW(builder->arena, ParameterList);
    if (!list) return NULL;
    if (list->doublestar) build_fail(builder);
    switch (parameter.kind) {
    case PARAMETER_PLAIN: add_plain(builder, list, parameter); break;
    case PARAMETER_SLASH: add_slash(builder, list); break;
    case PARAMETER_STAR:
    case PARAMETER_BARE_STAR: add_star(builder, list, parameter); break;
    case PARAMETER_DOUBLESTAR: add_doublestar(builder, list, parameter); break;
    }
    return list;
}

ArgumentsNode *parameters_build(Builder *builder, ParameterList *list) {
    ParameterList none = {0};
    if (!list) list = &none;
    if (list->needs_name) build_fail(builder);
    Node *node = ast_arguments(
        builder->arena, (SourceRange){0}, vector_list(list->positional_only),
        vector_list(list->positional), (ArgNode *)list->star,
        vector_list(list->keyword_only), vector_list(list->keyword_defaults),
        (ArgNode *)list->doublestar, vector_list(list->defaults));
    return (ArgumentsNode *)node;
}

Piece build_lambda(Builder *builder, u32 first, ParameterList *list, Piece body) {
    ArgumentsNode *arguments = parameters_build(builder, list);
    Node *node =
        ast_Lambda(builder->arena, range_from(builder, first), arguments, body.node);
    return (Piece){node, first};
}
