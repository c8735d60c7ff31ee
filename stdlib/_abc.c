/* _abc: the machinery of abstract base classes.
 *
 * Every ABC has an object `_abc_impl` with three tables of classes: those registered,
 * those known to be subclasses, and those known not to be, which holds until somebody
 * registers a class anywhere. A table is a dict from the class's address to a weak
 * reference: the reference tells whether the class at that address is still the one that
 * was meant.
 */
#include "objects/dict.h"
#include "objects/frame.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/weakref.h"

MODULE(_abc, "Module contains faster implementation of abc.ABCMeta")

typedef struct AbcData {
    Obj h;
    Value registry, known, excluded; /* dicts */
    u64 excluded_version;            /* of the last look at `excluded` */
} AbcData;

typedef struct AbcState {
    u64 version; /* counts registrations */
} AbcState;

static void free_data(VM *vm, Obj *self) {
    AbcData *data = (AbcData *)self;
    decref(take(&data->registry));
    decref(take(&data->known));
    decref(take(&data->excluded));
}

static void visit(Obj *self, Visitor *visitor) {
    AbcData *data = (AbcData *)self;
    visitor->visit(visitor, data->registry);
    visitor->visit(visitor, data->known);
    visitor->visit(visitor, data->excluded);
}

TYPE(_abc_data, .name = "_abc._abc_data", .size = sizeof(AbcData), .kind = KIND_OTHER,
     .flags = TYPE_FINAL | TYPE_NO_NEW, .doc = "Internal state held by ABC machinery.",
     .slots = {.free = free_data, .visit = visit})

static void free_state(VM *vm, void *state) {
    heap_raw_free(&vm->heap, state, sizeof(AbcState));
}

MODULE_INIT(_abc) {
    AbcState *state = heap_raw_alloc(&vm->heap, sizeof(AbcState));
    if (!state) return raise_memory(vm), false;
    state->version = 0;
    vm->module_state[MODULE__abc].state = state;
    vm->module_state[MODULE__abc].free_state = free_state;
    return true;
}

static AbcState *state_of(VM *vm) {
    return vm->module_state[MODULE__abc].state;
}

static Value make_data(VM *vm) {
    OWNED Value registry = TRY(dict_new(vm));
    OWNED Value known = TRY(dict_new(vm));
    OWNED Value excluded = TRY(dict_new(vm));
    Type *type = vm->types[TYPE__abc_data];
    AbcData *data = (AbcData *)object_new_sized(vm, type, sizeof(AbcData));
    if (!data) return FAIL;
    data->registry = TAKE(registry);
    data->known = TAKE(known);
    data->excluded = TAKE(excluded);
    data->excluded_version = state_of(vm)->version;
    return from_object(data);
}

/* The _abc_impl of a class: owned. */
static Value data_of(VM *vm, Value class) {
    OWNED Value data = TRY(object_getattr(vm, class, NAME(_abc_impl)));
    if (type_of(vm, data) == vm->types[TYPE__abc_data]) return TAKE(data);
    return raise_type(vm, "_abc_impl is set to a wrong type");
}

/* ---- tables of classes ---- */

static Value address_key(Value class) {
    return from_small((i64)(class >> 4));
}

static bool has_class(VM *vm, Value table, Value class) {
    Value reference = dict_get(vm, to_dict(table), address_key(class));
    return is_object(reference) && ((WeakRef *)reference)->referent == class;
}

static bool add_class(VM *vm, Value table, Value class) {
    OWNED Value reference = TRY_OR_FALSE(weakref_new(vm, class, EMPTY));
    return dict_set(vm, to_dict(table), address_key(class), reference);
}

/* The live classes of a table, as a list. */
static Value classes_of(VM *vm, Value table) {
    OWNED Value list = TRY(list_new(vm, to_dict(table)->count));
    Value key, reference;
    for (u32 at = 0; dict_next(to_dict(table), &at, &key, &reference);) {
        OWNED Value class = weakref_get(reference);
        if (class != EMPTY) CHECK(list_push(vm, to_list(list), class));
    }
    return TAKE(list);
}

