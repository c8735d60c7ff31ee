/* Names that are not bound, and deleting them. */
#include "vm/interpreter.h"

#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/str.h"
#include "objects/tuple.h"

Value raise_unbound_local(VM *vm, Frame *frame, u32 reg) {
    Value variables = frame->code->variables;
    Value name = reg < to_tuple(variables)->count ? to_tuple(variables)->items[reg] : vm->empty_str;
    return raise_format(vm, EXC(UnboundLocalError),
                        "cannot access local variable '%S' where it is not associated with a value", name);
}

Value raise_unbound_free(VM *vm, Frame *frame, u32 index) {
    Value name = to_tuple(frame->code->free_names)->items[index];
    return raise_format(vm, EXC(NameError),
                        "cannot access free variable '%S' where it is not associated with a value in "
                        "enclosing scope",
                        name);
}

Value raise_name(VM *vm, Value name) {
    raise_format(vm, EXC(NameError), "name '%S' is not defined", name);
    OWNED Value raised = exception_take(vm);
    object_setattr(vm, raised, NAME(name), name);
    exception_clear(vm);
    exception_restore(vm, TAKE(raised));
    return FAIL;
}

bool step_delete_name(VM *vm, Value namespace, Value name) {
    if (has_exact_kind(namespace, KIND_DICT)) {
        int deleted = dict_delete(vm, to_dict(namespace), name);
        if (!deleted) raise_name(vm, name);
        return deleted > 0;
    }
    if (object_setitem(vm, namespace, name, EMPTY)) return true;
    if (exception_matches(vm, EXC(KeyError))) {
        exception_clear(vm);
        raise_name(vm, name);
    }
    return false;
}
