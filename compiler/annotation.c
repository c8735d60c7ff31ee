/* Annotations: evaluated where they stand, or kept as text (from __future__ import
 * annotations). */
#include "compiler/compile.h"

#include "base/buffer.h"
#include "objects/str.h"
#include "objects/tuple.h"

enum { MOST_AT_ONCE = 60 };

static Operand on_top(Unit *u) {
    return (Operand){temporary(u->depth - 1), true};
}

static void push_text(Unit *u, const Node *annotation, Place place) {
    Buffer text = {0};
    unparse(u->c, annotation, &text);
    Value value = compiler_keep(u->c, str_from_buffer(u->c->vm, &text));
    emit_load(u, value, place);
}

void compile_annotation(Unit *u, const Node *annotation, Place place) {
    if (u->c->flags & COMPILE_FUTURE_ANNOTATIONS) {
        push_text(u, annotation, place);
    } else if (annotation->kind == NODE_Starred) { /* *args: *Ts */
        compile_expr(u, as_Starred(annotation)->value, TEMPORARY);
        pop(u, 1);
        emit(u, OP_UNPACK, F_FIRST, next_temporary(u), next_temporary(u), 1);
        emit_move(u, push(u), place);
    } else {
        compile_expr(u, annotation, place);
    }
}

/* ---- functions ---- */

typedef struct Annotations {
    const Node **values;
    Value *names;
    u32 count;
} Annotations;

static void collect(Unit *u, Annotations *all, const Node *argument) {
    if (!argument || !as_arg(argument)->annotation) return;
    Value name = name_value(u->c, name_meant(u, as_arg(argument)->arg));
    all->names[all->count] = name;
    all->values[all->count++] = as_arg(argument)->annotation;
}

static void collect_list(Unit *u, Annotations *all, NodeList arguments) {
    for (u32 i = 0; i < arguments.count; i++) collect(u, all, arguments.items[i]);
}

/* CPython's order: positional-only ones second. */
static Annotations collect_all(Unit *u, const ArgumentsNode *arguments,
                               const Node *returns) {
    u32 most = arguments->args.count + arguments->posonlyargs.count +
               arguments->kwonlyargs.count + 3;
    Annotations all = {compiler_alloc(u->c, most * sizeof(Node *)),
                       compiler_alloc(u->c, most * sizeof(Value)), 0};
    if (!all.values || !all.names) return all;
    collect_list(u, &all, arguments->args);
    collect_list(u, &all, arguments->posonlyargs);
    collect(u, &all, (const Node *)arguments->vararg);
    collect_list(u, &all, arguments->kwonlyargs);
    collect(u, &all, (const Node *)arguments->kwarg);
    if (!returns) return all;
    all.names[all.count] = name_value(u->c, name_text(u->c, "return"));
    all.values[all.count++] = returns;
    return all;
}

static void push_few(Unit *u, const Annotations *all) {
    u16 start = next_temporary(u);
    for (u32 i = 0; i < all->count; i++) compile_annotation(u, all->values[i], TEMPORARY);
    Value keys =
        compiler_keep(u->c, tuple_from(u->c->vm, all->names, all->count));
    pop(u, all->count);
    emit_constant(u, OP_DICTK, 0, next_temporary(u), start, 0, keys);
    push(u);
}

static void push_many(Unit *u, const Annotations *all) {
    emit_result(u, OP_DICT, 0, TEMPORARY, next_temporary(u), 0);
    u16 dict = on_top(u).reg;
    for (u32 i = 0; i < all->count && !u->c->failed; i++) {
        emit_load(u, all->names[i], TEMPORARY);
        u16 key = on_top(u).reg;
        compile_annotation(u, all->values[i], TEMPORARY);
        u16 value = on_top(u).reg;
        pop(u, 2);
        emit(u, OP_DICTSET, F_FIRST | F_SECOND, dict, key, value);
    }
}

u32 push_annotations(Unit *u, const ArgumentsNode *arguments, const Node *returns) {
    Annotations all = collect_all(u, arguments, returns);
    if (!all.count || u->c->failed) return 0;
    if (all.count <= MOST_AT_ONCE)
        push_few(u, &all);
    else
        push_many(u, &all);
    return 4;
}

/* ---- x: int = 1 ---- */

static bool is_annotating(const Unit *u) {
    return u->scope->kind == SCOPE_MODULE || u->scope->kind == SCOPE_CLASS;
}

