#include "stdlib/signals.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "loop/chance.h"
#include "objects/exc.h"
#include "objects/frame.h"
#include "objects/frameobject.h"
#include "vm/interrupt.h"
#include "vm/threads.h"

static void free_signals(VM *vm, void *state) {
    Signals *signals = state;
    for (int i = 0; i < SIGNAL_COUNT; i++) decref(signals->handlers[i]);
    free(signals);
}

Signals *signals_of(VM *vm) {
    void **state = &vm->module_state[MODULE__signal].state;
    if (*state) return *state;
    Signals *signals = malloc(sizeof *signals);
    if (!signals) return raise_memory(vm), NULL;
    for (int i = 0; i < SIGNAL_COUNT; i++) signals->handlers[i] = EMPTY;
    vm->module_state[MODULE__signal].free_state = free_signals;
    return *state = signals;
}

static bool call_handler(VM *vm, int number) {
    Signals *signals = vm->module_state[MODULE__signal].state;
    OWNED Value handler = signals ? incref(signals->handlers[number]) : EMPTY;
    if (handler == EMPTY) return number != SIGINT || raise_bare(vm, EXC(KeyboardInterrupt)) != FAIL;
    OWNED Value frame = vm->frame ? frame_object(vm, vm->frame) : NONE;
    if (frame == FAIL) return false;
    OWNED Value done = call_2(vm, handler, from_small(number), frame);
    return done != FAIL;
}

/* The lowest number first. When a handler raises, the others run next time. */
static bool run_signals(VM *vm) {
    if (!thread_is_main(vm)) {
        vm->signals_wait = true;
        return true;
    }
    vm->signals_wait = false;
    for (u64 arrived = chance_take_signals(vm); arrived; arrived &= arrived - 1) {
        if (call_handler(vm, __builtin_ctzll(arrived))) continue;
        u64 rest = arrived & (arrived - 1);
        if (rest) {
            __atomic_or_fetch(&vm->chance->signals, rest, __ATOMIC_SEQ_CST);
            vm_interrupt(vm, INTERRUPT_SIGNAL);
        }
        return false;
    }
    return true;
}

/* SIGINT that the parent ignores stays so (a job in the background of a shell). */
bool signals_start(VM *vm) {
    struct sigaction now;
    vm->hooks.run_signals = run_signals;
    bool is_ignored = !sigaction(SIGINT, NULL, &now) && now.sa_handler == SIG_IGN;
    return (is_ignored || chance_set_signal(vm, SIGINT, SIGNAL_WATCH)) &&
           chance_set_signal(vm, SIGPIPE, SIGNAL_IGNORE) && chance_set_signal(vm, SIGXFSZ, SIGNAL_IGNORE);
}

void signals_restore(void) {
    struct sigaction usual = {.sa_handler = SIG_DFL};
    sigaction(SIGPIPE, &usual, NULL);
    sigaction(SIGXFSZ, &usual, NULL);
}

void signals_die_interrupted(void) {
    struct sigaction usual = {.sa_handler = SIG_DFL};
    sigaction(SIGINT, &usual, NULL);
    kill(getpid(), SIGINT);
    _exit(130);
}