/* ---- abstract methods ---- */

/* Is `value` abstract? 1, 0, -1 */
static int is_abstract(VM *vm, Value value) {
    OWNED Value flag = object_find_attr(vm, value, NAME(__isabstractmethod__));
    if (flag == FAIL) return -1;
    return flag == EMPTY ? 0 : object_truth(vm, flag);
}

/* Add the name if what the class has under it is abstract. */
static bool add_if_abstract(VM *vm, Set *names, Value name, Value value) {
    int abstract = is_abstract(vm, value);
    return abstract > 0 ? set_add(vm, names, name) : abstract == 0;
}

static bool add_own(VM *vm, Set *names, Value class) {
    OWNED Value dict = TRY_OR_FALSE(object_getattr(vm, class, NAME(__dict__)));
    OWNED Value view = TRY_OR_FALSE(call_method_0(vm, dict, NAME(items)));
    OWNED Value items = TRY_OR_FALSE(object_to_list(vm, view));
    for (usize i = 0; i < to_list(items)->count; i++) {
        Tuple *pair = to_tuple(to_list(items)->items[i]);
        if (!add_if_abstract(vm, names, pair->items[0], pair->items[1])) return false;
    }
    return true;
}

static bool add_inherited(VM *vm, Set *names, Value class, Value base) {
    OWNED Value abstract =
        TRY_OR_FALSE(object_find_attr(vm, base, NAME(__abstractmethods__)));
    if (abstract == EMPTY) return true;
    OWNED Value iterator = TRY_OR_FALSE(object_iter(vm, abstract));
    for (;;) {
        OWNED Value name = TRY_OR_FALSE(iter_next(vm, iterator));
        if (name == EMPTY) return true;
        OWNED Value value = TRY_OR_FALSE(object_find_attr(vm, class, name));
        if (value != EMPTY && !add_if_abstract(vm, names, name, value)) return false;
    }
}

static bool set_abstract_methods(VM *vm, Value class) {
    OWNED Value names = TRY_OR_FALSE(set_new(vm, EMPTY));
    if (!add_own(vm, to_set(names), class)) return false;
    OWNED Value bases = TRY_OR_FALSE(object_getattr(vm, class, NAME(__bases__)));
    for (usize i = 0; i < to_tuple(bases)->count; i++) {
        Value base = to_tuple(bases)->items[i];
        if (!add_inherited(vm, to_set(names), class, base)) return false;
    }
    OWNED Value frozen = TRY_OR_FALSE(frozenset_new(vm, names));
    return object_setattr(vm, class, NAME(__abstractmethods__), frozen);
}

/* ---- sequence and mapping patterns ---- */

enum { ABC_SEQUENCE = 1 << 5, ABC_MAPPING = 1 << 6 }; /* as CPython numbers them */

/* Take __abc_tpflags__ out of the class and set its flags by it. */
static bool set_pattern_flags(VM *vm, Value class) {
    Dict *dict = type_dict(vm, (Type *)class);
    if (!dict) return false;
    Value flags = dict_get_str(vm, dict, NAME(__abc_tpflags__));
    if (flags == EMPTY || !is_small(flags)) return true;
    Type *type = (Type *)class;
    i64 bits = to_small(flags);
    if (bits & ABC_SEQUENCE)
        type->flags |= TYPE_SEQUENCE;
    else if (bits & ABC_MAPPING)
        type->flags |= TYPE_MAPPING;
    return dict_delete(vm, dict, NAME(__abc_tpflags__)) >= 0;
}

