/* Assignment and deletion: targets of all kinds. */
#include "compiler/compile.h"

/* Tuples of at most so many values are assigned without being made. */
enum { MOST_PARALLEL = 4, MOST_PARALLEL_LOCALS = 16, MOST_UNPACKED = 255 };

static Operand on_top(Unit *u) {
    return (Operand){temporary(u->depth - 1), true};
}
static Operand staying(Operand operand) {
    return (Operand){operand.reg, false};
}

bool check_name(Unit *u, Span name, SourceRange at, ExprContext context) {
    if (!span_equal(name, SPAN("__debug__"))) return true;
    if (context == CONTEXT_STORE) compiler_fail(u->c, at, "cannot assign to __debug__");
    if (context == CONTEXT_DEL) compiler_fail(u->c, at, "cannot delete __debug__");
    return context == CONTEXT_LOAD;
}

/* ---- unpacking ---- */

static NodeList elements_of(const Node *target) {
    if (target->kind == NODE_Tuple) return as_Tuple(target)->elts;
    if (target->kind == NODE_List) return as_List(target)->elts;
    return (NodeList){0};
}

static bool is_sequence(const Node *target) {
    return target->kind == NODE_Tuple || target->kind == NODE_List;
}

/* Where the starred element is; the count if there is none; -1 after an error. */
static i64 find_star(Unit *u, const Node *target, NodeList elements) {
    i64 star = elements.count;
    for (u32 i = 0; i < elements.count; i++) {
        if (elements.items[i]->kind != NODE_Starred) continue;
        if (star != elements.count) {
            compiler_fail(u->c, target->at, "multiple starred expressions in assignment");
            return -1;
        }
        star = i;
    }
    bool is_too_long = star != elements.count &&
                       (star > MOST_UNPACKED || elements.count - star - 1 > MOST_UNPACKED);
    if (!is_too_long) return star;
    compiler_fail(u->c, target->at,
                  "too many expressions in star-unpacking assignment");
    return -1;
}

static bool unpack_two_locals(Unit *u, NodeList elements, Operand value) {
    if (elements.count != 2) return false;
    u16 one = local_of_name(u, elements.items[0], NULL);
    u16 two = local_of_name(u, elements.items[1], NULL);
    if (one == NO_REGISTER || two == NO_REGISTER || one == two) return false;
    consume(u, value);
    emit(u, OP_UNPACK2, first(value), value.reg, one, two);
    unit_set_bound(u, one);
    unit_set_bound(u, two);
    return true;
}

static void unpack(Unit *u, const Node *target, Operand value) {
    NodeList elements = elements_of(target);
    i64 star = find_star(u, target, elements);
    if (star < 0) return;
    if (star == elements.count && unpack_two_locals(u, elements, value)) return;
    consume(u, value);
    if (star == elements.count)
        emit(u, OP_UNPACK, first(value), next_temporary(u), value.reg, elements.count);
    else
        emit(u, OP_UNPACKEX, first(value), next_temporary(u), value.reg,
             (u32)star | (elements.count - (u32)star - 1) << 8);
    for (u32 i = 0; i < elements.count; i++) push(u);
    for (u32 i = 0; i < elements.count && !u->c->failed; i++) {
        const Node *element = elements.items[i];
        if (element->kind == NODE_Starred) element = as_Starred(element)->value;
        store_target(u, element, on_top(u));
    }
}

/* ---- one target ---- */

static void store_attribute(Unit *u, const AttributeNode *target, Operand value) {
    if (!check_name(u, target->attr, target->node.at, CONTEXT_STORE)) return;
    note_attribute(u, target);
    Operand object = compile_operand(u, target->value, NULL, NULL);
    consume(u, object);
    consume(u, value);
    emit(u, OP_SETATTR, first(object) | second(value), object.reg, value.reg,
         name_number(u, name_meant(u, target->attr)));
}

