/* Attribute, method and global access that fills inline caches, and its quickened instructions' data.
 *
 * Cache words of an instruction: at[1] a pointer or two versions; at[2] = offset (16 bits) | A (16 bits) |
 * id (32 bits). An instruction that missed becomes the quickened form that fits what it has just met; a
 * quickened form that misses comes back here. What cannot be cached stays generic.
 */
#include "vm/access.h"
#include "vm/interpreter.h"

#include "objects/descriptor.h"
#include "objects/dict.h"
#include "objects/native.h"
#include "objects/slots.h"
#include "objects/str.h"

static bool fits_offset(u32 offset) {
    return offset <= UINT16_MAX;
}

/* ---- attributes ---- */

static bool has_plain_getattr(Type *type) {
    return type->slots.getattr == generic_getattr;
}

/* Where instances of this shape have the attribute themselves: byte offset, or 0. */
static u32 own_offset(Obj *object, Value name) {
    Shape *shape = object->shape;
    if (shape->flags & SHAPE_DICT || shape->type->dict_offset == DICT_AT_END) return 0;
    if (!shape->type->dict_offset) return 0;
    i32 slot = shape_find(shape, name);
    return slot < 0 ? 0 : type_slot_offset(shape->type, (u32)slot);
}

/* Can an instance of this shape have attributes that the shape does not tell? */
static bool hides_attributes(Obj *object) {
    return object->shape->type->dict_offset && object->shape->flags & SHAPE_DICT;
}

/* The offset of one of __slots__, or 0. */
static u32 member_offset(Value descriptor) {
    if (!has_exact_kind(descriptor, KIND_MEMBER)) return 0;
    Member *member = (Member *)to_object(descriptor);
    return member->spec || member->offset < 0 ? 0 : (u32)member->offset;
}

static void cache_getattr(VM *vm, Insn *at, Obj *object, Value name) {
    Type *type = object->shape->type;
    if (!has_plain_getattr(type) || object->kind == KIND_MODULE) return;
    const Value *place = type_find_place(vm, type, name);
    Value found = place ? *place : EMPTY;
    const Slots *slots = is_object(found) ? &to_object(found)->shape->type->slots : NULL;
    u32 offset = found == EMPTY ? 0 : member_offset(found);
    if (!offset && !(slots && slots->set)) offset = own_offset(object, name);
    if (offset && fits_offset(offset))
        access_note(vm, at, OP_GETATTR, name, OP_GETATTR_SLOT, 0, offset, object->shape->id);
    else if (place && !(slots && (slots->get || slots->set)) && !hides_attributes(object))
        access_note(vm, at, OP_GETATTR, name, OP_GETATTR_CLASS, (u64)(usize)place, 0, object->shape->id);
}

/* An attribute of a plain class: no descriptor, or a function. */
static void cache_class_attribute(VM *vm, Insn *at, Value class, Value name) {
    Type *type = to_type(class), *metatype = vm->types[TYPE_type];
    if (type_of(vm, class) != metatype || type_lookup(vm, metatype, name) != EMPTY) return;
    const Value *place = type_find_place(vm, type, name);
    if (!place) return;
    bool is_bound = is_object(*place) && to_object(*place)->shape->type->slots.get;
    if (is_bound && !has_exact_kind(*place, KIND_FUNCTION)) return;
    access_fill(at, OP_GETATTR_TYPE, (u64)(usize)place, 0, type->version);
}

static bool cache_module_attribute(VM *vm, Insn *at, Value object, Value name) {
    Dict *dict = ((Module *)to_object(object))->dict;
    i64 index = dict_find(vm, dict, name);
    if (index < 0 || index > UINT16_MAX) return false;
    access_fill(at, OP_GETATTR_MODULE, 0, (u32)index, dict_version(vm, dict));
    return true;
}

/* ---- attributes that script code computes: its frame is entered ---- */

/* Enter for an instruction with cache words: they end with a copy of A, by which the result is stored. */
static Value enter_getter(VM *vm, Insn instruction, Value getter, const Value *args, u32 nargs) {
    vm->frame->pc += 2;
    Frame *frame = enter_function(vm, (Function *)to_object(getter), args, nargs, EMPTY, FRAME_STORE, 0);
    if (!frame) {
        vm->frame->pc -= 2;
        return FAIL;
    }
    if (INSN_FLAGS(instruction) & F_LOCAL) frame->flags |= FRAME_LOCAL;
    return EMPTY;
}

