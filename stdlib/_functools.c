/* _functools: partial, reduce, cmp_to_key. lru_cache is in _functools_cache.c; the rest
 * of functools is in functools.apy. */
#include "objects/dict.h"
#include "objects/frame.h"
#include "objects/generic_alias.h"
#include "objects/slots.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "stdlib/fields.h"

MODULE(_functools, "Tools that operate on functions.")

MODULE_INIT(_functools) {
    return module_add(vm, module, "partial",
                      incref(from_object(vm->types[TYPE_functools_partial]))) &&
           module_add(vm, module, "_lru_cache_wrapper",
                      incref(from_object(vm->types[TYPE_functools__lru_cache_wrapper])));
}

/* ---- partial ---- */

typedef struct Partial {
    Obj h;
    Value function;
    Value arguments; /* tuple */
    Value keywords;  /* dict */
} Partial;

static Partial *to_partial(Value v) {
    return (Partial *)to_object(v);
}

static Value join_tuples(VM *vm, Tuple *first, const Value *rest, u32 count) {
    Value joined = TRY(tuple_new(vm, first->count + count));
    Value *items = to_tuple(joined)->items;
    for (usize i = 0; i < first->count; i++) items[i] = incref(first->items[i]);
    for (u32 i = 0; i < count; i++) items[first->count + i] = incref(rest[i]);
    return joined;
}

/* Add the keywords of a call to a dict. */
static bool add_keywords(VM *vm, Value dict, const Value *values, Value kwnames) {
    if (kwnames == EMPTY) return true;
    for (usize i = 0; i < to_tuple(kwnames)->count; i++) {
        if (!dict_set(vm, to_dict(dict), to_tuple(kwnames)->items[i], values[i]))
            return false;
    }
    return true;
}

static Value call(VM *vm, Value v, Value *args, u32 nargs, Value kwnames);

/* A partial without attributes: its own parts are taken over. */
static bool is_flat(VM *vm, Value v) {
    if (!is_object(v) || type_of(vm, v)->slots.call != call) return false;
    Value dict = *instance_dict_word(to_object(v));
    bool has_slots = to_object(v)->shape->count != 0;
    return dict == EMPTY ? !has_slots : to_dict(dict)->count == 0;
}

static Value construct(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    if (nargs == 0) return raise_type(vm, "type 'partial' takes at least one argument");
    if (!is_callable(vm, args[0]))
        return raise_type(vm, "the first argument must be callable");
    Partial *inner = is_flat(vm, args[0]) ? to_partial(args[0]) : NULL;
    Tuple *before = to_tuple(inner ? inner->arguments : vm->empty_tuple);
    OWNED Value arguments = TRY(join_tuples(vm, before, args + 1, nargs - 1));
    OWNED Value keywords =
        TRY(inner ? dict_copy(vm, to_dict(inner->keywords)) : dict_new(vm));
    CHECK(add_keywords(vm, keywords, args + nargs, kwnames));
    Partial *self = FIELDS_NEW(vm, type, Partial, 3);
    if (!self) return FAIL;
    self->function = incref(inner ? inner->function : args[0]);
    self->arguments = TAKE(arguments);
    self->keywords = TAKE(keywords);
    return from_object(self);
}

static Value call(VM *vm, Value v, Value *args, u32 nargs, Value kwnames) {
    Partial *self = to_partial(v);
    OWNED Value function = incref(self->function);
    OWNED Value arguments = TRY(join_tuples(vm, to_tuple(self->arguments), args, nargs));
    if (kwnames == EMPTY && to_dict(self->keywords)->count == 0) {
        Tuple *tuple = to_tuple(arguments);
        return object_call(vm, function, tuple->items, (u32)tuple->count, EMPTY);
    }
    OWNED Value keywords = TRY(dict_copy(vm, to_dict(self->keywords)));
    CHECK(add_keywords(vm, keywords, args + nargs, kwnames));
    return call_with_tuple(vm, function, arguments, keywords);
}

static bool add_shown(VM *vm, Buffer *out, const char *format, Value a, Value b) {
    OWNED Value text = str_format(vm, format, a, b);
    if (text == FAIL) return false;
    buffer_add_span(out, str_span(text));
    return true;
}

