/* Special methods: the table that relates `__add__` and its kin to slots, and the slot
 * functions of script classes.
 *
 * One row (Special) for each special method. It serves three ends: a builtin type that
 * has the slot shows the method in its dict as a wrapper descriptor; a script class that
 * defines the method gets the script_ function in its slot; and assigning to a class
 * finds out what is to be redone.
 *
 * The VM recognises script_ functions in slots and runs the method without C recursion:
 * see special_name for the method that an operator looks up.
 */
#ifndef APY_OBJECTS_SLOTS_H
#define APY_OBJECTS_SLOTS_H

#include "objects/type.h"
#include "objects/vm.h"

/* How a wrapper calls the slot. */
typedef enum SpecialSort {
    SPECIAL_SELF, /* Value slot(self) */
    SPECIAL_NEXT, /* the same; EMPTY is StopIteration */
    SPECIAL_UNARY,
    SPECIAL_BINARY,
    SPECIAL_REFLECTED,
    SPECIAL_INPLACE,
    SPECIAL_POWER,
    SPECIAL_REFLECTED_POWER,
    SPECIAL_COMPARE,
    SPECIAL_HASH,
    SPECIAL_TRUTH,
    SPECIAL_LENGTH,
    SPECIAL_GETITEM,
    SPECIAL_SETITEM,
    SPECIAL_DELITEM,
    SPECIAL_CONTAINS,
    SPECIAL_BUFFER,
    SPECIAL_GETATTR,
    SPECIAL_SETATTR,
    SPECIAL_DELATTR,
    SPECIAL_GET,
    SPECIAL_SET,
    SPECIAL_DELETE,
    SPECIAL_CALL,
    SPECIAL_INIT,
    SPECIAL_NEW,    /* no wrapper: a C function in the dict */
    SPECIAL_SCRIPT, /* no wrapper: __getattr__, __del__ */
} SpecialSort;

struct Special {
    u16 name;   /* NameId */
    u16 offset; /* of the slot in Slots */
    u8 sort;    /* SpecialSort */
    u8 op;      /* BinaryOp, UnaryOp or CompareOp */
    void (*script)(
        void); /* what goes into the slot of a script class; cast to its type */
    const char *signature, *doc;
};
typedef struct Special Special;
extern const Special special_table[];
extern const u32 special_count;

/* The row of this name, or NULL. The name is interned. */
const Special *special_find(VM *vm, Value name);
/* Which of its rows a class's own dict has; sets type->specials. */
void specials_scan(VM *vm, Type *type);
/* Make the slots and operator masks of a script class anew from its MRO. */
void slots_update(VM *vm, Type *type);
/* Put wrappers for the slots of a builtin type into its dict, and __new__. */
bool slots_fill_dict(VM *vm, Type *type, Dict *dict);
/* Does the type's slot decline + and * to concat and repeat: is the operator shown as a
 * method? */
bool slots_has_binary(const TypeSpec *spec, BinaryOp op, bool reflected);

/* The method for an operator: NAME(__add__), reflected NAME(__radd__), ... */
Value special_name_binary(VM *vm, BinaryOp op);
Value special_name_reflected(VM *vm, BinaryOp op);
Value special_name_inplace(VM *vm, BinaryOp op);
Value special_name_unary(VM *vm, UnaryOp op);
Value special_name_compare(VM *vm, CompareOp op);
extern const char *const binary_op_texts[]; /* "+" ... by BinaryOp */
extern const char *const compare_op_texts[];

static inline CompareOp compare_swapped(CompareOp op) {
    static const u8 swapped[] = {GT, GE, EQ, NE, LT, LE};
    return (CompareOp)swapped[op];
}

/* The slots of script classes. */
Value script_new(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames);
bool script_init(VM *vm, Value self, Value *args, u32 nargs, Value kwnames);
void script_finalize(VM *vm, Value self);
Value script_repr(VM *vm, Value self);
Value script_str(VM *vm, Value self);
bool script_hash(VM *vm, Value self, u64 *hash);
Value script_compare(VM *vm, Value self, Value other, CompareOp op);
int script_truth(VM *vm, Value self);
/* __getattribute__, and if that finds nothing __getattr__. */
Value script_getattr(VM *vm, Value self, Value name);
/* The first half: EMPTY when there is no such attribute, also by an AttributeError if there is a fallback. */
Value script_find_attr(VM *vm, Value self, Value name, bool has_fallback);
bool script_setattr(VM *vm, Value self, Value name, Value value);
Value script_get(VM *vm, Value self, Value instance, Value type);
bool script_set(VM *vm, Value self, Value instance, Value value);
Value script_call(VM *vm, Value self, Value *args, u32 nargs, Value kwnames);
Value script_iter(VM *vm, Value self);
Value script_next(VM *vm, Value self);
Value script_await(VM *vm, Value self);
Value script_aiter(VM *vm, Value self);
Value script_anext(VM *vm, Value self);
i64 script_length(VM *vm, Value self);
Value script_getitem(VM *vm, Value self, Value key);
bool script_setitem(VM *vm, Value self, Value key, Value value);
int script_contains(VM *vm, Value self, Value item);
bool script_buffer(VM *vm, Value self, Buffered *out, bool writable);
/* __release_buffer__ of a builtin type. */
Value buffer_give_back(VM *vm, Value self, Value view);
/* What __buffer__ of a builtin type gives. */
Value buffer_by_flags(VM *vm, const Type *owner, Value self, Value flags);
/* Serves as left operand when type(a) has it in its slot, else as the right one.
 * object_binary does not call it but script_left and script_right. */
Value script_binary(VM *vm, BinaryOp op, Value a, Value b);
Value script_left(VM *vm, BinaryOp op, Value a, Value b);
Value script_right(VM *vm, BinaryOp op, Value a, Value b);
Value script_inplace(VM *vm, BinaryOp op, Value self, Value other);
Value script_power(VM *vm, Value base, Value exponent, Value modulus);
Value script_unary(VM *vm, UnaryOp op, Value self);

/* The hash slot of types that have none: TypeError "unhashable type". */
bool hash_refuse(VM *vm, Value self, u64 *hash);
/* object's own slots */
bool hash_by_identity(VM *vm, Value self, u64 *hash);
Value object_new_slot(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames);
bool object_init_slot(VM *vm, Value self, Value *args, u32 nargs, Value kwnames);

#endif
