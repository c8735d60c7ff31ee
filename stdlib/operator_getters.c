/* operator: itemgetter, attrgetter, methodcaller. */
#include "objects/dict.h"
#include "objects/int.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/import.h"
#include "stdlib/fields.h"

/* What itemgetter and attrgetter are: what to get, as many as the tuple has. */
typedef struct Getter {
    Obj h;
    Value wanted; /* tuple: of attrgetter, of tuples of names */
    Value shown;  /* of attrgetter: the names as given */
} Getter;

/* The one argument of a call. */
static bool check_call(VM *vm, const char *name, u32 nargs, Value kwnames) {
    return arguments_plain(vm, name, nargs, kwnames, 1, 1);
}

/* One result, or a tuple of them. */
static Value get_each(VM *vm, Tuple *wanted, Value object,
                      Value (*get)(VM *vm, Value object, Value what)) {
    if (wanted->count == 1) return get(vm, object, wanted->items[0]);
    OWNED Value results = TRY(tuple_new(vm, wanted->count));
    for (usize i = 0; i < wanted->count; i++) {
        to_tuple(results)->items[i] = TRY(get(vm, object, wanted->items[i]));
    }
    return TAKE(results);
}

/* "operator.itemgetter(1, 2)" */
static Value show(VM *vm, Value self, Value arguments) {
    OWNED Value name = TRY(type_full_name(vm, type_of(vm, self)));
    int is_inside = repr_enter(vm, self);
    if (is_inside) return is_inside < 0 ? FAIL : str_format(vm, "%S(...)", name);
    bool is_single = to_tuple(arguments)->count == 1;
    Value text = is_single ? str_format(vm, "%S(%R)", name, to_tuple(arguments)->items[0])
                           : str_format(vm, "%S%R", name, arguments);
    repr_leave(vm, self);
    return text;
}

/* ---- itemgetter ---- */

static Value construct_itemgetter(VM *vm, Type *type, Value *args, u32 nargs,
                                  Value kwnames) {
    CHECK(arguments_no_keywords(vm, "itemgetter", kwnames));
    if (nargs == 0) return raise_type(vm, "itemgetter expected 1 argument, got 0");
    OWNED Value wanted = TRY(tuple_from(vm, args, nargs));
    Getter *self = FIELDS_NEW(vm, type, Getter, 2);
    if (!self) return FAIL;
    self->wanted = TAKE(wanted);
    return from_object(self);
}

static Value call_itemgetter(VM *vm, Value v, Value *args, u32 nargs, Value kwnames) {
    CHECK(check_call(vm, "itemgetter", nargs, kwnames));
    OWNED Value wanted = incref(((Getter *)v)->wanted);
    return get_each(vm, to_tuple(wanted), args[0], object_getitem);
}

static Value show_itemgetter(VM *vm, Value v) {
    return show(vm, v, ((Getter *)v)->wanted);
}

TYPE(operator_itemgetter, .name = "operator.itemgetter", .size = sizeof(Getter),
     .kind = KIND_OTHER, .flags = TYPE_FINAL,
     .slots = {.new = construct_itemgetter,
               FIELDS_SLOTS,
               .call = call_itemgetter,
               .repr = show_itemgetter},
     .doc = "Return a callable object that fetches the given item(s) from its operand.\n"
            "After f = itemgetter(2), the call f(r) returns r[2].\n"
            "After g = itemgetter(2, 5, 3), the call g(r) returns (r[2], r[5], r[3])",
     .signature = "(item, /, *items)")

/* Return state information for pickling */
METHOD(operator_itemgetter, __reduce__, "($self, /)") {
    return tuple_of(vm, 2, from_object(type_of(vm, args[0])),
                    ((Getter *)args[0])->wanted);
}

/* ---- attrgetter ---- */

/* A dotted name as a tuple of interned names. */
static Value split_name(VM *vm, Value name) {
    Span rest = str_span(name);
    usize count = 1;
    for (usize i = 0; i < rest.length; i++) count += rest.data[i] == '.';
    OWNED Value parts = TRY(tuple_new(vm, count));
    for (usize i = 0; i < count; i++) {
        const char *dot = memchr(rest.data, '.', rest.length);
        usize length = dot ? (usize)(dot - rest.data) : rest.length;
        Value part = TRY(str_new(vm, rest.data, length));
        to_tuple(parts)->items[i] = TRY(str_intern(vm, part));
        rest.data += length + 1;
        rest.length -= dot ? length + 1 : length;
    }
    return TAKE(parts);
}

