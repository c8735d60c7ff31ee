/* Module objects: struct Module, module_new and module_add are in objects/frame.h. */
#ifndef APY_OBJECTS_MODULE_H
#define APY_OBJECTS_MODULE_H

#include "objects/frame.h"
#include "objects/vm.h"

enum {                                     /* Obj.flags of modules */
       MODULE_NATIVE = OBJECT_OWN_A,       /* written in C: "(built-in)" */
       MODULE_INITIALIZING = OBJECT_OWN_B, /* its import is under way */
};

/* Set all names to None, private ones first: the end of a module. */
void module_clear(VM *vm, Dict *dict);
/* The getattr slot of modules: the dict, then its __getattr__. */
Value module_getattr(VM *vm, Value self, Value name);
/* The same, EMPTY for what is missing. */
Value module_find(VM *vm, Value self, Value name);

#endif
