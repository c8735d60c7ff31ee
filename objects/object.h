/* Objects: what every heap value begins with, its reference count, and the protocols that work on
 * any value (the C names of Python's abstract operations).
 *
 * OWNERSHIP, everywhere in apy: arguments are borrowed, results are owned by the caller, unless a
 * function's comment says otherwise ("borrowed result", "takes over"). `OWNED Value v = ...`
 * releases v when it leaves its scope; give it away with `return TAKE(v)` (or store TAKE(v)).
 *
 * ERRORS: a function that gives a Value returns FAIL, one that gives bool returns false, one that
 * gives a pointer returns NULL, one that gives a truth or order as int returns -1, each with the
 * exception set in the VM. TRY passes a failed Value on:  `OWNED Value s = TRY(object_str(vm, v));`
 */
#ifndef APY_OBJECTS_OBJECT_H
#define APY_OBJECTS_OBJECT_H

#include "base/memory.h"
#include "objects/value.h"

typedef struct Shape Shape;
typedef struct Type Type;
typedef struct Str Str;
typedef struct Tuple Tuple;
typedef struct List List;
typedef struct Dict Dict;
typedef struct Visitor Visitor; /* objects/type.h */

/* What the struct of an object is. Subclasses have the kind of their builtin base with
 * KIND_SUBCLASS added, so `kind == KIND_LIST` means exactly list, and object_kind() == KIND_LIST
 * a list or an instance of a subclass. */
enum {
    KIND_FREE = 0, /* never in a live object */
    KIND_INSTANCE, /* no C struct of its own: object and classes made by scripts */
    KIND_INT,      /* too large for an inline int */
    KIND_FLOAT,    /* no inline form */
    KIND_COMPLEX,
    KIND_STR,
    KIND_BYTES,
    KIND_BYTEARRAY,
    KIND_MEMORYVIEW,
    KIND_LIST,
    KIND_TUPLE,
    KIND_DICT,
    KIND_SET,
    KIND_FROZENSET,
    KIND_RANGE,
    KIND_SLICE,
    KIND_TYPE,
    KIND_FUNCTION,
    KIND_NATIVE,       /* function or method written in C */
    KIND_SLOT_WRAPPER, /* int.__add__ */
    KIND_BOUND_METHOD,
    KIND_CODE,
    KIND_CELL,
    KIND_MODULE,
    KIND_GENERATOR,
    KIND_COROUTINE,
    KIND_ASYNC_GENERATOR,
    KIND_EXCEPTION,
    KIND_TRACEBACK,
    KIND_FRAME,
    KIND_RANGE_ITERATOR,
    KIND_LIST_ITERATOR,
    KIND_TUPLE_ITERATOR,
    KIND_DICT_ITERATOR, /* keys, values and items, forward and reversed */
    KIND_ITERATOR,      /* all others */
    KIND_DICT_VIEW,
    KIND_PROPERTY,
    KIND_CLASSMETHOD,
    KIND_STATICMETHOD,
    KIND_SUPER,
    KIND_MEMBER, /* descriptor of a slot or a C attribute */
    KIND_FUTURE, /* asyncio.Future and Task */
    KIND_TASK,
    KIND_LOOP, /* asyncio's event loop */
    KIND_TURN, /* awaiting it suspends once, with None: asyncio.sleep(0) */
    KIND_OTHER, /* C structs that no fast path asks for */
    KIND_MASK = 0x7F,
    KIND_SUBCLASS = 0x80,
};

enum {                         /* Obj.flags */
    OBJECT_LARGE = 1,          /* not from a page */
    OBJECT_ATOM = 2,           /* on the atom pages: holds no reference the collector follows */
    OBJECT_WEAKLY_REFERENCED = 4,
    OBJECT_FINALIZED = 8,      /* __del__ has run */
    OBJECT_COLLECTOR_A = 16,   /* scratch bit of the cycle collector */
    OBJECT_DYING = 32,         /* count 0, being destroyed or waiting for it: not visited */
    OBJECT_OWN_A = 64,         /* two bits for the type's own use */
    OBJECT_OWN_B = 128,
};

struct Obj {
    u32 rc;
    u8 kind;
    u8 flags;
    u16 aux; /* for the kind's own use */
    Shape *shape;
};

/* ---- reference counts ---- */

/* The count has reached 0: finalize, release what it holds, free it. */
void object_destroy(Obj *object);

static inline Value incref(Value v) {
    if (is_object(v)) to_object(v)->rc++;
    return v;
}
static inline void decref(Value v) {
    if (is_object(v) && --to_object(v)->rc == 0) object_destroy(to_object(v));
}
/* Put an owned value into a slot that owns one. The old value is released last: releasing may run
 * script code that looks at the slot. */
