/* Matching: see pattern.h. */
#include "compiler/pattern.h"

#include "objects/tuple.h"

typedef struct Matching {
    u32 base; /* temporaries below all that belongs to the pattern */
    Label *fails; /* by how many temporaries above the base are live */
    u32 fail_count;
    const Captures *captures;
    u16 slots; /* the first capture's temporary is the topmost of them */
} Matching;

static void match(Unit *u, Matching *m, const Node *pattern, Operand subject);

static Operand on_top(Unit *u) {
    return (Operand){temporary(u->depth - 1), true};
}
static Operand staying(Operand subject) {
    return (Operand){subject.reg, false};
}

/* ---- failing ---- */

static Label fail_label(Unit *u, Matching *m) {
    u32 live = u->depth - m->base;
    if (live >= m->fail_count) {
        u32 wanted = live + 8;
        Label *fails = compiler_grow(u->c, m->fails, m->fail_count, wanted, sizeof *fails);
        if (!fails) return 0;
        m->fails = fails;
        m->fail_count = wanted;
    }
    if (!m->fails[live]) m->fails[live] = label_new(u);
    return m->fails[live];
}

/* With nothing to release, what fails goes right to `fail`. */
static void begin_matching(Unit *u, Matching *m, Label fail) {
    m->base = u->depth;
    fail_label(u, m);
    if (m->fails) m->fails[0] = fail;
}

/* Behind the pattern: every label releases one temporary. */
static void emit_fails(Unit *u, Matching *m, Label fail) {
    bool is_needed = false;
    for (u32 i = 1; i < m->fail_count; i++) is_needed |= m->fails[i] != 0;
    if (!is_needed) return;
    Label matched = label_new(u);
    u32 depth = u->depth;
    emit_jump(u, OP_JUMP, 0, 0, 0, matched);
    for (u32 live = m->fail_count - 1; live > 0; live--) {
        u->depth = m->base + live;
        label_bind(u, m->fails[live]);
        emit_drop(u);
    }
    emit_jump(u, OP_JUMP, 0, 0, 0, fail);
    u->depth = depth;
    label_bind(u, matched);
}

static void release(Unit *u, Operand subject) {
    if (subject.is_temporary) emit_drop(u);
}

/* ---- captures ---- */

static u16 slot_of(const Matching *m, Span name) {
    for (u32 i = 0; i < m->captures->count; i++)
        if (span_equal(m->captures->names[i], name))
            return (u16)(m->slots + m->captures->count - 1 - i);
    return 0;
}

static void capture(Unit *u, Matching *m, Span name, Operand subject) {
    if (!name.data) {
        release(u, subject);
        return;
    }
    consume(u, subject);
    emit(u, OP_MOVE, first(subject) | F_LOCAL, slot_of(m, name), subject.reg, 0);
}

/* ---- values ---- */

static void match_value(Unit *u, Matching *m, const Node *value, Operand subject) {
    i32 number;
    Value constant = fold(u, value);
    if (constant != EMPTY && is_immediate(constant, &number)) {
        consume(u, subject);
        emit_jump(u, OP_JEQI, first(subject) | F_NEGATE, subject.reg, (u32)number,
                  fail_label(u, m));
        return;
    }
    Operand other = compile_operand(u, value, NULL, NULL);
    consume(u, other);
    consume(u, subject);
    emit_jump(u, OP_JEQ, first(subject) | second(other) | F_NEGATE, subject.reg, other.reg,
              fail_label(u, m));
}

static void match_singleton(Unit *u, Matching *m, const MatchSingletonNode *node,
                            Operand subject) {
    if (node->value.kind == CONSTANT_NONE) {
        consume(u, subject);
        emit_jump(u, OP_JNONE, first(subject) | F_NEGATE, subject.reg, 0, fail_label(u, m));
        return;
    }
    emit_load(u, constant_value(u->c, &node->value), TEMPORARY);
    Operand other = on_top(u);
    consume(u, other);
    consume(u, subject);
    emit_jump(u, OP_JIS, first(subject) | F_SECOND | F_NEGATE, subject.reg, other.reg,
              fail_label(u, m));
}

