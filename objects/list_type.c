/* The type list: what operators do. */
#include "objects/iterator.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/range.h"
#include "objects/sequence.h"
#include "objects/show.h"
#include "objects/str.h"

/* ---- life ---- */

static Value make(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    Obj *list = object_new(vm, type);
    return list ? from_object(list) : FAIL;
}

static bool init(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    Type *type = type_of(vm, self), *plain = vm->types[TYPE_list];
    bool is_plain = type == plain || type->slots.new == plain->slots.new;
    Value iterable;
    if (!sequence_argument(vm, "list", is_plain, args, nargs, kwnames, &iterable))
        return false;
    list_clear(vm, to_list(self));
    return iterable == EMPTY || list_extend(vm, to_list(self), iterable);
}

static void free_list(VM *vm, Obj *self) {
    list_clear(vm, (List *)self);
}

static void visit(Obj *self, Visitor *visitor) {
    List *list = (List *)self;
    for (usize i = 0; i < list->count; i++) visitor->visit(visitor, list->items[i]);
}

/* ---- what operators do ---- */

static Value repr(VM *vm, Value self) {
    if (!to_list(self)->count) return str_from_text(vm, "[]");
    int shown = repr_enter(vm, self);
    if (shown) return shown < 0 ? FAIL : str_from_text(vm, "[...]");
    Buffer out = {0};
    buffer_add_char(&out, '[');
    bool ok = sequence_show(vm, self, &out);
    buffer_add_char(&out, ']');
    repr_leave(vm, self);
    return show_finish(vm, &out, ok);
}

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    if (!has_kind(other, KIND_LIST)) return NOT_IMPLEMENTED;
    if ((op == EQ || op == NE) && to_list(self)->count != to_list(other)->count) {
        return from_bool(op == NE);
    }
    return sequence_compare(vm, self, other, op);
}

static i64 length(VM *vm, Value self) {
    return (i64)to_list(self)->count;
}

static int contains(VM *vm, Value self, Value item) {
    i64 found = sequence_find(vm, self, item, 0, INT64_MAX);
    return found >= 0 ? 1 : found == -1 ? 0 : -1;
}

static Value get_slice(VM *vm, List *list, Value key) {
    i64 start, stop, step;
    CHECK(slice_unpack(vm, key, &start, &stop, &step));
    i64 count = slice_adjust((i64)list->count, &start, &stop, step);
    return list_slice(vm, list, start, step, count);
}

/* An index, made positive, into `at`; false with `range_text` if there is no such item.
 */
static bool find_item(VM *vm, List *list, Value key, const char *range_text, usize *at) {
    i64 index;
    if (!has_index(vm, key)) {
        raise_type(vm, "list indices must be integers or slices, not %T", key);
        return false;
    }
    if (!index_to_i64(vm, key, EXC(IndexError), &index)) return false;
    if (index < 0) index += (i64)list->count;
    *at = (usize)index;
    if (index >= 0 && (usize)index < list->count) return true;
    raise_index(vm, "%s", range_text);
    return false;
}

static Value get_item(VM *vm, Value self, Value key) {
    usize at;
    if (has_exact_kind(key, KIND_SLICE)) return get_slice(vm, to_list(self), key);
    CHECK(find_item(vm, to_list(self), key, "list index out of range", &at));
    return incref(to_list(self)->items[at]);
}

/* items[start], items[start + step], ... (count of them) get the values, which are
 * borrowed. */
static bool put_values(VM *vm, List *list, Value values, i64 start, i64 step, i64 count) {
    Run run = sequence_run(values);
    if ((i64)run.count != count) {
        raise_value(
            vm, "attempt to assign sequence of size %ld to extended slice of size %ld",
            (i64)run.count, count);
        return false;
    }
    OWNED Value old = TRY_OR_FALSE(list_new(vm, (usize)count));
    for (i64 i = 0; i < count; i++) {
        Value *slot = &list->items[start + i * step];
        to_list(old)->items[to_list(old)->count++] = *slot;
        *slot = incref(run.items[i]);
    }
    return true;
}

/* Delete every step-th item: the rest moves together; the items are released at last. */
static bool delete_steps(VM *vm, List *list, i64 start, i64 step, i64 count) {
    if (!count) return true;
    if (step < 0) {
        start += step * (count - 1);
        step = -step;
    }
    OWNED Value old = TRY_OR_FALSE(list_new(vm, (usize)count));
    i64 to = start, next = start;
    for (i64 i = start; i < (i64)list->count; i++) {
        if (i == next && (i64)to_list(old)->count < count) {
            to_list(old)->items[to_list(old)->count++] = list->items[i];
            next += step;
        } else {
            list->items[to++] = list->items[i];
        }
    }
    list->count -= (usize)count;
    return true;
}

