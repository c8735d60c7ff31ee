#include "vm/access.h"

#include <stdlib.h>

#include "objects/code.h"
#include "objects/frame.h"

static AccessRow *row_of(VM *vm, u8 general, Value name, u32 id) {
    u32 hash = (u32)(name >> 4) ^ id * 0x9E3779B1u ^ (u32)general << 3;
    return (AccessRow *)vm->access + hash % ACCESS_ROWS;
}

enum { METHOD_WORDS = 3, GLOBAL_WORDS = 3 };

/* Is the method, which the cache is to hold, called right behind with nothing but self, and is it of the kind
 * that METHOD_NATIVE calls? */
static const NativeSpec *called_at_once(const Insn *at, Value method) {
    Insn call = at[METHOD_WORDS];
    if (INSN_OP(call) != OP_CALLM || INSN_A(call) != INSN_A(*at) || INSN_B(call) != 1) return NULL;
    if (!has_exact_kind(method, KIND_NATIVE)) return NULL;
    const NativeSpec *spec = ((Native *)to_object(method))->spec;
    return spec->sort == NATIVE_METHOD && native_is_plain(spec, 0) && spec->named < QUICK_ROOM ? spec : NULL;
}

bool access_calls_local(const Insn *at) {
    Insn move = at[GLOBAL_WORDS], call = at[GLOBAL_WORDS + 1];
    if (INSN_OP(move) != OP_MOVE || INSN_FLAGS(move) || INSN_OP(call) != OP_CALL) return false;
    u32 gap = INSN_FLAGS(call) & F_COMPACT ? 0 : WINDOW_GAP;
    return INSN_A(call) == INSN_A(*at) && INSN_B(call) == 1 && INSN_A(move) == INSN_A(*at) + 1 + gap;
}

void access_fill(Insn *at, u8 op, u64 word, u32 offset, u32 id) {
    const NativeSpec *spec = op == OP_METHOD_CLASS ? called_at_once(at, word) : NULL;
    if (spec) {
        op = OP_METHOD_NATIVE;
        word = (u64)(usize)spec->function;
        offset = spec->named + 1u;
    }
    at[1] = word;
    at[2] = (u64)(u16)offset | (at[2] & 0xFFFF0000u) | (u64)id << 32;
    at[0] = (at[0] & ~(Insn)0xFF) | op;
}

void access_note(VM *vm, Insn *at, u8 general, Value name, u8 op, u64 word, u32 offset, u32 id) {
    access_fill(at, op, word, offset, id);
    if (!vm->access) vm->access = calloc(ACCESS_ROWS, sizeof(AccessRow));
    if (!vm->access) return;
    AccessRow *row = row_of(vm, general, name, id);
    Value before = row->id ? row->name : EMPTY;
    *row = (AccessRow){id, general, op, (u16)offset, incref(name), word};
    decref(before);
}

bool access_quicken(Insn *at, u8 op) {
    *at = (*at & ~(Insn)0xFF) | op;
    return true;
}

void access_free(VM *vm) {
    AccessRow *rows = vm->access;
    vm->access = NULL;
    for (u32 i = 0; rows && i < ACCESS_ROWS; i++)
        if (rows[i].id) decref(rows[i].name);
    free(rows);
}
