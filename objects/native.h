/* Functions and methods written in C, and how their arguments arrive.
 *
 *     / * Return the square root of x. * /
 *     FUNCTION(math, sqrt, "(x, /)") { ... args[0] ... }
 *
 * expands to `Value math_sqrt_function(VM *vm, Value *args, u32 nargs)`. The signature is Python's
 * and does all the work: arity, keywords, defaults, inspect.signature, and CPython's TypeError
 * texts. The comment above is __doc__. What the function sees:
 *   - args[i] is the i-th named parameter of the signature, in order, EMPTY if the caller left it
 *     out (the default text in the signature is documentation: the function supplies the value);
 *     all borrowed;
 *   - with `*args` in the signature, the surplus positional values follow behind ALL the named
 *     parameters (keyword-only ones and **kwargs included) up to nargs:
 *     "(*objects, sep=' ', end='\n')" gives args[0] = sep, args[1] = end, args[2..nargs) = objects;
 *   - with `**kwargs`, a dict of the surplus keywords (never EMPTY) stands at its place among the
 *     named ones.
 * Behind the signature may stand " as def" (in CPython it is a function in Python: the words of errors are too) or
 * " with class" (a method that CPython tells its class). Methods of TYPE_OPEN types are as def without that.
 * Methods begin with `$self` and get it as args[0], already checked to be of the type; the named
 * parameters follow from args[1], and nargs counts self too. The counts in NativeSpec do not.
 * CLASS_METHOD gets the class as args[0] (`$type`), STATIC_METHOD gets no self.
 * VM_METHOD and VM_FUNCTION are the same, but the VM's CALL instruction knows them by their
 * IntrinsicId and runs them without C recursion; their C body serves calls that come from C.
 */
#ifndef APY_OBJECTS_NATIVE_H
#define APY_OBJECTS_NATIVE_H

#include "objects/type.h"

typedef Value (*NativeFunction)(VM *vm, Value *args, u32 nargs);

enum { NATIVE_METHOD = 1, NATIVE_CLASS_METHOD = 2, NATIVE_STATIC_METHOD = 4 };
/* NativeSpec.words: how TypeErrors of its arguments read; native_bind.c */
enum { NATIVE_WORDS_PLAIN, NATIVE_WORDS_SCRIPT, NATIVE_WORDS_CLASS };
enum { NATIVE_VARARGS = 1, NATIVE_VARKW = 2 }; /* NativeSpec.rest */

struct NativeSpec {
    const char *name;
    NativeFunction function;
    const char *signature;         /* as written */
    const char *doc;
    const char *const *parameters; /* names of the named parameters in order, **kwargs's included */
    u8 sort;                       /* NATIVE_METHOD ... or 0 for a plain function */
    u8 rest;                       /* NATIVE_VARARGS | NATIVE_VARKW */
    u8 words;                      /* NATIVE_WORDS_PLAIN ... */
    u8 named;                      /* parameters with a place in args */
    u8 positional;                 /* of those, how many can be given by position */
    u8 positional_only;
    u8 required;                   /* positional ones without default */
    u16 required_keywords;         /* keyword-only ones without default, as a count */
    u8 plain_least, plain_end;     /* [least, end) arguments, all by position, need no more than EMPTY for
                                      those that are missing; end is 0: the function is not of that sort */
    const char *keywords_of;       /* the name, or that of the function to which keywords are passed on */
    u16 owner;                     /* TypeId for methods */
    u16 intrinsic;                 /* INTRINSIC_x: the VM runs it without C recursion; else 0 */
};

/* A function object around a spec. */
typedef struct Native {
    Obj h;
    const NativeSpec *spec;
    Value self;   /* EMPTY: not bound (a plain function, or a method descriptor of a type) */
    Value module; /* str or EMPTY */
    Type *owner;  /* borrowed; for methods */
} Native;

/* __new__ of builtin types: calls self's `new` slot with the arguments as they come. */
extern const NativeSpec type_new_spec;
/* Does the callable, found in a class, take the instance as its first argument: a function, C
 * method or slot wrapper? (Then no bound method is needed to call it.) */
