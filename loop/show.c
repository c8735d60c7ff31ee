#include "loop/show.h"

#include "loop/debug.h"
#include "loop/future.h"
#include "loop/gather.h"
#include "loop/sleep.h"
#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/frameobject.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/import.h"

static bool add_owned(VM *vm, Buffer *out, Value owned_text) {
    OWNED Value text = owned_text;
    if (text != FAIL) buffer_add_span(out, str_span(text));
    return text != FAIL;
}

/* repr, shortened by reprlib. */
static bool add_short_repr(VM *vm, Buffer *out, Value v) {
    if (!is_object(v) || v == NONE) return add_owned(vm, out, object_repr(vm, v));
    OWNED Value reprlib = import_text(vm, "reprlib");
    OWNED Value repr = reprlib == FAIL ? FAIL : object_getattr_text(vm, reprlib, "repr");
    if (repr != FAIL) return add_owned(vm, out, call_1(vm, repr, v));
    exception_clear(vm);
    return add_owned(vm, out, object_repr(vm, v));
}

bool loop_is_debug(VM *vm, Value loop) {
    if (is_loop(loop)) return to_loop(loop)->is_debug;
    OWNED Value debug = is_object(loop) ? call_method_0(vm, loop, NAME(get_debug)) : FALSE;
    int truth = debug == FAIL ? -1 : object_truth(vm, debug);
    if (truth < 0) exception_clear(vm);
    return truth > 0;
}

/* ---- callbacks ---- */

static bool show_keywords(VM *vm, Buffer *out, Value keywords, bool is_first) {
    Value name, value;
    for (u32 at = 0; dict_next(to_dict(keywords), &at, &name, &value); is_first = false) {
        if (!is_first) buffer_add_text(out, ", ");
        if (is_str(name)) buffer_add_span(out, str_span(name));
        buffer_add_char(out, '=');
        if (!add_short_repr(vm, out, value)) return false;
    }
    return true;
}

/* keywords: a dict, or EMPTY. */
static bool show_arguments(VM *vm, Buffer *out, Value args, Value keywords, bool with_arguments) {
    buffer_add_char(out, '(');
    bool done = true;
    usize count = with_arguments && has_kind(args, KIND_TUPLE) ? to_tuple(args)->count : 0;
    for (usize i = 0; done && i < count; i++) {
        if (i) buffer_add_text(out, ", ");
        done = add_short_repr(vm, out, to_tuple(args)->items[i]);
    }
    if (done && with_arguments && has_kind(keywords, KIND_DICT)) done = show_keywords(vm, out, keywords, !count);
    buffer_add_char(out, ')');
    return done;
}

static bool is_partial(VM *vm, Value v) {
    return is_object(v) && !strcmp(type_name_of(vm, v), "functools.partial");
}

static bool show_name(VM *vm, Buffer *out, Value callback) {
    if (has_exact_kind(callback, KIND_NATIVE) && is_gather(vm, ((Native *)to_object(callback))->self)) {
        buffer_add_text(out, "gather.<locals>._done_callback"); /* what it is in CPython */
        return true;
    }
    OWNED Value name = object_find_attr(vm, callback, NAME(__qualname__));
    if (name == FAIL) exception_clear(vm);
    if (is_str(name) && to_str(name)->size) {
        buffer_add_span(out, str_span(name));
        return true;
    }
    return add_owned(vm, out, object_repr(vm, callback));
}

/* partial(f, 1, a=2) called with 2 reads f(1, a=2)(2). */
static bool show_call(VM *vm, Buffer *out, Value callback, Value args, Value keywords, bool with_arguments) {
    if (!is_partial(vm, callback))
        return show_name(vm, out, callback) && show_arguments(vm, out, args, keywords, with_arguments);
    OWNED Value inner = object_getattr_text(vm, callback, "func");
    OWNED Value inner_args = inner == FAIL ? FAIL : object_getattr_text(vm, callback, "args");
    OWNED Value inner_keywords = inner_args == FAIL ? FAIL : object_getattr_text(vm, callback, "keywords");
    if (inner_keywords == FAIL || !enter_recursion(vm, "")) return false;
    bool done = show_call(vm, out, inner, inner_args, inner_keywords, with_arguments) &&
                show_arguments(vm, out, args, keywords, with_arguments);
    leave_recursion(vm);
    return done;
}

/* The script function behind wrappers, partials and methods; EMPTY: none. Owned. */
static Value find_function(VM *vm, Value callback) {
    OWNED Value at = incref(callback);
    for (u32 i = 0; i < 100; i++) {
        bool is_method = is_object(at) && !strcmp(type_name_of(vm, at), "functools.partialmethod");
        const char *link = is_method || is_partial(vm, at) ? "func" : "__wrapped__";
        OWNED Value name = TRY(str_intern_text(vm, link));
        Value inner = TRY(object_find_attr(vm, at, name));
        if (inner == EMPTY) break;
        replace(&at, inner);
    }
    return has_exact_kind(at, KIND_FUNCTION) ? TAKE(at) : EMPTY;
}

