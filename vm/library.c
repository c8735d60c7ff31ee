#include "vm/library.h"

#include "objects/exc.h"
#include "vm/freeze.h"

const LibraryModule *library_find(VM *vm, const char *name) {
    const LibraryModule *modules = vm->library ? vm->library->modules : NULL;
    u32 low = 0, high = vm->library ? vm->library->count : 0;
    while (low < high) {
        u32 middle = (low + high) / 2;
        int order = strcmp(name, modules[middle].name);
        if (!order) return &modules[middle];
        if (order < 0) high = middle;
        else low = middle + 1;
    }
    return NULL;
}

static Value thaw(VM *vm, Span code, Packed positions) {
    PositionBlock *block = code.data ? position_block_new(positions) : NULL;
    if (!block) return raise_memory(vm);
    Value made = thaw_code(vm, code, block);
    position_block_leave(block);
    return made;
}

Value library_code(VM *vm, const LibraryModule *module) {
    Buffer room = {0};
    Span code = packed_read(module->code, (Span){0}, &room);
    Value made = thaw(vm, code, module->positions);
    buffer_free(&room);
    return made;
}

Span library_dictionary(Span code) {
    enum { WINDOW = 32 * 1024 };
    return code.length <= WINDOW ? code : (Span){code.data + code.length - WINDOW, WINDOW};
}

Span library_text(const LibraryModule *module, Buffer *room) {
    Buffer code_room = {0};
    Span code = packed_read(module->code, (Span){0}, &code_room);
    Span text = code.data ? packed_read(module->text, library_dictionary(code), room) : (Span){0};
    buffer_free(&code_room);
    return text;
}
