#include "parser/ast.h"

const char *ast_operator_name(FieldType type, u8 op) {
    static const char *const operators[] = {
        "Add",    "Sub",    "Mult",  "MatMult", "Div",    "Mod",     "Pow",
        "LShift", "RShift", "BitOr", "BitXor",  "BitAnd", "FloorDiv"};
    static const char *const bools[] = {"And", "Or"};
    static const char *const unaries[] = {"Invert", "Not", "UAdd", "USub"};
    static const char *const compares[] = {"Eq",  "NotEq", "Lt",    "LtE", "Gt",
                                           "GtE", "Is",    "IsNot", "In",  "NotIn"};
    static const char *const contexts[] = {"Load", "Store", "Del"};
    switch (type) {
    case FIELD_OPERATOR: return operators[op];
    case FIELD_BOOL_OPERATOR: return bools[op];
    case FIELD_UNARY_OPERATOR: return unaries[op];
    case FIELD_COMPARE_OPERATORS: return compares[op];
    case FIELD_CONTEXT: return contexts[op];
    default: return "";
    }
}
