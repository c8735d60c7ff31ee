/* threading.local: an object with other attributes in each thread.
 *
 * What a thread has in it is a dict that belongs to the thread (Thread.locals, by the address of the local).
 * Before each access that dict becomes the __dict__ of the object.
 */
#include "objects/dict.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "stdlib/thread_wait.h"

typedef struct Local {
    Obj h;
    Value args, kwargs; /* for __init__ in each further thread */
} Local;

static Local *to_local(Value v) {
    return (Local *)v;
}

static Value key_of(Value self) {
    return from_small((i64)(self >> 4));
}

/* The thread's dict of this local: borrowed, EMPTY if there is none yet, FAIL. */
static Value find_dict(VM *vm, Value self) {
    Value locals = vm->thread->locals;
    return locals == EMPTY ? EMPTY : dict_get(vm, to_dict(locals), key_of(self));
}

static bool keep_dict(VM *vm, Value self, Value dict) {
    if (vm->thread->locals == EMPTY) {
        Value locals = dict_new(vm);
        if (locals == FAIL) return false;
        vm->thread->locals = locals;
    }
    return dict_set(vm, to_dict(vm->thread->locals), key_of(self), dict);
}

/* A class made by a script may have an __init__: it runs once in each thread. */
static bool run_init(VM *vm, Value self) {
    Type *type = to_object(self)->shape->type;
    if (type->slots.init == vm->types[TYPE_object]->slots.init) return true;
    OWNED Value init = object_getattr(vm, self, NAME(__init__));
    OWNED Value done = init == FAIL ? FAIL
                                    : call_with_tuple(vm, init, to_local(self)->args,
                                                      to_local(self)->kwargs);
    return done != FAIL;
}

static bool begin_here(VM *vm, Value self) {
    OWNED Value dict = dict_new(vm);
    if (dict == FAIL || !keep_dict(vm, self, dict) ||
        !instance_set_dict(vm, to_object(self), dict))
        return false;
    if (run_init(vm, self)) return true;
    Value exception = exception_take(vm);
    if (dict_delete(vm, to_dict(vm->thread->locals), key_of(self)) < 0) exception_clear(vm);
    exception_restore(vm, exception);
    return false;
}

/* Make the running thread's attributes those of the object. */
static bool switch_dict(VM *vm, Value self) {
    if (!threads_begin(vm)) return false;
    Value dict = find_dict(vm, self);
    if (dict == FAIL) return false;
    if (dict == EMPTY) return begin_here(vm, self);
    if (*instance_dict_word(to_object(self)) == dict) return true;
    return instance_set_dict(vm, to_object(self), dict);
}

static Value make(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    bool has_arguments = nargs || kwnames != EMPTY;
    if (has_arguments && type->slots.init == vm->types[TYPE_object]->slots.init)
        return raise_type(vm, "Initialization arguments are not supported");
    OWNED Value self = from_object(object_new(vm, type));
    if (!self) return FAIL;
    Local *local = to_local(self);
    local->args = local->kwargs = EMPTY;
    local->args = TRY(tuple_from(vm, args, nargs));
    if (kwnames != EMPTY) {
        local->kwargs = TRY(dict_new(vm));
        Tuple *names = to_tuple(kwnames);
        for (usize i = 0; i < names->count; i++)
            CHECK(dict_set(vm, to_dict(local->kwargs), names->items[i], args[nargs + i]));
    }
    CHECK(threads_begin(vm));
    OWNED Value dict = TRY(dict_new(vm));
    CHECK(keep_dict(vm, self, dict) && instance_set_dict(vm, to_object(self), dict));
    return TAKE(self);
}

static void free_local(VM *vm, Obj *self) {
    Local *local = (Local *)self;
    decref(take(&local->args));
    decref(take(&local->kwargs));
    Value key = key_of(from_object(self));
    for (Thread *thread = vm->threads ? vm->threads->all : NULL; thread; thread = thread->next) {
        if (thread->locals == EMPTY) continue;
        OWNED Value gone = dict_pop(vm, to_dict(thread->locals), key);
        if (gone == FAIL) exception_clear(vm);
    }
}

static void visit(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((Local *)self)->args);
    visitor->visit(visitor, ((Local *)self)->kwargs);
}

static Value getattr(VM *vm, Value self, Value name) {
    CHECK(switch_dict(vm, self));
    return generic_getattr(vm, self, name);
}

static bool setattr(VM *vm, Value self, Value name, Value value) {
    if (str_equals_text(name, "__dict__")) {
        raise_format(vm, EXC(AttributeError), "'%T' object attribute '%S' is read-only", self, name);
        return false;
    }
    return switch_dict(vm, self) && generic_setattr(vm, self, name, value);
}

/* Thread-local data */
TYPE(_local, .name = "_thread._local", .size = sizeof(Local), .kind = KIND_OTHER,
     .flags = TYPE_HAS_DICT | TYPE_WEAKREFS,
     .slots = {
         .new = make,
         .free = free_local,
         .visit = visit,
         .getattr = getattr,
         .setattr = setattr,
     })
