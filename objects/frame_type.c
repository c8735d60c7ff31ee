/* The attributes and methods of frame objects. */
#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/frame_jump.h"
#include "objects/native.h"

static FrameObject *to_frame_object(Value v) {
    return (FrameObject *)v;
}

GETTER(frame, f_code) {
    return incref(from_object(to_frame_object(self)->code));
}

GETTER(frame, f_globals) {
    return incref(((Function *)to_frame_object(self)->function)->globals);
}

GETTER(frame, f_builtins) {
    return incref(((Function *)to_frame_object(self)->function)->builtins);
}

/* Return the mapping used by the frame to look up local variables. */
GETTER(frame, f_locals) {
    FrameObject *object = to_frame_object(self);
    bool is_hidden = object->frame && frame_has_hidden_locals(object->frame);
    if (object->code->flags & CODE_OPTIMIZED || is_hidden) return frame_locals_proxy(vm, object);
    return frame_object_locals(vm, object);
}

GETTER(frame, f_back) {
    FrameObject *object = to_frame_object(self);
    if (!object->frame) return field_get(object->back);
    Frame *caller = frame_caller(object->frame);
    return caller ? frame_object(vm, caller) : NONE;
}

GETTER(frame, f_lineno) {
    FrameObject *object = to_frame_object(self);
    if (object->shown_line >= 0) return from_small(object->shown_line);
    if (object->frame) return from_small(frame_line(object->frame));
    return from_small(object->line ? object->line
                                   : code_line(object->code, object->word));
}

SETTER(frame, f_lineno) {
    return frame_jump(vm, to_frame_object(self), value);
}

GETTER(frame, f_lasti) {
    FrameObject *object = to_frame_object(self);
    if (object->shown_line >= 0) return from_small(object->shown_offset);
    if (!object->frame) return from_small(2 * (i64)object->word);
    u32 word = frame_word(object->frame);
    return from_small(object->event ? code_offset(object->code, word) : 2 * word);
}

GETTER(frame, f_trace) {
    return field_get(to_frame_object(self)->trace);
}

SETTER(frame, f_trace) {
    frame_object_set_trace(to_frame_object(self), value == NONE ? EMPTY : value);
    return true;
}

static bool set_flag(VM *vm, Value value, bool *flag) {
    if (!is_bool(value))
        return raise_type(vm, "attribute value type must be bool") != FAIL;
    *flag = value == TRUE;
    return true;
}

GETTER(frame, f_trace_lines) {
    return from_bool(to_frame_object(self)->trace_lines);
}

SETTER(frame, f_trace_lines) {
    return set_flag(vm, value, &to_frame_object(self)->trace_lines);
}

GETTER(frame, f_trace_opcodes) {
    return from_bool(to_frame_object(self)->trace_opcodes);
}

SETTER(frame, f_trace_opcodes) {
    return set_flag(vm, value, &to_frame_object(self)->trace_opcodes);
}

/* Clear all references held by the frame. */
METHOD(frame, clear, "($self, /)") {
    FrameObject *object = to_frame_object(args[0]);
    if (!object->frame) {
        replace(&object->locals, EMPTY);
        return NONE;
    }
    bool is_heap = object->frame->flags & FRAME_HEAP;
    Coro *coro = is_heap ? CONTAINER_OF(object->frame, Coro, f) : NULL;
    if (!coro || coro->state == CORO_RUNNING)
        return raise_runtime(vm, "cannot clear an executing frame");
    if (coro->state == CORO_SUSPENDED)
        return raise_runtime(vm, "cannot clear a suspended frame");
    Value owner = from_object(coro);
    if (coro->h.shape->type->slots.finalize) coro->h.shape->type->slots.finalize(vm, owner);
    CHECK(vm->hooks.coro_close(vm, coro));
    return NONE;
}
