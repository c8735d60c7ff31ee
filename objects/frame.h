/* Frames and coroutines.
 *
 * A frame is a window of registers with five words before it. Plain calls put frames on the value
 * stack, overlapping the caller's temporaries: the caller's window at register A is
 *     A: callee   A+1 .. A+4: room for the header   A+5 ...: arguments
 * and becomes the callee's Frame, `func` in place. Code that suspends (F_COMPACT) lives in the heap
 * and uses compact windows (A: callee, A+1 ...: arguments), which are copied to the stack.
 *
 * A generator, coroutine or async generator is ONE object with its frame inside, resumed in place.
 * While it delegates (await, yield from) to another, `root` and `leaf` make resuming and suspending
 * O(1): the root of a chain of awaits knows the leaf to resume, each member knows its root (maybe
 * through members that joined later: coro_root shortens the path).
 */
#ifndef APY_OBJECTS_FRAME_H
#define APY_OBJECTS_FRAME_H

#include "objects/code.h"

/* What a frame was entered for: where its result goes when it returns. */
enum {
    FRAME_CALL = 0, /* to register A of the caller's instruction; the fast return */
    FRAME_C,        /* to the C function that made this nested run */
    FRAME_FOR,      /* a generator driven by FOR */
    FRAME_SEND,     /* a generator resumed by its own method (send, next, throw) */
    FRAME_AWAIT,    /* a coroutine that another awaits, a generator in `yield from` */
    FRAME_LOOP,     /* a task's coroutine, driven by the event loop's instruction */
    FRAME_STORE,    /* like CALL, but the destination may be a local (F_LOCAL) */
    FRAME_TEST,     /* truth of the result decides a jump (conditional instructions) */
    FRAME_BINARY,   /* NotImplemented means: try the next way */
    FRAME_DISCARD,  /* nowhere (__setattr__, __setitem__) */
    FRAME_INIT,     /* __init__: must be None; the instance is already in place */
    FRAME_ITER,     /* __next__ driven by FOR: StopIteration ends the loop */
    FRAME_COMPARE,  /* rich comparison: like BINARY */
    FRAME_ANEXT,    /* an async generator whose next item another awaits: r[A] is it, or its asend() */
};

enum {                     /* Frame.flags */
    FRAME_HEAP = 1,        /* inside a Coro */
    FRAME_OBSERVED = 2,    /* a frame object exists: tell it when the frame ends */
    FRAME_TRACED = 4,      /* return events wanted */
    FRAME_NEGATE = 8,      /* of TEST: jump when false */
    FRAME_TRUTH = 16,      /* the result is to be turned into a bool (contains) */
    FRAME_INVERT = 32,     /* ... and negated (not in) */
    FRAME_LEAVING = 128,   /* it has returned: its locals are being dropped, programs do not see it */
    FRAME_LOCAL = 64,      /* of STORE: the destination is a local, which cache words do not tell */
};

typedef struct Frame Frame;
struct Frame {
    Value func; /* the Function; owned */
    Code *code;
    const Insn *pc; /* behind the instruction that is running or suspended, caches included */
    Frame *prev;    /* caller or resumer */
    u32 depth;      /* script frames below and including this one */
    u8 kind, flags;
    u16 spare;
    Value r[];
};
enum { FRAME_WORDS = 5, WINDOW_GAP = FRAME_WORDS - 1 };

enum { /* Coro.state */
    CORO_CREATED,
    CORO_SUSPENDED,
    CORO_RUNNING,
    CORO_CLOSED,
};

enum {                          /* Coro.flags */
    CORO_DELEGATING = 1,        /* `awaiting` is what it waits for */
    CORO_HOOKS_DONE = 2,        /* async generator: firstiter hook called */
    CORO_AG_RUNNING = 4,        /* async generator: an asend/athrow/aclose is under way */
    CORO_AG_CLOSED = 8,
    CORO_HANDLER = 16,          /* of a root: suspended inside handlers, see vm/coro.c; of a leaf: one
                                   of those that wait for it is inside a handler */
    CORO_AG_YIELDED = 32,       /* async generator: what it suspended with is for its consumer */
};

typedef struct Coro Coro;
struct Coro {
    Obj h;
    Coro *awaiting;    /* the inner coroutine while delegating to one (owned by r[A] of AWAIT) */
    Coro *root, *leaf; /* itself when not delegating */
    u8 state, flags;
    bool was_thrown_into; /* since it was last resumed an exception was thrown into it */
    u32 line;          /* where it was created */
    Value finalizer;   /* of async generators: what sys.set_asyncgen_hooks gave; of coroutines cr_origin; or EMPTY */
    Frame f;           /* last member: registers follow */
};

/* A generator of a function under types.coroutine awaits by itself. */
static inline bool is_iterable_coroutine(Value v) {
    return has_exact_kind(v, KIND_GENERATOR) && ((Coro *)to_object(v))->f.code->flags & CODE_ITERABLE_COROUTINE;
}

/* extra state that few coroutines need (own name, origin) is in side tables: objects/coro.c */

typedef struct Function {
    Obj h;
    Code *code;
    Value globals, builtins; /* dicts; from here to `dict` there are Values only */
    Value closure;           /* tuple of cells or EMPTY */
    Value defaults;          /* tuple or EMPTY */
    Value keyword_defaults;  /* dict or EMPTY */
    Value name, qualname, module, doc, annotations, type_params; /* EMPTY: not made yet */
    Value dict;              /* attributes: dict or EMPTY */
} Function;

Value function_new(VM *vm, Code *code, Value globals);

typedef struct Cell {
    Obj h;
    Value value; /* EMPTY: unbound */
} Cell;
Value cell_new(VM *vm, Value initial);

typedef struct BoundMethod {
    Obj h;
    Value function, self;
} BoundMethod;
Value method_new(VM *vm, Value function, Value self);

typedef struct Module {
    Obj h;
    Dict *dict; /* at the offset where instances keep theirs */
} Module;
Value module_new(VM *vm, Value name);
/* Takes over value; name is a C string. false on failure. */
bool module_add(VM *vm, Value module, const char *name, Value owned);

#endif
