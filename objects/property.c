/* property: an attribute that functions compute. */
#include "objects/descriptor.h"
#include "objects/dict.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

static Property *to_property(Value v) {
    return (Property *)v;
}

/* ---- life ---- */

static Value new_property(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    Property *property = (Property *)object_new(vm, type);
    if (!property) return FAIL;
    for (Value *field = &property->getter; field <= &property->name; field++)
        *field = EMPTY;
    return from_object(property);
}

static void visit_property(Obj *self, Visitor *visitor) {
    Property *property = (Property *)self;
    for (Value *field = &property->getter; field <= &property->name; field++)
        visitor->visit(visitor, *field);
}

static void clear_property(VM *vm, Obj *self) {
    Property *property = (Property *)self;
    for (Value *field = &property->getter; field <= &property->name; field++)
        replace(field, EMPTY);
}

static Value function_or_empty(Value given) {
    return given == EMPTY || given == NONE ? EMPTY : incref(given);
}

/* Instances of subclasses keep the doc in their __dict__: the class has a __doc__ of its
 * own. */
static bool set_doc(VM *vm, Value self, Value doc) {
    if (to_object(self)->kind == KIND_PROPERTY) {
        replace(&to_property(self)->doc, incref(doc));
        return true;
    }
    if (object_setattr(vm, self, NAME(__doc__), doc)) return true;
    bool is_getters = to_object(self)->flags & OBJECT_OWN_A;
    if (is_getters || !exception_matches(vm, EXC(AttributeError))) return false;
    exception_clear(vm);
    return true;
}

static bool take_doc(VM *vm, Value self, Value doc) {
    Property *property = to_property(self);
    OWNED Value found = EMPTY;
    property->h.flags &= (u8)~OBJECT_OWN_A;
    if (doc == EMPTY || doc == NONE) {
        if (property->getter == EMPTY) return set_doc(vm, self, NONE);
        found = TRY_OR_FALSE(object_find_attr(vm, property->getter, NAME(__doc__)));
        doc = found == EMPTY ? NONE : found;
        if (doc != NONE) property->h.flags |= OBJECT_OWN_A; /* the getter's: see copy */
    }
    return set_doc(vm, self, doc);
}

static const Arguments arguments = {
    "property", (const char *const[]){"fget", "fset", "fdel", "doc", NULL}, 0, 4, 0,
    false};

static bool init_property(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    Value given[4];
    if (!arguments_bind(vm, &arguments, args, nargs, kwnames, given)) return false;
    Property *property = to_property(self);
    replace(&property->getter, function_or_empty(given[0]));
    replace(&property->setter, function_or_empty(given[1]));
    replace(&property->deleter, function_or_empty(given[2]));
    return take_doc(vm, self, given[3]);
}

/* ---- access ---- */

/* The name it was given in the class, else the getter's; owned, EMPTY: none. */
static Value name_of(VM *vm, Value self) {
    Property *property = to_property(self);
    if (property->name != EMPTY) return incref(property->name);
    if (property->getter == EMPTY) return EMPTY;
    return object_find_attr(vm, property->getter, NAME(__name__));
}

static Value refuse(VM *vm, Value self, Value instance, const char *what) {
    OWNED Value name = TRY(name_of(vm, self));
    OWNED Value class = TRY(incref(type_qualname_value(vm, type_of(vm, instance))));
    if (name == EMPTY)
        raise_format(vm, EXC(AttributeError), "property of %R object has no %s", class,
                     what);
    else
        raise_format(vm, EXC(AttributeError), "property %R of %R object has no %s", name,
                     class, what);
    return FAIL;
}

static Value get(VM *vm, Value self, Value instance, Value type) {
    if (instance == EMPTY || instance == NONE) return incref(self);
    Value getter = to_property(self)->getter;
    return getter == EMPTY ? refuse(vm, self, instance, "getter")
                           : call_1(vm, getter, instance);
}

static bool set(VM *vm, Value self, Value instance, Value value) {
    bool is_delete = value == EMPTY;
    Value function = is_delete ? to_property(self)->deleter : to_property(self)->setter;
    if (function == EMPTY) {
        refuse(vm, self, instance, is_delete ? "deleter" : "setter");
        return false;
    }
    OWNED Value result = TRY_OR_FALSE(is_delete ? call_1(vm, function, instance)
                                                : call_2(vm, function, instance, value));
    return true;
}

