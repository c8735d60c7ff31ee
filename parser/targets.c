#include "parser/targets.h"

/* Name, attribute or subscript: sets the context and returns true. */
static bool mark_place(Node *node, ExprContext context) {
    switch (node->kind) {
    case NODE_Name: as_Name(node)->ctx = context; return true;
    case NODE_Attribute: as_Attribute(node)->ctx = context; return true;
    case NODE_Subscript: as_Subscript(node)->ctx = context; return true;
    default: return false;
    }
}

static void store(Builder *builder, Node *node);

static void store_all(Builder *builder, NodeList list) {
    for (u32 i = 0; i < list.count; i++) store(builder, list.items[i]);
}

static void store(Builder *builder, Node *node) {
    if (!node || mark_place(node, CONTEXT_STORE)) return;
    switch (node->kind) {
    case NODE_Tuple:
        as_Tuple(node)->ctx = CONTEXT_STORE;
        store_all(builder, as_Tuple(node)->elts);
        break;
    case NODE_List:
        as_List(node)->ctx = CONTEXT_STORE;
        store_all(builder, as_List(node)->elts);
        break;
    case NODE_Starred:
        as_Starred(node)->ctx = CONTEXT_STORE;
        store(builder, as_Starred(node)->value);
        break;
    default: build_fail(builder);
    }
}

void targets_store(Builder *builder, Node *node) {
    store(builder, node);
}

void targets_store_single(Builder *builder, Node *node) {
    if (node && !mark_place(node, CONTEXT_STORE)) build_fail(builder);
}

void targets_delete(Builder *builder, Node *node) {
    if (!node || mark_place(node, CONTEXT_DEL)) return;
    NodeList list = {0};
    if (node->kind == NODE_Tuple) {
        as_Tuple(node)->ctx = CONTEXT_DEL;
        list = as_Tuple(node)->elts;
    } else if (node->kind == NODE_List) {
        as_List(node)->ctx = CONTEXT_DEL;
        list = as_List(node)->elts;
    } else {
        build_fail(builder);
    }
    for (u32 i = 0; i < list.count; i++) targets_delete(builder, list.items[i]);
}

Piece targets_row(Builder *builder, Vector *items, bool has_comma) {
    Piece row = build_row(builder, items, has_comma);
    targets_store(builder, row.node);
    return row;
}
