/* Imports, and what `from __future__` asks of the compiler. */
#include "compiler/compile.h"

#include "objects/tuple.h"

static Operand on_top(Unit *u) {
    return (Operand){temporary(u->depth - 1), true};
}

static bool is_future(const ImportFromNode *node) {
    return !node->level && node->module.data && span_equal(node->module, SPAN("__future__"));
}

/* ---- import ---- */

static void push_import(Unit *u, Span module, Value names, u32 level) {
    Value pair = compiler_keep(
        u->c, tuple_of(u->c->vm, 2, from_small(level), names == EMPTY ? NONE : names));
    if (pair == EMPTY) {
        push(u);
        return;
    }
    u32 name = name_number(u, name_get(u->c, module));
    emit_constant(u, OP_IMPORT, 0, next_temporary(u), name, 0, pair);
    push(u);
}

static Span part_up_to(Span *rest) {
    const char *dot = memchr(rest->data, '.', rest->length);
    Span part = {rest->data, dot ? (usize)(dot - rest->data) : rest->length};
    usize skipped = part.length + (dot != NULL);
    *rest = (Span){rest->data + skipped, rest->length - skipped};
    return part;
}

/* import a.b.c as d: the import gives a; b and c are taken from it. */
static void descend(Unit *u, Span rest) {
    part_up_to(&rest);
    while (rest.length && !u->c->failed) {
        Span part = part_up_to(&rest);
        u16 module = on_top(u).reg, inner = next_temporary(u);
        emit(u, OP_IMPORTFROM, 0, inner, module, name_number(u, name_get(u->c, part)));
        push(u);
        pop(u, 1);
        emit(u, OP_MOVE, F_FIRST | F_LOCAL, module, inner, 0);
    }
}

void compile_import(Unit *u, const ImportNode *node) {
    for (u32 i = 0; i < node->names.count && !u->c->failed; i++) {
        const AliasNode *alias = as_alias(node->names.items[i]);
        push_import(u, alias->name, EMPTY, 0);
        Span rest = alias->name, name = part_up_to(&rest);
        if (alias->asname.data) {
            descend(u, alias->name);
            name = alias->asname;
        }
        if (check_name(u, name, node->node.at, CONTEXT_STORE))
            store_name(u, name, on_top(u));
    }
}

/* ---- from ... import ---- */

static Value imported_names(Unit *u, NodeList aliases) {
    Compiler *c = u->c;
    Value *names = compiler_alloc(c, (aliases.count + 1) * sizeof *names);
    for (u32 i = 0; names && i < aliases.count; i++)
        names[i] = name_value(c, name_get(c, as_alias(aliases.items[i])->name));
    if (c->failed) return EMPTY;
    return compiler_keep(c, tuple_from(c->vm, names, aliases.count));
}

static void import_one(Unit *u, const AliasNode *alias, SourceRange at) {
    u16 module = on_top(u).reg;
    emit(u, OP_IMPORTFROM, 0, next_temporary(u), module,
         name_number(u, name_get(u->c, alias->name)));
    push(u);
    Span name = alias->asname.data ? alias->asname : alias->name;
    if (check_name(u, name, at, CONTEXT_STORE)) store_name(u, name, on_top(u));
}

void compile_import_from(Unit *u, const ImportFromNode *node) {
    if (is_future(node) && node->node.at.line > u->c->future_line) {
        compiler_fail(u->c, node->node.at,
                      "from __future__ imports must occur at the beginning of the file");
        return;
    }
    Span module = node->module.data ? node->module : SPAN("");
    push_import(u, module, imported_names(u, node->names), (u32)node->level);
    bool is_star = node->names.count == 1 &&
                   span_equal(as_alias(node->names.items[0])->name, SPAN("*"));
    if (is_star)
        emit_intrinsic(u, INTRINSIC_IMPORT_STAR, 1, TEMPORARY);
    else
        for (u32 i = 0; i < node->names.count && !u->c->failed; i++)
            import_one(u, as_alias(node->names.items[i]), node->node.at);
    if (!u->c->failed) emit_drop(u);
}

/* ---- from __future__ ---- */

static bool is_known(Span name) {
    static const char *const names[] = {
        "nested_scopes",   "generators",       "division",         "absolute_import",
        "with_statement",  "print_function",   "unicode_literals", "barry_as_FLUFL",
        "generator_stop",  "annotations",
    };
    for (u32 i = 0; i < COUNT_OF(names); i++)
        if (span_equal(name, span_of(names[i]))) return true;
    return false;
}

static void take_features(Compiler *c, const ImportFromNode *node) {
    for (u32 i = 0; i < node->names.count && !c->failed; i++) {
        Span name = as_alias(node->names.items[i])->name;
        if (span_equal(name, SPAN("annotations"))) c->flags |= COMPILE_FUTURE_ANNOTATIONS;
        if (span_equal(name, SPAN("braces")))
            compiler_fail_future(c, node->node.at, "not a chance");
        else if (!is_known(name))
            compiler_fail_future(c, node->node.at, "future feature %.*s is not defined",
                                 (int)name.length, name.data);
    }
}

static bool is_string(const Node *node) {
    if (node->kind != NODE_Expr || as_Expr(node)->value->kind != NODE_Constant)
        return false;
    return as_Constant(as_Expr(node)->value)->value.kind == CONSTANT_STR;
}

/* The features are over; what stands behind on the same line is not seen by its line number. */
static void check_same_line(Compiler *c, NodeList body, u32 first) {
    for (u32 i = first; i < body.count && body.items[i]->at.line == body.items[first]->at.line; i++) {
        const Node *node = body.items[i];
        if (node->kind == NODE_ImportFrom && is_future(as_ImportFrom(node))) {
            compiler_fail(c, node->at, "from __future__ imports must occur at the beginning of the file");
            return;
        }
    }
}

void check_future(Compiler *c, const Node *tree) {
    NodeList body = tree->kind == NODE_Module        ? as_Module(tree)->body
                    : tree->kind == NODE_Interactive ? as_Interactive(tree)->body
                                                     : (NodeList){0};
    for (u32 i = 0; i < body.count && !c->failed; i++) {
        const Node *node = body.items[i];
        if (node->kind == NODE_ImportFrom && is_future(as_ImportFrom(node))) {
            take_features(c, as_ImportFrom(node));
            c->future_line = node->at.line;
        } else if (i || !is_string(node)) { /* but the docstring */
            check_same_line(c, body, i);
            return;
        }
    }
}
