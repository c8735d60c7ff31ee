#include "vm/trace.h"

#include <stdlib.h>

#include "objects/exc.h"
#include "objects/frameobject.h"
#include "objects/native.h"
#include "objects/tuple.h"
#include "vm/interpreter.h"
#include "vm/interrupt.h"
#include "vm/threads.h"

/* ---- the functions of a thread ---- */

static Tracer *make_tracer(void) {
    Tracer *tracer = calloc(1, sizeof *tracer);
    if (tracer) tracer->trace = tracer->profile = EMPTY;
    return tracer;
}

Tracer *tracer_get(VM *vm) {
    if (!vm->tracer && !(vm->tracer = make_tracer())) raise_memory(vm);
    return vm->tracer;
}

static void forget_calls(Tracer *tracer) {
    while (tracer->call_count) decref(tracer->calls[--tracer->call_count].function);
}

void tracer_free(VM *vm, Tracer *tracer) {
    (void)vm;
    if (!tracer) return;
    forget_calls(tracer);
    replace(&tracer->trace, EMPTY);
    replace(&tracer->profile, EMPTY);
    free(tracer->calls);
    free(tracer);
}

static bool is_active(const Tracer *tracer) {
    return tracer->trace != EMPTY || tracer->profile != EMPTY;
}

/* What runs already is not told as beginning, and stale marks must not hide a beginning later. */
static void mark_frames(Frame *frame, bool is_traced) {
    for (; frame; frame = frame->prev) {
        if (is_traced) frame->flags |= FRAME_TRACED;
        else frame->flags &= (u8)~FRAME_TRACED;
    }
}

/* Gives whether the thread is traced from now on. */
static bool set_function(Tracer *tracer, bool is_profile, Value function, Frame *frame) {
    bool was_active = is_active(tracer);
    replace(is_profile ? &tracer->profile : &tracer->trace, incref(function));
    if (is_profile) forget_calls(tracer);
    if (is_active(tracer) != was_active) mark_frames(frame, !was_active);
    return is_active(tracer);
}

bool tracer_set(VM *vm, bool is_profile, Value function) {
    if (function == EMPTY && !vm->tracer) return true;
    if (!tracer_get(vm)) return false;
    vm->is_traced = set_function(vm->tracer, is_profile, function, vm->frame);
    vm_reset_dispatch(vm);
    return true;
}

bool tracer_set_everywhere(VM *vm, bool is_profile, Value function) {
    for (Thread *thread = vm->threads ? vm->threads->all : NULL; thread; thread = thread->next) {
        if (thread == vm->thread) continue;
        if (!thread->tracer && !(thread->tracer = make_tracer())) return raise_memory(vm) != FAIL;
        thread->is_traced = set_function(thread->tracer, is_profile, function, thread->frame);
    }
    return tracer_set(vm, is_profile, function);
}

Value tracer_call(VM *vm, Value function, Value arguments) {
    Tracer *tracer = vm->tracer;
    u32 busy = tracer ? tracer->busy : 0;
    if (tracer) tracer->busy = 0;
    Value result = call_with_tuple(vm, function, arguments, EMPTY);
    if (tracer) tracer->busy = busy;
    return result;
}

/* ---- telling ---- */

typedef enum Event { CALL, LINE, RETURN, EXCEPTION, OPCODE, C_CALL, C_RETURN, C_EXCEPTION } Event;

static Value event_name(VM *vm, Event event) {
    const Value names[] = {NAME(call),   NAME(line),   NAME(return),   NAME(exception),
                           NAME(opcode), NAME(c_call), NAME(c_return), NAME(c_exception)};
    return names[event];
}

static bool is_at_start(const Frame *frame) {
    u32 suspends = frame->code->flags & CODE_SUSPENDS ? 1 : 0;
    return (u32)(frame->pc - frame->code->insns) <= 1 + suspends;
}

/* The line of the instruction that a coroutine was suspended at. The innermost one has taken its next
 * instruction already, and maybe passed over the drop of what was sent. */
