/* Codecs and error handlers that scripts registered: state of the module _codecs. */
#include <stdlib.h>

#include "objects/codecs_make.h"
#include "objects/dict.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"

typedef struct Registry {
    Value handlers; /* dict: name -> callable */
    Value searches; /* list of functions */
    Value found;    /* dict: normalised name -> CodecInfo */
} Registry;

static void free_registry(VM *vm, void *state) {
    Registry *registry = state;
    decref(registry->handlers);
    decref(registry->searches);
    decref(registry->found);
    free(registry);
}

static Registry *make_registry(VM *vm) {
    Registry *registry = malloc(sizeof *registry);
    if (!registry) {
        raise_memory(vm);
        return NULL;
    }
    registry->handlers = dict_new(vm);
    registry->searches = list_new(vm, 0);
    registry->found = dict_new(vm);
    vm->module_state[MODULE__codecs].state = registry;
    vm->module_state[MODULE__codecs].free_state = free_registry;
    return registry;
}

/* NULL when nothing was ever registered. */
static Registry *registry_of(VM *vm) {
    return vm->module_state[MODULE__codecs].state;
}

static Registry *need_registry(VM *vm) {
    Registry *registry = registry_of(vm);
    return registry ? registry : make_registry(vm);
}

Value codec_lookup_error(VM *vm, const char *name) {
    Registry *registry = registry_of(vm);
    Value handler =
        registry ? dict_get_text(vm, to_dict(registry->handlers), name) : EMPTY;
    if (handler != EMPTY) return incref(handler);
    return raise_format(vm, EXC(LookupError), "unknown error handler name '%s'", name);
}

bool codec_register_error(VM *vm, Value name, Value handler) {
    Registry *registry = need_registry(vm);
    return registry && dict_set(vm, to_dict(registry->handlers), name, handler);
}

bool codec_register(VM *vm, Value search_function) {
    Registry *registry = need_registry(vm);
    return registry && list_push(vm, to_list(registry->searches), search_function);
}

bool codec_unregister(VM *vm, Value search_function) {
    Registry *registry = registry_of(vm);
    if (!registry) return true;
    List *searches = to_list(registry->searches);
    dict_clear(vm, to_dict(registry->found));
    for (usize i = 0; i < searches->count; i++) {
        if (searches->items[i] != search_function) continue;
        decref(list_pop_at(vm, searches, i));
        return true;
    }
    return true;
}

static Value search(VM *vm, Registry *registry, Value name) {
    List *searches = to_list(registry->searches);
    for (usize i = 0; i < searches->count; i++) {
        OWNED Value function = incref(searches->items[i]);
        OWNED Value info = TRY(call_1(vm, function, name));
        if (info == NONE) continue;
        if (!has_kind(info, KIND_TUPLE) || to_tuple(info)->count != 4)
            return raise_type(vm, "codec search functions must return 4-tuples");
        CHECK(dict_set(vm, to_dict(registry->found), name, info));
        return TAKE(info);
    }
    return EMPTY;
}

/* The module codecs registers the search for all that is not builtin; it is loaded when
 * somebody asks for such a codec. While the VM starts or ends there is none. */
static bool load_codecs(VM *vm) {
    if (!vm->hooks.import || vm->is_closing || vm->modules == EMPTY) return true;
    OWNED Value name = str_intern_text(vm, "codecs");
    if (name == FAIL) return false;
    Value loaded = dict_get(vm, to_dict(vm->modules), name);
    if (loaded != EMPTY) return loaded != FAIL;
    OWNED Value module = vm->hooks.import(vm, name, EMPTY, EMPTY, 0);
    return module != FAIL;
}

Value codec_lookup_registered(VM *vm, Value name) {
    CHECK(load_codecs(vm));
    Registry *registry = registry_of(vm);
    if (!registry) return EMPTY;
    Value known = dict_get(vm, to_dict(registry->found), name);
    if (known != EMPTY) return known == FAIL ? FAIL : incref(known);
    return search(vm, registry, name);
}
