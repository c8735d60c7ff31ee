/* How instances of a script class lie in memory:
 *
 *     [C struct][__slots__ values][dict word][attribute slots]
 *
 * or, where the C struct ends in a part of variable size (str, bytes, tuple):
 *
 *     [C struct and its variable part] ... [__slots__ values][dict word]
 *
 * with the last two at the end of the piece of memory. The dict word is always there
 * then.
 */
#include "objects/class.h"
#include "objects/descriptor.h"
#include "objects/dict.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"

enum { FIRST_CAPACITY = 3, WORD = sizeof(Value) };

static u32 round_up(u32 size, u32 unit) {
    return (size + unit - 1) & ~(unit - 1);
}

static bool is_variable(const Type *type) {
    switch (type->kind & KIND_MASK) {
    case KIND_STR:
    case KIND_BYTES:
    case KIND_TUPLE: return true;
    default: return false;
    }
}

/* What is of variable size in CPython: no __slots__, no weak references in subclasses. */
static bool has_items(const Type *type) {
    switch (type->kind & KIND_MASK) {
    case KIND_INT:
    case KIND_BYTES:
    case KIND_TUPLE: return true;
    default: return false;
    }
}

/* ---- room for attributes ---- */

static bool is_behind_struct(const Type *type) {
    return type->dict_offset >= type->struct_size && type->dict_offset != DICT_AT_END;
}

void class_set_capacity(VM *vm, Type *type, u32 wanted) {
    if (!is_behind_struct(type)) return;
    if (wanted > SHAPE_MAX) wanted = SHAPE_MAX;
    u32 first = type->dict_offset + WORD;
    u32 size = round_up(first + wanted * WORD, HEAP_GRAIN);
    u32 capacity = (size - first) / WORD;
    if (capacity > SHAPE_MAX) capacity = SHAPE_MAX;
    Shape *root = shape_new_root(vm, type, capacity, 0);
    if (!root) return;
    if (type->shape && type->shape != type->dict_shape) {
        type->shape->next = type->old_shapes;
        type->old_shapes = type->shape;
    }
    type->shape = root;
    type->inline_capacity = (u16)capacity;
    type->alloc_size = size;
}

/* How many names the __static_attributes__ of the class and its bases have; what
 * instances of the base turned out to need. */
static u32 guess_attributes(VM *vm, Type *type) {
    u32 guess = type->base->old_shapes ? type->base->inline_capacity : 0, named = 0;
    for (Type *at = type; at->flags & TYPE_HEAP; at = at->base) {
        Value names = dict_get_str(vm, at->dict, NAME(__static_attributes__));
        if (has_kind(names, KIND_TUPLE)) named += (u32)to_tuple(names)->count;
    }
    if (guess < named) guess = named;
    return guess < FIRST_CAPACITY ? FIRST_CAPACITY : guess;
}

static bool make_shapes(VM *vm, Type *type) {
    bool has_dict = type->dict_offset != 0;
    if (has_dict && !(type->dict_shape = shape_new_root(vm, type, 0, SHAPE_DICT)))
        return false;
    if (is_behind_struct(type))
        class_set_capacity(vm, type, guess_attributes(vm, type));
    else
        type->shape = has_dict ? type->dict_shape : shape_new_root(vm, type, 0, 0);
    return type->shape;
}

/* ---- __slots__ ---- */

Value class_mangle(VM *vm, Value class_name, Value name) {
    Span of = str_span(class_name), text = str_span(name);
    while (of.length && of.data[0] == '_') of.data++, of.length--;
    bool is_private =
        text.length > 2 && text.data[0] == '_' && text.data[1] == '_' &&
        !(text.data[text.length - 1] == '_' && text.data[text.length - 2] == '_') &&
        !memchr(text.data, '.', text.length);
    if (!is_private || !of.length) return str_intern(vm, incref(name));
    Buffer out = {0};
    buffer_add_char(&out, '_');
    buffer_add_span(&out, of);
    buffer_add_span(&out, text);
    return str_intern(vm, str_from_buffer(vm, &out));
}

typedef struct SlotPlan {
    Type *type;
    bool may_dict, may_weak; /* the base has none yet */
    bool add_dict, add_weak;
} SlotPlan;

