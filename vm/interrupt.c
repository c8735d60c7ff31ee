#include "vm/interrupt.h"

#include "vm/collector.h"

void vm_interrupt(VM *vm, u32 reason) {
    __atomic_or_fetch(&vm->interrupts, reason, __ATOMIC_SEQ_CST);
    for (u32 i = 0; i < COUNT_OF(vm->dispatch); i++)
        __atomic_store_n(&vm->dispatch[i], vm->interrupt_handler, __ATOMIC_RELAXED);
}

/* Every loop and every recursion comes by one of these. */
static const u8 safe_points[] = {
    OP_JUMP, OP_JTRUE, OP_JFALSE, OP_JLT, OP_JLE, OP_JEQ, OP_JNE, OP_JGT, OP_JGE,
    OP_JEQK, OP_JNEK, OP_JIN, OP_JINK, OP_JIS, OP_JLTI, OP_JLEI, OP_JEQI, OP_JNEI, OP_JGTI, OP_JGEI, OP_FOR, OP_FOR_RANGE,
    OP_FOR_LIST, OP_FOR_GENERATOR, OP_CALL, OP_CALLM, OP_CALLKW, OP_CALLX, OP_AWAIT,
};

static void restore_dispatch(VM *vm) {
    bool is_traced = vm->is_traced;
    for (u32 i = 0; i < COUNT_OF(vm->dispatch); i++)
        __atomic_store_n(&vm->dispatch[i], is_traced ? vm->trace_handler : vm->dispatch_clean[i], __ATOMIC_RELAXED);
    for (u32 i = 0; !is_traced && vm->is_counting && i < COUNT_OF(safe_points); i++)
        __atomic_store_n(&vm->dispatch[safe_points[i]], vm->counting_handler,
                         __ATOMIC_RELAXED);
}

void vm_count_turns(VM *vm, bool on) {
    if (vm->is_counting == on) return;
    vm->is_counting = on;
    vm_reset_dispatch(vm);
}

void vm_reset_dispatch(VM *vm) {
    restore_dispatch(vm);
    if (__atomic_load_n(&vm->interrupts, __ATOMIC_SEQ_CST)) vm_interrupt(vm, 0);
}

bool vm_handle_interrupt(VM *vm) {
    restore_dispatch(vm);
    u32 reasons = __atomic_exchange_n(&vm->interrupts, 0, __ATOMIC_SEQ_CST);
    if (reasons & INTERRUPT_COLLECT) vm->hooks.collect(vm, COLLECT_QUICK);
    if (reasons & INTERRUPT_THREAD && vm->hooks.yield_thread) vm->hooks.yield_thread(vm);
    if (reasons & INTERRUPT_CALL && vm->hooks.run_pending && !vm->hooks.run_pending(vm)) return false;
    return !(reasons & INTERRUPT_SIGNAL) || !vm->hooks.run_signals || vm->hooks.run_signals(vm);
}
