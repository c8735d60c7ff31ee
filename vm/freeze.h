/* Code objects as bytes and back: how the library's modules are compiled at build time and loaded at the speed
 * of copying.
 *
 * The bytes are those of this build on this machine: no format for files. Tables that nobody writes to
 * (positions, exceptions, windows) are used in place: the bytes must be 8-byte aligned and live as long as the
 * VM.
 */
#ifndef APY_VM_FREEZE_H
#define APY_VM_FREEZE_H

#include "objects/code.h"
#include "objects/vm.h"

/* False with an exception: a constant of a kind that no code has. */
bool freeze_code(VM *vm, Value code, Buffer *out);
Value thaw_code(VM *vm, Span bytes);

#endif
