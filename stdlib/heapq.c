/* heapq: a list as a binary heap. Every comparison may run script code that changes the
 * list, so sizes are looked at again after each. */
#include "objects/list.h"
#include "objects/native.h"
#include "objects/want.h"

MODULE(_heapq, "Heap queue algorithm (a.k.a. priority queue).")

/* Which of two items goes nearer to the root. */
typedef int (*Before)(VM *vm, Value a, Value b);

static int is_less(VM *vm, Value a, Value b) {
    return object_less(vm, a, b);
}

static int is_more(VM *vm, Value a, Value b) {
    return object_less(vm, b, a);
}

/* Does item i go before item j? -1 also when the list has changed meanwhile. */
static int compare_at(VM *vm, List *heap, usize i, usize j, Before before) {
    usize count = heap->count;
    OWNED Value a = incref(heap->items[i]);
    OWNED Value b = incref(heap->items[j]);
    int answer = before(vm, a, b);
    if (answer < 0 || heap->count == count) return answer;
    raise_runtime(vm, "list changed size during iteration");
    return -1;
}

static void swap(List *heap, usize i, usize j) {
    Value item = heap->items[i];
    heap->items[i] = heap->items[j];
    heap->items[j] = item;
}

/* Move the item towards the root `top` as long as it goes before its parent. */
static bool move_up(VM *vm, List *heap, usize top, usize at, Before before) {
    if (at >= heap->count) return raise_index(vm, "index out of range"), false;
    while (at > top) {
        usize parent = (at - 1) >> 1;
        int answer = compare_at(vm, heap, at, parent, before);
        if (answer <= 0) return answer == 0;
        swap(heap, at, parent);
        at = parent;
    }
    return true;
}

/* Sink the item to the bottom, always along the better child, then let it rise to its
 * place: fewer comparisons than stopping on the way, since it mostly belongs near the
 * bottom. */
static bool sink(VM *vm, List *heap, usize at, Before before) {
    usize top = at, count = heap->count;
    if (at >= count) return raise_index(vm, "index out of range"), false;
    while (at < count >> 1) {
        usize child = 2 * at + 1;
        if (child + 1 < count) {
            int left_first = compare_at(vm, heap, child, child + 1, before);
            if (left_first < 0) return false;
            if (!left_first) child++;
        }
        swap(heap, child, at);
        at = child;
    }
    return move_up(vm, heap, top, at, before);
}

static bool need_list(VM *vm, const char *function, Value v, bool is_only) {
    if (has_kind(v, KIND_LIST)) return true;
    return want_refuse(vm, function, is_only ? "argument" : "argument 1", "list", v);
}

static Value pop(VM *vm, List *heap, Before before) {
    if (!heap->count) return raise_index(vm, "index out of range");
    OWNED Value last = list_pop_at(vm, heap, heap->count - 1);
    if (!heap->count) return TAKE(last);
    OWNED Value top = heap->items[0];
    heap->items[0] = TAKE(last);
    CHECK(sink(vm, heap, 0, before));
    return TAKE(top);
}

static Value exchange(VM *vm, List *heap, Value item, Before before) {
    if (!heap->count) return raise_index(vm, "index out of range");
    OWNED Value top = heap->items[0];
    heap->items[0] = incref(item);
    CHECK(sink(vm, heap, 0, before));
    return TAKE(top);
}

static Value arrange(VM *vm, List *heap, Before before) {
    for (usize at = heap->count >> 1; at--;) CHECK(sink(vm, heap, at, before));
    return NONE;
}

/* Push item onto heap, maintaining the heap invariant. */
FUNCTION(_heapq, heappush, "(heap, item, /)") {
    CHECK(need_list(vm, "heappush", args[0], false));
    List *heap = to_list(args[0]);
    CHECK(list_push(vm, heap, args[1]));
    CHECK(move_up(vm, heap, 0, heap->count - 1, is_less));
    return NONE;
}

/* Pop the smallest item off the heap, maintaining the heap invariant. */
FUNCTION(_heapq, heappop, "(heap, /)") {
    CHECK(need_list(vm, "heappop", args[0], true));
    return pop(vm, to_list(args[0]), is_less);
}

/* Pop and return the current smallest value, and add the new item.
 *
 * This is more efficient than heappop() followed by heappush(), and can be
 * more appropriate when using a fixed-size heap.  Note that the value
 * returned may be larger than item!  That constrains reasonable uses of
 * this routine unless written as part of a conditional replacement:
 *
 *     if item > heap[0]:
 *         item = heapreplace(heap, item) */
FUNCTION(_heapq, heapreplace, "(heap, item, /)") {
    CHECK(need_list(vm, "heapreplace", args[0], false));
    return exchange(vm, to_list(args[0]), args[1], is_less);
}

/* Push item on the heap, then pop and return the smallest item from the heap.
 *
 * The combined action runs more efficiently than heappush() followed by
 * a separate call to heappop(). */
FUNCTION(_heapq, heappushpop, "(heap, item, /)") {
    CHECK(need_list(vm, "heappushpop", args[0], false));
    List *heap = to_list(args[0]);
    if (!heap->count) return incref(args[1]);
    OWNED Value top = incref(heap->items[0]);
    int answer = object_less(vm, top, args[1]);
    if (answer < 0) return FAIL;
    if (!answer) return incref(args[1]);
    return exchange(vm, heap, args[1], is_less);
}

/* Transform list into a heap, in-place, in O(len(heap)) time. */
FUNCTION(_heapq, heapify, "(heap, /)") {
    CHECK(need_list(vm, "heapify", args[0], true));
    return arrange(vm, to_list(args[0]), is_less);
}

/* Maxheap variant of heappop. */
FUNCTION(_heapq, _heappop_max, "(heap, /)") {
    CHECK(need_list(vm, "_heappop_max", args[0], true));
    return pop(vm, to_list(args[0]), is_more);
}

/* Maxheap variant of heapreplace. */
FUNCTION(_heapq, _heapreplace_max, "(heap, item, /)") {
    CHECK(need_list(vm, "_heapreplace_max", args[0], false));
    return exchange(vm, to_list(args[0]), args[1], is_more);
}

/* Maxheap variant of heapify. */
FUNCTION(_heapq, _heapify_max, "(heap, /)") {
    CHECK(need_list(vm, "_heapify_max", args[0], true));
    return arrange(vm, to_list(args[0]), is_more);
}
