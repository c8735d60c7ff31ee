/* Chance: the one door through which everything comes that a program cannot foresee: clocks, waiting,
 * randomness, signals, which file descriptors are ready.
 *
 * Whatever has such an answer asks here and nowhere else. Each answer is a small number of a sort
 * (ChanceSort) that goes through one function, so that a run can be written down as a list of small
 * numbers and played again.
 *
 * Times are nanoseconds (i64). The clock is real or virtual. Virtual time stands still while the program
 * runs; waiting costs nothing and moves it on. A program that only looks at the clock until some time has
 * passed would wait for ever: looking very often moves virtual time too.
 */
#ifndef APY_LOOP_CHANCE_H
#define APY_LOOP_CHANCE_H

#include <poll.h>

#include "objects/vm.h"

typedef enum ChanceSort {
    CHANCE_MONOTONIC, /* nanoseconds since the last answer of this sort */
    CHANCE_WALL,
    CHANCE_PROCESS, /* processor time of the process and of the thread */
    CHANCE_THREAD,
    CHANCE_RANDOM,  /* eight bytes */
    CHANCE_READY,   /* how many descriptors a wait has found ready; -1: a signal ended it */
    CHANCE_EVENTS,  /* of one such descriptor: its place in the question and its events */
    CHANCE_SIGNALS, /* the signals that have arrived, as bits */
    CHANCE_SORTS,
} ChanceSort;

struct Chance {
    bool is_virtual;
    i64 start_wall, start_monotonic; /* of the virtual clock */
    i64 virtual_passed;
    struct Sleeper *sleepers; /* threads that wait for a moment of virtual time */
    Thread *idle_main; /* virtual clock: the main thread while it waits without end */
    u32 looks; /* at the virtual clock since time was last moved by waiting */
    u64 signals; /* arrived and not yet taken, bit by number; written by signal handlers */
    u64 watched; /* signals that come here */
    int wake_file; /* an eventfd that ends waits; -1: none yet */
    int told_file; /* gets the number of each signal as a byte; -1: none */
    i64 last[CHANCE_SORTS]; /* answers that are differences to the one before */
    /* Writes an answer down, or replaces it by the one written down. NULL: neither. */
    i64 (*pass)(Chance *chance, ChanceSort sort, i64 answer);
};

bool chance_start(VM *vm, bool is_virtual);
/* The VM ends: signals are no longer its own. Programs may still ask for the time. */
void chance_stop(VM *vm);
/* In the child of a fork. */
void chance_after_fork(VM *vm);
/* After the VM's end. */
void chance_free(Chance *chance);

/* ---- clocks ---- */

i64 chance_monotonic(VM *vm);
/* The same for who plans by it and does not wait for it to change. */
i64 chance_monotonic_to_plan(VM *vm);
i64 chance_wall(VM *vm); /* since 1970 */
i64 chance_process_time(VM *vm);
i64 chance_thread_time(VM *vm);

/* ---- waiting ---- */

/* Wait until a descriptor is ready (as poll(2): revents are filled in), the time is over, or a signal that is
 * watched arrives. timeout 0: only look; -1: no end. Gives how many are ready; -1: a signal, or chance_wake. */
int chance_wait(VM *vm, struct pollfd *files, u32 count, i64 timeout);
/* The same by a look of the caller's own, with the virtual clock. `look` waits so many real nanoseconds (0: not at all,
 * -1: without end) and gives what it has found, 0: nothing. */
typedef int (*ChanceLook)(VM *vm, void *context, i64 timeout);
int chance_wait_virtually(VM *vm, ChanceLook look, void *context, i64 timeout);
/* Sleep; handlers of signals run meanwhile: false with their exception. */
bool chance_sleep(VM *vm, i64 duration);
/* From another thread or a signal handler: end the wait that runs now or begins next. */
void chance_wake(VM *vm);
/* Make chance_wake able to end waits: for programs with threads. */
bool chance_allow_wake(VM *vm);

/* ---- randomness ---- */

void chance_random(VM *vm, void *out, usize size);
/* For hashes, before there is a VM: PYTHONHASHSEED or random. */
HashKey chance_hash_key(void);

/* ---- signals ---- */

typedef enum SignalAction { SIGNAL_DEFAULT, SIGNAL_IGNORE, SIGNAL_WATCH } SignalAction;
/* What the system does with a signal; WATCH: it interrupts the VM (INTERRUPT_SIGNAL) and can be taken. False
 * with errno set. The VM that did so last gets all signals of the process. */
bool chance_set_signal(VM *vm, int number, SignalAction action);
/* The signals that have arrived since the last time: bit n is signal n. */
u64 chance_take_signals(VM *vm);

#endif
