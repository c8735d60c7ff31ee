/* Types: classes made by C (TypeSpec) or by scripts, their slots, their attributes, and shapes.
 *
 * A builtin type is declared once, in the file that implements it:
 *
 *     TYPE(list, .name = "list", .size = sizeof(List), .kind = KIND_LIST, .slots = {
 *         .repr = list_repr, .iter = list_iter, ... })
 *
 *     / * Append object to the end of the list. * /
 *     METHOD(list, append, "($self, object, /)") { list_push(...); return NONE; }
 *
 * tools/collect.py reads those lines and makes the enum TypeId (TYPE_list ...), and const tables of
 * methods, getters and docs. At run time `vm->types[TYPE_list]` is the Type; its dict is filled
 * from the tables when somebody first looks into it. Special methods (`[].__len__`) come from the
 * slots by themselves: never write METHOD(list, __len__).
 *
 * A script class inherits its base's slots; for each special method it defines (or inherits) the
 * slot becomes a function that calls it (objects/slots.c).
 *
 * A shape says where an instance keeps its attributes: root shape (none) -> one per added name.
 * Inline caches compare shape->id. Changing a class gives new ids to its shapes and those of its
 * subclasses. An instance whose attributes no longer fit moves them to a dict (SHAPE_DICT).
 */
#ifndef APY_OBJECTS_TYPE_H
#define APY_OBJECTS_TYPE_H

#include "objects/object.h"

typedef struct TypeSpec TypeSpec;
typedef struct Buffered Buffered;

/* Called for each value that an object holds, by the cycle collector. */
struct Visitor {
    void (*visit)(Visitor *visitor, Value v);
};

/* What instances of a type can do; NULL: not that. Arguments borrowed, results owned.
 * `self` is always an instance of the type, but maybe of a subclass. */
typedef struct Slots {
    /* life */
    Value (*new)(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames);
    bool (*init)(VM *vm, Value self, Value *args, u32 nargs, Value kwnames);
    void (*free)(VM *vm, Obj *self);                  /* release C fields; memory is the caller's */
    void (*visit)(Obj *self, Visitor *visitor);       /* containers: every value it holds */
    void (*clear)(VM *vm, Obj *self);                 /* containers: drop what may be in cycles */
    void (*finalize)(VM *vm, Value self);             /* __del__, generator close: may resurrect */
    /* text, identity */
    Value (*repr)(VM *vm, Value self);
    Value (*str)(VM *vm, Value self);
    bool (*hash)(VM *vm, Value self, u64 *hash);
    Value (*compare)(VM *vm, Value self, Value other, CompareOp op); /* or NOT_IMPLEMENTED */
    int (*truth)(VM *vm, Value self);
    /* attributes */
    Value (*getattr)(VM *vm, Value self, Value name);
    bool (*setattr)(VM *vm, Value self, Value name, Value value); /* EMPTY deletes */
    Value (*get)(VM *vm, Value self, Value instance, Value type); /* __get__; EMPTY: on the class */
    bool (*set)(VM *vm, Value self, Value instance, Value value); /* __set__; EMPTY deletes */
    /* calls */
    Value (*call)(VM *vm, Value self, Value *args, u32 nargs, Value kwnames);
    /* iteration */
    Value (*iter)(VM *vm, Value self);
    Value (*next)(VM *vm, Value self); /* EMPTY at the end */
    /* The two parts (owned) of what next would give, if that is a tuple of two, with no tuple made: for
     * loops over pairs. 1; 0 at the end; -1; PAIR_IS_NONE: ask next. NULL: never pairs. */
    int (*next_pair)(VM *vm, Value self, Value *pair);
    Value (*await)(VM *vm, Value self);
    Value (*aiter)(VM *vm, Value self);
    Value (*anext)(VM *vm, Value self);
    /* container */
    i64 (*length)(VM *vm, Value self);
    Value (*getitem)(VM *vm, Value self, Value key);
    bool (*setitem)(VM *vm, Value self, Value key, Value value); /* EMPTY deletes */
    int (*contains)(VM *vm, Value self, Value item);
    /* operators: either operand may be the instance of this type; NOT_IMPLEMENTED if it can't */
    Value (*binary)(VM *vm, BinaryOp op, Value a, Value b);
    Value (*inplace)(VM *vm, BinaryOp op, Value self, Value other);
    Value (*power)(VM *vm, Value base, Value exponent, Value modulus); /* three arguments */
    Value (*unary)(VM *vm, UnaryOp op, Value self);
    /* sequences: what + and * (and += and *=) come to when the operators above have declined on
     * both sides, as in CPython: object_binary asks a's concat; for * a's repeat, else b's. The
     * type then has __add__, __mul__, __rmul__ (no __radd__), and __iadd__, __imul__ with the
     * in-place ones. concat itself raises 'can only concatenate list (not "int") to list'. A count
     * that has no __index__: "can't multiply sequence by non-int of type 'X'" (object_binary). */
    Value (*concat)(VM *vm, Value self, Value other);
    Value (*repeat)(VM *vm, Value self, i64 count);
    Value (*inplace_concat)(VM *vm, Value self, Value other);
    Value (*inplace_repeat)(VM *vm, Value self, i64 count);
    /* bytes of memory, for bytes, bytearray, memoryview, array: objects/buffered.h */
    bool (*buffer)(VM *vm, Value self, Buffered *out, bool writable);
} Slots;