static u32 resumed_word(VM *vm, const Frame *frame) {
    u32 word = frame_word(frame);
    if (frame == vm->frame && word) word--;
    if (word && INSN_OP(frame->code->insns[word]) == OP_DROP) word--;
    return word;
}

static Value call_hook(VM *vm, Value hook, FrameObject *object, Event event, Value arg) {
    OWNED Value held = incref(hook);
    Tracer *tracer = vm->tracer;
    Value args[] = {from_object(object), event_name(vm, event), arg};
    tracer->busy++;
    object->event = (u8)(event + 1);
    Value result = object_call(vm, held, args, 3, EMPTY);
    object->event = 0;
    tracer->busy--;
    return result;
}

static bool tell_profiler(VM *vm, FrameObject *object, Event event, Value arg) {
    Tracer *tracer = vm->tracer;
    if (tracer->profile == EMPTY || event == LINE || event == OPCODE || event == EXCEPTION) return true;
    OWNED Value result = call_hook(vm, tracer->profile, object, event, arg);
    if (result != FAIL) return true;
    OWNED Value error = exception_take(vm);
    tracer_set(vm, true, EMPTY);
    exception_restore(vm, TAKE(error));
    return false;
}

static bool tell_tracer(VM *vm, FrameObject *object, Event event, Value arg) {
    Tracer *tracer = vm->tracer;
    if (tracer->trace == EMPTY || event >= C_CALL) return true;
    Value hook = event == CALL ? tracer->trace : object->trace;
    if (hook == EMPTY) return true;
    OWNED Value result = call_hook(vm, hook, object, event, arg);
    if (result == FAIL) {
        OWNED Value error = exception_take(vm);
        tracer_set(vm, false, EMPTY);
        replace(&object->trace, EMPTY);
        exception_restore(vm, TAKE(error));
        return false;
    }
    if (result != NONE) frame_object_set_trace(object, result);
    return true;
}

/* Nobody wants to hear of this frame. */
static bool is_unheard(VM *vm, const Frame *frame, Event event) {
    Tracer *tracer = vm->tracer;
    if (tracer->profile != EMPTY && event != LINE && event != OPCODE && event != EXCEPTION) return false;
    return tracer->trace == EMPTY || (event != CALL && !(frame->flags & FRAME_OBSERVED));
}

static bool tell(VM *vm, Frame *frame, Event event, Value arg) {
    if (!vm->is_traced || is_unheard(vm, frame, event)) return true;
    OWNED Value made = frame_object(vm, frame);
    if (made == FAIL) return false;
    FrameObject *object = (FrameObject *)made;
    return tell_profiler(vm, object, event, arg) && tell_tracer(vm, object, event, arg);
}

/* Tell of a place that is not where the frame is. */
static bool tell_shown(VM *vm, Frame *frame, FrameObject *object, Event event, Value arg, i32 line, u32 offset) {
    object->shown_line = line;
    object->shown_offset = offset;
    bool done = tell(vm, frame, event, arg);
    object->shown_line = -1;
    return done;
}

/* ---- beginning ---- */

static bool begin_frame(VM *vm, Frame *frame) {
    frame->flags |= FRAME_TRACED;
    OWNED Value made = frame_object(vm, frame);
    if (made == FAIL) return false;
    FrameObject *object = (FrameObject *)made;
    bool is_fresh = is_at_start(frame);
    u32 word = is_fresh ? 0 : resumed_word(vm, frame);
    i32 line = is_fresh ? code_entry_line(frame->code) : code_line(frame->code, word);
    object->last_line = is_fresh ? INT32_MIN : line;
    object->last_word = word;
    object->line_offset = is_fresh ? 0 : code_offset(frame->code, word);
    return tell_shown(vm, frame, object, CALL, NONE, line, object->line_offset);
}

static bool is_linked(const Frame *frame) {
    return frame->flags & FRAME_HEAP && (frame->kind == FRAME_AWAIT || frame->kind == FRAME_ANEXT);
}

/* Of a chain of coroutines that goes on, the outermost begins first. */
static bool begin_frames(VM *vm, Frame *innermost) {
    while (!(innermost->flags & FRAME_TRACED)) {
        Frame *frame = innermost;
        while (is_linked(frame) && !(frame->prev->flags & FRAME_TRACED)) frame = frame->prev;
        if (!begin_frame(vm, frame)) return false;
    }
    return true;
}