static Value construct_attrgetter(VM *vm, Type *type, Value *args, u32 nargs,
                                  Value kwnames) {
    CHECK(arguments_no_keywords(vm, "attrgetter", kwnames));
    if (nargs == 0) return raise_type(vm, "attrgetter expected 1 argument, got 0");
    OWNED Value wanted = TRY(tuple_new(vm, nargs));
    for (u32 i = 0; i < nargs; i++) {
        if (!is_str(args[i])) return raise_type(vm, "attribute name must be a string");
        to_tuple(wanted)->items[i] = TRY(split_name(vm, args[i]));
    }
    OWNED Value shown = TRY(tuple_from(vm, args, nargs));
    Getter *self = FIELDS_NEW(vm, type, Getter, 2);
    if (!self) return FAIL;
    self->wanted = TAKE(wanted);
    self->shown = TAKE(shown);
    return from_object(self);
}

static Value get_dotted(VM *vm, Value object, Value names) {
    OWNED Value found = incref(object);
    for (usize i = 0; i < to_tuple(names)->count; i++) {
        replace(&found, TRY(object_getattr(vm, found, to_tuple(names)->items[i])));
    }
    return TAKE(found);
}

static Value call_attrgetter(VM *vm, Value v, Value *args, u32 nargs, Value kwnames) {
    CHECK(check_call(vm, "attrgetter", nargs, kwnames));
    OWNED Value wanted = incref(((Getter *)v)->wanted);
    return get_each(vm, to_tuple(wanted), args[0], get_dotted);
}

static Value show_attrgetter(VM *vm, Value v) {
    return show(vm, v, ((Getter *)v)->shown);
}

TYPE(
    operator_attrgetter, .name = "operator.attrgetter", .size = sizeof(Getter),
    .kind = KIND_OTHER, .flags = TYPE_FINAL,
    .slots = {.new = construct_attrgetter,
              FIELDS_SLOTS,
              .call = call_attrgetter,
              .repr = show_attrgetter},
    .doc =
        "Return a callable object that fetches the given attribute(s) from its operand.\n"
        "After f = attrgetter('name'), the call f(r) returns r.name.\n"
        "After g = attrgetter('name', 'date'), the call g(r) returns (r.name, r.date).\n"
        "After h = attrgetter('name.first', 'name.last'), the call h(r) returns\n"
        "(r.name.first, r.name.last).",
    .signature = "(attr, /, *attrs)")

/* Return state information for pickling */
METHOD(operator_attrgetter, __reduce__, "($self, /)") {
    return tuple_of(vm, 2, from_object(type_of(vm, args[0])), ((Getter *)args[0])->shown);
}

/* ---- methodcaller ---- */

typedef struct MethodCaller {
    Obj h;
    Value name;
    Value arguments; /* tuple */
    Value keywords;  /* dict or EMPTY */
} MethodCaller;

/* The keywords of a call as a dict; EMPTY for none. */
static Value gather_keywords(VM *vm, Value *values, Value kwnames) {
    if (kwnames == EMPTY || to_tuple(kwnames)->count == 0) return EMPTY;
    OWNED Value keywords = TRY(dict_new(vm));
    for (usize i = 0; i < to_tuple(kwnames)->count; i++) {
        CHECK(dict_set(vm, to_dict(keywords), to_tuple(kwnames)->items[i], values[i]));
    }
    return TAKE(keywords);
}

static Value construct_methodcaller(VM *vm, Type *type, Value *args, u32 nargs,
                                    Value kwnames) {
    if (nargs == 0) {
        return raise_type(vm,
                          "methodcaller needs at least one argument, the method name");
    }
    if (!is_str(args[0])) return raise_type(vm, "method name must be a string");
    OWNED Value name = TRY(str_intern(vm, incref(args[0])));
    OWNED Value arguments = TRY(tuple_from(vm, args + 1, nargs - 1));
    OWNED Value keywords = TRY(gather_keywords(vm, args + nargs, kwnames));
    MethodCaller *self = FIELDS_NEW(vm, type, MethodCaller, 3);
    if (!self) return FAIL;
    self->name = TAKE(name);
    self->arguments = TAKE(arguments);
    self->keywords = TAKE(keywords);
    return from_object(self);
}

