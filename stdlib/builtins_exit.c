/* exit and quit: for the prompt. */
#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/native.h"
#include "objects/str.h"
#include "stdlib/builtins_exit.h"

typedef struct Quitter {
    Obj h;
    Value name;
} Quitter;

static void free_quitter(VM *vm, Obj *self) {
    decref(((Quitter *)self)->name);
}

static Value repr_quitter(VM *vm, Value self) {
    return str_format(vm, "Use %S() or Ctrl-D (i.e. EOF) to exit", ((Quitter *)self)->name);
}

/* Closing stdin ends what else reads from it; that it fails is no matter. */
static void close_stdin(VM *vm) {
    Value stream = dict_get_text(vm, to_dict(vm->sys), "stdin");
    if (stream == EMPTY) return;
    OWNED Value done = call_method_0(vm, stream, NAME(close));
    if (done == FAIL) exception_clear(vm);
}

static Value call_quitter(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"code", NULL};
    static const Arguments arguments = {"Quitter.__call__", names, 0, 1, 0};
    Value code = EMPTY;
    CHECK(arguments_bind(vm, &arguments, args, nargs, kwnames, &code));
    close_stdin(vm);
    OWNED Value exception = TRY(call_1(vm, from_object(EXC(SystemExit)), code == EMPTY ? NONE : code));
    return raise_instance(vm, exception);
}

TYPE(Quitter, .name = "_sitebuiltins.Quitter", .size = sizeof(Quitter), .kind = KIND_OTHER,
     .slots = {.free = free_quitter, .repr = repr_quitter, .call = call_quitter})

Value quitter_new(VM *vm, const char *name) {
    OWNED Value text = TRY(str_intern_text(vm, name));
    Quitter *quitter = (Quitter *)object_new(vm, vm->types[TYPE_Quitter]);
    if (!quitter) return FAIL;
    quitter->name = TAKE(text);
    return from_object(quitter);
}
