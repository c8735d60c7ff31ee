/* Warnings: filters, what has been shown already, showing. The state (filters,
 * once-registry, default action) is that of the module `_warnings`; as soon as a program
 * has imported `warnings`, the lists and functions in there decide, as in CPython.
 */
#ifndef APY_VM_WARNINGS_H
#define APY_VM_WARNINGS_H

#include "objects/vm.h"

typedef struct Warnings {
    Value filters; /* list of (action, message, category, module, line) */
    Value once;    /* dict */
    Value default_action;
    i64 version; /* of the filters: what registries remember is void when it changes */
} Warnings;

/* The state, made on first use; NULL with an exception. */
Warnings *warnings_state(VM *vm);

/* Where a warning is issued. All borrowed. */
typedef struct WarningPlace {
    Value filename, module; /* str; module NONE: nothing is done */
    Value registry;         /* dict, or NONE: remember nothing */
    Value line_text;        /* source line, or EMPTY: look it up */
    i64 line;
} WarningPlace;

/* hooks.warn: from the frame `stack_level` - 1 calls above the running one. */
bool warnings_warn(VM *vm, Type *category, Value message, i32 stack_level, Value source);
/* The same with file names that do not count as callers: a tuple of prefixes, or EMPTY.
 */
bool warnings_warn_skipping(VM *vm, Value category, Value message, i64 stack_level,
                            Value source, Value prefixes);
/* hooks.warn_explicit: for what the compiler finds. */
bool warnings_warn_at(VM *vm, Type *category, Value message, Value filename, i32 line);
/* The file name without ".py" or ".apy": a module's name when nothing better is known. */
Value warnings_module_of_file(VM *vm, Value filename);
/* False: an exception, which may be the warning itself. `source` EMPTY: none. */
bool warnings_issue(VM *vm, Value category, Value message, const WarningPlace *place,
                    Value source);
/* An option of -W: "action:message:category:module:line". False: it is invalid, and
 * stderr says so. */
bool warnings_add_option(VM *vm, Span option);

#endif
