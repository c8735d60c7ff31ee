/* The errors that a pattern may have, and the names it captures. */
#include "compiler/pattern.h"

#include "objects/str.h"

bool is_wildcard(const Node *pattern) {
    if (pattern->kind == NODE_MatchStar) return !as_MatchStar(pattern)->name.data;
    if (pattern->kind != NODE_MatchAs) return false;
    return !as_MatchAs(pattern)->name.data && !as_MatchAs(pattern)->pattern;
}

static bool is_captured(const Captures *captures, Span name) {
    for (u32 i = 0; i < captures->count; i++)
        if (span_equal(captures->names[i], name)) return true;
    return false;
}

static void capture(Unit *u, Captures *captures, Span name, SourceRange at) {
    if (!name.data || !check_name(u, name, at, CONTEXT_STORE)) return;
    if (is_captured(captures, name)) {
        compiler_fail(u->c, at, "multiple assignments to name '%.*s' in pattern",
                      (int)name.length, name.data);
        return;
    }
    if (captures->count == captures->capacity) {
        u32 capacity = captures->capacity ? captures->capacity * 2 : 8;
        Span *names = compiler_grow(u->c, captures->names, captures->count, capacity,
                                    sizeof *names);
        if (!names) return;
        captures->names = names;
        captures->capacity = capacity;
    }
    captures->names[captures->count++] = name;
}

/* ---- kinds ---- */

static void check_list(Unit *u, NodeList patterns, Captures *captures) {
    for (u32 i = 0; i < patterns.count && !u->c->failed; i++)
        check_pattern(u, patterns.items[i], true, captures);
}

static void check_as(Unit *u, const MatchAsNode *node, bool may_be_irrefutable,
                     Captures *captures) {
    if (node->pattern) {
        check_pattern(u, node->pattern, may_be_irrefutable, captures);
    } else if (!may_be_irrefutable) {
        if (node->name.data)
            compiler_fail(u->c, node->node.at,
                          "name capture '%.*s' makes remaining patterns unreachable",
                          (int)node->name.length, node->name.data);
        else
            compiler_fail(u->c, node->node.at,
                          "wildcard makes remaining patterns unreachable");
        return;
    }
    capture(u, captures, node->name, node->node.at);
}

static void check_value(Unit *u, const MatchValueNode *node) {
    if (node->value->kind == NODE_JoinedStr)
        compiler_fail(u->c, node->node.at,
                      "patterns may only match literals and attribute lookups");
}

static void check_sequence(Unit *u, const MatchSequenceNode *node, Captures *captures) {
    u32 stars = 0;
    for (u32 i = 0; i < node->patterns.count; i++)
        stars += node->patterns.items[i]->kind == NODE_MatchStar;
    if (stars > 1)
        compiler_fail(u->c, node->node.at, "multiple starred names in sequence pattern");
    check_list(u, node->patterns, captures);
}

static bool same_constants(Unit *u, Value a, Value b) {
    return constant_number(u, a) == constant_number(u, b) ||
           object_equal(u->c->vm, a, b) == 1;
}

static void fail_duplicate_key(Unit *u, const Node *node, Value key) {
    OWNED Value text = object_repr(u->c->vm, key);
    if (text == FAIL)
        compiler_fail_raised(u->c);
    else
        compiler_fail(u->c, node->at, "mapping pattern checks duplicate key (%s)",
                      to_str(text)->data);
}

static void check_keys(Unit *u, const MatchMappingNode *node) {
    for (u32 i = 0; i < node->keys.count && !u->c->failed; i++) {
        const Node *key = node->keys.items[i];
        Value constant = fold(u, key);
        if (constant == EMPTY) {
            if (key->kind != NODE_Attribute)
                compiler_fail(u->c, node->node.at,
                              "mapping pattern keys may only match literals and "
                              "attribute lookups");
            continue;
        }
        for (u32 j = 0; j < i && !u->c->failed; j++) {
            Value other = fold(u, node->keys.items[j]);
            if (other != EMPTY && same_constants(u, constant, other))
                fail_duplicate_key(u, &node->node, constant);
        }
    }
}

static void check_mapping(Unit *u, const MatchMappingNode *node, Captures *captures) {
    check_keys(u, node);
    check_list(u, node->patterns, captures);
    capture(u, captures, node->rest, node->node.at);
}

static void check_class(Unit *u, const MatchClassNode *node, Captures *captures) {
    SpanList names = node->kwd_attrs;
    for (u32 i = 0; i < names.count && !u->c->failed; i++) {
        check_name(u, names.items[i], node->kwd_patterns.items[i]->at, CONTEXT_STORE);
        for (u32 j = i + 1; j < names.count; j++)
            if (span_equal(names.items[i], names.items[j]))
                compiler_fail(u->c, node->kwd_patterns.items[j]->at,
                              "attribute name repeated in class pattern: %.*s",
                              (int)names.items[j].length, names.items[j].data);
    }
    check_list(u, node->patterns, captures);
    check_list(u, node->kwd_patterns, captures);
}

static bool same_names(const Captures *a, const Captures *b) {
    if (a->count != b->count) return false;
    for (u32 i = 0; i < a->count; i++)
        if (!is_captured(b, a->names[i])) return false;
    return true;
}

static void check_or(Unit *u, const MatchOrNode *node, bool may_be_irrefutable,
                     Captures *captures) {
    Captures expected = {0};
    for (u32 i = 0; i < node->patterns.count && !u->c->failed; i++) {
        Captures own = {0};
        bool is_last = i + 1 == node->patterns.count;
        check_pattern(u, node->patterns.items[i], is_last && may_be_irrefutable, &own);
        if (u->c->failed) return;
        if (i == 0)
            expected = own;
        else if (!same_names(&expected, &own))
            compiler_fail(u->c, node->node.at, "alternative patterns bind different names");
    }
    for (u32 i = 0; i < expected.count && !u->c->failed; i++)
        capture(u, captures, expected.names[i], node->node.at);
}

static void check_of(Unit *u, const Node *pattern, bool may_be_irrefutable,
                     Captures *captures) {
    switch (pattern->kind) {
    case NODE_MatchValue: check_value(u, as_MatchValue(pattern)); break;
    case NODE_MatchAs:
        check_as(u, as_MatchAs(pattern), may_be_irrefutable, captures);
        break;
    case NODE_MatchStar:
        capture(u, captures, as_MatchStar(pattern)->name, pattern->at);
        break;
    case NODE_MatchSequence:
        check_sequence(u, as_MatchSequence(pattern), captures);
        break;
    case NODE_MatchMapping: check_mapping(u, as_MatchMapping(pattern), captures); break;
    case NODE_MatchClass: check_class(u, as_MatchClass(pattern), captures); break;
    case NODE_MatchOr:
        check_or(u, as_MatchOr(pattern), may_be_irrefutable, captures);
        break;
    default: break;
    }
}

void check_pattern(Unit *u, const Node *pattern, bool may_be_irrefutable,
                   Captures *captures) {
    if (!compiler_enter(u->c)) return;
    check_of(u, pattern, may_be_irrefutable, captures);
    compiler_leave(u->c);
}
