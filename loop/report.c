#include "loop/report.h"

#include "loop/asyncio.h"
#include "loop/context.h"
#include "loop/debug.h"
#include "loop/handle.h"
#include "loop/show.h"
#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/frame.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/import.h"
#include "vm/traceback_text.h"
#include "vm/unraisable.h"

static bool goes_on(VM *vm) {
    return exception_matches(vm, EXC(KeyboardInterrupt)) || exception_matches(vm, EXC(SystemExit));
}

/* ---- the text ---- */

/* asyncio.base_events.logger, if somebody has looked at it; else logging.getLogger('asyncio'). Owned. */
static Value find_logger(VM *vm, Value logging) {
    Value module = dict_get_text(vm, to_dict(vm->modules), "asyncio.base_events");
    if (has_kind(module, KIND_MODULE)) {
        Value known = dict_get_text(vm, ((Module *)to_object(module))->dict, "logger");
        if (known != EMPTY) return incref(known);
    }
    OWNED Value get_logger = TRY(object_getattr_text(vm, logging, "getLogger"));
    OWNED Value name = TRY(str_from_text(vm, "asyncio"));
    return call_1(vm, get_logger, name);
}

/* (type, exception, traceback) */
static Value exception_info(VM *vm, Value exception) {
    Value traceback = exception_traceback(vm, exception);
    return tuple_of(vm, 3, from_object(type_of(vm, exception)), exception, traceback == EMPTY ? NONE : traceback);
}

/* logging.getLogger('asyncio').error(message, exc_info=exception), if the program uses logging. */
static bool log_by_module(VM *vm, Value logging, Value message, Value exception) {
    OWNED Value logger = find_logger(vm, logging);
    OWNED Value error = logger == FAIL ? FAIL : object_getattr_text(vm, logger, "error");
    OWNED Value names = error == FAIL ? FAIL : str_from_text(vm, "exc_info");
    OWNED Value tuple = names == FAIL ? FAIL : tuple_of(vm, 1, names);
    if (tuple == FAIL) return false;
    OWNED Value info = exception == EMPTY ? FALSE : exception_info(vm, exception);
    if (info == FAIL) return false;
    Value args[] = {message, info};
    OWNED Value done = object_call(vm, error, args, 1, tuple);
    return done != FAIL;
}

/* An error line of the logger "asyncio", with the exception's traceback (or EMPTY). */
static bool log_error(VM *vm, Value message, Value exception) {
    Value logging = vm->modules == EMPTY ? EMPTY : dict_get_text(vm, to_dict(vm->modules), "logging");
    if (logging != EMPTY && logging != NONE) return log_by_module(vm, logging, message, exception);
    Buffer out = {0};
    buffer_add_span(&out, str_span(message));
    buffer_add_char(&out, '\n');
    if (exception != EMPTY) exception_print(vm, exception, &(TracebackStyle){0}, &out);
    bool done = stderr_write(vm, buffer_span(&out));
    buffer_free(&out);
    return done;
}

static bool is_key(Value key, const char *text) {
    return is_str(key) && str_equals_text(key, text);
}

/* Stacks are shown as such. */
static Value show_item(VM *vm, Value key, Value value) {
    if (!is_key(key, "source_traceback") && !is_key(key, "handle_traceback")) return object_repr(vm, value);
    OWNED Value show = TRY(asyncio_helper(vm, "asyncio.base_events", "_show_stack"));
    return call_2(vm, show, key, value);
}

static bool add_lines(VM *vm, Value context, Buffer *out) {
    OWNED Value keys = dict_keys_list(vm, to_dict(context));
    if (keys == FAIL || !list_sort(vm, to_list(keys), NONE, false)) return false;
    for (usize i = 0; i < to_list(keys)->count; i++) {
        Value key = to_list(keys)->items[i];
        if (is_key(key, "message") || is_key(key, "exception")) continue;
        Value value = dict_get(vm, to_dict(context), key);
        OWNED Value shown = value == FAIL || value == EMPTY ? FAIL : show_item(vm, key, value);
        OWNED Value line = shown == FAIL ? FAIL : str_format(vm, "\n%S: %S", key, shown);
        if (line == FAIL) return false;
        buffer_add_span(out, str_span(line));
    }
    return true;
}

bool default_exception_handler(VM *vm, Value context) {
    if (!has_kind(context, KIND_DICT)) {
        raise_type(vm, "context must be a dict, not %T", context);
        return false;
    }
    Value message = dict_get_text(vm, to_dict(context), "message");
    Value exception = dict_get_text(vm, to_dict(context), "exception");
    Buffer out = {0};
    OWNED Value head = message == EMPTY || object_truth(vm, message) == 0 ? str_from_text(vm, "Unhandled exception in event loop")
                                        : object_str(vm, message);
    if (head != FAIL) buffer_add_span(&out, str_span(head));
    bool done = head != FAIL && add_lines(vm, context, &out);
    OWNED Value text = done ? str_new(vm, out.data, out.length) : FAIL;
    buffer_free(&out);
    return text != FAIL && log_error(vm, text, exception == NONE || !is_exception(exception) ? EMPTY : exception);
}

/* ---- the loop's handler ---- */

