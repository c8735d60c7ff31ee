/* The driver: takes tokens from the lexer, gives them to lemon's machine, and sees when
 * the input is complete or wrong.
 */
#include "parser/parser.h"

#include <stdlib.h>

#include "base/unicode_names.h"
#include "lexer/source.h"
#include "parser/state.h"

/* Made by lemon (grammar.y). */
void *parse_tokens_Alloc(void *(*allocate)(usize));
void parse_tokens_Free(void *machine, void (*release)(void *));
void parse_tokens_(void *machine, int kind, u32 token, Builder *builder);
u32 parse_tokens_depth(void *machine);

/* CPython's parser is at its end with some 6,000 operators, or fewer lambdas, in each
 * other. */
enum { MAX_DEPTH = 24000 };

/* The START_ markers are the last tokens of the grammar. */
static int start_marker(ParseMode mode) {
    return TOKEN_KIND_COUNT + (int)mode;
}

static bool make_room(Parser *parser) {
    if (parser->count < parser->capacity) return true;
    u32 capacity = parser->capacity ? parser->capacity * 2 : 256;
    Token *tokens = realloc(parser->tokens, sizeof(Token) * capacity);
    if (!tokens) {
        parser->arena->out_of_memory = true;
        return false;
    }
    parser->tokens = tokens;
    parser->builder.tokens = tokens;
    parser->capacity = capacity;
    return true;
}

static bool is_end(const Parser *parser, const Token *token) {
    if (token->kind == TOKEN_END) return true;
    return parser->lacks_newline && token->kind == TOKEN_NEWLINE &&
           token->start.line == lexer_line_count(&parser->lexer);
}

/* CPython's rule for a single statement: the end of its text is an empty line, once for
 * all that comes before it. Only in files a missing newline is supplied. */
static void adapt_end(Parser *parser, Token *token) {
    bool is_open = parser->has_ended && parser->options.flags & PARSE_DONT_IMPLY_DEDENT;
    if (is_open) token->kind = TOKEN_END;
    if (!is_end(parser, token)) {
        parser->has_begun = true;
        return;
    }
    bool is_single = parser->options.mode == PARSE_INTERACTIVE;
    token->kind = is_single && parser->has_begun ? TOKEN_NEWLINE : TOKEN_END;
    parser->has_begun = false;
    parser->made_newline = parser->count;
    parser->has_ended = true;
}

LexStatus parser_read(Parser *parser) {
    if (!make_room(parser)) return LEX_ERROR;
    Token *token = &parser->tokens[parser->count];
    LexStatus status = softwords_next(&parser->softwords, token);
    if (status != LEX_TOKEN) return status;
    adapt_end(parser, token);
    parser->count++;
    return LEX_TOKEN;
}

static bool is_layout(u16 kind) {
    return kind == TOKEN_NEWLINE || kind == TOKEN_INDENT || kind == TOKEN_DEDENT;
}

/* Give the machine a token; everything before it gets reduced first. */
static bool feed(Parser *parser, int kind, u32 token) {
    parse_tokens_(parser->machine, kind, token, &parser->builder);
    if (!is_layout((u16)kind)) parser->builder.last = token;
    if (parse_tokens_depth(parser->machine) > MAX_DEPTH) {
        parser->is_too_deep = true;
        return false;
    }
    return !parser->builder.failed && !parser->arena->out_of_memory;
}

/* \N{...} */
static bool find_character(void *context, Span name, u32 *code_point) {
    (void)context;
    return unicode_find_name(name, code_point);
}

static void set_up(Parser *parser, Arena *arena, const ParseOptions *options) {
    *parser = (Parser){.arena = arena, .options = *options};
    parser->builder.arena = arena;
    parser->made_newline = UINT32_MAX;
    lexer_init(&parser->lexer, arena, options->filename);
    parser->lexer.find_name = find_character;
    softwords_init(&parser->softwords, &parser->lexer);
    parser->machine = parse_tokens_Alloc(malloc);
    if (!parser->machine || !make_room(parser)) {
        arena->out_of_memory = true;
        return;
    }
    parser->tokens[parser->count++] = (Token){0};
    feed(parser, start_marker(options->mode), 0);
}

static void clean_up(Parser *parser) {
    if (parser->machine) parse_tokens_Free(parser->machine, free);
    free(parser->tokens);
}

static bool begins_compound(u16 kind) {
    switch (kind) {
    case TOKEN_IF:
    case TOKEN_WHILE:
    case TOKEN_FOR:
    case TOKEN_TRY:
    case TOKEN_WITH:
    case TOKEN_DEF:
    case TOKEN_CLASS:
    case TOKEN_AT:
    case TOKEN_ASYNC:
    case TOKEN_MATCH: return true;
    default: return false;
    }
}

static bool continues_statement(u16 kind) {
    return kind == TOKEN_ELSE || kind == TOKEN_ELIF || kind == TOKEN_EXCEPT ||
           kind == TOKEN_FINALLY;
}

/* Keep note of where the top-level statement began, for the search for an error's text.
 */
static void note_statement(Parser *parser, u32 token) {
    u16 kind = parser->tokens[token].kind;
    u16 before = parser->tokens[token - 1].kind;
    if (kind == TOKEN_INDENT) parser->depth++;
    if (kind == TOKEN_DEDENT) parser->depth--;
    if (parser->depth || is_layout(kind)) return;
    if (token > 1 && before != TOKEN_NEWLINE && before != TOKEN_DEDENT) return;
    bool wants_block = token > 2 && parser->tokens[token - 2].kind == TOKEN_COLON;
    bool is_inside = parser->is_decorated || wants_block || continues_statement(kind);
    parser->is_decorated = kind == TOKEN_AT;
    if (is_inside && parser->statement) return;
    parser->statement = token;
    parser->is_compound = begins_compound(kind);
}

