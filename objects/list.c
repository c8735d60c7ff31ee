/* list: making, growing, changing. */
#include "objects/list.h"

#include "objects/sequence.h"

enum { COUNT_MAX = PTRDIFF_MAX / 16 };

/* ---- room ---- */

static bool set_capacity(VM *vm, List *list, usize capacity) {
    Value *items = NULL;
    if (!capacity) {
        if (list->items)
            heap_raw_free(&vm->heap, list->items, list->capacity * sizeof(Value));
    } else {
        items = heap_raw_resize(&vm->heap, list->items, list->capacity * sizeof(Value),
                                capacity * sizeof(Value));
        if (!items) return raise_memory(vm), false;
    }
    list->items = items;
    list->capacity = capacity;
    list->h.flags &= (u8)~LIST_SORTING;
    return true;
}

/* Room for `count` items, with an eighth to spare so that appending is cheap. */
static bool make_room(VM *vm, List *list, usize count) {
    if (count <= list->capacity) return true;
    if (count > COUNT_MAX) return raise_memory(vm), false;
    return set_capacity(vm, list, (count + (count >> 3) + 6) & ~(usize)3);
}

/* Give memory back when more than half of it is unused. */
static void shrink(VM *vm, List *list) {
    if (list->count >= list->capacity / 2) return;
    usize count = list->count;
    usize capacity = count ? (count + (count >> 3) + 6) & ~(usize)3 : 0;
    if (capacity < list->capacity && !set_capacity(vm, list, capacity))
        exception_clear(vm);
}

bool list_reserve(VM *vm, List *list, usize count) {
    if (count <= list->capacity) return true;
    if (count > COUNT_MAX) return raise_memory(vm), false;
    return set_capacity(vm, list, count);
}

/* ---- making ---- */

Value list_new(VM *vm, usize capacity) {
    List *list = (List *)object_new_sized(vm, vm->types[TYPE_list], sizeof(List));
    if (!list) return FAIL;
    list->count = list->capacity = 0;
    list->items = NULL;
    if (!capacity) return from_object(list);
    if (LIKELY(capacity <= COUNT_MAX)) list->items = heap_raw_alloc(&vm->heap, capacity * sizeof(Value));
    if (UNLIKELY(!list->items)) {
        decref(from_object(list));
        return raise_memory(vm);
    }
    list->capacity = capacity;
    return from_object(list);
}

Value list_from(VM *vm, Value *owned, usize count) {
    Value list = list_new(vm, count);
    if (list == FAIL) {
        for (usize i = 0; i < count; i++) decref(owned[i]);
        return FAIL;
    }
    if (count) memcpy(to_list(list)->items, owned, count * sizeof(Value));
    to_list(list)->count = count;
    return list;
}

Value list_slice(VM *vm, const List *list, i64 start, i64 step, i64 count) {
    Value result = TRY(list_new(vm, (usize)count));
    const Value *items = list->items;
    Value *to = to_list(result)->items;
    usize at = (usize)start;
    for (i64 i = 0; i < count; i++, at += (usize)step) to[i] = incref(items[at]);
    to_list(result)->count = (usize)count;
    return result;
}

/* ---- changing ---- */

bool list_push_owned(VM *vm, List *list, Value item) {
    if (UNLIKELY(list->count == list->capacity) &&
        !make_room(vm, list, list->count + 1)) {
        decref(item);
        return false;
    }
    list->items[list->count++] = item;
    return true;
}

bool list_push(VM *vm, List *list, Value item) {
    return list_push_owned(vm, list, incref(item));
}

bool list_insert(VM *vm, List *list, i64 index, Value item) {
    i64 count = (i64)list->count;
    if (!make_room(vm, list, list->count + 1)) return false;
    if (index < 0 && (index += count) < 0) index = 0;
    if (index > count) index = count;
    memmove(list->items + index + 1, list->items + index,
            (usize)(count - index) * sizeof(Value));
    list->items[index] = incref(item);
    list->count++;
    return true;
}

