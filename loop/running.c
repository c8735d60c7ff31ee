/* A loop that runs: its built-in code, turns, and what must be so while it runs. */
#include <math.h>

#include "loop/deadlock.h"
#include "loop/poll.h"
#include "loop/state.h"
#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/float.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/interpreter.h"

/* ---- the code ---- */

enum { RUNNER_WORDS = 6 };

static bool fill_code(VM *vm, Code *code) {
    const Insn words[RUNNER_WORDS] = {
        INSN_MAKE_BC(OP_LOOPSTEP, 0, 0, 1), /* to stop: to the return */
        INSN_MAKE_BC(OP_JUMP, 0, 0, -2),
        INSN_MAKE_BC(OP_RETURNV, 0, 0, (i32)NONE),
        INSN_MAKE(OP_LOOPCATCH, 0, 1, 0, 0),
        INSN_MAKE_BC(OP_JUMP, 0, 0, -5),
        INSN_MAKE(OP_NOP, 0, 0, 0, 0),
    };
    code->insns = code_array(vm, RUNNER_WORDS, sizeof(Insn));
    code->exceptions = code_array(vm, 1, sizeof(ExceptionRow));
    if (!code->insns || !code->exceptions) return false;
    memcpy(code->insns, words, sizeof words);
    code->exceptions[0] = (ExceptionRow){.start = 0, .end = 2, .handler = 3, .depth = 1};
    code->insn_count = RUNNER_WORDS;
    code->exception_count = 1;
    code->registers = 3;
    code->locals = code->parameters = code->positional = code->local_names = 1;
    code->signature = 1;
    code->flags = CODE_OPTIMIZED | CODE_NEWLOCALS | CODE_HIDDEN;
    return true;
}

static bool set_text(VM *vm, Value *slot, const char *text) {
    Value s = str_intern_text(vm, text);
    if (s == FAIL) return false;
    replace(slot, s);
    return true;
}

static Value make_runner(VM *vm) {
    OWNED Value code = TRY(code_new(vm));
    Code *c = (Code *)to_object(code);
    CHECK(fill_code(vm, c) && set_text(vm, &c->name, "run_forever") &&
          set_text(vm, &c->qualname, "run_forever") && set_text(vm, &c->filename, "<event loop>"));
    OWNED Value name = TRY(str_intern_text(vm, "loop"));
    Value names = TRY(tuple_of(vm, 1, name));
    replace(&c->variables, names);
    replace(&c->cells, incref(vm->empty_tuple));
    replace(&c->free_names, incref(vm->empty_tuple));
    OWNED Value globals = TRY(dict_new(vm));
    return function_new(vm, c, globals);
}

/* ---- turns ---- */

/* Nanoseconds until the first timer. */
static i64 time_left(VM *vm, Loop *loop) {
    double left = (loop->timers[0].when - loop_time(vm, loop)) * 1e9;
    if (!(left > 0)) return 0;
    const double day = 24 * 3600 * 1e9;
    return (i64)ceil((left < day ? left : day) - 1e-3);
}

/* A selector that the script has put in place of the loop's own: asked as CPython would, its events handed to
 * _process_events. timeout: nanoseconds, -1 is no end. */
static bool ask_selector(VM *vm, Loop *loop, Value selector, i64 timeout) {
    OWNED Value seconds = timeout < 0 ? NONE : timeout ? float_new(vm, (double)timeout / 1e9) : from_small(0);
    OWNED Value held = incref(selector);
    OWNED Value events = seconds == FAIL ? FAIL : call_method_1(vm, held, NAME(select), seconds);
    if (events == FAIL) return false;
    OWNED Value done = call_method_1(vm, from_object(loop), NAME(_process_events), events);
    return done != FAIL;
}

bool loop_begin_turn(VM *vm, Loop *loop) {
    if (loop->timer_count) loop_compact_timers(vm, loop);
    i64 timeout = 0;
    Value selector = loop->dict == EMPTY ? EMPTY : dict_get_str(vm, to_dict(loop->dict), NAME(_selector));
    if (UNLIKELY(selector != EMPTY)) {
        if (!loop->count && !loop->is_stopping) timeout = loop->timer_count ? time_left(vm, loop) : -1;
        return ask_selector(vm, loop, selector, timeout) && loop_move_timers(vm, loop);
    }
    if (!loop->count && !loop->is_stopping) {
        timeout = loop->timer_count ? time_left(vm, loop) : -1;
        if (timeout < 0 && deadlock_is_certain(vm, loop)) return deadlock_raise(vm, loop), false;
    }
    if ((timeout || loop->poll) && !poll_turn(vm, loop, timeout)) return false;
    return loop_move_timers(vm, loop);
}

