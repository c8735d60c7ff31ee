/* A prompt that only parses: reads lines, writes what a prompt would show, for
 * prompt_against_cpython.py: ">>> " or "... " before each line, and the text of errors.
 */
#include <stdio.h>
#include <string.h>

#include "parser/parser.h"

static const char *kind_name(ProblemKind kind) {
    static const char *const names[] = {"SyntaxError", "IndentationError", "TabError",
                                        "MemoryError"};
    return names[kind];
}

/* One statement; false at the end of the input. */
static bool prompt_once(void) {
    Arena arena;
    arena_init(&arena);
    ParseOptions options = {.filename = SPAN("<stdin>")};
    ParseResult result;
    Parser *parser = parser_new(&arena, &options);
    ParseStatus status = PARSE_NEED_MORE;
    char line[4096];
    bool has_line = true, has_begun = false;
    for (const char *prompt = ">>> "; status == PARSE_NEED_MORE; prompt = "... ") {
        printf("%s", prompt);
        has_line = fgets(line, sizeof line, stdin);
        if (!has_line) break;
        has_begun = true;
        status = parser_push(parser, span_of(line), &result);
    }
    if (!has_line && has_begun) status = parser_finish(parser, &result);
    if (status == PARSE_ERROR) {
        const SyntaxProblem *problem = &result.problem;
        printf("[%s: %.*s]", kind_name(problem->kind), (int)problem->message.length,
               problem->message.data);
    }
    parser_free(parser);
    arena_free(&arena);
    return has_line;
}

int main(void) {
    while (prompt_once()) continue;
    printf("\n");
    return 0;
}
