/* Arguments of calls and classes, parameters of functions and lambdas: collected as they
 * come, then checked for their order.
 */
#ifndef APY_PARSER_ARGUMENTS_H
#define APY_PARSER_ARGUMENTS_H

#include "parser/build.h"

typedef enum ArgumentKind {
    ARGUMENT_PLAIN,
    ARGUMENT_STAR,
    ARGUMENT_KEYWORD,
    ARGUMENT_MAPPING,
    ARGUMENT_GENERATOR, /* `f(x for x in y)` */
} ArgumentKind;

typedef struct Argument {
    ArgumentKind kind;
    Node *node;
} Argument;

typedef struct ArgumentList {
    Vector *positional, *keywords;
    u32 count;
    bool has_keyword, has_mapping, has_generator, has_end_comma;
} ArgumentList;

typedef enum ParameterKind {
    PARAMETER_PLAIN,
    PARAMETER_STAR,
    PARAMETER_BARE_STAR,
    PARAMETER_SLASH,
    PARAMETER_DOUBLESTAR,
} ParameterKind;

typedef struct Parameter {
    ParameterKind kind;
    Node *arg;
    Node *default_value;
} Parameter;

typedef struct ParameterList ParameterList;

Argument keyword_argument(Builder *builder, Piece name, Piece value);
Argument mapping_argument(Builder *builder, u32 first, Piece value);
Argument generator_argument(Builder *builder, Piece element, Vector *generators);
ArgumentList *arguments_add(Builder *builder, ArgumentList *list, Argument argument);
ArgumentList *arguments_end_comma(ArgumentList *list);
Piece build_call(Builder *builder, Piece function, u32 open, ArgumentList *list,
                 u32 close);

Node *arg_node(Builder *builder, u32 name, Node *annotation);
ParameterList *parameters_add(Builder *builder, ParameterList *list, Parameter parameter);
/* The `arguments` node; `list` may be NULL. */
ArgumentsNode *parameters_build(Builder *builder, ParameterList *list);
Piece build_lambda(Builder *builder, u32 first, ParameterList *list, Piece body);

#endif
