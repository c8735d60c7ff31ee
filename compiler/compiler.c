/* The way of a source text to its code. */
#include "compiler/compile.h"

#include <stdlib.h>

#include "lexer/source.h"
#include "objects/str.h"
#include "parser/parser.h"

/* ---- the top of a tree ---- */

static void compile_module(Unit *u, const ModuleNode *node) {
    u32 skipped;
    Value doc = docstring_of(u, node->body, &skipped);
    if (has_annotations(node->body)) {
        emit_intrinsic(u, INTRINSIC_SETUP_ANNOTATIONS, 0, TEMPORARY);
        emit_drop(u);
    }
    if (doc != EMPTY) {
        u->at = node->body.items[0]->at;
        emit_load(u, doc, TEMPORARY);
        store_mangled(u, name_text(u->c, "__doc__"),
                      (Operand){temporary(u->depth - 1), true});
    }
    compile_statements(
        u, (NodeList){node->body.count - skipped, node->body.items + skipped});
    finish_unit(u);
}

static void compile_interactive(Unit *u, const InteractiveNode *node) {
    u->c->is_interactive = true;
    if (has_annotations(node->body)) {
        emit_intrinsic(u, INTRINSIC_SETUP_ANNOTATIONS, 0, TEMPORARY);
        emit_drop(u);
    }
    compile_statements(u, node->body);
    finish_unit(u);
}

static void compile_expression(Unit *u, const ExpressionNode *node) {
    u->at = node->body->at;
    compile_expr(u, node->body, TEMPORARY);
    if (u->c->failed) return;
    u->at = node->body->at;
    emit_return_top(u);
    emit_cold_paths(u);
}

static Value compile_top(Compiler *c, const Node *tree, Scope *scope) {
    Unit *u = unit_enter(c, scope, 1);
    if (!u) return EMPTY;
    u->at = (SourceRange){0};
    unit_begin(u, NULL);
    switch (tree->kind) {
    case NODE_Module: compile_module(u, as_Module(tree)); break;
    case NODE_Interactive: compile_interactive(u, as_Interactive(tree)); break;
    default: compile_expression(u, as_Expression(tree));
    }
    return unit_leave(u);
}

/* ---- a compilation ---- */

static Value run(Compiler *c, const Node *tree) {
    c->filename_value = compiler_keep(
        c, str_from_os(c->vm, c->filename.data, c->filename.length));
    check_future(c, tree);
    Scope *scope = c->failed ? NULL : scope_build(c, tree);
    if (scope && !c->failed) scope_resolve(c);
    Value code = c->failed ? EMPTY : compile_top(c, tree, scope);
    return c->failed ? FAIL : incref(code);
}

static void release(Compiler *c) {
    for (u32 i = 0; i < c->pool_count; i++) decref(c->pool[i]);
    free(c->pool);
}

Value compile_tree(VM *vm, Arena *arena, const Node *tree, Span source, Span filename,
                   u32 flags) {
    Compiler c = {.vm = vm, .arena = arena, .source = source, .filename = filename};
    c.flags = flags;
    Value code = run(&c, tree);
    release(&c);
    return code;
}

/* ---- from the text ---- */

/* What the lexer found odd but legal; a filter may make an error of it. */
static bool show_warnings(VM *vm, Arena *arena, Span source, Span filename,
                          const ParseResult *result) {
    Compiler c = {.vm = vm, .arena = arena, .source = source, .filename = filename};
    c.filename_value =
        compiler_keep(&c, str_from_os(vm, filename.data, filename.length));
    for (usize i = 0; i < result->warning_count && !c.failed; i++) {
        const LexWarning *warning = &result->warnings[i];
        SourceRange at = {warning->start.line, warning->start.column, warning->end.line,
                          warning->end.column};
        compiler_warn(&c, at, "%.*s", (int)warning->message.length, warning->message.data);
    }
    release(&c);
    return !c.failed;
}

static ParseOptions options_of(Span filename, char mode, u32 flags) {
    ParseOptions options = {.filename = filename};
    options.mode = mode == 'v'   ? PARSE_EXPRESSION
                   : mode == 's' ? PARSE_INTERACTIVE
                                 : PARSE_FILE;
    if (flags & COMPILE_DECODE) options.flags |= PARSE_DECODE;
    if (flags & COMPILE_BYTES) options.flags |= PARSE_BYTES;
    if (flags & COMPILE_ALLOW_INCOMPLETE) options.flags |= PARSE_ALLOW_INCOMPLETE;
    if (flags & COMPILE_DONT_IMPLY_DEDENT) options.flags |= PARSE_DONT_IMPLY_DEDENT;
    return options;
}

/* Only for whole files does CPython end the last line. */
static bool is_unended(Span source, u32 line) {
    u32 ends = 0;
    for (usize i = 0; i < source.length; i++) ends += source.data[i] == '\n';
    return ends < line;
}

const Node *compile_parse(VM *vm, Arena *arena, Span source, Span filename, char mode,
                          u32 flags) {
    ParseOptions options = options_of(filename, mode, flags);
    ParseResult result = {0};
    if (!parse_source(arena, source, &options, &result)) {
        if (mode != 'e' && is_unended(source, result.problem.line))
            result.problem.is_text_without_end = true;
        if (!show_warnings(vm, arena, source, filename, &result)) return NULL;
        if (!(flags & COMPILE_ALLOW_INCOMPLETE)) result.problem.is_incomplete = false;
        compile_raise_problem(vm, filename, &result.problem);
        return NULL;
    }
    return show_warnings(vm, arena, source, filename, &result) ? result.tree : NULL;
}

Value compile_constant(VM *vm, const Constant *constant) {
    Compiler c = {.vm = vm};
    Value value = constant_value(&c, constant);
    if (!c.failed) incref(value);
    release(&c);
    return c.failed ? FAIL : value;
}

Value compile_source(VM *vm, Span source, Span filename, char mode, u32 flags) {
    Arena arena;
    arena_init(&arena);
    const Node *tree = compile_parse(vm, &arena, source, filename, mode, flags);
    Value code = tree ? compile_tree(vm, &arena, tree, source, filename, flags) : FAIL;
    arena_free(&arena);
    return code;
}
