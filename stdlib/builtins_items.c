/* Builtin functions that walk: all, any, len, iter, next, min, max, sorted, and aiter,
 * anext. */
#include "objects/dict.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/sequence_iterator.h"
#include "objects/str.h"
#include "stdlib/anext.h"

/* Is there an item whose truth is `wanted`? 1, 0, -1. */
static int find_truth(VM *vm, Value iterable, int wanted) {
    OWNED Value iterator = object_iter(vm, iterable);
    if (iterator == FAIL) return -1;
    for (;;) {
        OWNED Value item = iter_next(vm, iterator);
        if (item == FAIL) return -1;
        if (item == EMPTY) return 0;
        int truth = object_truth(vm, item);
        if (truth < 0) return -1;
        if (truth == wanted) return 1;
    }
}

/* Return True if bool(x) is True for all values x in the iterable.
 *
 * If the iterable is empty, return True.
 */
FUNCTION(builtins, all, "(iterable, /)") {
    int found = find_truth(vm, args[0], 0);
    return found < 0 ? FAIL : from_bool(!found);
}

/* Return True if bool(x) is True for any x in the iterable.
 *
 * If the iterable is empty, return False.
 */
FUNCTION(builtins, any, "(iterable, /)") {
    int found = find_truth(vm, args[0], 1);
    return found < 0 ? FAIL : from_bool(found);
}

/* Return the number of items in a container. */
FUNCTION(builtins, len, "(obj, /)") {
    if (has_exact_kind(args[0], KIND_LIST)) return from_small((i64)to_list(args[0])->count);
    if (has_exact_kind(args[0], KIND_STR) && str_is_ascii(args[0])) return from_small((i64)to_str(args[0])->size);
    i64 length = object_length(vm, args[0]);
    return length < 0 ? FAIL : int_from_i64(vm, length);
}

/* iter(iterable) -> iterator
 * iter(callable, sentinel) -> iterator
 *
 * Get an iterator from an object.  In the first form, the argument must
 * supply its own iterator, or be a sequence.
 * In the second form, the callable is called until it returns the sentinel.
 */
FUNCTION(builtins, iter, "(object, sentinel=<unrepresentable>, /) hidden") {
    if (args[1] == EMPTY) return object_iter(vm, args[0]);
    if (!is_callable(vm, args[0]))
        return raise_type(vm, "iter(v, w): v must be callable");
    return callable_iterator_new(vm, args[0], args[1]);
}

/* next(iterator[, default])
 *
 * Return the next item from the iterator. If default is given and the iterator
 * is exhausted, it is returned instead of raising StopIteration.
 */
VM_FUNCTION(builtins, next, "(iterator, default=<unrepresentable>, /) hidden") {
    Type *type = type_of(vm, args[0]);
    if (!type->slots.next)
        return raise_type(vm, "'%T' object is not an iterator", args[0]);
    Value item = type->slots.next(vm, args[0]);
    bool has_default = args[1] != EMPTY;
    if (item == FAIL && has_default && exception_matches(vm, EXC(StopIteration))) {
        exception_clear(vm);
        return incref(args[1]);
    }
    if (item != EMPTY) return item;
    OWNED Value value = take(&vm->return_value); /* of a generator */
    if (has_default) return incref(args[1]);
    return raise_stop_iteration(vm, value == EMPTY ? NONE : value);
}

/* ---- min and max ---- */

typedef struct Extreme {
    const char *name;
    CompareOp op;
    Value key; /* EMPTY: none */
    Value best, best_key;
} Extreme;

/* Takes over the item. */
static bool consider(VM *vm, Extreme *extreme, Value item) {
    OWNED Value held = item;
    OWNED Value key =
        extreme->key == EMPTY ? incref(item) : call_1(vm, extreme->key, item);
    if (key == FAIL) return false;
    if (extreme->best != EMPTY) {
        OWNED Value order = object_compare(vm, key, extreme->best_key, extreme->op);
        int is_better = order == FAIL ? -1 : object_truth(vm, order);
        if (is_better <= 0) return is_better == 0;
    }
    replace(&extreme->best, TAKE(held));
    replace(&extreme->best_key, TAKE(key));
    return true;
}

static bool consider_all(VM *vm, Extreme *extreme, Value iterable) {
    OWNED Value iterator = object_iter(vm, iterable);
    if (iterator == FAIL) return false;
    for (;;) {
        Value item = iter_next(vm, iterator);
        if (item == FAIL) return false;
        if (item == EMPTY) return true;
        if (!consider(vm, extreme, item)) return false;
    }
}

