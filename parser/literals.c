#include "parser/literals.h"

Piece strings_literal(Builder *builder, u32 token, ConstantKind kind) {
    const Token *literal = &builder->tokens[token];
    Constant value = {kind, 0, {literal->value}};
    Span mark = literal->flags & TOKEN_HAS_U_PREFIX ? SPAN("u") : (Span){0};
    SourceRange at = range_of_token(builder, token);
    return (Piece){ast_Constant(builder->arena, at, value, mark), token};
}

/* The texts of constants [from, to) joined: a constant from the first's start to the
 * last's end, marked as the first is. */
static Node *join(Builder *builder, Node *const *items, u32 from, u32 to) {
    if (to - from == 1) return items[from];
    usize length = 0;
    for (u32 i = from; i < to; i++) length += as_Constant(items[i])->value.text.length;
    char *data = arena_alloc(builder->arena, length + 1), *at = data;
    if (!data) return NULL;
    for (u32 i = from; i < to; i++) {
        Span part = as_Constant(items[i])->value.text;
        if (part.length) memcpy(at, part.data, part.length);
        at += part.length;
    }
    ConstantNode *first = as_Constant(items[from]);
    SourceRange range = first->node.at, end = items[to - 1]->at;
    range.end_line = end.end_line;
    range.end_column = end.end_column;
    Constant value = {first->value.kind, 0, {{data, length}}};
    return ast_Constant(builder->arena, range, value, first->kind);
}

/* Neighbouring constants become one, empty ones go. */
static Vector *fold(Builder *builder, const Vector *parts) {
    Vector *folded = NULL;
    for (u32 i = 0, end; parts && i < parts->count; i = end) {
        end = i + 1;
        Node *part = parts->items[i];
        if (is_kind(part, NODE_Constant)) {
            while (end < parts->count && is_kind(parts->items[end], NODE_Constant)) end++;
            part = join(builder, parts->items, i, end);
            if (part && as_Constant(part)->value.text.length == 0) continue;
        }
        folded = vector_add(builder, folded, part);
    }
    return folded;
}

typedef struct Census {
    bool has_text, has_bytes, has_fields;
} Census;

static Census take_census(const Vector *literals) {
    Census census = {0};
    for (u32 i = 0; i < literals->count; i++) {
        Node *node = literals->items[i];
        if (!node) continue;
        if (node->kind == NODE_JoinedStr) {
            census.has_fields = true;
        } else if (as_Constant(node)->value.kind == CONSTANT_BYTES) {
            census.has_bytes = true;
        } else {
            census.has_text = true;
        }
    }
    return census;
}

/* The parts of all f-strings and the plain strings between them. */
static Vector *flatten(Builder *builder, const Vector *literals) {
    Vector *parts = NULL;
    for (u32 i = 0; i < literals->count; i++) {
        Node *node = literals->items[i];
        if (!is_kind(node, NODE_JoinedStr)) {
            parts = vector_add(builder, parts, node);
            continue;
        }
        NodeList values = as_JoinedStr(node)->values;
        for (u32 k = 0; k < values.count; k++)
            parts = vector_add(builder, parts, values.items[k]);
    }
    return parts;
}

Piece strings_build(Builder *builder, Vector *literals) {
    if (!literals || builder->arena->out_of_memory) return (Piece){0};
    Census census = take_census(literals);
    u32 first = literals->first;
    if (census.has_bytes && (census.has_text || census.has_fields)) {
        build_fail(builder);
        return (Piece){literals->items[0], first};
    }
    if (!census.has_fields) {
        return (Piece){join(builder, literals->items, 0, literals->count), first};
    }
    Vector *parts = fold(builder, flatten(builder, literals));
    SourceRange at = range_from(builder, first);
    return (Piece){ast_JoinedStr(builder->arena, at, vector_list(parts)), first};
}

Vector *fstring_add_text(Builder *builder, Vector *parts, u32 token) {
    Piece text = strings_literal(builder, token, CONSTANT_STR);
    return vector_add(builder, parts, text.node);
}

Vector *fstring_add_field(Builder *builder, Vector *parts, FstringField field) {
    if (field.debug) parts = vector_add(builder, parts, field.debug);
    return vector_add(builder, parts, field.node);
}

u32 fstring_conversion(Builder *builder, u32 mark, u32 letter) {
    const Token *name = &builder->tokens[letter];
    Position end = builder->tokens[mark].end;
    if (name->start.line != end.line || name->start.column != end.column)
        build_fail(builder);
    if (name->text.length != 1 || !strchr("sra", name->text.data[0])) build_fail(builder);
    return letter;
}

FstringFormat fstring_format(Builder *builder, u32 colon, Vector *parts) {
    SourceRange at = range_from(builder, colon);
    parts = fold(builder, parts);
    return (FstringFormat){colon, ast_JoinedStr(builder->arena, at, vector_list(parts))};
}

/* The token behind the `=` carries the text; the constant reaches from behind the brace
 * to it. */
static Node *debug_constant(Builder *builder, u32 open, u32 behind) {
    const Token *token = &builder->tokens[behind];
    Position start = builder->tokens[open].end;
    SourceRange at = {start.line, start.column, token->start.line, token->start.column};
    Constant value = {CONSTANT_STR, 0, {token->value}};
    return ast_Constant(builder->arena, at, value, (Span){0});
}

FstringField fstring_field(Builder *builder, u32 open, Piece value, bool has_debug,
                           u32 conversion, FstringFormat format, u32 close) {
    i32 letter = conversion ? builder->tokens[conversion].text.data[0] : -1;
    if (has_debug && !conversion && !format.colon) letter = 'r';
    FstringField field = {NULL,
                          ast_FormattedValue(builder->arena, range_from(builder, open),
                                             value.node, letter, format.node)};
    if (has_debug) {
        u32 behind = conversion ? conversion - 1 : format.colon ? format.colon : close;
        field.debug = debug_constant(builder, open, behind);
    }
    return field;
}

Piece fstring_build(Builder *builder, u32 first, Vector *parts) {
    SourceRange at = range_from(builder, first);
    return (Piece){ast_JoinedStr(builder->arena, at, vector_list(parts)), first};
}
