/* Shapes: trees of attribute names, one path for each order in which instances got
 * theirs. */
#include "objects/type.h"
#include "objects/vm.h"

enum { CHILDREN_MAX = 128 }; /* so that names made by computing do not fill the memory */

static Shape *make(VM *vm, Type *type, Shape *parent, Value name) {
    Shape *shape = heap_raw_alloc(&vm->heap, sizeof *shape);
    if (!shape) return NULL;
    *shape = (Shape){.id = ++vm->next_shape_id,
                     .count = parent ? (u16)(parent->count + 1) : 0,
                     .capacity = parent ? parent->capacity : 0,
                     .type = type,
                     .parent = parent,
                     .name = incref(name)};
    return shape;
}

Shape *shape_new_root(VM *vm, Type *type, u32 capacity, u32 flags) {
    Shape *root = make(vm, type, NULL, EMPTY);
    if (!root) {
        raise_memory(vm);
        return NULL;
    }
    root->capacity = (u16)capacity;
    root->flags = flags;
    return root;
}

/* The depth of the recursion is at most SHAPE_MAX. */
void shape_free(VM *vm, Shape *root) {
    if (!root) return;
    for (u32 i = 0; i < root->child_count; i++) shape_free(vm, root->children[i]);
    heap_raw_free(&vm->heap, root->children, root->child_capacity * sizeof(Shape *));
    decref(root->name);
    heap_raw_free(&vm->heap, root, sizeof *root);
}

void shape_renew(VM *vm, Shape *root) {
    root->id = ++vm->next_shape_id;
    for (u32 i = 0; i < root->child_count; i++) shape_renew(vm, root->children[i]);
}

i32 shape_find(Shape *shape, Value interned_name) {
    for (; shape->parent; shape = shape->parent)
        if (shape->name == interned_name) return shape->count - 1;
    return -1;
}

void shape_names(Shape *shape, Value *names) {
    for (; shape->parent; shape = shape->parent) names[shape->count - 1] = shape->name;
}

static bool grow_children(VM *vm, Shape *shape) {
    u32 old = shape->child_capacity, new = old ? old * 2 : 1;
    Shape **larger = heap_raw_resize(&vm->heap, shape->children, old * sizeof(Shape *),
                                     new * sizeof(Shape *));
    if (!larger) return false;
    shape->children = larger;
    shape->child_capacity = new;
    return true;
}

Shape *shape_add(VM *vm, Shape *shape, Value interned_name) {
    if (shape->count == shape->capacity) return NULL;
    for (u32 i = 0; i < shape->child_count; i++)
        if (shape->children[i]->name == interned_name) return shape->children[i];
    if (shape->child_count == CHILDREN_MAX) return NULL;
    if (shape->child_count == shape->child_capacity && !grow_children(vm, shape))
        return NULL;
    Shape *child = make(vm, shape->type, shape, interned_name);
    if (child) shape->children[shape->child_count++] = child;
    return child;
}
