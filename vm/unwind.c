/* Exceptions leaving instructions: finding handlers, leaving frames. */
#include "vm/interpreter.h"

#include "objects/exc.h"
#include "objects/frameobject.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/trace.h"

/* Is the register inside the gap of a call window that is open at this word? */
static bool is_gap(const Code *code, u32 word, u32 reg) {
    for (u32 i = 0; i < code->window_count; i++) {
        const WindowRow *row = &code->windows[i];
        if (word >= row->start && word < row->end && reg >= row->gap && reg < row->gap + (u32)WINDOW_GAP)
            return true;
    }
    return false;
}

static u32 depth_at(const Code *code, u32 word) {
    const PositionRow *row = code_position_at(code, word);
    return row ? row->depth : code->locals;
}

static inline void release_temporaries(Frame *frame, u32 word, u32 from, u32 depth) {
    if (depth == DEPTH_UNKNOWN) depth = depth_at(frame->code, word);
    for (u32 reg = depth; reg > from; reg--)
        if (!frame->code->window_count || !is_gap(frame->code, word, reg - 1)) decref(frame->r[reg - 1]);
}

static u32 word_of(const Frame *frame) {
    return (u32)(frame->pc - frame->code->insns) - 1;
}

void frame_release(VM *vm, Frame *frame, bool with_temporaries) {
    if (with_temporaries) release_temporaries(frame, word_of(frame), frame->code->locals, DEPTH_UNKNOWN);
    for (u32 i = 0; i < frame->code->locals; i++) replace(&frame->r[i], EMPTY);
}

static const ExceptionRow *find_row(const Code *code, u32 word) {
    for (u32 i = 0; i < code->exception_count; i++) {
        const ExceptionRow *row = &code->exceptions[i];
        if (word >= row->start && word < row->end) return row;
    }
    return NULL;
}

static void enter_handler(VM *vm, Frame *frame, const ExceptionRow *row, u32 word, u32 depth) {
    Value exception = take(&vm->exception);
    release_temporaries(frame, word, row->depth, depth);
    frame->r[row->depth] = exception;
    frame->r[row->depth + 1] = vm->handled;
    vm->handled = incref(exception);
    frame->pc = frame->code->insns + row->handler;
}

/* Release everything the frame holds while the exception is kept safe. */
static void release_frame(VM *vm, Frame *frame, u32 word, u32 depth) {
    Value exception = take(&vm->exception);
    if (frame->flags & FRAME_OBSERVED) frame_object_detach(vm, frame);
    release_temporaries(frame, word, frame->code->locals, depth);
    if (!traceback_keep_locals(vm, exception, frame))
        for (u32 i = 0; i < frame->code->locals; i++) replace(&frame->r[i], EMPTY);
    decref(vm->exception);
    vm->exception = exception;
}

/* The caller's register where the result would have gone. */
static Value *destination(Frame *caller) {
    return &caller->r[INSN_A(caller->pc[-1])];
}

/* The words that a frame's kind keeps below it, or in its caller, are released too. */
static void release_extras(Frame *frame) {
    Value *extra = (Value *)frame;
    switch (frame->kind) {
    case FRAME_BINARY:
    case FRAME_COMPARE:
    case FRAME_TEST:
        decref(extra[-2]); /* the operands: vm/steps_operator.c */
        decref(extra[-3]);
        break;
    case FRAME_INIT: replace(destination(frame->prev), EMPTY); break;
    default: break;
    }
}

void pop_frame(VM *vm, Frame *frame) {
    Frame *caller = frame->prev;
    Value function = frame->func;
    vm->frame = caller;
    if (caller && caller->flags & FRAME_HEAP) vm->generator_top = (Value *)frame - frame_extra_words(frame->kind);
    decref(function);
}

