/* tuple: making, and what operators do. */
#include "objects/tuple.h"
#include "objects/generic_alias.h"

#include "objects/iterator.h"
#include "objects/native.h"
#include "objects/range.h"
#include "objects/sequence.h"
#include "objects/show.h"
#include "objects/str.h"

enum { COUNT_MAX = PTRDIFF_MAX / 16 };

/* ---- making ---- */

static Tuple *allocate(VM *vm, usize count) {
    if (count > COUNT_MAX) return raise_memory(vm), NULL;
    usize size = sizeof(Tuple) + count * sizeof(Value);
    Tuple *tuple = (Tuple *)object_new_sized(vm, vm->types[TYPE_tuple], size);
    if (tuple) tuple->count = count;
    return tuple;
}

Value tuple_make_empty(VM *vm) {
    Tuple *tuple = allocate(vm, 0);
    return tuple ? from_object(tuple) : FAIL;
}

Value tuple_new(VM *vm, usize count) {
    if (!count) return incref(vm->empty_tuple);
    Tuple *tuple = allocate(vm, count);
    if (!tuple) return FAIL;
    for (usize i = 0; i < count; i++) tuple->items[i] = EMPTY;
    return from_object(tuple);
}

Value tuple_from(VM *vm, const Value *borrowed, usize count) {
    if (!count) return incref(vm->empty_tuple);
    Tuple *tuple = allocate(vm, count);
    if (!tuple) return FAIL;
    for (usize i = 0; i < count; i++) tuple->items[i] = incref(borrowed[i]);
    return from_object(tuple);
}

Value tuple_from_owned(VM *vm, Value *owned, usize count) {
    if (!count) return incref(vm->empty_tuple);
    Tuple *tuple = allocate(vm, count);
    if (!tuple) {
        for (usize i = 0; i < count; i++) decref(owned[i]);
        return FAIL;
    }
    memcpy(tuple->items, owned, count * sizeof(Value));
    return from_object(tuple);
}

Value tuple_of(VM *vm, u32 count, ...) {
    Value tuple = TRY(tuple_new(vm, count));
    va_list values;
    va_start(values, count);
    for (u32 i = 0; i < count; i++)
        to_tuple(tuple)->items[i] = incref(va_arg(values, Value));
    va_end(values);
    return tuple;
}

int tuple_less_quickly(Value a, Value b) {
    const Tuple *left = to_tuple(a), *right = to_tuple(b);
    usize common = left->count < right->count ? left->count : right->count;
    for (usize i = 0; i < common; i++) {
        Value x = left->items[i], y = right->items[i];
        if (x == y) continue;
        if (are_small(x, y)) return (i64)x < (i64)y;
        if (are_flonums(x, y)) return to_flonum(x) < to_flonum(y);
        if (!has_exact_kind(x, KIND_STR) || !has_exact_kind(y, KIND_STR)) return -1;
        int order = str_order(x, y);
        if (order) return order < 0;
    }
    return left->count < right->count;
}

Value tuple_slice(VM *vm, Value tuple, usize start, usize end) {
    Tuple *source = to_tuple(tuple);
    if (!start && end == source->count && source->h.kind == KIND_TUPLE)
        return incref(tuple);
    return tuple_from(vm, source->items + start, end - start);
}

static Value make_subclass(VM *vm, Type *type, Value source) {
    usize count = to_tuple(source)->count;
    Tuple *tuple = (Tuple *)object_new_var(vm, type, count * sizeof(Value));
    if (!tuple) return FAIL;
    tuple->count = count;
    for (usize i = 0; i < count; i++)
        tuple->items[i] = incref(to_tuple(source)->items[i]);
    return from_object(tuple);
}

static Value make(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    Type *plain = vm->types[TYPE_tuple];
    bool is_plain = type == plain || type->slots.init == plain->slots.init;
    Value iterable;
    CHECK(sequence_argument(vm, "tuple", is_plain, args, nargs, kwnames, &iterable));
    OWNED Value tuple =
        TRY(iterable == EMPTY ? incref(vm->empty_tuple) : object_to_tuple(vm, iterable));
    return type == plain ? TAKE(tuple) : make_subclass(vm, type, tuple);
}

/* ---- life ---- */

static void free_tuple(VM *vm, Obj *self) {
    Tuple *tuple = (Tuple *)self;
    for (usize i = tuple->count; i--;) decref(take(&tuple->items[i]));
}

static void visit(Obj *self, Visitor *visitor) {
    Tuple *tuple = (Tuple *)self;
    for (usize i = 0; i < tuple->count; i++) visitor->visit(visitor, tuple->items[i]);
}

/* ---- what operators do ---- */

static Value repr(VM *vm, Value self) {
    if (!to_tuple(self)->count) return str_from_text(vm, "()");
    int shown = repr_enter(vm, self);
    if (shown) return shown < 0 ? FAIL : str_from_text(vm, "(...)");
    Buffer out = {0};
    buffer_add_char(&out, '(');
    bool ok = sequence_show(vm, self, &out);
    buffer_add_text(&out, to_tuple(self)->count == 1 ? ",)" : ")");
    repr_leave(vm, self);
    return show_finish(vm, &out, ok);
}

