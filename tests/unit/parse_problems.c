/* Says what is wrong with each of many sources, for syntax_errors_against_cpython.py. The
 * standard input holds records "MODE LENGTH\n" and LENGTH bytes; MODE is exec, eval or
 * single, with `:` and the number of PARSE_ flags where there are any. For each one line:
 * "ok", or kind, line, columns, and in hexadecimal the message and the text.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parser/parser.h"

static void put_hex(Span text) {
    putchar(' ');
    putchar('"');
    for (usize i = 0; i < text.length; i++) printf("%02x", (u8)text.data[i]);
    putchar('"');
}

static void judge(ParseMode mode, u32 flags, Span source) {
    Arena arena;
    arena_init(&arena);
    ParseOptions options = {.filename = SPAN("<string>"), .mode = mode, .flags = flags};
    ParseResult result;
    if (parse_source(&arena, source, &options, &result)) {
        printf("ok\n");
    } else {
        const SyntaxProblem *problem = &result.problem;
        printf("%d %u %d %d %d", (int)problem->kind, problem->line, problem->column,
               problem->end_line, problem->end_column);
        put_hex(problem->message);
        put_hex(problem->text);
        putchar('\n');
    }
    fflush(stdout);
    arena_free(&arena);
}

static ParseMode mode_of(const char *name) {
    if (name[0] == 's') return PARSE_INTERACTIVE;
    return name[1] == 'v' ? PARSE_EXPRESSION : PARSE_FILE;
}

int main(void) {
    char name[16];
    size_t length;
    while (scanf("%15s %zu", name, &length) == 2) {
        getchar();
        char *source = malloc(length + 1);
        if (!source || fread(source, 1, length, stdin) != length) return 1;
        const char *flags = strchr(name, ':');
        judge(mode_of(name), flags ? (u32)atoi(flags + 1) : 0, (Span){source, length});
        free(source);
    }
    return 0;
}
