/* BaseException: making, text, chaining attributes, notes, pickling; and what `raise` and
 * `except` ask of exception values. */
#include "objects/exc.h"
#include "objects/dict.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

static const char *class_name(Value self) {
    return type_short_name(to_object(self)->shape->type);
}

/* ---- life ---- */

/* Builtin types have nothing behind their struct, and every field is set below. */
static Exception *new_piece(VM *vm, Type *type) {
    if (UNLIKELY(type->flags & TYPE_HEAP)) return (Exception *)object_new(vm, type);
    return (Exception *)object_new_sized(vm, type, type->alloc_size);
}

static Value allocate(VM *vm, Type *type, u32 extra_values) {
    Exception *e = new_piece(vm, type);
    if (UNLIKELY(!e)) return FAIL;
    e->h.aux = (u16)extra_values;
    e->dict = e->cause = e->context = e->entries = EMPTY;
    e->suppress_context = false;
    e->waiting_count = 0;
    Value *extra = (Value *)(e + 1);
    for (u32 i = 0; i < extra_values; i++) extra[i] = EMPTY;
    e->args = incref(vm->empty_tuple);
    return from_object(e);
}

static bool has_same_args(Exception *e, Value *args, u32 nargs) {
    if (e->args == EMPTY || to_tuple(e->args)->count != nargs) return false;
    for (u32 i = 0; i < nargs; i++)
        if (to_tuple(e->args)->items[i] != args[i]) return false;
    return true;
}

static bool set_args(VM *vm, Exception *e, Value *args, u32 nargs) {
    if (has_same_args(e, args, nargs)) return true;
    replace(&e->args, TRY_OR_FALSE(tuple_from(vm, args, nargs)));
    return true;
}

Value exception_allocate(VM *vm, Type *type, Value *args, u32 nargs, u32 extra_values) {
    OWNED Value self = TRY(allocate(vm, type, extra_values));
    CHECK(set_args(vm, to_exception(self), args, nargs));
    return TAKE(self);
}

static Value base_new(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    return exception_allocate(vm, type, args, nargs, 0);
}

bool exception_init(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    if (kwnames != EMPTY && !arguments_no_keywords(vm, class_name(self), kwnames))
        return false;
    return set_args(vm, to_exception(self), args, nargs);
}

void exception_free(VM *vm, Obj *self) {
    Exception *e = (Exception *)self;
    Value *extra = (Value *)(e + 1);
    decref(e->dict);
    decref(e->args);
    exception_drop_waiting(e);
    decref(e->entries);
    decref(e->cause);
    decref(e->context);
    for (u32 i = 0; i < e->h.aux; i++) decref(extra[i]);
}

static void clear(VM *vm, Obj *self) {
    Exception *e = (Exception *)self;
    Value *extra = (Value *)(e + 1);
    replace(&e->dict, EMPTY);
    replace(&e->args, EMPTY);
    exception_set_traceback(from_object(e), EMPTY);
    replace(&e->cause, EMPTY);
    replace(&e->context, EMPTY);
    for (u32 i = 0; i < e->h.aux; i++) replace(&extra[i], EMPTY);
}

static void visit_waiting(WaitingEntry *entry, Visitor *visitor) {
    visitor->visit(visitor, entry->function);
    visitor->visit(visitor, from_object(entry->code));
    for (u32 i = 0; i < entry->count; i++) visitor->visit(visitor, entry->locals[i]);
}

void exception_visit(Obj *self, Visitor *visitor) {
    Exception *e = (Exception *)self;
    for (Value *field = &e->dict; field <= &e->entries; field++)
        visitor->visit(visitor, *field);
    for (u32 i = 0; i < e->waiting_count; i++) visit_waiting(&e->waiting[i], visitor);
    Value *extra = (Value *)(e + 1);
    for (u32 i = 0; i < e->h.aux; i++) visitor->visit(visitor, extra[i]);
}

/* ---- text ---- */

static Value args_of(VM *vm, Value self) {
    Value args = to_exception(self)->args;
    return args == EMPTY ? vm->empty_tuple : args;
}

Value exception_str(VM *vm, Value self) {
    Tuple *args = to_tuple(args_of(vm, self));
    if (args->count == 0) return incref(vm->empty_str);
    return object_str(vm, args->count == 1 ? args->items[0] : from_object(args));
}

Value exception_repr(VM *vm, Value self) {
    Tuple *args = to_tuple(args_of(vm, self));
    if (args->count == 1)
        return str_format(vm, "%s(%R)", class_name(self), args->items[0]);
    return str_format(vm, "%s%R", class_name(self), from_object(args));
}

