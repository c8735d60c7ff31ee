/* Turns a failed parse into the SyntaxError that CPython reports. */
#include "parser/state.h"

static void set_text(Parser *parser, SyntaxProblem *problem) {
    problem->text = lexer_line(&parser->lexer, problem->line);
}

void syntaxerror_from_lexer(Parser *parser, const LexError *error, SyntaxProblem *problem) {
    static const ProblemKind kinds[] = {
        [LEX_SYNTAX_ERROR] = PROBLEM_SYNTAX,
        [LEX_INDENTATION_ERROR] = PROBLEM_INDENTATION,
        [LEX_TAB_ERROR] = PROBLEM_TAB,
    };
    *problem = (SyntaxProblem){.kind = error->is_memory ? PROBLEM_MEMORY : kinds[error->kind],
                               .is_incomplete = error->is_incomplete,
                               .message = error->message,
                               .line = error->start.line};
    problem->column = (i32)lexer_column(&parser->lexer, error->start) + 1;
    if (error->end.line) {
        problem->end_line = (i32)error->end.line;
        problem->end_column = (i32)lexer_column(&parser->lexer, error->end) + 1;
    }
    set_text(parser, problem);
}

void syntaxerror_find(Parser *parser, ParseResult *result) {
    if (parser->softwords.end_status == LEX_ERROR && !parser->builder.failed) {
        syntaxerror_from_lexer(parser, &parser->lexer.error, &result->problem);
        return;
    }
    const Token *token = &parser->tokens[parser->count - 1];
    SyntaxProblem *problem = &result->problem;
    *problem = (SyntaxProblem){.message = SPAN("invalid syntax"), .line = token->start.line};
    problem->column = (i32)lexer_column(&parser->lexer, token->start) + 1;
    problem->end_line = (i32)token->end.line;
    problem->end_column = (i32)lexer_column(&parser->lexer, token->end) + 1;
    set_text(parser, problem);
}
