/* Builtin functions that compile, run and import: compile, eval, exec, __import__,
 * breakpoint. */
#include "compiler/compiler.h"
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/frame.h"
#include "objects/frameobject.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* ---- source ---- */

/* Source text that is lent by a str or a bytes-like object. */
typedef struct Source {
    Span text;
    Buffered buffered;
    bool is_bytes;
} Source;

/* False with TypeError. */
static bool source_open(VM *vm, Value v, const char *function, const char *what,
                        Source *out) {
    *out = (Source){0};
    if (is_str(v)) {
        out->text = str_span(v);
    } else if (type_of(vm, v)->slots.buffer) {
        if (!buffered_get(vm, v, &out->buffered, false)) return false;
        out->is_bytes = true;
        out->text = (Span){out->buffered.data, out->buffered.size};
    } else {
        raise_type(vm, "%s() arg 1 must be a %s object", function, what);
        return false;
    }
    if (!memchr(out->text.data, '\0', out->text.length)) return true;
    raise_format(vm, EXC(SyntaxError), "source code string cannot contain null bytes");
    if (out->is_bytes) buffered_release(vm, &out->buffered);
    return false;
}

static void source_close(VM *vm, Source *source) {
    if (source->is_bytes) buffered_release(vm, &source->buffered);
}

/* The __future__ statements in effect in the calling code. */
static u32 inherited_flags(VM *vm) {
    return vm->frame ? vm->frame->code->flags & CODE_FUTURE_ANNOTATIONS : 0;
}

static Value compile_text(VM *vm, Source *source, Span filename, char mode, u32 flags) {
    if (source->is_bytes) flags |= COMPILE_BYTES;
    return vm->hooks.compile(vm, source->text, filename, mode, flags);
}

/* ---- compile ---- */

enum {
    FLAG_ONLY_AST = 0x400,
    FLAG_TYPE_COMMENTS = 0x1000,
    FLAGS_KNOWN = 0x1FE0000 | 0x8000 | FLAG_ONLY_AST | FLAG_TYPE_COMMENTS |
                  COMPILE_DONT_IMPLY_DEDENT | COMPILE_TOP_LEVEL_AWAIT |
                  COMPILE_ALLOW_INCOMPLETE,
};

/* A file name from a str, bytes or an object with __fspath__: a str. */
static Value read_filename(VM *vm, Value v) {
    if (is_str(v)) return incref(v);
    if (has_kind(v, KIND_BYTES)) {
        Span bytes = bytes_span(v);
        return str_from_os(vm, bytes.data, bytes.length);
    }
    OWNED Value method = TRY(object_find_special(vm, v, NAME(__fspath__)));
    if (method == EMPTY || method == NONE) {
        return raise_type(vm, "expected str, bytes or os.PathLike object, not %T", v);
    }
    OWNED Value path = TRY(call_0(vm, method));
    if (is_str(path) || has_kind(path, KIND_BYTES)) return read_filename(vm, path);
    return raise_type(vm, "expected %T.__fspath__() to return str or bytes, not %T", v,
                      path);
}

static bool read_mode(VM *vm, Value v, char *mode) {
    if (!is_str(v)) {
        raise_type(vm, "compile() argument 'mode' must be str, not %N", v);
    } else if (str_equals_text(v, "exec")) {
        *mode = 'e';
        return true;
    } else if (str_equals_text(v, "eval")) {
        *mode = 'v';
        return true;
    } else if (str_equals_text(v, "single")) {
        *mode = 's';
        return true;
    } else {
        raise_value(vm, "compile() mode must be 'exec', 'eval' or 'single'");
    }
    return false;
}

static bool read_number(VM *vm, Value v, i64 otherwise, i64 *out) {
    *out = otherwise;
    return v == EMPTY || object_to_i64(vm, v, out);
}

