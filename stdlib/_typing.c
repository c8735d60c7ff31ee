/* _typing: what typing needs in C. The type parameters are in _type_parameters.apy. */
#include "objects/generic_alias.h"
#include "objects/native.h"

MODULE(_typing, "Primitives and accelerators for the typing module.\n")

FUNCTION(_typing, _idfunc, "(x, /) hidden") {
    return incref(args[0]);
}

/* left | right of what may be in a union, aliases of the `type` statement included. */
FUNCTION(_typing, _union, "(left, right, /)") {
    return union_with_alias(vm, args[0], args[1]);
}
