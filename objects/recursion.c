/* Guards of C functions that call themselves through Python values. */
#include <stdlib.h>

#include "objects/vm.h"

bool refuse_recursion(VM *vm, const char *while_text) {
    raise_format(vm, EXC(RecursionError), "maximum recursion depth exceeded%s", while_text);
    return false;
}

static bool grow_showing(VM *vm) {
    u32 capacity = vm->showing_capacity ? vm->showing_capacity * 2 : 16;
    Value *larger = realloc(vm->showing, capacity * sizeof(Value));
    if (!larger) {
        raise_memory(vm);
        return false;
    }
    vm->showing = larger;
    vm->showing_capacity = capacity;
    return true;
}

int repr_enter(VM *vm, Value v) {
    for (u32 i = vm->showing_count; i-- > 0;)
        if (vm->showing[i] == v) return 1;
    if (vm->showing_count == vm->showing_capacity && !grow_showing(vm)) return -1;
    vm->showing[vm->showing_count++] = v;
    return 0;
}

void repr_leave(VM *vm, Value v) {
    for (u32 i = vm->showing_count; i-- > 0;) {
        if (vm->showing[i] != v) continue;
        vm->showing_count--;
        memmove(vm->showing + i, vm->showing + i + 1,
                (vm->showing_count - i) * sizeof(Value));
        return;
    }
}