static inline void replace(Value *slot, Value owned) {
    Value old = *slot;
    *slot = owned;
    decref(old);
}
static inline Value take(Value *slot) {
    Value v = *slot;
    *slot = EMPTY;
    return v;
}
static inline void release_owned(Value *slot) {
    decref(*slot);
}
#define OWNED   __attribute__((cleanup(release_owned)))
#define TAKE(v) take(&(v))

/* Pass a failure on from a function that returns a Value (TRY), a bool (TRY_OR_FALSE) or an int. */
#define TRY(expression)                                                                  \
    ({                                                                                   \
        Value tried_ = (expression);                                                     \
        if (UNLIKELY(tried_ == FAIL)) return FAIL;                                       \
        tried_;                                                                          \
    })
#define TRY_OR_FALSE(expression)                                                         \
    ({                                                                                   \
        Value tried_ = (expression);                                                     \
        if (UNLIKELY(tried_ == FAIL)) return false;                                      \
        tried_;                                                                          \
    })
/* For steps that answer bool, inside functions that return a Value. */
#define CHECK(step)                                                                      \
    do {                                                                                 \
        if (UNLIKELY(!(step))) return FAIL;                                              \
    } while (0)

/* ---- making objects ---- */

/* A new object of the type's struct size + `extra` bytes, count 1, the rest not set; NULL with
 * MemoryError set. `shape` is the type's root shape. */
Obj *object_new_sized(VM *vm, Type *type, usize size);
/* For instances of `type` which may be a subclass: the struct is zeroed up to its C size, slots of
 * script attributes are EMPTY. This is what every `new` slot uses. */
Obj *object_new(VM *vm, Type *type);
/* The same, with `extra` bytes in the variable part at the struct's end (str, bytes, tuple). An
 * instance of a subclass keeps its dict in the word behind the variable part, not at dict_offset:
 * its attributes are never in slots (shape: dict_shape). */
Obj *object_new_var(VM *vm, Type *type, usize extra);

/* For the cycle collector, which must leave objects with count 0 alone: they are being destroyed.
 * Visit everything that the object holds, attributes, __slots__ and a
 * class made by a script included. The visitor must take a Value of 0 as nothing: a field that was
 * not set yet. */
void object_visit(Obj *object, Visitor *visitor);
/* Drop what may be part of a cycle. The object stays valid. */
void object_clear(VM *vm, Obj *object);
/* Run __del__ or what the type has instead, once. False: somebody holds the object again. */
bool object_finalize(VM *vm, Obj *object);

/* ---- looking at values ---- */

static inline u8 object_kind(Value v) {
    return is_object(v) ? to_object(v)->kind & KIND_MASK : (u8)KIND_FREE;
}
static inline bool has_exact_kind(Value v, u8 kind) {
    return is_object(v) && to_object(v)->kind == kind;
}
static inline bool has_kind(Value v, u8 kind) {
    return object_kind(v) == kind;
}
Type *type_of(VM *vm, Value v); /* borrowed */
const char *type_name_of(VM *vm, Value v);
/* Is type(v) the type or a subclass of it (no __instancecheck__). */
bool is_instance(VM *vm, Value v, Type *type);

/* ---- protocols: what operators and builtins do; all handle script classes ---- */

Value object_repr(VM *vm, Value v);  /* a str */
Value object_str(VM *vm, Value v);   /* a str */
Value object_ascii(VM *vm, Value v); /* a str */
Value object_format(VM *vm, Value v, Value spec);
bool object_hash(VM *vm, Value v, u64 *hash);
int object_truth(VM *vm, Value v); /* 1, 0, -1 */

typedef enum CompareOp { LT, LE, EQ, NE, GT, GE } CompareOp;
Value object_compare(VM *vm, Value a, Value b, CompareOp op);
/* Identity, then ==, as containers compare: 1, 0, -1. */
int object_equal(VM *vm, Value a, Value b);
int object_less(VM *vm, Value a, Value b);

Value object_getattr(VM *vm, Value v, Value name);
/* Like getattr, but a missing attribute gives EMPTY with no exception set. */
Value object_find_attr(VM *vm, Value v, Value name);
Value object_getattr_text(VM *vm, Value v, const char *name);
/* value EMPTY deletes. */
bool object_setattr(VM *vm, Value v, Value name, Value value);
/* The special method `name` found on type(v) and bound to v, EMPTY if there is none. */
Value object_find_special(VM *vm, Value v, Value name);
/* Call it: window[0] is v, followed by nargs - 1 arguments. AttributeError if there is none. */
Value call_special(VM *vm, Value name, Value *window, u32 nargs);

Value object_getitem(VM *vm, Value v, Value key);
bool object_setitem(VM *vm, Value v, Value key, Value value); /* value EMPTY deletes */
i64 object_length(VM *vm, Value v);                           /* -1 with an exception */
/* __len__, else __length_hint__, else `otherwise`; -1 with an exception. */
i64 object_length_hint(VM *vm, Value v, i64 otherwise);
int object_contains(VM *vm, Value container, Value item);

