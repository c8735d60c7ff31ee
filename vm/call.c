#include "vm/interpreter.h"

#include "objects/dict.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/intrinsics.h"

Value *stack_top(VM *vm) {
    Frame *frame = vm->frame;
    if (!frame) return vm->stack;
    return frame->flags & FRAME_HEAP ? vm->generator_top : frame->r + frame->code->registers;
}

bool check_depth(VM *vm, Frame *frame) {
    if (LIKELY(frame->depth <= vm->depth_limit)) return true;
    raise_format(vm, EXC(RecursionError), "maximum recursion depth exceeded");
    return false;
}

static bool has_room(VM *vm, Value *end) {
    if (LIKELY(end <= vm->stack_limit)) return true;
    raise_format(vm, EXC(RecursionError), "maximum recursion depth exceeded");
    return false;
}

/* The header of a frame whose function (owned) and registers are in place. */
static bool open_frame(VM *vm, Frame *frame, Value function, Code *code, u8 kind) {
    frame->func = function;
    frame->code = code;
    frame->pc = code->insns;
    frame->prev = vm->frame;
    frame->depth = vm->frame ? vm->frame->depth + 1 : 1;
    frame->kind = kind;
    frame->flags = 0;
    frame->spare = 0;
    return check_depth(vm, frame);
}

static void release_all(Value *values, u32 count) {
    for (u32 i = 0; i < count; i++) decref(values[i]);
}

Frame *enter_function(VM *vm, Function *function, const Value *args, u32 nargs, Value kwnames, u8 kind,
                      u32 extra) {
    Code *code = function->code;
    Frame *frame = (Frame *)(stack_top(vm) + extra);
    if (!has_room(vm, frame->r + code->registers)) return NULL;
    if (LIKELY(kwnames == EMPTY && code->signature == nargs)) {
        for (u32 i = 0; i < nargs; i++) frame->r[i] = incref(args[i]);
        for (u32 i = nargs; i < code->locals; i++) frame->r[i] = EMPTY;
    } else if (!bind_arguments(vm, function, args, nargs, kwnames, frame->r)) {
        return NULL;
    }
    if (!open_frame(vm, frame, incref(from_object(function)), code, kind)) {
        release_all(frame->r, code->locals);
        decref(frame->func);
        return NULL;
    }
    vm->frame = frame;
    return frame;
}

/* A new generator, coroutine or async generator with its parameters bound. */
static Value make_coro(VM *vm, Function *function, const Value *args, u32 nargs, Value kwnames) {
    Code *code = function->code;
    OWNED Value made = TRY(coro_new(vm, function, code->registers));
    Coro *coro = (Coro *)to_object(made);
    if (bind_arguments(vm, function, args, nargs, kwnames, coro->f.r)) return TAKE(made);
    coro->state = CORO_CLOSED; /* nobody could have awaited it: no warning */
    return FAIL;
}

Value call_function(VM *vm, Value value, Value *args, u32 nargs, Value kwnames) {
    Function *function = (Function *)to_object(value);
    if (function->code->flags & CODE_SUSPENDS) return make_coro(vm, function, args, nargs, kwnames);
    if (!enter_recursion(vm, "")) return FAIL;
    Value *generator_top = vm->generator_top;
    u32 c_depth = vm->c_depth;
    vm->c_depth = 0; /* from here on it is the script that recurses */
    Value result = FAIL;
    if (enter_function(vm, function, args, nargs, kwnames, FRAME_C, 0)) result = vm_run(vm, EMPTY);
    vm->generator_top = generator_top;
    vm->c_depth = c_depth;
    leave_recursion(vm);
    return result;
}

/* ---- calls from the loop ---- */

static void release_window(Value *window, u32 gap, u32 count) {
    release_all(window + 1 + gap, count);
    decref(*window);
}

/* Do defaults make up for the positional arguments that are not given, and is there nothing else to bind? */
static bool needs_only_defaults(const Function *function, u32 nargs, u32 count) {
    const Code *code = function->code;
    u32 missing = code->positional - nargs;
    return nargs == count && nargs <= code->positional && code->parameters == code->positional &&
           !(code->flags & (CODE_VARARGS | CODE_VARKEYWORDS)) && function->defaults != EMPTY &&
           missing <= to_tuple(function->defaults)->count;
}

/* `args` are owned words of the caller's window, consumed; so is the callee. */
static Value call_script(VM *vm, Value *window, u32 gap, u32 nargs, u32 count, Value names) {
    Function *function = (Function *)to_object(*window);
    Value *args = window + 1 + gap;
    Value result = EMPTY;
    if (function->code->flags & CODE_SUSPENDS) {
        if (needs_only_defaults(function, nargs, count)) return coro_from_window(vm, window, gap, nargs);
        result = make_coro(vm, function, args, nargs, names);
    } else {
        /* the new frame must not lie over the arguments that it is bound from */
        Frame *frame = enter_function(vm, function, args, nargs, names, FRAME_STORE, 0);
        if (!frame) result = FAIL;
    }
    release_window(window, gap, count);
    return result;
}

