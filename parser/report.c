/* The reports that errors.peg makes, and what it asks of shapes. */
#include <stdarg.h>
#include <stdio.h>

#include "base/buffer.h"
#include "parser/peg.h"

const Token *token_of(const Peg *peg, const Shape *shape) {
    return &peg->parser->tokens[shape->first];
}

static const Token *last_looked_at(const Peg *peg) {
    return &peg->parser->tokens[peg->fill - 1];
}

static Span format_message(Peg *peg, const char *format, va_list arguments) {
    char text[512];
    int length = vsnprintf(text, sizeof text, format, arguments);
    usize size = (usize)length < sizeof text ? (usize)length : sizeof text - 1;
    char *copy = arena_copy(peg->parser->arena, text, size);
    return (Span){copy ? copy : "", copy ? size : 0};
}

/* Is there only a backslash between the token and the end of its line? */
static bool is_continued(const Peg *peg, const Token *token) {
    Span line = lexer_line(&peg->parser->lexer, token->end.line);
    u32 column = token->end.column;
    while (column < line.length && strchr(" \t\f", line.data[column])) column++;
    return column + 1 == line.length && line.data[column] == '\\';
}

/* Where the text to show begins. CPython's lexer keeps a line while a token goes on
 * behind it, when it reads from a string. */
static u32 first_line_of(const Peg *peg, u32 line) {
    const Token *tokens = peg->parser->tokens;
    bool is_file = peg->parser->options.flags & PARSE_DECODE;
    if (is_file || !peg->fill || tokens[peg->fill - 1].end.line > line) return line;
    for (u32 i = peg->fill - 1; i > 0 && tokens[i].end.line >= line; i--) {
        if (tokens[i].start.line < line) line = tokens[i].start.line;
        bool joins =
            tokens[i - 1].end.line + 1 == line && is_continued(peg, &tokens[i - 1]);
        if (joins) line--;
    }
    return line;
}

static Span text_of(const Peg *peg, u32 line) {
    const Lexer *lexer = &peg->parser->lexer;
    u32 first = first_line_of(peg, line);
    if (first == line) return lexer_line(lexer, line);
    Buffer text = {0};
    for (u32 i = first; i <= line; i++) {
        if (i > first) buffer_add_char(&text, '\n');
        buffer_add_span(&text, lexer_line(lexer, i));
    }
    char *copy = arena_copy(peg->parser->arena, text.data, text.length);
    Span result = {copy ? copy : "", copy ? text.length : 0};
    buffer_free(&text);
    return result;
}

static void report(Peg *peg, SyntaxProblem problem) {
    if (peg->state != PEG_READING) return;
    problem.text = text_of(peg, problem.line);
    *peg->problem = problem;
    peg->state = PEG_REPORTED;
}

static i32 column_of(const Peg *peg, Position at) {
    return (i32)lexer_column(&peg->parser->lexer, at) + 1;
}

/* The end's column. CPython counts it in the first line, whatever the last one is. */
static i32 end_column_of(const Peg *peg, Position start, Position end) {
    if (start.line == end.line) return column_of(peg, end);
    const Parser *parser = peg->parser;
    u32 length = (u32)lexer_line(&parser->lexer, start.line).length;
    bool has_line_end = parser->options.flags & PARSE_DECODE;
    if (end.column < length + has_line_end)
        return column_of(peg, (Position){start.line, end.column});
    return column_of(peg, (Position){start.line, length}) + has_line_end;
}

static bool is_layout(const Peg *peg, const Token *token) {
    return token->kind == TOKEN_INDENT || token->kind == TOKEN_DEDENT ||
           token->kind == TOKEN_END ||
           token - peg->parser->tokens == peg->parser->made_newline;
}

/* CPython's NEWLINE begins with the comment before it. */
static Position start_of(const Peg *peg, const Token *token) {
    if (token->kind != TOKEN_NEWLINE || token == peg->parser->tokens) return token->start;
    Position at = token[-1].end;
    Span line = lexer_line(&peg->parser->lexer, token->start.line);
    if (at.line != token->start.line) at = (Position){token->start.line, 0};
    while (at.column < line.length && strchr(" \t\f", line.data[at.column])) at.column++;
    return at.column < line.length && line.data[at.column] == '#' ? at : token->start;
}

/* Where CPython's lexer stands behind a token: at the end of the input still in the last
 * line, behind its line end. */
static Position place_behind(const Peg *peg, const Token *token) {
    const Lexer *lexer = &peg->parser->lexer;
    u32 last = lexer_line_count(lexer);
    bool is_end = token->kind == TOKEN_END || token->end.line > last ||
                  token - peg->parser->tokens == peg->parser->made_newline;
    if (!last) return (Position){0};
    if (!is_end) return token->end;
    usize length = lexer_line(lexer, last).length;
    return (Position){last, (u32)length + (peg->parser->lacks_newline ? 0 : 1)};
}