Value object_iter(VM *vm, Value v);
/* The next item, EMPTY at the end (StopIteration is already cleared), FAIL. */
Value iter_next(VM *vm, Value iterator);
/* Append all items of an iterable to a list. */
bool object_extend(VM *vm, List *list, Value iterable);
Value object_to_list(VM *vm, Value iterable);
Value object_to_tuple(VM *vm, Value iterable);

typedef enum BinaryOp {
    BINARY_ADD, BINARY_SUB, BINARY_MUL, BINARY_MATMUL, BINARY_TRUEDIV, BINARY_FLOORDIV,
    BINARY_MOD, BINARY_POW, BINARY_LSHIFT, BINARY_RSHIFT, BINARY_AND, BINARY_OR, BINARY_XOR,
    BINARY_DIVMOD, BINARY_COUNT,
} BinaryOp;
typedef enum UnaryOp {
    UNARY_NEG, UNARY_POS, UNARY_INVERT, UNARY_ABS, UNARY_INT, UNARY_FLOAT, UNARY_INDEX,
    UNARY_COUNT,
} UnaryOp;
Value object_binary(VM *vm, BinaryOp op, Value a, Value b);
Value object_inplace(VM *vm, BinaryOp op, Value a, Value b);
/* What is left to try when the left operand's own method has given NotImplemented; `is_inplace` for
 * the words of a += b. After the in-place method all is left: object_inplace_rest. */
Value object_binary_reflected(VM *vm, BinaryOp op, Value a, Value b, bool is_inplace);
Value object_inplace_rest(VM *vm, BinaryOp op, Value a, Value b);
/* A class inherits the += and *= of list as if they were methods of its own: they come
 * before its __add__ and __mul__. */
bool inherits_inplace(const Type *type, BinaryOp op);
Value object_compare_reflected(VM *vm, Value a, Value b, CompareOp op);
Value object_power(VM *vm, Value base, Value exponent, Value modulus); /* modulus NONE: ** */
Value object_unary(VM *vm, UnaryOp op, Value v);
/* An int (inline or big) by __index__; FAIL with "'X' object cannot be interpreted as an integer". */
Value object_index(VM *vm, Value v);
/* The same as a C integer, with OverflowError if it does not fit. */
bool object_to_i64(VM *vm, Value v, i64 *out);
/* The same, clamped instead, as slices do. */
bool object_to_i64_clamped(VM *vm, Value v, i64 *out);
bool object_to_double(VM *vm, Value v, double *out); /* __float__, then __index__ */

/* For `v.name(...)`: what to call, and what to put in front of the arguments (EMPTY: nothing), so that
 * no bound method need be made. Both owned. */
typedef struct Method {
    Value callee, self;
} Method;
bool object_find_method(VM *vm, Value v, Value name, Method *method);

/* Call anything. kwnames is EMPTY or a tuple of names for the last values of args; nargs counts
 * the positional ones only. */
Value object_call(VM *vm, Value callable, Value *args, u32 nargs, Value kwnames);
/* The same with `self` in front of the arguments (EMPTY: nothing). */
Value call_with_self(VM *vm, Value callable, Value self, Value *args, u32 nargs, Value kwnames);
Value call_0(VM *vm, Value callable);
Value call_1(VM *vm, Value callable, Value a);
Value call_2(VM *vm, Value callable, Value a, Value b);
Value call_3(VM *vm, Value callable, Value a, Value b, Value c);
Value call_method_0(VM *vm, Value self, Value name);
Value call_method_1(VM *vm, Value self, Value name, Value a);
Value call_method_2(VM *vm, Value self, Value name, Value a, Value b);
/* Positional arguments from a tuple, keywords from a dict or EMPTY. */
Value call_with_tuple(VM *vm, Value callable, Value args_tuple, Value kwargs);

int object_is_instance(VM *vm, Value v, Value class_or_tuple);  /* isinstance(): 1, 0, -1 */
int object_is_subclass(VM *vm, Value type, Value class_or_tuple);
bool is_callable(VM *vm, Value v);

/* Guards the C stack of functions that call themselves through Python values (repr of nested
 * lists, comparison, ...): false with RecursionError set when it is nearly used up.
 * `while_text` as CPython words it, e.g. " while getting the repr of an object". */
static inline bool enter_recursion(VM *vm, const char *while_text);
static inline void leave_recursion(VM *vm);
/* repr() of containers that may hold themselves: 1 = already being shown, 0 = go on (and call
 * repr_leave afterwards), -1 = failed. */
int repr_enter(VM *vm, Value v);
void repr_leave(VM *vm, Value v);

#endif