enum { PAIR_IS_NONE = 2 };

#define CAN(op) (1u << (op)) /* for the masks of operators below: CAN(BINARY_ADD) | ... */

typedef struct NativeSpec NativeSpec;

typedef struct GetterSpec {
    const char *name;
    Value (*get)(VM *vm, Value self);
    bool (*set)(VM *vm, Value self, Value value); /* NULL: read only; value EMPTY deletes */
    const char *doc;
    bool is_member; /* CPython has it as a member, which differs in repr and in its words */
} GetterSpec;

enum {                         /* TypeSpec.flags and Type.flags */
    TYPE_FINAL = 1,            /* cannot be subclassed ("type 'X' is not an acceptable base type") */
    TYPE_ATOM = 2,             /* instances hold no values: atom pages, no visit */
    TYPE_NO_NEW = 4,           /* "cannot create 'X' instances" */
    TYPE_HEAP = 8,             /* made by a class statement or type() */
    TYPE_HAS_DICT = 16,        /* instances have __dict__ (attributes in shape slots or a dict) */
    TYPE_SCRIPT_GETATTR = 32,  /* defines __getattr__ or __getattribute__ */
    TYPE_SCRIPT_SETATTR = 64,  /* defines __setattr__ or __delattr__ */
    TYPE_SCRIPT_DEL = 128,     /* defines __del__ */
    TYPE_READY = 256,          /* dict filled */
    TYPE_ABSTRACT = 512,       /* __abstractmethods__ is not empty */
    TYPE_EXCEPTION = 1024,     /* subclass of BaseException */
    TYPE_SEQUENCE = 2048,      /* matches sequence patterns */
    TYPE_MAPPING = 4096,       /* matches mapping patterns */
    TYPE_MATCH_SELF = 8192,    /* int(x) in a pattern binds the subject itself */
    TYPE_PATTERN_FLAGS = TYPE_SEQUENCE | TYPE_MAPPING,
    TYPE_SUBCLASS_OF_TYPE = 16384, /* a metaclass */
    TYPE_WEAKREFS = 32768,     /* instances can be weakly referenced */
    TYPE_OPEN = 65536,         /* builtin, but plain attributes may be set: it is no C type in CPython */
};

/* The const declaration of a builtin type. */
struct TypeSpec {
    const char *name;   /* "list", or with its module: "collections.deque" */
    u16 base;           /* TypeId; 0 = object */
    u16 metatype;       /* TypeId; 0 = type */
    u32 size;           /* of the C struct; 0: the base's */
    u8 kind;            /* 0: the base's */
    u16 dict_offset;    /* where the struct itself has its dict (then free, visit and clear care for
                           it); 0: behind the struct, or nowhere (flag TYPE_HAS_DICT) */
    u32 flags;          /* TYPE_HAS_DICT, _WEAKREFS, _EXCEPTION, _SEQUENCE, _MAPPING, _MATCH_SELF
                           are inherited */
    u32 binary_ops;     /* masks of CAN(op): which operators `binary`, `inplace`, `unary` do */
    u32 reflected_ops;  /* which also as right operand (__radd__); numbers: the same as binary_ops */
    u32 inplace_ops;
    u32 unary_ops;
    Slots slots;        /* NULLs are inherited from the base */
    const char *doc;
    const char *signature; /* __text_signature__, e.g. "(iterable, start=0)"; or NULL */
};

/* A builtin type with what the collector found for it: type_tables[TYPE_x]. */
typedef struct TypeTable {
    const TypeSpec *spec;
    const NativeSpec *const *methods;
    const GetterSpec *getters;
    u32 method_count, getter_count;
} TypeTable;
extern const TypeTable type_tables[];

