/* Weak references. Objects carry no list of them: a side table in the VM maps a referent,
 * which has OBJECT_WEAKLY_REFERENCED set, to its references.
 */
#ifndef APY_OBJECTS_WEAKREF_H
#define APY_OBJECTS_WEAKREF_H

#include "objects/vm.h"

typedef struct WeakRef WeakRef;
struct WeakRef {
    Obj h;
    Value referent;           /* borrowed; EMPTY once it is gone */
    Value callback;           /* or EMPTY */
    WeakRef *previous, *next; /* of the same referent */
    u64 hash;
    bool has_hash;
};

/* The reference without callback that all share, or a new one; callback EMPTY: none. */
Value weakref_new(VM *vm, Value referent, Value callback);
Value weakref_proxy(VM *vm, Value referent, Value callback);
/* The referent (owned), EMPTY when it is gone, or has no owner any more and waits to be destroyed. */
static inline Value weakref_get(Value reference) {
    Value referent = ((WeakRef *)reference)->referent;
    return referent == EMPTY || to_object(referent)->flags & OBJECT_DYING ? EMPTY : incref(referent);
}
u32 weakref_count(VM *vm, Value referent);
Value weakref_list(VM *vm, Value referent);
/* The object dies: clear its references and call their callbacks. */
void weakref_clear(VM *vm, Obj *referent);
/* The same for the collector, which calls the callbacks later: references with a callback
 * are added to the list. */
bool weakref_clear_collecting(VM *vm, Obj *referent, List *with_callback);
bool weakref_any_callback(VM *vm);
void weakref_close(VM *vm);

#endif
