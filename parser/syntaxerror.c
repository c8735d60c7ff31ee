/* Turns a failed parse into the SyntaxError that CPython reports.
 *
 * The statement is read twice more after errors.peg (peg.h): to see how far it makes
 * sense, and to look for a known mistake. If there is none, the furthest token is
 * "invalid syntax". An error of the lexer counts when one of these readings gets there.
 * In the end the lexer reads the rest of the file: some of its errors, an open bracket
 * above all, explain more.
 */
#include "parser/peg.h"

static void set_text(Parser *parser, SyntaxProblem *problem) {
    problem->text = lexer_line(&parser->lexer, problem->line);
}

/* CPython measures the end in the line of the start. */
static i32 find_end_column(const Parser *parser, const LexError *error) {
    Position end = {error->start.line, error->end.column};
    usize length = lexer_line(&parser->lexer, end.line).length;
    bool is_beyond = error->end.line != end.line && end.column > length;
    if (is_beyond) end.column = (u32)length;
    return (i32)lexer_column(&parser->lexer, end) + 1;
}

/* An indentation error stands behind the line's end, if there is one. */
static i32 find_column(const Parser *parser, const LexError *error) {
    u32 line = error->start.line;
    bool lacks_end = parser->lacks_newline && error->kind == LEX_INDENTATION_ERROR &&
                     line == lexer_line_count(&parser->lexer) &&
                     error->start.column >= lexer_line(&parser->lexer, line).length;
    return (i32)lexer_column(&parser->lexer, error->start) + (lacks_end ? 0 : 1);
}

/* A backslash at the very end, where no newline is supplied. */
static bool is_backslash_end(const Parser *parser, const LexError *error) {
    return parser->lacks_newline &&
           span_equal(error->message, SPAN("unexpected EOF while parsing"));
}

static void report_backslash(SyntaxProblem *problem) {
    problem->message = SPAN("unexpected character after line continuation character");
    problem->is_incomplete = false;
    problem->column--;
    problem->end_column = 0;
}

/* Of a file's line with a null byte CPython shows what is before it. */
static void cut_at_null(SyntaxProblem *problem) {
    const char *null = memchr(problem->text.data, '\0', problem->text.length);
    if (null) problem->text.length = (usize)(null - problem->text.data);
    problem->column = problem->end_column = 0;
}

void syntaxerror_from_lexer(Parser *parser, const LexError *error,
                            SyntaxProblem *problem) {
    static const ProblemKind kinds[] = {
        [LEX_SYNTAX_ERROR] = PROBLEM_SYNTAX,
        [LEX_INDENTATION_ERROR] = PROBLEM_INDENTATION,
        [LEX_TAB_ERROR] = PROBLEM_TAB,
    };
    *problem =
        (SyntaxProblem){.kind = error->is_memory ? PROBLEM_MEMORY : kinds[error->kind],
                        .is_incomplete = error->is_incomplete,
                        .message = error->message,
                        .line = error->start.line};
    if (!error->start.line) {
        bool has_nulls = strstr(error->message.data, "null bytes") != NULL;
        problem->is_of_bytes = parser->options.flags & PARSE_BYTES && !has_nulls;
        problem->has_no_place = !problem->is_of_bytes;
        return;
    }
    problem->column = find_column(parser, error);
    problem->end_line = (i32)(error->end.line ? error->end.line : error->start.line);
    problem->end_column =
        error->end.line ? find_end_column(parser, error) : error->missing_end;
    bool is_followed = error->start.line < lexer_line_count(&parser->lexer);
    problem->is_text_without_end =
        error->end.line || (error->rank == LEX_UNCLOSED && is_followed);
    if (is_backslash_end(parser, error)) report_backslash(problem);
    set_text(parser, problem);
    if (strstr(error->message.data, "null bytes")) cut_at_null(problem);
}

void syntaxerror_at_token(Parser *parser, u32 token, const char *message,
                          ParseResult *result) {
    Peg peg = {.parser = parser, .problem = &result->problem};
    error_at_token(&peg, token, message);
}

static u16 start_rule(ParseMode mode) {
    switch (mode) {
    case PARSE_INTERACTIVE: return peg_rule_interactive;
    case PARSE_EXPRESSION: return peg_rule_expression_input;
    default: return peg_rule_file;
    }
}

/* Nothing known is wrong: the token nobody expected. */
static void report_unexpected(Peg *peg, u32 token) {
    const Token *found = &peg->parser->tokens[token];
    Shape shape = {.kind = SHAPE_TOKEN, .first = token, .last = token};
    peg->is_final = found->kind == TOKEN_INDENT || found->kind == TOKEN_DEDENT;
    if (found->kind == TOKEN_INDENT) {
        error_indent(peg, "unexpected indent");
    } else if (found->kind == TOKEN_DEDENT) {
        error_indent(peg, "unexpected unindent");
    } else {
        peg->is_generic = true;
        error_at(peg, &shape, "invalid syntax");
    }
}

