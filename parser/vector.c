/* Lists that grow while the grammar reads them, and the places of tokens. */
#include "parser/build.h"

void build_fail(Builder *builder) {
    builder->failed = true;
}

static SourceRange between(const Token *first, const Token *last) {
    return (SourceRange){first->start.line, first->start.column, last->end.line,
                         last->end.column};
}

SourceRange range_from(const Builder *builder, u32 first) {
    return between(&builder->tokens[first], &builder->tokens[builder->last]);
}

SourceRange range_of_token(const Builder *builder, u32 token) {
    return between(&builder->tokens[token], &builder->tokens[token]);
}

Span name_of(const Builder *builder, u32 token) {
    return builder->tokens[token].value;
}

static bool grow(Builder *builder, Vector *vector) {
    u32 capacity = vector->capacity ? vector->capacity * 2 : 4;
    Node **items = ARENA_ARRAY(builder->arena, Node *, capacity);
    if (!items) return false;
    if (vector->count) memcpy(items, vector->items, sizeof(Node *) * vector->count);
    vector->items = items;
    vector->capacity = capacity;
    return true;
}

Vector *vector_add(Builder *builder, Vector *vector, Node *node) {
    if (!vector) vector = ARENA_NEW(builder->arena, Vector);
    if (!vector) return NULL;
    if (vector->count == vector->capacity && !grow(builder, vector)) return vector;
    vector->items[vector->count++] = node;
    return vector;
}

Vector *vector_of(Builder *builder, Node *node) {
    return vector_add(builder, NULL, node);
}

Vector *vector_of_piece(Builder *builder, Piece piece) {
    Vector *vector = vector_add(builder, NULL, piece.node);
    if (vector) vector->first = piece.first;
    return vector;
}

Vector *vector_of_two(Builder *builder, Piece one, Piece two) {
    return vector_add(builder, vector_of_piece(builder, one), two.node);
}

Vector *vector_join(Builder *builder, Vector *vector, Vector *more) {
    for (u32 i = 0; more && i < more->count; i++) {
        vector = vector_add(builder, vector, more->items[i]);
    }
    return vector;
}

NodeList vector_list(const Vector *vector) {
    return vector ? (NodeList){vector->count, vector->items} : (NodeList){0};
}

/* Names are few: the list is copied whenever its count is a power of two. */
SpanList names_add(Builder *builder, SpanList names, u32 token) {
    if ((names.count & (names.count - 1)) == 0) {
        Span *items =
            ARENA_ARRAY(builder->arena, Span, names.count ? names.count * 2 : 1);
        if (!items) return names;
        if (names.count) memcpy(items, names.items, sizeof(Span) * names.count);
        names.items = items;
    }
    names.items[names.count++] = name_of(builder, token);
    return names;
}
