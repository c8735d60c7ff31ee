/* gc: the cycle collector as programs see it.
 *
 * There is one generation only: thresholds are remembered and given back, and only "0" of them, which turns the
 * collector off, has an effect. */
#include <stdlib.h>

#include "objects/dict.h"
#include "objects/frame.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/sequence.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"
#include "vm/collector.h"

MODULE(gc, "This module provides access to the garbage collector for reference cycles.\n"
           "\n"
           "enable() -- Enable automatic garbage collection.\n"
           "disable() -- Disable automatic garbage collection.\n"
           "isenabled() -- Returns true if automatic collection is enabled.\n"
           "collect() -- Do a full collection right now.\n"
           "get_count() -- Return the current collection counts.\n"
           "get_stats() -- Return list of dictionaries containing per-generation stats.\n"
           "set_debug() -- Set debugging flags.\n"
           "get_debug() -- Get debugging flags.\n"
           "set_threshold() -- Set the collection thresholds.\n"
           "get_threshold() -- Return the current the collection thresholds.\n"
           "get_objects() -- Return a list of all objects tracked by the collector.\n"
           "is_tracked() -- Returns true if a given object is tracked.\n"
           "is_finalized() -- Returns true if a given object has been already finalized.\n"
           "get_referrers() -- Return the list of objects that refer to an object.\n"
           "get_referents() -- Return the list of objects that an object refers to.\n"
           "freeze() -- Freeze all tracked objects and ignore them for future collections.\n"
           "unfreeze() -- Unfreeze all objects in the permanent generation.\n"
           "get_freeze_count() -- Return the number of objects in the permanent generation.\n")

enum { GENERATIONS = 3 };

typedef struct State {
    i64 thresholds[GENERATIONS], debug, collections[GENERATIONS], collected[GENERATIONS];
    i64 frozen; /* objects, when freeze() was called */
} State;

static State *state_of(VM *vm) {
    return vm->module_state[MODULE_gc].state;
}

static void free_state(VM *vm, void *state) {
    (void)vm;
    free(state);
}

MODULE_INIT(gc) {
    static const struct {
        const char *name;
        u32 value;
    } flags[] = {{"DEBUG_STATS", 1},         {"DEBUG_COLLECTABLE", 2}, {"DEBUG_UNCOLLECTABLE", 4},
                 {"DEBUG_SAVEALL", 32}, {"DEBUG_LEAK", 38}};
    State *state = calloc(1, sizeof *state);
    if (!state) return raise_memory(vm), false;
    *state = (State){.thresholds = {2000, 10, 10}};
    vm->module_state[MODULE_gc].state = state;
    vm->module_state[MODULE_gc].free_state = free_state;
    for (usize i = 0; i < COUNT_OF(flags); i++)
        if (!module_add(vm, module, flags[i].name, from_small(flags[i].value))) return false;
    return module_add(vm, module, "garbage", list_new(vm, 0)) &&
           module_add(vm, module, "callbacks", list_new(vm, 0));
}

/* ---- on and off ---- */

/* Enable automatic garbage collection. */
FUNCTION(gc, enable, "()") {
    collector_enable(vm, true);
    return NONE;
}

/* Disable automatic garbage collection. */
FUNCTION(gc, disable, "()") {
    collector_enable(vm, false);
    return NONE;
}

/* Returns true if automatic garbage collection is enabled. */
FUNCTION(gc, isenabled, "()") {
    return from_bool(collector_is_enabled(vm));
}

/* ---- collecting ---- */

static Value counts(VM *vm, i64 generation, i64 collected) {
    OWNED Value dict = TRY(dict_new(vm));
    const struct {
        const char *name;
        i64 value;
    } items[] = {{"generation", generation}, {"collected", collected}, {"uncollectable", 0}};
    for (usize i = 0; i < COUNT_OF(items); i++) {
        OWNED Value name = TRY(str_intern_text(vm, items[i].name));
        CHECK(dict_set(vm, to_dict(dict), name, from_small(items[i].value)));
    }
    return TAKE(dict);
}

static bool call_one(VM *vm, Value callback, const char *phase, i64 generation, i64 collected) {
    OWNED Value name = str_intern_text(vm, phase);
    OWNED Value info = name == FAIL ? FAIL : counts(vm, generation, collected);
    if (info == FAIL) return false;
    OWNED Value done = call_2(vm, callback, name, info);
    if (done == FAIL) vm->hooks.unraisable(vm, NULL, callback);
    return true;
}

/* gc.callbacks, as the module has them now. */
static bool tell(VM *vm, const char *phase, i64 generation, i64 collected) {
    OWNED Value name = str_intern_text(vm, "gc");
    Value module = name == FAIL ? FAIL : dict_get(vm, to_dict(vm->modules), name);
    if (module == FAIL) return false;
    if (module == EMPTY) return true;
    OWNED Value list = object_getattr_text(vm, module, "callbacks");
    if (list == FAIL) return exception_clear(vm), true;
    if (!has_kind(list, KIND_LIST)) return true;
    for (usize i = 0; i < to_list(list)->count; i++) {
        OWNED Value callback = incref(to_list(list)->items[i]);
        if (!call_one(vm, callback, phase, generation, collected)) return false;
    }
    return true;
}

