/* Whether a program could notice that its objects are taken apart one by one at its end. If not, the system
 * takes their memory back faster. */
#include "objects/type.h"
#include "objects/weakref.h"
#include "vm/state.h"

typedef struct Search {
    const Value *quiet;
    u32 quiet_count;
    bool found;
} Search;

static bool is_quiet(const Search *search, const Obj *object) {
    for (u32 i = 0; i < search->quiet_count; i++)
        if (to_object(search->quiet[i]) == object) return true;
    return false;
}

static void look(void *piece, void *context) {
    Search *search = context;
    Obj *object = piece;
    if (!object->shape->type->slots.finalize || object->flags & OBJECT_FINALIZED) return;
    search->found = search->found || !is_quiet(search, object);
}

bool vm_ends_silently(VM *vm, const Value *quiet, u32 quiet_count) {
    if (heap_wants_every_piece() || weakref_any_callback(vm)) return false;
    Search search = {quiet, quiet_count, false};
    heap_each(&vm->heap, HEAP_CONTAINER, look, &search);
    if (!search.found) heap_each(&vm->heap, HEAP_ATOM, look, &search);
    return !search.found;
}
