/* copyright, credits, license and help of builtins: for the prompt. */
#include "objects/dict.h"
#include "objects/module.h"
#include "objects/native.h"
#include "objects/str.h"
#include "stdlib/builtins_exit.h"
#include "vm/import.h"

typedef struct Notice {
    Obj h;
    const char *text; /* NULL: sys.copyright */
    const char *shown; /* as repr, or NULL: the text */
} Notice;

static Value notice_text(VM *vm, const Notice *notice) {
    if (notice->text) return str_from_text(vm, notice->text);
    OWNED Value sys = TRY(import_text(vm, "sys"));
    return object_getattr_text(vm, sys, "copyright");
}

static Value repr_notice(VM *vm, Value self) {
    const Notice *notice = (const Notice *)self;
    return notice->shown ? str_from_text(vm, notice->shown) : notice_text(vm, notice);
}

static Value call_notice(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {NULL};
    static const Arguments arguments = {"_Printer.__call__", names, 0, 0, 0};
    CHECK(arguments_bind(vm, &arguments, args, nargs, kwnames, NULL));
    OWNED Value text = TRY(notice_text(vm, (const Notice *)self));
    OWNED Value builtins = TRY(import_text(vm, "builtins"));
    OWNED Value print = TRY(object_getattr_text(vm, builtins, "print"));
    return call_1(vm, print, text);
}

TYPE(Printer, .name = "_sitebuiltins._Printer", .size = sizeof(Notice), .kind = KIND_OTHER,
     .flags = TYPE_ATOM, .slots = {.repr = repr_notice, .call = call_notice})

static Value repr_helper(VM *vm, Value self) {
    return str_from_text(vm, "Type help() for interactive help, or help(object) for help about object.");
}

static Value call_helper(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    OWNED Value module = TRY(import_text(vm, "_sitebuiltins"));
    OWNED Value show = TRY(object_getattr_text(vm, module, "show_help"));
    return object_call(vm, show, args, nargs, kwnames);
}

TYPE(Helper, .name = "_sitebuiltins._Helper", .size = sizeof(Notice), .kind = KIND_OTHER,
     .flags = TYPE_ATOM, .slots = {.repr = repr_helper, .call = call_helper})

static bool add(VM *vm, Value module, const char *name, TypeId type, const char *text, const char *shown) {
    Notice *notice = (Notice *)object_new(vm, vm->types[type]);
    if (!notice) return false;
    notice->text = text;
    notice->shown = shown;
    return module_add(vm, module, name, from_object(notice));
}

bool site_notices_add(VM *vm, Value module) {
    static const char credits[] = "    Thanks to everybody who made Python, the language that apy runs.";
    static const char license[] = "apy has the MIT licence: the file LICENSE beside its sources has the text.";
    return add(vm, module, "copyright", TYPE_Printer, NULL, NULL) &&
           add(vm, module, "credits", TYPE_Printer, credits, NULL) &&
           add(vm, module, "license", TYPE_Printer, license, "Type license() to see the full license text") &&
           add(vm, module, "help", TYPE_Helper, NULL, NULL);
}
