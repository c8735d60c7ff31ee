/* The type `type`: what can be done with a class as an object. Its attributes are in
 * type_attributes.c.
 */
#include <stdlib.h>

#include "objects/class.h"
#include "objects/codecs.h"
#include "objects/dict.h"
#include "objects/generic_alias.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/slots.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type_cache.h"

/* ---- life ---- */

static void leave_bases(Type *type) {
    if (type->bases == EMPTY) return;
    const Tuple *bases = to_tuple(type->bases);
    for (usize i = 0; i < bases->count; i++)
        class_remove_subclass(to_type(bases->items[i]), type);
}

static void free_shapes(VM *vm, Type *type) {
    if (type->shape != type->dict_shape) shape_free(vm, type->shape);
    shape_free(vm, type->dict_shape);
    for (Shape *old = type->old_shapes, *next; old; old = next) {
        next = old->next;
        shape_free(vm, old);
    }
}

static void free_type(VM *vm, Obj *self) {
    Type *type = (Type *)self;
    leave_bases(type);
    if (type->dict) decref(from_object(type->dict));
    decref(type->bases);
    decref(type->mro);
    decref(type->name);
    decref(type->qualname);
    decref(type->full_name);
    free_shapes(vm, type);
    free(type->subclasses);
    if (type->base) decref(from_object(type->base));
}

static void visit_type(Obj *self, Visitor *visitor) {
    Type *type = (Type *)self;
    if (type->dict) visitor->visit(visitor, from_object(type->dict));
    if (type->base) visitor->visit(visitor, from_object(type->base));
    visitor->visit(visitor, type->bases);
    visitor->visit(visitor, type->mro);
}

/* The base stays: instances that are released later need the layout. */
static void clear_type(VM *vm, Obj *self) {
    Type *type = (Type *)self;
    if (!(type->flags & TYPE_HEAP)) return;
    leave_bases(type);
    if (type->dict) dict_clear(vm, type->dict);
    replace(&type->bases, EMPTY);
    replace(&type->mro, EMPTY);
    type_renew(vm, type);
}

/* ---- making ---- */

static Value check_argument(VM *vm, u32 position, const char *wanted, Value v) {
    return raise_type(vm, "type.__new__() argument %u must be %s, not %N", position,
                      wanted, v);
}

static Value refuse_bases(VM *vm, Value bases) {
    const Tuple *tuple = to_tuple(bases);
    for (usize i = 0; i < tuple->count; i++) {
        if (is_type(tuple->items[i])) continue;
        OWNED Value entries =
            TRY(object_find_attr(vm, tuple->items[i], NAME(__mro_entries__)));
        if (entries != EMPTY)
            return raise_type(vm, "type() doesn't support MRO entry resolution; use "
                                  "types.new_class()");
    }
    return NONE;
}

static Value new_type(VM *vm, Type *metatype, Value *args, u32 nargs, Value kwnames) {
    if (nargs != 3)
        return raise_type(vm, "type.__new__() takes exactly 3 arguments (%u given)",
                          nargs);
    if (!is_str(args[0])) return check_argument(vm, 1, "str", args[0]);
    if (!has_kind(args[1], KIND_TUPLE)) return check_argument(vm, 2, "tuple", args[1]);
    if (!has_kind(args[2], KIND_DICT)) return check_argument(vm, 3, "dict", args[2]);
    if (memchr(to_str(args[0])->data, 0, to_str(args[0])->size))
        return raise_value(vm, "type name must not contain null characters");
    OWNED Value encoded = TRY(codec_encode(vm, args[0], "utf-8", "strict"));
    TRY(refuse_bases(vm, args[1]));
    Type *winner = class_metatype(vm, metatype, args[1]);
    if (!winner) return FAIL;
    if (winner != metatype && winner->slots.new != new_type)
        return winner->slots.new(vm, winner, args, nargs, kwnames);
    return type_make(vm, winner, args[0], args[1], args[2], args, nargs, kwnames);
}

static bool init_type(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    bool has_keywords = kwnames != EMPTY && to_tuple(kwnames)->count;
    if (has_keywords && nargs == 1)
        raise_type(vm, "type.__init__() takes no keyword arguments");
    else if (nargs != 1 && nargs != 3)
        raise_type(vm, "type.__init__() takes 1 or 3 arguments");
    else
        return true;
    return false;
}

/* ---- calling ---- */

