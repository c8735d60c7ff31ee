/* Stopping the instruction loop between two instructions, at no cost while nobody wants to: the dispatch table
 * of the VM is overwritten, so that whatever instruction comes next leads to one handler (run.c), which puts
 * the table back, does what is pending, and goes on with that instruction.
 */
#ifndef APY_VM_INTERRUPT_H
#define APY_VM_INTERRUPT_H

#include "objects/vm.h"

enum {
    INTERRUPT_COLLECT = 1, /* a collection is due */
    INTERRUPT_SIGNAL = 2,  /* a signal has arrived */
    INTERRUPT_THREAD = 4,  /* another thread wants the lock */
    INTERRUPT_CALL = 8,    /* calls were handed over from elsewhere */
};

/* From the VM's own thread or a signal handler. */
void vm_interrupt(VM *vm, u32 reason);
/* Do what is pending: false with an exception (KeyboardInterrupt, ...). */
bool vm_handle_interrupt(VM *vm);

/* Count the safe points (jumps and calls), or no longer: at the end of a turn the lock is handed on. */
void vm_count_turns(VM *vm, bool on);

/* Whether the running thread is traced or counted may have changed. */
void vm_reset_dispatch(VM *vm);

#endif
