/* What is to be shown of an exception and of all that it leads to. */
#ifndef APY_VM_REPORTS_H
#define APY_VM_REPORTS_H

#include "objects/exc.h"

typedef struct Report {
    Value exception;    /* owned */
    Value text;         /* str(exception), with suggestions: str, owned */
    Value notes;        /* what __notes__ is, or EMPTY; owned */
    i32 cause, context; /* indices of reports; -1: not shown */
    i32 before;         /* of a cause or context: the report that it belongs to */
    i32 members;        /* index of the first of the group's exceptions, -1: no group */
    u32 member_count;
} Report;

typedef struct Reports {
    Report *items; /* [0] is the exception itself */
    u32 count, capacity;
    bool failed; /* no memory */
} Reports;

/* Gather; chained: with causes and contexts. Exceptions of scripts' methods are
 * swallowed. */
void reports_gather(VM *vm, Reports *reports, Value exception, bool is_chained);
void reports_free(VM *vm, Reports *reports);

/* str(v), or "<what str() failed>": owned, EMPTY only when memory is out. */
Value safe_str(VM *vm, Value v, const char *what);
Value safe_repr(VM *vm, Value v, const char *what);

#endif