TYPE(property, .name = "property",
     .signature = "(fget=None, fset=None, fdel=None, doc=None)",
     .size = sizeof(Property), .kind = KIND_PROPERTY,
     .slots = {.new = new_property,
               .init = init_property,
               .free = clear_property,
               .visit = visit_property,
               .clear = clear_property,
               .get = get,
               .set = set},
     .doc = "Property attribute.\n\n"
            "  fget\n    function to be used for getting an attribute value\n"
            "  fset\n    function to be used for setting an attribute value\n"
            "  fdel\n    function to be used for del\'ing an attribute\n"
            "  doc\n    docstring\n\n"
            "Typical use is to define a managed attribute x:\n\n"
            "class C(object):\n"
            "    def getx(self): return self._x\n"
            "    def setx(self, value): self._x = value\n"
            "    def delx(self): del self._x\n"
            "    x = property(getx, setx, delx, \"I\'m the \'x\' property.\")\n\n"
            "Decorators make defining new properties or modifying existing ones easy:\n\n"
            "class C(object):\n"
            "    @property\n"
            "    def x(self):\n"
            "        \"I am the \'x\' property.\"\n"
            "        return self._x\n"
            "    @x.setter\n"
            "    def x(self, value):\n"
            "        self._x = value\n"
            "    @x.deleter\n"
            "    def x(self):\n"
            "        del self._x")

/* ---- copies with another function ---- */

static Value or_none(Value v) {
    return v == EMPTY ? NONE : v;
}

/* A property of the same class; EMPTY stands for what stays as it is. */
static Value copy(VM *vm, Value self, Value getter, Value setter, Value deleter) {
    Property *old = to_property(self);
    bool is_getters_doc = old->h.flags & OBJECT_OWN_A;
    Value doc = is_getters_doc || old->doc == EMPTY ? NONE : old->doc;
    Value args[] = {
        getter == EMPTY || getter == NONE ? or_none(old->getter) : getter,
        setter == EMPTY || setter == NONE ? or_none(old->setter) : setter,
        deleter == EMPTY || deleter == NONE ? or_none(old->deleter) : deleter,
        doc,
    };
    Value type = from_object(type_of(vm, self));
    OWNED Value new = TRY(object_call(vm, type, args, 4, EMPTY));
    if (has_kind(new, KIND_PROPERTY)) replace(&to_property(new)->name, incref(old->name));
    return TAKE(new);
}

/* Descriptor to obtain a copy of the property with a different getter. */
METHOD(property, getter, "($self, object, /)") {
    return copy(vm, args[0], args[1], EMPTY, EMPTY);
}

/* Descriptor to obtain a copy of the property with a different setter. */
METHOD(property, setter, "($self, object, /)") {
    return copy(vm, args[0], EMPTY, args[1], EMPTY);
}

/* Descriptor to obtain a copy of the property with a different deleter. */
METHOD(property, deleter, "($self, object, /)") {
    return copy(vm, args[0], EMPTY, EMPTY, args[1]);
}

/* Method to set name of a property. */
METHOD(property, __set_name__, "($self, /, *args) shown ($self, owner, name, /)") {
    if (nargs != 3)
        return raise_type(vm,
                          "__set_name__() takes 2 positional arguments but %u were given",
                          nargs - 1);
    replace(&to_property(args[0])->name, incref(args[2]));
    return NONE;
}

/* ---- attributes ---- */

MEMBER(property, fget) {
    return incref(or_none(to_property(self)->getter));
}

MEMBER(property, fset) {
    return incref(or_none(to_property(self)->setter));
}

MEMBER(property, fdel) {
    return incref(or_none(to_property(self)->deleter));
}

MEMBER(property, __doc__) {
    return incref(or_none(to_property(self)->doc));
}

SETTER(property, __doc__) {
    replace(&to_property(self)->doc, incref(value));
    return true;
}

GETTER(property, __name__) {
    OWNED Value name = TRY(name_of(vm, self));
    return name == EMPTY ? raise_attribute(vm, self, NAME(__name__)) : TAKE(name);
}

SETTER(property, __name__) {
    replace(&to_property(self)->name, incref(value));
    return true;
}

GETTER(property, __isabstractmethod__) {
    Property *property = to_property(self);
    Value functions[] = {property->getter, property->setter, property->deleter};
    for (usize i = 0; i < COUNT_OF(functions); i++) {
        if (functions[i] == EMPTY) continue;
        OWNED Value mark =
            TRY(object_find_attr(vm, functions[i], NAME(__isabstractmethod__)));
        int truth = mark == EMPTY ? 0 : object_truth(vm, mark);
        if (truth) return truth < 0 ? FAIL : TRUE;
    }
    return FALSE;
}