/* ---- lines ---- */

static bool is_jump(Insn insn) {
    u8 op = INSN_OP(insn);
    return (op >= OP_JUMP && op <= OP_JGEI) || op == OP_FOR || op == OP_FOR_RANGE || op == OP_FOR_LIST ||
           op == OP_FOR_NATIVE || op == OP_FOR_PAIR || op == OP_FOR_GENERATOR;
}

/* A line begins where the instruction that ran before is of another one, and anew with each turn of a loop. */
static bool tell_line(VM *vm, Frame *frame, FrameObject *object, i32 line, bool is_turn, u32 offset) {
    if (line <= 0) return true;
    bool begins = line != object->last_line || is_turn;
    object->last_line = line;
    object->line_offset = offset;
    if (!begins || !object->trace_lines) return true;
    return tell_shown(vm, frame, object, LINE, NONE, line, offset);
}

/* The lines without code that stand before the instruction. */
static bool trace_marks(VM *vm, Frame *frame, FrameObject *object, u32 word, bool is_turn) {
    const PositionRow *rows = code_positions(frame->code), *end = code_position_at(frame->code, word);
    if (!end || end->word != word) return true;
    const PositionRow *mark = end;
    while (mark > rows && mark[-1].word == word && !(is_turn && mark[-1].end_line == MARK_LOOP)) mark--;
    const Insn *pc = frame->pc;
    for (; mark < end && frame->pc == pc; mark++) {
        u32 offset = code_mark_offset(frame->code, (u32)(mark - rows));
        if (!tell_line(vm, frame, object, mark->line, false, offset)) return false;
    }
    return true;
}

/* Instructions without an end of their own belong to the line that ran before. */
static i32 own_line(const Frame *frame) {
    const PositionRow *row = code_position_at(frame->code, frame_word(frame));
    return row && row->end_line > 0 ? row->line : 0;
}

/* A jump back to the body of a loop, but not from the first test of a `while`, which was jumped to from before
 * the body. */
static bool begins_turn(const FrameObject *object, u32 word) {
    Insn insn = object->code->insns[object->last_word];
    if (word >= object->last_word || !is_jump(insn)) return false;
    bool is_first_test = INSN_OP(insn) < OP_FOR && INSN_OP(insn) != OP_JUMP && object->run_from + 1 == word;
    return !is_first_test;
}

static bool trace_line(VM *vm, Frame *frame) {
    OWNED Value made = frame_object(vm, frame);
    if (made == FAIL) return false;
    FrameObject *object = (FrameObject *)made;
    const Insn *pc = frame->pc;
    if (object->trace == EMPTY) return true;
    u32 word = frame_word(frame);
    bool is_turn = begins_turn(object, word);
    u32 straight = object->last_word + 1 + op_cache_words[INSN_OP(frame->code->insns[object->last_word])];
    if (word != straight) object->run_from = object->last_word;
    object->last_word = word;
    if (!trace_marks(vm, frame, object, word, is_turn)) return false;
    if (frame->pc == pc && !tell_line(vm, frame, object, own_line(frame), is_turn, code_offset(frame->code, word)))
        return false;
    if (object->trace_opcodes && frame->pc == pc) return tell(vm, frame, OPCODE, NONE);
    return true;
}

/* ---- leaving ---- */

static bool tell_exception(VM *vm, Frame *frame, Value exception) {
    if (is_unheard(vm, frame, EXCEPTION)) return true;
    Value traceback = exception_traceback(vm, exception);
    if (traceback == EMPTY) traceback = NONE;
    OWNED Value tuple = tuple_of(vm, 3, from_object(type_of(vm, exception)), exception, traceback);
    return tuple != FAIL && tell(vm, frame, EXCEPTION, tuple);
}

