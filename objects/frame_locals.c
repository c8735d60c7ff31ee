/* f_locals of a function's frame: a mapping that reads and writes its variables (PEP
 * 667). Names that are no variables go into a dict of the frame object. */
#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/frameobject.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

typedef struct FrameLocals {
    Obj h;
    FrameObject *frame; /* owned */
} FrameLocals;

static FrameObject *frame_of(Value self) {
    return ((FrameLocals *)self)->frame;
}

Value frame_locals_proxy(VM *vm, FrameObject *frame) {
    FrameLocals *proxy = (FrameLocals *)object_new(vm, EXC(FrameLocalsProxy));
    if (!proxy) return FAIL;
    proxy->frame = (FrameObject *)to_object(incref(from_object(frame)));
    return from_object(proxy);
}

static void free_proxy(VM *vm, Obj *self) {
    FrameLocals *proxy = (FrameLocals *)self;
    if (proxy->frame) decref(from_object(proxy->frame));
    proxy->frame = NULL;
}

static void visit_proxy(Obj *self, Visitor *visitor) {
    if (((FrameLocals *)self)->frame)
        visitor->visit(visitor, from_object(((FrameLocals *)self)->frame));
}

/* ---- reading: by a dict of what is there now ---- */

Value frame_object_locals(VM *vm, FrameObject *frame) {
    if (!frame->frame) {
        if (frame->locals == EMPTY) frame->locals = TRY(dict_new(vm));
        return incref(frame->locals);
    }
    OWNED Value dict = TRY(frame_locals(vm, frame->frame));
    if (frame->extra != EMPTY) CHECK(dict_update(vm, to_dict(dict), frame->extra));
    return TAKE(dict);
}

static Value read(VM *vm, Value self) {
    return frame_object_locals(vm, frame_of(self));
}

static Value repr_proxy(VM *vm, Value self) {
    int state = repr_enter(vm, self);
    if (state < 0) return FAIL;
    if (state > 0) return str_from_text(vm, "{...}");
    OWNED Value dict = read(vm, self);
    Value text = dict == FAIL ? FAIL : object_repr(vm, dict);
    repr_leave(vm, self);
    return text;
}

static i64 count_names(VM *vm, Value self) {
    OWNED Value dict = read(vm, self);
    return dict == FAIL ? -1 : (i64)to_dict(dict)->count;
}

static Value get_name(VM *vm, Value self, Value key) {
    OWNED Value dict = TRY(read(vm, self));
    Value found = TRY(dict_get(vm, to_dict(dict), key));
    if (found != EMPTY) return incref(found);
    return raise_format(vm, EXC(KeyError), "local variable '%R' is not defined", key);
}

static int has_name(VM *vm, Value self, Value key) {
    OWNED Value dict = read(vm, self);
    if (dict == FAIL) return -1;
    Value found = dict_get(vm, to_dict(dict), key);
    return found == FAIL ? -1 : found != EMPTY;
}

static Value list_keys(VM *vm, Value self) {
    OWNED Value dict = TRY(read(vm, self));
    return dict_keys_list(vm, to_dict(dict));
}

static Value iterate(VM *vm, Value self) {
    OWNED Value keys = TRY(list_keys(vm, self));
    return object_iter(vm, keys);
}

static bool is_proxy(VM *vm, Value v) {
    return type_of(vm, v) == EXC(FrameLocalsProxy);
}

static Value compare_proxy(VM *vm, Value self, Value other, CompareOp op) {
    if (op != EQ && op != NE) return NOT_IMPLEMENTED;
    if (is_proxy(vm, other))
        return from_bool((frame_of(self) == frame_of(other)) == (op == EQ));
    if (!has_kind(other, KIND_DICT)) return NOT_IMPLEMENTED;
    OWNED Value dict = TRY(read(vm, self));
    return object_compare(vm, dict, other, op);
}

static Value as_dict(VM *vm, Value v) {
    return is_proxy(vm, v) ? read(vm, v) : incref(v);
}

static Value unite(VM *vm, BinaryOp op, Value a, Value b) {
    if (op != BINARY_OR) return NOT_IMPLEMENTED;
    OWNED Value left = TRY(as_dict(vm, a));
    OWNED Value right = TRY(as_dict(vm, b));
    if (!has_kind(left, KIND_DICT) || !has_kind(right, KIND_DICT)) return NOT_IMPLEMENTED;
    return object_binary(vm, op, left, right);
}

/* ---- writing ---- */

/* An instruction may be using the old value without holding it: it lives until the frame
 * ends. */
static bool keep_old(VM *vm, FrameObject *frame, Value old) {
    if (!is_object(old)) return true;
    if (frame->replaced == EMPTY) frame->replaced = TRY_OR_FALSE(list_new(vm, 1));
    return list_push(vm, to_list(frame->replaced), old);
}

static bool set_place(VM *vm, FrameObject *frame, Value *place, bool is_cell,
                      Value value) {
    if (is_cell && has_exact_kind(*place, KIND_CELL)) place = &((Cell *)*place)->value;
    if (!keep_old(vm, frame, *place)) return false;
    replace(place, incref(value));
    return true;
}

