/* operator: the operators as functions. What makes callables, itemgetter and its kin, is
 * in operator_getters.c. */
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/frame.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/import.h"

MODULE(_operator,
       "Operator interface.\n\n"
       "This module exports a set of functions implemented in C corresponding\n"
       "to the intrinsic operators of Python.  For example, operator.add(x, y)\n"
       "is equivalent to the expression x+y.")

/* ---- comparison and truth ---- */

/* Same as a < b. */
FUNCTION(_operator, lt, "(a, b, /)") {
    return object_compare(vm, args[0], args[1], LT);
}

/* Same as a <= b. */
FUNCTION(_operator, le, "(a, b, /)") {
    return object_compare(vm, args[0], args[1], LE);
}

/* Same as a == b. */
FUNCTION(_operator, eq, "(a, b, /)") {
    return object_compare(vm, args[0], args[1], EQ);
}

/* Same as a != b. */
FUNCTION(_operator, ne, "(a, b, /)") {
    return object_compare(vm, args[0], args[1], NE);
}

/* Same as a >= b. */
FUNCTION(_operator, ge, "(a, b, /)") {
    return object_compare(vm, args[0], args[1], GE);
}

/* Same as a > b. */
FUNCTION(_operator, gt, "(a, b, /)") {
    return object_compare(vm, args[0], args[1], GT);
}

/* Same as not a. */
FUNCTION(_operator, not_, "(a, /)") {
    int truth = object_truth(vm, args[0]);
    return truth < 0 ? FAIL : from_bool(!truth);
}

/* Return True if a is true, False otherwise. */
FUNCTION(_operator, truth, "(a, /)") {
    int truth = object_truth(vm, args[0]);
    return truth < 0 ? FAIL : from_bool(truth);
}

/* Same as a is b. */
FUNCTION(_operator, is_, "(a, b, /)") {
    return from_bool(args[0] == args[1]);
}

/* Same as a is not b. */
FUNCTION(_operator, is_not, "(a, b, /)") {
    return from_bool(args[0] != args[1]);
}

/* ---- arithmetic ---- */

/* Same as abs(a). */
FUNCTION(_operator, abs, "(a, /)") {
    return object_unary(vm, UNARY_ABS, args[0]);
}

/* Same as -a. */
FUNCTION(_operator, neg, "(a, /)") {
    return object_unary(vm, UNARY_NEG, args[0]);
}

/* Same as +a. */
FUNCTION(_operator, pos, "(a, /)") {
    return object_unary(vm, UNARY_POS, args[0]);
}

/* Same as ~a. */
FUNCTION(_operator, inv, "(a, /)") {
    return object_unary(vm, UNARY_INVERT, args[0]);
}

/* Same as ~a. */
FUNCTION(_operator, invert, "(a, /)") {
    return object_unary(vm, UNARY_INVERT, args[0]);
}

/* Same as a.__index__() */
FUNCTION(_operator, index, "(a, /)") {
    return object_index(vm, args[0]);
}

/* Same as a + b. */
FUNCTION(_operator, add, "(a, b, /)") {
    return object_binary(vm, BINARY_ADD, args[0], args[1]);
}

/* Same as a - b. */
FUNCTION(_operator, sub, "(a, b, /)") {
    return object_binary(vm, BINARY_SUB, args[0], args[1]);
}

/* Same as a * b. */
FUNCTION(_operator, mul, "(a, b, /)") {
    return object_binary(vm, BINARY_MUL, args[0], args[1]);
}

/* Same as a @ b. */
FUNCTION(_operator, matmul, "(a, b, /)") {
    return object_binary(vm, BINARY_MATMUL, args[0], args[1]);
}

/* Same as a / b. */
FUNCTION(_operator, truediv, "(a, b, /)") {
    return object_binary(vm, BINARY_TRUEDIV, args[0], args[1]);
}

/* Same as a // b. */
FUNCTION(_operator, floordiv, "(a, b, /)") {
    return object_binary(vm, BINARY_FLOORDIV, args[0], args[1]);
}

/* Same as a % b. */
FUNCTION(_operator, mod, "(a, b, /)") {
    return object_binary(vm, BINARY_MOD, args[0], args[1]);
}

