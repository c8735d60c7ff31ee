/* The instruction loop.
 *
 * One function, by design: every opcode body (vm/ops.c) is a label in it. State in machine registers: vm,
 * r (registers of the frame; the frame's header lies right before), pc, insn (the instruction, which ends at
 * pc). A body ends with NEXT. Slow work is called out of line and follows one protocol: the callee gives the
 * result, FAIL, or EMPTY when it has entered a frame whose result will be stored when it returns.
 *
 * vm->frame is current and the frame's pc saved (SAVE) whenever C code can look at them: before every
 * call that may run script code, raise, or free an object.
 */
#include "vm/interpreter.h"

#include <math.h>

#include "objects/bytes.h"
#include "objects/descriptor.h"
#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/float.h"
#include "objects/frameobject.h"
#include "objects/future.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/range.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/access.h"
#include "vm/interrupt.h"
#include "vm/threads.h"
#include "vm/trace.h"

#define FP       ((Frame *)((char *)r - offsetof(Frame, r)))
/* Fields of the current instruction, while pc is right behind it. Registers are read where they stand: from `insn` that
 * takes two or three machine instructions; the flags, which are only tested, come from `insn`: no load to wait for. */
#define OPCODE   INSN_OP(insn)
#define A        FIELD(pc, u16, 2)
#define B        FIELD(pc, u16, 4)
#define C        FIELD(pc, u16, 6)
#define SC       INSN_SC(insn)
#define BC       INSN_BC(insn)
#define HAS(f)   ((u32)insn & (u32)(f) << 8)
#define K        (FP->code->constants)
#define GAP      (HAS(F_COMPACT) ? 0 : WINDOW_GAP)
#define SAVE()   (FP->pc = pc, vm->frame = FP)
#define FUNCTION_OF_FRAME ((Function *)to_object(FP->func))
#define NAME_OF(i) (FP->code->names[i])
#define NEXT                                                                             \
    do {                                                                                 \
        pc++;                                                                            \
        insn = pc[-1];                                                                   \
        goto *vm->dispatch[OPCODE];                                                      \
    } while (0)
#define OP(name) op_##name:

/* Drop a reference that may be the last one. */
#define RELEASE(v)                                                                       \
    do {                                                                                 \
        Value released_ = (v);                                                           \
        if (is_object(released_) && --to_object(released_)->rc == 0) {                   \
            SAVE();                                                                      \
            object_destroy(to_object(released_));                                        \
        }                                                                                \
    } while (0)
#define RELEASE_FIRST(v)  do { if (HAS(F_FIRST)) RELEASE(v); } while (0)
#define RELEASE_SECOND(v) do { if (HAS(F_SECOND)) RELEASE(v); } while (0)
#define RELEASE_THIRD(v)  do { if (HAS(F_THIRD)) RELEASE(v); } while (0)

/* Put an owned value into a register. */
#define STORE_AT(reg, v)                                                                 \
    do {                                                                                 \
        Value stored_ = (v);                                                             \
        if (!HAS(F_LOCAL)) {                                                             \
            r[reg] = stored_;                                                            \
        } else {                                                                         \
            Value before_ = r[reg];                                                      \
            r[reg] = stored_;                                                            \
            RELEASE(before_);                                                            \
        }                                                                                \
    } while (0)
/* Put an owned result into A. */
#define STORE(v) STORE_AT(A, v)
/* To the instruction behind the two cache words of this one. */
#define NEXT_CACHED                                                                      \
    do {                                                                                 \
        insn = pc[2];                                                                    \
        pc += 3;                                                                         \
        goto *vm->dispatch[OPCODE];                                                      \
    } while (0)
/* Put the outcome of a slow step into A: FAIL, EMPTY (entered), or a result; then go on. */
#define DELIVER_THEN(v, next)                                                            \
    do {                                                                                 \
        Value outcome_ = (v);                                                            \
        if (UNLIKELY(outcome_ == FAIL)) goto error;                                      \
        if (outcome_ == EMPTY) goto reload;                                              \
        STORE(outcome_);                                                                 \
        next;                                                                            \
    } while (0)
#define DELIVER(v)        DELIVER_THEN(v, NEXT)
#define DELIVER_CACHED(v) DELIVER_THEN(v, NEXT_CACHED) /* for instructions with cache words */
/* FOR: put the owned item into B and go to the body. */
#define DELIVER_ITEM(v)                                                                  \
    do {                                                                                 \
        STORE_AT(B, v);                                                                  \
        JUMP_BY(SC);                                                                     \
        NEXT;                                                                            \
    } while (0)
