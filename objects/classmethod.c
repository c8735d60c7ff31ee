/* classmethod and staticmethod. */
#include "objects/descriptor.h"
#include "objects/dict.h"
#include "objects/frame.h"
#include "objects/str.h"
#include "objects/type.h"

static MethodHolder *to_holder(Value v) {
    return (MethodHolder *)v;
}

static Value make(VM *vm, Type *type, Value function) {
    MethodHolder *holder = (MethodHolder *)object_new(vm, type);
    if (!holder) return FAIL;
    holder->function = incref(function);
    holder->dict = EMPTY;
    return from_object(holder);
}

Value classmethod_new(VM *vm, Value function) {
    return make(vm, vm->types[TYPE_classmethod], function);
}

Value staticmethod_new(VM *vm, Value function) {
    return make(vm, vm->types[TYPE_staticmethod], function);
}

static Value new_holder(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    return make(vm, type, NONE);
}

/* What the function says of itself, the holder says too. */
static bool copy_attribute(VM *vm, Value self, Value name) {
    OWNED Value value =
        TRY_OR_FALSE(object_find_attr(vm, to_holder(self)->function, name));
    if (value == EMPTY) return true;
    Dict *dict = instance_dict(vm, to_object(self));
    return dict && dict_set(vm, dict, name, value);
}

static bool copy_attributes(VM *vm, Value self) {
    return copy_attribute(vm, self, NAME(__module__)) &&
           copy_attribute(vm, self, NAME(__name__)) &&
           copy_attribute(vm, self, NAME(__qualname__)) &&
           copy_attribute(vm, self, NAME(__doc__)) &&
           copy_attribute(vm, self, NAME(__annotations__));
}

static bool init(VM *vm, const char *name, Value self, Value *args, u32 nargs,
                 Value kwnames) {
    if (!arguments_no_keywords(vm, name, kwnames)) return false;
    if (nargs != 1) {
        raise_type(vm, "%s expected 1 argument, got %u", name, nargs);
        return false;
    }
    replace(&to_holder(self)->function, incref(args[0]));
    return copy_attributes(vm, self);
}

static bool init_classmethod(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    return init(vm, "classmethod", self, args, nargs, kwnames);
}

static bool init_staticmethod(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    return init(vm, "staticmethod", self, args, nargs, kwnames);
}

static void visit_holder(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((MethodHolder *)self)->function);
    visitor->visit(visitor, ((MethodHolder *)self)->dict);
}

static void free_holder(VM *vm, Obj *self) {
    decref(((MethodHolder *)self)->function);
    decref(((MethodHolder *)self)->dict);
}

static void clear_holder(VM *vm, Obj *self) {
    replace(&((MethodHolder *)self)->function, NONE);
    replace(&((MethodHolder *)self)->dict, EMPTY);
}

static Value get_class_method(VM *vm, Value self, Value instance, Value type) {
    if (type == EMPTY) type = from_object(type_of(vm, instance));
    return method_new(vm, to_holder(self)->function, type);
}

static Value get_static_method(VM *vm, Value self, Value instance, Value type) {
    return incref(to_holder(self)->function);
}

static Value repr_classmethod(VM *vm, Value self) {
    return str_format(vm, "<classmethod(%R)>", to_holder(self)->function);
}

static Value repr_staticmethod(VM *vm, Value self) {
    return str_format(vm, "<staticmethod(%R)>", to_holder(self)->function);
}

static Value call_staticmethod(VM *vm, Value self, Value *args, u32 nargs,
                               Value kwnames) {
    return object_call(vm, to_holder(self)->function, args, nargs, kwnames);
}

TYPE(classmethod, .name = "classmethod",
     .signature = "(function, /)", .size = sizeof(MethodHolder),
     .kind = KIND_CLASSMETHOD, .dict_offset = offsetof(MethodHolder, dict),
     .flags = TYPE_HAS_DICT,
     .slots = {.new = new_holder,
               .init = init_classmethod,
               .free = free_holder,
               .visit = visit_holder,
               .clear = clear_holder,
               .repr = repr_classmethod,
               .get = get_class_method},
     .doc = "Convert a function to be a class method.\n\n"
            "A class method receives the class as implicit first argument,\n"
            "just like an instance method receives the instance.\n"
            "To declare a class method, use this idiom:\n\n"
            "  class C:\n"
            "      @classmethod\n"
            "      def f(cls, arg1, arg2, argN):\n"
            "          ...\n\n"
            "It can be called either on the class (e.g. C.f()) or on an instance\n"
            "(e.g. C().f()).  The instance is ignored except for its class.\n"
            "If a class method is called for a derived class, the derived class\n"
            "object is passed as the implied first argument.\n\n"
            "Class methods are different than C++ or Java static methods.\n"
            "If you want those, see the staticmethod builtin.")

TYPE(staticmethod, .name = "staticmethod",
     .signature = "(function, /)", .size = sizeof(MethodHolder),
     .kind = KIND_STATICMETHOD, .dict_offset = offsetof(MethodHolder, dict),
     .flags = TYPE_HAS_DICT,
     .slots = {.new = new_holder,
               .init = init_staticmethod,
               .free = free_holder,
               .visit = visit_holder,
               .clear = clear_holder,
               .repr = repr_staticmethod,
               .get = get_static_method,
               .call = call_staticmethod},
     .doc = "Convert a function to be a static method.\n\n"
            "A static method does not receive an implicit first argument.\n"
            "To declare a static method, use this idiom:\n\n"
            "     class C:\n"
            "         @staticmethod\n"
            "         def f(arg1, arg2, argN):\n"
            "             ...\n\n"
            "It can be called either on the class (e.g. C.f()) or on an instance\n"
            "(e.g. C().f()). Both the class and the instance are ignored, and\n"
            "neither is passed implicitly as the first argument to the method.\n\n"
            "Static methods in Python are similar to those found in Java or C++.\n"
            "For a more advanced concept, see the classmethod builtin.")

/* ---- attributes of both ---- */

static Value is_abstract(VM *vm, Value self) {
    OWNED Value mark =
        TRY(object_find_attr(vm, to_holder(self)->function, NAME(__isabstractmethod__)));
    int truth = mark == EMPTY ? 0 : object_truth(vm, mark);
    return truth < 0 ? FAIL : from_bool(truth);
}

static Value dict_of(VM *vm, Value self) {
    Dict *dict = instance_dict(vm, to_object(self));
    return dict ? incref(from_object(dict)) : FAIL;
}

MEMBER(classmethod, __func__) {
    return incref(to_holder(self)->function);
}

MEMBER(classmethod, __wrapped__) {
    return incref(to_holder(self)->function);
}

GETTER(classmethod, __isabstractmethod__) {
    return is_abstract(vm, self);
}

GETTER(classmethod, __dict__) {
    return dict_of(vm, self);
}

MEMBER(staticmethod, __func__) {
    return incref(to_holder(self)->function);
}

MEMBER(staticmethod, __wrapped__) {
    return incref(to_holder(self)->function);
}

GETTER(staticmethod, __isabstractmethod__) {
    return is_abstract(vm, self);
}

GETTER(staticmethod, __dict__) {
    return dict_of(vm, self);
}