bool show_callback(VM *vm, Buffer *out, Value callback, Value args, bool with_arguments) {
    if (!show_call(vm, out, callback, args, EMPTY, with_arguments)) return false;
    OWNED Value function = find_function(vm, callback);
    if (function == FAIL) return false;
    if (function == EMPTY) return true;
    Code *code = ((Function *)to_object(function))->code;
    buffer_printf(out, " at %s:%d", to_str(code->filename)->data, code->first_line);
    return true;
}

/* ---- coroutines ---- */

static bool show_coro(Buffer *out, Coro *coro) {
    Function *function = (Function *)to_object(coro->f.func);
    Code *code = coro->f.code;
    buffer_add_span(out, str_span(function->qualname == EMPTY ? code->qualname : function->qualname));
    bool is_done = coro->state == CORO_CLOSED;
    buffer_printf(out, "() %s at %s:%d", is_done ? "done, defined" : "running", to_str(code->filename)->data,
                  is_done ? code->first_line : frame_line(&coro->f));
    return true;
}

bool show_coroutine(VM *vm, Buffer *out, Value coroutine) {
    u8 kind = object_kind(coroutine);
    if (kind == KIND_COROUTINE || kind == KIND_GENERATOR) return show_coro(out, (Coro *)to_object(coroutine));
    OWNED Value name = object_find_attr(vm, coroutine, NAME(__qualname__));
    if (name == FAIL) return false;
    if (is_str(name)) buffer_add_span(out, str_span(name));
    else buffer_printf(out, "<%s without __name__>", type_name_of(vm, coroutine));
    buffer_add_text(out, "()");
    return true;
}

/* ---- futures and tasks ---- */

static bool show_one(VM *vm, Buffer *out, Value pair) {
    return show_callback(vm, out, to_tuple(pair)->items[0], EMPTY, false);
}

static bool show_callbacks(VM *vm, Buffer *out, Value self) {
    OWNED Value pairs = object_getattr_text(vm, self, "_callbacks");
    if (pairs == FAIL) return false;
    if (!has_kind(pairs, KIND_LIST) || !to_list(pairs)->count) return true;
    List *list = to_list(pairs);
    buffer_add_text(out, " cb=[");
    bool done = show_one(vm, out, list->items[0]);
    if (list->count > 2) buffer_printf(out, ", <%lu more>", (unsigned long)(list->count - 2));
    if (done && list->count > 1) {
        buffer_add_text(out, ", ");
        done = show_one(vm, out, list->items[list->count - 1]);
    }
    buffer_add_char(out, ']');
    return done;
}

static bool show_outcome(VM *vm, Buffer *out, Future *future) {
    if (future_state(future) != FUTURE_FINISHED) return true;
    if (future->h.aux & FUTURE_FAILED) {
        buffer_add_text(out, " exception=");
        return add_owned(vm, out, object_repr(vm, future->result));
    }
    buffer_add_text(out, " result=");
    return add_short_repr(vm, out, future->result);
}

static const char *state_word(Future *future) {
    static const char *const words[] = {"pending", "cancelled", "finished"};
    return words[future_state(future)];
}

static bool show_future(VM *vm, Buffer *out, Value self) {
    buffer_printf(out, " %s", state_word(to_future(self)));
    return show_outcome(vm, out, to_future(self)) && show_callbacks(vm, out, self) &&
           debug_show_source(vm, out, to_future(self)->dict);
}

static bool show_task(VM *vm, Buffer *out, Value self) {
    Task *task = to_task(self);
    bool is_cancelling = task->cancels && future_state(&task->future) == FUTURE_PENDING;
    buffer_printf(out, " %s name=", is_cancelling ? "cancelling" : state_word(&task->future));
    OWNED Value name = task_name(vm, task);
    if (name == FAIL || !add_owned(vm, out, object_repr(vm, name))) return false;
    if (task->coroutine != EMPTY) {
        buffer_add_text(out, " coro=<");
        if (!show_coroutine(vm, out, task->coroutine)) return false;
        buffer_add_char(out, '>');
    }
    if (task_sleeps(task) && sleep_future(vm, task) == FAIL) return false;
    if (task->waiter != EMPTY) {
        buffer_add_text(out, " wait_for=");
        if (!add_owned(vm, out, object_repr(vm, task->waiter))) return false;
    }
    return show_outcome(vm, out, &task->future) && show_callbacks(vm, out, self) &&
           debug_show_source(vm, out, task->future.dict);
}

static Value show(VM *vm, Value self, bool (*inner)(VM *vm, Buffer *out, Value self)) {
    int shown = repr_enter(vm, self);
    if (shown) return shown < 0 ? FAIL : str_from_text(vm, "...");
    Buffer out = {0};
    buffer_printf(&out, "<%s", type_short_name(type_of(vm, self)));
    bool done = inner(vm, &out, self);
    buffer_add_char(&out, '>');
    repr_leave(vm, self);
    if (done) return str_from_buffer(vm, &out);
    buffer_free(&out);
    return FAIL;
}

Value future_repr(VM *vm, Value self) {
    return show(vm, self, show_future);
}

Value task_repr(VM *vm, Value self) {
    return show(vm, self, show_task);
}