static void annotate_name(Unit *u, const AnnAssignNode *node) {
    if (!node->simple || !is_annotating(u)) return;
    Span text = as_Name(node->target)->id;
    compile_annotation(u, node->annotation, TEMPORARY);
    u16 value = on_top(u).reg;
    load_name(u, name_text(u->c, "__annotations__"), TEMPORARY);
    u16 annotations = on_top(u).reg;
    emit_load(u, name_value(u->c, name_meant(u, text)), TEMPORARY);
    u16 key = on_top(u).reg;
    pop(u, 3);
    emit(u, OP_SETITEM, F_FIRST | F_SECOND | F_THIRD, annotations, key, value);
}

static void evaluate_slice(Unit *u, const Node *slice) {
    if (slice->kind != NODE_Slice) {
        compile_effect(u, slice);
        return;
    }
    const SliceNode *self = as_Slice(slice);
    if (self->lower) compile_effect(u, self->lower);
    if (self->upper) compile_effect(u, self->upper);
    if (self->step) compile_effect(u, self->step);
}

/* a.b: int without a value evaluates a. */
static void check_bare_target(Unit *u, const Node *target) {
    if (target->kind == NODE_Attribute) {
        check_name(u, as_Attribute(target)->attr, u->at, CONTEXT_STORE);
        compile_effect(u, as_Attribute(target)->value);
    } else if (target->kind == NODE_Subscript) {
        compile_effect(u, as_Subscript(target)->value);
        evaluate_slice(u, as_Subscript(target)->slice);
    }
}

void compile_ann_assign(Unit *u, const AnnAssignNode *node) {
    const Node *target = node->target;
    if (target->kind == NODE_Name)
        check_name(u, as_Name(target)->id, node->value ? target->at : node->node.at,
                   CONTEXT_STORE);
    if (node->value) {
        Place place = place_of_target(u, target);
        compile_expr(u, node->value, place);
        if (!place.is_local) store_target(u, target, on_top(u));
    } else {
        check_bare_target(u, target);
    }
    if (target->kind == NODE_Name) annotate_name(u, node);
    bool is_text = u->c->flags & COMPILE_FUTURE_ANNOTATIONS;
    if (!node->simple && is_annotating(u) && !is_text) compile_effect(u, node->annotation);
}

/* ---- is there any annotation to be stored in this body? ---- */

static bool has_in_handlers(NodeList handlers) {
    for (u32 i = 0; i < handlers.count; i++)
        if (has_annotations(as_ExceptHandler(handlers.items[i])->body)) return true;
    return false;
}

static bool has_in_cases(NodeList cases) {
    for (u32 i = 0; i < cases.count; i++)
        if (has_annotations(as_match_case(cases.items[i])->body)) return true;
    return false;
}

static bool is_annotated(const Node *node) {
    switch (node->kind) {
    case NODE_AnnAssign: return true;
    case NODE_For:
        return has_annotations(as_For(node)->body) ||
               has_annotations(as_For(node)->orelse);
    case NODE_AsyncFor:
        return has_annotations(as_AsyncFor(node)->body) ||
               has_annotations(as_AsyncFor(node)->orelse);
    case NODE_While:
        return has_annotations(as_While(node)->body) ||
               has_annotations(as_While(node)->orelse);
    case NODE_With: return has_annotations(as_With(node)->body);
    case NODE_AsyncWith: return has_annotations(as_AsyncWith(node)->body);
    case NODE_Match: return has_in_cases(as_Match(node)->cases);
    case NODE_Try:
    case NODE_TryStar: { /* the same fields */
        const TryNode *self = (const TryNode *)node;
        return has_annotations(self->body) || has_in_handlers(self->handlers) ||
               has_annotations(self->orelse) || has_annotations(self->finalbody);
    }
    default: return false;
    }
}

static bool is_annotated_if(const Node *node) {
    const IfNode *self = as_If(node);
    for (;;) {
        if (has_annotations(self->body)) return true;
        bool is_elif = self->orelse.count == 1 && self->orelse.items[0]->kind == NODE_If;
        if (!is_elif) return has_annotations(self->orelse);
        self = as_If(self->orelse.items[0]);
    }
}

bool has_annotations(NodeList body) {
    for (u32 i = 0; i < body.count; i++) {
        const Node *node = body.items[i];
        if (node->kind == NODE_If ? is_annotated_if(node) : is_annotated(node)) return true;
    }
    return false;
}
