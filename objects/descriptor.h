/* Descriptors and what they bind to: members of C types, slot wrappers, property,
 * classmethod, staticmethod, super.
 */
#ifndef APY_OBJECTS_DESCRIPTOR_H
#define APY_OBJECTS_DESCRIPTOR_H

#include "objects/native.h"
#include "objects/vm.h"

typedef struct Special Special; /* objects/slots.h */

/* getset_descriptor (spec set) and member_descriptor (one of __slots__: a place in the
 * object). */
typedef struct Member {
    Obj h;
    const GetterSpec *spec;
    i32 offset;  /* of the Value; negative: from the end of the piece of memory */
    Value owner; /* the class; owned */
    Value name;
    const char *doc;   /* of places in records, or NULL */
    bool is_read_only; /* a place that only C code fills */
} Member;
Value getset_new(VM *vm, Type *owner, const GetterSpec *spec);
Value member_new(VM *vm, Type *owner, Value name, i32 offset);
/* Where a member's value lies in the instance. */
static inline Value *member_place(const Member *member, Obj *instance) {
    i32 offset = member->offset;
    if (offset < 0)
        offset += (i32)heap_piece_size(instance, instance->flags & OBJECT_LARGE);
    return (Value *)((char *)instance + offset);
}

/* wrapper_descriptor (int.__add__) and, bound to self, method-wrapper. */
typedef struct SlotWrapper {
    Obj h;
    const Special *special;
    Type *owner; /* borrowed: a builtin type */
    Value self;  /* EMPTY: not bound */
} SlotWrapper;
Value slot_wrapper_new(VM *vm, Type *owner, const Special *special, Value self);
/* Call it with self in args[0]. */
Value slot_wrapper_call(VM *vm, SlotWrapper *wrapper, Value *args, u32 nargs,
                        Value kwnames);

typedef struct Property {
    Obj h;
    Value getter, setter, deleter, doc, name; /* EMPTY: none */
} Property;

/* classmethod and staticmethod */
typedef struct MethodHolder {
    Obj h;
    Value function;
    Value dict; /* attributes: EMPTY or dict */
} MethodHolder;
Value classmethod_new(VM *vm, Value function);
Value staticmethod_new(VM *vm, Value function);

typedef struct Super {
    Obj h;
    Type *type;      /* search behind this one; owned */
    Value self;      /* EMPTY: not bound */
    Type *self_type; /* whose MRO; owned, NULL while not bound */
} Super;
/* `super().name` in the function that runs, if that is a function to call with the function's own self: both borrowed.
 * False, with nothing raised: make a super object. */
bool super_quick_method(VM *vm, Value name, Value *function, Value *self);
/* The attribute as it stands in a class behind super's: borrowed, EMPTY if there is none. */
Value super_lookup(VM *vm, const Super *super, Value name);
/* super(type, self).name, without making the super object: owned. `*unbound`: self must be
 * put in front of the arguments. */
Value super_find(VM *vm, Type *type, Value self, Value name, bool *unbound);

#endif
