/* The module builtins: its types, exceptions and constants. Its functions are in
 * builtins_*.c. */
#include "objects/dict.h"
#include "objects/frame.h"
#include "objects/native.h"
#include "objects/str.h"
#include "stdlib/builtins_exit.h"

MODULE(builtins, "Built-in functions, types, exceptions, and other objects.\n\n"
                 "This module provides direct access to all 'built-in'\n"
                 "identifiers of Python; for example, builtins.len is\n"
                 "the full name for the built-in function len().\n\n"
                 "This module is not normally accessed explicitly by most\n"
                 "applications, but can be useful in modules that provide\n"
                 "objects with the same name as a builtin and need a\n"
                 "reference to the builtin.")

static bool add(VM *vm, Value module, const char *name, Value borrowed) {
    return module_add(vm, module, name, incref(borrowed));
}

static const TypeId shown_types[] = {
    TYPE_bool,         TYPE_memoryview, TYPE_bytearray, TYPE_bytes,  TYPE_classmethod,
    TYPE_complex,      TYPE_dict,       TYPE_enumerate, TYPE_filter, TYPE_float,
    TYPE_frozenset,    TYPE_property,   TYPE_int,       TYPE_list,   TYPE_map,
    TYPE_object,       TYPE_range,      TYPE_reversed,  TYPE_set,    TYPE_slice,
    TYPE_staticmethod, TYPE_str,        TYPE_super,     TYPE_tuple,  TYPE_type,
    TYPE_zip,
};

static bool add_types(VM *vm, Value module) {
    for (u32 i = 0; i < COUNT_OF(shown_types); i++) {
        const char *name = type_tables[shown_types[i]].spec->name;
        if (!add(vm, module, name, from_object(vm->types[shown_types[i]]))) return false;
    }
    return true;
}

/* Exceptions of the language have names without a module. */
static bool add_exceptions(VM *vm, Value module) {
    for (u32 i = 0; i < TYPE_COUNT; i++) {
        const char *name = type_tables[i].spec->name;
        if (!(vm->types[i]->flags & TYPE_EXCEPTION) || strchr(name, '.')) continue;
        if (!add(vm, module, name, from_object(vm->types[i]))) return false;
    }
    return add(vm, module, "EnvironmentError", from_object(EXC(OSError))) &&
           add(vm, module, "IOError", from_object(EXC(OSError)));
}

enum { MEMBERS = 170 }; /* or a few more */

MODULE_INIT(builtins) {
    return dict_reserve(vm, ((Module *)to_object(module))->dict, MEMBERS) && add(vm, module, "None", NONE) && add(vm, module, "Ellipsis", ELLIPSIS) &&
           add(vm, module, "NotImplemented", NOT_IMPLEMENTED) &&
           add(vm, module, "False", FALSE) && add(vm, module, "True", TRUE) &&
           add_types(vm, module) && add(vm, module, "__debug__", TRUE) &&
           add_exceptions(vm, module) && module_add(vm, module, "exit", quitter_new(vm, "exit")) &&
           module_add(vm, module, "quit", quitter_new(vm, "quit")) &&
           site_notices_add(vm, module);
}
