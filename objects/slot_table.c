/* The table of special methods: one row each. Long because there are many. */
#include "objects/slots.h"

/* In this file NAME(x) is the number of the name, a constant. */
#undef NAME
#define NAME(text) NAME_##text

#define SPECIAL(id, slot, how, operation, function, parameters, text)         \
    {                                                                         \
        .name = (id), .offset = offsetof(Slots, slot), .sort = SPECIAL_##how, \
        .op = (operation), .script = (void (*)(void))(function),              \
        .signature = (parameters), .doc = (text)                              \
    }

#define SELF  "($self, /)"
#define VALUE "($self, value, /)"
#define KEY   "($self, key, /)"
#define ANY   "($self, /, *args, **kwargs)"

#define ARITHMETIC(name, reflected, op, left_text, right_text)          \
    SPECIAL(name, binary, BINARY, op, script_binary, VALUE, left_text), \
        SPECIAL(reflected, binary, REFLECTED, op, script_binary, VALUE, right_text)
#define INPLACE(name, op, text) \
    SPECIAL(name, inplace, INPLACE, op, script_inplace, VALUE, text)
#define COMPARE(name, op, text) \
    SPECIAL(name, compare, COMPARE, op, script_compare, VALUE, text)
#define UNARY(name, op, text) SPECIAL(name, unary, UNARY, op, script_unary, SELF, text)