static Value refuse_new(VM *vm, Type *type) {
    const char *name =
        type->flags & TYPE_HEAP ? type_name(type) : type->table->spec->name;
    return raise_type(vm, "cannot create '%s' instances", name);
}

Value type_call(VM *vm, Value callable, Value *args, u32 nargs, Value kwnames) {
    Type *type = to_type(callable);
    if (nargs == 1 && kwnames == EMPTY) { /* the conversions that programs do most */
        if (type == vm->types[TYPE_str]) return object_str(vm, args[0]);
        if (type == vm->types[TYPE_int]) return int_convert(vm, args[0]);
    }
    if (type == vm->types[TYPE_type]) {
        if (nargs == 1)
            return arguments_no_keywords(vm, "type", kwnames)
                       ? incref(from_object(type_of(vm, args[0])))
                       : FAIL;
        if (nargs != 3) return raise_type(vm, "type() takes 1 or 3 arguments");
    }
    if (type->flags & TYPE_NO_NEW || !type->slots.new) return refuse_new(vm, type);
    OWNED Value object = TRY(type->slots.new(vm, type, args, nargs, kwnames));
    Type *actual = type_of(vm, object);
    if (actual == type && !type->slots.init) return TAKE(object);
    if (!type_is_subtype(actual, type) || !actual->slots.init) return TAKE(object);
    CHECK(actual->slots.init(vm, object, args, nargs, kwnames));
    return TAKE(object);
}

/* ---- the type ---- */

static Value repr_type(VM *vm, Value self) {
    OWNED Value name = TRY(type_full_name(vm, to_type(self)));
    return str_format(vm, "<class '%S'>", name);
}

static Value or_types(VM *vm, BinaryOp op, Value a, Value b) {
    return union_new(vm, a, b);
}

TYPE(type, .name = "type", .size = sizeof(Type), .kind = KIND_TYPE,
     .flags = TYPE_WEAKREFS, .binary_ops = CAN(BINARY_OR),
     .reflected_ops = CAN(BINARY_OR),
     .slots = {.new = new_type,
               .init = init_type,
               .free = free_type,
               .visit = visit_type,
               .clear = clear_type,
               .repr = repr_type,
               .getattr = type_getattr,
               .setattr = type_setattr,
               .call = type_call,
               .binary = or_types},
     .doc = "type(object) -> the object's type\n"
            "type(name, bases, dict, **kwds) -> a new type")

/* Return a type's method resolution order. */
METHOD(type, mro, "($self, /)") {
    OWNED Value mro = TRY(class_mro_default(vm, to_type(args[0])));
    return object_to_list(vm, mro);
}

/* Those of builtin types are found by looking at all. */
static bool add_builtin_subclasses(VM *vm, List *out, const Type *base) {
    if (base->flags & TYPE_HEAP) return true;
    for (u32 id = 0; id < TYPE_COUNT; id++)
        if (vm->types[id]->base == base &&
            !list_push(vm, out, from_object(vm->types[id])))
            return false;
    return true;
}

/* Return a list of immediate subclasses. */
METHOD(type, __subclasses__, "($self, /)") {
    const Type *type = to_type(args[0]);
    OWNED Value list = TRY(list_new(vm, type->subclass_count));
    CHECK(add_builtin_subclasses(vm, to_list(list), type));
    for (u32 i = 0; i < type->subclass_count; i++)
        CHECK(list_push(vm, to_list(list), from_object(type->subclasses[i])));
    return TAKE(list);
}

/* Create the namespace for the class statement */
CLASS_METHOD(type, __prepare__,
       "($type, /, *args, **kwds) shown ($cls, name, bases, /, **kwds)") {
    return dict_new(vm);
}

static bool merge_names(VM *vm, Dict *names, Type *type) {
    Dict *dict = type_dict(vm, type);
    return dict && dict_update(vm, names, from_object(dict));
}

/* Specialized __dir__ implementation for types. */
METHOD(type, __dir__, "($self, /)") {
    const Tuple *mro = to_tuple(TRY(type_mro(vm, to_type(args[0]))));
    OWNED Value names = TRY(dict_new(vm));
    for (usize i = 0; i < mro->count; i++)
        CHECK(merge_names(vm, to_dict(names), to_type(mro->items[i])));
    return dict_keys_list(vm, to_dict(names));
}

/* Return memory consumption of the type object. */
METHOD(type, __sizeof__, "($self, /)") {
    return from_small(sizeof(Type));
}
