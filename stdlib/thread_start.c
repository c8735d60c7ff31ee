/* _thread: starting threads, waiting for their end, what happens to their exceptions. */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "loop/chance.h"
#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/float.h"
#include "objects/frame.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/record.h"
#include "objects/str.h"
#include "stdlib/thread_wait.h"
#include "vm/excepthook.h"
#include "vm/interrupt.h"
#include "vm/unraisable.h"

MODULE(_thread, "This module provides primitive operations to write multi-threaded programs.\n"
                "The 'threading' module provides a more convenient interface.")

/* ---- handles ---- */

typedef enum HandleState { NOT_STARTED, STARTING, RUNNING, DONE } HandleState;

typedef struct Handle {
    Obj h;
    struct Handle *next; /* of those that the end of the program waits for */
    HandleState state;
    bool is_awaited; /* it is in that list */
    u64 id;
    WaitQueue queue;
} Handle;

typedef struct ThreadState {
    Handle *awaited;
    i64 stack_size;
    u64 main_id;
} ThreadState;

static void free_thread_state(VM *vm, void *state) {
    (void)vm;
    free(state);
}

static ThreadState *state_of(VM *vm) {
    void **state = &vm->module_state[MODULE__thread].state;
    if (*state) return *state;
    ThreadState *made = calloc(1, sizeof *made);
    if (!made) {
        raise_memory(vm);
        return NULL;
    }
    made->main_id = thread_ident(vm);
    vm->module_state[MODULE__thread].free_state = free_thread_state;
    *state = made;
    return made;
}

static Handle *to_handle(Value v) {
    return (Handle *)v;
}

static Value make_handle(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    return from_object(object_new(vm, type)) ?: FAIL;
}

static Value repr_handle(VM *vm, Value self) {
    return str_format(vm, "<%T object: ident=%lu>", self, to_handle(self)->id);
}

TYPE(_ThreadHandle, .name = "_thread._ThreadHandle", .size = sizeof(Handle),
     .kind = KIND_OTHER, .flags = TYPE_FINAL | TYPE_ATOM,
     .slots = {.new = make_handle, .repr = repr_handle})

GETTER(_ThreadHandle, ident) {
    return int_from_u64(vm, to_handle(self)->id);
}

static bool is_done(VM *vm, void *handle) {
    return ((Handle *)handle)->state == DONE;
}

static Value join(VM *vm, Handle *handle, i64 timeout) {
    if (handle->state == DONE) return NONE;
    if (handle->state == NOT_STARTED) return raise_runtime(vm, "thread not started");
    if (handle->state == RUNNING && handle->id == thread_ident(vm))
        return raise_runtime(vm, "Cannot join current thread");
    return queue_wait(vm, &handle->queue, is_done, handle, timeout) < 0 ? FAIL : NONE;
}

METHOD(_ThreadHandle, join, "($self, timeout=None, /) hidden") {
    i64 timeout;
    CHECK(timeout_take(vm, args[1] == NONE ? EMPTY : args[1], true, &timeout));
    return join(vm, to_handle(args[0]), timeout);
}

METHOD(_ThreadHandle, is_done, "($self, /)") {
    return from_bool(to_handle(args[0])->state == DONE);
}

static void forget_awaited(VM *vm, Handle *handle) {
    ThreadState *state = state_of(vm);
    if (!handle->is_awaited || !state) return;
    handle->is_awaited = false;
    for (Handle **at = &state->awaited; *at; at = &(*at)->next) {
        if (*at != handle) continue;
        *at = handle->next;
        break;
    }
    decref(from_object(handle));
}

static void set_done(VM *vm, Handle *handle) {
    handle->state = DONE;
    queue_wake_all(vm, &handle->queue);
    forget_awaited(vm, handle);
}

METHOD(_ThreadHandle, _set_done, "($self, /)") {
    set_done(vm, to_handle(args[0]));
    return NONE;
}

/* Internal only. Make a thread handle for threads not spawned by the _thread or threading
 * module. */
FUNCTION(_thread, _make_thread_handle, "(ident, /)") {
    OWNED Value handle = from_object(object_new(vm, vm->types[TYPE__ThreadHandle]));
    if (!handle) return FAIL;
    i64 id;
    CHECK(object_to_i64(vm, args[0], &id));
    to_handle(handle)->id = (u64)id;
    to_handle(handle)->state = RUNNING;
    return TAKE(handle);
}

