/* Standard output and input while there is no sys.stdout or sys.stdin: plain descriptors
 * with a buffer in front. Lines go out at once when a terminal listens. */
#ifndef APY_STDLIB_STDOUT_H
#define APY_STDLIB_STDOUT_H

#include "objects/vm.h"

/* False with OSError. */
bool stdout_write(VM *vm, Span text);
bool stdout_flush(VM *vm);
/* Append a line with its newline to `out`; nothing at the end of the input. */
bool stdin_read_line(VM *vm, Buffer *out);

#endif
