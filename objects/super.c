/* super: attributes of the classes behind one in the MRO of another. */
#include "objects/descriptor.h"
#include "objects/dict.h"
#include "objects/frame.h"
#include "objects/native.h"
#include "objects/slots.h"
#include "objects/str.h"
#include "objects/tuple.h"

static Super *to_super(Value v) {
    return (Super *)v;
}

/* ---- looking up ---- */

/* Borrowed; EMPTY if no class behind `type` in the MRO has it. */
static Value find_behind(VM *vm, Type *type, Type *start, Value name) {
    const Tuple *mro = to_tuple(TRY(type_mro(vm, start)));
    usize i = 0;
    while (i < mro->count && mro->items[i] != from_object(type)) i++;
    OWNED Value held = incref(from_object(mro));
    for (i++; i < mro->count; i++) {
        Dict *dict = type_dict(vm, to_type(mro->items[i]));
        Value found = dict ? dict_get_str(vm, dict, name) : FAIL;
        if (found != EMPTY) return found;
    }
    return EMPTY;
}

/* The class whose MRO counts: of self, or self. NULL: TypeError. Borrowed. */
static Type *check(VM *vm, Type *type, Value self) {
    if (is_type(self) && type_is_subtype(to_type(self), type)) return to_type(self);
    if (is_instance(vm, self, type)) return type_of(vm, self);
    Value claimed = object_find_attr(vm, self, NAME(__class__));
    if (claimed == FAIL) return NULL;
    decref(claimed); /* it lives on in the object or its class */
    if (claimed != EMPTY && is_type(claimed) && type_is_subtype(to_type(claimed), type))
        return to_type(claimed);
    bool is_class = is_type(self);
    const char *name = is_class ? type_name(to_type(self)) : type_name_of(vm, self);
    raise_type(
        vm, "super(type, obj): obj (%s %s) is not an instance or subtype of type (%s).",
        is_class ? "type" : "instance of", name, type_name(type));
    return NULL;
}

static Value bind(VM *vm, Value found, Value self, Type *start) {
    Value (*get)(VM *, Value, Value, Value) = type_of(vm, found)->slots.get;
    if (!get) return incref(found);
    OWNED Value held = incref(found);
    Value instance = self == from_object(start) ? EMPTY : self;
    return get(vm, held, instance, from_object(start));
}

static Value new_super(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames);
static bool fill(VM *vm, Super *super, Type *type, Value self);

/* With None as self: what the super object that belongs to nobody has itself. Owned. */
static Value find_without_self(VM *vm, Type *type, Value name) {
    OWNED Value super = TRY(new_super(vm, vm->types[TYPE_super], NULL, 0, EMPTY));
    CHECK(fill(vm, to_super(super), type, EMPTY));
    return generic_getattr(vm, super, name);
}

Value super_find(VM *vm, Type *type, Value self, Value name, bool *unbound) {
    *unbound = false;
    if (self == NONE) return find_without_self(vm, type, name);
    Type *start = check(vm, type, self);
    if (!start) return FAIL;
    Value found = find_behind(vm, type, start, name);
    if (found == FAIL) return FAIL;
    if (found == EMPTY)
        return raise_attribute_text(vm, self, name,
                                    "'super' object has no attribute '%S'", name);
    *unbound = callable_takes_self(found) && self != from_object(start);
    return *unbound ? incref(found) : bind(vm, found, self, start);
}

/* __class__ is that of the super object itself. */
Value super_lookup(VM *vm, const Super *super, Value name) {
    if (!super->self_type || name == NAME(__class__)) return EMPTY;
    return find_behind(vm, super->type, super->self_type, name);
}

static Value getattr(VM *vm, Value self, Value name) {
    Super *super = to_super(self);
    Value found = super_lookup(vm, super, name);
    if (found == FAIL) return FAIL;
    if (found != EMPTY) return bind(vm, found, super->self, super->self_type);
    return generic_getattr(vm, self, name);
}