/* A registered class and its subclasses match the patterns that the ABC matches. */
static bool pass_flags_on(VM *vm, Value class, u32 flags) {
    Type *type = (Type *)class;
    if ((type->flags & TYPE_PATTERN_FLAGS) == flags || !(type->flags & TYPE_HEAP))
        return true;
    type->flags = (type->flags & ~(u32)TYPE_PATTERN_FLAGS) | flags;
    OWNED Value subclasses = TRY_OR_FALSE(call_method_0(vm, class, NAME(__subclasses__)));
    for (usize i = 0; i < to_list(subclasses)->count; i++) {
        if (!pass_flags_on(vm, to_list(subclasses)->items[i], flags)) return false;
    }
    return true;
}

/* ---- the functions that abc.ABCMeta calls ---- */

/* Internal ABC helper for class set-up. Should be never used outside abc module. */
FUNCTION(_abc, _abc_init, "(self, /)") {
    CHECK(set_abstract_methods(vm, args[0]));
    OWNED Value data = TRY(make_data(vm));
    CHECK(object_setattr(vm, args[0], NAME(_abc_impl), data));
    if (has_kind(args[0], KIND_TYPE)) CHECK(set_pattern_flags(vm, args[0]));
    return NONE;
}

/* Internal ABC helper for subclasss registration. Should be never used outside abc
 * module. */
FUNCTION(_abc, _abc_register, "(self, subclass, /)") {
    if (!has_kind(args[1], KIND_TYPE)) return raise_type(vm, "Can only register classes");
    int is_subclass = object_is_subclass(vm, args[1], args[0]);
    if (is_subclass) return is_subclass < 0 ? FAIL : incref(args[1]);
    int is_cycle = object_is_subclass(vm, args[0], args[1]);
    if (is_cycle < 0) return FAIL;
    if (is_cycle) return raise_runtime(vm, "Refusing to create an inheritance cycle");
    OWNED Value data = TRY(data_of(vm, args[0]));
    CHECK(add_class(vm, ((AbcData *)data)->registry, args[1]));
    state_of(vm)->version++;
    u32 flags =
        has_kind(args[0], KIND_TYPE) ? ((Type *)args[0])->flags & TYPE_PATTERN_FLAGS : 0;
    if (flags) CHECK(pass_flags_on(vm, args[1], flags));
    return incref(args[1]);
}

/* Internal ABC helper for instance checks. Should be never used outside abc module. */
FUNCTION(_abc, _abc_instancecheck, "(self, instance, /)") {
    OWNED Value data = TRY(data_of(vm, args[0]));
    AbcData *abc = (AbcData *)data;
    OWNED Value class = TRY(object_getattr(vm, args[1], NAME(__class__)));
    if (has_class(vm, abc->known, class)) return TRUE;
    Value type = from_object(type_of(vm, args[1]));
    if (class == type && abc->excluded_version == state_of(vm)->version &&
        has_class(vm, abc->excluded, class)) {
        return FALSE;
    }
    OWNED Value answer = TRY(call_method_1(vm, args[0], NAME(__subclasscheck__), class));
    if (class == type) return TAKE(answer);
    int holds = object_truth(vm, answer);
    if (holds) return holds < 0 ? FAIL : TAKE(answer);
    return call_method_1(vm, args[0], NAME(__subclasscheck__), type);
}

/* Is the class a subclass of one of those in the list? */
static int is_subclass_of_any(VM *vm, Value class, Value list) {
    for (usize i = 0; i < to_list(list)->count; i++) {
        OWNED Value other = incref(to_list(list)->items[i]);
        int holds = object_is_subclass(vm, class, other);
        if (holds) return holds;
    }
    return 0;
}

static int is_in_mro(VM *vm, Value class, Value of) {
    Value mro = type_mro(vm, (Type *)class);
    if (mro == FAIL) return -1;
    for (usize i = 0; i < to_tuple(mro)->count; i++)
        if (to_tuple(mro)->items[i] == of) return 1;
    return 0;
}

/* What the class itself says, by __subclasshook__: 1, 0, 2: nothing, -1. */
static int ask_hook(VM *vm, Value self, Value class) {
    OWNED Value answer = call_method_1(vm, self, NAME(__subclasshook__), class);
    if (answer == FAIL) return -1;
    if (is_bool(answer)) return answer == TRUE;
    if (answer == NOT_IMPLEMENTED) return 2;
    raise_format(vm, EXC(AssertionError),
                 "__subclasshook__ must return either False, True, or NotImplemented");
    return -1;
}