/* Same as a ** b. */
FUNCTION(_operator, pow, "(a, b, /)") {
    return object_binary(vm, BINARY_POW, args[0], args[1]);
}

/* Same as a << b. */
FUNCTION(_operator, lshift, "(a, b, /)") {
    return object_binary(vm, BINARY_LSHIFT, args[0], args[1]);
}

/* Same as a >> b. */
FUNCTION(_operator, rshift, "(a, b, /)") {
    return object_binary(vm, BINARY_RSHIFT, args[0], args[1]);
}

/* Same as a & b. */
FUNCTION(_operator, and_, "(a, b, /)") {
    return object_binary(vm, BINARY_AND, args[0], args[1]);
}

/* Same as a | b. */
FUNCTION(_operator, or_, "(a, b, /)") {
    return object_binary(vm, BINARY_OR, args[0], args[1]);
}

/* Same as a ^ b. */
FUNCTION(_operator, xor, "(a, b, /)") {
    return object_binary(vm, BINARY_XOR, args[0], args[1]);
}

/* ---- in-place ---- */

/* Same as a += b. */
FUNCTION(_operator, iadd, "(a, b, /)") {
    return object_inplace(vm, BINARY_ADD, args[0], args[1]);
}

/* Same as a -= b. */
FUNCTION(_operator, isub, "(a, b, /)") {
    return object_inplace(vm, BINARY_SUB, args[0], args[1]);
}

/* Same as a *= b. */
FUNCTION(_operator, imul, "(a, b, /)") {
    return object_inplace(vm, BINARY_MUL, args[0], args[1]);
}

/* Same as a @= b. */
FUNCTION(_operator, imatmul, "(a, b, /)") {
    return object_inplace(vm, BINARY_MATMUL, args[0], args[1]);
}

/* Same as a /= b. */
FUNCTION(_operator, itruediv, "(a, b, /)") {
    return object_inplace(vm, BINARY_TRUEDIV, args[0], args[1]);
}

/* Same as a //= b. */
FUNCTION(_operator, ifloordiv, "(a, b, /)") {
    return object_inplace(vm, BINARY_FLOORDIV, args[0], args[1]);
}

/* Same as a %= b. */
FUNCTION(_operator, imod, "(a, b, /)") {
    return object_inplace(vm, BINARY_MOD, args[0], args[1]);
}

/* Same as a **= b. */
FUNCTION(_operator, ipow, "(a, b, /)") {
    return object_inplace(vm, BINARY_POW, args[0], args[1]);
}

/* Same as a <<= b. */
FUNCTION(_operator, ilshift, "(a, b, /)") {
    return object_inplace(vm, BINARY_LSHIFT, args[0], args[1]);
}

/* Same as a >>= b. */
FUNCTION(_operator, irshift, "(a, b, /)") {
    return object_inplace(vm, BINARY_RSHIFT, args[0], args[1]);
}

/* Same as a &= b. */
FUNCTION(_operator, iand, "(a, b, /)") {
    return object_inplace(vm, BINARY_AND, args[0], args[1]);
}

/* Same as a |= b. */
FUNCTION(_operator, ior, "(a, b, /)") {
    return object_inplace(vm, BINARY_OR, args[0], args[1]);
}

/* Same as a ^= b. */
FUNCTION(_operator, ixor, "(a, b, /)") {
    return object_inplace(vm, BINARY_XOR, args[0], args[1]);
}

/* ---- sequences and mappings ---- */

static bool check_sequence(VM *vm, Value v) {
    u8 kind = object_kind(v);
    bool is_mapping = kind == KIND_DICT || type_of(vm, v)->flags & TYPE_MAPPING;
    if (type_of(vm, v)->slots.getitem && !is_mapping) return true;
    raise_type(vm, "'%T' object can't be concatenated", v);
    return false;
}

/* Same as a + b, for a and b sequences. */
FUNCTION(_operator, concat, "(a, b, /)") {
    CHECK(check_sequence(vm, args[0]));
    return object_binary(vm, BINARY_ADD, args[0], args[1]);
}

/* Same as a += b, for a and b sequences. */
FUNCTION(_operator, iconcat, "(a, b, /)") {
    CHECK(check_sequence(vm, args[0]));
    return object_inplace(vm, BINARY_ADD, args[0], args[1]);
}