/* Jump by C on the truth of what a slow comparison gave: FAIL, EMPTY (entered), or an owned result. */
#define JUMP_ON(v)                                                                       \
    do {                                                                                 \
        Value outcome_ = (v);                                                            \
        if (UNLIKELY(outcome_ == FAIL)) goto error;                                      \
        if (outcome_ == EMPTY) goto reload;                                              \
        int truth_ = quick_truth(outcome_);                                              \
        if (truth_ < 0) {                                                                \
            truth_ = object_truth(vm, outcome_);                                         \
            RELEASE(outcome_);                                                           \
            if (truth_ < 0) goto error;                                                  \
        }                                                                                \
        if (truth_ != !!HAS(F_NEGATE)) JUMP_BY(SC);                                      \
        NEXT;                                                                            \
    } while (0)
/* A local operand that is not bound. */
#define BOUND(reg)                                                                       \
    do {                                                                                 \
        if (UNLIKELY(r[reg] == EMPTY)) {                                                 \
            unbound = (reg);                                                             \
            goto unbound_local;                                                          \
        }                                                                                \
    } while (0)
#define JUMP_BY(words) (pc += (words))

static const u8 compare_ops[] = {LT, LE, EQ, NE, GT, GE}; /* in the order of the opcodes */
static const u8 immediate_ops[] = {BINARY_ADD, BINARY_SUB, BINARY_MUL, BINARY_FLOORDIV,
                                   BINARY_MOD, BINARY_LSHIFT, BINARY_RSHIFT, BINARY_AND};
static const u8 unary_ops[] = {UNARY_NEG, UNARY_POS, UNARY_INVERT};

static inline bool small_compare(u32 op, i64 a, i64 b) {
    switch (op) {
    case LT: return a < b;
    case LE: return a <= b;
    case EQ: return a == b;
    case NE: return a != b;
    case GT: return a > b;
    default: return a >= b;
    }
}

static inline bool double_compare(u32 op, double a, double b) {
    switch (op) {
    case LT: return a < b;
    case LE: return a <= b;
    case EQ: return a == b;
    case NE: return a != b;
    case GT: return a > b;
    default: return a >= b;
    }
}

/* The number as a double, exactly: a float, or an int of at most 53 bits. */
static inline bool exact_double(Value v, double *out) {
    if (is_flonum(v)) return *out = to_flonum(v), true;
    if (is_small(v)) return *out = (double)to_small(v), to_small(v) >= -(1L << 53) && to_small(v) <= 1L << 53;
    return has_exact_kind(v, KIND_FLOAT) && (*out = to_double(v), true);
}

/* b << by, if it is inline too. */
static inline bool shift_left(Value b, i64 by, Value *out) {
    if ((u64)by >= 63) return false;
    *out = ((b - 1) << by) + 1;
    return (i64)(*out - 1) >> by == (i64)(b - 1);
}

/* a op b where at least one is a float, or for `/` where both are ints: true and the result. */
static inline bool float_arithmetic(u8 op, Value a, Value b, double *out) {
    double x, y;
    if (are_small(a, b) && op != OP_TRUEDIV) return false;
    if (!exact_double(a, &x) || !exact_double(b, &y)) return false;
    switch (op) {
    case OP_ADD: return *out = x + y, true;
    case OP_SUB: return *out = x - y, true;
    case OP_MUL: return *out = x * y, true;
    case OP_TRUEDIV: return *out = x / y, y != 0;
    default: return false;
    }
}

/* Does the instruction take the pair in temporary `reg` apart? */
static inline bool unpacks_pair(Insn insn, u32 reg) {
    bool is_pair = INSN_OP(insn) == OP_UNPACK2 ||
                   (INSN_OP(insn) == OP_UNPACK && INSN_B(insn) == reg && INSN_C(insn) == 2);
    return is_pair && INSN_A(insn) == reg && INSN_FLAGS(insn) & F_FIRST;
}

/* Do AWAITABLE and AWAIT of temporary `reg` come next? `await f()`: nothing can look between call and await. */
static inline bool is_awaited_next(const Insn *pc, u32 reg) {
    return INSN_OP(pc[0]) == OP_AWAITABLE && INSN_B(pc[0]) == reg && INSN_A(pc[0]) == reg &&
           INSN_OP(pc[1]) == OP_AWAIT;
}

