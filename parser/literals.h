/* Strings: the lexer has decoded the literals; here neighbours are joined, and f-strings
 * become JoinedStr nodes with CPython's parts and places.
 */
#ifndef APY_PARSER_LITERALS_H
#define APY_PARSER_LITERALS_H

#include "parser/build.h"

/* The field's node; `debug` is the constant "x = " of f"{x = }", else NULL. */
typedef struct FstringField {
    Node *debug, *node;
} FstringField;

/* What follows the colon; `colon` is 0 when there is none. */
typedef struct FstringFormat {
    u32 colon;
    Node *node;
} FstringFormat;

Piece strings_literal(Builder *builder, u32 token, ConstantKind kind);
/* One literal, or several side by side. */
Piece strings_build(Builder *builder, Vector *literals);

Vector *fstring_add_text(Builder *builder, Vector *parts, u32 token);
Vector *fstring_add_field(Builder *builder, Vector *parts, FstringField field);
/* `!` and the letter behind it; returns the token of the latter. */
u32 fstring_conversion(Builder *builder, u32 mark, u32 letter);
FstringFormat fstring_format(Builder *builder, u32 colon, Vector *parts);
FstringField fstring_field(Builder *builder, u32 open, Piece value, bool has_debug,
                           u32 conversion, FstringFormat format, u32 close);
Piece fstring_build(Builder *builder, u32 first, Vector *parts);

#endif
