/* sys: hooks and settings of the interpreter, and what it is asked about objects. */
#include <dlfcn.h>
#include <stdlib.h>

#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/float.h"
#include "objects/frame.h"
#include "objects/frameobject.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/record.h"
#include "objects/str.h"
#include "objects/want.h"
#include "stdlib/sys_numbers.h"
#include "vm/import.h"
#include "vm/threads.h"

typedef struct Settings {
    double switch_interval;
    int open_flags;
    Value audit_hooks; /* list, or EMPTY */
} Settings;

static void free_settings(VM *vm, void *state) {
    decref(((Settings *)state)->audit_hooks);
    free(state);
}

static Settings *settings_of(VM *vm) {
    void **state = &vm->module_state[MODULE_sys].state;
    if (*state) return *state;
    Settings *settings = malloc(sizeof *settings);
    if (!settings) return raise_memory(vm), NULL;
    *settings = (Settings){0.005, RTLD_NOW, EMPTY};
    vm->module_state[MODULE_sys].free_state = free_settings;
    return *state = settings;
}

Value sys_module(VM *vm) {
    return dict_get_text(vm, to_dict(vm->modules), "sys");
}

/* ---- text ---- */

/* Return the current default encoding used by the Unicode implementation. */
FUNCTION(sys, getdefaultencoding, "()") {
    return str_from_text(vm, "utf-8");
}

/* Return the encoding used to convert Unicode filenames to OS filenames. */
FUNCTION(sys, getfilesystemencoding, "()") {
    return str_from_text(vm, "utf-8");
}

/* Return the error mode used for Unicode to OS filename conversion. */
FUNCTION(sys, getfilesystemencodeerrors, "()") {
    return str_from_text(vm, "surrogateescape");
}

/* Return True if the given string is "interned". */
FUNCTION(sys, _is_interned, "(string, /)") {
    if (!is_str(args[0])) return raise_type(vm, "_is_interned() argument must be str, not %N", args[0]);
    return from_bool(str_is_interned(args[0]));
}

/* Return the number of elements of the unicode interned dictionary */
FUNCTION(sys, getunicodeinternedsize, "(*, _only_immortal=False)") {
    return from_small(NAME_COUNT);
}

/* ---- memory ---- */

static Value size_of(VM *vm, Value v) {
    OWNED Value method = TRY(object_find_special(vm, v, NAME(__sizeof__)));
    if (method == EMPTY) return raise_type(vm, "Type %T doesn't define __sizeof__", v);
    OWNED Value size = TRY(call_0(vm, method));
    i64 number;
    if (!is_int(size)) return raise_type(vm, "an integer is required");
    CHECK(object_to_i64(vm, size, &number));
    if (number < 0) return raise_value(vm, "__sizeof__() should return >= 0");
    if (number == 0 && !is_object(v)) return from_small(sizeof(Value)); /* it is all in the word */
    return TAKE(size);
}

/* getsizeof(object [, default]) -> int
 *
 * Return the size of object in bytes. */
FUNCTION(sys, getsizeof, "(object, default=None) hidden") {
    Value size = size_of(vm, args[0]);
    if (size != FAIL || args[1] == EMPTY || !exception_matches(vm, EXC(TypeError))) return size;
    exception_clear(vm);
    return incref(args[1]);
}

/* Return the number of memory blocks currently allocated. */
FUNCTION(sys, getallocatedblocks, "()") {
    return from_small((i64)(vm->heap.bytes / HEAP_GRAIN));
}

/* Clear the internal type lookup cache. */
FUNCTION(sys, _clear_type_cache, "()") {
    return NONE;
}

/* Clear all internal performance-related caches. */
FUNCTION(sys, _clear_internal_caches, "()") {
    return NONE;
}

/* ---- threads ---- */

/* Return the current thread switch interval; see sys.setswitchinterval(). */
FUNCTION(sys, getswitchinterval, "()") {
    Settings *settings = settings_of(vm);
    return settings ? float_new(vm, settings->switch_interval) : FAIL;
}

/* Set the ideal thread switching delay inside the Python interpreter.
 *
 * The actual frequency of switching threads can be lower if the
 * interpreter executes long sequences of uninterruptible code
 * (this is implementation-specific and workload-dependent).
 *
 * The parameter must represent the desired switching delay in seconds
 * A typical value is 0.005 (5 milliseconds). */
FUNCTION(sys, setswitchinterval, "(interval, /)") {
    Settings *settings = settings_of(vm);
    double interval;
    if (!settings || !object_to_double(vm, args[0], &interval)) return FAIL;
    if (!(interval > 0)) return raise_value(vm, "switch interval must be strictly positive");
    settings->switch_interval = interval;
    return NONE;
}

