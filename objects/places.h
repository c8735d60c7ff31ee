/* Where an object has its attributes: the Values that lie behind its C struct (__slots__, the slots of its shape,
 * its dict). For those that go through all of them: destroying, and the cycle collector. */
#ifndef APY_OBJECTS_PLACES_H
#define APY_OBJECTS_PLACES_H

#include "objects/type.h"

static inline u32 round_up(u32 size, u32 unit) {
    return (size + unit - 1) & ~(unit - 1);
}

typedef void (*ValueAction)(Value *place, void *context);

static ALWAYS_INLINE void each_between(char *from, const char *end, ValueAction action, void *context) {
    for (; from < end; from += sizeof(Value)) action((Value *)from, context);
}

/* Do something to each Value that lies behind the C struct. */
static ALWAYS_INLINE void each_attribute(Obj *object, Type *type, ValueAction action, void *context) {
    char *start = (char *)object;
    if (type->tail_words) {
        char *end = start + heap_piece_size(object, object->flags & OBJECT_LARGE);
        each_between(end - type->tail_words * sizeof(Value), end, action, context);
        return;
    }
    each_between(start + round_up(type->struct_size, 8), start + type->instance_size,
                 action, context);
    if (type->dict_offset < type->struct_size) return; /* none, or in the struct */
    char *word = start + type->dict_offset;
    usize count = object->shape->flags & SHAPE_DICT ? 0 : object->shape->count;
    each_between(word, word + (count + 1) * sizeof(Value), action, context);
}

static inline bool has_attributes(const Type *type) {
    return type->flags & TYPE_HEAP || type->dict_offset >= type->struct_size;
}

#endif
