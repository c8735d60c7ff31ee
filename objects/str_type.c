/* The type str. */
#include "objects/str_make.h"
#include "objects/type.h"

static i64 length(VM *vm, Value self) {
    return (i64)str_length(self);
}

static bool hash(VM *vm, Value self, u64 *out) {
    *out = str_hash(vm, self);
    return true;
}

static int truth(VM *vm, Value self) {
    return to_str(self)->size != 0;
}

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    if (!is_str(other)) return NOT_IMPLEMENTED;
    if (op == EQ || op == NE) return from_bool(str_equal(self, other) == (op == EQ));
    int order = str_order(self, other);
    switch (op) {
    case LT: return from_bool(order < 0);
    case LE: return from_bool(order <= 0);
    case GT: return from_bool(order > 0);
    default: return from_bool(order >= 0);
    }
}

static Value str_of(VM *vm, Value self) {
    return str_exact(vm, self);
}

TYPE(str, .name = "str", .size = sizeof(Str), .kind = KIND_STR,
     .flags = TYPE_ATOM | TYPE_MATCH_SELF,
     .slots = {
         .free = str_free,
         .str = str_of,
         .hash = hash,
         .compare = compare,
         .truth = truth,
         .length = length,
     })
