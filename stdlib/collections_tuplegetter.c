/* _tuplegetter: the descriptor behind the fields of a namedtuple. */
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

typedef struct TupleGetter {
    Obj h;
    i64 index;
    Value doc;
} TupleGetter;

static Value make(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"index", "doc", NULL};
    static const Arguments arguments = {"_tuplegetter", names, 2, 2, 2};
    Value given[2];
    i64 index;
    CHECK(arguments_bind(vm, &arguments, args, nargs, kwnames, given));
    CHECK(object_to_i64(vm, given[0], &index));
    TupleGetter *getter = (TupleGetter *)object_new_sized(vm, type, sizeof(TupleGetter));
    if (!getter) return FAIL;
    getter->index = index;
    getter->doc = incref(given[1]);
    return from_object(getter);
}

static void free_getter(VM *vm, Obj *self) {
    decref(take(&((TupleGetter *)self)->doc));
}

static void visit(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((TupleGetter *)self)->doc);
}

static Value get(VM *vm, Value self, Value instance, Value type) {
    i64 index = ((TupleGetter *)self)->index;
    if (instance == EMPTY || instance == NONE) return incref(self);
    if (!has_kind(instance, KIND_TUPLE)) {
        return raise_type(vm,
                          "descriptor for index '%ld' for tuple subclasses doesn't apply "
                          "to '%T' object",
                          index, instance);
    }
    Tuple *tuple = to_tuple(instance);
    if (index < 0 || (usize)index >= tuple->count) {
        return raise_index(vm, "tuple index out of range");
    }
    return incref(tuple->items[index]);
}

static bool set(VM *vm, Value self, Value instance, Value value) {
    raise_format(vm, EXC(AttributeError),
                 value == EMPTY ? "can't delete attribute" : "can't set attribute");
    return false;
}

static Value repr(VM *vm, Value self) {
    TupleGetter *getter = (TupleGetter *)self;
    return str_format(vm, "_tuplegetter(%ld, %R)", getter->index, getter->doc);
}

TYPE(_tuplegetter, .name = "collections._tuplegetter", .size = sizeof(TupleGetter),
     .kind = KIND_OTHER, .flags = TYPE_FINAL,
     .slots = {
         .new = make,
         .free = free_getter,
         .visit = visit,
         .get = get,
         .set = set,
         .repr = repr,
     })

GETTER(_tuplegetter, __doc__) {
    return incref(((TupleGetter *)self)->doc);
}
SETTER(_tuplegetter, __doc__) {
    replace(&((TupleGetter *)self)->doc, incref(value == EMPTY ? NONE : value));
    return true;
}

/* Return state information for pickling. */
METHOD(_tuplegetter, __reduce__, "($self, /)") {
    TupleGetter *getter = (TupleGetter *)args[0];
    OWNED Value parts = TRY(tuple_of(vm, 2, from_small(getter->index), getter->doc));
    return tuple_of(vm, 2, from_object(type_of(vm, args[0])), parts);
}
