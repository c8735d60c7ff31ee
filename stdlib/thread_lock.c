/* _thread.lock and _thread.RLock. */
#include "objects/int.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "stdlib/fields.h"
#include "stdlib/thread_wait.h"

typedef struct Lock {
    Obj h;
    bool is_locked;
    u64 owner; /* RLock */
    u64 count; /* RLock: how often its owner has it */
    WaitQueue queue;
} Lock;

static Lock *to_lock(Value v) {
    return (Lock *)v;
}

static bool try_lock(VM *vm, void *context) {
    Lock *lock = context;
    if (lock->is_locked) return false;
    return lock->is_locked = true;
}

static void unlock(VM *vm, Lock *lock) {
    lock->is_locked = false;
    queue_wake(vm, &lock->queue);
}

/* True or False, or FAIL; args: blocking, timeout */
static Value acquire(VM *vm, Lock *lock, Value *args) {
    i64 timeout;
    int blocking = args[0] == EMPTY ? 1 : object_truth(vm, args[0]);
    if (blocking < 0) return FAIL;
    CHECK(timeout_take(vm, args[1], blocking, &timeout));
    if (try_lock(vm, lock)) return TRUE;
    if (!timeout) return FALSE;
    int got = queue_wait(vm, &lock->queue, try_lock, lock, timeout);
    return got < 0 ? FAIL : from_bool(got);
}

static Value make(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    CHECK(arguments_plain(vm, type_short_name(type), nargs, kwnames, 0, 0));
    return from_object(object_new(vm, type)) ?: FAIL;
}

static Value repr(VM *vm, Value self) {
    return str_format(vm, "<%s %s object at %p>", to_lock(self)->is_locked ? "locked" : "unlocked",
                      type_name_of(vm, self), (void *)self);
}

/* A lock object is a synchronization primitive.  To create a lock,
 * call threading.Lock().  Methods are:
 *
 * acquire() -- lock the lock, possibly blocking until it can be obtained
 * release() -- unlock of the lock
 * locked() -- test whether the lock is currently locked
 *
 * A lock is not owned by the thread that locked it; another thread may
 * unlock it.  A thread attempting to lock a lock that it has already locked
 * will block until another thread unlocks it.  Deadlocks may ensue. */
TYPE(lock, .name = "_thread.lock", .size = sizeof(Lock), .kind = KIND_OTHER,
     .flags = TYPE_FINAL | TYPE_WEAKREFS | TYPE_ATOM, .slots = {.new = make, .repr = repr})

/* Lock the lock.  Without argument, this blocks if the lock is already
 * locked (even by the same thread), waiting for another thread to release
 * the lock, and return True once the lock is acquired.
 * With an argument, this will only block if the argument is true,
 * and the return value reflects whether the lock is acquired.
 * The blocking operation is interruptible. */
METHOD(lock, acquire, "($self, /, blocking=True, timeout=-1)") {
    return acquire(vm, to_lock(args[0]), args + 1);
}

METHOD(lock, acquire_lock, "($self, /, blocking=True, timeout=-1)") {
    return acquire(vm, to_lock(args[0]), args + 1);
}

METHOD(lock, __enter__, "($self, /)") {
    Value defaults[2] = {EMPTY, EMPTY};
    return acquire(vm, to_lock(args[0]), defaults);
}

static Value release(VM *vm, Lock *lock) {
    if (!lock->is_locked) return raise_runtime(vm, "release unlocked lock");
    unlock(vm, lock);
    return NONE;
}

/* Release the lock, allowing another thread that is blocked waiting for
 * the lock to acquire the lock.  The lock must be in the locked state,
 * but it needn't be locked by the same thread that unlocks it. */
METHOD(lock, release, "($self, /)") {
    return release(vm, to_lock(args[0]));
}

METHOD(lock, release_lock, "($self, /)") {
    return release(vm, to_lock(args[0]));
}

METHOD(lock, __exit__, "($self, /, *exc_info)") {
    return release(vm, to_lock(args[0]));
}

/* Return whether the lock is in the locked state. */
METHOD(lock, locked, "($self, /)") {
    return from_bool(to_lock(args[0])->is_locked);
}

METHOD(lock, locked_lock, "($self, /)") {
    return from_bool(to_lock(args[0])->is_locked);
}

METHOD(lock, _at_fork_reinit, "($self, /)") {
    to_lock(args[0])->is_locked = false;
    to_lock(args[0])->queue = (WaitQueue){0};
    return NONE;
}

/* ---- RLock ---- */

static Value repr_recursive(VM *vm, Value self) {
    Lock *lock = to_lock(self);
    return str_format(vm, "<%s %s object owner=%ld count=%lu at %p>",
                      lock->count ? "locked" : "unlocked", type_name_of(vm, self), (i64)lock->owner,
                      lock->count, (void *)self);
}

