#include "stdlib/itertools_state.h"

#include "objects/int.h"
#include "objects/sequence.h"
#include "objects/tuple.h"
#include "objects/vm.h"

bool warn_pickle(VM *vm) {
    return warn(vm, EXC(DeprecationWarning), 1,
                "Pickle, copy, and deepcopy support will be removed from itertools in "
                "Python 3.14.");
}

Value reduced(VM *vm, Value self, Value arguments, Value state) {
    OWNED Value held = arguments, held_state = state;
    if (arguments == FAIL || state == FAIL) return FAIL;
    Value type = from_object(type_of(vm, self));
    if (state == EMPTY) return tuple_of(vm, 2, type, arguments);
    return tuple_of(vm, 3, type, arguments, state);
}

Value state_field(Value field) {
    return field == EMPTY ? NONE : incref(field);
}

static bool refuse_count(VM *vm, u32 least, u32 most, usize count) {
    u32 bound = count < least ? least : most;
    const char *how = least == most ? "exactly" : count < least ? "at least" : "at most";
    raise_type(vm, "function takes %s %u argument%s (%lu given)", how, bound,
               bound == 1 ? "" : "s", (unsigned long)count);
    return false;
}

bool state_unpack(VM *vm, Value state, u32 least, u32 most, Value *out) {
    if (!has_kind(state, KIND_TUPLE)) {
        raise_type(vm, "state is not a tuple");
        return false;
    }
    usize count = to_tuple(state)->count;
    if (count < least || count > most) return refuse_count(vm, least, most, count);
    for (u32 i = 0; i < most; i++) out[i] = i < count ? to_tuple(state)->items[i] : EMPTY;
    return true;
}

Value raise_state_argument(VM *vm, u32 number, const char *wanted, Value got) {
    return raise_type(vm, "argument %u must be %s, not %T", number, wanted, got);
}

bool state_index(VM *vm, Value v, i64 low, i64 high, usize *out) {
    i64 index;
    if (!index_from_state(vm, v, &index)) return false;
    if (index > high) index = high;
    *out = (usize)(index < low ? low : index);
    return true;
}
