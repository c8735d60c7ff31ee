#include "vm/collector.h"

#include <stdlib.h>

#include "objects/list.h"
#include "objects/tuple.h"
#include "objects/type.h"
#include "objects/weakref.h"
#include "vm/interrupt.h"

enum { REACHED = OBJECT_COLLECTOR_A, LEAST_TRIGGER = 100000, MOST_ROUNDS = 10 };
/* A heap is looked through again when it has grown by so many times: a look costs about what the making of its
 * objects did. */
enum { GROWTH = 4 };

typedef struct Collector {
    bool is_running, is_disabled;
    usize trigger;
    const Obj *first; /* finalizers run in the order in which this object reaches theirs, if it is garbage */
} Collector;

typedef struct Pile { /* of borrowed or owned objects */
    Obj **items;
    usize count, capacity;
    bool failed;
} Pile;

static bool push(Pile *pile, Obj *object) {
    if (pile->count == pile->capacity) {
        usize capacity = pile->capacity ? pile->capacity * 2 : 1024;
        Obj **items = realloc(pile->items, capacity * sizeof *items);
        if (!items) {
            pile->failed = true;
            return false;
        }
        pile->items = items;
        pile->capacity = capacity;
    }
    pile->items[pile->count++] = object;
    return true;
}

static bool is_container(Value v) {
    return v && is_object(v) && !(to_object(v)->flags & OBJECT_ATOM);
}

/* ---- the three passes ---- */

/* What a reference leads to is seldom in the cache: it is asked for, and looked at only when some others have been
 * asked for behind it. */
enum { SOON = 16 };
typedef struct Soon {
    Obj *objects[SOON];
    u32 at;
} Soon;

/* The one that has been waiting longest; NULL: none. */
static inline Obj *exchange(Soon *soon, Obj *object) {
    if (object) __builtin_prefetch(object, 1);
    Obj **place = &soon->objects[soon->at++ % SOON], *oldest = *place;
    *place = object;
    return oldest;
}

static inline bool is_atom(const Obj *object) {
    return object->flags & OBJECT_ATOM;
}

typedef struct Taker {
    Visitor visitor;
    Soon soon;
} Taker;

static void take_count(Visitor *visitor, Value v) {
    if (!v || !is_object(v)) return;
    Obj *object = exchange(&((Taker *)visitor)->soon, to_object(v));
    if (object && !is_atom(object)) object->rc--;
}

static void take_rest(Taker *taker) {
    for (u32 i = 0; i < SOON; i++) {
        Obj *object = exchange(&taker->soon, NULL);
        if (object && !is_atom(object)) object->rc--;
    }
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
    Soon soon;
} Marker;

/* What is reached has its contents visited but once: their counts are given back on the way. */
static inline void reach_now(Marker *marker, Obj *object) {
    if (!object || is_atom(object)) return;
    object->rc++;
    if (object->flags & REACHED || !push(&marker->pile, object)) return;
    object->flags |= REACHED;
}

static void reach(Visitor *visitor, Value v) {
    Marker *marker = (Marker *)visitor;
    if (v && is_object(v)) reach_now(marker, exchange(&marker->soon, to_object(v)));
}

static void visit_reached(Marker *marker) {
    while (marker->pile.count) object_visit(marker->pile.items[--marker->pile.count], &marker->visitor);
}

static void reach_rest(Marker *marker) {
    for (u32 empty = 0; empty < SOON;) { /* so many in turn: then all are */
        Obj *object = exchange(&marker->soon, NULL);
        empty = object ? 0 : empty + 1;
        reach_now(marker, object);
        visit_reached(marker);
    }
}

static void mark_from(void *piece, void *context) {
    Obj *object = piece;
    Marker *marker = context;
    if (!object->rc || object->flags & REACHED) return;
    if (!push(&marker->pile, object)) return;
    object->flags |= REACHED;
    visit_reached(marker);
}

typedef struct Sweep {
    Pile garbage;
    usize live;
} Sweep;

/* The third pass: what was not reached is garbage; it gives back the counts that it has taken. */
static void sort_out(void *piece, void *context) {
    Obj *object = piece;
    Sweep *sweep = context;
    if (object->flags & REACHED) {
        object->flags &= ~REACHED;
        sweep->live++;
        return;
    }
    Visitor giving = {give_count};
    object_visit(object, &giving);
    if (!(object->flags & OBJECT_DYING)) push(&sweep->garbage, object);
}

