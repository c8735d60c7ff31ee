#include "vm/threads.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "vm/interrupt.h"
#include "vm/trace.h"

enum { STACK_BYTES = 64 << 20, STACK_MARGIN = 4096, TURN_SIZE = 10000 };
enum { C_STACK_MARGIN = 64 << 10 };

/* ---- what is the running thread's own ---- */

/* Each field that VM and Thread have by the same name. */
#define EACH_FIELD(action)                                                               \
    action(frame) action(stack) action(stack_limit) action(generator_top)                \
    action(exception) action(handled) action(return_value) action(pending_sent)          \
    action(loop) action(context) action(asyncgen_firstiter) action(asyncgen_finalizer)   \
    action(depth) action(c_depth) action(destroy_depth) action(coroutine_origin_depth)   \
    action(c_stack_limit) action(tracer) action(is_traced) action(delayed) action(delayed_count)                          \
    action(delayed_capacity) action(showing) action(showing_count)                       \
    action(showing_capacity)

static void save_state(VM *vm, Thread *thread) {
#define SAVE_FIELD(name) thread->name = vm->name;
    EACH_FIELD(SAVE_FIELD)
#undef SAVE_FIELD
}

static void load_state(VM *vm, Thread *thread) {
#define LOAD_FIELD(name) vm->name = thread->name;
    EACH_FIELD(LOAD_FIELD)
#undef LOAD_FIELD
    vm->thread = thread;
}

/* ---- the lock ---- */

static void lock(VM *vm) {
    pthread_mutex_lock(&vm->threads->mutex);
}
static void unlock(VM *vm) {
    pthread_mutex_unlock(&vm->threads->mutex);
}

static void give_to_next(Threads *threads) {
    Thread *next = threads->first_waiting;
    threads->holder = next;
    threads->turns++;
    if (!next) return;
    threads->first_waiting = next->next_waiting;
    if (!threads->first_waiting) threads->last_waiting = NULL;
    pthread_cond_signal(&next->turn);
}

static void queue_up(Threads *threads, Thread *thread) {
    thread->next_waiting = NULL;
    if (threads->last_waiting) threads->last_waiting->next_waiting = thread;
    else threads->first_waiting = thread;
    threads->last_waiting = thread;
}

static void wait_for_turn(VM *vm, Thread *thread) {
    Threads *threads = vm->threads;
    while (threads->holder != thread || (threads->is_ending && !thread->is_main))
        pthread_cond_wait(&thread->turn, &threads->mutex);
}

static void ask(VM *vm, Thread *thread) {
    Threads *threads = vm->threads;
    if (threads->is_ending && !thread->is_main)
        for (;;) pthread_cond_wait(&thread->turn, &threads->mutex);
    if (!threads->holder) {
        threads->holder = thread;
        threads->turns++;
        return;
    }
    queue_up(threads, thread);
    vm_interrupt(vm, INTERRUPT_THREAD); /* the holder begins to count */
    wait_for_turn(vm, thread);
}

/* With the mutex held and the lock got. */
static void begin_turn(VM *vm, Thread *thread) {
    bool was_traced = vm->is_traced;
    load_state(vm, thread);
    if (vm->is_traced != was_traced) vm_reset_dispatch(vm);
    vm->turn = vm->threads->turn_size;
    if (vm->threads->first_waiting) vm_interrupt(vm, INTERRUPT_THREAD);
    if (thread->is_main && vm->signals_wait) vm_interrupt(vm, INTERRUPT_SIGNAL);
}

Thread *threads_let_go(VM *vm) {
    Thread *thread = vm->thread;
    lock(vm);
    save_state(vm, thread);
    vm->thread = NULL;
    give_to_next(vm->threads);
    unlock(vm);
    return thread;
}

void threads_take(VM *vm, Thread *thread) {
    int error = errno;
    lock(vm);
    ask(vm, thread);
    begin_turn(vm, thread);
    unlock(vm);
    errno = error;
}

