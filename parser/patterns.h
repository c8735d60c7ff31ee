/* The actions of the grammar, part three: match statements and patterns. */
#ifndef APY_PARSER_PATTERNS_H
#define APY_PARSER_PATTERNS_H

#include "parser/build.h"

/* `key: pattern`, or `**rest` with the name's token. */
typedef struct MappingItem {
    Node *key, *pattern;
    u32 rest;
} MappingItem;

typedef struct MappingItems {
    Vector *keys, *patterns;
    u32 rest;
} MappingItems;

/* `pattern`, or `name=pattern`. */
typedef struct ClassItem {
    u32 name;
    Node *pattern;
} ClassItem;

typedef struct ClassItems {
    Vector *patterns, *keyword_patterns;
    SpanList keywords;
} ClassItems;

Node *match_statement(Builder *builder, u32 first, Piece subject, Vector *cases);
Node *case_node(Builder *builder, Piece pattern, Node *guard, Vector *body);

/* One pattern, or a sequence without brackets. */
Piece pattern_row(Builder *builder, Vector *items, bool has_comma);
Piece pattern_star(Builder *builder, u32 first, u32 name);
Piece pattern_as(Builder *builder, Piece pattern, u32 name);
Piece pattern_or(Builder *builder, Vector *items);
Piece pattern_value(Builder *builder, Piece value);
Piece pattern_complex(Builder *builder, Piece real, Operator op, Piece imaginary);
Piece pattern_singleton(Builder *builder, u32 token, ConstantKind kind);
/* A capture, the wildcard, or the value of a dotted name. */
Piece pattern_of_name(Builder *builder, Piece name);
Piece pattern_paren(Builder *builder, u32 first, Vector *items);
Piece pattern_sequence(Builder *builder, u32 first, Vector *items);
Piece pattern_key(Builder *builder, Piece name);
MappingItems *mapping_add(Builder *builder, MappingItems *items, MappingItem item);
Piece pattern_mapping(Builder *builder, u32 first, MappingItems *items);
ClassItems *class_items_add(Builder *builder, ClassItems *items, ClassItem item);
Piece pattern_class(Builder *builder, Piece name, ClassItems *items);

#endif