/* Same as b in a (note reversed operands). */
FUNCTION(_operator, contains, "(a, b, /)") {
    int found = object_contains(vm, args[0], args[1]);
    return found < 0 ? FAIL : from_bool(found);
}

/* Same as a[b]. */
FUNCTION(_operator, getitem, "(a, b, /)") {
    return object_getitem(vm, args[0], args[1]);
}

/* Same as a[b] = c. */
FUNCTION(_operator, setitem, "(a, b, c, /)") {
    CHECK(object_setitem(vm, args[0], args[1], args[2]));
    return NONE;
}

/* Same as del a[b]. */
FUNCTION(_operator, delitem, "(a, b, /)") {
    CHECK(object_setitem(vm, args[0], args[1], EMPTY));
    return NONE;
}

/* The next item that equals `wanted`: its distance from here, -1 at the end, -2 failed.
 */
static i64 find_next(VM *vm, Value iterator, Value wanted) {
    for (i64 distance = 0;; distance++) {
        OWNED Value item = iter_next(vm, iterator);
        if (item == EMPTY) return -1;
        int is_equal = item == FAIL ? -1 : object_equal(vm, item, wanted);
        if (is_equal) return is_equal < 0 ? -2 : distance;
    }
}

static Value iterate(VM *vm, Value v) {
    Value iterator = object_iter(vm, v);
    if (iterator == FAIL && exception_matches(vm, EXC(TypeError))) {
        return raise_type(vm, "argument of type '%T' is not iterable", v);
    }
    return iterator;
}

/* Return the number of items in a which are, or which equal, b. */
FUNCTION(_operator, countOf, "(a, b, /)") {
    OWNED Value iterator = TRY(iterate(vm, args[0]));
    for (i64 count = 0;; count++) {
        i64 distance = find_next(vm, iterator, args[1]);
        if (distance < 0) return distance == -1 ? from_small(count) : FAIL;
    }
}

/* Return the first index of b in a. */
FUNCTION(_operator, indexOf, "(a, b, /)") {
    OWNED Value iterator = TRY(iterate(vm, args[0]));
    i64 index = find_next(vm, iterator, args[1]);
    if (index >= 0) return from_small(index);
    return index == -2 ? FAIL : raise_value(vm, "sequence.index(x): x not in sequence");
}

/* Return an estimate of the number of items in obj.
 *
 * This is useful for presizing containers when building from an iterable.
 *
 * If the object supports len(), the result will be exact.
 * Otherwise, it may over- or under-estimate by an arbitrary amount.
 * The result will be an integer >= 0. */
FUNCTION(_operator, length_hint, "(obj, default=0, /)") {
    i64 otherwise = 0;
    if (args[1] != EMPTY) CHECK(object_to_i64(vm, args[1], &otherwise));
    i64 length = object_length_hint(vm, args[0], otherwise);
    return length < 0 && vm->exception != EMPTY ? FAIL : int_from_i64(vm, length);
}

/* Same as obj(*args, **kwargs). */
FUNCTION(_operator, call, "(*args, **kwargs) shown (obj, /, *args, **kwargs)") {
    if (nargs == 1) return raise_type(vm, "call expected at least 1 argument, got 0");
    OWNED Value positional = TRY(tuple_from(vm, args + 2, nargs - 2));
    return call_with_tuple(vm, args[1], positional, args[0]);
}

/* Nothing but the lengths decides how long it takes. */
static bool equal_in_constant_time(Span a, Span b) {
    volatile u8 difference = a.length != b.length;
    for (usize i = 0; i < b.length; i++) {
        difference |= (u8)(b.data[i] ^ a.data[a.length ? i % a.length : 0]);
    }
    return difference == 0 && a.length == b.length;
}

static Value compare_buffers(VM *vm, Value a, Value b) {
    Buffered first, second;
    CHECK(buffered_get(vm, a, &first, false));
    if (!buffered_get(vm, b, &second, false)) {
        buffered_release(vm, &first);
        return FAIL;
    }
    bool is_equal = equal_in_constant_time((Span){first.data, first.size},
                                           (Span){second.data, second.size});
    buffered_release(vm, &first);
    buffered_release(vm, &second);
    return from_bool(is_equal);
}