const Special special_table[] = {
    SPECIAL(NAME(__new__), new, NEW, 0, script_new, "($type, *args, **kwargs)",
            "Create and return a new object.  See help(type) for accurate signature."),
    SPECIAL(NAME(__repr__), repr, SELF, 0, script_repr, SELF, "Return repr(self)."),
    SPECIAL(NAME(__hash__), hash, HASH, 0, script_hash, SELF, "Return hash(self)."),
    SPECIAL(NAME(__call__), call, CALL, 0, script_call, ANY, "Call self as a function."),
    SPECIAL(NAME(__str__), str, SELF, 0, script_str, SELF, "Return str(self)."),
    SPECIAL(NAME(__getattribute__), getattr, GETATTR, 0, script_getattr,
            "($self, name, /)", "Return getattr(self, name)."),
    SPECIAL(NAME(__getattr__), getattr, SCRIPT, 0, script_getattr, NULL, NULL),
    SPECIAL(NAME(__setattr__), setattr, SETATTR, 0, script_setattr,
            "($self, name, value, /)", "Implement setattr(self, name, value)."),
    SPECIAL(NAME(__delattr__), setattr, DELATTR, 0, script_setattr, "($self, name, /)",
            "Implement delattr(self, name)."),
    COMPARE(NAME(__lt__), LT, "Return self<value."),
    COMPARE(NAME(__le__), LE, "Return self<=value."),
    COMPARE(NAME(__eq__), EQ, "Return self==value."),
    COMPARE(NAME(__ne__), NE, "Return self!=value."),
    COMPARE(NAME(__gt__), GT, "Return self>value."),
    COMPARE(NAME(__ge__), GE, "Return self>=value."),
    SPECIAL(NAME(__iter__), iter, SELF, 0, script_iter, SELF, "Implement iter(self)."),
    SPECIAL(NAME(__next__), next, NEXT, 0, script_next, SELF, "Implement next(self)."),
    SPECIAL(NAME(__get__), get, GET, 0, script_get, "($self, instance, owner=None, /)",
            "Return an attribute of instance, which is of type owner."),
    SPECIAL(NAME(__set__), set, SET, 0, script_set, "($self, instance, value, /)",
            "Set an attribute of instance to value."),
    SPECIAL(NAME(__delete__), set, DELETE, 0, script_set, "($self, instance, /)",
            "Delete an attribute of instance."),
    SPECIAL(NAME(__init__), init, INIT, 0, script_init, ANY,
            "Initialize self.  See help(type(self)) for accurate signature."),
    SPECIAL(NAME(__del__), finalize, SCRIPT, 0, script_finalize, SELF, NULL),
    SPECIAL(NAME(__await__), await, SELF, 0, script_await, SELF,
            "Return an iterator to be used in await expression."),
    SPECIAL(NAME(__aiter__), aiter, SELF, 0, script_aiter, SELF,
            "Return an awaitable, that resolves in asynchronous iterator."),
    SPECIAL(NAME(__anext__), anext, SELF, 0, script_anext, SELF,
            "Return a value or raise StopAsyncIteration."),
    ARITHMETIC(NAME(__add__), NAME(__radd__), BINARY_ADD, "Return self+value.",
               "Return value+self."),
    ARITHMETIC(NAME(__sub__), NAME(__rsub__), BINARY_SUB, "Return self-value.",
               "Return value-self."),
    ARITHMETIC(NAME(__mul__), NAME(__rmul__), BINARY_MUL, "Return self*value.",
               "Return value*self."),
    ARITHMETIC(NAME(__mod__), NAME(__rmod__), BINARY_MOD, "Return self%value.",
               "Return value%self."),
    ARITHMETIC(NAME(__divmod__), NAME(__rdivmod__), BINARY_DIVMOD,
               "Return divmod(self, value).", "Return divmod(value, self)."),
    SPECIAL(NAME(__pow__), power, POWER, BINARY_POW, script_power,
            "($self, value, mod=None, /)", "Return pow(self, value, mod)."),
    SPECIAL(NAME(__rpow__), power, REFLECTED_POWER, BINARY_POW, script_power,
            "($self, value, mod=None, /)", "Return pow(value, self, mod)."),
    UNARY(NAME(__neg__), UNARY_NEG, "-self"),
    UNARY(NAME(__pos__), UNARY_POS, "+self"),
    UNARY(NAME(__abs__), UNARY_ABS, "abs(self)"),
    SPECIAL(NAME(__bool__), truth, TRUTH, 0, script_truth, SELF,
            "True if self else False"),
    UNARY(NAME(__invert__), UNARY_INVERT, "~self"),
    ARITHMETIC(NAME(__lshift__), NAME(__rlshift__), BINARY_LSHIFT, "Return self<<value.",
               "Return value<<self."),
    ARITHMETIC(NAME(__rshift__), NAME(__rrshift__), BINARY_RSHIFT, "Return self>>value.",
               "Return value>>self."),
    ARITHMETIC(NAME(__and__), NAME(__rand__), BINARY_AND, "Return self&value.",
               "Return value&self."),
    ARITHMETIC(NAME(__xor__), NAME(__rxor__), BINARY_XOR, "Return self^value.",
               "Return value^self."),
    ARITHMETIC(NAME(__or__), NAME(__ror__), BINARY_OR, "Return self|value.",
               "Return value|self."),
    UNARY(NAME(__int__), UNARY_INT, "int(self)"),
    UNARY(NAME(__float__), UNARY_FLOAT, "float(self)"),
    INPLACE(NAME(__iadd__), BINARY_ADD, "Return self+=value."),
    INPLACE(NAME(__isub__), BINARY_SUB, "Return self-=value."),
    INPLACE(NAME(__imul__), BINARY_MUL, "Return self*=value."),
    INPLACE(NAME(__imod__), BINARY_MOD, "Return self%=value."),
    INPLACE(NAME(__ipow__), BINARY_POW, "Return self**=value."),
    INPLACE(NAME(__ilshift__), BINARY_LSHIFT, "Return self<<=value."),
    INPLACE(NAME(__irshift__), BINARY_RSHIFT, "Return self>>=value."),
    INPLACE(NAME(__iand__), BINARY_AND, "Return self&=value."),
    INPLACE(NAME(__ixor__), BINARY_XOR, "Return self^=value."),
    INPLACE(NAME(__ior__), BINARY_OR, "Return self|=value."),
    ARITHMETIC(NAME(__floordiv__), NAME(__rfloordiv__), BINARY_FLOORDIV,
               "Return self//value.", "Return value//self."),
    ARITHMETIC(NAME(__truediv__), NAME(__rtruediv__), BINARY_TRUEDIV,
               "Return self/value.", "Return value/self."),
    INPLACE(NAME(__ifloordiv__), BINARY_FLOORDIV, "Return self//=value."),
    INPLACE(NAME(__itruediv__), BINARY_TRUEDIV, "Return self/=value."),
    UNARY(NAME(__index__), UNARY_INDEX,
          "Return self converted to an integer, if self is suitable for use as an index "
          "into a list."),
    ARITHMETIC(NAME(__matmul__), NAME(__rmatmul__), BINARY_MATMUL, "Return self@value.",
               "Return value@self."),
    INPLACE(NAME(__imatmul__), BINARY_MATMUL, "Return self@=value."),
    SPECIAL(NAME(__len__), length, LENGTH, 0, script_length, SELF, "Return len(self)."),
    SPECIAL(NAME(__getitem__), getitem, GETITEM, 0, script_getitem, KEY,
            "Return self[key]."),
    SPECIAL(NAME(__setitem__), setitem, SETITEM, 0, script_setitem,
            "($self, key, value, /)", "Set self[key] to value."),
    SPECIAL(NAME(__delitem__), setitem, DELITEM, 0, script_setitem, KEY,
            "Delete self[key]."),
    SPECIAL(NAME(__release_buffer__), buffer, SCRIPT, 0, script_buffer, NULL, NULL),
    SPECIAL(NAME(__buffer__), buffer, BUFFER, 0, script_buffer, "($self, flags, /)",
            "Return a buffer object that exposes the underlying memory of the object."),
    SPECIAL(NAME(__contains__), contains, CONTAINS, 0, script_contains, KEY,
            "Return bool(key in self)."),
};
const u32 special_count = COUNT_OF(special_table);
_Static_assert(COUNT_OF(special_table) <= 128, "Type.specials has a bit for each row");

