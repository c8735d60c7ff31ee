/* Calls: the window, its arguments, keywords, stars. */
#include "compiler/compile.h"

#include "objects/tuple.h"

enum { MOST_ARGUMENTS = 255 };

static Operand on_top(Unit *u) {
    return (Operand){temporary(u->depth - 1), true};
}

/* ---- checks ---- */

static const char *uncallable_type(Unit *u, const Node *callee) {
    switch (callee->kind) {
    case NODE_Constant: return type_name_of(u->c->vm, fold(u, callee));
    case NODE_Tuple: return "tuple";
    case NODE_List:
    case NODE_ListComp: return "list";
    case NODE_Dict:
    case NODE_DictComp: return "dict";
    case NODE_Set:
    case NODE_SetComp: return "set";
    case NODE_GeneratorExp: return "generator";
    case NODE_JoinedStr: return "str";
    default: return NULL;
    }
}

static void check_callee(Unit *u, const Node *callee) {
    const char *type = uncallable_type(u, callee);
    if (type)
        compiler_warn(u->c, callee->at,
                      "'%s' object is not callable; perhaps you missed a comma?", type);
}

static void check_keywords(Unit *u, NodeList keywords) {
    for (u32 i = 0; i < keywords.count && !u->c->failed; i++) {
        KeywordNode *keyword = as_keyword(keywords.items[i]);
        if (!keyword->arg.data) continue;
        check_name(u, keyword->arg, keyword->node.at, CONTEXT_STORE);
        for (u32 j = i + 1; j < keywords.count; j++) {
            KeywordNode *other = as_keyword(keywords.items[j]);
            if (!other->arg.data || !span_equal(keyword->arg, other->arg)) continue;
            compiler_fail(u->c, other->node.at, "keyword argument repeated: %.*s",
                          (int)other->arg.length, other->arg.data);
        }
    }
}

/* ---- plain arguments ---- */

static bool is_spread(NodeList arguments, NodeList keywords) {
    if (has_starred(arguments)) return true;
    for (u32 i = 0; i < keywords.count; i++)
        if (!as_keyword(keywords.items[i])->arg.data) return true;
    return arguments.count + keywords.count > MOST_ARGUMENTS;
}

static Value keyword_names(Unit *u, const Node *const *keywords, u32 count) {
    Compiler *c = u->c;
    Value *names = compiler_alloc(c, (count + 1) * sizeof *names);
    if (!names) return EMPTY;
    for (u32 i = 0; i < count; i++)
        names[i] = name_value(c, name_get(c, as_keyword(keywords[i])->arg));
    if (c->failed) return EMPTY;
    return compiler_keep(c, tuple_from(c->vm, names, count));
}

static void compile_plain(Unit *u, u16 window, u32 given, NodeList arguments,
                          NodeList keywords, u32 flags, Place place) {
    SourceRange at = u->at;
    compile_exprs(u, arguments);
    for (u32 i = 0; i < keywords.count; i++)
        compile_expr(u, as_keyword(keywords.items[i])->value, TEMPORARY);
    u->at = at;
    window_close(u, window);
    u32 count = given + arguments.count + keywords.count;
    flags |= window_flags(u);
    if (keywords.count) {
        Value names =
            keyword_names(u, (const Node *const *)keywords.items, keywords.count);
        emit_constant(u, OP_CALLKW, flags, window, count, 0, names);
    } else {
        emit(u, flags & F_METHOD ? OP_CALLM : OP_CALL, flags & ~F_METHOD, window, count, 0);
    }
    window_result(u, window, place);
}

/* ---- f(*a, **b) ---- */

static void push_positional(Unit *u, u32 given, NodeList arguments) {
    bool is_alone = !given && arguments.count == 1 &&
                    arguments.items[0]->kind == NODE_Starred;
    if (is_alone) {
        compile_expr(u, as_Starred(arguments.items[0])->value, TEMPORARY);
    } else if (!given && !has_starred(arguments)) {
        compile_tuple(u, arguments, TEMPORARY);
    } else if (!given) {
        push_spread_list(u, arguments);
        pop(u, 1);
        emit_result(u, OP_LISTTUPLE, F_FIRST, TEMPORARY, next_temporary(u), 0);
    } else { /* behind those that stand in the window already */
        pop(u, given);
        emit_result(u, OP_LIST, 0, TEMPORARY, next_temporary(u), given);
        u16 list = on_top(u).reg;
        compile_tuple(u, arguments, TEMPORARY);
        pop(u, 1);
        emit(u, OP_LISTEXTEND, F_FIRST, list, next_temporary(u), 0);
        pop(u, 1);
        emit_result(u, OP_LISTTUPLE, F_FIRST, TEMPORARY, list, 0);
    }
}

