/* Trees that scripts have made: what the parser guarantees for its own. */
#include "stdlib/_ast_check.h"

#include "objects/type.h"

static bool fail(VM *vm, const char *text) {
    raise_value(vm, "%s", text);
    return false;
}

static bool need_items(VM *vm, const NodeList *list, const char *what, const Node *node) {
    if (list->count) return true;
    raise_value(vm, "empty %s on %s", what, node_infos[node->kind].name);
    return false;
}

static bool need_generators(VM *vm, const NodeList *list) {
    return list->count || fail(vm, "comprehension with no generators");
}

/* ---- targets ---- */

static const char *const contexts[] = {"Load", "Store", "Del"};

static bool check_context(VM *vm, u8 is, u8 wanted) {
    if (is == wanted) return true;
    raise_value(vm, "expression must have %s context but has %s instead", contexts[wanted],
                contexts[is]);
    return false;
}

static bool check_target(VM *vm, const Node *node, u8 wanted);

static bool check_targets(VM *vm, const NodeList *list, u8 wanted) {
    for (u32 i = 0; i < list->count; i++)
        if (!check_target(vm, list->items[i], wanted)) return false;
    return true;
}

/* Trees are at most 1000 deep here. */
static bool check_target(VM *vm, const Node *node, u8 wanted) {
    switch (node->kind) {
    case NODE_Name: return check_context(vm, as_Name(node)->ctx, wanted);
    case NODE_Attribute: return check_context(vm, as_Attribute(node)->ctx, wanted);
    case NODE_Subscript: return check_context(vm, as_Subscript(node)->ctx, wanted);
    case NODE_Starred:
        return check_context(vm, as_Starred(node)->ctx, wanted) &&
               check_target(vm, as_Starred(node)->value, wanted);
    case NODE_List:
        return check_context(vm, as_List(node)->ctx, wanted) &&
               check_targets(vm, &as_List(node)->elts, wanted);
    case NODE_Tuple:
        return check_context(vm, as_Tuple(node)->ctx, wanted) &&
               check_targets(vm, &as_Tuple(node)->elts, wanted);
    default:
        raise_value(vm, "expression which can't be %s in %s context",
                    wanted == CONTEXT_DEL ? "deleted" : "assigned to", contexts[wanted]);
        return false;
    }
}

static bool check_name(VM *vm, const Node *node, const char *text) {
    if (node->kind == NODE_Name) return check_target(vm, node, CONTEXT_STORE);
    raise_type(vm, "%s", text);
    return false;
}

/* A target without parts: of += and of annotations. */
static bool check_single(VM *vm, const Node *node) {
    if (node->kind == NODE_Name || node->kind == NODE_Attribute || node->kind == NODE_Subscript)
        return check_target(vm, node, CONTEXT_STORE);
    return fail(vm, "expression which can't be assigned to in Store context");
}

/* ---- counts ---- */

static bool check_parameters(VM *vm, const Node *node) {
    const ArgumentsNode *all = as_arguments(node);
    if (all->defaults.count > all->posonlyargs.count + all->args.count)
        return fail(vm, "more positional defaults than args on arguments");
    if (all->kw_defaults.count != all->kwonlyargs.count)
        return fail(vm, "length of kwonlyargs is not the same as kw_defaults on arguments");
    return true;
}

static bool check_try(VM *vm, const Node *node, const NodeList *body, const NodeList *handlers,
                      const NodeList *orelse, const NodeList *finalbody) {
    if (!need_items(vm, body, "body", node)) return false;
    if (!handlers->count && !finalbody->count) {
        raise_value(vm, "%s has neither except handlers nor finalbody", node_infos[node->kind].name);
        return false;
    }
    if (handlers->count || !orelse->count) return true;
    raise_value(vm, "%s has orelse but no except handlers", node_infos[node->kind].name);
    return false;
}

static bool check_items(VM *vm, const Node *node, const NodeList *items, const NodeList *body) {
    if (!need_items(vm, items, "items", node) || !need_items(vm, body, "body", node)) return false;
    for (u32 i = 0; i < items->count; i++) {
        const Node *target = as_withitem(items->items[i])->optional_vars;
        if (target && !check_target(vm, target, CONTEXT_STORE)) return false;
    }
    return true;
}

