/* Objects of library types whose Values are the first fields behind the header. Their
 * number is in Obj.aux, so that one visit, free and clear serves all of these types.
 *
 *     typedef struct Chain { Obj h; Value sources, active; ... } Chain;
 *     Chain *self = FIELDS_NEW(vm, type, Chain, 2);
 *
 * All Values are EMPTY at first, and again after the collector has cleared the object.
 */
#ifndef APY_STDLIB_FIELDS_H
#define APY_STDLIB_FIELDS_H

#include "objects/native.h"

/* NULL with MemoryError. The other fields are zero. */
Obj *fields_new(VM *vm, Type *type, u32 count);
#define FIELDS_NEW(vm, type, Struct, count) ((Struct *)fields_new((vm), (type), (count)))

void fields_visit(Obj *self, Visitor *visitor);
void fields_release(VM *vm, Obj *self);
#define FIELDS_SLOTS \
    .free = fields_release, .visit = fields_visit, .clear = fields_release

/* "X expected 2 arguments, got 1", "X() takes no keyword arguments": for `new` slots that
 * take positional arguments only. */
bool arguments_plain(VM *vm, const char *name, u32 nargs, Value kwnames, u32 least,
                     u32 most);

#endif