/* What awaits a coroutine or generator is told of its end by StopIteration. */
static bool tell_stop(VM *vm, Frame *frame, Value value) {
    if (is_unheard(vm, frame, EXCEPTION)) return true;
    OWNED Value arguments = value == NONE ? EMPTY : value;
    incref(arguments);
    OWNED Value stop = exception_make(vm, from_object(EXC(StopIteration)), arguments);
    if (stop == FAIL) return false;
    return tell_exception(vm, frame, stop);
}

/* The return at the end of a function has no line of its own: it is where it was. */
static bool tell_end(VM *vm, Frame *frame, Value value) {
    if (own_line(frame) > 0 || !(frame->flags & FRAME_OBSERVED)) return tell(vm, frame, RETURN, value);
    OWNED Value made = frame_object(vm, frame);
    if (made == FAIL) return false;
    FrameObject *object = (FrameObject *)made;
    i32 line = object->last_line > 0 ? object->last_line : frame->code->first_line;
    return tell_shown(vm, frame, object, RETURN, value, line, object->line_offset);
}

static bool tell_return(VM *vm, Frame *frame, Value value) {
    if (!(frame->flags & FRAME_TRACED) || value == EMPTY) return true;
    bool done = tell_end(vm, frame, value);
    frame->flags &= (u8)~FRAME_TRACED;
    if (done && is_linked(frame) && frame->kind == FRAME_AWAIT) return tell_stop(vm, frame->prev, value);
    return done;
}

bool trace_suspend(VM *vm, Value given) {
    if (vm->tracer->busy) return true;
    for (Frame *frame = vm->frame;; frame = frame->prev) {
        if (frame->flags & FRAME_TRACED && !tell(vm, frame, RETURN, given)) return false;
        frame->flags &= (u8)~FRAME_TRACED;
        if (!is_linked(frame)) return true;
    }
}

/* An async generator gives an item to the one that awaits it, or to whoever drives both. */
static bool give_item(VM *vm, Frame *frame, Value item) {
    if (frame->kind != FRAME_ANEXT) return trace_suspend(vm, item);
    bool done = tell(vm, frame, RETURN, item);
    frame->flags &= (u8)~FRAME_TRACED;
    return done && tell_stop(vm, frame->prev, item);
}

/* An exception takes the place of the instruction, which would have consumed the value. */
static bool drop_first(Insn insn, Value value) {
    if (INSN_FLAGS(insn) & F_FIRST) decref(value);
    return false;
}

static bool trace_leaving(VM *vm, Frame *frame, Insn insn) {
    Value a = frame->r[INSN_A(insn)], b;
    switch (INSN_OP(insn)) {
    case OP_RETURN: return tell_return(vm, frame, a) || drop_first(insn, a);
    case OP_RETURNV: return tell_return(vm, frame, (Value)(i64)INSN_BC(insn));
    case OP_YIELD:
        b = frame->r[INSN_B(insn)];
        return b == EMPTY || trace_suspend(vm, b) || drop_first(insn, b);
    case OP_AGYIELD:
        b = frame->r[INSN_B(insn)];
        return b == EMPTY || give_item(vm, frame, b) || drop_first(insn, b);
    default: return true;
    }
}

/* ---- calls of C functions ---- */

static bool push_call(VM *vm, Frame *frame, Value function) {
    Tracer *tracer = vm->tracer;
    if (tracer->call_count == tracer->call_capacity) {
        u32 capacity = tracer->call_capacity ? tracer->call_capacity * 2 : 16;
        NativeCall *calls = realloc(tracer->calls, capacity * sizeof *calls);
        if (!calls) return raise_memory(vm) != FAIL;
        tracer->calls = calls;
        tracer->call_capacity = capacity;
    }
    tracer->calls[tracer->call_count++] = (NativeCall){frame, incref(function)};
    return true;
}

/* The function that the frame has called has ended. */
static bool end_call(VM *vm, Frame *frame, Event event) {
    Tracer *tracer = vm->tracer;
    u32 at = tracer->call_count;
    while (at && tracer->calls[at - 1].caller != frame) at--;
    if (!at) return true;
    OWNED Value function = incref(tracer->calls[at - 1].function);
    while (tracer->call_count >= at) decref(tracer->calls[--tracer->call_count].function);
    return tell(vm, frame, event, function);
}

