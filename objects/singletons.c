/* The types of None, NotImplemented and Ellipsis. */
#include "objects/native.h"
#include "objects/str.h"

static Value new_singleton(VM *vm, const char *name, u32 nargs, Value kwnames,
                           Value only) {
    if (nargs || kwnames != EMPTY) return raise_type(vm, "%s takes no arguments", name);
    return only;
}

static Value repr_none(VM *vm, Value self) {
    return str_from_text(vm, "None");
}

static bool hash_none(VM *vm, Value self, u64 *hash) {
    *hash = 0xfca86420;
    return true;
}

static int truth_none(VM *vm, Value self) {
    return 0;
}

static Value new_none(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    return new_singleton(vm, "NoneType", nargs, kwnames, NONE);
}

TYPE(
    NoneType, .name = "NoneType", .size = sizeof(Obj), .kind = KIND_OTHER,
    .flags = TYPE_FINAL,
    .slots = {.new = new_none, .repr = repr_none, .hash = hash_none, .truth = truth_none},
    .doc = "The type of the None singleton.")

static Value repr_not_implemented(VM *vm, Value self) {
    return str_from_text(vm, "NotImplemented");
}

static int truth_not_implemented(VM *vm, Value self) {
    return warn(vm, EXC(DeprecationWarning), 1,
                "NotImplemented should not be used in a boolean context")
               ? 1
               : -1;
}

static Value new_not_implemented(VM *vm, Type *type, Value *args, u32 nargs,
                                 Value kwnames) {
    return new_singleton(vm, "NotImplementedType", nargs, kwnames, NOT_IMPLEMENTED);
}

TYPE(NotImplementedType, .name = "NotImplementedType", .size = sizeof(Obj),
     .kind = KIND_OTHER, .flags = TYPE_FINAL,
     .slots = {.new = new_not_implemented,
               .repr = repr_not_implemented,
               .truth = truth_not_implemented},
     .doc = "The type of the NotImplemented singleton.")

/* Return state information for pickling. */
METHOD(NotImplementedType, __reduce__, "($self, /)") {
    return str_from_text(vm, "NotImplemented");
}

static Value repr_ellipsis(VM *vm, Value self) {
    return str_from_text(vm, "Ellipsis");
}

static Value new_ellipsis(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    return new_singleton(vm, "EllipsisType", nargs, kwnames, ELLIPSIS);
}

TYPE(ellipsis, .name = "ellipsis", .size = sizeof(Obj), .kind = KIND_OTHER,
     .flags = TYPE_FINAL, .slots = {.new = new_ellipsis, .repr = repr_ellipsis},
     .doc = "The type of the Ellipsis singleton.")

/* Return state information for pickling. */
METHOD(ellipsis, __reduce__, "($self, /)") {
    return str_from_text(vm, "Ellipsis");
}