static int find_out(VM *vm, Value self, AbcData *abc, Value class) {
    int answer = ask_hook(vm, self, class);
    if (answer != 2) return answer;
    int in_mro = is_in_mro(vm, class, self);
    if (in_mro) return in_mro;
    OWNED Value registered = classes_of(vm, abc->registry);
    if (registered == FAIL) return -1;
    answer = is_subclass_of_any(vm, class, registered);
    if (answer) return answer;
    OWNED Value subclasses = call_method_0(vm, self, NAME(__subclasses__));
    if (subclasses == FAIL) return -1;
    if (!has_kind(subclasses, KIND_LIST)) {
        raise_type(vm, "__subclasses__() must return a list");
        return -1;
    }
    return is_subclass_of_any(vm, class, subclasses);
}

/* Internal ABC helper for subclasss checks. Should be never used outside abc module. */
FUNCTION(_abc, _abc_subclasscheck, "(self, subclass, /)") {
    if (!has_kind(args[1], KIND_TYPE)) {
        return raise_type(vm, "issubclass() arg 1 must be a class");
    }
    OWNED Value data = TRY(data_of(vm, args[0]));
    AbcData *abc = (AbcData *)data;
    if (has_class(vm, abc->known, args[1])) return TRUE;
    if (abc->excluded_version != state_of(vm)->version) {
        dict_clear(vm, to_dict(abc->excluded));
        abc->excluded_version = state_of(vm)->version;
    } else if (has_class(vm, abc->excluded, args[1])) {
        return FALSE;
    }
    int answer = find_out(vm, args[0], abc, args[1]);
    if (answer < 0) return FAIL;
    CHECK(add_class(vm, answer ? abc->known : abc->excluded, args[1]));
    return from_bool(answer);
}

/* Returns the current ABC cache token.
 *
 * The token is an opaque object (supporting equality testing) identifying the
 * current version of the ABC cache for virtual subclasses. The token changes
 * with every call to register() on any ABC. */
FUNCTION(_abc, get_cache_token, "()") {
    return from_small((i64)state_of(vm)->version);
}

/* Internal ABC helper to reset registry of a given class. */
FUNCTION(_abc, _reset_registry, "(self, /)") {
    OWNED Value data = TRY(data_of(vm, args[0]));
    dict_clear(vm, to_dict(((AbcData *)data)->registry));
    return NONE;
}

/* Internal ABC helper to reset both caches of a given class. */
FUNCTION(_abc, _reset_caches, "(self, /)") {
    OWNED Value data = TRY(data_of(vm, args[0]));
    dict_clear(vm, to_dict(((AbcData *)data)->known));
    dict_clear(vm, to_dict(((AbcData *)data)->excluded));
    return NONE;
}

static Value references_of(VM *vm, Value table) {
    OWNED Value set = TRY(set_new(vm, EMPTY));
    Value key, reference;
    for (u32 at = 0; dict_next(to_dict(table), &at, &key, &reference);) {
        CHECK(set_add(vm, to_set(set), reference));
    }
    return TAKE(set);
}

/* Internal ABC helper for cache and registry debugging.
 *
 * Return shallow copies of registry, of both caches, and
 * negative cache version. */
FUNCTION(_abc, _get_dump, "(self, /)") {
    OWNED Value data = TRY(data_of(vm, args[0]));
    AbcData *abc = (AbcData *)data;
    OWNED Value registry = TRY(references_of(vm, abc->registry));
    OWNED Value known = TRY(references_of(vm, abc->known));
    OWNED Value excluded = TRY(references_of(vm, abc->excluded));
    return tuple_of(vm, 4, registry, known, excluded,
                    from_small((i64)abc->excluded_version));
}
