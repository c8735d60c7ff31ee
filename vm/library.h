/* The modules of the library that are written in the language itself, inside the binary: stdlib/NAME.apy,
 * compiled at build time by tools/freeze.c. Sorted by name.
 *
 * The table belongs to the program, not to this library of C: it comes to the VM by VmOptions, and a VM without
 * one has only the modules in C.
 */
#ifndef APY_VM_LIBRARY_H
#define APY_VM_LIBRARY_H

#include "base/packed.h"
#include "objects/vm.h"

typedef struct LibraryModule {
    const char *name; /* dotted */
    bool is_package;
    Packed code;      /* for thaw_code */
    Packed positions; /* of that code */
    Packed text;      /* the source, for tracebacks and inspect; the code is its dictionary */
} LibraryModule;

struct Library {
    const LibraryModule *modules;
    u32 count;
};

/* NULL if there is none. */
const LibraryModule *library_find(VM *vm, const char *name);
/* FAIL with an exception. */
Value library_code(VM *vm, const LibraryModule *module);
/* The source, in `room` if it was packed; {NULL}: no memory. */
Span library_text(const LibraryModule *module, Buffer *room);
/* What text is packed with: the tail of the code, which is text, too. */
Span library_dictionary(Span code);

#endif