/* Named keywords from `start` on up to the next `**`, as a dict. Gives their number. */
static u32 push_keyword_group(Unit *u, NodeList keywords, u32 start) {
    u16 reg = next_temporary(u);
    u32 count = 0;
    for (u32 i = start; i < keywords.count && count < MOST_ARGUMENTS; i++, count++) {
        KeywordNode *keyword = as_keyword(keywords.items[i]);
        if (!keyword->arg.data) break;
        Value name = name_value(u->c, name_get(u->c, keyword->arg));
        if (u->c->failed) return 1;
        emit_load(u, name, TEMPORARY);
        compile_expr(u, keyword->value, TEMPORARY);
    }
    pop(u, count * 2);
    emit_result(u, OP_DICT, 0, TEMPORARY, reg, count);
    return count;
}

static void push_keywords(Unit *u, u16 window, NodeList keywords) {
    if (keywords.count == 1 && !as_keyword(keywords.items[0])->arg.data) { /* CALLX takes any mapping */
        compile_expr(u, as_keyword(keywords.items[0])->value, TEMPORARY);
        return;
    }
    u32 done = push_keyword_group(u, keywords, 0);
    u16 dict = on_top(u).reg;
    while (done < keywords.count && !u->c->failed) {
        KeywordNode *keyword = as_keyword(keywords.items[done]);
        if (keyword->arg.data) {
            done += push_keyword_group(u, keywords, done);
        } else {
            compile_expr(u, keyword->value, TEMPORARY);
            done++;
        }
        pop(u, 1);
        emit(u, OP_DICTMERGE, F_FIRST, dict, next_temporary(u), window);
    }
}

static void compile_spread(Unit *u, u16 window, u32 given, NodeList arguments,
                           NodeList keywords, Place place) {
    SourceRange at = u->at;
    push_positional(u, given, arguments);
    u->at = at;
    if (keywords.count) push_keywords(u, window, keywords);
    u->at = at;
    window_close(u, window);
    emit(u, OP_CALLX, window_flags(u), window, 0, keywords.count > 0);
    window_result(u, window, place);
}

void compile_arguments(Unit *u, u16 window, u32 given, NodeList arguments,
                       NodeList keywords, u32 flags, Place place) {
    check_keywords(u, keywords);
    if (is_spread(arguments, keywords))
        compile_spread(u, window, given, arguments, keywords, place);
    else
        compile_plain(u, window, given, arguments, keywords, flags, place);
}

/* ---- calls ---- */

void compile_call(Unit *u, const CallNode *node, Operand callee, Place place) {
    SourceRange at = u->at;
    check_callee(u, node->func);
    if (!callee.is_temporary) {
        u->at = node->func->at;
        emit_move(u, callee, TEMPORARY);
        u->at = at;
    }
    u16 window = window_open(u);
    compile_arguments(u, window, 0, node->args, node->keywords, 0, place);
}

/* f(*a): no place for self in front of a tuple. */
static void compile_bound_call(Unit *u, const CallNode *node, Operand object, u32 name,
                               SourceRange at, Place place) {
    consume(u, object);
    emit_result(u, OP_GETATTR, first(object), TEMPORARY, object.reg, name);
    u->at = at;
    compile_call(u, node, on_top(u), place);
}

void compile_method_call(Unit *u, const CallNode *node, Operand object, Place place) {
    SourceRange at = u->at;
    const AttributeNode *method = as_Attribute(node->func);
    u32 name = name_number(u, name_meant(u, method->attr));
    bool is_late = method->node.at.line != method->node.at.end_line;
    u->at = is_late ? (SourceRange){at.line, at.column, method->node.at.end_line,
                                    method->node.at.end_column}
                    : method->node.at;
    if (is_spread(node->args, node->keywords)) {
        compile_bound_call(u, node, object, name, at, place);
        return;
    }
    consume(u, object);
    u16 reg = next_temporary(u);
    emit(u, OP_METHOD, first(object) | window_flags(u), reg, object.reg, name);
    push(u);
    u16 window = window_open(u);
    push(u); /* self */
    u->at = at;
    compile_arguments(u, window, 1, node->args, node->keywords, F_METHOD, place);
}
