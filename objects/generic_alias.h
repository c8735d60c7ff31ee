/* list[int] and int | str: types.GenericAlias and types.UnionType. */
#ifndef APY_OBJECTS_GENERIC_ALIAS_H
#define APY_OBJECTS_GENERIC_ALIAS_H

#include "objects/vm.h"

typedef struct GenericAlias {
    Obj h;
    Value origin, args; /* args: tuple */
    Value parameters;   /* tuple, made on demand; EMPTY before */
    bool is_starred;    /* *tuple[int] */
} GenericAlias;

typedef struct UnionType {
    Obj h;
    Value args, parameters;
} UnionType;

/* What `__class_getitem__` of a builtin type gives; `item` a tuple or one argument. */
Value generic_alias_new(VM *vm, Value origin, Value item);
/* a | b of types; NOT_IMPLEMENTED if one of them cannot be in a union. */
Value union_new(VM *vm, Value a, Value b);

#endif