static bool add_parts(VM *vm, Partial *self, Buffer *out) {
    OWNED Value arguments = incref(self->arguments), keywords = incref(self->keywords);
    if (!add_shown(vm, out, "%R", self->function, EMPTY)) return false;
    for (usize i = 0; i < to_tuple(arguments)->count; i++) {
        if (!add_shown(vm, out, ", %R", to_tuple(arguments)->items[i], EMPTY))
            return false;
    }
    Value key, value;
    for (u32 at = 0; dict_next(to_dict(keywords), &at, &key, &value);) {
        OWNED Value key_held = incref(key), value_held = incref(value);
        if (!add_shown(vm, out, ", %S=%R", key, value)) return false;
    }
    return true;
}

static Value show(VM *vm, Value v) {
    OWNED Value name = TRY(type_full_name(vm, type_of(vm, v)));
    int is_inside = repr_enter(vm, v);
    if (is_inside) return is_inside < 0 ? FAIL : str_from_text(vm, "...");
    Buffer out = {0};
    buffer_add_span(&out, str_span(name));
    buffer_add_char(&out, '(');
    bool ok = add_parts(vm, to_partial(v), &out);
    buffer_add_char(&out, ')');
    repr_leave(vm, v);
    if (ok) return str_from_buffer(vm, &out);
    buffer_free(&out);
    return FAIL;
}

static Value bind(VM *vm, Value self, Value instance, Value type) {
    if (instance != EMPTY && instance != NONE) {
        CHECK(warn(
            vm, EXC(FutureWarning), 1,
            "functools.partial will be a method descriptor in future Python versions; "
            "wrap it in staticmethod() if you want to preserve the old behavior"));
    }
    return incref(self);
}

TYPE(functools_partial, .name = "functools.partial", .size = sizeof(Partial),
     .kind = KIND_OTHER, .flags = TYPE_HAS_DICT | TYPE_WEAKREFS,
     .slots = {.new = construct, FIELDS_SLOTS, .call = call, .repr = show, .get = bind},
     .doc = "Create a new function with partial application of the given arguments\n"
            "and keywords.",
     .signature = "(func, /, *args, **keywords)")

/* function object to use in future partial calls */
MEMBER(functools_partial, func) {
    return incref(to_partial(self)->function);
}

/* tuple of arguments to future partial calls */
MEMBER(functools_partial, args) {
    return incref(to_partial(self)->arguments);
}

/* dictionary of keyword arguments to future partial calls */
MEMBER(functools_partial, keywords) {
    return incref(to_partial(self)->keywords);
}

METHOD(functools_partial, __reduce__, "($self, /)") {
    Partial *self = to_partial(args[0]);
    OWNED Value dict = TRY(object_find_attr(vm, args[0], NAME(__dict__)));
    bool is_bare = dict == EMPTY || !has_kind(dict, KIND_DICT) || !to_dict(dict)->count;
    OWNED Value state_dict = incref(is_bare ? NONE : dict);
    OWNED Value make = TRY(tuple_of(vm, 1, self->function));
    OWNED Value state =
        TRY(tuple_of(vm, 4, self->function, self->arguments, self->keywords, state_dict));
    return tuple_of(vm, 3, from_object(type_of(vm, args[0])), make, state);
}

static bool is_state(VM *vm, Value v) {
    if (!has_kind(v, KIND_TUPLE) || to_tuple(v)->count != 4) return false;
    Value *parts = to_tuple(v)->items;
    return is_callable(vm, parts[0]) && has_kind(parts[1], KIND_TUPLE) &&
           (parts[2] == NONE || has_kind(parts[2], KIND_DICT)) &&
           (parts[3] == NONE || has_kind(parts[3], KIND_DICT));
}

METHOD(functools_partial, __setstate__, "($self, state, /) shown ($self, object, /)") {
    Partial *self = to_partial(args[0]);
    if (!is_state(vm, args[1])) return raise_type(vm, "invalid partial state");
    Value *parts = to_tuple(args[1])->items;
    OWNED Value keywords =
        TRY(parts[2] == NONE                        ? dict_new(vm)
            : has_exact_kind(parts[2], KIND_DICT) ? incref(parts[2])
                                                  : dict_copy(vm, to_dict(parts[2])));
    OWNED Value arguments =
        TRY(has_exact_kind(parts[1], KIND_TUPLE)
                ? incref(parts[1])
                : tuple_from(vm, to_tuple(parts[1])->items, to_tuple(parts[1])->count));
    replace(&self->function, incref(parts[0]));
    replace(&self->arguments, TAKE(arguments));
    replace(&self->keywords, TAKE(keywords));
    CHECK(instance_set_dict(vm, to_object(args[0]), parts[3] == NONE ? EMPTY : parts[3]));
    return NONE;
}

