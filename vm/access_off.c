/* No caches and no special forms of instructions: what vm/access.c does is not done. */
#include "vm/access.h"

void access_fill(Insn *at, u8 op, u64 word, u32 offset, u32 id) {}

void access_note(VM *vm, Insn *at, u8 general, Value name, u8 op, u64 word, u32 offset, u32 id) {}

bool access_quicken(Insn *at, u8 op) {
    return false;
}

bool access_calls_local(const Insn *at) {
    return false;
}

void access_free(VM *vm) {}