static Value call_object(VM *vm, Value *window, u32 gap, u32 nargs, u32 count, Value names) {
    Value result = object_call(vm, *window, window + 1 + gap, nargs, names);
    release_window(window, gap, count);
    return result;
}

/* f.__call__ is a script function: enter it with the object as self. */
static Value call_callable_instance(VM *vm, Value *window, u32 gap, u32 nargs, u32 count, Value names,
                                    Value function) {
    Value room[16], *args = room;
    if (count + 1 > COUNT_OF(room)) return call_object(vm, window, gap, nargs, count, names);
    args[0] = *window;
    for (u32 i = 0; i < count; i++) args[i + 1] = window[1 + gap + i];
    Frame *frame = enter_function(vm, (Function *)to_object(function), args, nargs + 1, names,
                                  FRAME_STORE, 0);
    release_window(window, gap, count);
    return frame ? EMPTY : FAIL;
}

static Value call_bound(VM *vm, Value *window, u32 gap, u32 nargs, u32 count, Value names) {
    BoundMethod *method = (BoundMethod *)to_object(*window);
    Value room[16], *args = room;
    if (!is_enterable(method->function) || count + 1 > COUNT_OF(room))
        return call_object(vm, window, gap, nargs, count, names);
    args[0] = method->self;
    for (u32 i = 0; i < count; i++) args[i + 1] = window[1 + gap + i];
    Frame *frame = enter_function(vm, (Function *)to_object(method->function), args, nargs + 1, names,
                                  FRAME_STORE, 0);
    release_window(window, gap, count);
    return frame ? EMPTY : FAIL;
}

/* The script __init__ of a plain class (its `new` is object's), or EMPTY. Cached in the type. */
static Value plain_init(VM *vm, Type *type) {
    if (type->init_version == type->version && type->version) return type->init_function;
    Value init = type_lookup(vm, type, NAME(__init__));
    bool is_plain = type->slots.new == vm->types[TYPE_object]->slots.new &&
                    type->h.shape->type == vm->types[TYPE_type] && !(type->flags & TYPE_ABSTRACT) &&
                    is_enterable(init);
    type->init_function = is_plain ? init : EMPTY;
    type->init_version = type->version;
    return type->init_function;
}

/* __init__ takes exactly self and the window's arguments: they move into its frame. */
static Value enter_init(VM *vm, Value *window, u32 gap, u32 nargs, Value init, Obj *instance) {
    Code *code = ((Function *)to_object(init))->code;
    Frame *frame = (Frame *)stack_top(vm);
    if (!has_room(vm, frame->r + code->registers) || !open_frame(vm, frame, init, code, FRAME_INIT)) {
        release_window(window, gap, nargs);
        decref(from_object(instance));
        return FAIL;
    }
    incref(init);
    Value type = *window;
    *window = from_object(instance);
    frame->r[0] = incref(from_object(instance));
    for (u32 i = 0; i < nargs; i++) frame->r[i + 1] = window[1 + gap + i];
    for (u32 i = nargs + 1; i < code->locals; i++) frame->r[i] = EMPTY;
    vm->frame = frame;
    decref(type);
    return EMPTY;
}

/* X(...): make the instance, put it where the result goes, enter __init__. */
static Value call_type(VM *vm, Value *window, u32 gap, u32 nargs, u32 count, Value names) {
    Type *type = (Type *)to_object(*window);
    Value init = type->flags & TYPE_HEAP ? plain_init(vm, type) : EMPTY;
    Value room[16], *args = room;
    if (init == EMPTY || count + 1 > COUNT_OF(room))
        return call_object(vm, window, gap, nargs, count, names);
    Obj *instance = object_new(vm, type);
    if (!instance) {
        release_window(window, gap, count);
        return FAIL;
    }
    if (LIKELY(names == EMPTY && ((Function *)to_object(init))->code->signature == nargs + 1))
        return enter_init(vm, window, gap, nargs, init, instance);
    args[0] = from_object(instance);
    for (u32 i = 0; i < count; i++) args[i + 1] = window[1 + gap + i];
    Frame *frame = enter_function(vm, (Function *)to_object(init), args, nargs + 1, names,
                                  FRAME_INIT, 0);
    release_window(window, gap, count);
    if (!frame) {
        decref(from_object(instance));
        return FAIL;
    }
    *window = from_object(instance);
    return EMPTY;
}