/* Run the garbage collector.
 *
 * With no arguments, run a full collection.  The optional argument
 * may be an integer specifying which generation to collect.  A ValueError
 * is raised if the generation number is invalid.
 *
 * The number of unreachable objects is returned. */
FUNCTION(gc, collect, "(generation=2)") {
    i64 generation = GENERATIONS - 1;
    if (args[0] != EMPTY && !object_to_i64(vm, args[0], &generation)) return FAIL;
    if (generation < 0 || generation >= GENERATIONS) return raise_value(vm, "invalid generation");
    CHECK(tell(vm, "start", generation, 0));
    i64 collected = collector_run(vm, (int)generation);
    state_of(vm)->collections[generation]++;
    state_of(vm)->collected[generation] += collected;
    CHECK(tell(vm, "stop", generation, collected));
    return from_small(collected);
}

/* Return a list of dictionaries containing per-generation statistics. */
FUNCTION(gc, get_stats, "()") {
    OWNED Value list = TRY(list_new(vm, GENERATIONS));
    for (int i = 0; i < GENERATIONS; i++) {
        OWNED Value dict = TRY(dict_new(vm));
        const struct {
            const char *name;
            i64 value;
        } items[] = {{"collections", state_of(vm)->collections[i]},
                     {"collected", state_of(vm)->collected[i]},
                     {"uncollectable", 0}};
        for (usize j = 0; j < COUNT_OF(items); j++) {
            OWNED Value name = TRY(str_intern_text(vm, items[j].name));
            CHECK(dict_set(vm, to_dict(dict), name, from_small(items[j].value)));
        }
        CHECK(list_push(vm, to_list(list), dict));
    }
    return TAKE(list);
}

/* Return a three-tuple of the current collection counts. */
FUNCTION(gc, get_count, "()") {
    return tuple_of(vm, 3, from_small((i64)vm->heap.containers_made), from_small(0), from_small(0));
}

/* ---- settings ---- */

/* Return the current collection thresholds. */
FUNCTION(gc, get_threshold, "()") {
    const i64 *thresholds = state_of(vm)->thresholds;
    return tuple_of(vm, 3, from_small(thresholds[0]), from_small(thresholds[1]), from_small(thresholds[2]));
}

/* set_threshold(threshold0, [threshold1, [threshold2]])
 * Set the collection thresholds (the collection frequency).
 *
 * Setting 'threshold0' to zero disables collection. */
FUNCTION(gc, set_threshold, "(*thresholds) hidden") {
    if (nargs < 1 || nargs > GENERATIONS) return raise_type(vm, "gc.set_threshold requires 1 to 3 arguments");
    i64 given[GENERATIONS];
    memcpy(given, state_of(vm)->thresholds, sizeof given);
    for (u32 i = 0; i < nargs; i++)
        if (!object_to_i64(vm, args[i], &given[i])) return FAIL;
    memcpy(state_of(vm)->thresholds, given, sizeof given);
    return NONE;
}

/* Get the garbage collection debugging flags. */
FUNCTION(gc, get_debug, "()") {
    return from_small(state_of(vm)->debug);
}

/* Set the garbage collection debugging flags.
 *
 *   flags
 *     An integer that can have the following bits turned on:
 *       DEBUG_STATS - Print statistics during collection.
 *       DEBUG_COLLECTABLE - Print collectable objects found.
 *       DEBUG_UNCOLLECTABLE - Print unreachable but uncollectable objects
 *         found.
 *       DEBUG_SAVEALL - Save objects to gc.garbage rather than freeing them.
 *       DEBUG_LEAK - Debug leaking programs (everything but STATS).
 *
 * Debugging information is written to sys.stderr. */
FUNCTION(gc, set_debug, "(flags, /)") {
    return object_to_i64(vm, args[0], &state_of(vm)->debug) ? NONE : FAIL;
}

static void count_piece(void *piece, void *count) {
    ++*(i64 *)count;
}

/* Freeze all current tracked objects and ignore them for future collections.
 *
 * This can be used before a POSIX fork() call to make the gc copy-on-write friendly.
 * Note: collection before a POSIX fork() call may free pages for future allocation
 * which can cause copy-on-write. */
FUNCTION(gc, freeze, "()") {
    state_of(vm)->frozen = 0;
    heap_each(&vm->heap, HEAP_CONTAINER, count_piece, &state_of(vm)->frozen);
    return NONE;
}

/* Unfreeze all objects in the permanent generation.
 *
 * Put all objects in the permanent generation back into oldest generation. */
