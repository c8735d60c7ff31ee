#include "vm/interpreter.h"

#include "objects/dict.h"
#include "objects/native.h"
#include "objects/sequence.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/intrinsics.h"

bool check_depth(VM *vm, Frame *frame) {
    if (LIKELY(frame->depth <= vm->depth_limit)) return true;
    raise_format(vm, EXC(RecursionError), "maximum recursion depth exceeded");
    return false;
}

/* Is there room for a frame with its registers at `r`, and for binding `count` arguments there? */
static inline bool has_room(VM *vm, const Code *code, Value *r, u32 count) {
    if (LIKELY(bind_room(code, r, count) + count <= vm->stack_limit)) return true;
    raise_format(vm, EXC(RecursionError), "maximum recursion depth exceeded");
    return false;
}

/* The header of a frame whose function (owned) and registers are in place. */
static inline bool open_frame(VM *vm, Frame *frame, Value function, Code *code, u8 kind) {
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

static u32 count_arguments(u32 nargs, Value kwnames) {
    return kwnames == EMPTY ? nargs : nargs + (u32)to_tuple(kwnames)->count;
}

Frame *enter_function(VM *vm, Function *function, const Value *args, u32 nargs, Value kwnames, u8 kind,
                      u32 extra) {
    Code *code = function->code;
    Frame *frame = (Frame *)(stack_top(vm) + extra);
    bool is_plain = kwnames == EMPTY && code->signature == nargs;
    u32 count = is_plain ? nargs : count_arguments(nargs, kwnames);
    if (!has_room(vm, code, frame->r, count)) return NULL;
    for (u32 i = 0; i < count; i++) frame->r[i] = incref(args[i]);
    if (LIKELY(is_plain)) {
        for (u32 i = nargs; i < code->locals; i++) frame->r[i] = EMPTY;
    } else if (!bind_arguments(vm, function, frame->r, nargs, kwnames)) {
        return NULL;
    }
    if (UNLIKELY(!open_frame(vm, frame, incref(from_object(function)), code, kind))) {
        release_all(frame->r, code->locals);
        decref(frame->func);
        return NULL;
    }
    vm->frame = frame;
    return frame;
}

/* A new generator, coroutine or async generator with its parameters bound: first on the stack, where there is room. */
static Value make_coro(VM *vm, Function *function, const Value *args, u32 nargs, Value kwnames) {
    Code *code = function->code;
    Value *out = stack_top(vm);
    u32 count = count_arguments(nargs, kwnames);
    if (!has_room(vm, code, out, count)) return FAIL;
    for (u32 i = 0; i < count; i++) out[i] = incref(args[i]);
    if (!bind_arguments(vm, function, out, nargs, kwnames)) return FAIL;
    Value made = coro_new(vm, function, code->registers);
    if (made == FAIL) release_all(out, code->locals);
    else memcpy(((Coro *)to_object(made))->f.r, out, code->locals * sizeof(Value));
    return made;
}

Value call_function(VM *vm, Value value, Value *args, u32 nargs, Value kwnames) {
    Function *function = (Function *)to_object(value);
    if (function->code->flags & CODE_SUSPENDS) return make_coro(vm, function, args, nargs, kwnames);
    if (!enter_recursion(vm, "")) return FAIL;
    Value *generator_top = vm->generator_top;
    u32 c_depth = vm->c_depth;
    vm->c_depth = 0; /* from here on it is the script that recurses */
    Value result = FAIL;
    if (LIKELY(enter_function(vm, function, args, nargs, kwnames, FRAME_C, 0))) result = vm_run(vm, EMPTY);
    vm->generator_top = generator_top;
    vm->c_depth = c_depth - 1;
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

/* What a window's arguments are for. */
typedef struct Entry {
    Value function; /* owned, as are the arguments */
    Value self;     /* the first argument, which the window does not have; or EMPTY */
    u32 nargs;      /* positional arguments in the window */
    Value names;    /* of those that follow them, or EMPTY */
    u8 kind;        /* FRAME_CALL, FRAME_INIT: the window's first word is the result then */
} Entry;

/* The window becomes the frame, with the arguments where they stand or, for `self`, one further. Only in code that
 * suspends, whose window lies in the heap, they move to the stack. All is consumed, but for the window's first word. */
static Value enter_window(VM *vm, Value *window, u32 gap, Entry entry) {
    Function *function = (Function *)to_object(entry.function);
    Code *code = function->code;
    bool is_init = entry.kind == FRAME_INIT;
    Frame *frame = (Frame *)(gap ? window + is_init : vm->generator_top);
    u32 first = entry.self != EMPTY, count = count_arguments(entry.nargs, entry.names);
    Value *args = window + 1 + gap;
    bool fits = has_room(vm, code, frame->r, count + first);
    if (fits) {
        if (frame->r + first != args) memmove(frame->r + first, args, count * sizeof(Value));
        if (first) frame->r[0] = entry.self;
        fits = bind_arguments(vm, function, frame->r, entry.nargs + first, entry.names);
        if (fits && !open_frame(vm, frame, entry.function, code, gap || is_init ? entry.kind : FRAME_STORE)) {
            release_all(frame->r, code->locals);
            fits = false;
        }
    } else {
        release_all(args, count);
        decref(entry.self);
    }
    if (!fits) {
        decref(entry.function);
        return FAIL;
    }
    vm->frame = frame;
    return EMPTY;
}

static Value call_script(VM *vm, Value *window, u32 gap, u32 nargs, u32 count, Value names) {
    Function *function = (Function *)to_object(*window);
    if (!(function->code->flags & CODE_SUSPENDS))
        return enter_window(vm, window, gap, (Entry){*window, EMPTY, nargs, names, FRAME_CALL});
    if (needs_only_defaults(function, nargs, count)) return coro_from_window(vm, window, gap, nargs);
    Value result = make_coro(vm, function, window + 1 + gap, nargs, names);
    release_window(window, gap, count);
    return result;
}

static Value call_object(VM *vm, Value *window, u32 gap, u32 nargs, u32 count, Value names) {
    Value result = object_call(vm, *window, window + 1 + gap, nargs, names);
    release_window(window, gap, count);
    return result;
}

static Value call_bound(VM *vm, Value *window, u32 gap, u32 nargs, u32 count, Value names) {
    OWNED Value held = *window;
    BoundMethod *method = (BoundMethod *)to_object(held);
    if (!is_enterable(method->function)) {
        incref(held);
        return call_object(vm, window, gap, nargs, count, names);
    }
    Entry entry = {incref(method->function), incref(method->self), nargs, names, FRAME_CALL};
    *window = entry.function;
    return enter_window(vm, window, gap, entry);
}

/* X(...): make the instance, put it where the result goes, enter __init__. */
static Value call_type(VM *vm, Value *window, u32 gap, u32 nargs, u32 count, Value names) {
    Type *type = (Type *)to_object(*window);
    Value init = type->flags & TYPE_HEAP ? type_init_function(vm, type) : EMPTY;
    bool is_bare = init == NONE && !count;
    if (!is_bare && !is_enterable(init)) return call_object(vm, window, gap, nargs, count, names);
    Obj *instance = object_new(vm, type);
    if (UNLIKELY(!instance)) {
        release_window(window, gap, count);
        return FAIL;
    }
    Value made = from_object(instance);
    *window = made;
    if (is_bare) {
        decref(from_object(type));
        return made;
    }
    Value outcome = enter_window(vm, window, gap, (Entry){incref(init), incref(made), nargs, names, FRAME_INIT});
    decref(from_object(type));
    if (outcome == FAIL) decref(made);
    return outcome;
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
        if (is_enterable(call)) {
            Value self = *window;
            *window = incref(call);
            return enter_window(vm, window, gap, (Entry){call, self, nargs, names, FRAME_CALL});
        }
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
    bool can_walk = type_of(vm, iterable)->slots.iter || is_sequence(vm, iterable);
    if (tuple == FAIL && exception_matches(vm, EXC(TypeError)) && !can_walk) {
        exception_clear(vm);
        OWNED Value name = TRY(step_callee_name(vm, callee));
        return raise_type(vm, "%S argument after * must be an iterable, not %T", name, iterable);
    }
    return tuple;
}

/* The keywords after `**`, as a dict. */
static Value spread_mapping(VM *vm, Value callee, Value mapping) {
    if (LIKELY(mapping == EMPTY || has_exact_kind(mapping, KIND_DICT))) return incref(mapping);
    OWNED Value dict = TRY(dict_new(vm));
    return step_dict_merge(vm, dict, mapping, callee) ? TAKE(dict) : FAIL;
}

/* Into the window itself, which becomes the frame. The arguments are borrowed, the callee is not. */
static Value enter_spread(VM *vm, Value *window, Value callee, const Tuple *positional, Dict *keywords) {
    Value *args = window + 1 + WINDOW_GAP;
    u32 nargs = (u32)positional->count, count = nargs + (keywords ? keywords->count : 0);
    if (!has_room(vm, ((Function *)to_object(callee))->code, args, count)) return FAIL;
    OWNED Value names = EMPTY;
    if (count > nargs && !spread_keywords(vm, keywords, args + nargs, &names)) return FAIL;
    for (u32 i = 0; i < nargs; i++) args[i] = incref(positional->items[i]);
    for (u32 i = nargs; i < count; i++) incref(args[i]);
    return enter_window(vm, window, WINDOW_GAP, (Entry){incref(callee), EMPTY, nargs, names, FRAME_CALL});
}

Value call_window_spread(VM *vm, Value *window, u32 gap, bool has_keywords) {
    OWNED Value callee = *window;
    OWNED Value iterable = window[1 + gap];
    OWNED Value mapping = has_keywords ? window[2 + gap] : EMPTY;
    OWNED Value keywords = TRY(spread_mapping(vm, callee, mapping));
    OWNED Value positional = TRY(spread_positional(vm, callee, iterable));
    OWNED Value names = EMPTY;
    u32 nargs = (u32)to_tuple(positional)->count;
    u32 nkeywords = has_keywords ? to_dict(keywords)->count : 0;
    if (gap && is_enterable(callee))
        return enter_spread(vm, window, callee, to_tuple(positional), nkeywords ? to_dict(keywords) : NULL);
    usize bytes = sizeof(Value) * (nargs + nkeywords + 1);
    Value room[24];
    Value *args = nargs + nkeywords <= COUNT_OF(room) ? room : heap_raw_alloc(&vm->heap, bytes);
    if (!args) return raise_memory(vm);
    memcpy(args, to_tuple(positional)->items, sizeof(Value) * nargs);
    Value result = FAIL;
    if (!nkeywords || spread_keywords(vm, to_dict(keywords), args + nargs, &names)) {
        /* what is called may empty the dict */
        for (u32 i = 0; i < nkeywords; i++) incref(args[nargs + i]);
        result = call_spread(vm, callee, args, nargs, names);
        for (u32 i = 0; i < nkeywords; i++) decref(args[nargs + i]);
    }
    if (args != room) heap_raw_free(&vm->heap, args, bytes);
    return result;
}
