/* Traceback objects. An entry is made for each frame that an exception leaves; it knows
 * function and instruction, and finds or makes the frame object when a program asks for
 * it. */
#include "objects/exc.h"
#include "objects/frameobject.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

static Traceback *to_traceback(Value v) {
    return (Traceback *)v;
}

static void release_locals(Traceback *t) {
    for (u32 i = 0; i < t->count; i++) replace(&t->locals[i], EMPTY);
    t->count = 0;
}

static void free_traceback(VM *vm, Obj *self) {
    Traceback *t = (Traceback *)self;
    replace(&t->next, EMPTY);
    replace(&t->frame, EMPTY);
    release_locals(t);
    replace(&t->function, EMPTY);
    if (t->code) decref(from_object(t->code));
    t->code = NULL;
}

static void clear_traceback(VM *vm, Obj *self) {
    replace(&((Traceback *)self)->next, EMPTY);
    replace(&((Traceback *)self)->frame, EMPTY);
    release_locals((Traceback *)self);
}

static void visit_traceback(Obj *self, Visitor *visitor) {
    Traceback *t = (Traceback *)self;
    visitor->visit(visitor, t->next);
    visitor->visit(visitor, t->frame);
    visitor->visit(visitor, t->function);
    if (t->code) visitor->visit(visitor, from_object(t->code));
    for (u32 i = 0; i < t->count; i++) visitor->visit(visitor, t->locals[i]);
}

/* Takes over `next`; with room for the locals. */
static Value make(VM *vm, Value next, Value function, Code *code, u32 word) {
    usize size = sizeof(Traceback) + code->locals * sizeof(Value);
    Obj *made = object_new_sized(vm, EXC(traceback), size);
    if (!made) return FAIL;
    Traceback *t = (Traceback *)made;
    t->next = next;
    t->frame = EMPTY;
    t->function = incref(function);
    t->code = (Code *)to_object(incref(from_object(code)));
    t->word = word;
    t->line = 0;
    t->count = 0;
    return from_object(t);
}

/* ---- entries made by raising ---- */

/* Make the next of the entries that wait in the exception: the innermost. */
static bool make_waiting(VM *vm, Exception *e, WaitingEntry *entry) {
    Value made = make(vm, e->entries, entry->function, entry->code, entry->word);
    if (made == FAIL) return false;
    e->entries = made; /* the old ones moved into `next` */
    Traceback *t = to_traceback(made);
    memcpy(t->locals, entry->locals, entry->count * sizeof(Value));
    t->count = entry->count;
    entry->count = 0; /* they have moved */
    return true;
}

/* Entries that there is no memory for are dropped. */
static bool make_all_waiting(VM *vm, Exception *e) {
    bool done = true;
    for (u32 i = 0; i < e->waiting_count && done; i++)
        done = make_waiting(vm, e, &e->waiting[i]);
    exception_drop_waiting(e);
    return done;
}

static void release_waiting(WaitingEntry *entry) {
    for (u32 i = 0; i < entry->count; i++) decref(entry->locals[i]);
    decref(entry->function);
    decref(from_object(entry->code));
}

void exception_drop_waiting(Exception *e) {
    u32 count = e->waiting_count;
    e->waiting_count = 0;
    for (u32 i = 0; i < count; i++) release_waiting(&e->waiting[i]);
}

static bool is_observed(const Frame *frame, const Code *code) {
    return frame && frame->flags & FRAME_OBSERVED && frame->code == code;
}

static COLD bool add_observed(VM *vm, Exception *e) {
    if (!make_all_waiting(vm, e)) return false;
    Value object = frame_object(vm, vm->frame);
    if (object == FAIL) return false;
    to_traceback(e->entries)->frame = object;
    return true;
}

bool traceback_add(VM *vm, Value exception, Value function, Code *code, u32 word) {
    Exception *e = to_exception(exception);
    if (e->waiting_count == WAITING_ENTRIES && !make_all_waiting(vm, e)) return false;
    exception_add_waiting(e, function, code, word);
    return LIKELY(!is_observed(vm->frame, code)) || add_observed(vm, e);
}

Value exception_traceback(VM *vm, Value exception) {
    Exception *e = to_exception(exception);
    if (LIKELY(!e->waiting_count)) return e->entries;
    Value pending = exception_take(vm);
    make_all_waiting(vm, e);
    exception_clear(vm);
    exception_restore(vm, pending);
    return e->entries;
}

void exception_set_traceback(Value exception, Value traceback) {
    Exception *e = to_exception(exception);
    exception_drop_waiting(e);
    replace(&e->entries, incref(traceback));
}

/* The frame's locals move. */
static u32 move_locals(Value *to, Frame *frame) {
    u32 count = frame->code->locals;
    for (u32 i = 0; i < count; i++) to[i] = take(&frame->r[i]);
    return count;
}

static bool keep_waiting(WaitingEntry *entry, Frame *frame) {
    if (entry->code != frame->code || entry->function != frame->func || entry->count) return false;
    entry->count = move_locals(entry->locals, frame);
    return true;
}