/* A property, or another descriptor whose class is written in script code. */
static Value enter_descriptor(VM *vm, Insn instruction, Value object, Value name) {
    Type *type = to_object(object)->shape->type;
    Value found = type_lookup(vm, type, name);
    if (has_exact_kind(found, KIND_PROPERTY)) {
        Value getter = ((Property *)to_object(found))->getter;
        return is_enterable(getter) ? enter_getter(vm, instruction, getter, &object, 1) : NOT_IMPLEMENTED;
    }
    Type *sort = is_object(found) ? to_object(found)->shape->type : NULL;
    if (!sort || sort->slots.get != script_get) return NOT_IMPLEMENTED;
    Value getter = type_lookup(vm, sort, NAME(__get__));
    bool is_hidden = !sort->slots.set && instance_get(vm, to_object(object), name) != EMPTY;
    if (!is_enterable(getter) || is_hidden) return NOT_IMPLEMENTED;
    Value args[] = {found, object, from_object(type)};
    return enter_getter(vm, instruction, getter, args, 3);
}

/* __getattribute__, or __getattr__ when there is no such attribute. */
static Value enter_getattr(VM *vm, Insn instruction, Value object, Value name) {
    Type *type = to_object(object)->shape->type;
    Value first = type_lookup(vm, type, NAME(__getattribute__));
    Value fallback = type_lookup(vm, type, NAME(__getattr__));
    Value args[] = {object, name};
    if (fallback == EMPTY)
        return is_enterable(first) ? enter_getter(vm, instruction, first, args, 2) : NOT_IMPLEMENTED;
    if (has_exact_kind(first, KIND_FUNCTION) || !is_enterable(fallback)) return NOT_IMPLEMENTED;
    OWNED Value held = incref(fallback);
    Value found = script_find_attr(vm, object, name, true);
    return found == EMPTY ? enter_getter(vm, instruction, held, args, 2) : found;
}

static Value enter_attribute(VM *vm, Insn instruction, Value object, Value name) {
    Type *type = to_object(object)->shape->type;
    if (has_plain_getattr(type)) return enter_descriptor(vm, instruction, object, name);
    return type->slots.getattr == script_getattr ? enter_getattr(vm, instruction, object, name) : NOT_IMPLEMENTED;
}

Value cached_getattr(VM *vm, Insn *at, Value object, Value name) {
    if (is_object(object)) {
        if (to_object(object)->kind == KIND_MODULE) cache_module_attribute(vm, at, object, name);
        else if (to_object(object)->shape->type->flags & TYPE_HEAP) {
            Value outcome = enter_attribute(vm, *at, object, name);
            if (outcome != NOT_IMPLEMENTED) return outcome;
        }
        if (is_type(object)) cache_class_attribute(vm, at, object, name);
        else if (to_object(object)->kind != KIND_MODULE) cache_getattr(vm, at, to_object(object), name);
    }
    return object_getattr(vm, object, name);
}

/* An existing attribute, or one that is about to be added: cached before the store changes the shape. */
static void cache_setattr(VM *vm, Insn *at, Obj *object, Value name) {
    Type *type = object->shape->type;
    if (type->slots.setattr != generic_setattr) return;
    Value found = type_lookup(vm, type, name);
    u32 offset = member_offset(found);
    if (!offset && found != EMPTY && is_object(found) && to_object(found)->shape->type->slots.set) return;
    if (!offset) offset = own_offset(object, name);
    if (offset && fits_offset(offset)) {
        access_note(vm, at, OP_SETATTR, name, OP_SETATTR_SLOT, 0, offset, object->shape->id);
        return;
    }
    if (object->shape->flags & SHAPE_DICT || !type->dict_offset || type->dict_offset == DICT_AT_END) return;
    Shape *wider = shape_add(vm, object->shape, name);
    u32 added = type_slot_offset(type, object->shape->count);
    if (wider && fits_offset(added))
        access_note(vm, at, OP_SETATTR, name, OP_SETATTR_ADD, (u64)(usize)wider, added, object->shape->id);
}

bool cached_setattr(VM *vm, Insn *at, Value object, Value name, Value value) {
    if (is_object(object)) cache_setattr(vm, at, to_object(object), name);
    return step_setattr(vm, object, name, value);
}

/* ---- methods ---- */

static bool is_method(Value found) {
    if (!is_object(found)) return false;
    u8 kind = to_object(found)->kind;
    if (kind == KIND_NATIVE) {
        Native *native = (Native *)to_object(found);
        return native->self == EMPTY && native->spec->sort == NATIVE_METHOD;
    }
    return kind == KIND_FUNCTION;
}

/* A function, classmethod or staticmethod of a plain class. The offset says whether the class is its self. */
static void cache_class_method(VM *vm, Insn *at, Value class, Value name) {
    Type *type = to_type(class), *metatype = vm->types[TYPE_type];
    if (type_of(vm, class) != metatype || type_lookup(vm, metatype, name) != EMPTY) return;
    Value found = type_lookup(vm, type, name);
    bool takes_class = has_exact_kind(found, KIND_CLASSMETHOD);
    if (takes_class || has_exact_kind(found, KIND_STATICMETHOD)) found = ((MethodHolder *)found)->function;
    if (has_exact_kind(found, KIND_FUNCTION))
        access_fill(at, OP_METHOD_TYPE, found, takes_class, type->version);
}

