/* Exceptions and tracebacks. The builtin exception types are declared in
 * objects/exc_types.c and, where they have attributes of their own, in objects/exc_*.c:
 *
 *     EXCEPTION(ValueError, Exception, "Inappropriate argument value (of correct type).")
 *
 * Such a type has the struct and the slots of its base. One with more attributes is a
 * TYPE whose struct begins with Exception and goes on with Values only: their number
 * stands in Obj.aux, so that visiting and releasing is the same code for all. EMPTY in
 * such a field reads as None.
 *
 * An exception that is raised costs one object, its args tuple (the shared empty one if
 * there are none) and a traceback entry for each frame it leaves, from the third on: the
 * first two wait in the exception, and become objects when somebody looks.
 */
#ifndef APY_OBJECTS_EXC_H
#define APY_OBJECTS_EXC_H

#include "objects/code.h"
#include "objects/type.h"
#include "objects/vm.h"

enum {                                   /* Obj.flags */
    EXCEPTION_SEEN = OBJECT_OWN_A,       /* while it is being printed */
    EXCEPTION_IS_CONTEXT = OBJECT_OWN_B, /* it is, or was, the context of another */
};

/* An entry of a traceback that is no object yet. The first few wait in the exception: most are never looked at. */
enum { WAITING_ENTRIES = 2, WAITING_LOCALS = 3 };
typedef struct WaitingEntry {
    Value function;
    Code *code; /* owned */
    u32 word;
    u32 count; /* as in Traceback */
    Value locals[WAITING_LOCALS];
} WaitingEntry;

typedef struct Exception {
    Obj h;
    Value dict;           /* __dict__: EMPTY or dict (dict_offset points here) */
    Value args;           /* tuple; EMPTY only after the collector cleared it */
    Value cause, context; /* EMPTY: None */
    Value entries;        /* Traceback or EMPTY: read them by exception_traceback */
    bool suppress_context;
    u8 waiting_count;
    WaitingEntry waiting[WAITING_ENTRIES]; /* in front of `entries`, the innermost frame first */
} Exception;

typedef struct ValueException { /* StopIteration.value, SystemExit.code */
    Exception base;
    Value value;
} ValueException;

typedef struct NameException { /* NameError, AttributeError */
    Exception base;
    Value name, object;
} NameException;

typedef struct ImportException {
    Exception base;
    Value msg, name, path, name_from;
} ImportException;

typedef struct OsException {
    Exception base;
    Value number, text, filename, filename2;
    Value written; /* characters_written: int or EMPTY */
} OsException;

typedef struct SyntaxException {
    Exception base;
    Value msg, filename, lineno, offset, text, end_lineno, end_offset,
        print_file_and_line;
} SyntaxException;

typedef struct UnicodeException { /* UnicodeEncodeError, -DecodeError, -TranslateError */
    Exception base;
    Value encoding, object, reason;
    Value start, end; /* inline ints */
} UnicodeException;

typedef struct GroupException {
    Exception base;
    Value message, exceptions; /* str, tuple */
} GroupException;

/* How many Values a struct has behind Exception. */
#define EXTRA_VALUES(Struct) ((sizeof(Struct) - sizeof(Exception)) / sizeof(Value))

/* One entry of a traceback: newest call first at the head when raised, walked outwards as
 * frames are left, so that `next` leads inwards, as tb_next does. A frame that is left by
 * an exception moves its locals into its entry, where they live as long as the traceback
 * does: programs can see in what order objects die. */
typedef struct Traceback {
    Obj h;
    Value next;  /* Traceback or EMPTY */
    Value frame; /* a frame object if one exists, else EMPTY: made on demand */
    Value function;
    Code *code; /* owned */
    u32 word;   /* of the instruction */
    i32 line;   /* set by hand (tb_lineno assigned), else 0 */
    u32 count;  /* 0 until the frame is left: then code->locals */
    Value locals[];
} Traceback;

static inline Exception *to_exception(Value v) {
    return (Exception *)v;
}
static inline bool is_exception(Value v) {
    return has_kind(v, KIND_EXCEPTION);
}
/* Is it a class that derives from BaseException? */
static inline bool is_exception_class(Value v) {
    return has_kind(v, KIND_TYPE) && ((Type *)v)->flags & TYPE_EXCEPTION;
}