bool callable_takes_self(Value callable);

/* A function in the form of the `call` slot. */
typedef Value (*CallFunction)(VM *vm, Value callable, Value *args, u32 nargs, Value kwnames);
/* Put `self` in front of the arguments and call: call(vm, callable, [self, *args], ...). */
Value call_prepended(VM *vm, CallFunction call, Value callable, Value self, Value *args,
                     u32 nargs, Value kwnames);

Value native_new(VM *vm, const NativeSpec *spec, Value self, Value module);
/* Can it be called with just so many arguments (self not counted)? */
static inline bool native_is_plain(const NativeSpec *spec, u32 nargs) {
    return nargs >= spec->plain_least && nargs < spec->plain_end;
}
/* Then call it: `args` begin with self if there is one, `count` in all. */
Value native_call_plain(VM *vm, const NativeSpec *spec, Value *args, u32 count);
/* Arrange the arguments as above and call. `self` (or EMPTY) is put in front. */
Value native_call(VM *vm, Native *native, Value *args, u32 nargs, Value kwnames);
Value native_call_spec(VM *vm, const NativeSpec *spec, Value self, Value *args, u32 nargs,
                       Value kwnames);
/* The same for a bound method, whose messages show the class of self. */
Value native_call_bound(VM *vm, const NativeSpec *spec, Value self, Value *args, u32 nargs,
                        Value kwnames);

/* Match `new`/`init`/`call` arguments against a signature in the same way:
 *     static const NativeSpec *... ; see ARGUMENTS below.
 * Fills out[0..named) with borrowed values, EMPTY where omitted. No *args and **kwargs. */
typedef struct Arguments {
    const char *function;      /* as TypeErrors name it: "list" */
    const char *const *names;  /* NULL-terminated */
    u8 positional_only, positional, required;
    bool is_script; /* a method in Python, as `function` names it */
    bool counts_plainly; /* without keywords the text is "int expected at most 2 arguments, got 3" */
} Arguments;
bool arguments_bind(VM *vm, const Arguments *spec, Value *args, u32 nargs, Value kwnames,
                    Value *out);
/* The keywords that a constructor looks at: none when they are for the __init__ of a subclass. */
Value keywords_of_new(VM *vm, Type *type, Value kwnames);
/* "X() takes no keyword arguments" */
bool arguments_no_keywords(VM *vm, const char *function, Value kwnames);

#define METHOD(type, name, signature)                                                    \
    Value type##_##name##_method(VM *vm, Value *args, u32 nargs);                        \
    Value type##_##name##_method(VM *vm __attribute__((unused)),                         \
                                 Value *args __attribute__((unused)),                    \
                                 u32 nargs __attribute__((unused)))
#define CLASS_METHOD(type, name, signature)  METHOD(type, name, signature)
#define STATIC_METHOD(type, name, signature) METHOD(type, name, signature)
#define VM_METHOD(type, name, signature)     METHOD(type, name, signature)
#define FUNCTION(module, name, signature)                                                \
    Value module##_##name##_function(VM *vm, Value *args, u32 nargs);                    \
    Value module##_##name##_function(VM *vm __attribute__((unused)),                     \
                                     Value *args __attribute__((unused)),                \
                                     u32 nargs __attribute__((unused)))

#define VM_FUNCTION(module, name, signature) FUNCTION(module, name, signature)

/* MODULE(math, "doc") declares a module; MODULE_INIT(math) { ... } runs when it is first imported
 * and adds what is not a function: types, constants (module_add). */
typedef struct ModuleSpec {
    const char *name;
    const char *doc;
    const NativeSpec *const *functions;
    u32 function_count;
    bool (*init)(VM *vm, Value module); /* or NULL */
} ModuleSpec;
#define MODULE(name, doc)
extern const ModuleSpec module_specs[]; /* by ModuleId */
#define MODULE_INIT(name)                                                                \
    bool name##_module_init(VM *vm, Value module);                                       \
    bool name##_module_init(VM *vm __attribute__((unused)), Value module)

#endif
