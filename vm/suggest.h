/* "Did you mean ...?": the name that was probably meant by one that does not exist. */
#ifndef APY_VM_SUGGEST_H
#define APY_VM_SUGGEST_H

#include "objects/vm.h"

/* For a NameError, AttributeError or ImportError that knows the name: a str (owned), or
 * EMPTY. Whatever goes wrong on the way means that there is no suggestion. */
Value suggest_name(VM *vm, Value exception);
/* The str among `candidates` (a list, others are passed over) that is nearest to `wrong`:
 * borrowed, EMPTY if none is near enough. */
Value suggest_among(Value candidates, Value wrong);

extern const char *const stdlib_module_names[]; /* sorted, NULL-terminated */
bool is_stdlib_module(Span name);

#endif