const char *const binary_op_texts[BINARY_COUNT] = {
    [BINARY_ADD] = "+",     [BINARY_SUB] = "-",           [BINARY_MUL] = "*",
    [BINARY_MATMUL] = "@",  [BINARY_TRUEDIV] = "/",       [BINARY_FLOORDIV] = "//",
    [BINARY_MOD] = "%",     [BINARY_POW] = "** or pow()", [BINARY_LSHIFT] = "<<",
    [BINARY_RSHIFT] = ">>", [BINARY_AND] = "&",           [BINARY_OR] = "|",
    [BINARY_XOR] = "^",     [BINARY_DIVMOD] = "divmod()",
};
const char *const compare_op_texts[] = {"<", "<=", "==", "!=", ">", ">="};

/* ---- the name for an operator ---- */

static const u16 binary_names[BINARY_COUNT] = {
    NAME(__add__),      NAME(__sub__), NAME(__mul__), NAME(__matmul__), NAME(__truediv__),
    NAME(__floordiv__), NAME(__mod__), NAME(__pow__), NAME(__lshift__), NAME(__rshift__),
    NAME(__and__),      NAME(__or__),  NAME(__xor__), NAME(__divmod__),
};
static const u16 reflected_names[BINARY_COUNT] = {
    NAME(__radd__),     NAME(__rsub__),      NAME(__rmul__), NAME(__rmatmul__),
    NAME(__rtruediv__), NAME(__rfloordiv__), NAME(__rmod__), NAME(__rpow__),
    NAME(__rlshift__),  NAME(__rrshift__),   NAME(__rand__), NAME(__ror__),
    NAME(__rxor__),     NAME(__rdivmod__),
};
static const u16 inplace_names[BINARY_COUNT - 1] = {
    NAME(__iadd__),     NAME(__isub__),      NAME(__imul__), NAME(__imatmul__),
    NAME(__itruediv__), NAME(__ifloordiv__), NAME(__imod__), NAME(__ipow__),
    NAME(__ilshift__),  NAME(__irshift__),   NAME(__iand__), NAME(__ior__),
    NAME(__ixor__),
};
static const u16 unary_names[UNARY_COUNT] = {
    NAME(__neg__), NAME(__pos__),   NAME(__invert__), NAME(__abs__),
    NAME(__int__), NAME(__float__), NAME(__index__),
};
static const u16 compare_names[] = {NAME(__lt__), NAME(__le__), NAME(__eq__),
                                    NAME(__ne__), NAME(__gt__), NAME(__ge__)};

Value special_name_binary(VM *vm, BinaryOp op) {
    return vm->names[binary_names[op]];
}

Value special_name_reflected(VM *vm, BinaryOp op) {
    return vm->names[reflected_names[op]];
}

Value special_name_inplace(VM *vm, BinaryOp op) {
    return vm->names[inplace_names[op]];
}

Value special_name_unary(VM *vm, UnaryOp op) {
    return vm->names[unary_names[op]];
}

Value special_name_compare(VM *vm, CompareOp op) {
    return vm->names[compare_names[op]];
}
