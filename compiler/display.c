/* Tuples, lists, sets, dicts, subscripts and slices. */
#include "compiler/compile.h"

#include "objects/set.h"
#include "objects/tuple.h"

/* Up to this many elements stand in temporaries at once; more are added one by one. */
enum { MOST_AT_ONCE = 60 };

static Operand on_top(Unit *u) {
    return (Operand){temporary(u->depth - 1), true};
}

bool has_starred(NodeList elements) {
    for (u32 i = 0; i < elements.count; i++)
        if (elements.items[i]->kind == NODE_Starred) return true;
    return false;
}

/* ---- elements one by one ---- */

static void add_element(Unit *u, u16 collection, const Node *element, OpCode append,
                        OpCode extend) {
    SourceRange at = u->at;
    bool is_starred = element->kind == NODE_Starred;
    const Node *value = is_starred ? as_Starred(element)->value : element;
    Operand operand = compile_operand(u, value, NULL, NULL);
    if (is_starred) u->at = at;
    consume(u, operand);
    emit(u, is_starred ? extend : append, first(operand), collection, operand.reg, 0);
    u->at = at;
}

/* A collection of the elements up to the first star made at once, the others added. */
static void push_collection(Unit *u, NodeList elements, OpCode make, OpCode append,
                            OpCode extend) {
    u32 at_once = 0;
    while (at_once < elements.count && at_once < MOST_AT_ONCE &&
           elements.items[at_once]->kind != NODE_Starred)
        at_once++;
    Operand start = compile_exprs(u, (NodeList){at_once, elements.items});
    pop(u, at_once);
    emit_result(u, make, 0, TEMPORARY, start.reg, at_once);
    u16 collection = temporary(u->depth - 1);
    for (u32 i = at_once; i < elements.count && !u->c->failed; i++)
        add_element(u, collection, elements.items[i], append, extend);
}

void push_spread_list(Unit *u, NodeList elements) {
    push_collection(u, elements, OP_LIST, OP_LISTAPPEND, OP_LISTEXTEND);
}

static void make_at_once(Unit *u, OpCode op, NodeList elements, Place place) {
    Operand start = compile_exprs(u, elements);
    pop(u, elements.count);
    emit_result(u, op, 0, place, start.reg, elements.count);
}

static bool is_at_once(NodeList elements) {
    return elements.count <= MOST_AT_ONCE && !has_starred(elements);
}

/* ---- all elements constant ---- */

static Value fold_elements(Unit *u, NodeList elements) {
    Value *items = compiler_alloc(u->c, (elements.count + 1) * sizeof *items);
    for (u32 i = 0; items && i < elements.count; i++)
        if ((items[i] = fold(u, elements.items[i])) == EMPTY) return EMPTY;
    if (!items) return EMPTY;
    return compiler_keep(u->c, tuple_from(u->c->vm, items, elements.count));
}

/* The collection is filled from a constant. */
static bool push_from_constant(Unit *u, NodeList elements, OpCode make, OpCode extend,
                               bool as_set) {
    if (elements.count < 3) return false;
    Value constant = fold_elements(u, elements);
    if (constant == EMPTY || u->c->failed) return false;
    if (as_set) constant = compiler_keep(u->c, frozenset_new(u->c->vm, constant));
    if (constant == EMPTY) return false;
    emit_result(u, make, 0, TEMPORARY, next_temporary(u), 0);
    u16 collection = temporary(u->depth - 1);
    emit_load(u, constant, TEMPORARY);
    pop(u, 1);
    emit(u, extend, F_FIRST, collection, next_temporary(u), 0);
    return true;
}

Value fold_iterable(Unit *u, const Node *node) {
    if (node->kind == NODE_List) return fold_elements(u, as_List(node)->elts);
    if (node->kind != NODE_Set) return fold(u, node);
    Value constant = fold_elements(u, as_Set(node)->elts);
    if (constant == EMPTY || u->c->failed) return EMPTY;
    return compiler_keep(u->c, frozenset_new(u->c->vm, constant));
}

