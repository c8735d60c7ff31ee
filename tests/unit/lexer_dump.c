/* Prints the tokens of a file, one a line, for tests/unit/lexer_against_cpython.py.
 *
 *     lexer_dump [-s SEED] [-w] [-i] FILE...
 *
 * -s feeds the text in pieces of random size, -w shows the tokens that the parser gets
 * (softwords), -i reads as at the prompt. Several files are each preceded by a line "FILE
 * name". A line is KIND line:column-line:column text value, columns in code points; then
 * warnings and the error, if there is one.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "lexer/softwords.h"
#include "lexer/source.h"

typedef struct Options {
    unsigned seed;
    bool has_seed, shows_softwords, is_interactive;
} Options;

static const char *const names[] = {
    "NOTHING",
#define TOKEN(name, text) #name,
#include "lexer/token.def"
#undef TOKEN
};

static void print_quoted(Span text) {
    putchar('"');
    for (usize i = 0; i < text.length; i++) {
        u8 c = (u8)text.data[i];
        if (c < ' ' || c >= 0x7F || c == '"' || c == '\\')
            printf("\\x%02x", c);
        else
            putchar(c);
    }
    putchar('"');
}

static void print_position(Lexer *lexer, Position at) {
    printf(" %u:%u", at.line, lexer_column(lexer, at));
}

static void print_token(Lexer *lexer, const Token *token) {
    printf("%s", names[token->kind]);
    print_position(lexer, token->start);
    print_position(lexer, token->end);
    printf(" %u %u ", token->flags, token->base);
    print_quoted(token->text);
    putchar(' ');
    print_quoted(token->value);
    if (token->kind == TOKEN_FLOAT || token->kind == TOKEN_IMAGINARY)
        printf(" %.17g", token->number);
    putchar('\n');
}

static void print_warnings(Lexer *lexer) {
    for (usize i = 0; i < lexer->warning_count; i++) {
        LexWarning *warning = &lexer->warnings[i];
        printf("WARNING %u ", warning->start.line);
        print_quoted(warning->message);
        putchar('\n');
    }
}

static void print_error(Lexer *lexer, const LexError *error) {
    static const char *const kinds[] = {"SyntaxError", "IndentationError", "TabError"};
    printf("ERROR %s %u %d %u %d %d %d ", kinds[error->kind], error->start.line,
           (int)(lexer_column(lexer, error->start) + 1), error->end.line,
           error->end.line ? (int)(lexer_column(lexer, error->end) + 1)
                           : error->missing_end,
           (int)error->rank, error->is_incomplete);
    print_quoted(error->message);
    putchar('\n');
}

/* Any name will do: what it stands for is not compared. */
static bool find_name(void *context, Span name, u32 *code_point) {
    *code_point = '?';
    return context || name.length != 3;
}

/* Feed the next piece; false when all was fed. */
static bool feed_more(Lexer *lexer, Span *rest, const Options *options) {
    usize size = rest->length;
    if (options->has_seed && size) {
        usize most = rand() % 3 ? 16 : 2000;
        size = (usize)rand() % most;
        if (size > rest->length) size = rest->length;
    }
    lexer_feed(lexer, (Span){rest->data, size});
    rest->data += size;
    rest->length -= size;
    if (!rest->length) lexer_finish(lexer);
    return rest->length > 0;
}

static void dump(Span filename, Span bytes, const Options *options) {
    Arena arena;
    arena_init(&arena);
    Lexer lexer;
    lexer_init(&lexer, &arena, filename);
    lexer.find_name = find_name;
    lexer.is_interactive = options->is_interactive;
    Softwords words;
    softwords_init(&words, &lexer);
    LexError error;
    Span text;
    LexStatus status;
    srand(options->seed);
    if (!source_decode(&arena, filename, bytes, SOURCE_FILE, &text, &error)) {
        print_error(&lexer, &error);
        arena_free(&arena);
        return;
    }
    Token token = {0};
    do {
        status = options->shows_softwords ? softwords_next(&words, &token)
                                          : lexer_next(&lexer, &token);
        if (status == LEX_NEED_MORE) feed_more(&lexer, &text, options);
        if (status == LEX_TOKEN) print_token(&lexer, &token);
        if (options->has_seed && rand() % 3 == 0) feed_more(&lexer, &text, options);
    } while (status != LEX_ERROR && token.kind != TOKEN_END);
    print_warnings(&lexer);
    if (status == LEX_ERROR) print_error(&lexer, &lexer.error);
    arena_free(&arena);
}

static char *read_file(const char *name, usize *length) {
    FILE *file = fopen(name, "rb");
    if (!file) return NULL;
    Buffer buffer = {0};
    char *at;
    usize got = 1;
    while (got && (at = buffer_reserve(&buffer, 65536))) {
        got = fread(at, 1, 65536, file);
        buffer.length += got;
    }
    fclose(file);
    *length = buffer.length;
    return buffer.data;
}

int main(int argc, char **argv) {
    Options options = {0};
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        if (argv[i][1] == 's') {
            options.has_seed = true;
            options.seed = (unsigned)atoi(argv[++i]);
        }
        if (argv[i][1] == 'w') options.shows_softwords = true;
        if (argv[i][1] == 'i') options.is_interactive = true;
    }
    bool is_list = i + 1 < argc;
    for (; i < argc; i++) {
        usize length;
        char *bytes = read_file(argv[i], &length);
        if (!bytes) continue;
        if (is_list) printf("FILE %s\n", argv[i]);
        dump(span_of(argv[i]), (Span){bytes, length}, &options);
        free(bytes);
    }
    return 0;
}