static bool check_slot_name(VM *vm, Value name) {
    if (!is_str(name)) {
        raise_type(vm, "__slots__ items must be strings, not '%T'", name);
        return false;
    }
    OWNED Value is_identifier = TRY_OR_FALSE(call_method_0(vm, name, NAME(isidentifier)));
    if (is_identifier == TRUE) return true;
    raise_type(vm, "__slots__ must be identifiers");
    return false;
}

/* __dict__ and __weakref__ in __slots__: 1 it was one, 0 not, -1 not allowed. */
static int take_special(VM *vm, SlotPlan *plan, Value name) {
    bool is_dict = str_equals_text(name, "__dict__");
    if (!is_dict && !str_equals_text(name, "__weakref__")) return 0;
    bool may = is_dict ? plan->may_dict : plan->may_weak;
    bool *add = is_dict ? &plan->add_dict : &plan->add_weak;
    if (!may || *add) {
        raise_type(vm, "%S slot disallowed: we already got one", name);
        return -1;
    }
    *add = true;
    return 1;
}

static bool take_slot(VM *vm, SlotPlan *plan, List *names, Value name) {
    if (!check_slot_name(vm, name)) return false;
    int special = take_special(vm, plan, name);
    if (special) return special > 0;
    OWNED Value mangled = TRY_OR_FALSE(class_mangle(vm, plan->type->name, name));
    bool is_compilers = str_equals_text(mangled, "__qualname__") ||
                        str_equals_text(mangled, "__classcell__");
    if (!is_compilers && dict_get_str(vm, plan->type->dict, mangled) != EMPTY) {
        raise_value(vm, "%R in __slots__ conflicts with class variable", mangled);
        return false;
    }
    return list_push(vm, names, mangled);
}

/* The mangled names in order of their places: a list, owned. */
static Value take_slots(VM *vm, SlotPlan *plan, Value slots) {
    OWNED Value given =
        is_str(slots) ? tuple_of(vm, 1, slots) : object_to_tuple(vm, slots);
    if (given == FAIL) return FAIL;
    const Tuple *items = to_tuple(given);
    Type *base = plan->type->base;
    if (items->count && (has_items(base) || base->flags & TYPE_SUBCLASS_OF_TYPE))
        return raise_type(vm, "nonempty __slots__ not supported for subtype of '%s'",
                          type_name(base));
    OWNED Value names = TRY(list_new(vm, items->count));
    for (usize i = 0; i < items->count; i++)
        CHECK(take_slot(vm, plan, to_list(names), items->items[i]));
    CHECK(list_sort(vm, to_list(names), NONE, false));
    return TAKE(names);
}

/* Bases behind the first may bring __dict__ and weak references too. */
static void take_from_other_bases(SlotPlan *plan) {
    const Tuple *bases = to_tuple(plan->type->bases);
    for (usize i = 0; i < bases->count; i++) {
        const Type *base = to_type(bases->items[i]);
        if (base == plan->type->base) continue;
        if (plan->may_dict && base->dict_offset) plan->add_dict = true;
        if (plan->may_weak && base->flags & TYPE_WEAKREFS) plan->add_weak = true;
    }
}

/* ---- places ---- */

static i32 next_place(Type *type) {
    if (is_variable(type)) return -(i32)(++type->tail_words * WORD);
    i32 offset = (i32)type->instance_size;
    type->instance_size += WORD;
    return offset;
}

static bool add_members(VM *vm, Type *type, const List *names) {
    for (usize i = 0; i < names->count; i++) {
        Value name = names->items[i];
        if (i && name == names->items[i - 1]) continue;
        OWNED Value member = TRY_OR_FALSE(member_new(vm, type, name, next_place(type)));
        if (!dict_set(vm, type->dict, name, member)) return false;
    }
    return true;
}

static void place_dict(Type *type, bool has_dict) {
    const Type *base = type->base;
    bool is_in_struct = base->dict_offset && base->dict_offset < base->struct_size;
    if (!has_dict)
        type->dict_offset = 0;
    else if (is_in_struct)
        type->dict_offset = base->dict_offset;
    else
        type->dict_offset = is_variable(type) ? DICT_AT_END : (u16)type->instance_size;
    if (has_dict) type->flags |= TYPE_HAS_DICT;
}