static Value make_recursive(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    if (nargs || kwnames != EMPTY)
        CHECK(warn(vm, EXC(DeprecationWarning), 1,
                   "Passing arguments to RLock is deprecated and will be removed in 3.15"));
    return from_object(object_new(vm, type)) ?: FAIL;
}

TYPE(RLock, .name = "_thread.RLock", .size = sizeof(Lock), .kind = KIND_OTHER,
     .flags = TYPE_WEAKREFS, .slots = {.new = make_recursive, .repr = repr_recursive})

static bool is_mine(VM *vm, Lock *lock) {
    return lock->count && lock->owner == thread_ident(vm);
}

static Value acquire_recursive(VM *vm, Lock *lock, Value *args) {
    if (is_mine(vm, lock)) {
        lock->count++;
        return TRUE;
    }
    Value got = TRY(acquire(vm, lock, args));
    if (got != TRUE) return got;
    lock->owner = thread_ident(vm);
    lock->count = 1;
    return TRUE;
}

/* Lock the lock.  `blocking` indicates whether we should wait
 * for the lock to be available or not.  If `blocking` is False
 * and another thread holds the lock, the method will return False
 * immediately.  If `blocking` is True and another thread holds
 * the lock, the method will wait for the lock to be released,
 * take it and then return True.
 * (note: the blocking operation is interruptible.)
 *
 * In all other cases, the method will return True immediately.
 * Precisely, if the current thread already holds the lock, its
 * internal counter is simply incremented. If nobody holds the lock,
 * the lock is taken and its internal counter initialized to 1. */
METHOD(RLock, acquire, "($self, /, blocking=True, timeout=-1)") {
    return acquire_recursive(vm, to_lock(args[0]), args + 1);
}

METHOD(RLock, __enter__, "($self, /)") {
    Value defaults[2] = {EMPTY, EMPTY};
    return acquire_recursive(vm, to_lock(args[0]), defaults);
}

static Value release_recursive(VM *vm, Lock *lock) {
    if (!is_mine(vm, lock)) return raise_runtime(vm, "cannot release un-acquired lock");
    if (--lock->count) return NONE;
    lock->owner = 0;
    unlock(vm, lock);
    return NONE;
}

/* Release the lock, allowing another thread that is blocked waiting for
 * the lock to acquire the lock.  The lock must be in the locked state,
 * and must be locked by the same thread that unlocks it; otherwise a
 * `RuntimeError` is raised.
 *
 * Do note that if the lock was acquire()d several times in a row by the
 * current thread, release() needs to be called as many times for the lock
 * to be available for other threads. */
METHOD(RLock, release, "($self, /)") {
    return release_recursive(vm, to_lock(args[0]));
}

METHOD(RLock, __exit__, "($self, /, *exc_info)") {
    return release_recursive(vm, to_lock(args[0]));
}

/* For internal use by `threading.Condition`. */
METHOD(RLock, _is_owned, "($self, /)") {
    return from_bool(is_mine(vm, to_lock(args[0])));
}

/* For internal use by reentrancy checks. */
METHOD(RLock, _recursion_count, "($self, /)") {
    return from_small(is_mine(vm, to_lock(args[0])) ? (i64)to_lock(args[0])->count : 0);
}

/* For internal use by `threading.Condition`. */
METHOD(RLock, _release_save, "($self, /)") {
    Lock *lock = to_lock(args[0]);
    if (!lock->count) return raise_runtime(vm, "cannot release un-acquired lock");
    OWNED Value owner = TRY(int_from_u64(vm, lock->owner));
    OWNED Value state = TRY(tuple_of(vm, 2, from_small((i64)lock->count), owner));
    lock->owner = lock->count = 0;
    unlock(vm, lock);
    return TAKE(state);
}

/* For internal use by `threading.Condition`. */
METHOD(RLock, _acquire_restore, "($self, state, /)") {
    Lock *lock = to_lock(args[0]);
    if (!has_kind(args[1], KIND_TUPLE) || to_tuple(args[1])->count != 2)
        return raise_type(vm, "_acquire_restore() argument 1 must be a 2-item tuple");
    Value *state = to_tuple(args[1])->items;
    Value defaults[2] = {EMPTY, EMPTY};
    i64 count;
    u64 owner;
    CHECK(object_to_i64(vm, state[0], &count));
    if (!is_int(state[1]) || !int_fits_u64(state[1], &owner)) return raise_type(vm, "an integer is required");
    TRY(acquire(vm, lock, defaults));
    lock->owner = owner;
    lock->count = (u64)count;
    return NONE;
}

METHOD(RLock, _at_fork_reinit, "($self, /)") {
    Lock *lock = to_lock(args[0]);
    lock->is_locked = false;
    lock->owner = lock->count = 0;
    lock->queue = (WaitQueue){0};
    return NONE;
}
