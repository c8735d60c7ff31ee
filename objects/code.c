/* Code objects: life, equality. Attributes: code_type.c.
 */
#include <stdlib.h>

#include "objects/code.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* ---- life ---- */

static void empty_fields(VM *vm, Code *code) {
    Value none = incref(vm->empty_tuple);
    code->variables = none;
    code->cells = incref(none);
    code->free_names = incref(none);
    code->name = code->qualname = code->filename = EMPTY;
    code->attribute_names = EMPTY;
    code->replaced = EMPTY;
}

Value code_new(VM *vm) {
    Code *code = (Code *)object_new(vm, EXC(code));
    if (!code) return FAIL;
    memset((char *)code + sizeof(Obj), 0, sizeof(Code) - sizeof(Obj));
    empty_fields(vm, code);
    return from_object(code);
}

bool code_keep(VM *vm, Code *code, Value owned_old) {
    Code *last = code;
    while (last->replaced != EMPTY) last = (Code *)to_object(last->replaced);
    if (last == (Code *)to_object(owned_old)) {
        decref(owned_old);
        return true;
    }
    last->replaced = owned_old;
    return true;
}

void *code_array(VM *vm, usize count, usize item_size) {
    if (!count) return NULL;
    void *memory = heap_raw_alloc(&vm->heap, count * item_size);
    if (!memory) {
        raise_memory(vm);
        return NULL;
    }
    return memset(memory, 0, count * item_size);
}

/* The fields that are single Values lie together: from `variables` to `filename`. */
enum { SINGLE_VALUES = 6 };

static void release_values(Value *values, u32 count) {
    for (u32 i = 0; i < count; i++) replace(&values[i], EMPTY);
}

static void drop_array(VM *vm, void *array, usize count, usize item_size) {
    if (array) heap_raw_free(&vm->heap, array, count * item_size);
}

static void free_arrays(VM *vm, Code *code) {
    drop_array(vm, code->insns, code->insn_count, sizeof(Insn));
    drop_array(vm, code->constants, code->constant_count, sizeof(Value));
    drop_array(vm, code->names, code->name_count, sizeof(Value));
    drop_array(vm, code->exceptions, code->exception_count, sizeof(ExceptionRow));
    drop_array(vm, code->windows, code->window_count, sizeof(WindowRow));
    if (!code->block) drop_array(vm, code->positions, code->position_count, sizeof(PositionRow));
    else {
        free(code->positions);
        position_block_leave(code->block);
    }
}

static void free_code(VM *vm, Obj *self) {
    Code *code = (Code *)self;
    decref(code->replaced);
    if (code->constants) release_values(code->constants, code->constant_count);
    if (code->names) release_values(code->names, code->name_count);
    release_values(&code->variables, SINGLE_VALUES);
    replace(&code->attribute_names, EMPTY);
    free_arrays(vm, code);
}

static void visit_code(Obj *self, Visitor *visitor) {
    Code *code = (Code *)self;
    for (u32 i = 0; i < code->constant_count; i++)
        visitor->visit(visitor, code->constants[i]);
    for (u32 i = 0; i < code->name_count; i++) visitor->visit(visitor, code->names[i]);
    for (u32 i = 0; i < SINGLE_VALUES; i++)
        visitor->visit(visitor, (&code->variables)[i]);
    visitor->visit(visitor, code->attribute_names);
}

/* ---- identity ---- */

static Value repr_code(VM *vm, Value self) {
    Code *code = (Code *)self;
    i32 line = code->first_line ? code->first_line : -1;
    return str_format(vm, "<code object %S at %p, file \"%S\", line %d>", code->name,
                      self, code->filename, line);
}

static bool hash_code(VM *vm, Value self, u64 *hash) {
    Code *code = (Code *)self;
    if (!object_hash(vm, code->name, hash)) return false;
    *hash = *hash * 31 + (u64)code->first_line;
    *hash = *hash * 31 + code->insn_count;
    *hash = *hash * 31 + code->constant_count;
    return true;
}

static bool has_same_shape(const Code *a, const Code *b) {
    return a->insn_count == b->insn_count && a->flags == b->flags &&
           a->first_line == b->first_line && a->positional == b->positional &&
           a->positional_only == b->positional_only &&
           a->keyword_only == b->keyword_only && a->constant_count == b->constant_count &&
           a->name_count == b->name_count &&
           memcmp(a->insns, b->insns, a->insn_count * sizeof(Insn)) == 0;
}

/* Constants are equal only if their types are, too: 1, 1.0 and True differ. */
static int constants_equal(VM *vm, const Code *a, const Code *b) {
    for (u32 i = 0; i < a->constant_count; i++) {
        Value x = a->constants[i], y = b->constants[i];
        if (x == y) continue;
        if (type_of(vm, x) != type_of(vm, y)) return 0;
        int equal = object_equal(vm, x, y);
        if (equal != 1) return equal;
    }
    return 1;
}

static int names_equal(VM *vm, const Code *a, const Code *b) {
    for (u32 i = 0; i < a->name_count; i++)
        if (a->names[i] != b->names[i]) return 0;
    for (u32 i = 0; i < SINGLE_VALUES - 2; i++) {
        int equal = object_equal(vm, (&a->variables)[i], (&b->variables)[i]);
        if (equal != 1) return equal;
    }
    return 1;
}

static Value compare_code(VM *vm, Value self, Value other, CompareOp op) {
    if (!has_kind(other, KIND_CODE) || (op != EQ && op != NE)) return NOT_IMPLEMENTED;
    Code *a = (Code *)self, *b = (Code *)other;
    int equal = a == b;
    if (!equal && has_same_shape(a, b)) {
        equal = names_equal(vm, a, b);
        if (equal == 1) equal = constants_equal(vm, a, b);
    }
    return equal < 0 ? FAIL : from_bool((op == EQ) == equal);
}

static Value refuse_new(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    if (nargs < 16)
        return raise_type(vm, "code expected at least 16 arguments, got %u", nargs);
    return raise_format(
        vm, EXC(NotImplementedError),
        "code objects are made by compile(); use replace() to change one");
}

TYPE(code, .name = "code", .size = sizeof(Code), .kind = KIND_CODE,
     .flags = TYPE_FINAL | TYPE_WEAKREFS,
     .slots = {.new = refuse_new,
               .free = free_code,
               .visit = visit_code,
               .repr = repr_code,
               .hash = hash_code,
               .compare = compare_code},
     .doc = "Create a code object.  Not for mere mortals.")
