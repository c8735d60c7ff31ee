/* Exceptions and tracebacks. All builtin exception types are declared in objects/exc_types.c with
 *     EXCEPTION(ValueError, Exception, "Inappropriate argument value (of correct type).")
 */
#ifndef APY_OBJECTS_EXC_H
#define APY_OBJECTS_EXC_H

#include "objects/code.h"
#include "objects/vm.h"

/* The struct of every exception. Types with more attributes (OSError, SyntaxError, ...) keep them
 * in the instance's __dict__-like slots of their own, see exc_types.c. */
typedef struct Exception {
    Obj h;
    Value dict;      /* __dict__: EMPTY or dict (dict_offset points here) */
    Value args;      /* tuple */
    Value cause, context, traceback; /* EMPTY: None */
    bool suppress_context;
} Exception;

/* One entry of a traceback: newest call first at the head when raised, walked outwards as frames
 * are left, so that `next` leads inwards, as tb_next does. */
typedef struct Traceback {
    Obj h;
    Value next;  /* Traceback or EMPTY */
    Value frame; /* a frame object if one exists, else EMPTY: made on demand from code + globals */
    Value function;
    Code *code;  /* owned */
    u32 word;    /* of the instruction */
    i32 line;    /* set by hand (tb_lineno assigned), else 0 */
} Traceback;

static inline Exception *to_exception(Value v) {
    return (Exception *)v;
}

/* Call the type with these arguments, or take the instance as it is: what `raise X` makes. */
Value exception_make(VM *vm, Value type_or_instance, Value argument);
/* Add an entry for (function, code, word) to the traceback of the exception being raised. */
bool traceback_add(VM *vm, Value exception, Value function, Code *code, u32 word);

/* The text of an uncaught exception as CPython prints it, with chains, groups, notes, source lines
 * and carets: cli/traceback.c adds nothing. `limit` frames, or -1. */
bool exception_print(VM *vm, Value exception, Buffer *out);

#endif
