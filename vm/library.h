/* The modules of the library that are written in the language itself, inside the binary (stdlib/NAME.apy, made
 * into a table by tools/embed.py). Sorted by name. */
#ifndef APY_VM_LIBRARY_H
#define APY_VM_LIBRARY_H

#include "base/base.h"

typedef struct LibraryModule {
    const char *name; /* dotted */
    bool is_package;
    Span text;
} LibraryModule;

extern const LibraryModule library_modules[];
extern const u32 library_module_count;

/* NULL if there is none. */
const LibraryModule *library_find(const char *name);

#endif
