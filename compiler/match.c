/* match: the subject and the cases; what patterns do is in pattern.c. */
#include "compiler/pattern.h"

static Operand on_top(Unit *u) {
    return (Operand){temporary(u->depth - 1), true};
}

static bool has_guard(NodeList cases) {
    for (u32 i = 0; i < cases.count; i++)
        if (as_match_case(cases.items[i])->guard) return true;
    return false;
}

/* A local is matched in place if no name is bound before the subject is looked at again. */
static Operand compile_subject(Unit *u, const MatchNode *node) {
    if (!has_guard(node->cases)) return compile_operand(u, node->subject, NULL, NULL);
    compile_expr(u, node->subject, TEMPORARY);
    return on_top(u);
}

static void compile_case(Unit *u, const MatchCaseNode *node, Operand subject, Label end,
                         bool is_last) {
    Label next = label_new(u);
    u32 depth = u->depth;
    Operand staying = {subject.reg, false};
    u->at = node->pattern->at;
    u32 start = u->count;
    match_pattern(u, node->pattern, staying, next, is_last || node->guard);
    if (node->guard && !u->c->failed) compile_jump(u, node->guard, next, false);
    if (u->count == start) mark_line(u, node->pattern->at, false);
    if (subject.is_temporary) emit_drop(u);
    compile_statements(u, node->body);
    u->at.end_line = 0; /* it belongs to the line that ran last */
    emit_jump(u, OP_JUMP, 0, 0, 0, end);
    u->depth = depth;
    label_bind(u, next);
}

void compile_match(Unit *u, const MatchNode *node) {
    u32 start = u->count;
    Operand subject = compile_subject(u, node);
    if (u->count == start) mark_line(u, node->subject->at, false);
    Label end = label_new(u);
    for (u32 i = 0; i < node->cases.count && !u->c->failed; i++)
        compile_case(u, as_match_case(node->cases.items[i]), subject, end,
                     i + 1 == node->cases.count);
    if (u->c->failed) return;
    if (subject.is_temporary) emit_drop(u);
    label_bind(u, end);
}
