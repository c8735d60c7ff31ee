/* Builtin functions that ask about objects: attributes, types, identity, namespaces. */
#include "objects/class.h"
#include "objects/dict.h"
#include "objects/frameobject.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* ---- attributes ---- */

static bool check_name(VM *vm, Value name) {
    if (is_str(name)) return true;
    raise_type(vm, "attribute name must be string, not '%T'", name);
    return false;
}

/* getattr(object, name[, default]) -> value
 *
 * Get a named attribute from an object; getattr(x, 'y') is equivalent to x.y.
 * When a default argument is given, it is returned when the attribute doesn't
 * exist; without it, an exception is raised in that case.
 */
FUNCTION(builtins, getattr, "(object, name, default=<unrepresentable>, /) hidden") {
    CHECK(check_name(vm, args[1]));
    if (args[2] == EMPTY) return object_getattr(vm, args[0], args[1]);
    Value found = object_find_attr(vm, args[0], args[1]);
    return found == EMPTY ? incref(args[2]) : found;
}

/* Return whether the object has an attribute with the given name.
 *
 * This is done by calling getattr(obj, name) and catching AttributeError.
 */
FUNCTION(builtins, hasattr, "(obj, name, /)") {
    CHECK(check_name(vm, args[1]));
    OWNED Value found = TRY(object_find_attr(vm, args[0], args[1]));
    return from_bool(found != EMPTY);
}

/* Sets the named attribute on the given object to the specified value.
 *
 * setattr(x, 'y', v) is equivalent to ``x.y = v``
 */
FUNCTION(builtins, setattr, "(obj, name, value, /)") {
    CHECK(check_name(vm, args[1]));
    CHECK(object_setattr(vm, args[0], args[1], args[2]));
    return NONE;
}

/* Deletes the named attribute from the given object.
 *
 * delattr(x, 'y') is equivalent to ``del x.y``
 */
FUNCTION(builtins, delattr, "(obj, name, /)") {
    CHECK(check_name(vm, args[1]));
    CHECK(object_setattr(vm, args[0], args[1], EMPTY));
    return NONE;
}

/* ---- types and identity ---- */

/* Return whether an object is an instance of a class or of a subclass thereof.
 *
 * A tuple, as in ``isinstance(x, (A, B, ...))``, may be given as the target to
 * check against. This is equivalent to ``isinstance(x, A) or isinstance(x, B)
 * or ...`` etc.
 */
FUNCTION(builtins, isinstance, "(obj, class_or_tuple, /)") {
    int answer = object_is_instance(vm, args[0], args[1]);
    return answer < 0 ? FAIL : from_bool(answer);
}

/* Return whether 'cls' is derived from another class or is the same class.
 *
 * A tuple, as in ``issubclass(x, (A, B, ...))``, may be given as the target to
 * check against. This is equivalent to ``issubclass(x, A) or issubclass(x, B)
 * or ...``.
 */
FUNCTION(builtins, issubclass, "(cls, class_or_tuple, /)") {
    int answer = object_is_subclass(vm, args[0], args[1]);
    return answer < 0 ? FAIL : from_bool(answer);
}

/* Return whether the object is callable (i.e., some kind of function).
 *
 * Note that classes are callable, as are instances of classes with a
 * __call__() method.
 */
FUNCTION(builtins, callable, "(obj, /)") {
    return from_bool(is_callable(vm, args[0]));
}

/* Return the hash value for the given object.
 *
 * Two objects that compare equal must also have the same hash value, but the
 * reverse is not necessarily true.
 */
FUNCTION(builtins, hash, "(obj, /)") {
    u64 hash;
    CHECK(object_hash(vm, args[0], &hash));
    return int_from_i64(vm, (i64)hash);
}

/* Return the identity of an object.
 *
 * This is guaranteed to be unique among simultaneously existing objects.
 * (CPython uses the object's memory address.)
 */
FUNCTION(builtins, id, "(obj, /)") {
    return int_from_u64(vm, args[0]);
}

/* ---- namespaces ---- */

static Value current_locals(VM *vm) {
    if (!vm->frame) return raise_system(vm, "frame does not exist");
    return frame_locals(vm, vm->frame);
}