/* The C function in a call window, bound if it is a method; EMPTY if it is something else. */
static Value native_in_window(VM *vm, const Value *window, u32 gap, Insn insn) {
    bool is_method = INSN_OP(insn) == OP_CALLM || INSN_FLAGS(insn) & F_METHOD;
    if (is_method && *window == EMPTY) window += 1 + gap, gap = 0, is_method = false;
    if (!has_exact_kind(*window, KIND_NATIVE)) return EMPTY;
    Native *native = (Native *)to_object(*window);
    bool wants_self = native->spec->sort == NATIVE_METHOD && native->self == EMPTY;
    if (!wants_self) return incref(*window);
    if (INSN_OP(insn) == OP_CALLX || !INSN_B(insn)) return EMPTY;
    return native_new(vm, native->spec, window[1 + gap], EMPTY);
}

/* An exception takes the place of the call, which would have consumed its window. */
static bool drop_window(Frame *frame, Insn insn, u32 gap) {
    Value *window = &frame->r[INSN_A(insn)];
    u32 count = INSN_OP(insn) == OP_CALLX ? 1 + (INSN_C(insn) & 1) : INSN_B(insn);
    for (u32 i = 0; i < count; i++) decref(window[1 + gap + i]);
    decref(*window);
    return false;
}

static bool trace_call(VM *vm, Frame *frame, Insn insn) {
    u8 op = INSN_OP(insn);
    if (op != OP_CALL && op != OP_CALLM && op != OP_CALLKW && op != OP_CALLX) return true;
    u32 gap = INSN_FLAGS(insn) & F_COMPACT ? 0 : WINDOW_GAP;
    OWNED Value native = native_in_window(vm, &frame->r[INSN_A(insn)], gap, insn);
    if (native == EMPTY) return true;
    if (native == FAIL || !tell(vm, frame, C_CALL, native)) return drop_window(frame, insn, gap);
    return vm->tracer->profile == EMPTY || push_call(vm, frame, native);
}

/* ---- what the instruction loop asks ---- */

static bool is_silent(VM *vm, const Frame *frame) {
    return vm->tracer->busy || frame->code->flags & CODE_HIDDEN || frame->flags & FRAME_LEAVING;
}

bool trace_step(VM *vm, Insn insn) {
    if (vm->is_counting && --vm->turn == 0) threads_hand_over(vm);
    Frame *frame = vm->frame;
    const Insn *pc = frame->pc;
    if (!vm->is_traced || is_silent(vm, frame)) return true;
    if (vm->tracer->call_count && !end_call(vm, frame, C_RETURN)) return false;
    if (!begin_frames(vm, frame)) return false;
    if (vm->tracer->trace != EMPTY && frame->flags & FRAME_OBSERVED && !trace_line(vm, frame)) return false;
    if (!vm->is_traced || frame->pc != pc) return true;
    if (vm->tracer->profile != EMPTY && !trace_call(vm, frame, insn)) return false;
    return trace_leaving(vm, frame, insn);
}

void trace_exception(VM *vm) {
    Frame *frame = vm->frame;
    if (is_silent(vm, frame)) return;
    OWNED Value exception = exception_take(vm);
    if (vm->tracer->call_count && !end_call(vm, frame, C_EXCEPTION)) return;
    if (begin_frames(vm, frame) && tell_exception(vm, frame, exception)) exception_restore(vm, TAKE(exception));
}

bool trace_stop(VM *vm, Frame *frame) {
    if (is_silent(vm, frame)) return true;
    OWNED Value exception = exception_take(vm);
    vm->frame->flags |= FRAME_LEAVING;
    bool done = tell_exception(vm, frame, exception);
    if (done) exception_restore(vm, TAKE(exception));
    return done;
}

void trace_unwind(VM *vm) {
    Frame *frame = vm->frame;
    if (is_silent(vm, frame) || !(frame->flags & FRAME_TRACED)) return;
    OWNED Value exception = exception_take(vm);
    bool done = tell_end(vm, frame, NONE);
    frame->flags &= (u8)~FRAME_TRACED;
    if (done) exception_restore(vm, TAKE(exception));
}