static bool read_flags(VM *vm, Value *args, u32 *out) {
    i64 flags, optimize;
    if (!read_number(vm, args[0], 0, &flags)) return false;
    int dont_inherit = args[1] == EMPTY ? 0 : object_truth(vm, args[1]);
    if (dont_inherit < 0 || !read_number(vm, args[2], -1, &optimize)) return false;
    if (flags & ~(i64)FLAGS_KNOWN) {
        raise_value(vm, "compile(): unrecognised flags");
        return false;
    }
    if (optimize < -1 || optimize > 2) {
        raise_value(vm, "compile(): invalid optimize value");
        return false;
    }
    *out = (u32)flags;
    if (!dont_inherit) *out |= inherited_flags(vm);
    if (optimize >= 1) *out |= COMPILE_OPTIMIZE;
    if (optimize == 2) *out |= COMPILE_NO_DOCSTRINGS;
    return true;
}

/* ---- trees ---- */

/* Is it a node of the module ast? It cannot be if nobody has imported that. -1: exception. */
static int is_ast(VM *vm, Value v) {
    OWNED Value name = str_intern_text(vm, "ast");
    Value module = name == FAIL ? FAIL : dict_get(vm, to_dict(vm->modules), name);
    if (module == FAIL) return -1;
    if (module == EMPTY || module == NONE) return 0;
    OWNED Value base = object_getattr_text(vm, module, "AST");
    if (base == FAIL) {
        exception_clear(vm);
        return 0;
    }
    return is_type(base) && is_instance(vm, v, to_type(base));
}

/* ast._parse(source, filename, mode, flags) or ast._compile(tree, ...). */
static Value with_ast(VM *vm, const char *function, Value source, Value filename, Value mode,
                      u32 flags) {
    OWNED Value name = TRY(str_intern_text(vm, "ast"));
    OWNED Value module = TRY(vm->hooks.import(vm, name, EMPTY, EMPTY, 0));
    OWNED Value callee = TRY(object_getattr_text(vm, module, function));
    Value window[] = {source, filename, mode, from_small((i64)(flags & ~(u32)FLAG_ONLY_AST))};
    return object_call(vm, callee, window, COUNT_OF(window), EMPTY);
}

/* Compile source into a code object that can be executed by exec() or eval().
 *
 * The source code may represent a Python module, statement or expression.
 * The filename will be used for run-time error messages.
 * The mode must be 'exec' to compile a module, 'single' to compile a
 * single (interactive) statement, or 'eval' to compile an expression.
 * The flags argument, if present, controls which future statements influence
 * the compilation of the code.
 * The dont_inherit argument, if true, stops the compilation inheriting
 * the effects of any future statements in effect in the code calling
 * compile; if absent or false these statements do influence the compilation,
 * in addition to any features explicitly specified.
 */
FUNCTION(builtins, compile,
       "(source, filename, mode, flags=0, dont_inherit=False, optimize=-1, *, "
       "_feature_version=-1) shown (source, filename, mode, flags=0,\n        "
       "dont_inherit=False, optimize=-1, *, _feature_version=-1)") {
    OWNED Value filename = TRY(read_filename(vm, args[1]));
    char mode;
    u32 flags;
    CHECK(read_mode(vm, args[2], &mode));
    CHECK(read_flags(vm, args + 3, &flags));
    bool is_text = is_str(args[0]) || type_of(vm, args[0])->slots.buffer;
    if (flags & FLAG_ONLY_AST && is_text)
        return with_ast(vm, "_parse", args[0], filename, args[2], flags);
    int is_tree = is_text ? 0 : is_ast(vm, args[0]);
    if (is_tree < 0) return FAIL;
    if (is_tree && flags & FLAG_ONLY_AST) return incref(args[0]);
    if (is_tree) return with_ast(vm, "_compile", args[0], filename, args[2], flags);
    Source source;
    CHECK(source_open(vm, args[0], "compile", "string, bytes or AST", &source));
    Value code = compile_text(vm, &source, str_span(filename), mode, flags);
    source_close(vm, &source);
    return code;
}

/* ---- namespaces for eval and exec ---- */

typedef struct Namespaces {
    Value globals, locals; /* owned */
} Namespaces;

static void namespaces_release(Namespaces *spaces) {
    decref(spaces->globals);
    decref(spaces->locals);
}

/* Those of the caller. */
static bool take_current(VM *vm, Namespaces *out) {
    if (!vm->frame) {
        raise_system(vm, "globals and locals cannot be NULL");
        return false;
    }
    Value globals = ((Function *)to_object(vm->frame->func))->globals;
    Value locals = frame_locals(vm, vm->frame);
    if (locals == FAIL) return false;
    *out = (Namespaces){incref(globals), locals};
    return true;
}

