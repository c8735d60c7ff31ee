#include "objects/iterator.h"

#include "objects/dict.h"
#include "objects/tuple.h"

Value iterator_reduce(VM *vm, const char *builtin, Value argument, Value state) {
    Value found = dict_get_text(vm, to_dict(vm->builtins), builtin);
    if (found == EMPTY) return raise_format(vm, EXC(AttributeError), "%s", builtin);
    OWNED Value function = incref(found);
    OWNED Value arguments = TRY(tuple_of(vm, 1, argument));
    if (state == EMPTY) return tuple_of(vm, 2, function, arguments);
    return tuple_of(vm, 3, function, arguments, state);
}

Value iterator_self(VM *vm, Value self) {
    return incref(self);
}