/* Layout tokens have no columns of their own. */
static void report_range(Peg *peg, const Token *from, const Token *to, Span message) {
    report(peg,
           (SyntaxProblem){
               .message = message,
               .line =
                   is_layout(peg, from) ? place_behind(peg, from).line : from->start.line,
               .column = is_layout(peg, from) ? 0 : column_of(peg, start_of(peg, from)),
               .end_line =
                   (i32)(is_layout(peg, to) ? place_behind(peg, to).line : to->end.line),
               .end_column =
                   is_layout(peg, to) ? 0 : end_column_of(peg, from->start, to->end),
           });
}

/* The column of a layout token. CPython has none at the end of a file that it reads by lines. */
static i32 place_at_end(const Peg *peg, const Token *token, Position start) {
    bool is_file = peg->parser->options.flags & PARSE_DECODE;
    return is_file && token->kind == TOKEN_END ? 0 : column_of(peg, start) - 1;
}

/* The error at a token; a layout token stands for where the lexer is. */
static void report_token(Peg *peg, ProblemKind kind, const Token *token, Span message) {
    bool is_placed = !is_layout(peg, token);
    Position start = is_placed ? start_of(peg, token) : place_behind(peg, token);
    i32 column = is_placed ? column_of(peg, start) : place_at_end(peg, token, start);
    report(peg, (SyntaxProblem){
                    .kind = kind,
                    .message = message,
                    .line = start.line,
                    .column = column,
                    .end_line = (i32)(is_placed ? token->end.line : start.line),
                    .end_column = is_placed ? column_of(peg, token->end) : -1,
                });
}

void error_range(Peg *peg, const Shape *from, const Shape *to, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    Span message = format_message(peg, format, arguments);
    va_end(arguments);
    const Token *tokens = peg->parser->tokens;
    report_range(peg, &tokens[from->first], &tokens[to->last], message);
}

void error_at(Peg *peg, const Shape *shape, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    Span message = format_message(peg, format, arguments);
    va_end(arguments);
    const Token *tokens = peg->parser->tokens;
    report_range(peg, &tokens[shape->first], &tokens[shape->last], message);
}

void error_from(Peg *peg, const Shape *from, const char *message) {
    const Token *first = token_of(peg, from);
    Position start = start_of(peg, first), end = place_behind(peg, last_looked_at(peg));
    report(peg, (SyntaxProblem){
                    .message = span_of(message),
                    .line = start.line,
                    .column = is_layout(peg, first) ? 0 : column_of(peg, start),
                    .end_line = (i32)end.line,
                    .end_column = end_column_of(peg, start, end) - 1,
                });
}

void error_last(Peg *peg, const char *message) {
    report_token(peg, PROBLEM_SYNTAX, last_looked_at(peg), span_of(message));
}

void error_next(Peg *peg, const char *message) {
    if (!peg_fetch(peg, peg->mark)) return;
    report_token(peg, PROBLEM_SYNTAX, &peg->parser->tokens[peg->mark], span_of(message));
}

void error_behind(Peg *peg, const Shape *shape, const char *message) {
    const Token *tokens = peg->parser->tokens;
    Position end = tokens[shape->last].end;
    u32 line = tokens[shape->first].start.line;
    report(peg, (SyntaxProblem){
                    .message = span_of(message),
                    .line = line,
                    .column = column_of(peg, (Position){line, end.column}) - 1,
                    .end_line = (i32)end.line,
                });
}

void error_at_token(Peg *peg, u32 token, const char *message) {
    report_token(peg, PROBLEM_SYNTAX, &peg->parser->tokens[token], span_of(message));
}

void error_indent(Peg *peg, const char *message) {
    report_token(peg, PROBLEM_INDENTATION, last_looked_at(peg), span_of(message));
}

static Span format_span(Peg *peg, const char *format, ...) PRINTF_LIKE(2, 3);
static Span format_span(Peg *peg, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    Span message = format_message(peg, format, arguments);
    va_end(arguments);
    return message;
}

void error_block(Peg *peg, const char *what, const Shape *keyword) {
    u32 line = token_of(peg, keyword)->start.line;
    Span message =
        format_span(peg, "expected an indented block after %s on line %u", what, line);
    report_token(peg, PROBLEM_INDENTATION, last_looked_at(peg), message);
}

void error_forced(Peg *peg, u16 token_kind) {
    if (peg->state != PEG_READING) return;
    const Token *token = &peg->parser->tokens[peg->mark];
    Span message = format_span(peg, "expected '%s'", token_text(token_kind));
    report_range(peg, token, token, message);
}

Shape *shape_first(const Shape *shape) {
    return shape->count ? shape->children[0] : (Shape *)shape;
}

Shape *shape_last(const Shape *shape) {
    return shape->count ? shape->children[shape->count - 1] : (Shape *)shape;
}

bool is_tuple(const Shape *shape) {
    return shape->kind == NODE_Tuple;
}

bool is_legacy_name(const Peg *peg, const Shape *shape) {
    const Token *token = token_of(peg, shape);
    if (shape->first != shape->last || token->kind != TOKEN_NAME) return false;
    return span_equal(token->value, SPAN("print")) ||
           span_equal(token->value, SPAN("exec"));
}