static bool add_builtins(VM *vm, Value globals) {
    Value found = dict_get_text(vm, to_dict(globals), "__builtins__");
    Value running = vm->frame ? vm->frame->func : EMPTY;
    bool is_function = has_kind(running, KIND_FUNCTION);
    Value inherited = is_function ? ((Function *)to_object(running))->builtins : vm->builtins;
    return found != EMPTY ||
           dict_set_text(vm, to_dict(globals), "__builtins__", inherited);
}

static bool is_mapping(VM *vm, Value v) {
    return type_of(vm, v)->slots.getitem != NULL;
}

static bool check_namespaces(VM *vm, bool is_eval, Value globals, Value locals) {
    if (locals != NONE && !is_mapping(vm, locals)) {
        raise_type(vm,
                   is_eval ? "locals must be a mapping"
                           : "locals must be a mapping or None, not %T",
                   locals);
    } else if (globals != NONE && !has_kind(globals, KIND_DICT)) {
        if (!is_eval) {
            raise_type(vm, "exec() globals must be a dict, not %T", globals);
        } else {
            raise_type(vm,
                       is_mapping(vm, globals)
                           ? "globals must be a real dict; try eval(expr, {}, mapping)"
                           : "globals must be a dict");
        }
    } else {
        return true;
    }
    return false;
}

static bool read_namespaces(VM *vm, bool is_eval, Value globals, Value locals,
                            Namespaces *out) {
    if (globals == EMPTY) globals = NONE;
    if (locals == EMPTY) locals = NONE;
    if (!check_namespaces(vm, is_eval, globals, locals)) return false;
    if (globals == NONE) {
        if (!take_current(vm, out)) return false;
        if (locals != NONE) replace(&out->locals, incref(locals));
    } else {
        *out = (Namespaces){incref(globals), incref(locals == NONE ? globals : locals)};
    }
    if (add_builtins(vm, out->globals)) return true;
    namespaces_release(out);
    return false;
}

/* ---- eval and exec ---- */

/* The code of a function: its own locals, no namespace. */
static Value run_function_code(VM *vm, Code *code, Value globals, Value closure) {
    OWNED Value function = TRY(function_new(vm, code, globals));
    replace(&((Function *)to_object(function))->qualname, incref(code->name));
    if (closure != EMPTY) {
        replace(&((Function *)to_object(function))->closure, incref(closure));
    }
    return call_0(vm, function);
}

static bool check_closure(VM *vm, Code *code, Value closure) {
    u32 wanted = code->free_count;
    bool is_good = closure != EMPTY && has_exact_kind(closure, KIND_TUPLE) &&
                   to_tuple(closure)->count == wanted;
    for (u32 i = 0; is_good && i < wanted; i++) {
        is_good = has_kind(to_tuple(closure)->items[i], KIND_CELL);
    }
    if (wanted == 0 && closure == EMPTY) return true;
    if (wanted == 0) {
        raise_type(vm, "cannot use a closure with this code object");
        return false;
    }
    if (!is_good) {
        raise_type(vm, "code object requires a closure of exactly length %u", wanted);
    }
    return is_good;
}

static Value run(VM *vm, Code *code, Namespaces *spaces, Value closure) {
    if (code->flags & CODE_OPTIMIZED) {
        return run_function_code(vm, code, spaces->globals, closure);
    }
    return vm->hooks.run_code(vm, code, to_dict(spaces->globals), spaces->locals);
}

static Value run_source(VM *vm, Value v, bool is_eval, Namespaces *spaces) {
    const char *name = is_eval ? "eval" : "exec";
    Source source;
    CHECK(source_open(vm, v, name, "string, bytes or code", &source));
    Span *text = &source.text;
    while (is_eval && text->length && (text->data[0] == ' ' || text->data[0] == '\t')) {
        text->data++, text->length--;
    }
    OWNED Value code = compile_text(vm, &source, SPAN("<string>"), is_eval ? 'v' : 'e',
                                    inherited_flags(vm));
    source_close(vm, &source);
    return code == FAIL ? FAIL : run(vm, (Code *)to_object(code), spaces, EMPTY);
}

