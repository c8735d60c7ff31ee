/* _thread: threads, locks and the identity of threads. One thread at a time runs in the VM: vm/threads.h.
 *
 * A thread that waits for a lock parks; the main thread, which must hear signals, looks again and again in
 * small steps instead.
 */
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "loop/chance.h"
#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/threads.h"

MODULE(_thread, "This module provides primitive operations to write multi-threaded programs.\n"
                "The 'threading' module provides a more convenient interface.")

enum { NANOSECONDS = 1000000000, MAIN_STEP = 200000 /* ns between two looks of the main thread */ };

/* ---- locks ---- */

typedef struct Lock {
    Obj h;
    bool is_locked;
    bool is_reentrant;
    u64 owner; /* of a reentrant lock: thread ident, 0 = nobody */
    u64 count;
    u32 waiting;
} Lock;

static Lock *to_lock(Value v) {
    return (Lock *)to_object(v);
}

static bool wait_a_little(VM *vm, i64 left) {
    i64 step = left < 0 || left > MAIN_STEP ? MAIN_STEP : left;
    return chance_sleep(vm, step);
}

static bool is_free(Lock *lock, u64 me) {
    return !lock->is_locked || (lock->is_reentrant && lock->owner == me);
}

/* 1 taken, 0 not in time, -1 an exception. timeout in nanoseconds; -1: no end. */
static int take_lock(VM *vm, Lock *lock, i64 timeout) {
    u64 me = thread_ident(vm);
    i64 end = timeout < 0 ? -1 : chance_monotonic(vm) + timeout;
    while (!is_free(lock, me)) {
        i64 left = timeout < 0 ? -1 : end - chance_monotonic(vm);
        if (timeout >= 0 && left <= 0) return 0;
        lock->waiting++;
        bool goes_on = wait_a_little(vm, left);
        lock->waiting--;
        if (!goes_on) return -1;
    }
    lock->is_locked = true;
    lock->owner = me;
    lock->count++;
    return 1;
}

static bool timeout_of(VM *vm, Value blocking, Value given, i64 *timeout) {
    int waits = blocking == EMPTY ? 1 : object_truth(vm, blocking);
    double seconds = -1;
    if (waits < 0 || (given != EMPTY && !object_to_double(vm, given, &seconds))) return false;
    if (!waits && seconds != -1)
        return raise_value(vm, "can't specify a timeout for a non-blocking call"), false;
    if (seconds < 0 && seconds != -1)
        return raise_value(vm, "timeout value must be a non-negative number"), false;
    if (seconds * NANOSECONDS > 9.2e18) return raise_overflow(vm, "timestamp out of range for platform time_t"), false;
    *timeout = !waits ? 0 : seconds < 0 ? -1 : (i64)ceil(seconds * NANOSECONDS);
    return true;
}

static Value acquire(VM *vm, Value self, Value blocking, Value timeout_value) {
    i64 timeout;
    CHECK(timeout_of(vm, blocking, timeout_value, &timeout));
    int taken = take_lock(vm, to_lock(self), timeout);
    return taken < 0 ? FAIL : from_bool(taken);
}

static Value release(VM *vm, Value self) {
    Lock *lock = to_lock(self);
    if (lock->is_reentrant && (!lock->is_locked || lock->owner != thread_ident(vm)))
        return raise_runtime(vm, "cannot release un-acquired lock");
    if (!lock->is_locked) return raise_runtime(vm, "release unlocked lock");
    if (--lock->count == 0 || !lock->is_reentrant) {
        lock->is_locked = false;
        lock->owner = 0;
        lock->count = 0;
    }
    return NONE;
}

static Value new_lock(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    if (nargs || kwnames != EMPTY) return raise_type(vm, "%s() takes no arguments", type_name(type));
    Lock *lock = (Lock *)object_new(vm, type);
    if (!lock) return FAIL;
    lock->is_reentrant = type_is_subtype(type, vm->types[TYPE_RLock]);
    return from_object(lock);
}

static Value repr_lock(VM *vm, Value self) {
    Lock *lock = to_lock(self);
    const char *state = lock->is_locked ? "locked" : "unlocked";
    if (lock->is_reentrant)
        return str_format(vm, "<%s %s object owner=%lu count=%lu at 0x%lx>", state, type_name(type_of(vm, self)),
                          lock->owner, lock->count, (u64)self);
    return str_format(vm, "<%s %s object at 0x%lx>", state, type_name(type_of(vm, self)), (u64)self);
}

TYPE(lock, .name = "_thread.lock", .size = sizeof(Lock), .kind = KIND_OTHER,
     .flags = TYPE_ATOM | TYPE_WEAKREFS | TYPE_FINAL, .slots = {.new = new_lock, .repr = repr_lock},
     .doc = "A lock object is a synchronization primitive.")

/* Lock the lock. */
METHOD(lock, acquire, "($self, blocking=True, timeout=-1)") {
    return acquire(vm, args[0], args[1], args[2]);
}
/* Release the lock. */
METHOD(lock, release, "($self, /)") {
    return release(vm, args[0]);
}
/* Return whether the lock is in the locked state. */
METHOD(lock, locked, "($self, /)") {
    return from_bool(to_lock(args[0])->is_locked);
}
METHOD(lock, __enter__, "($self, /)") {
    return acquire(vm, args[0], EMPTY, EMPTY);
}
METHOD(lock, __exit__, "($self, /, *exc_info)") {
    return release(vm, args[0]);
}