static Value call_methodcaller(VM *vm, Value v, Value *args, u32 nargs, Value kwnames) {
    if (nargs != 1)
        return raise_type(vm, "methodcaller expected 1 argument, got %u", nargs);
    CHECK(check_call(vm, "methodcaller", nargs, kwnames));
    MethodCaller *self = (MethodCaller *)v;
    OWNED Value method = TRY(object_getattr(vm, args[0], self->name));
    OWNED Value arguments = incref(self->arguments), keywords = incref(self->keywords);
    return call_with_tuple(vm, method, arguments, keywords);
}

static bool add_arguments(VM *vm, MethodCaller *self, Buffer *out) {
    OWNED Value name = object_repr(vm, self->name);
    if (name == FAIL) return false;
    buffer_add_span(out, str_span(name));
    Tuple *arguments = to_tuple(self->arguments);
    for (usize i = 0; i < arguments->count; i++) {
        OWNED Value text = object_repr(vm, arguments->items[i]);
        if (text == FAIL) return false;
        buffer_add_text(out, ", ");
        buffer_add_span(out, str_span(text));
    }
    Value key, value;
    if (self->keywords == EMPTY) return true;
    for (u32 at = 0; dict_next(to_dict(self->keywords), &at, &key, &value);) {
        OWNED Value text = str_format(vm, ", %S=%R", key, value);
        if (text == FAIL) return false;
        buffer_add_span(out, str_span(text));
    }
    return true;
}

static Value show_methodcaller(VM *vm, Value v) {
    OWNED Value name = TRY(type_full_name(vm, type_of(vm, v)));
    int is_inside = repr_enter(vm, v);
    if (is_inside) return is_inside < 0 ? FAIL : str_format(vm, "%S(...)", name);
    Buffer out = {0};
    buffer_add_span(&out, str_span(name));
    buffer_add_char(&out, '(');
    bool ok = add_arguments(vm, (MethodCaller *)v, &out);
    buffer_add_char(&out, ')');
    repr_leave(vm, v);
    if (ok) return str_from_buffer(vm, &out);
    buffer_free(&out);
    return FAIL;
}

/* (partial(type, name, **keywords), arguments) */
static Value reduce_with_keywords(VM *vm, Value v, Value name_only) {
    MethodCaller *self = (MethodCaller *)v;
    OWNED Value functools = TRY(import_text(vm, "functools"));
    OWNED Value partial = TRY(object_getattr_text(vm, functools, "partial"));
    OWNED Value head = TRY(tuple_of(vm, 2, from_object(type_of(vm, v)), to_tuple(name_only)->items[0]));
    OWNED Value made = TRY(call_with_tuple(vm, partial, head, self->keywords));
    return tuple_of(vm, 2, made, self->arguments);
}

/* Return state information for pickling */
METHOD(operator_methodcaller, __reduce__, "($self, /)") {
    MethodCaller *self = (MethodCaller *)args[0];
    OWNED Value name = TRY(tuple_of(vm, 1, self->name));
    if (self->keywords != EMPTY) return reduce_with_keywords(vm, args[0], name);
    OWNED Value all = TRY(object_binary(vm, BINARY_ADD, name, self->arguments));
    return tuple_of(vm, 2, from_object(type_of(vm, args[0])), all);
}


TYPE(operator_methodcaller, .name = "operator.methodcaller", .size = sizeof(MethodCaller),
     .kind = KIND_OTHER, .flags = TYPE_FINAL,
     .slots = {.new = construct_methodcaller,
               FIELDS_SLOTS,
               .call = call_methodcaller,
               .repr = show_methodcaller},
     .doc = "Return a callable object that calls the given method on its operand.\n"
            "After f = methodcaller('name'), the call f(r) returns r.name().\n"
            "After g = methodcaller('name', 'date', foo=1), the call g(r) returns\n"
            "r.name('date', foo=1).",
     .signature = "(name, /, *args, **kwargs)")

/* ---- their signatures ---- */

static Value give_signature(VM *vm) {
    return str_from_text(vm, "(obj, /)");
}

GETTER(operator_itemgetter, __text_signature__) {
    return give_signature(vm);
}

GETTER(operator_attrgetter, __text_signature__) {
    return give_signature(vm);
}

GETTER(operator_methodcaller, __text_signature__) {
    return give_signature(vm);
}