/* ---- running ---- */

typedef struct Start {
    VM *vm;
    Thread *thread;
    Value function, args, kwargs; /* kwargs: dict or EMPTY */
    Value handle;                 /* or EMPTY */
} Start;

static void drop_start(Start *start) {
    decref(start->function);
    decref(start->args);
    decref(start->kwargs);
    decref(start->handle);
    free(start);
}

static void report(VM *vm, Value function) {
    if (exception_matches(vm, EXC(SystemExit))) {
        exception_clear(vm);
        return;
    }
    Value exception = exception_take(vm);
    OWNED Value text = str_format(vm, "Exception ignored in thread started by %R", function);
    if (text == FAIL) exception_clear(vm);
    exception_restore(vm, exception);
    vm->hooks.unraisable(vm, text == FAIL ? NULL : to_str(text)->data, NONE);
}

static void *run(void *context) {
    Start *start = context;
    VM *vm = start->vm;
    Thread *thread = start->thread;
    thread_enter(vm, thread);
    if (start->handle != EMPTY) {
        to_handle(start->handle)->id = thread->id;
        to_handle(start->handle)->state = RUNNING;
    }
    OWNED Value done = call_with_tuple(vm, start->function, start->args, start->kwargs);
    if (done == FAIL) report(vm, start->function);
    replace(&done, EMPTY);
    OWNED Value handle = take(&start->handle);
    drop_start(start);
    if (handle != EMPTY) set_done(vm, to_handle(handle));
    replace(&handle, EMPTY);
    thread_leave(vm, thread);
    return NULL;
}

/* Signals are for the main thread. */
static int create(Start *start, i64 stack_size, pthread_t *made) {
    sigset_t all, before;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (stack_size) pthread_attr_setstacksize(&attributes, (usize)stack_size);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(made, &attributes, run, start);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return error;
}

/* The id of the new thread; 0 with an exception. All values borrowed. */
static u64 start_thread(VM *vm, Value function, Value args, Value kwargs, Value handle,
                        bool is_daemon) {
    ThreadState *state = state_of(vm);
    if (!state || !threads_begin(vm)) return 0;
    if (vm->is_closing) {
        raise_format(vm, EXC(PythonFinalizationError),
                     "can't create new thread at interpreter shutdown");
        return 0;
    }
    Start *start = malloc(sizeof *start);
    Thread *thread = start ? thread_new(vm) : NULL;
    if (!thread) {
        free(start);
        raise_memory(vm);
        return 0;
    }
    thread->is_daemon = is_daemon;
    *start = (Start){vm, thread, incref(function), incref(args), incref(kwargs), incref(handle)};
    pthread_t made;
    __atomic_add_fetch(&vm->threads->starting, 1, __ATOMIC_SEQ_CST);
    if (create(start, state->stack_size, &made)) {
        __atomic_sub_fetch(&vm->threads->starting, 1, __ATOMIC_SEQ_CST);
        drop_start(start);
        thread_drop(vm, thread);
        raise_runtime(vm, "can't start new thread");
        return 0;
    }
    return (u64)made;
}

static bool check_call(VM *vm, Value *args) {
    if (!is_callable(vm, args[0])) raise_type(vm, "first arg must be callable");
    else if (!has_kind(args[1], KIND_TUPLE)) raise_type(vm, "2nd arg must be a tuple");
    else if (args[2] != EMPTY && !has_kind(args[2], KIND_DICT))
        raise_type(vm, "optional 3rd arg must be a dictionary");
    else return true;
    return false;
}

/* Start a new thread and return its identifier.
 *
 * The thread will call the function with positional arguments from the
 * tuple args and keyword arguments taken from the optional dictionary
 * kwargs.  The thread exits when the function returns; the return value
 * is ignored.  The thread will also exit when the function raises an
 * unhandled exception; a stack trace will be printed unless the exception
 * is SystemExit. */
FUNCTION(_thread, start_new_thread, "(function, args, kwargs={}, /)") {
    CHECK(check_call(vm, args));
    u64 id = start_thread(vm, args[0], args[1], args[2], EMPTY, true);
    return id ? int_from_u64(vm, id) : FAIL;
}

static Value take_handle(VM *vm, Value given) {
    if (given == EMPTY || given == NONE)
        return from_object(object_new(vm, vm->types[TYPE__ThreadHandle])) ?: FAIL;
    if (!is_instance(vm, given, vm->types[TYPE__ThreadHandle]))
        return raise_type(vm, "'handle' must be a _ThreadHandle");
    return incref(given);
}