/* ---- without arguments: what the running function knows ---- */

static Value cell_content(Value v) {
    return has_exact_kind(v, KIND_CELL) ? ((Cell *)v)->value : v;
}

static bool is_name_in(Value names, Value name) {
    if (!has_kind(names, KIND_TUPLE)) return false;
    const Tuple *tuple = to_tuple(names);
    for (usize i = 0; i < tuple->count; i++)
        if (tuple->items[i] == name) return true;
    return false;
}

/* The first argument; FAIL: RuntimeError. Borrowed. */
static Value first_argument(VM *vm, const Frame *frame) {
    const Code *code = frame->code;
    bool is_function = code->flags & CODE_OPTIMIZED; /* else r[0] is the namespace */
    if (!is_function || !code->positional) return raise_runtime(vm, "super(): no arguments");
    Value name = to_tuple(code->variables)->items[0];
    Value self = is_name_in(code->cells, name) ? cell_content(frame->r[0]) : frame->r[0];
    return self == EMPTY ? raise_runtime(vm, "super(): arg[0] deleted") : self;
}

/* The class in the closure's `__class__`; NULL: RuntimeError. Borrowed. */
static Type *class_in_closure(VM *vm, const Frame *frame) {
    const Tuple *names = to_tuple(frame->code->free_names);
    for (usize i = 0; i < names->count; i++) {
        if (names->items[i] != NAME(__class__)) continue;
        Value closure = ((Function *)frame->func)->closure;
        Value class = ((Cell *)to_tuple(closure)->items[i])->value;
        if (class == EMPTY)
            raise_runtime(vm, "super(): empty __class__ cell");
        else if (!is_type(class))
            raise_runtime(vm, "super(): __class__ is not a type (%T)", class);
        return class != EMPTY && is_type(class) ? to_type(class) : NULL;
    }
    raise_runtime(vm, "super(): __class__ cell not found");
    return NULL;
}

/* What is unusual is left to the long way, which also says what is wrong. */
bool super_quick_method(VM *vm, Value name, Value *function, Value *self) {
    const Frame *frame = vm->frame;
    const Tuple *names = to_tuple(frame->code->free_names);
    if (!(frame->code->flags & CODE_OPTIMIZED) || !frame->code->positional || name == NAME(__class__)) return false;
    *self = frame->r[0];
    if (!is_object(*self) || has_exact_kind(*self, KIND_CELL) || is_type(*self)) return false;
    usize i = 0;
    while (i < names->count && names->items[i] != NAME(__class__)) i++;
    if (i == names->count) return false;
    Value class = ((Cell *)to_tuple(((Function *)frame->func)->closure)->items[i])->value;
    if (class == EMPTY || !is_type(class)) return false;
    *function = find_behind(vm, to_type(class), to_object(*self)->shape->type, name);
    if (*function == FAIL) exception_clear(vm);
    return *function != FAIL && *function != EMPTY && callable_takes_self(*function);
}

static bool find_arguments(VM *vm, Type **type, Value *self) {
    const Frame *frame = vm->frame;
    if (!frame) {
        raise_runtime(vm, "super(): no current frame");
        return false;
    }
    *self = first_argument(vm, frame);
    return *self != FAIL && (*type = class_in_closure(vm, frame));
}

/* ---- life ---- */

static Value new_super(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    Super *super = (Super *)object_new(vm, type);
    if (!super) return FAIL;
    super->self = EMPTY;
    return from_object(super);
}

static void release(Super *super) {
    Value old[] = {super->self, super->type ? from_object(super->type) : EMPTY,
                   super->self_type ? from_object(super->self_type) : EMPTY};
    super->self = EMPTY;
    super->type = super->self_type = NULL;
    for (usize i = 0; i < COUNT_OF(old); i++) decref(old[i]);
}

