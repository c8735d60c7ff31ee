/* What one compilation knows: the source, the names, the scopes, and whether it failed.
 *
 * FAILURE is sticky: the first error sets the exception of the VM and `failed`; whatever
 * still runs until everything has returned does no harm (emission stops). So steps need no
 * result.
 * MEMORY: all lives in the arena, but for Values, which the pool keeps until the end.
 */
#ifndef APY_COMPILER_STATE_H
#define APY_COMPILER_STATE_H

#include "compiler/compiler.h"

typedef struct Scope Scope;
typedef struct Symbol Symbol;
typedef struct Unit Unit;

/* A name, one struct for each different text. */
typedef struct Name {
    Span text;
    u32 hash;
    Value value; /* the interned str, EMPTY before it is needed */
} Name;

typedef struct NameTable {
    Name **slots;
    u32 count, capacity; /* a power of two */
} NameTable;

typedef struct ScopeTable { /* by node and role: see scope_find */
    Scope **slots;
    u32 count, capacity;
} ScopeTable;

typedef struct Compiler {
    VM *vm;
    Arena *arena;
    Span source, filename;
    Value filename_value;
    u32 flags;
    bool failed;
    bool is_interactive; /* values of expression statements are shown */
    u32 future_line;     /* of the last `from __future__` in its right place */
    NameTable names;
    ScopeTable scopes;
    Scope *scope; /* while scopes are built: the one being filled */
    Scope **all_scopes;
    u32 scope_count, scope_capacity;
    Unit *unit; /* while code is made */
    Value *pool; /* owned values, malloc */
    u32 pool_count, pool_capacity;
} Compiler;

/* ---- names.c ---- */

Name *name_get(Compiler *c, Span text);
static inline Name *name_text(Compiler *c, const char *text) {
    return name_get(c, (Span){text, strlen(text)});
}
/* The name as a member of the class: __x in class A is _A__x. class_name may be NULL. */
Name *name_mangle(Compiler *c, Name *class_name, Name *name);
static inline bool name_is(const Name *name, const char *text) {
    return name->text.length == strlen(text) &&
           memcmp(name->text.data, text, name->text.length) == 0;
}
/* Borrowed; EMPTY after a failure. */
Value name_value(Compiler *c, Name *name);

/* ---- error.c ---- */

/* A SyntaxError. Only the first error counts. */
void compiler_fail(Compiler *c, SourceRange at, const char *format, ...) PRINTF_LIKE(3, 4);
/* The same, as CPython's symbol table pass makes it: its args are the message alone. */
void compiler_fail_scope(Compiler *c, SourceRange at, const char *format, ...)
    PRINTF_LIKE(3, 4);
/* An error with only the start known (`from __future__`). */
void compiler_fail_future(Compiler *c, SourceRange at, const char *format, ...)
    PRINTF_LIKE(3, 4);
/* A SyntaxWarning, or the SyntaxError that the warning filters make of it. */
void compiler_warn(Compiler *c, SourceRange at, const char *format, ...) PRINTF_LIKE(3, 4);
/* The VM has an exception already, or memory is out. */
void compiler_fail_raised(Compiler *c);
void compiler_fail_limit(Compiler *c, const char *what);
bool compiler_enter(Compiler *c); /* false: nested too deeply */
void compiler_leave(Compiler *c);

/* Keep the owned value till the end of the compilation; gives it back borrowed. FAIL in:
 * the compilation fails, EMPTY out. */
Value compiler_keep(Compiler *c, Value owned);

/* Zeroed arena memory; NULL after compiler_fail_raised. */
void *compiler_alloc(Compiler *c, usize size);
/* A larger copy of an array; NULL as above. */
void *compiler_grow(Compiler *c, const void *array, u32 used, u32 wanted, usize size);

#define COMPILER_NEW(c, Type) ((Type *)compiler_alloc((c), sizeof(Type)))

/* "%.*s" */
#define NAME_ARGUMENT(name) (int)(name)->text.length, (name)->text.data

#endif
