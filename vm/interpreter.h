/* The parts of the interpreter among themselves: the instruction loop, entering script functions,
 * resuming coroutines, unwinding.
 *
 * Script code never recurses on the C stack: a step that must run script code ENTERS it, by putting a
 * frame on top and returning EMPTY to the loop, which goes on in vm->frame. How the frame's result
 * is used is its `kind` (objects/frame.h). C code that needs the result at once makes a nested run.
 */
#ifndef APY_VM_INTERPRETER_H
#define APY_VM_INTERPRETER_H

#include "objects/frame.h"
#include "objects/vm.h"

/* ---- run.c: the loop ---- */

/* Run from vm->frame until the frame of kind FRAME_C below it ends. If an exception is set, it is raised at
 * vm->frame first. `sent`: EMPTY, or what the AWAIT at which vm->frame is suspended gets (coro_resume).
 * Result: the value returned; FAIL; for a coroutine EMPTY when it ended (value in vm->return_value), else
 * what it yielded. */
Value vm_run(VM *vm, Value sent);
/* Fill the dispatch table of a new VM. */
void vm_prepare_dispatch(VM *vm);

/* ---- call.c: entering functions ---- */

/* First free word of the value stack above the running frame. */
static inline Value *stack_top(VM *vm) {
    Frame *frame = vm->frame;
    if (UNLIKELY(!frame)) return vm->stack;
    return frame->flags & FRAME_HEAP ? vm->generator_top : frame->r + frame->code->registers;
}
/* Put a frame for the function on top, as `kind`; arguments borrowed. `extra` words below the frame are
 * left for the kind's own use (filled by the caller: frame_extra). NULL: an exception is set. Not for
 * code that suspends. */
Frame *enter_function(VM *vm, Function *function, const Value *args, u32 nargs, Value kwnames, u8 kind,
                      u32 extra);
static inline Value *frame_extra(Frame *frame, u32 extra) {
    return (Value *)frame - extra;
}
/* How many words below the frame its kind keeps. */
static inline u32 frame_extra_words(u8 kind) {
    return kind == FRAME_BINARY || kind == FRAME_COMPARE || kind == FRAME_TEST ? 3 : 0;
}
/* Call from the loop: the window at `window` holds callee, gap and arguments, all owned and consumed. The
 * result of the call, EMPTY when a frame was entered, FAIL. `names`: EMPTY or keyword names of the last. */
Value call_window(VM *vm, Value *window, u32 gap, u32 nargs, Value names);
/* The same for a window that METHOD prepared; nargs counts self. */
Value call_method_window(VM *vm, Value *window, u32 gap, u32 nargs, Value names);
/* The same for CALLX: positional arguments tuple and dict of keywords (or EMPTY) in the window. */
Value call_window_spread(VM *vm, Value *window, u32 gap, bool has_keywords);
Value call_function(VM *vm, Value function, Value *args, u32 nargs, Value kwnames);
/* Is it a script function that a frame can be entered for? */
static inline bool is_enterable(Value f) {
    return has_exact_kind(f, KIND_FUNCTION) &&
           !(((Function *)to_object(f))->code->flags & CODE_SUSPENDS);
}
bool check_depth(VM *vm, Frame *frame);

/* ---- bind.c: arguments to parameters ---- */

/* The arguments stand in out[0 ..), positional ones first; they are owned, and consumed whatever comes. They and the
 * defaults become the registers out[0 .. locals). There is room up to bind_room and for the keywords' values there. */
bool bind_arguments(VM *vm, const Function *function, Value *out, u32 nargs, Value kwnames);
static inline Value *bind_room(const Code *code, Value *out, u32 count) {
    return out + (count > code->registers ? count : code->registers);
}

/* ---- coro.c: resuming and suspending ---- */

Value coro_new(VM *vm, Function *function, u32 nregisters);
/* The coroutine that a plain call with `count` positional arguments makes, defaults for the rest: function and
 * arguments move out of the window, whatever comes. */
Value coro_from_window(VM *vm, Value *window, u32 gap, u32 count);
static inline Coro *frame_coro(Frame *frame) {
    return CONTAINER_OF(frame, Coro, f);
}
/* The coroutine that is driven from outside and on whose behalf this one runs: itself or, through a chain
 * of awaits, another. */
Coro *coro_root(Coro *coro);
bool coro_is_running(Coro *coro);
/* Make the coroutine ready to go on as `kind` on behalf of vm->frame (whose pc is saved): vm->frame becomes
 * the frame of its leaf. False with an exception if it is running or finished. Then either deliver a value
 * (coro_deliver) or set vm->exception, and run. */
bool coro_enter(VM *vm, Coro *coro, u8 kind);
/* The short way of coro_enter and coro_deliver for one that is suspended at a yield of its own, and alone. False, and
 * nothing is done: it is otherwise. */
