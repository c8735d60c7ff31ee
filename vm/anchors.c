#include "vm/anchors.h"

#include "base/buffer.h"
#include "base/unicode.h"
#include "base/utf8.h"
#include "parser/parser.h"

static u32 char_bytes(u32 c) {
    return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

u32 line_chars_at(const Line *line, u32 bytes) {
    u32 count = 0;
    for (u32 at = 0; count < line->length && at < bytes; count++)
        at += char_bytes(line->chars[count]);
    return count;
}

static Node *parse(Arena *arena, const Lines *lines, const char *before,
                   const char *after) {
    Buffer text = {0};
    buffer_add_text(&text, before);
    for (u32 i = 0; i < lines->count; i++) {
        for (u32 j = 0; j < lines->items[i].length; j++)
            buffer_add_code_point(&text, lines->items[i].chars[j]);
        if (i + 1 < lines->count) buffer_add_char(&text, '\n');
    }
    buffer_add_text(&text, after);
    Span copy = {arena_copy(arena, text.data ? text.data : "", text.length), text.length};
    buffer_free(&text);
    ParseOptions options = {.filename = SPAN("<string>"), .mode = PARSE_FILE};
    ParseResult result = {0};
    if (!copy.data || !parse_source(arena, copy, &options, &result)) return NULL;
    return result.tree;
}

/* ---- a place that walks over the text ---- */

typedef struct Place {
    const Lines *lines;
    u32 line, column;
} Place;

/* To the next character that exists. */
static bool settle(Place *place) {
    while (place->line < place->lines->count &&
           place->column >= place->lines->items[place->line].length) {
        place->column = 0;
        place->line++;
    }
    return place->line < place->lines->count;
}

static u32 char_at(const Place *place) {
    return place->lines->items[place->line].chars[place->column];
}

static bool is_operator_start(u32 c) {
    return !unicode_is_space(c) && c != ')';
}
static bool is_square_bracket(u32 c) {
    return c == '[';
}
static bool is_round_bracket(u32 c) {
    return c == '(';
}

/* Forward to a character that `stop` likes, past comments and line joins. */
static bool walk_until(Place *place, bool (*stop)(u32 c)) {
    for (;;) {
        u32 c = char_at(place);
        if (c == '\\' || c == '#') {
            place->column = 0;
            place->line++;
        } else if (stop(c))
            return true;
        else
            place->column++;
        if (!settle(place)) return false;
    }
}

/* The end of a node. The text was parsed with a line in front of it. */
static bool end_of(const Lines *lines, const Node *node, Place *place) {
    if (node->at.end_line < 2 || node->at.end_line - 2 >= lines->count) return false;
    place->lines = lines;
    place->line = node->at.end_line - 2;
    place->column = line_chars_at(&lines->items[place->line], node->at.end_column);
    return true;
}

/* ---- anchors ---- */

/* The second character of an operator: on the same line, before the right operand. */
static bool has_second(const Lines *lines, const Place *first, const Node *right) {
    const Line *line = &lines->items[first->line];
    u32 next = first->column + 1, right_line = right->at.line - 2;
    if (next >= line->length) return false;
    if (right_line <= first->line &&
        next >= line_chars_at(&lines->items[right_line], right->at.column))
        return false;
    u32 c = line->chars[next];
    return !unicode_is_space(c) && c != '\\' && c != '#';
}

static bool find_operator(const Lines *lines, const BinOpNode *node, Anchors *anchors) {
    Place place;
    if (!end_of(lines, node->left, &place) || !settle(&place)) return false;
    if (!walk_until(&place, is_operator_start)) return false;
    u32 length = has_second(lines, &place, node->right) ? 2 : 1;
    *anchors = (Anchors){place.line, place.column, place.line, place.column + length};
    return true;
}

/* From the opening bracket behind `inner` to the end of `outer`. */
static bool find_brackets(const Lines *lines, const Node *inner, const Node *outer,
                          bool (*is_bracket)(u32 c), Anchors *anchors) {
    Place open, close;
    if (!end_of(lines, inner, &open) || !settle(&open)) return false;
    if (!walk_until(&open, is_bracket) || !end_of(lines, outer, &close)) return false;
    *anchors = (Anchors){open.line, open.column, close.line, close.column};
    return true;
}

bool anchors_find(Arena *arena, const Lines *segment, Anchors *anchors) {
    Node *tree = parse(arena, segment, "(\n", "\n)");
    if (!tree || as_Module(tree)->body.count != 1) return false;
    Node *statement = as_Module(tree)->body.items[0];
    if (statement->kind != NODE_Expr) return false;
    Node *node = as_Expr(statement)->value;
    switch (node->kind) {
    case NODE_BinOp: return find_operator(segment, as_BinOp(node), anchors);
    case NODE_Subscript:
        return find_brackets(segment, as_Subscript(node)->value, node, is_square_bracket,
                             anchors);
    case NODE_Call:
        return find_brackets(segment, as_Call(node)->func, node, is_round_bracket,
                             anchors);
    default: return false;
    }
}

/* ---- statements ---- */

/* The call that the statement consists of, or NULL. */
static Node *sole_call(Node *statement) {
    Node *value = NULL;
    if (statement->kind == NODE_Return) {
        value = as_Return(statement)->value;
        if (!value || value->kind != NODE_Call) return NULL;
        return as_Call(value)->func->kind == NODE_Name ? value : NULL;
    }
    if (statement->kind != NODE_Assign) return NULL;
    AssignNode *assign = as_Assign(statement);
    if (assign->targets.count != 1 || assign->targets.items[0]->kind != NODE_Name)
        return NULL;
    return assign->value->kind == NODE_Call ? assign->value : NULL;
}

StatementSort lines_statement(Arena *arena, const Lines *lines, u32 start, u32 end) {
    Node *tree = parse(arena, lines, "", "");
    if (!tree) return STATEMENT_PLAIN;
    if (as_Module(tree)->body.count == 0) return STATEMENT_NONE;
    Node *call = sole_call(as_Module(tree)->body.items[0]);
    if (!call) return STATEMENT_PLAIN;
    bool is_whole = call->at.line == 1 && call->at.end_line == lines->count &&
                    call->at.column == start && call->at.end_column == end;
    return is_whole ? STATEMENT_CALL : STATEMENT_PLAIN;
}