/* ---- sequences ---- */

/* Fail unless the instruction's answer about the subject is true. */
static void check(Unit *u, Matching *m, OpCode op, Operand subject) {
    u16 reg = next_temporary(u);
    emit(u, op, 0, reg, subject.reg, 0);
    emit_jump(u, OP_JFALSE, F_FIRST, reg, 0, fail_label(u, m));
    if (u->depth + 1 > u->deepest) u->deepest = u->depth + 1;
}

static void check_length(Unit *u, Matching *m, OpCode compare, u32 size, Operand subject) {
    u16 reg = next_temporary(u);
    emit(u, OP_LENGTH, 0, reg, subject.reg, 0);
    emit_jump(u, compare, F_FIRST | F_NEGATE, reg, size, fail_label(u, m));
    if (u->depth + 1 > u->deepest) u->deepest = u->depth + 1;
}

/* The items lie on the stack, the first one on top. */
static void match_items(Unit *u, Matching *m, NodeList patterns) {
    for (u32 i = 0; i < patterns.count && !u->c->failed; i++)
        match(u, m, patterns.items[i], on_top(u));
}

static void unpack(Unit *u, Matching *m, NodeList patterns, u32 star, Operand subject) {
    u32 count = patterns.count;
    consume(u, subject);
    bool has_star = star < count;
    u32 shape = has_star ? star | (count - star - 1) << 8 : count;
    emit(u, has_star ? OP_UNPACKEX : OP_UNPACK, first(subject), next_temporary(u),
         subject.reg, shape);
    for (u32 i = 0; i < count; i++) push(u);
    match_items(u, m, patterns);
}

/* [a, *_, b]: items are taken one by one, no list is made of the rest. */
static void push_item(Unit *u, Operand subject, u32 index, u32 star, u32 count) {
    u16 reg = next_temporary(u);
    if (index < star) {
        emit(u, OP_GETITEMI, 0, reg, subject.reg, index);
    } else {
        emit(u, OP_LENGTH, 0, reg, subject.reg, 0);
        emit(u, OP_SUBI, F_FIRST, reg, reg, count - index);
        emit(u, OP_GETITEM, F_SECOND, reg, subject.reg, reg);
    }
    push(u);
}

static void match_around_star(Unit *u, Matching *m, NodeList patterns, u32 star,
                              Operand subject) {
    for (u32 i = 0; i < patterns.count && !u->c->failed; i++) {
        if (i == star || is_wildcard(patterns.items[i])) continue;
        u->at = patterns.items[i]->at;
        push_item(u, subject, i, star, patterns.count);
        match(u, m, patterns.items[i], on_top(u));
    }
    release(u, subject);
}

static bool all_wildcards(NodeList patterns) {
    for (u32 i = 0; i < patterns.count; i++)
        if (!is_wildcard(patterns.items[i])) return false;
    return true;
}

static void match_sequence(Unit *u, Matching *m, const MatchSequenceNode *node,
                           Operand subject) {
    NodeList patterns = node->patterns;
    u32 star = 0, count = patterns.count;
    while (star < count && patterns.items[star]->kind != NODE_MatchStar) star++;
    bool has_star = star < count;
    check(u, m, OP_MATCHSEQ, subject);
    if (!has_star)
        check_length(u, m, OP_JEQI, count, subject);
    else if (count > 1)
        check_length(u, m, OP_JGEI, count - 1, subject);
    if (all_wildcards(patterns))
        release(u, subject);
    else if (has_star && is_wildcard(patterns.items[star]))
        match_around_star(u, m, patterns, star, subject);
    else
        unpack(u, m, patterns, star, subject);
}

/* ---- mappings ---- */

