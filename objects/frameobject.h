/* Frame objects: what programs see of a Frame (sys._getframe, tb_frame, gi_frame).
 *
 * They are made on demand. While its Frame runs or is suspended the object points to it,
 * and there is one object per Frame: a side table in the VM finds it, the flag
 * FRAME_OBSERVED says that it is worth looking. When such a Frame ends, the VM calls
 * frame_object_detach, which copies the locals. A traceback entry whose Frame nobody
 * observed gets an object without locals.
 */
#ifndef APY_OBJECTS_FRAMEOBJECT_H
#define APY_OBJECTS_FRAMEOBJECT_H

#include "objects/frame.h"
#include "objects/vm.h"

typedef struct FrameObject {
    Obj h;
    Frame *frame;   /* NULL: it has ended */
    Value function; /* the Function */
    Code *code;     /* owned */
    Value locals;   /* after its end: a dict or mapping; EMPTY: unknown */
    Value extra;    /* names set in f_locals that are no variables: dict or EMPTY */
    Value replaced; /* list of values that variables had before f_locals was written, or
                       EMPTY */
    Value back;     /* after its end: the caller's frame object or EMPTY */
    Value trace;    /* f_trace or EMPTY */
    u32 word;       /* after its end: of the last instruction */
    i32 line;       /* the line when that is not known by the word, else 0 */
    bool trace_lines, trace_opcodes;
    /* for vm/trace.c: */
    bool is_kept;    /* it has a trace function: the Frame owns it */
    u8 event;        /* what a trace function is being told: 1 call, 2 line, ...; 0 nothing */
    i32 shown_line;  /* f_lineno while something is told that is not where the frame is; else -1 */
    u32 shown_offset; /* and f_lasti */
    u32 last_word;   /* where it was when it last was looked at, */
    u32 run_from;    /* and from where it had come to the straight run before that */
    i32 last_line;   /* the line that runs, */
    u32 line_offset; /* and its f_lasti */
} FrameObject;

static inline bool is_frame(Value v) {
    return has_kind(v, KIND_FRAME);
}
/* The object of a Frame. */
Value frame_object(VM *vm, Frame *frame);
/* Set f_trace (borrowed; EMPTY: none). */
void frame_object_set_trace(FrameObject *object, Value function);
/* Its Frame ends: copy what is in it. Called before the registers are released. Keeps the
 * exception that is being raised; if memory is out, the object has no locals. */
void frame_object_detach(VM *vm, Frame *frame);
/* An object for a call that is over: function and the word where it was; locals owned or
 * EMPTY. */
Value frame_object_dead(VM *vm, Value function, Code *code, u32 word, Value owned_locals);

/* The VM ends: the side table, which is empty by then. */
void frame_objects_close(VM *vm);

/* Does the frame of a module or class run a comprehension, whose variables are then its locals? */
bool frame_has_hidden_locals(const Frame *frame);
/* What locals() gives: of a function a new dict, else the namespace itself. */
Value frame_locals(VM *vm, Frame *frame);
/* What a frame object's f_locals holds now: a dict (owned). */
Value frame_object_locals(VM *vm, FrameObject *object);
/* The mapping that reads and writes the variables of a function's frame. */
Value frame_locals_proxy(VM *vm, FrameObject *object);
/* As frame_locals, from registers that were moved elsewhere. */
Value frame_locals_from(VM *vm, const Code *code, Value function, const Value *registers);
/* Who called or resumed it: NULL for the outermost and for a suspended coroutine. */
Frame *frame_caller(Frame *frame);
/* The innermost frame that programs see; NULL: none. */
Frame *frame_current(VM *vm);
/* The word of the instruction that is running or suspended. */
static inline u32 frame_word(const Frame *frame) {
    return frame->pc > frame->code->insns ? (u32)(frame->pc - frame->code->insns) - 1 : 0;
}
/* The line of that instruction; of code without lines, its first one. */
i32 frame_line(const Frame *frame);
/* The line of a word. */
i32 code_line(const Code *code, u32 word);

#endif
