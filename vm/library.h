/* The modules of the library that are written in the language itself, inside the binary: stdlib/NAME.apy,
 * compiled at build time by tools/freeze.c. Sorted by name.
 *
 * The table belongs to the program, not to this library of C: it comes to the VM by VmOptions, and a VM without
 * one has only the modules in C.
 */
#ifndef APY_VM_LIBRARY_H
#define APY_VM_LIBRARY_H

#include "objects/vm.h"

typedef struct LibraryModule {
    const char *name; /* dotted */
    bool is_package;
    Span text;   /* the source, for tracebacks and inspect */
    Span frozen; /* for thaw_code */
} LibraryModule;

struct Library {
    const LibraryModule *modules;
    u32 count;
};

/* NULL if there is none. */
const LibraryModule *library_find(VM *vm, const char *name);

#endif
