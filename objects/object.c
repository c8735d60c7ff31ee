/* Life of objects: making, finalizing, destroying; what the cycle collector asks of them.
 */
#include "objects/object.h"

#include <stdlib.h>

#include "objects/places.h"
#include "objects/type.h"
#include "objects/vm.h"
#include "objects/weakref.h"

enum { DESTROY_DEPTH = 60 }; /* deeper nested destructions wait on the delayed list */

/* ---- making ---- */

static inline HeapSort sort_of(const Type *type) {
    return type->flags & TYPE_ATOM ? HEAP_ATOM : HEAP_CONTAINER;
}

/* The header of a new piece. */
static inline Obj *begin(Type *type, Obj *object, u8 flags) {
    if (type->flags & TYPE_ATOM) flags |= OBJECT_ATOM;
    object->rc = 1;
    object->kind = type->kind;
    object->flags = flags;
    object->aux = 0;
    object->shape = type->shape;
    if (type->flags & TYPE_HEAP) type->h.rc++;
    return object;
}

static NOINLINE Obj *new_slowly(VM *vm, Type *type, usize size) {
    Obj *object = heap_alloc_slow(&vm->heap, size, sort_of(type));
    if (object) return begin(type, object, size > HEAP_SMALL ? OBJECT_LARGE : 0);
    raise_memory(vm);
    return NULL;
}

Obj *object_new_sized(VM *vm, Type *type, usize size) {
    Obj *object = heap_take(&vm->heap, size, sort_of(type));
    return LIKELY(object) ? begin(type, object, 0) : new_slowly(vm, type, size);
}

static void clear_struct(Obj *object, const Type *type) {
    if (type->struct_size > sizeof(Obj)) memset(object + 1, 0, type->struct_size - sizeof(Obj));
}

static void fill_empty(char *from, const char *end) {
    for (; from < end; from += sizeof(Value)) *(Value *)from = EMPTY;
}

Obj *object_new(VM *vm, Type *type) {
    Obj *object = object_new_sized(vm, type, type->alloc_size);
    if (UNLIKELY(!object)) return NULL;
    clear_struct(object, type);
    fill_empty((char *)object + round_up(type->struct_size, 8),
               (char *)object + type->alloc_size);
    return object;
}

Obj *object_new_var(VM *vm, Type *type, usize extra) {
    usize size = type->struct_size + extra, tail = type->tail_words * sizeof(Value);
    if (UNLIKELY(size > SIZE_MAX / 2)) {
        raise_memory(vm);
        return NULL;
    }
    if (tail) size = (size + tail + 7 + HEAP_GRAIN - 1) & ~(usize)(HEAP_GRAIN - 1);
    Obj *object = object_new_sized(vm, type, size);
    if (UNLIKELY(!object)) return NULL;
    clear_struct(object, type);
    if (tail) fill_empty((char *)object + size - tail, (char *)object + size);
    return object;
}

/* ---- destroying ---- */

static void release_place(Value *place, void *context) {
    (void)context;
    decref(*place);
}

bool object_finalize(VM *vm, Obj *object) {
    Type *type = object->shape->type;
    if (!type->slots.finalize || object->flags & OBJECT_FINALIZED) return true;
    u32 before = object->rc;
    Value exception = exception_take(vm), returned = take(&vm->return_value);
    object->flags |= OBJECT_FINALIZED;
    object->rc++;
    type->slots.finalize(vm, from_object(object));
    exception_restore(vm, exception);
    replace(&vm->return_value, returned);
    return --object->rc == before;
}

static void free_memory(VM *vm, Obj *object) {
    HeapSort sort = object->flags & OBJECT_ATOM ? HEAP_ATOM : HEAP_CONTAINER;
    if (UNLIKELY(object->flags & OBJECT_LARGE))
        heap_free_large(&vm->heap, object, sort);
    else
        heap_free(&vm->heap, object, sort);
}

/* False: there is no memory for the list. */
static COLD bool delay(VM *vm, Obj *object) {
    if (vm->delayed_count == vm->delayed_capacity) {
        usize capacity = vm->delayed_capacity ? vm->delayed_capacity * 2 : 64;
        Value *larger = realloc(vm->delayed, capacity * sizeof(Value));
        if (!larger) return false;
        vm->delayed = larger;
        vm->delayed_capacity = capacity;
    }
    vm->delayed[vm->delayed_count++] = from_object(object);
    object->flags |= OBJECT_DYING;
    return true;
}