static Value evaluate(VM *vm, Value source, Namespaces *spaces) {
    if (!has_kind(source, KIND_CODE)) return run_source(vm, source, true, spaces);
    Code *code = (Code *)to_object(source);
    if (code->free_count) {
        return raise_type(vm,
                          "code object passed to eval() may not contain free variables");
    }
    return run(vm, code, spaces, EMPTY);
}

/* Evaluate the given source in the context of globals and locals.
 *
 * The source may be a string representing a Python expression
 * or a code object as returned by compile().
 * The globals must be a dictionary and locals can be any mapping,
 * defaulting to the current globals and locals.
 * If only globals is given, locals defaults to it.
 */
FUNCTION(builtins, eval, "(source, /, globals=None, locals=None)") {
    Namespaces spaces;
    CHECK(read_namespaces(vm, true, args[1], args[2], &spaces));
    Value result = evaluate(vm, args[0], &spaces);
    namespaces_release(&spaces);
    return result;
}

static Value execute(VM *vm, Value source, Namespaces *spaces, Value closure) {
    if (closure == NONE) closure = EMPTY;
    if (!has_kind(source, KIND_CODE)) {
        if (closure != EMPTY) {
            return raise_type(vm,
                              "closure can only be used when source is a code object");
        }
        return run_source(vm, source, false, spaces);
    }
    CHECK(check_closure(vm, (Code *)to_object(source), closure));
    return run(vm, (Code *)to_object(source), spaces, closure);
}

/* Execute the given source in the context of globals and locals.
 *
 * The source may be a string representing one or more Python statements
 * or a code object as returned by compile().
 * The globals must be a dictionary and locals can be any mapping,
 * defaulting to the current globals and locals.
 * If only globals is given, locals defaults to it.
 * The closure must be a tuple of cellvars, and can only be used
 * when source is a code object requiring exactly that many cellvars.
 */
FUNCTION(builtins, exec, "(source, /, globals=None, locals=None, *, closure=None)") {
    Namespaces spaces;
    CHECK(read_namespaces(vm, false, args[1], args[2], &spaces));
    Value result = execute(vm, args[0], &spaces, args[3]);
    namespaces_release(&spaces);
    if (result == FAIL) return FAIL;
    decref(result);
    return NONE;
}

/* ---- import and breakpoint ---- */

/* Import a module.
 *
 * Because this function is meant for use by the Python
 * interpreter and not for general use, it is better to use
 * importlib.import_module() to programmatically import a module.
 *
 * The globals argument is only used to determine the context;
 * they are not modified.  The locals argument is unused.  The fromlist
 * should be a list of names to emulate ``from name import ...``, or an
 * empty list to emulate ``import name``.
 * When importing a module from a package, note that __import__('A.B', ...)
 * returns package A when fromlist is empty, but its submodule B when
 * fromlist is not empty.  The level argument is used to determine whether to
 * perform absolute or relative imports: 0 is absolute, while a positive number
 * is the number of parent directories to search relative to the current module.
 */
FUNCTION(builtins, __import__,
       "(name, globals=None, locals=None, fromlist=(), level=0) shown (name, "
       "globals=None, locals=None, fromlist=(),\n           level=0)") {
    i64 level;
    CHECK(read_number(vm, args[4], 0, &level));
    if (!is_str(args[0])) return raise_type(vm, "module name must be a string");
    if (level < 0) return raise_value(vm, "level must be >= 0");
    if (level == 0 && to_str(args[0])->size == 0)
        return raise_value(vm, "Empty module name");
    Value fromlist = args[3] == EMPTY ? NONE : args[3];
    return vm->hooks.import(vm, args[0], args[1], fromlist, level);
}

/* Call sys.breakpointhook(*args, **kws).  sys.breakpointhook() must accept
 * whatever arguments are passed.
 *
 * By default, this drops you into the pdb debugger.
 */
FUNCTION(builtins, breakpoint, "(*args, **kws)") {
    Value hook = dict_get_text(vm, to_dict(vm->sys), "breakpointhook");
    if (hook == EMPTY) return raise_runtime(vm, "lost sys.breakpointhook");
    OWNED Value held = incref(hook);
    OWNED Value values = TRY(tuple_from(vm, args + 1, nargs - 1));
    return call_with_tuple(vm, held, values, args[0]);
}
