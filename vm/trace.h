/* sys.settrace and sys.setprofile: functions of the program that are told what runs.
 *
 * While a thread has one, its dispatch table leads every instruction to one handler (run.c), which asks
 * trace_step before the instruction runs; nothing is paid for it at other times, but for a test where an
 * exception leaves an instruction and where a coroutine suspends slowly. The events, their order and their
 * lines are those of CPython, though the instructions are not.
 *
 * A frame whose beginning has been told has FRAME_TRACED, and so has every frame that ran already when the
 * function was set. What else is known of a frame is in its frame object, which lives as long as the frame
 * once it has a trace function of its own.
 */
#ifndef APY_VM_TRACE_H
#define APY_VM_TRACE_H

#include "objects/frame.h"
#include "objects/vm.h"

/* A call of a C function that the profiler knows to have begun. */
typedef struct NativeCall {
    Frame *caller;
    Value function; /* owned */
} NativeCall;

typedef struct Tracer {
    Value trace, profile; /* of the thread, owned; EMPTY: none */
    u32 busy;             /* such a function runs: nothing is told */
    NativeCall *calls;    /* innermost last */
    u32 call_count, call_capacity;
} Tracer;

/* The running thread's, made when there is none. NULL: MemoryError. */
Tracer *tracer_get(VM *vm);
/* Set (or with EMPTY unset) a function; borrowed. */
bool tracer_set(VM *vm, bool is_profile, Value function);
/* The same in all threads. */
bool tracer_set_everywhere(VM *vm, bool is_profile, Value function);
/* Call with a tuple of arguments, telling what runs even inside a trace function. */
Value tracer_call(VM *vm, Value function, Value arguments);
void tracer_free(VM *vm, Tracer *tracer);

/* `insn` (vm->frame's pc is behind it) is about to run. False: an exception instead of it. The pc has
 * changed when the program wants to go on elsewhere. */
bool trace_step(VM *vm, Insn insn);
/* vm->frame, a coroutine's, suspends with the value. False: an exception instead. */
bool trace_suspend(VM *vm, Value given);
/* vm->exception came up in vm->frame; another may take its place. */
void trace_exception(VM *vm);
/* vm->exception, StopIteration, ends a loop in the frame. False: another has come up in its place. */
bool trace_stop(VM *vm, Frame *frame);
/* vm->exception leaves vm->frame. */
void trace_unwind(VM *vm);

#endif