/* Return True if the GIL is currently enabled and False otherwise. */
FUNCTION(sys, _is_gil_enabled, "()") {
    return TRUE;
}

/* Return True if Python is exiting. */
FUNCTION(sys, is_finalizing, "()") {
    return from_bool(vm->is_closing);
}

static bool add_frame(VM *vm, Dict *frames, u64 id, Frame *frame) {
    if (!frame) return true;
    OWNED Value key = int_from_u64(vm, id);
    OWNED Value value = key == FAIL ? FAIL : frame_object(vm, frame);
    return value != FAIL && dict_set(vm, frames, key, value);
}

/* Return a dict mapping each thread's thread id to its current stack frame.
 *
 * This function should be used for specialized purposes only. */
FUNCTION(sys, _current_frames, "()") {
    OWNED Value frames = TRY(dict_new(vm));
    CHECK(add_frame(vm, to_dict(frames), thread_ident(vm), vm->frame));
    for (Thread *thread = vm->threads ? vm->threads->all : NULL; thread; thread = thread->next)
        if (thread != vm->thread) CHECK(add_frame(vm, to_dict(frames), thread->id, thread->frame));
    return TAKE(frames);
}

static bool add_exception(VM *vm, Dict *exceptions, u64 id, Value handled) {
    OWNED Value key = int_from_u64(vm, id);
    return key != FAIL && dict_set(vm, exceptions, key, handled == EMPTY ? NONE : handled);
}

/* Return a dict mapping each thread's identifier to its current raised exception.
 *
 * This function should be used for specialized purposes only. */
FUNCTION(sys, _current_exceptions, "()") {
    OWNED Value exceptions = TRY(dict_new(vm));
    CHECK(add_exception(vm, to_dict(exceptions), thread_ident(vm), vm->handled));
    for (Thread *thread = vm->threads ? vm->threads->all : NULL; thread; thread = thread->next)
        if (thread != vm->thread)
            CHECK(add_exception(vm, to_dict(exceptions), thread->id, thread->handled));
    return TAKE(exceptions);
}

/* ---- frames ---- */

/* Return the name of the module for the calling frame.
 *
 * The default depth returns the module containing the call to this API.
 * A more typical use in a library will pass a depth of 1 to get the user's
 * module rather than the library module.
 *
 * If no frame, module, or name can be found, returns None. */
FUNCTION(sys, _getframemodulename, "(depth=0)") {
    i64 depth = 0;
    if (args[0] != EMPTY) CHECK(object_to_i64(vm, args[0], &depth));
    Frame *frame = vm->frame;
    while (frame && depth-- > 0) frame = frame_caller(frame);
    if (!frame) return NONE;
    OWNED Value object = TRY(frame_object(vm, frame));
    OWNED Value globals = TRY(object_getattr_text(vm, object, "f_globals"));
    Value name = dict_get_str(vm, to_dict(globals), NAME(__name__));
    return name == EMPTY ? NONE : incref(name);
}

/* ---- coroutines ---- */

static const RecordField hook_fields[] = {{"firstiter", NULL}, {"finalizer", NULL}, {NULL, NULL}};
#define HOOKS_DOC                                                                        \
    "asyncgen_hooks\n\nA named tuple providing information about asynchronous\n"         \
    "generators hooks.  The attributes are read only."
RECORD(asyncgen_hooks, "asyncgen_hooks", hook_fields, 2, HOOKS_DOC)
TYPE(asyncgen_hooks, RECORD_TYPE(asyncgen_hooks, "asyncgen_hooks", HOOKS_DOC))

static Value hook_value(Value hook) {
    return hook == EMPTY ? NONE : incref(hook);
}

/* Return the installed asynchronous generators hooks.
 *
 * This returns a namedtuple of the form (firstiter, finalizer). */
FUNCTION(sys, get_asyncgen_hooks, "()") {
    Dict *names = type_dict(vm, vm->types[TYPE_asyncgen_hooks]);
    CHECK(names);
    if (dict_get_text(vm, names, "n_fields") == EMPTY) CHECK(record_start(vm, &asyncgen_hooks_record));
    Value values[] = {hook_value(vm->asyncgen_firstiter), hook_value(vm->asyncgen_finalizer)};
    return record_new(vm, &asyncgen_hooks_record, values);
}

static bool check_hook(VM *vm, Value hook, const char *name) {
    if (hook == EMPTY || hook == NONE || is_callable(vm, hook)) return true;
    raise_type(vm, "callable %s expected, got %T", name, hook);
    return false;
}

