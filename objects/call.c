/* Calling anything. */
#include <stdlib.h>

#include "objects/descriptor.h"
#include "objects/dict.h"
#include "objects/frame.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type_cache.h"

static Value call_slot(VM *vm, Value callable, Value *args, u32 nargs, Value kwnames) {
    Type *type = type_of(vm, callable);
    if (!type->slots.call) return raise_type(vm, "'%T' object is not callable", callable);
    if (!enter_recursion(vm, " while calling a Python object")) return FAIL;
    Value result = type->slots.call(vm, callable, args, nargs, kwnames);
    leave_recursion(vm);
    return result;
}

Value object_call(VM *vm, Value callable, Value *args, u32 nargs, Value kwnames) {
    switch (is_object(callable) ? to_object(callable)->kind : KIND_FREE) {
    case KIND_FUNCTION:
        return vm->hooks.call_function(vm, callable, args, nargs, kwnames);
    case KIND_NATIVE: return native_call(vm, (Native *)callable, args, nargs, kwnames);
    case KIND_BOUND_METHOD: {
        BoundMethod *method = (BoundMethod *)callable;
        return call_with_self(vm, method->function, method->self, args, nargs, kwnames);
    }
    default: return call_slot(vm, callable, args, nargs, kwnames);
    }
}

bool is_callable(VM *vm, Value v) {
    return type_of(vm, v)->slots.call;
}

/* ---- with self in front ---- */

enum { ROOM = 12 };

Value call_prepended(VM *vm, CallFunction call, Value callable, Value self, Value *args,
                     u32 nargs, Value kwnames) {
    usize given = nargs + (kwnames == EMPTY ? 0 : to_tuple(kwnames)->count);
    Value room[ROOM];
    Value *window = given < ROOM ? room : malloc((given + 1) * sizeof(Value));
    if (!window) return raise_memory(vm);
    window[0] = self;
    if (given) memcpy(window + 1, args, given * sizeof(Value));
    Value result = call(vm, callable, window, nargs + 1, kwnames);
    if (window != room) free(window);
    return result;
}

Value call_with_self(VM *vm, Value callable, Value self, Value *args, u32 nargs,
                     Value kwnames) {
    if (self == EMPTY) return object_call(vm, callable, args, nargs, kwnames);
    return call_prepended(vm, object_call, callable, self, args, nargs, kwnames);
}

/* ---- with so many arguments ---- */

Value call_0(VM *vm, Value callable) {
    return object_call(vm, callable, NULL, 0, EMPTY);
}

Value call_1(VM *vm, Value callable, Value a) {
    return object_call(vm, callable, &a, 1, EMPTY);
}

Value call_2(VM *vm, Value callable, Value a, Value b) {
    Value args[] = {a, b};
    return object_call(vm, callable, args, 2, EMPTY);
}

Value call_3(VM *vm, Value callable, Value a, Value b, Value c) {
    Value args[] = {a, b, c};
    return object_call(vm, callable, args, 3, EMPTY);
}

/* window[0] is self. */
static Value call_method(VM *vm, Value name, Value *window, u32 nargs) {
    const NativeSpec *spec = type_untouched_method(type_of(vm, window[0]), name);
    if (spec) return native_call_spec(vm, spec, window[0], window + 1, nargs - 1, EMPTY);
    Method method;
    if (!object_find_method(vm, window[0], name, &method)) return FAIL;
    OWNED Value callee = method.callee, self = method.self, first = window[0];
    incref(first);
    window[0] = self;
    bool has_self = self != EMPTY;
    Value result = object_call(vm, callee, window + !has_self, nargs - !has_self, EMPTY);
    window[0] = first;
    return result;
}

Value call_method_0(VM *vm, Value self, Value name) {
    return call_method(vm, name, &self, 1);
}

Value call_method_1(VM *vm, Value self, Value name, Value a) {
    Value window[] = {self, a};
    return call_method(vm, name, window, 2);
}

Value call_method_2(VM *vm, Value self, Value name, Value a, Value b) {
    Value window[] = {self, a, b};
    return call_method(vm, name, window, 3);
}

/* ---- with a tuple and a dict ---- */

static Value call_with_dict(VM *vm, Value callable, const Tuple *positional,
                            Dict *keywords) {
    usize given = positional->count + keywords->count;
    OWNED Value names = TRY(tuple_new(vm, keywords->count));
    OWNED Value window = TRY(tuple_new(vm, given)); /* holds the values during the call */
    Value *at = to_tuple(window)->items, *name = to_tuple(names)->items;
    for (usize i = 0; i < positional->count; i++) *at++ = incref(positional->items[i]);
    Value key, value;
    for (u32 entry = 0; dict_next(keywords, &entry, &key, &value);) {
        if (!is_str(key)) return raise_type(vm, "keywords must be strings");
        *name++ = incref(key);
        *at++ = incref(value);
    }
    return object_call(vm, callable, to_tuple(window)->items, (u32)positional->count,
                       names);
}

Value call_with_tuple(VM *vm, Value callable, Value args_tuple, Value kwargs) {
    OWNED Value held = incref(args_tuple);
    Tuple *positional = to_tuple(held);
    if (kwargs != EMPTY && to_dict(kwargs)->count)
        return call_with_dict(vm, callable, positional, to_dict(kwargs));
    return object_call(vm, callable, positional->items, (u32)positional->count, EMPTY);
}
