/* Scopes and symbols: what each name means where.
 *
 * scope_build walks the whole tree and notes what every scope does with every name;
 * scope_resolve then decides for each symbol whether it is local, a cell, free or global.
 * List, set and dict comprehensions have a scope but no code of their own (is_inlined):
 * their variables are registers of the code around them, their `owner`.
 *
 * A type parameter list, the value of a type alias and the bounds and defaults of type
 * parameters are function-like scopes of their own; right inside a class they look into the
 * class's namespace first (sees_class).
 */
#ifndef APY_COMPILER_SCOPE_H
#define APY_COMPILER_SCOPE_H

#include "compiler/state.h"

typedef enum ScopeKind {
    SCOPE_MODULE,
    SCOPE_CLASS,
    SCOPE_FUNCTION, /* def and lambda */
    SCOPE_COMPREHENSION,
    SCOPE_TYPE_PARAMETERS,
    SCOPE_TYPE_ALIAS,
    SCOPE_TYPE_VARIABLE, /* a bound or default */
    SCOPE_ANNOTATION,    /* an annotation that is kept as text: no names of its own */
} ScopeKind;

/* One node may have several scopes. */
typedef enum ScopeRole {
    ROLE_BODY,
    ROLE_TYPE_PARAMETERS, /* of a def, class or type statement */
    ROLE_BOUND,
    ROLE_DEFAULT,
} ScopeRole;

enum { /* Symbol.flags: what the scope does with the name */
    SYMBOL_GLOBAL = 1, /* `global x` */
    SYMBOL_NONLOCAL = 2,
    SYMBOL_LOCAL = 4, /* bound in some way */
    SYMBOL_PARAMETER = 8,
    SYMBOL_USED = 16,
    SYMBOL_ANNOTATED = 32,
    SYMBOL_TYPE_PARAMETER = 64,
    SYMBOL_ITERATION = 128, /* variable of a comprehension */
    SYMBOL_DELETED = 256,   /* by `del` or the end of `except ... as` */
    SYMBOL_WALRUS = 512,    /* bound by := somewhere */
    SYMBOL_ASSIGNED = 1024, /* bound by something else than an import */
    SYMBOL_BOUND = SYMBOL_LOCAL | SYMBOL_PARAMETER,
};

typedef enum Meaning {
    MEANS_UNKNOWN,
    MEANS_LOCAL,
    MEANS_CELL, /* local, but inner code uses it */
    MEANS_FREE,
    MEANS_GLOBAL,   /* declared so */
    MEANS_IMPLICIT, /* global or builtin */
} Meaning;

enum { NO_REGISTER = 0xFFFF };

struct Symbol {
    Name *name;
    Scope *scope;
    u16 flags;
    u8 meaning;
    u16 reg;            /* the virtual register once it has one, else NO_REGISTER */
    Symbol *definition; /* of MEANS_FREE: the local or cell it is */
    SourceRange at;      /* the global or nonlocal statement */
};

typedef struct SymbolList {
    Symbol **items;
    u32 count, capacity;
} SymbolList;

struct Scope {
    u8 kind;           /* ScopeKind */
    u8 role;           /* ScopeRole */
    u8 comprehension;  /* NodeKind of a comprehension */
    bool is_inlined;
    bool is_nested;    /* inside a function, however deep */
    bool is_generator;
    bool is_coroutine; /* async def, or a comprehension that awaits */
    bool returns_value;
    bool sees_class;
    bool in_iteration_target; /* while built: names are variables of the comprehension */
    u8 iterable_depth;        /* while built: inside `in ...` of a comprehension */
    const Node *node;
    Scope *parent;
    Scope *owner; /* whose code it is: itself unless inlined */
    Scope *inlined;      /* of an owner: the first of the scopes it owns */
    Scope *next_inlined; /* ... and the next of them */
    Name *name;
    Name *class_name;         /* for private names; NULL outside classes */
    SymbolList *mangled_only; /* type parameters of a class: only these are mangled */
    SymbolList symbols;       /* in order of appearance */
    Symbol **slots;           /* the same by name */
    u32 slot_count;
    u32 local_capacity;       /* symbols in all the scopes this one owns */
    SymbolList frees;         /* definitions this code takes from outside (owners only) */
    Symbol *class_cell;       /* of a class: __class__, if something inside uses it */
    Symbol *class_dict;       /* ... __classdict__ */
};

/* Scopes of the tree, all names resolved. NULL after a failure. */
Scope *scope_build(Compiler *c, const Node *tree);
void scope_resolve(Compiler *c);

/* The scope that belongs to the node. */
Scope *scope_find(Compiler *c, const Node *node, ScopeRole role);
/* The symbol, or NULL; the name is already mangled. */
Symbol *scope_lookup(const Scope *scope, const Name *name);
/* The name as it is meant in this scope: private ones of a class are mangled. */
Name *scope_mangle(Compiler *c, const Scope *scope, Name *name);

static inline bool scope_is_function(const Scope *scope) {
    return scope->kind != SCOPE_MODULE && scope->kind != SCOPE_CLASS;
}

/* ---- shared by the scope*.c ---- */

Scope *scope_enter(Compiler *c, ScopeKind kind, ScopeRole role, const Node *node,
                   Name *name);
void scope_leave(Compiler *c);
/* Note that the scope does this with the (unmangled) name. */
Symbol *scope_add(Compiler *c, Scope *scope, Name *name, u32 flags, SourceRange at);
Symbol *scope_new_symbol(Compiler *c, Scope *scope, Name *name);
void symbols_add(Compiler *c, SymbolList *list, Symbol *symbol);
/* The definition is among the list's. */
i32 symbols_find(const SymbolList *list, const Symbol *symbol);

void scope_visit_expr(Compiler *c, const Node *node);
void scope_visit_exprs(Compiler *c, NodeList nodes);
void scope_visit_body(Compiler *c, NodeList statements);
void scope_visit_type_parameters(Compiler *c, NodeList parameters);
void scope_visit_arguments(Compiler *c, const ArgumentsNode *arguments);
void scope_visit_annotation(Compiler *c, const Node *annotation);
void scope_visit_argument_annotations(Compiler *c, const ArgumentsNode *arguments,
                                      const Node *returns);
void scope_visit_defaults(Compiler *c, const ArgumentsNode *arguments);
/* A binding by a plain name. */
void scope_bind(Compiler *c, Span name, u32 flags, SourceRange at);

#endif