/* Call the type with these arguments, or take the instance as it is: what `raise X`
 * makes. `argument` may be EMPTY. */
Value exception_make(VM *vm, Value type_or_instance, Value argument);
/* `raise what from cause`; cause EMPTY: no `from`; what EMPTY: a bare `raise`. Gives
 * FAIL. */
Value raise_by_statement(VM *vm, Value what, Value cause);
/* raise_instance, which takes over the instance. */
Value raise_owned(VM *vm, Value exception);
/* Raise with the exception that is being raised now as __cause__ and __context__. */
Value raise_from(VM *vm, Type *type, const char *format, ...);
/* Does `except types:` catch this exception? -1: TypeError, `types` are not exception
 * classes. */
int exception_caught_by(VM *vm, Value exception, Value types);
/* The same without a check of `types`, which may be anything: never fails. */
bool exception_given_matches(VM *vm, Value exception, Value types);
/* Give `exception` this __context__ (borrowed) without making the chain a ring. */
void exception_chain(Value exception, Value context);

/* What `new` slots of exception types use: all fields EMPTY, args as given. */
Value exception_allocate(VM *vm, Type *type, Value *args, u32 nargs, u32 extra_values);
bool exception_init(VM *vm, Value self, Value *args, u32 nargs, Value kwnames);
Value exception_repr(VM *vm, Value self);
Value exception_str(VM *vm, Value self);
void exception_free(VM *vm, Obj *self);
void exception_visit(Obj *self, Visitor *visitor);
/* (type, args) or (type, args, state): what __reduce__ gives; state borrowed or EMPTY. */
Value exception_reduce(VM *vm, Value self, Value args, Value state);
/* A copy of its __dict__ for such a state, or a new dict. */
Value exception_state(VM *vm, Value self);

/* ---- exception groups: objects/exc_group.c ---- */

/* `except* types:`: the part that matches and the rest, NONE for an empty one (both
 * owned). */
bool exception_group_match(VM *vm, Value exception, Value types, Value *matched,
                           Value *rest);
/* What is to be raised at the end of the except* clauses, from what they raised (a list,
 * with the unhandled rest in it); NONE: nothing. */
Value exception_group_reraise(VM *vm, Value original, Value raised);
/* Makes Exception the second base of ExceptionGroup: once, when the types stand. */
bool exception_group_ready(VM *vm);
Value exception_group_new(VM *vm, const char *message, Value exceptions);

/* ---- tracebacks: objects/traceback.c ---- */

/* An entry of the exception in its own memory: there is room. */
static inline void exception_add_waiting(Exception *e, Value function, Code *code, u32 word) {
    WaitingEntry *entry = &e->waiting[e->waiting_count++];
    entry->function = incref(function);
    entry->code = code;
    code->h.rc++;
    entry->word = word;
    entry->count = 0;
}
void exception_drop_waiting(Exception *e);

/* Add an entry for (function, code, word) to the traceback of the exception being raised.
 */
bool traceback_add(VM *vm, Value exception, Value function, Code *code, u32 word);
/* The frame is left by the exception: move its locals into the entry that was made for
 * it. False: there is no such entry, the caller releases them. */
bool traceback_keep_locals(VM *vm, Value exception, Frame *frame);
/* The traceback: Traceback (borrowed) or EMPTY, also when there is no memory to make it.
 */
Value exception_traceback(VM *vm, Value exception);
/* Traceback (borrowed) or EMPTY. */
void exception_set_traceback(Value exception, Value traceback);
/* The locals of an entry's frame as a dict (owned), EMPTY if they are not known. */
Value traceback_locals(VM *vm, Traceback *traceback);
/* The line of an entry; 0: none. */
i32 traceback_line(const Traceback *traceback);

/* For attributes of exceptions that live in a Value: EMPTY reads as None, deleting makes
 * EMPTY. */
static inline Value field_get(Value field) {
    return field == EMPTY ? NONE : incref(field);
}
static inline bool field_set(Value *field, Value value) {
    replace(field, incref(value));
    return true;
}

#endif
