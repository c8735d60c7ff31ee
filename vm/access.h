/* The second store of inline caches, for instructions that meet objects of many shapes.
 *
 * Whatever quickens an attribute instruction for a shape is noted in a table too, by shape, name and
 * instruction. An instruction that meets another shape than the one it is quickened for first looks there.
 * A row holds its name; its word is what the instruction's cache gets, valid as long as the shape's id is.
 *
 * access_off.c, taken with -Dquickening=false, notes and fills nothing: every instruction stays general.
 */
#ifndef APY_VM_ACCESS_H
#define APY_VM_ACCESS_H

#include "objects/native.h"
#include "objects/vm.h"

typedef u64 Insn;

/* C functions that are called without a window have room for so many parameters, those that are left out and
 * self included. */
enum { QUICK_ROOM = 4 };

/* A C function that can be called so with one argument, and needs no self. */
static inline bool takes_one_plainly(Value callee) {
    if (!has_exact_kind(callee, KIND_NATIVE)) return false;
    const NativeSpec *spec = ((Native *)to_object(callee))->spec;
    return spec->sort == 0 && native_is_plain(spec, 1) && spec->named <= QUICK_ROOM;
}

/* Quicken the instruction at `at` (`general` is its op before): its cache words are at[1] and at[2]. */
void access_fill(Insn *at, u8 op, u64 word, u32 offset, u32 id);
/* The same for the shape with this id, and note it. */
void access_note(VM *vm, Insn *at, u8 general, Value name, u8 op, u64 word, u32 offset, u32 id);
/* What an instruction is for objects of one shape. */
typedef struct AccessRow {
    u32 id; /* 0: free */
    u8 general, op;
    u16 offset;
    Value name;
    u64 word;
} AccessRow;
enum { ACCESS_ROWS = 1024 };

/* What was noted for this object, NULL: nothing. An instruction that asks again and again need not be
 * quickened anew each time: access_refill does it now and then. */
static inline const AccessRow *access_recall(VM *vm, u8 general, Value name, Value object) {
    if (UNLIKELY(!is_object(object) || !vm->access)) return NULL;
    u32 id = to_object(object)->shape->id;
    u32 hash = (u32)(name >> 4) ^ id * 0x9E3779B1u ^ (u32)general << 3;
    const AccessRow *row = (const AccessRow *)vm->access + hash % ACCESS_ROWS;
    return LIKELY(row->id == id && row->name == name && row->general == general) ? row : NULL;
}
static inline void access_refill(VM *vm, Insn *at, const AccessRow *row) {
    if (UNLIKELY((++vm->access_turn & 15) == 0)) access_fill(at, row->op, row->word, row->offset, row->id);
}
/* Is the GLOBAL at `at` followed by the MOVE of a local and a CALL with that alone? */
bool access_calls_local(const Insn *at);
/* Make the instruction a special form without cache words. False: it has to stay what it is. */
bool access_quicken(Insn *at, u8 op);
void access_free(VM *vm);

#endif
