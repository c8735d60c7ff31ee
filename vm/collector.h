/* The cycle collector: finds containers that only keep each other alive.
 *
 * Trial deletion on the reference counts themselves, over the container pages of the heap. Pass one takes
 * from every count the references that come from other containers: what stays above zero is held from
 * outside (registers, C code, the VM). Pass two marks all that those reach. Pass three gives the counts
 * back. What is unmarked is garbage: its weak references are cleared, its finalizers run, and if they have
 * changed nothing its contents are dropped, so that plain reference counting frees it.
 *
 * A collection is due when the containers made since the last one, less those freed, pass a limit that
 * grows with the live heap: a program that builds a large heap pays in proportion to it, not to its square,
 * and one that makes and drops (a million tasks, one after the other) never pays.
 * Most are samples, of the newest pages: all that lies elsewhere counts as alive. If a sample has shown enough
 * garbage, or the heap's bytes have grown too much since, everything is looked through.
 */
#ifndef APY_VM_COLLECTOR_H
#define APY_VM_COLLECTOR_H

#include "objects/vm.h"

void collector_start(VM *vm);
void collector_free(VM *vm);
enum { COLLECT_QUICK = -1 }; /* in place of a generation: may miss something, which the next one finds */
/* hooks.collect: gives how many unreachable objects were found. */
i64 collector_run(VM *vm, int generation);
/* The collection at the end of a program: finalizers run in the order in which `first`, the namespace of
 * the main module (borrowed), reaches their objects, which is CPython's. */
i64 collector_run_from(VM *vm, Value first);
bool collector_is_enabled(VM *vm);
void collector_enable(VM *vm, bool enabled);

#endif
