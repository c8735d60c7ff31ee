#include "stdlib/fields.h"

#include "objects/vm.h"

static Value *fields_of(Obj *self) {
    return (Value *)(self + 1);
}

Obj *fields_new(VM *vm, Type *type, u32 count) {
    Obj *self = object_new(vm, type);
    if (!self) return NULL;
    self->aux = (u16)count;
    for (u32 i = 0; i < count; i++) fields_of(self)[i] = EMPTY;
    return self;
}

void fields_visit(Obj *self, Visitor *visitor) {
    for (u32 i = 0; i < self->aux; i++) visitor->visit(visitor, fields_of(self)[i]);
}

void fields_release(VM *vm, Obj *self) {
    (void)vm;
    for (u32 i = 0; i < self->aux; i++) replace(&fields_of(self)[i], EMPTY);
}

static const char *plural(u32 count) {
    return count == 1 ? "" : "s";
}

bool arguments_plain(VM *vm, const char *name, u32 nargs, Value kwnames, u32 least,
                     u32 most) {
    if (!arguments_no_keywords(vm, name, kwnames)) return false;
    if (nargs >= least && nargs <= most) return true;
    u32 bound = nargs < least ? least : most;
    const char *how = least == most ? "" : nargs < least ? "at least " : "at most ";
    raise_type(vm, "%s expected %s%u argument%s, got %u", name, how, bound, plural(bound),
               nargs);
    return false;
}
