#include "vm/collector.h"

#include <stdlib.h>

#include "objects/list.h"
#include "objects/type.h"
#include "objects/weakref.h"
#include "vm/interrupt.h"

enum { REACHED = OBJECT_COLLECTOR_A, LEAST_TRIGGER = 20000 };

typedef struct Collector {
    bool is_running, is_disabled;
    usize trigger;
} Collector;

typedef struct Pile { /* of borrowed or owned objects */
    Obj **items;
    usize count, capacity;
    bool failed;
} Pile;

static void push(Pile *pile, Obj *object) {
    if (pile->count == pile->capacity) {
        usize capacity = pile->capacity ? pile->capacity * 2 : 1024;
        Obj **items = realloc(pile->items, capacity * sizeof *items);
        if (!items) {
            pile->failed = true;
            return;
        }
        pile->items = items;
        pile->capacity = capacity;
    }
    pile->items[pile->count++] = object;
}

static bool is_container(Value v) {
    return v && is_object(v) && !(to_object(v)->flags & OBJECT_ATOM);
}

/* ---- the three passes ---- */

static void take_count(Visitor *visitor, Value v) {
    if (is_container(v)) to_object(v)->rc--;
}

static void give_count(Visitor *visitor, Value v) {
    if (is_container(v)) to_object(v)->rc++;
}

static void visit_piece(void *piece, void *visitor) {
    object_visit(piece, visitor);
}

typedef struct Marker {
    Visitor visitor;
    Pile pile; /* reached, their contents not yet */
} Marker;

static void reach(Visitor *visitor, Value v) {
    if (!is_container(v) || to_object(v)->flags & REACHED) return;
    to_object(v)->flags |= REACHED;
    push(&((Marker *)visitor)->pile, to_object(v));
}

static void mark_from(void *piece, void *context) {
    Obj *object = piece;
    Marker *marker = context;
    if (!object->rc || object->flags & REACHED) return;
    object->flags |= REACHED;
    push(&marker->pile, object);
    while (marker->pile.count) object_visit(marker->pile.items[--marker->pile.count], &marker->visitor);
}

typedef struct Sweep {
    Pile garbage;
    usize live;
} Sweep;

static void sort_out(void *piece, void *context) {
    Obj *object = piece;
    Sweep *sweep = context;
    if (!object->rc) return; /* it is being destroyed */
    if (object->flags & REACHED) {
        object->flags &= ~REACHED;
        sweep->live++;
    } else {
        push(&sweep->garbage, object);
    }
}

/* The unreachable containers, held by one more count each. False: no memory. */
static bool find_garbage(VM *vm, Sweep *sweep) {
    Visitor taking = {take_count}, giving = {give_count};
    Marker marker = {.visitor = {reach}};
    heap_each(&vm->heap, HEAP_CONTAINER, visit_piece, &taking);
    heap_each(&vm->heap, HEAP_CONTAINER, mark_from, &marker);
    heap_each(&vm->heap, HEAP_CONTAINER, visit_piece, &giving);
    heap_each(&vm->heap, HEAP_CONTAINER, sort_out, sweep);
    free(marker.pile.items);
    for (usize i = 0; i < sweep->garbage.count; i++) sweep->garbage.items[i]->rc++;
    return !marker.pile.failed && !sweep->garbage.failed;
}

static void let_go(Pile *pile) {
    for (usize i = 0; i < pile->count; i++) decref(from_object(pile->items[i]));
    free(pile->items);
    *pile = (Pile){0};
}

/* ---- what happens to garbage ---- */

static void call_callbacks(VM *vm, List *references) {
    for (usize i = 0; i < references->count; i++) {
        WeakRef *reference = (WeakRef *)to_object(references->items[i]);
        OWNED Value callback = take(&reference->callback);
        if (callback == EMPTY) continue;
        OWNED Value done = call_1(vm, callback, references->items[i]);
        if (done == FAIL) vm->hooks.unraisable(vm, NULL, callback);
    }
}

static void clear_weak_references(VM *vm, Pile *garbage) {
    OWNED Value references = list_new(vm, 0);
    if (references == FAIL) {
        exception_clear(vm);
        return;
    }
    for (usize i = 0; i < garbage->count; i++)
        if (garbage->items[i]->flags & OBJECT_WEAKLY_REFERENCED)
            weakref_clear_collecting(vm, garbage->items[i], to_list(references));
    call_callbacks(vm, to_list(references));
}

/* True when some finalizer ran: what is garbage must be found again. */
static bool finalize_all(VM *vm, Pile *garbage) {
    bool any = false;
    for (usize i = 0; i < garbage->count; i++) {
        Obj *object = garbage->items[i];
        if (!object->shape->type->slots.finalize || object->flags & OBJECT_FINALIZED) continue;
        object_finalize(vm, object);
        any = true;
    }
    return any;
}

static void clear_all(VM *vm, Pile *garbage) {
    for (usize i = 0; i < garbage->count; i++)
        if (garbage->items[i]->rc > 1) object_clear(vm, garbage->items[i]);
}

static i64 collect(VM *vm) {
    Sweep sweep = {0};
    bool found = find_garbage(vm, &sweep);
    i64 count = (i64)sweep.garbage.count;
    if (found && count) {
        clear_weak_references(vm, &sweep.garbage);
        if (finalize_all(vm, &sweep.garbage)) {
            let_go(&sweep.garbage);
            sweep = (Sweep){0};
            found = find_garbage(vm, &sweep);
            count = (i64)sweep.garbage.count;
        }
        if (found) clear_all(vm, &sweep.garbage);
    }
    let_go(&sweep.garbage);
    vm->heap.containers_live = sweep.live;
    return count;
}

/* ---- when ---- */

static Collector *collector_of(VM *vm) {
    return vm->collector;
}

static void set_trigger(VM *vm) {
    Collector *collector = collector_of(vm);
    usize live = vm->heap.containers_live;
    vm->heap.containers_made = 0;
    vm->heap.trigger = collector->is_disabled ? INT64_MAX : LEAST_TRIGGER + 2 * live;
}

i64 collector_run(VM *vm, int generation) {
    Collector *collector = collector_of(vm);
    if (!collector || collector->is_running) return 0;
    collector->is_running = true;
    Value exception = exception_take(vm);
    i64 count = collect(vm);
    exception_restore(vm, exception);
    collector->is_running = false;
    set_trigger(vm);
    return count;
}

static void alarm(void *vm) {
    vm_interrupt(vm, INTERRUPT_COLLECT);
}

void collector_start(VM *vm) {
    vm->collector = calloc(1, sizeof(Collector));
    if (!vm->collector) return;
    vm->heap.alarm = alarm;
    vm->heap.alarm_context = vm;
    set_trigger(vm);
}

void collector_free(VM *vm) {
    vm->heap.trigger = INT64_MAX;
    free(vm->collector);
    vm->collector = NULL;
}

bool collector_is_enabled(VM *vm) {
    return !collector_of(vm)->is_disabled;
}

void collector_enable(VM *vm, bool enabled) {
    collector_of(vm)->is_disabled = !enabled;
    set_trigger(vm);
}
