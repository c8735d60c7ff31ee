/* Classes. */
#include "compiler/compile.h"

#include <stdlib.h>

#include "objects/str.h"
#include "objects/tuple.h"

static Operand on_top(Unit *u) {
    return (Operand){temporary(u->depth - 1), true};
}

/* ---- __static_attributes__ ---- */

static void add_attribute(Unit *u, Name *name) {
    for (u32 i = 0; i < u->attribute_count; i++)
        if (u->attributes[i] == name) return;
    if (u->attribute_count == u->attribute_capacity) {
        u32 capacity = u->attribute_capacity ? u->attribute_capacity * 2 : 8;
        Name **names = compiler_grow(u->c, u->attributes, u->attribute_count, capacity,
                                     sizeof *names);
        if (!names) return;
        u->attributes = names;
        u->attribute_capacity = capacity;
    }
    u->attributes[u->attribute_count++] = name;
}

void note_attribute(Unit *u, const AttributeNode *node) {
    if (node->value->kind != NODE_Name) return;
    if (!span_equal(as_Name(node->value)->id, SPAN("self"))) return;
    for (Unit *at = u->outer; at; at = at->outer) {
        if (at->scope->kind != SCOPE_CLASS) continue;
        add_attribute(at, name_get(u->c, node->attr));
        return;
    }
}

/* ---- the body ---- */

static void set_name(Unit *u, const char *name) {
    Operand value = on_top(u);
    consume(u, value);
    emit(u, OP_SETNAME, F_FIRST, 0, value.reg, name_number(u, name_text(u->c, name)));
}

static void set_constant(Unit *u, const char *name, Value owned) {
    Value constant = compiler_keep(u->c, owned);
    if (constant == EMPTY) return;
    emit_load(u, constant, TEMPORARY);
    set_name(u, name);
}

static int compare_names(const void *a, const void *b) {
    const Span x = (*(Name *const *)a)->text, y = (*(Name *const *)b)->text;
    int order = memcmp(x.data, y.data, x.length < y.length ? x.length : y.length);
    return order ? order : (x.length > y.length) - (x.length < y.length);
}

static Value attribute_tuple(Unit *u) {
    if (u->attribute_count > 1)
        qsort(u->attributes, u->attribute_count, sizeof *u->attributes, compare_names);
    Value tuple = TRY(tuple_new(u->c->vm, u->attribute_count));
    for (u32 i = 0; i < u->attribute_count; i++)
        to_tuple(tuple)->items[i] = incref(name_value(u->c, u->attributes[i]));
    return tuple;
}

static void begin_body(Unit *u, const ClassDefNode *node, i32 line) {
    VM *vm = u->c->vm;
    emit_result(u, OP_GETNAME, 0, TEMPORARY, 0,
                name_number(u, name_text(u->c, "__name__")));
    set_name(u, "__module__");
    set_constant(u, "__qualname__", str_from_span(vm, u->qualname));
    set_constant(u, "__firstlineno__", from_small(line));
    if (node->type_params.count) {
        load_name(u, name_text(u->c, ".type_params"), TEMPORARY);
        set_name(u, "__type_params__");
    }
    Symbol *class_dict = u->scope->class_dict;
    if (class_dict) emit(u, OP_SETCELL, 0, unit_register(u, class_dict), 0, 0);
    if (has_annotations(node->body))
        emit_intrinsic(u, INTRINSIC_SETUP_ANNOTATIONS, 0, TEMPORARY), emit_drop(u);
}

static void set_cell(Unit *u, const char *name, Symbol *symbol) {
    emit_move(u, (Operand){unit_register(u, symbol), false}, TEMPORARY);
    set_name(u, name);
}

/* The class's cell goes to type.__new__, which fills it, and is the body's result. */
static void finish_body(Unit *u) {
    set_constant(u, "__static_attributes__", attribute_tuple(u));
    if (u->scope->class_dict) set_cell(u, "__classdictcell__", u->scope->class_dict);
    if (!u->scope->class_cell) {
        finish_unit(u);
        return;
    }
    set_cell(u, "__classcell__", u->scope->class_cell);
    emit(u, OP_RETURN, 0, unit_register(u, u->scope->class_cell), 0, 0);
    emit_cold_paths(u);
}