/* Does METHOD of temporary `reg` come next? `super().f()`: no super object is made. */
static inline bool is_method_next(const Insn *pc, u32 reg) {
    return INSN_OP(*pc) == OP_METHOD && INSN_B(*pc) == reg && INSN_FLAGS(*pc) & F_FIRST;
}

/* Has the function defaults for its last `missing` parameters? (A number that is none: it has not.) */
static inline bool has_defaults(const Function *function, u32 missing) {
    return missing < UINT16_MAX && function->defaults != EMPTY && missing <= to_tuple(function->defaults)->count;
}
static inline void add_defaults(const Function *function, u32 missing, Value *to) {
    const Tuple *defaults = to_tuple(function->defaults);
    for (u32 i = 0; i < missing; i++) to[i] = incref(defaults->items[defaults->count - missing + i]);
}

/* Where the item with an index that may be negative lies among `count`; at `count` or behind it: there is none. */
static inline usize index_within(i64 index, usize count) {
    return LIKELY((usize)index < count) ? (usize)index : (usize)index + count;
}

/* The item of a dict, when no script code need run to find it. EMPTY: it must be asked for. */
static inline Value dict_quick_item(VM *vm, Dict *dict, Value key) {
    if (has_exact_kind(key, KIND_STR)) return incref(dict_get_str(vm, dict, key));
    return is_small(key) && !dict->hashes ? incref(dict_get(vm, dict, key)) : EMPTY;
}

/* None, True, False and inline ints; everything else asks its type. */
static inline int quick_truth(Value v) {
    if (v == TRUE) return 1;
    if (v == FALSE || v == NONE) return 0;
    if (is_small(v)) return v != from_small(0);
    return -1;
}

static inline bool is_same_text(Value a, Value b) {
    return a == b || (to_str(a)->size == to_str(b)->size && to_str(a)->data[0] == to_str(b)->data[0] &&
                      str_equal(a, b));
}

/* Is the text in a constant: a character in a str, or one of the texts of a tuple? -1: ask it. */
static inline int quick_contains(Value container, Value text) {
    if (has_exact_kind(container, KIND_STR) && to_str(text)->size == 1)
        return memchr(to_str(container)->data, to_str(text)->data[0], to_str(container)->size) != NULL;
    if (!has_exact_kind(container, KIND_TUPLE)) return -1;
    const Tuple *tuple = to_tuple(container);
    for (usize i = 0; i < tuple->count; i++) {
        if (!has_exact_kind(tuple->items[i], KIND_STR)) return -1;
        if (is_same_text(tuple->items[i], text)) return 1;
    }
    return 0;
}

/* Write the result of a coroutine's frame, or an entered frame, into the caller's destination. */
static void store_by_rule(Frame *caller, Value owned, bool is_local) {
    Insn at = caller->pc[-1];
    Value *slot = &caller->r[INSN_A(at)];
    if (is_local || INSN_FLAGS(at) & F_LOCAL) {
        replace(slot, owned);
    } else {
        *slot = owned;
    }
}

void vm_prepare_dispatch(VM *vm) {
    vm->frame = NULL;
    vm_run(vm, FAIL);
}

/* Each opcode body must keep its own jump to the next one: branch prediction works by the jump's address. Nothing is
 * computed before it is known to be needed (no-tree-pre, no-code-hoisting). Bodies begin on a boundary of 32 bytes:
 * where they fall otherwise changes with every edit, and with it the speed of the shortest, by a tenth. */
#ifdef __clang__
#define LOOP_FUNCTION
#else
#define LOOP_FUNCTION                                                                    \
    __attribute__((optimize("no-crossjumping", "no-gcse", "no-tree-pre", "no-code-hoisting",        \
                            "no-reorder-blocks-and-partition", "align-jumps=32")))
#endif