bool cached_method(VM *vm, Insn *at, Value object, Value name, Value *callee, Value *self) {
    Type *type = type_of(vm, object);
    if (has_plain_getattr(type) && !has_kind(object, KIND_MODULE)) {
        Value found = type_lookup(vm, type, name);
        bool hides = is_object(object) && hides_attributes(to_object(object));
        bool shadowed = is_object(object) && type->dict_offset && found != EMPTY && is_method(found) &&
                        (hides ? instance_get(vm, to_object(object), name) != EMPTY
                               : own_offset(to_object(object), name) != 0);
        if (is_method(found) && !shadowed) {
            if (is_object(object) && !hides && type->dict_offset != DICT_AT_END)
                access_note(vm, at, OP_METHOD, name, OP_METHOD_CLASS, found, 0, to_object(object)->shape->id);
            *callee = incref(found);
            *self = incref(object);
            return true;
        }
    }
    if (has_exact_kind(object, KIND_MODULE) && cache_module_attribute(vm, at, object, name))
        access_quicken(at, OP_METHOD_MODULE);
    if (is_type(object)) cache_class_method(vm, at, object, name);
    Method method;
    if (!object_find_method(vm, object, name, &method)) return false;
    bool is_bound = method.self == EMPTY;
    *callee = is_bound ? EMPTY : method.callee;
    *self = is_bound ? method.callee : method.self;
    return true;
}

/* ---- globals ---- */

Value step_global(VM *vm, Function *function, Value name) {
    Value found = step_mapping_get(vm, function->globals, name);
    if (found == EMPTY) found = step_mapping_get(vm, function->builtins, name);
    return found == EMPTY ? raise_name(vm, name) : found;
}

Value step_mapping_get(VM *vm, Value mapping, Value name) {
    if (has_exact_kind(mapping, KIND_DICT)) {
        Value found = dict_get_str(vm, to_dict(mapping), name);
        return found == EMPTY ? EMPTY : incref(found);
    }
    Value found = object_getitem(vm, mapping, name);
    if (found != FAIL || !exception_matches(vm, EXC(KeyError))) return found;
    exception_clear(vm);
    return EMPTY;
}

static void cache_global(VM *vm, Insn *at, Function *function, Value name, bool in_namespace) {
    Dict *globals = to_dict(function->globals);
    i64 index = dict_find(vm, globals, name);
    u32 version = dict_version(vm, globals);
    if (index >= 0) {
        access_fill(at, in_namespace ? OP_GETNAME_MODULE : OP_GLOBAL_MODULE,
             (u64)(uintptr_t)&globals->entries[index].value, 0, version);
        return;
    }
    if (!has_exact_kind(function->builtins, KIND_DICT)) return;
    Dict *builtins = to_dict(function->builtins);
    index = dict_find(vm, builtins, name);
    if (index < 0 || index > UINT16_MAX) return;
    bool is_call = !in_namespace && access_calls_local(at) && takes_one_plainly(builtins->entries[index].value);
    access_fill(at, in_namespace ? OP_GETNAME_BUILTIN : is_call ? OP_GLOBAL_NATIVE : OP_GLOBAL_BUILTIN,
         (u64)version | (u64)dict_version(vm, builtins) << 32, (u32)index, 0);
}

Value cached_global(VM *vm, Insn *at, Function *function, Value name, Value namespace) {
    bool is_plain = has_exact_kind(function->globals, KIND_DICT); /* else it may have a __getitem__ */
    if (is_plain && (namespace == EMPTY || namespace == function->globals))
        cache_global(vm, at, function, name, namespace != EMPTY);
    else if (namespace != EMPTY && namespace != function->globals) {
        Value found = step_mapping_get(vm, namespace, name);
        if (found != EMPTY) return found;
    }
    return step_global(vm, function, name);
}

bool cached_set_global(VM *vm, Insn *at, Value namespace, Value name, Value value) {
    if (!has_exact_kind(namespace, KIND_DICT)) return object_setitem(vm, namespace, name, value);
    Dict *dict = to_dict(namespace);
    i64 index = dict_find(vm, dict, name);
    if (index >= 0 && index <= UINT16_MAX)
        access_fill(at, INSN_OP(*at) == OP_SETGLOBAL || INSN_OP(*at) == OP_SETGLOBAL_MODULE ? OP_SETGLOBAL_MODULE
                                                                                   : OP_SETNAME_MODULE,
             0, (u32)index, dict_version(vm, dict));
    return dict_set(vm, dict, name, value);
}
