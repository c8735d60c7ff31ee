/* Cells: variables that closures share. */
#include "objects/exc.h"
#include "objects/frame.h"
#include "objects/native.h"
#include "objects/str.h"

static Cell *to_cell(Value v) {
    return (Cell *)to_object(v);
}

Value cell_new(VM *vm, Value initial) {
    Cell *cell = (Cell *)object_new(vm, vm->types[TYPE_cell]);
    if (!cell) return FAIL;
    cell->value = incref(initial);
    return from_object(cell);
}

static Value cell_make(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    CHECK(arguments_no_keywords(vm, "cell", kwnames));
    if (nargs > 1) return raise_type(vm, "cell expected at most 1 argument, got %d", nargs);
    return cell_new(vm, nargs ? args[0] : EMPTY);
}

static void cell_free(VM *vm, Obj *self) {
    decref(((Cell *)self)->value);
}

static void cell_visit(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((Cell *)self)->value);
}

static void cell_clear(VM *vm, Obj *self) {
    replace(&((Cell *)self)->value, EMPTY);
}

static Value cell_repr(VM *vm, Value self) {
    Value value = to_cell(self)->value;
    if (value == EMPTY) return str_format(vm, "<cell at 0x%lx: empty>", (u64)self);
    return str_format(vm, "<cell at 0x%lx: %T object at 0x%lx>", (u64)self, value, (u64)value);
}

/* Unbound cells come first. */
static Value cell_compare(VM *vm, Value self, Value other, CompareOp op) {
    if (!has_exact_kind(other, KIND_CELL)) return NOT_IMPLEMENTED;
    Value a = to_cell(self)->value, b = to_cell(other)->value;
    if (a != EMPTY && b != EMPTY) return object_compare(vm, a, b, op);
    return object_compare(vm, from_small(a != EMPTY), from_small(b != EMPTY), op);
}

TYPE(cell, .name = "cell", .size = sizeof(Cell), .kind = KIND_CELL, .flags = TYPE_FINAL,
     .slots = {.new = cell_make, .free = cell_free, .visit = cell_visit, .clear = cell_clear,
               .repr = cell_repr, .compare = cell_compare},
     .doc = "Create a new cell object.")

GETTER(cell, cell_contents) {
    Value value = to_cell(self)->value;
    return value == EMPTY ? raise_value(vm, "Cell is empty") : incref(value);
}
SETTER(cell, cell_contents) {
    replace(&to_cell(self)->value, incref(value));
    return true;
}
