/* _collections: the parts of collections that are written in C. */
#include "objects/dict.h"
#include "objects/frame.h"
#include "objects/int.h"
#include "objects/native.h"

MODULE(_collections, "High performance data structures.")

MODULE_INIT(_collections) {
    static const struct {
        const char *name;
        u16 type;
    } types[] = {
        {"deque", TYPE_deque},
        {"defaultdict", TYPE_defaultdict},
        {"OrderedDict", TYPE_OrderedDict},
        {"_deque_iterator", TYPE_deque_iterator},
        {"_deque_reverse_iterator", TYPE_deque_reverse_iterator},
        {"_tuplegetter", TYPE__tuplegetter},
    };
    for (usize i = 0; i < COUNT_OF(types); i++) {
        Value type = incref(from_object(vm->types[types[i].type]));
        if (!module_add(vm, module, types[i].name, type)) return false;
    }
    return true;
}

/* ---- counting ---- */

/* One more of the key in a plain dict. */
static bool count_key(VM *vm, Dict *counts, Value key) {
    Value old = dict_get(vm, counts, key);
    if (old == FAIL) return false;
    OWNED Value count = TRY_OR_FALSE(
        object_binary(vm, BINARY_ADD, old == EMPTY ? from_small(0) : old, from_small(1)));
    return dict_set(vm, counts, key, count);
}

static bool count_by_methods(VM *vm, Value mapping, Value key) {
    OWNED Value old =
        TRY_OR_FALSE(call_method_2(vm, mapping, NAME(get), key, from_small(0)));
    OWNED Value count = TRY_OR_FALSE(object_binary(vm, BINARY_ADD, old, from_small(1)));
    return object_setitem(vm, mapping, key, count);
}

/* Do [] and get of the mapping mean what they mean for dict? */
static bool is_plain(VM *vm, Value mapping) {
    Type *type = type_of(vm, mapping), *plain = vm->types[TYPE_dict];
    return has_kind(mapping, KIND_DICT) && type->slots.setitem == plain->slots.setitem &&
           type_lookup(vm, type, NAME(get)) == type_lookup(vm, plain, NAME(get));
}

/* Count elements in the iterable, updating the mapping */
FUNCTION(_collections, _count_elements, "(mapping, iterable, /)") {
    bool plain = is_plain(vm, args[0]);
    OWNED Value iterator = TRY(object_iter(vm, args[1]));
    for (;;) {
        OWNED Value key = TRY(iter_next(vm, iterator));
        if (key == EMPTY) return NONE;
        CHECK(plain ? count_key(vm, to_dict(args[0]), key)
                    : count_by_methods(vm, args[0], key));
    }
}
