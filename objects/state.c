#include "objects/state.h"

#include <stdio.h>
#include <stdlib.h>

#include "objects/exc.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type_cache.h"
#include "objects/weakref.h"

/* ---- the beginning ---- */

static bool make_names(VM *vm) {
    const char *text = name_texts;
    for (u32 id = 0; id < NAME_COUNT; id++) {
        Span span = span_of(text);
        vm->names[id] = TRY_OR_FALSE(str_intern_span(vm, span));
        text += span.length + 1;
    }
    return true;
}

/* What must be at hand when there is no memory left. */
static bool make_memory_error(VM *vm) {
    vm->memory_error = EMPTY;
    Value error = exception_make(vm, from_object(EXC(MemoryError)), EMPTY);
    if (error == FAIL) return false;
    vm->memory_error = error;
    return true;
}

bool objects_start(VM *vm) {
    heap_init(&vm->heap);
    for (u32 id = 0; id < NAME_COUNT; id++) vm->names[id] = EMPTY;
    vm->empty_tuple = vm->memory_error = vm->float_zero = vm->float_minus_zero = EMPTY;
    vm->int_digit_limit = INT_DIGIT_LIMIT;
    if (!types_start(vm) || !text_open(vm)) return false;
    vm->empty_tuple = tuple_make_empty(vm);
    if (vm->empty_tuple == FAIL || !make_names(vm)) return false;
    specials_start(vm, vm->type_cache);
    return float_start(vm) && exception_group_ready(vm) && make_memory_error(vm);
}

/* ---- the end ---- */

typedef struct Census {
    struct {
        const char *name;
        usize count;
    } rows[64]; /* more types than that are counted together */
    usize types, total;
} Census;

static void count_object(void *piece, void *context) {
    Census *census = context;
    const char *name = type_name(((Obj *)piece)->shape->type);
    usize row = 0;
    while (row < census->types && strcmp(census->rows[row].name, name) != 0) row++;
    if (row == COUNT_OF(census->rows))
        row--;
    else if (row == census->types)
        census->rows[census->types++].name = name;
    census->rows[row].count++;
    census->total++;
}

static usize count_alive(VM *vm, bool report) {
    Census census = {0};
    heap_each(&vm->heap, HEAP_ATOM, count_object, &census);
    heap_each(&vm->heap, HEAP_CONTAINER, count_object, &census);
    if (report && census.total) {
        fprintf(stderr, "%zu objects are still alive:\n", census.total);
        for (usize row = 0; row < census.types; row++)
            fprintf(stderr, "%8zu %s\n", census.rows[row].count, census.rows[row].name);
    }
    return census.total;
}

usize objects_stop(VM *vm, bool report) {
    replace(&vm->memory_error, EMPTY);
    if (vm->type_cache) types_clear(vm);
    for (u32 id = 0; id < NAME_COUNT; id++) replace(&vm->names[id], EMPTY);
    replace(&vm->empty_tuple, EMPTY);
    float_stop(vm);
    text_close(vm);
    usize alive = count_alive(vm, report);
    types_stop(vm);
    weakref_close(vm);
    free(vm->delayed);
    free(vm->showing);
    heap_close(&vm->heap);
    return alive;
}
