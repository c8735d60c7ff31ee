#include "parser/ast.h"

u32 ast_operator_count(FieldType type) {
    switch (type) {
    case FIELD_OPERATOR: return OPERATOR_FLOOR_DIV + 1;
    case FIELD_BOOL_OPERATOR: return BOOL_OR + 1;
    case FIELD_UNARY_OPERATOR: return UNARY_OP_SUB + 1;
    case FIELD_COMPARE_OPERATORS: return COMPARE_NOT_IN + 1;
    case FIELD_CONTEXT: return CONTEXT_DEL + 1;
    default: return 0;
    }
}

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