/* *For internal use only*: start a new thread.
 *
 * Like start_new_thread(), this starts a new thread calling the given function.
 * Unlike start_new_thread(), this returns a handle object with methods to join
 * or detach the given thread.
 * This function is not for third-party code, please use the
 * `threading` module instead. During finalization the runtime will not wait for
 * the thread to exit if daemon is True. If handle is provided it must be a
 * newly created thread._ThreadHandle instance. */
FUNCTION(_thread, start_joinable_thread, "(function, handle=None, daemon=True)") {
    if (!is_callable(vm, args[0])) return raise_type(vm, "thread function must be callable");
    int is_daemon = args[2] == EMPTY ? 1 : object_truth(vm, args[2]);
    ThreadState *state = state_of(vm);
    if (is_daemon < 0 || !state) return FAIL;
    OWNED Value made = TRY(take_handle(vm, args[1]));
    Handle *handle = to_handle(made);
    if (handle->state != NOT_STARTED) return raise_runtime(vm, "thread already started");
    handle->state = STARTING;
    handle->id = start_thread(vm, args[0], vm->empty_tuple, EMPTY, made, is_daemon);
    if (!handle->id) {
        handle->state = NOT_STARTED;
        return FAIL;
    }
    if (!is_daemon) {
        incref(made);
        handle->is_awaited = true;
        handle->next = state->awaited;
        state->awaited = handle;
    }
    return TAKE(made);
}

/* Wait for all non-daemon threads (other than the calling thread) to stop. */
FUNCTION(_thread, _shutdown, "()") {
    ThreadState *state = state_of(vm);
    if (!state) return FAIL;
    for (;;) {
        Handle *next = state->awaited;
        while (next && next->id == thread_ident(vm)) next = next->next;
        if (!next) return NONE;
        OWNED Value handle = incref(from_object(next));
        TRY(join(vm, next, -1));
        forget_awaited(vm, next);
    }
}

/* Return True if daemon threads are allowed in the current interpreter,
 * and False otherwise. */
FUNCTION(_thread, daemon_threads_allowed, "()") {
    return TRUE;
}

/* ---- who am I ---- */

/* Return a non-zero integer that uniquely identifies the current thread
 * amongst other threads that exist simultaneously.
 *
 * This may be used to identify per-thread resources.  Even though on
 * some platforms threads identities may appear to be allocated consecutive
 * numbers starting at 1, this behavior should not be relied upon, and the
 * number should be seen purely as a magic cookie.
 * A thread's identity may be reused for another thread after it exits. */
FUNCTION(_thread, get_ident, "()") {
    return int_from_u64(vm, thread_ident(vm));
}

/* Internal only. Return a non-zero integer that uniquely identifies the main thread
 * of the main interpreter. */
FUNCTION(_thread, _get_main_thread_ident, "()") {
    ThreadState *state = state_of(vm);
    return state ? int_from_u64(vm, vm->threads ? vm->threads->main->id : state->main_id) : FAIL;
}

/* Return a non-negative integer identifying the thread as reported
 * by the OS (kernel). This may be used to uniquely identify a
 * particular thread within a system. */
FUNCTION(_thread, get_native_id, "()") {
    CHECK(threads_begin(vm));
    return from_small(vm->thread->native_id);
}

/* Return the number of threads that can run, without the main one. */
FUNCTION(_thread, _count, "()") {
    return from_small(vm->threads ? vm->threads->count - 1 : 0);
}

FUNCTION(_thread, _is_main_interpreter, "()") {
    return TRUE;
}

/* Create a new lock object. See help(type(threading.Lock())) for
 * information about locks. */
FUNCTION(_thread, allocate_lock, "()") {
    return call_0(vm, from_object(vm->types[TYPE_lock]));
}

FUNCTION(_thread, allocate, "()") {
    return call_0(vm, from_object(vm->types[TYPE_lock]));
}

/* This is synonymous to ``raise SystemExit''.  It will cause the current
 * thread to exit silently unless the exception is caught. */
FUNCTION(_thread, exit, "()") {
    return raise_bare(vm, EXC(SystemExit));
}

FUNCTION(_thread, exit_thread, "()") {
    return raise_bare(vm, EXC(SystemExit));
}