static void push_keys(Unit *u, NodeList keys) {
    u16 start = next_temporary(u);
    for (u32 i = 0; i < keys.count; i++) compile_expr(u, keys.items[i], TEMPORARY);
    pop(u, keys.count);
    emit_result(u, OP_TUPLE, 0, TEMPORARY, start, keys.count);
}

/* What the keys do not name, as a dict. The tuple of keys is on top of the stack, and
 * replaced by the dict. */
static void push_rest(Unit *u, u32 key_count, Operand subject) {
    u16 keys = on_top(u).reg;
    emit_result(u, OP_DICT, 0, TEMPORARY, next_temporary(u), 0);
    u16 rest = on_top(u).reg;
    emit(u, OP_DICTUPDATE, 0, rest, subject.reg, 0);
    emit(u, OP_UNPACK, 0, next_temporary(u), keys, key_count);
    for (u32 i = 0; i < key_count; i++) push(u);
    for (u32 i = 0; i < key_count; i++) {
        pop(u, 1);
        emit(u, OP_DELITEM, F_SECOND, rest, next_temporary(u), 0);
    }
    pop(u, 1);
    emit(u, OP_MOVE, F_FIRST | F_LOCAL, keys, rest, 0);
}

static void match_keys(Unit *u, Matching *m, const MatchMappingNode *node,
                       Operand subject) {
    u32 count = node->keys.count;
    bool has_rest = node->rest.data;
    push_keys(u, node->keys);
    u16 keys = on_top(u).reg;
    if (!has_rest) pop(u, 1);
    emit(u, OP_MATCHKEYS, has_rest ? 0 : F_SECOND, next_temporary(u), subject.reg, keys);
    Operand values = push(u);
    emit_jump(u, OP_JNONE, 0, values.reg, 0, fail_label(u, m));
    consume(u, values);
    emit(u, OP_UNPACK, F_FIRST, next_temporary(u), values.reg, count);
    for (u32 i = 0; i < count; i++) push(u);
    match_items(u, m, node->patterns);
    if (!has_rest || u->c->failed) return;
    push_rest(u, count, subject);
    capture(u, m, node->rest, on_top(u));
}

static void match_mapping(Unit *u, Matching *m, const MatchMappingNode *node,
                          Operand subject) {
    check(u, m, OP_MATCHMAP, subject);
    u32 count = node->keys.count;
    if (count) check_length(u, m, OP_JGEI, count, subject);
    if (count) {
        match_keys(u, m, node, subject);
    } else if (node->rest.data) {
        emit_result(u, OP_DICT, 0, TEMPORARY, next_temporary(u), 0);
        emit(u, OP_DICTUPDATE, 0, on_top(u).reg, subject.reg, 0);
        capture(u, m, node->rest, on_top(u));
    }
    if (!u->c->failed) release(u, subject);
}

/* ---- classes ---- */

static Value attribute_names(Unit *u, SpanList names) {
    Compiler *c = u->c;
    Value *values = compiler_alloc(c, (names.count + 1) * sizeof *values);
    for (u32 i = 0; values && i < names.count; i++)
        values[i] = name_value(c, name_get(c, names.items[i]));
    if (c->failed) return EMPTY;
    return compiler_keep(c, tuple_from(c->vm, values, names.count));
}

static void match_class(Unit *u, Matching *m, const MatchClassNode *node, Operand subject) {
    u32 positional = node->patterns.count, count = positional + node->kwd_attrs.count;
    u16 start = next_temporary(u);
    compile_expr(u, node->cls, TEMPORARY);
    emit_load(u, attribute_names(u, node->kwd_attrs), TEMPORARY);
    emit_load(u, from_small(positional), TEMPORARY);
    pop(u, 3);
    consume(u, subject);
    u16 reg = next_temporary(u);
    emit(u, OP_MATCHCLASS, first(subject), reg, subject.reg, start);
    Operand values = push(u);
    emit_jump(u, OP_JNONE, 0, reg, 0, fail_label(u, m));
    if (!count) {
        release(u, values);
        return;
    }
    consume(u, values);
    emit(u, OP_UNPACK, F_FIRST, next_temporary(u), values.reg, count);
    for (u32 i = 0; i < count; i++) push(u);
    match_items(u, m, node->patterns);
    match_items(u, m, node->kwd_patterns);
}