/* StopIteration from a __next__ that FOR entered ends the loop. */
static bool ends_loop(VM *vm, Frame *frame) {
    if (frame->kind != FRAME_ITER || !exception_matches(vm, EXC(StopIteration))) return false;
    if (UNLIKELY(vm->is_traced) && !trace_stop(vm, frame->prev)) return false;
    exception_clear(vm);
    replace(destination(frame->prev), EMPTY);
    return true;
}

typedef enum Leaving { LEAVE_ON, LEAVE_RUN, LEAVE_END } Leaving;

/* What was thrown into a coroutine leaves it: it counts as thrown into the one that waits for it, whose own
 * handled exception becomes the context. */
static void throw_outwards(VM *vm) {
    frame_coro(vm->frame)->was_thrown_into = true;
    Insn at = vm->frame->pc[-1];
    if (INSN_FLAGS(at) & F_HANDLER && vm->handled != EMPTY) exception_chain(vm->exception, vm->handled);
}

static Leaving leave_coro(VM *vm, Frame *frame) {
    Coro *coro = frame_coro(frame);
    coro_convert_stop(vm, coro);
    u8 kind = frame->kind;
    bool was_thrown = coro->was_thrown_into;
    coro_finish(vm, coro);
    if (UNLIKELY(was_thrown && kind == FRAME_AWAIT)) throw_outwards(vm);
    if (kind == FRAME_SEND) replace(destination(vm->frame), EMPTY);
    return kind == FRAME_C ? LEAVE_END : LEAVE_ON;
}

static Leaving leave_frame(VM *vm, Frame *frame) {
    if (frame->flags & FRAME_HEAP) return leave_coro(vm, frame);
    u8 kind = frame->kind;
    release_extras(frame);
    bool is_end_of_loop = ends_loop(vm, frame);
    pop_frame(vm, frame);
    if (is_end_of_loop) return LEAVE_RUN;
    return kind == FRAME_C ? LEAVE_END : LEAVE_ON;
}

static inline void add_entry(VM *vm, Frame *frame, u32 word) {
    Exception *e = to_exception(vm->exception);
    if (UNLIKELY(e->waiting_count == WAITING_ENTRIES || frame->flags & FRAME_OBSERVED))
        traceback_add(vm, vm->exception, frame->func, frame->code, word);
    else
        exception_add_waiting(e, frame->func, frame->code, word);
}

/* The window of the call that the frame came from lies on top of its caller's temporaries. */
static u32 depth_below(const Frame *frame) {
    if (frame->kind != FRAME_CALL) return DEPTH_UNKNOWN;
    return (u32)((const Value *)frame - frame->prev->r);
}

/* What __getattr__ raises tells which attribute was asked for, like any other failed look-up. */
static void complete_error(VM *vm, Frame *frame) {
    const Code *code = frame->code;
    if (frame->kind == FRAME_CALL || code->positional != 2 || to_tuple(code->cells)->count) return;
    if (frame->r[0] != EMPTY && is_str(frame->r[1])) attribute_error_complete(vm, frame->r[0], frame->r[1]);
}

bool unwind(VM *vm, bool silent, u32 depth) {
    for (;; silent = false) {
        Frame *frame = vm->frame;
        u32 word = word_of(frame);
        if (!silent && !(frame->code->flags & CODE_HIDDEN))
            add_entry(vm, frame, word);
        if (UNLIKELY(vm->is_traced) && !silent) trace_exception(vm);
        const ExceptionRow *row = find_row(frame->code, word);
        if (row) {
            enter_handler(vm, frame, row, word, depth);
            return true;
        }
        if (UNLIKELY(frame->code->name == NAME(__getattr__))) complete_error(vm, frame);
        if (UNLIKELY(vm->is_traced)) trace_unwind(vm);
        release_frame(vm, frame, word, depth);
        depth = depth_below(frame);
        Leaving leaving = leave_frame(vm, frame);
        if (leaving != LEAVE_ON) return leaving == LEAVE_RUN;
    }
}
