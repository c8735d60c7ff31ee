/* Expressions: operators, attributes, subscripts, atoms. */
#include "parser/build.h"

/* A piece from `first` to the last token shifted; NAME names the constructor. */
#define MAKE(name, first, ...)                                                      \
    ((Piece){ast_##name(builder->arena, range_from(builder, (first)), __VA_ARGS__), \
             (first)})

Piece build_row(Builder *builder, Vector *items, bool has_comma) {
    if (!items) return (Piece){0};
    if (items->count == 1 && !has_comma) return (Piece){items->items[0], items->first};
    return MAKE(Tuple, items->first, vector_list(items), CONTEXT_LOAD);
}

Piece build_starred(Builder *builder, u32 first, Piece value) {
    return MAKE(Starred, first, value.node, CONTEXT_LOAD);
}

Piece build_yield(Builder *builder, u32 first, Node *value) {
    return MAKE(Yield, first, value);
}

Piece build_yield_from(Builder *builder, u32 first, Piece value) {
    return MAKE(YieldFrom, first, value.node);
}

Piece build_named(Builder *builder, Piece target, Piece value) {
    if (!is_kind(target.node, NODE_Name) || target.node->parenthesised) {
        build_fail(builder);
        return value;
    }
    as_Name(target.node)->ctx = CONTEXT_STORE;
    return MAKE(NamedExpr, target.first, target.node, value.node);
}

Piece build_conditional(Builder *builder, Piece body, Piece test, Piece otherwise) {
    return MAKE(IfExp, body.first, test.node, body.node, otherwise.node);
}

Piece build_bool(Builder *builder, BoolOperator op, Vector *values) {
    if (!values) return (Piece){0};
    return MAKE(BoolOp, values->first, op, vector_list(values));
}

Piece build_unary(Builder *builder, u32 first, UnaryOperator op, Piece operand) {
    return MAKE(UnaryOp, first, op, operand.node);
}

Piece build_binary(Builder *builder, Piece left, Operator op, Piece right) {
    return MAKE(BinOp, left.first, left.node, op, right.node);
}

Piece build_await(Builder *builder, u32 first, Piece value) {
    return MAKE(Await, first, value.node);
}

Comparison *comparison_add(Builder *builder, Comparison *self, u8 op, Piece right) {
    if (!self) return NULL;
    if (self->count == self->capacity) {
        u32 capacity = self->capacity ? self->capacity * 2 : 2;
        u8 *operators = ARENA_ARRAY(builder->arena, u8, capacity);
        if (!operators) return self;
        if (self->count) memcpy(operators, self->operators, self->count);
        self->operators = operators;
        self->capacity = capacity;
    }
    self->operators[self->count++] = op;
    self->operands = vector_add(builder, self->operands, right.node);
    return self;
}

Comparison *comparison_start(Builder *builder, Piece left, u8 op, Piece right) {
    Comparison *self = ARENA_NEW(builder->arena, Comparison);
    if (!self) return NULL;
    self->left = left;
    return comparison_add(builder, self, op, right);
}

Piece build_comparison(Builder *builder, Comparison *self) {
    if (!self) return (Piece){0};
    ByteList operators = {self->count, self->operators};
    return MAKE(Compare, self->left.first, self->left.node, operators,
                vector_list(self->operands));
}

Piece build_attribute(Builder *builder, Piece value, u32 name) {
    return MAKE(Attribute, value.first, value.node, name_of(builder, name), CONTEXT_LOAD);
}

Piece build_subscript(Builder *builder, Piece value, Piece index) {
    return MAKE(Subscript, value.first, value.node, index.node, CONTEXT_LOAD);
}

Piece build_slice(Builder *builder, u32 colon, Piece lower, Piece upper, Node *step) {
    u32 first = lower.node ? lower.first : colon;
    return MAKE(Slice, first, lower.node, upper.node, step);
}

/* `a[*b]` is a tuple without a comma. */
Piece build_slices(Builder *builder, Vector *items, bool has_comma) {
    bool is_star = items && items->count == 1 && is_kind(items->items[0], NODE_Starred);
    return build_row(builder, items, has_comma || is_star);
}

Piece build_name(Builder *builder, u32 token) {
    Node *node = ast_Name(builder->arena, range_of_token(builder, token),
                          name_of(builder, token), CONTEXT_LOAD);
    return (Piece){node, token};
}

static Piece constant(Builder *builder, u32 token, Constant value) {
    SourceRange at = range_of_token(builder, token);
    return (Piece){ast_Constant(builder->arena, at, value, (Span){0}), token};
}

Piece build_singleton(Builder *builder, u32 token, ConstantKind kind) {
    return constant(builder, token, (Constant){.kind = kind});
}

Piece build_number(Builder *builder, u32 token) {
    const Token *number = &builder->tokens[token];
    Constant value = {.number = number->number};
    if (number->kind == TOKEN_INTEGER) {
        value = (Constant){CONSTANT_INT, number->base, {number->value}};
    } else {
        value.kind = number->kind == TOKEN_FLOAT ? CONSTANT_FLOAT : CONSTANT_IMAGINARY;
    }
    return constant(builder, token, value);
}
