/* bisect: the place of an item in a sorted sequence. */
#include "objects/frame.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/sequence.h"

MODULE(bisect,
       "Bisection algorithms.\n\n"
       "This module provides support for maintaining a list in sorted order without\n"
       "having to sort the list after each insertion. For long lists of items with\n"
       "expensive comparison operations, this can be an improvement over the more\n"
       "common approach.\n")

/* Where in the sequence, by its own [] and len(). */
typedef struct Search {
    Value sequence, item; /* item: what keys are compared with */
    Value key;            /* function, or None */
    bool to_left;         /* before equal items */
} Search;

static Value key_at(VM *vm, const Search *search, i64 index) {
    OWNED Value item = TRY(sequence_item(vm, search->sequence, index));
    return search->key == NONE ? TAKE(item) : call_1(vm, search->key, item);
}

static bool read_range(VM *vm, Value sequence, Value low_arg, Value high_arg, i64 *low,
                       i64 *high) {
    *low = 0;
    if (low_arg != EMPTY && !object_to_i64(vm, low_arg, low)) return false;
    *high = -1;
    if (high_arg != EMPTY && high_arg != NONE && !object_to_i64(vm, high_arg, high))
        return false;
    if (*low < 0) return raise_value(vm, "lo must be non-negative"), false;
    if (*high == -1) *high = object_length(vm, sequence);
    return *high >= 0 || vm->exception == EMPTY;
}

/* -1: failed */
static i64 find_place(VM *vm, const Search *search, Value low_arg, Value high_arg) {
    i64 low, high;
    if (!read_range(vm, search->sequence, low_arg, high_arg, &low, &high)) return -1;
    while (low < high) {
        i64 middle = (i64)(((u64)low + (u64)high) / 2);
        OWNED Value key = key_at(vm, search, middle);
        if (key == FAIL) return -1;
        int less = search->to_left ? object_less(vm, key, search->item)
                                   : object_less(vm, search->item, key);
        if (less < 0) return -1;
        if (search->to_left ? less : !less)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static Value key_argument(Value v) {
    return v == EMPTY ? NONE : v;
}

static Value answer(VM *vm, Value *args, bool to_left) {
    Search search = {args[0], args[1], key_argument(args[4]), to_left};
    i64 place = find_place(vm, &search, args[2], args[3]);
    return place < 0 ? FAIL : int_from_i64(vm, place);
}

static Value insert(VM *vm, Value *args, bool to_left) {
    Value key = key_argument(args[4]);
    OWNED Value item = TRY(key == NONE ? incref(args[1]) : call_1(vm, key, args[1]));
    Search search = {args[0], item, key, to_left};
    i64 place = find_place(vm, &search, args[2], args[3]);
    if (place < 0) return FAIL;
    if (has_exact_kind(args[0], KIND_LIST)) {
        CHECK(list_insert(vm, to_list(args[0]), place, args[1]));
        return NONE;
    }
    OWNED Value at = TRY(int_from_i64(vm, place));
    OWNED Value done = TRY(call_method_2(vm, args[0], NAME(insert), at, args[1]));
    return NONE;
}

/* Return the index where to insert item x in list a, assuming a is sorted.
 *
 * The return value i is such that all e in a[:i] have e <= x, and all e in
 * a[i:] have e > x.  So if x already appears in the list, a.insert(i, x) will
 * insert just after the rightmost x already there.
 *
 * Optional args lo (default 0) and hi (default len(a)) bound the
 * slice of a to be searched.
 *
 * A custom key function can be supplied to customize the sort order. */
FUNCTION(bisect, bisect_right, "(a, x, lo=0, hi=None, *, key=None)") {
    return answer(vm, args, false);
}

/* Return the index where to insert item x in list a, assuming a is sorted.
 *
 * The return value i is such that all e in a[:i] have e < x, and all e in
 * a[i:] have e >= x.  So if x already appears in the list, a.insert(i, x) will
 * insert just before the leftmost x already there.
 *
 * Optional args lo (default 0) and hi (default len(a)) bound the
 * slice of a to be searched.
 *
 * A custom key function can be supplied to customize the sort order. */
FUNCTION(bisect, bisect_left, "(a, x, lo=0, hi=None, *, key=None)") {
    return answer(vm, args, true);
}

/* Insert item x in list a, and keep it sorted assuming a is sorted.
 *
 * If x is already in a, insert it to the right of the rightmost x.
 *
 * Optional args lo (default 0) and hi (default len(a)) bound the
 * slice of a to be searched.
 *
 * A custom key function can be supplied to customize the sort order. */
FUNCTION(bisect, insort_right, "(a, x, lo=0, hi=None, *, key=None)") {
    return insert(vm, args, false);
}

/* Insert item x in list a, and keep it sorted assuming a is sorted.
 *
 * If x is already in a, insert it to the left of the leftmost x.
 *
 * Optional args lo (default 0) and hi (default len(a)) bound the
 * slice of a to be searched.
 *
 * A custom key function can be supplied to customize the sort order. */
FUNCTION(bisect, insort_left, "(a, x, lo=0, hi=None, *, key=None)") {
    return insert(vm, args, true);
}

MODULE_INIT(bisect) {
    OWNED Value right = TRY_OR_FALSE(object_getattr_text(vm, module, "bisect_right"));
    OWNED Value insort = TRY_OR_FALSE(object_getattr_text(vm, module, "insort_right"));
    return module_add(vm, module, "bisect", incref(right)) &&
           module_add(vm, module, "insort", incref(insort));
}
