/* list.sort: keys, direction, and keeping the list safe meanwhile. */
#include "objects/float.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/merge_sort.h"
#include "objects/native.h"
#include "objects/sequence.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* ---- the quickest way to compare these keys ---- */

static int less_int(VM *vm, Value a, Value b) {
    return int_order(a, b) < 0;
}

static int less_float(VM *vm, Value a, Value b) {
    return to_double(a) < to_double(b);
}

static int less_str(VM *vm, Value a, Value b) {
    return str_order(a, b) < 0;
}

static int less_tuple(VM *vm, Value a, Value b) {
    int answer = tuple_less_quickly(a, b);
    return LIKELY(answer >= 0) ? answer : object_less(vm, a, b);
}

/* What a key is as far as choosing goes; equal classes compare without running script
 * code. */
static SortLess less_for(Value key) {
    if (is_small(key)) return sort_less_small;
    if (is_flonum(key) || has_exact_kind(key, KIND_FLOAT)) return less_float;
    if (has_exact_kind(key, KIND_INT)) return less_int;
    if (has_exact_kind(key, KIND_STR)) return less_str;
    if (has_exact_kind(key, KIND_TUPLE)) return less_tuple;
    return object_less;
}

static SortLess choose_less(const Value *keys, usize count) {
    SortLess less = less_for(keys[0]);
    for (usize i = 1; i < count && less != object_less; i++) {
        SortLess other = less_for(keys[i]);
        if (other == less) continue;
        bool are_ints = (less == sort_less_small || less == less_int) &&
                        (other == sort_less_small || other == less_int);
        less = are_ints ? less_int : object_less;
    }
    return less;
}

/* ---- sorting ---- */

static void free_keys(VM *vm, Value *keys, usize made, usize count) {
    while (made) decref(keys[--made]);
    heap_raw_free(&vm->heap, keys, count * sizeof(Value));
}

static Value *make_keys(VM *vm, Value function, const Value *items, usize count) {
    Value *keys = heap_raw_alloc(&vm->heap, count * sizeof(Value));
    if (!keys) return raise_memory(vm), NULL;
    for (usize i = 0; i < count; i++) {
        keys[i] = call_1(vm, function, items[i]);
        if (keys[i] == FAIL) return free_keys(vm, keys, i, count), NULL;
    }
    return keys;
}

static bool sort_items(VM *vm, Value *items, usize count, Value key, bool reverse) {
    Rows rows = {items, NULL};
    if (key != NONE && count) {
        Value *keys = make_keys(vm, key, items, count);
        if (!keys) return false;
        rows = (Rows){keys, items};
    }
    bool ok = true;
    if (count > 1) {
        if (reverse)
            reverse_values(items, count); /* twice: equal items keep their order */
        if (reverse && rows.items) reverse_values(rows.keys, count);
        ok = sort_rows(vm, rows, count, choose_less(rows.keys, count));
        if (reverse) reverse_values(items, count);
    }
    if (rows.items) free_keys(vm, rows.keys, count, count);
    return ok;
}

bool list_sort(VM *vm, List *list, Value key, bool reverse) {
    OWNED Value self = incref(from_object(list));
    Value *items = list->items;
    usize count = list->count, capacity = list->capacity;
    list->items = NULL; /* who looks meanwhile sees an empty list */
    list->count = list->capacity = 0;
    list->h.flags |= LIST_SORTING;
    bool ok = sort_items(vm, items, count, key, reverse);
    bool was_modified = !(list->h.flags & LIST_SORTING);
    list->h.flags &= (u8)~LIST_SORTING;
    List put = *list; /* what was put into the empty list: thrown away */
    list->items = items;
    list->count = count;
    list->capacity = capacity;
    while (put.count) decref(put.items[--put.count]);
    if (put.items) heap_raw_free(&vm->heap, put.items, put.capacity * sizeof(Value));
    if (ok && was_modified) raise_value(vm, "list modified during sort");
    return ok && !was_modified;
}

/* Sort the list in ascending order and return None.
 *
 * The sort is in-place (i.e. the list itself is modified) and stable (i.e. the
 * order of two equal elements is maintained).
 *
 * If a key function is given, apply it once to each list item and sort them,
 * ascending or descending, according to their function values.
 *
 * The reverse flag can be set to sort in descending order. */
METHOD(list, sort, "($self, /, *, key=None, reverse=False)") {
    int reverse = args[2] == EMPTY ? 0 : object_truth(vm, args[2]);
    if (reverse < 0) return FAIL;
    Value key = args[1] == EMPTY ? NONE : args[1];
    CHECK(list_sort(vm, to_list(args[0]), key, reverse));
    return NONE;
}
