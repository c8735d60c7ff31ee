#include "vm/collector.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory_marks.h"
#include "objects/dict.h"
#include "objects/frame.h"
#include "objects/list.h"
#include "objects/places.h"
#include "objects/tuple.h"
#include "objects/type.h"
#include "objects/weakref.h"
#include "vm/interpreter.h"
#include "vm/interrupt.h"

enum { REACHED = OBJECT_COLLECTOR_A, LEAST_TRIGGER = 200000, MOST_ROUNDS = 10, AHEAD = 6 };
/* There is a look again when the heap has grown by so many times. Most often it is a sample: the newest pages,
 * a part of all, where a program that makes cycles has left some. Only if enough of the sample was garbage,
 * everything is looked through: that costs up to a fifth of what the making of it all did. */
enum { GROWTH = 2, SAMPLE_LEAST = 32, SAMPLE_PART = 16, ENOUGH_PART = 8 };
/* Few containers may hold much memory: it may become so many times as much, and this. */
enum { GROWTH_OF_BYTES = 2, LEAST_BYTES = 256 * 1024 * 1024 };

typedef struct Collector {
    bool is_running, is_disabled;
    usize bytes;      /* of the heap after everything was looked through */
    const Obj *first; /* finalizers run in the order in which this object reaches theirs, if it is garbage */
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

/* ---- what holds what ---- */

/* The attributes of an instance of a script's class: __slots__, dict word, slots of the shape. */
static ALWAYS_INLINE void visit_places(Obj *object, const Type *type, Visitor *visitor,
                                       void (*visit)(Visitor *, Value)) {
    char *start = (char *)object;
    const Value *end = (Value *)(start + type->instance_size);
    for (Value *at = (Value *)(start + round_up(type->struct_size, 8)); at < end; at++) visit(visitor, *at);
    if (type->dict_offset < type->struct_size) return;
    const Value *word = (Value *)(start + type->dict_offset);
    usize count = object->shape->flags & SHAPE_DICT ? 0 : object->shape->count;
    for (usize i = 0; i <= count; i++) visit(visitor, word[i]);
}

/* Everything that the object holds. `visit` is the visitor's own function, known when this is compiled. */
static ALWAYS_INLINE void visit_held(Obj *object, Visitor *visitor, void (*visit)(Visitor *, Value)) {
    if (UNLIKELY(object->flags & OBJECT_DYING)) return;
    switch (object->kind) {
    case KIND_LIST: {
        const List *list = (List *)object;
        for (usize i = 0; i < list->count; i++) visit(visitor, list->items[i]);
        return;
    }
    case KIND_TUPLE: {
        const Tuple *tuple = (Tuple *)object;
        for (usize i = 0; i < tuple->count; i++) visit(visitor, tuple->items[i]);
        return;
    }
    case KIND_DICT: {
        const Dict *dict = (Dict *)object;
        for (u32 i = dict->first; i < dict->used; i++) {
            visit(visitor, dict->entries[i].key);
            visit(visitor, dict->entries[i].value);
        }
        return;
    }
    case KIND_INSTANCE: {
        Type *type = object->shape->type;
        if (type->slots.visit || !has_attributes(type)) break;
        visit_places(object, type, visitor, visit);
        if (type->flags & TYPE_HEAP) visit(visitor, from_object(type));
        return;
    }
    }
    object_visit(object, visitor);
}

typedef struct Look {
    Visitor visitor;
    Heap *heap;
    Pile pile;    /* reached, their contents not yet */
    Pile garbage;
    Pile classes; /* with instances that are leaves */
    usize live;
    HeapPage *end; /* from this page on they are left aside, and large pieces, as if all there were alive */
    bool counts_classes; /* no instance is a leaf: what holds its class is of interest */
} Look;

static bool is_live_container(const Obj *object) {
    return !(object->flags & (OBJECT_ATOM | OBJECT_DYING));
}

static ALWAYS_INLINE bool is_container(const Heap *heap, Value v) {
    if (!v || !is_object(v)) return false;
    const HeapPage *page = heap_page_of(heap, to_object(v));
    return page ? page->sort == HEAP_CONTAINER : !(to_object(v)->flags & OBJECT_ATOM);
}

/* Is it a container that may be part of a cycle? Between looks no page says so of any. */
static ALWAYS_INLINE bool is_inner(const Look *look, Value v) {
    if (!v || !is_object(v)) return false;
    const Obj *object = to_object(v);
    HeapPage *page = heap_page_of(look->heap, object);
    if (UNLIKELY(!page)) return !look->end && is_live_container(object);
    return page->sort == HEAP_CONTAINER && heap_marks_of(page)->inner[mark_word(object)] & mark_bit(object);
}

/* True when it was not reached before. */
static ALWAYS_INLINE bool set_reached(const Heap *heap, Obj *object) {
    HeapPage *page = heap_page_of(heap, object);
    if (UNLIKELY(!page)) {
        bool is_new = !(object->flags & REACHED);
        object->flags |= REACHED;
        return is_new;
    }
    u64 *word = &heap_marks_of(page)->reached[mark_word(object)], bit = mark_bit(object);
    bool is_new = !(*word & bit);
    *word |= bit;
    return is_new;
}

/* ---- first pass: who holds other containers ---- */

static ALWAYS_INLINE bool hold_none(const Heap *heap, const Value *values, usize count) {
    for (usize i = 0; i < count; i++)
        if (is_container(heap, values[i])) return false;
    return true;
}

typedef struct LeafTest {
    Visitor visitor;
    const Heap *heap;
    bool is_leaf;
} LeafTest;

static void test_value(Visitor *visitor, Value v) {
    LeafTest *test = (LeafTest *)visitor;
    if (is_container(test->heap, v)) test->is_leaf = false;
}

/* Of an instance the class is left aside: it is counted there, how many hold it that are not looked at. */
static bool is_leaf_instance(Look *look, Obj *object) {
    Type *type = object->shape->type;
    if (look->counts_classes || type->slots.visit || type->slots.finalize) return false;
    LeafTest test = {.heap = look->heap, .is_leaf = true};
    if (has_attributes(type)) visit_places(object, type, &test.visitor, test_value);
    if (!test.is_leaf || !(type->flags & TYPE_HEAP)) return test.is_leaf;
    if (!type->leaves) push(&look->classes, &type->h);
    if (look->classes.failed) return false;
    type->leaves++;
    return true;
}

/* A leaf cannot be part of a cycle, and ends when what holds it ends; nobody sees that but by its weak
 * references and its finalizer. */
static ALWAYS_INLINE bool is_leaf(Look *look, Obj *object) {
    if (UNLIKELY(object->flags & (OBJECT_DYING | OBJECT_WEAKLY_REFERENCED)))
        return object->flags & OBJECT_DYING;
    switch (object->kind) {
    case KIND_LIST: return hold_none(look->heap, ((List *)object)->items, ((List *)object)->count);
    case KIND_TUPLE: return hold_none(look->heap, ((Tuple *)object)->items, ((Tuple *)object)->count);
    case KIND_DICT: {
        const Dict *dict = (Dict *)object;
        return hold_none(look->heap, (Value *)(dict->entries + dict->first),
                         (usize)(dict->used - dict->first) * 2);
    }
    case KIND_CELL: return hold_none(look->heap, &((Cell *)object)->value, 1);
    case KIND_INSTANCE: return is_leaf_instance(look, object);
    default: return false;
    }
}

static ALWAYS_INLINE void sort_run(Look *look, HeapMarks *marks, HeapRun run) {
    for (char *cell = run.cell; cell < run.end; cell += run.step) {
        __builtin_prefetch(cell + 8 * run.step);
        if (!((HeapCell *)cell)->first) continue;
        look->live++;
        if (!is_leaf(look, (Obj *)cell)) marks->inner[mark_word(cell)] |= mark_bit(cell);
    }
}

static void sort_page(Look *look, HeapPage *page) {
    HeapMarks *marks = heap_marks_of(page);
    memset(marks, 0, sizeof *marks);
    HeapRun run;
    for (u32 i = 0; heap_run(page, i, &run); i++) sort_run(look, marks, run);
}

static void sort_pages(Look *look) {
    for (HeapPage *page = look->heap->pages[HEAP_CONTAINER]; page != look->end; page = page->older)
        sort_page(look, page);
}

static void clear_inner(Look *look) {
    for (HeapPage *page = look->heap->pages[HEAP_CONTAINER]; page != look->end; page = page->older)
        memset(heap_marks_of(page)->inner, 0, sizeof heap_marks_of(page)->inner);
}

static void count_large(void *piece, void *look) {
    ((Look *)look)->live++;
}

/* ---- the other passes go through the containers that are left ---- */

typedef void (*LookAction)(void *object, void *look);

static void each_large(Look *look, LookAction action) {
    if (!look->end) heap_each_large(look->heap, HEAP_CONTAINER, action, look);
}

static ALWAYS_INLINE void each_inner(Look *look, LookAction action) {
    for (HeapPage *page = look->heap->pages[HEAP_CONTAINER]; page != look->end; page = page->older) {
        const u64 *inner = heap_marks_of(page)->inner;
        for (u32 word = 0; word < MARK_WORDS; word++)
            for (u64 bits = inner[word]; bits; bits &= bits - 1)
                action((char *)page + (word * 64 + (u32)__builtin_ctzll(bits)) * HEAP_GRAIN, look);
    }
    each_large(look, action);
}

static void take_count(Visitor *visitor, Value v) {
    if (is_inner((Look *)visitor, v)) to_object(v)->rc--;
}

static void give_count(Visitor *visitor, Value v) {
    if (is_inner((Look *)visitor, v)) to_object(v)->rc++;
}

static void reach(Visitor *visitor, Value v) {
    Look *look = (Look *)visitor;
    if (is_inner(look, v) && set_reached(look->heap, to_object(v))) push(&look->pile, to_object(v));
}

static void take_all(void *object, void *look) {
    visit_held(object, look, take_count);
}

/* Is the object held from outside: by registers, by C? A class is by its instances that are leaves, but they
 * may be garbage with it. */
static bool is_root(const Obj *object) {
    if (UNLIKELY(object->flags & OBJECT_DYING)) return false;
    return object->rc > ((object->kind & KIND_MASK) == KIND_TYPE ? ((Type *)object)->leaves : 0);
}

static void visit_pile(Look *look) {
    Pile *pile = &look->pile;
    while (pile->count) {
        Obj *object = pile->items[--pile->count];
        if (pile->count >= AHEAD) __builtin_prefetch(pile->items[pile->count - AHEAD]);
        visit_held(object, &look->visitor, reach);
    }
}

static void mark_from(void *piece, void *context) {
    Obj *object = piece;
    Look *look = context;
    if (!is_root(object) || !set_reached(look->heap, object)) return;
    visit_held(object, &look->visitor, reach);
    visit_pile(look);
}

/* Counts are given back, and what was not reached is garbage. */
static void sort_out(void *piece, void *context) {
    Obj *object = piece;
    Look *look = context;
    visit_held(object, &look->visitor, give_count);
    if (!(object->flags & OBJECT_DYING) && set_reached(look->heap, object)) push(&look->garbage, object);
}

static void forget(void *piece, void *look) {
    ((Obj *)piece)->flags &= (u8)~REACHED;
}

/* ---- leaves that end with the garbage: they count as garbage too ---- */

static bool is_leaf_of(const Look *look, Value v) {
    return is_container(look->heap, v) && !is_inner(look, v) && is_live_container(to_object(v));
}

static void take_leaf(Visitor *visitor, Value v) {
    if (is_leaf_of((Look *)visitor, v)) to_object(v)->rc--;
}

static void give_leaf(Visitor *visitor, Value v) {
    if (is_leaf_of((Look *)visitor, v)) to_object(v)->rc++;
}

static void add_leaf(Visitor *visitor, Value v) {
    Look *look = (Look *)visitor;
    if (is_leaf_of(look, v) && !to_object(v)->rc && set_reached(look->heap, to_object(v)))
        push(&look->garbage, to_object(v));
}

static void add_leaves(Look *look) {
    static void (*const steps[])(Visitor *, Value) = {take_leaf, add_leaf, give_leaf};
    usize count = look->garbage.count;
    for (u32 step = 0; step < COUNT_OF(steps); step++) {
        look->visitor.visit = steps[step];
        for (usize i = 0; i < count; i++) object_visit(look->garbage.items[i], &look->visitor);
    }
}

/* ---- a start that saves most of the counting ----
 *
 * What the modules reach is alive, and so is what words of the value stack reach, be they in use or left over:
 * in a word that is not the address of a live inner piece nobody is interested. What was left over may keep
 * garbage until the next time, which is why a collection that the program asks for does without. */

static void mark_words(Look *look, const Value *from, const Value *end) {
    for (; from < end; from++) {
        HeapPage *page = is_object(*from) ? heap_page_of(look->heap, to_object(*from)) : NULL;
        if (page) reach(&look->visitor, *from);
    }
}

static void mark_frames(VM *vm, Look *look) {
    mark_words(look, vm->stack, stack_top(vm));
    for (const Frame *frame = vm->frame; frame; frame = frame->prev) {
        if (frame->flags & FRAME_HEAP) mark_words(look, frame->r, frame->r + frame->code->registers);
    }
}

/* What was reached is out of it: its references are left alone, and so they hold what they lead to. Large
 * pieces stay. */
static void leave_out_reached(Look *look) {
    for (HeapPage *page = look->heap->pages[HEAP_CONTAINER]; page != look->end; page = page->older) {
        HeapMarks *marks = heap_marks_of(page);
        for (u32 word = 0; word < MARK_WORDS; word++) marks->inner[word] &= ~marks->reached[word];
    }
    each_large(look, forget);
}

static void mark_known(VM *vm, Look *look) {
    look->visitor.visit = reach;
    reach(&look->visitor, vm->modules);
    reach(&look->visitor, vm->builtins);
    if (vm->loop != EMPTY) reach(&look->visitor, vm->loop);
    mark_frames(vm, look);
    visit_pile(look);
    leave_out_reached(look);
}

/* ---- all together ---- */

typedef enum Scope {
    LOOK_SAMPLE,
    LOOK_QUICK, /* at everything, but what words of the value stack seem to hold is alive */
    LOOK_THOROUGH,
} Scope;

/* False: there is a class that only its leaves may hold. */
static bool mark_all(VM *vm, Look *look, bool is_quick) {
    sort_pages(look);
    each_large(look, count_large);
    if (is_quick) mark_known(vm, look);
    look->visitor.visit = take_count;
    each_inner(look, take_all);
    look->visitor.visit = reach;
    each_inner(look, mark_from);
    bool all_known = true;
    for (usize i = 0; i < look->classes.count; i++) {
        Obj *type = look->classes.items[i];
        ((Type *)type)->leaves = 0;
        all_known &= !is_inner(look, from_object(type)) || !set_reached(look->heap, type);
    }
    look->visitor.visit = give_count;
    each_inner(look, sort_out);
    each_large(look, forget);
    return all_known;
}

/* Where a sample ends. NULL: the heap is too small for one. */
static HeapPage *end_of_sample(const Heap *heap) {
    usize count = 0;
    for (HeapPage *page = heap->pages[HEAP_CONTAINER]; page; page = page->older) count++;
    usize wanted = SAMPLE_LEAST + count / SAMPLE_PART;
    HeapPage *end = heap->pages[HEAP_CONTAINER];
    for (usize i = 0; end && i < wanted; i++) end = end->older;
    return end;
}

/* The unreachable containers, held by one more count each. False: no memory. */
static bool find_garbage(VM *vm, Scope scope, Pile *garbage, usize *live) {
    bool is_quick = scope != LOOK_THOROUGH;
    Look look = {.heap = &vm->heap, .end = scope == LOOK_SAMPLE ? end_of_sample(&vm->heap) : NULL};
    if (!mark_all(vm, &look, is_quick)) {
        Pile pile = look.pile, classes = look.classes;
        free(look.garbage.items);
        look = (Look){.heap = &vm->heap, .pile = pile, .classes = classes, .end = look.end, .counts_classes = true};
        look.classes.count = 0;
        mark_all(vm, &look, is_quick);
    }
    if (look.garbage.count && !look.end) add_leaves(&look);
    clear_inner(&look);
    free(look.pile.items);
    free(look.classes.items);
    *garbage = look.garbage;
    *live = look.live - garbage->count;
    for (usize i = 0; i < garbage->count; i++) garbage->items[i]->rc++;
    return !look.pile.failed && !look.classes.failed && !garbage->failed;
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

typedef struct Marker {
    Visitor visitor;
    Pile pile;
} Marker;

static void queue(Visitor *visitor, Value v) {
    if (!v || !is_object(v) || !(to_object(v)->flags & REACHED)) return;
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
static i64 collect(VM *vm, Scope scope, usize *live) {
    Pile garbage = {0};
    const Obj *first = collector_of(vm)->first;
    for (u32 round = 0; round < MOST_ROUNDS && find_garbage(vm, scope, &garbage, live) && garbage.count; round++) {
        clear_weak_references(vm, &garbage);
        if (first) sort_from(&garbage, first);
        if (!finalize_all(vm, &garbage)) {
            clear_all(vm, &garbage);
            break;
        }
        let_go(&garbage);
    }
    i64 count = (i64)garbage.count;
    let_go(&garbage);
    return count;
}

/* Gives how many were found. */
static i64 collect_all(VM *vm, Scope scope) {
    usize live = 0;
    i64 count = collect(vm, scope, &live);
    vm->heap.containers_live = live;
    vm->heap.containers_made = 0;
    collector_of(vm)->bytes = vm->heap.bytes;
    return count;
}

/* A sample, and if that has shown enough garbage, everything. */
static i64 collect_some(VM *vm) {
    Heap *heap = &vm->heap;
    if (heap->bytes > heap->trigger_bytes || !end_of_sample(heap)) return collect_all(vm, LOOK_QUICK);
    usize seen = 0, made = heap->containers_made;
    i64 count = collect(vm, LOOK_SAMPLE, &seen);
    usize freed = made - heap->containers_made;
    if (made > heap->containers_made && freed > seen / ENOUGH_PART) return count + collect_all(vm, LOOK_QUICK);
    heap->containers_live += heap->containers_made;
    heap->containers_made = 0;
    return count;
}

/* ---- when ---- */

static void set_trigger(VM *vm) {
    Collector *collector = collector_of(vm);
    usize live = vm->heap.containers_live;
    vm->heap.trigger_bytes =
        collector->is_disabled ? SIZE_MAX : LEAST_BYTES + GROWTH_OF_BYTES * collector->bytes;
    vm->heap.trigger = collector->is_disabled ? INT64_MAX : LEAST_TRIGGER + GROWTH * live;
}

i64 collector_run(VM *vm, int generation) {
    Collector *collector = collector_of(vm);
    if (!collector || collector->is_running) return 0;
    collector->is_running = true;
    Value exception = exception_take(vm);
    i64 count = generation == COLLECT_QUICK ? collect_some(vm) : collect_all(vm, LOOK_THOROUGH);
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
    vm->heap.containers_made = 0;
    set_trigger(vm);
}

void collector_free(VM *vm) {
    vm->heap.trigger = INT64_MAX;
    vm->heap.trigger_bytes = SIZE_MAX;
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