static void store_item(Unit *u, const SubscriptNode *target, Operand value) {
    Operand object = compile_operand(u, target->value, target->slice, NULL);
    Operand index = compile_operand(u, target->slice, NULL, NULL);
    u->at = target->node.at;
    consume(u, index);
    consume(u, object);
    consume(u, value);
    emit(u, OP_SETITEM, first(object) | second(index) | third(value), object.reg,
         index.reg, value.reg);
}

static void store_target_of(Unit *u, const Node *target, Operand value) {
    switch (target->kind) {
    case NODE_Name:
        if (check_name(u, as_Name(target)->id, target->at, CONTEXT_STORE))
            store_name(u, as_Name(target)->id, value);
        break;
    case NODE_Attribute: store_attribute(u, as_Attribute(target), value); break;
    case NODE_Subscript: store_item(u, as_Subscript(target), value); break;
    case NODE_Tuple:
    case NODE_List: unpack(u, target, value); break;
    case NODE_Starred:
        compiler_fail(u->c, target->at,
                      "starred assignment target must be in a list or tuple");
        break;
    default: compiler_fail(u->c, target->at, "cannot assign to this");
    }
}

void store_target(Unit *u, const Node *target, Operand value) {
    u32 depth = u->depth - value.is_temporary;
    SourceRange at = u->at;
    u->at = target->at;
    if (compiler_enter(u->c)) {
        store_target_of(u, target, value);
        compiler_leave(u->c);
    }
    u->at = at;
    if (u->c->failed) u->depth = depth;
    assert(u->depth == depth);
}

Place place_of_target(Unit *u, const Node *target) {
    if (target->kind != NODE_Name) return TEMPORARY;
    if (!check_name(u, as_Name(target)->id, target->at, CONTEXT_STORE)) return TEMPORARY;
    return place_of_name(u, as_Name(target)->id);
}

/* ---- a, b = c, d ---- */

typedef enum PartKind { PART_TEMPORARY, PART_LOCAL, PART_CONSTANT } PartKind;

/* One value of a parallel assignment: evaluated, or needing no evaluation. */
typedef struct Part {
    PartKind kind;
    u16 reg;
    Value constant;
} Part;

/* Is the name among the targets, on whatever level? Also true when that is hard to say. */
static bool is_among(Unit *u, NodeList targets, u16 reg) {
    for (u32 i = 0; i < targets.count; i++) {
        const Node *target = targets.items[i];
        if (target->kind == NODE_Attribute || target->kind == NODE_Subscript) continue;
        if (target->kind != NODE_Name) return true;
        if (local_of_name(u, target, NULL) == reg) return true;
    }
    return false;
}

static Part classify(Unit *u, const Node *value, NodeList targets) {
    Part part = {.kind = PART_TEMPORARY};
    part.constant = fold(u, value);
    if (part.constant != EMPTY) {
        part.kind = PART_CONSTANT;
        return part;
    }
    Symbol *symbol;
    part.reg = local_of_name(u, value, &symbol);
    if (part.reg != NO_REGISTER && unit_is_bound(u, part.reg) &&
        !(symbol->flags & SYMBOL_WALRUS) && !is_among(u, targets, part.reg))
        part.kind = PART_LOCAL;
    return part;
}

static bool are_distinct_locals(Unit *u, NodeList targets) {
    for (u32 i = 0; i < targets.count; i++) {
        u16 reg = local_of_name(u, targets.items[i], NULL);
        if (reg == NO_REGISTER) return false;
        if (is_among(u, (NodeList){i, targets.items}, reg)) return false;
    }
    return true;
}

