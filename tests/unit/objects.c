/* Objects without a running VM: types stand, classes can be made, all is released at the
 * end. */
#include <stdio.h>
#include <stdlib.h>

#include "objects/class.h"
#include "objects/descriptor.h"
#include "objects/dict.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/state.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/weakref.h"
#include "vm/collector.h"

static VM *vm;

static void fail(const char *file, int line, const char *what) {
    fprintf(stderr, "%s:%d: %s\n", file, line, what);
    if (vm->exception != EMPTY) {
        Value error = exception_take(vm), text = object_repr(vm, error);
        fprintf(stderr, "  %s\n", text == FAIL ? "?" : to_str(text)->data);
    }
    exit(1);
}
#define EXPECT(what)                                  \
    do {                                              \
        if (!(what)) fail(__FILE__, __LINE__, #what); \
    } while (0)

static Value good(Value v, int line) {
    if (v == FAIL) fail(__FILE__, line, "failed");
    return v;
}
#define GOOD(v) good((v), __LINE__)

static Value text(const char *chars) {
    return GOOD(str_intern_text(vm, chars));
}

static bool shows(Value v, const char *expected) {
    OWNED Value shown = GOOD(object_repr(vm, v));
    bool same = str_equals_text(shown, expected);
    if (!same) fprintf(stderr, "%s, not %s\n", to_str(shown)->data, expected);
    return same;
}

static bool raised(const char *expected) {
    OWNED Value error = exception_take(vm);
    OWNED Value shown = error == EMPTY ? text("nothing") : GOOD(object_repr(vm, error));
    bool same = str_equals_text(shown, expected);
    if (!same) fprintf(stderr, "%s, not %s\n", to_str(shown)->data, expected);
    return same;
}

/* class name(bases): with this namespace */
static Value make_class(const char *name, Value bases, Value namespace) {
    OWNED Value of = text(name), held = bases, dict = namespace;
    Value args[] = {of, held, dict};
    return object_call(vm, from_object(vm->types[TYPE_type]), args, 3, EMPTY);
}

static Value dict_with(const char *key, Value owned) {
    Value dict = GOOD(dict_new(vm));
    OWNED Value value = owned;
    if (key) EXPECT(dict_set_text(vm, to_dict(dict), key, value));
    return dict;
}

static Value no_bases(void) {
    return GOOD(tuple_new(vm, 0));
}

static Value one_base(Value base) {
    return GOOD(tuple_of(vm, 1, base));
}

static void test_repr(void) {
    OWNED Value list = GOOD(list_new(vm, 0));
    EXPECT(list_push(vm, to_list(list), from_small(1)));
    EXPECT(list_push(vm, to_list(list), NONE));
    EXPECT(shows(list, "[1, None]"));
    EXPECT(shows(from_object(vm->types[TYPE_int]), "<class 'int'>"));
    OWNED Value method =
        GOOD(object_getattr_text(vm, from_object(vm->types[TYPE_list]), "append"));
    EXPECT(shows(method, "<method 'append' of 'list' objects>"));
    OWNED Value add =
        GOOD(object_getattr_text(vm, from_object(vm->types[TYPE_int]), "__add__"));
    EXPECT(shows(add, "<slot wrapper '__add__' of 'int' objects>"));
    OWNED Value sum = GOOD(call_2(vm, add, from_small(2), from_small(3)));
    EXPECT(sum == from_small(5));
}

static void test_operators(void) {
    EXPECT(object_binary(vm, BINARY_ADD, from_small(1), NONE) == FAIL);
    EXPECT(
        raised("TypeError(\"unsupported operand type(s) for +: 'int' and 'NoneType'\")"));
    EXPECT(object_inplace(vm, BINARY_POW, from_small(1), NONE) == FAIL);
    EXPECT(raised(
        "TypeError(\"unsupported operand type(s) for **=: 'int' and 'NoneType'\")"));
    EXPECT(object_compare(vm, from_small(1), NONE, LT) == FAIL);
    EXPECT(raised(
        "TypeError(\"'<' not supported between instances of 'int' and 'NoneType'\")"));
    EXPECT(object_unary(vm, UNARY_NEG, NONE) == FAIL);
    EXPECT(raised("TypeError(\"bad operand type for unary -: 'NoneType'\")"));
    EXPECT(object_getitem(vm, NONE, NONE) == FAIL);
    EXPECT(raised("TypeError(\"'NoneType' object is not subscriptable\")"));
    EXPECT(call_0(vm, NONE) == FAIL);
    EXPECT(raised("TypeError(\"'NoneType' object is not callable\")"));
}

static void test_arguments(void) {
    OWNED Value list = GOOD(list_new(vm, 0)), append = text("append"),
                insert = text("insert");
    EXPECT(call_method_0(vm, list, append) == FAIL);
    EXPECT(raised("TypeError('list.append() takes exactly one argument (0 given)')"));
    EXPECT(call_method_1(vm, list, insert, NONE) == FAIL);
    EXPECT(raised("TypeError('insert expected 2 arguments, got 1')"));
    OWNED Value done = GOOD(call_method_1(vm, list, append, from_small(7)));
    EXPECT(done == NONE && to_list(list)->count == 1);
}

static void test_instances(void) {
    OWNED Value class = GOOD(make_class("A", no_bases(), dict_with("x", from_small(5))));
    OWNED Value a = GOOD(call_0(vm, class));
    OWNED Value x = text("x"), y = text("y");
    OWNED Value found = GOOD(object_getattr(vm, a, x));
    EXPECT(found == from_small(5));
    char name[] = "a00";
    for (int i = 0; i < 100; i++) {
        name[1] = (char)('0' + i / 10), name[2] = (char)('0' + i % 10);
        OWNED Value key = text(name);
        EXPECT(object_setattr(vm, a, key, from_small(i)));
    }
    OWNED Value dict = GOOD(object_getattr_text(vm, a, "__dict__"));
    EXPECT(to_dict(dict)->count == 100);
    EXPECT(object_getattr(vm, a, y) == FAIL);
    EXPECT(raised("AttributeError(\"'A' object has no attribute 'y'\")"));
    OWNED Value b = GOOD(call_0(vm, class));
    EXPECT(to_type(class)->inline_capacity > 3);
    EXPECT(object_setattr(vm, b, y, NONE) && object_setattr(vm, b, x, NONE));
    EXPECT(object_setattr(vm, b, y, EMPTY) && object_find_attr(vm, b, y) == EMPTY);
    EXPECT(!object_setattr(vm, b, y, EMPTY));
    EXPECT(raised("AttributeError(\"'A' object has no attribute 'y'\")"));
}

static void test_slots(void) {
    OWNED Value slots = GOOD(tuple_of(vm, 2, text("p"), text("q")));
    OWNED Value class =
        GOOD(make_class("S", no_bases(), dict_with("__slots__", incref(slots))));
    decref(to_tuple(slots)->items[0]);
    decref(to_tuple(slots)->items[1]);
    OWNED Value s = GOOD(call_0(vm, class)), p = text("p"), r = text("r");
    EXPECT(object_setattr(vm, s, p, from_small(1)));
    OWNED Value found = GOOD(object_getattr(vm, s, p));
    EXPECT(found == from_small(1));
    EXPECT(!object_setattr(vm, s, r, NONE));
    EXPECT(raised("AttributeError(\"'S' object has no attribute 'r' and no __dict__ for "
                  "setting new attributes\")"));
    OWNED Value below = GOOD(make_class("T", one_base(class), dict_with(NULL, EMPTY)));
    OWNED Value t = GOOD(call_0(vm, below));
    EXPECT(object_setattr(vm, t, p, NONE) && object_setattr(vm, t, r, NONE));
}

static void test_builtin_subclasses(void) {
    static const u32 ids[] = {TYPE_int,  TYPE_str,   TYPE_list,
                              TYPE_dict, TYPE_tuple, TYPE_float,
                              TYPE_set,  TYPE_bytes, TYPE_ValueError};
    OWNED Value z = text("z");
    for (usize i = 0; i < COUNT_OF(ids); i++) {
        OWNED Value class = GOOD(make_class("B", one_base(from_object(vm->types[ids[i]])),
                                            dict_with(NULL, EMPTY)));
        OWNED Value b = GOOD(call_0(vm, class));
        EXPECT(object_setattr(vm, b, z, from_small(3)));
        OWNED Value found = GOOD(object_getattr(vm, b, z));
        EXPECT(found == from_small(3) && is_instance(vm, b, vm->types[ids[i]]));
    }
}

static void test_mro(void) {
    OWNED Value a = GOOD(make_class("A", no_bases(), dict_with(NULL, EMPTY)));
    OWNED Value b = GOOD(make_class("B", one_base(a), dict_with(NULL, EMPTY)));
    EXPECT(make_class("C", GOOD(tuple_of(vm, 2, a, b)), dict_with(NULL, EMPTY)) == FAIL);
    EXPECT(
        raised("TypeError('Cannot create a consistent method resolution order (MRO) for "
               "bases A, B')"));
    Value numbers = GOOD(tuple_of(vm, 2, from_object(vm->types[TYPE_int]),
                                  from_object(vm->types[TYPE_str])));
    EXPECT(make_class("C", numbers, dict_with(NULL, EMPTY)) == FAIL);
    EXPECT(raised("TypeError('multiple bases have instance lay-out conflict')"));
    OWNED Value name = text("late");
    OWNED Value instance = GOOD(call_0(vm, b));
    EXPECT(object_find_attr(vm, instance, name) == EMPTY);
    EXPECT(object_setattr(vm, a, name, from_small(1)));
    EXPECT(object_find_attr(vm, instance, name) == from_small(1));
}

static void test_weak(void) {
    OWNED Value class = GOOD(make_class("W", no_bases(), dict_with(NULL, EMPTY)));
    Value object = GOOD(call_0(vm, class));
    OWNED Value reference = GOOD(weakref_new(vm, object, EMPTY));
    OWNED Value again = GOOD(weakref_new(vm, object, EMPTY));
    EXPECT(reference == again && weakref_count(vm, object) == 1);
    decref(object);
    EXPECT(weakref_get(reference) == EMPTY);
    EXPECT(weakref_new(vm, from_small(1), EMPTY) == FAIL);
    EXPECT(raised("TypeError(\"cannot create weak reference to 'int' object\")"));
}

/* Releasing it must not use the C stack up. */
static void test_long_chain(void) {
    Value chain = NONE;
    for (int i = 0; i < 1000000; i++) {
        Value next = GOOD(tuple_of(vm, 1, chain));
        decref(chain);
        chain = next;
    }
    decref(chain);
    EXPECT(vm->delayed_count == 0);
}

int main(void) {
    char here;
    vm = calloc(1, sizeof(VM));
    vm->c_stack_limit = (char *)((usize)&here - (4u << 20));
    Value *empty[] = {&vm->exception, &vm->handled, &vm->return_value, &vm->builtins,
                      &vm->modules,   &vm->sys,     &vm->main_module};
    for (usize i = 0; i < COUNT_OF(empty); i++) *empty[i] = EMPTY;
    EXPECT(objects_start(vm));
    collector_start(vm);
    vm->builtins = GOOD(dict_new(vm));
    test_repr();
    test_operators();
    test_arguments();
    test_instances();
    test_slots();
    test_builtin_subclasses();
    test_mro();
    test_weak();
    test_long_chain();
    replace(&vm->builtins, EMPTY);
    EXPECT(collector_run(vm, 2) > 0);
    collector_free(vm);
    usize alive = objects_stop(vm, true);
    free(vm);
    return alive != 0;
}