struct Type {
    Obj h;
    Slots slots;
    u32 flags;
    u32 struct_size;     /* of the C struct */
    u32 instance_size;   /* C struct + __slots__, without the attribute area */
    u32 alloc_size;      /* all of it: what object_new asks for */
    u16 dict_offset;     /* where instances keep their dict (EMPTY: attributes are in the slots that
                            follow it); 0: instances have no __dict__; or DICT_AT_END */
    u16 inline_capacity; /* how many attribute slots follow; grows as instances need more */
    u16 tail_words;      /* with DICT_AT_END: the dict word and the __slots__ before it */
    u8 kind;             /* of instances */
    u32 version;         /* changes with every change of the class or a base; never 0 when valid */
    const TypeTable *table; /* of builtin types; of the nearest builtin base for heap types */
    Shape *shape;        /* root shape of new instances; with inline_capacity 0 the dict_shape */
    Shape *dict_shape;   /* shape of instances whose attributes live in a dict */
    Shape *old_shapes;   /* roots of instances made while inline_capacity was less; by `next` */
    Type *base;          /* owned; NULL only for object */
    Type *solid;         /* borrowed: itself or the base whose memory layout instances share */
    Value bases, mro;    /* tuples; EMPTY in builtin types until asked: type_bases, type_mro */
    Value name, qualname, module; /* str; EMPTY in builtin types until asked: type_name_value ... */
    Value full_name;     /* of library classes that are C's own in CPython: "decimal.Decimal" in
                            messages; else EMPTY */
    Dict *dict;          /* read it through type_dict */
    Type **subclasses;   /* borrowed, in the order of their making */
    u32 subclass_count, subclass_capacity;
    Value init_function; /* cached: plain script __init__ or NONE when `new` is object's, else EMPTY;
                            valid while init_version == version: see type_init_function */
    u32 init_version;
    u32 binary_ops, reflected_ops, inplace_ops, unary_ops;
    u32 leaves;          /* while the collector runs: instances that hold no other container */
    u64 specials[2];     /* which special methods its own dict has (heap types): objects/slots.h */
    Type *next_changed;  /* list of type_changed while it runs */
    VM *vm;
};
enum { DICT_AT_END = 0xFFFF }; /* dict_offset of subclasses of str, bytes, tuple: the last word
                                  of the piece of memory; see instance_dict_word */

/* A shape's tree has a capacity: the attribute slots that every instance with such a shape has. A
 * name that is in the shape therefore always fits, and caches need no check. */
struct Shape {
    u32 id;       /* what inline caches compare; never 0; renewed when the class changes */
    u16 count;    /* attributes */
    u16 capacity; /* attribute slots of the instances */
    Type *type;   /* borrowed: a type owns its shapes */
    Shape *parent;
    Value name;   /* the last one added, interned, owned; EMPTY in a root */
    Shape **children; /* one per name ever added next */
    u32 child_count, child_capacity;
    u32 flags;
    Shape *next;  /* root: in the list old_shapes */
};
enum { SHAPE_DICT = 1 };

/* ---- looking up ---- */

/* The dict of the class, filled. NULL with an exception when memory is out. */
Dict *type_dict(VM *vm, Type *type);
/* The attribute as it stands in the class or a base (no descriptor call): borrowed, EMPTY if none.
 * Cached by (version, name). */
Value type_lookup(VM *vm, Type *type, Value name);
/* Where the value stands, NULL: nowhere. Valid as long as type->version: a plain value that replaces
 * another there changes no version (type_setattr). */
const Value *type_find_place(VM *vm, Type *type, Value name);
bool type_is_subtype(Type *type, Type *of);
/* Call after any change of the class's dict or bases: new version and shape ids, slots redone. */
void type_changed(VM *vm, Type *type);
/* The same when only the attribute of this (interned) name changed. */
void type_changed_name(VM *vm, Type *type, Value name);
/* 'X' as most messages print it: of builtin types with the module, "collections.deque". */
const char *type_name(Type *type);
/* __name__ as text: without it. */
const char *type_short_name(Type *type);
/* Borrowed: __name__, __qualname__, __module__ (EMPTY if it has none), __bases__, __mro__. FAIL
 * when memory is out. */
