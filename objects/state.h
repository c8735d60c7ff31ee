/* The objects part of a VM: its beginning and its end. */
#ifndef APY_OBJECTS_STATE_H
#define APY_OBJECTS_STATE_H

#include "objects/vm.h"

/* Make the types, names and constants in a VM that is all zero but for `hash_key`.
 * False: no memory left. */
bool objects_start(VM *vm);
/* Release all that the start made; whoever holds objects has released them before. Gives
 * how many objects were still alive (each is a leak), after telling of them on stderr if
 * `report`. */
usize objects_stop(VM *vm, bool report);

#endif
