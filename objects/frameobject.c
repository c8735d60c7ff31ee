/* Frame objects: the side table that keeps one per Frame, locals, and what is left of a
 * frame that has ended. Attributes: frame_type.c. */
#include "objects/frameobject.h"
#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* ---- the side table: few frames are observed at a time, so a short list does ---- */

typedef struct Observed {
    FrameObject **objects; /* borrowed: an object leaves the list when it dies */
    u32 count, capacity;
} Observed;

static FrameObject *find(VM *vm, const Frame *frame) {
    Observed *observed = vm->frame_objects;
    for (u32 i = observed ? observed->count : 0; i-- > 0;)
        if (observed->objects[i]->frame == frame) return observed->objects[i];
    return NULL;
}

static bool make_room(VM *vm, Observed *observed) {
    if (observed->count < observed->capacity) return true;
    u32 more = observed->capacity ? observed->capacity * 2 : 16;
    FrameObject **objects =
        heap_raw_resize(&vm->heap, observed->objects,
                        observed->capacity * sizeof *objects, more * sizeof *objects);
    if (!objects) return false;
    observed->objects = objects;
    observed->capacity = more;
    return true;
}

static bool remember(VM *vm, FrameObject *object) {
    Observed *observed = vm->frame_objects;
    if (!observed) {
        observed = vm->frame_objects = heap_raw_alloc(&vm->heap, sizeof *observed);
        if (!observed) return false;
        *observed = (Observed){0};
    }
    if (!make_room(vm, observed)) return false;
    observed->objects[observed->count++] = object;
    object->frame->flags |= FRAME_OBSERVED;
    return true;
}

static void forget(VM *vm, FrameObject *object) {
    Observed *observed = vm->frame_objects;
    for (u32 i = observed ? observed->count : 0; i-- > 0;) {
        if (observed->objects[i] != object) continue;
        observed->objects[i] = observed->objects[--observed->count];
        break;
    }
    object->frame->flags &= (u8)~FRAME_OBSERVED;
    object->frame = NULL;
}

void frame_objects_close(VM *vm) {
    Observed *observed = vm->frame_objects;
    if (!observed) return;
    heap_raw_free(&vm->heap, observed->objects, observed->capacity * sizeof(FrameObject *));
    heap_raw_free(&vm->heap, observed, sizeof *observed);
    vm->frame_objects = NULL;
}

/* ---- life ---- */

static FrameObject *make(VM *vm, Value function, Code *code) {
    FrameObject *object = (FrameObject *)object_new(vm, EXC(frame));
    if (!object) return NULL;
    object->frame = NULL;
    object->function = incref(function);
    object->code = (Code *)to_object(incref(from_object(code)));
    object->locals = object->back = object->trace = EMPTY;
    object->extra = object->replaced = EMPTY;
    object->word = 0;
    object->line = 0;
    object->trace_lines = true;
    object->trace_opcodes = object->is_kept = false;
    object->event = 0;
    object->shown_line = -1;
    object->last_word = object->line_offset = object->run_from = 0;
    object->last_line = 0;
    return object;
}

Value frame_object(VM *vm, Frame *frame) {
    FrameObject *object = frame->flags & FRAME_OBSERVED ? find(vm, frame) : NULL;
    if (object) return incref(from_object(object));
    object = make(vm, frame->func, frame->code);
    if (!object) return FAIL;
    object->frame = frame;
    if (remember(vm, object)) return from_object(object);
    object->frame = NULL;
    decref(from_object(object));
    return raise_memory(vm);
}

Value frame_object_dead(VM *vm, Value function, Code *code, u32 word,
                        Value owned_locals) {
    FrameObject *object = make(vm, function, code);
    if (!object) {
        decref(owned_locals);
        return FAIL;
    }
    object->word = word;
    object->locals = owned_locals;
    return from_object(object);
}

/* What a program may still ask of a frame that has ended. */
static void copy_state(VM *vm, FrameObject *object, Frame *frame) {
    object->word = frame_word(frame);
    Value locals = frame_object_locals(vm, object);
    if (locals == FAIL)
        exception_clear(vm);
    else
        replace(&object->locals, locals);
    Frame *caller = frame_caller(frame);
    Value back = caller ? frame_object(vm, caller) : EMPTY;
    if (back == FAIL)
        exception_clear(vm);
    else
        replace(&object->back, back);
}

void frame_object_detach(VM *vm, Frame *frame) {
    FrameObject *object = find(vm, frame);
    frame->flags &= (u8)~FRAME_OBSERVED;
    if (!object) return;
    Value pending = exception_take(vm);
    copy_state(vm, object, frame);
    forget(vm, object);
    if (object->is_kept) {
        object->is_kept = false;
        decref(from_object(object));
    }
    exception_restore(vm, pending);
}

void frame_object_set_trace(FrameObject *object, Value function) {
    if (function != EMPTY && object->trace == EMPTY && object->frame && object->last_line != INT32_MIN) {
        object->last_word = frame_word(object->frame);
        object->last_line = frame_line(object->frame);
    }
    replace(&object->trace, incref(function));
    if (function == EMPTY || object->is_kept || !object->frame) return;
    object->is_kept = true;
    incref(from_object(object));
}

static void clear_frame(VM *vm, Obj *self) {
    FrameObject *object = (FrameObject *)self;
    replace(&object->locals, EMPTY);
    replace(&object->extra, EMPTY);
    replace(&object->replaced, EMPTY);
    replace(&object->back, EMPTY);
    replace(&object->trace, EMPTY);
}