void threads_hand_over(VM *vm) {
    Thread *thread = vm->thread;
    vm->turn = vm->threads->turn_size;
    lock(vm);
    if (vm->threads->first_waiting) {
        save_state(vm, thread);
        queue_up(vm->threads, thread);
        give_to_next(vm->threads);
        wait_for_turn(vm, thread);
        begin_turn(vm, thread);
    } else {
        vm_count_turns(vm, false);
    }
    unlock(vm);
}

/* An interrupt says that somebody waits: from now on safe points are counted. */
static void begin_counting(VM *vm) {
    if (!vm->threads) return;
    lock(vm);
    vm_count_turns(vm, vm->threads->first_waiting != NULL);
    unlock(vm);
}

/* ---- threads ---- */

static void init_conditions(Thread *thread) {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&thread->turn, &attributes);
    pthread_cond_init(&thread->unparked, &attributes);
    pthread_condattr_destroy(&attributes);
}

static void link_thread(Threads *threads, Thread *thread) {
    Thread **end = &threads->all;
    while (*end) end = &(*end)->next;
    *end = thread;
    threads->count++;
}

static void unlink_thread(Threads *threads, Thread *thread) {
    for (Thread **at = &threads->all; *at; at = &(*at)->next) {
        if (*at != thread) continue;
        *at = thread->next;
        threads->count--;
        return;
    }
}

static void identify(Thread *thread) {
    thread->id = (u64)pthread_self();
    thread->native_id = (int)syscall(SYS_gettid);
}

bool threads_begin(VM *vm) {
    if (vm->threads) return true;
    Threads *threads = calloc(1, sizeof *threads);
    Thread *main = calloc(1, sizeof *main);
    if (!threads || !main) {
        free(threads);
        free(main);
        raise_memory(vm);
        return false;
    }
    pthread_mutex_init(&threads->mutex, NULL);
    threads->turn_size = TURN_SIZE;
    init_conditions(main);
    identify(main);
    main->is_main = true;
    main->locals = EMPTY;
    link_thread(threads, main);
    threads->main = threads->holder = main;
    vm->turn = TURN_SIZE;
    vm->hooks.yield_thread = begin_counting;
    vm->thread = main;
    vm->threads = threads;
    return true;
}

static bool map_stack(Thread *thread) {
    void *memory = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) return false;
    thread->stack = thread->generator_top = memory;
    thread->stack_limit = thread->stack + STACK_BYTES / sizeof(Value) - STACK_MARGIN;
    return true;
}

Thread *thread_new(VM *vm) {
    Thread *thread = calloc(1, sizeof *thread);
    if (!thread || !map_stack(thread)) {
        free(thread);
        raise_memory(vm);
        return NULL;
    }
    thread->exception = thread->handled = thread->return_value = EMPTY;
    thread->pending_sent = thread->loop = thread->context = thread->locals = EMPTY;
    thread->asyncgen_firstiter = thread->asyncgen_finalizer = EMPTY;
    init_conditions(thread);
    return thread;
}

static void free_thread(Thread *thread) {
    if (thread->stack) munmap(thread->stack, STACK_BYTES);
    free(thread->delayed);
    free(thread->showing);
    pthread_cond_destroy(&thread->turn);
    pthread_cond_destroy(&thread->unparked);
    free(thread);
}

void thread_drop(VM *vm, Thread *thread) {
    (void)vm;
    free_thread(thread);
}

static void measure_c_stack(Thread *thread) {
    pthread_attr_t attributes;
    void *low = NULL;
    usize size = 0;
    if (pthread_getattr_np(pthread_self(), &attributes)) return;
    pthread_attr_getstack(&attributes, &low, &size);
    pthread_attr_destroy(&attributes);
    thread->c_stack_limit = (char *)low + C_STACK_MARGIN;
}

void thread_enter(VM *vm, Thread *thread) {
    identify(thread);
    measure_c_stack(thread);
    lock(vm);
    link_thread(vm->threads, thread);
    __atomic_sub_fetch(&vm->threads->starting, 1, __ATOMIC_SEQ_CST);
    ask(vm, thread);
    begin_turn(vm, thread);
    unlock(vm);
}

