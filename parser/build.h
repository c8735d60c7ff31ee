/* The actions of the grammar, part one: the Builder they share, and expressions.
 *
 * Actions run while the grammar reduces. What they are given are tokens by index and
 * Pieces; what they make goes to the arena. A node ends where the last token shifted ends
 * (layout does not count), which is exactly CPython's rule, so only its start is ever
 * passed.
 *
 * An input that the grammar takes but Python does not is refused with build_fail; the
 * action still returns something, and the driver stops. Memory running out is left in the
 * arena; nodes are then NULL and every function here bears that.
 */
#ifndef APY_PARSER_BUILD_H
#define APY_PARSER_BUILD_H

#include "lexer/token.h"
#include "parser/ast.h"

typedef struct Builder {
    Arena *arena;
    const Token *tokens; /* the first one is a START_ marker: index 0 also means "none" */
    u32 last;            /* the last token shifted that is not layout */
    bool failed;
    /* Parentheses with `as` in them: how many were made, how many a `with` took. */
    u32 as_rows_made, as_rows_taken;
    u32 as_row_token; /* where the last one began */
    Node *tree;       /* the result */
} Builder;

/* An expression or pattern, and its first token. */
typedef struct Piece {
    Node *node;
    u32 first;
} Piece;

/* A growing list of nodes. NULL is an empty one. */
typedef struct Vector {
    Node **items;
    u32 count, capacity;
    u32 first; /* first token of the first piece */
} Vector;

typedef struct Comparison {
    Piece left;
    Vector *operands;
    u8 *operators;
    u32 count, capacity;
} Comparison;

void build_fail(Builder *builder);

SourceRange range_from(const Builder *builder, u32 first);
SourceRange range_of_token(const Builder *builder, u32 token);
Span name_of(const Builder *builder, u32 token);
/* False for NULL too. */
static inline bool is_kind(const Node *node, NodeKind kind) {
    return node && node->kind == kind;
}

Vector *vector_of(Builder *builder, Node *node);
Vector *vector_of_piece(Builder *builder, Piece piece);
Vector *vector_of_two(Builder *builder, Piece one, Piece two);
/* `vector` may be NULL; returns it, or the new one. */
Vector *vector_add(Builder *builder, Vector *vector, Node *node);
Vector *vector_join(Builder *builder, Vector *vector, Vector *more);
NodeList vector_list(const Vector *vector);
SpanList names_add(Builder *builder, SpanList names, u32 token);

/* One expression, or a tuple without parentheses. */
Piece build_row(Builder *builder, Vector *items, bool has_comma);
Piece build_starred(Builder *builder, u32 first, Piece value);
Piece build_yield(Builder *builder, u32 first, Node *value);
Piece build_yield_from(Builder *builder, u32 first, Piece value);
Piece build_named(Builder *builder, Piece target, Piece value);
Piece build_conditional(Builder *builder, Piece body, Piece test, Piece otherwise);
Piece build_bool(Builder *builder, BoolOperator op, Vector *values);
Piece build_unary(Builder *builder, u32 first, UnaryOperator op, Piece operand);
Piece build_binary(Builder *builder, Piece left, Operator op, Piece right);
Piece build_await(Builder *builder, u32 first, Piece value);
Comparison *comparison_start(Builder *builder, Piece left, u8 op, Piece right);
Comparison *comparison_add(Builder *builder, Comparison *comparison, u8 op, Piece right);
Piece build_comparison(Builder *builder, Comparison *comparison);
Piece build_attribute(Builder *builder, Piece value, u32 name);
Piece build_subscript(Builder *builder, Piece value, Piece index);
Piece build_slice(Builder *builder, u32 colon, Piece lower, Piece upper, Node *step);
Piece build_slices(Builder *builder, Vector *items, bool has_comma);

Piece build_name(Builder *builder, u32 token);
Piece build_singleton(Builder *builder, u32 token, ConstantKind kind);
Piece build_number(Builder *builder, u32 token);

/* Displays. `first` is the opening bracket. */
Piece build_group(Builder *builder, u32 first, Piece inner);
Piece build_paren(Builder *builder, u32 first, Vector *items, bool has_comma);
Piece build_as_item(Builder *builder, Piece value, Piece target);
Piece build_tuple(Builder *builder, u32 first, Vector *items);
Piece build_list(Builder *builder, u32 first, Vector *items);
Piece build_set(Builder *builder, u32 first, Vector *items);
Piece build_dict(Builder *builder, u32 first, Vector *pairs);
Piece build_comprehension(Builder *builder, u32 first, NodeKind kind, Piece element,
                          Vector *generators);
Piece build_dict_comprehension(Builder *builder, u32 first, Piece key, Piece value,
                               Vector *generators);
Node *comprehension_node(Builder *builder, u32 first, Piece target, Piece iterable,
                         Vector *filters);

#endif