static const char *constant_name(const Token *token) {
    switch (token->kind) {
    case TOKEN_NONE: return "None";
    case TOKEN_TRUE: return "True";
    case TOKEN_FALSE: return "False";
    case TOKEN_ELLIPSIS: return "ellipsis";
    default: return "literal";
    }
}

const char *shape_name(const Peg *peg, const Shape *shape) {
    switch (shape->kind) {
    case NODE_Attribute: return "attribute";
    case NODE_Subscript: return "subscript";
    case NODE_Starred: return "starred";
    case NODE_Name:
    case SHAPE_TOKEN: return "name";
    case NODE_List: return "list";
    case NODE_Tuple: return "tuple";
    case NODE_Lambda: return "lambda";
    case NODE_Call: return "function call";
    case NODE_BoolOp:
    case NODE_BinOp:
    case NODE_UnaryOp: return "expression";
    case NODE_GeneratorExp: return "generator expression";
    case NODE_Yield:
    case NODE_YieldFrom: return "yield expression";
    case NODE_Await: return "await expression";
    case NODE_ListComp: return "list comprehension";
    case NODE_SetComp: return "set comprehension";
    case NODE_DictComp: return "dict comprehension";
    case NODE_Dict: return "dict literal";
    case NODE_Set: return "set display";
    case NODE_JoinedStr: return "f-string expression";
    case NODE_Compare: return "comparison";
    case NODE_IfExp: return "conditional expression";
    case NODE_NamedExpr: return "named expression";
    default: return constant_name(token_of(peg, shape));
    }
}

static bool is_place(const Shape *shape) {
    return shape->kind == NODE_Name || shape->kind == NODE_Attribute ||
           shape->kind == NODE_Subscript || shape->kind == SHAPE_TOKEN;
}

/* What in it cannot be a target, or NULL. Brackets limit the depth. */
static const Shape *find_bad_target(TargetUse use, const Shape *shape) {
    if (is_place(shape)) return NULL;
    if (shape->kind == NODE_Starred && use != TARGET_DELETE) {
        return find_bad_target(use, shape_first(shape));
    }
    if (shape->kind == NODE_Compare && use == TARGET_FOR) {
        bool is_in = shape->children[1]->kind == SHAPE_InPair;
        return is_in ? find_bad_target(use, shape->children[0]) : NULL;
    }
    if (shape->kind != NODE_Tuple && shape->kind != NODE_List) return shape;
    for (u32 i = 0; i < shape->count; i++) {
        const Shape *bad = find_bad_target(use, shape->children[i]);
        if (bad) return bad;
    }
    return NULL;
}

void error_target(Peg *peg, TargetUse use, const Shape *shape) {
    const Shape *bad = find_bad_target(use, shape);
    if (!bad) return;
    error_at(peg, bad, "cannot %s %s", use == TARGET_DELETE ? "delete" : "assign to",
             shape_name(peg, bad));
}

static bool is_keyword(const Shape *shape) {
    return shape->kind == NODE_keyword || shape->kind == SHAPE_Mapping;
}

/* `f(a, b for b in c)`; alone it is fine. */
void report_bare_generator(Peg *peg, const Shape *args, const Shape *comprehensions) {
    const Shape *last = NULL;
    u32 count = 0;
    for (u32 i = 0; i < args->count; i++) {
        if (is_keyword(args->children[i])) continue;
        last = args->children[i];
        count++;
    }
    if (count <= 1) return;
    error_range(peg, last, shape_last(shape_last(comprehensions)),
                "Generator expression must be parenthesized");
}

void report_late_positional(Peg *peg, const Shape *args) {
    for (u32 i = 0; i < args->count; i++) {
        if (args->children[i]->kind != SHAPE_Mapping) continue;
        error_last(peg, "positional argument follows keyword argument unpacking");
        return;
    }
    error_last(peg, "positional argument follows keyword argument");
}

void check_strings(Peg *peg, const Shape *parts, Shape *result) {
    bool has_bytes = false, has_text = false;
    for (u32 i = 0; i < parts->count; i++) {
        u8 kind = parts->children[i]->kind;
        if (kind == SHAPE_BytesConstant) {
            has_bytes = true;
        } else {
            has_text = true;
        }
        if (kind == NODE_JoinedStr) result->kind = NODE_JoinedStr;
    }
    if (has_bytes && has_text) error_last(peg, "cannot mix bytes and nonbytes literals");
}

/* The spelling is CPython's. */
void check_conversion(Peg *peg, const Shape *mark, const Shape *letter) {
    const Token *from = token_of(peg, mark), *name = token_of(peg, letter);
    if (name->start.line != from->end.line || name->start.column != from->end.column) {
        error_range(
            peg, mark, letter,
            "f-string: conversion type must come right after the exclamanation mark");
    }
}

void check_conversion_letter(Peg *peg, const Shape *letter) {
    if (!letter) return;
    Span name = token_of(peg, letter)->text;
    if (name.length != 1 || !strchr("sra", name.data[0])) {
        error_at(
            peg, letter,
            "f-string: invalid conversion character '%.*s': expected 's', 'r', or 'a'",
            (int)name.length, name.data);
    }
}
