/* Slot functions of script classes: each looks the special method up and calls it. */
#include "objects/descriptor.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/slots.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

/* ---- looking up and calling ---- */

static Value lookup(VM *vm, Value self, Value name) {
    return type_lookup(vm, type_of(vm, self), name);
}

static Value bind(VM *vm, Value found, Value self) {
    Type *type = type_of(vm, found);
    if (!type->slots.get) return incref(found);
    return type->slots.get(vm, found, self, from_object(type_of(vm, self)));
}

/* window[0] is self. */
static Value call_found(VM *vm, Value found, Value *window, u32 nargs) {
    if (LIKELY(has_exact_kind(found, KIND_FUNCTION))) return vm->hooks.call_function(vm, found, window, nargs, EMPTY);
    OWNED Value callee = incref(found);
    if (callable_takes_self(callee)) return object_call(vm, callee, window, nargs, EMPTY);
    OWNED Value bound = TRY(bind(vm, callee, window[0]));
    return object_call(vm, bound, window + 1, nargs - 1, EMPTY);
}

Value call_special(VM *vm, Value name, Value *window, u32 nargs) {
    Value found = lookup(vm, window[0], name);
    if (found == EMPTY) return raise_with(vm, EXC(AttributeError), name);
    return call_found(vm, found, window, nargs);
}

static Value call_self(VM *vm, Value name, Value self) {
    return call_special(vm, name, &self, 1);
}

static Value call_two(VM *vm, Value name, Value self, Value other) {
    Value window[] = {self, other};
    return call_special(vm, name, window, 2);
}

/* With any arguments. */
static Value call_any(VM *vm, Value found, Value self, Value *args, u32 nargs,
                      Value kwnames) {
    OWNED Value callee = incref(found);
    if (callable_takes_self(callee))
        return call_with_self(vm, callee, self, args, nargs, kwnames);
    OWNED Value bound = TRY(bind(vm, callee, self));
    return object_call(vm, bound, args, nargs, kwnames);
}

/* ---- life ---- */

Value script_new(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    OWNED Value function = TRY(object_getattr(vm, from_object(type), NAME(__new__)));
    return call_with_self(vm, function, from_object(type), args, nargs, kwnames);
}

bool script_init(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    Value found = lookup(vm, self, NAME(__init__));
    OWNED Value result = TRY_OR_FALSE(call_any(vm, found, self, args, nargs, kwnames));
    if (result == NONE) return true;
    raise_type(vm, "__init__() should return None, not '%T'", result);
    return false;
}

void script_finalize(VM *vm, Value self) {
    OWNED Value found = incref(lookup(vm, self, NAME(__del__)));
    if (found == EMPTY) return;
    Value result = call_found(vm, found, &self, 1);
    if (result == FAIL)
        vm->hooks.unraisable(vm, NULL, found);
    else
        decref(result);
}

Value script_call(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    return call_any(vm, lookup(vm, self, NAME(__call__)), self, args, nargs, kwnames);
}

/* ---- text, identity ---- */

Value script_repr(VM *vm, Value self) {
    return call_self(vm, NAME(__repr__), self);
}

Value script_str(VM *vm, Value self) {
    return call_self(vm, NAME(__str__), self);
}

bool script_hash(VM *vm, Value self, u64 *hash) {
    OWNED Value result = TRY_OR_FALSE(call_self(vm, NAME(__hash__), self));
    if (!is_int(result)) {
        raise_type(vm, "__hash__ method should return an integer");
        return false;
    }
    /* a number of 64 bits is the hash as it stands, only a larger one is hashed itself */
    i64 number;
    if (is_bool(result)) number = small_or_bool(result);
    else if (!int_fits_i64(result, &number)) number = (i64)int_hash(result);
    *hash = number == -1 ? (u64)-2 : (u64)number;
    return true;
}