static i64 index_of(Value tuple, Value name) {
    for (usize i = 0; i < to_tuple(tuple)->count; i++)
        if (is_str(name) && str_equal(to_tuple(tuple)->items[i], name)) return (i64)i;
    return -1;
}

static bool set_running(VM *vm, FrameObject *frame, Value name, Value value) {
    i64 index = index_of(frame->code->variables, name);
    bool is_cell = index_of(frame->code->cells, name) >= 0;
    if (index >= 0) return set_place(vm, frame, &frame->frame->r[index], is_cell, value);
    Value closure = ((Function *)frame->function)->closure;
    index = index_of(frame->code->free_names, name);
    if (index >= 0 && closure != EMPTY)
        return set_place(vm, frame, &to_tuple(closure)->items[index], true, value);
    if (frame->extra == EMPTY) frame->extra = TRY_OR_FALSE(dict_new(vm));
    return dict_set(vm, to_dict(frame->extra), name, value);
}

static bool set_name(VM *vm, Value self, Value name, Value value) {
    FrameObject *frame = frame_of(self);
    if (value == EMPTY)
        return raise_type(vm, "cannot remove variables from FrameLocalsProxy") != FAIL;
    if (frame->frame) return set_running(vm, frame, name, value);
    OWNED Value dict = TRY_OR_FALSE(frame_object_locals(vm, frame));
    return dict_set(vm, to_dict(dict), name, value);
}

static bool set_all(VM *vm, Value self, Value other) {
    OWNED Value source = TRY_OR_FALSE(as_dict(vm, other));
    OWNED Value all = TRY_OR_FALSE(dict_new(vm));
    if (!dict_update(vm, to_dict(all), source)) return false;
    Value key, value;
    for (u32 at = 0; dict_next(to_dict(all), &at, &key, &value);)
        if (!set_name(vm, self, key, value)) return false;
    return true;
}

static Value unite_in_place(VM *vm, BinaryOp op, Value self, Value other) {
    if (op != BINARY_OR) return NOT_IMPLEMENTED;
    CHECK(set_all(vm, self, other));
    return incref(self);
}

static Value new_proxy(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    CHECK(arguments_no_keywords(vm, "FrameLocalsProxy", kwnames));
    if (nargs != 1)
        return raise_type(vm, "FrameLocalsProxy expected 1 argument, got %u", nargs);
    if (!is_frame(args[0])) return raise_type(vm, "expect frame, not %T", args[0]);
    return frame_locals_proxy(vm, (FrameObject *)args[0]);
}

TYPE(FrameLocalsProxy, .name = "FrameLocalsProxy", .size = sizeof(FrameLocals),
     .kind = KIND_OTHER, .flags = TYPE_FINAL | TYPE_MAPPING, .binary_ops = CAN(BINARY_OR),
     .reflected_ops = CAN(BINARY_OR), .inplace_ops = CAN(BINARY_OR),
     .slots = {.new = new_proxy,
               .free = free_proxy,
               .visit = visit_proxy,
               .clear = free_proxy,
               .repr = repr_proxy,
               .compare = compare_proxy,
               .iter = iterate,
               .length = count_names,
               .getitem = get_name,
               .setitem = set_name,
               .contains = has_name,
               .binary = unite,
               .inplace = unite_in_place})

/* ---- methods ---- */

METHOD(FrameLocalsProxy, keys, "($self, /)") {
    return list_keys(vm, args[0]);
}

METHOD(FrameLocalsProxy, values, "($self, /)") {
    OWNED Value dict = TRY(read(vm, args[0]));
    OWNED Value values = TRY(call_method_0(vm, dict, NAME(values)));
    return object_to_list(vm, values);
}

METHOD(FrameLocalsProxy, items, "($self, /)") {
    OWNED Value dict = TRY(read(vm, args[0]));
    OWNED Value items = TRY(call_method_0(vm, dict, NAME(items)));
    return object_to_list(vm, items);
}

METHOD(FrameLocalsProxy, copy, "($self, /)") {
    OWNED Value dict = TRY(read(vm, args[0]));
    return dict_copy(vm, to_dict(dict));
}

METHOD(FrameLocalsProxy, get, "($self, key, default=None, /)") {
    OWNED Value dict = TRY(read(vm, args[0]));
    Value found = TRY(dict_get(vm, to_dict(dict), args[1]));
    if (found != EMPTY) return incref(found);
    return args[2] == EMPTY ? NONE : incref(args[2]);
}

METHOD(FrameLocalsProxy, setdefault, "($self, key, default=None, /)") {
    OWNED Value dict = TRY(read(vm, args[0]));
    Value found = TRY(dict_get(vm, to_dict(dict), args[1]));
    if (found != EMPTY) return incref(found);
    Value value = args[2] == EMPTY ? NONE : args[2];
    CHECK(set_name(vm, args[0], args[1], value));
    return incref(value);
}

METHOD(FrameLocalsProxy, update, "($self, other, /)") {
    CHECK(set_all(vm, args[0], args[1]));
    return NONE;
}

METHOD(FrameLocalsProxy, __reversed__, "($self, /)") {
    OWNED Value keys = TRY(list_keys(vm, args[0]));
    OWNED Value done = TRY(call_method_0(vm, keys, NAME(reverse)));
    return TAKE(keys);
}
