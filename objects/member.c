/* Attributes of C structs (getset_descriptor) and of __slots__ (member_descriptor). */
#include "objects/descriptor.h"
#include "objects/dict.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

static Member *new_member(VM *vm, u32 type_id, Type *owner, Value name) {
    Member *member = (Member *)object_new(vm, vm->types[type_id]);
    if (!member) return NULL;
    member->owner = incref(from_object(owner));
    member->name = incref(name);
    return member;
}

Value getset_new(VM *vm, Type *owner, const GetterSpec *spec) {
    OWNED Value name = TRY(str_intern_text(vm, spec->name));
    u32 type = spec->is_member ? TYPE_member_descriptor : TYPE_getset_descriptor;
    Member *member = new_member(vm, type, owner, name);
    if (!member) return FAIL;
    member->spec = spec;
    return from_object(member);
}

Value member_new(VM *vm, Type *owner, Value name, i32 offset) {
    Member *member = new_member(vm, TYPE_member_descriptor, owner, name);
    if (!member) return FAIL;
    member->offset = offset;
    return from_object(member);
}

/* ---- getting and setting ---- */

static bool check_instance(VM *vm, const Member *member, Value instance) {
    Type *owner = to_type(member->owner);
    if (LIKELY(is_instance(vm, instance, owner))) return true;
    raise_type(vm, "descriptor '%S' for '%s' objects doesn't apply to a '%T' object",
               member->name, type_name(owner), instance);
    return false;
}

/* Here CPython shows the whole name of the class, but for those of __main__. */
static Value raise_unset(VM *vm, Value instance, Value name) {
    Type *type = type_of(vm, instance);
    Value module = TRY(type_module_value(vm, type)), qualname = TRY(type_qualname_value(vm, type));
    bool is_main = module == EMPTY || !is_str(module) || str_equals_text(module, "__main__") ||
                   str_equals_text(module, "builtins");
    if (is_main)
        return raise_attribute_text(vm, instance, name, "'%S' object has no attribute '%S'",
                                    qualname, name);
    return raise_attribute_text(vm, instance, name, "'%S.%S' object has no attribute '%S'",
                                module, qualname, name);
}

static Value get(VM *vm, Value self, Value instance, Value type) {
    Member *member = (Member *)self;
    if (instance == EMPTY) return incref(self);
    if (!check_instance(vm, member, instance)) return FAIL;
    if (member->spec) return member->spec->get(vm, instance);
    Value v = *member_place(member, to_object(instance));
    return v == EMPTY ? raise_unset(vm, instance, member->name) : incref(v);
}

static bool set_slot(VM *vm, const Member *member, Value instance, Value value) {
    Value *place = member_place(member, to_object(instance));
    if (value == EMPTY && *place == EMPTY) {
        raise_attribute_text(vm, instance, member->name, "%S", member->name);
        return false;
    }
    replace(place, incref(value));
    return true;
}

static bool set(VM *vm, Value self, Value instance, Value value) {
    Member *member = (Member *)self;
    if (!check_instance(vm, member, instance)) return false;
    if (!member->spec && !member->is_read_only)
        return set_slot(vm, member, instance, value);
    if (member->spec && member->spec->set) return member->spec->set(vm, instance, value);
    if (!member->spec || member->spec->is_member)
        raise_format(vm, EXC(AttributeError), "readonly attribute");
    else
        raise_format(vm, EXC(AttributeError),
                     "attribute '%S' of '%s' objects is not writable", member->name,
                     type_name(to_type(member->owner)));
    return false;
}

/* ---- the types ---- */

static void visit_member(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((Member *)self)->owner);
    visitor->visit(visitor, ((Member *)self)->name);
}

static void free_member(VM *vm, Obj *self) {
    decref(((Member *)self)->owner);
    decref(((Member *)self)->name);
}

static Value show(VM *vm, Value self, const char *what) {
    Member *member = (Member *)self;
    Type *owner = to_type(member->owner);
    const char *name =
        owner->flags & TYPE_HEAP ? type_name(owner) : owner->table->spec->name;
    return str_format(vm, "<%s '%S' of '%s' objects>", what, member->name, name);
}

static Value repr_getset(VM *vm, Value self) {
    return show(vm, self, "attribute");
}

static Value repr_member(VM *vm, Value self) {
    return show(vm, self, "member");
}

TYPE(getset_descriptor, .name = "getset_descriptor", .size = sizeof(Member),
     .kind = KIND_MEMBER, .flags = TYPE_FINAL | TYPE_NO_NEW,
     .slots = {.free = free_member,
               .visit = visit_member,
               .repr = repr_getset,
               .get = get,
               .set = set})

TYPE(member_descriptor, .name = "member_descriptor", .size = sizeof(Member),
     .kind = KIND_MEMBER, .flags = TYPE_FINAL | TYPE_NO_NEW,
     .slots = {.free = free_member,
               .visit = visit_member,
               .repr = repr_member,
               .get = get,
               .set = set})

/* ---- attributes of both ---- */

static Value name_of(Value self) {
    return incref(((Member *)self)->name);
}

static Value qualname_of(VM *vm, Value self) {
    Member *member = (Member *)self;
    Value owner = TRY(type_qualname_value(vm, to_type(member->owner)));
    return str_format(vm, "%S.%S", owner, member->name);
}

static Value doc_of(VM *vm, Value self) {
    const GetterSpec *spec = ((Member *)self)->spec;
    const char *doc = spec ? spec->doc : ((Member *)self)->doc;
    return doc ? str_from_text(vm, doc) : NONE;
}

static Value owner_of(Value self) {
    return incref(((Member *)self)->owner);
}

MEMBER(getset_descriptor, __name__) {
    return name_of(self);
}

GETTER(getset_descriptor, __qualname__) {
    return qualname_of(vm, self);
}

GETTER(getset_descriptor, __doc__) {
    return doc_of(vm, self);
}

MEMBER(getset_descriptor, __objclass__) {
    return owner_of(self);
}

MEMBER(member_descriptor, __name__) {
    return name_of(self);
}

GETTER(member_descriptor, __qualname__) {
    return qualname_of(vm, self);
}

GETTER(member_descriptor, __doc__) {
    return doc_of(vm, self);
}

MEMBER(member_descriptor, __objclass__) {
    return owner_of(self);
}

/* (getattr, (class, name)) */
METHOD(member_descriptor, __reduce__, "($self, /)") {
    Value getattr = dict_get_str(vm, to_dict(vm->builtins), NAME(getattr));
    Member *member = (Member *)args[0];
    OWNED Value place = TRY(tuple_of(vm, 2, member->owner, member->name));
    return tuple_of(vm, 2, getattr == EMPTY ? NONE : getattr, place);
}
