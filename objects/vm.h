/* The VM struct: all mutable state there is. Several VMs can live in one process.
 *
 * This header is what objects and everything above need of it. Parts that only one higher folder
 * knows are pointers to its own struct. Upward calls (objects must run script code) go through
 * `hooks`, which vm/ fills in.
 */
#ifndef APY_OBJECTS_VM_H
#define APY_OBJECTS_VM_H

#include "base/buffer.h"
#include "base/hash.h"
#include "objects/object.h"
#include "tables.gen.h" /* enum TypeId, NameId, OpCode, IntrinsicId */

typedef struct Frame Frame;
typedef struct Thread Thread;
typedef struct Threads Threads;
typedef struct Tracer Tracer;
typedef struct Coro Coro;
typedef struct Code Code;
typedef struct Function Function;
typedef struct Chance Chance;
typedef struct InternTable InternTable;
typedef struct Library Library;

/* What a step of the event loop did, for the LOOPSTEP instruction. */
typedef enum LoopStep {
    LOOP_FAILED,  /* an exception is set: it is raised in the loop's frame */
    LOOP_AGAIN,   /* nothing was entered (a callback in C has run): go on */
    LOOP_ENTERED, /* a frame was entered, or a coroutine that gets vm->pending_sent (coro_enter, coro_deliver) */
    LOOP_RAISE,   /* a coroutine was entered and vm->exception is to be raised in it */
    LOOP_STOP,
} LoopStep;

/* What the ranks above objects do for it. */
typedef struct Hooks {
    /* Run a script function to its end (a nested run); arguments borrowed. */
    Value (*call_function)(VM *vm, Value function, Value *args, u32 nargs, Value kwnames);
    /* Resume a generator or coroutine: EMPTY when it returned (value in vm->return_value), else
     * what it yielded. `sent` borrowed. */
    Value (*coro_send)(VM *vm, Coro *coro, Value sent);
    Value (*coro_throw)(VM *vm, Coro *coro, Value exception);
    bool (*coro_close)(VM *vm, Coro *coro);
    Value (*import)(VM *vm, Value name, Value globals, Value fromlist, i64 level);
    /* Compile source text; mode 'e'xec, 'v' (eval), 's'ingle. A Code or FAIL. */
    Value (*compile)(VM *vm, Span source, Span filename, char mode, u32 flags);
    /* Run module-level code in these namespaces. */
    Value (*run_code)(VM *vm, Code *code, Dict *globals, Value locals);
    LoopStep (*loop_step)(VM *vm);
    /* What the loop ran has raised (borrowed). False: it goes on out of the loop (exception set). */
    bool (*loop_caught)(VM *vm, Value exception);
    /* The coroutine of the running task returned or yielded this (owned): loop/. Exceptions arrive in the
     * loop's frame as exceptions. */
    void (*task_returned)(VM *vm, Value value);
    void (*task_yielded)(VM *vm, Value value);
    /* What a suspended coroutine awaits that is in sleep(); None: it is not. Owned. */
    Value (*sleep_awaited)(VM *vm, Coro *coro);
    /* What awaiting a cancelled or failed future raises: FAIL. */
    Value (*future_raise)(VM *vm, Value future);
    /* At an interrupt (vm/interrupt.h): let another thread run; run calls handed over; run handlers of signals. The
     * last two: false with an exception. */
    void (*yield_thread)(VM *vm);
    bool (*run_pending)(VM *vm);
    bool (*run_signals)(VM *vm);
    /* Collect cycles; gives how many unreachable objects were found. */
    i64 (*collect)(VM *vm, int generation);
    /* Report an exception that cannot be raised (sys.unraisablehook); consumes vm->exception. */
    void (*unraisable)(VM *vm, const char *message, Value object);
    /* warnings.warn: false if the warning was turned into an exception. `source` or EMPTY. */
    bool (*warn)(VM *vm, Type *category, Value message, i32 stack_level, Value source);
    /* warnings.warn_explicit, for what the compiler finds: `filename` is a str. May be NULL. */
    bool (*warn_explicit)(VM *vm, Type *category, Value message, Value filename, i32 line);
} Hooks;

struct VM {
    void *dispatch[256]; /* first: the instruction loop jumps through it; hooks swap it */
    void *dispatch_clean[256];
    void *interrupt_handler; /* what the table is filled with to stop the loop: vm/interrupt.h */
    u32 interrupts;          /* why */
    void *counting_handler;  /* what safe points lead to while they are counted */
    void *trace_handler;     /* what every instruction leads to while the thread is traced */

    /* ---- running ---- */
    Frame *frame;        /* innermost, saved whenever C code can look */
    Value *stack, *stack_limit;
    Value *generator_top; /* where calls made by a coroutine's frame put theirs */
    Value exception;     /* being raised (an instance), EMPTY: none */
    Value handled;       /* being handled (sys.exception()), EMPTY: none */
    Value return_value;  /* of a coroutine that ended (see Hooks.coro_send); owned, EMPTY: none */
    Value pending_sent;  /* see vm/intrinsics.c; EMPTY: none */
    u32 depth, depth_limit; /* script frames; sys.setrecursionlimit */
    char *c_stack_limit; /* C recursion below this address is refused */
    u32 c_depth;
    Thread *thread;      /* the one that holds the lock; vm/threads.h */
    Threads *threads;    /* NULL: there was never more than one */
    u32 turn;            /* safe points until the next hand-over, while others wait */
    bool is_counting;    /* safe points are counted */
    bool signals_wait;   /* for the main thread to run */
    bool is_traced;      /* this thread has a trace or profile function */
    Tracer *tracer;      /* NULL: it never had one; vm/trace.h */
    Value loop;    /* running event loop of this thread, EMPTY: none; loop/ */
    Value context; /* current contextvars.Context of this thread, or a form of it: loop/context.h */