/* Where to read from: the statement that failed, unless the fault showed elsewhere. What
 * CPython searches for mistakes is the whole text, and it takes a good `type X[T = int] =
 * ...` for one. */
static u32 first_token(const Parser *parser) {
    const Builder *builder = &parser->builder;
    bool has_as_row = builder->as_rows_made != builder->as_rows_taken;
    u32 start = parser->statement;
    if (has_as_row && builder->as_row_token < start) start = 1;
    if (parser->type_statement && parser->type_statement < start)
        start = parser->type_statement;
    return start ? start : 1;
}

/* CPython's lexer has seen the end of a text without a last newline when it has read the
 * token before it. */
static bool has_read_all(const Parser *parser, const Token *last) {
    u32 line = lexer_line_count(&parser->lexer);
    bool has_quote = last->kind == TOKEN_STRING || last->kind == TOKEN_BYTES ||
                     last->kind == TOKEN_FSTRING_END; /* nothing is read behind it */
    return parser->lacks_newline && !has_quote && last->end.line == line &&
           last->end.column >= lexer_line(&parser->lexer, line).length;
}

/* Is the lexer's error only that the text ends? */
static bool is_cut_off(const Parser *parser) {
    const LexError *error = &parser->lexer.error;
    Span start = SPAN("unterminated string");
    if (error->is_incomplete) return !is_backslash_end(parser, error);
    return parser->lacks_newline &&
           error->start.line == lexer_line_count(&parser->lexer) &&
           error->message.length > start.length &&
           memcmp(error->message.data, start.data, start.length) == 0;
}

/* Did the first reading come to the end of the text? */
static bool is_at_end(const Peg *peg) {
    const Parser *parser = peg->parser;
    if (peg->state == PEG_REPORTED && peg->is_final) return is_cut_off(parser);
    u32 furthest = peg->fill ? peg->fill - 1 : 0;
    const Token *token = &parser->tokens[furthest];
    return token->kind == TOKEN_END || furthest == parser->made_newline ||
           token->end.line > lexer_line_count(&parser->lexer) ||
           has_read_all(parser, token);
}

static void report_incomplete(Peg *peg) {
    *peg->problem =
        (SyntaxProblem){.is_incomplete = true, .message = SPAN("incomplete input")};
    peg->state = PEG_REPORTED;
    peg->is_final = true;
}

static void read_again(Peg *peg) {
    u16 rule = start_rule(peg->parser->options.mode);
    u32 start = first_token(peg->parser);
    peg_run(peg, rule, start);
    bool allows = peg->parser->options.flags & PARSE_ALLOW_INCOMPLETE;
    if (allows && peg->state != PEG_STOPPED && is_at_end(peg)) report_incomplete(peg);
    if (peg->state != PEG_READING) return;
    u32 furthest = peg->fill ? peg->fill - 1 : start;
    peg->with_invalid = true;
    peg_run(peg, rule, start);
    if (peg->state == PEG_READING) report_unexpected(peg, furthest);
}

/* The rest of the file may hold the reason, unless the problem is the lexer's already. */
static void read_rest(Peg *peg, SyntaxProblem *problem) {
    Parser *parser = peg->parser;
    if (problem->kind == PROBLEM_MEMORY || peg->is_final) return;
    const Token *last = &parser->tokens[peg->fill - 1];
    if (!peg->is_generic && has_read_all(parser, last)) return;
    if (lexer_check_rest(&parser->lexer, last->start.line)) {
        syntaxerror_from_lexer(parser, &parser->lexer.error, problem);
    }
}

void syntaxerror_find(Parser *parser, ParseResult *result) {
    SyntaxProblem *problem = &result->problem;
    if (parser->is_too_deep) {
        *problem = (SyntaxProblem){.kind = PROBLEM_MEMORY, .message = PARSER_TOO_COMPLEX};
        return;
    }
    if (parser->has_literal_error) {
        syntaxerror_from_lexer(parser, &parser->lexer.error, problem);
        return;
    }
    Peg peg = {.parser = parser, .problem = problem};
    arena_init(&peg.arena);
    read_again(&peg);
    if (peg.state == PEG_STOPPED) {
        *problem = (SyntaxProblem){.kind = PROBLEM_MEMORY};
    } else {
        read_rest(&peg, problem);
    }
    peg_free(&peg);
}
