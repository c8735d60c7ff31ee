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
    Value args;       /* tuple */
    Value parameters; /* as above */
} UnionType;

/* What `__class_getitem__` of a builtin type gives; `item` a tuple or one argument. */
Value generic_alias_new(VM *vm, Value origin, Value item);
/* a | b of types; NOT_IMPLEMENTED if one of them cannot be in a union. */
Value union_new(VM *vm, Value a, Value b);
/* The same where one of the two is a type alias (of the `type` statement). */
Value union_with_alias(VM *vm, Value a, Value b);

/* ---- shared by both: objects/generic_substitute.c ---- */

/* The type variables in the arguments: a tuple, owned. */
Value generic_parameters(VM *vm, Value args);
/* The arguments with the type variables replaced by `item`: a tuple, owned. `self` is
 * whom errors speak of. */
Value generic_substitute(VM *vm, Value self, Value args, Value parameters, Value item);
/* How an argument is shown. */
bool generic_write_argument(VM *vm, Buffer *out, Value argument);
/* Appends all, separated. */
bool generic_write_arguments(VM *vm, Buffer *out, Value args, const char *separator);

#endif
