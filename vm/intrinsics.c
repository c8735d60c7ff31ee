#include "vm/intrinsics.h"

#include "vm/interpreter.h"

/* Resume the generator in place; it stays in the window's first word until its result replaces it. */
static Value resume(VM *vm, Value *window, Value generator, Value sent, u32 gap, u32 nargs) {
    Coro *coro = (Coro *)to_object(generator);
    if (coro->state == CORO_CLOSED) return NOT_IMPLEMENTED;
    if (coro->state == CORO_CREATED && sent != NONE) return NOT_IMPLEMENTED;
    OWNED Value callee = *window;
    OWNED Value sent_held = incref(sent);
    *window = incref(generator);
    for (u32 i = 0; i < nargs; i++) decref(window[1 + gap + i]);
    if (LIKELY(coro_resume(vm, coro, sent, FRAME_SEND))) return EMPTY;
    if (!coro_enter(vm, coro, FRAME_SEND)) {
        replace(window, EMPTY);
        return FAIL;
    }
    if (coro_deliver(vm, sent)) return EMPTY;
    vm->pending_sent = incref(sent);
    return EMPTY;
}

Value call_intrinsic(VM *vm, Native *native, Value *window, u32 gap, u32 nargs) {
    Value *args = window + 1 + gap;
    switch (native->spec->intrinsic) {
    case INTRINSIC_generator_send:
    case INTRINSIC_coroutine_send: {
        Value self = native->self == EMPTY ? args[0] : native->self;
        Value *sent = native->self == EMPTY ? args + 1 : args;
        u8 kind = native->spec->owner == TYPE_generator ? KIND_GENERATOR : KIND_COROUTINE;
        if (args + nargs != sent + 1 || !has_exact_kind(self, kind)) return NOT_IMPLEMENTED;
        return resume(vm, window, self, *sent, gap, nargs);
    }
    case INTRINSIC_builtins_next:
        if (nargs != 1 || !has_exact_kind(args[0], KIND_GENERATOR)) return NOT_IMPLEMENTED;
        return resume(vm, window, args[0], NONE, gap, nargs);
    default: return NOT_IMPLEMENTED;
    }
}
