/* Around a fork: what programs have registered (os.register_at_fork), and what the child must forget. */
#ifndef APY_STDLIB_FORK_H
#define APY_STDLIB_FORK_H

#include "objects/vm.h"

void fork_begins(VM *vm);
void fork_in_child(VM *vm);
void fork_in_parent(VM *vm);

/* The type resource.struct_rusage: owned. */
Value resource_usage_type(VM *vm);

#endif