bool traceback_keep_locals(VM *vm, Value exception, Frame *frame) {
    Exception *e = to_exception(exception);
    if (LIKELY(e->waiting_count && frame->code->locals <= WAITING_LOCALS))
        return keep_waiting(&e->waiting[e->waiting_count - 1], frame);
    Value head = exception_traceback(vm, exception);
    if (head == EMPTY) return false;
    Traceback *t = to_traceback(head);
    if (t->code != frame->code || t->function != frame->func || t->count) return false;
    t->count = move_locals(t->locals, frame);
    return true;
}

/* ---- as programs see them ---- */

i32 traceback_line(const Traceback *t) {
    return t->line ? t->line : code_line(t->code, t->word);
}

static Frame *find_frame(VM *vm, const Traceback *t) {
    for (Frame *frame = vm->frame; frame; frame = frame_caller(frame))
        if (frame->func == t->function && frame->code == t->code) return frame;
    return NULL;
}

Value traceback_locals(VM *vm, Traceback *t) {
    if (t->count) return frame_locals_from(vm, t->code, t->function, t->locals);
    FrameObject *object = t->frame == EMPTY ? NULL : (FrameObject *)t->frame;
    if (object && !object->frame) return incref(object->locals);
    Frame *frame = object ? object->frame : find_frame(vm, t);
    return frame ? frame_locals(vm, frame) : EMPTY;
}

/* The innermost running call of the same function is most likely the one, unless the
 * locals show that it is over. */
static Value find_or_make(VM *vm, Traceback *t) {
    Frame *frame = t->count ? NULL : find_frame(vm, t);
    if (frame) return frame_object(vm, frame);
    Value locals = TRY(traceback_locals(vm, t));
    Value made = frame_object_dead(vm, t->function, t->code, t->word, locals);
    if (made != FAIL) release_locals(t); /* frame.clear() must find the only ones */
    return made;
}

GETTER(traceback, tb_frame) {
    Traceback *t = to_traceback(self);
    if (t->frame == EMPTY) t->frame = TRY(find_or_make(vm, t));
    return incref(t->frame);
}

GETTER(traceback, tb_next) {
    return field_get(to_traceback(self)->next);
}

static bool leads_to(Value from, Value target) {
    for (; from != EMPTY; from = to_traceback(from)->next)
        if (from == target) return true;
    return false;
}

SETTER(traceback, tb_next) {
    if (value == EMPTY) return raise_type(vm, "can't delete tb_next attribute") != FAIL;
    if (value == NONE) return field_set(&to_traceback(self)->next, EMPTY);
    if (!has_kind(value, KIND_TRACEBACK))
        return raise_type(vm, "expected traceback object, got '%T'", value) != FAIL;
    if (leads_to(value, self)) return raise_value(vm, "traceback loop detected") != FAIL;
    return field_set(&to_traceback(self)->next, value);
}

GETTER(traceback, tb_lasti) {
    return from_small(2 * (i64)to_traceback(self)->word);
}

GETTER(traceback, tb_lineno) {
    i32 line = traceback_line(to_traceback(self));
    return line ? from_small(line) : NONE;
}

static bool check_new(VM *vm, Value *out) {
    if (out[0] != NONE && !has_kind(out[0], KIND_TRACEBACK))
        raise_type(vm, "expected traceback object or None, got '%T'", out[0]);
    else if (!is_frame(out[1]))
        raise_type(vm, "traceback() argument 'tb_frame' must be frame, not %N", out[1]);
    else
        return true;
    return false;
}

static Value new_traceback(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"tb_next", "tb_frame", "tb_lasti", "tb_lineno",
                                        NULL};
    static const Arguments spec = {"traceback", names, 0, 4, 4};
    Value out[4];
    i64 last, line;
    CHECK(arguments_bind(vm, &spec, args, nargs, kwnames, out));
    CHECK(check_new(vm, out));
    CHECK(object_to_i64(vm, out[2], &last));
    CHECK(object_to_i64(vm, out[3], &line));
    FrameObject *frame = (FrameObject *)out[1];
    u32 word = last < 0 ? 0 : (u32)(last / 2);
    Value made = TRY(make(vm, EMPTY, frame->function, frame->code, word));
    field_set(&to_traceback(made)->frame, out[1]);
    if (out[0] != NONE) field_set(&to_traceback(made)->next, out[0]);
    to_traceback(made)->line = line < 0 ? 0 : (i32)line;
    return made;
}

TYPE(traceback, .name = "traceback", .size = sizeof(Traceback), .kind = KIND_TRACEBACK,
     .flags = TYPE_FINAL,
     .slots = {.new = new_traceback,
               .free = free_traceback,
               .visit = visit_traceback,
               .clear = clear_traceback},
     .doc = "Create a new traceback object.")

METHOD(traceback, __dir__, "($self, /)") {
    static const char *const names[] = {"tb_frame", "tb_next", "tb_lasti", "tb_lineno"};
    OWNED Value list = TRY(list_new(vm, COUNT_OF(names)));
    for (usize i = 0; i < COUNT_OF(names); i++)
        CHECK(list_push_owned(vm, to_list(list), TRY(str_from_text(vm, names[i]))));
    return TAKE(list);
}