Value script_compare(VM *vm, Value self, Value other, CompareOp op) {
    Value found = lookup(vm, self, special_name_compare(vm, op));
    if (found == EMPTY) return NOT_IMPLEMENTED;
    OWNED Value callee = incref(found);
    Value window[] = {self, other};
    if (callable_takes_self(callee)) return object_call(vm, callee, window, 2, EMPTY);
    OWNED Value bound = bind(vm, callee, self);
    if (bound == FAIL) { /* CPython takes no notice of why */
        exception_clear(vm);
        return NOT_IMPLEMENTED;
    }
    return object_call(vm, bound, window + 1, 1, EMPTY);
}

int script_truth(VM *vm, Value self) {
    OWNED Value result = call_self(vm, NAME(__bool__), self);
    if (result == FAIL) return -1;
    if (is_bool(result)) return result == TRUE;
    raise_type(vm, "__bool__ should return bool, returned %T", result);
    return -1;
}

/* ---- attributes ---- */

/* Is it the wrapper of such a slot? (A class may take any wrapper under any name.) */
static bool wraps(Value found, SpecialSort sort) {
    return has_exact_kind(found, KIND_SLOT_WRAPPER) &&
           ((SlotWrapper *)found)->special->sort == sort;
}

static Value get_by_script(VM *vm, Value self, Value name, Value found) {
    if (!wraps(found, SPECIAL_GETATTR)) {
        Value window[] = {self, name};
        return call_found(vm, found, window, 2);
    }
    Value (*getattr)(VM *, Value, Value) = ((SlotWrapper *)found)->owner->slots.getattr;
    return getattr == generic_getattr ? generic_find(vm, self, name)
           : getattr == type_getattr  ? type_find(vm, self, name)
                                      : getattr(vm, self, name);
}

Value script_find_attr(VM *vm, Value self, Value name, bool has_fallback) {
    Value result = get_by_script(vm, self, name, lookup(vm, self, NAME(__getattribute__)));
    if (result != FAIL || !has_fallback || !exception_matches(vm, EXC(AttributeError)))
        return result;
    exception_clear(vm);
    return EMPTY;
}

Value script_getattr(VM *vm, Value self, Value name) {
    OWNED Value fallback = incref(lookup(vm, self, NAME(__getattr__)));
    Value result = script_find_attr(vm, self, name, fallback != EMPTY);
    if (result != EMPTY) return result;
    if (fallback == EMPTY) return raise_attribute(vm, self, name);
    Value window[] = {self, name};
    return call_found(vm, fallback, window, 2);
}

static bool set_by_script(VM *vm, Value self, Value method, Value name, Value value) {
    Value found = lookup(vm, self, method);
    if (wraps(found, value == EMPTY ? SPECIAL_DELATTR : SPECIAL_SETATTR))
        return ((SlotWrapper *)found)->owner->slots.setattr(vm, self, name, value);
    Value window[] = {self, name, value};
    OWNED Value result =
        TRY_OR_FALSE(call_special(vm, method, window, value == EMPTY ? 2 : 3));
    return true;
}

bool script_setattr(VM *vm, Value self, Value name, Value value) {
    return set_by_script(vm, self, value == EMPTY ? NAME(__delattr__) : NAME(__setattr__),
                         name, value);
}

Value script_get(VM *vm, Value self, Value instance, Value type) {
    Value window[] = {self, instance == EMPTY ? NONE : instance,
                      type == EMPTY ? NONE : type};
    Value found = lookup(vm, self, NAME(__get__));
    return found == EMPTY ? incref(self) : call_found(vm, found, window, 3);
}

bool script_set(VM *vm, Value self, Value instance, Value value) {
    Value window[] = {self, instance, value};
    bool is_delete = value == EMPTY;
    OWNED Value result = TRY_OR_FALSE(call_special(
        vm, is_delete ? NAME(__delete__) : NAME(__set__), window, is_delete ? 2 : 3));
    return true;
}

/* ---- iteration ---- */

