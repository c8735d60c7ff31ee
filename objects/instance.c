/* The attributes that an instance has itself: in slots by its shape, or in a dict. */
#include "objects/class.h"
#include "objects/dict.h"
#include "objects/str.h"
#include "objects/type.h"

static bool is_in_dict(const Obj *instance) {
    return instance->shape->flags & SHAPE_DICT;
}

static Dict *dict_of(Obj *instance) {
    Value dict = *instance_dict_word(instance);
    return dict == EMPTY ? NULL : to_dict(dict);
}

Value instance_get(VM *vm, Obj *instance, Value name) {
    if (is_in_dict(instance)) {
        Dict *dict = dict_of(instance);
        return dict ? dict_get_str(vm, dict, name) : EMPTY;
    }
    i32 slot = shape_find(instance->shape, name);
    return slot < 0 ? EMPTY : *instance_slot(instance, (u32)slot);
}

/* ---- from slots to a dict ---- */

static Value make_dict(VM *vm, Obj *instance, const Value *names, u32 count) {
    OWNED Value dict = TRY(dict_new_sized(vm, count));
    for (u32 i = 0; i < count; i++)
        CHECK(dict_set(vm, to_dict(dict), names[i], *instance_slot(instance, i)));
    return TAKE(dict);
}

static Dict *move_to_dict(VM *vm, Obj *instance) {
    Value names[SHAPE_MAX];
    u32 count = instance->shape->count;
    shape_names(instance->shape, names);
    Value dict = make_dict(vm, instance, names, count);
    if (dict == FAIL) return NULL;
    Value *first = instance_slot(instance, 0);
    instance->shape = instance->shape->type->dict_shape;
    *instance_dict_word(instance) = dict;
    for (u32 i = 0; i < count; i++) decref(first[i]);
    return to_dict(dict);
}

Dict *instance_dict(VM *vm, Obj *instance) {
    if (!is_in_dict(instance)) return move_to_dict(vm, instance);
    Value *word = instance_dict_word(instance);
    if (*word == EMPTY) {
        Value dict = dict_new(vm);
        if (dict == FAIL) return NULL;
        *word = dict;
    }
    return to_dict(*word);
}

bool instance_set_dict(VM *vm, Obj *instance, Value dict) {
    if (!is_in_dict(instance) && !move_to_dict(vm, instance)) return false;
    replace(instance_dict_word(instance), incref(dict));
    return true;
}

/* ---- setting ---- */

/* More attributes came than the class expected: future instances get more room. */
static void expect_more(VM *vm, Type *type, const Shape *shape) {
    bool is_current = shape->capacity == type->inline_capacity;
    if (!is_current || shape->count < shape->capacity || shape->capacity >= SHAPE_MAX)
        return;
    class_set_capacity(vm, type, shape->capacity * 2u);
    exception_clear(vm); /* without more room it works as well */
}

static int add_attribute(VM *vm, Obj *instance, Value name, Value value) {
    Shape *shape = instance->shape, *larger = shape_add(vm, shape, name);
    if (larger) {
        instance->shape = larger;
        *instance_slot(instance, shape->count) = incref(value);
        return 1;
    }
    expect_more(vm, shape->type, shape);
    Dict *dict = move_to_dict(vm, instance);
    return dict && dict_set(vm, dict, name, value) ? 1 : -1;
}

static int delete_slot(VM *vm, Obj *instance, Value name, u32 slot) {
    Shape *shape = instance->shape;
    if (slot + 1 == shape->count) {
        Value *place = instance_slot(instance, slot);
        instance->shape = shape->parent;
        replace(place, EMPTY);
        return 1;
    }
    Dict *dict = move_to_dict(vm, instance);
    return dict ? dict_delete(vm, dict, name) : -1;
}

static int set_in_dict(VM *vm, Obj *instance, Value name, Value value) {
    if (value == EMPTY) {
        Dict *dict = dict_of(instance);
        return dict ? dict_delete(vm, dict, name) : 0;
    }
    Dict *dict = instance_dict(vm, instance);
    return dict && dict_set(vm, dict, name, value) ? 1 : -1;
}

int instance_set(VM *vm, Obj *instance, Value name, Value value) {
    if (is_in_dict(instance)) return set_in_dict(vm, instance, name, value);
    i32 slot = shape_find(instance->shape, name);
    if (value == EMPTY) return slot < 0 ? 0 : delete_slot(vm, instance, name, (u32)slot);
    if (slot < 0) return add_attribute(vm, instance, name, value);
    replace(instance_slot(instance, (u32)slot), incref(value));
    return 1;
}
