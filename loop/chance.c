#include "loop/chance.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "vm/interrupt.h"
#include "vm/threads.h"

enum {
    SECOND = 1000000000,
    PATIENT_LOOKS = 100000, /* at a virtual clock that stands still */
    IMPATIENCE = 100000,    /* how far each further look moves it */
};

static i64 pass(Chance *chance, ChanceSort sort, i64 answer) {
    return UNLIKELY(chance->pass != NULL) ? chance->pass(chance, sort, answer) : answer;
}

/* Answers that grow are passed as the difference to the last one. */
static i64 pass_growing(Chance *chance, ChanceSort sort, i64 answer) {
    if (LIKELY(!chance->pass)) return answer;
    chance->last[sort] += chance->pass(chance, sort, answer - chance->last[sort]);
    return chance->last[sort];
}

/* ---- clocks ---- */

static i64 read_clock(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (i64)now.tv_sec * SECOND + now.tv_nsec;
}

/* What has passed on the virtual clock, as somebody looks at it. */
static i64 look(Chance *chance) {
    if (++chance->looks > PATIENT_LOOKS) chance->virtual_passed += IMPATIENCE;
    return chance->virtual_passed;
}

i64 chance_monotonic(VM *vm) {
    Chance *chance = vm->chance;
    if (UNLIKELY(chance->is_virtual)) return chance->start_monotonic + look(chance);
    return pass_growing(chance, CHANCE_MONOTONIC, read_clock(CLOCK_MONOTONIC));
}

i64 chance_monotonic_to_plan(VM *vm) {
    Chance *chance = vm->chance;
    if (UNLIKELY(chance->is_virtual)) return chance->start_monotonic + chance->virtual_passed;
    return chance_monotonic(vm);
}

i64 chance_wall(VM *vm) {
    Chance *chance = vm->chance;
    if (UNLIKELY(chance->is_virtual)) return chance->start_wall + look(chance);
    return pass_growing(chance, CHANCE_WALL, read_clock(CLOCK_REALTIME));
}

i64 chance_process_time(VM *vm) {
    return pass_growing(vm->chance, CHANCE_PROCESS, read_clock(CLOCK_PROCESS_CPUTIME_ID));
}

i64 chance_thread_time(VM *vm) {
    return pass_growing(vm->chance, CHANCE_THREAD, read_clock(CLOCK_THREAD_CPUTIME_ID));
}

/* ---- waiting ---- */

/* One ppoll with the wake file behind the others: what it says, -1 also for a wake. Signals are let in only
 * inside it, so that none can arrive unseen before. */