static Value call_native(VM *vm, Value *window, u32 gap, u32 nargs, u32 count, Value names) {
    Native *native = (Native *)to_object(*window);
    if (native->spec->intrinsic && names == EMPTY) {
        Value result = call_intrinsic(vm, native, window, gap, nargs);
        if (result != NOT_IMPLEMENTED) return result;
    }
    Value result = native_call(vm, native, window + 1 + gap, nargs, names);
    release_window(window, gap, count);
    return result;
}

Value call_window(VM *vm, Value *window, u32 gap, u32 total, Value names) {
    u32 nargs = names == EMPTY ? total : total - (u32)to_tuple(names)->count;
    Value callee = *window;
    if (!is_object(callee)) return call_object(vm, window, gap, nargs, total, names);
    switch (to_object(callee)->kind) {
    case KIND_FUNCTION: return call_script(vm, window, gap, nargs, total, names);
    case KIND_NATIVE: return call_native(vm, window, gap, nargs, total, names);
    case KIND_BOUND_METHOD: return call_bound(vm, window, gap, nargs, total, names);
    case KIND_TYPE: return call_type(vm, window, gap, nargs, total, names);
    default: break;
    }
    if (to_object(callee)->shape->type->flags & TYPE_HEAP) {
        Value call = type_lookup(vm, to_object(callee)->shape->type, NAME(__call__));
        if (is_enterable(call))
            return call_callable_instance(vm, window, gap, nargs, total, names, call);
    }
    return call_object(vm, window, gap, nargs, total, names);
}

Value call_method_window(VM *vm, Value *window, u32 gap, u32 nargs, Value names) {
    if (*window != EMPTY) return call_window(vm, window, gap, nargs, names);
    Value *self = window + 1 + gap;
    *window = *self;
    for (u32 i = 0; i + 1 < nargs; i++) self[i] = self[i + 1];
    return call_window(vm, window, gap, nargs - 1, names);
}

/* Split a dict of keywords into a tuple of names, with the values behind the positional ones. */
static bool spread_keywords(VM *vm, Dict *dict, Value *values, Value *names) {
    *names = tuple_new(vm, dict->count);
    if (*names == FAIL) return false;
    Value key, value;
    u32 n = 0;
    for (u32 at = 0; dict_next(dict, &at, &key, &value); n++) {
        if (!is_str(key)) {
            raise_type(vm, "keywords must be strings");
            return false;
        }
        to_tuple(*names)->items[n] = incref(key);
        values[n] = value;
    }
    return true;
}

/* Call with borrowed values: enters script functions like call_window. */
static Value call_spread(VM *vm, Value callee, Value *args, u32 nargs, Value names) {
    if (has_exact_kind(callee, KIND_FUNCTION)) {
        Function *function = (Function *)to_object(callee);
        if (function->code->flags & CODE_SUSPENDS) return make_coro(vm, function, args, nargs, names);
        return enter_function(vm, function, args, nargs, names, FRAME_STORE, 0) ? EMPTY : FAIL;
    }
    return object_call(vm, callee, args, nargs, names);
}

/* The arguments after `*`, as a tuple. */
static Value spread_positional(VM *vm, Value callee, Value iterable) {
    if (has_exact_kind(iterable, KIND_TUPLE)) return incref(iterable);
    Value tuple = object_to_tuple(vm, iterable);
    if (tuple == FAIL && exception_matches(vm, EXC(TypeError)) && !type_of(vm, iterable)->slots.iter) {
        exception_clear(vm);
        OWNED Value name = TRY(step_callee_name(vm, callee));
        return raise_type(vm, "%S argument after * must be an iterable, not %T", name, iterable);
    }
    return tuple;
}

Value call_window_spread(VM *vm, Value *window, u32 gap, bool has_keywords) {
    OWNED Value callee = *window;
    OWNED Value iterable = window[1 + gap];
    OWNED Value keywords = has_keywords ? window[2 + gap] : EMPTY;
    OWNED Value positional = TRY(spread_positional(vm, callee, iterable));
    OWNED Value names = EMPTY;
    u32 nargs = (u32)to_tuple(positional)->count;
    u32 nkeywords = has_keywords ? to_dict(keywords)->count : 0;
    usize bytes = sizeof(Value) * (nargs + nkeywords + 1);
    Value room[24];
    Value *args = nargs + nkeywords <= COUNT_OF(room) ? room : heap_raw_alloc(&vm->heap, bytes);
    if (!args) return raise_memory(vm);
    memcpy(args, to_tuple(positional)->items, sizeof(Value) * nargs);
    Value result = FAIL;
    if (!nkeywords || spread_keywords(vm, to_dict(keywords), args + nargs, &names))
        result = call_spread(vm, callee, args, nargs, names);
    if (args != room) heap_raw_free(&vm->heap, args, bytes);
    return result;
}