static bool check_pattern(VM *vm, const Node *node) {
    switch (node->kind) {
    case NODE_MatchMapping:
        if (as_MatchMapping(node)->keys.count == as_MatchMapping(node)->patterns.count) return true;
        return fail(vm, "MatchMapping doesn't have the same number of keys as patterns");
    case NODE_MatchClass:
        if (as_MatchClass(node)->kwd_attrs.count == as_MatchClass(node)->kwd_patterns.count)
            return true;
        return fail(vm, "MatchClass doesn't have the same number of keyword attributes as patterns");
    case NODE_MatchOr:
        if (as_MatchOr(node)->patterns.count >= 2) return true;
        return fail(vm, "MatchOr requires at least 2 patterns");
    case NODE_MatchSingleton: {
        u8 kind = as_MatchSingleton(node)->value.kind;
        if (kind <= CONSTANT_FALSE) return true;
        return fail(vm, "MatchSingleton can only contain True, False and None");
    }
    case NODE_MatchAs:
        if (!as_MatchAs(node)->pattern || as_MatchAs(node)->name.data) return true;
        return fail(vm, "MatchAs must specify a target name if a pattern is given");
    default: return true;
    }
}

/* ---- expressions and statements ---- */

static bool check_expression(VM *vm, const Node *node) {
    switch (node->kind) {
    case NODE_BoolOp:
        if (as_BoolOp(node)->values.count >= 2) return true;
        return fail(vm, "BoolOp with less than 2 values");
    case NODE_NamedExpr:
        return check_name(vm, as_NamedExpr(node)->target, "NamedExpr target must be a Name");
    case NODE_Dict:
        if (as_Dict(node)->keys.count == as_Dict(node)->values.count) return true;
        return fail(vm, "Dict doesn't have the same number of keys as values");
    case NODE_Compare:
        if (!as_Compare(node)->comparators.count) return fail(vm, "Compare with no comparators");
        if (as_Compare(node)->ops.count == as_Compare(node)->comparators.count) return true;
        return fail(vm, "Compare has a different number of comparators and operands");
    case NODE_ListComp: return need_generators(vm, &as_ListComp(node)->generators);
    case NODE_SetComp: return need_generators(vm, &as_SetComp(node)->generators);
    case NODE_DictComp: return need_generators(vm, &as_DictComp(node)->generators);
    case NODE_GeneratorExp: return need_generators(vm, &as_GeneratorExp(node)->generators);
    case NODE_comprehension:
        return check_target(vm, as_comprehension(node)->target, CONTEXT_STORE);
    case NODE_arguments: return check_parameters(vm, node);
    default: return check_pattern(vm, node);
    }
}

static bool check_loop(VM *vm, const Node *node, const Node *target, const NodeList *body) {
    return check_target(vm, target, CONTEXT_STORE) && need_items(vm, body, "body", node);
}

static bool check_definition(VM *vm, const Node *node) {
    switch (node->kind) {
    case NODE_FunctionDef: return need_items(vm, &as_FunctionDef(node)->body, "body", node);
    case NODE_AsyncFunctionDef:
        return need_items(vm, &as_AsyncFunctionDef(node)->body, "body", node);
    case NODE_ClassDef: return need_items(vm, &as_ClassDef(node)->body, "body", node);
    case NODE_ExceptHandler: return need_items(vm, &as_ExceptHandler(node)->body, "body", node);
    case NODE_match_case: return need_items(vm, &as_match_case(node)->body, "body", node);
    case NODE_Match: return need_items(vm, &as_Match(node)->cases, "cases", node);
    case NODE_Global:
    case NODE_Nonlocal: {
        u32 count = node->kind == NODE_Global ? as_Global(node)->names.count
                                              : as_Nonlocal(node)->names.count;
        const NodeList names = {count, NULL};
        return need_items(vm, &names, "names", node);
    }
    case NODE_Import: return need_items(vm, &as_Import(node)->names, "names", node);
    case NODE_ImportFrom:
        if (as_ImportFrom(node)->level < 0) return fail(vm, "Negative ImportFrom level");
        return need_items(vm, &as_ImportFrom(node)->names, "names", node);
    default: return check_expression(vm, node);
    }
}

