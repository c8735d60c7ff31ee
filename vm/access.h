/* The second store of inline caches, for instructions that meet objects of many shapes.
 *
 * Whatever quickens an attribute instruction for a shape is noted in a table too, by shape, name and
 * instruction. An instruction that meets another shape than the one it is quickened for first looks there.
 * A row holds its name; its word is what the instruction's cache gets, valid as long as the shape's id is.
 */
#ifndef APY_VM_ACCESS_H
#define APY_VM_ACCESS_H

#include "objects/vm.h"

typedef u64 Insn;

/* Quicken the instruction at `at` (`general` is its op before): its cache words are at[1] and at[2]. */
void access_fill(Insn *at, u8 op, u64 word, u32 offset, u32 id);
/* The same for the shape with this id, and note it. */
void access_note(VM *vm, Insn *at, u8 general, Value name, u8 op, u64 word, u32 offset, u32 id);
/* Quicken the instruction for this object by what was noted; false: nothing was. */
bool access_recall(VM *vm, Insn *at, u8 general, Value name, Value object);
void access_free(VM *vm);

#endif