FUNCTION(gc, unfreeze, "()") {
    state_of(vm)->frozen = 0;
    return NONE;
}

/* Return the number of objects in the permanent generation. */
FUNCTION(gc, get_freeze_count, "()") {
    return from_small(state_of(vm)->frozen);
}

/* ---- looking at objects ---- */

static bool is_container(Value v) {
    return v && is_object(v) && !(to_object(v)->flags & OBJECT_ATOM);
}

/* Returns true if the object is tracked by the garbage collector.
 *
 * Simple atomic objects will return false. */
FUNCTION(gc, is_tracked, "(obj, /)") {
    if (has_exact_kind(args[0], KIND_TUPLE)) return from_bool(to_tuple(args[0])->count != 0);
    if (has_exact_kind(args[0], KIND_DICT)) return from_bool(to_dict(args[0])->count != 0);
    return from_bool(is_container(args[0]) && type_of(vm, args[0]) != vm->types[TYPE_object]);
}

/* Returns true if the object has been already finalized by the GC. */
FUNCTION(gc, is_finalized, "(obj, /)") {
    return from_bool(is_object(args[0]) && to_object(args[0])->flags & OBJECT_FINALIZED);
}

typedef struct Search {
    Visitor visitor;
    VM *vm;
    Obj **objects;
    usize count, capacity;
    const Value *targets;
    u32 target_count;
    bool hits, failed;
} Search;

static void note(Search *search, Obj *object) {
    if (search->count == search->capacity) {
        usize capacity = search->capacity ? search->capacity * 2 : 1024;
        Obj **objects = realloc(search->objects, capacity * sizeof *objects);
        if (!objects) {
            search->failed = true;
            return;
        }
        search->objects = objects;
        search->capacity = capacity;
    }
    search->objects[search->count++] = object;
}

/* The objects noted, as a list: made after the walk, because that makes objects. */
static Value gather(Search *search) {
    VM *vm = search->vm;
    OWNED Value list = search->failed ? raise_memory(vm) : list_new(vm, search->count);
    for (usize i = 0; list != FAIL && i < search->count; i++)
        if (!list_push(vm, to_list(list), from_object(search->objects[i]))) replace(&list, FAIL);
    free(search->objects);
    return TAKE(list);
}

static void note_piece(void *piece, void *search) {
    Obj *object = piece;
    if (object->rc && !(object->flags & OBJECT_DYING)) note(search, object);
}

/* -1 is as good as None. */
static bool take_generation(VM *vm, Value v, i64 *generation) {
    i64 number;
    if (!has_index(vm, v)) {
        raise_type(vm, "argument should be integer or None, not '%T'", v);
        return false;
    }
    if (!object_to_i64(vm, v, &number)) return false;
    if (number != -1) *generation = number;
    return true;
}

/* Return a list of objects tracked by the collector (excluding the list returned).
 *
 *   generation
 *     Generation to extract the objects from.
 *
 * If generation is not None, return only the objects tracked by the collector
 * that are in that generation. */
FUNCTION(gc, get_objects, "(generation=None)") {
    i64 generation = GENERATIONS - 1;
    if (args[0] != EMPTY && args[0] != NONE) CHECK(take_generation(vm, args[0], &generation));
    if (generation >= GENERATIONS)
        return raise_value(vm, "generation parameter must be less than the number of available generations (3)");
    if (generation < 0) return raise_value(vm, "generation parameter cannot be negative");
    Search search = {.vm = vm};
    if (generation == GENERATIONS - 1) heap_each(&vm->heap, HEAP_CONTAINER, note_piece, &search);
    return gather(&search);
}

static void compare(Visitor *visitor, Value v) {
    Search *search = (Search *)visitor;
    for (u32 i = 0; i < search->target_count; i++)
        if (v == search->targets[i]) search->hits = true;
}

static void note_if_refers(void *piece, void *context) {
    Search *search = context;
    Obj *object = piece;
    if (!object->rc || object->flags & OBJECT_DYING) return;
    search->hits = false;
    object_visit(object, &search->visitor);
    if (search->hits) note(search, object);
}

/* Return the list of objects that directly refer to any of 'objs'. */
FUNCTION(gc, get_referrers, "(*objs)") {
    Search search = {.visitor = {compare}, .vm = vm, .targets = args, .target_count = nargs};
    heap_each(&vm->heap, HEAP_CONTAINER, note_if_refers, &search);
    return gather(&search);
}

static void note_referent(Visitor *visitor, Value v) {
    if (v && is_object(v)) note((Search *)visitor, to_object(v));
}

/* Return the list of objects that are directly referred to by 'objs'. */
FUNCTION(gc, get_referents, "(*objs)") {
    Search search = {.visitor = {note_referent}, .vm = vm};
    for (u32 i = 0; i < nargs; i++)
        if (is_container(args[i])) object_visit(to_object(args[i]), &search.visitor);
    return gather(&search);
}