/* A list or tuple of the values, not the list itself. */
static Value assigned_values(VM *vm, List *list, Value value) {
    if (has_kind(value, KIND_TUPLE)) return incref(value);
    if (has_kind(value, KIND_LIST) && value != from_object(list)) return incref(value);
    Value values = object_to_list(vm, value);
    if (values != FAIL || !exception_matches(vm, EXC(TypeError))) return values;
    exception_clear(vm);
    return raise_type(vm, "must assign iterable to extended slice");
}

static bool set_slice(VM *vm, List *list, Value key, Value value) {
    i64 start, stop, step;
    if (!slice_unpack(vm, key, &start, &stop, &step)) return false;
    OWNED Value values = EMPTY;
    if (value != EMPTY) values = TRY_OR_FALSE(assigned_values(vm, list, value));
    i64 count = slice_adjust((i64)list->count, &start, &stop, step);
    if (step == 1) {
        usize end = (usize)(start + count);
        return value == EMPTY ? list_delete_slice(vm, list, (usize)start, end)
                              : list_set_slice(vm, list, (usize)start, end, values);
    }
    return value == EMPTY ? delete_steps(vm, list, start, step, count)
                          : put_values(vm, list, values, start, step, count);
}

static bool set_item(VM *vm, Value self, Value key, Value value) {
    List *list = to_list(self);
    usize at;
    if (has_exact_kind(key, KIND_SLICE)) return set_slice(vm, list, key, value);
    if (!find_item(vm, list, key, "list assignment index out of range", &at))
        return false;
    if (value == EMPTY)
        decref(list_pop_at(vm, list, at));
    else
        replace(&list->items[at], incref(value));
    return true;
}

static Value concat(VM *vm, Value self, Value other) {
    if (!has_kind(other, KIND_LIST)) {
        return raise_type(vm, "can only concatenate list (not \"%T\") to list", other);
    }
    List *a = to_list(self), *b = to_list(other);
    OWNED Value sum = TRY(list_new(vm, a->count + b->count));
    List *list = to_list(sum);
    for (usize i = 0; i < a->count; i++) list->items[list->count++] = incref(a->items[i]);
    for (usize i = 0; i < b->count; i++) list->items[list->count++] = incref(b->items[i]);
    return TAKE(sum);
}

static Value inplace_concat(VM *vm, Value self, Value other) {
    CHECK(list_extend(vm, to_list(self), other));
    return incref(self);
}

/* Let the list hold its items `times` times over. */
static bool multiply(VM *vm, List *list, i64 times) {
    usize count = list->count;
    if (count && (u64)times > PTRDIFF_MAX / 16 / count) return raise_memory(vm), false;
    if (!list_reserve(vm, list, count * (usize)times)) return false;
    for (i64 turn = 1; turn < times; turn++) {
        for (usize i = 0; i < count; i++)
            list->items[list->count++] = incref(list->items[i]);
    }
    return true;
}

static Value repeat(VM *vm, Value self, i64 times) {
    List *list = to_list(self);
    if (times <= 0 || !list->count) return list_new(vm, 0);
    if ((u64)times > PTRDIFF_MAX / 16 / list->count) return raise_memory(vm);
    OWNED Value result = TRY(list_new(vm, list->count * (usize)times));
    CHECK(list_extend(vm, to_list(result), self));
    CHECK(multiply(vm, to_list(result), times));
    return TAKE(result);
}

static Value inplace_repeat(VM *vm, Value self, i64 times) {
    if (times <= 0)
        list_clear(vm, to_list(self));
    else if (times > 1)
        CHECK(multiply(vm, to_list(self), times));
    return incref(self);
}

static Value iterate(VM *vm, Value self) {
    return list_iterator_new(vm, self);
}

TYPE(list, .name = "list",
     .signature = "(iterable=(), /)", .size = sizeof(List), .kind = KIND_LIST,
     .flags = TYPE_SEQUENCE | TYPE_MATCH_SELF,
     .doc = "Built-in mutable sequence.\n\n"
            "If no argument is given, the constructor creates a new empty list.\n"
            "The argument must be an iterable if specified.",
     .slots = {
         .new = make,
         .init = init,
         .free = free_list,
         .visit = visit,
         .clear = free_list,
         .repr = repr,
         .compare = compare,
         .iter = iterate,
         .length = length,
         .getitem = get_item,
         .setitem = set_item,
         .contains = contains,
         .concat = concat,
         .repeat = repeat,
         .inplace_concat = inplace_concat,
         .inplace_repeat = inplace_repeat,
     })

/* Return self[index]. */
METHOD(list, __getitem__, "($self, index, /)") {
    return get_item(vm, args[0], args[1]);
}