static bool check_block(VM *vm, const Node *node) {
    switch (node->kind) {
    case NODE_For: return check_loop(vm, node, as_For(node)->target, &as_For(node)->body);
    case NODE_AsyncFor:
        return check_loop(vm, node, as_AsyncFor(node)->target, &as_AsyncFor(node)->body);
    case NODE_While: return need_items(vm, &as_While(node)->body, "body", node);
    case NODE_If: return need_items(vm, &as_If(node)->body, "body", node);
    case NODE_With: return check_items(vm, node, &as_With(node)->items, &as_With(node)->body);
    case NODE_AsyncWith:
        return check_items(vm, node, &as_AsyncWith(node)->items, &as_AsyncWith(node)->body);
    case NODE_Try: {
        const TryNode *try = as_Try(node);
        return check_try(vm, node, &try->body, &try->handlers, &try->orelse, &try->finalbody);
    }
    case NODE_TryStar: {
        const TryStarNode *try = as_TryStar(node);
        return check_try(vm, node, &try->body, &try->handlers, &try->orelse, &try->finalbody);
    }
    default: return check_definition(vm, node);
    }
}

/* ---- what is read ---- */

static int context_of(const Node *node) {
    switch (node->kind) {
    case NODE_Name: return as_Name(node)->ctx;
    case NODE_Attribute: return as_Attribute(node)->ctx;
    case NODE_Subscript: return as_Subscript(node)->ctx;
    case NODE_Starred: return as_Starred(node)->ctx;
    case NODE_List: return as_List(node)->ctx;
    case NODE_Tuple: return as_Tuple(node)->ctx;
    default: return CONTEXT_LOAD;
    }
}

/* Does the field hold what is stored to, and so is checked with its node? */
static bool is_target_field(const Node *node, const char *field) {
    bool is_part = node->kind == NODE_List || node->kind == NODE_Tuple || node->kind == NODE_Starred;
    if (is_part) return context_of(node) != CONTEXT_LOAD;
    return !strcmp(field, "target") || !strcmp(field, "targets") || !strcmp(field, "optional_vars") ||
           (node->kind == NODE_TypeAlias && !strcmp(field, "name"));
}

static bool check_read(VM *vm, const Node *node) {
    return !node || check_context(vm, (u8)context_of(node), CONTEXT_LOAD);
}

static bool check_reads(VM *vm, const Node *node) {
    const NodeInfo *info = &node_infos[node->kind];
    for (u32 i = 0; i < info->field_count; i++) {
        const FieldInfo *field = &info->fields[i];
        const void *place = (const char *)node + field->offset;
        if (strncmp(field->declared, "expr", 4) || field->type == FIELD_CONTEXT ||
            is_target_field(node, field->name))
            continue;
        if (field->type == FIELD_NODE && !check_read(vm, *(const Node *const *)place)) return false;
        if (field->type != FIELD_NODES) continue;
        const NodeList *list = place;
        for (u32 j = 0; j < list->count; j++)
            if (!check_read(vm, list->items[j])) return false;
    }
    return true;
}

bool ast_check_node(VM *vm, const Node *node) {
    if (!check_reads(vm, node)) return false;
    switch (node->kind) {
    case NODE_Assign:
        return need_items(vm, &as_Assign(node)->targets, "targets", node) &&
               check_targets(vm, &as_Assign(node)->targets, CONTEXT_STORE);
    case NODE_Delete:
        return need_items(vm, &as_Delete(node)->targets, "targets", node) &&
               check_targets(vm, &as_Delete(node)->targets, CONTEXT_DEL);
    case NODE_AugAssign: return check_single(vm, as_AugAssign(node)->target);
    case NODE_AnnAssign:
        if (as_AnnAssign(node)->simple && as_AnnAssign(node)->target->kind != NODE_Name) {
            raise_type(vm, "AnnAssign with simple non-Name target");
            return false;
        }
        return check_single(vm, as_AnnAssign(node)->target);
    case NODE_TypeAlias:
        return check_name(vm, as_TypeAlias(node)->name, "TypeAlias with non-Name name");
    case NODE_Raise:
        if (as_Raise(node)->exc || !as_Raise(node)->cause) return true;
        return fail(vm, "Raise with cause but no exception");
    default: return check_block(vm, node);
    }
}