/* See PEP 585 */
CLASS_METHOD(functools_partial, __class_getitem__, "($type, object, /)") {
    return generic_alias_new(vm, args[0], args[1]);
}

/* ---- reduce ---- */

/* reduce(function, iterable[, initial], /) -> value
 *
 * Apply a function of two arguments cumulatively to the items of a sequence
 * or iterable, from left to right, so as to reduce the iterable to a single
 * value.  For example, reduce(lambda x, y: x+y, [1, 2, 3, 4, 5]) calculates
 * ((((1+2)+3)+4)+5).  If initial is present, it is placed before the items
 * of the iterable in the calculation, and serves as a default when the
 * iterable is empty. */
FUNCTION(_functools, reduce,
       "(function, iterable, initial=<unrepresentable>, /) hidden") {
    OWNED Value iterator = object_iter(vm, args[1]);
    if (iterator == FAIL) {
        if (!exception_matches(vm, EXC(TypeError))) return FAIL;
        return raise_type(vm, "reduce() arg 2 must support iteration");
    }
    OWNED Value result = incref(args[2]);
    for (;;) {
        OWNED Value item = TRY(iter_next(vm, iterator));
        if (item == EMPTY) break;
        replace(&result,
                result == EMPTY ? TAKE(item) : TRY(call_2(vm, args[0], result, item)));
    }
    if (result != EMPTY) return TAKE(result);
    return raise_type(vm, "reduce() of empty iterable with no initial value");
}

/* ---- cmp_to_key ---- */

typedef struct Key {
    Obj h;
    Value compare, object; /* object EMPTY: what cmp_to_key returned, that makes keys */
} Key;

static Value make_key(VM *vm, Value compare, Value object) {
    Key *key = FIELDS_NEW(vm, vm->types[TYPE_functools_KeyWrapper], Key, 2);
    if (!key) return FAIL;
    key->compare = incref(compare);
    key->object = incref(object);
    return from_object(key);
}

static Value call_key(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"obj", NULL};
    static const Arguments spec = {
        .function = "K", .names = names, .positional = 1, .required = 1};
    Value bound[1];
    CHECK(arguments_bind(vm, &spec, args, nargs, kwnames, bound));
    return make_key(vm, ((Key *)self)->compare, bound[0]);
}

static Value compare_keys(VM *vm, Value a, Value b, CompareOp op) {
    Type *type = vm->types[TYPE_functools_KeyWrapper];
    if (!is_instance(vm, a, type) || !is_instance(vm, b, type)) {
        return raise_type(vm, "other argument must be K instance");
    }
    Key *first = (Key *)a, *second = (Key *)b;
    if (first->object == EMPTY || second->object == EMPTY) {
        return raise_attribute(vm, a, NAME(object));
    }
    OWNED Value order = TRY(call_2(vm, first->compare, first->object, second->object));
    return object_compare(vm, order, from_small(0), op);
}

TYPE(functools_KeyWrapper, .name = "functools.KeyWrapper", .size = sizeof(Key),
     .kind = KIND_OTHER, .flags = TYPE_FINAL | TYPE_NO_NEW,
     .slots = {FIELDS_SLOTS, .call = call_key, .compare = compare_keys})

/* Value wrapped by a key function. */
MEMBER(functools_KeyWrapper, obj) {
    Value object = ((Key *)self)->object;
    return object == EMPTY ? NONE : incref(object);
}

SETTER(functools_KeyWrapper, obj) {
    replace(&((Key *)self)->object, value == EMPTY ? EMPTY : incref(value));
    return true;
}

GETTER(functools_KeyWrapper, __text_signature__) {
    return str_from_text(vm, "(obj)");
}

/* Convert a cmp= function into a key= function.
 *
 *   mycmp
 *     Function that compares two objects. */
FUNCTION(_functools, cmp_to_key, "(mycmp)") {
    return make_key(vm, args[0], EMPTY);
}
