#include "loop/handle.h"

#include "loop/context.h"
#include "loop/debug.h"
#include "loop/report.h"
#include "loop/show.h"
#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/float.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* ---- life ---- */

static Handle *make(VM *vm, Type *type, Value loop, Value callback, Value args, Value owned_context) {
    Handle *handle = (Handle *)object_new(vm, type);
    if (!handle) {
        decref(owned_context);
        return NULL;
    }
    handle->h.aux = 0;
    handle->dict = EMPTY;
    handle->loop = incref(loop);
    handle->callback = incref(callback);
    handle->args = incref(args);
    handle->context = owned_context;
    handle->when = 0;
    if (debug_note_source(vm, loop, &handle->dict)) return handle;
    decref(from_object(handle));
    return NULL;
}

Value handle_new(VM *vm, Value loop, Value callback, Value args, Value context) {
    Handle *handle = make(vm, vm->types[TYPE_Handle], loop, callback, args, context);
    return handle ? from_object(handle) : FAIL;
}

Value handle_new_timer(VM *vm, Value loop, double when, Value callback, Value args, Value context) {
    Handle *handle = make(vm, vm->types[TYPE_TimerHandle], loop, callback, args, context);
    if (!handle) return FAIL;
    handle->when = when;
    return from_object(handle);
}

static void free_handle(VM *vm, Obj *self) {
    Handle *handle = (Handle *)self;
    decref(handle->dict);
    decref(handle->loop);
    decref(handle->callback);
    decref(handle->args);
    decref(handle->context);
}

static void visit_handle(Obj *self, Visitor *visitor) {
    Handle *handle = (Handle *)self;
    visitor->visit(visitor, handle->dict);
    visitor->visit(visitor, handle->loop);
    visitor->visit(visitor, handle->callback);
    visitor->visit(visitor, handle->args);
    visitor->visit(visitor, handle->context);
}

static void clear_handle(VM *vm, Obj *self) {
    replace(&((Handle *)self)->dict, EMPTY);
    replace(&((Handle *)self)->callback, NONE);
    replace(&((Handle *)self)->args, NONE);
}

/* Handle(callback, args, loop, context=None) */
static Value new_handle(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"callback", "args", "loop", "context", NULL};
    static const Arguments arguments = {"Handle.__init__", names, 0, 4, 3, .is_script = true};
    Value given[4];
    CHECK(arguments_bind(vm, &arguments, args, nargs, kwnames, given));
    OWNED Value tuple = TRY(object_to_tuple(vm, given[1]));
    Value context = TRY(context_given(vm, given[3]));
    Handle *handle = make(vm, type, given[2], given[0], tuple, context);
    return handle ? from_object(handle) : FAIL;
}

static Value new_timer(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"when", "callback", "args", "loop", "context", NULL};
    static const Arguments arguments = {"TimerHandle.__init__", names, 0, 5, 4, .is_script = true};
    Value given[5];
    double when;
    CHECK(arguments_bind(vm, &arguments, args, nargs, kwnames, given));
    CHECK(object_to_double(vm, given[0], &when));
    OWNED Value tuple = TRY(object_to_tuple(vm, given[2]));
    Value context = TRY(context_given(vm, given[4]));
    Handle *handle = make(vm, type, given[3], given[1], tuple, context);
    if (!handle) return FAIL;
    handle->when = when;
    if (is_small(given[0])) handle->h.aux |= HANDLE_WHOLE;
    return from_object(handle);
}

static Value when_of(VM *vm, const Handle *handle) {
    return handle->h.aux & HANDLE_WHOLE ? from_small((i64)handle->when) : float_new(vm, handle->when);
}

/* In debug mode a cancelled handle still tells what it was. */
static void keep_text(VM *vm, Handle *handle) {
    OWNED Value text = object_repr(vm, from_object(handle));
    if (handle->dict == EMPTY) handle->dict = dict_new(vm);
    if (handle->dict == FAIL) handle->dict = EMPTY;
    if (text == FAIL || handle->dict == EMPTY || !dict_set_text(vm, to_dict(handle->dict), "_repr", text))
        exception_clear(vm);
}

void handle_cancel(VM *vm, Handle *handle) {
    if (handle->h.aux & HANDLE_CANCELLED) return;
    handle->h.aux |= HANDLE_CANCELLED;
    if (handle->h.aux & HANDLE_SCHEDULED && is_loop(handle->loop)) loop_timer_cancelled(vm, handle->loop);
    if (UNLIKELY(loop_is_debug(vm, handle->loop))) keep_text(vm, handle);
    replace(&handle->callback, NONE);
    replace(&handle->args, NONE);
}

/* ---- text ---- */

static bool is_timer(VM *vm, Value self) {
    return is_instance(vm, self, vm->types[TYPE_TimerHandle]);
}

static Value repr_handle(VM *vm, Value self) {
    Handle *handle = to_handle(self);
    Value kept = handle->dict == EMPTY ? EMPTY : dict_get_text(vm, to_dict(handle->dict), "_repr");
    if (UNLIKELY(kept != EMPTY)) return incref(kept);
    Buffer out = {0};
    buffer_printf(&out, "<%s", type_short_name(type_of(vm, self)));
    if (handle->h.aux & HANDLE_CANCELLED) buffer_add_text(&out, " cancelled");
    if (is_timer(vm, self)) {
        buffer_add_text(&out, " when=");
        if (handle->h.aux & HANDLE_WHOLE) buffer_printf(&out, "%ld", (i64)handle->when);
        else float_write_repr(handle->when, &out);
    }
    bool done = true;
    if (handle->callback != NONE) {
        buffer_add_char(&out, ' ');
        done = show_callback(vm, &out, handle->callback, handle->args, loop_is_debug(vm, handle->loop));
    }
    done = done && debug_show_source(vm, &out, handle->dict);
    buffer_add_char(&out, '>');
    if (done) return str_from_buffer(vm, &out);
    buffer_free(&out);
    return FAIL;
}