Value type_name_value(VM *vm, Type *type);
Value type_qualname_value(VM *vm, Type *type);
Value type_module_value(VM *vm, Type *type);
Value type_bases(VM *vm, Type *type);
Value type_mro(VM *vm, Type *type);
/* "module.qualname", without "builtins."; what repr shows of a class. Owned. */
Value type_full_name(VM *vm, Type *type);
/* The script __init__ that makes `type(...)` no more than: allocate, call it; NONE: there is none to call (and there
 * must be no arguments). Borrowed, or EMPTY: it is otherwise. */
Value type_init_function(VM *vm, Type *type);
static inline bool is_type(Value v) {
    return has_kind(v, KIND_TYPE);
}
static inline Type *to_type(Value v) {
    return (Type *)v;
}
/* type(...): new, then init. The `call` slot of type. */
Value type_call(VM *vm, Value type, Value *args, u32 nargs, Value kwnames);

/* A new class, as type(name, bases, dict) makes it (no metaclass search, no __init_subclass__
 * keywords: see objects/class.c for the statement). */
Value type_make(VM *vm, Type *metatype, Value name, Value bases, Value namespace, Value *args,
                u32 nargs, Value kwnames);

/* ---- instance attributes by shape ---- */

/* Where the instance keeps its dict. The word is EMPTY or a dict. The type has dict_offset != 0. */
static inline Value *instance_dict_word(Obj *instance) {
    u32 offset = instance->shape->type->dict_offset;
    if (UNLIKELY(offset == DICT_AT_END))
        offset = (u32)heap_piece_size(instance, instance->flags & OBJECT_LARGE) - 8;
    return (Value *)((char *)instance + offset);
}
/* Slot index of the name in this shape, or -1. */
i32 shape_find(Shape *shape, Value interned_name);
/* A new root. `flags` may be SHAPE_DICT. NULL with MemoryError. */
Shape *shape_new_root(VM *vm, Type *type, u32 capacity, u32 flags);
/* Free the tree. */
void shape_free(VM *vm, Shape *root);
/* New ids for all shapes of the tree. */
void shape_renew(VM *vm, Shape *root);
/* The names in order of their slots, names[0..count): borrowed. */
void shape_names(Shape *shape, Value *names);
enum { SHAPE_MAX = 64 }; /* attributes; more of them go to a dict */
/* The shape after adding the name; NULL, without exception: it does not fit (use the dict). */
Shape *shape_add(VM *vm, Shape *shape, Value interned_name);
/* Byte offset of an attribute slot in instances of the type. */
static inline u32 type_slot_offset(const Type *type, u32 slot) {
    return type->dict_offset + 8 + slot * 8;
}
static inline Value *instance_slot(Obj *instance, u32 slot) {
    return (Value *)((char *)instance + type_slot_offset(instance->shape->type, slot));
}
/* The instance attribute (borrowed) or EMPTY; no class lookup. */
Value instance_get(VM *vm, Obj *instance, Value name);
/* EMPTY deletes. 1 done, 0 there is none to delete, -1 failed. */
int instance_set(VM *vm, Obj *instance, Value name, Value value);
/* The live __dict__ of the instance: moves its attributes there. Borrowed; NULL on failure. */
Dict *instance_dict(VM *vm, Obj *instance);
/* Give the instance another dict, EMPTY: an empty one. */
bool instance_set_dict(VM *vm, Obj *instance, Value dict);

/* object.__getattribute__ and object.__setattr__: the default `getattr` and `setattr` slots. */
Value generic_getattr(VM *vm, Value self, Value name);
bool generic_setattr(VM *vm, Value self, Value name, Value value);
/* generic_getattr that gives EMPTY, without exception, where the attribute is missing. */
Value generic_find(VM *vm, Value self, Value name);
/* type.__getattribute__, and the same with EMPTY for what is missing. */
Value type_getattr(VM *vm, Value self, Value name);
Value type_find(VM *vm, Value self, Value name);
bool type_setattr(VM *vm, Value self, Value name, Value value);

/* ---- the declaration macros ---- */

/* Every start reads all specs: they stand side by side (cli/startup.ld). */
#define TYPE(id, ...)                                                                    \
    const TypeSpec id##_type_spec                                                        \
        __attribute__((section(".rodata.type_specs"))) = {__VA_ARGS__};
#define EXCEPTION(id, base_id, docstring)                                                \
    TYPE(id, .name = #id, .base = TYPE_##base_id, .doc = docstring)

#define GETTER(type, name) Value type##_##name##_getter(VM *vm, Value self)
#define MEMBER(type, name) GETTER(type, name) /* what CPython shows as <member 'x' of 'Y' objects> */
#define SETTER(type, name) bool type##_##name##_setter(VM *vm, Value self, Value value)

#endif
