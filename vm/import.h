/* Importing: sys.modules, then modules in C, then the library inside the binary, then files on sys.path (`.apy`
 * before `.py`, packages before both).
 *
 * A script's own folder comes before the library for names that the library does not have in C, as in CPython.
 */
#ifndef APY_VM_IMPORT_H
#define APY_VM_IMPORT_H

#include "objects/vm.h"

/* What the import statement and __import__ do. */
Value import_module(VM *vm, Value name, Value globals, Value fromlist, i64 level);
/* The module of an absolute dotted name itself (not the first part). */
Value import_absolute(VM *vm, Value name);
/* Like it, with the name as C text. */
Value import_text(VM *vm, const char *name);
/* A new module object with __name__ ... set, put into sys.modules. */
Value import_add_module(VM *vm, Value name);
/* The single steps, for importlib: EMPTY when it is not there. A module in C, in the library, a file on these
 * folders (a list), a package without a body. */
Value import_native(VM *vm, Value name);
Value import_library(VM *vm, Value name);
Value import_file(VM *vm, Value name, Value folders);
Value import_namespace(VM *vm, Value name, Value folders);
/* Run source text as the body of a module; flags: COMPILE_... */
bool import_run_source(VM *vm, Value module, Span source, Span filename, u32 flags);
/* The bytes of a file; false with OSError. */
bool read_file(VM *vm, const char *path, Buffer *out);

#endif
