/* A VM from its beginning to its end. */
#ifndef APY_VM_STATE_H
#define APY_VM_STATE_H

#include "objects/vm.h"

typedef struct VmOptions {
    HashKey hash_key;   /* PYTHONHASHSEED or chance */
    usize memory_limit; /* bytes; 0: none */
    const Library *library; /* modules inside the binary: vm/library.h; or NULL */
} VmOptions;

/* NULL when memory is out. The VM belongs to the calling thread. */
VM *vm_new(const VmOptions *options);
/* Ends everything: atexit callbacks must have run. Gives the number of objects that were never released (0
 * when all is well), told on stderr if `report`. */
usize vm_free(VM *vm, bool report);
/* Nothing that lives has a finalizer or is watched, but for the `quiet` objects: the process may just end,
 * without vm_free. */
bool vm_ends_silently(VM *vm, const Value *quiet, u32 quiet_count);

#endif
