/* The actions of the grammar, part two: statements and whole inputs. `first` is the
 * statement's first token; name tokens are 0 where there is no name.
 */
#ifndef APY_PARSER_STATEMENTS_H
#define APY_PARSER_STATEMENTS_H

#include "parser/arguments.h"
#include "parser/build.h"

/* `a.b.c` while it is read; `level` counts the dots before it in `from ..a import b`. */
typedef struct DottedName {
    u32 first;
    Span text;
    usize capacity; /* of a text of our own; 0 while it is the token's */
    i32 level;
} DottedName;

typedef struct Handler {
    Node *node;
    bool is_star;
} Handler;

typedef struct Handlers {
    Vector *list;
    bool is_star;
} Handlers;

void build_module(Builder *builder, Vector *body);
void build_interactive(Builder *builder, Vector *body);
void build_expression(Builder *builder, Piece body);

/* `a = b = c`, or an expression alone. */
Node *assign_statement(Builder *builder, Vector *sides);
Node *augmented_statement(Builder *builder, Piece target, Operator op, Piece value);
Node *annotated_statement(Builder *builder, Piece target, Piece annotation, Node *value);
Node *type_statement(Builder *builder, u32 first, u32 name, Vector *params, Piece value);
Node *return_statement(Builder *builder, u32 first, Node *value);
Node *raise_statement(Builder *builder, u32 first, Node *exception, Node *cause);
Node *delete_statement(Builder *builder, u32 first, Vector *targets);
Node *assert_statement(Builder *builder, u32 first, Node *test, Node *message);

DottedName dotted_start(Builder *builder, u32 name);
DottedName dotted_add(Builder *builder, DottedName dotted, u32 name);
Node *alias_node(Builder *builder, DottedName dotted, u32 as_name);
Node *alias_star(Builder *builder, u32 star);
Node *import_statement(Builder *builder, u32 first, Vector *aliases);
Node *import_from_statement(Builder *builder, u32 first, DottedName module,
                            Vector *aliases);

Node *if_statement(Builder *builder, u32 first, Piece test, Vector *body, Vector *rest);
Node *while_statement(Builder *builder, u32 first, Piece test, Vector *body,
                      Vector *rest);
Node *for_statement(Builder *builder, u32 first, Piece target, Piece iterable,
                    Vector *body, Vector *rest);
Node *with_item_node(Builder *builder, Piece value, Node *target);
/* What stands between `with` and `:`. */
Vector *with_header(Builder *builder, Vector *items);
Node *with_statement(Builder *builder, u32 first, Vector *items, Vector *body);
Handler handler_make(Builder *builder, u32 first, Node *type, u32 name, Vector *body,
                     bool is_star);
Handlers handlers_add(Builder *builder, Handlers handlers, Handler handler);
Node *try_statement(Builder *builder, u32 first, Vector *body, Handlers handlers,
                    Vector *rest, Vector *final);

Node *function_node(Builder *builder, u32 first, u32 name, Vector *type_params,
                    ParameterList *parameters, Node *returns, Vector *body);
Node *class_node(Builder *builder, u32 first, u32 name, Vector *type_params,
                 ArgumentList *arguments, Vector *body);
Node *decorate(Builder *builder, Vector *decorators, Node *node);

#endif
