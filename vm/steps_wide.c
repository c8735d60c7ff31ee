/* Instructions whose name or constant has a number that a field of 16 bits cannot hold: in generated
 * modules with tens of thousands of names. What they do is what vm/ops.c says; nothing is cached, and
 * script code that they call runs nested. */
#include "vm/interpreter.h"

typedef struct Wide {
    VM *vm;
    Frame *frame;
    Insn insn;
    Value name, constant;
} Wide;

static Function *running(const Wide *w) {
    return (Function *)to_object(w->frame->func);
}

/* Borrowed. */
static Value source(const Wide *w, u32 reg) {
    Value v = w->frame->r[reg];
    return v == EMPTY ? raise_unbound_local(w->vm, w->frame, reg) : v;
}

static void consume(const Wide *w, u32 flag, u32 reg) {
    if (INSN_FLAGS(w->insn) & flag) decref(w->frame->r[reg]);
}

/* ---- what has a result ---- */

static Value get_name(const Wide *w, Value mapping) {
    Value found = step_mapping_get(w->vm, mapping, w->name);
    return found == EMPTY ? step_global(w->vm, running(w), w->name) : found;
}

static Value get_from_mapping(const Wide *w) {
    Value found = get_name(w, w->frame->r[INSN_B(w->insn)]);
    consume(w, F_FIRST, INSN_B(w->insn));
    return found;
}

static Value get_attribute(const Wide *w) {
    Value object = TRY(source(w, INSN_B(w->insn)));
    Value found = object_getattr(w->vm, object, w->name);
    consume(w, F_FIRST, INSN_B(w->insn));
    return found;
}

static Value produce(const Wide *w) {
    Value *r = w->frame->r;
    switch (INSN_OP(w->insn)) {
    case OP_GLOBAL: return step_global(w->vm, running(w), w->name);
    case OP_GETNAME: return get_name(w, r[0]);
    case OP_GETMAPGLOBAL: return get_from_mapping(w);
    case OP_GETATTR: return get_attribute(w);
    case OP_IMPORT: return step_import(w->vm, w->name, w->constant);
    case OP_IMPORTFROM: return step_import_from(w->vm, r[INSN_B(w->insn)], w->name);
    default:
        assert(INSN_OP(w->insn) == OP_FUNCTION);
        return step_function(w->vm, w->frame, w->constant, r + INSN_A(w->insn), INSN_C(w->insn));
    }
}

static bool store(const Wide *w, Value owned) {
    if (owned == FAIL) return false;
    Value *slot = &w->frame->r[INSN_A(w->insn)], before = *slot;
    *slot = owned;
    if (INSN_FLAGS(w->insn) & F_LOCAL) decref(before);
    return true;
}

/* ---- what has none ---- */

static bool set_name(const Wide *w, Value mapping) {
    Value v = source(w, INSN_B(w->insn));
    bool done = v != FAIL && object_setitem(w->vm, mapping, w->name, v);
    if (v != FAIL) consume(w, F_FIRST, INSN_B(w->insn));
    return done;
}

static bool set_attribute(const Wide *w, bool is_delete) {
    Value object = TRY_OR_FALSE(source(w, INSN_A(w->insn)));
    Value v = is_delete ? EMPTY : TRY_OR_FALSE(source(w, INSN_B(w->insn)));
    bool done = object_setattr(w->vm, object, w->name, v);
    if (!is_delete) consume(w, F_SECOND, INSN_B(w->insn));
    consume(w, F_FIRST, INSN_A(w->insn));
    return done;
}

static bool find_method(const Wide *w) {
    u32 gap = INSN_FLAGS(w->insn) & F_COMPACT ? 0 : WINDOW_GAP;
    Value object = TRY_OR_FALSE(source(w, INSN_B(w->insn))), *window = w->frame->r + INSN_A(w->insn);
    Method method;
    bool done = object_find_method(w->vm, object, w->name, &method);
    consume(w, F_FIRST, INSN_B(w->insn));
    if (!done) return false;
    bool is_bound = method.self == EMPTY;
    window[0] = is_bound ? EMPTY : method.callee;
    window[1 + gap] = is_bound ? method.callee : method.self;
    return true;
}

bool step_wide(VM *vm, Frame *frame, Insn insn, u32 name, u32 constant) {
    const Code *code = frame->code;
    Wide w = {vm, frame, insn, name < code->name_count ? code->names[name] : EMPTY,
              constant < code->constant_count ? code->constants[constant] : EMPTY};
    switch (INSN_OP(insn)) {
    case OP_SETGLOBAL: return set_name(&w, running(&w)->globals);
    case OP_SETNAME: return set_name(&w, frame->r[0]);
    case OP_DELGLOBAL: return step_delete_name(vm, running(&w)->globals, w.name);
    case OP_DELNAME: return step_delete_name(vm, frame->r[0], w.name);
    case OP_SETATTR: return set_attribute(&w, false);
    case OP_DELATTR: return set_attribute(&w, true);
    case OP_METHOD: return find_method(&w);
    default: return store(&w, produce(&w));
    }
}