/* The unreachable containers, held by one more count each. False: no memory. */
static bool find_garbage(VM *vm, Sweep *sweep) {
    Taker taker = {.visitor = {take_count}};
    Marker marker = {.visitor = {reach}};
    heap_each(&vm->heap, HEAP_CONTAINER, visit_piece, &taker);
    take_rest(&taker);
    heap_each_again(&vm->heap, HEAP_CONTAINER, mark_from, &marker);
    reach_rest(&marker);
    heap_each_again(&vm->heap, HEAP_CONTAINER, sort_out, sweep);
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

static void set_marks(Pile *garbage) {
    for (usize i = 0; i < garbage->count; i++) garbage->items[i]->flags |= REACHED;
}

static void clear_marks(Pile *garbage) {
    for (usize i = 0; i < garbage->count; i++) garbage->items[i]->flags &= (u8)~REACHED;
}

/* The callbacks of references that are garbage themselves are not called. */
static void drop_marked(List *references) {
    for (usize i = 0; i < references->count; i++) {
        WeakRef *reference = (WeakRef *)to_object(references->items[i]);
        if (reference->h.flags & REACHED) decref(take(&reference->callback));
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
    set_marks(garbage);
    drop_marked(to_list(references));
    clear_marks(garbage);
    call_callbacks(vm, to_list(references));
}

/* ---- the order of finalizers ---- */

static void queue(Visitor *visitor, Value v) {
    if (!is_container(v) || !(to_object(v)->flags & REACHED)) return;
    to_object(v)->flags &= (u8)~REACHED;
    push(&((Marker *)visitor)->pile, to_object(v));
}

/* CPython's collector goes through lists and tuples from their ends. */
static void queue_contents(Marker *marker, Obj *object) {
    u8 kind = object->kind & KIND_MASK;
    bool is_list = kind == KIND_LIST;
    if (!is_list && kind != KIND_TUPLE) {
        object_visit(object, &marker->visitor);
        return;
    }
    usize count = is_list ? ((List *)object)->count : ((Tuple *)object)->count;
    Value *items = is_list ? ((List *)object)->items : ((Tuple *)object)->items;
    while (count) queue(&marker->visitor, items[--count]);
}

/* Put what `first` reaches in front, the nearest first; the rest keeps its order. `first` may be gone. */
static void sort_from(Pile *garbage, const Obj *first) {
    Marker marker = {.visitor = {queue}};
    usize found = 0;
    while (found < garbage->count && garbage->items[found] != first) found++;
    if (found == garbage->count) return;
    set_marks(garbage);
    queue(&marker.visitor, from_object(first));
    for (usize i = 0; i < marker.pile.count; i++) queue_contents(&marker, marker.pile.items[i]);
    for (usize i = 0; i < garbage->count; i++) queue(&marker.visitor, from_object(garbage->items[i]));
    clear_marks(garbage);
    if (marker.pile.failed || marker.pile.count != garbage->count) {
        free(marker.pile.items);
        return;
    }
    free(garbage->items);
    *garbage = marker.pile;
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

static Collector *collector_of(VM *vm) {
    return vm->collector;
}

/* Finalizers may keep some of the garbage alive, and let go of more, whose finalizers have their turn then. */
static i64 collect(VM *vm) {
    Sweep sweep = {0};
    const Obj *first = collector_of(vm)->first;
    for (u32 round = 0; round < MOST_ROUNDS && find_garbage(vm, &sweep) && sweep.garbage.count; round++) {
        clear_weak_references(vm, &sweep.garbage);
        if (first) sort_from(&sweep.garbage, first);
        if (!finalize_all(vm, &sweep.garbage)) {
            clear_all(vm, &sweep.garbage);
            break;
        }
        let_go(&sweep.garbage);
        sweep = (Sweep){0};
    }
    i64 count = (i64)sweep.garbage.count;
    let_go(&sweep.garbage);
    vm->heap.containers_live = sweep.live;
    return count;
}

/* ---- when ---- */

static void set_trigger(VM *vm) {
    Collector *collector = collector_of(vm);
    usize live = vm->heap.containers_live;
    vm->heap.containers_made = 0;
    vm->heap.trigger = collector->is_disabled ? INT64_MAX : LEAST_TRIGGER + GROWTH * live;
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

static void look_for_end(void *piece, void *context) {
    const Obj *object = piece;
    if (!object->rc || object->kind == KIND_MODULE || object->flags & OBJECT_FINALIZED) return;
    if (object->shape->type->slots.finalize || object->flags & OBJECT_WEAKLY_REFERENCED) *(bool *)context = true;
}

/* Is there any object, but modules, whose end a program can see? */
static bool has_visible_ends(VM *vm) {
    bool found = false;
    heap_each(&vm->heap, HEAP_CONTAINER, look_for_end, &found);
    return found;
}

i64 collector_run_from(VM *vm, Value first) {
    Collector *collector = collector_of(vm);
    if (!collector || !has_visible_ends(vm)) return 0;
    collector->first = to_object(first);
    i64 count = collector_run(vm, 2);
    collector->first = NULL;
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