/* Return the thread stack size used when creating new threads.  The
 * optional size argument specifies the stack size (in bytes) to be used
 * for subsequent threads. The size must be 0 (use platform default) or a
 * positive integer value of at least 32,768 (32k). */
FUNCTION(_thread, stack_size, "(size=0, /)") {
    ThreadState *state = state_of(vm);
    i64 size = 0;
    if (!state || (args[0] != EMPTY && !object_to_i64(vm, args[0], &size))) return FAIL;
    if (size < 0) return raise_value(vm, "size must be 0 or a positive value");
    if (size && size < 32768) return raise_value(vm, "size not valid: %ld bytes", size);
    i64 before = state->stack_size;
    state->stack_size = size;
    return from_small(before);
}

/* Simulate the arrival of the given signal in the main thread,
 * where the corresponding signal handler will be executed.
 * If *signum* is omitted, SIGINT is assumed.
 * A subthread can use this function to interrupt the main thread.
 *
 * Note: the default signal handler for SIGINT raises ``KeyboardInterrupt``. */
FUNCTION(_thread, interrupt_main, "(signum=signal.SIGINT, /)") {
    i64 number = SIGINT;
    if (args[0] != EMPTY) CHECK(object_to_i64(vm, args[0], &number));
    if (number < 1 || number > 64) return raise_value(vm, "signal number out of range");
    if (number >= 64 || !(vm->chance->watched >> number & 1)) return NONE; /* ignored, or nobody's */
    __atomic_or_fetch(&vm->chance->signals, (u64)1 << number, __ATOMIC_SEQ_CST);
    vm->signals_wait = true;
    vm_interrupt(vm, INTERRUPT_SIGNAL);
    chance_wake(vm);
    return NONE;
}

/* ---- exceptions ---- */

static const RecordField hook_fields[] = {
    {"exc_type", "Exception type"},
    {"exc_value", "Exception value"},
    {"exc_traceback", "Exception traceback"},
    {"thread", "Thread"},
    {NULL, NULL},
};
#define HOOK_DOC \
    "ExceptHookArgs\n\nType used to pass arguments to threading.excepthook."
RECORD(_ExceptHookArgs, "_thread._ExceptHookArgs", hook_fields, 4, HOOK_DOC)
TYPE(_ExceptHookArgs, RECORD_TYPE(_ExceptHookArgs, "_thread._ExceptHookArgs", HOOK_DOC))

static Value thread_name(VM *vm, Value thread) {
    if (thread == NONE) return str_format(vm, "%lu", thread_ident(vm));
    OWNED Value name = TRY(object_getattr_text(vm, thread, "name"));
    return object_str(vm, name);
}

/* Handle uncaught Thread.run() exception. */
FUNCTION(_thread, _excepthook,
       "(exc_hook_args, /) shown ((exc_type, exc_value, exc_traceback, thread), /)") {
    if (!is_instance(vm, args[0], vm->types[TYPE__ExceptHookArgs]))
        return raise_type(vm, "_thread.excepthook argument type must be ExceptHookArgs");
    Value *items = to_tuple(args[0])->items;
    if (items[0] == from_object(EXC(SystemExit))) return NONE;
    OWNED Value name = TRY(thread_name(vm, items[3]));
    OWNED Value head = TRY(str_format(vm, "Exception in thread %S:\n", name));
    CHECK(stderr_write(vm, str_span(head)));
    CHECK(!is_exception(items[1]) || excepthook_display(vm, items[1]));
    return NONE;
}

MODULE_INIT(_thread) {
    if (!record_start(vm, &_ExceptHookArgs_record)) return false;
    static const struct {
        const char *name;
        u16 type;
    } types[] = {{"lock", TYPE_lock},
                 {"LockType", TYPE_lock},
                 {"RLock", TYPE_RLock},
                 {"_local", TYPE__local},
                 {"_ThreadHandle", TYPE__ThreadHandle},
                 {"_ExceptHookArgs", TYPE__ExceptHookArgs},
                 {"error", TYPE_RuntimeError}};
    for (u32 i = 0; i < COUNT_OF(types); i++) {
        Value type = incref(from_object(vm->types[types[i].type]));
        if (!module_add(vm, module, types[i].name, type)) return false;
    }
    Value longest = float_new(vm, 9223372036.0);
    return state_of(vm) && longest != FAIL && module_add(vm, module, "TIMEOUT_MAX", longest);
}
