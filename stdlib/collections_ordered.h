/* collections.OrderedDict: dict already keeps the order; this adds moving entries about. */
#ifndef APY_STDLIB_COLLECTIONS_ORDERED_H
#define APY_STDLIB_COLLECTIONS_ORDERED_H

#include "objects/dict.h"
#include "objects/type.h"

typedef struct OrderedDict {
    Dict dict;
    u64 changes; /* counts keys that came, went or moved, for iterators */
} OrderedDict;

static inline OrderedDict *to_ordered(Value v) {
    return (OrderedDict *)v;
}
static inline bool is_ordered(VM *vm, Value v) {
    return is_instance(vm, v, vm->types[TYPE_OrderedDict]);
}
static inline bool is_exact_ordered(VM *vm, Value v) {
    return type_of(vm, v) == vm->types[TYPE_OrderedDict];
}
/* Iterate over keys ('k'), values ('v') or items ('i'). */
Value ordered_iterator_new(VM *vm, Value dict, u8 sort, bool reversed);
Value ordered_view_new(VM *vm, Value dict, u8 sort);

#endif