static Value search(VM *vm, Extreme *extreme, Value *items, u32 count, Value otherwise) {
    if (count == 1) {
        CHECK(consider_all(vm, extreme, items[0]));
        if (extreme->best != EMPTY) return incref(extreme->best);
        if (otherwise != EMPTY) return incref(otherwise);
        return raise_value(vm, "%s() iterable argument is empty", extreme->name);
    }
    for (u32 i = 0; i < count; i++) CHECK(consider(vm, extreme, incref(items[i])));
    return incref(extreme->best);
}

static Value find_extreme(VM *vm, const char *name, CompareOp op, Value *args,
                          u32 nargs) {
    u32 count = nargs - 2; /* key and default stand before the items */
    if (count == 0) return raise_type(vm, "%s expected at least 1 argument, got 0", name);
    if (count > 1 && args[1] != EMPTY) {
        return raise_type(
            vm, "Cannot specify a default for %s() with multiple positional arguments",
            name);
    }
    Value key = args[0] == NONE ? EMPTY : args[0];
    Extreme extreme = {
        .name = name, .op = op, .key = key, .best = EMPTY, .best_key = EMPTY};
    Value result = search(vm, &extreme, args + 2, count, args[1]);
    decref(extreme.best);
    decref(extreme.best_key);
    return result;
}

/* max(iterable, *[, default=obj, key=func]) -> value
 * max(arg1, arg2, *args, *[, key=func]) -> value
 *
 * With a single iterable argument, return its biggest item. The
 * default keyword-only argument specifies an object to return if
 * the provided iterable is empty.
 * With two or more positional arguments, return the largest argument.
 */
FUNCTION(builtins, max, "(*args, key=None, default=<unrepresentable>) hidden") {
    return find_extreme(vm, "max", GT, args, nargs);
}

/* min(iterable, *[, default=obj, key=func]) -> value
 * min(arg1, arg2, *args, *[, key=func]) -> value
 *
 * With a single iterable argument, return its smallest item. The
 * default keyword-only argument specifies an object to return if
 * the provided iterable is empty.
 * With two or more positional arguments, return the smallest argument.
 */
FUNCTION(builtins, min, "(*args, key=None, default=<unrepresentable>) hidden") {
    return find_extreme(vm, "min", LT, args, nargs);
}

/* ---- sorted ---- */

/* Return a new list containing all items from the iterable in ascending order.
 *
 * A custom key function can be supplied to customize the sort order, and the
 * reverse flag can be set to request the result in descending order.
 */
FUNCTION(builtins, sorted, "(*args, key=None, reverse=False) keywords of sort "
                           "shown (iterable, /, *, key=None, reverse=False)") {
    u32 count = nargs - 2;
    if (count != 1) return raise_type(vm, "sorted expected 1 argument, got %u", count);
    OWNED Value list = TRY(object_to_list(vm, args[2]));
    int reverse = args[1] == EMPTY ? 0 : object_truth(vm, args[1]);
    if (reverse < 0) return FAIL;
    CHECK(list_sort(vm, to_list(list), args[0] == EMPTY ? NONE : args[0], reverse));
    return TAKE(list);
}

/* ---- asynchronous ---- */

/* Return an AsyncIterator for an AsyncIterable object. */
FUNCTION(builtins, aiter, "(async_iterable, /)") {
    Type *type = type_of(vm, args[0]);
    if (!type->slots.aiter) {
        return raise_type(vm, "'%T' object is not an async iterable", args[0]);
    }
    OWNED Value iterator = TRY(type->slots.aiter(vm, args[0]));
    if (type_of(vm, iterator)->slots.anext) return TAKE(iterator);
    return raise_type(vm, "aiter() returned not an async iterator of type '%T'",
                      iterator);
}

/* Return the next item from the async iterator.
 *
 * If default is given and the async iterator is exhausted,
 * it is returned instead of raising StopAsyncIteration.
 */
FUNCTION(builtins, anext, "(aiterator, default=<unrepresentable>, /)") {
    Type *type = type_of(vm, args[0]);
    if (!type->slots.anext) {
        return raise_type(vm, "'%T' object is not an async iterator", args[0]);
    }
    OWNED Value awaitable = TRY(type->slots.anext(vm, args[0]));
    if (args[1] == EMPTY) return TAKE(awaitable);
    return anext_awaitable_new(vm, awaitable, args[1]);
}