Value list_pop_at(VM *vm, List *list, usize index) {
    Value item = list->items[index];
    list->count--;
    memmove(list->items + index, list->items + index + 1,
            (list->count - index) * sizeof(Value));
    shrink(vm, list);
    return item;
}

void list_clear(VM *vm, List *list) {
    Value *items = list->items;
    usize count = list->count, capacity = list->capacity;
    if (!items) return;
    list->items = NULL;
    list->count = list->capacity = 0;
    list->h.flags &= (u8)~LIST_SORTING;
    while (count) decref(items[--count]);
    heap_raw_free(&vm->heap, items, capacity * sizeof(Value));
}

static bool append_run(VM *vm, List *list, Value source) {
    Run run = sequence_run(source);
    usize count = run.count;
    if (!make_room(vm, list, list->count + count)) return false;
    run = sequence_run(source); /* it may be the list itself, which has moved */
    for (usize i = 0; i < count; i++) list->items[list->count++] = incref(run.items[i]);
    return true;
}

bool list_extend(VM *vm, List *list, Value iterable) {
    if (has_exact_kind(iterable, KIND_LIST) || has_exact_kind(iterable, KIND_TUPLE)) {
        return append_run(vm, list, iterable);
    }
    OWNED Value iterator = TRY_OR_FALSE(object_iter(vm, iterable));
    i64 hint = object_length_hint(vm, iterable, 8);
    if (hint < 0) return false;
    if ((usize)hint < COUNT_MAX - list->count && !list->count && hint > 8) {
        if (!list_reserve(vm, list, (usize)hint)) return false;
    }
    for (;;) {
        Value item = iter_next(vm, iterator);
        if (item == FAIL) return false;
        if (item == EMPTY) break;
        if (!list_push_owned(vm, list, item)) return false;
    }
    shrink(vm, list);
    return true;
}

enum {
    FEW = 8
}; /* removed items that need no memory while they wait for their release */

/* Put the values in place of items[start, end); what was there is released at last. The
 * values are not the list's own. */
static bool splice(VM *vm, List *list, usize start, usize end, Run values) {
    usize removed = end - start, tail = list->count - end, count = values.count;
    Value few[FEW], *old = few;
    if (removed > FEW && !(old = heap_raw_alloc(&vm->heap, removed * sizeof(Value)))) {
        return raise_memory(vm), false;
    }
    bool ok = make_room(vm, list, list->count - removed + count);
    if (ok) {
        if (removed) memcpy(old, list->items + start, removed * sizeof(Value));
        if (tail) {
            memmove(list->items + start + count, list->items + end, tail * sizeof(Value));
        }
        for (usize i = 0; i < count; i++)
            list->items[start + i] = incref(values.items[i]);
        list->count = list->count - removed + count;
        shrink(vm, list);
        for (usize i = removed; i--;) decref(old[i]);
    }
    if (old != few) heap_raw_free(&vm->heap, old, removed * sizeof(Value));
    return ok;
}

void list_exchange(List *list, usize start, List *other) {
    Value *here = list->items + start, *there = other->items;
    for (usize i = 0, count = other->count; i < count; i++) {
        Value item = here[i];
        here[i] = there[i];
        there[i] = item;
    }
}

bool list_delete_slice(VM *vm, List *list, usize start, usize end) {
    if (!start && end == list->count) return list_clear(vm, list), true;
    return start >= end || splice(vm, list, start, end, (Run){NULL, 0});
}

bool list_set_slice(VM *vm, List *list, usize start, usize end, Value iterable) {
    bool is_run = (has_kind(iterable, KIND_LIST) || has_kind(iterable, KIND_TUPLE)) &&
                  iterable != from_object(list);
    OWNED Value values = is_run ? incref(iterable) : object_to_list(vm, iterable);
    if (values == FAIL) return false;
    if (end > list->count)
        end = list->count; /* making the copy may have changed the list */
    if (start > end) start = end;
    return splice(vm, list, start, end, sequence_run(values));
}