/* Which object's contextvars.Context the handler runs in; owned, EMPTY: none. */
static Value find_context(VM *vm, Value context) {
    static const char *const keys[] = {"task", "future", "handle"};
    for (u32 i = 0; i < COUNT_OF(keys); i++) {
        Value thing = dict_get_text(vm, to_dict(context), keys[i]);
        if (thing == EMPTY || thing == NONE) continue;
        OWNED Value method = TRY(object_find_attr(vm, thing, NAME(get_context)));
        return method == EMPTY ? EMPTY : call_0(vm, method);
    }
    return EMPTY;
}

static bool call_handler(VM *vm, Value handler, Value loop, Value context) {
    OWNED Value runs_in = has_kind(context, KIND_DICT) ? find_context(vm, context) : EMPTY;
    if (runs_in == FAIL) return false;
    OWNED Value run = is_context(vm, runs_in) ? object_getattr(vm, runs_in, NAME(run)) : EMPTY;
    if (run == FAIL) return false;
    OWNED Value done = run == EMPTY ? call_2(vm, handler, loop, context) : call_3(vm, run, handler, loop, context);
    return done != FAIL;
}

/* The default handler may be a script's own method. */
static bool call_default(VM *vm, Value loop, Value context) {
    if (is_plain_loop(loop)) return default_exception_handler(vm, context);
    OWNED Value done = call_method_1(vm, loop, NAME(default_exception_handler), context);
    return done != FAIL;
}

static bool call_default_safely(VM *vm, Value loop, Value context, const char *trouble) {
    if (call_default(vm, loop, context)) return true;
    if (goes_on(vm)) return false;
    OWNED Value error = exception_take(vm);
    OWNED Value text = str_from_text(vm, trouble);
    if (text == FAIL || !log_error(vm, text, error)) exception_clear(vm);
    return true;
}

static bool handler_failed(VM *vm, Value loop, Value context) {
    if (goes_on(vm)) return false;
    OWNED Value error = exception_take(vm);
    OWNED Value about = dict_new(vm);
    OWNED Value message = str_from_text(vm, "Unhandled error in exception handler");
    if (about == FAIL || message == FAIL || !dict_set_text(vm, to_dict(about), "message", message) ||
        !dict_set_text(vm, to_dict(about), "exception", error) ||
        !dict_set_text(vm, to_dict(about), "context", context))
        return false;
    return call_default_safely(vm, loop, about,
                               "Exception in default exception handler while handling an unexpected error in "
                               "custom exception handler");
}

bool call_exception_handler(VM *vm, Value loop, Value context) {
    Value handler = is_loop(loop) ? to_loop(loop)->exception_handler : EMPTY;
    if (handler == EMPTY)
        return call_default_safely(vm, loop, context, "Exception in default exception handler");
    OWNED Value held = incref(handler);
    return call_handler(vm, held, loop, context) || handler_failed(vm, loop, context);
}

static bool hand_over(VM *vm, Value loop, Value context) {
    if (is_plain_loop(loop)) return call_exception_handler(vm, loop, context);
    OWNED Value done = call_method_1(vm, loop, NAME(call_exception_handler), context);
    return done != FAIL;
}

static Value make_context_dict(VM *vm, Value message, const ReportItem *items, u32 count) {
    OWNED Value context = TRY(dict_new(vm));
    CHECK(dict_set_text(vm, to_dict(context), "message", message));
    for (u32 i = 0; i < count; i++) CHECK(dict_set_text(vm, to_dict(context), items[i].key, items[i].value));
    return TAKE(context);
}

/* Where the thing with this __dict__ was made, if that is known. */
static bool add_stack(VM *vm, Value context, Value dict) {
    OWNED Value source = debug_source(vm, dict);
    return source == EMPTY || dict_set_text(vm, to_dict(context), "source_traceback", source);
}

static bool add_source(VM *vm, Value context, Value future) {
    return !is_future(future) || add_stack(vm, context, to_future(future)->dict);
}

void report_to_loop(VM *vm, Value loop, Value message, const ReportItem *items, u32 count) {
    if (message == FAIL || loop == EMPTY) {
        exception_clear(vm);
        return;
    }
    OWNED Value pending = exception_take(vm);
    OWNED Value context = make_context_dict(vm, message, items, count);
    if (context == FAIL || !add_source(vm, context, items[count - 1].value) || !hand_over(vm, loop, context))
        vm->hooks.unraisable(vm, NULL, count ? items[count - 1].value : NONE);
    if (pending != EMPTY) exception_restore(vm, TAKE(pending));
}

bool report_callback(VM *vm, Value loop, Value handle) {
    if (goes_on(vm)) return false;
    OWNED Value error = exception_take(vm);
    Buffer out = {0};
    buffer_add_text(&out, "Exception in callback ");
    bool shown = show_callback(vm, &out, to_handle(handle)->callback, to_handle(handle)->args,
                               loop_is_debug(vm, loop));
    OWNED Value message = shown ? str_new(vm, out.data, out.length) : FAIL;
    buffer_free(&out);
    if (message == FAIL) return false;
    OWNED Value context = make_context_dict(vm, message, (ReportItem[]){{"exception", error}, {"handle", handle}}, 2);
    if (context == FAIL || !add_stack(vm, context, to_handle(handle)->dict)) return false;
    return hand_over(vm, loop, context);
}