static void destroy_now(VM *vm, Obj *object) {
    Type *type = object->shape->type;
    object->flags &= (u8)~OBJECT_DYING;
    if (UNLIKELY(type->slots.finalize)) {
        if (!object_finalize(vm, object)) return;
        type = object->shape->type; /* a finalizer may have assigned __class__ */
    }
    object->flags |= OBJECT_DYING; /* before the callbacks: they may run the collector */
    if (UNLIKELY(object->flags & OBJECT_WEAKLY_REFERENCED)) weakref_clear(vm, object);
    if (type->slots.free) type->slots.free(vm, object);
    if (has_attributes(type)) each_attribute(object, type, release_place, NULL);
    free_memory(vm, object);
    if (type->flags & TYPE_HEAP) decref(from_object(type));
}

static COLD void destroy_delayed(VM *vm) {
    vm->destroy_depth++;
    while (vm->delayed_count)
        destroy_now(vm, to_object(vm->delayed[--vm->delayed_count]));
    vm->destroy_depth--;
}

/* Most atoms: nothing to tell anybody, nothing that lies behind the struct. Of strs those that are
 * ASCII and not interned, of ints those that are no instances of a subclass: with these kinds none are. */
static inline bool is_plain_atom(const Obj *object, const Type *type) {
    if ((object->flags & (OBJECT_ATOM | OBJECT_LARGE | OBJECT_WEAKLY_REFERENCED)) != OBJECT_ATOM) return false;
    if (LIKELY(object->kind == KIND_STR)) return !object->aux;
    if (object->kind == KIND_INT) return true;
    return !type->slots.finalize && !type->slots.free && !(type->flags & TYPE_HEAP) &&
           type->dict_offset < type->struct_size;
}

/* The same of containers. */
static inline bool is_plain_container(const Obj *object, const Type *type) {
    return !(object->flags & (OBJECT_LARGE | OBJECT_WEAKLY_REFERENCED)) && !type->slots.finalize &&
           !has_attributes(type);
}

void object_destroy(Obj *object) {
    Type *type = object->shape->type;
    VM *vm = type->vm;
    if (object->flags & OBJECT_ATOM) {
        if (LIKELY(is_plain_atom(object, type))) heap_free(&vm->heap, object, HEAP_ATOM);
        else destroy_now(vm, object);
        return;
    }
    if (UNLIKELY(vm->destroy_depth >= DESTROY_DEPTH) && delay(vm, object)) return;
    vm->destroy_depth++;
    if (LIKELY(is_plain_container(object, type))) {
        object->flags |= OBJECT_DYING;
        if (type->slots.free) type->slots.free(vm, object);
        heap_free(&vm->heap, object, HEAP_CONTAINER);
    } else {
        destroy_now(vm, object);
    }
    if (UNLIKELY(--vm->destroy_depth == 0 && vm->delayed_count)) destroy_delayed(vm);
}

/* ---- for the collector ---- */

static void visit_place(Value *place, void *context) {
    Visitor *visitor = context;
    visitor->visit(visitor, *place);
}

void object_visit(Obj *object, Visitor *visitor) {
    Type *type = object->shape->type;
    if (object->flags & OBJECT_DYING) return;
    if (type->slots.visit) type->slots.visit(object, visitor);
    if (has_attributes(type)) each_attribute(object, type, visit_place, visitor);
    if (type->flags & TYPE_HEAP) visitor->visit(visitor, from_object(type));
}

static void clear_place(Value *place, void *context) {
    (void)context;
    replace(place, EMPTY);
}

/* The slots of the shape: the instance has none of them before the first is released. */
static void clear_shape(Obj *object, Type *type) {
    Shape *shape = object->shape;
    if (shape->flags & SHAPE_DICT || type->dict_offset < type->struct_size) return;
    object->shape = type->dict_shape;
    for (u32 i = 0; i < shape->count; i++) clear_place(instance_slot(object, i), NULL);
}

void object_clear(VM *vm, Obj *object) {
    Type *type = object->shape->type;
    if (type->slots.clear) type->slots.clear(vm, object);
    if (!has_attributes(type)) return;
    clear_shape(object, type);
    each_attribute(object, type, clear_place, NULL);
}

/* ---- types of values ---- */

Type *type_of(VM *vm, Value v) {
    if (LIKELY(is_object(v))) return to_object(v)->shape->type;
    if (is_small(v)) return vm->types[TYPE_int];
    if (is_flonum(v)) return vm->types[TYPE_float];
    switch (v) {
    case NONE: return vm->types[TYPE_NoneType];
    case FALSE:
    case TRUE: return vm->types[TYPE_bool];
    case NOT_IMPLEMENTED: return vm->types[TYPE_NotImplementedType];
    case ELLIPSIS: return vm->types[TYPE_ellipsis];
    }
    assert(!"a value that no program can hold");
    return vm->types[TYPE_object];
}

const char *type_name_of(VM *vm, Value v) {
    return type_name(type_of(vm, v));
}

bool is_instance(VM *vm, Value v, Type *type) {
    return type_is_subtype(type_of(vm, v), type);
}
