/* What await, async for and yield from wait for. */
#include "vm/interpreter.h"

#include "objects/exc.h"
#include "objects/future.h"
#include "objects/native.h"
#include "objects/slots.h"

static Value raise_not_awaitable(VM *vm, Value v, u32 context) {
    switch (context) {
    case 1:
        return raise_type(vm,
                          "'async with' received an object from __aenter__ that does not implement "
                          "__await__: %T",
                          v);
    case 2:
        return raise_type(vm,
                          "'async with' received an object from __aexit__ that does not implement "
                          "__await__: %T",
                          v);
    default: return raise_type(vm, "object %T can't be used in 'await' expression", v);
    }
}

/* The iterator behind an awaitable object. */
static Value awaitable_iterator(VM *vm, Value v, u32 context) {
    Type *type = type_of(vm, v);
    if (!type->slots.await) return raise_not_awaitable(vm, v, context);
    OWNED Value iterator = TRY(type->slots.await(vm, v));
    if (has_exact_kind(iterator, KIND_COROUTINE) || is_iterable_coroutine(iterator))
        return raise_type(vm, "__await__() returned a coroutine");
    if (!type_of(vm, iterator)->slots.next)
        return raise_type(vm, "__await__() returned non-iterator of type '%T'", iterator);
    return TAKE(iterator);
}

Value step_awaitable(VM *vm, Value v, u32 context) {
    if (has_exact_kind(v, KIND_COROUTINE) || is_plain_future(v) || has_exact_kind(v, KIND_TURN) ||
        is_iterable_coroutine(v))
        return incref(v);
    Value iterator = awaitable_iterator(vm, v, context == 3 ? 0 : context);
    if (iterator == FAIL && context == 3)
        return raise_from(vm, EXC(TypeError), "'async for' received an invalid object from __anext__: %T", v);
    return iterator;
}

Value step_yield_iterator(VM *vm, Value v, bool in_coroutine) {
    if (has_exact_kind(v, KIND_GENERATOR) && !is_iterable_coroutine(v)) return incref(v);
    if (has_exact_kind(v, KIND_COROUTINE) || is_iterable_coroutine(v)) {
        if (in_coroutine) return incref(v);
        return raise_type(vm, "cannot 'yield from' a coroutine object in a non-coroutine generator");
    }
    return object_iter(vm, v);
}

Value step_aiter(VM *vm, Value v) {
    Type *type = type_of(vm, v);
    if (!type->slots.aiter)
        return raise_type(vm, "'async for' requires an object with __aiter__ method, got %T", v);
    OWNED Value iterator = TRY(type->slots.aiter(vm, v));
    if (!type_of(vm, iterator)->slots.anext)
        return raise_type(vm,
                          "'async for' received an object from __aiter__ that does not implement "
                          "__anext__: %T",
                          iterator);
    return TAKE(iterator);
}

Value step_anext(VM *vm, Value v) {
    Type *type = type_of(vm, v);
    if (!type->slots.anext)
        return raise_type(vm, "'async for' requires an iterator with __anext__ method, got %T", v);
    OWNED Value awaitable = TRY(type->slots.anext(vm, v));
    return step_awaitable(vm, awaitable, 3);
}

/* ---- one step of waiting for what is not a coroutine ---- */

/* StopIteration is the result. */
static Value stop_to_result(VM *vm) {
    if (!exception_matches(vm, EXC(StopIteration))) return FAIL;
    OWNED Value stop = exception_take(vm);
    vm->return_value = TRY(object_getattr(vm, stop, NAME(value)));
    return EMPTY;
}

static Value next_step(VM *vm, Value awaited) {
    Type *type = type_of(vm, awaited);
    if (type->slots.next == script_next) {
        Value given = call_method_0(vm, awaited, NAME(__next__));
        return given == FAIL ? stop_to_result(vm) : given;
    }
    if (!type->slots.next) return raise_type(vm, "'%T' object is not an iterator", awaited);
    vm->return_value = EMPTY;
    Value given = type->slots.next(vm, awaited);
    if (given == FAIL) return stop_to_result(vm);
    if (given == EMPTY && vm->return_value == EMPTY) vm->return_value = NONE;
    return given;
}

Value await_future(VM *vm, Value v) {
    Future *future = to_future(v);
    u32 state = future->h.aux & (FUTURE_STATE | FUTURE_FAILED);
    if (state == FUTURE_FINISHED) {
        vm->return_value = incref(future->result);
        return EMPTY;
    }
    if (state != FUTURE_PENDING) return vm->hooks.future_raise(vm, v);
    if (future->h.aux & FUTURE_BLOCKING) return raise_runtime(vm, "await wasn't used with future");
    future->h.aux |= FUTURE_BLOCKING;
    return incref(v);
}

Value await_step(VM *vm, Value awaited, Value sent) {
    u8 kind = object_kind(awaited);
    if (kind == KIND_GENERATOR || kind == KIND_COROUTINE)
        return coro_send(vm, (Coro *)to_object(awaited), sent);
    if (sent == NONE) return next_step(vm, awaited);
    Value given = call_method_1(vm, awaited, NAME(send), sent);
    return given == FAIL ? stop_to_result(vm) : given;
}

Value await_throw(VM *vm, Value awaited, Value exception) {
    if (is_instance(vm, exception, EXC(GeneratorExit))) {
        OWNED Value close = TRY(object_find_attr(vm, awaited, NAME(close)));
        if (close != EMPTY) {
            OWNED Value closed = TRY(call_0(vm, close));
        }
        return coro_raise(vm, exception);
    }
    OWNED Value method = TRY(object_find_attr(vm, awaited, NAME(throw)));
    if (method == EMPTY) return coro_raise(vm, exception);
    Value given = call_1(vm, method, exception);
    return given == FAIL ? stop_to_result(vm) : given;
}
