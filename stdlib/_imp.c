/* _imp: what importlib needs of the import in C. */
#include "objects/dict.h"
#include "objects/frame.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "vm/import.h"
#include "vm/library.h"

MODULE(_imp, "(Extremely) low-level import machinery bits as used by importlib.")

static bool want_name(VM *vm, Value v) {
    if (is_str(v)) return true;
    raise_type(vm, "module name must be str, not %T", v);
    return false;
}

static Value found_or_none(Value module) {
    return module == EMPTY ? NONE : module;
}

/* Returns True if the module name corresponds to a built-in module. */
FUNCTION(_imp, is_builtin, "(name, /)") {
    CHECK(want_name(vm, args[0]));
    for (u32 i = 0; i < MODULE_COUNT; i++)
        if (str_equals_text(args[0], module_specs[i].name)) return from_small(1);
    return from_small(0);
}

/* Returns True if the module name corresponds to a frozen module. */
FUNCTION(_imp, is_frozen, "(name, /)") {
    CHECK(want_name(vm, args[0]));
    return from_bool(library_find(vm, to_str(args[0])->data) != NULL);
}

/* Returns True if the module name is of a frozen package. */
FUNCTION(_imp, is_frozen_package, "(name, /)") {
    CHECK(want_name(vm, args[0]));
    const LibraryModule *library = library_find(vm, to_str(args[0])->data);
    return from_bool(library && library->is_package);
}

/* The source of a module of the library, or None. */
FUNCTION(_imp, library_source, "(name, /)") {
    CHECK(want_name(vm, args[0]));
    const LibraryModule *library = library_find(vm, to_str(args[0])->data);
    if (!library) return NONE;
    Buffer room = {0};
    Span text = library_text(library, &room);
    Value source = text.data ? str_from_span(vm, text) : raise_memory(vm);
    buffer_free(&room);
    return source;
}

/* Import a module in C: None if there is no such. */
FUNCTION(_imp, load_builtin, "(name, /)") {
    return want_name(vm, args[0]) ? found_or_none(import_native(vm, args[0])) : FAIL;
}

/* Import a module of the library: None if there is no such. */
FUNCTION(_imp, load_frozen, "(name, /)") {
    return want_name(vm, args[0]) ? found_or_none(import_library(vm, args[0])) : FAIL;
}

/* Import a file on these folders: None if there is no such. */
FUNCTION(_imp, load_file, "(name, folders, /)") {
    return want_name(vm, args[0]) ? found_or_none(import_file(vm, args[0], args[1])) : FAIL;
}

/* Import a package without a body: None if there is no such. */
FUNCTION(_imp, load_namespace, "(name, folders, /)") {
    return want_name(vm, args[0]) ? found_or_none(import_namespace(vm, args[0], args[1])) : FAIL;
}

/* Returns the list of file suffixes used to identify extension modules. */
FUNCTION(_imp, extension_suffixes, "()") {
    return list_new(vm, 0);
}

/* Return True if the import lock is currently held, else False. */
FUNCTION(_imp, lock_held, "()") {
    return FALSE;
}

/* Acquires the interpreter's import lock for the current thread. */
FUNCTION(_imp, acquire_lock, "()") {
    return NONE;
}

/* Release the interpreter's import lock. */
FUNCTION(_imp, release_lock, "()") {
    return NONE;
}

/* Make messages name the class "module.name", as those of classes that are written in C do. */
FUNCTION(_imp, name_in_full, "(cls, /)") {
    if (!is_type(args[0]) || !(to_type(args[0])->flags & TYPE_HEAP))
        return raise_type(vm, "expected a class, not %T", args[0]);
    OWNED Value module = TRY(object_getattr_text(vm, args[0], "__module__"));
    OWNED Value own = TRY(object_getattr_text(vm, args[0], "__qualname__"));
    Value name = TRY(str_format(vm, "%S.%S", module, own));
    replace(&to_type(args[0])->full_name, name);
    return incref(args[0]);
}