/* Return the dictionary containing the current scope's global variables.
 *
 * NOTE: Updates to this dictionary *will* affect name lookups in the current
 * global scope and vice-versa.
 */
FUNCTION(builtins, globals, "()") {
    if (!vm->frame) return NONE;
    return incref(((Function *)to_object(vm->frame->func))->globals);
}

/* Return a dictionary containing the current scope's local variables.
 *
 * NOTE: Whether or not updates to this dictionary will affect name lookups in
 * the local scope and vice-versa is *implementation dependent* and not
 * covered by any backwards compatibility guarantees.
 */
FUNCTION(builtins, locals, "()") {
    return current_locals(vm);
}

/* vars([object]) -> dictionary
 *
 * Without arguments, equivalent to locals().
 * With an argument, equivalent to object.__dict__.
 */
FUNCTION(builtins, vars, "(object=<unrepresentable>, /) hidden") {
    if (args[0] == EMPTY) return current_locals(vm);
    Value dict = TRY(object_find_attr(vm, args[0], NAME(__dict__)));
    if (dict != EMPTY) return dict;
    return raise_type(vm, "vars() argument must have __dict__ attribute");
}

static Value list_of_locals(VM *vm) {
    OWNED Value locals = TRY(current_locals(vm));
    if (has_exact_kind(locals, KIND_DICT)) return dict_keys_list(vm, to_dict(locals));
    OWNED Value keys = TRY(call_method_0(vm, locals, NAME(keys)));
    return object_to_list(vm, keys);
}

static Value list_of_object(VM *vm, Value object) {
    OWNED Value method = TRY(object_find_special(vm, object, NAME(__dir__)));
    if (method == EMPTY) return raise_type(vm, "object does not provide __dir__");
    OWNED Value names = TRY(call_0(vm, method));
    return object_to_list(vm, names);
}

/* dir([object]) -> list of strings
 *
 * If called without an argument, return the names in the current scope.
 * Else, return an alphabetized list of names comprising (some of) the attributes
 * of the given object, and of attributes reachable from it.
 * If the object supplies a method named __dir__, it will be used; otherwise
 * the default dir() logic is used and returns:
 *   for a module object: the module's attributes.
 *   for a class object:  its attributes, and recursively the attributes
 *     of its bases.
 *   for any other object: its attributes, its class's attributes, and
 *     recursively the attributes of its class's base classes.
 */
FUNCTION(builtins, dir, "(object=<unrepresentable>, /) hidden") {
    OWNED Value names =
        TRY(args[0] == EMPTY ? list_of_locals(vm) : list_of_object(vm, args[0]));
    CHECK(list_sort(vm, to_list(names), NONE, false));
    return TAKE(names);
}

/* ---- the class statement ---- */

/* The bases and keyword values as a call has them: values, and a tuple of the keywords'
 * names. */
static Value build_class(VM *vm, Value body, Value name, Value *bases, u32 count,
                         Dict *keywords) {
    if (!keywords->count) return class_build(vm, body, name, bases, count, EMPTY);
    u32 at = count;
    OWNED Value values = TRY(tuple_new(vm, count + keywords->count));
    OWNED Value names = TRY(tuple_new(vm, keywords->count));
    for (u32 i = 0; i < count; i++) to_tuple(values)->items[i] = incref(bases[i]);
    Value key, value;
    for (u32 entry = 0; dict_next(keywords, &entry, &key, &value); at++) {
        to_tuple(values)->items[at] = incref(value);
        to_tuple(names)->items[at - count] = incref(key);
    }
    return class_build(vm, body, name, to_tuple(values)->items, count, names);
}

/* __build_class__(func, name, /, *bases, [metaclass], **kwds) -> class
 *
 * Internal helper function used by the class statement.
 */
FUNCTION(builtins, __build_class__, "(*args, **kwds) hidden") {
    if (nargs < 3) return raise_type(vm, "__build_class__: not enough arguments");
    return build_class(vm, args[1], args[2], args + 3, nargs - 3, to_dict(args[0]));
}