static void set_hook(Value *slot, Value hook) {
    if (hook != EMPTY) replace(slot, hook == NONE ? EMPTY : incref(hook));
}

/* set_asyncgen_hooks([firstiter] [, finalizer])
 *
 * Set a finalizer for async generators objects. */
FUNCTION(sys, set_asyncgen_hooks, "(firstiter=None, finalizer=None) hidden") {
    CHECK(check_hook(vm, args[1], "finalizer") && check_hook(vm, args[0], "firstiter"));
    set_hook(&vm->asyncgen_finalizer, args[1]);
    set_hook(&vm->asyncgen_firstiter, args[0]);
    return NONE;
}

/* Check status of origin tracking for coroutine objects in this thread. */
FUNCTION(sys, get_coroutine_origin_tracking_depth, "()") {
    return from_small(vm->coroutine_origin_depth);
}

/* Enable or disable origin tracking for coroutine objects in this thread.
 *
 * Coroutine objects will track 'depth' frames of traceback information
 * about where they came from, available in their cr_origin attribute.
 *
 * Set a depth of 0 to disable. */
FUNCTION(sys, set_coroutine_origin_tracking_depth, "(depth)") {
    int depth;
    CHECK(want_int(vm, args[0], &depth));
    if (depth < 0) return raise_value(vm, "depth must be >= 0");
    vm->coroutine_origin_depth = (u32)depth;
    return NONE;
}

/* ---- auditing ---- */

/* Passes the event to any hooks that are attached. */
FUNCTION(sys, audit, "(event, /, *args)") {
    Settings *settings = vm->module_state[MODULE_sys].state;
    if (!settings || settings->audit_hooks == EMPTY) return NONE;
    if (!is_str(args[0])) return raise_type(vm, "expected str for argument 'event', not %T", args[0]);
    OWNED Value rest = TRY(tuple_from(vm, args + 1, nargs - 1));
    OWNED Value hooks = incref(settings->audit_hooks);
    for (usize i = 0; i < to_list(hooks)->count; i++) {
        OWNED Value hook = incref(to_list(hooks)->items[i]);
        OWNED Value done = TRY(call_2(vm, hook, args[0], rest));
    }
    return NONE;
}

/* Adds a new audit hook callback. */
FUNCTION(sys, addaudithook, "(hook)") {
    Settings *settings = settings_of(vm);
    if (!settings) return FAIL;
    if (settings->audit_hooks == EMPTY) settings->audit_hooks = TRY(list_new(vm, 1));
    CHECK(list_push(vm, to_list(settings->audit_hooks), args[0]));
    return NONE;
}

/* ---- shared libraries ---- */

/* Return the current value of the flags that are used for dlopen calls.
 *
 * The flag constants are defined in the os module. */
FUNCTION(sys, getdlopenflags, "()") {
    Settings *settings = settings_of(vm);
    return settings ? from_small(settings->open_flags) : FAIL;
}

/* Set the flags used by the interpreter for dlopen calls.
 *
 * This is used, for example, when the interpreter loads extension
 * modules. Among other things, this will enable a lazy resolving of
 * symbols when importing a module, if called as sys.setdlopenflags(0).
 * To share symbols across extension modules, call as
 * sys.setdlopenflags(os.RTLD_GLOBAL).  Symbolic names for the flag
 * modules can be found in the os module (RTLD_xxx constants, e.g.
 * os.RTLD_LAZY). */
FUNCTION(sys, setdlopenflags, "(flags, /)") {
    Settings *settings = settings_of(vm);
    return settings && want_int(vm, args[0], &settings->open_flags) ? NONE : FAIL;
}

/* ---- debuggers ---- */

/* This hook function is called by built-in breakpoint(). */
FUNCTION(sys, breakpointhook, "(*args, **kwargs)") {
    const char *named = getenv("PYTHONBREAKPOINT");
    if (named && !strcmp(named, "0")) return NONE;
    Buffer text = {0};
    buffer_add_text(&text, named && *named ? named : "pdb.set_trace");
    char *dot = text.failed ? NULL : strrchr(text.data, '.');
    if (dot) *dot = '\0';
    Value module = text.failed ? raise_memory(vm) : import_text(vm, dot ? text.data : "builtins");
    Value hook = module == FAIL ? FAIL : object_getattr_text(vm, module, dot ? dot + 1 : text.data);
    decref(module);
    buffer_free(&text);
    OWNED Value owned = TRY(hook);
    OWNED Value rest = TRY(tuple_from(vm, args + 1, nargs - 1));
    return call_with_tuple(vm, owned, rest, args[0]);
}