static void clear_super(VM *vm, Obj *self) {
    release((Super *)self);
}

static void visit_super(Obj *self, Visitor *visitor) {
    Super *super = (Super *)self;
    visitor->visit(visitor, super->self);
    if (super->type) visitor->visit(visitor, from_object(super->type));
    if (super->self_type) visitor->visit(visitor, from_object(super->self_type));
}

static bool fill(VM *vm, Super *super, Type *type, Value self) {
    Type *start = self == EMPTY ? NULL : check(vm, type, self);
    if (self != EMPTY && !start) return false;
    incref(from_object(type));
    incref(self);
    if (start) incref(from_object(start));
    release(super);
    super->type = type;
    super->self = self;
    super->self_type = start;
    return true;
}

static bool init_super(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    if (!arguments_no_keywords(vm, "super", kwnames)) return false;
    if (nargs > 2) {
        raise_type(vm, "super() expected at most 2 arguments, got %u", nargs);
        return false;
    }
    Type *type = NULL;
    Value object = nargs == 2 ? args[1] : EMPTY;
    if (!nargs && !find_arguments(vm, &type, &object)) return false;
    if (object == NONE) object = EMPTY;
    if (nargs && !is_type(args[0])) {
        raise_type(vm, "super() argument 1 must be a type, not %T", args[0]);
        return false;
    }
    return fill(vm, to_super(self), nargs ? to_type(args[0]) : type, object);
}

static Value get_super(VM *vm, Value self, Value instance, Value type) {
    Super *super = to_super(self);
    if (instance == EMPTY || instance == NONE || super->self != EMPTY)
        return incref(self);
    if (!super->type) return raise_runtime(vm, "super(): uninitialized super object");
    if (to_object(self)->kind != KIND_SUPER)
        return call_2(vm, from_object(type_of(vm, self)), from_object(super->type),
                      instance);
    OWNED Value bound = TRY(new_super(vm, vm->types[TYPE_super], NULL, 0, EMPTY));
    CHECK(fill(vm, to_super(bound), super->type, instance));
    return TAKE(bound);
}

static Value repr_super(VM *vm, Value self) {
    Super *super = to_super(self);
    const char *name = super->type ? type_name(super->type) : "NULL";
    if (!super->self_type) return str_format(vm, "<super: <class '%s'>, NULL>", name);
    return str_format(vm, "<super: <class '%s'>, <%s object>>", name,
                      type_name(super->self_type));
}

TYPE(super, .name = "super", .size = sizeof(Super), .kind = KIND_SUPER,
     .slots = {.new = new_super,
               .init = init_super,
               .free = clear_super,
               .visit = visit_super,
               .clear = clear_super,
               .repr = repr_super,
               .getattr = getattr,
               .get = get_super},
     .doc = "super() -> same as super(__class__, <first argument>)\n"
            "super(type) -> unbound super object\n"
            "super(type, obj) -> bound super object; requires isinstance(obj, type)\n"
            "super(type, type2) -> bound super object; requires issubclass(type2, type)\n"
            "Typical use to call a cooperative superclass method:\n"
            "class C(B):\n"
            "    def meth(self, arg):\n"
            "        super().meth(arg)\n"
            "This works for class methods too:\n"
            "class C(B):\n"
            "    @classmethod\n"
            "    def cmeth(cls, arg):\n"
            "        super().cmeth(arg)\n")

static Value class_or_none(const Type *type) {
    return type ? incref(from_object(type)) : NONE;
}

/* the class invoking super() */
MEMBER(super, __thisclass__) {
    return class_or_none(to_super(self)->type);
}

/* the instance invoking super(); may be None */
MEMBER(super, __self__) {
    Value bound = to_super(self)->self;
    return bound == EMPTY ? NONE : incref(bound);
}

/* the type of the instance invoking super(); may be None */
MEMBER(super, __self_class__) {
    return class_or_none(to_super(self)->self_type);
}