static Value compile_class_code(Unit *outer, const ClassDefNode *node, i32 line) {
    Compiler *c = outer->c;
    Unit *u = unit_enter(c, scope_find(c, &node->node, ROLE_BODY), line);
    if (!u) return EMPTY;
    unit_begin(u, NULL);
    begin_body(u, node, line);
    u32 skipped;
    Value doc = docstring_of(u, node->body, &skipped);
    if (doc != EMPTY) {
        u->at = node->body.items[0]->at;
        emit_load(u, doc, TEMPORARY);
        set_name(u, "__doc__");
    }
    compile_statements(
        u, (NodeList){node->body.count - skipped, node->body.items + skipped});
    u->at = (SourceRange){(u32)line, 0, 0, 0};
    finish_body(u);
    return unit_leave(u);
}

/* ---- the call of __build_class__ ---- */

static NodeList with_generic_base(Unit *u, const ClassDefNode *node) {
    NodeList bases = node->bases;
    Node *base = ast_Name(u->c->arena, node->node.at, SPAN(".generic_base"), CONTEXT_LOAD);
    Node **items = compiler_grow(u->c, bases.items, bases.count, bases.count + 1,
                                 sizeof *items);
    if (!base || !items) return bases;
    items[bases.count] = base;
    return (NodeList){bases.count + 1, items};
}

static void push_class(Unit *u, const ClassDefNode *node, i32 line) {
    bool is_generic = node->type_params.count;
    u->at = node->node.at;
    emit_intrinsic(u, INTRINSIC_BUILD_CLASS, 0, TEMPORARY);
    u16 window = window_open(u);
    Value code = compile_class_code(u, node, line);
    make_function(u, code, scope_find(u->c, &node->node, ROLE_BODY), 0, TEMPORARY);
    emit_load(u, name_value(u->c, name_get(u->c, node->name)), TEMPORARY);
    NodeList bases = is_generic ? with_generic_base(u, node) : node->bases;
    compile_arguments(u, window, 2, bases, node->keywords, 0, TEMPORARY);
}

static Value compile_generic_code(Unit *outer, const ClassDefNode *node, i32 line) {
    Compiler *c = outer->c;
    Unit *u = unit_enter(c, scope_find(c, &node->node, ROLE_TYPE_PARAMETERS), line);
    if (!u) return EMPTY;
    u->at = node->node.at;
    unit_begin(u, NULL);
    define_type_parameters(u, node->type_params);
    push_type_parameters(u, node->type_params);
    store_mangled(u, name_text(c, ".type_params"), on_top(u));
    load_name(u, name_text(c, ".type_params"), TEMPORARY);
    emit_intrinsic(u, INTRINSIC_GENERIC_BASE, 1, TEMPORARY);
    store_mangled(u, name_text(c, ".generic_base"), on_top(u));
    push_class(u, node, line);
    emit_return_top(u);
    emit_cold_paths(u);
    return unit_leave(u);
}

static void push_generic_class(Unit *u, const ClassDefNode *node, i32 line) {
    Value code = compile_generic_code(u, node, line);
    make_function(u, code, scope_find(u->c, &node->node, ROLE_TYPE_PARAMETERS), 0,
                  TEMPORARY);
    u16 window = window_open(u);
    call_made_function(u, window, 0, TEMPORARY);
}

void compile_class(Unit *u, const ClassDefNode *node) {
    i32 line = first_line_of(&node->node, node->decorator_list);
    Decorators decorators = push_decorators(u, node->decorator_list);
    if (u->c->failed) return;
    if (node->type_params.count)
        push_generic_class(u, node, line);
    else
        push_class(u, node, line);
    if (u->c->failed) return;
    u->at = node->node.at;
    apply_decorators(u, &decorators);
    if (check_name(u, node->name, node->node.at, CONTEXT_STORE))
        store_name(u, node->name, on_top(u));
}