/* Return 'a == b'.
 *
 * This function uses an approach designed to prevent
 * timing analysis, making it appropriate for cryptography.
 *
 * a and b must both be of the same type: either str (ASCII only),
 * or any bytes-like object.
 *
 * Note: If a and b are of different lengths, or if an error occurs,
 * a timing attack could theoretically reveal information about the
 * types and lengths of a and b--but not their values. */
FUNCTION(_operator, _compare_digest, "(a, b, /)") {
    Value a = args[0], b = args[1];
    if (is_str(a) && is_str(b)) {
        if (!str_is_ascii(a) || !str_is_ascii(b)) {
            return raise_type(
                vm, "comparing strings with non-ASCII characters is not supported");
        }
        return from_bool(equal_in_constant_time(str_span(a), str_span(b)));
    }
    if (type_of(vm, a)->slots.buffer && type_of(vm, b)->slots.buffer) {
        return compare_buffers(vm, a, b);
    }
    return raise_type(
        vm, "unsupported operand types(s) or combination of types: '%T' and '%T'", a, b);
}

/* ---- the module operator: all of that, most of it a second time as __name__ ---- */

MODULE(operator, "Operator Interface\n\n"
                 "This module exports a set of functions corresponding to the intrinsic\n"
                 "operators of Python.  For example, operator.add(x, y) is equivalent\n"
                 "to the expression x+y.  The function names are those used for special\n"
                 "methods; variants without leading and trailing '__' are also provided\n"
                 "for convenience.\n\n"
                 "This is the pure Python implementation of the module.")

static const char *const doubled[] = {
    "abs",     "add",       "and_",    "call",    "concat",  "contains", "delitem",
    "eq",      "floordiv",  "ge",      "getitem", "gt",      "iadd",     "iand",
    "iconcat", "ifloordiv", "ilshift", "imatmul", "imod",    "imul",     "index",
    "inv",     "invert",    "ior",     "ipow",    "irshift", "isub",     "itruediv",
    "ixor",    "le",        "lshift",  "lt",      "matmul",  "mod",      "mul",
    "ne",      "neg",       "not_",    "or_",     "pos",     "pow",      "rshift",
    "setitem", "sub",       "truediv", "xor",
};

static bool add_doubled(VM *vm, Value module, const char *name) {
    Dict *dict = ((Module *)to_object(module))->dict;
    Buffer text = {0};
    int length = (int)strlen(name) - (name[strlen(name) - 1] == '_');
    buffer_printf(&text, "__%.*s__", length, name);
    bool ok = !text.failed &&
              module_add(vm, module, text.data, incref(dict_get_text(vm, dict, name)));
    buffer_free(&text);
    return ok;
}

/* Copy the public names; their list in order is __all__. */
static bool add_public(VM *vm, Value module, Dict *from) {
    Dict *dict = ((Module *)to_object(module))->dict;
    OWNED Value all = list_new(vm, 0);
    if (all == FAIL) return false;
    Value key, value;
    for (u32 at = 0; dict_next(from, &at, &key, &value);) {
        if (to_str(key)->data[0] == '_') continue;
        if (!dict_set(vm, dict, key, value) || !list_push(vm, to_list(all), key))
            return false;
    }
    return list_sort(vm, to_list(all), NONE, false) &&
           module_add(vm, module, "__all__", TAKE(all));
}

MODULE_INIT(operator) {
    OWNED Value inner = import_text(vm, "_operator");
    if (inner == FAIL) return false;
    if (!add_public(vm, module, ((Module *)to_object(inner))->dict)) return false;
    for (u32 i = 0; i < COUNT_OF(doubled); i++) {
        if (!add_doubled(vm, module, doubled[i])) return false;
    }
    return true;
}

MODULE_INIT(_operator) {
    static const TypeId types[] = {TYPE_operator_attrgetter, TYPE_operator_itemgetter,
                                   TYPE_operator_methodcaller};
    for (u32 i = 0; i < COUNT_OF(types); i++) {
        const char *name = strchr(type_tables[types[i]].spec->name, '.') + 1;
        if (!module_add(vm, module, name, incref(from_object(vm->types[types[i]]))))
            return false;
    }
    return true;
}
