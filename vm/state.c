#include "vm/state.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "compiler/compiler.h"
#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/frame.h"
#include "objects/frameobject.h"
#include "objects/list.h"
#include "objects/module.h"
#include "objects/weakref.h"
#include "objects/native.h"
#include "objects/state.h"
#include "objects/str.h"
#include "objects/type_cache.h"
#include "vm/access.h"
#include "vm/collector.h"
#include "vm/import.h"
#include "vm/interpreter.h"
#include "vm/sources.h"
#include "vm/threads.h"
#include "vm/trace.h"
#include "vm/unraisable.h"
#include "vm/warnings.h"

/* The value stack is reserved whole and never moves: pointers into it stay valid. Pages that are never touched
 * cost nothing. */
enum { STACK_BYTES = 256 << 20, STACK_MARGIN = 4096 /* Values that a native may add */ };
enum { DEFAULT_RECURSION_LIMIT = 1000 };
enum { C_STACK_MARGIN = 256 << 10, C_STACK_DEFAULT = 8 << 20, C_STACK_LARGEST = 64 << 20 };

static bool map_stack(VM *vm) {
    void *memory = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) return false;
    vm->stack = memory;
    vm->stack_limit = vm->stack + STACK_BYTES / sizeof(Value) - STACK_MARGIN;
    vm->generator_top = vm->stack;
    return true;
}

/* How deep C may recurse: what the system gives the main thread, less a margin. */
static void measure_c_stack(VM *vm) {
    struct rlimit limit;
    usize size = C_STACK_DEFAULT;
    if (!getrlimit(RLIMIT_STACK, &limit) && limit.rlim_cur != RLIM_INFINITY) size = limit.rlim_cur;
    if (size > C_STACK_LARGEST) size = C_STACK_LARGEST;
    char *here = __builtin_frame_address(0);
    vm->c_stack_limit = here - size + C_STACK_MARGIN;
}

static Value run_code(VM *vm, Code *code, Dict *globals, Value locals) {
    OWNED Value function = TRY(function_new(vm, code, from_object(globals)));
    return call_function(vm, function, &locals, code->parameters, EMPTY);
}

static void fill_hooks(VM *vm) {
    vm->hooks.call_function = call_function;
    vm->hooks.coro_send = coro_send;
    vm->hooks.coro_throw = coro_throw;
    vm->hooks.coro_close = coro_close;
    vm->hooks.import = import_module;
    vm->hooks.compile = compile_source;
    vm->hooks.run_code = run_code;
    vm->hooks.collect = collector_run;
    vm->hooks.unraisable = unraisable_report;
    vm->hooks.warn = warnings_warn;
    vm->hooks.warn_explicit = warnings_warn_at;
}

static bool add_module(VM *vm, const char *name, Value *dict) {
    OWNED Value module = import_text(vm, name);
    if (module == FAIL) return false;
    *dict = incref(from_object(((Module *)to_object(module))->dict));
    return true;
}

static bool start_modules(VM *vm) {
    vm->builtins = dict_new(vm);
    vm->modules = dict_new(vm);
    vm->sys = dict_new(vm);
    if (vm->builtins == FAIL || vm->modules == FAIL || vm->sys == FAIL) return false;
    Value sys = EMPTY, builtins = EMPTY;
    if (!add_module(vm, "sys", &sys)) return false;
    replace(&vm->sys, sys);
    if (!add_module(vm, "builtins", &builtins)) return false;
    replace(&vm->builtins, builtins);
    return dict_set_text(vm, to_dict(vm->sys), "modules", vm->modules);
}

static void empty_values(VM *vm) {
    Value *values[] = {&vm->exception,          &vm->handled,    &vm->return_value, &vm->pending_sent,
                       &vm->builtins,           &vm->modules,    &vm->sys,          &vm->main_module,
                       &vm->asyncgen_firstiter, &vm->asyncgen_finalizer, &vm->loop, &vm->context};
    for (u32 i = 0; i < COUNT_OF(values); i++) *values[i] = EMPTY;
}