/* Inherit all measures from the base. */
static void copy_layout(Type *type) {
    const Type *base = type->base;
    type->struct_size = base->struct_size;
    type->instance_size = round_up(base->instance_size, WORD);
    type->tail_words = base->tail_words;
    type->solid = base->solid;
    type->table = base->table;
    u8 kind = base->kind & KIND_MASK;
    type->kind = kind == KIND_INSTANCE ? KIND_INSTANCE : kind | KIND_SUBCLASS;
    if (is_variable(type) && !type->tail_words) type->tail_words = 1;
}

static bool add_getters(VM *vm, Type *type, const SlotPlan *plan) {
    const GetterSpec *specs[] = {plan->add_dict ? &instance_dict_spec : NULL,
                                 plan->add_weak ? &instance_weakref_spec : NULL};
    for (int i = 0; i < 2; i++) {
        if (!specs[i]) continue;
        OWNED Value name = TRY_OR_FALSE(str_intern_text(vm, specs[i]->name));
        if (dict_get_str(vm, type->dict, name) != EMPTY) continue;
        OWNED Value getter = TRY_OR_FALSE(getset_new(vm, type, specs[i]));
        if (!dict_set(vm, type->dict, name, getter)) return false;
    }
    return true;
}

bool class_layout(VM *vm, Type *type, Value slots) {
    Type *base = type->base;
    copy_layout(type);
    bool is_metatype = base->flags & TYPE_SUBCLASS_OF_TYPE;
    SlotPlan plan = {.type = type,
                     .may_dict = !base->dict_offset && !is_metatype,
                     .may_weak = !(base->flags & TYPE_WEAKREFS) && !has_items(base)};
    if (slots == EMPTY) {
        plan.add_dict = plan.may_dict;
        plan.add_weak = plan.may_weak;
    } else {
        OWNED Value names = TRY_OR_FALSE(take_slots(vm, &plan, slots));
        take_from_other_bases(&plan);
        if (!add_members(vm, type, to_list(names))) return false;
        if (to_list(names)->count) type->solid = type;
    }
    place_dict(type, base->dict_offset || plan.add_dict);
    if (plan.add_weak) type->flags |= TYPE_WEAKREFS;
    u32 end = type->instance_size + type->tail_words * WORD;
    type->alloc_size = round_up(end + (is_behind_struct(type) ? WORD : 0), HEAP_GRAIN);
    return add_getters(vm, type, &plan) && make_shapes(vm, type);
}

/* ---- comparing ---- */

/* The class that added the __slots__; other than that it has the same layout as its base. */
static bool same_slots(VM *vm, Type *a, Type *b) {
    Value name, value;
    u32 in_a = 0, in_b = 0;
    for (u32 at = 0; dict_next(b->dict, &at, &name, &value);)
        in_b += has_exact_kind(value, KIND_MEMBER) && !((Member *)value)->spec;
    for (u32 at = 0; dict_next(a->dict, &at, &name, &value);) {
        if (!has_exact_kind(value, KIND_MEMBER) || ((Member *)value)->spec) continue;
        Value other = dict_get_str(vm, b->dict, name);
        if (!has_exact_kind(other, KIND_MEMBER) ||
            ((Member *)other)->offset != ((Member *)value)->offset)
            return false;
        in_a++;
    }
    return in_a == in_b;
}

/* Have instances of both the same memory, for the same things? */
static bool same_solid(VM *vm, Type *a, Type *b) {
    if (a == b) return true;
    if (!(a->flags & b->flags & TYPE_HEAP)) return false;
    return a->base->solid == b->base->solid && same_slots(vm, a, b);
}

bool class_same_layout(VM *vm, Type *a, Type *b) {
    return a->struct_size == b->struct_size && a->instance_size == b->instance_size &&
           a->tail_words == b->tail_words && a->dict_offset == b->dict_offset &&
           (a->flags & TYPE_WEAKREFS) == (b->flags & TYPE_WEAKREFS) &&
           same_solid(vm, a->solid, b->solid);
}