TYPE(BaseException, .name = "BaseException", .size = sizeof(Exception),
     .kind = KIND_EXCEPTION, .dict_offset = offsetof(Exception, dict),
     .flags = TYPE_EXCEPTION | TYPE_HAS_DICT,
     .slots = {.new = base_new,
               .init = exception_init,
               .free = exception_free,
               .visit = exception_visit,
               .clear = clear,
               .repr = exception_repr,
               .str = exception_str},
     .doc = "Common base class for all exceptions")

/* ---- attributes ---- */

static bool refuse_delete(VM *vm, Value value, const char *name) {
    if (value != EMPTY) return false;
    raise_type(vm, "%s may not be deleted", name);
    return true;
}

GETTER(BaseException, args) {
    return incref(args_of(vm, self));
}

SETTER(BaseException, args) {
    if (refuse_delete(vm, value, "args")) return false;
    replace(&to_exception(self)->args, TRY_OR_FALSE(object_to_tuple(vm, value)));
    return true;
}

GETTER(BaseException, __dict__) {
    Dict *dict = instance_dict(vm, to_object(self));
    return dict ? incref(from_object(dict)) : FAIL;
}

SETTER(BaseException, __dict__) {
    if (value == EMPTY) return raise_type(vm, "cannot delete __dict__") != FAIL;
    if (!has_kind(value, KIND_DICT))
        return raise_type(vm, "__dict__ must be set to a dictionary, not a '%T'",
                          value) != FAIL;
    return field_set(&to_exception(self)->dict, value);
}

GETTER(BaseException, __traceback__) {
    return field_get(exception_traceback(vm, self));
}

SETTER(BaseException, __traceback__) {
    if (refuse_delete(vm, value, "__traceback__")) return false;
    if (value != NONE && !has_kind(value, KIND_TRACEBACK)) {
        raise_type(vm, "__traceback__ must be a traceback or None");
        return false;
    }
    exception_set_traceback(self, value == NONE ? EMPTY : value);
    return true;
}

static bool check_link(VM *vm, Value value, const char *what) {
    if (value == NONE || is_exception(value)) return true;
    raise_type(vm, "exception %s must be None or derive from BaseException", what);
    return false;
}

/* exception context */
GETTER(BaseException, __context__) {
    return field_get(to_exception(self)->context);
}

SETTER(BaseException, __context__) {
    if (refuse_delete(vm, value, "__context__")) return false;
    if (!check_link(vm, value, "context")) return false;
    if (value != NONE) to_object(value)->flags |= EXCEPTION_IS_CONTEXT;
    return field_set(&to_exception(self)->context, value == NONE ? EMPTY : value);
}

/* exception cause */
GETTER(BaseException, __cause__) {
    return field_get(to_exception(self)->cause);
}

SETTER(BaseException, __cause__) {
    if (refuse_delete(vm, value, "__cause__")) return false;
    if (!check_link(vm, value, "cause")) return false;
    to_exception(self)->suppress_context = true;
    return field_set(&to_exception(self)->cause, value == NONE ? EMPTY : value);
}

GETTER(BaseException, __suppress_context__) {
    return from_bool(to_exception(self)->suppress_context);
}

SETTER(BaseException, __suppress_context__) {
    if (value == EMPTY)
        return raise_type(vm, "can't delete numeric/char attribute") != FAIL;
    if (!is_bool(value))
        return raise_type(vm, "attribute value type must be bool") != FAIL;
    to_exception(self)->suppress_context = value == TRUE;
    return true;
}

/* ---- methods ---- */

/* Set self.__traceback__ to tb and return self. */
METHOD(BaseException, with_traceback, "($self, object, /)") {
    if (!BaseException___traceback___setter(vm, args[0], args[1])) return FAIL;
    return incref(args[0]);
}

static Value make_notes(VM *vm, Value self) {
    OWNED Value notes = TRY(list_new(vm, 1));
    CHECK(object_setattr(vm, self, NAME(__notes__), notes));
    return TAKE(notes);
}

/* Add a note to the exception */
METHOD(BaseException, add_note, "($self, object, /)") {
    if (!is_str(args[1])) return raise_type(vm, "note must be a str, not '%T'", args[1]);
    OWNED Value notes = TRY(object_find_attr(vm, args[0], NAME(__notes__)));
    if (notes == EMPTY) notes = TRY(make_notes(vm, args[0]));
    if (!has_kind(notes, KIND_LIST))
        return raise_type(vm, "Cannot add note: __notes__ is not a list");
    CHECK(list_push(vm, to_list(notes), args[1]));
    return NONE;
}

static bool set_each(VM *vm, Value self, Dict *state) {
    Value key, value;
    for (u32 at = 0; dict_next(state, &at, &key, &value);) {
        OWNED Value held = incref(key), held_value = incref(value);
        if (!object_setattr(vm, self, held, held_value)) return false;
    }
    return true;
}