void compile_iterable(Unit *u, const Node *node, Place place) {
    bool is_display = node->kind == NODE_List || node->kind == NODE_Set;
    Value constant = is_display ? fold_iterable(u, node) : EMPTY;
    SourceRange at = u->at;
    u->at = node->at;
    if (constant != EMPTY)
        emit_load(u, constant, place);
    else if (node->kind == NODE_List)
        compile_tuple(u, as_List(node)->elts, place);
    else
        compile_expr(u, node, place);
    u->at = at;
}

/* ---- displays ---- */

void compile_tuple(Unit *u, NodeList elements, Place place) {
    Value constant = has_starred(elements) ? EMPTY : fold_elements(u, elements);
    if (constant != EMPTY) {
        emit_load(u, constant, place);
    } else if (is_at_once(elements)) {
        make_at_once(u, OP_TUPLE, elements, place);
    } else {
        push_spread_list(u, elements);
        pop(u, 1);
        emit_result(u, OP_LISTTUPLE, F_FIRST, place, next_temporary(u), 0);
    }
}

void compile_list(Unit *u, const ListNode *node, Place place) {
    if (!push_from_constant(u, node->elts, OP_LIST, OP_LISTEXTEND, false)) {
        if (is_at_once(node->elts)) {
            make_at_once(u, OP_LIST, node->elts, place);
            return;
        }
        push_spread_list(u, node->elts);
    }
    emit_move(u, on_top(u), place);
}

void compile_set(Unit *u, const SetNode *node, Place place) {
    if (!push_from_constant(u, node->elts, OP_SET, OP_SETUPDATE, true)) {
        if (is_at_once(node->elts)) {
            make_at_once(u, OP_SET, node->elts, place);
            return;
        }
        push_collection(u, node->elts, OP_SET, OP_SETADD, OP_SETUPDATE);
    }
    emit_move(u, on_top(u), place);
}

/* ---- dicts ---- */

static void compile_pairs(Unit *u, const DictNode *node, u32 count, Place place) {
    u16 start = next_temporary(u);
    for (u32 i = 0; i < count; i++) {
        compile_expr(u, node->keys.items[i], TEMPORARY);
        compile_expr(u, node->values.items[i], TEMPORARY);
    }
    pop(u, count * 2);
    emit_result(u, OP_DICT, 0, place, start, count);
}

/* All keys constant: they are one tuple. */
static bool compile_constant_keys(Unit *u, const DictNode *node, Place place) {
    u32 count = node->keys.count;
    if (count < 2) return false;
    for (u32 i = 0; i < count; i++)
        if (node->keys.items[i]->kind != NODE_Constant) return false;
    Value keys = fold_elements(u, node->keys);
    if (keys == EMPTY || u->c->failed) return false;
    u16 start = next_temporary(u);
    for (u32 i = 0; i < count; i++) compile_expr(u, node->values.items[i], TEMPORARY);
    pop(u, count);
    u16 reg = place.is_local ? place.reg : next_temporary(u);
    emit_constant(u, OP_DICTK, place.is_local ? F_LOCAL : 0, reg, start, 0, keys);
    if (place.is_local)
        unit_set_bound(u, reg);
    else
        push(u);
    return true;
}

static void add_pair(Unit *u, u16 dict, const Node *key, const Node *value) {
    SourceRange at = u->at;
    if (!key) {
        Operand other = compile_operand(u, value, NULL, NULL);
        consume(u, other);
        emit(u, OP_DICTUPDATE, first(other), dict, other.reg, 0);
        return;
    }
    Operand key_operand = compile_operand(u, key, value, NULL);
    Operand operand = compile_operand(u, value, NULL, NULL);
    consume(u, operand);
    consume(u, key_operand);
    emit(u, OP_DICTSET, first(key_operand) | second(operand), dict, key_operand.reg,
         operand.reg);
    u->at = at;
}

