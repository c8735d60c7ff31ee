/* Traceback objects. An entry is made for each frame that an exception leaves; it knows
 * function and instruction, and finds or makes the frame object when a program asks for
 * it. */
#include "objects/exc.h"
#include "objects/frameobject.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

static Traceback *to_traceback(Value v) {
    return (Traceback *)v;
}

static void free_traceback(VM *vm, Obj *self) {
    Traceback *t = (Traceback *)self;
    replace(&t->next, EMPTY);
    replace(&t->frame, EMPTY);
    replace(&t->function, EMPTY);
    if (t->code) decref(from_object(t->code));
    t->code = NULL;
}

static void clear_traceback(VM *vm, Obj *self) {
    replace(&((Traceback *)self)->next, EMPTY);
    replace(&((Traceback *)self)->frame, EMPTY);
}

static void visit_traceback(Obj *self, Visitor *visitor) {
    Traceback *t = (Traceback *)self;
    visitor->visit(visitor, t->next);
    visitor->visit(visitor, t->frame);
    visitor->visit(visitor, t->function);
    if (t->code) visitor->visit(visitor, from_object(t->code));
}

static Value make(VM *vm, Value next, Value function, Code *code, u32 word) {
    Traceback *t = (Traceback *)object_new(vm, EXC(traceback));
    if (!t) return FAIL;
    t->next = next;
    t->frame = EMPTY;
    t->function = incref(function);
    t->code = (Code *)to_object(incref(from_object(code)));
    t->word = word;
    t->line = 0;
    return from_object(t);
}

/* ---- entries made by raising ---- */

static bool is_self(const Frame *frame, Value object) {
    if (frame->code->local_names == 0) return false;
    Value value = frame->r[0];
    if (has_exact_kind(value, KIND_CELL)) value = ((Cell *)value)->value;
    Value first = to_tuple(frame->code->variables)->items[0];
    return value == object && str_equals_text(first, "self");
}

/* Suggestions for misspelt names look at the locals of the frame that raised, which are
 * gone when somebody asks for them: keep those of a NameError, and remember of an
 * AttributeError whether it is about `self`. */
static bool keep_for_suggestion(VM *vm, Value exception, Traceback *t) {
    Frame *frame = vm->frame;
    if (to_object(exception)->aux != EXTRA_VALUES(NameException) || !frame ||
        frame->code != t->code)
        return true;
    if (is_instance(vm, exception, EXC(AttributeError))) {
        Value object = ((NameException *)exception)->object;
        if (object != EMPTY && is_self(frame, object))
            to_object(exception)->flags |= EXCEPTION_ON_SELF;
        return true;
    }
    if (!is_instance(vm, exception, EXC(NameError)) || t->frame != EMPTY) return true;
    Value locals = TRY_OR_FALSE(frame_locals(vm, frame));
    t->frame = frame_object_dead(vm, t->function, t->code, t->word, locals);
    if (t->frame != FAIL) return true;
    t->frame = EMPTY;
    return false;
}

bool traceback_add(VM *vm, Value exception, Value function, Code *code, u32 word) {
    Exception *e = to_exception(exception);
    Value made = make(vm, e->traceback, function, code, word);
    if (UNLIKELY(made == FAIL)) return false;
    bool is_first = e->traceback == EMPTY;
    e->traceback = made; /* the old one moved into `next` */
    Frame *frame = vm->frame;
    if (frame && frame->flags & FRAME_OBSERVED && frame->code == code &&
        frame->func == function)
        to_traceback(made)->frame = frame_object(vm, frame);
    return !is_first || keep_for_suggestion(vm, exception, to_traceback(made));
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

/* The innermost running call of the same function is most likely the one; else it is
 * over. */
static Value find_or_make(VM *vm, Traceback *t) {
    Frame *frame = find_frame(vm, t);
    if (frame) return frame_object(vm, frame);
    return frame_object_dead(vm, t->function, t->code, t->word, EMPTY);
}

GETTER(traceback, tb_frame)
{
    Traceback *t = to_traceback(self);
    if (t->frame == EMPTY) t->frame = TRY(find_or_make(vm, t));
    return incref(t->frame);
}

GETTER(traceback, tb_next)
{ return field_get(to_traceback(self)->next); }

static bool leads_to(Value from, Value target) {
    for (; from != EMPTY; from = to_traceback(from)->next)
        if (from == target) return true;
    return false;
}

SETTER(traceback, tb_next)
{
    if (value == EMPTY) return raise_type(vm, "can't delete tb_next attribute") != FAIL;
    if (value == NONE) return field_set(&to_traceback(self)->next, EMPTY);
    if (!has_kind(value, KIND_TRACEBACK))
        return raise_type(vm, "expected traceback object, got '%T'", value) != FAIL;
    if (leads_to(value, self)) return raise_value(vm, "traceback loop detected") != FAIL;
    return field_set(&to_traceback(self)->next, value);
}

GETTER(traceback, tb_lasti)
{ return from_small(2 * (i64)to_traceback(self)->word); }

GETTER(traceback, tb_lineno)
{
    i32 line = traceback_line(to_traceback(self));
    return line ? from_small(line) : NONE;
}

static bool check_new(VM *vm, Value *out) {
    if (out[0] != NONE && !has_kind(out[0], KIND_TRACEBACK))
        raise_type(vm, "expected traceback object or None, got '%T'", out[0]);
    else if (!is_frame(out[1]))
        raise_type(vm, "traceback() argument 'tb_frame' must be frame, not %T", out[1]);
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