static int poll_once(VM *vm, struct pollfd *files, u32 count, i64 timeout) {
    Chance *chance = vm->chance;
    struct pollfd all[count + 1];
    if (count) memcpy(all, files, count * sizeof *files);
    bool is_main = thread_is_main(vm); /* wakes and signals are for the main thread */
    all[count] = (struct pollfd){.fd = is_main ? chance->wake_file : -1, .events = POLLIN};
    struct timespec limit = {timeout / SECOND, timeout % SECOND};
    sigset_t blocked, before;
    sigfillset(&blocked);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    u64 arrived = __atomic_load_n(&chance->signals, __ATOMIC_SEQ_CST);
    int ready = -1;
    if (!arrived || !is_main) {
        threads_release(vm);
        ready = ppoll(all, count + 1, timeout < 0 ? NULL : &limit, &before);
        threads_acquire(vm);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    u64 wakes;
    if (ready > 0 && all[count].revents) {
        if (read(chance->wake_file, &wakes, sizeof wakes) < 0) wakes = 0;
        ready--;
        if (!ready) return -1;
    }
    for (u32 i = 0; i < count; i++) files[i].revents = ready > 0 ? all[i].revents : 0;
    return ready;
}

/* The events of each ready descriptor, one number each. */
static int pass_events(Chance *chance, struct pollfd *files, u32 count, int ready) {
    ready = (int)pass(chance, CHANCE_READY, ready);
    if (LIKELY(!chance->pass)) return ready;
    u32 at = 0;
    for (int i = 0; i < ready; i++) {
        while (at + 1 < count && !files[at].revents) at++;
        i64 answer = pass(chance, CHANCE_EVENTS, (i64)at << 16 | (u16)files[at].revents);
        at = (u32)(answer >> 16);
        files[at++].revents = (short)(answer & 0xFFFF);
    }
    return ready;
}

enum { QUIET = 1000000 /* ns between two looks at other threads */, PATIENCE = 200 /* such looks */ };

static bool others_are_busy(VM *vm) {
    if (__atomic_load_n(&vm->threads->starting, __ATOMIC_SEQ_CST)) return true;
    for (Thread *thread = vm->threads->all; thread; thread = thread->next)
        if (thread != vm->thread && !thread->is_idle) return true;
    return false;
}

/* While other threads run time stands still, as it does while this one does; but what one of them waits for from
 * outside may never come. */
static int let_threads_run(VM *vm, ChanceLook look, void *context) {
    int ready = 0;
    u32 looks = 0;
    while (!ready && vm->threads && others_are_busy(vm)) {
        u64 turns = vm->threads->turns;
        ready = look(vm, context, QUIET);
        looks = vm->threads->turns - turns > 2 ? 0 : looks + 1; /* 2: this thread's own, letting go and coming back */
        if (looks > PATIENCE) break;
    }
    return ready;
}

/* A thread that waits for a moment of virtual time; on its stack. */
typedef struct Sleeper {
    struct Sleeper *next;
    i64 end;
} Sleeper;

static bool is_first(Chance *chance, const Sleeper *self) {
    for (Sleeper *other = chance->sleepers; other; other = other->next)
        if (other->end < self->end) return false;
    return true;
}

static void forget(Chance *chance, Sleeper *self) {
    Sleeper **at = &chance->sleepers;
    while (*at != self) at = &(*at)->next;
    *at = self->next;
}

static int wait_without_end(VM *vm, ChanceLook look, void *context) {
    Chance *chance = vm->chance;
    if (!vm->threads) return look(vm, context, -1);
    vm->thread->is_idle = true;
    if (vm->thread->is_main) chance->idle_main = vm->thread;
    int ready = look(vm, context, -1);
    if (vm->thread->is_main) chance->idle_main = NULL;
    vm->thread->is_idle = false;
    return ready;
}

/* When nothing runs time goes on to the first moment that a thread waits for. */
int chance_wait_virtually(VM *vm, ChanceLook look, void *context, i64 timeout) {
    Chance *chance = vm->chance;
    if (timeout < 0) return wait_without_end(vm, look, context);
    int ready = look(vm, context, 0);
    if (ready || !timeout) return ready;
    Sleeper self = {chance->sleepers, chance->virtual_passed + timeout};
    chance->sleepers = &self;
    if (vm->threads) vm->thread->is_idle = true;
    while (!(ready = let_threads_run(vm, look, context)) && chance->virtual_passed < self.end) {
        bool first = is_first(chance, &self);
        if ((ready = look(vm, context, first ? 0 : QUIET))) break; /* what came meanwhile */
        if (first && is_first(chance, &self)) chance->virtual_passed = self.end;
    }
    if (vm->threads) vm->thread->is_idle = false;
    forget(chance, &self);
    chance->looks = 0;
    return ready;
}

typedef struct Files {
    struct pollfd *files;
    u32 count;
} Files;

static int look_at_files(VM *vm, void *context, i64 timeout) {
    Files *files = context;
    return poll_once(vm, files->files, files->count, timeout);
}

int chance_wait(VM *vm, struct pollfd *files, u32 count, i64 timeout) {
    Chance *chance = vm->chance;
    int ready = chance->is_virtual ? chance_wait_virtually(vm, look_at_files, &(Files){files, count}, timeout)
                                   : poll_once(vm, files, count, timeout);
    return pass_events(chance, files, count, ready);
}

bool chance_sleep(VM *vm, i64 duration) {
    i64 end = chance_monotonic(vm) + duration;
    for (i64 left = duration;;) {
        int outcome = chance_wait(vm, NULL, 0, left);
        if (outcome < 0 && vm->hooks.run_signals && !vm->hooks.run_signals(vm)) return false;
        if (outcome >= 0 || (left = end - chance_monotonic(vm)) <= 0) return true;
    }
}

void chance_wake(VM *vm) {
    Thread *idle = vm->chance->idle_main;
    if (idle) idle->is_idle = false; /* it has something to do from now on */
    u64 one = 1;
    int saved = errno;
    if (vm->chance->wake_file >= 0 && write(vm->chance->wake_file, &one, sizeof one) < 0) errno = saved;
    errno = saved;
}

bool chance_allow_wake(VM *vm) {
    if (vm->chance->wake_file < 0) vm->chance->wake_file = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return vm->chance->wake_file >= 0;
}

/* ---- randomness ---- */

static void fill(void *out, usize size) {
    for (char *at = out; size;) {
        ssize_t got = getrandom(at, size, 0);
        if (got < 0) continue;
        at += got;
        size -= (usize)got;
    }
}

void chance_random(VM *vm, void *out, usize size) {
    fill(out, size);
    if (LIKELY(!vm->chance->pass)) return;
    for (usize at = 0; at < size; at += sizeof(i64)) {
        i64 part = 0;
        usize length = size - at < sizeof part ? size - at : sizeof part;
        memcpy(&part, (char *)out + at, length);
        part = pass(vm->chance, CHANCE_RANDOM, part);
        memcpy((char *)out + at, &part, length);
    }
}

HashKey chance_hash_key(void) {
    const char *text = getenv("PYTHONHASHSEED");
    if (text && *text && strcmp(text, "random"))
        return hash_key_chosen((u32)strtoul(text, NULL, 10));
    u64 seed;
    fill(&seed, sizeof seed);
    return hash_key_random(seed | 1);
}

/* ---- signals ---- */

/* A signal handler is told nothing but the number, so the VM that wants the process's signals must be known
 * to all of it: the one thing that hangs off no VM. */
static VM *receiver;

static void receive(int number) {
    VM *vm = __atomic_load_n(&receiver, __ATOMIC_SEQ_CST);
    if (!vm) return;
    __atomic_or_fetch(&vm->chance->signals, (u64)1 << number, __ATOMIC_SEQ_CST);
    vm_interrupt(vm, INTERRUPT_SIGNAL);
    chance_wake(vm);
    int saved = errno;
    u8 byte = (u8)number;
    if (vm->chance->told_file >= 0 && write(vm->chance->told_file, &byte, 1) < 0) errno = saved;
    errno = saved;
}

bool chance_set_signal(VM *vm, int number, SignalAction action) {
    if (number < 1 || number > 63) {
        errno = EINVAL;
        return false;
    }
    struct sigaction wanted = {.sa_handler = action == SIGNAL_DEFAULT  ? SIG_DFL
                                             : action == SIGNAL_IGNORE ? SIG_IGN
                                                                       : receive};
    if (action == SIGNAL_WATCH) __atomic_store_n(&receiver, vm, __ATOMIC_SEQ_CST);
    if (sigaction(number, &wanted, NULL)) return false;
    if (action == SIGNAL_WATCH) vm->chance->watched |= (u64)1 << number;
    else vm->chance->watched &= ~((u64)1 << number);
    return true;
}

u64 chance_take_signals(VM *vm) {
    u64 taken = __atomic_exchange_n(&vm->chance->signals, 0, __ATOMIC_SEQ_CST);
    return (u64)pass(vm->chance, CHANCE_SIGNALS, (i64)taken);
}

/* ---- beginning and end ---- */

bool chance_start(VM *vm, bool is_virtual) {
    Chance *chance = calloc(1, sizeof *chance);
    if (!chance) return false;
    chance->is_virtual = is_virtual;
    chance->wake_file = chance->told_file = -1;
    if (is_virtual) {
        chance->start_wall = read_clock(CLOCK_REALTIME);
        chance->start_monotonic = (i64)1000 * SECOND;
    }
    vm->chance = chance;
    return true;
}

void chance_stop(VM *vm) {
    for (int number = 1; number < 64; number++)
        if (vm->chance->watched >> number & 1) chance_set_signal(vm, number, SIGNAL_DEFAULT);
    VM *mine = vm;
    __atomic_compare_exchange_n(&receiver, &mine, NULL, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

void chance_after_fork(VM *vm) {
    Chance *chance = vm->chance;
    __atomic_store_n(&chance->signals, 0, __ATOMIC_SEQ_CST);
    if (chance->wake_file < 0) return;
    close(chance->wake_file); /* wakes of the parent would arrive here */
    chance->wake_file = -1;
    chance_allow_wake(vm);
}

void chance_free(Chance *chance) {
    if (!chance) return;
    if (chance->wake_file >= 0) close(chance->wake_file);
    free(chance);
}
