#include "stdlib/anext.h"

#include "objects/frame.h"
#include "objects/iterator.h"
#include "objects/native.h"

typedef struct AnextAwaitable {
    Obj h;
    Value awaitable, otherwise;
    Value iterator; /* what awaits; EMPTY until first used */
} AnextAwaitable;

Value anext_awaitable_new(VM *vm, Value awaitable, Value otherwise) {
    AnextAwaitable *self =
        (AnextAwaitable *)object_new(vm, vm->types[TYPE_anext_awaitable]);
    if (!self) return FAIL;
    self->awaitable = incref(awaitable);
    self->otherwise = incref(otherwise);
    self->iterator = EMPTY;
    return from_object(self);
}

static void visit(Obj *object, Visitor *visitor) {
    AnextAwaitable *self = (AnextAwaitable *)object;
    visitor->visit(visitor, self->awaitable);
    visitor->visit(visitor, self->otherwise);
    visitor->visit(visitor, self->iterator);
}

static void release(VM *vm, Obj *object) {
    (void)vm;
    AnextAwaitable *self = (AnextAwaitable *)object;
    replace(&self->iterator, EMPTY);
    replace(&self->awaitable, EMPTY);
    replace(&self->otherwise, EMPTY);
}

/* The iterator behind the awaitable: borrowed. */
static Value iterator_of(VM *vm, AnextAwaitable *self) {
    if (self->iterator != EMPTY) return self->iterator;
    Type *type = type_of(vm, self->awaitable);
    if (is_iterable_coroutine(self->awaitable)) {
        self->iterator = incref(self->awaitable);
        return self->iterator;
    }
    if (!type->slots.await) {
        return raise_type(vm, "object %T can't be used in 'await' expression",
                          self->awaitable);
    }
    Value iterator = TRY(type->slots.await(vm, self->awaitable));
    if (!type_of(vm, iterator)->slots.next) {
        Value error =
            raise_type(vm, "__await__() returned non-iterator of type '%T'", iterator);
        decref(iterator);
        return error;
    }
    self->iterator = iterator;
    return iterator;
}

/* The asynchronous iterator is at its end: the default is what the await gives. */
static bool takes_default(VM *vm, AnextAwaitable *self) {
    if (!exception_matches(vm, EXC(StopAsyncIteration))) return false;
    exception_clear(vm);
    replace(&vm->return_value, incref(self->otherwise));
    return true;
}

static Value next(VM *vm, Value v) {
    AnextAwaitable *self = (AnextAwaitable *)v;
    OWNED Value held = incref(TRY(iterator_of(vm, self)));
    Value item = type_of(vm, held)->slots.next(vm, held);
    return item == FAIL && takes_default(vm, self) ? EMPTY : item;
}

TYPE(anext_awaitable, .name = "anext_awaitable", .size = sizeof(AnextAwaitable),
     .kind = KIND_ITERATOR, .flags = TYPE_FINAL | TYPE_NO_NEW,
     .slots = {.free = release,
               .visit = visit,
               .clear = release,
               .iter = iterator_self,
               .await = iterator_self,
               .next = next})

/* A step by a method: the end comes as StopIteration. */
static Value proxy(VM *vm, Value v, Value name, Value *args, u32 count) {
    AnextAwaitable *self = (AnextAwaitable *)v;
    OWNED Value held = incref(TRY(iterator_of(vm, self)));
    OWNED Value method = TRY(object_getattr(vm, held, name));
    Value result = object_call(vm, method, args, count, EMPTY);
    if (result != FAIL || !takes_default(vm, self)) return result;
    OWNED Value value = take(&vm->return_value);
    return raise_stop_iteration(vm, value);
}

/* send(arg) -> send 'arg' into the wrapped iterator,
 * return next yielded value or raise StopIteration. */
METHOD(anext_awaitable, send, "($self, arg, /)") {
    return proxy(vm, args[0], NAME(send), args + 1, 1);
}

/* throw(value)
 * throw(typ[,val[,tb]])
 *
 * raise exception in the wrapped iterator, return next yielded value
 * or raise StopIteration.
 * the (type, val, tb) signature is deprecated,
 * and may be removed in a future version of Python. */
METHOD(anext_awaitable, throw, "($self, /, *args)") {
    return proxy(vm, args[0], NAME(throw), args + 1, nargs - 1);
}

/* close() -> raise GeneratorExit inside generator. */
METHOD(anext_awaitable, close, "($self, /)") {
    return proxy(vm, args[0], NAME(close), NULL, 0);
}