static void free_frame(VM *vm, Obj *self) {
    FrameObject *object = (FrameObject *)self;
    if (object->frame) forget(vm, object);
    clear_frame(vm, self);
    replace(&object->function, EMPTY);
    if (object->code) decref(from_object(object->code));
    object->code = NULL;
}

static void visit_frame(Obj *self, Visitor *visitor) {
    FrameObject *object = (FrameObject *)self;
    visitor->visit(visitor, object->function);
    if (object->code) visitor->visit(visitor, from_object(object->code));
    visitor->visit(visitor, object->locals);
    visitor->visit(visitor, object->extra);
    visitor->visit(visitor, object->replaced);
    visitor->visit(visitor, object->back);
    visitor->visit(visitor, object->trace);
}

static Value repr_frame(VM *vm, Value self) {
    FrameObject *object = (FrameObject *)self;
    u32 word = object->frame ? frame_word(object->frame) : object->word;
    return str_format(vm, "<frame at %p, file %R, line %d, code %S>", self,
                      object->code->filename, code_line(object->code, word),
                      object->code->name);
}

TYPE(frame, .name = "frame", .size = sizeof(FrameObject), .kind = KIND_FRAME,
     .flags = TYPE_FINAL | TYPE_NO_NEW,
     .slots = {.free = free_frame,
               .visit = visit_frame,
               .clear = clear_frame,
               .repr = repr_frame})

/* ---- where a frame is ---- */

i32 code_line(const Code *code, u32 word) {
    const PositionRow *row = code_position_at(code, word);
    return row && row->line > 0 ? row->line : code->first_line;
}

i32 frame_line(const Frame *frame) {
    if (frame->pc <= frame->code->insns) return frame->code->first_line;
    return code_line(frame->code, frame_word(frame));
}

static Frame *skip_hidden(Frame *frame) {
    while (frame && (frame->code->flags & CODE_HIDDEN || frame->flags & FRAME_LEAVING)) frame = frame->prev;
    return frame;
}

Frame *frame_current(VM *vm) {
    return skip_hidden(vm->frame);
}

/* The members of a chain run and wait together: its root knows. */
static bool is_running(const Coro *coro) {
    const Coro *root = coro;
    while (root->root != root) root = root->root;
    return root->state == CORO_RUNNING && coro->state != CORO_CLOSED;
}

Frame *frame_caller(Frame *frame) {
    if (!(frame->flags & FRAME_HEAP)) return skip_hidden(frame->prev);
    return is_running(CONTAINER_OF(frame, Coro, f)) ? skip_hidden(frame->prev) : NULL;
}

/* ---- locals ---- */

static bool is_cell_name(const Code *code, Value name) {
    Tuple *cells = to_tuple(code->cells);
    for (usize i = 0; i < cells->count; i++)
        if (cells->items[i] == name || str_equal(cells->items[i], name)) return true;
    return false;
}

static Value contents(Value v) {
    return has_exact_kind(v, KIND_CELL) ? ((Cell *)v)->value : v;
}

static bool add(VM *vm, Value dict, Value name, Value value) {
    return value == EMPTY || dict_set(vm, to_dict(dict), name, value);
}

/* Parameters and plain locals (cells false), or the cells that are no parameters. */
static bool add_locals(VM *vm, Value dict, const Code *code, const Value *registers,
                       bool cells) {
    Tuple *names = to_tuple(code->variables);
    for (usize i = code->flags & CODE_OPTIMIZED ? 0 : 1; i < names->count; i++) {
        Value name = names->items[i];
        bool is_cell = to_tuple(code->cells)->count && is_cell_name(code, name);
        if ((is_cell && i >= code->parameters) != cells) continue;
        if (!add(vm, dict, name, is_cell ? contents(registers[i]) : registers[i]))
            return false;
    }
    return true;
}

static bool add_free(VM *vm, Value dict, const Code *code, Value function) {
    Value closure = ((Function *)function)->closure;
    Tuple *names = to_tuple(code->free_names);
    if (closure == EMPTY) return true;
    for (usize i = 0; i < names->count && i < to_tuple(closure)->count; i++)
        if (!add(vm, dict, names->items[i], contents(to_tuple(closure)->items[i])))
            return false;
    return true;
}

/* Outside functions the only locals in registers are the variables of comprehensions, while those run. */
static bool has_hidden_locals(const Code *code, const Value *registers) {
    for (usize i = 1; i < to_tuple(code->variables)->count; i++)
        if (registers[i] != EMPTY && !has_exact_kind(registers[i], KIND_CELL)) return true;
    return false;
}

bool frame_has_hidden_locals(const Frame *frame) {
    return !(frame->code->flags & CODE_OPTIMIZED) && has_hidden_locals(frame->code, frame->r);
}

Value frame_locals_from(VM *vm, const Code *code, Value function,
                        const Value *registers) {
    if (!(code->flags & CODE_OPTIMIZED) && !has_hidden_locals(code, registers))
        return incref(registers[0]);
    OWNED Value dict = TRY(dict_new(vm));
    CHECK(add_locals(vm, dict, code, registers, false));
    CHECK(add_locals(vm, dict, code, registers, true));
    CHECK(add_free(vm, dict, code, function));
    return TAKE(dict);
}

Value frame_locals(VM *vm, Frame *frame) {
    return frame_locals_from(vm, frame->code, frame->func, frame->r);
}
