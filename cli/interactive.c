#include "cli/interactive.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "cli/run.h"
#include "compiler/compiler.h"
#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/frame.h"
#include "objects/str.h"
#include "parser/parser.h"
#include "vm/sources.h"
#include "vm/unraisable.h"

typedef struct Session {
    VM *vm;
    char *line; /* of getline */
    usize capacity;
    u32 count; /* statements compiled so far: their texts are "<stdin>-0", "<stdin>-1" ... */
    bool is_over;
} Session;

/* Everything written before the prompt is seen before it. */
static void flush_output(VM *vm) {
    Value out = dict_get_text(vm, to_dict(vm->sys), "stdout");
    if (out == EMPTY || out == NONE) return;
    OWNED Value done = call_method_0(vm, out, NAME(flush));
    if (done == FAIL) exception_clear(vm);
}

static void show_prompt(VM *vm, const char *name, const char *otherwise) {
    flush_output(vm);
    Value prompt = dict_get_text(vm, to_dict(vm->sys), name);
    OWNED Value text = prompt == EMPTY ? str_from_text(vm, otherwise) : object_str(vm, prompt);
    if (text == FAIL) exception_clear(vm);
    else stderr_write(vm, str_span(text));
}

static bool next_line(Session *session, const char *prompt_name, const char *prompt, Span *line) {
    show_prompt(session->vm, prompt_name, prompt);
    long length = getline(&session->line, &session->capacity, stdin);
    if (length < 0) return false;
    *line = (Span){session->line, (usize)length};
    return true;
}

/* Read one statement; the tree, or NULL with result->problem, or with is_over. */
static const Node *read_statement(Session *session, Arena *arena, Buffer *text, ParseResult *result) {
    ParseOptions options = {.filename = SPAN("<stdin>"), .mode = PARSE_INTERACTIVE};
    Parser *parser = parser_new(arena, &options);
    Span line;
    ParseStatus status = PARSE_NEED_MORE;
    bool is_first = true;
    while (parser && status == PARSE_NEED_MORE) {
        bool more = next_line(session, is_first ? "ps1" : "ps2", is_first ? ">>> " : "... ", &line);
        if (!more && is_first) session->is_over = true;
        if (more) buffer_add_span(text, line);
        if (session->is_over) break;
        if (!more) stderr_write(session->vm, SPAN("\n"));
        status = more ? parser_push(parser, line, result) : parser_finish(parser, result);
        is_first = false;
    }
    if (parser) parser_free(parser);
    return status == PARSE_COMPLETE ? result->tree : NULL;
}

/* False: the session ends with *status. */
static bool tell_exception(Session *session, int *status) {
    VM *vm = session->vm;
    bool is_exit = exception_matches(vm, EXC(SystemExit));
    int reported = report_exception(vm);
    if (is_exit) *status = reported;
    return !is_exit;
}

static Value compile_statement(Session *session, Arena *arena, const Node *tree, Span text) {
    Buffer name = {0};
    buffer_printf(&name, "<stdin>-%u", session->count++);
    sources_register(session->vm, buffer_span(&name), text);
    Value code = compile_tree(session->vm, arena, tree, text, buffer_span(&name), 0);
    buffer_free(&name);
    return code;
}

static bool run_tree(Session *session, Arena *arena, const Node *tree, Span text, int *status) {
    VM *vm = session->vm;
    Value namespace = from_object(((Module *)to_object(vm->main_module))->dict);
    OWNED Value code = compile_statement(session, arena, tree, text);
    OWNED Value done =
        code == FAIL ? FAIL : vm->hooks.run_code(vm, (Code *)to_object(code), to_dict(namespace), namespace);
    return done != FAIL || tell_exception(session, status);
}

static bool run_one(Session *session, int *status) {
    Arena arena;
    Buffer text = {0};
    ParseResult result = {0};
    arena_init(&arena);
    bool goes_on = true;
    const Node *tree = read_statement(session, &arena, &text, &result);
    if (tree) goes_on = run_tree(session, &arena, tree, buffer_span(&text), status);
    else if (!session->is_over) {
        compile_raise_problem(session->vm, SPAN("<stdin>"), &result.problem);
        goes_on = tell_exception(session, status);
    }
    buffer_free(&text);
    arena_free(&arena);
    return goes_on;
}

static void set_prompt(VM *vm, const char *name, const char *text) {
    OWNED Value prompt = str_from_text(vm, text);
    bool is_set = dict_get_text(vm, to_dict(vm->sys), name) != EMPTY;
    if (!is_set && (prompt == FAIL || !dict_set_text(vm, to_dict(vm->sys), name, prompt))) exception_clear(vm);
}

int run_interactive(VM *vm) {
    Session session = {.vm = vm};
    int status = 0;
    set_prompt(vm, "ps1", ">>> ");
    set_prompt(vm, "ps2", "... ");
    while (!session.is_over && run_one(&session, &status)) {}
    flush_output(vm);
    if (session.is_over) stderr_write(vm, SPAN("\n"));
    free(session.line);
    return status;
}
