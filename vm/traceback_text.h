/* The text of an exception as CPython 3.13 prints it: traceback with source lines and
 * markers, chain of causes and contexts, groups as a tree, notes, suggestions, the place
 * of syntax errors.
 *
 * What is shown is gathered first (reports.c: exceptions, their texts and links), then
 * written.
 */
#ifndef APY_VM_TRACEBACK_TEXT_H
#define APY_VM_TRACEBACK_TEXT_H

#include "objects/vm.h"

typedef struct TracebackStyle {
    bool color;
    bool is_limited;   /* show at most `limit` entries of each traceback: */
    i64 limit;         /* the first ones, or the last ones if negative */
    bool is_plain;     /* source lines without markers, none of names like <string> */
    bool is_unchained; /* neither causes nor contexts */
} TracebackStyle;

/* Append the text of an uncaught exception; style NULL: as the default excepthook, which
 * honours sys.tracebacklimit. False: no memory. No exception is set, and vm->exception is
 * kept. */
bool exception_print(VM *vm, Value exception, const TracebackStyle *style, Buffer *out);
/* The last part alone: type, message and notes. */
bool exception_print_only(VM *vm, Value exception, bool color, Buffer *out);
/* The entries of a traceback (Traceback or EMPTY), without a heading. */
bool traceback_print(VM *vm, Value traceback, const TracebackStyle *style, Buffer *out);

/* "module.Name" of a class; builtins and __main__ are left out. */
void type_name_print(VM *vm, Type *type, Buffer *out);

/* One entry:  File "x", line N, in f  and its source. */
typedef struct Place {
    Value filename, name; /* str */
    i32 line, end_line;   /* 0: unknown */
    i32 column, end_column;
} Place;
void place_print(VM *vm, const Place *place, const TracebackStyle *style, Buffer *out);

#endif