bool coro_resume(VM *vm, Coro *coro, Value sent, u8 kind);
/* Give the value (borrowed) to the leaf in vm->frame. True: it can run; false: it waits for something that
 * is not a coroutine, so that its AWAIT must be done again with this value. */
bool coro_deliver(VM *vm, Value sent);
/* The coroutine of vm->frame awaits `inner`: vm->frame becomes the leaf of inner. False: exception. */
bool coro_delegate(VM *vm, Coro *self, Coro *inner);
/* The coroutine of vm->frame awaits the next item of an async generator, which gets `sent`. False: exception. */
bool coro_delegate_next(VM *vm, Coro *self, Coro *gen, Value sent);
/* An async generator (kind FRAME_ANEXT) gives the item (owned) to the one that awaits it: vm->frame. */
void coro_give(VM *vm, Coro *gen, Value item);

/* async_generator.c */
bool async_generator_begin(VM *vm, Coro *gen); /* before its first use: hooks */
/* The generator of an asend() that has not begun (it has now), and what it is to get; NULL: resume it as any object. */
Coro *asend_begin(VM *vm, Value asend, Value *sent);
void asend_end(Value asend);
/* Close what awaits the next item: `awaited` is the generator itself or an asend() of it. */
bool anext_close(VM *vm, Value gen, Value awaited);

/* The frame of this coroutine suspends: vm->frame becomes the resumer's. Returns the root, whose f.kind says
 * how the value is to be delivered. `handler`: register of the outermost handler, or -1. */
Coro *coro_suspend(VM *vm, Coro *self);
/* The frame of this coroutine has ended (locals released); unlink it. */
void coro_finish(VM *vm, Coro *coro);
/* The same for one that another awaits, or that FOR drives, by the reference in `*owner`, which gives way to
 * `result`. */
void coro_finish_inner(VM *vm, Coro *coro, Value *owner, Value result);
/* A step of waiting for something that is not a coroutine: a value to yield; EMPTY with vm->return_value;
 * FAIL. */
Value await_step(VM *vm, Value awaited, Value sent);
/* The same for a future (objects/future.h). */
Value await_future(VM *vm, Value future);
/* As await_step, for throw(): */
Value await_throw(VM *vm, Value awaited, Value exception);

/* Nested runs, for C: see Hooks. */
Value coro_send(VM *vm, Coro *coro, Value sent);
Value coro_next(VM *vm, Coro *coro); /* coro_send of None */
Value coro_throw(VM *vm, Coro *coro, Value exception);
/* Raise what is thrown into the suspended leaf that is vm->frame. Its context is what the leaf itself
 * handles, not what the thrower does; when it leaves the leaf, what the one outside handles, and so on. */
Value coro_raise(VM *vm, Value exception);
bool coro_close(VM *vm, Coro *coro);
/* The same; gives what a generator that catches the GeneratorExit returns, else None. */
Value coro_close_value(VM *vm, Coro *coro);
/* An exception leaves the frame of a coroutine: StopIteration becomes RuntimeError (PEP 479). */
void coro_convert_stop(VM *vm, Coro *coro);
const char *coro_word(Coro *coro); /* "generator", "coroutine", "async generator" */

/* ---- unwind.c ---- */

/* The exception in vm->exception leaves the instruction before frame->pc. Finds the handler, leaving frames
 * on the way: true: go on at vm->frame; false: the nested run ends with the exception. `silent`: no
 * traceback entry for the first frame (re-raise). `depth`: where its live temporaries end, if the caller
 * knows; else DEPTH_UNKNOWN. */
enum { DEPTH_UNKNOWN = UINT16_MAX };
bool unwind(VM *vm, bool silent, u32 depth);
/* Pop a frame whose registers are released: vm->frame becomes its caller's; `func` is released. */
void pop_frame(VM *vm, Frame *frame);
/* Release locals and live temporaries of a frame that is left or dropped. */
void frame_release(VM *vm, Frame *frame, bool with_temporaries);

/* ---- cache.c: access that fills inline caches; results owned ----
 *
 * `at` is the instruction, whose two cache words follow. */

Value cached_getattr(VM *vm, Insn *at, Value object, Value name);
bool cached_setattr(VM *vm, Insn *at, Value object, Value name, Value value);
/* Fill the window for a method call (see METHOD): true, or false with an exception. */
bool cached_method(VM *vm, Insn *at, Value object, Value name, Value *callee, Value *self);
/* `namespace` EMPTY: globals and builtins only. */
Value cached_global(VM *vm, Insn *at, Function *function, Value name, Value namespace);
bool cached_set_global(VM *vm, Insn *at, Value namespace, Value name, Value value);