METHOD(BaseException, __setstate__, "($self, object, /)") {
    if (args[1] == NONE) return NONE;
    if (!has_kind(args[1], KIND_DICT)) return raise_type(vm, "state is not a dictionary");
    CHECK(set_each(vm, args[0], to_dict(args[1])));
    return NONE;
}

Value exception_reduce(VM *vm, Value self, Value args, Value state) {
    Value type = from_object(type_of(vm, self));
    return state == EMPTY ? tuple_of(vm, 2, type, args)
                          : tuple_of(vm, 3, type, args, state);
}

Value exception_state(VM *vm, Value self) {
    Value dict = to_exception(self)->dict;
    return dict == EMPTY ? dict_new(vm) : dict_copy(vm, to_dict(dict));
}

METHOD(BaseException, __reduce__, "($self, /)") {
    return exception_reduce(vm, args[0], args_of(vm, args[0]),
                            to_exception(args[0])->dict);
}

/* ---- raise ---- */

static Value call_class(VM *vm, Value class, Value argument) {
    u32 count = argument == EMPTY ? 0 : 1;
    Type *type = (Type *)class;
    if (LIKELY(type->slots.new == base_new && type->slots.init == exception_init))
        return count ? exception_allocate(vm, type, &argument, count, 0) : allocate(vm, type, 0);
    OWNED Value made = TRY(object_call(vm, class, &argument, count, EMPTY));
    if (is_exception(made)) return TAKE(made);
    return raise_type(
        vm, "calling %R should have returned an instance of BaseException, not %R", class,
        from_object(type_of(vm, made)));
}

Value exception_make(VM *vm, Value what, Value argument) {
    if (is_exception(what)) return incref(what);
    if (is_exception_class(what)) return call_class(vm, what, argument);
    return raise_type(vm, "exceptions must derive from BaseException");
}

static Value make_cause(VM *vm, Value cause) {
    if (cause == NONE || is_exception(cause)) return incref(cause);
    if (is_exception_class(cause)) return call_class(vm, cause, EMPTY);
    return raise_type(vm, "exception causes must derive from BaseException");
}

static Value raise_again(VM *vm) {
    if (vm->handled == EMPTY || vm->handled == NONE)
        return raise_runtime(vm, "No active exception to reraise");
    exception_restore(vm, incref(vm->handled));
    return FAIL;
}

/* Takes over the exception. */
static Value raise_with_cause(VM *vm, Value exception, Value cause) {
    OWNED Value held = exception;
    Value made = TRY(make_cause(vm, cause));
    to_exception(exception)->suppress_context = true;
    replace(&to_exception(exception)->cause, made == NONE ? EMPTY : made);
    return raise_owned(vm, TAKE(held));
}

/* A class whose making is only that of BaseException. */
static inline bool is_plain_class(Value what) {
    if (!has_exact_kind(what, KIND_TYPE)) return false;
    const Slots *slots = &((Type *)what)->slots;
    return slots->new == base_new && slots->init == exception_init;
}

Value raise_by_statement(VM *vm, Value what, Value cause) {
    if (LIKELY(cause == EMPTY && is_plain_class(what)))
        return raise_owned(vm, TRY(allocate(vm, (Type *)what, 0)));
    if (what == EMPTY) return raise_again(vm);
    Value exception = TRY(exception_make(vm, what, EMPTY));
    if (cause != EMPTY) return raise_with_cause(vm, exception, cause);
    return raise_owned(vm, exception);
}

/* ---- except ---- */

static bool is_of(VM *vm, Value exception, Value type) {
    if (LIKELY(from_object(to_object(exception)->shape->type) == type)) return true;
    return has_kind(type, KIND_TYPE) && is_instance(vm, exception, (Type *)type);
}

bool exception_given_matches(VM *vm, Value exception, Value types) {
    if (!has_kind(types, KIND_TUPLE)) return is_of(vm, exception, types);
    Tuple *tuple = to_tuple(types);
    for (usize i = 0; i < tuple->count; i++)
        if (is_of(vm, exception, tuple->items[i])) return true;
    return false;
}

static bool are_classes(Value types) {
    if (!has_kind(types, KIND_TUPLE)) return is_exception_class(types);
    Tuple *tuple = to_tuple(types);
    for (usize i = 0; i < tuple->count; i++)
        if (!is_exception_class(tuple->items[i])) return false;
    return true;
}

/* exception NONE: the types are checked alone. */
int exception_caught_by(VM *vm, Value exception, Value types) {
    bool is_exact = exception != NONE &&
                    from_object(to_object(exception)->shape->type) == types;
    if (LIKELY(is_exact)) return 1;
    if (UNLIKELY(!are_classes(types))) {
        raise_type(
            vm, "catching classes that do not inherit from BaseException is not allowed");
        return -1;
    }
    return exception != NONE && exception_given_matches(vm, exception, types);
}
