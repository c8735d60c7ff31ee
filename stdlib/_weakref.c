/* _weakref: what the module weakref is made of. */
#include "objects/dict.h"
#include "objects/frame.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/weakref.h"

MODULE(_weakref, "Weak-reference support module.")

MODULE_INIT(_weakref) {
    static const struct {
        const char *name;
        u32 id;
    } types[] = {{"ref", TYPE_ReferenceType},
                 {"ReferenceType", TYPE_ReferenceType},
                 {"ProxyType", TYPE_ProxyType},
                 {"CallableProxyType", TYPE_CallableProxyType}};
    for (usize i = 0; i < COUNT_OF(types); i++) {
        Value type = incref(from_object(vm->types[types[i].id]));
        if (!module_add(vm, module, types[i].name, type)) return false;
    }
    return true;
}

/* Return the number of weak references to 'object'. */
FUNCTION(_weakref, getweakrefcount, "(object, /)") {
    return from_small(weakref_count(vm, args[0]));
}

/* Return a list of all weak reference objects pointing to 'object'. */
FUNCTION(_weakref, getweakrefs, "(object, /)") {
    return weakref_list(vm, args[0]);
}

/* Create a proxy object that weakly references 'object'.
 *
 * 'callback', if given, is called with a reference to the
 * proxy when 'object' is about to be finalized.
 */
FUNCTION(_weakref, proxy, "(object, callback=None, /)") {
    return weakref_proxy(vm, args[0], args[1]);
}

/* Atomically remove key from dict if it points to a dead weakref. */
FUNCTION(_weakref, _remove_dead_weakref, "(dct, key, /)") {
    if (!has_kind(args[0], KIND_DICT))
        return raise_type(vm, "_remove_dead_weakref() argument 1 must be dict, not %N",
                          args[0]);
    Value found = dict_get(vm, to_dict(args[0]), args[1]);
    if (found == FAIL) return FAIL;
    if (found == EMPTY || !is_instance(vm, found, vm->types[TYPE_ReferenceType]))
        return NONE;
    if (((WeakRef *)found)->referent != EMPTY) return NONE;
    return dict_delete(vm, to_dict(args[0]), args[1]) < 0 ? FAIL : NONE;
}