/* The last value is evaluated right into its target; the others wait in temporaries. */
static void assign_locals(Unit *u, NodeList targets, NodeList values, Part *parts) {
    u32 last = UINT32_MAX;
    for (u32 i = 0; i < values.count; i++)
        if (parts[i].kind == PART_TEMPORARY) last = i;
    for (u32 i = 0; i < values.count; i++) {
        if (parts[i].kind != PART_TEMPORARY) continue;
        Place place = TEMPORARY;
        if (i == last) place = place_of_target(u, targets.items[i]);
        compile_expr(u, values.items[i], place);
    }
    for (u32 i = targets.count; i-- > 0;) {
        Place place = place_of_target(u, targets.items[i]);
        u->at = targets.items[i]->at;
        if (parts[i].kind == PART_CONSTANT)
            emit_load(u, parts[i].constant, place);
        else if (parts[i].kind == PART_LOCAL)
            emit_move(u, (Operand){parts[i].reg, false}, place);
        else if (i != last)
            emit_move(u, on_top(u), place);
    }
}

/* Targets are stored from left to right; the values below the last one stay till the end. */
static void assign_parts(Unit *u, NodeList targets, NodeList values, Part *parts) {
    u32 base = u->depth;
    for (u32 i = 0; i < values.count; i++) {
        if (parts[i].kind != PART_TEMPORARY) continue;
        compile_expr(u, values.items[i], TEMPORARY);
        parts[i].reg = on_top(u).reg;
    }
    for (u32 i = 0; i < targets.count && !u->c->failed; i++) {
        Operand value = {parts[i].reg, false};
        if (parts[i].kind == PART_CONSTANT) {
            emit_load(u, parts[i].constant, TEMPORARY);
            value = on_top(u);
        } else if (parts[i].kind == PART_TEMPORARY) {
            value.is_temporary = i + 1 == targets.count && value.reg == on_top(u).reg;
        }
        store_target(u, targets.items[i], value);
    }
    while (u->depth > base) emit_drop(u);
}

static bool assign_parallel(Unit *u, const Node *target, const Node *value) {
    if (!is_sequence(target) || !is_sequence(value)) return false;
    NodeList targets = elements_of(target), values = elements_of(value);
    u32 count = targets.count;
    if (!count || count != values.count || count > MOST_PARALLEL_LOCALS ||
        has_starred(targets) || has_starred(values))
        return false;
    bool are_locals = are_distinct_locals(u, targets);
    if (!are_locals && count > MOST_PARALLEL) return false;
    Part parts[MOST_PARALLEL_LOCALS];
    for (u32 i = 0; i < count; i++) parts[i] = classify(u, values.items[i], targets);
    if (are_locals)
        assign_locals(u, targets, values, parts);
    else
        assign_parts(u, targets, values, parts);
    return true;
}

/* ---- assignments ---- */

static bool all_locals(Unit *u, NodeList targets) {
    for (u32 i = 0; i < targets.count; i++)
        if (local_of_name(u, targets.items[i], NULL) == NO_REGISTER) return false;
    return true;
}

static void assign_several(Unit *u, const AssignNode *node) {
    NodeList targets = node->targets;
    bool is_direct = all_locals(u, targets);
    Place place = is_direct ? place_of_target(u, targets.items[0]) : TEMPORARY;
    compile_expr(u, node->value, place);
    Operand value = place.is_local ? (Operand){place.reg, false} : on_top(u);
    for (u32 i = place.is_local; i < targets.count; i++) {
        bool is_last = i + 1 == targets.count;
        store_target(u, targets.items[i], is_last ? value : staying(value));
    }
}

void compile_assign(Unit *u, const AssignNode *node) {
    if (node->targets.count > 1) {
        assign_several(u, node);
        return;
    }
    const Node *target = node->targets.items[0];
    if (assign_parallel(u, target, node->value)) return;
    Place place = place_of_target(u, target);
    if (place.is_local) {
        compile_expr(u, node->value, place);
        return;
    }
    Operand value = compile_operand(u, node->value, target, NULL);
    store_target(u, target, value);
}

/* ---- augmented assignments ---- */