/* At a prompt: is the statement over with this token? An empty line ends a compound one.
 */
static bool ends_statement(const Parser *parser, u32 token) {
    if (parser->tokens[token].kind != TOKEN_NEWLINE || parser->depth) return false;
    u16 before = parser->tokens[token - 1].kind;
    return !parser->is_compound || before == TOKEN_NEWLINE || before == TOKEN_DEDENT;
}

static ParseStatus fail(Parser *parser, ParseResult *result) {
    result->tree = NULL;
    if (parser->arena->out_of_memory) {
        result->problem = (SyntaxProblem){.kind = PROBLEM_MEMORY};
    } else {
        syntaxerror_find(parser, result);
    }
    return PARSE_ERROR;
}

static ParseStatus complete(Parser *parser, ParseResult *result) {
    Builder *builder = &parser->builder;
    if (!feed(parser, 0, 0) || !builder->tree) return fail(parser, result);
    if (builder->as_rows_taken != builder->as_rows_made) return fail(parser, result);
    result->tree = builder->tree;
    return PARSE_COMPLETE;
}

/* Read tokens until the input is complete, wrong, or used up. */
static ParseStatus run(Parser *parser, ParseResult *result) {
    for (;;) {
        LexStatus status = parser_read(parser);
        if (status == LEX_NEED_MORE) return PARSE_NEED_MORE;
        if (status == LEX_ERROR) {
            parser->has_literal_error = parser->lexer.error.is_literal;
            return fail(parser, result);
        }
        u32 token = parser->count - 1;
        u16 kind = parser->tokens[token].kind;
        if (kind == TOKEN_END) return complete(parser, result);
        if (!feed(parser, kind, token)) return fail(parser, result);
        note_statement(parser, token);
        bool is_first_type = kind == TOKEN_TYPE && !parser->type_statement;
        if (is_first_type) parser->type_statement = parser->statement;
        if (parser->options.mode == PARSE_INTERACTIVE && ends_statement(parser, token)) {
            return complete(parser, result);
        }
    }
}

static ParseStatus report(Parser *parser, ParseStatus status, ParseResult *result) {
    result->warnings = parser->lexer.warnings;
    result->warning_count = parser->lexer.warning_count;
    return status;
}

/* A single statement was read: nothing but comments may follow. */
static ParseStatus check_rest(Parser *parser, ParseResult *result) {
    if (parser->options.mode != PARSE_INTERACTIVE || parser->has_ended)
        return PARSE_COMPLETE;
    u32 last = parser->count - 1;
    if (parser_read(parser) == LEX_TOKEN && parser->has_ended) return PARSE_COMPLETE;
    result->tree = NULL;
    const char *message = "multiple statements found while compiling a single statement";
    syntaxerror_at_token(parser, last, message, result);
    return PARSE_ERROR;
}

static bool decode(Parser *parser, Span *source, ParseResult *result) {
    u32 flags = parser->options.flags;
    LexError error = {0};
    bool is_good;
    if (flags & (PARSE_DECODE | PARSE_BYTES)) {
        SourceKind kind = flags & PARSE_DECODE ? SOURCE_FILE : SOURCE_BYTES;
        is_good = source_decode(parser->arena, parser->options.filename, *source, kind,
                                source, &error);
    } else {
        is_good = source_check_text(*source, &error);
    }
    if (!is_good) syntaxerror_from_lexer(parser, &error, &result->problem);
    return is_good;
}

static ParseStatus parse_text(Parser *parser, Span source, ParseResult *result) {
    if (parser->arena->out_of_memory) return fail(parser, result);
    if (!decode(parser, &source, result)) return PARSE_ERROR;
    bool has_newline = source.length && source.data[source.length - 1] == '\n';
    parser->lacks_newline = parser->options.mode != PARSE_FILE && !has_newline;
    lexer_feed(&parser->lexer, source);
    lexer_finish(&parser->lexer);
    ParseStatus status = run(parser, result);
    return status == PARSE_COMPLETE ? check_rest(parser, result) : status;
}

bool parse_source(Arena *arena, Span source, const ParseOptions *options,
                  ParseResult *result) {
    *result = (ParseResult){0};
    Parser parser;
    set_up(&parser, arena, options);
    ParseStatus status = report(&parser, parse_text(&parser, source, result), result);
    clean_up(&parser);
    return status == PARSE_COMPLETE;
}

Parser *parser_new(Arena *arena, const ParseOptions *options) {
    Parser *parser = malloc(sizeof(Parser));
    if (!parser) return NULL;
    ParseOptions interactive = *options;
    interactive.mode = PARSE_INTERACTIVE;
    set_up(parser, arena, &interactive);
    parser->lexer.is_interactive = true;
    return parser;
}

void parser_free(Parser *parser) {
    if (!parser) return;
    clean_up(parser);
    free(parser);
}

ParseStatus parser_push(Parser *parser, Span text, ParseResult *result) {
    *result = (ParseResult){0};
    if (parser->arena->out_of_memory) return fail(parser, result);
    lexer_feed(&parser->lexer, text);
    return report(parser, run(parser, result), result);
}

ParseStatus parser_finish(Parser *parser, ParseResult *result) {
    *result = (ParseResult){0};
    lexer_finish(&parser->lexer);
    return report(parser, run(parser, result), result);
}