void compile_dict(Unit *u, const DictNode *node, Place place) {
    u32 count = node->keys.count, at_once = 0;
    while (at_once < count && node->keys.items[at_once]) at_once++;
    if (at_once == count && count <= MOST_AT_ONCE / 2) {
        if (!compile_constant_keys(u, node, place)) compile_pairs(u, node, count, place);
        return;
    }
    if (at_once > MOST_AT_ONCE / 2) at_once = MOST_AT_ONCE / 2;
    compile_pairs(u, node, at_once, TEMPORARY);
    u16 dict = temporary(u->depth - 1);
    for (u32 i = at_once; i < count && !u->c->failed; i++)
        add_pair(u, dict, node->keys.items[i], node->values.items[i]);
    emit_move(u, on_top(u), place);
}

/* ---- subscripts ---- */

void compile_slice(Unit *u, const SliceNode *node, Place place) {
    u16 start = next_temporary(u);
    const Node *bounds[] = {node->lower, node->upper, node->step};
    u32 which = 0;
    for (u32 i = 0; i < COUNT_OF(bounds); i++) {
        if (!bounds[i]) continue;
        compile_expr(u, bounds[i], TEMPORARY);
        which |= 1u << i;
    }
    pop(u, (u32)__builtin_popcount(which));
    emit_result(u, OP_SLICE, 0, place, start, which);
}

static const char *literal_type(Unit *u, const Node *node) {
    switch (node->kind) {
    case NODE_Tuple: return "tuple";
    case NODE_List:
    case NODE_ListComp: return "list";
    case NODE_Dict:
    case NODE_DictComp: return "dict";
    case NODE_Set:
    case NODE_SetComp: return "set";
    case NODE_GeneratorExp: return "generator";
    case NODE_Lambda: return "function";
    case NODE_JoinedStr: return "str";
    case NODE_Constant: return type_name_of(u->c->vm, fold(u, node));
    default: return NULL;
    }
}

static bool warn_not_subscriptable(Unit *u, const SubscriptNode *node) {
    const Node *value = node->value;
    bool is_odd = value->kind == NODE_Set || value->kind == NODE_SetComp ||
                  value->kind == NODE_GeneratorExp || value->kind == NODE_Lambda;
    if (value->kind == NODE_Constant) {
        u8 kind = as_Constant(value)->value.kind;
        is_odd = kind != CONSTANT_STR && kind != CONSTANT_BYTES;
    }
    if (is_odd)
        compiler_warn(u->c, value->at,
                      "'%s' object is not subscriptable; perhaps you missed a comma?",
                      literal_type(u, value));
    return is_odd;
}

/* Is the literal's type nothing that can index a sequence? */
static bool is_odd_index(Unit *u, const Node *index) {
    if (index->kind == NODE_Slice) return false;
    if (index->kind != NODE_Constant) return literal_type(u, index) != NULL;
    u8 kind = as_Constant(index)->value.kind;
    return kind != CONSTANT_INT && kind != CONSTANT_TRUE && kind != CONSTANT_FALSE;
}

static void check_subscript(Unit *u, const SubscriptNode *node) {
    if (warn_not_subscriptable(u, node)) return;
    const Node *value = node->value;
    bool is_sequence = value->kind == NODE_Tuple || value->kind == NODE_List ||
                       value->kind == NODE_ListComp || value->kind == NODE_JoinedStr ||
                       value->kind == NODE_Constant;
    if (is_sequence && is_odd_index(u, node->slice))
        compiler_warn(u->c, value->at,
                      "%s indices must be integers or slices, not %s; perhaps you missed "
                      "a comma?",
                      literal_type(u, value), literal_type(u, node->slice));
}

void compile_subscript(Unit *u, const SubscriptNode *node, Operand value, Place place) {
    check_subscript(u, node);
    i32 number;
    Value constant = fold(u, node->slice);
    if (constant != EMPTY && is_immediate(constant, &number)) {
        consume(u, value);
        emit_result(u, OP_GETITEMI, first(value), place, value.reg, (u32)number);
        return;
    }
    Operand index = compile_operand(u, node->slice, NULL, NULL);
    u->at = node->node.at;
    consume(u, index);
    consume(u, value);
    emit_result(u, OP_GETITEM, first(value) | second(index), place, value.reg, index.reg);
}