/* ---- alternatives ---- */

static void match_or(Unit *u, Matching *m, const MatchOrNode *node, Operand subject) {
    Label matched = label_new(u);
    for (u32 i = 0; i < node->patterns.count && !u->c->failed; i++) {
        const Node *pattern = node->patterns.items[i];
        bool is_last = i + 1 == node->patterns.count;
        Label next = is_last ? fail_label(u, m) : label_new(u);
        Matching inner = {.captures = m->captures, .slots = m->slots};
        begin_matching(u, &inner, next);
        match(u, &inner, pattern, staying(subject));
        if (u->c->failed) return;
        emit_fails(u, &inner, next);
        if (is_last) break;
        emit_jump(u, OP_JUMP, 0, 0, 0, matched);
        label_bind(u, next);
    }
    label_bind(u, matched);
    if (!u->c->failed) release(u, subject);
}

static void match_as(Unit *u, Matching *m, const MatchAsNode *node, Operand subject) {
    if (node->pattern) match(u, m, node->pattern, staying(subject));
    if (!u->c->failed) capture(u, m, node->name, subject);
}

/* ---- all ---- */

static void match_of(Unit *u, Matching *m, const Node *pattern, Operand subject) {
    switch (pattern->kind) {
    case NODE_MatchValue: match_value(u, m, as_MatchValue(pattern)->value, subject); break;
    case NODE_MatchSingleton:
        match_singleton(u, m, as_MatchSingleton(pattern), subject);
        break;
    case NODE_MatchSequence:
        match_sequence(u, m, as_MatchSequence(pattern), subject);
        break;
    case NODE_MatchMapping: match_mapping(u, m, as_MatchMapping(pattern), subject); break;
    case NODE_MatchClass: match_class(u, m, as_MatchClass(pattern), subject); break;
    case NODE_MatchStar: capture(u, m, as_MatchStar(pattern)->name, subject); break;
    case NODE_MatchAs: match_as(u, m, as_MatchAs(pattern), subject); break;
    default: match_or(u, m, as_MatchOr(pattern), subject);
    }
}

/* A subject that is a temporary is on top of the stack, and used up. */
static void match(Unit *u, Matching *m, const Node *pattern, Operand subject) {
    SourceRange at = u->at;
    u32 depth = u->depth - subject.is_temporary;
    u->at = pattern->at;
    if (compiler_enter(u->c)) {
        match_of(u, m, pattern, subject);
        compiler_leave(u->c);
    }
    u->at = at;
    if (u->c->failed) u->depth = depth;
    assert(u->depth == depth);
}

static void bind_captures(Unit *u, const Captures *captures) {
    for (u32 i = 0; i < captures->count && !u->c->failed; i++)
        store_name(u, captures->names[i], on_top(u));
}

void match_pattern(Unit *u, const Node *pattern, Operand subject, Label fail,
                   bool may_be_irrefutable) {
    Captures captures = {0};
    check_pattern(u, pattern, may_be_irrefutable, &captures);
    if (u->c->failed || is_wildcard(pattern)) return;
    if (pattern->kind == NODE_MatchAs && !as_MatchAs(pattern)->pattern) {
        store_name(u, as_MatchAs(pattern)->name, subject);
        return;
    }
    Matching m = {.captures = &captures, .slots = next_temporary(u)};
    begin_matching(u, &m, fail);
    for (u32 i = 0; i < captures.count; i++) emit_none(u, TEMPORARY);
    match(u, &m, pattern, subject);
    if (u->c->failed) return;
    emit_fails(u, &m, fail);
    bind_captures(u, &captures);
}
