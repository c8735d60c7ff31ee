#include "vm/interrupt.h"

void vm_interrupt(VM *vm, u32 reason) {
    __atomic_or_fetch(&vm->interrupts, reason, __ATOMIC_SEQ_CST);
    for (u32 i = 0; i < COUNT_OF(vm->dispatch); i++)
        __atomic_store_n(&vm->dispatch[i], vm->interrupt_handler, __ATOMIC_RELAXED);
}

static void restore_dispatch(VM *vm) {
    for (u32 i = 0; i < COUNT_OF(vm->dispatch); i++)
        __atomic_store_n(&vm->dispatch[i], vm->dispatch_clean[i], __ATOMIC_RELAXED);
}

bool vm_handle_interrupt(VM *vm) {
    restore_dispatch(vm);
    u32 reasons = __atomic_exchange_n(&vm->interrupts, 0, __ATOMIC_SEQ_CST);
    if (reasons & INTERRUPT_COLLECT) vm->hooks.collect(vm, 0);
    if (reasons & INTERRUPT_THREAD && vm->hooks.yield_thread) vm->hooks.yield_thread(vm);
    if (reasons & INTERRUPT_CALL && vm->hooks.run_pending && !vm->hooks.run_pending(vm)) return false;
    return !(reasons & INTERRUPT_SIGNAL) || !vm->hooks.run_signals || vm->hooks.run_signals(vm);
}
