/* Where the source text of code can be found: what has no file is registered under the
 * name that its code has ("<string>" of -c, "<stdin>-3" of a prompt); everything else is
 * read from the file of that name when somebody wants to show a line of it, and again
 * when the file has changed.
 */
#ifndef APY_VM_SOURCES_H
#define APY_VM_SOURCES_H

#include "objects/vm.h"

/* The text (UTF-8) of code whose filename is `name`, for as long as the VM lives or until
 * the name is registered anew. Both are copied. False: no memory (no exception is set).
 */
bool sources_register(VM *vm, Span name, Span text);
/* The whole text under this name; data NULL if there is none. Borrowed until the next
 * call. */
Span sources_text(VM *vm, Span name);
/* Append the lines first to last, each without white space at its end but with a newline.
 * Lines that do not exist are empty. */
void sources_lines(VM *vm, Span name, u32 first, u32 last, Buffer *out);
void sources_free(VM *vm);

#endif