VM *vm_new(const VmOptions *options) {
    VM *vm = calloc(1, sizeof(VM));
    if (!vm) return NULL;
    vm->hash_key = options->hash_key;
    vm->library = options->library;
    vm->depth_limit = DEFAULT_RECURSION_LIMIT;
    empty_values(vm);
    measure_c_stack(vm);
    fill_hooks(vm);
    vm_prepare_dispatch(vm);
    if (!map_stack(vm) || !objects_start(vm) || !start_modules(vm)) {
        free(vm);
        return NULL;
    }
    vm->heap.limit = options->memory_limit;
    collector_start(vm);
    return vm;
}

static void free_module_states(VM *vm) {
    for (u32 i = 0; i < MODULE_COUNT; i++)
        if (vm->module_state[i].free_state) vm->module_state[i].free_state(vm, vm->module_state[i].state);
}

/* Weak references to all modules but builtins and sys: a list, owned. */
static Value refer_to_modules(VM *vm) {
    OWNED Value list = TRY(list_new(vm, to_dict(vm->modules)->count));
    Value name, module;
    for (u32 at = 0; dict_next(to_dict(vm->modules), &at, &name, &module);) {
        if (!has_kind(module, KIND_MODULE)) continue;
        Dict *dict = ((Module *)to_object(module))->dict;
        if (dict == to_dict(vm->builtins) || dict == to_dict(vm->sys)) continue;
        CHECK(list_push_owned(vm, to_list(list), weakref_new(vm, module, EMPTY)));
    }
    return TAKE(list);
}

/* Let go of all modules, as CPython does at its end: most die then, or are found by the collector, and
 * finalizers that run meanwhile still see their globals. The namespaces of those that somebody holds are
 * emptied, the latest first. */
static void clear_modules(VM *vm) {
    OWNED Value references = refer_to_modules(vm);
    if (references == FAIL) exception_clear(vm);
    Value namespace = EMPTY; /* borrowed: it may die, the collector only looks whether it is there */
    if (vm->main_module != EMPTY) namespace = from_object(((Module *)to_object(vm->main_module))->dict);
    replace(&vm->main_module, EMPTY);
    dict_clear(vm, to_dict(vm->modules));
    collector_run_from(vm, namespace);
    for (usize i = references == FAIL ? 0 : to_list(references)->count; i-- > 0;) {
        OWNED Value module = weakref_get(to_list(references)->items[i]);
        if (module != EMPTY) module_clear(vm, ((Module *)to_object(module))->dict);
    }
    collector_run(vm, 2);
    dict_clear(vm, to_dict(vm->modules));
}

usize vm_free(VM *vm, bool report) {
    vm->is_closing = true;
    tracer_set(vm, false, EMPTY);
    tracer_set(vm, true, EMPTY);
    threads_end(vm);
    replace(&vm->memory_error, EMPTY); /* its traceback may hold the program */
    clear_modules(vm);
    dict_clear(vm, to_dict(vm->sys));
    dict_clear(vm, to_dict(vm->builtins));
    collector_run(vm, 2);
    free_module_states(vm);
    replace(&vm->context, EMPTY);
    types_close_open(vm);
    collector_run(vm, 2); /* types that modules have made are rings */
    Value *values[] = {&vm->modules,   &vm->exception, &vm->handled, &vm->return_value, &vm->pending_sent, &vm->builtins,
                       &vm->sys,       &vm->asyncgen_firstiter, &vm->asyncgen_finalizer, &vm->loop, &vm->context};
    for (u32 i = 0; i < COUNT_OF(values); i++) replace(values[i], EMPTY);
    access_free(vm);
    collector_free(vm);
    frame_objects_close(vm);
    sources_free(vm);
    if (vm->threads && vm->threads->count > 1) return 0; /* others may still look at it */
    usize alive = objects_stop(vm, report);
    munmap(vm->stack, STACK_BYTES);
    tracer_free(vm, vm->tracer);
    threads_free(vm);
    free(vm);
    return alive;
}