static void release_values(VM *vm) {
    Value *values[] = {&vm->exception, &vm->handled, &vm->return_value, &vm->pending_sent,
                       &vm->loop, &vm->context, &vm->asyncgen_firstiter,
                       &vm->asyncgen_finalizer};
    for (u32 i = 0; i < COUNT_OF(values); i++) replace(values[i], EMPTY);
}

static Tracer *take_tracer(VM *vm) {
    Tracer *tracer = vm->tracer;
    tracer_set(vm, false, EMPTY);
    tracer_set(vm, true, EMPTY);
    vm->tracer = NULL;
    return tracer;
}

void thread_leave(VM *vm, Thread *thread) {
    release_values(vm);
    replace(&thread->locals, EMPTY);
    tracer_free(vm, take_tracer(vm));
    lock(vm);
    save_state(vm, thread);
    unlink_thread(vm->threads, thread);
    give_to_next(vm->threads);
    unlock(vm);
    free_thread(thread);
}

Thread *thread_current(VM *vm) {
    return vm->thread;
}

u64 thread_ident(VM *vm) {
    return vm->thread ? vm->thread->id : (u64)pthread_self();
}

bool thread_exists(VM *vm, u64 ident) {
    if (ident == thread_ident(vm)) return true;
    for (Thread *thread = vm->threads ? vm->threads->all : NULL; thread; thread = thread->next)
        if (thread->id == ident) return true;
    return false;
}

bool thread_is_main(VM *vm) {
    return !vm->thread || vm->thread->is_main;
}

/* ---- end and fork ---- */

void threads_end(VM *vm) {
    if (!vm->threads) return;
    lock(vm);
    vm->threads->is_ending = true;
    unlock(vm);
    replace(&vm->threads->main->locals, EMPTY);
}

void threads_free(VM *vm) {
    if (!vm->threads) return;
    Thread *main = vm->threads->main;
    main->stack = NULL; /* the VM's own */
    main->delayed = NULL;
    main->showing = NULL;
    free_thread(main);
    free(vm->threads);
}

void threads_after_fork(VM *vm) {
    Threads *threads = vm->threads;
    if (!threads) return;
    Thread *self = vm->thread;
    pthread_mutex_init(&threads->mutex, NULL);
    threads->first_waiting = threads->last_waiting = NULL;
    threads->holder = threads->all = threads->main = self;
    threads->count = 1;
    threads->starting = 0;
    self->next = NULL;
    self->is_main = true;
    identify(self);
    vm_count_turns(vm, false);
}

/* ---- parking ---- */

static struct timespec deadline_after(i64 timeout) {
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    i64 nanoseconds = end.tv_nsec + timeout % 1000000000;
    end.tv_sec += timeout / 1000000000 + nanoseconds / 1000000000;
    end.tv_nsec = nanoseconds % 1000000000;
    return end;
}

bool threads_park(VM *vm, i64 timeout) {
    Thread *thread = vm->thread;
    struct timespec end = deadline_after(timeout < 0 ? 0 : timeout);
    int outcome = 0;
    lock(vm);
    save_state(vm, thread);
    bool was_idle = thread->is_idle;
    if (timeout < 0) thread->is_idle = true;
    give_to_next(vm->threads);
    while (!thread->has_permit && outcome != ETIMEDOUT)
        outcome = timeout < 0
                      ? pthread_cond_wait(&thread->unparked, &vm->threads->mutex)
                      : pthread_cond_timedwait(&thread->unparked, &vm->threads->mutex, &end);
    bool got = thread->has_permit;
    thread->is_idle = was_idle && !got;
    ask(vm, thread);
    begin_turn(vm, thread);
    got = thread->has_permit;
    thread->has_permit = false;
    unlock(vm);
    return got;
}

void threads_unpark(VM *vm, Thread *thread) {
    lock(vm);
    thread->has_permit = true;
    thread->is_idle = false;
    pthread_cond_signal(&thread->unparked);
    unlock(vm);
}
