#include "loop/debug.h"

#include "loop/show.h"

#include <stdlib.h>

#include "loop/asyncio.h"
#include "loop/report.h"
#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/float.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

int debug_is_wanted(VM *vm) {
    if (dict_get_text(vm, to_dict(vm->modules), "asyncio.coroutines") == EMPTY) {
        const char *wanted = getenv("PYTHONASYNCIODEBUG");
        if (!wanted || !*wanted) return 0;
    }
    OWNED Value ask = asyncio_helper(vm, "asyncio.coroutines", "_is_debug_mode");
    OWNED Value answer = ask == FAIL ? FAIL : call_0(vm, ask);
    return answer == FAIL ? -1 : object_truth(vm, answer);
}

/* ---- where things were made ---- */

bool debug_note_source(VM *vm, Value loop, Value *dict) {
    if (LIKELY(is_loop(loop) ? !to_loop(loop)->is_debug : !loop_is_debug(vm, loop))) return true;
    OWNED Value extract = asyncio_helper(vm, "asyncio.format_helpers", "extract_stack");
    OWNED Value stack = extract == FAIL ? FAIL : call_0(vm, extract);
    if (stack == FAIL) return false;
    if (*dict == EMPTY) *dict = dict_new(vm);
    if (*dict == FAIL) return *dict = EMPTY, false;
    return dict_set_text(vm, to_dict(*dict), "_source_traceback", stack);
}

Value debug_source(VM *vm, Value dict) {
    Value found = dict == EMPTY ? EMPTY : dict_get_text(vm, to_dict(dict), "_source_traceback");
    return found == EMPTY || found == NONE ? EMPTY : incref(found);
}

bool debug_show_source(VM *vm, Buffer *out, Value dict) {
    OWNED Value stack = debug_source(vm, dict);
    if (stack == EMPTY || !has_kind(stack, KIND_LIST) || !to_list(stack)->count) return true;
    Value frame = to_list(stack)->items[to_list(stack)->count - 1];
    OWNED Value file = object_getattr_text(vm, frame, "filename");
    OWNED Value line = file == FAIL ? FAIL : object_getattr_text(vm, frame, "lineno");
    OWNED Value text = line == FAIL ? FAIL : str_format(vm, " created at %S:%R", file, line);
    if (text == FAIL) return false;
    buffer_add_span(out, str_span(text));
    return true;
}

/* ---- threads ---- */

bool debug_check_thread(VM *vm, Loop *loop) {
    if (LIKELY(!loop->is_debug) || !loop->thread || loop->thread == vm->thread) return true;
    raise_runtime(vm, "Non-thread-safe operation invoked on an event loop other than the current one");
    return false;
}

/* ---- slow callbacks ---- */

void debug_begin(VM *vm, Loop *loop) {
    loop->step_began = loop_time(vm, loop);
    replace(&loop->step_what, incref(loop->running.what));
}

static void warn_slow(VM *vm, Value what, double seconds) {
    OWNED Value shown = object_repr(vm, what);
    OWNED Value text = str_from_text(vm, "Executing %s took %.3f seconds");
    OWNED Value logger = shown == FAIL || text == FAIL ? FAIL : asyncio_helper(vm, "asyncio.base_events", "logger");
    OWNED Value warning = logger == FAIL ? FAIL : object_getattr_text(vm, logger, "warning");
    OWNED Value took = warning == FAIL ? FAIL : float_new(vm, seconds);
    OWNED Value done = took == FAIL ? FAIL : call_3(vm, warning, text, shown, took);
    if (done == FAIL) vm->hooks.unraisable(vm, NULL, what);
}

void debug_end(VM *vm, Loop *loop) {
    OWNED Value what = take(&loop->step_what);
    double seconds = loop_time(vm, loop) - loop->step_began;
    if (what == EMPTY || seconds < loop->slow_callback_duration) return;
    OWNED Value pending = exception_take(vm);
    warn_slow(vm, what, seconds);
    if (pending != EMPTY) exception_restore(vm, TAKE(pending));
}