TYPE(RLock, .name = "_thread.RLock", .size = sizeof(Lock), .kind = KIND_OTHER,
     .flags = TYPE_ATOM | TYPE_WEAKREFS, .slots = {.new = new_lock, .repr = repr_lock})

/* Lock the lock. */
METHOD(RLock, acquire, "($self, blocking=True, timeout=-1)") {
    return acquire(vm, args[0], args[1], args[2]);
}
/* Release the lock. */
METHOD(RLock, release, "($self, /)") {
    return release(vm, args[0]);
}
METHOD(RLock, __enter__, "($self, /)") {
    return acquire(vm, args[0], EMPTY, EMPTY);
}
METHOD(RLock, __exit__, "($self, /, *exc_info)") {
    return release(vm, args[0]);
}
/* For internal use by `threading.Condition`. */
METHOD(RLock, _is_owned, "($self, /)") {
    Lock *lock = to_lock(args[0]);
    return from_bool(lock->is_locked && lock->owner == thread_ident(vm));
}
/* For internal use by `threading.Condition`. */
METHOD(RLock, _release_save, "($self, /)") {
    Lock *lock = to_lock(args[0]);
    if (!lock->is_locked) return raise_runtime(vm, "cannot release un-acquired lock");
    Value state = from_small((i64)lock->count);
    lock->is_locked = false;
    lock->owner = 0;
    lock->count = 0;
    return state;
}
/* For internal use by `threading.Condition`. */
METHOD(RLock, _acquire_restore, "($self, state, /)") {
    if (take_lock(vm, to_lock(args[0]), -1) < 0) return FAIL;
    to_lock(args[0])->count = (u64)small_or_bool(args[1]);
    return NONE;
}

/* Create a new lock object. */
FUNCTION(_thread, allocate_lock, "()") {
    return call_0(vm, from_object(vm->types[TYPE_lock]));
}

/* ---- threads ---- */

typedef struct Start {
    VM *vm;
    Thread *thread;
    Value function, args, kwargs; /* owned */
} Start;

static void report_thread_exception(VM *vm, Value function) {
    if (exception_matches(vm, EXC(SystemExit))) {
        exception_clear(vm);
        return;
    }
    vm->hooks.unraisable(vm, "Exception ignored in thread started by", function);
}

static void *run_thread(void *argument) {
    Start start = *(Start *)argument;
    free(argument);
    VM *vm = start.vm;
    thread_enter(vm, start.thread);
    Value result = call_with_tuple(vm, start.function, start.args, start.kwargs);
    if (result == FAIL) report_thread_exception(vm, start.function);
    else decref(result);
    decref(start.function);
    decref(start.args);
    decref(start.kwargs);
    thread_leave(vm, start.thread);
    return NULL;
}

static bool launch(Start *start) {
    pthread_attr_t attributes;
    pthread_t id;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    int error = pthread_create(&id, &attributes, run_thread, start);
    pthread_attr_destroy(&attributes);
    return !error;
}

/* Start a new thread and return its identifier. */
FUNCTION(_thread, start_new_thread, "(function, args, kwargs={}, /)") {
    if (!is_callable(vm, args[0])) return raise_type(vm, "first arg must be callable");
    if (!has_kind(args[1], KIND_TUPLE)) return raise_type(vm, "2nd arg must be a tuple");
    if (args[2] != EMPTY && !has_kind(args[2], KIND_DICT))
        return raise_type(vm, "optional 3rd arg must be a dictionary");
    if (!vm->threads && !threads_begin(vm)) return raise_memory(vm);
    Thread *thread = thread_new(vm);
    Start *start = thread ? malloc(sizeof *start) : NULL;
    if (!start) {
        if (thread) thread_drop(vm, thread);
        return raise_memory(vm);
    }
    *start = (Start){vm, thread, incref(args[0]), incref(args[1]), incref(args[2])};
    u64 id = thread->id;
    if (launch(start)) return int_from_u64(vm, id);
    decref(start->function);
    decref(start->args);
    decref(start->kwargs);
    free(start);
    thread_drop(vm, thread);
    return raise_runtime(vm, "can't start new thread");
}

/* Return a non-zero integer that uniquely identifies the current thread. */
FUNCTION(_thread, get_ident, "()") {
    return int_from_u64(vm, thread_ident(vm));
}

/* Return a non-negative integer identifying the thread as reported by the OS (kernel). */
FUNCTION(_thread, get_native_id, "()") {
    return from_small(gettid());
}

/* True in the thread that began the program. */
FUNCTION(_thread, _is_main_thread, "()") {
    return from_bool(thread_is_main(vm));
}

/* The main thread leaves: other threads stop where they next want to run. */
FUNCTION(_thread, _end_threads, "()") {
    if (vm->threads) threads_end(vm);
    return NONE;
}

MODULE_INIT(_thread) {
    return module_add(vm, module, "LockType", incref(from_object(vm->types[TYPE_lock]))) &&
           module_add(vm, module, "lock", incref(from_object(vm->types[TYPE_lock]))) &&
           module_add(vm, module, "RLock", incref(from_object(vm->types[TYPE_RLock]))) &&
           module_add(vm, module, "error", incref(from_object(EXC(RuntimeError)))) &&
           module_add(vm, module, "TIMEOUT_MAX", float_new(vm, 9223372036.0));
}