LOOP_FUNCTION Value vm_run(VM *vm, Value sent) {
    static const void *const labels[] = {
#define LABEL(name) &&op_##name,
        FOR_EACH_OP(LABEL)
#undef LABEL
    };
    if (!vm->frame) {
        for (u32 i = 0; i < 256; i++) vm->dispatch[i] = (void *)labels[i < OP_COUNT ? i : OP_NOP];
        memcpy(vm->dispatch_clean, vm->dispatch, sizeof vm->dispatch);
        vm->interrupt_handler = &&interrupted;
        vm->counting_handler = &&counted;
        vm->trace_handler = &&traced;
        return EMPTY;
    }

    Value *r = vm->frame->r;
    const Insn *pc = vm->frame->pc;
    Insn insn = 0;
    u32 unbound = 0;
    Value *dying = NULL;
    Frame *frame; /* that is being entered: function, kind and arguments are in it */
    bool silent = false;
    u32 depth = DEPTH_UNKNOWN; /* of the live temporaries where an exception is raised */
    if (vm->exception != EMPTY) goto raised;
    if (sent != EMPTY) goto await_again;
    NEXT;

#include "vm/ops.c"

    /* ---- shared ends ---- */

    /* the dispatch table was swapped: do what is pending, then the instruction that was fetched */
interrupted:
    pc--;
    SAVE();
    if (!vm_handle_interrupt(vm)) {
        pc++;
        goto error;
    }
    pc = FP->pc;
    NEXT;

    /* a safe point, while other threads wait for their turn */
counted:
    if (LIKELY(--vm->turn > 0)) goto *vm->dispatch_clean[OPCODE];
    pc--;
    SAVE();
    threads_hand_over(vm);
    insn = *pc++;
    goto *vm->dispatch_clean[OPCODE];

    /* the program wants to be told what runs */
traced:
    SAVE();
    if (!trace_step(vm, insn)) goto error;
    if (FP->pc != pc) goto reload;
    insn = pc[-1];
    goto *vm->dispatch_clean[OPCODE];

    /* a call has entered a frame, or resumed a coroutine that waits for something else */
entered:
    if (UNLIKELY(vm->pending_sent != EMPTY)) {
        sent = vm->pending_sent;
        goto await_again;
    }

    /* go on in vm->frame, which has changed */
reload:
    r = vm->frame->r;
    pc = vm->frame->pc;
    NEXT;

unbound_local:
    SAVE();
    raise_unbound_local(vm, FP, unbound);
    goto error;

error:
    SAVE();
    silent = false;
raised:
    if (!unwind(vm, silent, depth)) return FAIL;
    silent = false;
    depth = DEPTH_UNKNOWN;
    goto reload;

    /* a frame that a frame object shows returns `sent` */
leave_observed: {
    SAVE();
    bool is_moved = OPCODE == OP_RETURN && !HAS(F_FIRST); /* a local: still seen there */
    if (is_moved) r[A] = sent;
    frame_object_detach(vm, FP);
    if (is_moved) r[A] = EMPTY;
    goto leave_locals;
}

    /* the count of the local `*dying` of a frame that returns has come to 0; those before it are released */
leave_dying: {
    Obj *first = to_object(*dying);
    for (Value *local = r; local <= dying; local++) *local = EMPTY;
    SAVE();
    FP->flags |= FRAME_LEAVING;
    object_destroy(first);
    for (Value *end = r + FP->code->locals, *local = dying + 1; local < end; local++) replace(local, EMPTY);
    goto leave_header;
}

    /* the frame's locals are released; `sent` is its result */
leave_slow: {
    Frame *frame = FP;
    Frame *caller = frame->prev;
    u8 kind = frame->kind;
    if (LIKELY(kind == FRAME_AWAIT)) {
        r = caller->r;
        pc = caller->pc;
        coro_finish_inner(vm, frame_coro(frame), &r[INSN_A(pc[-1])], sent);
        NEXT;
    }
    if (kind == FRAME_INIT && sent == NONE && !(caller->flags & FRAME_HEAP)) {
        r = caller->r;
        pc = caller->pc;
        RELEASE(frame->func);
        NEXT;
    }
    u8 flags = frame->flags;
    if (flags & FRAME_HEAP) goto leave_coro;
    if (kind == FRAME_C) {
        vm->frame = caller;
        decref(frame->func);
        return sent;
    }
    Value *extra = (Value *)frame;
    Value *generator_top = extra - frame_extra_words(kind);
    Value function = frame->func;
    vm->frame = caller;
    if (caller && caller->flags & FRAME_HEAP) vm->generator_top = generator_top;
    switch (kind) {
    case FRAME_CALL:
        *(Value *)frame = sent;
        break;
    case FRAME_STORE:
        if (flags & FRAME_TRUTH) sent = finish_contains(vm, flags, sent);
        if (sent == FAIL) {
            decref(function);
            goto raised;
        }
        store_by_rule(caller, sent, flags & FRAME_LOCAL);
        break;
    case FRAME_DISCARD: decref(sent); break;
    case FRAME_INIT:
        if (UNLIKELY(sent != NONE)) {
            raise_type(vm, "__init__() should return None, not '%s'", type_name_of(vm, sent));
            decref(sent);
            replace(&caller->r[INSN_A(caller->pc[-1])], EMPTY);
            decref(function);
            goto raised;
        }
        break;
    case FRAME_ITER: {
        Insn at = caller->pc[-1];
        Value *slot = &caller->r[INSN_B(at)];
        if (INSN_FLAGS(at) & F_LOCAL) replace(slot, sent);
        else *slot = sent;
        caller->pc += INSN_SC(at);
        break;
    }
    case FRAME_TEST:
    case FRAME_BINARY:
    case FRAME_COMPARE: {
        Value outcome = finish_operator(vm, caller, kind, extra, sent);
        decref(function);
        if (outcome == FAIL) goto raised;
        goto reload;
    }
    default: assert(!"a frame of no known kind");
    }
    decref(function);
    goto reload;
}

    /* a coroutine's frame has returned `sent` */
leave_coro: {
    Coro *coro = frame_coro(FP);
    u8 kind = FP->kind;
    Value result = sent;
    coro_finish(vm, coro);
    Frame *caller = vm->frame;
    switch (kind) {
    case FRAME_C:
        if (coro->h.kind == KIND_ASYNC_GENERATOR) {
            decref(result);
            raise_bare(vm, EXC(StopAsyncIteration));
            return FAIL;
        }
        vm->return_value = result;
        return EMPTY;
    case FRAME_FOR:
        replace(&caller->r[INSN_A(caller->pc[-1])], EMPTY);
        decref(result);
        goto reload;
    case FRAME_SEND:
        replace(&caller->r[INSN_A(caller->pc[-1])], EMPTY);
        if (result == NONE) raise_bare(vm, EXC(StopIteration));
        else raise_stop_iteration(vm, result);
        decref(result);
        goto raised;
    case FRAME_ANEXT:
        decref(result);
        raise_bare(vm, EXC(StopAsyncIteration));
        goto raised;
    case FRAME_LOOP: vm->hooks.task_returned(vm, result); goto reload;
    default: assert(!"a coroutine of no known kind");
    }
}

    /* an async generator gives a value to its consumer */
async_yield:
    frame_coro(FP)->flags |= CORO_AG_YIELDED;
    goto suspend;

    /* the coroutine of FP suspends with `sent` for its resumer */
suspend: {
    if (UNLIKELY(FP->flags & FRAME_TRACED) && !trace_suspend(vm, sent)) {
        decref(sent);
        goto raised;
    }
    Coro *root = coro_suspend(vm, frame_coro(FP));
    Frame *resumer = vm->frame;
    switch (root->f.kind) {
    case FRAME_C: return sent;
    case FRAME_FOR:
        r = resumer->r;
        pc = resumer->pc;
        insn = pc[-1];
        DELIVER_ITEM(sent);
    case FRAME_SEND:
        replace(&resumer->r[INSN_A(resumer->pc[-1])], sent);
        goto reload;
    case FRAME_LOOP: vm->hooks.task_yielded(vm, sent); goto reload;
    default: assert(!"a root of no known kind");
    }
}

    /* the coroutine in vm->frame waits for something that is not a coroutine (or no longer one that is linked):
     * hand it `sent` (borrowed) */
await_again: {
    r = vm->frame->r;
    pc = vm->frame->pc;
    insn = pc[-1];
    Coro *self = frame_coro(vm->frame);
    self->flags &= ~CORO_DELEGATING;
    if (self->awaiting) {
        Coro *inner = self->awaiting;
        self->awaiting = NULL;
        if (inner->state == CORO_CREATED && sent != NONE) sent = NONE;
        assert(inner->h.kind != KIND_ASYNC_GENERATOR); /* nobody else can have driven it */
        if (!coro_delegate(vm, self, inner)) goto raised;
        if (!coro_deliver(vm, sent)) goto await_again;
        if (vm->pending_sent != EMPTY) replace(&vm->pending_sent, EMPTY);
        goto reload;
    }
    /* what runs inside the step must not take the value for its own */
    Value pending = take(&vm->pending_sent);
    Value step = is_plain_future(r[A]) ? await_future(vm, r[A]) : await_step(vm, r[A], sent);
    decref(pending);
    if (step == FAIL) goto raised;
    if (step == EMPTY) {
        Value awaited = r[A];
        r[A] = take(&vm->return_value);
        RELEASE(awaited);
        NEXT;
    }
    self->flags |= CORO_DELEGATING;
    sent = step;
    goto suspend;
}
    return FAIL;
}