static void augment_name(Unit *u, const AugAssignNode *node, const NameNode *target) {
    if (!check_name(u, target->id, target->node.at, CONTEXT_STORE)) return;
    Place place = place_of_name(u, target->id);
    Name *name = name_meant(u, target->id);
    Operand left;
    if (place.is_local && unit_is_bound(u, place.reg)) {
        NameNode load = *target;
        load.ctx = CONTEXT_LOAD;
        left = compile_operand(u, &load.node, node->value, NULL);
    } else {
        u->at = target->node.at;
        load_name(u, name, TEMPORARY);
        left = on_top(u);
    }
    u->at = node->node.at;
    compile_binary_op(u, node->op, left, node->value, F_INPLACE, place);
    u->at = target->node.at;
    if (!place.is_local) store_mangled(u, name, on_top(u));
}

static void augment_attribute(Unit *u, const AugAssignNode *node,
                              const AttributeNode *target) {
    u32 name = name_number(u, name_meant(u, target->attr));
    Operand object = compile_operand(u, target->value, node->value, NULL);
    u->at = target->node.at;
    emit_result(u, OP_GETATTR, 0, TEMPORARY, object.reg, name);
    u->at = node->node.at;
    compile_binary_op(u, node->op, on_top(u), node->value, F_INPLACE, TEMPORARY);
    Operand value = on_top(u);
    u->at = target->node.at;
    consume(u, value);
    consume(u, object);
    emit(u, OP_SETATTR, first(object) | F_SECOND, object.reg, value.reg, name);
}

static void augment_item(Unit *u, const AugAssignNode *node, const SubscriptNode *target) {
    Operand object = compile_operand(u, target->value, target->slice, node->value);
    Operand index = compile_operand(u, target->slice, node->value, NULL);
    u->at = target->node.at;
    emit_result(u, OP_GETITEM, 0, TEMPORARY, object.reg, index.reg);
    u->at = node->node.at;
    compile_binary_op(u, node->op, on_top(u), node->value, F_INPLACE, TEMPORARY);
    Operand value = on_top(u);
    u->at = target->node.at;
    consume(u, value);
    consume(u, index);
    consume(u, object);
    emit(u, OP_SETITEM, first(object) | second(index) | F_THIRD, object.reg, index.reg,
         value.reg);
}

void compile_aug_assign(Unit *u, const AugAssignNode *node) {
    switch (node->target->kind) {
    case NODE_Name: augment_name(u, node, as_Name(node->target)); break;
    case NODE_Attribute: augment_attribute(u, node, as_Attribute(node->target)); break;
    default: augment_item(u, node, as_Subscript(node->target));
    }
}

/* ---- del ---- */

static void delete_attribute(Unit *u, const AttributeNode *target) {
    Operand object = compile_operand(u, target->value, NULL, NULL);
    consume(u, object);
    emit(u, OP_DELATTR, first(object), object.reg, 0,
         name_number(u, name_meant(u, target->attr)));
}

static void delete_item(Unit *u, const SubscriptNode *target) {
    Operand object = compile_operand(u, target->value, target->slice, NULL);
    Operand index = compile_operand(u, target->slice, NULL, NULL);
    u->at = target->node.at;
    consume(u, index);
    consume(u, object);
    emit(u, OP_DELITEM, first(object) | second(index), object.reg, index.reg, 0);
}

static void delete_target(Unit *u, const Node *target) {
    SourceRange at = u->at;
    u->at = target->at;
    switch (target->kind) {
    case NODE_Name:
        if (check_name(u, as_Name(target)->id, target->at, CONTEXT_DEL))
            delete_name(u, as_Name(target)->id);
        break;
    case NODE_Attribute: delete_attribute(u, as_Attribute(target)); break;
    case NODE_Subscript: delete_item(u, as_Subscript(target)); break;
    default: compile_delete(u, elements_of(target));
    }
    u->at = at;
}

void compile_delete(Unit *u, NodeList targets) {
    if (!compiler_enter(u->c)) return;
    for (u32 i = 0; i < targets.count && !u->c->failed; i++)
        delete_target(u, targets.items[i]);
    compiler_leave(u->c);
}