    /* ---- objects ---- */
    Heap heap;
    Type *types[TYPE_COUNT];
    Value names[NAME_COUNT]; /* interned names that C code uses: NAME(append) */
    InternTable *interned;   /* all interned strings: objects/intern.c */
    Value empty_tuple, empty_str, empty_bytes;
    Value latin1[256];       /* strings of one character, made on first use, EMPTY before */
    Value float_zero, float_minus_zero;
    HashKey hash_key;
    i32 int_digit_limit; /* sys.set_int_max_str_digits: 4300 at the start, 0 is none */
    u32 next_shape_id, next_type_version, next_dict_version;
    void *type_cache;        /* objects/type.c */
    void *weak_references;   /* side table: objects/weakref.c */
    void *frame_objects;     /* side table of observed frames: objects/frameobject.c */
    const Library *library; /* modules inside the binary, or NULL: vm/library.h */
    void *sources;           /* texts of files, <string> ...: vm/sources.c */
    u32 destroy_depth;       /* nested object_destroy calls */
    Value *delayed;          /* objects whose destruction waits (a long chain) */
    usize delayed_count, delayed_capacity;
    Value *showing;          /* containers whose repr is being made */
    u32 showing_count, showing_capacity;
    bool is_closing;
    void *collector;         /* vm/collector.c */
    void *access;            /* vm/access.c */
    u32 access_turn;         /* times that it was asked */

    /* ---- program ---- */
    Value builtins;      /* dict of the builtins module */
    Value modules;       /* sys.modules */
    Value sys;           /* dict of the sys module */
    Value main_module;
    Value memory_error;  /* made beforehand */
    Hooks hooks;
    Chance *chance;      /* the one door of clock, randomness, signals, input: loop/chance.h */
    void *embedder;      /* for programs that embed apy */

    /* asynchronous generators and coroutines */
    Value asyncgen_firstiter, asyncgen_finalizer;
    u32 coroutine_origin_depth;

    /* state of stdlib modules: one pointer each, by ModuleId, freed through `free_state` */
    struct {
        void *state;
        void (*free_state)(VM *vm, void *state);
    } module_state[MODULE_COUNT];
};

#define NAME(text) (vm->names[NAME_##text])

/* ---- raising: each returns FAIL, so that `return raise_type(vm, "...")` is the whole act ----
 *
 * Formats: %s %d %u %c %x as in C (%ld %lu for 64 bits), and for Values: %T type name, %N that of an
 * argument (None for None), %R repr,
 * %S str, %A ascii. */
Value raise_format(VM *vm, Type *type, const char *format, ...);
Value raise_type(VM *vm, const char *format, ...);
Value raise_value(VM *vm, const char *format, ...);
Value raise_index(VM *vm, const char *format, ...);
Value raise_key(VM *vm, Value key);
Value raise_attribute(VM *vm, Value object, Value name); /* CPython's text, .name and .obj set */
/* An AttributeError that a program raised without them gets .name and .obj. */
void attribute_error_complete(VM *vm, Value object, Value name);
Value raise_attribute_text(VM *vm, Value object, Value name, const char *format, ...);
Value raise_runtime(VM *vm, const char *format, ...);
Value raise_overflow(VM *vm, const char *format, ...);
Value raise_zero_division(VM *vm, const char *format, ...);
Value raise_system(VM *vm, const char *format, ...);
Value raise_os(VM *vm, int error, Value filename); /* by errno: FileNotFoundError ...; filename EMPTY */
Value raise_memory(VM *vm);
Value raise_stop_iteration(VM *vm, Value value);
Value raise_bare(VM *vm, Type *type);               /* an instance without arguments */
Value raise_with(VM *vm, Type *type, Value argument); /* an instance of one argument */
Value raise_instance(VM *vm, Value exception);      /* borrowed; sets __context__ from `handled` */

#define EXC(name) (vm->types[TYPE_##name]) /* EXC(ValueError) */

/* Is an exception of the type being raised? */
bool exception_matches(VM *vm, Type *type);
void exception_clear(VM *vm);
/* Take the exception out of the VM: owned; EMPTY if there is none. */
Value exception_take(VM *vm);
void exception_restore(VM *vm, Value owned);

bool warn(VM *vm, Type *category, i32 stack_level, const char *format, ...);

/* CPython's limit for C that recurses without a script between: data that is nested deeper is refused at the same
 * depth, though the stack may have room. */
enum { C_DEPTH_LIMIT = 10000 };

bool refuse_recursion(VM *vm, const char *while_text);
static inline bool enter_recursion(VM *vm, const char *while_text) {
    char *here = __builtin_frame_address(0);
    if (UNLIKELY(here < vm->c_stack_limit || vm->c_depth >= C_DEPTH_LIMIT)) return refuse_recursion(vm, while_text);
    vm->c_depth++;
    return true;
}
static inline void leave_recursion(VM *vm) {
    vm->c_depth--;
}

#endif