/* The hash of CPython: xxHash's step for each item, without its final mixing. */
static bool hash(VM *vm, Value self, u64 *out) {
    const u64 prime1 = 11400714785074694791u, prime2 = 14029467366897019727u,
              prime5 = 2870177450012600261u;
    u64 sum = prime5;
    Tuple *tuple = to_tuple(self);
    for (usize i = 0; i < tuple->count; i++) {
        u64 item;
        if (!object_hash(vm, tuple->items[i], &item)) return false;
        sum += item * prime2;
        sum = (sum << 31 | sum >> 33) * prime1;
    }
    sum += tuple->count ^ prime5 ^ 3527539;
    *out = sum == (u64)-1 ? 1546275796 : sum;
    return true;
}

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    if (!has_kind(other, KIND_TUPLE)) return NOT_IMPLEMENTED;
    return sequence_compare(vm, self, other, op);
}

static i64 length(VM *vm, Value self) {
    return (i64)to_tuple(self)->count;
}

static Value get_slice(VM *vm, Value self, Value key) {
    i64 start, stop, step;
    CHECK(slice_unpack(vm, key, &start, &stop, &step));
    i64 count = slice_adjust((i64)to_tuple(self)->count, &start, &stop, step);
    if (step == 1) return tuple_slice(vm, self, (usize)start, (usize)(start + count));
    OWNED Value tuple = TRY(tuple_new(vm, (usize)count));
    for (i64 i = 0; i < count; i++) {
        to_tuple(tuple)->items[i] = incref(to_tuple(self)->items[start + i * step]);
    }
    return TAKE(tuple);
}

static Value get_item(VM *vm, Value self, Value key) {
    i64 index, count = (i64)to_tuple(self)->count;
    if (has_exact_kind(key, KIND_SLICE)) return get_slice(vm, self, key);
    if (!has_index(vm, key)) {
        return raise_type(vm, "tuple indices must be integers or slices, not %T", key);
    }
    CHECK(index_to_i64(vm, key, EXC(IndexError), &index));
    if (index < 0) index += count;
    if (index < 0 || index >= count) return raise_index(vm, "tuple index out of range");
    return incref(to_tuple(self)->items[index]);
}

static int contains(VM *vm, Value self, Value item) {
    i64 found = sequence_find(vm, self, item, 0, INT64_MAX);
    return found >= 0 ? 1 : found == -1 ? 0 : -1;
}

static Value concat(VM *vm, Value self, Value other) {
    if (!has_kind(other, KIND_TUPLE)) {
        return raise_type(vm, "can only concatenate tuple (not \"%T\") to tuple", other);
    }
    Tuple *a = to_tuple(self), *b = to_tuple(other);
    if (!a->count && b->h.kind == KIND_TUPLE) return incref(other);
    if (!b->count && a->h.kind == KIND_TUPLE) return incref(self);
    OWNED Value sum = TRY(tuple_new(vm, a->count + b->count));
    for (usize i = 0; i < a->count; i++) to_tuple(sum)->items[i] = incref(a->items[i]);
    for (usize i = 0; i < b->count; i++)
        to_tuple(sum)->items[a->count + i] = incref(b->items[i]);
    return TAKE(sum);
}

static Value repeat(VM *vm, Value self, i64 times) {
    Tuple *tuple = to_tuple(self);
    usize count = tuple->count;
    if ((!count || times == 1) && tuple->h.kind == KIND_TUPLE) return incref(self);
    if (times <= 0 || !count) return incref(vm->empty_tuple);
    if (count > COUNT_MAX / (u64)times) return raise_memory(vm);
    OWNED Value result = TRY(tuple_new(vm, count * (usize)times));
    Value *out = to_tuple(result)->items;
    for (i64 turn = 0; turn < times; turn++) {
        for (usize i = 0; i < count; i++) *out++ = incref(tuple->items[i]);
    }
    return TAKE(result);
}

TYPE(tuple, .name = "tuple",
     .signature = "(iterable=(), /)", .size = sizeof(Tuple), .kind = KIND_TUPLE,
     .flags = TYPE_SEQUENCE | TYPE_MATCH_SELF,
     .doc = "Built-in immutable sequence.\n\n"
            "If no argument is given, the constructor returns an empty tuple.\n"
            "If iterable is specified the tuple is initialized from iterable's items.\n\n"
            "If the argument is a tuple, the return value is the same object.",
     .slots = {
         .new = make,
         .free = free_tuple,
         .visit = visit,
         .repr = repr,
         .hash = hash,
         .compare = compare,
         .iter = tuple_iterator_new,
         .length = length,
         .getitem = get_item,
         .contains = contains,
         .concat = concat,
         .repeat = repeat,
     })

/* Return first index of value.
 *
 * Raises ValueError if the value is not present. */
METHOD(tuple, index, "($self, value, start=0, stop=sys.maxsize, /)") {
    i64 start, stop, length = (i64)to_tuple(args[0])->count;
    CHECK(sequence_bounds(vm, args[2], args[3], length, &start, &stop));
    i64 found = sequence_find(vm, args[0], args[1], start, stop);
    if (found == -2) return FAIL;
    if (found < 0) return raise_value(vm, "tuple.index(x): x not in tuple");
    return from_small(found);
}

/* Return number of occurrences of value. */
METHOD(tuple, count, "($self, value, /)") {
    i64 count = sequence_count(vm, args[0], args[1]);
    return count < 0 ? FAIL : from_small(count);
}

METHOD(tuple, __getnewargs__, "($self, /)") {
    OWNED Value plain =
        TRY(tuple_from(vm, to_tuple(args[0])->items, to_tuple(args[0])->count));
    return tuple_of(vm, 1, plain);
}

/* See PEP 585 */
CLASS_METHOD(tuple, __class_getitem__, "($type, object, /)") {
    return generic_alias_new(vm, args[0], args[1]);
}