/* ---- running ---- */

static bool check_can_run(VM *vm, Loop *loop) {
    if (!loop_check_open(vm, loop)) return false;
    if (loop->is_running) raise_runtime(vm, "This event loop is already running");
    else if (vm->loop != EMPTY) raise_runtime(vm, "Cannot run the event loop while another loop is running");
    else return true;
    return false;
}

bool loop_check_not_running(VM *vm, Loop *loop) {
    return check_can_run(vm, loop);
}

typedef struct Outside {
    Value firstiter, finalizer;
} Outside;

/* Async generators that are used first while the loop runs belong to it. */
static bool set_generator_hooks(VM *vm, Loop *loop, Outside *outside) {
    Value self = from_object(loop);
    OWNED Value firstiter = object_getattr_text(vm, self, "_asyncgen_firstiter_hook");
    OWNED Value finalizer = object_getattr_text(vm, self, "_asyncgen_finalizer_hook");
    if (firstiter == FAIL || finalizer == FAIL) return false;
    *outside = (Outside){vm->asyncgen_firstiter, vm->asyncgen_finalizer};
    vm->asyncgen_firstiter = TAKE(firstiter);
    vm->asyncgen_finalizer = TAKE(finalizer);
    return true;
}

static void restore_generator_hooks(VM *vm, Outside *outside) {
    replace(&vm->asyncgen_firstiter, outside->firstiter);
    replace(&vm->asyncgen_finalizer, outside->finalizer);
}

static Value find_runner(VM *vm) {
    AsyncState *state = async_state(vm);
    if (!state) return FAIL;
    if (state->runner == EMPTY) {
        Value runner = make_runner(vm);
        if (runner == FAIL) return FAIL;
        state->runner = runner;
    }
    return state->runner;
}

bool loop_run_turn(VM *vm, Loop *loop) {
    Value runner = find_runner(vm);
    if (runner == FAIL) return false;
    OWNED Value self = incref(from_object(loop));
    bool was_stepping = loop->is_stepping;
    loop->is_stepping = true;
    loop->has_turned = false;
    Value result = call_function(vm, runner, &self, 1, EMPTY);
    loop->is_stepping = was_stepping;
    return result != FAIL;
}

/* The turns of a script class that makes them itself. */
static Value run_own_turns(VM *vm, Value self) {
    do {
        OWNED Value done = TRY(call_method_0(vm, self, NAME(_run_once)));
    } while (!to_loop(self)->is_stopping);
    return NONE;
}

enum { DEBUG_STACK_DEPTH = 10 };

bool loop_run_forever(VM *vm, Loop *loop) {
    if (!check_can_run(vm, loop)) return false;
    loop_note_replaced(vm, loop);
    Value runner = find_runner(vm);
    if (runner == FAIL) return false;
    Outside outside;
    if (!set_generator_hooks(vm, loop, &outside)) return false;
    OWNED Value self = incref(from_object(loop));
    vm->loop = incref(self);
    loop->is_running = true;
    loop->thread = vm->thread;
    u32 depth_outside = vm->coroutine_origin_depth;
    if (loop->is_debug) vm->coroutine_origin_depth = DEBUG_STACK_DEPTH;
    Value result = loop->has_own_turns ? run_own_turns(vm, self) : call_function(vm, runner, &self, 1, EMPTY);
    loop->is_running = loop->is_stopping = loop->has_turned = false;
    loop->batch = 0;
    vm->coroutine_origin_depth = depth_outside;
    loop->thread = NULL;
    OWNED Value error = exception_take(vm);
    replace(&vm->loop, EMPTY);
    restore_generator_hooks(vm, &outside);
    if (result == FAIL) exception_restore(vm, TAKE(error));
    return result != FAIL;
}