/* ---- comparing: by time ---- */

static bool handles_equal(VM *vm, Handle *a, Handle *b, int *equal) {
    *equal = a->when == b->when && a->callback == b->callback && (a->h.aux & HANDLE_CANCELLED) == (b->h.aux & HANDLE_CANCELLED);
    if (*equal) *equal = object_equal(vm, a->args, b->args);
    return *equal >= 0;
}

static Value compare_timers(VM *vm, Value a, Value b, CompareOp op) {
    if (!is_timer(vm, a) || !is_timer(vm, b)) return NOT_IMPLEMENTED;
    Handle *x = to_handle(a), *y = to_handle(b);
    int equal = 0;
    if (op != LT && op != GT) CHECK(handles_equal(vm, x, y, &equal));
    switch (op) {
    case LT: return from_bool(x->when < y->when);
    case LE: return from_bool(x->when < y->when || equal);
    case GT: return from_bool(x->when > y->when);
    case GE: return from_bool(x->when > y->when || equal);
    case EQ: return from_bool(equal);
    default: return from_bool(!equal);
    }
}

static bool hash_timer(VM *vm, Value self, u64 *hash) {
    return object_hash(vm, float_new(vm, to_handle(self)->when), hash);
}

/* ---- the types ---- */

TYPE(Handle, .name = "asyncio.events.Handle", .size = sizeof(Handle), .kind = KIND_OTHER,
     .dict_offset = offsetof(Handle, dict), .flags = TYPE_HAS_DICT | TYPE_WEAKREFS | TYPE_OPEN,
     .slots = {.new = new_handle, .free = free_handle, .visit = visit_handle, .clear = clear_handle,
               .repr = repr_handle},
     .doc = "Object returned by callback registration methods.")
TYPE(TimerHandle, .name = "asyncio.events.TimerHandle", .base = TYPE_Handle, .size = sizeof(Handle), .flags = TYPE_OPEN,
     .slots = {.new = new_timer, .compare = compare_timers, .hash = hash_timer},
     .doc = "Object returned by timed callback registration methods.")

METHOD(Handle, cancel, "($self)") {
    handle_cancel(vm, to_handle(args[0]));
    return NONE;
}
METHOD(TimerHandle, cancel, "($self)") {
    handle_cancel(vm, to_handle(args[0]));
    return NONE;
}
METHOD(Handle, cancelled, "($self)") {
    return from_bool(to_handle(args[0])->h.aux & HANDLE_CANCELLED);
}
METHOD(Handle, get_context, "($self)") {
    return incref(TRY(context_object(vm, &to_handle(args[0])->context)));
}
/* Call it now, as loops of other sorts do. */
METHOD(Handle, _run, "($self)") {
    Handle *handle = to_handle(args[0]);
    if (handle->h.aux & HANDLE_CANCELLED) return NONE;
    OWNED Value context = incref(TRY(context_object(vm, &handle->context)));
    OWNED Value run = TRY(object_getattr(vm, context, NAME(run)));
    OWNED Value callback = TRY(tuple_of(vm, 1, handle->callback));
    OWNED Value all = TRY(object_binary(vm, BINARY_ADD, callback, handle->args));
    OWNED Value result = call_with_tuple(vm, run, all, EMPTY);
    if (result != FAIL) return NONE;
    return report_callback(vm, handle->loop, args[0]) ? NONE : FAIL;
}
/* Return a scheduled callback time.
 *
 * The time is an absolute timestamp, using the same time
 * reference as loop.time(). */
METHOD(TimerHandle, when, "($self)") {
    return when_of(vm, to_handle(args[0]));
}

GETTER(Handle, _callback) {
    return incref(to_handle(self)->callback);
}
GETTER(Handle, _args) {
    return incref(to_handle(self)->args);
}
GETTER(Handle, _loop) {
    return incref(to_handle(self)->loop);
}
GETTER(Handle, _cancelled) {
    return from_bool(to_handle(self)->h.aux & HANDLE_CANCELLED);
}
GETTER(Handle, _context) {
    return incref(TRY(context_object(vm, &to_handle(self)->context)));
}
GETTER(Handle, _source_traceback) {
    Value source = debug_source(vm, to_handle(self)->dict);
    return source == EMPTY ? NONE : source;
}
SETTER(Handle, _source_traceback) {
    Value *dict = &to_handle(self)->dict;
    if (*dict == EMPTY) *dict = dict_new(vm);
    if (*dict == FAIL) return *dict = EMPTY, false;
    return dict_set_text(vm, to_dict(*dict), "_source_traceback", value == EMPTY ? NONE : value);
}
GETTER(TimerHandle, _when) {
    return when_of(vm, to_handle(self));
}
GETTER(TimerHandle, _scheduled) {
    return from_bool(to_handle(self)->h.aux & HANDLE_SCHEDULED);
}
SETTER(TimerHandle, _scheduled) {
    int truth = value == EMPTY ? 0 : object_truth(vm, value);
    if (truth < 0) return false;
    to_handle(self)->h.aux = (u16)((to_handle(self)->h.aux & ~HANDLE_SCHEDULED) | (truth ? HANDLE_SCHEDULED : 0));
    return true;
}
