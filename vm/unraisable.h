/* Exceptions that nobody can catch: raised in __del__, in callbacks, in a generator that
 * is dropped.
 */
#ifndef APY_VM_UNRAISABLE_H
#define APY_VM_UNRAISABLE_H

#include "objects/vm.h"

/* What sys.unraisablehook gets. */
typedef struct UnraisableArgs {
    Obj h;
    Value exception, message,
        object; /* message: str or NONE; object: NONE if there is none */
} UnraisableArgs;

/* hooks.unraisable: hand vm->exception to sys.unraisablehook. The message is the whole
 * head line without its colon; NULL: "Exception ignored in". */
void unraisable_report(VM *vm, const char *message, Value object);
/* What the default hook does. False: an exception is set. */
bool unraisable_print(VM *vm, Value exception, Value message, Value object);
/* Write text to sys.stderr, or to descriptor 2 while there is none. False: an exception
 * is set. */
bool stderr_write(VM *vm, Span text);

#endif