Value script_iter(VM *vm, Value self) {
    Value found = lookup(vm, self, NAME(__iter__));
    if (found == NONE) return raise_type(vm, "'%T' object is not iterable", self);
    return call_self(vm, NAME(__iter__), self);
}

/* The value of the StopIteration that ends it is left in vm->return_value, unless it is
 * None. */
Value script_next(VM *vm, Value self) {
    Value result = call_self(vm, NAME(__next__), self);
    if (result != FAIL || !exception_matches(vm, EXC(StopIteration))) return result;
    OWNED Value stop = exception_take(vm);
    OWNED Value value = object_find_attr(vm, stop, NAME(value));
    if (value == FAIL) return FAIL;
    if (value != NONE && value != EMPTY) replace(&vm->return_value, TAKE(value));
    return EMPTY;
}

Value script_await(VM *vm, Value self) {
    return call_self(vm, NAME(__await__), self);
}

Value script_aiter(VM *vm, Value self) {
    return call_self(vm, NAME(__aiter__), self);
}

Value script_anext(VM *vm, Value self) {
    return call_self(vm, NAME(__anext__), self);
}

/* ---- container ---- */

i64 script_length(VM *vm, Value self) {
    OWNED Value result = call_self(vm, NAME(__len__), self);
    if (result == FAIL) return -1;
    OWNED Value number = object_index(vm, result);
    if (number == FAIL) return -1;
    i64 length;
    if (int_is_negative(number)) {
        raise_value(vm, "__len__() should return >= 0");
        return -1;
    }
    if (int_fits_i64(number, &length)) return length;
    raise_overflow(vm, "cannot fit 'int' into an index-sized integer");
    return -1;
}

Value script_getitem(VM *vm, Value self, Value key) {
    return call_two(vm, NAME(__getitem__), self, key);
}

bool script_setitem(VM *vm, Value self, Value key, Value value) {
    Value window[] = {self, key, value};
    bool is_delete = value == EMPTY;
    OWNED Value result =
        TRY_OR_FALSE(call_special(vm, is_delete ? NAME(__delitem__) : NAME(__setitem__),
                                  window, is_delete ? 2 : 3));
    return true;
}

int script_contains(VM *vm, Value self, Value item) {
    if (lookup(vm, self, NAME(__contains__)) == NONE) {
        raise_type(vm, "'%T' object is not a container", self);
        return -1;
    }
    OWNED Value result = call_two(vm, NAME(__contains__), self, item);
    return result == FAIL ? -1 : object_truth(vm, result);
}

/* ---- operators ---- */

static Value operate(VM *vm, Value name, Value self, Value other) {
    Value found = lookup(vm, self, name);
    if (found == EMPTY) return NOT_IMPLEMENTED;
    Value window[] = {self, other};
    return call_found(vm, found, window, 2);
}

Value script_left(VM *vm, BinaryOp op, Value a, Value b) {
    return operate(vm, special_name_binary(vm, op), a, b);
}

Value script_right(VM *vm, BinaryOp op, Value a, Value b) {
    return operate(vm, special_name_reflected(vm, op), b, a);
}

Value script_binary(VM *vm, BinaryOp op, Value a, Value b) {
    if (type_of(vm, a)->slots.binary == script_binary) return script_left(vm, op, a, b);
    return script_right(vm, op, a, b);
}

Value script_inplace(VM *vm, BinaryOp op, Value self, Value other) {
    return operate(vm, special_name_inplace(vm, op), self, other);
}

Value script_power(VM *vm, Value base, Value exponent, Value modulus) {
    if (type_of(vm, base)->slots.power != script_power) return NOT_IMPLEMENTED;
    Value window[] = {base, exponent, modulus};
    return call_special(vm, NAME(__pow__), window, 3);
}

Value script_unary(VM *vm, UnaryOp op, Value self) {
    Value found = lookup(vm, self, special_name_unary(vm, op));
    return found == EMPTY ? NOT_IMPLEMENTED : call_found(vm, found, &self, 1);
}
