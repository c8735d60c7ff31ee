/* The methods of list, but for sort. */
#include "objects/generic_alias.h"
#include "objects/list.h"
#include "objects/merge_sort.h"
#include "objects/native.h"
#include "objects/sequence.h"

/* Append object to the end of the list. */
METHOD(list, append, "($self, object, /)") {
    CHECK(list_push(vm, to_list(args[0]), args[1]));
    return NONE;
}

/* Remove all items from list. */
METHOD(list, clear, "($self, /)") {
    list_clear(vm, to_list(args[0]));
    return NONE;
}

/* Return a shallow copy of the list. */
METHOD(list, copy, "($self, /)") {
    return list_slice(vm, to_list(args[0]), 0, 1, (i64)to_list(args[0])->count);
}

/* Return number of occurrences of value. */
METHOD(list, count, "($self, value, /)") {
    i64 count = sequence_count(vm, args[0], args[1]);
    return count < 0 ? FAIL : from_small(count);
}

/* Extend list by appending elements from the iterable. */
METHOD(list, extend, "($self, iterable, /)") {
    CHECK(list_extend(vm, to_list(args[0]), args[1]));
    return NONE;
}

/* Return first index of value.
 *
 * Raises ValueError if the value is not present. */
METHOD(list, index, "($self, value, start=0, stop=sys.maxsize, /)") {
    i64 start, stop, length = (i64)to_list(args[0])->count;
    CHECK(sequence_bounds(vm, args[2], args[3], length, &start, &stop));
    i64 found = sequence_find(vm, args[0], args[1], start, stop);
    if (found == -2) return FAIL;
    if (found < 0) return raise_value(vm, "%R is not in list", args[1]);
    return from_small(found);
}

/* Insert object before index. */
METHOD(list, insert, "($self, index, object, /)") {
    i64 index;
    CHECK(object_to_i64(vm, args[1], &index));
    CHECK(list_insert(vm, to_list(args[0]), index, args[2]));
    return NONE;
}

/* Remove and return item at index (default last).
 *
 * Raises IndexError if list is empty or index is out of range. */
METHOD(list, pop, "($self, index=-1, /)") {
    List *list = to_list(args[0]);
    i64 index = -1;
    if (args[1] != EMPTY) CHECK(object_to_i64(vm, args[1], &index));
    if (!list->count) return raise_index(vm, "pop from empty list");
    if (index < 0) index += (i64)list->count;
    if (index < 0 || (usize)index >= list->count) {
        return raise_index(vm, "pop index out of range");
    }
    return list_pop_at(vm, list, (usize)index);
}

/* Remove first occurrence of value.
 *
 * Raises ValueError if the value is not present. */
METHOD(list, remove, "($self, value, /)") {
    List *list = to_list(args[0]);
    i64 found = sequence_find(vm, args[0], args[1], 0, INT64_MAX);
    if (found == -2) return FAIL;
    if (found < 0) return raise_value(vm, "list.remove(x): x not in list");
    if ((usize)found < list->count) decref(list_pop_at(vm, list, (usize)found));
    return NONE;
}

/* Reverse *IN PLACE*. */
METHOD(list, reverse, "($self, /)") {
    reverse_values(to_list(args[0])->items, to_list(args[0])->count);
    return NONE;
}

/* See PEP 585 */
CLASS_METHOD(list, __class_getitem__, "($type, object, /)") {
    return generic_alias_new(vm, args[0], args[1]);
}