/* ---- steps: slow halves of instructions ---- */

/* operator steps: EMPTY when a frame was entered */
Value step_binary(VM *vm, u8 op, Value a, Value b, bool inplace);
/* `name += text` of a global or in a module: the next instruction will store the sum under the name, which holds the
 * long text that the register has, and nobody else does. So the text can grow in place, or a loop of them would cost
 * its square. The sum is owned, and stands under the name already; EMPTY: it is otherwise. */
static inline bool is_append_to_name(Insn next, u16 reg, Value text) {
    u8 op = INSN_OP(next);
    bool stores = op == OP_SETNAME || op == OP_SETNAME_MODULE || op == OP_SETGLOBAL || op == OP_SETGLOBAL_MODULE;
    return stores && INSN_B(next) == reg && INSN_FLAGS(next) & F_FIRST && to_object(text)->rc == 2;
}
Value step_append_to_name(VM *vm, Insn next, Value namespace, Value name, Value text, Value more);
Value step_compare(VM *vm, CompareOp op, Value a, Value b, u8 kind);
Value step_getitem(VM *vm, Value container, Value key);
/* container[start:stop:step], the bounds as for SLICE; NOT_IMPLEMENTED, with nothing done: it must be asked with a
 * slice object. */
Value step_slice(VM *vm, Value container, const Value *given, u32 which);
/* The same for container[start:stop] = items. Items that the instruction consumes may change meanwhile. */
Value step_set_slice(VM *vm, Value container, const Value *given, u32 which, Value items, bool is_consumed);
bool step_setitem(VM *vm, Value container, Value key, Value value); /* EMPTY: delete */
bool step_setattr(VM *vm, Value object, Value name, Value value);   /* EMPTY: delete */
Value step_unary(VM *vm, u8 op, Value operand);
Value step_contains(VM *vm, Value container, Value item, bool is_inverted);
/* What a frame with FRAME_TRUTH gave (owned), as a bool; FAIL. */
Value finish_contains(VM *vm, u8 flags, Value owned);
/* The next item; EMPTY: at the end, or a frame was entered (vm->frame has changed). */
Value step_next(VM *vm, Value iterator);
/* A frame of kind FRAME_BINARY, FRAME_COMPARE or FRAME_TEST returned `result` (owned); the caller is
 * vm->frame. FAIL, or anything else: go on in vm->frame. */
Value finish_operator(VM *vm, Frame *caller, u8 kind, Value *extra, Value result);

Value step_mapping_get(VM *vm, Value mapping, Value name); /* EMPTY: not there */
Value step_global(VM *vm, Function *function, Value name);
/* The instruction `insn` with that name and constant in the place of those that its fields tell. */
bool step_wide(VM *vm, Frame *frame, Insn insn, u32 name, u32 constant);
bool step_delete_name(VM *vm, Value namespace, Value name);
bool step_unpack(VM *vm, Value source, Value *out, u32 count);
bool step_unpack_ex(VM *vm, Value source, Value *out, u32 before, u32 after);
Value step_function(VM *vm, Frame *frame, Value code, Value *parts, u32 which);
Value step_intrinsic(VM *vm, Frame *frame, u32 which, Value *args);
u32 intrinsic_arguments(u32 which);
bool step_with_enter(VM *vm, Value manager, bool is_async, Value *exit, Value *enter, Value *self);
Value step_awaitable(VM *vm, Value v, u32 context);
Value step_yield_iterator(VM *vm, Value v, bool in_coroutine);
Value step_aiter(VM *vm, Value v);
Value step_anext(VM *vm, Value v);
int step_exception_matches(VM *vm, Value exception, Value type);
bool step_group_match(VM *vm, Value *rest, Value *type_then_match);
void step_raise(VM *vm, Value exception, Value cause); /* EMPTY: re-raise; no cause */
Value step_import(VM *vm, Value name, Value level_and_list);
Value step_import_from(VM *vm, Value module, Value name);
bool import_star(VM *vm, Value module, Value namespace);
Value step_match_keys(VM *vm, Value subject, Value keys);
Value step_match_class(VM *vm, Value subject, Value type, Value names, i64 positional);
/* "module.f()" as messages name what is called. */
Value step_callee_name(VM *vm, Value callee);
bool step_dict_merge(VM *vm, Value dict, Value other, Value callee);
bool step_dict_update(VM *vm, Value dict, Value other);
bool step_list_extend(VM *vm, Value list, Value iterable);
bool step_set_update(VM *vm, Value set, Value iterable);
Value raise_unbound_local(VM *vm, Frame *frame, u32 reg);
Value raise_unbound_free(VM *vm, Frame *frame, u32 index);
Value raise_name(VM *vm, Value name);

#endif
