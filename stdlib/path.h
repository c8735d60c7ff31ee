/* What functions of the system take as a path: str, bytes, or an object with __fspath__. */
#ifndef APY_STDLIB_PATH_H
#define APY_STDLIB_PATH_H

#include "objects/vm.h"

/* Append the path to `out` as the system wants it, with a NUL behind. `function` is what messages begin with
 * ("stat: "), or "". TypeError "expected str, bytes or os.PathLike object, not X", ValueError "embedded null
 * byte". */
bool path_to_os(VM *vm, const char *function, Value path, Buffer *out);
/* os.fspath: str or bytes. */
Value path_fspath(VM *vm, Value path);

#endif
