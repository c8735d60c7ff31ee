/* types.SimpleNamespace */
#include "objects/dict.h"
#include "objects/native.h"
#include "objects/show.h"
#include "objects/str.h"
#include "objects/tuple.h"

static bool is_namespace(VM *vm, Value v) {
    return is_instance(vm, v, vm->types[TYPE_SimpleNamespace]);
}

static Value make(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    Obj *self = object_new(vm, type);
    return self ? from_object(self) : FAIL;
}

static bool add_names(VM *vm, Value self, Value names) {
    Value key, value;
    for (u32 at = 0; dict_next(to_dict(names), &at, &key, &value);) {
        if (is_str(key)) continue;
        raise_type(vm, "keywords must be strings");
        return false;
    }
    Dict *dict = instance_dict(vm, to_object(self));
    return dict && dict_update(vm, dict, names);
}

static bool init(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    if (nargs > 1) {
        raise_type(vm, "%s expected at most 1 argument, got %u",
                   type_short_name(type_of(vm, self)), nargs);
        return false;
    }
    if (nargs) {
        OWNED Value names =
            TRY_OR_FALSE(has_exact_kind(args[0], KIND_DICT)
                             ? incref(args[0])
                             : call_1(vm, from_object(vm->types[TYPE_dict]), args[0]));
        if (!add_names(vm, self, names)) return false;
    }
    usize count = kwnames == EMPTY ? 0 : to_tuple(kwnames)->count;
    for (usize i = 0; i < count; i++) {
        Value name = to_tuple(kwnames)->items[i];
        if (!object_setattr(vm, self, name, args[nargs + i])) return false;
    }
    return true;
}

static bool show_attributes(VM *vm, Dict *dict, Buffer *out) {
    Value key, value;
    bool is_first = true;
    for (u32 at = 0; dict_next(dict, &at, &key, &value);) {
        if (!is_str(key) || !to_str(key)->size) continue;
        OWNED Value name = incref(key);
        OWNED Value held = incref(value);
        if (!is_first) buffer_add_text(out, ", ");
        is_first = false;
        buffer_add_span(out, str_span(name));
        buffer_add_char(out, '=');
        if (!show_repr(vm, out, held)) return false;
    }
    return true;
}

static Value repr(VM *vm, Value self) {
    bool is_exact = type_of(vm, self) == vm->types[TYPE_SimpleNamespace];
    const char *name = is_exact ? "namespace" : type_name_of(vm, self);
    int shown = repr_enter(vm, self);
    if (shown) return shown < 0 ? FAIL : str_format(vm, "%s(...)", name);
    Buffer out = {0};
    buffer_printf(&out, "%s(", name);
    Dict *dict = instance_dict(vm, to_object(self));
    OWNED Value held = dict ? incref(from_object(dict)) : EMPTY;
    bool ok = dict && show_attributes(vm, dict, &out);
    buffer_add_char(&out, ')');
    repr_leave(vm, self);
    return show_finish(vm, &out, ok);
}

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    if (!is_namespace(vm, other)) return NOT_IMPLEMENTED;
    Dict *mine = instance_dict(vm, to_object(self));
    Dict *theirs = mine ? instance_dict(vm, to_object(other)) : NULL;
    return theirs ? object_compare(vm, from_object(mine), from_object(theirs), op) : FAIL;
}

TYPE(SimpleNamespace, .name = "types.SimpleNamespace", .size = sizeof(Obj),
     .kind = KIND_OTHER, .flags = TYPE_HAS_DICT,
     .doc = "A simple attribute-based namespace.",
     .slots = {
         .new = make,
         .init = init,
         .repr = repr,
         .compare = compare,
     })

/* Return state information for pickling */
METHOD(SimpleNamespace, __reduce__, "($self, /)") {
    Dict *dict = instance_dict(vm, to_object(args[0]));
    if (!dict) return FAIL;
    return tuple_of(vm, 3, from_object(type_of(vm, args[0])), vm->empty_tuple,
                    from_object(dict));
}

/* Return a copy of the namespace object with new values for the specified attributes. */
METHOD(SimpleNamespace, __replace__, "($self, /, **changes)") {
    OWNED Value result = TRY(call_0(vm, from_object(type_of(vm, args[0]))));
    if (!is_namespace(vm, result)) {
        return raise_type(
            vm, "expect types.SimpleNamespace type, but %T() returned '%T' object",
            args[0], result);
    }
    Dict *mine = instance_dict(vm, to_object(args[0]));
    Dict *new = mine ? instance_dict(vm, to_object(result)) : NULL;
    CHECK(new &&dict_update(vm, new, from_object(mine)));
    CHECK(dict_update(vm, new, args[1]));
    return TAKE(result);
}
